//! The engine against the single curve, which is held against the definition
//! elsewhere: by lists and without them, on every vector unit that there is.

use std::ops::ControlFlow;
use std::sync::Arc;

use proptest::prelude::*;
use proptest::sample::select;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::*;
use crate::srm::basis::UnitBasis;
use crate::srm::plane::{Draw, PlaneMode};
use crate::srm::sweep::{Block, Observer, Sweep};
use crate::srm::{Activations, Values, curve, lit_samples};

/// Rows as layers have them.
#[derive(Clone, Copy, Debug)]
enum Kind {
    /// No preferred direction.
    Isotropic,
    /// One or two strong neurons a row.
    Mixed,
    /// One neuron strong in most rows.
    Outlier,
    /// Small whole numbers, many of them zero: ties on the cone's edge.
    Whole,
    /// One-hot, with zero rows and copies.
    OneHot,
    /// In double precision, of all magnitudes.
    Scaled,
}

#[derive(Clone, Copy, Debug)]
enum Basis {
    Standard,
    Random { more: usize },
    NearlyParallel,
}

#[derive(Clone, Debug)]
struct Case {
    kind: Kind,
    basis: Basis,
    n: usize,
    d: usize,
    seed: u64,
    epsilon: f64,
    angles: usize,
    sign: Sign,
    mode: PlaneMode,
    draw: Option<usize>,
    /// Planes are made among one vector in so many, or all.
    among: usize,
}

fn normal(rng: &mut ChaCha8Rng) -> f64 {
    let mut unit = || (f64::from(rng.next_u32()) + 0.5) / 4_294_967_296.0;
    let (u, v) = (unit(), unit());
    (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()
}

fn activations(case: &Case) -> Activations {
    let (n, d) = (case.n, case.d);
    let mut rng = ChaCha8Rng::seed_from_u64(case.seed);
    let mut rows = vec![vec![0.0; d]; n];
    for (number, row) in rows.iter_mut().enumerate() {
        let pick = |rng: &mut ChaCha8Rng| rng.next_u32() as usize % d;
        match case.kind {
            Kind::OneHot if number % 5 == 0 => {}
            Kind::OneHot => {
                let sign = if rng.next_u32().is_multiple_of(2) {
                    1.0
                } else {
                    -1.0
                };
                row[pick(&mut rng)] = sign * (1 + number % 3) as f64;
            }
            Kind::Whole => {
                for value in row.iter_mut() {
                    *value = f64::from((rng.next_u32() % 13).saturating_sub(8));
                }
            }
            _ => {
                let scale = match case.kind {
                    Kind::Scaled => 2f64.powi((rng.next_u32() % 600) as i32 - 300),
                    _ => 1.0,
                };
                for value in row.iter_mut() {
                    *value = normal(&mut rng) * scale;
                }
            }
        }
        match case.kind {
            Kind::Mixed => {
                for _ in 0..=number % 2 {
                    row[pick(&mut rng)] += 4.0 * (d as f64).sqrt();
                }
            }
            Kind::Outlier if number % 3 > 0 => row[d / 3] -= 3.0 * (d as f64).sqrt(),
            _ => {}
        }
    }
    let major = (0..d).flat_map(|k| rows.iter().map(move |row| row[k]));
    let values = if let Kind::Scaled = case.kind {
        Values::F64(major.collect())
    } else {
        Values::F32(major.map(|x| x as f32).collect())
    };
    Activations::new(values, n, d).unwrap()
}

fn coordinates(case: &Case) -> Coordinates {
    let samples = Arc::new(activations(case));
    let mut rng = ChaCha8Rng::seed_from_u64(case.seed ^ 1);
    let d = case.d;
    let rows = match case.basis {
        Basis::Standard => return Coordinates::standard(samples),
        Basis::Random { more } => d + more,
        Basis::NearlyParallel => d,
    };
    let mut values: Vec<f64> = (0..rows * d).map(|_| normal(&mut rng)).collect();
    if let Basis::NearlyParallel = case.basis {
        // The second is nearly the first, the third its opposite: no plane.
        let first = values[..d].to_vec();
        for (k, &x) in first.iter().enumerate() {
            values[d + k] = x + 1e-3 * values[d + k];
            values[2 * d + k] = -2.0 * x;
        }
    }
    let basis = UnitBasis::dense(values, rows, d).unwrap();
    Coordinates::new(samples, Arc::new(basis)).unwrap()
}

/// Some of the vectors, at least two.
fn subset(case: &Case, m: usize) -> Subset {
    let mut rng = ChaCha8Rng::seed_from_u64(case.seed ^ 2);
    let mut some: Vec<u32> = (0..m as u32)
        .filter(|_| rng.next_u32().is_multiple_of(case.among as u32))
        .collect();
    some.extend((0..m as u32).rev().take(2usize.saturating_sub(some.len())));
    Subset::of(m, some).unwrap_or_else(|| Subset::of(m, [0, 1]).unwrap())
}

#[derive(Default)]
struct Keep(Vec<i32>);

impl Observer for Keep {
    fn wants_curves(&self) -> bool {
        true
    }

    fn block(&mut self, block: &Block<'_>) -> ControlFlow<()> {
        assert_eq!(
            block.first * (block.curves.len() / block.curves.len().max(1)),
            block.first
        );
        self.0.extend_from_slice(block.curves);
        ControlFlow::Continue(())
    }
}

/// Every curve by itself.
fn check(case: &Case) {
    let never = AtomicBool::new(false);
    let coordinates = coordinates(case);
    let epsilon = Epsilon::new(case.epsilon).unwrap();
    let grid = AngleGrid::new(case.angles).unwrap();
    let draw = case.draw.map(|max_planes| Draw {
        max_planes,
        seed: case.seed,
    });
    let subset = subset(case, coordinates.basis().len());
    let planes = PlaneSet::among(&subset, coordinates.basis(), case.mode, draw);
    let listed: Vec<Plane> = planes.iter().collect();
    let lit = lit_samples(&coordinates, &listed, epsilon, &grid, &never).unwrap();
    let curves: Vec<_> = planes
        .iter()
        .map(|plane| curve(&coordinates, plane, epsilon, &grid, case.sign, &never).unwrap())
        .collect();
    let mut first: Option<Sweep> = None;
    for level in Level::all() {
        for longest in [0, case.n / DENSE, case.n] {
            let means = Means { level, longest };
            let light = Spotlight::by(
                means,
                (&coordinates, &subset),
                (epsilon, &grid, case.sign),
                &never,
                &mut || (),
            )
            .unwrap();
            let mut kept = Keep::default();
            let swept = light.sweep(&planes, &never, &mut kept).unwrap();
            for ((curve, record), counts) in curves
                .iter()
                .zip(swept.records.iter())
                .zip(kept.0.chunks_exact(case.angles))
            {
                let told = format!("{means:?} {:?} {case:?}", curve.plane);
                let counts: Vec<i64> = counts.iter().map(|&count| count.into()).collect();
                assert_eq!(counts, curve.counts, "{told}");
                assert_eq!(record.plane, curve.plane, "{told}");
                assert_eq!(record.axes, curve.tally.axes, "axes {told}");
                assert_eq!(record.bisectors, curve.tally.bisectors, "bisectors {told}");
                assert_eq!(record.lit, curve.tally.lit, "lit {told}");
                let peak = record.peak_index.map(|index| (index, record.peak));
                assert_eq!(peak, curve.peak(), "{told}");
                let total: i64 = curve.counts[1..].iter().sum();
                assert_eq!(record.total, total, "{told}");
            }
            assert_eq!(kept.0.len(), curves.len() * case.angles);
            assert_eq!(swept.lit_samples as u64, lit, "lit {means:?} {case:?}");
            // Out of order, and without curves.
            let again = light.sweep(&planes, &never, &mut ()).unwrap();
            assert_eq!(again, swept, "{means:?} {case:?}");
            let first = first.get_or_insert_with(|| swept.clone());
            assert_eq!(&swept, first, "{means:?} {case:?}");
        }
    }
}

fn cases() -> impl Strategy<Value = Case> {
    use Kind::{Isotropic, Mixed, OneHot, Outlier, Scaled, Whole};
    let kind = select(vec![Isotropic, Mixed, Outlier, Whole, OneHot, Scaled]);
    let basis = prop_oneof![
        3 => Just(Basis::Standard),
        1 => (0usize..9).prop_map(|more| Basis::Random { more }),
        1 => Just(Basis::NearlyParallel),
    ];
    let round = [
        -1.0,
        -0.9,
        -0.5,
        0.0,
        1e-12,
        0.5,
        0.5f64.sqrt(),
        0.75f64.sqrt(),
        0.9,
        1.0,
    ];
    let epsilon = prop_oneof![
        -1.0f64..=1.0,
        0.05f64..0.6,
        0.6f64..0.99,
        select(round.to_vec())
    ];
    let angles = prop_oneof![
        Just(361usize),
        Just(360),
        Just(100),
        2usize..40,
        40usize..1500
    ];
    let sign = select(vec![Sign::Unsigned, Sign::Unsigned, Sign::Signed]);
    let mode = select(vec![PlaneMode::Combinations, PlaneMode::Permutations]);
    let shape = (30usize..700, 3usize..40, any::<u64>());
    let draw = prop_oneof![2 => Just(None), 1 => (1usize..60).prop_map(Some)];
    let among = select(vec![1usize, 1, 2, 3, 9]);
    let planes = (sign, mode, draw, among);
    (kind, basis, shape, epsilon, angles, planes).prop_map(
        |(kind, basis, (n, d, seed), epsilon, angles, (sign, mode, draw, among))| Case {
            kind,
            basis,
            n,
            d,
            seed,
            epsilon,
            angles,
            sign,
            mode,
            draw,
            among,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn sweeps_are_their_curves(case in cases()) {
        check(&case);
    }
}

#[test]
fn a_large_layer_passes_through_every_buffer() {
    // More candidates in a tile than are laid at once, counts beyond 16 bits, and
    // more than one run of samples.
    for (kind, epsilon, sign) in [
        (Kind::Mixed, 0.4, Sign::Unsigned),
        (Kind::Outlier, 0.85, Sign::Signed),
        (Kind::Outlier, -0.3, Sign::Unsigned),
    ] {
        check(&Case {
            kind,
            basis: Basis::Standard,
            n: 70_000,
            d: 4,
            seed: 5,
            epsilon,
            angles: 360,
            sign,
            mode: PlaneMode::Combinations,
            draw: None,
            among: 1,
        });
    }
}
