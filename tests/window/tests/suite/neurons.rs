//! Among which neurons planes are made, as the window has it chosen.

use std::sync::atomic::AtomicBool;

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use followspot::app::{App, Command, NeuronCommand};
use followspot::srm::overview_among;
use followspot_window_tests::{carry_out, noise, open, open_with, says, settle, until, write_npy};

/// The window on the sample with the list of neurons open.
fn listed() -> Harness<'static, App> {
    let mut window = open();
    settle(&mut window);
    window.key_press(Key::N);
    window.run_steps(3);
    window
}

fn search(window: &mut Harness<'_, App>, text: &str) {
    let role = Role::TextInput;
    window.get_by_role_and_label(role, "search neurons").click();
    window.step();
    let field = window.get_by_role_and_label(role, "search neurons");
    field.type_text(text);
    window.run_steps(2);
}

#[test]
fn shares_of_the_light_add_up_and_planes_follow_the_ticks() {
    let mut window = listed();
    let shares = window.state().light_shares().unwrap();
    assert_eq!(shares.len(), 24);
    assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    window.get_by_label("276 planes among 24 of 24 neurons");
    window
        .get_by_role_and_label(Role::CheckBox, "neuron 3")
        .click();
    window.step();
    settle(&mut window);
    // 23 neurons: 253 planes.
    assert_eq!(window.state().swept_planes(), Some(253));
    assert_eq!(window.state().light_shares().unwrap()[3], 0.0);
    // The list, the title of the planes, the status line.
    let said = "253 planes among 23 of 24";
    assert_eq!(window.query_all_by_label_contains(said).count(), 3);
    window.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    settle(&mut window);
    assert_eq!(window.state().swept_planes(), Some(276));
}

#[test]
fn what_is_found_is_chosen_or_left_out() {
    let mut window = listed();
    search(&mut window, "0:6");
    window.get_by_label("only these").click();
    window.step();
    settle(&mut window);
    assert_eq!(window.state().swept_planes(), Some(15));
    let choice = &window.state().document().choices.neurons;
    assert_eq!(choice.to_string(), "0:6");
    window.get_by_role_and_label(Role::Button, "all").click();
    window.step();
    settle(&mut window);
    assert!(window.state().document().choices.neurons.is_all());
    window.get_by_label("without these").click();
    window.step();
    settle(&mut window);
    assert_eq!(window.state().swept_planes(), Some(153));
    let choice = &window.state().document().choices.neurons;
    assert_eq!(choice.to_string(), "all but 0:6");
}

#[test]
fn fewer_than_two_wait_for_more_and_leave_the_planes_as_they_are() {
    let mut window = listed();
    window.get_by_role_and_label(Role::Button, "none").click();
    window.run_steps(2);
    window.get_by_label("0 of 24 neurons: a plane needs two");
    assert!(window.state().document().choices.neurons.is_all());
    for neuron in ["neuron 2", "neuron 5"] {
        assert_eq!(window.state().swept_planes(), Some(276));
        window.get_by_role_and_label(Role::CheckBox, neuron).click();
        window.run_steps(2);
    }
    settle(&mut window);
    assert_eq!(window.state().swept_planes(), Some(1));
    let plane = window.state().document().choices.plane.unwrap();
    assert_eq!((plane.i, plane.j), (2, 5));
}

#[test]
fn the_choice_goes_with_a_session() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("layer.npy");
    write_npy(&path, &noise(200, 12));
    let mut window = open_with(vec![path]);
    settle(&mut window);
    carry_out(&mut window, NeuronCommand::LeaveOut(7));
    carry_out(&mut window, NeuronCommand::LeaveOut(2));
    settle(&mut window);
    assert_eq!(window.state().swept_planes(), Some(45));
    let session = folder.path().join("a.followspot");
    carry_out(
        &mut window,
        Command::SaveTo {
            path: session.clone(),
            replace: followspot::app::Replace::Never,
        },
    );
    until(&mut window, "it is saved", |_| session.exists());
    let mut other = open_with(vec![session]);
    settle(&mut other);
    assert_eq!(other.state().swept_planes(), Some(45));
    let choice = &other.state().document().choices.neurons;
    assert_eq!(choice.to_string(), "all but 2,7");
}

#[test]
fn auto_is_that_of_the_chosen_neurons_and_a_choice_that_does_not_fit_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let paths = ["wide.npy", "narrow.npy"].map(|name| folder.path().join(name));
    write_npy(&paths[0], &noise(300, 12));
    write_npy(&paths[1], &noise(200, 6));
    let mut window = open_with(paths.to_vec());
    settle(&mut window);
    let of_all = window.state().document().choices.epsilon;
    for k in 0..4 {
        carry_out(&mut window, NeuronCommand::LeaveOut(k));
        settle(&mut window);
    }
    let app = window.state();
    let (layer, choices) = (app.document().layer().unwrap(), &app.document().choices);
    let subset = choices.subset(layer);
    assert_eq!(subset.len(), 8);
    let expected = overview_among(&subset, &layer.coordinates, &AtomicBool::new(false)).unwrap();
    assert_eq!(Some(choices.epsilon), expected.auto_epsilon);
    assert_ne!(choices.epsilon, of_all);
    assert_eq!(app.swept_epsilon(), expected.auto_epsilon);
    // The other layer has no neuron 4 and further, of which the choice is made.
    carry_out(&mut window, NeuronCommand::Only(vec![4, 9, 10]));
    settle(&mut window);
    assert_eq!(window.state().swept_planes(), Some(3));
    assert!(!says(&window, "does not fit"));
    carry_out(&mut window, Command::ShowLayer(1));
    settle(&mut window);
    let app = window.state();
    assert_eq!(app.swept_planes(), Some(15));
    let overview = &app.document().layer().unwrap().overview;
    assert_eq!(app.swept_epsilon(), overview.auto_epsilon);
    assert!(says(
        &window,
        "15 planes among all neurons, since 4,9:11 does not fit"
    ));
    assert!(says(&window, "all 6: no fit"));
}

#[test]
fn the_label_of_a_row_of_the_atlas_finds_its_neuron() {
    let mut window = open();
    settle(&mut window);
    window.key_press(Key::T);
    settle(&mut window);
    let rect = window.get_by_label("plane atlas").rect();
    // Beside the plot, about the middle of its height: the label of a row.
    let at = egui::pos2(rect.left() + 4.0, rect.center().y);
    window.hover_at(at);
    window.step();
    window.drag_at(at);
    window.step();
    window.drop_at(at);
    window.run_steps(4);
    assert_eq!(
        window.query_all_by_role(Role::CheckBox).count(),
        // That one, and the switch of the sign.
        2
    );
}
