//! Haar-random orthonormal frames: where the neurons could as well have pointed.

use std::sync::atomic::AtomicBool;

use ndarray::linalg::general_mat_mul;
use ndarray::{Array2, ArrayViewMut2, Axis, s};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::{Distribution, StandardNormal};

use crate::srm::cancel::{Cancelled, check};

/// Rows that are made orthogonal to those before them at once.
const ROWS: usize = 32;

/// The `k`-th random frame of a seed: `m ≤ d` orthonormal rows in `R^d`, distributed
/// as the first rows of a Haar-random rotation. The same whatever else is drawn.
///
/// Rows of independent normal variates are made orthonormal one after another
/// (Gram–Schmidt, in blocks and twice, which keeps them orthogonal to rounding). Its
/// triangular factor has a positive diagonal, so no sign is left to be chosen and the
/// frame is distributed uniformly (Mezzadri, arXiv math-ph/0609050).
pub(super) fn random_frame(
    (m, d): (usize, usize),
    seed: u64,
    k: u64,
    cancel: &AtomicBool,
) -> Result<Array2<f64>, Cancelled> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(k);
    let mut frame = Array2::from_shape_simple_fn((m, d), || StandardNormal.sample(&mut rng));
    for first in (0..m).step_by(ROWS) {
        for _ in 0..2 {
            check(cancel)?;
            let (done, mut rest) = frame.view_mut().split_at(Axis(0), first);
            let mut rows = rest.slice_mut(s![..ROWS.min(m - first), ..]);
            if first > 0 {
                let shares = rows.dot(&done.t());
                general_mat_mul(-1.0, &shares, &done, 1.0, &mut rows);
            }
            orthonormalise(&mut rows);
        }
    }
    Ok(frame)
}

/// Makes a few rows orthonormal, one after another.
fn orthonormalise(rows: &mut ArrayViewMut2<'_, f64>) {
    for row in 0..rows.nrows() {
        let (before, mut rest) = rows.view_mut().split_at(Axis(0), row);
        let mut this = rest.row_mut(0);
        for other in before.rows() {
            let share = other.dot(&this);
            this.scaled_add(-share, &other);
        }
        let norm = this.dot(&this).sqrt();
        this /= norm;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(m: usize, d: usize, seed: u64, k: u64) -> Array2<f64> {
        random_frame((m, d), seed, k, &AtomicBool::new(false)).unwrap()
    }

    #[test]
    fn rows_are_orthonormal_to_rounding() {
        for (m, d) in [(2, 2), (31, 33), (64, 64), (33, 200), (150, 150)] {
            for k in 0..3 {
                let frame = frame(m, d, 7, k);
                let products = frame.dot(&frame.t());
                for ((i, j), value) in products.indexed_iter() {
                    let expected = f64::from(u8::from(i == j));
                    assert!(
                        (value - expected).abs() < 4e-15,
                        "{m} × {d}: {i} {j} {value}"
                    );
                }
            }
        }
    }

    /// `E r² = 1/d`, `E r⁴ = 3/(d(d + 2))` of every entry, `E r_ik² r_jk² = 1/(d(d + 2))` of
    /// two in a row, `(d + 1)/((d − 1) d (d + 2))` of two that share neither row nor column, and
    /// nothing is left of odd powers: moments of the Haar measure on `O(d)`.
    #[test]
    fn entries_have_the_moments_of_the_haar_measure() {
        const DRAWS: u64 = 10_000;
        let d = 3.0;
        let expected = [
            ("r00", 0.0),
            ("r22", 0.0),
            ("r00²", 1.0 / d),
            ("r22²", 1.0 / d),
            ("r22⁴", 3.0 / (d * (d + 2.0))),
            ("r00² r01²", 1.0 / (d * (d + 2.0))),
            ("r00² r11²", (d + 1.0) / ((d - 1.0) * d * (d + 2.0))),
            ("r00 r11 r22", 0.0),
            ("r20 r21 r00 r01", -1.0 / ((d - 1.0) * d * (d + 2.0))),
        ];
        let mut sums = [0.0; 9];
        for k in 0..DRAWS {
            let r = frame(3, 3, 1, k);
            let values = [
                r[[0, 0]],
                r[[2, 2]],
                r[[0, 0]].powi(2),
                r[[2, 2]].powi(2),
                r[[2, 2]].powi(4),
                (r[[0, 0]] * r[[0, 1]]).powi(2),
                (r[[0, 0]] * r[[1, 1]]).powi(2),
                r[[0, 0]] * r[[1, 1]] * r[[2, 2]],
                r[[2, 0]] * r[[2, 1]] * r[[0, 0]] * r[[0, 1]],
            ];
            for (sum, value) in sums.iter_mut().zip(values) {
                *sum += value;
            }
        }
        for ((name, expected), sum) in expected.into_iter().zip(sums) {
            let mean = sum / DRAWS as f64;
            // Entries are at most 1, so a mean's error is at most 1/√DRAWS.
            let error = 4.0 * 0.6 / (DRAWS as f64).sqrt();
            assert!(
                (mean - expected).abs() < error,
                "{name}: {mean}, not {expected}"
            );
        }
    }

    #[test]
    fn a_rotation_depends_on_its_seed_and_number_alone() {
        let again = frame(5, 9, 3, 4);
        assert_eq!(again, frame(5, 9, 3, 4));
        assert_eq!(again.slice(s![..3, ..]), frame(3, 9, 3, 4));
        assert_ne!(again, frame(5, 9, 3, 5));
        assert_ne!(again, frame(5, 9, 2, 4));
    }
}
