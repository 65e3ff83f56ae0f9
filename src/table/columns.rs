//! The statistics of a plane as a row of a table.

use crate::srm::{Alignment, AngleGrid, Curve, Plane, Sweep};

/// What is told of one plane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlaneRow {
    /// The plane.
    pub plane: Plane,
    /// Unsigned counts summed over the four privileged directions.
    pub axes: u64,
    /// Unsigned counts summed over their four bisectors.
    pub bisectors: u64,
    /// Samples lit in the plane.
    pub lit: u64,
    /// The same as a fraction of all samples.
    pub lit_fraction: f64,
    /// The curve's largest count.
    pub peak_count: i64,
    /// The same as a fraction of all samples.
    pub peak: f64,
    /// The smallest angle that attains it, in radians; NaN for a curve of zeros.
    pub peak_angle: f64,
    /// Mean fraction over the distinct directions; NaN in merged sweeps, which do not keep it.
    pub mean: f64,
    /// Alignment index; NaN where neither directions nor bisectors are lit.
    pub alignment: f64,
    /// Mean fraction at the privileged directions less that at their bisectors.
    pub contrast: f64,
}

impl PlaneRow {
    /// The rows of a sweep, in its order.
    pub fn of_sweep(sweep: &Sweep) -> impl Iterator<Item = Self> + '_ {
        let n = sweep.n_samples;
        let grid = &sweep.spec.grid;
        sweep.records.iter().map(move |record| {
            let row = Self::of_counts(
                record.plane,
                [record.axes, record.bisectors, record.lit],
                record.peak_index.map(|index| (index, record.peak)),
                grid,
                n,
            );
            row.with_total(record.total, grid, n)
        })
    }

    /// The row of a single curve on `grid`.
    #[must_use]
    pub fn of_curve(curve: &Curve, grid: &AngleGrid) -> Self {
        let tally = curve.tally;
        let row = Self::of_counts(
            curve.plane,
            [tally.axes, tally.bisectors, tally.lit],
            curve.peak(),
            grid,
            curve.n_samples,
        );
        let total = curve.counts[..grid.distinct()].iter().sum();
        row.with_total(total, grid, curve.n_samples)
    }

    /// With the mean that follows from the counts' sum over the distinct directions.
    fn with_total(self, total: i64, grid: &AngleGrid, n_samples: usize) -> Self {
        let mean = total as f64 / (grid.distinct() as f64 * n_samples as f64);
        Self { mean, ..self }
    }

    /// The row that follows from the counts of a plane among `n_samples` samples:
    /// at its directions, at their bisectors, of lit samples, and at the peak
    /// with its place on `grid`.
    pub(super) fn of_counts(
        plane: Plane,
        [axes, bisectors, lit]: [u64; 3],
        peak: Option<(usize, i64)>,
        grid: &AngleGrid,
        n_samples: usize,
    ) -> Self {
        let alignment = Alignment::from_counts(axes, bisectors, n_samples, 1);
        let peak_count = peak.map_or(0, |(_, count)| count);
        let (peak, peak_angle) = peak_of(peak, grid, n_samples);
        Self {
            plane,
            axes,
            bisectors,
            lit,
            lit_fraction: lit as f64 / n_samples as f64,
            peak_count,
            peak,
            peak_angle,
            mean: f64::NAN,
            alignment: alignment.index(),
            contrast: alignment.contrast(),
        }
    }
}

#[allow(clippy::cast_precision_loss)] // counts stay far below 2^52
fn peak_of(peak: Option<(usize, i64)>, grid: &AngleGrid, n_samples: usize) -> (f64, f64) {
    match peak {
        Some((index, count)) => (count as f64 / n_samples as f64, grid.angle_rad(index)),
        None => (0.0, f64::NAN),
    }
}
