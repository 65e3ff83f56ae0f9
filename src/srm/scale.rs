//! One plane at every `ε` at once: the counts `N·f_ij(θ_k; ε_l)` from one pass over
//! the samples.
//!
//! A sample is lit at `θ_k` for every `ε_l` whose threshold `ε_l′` its cosine
//! `x = c1 cos θ_k + c2 sin θ_k` reaches, so it goes into one bin of a histogram a
//! direction: the number of thresholds that it reaches. Summed from the top down the
//! histogram is the counts at each `ε_l`. `O(N·A)`, whatever the number of `ε`; every
//! count is that of the definition's inequality, and so of [`curve`](super::curve()).

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;

use super::angles::AngleGrid;
use super::basis::Frame;
use super::cancel::{Cancelled, check};
use super::coordinates::{BLOCK, Coordinates};
use super::curve::Sign;
use super::epsilon::Epsilon;
use super::plane::Plane;
use crate::words::thousands;

/// `ε` of a scale view, where nothing else is asked for.
pub const SCALES: usize = 200;

/// Most counts of a scale view: angles × `ε`.
pub const MOST_SCALE_COUNTS: usize = 1 << 25;

/// Comparisons between two looks at the flag: some milliseconds.
const COMPARISONS: usize = 1 << 21;

/// Cells of the table that leads from a cosine to a threshold, for each threshold.
const CELLS_A_THRESHOLD: usize = 16;

/// What cannot be looked at at once.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScalesError {
    /// Fewer than two.
    #[error("a scale view is made of 2 epsilons or more, not of {0}")]
    TooFew(usize),
    /// Not ascending.
    #[error("the epsilons of a scale view must ascend: give them in order, each once")]
    NotAscending,
    /// Too many counts.
    #[error(
        "{} epsilons × {} angles are more than the {} counts of a scale view: ask for fewer",
        thousands(*epsilons as u64), thousands(*angles as u64), thousands(MOST_SCALE_COUNTS as u64)
    )]
    TooMany {
        /// How many `ε`.
        epsilons: usize,
        /// `A`.
        angles: usize,
    },
}

/// At least two resolution scales, ascending.
#[derive(Clone, Debug, PartialEq)]
pub struct Scales(Vec<Epsilon>);

impl Scales {
    /// # Errors
    /// If they are fewer than two or do not ascend strictly.
    pub fn new(epsilons: Vec<Epsilon>) -> Result<Self, ScalesError> {
        if epsilons.len() < 2 {
            return Err(ScalesError::TooFew(epsilons.len()));
        }
        if !epsilons.is_sorted_by(|a, b| a < b) {
            return Err(ScalesError::NotAscending);
        }
        Ok(Self(epsilons))
    }

    /// `steps` of them from `low` to `high`, both counted, even in `ε`.
    ///
    /// # Errors
    /// If `steps < 2` or they do not ascend.
    pub fn even(low: Epsilon, high: Epsilon, steps: usize) -> Result<Self, ScalesError> {
        Self::spaced((low, high), steps, |at| {
            low.get() + (high.get() - low.get()) * at
        })
    }

    /// `steps` of them from `low` to `high`, both counted, even in the half-angle.
    ///
    /// # Errors
    /// If `steps < 2` or they do not ascend.
    pub fn even_in_half_angle(
        low: Epsilon,
        high: Epsilon,
        steps: usize,
    ) -> Result<Self, ScalesError> {
        let (wide, narrow) = (low.get().acos(), high.get().acos());
        Self::spaced((low, high), steps, |at| (wide + (narrow - wide) * at).cos())
    }

    fn spaced(
        (low, high): (Epsilon, Epsilon),
        steps: usize,
        value: impl Fn(f64) -> f64,
    ) -> Result<Self, ScalesError> {
        if steps < 2 {
            return Err(ScalesError::TooFew(steps));
        }
        let last = steps - 1;
        let one = |step: usize| match step {
            0 => low,
            _ if step == last => high,
            _ => Epsilon::clamped(value(step as f64 / last as f64)),
        };
        Self::new((0..steps).map(one).collect())
    }

    /// The scales, ascending.
    #[must_use]
    pub fn get(&self) -> &[Epsilon] {
        &self.0
    }

    /// How many, at least two.
    #[must_use]
    #[allow(clippy::len_without_is_empty)] // it never is
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Refuses a view of more counts than [`MOST_SCALE_COUNTS`].
    ///
    /// # Errors
    /// [`ScalesError::TooMany`]
    pub fn check(&self, grid: &AngleGrid) -> Result<(), ScalesError> {
        let (epsilons, angles) = (self.len(), grid.count());
        if epsilons.saturating_mul(angles) > MOST_SCALE_COUNTS {
            return Err(ScalesError::TooMany { epsilons, angles });
        }
        Ok(())
    }
}

/// From where to where a plane is looked at where nothing else is asked for: from 0 up
/// to the largest in-plane radius `r`, `nearest`, rounded up, and in any case so far
/// that `epsilon` is within.
#[must_use]
pub fn scale_range(nearest: f64, epsilon: Epsilon) -> (Epsilon, Epsilon) {
    let (least, most) = (epsilon.get().min(0.0), epsilon.get().max(nearest));
    let up = round_up(most.max(1e-6)).min(1.0);
    let down = if least < 0.0 { -round_up(-least) } else { 0.0 };
    (Epsilon::clamped(down), Epsilon::clamped(up))
}

/// The next of 1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8 times a power of ten; `value > 0`.
pub(super) fn round_up(value: f64) -> f64 {
    const STEPS: [f64; 11] = [1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0];
    let power = 10f64.powi(value.log10().floor() as i32);
    // A rounding above a step is not the next one.
    let step = STEPS
        .into_iter()
        .find(|step| value <= step * power * (1.0 + 1e-12));
    step.unwrap_or(10.0) * power
}

/// The largest in-plane radius `r` of the samples, on the current rayon pool: above it
/// every `ε` is dark.
///
/// # Errors
/// [`Cancelled`] soon after `cancel` is set.
///
/// # Panics
/// If the plane's vectors are not in the basis.
pub fn nearest_in_plane(
    coordinates: &Coordinates,
    plane: Plane,
    cancel: &AtomicBool,
) -> Result<f64, Cancelled> {
    let frame = coordinates.basis().frame(plane);
    let n = coordinates.n_samples();
    let square = (0..n.div_ceil(BLOCK))
        .into_par_iter()
        .map(|block| {
            check(cancel)?;
            let first = block * BLOCK;
            let width = BLOCK.min(n - first);
            let (mut c1, mut c2) = ([0.0; BLOCK], [0.0; BLOCK]);
            let (c1, c2) = (&mut c1[..width], &mut c2[..width]);
            coordinates.fill_plane(plane, frame, first, c1, c2);
            let squares = c1.iter().zip(c2.iter()).map(|(a, b)| a * a + b * b);
            Ok(squares.fold(0.0, f64::max))
        })
        .try_reduce(|| 0.0, |a, b| Ok(f64::max(a, b)))?;
    Ok(square.sqrt())
}

/// The counts of one plane at every angle and `ε`.
#[derive(Clone, Debug, PartialEq)]
pub struct ScaleCounts {
    /// The plane.
    pub plane: Plane,
    /// How its vectors lie.
    pub frame: Frame,
    /// The resolution scales, ascending.
    pub scales: Scales,
    /// `A`.
    pub angles: usize,
    /// `N`.
    pub n_samples: usize,
    /// Counts, those of an `ε` at its `A` angles side by side; negative only where signed.
    counts: Vec<i32>,
}

impl ScaleCounts {
    /// The counts at the `A` angles for the `ε` at `place`.
    ///
    /// # Panics
    /// If there are not as many.
    #[must_use]
    pub fn at(&self, place: usize) -> &[i32] {
        &self.counts[place * self.angles..(place + 1) * self.angles]
    }

    /// All counts, `ε × A`.
    #[must_use]
    pub fn counts(&self) -> &[i32] {
        &self.counts
    }

    /// The largest size of a count.
    #[must_use]
    pub fn most(&self) -> i32 {
        self.counts.iter().map(|c| c.abs()).max().unwrap_or(0)
    }
}

/// Counts one plane at every angle and `ε`, on the current rayon pool, in `O(N·A)`.
///
/// # Errors
/// [`Cancelled`] soon after `cancel` is set.
///
/// # Panics
/// If the plane's vectors are not in the basis, or there are more than
/// [`MOST_SCALE_COUNTS`] counts (see [`Scales::check`]).
pub fn scale_counts(
    coordinates: &Coordinates,
    plane: Plane,
    scales: &Scales,
    grid: &AngleGrid,
    sign: Sign,
    cancel: &AtomicBool,
) -> Result<ScaleCounts, Cancelled> {
    assert!(scales.check(grid).is_ok(), "too many counts");
    let frame = coordinates.basis().frame(plane);
    let n = coordinates.n_samples();
    let counter = Counter::new(grid, scales, sign);
    let pieces = rayon::current_num_threads().clamp(1, n.div_ceil(BLOCK));
    let piece = n.div_ceil(pieces);
    let histogram = (0..pieces)
        .into_par_iter()
        .map(|index| {
            let samples = n.min(index * piece)..n.min((index + 1) * piece);
            counter.histogram(coordinates, plane, frame, samples, cancel)
        })
        .try_reduce_with(|mut sum, other| {
            for (sum, other) in sum.iter_mut().zip(other) {
                *sum += other;
            }
            Ok(sum)
        })
        .unwrap_or_else(|| unreachable!("there is at least one piece"))?;
    Ok(ScaleCounts {
        plane,
        frame,
        scales: scales.clone(),
        angles: grid.count(),
        n_samples: n,
        counts: counter.counts(&histogram),
    })
}

/// Sorts cosines by how many thresholds they reach.
struct Counter<'a> {
    grid: &'a AngleGrid,
    /// `ε′`, ascending, and infinity above them.
    thresholds: Vec<f64>,
    /// For each cell of cosines, evenly from the lowest threshold on: how many thresholds
    /// lie in cells before it.
    cells: Vec<u32>,
    cells_a_unit: f64,
    /// Signed on a grid that lacks `θ + π`: the opposite cone is counted for itself.
    both_sides: bool,
    /// Signed on a grid that holds `θ + π` for every `θ`, as curves are.
    shifted: bool,
}

impl<'a> Counter<'a> {
    fn new(grid: &'a AngleGrid, scales: &Scales, sign: Sign) -> Self {
        let mut thresholds: Vec<f64> = scales.get().iter().map(|e| e.threshold()).collect();
        let (low, high) = (thresholds[0], thresholds[thresholds.len() - 1]);
        let count = thresholds.len() * CELLS_A_THRESHOLD;
        // A cosine is at most 1, a rounding more: the last cell takes what is above.
        let cells_a_unit = count as f64 / (high - low);
        let mut cells = vec![0; count + 1];
        for &threshold in &thresholds {
            // As of every cosine: never falling, so that what comes to a later cell than a
            // threshold is above it.
            let cell = Self::cell(threshold - low, cells_a_unit, count);
            if let Some(next) = cells.get_mut(cell + 1) {
                *next += 1;
            }
        }
        let mut running = 0;
        for cell in &mut cells {
            running += *cell;
            *cell = running;
        }
        thresholds.push(f64::INFINITY);
        let even = grid.distinct().is_multiple_of(2);
        Self {
            grid,
            thresholds,
            cells,
            cells_a_unit,
            both_sides: sign == Sign::Signed && !even,
            shifted: sign == Sign::Signed && even,
        }
    }

    /// Bins a direction: as many as there are numbers of thresholds reached.
    fn bins(&self) -> usize {
        self.thresholds.len()
    }

    fn cell(above: f64, cells_a_unit: f64, last: usize) -> usize {
        ((above * cells_a_unit) as usize).min(last)
    }

    /// How many thresholds a cosine that reaches the lowest does.
    fn reached(&self, cosine: f64) -> usize {
        let above = cosine - self.thresholds[0];
        let cell = Self::cell(above, self.cells_a_unit, self.cells.len() - 1);
        let mut reached = self.cells[cell] as usize;
        while cosine >= self.thresholds[reached] {
            reached += 1;
        }
        reached
    }

    /// How many of `samples` reach how many thresholds: direction after direction, first
    /// of all sides, then where both are counted of the opposite ones.
    fn histogram(
        &self,
        coordinates: &Coordinates,
        plane: Plane,
        frame: Frame,
        samples: Range<usize>,
        cancel: &AtomicBool,
    ) -> Result<Vec<u32>, Cancelled> {
        let directions = self.grid.directions();
        let side = directions.len() * self.bins();
        let sides = if self.both_sides { 2 } else { 1 };
        let mut histogram = vec![0u32; sides * side];
        let mut cosines = vec![0.0; directions.len()];
        let lowest = self.thresholds[0];
        let loose = lowest.max(0.0).powi(2) * (1.0 - 1e-14);
        let together = (COMPARISONS / directions.len()).clamp(1, BLOCK);
        let (mut c1, mut c2) = (vec![0.0; together], vec![0.0; together]);
        let mut first = samples.start;
        while first < samples.end {
            if cancel.load(Ordering::Relaxed) {
                return Err(Cancelled);
            }
            let width = together.min(samples.end - first);
            let (c1, c2) = (&mut c1[..width], &mut c2[..width]);
            coordinates.fill_plane(plane, frame, first, c1, c2);
            for (&c1, &c2) in c1.iter().zip(&*c2) {
                if c1 * c1 + c2 * c2 < loose {
                    continue;
                }
                for (cosine, (cos, sin)) in cosines.iter_mut().zip(directions) {
                    *cosine = c1 * cos + c2 * sin;
                }
                self.sort(&cosines, 1.0, &mut histogram[..side]);
                if self.both_sides {
                    self.sort(&cosines, -1.0, &mut histogram[side..]);
                }
            }
            first += width;
        }
        Ok(histogram)
    }

    fn sort(&self, cosines: &[f64], turn: f64, histogram: &mut [u32]) {
        let lowest = self.thresholds[0];
        for (&cosine, bins) in cosines.iter().zip(histogram.chunks_exact_mut(self.bins())) {
            let cosine = turn * cosine;
            if cosine >= lowest {
                bins[self.reached(cosine)] += 1;
            }
        }
    }

    /// The counts at each `ε`, `A` of them, the last a copy of the first.
    fn counts(&self, histogram: &[u32]) -> Vec<i32> {
        let (bins, angles) = (self.bins(), self.grid.count());
        let (scales, distinct) = (bins - 1, angles - 1);
        let mut counts = vec![0; scales * angles];
        let sides = histogram.chunks_exact(distinct * bins);
        for (side, histogram) in sides.enumerate() {
            for (k, reached) in histogram.chunks_exact(bins).enumerate() {
                let mut running = 0;
                for scale in (0..scales).rev() {
                    running += reached[scale + 1].cast_signed();
                    let turn = if side == 0 { running } else { -running };
                    counts[scale * angles + k] += turn;
                }
            }
        }
        for row in counts.chunks_exact_mut(angles) {
            if self.shifted {
                let half = distinct / 2;
                for k in 0..half {
                    let difference = row[k] - row[k + half];
                    row[k] = difference;
                    row[k + half] = -difference;
                }
            }
            row[distinct] = row[0];
        }
        counts
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::super::{Activations, UnitBasis, curve};
    use super::*;

    fn scales(values: &[f64]) -> Scales {
        Scales::new(values.iter().map(|&e| Epsilon::new(e).unwrap()).collect()).unwrap()
    }

    #[track_caller]
    fn check(coordinates: &Coordinates, plane: Plane, scales: &Scales, angles: usize) {
        let never = AtomicBool::new(false);
        let grid = AngleGrid::new(angles).unwrap();
        for sign in [Sign::Unsigned, Sign::Signed] {
            let all = scale_counts(coordinates, plane, scales, &grid, sign, &never).unwrap();
            for (place, &epsilon) in scales.get().iter().enumerate() {
                let one = curve(coordinates, plane, epsilon, &grid, sign, &never).unwrap();
                let counts: Vec<i64> = all.at(place).iter().map(|&c| i64::from(c)).collect();
                assert_eq!(counts, one.counts, "{plane} {epsilon} {angles} {sign:?}");
            }
        }
    }

    /// Rows of one or two active neurons, zero rows and rows of no pattern.
    fn rows(d: usize, count: usize) -> Vec<Vec<f64>> {
        (0..count)
            .map(|n| {
                let of = |k: usize| ((n * 7919 + k * 104_729 + n * k) % 2003) as f64 / 1000.0 - 1.0;
                match n % 5 {
                    0 => (0..d)
                        .map(|k| f64::from(u8::from(k == n / 5 % d)))
                        .collect(),
                    1 => (0..d)
                        .map(|k| -f64::from(u8::from(k == n / 5 % d)))
                        .collect(),
                    2 if n % 3 == 0 => vec![0.0; d],
                    2 => (0..d)
                        .map(|k| f64::from(u8::from(k == 0 || k == n % d)))
                        .collect(),
                    _ => (0..d).map(of).collect(),
                }
            })
            .collect()
    }

    #[test]
    fn every_scale_is_its_curve() {
        let rows = rows(4, 140);
        let samples = Arc::new(Activations::from_rows(&rows).unwrap());
        let standard = Coordinates::standard(Arc::clone(&samples));
        let basis = vec![
            1.0, 0.0, 0.0, 0.0, 0.6, 0.8, 0.0, 0.0, 0.5, 0.5, 0.5, 0.5, -1.0, 0.001, 0.0, 0.0,
        ];
        let basis = UnitBasis::dense(basis, 4, 4).unwrap();
        let skewed = Coordinates::new(samples, Arc::new(basis)).unwrap();
        // Ties: one-hot rows lie on the edge at 0.5, √½, √¾ and 1 of grids by 15° or 30°.
        let ties = [
            -1.0,
            -0.5,
            0.0,
            0.25,
            0.5,
            0.5f64.sqrt(),
            0.75f64.sqrt(),
            1.0,
        ];
        let low = Epsilon::new(-0.3).unwrap();
        let even = Scales::even(low, Epsilon::clamped(0.9), 25).unwrap();
        let turned = Scales::even_in_half_angle(low, Epsilon::clamped(1.0), 25).unwrap();
        for angles in [2, 3, 13, 24, 25, 73, 100] {
            for coordinates in [&standard, &skewed] {
                for (i, j) in [(0, 1), (1, 0), (0, 3)] {
                    for scales in [&scales(&ties), &even, &turned] {
                        check(coordinates, Plane { i, j }, scales, angles);
                    }
                }
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        #[test]
        fn crowded_and_uneven_scales_are_their_curves(
            values in proptest::collection::btree_set(-1_000_000i32..=1_000_000, 2..12),
            near in 0usize..12,
            angles in 2usize..120,
            seed in 0usize..1000,
        ) {
            let mut values: Vec<f64> = values.into_iter().map(|v| f64::from(v) / 1e6).collect();
            // Beside one of them another, a few roundings on.
            let place = near % values.len();
            let beside = (values[place] + 4e-16).min(1.0);
            values.push(beside);
            values.sort_by(f64::total_cmp);
            values.dedup();
            let rows: Vec<Vec<f64>> = rows(3, 60 + seed).split_off(seed);
            let samples = Arc::new(Activations::from_rows(&rows).unwrap());
            check(&Coordinates::standard(samples), Plane { i: 0, j: 1 }, &scales(&values), angles);
        }
    }

    #[test]
    fn the_range_contains_what_there_is_and_what_is_looked_at() {
        let range = |nearest: f64, epsilon: f64| {
            let (low, high) = scale_range(nearest, Epsilon::new(epsilon).unwrap());
            (low.get(), high.get())
        };
        assert_eq!(range(0.41, 0.3), (0.0, 0.5));
        assert_eq!(range(0.93, 0.3), (0.0, 1.0));
        assert_eq!(range(0.11, 0.9), (0.0, 1.0));
        assert_eq!(range(0.11, -0.37), (-0.4, 0.12));
        assert_eq!(range(1.0 + 1e-16, -1.0), (-1.0, 1.0));
        assert_eq!(range(0.0, 0.0), (0.0, 1e-6));
    }

    #[test]
    fn what_is_no_list_of_scales_is_refused() {
        let at = |value: f64| Epsilon::new(value).unwrap();
        assert_eq!(Scales::new(vec![at(0.1)]), Err(ScalesError::TooFew(1)));
        let twice = vec![at(0.1), at(0.1)];
        assert_eq!(Scales::new(twice), Err(ScalesError::NotAscending));
        assert!(Scales::even(at(0.5), at(0.1), 20).is_err());
        let many = Scales::even(at(0.0), at(1.0), 2000).unwrap();
        assert!(many.check(&AngleGrid::new(36_001).unwrap()).is_err());
        assert!(many.check(&AngleGrid::new(361).unwrap()).is_ok());
    }
}
