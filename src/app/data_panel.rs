//! The left panel's first part: open dumps and what the shown one holds.

use egui::{Key, Label, RichText, TextEdit, Ui};
use std::path::PathBuf;

use crate::words::thousands;

use super::App;
use super::command::Command;
use super::reading::reading_lines;
use super::theme::{bold, color, palette};
use super::widgets::{action_button, fact, gap, link, number, row, section};

/// Height of the list of open dumps, in points.
const LIST_HEIGHT: f32 = 132.0;

impl App {
    pub(super) fn data_panel(&mut self, ui: &mut Ui, commands: &mut Vec<Command>) {
        section(ui, "Data");
        self.layer_list(ui, commands);
        self.list_panel(ui, commands);
        if let Some(layer) = self.document.layer() {
            let dump = &layer.dump;
            let activations = &dump.activations;
            let shape = format!(
                "{} × {}",
                number(layer.n_samples()),
                number(layer.n_neurons())
            );
            fact(
                ui,
                "samples × neurons",
                &shape,
                "N × d: finite rows by columns of the array",
            );
            fact(
                ui,
                "type",
                &dump.dtype.to_string(),
                "The array's dtype in the file",
            );
            self.reading_row(ui, commands);
            let left_out = number(activations.excluded_rows().len());
            let hover = "Rows with a NaN or an infinity: not among the N samples";
            fact(ui, "rows left out", &left_out, hover);
            let zero = number(activations.zero_rows());
            let hover = "Rows of zeros stay samples: never lit for ε > 0, always for ε ≤ 0";
            fact(ui, "zero rows", &zero, hover);
            let basis = layer.coordinates.basis();
            let (name, hover) = match layer.basis_name() {
                None => ("standard".to_owned(), "One privileged direction a neuron"),
                Some(name) => (
                    format!("{name} · {} × {}", number(basis.len()), basis.dimensions()),
                    "The file that holds the privileged directions, m × d",
                ),
            };
            row(ui, "basis", hover, |ui| {
                if layer.basis_name().is_some()
                    && link(ui, "×", "Back to the standard basis").clicked()
                {
                    commands.push(Command::UseStandardBasis);
                }
                ui.add(Label::new(name).truncate()).on_hover_text(hover);
            });
            if !basis.degenerate_pairs().is_empty() {
                let pairs = basis.degenerate_pairs();
                let shown: Vec<String> = pairs
                    .iter()
                    .take(12)
                    .map(|(i, j)| format!("({i}, {j})"))
                    .collect();
                let more = if pairs.len() > 12 { ", …" } else { "" };
                let hover = format!(
                    "Pairs of parallel or antiparallel vectors span no plane: {}{more}",
                    shown.join(", ")
                );
                fact(ui, "parallel pairs", &thousands(pairs.len() as u64), &hover);
            }
        }
        self.companion_panel(ui, commands);
        self.path_field(ui, commands);
        gap(ui);
    }

    /// How the shown layer was read, where not as it is, and the way to another reading.
    fn reading_row(&self, ui: &mut Ui, commands: &mut Vec<Command>) {
        let Some(layer) = self.document.layer() else {
            return;
        };
        let lines = reading_lines(&layer.dump);
        let hover = "Which rows and axes of the array these samples are";
        row(ui, "reading", hover, |ui| {
            let enabled = if layer.is_sample {
                Err("The sample is read whole")
            } else {
                Ok(())
            };
            action_button(ui, "Read again…", "Read again…", enabled, commands);
            if lines.is_empty() {
                ui.label("whole").on_hover_text(hover);
            }
        });
        let ink = color(palette(ui.ctx()).note);
        for line in lines {
            ui.add(Label::new(RichText::new(line).size(11.5).color(ink)).wrap());
        }
    }

    fn layer_list(&self, ui: &mut Ui, commands: &mut Vec<Command>) {
        let colors = palette(ui.ctx());
        if self.document.layers.is_empty() {
            if self.document.list.is_some() {
                return;
            }
            let text = if self.can_drop {
                "Drop an activation dump on the window (.npy, .npz, .safetensors, .pt, .h5, .csv), or a folder of them."
            } else {
                "Use File ▸ Open for an activation dump (.npy, .npz, .safetensors, .pt, .h5, .csv)."
            };
            ui.label(RichText::new(text).color(color(colors.secondary)));
            return;
        }
        // A long list scrolls by itself, so that the controls stay in reach.
        egui::ScrollArea::vertical()
            .id_salt("layers")
            .max_height(LIST_HEIGHT)
            .auto_shrink([false, true])
            .show(ui, |ui| self.layers(ui, commands));
    }

    fn layers(&self, ui: &mut Ui, commands: &mut Vec<Command>) {
        let colors = palette(ui.ctx());
        let listed = self.document.entry.map(|(_, id)| id);
        for (index, layer) in self.document.layers.iter().enumerate() {
            if listed == Some(layer.id) {
                // It stands in the list of its folder.
                continue;
            }
            let shown = index == self.document.shown;
            row_of_layer(ui, |ui| {
                let name = RichText::new(layer.name());
                let name = if shown {
                    name.family(bold())
                } else {
                    name.color(color(colors.secondary))
                };
                let close = link(ui, "×", "Close this dump; Undo brings it back");
                if close.clicked() {
                    commands.push(Command::CloseLayer(index));
                }
                ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                    let label = Label::new(name).truncate().sense(egui::Sense::click());
                    let label = ui
                        .add(label)
                        .on_hover_text(layer.dump.path.display().to_string());
                    if label.clicked() && !shown {
                        commands.push(Command::ShowLayer(index));
                    }
                });
            });
            if layer.is_sample {
                let text = "sample data: digits, ReLU autoencoder";
                ui.label(RichText::new(text).size(11.0).color(color(colors.note)))
                    .on_hover_text("Gives way to the first dump you open");
            }
        }
    }

    fn path_field(&mut self, ui: &mut Ui, commands: &mut Vec<Command>) {
        ui.add_space(4.0);
        ui.horizontal(|ui| {
            action_button(ui, "Open…", "Open…", Ok(()), commands);
            let field = TextEdit::singleline(&mut self.state.path_text)
                .hint_text("or a path")
                .desired_width(f32::INFINITY);
            let response = ui.add(field).on_hover_text(
                "A path to a dump, a folder, a session or a figure; Enter opens it (Ctrl+L)",
            );
            response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::TextInput, true, "path"));
            if std::mem::take(&mut self.state.focus_path) {
                response.request_focus();
            }
            let entered = response.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter));
            let text = self.state.path_text.trim();
            if entered && !text.is_empty() {
                commands.push(Command::OpenPath(expand(text)));
                self.state.path_text.clear();
            }
        });
    }
}

/// A line with the close button at its right.
fn row_of_layer(ui: &mut Ui, contents: impl FnOnce(&mut Ui)) {
    let size = egui::vec2(ui.available_width(), 20.0);
    let layout = egui::Layout::right_to_left(egui::Align::Center);
    ui.allocate_ui_with_layout(size, layout, contents);
}

/// A path as typed: `~` is the home folder, quotes around it and `file://` go.
pub(super) fn expand(text: &str) -> PathBuf {
    let text = text.trim_matches(['"', '\'']);
    let text = text.strip_prefix("file://").unwrap_or(text);
    match text.strip_prefix("~/") {
        Some(rest) => match directories::BaseDirs::new() {
            Some(dirs) => dirs.home_dir().join(rest),
            None => PathBuf::from(text),
        },
        None => PathBuf::from(text),
    }
}
