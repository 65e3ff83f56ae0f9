//! Tables as one JSON object: the head's fields, then the columns as arrays.
//!
//! ```text
//! {"format":1,"table":"curves",…,"provenance":{…},
//!  "columns":{"plane_i":[0,…],…,"fraction":[0.085,…]}}
//! ```
//! What is undefined is `null`.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::sync::atomic::AtomicBool;

use super::cell::{Cell, Fractions};
use super::format::{About, TableKind};
use super::rows::{CURVES, Table};
use super::text::Gather;
use crate::srm::{AngleGrid, Plane};

const UNDEFINED: &str = "null";

const CLOSING: &str = "\n}}\n";

/// Writes a whole table over so many planes.
pub(super) fn write<const N: usize, T: Table<N>>(
    out: &mut impl Write,
    table: &T,
    about: &About<'_>,
    planes: usize,
    cancel: &AtomicBool,
) -> io::Result<()> {
    let mut gather = Gather::new(out, cancel);
    gather.text = opening(T::KIND, about, planes);
    for (place, name) in T::COLUMNS.into_iter().enumerate() {
        let cells = table.rows().map(|row| row[place]);
        column(&mut gather, place, name, cells.map(push))?;
    }
    gather.text.push_str(CLOSING);
    gather.all()
}

/// The cell, which appends itself.
fn push(cell: Cell) -> impl FnOnce(&mut String) {
    move |text| cell.write_to(text, UNDEFINED)
}

fn opening(kind: TableKind, about: &About<'_>, planes: usize) -> String {
    format!("{{{},\n\"columns\":{{", about.head(kind, planes))
}

/// What stands before the entries of a column.
fn name_it(text: &mut String, place: usize, name: &str) {
    if place > 0 {
        text.push(',');
    }
    text.push_str("\n\"");
    text.push_str(name);
    text.push_str("\":[");
}

/// Writes a column; each entry appends itself.
fn column<W: Write, E: FnOnce(&mut String)>(
    gather: &mut Gather<'_, W>,
    place: usize,
    name: &str,
    entries: impl Iterator<Item = E>,
) -> io::Result<()> {
    name_it(&mut gather.text, place, name);
    for (row, entry) in entries.enumerate() {
        if row > 0 {
            gather.text.push(',');
        }
        entry(&mut gather.text);
        gather.if_enough()?;
    }
    gather.text.push(']');
    Ok(())
}

/// The table of curves, written curve by curve. Columns stand one after the
/// other, so the counts wait in a file of their own until the fractions are due.
#[derive(Debug)]
pub(super) struct CurveColumns {
    fractions: Fractions,
    waiting: BufWriter<File>,
    /// Counts taken.
    counts: u64,
    text: String,
}

impl CurveColumns {
    /// The table of the curves of `planes`, written up to the counts. `waiting` is
    /// an empty file that nobody else writes to.
    pub fn begin<P: ExactSizeIterator<Item = Plane>>(
        out: &mut impl Write,
        grid: &AngleGrid,
        planes: impl Fn() -> P,
        about: &About<'_>,
        waiting: File,
        cancel: &AtomicBool,
    ) -> io::Result<Self> {
        let mut gather = Gather::new(out, cancel);
        gather.text = opening(TableKind::Curves, about, planes().len());
        let each = |number: fn(Plane) -> u32| {
            let angles = grid.count();
            planes().flat_map(move |plane| {
                let number = Cell::from(number(plane));
                std::iter::repeat_n(number, angles)
            })
        };
        column(&mut gather, 0, CURVES[0], each(|plane| plane.i).map(push))?;
        column(&mut gather, 1, CURVES[1], each(|plane| plane.j).map(push))?;
        let angles: Vec<String> = grid
            .angles_rad()
            .into_iter()
            .map(|theta| {
                let mut text = String::new();
                Cell::Real(theta).write_to(&mut text, UNDEFINED);
                text
            })
            .collect();
        let again = (0..planes().len()).flat_map(|_| &angles);
        let entries = again.map(|angle| move |text: &mut String| text.push_str(angle));
        column(&mut gather, 2, CURVES[2], entries)?;
        name_it(&mut gather.text, 3, CURVES[3]);
        gather.all()?;
        Ok(Self {
            fractions: Fractions::new(about.facts.n_samples),
            waiting: BufWriter::new(waiting),
            counts: 0,
            text: String::new(),
        })
    }

    /// Writes the counts of a plane.
    pub fn curve(
        &mut self,
        out: &mut impl Write,
        counts: impl Iterator<Item = i64>,
    ) -> io::Result<()> {
        self.text.clear();
        for count in counts {
            if self.counts > 0 {
                self.text.push(',');
            }
            Cell::Whole(count).write_to(&mut self.text, UNDEFINED);
            self.waiting.write_all(&count.to_le_bytes())?;
            self.counts += 1;
        }
        out.write_all(self.text.as_bytes())
    }

    /// Writes what is left: the fractions.
    pub fn finish(self, out: &mut impl Write, cancel: &AtomicBool) -> io::Result<()> {
        let Self {
            mut fractions,
            waiting,
            counts,
            ..
        } = self;
        let mut waiting = waiting
            .into_inner()
            .map_err(io::IntoInnerError::into_error)?;
        waiting.seek(SeekFrom::Start(0))?;
        let mut waiting = BufReader::new(waiting);
        let mut gather = Gather::new(out, cancel);
        gather.text.push(']');
        name_it(&mut gather.text, 4, CURVES[4]);
        for place in 0..counts {
            let mut count = [0; 8];
            waiting.read_exact(&mut count)?;
            if place > 0 {
                gather.text.push(',');
            }
            fractions.write_to(&mut gather.text, i64::from_le_bytes(count));
            gather.if_enough()?;
        }
        gather.text.push(']');
        gather.text.push_str(CLOSING);
        gather.all()
    }
}
