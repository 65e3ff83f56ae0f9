//! Sessions as a person uses them: saved and opened, dropped as figures, looked for,
//! undone, and brought back after a crash.

use std::path::{Path, PathBuf};

use egui::accesskit::Role;
use egui::{Key, Modifiers, OutputCommand};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use followspot::app::{App, Command, PlanesAs, Replace};
use followspot::scene::{AngleUnit, ColorMap};
use followspot::session::Session;
use followspot::srm::{Epsilon, Plane, PlaneMode};
use followspot_window_tests::{
    carry_out, drop_files, noise, open, open_with, recovering, says, settle, until, until_said,
    write_npy,
};

type Window = Harness<'static, App>;

/// What is open, once the hashes of all files are known.
fn hashed(window: &mut Window) -> Session {
    until(window, "all files are hashed", |app| {
        let session = app.session();
        let mut layers = session.layers.iter();
        layers.all(|layer| {
            let basis = layer.basis.as_ref();
            layer.source.sha256.is_some() && basis.is_none_or(|basis| basis.sha256.is_some())
        })
    });
    window.state().session()
}

/// `session` without what stands in session files only.
fn without_paths(mut session: Session) -> Session {
    for layer in &mut session.layers {
        layer.path = None;
        layer.basis_path = None;
    }
    session
}

/// Two layers, the second shown, with choices of every kind.
fn chosen(folder: &Path) -> Window {
    for (name, seed) in [("a.npy", 5), ("b.npy", 6)] {
        write_npy(&folder.join(name), &noise(60 + seed, 6));
    }
    let mut window = open_with(vec![folder.join("a.npy"), folder.join("b.npy")]);
    until(&mut window, "both are open", |app| {
        app.document().layers.len() == 2
    });
    settle(&mut window);
    carry_out(&mut window, Command::ShowLayer(1));
    carry_out(&mut window, Command::SetMode(PlaneMode::Permutations));
    let epsilon = Epsilon::new(0.437).unwrap();
    let dragging = false;
    carry_out(&mut window, Command::SetEpsilon { epsilon, dragging });
    let count = 73;
    carry_out(&mut window, Command::SetAngles { count, dragging });
    for (i, j) in [(0, 3), (4, 2)] {
        let plane = Plane { i, j };
        carry_out(&mut window, Command::SelectPlane { plane, dragging });
        carry_out(&mut window, Command::TogglePin);
    }
    carry_out(&mut window, Command::ShowPlanesAs(PlanesAs::Atlas));
    carry_out(&mut window, Command::SetMap(ColorMap::Cividis));
    carry_out(&mut window, Command::SetUnit(AngleUnit::Pi));
    settle(&mut window);
    window
}

/// A figure as another program would see it, with the session in it.
fn write_figure(path: &Path, session: &Session) {
    let json = session.to_json();
    let json = json.replace('&', "&amp;").replace('<', "&lt;");
    let text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\"><metadata id=\"followspot-session\">{}\
         </metadata></svg>",
        json.replace('>', "&gt;")
    );
    std::fs::write(path, text).unwrap();
}

fn save(window: &mut Window, path: &Path) {
    let path = path.to_owned();
    let replace = Replace::Never;
    carry_out(window, Command::SaveTo { path, replace });
    until_said(window, "Saved ");
}

#[test]
fn a_saved_session_opens_as_it_was_and_undo_takes_it_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = chosen(folder.path());
    let saved = hashed(&mut window);
    let place = folder.path().join("papers");
    std::fs::create_dir(&place).unwrap();
    let file = place.join("fig 1.followspot");
    save(&mut window, &file);
    let text = std::fs::read_to_string(&file).unwrap();
    let root = folder.path().to_str().unwrap();
    assert!(
        !text.contains(root) && text.contains("\"../a.npy\""),
        "{text}"
    );
    assert_eq!(without_paths(Session::read(&file).unwrap()), saved);

    // Everything is another; then the session is dropped.
    let mut other = open();
    settle(&mut other);
    carry_out(&mut other, Command::TogglePin);
    let before = hashed(&mut other);
    drop_files(&mut other, &[&file]);
    until(&mut other, "it is open", |app| {
        app.document().layers.len() == 2
    });
    settle(&mut other);
    assert_eq!(hashed(&mut other), saved);
    assert_eq!(other.state().swept_planes(), Some(30));
    assert!(!says(&other, "differs"));
    other.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    settle(&mut other);
    assert_eq!(other.state().session(), before);
    other.key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    settle(&mut other);
    assert_eq!(other.state().session(), saved);
}

#[test]
fn a_dropped_figure_restores_the_view_that_it_was_exported_from() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = chosen(folder.path());
    let mut session = hashed(&mut window);
    session.figure.title = "As in the paper".to_owned();
    session.options.epsilon = "null:0.01".parse().unwrap();
    session.layers[1].epsilon = Some(0.125);
    let figure = folder.path().join("fig.svg");
    write_figure(&figure, &session);
    let mut other = open();
    settle(&mut other);
    drop_files(&mut other, &[&figure]);
    until(&mut other, "it is open", |app| {
        app.document().layers.len() == 2
    });
    settle(&mut other);
    // The other layer's ε is what the share comes to for it.
    let mut now = hashed(&mut other);
    now.layers[0].epsilon = session.layers[0].epsilon;
    assert_eq!(now, session);
    assert_eq!(other.state().document().choices.epsilon.get(), 0.125);
}

#[test]
fn a_figure_of_a_draw_says_that_the_window_sweeps_all() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = chosen(folder.path());
    let mut session = window.state().session();
    session.options.max_planes = Some(4);
    session.options.seed = Some(9);
    let figure = folder.path().join("fig.svg");
    write_figure(&figure, &session);
    drop_files(&mut window, &[&figure]);
    until_said(
        &mut window,
        "made from 4 planes drawn at random; the window sweeps all of them",
    );
}

#[test]
fn the_samples_own_figure_opens_without_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = open();
    settle(&mut window);
    carry_out(&mut window, Command::TogglePin);
    let session = hashed(&mut window);
    let figure = folder.path().join("sample.svg");
    write_figure(&figure, &session);
    let mut other = open_with(vec![figure]);
    settle(&mut other);
    assert_eq!(hashed(&mut other), session);
    assert!(other.state().document().layers[0].is_sample);
}

#[test]
fn a_missing_file_is_asked_for_and_found_by_name_or_by_hash() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = chosen(folder.path());
    let session = hashed(&mut window);
    let [figures, elsewhere] = ["figures", "elsewhere"].map(|name| folder.path().join(name));
    for place in [&figures, &elsewhere] {
        std::fs::create_dir(place).unwrap();
    }
    let figure = figures.join("fig.svg");
    write_figure(&figure, &session);
    let (a, renamed) = (elsewhere.join("a.npy"), elsewhere.join("renamed.npy"));
    std::fs::rename(folder.path().join("a.npy"), &a).unwrap();
    std::fs::rename(folder.path().join("b.npy"), &renamed).unwrap();

    let mut other = open();
    settle(&mut other);
    let before = other.state().session();
    drop_files(&mut other, &[&figure]);
    until_said(
        &mut other,
        "a.npy, which fig.svg was made from, isn't where it was",
    );
    other.get_by_label_contains("b.npy, which fig.svg was made from");
    assert_eq!(other.state().session(), before, "nothing else is lost");
    drop_files(&mut other, &[&a]);
    until(&mut other, "a is open", |app| {
        app.document()
            .layer()
            .is_some_and(|layer| layer.name() == "a.npy")
    });
    drop_files(&mut other, &[&renamed]);
    until(&mut other, "both are open", |app| {
        app.document().layers.len() == 2
    });
    settle(&mut other);
    let mut now = hashed(&mut other);
    assert_eq!(now.layers[1].source.file_name, "renamed.npy");
    now.layers[1].source.file_name = "b.npy".to_owned();
    assert_eq!(now, session);
    assert!(!says(&other, "isn't where it was"));
}

#[test]
fn data_can_be_given_with_the_figure_and_another_file_opens_as_ever() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = chosen(folder.path());
    let session = hashed(&mut window);
    let place = folder.path().join("figures");
    std::fs::create_dir(&place).unwrap();
    let figure = place.join("fig.svg");
    write_figure(&figure, &session);
    let [a, b, c] = ["a.npy", "b.npy", "c.npy"].map(|name| folder.path().join(name));
    let mut none = open_with(vec![
        a.clone(),
        b.clone(),
        figure.clone(),
        place.join("n.npy"),
    ]);
    until_said(&mut none, "n.npy is no part of fig.svg");
    let mut other = open_with(vec![a, figure]);
    until_said(&mut other, "b.npy, which fig.svg was made from");
    write_npy(&c, &noise(30, 5));
    drop_files(&mut other, &[&c]);
    until(&mut other, "c is open", |app| {
        app.document()
            .layer()
            .is_some_and(|layer| layer.name() == "c.npy")
    });
    // Where it is can be typed.
    other
        .get_by_role_and_label(Role::TextInput, "path of the missing file")
        .click();
    other.step();
    other
        .get_by_role_and_label(Role::TextInput, "path of the missing file")
        .type_text(b.to_str().unwrap());
    other.step();
    other.key_press(Key::Enter);
    until(&mut other, "all are open", |app| {
        app.document().layers.len() == 3
    });
    settle(&mut other);
    let names: Vec<String> = other
        .state()
        .document()
        .layers
        .iter()
        .map(|l| l.name())
        .collect();
    assert_eq!(names, ["a.npy", "b.npy", "c.npy"]);
    assert_eq!(
        other.state().document().choices.plane,
        Some(Plane { i: 4, j: 2 })
    );
}

#[test]
fn a_layer_comes_back_in_its_basis_and_a_broken_file_is_asked_for_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    write_npy(&path("acts.npy"), &noise(60, 6));
    write_npy(&path("directions.npy"), &noise(9, 6));
    let mut args = followspot_window_tests::args(vec![path("acts.npy")]);
    args.basis = Some(path("directions.npy"));
    let mut window = followspot_window_tests::open_args(args);
    until(&mut window, "the basis is set", |app| {
        app.document()
            .layer()
            .is_some_and(|layer| layer.basis_name().is_some())
    });
    settle(&mut window);
    let plane = Plane { i: 2, j: 8 };
    let dragging = false;
    carry_out(&mut window, Command::SelectPlane { plane, dragging });
    settle(&mut window);
    let saved = hashed(&mut window);
    save(&mut window, &path("s.followspot"));

    let elsewhere = path("elsewhere");
    std::fs::create_dir(&elsewhere).unwrap();
    std::fs::rename(path("directions.npy"), elsewhere.join("directions.npy")).unwrap();
    let mut other = open_with(vec![path("s.followspot")]);
    until_said(
        &mut other,
        "directions.npy, which s.followspot was made from",
    );
    assert!(!says(&other, "acts.npy, which"));
    std::fs::write(path("directions.npy"), "broken").unwrap();
    drop_files(&mut other, &[&path("directions.npy")]);
    until_said(&mut other, "directions.npy is not");
    assert!(other.state().document().layers.is_empty());
    drop_files(&mut other, &[&elsewhere.join("directions.npy")]);
    until(&mut other, "it is open", |app| {
        app.document().layers.len() == 1
    });
    settle(&mut other);
    assert_eq!(hashed(&mut other), saved);
    assert_eq!(other.state().selected_plane(), Some(plane));
}

#[test]
fn other_data_under_the_same_name_are_restored_and_said() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = chosen(folder.path());
    let session = hashed(&mut window);
    let figure = folder.path().join("fig.svg");
    write_figure(&figure, &session);
    write_npy(&folder.path().join("b.npy"), &noise(50, 7));
    let mut other = open_with(vec![figure]);
    until_said(
        &mut other,
        "b.npy is not the file that fig.svg was made from (its SHA-256 differs)",
    );
    other.get_by_label_contains("b.npy is 50 × 7, but fig.svg was made from 66 × 6");
    assert!(!says(&other, "a.npy is not the file"));
    settle(&mut other);
    assert_eq!(
        other.state().document().choices.plane,
        Some(Plane { i: 4, j: 2 })
    );
}

#[test]
fn what_is_no_session_changes_nothing_and_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = open();
    settle(&mut window);
    let before = hashed(&mut window);
    let check = |window: &mut Window, name: &str, text: &str, said: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        drop_files(window, &[&path]);
        until_said(window, said);
        assert_eq!(window.state().session(), before);
    };
    let newer = before.to_json().replace("\"format\":1", "\"format\":7");
    check(&mut window, "new.followspot", &newer, "has format 7");
    check(
        &mut window,
        "new",
        &newer,
        "cannot open new: the session has format 7",
    );
    check(
        &mut window,
        "other.svg",
        "<svg/>",
        "other.svg holds no session",
    );
    check(
        &mut window,
        "torn.followspot",
        &newer[..99],
        "torn.followspot: the session is not",
    );
    assert_eq!(window.state().history_kind(), Some("opening of a dump"));
}

#[test]
fn saving_asks_where_and_before_it_replaces_another_file() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = chosen(folder.path());
    let taken = folder.path().join("b.followspot");
    std::fs::write(&taken, "mine").unwrap();
    window.key_press_modifiers(Modifiers::COMMAND, Key::S);
    window.step();
    window.step();
    // Suggested beside the shown layer, under its name.
    window.get_by_label("Save").click();
    until_said(&mut window, "b.followspot exists.");
    assert_eq!(std::fs::read_to_string(&taken).unwrap(), "mine");
    // The window grows for the question.
    window.run_steps(3);
    window.get_by_label("Replace it").click();
    until_said(&mut window, "Saved b.followspot.");
    assert!(window.query_by_label("Replace it").is_none());
    let first = Session::read(&taken).unwrap();
    // From now on it is its own file.
    carry_out(&mut window, Command::ClearPins);
    window.key_press_modifiers(Modifiers::COMMAND, Key::S);
    window.step();
    until(&mut window, "it is saved again", |_| {
        Session::read(&taken).is_ok_and(|session| session != first)
    });
    assert!(Session::read(&taken).unwrap().view.pins.is_empty());
    let file = std::path::absolute(&taken).unwrap();
    assert_eq!(window.state().preferences().recent.first(), Some(&file));
    carry_out(
        &mut window,
        Command::SaveTo {
            path: folder.path().join("gone").join("x.followspot"),
            replace: Replace::Never,
        },
    );
    until_said(&mut window, "its folder does not exist");
}

#[test]
fn commands_are_copied_with_what_was_chosen() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = chosen(folder.path());
    let copied = |window: &mut Window, command: Command| {
        let ctx = window.ctx.clone();
        window.state_mut().carry_out(&ctx, command);
        window.step();
        let commands = &window.output().platform_output.commands;
        commands.iter().find_map(|command| match command {
            OutputCommand::CopyText(text) => Some(text.clone()),
            _ => None,
        })
    };
    let sweep = copied(&mut window, Command::CopySweepCommand).unwrap();
    assert_eq!(
        sweep,
        "followspot sweep b.npy --epsilon 0.437 --angles 73 --planes permutations -o b-srm.npz"
    );
    window.get_by_label_contains("run it in the folder of b.npy");
    let plane = copied(&mut window, Command::CopyPlaneCommand).unwrap();
    assert_eq!(
        plane,
        "followspot plane b.npy --plane 4,2 --epsilon 0.437 --angles 73 --planes permutations"
    );
}

#[test]
fn a_share_of_isotropic_data_stays_the_choice_and_follows_the_layer() {
    let folder = tempfile::tempdir().unwrap();
    let files: Vec<PathBuf> = [("a.npy", 6), ("wide.npy", 12)]
        .map(|(name, width)| {
            let path = folder.path().join(name);
            write_npy(&path, &noise(80, width));
            path
        })
        .into();
    let mut args = followspot_window_tests::args(files);
    let choice = "null:0.01".parse().unwrap();
    args.epsilon = Some(choice);
    let mut window = followspot_window_tests::open_args(args);
    until(&mut window, "both are open", |app| {
        app.document().layers.len() == 2
    });
    settle(&mut window);
    let check = |window: &Window, width: usize| {
        let choices = &window.state().document().choices;
        assert_eq!(choices.epsilon_choice, choice);
        assert_eq!(
            choices.epsilon,
            Epsilon::from_null_share(0.01, width).unwrap()
        );
    };
    check(&window, 6);
    assert_eq!(window.state().session().options.epsilon, choice);
    carry_out(&mut window, Command::ShowLayer(1));
    check(&window, 12);
    let epsilons: Vec<_> = window
        .state()
        .session()
        .layers
        .iter()
        .map(|l| l.epsilon)
        .collect();
    let of = |width| Some(Epsilon::from_null_share(0.01, width).unwrap().get());
    assert_eq!(epsilons, [of(6), of(12)]);
}

#[test]
fn after_a_crash_what_was_open_is_offered_and_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let recovery = folder.path().join("recovery");
    let files = || std::fs::read_dir(&recovery).unwrap().count();
    write_npy(&folder.path().join("a.npy"), &noise(60, 6));
    let mut window = recovering(vec![folder.path().join("a.npy")], &recovery);
    settle(&mut window);
    carry_out(&mut window, Command::TogglePin);
    let lost = hashed(&mut window);
    window.state_mut().keep_now();
    until(&mut window, "it is kept", |_| files() == 2);
    // It dies without a word.
    drop(window);

    let mut other = recovering(Vec::new(), &recovery);
    settle(&mut other);
    other.get_by_label("Followspot ended unexpectedly. Restore what was open?");
    // A third window doesn't fight over it.
    let mut third = recovering(Vec::new(), &recovery);
    settle(&mut third);
    assert!(!says(&third, "ended unexpectedly"));
    other.get_by_label("Restore").click();
    until(&mut other, "it is restored", |app| {
        app.document()
            .layer()
            .is_some_and(|layer| layer.name() == "a.npy")
    });
    settle(&mut other);
    assert_eq!(hashed(&mut other), lost);
    assert!(!says(&other, "ended unexpectedly"));
    // A clean end leaves nothing.
    for mut window in [other, third] {
        eframe::App::on_exit(window.state_mut(), None);
    }
    assert_eq!(files(), 0);
}

#[test]
fn what_a_crash_left_can_be_discarded() {
    let folder = tempfile::tempdir().unwrap();
    let left = folder.path().join("1-1.followspot");
    std::fs::write(&left, "{").unwrap();
    let mut window = recovering(Vec::new(), folder.path());
    settle(&mut window);
    window.get_by_label("Discard").click();
    window.step();
    window.step();
    assert!(!left.exists());
    assert!(!says(&window, "ended unexpectedly"));
    // One that cannot be read is said once and goes.
    std::fs::write(&left, "{").unwrap();
    let mut window = recovering(Vec::new(), folder.path());
    settle(&mut window);
    window.get_by_label("Restore").click();
    until_said(&mut window, "the session is not understood");
    assert!(!left.exists());
}
