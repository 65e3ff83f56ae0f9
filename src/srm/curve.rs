//! One plane's curve: `f_ij(θ; ε)` as integer counts, by arcs.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;

use super::alignment::Alignment;
use super::angles::AngleGrid;
use super::arc::{ArcLayer, accumulate};
use super::basis::Frame;
use super::cancel::Cancelled;
use super::coordinates::{BLOCK, Coordinates};
use super::epsilon::Epsilon;
use super::plane::Plane;

/// Samples that one task of a single curve takes.
const TASK: usize = 16 * BLOCK;

/// What is counted at an angle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Sign {
    /// Samples within the cone.
    #[default]
    Unsigned,
    /// Those, minus the samples within the opposite cone.
    Signed,
}

/// A plane's curve and what is exact about it whatever the grid.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// The plane.
    pub plane: Plane,
    /// How its vectors lie.
    pub frame: Frame,
    /// Counts at the `A` angles of the grid; negative only where signed.
    pub counts: Vec<i64>,
    /// `N`.
    pub n_samples: usize,
    /// The tally beside the curve.
    pub tally: Tally,
}

/// Counts of one plane that do not depend on the grid.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tally {
    /// Unsigned counts summed over the four privileged directions.
    pub axes: u64,
    /// Unsigned counts summed over their four bisectors.
    pub bisectors: u64,
    /// Samples lit in the plane: `r ≥ ε′`.
    pub lit: u64,
    /// The largest in-plane radius `r`: how close the nearest sample comes.
    pub nearest: f64,
}

impl Tally {
    fn add(&mut self, other: &Self) {
        self.axes += other.axes;
        self.bisectors += other.bisectors;
        self.lit += other.lit;
        self.nearest = self.nearest.max(other.nearest);
    }
}

impl Curve {
    /// Fraction of the samples at each angle.
    #[must_use]
    pub fn fractions(&self) -> impl ExactSizeIterator<Item = f64> + '_ {
        let n = self.n_samples as f64;
        self.counts.iter().map(move |&count| count as f64 / n)
    }

    /// The plane's alignment.
    #[must_use]
    pub fn alignment(&self) -> Alignment {
        Alignment::from_counts(self.tally.axes, self.tally.bisectors, self.n_samples, 1)
    }

    /// Index of the smallest angle with the largest count, and that count;
    /// `None` for a curve of zeros.
    #[must_use]
    pub fn peak(&self) -> Option<(usize, i64)> {
        peak(&self.counts)
    }
}

/// See [`Curve::peak`].
pub(super) fn peak(counts: &[i64]) -> Option<(usize, i64)> {
    peak_of_distinct(&counts[..counts.len() - 1])
}

/// The same of the counts at the distinct directions alone.
pub(super) fn peak_of_distinct(distinct: &[i64]) -> Option<(usize, i64)> {
    if distinct.iter().all(|&c| c == 0) {
        return None;
    }
    let mut best = (0, distinct[0]);
    for (index, &count) in distinct.iter().enumerate() {
        if count > best.1 {
            best = (index, count);
        }
    }
    Some(best)
}

/// The curve of one plane, on the current rayon pool, in `O(N + A)`.
///
/// # Errors
/// [`Cancelled`] soon after `cancel` is set.
///
/// # Panics
/// If the plane's vectors are not in the basis.
pub fn curve(
    coordinates: &Coordinates,
    plane: Plane,
    epsilon: Epsilon,
    grid: &AngleGrid,
    sign: Sign,
    cancel: &AtomicBool,
) -> Result<Curve, Cancelled> {
    let n = coordinates.n_samples();
    let scanner = Scanner::new(coordinates, epsilon, grid, sign);
    let frame = coordinates.basis().frame(plane);
    let (mut curves, tally) = scanner.grouped(plane, frame, 1, |_| 0, cancel)?;
    scanner.finish(&mut curves);
    Ok(Curve {
        plane,
        frame,
        counts: curves,
        n_samples: n,
        tally,
    })
}

/// How many samples are lit in at least one of `planes`, whatever the grid, on the
/// current rayon pool.
///
/// # Errors
/// [`Cancelled`] soon after `cancel` is set.
///
/// # Panics
/// If a plane's vectors are not in the basis.
pub fn lit_samples(
    coordinates: &Coordinates,
    planes: &[Plane],
    epsilon: Epsilon,
    grid: &AngleGrid,
    cancel: &AtomicBool,
) -> Result<u64, Cancelled> {
    let n = coordinates.n_samples();
    let scanner = Scanner::new(coordinates, epsilon, grid, Sign::Unsigned);
    let frames: Vec<Frame> = planes
        .iter()
        .map(|&plane| coordinates.basis().frame(plane))
        .collect();
    (0..n.div_ceil(TASK))
        .into_par_iter()
        .map(|task| {
            let samples = task * TASK..n.min((task + 1) * TASK);
            let (first, mut scratch) = (samples.start, scanner.scratch(1));
            let mut seen = vec![false; samples.len()];
            for (&plane, &frame) in planes.iter().zip(&frames) {
                let lit = |sample: usize, is_lit: bool| {
                    seen[sample - first] |= is_lit;
                    0
                };
                scanner.scan(plane, frame, samples.clone(), &mut scratch, cancel, lit)?;
            }
            Ok(seen.into_iter().filter(|&seen| seen).count() as u64)
        })
        .try_reduce(|| 0, |a, b| Ok(a + b))
}

/// Scans samples of one plane after another; one a sweep, shared by its threads.
pub(super) struct Scanner<'a> {
    coordinates: &'a Coordinates,
    layer: ArcLayer,
    threshold: f64,
    sign: Sign,
    /// Signed on a grid that holds `θ + π` for every `θ`: a shift of the
    /// unsigned counts, no second arc (METHOD, fact 4).
    signed_by_shift: bool,
}

/// What a thread needs to scan a plane: reused from plane to plane.
pub(super) struct Scratch {
    c1: Vec<f64>,
    c2: Vec<f64>,
    arcs: Arcs,
}

/// The arcs laid so far, and room to find those of some samples more.
pub(super) struct Arcs {
    square: Vec<f64>,
    hits: Vec<u32>,
    pub difference: Vec<i64>,
    opposite: Vec<i64>,
}

impl<'a> Scanner<'a> {
    pub fn new(
        coordinates: &'a Coordinates,
        epsilon: Epsilon,
        grid: &AngleGrid,
        sign: Sign,
    ) -> Self {
        Self {
            coordinates,
            layer: ArcLayer::new(grid, epsilon),
            threshold: epsilon.threshold(),
            sign,
            signed_by_shift: grid.distinct().is_multiple_of(2),
        }
    }

    fn scratch(&self, groups: usize) -> Scratch {
        Scratch {
            c1: vec![0.0; BLOCK],
            c2: vec![0.0; BLOCK],
            arcs: self.arcs(groups),
        }
    }

    /// No arcs yet, of so many groups of samples.
    pub fn arcs(&self, groups: usize) -> Arcs {
        let angles = self.layer.angles() * groups;
        Arcs {
            square: Vec::with_capacity(BLOCK),
            hits: Vec::with_capacity(BLOCK),
            difference: vec![0; angles],
            opposite: vec![0; angles],
        }
    }

    /// The difference arrays of groups of all samples, one after another, on the current
    /// rayon pool; `group` tells the group of a sample, below `groups`.
    pub fn grouped(
        &self,
        plane: Plane,
        frame: Frame,
        groups: usize,
        group: impl Fn(usize) -> usize + Sync,
        cancel: &AtomicBool,
    ) -> Result<(Vec<i64>, Tally), Cancelled> {
        let n = self.coordinates.n_samples();
        (0..n.div_ceil(TASK))
            .into_par_iter()
            .map(|task| {
                let samples = task * TASK..n.min((task + 1) * TASK);
                let mut scratch = self.scratch(groups);
                let tally =
                    self.scan(plane, frame, samples, &mut scratch, cancel, |sample, _| {
                        group(sample)
                    })?;
                Ok((scratch.arcs.difference, tally))
            })
            .try_reduce(
                || (vec![0; groups * self.layer.angles()], Tally::default()),
                |(mut sum, mut tally), (difference, more)| {
                    for (sum, value) in sum.iter_mut().zip(difference) {
                        *sum += value;
                    }
                    tally.add(&more);
                    Ok((sum, tally))
                },
            )
    }

    /// Adds the arcs of `samples` to those of `scratch` (cleared first). Asks `group` as
    /// [`Scanner::lay`] does, by the samples' own numbers.
    fn scan(
        &self,
        plane: Plane,
        frame: Frame,
        samples: Range<usize>,
        scratch: &mut Scratch,
        cancel: &AtomicBool,
        mut group: impl FnMut(usize, bool) -> usize,
    ) -> Result<Tally, Cancelled> {
        let directions = Directions::new(frame);
        let Scratch { c1, c2, arcs } = scratch;
        let mut tally = Tally::default();
        arcs.difference.fill(0);
        arcs.opposite.fill(0);
        let mut first = samples.start;
        while first < samples.end {
            if cancel.load(Ordering::Relaxed) {
                return Err(Cancelled);
            }
            let width = BLOCK.min(samples.end - first);
            let (c1, c2) = (&mut c1[..width], &mut c2[..width]);
            self.coordinates.fill_plane(plane, frame, first, c1, c2);
            let more = self.lay(&directions, c1, c2, arcs, |place, is_lit| {
                group(first + place, is_lit)
            });
            tally.add(&more);
            first += width;
        }
        self.join(arcs);
        Ok(tally)
    }

    /// Lays the arcs of samples with those in-plane coordinates. Asks `group` for the
    /// group of each sample that an angle of the grid may light, telling it the sample's
    /// place and whether it is lit in the plane: all of these are among them.
    pub fn lay(
        &self,
        directions: &Directions,
        c1: &[f64],
        c2: &[f64],
        arcs: &mut Arcs,
        mut group: impl FnMut(usize, bool) -> usize,
    ) -> Tally {
        // Loose by more than rounding, never strict; every sample passes where ε′ ≤ 0.
        let loose = self.threshold.max(0.0).powi(2) * (1.0 - 1e-14);
        let angles = self.layer.angles();
        let mut tally = Tally::default();
        let square = &mut arcs.square;
        square.clear();
        square.extend(c1.iter().zip(c2).map(|(&c1, &c2)| c1 * c1 + c2 * c2));
        let nearest = square
            .iter()
            .fold(0.0f64, |m, &s| if s > m { s } else { m });
        arcs.hits.clear();
        for (index, &square) in square.iter().enumerate() {
            if square >= loose {
                arcs.hits.push(index as u32);
            }
        }
        for &hit in &arcs.hits {
            let hit = hit as usize;
            let (c1, c2) = (c1[hit], c2[hit]);
            let radius = square[hit].sqrt();
            let is_lit = radius >= self.threshold;
            tally.lit += u64::from(is_lit);
            let own = group(hit, is_lit) * angles;
            let own = own..own + angles;
            let (axes, bisectors) = directions.count(c1, c2, self.threshold);
            tally.axes += axes;
            tally.bisectors += bisectors;
            let difference = &mut arcs.difference[own.clone()];
            self.layer.lay(c1, c2, radius, difference);
            if self.sign == Sign::Signed && !self.signed_by_shift {
                self.layer.lay(-c1, -c2, radius, &mut arcs.opposite[own]);
            }
        }
        tally.nearest = nearest.sqrt();
        tally
    }

    /// Takes the opposite arcs off, where there are any.
    pub fn join(&self, arcs: &mut Arcs) {
        if self.sign == Sign::Signed && !self.signed_by_shift {
            for (sum, opposite) in arcs.difference.iter_mut().zip(&arcs.opposite) {
                *sum -= opposite;
            }
        }
    }

    /// Turns the summed difference array into the curve's counts.
    pub fn finish(&self, difference: &mut [i64]) {
        accumulate(difference);
        if self.sign == Sign::Signed && self.signed_by_shift {
            let half = (difference.len() - 1) / 2;
            for k in 0..half {
                let value = difference[k] - difference[k + half];
                difference[k] = value;
                difference[k + half] = -value;
            }
            if let [first, .., last] = difference {
                *last = *first;
            }
        }
    }
}

/// The four privileged directions and the four bisectors, two of each: the
/// others are opposite.
#[derive(Clone, Copy, Debug)]
pub(super) struct Directions {
    axis: (f64, f64),
    bisector: (f64, f64),
}

impl Directions {
    pub fn new(frame: Frame) -> Self {
        let (sin, cos) = (frame.alpha_rad() / 2.0).sin_cos();
        Self {
            axis: (frame.overlap, frame.height),
            bisector: (cos, sin),
        }
    }

    /// How many of the axes, and of the bisectors, light a sample.
    pub fn count(&self, c1: f64, c2: f64, threshold: f64) -> (u64, u64) {
        let [between, across] = self.bisectors(c1, c2, threshold);
        let axes = both(c1, threshold) + at(self.axis, c1, c2, threshold);
        (axes, between + across)
    }

    /// How many of the two bisectors between `b_i` and `b_j`, and of the two at right
    /// angles to them, light a sample.
    pub fn bisectors(&self, c1: f64, c2: f64, threshold: f64) -> [u64; 2] {
        let (cos, sin) = self.bisector;
        [(cos, sin), (-sin, cos)].map(|direction| at(direction, c1, c2, threshold))
    }
}

/// How many of a direction and its opposite light a sample.
fn at((cos, sin): (f64, f64), c1: f64, c2: f64, threshold: f64) -> u64 {
    both(c1 * cos + c2 * sin, threshold)
}

fn both(cosine: f64, threshold: f64) -> u64 {
    u64::from(cosine >= threshold) + u64::from(-cosine >= threshold)
}
