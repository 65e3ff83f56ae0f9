//! Files of several arrays in the window: the picker, all as a list, all as one.

use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use followspot::app::App;
use followspot::data::Flatten;
use followspot_window_tests::{args, drop_files, noise, open, open_args, settle, until};

fn shown_name(app: &App) -> String {
    let layer = app.document().layer();
    layer.map(|layer| layer.name()).unwrap_or_default()
}

fn shape(app: &App) -> [usize; 2] {
    app.document().layer().unwrap().dump.shape
}

/// Writes arrays of single precision under their names, values drawn.
fn write_tensors(path: &Path, arrays: &[(String, Vec<usize>)]) {
    let (mut header, mut data) = (String::from("{"), Vec::new());
    for (key, shape) in arrays {
        let count: usize = shape.iter().product();
        let begin = data.len();
        data.extend(noise(1, count).iter().flat_map(|value| value.to_le_bytes()));
        let comma = if begin == 0 { "" } else { "," };
        write!(
            header,
            r#"{comma}"{key}":{{"dtype":"F32","shape":{shape:?},"data_offsets":[{begin},{}]}}"#,
            data.len()
        )
        .unwrap();
    }
    header.push('}');
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend(header.as_bytes());
    bytes.extend(data);
    std::fs::write(path, bytes).unwrap();
}

/// The window with the picker for that file open.
fn picking(path: &Path) -> Harness<'static, App> {
    let mut window = open();
    settle(&mut window);
    drop_files(&mut window, &[path]);
    until(&mut window, "the picker is there", |app| {
        app.offered().is_some()
    });
    window.run_steps(3);
    window
}

fn layers(many: usize) -> Vec<(String, Vec<usize>)> {
    let layer = |n| (format!("layer{n}"), vec![30, 6]);
    (0..many).map(layer).collect()
}

#[test]
fn a_thousand_arrays_are_searched_and_chosen_by_keys() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("many.safetensors");
    write_tensors(&path, &layers(1000));
    let mut window = picking(&path);
    assert_eq!(window.state().offered().unwrap().len(), 1000);
    // Only what is seen is made.
    let rows = window.query_all_by_label_contains("activations").count();
    assert!((3..40).contains(&rows), "{rows} rows");
    window
        .get_by_role_and_label(Role::TextInput, "search arrays")
        .click();
    window.step();
    window
        .get_by_role_and_label(Role::TextInput, "search arrays")
        .type_text("layer77");
    window.run_steps(2);
    // layer77, layer770 to layer779.
    assert_eq!(window.state().offered().unwrap().len(), 11);
    for _ in 0..3 {
        window.key_press(Key::ArrowDown);
        window.step();
    }
    window.key_press(Key::Enter);
    until(&mut window, "it is open", |app| {
        shown_name(app) == "many.safetensors : layer772"
    });
}

#[test]
fn esc_takes_no_array() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("two.safetensors");
    write_tensors(&path, &layers(2));
    let mut window = picking(&path);
    window.key_press(Key::Escape);
    settle(&mut window);
    assert!(window.state().offered().is_none());
    assert!(window.state().document().layers[0].is_sample);
}

#[test]
fn all_arrays_are_opened_as_a_list_and_read_one_by_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("some.safetensors");
    let mut arrays = layers(12);
    arrays.push(("bias".to_owned(), vec![6]));
    write_tensors(&path, &arrays);
    let mut window = picking(&path);
    window.get_by_label("Open all 12 as layers").click();
    until(&mut window, "the first is shown", |app| {
        shown_name(app) == "some.safetensors : layer0"
    });
    settle(&mut window);
    window.get_by_label("12 arrays");
    window.get_by_label("▾ some.safetensors");
    assert_eq!(window.state().kept_entries(), [0]);
    window.key_press(Key::PageDown);
    until(&mut window, "the next is shown", |app| {
        shown_name(app) == "some.safetensors : layer1"
    });
}

#[test]
fn arrays_that_fit_are_stacked_into_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("two.safetensors");
    write_tensors(&path, &layers(3));
    let mut window = picking(&path);
    window.get_by_label("Stack into one: 90 × 6").click();
    until(&mut window, "it is open", |app| {
        shown_name(app) == "two.safetensors"
    });
    settle(&mut window);
    assert_eq!(shape(window.state()), [90, 6]);
    window.get_by_label("all arrays of the file on top of one another");
}

#[test]
fn rows_of_their_own_are_stacked_by_enter() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.safetensors");
    let row = |n| (format!("sample{n}"), vec![6]);
    let rows: Vec<_> = (0..40).map(row).collect();
    write_tensors(&path, &rows);
    let mut window = picking(&path);
    window.get_by_label("Stack into one: 40 × 6");
    window.key_press(Key::Enter);
    until(&mut window, "it is open", |app| {
        shown_name(app) == "rows.safetensors"
    });
    assert_eq!(shape(window.state()), [40, 6]);
}

#[test]
fn an_array_of_three_axes_is_asked_about_next() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep.safetensors");
    let arrays = [
        ("flat".to_owned(), vec![30, 6]),
        ("deep".to_owned(), vec![10, 5, 6]),
    ];
    write_tensors(&path, &arrays);
    let mut window = picking(&path);
    window
        .get_by_label_contains("deep 10 × 5 × 6 float32")
        .click();
    until(&mut window, "the dialog is there", |app| app.is_asking());
    window.run_steps(2);
    window.key_press(Key::Enter);
    until(&mut window, "it is open", |app| {
        shown_name(app) == "deep.safetensors : deep"
    });
    settle(&mut window);
    assert_eq!(shape(window.state()), [50, 6]);
    let dump = &window.state().document().layer().unwrap().dump;
    assert_eq!(dump.read_as.flatten, Some(Flatten::Positions));
    window.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    window.step();
    assert!(window.state().document().layers[0].is_sample);
}

#[test]
fn what_unpacks_to_more_than_is_allowed_is_read_all_the_same_by_a_click() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../data/formats/deflated_keys.npz");
    let mut args = args(vec![path]);
    args.reading.memory_limit = Some(100);
    let mut window = open_args(args);
    until(&mut window, "the picker is there", |app| {
        app.offered().is_some()
    });
    window.run_steps(3);
    window.get_by_label_contains("layer2 ").click();
    let started = Instant::now();
    let offer = "Read it all the same (";
    while window.query_by_label_contains(offer).is_none() {
        assert!(started.elapsed() < Duration::from_secs(60), "no offer");
        window.step();
        std::thread::sleep(Duration::from_millis(2));
    }
    assert!(window.state().document().layers.is_empty());
    window.get_by_label_contains(offer).click();
    until(&mut window, "it is open", |app| {
        shown_name(app) == "deflated_keys.npz : layer2"
    });
}
