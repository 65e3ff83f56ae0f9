//! What a user can do. A shortcut, a menu entry and a button are three faces of
//! one command; those with a name of their own stand in [`ACTIONS`](super::actions::ACTIONS).

use std::path::PathBuf;

use crate::scene::{AngleUnit, AtlasOrder, ColorMap, ColorScale, PlaneOrder, Quantity, RowSpan};
use crate::srm::{Epsilon, Plane, PlaneMode, Pole, Sign};
use crate::worker::message::LoadRequest;

use super::classes::ClassCommand;
use super::companion_opening::CompanionCommand;
use super::document::{Fit, PlanesAs, ThemeChoice};
use super::export::FigureCommand;
use super::listing::ListCommand;
use super::neurons::NeuronCommand;
use super::picker::PickCommand;
use super::pictures::PictureCommand;
use super::reading::ReadingCommand;
use super::table_export::TableCommand;

/// One thing to do.
#[derive(Clone, Debug)]
pub enum Command {
    // File
    /// Ask for dumps with the system's dialog.
    OpenDialog,
    /// Ask for a basis with the system's dialog.
    OpenBasisDialog,
    /// Open that file.
    OpenPath(PathBuf),
    /// About the arrays of a file that waits for a choice.
    Pick(PickCommand),
    /// About labels, class names and images.
    Companion(CompanionCommand),
    /// Put the shown layer back into the standard basis.
    UseStandardBasis,
    /// About how an array is read.
    Reading(ReadingCommand),
    /// About the list that is open.
    List(ListCommand),
    /// Read a file the other way.
    ReadAgain(Box<LoadRequest>),
    /// Put the cursor into the path field.
    FocusPath,
    /// Open the bundled sample.
    OpenSample,
    /// Close the dump at that place of the list.
    CloseLayer(usize),
    /// Close the shown dump.
    CloseShown,
    /// Save the session to its file.
    SaveSession,
    /// Ask where to save the session.
    SaveSessionAs,
    /// Save the session there.
    SaveTo {
        /// The file.
        path: PathBuf,
        /// Whether a file of that name gives way.
        replace: Replace,
    },
    /// Ask where to save the session with the system's dialog.
    BrowseSave,
    /// About a figure that is exported.
    Figure(FigureCommand),
    /// About a table that is exported.
    Table(TableCommand),
    /// That file is the one that a session misses.
    Locate {
        /// Its place among those that are missing.
        missing: usize,
        /// Where it is.
        path: PathBuf,
    },
    /// Ask for a missing file with the system's dialog.
    BrowseMissing(usize),
    /// Do without the missing files.
    LeaveMissing,
    /// Restore what was open when the program ended unexpectedly.
    Recover,
    /// Forget what was open then.
    DiscardRecovery,
    /// Forget the recent files.
    ClearRecent,
    /// Close the window.
    Quit,
    // Edit
    /// Take back the last change.
    Undo,
    /// Bring back what was undone.
    Redo,
    /// Set `ε`.
    SetEpsilon {
        /// The new value.
        epsilon: Epsilon,
        /// Whether a control is being dragged: its changes are one step.
        dragging: bool,
    },
    /// Set `ε` automatically.
    AutoEpsilon,
    /// About the neurons among which planes are made.
    Neurons(NeuronCommand),
    /// Set the number of angles.
    SetAngles {
        /// `A`.
        count: usize,
        /// As for `ε`.
        dragging: bool,
    },
    /// Combinations or permutations.
    SetMode(PlaneMode),
    /// Signed or not.
    SetSign(Sign),
    /// Put a text on the clipboard.
    CopyText(String),
    /// Put the command on the clipboard that sweeps the shown layer so.
    CopySweepCommand,
    /// Put the command on the clipboard that prints the selected plane's curve.
    CopyPlaneCommand,
    /// About how classes are shown.
    Classes(ClassCommand),
    /// About how the selected plane is shown.
    Picture(PictureCommand),
    // Plane
    /// Turn the spotlight.
    Turn {
        /// To that in-plane angle in radians; to the peak, and on with it, where `None`.
        angle_rad: Option<f64>,
        /// As for `ε`.
        dragging: bool,
    },
    /// Turn the spotlight by so many steps of the grid.
    TurnBy(i32),
    /// Show significant planes only, or all.
    ToggleSignificant,
    /// Turn the spotlight along a neuron or against it, in the plane that shows it best.
    LookAlong(Pole),
    /// Draw the expected resolution, or don't.
    ToggleResolution,
    /// Test alignment by random rotations.
    TestAlignment,
    /// Call the test off.
    StopTest,
    /// Draw the band of rotated curves, or don't.
    ToggleRotated,
    /// Show the dump at that place of the list.
    ShowLayer(usize),
    /// Look at a plane.
    SelectPlane {
        /// Which.
        plane: Plane,
        /// As for `ε`.
        dragging: bool,
    },
    /// The next plane in the heatmap's order.
    NextPlane,
    /// The plane before.
    PreviousPlane,
    /// The most aligned plane.
    MostAligned,
    /// The plane with the highest peak.
    HighestPeak,
    /// The plane that the most samples light.
    MostLit,
    /// `(j, i)` instead of `(i, j)`.
    SwapPlane,
    /// Pin or unpin the selected plane.
    TogglePin,
    /// Unpin that plane.
    Unpin(Plane),
    /// Unpin all planes.
    ClearPins,
    // View
    /// Turn a theme on.
    SetTheme(ThemeChoice),
    /// Write angles so.
    SetUnit(AngleUnit),
    /// Order the heatmap so.
    SetOrder(PlaneOrder),
    /// Colour the heatmap so.
    SetMap(ColorMap),
    /// Scale the heatmap's colours so.
    SetScale(ColorScale),
    /// Show all planes as a heatmap, as an atlas or by their directions.
    ShowPlanesAs(PlanesAs),
    /// The next of these.
    SwitchPlanes,
    /// Colour the atlas by that number.
    SetQuantity(Quantity),
    /// Order the atlas so.
    SetAtlasOrder(AtlasOrder),
    /// Look at those rows of the heatmap.
    ShowRows(RowSpan),
    /// Look at the heatmap or the atlas from closer or from further away.
    Zoom(Zoom),
    /// Show or hide the keyboard shortcuts.
    ToggleHelp,
    /// Show or hide what the program is.
    ToggleAbout,
    // Work and notices
    /// Call off what runs, or close what lies over the views.
    Cancel,
    /// Start the sweep anew.
    SweepAgain,
    /// Take a strip away.
    Dismiss(u64),
    /// Take all strips away.
    DismissAll,
    /// Let the ensemble's axis follow every plane, or mean ± std alone.
    SetFit(Fit),
}

/// Whether a file gives way to another of its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replace {
    /// It stays.
    Never,
    /// It does.
    Allowed,
}

/// A step closer to the planes, or away from them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zoom {
    /// Closer.
    In,
    /// Further away.
    Out,
    /// All of them.
    Fit,
}
