//! A folder's files, or the arrays of one file, as a list: an entry is read when it is
//! chosen, kept while there is room, and shown in the place of the entry before.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use crate::data::{Pick, ReadAs};
use crate::session::Listing;
use crate::srm::EpsilonChoice;
use crate::words::count;
use crate::worker::message::{Layer, LoadAs, LoadRequest};
use crate::worker::{Generation, Lane, jobs};

use super::App;
use super::command::Command;
use super::document::first_plane;
use super::hear::sentence;
use super::state::Tone;

/// Layers of a list are kept up to so many bytes in all, or two of them: 2 GB.
pub const KEPT_BYTES: usize = 2_000_000_000;

/// So many stay, however large they are.
const LEAST_KEPT: usize = 2;

/// Files of a folder that are tried until one opens.
const MOST_TRIED: usize = 20;

/// The step of the history that opens a list.
const OPENING: &str = "opening of a list";

static NEXT_ID: AtomicU64 = AtomicU64::new(1);

/// About the list that is open.
#[derive(Clone, Debug)]
pub enum ListCommand {
    /// Show the entry at that place.
    Show(usize),
    /// Show the next entry, or the next open dump.
    Next,
    /// Show the one before.
    Previous,
    /// Close the list with what is shown of it.
    Close,
    /// Ask for a folder with the system's dialog.
    Folder,
}

impl From<ListCommand> for Command {
    fn from(command: ListCommand) -> Self {
        Self::List(command)
    }
}

/// What can be shown of a folder or a file, one at a time.
#[derive(Debug)]
pub struct FileList {
    /// Tells it from every other list.
    pub id: u64,
    /// The folder or the file.
    pub path: PathBuf,
    /// What there is, in the order in which a person counts or the file has it.
    pub entries: Vec<Entry>,
    /// What the entries are.
    pub listing: Listing,
}

/// What can be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The file.
    pub path: PathBuf,
    /// The array in it, in a list of arrays.
    pub key: Option<String>,
}

impl Entry {
    /// As the list shows it.
    #[must_use]
    pub fn name(&self) -> String {
        match &self.key {
            Some(key) => key.clone(),
            None => name_of(&self.path),
        }
    }
}

impl FileList {
    /// The files of a folder.
    #[must_use]
    pub fn of_folder(path: PathBuf, files: Vec<PathBuf>) -> Self {
        let entry = |path| Entry { path, key: None };
        Self {
            id: NEXT_ID.fetch_add(1, Relaxed),
            path,
            entries: files.into_iter().map(entry).collect(),
            listing: Listing::Folder,
        }
    }

    /// Arrays of a file.
    #[must_use]
    pub fn of_arrays(path: &Path, keys: impl IntoIterator<Item = Option<String>>) -> Self {
        let entry = |key| Entry {
            path: path.to_owned(),
            key,
        };
        Self {
            id: NEXT_ID.fetch_add(1, Relaxed),
            path: path.to_owned(),
            entries: keys.into_iter().map(entry).collect(),
            listing: Listing::Arrays,
        }
    }

    /// Entries that were found again.
    #[must_use]
    pub fn again(path: PathBuf, listing: Listing, entries: Vec<(PathBuf, Option<String>)>) -> Self {
        let entry = |(path, key)| Entry { path, key };
        Self {
            id: NEXT_ID.fetch_add(1, Relaxed),
            path,
            entries: entries.into_iter().map(entry).collect(),
            listing,
        }
    }

    /// The name of the folder or the file.
    #[must_use]
    pub fn name(&self) -> String {
        name_of(&self.path)
    }

    /// How many entries there are: `50 files`.
    #[must_use]
    pub fn count(&self) -> String {
        let noun = match self.listing {
            Listing::Folder => "file",
            Listing::Arrays => "array",
        };
        count(self.entries.len() as u64, noun)
    }
}

fn name_of(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    name.to_string_lossy().into_owned()
}

/// What is known of the entries of a list; never saved.
#[derive(Debug, Default)]
pub struct Listed {
    /// The list's number.
    pub list: u64,
    /// The entry that is on its way, and its request.
    pub asked: Option<(usize, Generation)>,
    /// Why entries could not be read.
    pub failures: BTreeMap<usize, String>,
    /// Entries that were read, the last used last.
    kept: Vec<(usize, Arc<Layer>)>,
    /// How arrays of so many axes are read.
    readings: BTreeMap<usize, ReadAs>,
    /// The array that was picked of a file of several.
    key: Option<String>,
    /// What was given with the list.
    pick: Pick,
    epsilon: Option<EpsilonChoice>,
    basis: Option<PathBuf>,
    /// Files tried so far, until the first opens.
    tried: Option<usize>,
    /// Whether the panel is to bring the entry into view.
    pub reveal: bool,
}

impl Listed {
    /// How arrays of so many axes of that list are read, where it was said.
    pub fn reading(&self, list: u64, rank: usize) -> Option<&ReadAs> {
        self.readings.get(&rank).filter(|_| self.list == list)
    }

    /// Arrays of so many axes are read so from now on; those that were read otherwise
    /// are forgotten.
    pub fn remember(&mut self, rank: usize, read_as: ReadAs) {
        let stays = |layer: &Layer| layer.dump.array_shape.len() != rank;
        self.kept.retain(|(_, layer)| stays(layer));
        self.readings.insert(rank, read_as);
    }

    /// The key that was picked in a file like this one.
    pub fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    /// The same array is taken of the files that hold it.
    pub fn remember_key(&mut self, key: Option<String>) {
        self.key = key;
    }

    /// An entry became another layer.
    pub fn replace(&mut self, entry: usize, layer: &Arc<Layer>) {
        self.kept.retain(|(kept, _)| *kept != entry);
        self.kept.push((entry, Arc::clone(layer)));
    }

    fn layer(&self, entry: usize) -> Option<&Arc<Layer>> {
        let found = self.kept.iter().find(|(kept, _)| *kept == entry);
        found.map(|(_, layer)| layer)
    }

    /// Lets go of the oldest layers beyond the cap, but of none of the last two.
    fn let_go(&mut self, most: usize) -> Vec<Arc<Layer>> {
        let bytes = |layer: &Arc<Layer>| layer.dump.activations.bytes();
        let mut all: usize = self.kept.iter().map(|(_, layer)| bytes(layer)).sum();
        let mut gone = Vec::new();
        while all > most && self.kept.len() > LEAST_KEPT {
            let (_, layer) = self.kept.remove(0);
            all -= bytes(&layer);
            gone.push(layer);
        }
        gone
    }
}

impl App {
    pub(super) fn apply_list(&mut self, ctx: &egui::Context, command: &ListCommand) {
        match command {
            ListCommand::Show(entry) => self.show_entry(*entry),
            ListCommand::Next => self.step_entry(1),
            ListCommand::Previous => self.step_entry(-1),
            ListCommand::Close => self.close_list(),
            ListCommand::Folder => self.folder_dialog(ctx),
        }
    }

    /// The files of a folder that was asked for.
    pub(super) fn folder_listed(&mut self, request: LoadRequest, files: Vec<PathBuf>) {
        self.preferences.remember(request.path.clone());
        let list = FileList::of_folder(request.path.clone(), files);
        self.open_list(list, request);
    }

    /// Opens a list in the place of the one that is open; its first entry that can be
    /// read is shown.
    pub(super) fn open_list(&mut self, list: FileList, request: LoadRequest) {
        self.history.record(&self.document, OPENING, false);
        self.leave_list();
        self.state.listed = Listed {
            list: list.id,
            pick: Pick {
                key: None,
                ..request.pick
            },
            epsilon: request.epsilon,
            basis: request.then_basis,
            tried: Some(0),
            ..Listed::default()
        };
        self.document.list = Some(Arc::new(list));
        self.ask_entry(0);
    }

    /// Takes the list away with the layer that is shown of it.
    fn leave_list(&mut self) {
        self.call_entry_off();
        self.worker.discard(std::mem::take(&mut self.state.listed));
        self.document.list = None;
        let Some((_, id)) = self.document.entry.take() else {
            return;
        };
        let layers = &mut self.document.layers;
        if let Some(place) = layers.iter().position(|layer| layer.id == id) {
            layers.remove(place);
            let shown = self.document.shown;
            let next = if place < shown { shown - 1 } else { shown };
            let last = self.document.layers.len().saturating_sub(1);
            self.document.show(next.min(last));
        }
    }

    fn close_list(&mut self) {
        let Some(list) = self.document.list.clone() else {
            return;
        };
        self.history
            .record(&self.document, "closing of a list", false);
        self.leave_list();
        let offer = ("Undo".to_owned(), Command::Undo);
        let text = format!("{} was closed.", list.name());
        self.notify(Tone::Success, text, vec![offer]);
    }

    /// Calls off the entry that is on its way.
    pub(super) fn call_entry_off(&mut self) {
        if let Some((_, generation)) = self.state.listed.asked.take() {
            self.worker.call_off(Lane::Load, generation);
        }
    }

    /// The entry that is on its way, else the one that is shown.
    fn current_entry(&self) -> Option<usize> {
        let asked = self.state.listed.asked.map(|(entry, _)| entry);
        asked.or(self.document.entry.map(|(entry, _)| entry))
    }

    /// The next entry or the one before; without a list, the next open dump.
    fn step_entry(&mut self, step: isize) {
        let Some(list) = &self.document.list else {
            let next = self.document.shown.checked_add_signed(step);
            if let Some(next) = next.filter(|&next| next < self.document.layers.len()) {
                self.choose(Command::ShowLayer(next));
            }
            return;
        };
        let next = match self.current_entry() {
            Some(entry) => entry.checked_add_signed(step),
            None => Some(0),
        };
        if let Some(next) = next.filter(|&next| next < list.entries.len()) {
            self.show_entry(next);
        }
    }

    /// Shows an entry: at once if it is kept, else once it is read.
    fn show_entry(&mut self, entry: usize) {
        let Some(list) = &self.document.list else {
            return;
        };
        if self.state.listed.list != list.id {
            // Undo brought another list back.
            let list = list.id;
            self.state.listed = Listed {
                list,
                ..Listed::default()
            };
        }
        self.state.listed.tried = None;
        if let Some(layer) = self.state.listed.layer(entry).cloned() {
            self.call_entry_off();
            return self.place_entry(entry, &layer);
        }
        let asked = self.state.listed.asked.map(|(entry, _)| entry);
        if asked != Some(entry) {
            self.ask_entry(entry);
        }
    }

    /// Asks for an entry in the place of the one that is on its way.
    fn ask_entry(&mut self, entry: usize) {
        self.call_entry_off();
        let Some(list) = &self.document.list else {
            return;
        };
        let Some(wanted) = list.entries.get(entry) else {
            return;
        };
        let listed = &self.state.listed;
        let known = listed.readings.get(&2).unwrap_or(&listed.pick.read_as);
        let pick = Pick {
            key: wanted.key.clone(),
            read_as: known.clone(),
            memory_limit: self.memory_limit,
        };
        let request = LoadRequest {
            path: wanted.path.clone(),
            pick,
            purpose: LoadAs::Entry {
                list: list.id,
                entry,
            },
            batch: self.state.batch,
            epsilon: None,
            then_basis: None,
            instead: None,
        };
        self.load(request);
    }

    /// Asks for a file; where it is a list's entry, it is the one that is awaited.
    pub(super) fn load(&mut self, request: LoadRequest) {
        let entry = match request.purpose {
            LoadAs::Entry { list, entry } if list == self.state.listed.list => Some(entry),
            _ => None,
        };
        let generation = jobs::load(&self.worker, request);
        if let Some(entry) = entry {
            self.state.listed.failures.remove(&entry);
            self.state.listed.asked = Some((entry, generation));
            self.state.listed.reveal = true;
        }
    }

    /// Whether an entry's request is still the one that is awaited.
    pub(super) fn awaits(&self, request: &LoadRequest) -> bool {
        let LoadAs::Entry { list, entry } = request.purpose else {
            return false;
        };
        let open = self.document.list.as_ref().map(|list| list.id);
        let asked = self.state.listed.asked.map(|(entry, _)| entry);
        open == Some(list) && self.state.listed.list == list && asked == Some(entry)
    }

    /// An entry was read.
    pub(super) fn entry_opened(&mut self, layer: &Arc<Layer>, request: &LoadRequest) {
        let LoadAs::Entry { list, entry } = request.purpose else {
            return;
        };
        if self.state.listed.list != list {
            return self.worker.discard(Arc::clone(layer));
        }
        let awaited = self.awaits(request);
        self.state.listed.replace(entry, layer);
        if awaited {
            self.state.listed.asked = None;
            self.place_entry(entry, layer);
        }
        self.keep_within_bounds();
    }

    /// Shows an entry's layer in the place of the entry before.
    fn place_entry(&mut self, entry: usize, layer: &Arc<Layer>) {
        let first = self.state.listed.tried.take().is_some();
        if !first || self.history.undo_kind() != Some(OPENING) {
            self.history
                .record(&self.document, "change of layer", false);
        }
        self.document.layers.retain(|open| !open.is_sample);
        let layers = &self.document.layers;
        let before = self.document.entry.map(|(_, id)| id);
        let place = before.and_then(|id| layers.iter().position(|open| open.id == id));
        if let Some(place) = place {
            self.document.layers.insert(place + 1, Arc::clone(layer));
            self.show_kept(place + 1);
            self.document.layers.remove(place);
            self.document.shown = place;
        } else {
            self.document.layers.push(Arc::clone(layer));
            self.show_kept(self.document.layers.len() - 1);
        }
        self.document.entry = Some((entry, layer.id));
        self.state.listed.replace(entry, layer);
        self.state.listed.reveal = true;
        if first {
            let choices = &mut self.document.choices;
            choices.pins.clear();
            choices.plane = first_plane(choices, layer);
            let epsilon = self.state.listed.epsilon.take();
            self.open_epsilon(layer, epsilon);
            self.state.first_look = Some(layer.id);
            if let Some(basis) = self.state.listed.basis.take() {
                self.load_basis(basis, layer);
            }
        }
    }

    /// Lets the oldest layers of the list go, and the steps of the history that hold
    /// them.
    fn keep_within_bounds(&mut self) {
        for layer in self.state.listed.let_go(self.kept_bytes) {
            self.history.let_go(layer.id);
            self.worker.discard(layer);
        }
    }

    /// An entry could not be read. Until the first opens, the next is tried.
    pub(super) fn entry_failed(&mut self, request: &LoadRequest, error: &str) -> bool {
        let LoadAs::Entry { list, entry } = request.purpose else {
            return false;
        };
        if self.state.listed.list != list {
            return true;
        }
        let awaited = self.awaits(request);
        let said = sentence(error);
        self.state.listed.failures.insert(entry, said);
        if !awaited {
            return true;
        }
        self.state.listed.asked = None;
        let entries = self.document.list.as_ref().map_or(0, |l| l.entries.len());
        let Some(tried) = &mut self.state.listed.tried else {
            return false;
        };
        *tried += 1;
        if *tried < MOST_TRIED && entry + 1 < entries {
            self.ask_entry(entry + 1);
            return true;
        }
        false
    }

    /// What a layer is one of, for a session.
    pub(super) fn listing_of(&self, layer: &Layer) -> Option<Listing> {
        let (_, id) = self.document.entry?;
        let list = self.document.list.as_ref()?;
        (id == layer.id).then_some(list.listing)
    }

    /// The list that a layer of a session was shown in is there again, if the layer is
    /// still in it and no other list was opened meanwhile.
    pub(super) fn listed_again(&mut self, layer: u64, list: FileList) {
        let layers = &self.document.layers;
        let Some(open) = layers.iter().find(|open| open.id == layer) else {
            return;
        };
        let is_shown = |entry: &Entry| {
            let same = entry.path.file_name() == open.dump.path.file_name();
            same && (entry.key.is_none() || entry.key == open.dump.key)
        };
        let place = list.entries.iter().position(is_shown);
        if let Some(place) = place.filter(|_| self.document.list.is_none()) {
            let mut listed = Listed {
                list: list.id,
                reveal: true,
                ..Listed::default()
            };
            let read_as = &open.dump.read_as;
            if !read_as.is_default() {
                let rank = open.dump.array_shape.len();
                listed.readings.insert(rank, read_as.clone());
            }
            listed.replace(place, open);
            self.state.listed = listed;
            self.document.list = Some(Arc::new(list));
            self.document.entry = Some((place, layer));
        }
    }

    /// The list that is open.
    #[must_use]
    pub fn list(&self) -> Option<&FileList> {
        self.document.list.as_deref()
    }

    /// The entries whose layers are in memory, the last used last.
    #[must_use]
    pub fn kept_entries(&self) -> Vec<usize> {
        let kept = self.state.listed.kept.iter();
        kept.map(|(entry, _)| *entry).collect()
    }

    /// Why the entry at that place could not be read.
    #[must_use]
    pub fn entry_failure(&self, entry: usize) -> Option<&str> {
        self.state.listed.failures.get(&entry).map(String::as_str)
    }

    /// Keeps layers of a list up to so many bytes, or two of them.
    pub fn keep_listed_up_to(&mut self, bytes: usize) {
        self.kept_bytes = bytes;
    }
}
