//! How arrays become `N × d` in the window: the dialog, other readings of open layers.

use std::path::{Path, PathBuf};

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use followspot::app::{App, Command, ListCommand, ReadingCommand};
use followspot::data::{Channels, Flatten};
use followspot_window_tests::{
    carry_out, drop_files, noise, open, open_with, settle, until, write_npy,
};
use ndarray::Array3;
use ndarray_npy::WriteNpyExt as _;

fn shown_name(app: &App) -> String {
    let layer = app.document().layer();
    layer.map(|layer| layer.name()).unwrap_or_default()
}

fn shape(app: &App) -> [usize; 2] {
    app.document().layer().unwrap().dump.shape
}

/// Writes an array of three axes.
fn write_deep(path: &Path, [samples, steps, neurons]: [usize; 3]) {
    let values = noise(samples * steps, neurons);
    let values: Vec<f32> = values.into_iter().collect();
    let array = Array3::from_shape_vec((samples, steps, neurons), values).unwrap();
    array
        .write_npy(std::fs::File::create(path).unwrap())
        .unwrap();
}

/// The window with the dialog for that file open.
fn asked(path: &Path) -> Harness<'static, App> {
    let mut window = open();
    settle(&mut window);
    drop_files(&mut window, &[path]);
    until(&mut window, "the dialog is there", |app| app.is_asking());
    window.run_steps(3);
    window
}

/// Types into the field of the dialog.
fn type_rows(window: &mut Harness<'_, App>, text: &str) {
    let field = Role::TextInput;
    window.get_by_role_and_label(field, "rows").click();
    window.step();
    window.get_by_role_and_label(field, "rows").type_text(text);
    window.run_steps(2);
}

#[test]
fn enter_reads_every_position_as_a_sample() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep.npy");
    write_deep(&path, [40, 5, 6]);
    let mut window = asked(&path);
    window.get_by_label_contains("How to read deep.npy");
    // What each answer comes to: 200 rows of 6 singles and a norm.
    window.get_by_label("200 × 6 · 6.4 kB");
    assert!(window.query_all_by_label_contains("40 × 6 · ").count() >= 3);
    window.key_press(Key::Enter);
    until(&mut window, "it is read", |app| {
        shown_name(app) == "deep.npy"
    });
    settle(&mut window);
    let app = window.state();
    let dump = &app.document().layer().unwrap().dump;
    assert_eq!(dump.read_as.flatten, Some(Flatten::Positions));
    assert_eq!(dump.shape, [200, 6]);
    window.get_by_label("40 × 5 × 6 → 200 × 6, every position a sample");
    window.get_by_label_contains("200 samples · 6 neurons · 40 × 5 × 6");
}

#[test]
fn esc_opens_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep.npy");
    write_deep(&path, [40, 5, 6]);
    let mut window = asked(&path);
    window.key_press(Key::Escape);
    settle(&mut window);
    assert!(!window.state().is_asking());
    assert!(window.query_by_label_contains("How to read").is_none());
    let layers = &window.state().document().layers;
    assert!(layers.len() == 1 && layers[0].is_sample);
}

#[test]
fn another_answer_reads_something_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep.npy");
    write_deep(&path, [40, 5, 6]);
    let mut window = asked(&path);
    window.get_by_label("mean over the positions").click();
    window.run_steps(2);
    window
        .get_by_label("the first axis behind the samples")
        .click();
    window.run_steps(2);
    window.get_by_label("Read").click();
    until(&mut window, "it is read", |app| {
        shown_name(app) == "deep.npy"
    });
    settle(&mut window);
    let dump = &window.state().document().layer().unwrap().dump;
    assert_eq!(dump.shape, [40, 5]);
    assert_eq!(dump.read_as.flatten, Some(Flatten::Mean));
    assert_eq!(dump.read_as.channels, Some(Channels::First));
}

#[test]
fn a_layer_is_read_again_and_undone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("flat.npy");
    write_npy(&path, &noise(500, 6));
    let mut window = open_with(vec![path]);
    settle(&mut window);
    let plane = window.state().document().choices.plane;
    let button = window.get_by_role_and_label(Role::Button, "Read again…");
    button.click();
    window.run_steps(3);
    assert!(window.query_by_label("mean over the positions").is_none());
    type_rows(&mut window, "0:100");
    window.run_steps(2);
    window.key_press(Key::Enter);
    until(&mut window, "it is read", |app| shape(app) == [100, 6]);
    settle(&mut window);
    window.get_by_label("100 of 500 rows (0:100)");
    window.get_by_label_contains("100 samples · 6 neurons · 100 of 500 rows (0:100)");
    assert_eq!(window.state().document().layers.len(), 1);
    assert_eq!(window.state().document().choices.plane, plane);
    window.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    settle(&mut window);
    assert_eq!(shape(window.state()), [500, 6]);
    assert!(window.query_by_label("100 of 500 rows (0:100)").is_none());
}

#[test]
fn a_reading_that_leaves_nothing_is_no_answer() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("flat.npy");
    write_npy(&path, &noise(50, 6));
    let mut window = open_with(vec![path]);
    settle(&mut window);
    carry_out(&mut window, ReadingCommand::Again);
    window.run_steps(2);
    type_rows(&mut window, "60:");
    window.run_steps(2);
    window.get_by_label_contains("no row is left");
    window.key_press(Key::Enter);
    window.run_steps(3);
    assert!(window.state().is_asking());
}

/// A folder of so many layers, each told by its first value's place among the others.
fn epochs(many: usize) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run");
    std::fs::create_dir(&path).unwrap();
    for epoch in 0..many {
        let mut values = noise(60, 6);
        values[[0, 0]] = epoch as f32;
        write_npy(&path.join(format!("epoch_{epoch}.npy")), &values);
    }
    (folder, path)
}

fn open_folder(path: &Path) -> Harness<'static, App> {
    let mut window = open();
    settle(&mut window);
    drop_files(&mut window, &[path]);
    until(&mut window, "the first file is shown", |app| {
        app.list().is_some() && !shown_name(app).starts_with("relu")
    });
    settle(&mut window);
    window
}

#[test]
fn a_folder_is_listed_as_a_person_counts_and_read_file_by_file() {
    let (_folder, path) = epochs(50);
    let mut window = open_folder(&path);
    assert_eq!(shown_name(window.state()), "epoch_0.npy");
    let names: Vec<String> = {
        let list = window.state().list().unwrap();
        list.entries.iter().map(|entry| entry.name()).collect()
    };
    let expected: Vec<String> = (0..50).map(|n| format!("epoch_{n}.npy")).collect();
    assert_eq!(names, expected);
    window.get_by_label("▾ run");
    window.get_by_label("50 files");
    // Nothing but what was chosen is read.
    assert_eq!(window.state().kept_entries(), [0]);
    assert_eq!(window.state().document().layers.len(), 1);
    carry_out(&mut window, plane(2, 5));
    settle(&mut window);
    let epsilon = window.state().document().choices.epsilon_choice;
    window.key_press(Key::PageDown);
    until(&mut window, "the next is shown", |app| {
        shown_name(app) == "epoch_1.npy"
    });
    settle(&mut window);
    let choices = &window.state().document().choices;
    assert_eq!(choices.plane, Some(followspot::srm::Plane { i: 2, j: 5 }));
    assert_eq!(choices.epsilon_choice, epsilon);
    assert_eq!(window.state().document().layers.len(), 1);
    window.get_by_label("epoch_3.npy").click();
    until(&mut window, "the chosen is shown", |app| {
        shown_name(app) == "epoch_3.npy"
    });
    window.key_press(Key::PageUp);
    until(&mut window, "the one before is shown", |app| {
        shown_name(app) == "epoch_2.npy"
    });
    settle(&mut window);
    assert_eq!(window.state().kept_entries(), [0, 1, 3, 2]);
    window.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    window.step();
    assert_eq!(shown_name(window.state()), "epoch_3.npy");
}

#[test]
fn a_folder_on_the_command_line_is_a_list() {
    let (_folder, path) = epochs(3);
    let mut window = open_with(vec![path]);
    until(&mut window, "the first file is shown", |app| {
        shown_name(app) == "epoch_0.npy"
    });
    settle(&mut window);
    window.get_by_label("3 files");
    // The plane that the most samples light, as of any dump that was just opened.
    assert_eq!(window.state().swept_planes(), Some(15));
}

fn plane(i: u32, j: u32) -> Command {
    Command::SelectPlane {
        plane: followspot::srm::Plane { i, j },
        dragging: false,
    }
}

#[test]
fn only_so_many_layers_of_a_list_are_kept() {
    let (_folder, path) = epochs(6);
    let mut window = open_folder(&path);
    let bytes = |app: &App| {
        let layer = app.document().layer().unwrap();
        layer.dump.activations.bytes()
    };
    let three = 3 * bytes(window.state());
    window.state_mut().keep_listed_up_to(three);
    for epoch in 1..6 {
        carry_out(&mut window, ListCommand::Next);
        let name = format!("epoch_{epoch}.npy");
        until(&mut window, "it is shown", |app| shown_name(app) == name);
    }
    assert_eq!(window.state().kept_entries(), [3, 4, 5]);
    // The history lets go of what is not kept.
    let mut back = Vec::new();
    while window.state().history_kind().is_some() {
        carry_out(&mut window, Command::Undo);
        back.push(shown_name(window.state()));
    }
    assert_eq!(back, ["epoch_4.npy", "epoch_3.npy"]);
    // However small the room, two stay.
    window.state_mut().keep_listed_up_to(1);
    carry_out(&mut window, ListCommand::Show(0));
    until(&mut window, "it is shown", |app| {
        shown_name(app) == "epoch_0.npy"
    });
    assert_eq!(window.state().kept_entries(), [5, 0]);
}

#[test]
fn what_cannot_be_read_of_a_folder_is_said_and_the_list_goes_on() {
    let (_folder, path) = epochs(3);
    std::fs::write(path.join("a_note.txt"), b"hello").unwrap();
    std::fs::write(path.join("epoch_1.npy"), b"\x93NUMPY\x01\x00").unwrap();
    let mut window = open_folder(&path);
    // The first that can be read is shown, without a word about those before it.
    assert_eq!(shown_name(window.state()), "epoch_0.npy");
    assert!(window.query_by_label_contains("of no known kind").is_none());
    window.key_press(Key::PageDown);
    until(&mut window, "it is refused", |app| {
        app.entry_failure(2).is_some()
    });
    window.run_steps(2);
    assert_eq!(shown_name(window.state()), "epoch_0.npy");
    assert!(window.query_all_by_label_contains("epoch_1.npy").count() > 1);
    window.get_by_label("epoch_2.npy").click();
    until(&mut window, "another is shown", |app| {
        shown_name(app) == "epoch_2.npy"
    });
}

#[test]
fn siblings_are_read_as_the_first_was_told_to() {
    let folder = tempfile::tempdir().unwrap();
    for epoch in 0..3 {
        write_deep(&folder.path().join(format!("e{epoch}.npy")), [20, 5, 6]);
    }
    let mut window = asked(folder.path());
    window.get_by_label("largest over the positions").click();
    window.run_steps(2);
    window.key_press(Key::Enter);
    until(&mut window, "the first is shown", |app| {
        shown_name(app) == "e0.npy"
    });
    settle(&mut window);
    carry_out(&mut window, ListCommand::Next);
    until(&mut window, "the next is shown", |app| {
        shown_name(app) == "e1.npy"
    });
    assert!(!window.state().is_asking());
    let dump = &window.state().document().layer().unwrap().dump;
    assert_eq!(dump.read_as.flatten, Some(Flatten::Max));
}

#[test]
fn a_list_is_closed_as_a_whole_and_brought_back() {
    let (_folder, path) = epochs(3);
    let mut window = open_folder(&path);
    window.get_by_label("Close list").click();
    window.run_steps(3);
    assert!(window.state().list().is_none());
    assert!(window.state().document().layers.is_empty());
    carry_out(&mut window, Command::Undo);
    settle(&mut window);
    assert_eq!(shown_name(window.state()), "epoch_0.npy");
    carry_out(&mut window, ListCommand::Next);
    until(&mut window, "the list goes on", |app| {
        shown_name(app) == "epoch_1.npy"
    });
}

#[test]
fn a_session_brings_the_list_back() {
    let (folder, path) = epochs(4);
    let mut window = open_folder(&path);
    carry_out(&mut window, ListCommand::Show(2));
    until(&mut window, "it is shown", |app| {
        shown_name(app) == "epoch_2.npy"
    });
    settle(&mut window);
    let session = folder.path().join("a.followspot");
    let replace = followspot::app::Replace::Never;
    let save = Command::SaveTo {
        path: session.clone(),
        replace,
    };
    carry_out(&mut window, save);
    until(&mut window, "it is saved", |_| session.exists());
    let mut other = open_with(vec![session]);
    until(&mut other, "the list is there", |app| app.list().is_some());
    settle(&mut other);
    assert_eq!(shown_name(other.state()), "epoch_2.npy");
    assert_eq!(other.state().list().unwrap().entries.len(), 4);
    other.key_press(Key::PageDown);
    until(&mut other, "the list goes on", |app| {
        shown_name(app) == "epoch_3.npy"
    });
    assert_eq!(other.state().document().layers.len(), 1);
}
