//! The figure as it will be, in the export dialog: sharp, at the size that there is
//! room for or that it has on the page.

use std::sync::Arc;

use egui::{Frame, Label, Rect, RichText, ScrollArea, Sense, TextureOptions, Ui, Vec2, vec2};

use crate::scene::Raster;
use crate::worker::Lane;
use crate::worker::export_job::{Picture, Pixels};

use super::App;
use super::export::{SCREEN_PER_MM, Zoom};
use super::theme::{color, palette};
use super::widgets::{empty, segmented};

/// Side of a square of the ground that shows through.
const SQUARE: f32 = 8.0;

/// How long the old picture may stay before that is shown.
const LATE: std::time::Duration = std::time::Duration::from_millis(300);

impl App {
    pub(super) fn export_preview(&mut self, ui: &mut Ui) {
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
        if self.preview_is_late() {
            ui.add(egui::Spinner::new().size(12.0))
                .on_hover_text("The figure is drawn anew");
        }
        let label = Label::new(RichText::new(text).color(color(ink)));
        ui.add(label.truncate())
            .on_hover_text("At final size: as it will be printed");
    }

    /// Whether the picture answers what was asked for a while ago.
    fn preview_is_late(&self) -> bool {
        let preview = &self.state.exports.preview;
        let late = |since: std::time::Instant| since.elapsed() > LATE;
        let request = || self.figure_request(&self.state.figure);
        (preview.is_stale() && preview.since.is_some_and(late))
            || request().is_some_and(|request| self.waits_for_sweep(&request))
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
