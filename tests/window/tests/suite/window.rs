//! The window as a person uses it: the real app, found by what it says.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use followspot::app::App;
use followspot::srm::{AngleGrid, Epsilon, Plane, Sign, curve};
use followspot_window_tests::{
    drop_files, held_at_sample, noise, open, open_with, settle, until, write_npy,
};

fn epsilon(app: &App) -> f64 {
    app.document().choices.epsilon.get()
}

fn shown_name(app: &App) -> String {
    let layer = app.document().layer();
    layer.map(|layer| layer.name()).unwrap_or_default()
}

fn counts(app: &App) -> Vec<i64> {
    app.selected_counts()
        .map(<[i64]>::to_vec)
        .unwrap_or_default()
}

/// The window on a layer that takes a while to sweep, just opened.
fn sweeping() -> Harness<'static, App> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("wide.npy");
    write_npy(&path, &noise(600, 400));
    let mut window = held_at_sample(vec![path]);
    until(&mut window, "the dump is open", |app| {
        shown_name(app) == "wide.npy"
    });
    window.step();
    window
}

#[test]
fn opens_on_the_sample_already_swept() {
    let mut window = open();
    settle(&mut window);
    let app = window.state();
    assert!(app.document().layer().is_some_and(|layer| layer.is_sample));
    assert_eq!(app.swept_planes(), Some(276));
    assert_eq!(epsilon(app), 0.7);
    assert!(!app.document().choices.epsilon_is_auto());
    // The plane that the most samples light.
    assert_eq!(app.document().choices.plane, Some(Plane { i: 16, j: 23 }));
    window.get_by_label("All 276 planes");
    window.get_by_label("polar plot of Plane  b16 ∧ b23");
    window.get_by_label("plane heatmap");
    window.get_by_label("ensemble plot");
    window.get_by_label_contains("sample data: digits");
}

#[test]
fn the_slider_changes_the_curve_to_the_definitions() {
    let mut window = open();
    settle(&mut window);
    let before = counts(window.state());
    window
        .get_by_role_and_label(Role::Slider, "epsilon")
        .set_value_accesskit(0.5);
    settle(&mut window);
    let app = window.state();
    assert_eq!(epsilon(app), 0.5);
    assert_ne!(before, counts(app));
    let layer = app.document().layer().unwrap();
    let expected = curve(
        &layer.coordinates,
        app.document().choices.plane.unwrap(),
        Epsilon::new(0.5).unwrap(),
        &AngleGrid::new(361).unwrap(),
        Sign::Unsigned,
        &AtomicBool::new(false),
    );
    assert_eq!(counts(app), expected.unwrap().counts);
}

#[test]
fn a_dropped_dump_is_opened_at_its_automatic_epsilon() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mine.npy");
    write_npy(&path, &noise(200, 12));
    let mut window = open();
    settle(&mut window);
    drop_files(&mut window, &[&path]);
    until(&mut window, "the dump is open", |app| {
        shown_name(app) == "mine.npy"
    });
    settle(&mut window);
    let app = window.state();
    assert_eq!(app.document().layers.len(), 1, "the sample has to give way");
    assert!(app.document().choices.epsilon_is_auto());
    let auto = app
        .document()
        .layer()
        .unwrap()
        .overview
        .auto_epsilon
        .unwrap();
    assert_eq!(epsilon(app), auto.get());
    assert_eq!(app.swept_planes(), Some(66));
    assert!(counts(app).iter().any(|&count| count > 0));
    window.get_by_label("auto");
    window.get_by_label_contains("Opened mine.npy");
}

#[test]
fn a_bad_file_leaves_what_is_open_and_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("broken.npy");
    std::fs::write(&path, b"\x93NUMPY\x01\x00").unwrap();
    let mut window = open();
    settle(&mut window);
    let before = counts(window.state());
    drop_files(&mut window, &[&path]);
    settle(&mut window);
    window.get_by_label_contains("broken.npy");
    let app = window.state();
    assert!(app.document().layer().is_some_and(|layer| layer.is_sample));
    assert_eq!(counts(app), before);
    window.get_by_label("Dismiss strip").click();
    window.step();
    window.step();
    assert!(window.query_by_label_contains("broken.npy").is_none());
}

#[test]
fn a_click_in_the_heatmap_selects_the_plane_of_its_row() {
    let mut window = open();
    settle(&mut window);
    let before = window.state().document().choices.plane;
    let rect = window.get_by_label("plane heatmap").rect();
    let at = rect.min + rect.size() * egui::vec2(0.4, 0.6);
    window.hover_at(at);
    window.step();
    window.drag_at(at);
    window.step();
    window.drop_at(at);
    settle(&mut window);
    let after = window.state().document().choices.plane;
    assert!(after.is_some());
    assert_ne!(before, after);
    window.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    settle(&mut window);
    assert_eq!(window.state().document().choices.plane, before);
}

#[test]
fn escape_cancels_a_sweep_and_it_can_be_started_again() {
    let mut window = sweeping();
    window.key_press(Key::Escape);
    window.step();
    until(&mut window, "the sweep has stopped", |app| {
        !app.is_sweeping()
    });
    window.step();
    // A sample of the planes may have been there already.
    assert!(!window.state().is_exact());
    window.get_by_label("The sweep was cancelled.");
    // A pin changes nothing that a sweep depends on: it stays called off.
    window.key_press(Key::P);
    window.step();
    window.step();
    assert!(!window.state().is_sweeping());
    if window.state().swept_planes().is_none() {
        window.get_by_label_contains("cancelled. Edit");
    }
    window.get_by_label("Sweep again").click();
    window.step();
    until(&mut window, "it runs again", App::is_sweeping);
}

#[test]
fn a_changed_choice_sweeps_again_after_a_cancelled_sweep() {
    let mut window = sweeping();
    window.key_press(Key::Escape);
    until(&mut window, "the sweep has stopped", |app| {
        !app.is_sweeping()
    });
    window.get_by_label("Paper 0.9").click();
    window.step();
    until(&mut window, "it runs again", App::is_sweeping);
}

#[test]
fn a_basis_that_is_refused_leaves_both_dumps_open() {
    let folder = tempfile::tempdir().unwrap();
    let (a, b) = (folder.path().join("a.npy"), folder.path().join("b.npy"));
    write_npy(&a, &noise(40, 6));
    let mut with_zero_row = noise(9, 6);
    with_zero_row.row_mut(4).fill(0.0);
    write_npy(&b, &with_zero_row);
    let mut window = open_with(vec![a]);
    settle(&mut window);
    drop_files(&mut window, &[&b]);
    until(&mut window, "b is open", |app| shown_name(app) == "b.npy");
    settle(&mut window);
    window
        .get_by_label("Use it as the basis of a.npy instead")
        .click();
    settle(&mut window);
    window.get_by_label_contains("row 4 is zero");
    assert_eq!(window.state().document().layers.len(), 2);
    assert_eq!(shown_name(window.state()), "b.npy");
}

#[test]
fn a_basis_dropped_with_a_bad_dump_is_not_kept_for_another() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("bad.npy"), b"nothing").unwrap();
    write_npy(&path("basis.npy"), &noise(9, 6));
    write_npy(&path("good.npy"), &noise(40, 6));
    let mut window = open();
    settle(&mut window);
    drop_files(&mut window, &[&path("bad.npy"), &path("basis.npy")]);
    settle(&mut window);
    window.get_by_label_contains("bad.npy");
    drop_files(&mut window, &[&path("good.npy")]);
    until(&mut window, "the dump is open", |app| {
        shown_name(app) == "good.npy"
    });
    settle(&mut window);
    assert!(
        window
            .state()
            .document()
            .layer()
            .unwrap()
            .basis_name()
            .is_none()
    );
}

#[test]
fn the_first_file_of_a_drop_that_opens_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("bad.npy"), b"nothing").unwrap();
    write_npy(&path("one.npy"), &noise(40, 6));
    write_npy(&path("two.npy"), &noise(40, 7));
    let mut window = open();
    settle(&mut window);
    let files = [path("bad.npy"), path("one.npy"), path("two.npy")];
    drop_files(&mut window, &[&files[0], &files[1], &files[2]]);
    until(&mut window, "both are open", |app| {
        app.document().layers.len() == 2
    });
    settle(&mut window);
    assert_eq!(shown_name(window.state()), "one.npy");
}

#[test]
fn choosing_a_plane_does_not_restart_the_sweep() {
    let mut window = open();
    settle(&mut window);
    let sweeps = window.state().sweeps_asked();
    let keys = [
        Key::ArrowDown,
        Key::ArrowDown,
        Key::ArrowUp,
        Key::H,
        Key::M,
        Key::L,
        Key::P,
    ];
    for key in keys {
        window.key_press(key);
        settle(&mut window);
    }
    assert_eq!(window.state().sweeps_asked(), sweeps);
    assert_eq!(window.state().document().choices.pins.len(), 1);
}

#[test]
fn arrow_keys_walk_through_the_heatmaps_order() {
    let mut window = open();
    settle(&mut window);
    window.key_press(Key::H);
    settle(&mut window);
    let highest = window.state().document().choices.plane;
    window.key_press(Key::ArrowDown);
    settle(&mut window);
    let second = window.state().document().choices.plane;
    assert_ne!(highest, second);
    window.key_press(Key::ArrowUp);
    settle(&mut window);
    assert_eq!(window.state().document().choices.plane, highest);
    window.get_by_label("1 of 276");
}

#[test]
fn undo_brings_back_epsilon_and_a_closed_dump() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mine.npy");
    write_npy(&path, &noise(50, 6));
    let mut window = open_with(vec![path]);
    settle(&mut window);
    let auto = epsilon(window.state());
    window.get_by_label("Paper 0.9").click();
    settle(&mut window);
    assert_eq!(epsilon(window.state()), 0.9);
    window.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    settle(&mut window);
    assert_eq!(epsilon(window.state()), auto);
    assert!(window.state().document().choices.epsilon_is_auto());
    window.key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    settle(&mut window);
    assert_eq!(epsilon(window.state()), 0.9);
    window.key_press_modifiers(Modifiers::COMMAND, Key::W);
    window.step();
    window.step();
    assert!(window.state().document().layers.is_empty());
    window.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    settle(&mut window);
    assert_eq!(shown_name(window.state()), "mine.npy");
}

#[test]
fn a_file_named_basis_that_fits_becomes_the_basis_or_activations_at_a_click() {
    let folder = tempfile::tempdir().unwrap();
    let acts = folder.path().join("acts.npy");
    let basis = folder.path().join("my_basis.npy");
    write_npy(&acts, &noise(80, 6));
    write_npy(&basis, &noise(9, 6));
    let mut window = open_with(vec![acts]);
    settle(&mut window);
    drop_files(&mut window, &[&basis]);
    let with_basis = |app: &App| {
        let layer = app.document().layer();
        layer.is_some_and(|layer| layer.basis_name().is_some())
    };
    until(&mut window, "the basis is set", with_basis);
    settle(&mut window);
    assert_eq!(window.state().document().layers.len(), 1);
    assert_eq!(window.state().swept_planes(), Some(36));
    window
        .get_by_label("Open it as activations instead")
        .click();
    until(&mut window, "it is open", |app| {
        shown_name(app) == "my_basis.npy"
    });
    settle(&mut window);
    let layers = &window.state().document().layers;
    assert_eq!(layers.len(), 2);
    assert!(layers.iter().all(|layer| layer.basis_name().is_none()));
    window
        .get_by_label("Use it as the basis of acts.npy instead")
        .click();
    until(&mut window, "it is the basis again", with_basis);
    assert_eq!(window.state().document().layers.len(), 1);
}

#[test]
fn a_file_of_several_arrays_asks_which_without_stopping_the_work() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../data/formats/stored_keys.npz");
    let mut window = open();
    settle(&mut window);
    drop_files(&mut window, &[&path]);
    settle(&mut window);
    window.get_by_label_contains("layer1");
    window.get_by_label_contains("layer2").click();
    until(&mut window, "it is open", |app| {
        shown_name(app) == "stored_keys.npz : layer2"
    });
    settle(&mut window);
    assert_eq!(window.state().swept_planes(), Some(15));
}

#[test]
fn a_dark_plane_says_how_close_the_nearest_sample_comes_and_offers_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("wide.npy");
    write_npy(&path, &noise(40, 60));
    let mut window = open_with(vec![path]);
    settle(&mut window);
    window.get_by_label("Paper 0.9").click();
    settle(&mut window);
    assert!(counts(window.state()).iter().all(|&count| count == 0));
    window.get_by_label_contains("Set ε to").click();
    settle(&mut window);
    let lit = counts(window.state()).iter().any(|&count| count > 0);
    assert!(lit, "dark at ε = {}", epsilon(window.state()));
}

#[test]
fn the_help_window_lists_every_shortcut() {
    let mut window = open();
    settle(&mut window);
    window.key_press(Key::F1);
    window.step();
    window.step();
    for name in [
        "Open…",
        "Undo",
        "Redo",
        "Automatic ε",
        "Next plane",
        "Pin or unpin",
    ] {
        assert!(
            window.query_all_by_label(name).count() > 0,
            "{name} is not listed"
        );
    }
    window.key_press(Key::Escape);
    window.step();
    window.step();
    assert!(window.query_by_label("Automatic ε").is_none());
}

#[test]
fn a_path_can_be_typed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("typed.npy");
    write_npy(&path, &noise(30, 5));
    let mut window = open();
    settle(&mut window);
    window.key_press_modifiers(Modifiers::COMMAND, Key::L);
    window.step();
    window.step();
    let text = path.to_str().unwrap();
    window
        .get_by_role_and_label(Role::TextInput, "path")
        .type_text(text);
    window.step();
    window.key_press(Key::Enter);
    until(&mut window, "it is open", |app| {
        shown_name(app) == "typed.npy"
    });
}

#[test]
fn several_files_open_as_a_list_and_the_first_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let paths: Vec<_> = ["a.npy", "b.npy", "c.npy"]
        .map(|n| folder.path().join(n))
        .into();
    for path in &paths {
        write_npy(path, &noise(30, 5));
    }
    let mut window = open_with(paths);
    until(&mut window, "all are open", |app| {
        app.document().layers.len() == 3
    });
    settle(&mut window);
    assert_eq!(shown_name(window.state()), "a.npy");
    window.get_by_label("b.npy").click();
    settle(&mut window);
    assert_eq!(shown_name(window.state()), "b.npy");
}

#[test]
fn preferences_are_saved_and_read_back_and_older_ones_still_open() {
    #[derive(Default)]
    struct Memory(std::collections::HashMap<String, String>);
    impl eframe::Storage for Memory {
        fn get_string(&self, key: &str) -> Option<String> {
            self.0.get(key).cloned()
        }
        fn set_string(&mut self, key: &str, value: String) {
            self.0.insert(key.to_owned(), value);
        }
        fn remove_string(&mut self, key: &str) {
            self.0.remove(key);
        }
        fn flush(&mut self) {}
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("recent.npy");
    write_npy(&path, &noise(30, 5));
    let mut window = open_with(vec![path.clone()]);
    settle(&mut window);
    let mut memory = Memory::default();
    eframe::App::save(window.state_mut(), &mut memory);
    let read = |memory: &Memory| -> followspot::app::Preferences {
        eframe::get_value(memory, "preferences").unwrap()
    };
    assert_eq!(&read(&memory), window.state().preferences());
    assert_eq!(read(&memory).recent, [path]);
    // As a version would have left it that knew one field only.
    memory
        .0
        .insert("preferences".to_owned(), "(unit: pi)".to_owned());
    assert_eq!(read(&memory).unit, followspot::scene::AngleUnit::Pi);
}
