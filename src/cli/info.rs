//! `followspot info`: what files hold, array by array.
//!
//! A file counts as good unless an array that could be read could not be, or unless
//! there is no good array at all. Labels, class names and images are read as such; one
//! of any other kind is listed with why it cannot be swept, which is no fault of the
//! file. Of a folder every file is looked at.

mod companion;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use serde::Serialize;

use super::args::InfoArgs;
use super::failure::Failure;
use super::interrupt::Interrupt;
use super::report;
use crate::data::{
    self, ArrayInfo, DataError, Dump, Flatten, Glance, Is, Pick, ReadAs, Role, preview,
};
use crate::words::{count, thousands, times};

/// One array of a file, or a file that gave none; its fields as `--json` prints them.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct Entry {
    /// The file as it was asked for.
    file: String,
    /// The array's key in a file of several.
    key: Option<String>,
    /// What it most likely is.
    role: Option<&'static str>,
    /// Lengths of its dimensions, if its header is understood.
    shape: Option<Vec<u64>>,
    /// Its dtype, if its header is understood.
    dtype: Option<String>,
    /// Rows in the file; of labels, class names and images, how many there are.
    rows: Option<usize>,
    /// Those with a NaN or an infinity.
    excluded_rows: Option<usize>,
    /// Those that are zero.
    zero_rows: Option<usize>,
    /// What else there is to know.
    note: Option<String>,
    /// Why it cannot be used.
    error: Option<String>,
}

impl Entry {
    /// Of a file of which nothing is known yet.
    fn of(file: &str) -> Self {
        Self {
            file: file.to_owned(),
            key: None,
            role: None,
            shape: None,
            dtype: None,
            rows: None,
            excluded_rows: None,
            zero_rows: None,
            note: None,
            error: None,
        }
    }
}

pub(super) fn run(args: &InfoArgs, interrupt: &Interrupt) -> Result<(), Failure> {
    args.reading.check(None)?;
    let pick = args.reading.pick(None, &ReadAs::default());
    let mut entries = Vec::new();
    let (mut bad, mut all) = (0u64, 0u64);
    for path in &args.files {
        for path in files(path) {
            let looked = look(&path, &pick, interrupt.flag())?;
            bad += u64::from(looked.bad);
            all += 1;
            entries.extend(looked.entries);
        }
    }
    let told = if args.json {
        // Strings and numbers under fixed names: nothing that could fail.
        let json = serde_json::to_string_pretty(&entries).unwrap_or_else(|e| unreachable!("{e}"));
        report::to_stdout(|out| writeln!(out, "{json}"))
    } else {
        report::to_stdout(|out| table(out, &entries))
    };
    // A bad file is bad whether anybody reads about it or not.
    if bad == 0 || !matches!(told, Ok(()) | Err(Failure::NobodyReads)) {
        told?;
    }
    if bad > 0 {
        return Err(Failure::Data(format!(
            "{} of {} cannot be used",
            thousands(bad),
            count(all, "file")
        )));
    }
    Ok(())
}

/// The files of a folder, but pictures, which are told together; else the path itself.
fn files(path: &Path) -> Vec<PathBuf> {
    let itself = || vec![path.to_owned()];
    if !path.is_dir() {
        return itself();
    }
    let Ok(files) = data::folder(path) else {
        // Whoever looks will say why.
        return itself();
    };
    let is_picture = |file: &PathBuf| {
        file.extension()
            .is_some_and(|e| e.eq_ignore_ascii_case("png"))
    };
    let pictures = files.iter().filter(|file| is_picture(file)).count();
    if pictures * 2 > files.len() {
        return itself();
    }
    files
}

struct Looked {
    entries: Vec<Entry>,
    /// An array that should be good could not be read, or there is none.
    bad: bool,
}

fn look(path: &Path, pick: &Pick, cancel: &AtomicBool) -> Result<Looked, Failure> {
    let file = path.display().to_string();
    let glance = Glance::at(path, cancel).map_err(|_| Failure::Interrupted)?;
    if let Is::Words { .. } | Is::Pictures(_) = glance.is {
        let entry = companion::file(&glance, &file, pick, cancel)?;
        let bad = entry.error.is_some();
        let entries = vec![entry];
        return Ok(Looked { entries, bad });
    }
    let mut entries = Vec::new();
    let (mut damaged, mut good) = (false, false);
    let mut interrupted = false;
    let listed = data::load_each(path, pick, cancel, |array, loaded| {
        let could = loaded.is_some();
        let mut entry = entry(path, &file, &array, loaded);
        if entry.role == Some(array.role.name()) && !could {
            let read = companion::array(&mut entry, path, &array, pick, cancel);
            interrupted |= read.is_err();
        }
        good |= entry.error.is_none();
        damaged |= could && entry.error.is_some();
        entries.push(entry);
    });
    match listed {
        Err(DataError::Cancelled) => return Err(Failure::Interrupted),
        _ if interrupted => return Err(Failure::Interrupted),
        Ok(()) => {}
        Err(error) => entries.push(Entry {
            error: Some(error.to_string()),
            ..Entry::of(&file)
        }),
    }
    Ok(Looked {
        entries,
        bad: damaged || !good,
    })
}

fn entry(
    path: &Path,
    file: &str,
    array: &ArrayInfo,
    loaded: Option<Result<Dump, DataError>>,
) -> Entry {
    let understood = array.dtype != "unknown";
    let mut entry = Entry {
        key: array.key.clone(),
        role: understood.then_some(array.role.name()),
        shape: understood.then(|| array.shape.clone()),
        dtype: understood.then(|| array.dtype.clone()),
        ..Entry::of(file)
    };
    if let Some(problem) = &array.problem {
        entry.error = Some(format!("{} {problem}", place(path, entry.key.as_deref())));
    }
    match loaded {
        Some(Ok(dump)) => {
            entry.rows = Some(dump.shape[0]);
            entry.excluded_rows = Some(dump.activations.excluded_rows().len());
            entry.zero_rows = Some(dump.activations.zero_rows());
        }
        Some(Err(error)) => entry.error = Some(error.to_string()),
        None if array.asks() && array.role == Role::Activations => {
            entry.note = Some(becomes(&array.shape));
        }
        None => {}
    }
    entry
}

/// What an array of more than two axes would become.
fn becomes(shape: &[u64]) -> String {
    let of = |flatten: Flatten| {
        let read_as = ReadAs {
            flatten: Some(flatten),
            ..ReadAs::default()
        };
        match preview(shape, &read_as) {
            Ok(of) => times(&[of.rows, of.neurons]),
            Err(_) => "more than fits".to_owned(),
        }
    };
    format!(
        "with --flatten positions {}; with mean, max or a position {}",
        of(Flatten::Positions),
        of(Flatten::Mean)
    )
}

/// The array as sentences about it begin.
fn place(path: &Path, key: Option<&str>) -> String {
    let name = path.file_name().unwrap_or_default().display();
    match key {
        Some(key) => format!("`{key}` in {name}"),
        None => name.to_string(),
    }
}

const COLUMNS: usize = 7;

/// Columns as wide as they must be; what is wrong stands at the end of its line.
fn table(out: &mut dyn Write, entries: &[Entry]) -> io::Result<()> {
    let head = ["file", "key", "role", "shape", "dtype", "excluded", "zero"].map(str::to_owned);
    let lines: Vec<([String; COLUMNS], &str)> = std::iter::once((head, ""))
        .chain(entries.iter().map(line))
        .collect();
    let mut widths = [0; COLUMNS];
    for (cells, _) in &lines {
        for (width, cell) in widths.iter_mut().zip(cells) {
            *width = (*width).max(cell.chars().count());
        }
    }
    for (cells, more) in &lines {
        let mut text = String::new();
        for (place, (cell, width)) in cells.iter().zip(widths).enumerate() {
            let fill = " ".repeat(width - cell.chars().count());
            // Names to the left, numbers to the right.
            let [first, second] = if place < 5 {
                [cell.as_str(), fill.as_str()]
            } else {
                [fill.as_str(), cell.as_str()]
            };
            text.extend([first, second, "  "]);
        }
        text += &report::one_line(more);
        writeln!(out, "{}", text.trim_end())?;
    }
    Ok(())
}

fn line(entry: &Entry) -> ([String; COLUMNS], &str) {
    let text = |cell: &Option<String>| report::one_line(cell.as_deref().unwrap_or("-"));
    let number = |n: Option<usize>| n.map_or_else(|| "-".to_owned(), |n| thousands(n as u64));
    let cells = [
        report::one_line(&entry.file),
        text(&entry.key),
        entry.role.unwrap_or("-").to_owned(),
        entry.shape.as_deref().map_or_else(|| "-".to_owned(), times),
        text(&entry.dtype),
        number(entry.excluded_rows),
        number(entry.zero_rows),
    ];
    // The line has named the array already.
    let more = entry
        .error
        .as_deref()
        .or(entry.note.as_deref())
        .unwrap_or("");
    let place = place(Path::new(&entry.file), entry.key.as_deref());
    let rest = more.strip_prefix(&place).unwrap_or(more);
    (cells, rest.trim_start_matches([':', ' ']))
}
