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
use super::curve::{Scanner, Scratch, Sign, peak};
use super::epsilon::Epsilon;
use super::plane::{Plane, PlaneSet};
use super::records::{Packed, Records};

/// Work between two calls of the observer.
const GRAIN: Duration = Duration::from_millis(15);

/// Cap on the counts of one block.
const BLOCK_CAP_BYTES: usize = 32 << 20;

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

/// Statistics over the planes at each of the `A` angles, as fractions.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ensemble {
    /// Mean over planes.
    pub mean: Vec<f64>,
    /// Standard deviation of the population of planes.
    pub std: Vec<f64>,
    /// Smallest value.
    pub min: Vec<f64>,
    /// Largest value.
    pub max: Vec<f64>,
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
    /// The largest in-plane radius over all samples and planes: the largest
    /// cosine that any probe of the sweep could see.
    pub nearest: f64,
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

/// A running sweep reports to this on the sweeping thread, every 15 ms or so.
pub trait Observer {
    /// Whether [`Block::curves`] is to be filled.
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

/// Consecutive planes of a sweep.
#[derive(Debug)]
pub struct Block<'a> {
    /// Index of the block's first plane.
    pub first: usize,
    /// Counts of the block's planes, `A` each; empty unless wanted.
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
    let angles = spec.grid.count();
    let total = spec.planes.len();
    let scanner = Scanner::new(coordinates, spec.epsilon, &spec.grid, spec.sign);
    let wants_curves = observer.wants_curves();
    let threads = rayon::current_num_threads();
    let states: Vec<Mutex<ThreadState>> = (0..=threads)
        .map(|_| Mutex::new(ThreadState::new(&scanner, coordinates.n_samples(), angles)))
        .collect();
    let most = (BLOCK_CAP_BYTES / (8 * angles)).max(threads);
    let mut size = (4 * threads).min(most);
    let mut curves = Vec::new();
    let mut records = Vec::with_capacity(total);
    while records.len() < total {
        let started = Instant::now();
        let first = records.len();
        let size_now = size.min(total - first);
        if wants_curves {
            curves.resize(size_now * angles, 0);
        }
        let scan = |offset: usize, out: Option<&mut [i32]>| {
            let state = &states[rayon::current_thread_index().unwrap_or(threads)];
            let mut state = lock(state);
            state.scan(
                &scanner,
                coordinates,
                spec.planes.get(first + offset),
                cancel,
                out,
            )
        };
        let block: Result<Vec<Packed>, Cancelled> = if wants_curves {
            curves
                .par_chunks_exact_mut(angles)
                .enumerate()
                .map(|(offset, out)| scan(offset, Some(out)))
                .collect()
        } else {
            (0..size_now)
                .into_par_iter()
                .map(|offset| scan(offset, None))
                .collect()
        };
        records.extend(block?);
        let block = Block {
            first,
            curves: &curves,
            done: records.len(),
            total,
        };
        if observer.block(&block).is_break() {
            return Err(Cancelled);
        }
        size = next_size(size, started.elapsed()).clamp(threads, most);
    }
    Ok(finish(spec, coordinates.n_samples(), records, states))
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

fn finish(
    spec: &SweepSpec,
    n_samples: usize,
    records: Vec<Packed>,
    states: Vec<Mutex<ThreadState>>,
) -> Sweep {
    let mut sums = Sums::new(spec.grid.count());
    let mut lit = vec![0u64; n_samples.div_ceil(64)];
    let mut nearest = 0.0f64;
    for state in states {
        let state = state.into_inner().unwrap_or_else(PoisonError::into_inner);
        sums.add(&state.sums);
        for (sum, bits) in lit.iter_mut().zip(&state.lit) {
            *sum |= bits;
        }
        nearest = nearest.max(state.nearest);
    }
    Sweep {
        spec: spec.clone(),
        n_samples,
        ensemble: sums.ensemble(records.len(), n_samples),
        lit_samples: lit.iter().map(|bits| bits.count_ones() as usize).sum(),
        records: Records::new(spec.planes.clone(), records),
        nearest,
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One thread's scratch and its share of the sums.
struct ThreadState {
    scratch: Scratch,
    sums: Sums,
    /// A bit a sample: lit in some plane.
    lit: Vec<u64>,
    nearest: f64,
}

impl ThreadState {
    fn new(scanner: &Scanner<'_>, n_samples: usize, angles: usize) -> Self {
        Self {
            scratch: scanner.scratch(),
            sums: Sums::new(angles),
            lit: vec![0; n_samples.div_ceil(64)],
            nearest: 0.0,
        }
    }

    fn scan(
        &mut self,
        scanner: &Scanner<'_>,
        coordinates: &Coordinates,
        plane: Plane,
        cancel: &AtomicBool,
        out: Option<&mut [i32]>,
    ) -> Result<Packed, Cancelled> {
        let frame = coordinates.basis().frame(plane);
        let samples = 0..coordinates.n_samples();
        let lit = &mut self.lit;
        let mark = |sample: usize| lit[sample / 64] |= 1 << (sample % 64);
        let tally = scanner.scan(plane, frame, samples, &mut self.scratch, cancel, mark)?;
        let counts = &mut self.scratch.difference;
        scanner.finish(counts);
        self.sums.add_curve(counts);
        self.nearest = self.nearest.max(tally.nearest);
        if let Some(out) = out {
            for (out, &count) in out.iter_mut().zip(&*counts) {
                *out = count as i32;
            }
        }
        let peak = peak(counts).map(|(k, c)| (k, c as i32));
        Ok(Packed::new(tally.axes, tally.bisectors, tally.lit)
            .with_peak(peak)
            .with_total(counts[..counts.len() - 1].iter().sum()))
    }
}

/// Integer sums over planes at each angle: exact, and the same however the
/// planes were shared out.
struct Sums {
    sum: Vec<i64>,
    squares: Vec<i128>,
    min: Vec<i64>,
    max: Vec<i64>,
}

impl Sums {
    fn new(angles: usize) -> Self {
        Self {
            sum: vec![0; angles],
            squares: vec![0; angles],
            min: vec![i64::MAX; angles],
            max: vec![i64::MIN; angles],
        }
    }

    fn add_curve(&mut self, counts: &[i64]) {
        for (k, &count) in counts.iter().enumerate() {
            self.sum[k] += count;
            self.squares[k] += i128::from(count) * i128::from(count);
            self.min[k] = self.min[k].min(count);
            self.max[k] = self.max[k].max(count);
        }
    }

    fn add(&mut self, other: &Self) {
        for k in 0..self.sum.len() {
            self.sum[k] += other.sum[k];
            self.squares[k] += other.squares[k];
            self.min[k] = self.min[k].min(other.min[k]);
            self.max[k] = self.max[k].max(other.max[k]);
        }
    }

    fn ensemble(&self, planes: usize, n_samples: usize) -> Ensemble {
        if planes == 0 {
            return Ensemble::default();
        }
        let (p, n) = (planes as f64, n_samples as f64);
        let fractions = |counts: &[i64]| counts.iter().map(|&c| c as f64 / n).collect();
        Ensemble {
            mean: self.sum.iter().map(|&s| s as f64 / (p * n)).collect(),
            std: self
                .sum
                .iter()
                .zip(&self.squares)
                .map(|(&sum, &squares)| {
                    // P² times the variance of the counts, exact until the root.
                    let spread = planes as i128 * squares - i128::from(sum) * i128::from(sum);
                    (spread as f64).sqrt() / (p * n)
                })
                .collect(),
            min: fractions(&self.min),
            max: fractions(&self.max),
        }
    }
}
