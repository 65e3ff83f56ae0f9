//! The export dialog: options at the left, the very picture at the right, the file
//! below.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use egui::{
    CentralPanel, Frame, Key, Label, Margin, Modal, Panel, Rect, RichText, ScrollArea, Sense,
    TextureOptions, Ui, Vec2, vec2,
};

use crate::figure::Format;
use crate::scene::Raster;
use crate::session::figure_command;
use crate::table::CaptionFormat;
use crate::worker::Lane;
use crate::worker::export_job::{Picture, Pixels};

use super::App;
use super::command::{Command, Replace};
use super::data_panel::expand;
use super::export::{ExportDialog, FigureCommand, SCREEN_PER_MM, Zoom};
use super::theme::{color, palette};
use super::widgets::{empty, link, segmented};

/// Width of the options.
const OPTIONS: f32 = 286.0;

/// Side of a square of the ground that shows through.
const SQUARE: f32 = 8.0;

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

    // The picture

    fn export_preview(&mut self, ui: &mut Ui) {
        ui.horizontal(|ui| {
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                if let Some(dialog) = &mut self.state.exports.dialog {
                    let choices = [
                        (Zoom::Fit, "fit", "As large as there is room"),
                        (
                            Zoom::Page,
                            "100%",
                            "As large as on the page (96 dpi screen)",
                        ),
                    ];
                    dialog.zoom = segmented(ui, dialog.zoom, &choices).unwrap_or(dialog.zoom);
                }
                ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                    self.at_final_size(ui);
                });
            });
        });
        ui.add_space(4.0);
        let frame = Frame::new()
            .fill(color(palette(ui.ctx()).plot))
            .corner_radius(5)
            .inner_margin(12);
        frame.show(ui, |ui| self.picture_or_why(ui));
    }

    /// What the page measures, and whether that is too small to read.
    fn at_final_size(&self, ui: &mut Ui) {
        let spec = &self.state.figure;
        let preset = spec.width.preset();
        let shown = self.state.exports.preview.result();
        let picture = shown.and_then(|preview| preview.result.as_ref().ok());
        let mut text = match picture {
            Some(Picture {
                size_mm: [width, height],
                ..
            }) => format!("{width:.1} × {height:.1} mm"),
            None => format!("{:.1} mm wide", spec.width.mm()),
        };
        text = format!(
            "{text} · text {} pt · lines {} pt",
            spec.font(),
            spec.line()
        );
        let colors = palette(ui.ctx());
        let small = spec.font() < preset.least_font_pt;
        let thin = spec.line() < preset.least_line_pt;
        let mut ink = colors.secondary;
        if small || thin {
            ink = colors.note;
            let (what, least) = if small {
                ("text", preset.least_font_pt)
            } else {
                ("lines", preset.least_line_pt)
            };
            text = format!("{text}: {what} under {least} pt is hard to read in print");
        }
        let label = Label::new(RichText::new(text).color(color(ink)));
        ui.add(label.truncate())
            .on_hover_text("At final size: as it will be printed");
    }

    fn picture_or_why(&mut self, ui: &mut Ui) {
        let room = ui.available_size();
        let scale = ui.pixels_per_point();
        let side = ui.input(|i| i.raw.max_texture_side).unwrap_or(2048) as u32;
        let zoom = self
            .state
            .exports
            .dialog
            .as_ref()
            .map_or(Zoom::Fit, |dialog| dialog.zoom);
        let pixels = match zoom {
            Zoom::Fit => Pixels {
                within: [room.x, room.y].map(|side_pt| ((side_pt * scale) as u32).clamp(1, side)),
                per_mm: None,
            },
            Zoom::Page => Pixels {
                within: [side; 2],
                per_mm: Some(SCREEN_PER_MM * f64::from(scale)),
            },
        };
        self.request_preview(pixels);
        let waits = self
            .figure_request(&self.state.figure)
            .is_some_and(|request| self.waits_for_sweep(&request));
        match self.state.exports.preview.result() {
            Some(preview) => match &preview.result {
                Ok(picture) => {
                    let raster = Arc::clone(&picture.raster);
                    self.picture(ui, &raster, room);
                }
                Err(why) => empty(ui, why),
            },
            None if waits => empty(ui, "The layer is being swept: the figure follows."),
            None => empty(ui, "Drawing the figure…"),
        }
        if waits || self.worker.is_busy(Lane::Preview) {
            ui.ctx()
                .request_repaint_after(std::time::Duration::from_millis(50));
        }
    }

    fn picture(&mut self, ui: &mut Ui, raster: &Arc<Raster>, room: Vec2) {
        let scale = ui.pixels_per_point();
        let texture = self.textures.get(ui.ctx(), raster, TextureOptions::LINEAR);
        let size = vec2(raster.width as f32, raster.height as f32) / scale;
        let transparent = self.state.figure.background.is_transparent();
        let dark = self.state.figure.background.is_dark();
        ScrollArea::both().auto_shrink(false).show(ui, |ui| {
            let (whole, response) = ui.allocate_exact_size(size.max(room), Sense::hover());
            response.widget_info(|| {
                egui::WidgetInfo::labeled(egui::Role::Image, true, "preview of the figure")
            });
            let corner = whole.center() - size / 2.0;
            // On the grid of pixels: else every line would be blurred.
            let corner = ((corner.to_vec2() * scale).round() / scale).to_pos2();
            let rect = Rect::from_min_size(corner, size);
            if transparent {
                checkerboard(ui, rect, dark);
            }
            let uv = Rect::from_min_max(egui::pos2(0.0, 0.0), egui::pos2(1.0, 1.0));
            ui.painter()
                .image(texture.id(), rect, uv, egui::Color32::WHITE);
        });
    }

    // The file

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

    /// How the export stands: running, done, refused, or a question.
    fn export_outcome(&mut self, ui: &mut Ui, commands: &mut Vec<Command>) {
        let colors = palette(ui.ctx());
        let progress = self.worker.progress(Lane::Export);
        let session = self.session();
        let Some(dialog) = &mut self.state.exports.dialog else {
            return;
        };
        let line = |ui: &mut Ui, text: &str, ink| {
            ui.add(Label::new(RichText::new(text).color(color(ink))).wrap());
        };
        if let Some(path) = dialog.writing.clone() {
            ui.horizontal(|ui| {
                ui.add(egui::Spinner::new().size(14.0));
                line(ui, &format!("Exporting {}", name(&path)), colors.text);
                if let Some(progress) = progress.filter(|progress| progress.total > 0) {
                    let share = progress.done as f32 / progress.total as f32;
                    let bar = egui::ProgressBar::new(share).desired_width(140.0);
                    ui.add(bar.desired_height(8.0));
                }
                let hover = "Nothing of the file is kept (Esc)";
                if ui.button("Cancel").on_hover_text(hover).clicked() {
                    commands.push(FigureCommand::CallOff.into());
                }
            });
            ui.ctx()
                .request_repaint_after(std::time::Duration::from_millis(50));
        } else if let Some(path) = dialog.exists.clone() {
            ui.horizontal(|ui| {
                line(ui, &format!("{} exists.", name(&path)), colors.error);
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
                    dialog.exists = None;
                    dialog.focus = true;
                }
            });
        } else if let Some(problem) = &dialog.problem {
            line(ui, problem, colors.error);
        } else if let Some(path) = dialog.done.clone() {
            ui.horizontal(|ui| {
                line(ui, &format!("✓ Wrote {}.", name(&path)), colors.text);
                let hover = "The command line that makes this figure again";
                if dialog.command.is_none() && link(ui, "Show command", hover).clicked() {
                    let format = Format::of_path(&path).unwrap_or(Format::Pdf);
                    dialog.command = figure_command(&session, format.extension());
                }
            });
            if let Some(command) = &dialog.command {
                ui.add(Label::new(RichText::new(command).monospace()).wrap());
            }
        } else {
            return;
        }
        ui.add_space(6.0);
    }
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
    let accent = color(palette(ui.ctx()).accent);
    let ink = color(palette(ui.ctx()).background);
    let text = RichText::new("Export").color(ink).strong();
    let button = egui::Button::new(text)
        .fill(accent)
        .min_size(vec2(84.0, 24.0));
    let response = ui
        .add_enabled(can.is_some(), button)
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

/// The ground that shows where nothing is painted.
fn checkerboard(ui: &Ui, rect: Rect, dark: bool) {
    let (one, other) = if dark { (38, 52) } else { (255, 228) };
    let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
    painter.rect_filled(rect, 0.0, egui::Color32::from_gray(one));
    let columns = (rect.width() / SQUARE).ceil() as usize;
    let rows = (rect.height() / SQUARE).ceil() as usize;
    for row in 0..rows {
        for column in (row % 2..columns).step_by(2) {
            let corner = rect.min + vec2(column as f32, row as f32) * SQUARE;
            let square = Rect::from_min_size(corner, Vec2::splat(SQUARE));
            painter.rect_filled(square, 0.0, egui::Color32::from_gray(other));
        }
    }
}
