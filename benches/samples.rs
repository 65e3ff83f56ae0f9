//! How long the questions take that are asked of samples while a spotlight moves: those
//! inside it, the samples about every neuron, a plane at 200 epsilons; of 50,000 × 768
//! values with ten classes, and the list of a million samples.
//!
//! ```text
//! cargo bench --no-default-features --bench samples
//! ```

// A benchmark that cannot unwrap has nothing to time.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use criterion::{Criterion, criterion_group, criterion_main};
use followspot::srm::{
    Activations, Aim, AngleGrid, Classes, Coordinates, Enrichment, Epsilon, Plane, Scales, Sign,
    Subset, Values, directions, lit_at, scale_counts,
};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::{Distribution, StandardNormal};

const CLASSES: usize = 10;

/// Normal values, a tenth of the samples drawn to one of the first ten neurons each.
fn layer(samples: usize, neurons: usize) -> (Coordinates, Classes) {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut values: Vec<f32> = (0..samples * neurons)
        .map(|_| StandardNormal.sample(&mut rng))
        .collect();
    for (sample, row) in values.chunks_exact_mut(neurons).enumerate() {
        row[sample % CLASSES] += (neurons as f32).sqrt();
    }
    let layer = Activations::new(Values::F32(values), samples, neurons).unwrap();
    let of_samples = (0..samples).map(|sample| (sample % CLASSES) as u32);
    let names: Vec<String> = (0..CLASSES).map(|class| class.to_string()).collect();
    let classes = Classes::new(of_samples.collect(), names.into());
    (Coordinates::standard(Arc::new(layer)), classes)
}

fn samples(c: &mut Criterion) {
    let never = AtomicBool::new(false);
    let epsilon = Epsilon::new(0.3).unwrap();
    let plane = Plane { i: 3, j: 7 };
    let (coordinates, classes) = layer(50_000, 768);
    c.bench_function("directions of 50,000 × 768", |b| {
        let subset = Subset::whole(768);
        b.iter(|| directions(&coordinates, &subset, epsilon, Some(&classes), &never).unwrap());
    });
    let grid = AngleGrid::new(361).unwrap();
    let scales = Scales::even(Epsilon::clamped(0.0), Epsilon::clamped(1.0), 200).unwrap();
    c.bench_function("a plane of 50,000 × 768 at 200 epsilons", |b| {
        b.iter(|| {
            scale_counts(&coordinates, plane, &scales, &grid, Sign::Unsigned, &never).unwrap()
        });
    });
    let mut listed = |name: &str, coordinates: &Coordinates, classes: &Classes| {
        c.bench_function(name, |b| {
            let aim = Aim::Plane {
                plane,
                angle_rad: 0.7,
            };
            b.iter(|| {
                let lit = lit_at(coordinates, aim, epsilon, &never).unwrap();
                Enrichment::new(classes, lit.iter().map(|lit| lit.sample))
            });
        });
    };
    listed("samples inside, of 50,000 × 768", &coordinates, &classes);
    let (coordinates, classes) = layer(1_000_000, 16);
    listed("samples inside, of 1,000,000 × 16", &coordinates, &classes);
}

criterion_group!(benches, samples);
criterion_main!(benches);
