//! The list of neurons: each with a tick, its name and its share of the light. Only the
//! rows that are seen are made.

use std::sync::Arc;

use egui::{Label, RichText, ScrollArea, Sense, TextEdit, Ui, Window};

use crate::scene::Palette;
use crate::words::count;
use crate::worker::message::Layer;

use super::App;
use super::command::Command;
use super::neurons::{NeuronCommand, SortBy, neuron_names, noun};
use super::theme::{color, palette};
use super::widgets::{number, row, segmented, share_text};

/// Height of a row, in points.
const ROW: f32 = 20.0;

/// Widths of what stands in a row beside the name.
const NUMBER: f32 = 92.0;
const BAR: f32 = 90.0;
const SHARE: f32 = 62.0;

const SHARE_HOVER: &str = "Share of the light: of all pairs of a swept plane and a sample that \
                           lights it, those in planes of this one, halved since every plane has \
                           two; the shares add up to 100%";

impl App {
    /// The line of the Spotlight panel that says among which planes are made.
    pub(super) fn neurons_row(&self, ui: &mut Ui, commands: &mut Vec<Command>) {
        let Some(layer) = self.document.layer() else {
            return;
        };
        let subset = self.document.choices.subset(layer);
        let name = format!("{}s", noun(layer));
        let hover = "Among which planes are made; norms and the isotropic null are over all";
        let misfit = self.document.choices.misfit(layer);
        row(ui, &name, hover, |ui| {
            let text = if misfit.is_some() {
                format!("all {}: no fit…", number(subset.len()))
            } else if subset.is_whole() {
                format!("all {}…", number(subset.len()))
            } else {
                format!(
                    "{} of {}…",
                    number(subset.len()),
                    number(subset.of_how_many())
                )
            };
            let hover = match misfit {
                None => format!("{hover}. Click for the list (N)"),
                Some(why) => format!(
                    "Planes are made among all, since {} does not fit: {why}. Click for the list (N)",
                    self.document.choices.neurons
                ),
            };
            if ui.button(text).on_hover_text(hover).clicked() {
                commands.push(NeuronCommand::Toggle.into());
            }
        });
    }

    pub(super) fn neurons_window(&mut self, ui: &mut Ui, commands: &mut Vec<Command>) {
        if !self.state.neurons.open {
            return;
        }
        let Some(layer) = self.document.layer().cloned() else {
            return;
        };
        let room = ui.ctx().content_rect();
        let mut open = true;
        let title = format!("{}s", capital(noun(&layer)));
        Window::new(title)
            .id(egui::Id::unique("neurons"))
            .open(&mut open)
            .collapsible(false)
            .default_pos([room.right() - 400.0, room.top() + 60.0])
            .default_size([360.0, (room.height() - 160.0).min(480.0)])
            .min_width(330.0)
            .constrain(true)
            .show(ui.ctx(), |ui| self.neurons_contents(ui, &layer, commands));
        if !open {
            commands.push(NeuronCommand::Toggle.into());
        }
    }

    fn neurons_contents(&mut self, ui: &mut Ui, layer: &Arc<Layer>, commands: &mut Vec<Command>) {
        let colors = palette(ui.ctx());
        let mut ticked = self.ticked(layer);
        let found = self.found_neurons(layer);
        self.neurons_summary(ui, layer, &ticked, &colors);
        self.neurons_controls(ui, layer);
        let before = ticked.clone();
        buttons(ui, &mut ticked, &found, self.state.neurons.search.trim());
        ui.add_space(4.0);
        if found.is_empty() {
            let text = format!("No {} has such a number or name.", noun(layer));
            ui.label(RichText::new(text).color(color(colors.secondary)));
        }
        let shares = self.own_sweep().map(|view| Arc::clone(&view.shares));
        let most = shares
            .iter()
            .flat_map(|shares| shares.iter().copied())
            .fold(0.0, f64::max);
        let names = neuron_names(layer);
        ui.scope(|ui| {
            ui.spacing_mut().item_spacing.y = 1.0;
            let area = ScrollArea::vertical().auto_shrink([false, false]);
            area.show_rows(ui, ROW, found.len(), |ui, range| {
                for place in range {
                    let k = found[place];
                    let share = shares.as_ref().and_then(|s| s.get(k as usize)).copied();
                    let line = Line {
                        k,
                        noun: noun(layer),
                        name: names.and_then(|names| names.get(k as usize)),
                        share,
                        most,
                    };
                    line.show(ui, &mut ticked[k as usize], &colors);
                }
            });
        });
        if ticked != before {
            commands.push(NeuronCommand::Tick(ticked).into());
        }
    }

    fn neurons_summary(&self, ui: &mut Ui, layer: &Layer, ticked: &[bool], colors: &Palette) {
        let on = ticked.iter().filter(|&&on| on).count();
        let of = count(ticked.len() as u64, noun(layer));
        let (text, ink) = if on < 2 {
            let text = format!("{} of {of}: a plane needs two", number(on));
            (text, colors.error)
        } else {
            let planes = self.document.spec().map_or(0, |spec| spec.planes.in_all());
            let planes = count(planes, "plane");
            let text = format!("{planes} among {} of {of}", number(on));
            (text, colors.secondary)
        };
        ui.add(Label::new(RichText::new(text).color(color(ink))).truncate());
    }

    fn neurons_controls(&mut self, ui: &mut Ui, layer: &Layer) {
        let list = &mut self.state.neurons;
        ui.horizontal(|ui| {
            let width = ui.available_width() - 150.0;
            let hint = if neuron_names(layer).is_some() {
                "0:64,223 or a name"
            } else {
                "0:64,223"
            };
            let field = TextEdit::singleline(&mut list.search)
                .hint_text(hint)
                .desired_width(width);
            let response = ui
                .add(field)
                .on_hover_text("Look for numbers, slices that leave their end out, or names");
            response.widget_info(|| {
                egui::WidgetInfo::labeled(egui::Role::TextInput, true, "search neurons")
            });
            let choices = [
                (SortBy::Number, "number", "Sort by number, from 0 on"),
                (
                    SortBy::Share,
                    "share",
                    "Sort by share of the light, largest first",
                ),
            ];
            if let Some(by) = segmented(ui, list.by, &choices) {
                list.by = by;
            }
        });
    }
}

/// What ticks many at once: all of them, or those that were found.
fn buttons(ui: &mut Ui, ticked: &mut [bool], found: &[u32], search: &str) {
    ui.horizontal(|ui| {
        if ui.button("all").on_hover_text("Tick all").clicked() {
            ticked.fill(true);
        }
        let hover = "Tick none; the planes stay as they are until two are ticked";
        if ui.button("none").on_hover_text(hover).clicked() {
            ticked.fill(false);
        }
        let some = !search.is_empty() && !found.is_empty();
        let mut button = |text: &str, hover: &str| {
            ui.add_enabled(some, egui::Button::new(text))
                .on_hover_text(hover)
                .on_disabled_hover_text("Look for some first")
                .clicked()
        };
        if button("only these", "Tick those that are listed and no other") {
            ticked.fill(false);
            for &k in found {
                ticked[k as usize] = true;
            }
        }
        if button("without these", "Untick those that are listed") {
            for &k in found {
                ticked[k as usize] = false;
            }
        }
    });
}

/// A row of the list.
struct Line<'a> {
    k: u32,
    noun: &'static str,
    name: Option<&'a String>,
    share: Option<f64>,
    /// The largest share of all.
    most: f64,
}

impl Line<'_> {
    fn show(&self, ui: &mut Ui, on: &mut bool, colors: &Palette) {
        let size = egui::vec2(ui.available_width(), ROW);
        let layout = egui::Layout::left_to_right(egui::Align::Center);
        ui.allocate_ui_with_layout(size, layout, |ui| {
            ui.set_min_size(size);
            let (k, noun) = (self.k, self.noun);
            let room = egui::vec2(NUMBER, ROW);
            ui.allocate_ui_with_layout(room, layout, |ui| {
                ui.set_min_size(room);
                let tick = ui.checkbox(on, number(k as usize));
                tick.widget_info(|| {
                    let text = format!("{noun} {k}");
                    egui::WidgetInfo::selected(egui::Role::CheckBox, true, *on, text)
                });
            });
            let layout = egui::Layout::right_to_left(egui::Align::Center);
            ui.with_layout(layout, |ui| {
                ui.add_space(10.0);
                self.share(ui, colors);
                let layout = egui::Layout::left_to_right(egui::Align::Center);
                ui.with_layout(layout, |ui| {
                    if let Some(name) = self.name {
                        let name = RichText::new(name).color(color(colors.secondary));
                        ui.add(Label::new(name).truncate());
                    }
                });
            });
        });
    }

    fn share(&self, ui: &mut Ui, colors: &Palette) {
        let text = self.share.map_or_else(|| "–".to_owned(), share_text);
        let layout = egui::Layout::right_to_left(egui::Align::Center);
        ui.allocate_ui_with_layout(egui::vec2(SHARE, ROW), layout, |ui| {
            ui.set_min_width(SHARE);
            ui.add(Label::new(text).selectable(false))
                .on_hover_text(SHARE_HOVER);
        });
        let (rect, response) = ui.allocate_exact_size(egui::vec2(BAR, 6.0), Sense::hover());
        response.on_hover_text(SHARE_HOVER);
        ui.painter().rect_filled(rect, 3.0, color(colors.grid));
        let part = match self.share {
            Some(share) if self.most > 0.0 => (share / self.most) as f32,
            _ => 0.0,
        };
        let mut bar = rect;
        bar.set_width(rect.width() * part);
        ui.painter().rect_filled(bar, 3.0, color(colors.accent));
    }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}
