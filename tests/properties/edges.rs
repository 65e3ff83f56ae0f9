//! Samples exactly on the cone's edge: the edge belongs to the cone, whichever
//! neuron, half-axis or basis it is seen from.

use std::collections::BTreeSet;

use followspot::srm::PlaneMode;

use crate::cases::{Case, orthonormal};
use crate::plain::{curve_of, planes, view};

/// Resolutions whose cones end on grid points, with the half-angle in degrees.
const EDGES: [(f64, u64); 6] = [
    (1.0, 0),
    (0.866_025_403_784_438_6, 30), // cos 30°, rounded
    (std::f64::consts::FRAC_1_SQRT_2, 45),
    (0.5, 60),
    (0.0, 90),
    (-0.5, 120),
];

/// Grid points within the half-angle of a grid point, both ends counted.
fn within(half_angle_deg: u64, distinct: usize) -> i64 {
    let each_side = half_angle_deg as usize * distinct / 360;
    (2 * each_side + 1).min(distinct) as i64
}

fn lone(row: Vec<f64>, basis: Option<Vec<Vec<f64>>>, epsilon: f64, angles: usize) -> Case {
    Case {
        rows: vec![row],
        basis,
        epsilon,
        angles,
        signed: false,
    }
}

/// How many distinct directions of the plane light the only sample.
fn lit_directions(case: &Case, at: (usize, usize)) -> i64 {
    let curve = curve_of(case, &view(case), at);
    curve.counts[..case.angles - 1].iter().sum()
}

/// `±b_k` of every vector of an orthonormal basis, with the planes through it.
fn check_axes(basis: Option<&[Vec<f64>]>, d: usize, angles: usize) {
    let vectors = basis.map_or_else(|| crate::common::identity(d), <[Vec<f64>]>::to_vec);
    for (epsilon, half_angle) in EDGES {
        let expected = within(half_angle, angles - 1);
        for (k, vector) in vectors.iter().enumerate() {
            for length in [1.0, -1.0, 0.3, -7e5] {
                let row = vector.iter().map(|x| x * length).collect();
                let case = lone(row, basis.map(<[Vec<f64>]>::to_vec), epsilon, angles);
                for at in planes(&vectors, PlaneMode::Permutations) {
                    if at.0 == k || at.1 == k {
                        assert_eq!(
                            lit_directions(&case, at),
                            expected,
                            "{length} · b{k} in {at:?} at ε = {epsilon}, {angles} angles"
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn one_hot_rows_light_equally_many_directions_on_every_half_axis() {
    // A quarter turn is a whole number of steps, so all half-axes are grid points.
    for angles in [5, 9, 13, 25, 73, 101, 361, 721] {
        check_axes(None, 4, angles);
    }
}

#[test]
fn beyond_the_tolerance_the_edge_is_dark() {
    // Three times the tolerance tighter, and the directions that the samples
    // above light with their very edge are lost, all of them.
    for angles in [5, 9, 13, 25, 73, 361, 721] {
        for (epsilon, half_angle) in EDGES.into_iter().filter(|&(_, half)| half > 0) {
            let each_side = (half_angle as usize * (angles - 1) - 1) / 360;
            for k in 0..4 {
                let row = (0..4).map(|n| f64::from(u8::from(n == k))).collect();
                let case = lone(row, None, epsilon + 3e-12, angles);
                for at in planes(&case.vectors(), PlaneMode::Permutations) {
                    if at.0 == k || at.1 == k {
                        assert_eq!(
                            lit_directions(&case, at),
                            2 * each_side as i64 + 1,
                            "b{k} in {at:?} beyond ε = {epsilon}, {angles} angles"
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn so_do_the_vectors_of_a_turned_basis() {
    for seed in 0..4 {
        for angles in [5, 13, 73, 361] {
            let basis = orthonormal(4, seed);
            check_axes(Some(&basis), 4, angles);
        }
    }
}

#[test]
fn on_any_grid_the_neuron_does_not_matter() {
    for angles in [2, 3, 4, 6, 8, 100, 128, 360] {
        for (epsilon, _) in EDGES {
            // By place in the plane and sign: the same for all twelve planes, and
            // +e2 and −e2 mirror each other on every grid.
            let lit = |second: bool, size: f64| {
                let found: BTreeSet<i64> =
                    planes(&crate::common::identity(4), PlaneMode::Permutations)
                        .into_iter()
                        .map(|at| {
                            let mut row = vec![0.0; 4];
                            row[if second { at.1 } else { at.0 }] = size;
                            lit_directions(&lone(row, None, epsilon, angles), at)
                        })
                        .collect();
                assert_eq!(
                    found.len(),
                    1,
                    "{found:?} at ε = {epsilon}, {angles} angles"
                );
                found.into_iter().next().unwrap()
            };
            assert_eq!(lit(true, 2.0), lit(true, -2.0), "ε = {epsilon}, {angles}");
            if (angles - 1) % 2 == 0 {
                assert_eq!(lit(false, 2.0), lit(false, -2.0), "ε = {epsilon}, {angles}");
            }
        }
    }
}

#[test]
fn a_bisecting_row_lights_as_many_directions_as_an_axis() {
    // Its coordinates are irrational, so its cosines carry rounding.
    for angles in [9, 73, 361, 721] {
        for (epsilon, half_angle) in EDGES {
            for (a, b) in [(1.0, 1.0), (-1.0, 1.0), (-3.0, -3.0), (0.1, -0.1)] {
                let case = lone(vec![0.0, a, 0.0, b], None, epsilon, angles);
                assert_eq!(
                    lit_directions(&case, (1, 3)),
                    within(half_angle, angles - 1),
                    "({a}, {b}) at ε = {epsilon}, {angles} angles"
                );
            }
        }
    }
}

#[test]
fn a_row_whose_radius_is_the_resolution_is_lit_in_one_direction() {
    // The row (3, 4, 0, …) reaches the plane of its first neuron and a silent
    // one with the cosine 0.6, and that of its second with 0.8.
    for angles in [5, 9, 73, 361] {
        for (epsilon, at) in [(0.6, (0, 2)), (0.6, (2, 0)), (0.8, (1, 3)), (0.8, (3, 1))] {
            let case = lone(vec![3.0, 4.0, 0.0, 0.0], None, epsilon, angles);
            let curve = curve_of(&case, &view(&case), at);
            assert_eq!(lit_directions(&case, at), 1, "ε = {epsilon} in {at:?}");
            assert_eq!(curve.tally.lit, 1);
            assert_eq!(curve.tally.axes, 1);
            let tighter = Case {
                epsilon: epsilon + 1e-11,
                ..case
            };
            assert_eq!(lit_directions(&tighter, at), 0, "the edge is thin");
        }
    }
}

#[test]
fn zero_rows_are_dark_above_zero_and_lit_everywhere_from_zero_down() {
    for (epsilon, expected) in [
        (1.0, 0),
        (0.5, 0),
        (1e-9, 0),
        (0.0, 3),
        (-0.5, 3),
        (-1.0, 3),
    ] {
        let case = Case {
            rows: vec![vec![0.0; 3]; 3],
            basis: None,
            epsilon,
            angles: 10,
            signed: false,
        };
        for at in planes(&case.vectors(), PlaneMode::Permutations) {
            let curve = curve_of(&case, &view(&case), at);
            assert_eq!(curve.counts, vec![expected; 10], "ε = {epsilon}");
            assert_eq!(curve.tally.lit, expected as u64);
            assert_eq!(curve.tally.nearest, 0.0);
        }
    }
}
