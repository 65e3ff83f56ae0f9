//! `followspot open`, and commands that were copied, through the binary.
#![allow(clippy::unwrap_used)] // helpers of tests fail as tests do

use crate::program;

use followspot::data::ReadAs;
use followspot::session::{
    LayerRecord, Options, Session, Source, View, plane_command, sweep_command,
};
use program::{Place, finished};

/// A session of `acts.npy`, 5 × 3.
fn session(place: &Place) -> Session {
    let rows: Vec<Vec<f64>> = (0..5)
        .map(|row| {
            (0..3)
                .map(|column| f64::from(row * 7 % 5 + column))
                .collect()
        })
        .collect();
    place.npy("acts.npy", &rows);
    let source = Source {
        file_name: "acts.npy".to_owned(),
        sha256: None,
        key: None,
        shape: [5, 3],
        array_shape: None,
        read_as: ReadAs::default(),
        dtype: "float64".to_owned(),
        excluded_rows: 0,
        zero_rows: 0,
    };
    let layer = LayerRecord::new(source, None);
    let options = Options {
        epsilon: "null:0.2".parse().unwrap(),
        angles: 73,
        signed: true,
        ..Options::default()
    };
    let view = View {
        plane: Some([2, 1]),
        ..View::default()
    };
    Session::new(vec![layer], 0, options, view)
}

#[cfg(unix)]
#[test]
fn a_copied_command_makes_the_result_again() {
    let place = Place::new();
    let session = session(&place);
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_followspot"));
    let path = std::env::var("PATH").unwrap_or_default();
    let path = format!("{}:{path}", program.parent().unwrap().display());
    let shell = |line: &str| {
        let mut shell = std::process::Command::new("sh");
        shell
            .args(["-c", line])
            .current_dir(place.path(""))
            .env("PATH", &path);
        finished(&mut shell).good()
    };
    shell(&sweep_command(&session).unwrap());
    let provenance: serde_json::Value =
        serde_json::from_str(&place.npz("acts-srm.npz").text("provenance")).unwrap();
    let options: Options = serde_json::from_value(provenance["options"].clone()).unwrap();
    assert_eq!(options, session.options);
    let table = shell(&plane_command(&session).unwrap()).stdout;
    assert_eq!(table.lines().count(), 1 + 73);
}

#[test]
fn what_holds_no_session_is_said_before_a_window_opens() {
    let place = Place::new();
    std::fs::write(place.path("other.svg"), "<svg></svg>").unwrap();
    std::fs::write(place.path("new.followspot"), r#"{"format": 99}"#).unwrap();
    let sentence = place.run(&["open", "other.svg"]).refused(1);
    assert!(
        sentence.contains("other.svg holds no session"),
        "{sentence}"
    );
    let sentence = place.run(&["open", "new.followspot"]).refused(1);
    assert!(
        sentence.contains("format 99") && sentence.contains("update it"),
        "{sentence}"
    );
    let sentence = place.run(&["open", "gone.pdf"]).refused(1);
    assert!(sentence.contains("cannot read gone.pdf"), "{sentence}");
    place.run(&["open"]).refused(2);
    std::fs::write(place.path("a.followspot"), session(&place).to_json_file()).unwrap();
    std::fs::write(place.path("b.followspot"), session(&place).to_json_file()).unwrap();
    let sentence = place
        .run(&["open", "a.followspot", "b.followspot"])
        .refused(2);
    assert!(sentence.contains("a second one"), "{sentence}");
    let sentence = place.run(&["a.followspot", "--epsilon", "0.5"]).refused(2);
    assert!(sentence.contains("leave --epsilon out"), "{sentence}");
}

#[cfg(not(feature = "gui"))]
#[test]
fn without_a_window_open_says_so() {
    let place = Place::new();
    std::fs::write(place.path("a.followspot"), session(&place).to_json_file()).unwrap();
    for args in [&["open", "a.followspot"][..], &["a.followspot"]] {
        let sentence = place.run(args).refused(2);
        assert!(sentence.contains("this build has no window"), "{sentence}");
        assert!(
            sentence.contains("`followspot directions`") && !sentence.contains("`followspot open`"),
            "{sentence}"
        );
    }
}

#[test]
fn every_exported_figure_holds_the_session_that_it_was_made_from() {
    let place = Place::new();
    session(&place);
    let read = |name: &str| {
        let args = ["figure", "acts.npy", "--plane", "0,2", "--epsilon", "0.5"];
        place.run(&[&args[..], &["-o", name]].concat()).good();
        Session::read(&place.path(name)).unwrap()
    };
    let svg = read("fig.svg");
    assert_eq!(svg.layers[0].source.file_name, "acts.npy");
    assert_eq!(svg.view.plane, Some([0, 2]));
    assert_eq!(svg.options.epsilon.to_string(), "0.5");
    for other in ["fig.pdf", "fig.png"] {
        assert_eq!(read(other), svg, "{other}");
    }
}
