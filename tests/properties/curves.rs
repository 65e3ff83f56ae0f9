//! One plane's curve and tally against the definition.

use followspot::srm::{AngleGrid, Epsilon, PlaneMode, lit_samples};
use proptest::prelude::*;

use crate::cases::{Case, Normal, case};
use crate::plain::{PlainPlane, close, curve_of, planes, view};

/// Every plane's curve of `case`, and what is tallied beside it.
fn check(case: &Case) {
    let coordinates = view(case);
    for at in planes(&case.vectors(), PlaneMode::Permutations) {
        let curve = curve_of(case, &coordinates, at);
        let plain = PlainPlane::new(case, at);
        assert_eq!(curve.counts, plain.counts, "counts of {at:?}");
        assert_eq!(curve.n_samples, case.rows.len());
        assert_eq!(curve.tally.axes, plain.axes, "axes of {at:?}");
        assert_eq!(
            curve.tally.bisectors, plain.bisectors,
            "bisectors of {at:?}"
        );
        assert_eq!(curve.tally.lit, plain.lit_count(), "lit in {at:?}");
        assert!(
            close(curve.tally.nearest, plain.nearest),
            "nearest of {at:?}: {} is not {}",
            curve.tally.nearest,
            plain.nearest
        );
        assert_eq!(curve.peak(), plain.peak(), "peak of {at:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn curves_are_the_definition(case in case()) {
        check(&case);
    }

    #[test]
    fn samples_lit_in_some_of_several_planes(case in case(), step in 1usize..4) {
        let coordinates = view(&case);
        let some: Vec<_> = planes(&case.vectors(), PlaneMode::Permutations)
            .into_iter()
            .step_by(step)
            .collect();
        let plain: Vec<_> = some.iter().map(|&at| PlainPlane::new(&case, at)).collect();
        let lit = (0..case.rows.len()).filter(|&k| plain.iter().any(|p| p.lit[k])).count();
        let chosen: Vec<_> = some.iter().map(|&at| curve_of(&case, &coordinates, at).plane).collect();
        let (epsilon, grid) = (Epsilon::new(case.epsilon).unwrap(), AngleGrid::new(2).unwrap());
        let told = lit_samples(&coordinates, &chosen, epsilon, &grid, &false.into()).unwrap();
        prop_assert_eq!(told, lit as u64);
    }

    #[test]
    fn the_grid_is_closed_and_fractions_are_counts_over_samples(case in case()) {
        let coordinates = view(&case);
        for at in planes(&case.vectors(), PlaneMode::Combinations) {
            let curve = curve_of(&case, &coordinates, at);
            prop_assert_eq!(curve.counts.len(), case.angles);
            prop_assert_eq!(curve.counts.first(), curve.counts.last());
            for (fraction, count) in curve.fractions().zip(&curve.counts) {
                prop_assert_eq!(fraction, *count as f64 / case.rows.len() as f64);
            }
        }
    }
}

/// Layers long enough to be cut into blocks and shared out among threads.
#[test]
fn long_layers_are_the_definition_too() {
    let rows = Normal::new(1).rows(40_000, 3);
    for (angles, epsilon, signed) in [(13, 0.6, false), (13, 0.6, true), (14, 0.6, true)] {
        for basis in [
            None,
            Some(vec![
                vec![1.0, 0.0, 0.0],
                vec![1.0, 2.0, 0.5],
                vec![0.0, -1.0, 1.0],
            ]),
        ] {
            check(&Case {
                rows: rows.clone(),
                basis,
                epsilon,
                angles,
                signed,
            });
        }
    }
}

/// At `1 − g² = 1e-8` a frame worked out from the overlap alone would be off by
/// seven digits.
#[test]
fn nearly_parallel_vectors_keep_their_plane() {
    let tilt = 1e-4f64;
    let case = Case {
        rows: Normal::new(2).rows(300, 3),
        basis: Some(vec![
            vec![1.0, 0.0, 0.0],
            vec![tilt.cos(), tilt.sin(), 0.0],
            vec![tilt.cos(), 0.0, -tilt.sin()],
        ]),
        epsilon: 0.6,
        angles: 361,
        signed: false,
    };
    let coordinates = view(&case);
    for at in planes(&case.vectors(), PlaneMode::Permutations) {
        let curve = curve_of(&case, &coordinates, at);
        assert_eq!(curve.counts, PlainPlane::new(&case, at).counts, "{at:?}");
        if at.0 == 0 || at.1 == 0 {
            let error = curve.frame.alpha_rad() - tilt;
            assert!(error.abs() < 1e-14, "α of {at:?} is off by {error:e}");
        }
    }
}
