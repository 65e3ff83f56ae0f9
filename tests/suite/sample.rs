//! The bundled sample: what its README says of it, and the alignment that the
//! paper's own function finds in it.
#![allow(clippy::unwrap_used)] // a test that cannot unwrap has failed

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use followspot::srm::{
    Activations, AngleGrid, Coordinates, Epsilon, PlaneMode, PlaneSet, Sign, SweepSpec, Values,
    sweep,
};
use ndarray::{Array1, Array2, Array3};
use ndarray_npy::ReadNpyExt;

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("assets/sample")
        .join(name)
}

fn read<T: ReadNpyExt>(name: &str) -> T {
    T::read_npy(std::fs::File::open(path(name)).unwrap()).unwrap()
}

fn layer() -> Arc<Activations> {
    let rows: Array2<f32> = read("relu_epoch_3000.npy");
    let (n, d) = rows.dim();
    let values = rows.t().iter().copied().collect();
    Arc::new(Activations::new(Values::F32(values), n, d).unwrap())
}

#[test]
fn the_sample_is_what_its_readme_says() {
    let layer = layer();
    assert_eq!((layer.n_samples(), layer.n_neurons()), (1_797, 24));
    assert_eq!((layer.excluded_rows().len(), layer.zero_rows()), (0, 0));
    let silent = (0..24)
        .filter(|&k| (0..1_797).all(|sample| layer.neuron(k).get(sample) == 0.0))
        .count();
    assert_eq!(silent, 6);
    let labels: Array1<i64> = read("labels.npy");
    assert_eq!(labels.len(), 1_797);
    assert!(labels.iter().all(|digit| (0..10).contains(digit)));
    let images: Array3<u8> = read("images.npy");
    assert_eq!(images.dim(), (1_797, 8, 8));
    assert_eq!(images.iter().max(), Some(&16));
    let bytes: u64 = ["relu_epoch_3000.npy", "labels.npy", "images.npy"]
        .iter()
        .map(|name| std::fs::metadata(path(name)).unwrap().len())
        .sum();
    assert!(bytes < 1_000_000);
}

/// Means over all 276 planes at the axes and at the bisectors, to five places,
/// by the unmodified function of the paper's author.
#[test]
fn the_sample_is_as_aligned_as_the_paper_finds_it() {
    let coordinates = Coordinates::standard(layer());
    for (epsilon, axes, bisectors, index) in [
        (0.25, 0.07100, 0.09339, -0.14),
        (0.35, 0.04985, 0.05911, -0.08),
        (0.5, 0.02956, 0.02291, 0.13),
        (0.7, 0.01055, 0.00220, 0.66),
        (0.9, 0.00136, 0.00014, 0.82),
    ] {
        let spec = SweepSpec {
            epsilon: Epsilon::new(epsilon).unwrap(),
            grid: AngleGrid::new(9).unwrap(),
            sign: Sign::Unsigned,
            planes: PlaneSet::new(coordinates.basis(), PlaneMode::Combinations, None),
        };
        let swept = sweep(&coordinates, &spec, &AtomicBool::new(false), &mut ()).unwrap();
        let found = swept.alignment();
        assert_eq!(swept.records.len(), 276);
        assert!((found.axes - axes).abs() < 6e-6, "axes at ε = {epsilon}");
        assert!(
            (found.bisectors - bisectors).abs() < 6e-6,
            "bisectors at ε = {epsilon}"
        );
        assert!((found.index() - index).abs() < 6e-3, "index at {epsilon}");
    }
}
