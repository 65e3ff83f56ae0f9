//! Curves of chosen planes on their way into a figure: those of the heatmap's
//! rows, and those that lie faintly behind an ensemble.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::FigureFailure;
use super::gather::{Known, Watch};
use crate::scene::{self, Aggregate, Order, PlaneOrder};
use crate::srm::{Block, Cancelled, Observer};

/// The rows of a heatmap.
#[derive(Clone, Debug)]
pub struct Heat {
    /// Order of the planes.
    pub order: Order,
    /// Their counts, on as many rows as the page can show.
    pub aggregate: Aggregate,
}

fn pause(cancel: &AtomicBool) -> bool {
    !cancel.load(std::sync::atomic::Ordering::Relaxed)
}

/// Which rows a heatmap is to have.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    pub kind: PlaneOrder,
    pub most_rows: usize,
    /// Only of planes whose peak is at least that high.
    pub least_peak: Option<i64>,
}

/// Orders all planes and lays them on rows as asked.
pub(super) fn heat(
    known: &Known,
    asked: Asked,
    watch: &mut dyn Watch,
    cancel: &AtomicBool,
) -> Result<Heat, FigureFailure> {
    let sweep = &known.sweep;
    let Asked {
        kind, most_rows, ..
    } = asked;
    let mut pause = || pause(cancel);
    let order = match asked.least_peak {
        None => scene::order(sweep, kind, most_rows, &mut pause),
        Some(least) => scene::order_of_significant(sweep, kind, least, &mut pause),
    }
    .ok_or(Cancelled)?;
    let angles = sweep.spec.grid.count();
    let mut aggregate = Aggregate::new(0..order.drawn, most_rows, angles);
    if let Some(counts) = &known.counts {
        aggregate.add_kept(&order.records, counts);
        return Ok(Heat { order, aggregate });
    }
    let mut places = vec![0u32; order.records.len()];
    for (place, &index) in (0u32..).zip(&order.records) {
        places[index as usize] = place;
    }
    let mut rows = Rows {
        aggregate,
        places,
        angles,
        watch,
    };
    known
        .spotlight
        .sweep(&sweep.spec.planes, cancel, &mut rows)?;
    let aggregate = rows.aggregate;
    Ok(Heat { order, aggregate })
}

/// Lays curves into rows as they are swept.
struct Rows<'a> {
    aggregate: Aggregate,
    /// Place in the order of each plane.
    places: Vec<u32>,
    angles: usize,
    watch: &'a mut dyn Watch,
}

impl Observer for Rows<'_> {
    fn wants_curves(&self) -> bool {
        true
    }

    fn block(&mut self, block: &Block<'_>) -> ControlFlow<()> {
        let planes = block.curves.len() / self.angles;
        let places = &self.places[block.first..block.first + planes];
        self.aggregate.add_all(places, block.curves);
        self.watch.at("Drawing the planes", block.done, block.total);
        ControlFlow::Continue(())
    }
}

/// Curves, as fractions, of at most so many lit planes, spread over them by their
/// peaks, so that the highest is among them; and how many are lit.
pub(super) fn faint(
    known: &Known,
    most: usize,
    cancel: &AtomicBool,
) -> Result<(Vec<Vec<f64>>, usize), FigureFailure> {
    let sweep = &known.sweep;
    let order = scene::order(sweep, PlaneOrder::Peak, 1, &mut || pause(cancel)).ok_or(Cancelled)?;
    let lit = order
        .records
        .iter()
        .take_while(|&&record| sweep.records.lit(record as usize) > 0)
        .count();
    let stride = lit.div_ceil(most).max(1);
    let mut chosen: Vec<u32> = order.records[..lit]
        .iter()
        .step_by(stride)
        .copied()
        .collect();
    chosen.sort_unstable();
    let (n, angles) = (sweep.n_samples as f64, sweep.spec.grid.count());
    let fractions = |counts: &[i32]| counts.iter().map(|&count| f64::from(count) / n).collect();
    if let Some(counts) = &known.counts {
        let curve = |&record: &u32| fractions(&counts[record as usize * angles..][..angles]);
        return Ok((chosen.iter().map(curve).collect(), lit));
    }
    let mut keeper = Keeper::default();
    if !chosen.is_empty() {
        let planes = sweep.spec.planes.part(&chosen);
        known.spotlight.sweep(&planes, cancel, &mut keeper)?;
    }
    let curves = keeper.counts.chunks_exact(angles).map(fractions).collect();
    Ok((curves, lit))
}

/// Keeps all counts.
#[derive(Default)]
struct Keeper {
    counts: Vec<i32>,
}

impl Observer for Keeper {
    fn wants_curves(&self) -> bool {
        true
    }

    fn block(&mut self, block: &Block<'_>) -> ControlFlow<()> {
        self.counts.extend_from_slice(block.curves);
        ControlFlow::Continue(())
    }
}

/// Keeps the counts of a sweep where they are wanted, and says how far it is.
pub(super) struct Sweeping<'a> {
    pub watch: &'a mut dyn Watch,
    pub counts: Option<Vec<i32>>,
}

impl Sweeping<'_> {
    pub fn into_counts(self) -> Option<Arc<Vec<i32>>> {
        self.counts.map(Arc::new)
    }
}

impl Observer for Sweeping<'_> {
    fn wants_curves(&self) -> bool {
        self.counts.is_some()
    }

    fn block(&mut self, block: &Block<'_>) -> ControlFlow<()> {
        if let Some(counts) = &mut self.counts {
            counts.extend_from_slice(block.curves);
        }
        self.watch.at("Sweeping", block.done, block.total);
        ControlFlow::Continue(())
    }
}
