//! All planes at once: the heatmap, its order and colours.

use egui::{CursorIcon, Rect, Response, Sense, Ui};
use std::sync::Arc;

use crate::scene::{HeatmapLayout, HeatmapView, LeftOut, PlaneOrder, RowSpan, Style, bar, heatmap};
use crate::worker::message::Heatmap;

use super::App;
use super::apply::order_hover;
use super::command::Command;
use super::paint::{paint, place_rect};
use super::theme::{color, palette};
use super::widgets::{
    action_button, empty, fraction_text, number, plane_text, rest, sample_text, subtitle_line,
};

/// Width of the buttons that zoom, in points.
const ROW_BUTTONS: f32 = 100.0;

/// How much closer a point of the wheel brings the rows, as a logarithm.
const WHEEL_SPEED: f32 = 1.0 / 200.0;

impl App {
    pub(super) fn heatmap_view(&mut self, ui: &mut Ui, commands: &mut Vec<Command>) {
        self.planes_headline(ui, commands);
        subtitle_line(ui, &self.heatmap_subtitle());
        ui.horizontal(|ui| {
            self.order_menu(ui, commands);
            self.color_menu(ui, commands);
            self.significant_toggle(ui, commands);
            // Where there is no room for them there are the wheel, keys and menu.
            if ui.available_width() >= ROW_BUTTONS {
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    self.row_buttons(ui, commands);
                });
            }
        });
        let size = rest(ui);
        self.see_heatmap_pixels(ui, size);
        let Some(picture) = self.shown_heatmap().cloned() else {
            empty(ui, self.no_heatmap());
            return;
        };
        let (rect, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
        response
            .widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, "plane heatmap"));
        if picture.order.drawn == 0 {
            let text = match picture.order.left_out {
                LeftOut::Dark => {
                    "Every plane is dark at this ε. Auto (A) finds one that shows something."
                }
                LeftOut::NotSignificant => {
                    "No plane stands out against isotropic data at this ε. The FDR button above \
                     shows all planes again."
                }
            };
            ui.put(rect, egui::Label::new(egui::RichText::new(text).weak()));
            return;
        }
        let view = self.heatmap_of(&picture);
        let style = Style::screen(palette(ui.ctx()), self.preferences.unit);
        let (scene, layout) = heatmap([size.x, size.y], &view, &style);
        paint(ui.painter(), rect.min, &scene, &mut self.textures);
        if self.heatmap_is_renewed() {
            // The old picture stays, a little faded, until the new one is there.
            let veil = palette(ui.ctx()).background.alpha(70);
            ui.painter()
                .rect_filled(place_rect(rect.min, layout.plot), 0.0, color(veil));
        }
        self.move_rows(ui, &response, place_rect(rect.min, layout.plot), commands);
        let Some(pointer) = response.hover_pos() else {
            return;
        };
        let at = [pointer.x - rect.min.x, pointer.y - rect.min.y];
        let (aggregate, drawn) = (&picture.aggregate, picture.order.drawn);
        let Some((row, column)) = layout.cell_at(at, aggregate, view.span, drawn) else {
            return;
        };
        let cell = row * aggregate.columns + column;
        let place = aggregate.places.get(cell).copied().unwrap_or(0) as usize;
        let Some(plane) = self.plane_at(place) else {
            return;
        };
        let count = f64::from(aggregate.counts.get(cell).copied().unwrap_or(0));
        let angle = self.preferences.unit.write(aggregate.angle_rad(column));
        let fraction = fraction_text(count / picture.n_samples as f64);
        let mut text = format!("{}\nθ = {angle}\nf = {fraction}", plane_text(plane));
        let planes = aggregate.block(row).len();
        if picture.is_coarse && planes > 1 {
            text = format!("{text}\nfirst of the {} planes of this row", number(planes));
        } else if planes > 1 {
            text = format!(
                "{text}\nlargest of the {} planes of this row",
                number(planes)
            );
        }
        if response.clicked() {
            commands.push(Command::SelectPlane {
                plane,
                dragging: false,
            });
        }
        if !response.dragged() {
            response.on_hover_text_at_pointer(text);
        }
    }

    /// The wheel zooms around the pointer, a drag moves the rows, a double click
    /// shows all of them.
    fn move_rows(&self, ui: &Ui, response: &Response, plot: Rect, commands: &mut Vec<Command>) {
        let before = self.rows();
        let mut span = before;
        if response.dragged() {
            let moved = f64::from(response.drag_delta().y / plot.height());
            span = span.moved(-moved);
            if !span.is_whole() {
                ui.ctx().set_cursor_icon(CursorIcon::Grabbing);
            }
        }
        if let Some(pointer) = response.hover_pos()
            && plot.contains(pointer)
        {
            let (wheel, pinch) = ui.input(|i| (i.smooth_scroll_delta().y, i.zoom_delta()));
            let factor = f64::from((wheel * WHEEL_SPEED).exp() * pinch);
            if factor != 1.0 {
                let planes = self.ordered().map_or(0, |heatmap| heatmap.order.drawn);
                let around = f64::from((pointer.y - plot.top()) / plot.height());
                span = span.zoomed(factor, around, planes);
            }
        }
        if response.double_clicked() {
            span = RowSpan::WHOLE;
        }
        if span != before {
            commands.push(Command::ShowRows(span));
        }
    }

    fn row_buttons(&self, ui: &mut Ui, commands: &mut Vec<Command>) {
        let planes = self.ordered().map_or(0, |heatmap| heatmap.order.drawn);
        let closest = self.rows().zoomed(2.0, 0.5, planes) == self.rows();
        let all = self.rows().is_whole();
        let in_full = if all {
            Err("All rows are in view")
        } else {
            Ok(())
        };
        ui.spacing_mut().item_spacing.x = 3.0;
        action_button(ui, "fit", "Show all planes", in_full, commands);
        let at_end = if closest {
            Err("Rows do not get higher than this")
        } else {
            Ok(())
        };
        action_button(ui, "+", "Zoom in", at_end, commands);
        action_button(ui, "−", "Zoom out", in_full, commands);
    }

    /// Notes the rows of pixels that a heatmap has in a view of that size.
    pub(super) fn see_heatmap_pixels(&mut self, ui: &Ui, size: egui::Vec2) {
        let pixels_per_point = ui.ctx().pixels_per_point();
        let plot = HeatmapLayout::new([size.x, size.y]).plot;
        self.state.heatmap_pixels = (plot.height * pixels_per_point).floor().max(1.0) as usize;
    }

    fn heatmap_of(&mut self, picture: &Heatmap) -> HeatmapView {
        let (map, signed) = (self.preferences.map, picture.signed);
        let known = self.bar.as_ref().filter(|(key, _)| *key == (map, signed));
        let colors = if let Some((_, raster)) = known {
            Arc::clone(raster)
        } else {
            let raster = Arc::new(bar(map, signed));
            self.bar = Some(((map, signed), Arc::clone(&raster)));
            raster
        };
        let selected = self.place().map(|(place, _)| place);
        HeatmapView {
            raster: Arc::clone(&picture.raster),
            across: [0.0, 1.0],
            bar: Some(colors),
            rows: picture.aggregate.range(),
            planes: picture.order.drawn,
            in_all: picture.planes.in_all() as usize,
            span: self.rows(),
            most: f64::from(picture.most),
            n_samples: picture.n_samples,
            order: picture.look.kind,
            selected: selected.filter(|&place| place < picture.order.drawn),
            signed,
            map,
            scale: self.preferences.scale,
            note: String::new(),
            named_below: true,
        }
    }

    fn heatmap_is_renewed(&self) -> bool {
        let of_view = self
            .own_sweep()
            .zip(self.state.heatmap.shown.as_ref())
            .is_none_or(|(view, (shown, _))| shown.sweep == view.generation);
        !of_view || self.state.sweep.is_stale() || self.state.heatmap.is_stale()
    }

    fn no_heatmap(&self) -> &'static str {
        if self.document.layer().is_none() {
            "The whole layer at a glance: one row a plane, one column an angle."
        } else if self.state.sweep.is_refused() {
            "The sweep was cancelled. Edit ▸ Sweep again starts it anew (F5)."
        } else {
            "Sweeping all planes…"
        }
    }

    fn heatmap_subtitle(&self) -> String {
        let (Some(_), Some(picture)) = (self.shown_sweep(), self.shown_heatmap()) else {
            return "one row a plane, one column an angle".to_owned();
        };
        let mut parts = Vec::new();
        if self.state.sweep.is_refused() || self.state.heatmap.is_refused() {
            parts.push("not renewed: cancelled (F5 starts again)".to_owned());
        } else if self.heatmap_is_renewed() {
            parts.push("being renewed".to_owned());
        }
        if picture.planes.is_sampled() {
            parts.push(sample_text(&picture.planes));
        }
        let (aggregate, drawn) = (&picture.aggregate, picture.order.drawn);
        if aggregate.planes < drawn {
            let (first, last) = (aggregate.start + 1, aggregate.start + aggregate.planes);
            parts.push(format!("planes {}–{}", number(first), number(last)));
        }
        let planes = number(aggregate.planes_a_row());
        parts.push(match (aggregate.planes_a_row(), picture.signed) {
            (..=1, _) => "one row a plane, one column an angle".to_owned(),
            _ if picture.is_coarse => format!("one plane of each {planes} so far"),
            (_, false) => format!("a row is the largest of up to {planes} planes"),
            (_, true) => format!("a row is the largest in size of up to {planes} planes"),
        });
        let left_out = picture.order.records.len() - drawn;
        if left_out > 0 {
            let what = match picture.order.left_out {
                LeftOut::Dark => "dark",
                LeftOut::NotSignificant => "not significant",
            };
            parts.push(format!("{} {what} left out", number(left_out)));
        }
        if aggregate.columns < aggregate.angles {
            parts.push(format!(
                "{} angles in {} columns",
                number(aggregate.angles),
                number(aggregate.columns)
            ));
        }
        parts.join(" · ")
    }

    fn order_menu(&self, ui: &mut Ui, commands: &mut Vec<Command>) {
        let current = self.preferences.order;
        ui.menu_button(format!("by {} ▾", current.name()), |ui| {
            for order in PlaneOrder::ALL {
                let entry = ui.selectable_label(order == current, format!("by {}", order.name()));
                if entry.on_hover_text(order_hover(order)).clicked() {
                    commands.push(Command::SetOrder(order));
                    ui.close();
                }
            }
        })
        .response
        .on_hover_text("Order of the rows");
    }

    /// The button of the colours, of the heatmap and of the atlas alike.
    pub(super) fn color_menu(&self, ui: &mut Ui, commands: &mut Vec<Command>) {
        ui.menu_button("colours ▾", |ui| self.color_entries(ui, commands))
            .response
            .on_hover_text("Colour map and scale; √ and log bring out faint planes");
    }
}
