//! Labels: the class of each entry of a dump, in whatever file they come.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::body::{self, Bytes, EXACT};
use super::error::{ArrayProblem, DataError, printable};
use super::head::Head;
use super::origin::Origin;
use super::plan::Plan;
use super::role::Role;
use super::source::Source;
use super::{Dump, FileStamp, Pick, choose, table_column, text};
use crate::words::{count, thousands, times};

/// Most distinct classes.
pub const MOST_CLASSES: usize = 1 << 20;

/// What a column of labels is called, in small letters.
pub(super) const LABEL_NAMES: [&str; 6] =
    ["label", "class", "labels", "classes", "target", "targets"];

/// A class for each entry of a dump.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Labels {
    /// The file's name without its folder.
    pub file_name: String,
    /// The file as it was asked for.
    pub path: PathBuf,
    /// The array's name in a file of several.
    pub key: Option<String>,
    /// The file as it was when it was opened.
    pub stamp: Option<FileStamp>,
    /// What they are in the file: `NumPy`'s dtype, or `text`.
    pub dtype: String,
    /// The distinct classes in order: whole numbers by size, words as a person counts.
    pub classes: Arc<[String]>,
    /// The classes as numbers, where all are whole.
    pub numbers: Option<Arc<[i64]>>,
    /// Entries of each class.
    pub counts: Arc<[u64]>,
    /// The place among `classes` of each entry.
    of_entries: Arc<[u32]>,
}

impl Labels {
    /// Reads labels: whole numbers or words, `N`, `N × 1` or one-hot `N × C`, of any file
    /// of arrays; a text file with one a line; the column of a table that is called
    /// label or class, or its only one.
    ///
    /// Without a key a file of several arrays must hold one that could be labels, or
    /// one whose name says so. Setting `cancel` ends the reading soon.
    ///
    /// # Errors
    /// [`DataError`], also of numbers that are not whole and of more than
    /// [`MOST_CLASSES`] classes.
    pub fn load(path: &Path, pick: &Pick, cancel: &AtomicBool) -> Result<Self, DataError> {
        let origin = Origin::open(path)?;
        Self::read(origin, path, pick, cancel)
    }

    /// As [`Labels::load`], of bytes in memory as a file of that name.
    ///
    /// # Errors
    /// As [`Labels::load`].
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
        let (key, dtype, gathered) = if is_text(&origin)? {
            let mut classes = Classes::default();
            if table_column::is_table(&origin) {
                table_column::column(&origin, &LABEL_NAMES, cancel, |word| classes.add(word))?;
            } else {
                text::lines(&origin, cancel, |_, word| classes.add(word))?;
            }
            let gathered = classes
                .finish()
                .map_err(|problem| problem.at(&name, None))?;
            (None, "text".to_owned(), gathered)
        } else {
            let mut source = Source::open(origin, cancel)?;
            let place = place_of(&mut source, pick.key.as_deref(), Role::Labels, cancel)?;
            let key = source.key(place).map(str::to_owned);
            let at = |problem: ArrayProblem| problem.at(&name, key.as_deref());
            let dtype = source.head(place).map_err(at)?.descr.name();
            let gathered = source
                .read(place, pick.memory_limit, cancel, |head, bytes| {
                    of_array(head, bytes, cancel)
                })
                .map_err(at)?;
            (key, dtype, gathered)
        };
        if gathered.of_entries.is_empty() {
            let problem = ArrayProblem::Said("holds no label: one a sample is needed".to_owned());
            return Err(problem.at(&name, key.as_deref()));
        }
        Ok(Self::of(gathered, name, path.to_owned(), key, stamp, dtype))
    }

    /// The labels that a table holds beside its activations; `None` where it holds
    /// none.
    ///
    /// # Errors
    /// [`DataError`] if they are more than [`MOST_CLASSES`] classes, one is empty, or they
    /// are numbers that are not whole.
    #[must_use]
    pub fn of_dump(dump: &Dump) -> Option<Result<Self, DataError>> {
        let words = dump.labels.as_ref()?;
        let mut classes = Classes::default();
        let gathered = words.iter().try_for_each(|word| classes.add(word.trim()));
        Some(match gathered.and_then(|()| classes.finish()) {
            Err(problem) => Err(problem.at(&dump.file_name, dump.key.as_deref())),
            Ok(gathered) => Ok(Self::of(
                gathered,
                dump.file_name.clone(),
                dump.path.clone(),
                dump.key.clone(),
                dump.stamp,
                "text".to_owned(),
            )),
        })
    }

    fn of(
        gathered: Gathered,
        file_name: String,
        path: PathBuf,
        key: Option<String>,
        stamp: Option<FileStamp>,
        dtype: String,
    ) -> Self {
        let mut counts = vec![0; gathered.classes.len()];
        for &class in &gathered.of_entries {
            counts[class as usize] += 1;
        }
        Self {
            file_name,
            path,
            key,
            stamp,
            dtype,
            classes: gathered.classes.into(),
            numbers: gathered.numbers.map(Arc::from),
            counts: counts.into(),
            of_entries: gathered.of_entries.into(),
        }
    }

    /// Entries that have a label: all.
    #[must_use]
    pub fn entries(&self) -> usize {
        self.of_entries.len()
    }

    /// The place among [`Labels::classes`] of an entry's class; `None` beyond the
    /// last.
    #[must_use]
    pub fn class_of(&self, entry: usize) -> Option<u32> {
        self.of_entries.get(entry).copied()
    }
}

/// Whether a file is lines or a table of text rather than arrays.
pub(super) fn is_text(origin: &Origin) -> Result<bool, DataError> {
    let named = matches!(origin.extension.as_str(), "txt" | "csv" | "tsv" | "json");
    let start = origin.start(4096)?;
    let is_binary = start.contains(&0) || start.starts_with(super::npy::MAGIC);
    // Of no bytes something else is said.
    Ok(named && !start.is_empty() && !is_binary && !start.starts_with(b"PK\x03\x04"))
}

/// The array of a file that could be of that role: of that key, the only one, or the
/// only one whose name says so.
pub(super) fn place_of(
    source: &mut Source,
    key: Option<&str>,
    role: Role,
    cancel: &AtomicBool,
) -> Result<usize, DataError> {
    if key.is_some() || source.len() == 1 {
        return choose::choose(source, key, cancel).map(|(place, _)| place);
    }
    let file = source.file_name().to_owned();
    let infos = choose::all_infos(source, cancel)?;
    let could = |place: &usize| infos[*place].could_be(role);
    let fitting: Vec<usize> = (0..infos.len()).filter(could).collect();
    let says = |place: &&usize| infos[**place].says(role);
    let said: Vec<usize> = fitting.iter().filter(says).copied().collect();
    match (&fitting[..], &said[..]) {
        (&[place], _) | (_, &[place]) => Ok(place),
        (candidates, _) => {
            let (what, advice) = match candidates {
                [] => (
                    format!("no array that could be {}", role.name()),
                    "save one".to_owned(),
                ),
                several => {
                    let keys = several.iter().take(5);
                    let keys = keys.filter_map(|&place| infos[place].key.as_deref());
                    let keys: Vec<String> = keys.map(printable).collect();
                    (
                        format!(
                            "{} that could be {} ({}{})",
                            count(several.len() as u64, "array"),
                            role.name(),
                            keys.join(", "),
                            if several.len() > 5 { ", …" } else { "" }
                        ),
                        "save the one that is meant".to_owned(),
                    )
                }
            };
            let said = format!("holds {what}: {advice} to a file of its own");
            Err(ArrayProblem::Said(said).at(&file, None))
        }
    }
}

/// Classes and the class of each entry.
struct Gathered {
    classes: Vec<String>,
    numbers: Option<Vec<i64>>,
    of_entries: Vec<u32>,
}

fn of_array(head: &Head, bytes: Bytes<'_>, cancel: &AtomicBool) -> Result<Gathered, ArrayProblem> {
    if let Some(layout) = text::layout(head) {
        let mut classes = Classes::default();
        text::items(head, layout, bytes, cancel, |word| classes.add(word.trim()))?;
        return classes.finish();
    }
    let mut numbers = head.numbers()?;
    match numbers.shape[..] {
        [_] => {
            numbers.shape.push(1);
            numbers.strides.push(1);
        }
        [_, columns] if columns > 0 => {}
        _ => return Err(no_labels(&head.shape)),
    }
    let columns = numbers.shape[1];
    let plan = Plan::whole(numbers);
    let decoded = body::row_major(bytes, &plan, cancel)?;
    if columns > 1 {
        return one_hot(&decoded.values, columns).ok_or_else(|| no_labels(&head.shape));
    }
    if decoded.rounded {
        return Err(ArrayProblem::Said(
            "holds whole numbers beyond 2^53: number the classes from 0 on".to_owned(),
        ));
    }
    of_numbers(&decoded.values)
}

fn no_labels(shape: &[u64]) -> ArrayProblem {
    ArrayProblem::Said(format!(
        "is {}, but labels are one a sample (N or N × 1), or a single 1 in every row (one-hot); \
         where every position of a sequence is a sample, save labels.reshape(-1)",
        times(shape)
    ))
}

/// The classes of rows that hold a single 1 each, and zeros.
fn one_hot(values: &[f64], columns: usize) -> Option<Gathered> {
    if columns > MOST_CLASSES {
        return None;
    }
    let hot = |row: &[f64]| {
        let place = row.iter().position(|&value| value == 1.0)?;
        let others = row
            .iter()
            .enumerate()
            .all(|(n, &value)| n == place || value == 0.0);
        others.then_some(place as f64)
    };
    let classes: Option<Vec<f64>> = values.chunks_exact(columns).map(hot).collect();
    of_numbers(&classes?).ok()
}

fn of_numbers(values: &[f64]) -> Result<Gathered, ArrayProblem> {
    let mut places: HashMap<i64, u32> = HashMap::new();
    let mut found = Vec::new();
    let mut of_entries = Vec::with_capacity(values.len());
    for (entry, &value) in values.iter().enumerate() {
        if value.fract() != 0.0 || value.abs() > EXACT as f64 {
            return Err(ArrayProblem::Said(format!(
                "holds {value} at entry {}, but labels are whole numbers or words",
                thousands(entry as u64)
            )));
        }
        let number = value as i64;
        let next = found.len();
        let place = *places.entry(number).or_insert(next as u32);
        if place as usize == next {
            check_classes(next)?;
            found.push(number);
        }
        of_entries.push(place);
    }
    let order = sorted(&mut of_entries, found.len(), |a, b| found[a].cmp(&found[b]));
    let numbers: Vec<i64> = order.into_iter().map(|place| found[place]).collect();
    Ok(Gathered {
        classes: numbers.iter().map(i64::to_string).collect(),
        numbers: Some(numbers),
        of_entries,
    })
}

fn check_classes(known: usize) -> Result<(), ArrayProblem> {
    if known < MOST_CLASSES {
        return Ok(());
    }
    Err(ArrayProblem::Said(format!(
        "holds more than {} classes, so it can hardly be labels: number the classes of the samples",
        thousands(MOST_CLASSES as u64)
    )))
}

/// Numbers classes by their order instead of by where they came first; which of the
/// old stands at each place.
fn sorted(
    of_entries: &mut [u32],
    classes: usize,
    by: impl Fn(usize, usize) -> std::cmp::Ordering,
) -> Vec<usize> {
    let mut order: Vec<usize> = (0..classes).collect();
    order.sort_unstable_by(|&a, &b| by(a, b));
    let mut places = vec![0u32; classes];
    for (place, &old) in order.iter().enumerate() {
        places[old] = place as u32;
    }
    for class in of_entries {
        *class = places[*class as usize];
    }
    order
}

/// The whole number that a word is, as it is written: `07` is a word.
fn whole(word: &str) -> Option<i64> {
    let number: i64 = word.parse().ok()?;
    (number.to_string() == word).then_some(number)
}

/// The numbers that words are, if all are numbers and some of them decimals.
fn decimals(words: &[String]) -> Option<Vec<f64>> {
    let has_digit = |word: &str| word.contains(|c: char| c.is_ascii_digit());
    let is_decimal = |word: &str| has_digit(word) && word.contains(['.', 'e', 'E']);
    let value = |word: &String| {
        let value: f64 = word.parse().ok()?;
        let is_number = is_decimal(word) || !has_digit(word) || whole(word).is_some();
        is_number.then_some(value)
    };
    words.iter().any(|word| is_decimal(word)).then_some(())?;
    words.iter().map(value).collect()
}

/// Classes by their words, as they come.
#[derive(Default)]
struct Classes {
    places: HashMap<String, u32>,
    of_entries: Vec<u32>,
}

impl Classes {
    fn add(&mut self, word: &str) -> Result<(), ArrayProblem> {
        if word.is_empty() {
            return Err(ArrayProblem::Said(format!(
                "holds an empty label at entry {}: give each sample a class",
                thousands(self.of_entries.len() as u64)
            )));
        }
        let place = if let Some(&place) = self.places.get(word) {
            place
        } else {
            let next = self.places.len();
            check_classes(next)?;
            self.places.insert(word.to_owned(), next as u32);
            next as u32
        };
        self.of_entries.push(place);
        Ok(())
    }

    /// The classes in order. Words that are all numbers, some of them written as decimals
    /// (`6.0`, `6.000e+00`), are those numbers, as of an array of floats.
    fn finish(mut self) -> Result<Gathered, ArrayProblem> {
        let mut words = vec![String::new(); self.places.len()];
        for (word, place) in self.places {
            words[place as usize] = word;
        }
        if let Some(values) = decimals(&words) {
            let entries = self.of_entries.iter();
            let values: Vec<f64> = entries.map(|&class| values[class as usize]).collect();
            return of_numbers(&values);
        }
        let numbers: Option<Vec<i64>> = words.iter().map(|word| whole(word)).collect();
        let order = sorted(&mut self.of_entries, words.len(), |a, b| match &numbers {
            Some(numbers) => numbers[a].cmp(&numbers[b]),
            None => alphanumeric_sort::compare_str(&words[a], &words[b])
                .then_with(|| words[a].cmp(&words[b])),
        });
        Ok(Gathered {
            numbers: numbers.map(|numbers| order.iter().map(|&old| numbers[old]).collect()),
            classes: order
                .iter()
                .map(|&old| std::mem::take(&mut words[old]))
                .collect(),
            of_entries: self.of_entries,
        })
    }
}

#[cfg(test)]
mod tests;
