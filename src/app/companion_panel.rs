//! The part of the Data panel that shows the labels, class names and images of the
//! shown layer's samples.

use egui::{Label, RichText, TextureOptions, Ui};

use crate::data::{Labels, classes};
use crate::words::{count, thousands};
use crate::worker::companion_job::{Companion, Holds};

use super::App;
use super::command::Command;
use super::companion_opening::CompanionCommand;
use super::companions::name;
use super::theme::{color, palette};
use super::widgets::{fact, link, number, row};

/// Classes that the list shows; whoever needs more has the file.
const MOST_LISTED: usize = 1000;

/// Height of the list of classes, in points.
const LIST_HEIGHT: f32 = 110.0;

/// Classes that are named on hover.
const MOST_NAMED: usize = 12;

/// Points between two pictures.
const BETWEEN: f32 = 3.0;

impl App {
    pub(super) fn companion_panel(&mut self, ui: &mut Ui, commands: &mut Vec<Command>) {
        let Some(layer) = self.document.layer().cloned() else {
            return;
        };
        match self.document.labels(&layer) {
            None => fact(
                ui,
                "labels",
                "none",
                "A class for each sample: drop a .npy, .txt or .csv of as many whole numbers or \
                 words on the window",
            ),
            Some((companion, labels)) => {
                let hover = format!(
                    "{}, {}: {}",
                    count(labels.entries() as u64, "label"),
                    labels.dtype,
                    self.first_classes(labels)
                );
                attached(ui, "labels", companion, &hover, commands);
                let shown = self.state.companions.classes_shown;
                let few = classes(labels.classes.len());
                let text = if shown {
                    format!("Hide {few}")
                } else {
                    format!("Show {few}")
                };
                let clicked =
                    link(ui, &text, "The classes and how many samples each has").clicked();
                if shown {
                    self.class_list(ui, labels);
                }
                if let Some((companion, names)) = self.document.class_names(labels) {
                    let hover = format!("Names of {}", classes(names.names.len()));
                    attached(ui, "class names", companion, &hover, commands);
                }
                self.state.companions.classes_shown ^= clicked;
            }
        }
        let Some((companion, images)) = self.document.images(&layer) else {
            return;
        };
        let [width, height] = images.size;
        let mut hover = format!(
            "{} of {} × {} pixels, {}",
            count(images.entries() as u64, "picture"),
            number(width),
            number(height),
            images.dtype
        );
        for note in &images.notes {
            hover = format!("{hover}; {note}");
        }
        let companion = std::sync::Arc::clone(companion);
        attached(ui, "images", &companion, &hover, commands);
        self.previews(ui, &companion);
    }

    /// The first few pictures, side by side.
    fn previews(&mut self, ui: &mut Ui, companion: &Companion) {
        let Holds::Images { previews, .. } = &companion.holds else {
            return;
        };
        let slots = crate::worker::companion_job::PREVIEWS as f32;
        let side = ((ui.available_width() - BETWEEN * (slots - 1.0)) / slots).clamp(16.0, 44.0);
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = BETWEEN;
            for (entry, preview) in previews.iter().enumerate() {
                let texture = self
                    .textures
                    .get(ui.ctx(), preview, TextureOptions::NEAREST);
                let longer = preview.width.max(preview.height) as f32;
                let size = egui::vec2(preview.width as f32, preview.height as f32);
                let picture = egui::Image::new((texture.id(), size * (side / longer)));
                ui.add(picture.alt_text(format!("picture {entry}")))
                    .on_hover_text(format!("The picture of sample {entry}, the first being 0"));
            }
        });
    }

    /// The first classes with how many samples each has.
    fn first_classes(&self, labels: &Labels) -> String {
        let first = 0..labels.classes.len().min(MOST_NAMED);
        let parts: Vec<String> = first.map(|class| self.class_line(labels, class)).collect();
        let more = labels.classes.len() - parts.len();
        let rest = if more > 0 {
            format!(" and {} more", number(more))
        } else {
            String::new()
        };
        format!("{}{rest}", parts.join(", "))
    }

    fn class_line(&self, labels: &Labels, class: usize) -> String {
        let named = self
            .document
            .class_name(labels, class as u32)
            .unwrap_or_default();
        format!("{named} ({})", thousands(labels.counts[class]))
    }

    fn class_list(&self, ui: &mut Ui, labels: &Labels) {
        let listed = labels.classes.len().min(MOST_LISTED);
        let secondary = color(palette(ui.ctx()).secondary);
        let height = ui.text_style_height(&egui::TextStyle::Body);
        egui::ScrollArea::vertical()
            .id_salt("classes")
            .max_height(LIST_HEIGHT)
            .auto_shrink([false, true])
            .show_rows(ui, height, listed, |ui, rows| {
                for class in rows {
                    let name = self.document.class_name(labels, class as u32);
                    let samples = thousands(labels.counts[class]);
                    row(ui, name.unwrap_or_default(), "Class", |ui| {
                        ui.label(RichText::new(samples).color(secondary))
                            .on_hover_text("Samples of this class, rows left out among them");
                    });
                }
            });
        let more = labels.classes.len() - listed;
        if more > 0 {
            let text = format!("and {} more", number(more));
            ui.label(RichText::new(text).color(secondary));
        }
    }
}

/// A line that names a companion, with a button that takes it away.
fn attached(
    ui: &mut Ui,
    what: &str,
    companion: &Companion,
    hover: &str,
    commands: &mut Vec<Command>,
) {
    row(ui, what, hover, |ui| {
        let remove = format!("Remove the {what}; Undo brings them back");
        let button = link(ui, "×", &remove);
        button.widget_info(|| {
            let label = format!("Remove {what}");
            egui::WidgetInfo::labeled(egui::Role::Button, true, label)
        });
        if button.clicked() {
            let command = CompanionCommand::Remove(companion.id);
            commands.push(Command::Companion(command));
        }
        ui.add(Label::new(name(companion)).truncate())
            .on_hover_text(hover);
    });
}
