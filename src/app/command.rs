//! What a user can do. A shortcut, a menu entry and a button are three faces of
//! one command; menus and the help window are printed from [`ACTIONS`].

use std::path::PathBuf;
use std::sync::Arc;

use egui::{Key, KeyboardShortcut, Modifiers};

use crate::scene::{AngleUnit, ColorMap, ColorScale, PlaneOrder};
use crate::srm::{Epsilon, Plane, PlaneMode, Sign};
use crate::worker::jobs::Layer;

use super::state::{Document, ThemeChoice};

/// One thing to do.
#[derive(Clone, Debug)]
pub enum Command {
    // File
    OpenDialog,
    OpenBasisDialog,
    OpenPath(PathBuf),
    PickArray(Option<String>),
    UseStandardBasis,
    ReadAgain(Box<OtherReading>),
    FocusPath,
    OpenSample,
    CloseLayer(usize),
    CloseShown,
    ClearRecent,
    Quit,
    // Edit
    Undo,
    Redo,
    SetEpsilon { epsilon: Epsilon, dragging: bool },
    AutoEpsilon,
    SetAngles { count: usize, dragging: bool },
    SetMode(PlaneMode),
    SetSign(Sign),
    CopyText(String),
    // Plane
    ShowLayer(usize),
    SelectPlane { plane: Plane, dragging: bool },
    NextPlane,
    PreviousPlane,
    MostAligned,
    HighestPeak,
    MostLit,
    SwapPlane,
    TogglePin,
    Unpin(Plane),
    ClearPins,
    // View
    SetTheme(ThemeChoice),
    SetUnit(AngleUnit),
    SetOrder(PlaneOrder),
    SetMap(ColorMap),
    SetScale(ColorScale),
    ToggleHelp,
    ToggleAbout,
    // Work and notices
    Cancel,
    SweepAgain,
    Dismiss(u64),
}

/// A file was read one way; this reads it the other.
#[derive(Clone, Debug)]
pub struct OtherReading {
    /// The document before the file was read.
    pub before: Document,
    /// The file.
    pub path: PathBuf,
    /// Its array.
    pub key: Option<String>,
    /// The layer whose basis it is to be; samples of a new layer where `None`.
    pub basis_of: Option<Arc<Layer>>,
    /// The notice that offered it.
    pub notice: u64,
}

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

const fn ctrl(key: Key) -> Option<KeyboardShortcut> {
    Some(KeyboardShortcut::new(Modifiers::COMMAND, key))
}

const fn ctrl_shift(key: Key) -> Option<KeyboardShortcut> {
    Some(KeyboardShortcut::new(
        Modifiers::COMMAND.plus(Modifiers::SHIFT),
        key,
    ))
}

const fn plain(key: Key) -> Option<KeyboardShortcut> {
    Some(KeyboardShortcut::new(Modifiers::NONE, key))
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
        ctrl(Key::O),
        Command::OpenDialog,
        "Open activation dumps (.npy, .npz): N samples × d neurons"
    ),
    action!(
        File,
        "Open basis…",
        ctrl_shift(Key::O),
        Command::OpenBasisDialog,
        "Read a privileged basis (m × d) for the shown layer"
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
        ctrl(Key::L),
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
        "Close",
        ctrl(Key::W),
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
        ctrl(Key::Q),
        Command::Quit,
        "Close the window"
    ),
    action!(
        Edit,
        "Undo",
        ctrl(Key::Z),
        Command::Undo,
        "Take back the last change of ε, plane, mode, pins or open dumps"
    ),
    action!(
        Edit,
        "Redo",
        ctrl_shift(Key::Z),
        Command::Redo,
        "Bring back what was undone"
    ),
    action!(
        Edit,
        "Automatic ε",
        plain(Key::A),
        Command::AutoEpsilon,
        "The tightest spotlight at which half of the samples are lit in some plane, at most 0.9"
    ),
    action!(
        Edit,
        "Sweep again",
        plain(Key::F5),
        Command::SweepAgain,
        "Start the sweep of all planes anew, as after cancelling it"
    ),
    action!(
        Edit,
        "Cancel",
        plain(Key::Escape),
        Command::Cancel,
        "Call off what is running: the sweep, a file being opened"
    ),
    action!(
        Plane,
        "Next plane",
        plain(Key::ArrowDown),
        Command::NextPlane,
        "The next row of the heatmap"
    ),
    action!(
        Plane,
        "Previous plane",
        plain(Key::ArrowUp),
        Command::PreviousPlane,
        "The row before"
    ),
    action!(
        Plane,
        "Highest peak",
        plain(Key::H),
        Command::HighestPeak,
        "The plane with the largest fraction at any angle"
    ),
    action!(
        Plane,
        "Most aligned",
        plain(Key::M),
        Command::MostAligned,
        "The plane with the highest alignment index among those lit by at least 1% of the samples"
    ),
    action!(
        Plane,
        "Most lit",
        plain(Key::L),
        Command::MostLit,
        "The plane that the most samples light"
    ),
    action!(
        Plane,
        "Swap i and j",
        plain(Key::X),
        Command::SwapPlane,
        "Look at the plane from the other side (permutations only)"
    ),
    action!(
        Plane,
        "Pin or unpin",
        plain(Key::P),
        Command::TogglePin,
        "Keep this plane's curve in the polar plot beside the selected one"
    ),
    action!(
        Plane,
        "Unpin all",
        ctrl_shift(Key::P),
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
        Help,
        "Keyboard shortcuts",
        plain(Key::F1),
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
