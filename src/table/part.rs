//! A file on its way: without a name where the system can do that, so that nothing
//! is left of it however the program ends.

use std::fs::{self, File};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// What a file that gets its name does to one that has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Replace {
    /// It is refused.
    Never,
    /// It takes its place.
    Allowed,
}

/// A file that is being written.
#[derive(Debug)]
pub(super) enum Part {
    /// It has no name yet: the system forgets it if the program ends, even killed.
    #[cfg(target_os = "linux")]
    Unnamed { file: File, folder: PathBuf },
    /// It has a temporary one.
    Named(NamedTempFile),
}

fn builder() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".followspot-").suffix(".part");
    builder
}

impl Part {
    /// Opens a file in that folder.
    pub fn create(folder: &Path) -> io::Result<Self> {
        #[cfg(target_os = "linux")]
        if let Ok(file) = unnamed(folder) {
            let folder = folder.to_owned();
            return Ok(Self::Unnamed { file, folder });
        }
        Self::named(folder)
    }

    /// The same with a temporary name.
    fn named(folder: &Path) -> io::Result<Self> {
        let mut builder = builder();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // As any new file: the umask takes its part off.
            builder.permissions(fs::Permissions::from_mode(0o666));
        }
        builder.tempfile_in(folder).map(Self::Named)
    }

    /// Its temporary name, if it has one.
    pub fn path(&self) -> Option<&Path> {
        match self {
            #[cfg(target_os = "linux")]
            Self::Unnamed { .. } => None,
            Self::Named(file) => Some(file.path()),
        }
    }

    fn file(&self) -> &File {
        match self {
            #[cfg(target_os = "linux")]
            Self::Unnamed { file, .. } => file,
            Self::Named(file) => file.as_file(),
        }
    }

    /// Gives the file that name, once the system has taken all of it.
    pub fn persist(self, target: &Path, replace: Replace) -> io::Result<()> {
        // A full disk or quota may show only here, on a network drive for one.
        self.file().sync_all()?;
        match (self, replace) {
            #[cfg(target_os = "linux")]
            (Self::Unnamed { file, .. }, Replace::Never) => link(&file, target),
            #[cfg(target_os = "linux")]
            (Self::Unnamed { file, folder }, Replace::Allowed) => {
                // A link replaces nothing, a new name does.
                let linked = builder().make_in(folder, |path| link(&file, path))?;
                linked.into_temp_path().persist(target).map_err(|e| e.error)
            }
            (Self::Named(file), Replace::Never) => named_as(file.persist_noclobber(target)),
            (Self::Named(file), Replace::Allowed) => named_as(file.persist(target)),
        }
    }
}

fn named_as(persisted: Result<File, tempfile::PersistError>) -> io::Result<()> {
    persisted.map(drop).map_err(|e| e.error)
}

/// A file without a name that can be given one.
#[cfg(target_os = "linux")]
fn unnamed(folder: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    let file = File::options()
        .write(true)
        .read(true)
        .mode(0o666)
        .custom_flags(libc::O_TMPFILE)
        .open(folder)?;
    // It gets its name by way of this one.
    fs::metadata(path_of(&file))?;
    Ok(file)
}

#[cfg(target_os = "linux")]
fn path_of(file: &File) -> PathBuf {
    use std::os::fd::AsRawFd;
    PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd()))
}

#[cfg(target_os = "linux")]
fn link(file: &File, path: &Path) -> io::Result<()> {
    use rustix::fs::{AtFlags, CWD, linkat};
    linkat(CWD, path_of(file), CWD, path, AtFlags::SYMLINK_FOLLOW).map_err(io::Error::from)
}

impl Write for Part {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file().flush()
    }
}

impl Seek for Part {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file().seek(to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn with_and_without_a_name_it_comes_to_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let kinds: [fn(&Path) -> io::Result<Part>; 2] = [Part::create, Part::named];
        for (number, create) in kinds.into_iter().enumerate() {
            let target = folder.path().join(format!("{number}"));
            let written = |text: &str| {
                let mut part = create(folder.path()).unwrap();
                part.write_all(text.as_bytes()).unwrap();
                part
            };
            written("first").persist(&target, Replace::Never).unwrap();
            let refused = written("second").persist(&target, Replace::Never);
            assert_eq!(refused.unwrap_err().kind(), io::ErrorKind::AlreadyExists);
            assert_eq!(fs::read(&target).unwrap(), b"first");
            written("third").persist(&target, Replace::Allowed).unwrap();
            assert_eq!(fs::read(&target).unwrap(), b"third");
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn nothing_is_seen_of_a_file_without_a_name() {
        let folder = tempfile::tempdir().unwrap();
        let mut part = Part::create(folder.path()).unwrap();
        part.write_all(b"half").unwrap();
        if let Part::Unnamed { .. } = part {
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        }
    }
}
