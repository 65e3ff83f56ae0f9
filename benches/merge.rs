//! How long it takes to merge the sweeps of seven shards: 32,640 planes × 361
//! angles, 47 MB of counts each.
//!
//! ```text
//! cargo bench --no-default-features --bench merge
//! ```

// A benchmark that cannot unwrap has nothing to time.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use criterion::{Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use ndarray::Array2;
use ndarray_npy::write_npy;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

const NEURONS: usize = 256;
const SHARDS: usize = 7;

/// Runs the program itself, whose reading and writing are what merging is.
fn followspot(arguments: &[&str], folder: &Path) {
    let run = Command::new(env!("CARGO_BIN_EXE_followspot"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(run.status.success(), "{run:?}");
}

/// The sweeps of shards of unequal length.
fn shards(folder: &Path) -> Vec<PathBuf> {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    (0..SHARDS)
        .map(|shard| {
            let rows = 200 + 100 * shard;
            let value = |_| (f64::from(rng.next_u32()) / 4_294_967_296.0 - 0.5) as f32;
            let values: Vec<f32> = (0..rows * NEURONS).map(value).collect();
            let values = Array2::from_shape_vec((rows, NEURONS), values).unwrap();
            write_npy(folder.join(format!("{shard}.npy")), &values).unwrap();
            let (acts, out) = (format!("{shard}.npy"), format!("{shard}.npz"));
            followspot(&["sweep", &acts, "--epsilon", "0.2", "-o", &out], folder);
            folder.join(out)
        })
        .collect()
}

fn merging(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let shards = shards(folder.path());
    let bytes = shards
        .iter()
        .map(|path| path.metadata().unwrap().len())
        .sum();
    let names: Vec<&str> = shards.iter().filter_map(|path| path.to_str()).collect();
    let mut group = criterion.benchmark_group("merge");
    group.sample_size(10);
    group.sampling_mode(SamplingMode::Flat);
    group.measurement_time(Duration::from_secs(3));
    group.throughput(Throughput::Bytes(bytes));
    group.bench_function("7 shards of 32,640 planes", |bencher| {
        bencher.iter(|| {
            let ends = ["-o", "all.npz", "--force"];
            followspot(&[&["merge"], &names[..], &ends].concat(), folder.path());
        });
    });
    group.finish();
}

criterion_group!(benches, merging);
criterion_main!(benches);
