//! Curves of one plane under random rotations: what the picture would look like if the
//! neurons were nothing special.

use std::sync::atomic::AtomicBool;

use ndarray::{Array2, ArrayView2, s};

use super::frames::random_frame;
use super::pass::{Vectors, look};
use super::standing::quantile;
use super::{RotationSpec, rank};
use crate::srm::cancel::Cancelled;
use crate::srm::coordinates::Coordinates;
use crate::srm::curve::{Directions, Scanner};
use crate::srm::plane::Plane;

/// The curve of the selected plane under each rotation.
#[derive(Clone, Debug, PartialEq)]
pub struct RotatedCurves {
    /// Counts at the `A` angles of the grid, rotation after rotation.
    pub counts: Vec<Vec<i64>>,
    /// `N`.
    pub n_samples: usize,
}

/// The fewest rotations that can give a band of 95%: a further curve lies between the least
/// and the largest of `K` with a probability of `(K − 1) / (K + 1)`.
pub const LEAST_FOR_BAND: usize = 39;

/// What the curves of random rotations come to at each of the `A` angles, as fractions.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CurveBand {
    /// How many rotations: fewer than [`LEAST_FOR_BAND`] give their least and largest.
    pub rotations: usize,
    /// 2.5% of the rotations are below.
    pub low: Vec<f64>,
    /// Half of them are.
    pub median: Vec<f64>,
    /// 97.5% are.
    pub high: Vec<f64>,
}

/// With what probability a further curve lies, at an angle, between the least and the
/// largest of so many.
#[must_use]
pub fn range_coverage(rotations: usize) -> f64 {
    rotations.saturating_sub(1) as f64 / (rotations + 1) as f64
}

impl RotatedCurves {
    /// Quantiles of the fractions lit at each angle: 95% of the curves of random
    /// rotations lie between low and high there, or all of them where they are fewer than
    /// [`LEAST_FOR_BAND`]. Empty without rotations.
    #[must_use]
    pub fn band(&self) -> CurveBand {
        let mut band = CurveBand {
            rotations: self.counts.len(),
            ..CurveBand::default()
        };
        let [low, high] = if self.counts.len() < LEAST_FOR_BAND {
            [0.0, 1.0]
        } else {
            [0.025, 0.975]
        };
        let angles = self.counts.first().map_or(0, Vec::len);
        for angle in 0..angles {
            let counts = self.counts.iter().map(|counts| counts[angle] as f64);
            let mut fractions: Vec<f64> = counts.map(|c| c / self.n_samples as f64).collect();
            fractions.sort_unstable_by(f64::total_cmp);
            band.low.push(quantile(&fractions, low));
            band.median.push(quantile(&fractions, 0.5));
            band.high.push(quantile(&fractions, high));
        }
        band
    }
}

/// The curves of the selected plane that a [test](super::RotationTest) of as many rotations finds,
/// without the layer's: `O(N·d)` a rotation beside the rotation itself, on the current
/// rayon pool. `told` hears how many are done.
///
/// # Errors
/// [`Cancelled`] soon after `cancel` is set.
///
/// # Panics
/// If no plane is selected, or one that is not of the vectors among which planes are made.
pub fn rotated_curves(
    coordinates: &Coordinates,
    spec: &RotationSpec,
    rotations: u32,
    told: &mut dyn FnMut(usize),
    cancel: &AtomicBool,
) -> Result<RotatedCurves, Cancelled> {
    let Some(plane) = spec.plane else {
        panic!("no plane is selected");
    };
    let sweep = &spec.sweep;
    let frame = coordinates.basis().frame(plane);
    let directions = Directions::new(frame);
    let scanner = Scanner::new(coordinates, sweep.epsilon, &sweep.grid, sweep.sign);
    let mut counts = Vec::with_capacity(rotations as usize);
    for k in 0..rotations {
        let pair = pair(coordinates, spec, plane, u64::from(k), cancel)?;
        let found = look(coordinates, Vectors::Frame(&pair), cancel, |pieces| {
            let mut arcs = scanner.arcs(1);
            pieces.each(&mut |_, rows| {
                let (c1, mut c2) = (rows.column(0).to_vec(), rows.column(1).to_vec());
                for (c2, c1) in c2.iter_mut().zip(&c1) {
                    *c2 = (*c2 - frame.overlap * c1) / frame.height;
                }
                scanner.lay(&directions, &c1, &c2, &mut arcs, |_, _| 0);
            })?;
            scanner.join(&mut arcs);
            Ok(arcs.difference)
        })?;
        let mut curve = scanner.arcs(1).difference;
        for difference in found {
            for (sum, value) in curve.iter_mut().zip(difference) {
                *sum += value;
            }
        }
        scanner.finish(&mut curve);
        counts.push(curve);
        told(k as usize + 1);
    }
    Ok(RotatedCurves {
        counts,
        n_samples: coordinates.n_samples(),
    })
}

/// The two vectors of a plane under the `k`-th rotation.
fn pair(
    coordinates: &Coordinates,
    spec: &RotationSpec,
    plane: Plane,
    k: u64,
    cancel: &AtomicBool,
) -> Result<Array2<f64>, Cancelled> {
    let basis = coordinates.basis();
    let (m, d) = (basis.len(), basis.dimensions());
    let Some(values) = basis.values() else {
        // Each row of a frame depends on those before it alone.
        let subset = spec.sweep.planes.subset();
        let [i, j] = [plane.i, plane.j].map(|k| rank(subset, k));
        let frame = random_frame((i.max(j) + 1, d), spec.seed, k, cancel)?;
        return Ok(frame.select(ndarray::Axis(0), &[i, j]));
    };
    let Ok(basis) = ArrayView2::from_shape((m, d), values) else {
        unreachable!("a UnitBasis holds m × d values");
    };
    let rotation = random_frame((d, d), spec.seed, k, cancel)?;
    let mut pair = Array2::zeros((2, d));
    for (mut row, k) in pair.rows_mut().into_iter().zip([plane.i, plane.j]) {
        let vector = basis.slice(s![k as usize, ..]);
        row.assign(&vector.dot(&rotation));
    }
    Ok(pair)
}
