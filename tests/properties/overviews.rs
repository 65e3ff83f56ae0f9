//! The starting resolution and the first plane.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use followspot::srm::{
    Activations, Coordinates, Epsilon, Overview, PAPER_EPSILON, PlaneMode, PlaneSet, Subset,
    SweepSpec, Values, overview, overview_among,
};
use proptest::prelude::*;

use crate::cases::{Case, Normal, basis, case, dense_rows, oblique, orthonormal, rows};
use crate::common::{coordinates, radius, spec};
use crate::plain::{close, degenerate, plane, planes, sign, swept, view};

fn overview_of(coordinates: &Coordinates) -> Overview {
    overview(coordinates, &AtomicBool::new(false)).unwrap()
}

/// The definition: of the non-zero samples' largest radii over all planes,
/// sorted downwards, the one at place `⌈N′/2⌉`, never above 0.9.
fn plain_auto(rows: &[Vec<f64>], vectors: &[Vec<f64>]) -> Option<f64> {
    plain_auto_among(&Subset::whole(vectors.len()), rows, vectors)
}

/// The same over the planes of some of the vectors.
fn plain_auto_among(subset: &Subset, rows: &[Vec<f64>], vectors: &[Vec<f64>]) -> Option<f64> {
    let mut planes = planes(vectors, PlaneMode::Combinations);
    planes.retain(|&(i, j)| subset.contains(i as u32) && subset.contains(j as u32));
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

/// Each row's largest `√(c1² + c2²)`, of coordinates worked out as a sweep does.
fn plain_radii(coordinates: &Coordinates) -> Vec<f64> {
    let m = coordinates.basis().len();
    (0..coordinates.n_samples())
        .map(|n| {
            let c: Vec<f64> = (0..m).map(|k| coordinates.coordinate(k, n)).collect();
            let pairs = (0..m).flat_map(|i| (i + 1..m).map(move |j| (i, j)));
            let radii = pairs.map(|(i, j)| (c[i] * c[i] + c[j] * c[j]).sqrt());
            radii.fold(0.0, f64::max)
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn radii_are_the_widest_and_tell_what_is_lit(
        rows in rows(6),
        single: bool,
        epsilon in -1.0..=1.0,
    ) {
        let n = rows.len();
        let column = |k: usize| rows.iter().map(move |row| row[k]);
        let values = (0..6).flat_map(column);
        let values = if single {
            Values::F32(values.map(|x| x as f32).collect())
        } else {
            Values::F64(values.collect())
        };
        let layer = Coordinates::standard(Arc::new(Activations::new(values, n, 6).unwrap()));
        let overview = overview_of(&layer);
        prop_assert_eq!(overview.radii.as_deref(), Some(&plain_radii(&layer)[..]));
        for epsilon in [epsilon, overview.auto_epsilon.map_or(0.5, Epsilon::get)] {
            let spec = spec(&layer, epsilon, 5, PlaneMode::Combinations, sign(false));
            let lit = swept(&layer, &spec).0.lit_samples;
            prop_assert_eq!(overview.lit_samples(spec.epsilon), Some(lit));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    /// Auto, the commonest pair and the radii are those of the chosen planes.
    #[test]
    fn among_some_neurons_all_is_of_their_planes(
        rows in rows(6),
        turn in any::<Option<u64>>(),
        chosen in prop::sample::subsequence((0..6u32).collect::<Vec<_>>(), 2..=6),
        single: bool,
    ) {
        let subset = Subset::of(6, chosen.iter().copied()).unwrap();
        let basis = turn.map(|seed| orthonormal(6, seed));
        let vectors = basis.clone().unwrap_or_else(|| crate::common::identity(6));
        let layer = if single && basis.is_none() {
            let column = |k: usize| rows.iter().map(move |row| row[k] as f32);
            let values = Values::F32((0..6).flat_map(column).collect());
            let layer = Activations::new(values, rows.len(), 6).unwrap();
            Coordinates::standard(Arc::new(layer))
        } else {
            coordinates(&rows, basis.as_deref())
        };
        let overview = overview_among(&subset, &layer, &AtomicBool::new(false)).unwrap();
        prop_assert_eq!(&overview.subset, &subset);
        match (overview.auto_epsilon, plain_auto_among(&subset, &rows, &vectors)) {
            (None, None) => {}
            (Some(auto), Some(plain)) => {
                prop_assert!((auto.get() - plain).abs() < 1e-6, "{} is not {}", auto, plain);
            }
            (auto, plain) => prop_assert!(false, "{:?} is not {:?}", auto, plain),
        }
        if let Some(plane) = overview.commonest {
            prop_assert!(plane.i < plane.j && subset.contains(plane.i) && subset.contains(plane.j));
        }
        prop_assert_eq!(overview.radii.is_some(), basis.is_none());
        let Some(auto) = overview.auto_epsilon else { return Ok(()) };
        for epsilon in [auto.get(), 0.5] {
            let all = spec(&layer, epsilon, 5, PlaneMode::Combinations, sign(false));
            let spec = SweepSpec {
                planes: PlaneSet::among(&subset, layer.basis(), PlaneMode::Combinations, None),
                ..all
            };
            let lit = swept(&layer, &spec).0.lit_samples;
            if let Some(told) = overview.lit_samples(spec.epsilon) {
                prop_assert_eq!(told, lit);
            }
            if epsilon == auto.get() && epsilon > 0.0 {
                let non_zero = layer.n_samples() - layer.activations().zero_rows();
                prop_assert!(2 * lit >= non_zero, "{} of {}", lit, non_zero);
            }
        }
    }
}

/// Forty neurons fill lines whole, in part and not at all.
#[test]
fn radii_among_some_neurons_of_a_wide_layer() {
    let rows = Normal::new(9).rows(1_500, 40);
    let layer = coordinates(&rows, None);
    for chosen in [
        vec![2, 39],
        (16..32).collect(),
        (3..40).step_by(5).collect(),
    ] {
        let subset = Subset::of(40, chosen.clone()).unwrap();
        let overview = overview_among(&subset, &layer, &AtomicBool::new(false)).unwrap();
        let radii = overview.radii.unwrap();
        for (n, row) in rows.iter().enumerate() {
            let norm = row.iter().map(|x| x * x).sum::<f64>().sqrt();
            let mut squares: Vec<f64> = chosen
                .iter()
                .map(|&k| (row[k as usize] / norm).powi(2))
                .collect();
            squares.sort_by(|a, b| b.total_cmp(a));
            assert!(close(radii[n], (squares[0] + squares[1]).sqrt()), "{n}");
        }
    }
}

/// More than one block of samples, with ties and rows that are rescaled.
#[test]
fn radii_and_planes_of_a_long_layer() {
    let mut rows = Normal::new(4).rows(3_000, 7);
    for (n, row) in rows.iter_mut().enumerate() {
        match n % 5 {
            1 => row.iter_mut().for_each(|x| *x = x.round()),
            2 => row.iter_mut().for_each(|x| *x *= 1e200),
            3 => row[n % 7] = -row[(n + 3) % 7],
            _ => {}
        }
    }
    rows[2_000] = vec![0.0; 7];
    let layer = coordinates(&rows, None);
    let overview = overview_of(&layer);
    assert_eq!(overview.radii.as_deref(), Some(&plain_radii(&layer)[..]));
    let dense = coordinates(&rows, Some(&crate::common::identity(7)));
    let dense = overview_of(&dense);
    assert_eq!(dense.radii, None);
    assert_eq!(dense.lit_samples(Epsilon::new(0.5).unwrap()), None);
}

/// The bound that other bases start at: the radii are the largest over the
/// planes that contain the row's largest `|C_k|`.
fn plain_bound(rows: &[Vec<f64>], vectors: &[Vec<f64>]) -> f64 {
    let reach = |row: &[f64], v: &[f64]| {
        let dot: f64 = row.iter().zip(v).map(|(x, y)| x * y).sum();
        dot.abs() / v.iter().map(|x| x * x).sum::<f64>().sqrt()
    };
    let mut radii: Vec<f64> = rows
        .iter()
        .map(|row| {
            let largest = (0..vectors.len())
                .filter(|&k| (0..vectors.len()).any(|l| !degenerate(vectors, k, l)))
                .max_by(|&k, &l| reach(row, &vectors[k]).total_cmp(&reach(row, &vectors[l])))
                .unwrap();
            (0..vectors.len())
                .filter(|&l| !degenerate(vectors, largest, l))
                .map(|l| radius(row, vectors, largest, l))
                .fold(0.0, f64::max)
        })
        .collect();
    radii.sort_by(|a, b| b.total_cmp(a));
    radii[radii.len().div_ceil(2) - 1].min(PAPER_EPSILON)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn auto_follows_the_largest_vector_in_other_bases(
        rows in dense_rows(6),
        basis in oblique(6, 2..=9),
    ) {
        let auto = overview_of(&coordinates(&rows, Some(&basis))).auto_epsilon.unwrap();
        let plain = plain_bound(&rows, &basis);
        prop_assert!(close(auto.get(), plain), "{} is not {}", auto, plain);
    }
}

/// More samples than one block and more vectors than are tried at once, in
/// twelve dimensions, so that the resolution is not the cap; among the vectors
/// some nearly parallel and some copies.
#[test]
fn auto_follows_and_lights_half_of_a_long_layer_in_an_overcomplete_basis() {
    let mut normal = Normal::new(10);
    let rows = normal.rows(1_500, 12);
    let mut basis = normal.rows(140, 12);
    for k in 0..8 {
        basis[17 * k + 20] = basis[16 * k + 15].iter().map(|x| -2.5 * x).collect();
        basis[17 * k + 5] = basis[16 * k + 14].clone();
        let size = basis[17 * k + 5].iter().map(|x| x * x).sum::<f64>().sqrt();
        // Beside its copy by 0.06° or by less than makes a plane.
        basis[17 * k + 5][k] += size * if k % 2 == 0 { 1e-3 } else { 4e-6 };
    }
    let view = coordinates(&rows, Some(&basis));
    let pairs = view.basis().degenerate_pairs();
    let expected: Vec<(u32, u32)> = (0..140)
        .flat_map(|i| (i + 1..140).map(move |j| (i, j)))
        .filter(|&(i, j)| degenerate(&basis, i, j))
        .map(|(i, j)| (i as u32, j as u32))
        .collect();
    assert!(expected.len() >= 12);
    assert_eq!(pairs, expected);
    let auto = overview_of(&view).auto_epsilon.unwrap();
    let plain = plain_bound(&rows, &basis);
    assert!(close(auto.get(), plain), "{auto} is not {plain}");
    assert!(auto.get() < PAPER_EPSILON);
    let (rows, lit) = lit_at_auto(&view).unwrap();
    assert!(2 * lit >= rows, "{lit} of {rows}");
}

#[test]
fn one_hot_rows_start_at_the_first_plane_of_their_neuron() {
    for (k, expected) in [(0, (0, 1)), (1, (0, 1)), (2, (0, 2)), (3, (0, 3))] {
        let mut row = vec![0.0; 4];
        row[k] = -2.0;
        for basis in [None, Some(crate::common::identity(4))] {
            let overview = overview_of(&coordinates(&[row.clone()], basis.as_deref()));
            assert_eq!(overview.commonest, Some(plane(expected)), "neuron {k}");
        }
    }
}

/// The middle one of three vectors, too near to both others, is in no plane.
#[test]
fn vectors_without_a_plane_are_passed_over() {
    let basis = [0.0, 0.8e-5, 1.6e-5].map(|turn: f64| vec![turn.cos(), turn.sin()]);
    let view = coordinates(&[basis[1].clone()], Some(&basis));
    assert_eq!(view.basis().degenerate_pairs(), [(0, 1), (1, 2)]);
    let overview = overview_of(&view);
    assert_eq!(overview.commonest, Some(plane((0, 2))));
    assert_eq!(overview.auto_epsilon.unwrap().get(), PAPER_EPSILON);
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
