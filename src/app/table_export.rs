//! The dialog that writes what is shown as a table.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use egui::{Context, Frame, Key, Label, Margin, Modal, RichText, Ui};

use crate::srm::Plane;
use crate::words::count;
use crate::worker::Lane;
use crate::worker::export_job::{ExportEnded, ExportFailure};
use crate::worker::table_job::{self, TableOf, TableRequest};

use super::App;
use super::command::{Command, Replace};
use super::dialog::DialogAnswer;
use super::export_view::{main_button, name, path_of, running};
use super::hear::sentence;
use super::theme::{color, palette};
use super::widgets::{number, plane_text, segmented};

/// What can be done about tables.
#[derive(Clone, Debug)]
pub enum TableCommand {
    /// Open the dialog.
    Open,
    /// Open it for that.
    OpenFor(TableOf),
    /// Close it.
    Close,
    /// Write the table to that file.
    Export {
        /// What it holds.
        of: TableOf,
        /// The file.
        path: PathBuf,
        /// Whether a file of that name gives way.
        replace: Replace,
    },
    /// Ask where to write it with the system's dialog.
    Browse,
}

impl From<TableCommand> for Command {
    fn from(command: TableCommand) -> Self {
        Self::Table(command)
    }
}

/// The dialog.
#[derive(Debug)]
pub struct TableDialog {
    /// What the table holds.
    of: TableOf,
    /// Text of the file field.
    path: String,
    /// Whether the user named the file.
    named: bool,
    exists: Option<PathBuf>,
    problem: Option<String>,
    done: Option<PathBuf>,
    /// The file that is being written.
    pub writing: Option<PathBuf>,
    focus: bool,
}

impl TableDialog {
    /// The system's dialog gave a file.
    pub fn take_path(&mut self, path: &Path) {
        self.path = path.display().to_string();
        self.named = true;
        self.changed();
    }

    fn changed(&mut self) {
        self.exists = None;
        self.problem = None;
        self.done = None;
    }

    fn export(&self) -> Option<Command> {
        let path = path_of(&self.path)?;
        if self.writing.is_some() || self.exists.as_ref() == Some(&path) {
            return None;
        }
        let command = TableCommand::Export {
            of: self.of,
            path,
            replace: Replace::Never,
        };
        Some(command.into())
    }
}

impl App {
    pub(super) fn apply_table(&mut self, ctx: &Context, command: TableCommand) {
        match command {
            TableCommand::Open => self.open_table_export(TableOf::Selected),
            TableCommand::OpenFor(of) => self.open_table_export(of),
            TableCommand::Close => self.state.exports.table = None,
            TableCommand::Export { of, path, replace } => self.table_to(of, path, replace),
            TableCommand::Browse => self.browse_table(ctx),
        }
    }

    fn open_table_export(&mut self, of: TableOf) {
        if self.document.layer().is_none() || self.state.exports.dialog.is_some() {
            return;
        }
        let path = self.suggested_export(file_part(of), endings(of)[0]);
        self.state.exports.table = Some(TableDialog {
            of,
            path: path.display().to_string(),
            named: false,
            exists: None,
            problem: None,
            done: None,
            writing: None,
            focus: true,
        });
    }

    fn table_to(&mut self, of: TableOf, path: PathBuf, replace: Replace) {
        let (Some(layer), Some(spec)) = (self.document.layer().cloned(), self.document.spec())
        else {
            return;
        };
        let mut session = self.session();
        session.layers = vec![session.layers.swap_remove(session.shown)];
        session.shown = 0;
        let choices = &self.document.choices;
        let planes: Vec<Plane> = choices.plane.iter().chain(&choices.pins).copied().collect();
        let known = self
            .whole_sweep()
            .map(|known| (known.sweep, known.spotlight));
        if let Some(dialog) = &mut self.state.exports.table {
            dialog.changed();
            dialog.writing = Some(path.clone());
        }
        let request = TableRequest {
            of,
            planes,
            session,
            layer: Arc::clone(&layer),
            spec,
            known,
            samples: self.exported_samples(),
        };
        let force = replace == Replace::Allowed;
        table_job::export_table(&self.worker, request, path, force);
    }

    /// A table was written, or not; `false` where it was none.
    pub(super) fn table_ended(&mut self, ended: &ExportEnded) -> bool {
        let path = &ended.path;
        let dialog = self.state.exports.table.as_mut();
        let Some(dialog) = dialog.filter(|dialog| dialog.writing.as_ref() == Some(path)) else {
            return false;
        };
        dialog.writing = None;
        match &ended.result {
            Ok(()) => {
                self.preferences.export_folder = path.parent().map(Path::to_owned);
                dialog.done = Some(path.clone());
            }
            Err(ExportFailure::Exists) => dialog.exists = Some(path.clone()),
            Err(ExportFailure::Cancelled) => {}
            Err(ExportFailure::Said(why)) => dialog.problem = Some(sentence(why)),
        }
        true
    }

    fn browse_table(&self, ctx: &Context) {
        let Some(dialog) = &self.state.exports.table else {
            return;
        };
        let (path, of) = (PathBuf::from(&dialog.path), dialog.of);
        self.ask(ctx, move || {
            let mut dialog = rfd::FileDialog::new()
                .set_title("Export table")
                .add_filter("Tables", endings(of));
            if let Some(folder) = path.parent() {
                dialog = dialog.set_directory(folder);
            }
            if let Some(name) = path.file_name() {
                dialog = dialog.set_file_name(name.to_string_lossy());
            }
            dialog.save_file().map(DialogAnswer::ExportTo)
        });
    }

    pub(super) fn table_dialog(&mut self, ui: &mut Ui, commands: &mut Vec<Command>) {
        if self.state.exports.table.is_none() {
            return;
        }
        let frame = Frame::window(ui.style()).inner_margin(Margin::symmetric(16, 14));
        let popup = egui::Popup::is_any_open(ui.ctx());
        Modal::new(egui::Id::unique("table dialog"))
            .frame(frame)
            .show(ui.ctx(), |ui| {
                ui.set_width(520.0);
                self.table_contents(ui, commands);
            });
        let Some(dialog) = &self.state.exports.table else {
            return;
        };
        let free = ui.memory(|memory| memory.focused().is_none());
        if !popup && free && ui.input(|i| i.key_pressed(Key::Enter)) {
            commands.extend(dialog.export());
        }
        if !popup && ui.input(|i| i.key_pressed(Key::Escape)) {
            commands.push(Command::Cancel);
        }
    }

    fn table_contents(&mut self, ui: &mut Ui, commands: &mut Vec<Command>) {
        ui.label(RichText::new("Export table").heading());
        ui.add_space(6.0);
        let words = TableOf::ALL.map(|of| (of, self.table_words(of)));
        let progress = self.worker.progress(Lane::Export);
        let Some(dialog) = &mut self.state.exports.table else {
            return;
        };
        let before = dialog.of;
        for (of, words) in words {
            let (text, hover, usable) = match words {
                Ok((text, hover)) => (text, hover, true),
                Err((text, why)) => (text, why, false),
            };
            ui.add_enabled_ui(usable, |ui| {
                ui.radio_value(&mut dialog.of, of, text)
                    .on_hover_text(hover)
                    .on_disabled_hover_text(hover);
            });
        }
        if dialog.of != before {
            dialog.changed();
            dialog.follow(before);
        }
        ui.add_space(8.0);
        file_line(ui, dialog, commands);
        ui.add_space(8.0);
        outcome(ui, dialog, progress.as_ref(), commands);
        let can = dialog.export();
        ui.horizontal(|ui| {
            let response = ui
                .add_enabled(can.is_some(), main_button(ui, "Export", can.is_some()))
                .on_hover_text("Write the table to the file (Enter)")
                .on_disabled_hover_text("Give a file name that is free, or replace the file");
            if response.clicked() {
                commands.extend(can);
            }
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                let hover = "Back to the views (Esc)";
                if ui.button("Close").on_hover_text(hover).clicked() {
                    commands.push(TableCommand::Close.into());
                }
            });
        });
    }

    /// What a table holds, in words, and what its rows are; or why there is none.
    fn table_words(&self, of: TableOf) -> Result<(String, &'static str), (String, &'static str)> {
        let choices = &self.document.choices;
        let planes = self.document.spec().map_or(0, |spec| spec.planes.len());
        let plane = choices.plane.map(plane_text);
        let chosen = || plane.clone().ok_or("No plane is selected");
        Ok(match of {
            TableOf::Selected => (
                format!(
                    "The curve of {}",
                    chosen().map_err(|why| ("The curve of the selected plane".to_owned(), why))?
                ),
                "A row an angle: plane_i, plane_j, angle_rad, count, fraction",
            ),
            TableOf::Pinned => {
                let text = "The curves of the selected and the pinned planes".to_owned();
                if choices.pins.is_empty() || chosen().is_err() {
                    return Err((text, "No plane is pinned (P pins the selected one)"));
                }
                (
                    text,
                    "A row an angle of a plane: plane_i, plane_j, angle_rad, count, fraction",
                )
            }
            TableOf::Ensemble => (
                format!("The ensemble of {} planes", number(planes)),
                "A row an angle: angle_rad, mean, std, min, max",
            ),
            TableOf::Planes => (
                format!("Statistics of {} planes", number(planes)),
                "A row a plane: lit, peak, peak_angle_rad, mean, alignment and more",
            ),
            TableOf::Everything => (
                format!("The curves of all {} planes", number(planes)),
                "A row an angle of a plane; as npz a matrix of counts: the file may be large",
            ),
            TableOf::SampleRows => (
                format!("Row numbers of {}", self.samples_words()?),
                "Rows of the array, from 0 on, in the order of the list: int64, or a column `row`",
            ),
            TableOf::SampleActivations => (
                format!("Activations of {}", self.samples_words()?),
                "Those rows of the array, in the order of the list and in its dtype",
            ),
        })
    }
}

impl App {
    /// The samples that an export is of, in words; or why there are none.
    fn samples_words(&self) -> Result<String, (String, &'static str)> {
        let why = "No sample is in the spotlight";
        let samples = self.exported_samples();
        let samples = samples.ok_or_else(|| ("Samples in the spotlight".to_owned(), why))?;
        let count = count(samples.len() as u64, "sample");
        Ok(if self.state.samples.selected().is_empty() {
            format!("the {count} in the spotlight")
        } else {
            format!("the {count} selected in the spotlight")
        })
    }
}

/// Endings of files that can hold that, the usual one first.
fn endings(of: TableOf) -> &'static [&'static str] {
    match of {
        TableOf::SampleRows => &["npy", "csv"],
        TableOf::SampleActivations => &["npy"],
        _ => &["csv", "tsv", "json", "npz"],
    }
}

impl TableDialog {
    /// The file's name follows what it holds until the user names it.
    fn follow(&mut self, before: TableOf) {
        if self.named {
            return;
        }
        let path = PathBuf::from(&self.path);
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let stem = stem.strip_suffix(file_part(before)).unwrap_or(&stem);
        let ending = path.extension().unwrap_or_default().to_string_lossy();
        let can = endings(self.of);
        let ending = can.iter().find(|one| ending == **one).unwrap_or(&can[0]);
        let name = format!("{stem}{}.{ending}", file_part(self.of));
        self.path = path.with_file_name(name).display().to_string();
    }
}

fn file_line(ui: &mut Ui, dialog: &mut TableDialog, commands: &mut Vec<Command>) {
    let can = endings(dialog.of);
    let now = Path::new(dialog.path.trim()).extension();
    let now = now.and_then(|ending| can.iter().find(|one| ending == **one));
    let now = now.copied().unwrap_or("");
    ui.horizontal(|ui| {
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let formats = [
                ("csv", "CSV", "For pandas, R and spreadsheets"),
                ("json", "JSON", "Columns as arrays"),
                ("npz", "npz", "Arrays for numpy.load"),
                ("npy", "npy", "An array for numpy.load"),
            ];
            let formats: Vec<_> = formats
                .into_iter()
                .filter(|one| can.contains(&one.0))
                .collect();
            if let Some(ending) = segmented(ui, now, &formats) {
                let path = Path::new(dialog.path.trim()).with_extension(ending);
                dialog.path = path.display().to_string();
                dialog.changed();
            }
            let hover = "Choose with the system's dialog";
            if ui.button("Choose…").on_hover_text(hover).clicked() {
                commands.push(TableCommand::Browse.into());
            }
            let width = ui.available_width();
            let edit = egui::TextEdit::singleline(&mut dialog.path).desired_width(width);
            let hover = format!("The ending chooses the format: .{}", can.join(", ."));
            let response = ui.add(edit).on_hover_text(hover);
            response.widget_info(|| {
                egui::WidgetInfo::labeled(egui::Role::TextInput, true, "table to write")
            });
            if std::mem::take(&mut dialog.focus) {
                response.request_focus();
            }
            if response.changed() {
                dialog.changed();
                dialog.named = true;
            }
        });
    });
}

/// How the export stands.
fn outcome(
    ui: &mut Ui,
    dialog: &mut TableDialog,
    progress: Option<&crate::worker::Progress>,
    commands: &mut Vec<Command>,
) {
    let colors = palette(ui.ctx());
    let line = |ui: &mut Ui, text: &str, ink| {
        ui.add(Label::new(RichText::new(text).color(color(ink))).wrap());
    };
    if let Some(path) = &dialog.writing {
        ui.horizontal(|ui| running(ui, path, progress, commands));
    } else if let Some(path) = dialog.exists.clone() {
        ui.horizontal(|ui| {
            line(ui, &format!("{} exists.", name(&path)), colors.error);
            if ui
                .button("Replace")
                .on_hover_text("Write over it")
                .clicked()
            {
                let command = TableCommand::Export {
                    of: dialog.of,
                    path,
                    replace: Replace::Allowed,
                };
                commands.push(command.into());
            }
            let hover = "Keep it, and type another name";
            if ui
                .button("Choose another name")
                .on_hover_text(hover)
                .clicked()
            {
                dialog.exists = None;
                dialog.focus = true;
            }
        });
    } else if let Some(problem) = &dialog.problem {
        line(ui, problem, colors.error);
    } else if let Some(path) = &dialog.done {
        line(ui, &format!("✓ Wrote {}.", name(path)), colors.text);
    } else {
        return;
    }
    ui.add_space(8.0);
}

fn file_part(of: TableOf) -> &'static str {
    match of {
        TableOf::Selected => "curve",
        TableOf::Pinned => "pinned-curves",
        TableOf::Ensemble => "ensemble",
        TableOf::Planes => "planes",
        TableOf::Everything => "all-curves",
        TableOf::SampleRows => "rows",
        TableOf::SampleActivations => "activations",
    }
}
