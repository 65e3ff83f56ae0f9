//! Arrays of more axes, parts of the rows and stacks of keys on the command line:
//! each is held against the same `N × d` saved as it is.
#![allow(clippy::unwrap_used, clippy::cast_precision_loss)]

use crate::program;

use std::io::Write;

use ndarray::{Array2, Array3, Array4, Axis};
use ndarray_npy::WriteNpyExt;
use program::Place;

/// A value for each place, of no pattern.
fn value(place: usize) -> f64 {
    ((place * 7919 + place * place * 31) % 2003) as f64 / 1000.0 - 1.0
}

/// `N × C × H × W`.
fn images() -> Array4<f64> {
    Array4::from_shape_fn((9, 6, 3, 4), |(n, c, h, w)| {
        value(((n * 6 + c) * 3 + h) * 4 + w)
    })
}

/// `N × T × d`.
fn texts() -> Array3<f64> {
    Array3::from_shape_fn((9, 5, 6), |(n, t, k)| value((n * 5 + t) * 6 + k))
}

fn save(place: &Place, name: &str, rows: &Array2<f64>) {
    ndarray_npy::write_npy(place.path(name), rows).unwrap();
}

/// The bytes of a `.npy` file.
fn npy<D: ndarray::Dimension>(array: &ndarray::ArrayView<f64, D>) -> Vec<u8> {
    let mut bytes = Vec::new();
    array.write_npy(&mut bytes).unwrap();
    bytes
}

/// Writes an archive of those keys, in that order.
fn npz(place: &Place, name: &str, arrays: &[(String, Vec<u8>)]) {
    let mut zip = zip::ZipWriter::new(std::fs::File::create(place.path(name)).unwrap());
    let options = zip::write::SimpleFileOptions::default();
    for (key, bytes) in arrays {
        zip.start_file(format!("{key}.npy"), options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap();
}

/// The counts of a sweep with those arguments are those of the rows as they are.
fn same(place: &Place, args: &[&str], rows: &Array2<f64>) {
    save(place, "plain.npy", rows);
    let sweep = |args: &[&str], out: &str| {
        let common = ["--epsilon", "0.5", "--angles", "73", "-o", out, "--force"];
        place.run(&[&["sweep"], args, &common[..]].concat()).good();
        place.npz(out)
    };
    let plain = sweep(&["plain.npy"], "plain.npz");
    let read = sweep(args, "read.npz");
    assert_eq!(read.counts(), plain.counts(), "{args:?}");
    assert!(plain.counts().iter().flatten().any(|&count| count > 0));
}

#[test]
fn every_way_of_reading_is_the_array_that_numpy_would_make() {
    let place = Place::new();
    let (images, texts) = (images(), texts());
    ndarray_npy::write_npy(place.path("images.npy"), &images).unwrap();
    ndarray_npy::write_npy(place.path("texts.npy"), &texts).unwrap();
    let positions = images.clone().permuted_axes([0, 2, 3, 1]);
    let positions = positions.as_standard_layout().into_owned();
    let positions = positions.into_shape_with_order((9 * 12, 6)).unwrap();
    same(
        &place,
        &["images.npy", "--flatten", "positions"],
        &positions,
    );
    let mean = images
        .mean_axis(Axis(3))
        .unwrap()
        .mean_axis(Axis(2))
        .unwrap();
    let args = ["images.npy", "--flatten", "mean", "--channels", "first"];
    same(&place, &args, &mean);
    let last = images.clone().into_shape_with_order((9 * 18, 4)).unwrap();
    let args = ["images.npy", "--flatten", "positions", "--channels", "last"];
    same(&place, &args, &last);

    let tokens = texts.clone().into_shape_with_order((45, 6)).unwrap();
    same(&place, &["texts.npy", "--flatten", "positions"], &tokens);
    let last = texts.index_axis(Axis(1), 4).to_owned();
    same(&place, &["texts.npy", "--flatten", "-1"], &last);
    same(&place, &["texts.npy", "--flatten=4"], &last);
    let max = texts.fold_axis(Axis(1), f64::NEG_INFINITY, |&a, &b| a.max(b));
    same(&place, &["texts.npy", "--flatten", "max"], &max);
    let some = tokens.slice(ndarray::s![3..40;2, ..]).to_owned();
    let args = ["texts.npy", "--flatten", "positions", "--rows", "3:40:2"];
    same(&place, &args, &some);
}

#[test]
fn keys_are_stacked_in_the_order_of_the_file() {
    let place = Place::new();
    let texts = texts();
    let rows = texts.index_axis(Axis(1), 2);
    let samples = rows.outer_iter().enumerate();
    let samples: Vec<_> = samples
        .map(|(n, row)| (format!("s{n}"), npy(&row)))
        .collect();
    npz(&place, "samples.npz", &samples);
    same(&place, &["samples.npz", "--stack"], &rows.to_owned());
    let batches = [
        ("a".to_owned(), npy(&texts.slice(ndarray::s![..4, .., ..]))),
        ("b".to_owned(), npy(&texts.slice(ndarray::s![4.., .., ..]))),
    ];
    npz(&place, "batches.npz", &batches);
    let args = ["batches.npz", "--stack", "--flatten", "2"];
    same(&place, &args, &rows.to_owned());
    let refused = place
        .run(&["sweep", "samples.npz", "--stack", "--key", "s1", "--json"])
        .refused(1);
    assert!(refused.contains("leave out --key or --stack"), "{refused}");
    let mixed = [
        ("a".to_owned(), npy(&rows)),
        (
            "b".to_owned(),
            npy(&ndarray::Array1::<f64>::zeros(3).view()),
        ),
    ];
    npz(&place, "mixed.npz", &mixed);
    let refused = place
        .run(&["sweep", "mixed.npz", "--stack", "--json"])
        .refused(1);
    assert!(
        refused.contains("`b` in mixed.npz does not fit on the others"),
        "{refused}"
    );
}

#[test]
fn what_was_read_is_said_and_recorded() {
    let place = Place::new();
    ndarray_npy::write_npy(place.path("texts.npy"), &texts()).unwrap();
    let args = "sweep texts.npy --flatten positions --sample-rows 7 --seed 5 -o a.npz --json";
    let args: Vec<&str> = args.split(' ').collect();
    let run = place.run(&args).good();
    let said = &run.stderr;
    assert!(
        said.contains("read 9 × 5 × 6 as 45 × 6: every position a sample"),
        "{said}"
    );
    assert!(
        said.contains("read 7 of 45 rows (drawn at random with seed 5)"),
        "{said}"
    );
    let record = place.npz("a.npz").text("provenance");
    let source = &serde_json::from_str::<serde_json::Value>(&record).unwrap()["source"];
    assert_eq!(source["shape"], serde_json::json!([7, 6]));
    assert_eq!(source["array_shape"], serde_json::json!([9, 5, 6]));
    let read_as = serde_json::json!({"flatten": "positions", "sample_rows": 7, "seed": 5});
    assert_eq!(source["read_as"], read_as);
    // The same rows once more, and other ones with another seed.
    let counts = |seed: &str| {
        let args = [
            "sweep",
            "texts.npy",
            "--flatten",
            "positions",
            "--sample-rows",
            "7",
        ];
        let more = ["--seed", seed, "--epsilon", "0.4", "-o", "b.npz", "--force"];
        place.run(&[&args[..], &more[..]].concat()).good();
        place.npz("b.npz").counts()
    };
    assert_eq!(counts("5"), counts("5"));
    assert_ne!(counts("5"), counts("6"));
    // A figure remembers it, and one like it reads alike.
    let figure = |args: &[&str]| {
        let common = ["--plane", "0,1", "--epsilon", "0.4", "--force"];
        place
            .run(&[&["figure", "texts.npy"], args, &common[..]].concat())
            .good();
    };
    figure(&["--flatten", "mean", "--rows", "1:", "-o", "a.svg"]);
    figure(&["--like", "a.svg", "-o", "b.svg"]);
    assert_eq!(place.bytes("a.svg"), place.bytes("b.svg"));
}

#[test]
fn what_cannot_be_read_so_is_one_sentence() {
    let place = Place::new();
    ndarray_npy::write_npy(place.path("texts.npy"), &texts()).unwrap();
    save(
        &place,
        "flat.npy",
        &texts().index_axis(Axis(1), 0).to_owned(),
    );
    let refused = |args: &str, code: i32, parts: &[&str]| {
        let args: Vec<&str> = args.split(' ').collect();
        let said = place.run(&args).refused(code);
        for part in parts {
            assert!(said.contains(part), "{args:?}: {said}");
        }
    };
    refused(
        "sweep --json texts.npy",
        1,
        &["3-D (9 × 5 × 6)", "--flatten positions", "45 × 6", "9 × 6"],
    );
    refused(
        "sweep --json texts.npy --flatten 5",
        1,
        &["no position 5 among its 5"],
    );
    refused(
        "sweep --json texts.npy --flatten=-6",
        1,
        &["no position -6"],
    );
    refused(
        "sweep --json texts.npy --flatten median",
        2,
        &["`median`", "positions, mean, max"],
    );
    refused(
        "sweep --json flat.npy --flatten mean",
        1,
        &["9 × 6 already", "leave out --flatten"],
    );
    refused("sweep --json flat.npy --rows 9:", 1, &["no rows (0 × 6)"]);
    refused(
        "sweep --json flat.npy --rows 1",
        2,
        &["`1` is no range of rows"],
    );
    refused("sweep --json flat.npy --rows ::0", 2, &["a step of 0"]);
    refused(
        "sweep --json flat.npy --seed 3",
        2,
        &["--sample-rows or --max-planes"],
    );
    refused(
        "sweep --json flat.npy --memory-limit lots",
        2,
        &["`lots` is no size"],
    );
}

#[test]
fn rows_that_are_left_out_have_the_numbers_of_the_file() {
    let place = Place::new();
    let mut rows = texts().index_axis(Axis(1), 0).to_owned();
    rows[[5, 2]] = f64::NAN;
    save(&place, "nan.npy", &rows);
    let run = place
        .run(&["plane", "nan.npy", "--plane", "0,1", "--rows", "1::2"])
        .good();
    assert!(
        run.stderr
            .contains("1 of 4 rows holds a NaN or an infinity and is left out: 5")
    );
}
