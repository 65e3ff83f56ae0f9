//! All planes at once: the heatmap, its order and colours.

use egui::{Sense, Ui};
use std::sync::Arc;

use crate::scene::{ColorMap, ColorScale, HeatmapLayout, HeatmapView, PlaneOrder, bar, heatmap};
use crate::srm::Sign;
use crate::worker::Lane;
use crate::worker::message::Heatmap;

use super::App;
use super::apply::order_hover;
use super::command::Command;
use super::paint::{paint, place_rect};
use super::theme::{color, palette};
use super::widgets::{empty, fraction_text, number, plane_text, rest, subtitle_line};

impl App {
    pub(super) fn heatmap_view(&mut self, ui: &mut Ui, commands: &mut Vec<Command>) {
        self.planes_headline(ui, commands);
        subtitle_line(ui, &self.heatmap_subtitle());
        ui.horizontal(|ui| {
            self.order_menu(ui, commands);
            self.color_menu(ui, commands);
        });
        let size = rest(ui);
        self.see_heatmap_pixels(ui, size);
        let Some(picture) = self.shown_heatmap().cloned() else {
            empty(ui, self.no_heatmap());
            return;
        };
        let (rect, response) = ui.allocate_exact_size(size, Sense::click());
        response
            .widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, "plane heatmap"));
        if picture.aggregate.planes == 0 {
            let text = "Every plane is dark at this ε. Auto (A) finds one that shows something.";
            ui.put(rect, egui::Label::new(egui::RichText::new(text).weak()));
            return;
        }
        let view = self.heatmap_of(ui, &picture);
        let (scene, layout) = heatmap([size.x, size.y], &view);
        paint(ui.painter(), rect.min, &scene, &mut self.textures);
        if self.heatmap_is_renewed() {
            // The old picture stays, a little faded, until the new one is there.
            let veil = palette(ui.ctx()).background.alpha(70);
            ui.painter()
                .rect_filled(place_rect(rect.min, layout.plot), 0.0, color(veil));
        }
        let Some(pointer) = response.hover_pos() else {
            return;
        };
        let at = [pointer.x - rect.min.x, pointer.y - rect.min.y];
        let aggregate = &picture.aggregate;
        let Some((row, column)) = layout.cell_at(at, aggregate) else {
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
        if aggregate.planes_a_row() > 1 {
            let planes = aggregate.block(row).len();
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
        response.on_hover_text_at_pointer(text);
    }

    /// Notes the rows of pixels that a heatmap has in a view of that size.
    pub(super) fn see_heatmap_pixels(&mut self, ui: &Ui, size: egui::Vec2) {
        let pixels_per_point = ui.ctx().pixels_per_point();
        let plot = HeatmapLayout::new([size.x, size.y]).plot;
        self.state.heatmap_pixels = (plot.height * pixels_per_point).floor().max(1.0) as usize;
    }

    fn heatmap_of(&mut self, ui: &Ui, picture: &Heatmap) -> HeatmapView {
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
            bar: colors,
            planes: picture.aggregate.planes,
            most: picture.most,
            n_samples: picture.n_samples,
            order: picture.kind,
            selected: selected.filter(|&place| place < picture.aggregate.planes),
            signed,
            map,
            scale: self.preferences.scale,
            unit: self.preferences.unit,
            palette: palette(ui.ctx()),
        }
    }

    fn heatmap_is_renewed(&self) -> bool {
        self.state.sweep.is_stale() || self.state.heatmap.is_stale()
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
        let Some(view) = self.shown_sweep() else {
            return "one row a plane, one column an angle".to_owned();
        };
        let dark = match self.shown_heatmap() {
            Some(picture) if picture.order.drawn < picture.order.records.len() => {
                let dark = picture.order.records.len() - picture.order.drawn;
                format!(" · {} dark planes left out", number(dark))
            }
            _ => String::new(),
        };
        let rows = match self.shown_heatmap() {
            Some(picture) if picture.aggregate.planes_a_row() > 1 => {
                let planes = number(picture.aggregate.planes_a_row());
                let what = match view.sweep.spec.sign {
                    Sign::Unsigned => "largest",
                    Sign::Signed => "largest in size",
                };
                format!("a row is the {what} of up to {planes} planes")
            }
            _ => "one row a plane, one column an angle".to_owned(),
        };
        let angles = match self.shown_heatmap() {
            Some(picture) if picture.aggregate.columns < picture.aggregate.angles => {
                format!(
                    " · {} angles in {} columns",
                    number(picture.aggregate.angles),
                    number(picture.aggregate.columns)
                )
            }
            _ => String::new(),
        };
        let renewed = if self.state.sweep.is_refused() || self.state.heatmap.is_refused() {
            "not renewed: cancelled (F5 starts again) · "
        } else if self.heatmap_is_renewed() || self.worker.is_busy(Lane::Heatmap) {
            "being renewed · "
        } else {
            ""
        };
        format!("{renewed}{rows}{dark}{angles}")
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

    fn color_menu(&self, ui: &mut Ui, commands: &mut Vec<Command>) {
        let (map, scale) = (self.preferences.map, self.preferences.scale);
        ui.menu_button("colours ▾", |ui| {
            for choice in ColorMap::ALL {
                let entry = ui.selectable_label(choice == map, choice.name());
                let hover = "Colours of the cells; safe for colour-vision deficiencies";
                if entry.on_hover_text(hover).clicked() {
                    commands.push(Command::SetMap(choice));
                    ui.close();
                }
            }
            ui.separator();
            for choice in ColorScale::ALL {
                let text = format!("{} scale", choice.name());
                let entry = ui.selectable_label(choice == scale, text);
                let hover = "How a fraction becomes a colour; the bar shows the scale";
                if entry.on_hover_text(hover).clicked() {
                    commands.push(Command::SetScale(choice));
                    ui.close();
                }
            }
        })
        .response
        .on_hover_text("Colour map and scale; √ and log bring out faint planes");
    }
}
