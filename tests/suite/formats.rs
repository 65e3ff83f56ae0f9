//! Every `.npy` and `.npz` file of `tests/data/formats`, good and broken.
//!
//! The same 20 × 6 numbers stand in every file that can hold them: `f8.npy` is
//! them, taken here byte by byte without the loader.
#![allow(clippy::unwrap_used)] // a test says what it stumbles over

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use followspot::data::{ArrayInfo, DataError, Dtype, Dump, Pick, Role, list, load, load_matrix};
use followspot::srm::Activations;

const ROWS: usize = 20;
const COLUMNS: usize = 6;

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/formats")
        .join(name)
}

fn try_load(path: &Path, key: Option<&str>) -> Result<Dump, DataError> {
    load(path, &Pick::key(key), &AtomicBool::new(false))
}

fn loaded(name: &str, key: Option<&str>) -> Dump {
    try_load(&file(name), key).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn error_of(name: &str, key: Option<&str>) -> DataError {
    match try_load(&file(name), key) {
        Ok(dump) => panic!("{name} loaded: {:?}", dump.shape),
        Err(error) => error,
    }
}

/// The numbers, row by row.
fn base() -> Vec<f64> {
    let bytes = std::fs::read(file("f8.npy")).unwrap();
    let values: Vec<f64> = bytes[128..]
        .chunks_exact(8)
        .map(|value| f64::from_le_bytes(value.try_into().unwrap()))
        .collect();
    assert_eq!(values.len(), ROWS * COLUMNS);
    let sum: f64 = values.iter().sum();
    assert!((sum - -21.922_091_180_840_1).abs() < 1e-12);
    values
}

/// The values as stored, row by row.
fn rows_of(activations: &Activations) -> Vec<f64> {
    (0..activations.n_samples())
        .flat_map(|n| (0..activations.n_neurons()).map(move |k| (n, k)))
        .map(|(n, k)| activations.neuron(k).get(n))
        .collect()
}

/// Loads 20 × 6 and compares every value with `expected` of the numbers.
#[track_caller]
fn check_values(name: &str, key: Option<&str>, dtype: Dtype, expected: impl Fn(f64) -> f64) {
    let dump = loaded(name, key);
    assert_eq!(dump.shape, [ROWS, COLUMNS], "{name}");
    assert_eq!(dump.dtype, dtype, "{name}");
    assert_eq!(dump.key.as_deref(), key, "{name}");
    let expected: Vec<f64> = base().into_iter().map(expected).collect();
    assert_eq!(rows_of(&dump.activations), expected, "{name}");
    let matrix = load_matrix(&file(name), &Pick::key(key), &AtomicBool::new(false)).unwrap();
    assert_eq!([matrix.rows, matrix.columns], [ROWS, COLUMNS], "{name}");
    assert_eq!(matrix.values, expected, "{name} as a matrix");
}

/// The message has every fragment, is one line and tells no folder.
#[track_caller]
fn check_sentence(error: &DataError, fragments: &[&str]) {
    let sentence = error.to_string();
    for fragment in fragments {
        assert!(sentence.contains(fragment), "{sentence}\nlacks: {fragment}");
    }
    assert!(!sentence.contains('\n'), "{sentence}");
    assert!(!sentence.contains("tests/data"), "{sentence}");
    assert!(sentence.len() < 500, "{sentence}");
}

#[track_caller]
fn check_error(name: &str, fragments: &[&str]) {
    let short = Path::new(name).file_name().unwrap().to_str().unwrap();
    let error = error_of(name, None);
    check_sentence(&error, fragments);
    check_sentence(&error, &[short]);
}

/// To single precision and back.
#[allow(clippy::cast_possible_truncation)]
fn single(x: f64) -> f64 {
    f64::from(x as f32)
}

fn whole(x: f64) -> f64 {
    (x * 20.0).round_ties_even()
}

fn natural(x: f64) -> f64 {
    whole(x).abs()
}

#[test]
fn floats_of_every_width_order_and_version() {
    let half = |x| f64::from(half::f16::from_f64(x));
    check_values("f2.npy", None, Dtype::F16, half);
    check_values("f4.npy", None, Dtype::F32, single);
    check_values("f8.npy", None, Dtype::F64, |x| x);
    check_values("fortran_f4.npy", None, Dtype::F32, single);
    check_values("big_endian_f4.npy", None, Dtype::F32, single);
    check_values("big_endian_f8.npy", None, Dtype::F64, |x| x);
    check_values("version2.npy", None, Dtype::F32, single);
    check_values("version3.npy", None, Dtype::F32, single);
}

#[test]
fn whole_numbers_of_every_width() {
    check_values("i1.npy", None, Dtype::I8, whole);
    check_values("i2.npy", None, Dtype::I16, whole);
    check_values("big_endian_i2.npy", None, Dtype::I16, whole);
    check_values("i4.npy", None, Dtype::I32, whole);
    check_values("i8.npy", None, Dtype::I64, whole);
    check_values("u1.npy", None, Dtype::U8, natural);
    check_values("u2.npy", None, Dtype::U16, natural);
    check_values("u4.npy", None, Dtype::U32, natural);
    check_values("u8.npy", None, Dtype::U64, natural);
    let positive = |x: f64| f64::from(u8::from(x > 0.0));
    check_values("bool.npy", None, Dtype::Bool, positive);
}

#[test]
fn precision_in_memory_is_the_least_that_holds_the_file() {
    let bytes = |name| loaded(name, None).activations.bytes();
    assert_eq!(bytes("f2.npy"), bytes("f4.npy"));
    assert_eq!(bytes("i2.npy"), bytes("f4.npy"));
    assert_eq!(bytes("i4.npy"), bytes("f8.npy"));
    // A line of memory each row, however few its columns.
    assert_eq!(bytes("f8.npy"), bytes("f4.npy") + ROWS * 16 * 4);
}

#[test]
fn keys_are_stored_or_deflated() {
    for name in ["stored_keys.npz", "deflated_keys.npz"] {
        check_values(name, Some("layer1"), Dtype::F32, single);
        let layer2 = loaded(name, Some("layer2"));
        let reversed: Vec<f64> = base()
            .chunks_exact(COLUMNS)
            .flat_map(|row| row.iter().rev().copied())
            .collect();
        assert_eq!(rows_of(&layer2.activations), reversed, "{name}");
        assert_eq!(layer2.notes, [""; 0], "{name}");
    }
    let with_ending = loaded("stored_keys.npz", Some("layer1.npy"));
    assert_eq!(with_ending.key.as_deref(), Some("layer1"));
    check_values("default_names.npz", Some("arr_0"), Dtype::F32, single);
    check_values("unicode_key.npz", Some("schicht_é_層"), Dtype::F32, single);
}

#[test]
fn a_key_must_be_chosen_where_several_would_do() {
    let error = error_of("stored_keys.npz", None);
    check_sentence(
        &error,
        &[
            "stored_keys.npz holds 2 arrays that could be activations: layer1 (20 × 6, float32), \
           layer2 (20 × 6, float64): choose one with --key",
        ],
    );
    let DataError::SeveralArrays { keys, .. } = error else {
        panic!("{error:?}");
    };
    let names: Vec<_> = keys.iter().filter_map(|info| info.key.as_deref()).collect();
    assert_eq!(names, ["layer1", "layer2"]);
    let error = error_of("stored_keys.npz", Some("layer3"));
    assert!(matches!(error, DataError::NoSuchKey { .. }));
    check_sentence(
        &error,
        &["`layer3`", "layer1 (20 × 6, float32)", "labels (20, int64)"],
    );
    let error = error_of("f4.npy", Some("layer1"));
    assert!(matches!(error, DataError::KeyForSingleArray { .. }));
    check_sentence(&error, &["f4.npy is a single array", "leave out --key"]);
}

#[test]
fn the_only_array_that_would_do_is_taken() {
    let dump = loaded("bad/object_member.npz", None);
    assert_eq!(dump.key.as_deref(), Some("ok"));
    assert_eq!(
        dump.notes,
        ["took `ok`, the only one of 2 arrays that could be activations"]
    );
    let dump = loaded("bad/not_npy_members.npz", None);
    assert_eq!((dump.key.as_deref(), dump.notes.len()), (Some("ok"), 0));
    let dump = loaded("unicode_key.npz", None);
    assert_eq!(dump.key.as_deref(), Some("schicht_é_層"));
    assert_eq!(dump.notes, [""; 0]);
}

#[test]
fn lists_say_what_could_be_activations() {
    let info = |key: &str, shape: &[u64], dtype: &str, problem: Option<&str>| ArrayInfo {
        key: Some(key.to_owned()),
        shape: shape.to_vec(),
        dtype: dtype.to_owned(),
        role: Role::Activations,
        problem: problem.map(str::to_owned),
    };
    let mut arrays = list(&file("deflated_keys.npz"), &AtomicBool::new(false)).unwrap();
    let labels = arrays.pop().unwrap();
    assert_eq!((&labels.shape[..], labels.role), (&[20][..], Role::Labels));
    assert!(labels.problem.unwrap().starts_with("holds 20 numbers"));
    assert_eq!(
        arrays,
        [
            info("layer1", &[20, 6], "float32", None),
            info("layer2", &[20, 6], "float64", None),
        ]
    );
    for (name, dtype, shape) in [
        ("complex64.npy", "complex64", &[20u64, 6] as &[u64]),
        ("text_U4.npy", "<U4", &[2, 2]),
        ("structured.npy", "structured", &[3]),
        ("zero_d.npy", "float32", &[]),
        ("one_column_20x1.npy", "float32", &[20, 1]),
        ("bad/object_pickle.npy", "object", &[2]),
        ("bad/truncated_body.npy", "float32", &[20, 6]),
        ("bad/unknown_dtype.npy", "unknown", &[]),
    ] {
        let arrays = list(&file(name), &AtomicBool::new(false)).unwrap();
        assert_eq!(arrays.len(), 1, "{name}");
        assert_eq!(arrays[0].dtype, dtype, "{name}");
        assert_eq!(arrays[0].shape, shape, "{name}");
        assert!(arrays[0].problem.is_some(), "{name}");
        assert_eq!(arrays[0].key, None);
    }
    for (name, asks) in [("f2.npy", false), ("four_d_N5_C6_H3_W4.npy", true)] {
        let array = &list(&file(name), &AtomicBool::new(false)).unwrap()[0];
        assert_eq!((&array.problem, array.asks()), (&None, asks), "{name}");
    }
}

#[test]
fn rows_that_are_zero_or_not_finite() {
    let dump = loaded("zero_rows.npy", None);
    assert_eq!(dump.activations.zero_rows(), 2);
    let dump = loaded("nan_inf_rows.npy", None);
    assert_eq!(dump.shape, [ROWS, COLUMNS]);
    assert_eq!(dump.activations.n_samples(), 17);
    assert_eq!(dump.activations.excluded_rows(), [2, 5, 9]);
    let kept: Vec<f64> = base()
        .chunks_exact(COLUMNS)
        .enumerate()
        .filter(|(row, _)| ![2, 5, 9].contains(row))
        .flat_map(|(_, row)| row.iter().map(|&x| single(x)))
        .collect();
    assert_eq!(rows_of(&dump.activations), kept);
    check_error(
        "all_nan.npy",
        &["all_nan.npy: every one of its 6 rows holds a NaN"],
    );
    let matrix = load_matrix(
        &file("all_nan.npy"),
        &Pick::key(None),
        &AtomicBool::new(false),
    )
    .unwrap();
    assert_eq!(matrix.values.len(), 24);
}

#[test]
fn extreme_values_keep_their_directions() {
    let direction = |name: &str| -> Vec<f64> {
        let activations = loaded(name, None).activations;
        let inverse = activations.inverse_norms();
        assert!(inverse.iter().all(|x| x.is_finite() && *x > 0.0), "{name}");
        rows_of(&activations)
            .chunks_exact(COLUMNS)
            .zip(inverse)
            .flat_map(|(row, inverse)| row.iter().map(move |x| x * inverse))
            .collect()
    };
    let plain = direction("f8.npy");
    let near = |name: &str, tolerance: f64| {
        for (x, y) in direction(name).iter().zip(&plain) {
            assert!((x - y).abs() < tolerance, "{name}: {x} and {y}");
        }
    };
    near("huge_values_f8.npy", 1e-12);
    near("subnormal_values.npy", 1e-2);
    // Near the end of single precision, but all finite.
    near("huge_values.npy", 1e-6);
    let huge = loaded("huge_values.npy", None).activations;
    assert_eq!(huge.excluded_rows(), [0; 0]);
}

#[test]
fn shapes_that_are_no_matrix_of_samples() {
    check_error(
        "one_d.npy",
        &["20 numbers in one dimension", "one neuron makes no plane"],
    );
    check_error("zero_d.npy", &["single number (0-D)"]);
    check_error(
        "three_d_N4_T5_d6.npy",
        &[
            "3-D (4 × 5 × 6)",
            "--flatten positions",
            ": 20 × 6)",
            ": 4 × 6)",
        ],
    );
    check_error("fortran_3d_f4.npy", &["3-D (4 × 5 × 6)"]);
    check_error(
        "four_d_N5_C6_H3_W4.npy",
        &["4-D (5 × 6 × 3 × 4)", ": 60 × 6)", "--channels last"],
    );
    check_error("empty_0x6.npy", &["no rows (0 × 6)", "at least one sample"]);
    check_error(
        "empty_20x0.npy",
        &["0 columns (20 × 0)", "at least two neurons"],
    );
    check_error(
        "one_column_20x1.npy",
        &["1 column (20 × 1)", "at least two neurons"],
    );
    assert_eq!(loaded("one_row_1x6.npy", None).activations.n_samples(), 1);
    check_error(
        "one_key_per_sample.npz",
        &["20 one-dimensional arrays", "6 numbers", "--stack"],
    );
}

#[test]
fn dtypes_that_are_no_numbers_are_named() {
    check_error("complex64.npy", &["complex numbers (complex64)"]);
    check_error("text_U4.npy", &["text (<U4)", "np.float32"]);
    check_error("structured.npy", &["named fields"]);
    check_error(
        "bad/object_pickle.npy",
        &[
            "Python objects (pickle), which are never loaded",
            "np.save(f, a.astype(np.float32))",
        ],
    );
    let error = error_of("bad/object_member.npz", Some("a"));
    check_sentence(
        &error,
        &["`a` in object_member.npz", "Python objects (pickle)"],
    );
}

#[test]
fn broken_npy_headers_name_the_field() {
    let check = |name: &str, fragments: &[&str]| check_error(&format!("bad/{name}.npy"), fragments);
    check("shape_negative", &["field `shape`", "-3", "whole number"]);
    check("shape_float", &["field `shape`", "3.0", "whole number"]);
    check(
        "shape_over_u64",
        &["field `shape`", "99999999999999999999999", "2^64"],
    );
    check("no_shape_key", &["field `shape`", "missing"]);
    check("unknown_dtype", &["field `descr`", "'<q9'"]);
    check("header_not_utf8", &["not UTF-8", "byte "]);
    check(
        "header_expression",
        &["field `shape`", "__import__", "nothing is evaluated"],
    );
    check("header_deep_nesting", &["field `shape`", "deeper than 16"]);
    check(
        "header_length_4GB",
        &[
            "ends inside the header",
            "4,294,967,295 bytes",
            "only 8 follow",
        ],
    );
    check(
        "truncated_header",
        &["ends inside the header", "118 bytes", "only 30 follow"],
    );
    check("only_magic", &["ends inside the header", "after 6 bytes"]);
    check("unknown_version", &["version 9.0", "not known"]);
    assert!(!Path::new("PWNED").exists());
}

#[test]
fn promises_are_held_against_the_file() {
    let check = |name: &str, fragments: &[&str]| check_error(&format!("bad/{name}.npy"), fragments);
    check(
        "truncated_body",
        &["promises 20 × 6 float32 = 480 bytes, but only 443 follow the header"],
    );
    check(
        "claims_1e18_elements",
        &[
            "1,000,000,000 × 1,000,000,000 float32 = 4,000,000,000,000,000,000 bytes",
            "only 64",
        ],
    );
    check(
        "shape_overflow",
        &[
            "4,294,967,296 × 4,294,967,296 × 16 float64, more bytes",
            "only 64",
        ],
    );
    check(
        "shape_overflow_to_small",
        &["2,305,843,009,213,693,952 × 8 float64, more bytes"],
    );
    check("zero_times_huge", &["no rows (0 × 18"]);
    let dump = loaded("bad/trailing_bytes.npy", None);
    assert_eq!(
        rows_of(&dump.activations),
        rows_of(&loaded("f4.npy", None).activations)
    );
    assert_eq!(dump.notes, ["5 bytes after the array were ignored"]);
}

#[test]
fn files_are_known_by_their_first_bytes() {
    check_error("bad/wrong_magic.npy", &["not a .npy file", r"\x93NUMPX"]);
    check_error("bad/not_npy_at_all.npy", &["not a .npy file", "<html>"]);
    check_error("bad/zero_bytes.npy", &["is empty (0 bytes)"]);
    check_error("bad/zero_bytes.npz", &["is empty (0 bytes)"]);
    assert_eq!(loaded("bad/unknown.xyz", None).shape, [ROWS, COLUMNS]);
    let folder = tempfile::tempdir().unwrap();
    for (name, content, fragments) in [
        (
            "a.xyz",
            "\0\u{1}",
            &["no known kind", r"`\x00\x01`", ".npy, "],
        ),
        (
            "a.npz",
            "1,2",
            &["not a .npz (zip) file", "`1,2`", "np.savez"],
        ),
    ] {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        check_sentence(&try_load(&path, None).unwrap_err(), fragments);
    }
}

#[test]
fn broken_archives() {
    check_error("no_keys.npz", &["holds no arrays", "0 members"]);
    check_error(
        "bad/truncated.npz",
        &["truncated or damaged", "no end of the zip"],
    );
    check_error(
        "bad/duplicate_names.npz",
        &["more than one member named `a.npy`"],
    );
    check_error(
        "bad/declares_4GB.npz",
        &[
            "`a` in",
            "declares 4,000,000,128 bytes",
            "100 bytes of stored data",
        ],
    );
    check_error(
        "bad/opens_to_16MB_declares_1kB.npz",
        &[
            "4,000,000 × 1 float32 = 16,000,000 bytes",
            "only 896 follow",
        ],
    );
    check_error(
        "bad/opens_to_16MB_of_zeros.npz",
        &["1 column (4,000,000 × 1)"],
    );
    let zeros = file("bad/opens_to_16MB_of_zeros.npz");
    let zeros = load_matrix(&zeros, &Pick::key(None), &AtomicBool::new(false)).unwrap();
    assert_eq!((zeros.rows, zeros.columns), (4_000_000, 1));
    assert!(zeros.values.iter().all(|&x| x == 0.0));
    let error = error_of("bad/crc_wrong.npz", Some("layer1"));
    check_sentence(&error, &["`layer1` in crc_wrong.npz", "checksum"]);
    assert_eq!(
        loaded("bad/crc_wrong.npz", Some("layer2")).shape,
        [ROWS, COLUMNS]
    );
}

#[test]
fn names_in_an_archive_are_only_names() {
    for key in ["../../evil", "/abs"] {
        check_values("bad/path_traversal.npz", Some(key), Dtype::F32, single);
    }
    assert!(!Path::new("/abs.npy").exists());
}

#[test]
fn what_is_no_regular_file_is_never_opened() {
    let folder = tempfile::tempdir().unwrap();
    check_sentence(
        &try_load(&folder.path().join("none.npy"), None).unwrap_err(),
        &["cannot read none.npy: No such file or directory"],
    );
    let inside = folder.path().join("dir.npy");
    std::fs::create_dir(&inside).unwrap();
    check_sentence(
        &try_load(&inside, None).unwrap_err(),
        &["dir.npy is a directory"],
    );
    #[cfg(unix)]
    {
        let pipe = folder.path().join("pipe.npy");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.unwrap().success());
        check_sentence(&try_load(&pipe, None).unwrap_err(), &["pipe.npy is a pipe"]);
        let error = list(Path::new("/dev/zero"), &AtomicBool::new(false)).unwrap_err();
        check_sentence(&error, &["zero is a device, not a regular file"]);
        let link = folder.path().join("link.npy");
        std::os::unix::fs::symlink(file("f4.npy"), &link).unwrap();
        let dump = try_load(&link, None).unwrap();
        assert_eq!(dump.file_name, "link.npy");
    }
}

#[test]
fn cancelling_stops_the_reading() {
    for (name, key) in [("f4.npy", None), ("deflated_keys.npz", Some("layer1"))] {
        let error = load(&file(name), &Pick::key(key), &AtomicBool::new(true)).unwrap_err();
        assert!(matches!(error, DataError::Cancelled), "{error:?}");
    }
}

#[test]
fn rounded_integers_are_noted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.npy");
    let large = ndarray::arr2(&[[(1i64 << 53) + 1, 1], [2, 3]]);
    ndarray_npy::write_npy(&path, &large).unwrap();
    let dump = try_load(&path, None).unwrap();
    assert_eq!(
        dump.notes,
        ["holds integers beyond 2^53: rounded to double precision"]
    );
    assert_eq!(loaded("i8.npy", None).notes, [""; 0]);
}

/// Writes a zip of one member by `zip` itself and lets `change` spoil it.
fn spoiled(method: zip::CompressionMethod, change: impl FnOnce(&mut Vec<u8>)) -> DataError {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.npz");
    let mut bytes = Vec::new();
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(&mut bytes));
    let options = zip::write::SimpleFileOptions::default().compression_method(method);
    writer.start_file("a.npy", options).unwrap();
    let array = std::fs::read(file("f4.npy")).unwrap();
    writer.write_all(&array).unwrap();
    writer.finish().unwrap();
    change(&mut bytes);
    std::fs::write(&path, &bytes).unwrap();
    try_load(&path, None).unwrap_err()
}

/// Changes the declared size in the directory from 608 to `size`.
fn declare(bytes: &mut [u8], size: u32) {
    let entry = bytes
        .windows(4)
        .rposition(|window| window == b"PK\x01\x02")
        .unwrap();
    bytes[entry + 24..entry + 28].copy_from_slice(&size.to_le_bytes());
}

#[test]
fn a_member_must_have_the_size_it_declares() {
    use zip::CompressionMethod::{Deflated, Stored};
    check_sentence(
        &spoiled(Deflated, |bytes| declare(bytes, 10_000)),
        &["`a` in x.npz", "ends early: 9,392 bytes"],
    );
    check_sentence(
        &spoiled(Stored, |bytes| declare(bytes, 10_000)),
        &["declares 10,000 bytes", "608 bytes of stored data"],
    );
    for method in [Deflated, Stored] {
        check_sentence(
            &spoiled(method, |bytes| declare(bytes, 607)),
            &["480 bytes, but only 479 follow"],
        );
    }
    check_sentence(
        &spoiled(Deflated, |bytes| bytes[40..60].fill(0xff)),
        &["`a` in x.npz", "damaged"],
    );
}

#[test]
fn a_member_must_be_in_the_file_and_match_its_checksum() {
    use zip::CompressionMethod::{Deflated, Stored};
    for method in [Deflated, Stored] {
        let error = spoiled(method, |bytes| {
            let entry = bytes
                .windows(4)
                .rposition(|window| window == b"PK\x01\x02")
                .unwrap();
            for at in [20, 24] {
                bytes[entry + at..][..4].copy_from_slice(&3_000_000_000u32.to_le_bytes());
            }
        });
        check_sentence(&error, &["`a` in x.npz", "ends early: 2,999,99"]);
    }
    // In the header, in a value, and in the last one.
    for from_end in [430, 300, 123] {
        let error = spoiled(Stored, |bytes| {
            let place = bytes.len() - from_end;
            bytes[place] ^= 1;
        });
        check_sentence(&error, &["`a` in x.npz", "checksum (CRC-32)"]);
    }
}

#[test]
fn bytes_after_a_stored_array_are_noted_and_summed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.npz");
    let mut array = std::fs::read(file("f4.npy")).unwrap();
    array.extend([7; 5]);
    for method in [
        zip::CompressionMethod::Deflated,
        zip::CompressionMethod::Stored,
    ] {
        let mut writer = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
        let options = zip::write::SimpleFileOptions::default().compression_method(method);
        writer.start_file("a.npy", options).unwrap();
        writer.write_all(&array).unwrap();
        writer.finish().unwrap();
        let dump = try_load(&path, None).unwrap();
        assert_eq!(dump.notes, ["5 bytes after the array were ignored"]);
        let plain = loaded("f4.npy", None);
        assert_eq!(rows_of(&dump.activations), rows_of(&plain.activations));
    }
}

#[test]
fn a_member_longer_than_declared_is_refused() {
    // The array ends where the declared size does, the member goes on.
    let error = spoiled(zip::CompressionMethod::Stored, |bytes| {
        declare(bytes, 606);
        let header = b"(20, 6)";
        let at = bytes
            .windows(header.len())
            .position(|window| window == header)
            .unwrap();
        bytes[at..at + header.len()].copy_from_slice(b"(19, 6)");
    });
    check_sentence(&error, &["more than the 606 bytes it declares"]);
}

#[test]
fn what_is_wrong_with_many_arrays_is_said_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("many.npz");
    let mut zip = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
    let mut array = |key: &str, values: usize| {
        let mut npy = Vec::new();
        let values = ndarray::Array1::<f32>::zeros(values);
        ndarray_npy::WriteNpyExt::write_npy(&values, &mut npy).unwrap();
        let options = zip::write::SimpleFileOptions::default()
            .compression_method(zip::CompressionMethod::Stored);
        zip.start_file(format!("{key}.npy"), options).unwrap();
        std::io::Write::write_all(&mut zip, &npy).unwrap();
    };
    for n in 0..8 {
        array(&format!("a{n}"), 4);
    }
    array("other", 5);
    zip.finish().unwrap();
    let error = load(&path, &Pick::key(None), &AtomicBool::new(false)).unwrap_err();
    let said = error.to_string();
    let start = "many.npz holds 9 arrays, none that could be activations: \
                 `a0`, `a1`, `a2`, `a3`, `a4` and 3 more: each holds 4 numbers";
    assert!(said.starts_with(start), "{said}");
    assert!(said.contains("; `other` holds 5 numbers"), "{said}");
    assert_eq!(said.matches("one neuron makes no plane").count(), 2);
}
