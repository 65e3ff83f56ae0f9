//! How a command ends that did not do its work.

use std::io::ErrorKind;
use std::process::ExitCode;

use super::report;
use crate::data::DataError;
use crate::session::{HashError, OptionsError};
use crate::srm::Cancelled;
use crate::table::{MergeError, TableError};

/// A sentence and the exit code that goes with it.
#[derive(Debug)]
pub(super) enum Failure {
    /// The arguments ask for what cannot be: 2.
    Usage(String),
    /// The data, or a file that cannot be written: 1.
    Data(String),
    /// Ctrl-C or a scheduler's request to end: 130.
    Interrupted,
    /// Whoever read stdout has gone (`| head`): nothing to complain about.
    NobodyReads,
}

impl Failure {
    /// What is said when the work was called off.
    pub const INTERRUPTED: &str = "interrupted, nothing was written";

    /// Says the sentence on stderr and gives the exit code.
    pub fn tell(self) -> ExitCode {
        let sentence = match &self {
            Self::Usage(sentence) | Self::Data(sentence) => sentence.as_str(),
            Self::Interrupted => Self::INTERRUPTED,
            Self::NobodyReads => return self.code(),
        };
        report::say(&format!("followspot: {sentence}"));
        self.code()
    }

    /// The exit code.
    pub fn code(&self) -> ExitCode {
        match self {
            Self::Usage(_) => ExitCode::from(2),
            Self::Data(_) => ExitCode::from(1),
            Self::Interrupted => ExitCode::from(130),
            Self::NobodyReads => ExitCode::SUCCESS,
        }
    }
}

impl From<DataError> for Failure {
    fn from(error: DataError) -> Self {
        match error {
            DataError::Cancelled => Self::Interrupted,
            DataError::SeveralArrays { .. }
            | DataError::NoSuchKey { .. }
            | DataError::KeyForSingleArray { .. } => Self::Usage(error.to_string()),
            _ => Self::Data(error.to_string()),
        }
    }
}

impl From<OptionsError> for Failure {
    fn from(error: OptionsError) -> Self {
        match error {
            OptionsError::Cancelled(_) => Self::Interrupted,
            OptionsError::NoPlane(_) | OptionsError::NoPlaneChosen(_) => {
                Self::Data(error.to_string())
            }
            _ => Self::Usage(error.to_string()),
        }
    }
}

impl From<TableError> for Failure {
    fn from(error: TableError) -> Self {
        match error {
            TableError::Stream(e) if e.kind() == ErrorKind::BrokenPipe => Self::NobodyReads,
            TableError::Cancelled(_) => Self::Interrupted,
            TableError::NoName(_) | TableError::NotStreamed | TableError::NotText => {
                Self::Usage(error.to_string())
            }
            _ => Self::Data(error.to_string()),
        }
    }
}

impl From<MergeError> for Failure {
    fn from(error: MergeError) -> Self {
        match error {
            MergeError::Cancelled => Self::Interrupted,
            MergeError::Data(error) => error.into(),
            MergeError::Table(error) => error.into(),
            MergeError::TooFew(_) | MergeError::TooMany(_) => Self::Usage(error.to_string()),
            _ => Self::Data(error.to_string()),
        }
    }
}

impl From<HashError> for Failure {
    fn from(error: HashError) -> Self {
        match error {
            HashError::Cancelled => Self::Interrupted,
            _ => Self::Data(error.to_string()),
        }
    }
}

impl From<Cancelled> for Failure {
    fn from(_: Cancelled) -> Self {
        Self::Interrupted
    }
}
