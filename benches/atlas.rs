//! How long the square of planes takes to be made from a finished sweep of 4,096
//! neurons, 8.4 million planes.
//!
//! ```text
//! cargo bench --no-default-features --bench atlas
//! ```

// A benchmark that cannot unwrap has nothing to time; and its numbers are small.
#![allow(clippy::cast_precision_loss, clippy::unwrap_used)]

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use followspot::scene::{AtlasOrder, AtlasSource, ColorScale, Quantity, atlas};
use followspot::srm::{
    Activations, AngleGrid, Coordinates, Epsilon, PlaneMode, PlaneSet, Sign, Sweep, SweepSpec,
    UnitBasis, Values, sweep,
};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

const NEURONS: usize = 4096;
/// Few: it is the records that are looked at.
const SAMPLES: usize = 12;

fn swept() -> Sweep {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let values = (0..SAMPLES * NEURONS)
        .map(|_| rng.next_u32() as f32 / u32::MAX as f32 - 0.5)
        .collect();
    let activations = Activations::new(Values::F32(values), SAMPLES, NEURONS).unwrap();
    let basis = UnitBasis::standard(NEURONS).unwrap();
    let spec = SweepSpec {
        epsilon: Epsilon::new(0.02).unwrap(),
        grid: AngleGrid::new(9).unwrap(),
        sign: Sign::Unsigned,
        planes: PlaneSet::new(&basis, PlaneMode::Combinations, None),
    };
    let coordinates = Coordinates::standard(Arc::new(activations));
    sweep(&coordinates, &spec, &AtomicBool::new(false), &mut ()).unwrap()
}

fn atlases(c: &mut Criterion) {
    let sweep = swept();
    let mut group = c.benchmark_group("atlas of 4096 neurons");
    group.sample_size(10);
    for quantity in Quantity::ALL {
        for order in [AtlasOrder::Index, AtlasOrder::Sum] {
            let source = AtlasSource {
                sweep: &sweep,
                degenerate: &[],
                quantity,
                order,
                scale: ColorScale::Log,
                most: None,
            };
            let id = BenchmarkId::new(quantity.name(), format!("{order:?}"));
            group.bench_function(id, |b| {
                b.iter(|| atlas(black_box(&source), &mut || true));
            });
        }
    }
    group.finish();
}

criterion_group!(benches, atlases);
criterion_main!(benches);
