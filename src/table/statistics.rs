//! What follows from all curves, wherever they came from.

use super::columns::PlaneRow;
use super::merge::Merged;
use crate::srm::{AngleGrid, Curve, CurveSums, Ensemble, Sweep};

/// What is known of the layer beside the sweep.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    /// `N`.
    pub n_samples: usize,
    /// Rows left out of `N`.
    pub excluded_rows: usize,
    /// Zero rows among the `N`.
    pub zero_rows: usize,
    /// Planes of the basis, drawn or not.
    pub planes_in_all: u64,
    /// The resolution scale.
    pub epsilon: f64,
}

/// Curves of chosen planes on their grid, of one layer at one `ε`.
#[derive(Clone, Copy, Debug)]
pub struct Curves<'a> {
    /// The curves, in the order in which they are written.
    pub curves: &'a [Curve],
    /// Their grid.
    pub grid: &'a AngleGrid,
    /// Samples lit in at least one of the planes, if it is known; curves alone
    /// do not tell.
    pub lit_samples: Option<u64>,
}

impl<'a> Curves<'a> {
    /// Of curves of which nothing else is known.
    #[must_use]
    pub fn new(curves: &'a [Curve], grid: &'a AngleGrid) -> Self {
        let lit_samples = match curves {
            [only] => Some(only.tally.lit),
            _ => None,
        };
        Self {
            curves,
            grid,
            lit_samples,
        }
    }

    fn ensemble(&self) -> Ensemble {
        let mut sums = CurveSums::new(self.grid.count());
        for curve in self.curves {
            sums.add_curve(&curve.counts);
        }
        sums.ensemble(self.curves.first().map_or(1, |curve| curve.n_samples))
    }
}

/// What follows from all curves: of a sweep, of merged ones, or of chosen planes.
#[derive(Clone, Debug)]
pub enum Statistics<'a> {
    /// A sweep's.
    Sweep(&'a Sweep),
    /// Of sweeps over parts of the samples.
    Merged(&'a Merged),
    /// Of chosen planes.
    Curves(Curves<'a>),
}

impl Statistics<'_> {
    /// The probe angles.
    pub(super) fn grid(&self) -> &AngleGrid {
        match self {
            Self::Sweep(sweep) => &sweep.spec.grid,
            Self::Merged(merged) => merged.whole().grid(),
            Self::Curves(curves) => curves.grid,
        }
    }

    /// Number of planes.
    pub(super) fn planes(&self) -> usize {
        match self {
            Self::Sweep(sweep) => sweep.records.len(),
            Self::Merged(merged) => merged.whole().planes().len(),
            Self::Curves(curves) => curves.curves.len(),
        }
    }

    /// Over the planes, angle by angle.
    pub(super) fn ensemble(&self) -> Ensemble {
        match self {
            Self::Sweep(sweep) => sweep.ensemble.clone(),
            Self::Merged(merged) => merged.ensemble().clone(),
            Self::Curves(curves) => curves.ensemble(),
        }
    }

    pub(super) fn lit_samples(&self) -> Option<u64> {
        match self {
            Self::Sweep(sweep) => Some(sweep.lit_samples as u64),
            Self::Merged(merged) => Some(merged.lit_samples()),
            Self::Curves(curves) => curves.lit_samples,
        }
    }

    /// One row a plane.
    pub(super) fn rows(&self) -> Box<dyn Iterator<Item = PlaneRow> + '_> {
        match self {
            Self::Sweep(sweep) => Box::new(PlaneRow::of_sweep(sweep)),
            Self::Merged(merged) => Box::new(merged.rows()),
            Self::Curves(Curves { curves, grid, .. }) => {
                Box::new(curves.iter().map(|curve| PlaneRow::of_curve(curve, grid)))
            }
        }
    }

    /// One entry a plane. Rows are made anew for every column: millions of them
    /// are never held at once.
    pub(super) fn column<T>(&self, entry: impl Fn(PlaneRow) -> T) -> Vec<T> {
        self.rows().map(entry).collect()
    }
}
