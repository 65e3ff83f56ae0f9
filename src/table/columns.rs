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
    /// The curve's largest fraction.
    pub peak: f64,
    /// The smallest angle that attains it, in radians; NaN for a curve of zeros.
    pub peak_angle: f64,
    /// Alignment index; NaN where neither directions nor bisectors are lit.
    pub alignment: f64,
    /// Mean fraction at the privileged directions less that at their bisectors.
    pub contrast: f64,
}

impl PlaneRow {
    /// The rows of a sweep, in its order.
    pub fn of_sweep(sweep: &Sweep) -> impl Iterator<Item = Self> + '_ {
        let n = sweep.n_samples;
        sweep.records.iter().map(move |record| {
            let peak = record.peak_index.map(|index| (index, record.peak));
            Self::new(
                record.plane,
                [record.axes, record.bisectors, record.lit],
                peak_of(peak, &sweep.spec.grid, n),
                record.alignment(n),
            )
        })
    }

    /// The row of a single curve on `grid`.
    #[must_use]
    pub fn of_curve(curve: &Curve, grid: &AngleGrid) -> Self {
        let tally = curve.tally;
        Self::new(
            curve.plane,
            [tally.axes, tally.bisectors, tally.lit],
            peak_of(curve.peak(), grid, curve.n_samples),
            curve.alignment(),
        )
    }

    fn new(
        plane: Plane,
        [axes, bisectors, lit]: [u64; 3],
        (peak, peak_angle): (f64, f64),
        alignment: Alignment,
    ) -> Self {
        Self {
            plane,
            axes,
            bisectors,
            lit,
            peak,
            peak_angle,
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
