//! The left panel's third part: which plane is looked at, and its numbers.

use std::f64::consts::TAU;

use egui::{Popup, PopupCloseBehavior, RichText, ScrollArea, Slider, TextEdit, Ui};

use crate::scene::{LeftOut, SERIES};
use crate::srm::Plane;

use super::App;
use super::command::Command;
use super::theme::{color, palette};
use super::widgets::{
    accented, action_button, fact, fraction_text, gap, index_text, link, number, plane_text,
    section,
};

/// Below so many lit samples an index is noise, and is faded.
const FEW_SAMPLES: u64 = 30;

impl App {
    pub(super) fn plane_panel(&mut self, ui: &mut Ui, commands: &mut Vec<Command>) {
        section(ui, "Plane");
        let shown = self.document.layer().and(self.document.choices.plane);
        let Some(plane) = shown else {
            ui.weak("No plane: open a dump first");
            return;
        };
        ui.horizontal(|ui| {
            let width = (ui.available_width() - ui.spacing().item_spacing.x) / 2.0;
            self.picker_of(
                ui,
                "i",
                plane.i,
                width,
                0,
                |i| Plane { i, ..plane },
                commands,
            );
            self.picker_of(
                ui,
                "j",
                plane.j,
                width,
                1,
                |j| Plane { j, ..plane },
                commands,
            );
        });
        self.scrubber(ui, commands);
        self.plane_numbers(ui);
        self.chance_numbers(ui);
        ui.add_space(2.0);
        let swept = if self.own_sweep().is_some() {
            Ok(())
        } else {
            Err("The sweep has to end first")
        };
        ui.horizontal(|ui| {
            action_button(ui, "◂ previous", "Previous plane", swept, commands);
            action_button(ui, "next ▸", "Next plane", swept, commands);
            let pinned = self.document.choices.pins.contains(&plane);
            let text = if pinned { "unpin" } else { "pin" };
            action_button(ui, text, "Pin or unpin", Ok(()), commands);
        });
        ui.horizontal(|ui| {
            action_button(ui, "highest peak", "Highest peak", swept, commands);
            action_button(ui, "most aligned", "Most aligned", swept, commands);
        });
        self.pins(ui, commands);
        gap(ui);
    }

    #[allow(clippy::too_many_arguments)] // one call a picker, each argument its own thing
    fn picker_of(
        &mut self,
        ui: &mut Ui,
        name: &str,
        chosen: u32,
        width: f32,
        which: usize,
        plane: impl Fn(u32) -> Plane,
        commands: &mut Vec<Command>,
    ) {
        let Some(layer) = self.document.layer() else {
            return;
        };
        let noun = if layer.basis_name().is_some() {
            "vector"
        } else {
            "neuron"
        };
        let m = layer.coordinates.basis().len();
        let text = format!("{name}  {noun} {chosen} ▾");
        let button = egui::Button::new(text)
            .truncate()
            .min_size(egui::vec2(width, 22.0));
        let hover = format!(
            "Choose {name}: click, then type its number (0 to {})",
            m - 1
        );
        let response = ui.add(button).on_hover_text(hover);
        let search = &mut self.state.search[which];
        if response.clicked() {
            search.clear();
        }
        let label = format!("search {name}");
        Popup::menu(&response)
            .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
            .width(width.max(120.0))
            .show(|ui| {
                let field = TextEdit::singleline(search)
                    .hint_text("number")
                    .desired_width(110.0);
                let field = ui.add(field);
                field
                    .widget_info(|| egui::WidgetInfo::labeled(egui::Role::TextInput, true, &label));
                if response.clicked() {
                    field.request_focus();
                }
                let matching = matches(search.trim(), m);
                let entered = field.lost_focus() && ui.input(|i| i.key_pressed(egui::Key::Enter));
                if entered && let Some(&first) = matching.first() {
                    let dragging = false;
                    commands.push(Command::SelectPlane {
                        plane: plane(first),
                        dragging,
                    });
                    ui.close();
                }
                let height = ui.text_style_height(&egui::TextStyle::Body) + 4.0;
                let mut area = ScrollArea::vertical()
                    .max_height(260.0)
                    .min_scrolled_height(260.0);
                if response.clicked() {
                    let row = height + ui.spacing().item_spacing.y;
                    area = area.vertical_scroll_offset((chosen as f32 - 4.0).max(0.0) * row);
                }
                area.auto_shrink([false, true]).show_rows(
                    ui,
                    height,
                    matching.len(),
                    |ui, rows| {
                        for &k in &matching[rows] {
                            let entry = ui.selectable_label(k == chosen, format!("{noun} {k}"));
                            if entry.clicked() {
                                let dragging = false;
                                commands.push(Command::SelectPlane {
                                    plane: plane(k),
                                    dragging,
                                });
                                ui.close();
                            }
                        }
                    },
                );
            });
    }

    fn scrubber(&mut self, ui: &mut Ui, commands: &mut Vec<Command>) {
        let rows = self.ordered().map_or(0, |heatmap| heatmap.order.drawn);
        if rows < 2 {
            return;
        }
        let last = rows as f64 - 1.0;
        let place = if let Some((place, _)) = self.place() {
            self.state.place_share = place as f64 / last;
            place
        } else {
            // Not in the sample that is shown: it stays where it was.
            (self.state.place_share.min(1.0) * last).round() as usize
        };
        ui.spacing_mut().slider_width = ui.available_width();
        // A dark plane has no row in a heatmap of the lit ones: it stands at the end.
        let shown = place.min(rows - 1);
        let mut wanted = shown;
        let slider = Slider::new(&mut wanted, 0..=rows - 1).show_value(false);
        let hover = "Scrub through the rows of the heatmap (arrow keys step)";
        let response = accented(ui, slider, hover);
        response.widget_info(|| egui::WidgetInfo::slider(true, place as f64, "plane in order"));
        if wanted != shown
            && let Some(plane) = self.plane_at(wanted)
        {
            let dragging = response.dragged();
            commands.push(Command::SelectPlane { plane, dragging });
        }
    }

    fn plane_numbers(&self, ui: &mut Ui) {
        let Some(curve) = self.first_curve() else {
            return;
        };
        let n = curve.n_samples as f64;
        let peak = match curve.peak() {
            None => "none".to_owned(),
            Some((index, count)) => {
                // By the curve's own grid, which may be the one before a change of A.
                let angle = index as f64 * TAU / (curve.counts.len() - 1) as f64;
                let angle = self.preferences.unit.write(angle);
                format!("{} at {angle}", fraction_text(count as f64 / n))
            }
        };
        let hover = "The largest fraction of samples at any angle, and the smallest such angle";
        fact(ui, "peak", &peak, hover);
        let lit = curve.tally.lit;
        let hover = "Samples whose in-plane part is long enough for some angle to light them";
        fact(ui, "lit in this plane", &number(lit as usize), hover);
        let index = curve.alignment().index();
        let few = lit < FEW_SAMPLES;
        let hover = if few {
            "(axes − bisectors) / (axes + bisectors), −1 to 1. From so few samples it is noise"
        } else {
            "(axes − bisectors) / (axes + bisectors) of the unsigned fraction, −1 to 1: \
             above 0 aligned with the axes, below 0 between them"
        };
        super::widgets::row(ui, "alignment", hover, |ui| {
            let text = RichText::new(index_text(index));
            let faded = color(palette(ui.ctx()).secondary.alpha(150));
            let text = if few { text.color(faded) } else { text };
            ui.label(text).on_hover_text(hover);
        });
        if let Some(heatmap) = self.ordered() {
            let is_sample = heatmap.planes.is_sampled();
            let name = format!("rank by {}", heatmap.look.kind.name());
            let text = match self.place() {
                Some((place, rows)) if place < rows => {
                    let of = if is_sample { "sampled" } else { "" };
                    let text = format!("{} of {} {of}", number(place + 1), number(rows));
                    text.trim_end().to_owned()
                }
                None if is_sample => "not in the sample".to_owned(),
                None => "–".to_owned(),
                Some(_) if heatmap.order.left_out == LeftOut::NotSignificant => {
                    "not significant".to_owned()
                }
                Some(_) => "dark".to_owned(),
            };
            let hover = "Place among the rows of the heatmap";
            fact(ui, &name, &text, hover);
        }
    }

    fn pins(&self, ui: &mut Ui, commands: &mut Vec<Command>) {
        let selected = self.document.choices.plane;
        let mut colours = SERIES.iter().cycle();
        for &pin in &self.document.choices.pins {
            // The selected one keeps its own colour, as in the polar plot.
            let ink = if Some(pin) == selected {
                palette(ui.ctx()).accent
            } else {
                colours.next().copied().unwrap_or(palette(ui.ctx()).accent)
            };
            ui.horizontal(|ui| {
                let (mark, _) =
                    ui.allocate_exact_size(egui::vec2(14.0, 14.0), egui::Sense::hover());
                let stroke = egui::Stroke::new(2.5, color(ink));
                ui.painter()
                    .line_segment([mark.left_center(), mark.right_center()], stroke);
                if link(ui, &plane_text(pin), "Look at this pinned plane").clicked() {
                    commands.push(Command::SelectPlane {
                        plane: pin,
                        dragging: false,
                    });
                }
                if link(ui, "×", "Unpin").clicked() {
                    commands.push(Command::Unpin(pin));
                }
            });
        }
    }
}

/// Numbers below `m` that begin with the typed digits, the exact one first.
fn matches(search: &str, m: usize) -> Vec<u32> {
    let all = 0..u32::try_from(m).unwrap_or(u32::MAX);
    if search.is_empty() {
        return all.collect();
    }
    let exact = search.parse::<u32>().ok().filter(|k| all.contains(k));
    let longer = all.filter(|k| Some(*k) != exact && k.to_string().starts_with(search));
    exact.into_iter().chain(longer).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_finds_the_exact_number_first() {
        assert_eq!(matches("2", 24), [2, 20, 21, 22, 23]);
        assert_eq!(matches("23", 24), [23]);
        assert_eq!(matches("x", 24), Vec::<u32>::new());
        assert_eq!(matches("", 3), [0, 1, 2]);
    }
}
