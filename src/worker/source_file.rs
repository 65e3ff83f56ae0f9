//! The files of a layer and their hashes, which are worked out once, beside the
//! window, and shared by every layer that was read from them.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};

use crate::data::{self, Dump, FileStamp, Matrix};
use crate::session::{BasisSource, HashError, sha256_of};

/// A file that was read, and its SHA-256 once it is known.
#[derive(Clone, Debug)]
pub struct SourceFile {
    path: PathBuf,
    stamp: Option<FileStamp>,
    sha256: Arc<OnceLock<String>>,
}

impl SourceFile {
    /// The file of a dump; of the bundled sample, which is known, where it has no
    /// stamp.
    pub(super) fn of_dump(dump: &Dump) -> Self {
        let file = Self::new(&dump.path, dump.stamp);
        if dump.stamp.is_none() {
            // The first to say it.
            let _ = file.sha256.set(data::sample_sha256().to_owned());
        }
        file
    }

    pub(super) fn new(path: &Path, stamp: Option<FileStamp>) -> Self {
        Self {
            path: path.to_owned(),
            stamp,
            sha256: Arc::default(),
        }
    }

    /// Where it was read from.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its SHA-256 in hexadecimal, if it is known.
    #[must_use]
    pub fn sha256(&self) -> Option<&str> {
        self.sha256.get().map(String::as_str)
    }

    /// Its SHA-256, worked out unless it is known: as long as reading the file.
    ///
    /// # Errors
    /// [`HashError`], also where another file has taken its place.
    pub fn hash(&self, cancel: &AtomicBool) -> Result<&str, HashError> {
        if let Some(known) = self.sha256.get() {
            return Ok(known);
        }
        let sha256 = sha256_of(&self.path, self.stamp, cancel)?;
        Ok(self.sha256.get_or_init(|| sha256))
    }
}

/// The file of a basis, and what is recorded of it.
#[derive(Clone, Debug)]
pub struct BasisFile {
    /// What is recorded of it, but for its hash.
    pub source: BasisSource,
    /// The file.
    pub file: SourceFile,
}

impl BasisFile {
    pub(super) fn of(matrix: &Matrix) -> Self {
        Self {
            source: BasisSource::of(matrix),
            file: SourceFile::new(&matrix.path, matrix.stamp),
        }
    }
}
