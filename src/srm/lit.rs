//! The samples inside the spotlight, wherever it points.
//!
//! A sample is lit where its cosine with the probe is at least `ε′ = ε − 1e-12`: in a
//! plane `c1 cos θ + c2 sin θ` (paper, section 2), along `±b_k` simply `±c_k`. At an
//! angle of a grid these are as many samples as the curve has there, to the integer: a
//! curve's arcs are settled by the same inequality.

use std::f64::consts::TAU;
use std::sync::atomic::AtomicBool;

use rayon::prelude::*;

use super::aim::{Aim, Side};
use super::cancel::{Cancelled, check};
use super::coordinates::{BLOCK, Coordinates};
use super::epsilon::Epsilon;

/// A sample inside the cone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LitSample {
    /// Its number among the `N`.
    pub sample: u32,
    /// Its cosine with the probe; 0 of a zero row.
    pub cosine: f64,
}

/// The samples inside the cone, in their order, on the current rayon pool, in `O(N)`:
/// those with a cosine of at least `ε′`, zero rows among them for `ε ≤ 0`.
///
/// # Errors
/// [`Cancelled`] soon after `cancel` is set.
///
/// # Panics
/// If a vector is not in the basis, or the two of a plane are parallel.
pub fn lit_at(
    coordinates: &Coordinates,
    aim: Aim,
    epsilon: Epsilon,
    cancel: &AtomicBool,
) -> Result<Vec<LitSample>, Cancelled> {
    let n = coordinates.n_samples();
    let threshold = epsilon.threshold();
    let probe = Probe::new(coordinates, aim);
    let blocks: Vec<Vec<LitSample>> = (0..n.div_ceil(BLOCK))
        .into_par_iter()
        .with_min_len(4)
        .map_init(
            || [[0.0; BLOCK]; 2],
            |[cosines, second], block| {
                check(cancel)?;
                let first = block * BLOCK;
                let width = BLOCK.min(n - first);
                let cosines = &mut cosines[..width];
                probe.cosines(first, cosines, &mut second[..width]);
                let samples = (first as u32..).zip(&*cosines);
                let lit = samples.filter(|&(_, &cosine)| cosine >= threshold);
                Ok(lit
                    .map(|(sample, &cosine)| LitSample { sample, cosine })
                    .collect())
            },
        )
        .collect::<Result<_, _>>()?;
    Ok(blocks.concat())
}

/// What cosines are taken with.
struct Probe<'a> {
    coordinates: &'a Coordinates,
    along: Along,
}

enum Along {
    Pole(usize, f64),
    Plane(super::plane::Plane, super::basis::Frame, (f64, f64)),
}

impl<'a> Probe<'a> {
    fn new(coordinates: &'a Coordinates, aim: Aim) -> Self {
        let along = match aim {
            Aim::Pole(pole) => Along::Pole(
                pole.vector as usize,
                match pole.side {
                    Side::Plus => 1.0,
                    Side::Minus => -1.0,
                },
            ),
            Aim::Plane { plane, angle_rad } => {
                // Within a turn the remainder is the angle itself, so that the probe of
                // a grid's angle is the grid's to the bit; a whole turn is none.
                let (sin, cos) = angle_rad.rem_euclid(TAU).sin_cos();
                let frame = coordinates.basis().frame(plane);
                Along::Plane(plane, frame, (cos, sin))
            }
        };
        Self { coordinates, along }
    }

    /// Writes the cosines of the samples from `first` on; `second` is as long.
    fn cosines(&self, first: usize, out: &mut [f64], second: &mut [f64]) {
        match self.along {
            Along::Pole(vector, sign) => {
                self.coordinates.fill(vector, first, out);
                for cosine in out {
                    *cosine *= sign;
                }
            }
            Along::Plane(plane, frame, (cos, sin)) => {
                self.coordinates
                    .fill_plane(plane, frame, first, out, second);
                for (c1, &c2) in out.iter_mut().zip(&*second) {
                    *c1 = *c1 * cos + c2 * sin;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;
    use crate::srm::{Activations, AngleGrid, Plane, Pole, Sign, UnitBasis, curve};

    static NEVER: AtomicBool = AtomicBool::new(false);

    fn lit(layer: &Coordinates, aim: Aim, epsilon: f64) -> Vec<LitSample> {
        lit_at(layer, aim, Epsilon::new(epsilon).unwrap(), &NEVER).unwrap()
    }

    /// Holds the list against the curve at every angle of a grid.
    fn check(layer: &Coordinates, plane: Plane, epsilon: f64, angles: usize) {
        let grid = AngleGrid::new(angles).unwrap();
        let cone = Epsilon::new(epsilon).unwrap();
        let curve = curve(layer, plane, cone, &grid, Sign::Unsigned, &NEVER).unwrap();
        for (k, &count) in curve.counts.iter().enumerate() {
            let angle_rad = grid.angle_rad(k);
            let found = lit(layer, Aim::Plane { plane, angle_rad }, epsilon);
            assert_eq!(
                found.len() as i64,
                count,
                "{plane}, ε = {epsilon}, {k} of {angles}"
            );
            assert!(found.is_sorted_by(|a, b| a.sample < b.sample));
        }
    }

    /// Rows that are on the edge of cones as real ones are, and others.
    fn rows() -> Vec<Vec<f64>> {
        let mut rows = vec![vec![0.0; 5]];
        for k in 0..5 {
            for sign in [1.0, -3.0] {
                let mut row = vec![0.0; 5];
                row[k] = sign;
                rows.push(row.clone());
                row[(k + 2) % 5] = 1.0;
                rows.push(row);
            }
        }
        rows.extend((0..60u32).map(|n| {
            let value = |k: u32| f64::from((n * 7919 + k * 104_729 + n * k) % 2003) / 1000.0 - 1.0;
            (0..5).map(value).collect()
        }));
        rows
    }

    #[test]
    fn as_many_are_listed_as_the_curve_counts() {
        let samples = Arc::new(Activations::from_rows(&rows()).unwrap());
        let slanted = [
            [1.0, 0.0, 0.0, 0.0, 0.0],
            [0.5, 0.75f64.sqrt(), 0.0, 0.0, 0.0],
            [1.0, 1.0, 1.0, 1.0, 0.0],
        ];
        let basis = UnitBasis::dense(slanted.concat(), 3, 5).unwrap();
        let layers = [
            Coordinates::standard(Arc::clone(&samples)),
            Coordinates::new(samples, Arc::new(basis)).unwrap(),
        ];
        for layer in &layers {
            for plane in [Plane { i: 0, j: 1 }, Plane { i: 2, j: 1 }] {
                for epsilon in [-1.0, -0.5, 0.0, 0.5, 0.75f64.sqrt(), 0.9, 1.0] {
                    check(layer, plane, epsilon, 73);
                    check(layer, plane, epsilon, 100);
                }
            }
        }
    }

    #[test]
    fn a_direction_is_the_plane_at_that_angle() {
        let layer = Coordinates::standard(Arc::new(Activations::from_rows(&rows()).unwrap()));
        let plane = Plane { i: 3, j: 1 };
        for (side, angle_rad) in [(Side::Plus, 0.0), (Side::Minus, std::f64::consts::PI)] {
            for epsilon in [-0.2, 0.3, 0.5, 0.8] {
                let pole = Aim::Pole(Pole { vector: 3, side });
                let along = lit(&layer, pole, epsilon);
                let turned = lit(&layer, Aim::Plane { plane, angle_rad }, epsilon);
                let numbers = |lit: &[LitSample]| lit.iter().map(|l| l.sample).collect::<Vec<_>>();
                assert_eq!(numbers(&along), numbers(&turned));
                assert!(along.iter().all(|lit| lit.cosine >= epsilon - 1e-12));
            }
        }
    }

    #[test]
    fn zero_rows_are_lit_from_zero_down_with_a_cosine_of_zero() {
        let layer = Coordinates::standard(Arc::new(Activations::from_rows(&rows()).unwrap()));
        let aim = Aim::Plane {
            plane: Plane { i: 0, j: 1 },
            angle_rad: 1.0,
        };
        let zero = |epsilon| lit(&layer, aim, epsilon).first().copied();
        assert_eq!(
            zero(0.0),
            Some(LitSample {
                sample: 0,
                cosine: 0.0
            })
        );
        assert_ne!(zero(1e-6).map(|lit| lit.sample), Some(0));
    }

    #[test]
    fn it_is_called_off() {
        let layer = Coordinates::standard(Arc::new(Activations::from_rows(&rows()).unwrap()));
        let aim = Aim::Pole(Pole {
            vector: 0,
            side: Side::Plus,
        });
        let cone = Epsilon::new(0.5).unwrap();
        assert_eq!(
            lit_at(&layer, aim, cone, &AtomicBool::new(true)),
            Err(Cancelled)
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn any_angle_is_the_plain_definition(
            angle_rad in -20.0..20.0f64, epsilon in -1.0..=1.0f64, i in 0u32..5, step in 1u32..5,
        ) {
            let rows = rows();
            let layer = Coordinates::standard(Arc::new(Activations::from_rows(&rows).unwrap()));
            let plane = Plane { i, j: (i + step) % 5 };
            let found = lit(&layer, Aim::Plane { plane, angle_rad }, epsilon);
            let mut listed = found.iter().peekable();
            for (sample, row) in (0u32..).zip(&rows) {
                let norm = row.iter().map(|x| x * x).sum::<f64>().sqrt();
                let along = row[i as usize] * angle_rad.cos() + row[plane.j as usize] * angle_rad.sin();
                let cosine = if norm == 0.0 { 0.0 } else { along / norm };
                match listed.next_if(|lit| lit.sample == sample) {
                    Some(lit) => prop_assert!((lit.cosine - cosine).abs() < 1e-13),
                    None => prop_assert!(cosine < epsilon - 1e-12 + 1e-13),
                }
            }
        }
    }
}
