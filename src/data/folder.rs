//! A folder of dumps: its files in the order in which a person counts.

use std::path::{Path, PathBuf};

use super::error::DataError;

/// Most files of a folder that are listed.
pub const MOST_FILES: usize = 100_000;

/// Sorts paths as a person counts: `epoch_2` before `epoch_10`.
pub fn natural_order(paths: &mut [PathBuf]) {
    alphanumeric_sort::sort_path_slice(paths);
}

/// The files of a folder in [`natural_order`]: not those of folders in it, and none
/// whose name begins with a dot. A link counts as what it leads to.
///
/// # Errors
/// If the folder cannot be read, holds no file or more than [`MOST_FILES`].
pub fn folder(path: &Path) -> Result<Vec<PathBuf>, DataError> {
    let name = path.file_name().unwrap_or(path.as_os_str());
    let file = || name.to_string_lossy().into_owned();
    let io = |source| DataError::Io {
        file: file(),
        source,
    };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path).map_err(io)? {
        let path = entry.map_err(io)?.path();
        let is_hidden = path
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if !is_hidden && path.is_file() {
            files.push(path);
        }
        if files.len() > MOST_FILES {
            return Err(DataError::ManyFiles { folder: file() });
        }
    }
    if files.is_empty() {
        return Err(DataError::NoFiles { folder: file() });
    }
    natural_order(&mut files);
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_come_as_a_person_counts_them() {
        let place = tempfile::tempdir().unwrap();
        for name in [
            "epoch_10.npy",
            "epoch_2.npy",
            "epoch_0.npy",
            ".hidden",
            "a.npy",
        ] {
            std::fs::write(place.path().join(name), b"x").unwrap();
        }
        std::fs::create_dir(place.path().join("epoch_3")).unwrap();
        let names: Vec<String> = folder(place.path())
            .unwrap()
            .iter()
            .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
            .collect();
        assert_eq!(
            names,
            ["a.npy", "epoch_0.npy", "epoch_2.npy", "epoch_10.npy"]
        );
    }

    #[test]
    fn a_folder_without_files_is_said() {
        let place = tempfile::tempdir().unwrap();
        std::fs::create_dir(place.path().join("in")).unwrap();
        let said = folder(place.path()).unwrap_err().to_string();
        assert!(
            said.ends_with("holds no files: choose the folder that the dumps are in"),
            "{said}"
        );
        assert!(folder(&place.path().join("none")).is_err());
    }
}
