//! The theorems: what may be turned, scaled, split and tightened, and how the
//! counts follow.

use std::f64::consts::TAU;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use followspot::srm::{Activations, AngleGrid, Coordinates, Epsilon, PlaneMode, Values, curve};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::cases::{Case, case, dense_rows, epsilon, orthonormal, turned};
use crate::common::{alpha, spec};
use crate::plain::{all_counts, close, curve_of, plane, planes, sign, swept, view};

/// An oblique pair whose `α` is a whole number of steps, in a turned frame.
fn pair_at(steps: usize, angles: usize, d: usize, seed: u64) -> Vec<Vec<f64>> {
    let frame = orthonormal(d, seed);
    let (sin, cos) = (steps as f64 * TAU / (angles - 1) as f64).sin_cos();
    let second = frame[0]
        .iter()
        .zip(&frame[1])
        .map(|(a, b)| cos * a + sin * b);
    vec![frame[0].clone(), second.collect()]
}

fn scaled(rows: &[Vec<f64>], factors: &[f64]) -> Vec<Vec<f64>> {
    rows.iter()
        .zip(factors)
        .map(|(row, factor)| row.iter().map(|x| x * factor).collect())
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    /// `f_ji(θ) = f_ij(α − θ)`, where `α − θ` is on the grid with `θ`.
    #[test]
    fn the_plane_seen_from_its_other_vector_is_its_mirror(
        rows in dense_rows(4),
        angles in 4usize..130,
        part in 0.02f64..0.98,
        epsilon in epsilon(),
        signed in any::<bool>(),
        seed in any::<u64>(),
    ) {
        let half = (angles - 1) / 2;
        let steps = ((part * half as f64).ceil() as usize).clamp(1, (angles - 2) / 2);
        let basis = Some(pair_at(steps, angles, 4, seed));
        let case = Case { rows, basis, epsilon, angles, signed };
        let coordinates = view(&case);
        let there = curve_of(&case, &coordinates, (0, 1)).counts;
        let back = curve_of(&case, &coordinates, (1, 0)).counts;
        let distinct = angles - 1;
        for (k, &count) in back.iter().enumerate() {
            let mirrored = (steps + 2 * distinct - k) % distinct;
            prop_assert_eq!(count, there[mirrored], "at {} of {} steps", k, distinct);
        }
    }

    /// The same where `α` is any angle: what does not depend on the grid.
    #[test]
    fn both_orders_of_a_plane_tally_the_same(case in case()) {
        let coordinates = view(&case);
        for (i, j) in planes(&case.vectors(), PlaneMode::Combinations) {
            let there = curve_of(&case, &coordinates, (i, j)).tally;
            let back = curve_of(&case, &coordinates, (j, i)).tally;
            prop_assert_eq!(there.axes, back.axes);
            prop_assert_eq!(there.bisectors, back.bisectors);
            prop_assert_eq!(there.lit, back.lit);
            prop_assert!(close(there.nearest, back.nearest));
        }
    }

    #[test]
    fn counts_add_up_over_samples(case in case(), at in any::<prop::sample::Index>()) {
        prop_assume!(case.rows.len() > 1);
        let cut = 1 + at.index(case.rows.len() - 1);
        let part = |rows: &[Vec<f64>]| all_counts(&Case { rows: rows.to_vec(), ..case.clone() });
        let (first, second) = (part(&case.rows[..cut]), part(&case.rows[cut..]));
        for ((whole, first), second) in all_counts(&case).iter().zip(&first).zip(&second) {
            let sum: Vec<i64> = first.iter().zip(second).map(|(a, b)| a + b).collect();
            prop_assert_eq!(whole, &sum);
        }
    }

    #[test]
    fn the_length_of_a_row_does_not_matter(
        case in case(),
        powers in vec(-900i32..=900, 40),
        wide in any::<bool>(),
    ) {
        // Every row by its own factor: powers of two, exact; or the ends of the
        // range, where a square over- or underflows.
        let factors: Vec<f64> = powers
            .iter()
            .map(|&p| match (wide, p > 0) {
                (false, _) => 2.0f64.powi(p),
                (true, true) => 1e200,
                (true, false) => 1e-200,
            })
            .collect();
        let rows = scaled(&case.rows, &factors);
        let larger = Case { rows, ..case.clone() };
        prop_assert_eq!(all_counts(&case), all_counts(&larger));
    }

    #[test]
    fn nor_does_that_of_a_basis_vector(
        case in case(),
        factors in vec(prop::sample::select(vec![1e-200, 0.37, 5.0, 1e200]), 10),
    ) {
        let basis = Some(scaled(&case.vectors(), &factors));
        let longer = Case { basis, ..case.clone() };
        prop_assert_eq!(all_counts(&case), all_counts(&longer));
    }

    /// Single precision is widened, never the other way round.
    #[test]
    fn the_precision_of_the_source_does_not_matter(case in case()) {
        let (n, d) = (case.rows.len(), case.rows[0].len());
        let single: Vec<f32> = (0..d)
            .flat_map(|k| case.rows.iter().map(move |row| row[k] as f32))
            .collect();
        let double = single.iter().map(|&x| f64::from(x)).collect();
        let view = |values| {
            let activations = Arc::new(Activations::new(values, n, d).unwrap());
            Coordinates::new(activations, Arc::clone(view(&case).basis())).unwrap()
        };
        let single = view(Values::F32(single));
        let double = view(Values::F64(double));
        for at in planes(&case.vectors(), PlaneMode::Permutations) {
            prop_assert_eq!(curve_of(&case, &single, at), curve_of(&case, &double, at));
        }
    }

    #[test]
    fn a_tighter_spotlight_lights_no_more(case in case(), other in epsilon()) {
        let (wide, tight) = (case.epsilon.min(other), case.epsilon.max(other));
        let coordinates = view(&case);
        for at in planes(&case.vectors(), PlaneMode::Permutations) {
            let at_scale = |epsilon| {
                curve_of(&Case { epsilon, signed: false, ..case.clone() }, &coordinates, at)
            };
            let (wide, tight) = (at_scale(wide), at_scale(tight));
            prop_assert!(wide.counts.iter().zip(&tight.counts).all(|(w, t)| w >= t));
            prop_assert!(wide.tally.axes >= tight.tally.axes);
            prop_assert!(wide.tally.bisectors >= tight.tally.bisectors);
            prop_assert!(wide.tally.lit >= tight.tally.lit);
            prop_assert_eq!(wide.tally.nearest, tight.tally.nearest);
        }
    }

    /// `XQ` in the basis `BQ` is `X` in `B`. Samples on an edge stay there: the
    /// rounding of the turn is far below the tolerance of the edge.
    #[test]
    fn samples_and_basis_may_be_turned_together(case in case(), seed in any::<u64>()) {
        let q = orthonormal(case.rows[0].len(), seed);
        let both = Case {
            rows: turned(&case.rows, &q),
            basis: Some(turned(&case.vectors(), &q)),
            ..case.clone()
        };
        prop_assert_eq!(all_counts(&case), all_counts(&both));
        let (before, after) = (view(&case), view(&both));
        for at in planes(&case.vectors(), PlaneMode::Combinations) {
            let (before, after) = (curve_of(&case, &before, at), curve_of(&both, &after, at));
            prop_assert_eq!(before.tally.axes, after.tally.axes);
            prop_assert_eq!(before.tally.bisectors, after.tally.bisectors);
            prop_assert_eq!(before.tally.lit, after.tally.lit);
        }
    }

    /// Signed `s(θ) = f(θ) − f(θ + π)`, for negative ε too.
    #[test]
    fn signed_curves_are_a_half_turn_apart(case in case()) {
        let angles = 2 * (case.angles / 2) + 1;
        let half = (angles - 1) / 2;
        let plain = Case { angles, signed: false, ..case.clone() };
        let signed = Case { angles, signed: true, ..case };
        for (f, s) in all_counts(&plain).iter().zip(&all_counts(&signed)) {
            for k in 0..angles - 1 {
                prop_assert_eq!(s[k], f[k] - f[(k + half) % (angles - 1)]);
            }
        }
    }

    /// Both are those of the unsigned `f`, also in a signed sweep.
    #[test]
    fn alignment_is_that_of_the_unsigned_curve(case in case()) {
        let coordinates = view(&case);
        let n = case.rows.len();
        let run = |signed| {
            let mode = PlaneMode::Combinations;
            swept(&coordinates, &spec(&coordinates, case.epsilon, case.angles, mode, sign(signed))).0
        };
        let (plain, signed) = (run(false), run(true));
        let (mut axes, mut bisectors) = (0.0, 0.0);
        for (plain, signed) in plain.records.iter().zip(signed.records.iter()) {
            let alignment = plain.alignment(n);
            prop_assert_eq!((plain.axes, plain.bisectors), (signed.axes, signed.bisectors));
            prop_assert_eq!(alignment.axes, plain.axes as f64 / (4 * n) as f64);
            prop_assert_eq!(alignment.contrast(), alignment.axes - alignment.bisectors);
            let dark = plain.axes + plain.bisectors == 0;
            prop_assert_eq!(alignment.index().is_nan(), dark, "undefined only in the dark");
            prop_assert!(dark || (-1.0..=1.0).contains(&alignment.index()));
            axes += alignment.axes;
            bisectors += alignment.bisectors;
        }
        let planes = plain.records.len() as f64;
        let layer = plain.alignment();
        prop_assert!(close(layer.axes, axes / planes) && close(layer.bisectors, bisectors / planes));
        prop_assert_eq!(layer.index().is_nan(), axes + bisectors == 0.0);
        prop_assert_eq!(layer.index().to_bits(), signed.alignment().index().to_bits());
    }
}

#[test]
fn rows_on_axes_are_aligned_and_rows_between_anti_aligned() {
    // At ε = 0.9 the cones of an axis and of its bisector, 45° away, are apart.
    for (rows, expected) in [
        (vec![vec![2.0, 0.0], vec![0.0, -1.0]], 1.0),
        (vec![vec![1.0, 1.0], vec![-3.0, 3.0]], -1.0),
        (vec![vec![2.0, 0.0], vec![-3.0, 3.0]], 0.0),
        (
            vec![
                vec![2.0, 0.0],
                vec![0.0, 1.0],
                vec![1.0, 0.0],
                vec![1.0, 1.0],
            ],
            0.5,
        ),
    ] {
        let coordinates = crate::common::coordinates(&rows, None);
        let curve = curve(
            &coordinates,
            plane((0, 1)),
            Epsilon::new(0.9).unwrap(),
            &AngleGrid::new(7).unwrap(),
            sign(true),
            &AtomicBool::new(false),
        );
        let alignment = curve.unwrap().alignment();
        assert_eq!(alignment.index(), expected, "{rows:?}");
        assert!((alignment.axes + alignment.bisectors - 0.25).abs() < 1e-15);
    }
}

/// In an oblique plane the axes stand at `α`, not at a right angle.
#[test]
fn oblique_planes_are_aligned_with_their_own_vectors() {
    let basis = vec![vec![1.0, 0.0], vec![0.5, 0.75f64.sqrt()]];
    assert!((alpha(&basis, 0, 1).to_degrees() - 60.0).abs() < 1e-9);
    let between = 75f64.to_radians().sin_cos();
    for (row, expected) in [
        (basis[1].clone(), 1.0),
        (basis[1].iter().map(|x| -x).collect(), 1.0),
        (vec![0.0, 1.0], f64::NAN), // neither within 8° of 60° nor of 120°
        (vec![between.1, between.0], f64::NAN),
        (vec![0.75f64.sqrt(), 0.5], -1.0),  // 30°
        (vec![-0.5, 0.75f64.sqrt()], -1.0), // 120°
    ] {
        let case = Case {
            rows: vec![row.clone()],
            basis: Some(basis.clone()),
            epsilon: 8f64.to_radians().cos(),
            angles: 5,
            signed: false,
        };
        let index = curve_of(&case, &view(&case), (0, 1)).alignment().index();
        assert_eq!(
            index.to_bits() << 1,
            expected.to_bits() << 1,
            "{row:?}: {index}"
        );
    }
}
