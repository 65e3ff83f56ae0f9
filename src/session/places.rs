//! Where the files of a session are: by their path relative to the session file,
//! else beside it, else the bundled sample.

use std::path::{Component, Path, PathBuf};

use super::record::{CompanionRecord, CompanionRole, LayerRecord};
use crate::data;

/// Where a file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// There.
    At(PathBuf),
    /// It is the bundled sample.
    Sample,
    /// Nowhere that could be guessed: it has to be asked for.
    Unknown,
}

/// Which paths of a session are followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paths {
    /// Those relative to the session's file.
    Relative,
    /// Absolute ones as well: in a private file of this program only.
    Absolute,
}

impl LayerRecord {
    /// Where the activations are, for a session in `folder`. Looks at the disk.
    #[must_use]
    pub fn find_activations(&self, folder: &Path, paths: Paths) -> Place {
        let source = &self.source;
        match find(self.path.as_deref(), &source.file_name, folder, paths) {
            Some(path) => Place::At(path),
            None if source.sha256.as_deref() == Some(data::sample_sha256()) => Place::Sample,
            None => Place::Unknown,
        }
    }

    /// Where the basis is, likewise; `None` for the standard one.
    #[must_use]
    pub fn find_basis(&self, folder: &Path, paths: Paths) -> Option<Place> {
        let basis = self.basis.as_ref()?;
        let found = find(self.basis_path.as_deref(), &basis.file_name, folder, paths);
        Some(found.map_or(Place::Unknown, Place::At))
    }
}

impl CompanionRecord {
    /// Where it is, for a session in `folder`; `None` where it cannot be found. Looks at
    /// the disk.
    #[must_use]
    pub fn find(&self, folder: &Path, paths: Paths) -> Option<PathBuf> {
        candidates(self.path.as_deref(), &self.file_name, folder, paths).find(|path| {
            // Images may be a folder.
            path.is_file() || (self.role == CompanionRole::Images && path.is_dir())
        })
    }
}

/// The file at `path`, else the one of that name in the session's folder.
fn find(path: Option<&str>, file_name: &str, folder: &Path, paths: Paths) -> Option<PathBuf> {
    candidates(path, file_name, folder, paths).find(|path| path.is_file())
}

/// Where a file may be: at `path`, else under its name in the session's folder.
fn candidates(
    path: Option<&str>,
    file_name: &str,
    folder: &Path,
    paths: Paths,
) -> impl Iterator<Item = PathBuf> {
    let beside = is_plain(file_name).then_some(file_name);
    let known = path.filter(|path| match paths {
        Paths::Relative => is_relative(path),
        Paths::Absolute => !path.is_empty(),
    });
    let known = [known, beside].into_iter().flatten();
    let known: Vec<PathBuf> = known.map(|path| folder.join(path)).collect();
    known.into_iter()
}

/// Whether a path leads from one file to another, whatever the system: `..` is
/// such a path, `/data` and `C:` are none.
fn is_relative(path: &str) -> bool {
    let drive = path.as_bytes().get(1) == Some(&b':');
    let root = path.starts_with(['/', '\\']);
    !(path.is_empty() || path.contains('\0') || drive || root)
        && Path::new(path).components().all(|part| {
            matches!(
                part,
                Component::Normal(_) | Component::ParentDir | Component::CurDir
            )
        })
}

/// Whether a name is that of a file, without a folder.
fn is_plain(name: &str) -> bool {
    let mut parts = Path::new(name).components();
    let one = matches!(
        (parts.next(), parts.next()),
        (Some(Component::Normal(_)), None)
    );
    one && !name.contains(['/', '\\', '\0'])
}

/// The way from a folder to a file, parts separated by `/`. `None` where there is
/// none, as between two drives, or where a part of it is no text. Both have to be
/// absolute, and without `.`, `..` or links.
#[must_use]
pub fn relative_path(folder: &Path, file: &Path) -> Option<String> {
    if !folder.is_absolute() || !file.is_absolute() {
        return None;
    }
    let (from, to): (Vec<_>, Vec<_>) = (folder.components().collect(), file.components().collect());
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = from[shared..].iter().map(|part| match part {
        Component::Normal(_) => Some(".."),
        _ => None,
    });
    let down = to[shared..].iter().map(|part| match part {
        Component::Normal(name) => name.to_str(),
        _ => None,
    });
    let parts: Option<Vec<&str>> = up.chain(down).collect();
    parts
        .map(|parts| parts.join("/"))
        .filter(|path| !path.is_empty())
}

#[cfg(test)]
mod tests {
    use super::super::{BasisSource, Source};
    use super::*;
    use crate::data::ReadAs;

    fn record(file_name: &str, path: Option<&str>) -> LayerRecord {
        let source = Source {
            file_name: file_name.to_owned(),
            sha256: None,
            key: None,
            shape: [3, 2],
            array_shape: None,
            read_as: ReadAs::default(),
            dtype: "float32".to_owned(),
            excluded_rows: 0,
            zero_rows: 0,
        };
        LayerRecord {
            path: path.map(str::to_owned),
            ..LayerRecord::new(source, None)
        }
    }

    #[test]
    fn a_file_is_found_by_its_path_else_beside_the_session() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("papers");
        for place in ["papers", "dumps"] {
            std::fs::create_dir(root.path().join(place)).unwrap();
            std::fs::write(root.path().join(place).join("a.npy"), place).unwrap();
        }
        let found = |record: &LayerRecord, paths| match record.find_activations(&folder, paths) {
            Place::At(path) => Some(std::fs::read_to_string(path).unwrap()),
            _ => None,
        };
        let check = |name: &str, path: Option<&str>, expected: Option<&str>| {
            let found = found(&record(name, path), Paths::Relative);
            assert_eq!(found.as_deref(), expected, "{name} {path:?}");
        };
        check("a.npy", Some("../dumps/a.npy"), Some("dumps"));
        check("a.npy", Some("../gone/a.npy"), Some("papers"));
        check("a.npy", None, Some("papers"));
        check("b.npy", None, None);
        // A name is no path, and a folder is no file.
        check("../dumps/a.npy", None, None);
        check("..", Some(".."), None);
        // An absolute path was not written by this program, but in its private file.
        let absolute = root.path().join("dumps/a.npy");
        let absolute = absolute.to_str().unwrap();
        check("b.npy", Some(absolute), None);
        let private = found(&record("b.npy", Some(absolute)), Paths::Absolute);
        assert_eq!(private.as_deref(), Some("dumps"));
    }

    #[test]
    fn the_sample_is_known_by_its_hash_and_a_basis_has_a_place_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let mut record = record("relu_epoch_3000.npy", None);
        let place = |record: &LayerRecord| record.find_activations(folder.path(), Paths::Relative);
        assert_eq!(place(&record), Place::Unknown);
        record.source.sha256 = Some(data::sample_sha256().to_owned());
        assert_eq!(place(&record), Place::Sample);
        assert_eq!(record.find_basis(folder.path(), Paths::Relative), None);
        record.basis = Some(BasisSource {
            file_name: "b.npy".to_owned(),
            sha256: None,
            key: None,
            shape: [2, 2],
        });
        let basis = |record: &LayerRecord| record.find_basis(folder.path(), Paths::Relative);
        assert_eq!(basis(&record), Some(Place::Unknown));
        std::fs::write(folder.path().join("b.npy"), "").unwrap();
        let there = Place::At(folder.path().join("b.npy"));
        assert_eq!(basis(&record), Some(there));
    }

    #[cfg(unix)]
    #[test]
    fn the_way_between_two_places_is_relative_and_leads_back() {
        let check = |folder: &str, file: &str, expected: Option<&str>| {
            let path = relative_path(Path::new(folder), Path::new(file));
            assert_eq!(path.as_deref(), expected, "{folder} {file}");
            assert!(path.is_none_or(|path| is_relative(&path)));
        };
        check("/a/b", "/a/b/c.npy", Some("c.npy"));
        check("/a/b", "/a/d/c.npy", Some("../d/c.npy"));
        check("/a/b", "/c d/é.npy", Some("../../c d/é.npy"));
        check("a", "/a/c.npy", None);
        check("/a/..", "/a/c.npy", None);
        check("/a", "/a", None);
        for odd in ["", "/etc/passwd", "C:x", "\\\\server\\x", "a\0b"] {
            assert!(!is_relative(odd), "{odd:?}");
        }
    }
}
