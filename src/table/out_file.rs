//! A file that appears whole or not at all.

use std::fs;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::TableError;
use super::part::{Part, Replace};

/// Bytes gathered before the system is asked to write.
const BUFFER: usize = 1 << 18;

/// A file being written beside its target. Dropped before [`OutFile::finish`] it
/// leaves nothing.
#[derive(Debug)]
pub struct OutFile {
    file: BufWriter<Part>,
    target: PathBuf,
    name: String,
    replace: Replace,
    /// Set by the first failure. What comes after is swallowed, with the cursor
    /// moving as if it were written: an archive that is dropped closes itself
    /// first, and is neither to fail again nor to find its places wrong.
    failed: bool,
    cursor: u64,
    end: u64,
}

impl OutFile {
    /// Says early what [`OutFile::create`] would refuse.
    ///
    /// # Errors
    /// If `path` names no file, lies in no folder, or names something that is not
    /// to be replaced: any file without `force`, what is no regular file ever.
    pub fn check(path: &Path, force: bool) -> Result<(), TableError> {
        let file = name_of(path)?;
        match fs::metadata(path) {
            Ok(there) if !there.is_file() => Err(TableError::NotAFile { file }),
            Ok(_) if !force => Err(TableError::Exists { file }),
            // A link to nowhere is a name that is taken, too.
            Err(_) if !force && path.is_symlink() => Err(TableError::Exists { file }),
            Err(_) if !folder_of(path).is_dir() => Err(TableError::NoFolder { file }),
            _ => Ok(()),
        }
    }

    /// Opens a file in the folder of `path`: without a name where the system can do
    /// that, else with a temporary one.
    ///
    /// # Errors
    /// As [`OutFile::check`], and if the folder cannot be written to.
    pub fn create(path: &Path, force: bool) -> Result<Self, TableError> {
        Self::check(path, force)?;
        let name = name_of(path)?;
        // A link stays a link: the file it points to is replaced.
        let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let file = Part::create(folder_of(&target)).map_err(|source| {
            let file = name.clone();
            TableError::Io { file, source }
        })?;
        let replace = if force {
            Replace::Allowed
        } else {
            Replace::Never
        };
        Ok(Self {
            file: BufWriter::with_capacity(BUFFER, file),
            target,
            name,
            replace,
            failed: false,
            cursor: 0,
            end: 0,
        })
    }

    /// The target's name without its folder.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The temporary file, if it has a name: what a program that ends at once has to
    /// remove.
    #[must_use]
    pub fn part(&self) -> Option<&Path> {
        self.file.get_ref().path()
    }

    /// The folder that it will be in.
    #[must_use]
    pub fn folder(&self) -> &Path {
        folder_of(&self.target)
    }

    /// Gives the file its name, once the system has taken all of it.
    ///
    /// # Errors
    /// If something cannot be written, or if without `force` a file of that name
    /// has come about.
    pub fn finish(self) -> Result<(), TableError> {
        let Self {
            file,
            target,
            name,
            replace,
            ..
        } = self;
        let fail = |source: io::Error| match source.kind() {
            io::ErrorKind::AlreadyExists if replace == Replace::Never => {
                TableError::Exists { file: name.clone() }
            }
            _ => TableError::Io {
                file: name.clone(),
                source,
            },
        };
        let file = file.into_inner().map_err(|e| fail(e.into_error()))?;
        file.persist(&target, replace).map_err(fail)
    }

    /// Notes whether `done` is the first failure.
    fn noted<T>(&mut self, done: io::Result<T>) -> io::Result<T> {
        self.failed |= matches!(&done, Err(e) if e.kind() != io::ErrorKind::Interrupted);
        done
    }
}

impl Write for OutFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = if self.failed {
            bytes.len()
        } else {
            let done = self.file.write(bytes);
            self.noted(done)?
        };
        self.cursor += written as u64;
        self.end = self.end.max(self.cursor);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.failed {
            return Ok(());
        }
        let done = self.file.flush();
        self.noted(done)
    }
}

impl Seek for OutFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.cursor = if self.failed {
            match to {
                SeekFrom::Start(place) => Some(place),
                SeekFrom::Current(way) => self.cursor.checked_add_signed(way),
                SeekFrom::End(way) => self.end.checked_add_signed(way),
            }
            .ok_or(io::ErrorKind::InvalidInput)?
        } else {
            let done = self.file.seek(to);
            self.noted(done)?
        };
        Ok(self.cursor)
    }
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

fn name_of(path: &Path) -> Result<String, TableError> {
    match path.file_name() {
        Some(name) => Ok(name.display().to_string()),
        None => Err(TableError::NoName(path.display().to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn nothing_is_there_before_the_end_and_all_of_it_after() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.npz");
        let mut out = OutFile::create(&path, false).unwrap();
        out.write_all(b"whole").unwrap();
        assert!(!path.exists());
        out.finish().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"whole");
        assert_eq!(names(folder.path()), ["a.npz"]);
        let out = OutFile::create(&path, true).unwrap();
        drop(out);
        assert_eq!(names(folder.path()), ["a.npz"]);
    }

    #[test]
    fn a_file_that_came_about_meanwhile_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.npz");
        let out = OutFile::create(&path, false).unwrap();
        fs::write(&path, "theirs").unwrap();
        assert!(matches!(out.finish(), Err(TableError::Exists { .. })));
        assert_eq!(fs::read(&path).unwrap(), b"theirs");
        assert_eq!(names(folder.path()), ["a.npz"]);
    }

    #[test]
    fn what_is_no_file_is_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        for force in [false, true] {
            let error = OutFile::check(folder.path(), force).unwrap_err();
            assert!(matches!(error, TableError::NotAFile { .. }), "{error}");
            assert!(OutFile::check(Path::new("/"), force).is_err());
        }
    }

    #[test]
    fn a_folder_that_is_not_there_is_said_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let error = OutFile::check(&folder.path().join("none/a.npz"), false).unwrap_err();
        assert!(matches!(error, TableError::NoFolder { .. }), "{error}");
        assert!(OutFile::check(Path::new("not-there.npz"), false).is_ok());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link_and_a_new_file_is_as_open_as_any() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        fs::write(&file, "old").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        let mut out = OutFile::create(&link, true).unwrap();
        out.write_all(b"new").unwrap();
        out.finish().unwrap();
        assert!(link.is_symlink());
        assert_eq!(fs::read(&file).unwrap(), b"new");
        let plain = folder.path().join("plain");
        fs::write(&plain, "").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode(&file), mode(&plain));
    }
}
