//! Planes against isotropic data, told by the real binary: what stands in tables, what is
//! picked out of them, and what is said.
#![allow(clippy::unwrap_used, clippy::cast_precision_loss)]

use crate::program;
use crate::tables;

use program::{Place, case};
use serde_json::{Value, json};
use tables::Table;

/// Isotropic samples in 6 dimensions, in a fixed pattern, and a clump at the first neuron.
fn clumped() -> Vec<Vec<f64>> {
    let mut state = 1u64;
    let mut uniform = || {
        // Knuth's MMIX generator: a few lines, the same everywhere.
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1u64 << 53) as f64
    };
    let mut rows = Vec::new();
    for n in 0..400 {
        let normal =
            |u: f64, v: f64| (-2.0 * (1.0 - u).ln()).sqrt() * (std::f64::consts::TAU * v).cos();
        let mut row: Vec<f64> = (0..6).map(|_| normal(uniform(), uniform())).collect();
        if n < 60 {
            row[0] += 12.0;
        }
        rows.push(row);
    }
    rows
}

const OPTIONS: [&str; 2] = ["--epsilon", "0.8"];

fn place() -> Place {
    let place = Place::new();
    place.npy("acts.npy", &clumped());
    place
}

fn sweep(place: &Place, more: &[&str]) -> program::Run {
    place.run(&[&["sweep", "acts.npy"], &OPTIONS[..], more].concat())
}

#[test]
fn excess_and_z_follow_from_the_peak_and_the_share_of_isotropic_data() {
    let place = place();
    let run = sweep(&place, &["-o", "out.npz", "--json"]).good();
    let (npz, json) = (place.npz("out.npz"), run.json());
    let share = json["null_share"].as_f64().unwrap();
    let (n, peaks) = (400.0, npz.floats("peak"));
    let spread = (share * (1.0 - share) / n).sqrt();
    for (place, peak) in peaks.iter().enumerate() {
        // The cone that is counted in is 1e-12 wider.
        let excess = npz.floats("excess")[place];
        assert!((excess / (peak / share) - 1.0).abs() < 1e-10, "{excess}");
        let z = npz.floats("z")[place];
        assert!((z - (peak - share) / spread).abs() < 1e-6, "{z}");
    }
    // The first five planes share the clump.
    let (p, q) = (npz.floats("p"), npz.floats("q"));
    let found: Vec<bool> = q.iter().map(|&q| q <= 0.05).collect();
    assert_eq!(found, [&[true; 5][..], &[false; 10]].concat(), "{q:?}");
    assert!(p.iter().zip(&q).all(|(p, q)| p <= q && *q <= 1.0));
    let significance: Value = serde_json::from_str(&npz.text("significance")).unwrap();
    assert_eq!(significance, json["significance"]);
    assert_eq!(significance["method"], "Benjamini–Hochberg");
    assert_eq!(
        (&significance["rate"], &significance["planes"]),
        (&json!(0.05), &json!(5))
    );
    let angles = significance["effective_angles"].as_f64().unwrap();
    assert!((2.0..360.0).contains(&angles), "{angles}");
    let told = "against isotropic data: 5 of 15 planes significant at a false discovery rate of 5%";
    assert!(run.stderr.contains(told), "{}", run.stderr);
}

#[test]
fn only_significant_planes_are_picked_and_the_others_are_counted() {
    let place = place();
    for kind in ["planes", "curves"] {
        for format in ["csv", "tsv", "json"] {
            let (whole, some) = (format!("whole.{format}"), format!("some.{format}"));
            let table = ["--table", kind, "--force", "-o"];
            sweep(&place, &[&table[..], &[&whole]].concat()).good();
            let run = sweep(
                &place,
                &[&table[..], &[&some, "--significant", "0.05"]].concat(),
            )
            .good();
            let told = "10 of 15 planes are left out of the table: not significant at a false \
                        discovery rate of 5%";
            assert!(run.stderr.contains(told), "{}", run.stderr);
            let whole = Table::of(place.bytes(&whole), format);
            let some = Table::of(place.bytes(&some), format);
            assert_eq!(some.head["planes"], 5);
            assert_eq!(some.head["planes_left_out"], 10);
            assert_eq!(some.head["significant_at"], 0.05);
            assert_eq!(whole.head["planes"], 15);
            assert!(whole.head.get("planes_left_out").is_none());
            let rows = some.column("plane_i").len();
            assert_eq!(rows, 5 * whole.column("plane_i").len() / 15);
            // Planes of the first neuron come first.
            for name in whole.names() {
                assert_eq!(some.column(name), &whole.column(name)[..rows], "{name}");
            }
        }
    }
}

#[test]
fn where_nothing_is_significant_the_table_is_empty() {
    let place = Place::of(&case("normal_200x6_eps060"));
    for kind in ["planes", "curves"] {
        let run = place
            .run(&[
                "sweep",
                "acts.npy",
                "--epsilon",
                "0.6",
                "-o",
                "out.csv",
                "--force",
                "--table",
                kind,
                "--significant",
                "1e-9",
            ])
            .good();
        assert!(
            run.stderr.contains("15 of 15 planes are left out"),
            "{}",
            run.stderr
        );
        let text = String::from_utf8(place.bytes("out.csv")).unwrap();
        assert_eq!(text.lines().count(), 2, "{text}");
    }
}

#[test]
fn differences_are_not_judged() {
    let place = place();
    let run = sweep(&place, &["--signed", "-o", "out.npz", "--json"]).good();
    assert_eq!(run.json()["significance"], Value::Null);
    assert!(
        !run.stderr.contains("against isotropic data"),
        "{}",
        run.stderr
    );
    let npz = place.npz("out.npz");
    assert_eq!(npz.text("significance"), "null");
    assert!(npz.floats("q").iter().all(|q| q.is_nan()));
    let table = ["--table", "planes", "-o", "out.csv"];
    let signed = [&table[..], &["--signed", "--significant", "0.05"]].concat();
    let refused = sweep(&place, &signed).refused(2);
    assert!(refused.contains("--signed counts differences"), "{refused}");
}

#[test]
fn the_choice_needs_a_table_of_planes_and_a_rate() {
    let place = place();
    let refused = |more: &[&str], expected: &str| {
        let told = sweep(&place, more).refused(2);
        assert!(told.contains(expected), "{told}");
    };
    let picks = "picks rows of a table of planes or curves";
    refused(&["-o", "out.npz", "--significant", "0.05"], picks);
    refused(
        &[
            "-o",
            "out.csv",
            "--table",
            "ensemble",
            "--significant",
            "0.05",
        ],
        picks,
    );
    refused(
        &["-o", "out.csv", "--significant", "5"],
        "`5` is no rate of false discoveries",
    );
    refused(&["--json", "--significant", "0.05"], "--output");
    assert_eq!(place.names(), ["acts.npy"]);
}

#[test]
fn a_plane_says_what_its_peak_comes_to() {
    let place = place();
    let run = place
        .run(
            &[
                &["plane", "acts.npy", "--plane", "0,1", "--plane", "3,4"],
                &OPTIONS[..],
            ]
            .concat(),
        )
        .good();
    let lines: Vec<&str> = run
        .stderr
        .lines()
        .filter(|l| l.contains("against isotropic"))
        .collect();
    assert_eq!(lines.len(), 2, "{}", run.stderr);
    let said = [
        ("b0 ∧ b1", " angles in effect"),
        // No more than chance has it, however many angles are looked at.
        ("b3 ∧ b4", "p = 1.000 as the largest of all angles"),
    ];
    for (line, (plane, among)) in lines.iter().zip(said) {
        assert!(line.starts_with(plane) && line.contains(among), "{line}");
    }
    let signed = place
        .run(&["plane", "acts.npy", "--plane", "0,1", "--signed"])
        .good();
    assert!(
        !signed.stderr.contains("isotropic data: its peak"),
        "{}",
        signed.stderr
    );
}

#[test]
fn few_angles_and_narrow_cones_are_judged_in_no_time() {
    let place = Place::new();
    let one_hot = ndarray::Array2::from_shape_fn((50, 5), |(n, k)| f32::from(u8::from(n % 5 == k)));
    ndarray_npy::write_npy(place.path("acts.npy"), &one_hot).unwrap();
    for (epsilon, angles) in [
        ("0.7", "5"),
        ("0.9", "3"),
        ("0.99999", "361"),
        ("-0.5", "4"),
    ] {
        let args = ["acts.npy", "--epsilon", epsilon, "--angles", angles];
        let result = place.run(&[&["sweep"], &args[..], &["--json"]].concat());
        let found = &result.good().json()["significance"];
        let planes = found["planes"].as_u64().unwrap();
        assert_eq!(
            planes,
            if epsilon == "0.99999" { 10 } else { planes },
            "{found}"
        );
        assert!(
            found["effective_angles"].as_f64().unwrap() >= 1.0,
            "{found}"
        );
    }
}

#[test]
fn merged_sweeps_are_judged_as_the_whole() {
    let (place, rows) = (place(), clumped());
    place.npy("a.npy", &rows[..150]);
    place.npy("b.npy", &rows[150..]);
    sweep(&place, &["-o", "whole.npz"]).good();
    for part in ["a", "b"] {
        let (acts, out) = (format!("{part}.npy"), format!("{part}.npz"));
        place
            .run(&[&["sweep", &acts, "-o", &out], &OPTIONS[..]].concat())
            .good();
    }
    let run = place
        .run(&["merge", "a.npz", "b.npz", "-o", "all.npz", "--json"])
        .good();
    let (all, whole) = (place.npz("all.npz"), place.npz("whole.npz"));
    for key in ["excess", "z", "p", "q"] {
        assert_eq!(all.floats(key), whole.floats(key), "{key}");
    }
    assert_eq!(all.text("significance"), whole.text("significance"));
    assert_eq!(run.json()["significance"]["planes"], 5);
}

/// A figure as SVG, its text without the marks in it.
fn figure(place: &Place, more: &[&str]) -> String {
    let figure = [
        "figure",
        "acts.npy",
        "-o",
        "fig.svg",
        "--force",
        "--caption",
    ];
    place.run(&[&figure[..], &OPTIONS, more].concat()).good();
    let svg = String::from_utf8(place.bytes("fig.svg")).unwrap();
    let (mut text, mut is_mark) = (String::new(), false);
    for letter in svg.chars() {
        match letter {
            '<' => is_mark = true,
            '>' => is_mark = false,
            _ if !is_mark => text.push(letter),
            _ => {}
        }
    }
    text
}

#[test]
fn a_heatmap_of_significant_planes_says_what_it_leaves_out() {
    let place = place();
    let text = figure(&place, &["--view", "heatmap", "--significant", "0.05"]);
    assert!(
        text.contains("10 planes left out: not significant at FDR 5%"),
        "{text}"
    );
    let caption = place.run(&["caption", "fig.svg"]).good().stdout;
    let told = "The heatmap leaves out 10 planes whose largest excess over isotropic data is not \
                significant at a false discovery rate of 5% (Benjamini–Hochberg over all planes).";
    assert!(caption.contains(told), "{caption}");
    let latex = place
        .run(&["caption", "fig.svg", "--format", "latex"])
        .good()
        .stdout;
    assert!(latex.contains(r"false discovery rate of 5\%"), "{latex}");
    let text = figure(&place, &["--view", "heatmap"]);
    assert!(!text.contains("not significant"), "{text}");

    let all = [
        "figure",
        "acts.npy",
        "-o",
        "none.svg",
        "--view",
        "heatmap",
        "--significant",
    ];
    let refused = place
        .run(&[&all[..], &["1e-99", "--epsilon", "0.8"]].concat())
        .refused(2);
    assert!(
        refused.contains("no plane of acts.npy is significant at a false discovery rate of 1e-97%"),
        "{refused}"
    );
    let signed = [&all[..], &["0.05", "--signed"]].concat();
    let refused = place.run(&signed).refused(2);
    assert!(refused.contains("--signed counts differences"), "{refused}");
}

#[test]
fn an_ensemble_shows_where_isotropic_planes_would_lie() {
    let place = place();
    for axes in ["cartesian", "polar"] {
        let text = figure(&place, &["--view", "ensemble", "--axes", axes]);
        assert!(text.contains("95% of isotropic planes"), "{text}");
        let caption = place.run(&["caption", "fig.svg"]).good().stdout;
        let told = "where 95% of isotropic planes would lie at an angle";
        assert!(caption.contains(told), "{caption}");
    }
    let text = figure(&place, &["--view", "ensemble", "--signed"]);
    assert!(!text.contains("95% of isotropic"), "{text}");
}
