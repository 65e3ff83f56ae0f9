//! Labels, class names and images as a person brings them: dropped, sorted out, shown,
//! removed, undone, saved and opened again.

use std::path::{Path, PathBuf};

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use followspot::app::{App, Command, Replace};
use followspot::session::{CompanionRole, Session};
use followspot_window_tests::{
    args, carry_out, drop_files, noise, open, open_args, open_with, says, settle, until,
    until_said, write_npy,
};
use ndarray::{Array1, Array3};
use ndarray_npy::WriteNpyExt as _;

type Window = Harness<'static, App>;

/// Labels of so many samples: 0 to 9, over and over.
fn write_labels(path: &Path, samples: usize) {
    let labels = Array1::from_shape_fn(samples, |n| n as i64 % 10);
    labels
        .write_npy(std::fs::File::create(path).unwrap())
        .unwrap();
}

/// Pictures of 8 × 8, each of one shade up to 16.
fn write_images(path: &Path, samples: usize) {
    let images = Array3::from_shape_fn((samples, 8, 8), |(n, ..)| n as u8 % 17);
    images
        .write_npy(std::fs::File::create(path).unwrap())
        .unwrap();
}

fn roles(window: &Window) -> Vec<CompanionRole> {
    let session = window.state().session();
    session.companions.iter().map(|one| one.role).collect()
}

/// The class of a sample of the shown layer, by its name.
fn class(app: &App, sample: usize) -> Option<String> {
    let document = app.document();
    let layer = document.layer()?;
    let (_, labels) = document.labels(layer)?;
    let class = document.class_of(layer, sample)?;
    document.class_name(labels, class).map(str::to_owned)
}

fn hover(window: &mut Window, paths: &[&Path]) {
    let hovered = &mut window.input_mut().hovered_files;
    hovered.clear();
    for path in paths {
        hovered.push(egui::HoveredFile {
            path: Some(path.to_path_buf()),
            ..Default::default()
        });
    }
    window.step();
}

#[test]
fn dropped_labels_belong_to_the_samples_until_they_are_removed_or_undone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("digits.npy");
    write_labels(&path, 1797);
    let mut window = open();
    settle(&mut window);
    // The sample has its own again, which no session records.
    assert!(roles(&window).is_empty());
    drop_files(&mut window, &[&path]);
    until_said(
        &mut window,
        "digits.npy: labels for 1,797 samples, 10 classes.",
    );
    // The sample stays: labels are no dump.
    let layers = &window.state().document().layers;
    assert!(layers.len() == 1 && layers[0].is_sample);
    assert_eq!(class(window.state(), 12).as_deref(), Some("2"));
    window.get_by_label("Show 10 classes").click();
    window.run_steps(3);
    window.get_by_label("Hide 10 classes");
    assert_eq!(window.query_all_by_label("180").count(), 7);
    carry_out(&mut window, Command::Undo);
    // The sample has its own again, which no session records.
    assert!(roles(&window).is_empty());
    // The labels alone are undone.
    assert_eq!(window.state().document().layers.len(), 1);
    carry_out(&mut window, Command::Redo);
    assert_eq!(class(window.state(), 12).as_deref(), Some("2"));
    window.get_by_label("Remove labels").click();
    window.run_steps(3);
    // The sample has its own again, which no session records.
    assert!(roles(&window).is_empty());
    assert!(says(&window, "digits.npy was removed."));
    carry_out(&mut window, Command::Undo);
    assert_eq!(roles(&window), [CompanionRole::Labels]);
}

#[test]
fn a_later_file_of_as_many_labels_takes_the_place_of_the_first() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (folder.path().join("a.npy"), folder.path().join("b.txt"));
    write_labels(&first, 1797);
    std::fs::write(&second, "cat\n".repeat(1797)).unwrap();
    let mut window = open();
    settle(&mut window);
    drop_files(&mut window, &[&first]);
    until_said(&mut window, "a.npy: labels for");
    drop_files(&mut window, &[&second]);
    until_said(&mut window, "b.txt: labels for 1,797 samples, 1 class.");
    assert_eq!(roles(&window), [CompanionRole::Labels]);
    assert_eq!(class(window.state(), 5).as_deref(), Some("cat"));
}

#[test]
fn what_hovers_is_looked_at_and_said() {
    let folder = tempfile::tempdir().unwrap();
    let (labels, few) = (folder.path().join("y.npy"), folder.path().join("few.npy"));
    write_labels(&labels, 1797);
    write_labels(&few, 1500);
    let mut window = open();
    settle(&mut window);
    let mut will = |paths: &[&Path], expected: [&str; 2]| {
        let owned: Vec<PathBuf> = paths.iter().map(|path| path.to_path_buf()).collect();
        hover(&mut window, paths);
        until(&mut window, expected[0], |app| {
            let (what, detail) = app.drop_will(&owned);
            what == expected[0] && detail == expected[1]
        });
    };
    will(
        &[&labels],
        ["Drop labels for 1,797 samples", "y.npy, int64"],
    );
    let why = "few.npy holds 1,500 labels, but relu_epoch_3000.npy has 1,797 samples";
    will(&[&few], ["few.npy cannot be used", why]);
    will(
        &[&labels, &few],
        [
            "Drop to open 2 files",
            "y.npy: labels for 1,797 samples; few.npy (not used)",
        ],
    );
}

#[test]
fn what_does_not_match_is_refused_with_both_counts_and_the_other_reading_offered() {
    let folder = tempfile::tempdir().unwrap();
    let (labels, images) = (folder.path().join("y.npy"), folder.path().join("x.npy"));
    write_labels(&labels, 1500);
    write_images(&images, 30);
    let mut window = open();
    settle(&mut window);
    drop_files(&mut window, &[&labels]);
    until_said(
        &mut window,
        "y.npy holds 1,500 labels, but relu_epoch_3000.npy has 1,797 samples.",
    );
    drop_files(&mut window, &[&images]);
    until_said(
        &mut window,
        "x.npy holds 30 pictures, but relu_epoch_3000.npy has 1,797 samples.",
    );
    window.get_by_label("Open it as activations instead");
    assert!(roles(&window).is_empty());
}

#[test]
fn a_group_is_sorted_out_together_and_read_otherwise_by_one_click() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    write_npy(&at("acts.npy"), &noise(60, 6));
    write_labels(&at("y.npy"), 60);
    write_images(&at("x.npy"), 60);
    let digits = [
        "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine",
    ];
    std::fs::write(at("digits.txt"), digits.join("\n")).unwrap();
    let mut window = open();
    settle(&mut window);
    // Whatever the order.
    let paths = ["digits.txt", "x.npy", "y.npy", "acts.npy"].map(at);
    drop_files(&mut window, &paths.each_ref().map(PathBuf::as_path));
    until(&mut window, "all are open", |app| {
        app.session().companions.len() == 3
    });
    settle(&mut window);
    // One strip says it all.
    let strip = "y.npy: labels for 60 samples, 10 classes. digits.txt: names of 10 classes.";
    assert!(says(&window, "x.npy: pictures of 60 samples, 8 × 8 pixels"));
    assert!(says(&window, strip));
    window.get_by_label("digits.txt: Use it as labels instead");
    let app = window.state();
    assert_eq!(app.document().layer().unwrap().name(), "acts.npy");
    assert_eq!(class(app, 13).as_deref(), Some("three"));
    let layer = app.document().layer().unwrap();
    let (_, images) = app.document().images(layer).unwrap();
    assert_eq!(images.picture(8).unwrap().rgb[0], 128);
    assert_eq!(window.query_all_by_label_contains("picture ").count(), 5);
    window.get_by_label("Remove class names").click();
    window.run_steps(3);
    assert_eq!(class(window.state(), 13).as_deref(), Some("3"));
}

#[test]
fn the_command_line_brings_companions_along() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    write_npy(&at("acts.npy"), &noise(60, 6));
    write_labels(&at("y.npy"), 60);
    write_images(&at("x.npy"), 60);
    std::fs::write(at("few.txt"), "a\nb\n").unwrap();
    let mut args = args(vec![at("acts.npy")]);
    args.companions.labels = vec![at("y.npy")];
    args.companions.images = vec![at("x.npy")];
    args.companions.class_names = vec![at("few.txt")];
    let mut window = open_args(args);
    until_said(
        &mut window,
        "few.txt holds 2 class names, but y.npy has 10 classes.",
    );
    settle(&mut window);
    assert_eq!(
        roles(&window),
        [CompanionRole::Labels, CompanionRole::Images]
    );
}

#[test]
fn sessions_bring_companions_back_and_say_which_are_missing() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    write_npy(&at("acts.npy"), &noise(60, 6));
    write_labels(&at("y.npy"), 60);
    write_images(&at("x.npy"), 60);
    let mut window = open_with(vec![at("acts.npy")]);
    settle(&mut window);
    drop_files(&mut window, &[&at("y.npy"), &at("x.npy")]);
    until(&mut window, "both are hashed", |app| {
        let companions = app.session().companions;
        companions.len() == 2 && companions.iter().all(|one| one.sha256.is_some())
    });
    std::fs::create_dir(at("papers")).unwrap();
    let file = at("papers/fig.followspot");
    let replace = Replace::Never;
    let path = file.clone();
    carry_out(&mut window, Command::SaveTo { path, replace });
    until_said(&mut window, "Saved ");
    let saved = Session::read(&file).unwrap();
    let paths: Vec<_> = saved
        .companions
        .iter()
        .map(|one| one.path.clone())
        .collect();
    assert_eq!(
        paths,
        [Some("../y.npy".to_owned()), Some("../x.npy".to_owned())]
    );
    assert!(saved.companions.iter().all(|one| one.sha256.is_some()));

    write_labels(&at("z.npy"), 60);
    std::fs::remove_file(at("x.npy")).unwrap();
    let mut other = open();
    settle(&mut other);
    drop_files(&mut other, &[&file]);
    until_said(
        &mut other,
        "x.npy, which the session has as images, isn't where it was",
    );
    settle(&mut other);
    assert_eq!(class(other.state(), 13).as_deref(), Some("3"));
    assert_eq!(roles(&other), [CompanionRole::Labels]);
    assert!(!says(&other, "differs"));
    // One step takes all of it back.
    carry_out(&mut other, Command::Undo);
    settle(&mut other);
    assert!(roles(&other).is_empty());
    assert!(other.state().document().layers[0].is_sample);

    // Another file of that name is said.
    std::fs::copy(at("z.npy"), at("y.npy")).unwrap();
    let labels = Array1::from_elem(60, 7i64);
    labels
        .write_npy(std::fs::File::create(at("y.npy")).unwrap())
        .unwrap();
    let mut third = open_with(vec![file]);
    until_said(&mut third, "y.npy is not the file that fig.followspot was");
}
