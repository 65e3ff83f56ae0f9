//! Where a table goes.

use std::fs::File;
use std::io::{self, Write};

use super::TableError;
use super::arrays::ArrayFile;
use super::format::Format;
use super::out_file::OutFile;
use crate::srm::Cancelled;

/// A file that appears whole or not at all, or a stream that cannot be taken back.
pub enum Out {
    /// A file.
    File(OutFile),
    /// The standard output, or what stands for it.
    Stream(Box<dyn Write + Send>),
}

impl std::fmt::Debug for Out {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(file) => f.debug_tuple("File").field(file).finish(),
            Self::Stream(_) => f.write_str("Stream"),
        }
    }
}

impl From<OutFile> for Out {
    fn from(file: OutFile) -> Self {
        Self::File(file)
    }
}

impl Out {
    /// An unnamed file for what has to wait: beside the target, where there is
    /// room if there is any.
    pub(super) fn spool(&self) -> io::Result<File> {
        match self {
            Self::File(file) => tempfile::tempfile_in(file.folder()),
            Self::Stream(_) => tempfile::tempfile(),
        }
    }

    /// The file, where it is one: an npz cannot be streamed.
    ///
    /// # Errors
    /// [`TableError::NotStreamed`] of a stream.
    pub fn into_file(self) -> Result<OutFile, TableError> {
        match self {
            Self::File(file) => Ok(file),
            Self::Stream(_) => Err(TableError::NotStreamed),
        }
    }

    /// What was written is the whole, or it failed: then a file is not kept.
    pub(super) fn end(self, written: io::Result<()>) -> Result<(), TableError> {
        match written {
            Ok(()) => self.finish(),
            Err(e) => Err(self.failed(e)),
        }
    }

    /// Writes a table that is arrays in an npz, and lines below a head as CSV or TSV.
    ///
    /// # Errors
    /// If it cannot be written; [`TableError::NoJson`] of JSON.
    pub(super) fn arrays_or_lines(
        mut self,
        format: Format,
        arrays: impl FnOnce(&mut ArrayFile) -> io::Result<()>,
        lines: impl FnOnce(&mut Self, char) -> io::Result<()>,
    ) -> Result<(), TableError> {
        let written = match format {
            Format::Npz => {
                let mut file = ArrayFile::new(self.into_file()?);
                arrays(&mut file).map_err(|e| file.failed(e))?;
                return file.finish();
            }
            Format::Csv => lines(&mut self, ','),
            Format::Tsv => lines(&mut self, '\t'),
            Format::Json => return Err(TableError::NoJson),
        };
        self.end(written)
    }

    /// The whole is there: gives a file its name.
    fn finish(self) -> Result<(), TableError> {
        match self {
            Self::File(file) => file.finish(),
            Self::Stream(mut stream) => stream.flush().map_err(TableError::Stream),
        }
    }

    /// What to say of a failure to write.
    pub(super) fn failed(&self, source: io::Error) -> TableError {
        let inner = source.get_ref();
        if inner.is_some_and(<dyn std::error::Error + Send + Sync>::is::<Cancelled>) {
            return TableError::Cancelled(Cancelled);
        }
        match self {
            Self::File(file) => TableError::Io {
                file: file.name().to_owned(),
                source,
            },
            Self::Stream(_) => TableError::Stream(source),
        }
    }
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::File(file) => file.write(bytes),
            Self::Stream(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::File(file) => file.flush(),
            Self::Stream(stream) => stream.flush(),
        }
    }
}
