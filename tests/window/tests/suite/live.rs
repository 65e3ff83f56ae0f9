//! Wide layers in the window: a sample of the planes first, then all of them; rows
//! that are zoomed to; work that is called off.

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use followspot::app::{App, Command};
use followspot::srm::{
    AngleGrid, Epsilon, Plane, PlaneMode, PlaneSet, Sign, SweepSpec, curve, sweep,
};
use followspot_window_tests::{held_at_sample, noise, open_with, says, settle, until, write_npy};

/// A layer with this many neurons has 19,900 planes: more than are swept at once.
const NEURONS: usize = 200;
const PLANES: usize = 19_900;
/// So many are swept first.
const SAMPLED: usize = 4000;

/// The window on a wide layer, just opened.
fn wide() -> Harness<'static, App> {
    opened_by(open_with)
}

/// The same, with sweeps that stay at their sample of the planes.
fn wide_at_sample() -> Harness<'static, App> {
    let mut window = opened_by(held_at_sample);
    until(&mut window, "a sample is swept", |app| {
        app.swept_planes().is_some()
    });
    assert_eq!(window.state().swept_planes(), Some(SAMPLED));
    window
}

fn opened_by(open: fn(Vec<PathBuf>) -> Harness<'static, App>) -> Harness<'static, App> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("wide.npy");
    write_npy(&path, &noise(400, NEURONS));
    let mut window = open(vec![path]);
    until(&mut window, "the dump is open", |app| {
        app.document()
            .layer()
            .is_some_and(|layer| layer.name() == "wide.npy")
    });
    window
}

fn set_epsilon(window: &mut Harness<'_, App>, epsilon: f64) {
    window
        .get_by_role_and_label(Role::Slider, "epsilon")
        .set_value_accesskit(epsilon);
}

/// Turns the wheel over the heatmap, so many points.
fn turn_wheel(window: &mut Harness<'_, App>, points: f32) {
    let rect = window.get_by_label("plane heatmap").rect();
    window.hover_at(rect.min + rect.size() * egui::vec2(0.4, 0.3));
    window.step();
    window.event(egui::Event::MouseWheel {
        unit: egui::MouseWheelUnit::Point,
        delta: egui::vec2(0.0, points),
        phase: egui::TouchPhase::Move,
        source: egui::MouseWheelSource::Wheel,
        modifiers: Modifiers::NONE,
    });
    // The wheel runs on for some frames.
    window.run_steps(20);
}

#[test]
fn a_sample_is_shown_and_said_until_all_planes_are_swept() {
    let mut window = wide_at_sample();
    window.step();
    window.get_by_label("All 19,900 planes");
    assert_eq!(
        window
            .query_all_by_label_contains("a sample of 4,000 planes so far")
            .count(),
        2,
        "the heatmap's and the ensemble's"
    );
    window.get_by_label_contains("a sample of 4,000 of 19,900 planes so far");
    assert!(!window.state().is_exact());
    window.state().hold_at_sample(false);
    settle(&mut window);
    let app = window.state();
    assert_eq!(app.swept_planes(), Some(PLANES));
    assert!(app.is_exact());
    assert!(!says(&window, "a sample of"));
    window.get_by_label_contains("19,900 of 19,900 planes");
    // The numbers are those of a sweep of all planes.
    let layer = app.document().layer().unwrap();
    let choices = &app.document().choices;
    let spec = SweepSpec {
        epsilon: choices.epsilon,
        grid: AngleGrid::new(361).unwrap(),
        sign: Sign::Unsigned,
        planes: PlaneSet::new(layer.coordinates.basis(), PlaneMode::Combinations, None),
    };
    let cancel = AtomicBool::new(false);
    let expected = sweep(&layer.coordinates, &spec, &cancel, &mut ()).unwrap();
    assert_eq!(choices.plane, expected.most_lit());
    window.get_by_label_contains(&format!("{} of 400 samples lit", expected.lit_samples));
}

#[test]
fn a_plane_outside_the_sample_can_be_looked_at_meanwhile() {
    let mut window = wide_at_sample();
    // 4 of 5 planes are not in the sample.
    for j in 1..9 {
        let (ctx, plane, dragging) = (window.ctx.clone(), Plane { i: 0, j }, false);
        window
            .state_mut()
            .carry_out(&ctx, Command::SelectPlane { plane, dragging });
        until(&mut window, "the curve is there", |app| {
            app.selected_plane() == Some(Plane { i: 0, j })
        });
        let app = window.state();
        let layer = app.document().layer().unwrap();
        let expected = curve(
            &layer.coordinates,
            Plane { i: 0, j },
            app.document().choices.epsilon,
            &AngleGrid::new(361).unwrap(),
            Sign::Unsigned,
            &AtomicBool::new(false),
        );
        assert_eq!(app.selected_counts(), Some(&expected.unwrap().counts[..]));
    }
    assert_eq!(window.state().swept_planes(), Some(SAMPLED));
    window.state().hold_at_sample(false);
    settle(&mut window);
    assert_eq!(
        window.state().document().choices.plane,
        Some(Plane { i: 0, j: 8 })
    );
}

#[test]
fn a_drag_that_never_rests_still_renews_what_is_shown() {
    let mut window = wide();
    settle(&mut window);
    let (mut shown, mut seen) = (window.state().swept_epsilon(), 0);
    for step in 0..400 {
        set_epsilon(&mut window, 0.2 + 0.0005 * f64::from(step));
        window.step();
        let app = window.state();
        let now = app.swept_epsilon();
        assert!(app.swept_planes().is_some(), "the picture went away");
        if now != shown {
            // Never an older one over a newer one.
            let order = now.map(Epsilon::get).partial_cmp(&shown.map(Epsilon::get));
            assert!(seen == 0 || order == Some(std::cmp::Ordering::Greater));
            (shown, seen) = (now, seen + 1);
        }
        std::thread::sleep(std::time::Duration::from_millis(2));
        if seen > 4 {
            break;
        }
    }
    assert!(seen > 4, "renewed {seen} times only");
    settle(&mut window);
    let app = window.state();
    assert_eq!(app.swept_epsilon(), Some(app.document().choices.epsilon));
    assert_eq!(app.swept_planes(), Some(PLANES));
    assert!(!says(&window, "being renewed"));
}

#[test]
fn small_layers_are_swept_and_drawn_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("small.npy");
    write_npy(&path, &noise(500, 64));
    let mut window = open_with(vec![path]);
    settle(&mut window);
    for epsilon in [0.5, 0.45, 0.4] {
        set_epsilon(&mut window, epsilon);
        until(&mut window, "the sweep is in", |app| {
            app.swept_epsilon().map(Epsilon::get) == Some(epsilon)
        });
        // With the sweep comes its heatmap, and neither is of a sample.
        assert!(!says(&window, "being renewed"));
        assert_eq!(window.state().swept_planes(), Some(2016));
    }
}

#[test]
fn the_wheel_zooms_to_rows_that_are_made_on_demand() {
    let mut window = wide();
    settle(&mut window);
    let all = window.state().drawn_rows().unwrap();
    window.get_by_label_contains("a row is the largest of up to");
    turn_wheel(&mut window, 300.0);
    settle(&mut window);
    let closer = window.state().drawn_rows().unwrap();
    assert!(closer.len() < all.len() / 2, "{closer:?} of {all:?}");
    assert!(closer.start > 0 && closer.end < all.end);
    turn_wheel(&mut window, 900.0);
    settle(&mut window);
    let closest = window.state().drawn_rows().unwrap();
    assert!(closest.len() < 200, "{closest:?}");
    window.get_by_label_contains("one row a plane, one column an angle");
    window.get_by_label_contains(&format!("planes {}–", thousands(closest.start + 1)));
    // What is under the pointer is the plane of that row.
    let rect = window.get_by_label("plane heatmap").rect();
    window.hover_at(rect.center());
    window.drag_at(rect.center());
    window.drop_at(rect.center());
    settle(&mut window);
    let plane = window.state().document().choices.plane.unwrap();
    let place = window.state().place_of(plane).unwrap();
    assert!(closest.contains(&place), "{place} in {closest:?}");
    window.key_press(Key::Num0);
    settle(&mut window);
    assert_eq!(window.state().drawn_rows(), Some(all));
}

#[test]
fn keys_zoom_and_arrows_bring_their_row_into_view() {
    let mut window = wide();
    settle(&mut window);
    window.key_press(Key::H);
    settle(&mut window);
    for _ in 0..10 {
        window.key_press(Key::Plus);
        window.step();
    }
    settle(&mut window);
    let middle = window.state().drawn_rows().unwrap();
    assert!(middle.start > 1000);
    window.key_press(Key::ArrowDown);
    settle(&mut window);
    let top = window.state().drawn_rows().unwrap();
    let plane = window.state().document().choices.plane.unwrap();
    let place = window.state().place_of(plane).unwrap();
    assert!(top.contains(&place) && place < 1000, "{place} in {top:?}");
    window.key_press(Key::Minus);
    settle(&mut window);
    assert!(window.state().drawn_rows().unwrap().len() > top.len());
}

#[test]
fn what_is_called_off_after_a_sample_stays_and_says_so() {
    let mut window = wide_at_sample();
    set_epsilon(&mut window, 0.15);
    until(&mut window, "a sample is swept", |app| {
        app.swept_epsilon().map(Epsilon::get) == Some(0.15)
    });
    assert!(window.state().is_sweeping(), "all planes are to follow");
    window.key_press(Key::Escape);
    until(&mut window, "the sweep has stopped", |app| {
        !app.is_sweeping()
    });
    window.run_steps(3);
    assert_eq!(window.state().swept_planes(), Some(SAMPLED));
    assert!(says(&window, "a sample of"));
    assert!(says(&window, "cancelled"));
    window.key_press(Key::P);
    window.run_steps(3);
    assert!(!window.state().is_sweeping(), "it stays called off");
}

fn thousands(n: usize) -> String {
    followspot::words::thousands(n as u64)
}
