//! How long the engine takes, on two kinds of seeded layers: `iso`, whose rows
//! are standard normal, and `mixed`, each row of which has one or two dominant
//! neurons.
//!
//! ```text
//! cargo bench --no-default-features --bench sweep
//! ```

// A benchmark that cannot unwrap has nothing to time; and its numbers are small.
#![allow(clippy::cast_precision_loss, clippy::unwrap_used)]

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{
    BenchmarkGroup, BenchmarkId, Criterion, SamplingMode, criterion_group, criterion_main,
};
use followspot::srm::{
    Activations, AngleGrid, Coordinates, Draw, Epsilon, Plane, PlaneMode, PlaneSet, Sign,
    Spotlight, SweepSpec, UnitBasis, Values, curve, overview, sweep,
};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A layer as transformers have them.
const WIDE: (usize, usize) = (50_000, 768);
/// One whose planes are all swept within a second.
const NARROW: (usize, usize) = (10_000, 64);

/// Which rows.
#[derive(Clone, Copy)]
enum Kind {
    Iso,
    Mixed,
}

impl Kind {
    const ALL: [Self; 2] = [Self::Iso, Self::Mixed];

    fn name(self) -> &'static str {
        match self {
            Self::Iso => "iso",
            Self::Mixed => "mixed",
        }
    }

    /// `n × d` values, neuron-major.
    fn values(self, (n, d): (usize, usize)) -> Vec<f32> {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut values: Vec<f32> = (0..n * d).map(|_| normal(&mut rng)).collect();
        if let Self::Mixed = self {
            for sample in 0..n {
                // Large enough to be most of the row's length: cosines near one.
                let size = 4.0 * (d as f32).sqrt();
                let neurons = 1 + rng.next_u32() % 2;
                for _ in 0..neurons {
                    let neuron = rng.next_u32() as usize % d;
                    values[neuron * n + sample] += size;
                }
            }
        }
        values
    }
}

/// A standard normal value (Box and Muller).
fn normal(rng: &mut ChaCha8Rng) -> f32 {
    let mut unit = || (rng.next_u32() as f32 + 0.5) / 4_294_967_296.0;
    let (u, v): (f32, f32) = (unit(), unit());
    (-2.0 * u.max(f32::MIN_POSITIVE).ln()).sqrt() * (std::f32::consts::TAU * v).cos()
}

fn activations(kind: Kind, (n, d): (usize, usize)) -> Arc<Activations> {
    let values = Values::F32(kind.values((n, d)));
    Arc::new(Activations::new(values, n, d).unwrap())
}

/// `m` random vectors of `R^d`.
fn vectors(m: usize, d: usize) -> Arc<UnitBasis> {
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    let values = (0..m * d).map(|_| f64::from(normal(&mut rng))).collect();
    Arc::new(UnitBasis::dense(values, m, d).unwrap())
}

/// The paper's default and the one that lights 1% of isotropic data.
fn resolutions(paper: f64, d: usize) -> [(String, Epsilon); 2] {
    let share = Epsilon::from_null_share(0.01, d).unwrap();
    [
        (format!("{paper}"), Epsilon::new(paper).unwrap()),
        ("null 1%".to_owned(), share),
    ]
}

fn group<'a>(criterion: &'a mut Criterion, name: &str) -> BenchmarkGroup<'a, WallTime> {
    let mut group = criterion.benchmark_group(name);
    group.sample_size(10);
    group.warm_up_time(Duration::from_millis(300));
    group.measurement_time(Duration::from_secs(2));
    group.sampling_mode(SamplingMode::Flat);
    group
}

/// One plane of a wide layer: what the window shows at each step of the slider.
fn one_plane(criterion: &mut Criterion) {
    let grid = AngleGrid::new(361).unwrap();
    let cancel = AtomicBool::new(false);
    let mut group = group(criterion, "one plane of 50,000 x 768");
    for kind in Kind::ALL {
        let coordinates = Coordinates::standard(activations(kind, WIDE));
        for (name, epsilon) in resolutions(0.9, WIDE.1) {
            let mut next = 0;
            group.bench_function(BenchmarkId::new(kind.name(), name), |bencher| {
                bencher.iter(|| {
                    // Another plane each time, as when scrubbing: cold neurons.
                    next = (next + 37) % 700;
                    let plane = Plane {
                        i: next,
                        j: next + 53,
                    };
                    curve(&coordinates, plane, epsilon, &grid, Sign::Unsigned, &cancel)
                });
            });
        }
    }
    group.finish();
}

/// All planes of whole layers of several shapes, at 360 angles; the lists of lit
/// samples are made anew each time, as when the slider moves.
fn whole_layers(criterion: &mut Criterion) {
    let cancel = AtomicBool::new(false);
    let mut group = group(criterion, "whole layers");
    group.measurement_time(Duration::from_secs(4));
    for shape in [WIDE, (10_000, 3_072), (400_000, 128)] {
        for kind in Kind::ALL {
            let coordinates = Coordinates::standard(activations(kind, shape));
            let spec = SweepSpec {
                epsilon: Epsilon::new(0.9).unwrap(),
                grid: AngleGrid::new(360).unwrap(),
                sign: Sign::Unsigned,
                planes: PlaneSet::new(coordinates.basis(), PlaneMode::Combinations, None),
            };
            let (n, d) = shape;
            let name = format!("{} {n} x {d}, {} planes", kind.name(), spec.planes.len());
            group.bench_function(name, |bencher| {
                bencher.iter(|| sweep(&coordinates, &spec, &cancel, &mut ()).unwrap());
            });
        }
    }
    group.finish();
}

/// Where lists save nothing: the resolution that lights 1% of isotropic data, on a
/// draw of planes.
fn small_epsilon(criterion: &mut Criterion) {
    let cancel = AtomicBool::new(false);
    let mut group = group(criterion, "2,000 planes of 50,000 x 768 at null 1%");
    for kind in Kind::ALL {
        let coordinates = Coordinates::standard(activations(kind, WIDE));
        let draw = Draw {
            max_planes: 2_000,
            seed: 1,
        };
        let spec = SweepSpec {
            epsilon: Epsilon::from_null_share(0.01, WIDE.1).unwrap(),
            grid: AngleGrid::new(360).unwrap(),
            sign: Sign::Unsigned,
            planes: PlaneSet::new(coordinates.basis(), PlaneMode::Combinations, Some(draw)),
        };
        let light = Spotlight::new(&coordinates, spec.epsilon, &spec.grid, spec.sign, &cancel);
        let light = light.unwrap();
        group.bench_function(kind.name(), |bencher| {
            bencher.iter(|| light.sweep(&spec.planes, &cancel, &mut ()).unwrap());
        });
    }
    group.finish();
}

/// All 2,016 planes of a layer, at 360 angles.
fn all_planes(criterion: &mut Criterion) {
    let cancel = AtomicBool::new(false);
    let mut group = group(criterion, "all planes of 10,000 x 64");
    let mut bench = |name: &str, coordinates: &Coordinates, angles, sign, mode, epsilon| {
        let spec = SweepSpec {
            epsilon,
            grid: AngleGrid::new(angles).unwrap(),
            sign,
            planes: PlaneSet::new(coordinates.basis(), mode, None),
        };
        group.bench_function(name, |bencher| {
            bencher.iter(|| sweep(coordinates, &spec, &cancel, &mut ()).unwrap());
        });
    };
    for kind in Kind::ALL {
        let layer = activations(kind, NARROW);
        let coordinates = Coordinates::standard(Arc::clone(&layer));
        for (name, epsilon) in resolutions(0.75, NARROW.1) {
            bench(
                &format!("{}/{name}", kind.name()),
                &coordinates,
                360,
                Sign::Unsigned,
                PlaneMode::Combinations,
                epsilon,
            );
        }
        // What moves with the slider.
        bench(
            &format!("{}/0.3", kind.name()),
            &coordinates,
            360,
            Sign::Unsigned,
            PlaneMode::Combinations,
            Epsilon::new(0.3).unwrap(),
        );
        // An even number of angles has no opposite on its grid: a second arc.
        bench(
            &format!("{}/0.75 signed, permutations", kind.name()),
            &coordinates,
            360,
            Sign::Signed,
            PlaneMode::Permutations,
            Epsilon::new(0.75).unwrap(),
        );
        let overcomplete = Coordinates::new(layer, vectors(96, NARROW.1)).unwrap();
        bench(
            &format!("{}/0.75 overcomplete, 96 vectors", kind.name()),
            &overcomplete,
            360,
            Sign::Unsigned,
            PlaneMode::Combinations,
            Epsilon::new(0.75).unwrap(),
        );
    }
    group.finish();
}

/// A basis that is not the neurons' own.
fn preparing_a_basis(criterion: &mut Criterion) {
    let cancel = AtomicBool::new(false);
    let mut group = group(criterion, "preparing 5,000 x 768 in 1,000 vectors");
    let layer = activations(Kind::Iso, (5_000, WIDE.1));
    group.bench_function("basis", |bencher| {
        bencher.iter(|| black_box(vectors(1_000, WIDE.1)));
    });
    let basis = vectors(1_000, WIDE.1);
    group.bench_function("coordinates", |bencher| {
        bencher.iter(|| Coordinates::new(Arc::clone(&layer), Arc::clone(&basis)).unwrap());
    });
    let coordinates = Coordinates::new(layer, basis).unwrap();
    group.bench_function("overview", |bencher| {
        bencher.iter(|| overview(&coordinates, &cancel).unwrap());
    });
    group.finish();
}

criterion_group!(
    benches,
    one_plane,
    whole_layers,
    small_epsilon,
    all_planes,
    preparing_a_basis
);
criterion_main!(benches);
