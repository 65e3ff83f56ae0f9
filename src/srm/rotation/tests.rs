use std::sync::Arc;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::{Distribution, StandardNormal};

use super::*;
use crate::srm::{Activations, Draw, Epsilon, PlaneMode, Subset, UnitBasis, Values};

fn never() -> AtomicBool {
    AtomicBool::new(false)
}

type Rows = Vec<Vec<f64>>;

fn coordinates(rows: &Rows) -> Coordinates {
    Coordinates::standard(Arc::new(Activations::from_rows(rows).unwrap()))
}

/// The same in single precision.
fn single(rows: &Rows) -> Coordinates {
    let d = rows[0].len();
    let values = (0..d).flat_map(|k| rows.iter().map(move |row| row[k] as f32));
    let values = Values::F32(values.collect());
    let activations = Activations::new(values, rows.len(), d).unwrap();
    Coordinates::standard(Arc::new(activations))
}

fn normal(n: usize, d: usize, seed: u64) -> Rows {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut row = || -> Vec<f64> { (0..d).map(|_| StandardNormal.sample(&mut rng)).collect() };
    (0..n).map(|_| row()).collect()
}

/// Rows of a few small whole numbers: full of equal sizes, zero rows among them.
fn whole(n: usize, d: usize) -> Rows {
    let value = |n: usize, k: usize| ((n * 7919 + k * 104_729 + n * k * 31) % 11) as i32;
    let row = |n: usize| {
        let entry = |k: usize| match value(n, k) {
            sparse @ 0..6 if n.is_multiple_of(2) => f64::from(sparse / 6),
            other => f64::from(other % 4 - 1),
        };
        (0..d).map(entry).collect::<Vec<f64>>()
    };
    let mut rows: Rows = (0..n).map(row).collect();
    rows[0] = vec![0.0; d];
    rows
}

fn one_hot(n: usize, d: usize) -> Rows {
    let entry = |n: usize, k: usize| match (k == n % d, n % 3) {
        (true, 0) => -2.0,
        (true, _) => 0.5,
        (false, _) => 0.0,
    };
    let row = |n| (0..d).map(|k| entry(n, k)).collect();
    (0..n).map(row).collect()
}

fn spec(
    coordinates: &Coordinates,
    epsilon: f64,
    mode: PlaneMode,
    subset: Option<&Subset>,
) -> RotationSpec {
    let basis = coordinates.basis();
    let whole = Subset::whole(basis.len());
    let planes = PlaneSet::among(subset.unwrap_or(&whole), basis, mode, None);
    let plane = planes.get(planes.len() / 2);
    RotationSpec {
        sweep: SweepSpec {
            epsilon: Epsilon::new(epsilon).unwrap(),
            grid: AngleGrid::new(25).unwrap(),
            sign: Sign::Unsigned,
            planes,
        },
        plane: Some(plane),
        seed: 5,
    }
}

/// A set of cosines on both sides, with those at which ties of simple rows fall on the
/// edge but for rounding.
fn epsilons() -> Vec<f64> {
    let ties = [0.5f64.sqrt(), 0.5, 1.0 / 3.0f64.sqrt(), 1.0, 0.0];
    let on_the_edge = ties.iter().map(|tie| tie + 1e-12);
    let free = [0.1, 0.35, 0.7, 0.9, 0.02, -0.02, -0.3, -0.6, -0.9, -1.0];
    let both = ties.iter().copied().chain(on_the_edge);
    let both: Vec<f64> = both.flat_map(|tie| [tie, -tie]).collect();
    let all = both.into_iter().chain(free);
    all.filter(|epsilon| epsilon.abs() <= 1.0).collect()
}

#[track_caller]
fn check_counts(coordinates: &Coordinates, spec: &RotationSpec) {
    let planes = &spec.sweep.planes;
    let samples =
        SampleCounts::of_planes(coordinates, planes, spec.sweep.epsilon, &never()).unwrap();
    let expected = swept(coordinates, &spec.sweep, &never()).unwrap();
    let samples = samples.unwrap();
    assert_eq!(samples.total(), expected, "ε = {}", spec.sweep.epsilon);
    let all: u64 = samples.distinct.iter().map(|(_, samples)| samples).sum();
    assert_eq!(all, coordinates.n_samples() as u64);
}

#[test]
fn counts_without_curves_equal_a_sweep_to_the_integer() {
    let subset = Subset::of(30, [0, 3, 4, 7, 11, 12, 29]).unwrap();
    let sets = [
        coordinates(&normal(20, 30, 1)),
        single(&normal(20, 30, 2)),
        coordinates(&whole(40, 30)),
        single(&one_hot(40, 30)),
    ];
    for coordinates in &sets {
        for epsilon in epsilons() {
            for mode in [PlaneMode::Combinations, PlaneMode::Permutations] {
                check_counts(coordinates, &spec(coordinates, epsilon, mode, None));
                let among = spec(coordinates, epsilon, mode, Some(&subset));
                check_counts(coordinates, &among);
            }
        }
    }
}

#[test]
fn many_sizes_are_ordered_and_few_compared_to_the_same_count() {
    // Beyond and below the number of sizes from which on they are ordered.
    for d in [2, 3, 24, 25, 60] {
        for coordinates in [coordinates(&whole(30, d)), coordinates(&normal(10, d, 3))] {
            for epsilon in epsilons() {
                let mode = PlaneMode::Combinations;
                check_counts(&coordinates, &spec(&coordinates, epsilon, mode, None));
            }
        }
    }
}

/// Rows that no rotation of the neurons explains: one long axis in no special direction.
fn other_basis(d: usize) -> Vec<f64> {
    let rows = normal(d + 3, d, 9);
    rows.concat()
}

#[test]
fn other_bases_and_drawn_planes_are_counted_plane_by_plane() {
    let activations = Arc::new(Activations::from_rows(&normal(300, 9, 4)).unwrap());
    let basis = Arc::new(UnitBasis::dense(other_basis(9), 12, 9).unwrap());
    let dense = Coordinates::new(Arc::clone(&activations), basis).unwrap();
    let standard = Coordinates::standard(activations);
    for epsilon in [0.8, 0.3, -0.2] {
        let spec_of = |coordinates, mode| spec(coordinates, epsilon, mode, None);
        check_counts(&dense, &spec_of(&dense, PlaneMode::Permutations));
        let mut drawn = spec_of(&standard, PlaneMode::Combinations);
        let draw = Draw {
            max_planes: 13,
            seed: 2,
        };
        let mode = PlaneMode::Combinations;
        drawn.sweep.planes = PlaneSet::new(standard.basis(), mode, Some(draw));
        check_counts(&standard, &drawn);
    }
}

#[test]
fn a_plane_alone_is_counted_as_its_curve_is() {
    let coordinates = coordinates(&whole(3000, 6));
    for epsilon in epsilons() {
        let spec = spec(&coordinates, epsilon, PlaneMode::Permutations, None);
        let (plane, sweep) = (spec.plane.unwrap(), &spec.sweep);
        let samples = SampleCounts::of_plane(&coordinates, plane, sweep.epsilon, &never());
        let curve = curve(
            &coordinates,
            plane,
            sweep.epsilon,
            &sweep.grid,
            sweep.sign,
            &never(),
        );
        let (samples, curve) = (samples.unwrap(), curve.unwrap());
        assert_eq!(samples.total(), curve.tally.into());
        assert_eq!(samples.alignment(), curve.alignment());
        let dark = samples
            .distinct
            .iter()
            .find(|(counts, _)| *counts == AlignmentCounts::default());
        assert_eq!(samples.lit() + dark.map_or(0, |dark| dark.1), 3000);
    }
}

#[test]
fn a_rotation_without_curves_equals_the_sweep_of_turned_vectors() {
    let subset = Subset::of(40, (0..40).filter(|k| k % 3 != 1)).unwrap();
    for (sign, angles) in [(Sign::Unsigned, 25), (Sign::Signed, 25), (Sign::Signed, 10)] {
        for epsilon in [0.4, 0.1, -0.3] {
            for subset in [None, Some(&subset)] {
                let coordinates = single(&normal(700, 40, 6));
                let mode = PlaneMode::Permutations;
                let mut spec = spec(&coordinates, epsilon, mode, subset);
                spec.sweep.sign = sign;
                spec.sweep.grid = AngleGrid::new(angles).unwrap();
                let test = RotationTest::begin(&coordinates, spec, &never()).unwrap();
                let fast = test.of_frame(3, &never()).unwrap();
                let plain = test.of_turned(3, &never()).unwrap();
                assert_eq!(fast.layer, plain.layer);
                assert_eq!(fast.plane, plain.plane);
                let (a, b) = (fast.kurtosis, plain.kurtosis);
                assert!((a - b).abs() < 1e-10, "{a} {b}");
            }
        }
    }
}

#[test]
fn the_curves_of_a_plane_alone_are_those_of_the_test() {
    let activations = Arc::new(Activations::from_rows(&normal(400, 40, 4)).unwrap());
    let basis = Arc::new(UnitBasis::dense(other_basis(40), 43, 40).unwrap());
    let dense = Coordinates::new(Arc::clone(&activations), basis).unwrap();
    let standard = Coordinates::standard(activations);
    let some = Subset::of(40, (0..40).filter(|k| k % 7 != 1)).unwrap();
    for (coordinates, subset) in [(&standard, None), (&standard, Some(&some)), (&dense, None)] {
        let spec = spec(coordinates, 0.3, PlaneMode::Permutations, subset);
        let mut test = RotationTest::begin(coordinates, spec.clone(), &never()).unwrap();
        for _ in 0..2 {
            test.rotate(&never()).unwrap();
        }
        let curves = rotated_curves(coordinates, &spec, 2, &mut |_| (), &never()).unwrap();
        assert_eq!(curves, test.plane.unwrap().curves);
        assert!(curves.counts[0].iter().any(|&count| count > 0));
    }
}

#[test]
fn rotations_are_the_same_on_any_number_of_threads() {
    let coordinates = coordinates(&normal(2000, 8, 7));
    let run = |threads: usize, rotations: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        pool.build().unwrap().install(|| {
            let spec = spec(&coordinates, 0.6, PlaneMode::Combinations, None);
            let mut test = RotationTest::begin(&coordinates, spec, &never()).unwrap();
            for _ in 0..rotations {
                test.rotate(&never()).unwrap();
            }
            test
        })
    };
    let (one, three) = (run(1, 3), run(3, 5));
    assert_eq!(one.layer.rotated[..], three.layer.rotated[..3]);
    assert_eq!(one.kurtosis.rotated[..], three.kurtosis.rotated[..3]);
    let curves = |test: &RotationTest| test.plane.as_ref().unwrap().curves.counts[..3].to_vec();
    assert_eq!(curves(&one), curves(&three));
    assert_ne!(one.layer.rotated[0], one.layer.rotated[1]);
}

fn tested(coordinates: &Coordinates, epsilon: f64, rotations: usize, seed: u64) -> RotationTest {
    let mut spec = spec(coordinates, epsilon, PlaneMode::Combinations, None);
    spec.seed = seed;
    let mut test = RotationTest::begin(coordinates, spec, &never()).unwrap();
    for _ in 0..rotations {
        test.rotate(&never()).unwrap();
    }
    test
}

#[test]
fn what_huddles_around_neurons_is_aligned_and_what_lies_between_is_not() {
    let noise = normal(400, 6, 8);
    let near = |between: f64| {
        let row = |n: usize| {
            let mut row: Vec<f64> = noise[n].iter().map(|x| 0.1 * x).collect();
            row[n % 6] += 1.0;
            row[(n + 1) % 6] += between;
            row
        };
        coordinates(&(0..400).map(row).collect())
    };
    for (between, sign) in [(0.0, 1.0), (1.0, -1.0)] {
        let test = tested(&near(between), 0.9, 39, 1);
        let standing = test.layer.contrast();
        assert!(standing.z * sign > 2.5, "{standing:?}");
        assert_eq!(standing.p, 0.05);
    }
    // Heavy tails along the neurons; along other directions they mix.
    let kurtosis = tested(&near(0.0), 0.9, 39, 1).kurtosis;
    assert!(
        kurtosis.mean().z > 3.0 && kurtosis.mean().p == 0.05,
        "{:?}",
        kurtosis.mean()
    );
    assert_eq!((kurtosis.each.len(), kurtosis.constant()), (6, 0));
}

/// Clumps in no special direction light some bisectors more than axes or less, which
/// gives a large index, and are yet as likely as any of their rotations.
#[test]
fn clumps_in_no_special_direction_are_rarely_found_aligned() {
    let (mut small, mut indices) = (0, 0.0f64);
    for seed in 0..60 {
        let centres = normal(4, 5, 1000 + seed);
        let noise = normal(60, 5, 2000 + seed);
        let row = |n: usize| {
            let pair = centres[n % 4].iter().zip(&noise[n]);
            pair.map(|(c, x)| c + 0.1 * x).collect()
        };
        let test = tested(&coordinates(&(0..60).map(row).collect()), 0.8, 19, seed);
        small += usize::from(test.layer.contrast().p <= 0.1);
        indices = indices.max(test.layer.alignment().index().abs());
    }
    // Binomial with 60 · 0.1: 14 or more come once in 500 times.
    assert!(small < 14, "{small} of 60");
    assert!(indices > 0.5, "{indices}");
}

#[test]
fn what_is_called_off_keeps_what_was_known() {
    let mut test = tested(&coordinates(&normal(300, 6, 3)), 0.5, 2, 1);
    let before = test.layer.clone();
    assert_eq!(test.rotate(&AtomicBool::new(true)), Err(Cancelled));
    assert_eq!((test.rotations(), &test.layer), (2, &before));
    test.rotate(&never()).unwrap();
    assert_eq!(test.rotations(), 3);
}

#[test]
fn the_band_lies_around_the_median_at_every_angle() {
    let test = tested(&coordinates(&normal(500, 4, 3)), 0.6, 41, 1);
    let curves = &test.plane.as_ref().unwrap().curves;
    let band = curves.band();
    assert_eq!((band.low.len(), band.high.len()), (25, 25));
    for angle in 0..25 {
        let mut fractions: Vec<f64> = curves
            .counts
            .iter()
            .map(|c| c[angle] as f64 / 500.0)
            .collect();
        fractions.sort_by(f64::total_cmp);
        assert_eq!(band.low[angle], fractions[1]);
        assert_eq!(band.median[angle], fractions[20]);
        assert_eq!(band.high[angle], fractions[39]);
    }
    // Of fewer, all lie between the two.
    let few = tested(&coordinates(&normal(500, 4, 3)), 0.6, 5, 1);
    let curves = few.plane.unwrap().curves;
    let band = curves.band();
    let ends = |angle: usize| {
        let counts = curves.counts.iter().map(|c| c[angle] as f64 / 500.0);
        counts.fold([1.0, 0.0f64], |[a, b], f| [f.min(a), f.max(b)])
    };
    assert!((0..25).all(|angle| [band.low[angle], band.high[angle]] == ends(angle)));
    assert_eq!(band.rotations, 5);
    assert!((range_coverage(LEAST_FOR_BAND) - 0.95).abs() < 1e-12);
    let none = tested(&coordinates(&normal(50, 4, 3)), 0.6, 0, 1);
    assert_eq!(none.plane.unwrap().curves.band(), CurveBand::default());
}

fn naive_kurtosis(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let power = |p| values.iter().map(|v| (v - mean).powi(p)).sum::<f64>() / n;
    power(4) / power(2).powi(2) - 3.0
}

#[test]
fn kurtosis_is_that_of_the_values_whatever_their_size() {
    let rows: Rows = normal(200, 18, 5)
        .into_iter()
        .enumerate()
        .map(|(n, mut row)| {
            row[1] = 4.0;
            row[2] = f64::from(u8::from(n == 0));
            row[3] = row[3] * 1e-9 + 1.0;
            row
        })
        .collect();
    let column = |k: usize| rows.iter().map(|row| row[k]).collect::<Vec<f64>>();
    for scale in [1.0, 1e200, 1e-200, 1e307] {
        let scaled: Rows = rows
            .iter()
            .map(|row| row.iter().map(|x| x * scale).collect())
            .collect();
        let coordinates = coordinates(&scaled);
        let found = excess_kurtosis(&coordinates, &Subset::whole(18), &never()).unwrap();
        for (k, found) in found.iter().enumerate() {
            if k == 1 {
                assert!(found.is_nan());
                continue;
            }
            let expected = naive_kurtosis(&column(k));
            let off = (found - expected).abs();
            let within = if k == 3 {
                1e-4
            } else {
                1e-10 * expected.abs().max(1.0)
            };
            assert!(off < within, "{scale} {k}: {found}, not {expected}");
        }
        let rotated = tested(&coordinates, 0.5, 1, 1).kurtosis;
        let frame = random_frame((18, 18), 1, 0, &never()).unwrap();
        let along = |row: usize| -> Vec<f64> {
            let dot =
                |values: &Vec<f64>| frame.row(row).iter().zip(values).map(|(a, b)| a * b).sum();
            rows.iter().map(dot).collect()
        };
        let expected = mean((0..18).map(|row| naive_kurtosis(&along(row))));
        let off = (rotated.rotated[0] - expected).abs();
        assert!(off < 1e-9, "{scale}: {rotated:?}, not {expected}");
    }
}

#[test]
fn rows_of_very_different_lengths_weigh_as_they_are_long() {
    let mut rows = normal(50, 3, 5);
    for x in &mut rows[7] {
        *x *= 1e120;
    }
    let coordinates = coordinates(&rows);
    let found = excess_kurtosis(&coordinates, &Subset::of(3, [0, 2]).unwrap(), &never()).unwrap();
    // One value far off all others: n − 2 + 1/(n − 1) − 3.
    let expected = 48.0 + 1.0 / 49.0 - 3.0;
    for found in found {
        assert!((found - expected).abs() < 1e-9, "{found}, not {expected}");
    }
}
