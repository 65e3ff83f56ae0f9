//! Every plane of a layer: a record a plane and the ensemble's exact statistics.
//!
//! Curves of all planes do not fit in memory for wide layers, so a sweep hands
//! them to its [`Observer`] block by block, in order, and forgets them.

use std::ops::ControlFlow;
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rayon::prelude::*;

use super::alignment::Alignment;
use super::angles::AngleGrid;
use super::cancel::Cancelled;
use super::coordinates::Coordinates;
use super::curve::Sign;
use super::ensemble::{Ensemble, Sums};
use super::epsilon::Epsilon;
use super::lines::LANES;
use super::nearest::nearest;
use super::plane::{Plane, PlaneSet};
use super::records::Records;
use super::spotlight::{Curves, ROWS, Spotlight, Sweeper, Unit};

/// Work between two calls of the observer: a curve that somebody waits for is
/// served between two of them.
const GRAIN: Duration = Duration::from_millis(6);

/// Cap on the counts of one block.
const BLOCK_CAP_BYTES: usize = 8 << 20;

/// What to sweep.
#[derive(Clone, Debug, PartialEq)]
pub struct SweepSpec {
    /// Resolution scale.
    pub epsilon: Epsilon,
    /// Probe angles.
    pub grid: AngleGrid,
    /// Signed or not.
    pub sign: Sign,
    /// Which planes.
    pub planes: PlaneSet,
}

/// A finished sweep.
#[derive(Clone, Debug, PartialEq)]
pub struct Sweep {
    /// What was swept.
    pub spec: SweepSpec,
    /// `N`.
    pub n_samples: usize,
    /// One record a plane, in the order of [`SweepSpec::planes`].
    pub records: Records,
    /// The ensemble.
    pub ensemble: Ensemble,
    /// Samples lit in at least one of the planes.
    pub lit_samples: usize,
    /// Where nothing is lit, the largest in-plane radius over all samples and
    /// planes: the largest cosine that any probe of the sweep could see. `None`
    /// where something is lit, or where it would take long to tell.
    pub nearest: Option<f64>,
}

impl Sweep {
    /// The layer's alignment: the same with means over all planes.
    #[must_use]
    pub fn alignment(&self) -> Alignment {
        let (axes, bisectors) = (0..self.records.len())
            .map(|r| self.records.axes_and_bisectors(r))
            .fold((0, 0), |(a, b), (axes, bisectors)| {
                (a + axes, b + bisectors)
            });
        Alignment::from_counts(axes, bisectors, self.n_samples, self.records.len())
    }

    /// Planes that light at least one sample.
    #[must_use]
    pub fn lit_planes(&self) -> usize {
        (0..self.records.len())
            .filter(|&r| self.records.lit(r) > 0)
            .count()
    }

    /// The largest count of any plane at any angle.
    #[must_use]
    pub fn highest_peak(&self) -> i64 {
        (0..self.records.len())
            .map(|r| self.records.peak_and_total(r).0)
            .max()
            .unwrap_or(0)
    }

    /// The plane that the most samples light, the first of equals.
    #[must_use]
    pub fn most_lit(&self) -> Option<Plane> {
        let best = (0..self.records.len()).max_by(|&a, &b| {
            self.records
                .lit(a)
                .cmp(&self.records.lit(b))
                .then(b.cmp(&a))
        })?;
        Some(self.spec.planes.get(best))
    }
}

/// A running sweep reports to this on the sweeping thread, every few milliseconds.
pub trait Observer {
    /// Whether [`Block::curves`] is to be filled. Planes then come in order.
    fn wants_curves(&self) -> bool {
        false
    }

    /// A block of planes is done. Breaking calls the sweep off.
    fn block(&mut self, block: &Block<'_>) -> ControlFlow<()>;
}

/// For sweeps that nobody looks on.
impl Observer for () {
    fn block(&mut self, _: &Block<'_>) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

/// Planes of a sweep that were done together.
#[derive(Debug)]
pub struct Block<'a> {
    /// Index of the first plane of `curves`.
    pub first: usize,
    /// Counts of consecutive planes, `A` each; empty unless wanted.
    pub curves: &'a [i32],
    /// Planes done, this block's counted.
    pub done: usize,
    /// Planes in all.
    pub total: usize,
}

/// Sweeps all planes of `spec` on the current rayon pool.
///
/// # Errors
/// [`Cancelled`] soon after `cancel` is set or when the observer breaks.
///
/// # Panics
/// If the planes of `spec` are not of the coordinates' basis.
pub fn sweep(
    coordinates: &Coordinates,
    spec: &SweepSpec,
    cancel: &AtomicBool,
    observer: &mut dyn Observer,
) -> Result<Sweep, Cancelled> {
    let subset = spec.planes.subset();
    let (epsilon, grid, sign) = (spec.epsilon, &spec.grid, spec.sign);
    Spotlight::among(subset, coordinates, epsilon, grid, sign, cancel)?.sweep(
        &spec.planes,
        cancel,
        observer,
    )
}

impl Spotlight {
    /// Sweeps a set of planes on the current rayon pool.
    ///
    /// # Errors
    /// [`Cancelled`] soon after `cancel` is set or when the observer breaks.
    ///
    /// # Panics
    /// If the planes are not of the coordinates' basis, or not all among the
    /// spotlight's vectors.
    pub fn sweep(
        &self,
        planes: &PlaneSet,
        cancel: &AtomicBool,
        observer: &mut dyn Observer,
    ) -> Result<Sweep, Cancelled> {
        let within = planes.subset().is_within(self.subset());
        assert!(within, "planes of vectors that were not looked at");
        let mut run = Run::new(self, planes, observer.wants_curves());
        while let Some(block) = run.next_block(cancel)? {
            if observer.block(&block).is_break() {
                return Err(Cancelled);
            }
        }
        run.finish(cancel)
    }
}

/// A sweep under way.
struct Run<'a> {
    spotlight: &'a Spotlight,
    planes: &'a PlaneSet,
    units: Vec<Unit>,
    /// Units done.
    at: usize,
    /// Units of the next block.
    size: usize,
    /// Planes done.
    done: usize,
    /// One a thread of the pool, and one for a thread outside it.
    sweepers: Vec<Mutex<Sweeper>>,
    records: Vec<[u32; 6]>,
    /// Planes in which arcs lay.
    busy: usize,
    curves: Option<Vec<i32>>,
}

impl<'a> Run<'a> {
    fn new(spotlight: &'a Spotlight, planes: &'a PlaneSet, in_order: bool) -> Self {
        let threads = rayon::current_num_threads();
        Self {
            spotlight,
            planes,
            units: spotlight.units(planes, in_order.then(|| most_planes(spotlight))),
            at: 0,
            size: 2 * threads,
            done: 0,
            sweepers: (0..=threads)
                .map(|_| Mutex::new(Sweeper::new(spotlight)))
                .collect(),
            records: vec![spotlight.idle_record().0; planes.len()],
            busy: 0,
            curves: in_order.then(Vec::new),
        }
    }

    /// Sweeps some more units; `None` when all are done.
    fn next_block(&mut self, cancel: &AtomicBool) -> Result<Option<Block<'_>>, Cancelled> {
        let size = self.block_size();
        let units = &self.units[self.at..self.at + size];
        if units.is_empty() {
            return Ok(None);
        }
        let started = Instant::now();
        let (spotlight, set, sweepers) = (self.spotlight, self.planes, &self.sweepers);
        let sweep = |unit: &Unit, curves: Option<Curves<'_>>| {
            let index = rayon::current_thread_index().unwrap_or(sweepers.len() - 1);
            let sweeper = &sweepers[index.min(sweepers.len() - 1)];
            lock(sweeper).sweep(spotlight, set, unit, cancel, curves)
        };
        let planes: usize = units.iter().map(|unit| unit.planes).sum();
        match &mut self.curves {
            None => units.par_iter().try_for_each(|unit| sweep(unit, None))?,
            Some(curves) => {
                let angles = spotlight.grid().count();
                curves.clear();
                curves.resize(planes * angles, spotlight.idle_count());
                let shares = shares(units, set, curves, angles);
                units
                    .par_iter()
                    .zip(shares)
                    .try_for_each(|(unit, curves)| sweep(unit, Some(curves)))?;
            }
        }
        for sweeper in &self.sweepers {
            for (place, record) in lock(sweeper).take_found() {
                self.records[place] = record.0;
                self.busy += 1;
            }
        }
        let first = self.done;
        self.at += size;
        self.done += planes;
        self.size = next_size(self.size, started.elapsed()).max(self.sweepers.len() - 1);
        Ok(Some(Block {
            first,
            curves: self.curves.as_deref().unwrap_or_default(),
            done: self.done,
            total: self.records.len(),
        }))
    }

    /// Units of the next block: as many as the grain allows; where curves are
    /// wanted, so many that their planes follow one another, as the cap allows.
    fn block_size(&self) -> usize {
        let left = &self.units[self.at..];
        if self.curves.is_none() {
            return self.size.min(left.len());
        }
        let most = most_planes(self.spotlight);
        let (mut size, mut planes) = (0, 0);
        for (place, unit) in left.iter().enumerate() {
            planes += unit.planes;
            if size > 0 && (planes > most || size >= self.size) {
                break;
            }
            // The planes of several first vectors follow one another only where
            // each of them is swept with all second ones.
            let next = left.get(place + 1);
            if unit.first.len() == 1 || next.is_none_or(|next| next.first != unit.first) {
                size = place + 1;
            }
        }
        size
    }

    fn finish(self, cancel: &AtomicBool) -> Result<Sweep, Cancelled> {
        let spotlight = self.spotlight;
        let (grid, n_samples) = (spotlight.grid(), spotlight.coordinates().n_samples());
        let mut sums = Sums::new(grid.distinct());
        let mut lit = vec![0u64; n_samples.div_ceil(64)];
        for sweeper in self.sweepers {
            let sweeper = sweeper.into_inner().unwrap_or_else(PoisonError::into_inner);
            let (more, marks) = sweeper.into_sums();
            sums.add(&more);
            for (all, marks) in lit.iter_mut().zip(&marks) {
                *all |= marks;
            }
        }
        let planes = self.records.len();
        sums.add_constant(i64::from(spotlight.idle_count()), planes - self.busy);
        let lit_samples = if spotlight.is_wide() {
            n_samples * usize::from(planes > 0)
        } else {
            lit.iter().map(|bits| bits.count_ones() as usize).sum()
        };
        let nearest = if lit_samples == 0 {
            nearest(spotlight.coordinates(), self.planes, cancel)?
        } else {
            None
        };
        Ok(Sweep {
            spec: SweepSpec {
                epsilon: spotlight.epsilon(),
                grid: grid.clone(),
                sign: spotlight.sign(),
                planes: self.planes.clone(),
            },
            n_samples,
            ensemble: sums.ensemble(planes, n_samples),
            lit_samples,
            records: Records::new(self.planes.clone(), self.records),
            nearest,
        })
    }
}

/// Planes whose curves one block may hold.
fn most_planes(spotlight: &Spotlight) -> usize {
    BLOCK_CAP_BYTES / (size_of::<i32>() * spotlight.grid().count())
}

/// Deals the curves of consecutive planes out to the units that sweep them.
fn shares<'c>(
    units: &[Unit],
    set: &PlaneSet,
    curves: &'c mut [i32],
    angles: usize,
) -> Vec<Curves<'c>> {
    let mut shares: Vec<Curves<'c>> = units
        .iter()
        .map(|_| {
            std::iter::repeat_with(Default::default)
                .take(ROWS)
                .collect()
        })
        .collect();
    let mut rest = curves;
    let mut start = 0;
    for group in units.chunk_by(|a, b| a.first == b.first) {
        for i in group.first().map_or(0..0, |unit| unit.first.clone()) {
            for (unit, share) in group.iter().zip(&mut shares[start..]) {
                let second = unit.second();
                for (_, j) in set.towards(i, second.clone()) {
                    let curve;
                    (curve, rest) = rest.split_at_mut(angles);
                    let lane = (j - second.start) as usize;
                    share[i as usize % LANES * LANES + lane] = curve;
                }
            }
        }
        start += group.len();
    }
    shares
}

fn next_size(size: usize, took: Duration) -> usize {
    if took < GRAIN / 2 {
        size * 2
    } else if took > GRAIN * 2 {
        size / 2
    } else {
        size
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
