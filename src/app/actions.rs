//! Every command that has a name of its own: its menu, its key and what its hover text
//! says. The menus and the help window are printed from [`ACTIONS`].

use egui::{Key, KeyboardShortcut, Modifiers};

use crate::scene::AngleUnit;
use crate::session::{ClassCurves, CompanionRole};

use super::classes::ClassCommand;
use super::command::{Command, Zoom};
use super::companion_opening::CompanionCommand;
use super::document::ThemeChoice;
use super::export::FigureCommand;
use super::listing::ListCommand;
use super::neurons::NeuronCommand;
use super::pictures::PictureCommand;
use super::reading::ReadingCommand;
use super::table_export::TableCommand;

/// Menus, from left to right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Menu {
    File,
    Edit,
    Plane,
    View,
    Help,
}

impl Menu {
    pub const ALL: [Self; 5] = [Self::File, Self::Edit, Self::Plane, Self::View, Self::Help];

    pub fn name(self) -> &'static str {
        match self {
            Self::File => "File",
            Self::Edit => "Edit",
            Self::Plane => "Plane",
            Self::View => "View",
            Self::Help => "Help",
        }
    }
}

/// A command with its faces.
pub struct Action {
    pub menu: Menu,
    pub name: &'static str,
    pub hover: &'static str,
    pub shortcut: Option<KeyboardShortcut>,
    pub command: fn() -> Command,
}

const fn ctrl(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::COMMAND, key)
}

const fn ctrl_shift(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::COMMAND.plus(Modifiers::SHIFT), key)
}

const fn plain(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::NONE, key)
}

macro_rules! action {
    ($menu:ident, $name:literal, $shortcut:expr, $command:expr, $hover:literal) => {
        Action {
            menu: Menu::$menu,
            name: $name,
            hover: $hover,
            shortcut: $shortcut,
            command: || $command,
        }
    };
}

/// Every command with a name of its own, in the order of the menus.
pub static ACTIONS: &[Action] = &[
    action!(
        File,
        "Open…",
        Some(ctrl(Key::O)),
        Command::OpenDialog,
        "Open activation dumps (.npy, .npz): N samples × d neurons; a session; an exported figure"
    ),
    action!(
        File,
        "Open folder…",
        None,
        Command::List(ListCommand::Folder),
        "List the files of a folder; each is read when it is chosen"
    ),
    action!(
        File,
        "Next file",
        Some(plain(Key::PageDown)),
        Command::List(ListCommand::Next),
        "Show the next file of the list, or the next open dump"
    ),
    action!(
        File,
        "Previous file",
        Some(plain(Key::PageUp)),
        Command::List(ListCommand::Previous),
        "Show the file before"
    ),
    action!(
        File,
        "Read again…",
        None,
        Command::Reading(ReadingCommand::Again),
        "Read the shown layer another way: some of its rows, other axes"
    ),
    action!(
        File,
        "Open basis…",
        Some(ctrl_shift(Key::O)),
        Command::OpenBasisDialog,
        "Read a privileged basis (m × d) for the shown layer"
    ),
    action!(
        File,
        "Open labels…",
        None,
        Command::Companion(CompanionCommand::Ask(CompanionRole::Labels)),
        "Read a class for each sample: whole numbers or words (.npy, .npz, .txt, .csv)"
    ),
    action!(
        File,
        "Open class names…",
        None,
        Command::Companion(CompanionCommand::Ask(CompanionRole::ClassNames)),
        "Read what the classes are called: one a line, .csv, a JSON list, or text of a .npy"
    ),
    action!(
        File,
        "Open images…",
        None,
        Command::Companion(CompanionCommand::Ask(CompanionRole::Images)),
        "Read a picture for each sample (N × H × W or N × H × W × 3); drop a folder of PNGs instead"
    ),
    action!(
        File,
        "Use the standard basis",
        None,
        Command::UseStandardBasis,
        "One privileged direction a neuron, as after opening"
    ),
    action!(
        File,
        "Type a path",
        Some(ctrl(Key::L)),
        Command::FocusPath,
        "Put the cursor into the path field of the Data panel"
    ),
    action!(
        File,
        "Open the sample",
        None,
        Command::OpenSample,
        "The bundled layer: the latents of a ReLU autoencoder of handwritten digits"
    ),
    action!(
        File,
        "Save session",
        Some(ctrl(Key::S)),
        Command::SaveSession,
        "Write what is open and how it is shown to a .followspot file"
    ),
    action!(
        File,
        "Save session as…",
        Some(ctrl_shift(Key::S)),
        Command::SaveSessionAs,
        "Write it to another file"
    ),
    action!(
        File,
        "Export figure…",
        Some(ctrl(Key::E)),
        Command::Figure(FigureCommand::Open),
        "Write a view as PDF, SVG or PNG, at the venue's width, with all that it was made from"
    ),
    action!(
        File,
        "Export table…",
        Some(ctrl_shift(Key::E)),
        Command::Table(TableCommand::Open),
        "Write curves, the ensemble or the planes as CSV, JSON or npz"
    ),
    action!(
        File,
        "Close",
        Some(ctrl(Key::W)),
        Command::CloseShown,
        "Close the shown dump; Undo brings it back"
    ),
    action!(
        File,
        "Clear recent files",
        None,
        Command::ClearRecent,
        "Forget the files listed under Open recent"
    ),
    action!(
        File,
        "Quit",
        Some(ctrl(Key::Q)),
        Command::Quit,
        "Close the window"
    ),
    action!(
        Edit,
        "Undo",
        Some(ctrl(Key::Z)),
        Command::Undo,
        "Take back the last change of ε, plane, mode, pins or open dumps"
    ),
    action!(
        Edit,
        "Redo",
        Some(ctrl_shift(Key::Z)),
        Command::Redo,
        "Bring back what was undone"
    ),
    action!(
        Edit,
        "Copy figure",
        None,
        Command::Figure(FigureCommand::CopyView),
        "The view that was clicked last, as it is exported, as a picture at twice the screen's size"
    ),
    action!(
        Edit,
        "Copy curve",
        None,
        Command::Figure(FigureCommand::CopyCurve),
        "The selected and the pinned planes' curves as tab-separated text"
    ),
    action!(
        Edit,
        "Copy sweep command",
        None,
        Command::CopySweepCommand,
        "The command line that sweeps this layer so, as text; run it in the dump's folder"
    ),
    action!(
        Edit,
        "Copy plane command",
        None,
        Command::CopyPlaneCommand,
        "The command line that prints this plane's curve, as text; run it in the dump's folder"
    ),
    action!(
        Edit,
        "Automatic ε",
        Some(plain(Key::A)),
        Command::AutoEpsilon,
        "The tightest spotlight at which half of the samples are lit in some plane, at most 0.9"
    ),
    action!(
        Edit,
        "Neurons…",
        Some(plain(Key::N)),
        Command::Neurons(NeuronCommand::Toggle),
        "Each neuron with its share of the light; make planes among some of them only"
    ),
    action!(
        Edit,
        "All neurons",
        None,
        Command::Neurons(NeuronCommand::All),
        "Make planes among all neurons again"
    ),
    action!(
        Edit,
        "Sweep again",
        Some(plain(Key::F5)),
        Command::SweepAgain,
        "Start the sweep of all planes anew, as after cancelling it"
    ),
    action!(
        Edit,
        "Cancel",
        Some(plain(Key::Escape)),
        Command::Cancel,
        "Call off what is running: the sweep, a file being opened"
    ),
    action!(
        Plane,
        "Next plane",
        Some(plain(Key::ArrowDown)),
        Command::NextPlane,
        "The next row of the heatmap"
    ),
    action!(
        Plane,
        "Previous plane",
        Some(plain(Key::ArrowUp)),
        Command::PreviousPlane,
        "The row before"
    ),
    action!(
        Plane,
        "Highest peak",
        Some(plain(Key::H)),
        Command::HighestPeak,
        "The plane with the largest fraction at any angle"
    ),
    action!(
        Plane,
        "Most aligned",
        Some(plain(Key::M)),
        Command::MostAligned,
        "The plane with the highest alignment index among those lit by at least 1% of the samples"
    ),
    action!(
        Plane,
        "Most lit",
        Some(plain(Key::L)),
        Command::MostLit,
        "The plane that the most samples light"
    ),
    action!(
        Plane,
        "Swap i and j",
        Some(plain(Key::X)),
        Command::SwapPlane,
        "Look at the plane from the other side (permutations only)"
    ),
    action!(
        Plane,
        "Spotlight to the peak",
        Some(plain(Key::S)),
        Command::Turn {
            angle_rad: None,
            dragging: false
        },
        "Turn the spotlight to the curve's largest value, and let it follow"
    ),
    action!(
        Plane,
        "Spotlight onwards",
        Some(plain(Key::ArrowRight)),
        Command::TurnBy(1),
        "Turn the spotlight by a step of the grid, from b_i towards b_j"
    ),
    action!(
        Plane,
        "Spotlight back",
        Some(plain(Key::ArrowLeft)),
        Command::TurnBy(-1),
        "Turn it by a step the other way"
    ),
    action!(
        Plane,
        "Pin or unpin",
        Some(plain(Key::P)),
        Command::TogglePin,
        "Keep this plane's curve in the polar plot beside the selected one"
    ),
    action!(
        Plane,
        "Unpin all",
        Some(ctrl_shift(Key::P)),
        Command::ClearPins,
        "Remove the pinned curves"
    ),
    action!(
        View,
        "Dark theme",
        None,
        Command::SetTheme(ThemeChoice::Dark),
        "Light on dark"
    ),
    action!(
        View,
        "Light theme",
        None,
        Command::SetTheme(ThemeChoice::Light),
        "Dark on light"
    ),
    action!(
        View,
        "Theme of the desktop",
        None,
        Command::SetTheme(ThemeChoice::System),
        "As the desktop has it"
    ),
    action!(
        View,
        "Angles in degrees",
        None,
        Command::SetUnit(AngleUnit::Degrees),
        "Write angles as 45°"
    ),
    action!(
        View,
        "Angles in multiples of π",
        None,
        Command::SetUnit(AngleUnit::Pi),
        "Write angles as π/4"
    ),
    action!(
        View,
        "Heatmap or atlas",
        Some(plain(Key::T)),
        Command::SwitchPlanes,
        "All planes as rows over the angle, or as cells of neurons × neurons"
    ),
    action!(
        View,
        "Curve, scale or projection",
        Some(plain(Key::V)),
        Command::Picture(PictureCommand::Next),
        "The selected plane around the circle, at every ε at once, or the samples near it"
    ),
    action!(
        View,
        "Only significant planes",
        None,
        Command::ToggleSignificant,
        "Rows of the heatmap for planes alone whose largest excess over isotropic data is \
         significant at a false discovery rate of 5% over all planes"
    ),
    action!(
        View,
        "Expected resolution",
        Some(plain(Key::R)),
        Command::ToggleResolution,
        "The lobe of an infinitely narrow cluster at the peak, 2 arccos ε wide: nothing finer shows"
    ),
    action!(
        View,
        "Test by rotation",
        None,
        Command::TestAlignment,
        "Is the layer aligned with its neurons more than random rotations of the same rows are?"
    ),
    action!(
        View,
        "Rotated curves",
        None,
        Command::ToggleRotated,
        "Behind the curve, once tested: where 95% of the plane's curves lie under random rotations"
    ),
    action!(
        View,
        "Classes overlaid",
        None,
        Command::Classes(ClassCommand::Split(ClassCurves::Overlaid)),
        "A curve a class in the polar plot"
    ),
    action!(
        View,
        "Classes stacked",
        None,
        Command::Classes(ClassCommand::Split(ClassCurves::Stacked)),
        "A band a class in the polar plot, on top of each other: together the curve of all"
    ),
    action!(
        View,
        "Classes off",
        None,
        Command::Classes(ClassCommand::Split(ClassCurves::Off)),
        "One curve of all samples"
    ),
    action!(
        View,
        "Zoom in",
        Some(plain(Key::Plus)),
        Command::Zoom(Zoom::In),
        "A closer look at the heatmap's rows or at the atlas; the wheel zooms where the pointer is"
    ),
    action!(
        View,
        "Zoom out",
        Some(plain(Key::Minus)),
        Command::Zoom(Zoom::Out),
        "More rows of the heatmap, or more of the atlas, at once"
    ),
    action!(
        View,
        "Show all planes",
        Some(plain(Key::Num0)),
        Command::Zoom(Zoom::Fit),
        "The whole heatmap or atlas in view"
    ),
    action!(
        Help,
        "Keyboard shortcuts",
        Some(plain(Key::F1)),
        Command::ToggleHelp,
        "Every command with its key"
    ),
    action!(
        Help,
        "About Followspot",
        None,
        Command::ToggleAbout,
        "Version, method and citation"
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_actions_share_a_shortcut_or_a_name() {
        for (n, a) in ACTIONS.iter().enumerate() {
            for b in &ACTIONS[n + 1..] {
                assert_ne!(a.name, b.name);
                assert!(
                    a.shortcut.is_none() || a.shortcut != b.shortcut,
                    "{} and {}",
                    a.name,
                    b.name
                );
            }
        }
    }
}
