//! The isotropic null: what a spotlight would light if activations had no
//! preferred direction in `R^d`.
//!
//! `p0(ε, d) = ½ I_{1−ε²}((d − 1)/2, ½)` for `ε ≥ 0` and `1 − p0(−ε, d)` for
//! `ε < 0`, with the regularised incomplete beta function: the area of a
//! spherical cap over that of the sphere.

/// `p0(ε, d)`: the share of isotropic data in `d ≥ 2` dimensions within the cone.
#[must_use]
pub fn share(epsilon: f64, d: usize) -> f64 {
    if epsilon < 0.0 {
        return 1.0 - share(-epsilon, d);
    }
    if epsilon >= 1.0 {
        return 0.0;
    }
    if d == 2 {
        // The same in closed form, to the last digit.
        return epsilon.acos() / std::f64::consts::PI;
    }
    let b = (d as f64 - 1.0) / 2.0;
    let cosine_squared = epsilon * epsilon;
    // The library's fraction converges fast only on its own side of the mean.
    if cosine_squared < 1.5 / (b + 2.5) {
        0.5 - 0.5 * puruspe::betai(0.5, b, cosine_squared)
    } else {
        0.5 * puruspe::betai(b, 0.5, (1.0 - epsilon) * (1.0 + epsilon))
    }
}

/// The `ε` with `p0(ε, d) = share`, by bisection to the last bit
/// (`p0` falls strictly from 1 at `ε = −1` to 0 at `ε = 1`).
#[must_use]
pub fn epsilon_of_share(wanted: f64, d: usize) -> f64 {
    if wanted > 0.5 {
        // Exact: no digit is lost from a half upwards.
        return -epsilon_of_share(1.0 - wanted, d);
    }
    if wanted == 0.5 {
        return 0.0;
    }
    let (mut low, mut high) = (0.0f64, 1.0f64);
    loop {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            return middle;
        }
        if share(middle, d) > wanted {
            low = middle;
        } else {
            high = middle;
        }
    }
}

/// The expected fraction of `n_samples` rows, `zero_rows` of them zero, that a
/// probe lights if the others are isotropic: zero rows are never lit for
/// `ε > 0` and always for `ε ≤ 0`.
#[must_use]
pub fn expected_fraction(epsilon: f64, d: usize, n_samples: usize, zero_rows: usize) -> f64 {
    let n = n_samples as f64;
    let zero = zero_rows as f64;
    let always = if epsilon <= 0.0 { zero / n } else { 0.0 };
    share(epsilon, d) * (n - zero) / n + always
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the library's gamma function leaves of a double.
    const DIGITS: f64 = 1e-11;

    fn close(a: f64, b: f64, relative: f64) {
        assert!((a - b).abs() <= relative * b.abs(), "{a} is not {b}");
    }

    /// From 1e-12 to 0.999, small ones by powers of ten.
    fn cosines() -> impl Iterator<Item = f64> {
        let small = (-12..=-2).flat_map(|n| [10f64.powi(n), 3.3 * 10f64.powi(n)]);
        small
            .chain((4..100).map(|n| f64::from(n) / 100.0))
            .chain([0.999, 0.999_999])
    }

    #[test]
    fn closed_forms_in_two_three_and_five_dimensions() {
        for epsilon in cosines() {
            close(
                share(epsilon, 2),
                epsilon.acos() / std::f64::consts::PI,
                DIGITS,
            );
            close(share(epsilon, 3), (1.0 - epsilon) / 2.0, DIGITS);
            // d = 5: the density of the cosine is 3/4 (1 − t²).
            let cap = (1.0 - epsilon).powi(2) * (2.0 + epsilon) / 4.0;
            close(share(epsilon, 5), cap, DIGITS);
        }
    }

    #[test]
    fn two_dimensions_more_as_the_recurrence_has_it() {
        // p0(ε, d + 2) = p0(ε, d) − ε (1 − ε²)^((d − 1)/2) Γ(d/2) / (2 √π Γ((d + 1)/2)):
        // even and odd d by the closed forms of 2 and 3, far up.
        for epsilon in cosines().filter(|&epsilon| epsilon < 0.7) {
            for first in [2, 3] {
                let mut expected = share(epsilon, first);
                let mut coefficient = if first == 2 {
                    1.0 / std::f64::consts::PI
                } else {
                    0.25
                };
                for d in (first..600).step_by(2) {
                    let exponent = (d as f64 - 1.0) / 2.0;
                    expected -= epsilon * coefficient * (1.0 - epsilon * epsilon).powf(exponent);
                    coefficient *= d as f64 / (d as f64 + 1.0);
                    let error = share(epsilon, d + 2) - expected;
                    assert!(
                        error.abs() < DIGITS,
                        "ε = {epsilon}, d = {}: {error}",
                        d + 2
                    );
                }
            }
        }
    }

    #[test]
    fn the_wider_the_cone_the_larger_its_share() {
        for d in [2, 3, 4, 5, 6, 7, 9, 24, 100, 384, 1000, 4096, 100_000] {
            let mut before = 1.0;
            for step in -20_000..=20_000 {
                // Fine around 0, where most of a wide layer lies.
                let t = f64::from(step) / 20_000.0;
                let now = share(t.powi(3), d);
                assert!(now <= before, "d = {d}, ε = {}", t.powi(3));
                before = now;
            }
        }
    }

    #[test]
    fn the_two_sides_make_one() {
        for d in [2, 3, 8, 24, 384, 4096] {
            for epsilon in [0.0, 0.05, 0.2, 0.7] {
                close(share(epsilon, d) + share(-epsilon, d), 1.0, 1e-12);
            }
            assert_eq!(share(1.0, d), 0.0);
            assert_eq!(share(-1.0, d), 1.0);
        }
    }

    #[test]
    fn share_and_back() {
        for d in [2, 3, 6, 8, 24, 384, 4096] {
            // Narrower cones of few dimensions lie closer to ε = 1 than doubles do.
            let narrow = if d < 8 { 1e-3 } else { 1e-6 };
            for wanted in [
                narrow,
                0.01,
                0.3,
                0.49,
                0.4999,
                0.499_999_9,
                0.5,
                0.500_000_1,
                0.5001,
                0.8,
                0.999,
            ] {
                let error = share(epsilon_of_share(wanted, d), d) - wanted;
                assert!(error.abs() < 1e-13, "d = {d}, {wanted}: {error}");
            }
            assert_eq!(epsilon_of_share(0.5, d), 0.0);
        }
    }

    #[test]
    fn wide_layers_tend_to_the_normal_tail() {
        // P(Z > 2.326348) = 0.01, and ε ≈ z / √d.
        close(epsilon_of_share(0.01, 4096), 2.326_348 / 64.0, 1e-3);
    }

    #[test]
    fn zero_rows_are_dark_above_zero_and_lit_below() {
        close(expected_fraction(0.5, 3, 100, 20), 0.25 * 0.8, DIGITS);
        close(
            expected_fraction(-0.5, 3, 100, 20),
            0.75 * 0.8 + 0.2,
            DIGITS,
        );
    }
}
