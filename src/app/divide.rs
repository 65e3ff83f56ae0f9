//! The four views beside and below each other, in shares that can be dragged and
//! that survive a smaller window.

use egui::{CursorIcon, Rect, Sense, Ui, UiBuilder, pos2, vec2};

use crate::session::{FigureView, PlanesAs};

use super::App;
use super::command::Command;
use super::theme::{color, palette};

/// Least width and height of a view in points.
const LEAST: [f32; 2] = [210.0, 120.0];

impl App {
    pub(super) fn divided(&mut self, ui: &mut Ui, commands: &mut Vec<Command>) {
        let area = ui.available_rect_before_wrap();
        let share = |share: f32, whole: f32, least: f32| {
            let most = (whole - least).max(least);
            (whole * share).clamp(least.min(most), most)
        };
        let division = self.preferences.division;
        let low = area.bottom() - share(division.ensemble, area.height(), LEAST[1]);
        let middle = area.right() - share(division.heatmap, area.width(), LEAST[0]);
        let polar = Rect::from_min_max(area.min, pos2(middle, low));
        let heatmap = Rect::from_min_max(pos2(middle, area.top()), pos2(area.right(), low));
        let below = area.right() - share(division.samples, area.width(), LEAST[0]);
        let ensemble = Rect::from_min_max(pos2(area.left(), low), pos2(below, area.bottom()));
        let samples = Rect::from_min_max(pos2(below, low), area.max);
        self.splitters(ui, area, pos2(middle, low), below);
        self.see_clicked(ui, [polar, heatmap, ensemble]);
        within(ui, polar, |ui| self.plane_view(ui, commands));
        within(ui, heatmap, |ui| self.planes_view(ui, commands));
        within(ui, ensemble, |ui| self.ensemble_view(ui, commands));
        within(ui, samples, |ui| self.samples_panel(ui, commands));
        ui.advance_cursor_after_rect(area);
    }

    /// Remembers the view that was clicked last: it is the one that is copied.
    fn see_clicked(&mut self, ui: &Ui, [polar, planes, ensemble]: [Rect; 3]) {
        let pressed = ui.input(|i| {
            let position = i.pointer.interact_pos();
            position.filter(|_| i.pointer.any_pressed())
        });
        let Some(at) = pressed.filter(|&at| ui.ctx().layer_id_at(at) == Some(ui.layer_id())) else {
            return;
        };
        let planes_as = match self.preferences.planes_as {
            PlanesAs::Heatmap => FigureView::Heatmap,
            PlanesAs::Atlas => FigureView::Atlas,
            PlanesAs::Directions => FigureView::Directions,
        };
        for (rect, view) in [
            (polar, self.plane_figure()),
            (planes, planes_as),
            (ensemble, FigureView::Ensemble),
        ] {
            if rect.contains(at) {
                self.state.exports.clicked = view;
            }
        }
    }

    fn splitters(&mut self, ui: &mut Ui, area: Rect, corner: egui::Pos2, below: f32) {
        let division = &mut self.preferences.division;
        let standing = Rect::from_min_max(pos2(corner.x, area.top()), corner);
        let lying = Rect::from_min_max(pos2(area.left(), corner.y), pos2(area.right(), corner.y));
        let lower = Rect::from_min_max(pos2(below, corner.y), pos2(below, area.bottom()));
        let colors = palette(ui.ctx());
        for (name, line, cursor) in [
            ("width", standing, CursorIcon::ResizeHorizontal),
            ("height", lying, CursorIcon::ResizeVertical),
            ("lower width", lower, CursorIcon::ResizeHorizontal),
        ] {
            let grip = line.expand2(if name == "height" {
                vec2(0.0, 3.0)
            } else {
                vec2(3.0, 0.0)
            });
            let response = ui.interact(grip, ui.scope_id().with(name), Sense::drag());
            let held = response.hovered() || response.dragged();
            if held {
                ui.ctx().set_cursor_icon(cursor);
            }
            if response.dragged()
                && let Some(pointer) = response.interact_pointer_pos()
            {
                let limit = |share: f32| share.clamp(0.1, 0.9);
                let right = limit((area.right() - pointer.x) / area.width());
                match name {
                    "width" => division.heatmap = right,
                    "lower width" => division.samples = right,
                    _ => division.ensemble = limit((area.bottom() - pointer.y) / area.height()),
                }
            }
            let ink = if held { colors.accent } else { colors.border };
            let stroke = egui::Stroke::new(1.0, color(ink));
            ui.painter().line_segment([line.min, line.max], stroke);
        }
    }
}

/// A view in its rectangle, with margins, cut off at its edges.
fn within(ui: &mut Ui, rect: Rect, view: impl FnOnce(&mut Ui)) {
    let inner = Rect::from_min_max(rect.min + vec2(16.0, 12.0), rect.max - vec2(10.0, 6.0));
    ui.scope_builder(UiBuilder::new().max_rect(inner), |ui| {
        ui.set_clip_rect(rect.intersect(ui.clip_rect()));
        view(ui);
    });
}
