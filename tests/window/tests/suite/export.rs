//! Figures and tables on their way out, as a person sends them: the dialog with its
//! preview, files that appear whole or not at all, the clipboard.

use std::path::{Path, PathBuf};

use egui::accesskit::Role;
use egui::{Key, Modifiers, OutputCommand};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use followspot::app::{App, Command, FigureCommand, Replace, TableCommand};
use followspot::session::figure::FigureView;
use followspot::session::{FigureSpec, Session};
use followspot::srm::{Epsilon, Plane};
use followspot::worker::table_job::TableOf;
use followspot_window_tests::{
    carry_out, noise, open, open_with, says, settle, until, until_said, write_npy,
};

type Window = Harness<'static, App>;

fn exported(window: &mut Window) {
    until(window, "the export has ended", |app| !app.is_exporting());
    window.run_steps(2);
}

fn previewed(window: &mut Window) -> [f64; 2] {
    until(window, "the figure is drawn", |app| {
        app.previewed_mm().is_some()
    });
    window.step();
    window.state().previewed_mm().unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

/// The window on a small layer at a plane and an `ε` of its own.
fn chosen(path: &Path) -> Window {
    write_npy(path, &noise(200, 8));
    let mut window = open_with(vec![path.to_owned()]);
    settle(&mut window);
    let (epsilon, dragging) = (Epsilon::new(0.41).unwrap(), false);
    carry_out(&mut window, Command::SetEpsilon { epsilon, dragging });
    for (i, j) in [(1, 6), (2, 5)] {
        let plane = Plane { i, j };
        carry_out(&mut window, Command::SelectPlane { plane, dragging });
        if i == 1 {
            carry_out(&mut window, Command::TogglePin);
        }
    }
    settle(&mut window);
    window
}

fn look(window: &mut Window, spec: FigureSpec) {
    carry_out(window, FigureCommand::Look(Box::new(spec)));
}

fn export(window: &mut Window, path: &Path, replace: Replace) {
    let path = path.to_owned();
    carry_out(window, FigureCommand::Export { path, replace });
    exported(window);
}

fn export_table(window: &mut Window, of: TableOf, path: &Path) {
    let path = path.to_owned();
    let replace = Replace::Never;
    carry_out(window, TableCommand::Export { of, path, replace });
    exported(window);
}

#[test]
fn the_dialog_shows_the_page_and_follows_the_preset() {
    let mut window = open();
    settle(&mut window);
    window.key_press_modifiers(Modifiers::COMMAND, Key::E);
    window.step();
    let [width, _] = previewed(&mut window);
    assert!((width - 139.7).abs() < 0.1, "{width}");
    window.get_by_label("preview of the figure");
    window.get_by_label_contains("139.7 × ");

    window
        .get_by_label("width: NeurIPS, text width, 5.5 in")
        .click();
    window.run_steps(2);
    window.get_by_label("ICML, one column, 3.25 in").click();
    window.run_steps(2);
    let [width, _] = previewed(&mut window);
    assert!((width - 82.55).abs() < 0.1, "{width}");
    window.get_by_label_contains(&format!("{width:.1} × "));

    // A figure without room says so in the picture's place.
    let spec = FigureSpec {
        height: "10mm".parse().unwrap(),
        ..window.state().figure().clone()
    };
    look(&mut window, spec);
    until_said(&mut window, "does not fit");

    window.key_press(Key::Escape);
    window.run_steps(2);
    assert!(!says(&window, "Export figure"));
    assert_eq!(
        window.state().figure().width,
        "icml-column".parse().unwrap()
    );
}

#[test]
fn enter_writes_the_figure_and_it_says_what_it_was_made_from() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = chosen(&folder.path().join("layer.npy"));
    window.key_press_modifiers(Modifiers::COMMAND, Key::E);
    window.run_steps(2);
    previewed(&mut window);
    // The file is named after the dump, beside it.
    window.key_press(Key::Enter);
    window.step();
    exported(&mut window);
    window.get_by_label_contains("Wrote layer-polar.pdf");
    let written = Session::read(&folder.path().join("layer-polar.pdf")).unwrap();
    assert_eq!(written.view.plane, Some([2, 5]));
    assert_eq!(written.view.pins, [[1, 6]]);
    assert_eq!(written.layers[0].epsilon, Some(0.41));
    assert!(written.layers[0].source.sha256.is_some());
    let command = window.get_by_label("Show command");
    command.click();
    window.run_steps(2);
    window.get_by_label_contains("followspot figure layer.npy --view polar --plane 2,5");
}

#[test]
fn every_format_comes_twice_the_same_and_back_through_the_window() {
    let folder = tempfile::tempdir().unwrap();
    let again = tempfile::tempdir().unwrap();
    let mut window = chosen(&folder.path().join("layer.npy"));
    let mut files: Vec<PathBuf> = Vec::new();
    for (view, file) in [
        (FigureView::Polar, "fig.svg"),
        (FigureView::Heatmap, "fig.pdf"),
        (FigureView::Panel, "fig.png"),
    ] {
        let spec = FigureSpec {
            view,
            title: "a title".to_owned(),
            dpi: 150,
            ..FigureSpec::default()
        };
        look(&mut window, spec);
        let path = folder.path().join(file);
        export(&mut window, &path, Replace::Never);
        export(&mut window, &again.path().join(file), Replace::Never);
        let bytes = std::fs::read(&path).unwrap();
        assert!(bytes == std::fs::read(again.path().join(file)).unwrap());
        files.push(path);
    }
    // Figure, view, figure.
    for path in files {
        let mut back = open_with(vec![path.clone()]);
        settle(&mut back);
        assert_eq!(
            back.state().document().choices.plane,
            Some(Plane { i: 2, j: 5 })
        );
        let copy = again
            .path()
            .join("back")
            .with_extension(path.extension().unwrap());
        export(&mut back, &copy, Replace::Never);
        assert!(std::fs::read(&path).unwrap() == std::fs::read(&copy).unwrap());
    }
}

#[test]
fn a_file_that_is_there_is_replaced_only_when_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("layer-polar.pdf");
    let mut window = chosen(&folder.path().join("layer.npy"));
    std::fs::write(&path, "mine").unwrap();
    carry_out(&mut window, FigureCommand::Open);
    window.step();
    window.get_by_label("Export").click();
    window.run_steps(2);
    exported(&mut window);
    window.get_by_label_contains("layer-polar.pdf exists");
    assert_eq!(std::fs::read(&path).unwrap(), b"mine");
    window.get_by_label("Replace").click();
    window.run_steps(2);
    exported(&mut window);
    window.get_by_label_contains("Wrote layer-polar.pdf");
    assert!(std::fs::read(&path).unwrap().starts_with(b"%PDF"));
    assert_eq!(names(folder.path()).len(), 2);
}

#[test]
fn where_nothing_can_be_written_a_sentence_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = chosen(&folder.path().join("layer.npy"));
    carry_out(&mut window, FigureCommand::Open);
    let missing = folder.path().join("missing").join("fig.pdf");
    export(&mut window, &missing, Replace::Never);
    window.get_by_label_contains("its folder does not exist");
    export(&mut window, &folder.path().join("fig.gif"), Replace::Never);
    window.get_by_label_contains("fig.gif` is no kind of figure");
    assert_eq!(names(folder.path()), ["layer.npy"]);
    // The dialog is as it was.
    window.get_by_label("Export");
    let table = folder.path().join("table.xlsx");
    carry_out(&mut window, FigureCommand::Close);
    carry_out(&mut window, TableCommand::Open);
    export_table(&mut window, TableOf::Planes, &table);
    window.get_by_label_contains("table.xlsx` is no kind of table");
}

#[test]
fn an_export_that_is_called_off_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let data = tempfile::tempdir().unwrap();
    let path = data.path().join("wide.npy");
    write_npy(&path, &noise(6000, 400));
    let mut window = open_with(vec![path]);
    until(&mut window, "the dump is open", |app| {
        app.document().layer().is_some_and(|layer| !layer.is_sample)
    });
    let all = folder.path().join("all.csv");
    carry_out(
        &mut window,
        TableCommand::Export {
            of: TableOf::Everything,
            path: all,
            replace: Replace::Never,
        },
    );
    until(&mut window, "the file is begun", |app| {
        app.exported_planes().is_some()
    });
    let spec = FigureSpec {
        view: FigureView::Heatmap,
        ..FigureSpec::default()
    };
    look(&mut window, spec);
    let figure = folder.path().join("fig.pdf");
    let replace = Replace::Never;
    carry_out(
        &mut window,
        FigureCommand::Export {
            path: figure,
            replace,
        },
    );
    carry_out(&mut window, FigureCommand::CallOff);
    exported(&mut window);
    assert_eq!(names(folder.path()), Vec::<String>::new());
    window.get_by_label_contains("called off");
}

#[test]
fn tables_hold_what_is_on_screen() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = chosen(&folder.path().join("layer.npy"));
    window.key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::E);
    window.run_steps(2);
    window.get_by_label("The curve of b2 ∧ b5");
    window.key_press(Key::Enter);
    window.step();
    exported(&mut window);
    window.get_by_label_contains("Wrote layer-curve.csv");
    let rows = |name: &str| {
        let text = std::fs::read_to_string(folder.path().join(name)).unwrap();
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let cells = |line: &str| line.split(',').map(str::to_owned).collect::<Vec<_>>();
        lines.map(cells).collect::<Vec<_>>()
    };
    let table = rows("layer-curve.csv");
    assert_eq!(
        table[0],
        ["plane_i", "plane_j", "angle_rad", "count", "fraction"]
    );
    let counts: Vec<i64> = table[1..]
        .iter()
        .map(|row| row[3].parse().unwrap())
        .collect();
    assert_eq!(Some(&counts[..]), window.state().selected_counts());

    for (of, name, expected) in [
        (TableOf::Pinned, "pinned.csv", 2 * 361),
        (TableOf::Ensemble, "ensemble.csv", 361),
        (TableOf::Planes, "planes.csv", 28),
        (TableOf::Everything, "all.csv", 28 * 361),
    ] {
        export_table(&mut window, of, &folder.path().join(name));
        assert_eq!(rows(name).len() - 1, expected, "{name}");
    }
    // Of all curves, those of the selected plane are those on screen.
    let all = rows("all.csv");
    let own = all.iter().filter(|row| row[0] == "2" && row[1] == "5");
    let own: Vec<i64> = own.map(|row| row[3].parse().unwrap()).collect();
    assert_eq!(own, counts);
    for name in ["planes.npz", "all.npz", "ensemble.json"] {
        let of = if name == "all.npz" {
            TableOf::Everything
        } else {
            TableOf::Planes
        };
        export_table(&mut window, of, &folder.path().join(name));
        assert!(folder.path().join(name).is_file(), "{name}");
    }
    // What is there stays.
    export_table(&mut window, TableOf::Planes, &folder.path().join("all.csv"));
    window.get_by_label_contains("all.csv exists");
    assert_eq!(rows("all.csv"), all);
}

#[test]
fn a_view_and_its_curves_are_copied() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = chosen(&folder.path().join("layer.npy"));
    carry_out(&mut window, FigureCommand::CopyCurve);
    let said = |window: &Window| window.output().platform_output.commands.clone();
    let text = said(&window).into_iter().find_map(|command| match command {
        OutputCommand::CopyText(text) => Some(text),
        _ => None,
    });
    let text = text.unwrap();
    assert!(text.starts_with("plane_i\tplane_j\ttheta_rad\tcount\tfraction\n2\t5\t0"));
    assert_eq!(text.lines().count(), 1 + 2 * 361);

    // The view that was clicked.
    window.get_by_label("ensemble plot").click();
    window.run_steps(2);
    carry_out(&mut window, FigureCommand::CopyView);
    let started = std::time::Instant::now();
    let image = loop {
        let image = said(&window).into_iter().find_map(|command| match command {
            OutputCommand::CopyImage(image) => Some(image),
            _ => None,
        });
        if let Some(image) = image {
            break image;
        }
        assert!(started.elapsed().as_secs() < 60, "nothing was copied");
        window.step();
    };
    // 139.7 mm at twice 96 pixels an inch.
    assert_eq!(image.size[0], 1056);
    window.get_by_label_contains("copied as a picture");
    window.get_by_role_and_label(Role::Image, "ensemble plot");
}
