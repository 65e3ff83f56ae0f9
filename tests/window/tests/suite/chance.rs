//! Planes against isotropic data, in the real window.
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::time::Duration;

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use followspot::app::{App, Command, Replace};
use followspot::session::Session;
use followspot::srm::{Epsilon, Sign};
use followspot_window_tests::{
    args, carry_out, noise, open_args, says, settle, until_said, write_npy,
};

/// A layer of 400 × 6 in `folder`, the first `clump` samples of it drawn to the first neuron,
/// at ε = 0.8.
fn layer(folder: &Path, clump: usize) -> Harness<'static, App> {
    let acts = folder.join("acts.npy");
    let mut values = noise(400, 6);
    for sample in 0..clump {
        values[[sample, 0]] += 12.0;
    }
    write_npy(&acts, &values);
    let mut args = args(vec![acts]);
    args.epsilon = Some("0.8".parse().unwrap());
    let mut window = open_args(args);
    settle(&mut window);
    window
}

#[test]
fn the_plane_says_how_far_it_is_from_chance() {
    let folder = tempfile::tempdir().unwrap();
    let window = layer(folder.path(), 80);
    assert!(says(&window, "excess over isotropic"));
    assert!(says(&window, " × · z "));
    assert!(says(&window, " · q "));
}

#[test]
fn only_significant_planes_have_rows_once_that_is_chosen() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = layer(folder.path(), 80);
    assert!(!says(&window, "not significant"));
    window.get_by_label("FDR 5%").click();
    window.step();
    settle(&mut window);
    until_said(&mut window, "10 not significant left out");
    let path = folder.path().join("s.followspot");
    let replace = Replace::Never;
    let save = Command::SaveTo {
        path: path.clone(),
        replace,
    };
    carry_out(&mut window, save);
    // It appears whole.
    for _ in 0..2000 {
        window.step();
        if path.exists() {
            break;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    let session = Session::read(&path).unwrap();
    assert_eq!(session.view.chance.significant, Some(0.05));
    carry_out(&mut window, Command::ToggleSignificant);
    settle(&mut window);
    assert!(!says(&window, "not significant left out"));
}

#[test]
fn where_no_plane_stands_out_the_heatmap_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = layer(folder.path(), 0);
    carry_out(&mut window, Command::ToggleSignificant);
    settle(&mut window);
    until_said(&mut window, "No plane stands out against isotropic data");
}

#[test]
fn differences_are_not_tested() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = layer(folder.path(), 80);
    carry_out(&mut window, Command::ToggleSignificant);
    carry_out(&mut window, Command::SetSign(Sign::Signed));
    settle(&mut window);
    assert!(!says(&window, "not significant"));
    assert!(!says(&window, "excess over isotropic"));
}

#[test]
fn rotations_tell_a_layer_that_is_drawn_to_a_neuron() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = layer(folder.path(), 80);
    assert!(!says(&window, "layer's index"));
    carry_out(&mut window, Command::TestAlignment);
    until_said(&mut window, "layer's index");
    until_said(&mut window, "plane's index");
    until_said(&mut window, "mean kurtosis");
    // The least that 200 rotations can give, once all of them are done.
    until_said(&mut window, " · p 0.010");
    // Of another scale it would be another.
    let epsilon = Epsilon::new(0.7).unwrap();
    let dragging = false;
    carry_out(&mut window, Command::SetEpsilon { epsilon, dragging });
    settle(&mut window);
    assert!(says(&window, "What was tested is not what is shown now"));
    assert!(!says(&window, "layer's index"));
}
