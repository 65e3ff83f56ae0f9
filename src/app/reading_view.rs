//! The dialog that asks how an array becomes `N × d`: its axes by what they are, and
//! beside each answer what it comes to.

use egui::{DragValue, Frame, Key, Label, Margin, Modal, RichText, TextEdit, Ui, vec2};

use crate::data::{Channels, Preview};
use crate::scene::Palette;
use crate::words::{size, thousands, times};

use super::App;
use super::command::Command;
use super::reading::{Positions, ReadingCommand, ReadingDialog};
use super::theme::{bold, color, palette};
use super::widgets::{gap, section, segmented};

/// Width of the dialog in points.
const WIDTH: f32 = 470.0;

impl App {
    pub(super) fn reading_dialog(&mut self, ui: &mut Ui, commands: &mut Vec<Command>) {
        let Some(dialog) = &mut self.state.reading else {
            return;
        };
        let room = ui.ctx().content_rect().size();
        let frame = Frame::window(ui.style()).inner_margin(Margin::symmetric(16, 14));
        Modal::new(egui::Id::unique("reading dialog"))
            .frame(frame)
            .show(ui.ctx(), |ui| {
                ui.set_width(WIDTH.min(room.x - 60.0));
                contents(ui, dialog, commands);
            });
        // A field gives the keyboard back with Enter, which then means the dialog.
        let free = ui.memory(|memory| memory.focused().is_none());
        if free && ui.input(|i| i.key_pressed(Key::Enter)) {
            commands.push(ReadingCommand::Accept.into());
        }
        if ui.input(|i| i.key_pressed(Key::Escape)) {
            commands.push(ReadingCommand::Close.into());
        }
    }
}

fn contents(ui: &mut Ui, dialog: &mut ReadingDialog, commands: &mut Vec<Command>) {
    let path = &dialog.request.path;
    let file = path.file_name().unwrap_or(path.as_os_str());
    let mut name = file.to_string_lossy().into_owned();
    if let Some(key) = &dialog.request.pick.key {
        name = format!("{name} : {key}");
    }
    let heading = RichText::new(format!("How to read {name}")).heading();
    ui.add(Label::new(heading).truncate());
    let secondary = color(palette(ui.ctx()).secondary);
    if dialog.has_positions() {
        let text = format!(
            "An array of {} axes: say how it becomes samples × neurons.",
            dialog.shape.len()
        );
        ui.label(RichText::new(text).color(secondary));
    }
    ui.add_space(8.0);
    axes(ui, dialog);
    ui.add_space(8.0);
    if dialog.has_positions() {
        section(ui, "Positions");
        answers(ui, dialog);
        gap(ui);
        section(ui, "Neurons");
        channels(ui, dialog);
        gap(ui);
    }
    section(ui, "Rows");
    rows(ui, dialog);
    centring(ui, dialog);
    gap(ui);
    bottom(ui, dialog, commands);
}

/// The lengths of the axes, under each what it is.
fn axes(ui: &mut Ui, dialog: &ReadingDialog) {
    let colors = palette(ui.ctx());
    let shape: Vec<(String, &str)> = dialog
        .shape
        .iter()
        .enumerate()
        .map(|(place, &length)| (thousands(length), dialog.caption(place)))
        .collect();
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        labelled(ui, &shape, &colors);
        if let Ok((of, _)) = dialog.preview(dialog.positions) {
            between(ui, "→");
            let becomes = [
                (thousands(of.rows), "samples"),
                (thousands(of.neurons), "neurons"),
            ];
            labelled(ui, &becomes, &colors);
        }
    });
}

fn labelled(ui: &mut Ui, lengths: &[(String, &str)], colors: &Palette) {
    for (place, (length, caption)) in lengths.iter().enumerate() {
        if place > 0 {
            between(ui, "×");
        }
        let ink = match *caption {
            "neurons" => colors.accent,
            "samples" => colors.text,
            _ => colors.note,
        };
        let font = |size| egui::FontId::new(size, egui::FontFamily::Proportional);
        let width = |text: &str, size| {
            let galley =
                ui.painter()
                    .layout_no_wrap(text.to_owned(), font(size), color(colors.text));
            galley.size().x
        };
        let width = width(length, 18.0).max(width(caption, 11.0)) + 6.0;
        let layout = egui::Layout::top_down(egui::Align::Center);
        ui.allocate_ui_with_layout(vec2(width, 38.0), layout, |ui| {
            ui.spacing_mut().item_spacing.y = 1.0;
            let length = RichText::new(length).family(bold()).size(17.0);
            ui.add(Label::new(length.color(color(ink))).extend());
            let caption = RichText::new(*caption).size(11.0);
            ui.add(Label::new(caption.color(color(colors.secondary))).extend());
        });
    }
}

fn between(ui: &mut Ui, text: &str) {
    let layout = egui::Layout::top_down(egui::Align::Center);
    ui.allocate_ui_with_layout(vec2(14.0, 38.0), layout, |ui| {
        let secondary = color(palette(ui.ctx()).secondary);
        ui.add(Label::new(RichText::new(text).size(17.0).color(secondary)).extend());
    });
}

/// What becomes of the positions, each with what it comes to.
fn answers(ui: &mut Ui, dialog: &mut ReadingDialog) {
    let choices = [
        (
            Positions::Samples,
            "every position a sample",
            "One row for each sample and position: most rows, nothing is lost",
        ),
        (
            Positions::Mean,
            "mean over the positions",
            "One row a sample: the mean of its positions, as for a pooled layer",
        ),
        (
            Positions::Max,
            "largest over the positions",
            "One row a sample: each neuron's largest value at any position",
        ),
        (
            Positions::One,
            "one position",
            "One row a sample: the position of that number, row-major; −1 is the last",
        ),
    ];
    for (positions, text, hover) in choices {
        ui.horizontal(|ui| {
            let on = dialog.positions == positions;
            if ui.radio(on, text).on_hover_text(hover).clicked() {
                dialog.positions = positions;
            }
            if positions == Positions::One {
                let field = DragValue::new(&mut dialog.position).speed(0.1);
                let response = ui.add(field).on_hover_text(hover);
                response.widget_info(|| {
                    egui::WidgetInfo::labeled(egui::Role::SpinButton, true, "position")
                });
                if response.changed() {
                    dialog.positions = positions;
                }
            }
            let layout = egui::Layout::right_to_left(egui::Align::Center);
            ui.with_layout(layout, |ui| comes_to(ui, dialog, positions));
        });
    }
}

/// What an answer comes to.
fn comes_to(ui: &mut Ui, dialog: &ReadingDialog, positions: Positions) {
    let colors = palette(ui.ctx());
    let text = match dialog.preview(positions) {
        Ok((of, bytes)) => preview_text(&of, bytes),
        Err(_) => "–".to_owned(),
    };
    let ink = if dialog.positions == positions {
        colors.text
    } else {
        colors.secondary
    };
    ui.add(Label::new(RichText::new(text).color(color(ink))).truncate());
}

fn preview_text(of: &Preview, bytes: Option<u64>) -> String {
    let shape = times(&[of.rows, of.neurons]);
    match bytes {
        Some(bytes) => format!("{shape} · {}", size(bytes)),
        None => shape,
    }
}

fn channels(ui: &mut Ui, dialog: &mut ReadingDialog) {
    ui.horizontal(|ui| {
        ui.label("lie along");
        let choices = [
            (
                Channels::First,
                "the first axis behind the samples",
                "As PyTorch's convolutions have it: N × C × H × W",
            ),
            (
                Channels::Last,
                "the last axis",
                "As transformers have it, N × T × d, and TensorFlow, N × H × W × C",
            ),
        ];
        if let Some(channels) = segmented(ui, dialog.channels, &choices) {
            dialog.channels = channels;
        }
    });
}

fn rows(ui: &mut Ui, dialog: &mut ReadingDialog) {
    ui.horizontal(|ui| {
        ui.label("read");
        let hover = "START:STOP:STEP as Python slices rows, such as 0:1000 or ::10; empty for all";
        let field = TextEdit::singleline(&mut dialog.rows)
            .hint_text("all, or 0:1000, ::10")
            .desired_width(150.0);
        let response = ui.add(field).on_hover_text(hover);
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::TextInput, true, "rows"));
    });
    ui.horizontal(|ui| {
        let hover = "Read only some of these rows, drawn without replacement";
        ui.checkbox(&mut dialog.draws, "of these, draw")
            .on_hover_text(hover);
        let field = DragValue::new(&mut dialog.most)
            .range(1..=usize::MAX)
            .custom_formatter(|most, _| thousands(most as u64))
            .custom_parser(|text| text.replace(',', "").parse().ok())
            .speed(10.0);
        let response = ui.add_enabled(dialog.draws, field);
        response
            .widget_info(|| egui::WidgetInfo::labeled(egui::Role::SpinButton, true, "rows drawn"));
        ui.label("at random, seed");
        let field = DragValue::new(&mut dialog.seed).speed(0.1);
        let response = ui.add_enabled(dialog.draws, field);
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::SpinButton, true, "seed"));
    });
}

fn centring(ui: &mut Ui, dialog: &mut ReadingDialog) {
    let hover = "Subtract from each neuron its mean over the rows that are read, before anything \
                 else; the values are then held in double precision";
    ui.checkbox(&mut dialog.centres, "centre by each neuron's mean")
        .on_hover_text(hover);
}

fn bottom(ui: &mut Ui, dialog: &ReadingDialog, commands: &mut Vec<Command>) {
    let colors = palette(ui.ctx());
    let answer = dialog.answer();
    let (text, ink) = match &answer {
        Err(why) => (why.clone(), colors.error),
        Ok(_) => match dialog.preview(dialog.positions) {
            Ok((of, Some(bytes))) => (
                format!(
                    "{} in memory: about {}",
                    times(&[of.rows, of.neurons]),
                    size(bytes)
                ),
                colors.secondary,
            ),
            _ => (String::new(), colors.secondary),
        },
    };
    ui.add(Label::new(RichText::new(text).color(color(ink))).wrap());
    ui.add_space(6.0);
    ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
        let text = if dialog.is_again() {
            "Read again"
        } else {
            "Read"
        };
        let button = egui::Button::new(RichText::new(text).family(bold()));
        let hover = "Read it so (Enter)";
        if ui
            .add_enabled(answer.is_ok(), button)
            .on_hover_text(hover)
            .clicked()
        {
            commands.push(ReadingCommand::Accept.into());
        }
        if ui.button("Cancel").on_hover_text("Esc").clicked() {
            commands.push(ReadingCommand::Close.into());
        }
    });
}
