//! Sweeps over parts of a corpus, merged by the real binary, are the sweep of the
//! whole to the last integer; what does not fit is refused in a sentence.
#![allow(clippy::unwrap_used)]

use crate::common;
use crate::program;
use crate::shards;

use program::{KEYS, Place};
use serde_json::{Value, json};
use shards::{
    corpus, members, merge, npy, same_but_provenance, sweep_parts, three, with_member, write,
};
use zip::CompressionMethod;

const SEVEN: [&str; 7] = [
    "0.npz", "1.npz", "2.npz", "3.npz", "4.npz", "5.npz", "6.npz",
];

/// Merges seven uneven shards and holds them against the whole.
fn check_seven(basis: Option<&[Vec<f64>]>, options: &[&str]) {
    let place = Place::new();
    let mut options = options.to_vec();
    if let Some(basis) = basis {
        place.npy("basis.npy", basis);
        options.extend(["--basis", "basis.npy"]);
    }
    let lengths = [1, 90, 2, 40, 7, 59, 1];
    sweep_parts(&place, &corpus(), &lengths, &options);
    merge(&place, &SEVEN, "all.npz").good();
    assert_eq!(place.npz("all.npz").keys(), KEYS);
    same_but_provenance(&place, "all.npz", "whole.npz");
    // In another order, and by merging what is merged.
    merge(&place, &["6.npz", "4.npz", "5.npz"], "a.npz").good();
    merge(&place, &["2.npz", "a.npz", "0.npz", "3.npz"], "b.npz").good();
    merge(&place, &["b.npz", "1.npz"], "again.npz").good();
    same_but_provenance(&place, "again.npz", "whole.npz");
}

#[test]
fn seven_uneven_shards_are_the_whole() {
    check_seven(None, &["--epsilon", "0.6"]);
}

#[test]
fn signed_ones_too() {
    check_seven(None, &["--epsilon", "0.6", "--signed", "--angles", "100"]);
}

#[test]
fn permutations_too() {
    check_seven(
        None,
        &["--epsilon", "null:0.02", "--planes", "permutations"],
    );
}

#[test]
fn those_at_an_epsilon_below_zero_too() {
    check_seven(None, &["--epsilon", "-0.3", "--angles", "37"]);
}

#[test]
fn dark_ones_too() {
    check_seven(None, &["--epsilon", "0.9999", "--angles", "2"]);
}

#[test]
fn those_in_a_dense_basis_with_parallel_vectors_too() {
    let mut basis = vec![vec![1.0, 0.0, 0.0, 0.0, 0.0, 0.0]];
    basis.push(vec![-3.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    for k in 0..7u32 {
        let row = |n: u32| f64::from((n * 31 + k * k * 17) % 23) - 11.0;
        basis.push((0..6).map(row).collect());
    }
    check_seven(Some(&basis), &["--epsilon", "0.5"]);
    check_seven(
        Some(&basis),
        &["--epsilon", "0.5", "--planes", "permutations", "--signed"],
    );
}

#[test]
fn those_of_drawn_planes_too() {
    let drawn = ["--max-planes", "9", "--seed", "7", "--epsilon", "0.6"];
    check_seven(None, &drawn);
}

#[test]
fn a_single_plane_can_be_merged() {
    let place = Place::new();
    let rows = corpus();
    for (name, rows) in [("whole", &rows[..]), ("0", &rows[..77]), ("1", &rows[77..])] {
        let (acts, out) = (format!("{name}.npy"), format!("{name}.npz"));
        place.npy(&acts, rows);
        let args = [
            "plane",
            &acts,
            "--plane",
            "4,1",
            "--epsilon",
            "0.6",
            "-o",
            &out,
        ];
        place.run(&args).good();
    }
    merge(&place, &["0.npz", "1.npz"], "all.npz").good();
    same_but_provenance(&place, "all.npz", "whole.npz");
    let other = [
        "plane",
        "1.npy",
        "--plane",
        "1,4",
        "--epsilon",
        "0.6",
        "-o",
        "other.npz",
    ];
    place.run(&other).good();
    // A plane that turns downwards is one of the permutations.
    let sentence = merge(&place, &["0.npz", "other.npz"], "no.npz").refused(1);
    assert!(sentence.contains("over combinations but 0.npz over permutations"));
}

#[test]
fn merging_is_associative_in_every_member() {
    let place = three();
    merge(&place, &["0.npz", "1.npz"], "ab.npz").good();
    merge(&place, &["ab.npz", "2.npz"], "abc.npz").good();
    merge(&place, &["0.npz", "1.npz", "2.npz"], "all.npz").good();
    assert_eq!(place.bytes("abc.npz"), place.bytes("all.npz"));
}

#[test]
fn provenance_tells_of_every_shard() {
    let place = three();
    merge(&place, &["2.npz", "0.npz"], "all.npz").good();
    let told = |name: &str| -> Value {
        serde_json::from_str(&place.npz(name).text("provenance")).unwrap()
    };
    let (first, second) = (told("2.npz"), told("0.npz"));
    let expected = json!({
        "format": 2,
        "program": "followspot",
        "version": env!("CARGO_PKG_VERSION"),
        "shards": [first["source"], second["source"]],
        "basis": null,
        "options": first["options"],
        "epsilon": 0.6,
    });
    assert_eq!(told("all.npz"), expected);
    assert_eq!(first["source"]["file_name"], "2.npy");
    assert_eq!(second["source"]["excluded_rows"], 1);
    assert_eq!(first["format"], 1);
}

#[test]
fn json_is_that_of_the_sweep() {
    let place = three();
    let sweep = [
        "sweep",
        "whole.npy",
        "--epsilon",
        "0.6",
        "--angles",
        "25",
        "--json",
    ];
    let mut whole = place.run(&sweep).good().json();
    let args = [
        "merge", "0.npz", "1.npz", "2.npz", "-o", "all.npz", "--json",
    ];
    let run = place.run(&args).good();
    let mut merged = run.json();
    assert!(merged["seconds"]["read"].as_f64().unwrap() >= 0.0);
    assert!(merged["seconds"]["write"].as_f64().unwrap() >= 0.0);
    for not_done in ["prepare", "sweep", "hash"] {
        assert_eq!(merged["seconds"][not_done], json!(null));
    }
    for each in [&mut whole, &mut merged] {
        each["seconds"] = json!(null);
    }
    assert_eq!(merged, whole);
    assert!(
        run.stderr.starts_with("writing 15 planes × 25 angles: "),
        "{}",
        run.stderr
    );
    assert!(
        run.stderr
            .contains("15 planes of 3 files merged at epsilon 0.6 (half-angle")
    );
}

#[test]
fn pairs_of_parallel_vectors_are_counted_but_not_named() {
    let place = three();
    place.npy(
        "basis.npy",
        &[vec![1.0; 6], vec![-2.0; 6], common::identity(6)[0].clone()],
    );
    for name in ["0", "1"] {
        let (acts, out) = (format!("{name}.npy"), format!("{name}.npz"));
        let args = [
            "sweep",
            &acts,
            "--basis",
            "basis.npy",
            "--epsilon",
            "0.6",
            "--force",
        ];
        place.run(&[&args[..], &["-o", &out]].concat()).good();
    }
    let args = ["merge", "0.npz", "1.npz", "-o", "all.npz", "--json"];
    let json = place.run(&args).good().json();
    assert_eq!(json["degenerate_planes"], 1);
    assert_eq!(json["degenerate_pairs"], json!(null));
}

#[test]
fn counts_saved_again_in_another_way_are_the_same() {
    let place = three();
    let shards = ["0.npz", "1.npz", "2.npz"];
    merge(&place, &shards, "all.npz").good();
    let wide = |place: &Place, from: &str, big: bool| -> Vec<u8> {
        let counts = place.npz(from).counts().concat();
        let bytes = |count: &i64| {
            if big {
                count.to_be_bytes()
            } else {
                count.to_le_bytes()
            }
        };
        npy(
            if big { ">i8" } else { "<i8" },
            "(15, 25)",
            &counts.iter().flat_map(bytes).collect::<Vec<u8>>(),
        )
    };
    let narrow: Vec<u8> = place
        .npz("0.npz")
        .counts()
        .concat()
        .iter()
        .flat_map(|&count| i32::try_from(count).unwrap().to_be_bytes())
        .collect();
    for (changed, bytes) in [
        ("big4.npz", npy(">i4", "(15, 25)", &narrow)),
        ("big8.npz", wide(&place, "0.npz", true)),
        ("wide.npz", wide(&place, "0.npz", false)),
    ] {
        with_member(&place, "0.npz", changed, "counts", &bytes);
        merge(&place, &[changed, "1.npz", "2.npz"], "again.npz").good();
        assert_eq!(
            place.bytes("again.npz"),
            place.bytes("all.npz"),
            "{changed}"
        );
    }
    // As by numpy.savez_compressed, in another order.
    let mut all = members(&place, "2.npz");
    all.reverse();
    write(&place, "packed.npz", &all, CompressionMethod::Deflated);
    merge(&place, &["0.npz", "1.npz", "packed.npz"], "again.npz").good();
    assert_eq!(place.bytes("again.npz"), place.bytes("all.npz"));
}
