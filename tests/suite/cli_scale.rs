//! A plane at every epsilon and projections, by the real binary: what is written equals
//! what single runs and the author's own code give, and what is refused.
#![allow(clippy::unwrap_used, clippy::cast_possible_truncation)]

use crate::common;
use crate::program;

use std::path::Path;

use ndarray::{Array1, Array2};
use program::{Place, case};

#[test]
fn a_scale_table_holds_the_curve_of_every_epsilon() {
    let place = Place::of(&case("normal_200x6_comb"));
    let scale = ["scale", "acts.npy", "--plane", "1,4", "--angles", "25"];
    let steps = ["--steps", "7", "--from", "-0.3", "--to", "0.9"];
    for signed in [&[][..], &["--signed"]] {
        let args = [&scale[..], &steps, signed, &["-o", "scale.npz", "--force"]].concat();
        let run = place.run(&args).good();
        assert!(
            run.stderr
                .contains("b1 ∧ b4 at 7 epsilons from -0.3 to 0.9 × 25 angles")
        );
        let out = place.npz("scale.npz");
        let epsilons = out.floats("epsilons");
        assert_eq!((epsilons[0], epsilons[6], epsilons.len()), (-0.3, 0.9, 7));
        for (epsilon, counts) in epsilons.iter().zip(out.counts()) {
            let epsilon = format!("--epsilon={epsilon}");
            let plane = ["plane", "acts.npy", "--plane", "1,4", "--angles", "25"];
            let one = [
                &plane[..],
                &[&epsilon],
                signed,
                &["-o", "one.npz", "--force"],
            ]
            .concat();
            place.run(&one).good();
            assert_eq!(place.npz("one.npz").counts()[0], counts, "{epsilon}");
        }
        let expects = out.floats("isotropic").iter().any(|&share| share != 0.0);
        assert_eq!(expects, signed.is_empty(), "less the opposite it is none");
        let record: serde_json::Value = serde_json::from_str(&out.text("provenance")).unwrap();
        assert_eq!(record["scales"]["steps"], 7);
        assert_eq!(record["plane"], serde_json::json!([1, 4]));
    }
    let args = [&scale[..], &steps, &["-o", "-", "--format", "csv"]].concat();
    let lines = place.run(&args).good().stdout;
    let lines: Vec<&str> = lines.lines().collect();
    assert!(lines[0].starts_with(r#"# followspot {"format":1,"table":"scale""#));
    assert_eq!(
        lines[1],
        "epsilon,half_angle_deg,angle_rad,count,fraction,isotropic_fraction"
    );
    assert_eq!(lines.len(), 2 + 7 * 25);
    // At d = 6 and ε = −0.3: ½ + (t (5 − 2 t²) √(1 − t²) + 3 arcsin t) / 3π for t = 0.3.
    let share: f64 = lines[2].split(',').nth(5).unwrap().parse().unwrap();
    assert!((share - 0.743_345_15).abs() < 1e-8, "{share}");
}

#[test]
fn the_range_of_a_scale_view_is_as_far_as_anything_is_lit() {
    let place = Place::of(&case("normal_200x6_comb"));
    let scale = ["scale", "acts.npy", "--plane", "0,1", "--epsilon", "0.2"];
    place.run(&[&scale[..], &["-o", "s.npz"]].concat()).good();
    let out = place.npz("s.npz");
    let epsilons = out.floats("epsilons");
    assert_eq!((epsilons[0], epsilons[199]), (0.0, 1.0));
    let half = ["--axis", "half-angle", "--steps", "3", "-o", "h.npz"];
    place.run(&[&scale[..], &half].concat()).good();
    let epsilons = place.npz("h.npz").floats("epsilons");
    assert!((epsilons[1] - 0.5f64.sqrt()).abs() < 1e-12);
}

#[test]
fn points_are_those_of_the_reference() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/pppm/pppm_digits_relu.npz");
    let place = Place::new();
    let rows: Array2<f64> = common::member(&path, "activations");
    let rows: Vec<Vec<f64>> = rows.rows().into_iter().map(|row| row.to_vec()).collect();
    place.npy("acts.npy", &rows);
    let project = ["project", "acts.npy", "--epsilon", "0.6"];
    let run = place.run(&[&project[..], &["--all", "-o", "all.npz"]].concat());
    let said = run.good().stderr;
    assert!(
        said.contains("276 planes at epsilon 0.6") && said.contains("6,932 points of"),
        "{said}"
    );
    let out = place.npz("all.npz");
    let numbers = |key| common::member::<Array1<i64>>(&path, key).to_vec();
    let mut kept: Vec<(i64, i64, i64)> = Vec::new();
    let planes: Array2<i64> = common::member(&path, "planes");
    let (mut places, rows) = (numbers("kept_rows").into_iter(), numbers("kept_per_plane"));
    for (plane, count) in planes.rows().into_iter().zip(rows) {
        kept.extend(
            places
                .by_ref()
                .take(count as usize)
                .map(|row| (plane[0], plane[1], row)),
        );
    }
    kept.sort_unstable();
    let found: Vec<(i64, i64, i64)> = out
        .planes()
        .into_iter()
        .zip(out.ints("rows"))
        .map(|((i, j), row)| (i as i64, j as i64, row))
        .collect();
    assert_eq!(found, kept);
    assert_eq!(out.scalar::<i64>("total"), 6932);

    let few = [
        "--all",
        "--most-points",
        "100",
        "--seed",
        "3",
        "-o",
        "few.tsv",
    ];
    let run = place.run(&[&project[..], &few].concat()).good();
    assert!(
        run.stderr.contains("100 of 6,932 points, drawn at random,"),
        "{}",
        run.stderr
    );
    let text = String::from_utf8(place.bytes("few.tsv")).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert!(
        lines[0].contains(r#""table":"points""#)
            && lines[0].contains(r#""points":{"most":100,"seed":3}"#)
    );
    assert_eq!(
        (lines[1], lines.len()),
        ("row\tplane_i\tplane_j\tx\ty", 102)
    );
}

#[test]
fn points_name_the_rows_of_the_file() {
    let place = Place::new();
    let rows = [
        [1.0, 0.0],
        [f64::NAN, 0.0],
        [0.0, 0.0],
        [1.0, 2.0],
        [1e200, 0.0],
    ];
    place.npy("acts.npy", &rows.map(|row| row.to_vec()));
    let args = [
        "project",
        "acts.npy",
        "--plane",
        "1,0",
        "--epsilon",
        "0.5",
        "-o",
        "-",
        "--format",
        "tsv",
    ];
    let out = place.run(&args).good().stdout;
    let points: Vec<&str> = out.lines().skip(2).collect();
    assert_eq!(
        points,
        [
            "0\t1\t0\t0.0\t1.0",
            "3\t1\t0\t2.0\t1.0",
            "4\t1\t0\t0.0\t1e200"
        ]
    );
}

#[test]
fn what_cannot_be_written_is_refused() {
    let place = Place::of(&case("normal_200x6_comb"));
    let says = |args: &[&str], part: &str| {
        let sentence = place.run(args).refused(2);
        assert!(sentence.contains(part), "{sentence}");
    };
    says(
        &["scale", "acts.npy", "--plane", "1,9", "-o", "a.npz"],
        "is not there",
    );
    says(
        &["scale", "acts.npy", "--plane", "1,2", "-o", "a.json"],
        "not as json",
    );
    let range = ["--from", "0.5", "--to", "0.5", "-o", "a.npz"];
    says(
        &[&["scale", "acts.npy", "--plane", "1,2"], &range[..]].concat(),
        "from 0.5 to 0.5",
    );
    let many = ["--angles", "36001", "--steps", "1000", "-o", "a.npz"];
    says(
        &[&["scale", "acts.npy", "--plane", "1,2"], &many[..]].concat(),
        "33,554,432 counts",
    );
    says(&["project", "acts.npy", "-o", "a.npz"], "--plane");
    says(
        &[
            "project", "acts.npy", "--all", "--plane", "1,2", "-o", "a.npz",
        ],
        "cannot be used with",
    );
    says(&["project", "acts.npy", "--all", "-o", "-"], "--format");
    assert!(!place.names().iter().any(|name| name.starts_with("a.")));
}
