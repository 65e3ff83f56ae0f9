//! Single planes, drawn planes, planes that are none, rows that are left out: the
//! real binary's choices, held against a whole sweep.
#![allow(
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    clippy::cast_possible_wrap
)]

use crate::common;
use crate::program;

use std::collections::HashMap;

use common::{identity, oracle};
use program::{KEYS, Place, all_close, case, options};
use serde_json::json;

#[test]
fn a_plane_is_a_row_of_the_sweep() {
    let case = case("overcomplete_9in8");
    let place = Place::of(&case);
    let options = options(&case);
    let run = |args: &[&str]| {
        let mut args = args.to_vec();
        args.extend(options.iter().map(String::as_str));
        args.extend(["--basis", "basis.npy"]);
        place.run(&args).good()
    };
    run(&["sweep", "-o", "sweep.npz"]);
    let sweep = place.npz("sweep.npz");
    for wanted in [(2, 7), (7, 2)] {
        let text = format!("{},{}", wanted.0, wanted.1);
        let row = sweep.planes().iter().position(|&p| p == wanted).unwrap();
        let counts = &sweep.counts()[row];
        let tsv = run(&["plane", "--plane", &text]).stdout;
        let mut lines = tsv.lines();
        assert_eq!(lines.next(), Some("theta_rad\tcount\tfraction"));
        let lines: Vec<Vec<f64>> = lines
            .map(|line| line.split('\t').map(|cell| cell.parse().unwrap()).collect())
            .collect();
        assert_eq!(lines.len(), case.angles);
        for ((line, &count), theta) in lines.iter().zip(counts).zip(sweep.floats("angles")) {
            assert_eq!(line[..], [theta, count as f64, count as f64 / 150.0]);
        }

        let quiet = run(&["plane", "--plane", &text, "-o", "plane.npz", "--force"]);
        assert_eq!(quiet.stdout, "");
        let plane = place.npz("plane.npz");
        assert_eq!(plane.keys(), KEYS);
        assert_eq!(plane.planes(), [wanted]);
        assert_eq!(&plane.counts()[0], counts);
        for key in ["axes", "bisectors", "lit"] {
            assert_eq!(plane.ints(key), [sweep.ints(key)[row]], "{key}");
        }
        for key in ["peak", "peak_angle", "alignment", "contrast"] {
            all_close(&plane.floats(key), &[sweep.floats(key)[row]], key);
        }
        let fractions: Vec<f64> = counts.iter().map(|&c| c as f64 / 150.0).collect();
        for key in ["mean", "min", "max"] {
            assert_eq!(plane.floats(key), fractions, "{key}");
        }
        assert!(plane.floats("std").iter().all(|&s| s == 0.0));
        assert_eq!(plane.scalar::<i64>("lit_samples"), plane.ints("lit")[0]);
        assert_eq!(
            plane.scalar::<i64>("planes_in_all"),
            sweep.scalar::<i64>("planes_in_all")
        );
        let provenance: serde_json::Value =
            serde_json::from_str(&plane.text("provenance")).unwrap();
        assert_eq!(provenance["plane"], json!([wanted.0, wanted.1]));
    }
}

#[test]
fn a_plane_of_descending_numbers_needs_no_permutations() {
    let case = case("normal_200x6_eps060");
    let place = Place::of(&case);
    let args = [
        "plane",
        "acts.npy",
        "--plane",
        "4,1",
        "--epsilon",
        "0.6",
        "--angles",
        "100",
    ];
    let tsv = place.run(&args).good().stdout;
    let counts: Vec<i64> = tsv
        .lines()
        .skip(1)
        .map(|line| line.split('\t').nth(1).unwrap().parse().unwrap())
        .collect();
    assert_eq!(
        counts,
        oracle(&case.rows, &case.basis, (4, 1), 100, 0.6, false)
    );
}

#[test]
fn a_share_of_isotropic_data_comes_to_its_epsilon() {
    let place = Place::of(&case("digits_relu_eps050_comb"));
    let json = place
        .run(&["sweep", "acts.npy", "--epsilon", "null:0.01", "--json"])
        .good()
        .json();
    let share = json["null_share"].as_f64().unwrap();
    assert!((share - 0.01).abs() < 1e-9, "{share}");
}

#[test]
fn auto_lights_at_least_half_of_the_rows_that_are_not_zero() {
    for name in [
        "digits_relu_eps050_comb",
        "digits_tanh_eps050_comb",
        "zero_rows",
        "overcomplete_17in16",
        "skewed_5in7",
        "row_scales",
    ] {
        let case = case(name);
        let place = Place::of(&case);
        for basis in [&[][..], &["--basis", "basis.npy"]] {
            let args = [&["sweep", "acts.npy", "--json"], basis].concat();
            let json = place.run(&args).good().json();
            let number = |field: &str| json[field].as_u64().unwrap();
            let half = (number("n_samples") - number("zero_rows")).div_ceil(2);
            assert!(number("lit_samples") >= half, "{name}: {json}");
            assert!(json["epsilon"].as_f64().unwrap() <= 0.9, "{name}");
        }
    }
}

#[test]
fn a_draw_of_planes_is_the_same_every_time() {
    let place = Place::of(&case("digits_relu_eps050_comb"));
    let draw = |name: &str, k: &str, seed: &str| {
        let args = [
            "sweep",
            "acts.npy",
            "--max-planes",
            k,
            "--seed",
            seed,
            "-o",
            name,
        ];
        place.run(&args).good();
        place.npz(name)
    };
    let first = draw("a.npz", "20", "7");
    draw("b.npz", "20", "7");
    assert_eq!(place.bytes("a.npz"), place.bytes("b.npz"));
    let other = draw("c.npz", "20", "8");
    assert_ne!(first.planes(), other.planes());
    for npz in [&first, &other] {
        let planes = npz.planes();
        assert_eq!(planes.len(), 20);
        assert!(planes.is_sorted_by(|a, b| a < b));
        assert_eq!(npz.scalar::<i64>("planes_in_all"), 276);
    }
    // A drawn plane's curve is the one that it has among all.
    let all = draw("all.npz", "1000", "7");
    assert_eq!(all.planes().len(), 276);
    let curves: HashMap<_, _> = all.planes().into_iter().zip(all.counts()).collect();
    for (plane, counts) in first.planes().iter().zip(first.counts()) {
        assert_eq!(curves[plane], counts, "{plane:?}");
    }
}

#[test]
fn threads_and_repetition_change_no_byte() {
    let place = Place::of(&case("digits_relu_eps050_comb"));
    place.npy("wide.npy", &case("overcomplete_17in16").basis);
    place.npy("rows.npy", &case("overcomplete_17in16").rows);
    for input in [
        &["acts.npy", "--signed"][..],
        &["rows.npy", "--basis", "wide.npy"],
    ] {
        let sweep = |name: &str, threads: &str| {
            let args = [
                &["sweep", "-o", name, "--force", "--threads", threads],
                input,
            ]
            .concat();
            place.run(&args).good();
            place.bytes(name)
        };
        let one = sweep("one.npz", "1");
        assert_eq!(one, sweep("two.npz", "2"));
        assert_eq!(one, sweep("again.npz", "2"));
    }
}

#[test]
fn parallel_basis_vectors_are_left_out_and_named() {
    let place = Place::of(&case("normal_200x6_eps060"));
    let mut basis = identity(6);
    basis[4] = basis[1].iter().map(|x| -2.0 * x).collect();
    place.npy("parallel.npy", &basis);
    let args = [
        "sweep",
        "acts.npy",
        "--basis",
        "parallel.npy",
        "--planes",
        "permutations",
        "--json",
        "-o",
        "out.npz",
    ];
    let run = place.run(&args).good();
    let json = run.json();
    assert_eq!(json["planes"], 28);
    assert_eq!(json["planes_in_all"], 28);
    assert_eq!(json["degenerate_planes"], 2);
    assert_eq!(json["degenerate_pairs"], json!([[1, 4]]));
    assert!(run.stderr.contains("b1 ∧ b4"), "{}", run.stderr);
    let planes = place.npz("out.npz").planes();
    assert!(!planes.contains(&(1, 4)) && !planes.contains(&(4, 1)));
    let refused = place.run(&[
        "plane",
        "acts.npy",
        "--basis",
        "parallel.npy",
        "--plane",
        "4,1",
    ]);
    assert!(refused.refused(2).contains("--plane 4,1"));
}

#[test]
fn rows_that_are_left_out_leave_the_others_as_they_are() {
    let case = case("normal_200x6_eps060");
    let place = Place::of(&case);
    let mut rows = case.rows.clone();
    rows.insert(3, vec![f64::NAN; 6]);
    rows.push(vec![0.0, 0.0, f64::INFINITY, 0.0, 0.0, 0.0]);
    place.npy("holes.npy", &rows);
    for (input, output) in [("acts.npy", "a.npz"), ("holes.npy", "b.npz")] {
        let run = place
            .run(&["sweep", input, "--epsilon", "0.6", "-o", output])
            .good();
        assert_eq!(
            run.stderr.contains("2 of 202 rows"),
            input == "holes.npy",
            "{}",
            run.stderr
        );
    }
    let (a, b) = (place.npz("a.npz"), place.npz("b.npz"));
    assert_eq!(a.counts(), b.counts());
    assert_eq!(b.scalar::<i64>("excluded_rows"), 2);
    assert_eq!(b.scalar::<i64>("n_samples"), 200);
}

#[test]
fn of_many_parallel_pairs_the_first_are_named() {
    let place = Place::of(&case("normal_200x6_eps060"));
    let mut basis = vec![vec![1.0; 6]; 20];
    basis.push(vec![1.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    place.npy("parallel.npy", &basis);
    let args = ["sweep", "acts.npy", "--basis", "parallel.npy", "--json"];
    let run = place.run(&args).good();
    let json = run.json();
    assert_eq!(json["planes"], 20);
    assert_eq!(json["degenerate_planes"], 190);
    let named: Vec<[u32; 2]> = (1..=12).map(|j| [0, j]).collect();
    assert_eq!(json["degenerate_pairs"], json!(named));
    assert!(run.stderr.contains("and 185 more"), "{}", run.stderr);
}

#[test]
fn a_plane_file_says_its_size_first_and_belongs_to_its_planes() {
    let place = Place::of(&case("normal_200x6_eps060"));
    for (plane, planes, in_all) in [("1,4", "combinations", 15), ("4,1", "permutations", 30)] {
        let args = ["plane", "acts.npy", "--plane", plane, "--force"];
        let run = place
            .run(&[&args[..], &["-o", "plane.npz"]].concat())
            .good();
        let first = run.stderr.lines().next();
        let expected = "writing 1 plane × 361 angles: 1.4 kB of counts to plane.npz";
        assert_eq!(first, Some(expected));
        let file = place.npz("plane.npz");
        let provenance: serde_json::Value = serde_json::from_str(&file.text("provenance")).unwrap();
        assert_eq!(provenance["options"]["planes"], planes);
        assert_eq!(file.scalar::<i64>("planes_in_all"), in_all);
    }
}
