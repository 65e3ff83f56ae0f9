//! The samples in the spotlight and the table of directions, in the real window.
#![allow(clippy::unwrap_used)]

use egui_kittest::kittest::{NodeT as _, Queryable as _};
use followspot::app::{App, Command, PlanesAs, Replace, TableCommand};
use followspot::srm::{Pole, Side};
use followspot::worker::table_job::TableOf;
use followspot_window_tests::{carry_out, open, says, settle, until, until_said};

const SIXTEEN: Pole = Pole {
    vector: 16,
    side: Side::Plus,
};

#[test]
fn a_direction_leads_to_its_plane_and_its_samples() {
    let mut window = open();
    settle(&mut window);
    carry_out(&mut window, Command::ShowPlanesAs(PlanesAs::Directions));
    settle(&mut window);
    assert!(says(&window, "18 of 48 directions lit"));
    window.get_by_label("direction +b16").click();
    window.step();
    settle(&mut window);
    let plane = window.state().selected_plane().unwrap();
    assert!(plane.i == 16 || plane.j == 16, "{plane}");
    assert_eq!(window.state().listed_samples(), Some(120));
    // All of them are sixes, with pictures to see it by.
    assert!(says(&window, "120 of 181, p"));
    assert!(says(&window, "Pictures"));
    carry_out(&mut window, Command::Undo);
    settle(&mut window);
    assert_eq!(window.state().document().choices.angle_rad, None);
}

#[test]
fn the_list_follows_the_spotlight_and_equals_the_curve() {
    let mut window = open();
    settle(&mut window);
    let counts = window.state().selected_counts().unwrap().to_vec();
    let grid = window.state().document().choices.grid.clone();
    for k in [0, 30, 90, 200] {
        let turn = Command::Turn {
            angle_rad: Some(grid.angle_rad(k)),
            dragging: true,
        };
        carry_out(&mut window, turn);
        settle(&mut window);
        let listed = window.state().listed_samples().unwrap();
        assert_eq!(listed as i64, counts[k], "{k}°");
    }
}

#[test]
fn rows_are_selected_and_exported() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = open();
    settle(&mut window);
    carry_out(&mut window, Command::LookAlong(SIXTEEN));
    settle(&mut window);
    window.get_by_label("Table").click();
    settle(&mut window);
    let rows = window.query_all_by_label_contains("sample ");
    let label = |node: egui_kittest::Node<'_>| node.accesskit_node().label();
    let is_row = |text: &String| {
        let number = text.strip_prefix("sample ");
        number.is_some_and(|number| number.parse::<u64>().is_ok())
    };
    let rows: Vec<String> = rows.filter_map(label).filter(is_row).collect();
    window.get_by_label(&rows[0]).click();
    window.step();
    until_said(&mut window, "1 selected");
    window
        .get_by_label(&rows[2])
        .click_modifiers(egui::Modifiers::SHIFT);
    window.step();
    until_said(&mut window, "3 selected");
    for (of, name, replace) in [
        (TableOf::SampleRows, "rows.npy", Replace::Never),
        (TableOf::SampleActivations, "inside.npy", Replace::Never),
    ] {
        carry_out(&mut window, TableCommand::OpenFor(of));
        until_said(&mut window, "of the 3 samples selected in the spotlight");
        let path = folder.path().join(name);
        carry_out(
            &mut window,
            TableCommand::Export {
                of,
                path: path.clone(),
                replace,
            },
        );
        until(&mut window, "the file is there", |_: &App| path.exists());
        carry_out(&mut window, TableCommand::Close);
    }
    let ids: ndarray::Array1<i64> = ndarray_npy::read_npy(folder.path().join("rows.npy")).unwrap();
    let expected = rows[..3]
        .iter()
        .map(|row| row["sample ".len()..].parse::<i64>().unwrap());
    assert_eq!(ids.to_vec(), expected.collect::<Vec<_>>());
    let inside: ndarray::Array2<f32> =
        ndarray_npy::read_npy(folder.path().join("inside.npy")).unwrap();
    assert_eq!(inside.dim(), (3, 24));
}
