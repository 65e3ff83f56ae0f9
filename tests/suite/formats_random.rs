//! Random and randomly broken files: nothing panics, and what loads is whole.

#![allow(clippy::unwrap_used)] // a test says what it stumbles over

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use followspot::data::{DataError, Dump, Pick, list, load, load_matrix};
use followspot::srm::Activations;
use proptest::prelude::*;

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/formats")
        .join(name)
}

fn try_load(path: &Path, key: Option<&str>) -> Result<Dump, DataError> {
    load(path, &Pick::key(key), &AtomicBool::new(false))
}

/// The values as they were in the file, row by row.
fn rows_of(activations: &Activations) -> Vec<f64> {
    let mut scales = vec![1.0; activations.n_samples()];
    for &(sample, exponent) in activations.rescaled_rows() {
        scales[sample] = 2f64.powi(exponent);
    }
    let neurons = 0..activations.n_neurons();
    let row = |(n, scale)| {
        let neurons = neurons.clone();
        neurons.map(move |k| activations.neuron(k).get(n) * scale)
    };
    scales.into_iter().enumerate().flat_map(row).collect()
}

/// No panic, and what loads has the shape it says.
fn survives(bytes: &[u8], name: &str) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    let _ = list(&path, &AtomicBool::new(false));
    if let Ok(dump) = try_load(&path, None) {
        let left_out = dump.activations.excluded_rows().len();
        assert_eq!(dump.activations.n_samples() + left_out, dump.shape[0]);
    }
    for key in ["layer1", "a"] {
        let _ = try_load(&path, Some(key));
    }
    if let Ok(matrix) = load_matrix(&path, &Pick::key(None), &AtomicBool::new(false)) {
        assert_eq!(matrix.values.len(), matrix.rows * matrix.columns);
    }
}

/// Bytes of a sound file with some of them replaced and the end cut off.
fn mutated(name: &'static str, span: usize) -> impl Strategy<Value = Vec<u8>> {
    let sound = std::fs::read(file(name)).unwrap();
    let span = span.min(sound.len());
    let change = (0..span, any::<u8>());
    (proptest::collection::vec(change, 1..6), 0..sound.len() * 4).prop_map(
        move |(changes, keep)| {
            let mut bytes = sound.clone();
            for (at, byte) in changes {
                bytes[at] = byte;
            }
            bytes.truncate(keep.max(1));
            bytes
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        for magic in [&b""[..], b"\x93NUMPY\x01\x00", b"\x93NUMPY\x03\x00", b"PK\x03\x04"] {
            survives(&[magic, &bytes].concat(), "x.npy");
        }
    }

    #[test]
    fn random_headers_never_panic(
        dict in r#"\{?('descr'|'shape'|'fortran_order'|[a-z(){}\[\],:'" 0-9L.<>-]){0,12}\}?"#,
        shape in r"\((-?[0-9]{1,20}, ?){0,4}\)",
    ) {
        let sound = format!("{{'descr': '<f2', 'fortran_order': False, 'shape': {shape}}}");
        for header in [dict, sound] {
            let length = u16::try_from(header.len()).unwrap().to_le_bytes();
            let bytes = [b"\x93NUMPY\x01\x00", &length[..], header.as_bytes(), &[0; 64]].concat();
            survives(&bytes, "x.npy");
        }
    }

    #[test]
    fn changed_npy_files_never_panic(bytes in mutated("f4.npy", 130)) {
        survives(&bytes, "x.npy");
    }

    #[test]
    fn changed_npz_files_never_panic(bytes in mutated("deflated_keys.npz", usize::MAX)) {
        survives(&bytes, "x.npz");
    }

    #[test]
    fn what_numpy_files_hold_comes_back(
        rows in 1usize..40,
        columns in 2usize..40,
        fortran: bool,
        seed: u64,
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.npy");
        #[allow(clippy::cast_precision_loss)]
        let value = |row: usize, column: usize| {
            (seed.wrapping_mul((row * 64 + column + 1) as u64) >> 20) as f64 - 1e12
        };
        let array = ndarray::Array2::from_shape_fn((rows, columns), |(r, c)| value(r, c));
        if fortran {
            // A transposed array is written in Fortran order.
            let turned = array.t().as_standard_layout().into_owned();
            ndarray_npy::write_npy(&path, &turned.t()).unwrap();
        } else {
            ndarray_npy::write_npy(&path, &array).unwrap();
        }
        let dump = try_load(&path, None).unwrap();
        prop_assert_eq!(rows_of(&dump.activations), array.iter().copied().collect::<Vec<_>>());
    }
}
