//! Sessions opened and saved beside the window: what they name is looked for, read
//! layer by layer, the shown one first, and written whole or not at all.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

use super::companion_job::{self, Companion};
use super::jobs::{file_name, sample_layer, say_sample_companions, unit_basis};
use super::message::{Layer, Message, WindowWorker};
use super::source_file::SourceFile;
use super::{Context, Lane};
use crate::data::{self, DataError, Pick};
use crate::session::{
    FileKind, HashError, LayerRecord, Paths, Place, Session, read_session, relative_path, sha256,
};
use crate::table::{OutFile, TableError};

static NEXT_NUMBER: AtomicU64 = AtomicU64::new(1);

/// Where a session came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A session file.
    Session(PathBuf),
    /// An exported figure.
    Figure(PathBuf),
    /// What was left of a window that ended unexpectedly.
    Recovery(PathBuf),
}

impl Origin {
    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        match self {
            Self::Session(path) | Self::Figure(path) | Self::Recovery(path) => path,
        }
    }

    /// What to call it.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Session(path) | Self::Figure(path) => file_name(path),
            Self::Recovery(_) => "the recovered session".to_owned(),
        }
    }

    fn paths(&self) -> Paths {
        match self {
            Self::Recovery(_) => Paths::Absolute,
            Self::Session(_) | Self::Figure(_) => Paths::Relative,
        }
    }
}

/// Where the files of a layer are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayerPlaces {
    /// The activations.
    pub activations: Place,
    /// The basis; `None` for the standard one.
    pub basis: Option<Place>,
}

impl LayerPlaces {
    /// Whether every file was found.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.activations != Place::Unknown && self.basis != Some(Place::Unknown)
    }
}

/// A session that was read. Those of its layers that are complete follow.
#[derive(Debug)]
pub struct OpenedSession {
    /// Tells it from every other session that is opened.
    pub number: u64,
    /// The session.
    pub session: Arc<Session>,
    /// Where it came from.
    pub origin: Origin,
    /// Where the files of each layer are.
    pub places: Vec<LayerPlaces>,
    /// Files that were given beside it, under names that are none of its.
    pub others: Vec<PathBuf>,
}

/// A layer of a session.
#[derive(Debug)]
pub struct RestoredLayer {
    /// The session's number.
    pub number: u64,
    /// Its place in the session.
    pub index: usize,
    /// The layer, or why it cannot be opened.
    pub layer: Result<Arc<Layer>, String>,
}

/// How saving a session ended.
#[derive(Debug)]
pub struct Ended {
    /// The session's file.
    pub path: PathBuf,
    /// Why nothing was written.
    pub result: Result<(), TableError>,
}

/// Opens a session file or a figure. Files of `beside` are taken for those of the
/// session that have their names.
pub fn open(worker: &WindowWorker, path: PathBuf, beside: Vec<PathBuf>) {
    let label = format!("Opening {}", file_name(&path));
    worker.submit(Lane::Load, label, move |context| {
        run(&path, &beside, context);
    });
}

/// Opens what was left of a window that ended unexpectedly.
pub fn recover(worker: &WindowWorker, path: PathBuf) {
    worker.submit(Lane::Load, "Restoring", move |context| {
        match read_session(&path) {
            Ok((session, _)) => restore(session, Origin::Recovery(path), &[], context),
            Err(error) => context.say(failed(path, error.to_string())),
        }
    });
}

pub(super) fn run(path: &Path, beside: &[PathBuf], context: &Context<Message>) {
    let path = path.to_owned();
    match read_session(&path) {
        Ok((session, FileKind::Session)) => {
            restore(session, Origin::Session(path), beside, context);
        }
        Ok((session, _)) => restore(session, Origin::Figure(path), beside, context),
        Err(error) => context.say(failed(path, error.to_string())),
    }
}

fn failed(path: PathBuf, error: String) -> Message {
    Message::LoadFailed {
        path,
        error,
        request: None,
        unpacked: None,
    }
}

fn restore(session: Session, origin: Origin, beside: &[PathBuf], context: &Context<Message>) {
    let folder = origin.path().parent().unwrap_or(Path::new("")).to_owned();
    let paths = origin.paths();
    let places: Vec<LayerPlaces> = session
        .layers
        .iter()
        .map(|record| find(record, &folder, paths, beside))
        .collect();
    let number = NEXT_NUMBER.fetch_add(1, Relaxed);
    let session = Arc::new(session);
    context.say(Message::Session(Box::new(OpenedSession {
        number,
        session: Arc::clone(&session),
        origin,
        places: places.clone(),
        others: unknown(&session, beside),
    })));
    let shown = session.shown;
    let others = (0..places.len()).filter(|&index| index != shown);
    for index in std::iter::once(shown).chain(others) {
        if let Some(places) = places.get(index).filter(|places| places.is_complete()) {
            say_layer(number, &session, index, places, context);
        }
    }
    for record in &session.companions {
        let given = beside
            .iter()
            .find(|path| file_name(path) == record.file_name);
        let path = given.cloned().or_else(|| record.find(&folder, paths));
        companion_job::restore(number, record, path, context);
    }
}

/// The files whose names a session doesn't know.
fn unknown(session: &Session, beside: &[PathBuf]) -> Vec<PathBuf> {
    let names = |record: &LayerRecord, name: &str| {
        let basis = record.basis.as_ref();
        record.source.file_name == name || basis.is_some_and(|basis| basis.file_name == name)
    };
    let known = |path: &&PathBuf| {
        let name = file_name(path);
        let mut companions = session.companions.iter();
        session.layers.iter().any(|record| names(record, &name))
            || companions.any(|companion| companion.file_name == name)
    };
    let unknown = beside.iter().filter(|path| !known(path));
    unknown.cloned().collect()
}

/// Where the files of a layer are: those given beside the session come first.
fn find(record: &LayerRecord, folder: &Path, paths: Paths, beside: &[PathBuf]) -> LayerPlaces {
    let given = |name: &str| {
        let path = beside.iter().find(|path| file_name(path) == name);
        path.cloned().map(Place::At)
    };
    LayerPlaces {
        activations: given(&record.source.file_name)
            .unwrap_or_else(|| record.find_activations(folder, paths)),
        basis: record
            .basis
            .as_ref()
            .and_then(|basis| given(&basis.file_name).or_else(|| record.find_basis(folder, paths))),
    }
}

/// Opens a layer of a session whose files have been found since.
pub fn open_layer(
    worker: &WindowWorker,
    number: u64,
    session: Arc<Session>,
    index: usize,
    places: LayerPlaces,
) {
    worker.submit(Lane::Load, "Opening a layer", move |context| {
        say_layer(number, &session, index, &places, context);
    });
}

fn say_layer(
    number: u64,
    session: &Session,
    index: usize,
    places: &LayerPlaces,
    context: &Context<Message>,
) {
    let Some(record) = session.layers.get(index) else {
        return;
    };
    let layer = match read_layer(record, places, context.cancel()) {
        Err(DataError::Cancelled) => return,
        Err(error) => Err(error.to_string()),
        Ok(layer) => {
            // The window compares *auto* with what it was when the session was saved.
            if let Ok(subset) = session.options.neurons.resolve(layer.coordinates.basis())
                && layer.learn_among(&subset, context.cancel()).is_err()
            {
                return;
            }
            Ok(layer)
        }
    };
    if layer
        .as_ref()
        .is_ok_and(|layer: &Arc<Layer>| layer.is_sample)
    {
        say_sample_companions(context);
    }
    context.say(Message::Restored(Box::new(RestoredLayer {
        number,
        index,
        layer,
    })));
}

fn read_layer(
    record: &LayerRecord,
    places: &LayerPlaces,
    cancel: &AtomicBool,
) -> Result<Arc<Layer>, DataError> {
    let (dump, file) = match &places.activations {
        Place::At(path) => {
            let dump = data::load(path, &record.source.pick(), cancel)?;
            let file = SourceFile::of_dump(&dump);
            (dump, file)
        }
        Place::Sample | Place::Unknown => {
            let layer = sample_layer(cancel)?;
            (layer.dump.clone(), layer.file.clone())
        }
    };
    let basis = match (&places.basis, &record.basis) {
        (Some(Place::At(path)), Some(basis)) => {
            let matrix = data::load_matrix(path, &Pick::key(basis.key.as_deref()), cancel)?;
            Some(unit_basis(matrix, cancel)?)
        }
        _ => None,
    };
    Layer::new(dump, file, basis, cancel).map(Arc::new)
}

/// Asks whether a file is one of those that the session of that number misses, each
/// known by its hash.
pub fn identify(worker: &WindowWorker, path: PathBuf, number: u64, hashes: Vec<Option<String>>) {
    let label = format!("Comparing {}", file_name(&path));
    worker.submit(Lane::Load, label, move |context| {
        let found = match sha256(&path, context.cancel()) {
            Err(HashError::Cancelled) => return,
            // Whoever opens it will say what is wrong with it.
            Err(_) => None,
            Ok(sha256) => hashes.iter().position(|hash| {
                hash.as_ref()
                    .is_some_and(|h| h.eq_ignore_ascii_case(&sha256))
            }),
        };
        let is = found.map(|missing| (number, missing));
        context.say(Message::Identified { path, is });
    });
}

/// Saves a session of these layers and companions, with their hashes and where they are relative
/// to the session's file. What is there is replaced only with `force`.
pub fn save(
    worker: &WindowWorker,
    session: Session,
    layers: Vec<Arc<Layer>>,
    companions: Vec<Arc<Companion>>,
    path: PathBuf,
    force: bool,
) {
    let label = format!("Saving {}", file_name(&path));
    worker.submit(Lane::Save, label, move |context| {
        let mut session = session;
        let folder = path.parent().unwrap_or(Path::new(""));
        let folder = std::fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
        add_hashes(&mut session, &layers, context.cancel());
        for (record, layer) in session.layers.iter_mut().zip(&layers) {
            if !layer.is_sample {
                record.path = way(&folder, layer.file.path());
            }
            let basis = layer.basis.as_ref();
            record.basis_path = basis.and_then(|basis| way(&folder, basis.file.path()));
        }
        for (record, companion) in session.companions.iter_mut().zip(&companions) {
            record.sha256 = companion.sha256(context.cancel());
            record.path = way(&folder, companion.file.path());
        }
        let result = write(&path, &session, force);
        context.say(Message::Saved(Ended { path, result }));
    });
}

/// Fills in the hashes that are not known yet, as long as reading those files; one
/// that cannot be worked out stays unknown.
pub fn add_hashes(session: &mut Session, layers: &[Arc<Layer>], cancel: &AtomicBool) {
    let hash = |file: &SourceFile| file.hash(cancel).ok().map(str::to_owned);
    for (record, layer) in session.layers.iter_mut().zip(layers) {
        record.source.sha256 = hash(&layer.file);
        if let (Some(record), Some(basis)) = (&mut record.basis, &layer.basis) {
            record.sha256 = hash(&basis.file);
        }
    }
}

/// The way from a folder to a file that may lie behind links.
fn way(folder: &Path, file: &Path) -> Option<String> {
    let place = std::fs::canonicalize(file.parent()?).ok()?;
    relative_path(folder, &place.join(file.file_name()?))
}

/// Writes a session whole or not at all.
fn write(path: &Path, session: &Session, force: bool) -> Result<(), TableError> {
    let mut out = OutFile::create(path, force)?;
    out.write_all(session.to_json_file().as_bytes())
        .map_err(|source| TableError::Io {
            file: out.name().to_owned(),
            source,
        })?;
    out.finish()
}

/// What a window keeps for after a crash; whether it still is to be kept.
pub type Kept = Arc<Mutex<bool>>;

/// Writes what to restore after a crash, in private: with absolute paths. Nothing
/// once `kept` says that the window was closed.
pub fn keep(
    worker: &WindowWorker,
    session: Session,
    layers: &[Arc<Layer>],
    companions: &[Arc<Companion>],
    path: PathBuf,
    kept: Kept,
) {
    let mut session = session;
    let text = |path: &Path| path.to_str().map(str::to_owned);
    for (record, layer) in session.layers.iter_mut().zip(layers) {
        if !layer.is_sample {
            record.path = text(layer.file.path());
        }
        let basis = layer.basis.as_ref();
        record.basis_path = basis.and_then(|basis| text(basis.file.path()));
    }
    for (record, companion) in session.companions.iter_mut().zip(companions) {
        record.path = text(companion.file.path());
    }
    worker.submit(Lane::Save, "", move |_| {
        let kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        if *kept {
            // A full disk is no reason to disturb: it is said where something is saved.
            let _ = write(&path, &session, true);
        }
    });
}
