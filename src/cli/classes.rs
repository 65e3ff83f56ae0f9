//! `--labels` and `--class-names`, read alike by every subcommand that knows classes.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use serde::Serialize;

use super::args::ClassArgs;
use super::failure::Failure;
use super::interrupt::Interrupt;
use crate::data::{ClassNames, DataError, Dump, FileStamp, Labels, Pick};
use crate::session::{CompanionRecord, CompanionRole, sha256_of};
use crate::srm::Classes;
use crate::words::count;

/// Labels, and what their classes are called.
#[derive(Debug)]
pub(super) struct Labelling {
    labels: Labels,
    names: Option<ClassNames>,
}

impl Labelling {
    /// Reads the files that are named; where no labels are, those that a table holds
    /// beside its activations, of the first of `dumps` that has some. `None` where there
    /// are no labels at all.
    pub fn read(
        args: &ClassArgs,
        dumps: &[&Dump],
        memory_limit: u64,
        cancel: &AtomicBool,
    ) -> Result<Option<Self>, Failure> {
        let pick = Pick {
            memory_limit,
            ..Pick::default()
        };
        let labels = match &args.labels {
            Some(path) => Some(Labels::load(path, &pick, cancel).map_err(keyless)?),
            None => dumps
                .iter()
                .find_map(|dump| Labels::of_dump(dump))
                .transpose()?,
        };
        let Some(labels) = labels else {
            return match &args.class_names {
                None => Ok(None),
                Some(_) => Err(Failure::Usage(
                    "--class-names is for the classes of labels: give --labels, too".to_owned(),
                )),
            };
        };
        let names = match &args.class_names {
            None => None,
            Some(path) => Some(ClassNames::load(path, &pick, cancel).map_err(keyless)?),
        };
        if let Some(names) = &names
            && !names.fit(&labels)
        {
            return Err(Failure::Data(format!(
                "{}: give a name for each class",
                names.misfit(&labels)
            )));
        }
        Ok(Some(Self { labels, names }))
    }

    /// The classes of a dump's samples.
    ///
    /// # Errors
    /// A sentence with both counts where the labels are those of other samples.
    pub fn of(&self, dump: &Dump) -> Result<Classes, Failure> {
        let classes = dump.classes(&self.labels, self.names.as_ref());
        classes.ok_or_else(|| {
            let holds = count(self.labels.entries() as u64, "label");
            let has = match (dump.entries(), dump.of_rows) {
                (entries, rows) if entries == rows => count(rows as u64, "row"),
                (entries, rows) => format!(
                    "{}, which make {}",
                    count(entries as u64, "sample"),
                    count(rows as u64, "row")
                ),
            };
            Failure::Data(format!(
                "{} holds {holds}, but {} has {has}: one label a row is needed",
                self.labels.file_name, dump.file_name
            ))
        })
    }

    /// The label of a class as JSON has it: a number where the labels are numbers that
    /// have no names.
    pub fn label<'a>(&'a self, class: u32, classes: &'a Classes) -> Option<Label<'a>> {
        let place = class as usize;
        match (&self.labels.numbers, &self.names) {
            (Some(numbers), None) => numbers.get(place).map(|&number| Label::Number(number)),
            _ => classes.names().get(place).map(|name| Label::Name(name)),
        }
    }

    /// The files as a session names them, with their hashes.
    ///
    /// # Errors
    /// If a file cannot be read once more, or is another by now.
    pub fn records(&self, cancel: &AtomicBool) -> Result<Vec<CompanionRecord>, Failure> {
        let labels = &self.labels;
        let mut records = vec![CompanionRecord {
            role: CompanionRole::Labels,
            file_name: labels.file_name.clone(),
            sha256: hash(&labels.path, labels.stamp, cancel)?,
            key: labels.key.clone(),
            entries: labels.entries() as u64,
            path: None,
        }];
        if let Some(names) = &self.names {
            records.push(CompanionRecord {
                role: CompanionRole::ClassNames,
                file_name: names.file_name.clone(),
                sha256: hash(&names.path, names.stamp, cancel)?,
                key: names.key.clone(),
                entries: names.names.len() as u64,
                path: None,
            });
        }
        Ok(records)
    }

    /// In words: `y.npy: 10 classes`.
    pub fn says(&self) -> String {
        format!(
            "{}: {}",
            self.labels.file_name,
            crate::data::classes(self.labels.classes.len())
        )
    }
}

/// A label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(super) enum Label<'a> {
    /// A whole number.
    Number(i64),
    /// What the class is called.
    Name(&'a str),
}

/// The labels that are named or come along with a dump, and the classes of its samples.
///
/// # Errors
/// As [`Labelling::read`] and [`Labelling::of`].
pub(super) fn of_dump(
    args: &ClassArgs,
    dump: &Dump,
    memory_limit: u64,
    interrupt: &Interrupt,
) -> Result<(Option<Labelling>, Option<Classes>), Failure> {
    let labelling = Labelling::read(args, &[dump], memory_limit, interrupt.flag())?;
    let classes = labelling.as_ref().map(|labelling| labelling.of(dump));
    Ok((labelling, classes.transpose()?))
}

fn hash(
    path: &Path,
    stamp: Option<FileStamp>,
    cancel: &AtomicBool,
) -> Result<Option<String>, Failure> {
    Ok(Some(sha256_of(path, stamp, cancel)?))
}

/// Files of labels and names are taken without a key, so none is spoken of.
fn keyless(error: DataError) -> Failure {
    match error {
        DataError::SeveralArrays { .. } => Failure::Data(error.to_string()),
        other => other.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data;

    fn dump() -> Dump {
        let never = AtomicBool::new(false);
        let text = b"a,b,label\n1,2,cat\n3,4,dog\n5,6,cat\n".as_slice();
        data::load_bytes("t.csv", text.into(), &Pick::default(), &never).unwrap()
    }

    fn read(args: &ClassArgs, dump: &Dump) -> Result<Option<Labelling>, Failure> {
        Labelling::read(args, &[dump], data::MEMORY_LIMIT, &AtomicBool::new(false))
    }

    fn said(failure: Failure) -> String {
        match failure {
            Failure::Usage(text) | Failure::Data(text) => text,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_file_of_labels_goes_before_the_column_of_a_table() {
        let (folder, dump) = (tempfile::tempdir().unwrap(), dump());
        let own = read(&ClassArgs::default(), &dump).unwrap().unwrap();
        assert_eq!(own.of(&dump).unwrap().names(), ["cat", "dog"]);
        assert_eq!(own.says(), "t.csv: 2 classes");
        let path = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            Some(path)
        };
        let args = ClassArgs {
            labels: path("y.txt", "1\n0\n0\n"),
            class_names: path("names.txt", "a\nb\n"),
        };
        let labelling = read(&args, &dump).unwrap().unwrap();
        let classes = labelling.of(&dump).unwrap();
        assert_eq!(classes.names(), ["a", "b"]);
        assert_eq!(classes.of_samples(), [1, 0, 0]);
        assert_eq!(labelling.label(1, &classes), Some(Label::Name("b")));
        let records = labelling.records(&AtomicBool::new(false)).unwrap();
        assert_eq!(records.len(), 2);
        assert!(records.iter().all(|one| one.sha256.is_some()));
        let args = ClassArgs {
            labels: path("short.txt", "1\n0\n"),
            class_names: None,
        };
        let short = read(&args, &dump).unwrap().unwrap();
        assert_eq!(
            said(short.of(&dump).unwrap_err()),
            "short.txt holds 2 labels, but t.csv has 3 rows: one label a row is needed"
        );
        let args = ClassArgs {
            labels: path("y.txt", "1\n0\n0\n"),
            class_names: path("names.txt", "a\n"),
        };
        assert_eq!(
            said(read(&args, &dump).unwrap_err()),
            "names.txt holds 1 class name, but y.txt has 2 classes: give a name for each class"
        );
    }

    #[test]
    fn names_without_labels_are_refused() {
        let never = AtomicBool::new(false);
        let text = b"a,b\n1,2\n".as_slice();
        let dump = data::load_bytes("t.csv", text.into(), &Pick::default(), &never).unwrap();
        let args = ClassArgs {
            labels: None,
            class_names: Some("names.txt".into()),
        };
        assert!(matches!(read(&args, &dump), Err(Failure::Usage(_))));
        assert!(read(&ClassArgs::default(), &dump).unwrap().is_none());
    }
}
