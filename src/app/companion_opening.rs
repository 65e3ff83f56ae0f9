//! Opening labels, class names and images, and telling what files that were dropped are.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use egui::Context;

use crate::data::{MEMORY_LIMIT, Pick, Recognised, Role, classes};
use crate::session::{CompanionRecord, CompanionRole};
use crate::words::count;
use crate::worker::companion_job::{
    self, Belongs, Companion, CompanionMessage, CompanionRequest, Holds,
};
use crate::worker::jobs;
use crate::worker::message::{LoadAs, LoadRequest};

use super::App;
use super::command::Command;
use super::companions::name;
use super::dialog::DialogAnswer;
use super::hear::sentence;
use super::state::Tone;

const OPENING: &str = "opening of labels or images";

/// What a user can do about companions.
#[derive(Clone, Debug)]
pub enum CompanionCommand {
    /// Ask for a file with the system's dialog.
    Ask(CompanionRole),
    /// Open that file as that.
    Open {
        /// The file or folder.
        path: PathBuf,
        /// What it is.
        role: CompanionRole,
    },
    /// Use a file otherwise than it was.
    Instead {
        /// The file or folder.
        path: PathBuf,
        /// The array's key in a file of several.
        key: Option<String>,
        /// What it is to be.
        role: Role,
        /// The companion that it was used as, which goes.
        gone: Option<u64>,
    },
    /// Take the companion of that number away.
    Remove(u64),
}

/// Files that hover over the window, and what they are once that is known.
#[derive(Debug, Default)]
pub struct Hovered {
    paths: Vec<PathBuf>,
    found: Vec<Recognised>,
}

/// What was said of a file.
#[derive(Debug)]
struct Said {
    name: String,
    text: String,
    offers: Vec<(String, Command)>,
}

/// What is known of companions beside the document.
#[derive(Debug, Default)]
pub struct CompanionState {
    hovered: Hovered,
    /// What was said of the files that came together last, with their number.
    said: (Option<u64>, Vec<Said>),
    /// Those of a session, by its number, of which no layer is there yet.
    waiting: Vec<(u64, CompanionRecord, Arc<Companion>)>,
    /// Those whose files' hashes were asked for.
    hashed: BTreeSet<u64>,
    /// Whether the list of classes is shown.
    pub classes_shown: bool,
}

impl App {
    pub(super) fn apply_companion(&mut self, ctx: &Context, command: CompanionCommand) {
        match command {
            CompanionCommand::Ask(role) => self.companion_dialog(ctx, role),
            CompanionCommand::Open { path, role } => self.open_companion(path, role, MEMORY_LIMIT),
            CompanionCommand::Instead {
                path,
                key,
                role,
                gone,
            } => self.use_instead(path, Pick::key(key.as_deref()), role, gone),
            CompanionCommand::Remove(id) => self.remove_companion(id),
        }
    }

    fn companion_dialog(&self, ctx: &Context, role: CompanionRole) {
        self.ask(ctx, move || {
            let dialog = rfd::FileDialog::new();
            let (title, known): (_, &[&str]) = match role {
                CompanionRole::Labels => ("Open labels", &["npy", "npz", "txt", "csv", "tsv"]),
                CompanionRole::ClassNames => (
                    "Open class names",
                    &["txt", "csv", "tsv", "json", "npy", "npz"],
                ),
                CompanionRole::Images => ("Open images", &["npy", "npz"]),
            };
            let dialog = dialog.set_title(title).add_filter(title, known);
            let path = dialog.add_filter("All files", &["*"]).pick_file()?;
            Some(DialogAnswer::Companion { path, role })
        });
    }

    /// Opens a file as that, whatever it looks like.
    pub(super) fn open_companion(&mut self, path: PathBuf, role: CompanionRole, limit: u64) {
        let path = std::path::absolute(&path).unwrap_or(path);
        let request = CompanionRequest {
            path,
            pick: Pick {
                memory_limit: limit,
                ..Pick::default()
            },
            role,
            others: Vec::new(),
            belongs: Belongs::Perhaps,
            batch: self.next_batch(),
        };
        companion_job::load(&self.worker, request);
    }

    /// Opens what the command line named, once the files before are open.
    pub(super) fn open_companions(&mut self, args: crate::cli::CompanionArgs, limit: u64) {
        let of = |paths: Vec<PathBuf>, role| paths.into_iter().map(move |path| (path, role));
        let all = of(args.labels, CompanionRole::Labels)
            .chain(of(args.class_names, CompanionRole::ClassNames))
            .chain(of(args.images, CompanionRole::Images));
        for (path, role) in all {
            self.open_companion(path, role, limit);
        }
    }

    // Dropped files

    /// Opens files as what they most likely are, those that come together sorted out
    /// together.
    pub(super) fn sort_out(&mut self, paths: Vec<PathBuf>) {
        if !paths.is_empty() {
            companion_job::sort(&self.worker, paths, self.document.open_facts());
        }
    }

    /// Asks what hovers over the window, once.
    pub(super) fn look_at_hovered(&mut self, ctx: &Context) {
        let paths: Vec<PathBuf> = ctx.input(|input| {
            let files = input.raw.hovered_files.iter();
            files.filter_map(|file| file.path.clone()).collect()
        });
        let hovered = &mut self.state.companions.hovered;
        if paths == hovered.paths {
            return;
        }
        hovered.paths.clone_from(&paths);
        hovered.found.clear();
        let sessions = paths
            .iter()
            .any(|path| crate::session::is_named_session(path));
        if !paths.is_empty() && !sessions {
            companion_job::look(&self.worker, paths, self.document.open_facts());
        }
    }

    /// What a drop of these files will do, in two lines, where they were looked at in
    /// time.
    pub(super) fn companions_will(&self, paths: &[PathBuf]) -> Option<(String, String)> {
        let hovered = &self.state.companions.hovered;
        if hovered.paths != paths {
            return None;
        }
        match &hovered.found[..] {
            [] => None,
            // The overlay knows dumps and bases itself.
            [one] if is_dump(one) && one.detail.is_empty() => None,
            [one] if one.role == Role::Basis => None,
            [one] => Some(match &one.refused {
                Some(why) => (format!("{} cannot be used", one.file_name), why.clone()),
                None if is_dump(one) => (
                    format!("Drop to open {}", one.file_name),
                    format!("as {}: {}", one.what, one.detail),
                ),
                None => (
                    format!("Drop {}", one.what),
                    format!("{}, {}", one.file_name, one.detail),
                ),
            }),
            several if several.iter().all(is_dump) => None,
            several => {
                let parts: Vec<String> = several
                    .iter()
                    .map(|one| match &one.refused {
                        Some(_) => format!("{} (not used)", one.file_name),
                        None => format!("{}: {}", one.file_name, one.what),
                    })
                    .collect();
                let files = hovered.paths.len();
                let title = format!("Drop to open {}", count(files as u64, "file"));
                let shown = parts.iter().take(3).cloned().collect::<Vec<_>>().join("; ");
                let more = parts.len().saturating_sub(3);
                let rest = if more > 0 {
                    format!("; and {more} more")
                } else {
                    String::new()
                };
                Some((title, shown + &rest))
            }
        }
    }

    pub(super) fn hear_companion(&mut self, message: CompanionMessage) {
        match message {
            CompanionMessage::Looked { paths, found } => {
                let hovered = &mut self.state.companions.hovered;
                if hovered.paths == paths {
                    hovered.found = found;
                }
            }
            CompanionMessage::Sorted(found) => self.sorted(found),
            CompanionMessage::Opened { companion, request } => {
                self.companion_opened(companion, request.map(|request| *request));
            }
            CompanionMessage::OfSample(companions) => {
                for companion in companions {
                    self.document.companions.add(companion);
                }
            }
            CompanionMessage::Restored {
                number,
                record,
                companion,
            } => self.companion_restored(number, &record, companion),
            CompanionMessage::Failed { request, error } => {
                self.fail_screenshot(&error);
                let role = role_of(request.role);
                let others = request.others.iter().filter(|&&other| other != role);
                let key = request.pick.key.as_deref();
                let offers = others.map(|&other| instead(&request.path, key, other, None));
                let offers = offers.collect();
                self.notify(Tone::Error, sentence(&error), offers);
            }
        }
    }

    fn sorted(&mut self, found: Vec<Recognised>) {
        let (dumps, mut companions): (Vec<_>, Vec<_>) = found.into_iter().partition(is_dump);
        // Names are compared with the labels that come along.
        companions.sort_by_key(|one| one.role == Role::ClassNames);
        self.open_dumps(dumps.into_iter().map(|one| one.path).collect(), false);
        let batch = self.next_batch();
        for one in companions {
            if let Some(why) = &one.refused {
                let offers = one.others.iter();
                let offers =
                    offers.map(|&other| instead(&one.path, one.key.as_deref(), other, None));
                let offers = offers.collect();
                self.notify(Tone::Error, sentence(why), offers);
                continue;
            }
            let Some(role) = companion_role(one.role) else {
                continue;
            };
            let request = CompanionRequest {
                path: one.path,
                pick: Pick::key(one.key.as_deref()),
                role,
                others: one.others,
                belongs: match role {
                    CompanionRole::ClassNames => Belongs::Perhaps,
                    _ => Belongs::Surely,
                },
                batch,
            };
            companion_job::load(&self.worker, request);
        }
    }

    /// A companion was read: it joins the document if it fits what is open.
    fn companion_opened(&mut self, companion: Arc<Companion>, request: Option<CompanionRequest>) {
        let others = request.as_ref().map(|request| request.others.clone());
        let others = others.unwrap_or_default();
        let batch = request.as_ref().map(|request| request.batch);
        let surely = request.is_some_and(|request| request.belongs == Belongs::Surely);
        let misfit = self.misfit(&companion).filter(|_| !surely);
        let offers = |gone| {
            let offer = |&other| instead(companion.file.path(), companion.key(), other, gone);
            others.iter().map(offer).collect()
        };
        if let Some(why) = misfit {
            self.fail_screenshot(&why);
            self.notify(Tone::Error, sentence(&why), offers(None));
            return self.worker.discard(companion);
        }
        let offers: Vec<_> = offers(Some(companion.id));
        self.history.record(&self.document, OPENING, false);
        self.document.companions.add(Arc::clone(&companion));
        let said = format!("{}: {}.", name(&companion), self.says(&companion));
        let said = Said {
            name: name(&companion),
            text: said,
            offers,
        };
        self.say_of_batch(batch, said);
    }

    /// Says what became of a file; of files that came together in one strip.
    fn say_of_batch(&mut self, batch: Option<u64>, said: Said) {
        let known = &mut self.state.companions.said;
        if batch.is_none() || known.0 != batch {
            *known = (batch, Vec::new());
        }
        known.1.push(said);
        let together = known.1.len() > 1;
        let texts: Vec<&str> = known.1.iter().map(|said| said.text.as_str()).collect();
        let text = texts.join(" ");
        let offers = known.1.iter().flat_map(|said| {
            said.offers.iter().map(|(label, command)| {
                let label = if together {
                    format!("{}: {label}", said.name)
                } else {
                    label.clone()
                };
                (label, command.clone())
            })
        });
        let offers = offers.collect();
        self.notify(Tone::Success, text, offers);
    }

    /// What a companion is for, in a few words.
    fn says(&self, companion: &Companion) -> String {
        match &companion.holds {
            Holds::Labels(labels) => {
                let samples = count(labels.entries() as u64, "sample");
                format!("labels for {samples}, {}", classes(labels.classes.len()))
            }
            Holds::ClassNames(names) => {
                let names = format!("names of {}", classes(names.names.len()));
                let labelled = self.document.companions.all();
                if labelled
                    .map(|one| one.role())
                    .any(|role| role == CompanionRole::Labels)
                {
                    names
                } else {
                    format!("{names}, for labels that are opened with them")
                }
            }
            Holds::Images { images, .. } => {
                let [width, height] = images.size;
                let mut text = format!(
                    "pictures of {}, {width} × {height} pixels",
                    count(images.entries() as u64, "sample")
                );
                for note in &images.notes {
                    text = format!("{text}; {note}");
                }
                text
            }
        }
    }

    /// Why a companion fits nothing that is open; a sentence with both counts.
    fn misfit(&self, companion: &Companion) -> Option<String> {
        let document = &self.document;
        let entries = companion.entries();
        let noun = match &companion.holds {
            Holds::ClassNames(names) => {
                let mut labels = document
                    .companions
                    .all()
                    .filter_map(|one| match &one.holds {
                        Holds::Labels(labels) => Some(labels),
                        _ => None,
                    });
                let first = labels.next()?;
                let fit = names.fit(first) || labels.any(|labels| names.fit(labels));
                return (!fit).then(|| names.misfit(first));
            }
            Holds::Labels(_) => "label",
            Holds::Images { .. } => "picture",
        };
        if document
            .layers
            .iter()
            .any(|layer| layer.has_entries(entries))
        {
            return None;
        }
        let holds = format!("{} holds {}", name(companion), count(entries as u64, noun));
        Some(match document.layer() {
            None => format!("{holds}, but no dump is open that has as many samples: open it first"),
            Some(layer) => format!(
                "{holds}, but {} has {}",
                layer.name(),
                count(layer.dump.entries() as u64, "sample")
            ),
        })
    }

    /// Uses a file otherwise; the companion that it was used as goes.
    fn use_instead(&mut self, path: PathBuf, pick: Pick, role: Role, gone: Option<u64>) {
        if let Some(gone) = gone
            && self.document.companions.all().any(|one| one.id == gone)
        {
            self.history.record(&self.document, OPENING, false);
            self.document.companions.remove(gone);
        }
        if let Some(role) = companion_role(role) {
            let others = Vec::new();
            let request = CompanionRequest {
                path,
                pick,
                role,
                others,
                belongs: Belongs::Perhaps,
                batch: self.next_batch(),
            };
            return companion_job::load(&self.worker, request);
        }
        let purpose = match (role, self.document.layer()) {
            (Role::Basis, Some(layer)) => LoadAs::Basis(Arc::clone(layer)),
            _ => LoadAs::Activations,
        };
        let request = LoadRequest {
            path,
            pick,
            purpose,
            batch: self.next_batch(),
            epsilon: None,
            then_basis: None,
            instead: None,
        };
        jobs::load(&self.worker, request);
    }

    fn remove_companion(&mut self, id: u64) {
        let before = self.document.clone();
        let Some(removed) = self.document.companions.remove(id) else {
            return;
        };
        self.history
            .record(&before, "removal of labels or images", false);
        let offer = ("Undo".to_owned(), Command::Undo);
        let text = format!("{} was removed.", name(&removed));
        self.notify(Tone::Success, text, vec![offer]);
    }

    // Sessions

    /// A companion of the session that is open was read, or not.
    fn companion_restored(
        &mut self,
        number: u64,
        record: &CompanionRecord,
        companion: Result<Arc<Companion>, Option<String>>,
    ) {
        let open = self
            .state
            .open
            .as_ref()
            .filter(|open| open.number == number);
        let restoring = self.state.restoring.as_ref();
        let waits = restoring.is_some_and(|restoring| restoring.number == number);
        if open.is_none() && !waits {
            // Another session is open by now.
            return self.worker.discard(companion);
        }
        match companion {
            Ok(companion) => {
                if open.is_none() {
                    // Until the first of the layers that are asked for is there.
                    let waiting = (number, record.clone(), companion);
                    return self.state.companions.waiting.push(waiting);
                }
                self.expect_companion(&companion, record);
                self.document.companions.add(companion);
            }
            Err(why) => {
                let name = &record.file_name;
                let lost = || {
                    let what = as_what(record.role);
                    format!(
                        "{name}, which the session has {what}, isn't where it was: drop it on the \
                         window"
                    )
                };
                let text = why.unwrap_or_else(lost);
                self.fail_screenshot(&text);
                self.notify(Tone::Error, sentence(&text), Vec::new());
            }
        }
    }

    /// Adds the companions that waited for the session of that number.
    pub(super) fn take_waiting_companions(&mut self, number: u64) {
        for (of, record, companion) in std::mem::take(&mut self.state.companions.waiting) {
            if of == number {
                self.companion_restored(number, &record, Ok(companion));
            }
        }
    }

    /// Asks for the hash of a companion's file, if one is not known yet.
    pub(super) fn request_companion_hash(&mut self) {
        let hashed = &mut self.state.companions.hashed;
        let unknown = self.document.companions.all().find(|one| {
            let known = one.is_folder() || one.is_sample || one.file.sha256().is_some();
            !known && !hashed.contains(&one.id)
        });
        if let Some(companion) = unknown {
            hashed.insert(companion.id);
            companion_job::hash(&self.worker, companion);
        }
    }
}

fn as_what(role: CompanionRole) -> &'static str {
    match role {
        CompanionRole::Labels => "as labels",
        CompanionRole::ClassNames => "as class names",
        CompanionRole::Images => "as images",
    }
}

/// Whether it is opened by itself rather than beside a dump.
fn is_dump(one: &Recognised) -> bool {
    companion_role(one.role).is_none()
}

fn companion_role(role: Role) -> Option<CompanionRole> {
    match role {
        Role::Labels => Some(CompanionRole::Labels),
        Role::ClassNames => Some(CompanionRole::ClassNames),
        Role::Images => Some(CompanionRole::Images),
        Role::Activations | Role::Basis | Role::Other => None,
    }
}

fn role_of(role: CompanionRole) -> Role {
    match role {
        CompanionRole::Labels => Role::Labels,
        CompanionRole::ClassNames => Role::ClassNames,
        CompanionRole::Images => Role::Images,
    }
}

/// The offer to use a file otherwise.
fn instead(
    path: &std::path::Path,
    key: Option<&str>,
    role: Role,
    gone: Option<u64>,
) -> (String, Command) {
    let label = match role {
        Role::Activations | Role::Other => "Open it as activations instead",
        Role::Labels => "Use it as labels instead",
        Role::ClassNames => "Use it as class names instead",
        Role::Images => "Use it as images instead",
        Role::Basis => "Use it as the basis instead",
    };
    let command = CompanionCommand::Instead {
        path: path.to_owned(),
        key: key.map(str::to_owned),
        role,
        gone,
    };
    (label.to_owned(), Command::Companion(command))
}
