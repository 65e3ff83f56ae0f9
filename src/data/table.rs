//! Tables as text: `.csv`, `.tsv`, and numbers between blanks as `numpy.savetxt`
//! writes them.
//!
//! The delimiter is found by looking (comma, semicolon, tab, runs of blanks); a byte
//! order mark, quotes, either end of line, blank lines and lines that begin with `#`
//! are understood; a decimal comma is, where no comma can be a delimiter and no cell
//! has a point. A first line of words is a header. A column called as [`LABELS`] are,
//! else the only one of words, holds a label for each row and is no neuron. A file of
//! one column is the labels or the class names of another.
//!
//! Numbers are read as NumPy reads them (`nan`, `inf`, `1e-3`; no hexadecimal) in
//! double precision. A table of two bytes a cell takes some twelve times its file,
//! and one of labels as short some thirty.

mod layout;
mod records;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use csv::ByteRecord;

use super::dtype::{Descr, Dtype};
use super::error::DataError;
use super::head::{Head, Order};
use super::literal::shortened;
use super::origin::Origin;
use super::source::{Listed, Member, MemberBody};
use crate::words::{count, thousands};
use layout::{Delimiter, Layout};
use records::{Place, Records};

/// What a column of labels is called, in small letters.
const LABELS: [&str; 5] = ["label", "labels", "class", "target", "y"];

/// What else the only column of a file is called.
const NAMES: [&str; 4] = ["name", "names", "class_name", "class_names"];

/// Bytes by which it is told whether a file is text.
pub(super) const SAMPLE: usize = 64 << 10;

const KIND: &str = "a table of numbers";

/// Whether a file of that extension is meant to be a table.
pub(super) fn is_named_so(extension: &str) -> bool {
    matches!(
        extension,
        "csv" | "tsv" | "tab" | "txt" | "text" | "dat" | "asc"
    )
}

/// Whether a file that begins so is text: no bytes that steer something, and UTF-8
/// as far as it goes.
pub(super) fn looks_so(start: &[u8]) -> bool {
    let text = match std::str::from_utf8(start) {
        Ok(text) => text,
        // The last character may have been cut.
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&start[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return false,
    };
    !text.is_empty() && not_text(text.as_bytes()).is_none()
}

/// The first byte that no text has.
fn not_text(bytes: &[u8]) -> Option<usize> {
    let steers = |&byte: &u8| byte < 32 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c);
    bytes.iter().position(steers)
}

/// Opens a table and reads it, as only the whole tells its shape.
///
/// # Errors
/// [`DataError::Format`] with the line, the column and the cell that is no number;
/// [`DataError::Cancelled`] soon after `cancel` is set.
pub(super) fn open(origin: &Origin, cancel: &AtomicBool) -> Result<Listed, DataError> {
    let bad = |what: String| DataError::Format {
        file: origin.name.clone(),
        kind: KIND,
        what,
    };
    let sample = origin.start(SAMPLE)?;
    if [&b"\xff\xfe"[..], b"\xfe\xff"]
        .iter()
        .any(|mark| sample.starts_with(mark))
    {
        return Err(bad("it is UTF-16 text: save it as UTF-8".to_owned()));
    }
    if let Some(place) = not_text(&sample) {
        return Err(bad(format!(
            "it is not text (byte {} is 0x{:02x}): save the array with np.save",
            thousands(place as u64),
            sample[place]
        )));
    }
    let layout = Layout::of(&sample);
    let mut records = Records::new(origin, &layout);
    let mut record = ByteRecord::new();
    let next = |records: &mut Records, record: &mut ByteRecord| {
        records.next(record).map_err(|error| origin.io(error))
    };
    let Some(place) = next(&mut records, &mut record)? else {
        return Err(bad("it holds no rows: save the array again".to_owned()));
    };
    let first = (place, record.clone());
    let second = next(&mut records, &mut record)?.map(|place| (place, &record));
    let (mut table, header) = Table::begin(origin, &layout, &first, second).map_err(bad)?;
    if !header {
        table.add(first.0, &first.1).map_err(bad)?;
    }
    if let Some((place, record)) = second {
        table.add(place, record).map_err(bad)?;
    }
    while let Some(place) = next(&mut records, &mut record)? {
        if table.rows.is_multiple_of(1024) && cancel.load(Ordering::Relaxed) {
            return Err(DataError::Cancelled);
        }
        table.add(place, &record).map_err(bad)?;
    }
    table.end().map_err(bad)
}

/// How the cells write a fraction.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fraction {
    /// With a point.
    Point,
    /// With a comma.
    Comma,
    /// No cell so far had one.
    Unknown,
}

/// A table as far as it was read.
struct Table {
    origin: Origin,
    /// Bytes of its byte order mark.
    mark: u64,
    /// Cells of a row, and the first row, which tells so.
    width: (usize, Place),
    names: Option<Vec<String>>,
    /// Which column holds the labels.
    labels_at: Option<usize>,
    /// Whether that was told by its words, of which the first is here; then no
    /// number may be among them.
    by_words: Option<(Place, String)>,
    labels: Vec<String>,
    /// The numbers, row by row, in little-endian double precision.
    values: Vec<u8>,
    rows: u64,
    /// Whether commas stand between cells, so that none can be in a number.
    comma_delimits: bool,
    fraction: Fraction,
}

impl Table {
    /// Looks at the first two rows; `true` if the first is a header.
    fn begin(
        origin: &Origin,
        layout: &Layout,
        first: &(Place, ByteRecord),
        second: Option<(Place, &ByteRecord)>,
    ) -> Result<(Self, bool), String> {
        let (place, first) = (first.0, &first.1);
        let mut table = Self {
            origin: origin.clone(),
            mark: layout.mark,
            width: (first.len(), place),
            names: None,
            labels_at: None,
            by_words: None,
            labels: Vec::new(),
            values: Vec::new(),
            rows: 0,
            comma_delimits: layout.delimiter == Delimiter::Byte(b','),
            fraction: Fraction::Unknown,
        };
        let header = table.is_header(first, second.map(|(_, record)| record))?;
        if header {
            let names: Vec<String> = first.iter().map(text).collect();
            table.labels_at = label_column(&names)?;
            table.names = Some(names);
        }
        let (row_place, row) = match second {
            Some(second) if header => second,
            None if header => {
                let line = table.line(place);
                return Err(format!("line {line} is a header and no row follows it"));
            }
            _ => (place, first),
        };
        if table.labels_at.is_none() {
            let words = |cell: &[u8]| !cell.is_empty() && table.number(cell).is_none();
            let columns = (0..row.len()).filter(|&column| words(&row[column]));
            let columns: Vec<usize> = columns.take(2).collect();
            let Some(&column) = columns.first() else {
                return Ok((table, header));
            };
            table.labels_at = Some(column);
            let word = text(&row[column]);
            if let Some(&other) = columns.get(1)
                && row.len() == table.width.0
            {
                return Err(format!(
                    "{} is no number, nor is {}: only one column may be words, the labels",
                    table.cell(row_place, column, &word),
                    table.cell(row_place, other, &text(&row[other]))
                ));
            }
            table.by_words = Some((row_place, word));
        }
        Ok((table, header))
    }

    /// Whether the first row names the columns.
    fn is_header(&self, first: &ByteRecord, second: Option<&ByteRecord>) -> Result<bool, String> {
        let is_number = |cell: &[u8]| self.number(cell).is_some();
        let counts_up = |cells: &mut dyn Iterator<Item = &[u8]>| {
            cells
                .enumerate()
                .all(|(number, cell)| cell == number.to_string().as_bytes())
        };
        if first.len() == 1 {
            let name = text(&first[0]).to_lowercase();
            let known = LABELS.contains(&&*name) || NAMES.contains(&&*name);
            let numbers_follow = second.is_some_and(|second| second.iter().all(is_number));
            return Ok(!is_number(&first[0]) && (known || numbers_follow));
        }
        let rest_is_named = first.iter().skip(1).all(|cell| !is_number(cell));
        if first[0].is_empty() && (rest_is_named || counts_up(&mut first.iter().skip(1))) {
            return Err(
                "its first column has no name, as pandas writes the index of a table: save it \
                 with df.to_csv(f, index=False)"
                    .to_owned(),
            );
        }
        // Columns that pandas counted, over numbers that are not whole.
        let counted = counts_up(&mut first.iter())
            && second.is_some_and(|row| row.iter().any(|cell| cell.contains(&b'.')));
        Ok(counted || (rest_is_named && !is_number(&first[0])))
    }

    fn add(&mut self, place: Place, record: &ByteRecord) -> Result<(), String> {
        let (width, told_by) = self.width;
        if record.len() != width {
            return Err(format!(
                "line {} has {}, {} expected as on line {}: mend it, or save the array with np.save",
                self.line(place),
                count(record.len() as u64, "field"),
                thousands(width as u64),
                self.line(told_by)
            ));
        }
        for (column, bytes) in record.iter().enumerate() {
            if self.labels_at == Some(column) {
                if let Some((first, word)) = &self.by_words
                    && self.number(bytes).is_some()
                {
                    return Err(format!(
                        "{} is no number, though others in its column are",
                        self.cell(*first, column, word)
                    ));
                }
                self.labels.push(text(bytes));
                continue;
            }
            if bytes.is_empty() {
                return Err(format!(
                    "line {}, column {} is empty: write a number or nan there",
                    self.line(place),
                    thousands(column as u64 + 1)
                ));
            }
            let Some((value, fraction)) = self.number(bytes) else {
                let cell = self.cell(place, column, &text(bytes));
                return Err(format!(
                    "{cell} is no number: write one or nan there, or save the array with np.save"
                ));
            };
            if fraction != Fraction::Unknown {
                if self.fraction != Fraction::Unknown && self.fraction != fraction {
                    return Err(format!(
                        "{} writes its fraction otherwise than the cells before it: write all \
                         with a point",
                        self.cell(place, column, &text(bytes))
                    ));
                }
                self.fraction = fraction;
            }
            self.values.extend(value.to_le_bytes());
        }
        self.rows += 1;
        Ok(())
    }

    /// A cell as a number, and how its fraction is written.
    fn number(&self, cell: &[u8]) -> Option<(f64, Fraction)> {
        let cell = std::str::from_utf8(cell).ok()?;
        if let Ok(value) = cell.parse() {
            let fraction = if cell.contains('.') {
                Fraction::Point
            } else {
                Fraction::Unknown
            };
            return Some((value, fraction));
        }
        if self.comma_delimits || cell.contains('.') {
            return None;
        }
        let (whole, part) = cell.split_once(',')?;
        let value = format!("{whole}.{part}").parse().ok()?;
        Some((value, Fraction::Comma))
    }

    /// A row's line for a message.
    fn line(&self, place: Place) -> String {
        thousands(place.line(&self.origin, self.mark))
    }

    /// A cell for a message.
    fn cell(&self, place: Place, column: usize, text: &str) -> String {
        format!(
            "`{}` on line {}, column {}",
            shortened(text),
            self.line(place),
            thousands(column as u64 + 1)
        )
    }

    /// What the table comes to.
    fn end(mut self) -> Result<Listed, String> {
        let columns = self.width.0 - usize::from(self.labels_at.is_some());
        if let (Some(names), Some(column)) = (&mut self.names, self.labels_at) {
            names.remove(column);
        }
        let alone = self.width.0 == 1;
        let (descr, shape, bytes) = match columns {
            _ if alone => self.alone(),
            0 => return Err("it has a column of labels and no numbers".to_owned()),
            _ => {
                let shape = vec![self.rows, columns as u64];
                (Descr::little(Dtype::F64), shape, self.values)
            }
        };
        let labels = (!self.labels.is_empty()).then_some(self.labels);
        let member = Member {
            key: None,
            head: Ok(Head {
                descr,
                shape,
                order: Order::C,
                follow: bytes.len() as u64,
            }),
            body: MemberBody::Memory(Arc::from(bytes)),
        };
        Ok(Listed {
            origin: self.origin,
            members: vec![member],
            labels,
            neuron_names: self.names.filter(|names| !names.is_empty()),
        })
    }

    /// The only column of a file: words, or numbers, whole ones as such; and as
    /// labels whatever it is.
    fn alone(&mut self) -> (Descr, Vec<u64>, Vec<u8>) {
        let shape = vec![self.rows];
        self.names = None;
        if self.by_words.is_some() {
            return (Descr::text(), shape, Vec::new());
        }
        if self.labels_at.is_some() {
            // Named as labels are, whether words or numbers.
            let wholes = self.labels.iter().map(|label| label.parse::<i64>());
            return match wholes.collect::<Result<Vec<i64>, _>>() {
                Ok(wholes) => {
                    let bytes = wholes.iter().flat_map(|n| n.to_le_bytes()).collect();
                    (Descr::little(Dtype::I64), shape, bytes)
                }
                Err(_) => (Descr::text(), shape, Vec::new()),
            };
        }
        let values: Vec<f64> = self
            .values
            .as_chunks::<8>()
            .0
            .iter()
            .map(|&value| f64::from_le_bytes(value))
            .collect();
        // Up to 2^53 every whole number is a double.
        let whole = |x: &f64| x.fract() == 0.0 && x.abs() <= 9_007_199_254_740_992.0;
        if values.iter().all(whole) {
            self.labels = values.iter().map(|x| (*x as i64).to_string()).collect();
            let bytes = values
                .iter()
                .flat_map(|x| (*x as i64).to_le_bytes())
                .collect();
            return (Descr::little(Dtype::I64), shape, bytes);
        }
        (
            Descr::little(Dtype::F64),
            shape,
            std::mem::take(&mut self.values),
        )
    }
}

/// The column of labels by its name.
fn label_column(names: &[String]) -> Result<Option<usize>, String> {
    let is_label = |name: &String| LABELS.contains(&&*name.to_lowercase());
    let mut columns = (0..names.len()).filter(|&column| is_label(&names[column]));
    let column = columns.next();
    match (column, columns.next()) {
        (Some(one), Some(other)) => Err(format!(
            "both its columns `{}` and `{}` could be the labels: leave one out",
            shortened(&names[one]),
            shortened(&names[other])
        )),
        _ => Ok(column),
    }
}

fn text(cell: &[u8]) -> String {
    String::from_utf8_lossy(cell).into_owned()
}

#[cfg(test)]
mod tests;
