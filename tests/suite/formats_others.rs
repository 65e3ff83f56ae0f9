//! Every file of `tests/data/formats` that is neither `.npy` nor `.npz`: what it
//! holds, or the sentence that is said of it.
//!
//! The same 20 × 6 numbers stand in every file that can hold them: those of
//! `f8.npy`, taken here byte by byte without the loader.
#![allow(clippy::unwrap_used)] // a test says what it stumbles over

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use followspot::data::{ArrayInfo, Dtype, Pick, list, load, load_matrix};

const SHAPE: [usize; 2] = [20, 6];

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/formats")
        .join(name)
}

fn listed(name: &str) -> Vec<ArrayInfo> {
    let arrays = list(&file(name), &AtomicBool::new(false));
    arrays.unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The numbers, row by row.
fn base() -> Vec<f64> {
    let bytes = std::fs::read(file("f8.npy")).unwrap();
    let values = bytes[128..].chunks_exact(8);
    values
        .map(|value| f64::from_le_bytes(value.try_into().unwrap()))
        .collect()
}

/// An array as a matrix, row by row.
#[track_caller]
fn matrix(name: &str, key: Option<&str>) -> ([usize; 2], Vec<f64>) {
    let matrix = load_matrix(&file(name), &Pick::key(key), &AtomicBool::new(false));
    let matrix = matrix.unwrap_or_else(|error| panic!("{name}: {error}"));
    ([matrix.rows, matrix.columns], matrix.values)
}

/// The array is 20 × 6 and holds `expected` of the numbers, both as samples and as
/// a matrix.
#[track_caller]
fn check_values(name: &str, key: Option<&str>, dtype: Dtype, expected: impl Fn(f64) -> f64) {
    let expected: Vec<f64> = base().into_iter().map(expected).collect();
    assert_eq!(matrix(name, key), (SHAPE, expected.clone()), "{name}");
    let dump = load(&file(name), &Pick::key(key), &AtomicBool::new(false)).unwrap();
    assert_eq!((dump.shape, dump.dtype), (SHAPE, dtype), "{name}");
    let activations = dump.activations;
    let rows = (0..20).flat_map(|n| (0..6).map(move |k| (n, k)));
    let values: Vec<f64> = rows.map(|(n, k)| activations.neuron(k).get(n)).collect();
    assert_eq!(values, expected, "{name}");
}

/// What is said of a file has every fragment, names it, is one line and tells no
/// folder.
#[track_caller]
fn check_error(name: &str, fragments: &[&str]) {
    let sentence = match load(&file(name), &Pick::default(), &AtomicBool::new(false)) {
        Ok(dump) => panic!("{name} loaded: {:?}", dump.shape),
        Err(error) => error.to_string(),
    };
    let short = Path::new(name).file_name().unwrap().to_str().unwrap();
    for fragment in fragments.iter().chain(&[short]) {
        assert!(sentence.contains(fragment), "{sentence}\nlacks: {fragment}");
    }
    assert!(!sentence.contains(char::is_control), "{sentence}");
    assert!(!sentence.contains("tests/data"), "{sentence}");
    assert!(sentence.len() < 500, "{sentence}");
}

/// To single precision and back.
#[allow(clippy::cast_possible_truncation)]
fn single(x: f64) -> f64 {
    f64::from(x as f32)
}

fn half(x: f64) -> f64 {
    f64::from(half::f16::from_f64(x))
}

fn brain(x: f64) -> f64 {
    f64::from(half::bf16::from_f32(single(x) as f32))
}

#[test]
fn safetensors_of_every_type() {
    let name = "types.safetensors";
    check_values(name, Some("f32"), Dtype::F32, single);
    check_values(name, Some("f16"), Dtype::F16, half);
    check_values(name, Some("bf16"), Dtype::BF16, brain);
    check_values(name, Some("f64"), Dtype::F64, |x| x);
    let whole = |x: f64| (x * 20.0).round_ties_even();
    check_values(name, Some("i64"), Dtype::I64, whole);
    check_values(name, Some("u8"), Dtype::U8, |x| whole(x).abs());
    check_values(name, Some("bool"), Dtype::Bool, |x| {
        f64::from(u8::from(x > 0.0))
    });
    assert_eq!(listed(name).len(), 7);
    check_error(name, &["7 arrays that could be activations", "--key"]);
}

#[test]
fn safetensors_of_several_shapes() {
    let arrays = listed("several.safetensors");
    let mut shapes: Vec<(&str, &[u64], bool)> = arrays
        .iter()
        .map(|array| {
            let key = array.key.as_deref().unwrap();
            (key, &*array.shape, array.problem.is_none())
        })
        .collect();
    shapes.sort_unstable();
    assert_eq!(
        shapes,
        [
            ("empty", &[0, 6][..], false),
            ("layers.0.out", &[20, 6], true),
            ("layers.1.out", &[4, 5, 6], true),
        ]
    );
    check_values(
        "several.safetensors",
        Some("layers.0.out"),
        Dtype::F32,
        single,
    );
}

#[test]
fn safetensors_that_are_broken() {
    let error = |name: &str, fragments: &[&str]| {
        check_error(&format!("bad/{name}.safetensors"), fragments);
    };
    error("offset_out_of_range", &["`a`", "1,000 to 1,024", "only 24"]);
    error("offsets_reversed", &["`a`", "24 to 0 of the 24"]);
    error(
        "offsets_do_not_fit_shape",
        &["`a`", "0 to 20", "2 × 3", "24"],
    );
    error(
        "overlapping",
        &["`b`", "12 to 36 of the 36", "`a` (0 to 24)"],
    );
    error("shape_overflow", &["`a`", "more than any file has"]);
    error("truncated_body", &["`a`", "0 to 24", "only 10"]);
    error(
        "header_length_huge",
        &["9,223,372,036,854,775,808 bytes", "100,000,000"],
    );
    error("header_not_json", &["not understood", "line 1 column 2"]);
    error("header_not_utf8", &["not understood", "unicode"]);
    error("unknown_dtype", &["`a`", "Q7"]);
    error("duplicate_keys", &["more than one tensor `a`"]);
    error("five_bytes", &["ends after 5 bytes"]);
}

#[test]
fn torch_tensors_alone_and_in_containers() {
    check_values("tensor.pt", None, Dtype::F32, single);
    check_values("tensor_bf16.pt", None, Dtype::BF16, brain);
    check_values("parameter.pt", None, Dtype::F32, single);
    check_values("dict.pt", Some("layer1"), Dtype::F32, single);
    check_values("dict.pt", Some("layer2"), Dtype::F64, |x| x);
    check_error(
        "dict.pt",
        &["layer1 (20 × 6, float32), layer2 (20 × 6, float64)"],
    );
    check_values("list.pt", Some("[0]"), Dtype::F32, single);
    let shapes: Vec<(String, Vec<u64>)> = listed("state_dict.pt")
        .into_iter()
        .map(|array| (array.key.unwrap(), array.shape))
        .collect();
    let expected = [
        ("0.weight", vec![4, 6]),
        ("0.bias", vec![4]),
        ("2.weight", vec![2, 4]),
        ("2.bias", vec![2]),
    ];
    assert_eq!(shapes, expected.map(|(key, shape)| (key.to_owned(), shape)));
}

#[test]
fn torch_views_of_one_storage() {
    let base: Vec<f64> = base().into_iter().map(single).collect();
    let turned = (0..6).flat_map(|k| (0..20).map(move |n| n * 6 + k));
    let turned = turned.map(|place| base[place]).collect();
    assert_eq!(matrix("tensor_transposed_view.pt", None), ([6, 20], turned));
    let steps = (0..10).flat_map(|n| (1..4).map(move |k| n * 12 + k));
    let steps = steps.map(|place| base[place]).collect();
    assert_eq!(matrix("tensor_strided_view.pt", None), ([10, 3], steps));
    // The same views of the numbers n/8, one file stored and one deflated.
    for name in ["torch/views.pt", "torch/deflated.pt"] {
        let eighths = |places: Vec<u32>| -> Vec<f64> {
            places.into_iter().map(|n| f64::from(n) / 8.0).collect()
        };
        let whole = eighths((0..120).collect());
        assert_eq!(matrix(name, Some("whole")), ([20, 6], whole));
        let steps = (0..10).flat_map(|n| (1..4).map(move |k| n * 12 + k));
        let steps = eighths(steps.collect());
        assert_eq!(matrix(name, Some("steps")), ([10, 3], steps));
        let wide = eighths((0..4).flat_map(|_| 0..6).collect());
        assert_eq!(matrix(name, Some("wide")), ([4, 6], wide));
    }
    let swapped = matrix("torch/swapped.pt", Some("b[0]"));
    assert_eq!(swapped, matrix("torch/views.pt", Some("whole")));
}

#[test]
fn torch_files_that_would_run_something_do_not() {
    check_error(
        "bad/pickle_os_system.pt",
        &["calls `posix.system`", "nothing was run"],
    );
    check_error(
        "bad/bare_pickle_os_system.pt",
        &["calls `posix.system`", "nothing was run"],
    );
    check_error(
        "torch/whole_model.pt",
        &[
            "torch.nn.modules.container.Sequential",
            "model.state_dict()",
        ],
    );
    assert!(!Path::new("PWNED").exists());
}

#[test]
fn torch_files_that_are_broken_or_old() {
    check_error(
        "legacy.pt",
        &[
            "before torch 1.6",
            "torch.save(torch.load(f, weights_only=True), g)",
        ],
    );
    check_error("bad/truncated.pt", &["PyTorch (zip)", "truncated"]);
    check_error("bad/storage_missing.pt", &["`data/0` is missing"]);
    check_error(
        "bad/storage_short.pt",
        &["`data/0`", "120 values", "only 40 bytes"],
    );
    check_error(
        "bad/size_beyond_storage.pt",
        &["value 1,779", "`data/0`", "holds 120"],
    );
    check_error("bad/pickle_memo_garbage.pt", &["entry 255 of its memo"]);
}

/// Nine digits of each number stand in the tables.
#[test]
fn tables_of_text() {
    let base = base();
    for name in [
        "plain.csv",
        "header.csv",
        "tabs.tsv",
        "semicolon_decimal_point.csv",
        "quoted_crlf_bom.csv",
        "label_column.csv",
    ] {
        let (shape, values) = matrix(name, None);
        assert_eq!(shape, SHAPE, "{name}");
        for (x, y) in values.iter().zip(&base) {
            assert!((x - y).abs() < 1e-8, "{name}: {x} and {y}");
        }
        let dump = load(&file(name), &Pick::default(), &AtomicBool::new(false)).unwrap();
        let names = dump.neuron_names.as_deref().map(<[String]>::concat);
        let expected = match name {
            "header.csv" | "label_column.csv" => Some("n0n1n2n3n4n5"),
            "quoted_crlf_bom.csv" => Some("n0, xn1, xn2, xn3, xn4, xn5, x"),
            _ => None,
        };
        assert_eq!(names.as_deref(), expected, "{name}");
        let labels = dump.labels.as_deref().map(|labels| labels.join(" "));
        let expected = "class0 class1 class2 ".repeat(7);
        let expected = (name == "label_column.csv").then(|| expected[..20 * 7 - 1].to_owned());
        assert_eq!(labels, expected, "{name}");
    }
}

#[test]
fn tables_that_are_broken() {
    check_error("bad/ragged.csv", &["line 2 has 2 fields, 3 expected"]);
    check_error("bad/words.csv", &["`brown` on line 2, column 1"]);
    check_error("bad/one_bad_cell.csv", &["`x` on line 2, column 2"]);
    check_error("bad/binary.csv", &["is not text"]);
    check_error("bad/empty.csv", &["is empty"]);
}

#[cfg(feature = "hdf5")]
#[test]
fn hdf5_files_of_every_version() {
    let eighths: Vec<f64> = (0..120u32).map(|n| f64::from(n) / 8.0).collect();
    for name in ["hdf5/earliest.h5", "hdf5/latest.h5"] {
        for key in ["contiguous", "gzip", "shuffled", "growing"] {
            let key = format!("layouts/{key}");
            assert_eq!(matrix(name, Some(&key)), (SHAPE, eighths.clone()), "{name}");
        }
        for key in ["types/f2", "types/>f4", "types/f8"] {
            let (shape, values) = matrix(name, Some(key));
            assert_eq!((shape, &values[..]), ([9, 6], &eighths[..54]), "{name}");
        }
        check_error(
            name,
            &["14 arrays that could be activations", "three (4 × 5 × 6"],
        );
    }
    assert_eq!(matrix("hdf5/matlab.mat", None), (SHAPE, eighths.clone()));
    assert_eq!(matrix("hdf5/sparse.h5", None), (SHAPE, eighths));
    let sparse = listed("hdf5/sparse.h5").remove(0);
    let problem = sparse.problem.unwrap();
    assert!(
        problem.contains("declares 24,000,000,000,000 bytes"),
        "{problem}"
    );
}

#[test]
fn files_that_are_known_and_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let said = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let loaded = load(&path, &Pick::default(), &AtomicBool::new(false));
        loaded.map(|dump| dump.shape).unwrap_err().to_string()
    };
    assert_eq!(
        said("x.parquet", b"PAR1\x15\x04PAR1"),
        "x.parquet is a Parquet table, so it is not read: np.save(\"x.npy\", \
         pd.read_parquet(\"x.parquet\").to_numpy())"
    );
    let pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n";
    for name in ["x.safetensors", "x.npy", "x.csv"] {
        assert!(said(name, pointer).ends_with("run git lfs pull"));
    }
    assert!(said("x.csv", b"<!DOCTYPE html>").contains("a web page"));
    assert!(said("x.pkl", b"\x80\x04N.").contains("a Python pickle"));
    assert!(said("x.onnx", b"\x08\x07\x12\x07pytorch").contains("an ONNX model"));
    std::fs::create_dir(folder.path().join("x.zarr")).unwrap();
    std::fs::write(folder.path().join("x.zarr/.zarray"), "{}").unwrap();
    let store = load(
        &folder.path().join("x.zarr"),
        &Pick::default(),
        &AtomicBool::new(false),
    );
    assert!(store.unwrap_err().to_string().contains("a Zarr store"));
}
