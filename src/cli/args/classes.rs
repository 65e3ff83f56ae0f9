//! The arguments that say which classes the samples have.

use std::path::PathBuf;

use clap::Args;

/// The classes of the samples.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args)]
#[command(next_help_heading = "Classes")]
pub(in crate::cli) struct ClassArgs {
    /// A class for each sample: whole numbers or words (.npy, .npz, .txt, .csv); the column of a
    /// table that is called label or class if left out
    #[arg(long, value_name = "FILE")]
    pub labels: Option<PathBuf>,
    /// What the classes are called: one a line (.txt), .csv, a JSON list, or text of a .npy; the
    /// class's number is put behind a name that several have
    #[arg(long, value_name = "FILE")]
    pub class_names: Option<PathBuf>,
}
