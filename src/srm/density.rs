//! Densities of projections: points in cells, smoothed by a Gaussian kernel, and the
//! density that isotropic samples of the same norms would have.
//!
//! Of an isotropic row of norm `n` in `R^d` the projection on a plane has a radius above
//! `q` with the probability `S(q) = (1 − q²/n²)^{(d−2)/2}`, so its density is
//! `ρ(q) = (d − 2)/(2π n²) · (1 − q²/n²)^{(d−4)/2}` for `n > q ≥ ε n`, `d > 2` (METHOD,
//! PPPM). It is laid on the cells by way of `S`, exact for the singularity of `d = 3`
//! too, and smoothed as the points are, so that edges match.
//!
//! All lengths here are shares of the view's radius `R`, so that no norm is too large.

use std::f64::consts::PI;

use rayon::prelude::*;

use super::activations::Activations;
use super::epsilon::Epsilon;
use super::projection::Projected;

/// Most norms of rows that the isotropic density is made of; of more of them as many
/// quantiles, evenly spaced.
pub const MOST_NORMS: usize = 2048;

/// Isotropic points under the kernel that a density is divided by at least. Where fewer are
/// expected a single stray point would be thousands of times as many, which says nothing:
/// there the ratio is a bound from below.
pub const LEAST_EXPECTED: f64 = 1.0;

/// Where fewer isotropic points than the first would lie under the kernel, and fewer points
/// than the second do, there is nothing to compare.
const NEARLY_NOTHING: [f64; 2] = [1e-6, 1e-2];

/// How far the kernel reaches, in its standard deviations.
const REACH: f64 = 4.0;

/// Rings of the isotropic density for each cell across.
const RINGS_A_CELL: usize = 2;

/// Places of a cell, each way, at which the isotropic density is looked up.
const PLACES: usize = 4;

/// Cells a side of the view for a kernel of that width (its standard deviation over the
/// radius): about four a standard deviation.
#[must_use]
pub fn cells_for(kernel: f64) -> usize {
    let wanted = (8.0 / kernel).clamp(128.0, 1024.0) as usize;
    wanted.next_multiple_of(2)
}

/// Room beyond the outermost point, as a share of its distance: a dot has a width.
const HEADROOM: f64 = 0.04;

/// The radius of the view of points as far out as `radius`: a little more, rounded up.
#[must_use]
pub fn view_radius(radius: f64) -> f64 {
    if radius == 0.0 {
        return 1.0;
    }
    // Beyond the largest double, or of its smallest, there is nothing round.
    let up = super::scale::round_up(radius * (1.0 + HEADROOM));
    if up.is_finite() && up >= radius {
        up
    } else {
        radius
    }
}

/// Points in the cells of a square of half-width `radius` around 0.
#[derive(Clone, Debug, PartialEq)]
pub struct Bins {
    radius: f64,
    cells: usize,
    /// Row after row, from below.
    counts: Vec<u32>,
    outside: u64,
}

impl Bins {
    /// Without a point; `radius > 0`.
    #[must_use]
    pub fn new(radius: f64, cells: usize) -> Self {
        Self {
            radius,
            cells,
            counts: vec![0; cells * cells],
            outside: 0,
        }
    }

    /// Those of points.
    #[must_use]
    pub fn of(points: &[Projected], radius: f64, cells: usize) -> Self {
        let mut bins = Self::new(radius, cells);
        for point in points {
            bins.add(point.at);
        }
        bins
    }

    /// Adds a point, unless it lies outside.
    pub fn add(&mut self, [x, y]: [f64; 2]) {
        match (self.place(x), self.place(y)) {
            (Some(column), Some(row)) => self.counts[row * self.cells + column] += 1,
            _ => self.outside += 1,
        }
    }

    /// Those of both, which must be of the same square.
    #[must_use]
    pub fn and(mut self, other: &Self) -> Self {
        for (sum, other) in self.counts.iter_mut().zip(&other.counts) {
            *sum += other;
        }
        self.outside += other.outside;
        self
    }

    fn place(&self, x: f64) -> Option<usize> {
        let share = x / self.radius;
        // The upper edge belongs to the last cell; NaN to none.
        if !(-1.0..=1.0).contains(&share) {
            return None;
        }
        let place = f64::midpoint(share, 1.0) * self.cells as f64;
        Some((place as usize).min(self.cells - 1))
    }

    /// Cells a side.
    #[must_use]
    pub fn cells(&self) -> usize {
        self.cells
    }

    /// Half the square's width.
    #[must_use]
    pub fn radius(&self) -> f64 {
        self.radius
    }

    /// Points within.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.counts.iter().map(|&count| u64::from(count)).sum()
    }

    /// The density: points per `R²`, smoothed by a kernel of that standard deviation over
    /// `R`, on the current rayon pool.
    #[must_use]
    pub fn density(&self, kernel: f64) -> Density {
        let smoother = Smoother::new(self.cells, kernel);
        let area = (2.0 / self.cells as f64).powi(2);
        let mut wide = vec![0.0f32; smoother.side * smoother.side];
        let rows = self.counts.chunks_exact(self.cells);
        let wide_rows = wide.chunks_exact_mut(smoother.side).skip(smoother.pad);
        for (row, wide) in rows.zip(wide_rows) {
            for (wide, &count) in wide[smoother.pad..].iter_mut().zip(row) {
                *wide = (f64::from(count) / area) as f32;
            }
        }
        Density {
            radius: self.radius,
            cells: self.cells,
            kernel,
            values: smoother.smooth(&wide),
        }
    }
}

/// A density over a square of half-width `R` around 0.
#[derive(Clone, Debug, PartialEq)]
pub struct Density {
    /// `R`, in units of the activations.
    pub radius: f64,
    /// Cells a side.
    pub cells: usize,
    /// Standard deviation of the kernel over `R`.
    pub kernel: f64,
    /// Points per `R²`, or that over the isotropic density; row after row, from below; NaN
    /// where there is nothing to compare.
    pub values: Vec<f32>,
}

impl Density {
    /// This over the isotropic one, which is taken for [`LEAST_EXPECTED`] points under the
    /// kernel where it is fewer; NaN where there is nearly nothing of both.
    #[must_use]
    pub fn over(&self, isotropic: &Self) -> Self {
        // The area under a Gaussian kernel, as the mean of its own values has it.
        let area = 4.0 * PI * self.kernel.max(0.5 / self.cells as f64).powi(2);
        let under = |points: f64| (points / area) as f32;
        let (least, nothing) = (under(LEAST_EXPECTED), NEARLY_NOTHING.map(under));
        let both = self.values.iter().zip(&isotropic.values);
        let ratio = both.map(|(&density, &expected)| {
            if expected > nothing[0] || density > nothing[1] {
                density / expected.max(least)
            } else {
                f32::NAN
            }
        });
        Self {
            values: ratio.collect(),
            ..*self
        }
    }

    /// The value of the cell at a place in units of the activations; `None` outside.
    #[must_use]
    pub fn at(&self, [x, y]: [f64; 2]) -> Option<f32> {
        let place = |x: f64| {
            let share = x / self.radius;
            let within = (-1.0..=1.0).contains(&share);
            let place = f64::midpoint(share, 1.0) * self.cells as f64;
            within.then(|| (place as usize).min(self.cells - 1))
        };
        Some(self.values[place(y)? * self.cells + place(x)?])
    }

    /// The largest value; 0 where there is none.
    #[must_use]
    pub fn most(&self) -> f32 {
        self.values.iter().copied().fold(0.0, f32::max)
    }

    /// The smallest value above 0; 0 where there is none.
    #[must_use]
    pub fn least_positive(&self) -> f32 {
        let positive = self.values.iter().copied().filter(|&value| value > 0.0);
        let least = positive.fold(f32::INFINITY, f32::min);
        if least.is_finite() { least } else { 0.0 }
    }

    /// `values` per unit of area rather than per `R²`: by what they are multiplied, where
    /// that is a number.
    #[must_use]
    pub fn per_area(&self) -> Option<f64> {
        let factor = 1.0 / self.radius / self.radius;
        factor.is_normal().then_some(factor)
    }
}

/// The norms that an isotropic density is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct Norms {
    /// The norms, or their quantiles.
    ascending: Vec<f64>,
    /// Rows that each stands for.
    weight: f64,
    /// Rows.
    rows: usize,
    /// Dimensions.
    d: usize,
}

impl Norms {
    /// Those of the non-zero rows, as far as they are numbers.
    #[must_use]
    pub fn of(activations: &Activations) -> Self {
        let rows = (0..activations.n_samples()).map(|sample| activations.norm(sample));
        let norms = rows.filter(|norm| norm.is_finite() && *norm > 0.0);
        Self::new(norms.collect(), activations.n_neurons())
    }

    fn new(mut norms: Vec<f64>, d: usize) -> Self {
        norms.sort_unstable_by(f64::total_cmp);
        let rows = norms.len();
        if rows > MOST_NORMS {
            let quantile = |k: usize| norms[(2 * k + 1) * rows / (2 * MOST_NORMS)];
            norms = (0..MOST_NORMS).map(quantile).collect();
        }
        Self {
            weight: rows as f64 / norms.len().max(1) as f64,
            ascending: norms,
            rows,
            d,
        }
    }

    /// Quantiles that stand for the rows, and rows, where they are not the same.
    #[must_use]
    pub fn quantiles(&self) -> Option<(usize, usize)> {
        (self.ascending.len() < self.rows).then_some((self.ascending.len(), self.rows))
    }

    /// The density that the points of so many planes would have if the rows were
    /// isotropic, for a view of that radius, smoothed, on the current rayon pool. `None`
    /// for `d = 2`, where every row lies in its plane and there is no such density.
    #[must_use]
    pub fn density(
        &self,
        epsilon: Epsilon,
        planes: usize,
        (radius, cells): (f64, usize),
        kernel: f64,
    ) -> Option<Density> {
        if self.d < 3 {
            return None;
        }
        let smoother = Smoother::new(cells, kernel);
        // From the middle to the corners of all that the kernel reaches.
        let reach = smoother.side as f64 / cells as f64 * 2f64.sqrt();
        let per_unit = (RINGS_A_CELL * cells) as f64 / 2.0;
        let count = (reach * per_unit).ceil() as usize + 1;
        let masses = self.masses(epsilon, radius, (count, per_unit));
        let all = self.weight * planes as f64;
        let ring = |(k, mass): (usize, f64)| {
            let area = PI * (2 * k + 1) as f64 / (per_unit * per_unit);
            (all * mass / area) as f32
        };
        let rings: Vec<f32> = masses.into_iter().enumerate().map(ring).collect();
        let wide = around(&rings, per_unit, &smoother, cells);
        Some(Density {
            radius,
            cells,
            kernel,
            values: smoother.smooth(&wide),
        })
    }

    /// The probability of each ring, summed over the norms.
    fn masses(&self, epsilon: Epsilon, radius: f64, (count, per_unit): (usize, f64)) -> Vec<f64> {
        let threshold = epsilon.threshold().max(0.0);
        let exponent = (self.d - 2) as f64 / 2.0;
        let beyond = |share: f64| {
            let rest = (1.0 - share) * (1.0 + share);
            if self.d == 4 {
                rest
            } else {
                rest.powf(exponent)
            }
        };
        let add = |mut masses: Vec<f64>, norms: &[f64]| {
            for norm in norms {
                let norm = norm / radius;
                let from = threshold * norm;
                let start = from * per_unit;
                if start >= count as f64 {
                    // Norms ascend, and so does where they begin.
                    break;
                }
                let start = start as usize;
                let mut before = beyond(threshold.min(1.0));
                for (k, mass) in masses.iter_mut().enumerate().skip(start) {
                    let outer = (k + 1) as f64 / per_unit;
                    if outer >= norm {
                        *mass += before;
                        break;
                    }
                    let after = beyond(outer / norm).min(before);
                    *mass += before - after;
                    before = after;
                }
            }
            masses
        };
        self.ascending
            .par_chunks(256)
            .map(|norms| add(vec![0.0; count], norms))
            // Sums in one order, whatever the threads.
            .collect::<Vec<_>>()
            .into_iter()
            .fold(vec![0.0; count], |mut sum, masses| {
                for (sum, mass) in sum.iter_mut().zip(masses) {
                    *sum += mass;
                }
                sum
            })
    }
}

/// What depends on the radius alone, laid on cells: each the mean over some places of it.
fn around(rings: &[f32], per_unit: f64, smoother: &Smoother, cells: usize) -> Vec<f32> {
    let half = smoother.side / 2;
    let cell = 2.0 / cells as f64;
    let place = |k: usize, part: usize| {
        let at = k as f64 + (part as f64 + 0.5) / PLACES as f64;
        (at * cell * per_unit).powi(2)
    };
    // One quarter: the others are its reflections.
    let quarter: Vec<Vec<f32>> = (0..half)
        .into_par_iter()
        .map(|row| {
            let mean = |column: usize| {
                let mut sum = 0.0;
                for down in 0..PLACES {
                    let y = place(row, down);
                    for across in 0..PLACES {
                        let ring = (place(column, across) + y).sqrt() as usize;
                        sum += rings.get(ring).copied().unwrap_or(0.0);
                    }
                }
                sum / (PLACES * PLACES) as f32
            };
            (0..half).map(mean).collect()
        })
        .collect();
    let from_middle = |k: usize| if k < half { half - 1 - k } else { k - half };
    let mut wide = Vec::with_capacity(smoother.side * smoother.side);
    for row in 0..smoother.side {
        let quarter = &quarter[from_middle(row)];
        wide.extend((0..smoother.side).map(|column| quarter[from_middle(column)]));
    }
    wide
}

/// A separable Gaussian kernel over a square with a margin as wide as it reaches.
struct Smoother {
    cells: usize,
    /// Cells of the margin on each side.
    pad: usize,
    /// Cells a side, the margins counted.
    side: usize,
    weights: Vec<f32>,
}

impl Smoother {
    fn new(cells: usize, kernel: f64) -> Self {
        let deviation = kernel * cells as f64 / 2.0;
        let pad = (REACH * deviation).ceil() as usize;
        let weight = |k: usize| {
            let distance = k as f64 - pad as f64;
            (-0.5 * (distance / deviation).powi(2)).exp()
        };
        let weights: Vec<f64> = (0..=2 * pad).map(weight).collect();
        let sum: f64 = weights.iter().sum();
        Self {
            cells,
            pad,
            side: cells + 2 * pad,
            weights: weights.iter().map(|weight| (weight / sum) as f32).collect(),
        }
    }

    /// Smooths `side × side` values to the `cells × cells` in the middle.
    fn smooth(&self, wide: &[f32]) -> Vec<f32> {
        let mut down = vec![0.0f32; self.cells * self.side];
        let rows = down.par_chunks_exact_mut(self.side).enumerate();
        rows.for_each(|(row, out)| {
            for (k, &weight) in self.weights.iter().enumerate() {
                let from = &wide[(row + k) * self.side..][..self.side];
                for (out, value) in out.iter_mut().zip(from) {
                    *out += weight * value;
                }
            }
        });
        let mut out = vec![0.0f32; self.cells * self.cells];
        let rows = out.par_chunks_exact_mut(self.cells);
        rows.zip(down.par_chunks_exact(self.side))
            .for_each(|(out, from)| {
                for (k, &weight) in self.weights.iter().enumerate() {
                    for (out, value) in out.iter_mut().zip(&from[k..]) {
                        *out += weight * value;
                    }
                }
            });
        out
    }
}

#[cfg(test)]
mod tests;
