//! How long a plane at 200 epsilons takes, and the density of the projections on all
//! planes of the bundled sample: from the samples to the ratio.
//!
//! ```text
//! cargo bench --no-default-features --bench pictures
//! ```

// A benchmark that cannot unwrap has nothing to time.
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use criterion::{Criterion, criterion_group, criterion_main};
use followspot::data::{Pick, load};
use followspot::srm::{
    Activations, AngleGrid, Bins, Coordinates, Epsilon, Norms, Onto, Plane, PlaneMode, PlaneSet,
    PointLimit, Scales, Sign, Values, cells_for, project, scale_counts, view_radius,
};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::{Distribution, StandardNormal};

fn pictures(c: &mut Criterion) {
    let never = AtomicBool::new(false);
    let (samples, neurons) = (50_000, 64);
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut value = || -> f32 { StandardNormal.sample(&mut rng) };
    let values = (0..samples * neurons).map(|_| value()).collect();
    let layer = Activations::new(Values::F32(values), samples, neurons).unwrap();
    let coordinates = Coordinates::standard(Arc::new(layer));
    let plane = Plane { i: 3, j: 7 };
    let grid = AngleGrid::new(361).unwrap();
    for high in [0.5, 1.0] {
        let scales = Scales::even(Epsilon::clamped(0.0), Epsilon::clamped(high), 200).unwrap();
        c.bench_function(
            &format!("50,000 samples, 200 epsilons from 0 to {high}"),
            |b| {
                b.iter(|| {
                    scale_counts(&coordinates, plane, &scales, &grid, Sign::Unsigned, &never)
                        .unwrap()
                });
            },
        );
    }

    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/sample/relu_epoch_3000.npy");
    let dump = load(&path, &Pick::default(), &never).unwrap();
    let sample = Coordinates::standard(dump.activations);
    let planes = PlaneSet::new(sample.basis(), PlaneMode::Combinations, None);
    for (epsilon, kernel) in [(0.3, 0.015), (0.7, 0.015), (0.7, 0.25)] {
        let epsilon = Epsilon::new(epsilon).unwrap();
        let name = format!(
            "density of {} planes, ε = {epsilon}, kernel {kernel}",
            planes.len()
        );
        c.bench_function(&name, |b| {
            b.iter(|| {
                let (onto, limit) = (Onto::All(&planes), PointLimit::default());
                let found = project(&sample, onto, epsilon, limit, &|_| (), &never).unwrap();
                let square = (view_radius(found.radius), cells_for(kernel));
                let density = Bins::of(&found.points, square.0, square.1).density(kernel);
                let norms = Norms::of(sample.activations());
                let expected = norms
                    .density(epsilon, planes.len(), square, kernel)
                    .unwrap();
                density.over(&expected)
            });
        });
    }
}

criterion_group!(benches, pictures);
criterion_main!(benches);
