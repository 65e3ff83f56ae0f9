//! The legend of classes beside the polar plot: as many as there are, those that are lit
//! most first, with a search; each can be switched off and given a colour.

use egui::{Label, RichText, ScrollArea, Sense, TextEdit, Ui};

use crate::figure::OTHER_SAMPLES;
use crate::session::{ClassCurves as Split, ClassShare};
use crate::srm::{ClassCurves, Classes, Sign};
use crate::words::count;

use super::App;
use super::classes::{ClassCommand, MOST_CURVES};
use super::command::Command;
use super::theme::{color, palette};
use super::widgets::{link, number};

/// Width of the legend in points.
pub(super) const WIDTH: f32 = 148.0;

/// Room that the plot needs beside it.
pub(super) const LEAST_BESIDE: f32 = 230.0;

/// More classes than these can be searched.
const MANY: usize = 12;

impl App {
    /// The choice of how classes are shown; nothing without labels.
    pub(super) fn class_menu(&self, ui: &mut Ui, commands: &mut Vec<Command>) {
        if self.classes().is_none() {
            return;
        }
        let choices = &self.document.choices;
        let (split, share) = (choices.classes.curves, choices.classes.share);
        let mut say = |command| commands.push(Command::Classes(command));
        let menu = ui.menu_button(format!("classes {} ▾", split.name()), |ui| {
            let entries = [
                (Split::Off, "Off", "One curve of all samples"),
                (Split::Overlaid, "Overlaid", "A curve a class"),
                (
                    Split::Stacked,
                    "Stacked",
                    "A band a class, on top of each other: together the curve of all samples",
                ),
            ];
            for (choice, text, hover) in entries {
                let signed = choice == Split::Stacked && choices.sign == Sign::Signed;
                let entry = egui::Button::selectable(split == choice, text);
                let entry = ui.add_enabled(!signed, entry).on_hover_text(hover);
                let entry = entry.on_disabled_hover_text(
                    "Signed curves fall below zero: they cannot be stacked, but overlaid",
                );
                if entry.clicked() {
                    say(ClassCommand::Split(choice));
                    ui.close();
                }
            }
            ui.separator();
            let entries = [
                (
                    ClassShare::OfAll,
                    "Fraction of all samples",
                    "The classes add up to the whole",
                ),
                (
                    ClassShare::OfClass,
                    "Fraction of the class",
                    "Small classes are seen as well as large ones; overlaid curves only",
                ),
            ];
            for (choice, text, hover) in entries {
                let stacked = self.split_shown() == Split::Stacked && choice == ClassShare::OfClass;
                let entry = egui::Button::selectable(share == choice, text);
                let entry = ui.add_enabled(!stacked, entry).on_hover_text(hover);
                let entry =
                    entry.on_disabled_hover_text("Only parts of the same whole can be stacked");
                if entry.clicked() {
                    say(ClassCommand::Share(choice));
                    ui.close();
                }
            }
        });
        menu.response
            .on_hover_text("Split the curve by the classes of the samples");
    }

    /// The legend, at the right edge of what is left of the view.
    pub(super) fn class_legend(
        &mut self,
        ui: &mut Ui,
        split: &ClassCurves,
        commands: &mut Vec<Command>,
    ) {
        let Some(classes) = self.classes().cloned() else {
            return;
        };
        let secondary = color(palette(ui.ctx()).secondary);
        if classes.len() > MANY {
            let field = TextEdit::singleline(&mut self.state.class_search)
                .hint_text("find a class")
                .desired_width(f32::INFINITY);
            let field = ui.add(field);
            field.widget_info(|| {
                egui::WidgetInfo::labeled(egui::Role::TextInput, true, "find a class")
            });
        }
        let search = self.state.class_search.trim().to_lowercase();
        let rows = listed(&classes, split, &search);
        ui.horizontal(|ui| {
            let names = || {
                rows.iter()
                    .map(|&class| name_of(&classes, class).to_owned())
            };
            if link(ui, "all", "Switch the listed classes on").clicked() {
                commands.push(Command::Classes(ClassCommand::Show(names().collect())));
            }
            if link(ui, "none", "Switch the listed classes off").clicked() {
                commands.push(Command::Classes(ClassCommand::Hide(names().collect())));
            }
            // Above the numbers.
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                ui.label(RichText::new("lit").color(secondary).size(11.0))
                    .on_hover_text("Samples of the class that are lit in this plane at some angle");
            });
        });
        let height = ui.text_style_height(&egui::TextStyle::Body) + 3.0;
        ui.spacing_mut().item_spacing.y = 0.0;
        ScrollArea::vertical()
            .id_salt("class legend")
            .auto_shrink([false, false])
            .show_rows(ui, height, rows.len(), |ui, shown| {
                for &class in &rows[shown] {
                    self.class_row(ui, &classes, split, class, commands);
                }
            });
    }

    fn class_row(
        &self,
        ui: &mut Ui,
        classes: &Classes,
        split: &ClassCurves,
        class: Option<u32>,
        commands: &mut Vec<Command>,
    ) {
        let colors = palette(ui.ctx());
        let name = name_of(classes, class);
        let look = &self.document.choices.classes;
        let hidden = look.hidden.contains(name);
        let own = class.is_some_and(|class| split.classes.contains(&class));
        let lit = class.map_or_else(
            || split.others_lit(),
            |class| split.lit.get(class as usize).copied().unwrap_or(0),
        );
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 5.0;
            if let Some(class) = class {
                self.class_swatch(ui, classes, class, hidden, commands);
            } else {
                let size = egui::vec2(12.0, 12.0);
                let (mark, _) = ui.allocate_exact_size(size, Sense::hover());
                let ink = colors.secondary.alpha(if hidden { 100 } else { 255 });
                let stroke = egui::Stroke::new(2.0, color(ink));
                let line = [mark.left_center(), mark.right_center()];
                // As its curve is.
                let dashes = egui::Shape::dashed_line(&line, stroke, 3.0, 1.5);
                ui.painter().extend(dashes);
            }
            let ink = if hidden || (class.is_some() && !own) {
                colors.secondary
            } else {
                colors.text
            };
            let mut text = RichText::new(name).color(color(ink));
            if hidden {
                text = text.strikethrough();
            }
            let hover = class.map_or_else(
                || {
                    let others = crate::data::classes(split.other_classes());
                    format!(
                        "Samples of {others} without a curve of their own, and those without a \
                         class: dashed, and only among fractions of all samples. Click to switch \
                         them on or off"
                    )
                },
                |class| {
                    let size = number(classes.sizes()[class as usize] as usize);
                    let curve = if own || hidden {
                        String::new()
                    } else {
                        format!("; the {MOST_CURVES} that are lit most have curves")
                    };
                    format!(
                        "{name}: {} of {size} lit in this plane{curve}. Click to switch it on or off",
                        number(lit as usize)
                    )
                },
            );
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                ui.label(
                    RichText::new(number(lit as usize))
                        .color(color(colors.secondary))
                        .size(11.0),
                );
                ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                    let label = Label::new(text).truncate().sense(Sense::click());
                    let label = ui.add(label).on_hover_text(hover);
                    label.widget_info(|| {
                        egui::WidgetInfo::selected(egui::Role::CheckBox, true, !hidden, name)
                    });
                    if label.clicked() {
                        let command = ClassCommand::Toggle(name.to_owned());
                        commands.push(Command::Classes(command));
                    }
                });
            });
        });
    }

    /// The colour of a class, to be changed.
    fn class_swatch(
        &self,
        ui: &mut Ui,
        classes: &Classes,
        class: u32,
        hidden: bool,
        commands: &mut Vec<Command>,
    ) {
        let shown = self.color_of_class(classes, class);
        let name = &classes.names()[class as usize];
        let [r, g, b, _] = shown.0;
        let mut rgb = [r, g, b];
        ui.spacing_mut().interact_size = egui::vec2(12.0, 12.0);
        if hidden {
            ui.multiply_opacity(0.4);
        }
        let response = ui.color_edit_button_srgb(&mut rgb);
        ui.set_opacity(1.0);
        let response = response.on_hover_text(format!(
            "Colour of {name}: click to choose another, with the right button to have its own again"
        ));
        let color = if response.secondary_clicked() {
            None
        } else if rgb != [r, g, b] {
            Some(crate::scene::Color::rgb(rgb[0], rgb[1], rgb[2]))
        } else {
            return;
        };
        let class = name.clone();
        let dragging = ui.ctx().input(|i| i.pointer.any_down());
        commands.push(Command::Classes(ClassCommand::Color {
            class,
            color,
            dragging,
        }));
    }

    /// What the curves of a split plot are.
    pub(super) fn split_subtitle(&self, split: &ClassCurves) -> String {
        let all = self.classes().map_or(0, |classes| classes.len());
        let share = match self.share_shown() {
            ClassShare::OfAll => "fraction of all samples",
            ClassShare::OfClass => "fraction of the class",
        };
        let way = match self.split_shown() {
            Split::Stacked => "stacked",
            _ => "overlaid",
        };
        let lit = split.lit.iter().filter(|&&lit| lit > 0).count();
        let shown = split.classes.len();
        let some = if shown < lit {
            format!(": {shown} of {} that are lit", count(lit as u64, "class"))
                .replace("classs", "classes")
        } else if lit < all {
            format!(": {lit} of {} lit", crate::data::classes(all))
        } else {
            String::new()
        };
        format!("{share}, {way}{some}")
    }
}

/// The classes that the legend lists: those whose name holds the search, most lit first,
/// and the others.
fn listed(classes: &Classes, split: &ClassCurves, search: &str) -> Vec<Option<u32>> {
    let found = |&class: &u32| {
        let name = &classes.names()[class as usize];
        search.is_empty() || name.to_lowercase().contains(search)
    };
    let mut rows: Vec<u32> = (0..classes.len() as u32).filter(found).collect();
    let lit = |class: u32| split.lit.get(class as usize).copied().unwrap_or(0);
    rows.sort_by_key(|&class| (std::cmp::Reverse(lit(class)), class));
    let mut rows: Vec<Option<u32>> = rows.into_iter().map(Some).collect();
    if search.is_empty() && split.others().iter().any(|&count| count != 0) {
        rows.push(None);
    }
    rows
}

fn name_of(classes: &Classes, class: Option<u32>) -> &str {
    class.map_or(OTHER_SAMPLES, |class| &classes.names()[class as usize])
}
