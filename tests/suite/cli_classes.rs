//! Curves split by class, on the command line and in figures.
#![allow(clippy::unwrap_used)]

use crate::program;

use std::collections::BTreeMap;

use followspot::session::{ClassCurves, ClassShare, CompanionRole, Session};
use program::{Place, case};

/// `acts.npy` (200 × 6) with `y.npy` (three numbers) and `names.txt`.
fn place() -> Place {
    let place = Place::of(&case("normal_200x6_eps060"));
    let labels: ndarray::Array1<i32> = (0..200).map(|n| n * n % 3 + 4 * (n % 2)).collect();
    ndarray_npy::write_npy(place.path("y.npy"), &labels).unwrap();
    std::fs::write(place.path("names.txt"), "zero\none\nfour\nfive\n").unwrap();
    place
}

/// `theta → count` of a table with these columns.
fn counts<'t>(
    lines: impl Iterator<Item = &'t str>,
    [theta, count]: [usize; 2],
) -> BTreeMap<String, i64> {
    let mut sums = BTreeMap::new();
    for line in lines {
        let cells: Vec<&str> = line.split('\t').collect();
        *sums.entry(cells[theta].to_owned()).or_insert(0) += cells[count].parse::<i64>().unwrap();
    }
    sums
}

#[test]
fn curves_by_class_add_up_to_the_plane() {
    let place = place();
    for more in ["", "--signed", "--angles 100"] {
        let run = |extra: &str| {
            let line = format!("plane acts.npy --plane 1,4 --epsilon 0.6 {more} {extra}");
            let args: Vec<&str> = line.split_whitespace().collect();
            place.run(&args).good().stdout
        };
        let (whole, split) = (run(""), run("--labels y.npy --class-names names.txt"));
        let mut lines = split.lines();
        let head = "plane_i\tplane_j\tclass\ttheta_rad\tcount\tfraction\tclass_fraction";
        assert_eq!(lines.next(), Some(head));
        assert_eq!(
            counts(lines, [3, 4]),
            counts(whole.lines().skip(1), [0, 1]),
            "{more}"
        );
        assert!(split.contains("\tfour\t"), "{split}");
    }
}

#[test]
fn curves_by_class_go_to_a_file_with_what_they_were_made_from() {
    let place = place();
    let base = ["plane", "acts.npy", "--plane", "1,4", "--epsilon", "0.6"];
    let base = [&base[..], &["--labels", "y.npy"]].concat();
    let printed = place.run(&base).good().stdout;
    let run = place
        .run(&[&base[..], &["-o", "split.tsv", "--json"]].concat())
        .good();
    assert_eq!(run.json()["epsilon"], 0.6);
    let written = std::fs::read_to_string(place.path("split.tsv")).unwrap();
    let (head, table) = written.split_once('\n').unwrap();
    assert_eq!(table, printed);
    let head: serde_json::Value = serde_json::from_str(&head[2..]).unwrap();
    assert_eq!(head["table"], "curves by class");
    assert_eq!(head["labels"], "y.npy");
    assert_eq!(head["provenance"]["plane"], serde_json::json!([1, 4]));
    assert!(head["provenance"].to_string().contains("sha256"), "{head}");
    let again = [&base[..], &["-o", "split.tsv"]].concat();
    assert!(place.run(&again).refused(1).contains("--force"));
}

#[test]
fn what_does_not_go_with_classes_is_refused() {
    let place = place();
    let refused = |line: &str, code: i32, why: &str| {
        let args: Vec<&str> = line.split_whitespace().collect();
        let sentence = place.run(&args).refused(code);
        assert!(sentence.contains(why), "{sentence}");
    };
    let plane = "plane acts.npy --plane 1,4 --epsilon 0.6";
    let split = format!("{plane} --labels y.npy");
    refused(&format!("{split} -o x.npz"), 2, "name it x.tsv");
    refused(&format!("{split} -o x --format csv"), 2, "written as tsv");
    refused(&format!("{split} --json"), 2, "give these a file");
    let figure = "figure acts.npy -o f.svg --epsilon 0.6";
    refused(&format!("{figure} --classes stacked"), 2, "give --labels");
    std::fs::write(place.path("few.txt"), "a\nb\n").unwrap();
    refused(
        &format!("{plane} --labels few.txt"),
        1,
        "holds 2 labels, but acts.npy has 200 rows",
    );
}

#[test]
fn a_figure_shows_its_classes_and_says_how() {
    let place = place();
    let draw = |more: &str, out: &str| {
        let line = format!(
            "figure acts.npy --plane 1,4 --epsilon 0.6 --labels y.npy --class-names names.txt -o {out} {more}"
        );
        let args: Vec<&str> = line.split_whitespace().collect();
        place.run(&args).good();
        String::from_utf8(place.bytes(out)).unwrap()
    };
    let overlaid = draw("", "a.svg");
    for name in ["zero", "one", "four", "five"] {
        assert!(overlaid.contains(&format!(">{name}<")), "{name}");
    }
    let stacked = draw(
        "--classes stacked --without-class one --class-color four=#123456 --caption",
        "b.svg",
    );
    assert!(!stacked.contains(">one<") && !stacked.contains(">other"));
    assert!(stacked.contains("#123456"));
    let session = Session::read(&place.path("b.svg")).unwrap();
    let look = &session.view.classes;
    assert_eq!(
        (look.curves, look.share),
        (ClassCurves::Stacked, ClassShare::OfAll)
    );
    assert_eq!(session.companions[0].role, CompanionRole::Labels);
    assert_eq!(session.companions[0].file_name, "y.npy");
    let caption = place.run(&["caption", "b.svg"]).good().stdout;
    assert!(caption.contains("stacked by class"), "{caption}");
    assert!(caption.contains("(y.npy)"), "{caption}");
    assert!(caption.contains("The class one is left out"), "{caption}");
    // The same figure once more, to the byte.
    let again = [
        "figure",
        "acts.npy",
        "--like",
        "b.svg",
        "--labels",
        "y.npy",
        "--class-names",
    ];
    let again: Vec<&str> = again
        .into_iter()
        .chain(["names.txt", "-o", "c.svg"])
        .collect();
    place.run(&again).good();
    assert_eq!(place.bytes("c.svg"), place.bytes("b.svg"));
    let unknown = [
        "figure",
        "acts.npy",
        "--labels",
        "y.npy",
        "--without-class",
        "six",
        "-o",
        "d.svg",
    ];
    let run = place.run(&unknown);
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("`six` is no class"), "{}", run.stderr);
}
