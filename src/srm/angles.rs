//! The closed grid of probe angles.

use std::f64::consts::TAU;
use std::sync::Arc;

/// Most angles a grid may have: a hundred a degree, and then some.
pub const MOST_ANGLES: usize = 36_001;

/// Why a number of angles makes no grid.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AnglesError {
    /// `A < 2`.
    #[error(
        "{0} angles make no grid: at least 2 are needed (0 and 2π; the default 361 steps by 1°)"
    )]
    TooFew(usize),
    /// `A` beyond the cap.
    #[error("{0} angles are more than the {MOST_ANGLES} that a grid may have")]
    TooMany(usize),
}

/// `A` angles from `0` to `2π` inclusive, as in the paper's code: the last
/// direction is a copy of the first, so `A − 1` are distinct.
#[derive(Clone, Debug, PartialEq)]
pub struct AngleGrid(Arc<Inner>);

#[derive(Debug, PartialEq)]
struct Inner {
    step: f64,
    directions: Vec<(f64, f64)>,
}

impl AngleGrid {
    /// # Errors
    /// If `count < 2` or above [`MOST_ANGLES`].
    pub fn new(count: usize) -> Result<Self, AnglesError> {
        if count < 2 {
            return Err(AnglesError::TooFew(count));
        }
        if count > MOST_ANGLES {
            return Err(AnglesError::TooMany(count));
        }
        let step = TAU / (count - 1) as f64;
        let directions = (0..count - 1)
            .map(|k| {
                let (sin, cos) = (k as f64 * step).sin_cos();
                (cos, sin)
            })
            .collect();
        Ok(Self(Arc::new(Inner { step, directions })))
    }

    /// `A`: angles, both ends counted.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.directions.len() + 1
    }

    /// `A − 1`: distinct directions.
    #[must_use]
    pub fn distinct(&self) -> usize {
        self.0.directions.len()
    }

    /// Radians from one angle to the next.
    #[must_use]
    pub fn step_rad(&self) -> f64 {
        self.0.step
    }

    /// The angle at `index < A`, in radians; the last is `2π`.
    #[must_use]
    pub fn angle_rad(&self, index: usize) -> f64 {
        if index + 1 == self.count() {
            TAU
        } else {
            index as f64 * self.0.step
        }
    }

    /// All `A` angles in radians, as `numpy.linspace(0, 2π, A)`.
    #[must_use]
    pub fn angles_rad(&self) -> Vec<f64> {
        (0..self.count()).map(|k| self.angle_rad(k)).collect()
    }

    /// The index of the grid's angle nearest to `angle_rad` among the distinct ones.
    #[must_use]
    pub fn nearest(&self, angle_rad: f64) -> usize {
        let place = (angle_rad.rem_euclid(TAU) / self.0.step).round();
        place as usize % self.distinct()
    }

    /// `(cos θ, sin θ)` of the `A − 1` distinct directions.
    pub(super) fn directions(&self) -> &[(f64, f64)] {
        &self.0.directions
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grid_is_closed() {
        for count in [2, 3, 100, 361] {
            let grid = AngleGrid::new(count).unwrap_or_else(|e| panic!("{e}"));
            assert_eq!(grid.count(), count);
            assert_eq!(grid.angle_rad(0), 0.0);
            assert_eq!(grid.angle_rad(count - 1), TAU);
            assert_eq!(grid.nearest(TAU), 0);
            assert_eq!(grid.nearest(grid.step_rad() * 0.51), 1 % grid.distinct());
        }
        assert_eq!(AngleGrid::new(1), Err(AnglesError::TooFew(1)));
        assert!(AngleGrid::new(MOST_ANGLES + 1).is_err());
    }
}
