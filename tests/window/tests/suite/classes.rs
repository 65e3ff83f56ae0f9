//! The spotlight that is turned and the classes of the polar plot, in the real window.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use followspot::app::{App, ClassCommand, Command, Replace};
use followspot::session::{ClassCurves, Session};
use followspot_window_tests::{
    args, carry_out, noise, open_args, says, settle, until_said, write_npy,
};
use ndarray::Array1;
use ndarray_npy::WriteNpyExt as _;

/// A layer of 400 × 6 with three classes in `folder`.
fn labelled(folder: &Path) -> Harness<'static, App> {
    let (acts, labels) = (folder.join("acts.npy"), folder.join("y.npy"));
    write_npy(&acts, &noise(400, 6));
    let classes = Array1::from_shape_fn(400, |n| (n as i64 * 7) % 3);
    classes
        .write_npy(std::fs::File::create(&labels).unwrap())
        .unwrap();
    let mut args = args(vec![acts]);
    args.companions.labels = vec![labels];
    let mut window = open_args(args);
    settle(&mut window);
    window
}

fn split(window: &mut Harness<'_, App>, curves: ClassCurves) {
    carry_out(window, Command::Classes(ClassCommand::Split(curves)));
    settle(window);
}

#[test]
fn the_spotlight_points_at_the_peak_until_it_is_turned() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = labelled(folder.path());
    let counts = window.state().selected_counts().unwrap().to_vec();
    let most = *counts.iter().max().unwrap();
    let peak = counts.iter().position(|&count| count == most).unwrap();
    let grid = window.state().document().choices.grid.clone();
    assert_eq!(window.state().spotlight_rad(), Some(grid.angle_rad(peak)));
    assert!(says(
        &window,
        &format!("{most} of 400 samples at θ = {peak}°")
    ));
    carry_out(&mut window, Command::TurnBy(2));
    carry_out(&mut window, Command::TurnBy(-1));
    let turned = (peak + 1) % 360;
    assert_eq!(window.state().spotlight_rad(), Some(grid.angle_rad(turned)));
    let there = counts[turned];
    until_said(
        &mut window,
        &format!("{there} of 400 samples at θ = {turned}°"),
    );
    carry_out(&mut window, Command::Undo);
    carry_out(&mut window, Command::Undo);
    assert_eq!(window.state().document().choices.angle_rad, None);
}

#[test]
fn dragging_in_the_polar_plot_turns_the_spotlight_as_one_step() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = labelled(folder.path());
    let plot = window.get_by_label_contains("polar plot of Plane").rect();
    let [centre, radius] = [plot.center(), egui::pos2(60.0, 0.0)];
    let at = |degrees: f32| {
        let (sin, cos) = degrees.to_radians().sin_cos();
        centre + egui::vec2(cos, -sin) * radius.x
    };
    window.drag_at(at(10.0));
    for degrees in [20.0, 50.0, 90.0] {
        window.hover_at(at(degrees));
        window.step();
    }
    window.drop_at(at(90.0));
    window.step();
    let grid = window.state().document().choices.grid.clone();
    assert_eq!(window.state().spotlight_rad(), Some(grid.angle_rad(90)));
    carry_out(&mut window, Command::Undo);
    assert_eq!(window.state().document().choices.angle_rad, None);
}

#[test]
fn classes_are_split_switched_off_and_kept_in_the_session() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = labelled(folder.path());
    assert!(says(&window, "classes off"));
    split(&mut window, ClassCurves::Stacked);
    until_said(&mut window, "fraction of all samples, stacked");
    let toggle = ClassCommand::Toggle("1".to_owned());
    carry_out(&mut window, Command::Classes(toggle));
    settle(&mut window);
    // Its samples are in no curve, nor among others.
    assert!(!says(&window, "other samples"));
    let path = folder.path().join("s.followspot");
    let replace = Replace::Never;
    carry_out(
        &mut window,
        Command::SaveTo {
            path: path.clone(),
            replace,
        },
    );
    settle(&mut window);
    until_said(&mut window, "Saved ");
    let session = Session::read(&path).unwrap();
    assert_eq!(session.view.classes.curves, ClassCurves::Stacked);
    assert!(session.view.classes.hidden.contains("1"));
    carry_out(&mut window, Command::Undo);
    settle(&mut window);
    assert!(window.state().document().choices.classes.hidden.is_empty());
}
