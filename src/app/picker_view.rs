//! The dialog that asks for one of several arrays. Only the rows that are seen are made.

use egui::{Frame, Key, Label, Margin, Modal, RichText, ScrollArea, Sense, TextEdit, Ui};

use crate::data::ArrayInfo;
use crate::scene::Palette;
use crate::words::{count, thousands, times};

use super::App;
use super::command::Command;
use super::picker::{PickCommand, Picker};
use super::theme::{bold, color, palette};

/// Width of the dialog in points.
const WIDTH: f32 = 560.0;

/// Height of a row, in points.
const ROW: f32 = 22.0;

/// Most rows that are seen at once.
const MOST_ROWS: usize = 14;

/// Widths of the columns behind the name.
const SHAPE: f32 = 132.0;
const DTYPE: f32 = 72.0;
const ROLE: f32 = 86.0;

impl App {
    pub(super) fn picker(&mut self, ui: &mut Ui, commands: &mut Vec<Command>) {
        if self.state.reading.is_some() {
            return;
        }
        let Some(picker) = &mut self.state.picker else {
            return;
        };
        keys(ui, picker, commands);
        let room = ui.ctx().content_rect().size();
        let frame = Frame::window(ui.style()).inner_margin(Margin::symmetric(16, 14));
        Modal::new(egui::Id::unique("array picker"))
            .frame(frame)
            .show(ui.ctx(), |ui| {
                ui.set_width(WIDTH.min(room.x - 60.0));
                contents(ui, picker, room.y, commands);
            });
    }
}

/// Arrows choose, Enter takes, Esc takes nothing, whatever has the keyboard.
fn keys(ui: &Ui, picker: &mut Picker, commands: &mut Vec<Command>) {
    let pressed = |key| ui.input_mut(|i| i.consume_key(egui::Modifiers::NONE, key));
    for (key, step) in [(Key::ArrowDown, 1), (Key::ArrowUp, -1)] {
        if pressed(key) {
            picker.step(step);
        }
    }
    if pressed(Key::Escape) {
        commands.push(PickCommand::Close.into());
    }
    if pressed(Key::Enter) {
        if picker.stacks_only() {
            commands.push(PickCommand::Stack.into());
        } else if let Some(array) = picker.chosen_array()
            && array.problem.is_none()
        {
            commands.push(PickCommand::Take(array.key.clone()).into());
        }
    }
}

fn contents(ui: &mut Ui, picker: &mut Picker, room: f32, commands: &mut Vec<Command>) {
    let path = &picker.request.path;
    let name = path.file_name().unwrap_or(path.as_os_str());
    let heading = format!("Arrays in {}", name.to_string_lossy());
    ui.add(Label::new(RichText::new(heading).heading()).truncate());
    let colors = palette(ui.ctx());
    let all = picker.arrays.len() as u64;
    let text = if picker.stacks_only() {
        format!(
            "{}, each a row: together they are a layer.",
            count(all, "array")
        )
    } else {
        format!("{}. Which one is it?", count(all, "array"))
    };
    ui.label(RichText::new(text).color(color(colors.secondary)));
    ui.add_space(6.0);
    let field = TextEdit::singleline(&mut picker.search)
        .hint_text("search")
        .desired_width(f32::INFINITY);
    let response = ui.add(field).on_hover_text("Names that hold this text");
    response
        .widget_info(|| egui::WidgetInfo::labeled(egui::Role::TextInput, true, "search arrays"));
    if response.changed() {
        picker.look();
    }
    ui.add_space(4.0);
    rows(ui, picker, room, &colors, commands);
    ui.add_space(8.0);
    buttons(ui, picker, commands);
}

fn rows(
    ui: &mut Ui,
    picker: &mut Picker,
    room: f32,
    colors: &Palette,
    commands: &mut Vec<Command>,
) {
    if picker.found.is_empty() {
        ui.label(RichText::new("No name holds this text.").color(color(colors.secondary)));
        return;
    }
    let spacing = 1.0;
    let most = (((room - 260.0) / ROW) as usize).clamp(3, MOST_ROWS);
    let height = picker.found.len().min(most) as f32 * (ROW + spacing);
    let mut area = ScrollArea::vertical()
        .max_height(height)
        .auto_shrink([false, true]);
    if std::mem::take(&mut picker.reveal) && picker.found.len() > most {
        let row = picker.chosen as f32 * (ROW + spacing);
        area = area.vertical_scroll_offset((row - height / 2.0).max(0.0));
    }
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = spacing;
        area.show_rows(ui, ROW, picker.found.len(), |ui, range| {
            for place in range {
                let array = &picker.arrays[picker.found[place]];
                let chosen = place == picker.chosen && array.problem.is_none();
                if row(ui, array, chosen, colors) {
                    commands.push(PickCommand::Take(array.key.clone()).into());
                }
            }
        });
    });
}

/// Whether the array was clicked.
fn row(ui: &mut Ui, array: &ArrayInfo, chosen: bool, colors: &Palette) -> bool {
    let name = array.key.as_deref().unwrap_or("(no name)");
    let can = array.problem.is_none();
    let sense = if can { Sense::click() } else { Sense::hover() };
    let size = egui::vec2(ui.available_width(), ROW);
    let (rect, response) = ui.allocate_exact_size(size, sense);
    let shape = times(&array.shape);
    let words = format!("{name} {shape} {} {}", array.dtype, array.role.name());
    response
        .widget_info(|| egui::WidgetInfo::selected(egui::Role::Button, can, chosen, words.clone()));
    let visuals = ui.visuals();
    if chosen {
        ui.painter()
            .rect_filled(rect, 3.0, visuals.selection.bg_fill);
    } else if can && response.hovered() {
        ui.painter()
            .rect_filled(rect, 3.0, visuals.widgets.hovered.bg_fill);
    }
    let ink = if can { colors.text } else { colors.secondary };
    let columns = rect.width() - SHAPE - DTYPE - ROLE;
    let mut left = rect.left() + 6.0;
    let texts = [
        (name, columns - 10.0, true),
        (shape.as_str(), SHAPE, false),
        (array.dtype.as_str(), DTYPE, false),
        (array.role.name(), ROLE, false),
    ];
    for (text, width, is_name) in texts {
        let mut job = egui::text::LayoutJob::simple_singleline(
            text.to_owned(),
            egui::FontId::proportional(12.5),
            color(if is_name || chosen {
                ink
            } else {
                colors.secondary
            }),
        );
        job.wrap = egui::text::TextWrapping::truncate_at_width(width - 8.0);
        let galley = ui.painter().layout_job(job);
        let at = egui::pos2(left, rect.center().y - galley.size().y / 2.0);
        ui.painter().galley(at, galley, color(ink));
        left += width;
    }
    let response = match &array.problem {
        Some(problem) => response.on_hover_text(format!("{name} {problem}")),
        None if array.asks() => response.on_hover_text("Take it; its axes are asked for next"),
        None => response.on_hover_text("Open this array: N samples × d neurons"),
    };
    can && response.clicked()
}

fn buttons(ui: &mut Ui, picker: &Picker, commands: &mut Vec<Command>) {
    ui.horizontal(|ui| {
        let many = picker.layers().count() as u64;
        if picker.can_list() {
            let hover = "As a list: each is read when it is chosen";
            let text = format!("Open all {} as layers", thousands(many));
            if ui.button(text).on_hover_text(hover).clicked() {
                commands.push(PickCommand::All.into());
            }
        }
        if let Some(shape) = &picker.stacked {
            let hover = "All arrays of the file, one behind the other; arrays of one axis are a \
                         row each";
            let mut text = RichText::new(format!("Stack into one: {}", times(shape)));
            if picker.stacks_only() {
                text = text.family(bold());
            }
            if ui.button(text).on_hover_text(hover).clicked() {
                commands.push(PickCommand::Stack.into());
            }
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if ui.button("Cancel").on_hover_text("Esc").clicked() {
                commands.push(PickCommand::Close.into());
            }
        });
    });
}
