//! The author's own code is the judge of projections too: every point of every golden
//! case, plane by plane and of all planes at once.

#![allow(clippy::unwrap_used)]

use crate::common;

use std::path::Path;
use std::sync::atomic::AtomicBool;

use common::{coordinates, identity, member};
use followspot::srm::{
    Coordinates, Epsilon, Onto, Plane, PlaneMode, PlaneSet, PointLimit, Projected, project,
};
use ndarray::{Array0, Array1, Array2};

struct Case {
    name: String,
    rows: Vec<Vec<f64>>,
    basis: Vec<Vec<f64>>,
    epsilon: Epsilon,
    planes: Vec<Plane>,
    kept_per_plane: Vec<usize>,
    kept_rows: Vec<u32>,
    points: Vec<[f64; 2]>,
}

fn cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/pppm");
    let names = [
        "digits_relu",
        "digits_tanh",
        "normal_200x6",
        "overcomplete_9in8",
    ];
    names
        .iter()
        .map(|name| {
            let path = folder.join(format!("pppm_{name}.npz"));
            let rows = |key| -> Vec<Vec<f64>> {
                let array: Array2<f64> = member(&path, key);
                array.rows().into_iter().map(|row| row.to_vec()).collect()
            };
            let numbers = |key| -> Vec<i64> { member::<Array1<i64>>(&path, key).to_vec() };
            let planes: Array2<i64> = member(&path, "planes");
            let plane = |row: ndarray::ArrayView1<'_, i64>| Plane {
                i: row[0] as u32,
                j: row[1] as u32,
            };
            let epsilon: Array0<f64> = member(&path, "epsilon");
            Case {
                name: (*name).to_owned(),
                rows: rows("activations"),
                basis: rows("basis"),
                epsilon: Epsilon::new(epsilon.into_scalar()).unwrap(),
                planes: planes.rows().into_iter().map(plane).collect(),
                kept_per_plane: numbers("kept_per_plane")
                    .iter()
                    .map(|&n| n as usize)
                    .collect(),
                kept_rows: numbers("kept_rows").iter().map(|&n| n as u32).collect(),
                points: rows("points").iter().map(|row| [row[0], row[1]]).collect(),
            }
        })
        .collect()
}

fn views(case: &Case) -> Vec<Coordinates> {
    let mut views = vec![coordinates(&case.rows, Some(&case.basis))];
    if case.basis == identity(case.rows[0].len()) {
        views.push(coordinates(&case.rows, None));
    }
    views
}

fn projected(coordinates: &Coordinates, onto: Onto<'_>, epsilon: Epsilon) -> Vec<Projected> {
    let never = AtomicBool::new(false);
    let found = project(
        coordinates,
        onto,
        epsilon,
        PointLimit::default(),
        &|_| (),
        &never,
    );
    let found = found.unwrap();
    assert_eq!(found.total, found.points.len() as u64);
    found.points
}

/// Holds points against those of the case, in its order of planes.
fn check(case: &Case, found: &[Projected]) {
    let scale = case
        .rows
        .iter()
        .flatten()
        .fold(0.0f64, |m, x| m.max(x.abs()));
    assert_eq!(found.len(), case.points.len(), "{}", case.name);
    for ((point, expected), &row) in found.iter().zip(&case.points).zip(&case.kept_rows) {
        assert_eq!(point.sample, row, "{} {}", case.name, point.plane);
        for (x, y) in point.at.iter().zip(expected) {
            let error = (x - y).abs() / scale;
            assert!(error <= 1e-12, "{} {}: {error}", case.name, point.plane);
        }
    }
}

#[test]
fn each_plane_has_the_points_of_the_reference() {
    for case in cases() {
        for view in views(&case) {
            let mut found = Vec::new();
            for (&plane, &kept) in case.planes.iter().zip(&case.kept_per_plane) {
                let points = projected(&view, Onto::Plane(plane), case.epsilon);
                assert_eq!(points.len(), kept, "{} {plane}", case.name);
                found.extend(points);
            }
            check(&case, &found);
        }
    }
}

#[test]
fn all_planes_at_once_have_the_points_of_the_reference() {
    for case in cases() {
        for view in views(&case) {
            let planes = PlaneSet::new(view.basis(), PlaneMode::Combinations, None);
            let mut found = projected(&view, Onto::All(&planes), case.epsilon);
            assert_eq!(planes.len(), case.planes.len());
            let place = |plane: Plane| case.planes.iter().position(|&other| other == plane);
            found.sort_by_key(|point| (place(point.plane), point.sample));
            check(&case, &found);
        }
    }
}

#[test]
fn permutations_hold_each_point_twice_with_its_axes_exchanged() {
    for case in cases()
        .into_iter()
        .filter(|case| case.basis == identity(case.rows[0].len()))
    {
        for view in views(&case) {
            let planes = PlaneSet::new(view.basis(), PlaneMode::Permutations, None);
            let found = projected(&view, Onto::All(&planes), case.epsilon);
            assert_eq!(found.len(), 2 * case.points.len());
            let (up, down): (Vec<Projected>, Vec<Projected>) =
                found.iter().partition(|p| p.plane.i < p.plane.j);
            let mut exchanged: Vec<Projected> = down
                .into_iter()
                .map(|point| Projected {
                    plane: Plane {
                        i: point.plane.j,
                        j: point.plane.i,
                    },
                    at: [point.at[1], point.at[0]],
                    ..point
                })
                .collect();
            exchanged.sort_by_key(|point| (point.plane, point.sample));
            assert_eq!(exchanged, up);
        }
    }
}
