//! A figure made with labels gives itself again: its labels are found, or asked for.
#![allow(clippy::unwrap_used)]

use crate::program;

use program::{Place, Run, case};

/// `acts.npy` (200 × 6) with the labels 0, 1, 4 and 5 of `y.npy`, and `names.txt`.
fn place() -> Place {
    let place = Place::of(&case("normal_200x6_eps060"));
    labels(&place, "y.npy", |n| n * n % 3 + 4 * (n % 2));
    std::fs::write(
        place.path("names.txt"),
        "zero\none\ntwo\nthree\nfour\nfive\n",
    )
    .unwrap();
    place
}

fn labels(place: &Place, name: &str, of: impl Fn(i32) -> i32) {
    let labels: ndarray::Array1<i32> = (0..200).map(of).collect();
    ndarray_npy::write_npy(place.path(name), &labels).unwrap();
}

fn figure(place: &Place, options: &str) -> Run {
    let args = ["figure", "acts.npy", "--force", "--dpi", "72"];
    let args: Vec<&str> = args.into_iter().chain(options.split(' ')).collect();
    place.run(&args)
}

const POLAR: &str = "--plane 1,4 --epsilon 0.6 --labels y.npy --class-names names.txt -o f.svg";

#[test]
fn labels_and_names_are_found_beside_the_figure_or_the_activations() {
    let (here, there) = (place(), place());
    figure(&here, POLAR).good();
    let run = figure(&here, "--like f.svg -o again.svg").good();
    assert!(
        run.stderr.contains("note: y.npy is taken from"),
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains("note: names.txt is taken from"));
    assert!(here.bytes("again.svg") == here.bytes("f.svg"));
    // What is beside the activations and the working directory is another; they are
    // beside the figure.
    labels(&there, "y.npy", |n| n % 2);
    std::fs::remove_file(there.path("names.txt")).unwrap();
    let like = here.path("f.svg");
    figure(&there, &format!("--like {} -o again.svg", like.display())).good();
    assert!(there.bytes("again.svg") == here.bytes("f.svg"));
}

#[test]
fn labels_that_are_missed_are_named_where_they_would_be_seen() {
    let place = place();
    figure(&place, POLAR).good();
    std::fs::rename(place.path("names.txt"), place.path("moved.txt")).unwrap();
    let sentence = figure(&place, "--like f.svg -o again.svg").refused_at_last(2);
    assert!(
        sentence.starts_with("f.svg was made with names.txt, and it is neither beside"),
        "{sentence}"
    );
    assert!(
        sentence.ends_with("give it with --class-names"),
        "{sentence}"
    );
    let given = "--like f.svg --class-names moved.txt -o again.svg";
    figure(&place, given).good();
    std::fs::rename(place.path("moved.txt"), place.path("names.txt")).unwrap();
    labels(&place, "y.npy", |n| n % 2);
    let sentence = figure(&place, "--like f.svg -o again.svg").refused_at_last(2);
    assert!(
        sentence.contains("y.npy is another file: its SHA-256 differs; give it with --labels"),
        "{sentence}"
    );
    // No class is to be seen in a heatmap.
    figure(&place, "--like f.svg --view heatmap -o heat.svg").good();
}

#[test]
fn other_labels_are_taken_if_given_and_said_to_be_others() {
    let place = place();
    figure(
        &place,
        &format!("{POLAR} --class-color five=#112233 --without-class one"),
    )
    .good();
    labels(&place, "other.npy", |n| n % 2);
    let run = figure(&place, "--like f.svg --labels other.npy -o again.svg").good();
    for said in [
        "note: other.npy is not the file that f.svg was made from: its SHA-256 differs",
        "so its class names (names.txt) are not taken",
        "note: f.svg colours or hides classes that the labels don't have: five, one",
    ] {
        assert!(run.stderr.contains(said), "{}", run.stderr);
    }
}
