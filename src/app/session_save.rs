//! Saving the session: to its own file at once, else to one that is asked for. A
//! file that is there already gives way only when that was said.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use egui::{Context, Key, RichText, TextEdit, Ui, Window};

use crate::session::SESSION_EXTENSION;
use crate::table::TableError;
use crate::worker::session_job::{self, Ended, Origin};

use super::App;
use super::command::{Command, Replace};
use super::data_panel::expand;
use super::dialog::DialogAnswer;
use super::hear::sentence;
use super::state::{OpenSession, Tone};
use super::theme::{color, palette};

/// The window that asks where to save the session.
#[derive(Debug)]
pub struct SaveDialog {
    /// Text of its path field.
    text: String,
    /// The file that is there already.
    exists: Option<PathBuf>,
    /// Why nothing was written.
    problem: Option<String>,
    /// Whether the field is to take the keyboard.
    focus: bool,
}

impl App {
    /// Saves the session to its file; asks where that is not yet known.
    pub(super) fn save_session(&mut self) {
        match &self.state.open {
            Some(OpenSession {
                origin: Origin::Session(path),
                ..
            }) => {
                let path = path.clone();
                self.save_to(path, Replace::Allowed);
            }
            _ => self.ask_where_to_save(),
        }
    }

    pub(super) fn ask_where_to_save(&mut self) {
        // A path that is being typed stays.
        if self.document.layer().is_none() || self.state.saving.is_some() {
            return;
        }
        self.state.saving = Some(SaveDialog {
            text: self.suggested_path().display().to_string(),
            exists: None,
            problem: None,
            focus: true,
        });
    }

    /// Beside the session or figure that is open, else beside the shown dump.
    fn suggested_path(&self) -> PathBuf {
        let open = self.state.open.as_ref().map(|open| &open.origin);
        let path = match (open, self.document.layer()) {
            (Some(origin @ (Origin::Session(_) | Origin::Figure(_))), _) => origin.path(),
            (_, Some(layer)) if !layer.is_sample => layer.file.path(),
            _ => Path::new("sample"),
        };
        let path = path.with_extension(SESSION_EXTENSION);
        std::path::absolute(&path).unwrap_or(path)
    }

    pub(super) fn browse_save(&self, ctx: &Context) {
        let suggested = self.suggested_path();
        self.ask(ctx, move || {
            let mut dialog = rfd::FileDialog::new()
                .set_title("Save session")
                .add_filter("Session (.followspot)", &[SESSION_EXTENSION]);
            if let Some(folder) = suggested.parent() {
                dialog = dialog.set_directory(folder);
            }
            if let Some(name) = suggested.file_name() {
                dialog = dialog.set_file_name(name.to_string_lossy());
            }
            dialog.save_file().map(DialogAnswer::SaveTo)
        });
    }

    /// The system's dialog has asked whether a file there gives way; not if its name
    /// was not yet whole.
    pub(super) fn save_as_picked(&mut self, path: &Path) {
        let whole = with_extension(path.to_owned());
        let replace = if whole == path {
            Replace::Allowed
        } else {
            Replace::Never
        };
        self.save_to(whole, replace);
    }

    /// Writes the session beside the window.
    pub(super) fn save_to(&mut self, path: PathBuf, replace: Replace) {
        if self.document.layer().is_none() {
            return;
        }
        if let Some(dialog) = &mut self.state.saving {
            dialog.text = path.display().to_string();
            dialog.problem = None;
            dialog.exists = None;
        }
        let is_own = match &self.state.open {
            Some(open) => open.origin == Origin::Session(path.clone()),
            None => false,
        };
        let layers: Vec<_> = self.document.layers.iter().map(Arc::clone).collect();
        let force = is_own || replace == Replace::Allowed;
        let companions = self.document.kept_companions();
        session_job::save(
            &self.worker,
            self.session(),
            layers,
            companions,
            path,
            force,
        );
    }

    /// A session was written, or not.
    pub(super) fn session_saved(&mut self, ended: Ended) {
        let Ended { path, result } = ended;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let problem = match result {
            Ok(()) => {
                let text = format!("Saved {name}.");
                let number = self.state.open.as_ref().map_or(0, |open| open.number);
                self.preferences.remember(path.clone());
                self.state.open = Some(OpenSession {
                    number,
                    origin: Origin::Session(path),
                });
                self.state.saving = None;
                return self.notify(Tone::Success, text, Vec::new());
            }
            Err(TableError::Exists { .. }) => {
                let dialog = self.state.saving.get_or_insert_with(|| SaveDialog {
                    text: path.display().to_string(),
                    exists: None,
                    problem: None,
                    focus: false,
                });
                dialog.exists = Some(path);
                return;
            }
            Err(error) => sentence(&error.to_string()),
        };
        match &mut self.state.saving {
            Some(dialog) => dialog.problem = Some(problem),
            None => self.notify(Tone::Error, problem, Vec::new()),
        }
    }

    pub(super) fn save_dialog(&mut self, ui: &mut Ui, commands: &mut Vec<Command>) {
        let Some(dialog) = &mut self.state.saving else {
            return;
        };
        let mut open = true;
        Window::new("Save session")
            .open(&mut open)
            .collapsible(false)
            .resizable(false)
            .default_width(460.0)
            .anchor(egui::Align2::CENTER_CENTER, [0.0, 0.0])
            .show(ui.ctx(), |ui| contents(ui, dialog, commands));
        if !open {
            self.state.saving = None;
        }
    }
}

fn contents(ui: &mut Ui, dialog: &mut SaveDialog, commands: &mut Vec<Command>) {
    let colors = palette(ui.ctx());
    ui.label("What is open, how it is shown and where its data are, as JSON.");
    ui.add_space(6.0);
    let field = TextEdit::singleline(&mut dialog.text).desired_width(f32::INFINITY);
    let response = ui
        .add(field)
        .on_hover_text("A path to a .followspot file; Enter saves it");
    response.widget_info(|| {
        egui::WidgetInfo::labeled(egui::Role::TextInput, true, "path of the session")
    });
    if std::mem::take(&mut dialog.focus) {
        response.request_focus();
    }
    if response.changed() {
        dialog.exists = None;
        dialog.problem = None;
    }
    let entered = response.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter));
    let text = dialog.text.trim();
    let path = with_extension(expand(text));
    let path = std::path::absolute(&path).unwrap_or(path);
    if let Some(problem) = &dialog.problem {
        ui.label(RichText::new(problem).color(color(colors.error)));
    }
    if let Some(exists) = dialog.exists.clone() {
        let name = exists.file_name().unwrap_or_default().to_string_lossy();
        ui.horizontal(|ui| {
            ui.label(RichText::new(format!("{name} exists.")).color(color(colors.error)));
            if ui.button("Replace it").clicked() {
                commands.push(Command::SaveTo {
                    path: exists.clone(),
                    replace: Replace::Allowed,
                });
            }
        });
    }
    ui.add_space(6.0);
    ui.horizontal(|ui| {
        let clicked = ui
            .add_enabled(!text.is_empty(), egui::Button::new("Save"))
            .clicked();
        if (clicked || entered) && !text.is_empty() {
            commands.push(Command::SaveTo {
                path,
                replace: Replace::Never,
            });
        }
        if ui
            .button("Browse…")
            .on_hover_text("Choose with the system's dialog")
            .clicked()
        {
            commands.push(Command::BrowseSave);
        }
    });
}

/// A name without the extension of sessions gets it, so that none is taken for a
/// figure or a dump.
fn with_extension(mut path: PathBuf) -> PathBuf {
    let known = [SESSION_EXTENSION, "json"];
    let has_one = path.extension().is_some_and(|extension| {
        known
            .iter()
            .any(|known| extension.eq_ignore_ascii_case(known))
    });
    if !has_one && path.file_name().is_some() {
        path.add_extension(SESSION_EXTENSION);
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_without_an_extension_gets_one() {
        for (path, expected) in [
            ("a/paper", "a/paper.followspot"),
            ("a/paper.json", "a/paper.json"),
            ("a/paper.Followspot", "a/paper.Followspot"),
            ("a/fig.v2", "a/fig.v2.followspot"),
            ("a/fig.pdf", "a/fig.pdf.followspot"),
            ("/", "/"),
            ("", ""),
        ] {
            assert_eq!(with_extension(PathBuf::from(path)), PathBuf::from(expected));
        }
    }
}
