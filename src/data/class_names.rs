//! Class names: what the classes of labels are called.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::error::{ArrayProblem, DataError};
use super::labels::{Labels, MOST_CLASSES, is_text, place_of};
use super::origin::Origin;
use super::role::Role;
use super::source::Source;
use super::{FileStamp, Pick, table_column, text};
use crate::words::{count, size, thousands};

/// Most bytes of a list in JSON.
const MOST_JSON: u64 = 16 << 20;

/// What the column of a table is called, in small letters.
const COLUMN_NAMES: [&str; 5] = ["name", "class_name", "class name", "class", "label"];

/// A name for each class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassNames {
    /// The file's name without its folder.
    pub file_name: String,
    /// The file as it was asked for.
    pub path: PathBuf,
    /// The array's name in a file of several.
    pub key: Option<String>,
    /// The file as it was when it was opened.
    pub stamp: Option<FileStamp>,
    /// The names, that of class 0 first; the class is put behind one that several have.
    pub names: Arc<[String]>,
}

impl ClassNames {
    /// Reads class names: a text file with one a line, the column of a table that is
    /// called name or class, or its only one, a JSON list, or text of a file of arrays.
    ///
    /// # Errors
    /// [`DataError`], also of more than [`MOST_CLASSES`] names, and of an empty one.
    pub fn load(path: &Path, pick: &Pick, cancel: &AtomicBool) -> Result<Self, DataError> {
        Self::read(Origin::open(path)?, path, pick, cancel)
    }

    /// As [`ClassNames::load`], of bytes in memory as a file of that name.
    ///
    /// # Errors
    /// As [`ClassNames::load`].
    pub fn of_bytes(
        name: &str,
        bytes: Arc<[u8]>,
        pick: &Pick,
        cancel: &AtomicBool,
    ) -> Result<Self, DataError> {
        Self::read(Origin::of_bytes(name, bytes), Path::new(name), pick, cancel)
    }

    fn read(
        origin: Origin,
        path: &Path,
        pick: &Pick,
        cancel: &AtomicBool,
    ) -> Result<Self, DataError> {
        let (name, stamp) = (origin.name.clone(), origin.stamp);
        let mut key = None;
        let mut names = Vec::new();
        let mut add = |word: &str| {
            if names.len() == MOST_CLASSES {
                return Err(ArrayProblem::Said(format!(
                    "holds more than {} names, so it can hardly be class names",
                    thousands(MOST_CLASSES as u64)
                )));
            }
            if word.trim().is_empty() {
                return Err(ArrayProblem::Said(format!(
                    "holds an empty name for class {}: give each class a name",
                    thousands(names.len() as u64)
                )));
            }
            names.push(word.to_owned());
            Ok(())
        };
        if !is_text(&origin)? {
            let mut source = Source::open(origin, cancel)?;
            let place = place_of(&mut source, pick.key.as_deref(), Role::ClassNames, cancel)?;
            key = source.key(place).map(str::to_owned);
            let read = source.read(place, pick.memory_limit, cancel, |head, bytes| {
                let layout = text::layout(head).ok_or_else(|| {
                    ArrayProblem::Said(format!(
                        "holds {}, but class names are text",
                        head.descr.name()
                    ))
                })?;
                text::items(head, layout, bytes, cancel, |word| add(word.trim()))
            });
            read.map_err(|problem| problem.at(&name, key.as_deref()))?;
        } else if origin.extension == "json" {
            for word in json(&origin)? {
                add(&word).map_err(|problem| problem.at(&name, None))?;
            }
        } else if table_column::is_table(&origin) {
            table_column::column(&origin, &COLUMN_NAMES, cancel, add)?;
        } else {
            text::lines(&origin, cancel, |_, word| add(word))?;
        }
        if names.is_empty() {
            let problem = ArrayProblem::Said("holds no name: one a class is needed".to_owned());
            return Err(problem.at(&name, key.as_deref()));
        }
        tell_apart(&mut names);
        Ok(Self {
            file_name: name,
            path: path.to_owned(),
            key,
            stamp,
            names: names.into(),
        })
    }

    /// Whether every class of these labels has a name here: each is a number that
    /// counts from 0, or there are as many names as classes.
    #[must_use]
    pub fn fit(&self, labels: &Labels) -> bool {
        self.names.len() == labels.classes.len() || self.number_all(labels)
    }

    /// What the class at that place of the labels' is called; `None` where they don't
    /// fit.
    #[must_use]
    pub fn name_of(&self, labels: &Labels, class: u32) -> Option<&str> {
        let place = class as usize;
        let place = match &labels.numbers {
            Some(numbers) if self.number_all(labels) => {
                usize::try_from(*numbers.get(place)?).ok()?
            }
            _ if self.names.len() == labels.classes.len() => place,
            _ => return None,
        };
        self.names.get(place).map(String::as_str)
    }

    fn number_all(&self, labels: &Labels) -> bool {
        let known = 0..self.names.len() as i64;
        let numbers = labels.numbers.as_ref();
        numbers.is_some_and(|numbers| numbers.iter().all(|number| known.contains(number)))
    }

    /// Why the names are none of these labels'; a sentence with both counts.
    #[must_use]
    pub fn misfit(&self, labels: &Labels) -> String {
        format!(
            "{} holds {}, but {} has {}",
            self.file_name,
            count(self.names.len() as u64, "class name"),
            labels.file_name,
            classes(labels.classes.len())
        )
    }
}

/// Puts its class behind a name that several classes have, such as the cranes of `ImageNet`:
/// `crane (134)`, `crane (517)`.
fn tell_apart(names: &mut [String]) {
    let mut times: HashMap<String, usize> = HashMap::new();
    for name in &*names {
        *times.entry(name.clone()).or_default() += 1;
    }
    for (class, name) in names.iter_mut().enumerate() {
        if times[name.as_str()] > 1 {
            *name = format!("{name} ({class})");
        }
    }
}

/// `1 class`, `10 classes`.
#[must_use]
pub fn classes(n: usize) -> String {
    let noun = if n == 1 { "class" } else { "classes" };
    format!("{} {noun}", thousands(n as u64))
}

/// The strings of a JSON list.
fn json(origin: &Origin) -> Result<Vec<String>, DataError> {
    let said = |what: String| ArrayProblem::Said(what).at(&origin.name, None);
    if origin.length > MOST_JSON {
        return Err(said(format!(
            "has {}, more than the {} of JSON that are read",
            size(origin.length),
            size(MOST_JSON)
        )));
    }
    let bytes = origin
        .bytes(0, MOST_JSON as usize)
        .map_err(|source| origin.io(source))?;
    serde_json::from_slice(&bytes).map_err(|_| {
        said(r#"is no JSON list of names such as ["cat", "dog"]: save one"#.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(file: &str, bytes: &[u8]) -> Result<Vec<String>, String> {
        let never = AtomicBool::new(false);
        let origin = Origin::of_bytes(file, bytes);
        ClassNames::read(origin, Path::new(file), &Pick::default(), &never)
            .map(|names| names.names.to_vec())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn names_come_from_lines_tables_and_lists() {
        let pets = ["cat", "great dane"];
        for (file, bytes) in [
            ("names.txt", &b"cat\ngreat dane\n"[..]),
            ("names.csv", b"cat\n\"great dane\"\n"),
            ("names.csv", b"number;name\n0;cat\n1;great dane\n"),
            ("names.json", br#"["cat", "great dane"]"#),
        ] {
            assert_eq!(names(file, bytes).unwrap(), pets, "{file}");
        }
    }

    #[test]
    fn classes_of_one_name_are_told_apart() {
        assert_eq!(
            names("n.txt", b"odd\neven\nodd\n").unwrap(),
            ["odd (0)", "even", "odd (2)"]
        );
    }

    #[test]
    fn what_is_no_list_of_names_is_said() {
        for (file, bytes, said) in [
            (
                "n.json",
                &br#"{"a": 1}"#[..],
                "n.json is no JSON list of names",
            ),
            ("n.json", b"[", "n.json is no JSON list of names"),
            (
                "n.txt",
                b"\n\n",
                "n.txt holds no name: one a class is needed",
            ),
            (
                "n.csv",
                b"a,b\n",
                "n.csv has 2 columns and none that is called name or",
            ),
            ("n.npy", b"x", "n.npy is not a .npy file"),
            (
                "n.json",
                br#"["a", ""]"#,
                "n.json holds an empty name for class 1: give each class a name",
            ),
        ] {
            let error = names(file, bytes).unwrap_err();
            assert!(error.starts_with(said), "{error}");
        }
    }
}
