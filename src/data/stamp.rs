//! Which file was read, so that nobody speaks later of another one of its name.

use std::fs::Metadata;
use std::time::SystemTime;

/// What tells a file from what comes to stand in its place: on Unix its device
/// and inode, everywhere its size and the time of its last change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileStamp {
    place: Option<(u64, u64)>,
    size: u64,
    changed: Option<SystemTime>,
}

impl FileStamp {
    /// Of a file that is open.
    #[must_use]
    pub fn of(metadata: &Metadata) -> Self {
        #[cfg(unix)]
        let place = {
            use std::os::unix::fs::MetadataExt;
            Some((metadata.dev(), metadata.ino()))
        };
        #[cfg(not(unix))]
        let place = None;
        Self {
            place,
            size: metadata.len(),
            changed: metadata.modified().ok(),
        }
    }
}
