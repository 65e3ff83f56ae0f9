//! Results as tables for other programs: a sweep as npz ([`SweepFile`]), its
//! summary as JSON ([`Summary`]), a plane as TSV ([`plane_tsv`]). Sweeps over parts
//! of a corpus are read back and added up ([`Merge`]).
//!
//! A file is written under a temporary name beside its target and renamed when
//! it is whole ([`OutFile`]), so that it appears complete or not at all. The same
//! result gives the same bytes: no dates, no machine, no folder.

mod columns;
mod json;
mod merge;
mod npz;
mod out_file;
mod tsv;

use std::io;

pub use columns::PlaneRow;
pub use json::{Ground, Lit, PAIRS_NAMED, SUMMARY_FORMAT, Seconds, Summary};
pub use merge::{MOST_SHARDS, Merge, MergeError, Merged, Shard, Whole};
pub use npz::{Facts, Statistics, SweepFile, counts_bytes};
pub use out_file::OutFile;
pub use tsv::plane_tsv;

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
