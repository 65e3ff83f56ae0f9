//! Labels, class names, images and folders on the command line.

#![allow(clippy::unwrap_used)]

use crate::program;

use program::{Place, case, format_file};
use serde_json::{Value, json};

/// A folder with `acts.npy` (200 × 6).
fn place() -> Place {
    Place::of(&case("normal_200x6_eps060"))
}

/// What `info --json` says of a path, good or bad.
fn info(place: &Place, path: &str) -> Vec<Value> {
    place
        .run(&["info", "--json", path])
        .json()
        .as_array()
        .unwrap()
        .clone()
}

fn write_png(path: &std::path::Path, shade: u8) {
    let mut encoder = png::Encoder::new(std::fs::File::create(path).unwrap(), 2, 1);
    encoder.set_color(png::ColorType::Grayscale);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&[shade, 0]).unwrap();
}

#[test]
fn info_says_what_files_are_and_that_is_no_fault() {
    let place = place();
    std::fs::write(place.path("labels.txt"), "cat\ndog\ncat\n").unwrap();
    std::fs::write(place.path("y.csv"), "class\n3\n1\n").unwrap();
    std::fs::write(place.path("names.json"), r#"["a", "b"]"#).unwrap();
    std::fs::create_dir(place.path("pngs")).unwrap();
    for n in 0..3 {
        write_png(&place.path(&format!("pngs/{n}.png")), n);
    }
    let one_d = "the_labels.npy";
    let labels = ndarray::array![2u8, 2, 7];
    ndarray_npy::write_npy(place.path(one_d), &labels).unwrap();
    let images = ndarray::Array3::from_elem((4, 2, 3), 9u8);
    ndarray_npy::write_npy(place.path("x.npy"), &images).unwrap();
    for (path, role, rows, dtype, note) in [
        ("labels.txt", "labels", 3, "text", "3 labels of 2 classes"),
        ("y.csv", "labels", 2, "text", "2 labels of 2 classes"),
        ("names.json", "class names", 2, "text", "names of 2 classes"),
        ("pngs", "images", 3, "PNG", "3 pictures of 2 × 1 pixels"),
        (one_d, "labels", 3, "uint8", "3 labels of 2 classes"),
        (
            "x.npy",
            "images",
            4,
            "uint8",
            "4 pictures of 3 × 2 pixels; values from 0 to 9 are stretched from black to white",
        ),
    ] {
        let run = place.run(&["info", "--json", path]).good();
        let entry = &run.json()[0];
        assert_eq!(entry["role"], role, "{path}");
        assert_eq!(entry["rows"], rows, "{path}");
        assert_eq!(entry["dtype"], dtype, "{path}");
        assert_eq!(entry["note"], note, "{path}");
        assert_eq!(entry["error"], json!(null), "{path}");
    }
    let table = place.run(&["info", one_d]).good().stdout;
    assert!(
        table
            .lines()
            .nth(1)
            .unwrap()
            .ends_with("3 labels of 2 classes"),
        "{table}"
    );
}

#[test]
fn what_has_more_axes_says_what_it_would_become() {
    let place = place();
    let entry = &info(&place, &format_file("four_d_N5_C6_H3_W4.npy"))[0];
    assert_eq!(
        entry["note"],
        "with --flatten positions 60 × 6; with mean, max or a position 5 × 6"
    );
    assert_eq!(
        (&entry["error"], &entry["role"]),
        (&json!(null), &json!("activations"))
    );
}

#[test]
fn a_folder_is_told_file_by_file_in_natural_order() {
    let place = place();
    std::fs::create_dir(place.path("run")).unwrap();
    let acts = place.bytes("acts.npy");
    for name in ["epoch_10.npy", "epoch_2.npy"] {
        std::fs::write(place.path("run").join(name), &acts).unwrap();
    }
    let names = |entries: Vec<Value>| -> Vec<String> {
        let name = |entry: &Value| entry["file"].as_str().unwrap().to_owned();
        entries.iter().map(name).collect()
    };
    let told = names(info(&place, "run"));
    assert_eq!(told, ["run/epoch_2.npy", "run/epoch_10.npy"]);
    std::fs::write(place.path("run/notes.md"), "?").unwrap();
    let run = place.run(&["info", "run"]);
    assert_eq!(run.code, Some(1));
    assert_eq!(run.stderr, "followspot: 1 of 3 files cannot be used\n");
    std::fs::create_dir(place.path("none")).unwrap();
    let entry = &info(&place, "none")[0];
    assert!(
        entry["error"].as_str().unwrap().contains("directory"),
        "{entry}"
    );
}
