//! The starting resolution and the first plane.

use std::sync::atomic::AtomicBool;

use followspot::srm::{Coordinates, Overview, PAPER_EPSILON, PlaneMode, overview};
use proptest::prelude::*;

use crate::cases::{Case, Normal, basis, case, oblique, orthonormal, rows};
use crate::common::{coordinates, radius, spec};
use crate::plain::{close, plane, planes, sign, swept, view};

fn overview_of(coordinates: &Coordinates) -> Overview {
    overview(coordinates, &AtomicBool::new(false)).unwrap()
}

/// The definition: of the non-zero samples' largest radii over all planes,
/// sorted downwards, the one at place `⌈N′/2⌉`, never above 0.9.
fn plain_auto(rows: &[Vec<f64>], vectors: &[Vec<f64>]) -> Option<f64> {
    let planes = planes(vectors, PlaneMode::Combinations);
    let mut radii: Vec<f64> = rows
        .iter()
        .filter(|row| row.iter().any(|&x| x != 0.0))
        .filter_map(|row| {
            let radii = planes.iter().map(|&(i, j)| radius(row, vectors, i, j));
            radii.max_by(f64::total_cmp)
        })
        .collect();
    radii.sort_by(|a, b| b.total_cmp(a));
    let place = radii.len().div_ceil(2).checked_sub(1)?;
    Some(radii[place].min(PAPER_EPSILON))
}

/// Non-zero rows, and how many of them a sweep at *auto* lights.
fn lit_at_auto(coordinates: &Coordinates) -> Option<(usize, usize)> {
    let auto = overview_of(coordinates).auto_epsilon?;
    let spec = spec(
        coordinates,
        auto.get(),
        5,
        PlaneMode::Combinations,
        sign(false),
    );
    let lit = swept(coordinates, &spec).0.lit_samples;
    let zero = coordinates.activations().zero_rows();
    // At ε = 0 zero rows are lit like all others.
    let lit_zero = if auto.threshold() <= 0.0 { zero } else { 0 };
    Some((coordinates.n_samples() - zero, lit - lit_zero))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn auto_lights_half_of_the_rows_whatever_the_basis(case in case()) {
        let coordinates = view(&case);
        let all_zero = case.rows.iter().flatten().all(|&x| x == 0.0);
        match lit_at_auto(&coordinates) {
            None => prop_assert!(all_zero),
            Some((rows, lit)) => prop_assert!(!all_zero && 2 * lit >= rows, "{} of {}", lit, rows),
        }
    }

    #[test]
    fn auto_is_its_definition_in_orthonormal_bases(
        rows in rows(5),
        turn in any::<Option<u64>>(),
    ) {
        let basis = turn.map(|seed| orthonormal(5, seed));
        let vectors = basis.clone().unwrap_or_else(|| crate::common::identity(5));
        let auto = overview_of(&coordinates(&rows, basis.as_deref())).auto_epsilon;
        match (auto, plain_auto(&rows, &vectors)) {
            (None, None) => {}
            (Some(auto), Some(plain)) => {
                prop_assert!(close(auto.get(), plain), "{} is not {}", auto, plain);
            }
            (auto, plain) => prop_assert!(false, "{:?} is not {:?}", auto, plain),
        }
    }

    #[test]
    fn auto_is_no_tighter_than_its_definition_in_any_basis(
        rows in rows(4),
        basis in prop_oneof![basis(4), oblique(4, 2..=7).prop_map(Some)],
    ) {
        let vectors = basis.clone().unwrap_or_else(|| crate::common::identity(4));
        let auto = overview_of(&coordinates(&rows, basis.as_deref())).auto_epsilon;
        let plain = plain_auto(&rows, &vectors);
        prop_assert_eq!(auto.is_some(), plain.is_some());
        if let (Some(auto), Some(plain)) = (auto, plain) {
            prop_assert!(auto.get() <= plain + 1e-12, "{} is tighter than {}", auto, plain);
            prop_assert!((0.0..=PAPER_EPSILON).contains(&auto.get()));
        }
    }

    #[test]
    fn the_first_plane_is_the_commonest_pair_of_largest_neurons(seed in any::<u64>()) {
        let rows = Normal::new(seed).rows(60, 4);
        let mut times = [0; 16];
        for row in &rows {
            let mut order: Vec<usize> = (0..4).collect();
            order.sort_by(|&a, &b| row[b].abs().total_cmp(&row[a].abs()));
            times[4 * order[0].min(order[1]) + order[0].max(order[1])] += 1;
        }
        let most = *times.iter().max().unwrap();
        let first = times.iter().position(|&n| n == most).unwrap();
        let expected = Some(plane((first / 4, first % 4)));
        prop_assert_eq!(overview_of(&coordinates(&rows, None)).commonest, expected);
        let dense = coordinates(&rows, Some(&crate::common::identity(4)));
        prop_assert_eq!(overview_of(&dense).commonest, expected, "with the basis written out");
    }
}

/// More samples than one block, in a basis with many more vectors than dimensions.
#[test]
fn auto_lights_half_of_a_long_layer_in_an_overcomplete_basis() {
    for seed in 0..3 {
        let mut normal = Normal::new(seed);
        let rows = normal.rows(3_000, 6);
        let basis = normal.rows(20, 6);
        let (rows, lit) = lit_at_auto(&coordinates(&rows, Some(&basis))).unwrap();
        assert!(2 * lit >= rows, "{lit} of {rows}");
    }
}

#[test]
fn zero_layers_and_bases_without_a_plane_have_no_auto() {
    let zero = vec![vec![0.0; 3]; 4];
    let lines = vec![vec![1.0, 2.0, 0.0], vec![-2.0, -4.0, 0.0]];
    let rows = Normal::new(5).rows(9, 3);
    for (rows, basis) in [
        (&zero, None),
        (&zero, Some(orthonormal(3, 1))),
        (&rows, Some(lines)),
    ] {
        let overview = overview_of(&coordinates(rows, basis.as_deref()));
        assert_eq!(overview.auto_epsilon, None);
        assert_eq!(overview.commonest, None);
    }
}

#[test]
fn narrow_layers_start_at_the_default_of_the_paper() {
    // In two dimensions every row lies in the plane: its radius is 1.
    let case = Case {
        rows: Normal::new(6).rows(10, 2),
        basis: None,
        epsilon: 0.0,
        angles: 5,
        signed: false,
    };
    let auto = overview_of(&view(&case)).auto_epsilon.unwrap();
    assert_eq!(auto.get(), PAPER_EPSILON);
}
