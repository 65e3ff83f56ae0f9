use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::{Distribution, StandardNormal};

use super::super::coordinates::Coordinates;
use super::super::plane::Plane;
use super::super::projection::{Onto, PointLimit, project};
use super::*;

fn normal(n: usize, d: usize, seed: u64) -> Vec<Vec<f64>> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut value = || StandardNormal.sample(&mut rng);
    (0..n).map(|_| (0..d).map(|_| value()).collect()).collect()
}

fn integral(density: &Density) -> f64 {
    let area = (2.0 / density.cells as f64).powi(2);
    density.values.iter().map(|&v| f64::from(v)).sum::<f64>() * area
}

fn points(places: &[[f64; 2]]) -> Vec<Projected> {
    let point = |&at: &[f64; 2]| Projected {
        plane: Plane { i: 0, j: 1 },
        sample: 0,
        at,
    };
    places.iter().map(point).collect()
}

#[test]
fn a_density_integrates_to_its_points() {
    let rows = normal(3000, 2, 1);
    let places: Vec<[f64; 2]> = rows.iter().map(|row| [row[0], row[1]]).collect();
    for kernel in [0.004, 0.015, 0.1, 0.25] {
        // So wide that the kernel reaches over the edge nowhere.
        let bins = Bins::of(&points(&places), 20.0, cells_for(kernel));
        let error = integral(&bins.density(kernel)) / bins.total() as f64 - 1.0;
        assert!(
            bins.total() == 3000 && error.abs() < 1e-4,
            "{kernel}: {error}"
        );
    }
}

#[test]
fn a_point_becomes_the_kernel() {
    let (kernel, cells) = (0.05, 400);
    let density = Bins::of(&points(&[[0.5, -1.0]]), 2.0, cells).density(kernel);
    let at = |x: f64, y: f64| f64::from(density.at([x, y]).unwrap());
    // Cells are a tenth of the deviation wide; the point is in the corner of its cell.
    for [dx, dy] in [[0.0, 0.0], [0.1, 0.0], [0.0, -0.2], [0.15, 0.1], [0.3, 0.0]] {
        let distance = (dx * dx + dy * dy) / 4.0;
        let expected = (-0.5 * distance / (kernel * kernel)).exp() / (2.0 * PI * kernel * kernel);
        let error = at(0.5 + dx + 1e-9, -1.0 + dy + 1e-9) / expected - 1.0;
        assert!(error.abs() < 0.02, "{dx} {dy}: {error}");
    }
    assert_eq!(density.at([2.1, 0.0]), None);
    assert_eq!(at(-1.9, 1.9), 0.0);
}

#[test]
fn the_isotropic_density_is_the_closed_form() {
    let norms = [1.0, 2.5, 2.5, 4.0, 7.0];
    let (radius, kernel) = (5.0, 0.004);
    let cells = cells_for(kernel);
    for d in [5, 24] {
        let epsilon = Epsilon::new(0.3).unwrap();
        let density = Norms::new(norms.to_vec(), d);
        let density = density
            .density(epsilon, 3, (radius, cells), kernel)
            .unwrap();
        // The middle of a cell on a slanted ray, as far out as that.
        let middle = |x: f64| {
            let place = (f64::midpoint(x / radius, 1.0) * cells as f64).floor() + 0.5;
            (place / cells as f64 * 2.0 - 1.0) * radius
        };
        // Away from where rows begin and end.
        for far in [0.5, 0.9, 1.6, 2.2, 3.0, 3.6, 4.5, 4.9] {
            let at = [middle(far * 0.6), middle(-far * 0.8)];
            let q = at[0].hypot(at[1]);
            let of = |n: &f64| {
                let within = *n > q && q >= 0.3 * n;
                let rest: f64 = 1.0 - (q / n).powi(2);
                let (d, n) = (d as f64, n / radius);
                let rho = (d - 2.0) / (2.0 * PI * n * n) * rest.powf((d - 4.0) / 2.0);
                if within { rho } else { 0.0 }
            };
            let expected: f64 = 3.0 * norms.iter().map(of).sum::<f64>();
            let found = f64::from(density.at(at).unwrap());
            let error = (found - expected).abs();
            assert!(
                error <= 0.05 * expected + 1e-6,
                "d = {d}, q = {q}: {found} is not {expected}"
            );
        }
    }
    assert!(
        Norms::new(norms.to_vec(), 2)
            .density(Epsilon::clamped(0.3), 1, (5.0, 128), 0.1)
            .is_none()
    );
}

#[test]
fn all_isotropic_rows_are_found_in_the_plane_where_epsilon_is_0() {
    // d = 3 is infinite at the rim: none of it may be lost.
    for d in [3, 4, 6, 64] {
        for kernel in [0.02, 0.1] {
            let cells = cells_for(kernel);
            let norms = Norms::new(vec![0.3, 0.5, 0.6], d);
            let density = norms
                .density(Epsilon::clamped(0.0), 2, (1.0, cells), kernel)
                .unwrap();
            let error = integral(&density) / 6.0 - 1.0;
            assert!(error.abs() < 0.01, "d = {d}, kernel {kernel}: {error}");
        }
    }
}

#[test]
fn isotropic_rows_have_a_ratio_of_one() {
    let never = AtomicBool::new(false);
    for (d, epsilon, seed) in [
        (3, 0.8, 1),
        (3, 0.0, 2),
        (4, 0.6, 3),
        (8, 0.5, 4),
        (24, 0.3, 5),
    ] {
        let rows = normal(12_000, d, seed);
        let samples = Arc::new(Activations::from_rows(&rows).unwrap());
        let coordinates = Coordinates::standard(Arc::clone(&samples));
        let epsilon = Epsilon::new(epsilon).unwrap();
        let onto = Onto::Plane(Plane { i: 0, j: 2 });
        let found = project(
            &coordinates,
            onto,
            epsilon,
            PointLimit::default(),
            &|_| (),
            &never,
        );
        let found = found.unwrap();
        let (radius, kernel) = (view_radius(found.radius), 0.05);
        let cells = cells_for(kernel);
        let density = Bins::of(&found.points, radius, cells).density(kernel);
        let norms = Norms::of(&samples);
        assert_eq!(norms.quantiles(), Some((MOST_NORMS, 12_000)));
        let expected = norms.density(epsilon, 1, (radius, cells), kernel).unwrap();
        let ratio = density.over(&expected);
        let area = 4.0 * PI * kernel * kernel;
        // Nowhere do a few strays stand out.
        assert!(
            ratio.most() < 8.0,
            "d = {d}, ε = {epsilon}: {}",
            ratio.most()
        );
        let (mut seen, mut far) = (0, 0);
        for (&ratio, &expected) in ratio.values.iter().zip(&expected.values) {
            // As many points as lie under the kernel say how far off one may be.
            let under = f64::from(expected) * area;
            if under >= 25.0 {
                seen += 1;
                let off = (f64::from(ratio) - 1.0).abs() * under.sqrt();
                assert!(off < 6.0, "d = {d}, ε = {epsilon}: {ratio} of {under}");
                far += usize::from(off > 2.0);
            }
        }
        let share = f64::from(far as u32) / f64::from(seen as u32);
        assert!(
            seen > 200 && share < 0.15,
            "d = {d}, ε = {epsilon}: {share} of {seen}"
        );
    }
}

#[test]
fn where_isotropic_rows_do_not_come_there_is_no_ratio() {
    let norms = Norms::new(vec![1.0; 100], 8);
    let epsilon = Epsilon::new(0.5).unwrap();
    let cells = cells_for(0.02);
    let expected = norms.density(epsilon, 1, (2.0, cells), 0.02).unwrap();
    let ratio = Bins::of(&points(&[[0.7, 0.1]]), 2.0, cells)
        .density(0.02)
        .over(&expected);
    assert!(ratio.at([0.0, 0.1]).unwrap().is_nan() && ratio.at([1.5, 0.0]).unwrap().is_nan());
    assert_eq!(ratio.at([-0.5, 0.4]), Some(0.0));
    // Of 100 rows far fewer than one are expected there: one point is not many.
    let alone = ratio.at([0.7, 0.1]).unwrap();
    assert!((1.8..2.01).contains(&alone), "{alone}");
    assert!(ratio.least_positive() > 0.0);
}

#[test]
fn norms_of_any_size_have_a_view() {
    for radius in [1e-310, 3.7e-5, 0.93, 7.0, 4.4e100, 1.7e308, f64::MAX] {
        let view = view_radius(radius);
        assert!(
            view >= radius && view.is_finite() && view / radius < 1.36,
            "{radius}: {view}"
        );
        let bins = Bins::of(
            &points(&[[radius, -radius / 2.0], [0.0, radius]]),
            view,
            128,
        );
        assert_eq!(bins.total(), 2);
        let density = bins.density(0.05);
        assert!(density.most() > 0.0 && density.values.iter().all(|v| v.is_finite()));
    }
    // No dot is cut by the frame.
    assert!(view_radius(0.999) > 1.03 && view_radius(2.0) >= 2.08);
    assert_eq!(view_radius(0.0), 1.0);
    assert_eq!(Bins::new(1e200, 128).density(0.1).per_area(), None);
}
