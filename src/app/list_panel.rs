//! The list of a folder's files or of a file's arrays in the Data panel: only the rows
//! that are seen are made, however many there are.

use egui::{Label, RichText, ScrollArea, Sense, Ui};

use super::App;
use super::command::Command;
use super::listing::ListCommand;
use super::theme::{bold, color, palette};
use super::widgets::link;

/// Height of the list, in points.
const LIST_HEIGHT: f32 = 156.0;

/// Height of a row, in points.
const ROW: f32 = 18.0;

impl App {
    pub(super) fn list_panel(&mut self, ui: &mut Ui, commands: &mut Vec<Command>) {
        let Some(list) = self.document.list.clone() else {
            return;
        };
        let secondary = color(palette(ui.ctx()).secondary);
        let size = egui::vec2(ui.available_width(), 20.0);
        let layout = egui::Layout::right_to_left(egui::Align::Center);
        ui.allocate_ui_with_layout(size, layout, |ui| {
            let hover = "Close the list with what is shown of it; Undo brings it back";
            let close = link(ui, "×", hover);
            close.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, "Close list"));
            if close.clicked() {
                commands.push(ListCommand::Close.into());
            }
            ui.add(Label::new(RichText::new(list.count()).color(secondary)).selectable(false));
            ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                let name = RichText::new(format!("▾ {}", list.name())).family(bold());
                ui.add(Label::new(name).truncate().selectable(false))
                    .on_hover_text(list.path.display().to_string());
            });
        });
        let spacing = 2.0;
        let rows = list.entries.len();
        let shown = self.document.entry.map(|(entry, _)| entry);
        let current = self.state.listed.asked.map(|(entry, _)| entry).or(shown);
        let mut area = ScrollArea::vertical()
            .id_salt(("list", list.id))
            .max_height(LIST_HEIGHT)
            .auto_shrink([false, true]);
        if std::mem::take(&mut self.state.listed.reveal)
            && let Some(current) = current
        {
            let row = current as f32 * (ROW + spacing);
            let middle = (LIST_HEIGHT - ROW) / 2.0;
            area = area.vertical_scroll_offset((row - middle).max(0.0));
        }
        ui.scope(|ui| {
            ui.spacing_mut().item_spacing.y = spacing;
            area.show_rows(ui, ROW, rows, |ui, range| {
                for entry in range {
                    let name = list.entries[entry].name();
                    self.list_row(ui, entry, &name, commands);
                }
            });
        });
        ui.add_space(4.0);
    }

    fn list_row(&self, ui: &mut Ui, entry: usize, name: &str, commands: &mut Vec<Command>) {
        let colors = palette(ui.ctx());
        let listed = &self.state.listed;
        let shown = self.document.entry.is_some_and(|(open, _)| open == entry);
        let on_its_way = listed.asked.is_some_and(|(asked, _)| asked == entry);
        let failure = listed.failures.get(&entry);
        let size = egui::vec2(ui.available_width(), ROW);
        let layout = egui::Layout::left_to_right(egui::Align::Center);
        ui.allocate_ui_with_layout(size, layout, |ui| {
            ui.set_min_size(size);
            let (mark, _) = ui.allocate_exact_size(egui::vec2(14.0, ROW), Sense::hover());
            if on_its_way {
                let area = egui::Rect::from_center_size(mark.center(), egui::vec2(12.0, 12.0));
                ui.put(area, egui::Spinner::new().size(12.0));
            } else if failure.is_some() {
                let (at, font) = (mark.center(), egui::FontId::proportional(12.0));
                let ink = color(colors.error);
                ui.painter()
                    .text(at, egui::Align2::CENTER_CENTER, "!", font, ink);
            }
            let text = RichText::new(name);
            let text = if shown {
                text.family(bold()).color(color(colors.text))
            } else if failure.is_some() {
                text.color(color(colors.error))
            } else {
                text.color(color(colors.secondary))
            };
            let label = Label::new(text).truncate().sense(Sense::click());
            let label = ui.add(label);
            let label = match failure {
                Some(failure) => label.on_hover_text(failure),
                None => label.on_hover_text("Show it (Page Down and Page Up step through)"),
            };
            if label.clicked() && (!shown || listed.asked.is_some()) {
                commands.push(ListCommand::Show(entry).into());
            }
        });
    }
}
