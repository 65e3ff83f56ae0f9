use std::sync::Arc;

use super::super::basis::UnitBasis;
use super::super::plane::{Draw, PlaneMode};
use super::super::{Activations, Subset};
use super::*;

/// Rows of no pattern; some zero, some of one active neuron.
fn rows(n: usize, d: usize) -> Vec<Vec<f64>> {
    let value =
        |n: usize, k: usize| ((n * 7919 + k * 104_729 + n * k) % 2003) as f64 / 1000.0 - 1.0;
    (0..n)
        .map(|n| match n % 7 {
            0 => vec![0.0; d],
            1 => (0..d)
                .map(|k| f64::from(u8::from(k == n % d)) * 3.0)
                .collect(),
            _ => (0..d).map(|k| value(n, k).powi(3)).collect(),
        })
        .collect()
}

fn both(rows: &[Vec<f64>]) -> [Coordinates; 2] {
    let d = rows[0].len();
    let samples = Arc::new(Activations::from_rows(rows).unwrap());
    let identity = (0..d * d).map(|at| f64::from(u8::from(at / d == at % d)));
    let dense = UnitBasis::dense(identity.collect(), d, d).unwrap();
    [
        Coordinates::standard(Arc::clone(&samples)),
        Coordinates::new(samples, Arc::new(dense)).unwrap(),
    ]
}

fn projected(
    coordinates: &Coordinates,
    onto: Onto<'_>,
    epsilon: f64,
    limit: PointLimit,
) -> Projection {
    let epsilon = Epsilon::new(epsilon).unwrap();
    project(
        coordinates,
        onto,
        epsilon,
        limit,
        &|_| (),
        &AtomicBool::new(false),
    )
    .unwrap()
}

#[test]
fn pairs_that_can_reach_are_all_that_do() {
    let [standard, dense] = both(&rows(300, 9));
    let some = Subset::of(9, [0, 2, 3, 8]).unwrap();
    let basis = standard.basis();
    let draw = Some(Draw {
        max_planes: 11,
        seed: 3,
    });
    let sets = [
        PlaneSet::new(basis, PlaneMode::Combinations, None),
        PlaneSet::new(basis, PlaneMode::Permutations, None),
        PlaneSet::new(basis, PlaneMode::Permutations, draw),
        PlaneSet::among(&some, basis, PlaneMode::Combinations, None),
    ];
    for planes in &sets {
        for epsilon in [-0.5, 0.0, 0.3, 0.7, 0.95, 1.0] {
            let onto = Onto::All(planes);
            let fast = projected(&standard, onto, epsilon, PointLimit::default());
            let plain = projected(&dense, onto, epsilon, PointLimit::default());
            let mut one_by_one = Vec::new();
            for plane in planes.iter() {
                let one = projected(
                    &standard,
                    Onto::Plane(plane),
                    epsilon,
                    PointLimit::default(),
                );
                one_by_one.extend(one.points);
            }
            assert_eq!(fast.points, one_by_one, "{epsilon}");
            let places = |projection: &Projection| {
                let place = |point: &Projected| (point.plane, point.sample);
                projection.points.iter().map(place).collect::<Vec<_>>()
            };
            assert_eq!(places(&fast), places(&plain), "{epsilon}");
            let mut samples: Vec<u32> = fast.points.iter().map(|p| p.sample).collect();
            samples.sort_unstable();
            samples.dedup();
            assert_eq!(fast.samples, samples.len() as u64);
            assert!(
                samples.iter().all(|sample| sample % 7 != 0),
                "a zero row is kept"
            );
            let bins = bin_all(
                &standard,
                onto,
                Epsilon::new(epsilon).unwrap(),
                (5.0, 64),
                &|_| (),
                &AtomicBool::new(false),
            );
            assert_eq!(bins.unwrap(), Bins::of(&fast.points, 5.0, 64));
        }
    }
}

#[test]
fn a_draw_is_the_same_for_any_number_of_threads() {
    let [standard, _] = both(&rows(900, 8));
    let planes = PlaneSet::new(standard.basis(), PlaneMode::Combinations, None);
    let limit = PointLimit { most: 500, seed: 7 };
    let on = |threads: usize, limit: PointLimit| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| projected(&standard, Onto::All(&planes), 0.4, limit))
    };
    let (one, three) = (on(1, limit), on(3, limit));
    assert_eq!(one, three);
    assert_eq!((one.points.len(), one.is_drawn()), (500, true));
    let all = on(2, PointLimit::default());
    assert_eq!((all.points.len() as u64, all.total), (one.total, one.total));
    assert!(!all.is_drawn());
    assert!(one.points.iter().all(|point| all.points.contains(point)));
    // Each as likely as any other: of the first half of the samples about half.
    let first = one.points.iter().filter(|point| point.sample < 450).count();
    assert!((190..=310).contains(&first), "{first}");
    assert_ne!(on(1, PointLimit { seed: 8, ..limit }).points, one.points);
    assert!(on(1, PointLimit { most: 0, ..limit }).points.is_empty());
}

#[test]
fn rows_of_any_size_are_projected_or_said_to_be_left_out() {
    let rows = [
        vec![3e200, 4e200, 0.0],
        vec![3e-320, 0.0, 0.0],
        vec![f64::MAX, f64::MAX, 0.0],
        vec![0.0, 0.0, 0.0],
        vec![0.0, f64::INFINITY, 0.0],
        vec![1.0, 0.0, -1.0],
    ];
    let samples = Arc::new(Activations::from_rows(&rows).unwrap());
    let coordinates = Coordinates::standard(samples);
    let found = projected(
        &coordinates,
        Onto::Plane(Plane { i: 0, j: 1 }),
        0.9,
        PointLimit::default(),
    );
    let samples: Vec<u32> = found.points.iter().map(|point| point.sample).collect();
    assert_eq!((samples, found.beyond, found.total), (vec![0, 1], 1, 2));
    assert!((found.points[0].at[1] / 4e200 - 1.0).abs() < 1e-13);
    assert!((found.radius / 5e200 - 1.0).abs() < 1e-13);
    assert!((found.points[1].at[0] - 3e-320).abs() < 1e-322);
    // A cone of half of the plane keeps the slanted row, too.
    let wide = projected(
        &coordinates,
        Onto::Plane(Plane { i: 0, j: 1 }),
        0.5f64.sqrt(),
        PointLimit::default(),
    );
    assert_eq!((wide.total, wide.samples, wide.n_samples), (3, 3, 5));
}
