//! Planes among chosen neurons only, by the real binary: their numbers and counts, what
//! is said of them, and what is refused.
#![allow(clippy::unwrap_used, clippy::cast_precision_loss)]

use crate::common;
use crate::program;

use common::{identity, oracle};
use program::Place;

/// Rows of eight neurons, the last of which drowns the others.
fn rows() -> Vec<Vec<f64>> {
    (0..60)
        .map(|n| {
            let value = |k: usize| f64::from((n * 37 + k as u32 * 101 + n * n * 7) % 23) - 11.0;
            (0..8)
                .map(|k| if k == 7 { 40.0 } else { value(k) })
                .collect()
        })
        .collect()
}

fn place() -> Place {
    let place = Place::new();
    place.npy("acts.npy", &rows());
    place
}

const SAME: [&str; 4] = ["--epsilon", "0.3", "--angles", "25"];

#[test]
fn planes_among_some_keep_their_numbers_and_counts() {
    let place = place();
    let sweep = |out: &str, options: &[&str]| {
        let args = [&["sweep", "acts.npy", "-o", out, "--json"], options].concat();
        place.run(&args).good()
    };
    let check = |options: &[&str], chosen: &[usize], said: &str| {
        let run = sweep("some.npz", &[&SAME[..], options, &["--force"]].concat());
        let note = format!("note: planes are made among {said}; norms are over all of them");
        assert!(run.stderr.contains(&note), "{}", run.stderr);
        let out = place.npz("some.npz");
        let pairs = chosen
            .iter()
            .flat_map(|&i| chosen.iter().map(move |&j| (i, j)));
        let expected: Vec<(usize, usize)> = pairs.filter(|(i, j)| i < j).collect();
        assert_eq!(out.planes(), expected);
        for (&plane, counts) in expected.iter().zip(out.counts()) {
            let plain = oracle(&rows(), &identity(8), plane, 25, 0.3, false);
            assert_eq!(counts, plain, "{plane:?}");
        }
        let summary = run.json();
        assert_eq!(summary["chosen_vectors"], chosen.len());
        assert_eq!(summary["planes_in_all"], expected.len());
        assert_eq!(summary["n_neurons"], 8);
    };
    check(
        &["--neurons", "5,0:3"],
        &[0, 1, 2, 5],
        "4 of 8 neurons (0:3,5)",
    );
    check(
        &["--without-neurons", "7"],
        &[0, 1, 2, 3, 4, 5, 6],
        "7 of 8 neurons (all but 7)",
    );
    check(
        &["--neurons", "::2", "--without-neurons", "2:5"],
        &[0, 6],
        "2 of 8 neurons (0::2 but 2:5)",
    );
    // All of them are no choice, and nothing is said.
    let whole = sweep("whole.npz", &SAME);
    assert!(!whole.stderr.contains("note") && !whole.stdout.contains("chosen"));
    let all = sweep("all.npz", &[&SAME[..], &["--neurons", ":8"]].concat());
    assert!(!all.stderr.contains("note"), "{}", all.stderr);
    assert_eq!(
        place.npz("all.npz").counts(),
        place.npz("whole.npz").counts()
    );
}

#[test]
fn auto_goes_by_the_planes_that_are_left() {
    let place = place();
    let epsilon = |options: &[&str]| {
        let args = [&["sweep", "acts.npy", "--json"], options].concat();
        let summary = place.run(&args).good().json();
        let lit = summary["lit_samples"].as_u64().unwrap();
        assert!((30..=60).contains(&lit), "{lit}");
        summary["epsilon"].as_f64().unwrap()
    };
    // The last neuron is nearly all of every row.
    assert!(epsilon(&[]) > 0.89);
    assert!(epsilon(&["--without-neurons", "7"]) < 0.6);
}

#[test]
fn what_cannot_be_chosen_is_refused_in_a_sentence() {
    let place = place();
    let refused = |options: &[&str], said: &str| {
        let args = [&["sweep", "acts.npy", "--json"], options].concat();
        let sentence = place.run(&args).refused(2);
        assert!(sentence.contains(said), "{sentence}");
    };
    refused(
        &["--neurons", "0:3,8"],
        "`0:3,8` names neuron 8, but there are 8 neurons, numbered 0 to 7",
    );
    refused(&["--neurons", "3"], "only one neuron is left of 8");
    refused(
        &["--neurons", "0:2", "--without-neurons", "0:4"],
        "no neuron is left",
    );
    for bad in ["", "3,,4", "4:2", "-1", "x", "0:8:0"] {
        let run = place.run(&["sweep", "acts.npy", "--json", "--neurons", bad]);
        assert_eq!(run.code, Some(2), "{bad}: {}", run.stderr);
        assert!(run.stderr.contains("--neurons"), "{}", run.stderr);
    }
    place.npy("basis.npy", &identity(8)[..5]);
    refused(
        &["--basis", "basis.npy", "--neurons", "3:6"],
        "names basis vector 5, but there are 5 basis vectors",
    );
    let outside = ["plane", "acts.npy", "--plane", "1,6", "--neurons", "0:4"];
    let sentence = place.run(&outside).refused(2);
    assert_eq!(
        sentence,
        "--plane 1,6 is left out: 6 is not among the 4 of 8 that are chosen (0:4)"
    );
}

#[test]
fn the_choice_goes_with_every_table() {
    let place = place();
    for name in ["out.csv", "out.tsv", "out.json"] {
        let args = ["sweep", "acts.npy", "-o", name, "--neurons", "5,0:3"];
        place.run(&args).good();
        let text = String::from_utf8(place.bytes(name)).unwrap();
        let plain = text.replace('\\', "").replace("\"\"", "\"");
        assert!(plain.contains(r#""neurons":{"only":"0:3,5"}"#), "{text}");
    }
    place.run(&["sweep", "acts.npy", "-o", "plain.csv"]).good();
    let text = String::from_utf8(place.bytes("plain.csv")).unwrap();
    assert!(
        !text.contains("\"only\"") && !text.contains("neurons\":"),
        "{text}"
    );
}

#[test]
fn parts_are_merged_if_they_agree_on_the_neurons() {
    let place = Place::new();
    let rows = rows();
    place.npy("0.npy", &rows[..20]);
    place.npy("1.npy", &rows[20..]);
    place.npy("acts.npy", &rows);
    let sweep = |acts: &str, out: &str, options: &[&str]| {
        let args = [&["sweep", acts, "-o", out, "--force"], &SAME[..], options].concat();
        place.run(&args).good();
    };
    sweep("0.npy", "0.npz", &["--neurons", "0:4"]);
    sweep("1.npy", "1.npz", &["--without-neurons", "4:"]);
    sweep("acts.npy", "acts.npz", &["--neurons", ":4"]);
    let merge = |files: [&str; 2]| {
        let args = [
            "merge", files[0], files[1], "-o", "all.npz", "--json", "--force",
        ];
        place.run(&args)
    };
    let merged = merge(["0.npz", "1.npz"]).good().json();
    assert_eq!(merged["chosen_vectors"], 4);
    assert_eq!(merged["degenerate_planes"], 0);
    let (all, whole) = (place.npz("all.npz"), place.npz("acts.npz"));
    assert_eq!(all.planes(), whole.planes());
    assert_eq!(all.counts(), whole.counts());
    let differs = |options: &[&str], said: &str| {
        sweep("1.npy", "1.npz", options);
        let sentence = merge(["0.npz", "1.npz"]).refused(1);
        assert!(sentence.contains(said), "{sentence}");
    };
    differs(
        &["--neurons", "1:5"],
        "1.npz was swept among neurons 1:5 but 0.npz among neurons 0:4: sweep both with the same \
         --neurons and --without-neurons, or both without",
    );
    differs(
        &[],
        "was swept among all neurons but 0.npz among neurons 0:4: ",
    );
}

/// The rows less the means of their neurons.
fn centred(rows: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let mean = |k: usize| rows.iter().map(|row| row[k]).sum::<f64>() / rows.len() as f64;
    let means: Vec<f64> = (0..8).map(mean).collect();
    let less = |row: &Vec<f64>| row.iter().zip(&means).map(|(x, mean)| x - mean).collect();
    rows.iter().map(less).collect()
}

#[test]
fn centred_sweeps_are_those_of_centred_rows_and_say_so() {
    let place = place();
    let rows = rows();
    let center = ["--center", "mean"];
    let check = |options: &[&str], expected: &[Vec<f64>]| {
        let args = [
            &["sweep", "acts.npy", "-o", "out.npz", "--force"],
            &SAME[..],
            &center,
        ];
        let run = place.run(&[&args.concat()[..], options].concat()).good();
        let note = "note: subtracted from each neuron its mean over the samples";
        assert!(run.stderr.contains(note), "{}", run.stderr);
        let out = place.npz("out.npz");
        for (plane, counts) in out.planes().into_iter().zip(out.counts()) {
            let plain = oracle(expected, &identity(8), plane, 25, 0.3, false);
            assert_eq!(counts, plain, "{plane:?}");
        }
    };
    check(&[], &centred(&rows));
    // Of those rows that are read.
    check(&["--rows", "10:50"], &centred(&rows[10..50]));
    check(&["--neurons", "0:4"], &centred(&rows));
    let args = [&["sweep", "acts.npy", "-o", "t.csv"], &center[..]].concat();
    place.run(&args).good();
    let table = String::from_utf8(place.bytes("t.csv")).unwrap();
    let plain = table.replace('\\', "").replace("\"\"", "\"");
    assert!(plain.contains(r#""read_as":{"center":"mean"}"#), "{table}");
    let args = [
        "figure",
        "acts.npy",
        "--view",
        "ensemble",
        "-o",
        "f.svg",
        "--caption",
    ];
    place.run(&[&args[..], &center].concat()).good();
    let caption = place.run(&["caption", "f.svg"]).good().stdout;
    let said = "From each neuron its mean over the samples is subtracted first.";
    assert!(caption.contains(said), "{caption}");
    let again = ["figure", "acts.npy", "--like", "f.svg", "-o", "g.svg"];
    place.run(&again).good();
    assert_eq!(place.bytes("g.svg"), place.bytes("f.svg"));
}

#[test]
fn centred_parts_are_not_merged() {
    let place = Place::new();
    let rows = rows();
    place.npy("0.npy", &rows[..20]);
    place.npy("1.npy", &rows[20..]);
    let sweep = |acts: &str, out: &str, options: &[&str]| {
        let args = [&["sweep", acts, "-o", out], &SAME[..], options].concat();
        place.run(&args).good();
    };
    sweep("0.npy", "0.npz", &[]);
    sweep("1.npy", "1.npz", &["--center", "mean"]);
    let sentence = place
        .run(&["merge", "0.npz", "1.npz", "-o", "all.npz"])
        .refused(1);
    assert_eq!(
        sentence,
        "1.npz was swept with --center mean, which subtracts the mean of its own part only: \
         subtract the mean of all parts from each before saving them, and sweep without --center"
    );
    assert!(!place.names().contains(&"all.npz".to_owned()));
}

#[test]
fn figures_say_among_which_neurons() {
    let place = place();
    let figure = |out: &str, options: &[&str]| {
        let args = [&["figure", "acts.npy", "-o", out], options].concat();
        place.run(&args)
    };
    let among = ["--neurons", "0:3,5", "--epsilon", "0.3"];
    figure("atlas.svg", &[&["--view", "atlas"], &among[..]].concat()).good();
    let svg = String::from_utf8(place.bytes("atlas.svg")).unwrap();
    assert!(svg.contains("4 of 8 neurons"), "no note below the atlas");
    let caption = place.run(&["caption", "atlas.svg"]).good().stdout;
    assert!(
        caption.contains("all 6 planes among 4 neurons (i < j)")
            && caption.contains("The planes are those among 4 of 8 neurons (0:3,5)"),
        "{caption}"
    );
    // The choice is the figure's own until another is made.
    let like = ["--like", "atlas.svg"];
    figure("again.svg", &like).good();
    assert_eq!(place.bytes("again.svg"), place.bytes("atlas.svg"));
    let other = [&like[..], &["--without-neurons", "7"]].concat();
    figure("other.svg", &other).good();
    let caption = place.run(&["caption", "other.svg"]).good().stdout;
    assert!(caption.contains("7 of 8 neurons (all but 7)"), "{caption}");
    let outside = ["--view", "polar", "--plane", "0,4"];
    let sentence = figure("no.svg", &[&outside[..], &among].concat());
    let sentence = sentence.stderr;
    assert!(
        sentence.contains("4 is not among the 4 of 8 that are chosen (0:3,5)"),
        "{sentence}"
    );
    assert!(!place.names().contains(&"no.svg".to_owned()));
}
