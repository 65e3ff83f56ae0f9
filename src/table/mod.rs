//! Results as tables for other programs: everything as npz ([`SweepFile`]); a row a
//! plane, an angle of a plane or an angle as CSV, TSV and JSON ([`write_planes`],
//! [`write_curves`], [`CurvesFile`], [`write_ensemble`]); a summary as JSON
//! ([`Summary`], [`RotationSummary`]); curves as plain text ([`curves_text`]). Sweeps over parts of a corpus
//! are read back and added up ([`Merge`]). What a figure or a table shows is told by its
//! [`Caption`].
//!
//! A file is written beside its target, without a name where the system can do that, and
//! gets its name when it is whole ([`OutFile`]), so that it appears complete or not at all. The same
//! result gives the same bytes: no dates, no machine, no folder.

mod arrays;
mod caption;
mod cell;
mod chance;
mod columns;
mod csv;
mod curves;
mod format;
mod json;
mod merge;
mod npz;
mod out;
mod out_file;
mod part;
mod points;
mod rotations;
mod rows;
mod samples;
mod scale;
mod statistics;
mod summary;
mod text;
mod tsv;
mod write;

use std::io;

pub use caption::{BIBTEX, BIBTEX_PROJECTIONS, Caption, CaptionFormat, Planes, Shown, bibtex_of};
pub use chance::{Found, Judged};
pub use columns::PlaneRow;
pub use curves::{CurvesFile, Rows, curves_text_bytes};
pub use format::{About, Format, TABLE_FORMAT, TableKind};
pub use merge::{MOST_SHARDS, Merge, MergeError, Merged, Shard, Whole};
pub use npz::{SweepFile, counts_bytes};
pub use out::Out;
pub use out_file::OutFile;
pub use points::write_points;
pub use rotations::{RotationSummary, Tested, TestedKurtosis, TestedPlane, rotations_tsv};
pub use samples::{
    IdFormat, Labelled, SampleRow, field, samples_tsv, write_activations, write_ids,
};
pub use scale::{ScaleTable, write_scale};
pub use statistics::{Curves, Facts, Statistics};
pub use summary::{Ground, Lit, PAIRS_NAMED, SUMMARY_FORMAT, Seconds, Summary};
pub use tsv::{class_curve_tsv, class_curves_head, curves_text, curves_tsv};
pub use write::{write_curves, write_ensemble, write_planes};

use crate::srm::Cancelled;
use crate::words;

/// Why a table was not written. Files are named without their folder.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// There is a file of that name.
    #[error("{file} exists: add --force to replace it")]
    Exists {
        /// The file's name.
        file: String,
    },
    /// The target is a folder, a pipe or a device.
    #[error("{file} is no regular file, so it is not replaced: choose another name")]
    NotAFile {
        /// The file's name.
        file: String,
    },
    /// There is no such folder.
    #[error("{file} cannot be written: its folder does not exist")]
    NoFolder {
        /// The file's name.
        file: String,
    },
    /// The path has no file name.
    #[error("`{0}` names no file: give one, such as sweep.npz")]
    NoName(String),
    /// An npz is to go to a stream, where nothing can be put in its place later.
    #[error("an npz cannot go to stdout: give a file name, or the format csv, tsv or json")]
    NotStreamed,
    /// An npz is asked of what writes text.
    #[error("an npz is no text: write it as a whole sweep, or choose csv, tsv or json")]
    NotText,
    /// JSON is asked of a table that is long rather than deep.
    #[error("this table is written as npz, csv or tsv, not as json: name the file so")]
    NoJson,
    /// Called off; nothing of a file was kept.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    /// The stream took no more.
    #[error("cannot write to stdout: {}", words::io_error(.0))]
    Stream(io::Error),
    /// The system refused.
    #[error(
        "cannot write {file}: {}; nothing of it was kept",
        words::io_error(source)
    )]
    Io {
        /// The file's name.
        file: String,
        /// What the system said.
        source: io::Error,
    },
}
