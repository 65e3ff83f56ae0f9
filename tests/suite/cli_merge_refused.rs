//! What does not fit together is not merged by the real binary, and neither is what
//! no sweep wrote: one sentence, no file.
#![allow(clippy::unwrap_used)]

use crate::common;
use crate::program;
use crate::shards;

use program::Place;
use shards::{
    body, corpus, members, merge, npy, same_but_provenance, text, three, with_member,
    with_provenance, write,
};
use zip::CompressionMethod;

#[test]
fn what_was_swept_otherwise_is_refused_with_both_values() {
    let place = three();
    place.npy("basis.npy", &common::identity(6));
    let mut other = common::identity(6);
    other[0][1] = 1.0;
    place.npy("other.npy", &other);
    let narrow: Vec<Vec<f64>> = corpus().iter().map(|row| row[..5].to_vec()).collect();
    place.npy("narrow.npy", &narrow);
    let sweep = |acts: &str, out: &str, options: &[&str]| {
        let default = ["sweep", acts, "-o", out, "--force"];
        place.run(&[&default[..], options].concat()).good();
    };
    let check = |acts: &str, options: &[&str], first: &str, said: &str| {
        sweep(acts, "b.npz", options);
        let sentence = merge(&place, &[first, "b.npz"], "no.npz").refused(1);
        assert!(
            sentence.starts_with(&format!("b.npz was swept {said}")),
            "{sentence}"
        );
        assert!(!place.names().contains(&"no.npz".to_owned()));
    };
    let same = ["--epsilon", "0.6", "--angles", "25"];
    let but = |more: &[&'static str]| [&same[..], more].concat();
    check(
        "1.npy",
        &["--epsilon", "0.5", "--angles", "25"],
        "0.npz",
        "at epsilon 0.5 but 0.npz at epsilon 0.6: sweep both with the same --epsilon",
    );
    // The next number to 0.6 is another number.
    check(
        "1.npy",
        &["--epsilon", "0.6000000000000001", "--angles", "25"],
        "0.npz",
        "at epsilon 0.6000000000000001 but 0.npz at epsilon 0.6: ",
    );
    check(
        "1.npy",
        &["--epsilon", "0.6", "--angles", "24"],
        "0.npz",
        "at 24 angles but 0.npz at 25 angles: ",
    );
    check(
        "1.npy",
        &but(&["--signed"]),
        "0.npz",
        "signed but 0.npz unsigned: ",
    );
    check(
        "1.npy",
        &but(&["--planes", "permutations"]),
        "0.npz",
        "over permutations but 0.npz over combinations: ",
    );
    check(
        "1.npy",
        &but(&["--basis", "basis.npy"]),
        "0.npz",
        "in the basis basis.npy (6 × 6, SHA-256 ",
    );
    check(
        "narrow.npy",
        &same,
        "0.npz",
        "on 5 neurons but 0.npz on 6 neurons: ",
    );
    sweep("0.npy", "a.npz", &but(&["--basis", "other.npy"]));
    check(
        "1.npy",
        &but(&["--basis", "basis.npy"]),
        "a.npz",
        "in the basis basis.npy (6 × 6, SHA-256 ",
    );
    sweep("0.npy", "a.npz", &but(&["--max-planes", "4"]));
    check(
        "1.npy",
        &same,
        "a.npz",
        "over all 15 planes but a.npz over 4 of 15 planes (seed 0): ",
    );
    check(
        "1.npy",
        &but(&["--max-planes", "4", "--seed", "3"]),
        "a.npz",
        "in b",
    );
    // The same basis under another name is the same basis.
    std::fs::copy(place.path("other.npy"), place.path("renamed.npy")).unwrap();
    sweep("0.npy", "a.npz", &but(&["--basis", "other.npy"]));
    sweep("1.npy", "b.npz", &but(&["--basis", "renamed.npy"]));
    merge(&place, &["a.npz", "b.npz"], "yes.npz").good();
}

#[test]
fn auto_is_refused_with_what_to_do_unless_it_came_to_the_same() {
    let place = three();
    let sweep = |acts: &str, options: &[&str]| {
        let out = format!("{acts}.npz");
        let args = ["sweep", acts, "-o", &out, "--force"];
        place.run(&[&args[..], options].concat()).good();
    };
    for acts in ["0.npy", "1.npy"] {
        sweep(acts, &["--epsilon", "auto"]);
    }
    let epsilon = |file: &str| place.npz(file).scalar::<f64>("epsilon");
    let (a, b) = (epsilon("0.npy.npz"), epsilon("1.npy.npz"));
    let sentence = merge(&place, &["0.npy.npz", "1.npy.npz"], "no.npz").refused(1);
    let expected = format!(
        "1.npy.npz was swept at epsilon {b} but 0.npy.npz at epsilon {a}: auto gives each shard \
         an epsilon of its own, so sweep the shards with a number (--epsilon 0.9) or a share of \
         isotropic data (--epsilon null:0.01)"
    );
    assert_eq!(sentence, expected);
    // Rows near the axes: auto is capped at 0.9 in both.
    let near =
        |shift: f64| -> Vec<Vec<f64>> { (0..9).map(|n| vec![10.0, shift, f64::from(n)]).collect() };
    place.npy("near0.npy", &near(1.0));
    place.npy("near1.npy", &near(2.0));
    place.npy("near.npy", &[near(1.0), near(2.0)].concat());
    sweep("near0.npy", &["--epsilon", "auto"]);
    sweep("near1.npy", &["--epsilon", "auto"]);
    sweep("near.npy", &["--epsilon", "0.9"]);
    merge(&place, &["near0.npy.npz", "near1.npy.npz"], "all.npz").good();
    same_but_provenance(&place, "all.npz", "near.npy.npz");
    // Of the whole auto could have been another number, so the number stands there.
    let told = place.npz("all.npz").text("provenance");
    assert!(told.contains(r#""epsilon":"0.9""#), "{told}");
}

#[test]
fn samples_are_counted_once() {
    let place = three();
    let check = |shards: &[&str], code: i32, said: &str| {
        let sentence = merge(&place, shards, "no.npz").refused(code);
        assert!(sentence.contains(said), "{sentence}");
        assert!(sentence.contains("counted twice"), "{sentence}");
    };
    check(&["0.npz", "1.npz", "./0.npz"], 2, "./0.npz is given twice");
    std::fs::copy(place.path("0.npz"), place.path("copy.npz")).unwrap();
    check(
        &["0.npz", "1.npz", "copy.npz"],
        1,
        "was swept for both 0.npz and copy.npz",
    );
    merge(&place, &["0.npz", "1.npz"], "some.npz").good();
    check(&["2.npz", "1.npz", "some.npz"], 1, "1.npy (SHA-256 ");
    let unknown = |told: String| {
        let start = told.find("\"sha256\":\"").unwrap() + 9;
        format!("{}null{}", &told[..start], &told[start + 66..])
    };
    with_provenance(&place, "1.npz", "unknown.npz", unknown);
    check(
        &["0.npz", "unknown.npz"],
        1,
        "unknown.npz does not say the SHA-256 of 1.npy",
    );
}

#[test]
fn arguments_that_cannot_be_are_one_sentence() {
    let place = three();
    let names = place.names();
    let check = |args: &[&str], code: i32, said: &str| {
        let sentence = place.run(args).refused(code);
        assert!(sentence.contains(said), "{args:?}: {sentence}");
    };
    check(&["merge"], 2, "<SHARD.npz>");
    check(&["merge", "0.npz", "1.npz"], 2, "--output");
    check(
        &["merge", "0.npz", "-o", "all.npz"],
        2,
        "at least two files",
    );
    check(
        &["merge", "0.npz", "1.npz", "-o", "1.npz", "--force"],
        2,
        "1.npz is what is read",
    );
    check(&["merge", "0.npz", "1.npz", "-o", "2.npz"], 1, "--force");
    check(&["merge", "0.npz", "1.npz", "-o", "all.csv"], 2, "all.npz");
    let many: Vec<String> = (0..201).map(|n| format!("{n}.npz")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    check(
        &[&["merge", "-o", "all.npz"], &many[..]].concat(),
        2,
        "201 files are more than the 200",
    );
    assert_eq!(place.names(), names);
}

#[test]
fn what_is_no_sweep_is_refused() {
    let place = three();
    let sweep = [
        "sweep",
        "1.npy",
        "--epsilon",
        "0.6",
        "--angles",
        "25",
        "--summary",
    ];
    place
        .run(&[&sweep[..], &["-o", "summary.npz"]].concat())
        .good();
    let check = |file: &str, said: &str| {
        let sentence = merge(&place, &["0.npz", file], "no.npz").refused(1);
        assert!(sentence.contains(said), "{file}: {sentence}");
        assert!(sentence.contains(file), "{file}: {sentence}");
    };
    check("summary.npz", "holds no counts, and merging adds counts");
    check("none.npz", "cannot read none.npz");
    check(
        "1.npy",
        "is no result of `followspot sweep`: it is a single array",
    );
    check(".", "a directory");
    let acts = npy("<f8", "(1, 2)", &[0; 16]);
    let all = vec![("acts".to_owned(), acts)];
    write(&place, "other.npz", &all, CompressionMethod::Stored);
    check("other.npz", "it has no `provenance`");
    std::fs::write(place.path("text.npz"), "counts").unwrap();
    check("text.npz", "begins with `counts`");
    let whole = place.bytes("1.npz");
    std::fs::write(place.path("cut.npz"), &whole[..whole.len() / 2]).unwrap();
    check("cut.npz", "truncated or damaged");
    let mut flipped = whole.clone();
    let counts = body(&members(&place, "1.npz")[2].1).to_vec();
    let at = flipped
        .windows(counts.len())
        .position(|part| part == counts);
    flipped[at.unwrap() + 4 * 30] ^= 1;
    std::fs::write(place.path("flipped.npz"), &flipped).unwrap();
    let sentence = merge(&place, &["0.npz", "flipped.npz"], "no.npz");
    assert_eq!(sentence.code, Some(1));
    assert!(
        sentence
            .stderr
            .contains("`counts` in flipped.npz fails its checksum")
    );
    let left = |name: &String| name.contains("no.npz") || name.contains(".part");
    assert!(!place.names().iter().any(left));
}

/// Shards of which the second, `b.npz`, is changed in one member.
struct Changed(Place);

impl Changed {
    /// The bytes of an array, behind its header, before the change.
    fn body(&self, key: &str) -> Vec<u8> {
        let all = members(&self.0, "1.npz");
        let member = all.iter().find(|(name, _)| name == key);
        body(&member.unwrap().1).to_vec()
    }

    /// That with some bytes replaced.
    fn body_with(&self, key: &str, at: usize, bytes: &[u8]) -> Vec<u8> {
        let mut body = self.body(key);
        body[at..at + bytes.len()].copy_from_slice(bytes);
        body
    }

    #[track_caller]
    fn check(&self, key: &str, array: &[u8], said: &str) {
        let place = &self.0;
        with_member(place, "1.npz", "b.npz", key, array);
        let run = merge(place, &["0.npz", "b.npz"], "no.npz");
        assert_eq!(run.code, Some(1), "{key}: {}", run.stderr);
        let last = run.stderr.lines().last().unwrap();
        assert!(last.contains(said), "{key}: {last}");
        assert!(last.starts_with("followspot: "), "{last}");
        assert!(last.contains("b.npz"), "{last}");
        assert!(!place.names().contains(&"no.npz".to_owned()));
    }
}

#[test]
fn counts_that_a_sweep_would_not_write_are_refused() {
    let changed = Changed(three());
    let as_were = changed.body("counts");
    let counts = |body: &[u8]| npy("<i4", "(15, 25)", body);
    let with =
        |at: usize, count: i32| counts(&changed.body_with("counts", at, &count.to_le_bytes()));
    // 70 samples, one left out.
    let check = |array: &[u8], said: &str| changed.check("counts", array, said);
    check(&with(40, 70), "holds 70, which is not from 0 to 69");
    check(&with(40, -1), "holds -1, which is not from 0 to 69");
    check(&with(96, 68), "not at 2π what it is at 0");
    let typed = |descr: &str, shape: &str| npy(descr, shape, &as_were);
    check(&typed("<i4", "(25, 15)"), "is 25 × 15 where 15 × 25 is due");
    check(
        &typed("<u4", "(15, 25)"),
        "holds uint32 where int32 or int64",
    );
    check(&typed("<f4", "(15, 25)"), "holds float32");
    check(&typed("|O", "(15, 25)"), "holds object");
    check(&typed("<i8", "(15, 25)"), "instead of 3,000 bytes");
    let many = typed("<i4", "(4611686018427387904, 25)");
    check(&many, "more bytes than any file has");
    check(b"counts", "ends inside the header");
    let mut fortran = counts(&as_were);
    let order = fortran
        .windows(5)
        .position(|word| word == b"False")
        .unwrap();
    fortran[order..order + 5].copy_from_slice(b"True ");
    check(&fortran, "is in Fortran order");
}

#[test]
fn facts_that_contradict_each_other_are_refused() {
    let changed = Changed(three());
    let whole = |key: &str, n: i64, said: &str| {
        changed.check(key, &npy("<i8", "()", &n.to_le_bytes()), said);
    };
    whole("n_samples", -5, "holds -5");
    whole("n_samples", 1 << 62, "its provenance tells of 70 rows");
    whole("n_samples", 70, "it counts 70 samples and 1 left out");
    whole("zero_rows", 7, "7 of its 69 samples are zero rows");
    whole("lit_samples", 70, "70 lit");
    whole("planes_in_all", 14, "it holds 15 of 14 planes");
    whole("planes_in_all", 16, "its 6 vectors make 15 pairs");
    whole("epsilon", 0, "holds int64 where float64 is due");
    let one = npy("<i8", "(1,)", &[0; 8]);
    changed.check("n_samples", &one, "is 1 where () is due");
    let half = npy("<f8", "()", &0.5f64.to_le_bytes());
    changed.check("epsilon", &half, "its epsilon is 0.5, but 0.6");
    let angles = changed.body_with("angles", 8, &0.3f64.to_le_bytes());
    let angles = npy("<f8", "(25,)", &angles);
    changed.check("angles", &angles, "is not equal steps from 0 to 2π");
    let none = npy("<f8", "(0,)", &[]);
    changed.check("angles", &none, "is not equal steps from 0 to 2π");
}

#[test]
fn columns_that_a_sweep_would_not_write_are_refused() {
    let changed = Changed(three());
    let none = npy("<i8", "(0, 2)", &[]);
    changed.check("planes", &none, "is not planes × 2");
    let plane = |at: usize, n: i64, said: &str| {
        let planes = changed.body_with("planes", at, &n.to_le_bytes());
        changed.check("planes", &npy("<i8", "(15, 2)", &planes), said);
    };
    plane(8, 6, "holds 6, which is not from 0 to 5");
    plane(8, 0, "holds b0 ∧ b0, which is none of combinations");
    plane(24, 1, "is out of order at b0 ∧ b1");
    plane(8, 2, "in b0 ∧ b2 but 0.npz in b0 ∧ b1 in its place");
    let first = |key: &str, n: i64, said: &str| {
        let column = changed.body_with(key, 0, &n.to_le_bytes());
        changed.check(key, &npy("<i8", "(15,)", &column), said);
    };
    first("lit", 70, "holds 70, which is not from 0 to 69");
    first("axes", 4 * 69 + 1, "holds 277, which is not from 0 to 276");
    first("bisectors", -1, "holds -1, which is not from 0 to 276");
    let short = npy("<i8", "(14,)", &changed.body("axes")[8..]);
    changed.check("axes", &short, "is 14 where 15 is due");
}

#[test]
fn a_provenance_that_is_none_is_refused() {
    let changed = Changed(three());
    let check = |array: &[u8], said: &str| changed.check("provenance", array, said);
    check(&text("{}"), "the provenance is not understood");
    check(&text("\u{1b}[31m{"), "the provenance is not understood");
    check(&npy("<U1", "()", &[255; 4]), "is not Unicode");
    let long = npy("<U99999999", "()", &[]);
    check(&long, "is a text of 99,999,999 characters");
    check(&npy("<i8", "()", &[0; 8]), "is not a single text");
}

#[test]
fn a_provenance_that_says_otherwise_is_refused() {
    let place = three();
    let check = |from: &str, to: &str, said: &str| {
        with_provenance(&place, "1.npz", "b.npz", |told| told.replace(from, to));
        let sentence = merge(&place, &["0.npz", "b.npz"], "no.npz").refused(1);
        assert!(sentence.contains(said), "{sentence}");
        assert!(sentence.contains("b.npz"), "{sentence}");
    };
    check(
        "\"format\":1",
        "\"format\":3",
        "reads only up to 2: update it",
    );
    check(
        "\"angles\":25",
        "\"angles\":26",
        "it has 25 angles, but 26 in its provenance",
    );
    check("[70,6]", "[71,6]", "its provenance tells of 71 rows");
    check("[70,6]", "[18446744073709551615,6]", "contradicts itself");
    check("[70,6]", "[70,5]", "its 5 vectors make 10 pairs");
    check("\"excluded_rows\":1", "\"excluded_rows\":0", "and 0");
    check(
        "\"basis\":null",
        r#""basis":{"file_name":"b.npy","sha256":null,"key":null,"shape":[7,5]}"#,
        "tells of 6 neurons and of 5",
    );
    let shard = |samples: &str| {
        let told = place.npz("1.npz").text("provenance");
        let (start, end) = (
            told.find("\"source\"").unwrap(),
            told.find("\"basis\"").unwrap(),
        );
        let told = format!("{}{samples},{}", &told[..start], &told[end..]);
        with_member(&place, "1.npz", "b.npz", "provenance", &text(&told));
        merge(&place, &["0.npz", "b.npz"], "no.npz").refused(1)
    };
    let sentence = shard("\"shards\":[]");
    assert!(
        sentence.contains("its provenance tells of 0 rows"),
        "{sentence}"
    );
}
