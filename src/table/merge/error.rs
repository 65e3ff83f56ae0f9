//! Why results were not merged: which file, how it is and how it should be.

use crate::data::{ArrayProblem, DataError};
use crate::session::ProvenanceError;
use crate::table::TableError;
use crate::words::{count, thousands};

/// Most files that are open at once: some systems allow a program no more than 256.
pub const MOST_SHARDS: usize = 200;

/// Why results were not merged. Files are named as they were asked for, since
/// shards like to have one name in many folders.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MergeError {
    /// A file, or one of its arrays, cannot be read.
    #[error(transparent)]
    Data(DataError),
    /// Another kind of file.
    #[error("{file} is no result of `followspot sweep`: {why}")]
    NotASweep {
        /// The file.
        file: String,
        /// What it lacks.
        why: String,
    },
    /// Its provenance cannot be used.
    #[error("{file} cannot be merged: {source}")]
    Provenance {
        /// The file.
        file: String,
        /// Why not.
        source: ProvenanceError,
    },
    /// Written with `--summary`.
    #[error(
        "{file} holds no counts, and merging adds counts: sweep its part again without --summary"
    )]
    NoCounts {
        /// The file.
        file: String,
    },
    /// An array that a sweep would not have written.
    #[error("`{key}` in {file} {what}: that is not what a sweep writes, so sweep its part again")]
    Array {
        /// The file.
        file: String,
        /// The array's key.
        key: &'static str,
        /// What is wrong with it, lacking its subject.
        what: String,
    },
    /// Facts of one file that exclude each other.
    #[error("{file} contradicts itself: {what}; sweep its part again")]
    Contradiction {
        /// The file.
        file: String,
        /// Both facts.
        what: String,
    },
    /// Two files whose counts do not add up.
    #[error("{file} was swept {theirs} but {first} {ours}: {advice}")]
    Differs {
        /// The file.
        file: String,
        /// How it was swept.
        theirs: String,
        /// The first file, against which all others are held.
        first: String,
        /// How that was swept.
        ours: String,
        /// What to do.
        advice: &'static str,
    },
    /// Samples that were centred by a mean of their own.
    #[error(
        "{file} was swept with --center mean, which subtracts the mean of its own part only: \
         subtract the mean of all parts from each before saving them, and sweep without --center"
    )]
    Centred {
        /// The file.
        file: String,
    },
    /// Samples that would be counted twice.
    #[error("{samples} {place}: its samples would be counted twice, so leave one out")]
    Repeated {
        /// The array and its file.
        samples: String,
        /// `was swept for both a.npz and b.npz` or `stands twice in a.npz`.
        place: String,
    },
    /// Samples that nobody can tell from others.
    #[error(
        "{file} does not say the SHA-256 of {source_file}, so that nobody can tell whether its \
         samples are counted twice: sweep it again with -o"
    )]
    Unknown {
        /// The file.
        file: String,
        /// The file that it was swept from.
        source_file: String,
    },
    /// Nothing to merge.
    #[error("merging needs at least two files, {0} was given")]
    TooFew(usize),
    /// More files than can be open.
    #[error(
        "{} are more than the {MOST_SHARDS} that are merged at once: merge groups of them and \
         then the results, which comes to the same",
        count(*.0 as u64, "file")
    )]
    TooMany(usize),
    /// Sums that would not be exact.
    #[error(
        "{} of {} are too many to be added up exactly",
        count(*planes as u64, "plane"),
        count(*samples, "sample")
    )]
    TooLarge {
        /// Planes of each file.
        planes: usize,
        /// Samples of all files.
        samples: u64,
    },
    /// The system has not enough memory.
    #[error("what is kept of {} does not fit in memory", count(*.0 as u64, "plane"))]
    Memory(usize),
    /// The result cannot be written.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The caller asked to stop.
    #[error("merging was cancelled")]
    Cancelled,
}

impl From<DataError> for MergeError {
    fn from(error: DataError) -> Self {
        match error {
            DataError::Cancelled => Self::Cancelled,
            other => Self::Data(other),
        }
    }
}

/// Where an array stands, for what is said of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct At<'a> {
    pub file: &'a str,
    pub key: &'static str,
}

impl At<'_> {
    /// It cannot be read.
    pub fn problem(self, problem: ArrayProblem) -> MergeError {
        problem.at(self.file, Some(self.key)).into()
    }

    /// It can be read but is not what a sweep writes; `what` lacks its subject.
    pub fn wrong(self, what: impl Into<String>) -> MergeError {
        MergeError::Array {
            file: self.file.to_owned(),
            key: self.key,
            what: what.into(),
        }
    }

    /// It holds `value`, which is not between `low` and `high`.
    pub fn outside(self, value: i64, low: i64, high: i64) -> MergeError {
        let [value, low, high] = [value, low, high].map(signed);
        self.wrong(format!("holds {value}, which is not from {low} to {high}"))
    }
}

fn signed(n: i64) -> String {
    let sign = if n < 0 { "-" } else { "" };
    format!("{sign}{}", thousands(n.unsigned_abs()))
}
