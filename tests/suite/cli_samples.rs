//! `followspot samples` and `followspot directions`.

#![allow(clippy::unwrap_used)]

use crate::program;

use ndarray::{Array1, Array2};
use program::{Place, case};
use serde_json::Value;

/// A folder with `acts.npy`, and those rows.
fn place() -> (Place, Vec<Vec<f64>>) {
    let case = case("normal_200x6_eps060");
    (Place::of(&case), case.rows)
}

fn list(json: &Value) -> &Vec<Value> {
    json.as_array().unwrap()
}

/// The class of a row: the neuron that is largest, at random for some.
fn label(row: &[f64]) -> usize {
    let largest = |best: usize, k: usize| {
        if row[k].abs() > row[best].abs() {
            k
        } else {
            best
        }
    };
    (0..row.len()).fold(0, largest)
}

fn write_labels(place: &Place, rows: &[Vec<f64>]) {
    let labels: Array1<i64> = rows.iter().map(|row| label(row) as i64).collect();
    ndarray_npy::write_npy(place.path("y.npy"), &labels).unwrap();
}

fn norm(row: &[f64]) -> f64 {
    row.iter().map(|x| x * x).sum::<f64>().sqrt()
}

#[test]
fn samples_inside_are_as_many_as_the_curve_counts() {
    let (place, rows) = place();
    write_labels(&place, &rows);
    let plane = ["acts.npy", "--plane", "1,4", "--epsilon", "0.6"];
    let curve = place.run(&[&["plane"], &plane[..]].concat()).good().stdout;
    for angle in [0, 45, 90, 200, 359, 360] {
        let angle = angle.to_string();
        let more = ["--angle", &angle, "--labels", "y.npy", "--json"];
        let run = place
            .run(&[&["samples"], &plane[..], &more].concat())
            .good();
        let json = run.json();
        let line = curve
            .lines()
            .nth(angle.parse::<usize>().unwrap() + 1)
            .unwrap();
        let counted: usize = line.split('\t').nth(1).unwrap().parse().unwrap();
        assert_eq!(list(&json).len(), counted, "{line}");
        let radians = angle.parse::<f64>().unwrap().to_radians();
        let mut before = f64::INFINITY;
        for entry in list(&json) {
            let row = &rows[entry["row"].as_u64().unwrap() as usize];
            let cosine = (row[1] * radians.cos() + row[4] * radians.sin()) / norm(row);
            let told = entry["cosine"].as_f64().unwrap();
            assert!((cosine - told).abs() < 1e-12 && told >= 0.6 - 1e-12);
            assert!(told <= before);
            before = told;
            assert!((entry["norm"].as_f64().unwrap() - norm(row)).abs() < 1e-12);
            assert_eq!(entry["label"], label(row));
        }
        assert!(
            run.stderr.contains(&format!("b1 ∧ b4 at {angle}.00°")),
            "{}",
            run.stderr
        );
    }
    // Radians, and the peak where nothing is said.
    let at = |more: &[&str]| {
        place
            .run(&[&["samples"], &plane[..], more].concat())
            .good()
            .stdout
    };
    assert_eq!(
        at(&["--angle", "180"]),
        at(&["--angle", "3.141592653589793rad"])
    );
    let counts = curve
        .lines()
        .skip(1)
        .map(|line| line.split('\t').nth(1).unwrap());
    let most = counts
        .map(|count| count.parse::<usize>().unwrap())
        .max()
        .unwrap();
    assert_eq!(at(&[]).lines().count(), most + 1);
    assert_eq!(at(&[]).lines().next().unwrap(), "row\tcosine\tnorm");
}

#[test]
fn a_direction_is_listed_too_and_rows_are_those_of_the_file() {
    let (place, mut rows) = place();
    rows[2][0] = f64::NAN;
    place.npy("acts.npy", &rows);
    let base = [
        "samples",
        "acts.npy",
        "--epsilon",
        "0.5",
        "--direction",
        "-3",
    ];
    let run = place
        .run(&[&base[..], &["--json", "--rows", "1::3"]].concat())
        .good();
    let json = run.json();
    let mut found: Vec<usize> = Vec::new();
    found.extend(
        list(&json)
            .iter()
            .map(|entry| entry["row"].as_u64().unwrap() as usize),
    );
    found.sort_unstable();
    let expected = (1..200)
        .step_by(3)
        .filter(|&n| -rows[n][3] / norm(&rows[n]) >= 0.5);
    assert_eq!(found, expected.collect::<Vec<_>>());
    assert!(!found.is_empty());
    assert_eq!(list(&json)[0]["label"], Value::Null);

    let files = ["--ids", "ids.npy", "--activations", "inside.npy"];
    place.run(&[&base[..], &files].concat()).good();
    let ids: Array1<i64> = ndarray_npy::read_npy(place.path("ids.npy")).unwrap();
    let inside: Array2<f64> = ndarray_npy::read_npy(place.path("inside.npy")).unwrap();
    assert_eq!(ids.len(), inside.nrows());
    for (&id, row) in ids.iter().zip(inside.rows()) {
        assert_eq!(row.to_vec(), rows[id as usize]);
    }
    let refused = place.run(&[&base[..], &files].concat()).refused(1);
    assert_eq!(refused, "ids.npy exists: add --force to replace it");
    place
        .run(&[&base[..], &files, &["--force"]].concat())
        .good();
}

#[test]
fn what_does_not_match_is_one_sentence() {
    let (place, _) = place();
    std::fs::write(place.path("y.txt"), "1\n2\n").unwrap();
    let refused = |code: i32, more: &[&str]| {
        let base = ["samples", "acts.npy"];
        place.run(&[&base[..], more].concat()).refused(code)
    };
    assert_eq!(
        refused(1, &["--plane", "0,1", "--labels", "y.txt"]),
        "y.txt holds 2 labels, but acts.npy has 200 rows: one label a row is needed"
    );
    assert_eq!(
        refused(2, &["--direction", "+6"]),
        "--direction +b6 is not there: the layer has 6 neurons, numbered 0 to 5"
    );
    assert!(refused(2, &["--plane", "0,9"]).starts_with("--plane 0,9 is not there"));
    assert!(refused(2, &["--plane", "0,1", "--angle", "north"]).contains("is no angle"));
    assert!(refused(2, &["--angle", "3"]).contains("--plane"));
    let left_out = ["--plane", "0,1", "--neurons", "1:4"];
    assert!(refused(2, &left_out).starts_with("--plane 0,1 is left out"));
    refused(2, &[]);
    refused(2, &["--plane", "0,1", "--direction", "3"]);
    assert!(refused(2, &["--direction", "1", "--ids", "a.txt"]).contains(".npy or .csv"));
    let same = ["--direction", "1", "--activations", "acts.npy", "--force"];
    assert!(refused(2, &same).contains("acts.npy is what is read"));
}

#[test]
fn directions_are_ranked_with_their_classes() {
    let (place, rows) = place();
    write_labels(&place, &rows);
    let names: Vec<String> = (0..6).map(|k| format!("neuron {k}")).collect();
    std::fs::write(place.path("names.txt"), names.join("\n")).unwrap();
    let base = ["directions", "acts.npy", "--epsilon", "0.7"];
    let labels = ["--labels", "y.npy"];
    let json = place
        .run(&[&base[..], &labels, &["--json"]].concat())
        .good()
        .json();
    let entries = list(&json);
    assert_eq!(entries.len(), 12);
    let mut before = u64::MAX;
    for entry in entries {
        let (k, sign) = (
            entry["neuron"].as_u64().unwrap(),
            entry["sign"].as_f64().unwrap(),
        );
        let cosine = |row: &Vec<f64>| sign * row[k as usize] / norm(row);
        let lit: Vec<&Vec<f64>> = rows
            .iter()
            .filter(|row| cosine(row) >= 0.7 - 1e-12)
            .collect();
        let told = entry["lit"].as_u64().unwrap();
        assert_eq!(told, lit.len() as u64);
        assert!(told <= before);
        before = told;
        assert_eq!(entry["share"], lit.len() as f64 / 200.0);
        if lit.is_empty() {
            assert_eq!(entry["class"], Value::Null);
            continue;
        }
        // At ε = 0.7 nothing but the neuron itself can be the largest, but for a few.
        assert_eq!(entry["class"], k);
        let of_class = lit.iter().filter(|row| label(row) == k as usize).count() as f64;
        assert_eq!(entry["precision"], of_class / lit.len() as f64);
        let size = rows.iter().filter(|row| label(row) == k as usize).count() as f64;
        assert_eq!(entry["recall"], of_class / size);
        let p = entry["p"].as_f64().unwrap();
        assert!((0.0..=1.0).contains(&p));
        assert!((p.log10() - entry["log10_p"].as_f64().unwrap()).abs() < 1e-9);
    }
    let named = ["--class-names", "names.txt", "--top", "2"];
    let run = place.run(&[&base[..], &labels, &named].concat()).good();
    let lines: Vec<&str> = run.stdout.lines().collect();
    assert_eq!(lines.len(), 3);
    assert_eq!(
        lines[0],
        "neuron\tsign\tlit\tshare\tnull_share\tp_null\tclass\tclass_lit\tprecision\trecall\tp"
    );
    let first: Vec<&str> = lines[1].split('\t').collect();
    assert_eq!(first[6], format!("neuron {}", first[0]));
    for (line, entry) in lines[1..].iter().zip(entries) {
        let cells: Vec<&str> = line.split('\t').collect();
        for (column, key) in [(5, "p_null"), (10, "p")] {
            let p: f64 = cells[column].parse().unwrap();
            assert_eq!(Some(p), entry[key].as_f64(), "{line}");
        }
        let logarithm = entry["log10_p_null"].as_f64().unwrap();
        assert!((entry["p_null"].as_f64().unwrap().log10() - logarithm).abs() < 1e-9);
    }
    assert!(
        run.stderr.contains("Bonferroni over 6 classes"),
        "{}",
        run.stderr
    );
    let plain = place.run(&base).good().stdout;
    assert_eq!(
        plain.lines().next().unwrap(),
        "neuron\tsign\tlit\tshare\tnull_share\tp_null"
    );
    assert_eq!(plain.lines().count(), 13);
}

#[test]
fn directions_are_drawn_with_their_classes() {
    let (place, rows) = place();
    write_labels(&place, &rows);
    let names = ["red", "green", "blue", "cyan", "grey", "pink"];
    std::fs::write(place.path("names.txt"), names.join("\n")).unwrap();
    let figure = [
        "figure",
        "acts.npy",
        "--view",
        "directions",
        "--epsilon",
        "0.7",
    ];
    let labels = [
        "--labels",
        "y.npy",
        "--class-names",
        "names.txt",
        "-o",
        "fig.svg",
    ];
    place.run(&[&figure[..], &labels].concat()).good();
    let svg = String::from_utf8(place.bytes("fig.svg")).unwrap();
    assert!(
        svg.contains("samples within the cone, % of all samples")
            && svg.contains("dashed: isotropic")
    );
    assert!(
        names.iter().any(|name| svg.contains(&format!(">{name}<"))),
        "{svg}"
    );
    let caption = place.run(&["caption", "fig.svg"]).good().stdout;
    assert!(
        caption.contains("most lit privileged directions, of "),
        "{caption}"
    );
    assert!(
        caption.contains("around the direction") && caption.contains("y.npy"),
        "{caption}"
    );
    // Without labels, and dark.
    place
        .run(&[&figure[..], &["-o", "plain.svg"]].concat())
        .good();
    let dark = [
        "figure",
        "acts.npy",
        "--view",
        "directions",
        "--epsilon",
        "1",
        "-o",
        "dark.pdf",
    ];
    place.run(&dark).good();
    let panels = ["--panels", "directions,polar@0:1", "-o", "both.svg"];
    let panel = ["figure", "acts.npy", "--view", "panel", "--epsilon", "0.7"];
    place.run(&[&panel[..], &panels].concat()).good();
}

#[test]
fn a_dark_spotlight_says_what_would_light_something() {
    let (place, rows) = place();
    write_labels(&place, &rows);
    let run = |args: &[&str]| {
        let all = [args, &["--epsilon", "0.99999"]].concat();
        place.run(&all).good().stderr
    };
    let said = run(&["directions", "acts.npy"]);
    let hint = "nothing is lit about any direction at epsilon 0.99999: the largest cosine is 0.9";
    assert!(said.contains(hint), "{said}");
    let (_, half) = said
        .split_once("half of the samples would be lit at epsilon ")
        .unwrap();
    let lit = place
        .run(&["directions", "acts.npy", "--json", "--epsilon", half.trim()])
        .good();
    // No two axes of one sample are as near as that.
    let about: u64 = list(&lit.json())
        .iter()
        .map(|one| one["lit"].as_u64().unwrap())
        .sum();
    assert!((100..110).contains(&about), "{about} at {half}");
    let said = run(&["samples", "acts.npy", "--direction", "+0"]);
    assert!(
        said.contains("nothing is lit there at epsilon 0.99999: the largest"),
        "{said}"
    );
    let said = run(&["samples", "acts.npy", "--plane", "0,3"]);
    assert!(
        said.contains("nothing is lit at any angle of the plane at epsilon"),
        "{said}"
    );
    let figure = [
        "figure",
        "acts.npy",
        "--view",
        "directions",
        "--labels",
        "y.npy",
    ];
    run(&[&figure[..], &["-o", "dark.svg"]].concat());
    let caption = place.run(&["caption", "dark.svg"]).good().stdout;
    assert!(
        caption.contains("the 12 privileged directions, none of which is lit"),
        "{caption}"
    );
}

#[test]
fn an_export_prints_no_list_unless_it_is_asked_for() {
    let (place, _) = place();
    let export = [
        "samples",
        "acts.npy",
        "--direction",
        "+0",
        "--epsilon",
        "0.5",
    ];
    let export = [&export[..], &["--ids", "rows.csv", "--force"]].concat();
    assert_eq!(place.run(&export).good().stdout, "");
    assert!(
        !list(
            &place
                .run(&[&export[..], &["--json"]].concat())
                .good()
                .json()
        )
        .is_empty()
    );
    let nowhere = place
        .run(&["samples", "acts.npy", "--angle", "3"])
        .refused(2);
    assert!(
        nowhere.contains("<--plane <I,J>|--direction <±K>>"),
        "{nowhere}"
    );
    let help = place.run(&["samples", "--help"]).good().stdout;
    assert!(help.contains("unless --json asks for it"), "{help}");
    assert!(help.contains("<--plane <I,J>|--direction <±K>>"), "{help}");
}
