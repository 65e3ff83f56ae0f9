//! Figures of samples that have classes, by the real binary: names find room, and what is
//! shown and left out is what is said.
#![allow(clippy::unwrap_used)]

use crate::{pages, program};

use std::fmt::Write as _;
use std::fs;

use pages::svg;
use program::{Place, case};

/// 200 samples of classes that are called so.
fn place(names: &[&str]) -> Place {
    let place = Place::of(&case("normal_200x6_comb"));
    let labels = (0..200).fold(String::new(), |mut text, n| {
        writeln!(text, "{}", n * 7 % 61 % names.len()).unwrap();
        text
    });
    fs::write(place.path("y.txt"), labels).unwrap();
    fs::write(place.path("names.txt"), names.join("\n")).unwrap();
    place
}

const CLASSES: [&str; 10] = [
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
];

/// The figure as SVG, and what was said of it.
#[track_caller]
fn drawn(place: &Place, options: &str) -> (String, String) {
    let line = format!(
        "figure acts.npy --plane 1,4 --epsilon 0.5 --labels y.txt --class-names names.txt \
         -o fig.svg --force {options}"
    );
    let args: Vec<&str> = line.split_whitespace().collect();
    let said = place.run(&args).good().stderr;
    (String::from_utf8(place.bytes("fig.svg")).unwrap(), said)
}

#[test]
fn legends_find_room_at_every_width() {
    let place = place(&CLASSES);
    for width in ["60mm", "89mm", "110mm", "139.7mm", "183mm"] {
        for view in ["polar", "pppm"] {
            let (svg, _) = drawn(&place, &format!("--view {view} --width {width}"));
            for name in CLASSES {
                assert!(svg.contains(&format!(">{name}<")), "{view} {width} {name}");
            }
        }
    }
    // Beside each other, too.
    drawn(&place, "--view panel --panels polar,pppm --width 139.7mm");
}

#[test]
fn long_names_are_shortened_and_stay_apart() {
    let ends: Vec<String> = (0..10)
        .map(|n| format!("{}{n}{}", "the same ".repeat(6), " and so on".repeat(4)))
        .collect();
    let place = place(&ends.iter().map(String::as_str).collect::<Vec<_>>());
    for view in ["polar", "pppm", "polar --legend upper-right"] {
        drawn(&place, &format!("--view {view} --width 89mm"));
        let page = svg(&place.bytes("fig.svg"));
        let labels = page.labels.iter().map(|label| &label.text);
        let mut short: Vec<&String> = labels.filter(|text| text.contains('…')).collect();
        short.sort();
        short.dedup();
        assert_eq!(short.len(), 10, "{view}: {short:?}");
    }
}

#[test]
fn a_class_that_is_left_out_is_not_among_the_others() {
    let names: Vec<String> = (0..20).map(|n| format!("kind {n}")).collect();
    let place = place(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let (svg, said) = drawn(&place, "");
    assert!(svg.contains(">8 other classes<"));
    assert!(
        said.contains("Of 20 classes that are lit the 12 that most samples of are lit have curves")
            && said.contains("; the others are added up"),
        "{said}"
    );
    let hidden: Vec<String> = (0..11)
        .map(|n| format!("--without-class kind_{n}"))
        .collect();
    fs::write(place.path("names.txt"), names.join("\n").replace(' ', "_")).unwrap();
    for classes in ["overlaid", "stacked"] {
        let options = format!("--classes {classes} {}", hidden.join(" "));
        let (svg, said) = drawn(&place, &options);
        assert!(!svg.contains(">other") && !svg.contains("other class"));
        assert!(said.contains("11 classes are left out") && !said.contains("that are lit"));
    }
    let options = format!("--without-class kind_3 {}", hidden[7..].join(" "));
    let (svg, said) = drawn(&place, &options);
    assert!(svg.contains(">3 other classes<"), "{said}");
    assert!(
        said.contains("Of 15 classes that are lit and not left out the 12"),
        "{said}"
    );
    // Those that are too many are not shown where the fractions are of each class.
    let (svg, said) = drawn(&place, "--class-share class");
    assert!(!svg.contains("other class") && said.contains("; the others are not shown"));
}

#[test]
fn the_caption_of_dots_says_what_colours_them() {
    let place = place(&CLASSES);
    let (_, said) = drawn(&place, "--view pppm");
    let colour = "The colour of a point is that of its sample's class (y.txt)";
    assert!(said.contains(colour), "{said}");
    let (_, said) = drawn(&place, "--view pppm --draw density");
    assert!(!said.contains(colour), "{said}");
}

#[test]
fn a_figure_says_what_its_class_curves_are_fractions_of() {
    let place = place(&CLASSES);
    for (options, says) in [
        ("", ">fraction of all samples<"),
        ("--classes stacked", ">fraction of all samples<"),
        ("--class-share class", ">fraction of the class<"),
        (
            "--class-share class --classes stacked --signed",
            ">fraction of the class<",
        ),
    ] {
        let (svg, _) = drawn(&place, options);
        assert!(svg.contains(says), "{options}");
    }
    let line = "figure acts.npy --plane 1,4 --epsilon 0.5 --labels y.txt -o no.svg \
                --classes stacked --class-share class";
    let args: Vec<&str> = line.split_whitespace().collect();
    let sentence = place.run(&args).refused(2);
    assert!(sentence.contains("cannot be stacked"), "{sentence}");
}

#[test]
fn planes_beside_one_that_is_split_are_in_no_colour_of_a_class() {
    let place = place(&CLASSES);
    let (svg, said) = drawn(&place, "--plane 0,2 --plane 2,3 --legend below");
    assert!(
        said.contains("The curve of the plane b₁ ∧ b₄ is split by class (y.txt)"),
        "{said}"
    );
    // The frame's and text's ink, each with dashes of its own.
    let ink = "#0f0f0f";
    let dashes: Vec<&str> = svg
        .split("<path ")
        .filter(|path| path.contains(&format!("stroke=\"{ink}\"")) && path.contains('Z'))
        .filter_map(|path| path.split("stroke-dasharray=\"").nth(1)?.split('"').next())
        .collect();
    assert!(dashes.len() == 2 && dashes[0] != dashes[1], "{dashes:?}");
}

#[test]
fn a_band_of_rotations_is_held_against_the_whole_curve() {
    let place = place(&CLASSES);
    let (svg, said) = drawn(&place, "--rotations 5");
    assert!(svg.contains(">all samples<") && svg.contains(">5 rotations, min–max<"));
    assert!(
        said.contains("a band of 95% takes 39 rotations or more"),
        "{said}"
    );
    assert!(said.contains("with a probability of 67%"), "{said}");
    // Stacked classes end in it.
    let (svg, said) = drawn(&place, "--rotations 39 --classes stacked");
    assert!(!svg.contains(">all samples<") && svg.contains(">rotated, 95%<"));
    assert!(
        said.contains("Shaded: where 95% of the plane's curves lie"),
        "{said}"
    );
    let (svg, said) = drawn(
        &place,
        "--rotations 39 --classes stacked --without-class dog",
    );
    assert!(svg.contains(">all samples<"), "{said}");
    let (svg, said) = drawn(&place, "--rotations 39 --class-share class");
    assert!(!svg.contains("rotated") && said.contains("is not drawn beside fractions"));
}
