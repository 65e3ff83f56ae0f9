//! `followspot info`: what files hold.

use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;

use super::args::InfoArgs;
use super::failure::Failure;
use super::interrupt::Interrupt;
use super::report;
use crate::data::{self, ArrayInfo, DataError, Dump, Pick, ReadAs};
use crate::words::{count, thousands, times};

/// One array of a file, or a file that gave none; its fields as `--json` prints them.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct Entry {
    /// The file as it was asked for.
    file: String,
    /// The array's key in a file of several.
    key: Option<String>,
    /// Lengths of its dimensions, if its header is understood.
    shape: Option<Vec<u64>>,
    /// Its dtype, if its header is understood.
    dtype: Option<String>,
    /// Rows in the file.
    rows: Option<usize>,
    /// Those with a NaN or an infinity.
    excluded_rows: Option<usize>,
    /// Those that are zero.
    zero_rows: Option<usize>,
    /// Why it cannot be swept.
    error: Option<String>,
}

pub(super) fn run(args: &InfoArgs, interrupt: &Interrupt) -> Result<(), Failure> {
    args.reading.check(None)?;
    let pick = args.reading.pick(None, &ReadAs::default());
    let mut entries = Vec::new();
    let mut bad = 0u64;
    for path in &args.files {
        let looked = look(path, &pick, interrupt)?;
        bad += u64::from(looked.bad);
        entries.extend(looked.entries);
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
            "{} of {} cannot be swept",
            thousands(bad),
            count(args.files.len() as u64, "file")
        )));
    }
    Ok(())
}

struct Looked {
    entries: Vec<Entry>,
    /// An array that should be good could not be read, or there is none.
    bad: bool,
}

fn look(path: &Path, pick: &Pick, interrupt: &Interrupt) -> Result<Looked, Failure> {
    let file = path.display().to_string();
    let mut entries = Vec::new();
    let (mut damaged, mut good) = (false, false);
    let listed = data::load_each(path, pick, interrupt.flag(), |array, loaded| {
        let could = loaded.is_some();
        let entry = entry(path, &file, array, loaded);
        good |= entry.error.is_none();
        damaged |= could && entry.error.is_some();
        entries.push(entry);
    });
    match listed {
        Ok(()) => {}
        Err(DataError::Cancelled) => return Err(Failure::Interrupted),
        Err(error) => entries.push(Entry {
            file,
            key: None,
            shape: None,
            dtype: None,
            rows: None,
            excluded_rows: None,
            zero_rows: None,
            error: Some(error.to_string()),
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
    array: ArrayInfo,
    loaded: Option<Result<Dump, DataError>>,
) -> Entry {
    let understood = array.dtype != "unknown";
    let mut entry = Entry {
        file: file.to_owned(),
        key: array.key,
        shape: understood.then_some(array.shape),
        dtype: understood.then_some(array.dtype),
        rows: None,
        excluded_rows: None,
        zero_rows: None,
        error: None,
    };
    if let Some(problem) = array.problem {
        entry.error = Some(format!("{} {problem}", place(path, entry.key.as_deref())));
    }
    match loaded {
        Some(Ok(dump)) => {
            entry.rows = Some(dump.shape[0]);
            entry.excluded_rows = Some(dump.activations.excluded_rows().len());
            entry.zero_rows = Some(dump.activations.zero_rows());
        }
        Some(Err(error)) => entry.error = Some(error.to_string()),
        None => {}
    }
    entry
}

/// The array as sentences about it begin.
fn place(path: &Path, key: Option<&str>) -> String {
    let name = path.file_name().unwrap_or_default().display();
    match key {
        Some(key) => format!("`{key}` in {name}"),
        None => name.to_string(),
    }
}

/// Columns as wide as they must be; what is wrong stands at the end of its line.
fn table(out: &mut dyn Write, entries: &[Entry]) -> io::Result<()> {
    let head = ["file", "key", "shape", "dtype", "excluded", "zero"].map(str::to_owned);
    let lines: Vec<([String; 6], &str)> = std::iter::once((head, ""))
        .chain(entries.iter().map(line))
        .collect();
    let mut widths = [0; 6];
    for (cells, _) in &lines {
        for (width, cell) in widths.iter_mut().zip(cells) {
            *width = (*width).max(cell.chars().count());
        }
    }
    for (cells, error) in &lines {
        let mut text = String::new();
        for (place, (cell, width)) in cells.iter().zip(widths).enumerate() {
            let fill = " ".repeat(width - cell.chars().count());
            // Names to the left, numbers to the right.
            let [first, second] = if place < 4 {
                [cell.as_str(), fill.as_str()]
            } else {
                [fill.as_str(), cell.as_str()]
            };
            text.extend([first, second, "  "]);
        }
        text += &report::one_line(error);
        writeln!(out, "{}", text.trim_end())?;
    }
    Ok(())
}

fn line(entry: &Entry) -> ([String; 6], &str) {
    let text = |cell: &Option<String>| report::one_line(cell.as_deref().unwrap_or("-"));
    let number = |n: Option<usize>| n.map_or_else(|| "-".to_owned(), |n| thousands(n as u64));
    let cells = [
        report::one_line(&entry.file),
        text(&entry.key),
        entry.shape.as_deref().map_or_else(|| "-".to_owned(), times),
        text(&entry.dtype),
        number(entry.excluded_rows),
        number(entry.zero_rows),
    ];
    // The line has named the array already.
    let error = entry.error.as_deref().unwrap_or("");
    let place = place(Path::new(&entry.file), entry.key.as_deref());
    let rest = error.strip_prefix(&place).unwrap_or(error);
    (cells, rest.trim_start_matches([':', ' ']))
}
