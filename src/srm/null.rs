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
    let sine_squared = (1.0 - epsilon) * (1.0 + epsilon);
    if sine_squared <= 0.0 {
        return 0.0;
    }
    if sine_squared >= 1.0 {
        return 0.5;
    }
    if d == 2 {
        // The same in closed form, to the last digit.
        return epsilon.acos() / std::f64::consts::PI;
    }
    0.5 * puruspe::betai((d as f64 - 1.0) / 2.0, 0.5, sine_squared)
}

/// The `ε` with `p0(ε, d) = share`, by bisection to the last bit
/// (`p0` falls strictly from 1 at `ε = −1` to 0 at `ε = 1`).
#[must_use]
pub fn epsilon_of_share(wanted: f64, d: usize) -> f64 {
    let (mut low, mut high) = (-1.0f64, 1.0f64);
    loop {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            return middle.clamp(-1.0, 1.0);
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

    fn close(a: f64, b: f64, relative: f64) {
        assert!((a - b).abs() <= relative * b.abs(), "{a} is not {b}");
    }

    #[test]
    fn closed_forms_in_two_three_and_five_dimensions() {
        for epsilon in [0.01, 0.3, 0.5, 0.9, 0.999] {
            close(
                share(epsilon, 2),
                epsilon.acos() / std::f64::consts::PI,
                1e-12,
            );
            close(share(epsilon, 3), (1.0 - epsilon) / 2.0, 1e-9);
            // d = 5: the density of the cosine is 3/4 (1 − t²).
            let cap = 0.5 - 0.75 * (epsilon - epsilon.powi(3) / 3.0);
            close(share(epsilon, 5), cap, 1e-9);
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
        for d in [2, 3, 8, 24, 384, 4096] {
            // Narrower cones of few dimensions lie closer to ε = 1 than doubles do.
            let narrow = if d < 8 { 1e-3 } else { 1e-6 };
            for wanted in [narrow, 0.01, 0.3, 0.5, 0.8, 0.999] {
                close(share(epsilon_of_share(wanted, d), d), wanted, 1e-7);
            }
        }
        assert!(epsilon_of_share(0.5, 24).abs() < 1e-7);
    }

    #[test]
    fn wide_layers_tend_to_the_normal_tail() {
        // P(Z > 2.326348) = 0.01, and ε ≈ z / √d.
        close(epsilon_of_share(0.01, 4096), 2.326_348 / 64.0, 1e-3);
    }

    #[test]
    fn zero_rows_are_dark_above_zero_and_lit_below() {
        close(expected_fraction(0.5, 3, 100, 20), 0.25 * 0.8, 1e-9);
        close(expected_fraction(-0.5, 3, 100, 20), 0.75 * 0.8 + 0.2, 1e-9);
    }
}
