use std::collections::HashMap;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::{Binomial as Draws, Distribution, StandardUniform};

use super::*;
use crate::srm::arc::ArcLayer;

/// Largest counts of isotropic planes, drawn from the arcs' law: only rows whose arc has
/// two ends are drawn, the others are dark or lit at every angle.
struct Planes {
    layer: ArcLayer,
    rng: ChaCha8Rng,
    rows: u64,
    d: usize,
    /// `|ε|`.
    cosine: f64,
    wide: bool,
    reaching: Draws,
}

impl Planes {
    fn new(rows: u64, d: usize, epsilon: f64, angles: usize, seed: u64) -> Self {
        let cosine = epsilon.abs();
        let grid = AngleGrid::new(angles).unwrap();
        let reaching = ln_arcs(cosine, d).exp();
        Self {
            layer: ArcLayer::new(&grid, Epsilon::new(cosine).unwrap()),
            rng: ChaCha8Rng::seed_from_u64(seed),
            rows,
            d,
            cosine,
            wide: epsilon < 0.0,
            reaching: Draws::new(rows, reaching).unwrap(),
        }
    }

    fn uniform(&mut self) -> f64 {
        StandardUniform.sample(&mut self.rng)
    }

    /// Counts at the distinct angles.
    fn curve(&mut self) -> Vec<i64> {
        let n = self.layer.angles() - 1;
        let mut difference = vec![0i64; n + 1];
        for _ in 0..self.reaching.sample(&mut self.rng) {
            // r² ~ Beta(1, (d − 2)/2), given that r ≥ |ε|.
            let radius = if self.d == 2 {
                1.0
            } else {
                let exponent = 2.0 / (self.d as f64 - 2.0);
                let dark = (1.0 - self.cosine * self.cosine) * self.uniform().powf(exponent);
                (1.0 - dark).sqrt()
            };
            let (sin, cos) = (TAU * self.uniform()).sin_cos();
            self.layer
                .lay(radius * cos, radius * sin, radius, &mut difference);
        }
        let mut at = 0;
        let rows = self.rows as i64;
        let counts = difference[..n].iter().map(|step| {
            at += step;
            // −x is dark where x is lit by the cone that opens as wide the other way.
            if self.wide { rows - at } else { at }
        });
        counts.collect()
    }
}

/// Rows, `d`, `ε`, `A`.
type Case = (u64, usize, f64, usize);

const LEVELS: [f64; 3] = [0.1, 0.05, 0.01];

/// Draws isotropic planes and holds the shares with `p ≤ a` to at most `a`, and to at
/// least a fifth of it where more than twenty rows are expected, both within three standard
/// errors.
fn calibrate(case: Case, planes: u32) {
    let (rows, d, epsilon, angles) = case;
    let grid = AngleGrid::new(angles).unwrap();
    let law = LargestCount::new(Epsilon::new(epsilon).unwrap(), &grid, d, rows as usize, 0);
    let mut drawn = Planes::new(rows, d, epsilon, angles, 11);
    let mut known = HashMap::new();
    let mut found = [0u32; 3];
    for _ in 0..planes {
        let largest = drawn.curve().into_iter().max().unwrap() as u64;
        let p = *known
            .entry(largest)
            .or_insert_with(|| law.chance(largest).p());
        for (found, level) in found.iter_mut().zip(LEVELS) {
            *found += u32::from(p <= level);
        }
    }
    let planes = f64::from(planes);
    for (found, level) in found.into_iter().zip(LEVELS) {
        let (share, spread) = (f64::from(found) / planes, (level / planes).sqrt());
        eprintln!("{case:?}: P(p ≤ {level}) = {:.2} · {level}", share / level);
        assert!(
            share <= level + 3.0 * spread,
            "{case:?}: {share} at {level}"
        );
        let enough = law.at_one_angle().mean() > 20.0;
        let least = level / 5.0 - 3.0 * spread;
        assert!(!enough || share >= least, "{case:?}: {share} at {level}");
    }
}

#[test]
fn p_is_never_too_small_and_hardly_too_large() {
    for case in [
        (500, 8, 0.5, 361),
        (500, 2, 0.9, 100),
        (500, 5, -0.4, 73),
        (2000, 64, 0.2, 361),
        (2000, 24, 0.6, 361),
        // Cones that do not meet their neighbours.
        (2000, 3, 0.8, 5),
        (500, 2, 0.9, 4),
        (500, 4, 0.5, 3),
    ] {
        calibrate(case, 1000);
    }
}

#[test]
fn cones_that_do_not_meet_have_a_p_too() {
    for (angles, epsilon) in [3, 4, 5, 7, 100, 361].into_iter().flat_map(|angles| {
        [
            -1.0, -0.99999, -0.5, 0.0, 0.35, 0.5, 0.9, 0.99, 0.9999, 0.99999, 1.0,
        ]
        .map(|epsilon| (angles, epsilon))
    }) {
        let grid = AngleGrid::new(angles).unwrap();
        for (d, n) in [(2, 1), (2, 500), (3, 500), (24, 1797), (768, 2000)] {
            let law = LargestCount::new(Epsilon::new(epsilon).unwrap(), &grid, d, n, 0);
            let (mean, spread) = (law.at_one_angle().mean(), law.at_one_angle().std());
            for above in [0.5, 2.0, 5.0, 20.0, 1e9] {
                let count = (mean + above * spread + 1.0).min(n as f64) as u64;
                let chance = law.chance(count);
                let case = (angles, epsilon, d, n, count);
                assert!(chance.ln_p <= 0.0, "{case:?}: {chance:?}");
                let effective = chance.effective_angles;
                let most = angles as f64 - 1.0 + 1e-6;
                assert!((0.0..=most).contains(&effective), "{case:?}: {chance:?}");
            }
        }
    }
}

/// `cargo test --release --no-default-features --lib twenty_thousand -- --ignored --nocapture`.
#[test]
#[ignore = "long; a shorter one of the kind runs always"]
fn p_of_twenty_thousand_planes_is_never_too_small_and_hardly_too_large() {
    for case in [
        (200, 5, 0.75, 361),
        (2000, 2, 0.9, 361),
        (2000, 2, 0.9, 7),
        (2000, 3, 0.5, 361),
        (2000, 8, 0.75, 100),
        (2000, 8, 0.75, 361),
        (2000, 8, 0.75, 3601),
        (2000, 8, 0.35, 361),
        (2000, 8, 0.0, 361),
        (2000, 8, -0.5, 361),
        (2000, 24, 0.35, 361),
        (2000, 24, 0.5, 361),
        (2000, 24, 0.7, 361),
        (2000, 64, 0.1, 361),
        (20_000, 24, 0.5, 361),
        (20_000, 64, 0.3, 361),
        (20_000, 768, 0.08, 361),
    ] {
        calibrate(case, 20_000);
    }
}

#[test]
fn a_change_between_neighbours_has_the_chance_of_the_integral() {
    // d = 4: (1/π) ∫ (1 − ε²/cos²w) dw = (w − ε² tan w)/π up to where it ends.
    for (epsilon, step) in [
        (0.5f64, 0.2),
        (0.5, 3.0),
        (-0.5, 0.2),
        (0.9, 0.01),
        (0.01, 0.3),
    ] {
        let end = (step / 2.0f64).min(epsilon.abs().acos());
        let expected = (end - epsilon * epsilon * end.tan()) / PI;
        let found = (ln_arcs(epsilon, 4) + ln_share_changed(epsilon, 4, step)).exp();
        assert!(
            (found / expected - 1.0).abs() < 1e-6,
            "{epsilon} {step}: {found} {expected}"
        );
    }
    // On the circle itself every arc is as long.
    let found = ln_share_changed(0.9, 2, 0.1).exp();
    assert!((found - 0.05 / PI).abs() < 1e-12);
    let found = ln_share_changed(0.9, 2, 3.0).exp();
    assert!((found - 0.9f64.acos() / PI).abs() < 1e-9);
}

#[test]
fn a_rise_between_neighbours_has_the_chance_of_all_cases() {
    // Twelve rows, each lit at both angles, at one, or at none.
    let grid = AngleGrid::new(25).unwrap();
    let law = LargestCount::new(Epsilon::new(0.5).unwrap(), &grid, 5, 12, 0);
    let (p, changed) = (law.cone.get(), law.ln_changed.exp());
    let both = p - changed;
    let rest = 1.0 - p - changed;
    let factorial = |n: i32| (1..=n).map(f64::from).product::<f64>();
    for k in 3..9 {
        let mut expected = 0.0;
        for s in 0..=12 {
            for u in 0..=12 - s {
                for v in 0..=12 - s - u {
                    let left = 12 - s - u - v;
                    let ways =
                        factorial(12) / [s, u, v, left].map(factorial).iter().product::<f64>();
                    let chance = both.powi(s) * changed.powi(u + v) * rest.powi(left);
                    if s + u < k && s + v >= k {
                        expected += ways * chance;
                    }
                }
            }
        }
        let found = law.ln_upcrossing(k as u64).exp();
        assert!(
            (found / expected - 1.0).abs() < 1e-9,
            "{k}: {found} is not {expected}"
        );
    }
}

#[test]
fn sums_taken_as_normal_are_close_to_those_that_are_not() {
    let difference = |v: f64, u: f64| Difference {
        v: Binomial::new(900, Probability::new(v)),
        u: Binomial::new(50_000, Probability::new(u)),
    };
    // Just above the limit for one, just below it for the other.
    let (normal, exact) = (difference(0.0445, 0.000_801), difference(0.0445, 0.000_799));
    for excess in [0, 5, 15, 25] {
        let (normal, exact) = (normal.beyond(excess), exact.beyond(excess));
        assert!(
            (normal / exact - 1.0).abs() < 0.03,
            "{excess}: {normal} is not {exact}"
        );
    }
}

#[test]
fn zero_rows_take_no_part() {
    let grid = AngleGrid::new(361).unwrap();
    let law = |epsilon: f64, n, zero| {
        LargestCount::new(Epsilon::new(epsilon).unwrap(), &grid, 8, n, zero)
    };
    assert_eq!(
        law(0.5, 1100, 100).chance(160),
        law(0.5, 1000, 0).chance(160)
    );
    let (with, without) = (law(-0.5, 1100, 100), law(-0.5, 1000, 0));
    assert_eq!(with.always_lit(), 100);
    let (with, without) = (with.chance(1060), without.chance(960));
    assert_eq!((with.z, with.ln_p), (without.z, without.ln_p));
}

#[test]
fn counts_beyond_all_expectation_have_finite_logarithms() {
    let grid = AngleGrid::new(361).unwrap();
    let law = LargestCount::new(Epsilon::new(0.9).unwrap(), &grid, 4096, 50_000, 0);
    let chance = law.chance(40_000);
    assert!(chance.ln_p.is_finite() && chance.ln_p < -1e7, "{chance:?}");
    assert_eq!(chance.p(), 0.0);
    assert!(
        (1.0..=360.0).contains(&chance.effective_angles),
        "{chance:?}"
    );
    assert_eq!(law.chance(0).ln_p, 0.0);
    // All are lit, and nothing else can be.
    let all = LargestCount::new(Epsilon::new(-1.0).unwrap(), &grid, 8, 100, 0);
    assert_eq!(all.chance(100).ln_p, 0.0);
    // No row is left to be lit.
    let none = LargestCount::new(Epsilon::new(0.5).unwrap(), &grid, 8, 100, 100);
    assert_eq!(none.chance(0).ln_p, 0.0);
}

#[test]
fn p_falls_as_the_count_grows_and_never_below_that_of_one_angle() {
    let grid = AngleGrid::new(361).unwrap();
    for (n, d, epsilon) in [
        (2000, 24, 0.5),
        (50_000, 8, 0.75),
        (300, 3, 0.9),
        (2000, 8, -0.3),
    ] {
        let law = LargestCount::new(Epsilon::new(epsilon).unwrap(), &grid, d, n, 0);
        let mean = law.at_one_angle().mean() as u64;
        let spread = law.at_one_angle().std() as u64 + 1;
        let mut before = 0.0;
        for k in (mean..=(mean + 40 * spread).min(n as u64)).step_by(1 + spread as usize / 3) {
            let chance = law.chance(k);
            assert!(
                chance.ln_p <= before + 1e-9,
                "{k}: {chance:?} after {before}"
            );
            assert!(chance.effective_angles >= 1.0 - 1e-9, "{k}: {chance:?}");
            before = chance.ln_p;
        }
    }
}
