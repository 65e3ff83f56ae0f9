//! What the real binary writes, held against the paper's own code and against a
//! plain evaluation of the definitions.
#![allow(
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    clippy::cast_possible_wrap
)]

use crate::common;
use crate::program;

use std::collections::HashMap;
use std::f64::consts::{PI, TAU};

use common::{EDGE, Golden, alpha, golden, identity, oracle_at, radius};
use program::{KEYS, Npz, Place, all_close, case, close, options};
use serde_json::json;

fn pairs(m: usize, permutations: bool) -> Vec<(usize, usize)> {
    (0..m)
        .flat_map(|i| (0..m).map(move |j| (i, j)))
        .filter(|&(i, j)| i < j || (permutations && i > j))
        .collect()
}

#[test]
fn golden_cases_give_the_papers_counts() {
    for case in golden() {
        let place = Place::of(&case);
        let standard = case.basis == identity(case.rows[0].len());
        let expected: HashMap<(usize, usize), &Vec<i64>> =
            case.planes.iter().copied().zip(&case.counts).collect();
        for with_basis in [true, false] {
            if !with_basis && !standard {
                continue;
            }
            let options = options(&case);
            let mut args = vec!["sweep", "-o", "out.npz", "--force"];
            args.extend(options.iter().map(String::as_str));
            if with_basis {
                args.extend(["--basis", "basis.npy"]);
            }
            place.run(&args).good();
            let out = place.npz("out.npz");
            let planes = out.planes();
            assert_eq!(
                planes,
                pairs(case.basis.len(), case.permutations),
                "{}",
                case.name
            );
            let mut compared = 0;
            for (plane, counts) in planes.iter().zip(out.counts()) {
                if let Some(expected) = expected.get(plane) {
                    assert_eq!(&counts, *expected, "{} {plane:?}", case.name);
                    compared += 1;
                }
            }
            assert_eq!(compared, case.planes.len(), "{}", case.name);
        }
    }
}

#[test]
fn every_other_key_is_what_its_definition_says() {
    let names = [
        "normal_200x6_eps060",
        "normal_200x6_signed",
        "normal_200x6_signed_negative_eps",
        "overcomplete_9in8",
        "skewed_5in7",
        "zero_rows",
        "zero_rows_negative_eps",
        "one_sample",
        "row_scales",
        "normal_200x6_A2",
        "digits_tanh_eps075_comb",
    ];
    for name in names {
        let case = case(name);
        let place = Place::of(&case);
        let options = options(&case);
        let mut args = vec!["sweep", "-o", "out.npz", "--basis", "basis.npy"];
        args.extend(options.iter().map(String::as_str));
        place.run(&args).good();
        let out = place.npz("out.npz");
        assert_eq!(out.keys(), KEYS, "{name}");
        statistics(&case, &out);
        per_plane(&case, &out);
    }
}

/// Scalars and what is told of the ensemble.
fn statistics(case: &Golden, out: &Npz) {
    let name = &case.name;
    let n = case.rows.len();
    let zero = case
        .rows
        .iter()
        .filter(|row| row.iter().all(|&x| x == 0.0))
        .count();
    let scalar = |key| out.scalar::<i64>(key);
    assert_eq!(scalar("n_samples"), n as i64, "{name}");
    assert_eq!(scalar("excluded_rows"), 0, "{name}");
    assert_eq!(scalar("zero_rows"), zero as i64, "{name}");
    assert_eq!(scalar("planes_in_all"), out.planes().len() as i64, "{name}");
    assert_eq!(out.scalar::<f64>("epsilon"), case.epsilon, "{name}");
    let angles: Vec<f64> = (0..case.angles)
        .map(|k| k as f64 * TAU / (case.angles - 1) as f64)
        .collect();
    all_close(&out.floats("angles"), &angles, name);
    assert_eq!(out.floats("angles").last(), Some(&TAU), "{name}");
    let planes = out.planes();
    let lit_samples = case
        .rows
        .iter()
        .filter(|row| {
            planes
                .iter()
                .any(|&(i, j)| radius(row, &case.basis, i, j) >= case.epsilon - EDGE)
        })
        .count();
    assert_eq!(scalar("lit_samples"), lit_samples as i64, "{name}");

    let counts = out.counts();
    let p = counts.len() as f64;
    let column = |k: usize| counts.iter().map(move |c| c[k] as f64 / n as f64);
    let each = |f: &dyn Fn(usize) -> f64| (0..case.angles).map(f).collect::<Vec<f64>>();
    let mean = each(&|k| column(k).sum::<f64>() / p);
    let std = each(&|k| {
        let mean = column(k).sum::<f64>() / p;
        (column(k).map(|f| (f - mean).powi(2)).sum::<f64>() / p).sqrt()
    });
    all_close(&out.floats("mean"), &mean, name);
    all_close(&out.floats("std"), &std, name);
    all_close(
        &out.floats("min"),
        &each(&|k| column(k).fold(f64::MAX, f64::min)),
        name,
    );
    all_close(
        &out.floats("max"),
        &each(&|k| column(k).fold(f64::MIN, f64::max)),
        name,
    );
}

/// What is told of each plane.
fn per_plane(case: &Golden, out: &Npz) {
    let n = case.rows.len() as f64;
    let (axes, bisectors, lit) = (out.ints("axes"), out.ints("bisectors"), out.ints("lit"));
    let (peaks, peak_angles) = (out.floats("peak"), out.floats("peak_angle"));
    let (alignments, contrasts) = (out.floats("alignment"), out.floats("contrast"));
    let angles = out.floats("angles");
    for (p, (&(i, j), counts)) in out.planes().iter().zip(out.counts()).enumerate() {
        let name = format!("{} {i},{j}", case.name);
        let a = alpha(&case.basis, i, j);
        let at = |thetas: &[f64]| oracle_at(&case.rows, &case.basis, (i, j), thetas, case.epsilon);
        let on = at(&[0.0, a, PI, PI + a]);
        let between = at(&[
            a / 2.0,
            f64::midpoint(PI, a),
            PI + a / 2.0,
            f64::midpoint(3.0 * PI, a),
        ]);
        assert_eq!(axes[p], on, "{name}");
        assert_eq!(bisectors[p], between, "{name}");
        let reached = case
            .rows
            .iter()
            .filter(|row| radius(row, &case.basis, i, j) >= case.epsilon - EDGE);
        assert_eq!(lit[p], reached.count() as i64, "{name}");
        let (f_on, f_between) = (on as f64 / (4.0 * n), between as f64 / (4.0 * n));
        close(contrasts[p], f_on - f_between, &name);
        close(
            alignments[p],
            (f_on - f_between) / (f_on + f_between),
            &name,
        );
        let distinct = &counts[..case.angles - 1];
        if distinct.iter().all(|&c| c == 0) {
            assert_eq!(peaks[p], 0.0, "{name}");
            assert!(peak_angles[p].is_nan(), "{name}");
        } else {
            let peak = *distinct.iter().max().unwrap();
            let first = distinct.iter().position(|&c| c == peak).unwrap();
            close(peaks[p], peak as f64 / n, &name);
            assert_eq!(peak_angles[p], angles[first], "{name}");
        }
    }
}

#[test]
fn provenance_names_all_that_is_needed_and_no_folder() {
    let case = case("overcomplete_9in8");
    let place = Place::of(&case);
    let basis = place.path("basis.npy");
    place
        .run(&[
            "sweep",
            place.path("acts.npy").to_str().unwrap(),
            "--basis",
            basis.to_str().unwrap(),
            "--epsilon",
            "null:0.01",
            "--planes",
            "permutations",
            "--max-planes",
            "5",
            "-o",
            place.path("out.npz").to_str().unwrap(),
        ])
        .good();
    let out = place.npz("out.npz");
    let text = out.text("provenance");
    assert!(!text.contains(place.path("").to_str().unwrap()), "{text}");
    let sha = |name| {
        let never = std::sync::atomic::AtomicBool::new(false);
        followspot::session::sha256(&place.path(name), &never).unwrap()
    };
    let expected = json!({
        "format": 1,
        "program": "followspot",
        "version": env!("CARGO_PKG_VERSION"),
        "source": {
            "file_name": "acts.npy",
            "sha256": sha("acts.npy"),
            "key": null,
            "shape": [150, 8],
            "dtype": "float64",
            "excluded_rows": 0,
            "zero_rows": 0,
        },
        "basis": {
            "file_name": "basis.npy",
            "sha256": sha("basis.npy"),
            "key": null,
            "shape": [9, 8],
        },
        "options": {
            "epsilon": "null:0.01",
            "angles": 361,
            "planes": "permutations",
            "signed": false,
            "max_planes": 5,
            "seed": 0,
        },
        "epsilon": out.scalar::<f64>("epsilon"),
    });
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&text).unwrap(),
        expected
    );
}

#[test]
fn a_summary_is_the_same_without_the_counts() {
    let place = Place::of(&case("digits_relu_eps050_comb"));
    let sweep = |name: &str, more: &[&str]| {
        let args = [&["sweep", "acts.npy", "-o", name], more].concat();
        place.run(&args).good();
        place.npz(name)
    };
    let whole = sweep("whole.npz", &[]);
    let summary = sweep("summary.npz", &["--summary"]);
    let without: Vec<&str> = KEYS.into_iter().filter(|&key| key != "counts").collect();
    assert_eq!(summary.keys(), without);
    assert_eq!(whole.keys(), KEYS);
    assert_eq!(whole.text("provenance"), summary.text("provenance"));
    for key in ["mean", "std", "min", "max", "peak", "contrast"] {
        assert_eq!(whole.floats(key), summary.floats(key), "{key}");
    }
    assert_eq!(whole.ints("lit"), summary.ints("lit"));
}

#[test]
fn json_says_what_the_file_says() {
    let case = case("zero_rows");
    let place = Place::of(&case);
    let options = options(&case);
    let mut args = vec!["sweep", "--json", "-o", "out.npz"];
    args.extend(options.iter().map(String::as_str));
    let run = place.run(&args).good();
    let out = place.npz("out.npz");
    let fields = [
        "format",
        "n_samples",
        "n_neurons",
        "excluded_rows",
        "zero_rows",
        "planes",
        "planes_in_all",
        "degenerate_planes",
        "degenerate_pairs",
        "epsilon",
        "half_angle_deg",
        "null_share",
        "lit_planes",
        "lit_samples",
        "alignment",
        "contrast",
        "significance",
        "seconds",
    ];
    let places = fields
        .iter()
        .map(|field| run.stdout.find(&format!("\n  \"{field}\": ")));
    assert!(
        places.clone().all(|place| place.is_some()),
        "{}",
        run.stdout
    );
    assert!(places.is_sorted(), "{}", run.stdout);
    let json = run.json();
    assert_eq!(json.as_object().unwrap().len(), fields.len());
    let lit = out.ints("lit").iter().filter(|&&lit| lit > 0).count();
    for (field, expected) in [
        ("format", 1),
        ("n_samples", 80),
        ("n_neurons", 5),
        ("excluded_rows", 0),
        ("zero_rows", 3),
        ("planes", 10),
        ("planes_in_all", 10),
        ("degenerate_planes", 0),
        ("lit_planes", lit as i64),
        ("lit_samples", out.scalar("lit_samples")),
    ] {
        assert_eq!(json[field], expected, "{field}");
    }
    let number = |field: &str| json[field].as_f64().unwrap();
    assert_eq!(number("epsilon"), out.scalar::<f64>("epsilon"));
    close(number("half_angle_deg"), 60.0, "half-angle of ε = 0.5");
    // In five dimensions the density of a cosine is 3/4 (1 − t²).
    let share = 0.5 - 0.75 * (0.5 - 0.125 / 3.0);
    assert!((number("null_share") - share).abs() < 1e-9);
    let total = |key| out.ints(key).iter().sum::<i64>() as f64;
    let (axes, bisectors) = (total("axes"), total("bisectors"));
    close(
        number("alignment"),
        (axes - bisectors) / (axes + bisectors),
        "alignment",
    );
    close(
        number("contrast"),
        (axes - bisectors) / (4.0 * 80.0 * 10.0),
        "contrast",
    );
    for field in ["read", "prepare", "sweep", "write", "hash"] {
        assert!(json["seconds"][field].as_f64().unwrap() >= 0.0, "{field}");
    }
}

#[test]
fn what_is_undefined_is_null() {
    let place = Place::of(&case("digits_tanh_eps075_comb"));
    let run = place
        .run(&["sweep", "acts.npy", "--epsilon", "0.99", "--json"])
        .good();
    let json = run.json();
    assert_eq!(json["lit_samples"], 0);
    assert_eq!(json["alignment"], json!(null));
    assert_eq!(json["contrast"], 0.0);
    // Nothing was written, so nothing was hashed.
    assert_eq!(json["seconds"]["write"], json!(null));
    assert_eq!(json["seconds"]["hash"], json!(null));
}
