//! Files of a session that are not where they were: asked for one by one, found by
//! a dialog, a path or a drop.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use egui::{Button, Context, Key, RichText, TextEdit, Ui, Window};

use crate::data::EXTENSIONS;
use crate::session::Place;
use crate::worker::session_job;

use super::App;
use super::command::Command;
use super::data_panel::expand;
use super::dialog::DialogAnswer;
use super::session::{Progress, Restoring};
use super::theme::{color, palette};

/// A file that a session misses.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Missing {
    file_name: String,
    sha256: Option<String>,
    /// Why the one that was found is not it.
    problem: Option<String>,
}

impl Restoring {
    /// The files that are missing, each once.
    fn missing(&self) -> Vec<Missing> {
        let mut all: Vec<Missing> = Vec::new();
        let mut add = |file_name: &str, sha256: &Option<String>, problem: &Option<String>| {
            if all.iter().all(|known| known.file_name != file_name) {
                all.push(Missing {
                    file_name: file_name.to_owned(),
                    sha256: sha256.clone(),
                    problem: problem.clone(),
                });
            }
        };
        for (slot, record) in self.slots.iter().zip(&self.session.layers) {
            if slot.progress != Progress::Missing {
                continue;
            }
            if slot.places.activations == Place::Unknown {
                let source = &record.source;
                add(&source.file_name, &source.sha256, &slot.problem);
            }
            if let (Some(Place::Unknown), Some(basis)) = (&slot.places.basis, &record.basis) {
                add(&basis.file_name, &basis.sha256, &slot.problem);
            }
        }
        all
    }

    /// Takes a file for the missing one of that name; the layers that are complete
    /// with it.
    fn found(&mut self, file_name: &str, path: &Path) -> Vec<usize> {
        let mut complete = Vec::new();
        let slots = self.slots.iter_mut().zip(&self.session.layers);
        for (index, (slot, record)) in slots.enumerate() {
            if slot.progress != Progress::Missing {
                continue;
            }
            let places = &mut slot.places;
            let at = || Place::At(path.to_owned());
            if places.activations == Place::Unknown && record.source.file_name == file_name {
                places.activations = at();
            }
            let basis = record.basis.as_ref();
            if places.basis == Some(Place::Unknown)
                && basis.is_some_and(|basis| basis.file_name == file_name)
            {
                places.basis = Some(at());
            }
            if places.is_complete() {
                slot.progress = Progress::Loading;
                complete.push(index);
            }
        }
        complete
    }
}

impl App {
    fn missing(&self) -> Vec<Missing> {
        let restoring = self.state.restoring.as_ref();
        restoring.map(Restoring::missing).unwrap_or_default()
    }

    /// The name of the first file that a session misses.
    pub(super) fn first_missing(&self) -> Option<String> {
        let first = self.missing().into_iter().next()?;
        Some(first.file_name)
    }

    /// Whether a session misses a file of that name.
    pub(super) fn misses(&self, path: &Path) -> bool {
        let name = path.file_name().map(|name| name.to_string_lossy());
        let missing = self.missing();
        missing
            .iter()
            .any(|missing| name.as_deref() == Some(&missing.file_name))
    }

    /// Takes files for those that a session misses, by their name or their hash;
    /// gives the others back.
    pub(super) fn answer_missing(&mut self, paths: Vec<PathBuf>) -> Vec<PathBuf> {
        let mut others = Vec::new();
        for path in paths {
            let missing = self.missing();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let place = missing.iter().position(|missing| missing.file_name == name);
            let hashes = || missing.iter().map(|missing| missing.sha256.clone());
            match (&self.state.restoring, place) {
                (Some(_), Some(place)) => self.locate(place, &path),
                (Some(restoring), None) if hashes().any(|hash| hash.is_some()) => {
                    let (number, hashes) = (restoring.number, hashes().collect());
                    session_job::identify(&self.worker, path, number, hashes);
                }
                _ => others.push(path),
            }
        }
        others
    }

    /// Whether a file was one that a session misses; else it is opened as any other.
    pub(super) fn identified(&mut self, path: PathBuf, is: Option<(u64, usize)>) {
        let number = self
            .state
            .restoring
            .as_ref()
            .map(|restoring| restoring.number);
        match is {
            Some((of, place)) if Some(of) == number => self.locate(place, &path),
            _ => self.sort_out(vec![path]),
        }
    }

    /// Takes a file for the missing one at that place.
    pub(super) fn locate(&mut self, missing: usize, path: &Path) {
        let Some(missing) = self.missing().into_iter().nth(missing) else {
            return;
        };
        let Some(restoring) = &mut self.state.restoring else {
            return;
        };
        restoring.path_text.clear();
        for index in restoring.found(&missing.file_name, path) {
            let (number, session) = (restoring.number, Arc::clone(&restoring.session));
            let places = restoring.slots[index].places.clone();
            session_job::open_layer(&self.worker, number, session, index, places);
        }
    }

    pub(super) fn browse_missing(&self, ctx: &Context, missing: usize) {
        let Some(file) = self.missing().into_iter().nth(missing) else {
            return;
        };
        self.ask(ctx, move || {
            let path = rfd::FileDialog::new()
                .set_title(format!("Where is {}?", file.file_name))
                .add_filter("Arrays", &EXTENSIONS)
                .add_filter("All files", &["*"])
                .pick_file()?;
            Some(DialogAnswer::Locate { missing, path })
        });
    }

    /// The window that asks for missing files.
    pub(super) fn missing_files(&mut self, ui: &mut Ui, commands: &mut Vec<Command>) {
        let missing = self.missing();
        let Some(restoring) = self
            .state
            .restoring
            .as_mut()
            .filter(|_| !missing.is_empty())
        else {
            return;
        };
        let origin = restoring.origin.name();
        let mut open = true;
        let (title, without) = match missing.len() {
            1 => ("A file is missing".to_owned(), "Open without it"),
            n => (format!("{n} files are missing"), "Open without them"),
        };
        Window::new(title)
            .open(&mut open)
            .collapsible(false)
            .resizable(false)
            .default_width(460.0)
            .anchor(egui::Align2::CENTER_CENTER, [0.0, 0.0])
            .show(ui.ctx(), |ui| {
                egui::ScrollArea::vertical()
                    .max_height(260.0)
                    .show(ui, |ui| {
                        for (place, missing) in missing.iter().enumerate() {
                            entry(ui, place, missing, &origin, commands);
                        }
                    });
                ui.add_space(6.0);
                let hint = format!("path of {}, or drop it on the window", missing[0].file_name);
                let field = TextEdit::singleline(&mut restoring.path_text)
                    .hint_text(hint)
                    .desired_width(f32::INFINITY);
                let response = ui.add(field);
                response.widget_info(|| {
                    egui::WidgetInfo::labeled(
                        egui::Role::TextInput,
                        true,
                        "path of the missing file",
                    )
                });
                let entered = response.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter));
                let text = restoring.path_text.trim();
                if entered && !text.is_empty() {
                    let path = expand(text);
                    let path = std::path::absolute(&path).unwrap_or(path);
                    commands.push(Command::Locate { missing: 0, path });
                }
                ui.add_space(4.0);
                if ui.button(without).clicked() {
                    commands.push(Command::LeaveMissing);
                }
            });
        if !open {
            commands.push(Command::LeaveMissing);
        }
    }
}

fn entry(ui: &mut Ui, place: usize, missing: &Missing, origin: &str, commands: &mut Vec<Command>) {
    let name = &missing.file_name;
    ui.horizontal(|ui| {
        let text = format!("{name}, which {origin} was made from, isn't where it was.");
        let room = ui.available_width() - 90.0;
        ui.scope(|ui| {
            ui.set_max_width(room);
            ui.add(egui::Label::new(text).wrap());
        });
        let locate = ui
            .add(Button::new("Locate…"))
            .on_hover_text(format!("Choose {name} with the system's dialog"));
        if locate.clicked() {
            commands.push(Command::BrowseMissing(place));
        }
    });
    if let Some(problem) = &missing.problem {
        let error = color(palette(ui.ctx()).error);
        ui.label(RichText::new(problem).color(error));
    }
}
