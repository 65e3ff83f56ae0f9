//! One column of a table of text: the labels or class names in a CSV.

use std::sync::atomic::{AtomicBool, Ordering};

use super::error::{ArrayProblem, DataError, printable};
use super::origin::Origin;
use super::text::LONGEST_WORD;
use crate::words::{count, thousands};

/// Extensions of files that are read as tables.
pub(super) fn is_table(origin: &Origin) -> bool {
    matches!(origin.extension.as_str(), "csv" | "tsv")
}

/// Reads the column of a table whose first cell is one of `names`, or its only one:
/// `each` is given its cells in order.
pub(super) fn column(
    origin: &Origin,
    names: &[&str],
    cancel: &AtomicBool,
    mut each: impl FnMut(&str) -> Result<(), ArrayProblem>,
) -> Result<(), DataError> {
    let said = |what: String| ArrayProblem::Said(what).at(&origin.name, None);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter(origin)?)
        .from_reader(origin.reader());
    let mut record = csv::StringRecord::new();
    let mut chosen = None;
    let mut row = 0u64;
    loop {
        let more = reader
            .read_record(&mut record)
            .map_err(|error| match error.kind() {
                csv::ErrorKind::Io(_) => match error.into_kind() {
                    csv::ErrorKind::Io(source) => origin.io(source),
                    _ => said("cannot be read".to_owned()),
                },
                _ => said(format!(
                    "is no table of UTF-8 text at row {}: save it again as CSV",
                    thousands(row + 1)
                )),
            })?;
        if !more {
            return Ok(());
        }
        row += 1;
        if row.is_multiple_of(1024) && cancel.load(Ordering::Relaxed) {
            return Err(DataError::Cancelled);
        }
        let place = match (chosen, record.iter().position(|cell| is_named(cell, names))) {
            (Some(place), _) => place,
            (None, Some(place)) => {
                chosen = Some(place);
                continue;
            }
            (None, None) if record.len() == 1 => *chosen.insert(0),
            (None, None) => {
                return Err(said(format!(
                    "has {} and none that is called {}: name the one that is meant in its first row",
                    count(record.len() as u64, "column"),
                    names.join(" or ")
                )));
            }
        };
        let cell = record
            .get(place)
            .map(|cell| cell.trim_start_matches('\u{feff}').trim());
        let Some(cell) = cell.filter(|cell| !cell.is_empty()) else {
            return Err(said(format!(
                "has nothing in column {} of row {}: one word a row is needed",
                thousands(place as u64 + 1),
                thousands(row)
            )));
        };
        if cell.len() as u64 > LONGEST_WORD {
            return Err(said(format!(
                "has more than {} in one cell, in row {}",
                count(LONGEST_WORD, "byte"),
                thousands(row)
            )));
        }
        each(cell).map_err(|problem| problem.at(&origin.name, None))?;
    }
}

fn is_named(cell: &str, names: &[&str]) -> bool {
    let cell = printable(cell.trim_start_matches('\u{feff}').trim()).to_lowercase();
    names.contains(&cell.as_str())
}

/// What stands most often between the cells of the first row.
fn delimiter(origin: &Origin) -> Result<u8, DataError> {
    if origin.extension == "tsv" {
        return Ok(b'\t');
    }
    let start = origin.start(4096)?;
    let first = start
        .split(|&byte| byte == b'\n')
        .next()
        .unwrap_or_default();
    let often = |wanted: u8| first.split(|&byte| byte == wanted).count();
    let most = [b',', b';', b'\t']
        .into_iter()
        .rev()
        .max_by_key(|&byte| often(byte));
    Ok(most.unwrap_or(b','))
}
