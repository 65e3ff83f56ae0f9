//! `followspot alignment`: the test by rotation, from the real binary on the bundled sample.
#![allow(clippy::unwrap_used)]

use crate::program;

use std::path::Path;

use program::Place;
use serde_json::Value;

/// The bundled sample: the last checkpoint of a small `ReLU` layer on digits.
fn sample() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/sample/relu_epoch_3000.npy");
    path.to_str().unwrap().to_owned()
}

fn tested(place: &Place, args: &[&str]) -> Value {
    let sample = sample();
    let mut all = vec!["alignment", &sample, "--json"];
    all.extend(args);
    place.run(&all).good().json()
}

#[test]
fn a_relu_layer_is_aligned_at_tight_scales_and_anti_aligned_at_a_wide_one() {
    let place = Place::new();
    for (epsilon, aligned) in [("0.35", false), ("0.5", true), ("0.7", true)] {
        let result = tested(&place, &["--epsilon", epsilon, "--rotations", "39"]);
        let layer = &result["layer"];
        let number = |key: &str| layer[key].as_f64().unwrap();
        assert_eq!(number("z") > 5.0, aligned, "{layer}");
        assert_eq!(number("z") < -5.0, !aligned, "{layer}");
        assert_eq!(number("p"), 0.05);
        let [low, high] = [0, 1].map(|end| layer["alignment_interval"][end].as_f64().unwrap());
        assert!(
            low < number("alignment") && number("alignment") < high,
            "{layer}"
        );
        assert!(number("lit") > 1700.0 && result["n_samples"] == 1797);
        assert!(result["kurtosis"]["z"].as_f64().unwrap() > 10.0);
    }
}

#[test]
fn a_layer_on_single_neurons_is_aligned_above_71_hundredths_only() {
    let place = Place::new();
    let one_hot =
        ndarray::Array2::from_shape_fn((240, 24), |(n, k)| f32::from(u8::from(n % 24 == k)));
    ndarray_npy::write_npy(place.path("one.npy"), &one_hot).unwrap();
    for (epsilon, index) in [("0.35", -1.0 / 3.0), ("0.7", -1.0 / 3.0), ("0.75", 1.0)] {
        let args = [
            "alignment",
            "one.npy",
            "--rotations",
            "199",
            "--epsilon",
            epsilon,
        ];
        let run = place.run(&[&args[..], &["--json"]].concat()).good();
        let layer = &run.json()["layer"];
        assert_eq!(layer["alignment"], index, "{layer}");
        assert_eq!(layer["p"], 0.01, "{layer}");
        // All samples speak for one index, so resamples tell nothing of its error.
        assert!(layer["alignment_interval"].is_null(), "{layer}");
        assert_eq!(
            run.stderr.contains("as samples on single neurons are, too"),
            index < 0.0,
            "{}",
            run.stderr
        );
        let few = layer["rotated_counts"].as_f64().unwrap() < 10.0;
        assert_eq!(layer["z"].is_null(), few, "{layer}");
    }
}

#[test]
fn what_is_observed_is_the_sweep_s_and_the_plane_s() {
    let place = Place::new();
    let sample = sample();
    let among = ["--epsilon", "0.6", "--neurons", "2:20"];
    let args = [
        &among[..],
        &["--rotations", "2", "--plane", "7,3", "--kurtosis"],
    ]
    .concat();
    let result = tested(&place, &args);
    let other = |args: &[&str]| {
        let all = [args, &among[..], &["--json"]].concat();
        place.run(&all).good().json()
    };
    let sweep = other(&["sweep", &sample]);
    for key in ["alignment", "contrast"] {
        assert_eq!(result["layer"][key], sweep[key]);
    }
    assert_eq!(result["layer"]["planes"], 153);
    assert_eq!(result["chosen_vectors"], 18);
    let plane = other(&["plane", &sample, "--plane", "7,3", "-o", "plane.npz"]);
    for key in ["alignment", "contrast"] {
        assert_eq!(result["plane"][key], plane[key]);
    }
    // A sample that is lit between axis and bisector alone has no say in the index.
    let lit = |lit: &Value| lit.as_u64().unwrap();
    let (at, anywhere) = (lit(&result["plane"]["lit"]), lit(&plane["lit_samples"]));
    assert!(0 < at && at <= anywhere, "{at} of {anywhere}");
    assert_eq!(result["kurtosis"]["each"].as_array().unwrap().len(), 18);
    // Drawn planes go another way, to the same rotations.
    let all = [&args[..], &["--max-planes", "153"]].concat();
    assert_eq!(tested(&place, &all), result);
    let some = [&args[..], &["--max-planes", "20"]].concat();
    let some = tested(&place, &some);
    assert_eq!(some["layer"]["planes"], 20);
    for key in ["rotated_mean", "z", "contrast"] {
        assert_eq!(some["plane"][key], result["plane"][key]);
    }
}

#[test]
fn the_table_has_a_line_a_rotation_and_says_what_it_was_made_from() {
    let place = Place::new();
    let sample = sample();
    let run = |rotations: &str, more: &[&str]| {
        let args = [
            "alignment",
            &sample,
            "--epsilon",
            "0.5",
            "--rotations",
            rotations,
        ];
        place.run(&[&args[..], more].concat()).good()
    };
    let printed = run("3", &["--seed", "4"]);
    let lines: Vec<&str> = printed.stdout.lines().collect();
    assert_eq!(lines.len(), 5);
    let head = "rotation\taxes\tbisectors\talignment\tcontrast\tkurtosis";
    assert_eq!(lines[0], head);
    assert!(lines[1].starts_with("observed\t"), "{}", lines[1]);
    assert!(lines[4].starts_with("2\t"), "{}", lines[4]);
    assert!(
        printed.stderr.contains("too few rotations"),
        "{}",
        printed.stderr
    );
    let more = run("5", &["--seed", "4", "--threads", "1"]);
    assert!(more.stdout.starts_with(&printed.stdout));
    assert_ne!(run("3", &["--seed", "5"]).stdout, printed.stdout);
    run("3", &["--seed", "4", "-o", "r.tsv"]);
    let written = String::from_utf8(place.bytes("r.tsv")).unwrap();
    let (first, rest) = written.split_once('\n').unwrap();
    assert_eq!(rest, printed.stdout);
    let about: Value = serde_json::from_str(first.strip_prefix("# ").unwrap()).unwrap();
    assert_eq!(
        (&about["rotations"], &about["seed"]),
        (&3.into(), &4.into())
    );
    assert!(
        about["provenance"]["source"]["sha256"].is_string(),
        "{about}"
    );
}

#[test]
fn a_figure_has_the_band_of_rotated_curves_and_says_so() {
    let place = Place::new();
    let sample = sample();
    let run = |more: &[&str]| {
        let args = [
            "figure",
            &sample,
            "--plane",
            "3,7",
            "--epsilon",
            "0.5",
            "-o",
        ];
        place.run(&[&args[..], more].concat()).good()
    };
    run(&["with.svg", "--rotations", "20", "--seed", "3"]);
    let with = String::from_utf8(place.bytes("with.svg")).unwrap();
    assert!(with.contains("20 rotations, min–max"));
    let caption = place.run(&["caption", "with.svg"]).good().stdout;
    let said = "under 20 random rotations of the samples (seed 3)";
    assert!(caption.contains(said), "{caption}");
    run(&["like.svg", "--like", "with.svg"]);
    assert_eq!(place.bytes("like.svg"), place.bytes("with.svg"));
    run(&["other.svg", "--rotations", "20", "--seed", "4"]);
    assert_ne!(place.bytes("other.svg"), place.bytes("with.svg"));
    run(&["without.svg"]);
    let without = String::from_utf8(place.bytes("without.svg")).unwrap();
    assert!(!without.contains("rotated"));
}

#[test]
fn what_cannot_be_tested_is_refused() {
    let place = Place::new();
    let sample = sample();
    let refused = |args: &[&str], why: &str| {
        let all = [&["alignment"], args].concat();
        let sentence = place.run(&all).refused(2);
        assert!(sentence.contains(why), "{sentence}");
    };
    refused(&[&sample, "--plane", "3,24"], "numbered 0 to 23");
    refused(&[&sample, "--rotations", "0"], "at least 1");
    refused(&[&sample, "-o", "r.npz"], "name it r.tsv");
    refused(&[&sample, "-o", "-", "--json"], "give -o a file name");
    refused(&[&sample, "--kurtosis"], "--json");
    let wide = vec![vec![0.0; 1500]; 500];
    place.npy("wide.npy", &wide);
    refused(&["wide.npy"], "say how many with --rotations");
}

#[test]
fn what_is_dark_or_alike_has_no_verdict() {
    let place = Place::new();
    let said = |rows: &[Vec<f64>], epsilon: &str| {
        place.npy("acts.npy", rows);
        let args = [
            "alignment",
            "acts.npy",
            "--rotations",
            "20",
            "--epsilon",
            epsilon,
        ];
        place.run(&args).good().stderr
    };
    // No sample is within 37° of an axis or a bisector of a plane.
    let spread = [vec![1.0, 1.0, 1.0, 1.0], vec![-1.0, 1.0, 1.0, 1.0]];
    let told = said(&spread, "0.9999");
    let dark = "  6 planes: nothing is lit at an axis or a bisector, rotated or not: no alignment";
    assert!(told.contains(dark), "{told}");
    let hint =
        "nothing is lit at an axis or a bisector at epsilon 0.9999: --epsilon auto would be 0.7";
    assert!(told.contains(hint), "{told}");
    // One axis is lit, by hardly any rotation.
    let told = said(
        &[vec![1.0, 0.0, 0.0, 0.0], vec![1.0, 0.0, 0.0, 0.0]],
        "0.999",
    );
    assert!(
        told.contains("of 20 rotations light anything there ("),
        "{told}"
    );
    let alike = "mean excess kurtosis undefined: along every neuron all samples are alike";
    assert!(told.contains(alike), "{told}");
    assert!(!told.contains("NaN"), "{told}");
}
