//! The table of curves as text, written as the curves come.

use std::io;
use std::ops::ControlFlow;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use super::TableError;
use super::cell::Cell;
use super::csv::CurveLines;
use super::format::{About, Format};
use super::json::CurveColumns;
use super::out::Out;
use crate::srm::{AngleGrid, Block, Observer, Plane, PlaneSet};

/// The planes of a table, in its order.
#[derive(Clone, Copy, Debug)]
pub enum Rows<'a> {
    /// Of a sweep.
    Swept(&'a PlaneSet),
    /// One by one.
    Each(&'a [Plane]),
}

impl Rows<'_> {
    /// Number of planes.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Swept(set) => set.len(),
            Self::Each(planes) => planes.len(),
        }
    }

    /// Whether there is no plane.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The plane at `index < len`.
    fn get(&self, index: usize) -> Plane {
        match self {
            Self::Swept(set) => set.get(index),
            Self::Each(planes) => planes[index],
        }
    }

    fn iter(&self) -> impl ExactSizeIterator<Item = Plane> + '_ {
        (0..self.len()).map(|index| self.get(index))
    }
}

/// About how many bytes a table of the curves of `planes` takes as text, at most.
#[must_use]
pub fn curves_text_bytes(
    format: Format,
    planes: &Rows<'_>,
    grid: &AngleGrid,
    n_samples: usize,
) -> u64 {
    // The longest fraction is "0.", seventeen digits and the zeros before them.
    const FRACTION: u64 = 20;
    // Five separators or line ends, in JSON as well.
    const BETWEEN: u64 = 5;
    let digits = |n: u64| u64::from(n.checked_ilog10().unwrap_or(0)) + 1;
    let angles = grid.count() as u64;
    let theta: u64 = grid
        .angles_rad()
        .into_iter()
        .map(|theta| {
            let mut text = String::new();
            Cell::Real(theta).write_to(&mut text, "");
            text.len() as u64
        })
        .sum();
    // The last plane has about the longest numbers.
    let numbers = planes.len().checked_sub(1).map_or(0, |last| {
        let Plane { i, j } = planes.get(last);
        digits(u64::from(i)) + digits(u64::from(j))
    });
    let counts = match format {
        Format::Npz => return super::counts_bytes(planes.len() as u64, grid.count(), n_samples),
        Format::Csv | Format::Tsv | Format::Json => digits(n_samples as u64) + FRACTION,
    };
    (planes.len() as u64).saturating_mul(theta + angles * (numbers + counts + BETWEEN))
}

/// A text table of curves being written: as the [`Observer`] of a sweep, or curve
/// by curve. Dropped before [`CurvesFile::finish`] a file leaves nothing.
#[derive(Debug)]
pub struct CurvesFile<'a> {
    out: Out,
    style: Style,
    planes: Rows<'a>,
    angles: usize,
    cancel: &'a AtomicBool,
    /// Curves written.
    done: usize,
    /// Why the sweep was called off.
    failed: Option<io::Error>,
    took: Duration,
}

#[derive(Debug)]
enum Style {
    Lines(CurveLines),
    Columns(Box<CurveColumns>),
}

impl<'a> CurvesFile<'a> {
    /// Writes what stands before the counts. The counts of `planes` are expected next,
    /// in their order.
    ///
    /// # Errors
    /// If it cannot be written, for npz, which is [`SweepFile`](super::SweepFile)'s, and
    /// soon after `cancel` is set.
    pub fn begin(
        out: impl Into<Out>,
        format: Format,
        grid: &AngleGrid,
        planes: Rows<'a>,
        about: &About<'_>,
        cancel: &'a AtomicBool,
    ) -> Result<Self, TableError> {
        let mut out = out.into();
        let started = Instant::now();
        let lines = |out: &mut Out, separator| {
            CurveLines::begin(out, separator, grid, planes.len(), about).map(Style::Lines)
        };
        let begun = match format {
            Format::Csv => lines(&mut out, ','),
            Format::Tsv => lines(&mut out, '\t'),
            Format::Json => out.spool().and_then(|waiting| {
                CurveColumns::begin(&mut out, grid, || planes.iter(), about, waiting, cancel)
                    .map(|columns| Style::Columns(Box::new(columns)))
            }),
            Format::Npz => return Err(TableError::NotText),
        };
        Ok(Self {
            style: begun.map_err(|e| out.failed(e))?,
            out,
            planes,
            angles: grid.count(),
            cancel,
            done: 0,
            failed: None,
            took: started.elapsed(),
        })
    }

    /// Writes the `A` counts of the next plane.
    ///
    /// # Errors
    /// If they cannot be written.
    pub fn curve(&mut self, counts: &[i64]) -> Result<(), TableError> {
        let written = self.write(counts.iter().copied());
        written.map_err(|e| self.out.failed(e))
    }

    /// Wall time spent writing so far.
    #[must_use]
    pub fn took(&self) -> Duration {
        self.took
    }

    /// Why writing the counts called the sweep off, if it did.
    #[must_use]
    pub fn failure(mut self) -> Option<TableError> {
        let source = self.failed.take()?;
        Some(self.out.failed(source))
    }

    /// Writes what is left and gives a file its name.
    ///
    /// # Errors
    /// If it cannot be written, and soon after `cancel` is set.
    pub fn finish(self) -> Result<(), TableError> {
        let Self {
            mut out,
            style,
            cancel,
            ..
        } = self;
        let finished = match style {
            Style::Lines(_) => Ok(()),
            Style::Columns(columns) => columns.finish(&mut out, cancel),
        };
        out.end(finished)
    }

    fn write(&mut self, counts: impl Iterator<Item = i64>) -> io::Result<()> {
        let plane = self.planes.get(self.done);
        self.done += 1;
        match &mut self.style {
            Style::Lines(lines) => lines.curve(&mut self.out, plane, counts),
            Style::Columns(columns) => columns.curve(&mut self.out, counts),
        }
    }
}

impl Observer for CurvesFile<'_> {
    fn wants_curves(&self) -> bool {
        true
    }

    fn block(&mut self, block: &Block<'_>) -> ControlFlow<()> {
        let started = Instant::now();
        let written = block
            .curves
            .chunks(self.angles)
            .try_for_each(|counts| self.write(counts.iter().copied().map(i64::from)));
        self.took += started.elapsed();
        match written {
            Ok(()) => ControlFlow::Continue(()),
            Err(e) => {
                self.failed = Some(e);
                ControlFlow::Break(())
            }
        }
    }
}
