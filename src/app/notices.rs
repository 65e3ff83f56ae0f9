//! Strips above the status bar: what happened, with what can be done about it. They
//! lie over the views, so that nothing moves under the pointer when one comes or
//! goes. Nothing here stops the work.

use egui::{Frame, Margin, RichText, Ui};
use std::time::Duration;

use super::App;
use super::command::Command;
use super::state::{Notice, Tone};
use super::theme::{color, palette};
use super::widgets::link;

/// How long a success stays; longer where it offers something.
const PASSES_BY: Duration = Duration::from_secs(6);
const OFFER_PASSES_BY: Duration = Duration::from_secs(20);

/// Most strips at once.
const MOST_STRIPS: usize = 3;

impl App {
    pub(super) fn notices(&mut self, ui: &mut Ui, commands: &mut Vec<Command>) {
        self.state.notices.retain(|notice| {
            let stays = if notice.offers.is_empty() {
                PASSES_BY
            } else {
                OFFER_PASSES_BY
            };
            notice.tone != Tone::Success || notice.since.elapsed() < stays
        });
        if self.screenshot.is_some() {
            // A picture shows the layer, not the way to it.
            self.state
                .notices
                .retain(|notice| notice.tone == Tone::Error);
        }
        if self.state.notices.is_empty() {
            return;
        }
        let width = (ui.ctx().content_rect().width() - 300.0).clamp(360.0, 760.0);
        egui::Area::new(egui::Id::unique("notices"))
            .anchor(egui::Align2::RIGHT_BOTTOM, [-14.0, -42.0])
            .order(egui::Order::Foreground)
            .constrain(true)
            .show(ui.ctx(), |ui| {
                ui.set_max_width(width);
                let hidden = self.state.notices.len().saturating_sub(MOST_STRIPS);
                if hidden > 0 {
                    let text = format!("{hidden} more · dismiss all");
                    if link(ui, &text, "Take all these strips away").clicked() {
                        commands.push(Command::DismissAll);
                    }
                }
                for notice in &self.state.notices[hidden..] {
                    strip(ui, notice, commands);
                }
            });
        ui.ctx().request_repaint_after(Duration::from_secs(1));
    }
}

fn strip(ui: &mut Ui, notice: &Notice, commands: &mut Vec<Command>) {
    let colors = palette(ui.ctx());
    let mark = match notice.tone {
        Tone::Success | Tone::Question => colors.accent,
        Tone::Error => colors.error,
    };
    let frame = Frame::new()
        .fill(color(colors.plot))
        .stroke(egui::Stroke::new(1.0, color(colors.grid)))
        .corner_radius(5)
        .shadow(ui.visuals().popup_shadow)
        .inner_margin(Margin::symmetric(12, 7));
    frame.show(ui, |ui| {
        ui.horizontal(|ui| {
            let (bar, _) = ui.allocate_exact_size(egui::vec2(3.0, 18.0), egui::Sense::hover());
            ui.painter().rect_filled(bar, 1.5, color(mark));
            let room = ui.available_width() - room_for(notice);
            ui.scope(|ui| {
                ui.set_max_width(room.max(160.0));
                let text = RichText::new(&notice.text).color(color(colors.text));
                ui.add(egui::Label::new(text).wrap());
            });
            for (label, command) in &notice.offers {
                if link(ui, label, "In one click").clicked() {
                    commands.push(command.clone());
                    commands.push(Command::Dismiss(notice.id));
                }
            }
            if notice.tone == Tone::Error && link(ui, "Copy", "Copy this message").clicked() {
                commands.push(Command::CopyText(notice.text.clone()));
            }
            let cross = link(ui, "×", "Dismiss");
            cross.widget_info(|| {
                egui::WidgetInfo::labeled(egui::Role::Button, true, "Dismiss strip")
            });
            if cross.clicked() {
                commands.push(Command::Dismiss(notice.id));
            }
        });
    });
}

/// Points that a strip's buttons take, about.
fn room_for(notice: &Notice) -> f32 {
    let letters: usize = notice
        .offers
        .iter()
        .map(|(label, _)| label.chars().count() + 3)
        .sum();
    let copy = if notice.tone == Tone::Error {
        50.0
    } else {
        0.0
    };
    7.2 * letters as f32 + copy + 40.0
}
