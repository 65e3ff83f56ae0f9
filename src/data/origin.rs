//! Where the bytes of a file come from: the file system, or memory.

use std::fs::{File, FileType, Metadata};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;

use super::at::{self, ReadAt};
use super::error::{DataError, FOLDER};
use super::foreign;
use super::stamp::FileStamp;

/// Bytes that can be read from any place, with the name that messages call them by.
#[derive(Clone)]
pub(crate) struct Origin {
    /// The file's name without its folder.
    pub name: String,
    /// The end of the name behind its last dot, in small letters; empty if there is none.
    pub extension: String,
    /// The bytes.
    pub file: Arc<dyn ReadAt>,
    /// How many there were when it was opened.
    pub length: u64,
    /// Tells a file from another that comes to stand in its place; `None` in memory.
    pub stamp: Option<FileStamp>,
}

impl Origin {
    /// Opens a regular file. What is none, such as a pipe, is never opened.
    pub fn open(path: &Path) -> Result<Self, DataError> {
        let name = path.file_name().unwrap_or(path.as_os_str());
        Self::open_as(path, name.to_string_lossy().into_owned())
    }

    /// As [`Origin::open`]; messages call the file `name`.
    pub fn open_as(path: &Path, name: String) -> Result<Self, DataError> {
        let io = |source| DataError::Io {
            file: name.clone(),
            source,
        };
        let regular = |metadata: &Metadata| match special(metadata.file_type()) {
            Some(_)
                if metadata.is_dir()
                    && let Some(error) = foreign::folder(path, &name) =>
            {
                Err(error)
            }
            Some(what) => Err(DataError::NotAFile {
                file: name.clone(),
                what,
            }),
            None => Ok(()),
        };
        // Asked before opening, which may wait for ever on a pipe.
        regular(&std::fs::metadata(path).map_err(io)?)?;
        let file = File::open(path).map_err(io)?;
        let metadata = file.metadata().map_err(io)?;
        regular(&metadata)?;
        Ok(Self {
            extension: extension(path),
            name,
            file: at::placed(file),
            length: metadata.len(),
            stamp: Some(FileStamp::of(&metadata)),
        })
    }

    /// Bytes in memory, as a file of that name.
    pub fn of_bytes(name: &str, bytes: impl Into<Arc<[u8]>>) -> Self {
        let bytes: Arc<[u8]> = bytes.into();
        Self {
            name: name.to_owned(),
            extension: extension(Path::new(name)),
            length: bytes.len() as u64,
            file: Arc::new(bytes),
            stamp: None,
        }
    }

    /// Its first bytes, at most `most`.
    pub fn start(&self, most: usize) -> Result<Vec<u8>, DataError> {
        self.bytes(0, most).map_err(|source| self.io(source))
    }

    /// The bytes from `at` on, at most `most` of them and fewer at the end.
    pub fn bytes(&self, at: u64, most: usize) -> io::Result<Vec<u8>> {
        let there = usize::try_from(self.length.saturating_sub(at)).unwrap_or(usize::MAX);
        let mut bytes = vec![0; most.min(there)];
        let mut reader = self.reader();
        reader.seek(SeekFrom::Start(at))?;
        let mut filled = 0;
        while filled < bytes.len() {
            match reader.read(&mut bytes[filled..]) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        bytes.truncate(filled);
        Ok(bytes)
    }

    /// Reads it one byte after another, and from wherever it is told to.
    pub fn reader(&self) -> Reader {
        Reader {
            file: Arc::clone(&self.file),
            length: self.length,
            at: 0,
        }
    }

    /// The system failed while reading it.
    pub fn io(&self, source: io::Error) -> DataError {
        DataError::Io {
            file: self.name.clone(),
            source,
        }
    }
}

fn extension(path: &Path) -> String {
    let extension = path.extension().unwrap_or_default();
    extension.to_string_lossy().to_lowercase()
}

/// An [`Origin`] being read in order; it can be moved to any place.
pub(crate) struct Reader {
    file: Arc<dyn ReadAt>,
    length: u64,
    at: u64,
}

impl Read for Reader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read_at(buffer, self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for Reader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let place = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.length.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = place.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

/// What a path is if not a regular file.
fn special(kind: FileType) -> Option<&'static str> {
    if kind.is_file() {
        return None;
    }
    if kind.is_dir() {
        return Some(FOLDER);
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if kind.is_fifo() {
            return Some("a pipe");
        }
        if kind.is_socket() {
            return Some("a socket");
        }
        if kind.is_char_device() || kind.is_block_device() {
            return Some("a device");
        }
    }
    Some("something else")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_reads_as_a_file_does() {
        let bytes: Vec<u8> = (0..=255).collect();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.Tar.GZ");
        std::fs::write(&path, &bytes).unwrap();
        for origin in [
            Origin::open(&path).unwrap(),
            Origin::of_bytes("x.Tar.GZ", bytes.clone()),
        ] {
            assert_eq!((origin.extension.as_str(), origin.length), ("gz", 256));
            assert_eq!(origin.start(3).unwrap(), [0, 1, 2]);
            assert_eq!(origin.bytes(254, 9).unwrap(), [254, 255]);
            assert!(origin.bytes(u64::MAX, 9).unwrap().is_empty());
            let mut reader = origin.reader();
            let mut two = [0; 2];
            assert_eq!(reader.seek(SeekFrom::End(-2)).unwrap(), 254);
            reader.read_exact(&mut two).unwrap();
            assert_eq!(two, [254, 255]);
            assert_eq!(reader.seek(SeekFrom::Current(-6)).unwrap(), 250);
            assert!(reader.seek(SeekFrom::End(-257)).is_err());
        }
    }
}
