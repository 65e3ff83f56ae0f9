//! How long it takes from a file in the page cache to a layer that can be swept:
//! read and normalise, and the overview.
//!
//! ```text
//! cargo bench --no-default-features --bench read
//! ```

// A benchmark that cannot unwrap has nothing to time; and its numbers are small.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::unwrap_used
)]

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{
    BatchSize, BenchmarkGroup, Criterion, SamplingMode, Throughput, criterion_group, criterion_main,
};
use followspot::data;
use followspot::srm::{Activations, Coordinates, Values, overview};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A layer as transformers have them.
const ROWS: usize = 50_000;
const COLUMNS: usize = 768;

/// The files of one run.
struct Files {
    folder: tempfile::TempDir,
}

/// How a `.npy` file holds its values.
#[derive(Clone, Copy)]
struct Kind {
    name: &'static str,
    /// `<f4` or `<f8`.
    descr: &'static str,
    fortran: bool,
    size: f32,
}

const PLAIN: Kind = Kind {
    name: "float32",
    descr: "<f4",
    fortran: false,
    size: 1.0,
};

impl Files {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { folder }
    }

    fn npy(&self, kind: Kind) -> PathBuf {
        let path = self.folder.path().join("a.npy");
        let mut file = BufWriter::new(File::create(&path).unwrap());
        let order = if kind.fortran { "True" } else { "False" };
        let header = format!(
            "{{'descr': '{}', 'fortran_order': {order}, 'shape': ({ROWS}, {COLUMNS}), }}\n",
            kind.descr
        );
        let length = u16::try_from(header.len()).unwrap();
        file.write_all(b"\x93NUMPY\x01\0").unwrap();
        file.write_all(&length.to_le_bytes()).unwrap();
        file.write_all(header.as_bytes()).unwrap();
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        for _ in 0..ROWS * COLUMNS {
            let x = kind.size * (rng.next_u32() as f32 / 2f32.powi(31) - 1.0);
            if kind.descr == "<f8" {
                file.write_all(&f64::from(x).to_le_bytes()).unwrap();
            } else {
                file.write_all(&x.to_le_bytes()).unwrap();
            }
        }
        file.into_inner().unwrap();
        path
    }

    /// The same as a stored member of an archive.
    fn npz(&self, kind: Kind) -> PathBuf {
        let npy = self.npy(kind);
        let path = self.folder.path().join("a.npz");
        let mut zip = zip::ZipWriter::new(File::create(&path).unwrap());
        let options = zip::write::SimpleFileOptions::default()
            .compression_method(zip::CompressionMethod::Stored);
        zip.start_file("a.npy", options).unwrap();
        std::io::copy(&mut File::open(npy).unwrap(), &mut zip).unwrap();
        zip.finish().unwrap();
        path
    }
}

fn group<'a>(criterion: &'a mut Criterion, name: &str) -> BenchmarkGroup<'a, WallTime> {
    let mut group = criterion.benchmark_group(name);
    group.sample_size(10);
    group.warm_up_time(Duration::from_millis(300));
    group.measurement_time(Duration::from_secs(2));
    group.sampling_mode(SamplingMode::Flat);
    group
}

fn load(path: &Path) -> Arc<Activations> {
    let dump = data::load(path, &data::Pick::default(), &AtomicBool::new(false));
    dump.unwrap().activations
}

/// Files of all kinds, as activations.
fn reading(criterion: &mut Criterion) {
    let files = Files::new();
    let mut group = group(criterion, "read and normalise 50,000 x 768");
    let mut bench = |name: &str, path: &Path| {
        group.throughput(Throughput::Bytes(path.metadata().unwrap().len()));
        group.bench_function(name, |bencher| {
            bencher.iter_with_large_drop(|| load(path));
        });
    };
    for kind in [
        PLAIN,
        Kind {
            name: "float32, rows rescaled",
            size: 1e-12,
            ..PLAIN
        },
        Kind {
            name: "float32, Fortran order",
            fortran: true,
            ..PLAIN
        },
        Kind {
            name: "float64",
            descr: "<f8",
            ..PLAIN
        },
    ] {
        bench(kind.name, &files.npy(kind));
    }
    bench("float32, stored npz", &files.npz(PLAIN));
    group.finish();
}

/// What is done once the values are in memory.
fn preparing(criterion: &mut Criterion) {
    let cancel = AtomicBool::new(false);
    let layer = load(&Files::new().npy(PLAIN));
    let neurons = (0..COLUMNS).flat_map(|k| layer.neuron(k).iter());
    let values: Vec<f32> = neurons.map(|x| x as f32).collect();
    let mut group = group(criterion, "prepare 50,000 x 768");
    group.throughput(Throughput::Bytes((ROWS * COLUMNS * 4) as u64));
    group.bench_function("norms", |bencher| {
        bencher.iter_batched(
            || Values::F32(values.clone()),
            |values| Activations::new(values, ROWS, COLUMNS).unwrap(),
            BatchSize::PerIteration,
        );
    });
    let coordinates = Coordinates::standard(Arc::clone(&layer));
    group.bench_function("overview", |bencher| {
        bencher.iter(|| overview(&coordinates, &cancel).unwrap());
    });
    group.finish();
}

criterion_group!(benches, reading, preparing);
criterion_main!(benches);
