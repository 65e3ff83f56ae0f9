//! All planes as a square of neurons × neurons, as a person uses it.

use egui::{Event, Key, MouseWheelUnit, Pos2, TouchPhase, Vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use followspot::app::{App, PlanesAs};
use followspot::scene::{AtlasCamera, AtlasLayout, AtlasOrder, Quantity};
use followspot::srm::Plane;
use followspot_window_tests::{noise, open, open_with, settle, until, write_npy};

/// The window on the sample, with its atlas on screen.
fn atlas() -> Harness<'static, App> {
    let mut window = open();
    settle(&mut window);
    window.get_by_label("Atlas").click();
    settle(&mut window);
    window
}

fn layout(window: &Harness<'_, App>) -> (AtlasLayout, Pos2) {
    let rect = window.get_by_label("plane atlas").rect();
    let side = window.state().atlas_on_screen().unwrap().side;
    let camera = window.state().atlas_camera();
    let size = [rect.width(), rect.height()];
    (AtlasLayout::new(size, camera, side), rect.min)
}

/// Where a cell is on the screen.
fn place(window: &Harness<'_, App>, cell: [usize; 2]) -> Pos2 {
    let (layout, corner) = layout(window);
    let block = layout.block(cell, 1);
    corner + Vec2::new(block.x + block.width / 2.0, block.y + block.height / 2.0)
}

fn click(window: &mut Harness<'_, App>, at: Pos2) {
    window.hover_at(at);
    window.step();
    window.drag_at(at);
    window.step();
    window.drop_at(at);
    settle(window);
}

fn scroll(window: &mut Harness<'_, App>, at: Pos2, by: f32) {
    window.hover_at(at);
    window.step();
    window.event(Event::MouseWheel {
        unit: MouseWheelUnit::Point,
        delta: Vec2::new(0.0, by),
        phase: TouchPhase::Move,
        source: egui::MouseWheelSource::Wheel,
        modifiers: egui::Modifiers::NONE,
    });
    window.run_steps(20);
    settle(window);
}

fn selected(window: &Harness<'_, App>) -> Plane {
    window.state().document().choices.plane.unwrap()
}

#[test]
fn the_switch_and_its_key_go_there_and_back() {
    let mut window = atlas();
    assert_eq!(window.state().preferences().planes_as, PlanesAs::Atlas);
    window.get_by_label("plane atlas");
    window.get_by_label("All 276 planes");
    window.get_by_label_contains("one cell a plane");
    assert!(window.query_by_label("plane heatmap").is_none());
    // By way of the neurons.
    for _ in 0..2 {
        window.key_press(Key::T);
        settle(&mut window);
    }
    window.get_by_label("plane heatmap");
    assert!(window.query_by_label("plane atlas").is_none());
}

#[test]
fn a_click_on_a_cell_selects_its_plane_on_either_side_of_the_diagonal() {
    let mut window = atlas();
    for (cell, plane) in [([3, 17], (3, 17)), ([20, 6], (6, 20))] {
        let at = place(&window, cell);
        click(&mut window, at);
        let (i, j) = plane;
        assert_eq!(selected(&window), Plane { i, j });
    }
    // The diagonal is no plane.
    let at = place(&window, [5, 5]);
    click(&mut window, at);
    assert_eq!(selected(&window), Plane { i: 6, j: 20 });
    window.get_by_label("polar plot of Plane  b6 ∧ b20");
}

#[test]
fn in_an_order_by_row_sums_a_click_selects_the_vectors_that_stand_there() {
    let mut window = atlas();
    window.get_by_label("by index ▾").click();
    window.run_steps(3);
    window.get_by_label("by row sum").click();
    settle(&mut window);
    let preferences = window.state().preferences();
    assert_eq!(preferences.atlas_order, AtlasOrder::Sum);
    let at = place(&window, [0, 1]);
    let vectors = &window.state().atlas_on_screen().unwrap().vectors;
    assert!(!vectors.is_sorted());
    let (i, j) = (vectors[0].min(vectors[1]), vectors[0].max(vectors[1]));
    click(&mut window, at);
    assert_eq!(selected(&window), Plane { i, j });
}

#[test]
fn the_wheel_zooms_around_the_pointer_and_a_drag_pans() {
    let mut window = atlas();
    let at = place(&window, [6, 15]);
    scroll(&mut window, at, 240.0);
    let zoom = window.state().atlas_camera().zoom;
    assert!(zoom > 1.5, "{zoom}");
    let off = place(&window, [6, 15]) - at;
    assert!(off.length() < 1.0, "the cell went off by {off}");
    let before = selected(&window);
    window.hover_at(at);
    window.step();
    window.drag_at(at);
    window.step();
    window.hover_at(at + Vec2::new(-30.0, 25.0));
    window.step();
    window.drop_at(at + Vec2::new(-30.0, 25.0));
    settle(&mut window);
    let moved = place(&window, [6, 15]) - at;
    assert!((moved - Vec2::new(-30.0, 25.0)).length() < 1.0, "{moved}");
    assert_eq!(selected(&window), before, "a drag selects nothing");
    window.key_press(Key::Num0);
    settle(&mut window);
    assert_eq!(window.state().atlas_camera(), AtlasCamera::default());
    window.key_press(Key::Plus);
    settle(&mut window);
    assert!(window.state().atlas_camera().zoom > 1.0);
}

#[test]
fn a_change_of_epsilon_brings_a_new_picture_and_leaves_the_view() {
    let mut window = atlas();
    let at = place(&window, [2, 3]);
    scroll(&mut window, at, 200.0);
    let camera = window.state().atlas_camera();
    let codes = |window: &Harness<'_, App>| {
        let atlas = window.state().atlas_on_screen().unwrap();
        atlas.levels[0].codes.clone()
    };
    let before = codes(&window);
    window
        .get_by_role_and_label(egui::accesskit::Role::Slider, "epsilon")
        .set_value_accesskit(0.4);
    // There is a picture in every frame: the old one, then the new one.
    for _ in 0..40 {
        window.step();
        assert!(window.state().atlas_on_screen().is_some());
        assert!(window.query_by_label("plane atlas").is_some());
    }
    settle(&mut window);
    assert_ne!(codes(&window), before);
    assert_eq!(window.state().atlas_camera(), camera);
}

#[test]
fn the_quantity_can_be_chosen_and_the_index_has_its_own_colours() {
    let mut window = atlas();
    let quantity = |window: &Harness<'_, App>| window.state().atlas_on_screen().unwrap().quantity;
    assert_eq!(quantity(&window), Quantity::Alignment);
    window.get_by_label_contains("faded: under 1% lit");
    window.get_by_label("alignment ▾").click();
    window.run_steps(3);
    window.get_by_label("lit fraction").click();
    settle(&mut window);
    assert_eq!(quantity(&window), Quantity::Lit);
    let most = window.state().atlas_on_screen().unwrap().most;
    assert!(most > 0);
    window.get_by_label("colours ▾").click();
    window.run_steps(3);
    window.get_by_label("log scale").click();
    settle(&mut window);
    let atlas = window.state().atlas_on_screen().unwrap();
    assert_eq!(atlas.scale, followspot::scene::ColorScale::Log);
}

#[test]
fn a_wide_layer_says_what_a_pixel_shows_and_is_zoomed_to_its_cells() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("wide.npy");
    write_npy(&path, &noise(60, 700));
    let mut window = open_with(vec![path]);
    until(&mut window, "the dump is open", |app| {
        app.document()
            .layer()
            .is_some_and(|layer| layer.n_neurons() == 700)
    });
    settle(&mut window);
    window.key_press(Key::T);
    settle(&mut window);
    window.get_by_label_contains("each pixel: the most extreme of 4 × 4 planes");
    let at = place(&window, [123, 456]);
    for _ in 0..6 {
        scroll(&mut window, at, 300.0);
    }
    window.get_by_label_contains("one cell a plane");
    let (layout, _) = layout(&window);
    assert!(layout.cell_points() >= 24.0);
    let at = place(&window, [123, 456]);
    click(&mut window, at);
    assert_eq!(selected(&window), Plane { i: 123, j: 456 });
}

#[test]
fn the_same_keys_zoom_whichever_form_is_shown() {
    let mut window = open();
    settle(&mut window);
    let all = window.state().drawn_rows().unwrap();
    window.key_press(Key::Plus);
    settle(&mut window);
    assert!(window.state().drawn_rows().unwrap().len() < all.len());
    assert_eq!(window.state().atlas_camera(), AtlasCamera::default());
    window.key_press(Key::Num0);
    window.key_press(Key::T);
    settle(&mut window);
    window.key_press(Key::Plus);
    settle(&mut window);
    assert!(window.state().atlas_camera().zoom > 1.0);
    assert_eq!(window.state().drawn_rows(), Some(all));
}

#[test]
fn a_dark_layer_says_how_to_light_it_and_the_picture_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("wide.npy");
    write_npy(&path, &noise(40, 60));
    let mut window = open_with(vec![path]);
    settle(&mut window);
    window.key_press(Key::T);
    settle(&mut window);
    window.get_by_label("Paper 0.9").click();
    settle(&mut window);
    window.get_by_label_contains("Every plane is dark");
    window.key_press(Key::A);
    settle(&mut window);
    assert!(
        window
            .query_by_label_contains("Every plane is dark")
            .is_none()
    );
    let atlas = window.state().atlas_on_screen().unwrap();
    assert!(atlas.dark < atlas.planes);
}

#[test]
fn closing_the_last_dump_takes_the_atlas_off_the_screen() {
    let mut window = atlas();
    window.key_press_modifiers(egui::Modifiers::COMMAND, Key::W);
    window.run_steps(3);
    assert!(window.state().atlas_on_screen().is_none());
    window.get_by_label_contains("one cell a plane, neurons along both sides");
}

#[test]
fn parallel_vectors_have_no_cell_and_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let (acts, basis) = (
        folder.path().join("acts.npy"),
        folder.path().join("basis.npy"),
    );
    write_npy(&acts, &noise(80, 6));
    let mut vectors = noise(9, 6);
    let first = vectors.row(0).to_owned();
    vectors.row_mut(7).assign(&(-2.0 * first));
    write_npy(&basis, &vectors);
    let mut window = open_with(vec![acts]);
    settle(&mut window);
    followspot_window_tests::drop_files(&mut window, &[&basis]);
    until(&mut window, "the basis is set", |app| {
        let layer = app.document().layer();
        layer.is_some_and(|layer| layer.basis_name().is_some())
    });
    settle(&mut window);
    window.key_press(Key::T);
    settle(&mut window);
    window.get_by_label_contains("1 parallel pair without a plane");
    let before = selected(&window);
    for cell in [[7, 0], [0, 7]] {
        let at = place(&window, cell);
        click(&mut window, at);
        assert_eq!(selected(&window), before);
        let said = window.query_by_label_contains("choose another pair");
        assert!(said.is_none(), "a click there asks for nothing");
    }
    let at = place(&window, [7, 1]);
    click(&mut window, at);
    assert_eq!(selected(&window), Plane { i: 1, j: 7 });
}
