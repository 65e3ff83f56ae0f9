//! Where a sweep's result goes while it comes and when it is whole.

use std::ops::ControlFlow;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use super::failure::Failure;
use super::output::{self, Shape, Wanted};
use super::report;
use crate::srm::{Block, Observer, Sweep, SweepSpec};
use crate::table::{
    self, About, CurvesFile, Format, Out, Rows, Statistics, SweepFile, TableKind, counts_bytes,
    curves_text_bytes,
};
use crate::words::{count, thousands};

/// Curves above this are written only when asked for by name.
const CAP_BYTES: u64 = 4_000_000_000;

/// Whether more than [`CAP_BYTES`] may be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cap {
    /// Not unasked.
    Kept,
    /// It was asked for.
    Lifted,
}

/// A result being written.
#[derive(Debug)]
pub(super) enum Sink<'a> {
    /// All of it.
    Npz(Box<SweepFile>),
    /// Its curves as text.
    Curves(Box<CurvesFile<'a>>),
    /// A table that is made when all is done.
    After {
        out: Out,
        format: Format,
        kind: TableKind,
    },
}

/// Bytes that the curves will take, where they are written; refused if they are
/// too many.
pub(super) fn size(
    shape: Shape,
    spec: &SweepSpec,
    n_samples: usize,
    cap: Cap,
) -> Result<Option<u64>, Failure> {
    let (planes, angles) = (spec.planes.len() as u64, spec.grid.count());
    let (bytes, advice) = match shape {
        Shape::Npz => (
            counts_bytes(planes, angles, n_samples),
            "--summary to leave them out, or --counts",
        ),
        Shape::Text(format, TableKind::Curves) => (
            curves_text_bytes(format, &Rows::Swept(&spec.planes), &spec.grid, n_samples),
            "--table planes to leave them out, name the file .npz to have them smaller, or add \
             --counts",
        ),
        Shape::NpzSummary | Shape::Text(..) => return Ok(None),
    };
    if bytes > CAP_BYTES && cap == Cap::Kept {
        return Err(Failure::Usage(format!(
            "the counts of {} × {} angles would take {}: add {advice} to write them all the same",
            count(planes, "plane"),
            thousands(angles as u64),
            report::bytes(bytes),
        )));
    }
    Ok(Some(bytes))
}

impl<'a> Sink<'a> {
    /// Says what will be written and begins with it. Text of curves begins with the
    /// provenance, so that must be whole by then.
    pub fn begin(
        wanted: Wanted,
        spec: &'a SweepSpec,
        bytes: Option<u64>,
        about: &About<'_>,
        cancel: &'a AtomicBool,
    ) -> Result<Self, Failure> {
        let Wanted { shape, out, name } = wanted;
        let planes = &spec.planes;
        let (format, kind) = match shape {
            Shape::Text(format, kind) => (format, kind),
            Shape::Npz | Shape::NpzSummary => {
                let (out, n_samples) = (out.into_file()?, about.facts.n_samples);
                let file = output::begin(out, &name, &spec.grid, planes.iter(), n_samples, bytes)?;
                return Ok(Self::Npz(Box::new(file)));
            }
        };
        let many = count(planes.len() as u64, "plane");
        let angles = thousands(spec.grid.count() as u64);
        if kind != TableKind::Curves {
            let what = match kind {
                TableKind::Planes => format!("a table of {many}"),
                _ => format!("a table of {angles} angles over {many}"),
            };
            report::say(&format!("writing {what} to {name}"));
            return Ok(Self::After { out, format, kind });
        }
        let most = report::bytes(bytes.unwrap_or(0));
        report::say(&format!(
            "writing {many} × {angles} angles: at most {most} of text to {name}"
        ));
        let rows = Rows::Swept(planes);
        let file = CurvesFile::begin(out, format, &spec.grid, rows, about, cancel)?;
        Ok(Self::Curves(Box::new(file)))
    }

    /// Wall time spent writing so far.
    pub fn took(&self) -> Duration {
        match self {
            Self::Npz(file) => file.took(),
            Self::Curves(file) => file.took(),
            Self::After { .. } => Duration::ZERO,
        }
    }

    /// Why writing called the sweep off, if it did.
    pub fn failure(self) -> Option<Failure> {
        match self {
            Self::Npz(file) => file.failure(),
            Self::Curves(file) => file.failure(),
            Self::After { .. } => None,
        }
        .map(Failure::from)
    }

    /// Writes what follows from the sweep and gives a file its name. Gives the wall
    /// time spent writing in all.
    pub fn finish(
        self,
        sweep: &Sweep,
        about: &About<'_>,
        cancel: &AtomicBool,
    ) -> Result<Duration, Failure> {
        let (before, started) = (self.took(), Instant::now());
        let statistics = Statistics::Sweep(sweep);
        match self {
            Self::Npz(file) => file.finish(about, &statistics),
            Self::Curves(file) => file.finish(),
            Self::After { out, format, kind } => match kind {
                TableKind::Ensemble => {
                    table::write_ensemble(out, format, &statistics, about, cancel)
                }
                TableKind::Planes | TableKind::Curves => {
                    table::write_planes(out, format, &statistics, about, cancel)
                }
            },
        }?;
        Ok(before + started.elapsed())
    }
}

impl Observer for Sink<'_> {
    fn wants_curves(&self) -> bool {
        match self {
            Self::Npz(file) => file.wants_curves(),
            Self::Curves(file) => file.wants_curves(),
            Self::After { .. } => false,
        }
    }

    fn block(&mut self, block: &Block<'_>) -> ControlFlow<()> {
        match self {
            Self::Npz(file) if file.wants_curves() => file.block(block),
            Self::Curves(file) => file.block(block),
            Self::Npz(_) | Self::After { .. } => ControlFlow::Continue(()),
        }
    }
}
