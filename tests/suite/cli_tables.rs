//! Text tables of the real binary: every table in every format against the
//! program's npz and the paper's counts.
#![allow(clippy::unwrap_used, clippy::cast_precision_loss)]

use crate::common;
use crate::program;
use crate::tables;

use program::{Npz, Place, case, options};
use serde_json::{Value, json};
use tables::Table;

const FORMATS: [&str; 3] = ["csv", "tsv", "json"];

/// The same to the bit, undefined alike.
#[track_caller]
fn same(a: &[f64], b: &[f64], what: &str) {
    assert_eq!(a.len(), b.len(), "{what}");
    for (row, (a, b)) in a.iter().zip(b).enumerate() {
        assert!(
            a == b || (a.is_nan() && b.is_nan()),
            "{what} {row}: {a}, {b}"
        );
    }
}

#[track_caller]
fn same_as_ints(a: &[f64], b: &[i64], what: &str) {
    let b: Vec<f64> = b.iter().map(|&n| n as f64).collect();
    same(a, &b, what);
}

/// What the head says is what the npz says.
fn head(table: &Table, kind: &str, npz: &Npz) {
    let head = &table.head;
    assert_eq!(head["format"], 1);
    assert_eq!(head["table"], kind);
    assert_eq!(head["planes"], npz.planes().len());
    for key in ["n_samples", "excluded_rows", "zero_rows", "planes_in_all"] {
        assert_eq!(head[key], npz.scalar::<i64>(key), "{key}");
    }
    assert_eq!(head["epsilon"], npz.scalar::<f64>("epsilon"));
    let provenance: Value = serde_json::from_str(&npz.text("provenance")).unwrap();
    assert_eq!(head["provenance"], provenance);
}

fn planes_table(table: &Table, npz: &Npz) {
    head(table, "planes", npz);
    let names = [
        "plane_i",
        "plane_j",
        "axes",
        "bisectors",
        "lit",
        "lit_fraction",
        "peak",
        "peak_angle_rad",
        "mean",
        "alignment",
        "contrast",
        "excess",
        "z",
        "p",
        "q",
    ];
    assert_eq!(table.names(), names);
    let significance: Value = serde_json::from_str(&npz.text("significance")).unwrap();
    assert_eq!(table.head["significance"], significance);
    let planes = npz.planes();
    let (i, j): (Vec<f64>, Vec<f64>) = planes.iter().map(|&(i, j)| (i as f64, j as f64)).unzip();
    same(table.column("plane_i"), &i, "plane_i");
    same(table.column("plane_j"), &j, "plane_j");
    for key in ["axes", "bisectors", "lit"] {
        same_as_ints(table.column(key), &npz.ints(key), key);
    }
    for (name, key) in [
        ("peak", "peak"),
        ("peak_angle_rad", "peak_angle"),
        ("alignment", "alignment"),
        ("contrast", "contrast"),
        ("excess", "excess"),
        ("z", "z"),
        ("p", "p"),
        ("q", "q"),
    ] {
        same(table.column(name), &npz.floats(key), name);
    }
    let n = npz.scalar::<i64>("n_samples") as f64;
    let lit: Vec<f64> = npz.ints("lit").iter().map(|&lit| lit as f64 / n).collect();
    same(table.column("lit_fraction"), &lit, "lit_fraction");
    let mean = |counts: &Vec<i64>| {
        let distinct = &counts[..counts.len() - 1];
        distinct.iter().sum::<i64>() as f64 / (distinct.len() as f64 * n)
    };
    let means: Vec<f64> = npz.counts().iter().map(mean).collect();
    same(table.column("mean"), &means, "mean");
}

fn curves_table(table: &Table, npz: &Npz) {
    head(table, "curves", npz);
    let names = ["plane_i", "plane_j", "angle_rad", "count", "fraction"];
    assert_eq!(table.names(), names);
    let (angles, n) = (npz.floats("angles"), npz.scalar::<i64>("n_samples") as f64);
    let mut expected: [Vec<f64>; 5] = Default::default();
    for ((i, j), counts) in npz.planes().into_iter().zip(npz.counts()) {
        for (&angle, count) in angles.iter().zip(counts) {
            let row = [i as f64, j as f64, angle, count as f64, count as f64 / n];
            for (column, value) in expected.iter_mut().zip(row) {
                column.push(value);
            }
        }
    }
    for (name, expected) in names.into_iter().zip(&expected) {
        same(table.column(name), expected, name);
    }
}

fn ensemble_table(table: &Table, npz: &Npz) {
    head(table, "ensemble", npz);
    assert_eq!(table.names(), ["angle_rad", "mean", "std", "min", "max"]);
    same(table.column("angle_rad"), &npz.floats("angles"), "angles");
    for key in ["mean", "std", "min", "max"] {
        same(table.column(key), &npz.floats(key), key);
    }
}

#[test]
fn every_table_in_every_format_is_the_npz() {
    for name in [
        "digits_relu_eps050_comb",
        "normal_200x6_signed_negative_eps",
        "overcomplete_9in8",
        "zero_rows",
        "one_sample",
        "normal_200x6_A2",
    ] {
        let case = case(name);
        let place = Place::of(&case);
        let options = options(&case);
        let sweep = |more: &[&str]| {
            let mut args = [&["sweep", "--basis", "basis.npy"], more].concat();
            args.extend(options.iter().map(String::as_str));
            place.run(&args).good();
        };
        sweep(&["-o", "out.npz"]);
        let npz = place.npz("out.npz");
        for format in FORMATS {
            for (kind, check) in [
                ("planes", planes_table as fn(&Table, &Npz)),
                ("curves", curves_table),
                ("ensemble", ensemble_table),
            ] {
                let file = format!("{kind}.{format}");
                sweep(&["-o", &file, "--table", kind]);
                let first = place.bytes(&file);
                sweep(&["-o", &file, "--table", kind, "--force", "--threads", "1"]);
                assert_eq!(first, place.bytes(&file), "{name} {file}");
                check(&Table::of(first, format), &npz);
            }
        }
        let counts = case.planes.iter().zip(&case.counts);
        let table = Table::of(place.bytes("curves.csv"), "csv");
        let (i, j) = (table.column("plane_i"), table.column("plane_j"));
        for (&(a, b), counts) in counts {
            let rows = (0..i.len()).filter(|&r| (i[r], j[r]) == (a as f64, b as f64));
            let told: Vec<f64> = rows.map(|r| table.column("count")[r]).collect();
            same_as_ints(&told, counts, name);
        }
    }
}

#[test]
fn what_is_undefined_is_empty_or_null() {
    let place = Place::of(&case("digits_tanh_eps075_comb"));
    let dark = |file: &str| {
        let args = ["sweep", "acts.npy", "--epsilon", "0.99", "-o", file];
        place.run(&args).good();
    };
    dark("out.npz");
    for format in FORMATS {
        let file = format!("out.{format}");
        dark(&file);
        let table = Table::of(place.bytes(&file), format);
        planes_table(&table, &place.npz("out.npz"));
        let undefined = |name| table.column(name).iter().all(|x: &f64| x.is_nan());
        assert!(undefined("alignment") && undefined("peak_angle_rad"));
    }
    let csv = String::from_utf8(place.bytes("out.csv")).unwrap();
    let first = csv.lines().nth(2);
    let first = first.unwrap();
    // No peak is no surprise: below the expected count by some of its deviations.
    assert!(
        first.starts_with("0,1,0,0,0,0.0,0.0,,0.0,,0.0,0.0,-"),
        "{first}"
    );
    assert!(first.ends_with(",1.0,1.0"), "{first}");
}

#[test]
fn chosen_planes_are_rows_of_the_sweep() {
    let case = case("digits_relu_eps050_perm");
    let place = Place::of(&case);
    let options = options(&case);
    let run = |args: &[&str]| {
        let mut args = args.to_vec();
        args.extend(options.iter().map(String::as_str));
        place.run(&args).good()
    };
    run(&["sweep", "-o", "sweep.npz"]);
    let sweep = place.npz("sweep.npz");
    let chosen = [
        "plane", "--plane", "7,3", "--plane", "1,2", "--plane", "3,7",
    ];
    let plane = |more: &[&str]| run(&[&chosen, more].concat());
    plane(&["-o", "chosen.npz"]);
    let npz = place.npz("chosen.npz");
    let planes = [(1, 2), (3, 7), (7, 3)];
    assert_eq!(npz.keys(), program::KEYS);
    assert_eq!(npz.planes(), planes);
    let rows: Vec<usize> = planes
        .iter()
        .map(|plane| sweep.planes().iter().position(|p| p == plane).unwrap())
        .collect();
    let all = sweep.counts();
    let counts: Vec<Vec<i64>> = rows.iter().map(|&row| all[row].clone()).collect();
    assert_eq!(npz.counts(), counts);
    for key in ["peak", "peak_angle", "alignment", "contrast"] {
        let expected: Vec<f64> = rows.iter().map(|&row| sweep.floats(key)[row]).collect();
        same(&npz.floats(key), &expected, key);
    }
    let n = case.rows.len();
    let mean = |k: usize| counts.iter().map(|c| c[k]).sum::<i64>() as f64 / (3.0 * n as f64);
    let means: Vec<f64> = (0..case.angles).map(mean).collect();
    same(&npz.floats("mean"), &means, "mean");
    let lit = case.rows.iter().filter(|row| {
        let radius = |&(i, j): &(usize, usize)| common::radius(row, &case.basis, i, j);
        planes
            .iter()
            .any(|plane| radius(plane) >= case.epsilon - common::EDGE)
    });
    assert_eq!(
        npz.scalar::<i64>("lit_samples"),
        i64::try_from(lit.count()).unwrap()
    );
    let provenance: Value = serde_json::from_str(&npz.text("provenance")).unwrap();
    assert_eq!(provenance["planes"], json!([[1, 2], [3, 7], [7, 3]]));
    assert_eq!(provenance.get("plane"), None);

    for format in FORMATS {
        for (kind, check) in [
            ("planes", planes_table as fn(&Table, &Npz)),
            ("curves", curves_table),
            ("ensemble", ensemble_table),
        ] {
            let file = format!("{kind}.{format}");
            plane(&["-o", &file, "--table", kind]);
            check(&Table::of(place.bytes(&file), format), &npz);
        }
        let file = format!("usual.{format}");
        plane(&["-o", &file]);
        assert_eq!(place.bytes(&file), place.bytes(&format!("curves.{format}")));
    }
    plane(&["-o", "summary.npz", "--summary"]);
    let without = program::KEYS.into_iter().filter(|&key| key != "counts");
    assert_eq!(place.npz("summary.npz").keys(), without.collect::<Vec<_>>());

    let tsv = plane(&[]).stdout;
    let mut lines = tsv.lines();
    let names = "plane_i\tplane_j\ttheta_rad\tcount\tfraction";
    assert_eq!(lines.next(), Some(names));
    let curves = Table::of(place.bytes("curves.csv"), "csv");
    assert_eq!(lines.clone().count(), 3 * case.angles);
    for (row, line) in lines.enumerate() {
        let cells: Vec<f64> = line.split('\t').map(|cell| cell.parse().unwrap()).collect();
        let expected: Vec<f64> = curves
            .columns
            .iter()
            .map(|(_, column)| column[row])
            .collect();
        assert_eq!(cells, expected);
    }
    let json = plane(&["--json"]).json();
    assert_eq!(json["planes"], 3);
    assert_eq!(json["lit_samples"], npz.scalar::<i64>("lit_samples"));
    let told = plane(&["-o", "again.csv"]).stderr;
    assert!(
        told.contains("writing 3 planes × 60 angles: at most "),
        "{told}"
    );
    assert!(told.contains("3 planes at epsilon 0.5 "), "{told}");
}

#[test]
fn one_plane_is_a_table_of_one() {
    let place = Place::of(&case("normal_200x6_eps060"));
    let plane = ["plane", "acts.npy", "--plane", "1,4", "-o"];
    place.run(&[&plane[..], &["one.npz"]].concat()).good();
    place.run(&[&plane[..], &["one.csv"]].concat()).good();
    let table = Table::of(place.bytes("one.csv"), "csv");
    curves_table(&table, &place.npz("one.npz"));
    assert_eq!(table.head["provenance"]["plane"], json!([1, 4]));
}

#[test]
fn chosen_planes_of_parts_are_merged() {
    let case = case("digits_relu_eps050_comb");
    let place = Place::of(&case);
    let (first, second) = case.rows.split_at(130);
    place.npy("first.npy", first);
    place.npy("second.npy", second);
    for (acts, out) in [
        ("acts.npy", "whole.npz"),
        ("first.npy", "a.npz"),
        ("second.npy", "b.npz"),
    ] {
        let planes = ["--plane", "3,7", "--plane", "1,2", "--epsilon", "0.5"];
        place
            .run(&[&["plane", acts, "-o", out], &planes[..]].concat())
            .good();
    }
    place
        .run(&["merge", "a.npz", "b.npz", "-o", "all.npz"])
        .good();
    let (whole, all) = (place.npz("whole.npz"), place.npz("all.npz"));
    assert_eq!(all.counts(), whole.counts());
    assert_eq!(all.planes(), [(1, 2), (3, 7)]);
    for key in ["n_samples", "lit_samples", "planes_in_all"] {
        assert_eq!(all.scalar::<i64>(key), whole.scalar::<i64>(key), "{key}");
    }
}

#[test]
fn a_table_goes_to_stdout_as_it_would_to_a_file() {
    let place = Place::of(&case("normal_200x6_eps060"));
    for format in FORMATS {
        for kind in ["planes", "curves", "ensemble"] {
            let file = format!("{kind}.{format}");
            let sweep = ["sweep", "acts.npy", "--table", kind, "-o"];
            place.run(&[&sweep[..], &[&file]].concat()).good();
            let run = place
                .run(&[&sweep[..], &["-", "--format", format]].concat())
                .good();
            assert_eq!(run.stdout.into_bytes(), place.bytes(&file), "{file}");
            assert!(run.stderr.contains(" to stdout\n"), "{}", run.stderr);
        }
    }
    let plane = ["plane", "acts.npy", "--plane", "0,1", "-o"];
    place.run(&[&plane[..], &["one.json"]].concat()).good();
    let run = place.run(&[&plane[..], &["-", "--format", "json"]].concat());
    assert_eq!(run.good().stdout.into_bytes(), place.bytes("one.json"));
}

#[test]
fn a_format_that_is_named_needs_no_ending() {
    let place = Place::of(&case("normal_200x6_eps060"));
    place.run(&["sweep", "acts.npy", "-o", "out.csv"]).good();
    let named = ["sweep", "acts.npy", "-o", "out", "--format", "csv"];
    place.run(&named).good();
    assert_eq!(place.bytes("out"), place.bytes("out.csv"));
    place.run(&["sweep", "acts.npy", "-o", "OUT.CSV"]).good();
    assert_eq!(place.bytes("OUT.CSV"), place.bytes("out.csv"));
    let named = ["sweep", "acts.npy", "-o", "other.dat", "--format", "npz"];
    place.run(&named).good();
    assert_eq!(place.npz("other.dat").planes().len(), 15);
}

#[test]
fn a_hostile_name_stays_on_its_line_and_no_folder_is_told() {
    let place = Place::of(&case("normal_200x6_eps060"));
    let name = "a \"b\"\n#,é\t.npy";
    std::fs::rename(place.path("acts.npy"), place.path(name)).unwrap();
    let path = place.path(name);
    for kind in ["planes", "curves", "ensemble"] {
        for format in FORMATS {
            let file = format!("{kind}.{format}");
            let args = [
                "sweep",
                path.to_str().unwrap(),
                "--table",
                kind,
                "-o",
                &file,
            ];
            place.run(&args).good();
            let text = String::from_utf8(place.bytes(&file)).unwrap();
            assert!(!text.contains(place.path("").to_str().unwrap()), "{file}");
            let table = Table::of(text.into_bytes(), format);
            let told = &table.head["provenance"]["source"]["file_name"];
            assert_eq!(told, name);
        }
    }
}
