//! The export dialog: options at the left, the very picture at the right, the file
//! below.

use std::path::{Path, PathBuf};

use egui::{
    CentralPanel, Frame, Key, Label, Margin, Modal, Panel, RichText, ScrollArea, Ui, Vec2, vec2,
};

use crate::figure::Format;
use crate::scene::Color;
use crate::session::figure_command;
use crate::table::CaptionFormat;
use crate::worker::{Lane, Progress};

use super::App;
use super::command::{Command, Replace};
use super::data_panel::expand;
use super::export::{ExportDialog, FigureCommand};
use super::theme::{color, palette};
use super::widgets::{link, segmented};

/// Width of the options.
const OPTIONS: f32 = 286.0;

/// How large a dialog over the views is at most.
const LARGEST: Vec2 = Vec2::new(1160.0, 760.0);

impl App {
    pub(super) fn export_dialog(&mut self, ui: &mut Ui, commands: &mut Vec<Command>) {
        if self.state.exports.dialog.is_none() {
            return;
        }
        if self.document.layer().is_none() {
            commands.push(FigureCommand::Close.into());
            return;
        }
        let room = ui.ctx().content_rect().size();
        let size = (room - vec2(24.0, 24.0)).min(LARGEST);
        let frame = Frame::window(ui.style()).inner_margin(Margin::symmetric(16, 14));
        let inner = size - frame.total_margin().sum();
        let popup_before = egui::Popup::is_any_open(ui.ctx());
        Modal::new(egui::Id::unique("export dialog"))
            .frame(frame)
            .show(ui.ctx(), |ui| {
                ui.set_min_size(inner);
                ui.set_max_size(inner);
                self.export_contents(ui, commands);
            });
        self.export_keys(ui, popup_before, commands);
    }

    /// Enter exports and Esc closes, unless they mean something to what has the
    /// keyboard.
    fn export_keys(&self, ui: &Ui, popup: bool, commands: &mut Vec<Command>) {
        if popup || egui::Popup::is_any_open(ui.ctx()) {
            return;
        }
        let free = ui.memory(|memory| memory.focused().is_none());
        if free && ui.input(|i| i.key_pressed(Key::Enter)) {
            commands.extend(self.export_command());
        }
        if ui.input(|i| i.key_pressed(Key::Escape)) {
            commands.push(Command::Cancel);
        }
    }

    /// Writes the figure to the file in the field.
    fn export_command(&self) -> Option<Command> {
        let dialog = self.state.exports.dialog.as_ref()?;
        let path = path_of(&dialog.path)?;
        if dialog.writing.is_some() {
            return None;
        }
        let replace = if dialog.exists.as_ref() == Some(&path) {
            return None;
        } else {
            Replace::Never
        };
        Some(FigureCommand::Export { path, replace }.into())
    }

    fn export_contents(&mut self, ui: &mut Ui, commands: &mut Vec<Command>) {
        Panel::bottom("export bottom")
            .frame(Frame::new().inner_margin(Margin {
                top: 12,
                ..Margin::ZERO
            }))
            .show_separator_line(false)
            .show(ui, |ui| self.export_bottom(ui, commands));
        Panel::left("export options")
            .frame(Frame::new().inner_margin(Margin {
                right: 14,
                ..Margin::ZERO
            }))
            .resizable(false)
            .show_separator_line(false)
            .exact_size(OPTIONS)
            .show(ui, |ui| {
                ui.label(RichText::new("Export figure").heading());
                ui.add_space(6.0);
                ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
                    ui.set_max_width(ui.available_width() - 10.0);
                    self.export_options(ui, commands);
                });
            });
        CentralPanel::default()
            .frame(Frame::new())
            .show(ui, |ui| self.export_preview(ui));
    }

    fn export_bottom(&mut self, ui: &mut Ui, commands: &mut Vec<Command>) {
        self.export_outcome(ui, commands);
        let can = self.export_command();
        let Some(dialog) = &mut self.state.exports.dialog else {
            return;
        };
        let format = Format::of_path(Path::new(dialog.path.trim())).ok();
        ui.horizontal(|ui| {
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                let formats = [
                    (
                        Some(Format::Pdf),
                        "PDF",
                        "Vectors, fonts embedded: for LaTeX",
                    ),
                    (
                        Some(Format::Svg),
                        "SVG",
                        "Vectors, text as text: for editing",
                    ),
                    (Some(Format::Png), "PNG", "Pixels: for slides and the web"),
                ];
                if let Some(Some(format)) = segmented(ui, format, &formats) {
                    let path = Path::new(dialog.path.trim()).with_extension(format.extension());
                    dialog.path = path.display().to_string();
                    dialog.changed();
                }
                let hover = "Choose with the system's dialog";
                if ui.button("Choose…").on_hover_text(hover).clicked() {
                    commands.push(FigureCommand::Browse.into());
                }
                ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                    let secondary = color(palette(ui.ctx()).secondary);
                    ui.label(RichText::new("file").color(secondary));
                    let hover = "The ending chooses the format: .pdf, .svg or .png";
                    let width = ui.available_width();
                    let edit = egui::TextEdit::singleline(&mut dialog.path).desired_width(width);
                    let response = ui.add(edit).on_hover_text(hover);
                    response.widget_info(|| {
                        egui::WidgetInfo::labeled(egui::Role::TextInput, true, "file to write")
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
        });
        ui.add_space(6.0);
        ui.horizontal(|ui| buttons(ui, can, format, commands));
    }

    /// How the export stands: running, done, refused, or a question; else what the
    /// figure shows.
    fn export_outcome(&mut self, ui: &mut Ui, commands: &mut Vec<Command>) {
        // Always there, so that the picture keeps its size.
        let line = vec2(ui.available_width(), 22.0);
        let layout = egui::Layout::left_to_right(egui::Align::Center);
        ui.allocate_ui_with_layout(line, layout, |ui| {
            ui.set_min_height(line.y);
            self.outcome_line(ui, commands);
        });
        let dialog = self.state.exports.dialog.as_ref();
        if let Some(command) = dialog.and_then(|dialog| dialog.command.as_ref()) {
            ui.add(Label::new(RichText::new(command).monospace()).wrap());
        }
        ui.add_space(6.0);
    }

    fn outcome_line(&mut self, ui: &mut Ui, commands: &mut Vec<Command>) {
        let colors = palette(ui.ctx());
        let progress = self.worker.progress(Lane::Export);
        let shown = self.state.exports.preview.result();
        let picture = shown.and_then(|preview| preview.result.as_ref().ok());
        let description = picture.map_or("", |picture| &picture.description);
        let Some(dialog) = &self.state.exports.dialog else {
            return;
        };
        if let Some(path) = &dialog.writing {
            running(ui, path, progress.as_ref(), commands);
        } else if let Some(path) = dialog.exists.clone() {
            said(ui, &format!("{} exists.", name(&path)), colors.error);
            if ui
                .button("Replace")
                .on_hover_text("Write over it")
                .clicked()
            {
                let replace = Replace::Allowed;
                commands.push(FigureCommand::Export { path, replace }.into());
            }
            let hover = "Keep it, and type another name";
            if ui
                .button("Choose another name")
                .on_hover_text(hover)
                .clicked()
            {
                self.other_name();
            }
        } else if let Some(problem) = &dialog.problem {
            said(ui, problem, colors.error);
        } else if let Some(path) = dialog.done.clone() {
            said(ui, &format!("✓ Wrote {}.", name(&path)), colors.text);
            let hover = "The command line that makes this figure again";
            if dialog.command.is_none() && link(ui, "Show command", hover).clicked() {
                let format = Format::of_path(&path).unwrap_or(Format::Pdf);
                let command = figure_command(&self.session(), format.extension());
                if let Some(dialog) = &mut self.state.exports.dialog {
                    dialog.command = command;
                }
            }
        } else {
            said(ui, description, colors.secondary);
        }
    }

    fn other_name(&mut self) {
        if let Some(dialog) = &mut self.state.exports.dialog {
            dialog.exists = None;
            dialog.focus = true;
        }
    }
}

/// One line of text, cut off at its end; all of it on hover.
pub(super) fn said(ui: &mut Ui, text: &str, ink: Color) {
    let text = RichText::new(text).color(color(ink));
    ui.add(Label::new(text).truncate());
}

/// A file that is being written, with a way to call that off.
pub(super) fn running(
    ui: &mut Ui,
    path: &Path,
    progress: Option<&Progress>,
    commands: &mut Vec<Command>,
) {
    ui.add(egui::Spinner::new().size(14.0));
    let text = format!("Exporting {}", name(path));
    said(ui, &text, palette(ui.ctx()).text);
    if let Some(progress) = progress.filter(|progress| progress.total > 0) {
        let share = progress.done as f32 / progress.total as f32;
        let bar = egui::ProgressBar::new(share).desired_width(140.0);
        ui.add(bar.desired_height(8.0));
    }
    let hover = "Nothing of the file is kept (Esc)";
    if ui.button("Cancel").on_hover_text(hover).clicked() {
        commands.push(FigureCommand::CallOff.into());
    }
    // Progress moves without anybody touching the window.
    ui.ctx()
        .request_repaint_after(std::time::Duration::from_millis(50));
}

impl ExportDialog {
    /// The file is another: what was said of the last is gone.
    pub fn changed(&mut self) {
        self.exists = None;
        self.problem = None;
        self.done = None;
        self.command = None;
    }
}

fn buttons(ui: &mut Ui, can: Option<Command>, format: Option<Format>, commands: &mut Vec<Command>) {
    let response = ui
        .add_enabled(can.is_some(), main_button(ui, "Export", can.is_some()))
        .on_hover_text("Write the figure to the file (Enter)")
        .on_disabled_hover_text("Give a file name that is free, or replace the file");
    if response.clicked() {
        commands.extend(can);
    }
    let hover = "The figure as a picture on the clipboard, at up to 300 dpi";
    if ui.button("Copy image").on_hover_text(hover).clicked() {
        commands.push(FigureCommand::CopyImage.into());
    }
    let hover = "The command line that makes this figure, on the clipboard";
    if ui.button("Copy command").on_hover_text(hover).clicked() {
        let format = format.unwrap_or(Format::Pdf);
        commands.push(FigureCommand::CopyCommand(format).into());
    }
    let menu = ui.menu_button("Copy caption ▾", |ui| {
        for (format, name) in [
            (CaptionFormat::Latex, "for LaTeX"),
            (CaptionFormat::Markdown, "for Markdown"),
            (CaptionFormat::Text, "as plain text"),
        ] {
            if ui.button(name).clicked() {
                commands.push(FigureCommand::CopyCaption(format).into());
                ui.close();
            }
        }
    });
    menu.response
        .on_hover_text("What is shown, by which method and options, with the citation");
    ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
        let hover = "Back to the views; the options stay (Esc)";
        if ui.button("Close").on_hover_text(hover).clicked() {
            commands.push(FigureCommand::Close.into());
        }
    });
}

/// The button that a dialog is there for: filled while it can be clicked.
pub(super) fn main_button(ui: &Ui, text: &str, can: bool) -> egui::Button<'static> {
    let colors = palette(ui.ctx());
    let size = vec2(84.0, 24.0);
    if !can {
        return egui::Button::new(text.to_owned()).min_size(size);
    }
    let text = RichText::new(text).color(color(colors.background)).strong();
    egui::Button::new(text)
        .fill(color(colors.accent))
        .min_size(size)
}

/// The file that a text names; `None` of no text.
pub(super) fn path_of(text: &str) -> Option<PathBuf> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let path = expand(text);
    Some(std::path::absolute(&path).unwrap_or(path))
}

pub(super) fn name(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    name.to_string_lossy().into_owned()
}
