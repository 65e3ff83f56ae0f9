//! SHA-256 of a file, read once from end to end, beside other work.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};

use crate::data::{self, FileStamp};
use crate::words;

/// Bytes between two looks at the flag: about a millisecond.
const CHUNK: usize = 1 << 20;

/// Why a file has no hash.
#[derive(Debug, thiserror::Error)]
pub enum HashError {
    /// The file could not be read.
    #[error("cannot read {file} for its SHA-256: {}", words::io_error(source))]
    Io {
        /// The file's name.
        file: String,
        /// What the system said.
        source: io::Error,
    },
    /// It is not the file any more that was loaded.
    #[error("{0} changed while it was being read: run again")]
    Changed(String),
    /// Called off.
    #[error("hashing was cancelled")]
    Cancelled,
    /// The thread could not be started or died.
    #[error("the SHA-256 of {0} could not be worked out: no thread")]
    NoThread(String),
}

/// A file's hash and how long it took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hash {
    /// SHA-256 in hexadecimal.
    pub sha256: String,
    /// Wall time.
    pub took: Duration,
}

/// SHA-256 of the file at `path` in hexadecimal, in constant memory.
///
/// # Errors
/// If the file cannot be read; [`HashError::Cancelled`] soon after `cancel` is set.
pub fn sha256(path: &Path, cancel: &AtomicBool) -> Result<String, HashError> {
    sha256_of(path, None, cancel)
}

/// As [`sha256`], of the file that had this `stamp` when it was loaded; `None` if
/// any file will do.
///
/// # Errors
/// As [`sha256`]; [`HashError::Changed`] if it is not the file that was loaded.
pub fn sha256_of(
    path: &Path,
    stamp: Option<FileStamp>,
    cancel: &AtomicBool,
) -> Result<String, HashError> {
    let fail = |source| HashError::Io {
        file: name(path),
        source,
    };
    let same = |file: &File| match stamp {
        Some(stamp) if FileStamp::of(&file.metadata().map_err(fail)?) != stamp => {
            Err(HashError::Changed(name(path)))
        }
        _ => Ok(()),
    };
    let mut file = File::open(path).map_err(fail)?;
    same(&file)?;
    let mut hasher = Sha256::new();
    let mut chunk = vec![0; CHUNK];
    loop {
        if cancel.load(Ordering::Relaxed) {
            return Err(HashError::Cancelled);
        }
        match file.read(&mut chunk) {
            Ok(0) => break,
            Ok(n) => hasher.update(&chunk[..n]),
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(fail(e)),
        }
    }
    same(&file)?;
    Ok(data::hex(&hasher.finalize()))
}

/// A hash that is being worked out on a thread of its own.
#[derive(Debug)]
pub struct HashJob {
    file: String,
    thread: Option<JoinHandle<Result<Hash, HashError>>>,
}

impl HashJob {
    /// Starts to hash the file at `path`, which had this `stamp` when it was
    /// loaded; `None` if any file will do.
    #[must_use]
    pub fn start(path: &Path, stamp: Option<FileStamp>, cancel: Arc<AtomicBool>) -> Self {
        let file = name(path);
        let path = path.to_owned();
        let thread = Builder::new().name("hash".to_owned()).spawn(move || {
            let started = Instant::now();
            let sha256 = sha256_of(&path, stamp, &cancel)?;
            Ok(Hash {
                sha256,
                took: started.elapsed(),
            })
        });
        Self {
            file,
            thread: thread.ok(),
        }
    }

    /// Waits for the hash.
    ///
    /// # Errors
    /// As [`sha256`]; [`HashError::Changed`] if it is not the file that was loaded;
    /// [`HashError::NoThread`] if the system gave no thread.
    pub fn join(self) -> Result<Hash, HashError> {
        self.thread
            .and_then(|thread| thread.join().ok())
            .unwrap_or(Err(HashError::NoThread(self.file)))
    }
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standards_own_example() {
        // FIPS 180-2, B.1 and B.3: "abc", and a million times "a".
        let folder = tempfile::tempdir().unwrap();
        let check = |text: &[u8], expected: &str| {
            let path = folder.path().join("file");
            std::fs::write(&path, text).unwrap();
            let job = HashJob::start(&path, None, Arc::default());
            assert_eq!(job.join().unwrap().sha256, expected);
        };
        check(
            b"abc",
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        );
        check(
            &vec![b'a'; 1_000_000],
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
        );
    }

    #[test]
    fn it_stops_when_asked_and_names_the_file_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("acts.npy");
        std::fs::write(&path, "x").unwrap();
        let cancelled = sha256(&path, &AtomicBool::new(true));
        assert!(matches!(cancelled, Err(HashError::Cancelled)));
        std::fs::remove_file(&path).unwrap();
        let missing = sha256(&path, &AtomicBool::new(false)).unwrap_err();
        assert!(missing.to_string().starts_with("cannot read acts.npy for"));
    }

    #[test]
    fn only_the_file_that_was_loaded_is_hashed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("acts.npy");
        let stamp = || FileStamp::of(&std::fs::metadata(&path).unwrap());
        let hashed = |stamp| HashJob::start(&path, Some(stamp), Arc::default()).join();
        std::fs::write(&path, "first").unwrap();
        let loaded = stamp();
        assert!(hashed(loaded).is_ok());
        // Another of the same size takes its name; then it is written anew.
        let other = folder.path().join("other");
        std::fs::write(&other, "other").unwrap();
        std::fs::rename(&other, &path).unwrap();
        let error = hashed(loaded).unwrap_err().to_string();
        assert_eq!(error, "acts.npy changed while it was being read: run again");
        let replaced = stamp();
        std::fs::write(&path, "longer").unwrap();
        assert!(matches!(hashed(replaced), Err(HashError::Changed(_))));
    }
}
