//! The selected plane at every epsilon, and projections, in the real window.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use followspot::app::{App, Command, PictureCommand, Replace};
use followspot::scene::ColorScale;
use followspot::session::{
    PlaneAs, ProjectionAs, ProjectionLook, ProjectionOf, ScaleAxis, ScaleLook, ScaleQuantity,
    Session,
};
use followspot::srm::Epsilon;
use followspot_window_tests::{
    args, carry_out, noise, open_args, settle, until, until_said, write_npy,
};

/// A layer of 400 × 6 at ε = 0.5.
fn layer(folder: &Path) -> Harness<'static, App> {
    let acts = folder.join("acts.npy");
    write_npy(&acts, &noise(400, 6));
    let mut window = open_args(args(vec![acts]));
    settle(&mut window);
    let epsilon = Epsilon::new(0.5).unwrap();
    carry_out(
        &mut window,
        Command::SetEpsilon {
            epsilon,
            dragging: false,
        },
    );
    settle(&mut window);
    window
}

fn show(window: &mut Harness<'_, App>, command: PictureCommand) {
    carry_out(window, Command::Picture(command));
    settle(window);
}

fn epsilon(window: &Harness<'_, App>) -> f64 {
    window.state().document().choices.epsilon.get()
}

#[test]
fn dragging_the_line_of_a_scale_view_sets_epsilon_as_one_step() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = layer(folder.path());
    show(&mut window, PictureCommand::ShowAs(PlaneAs::Scale));
    until_said(&mut window, "samples lit at every ε");
    let view = window.get_by_label_contains("scale view of Plane").rect();
    // Down is wider: about a quarter of the plot up, ε is about a quarter of its range.
    let at = |share: f32| egui::pos2(view.center().x, view.top() + view.height() * share);
    window.drag_at(at(0.3));
    for share in [0.4, 0.5, 0.7] {
        window.hover_at(at(share));
        window.step();
    }
    window.drop_at(at(0.7));
    settle(&mut window);
    let dragged = epsilon(&window);
    assert!((0.05..0.45).contains(&dragged), "{dragged}");
    // To the digits that are shown.
    assert!((dragged * 1000.0 - (dragged * 1000.0).round()).abs() < 1e-9);
    carry_out(&mut window, Command::Undo);
    assert_eq!(epsilon(&window), 0.5);
}

#[test]
fn projections_say_what_they_are_of_and_looks_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = layer(folder.path());
    show(&mut window, PictureCommand::ShowAs(PlaneAs::Projection));
    until_said(&mut window, "of 400 samples; at least ε = 0.5");
    let projection = ProjectionLook {
        of: ProjectionOf::AllPlanes,
        drawn: ProjectionAs::Density,
        ..ProjectionLook::default()
    };
    show(&mut window, PictureCommand::Projection(projection));
    until_said(&mut window, "of 400 samples in 15 planes");
    until_said(&mut window, "All planes");
    let scales = ScaleLook {
        quantity: ScaleQuantity::Excess,
        axis: ScaleAxis::HalfAngle,
        color_scale: Some(ColorScale::Linear),
    };
    show(&mut window, PictureCommand::Scales(scales));
    let path = folder.path().join("s.followspot");
    let replace = Replace::Never;
    carry_out(
        &mut window,
        Command::SaveTo {
            path: path.clone(),
            replace,
        },
    );
    until(&mut window, "the session is written", |_| path.exists());
    let view = Session::read(&path).unwrap().view;
    assert_eq!(view.plane_as, PlaneAs::Projection);
    assert_eq!((view.projection, view.scales), (projection, scales));
}
