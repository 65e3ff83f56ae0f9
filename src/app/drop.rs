//! Drag and drop: what a drop will do is said while the files hover. A hover
//! carries no position, so it doesn't matter where they land.

use egui::{Align2, Color32, FontId, LayerId, Order, Pos2, Ui};
use std::path::{Path, PathBuf};

use crate::session::is_named_session;

use super::App;
use super::theme::{bold, color, palette};

impl App {
    /// Opens what was dropped.
    pub(super) fn take_dropped(&mut self, ctx: &egui::Context) {
        let paths: Vec<PathBuf> = ctx.input(|input| {
            let files = input.raw.dropped_files.iter();
            files.map(|file| file.path().to_owned()).collect()
        });
        if !paths.is_empty() {
            self.open_all(paths, false);
        }
    }

    pub(super) fn drop_overlay(&self, ui: &Ui) {
        let hovered: Vec<PathBuf> = ui.ctx().input(|input| {
            let files = input.raw.hovered_files.iter();
            files
                .map(|file| file.path.clone().unwrap_or_default())
                .collect()
        });
        if hovered.is_empty() {
            return;
        }
        let ctx = ui.ctx();
        let colors = palette(ctx);
        let area = ctx.content_rect();
        let layer = LayerId::new(Order::Foreground, egui::Id::unique("drop overlay"));
        let painter = ctx.layer_painter(layer);
        painter.rect_filled(area, 0.0, Color32::from_black_alpha(170));
        let card = Align2::CENTER_CENTER.anchor_size(area.center(), egui::vec2(520.0, 130.0));
        let edge = egui::Stroke::new(2.0, color(colors.spotlight));
        painter.rect(
            card,
            10.0,
            color(colors.background),
            edge,
            egui::StrokeKind::Inside,
        );
        let line = |at: Pos2, text: String, size: f32, family, ink| {
            painter.text(
                at,
                Align2::CENTER_CENTER,
                text,
                FontId::new(size, family),
                ink,
            );
        };
        let (what, detail) = self.drop_will(&hovered);
        let middle = card.center();
        line(
            middle - egui::vec2(0.0, 18.0),
            what,
            17.0,
            bold(),
            color(colors.text),
        );
        let font = FontId::new(12.5, egui::FontFamily::Proportional);
        let secondary = color(colors.secondary);
        // What a group will be takes more than a line.
        let detail = painter.layout(detail, font, secondary, card.width() - 32.0);
        let corner = middle + egui::vec2(-detail.size().x / 2.0, 13.0);
        painter.galley(corner, detail, secondary);
    }

    /// What a drop of these files will do, in two lines.
    #[must_use]
    pub fn drop_will(&self, hovered: &[PathBuf]) -> (String, String) {
        let name = |path: &Path| match path.file_name() {
            Some(name) => name.to_string_lossy().into_owned(),
            None => "the file".to_owned(),
        };
        if !hovered.iter().any(|path| self.misses(path))
            && let Some(lines) = self.companions_will(hovered)
        {
            return lines;
        }
        match hovered {
            [path] => {
                if is_named_session(path) {
                    return (
                        format!("Drop to open {}", name(path)),
                        "the session in it: its layers, ε, planes and views".to_owned(),
                    );
                }
                if self.misses(path) {
                    return (
                        format!("Drop {}", name(path)),
                        "It is asked for by the session that is being opened".to_owned(),
                    );
                }
                let basis = crate::worker::jobs::is_named_basis(path);
                match self.document.layer().filter(|_| basis) {
                    Some(layer) => (
                        format!("Drop {}", name(path)),
                        format!(
                            "Its name says basis: it becomes the basis of {} if it fits",
                            layer.name()
                        ),
                    ),
                    None => (
                        format!("Drop to open {}", name(path)),
                        "as activations: one row a sample, one column a neuron".to_owned(),
                    ),
                }
            }
            several => (
                format!("Drop to open {} files", several.len()),
                "as a list; the first is shown".to_owned(),
            ),
        }
    }
}
