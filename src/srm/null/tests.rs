use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::{ChiSquared, Distribution, StandardNormal};

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

#[test]
fn shares_are_those_of_mpmath() {
    for (d, epsilon, expected, ln_expected) in table::SHARES {
        let what = format!("d = {d}, ε = {epsilon}");
        let ln = ln_share(epsilon, d);
        // Where p0 is 1e-300, ten digits of it are thirteen of its logarithm.
        let allowed = 2e-13f64.max(4.0 * f64::EPSILON * ln_expected.abs());
        assert!(
            (ln - ln_expected).abs() <= allowed,
            "{what}: ln {ln} is not {ln_expected}"
        );
        if expected > 0.0 {
            let error = (share(epsilon, d) / expected - 1.0).abs();
            assert!(error < 1e-12, "{what}: {error}");
            assert!(
                (share(-epsilon, d) - (1.0 - expected)).abs() < 1e-14,
                "{what}"
            );
        }
    }
}
/// Counts `draws` isotropic cosines, `z/√(z² + χ²_{d−1})`, that lie within each cone,
/// and holds them to `p0` within five standard errors.
fn simulate(draws: u32) {
    let cases: [(usize, &[f64]); 5] = [
        (2, &[-0.5, 0.0, 0.35, 0.9, 0.999]),
        (3, &[-0.7, 0.1, 0.5, 0.9]),
        (8, &[-0.35, 0.1, 0.35, 0.6, 0.75]),
        (64, &[-0.1, 0.03, 0.1, 0.3, 0.4]),
        (768, &[-0.03, 0.01, 0.05, 0.1, 0.12]),
    ];
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    for (d, cosines) in cases {
        let others = ChiSquared::new(d as f64 - 1.0).unwrap();
        let mut lit = vec![0u32; cosines.len()];
        for _ in 0..draws {
            let z: f64 = StandardNormal.sample(&mut rng);
            let cosine = z / (z * z + others.sample(&mut rng)).sqrt();
            for (lit, epsilon) in lit.iter_mut().zip(cosines) {
                *lit += u32::from(cosine >= *epsilon);
            }
        }
        for (lit, &epsilon) in lit.into_iter().zip(cosines) {
            let expected = Binomial::new(draws.into(), Probability::of_cone(epsilon, d));
            let z = (f64::from(lit) - expected.mean()) / expected.std();
            eprintln!(
                "d = {d}, ε = {epsilon}: {lit} lit, {:.1} expected, z = {z:.2}",
                expected.mean()
            );
            assert!(
                z.abs() < 5.0,
                "d = {d}, ε = {epsilon}: {lit} of {draws}, z = {z}"
            );
        }
    }
}

#[test]
fn isotropic_cosines_are_lit_as_often_as_the_formula_has_it() {
    simulate(200_000);
}

/// Half a minute in release:
/// `cargo test --release --no-default-features --lib ten_million -- --ignored --nocapture`.
#[test]
#[ignore = "long; a shorter one of the kind runs always"]
fn ten_million_isotropic_cosines_are_lit_as_often_as_the_formula_has_it() {
    simulate(10_000_000);
}
