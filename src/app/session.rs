//! The window as a [`Session`], and a session as the window: its layers come one by
//! one, the shown one first, and take the place of what was open when the first is
//! there. One step of the history takes all of it back.

use std::path::PathBuf;
use std::sync::Arc;

use egui::Context;

use crate::session::{
    ChanceLook, CompanionRecord, FigureSpec, LayerRecord, Options, Place, Session, View,
    is_named_session, relative_path,
};
use crate::srm::{AngleGrid, Epsilon, EpsilonChoice, Plane, Sign};
use crate::words::{count, times};
use crate::worker::Lane;
use crate::worker::companion_job::Companion;
use crate::worker::jobs;
use crate::worker::message::Layer;
use crate::worker::session_job::{self, LayerPlaces, OpenedSession, Origin, RestoredLayer};
use crate::worker::source_file::SourceFile;

use super::App;
use super::document::{Document, first_plane, resolved_epsilon};
use super::hear::sentence;
use super::state::{Aside, OpenSession, Tone};

const OPENING: &str = "opening of a session";

/// A session whose layers are on their way or asked for.
#[derive(Debug)]
pub struct Restoring {
    /// The session's number.
    pub number: u64,
    /// What it says.
    pub session: Arc<Session>,
    /// Where it came from.
    pub origin: Origin,
    /// Its layers.
    pub slots: Vec<Slot>,
    /// Whether it has taken the place of what was open.
    pub applied: bool,
    /// Text of the field for a missing file's path.
    pub path_text: String,
}

/// A layer of a session that is being opened.
#[derive(Debug)]
pub struct Slot {
    /// Where its files are.
    pub places: LayerPlaces,
    /// How far it is.
    pub progress: Progress,
    /// Why a file that was found is none of its.
    pub problem: Option<String>,
}

/// How far a layer of a session is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// On its way.
    Loading,
    /// Waiting for a file that is asked for.
    Missing,
    /// In the window's list.
    Open,
}

/// What a session says of a file that was opened for it.
#[derive(Debug)]
pub struct Expected {
    layer: u64,
    file: SourceFile,
    file_name: String,
    sha256: String,
    origin: String,
}

impl Restoring {
    fn new(opened: OpenedSession) -> Self {
        let slot = |places: LayerPlaces| Slot {
            progress: if places.is_complete() {
                Progress::Loading
            } else {
                Progress::Missing
            },
            places,
            problem: None,
        };
        Self {
            number: opened.number,
            session: opened.session,
            origin: opened.origin,
            slots: opened.places.into_iter().map(slot).collect(),
            applied: false,
            path_text: String::new(),
        }
    }

    /// A layer cannot be opened: the file that the sentence names is asked for.
    fn refuse(&mut self, index: usize, error: &str) {
        let (Some(slot), Some(record)) =
            (self.slots.get_mut(index), self.session.layers.get(index))
        else {
            return;
        };
        // The longer name where one is the end of the other.
        let named = |name: &str| error.contains(name).then_some(name.len());
        let basis = record.basis.as_ref();
        let basis = basis.and_then(|basis| named(&basis.file_name));
        match &mut slot.places.basis {
            Some(place) if basis > named(&record.source.file_name) => *place = Place::Unknown,
            _ => slot.places.activations = Place::Unknown,
        }
        slot.progress = Progress::Missing;
        slot.problem = Some(sentence(error));
    }

    /// Where the layer at `index` belongs among those that are open.
    fn position(&self, index: usize) -> usize {
        let before = self.slots.iter().take(index);
        before
            .filter(|slot| slot.progress == Progress::Open)
            .count()
    }
}

impl App {
    /// What is open and how it is shown, with the hashes that are known so far. No
    /// folder is named in it.
    #[must_use]
    pub fn session(&self) -> Session {
        let choices = &self.document.choices;
        let shown = self.document.shown;
        let record = |(index, layer): (usize, &Arc<Layer>)| {
            // Until it is known what *auto* comes to, whoever opens the session finds out.
            let is_known = !choices.epsilon_is_auto() || layer.knows_among(&choices.subset(layer));
            let epsilon = is_known.then(|| {
                if index == shown {
                    choices.epsilon
                } else {
                    resolved_epsilon(choices.epsilon_choice, choices, layer)
                }
            });
            LayerRecord {
                epsilon: epsilon.map(Epsilon::get),
                listing: self.listing_of(layer),
                ..layer.record()
            }
        };
        let layers = self.document.layers.iter().enumerate().map(record);
        let options = Options {
            epsilon: choices.epsilon_choice,
            angles: choices.grid.count(),
            planes: choices.mode,
            signed: choices.sign == Sign::Signed,
            neurons: choices.neurons.clone(),
            max_planes: None,
            seed: None,
        };
        let pair = |plane: Plane| [plane.i, plane.j];
        let view = View {
            plane: choices.plane.map(pair),
            pins: choices.pins.iter().copied().map(pair).collect(),
            angle_rad: choices.angle_rad,
            classes: choices.classes.clone(),
            chance: ChanceLook {
                rotations: self.drawn_rotations(),
                ..self.preferences.chance
            },
            ..self.preferences.view()
        };
        let mut session = Session::new(layers.collect(), shown, options, view);
        session.figure = self.state.figure.clone();
        let companions = self.document.kept_companions();
        session.companions = companions.iter().map(|one| one.record()).collect();
        session
    }

    /// How a figure of what is open is to look: that of the session that was opened
    /// last, or the default.
    #[must_use]
    pub fn figure(&self) -> &FigureSpec {
        &self.state.figure
    }

    /// What a step of the history changes beside the document.
    pub(super) fn aside(&self) -> Aside {
        Aside {
            view: self.preferences.view(),
            figure: self.state.figure.clone(),
            open: self.state.open.clone(),
        }
    }

    /// The name of the session or figure that is open.
    pub(super) fn session_name(&self) -> Option<String> {
        match &self.state.open.as_ref()?.origin {
            Origin::Recovery(_) => None,
            origin => Some(origin.name()),
        }
    }

    /// Opens the session among files that are to be opened, with the others as its
    /// data; gives the files back that are no session's.
    pub(super) fn take_sessions(&mut self, paths: Vec<PathBuf>) -> Vec<PathBuf> {
        let (sessions, others): (Vec<_>, Vec<_>) =
            paths.into_iter().partition(|path| is_named_session(path));
        let mut sessions = sessions.into_iter();
        let Some(session) = sessions.next() else {
            return self.answer_missing(others);
        };
        if let Some(second) = sessions.next() {
            let name = second.file_name().unwrap_or_default().to_string_lossy();
            let text = format!("One session is open at a time: open {name} by itself.");
            self.notify(Tone::Error, text, Vec::new());
        }
        session_job::open(&self.worker, session, others);
        Vec::new()
    }

    /// A session was read: what is found of it is on its way.
    pub(super) fn session_opened(&mut self, mut opened: OpenedSession) {
        if !matches!(opened.origin, Origin::Recovery(_)) {
            self.preferences.remember(opened.origin.path().to_owned());
        }
        self.end_restoring();
        let others = std::mem::take(&mut opened.others);
        let restoring = Restoring::new(opened);
        let is_empty = restoring.slots.is_empty();
        let origin = restoring.origin.name();
        self.state.restoring = Some(restoring);
        if is_empty {
            self.apply_session();
            self.end_restoring();
        }
        if let Some(name) = self.first_missing() {
            // Nobody is there to be asked.
            self.fail_screenshot(&format!(
                "{name}, which {origin} was made from, isn't where it was: give it after {origin}"
            ));
        }
        for other in self.answer_missing(others) {
            let name = other.file_name().unwrap_or_default().to_string_lossy();
            let text = format!("{name} is no part of {origin}: open it by itself.");
            self.notify(Tone::Error, text, Vec::new());
        }
    }

    /// A layer of a session was opened, or not.
    pub(super) fn layer_restored(&mut self, restored: RestoredLayer) {
        let RestoredLayer {
            number,
            index,
            layer,
        } = restored;
        let Some(restoring) = &mut self.state.restoring else {
            return self.worker.discard(layer);
        };
        let undone =
            restoring.applied && self.state.open.as_ref().map(|o| o.number) != Some(number);
        if restoring.number != number || undone {
            // Another session is open by now.
            self.state.restoring.take_if(|_| undone);
            return self.worker.discard(layer);
        }
        match layer {
            Ok(layer) => {
                self.place_restored(index, &layer);
                self.check_restored(index, &layer);
            }
            Err(error) => {
                restoring.refuse(index, &error);
                self.fail_screenshot(&error);
            }
        }
        let restoring = self.state.restoring.as_ref();
        let open = |slot: &Slot| slot.progress == Progress::Open;
        if restoring.is_some_and(|restoring| restoring.slots.iter().all(open)) {
            self.end_restoring();
        }
    }

    /// A session is open, as far as its files were found.
    pub(super) fn end_restoring(&mut self) {
        let ended = self.state.restoring.take();
        let recovered = |restoring: Restoring| {
            restoring.applied && matches!(restoring.origin, Origin::Recovery(_))
        };
        if ended.is_some_and(recovered) {
            self.recovered();
        }
    }

    /// Puts a layer into the list where the session has it.
    fn place_restored(&mut self, index: usize, layer: &Arc<Layer>) {
        let Some(restoring) = &self.state.restoring else {
            return;
        };
        let session = Arc::clone(&restoring.session);
        let first = !restoring.applied;
        if first {
            self.apply_session();
        } else if self.history.undo_kind() != Some(OPENING) {
            self.history
                .record(&self.document, "opening of a dump", false);
        }
        let Some(restoring) = &mut self.state.restoring else {
            return;
        };
        let layers = &mut self.document.layers;
        let position = restoring.position(index).min(layers.len());
        layers.insert(position, Arc::clone(layer));
        if let Some(slot) = restoring.slots.get_mut(index) {
            slot.progress = Progress::Open;
            slot.problem = None;
        }
        let record = session.layers.get(index);
        if let Some(listing) = record.and_then(|record| record.listing) {
            jobs::list_again(&self.worker, layer, listing);
        }
        if index == session.shown || first {
            self.document.shown = position;
            self.look_as(&session, index, layer);
        } else if position <= self.document.shown {
            self.document.shown += 1;
        }
    }

    /// Takes what a session says of everything but its layers, which follow.
    fn apply_session(&mut self) {
        let (Some(restoring), Some(mut document)) = (&mut self.state.restoring, Document::new())
        else {
            return;
        };
        restoring.applied = true;
        let session = Arc::clone(&restoring.session);
        let origin = restoring.origin.clone();
        let number = restoring.number;
        let options = &session.options;
        let choices = &mut document.choices;
        choices.epsilon_choice = options.epsilon;
        if let Ok(grid) = AngleGrid::new(options.angles) {
            choices.grid = grid;
        }
        choices.mode = options.planes;
        choices.neurons = options.neurons.clone();
        choices.sign = options.sign();
        let aside = self.aside();
        self.history.record_aside(&self.document, aside, OPENING);
        self.document = document;
        self.preferences.show_as(&session.view);
        self.state.figure = session.figure.clone();
        self.sample_epsilon = None;
        self.sample_basis = None;
        let mut text = format!("Opened {}", origin.name());
        if let Some(most) = options.max_planes {
            let planes = count(most as u64, "plane");
            text = format!(
                "{text}. It was made from {planes} drawn at random; the window sweeps all of them"
            );
        }
        self.notify(Tone::Success, format!("{text}."), Vec::new());
        self.state.open = Some(OpenSession { number, origin });
        self.take_waiting_companions(number);
    }

    /// Looks at a layer as the session does: its `ε`, plane and pins.
    fn look_as(&mut self, session: &Session, index: usize, layer: &Arc<Layer>) {
        let choices = &mut self.document.choices;
        let recorded = session.layers.get(index).and_then(|record| record.epsilon);
        choices.epsilon = recorded
            .and_then(|epsilon| Epsilon::new(epsilon).ok())
            .unwrap_or_else(|| resolved_epsilon(choices.epsilon_choice, choices, layer));
        // Of other data *auto* comes to another number: then the one of the session
        // stands, and is not called automatic.
        let auto = resolved_epsilon(EpsilonChoice::Auto, choices, layer);
        if choices.epsilon_choice == EpsilonChoice::Auto
            && (choices.epsilon.get() - auto.get()).abs() > 1e-9
        {
            choices.epsilon_choice = EpsilonChoice::Value(choices.epsilon);
        }
        let plane = |[i, j]: [u32; 2]| Plane { i, j };
        choices.plane = session.view.plane.map(plane);
        choices.pins = session.view.pins.iter().copied().map(plane).collect();
        choices.angle_rad = session.view.angle_rad.filter(|angle| angle.is_finite());
        choices.classes = session.view.classes.clone();
        // Without a plane, the sweep's end chooses one as after opening a dump.
        self.state.first_look = choices.plane.is_none().then_some(layer.id);
        if choices.plane.is_none() {
            choices.plane = first_plane(choices, layer);
        }
        self.document.fit_planes(layer);
    }

    /// Says where a layer is not what the session was made from.
    fn check_restored(&mut self, index: usize, layer: &Arc<Layer>) {
        let Some(restoring) = &self.state.restoring else {
            return;
        };
        let session = Arc::clone(&restoring.session);
        let Some(record) = session.layers.get(index) else {
            return;
        };
        let origin = restoring.origin.name();
        let differs = |name: &str, now: [usize; 2], then: [usize; 2]| {
            let shape = |shape: [usize; 2]| times(&shape.map(|n| n as u64));
            (now != then).then(|| {
                format!(
                    "{name} is {}, but {origin} was made from {}: what is shown differs.",
                    shape(now),
                    shape(then)
                )
            })
        };
        let mut said: Vec<String> = Vec::new();
        said.extend(differs(
            &layer.dump.file_name,
            layer.dump.shape,
            record.source.shape,
        ));
        let mut expected = vec![(&layer.file, &record.source.file_name, &record.source.sha256)];
        if let (Some(basis), Some(record)) = (&layer.basis, &record.basis) {
            said.extend(differs(
                &basis.source.file_name,
                basis.source.shape,
                record.shape,
            ));
            expected.push((&basis.file, &record.file_name, &record.sha256));
        }
        for (file, file_name, sha256) in expected {
            if let Some(sha256) = sha256 {
                self.state.expected.push(Expected {
                    layer: layer.id,
                    file: file.clone(),
                    file_name: file_name.clone(),
                    sha256: sha256.clone(),
                    origin: origin.clone(),
                });
            }
        }
        for text in said {
            self.notify(Tone::Error, text, Vec::new());
        }
        self.compare_hashes();
    }

    /// Notes what a session says of the file of a companion.
    pub(super) fn expect_companion(&mut self, companion: &Companion, record: &CompanionRecord) {
        let Some(sha256) = record.sha256.as_ref().filter(|_| !companion.is_folder()) else {
            return;
        };
        let restoring = self.state.restoring.as_ref().map(|one| one.origin.name());
        let open = self.state.open.as_ref().map(|open| open.origin.name());
        self.state.expected.push(Expected {
            layer: companion.id,
            file: companion.file.clone(),
            file_name: record.file_name.clone(),
            sha256: sha256.clone(),
            origin: restoring.or(open).unwrap_or_default(),
        });
        self.compare_hashes();
    }

    /// Compares the hashes that are known by now with what sessions say.
    fn compare_hashes(&mut self) {
        let mut differing = Vec::new();
        self.state.expected.retain(|expected| {
            let Some(sha256) = expected.file.sha256() else {
                return true;
            };
            if !sha256.eq_ignore_ascii_case(&expected.sha256) {
                differing.push(format!(
                    "{} is not the file that {} was made from (its SHA-256 differs): the figure \
                     may differ.",
                    expected.file_name, expected.origin
                ));
            }
            false
        });
        for text in differing {
            self.notify(Tone::Error, text, Vec::new());
        }
    }

    /// The hashes of a layer's files are known, or why not.
    pub(super) fn hashed(&mut self, layer: u64, error: Option<String>) {
        self.compare_hashes();
        let waiting = self.state.expected.len();
        self.state
            .expected
            .retain(|expected| expected.layer != layer);
        // Nobody is told of a hash that nothing depends on.
        if let Some(error) = error
            && self.state.expected.len() < waiting
        {
            let text = format!(
                "Whether it is the same file cannot be said: {}",
                sentence(&error)
            );
            self.notify(Tone::Error, text, Vec::new());
        }
    }

    /// Asks for the hashes of open layers once everything else is done: they are
    /// never in the way of a picture.
    pub(super) fn request_hashes(&mut self) {
        let lanes = [
            Lane::Load,
            Lane::Curve,
            Lane::Sweep,
            Lane::Heatmap,
            Lane::Atlas,
            Lane::Hash,
        ];
        let waiting = self.own_sweep().is_none() && !self.state.sweep.is_refused();
        if self.screenshot.is_some() || waiting {
            return;
        }
        let unknown = |layer: &&Arc<Layer>| {
            let known = layer.files().all(|file| file.sha256().is_some());
            !known && !self.state.hashed.contains(&layer.id)
        };
        let layer = self.document.layers.iter().find(unknown).cloned();
        if lanes.iter().any(|&lane| self.worker.is_busy(lane)) {
            return;
        }
        let Some(layer) = layer else {
            return self.request_companion_hash();
        };
        self.state.hashed.insert(layer.id);
        jobs::hash(&self.worker, &layer);
    }

    /// Whether the hash of a file of an open layer is still being worked out.
    #[must_use]
    pub fn is_hashing(&self) -> bool {
        self.worker.is_busy(Lane::Hash)
    }

    /// Puts a command line on the clipboard that is to be run in the folder of the
    /// shown layer's file.
    pub(super) fn copy_command(
        &mut self,
        ctx: &Context,
        command: impl FnOnce(&Session) -> Option<String>,
    ) {
        let mut session = self.session();
        let Some(layer) = self.document.layer() else {
            return;
        };
        let (name, is_sample) = (layer.dump.file_name.clone(), layer.is_sample);
        if let (Some(basis), Some(folder)) = (&layer.basis, layer.file.path().parent())
            && let Some(record) = session.layers.get_mut(self.document.shown)
        {
            record.basis_path = relative_path(folder, basis.file.path());
        }
        let Some(line) = command(&session) else {
            return;
        };
        ctx.copy_text(line);
        let text = if is_sample {
            format!(
                "The command is copied. The sample's file is assets/sample/{name} of the source."
            )
        } else {
            format!("The command is copied: run it in the folder of {name}.")
        };
        self.notify(Tone::Success, text, Vec::new());
    }
}
