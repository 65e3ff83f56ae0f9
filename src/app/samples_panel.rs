//! The samples in the spotlight: a table or a contact sheet, what classes they have, and
//! what can be done with them.

use std::sync::Arc;

use egui::{Align, Label, Layout, RichText, Sense, TextEdit, TextureOptions, Ui, vec2};
use egui_extras::{Column, TableBuilder};

use crate::srm::{ClassCount, Classes, Enrichment, LitSample};
use crate::words::{percent, probability};
use crate::worker::samples_job::{SampleList, SortBy};
use crate::worker::table_job::TableOf;

use super::App;
use super::command::Command;
use super::samples::{SamplesAs, Sight};
use super::table_export::TableCommand;
use super::theme::{color, palette};
use super::widgets::{empty, headline, number, segmented, subtitle_line};

/// Height of a row, without and with a picture.
const ROW: [f32; 2] = [20.0, 30.0];

/// Side of a picture on the contact sheet, and height of what stands below it.
const PICTURE: f32 = 54.0;
const BELOW: f32 = 18.0;

/// Classes that the hover text names.
const CLASSES_NAMED: usize = 24;

/// Room for the title's controls.
const CONTROLS: f32 = 330.0;

impl App {
    pub(super) fn samples_panel(&mut self, ui: &mut Ui, commands: &mut Vec<Command>) {
        let area = ui.max_rect();
        let roomy = ui.available_width() > CONTROLS + 150.0;
        headline(ui, "In the spotlight", |ui| {
            if roomy {
                self.sample_controls(ui, commands);
            }
        });
        subtitle_line(ui, &self.samples_subtitle());
        if !roomy {
            ui.horizontal(|ui| {
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    self.sample_controls(ui, commands);
                });
            });
        }
        let Some(list) = self.sample_list().cloned() else {
            let text = match (self.document.layer(), self.spotlight_rad()) {
                (Some(_), Some(_)) => "Listing the samples…",
                (Some(_), None) => {
                    "No sample is inside at any angle of this plane. Auto (A) finds an ε that \
                     shows something."
                }
                (None, _) => "The samples inside the cone.",
            };
            return empty(ui, text);
        };
        self.sample_keys(ui, &list, area);
        if let Some(enrichment) = &list.enrichment
            && let Some(classes) = &list.classes
        {
            self.classes_inside(ui, enrichment, classes);
        }
        if list.order.is_empty() {
            let text = if list.lit.is_empty() {
                "No sample is inside at this angle. S turns the spotlight to the peak."
            } else {
                "None of those inside has such a row or label."
            };
            return empty(ui, text);
        }
        if let Some(images) = self.images_companion() {
            self.state.samples.begin_pictures(images.id);
        }
        match self.samples_as() {
            SamplesAs::Table => self.sample_table(ui, &list),
            SamplesAs::Pictures => self.contact_sheet(ui, &list),
        }
    }

    /// How many samples are inside, and where.
    fn samples_subtitle(&self) -> String {
        let (Some(layer), Some(angle)) = (self.document.layer(), self.spotlight_rad()) else {
            return "nothing is lit in this plane".to_owned();
        };
        let angle = self.preferences.unit.write(angle);
        let of = number(layer.n_samples());
        let Some(list) = self.sample_list() else {
            return format!("samples at θ = {angle}");
        };
        let inside = number(list.lit.len());
        let share = percent(list.lit.len() as f64 / layer.n_samples() as f64);
        let mut text = format!("{inside} of {of} samples at θ = {angle} · {share}");
        if list.order.len() < list.lit.len() {
            text = format!("{text} · {} found", number(list.order.len()));
        }
        let selected = self.state.samples.selected().len();
        if selected > 0 {
            text = format!("{text} · {} selected", number(selected));
        }
        text
    }

    /// From right to left: how they are shown, the search, the export.
    fn sample_controls(&mut self, ui: &mut Ui, commands: &mut Vec<Command>) {
        let shown_as = self.samples_as();
        if self.images_companion().is_some() {
            let choices = [
                (SamplesAs::Table, "Table", "A row a sample"),
                (
                    SamplesAs::Pictures,
                    "Pictures",
                    "A contact sheet of the samples' pictures",
                ),
            ];
            if let Some(choice) = segmented(ui, shown_as, &choices) {
                self.state.samples.shown_as = Some(choice);
            }
        }
        let field = TextEdit::singleline(&mut self.state.samples.search)
            .hint_text("row or label")
            .desired_width(92.0);
        let response = ui
            .add(field)
            .on_hover_text("List only those whose row begins so, or whose label contains it");
        response.widget_info(|| {
            egui::WidgetInfo::labeled(egui::Role::TextInput, true, "search samples")
        });
        let some = self
            .sample_list()
            .is_some_and(|list| !list.order.is_empty());
        ui.add_enabled_ui(some, |ui| {
            ui.menu_button("Export ▾", |ui| {
                for (text, of, hover) in [
                    (
                        "Row numbers…",
                        TableOf::SampleRows,
                        "Of the selected samples, or of all that are listed, as .npy or .csv",
                    ),
                    (
                        "Activations…",
                        TableOf::SampleActivations,
                        "Their rows of the array, as .npy",
                    ),
                ] {
                    if ui.button(text).on_hover_text(hover).clicked() {
                        commands.push(TableCommand::OpenFor(of).into());
                        ui.close();
                    }
                }
            })
            .response
            .on_disabled_hover_text("No sample is listed");
        });
    }

    /// Ctrl+A selects all that are listed, Esc none, while the panel is the one in use.
    fn sample_keys(&mut self, ui: &Ui, list: &SampleList, area: egui::Rect) {
        let pressed = ui.input(|i| i.pointer.press_origin().filter(|_| i.pointer.any_pressed()));
        if let Some(at) = pressed {
            self.state.samples.is_active = area.contains(at);
        }
        if !self.state.samples.is_active || ui.ctx().text_edit_focused() {
            return;
        }
        let all = egui::KeyboardShortcut::new(egui::Modifiers::COMMAND, egui::Key::A);
        if ui.input_mut(|input| input.consume_shortcut(&all)) {
            self.state.samples.select_all(list);
        }
        if ui.input(|input| input.key_pressed(egui::Key::Escape)) {
            self.state.samples.select_none();
        }
    }

    /// The classes inside, the most common first, as far as there is room; all that there
    /// is to know of them on hover.
    fn classes_inside(&self, ui: &mut Ui, enrichment: &Enrichment, classes: &Classes) {
        let mut inside: Vec<&ClassCount> = enrichment
            .classes
            .iter()
            .filter(|class| class.inside > 0)
            .collect();
        inside.sort_by(|a, b| b.inside.cmp(&a.inside).then(a.class.cmp(&b.class)));
        let secondary = color(palette(ui.ctx()).secondary);
        let hover = hover_of_classes(enrichment, &inside, classes);
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            let mut left = inside.len();
            for class in &inside {
                if ui.available_width() < 150.0 {
                    break;
                }
                left -= 1;
                self.class_chip(ui, class, classes, &hover);
            }
            if left > 0 {
                let text = RichText::new(format!("+{}", number(left))).color(secondary);
                ui.add(Label::new(text).selectable(false))
                    .on_hover_text(&hover);
            } else if inside.is_empty() {
                let text = RichText::new("without a class").color(secondary);
                ui.add(Label::new(text).selectable(false))
                    .on_hover_text(&hover);
            }
        });
    }

    fn class_chip(&self, ui: &mut Ui, class: &ClassCount, classes: &Classes, hover: &str) {
        let secondary = color(palette(ui.ctx()).secondary);
        let ink = color(self.color_of_class(classes, class.class));
        let (rect, _) = ui.allocate_exact_size(vec2(9.0, 14.0), Sense::hover());
        ui.painter().circle_filled(rect.center(), 4.0, ink);
        let name = short(&classes.names()[class.class as usize]);
        ui.add(Label::new(RichText::new(name).strong()).selectable(false))
            .on_hover_text(hover);
        let size = class.inside + class.outside;
        let mut text = format!(
            "{} of {}",
            number(class.inside as usize),
            number(size as usize)
        );
        if class.ln_p_adjusted < 0.05f64.ln() {
            text = format!("{text}, p {}", probability(class.ln_p_adjusted));
        }
        let label = Label::new(RichText::new(text).color(secondary)).selectable(false);
        ui.add(label).on_hover_text(hover);
        ui.add_space(8.0);
    }

    fn sample_table(&mut self, ui: &mut Ui, list: &Arc<SampleList>) {
        let images = self.images_companion();
        let labelled = list.classes.is_some();
        let height = ROW[usize::from(images.is_some())];
        let sort = self.state.samples.sort;
        let mut sorted = None;
        let mut clicked = None;
        ui.scope(|ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            let mut table = TableBuilder::new(ui)
                .id_salt("samples")
                .striped(true)
                .sense(Sense::click())
                .auto_shrink(false)
                .min_scrolled_height(0.0)
                .max_scroll_height(f32::INFINITY)
                .cell_layout(Layout::left_to_right(Align::Center));
            if images.is_some() {
                table = table.column(Column::exact(38.0));
            }
            table = table.columns(Column::exact(82.0), 3);
            table = table.column(Column::remainder().clip(true));
            let table = table.header(20.0, |mut header| {
                if images.is_some() {
                    header.col(|_| ());
                }
                let mut head = |by, text: &str, hover: &str| {
                    header.col(|ui| {
                        if heading(ui, text, hover, (sort.by == by).then_some(sort.falling)) {
                            sorted = Some(by);
                        }
                    });
                };
                head(SortBy::Row, "row", "The row of the array, from 0 on");
                head(
                    SortBy::Cosine,
                    "cosine",
                    "With the spotlight's direction: at least ε",
                );
                head(SortBy::Norm, "norm", "Euclidean norm of the row");
                if labelled {
                    head(
                        SortBy::Label,
                        "label",
                        "The class, in the order of the classes",
                    );
                } else {
                    header.col(|_| ());
                }
            });
            table.body(|body| {
                body.rows(height, list.order.len(), |mut row| {
                    let place = row.index();
                    let Some(lit) = list.shown(place) else {
                        return;
                    };
                    row.set_selected(self.state.samples.selected().contains(&lit.sample));
                    if images.is_some() {
                        row.col(|ui| self.picture_of(ui, list, lit, height - 4.0));
                    }
                    row.col(|ui| cell(ui, list.row(lit.sample).to_string()));
                    row.col(|ui| cell(ui, format!("{:.4}", lit.cosine)));
                    let norm = list.layer.dump.activations.norm(lit.sample as usize);
                    row.col(|ui| cell(ui, norm_text(norm)));
                    row.col(|ui| self.label_of(ui, list, lit));
                    let response = row.response();
                    response.widget_info(|| {
                        let text = format!("sample {}", list.row(lit.sample));
                        egui::WidgetInfo::labeled(egui::Role::Row, true, text)
                    });
                    if response.clicked() {
                        clicked = Some(place);
                    }
                });
            });
        });
        if let Some(by) = sorted {
            self.state.samples.sort_by(by);
        }
        if let Some(place) = clicked {
            let modifiers = ui.input(|input| input.modifiers);
            self.state.samples.click(list, place, modifiers);
        }
    }

    fn label_of(&self, ui: &mut Ui, list: &SampleList, lit: LitSample) {
        let Some((class, classes)) = list.class(lit.sample).zip(list.classes.as_ref()) else {
            return;
        };
        let (rect, _) = ui.allocate_exact_size(vec2(9.0, 14.0), Sense::hover());
        let ink = color(self.color_of_class(classes, class));
        ui.painter().circle_filled(rect.center(), 4.0, ink);
        cell(ui, list.label(lit.sample).to_owned());
    }

    /// The picture of a sample, at most `side` wide and high.
    fn picture_of(&mut self, ui: &mut Ui, list: &SampleList, lit: LitSample, side: f32) {
        let (rect, _) = ui.allocate_exact_size(vec2(side, side), Sense::hover());
        let raster = match self.sight(list, lit) {
            Sight::There(raster) => raster,
            Sight::Coming => {
                let fill = color(palette(ui.ctx()).plot);
                ui.painter().rect_filled(rect, 0.0, fill);
                return;
            }
            Sight::Broken => {
                let ink = color(palette(ui.ctx()).secondary);
                let font = egui::FontId::proportional(11.0);
                let middle = egui::Align2::CENTER_CENTER;
                ui.painter().text(rect.center(), middle, "?", font, ink);
                return;
            }
        };
        let texture = self
            .textures
            .get(ui.ctx(), &raster, TextureOptions::NEAREST);
        let (width, height) = (raster.width as f32, raster.height as f32);
        let scale = side / width.max(height);
        let place = egui::Rect::from_center_size(rect.center(), vec2(width, height) * scale);
        let whole = egui::Rect::from_min_max(egui::pos2(0.0, 0.0), egui::pos2(1.0, 1.0));
        ui.painter()
            .image(texture.id(), place, whole, egui::Color32::WHITE);
    }

    fn sight(&mut self, list: &SampleList, lit: LitSample) -> Sight {
        let images = self.document.images(&list.layer);
        let entry = images.and_then(|(_, images)| {
            let sample = lit.sample as usize;
            list.layer.entry_of(sample, images.entries())
        });
        entry.map_or(Sight::Broken, |entry| self.state.samples.picture(entry))
    }

    fn contact_sheet(&mut self, ui: &mut Ui, list: &Arc<SampleList>) {
        let gap = 10.0;
        // As many as fit beside each other, spread over the width but for the scroll bar's.
        let width = ui.available_width() - 14.0;
        let across = (width / (PICTURE + gap)).floor().max(1.0);
        let cell_size = vec2(width / across, PICTURE + BELOW + gap);
        let across = across as usize;
        let rows = list.order.len().div_ceil(across);
        let mut clicked = None;
        ui.scope(|ui| {
            ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
            egui::ScrollArea::vertical()
                .id_salt("contact sheet")
                .auto_shrink(false)
                .show_rows(ui, cell_size.y, rows, |ui, range| {
                    for row in range {
                        ui.horizontal(|ui| {
                            let last = list.order.len().min((row + 1) * across);
                            for place in row * across..last {
                                if self.contact(ui, list, place, cell_size) {
                                    clicked = Some(place);
                                }
                            }
                        });
                    }
                });
        });
        if let Some(place) = clicked {
            let modifiers = ui.input(|input| input.modifiers);
            self.state.samples.click(list, place, modifiers);
        }
    }

    /// A picture with its label and cosine; whether it was clicked.
    fn contact(&mut self, ui: &mut Ui, list: &SampleList, place: usize, size: egui::Vec2) -> bool {
        let (rect, response) = ui.allocate_exact_size(size, Sense::click());
        let Some(lit) = list.shown(place) else {
            return false;
        };
        let colors = palette(ui.ctx());
        let row = list.row(lit.sample);
        response.widget_info(|| {
            egui::WidgetInfo::labeled(egui::Role::Image, true, format!("sample {row}"))
        });
        let inner = egui::Rect::from_min_size(
            rect.min + vec2((size.x - PICTURE) / 2.0, 4.0),
            vec2(PICTURE, PICTURE),
        );
        let selected = self.state.samples.selected().contains(&lit.sample);
        if selected || response.hovered() {
            let fill = if selected {
                ui.visuals().selection.bg_fill
            } else {
                ui.visuals().widgets.hovered.bg_fill
            };
            ui.painter().rect_filled(rect.shrink(1.0), 4.0, fill);
        }
        // Not a scope, which would move the next cell to where the picture ends.
        let mut within = ui.new_child(egui::UiBuilder::new().max_rect(inner));
        self.picture_of(&mut within, list, lit, PICTURE);
        let at = egui::pos2(rect.center().x, inner.bottom() + BELOW / 2.0 + 1.0);
        let label = short(list.label(lit.sample));
        let text = format!("{label}  {:.2}", lit.cosine);
        let font = egui::FontId::proportional(10.5);
        let ink = if selected {
            colors.text
        } else {
            colors.secondary
        };
        ui.painter()
            .with_clip_rect(rect.intersect(ui.clip_rect()))
            .text(
                at,
                egui::Align2::CENTER_CENTER,
                text.trim(),
                font,
                color(ink),
            );
        let clicked = response.clicked();
        let norm = list.layer.dump.activations.norm(lit.sample as usize);
        let mut hover = format!(
            "row {}\ncosine {:.4}\nnorm {}",
            number(row),
            lit.cosine,
            norm_text(norm)
        );
        if list.classes.is_some() {
            hover = format!("{hover}\nlabel {}", list.label(lit.sample));
        }
        response.on_hover_text(hover);
        clicked
    }
}

/// The head of a column that can be sorted by; whether it was clicked. `falling` says
/// which way it is sorted.
pub(super) fn heading(ui: &mut Ui, text: &str, hover: &str, falling: Option<bool>) -> bool {
    let colors = palette(ui.ctx());
    let ink = if falling.is_some() {
        colors.text
    } else {
        colors.secondary
    };
    let arrow = match falling {
        None => "",
        Some(true) => " ▾",
        Some(false) => " ▴",
    };
    let text = RichText::new(format!("{text}{arrow}")).color(color(ink));
    let button = egui::Button::new(text.small()).frame(false);
    let hover = format!("{hover}. Click to sort by it");
    ui.add(button).on_hover_text(hover).clicked()
}

/// A text in a table.
pub(super) fn cell(ui: &mut Ui, text: String) {
    ui.add(Label::new(text).selectable(false).truncate());
}

/// Everything that is known of the classes inside.
fn hover_of_classes(enrichment: &Enrichment, inside: &[&ClassCount], classes: &Classes) -> String {
    let mut lines = vec![
        "Classes inside and outside; p that so many or more are inside by chance \
         (hypergeometric, one-sided, Holm over the classes):"
            .to_owned(),
    ];
    for class in inside.iter().take(CLASSES_NAMED) {
        let size = class.inside + class.outside;
        lines.push(format!(
            "{}: {} inside, {} outside; {} of those inside, {} of the class; p {}",
            classes.names()[class.class as usize],
            number(class.inside as usize),
            number(class.outside as usize),
            percent(class.inside as f64 / enrichment.inside.max(1) as f64),
            percent(class.inside as f64 / size.max(1) as f64),
            probability(class.ln_p_adjusted),
        ));
    }
    if inside.len() > CLASSES_NAMED {
        lines.push(format!("and {} more", number(inside.len() - CLASSES_NAMED)));
    }
    let absent = enrichment.classes.len() - inside.len();
    if absent > 0 {
        lines.push(format!("none of {}", crate::data::classes(absent)));
    }
    let [without, _] = enrichment.without;
    if without > 0 {
        lines.push(format!("{} without a class", number(without as usize)));
    }
    lines.join("\n")
}

/// A name that does not fill the line.
pub(super) fn short(name: &str) -> String {
    crate::words::printable(name, 18)
}

fn norm_text(norm: f64) -> String {
    if norm == 0.0 || (1e-3..1e6).contains(&norm) {
        format!("{norm:.3}")
    } else {
        format!("{norm:.2e}")
    }
}
