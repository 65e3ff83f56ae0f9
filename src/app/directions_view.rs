//! Which neurons: a row a privileged direction, with the samples about it and the class
//! that most of them have; a click turns the spotlight there.

use std::sync::Arc;

use egui::{Align, Layout, RichText, Sense, Ui, vec2};
use egui_extras::{Column, TableBuilder};

use crate::srm::{Direction, Pole, Side};
use crate::words::{percent, probability};
use crate::worker::samples_job::DirectionList;

use super::App;
use super::command::Command;
use super::directions::DirectionSort;
use super::samples_panel::{cell, heading, short};
use super::theme::{color, palette};
use super::widgets::{empty, number, rest, share_text, subtitle_line};

/// Height of a row.
const ROW: f32 = 22.0;

/// Width of the column of shares, with its bar.
const SHARE: f32 = 116.0;

/// The head of the column that is sorted as the one before.
const SHARES: &str = "share";

/// Columns that there are only with labels.
const OF_CLASSES: [DirectionSort; 4] = [
    DirectionSort::Class,
    DirectionSort::Precision,
    DirectionSort::Recall,
    DirectionSort::P,
];

/// The heads of the columns: by what they sort, their text, what it means, and whether
/// the largest comes first.
const HEADS: [(DirectionSort, &str, &str, bool); 7] = [
    (
        DirectionSort::Direction,
        "direction",
        "Along a vector, or against it",
        false,
    ),
    (
        DirectionSort::Lit,
        "lit",
        "Samples in the cone about it",
        true,
    ),
    (
        DirectionSort::Lit,
        SHARES,
        "They as a share of all samples; the tick is isotropic data",
        true,
    ),
    (
        DirectionSort::Class,
        "class",
        "The most common class among them",
        false,
    ),
    (
        DirectionSort::Precision,
        "precision",
        "Share of those lit that are of the class",
        true,
    ),
    (
        DirectionSort::Recall,
        "recall",
        "Share of the class that is lit",
        true,
    ),
    (
        DirectionSort::P,
        "p",
        "Chance of so many of the class by drawing blindly (hypergeometric, one-sided, \
         Bonferroni over the classes, Benjamini–Hochberg over the directions)",
        false,
    ),
];

impl App {
    pub(super) fn directions_view(&mut self, ui: &mut Ui, commands: &mut Vec<Command>) {
        self.planes_headline(ui, commands);
        let list = self.direction_list().cloned();
        subtitle_line(ui, &subtitle(list.as_deref()));
        // The curves behind the ensemble and the order of the planes come with it.
        self.see_heatmap_pixels(ui, rest(ui));
        let Some(list) = list else {
            let text = match self.document.layer() {
                None => "Each neuron's two directions, with the samples about them.",
                Some(_) if self.state.directions.list.is_refused() => {
                    "Called off: look at another view and back to count again"
                }
                Some(_) => "Counting about the neurons…",
            };
            return empty(ui, text);
        };
        let any = list.directions.iter().any(|one| one.lit > 0);
        if !any {
            let text = "No sample lies about any direction at this ε. A smaller ε, or a share \
                        of isotropic data, shows which come nearest.";
            return empty(ui, text);
        }
        self.direction_table(ui, &list, commands);
    }

    fn direction_table(
        &mut self,
        ui: &mut Ui,
        list: &Arc<DirectionList>,
        commands: &mut Vec<Command>,
    ) {
        let order = self.state.directions.order(list);
        let (sort, turned) = (self.state.directions.sort, self.state.directions.turned);
        let labelled = list.classes.is_some();
        let most = list
            .directions
            .iter()
            .map(|one| one.share)
            .fold(0.0, f64::max);
        let shown = self.pole_shown();
        let (mut sorted, mut clicked) = (None, None);
        ui.scope(|ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            let mut table = TableBuilder::new(ui)
                .id_salt("directions")
                .striped(true)
                .sense(Sense::click())
                .auto_shrink(false)
                .min_scrolled_height(0.0)
                .max_scroll_height(f32::INFINITY)
                .cell_layout(Layout::left_to_right(Align::Center))
                .column(Column::exact(74.0))
                .column(Column::exact(52.0))
                .column(Column::exact(SHARE));
            if labelled {
                table = table
                    .column(Column::remainder().at_least(64.0).clip(true))
                    .columns(Column::exact(64.0), 2)
                    .column(Column::exact(76.0));
            } else {
                table = table.column(Column::remainder());
            }
            let table = table.header(20.0, |mut header| {
                for (by, text, hover, falls) in HEADS {
                    if !labelled && OF_CLASSES.contains(&by) {
                        continue;
                    }
                    header.col(|ui| {
                        // Two columns go by the samples lit: the first says so.
                        let is_it = sort == by && text != SHARES;
                        let falling = is_it.then_some(falls != turned);
                        if heading(ui, text, hover, falling) {
                            sorted = Some(by);
                        }
                    });
                }
                if !labelled {
                    header.col(|_| ());
                }
            });
            table.body(|body| {
                body.rows(ROW, order.len(), |mut row| {
                    let one = &list.directions[order[row.index()] as usize];
                    row.set_selected(shown == Some(one.pole));
                    row.col(|ui| pole_cell(ui, one.pole));
                    row.col(|ui| cell(ui, number(one.lit as usize)));
                    row.col(|ui| share_cell(ui, one, most));
                    if labelled {
                        row.col(|ui| self.class_cell(ui, list, one));
                        let share = |of: Option<f64>| of.map_or_else(String::new, percent);
                        row.col(|ui| cell(ui, share(one.class.map(|class| class.precision))));
                        row.col(|ui| cell(ui, share(one.class.map(|class| class.recall))));
                        let p = one.class.map(|class| probability(class.ln_p_adjusted));
                        row.col(|ui| cell(ui, p.unwrap_or_default()));
                    } else {
                        row.col(|_| ());
                    }
                    let response = row.response();
                    response.widget_info(|| {
                        let text = format!("direction {}", one.pole);
                        egui::WidgetInfo::labeled(egui::Role::Row, true, text)
                    });
                    if response.on_hover_text(hover_of(one)).clicked() {
                        clicked = Some(one.pole);
                    }
                });
            });
        });
        if let Some(by) = sorted {
            self.state.directions.sort_by(by);
        }
        if let Some(pole) = clicked {
            commands.push(Command::LookAlong(pole));
        }
    }

    fn class_cell(&self, ui: &mut Ui, list: &DirectionList, one: &Direction) {
        let (Some(class), Some(classes)) = (one.class, &list.classes) else {
            return;
        };
        let (rect, _) = ui.allocate_exact_size(vec2(9.0, 14.0), Sense::hover());
        let ink = color(self.color_of_class(classes, class.class));
        ui.painter().circle_filled(rect.center(), 4.0, ink);
        cell(ui, short(&classes.names()[class.class as usize]));
    }
}

fn subtitle(list: Option<&DirectionList>) -> String {
    let Some(list) = list else {
        return "samples about each privileged direction".to_owned();
    };
    let lit = list.directions.iter().filter(|one| one.lit > 0).count();
    let null = list.directions.first().map_or(0.0, |one| one.null_share);
    let text = format!(
        "{} of {} directions lit · {} of isotropic data",
        number(lit),
        number(list.directions.len()),
        share_text(null),
    );
    if list.classes.is_none() {
        format!("{text} · drop labels for the classes about them")
    } else {
        text
    }
}

fn pole_cell(ui: &mut Ui, pole: Pole) {
    let sign = match pole.side {
        Side::Plus => '+',
        Side::Minus => '−',
    };
    let text = RichText::new(format!("{sign}b{}", pole.vector)).strong();
    ui.add(egui::Label::new(text).selectable(false));
}

/// A share as a bar, with a tick where isotropic data would be.
fn share_cell(ui: &mut Ui, one: &Direction, most: f64) {
    let colors = palette(ui.ctx());
    let (rect, _) = ui.allocate_exact_size(vec2(54.0, 6.0), Sense::hover());
    let painter = ui.painter();
    painter.rect_filled(rect, 3.0, color(colors.grid));
    let most = most.max(f64::MIN_POSITIVE);
    let part = |share: f64| rect.width() * (share / most).clamp(0.0, 1.0) as f32;
    let mut bar = rect;
    bar.set_width(part(one.share));
    painter.rect_filled(bar, 3.0, color(colors.accent));
    let tick = rect.left() + part(one.null_share);
    let stroke = egui::Stroke::new(1.5, color(colors.text));
    painter.vline(
        tick.min(rect.right() - 0.75),
        rect.y_range().expand(2.5),
        stroke,
    );
    cell(ui, percent(one.share));
}

fn hover_of(one: &Direction) -> String {
    let excess = one.excess();
    let excess = if excess.is_finite() && excess > 0.0 {
        let digits = usize::from(excess < 100.0);
        format!(
            ", {} times the {}",
            round(excess, digits),
            share_text(one.null_share)
        )
    } else {
        format!(", against {}", share_text(one.null_share))
    };
    let p = probability(one.ln_p_null);
    format!(
        "{}: {} of the samples{excess} of isotropic data (p {p} of so many by that). Click to turn the spotlight there, in \
         the plane with its most lit partner.",
        one.pole,
        percent(one.share),
    )
}

fn round(value: f64, digits: usize) -> String {
    if value >= 1e6 {
        format!("{value:.1e}")
    } else if digits == 0 {
        number(value.round() as usize)
    } else {
        format!("{value:.1}")
    }
}
