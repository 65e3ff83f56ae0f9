//! Small pieces that several views share.

use egui::{Align, Align2, FontId, Label, Layout, Response, RichText, Sense, Ui, Vec2};

use crate::srm::{Epsilon, Plane, PlaneSet};
use crate::words::{count, thousands};

use super::actions::{ACTIONS, Action};
use super::command::Command;
use super::theme::{color, palette};

/// A section's heading in the left panel.
pub fn section(ui: &mut Ui, title: &str) {
    ui.add_space(4.0);
    let text = RichText::new(title.to_uppercase())
        .size(10.5)
        .family(super::theme::bold());
    ui.label(text.color(color(palette(ui.ctx()).secondary)));
    ui.add_space(1.0);
}

/// Space between sections.
pub fn gap(ui: &mut Ui) {
    ui.add_space(12.0);
}

/// A line with its name at the left and something at the right.
pub fn row<R>(ui: &mut Ui, name: &str, hover: &str, value: impl FnOnce(&mut Ui) -> R) -> R {
    ui.horizontal(|ui| {
        let secondary = color(palette(ui.ctx()).secondary);
        let label = Label::new(RichText::new(name).color(secondary)).selectable(false);
        ui.add(label).on_hover_text(hover);
        ui.with_layout(Layout::right_to_left(Align::Center), value)
            .inner
    })
    .inner
}

/// A line with its name at the left and a text at the right.
pub fn fact(ui: &mut Ui, name: &str, value: &str, hover: &str) {
    row(ui, name, hover, |ui| {
        ui.add(Label::new(value).truncate()).on_hover_text(hover);
    });
}

/// A view's title, with controls at its right.
pub fn headline(ui: &mut Ui, title: &str, controls: impl FnOnce(&mut Ui)) {
    let size = Vec2::new(ui.available_width(), 24.0);
    ui.allocate_ui_with_layout(size, Layout::right_to_left(Align::Center), |ui| {
        controls(ui);
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            let heading = RichText::new(title).heading();
            ui.add(Label::new(heading).truncate().selectable(false));
        });
    });
    ui.add_space(-3.0);
}

/// The second line of a title.
pub fn subtitle_line(ui: &mut Ui, text: &str) {
    let secondary = color(palette(ui.ctx()).secondary);
    // Cut off, it says all of itself on hover.
    let label = Label::new(RichText::new(text).color(secondary));
    ui.add(label.truncate().selectable(false));
}

/// The second line of a title, with controls at its right.
pub fn subtitle_with(ui: &mut Ui, text: &str, controls: impl FnOnce(&mut Ui)) {
    let size = Vec2::new(ui.available_width(), 20.0);
    ui.allocate_ui_with_layout(size, Layout::right_to_left(Align::Center), |ui| {
        controls(ui);
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            subtitle_line(ui, text);
        });
    });
}

/// A slider whose rail is filled with the accent colour, and that keeps its hover
/// text to itself while it is dragged.
pub fn accented(ui: &mut Ui, slider: egui::Slider<'_>, hover: &str) -> Response {
    let response = ui.scope(|ui| {
        let colors = palette(ui.ctx());
        ui.visuals_mut().selection.bg_fill = color(colors.accent);
        // The rail must show against the panel.
        ui.visuals_mut().widgets.inactive.bg_fill = color(colors.grid);
        ui.add(slider)
    });
    let response = response.inner;
    if response.is_pointer_button_down_on() {
        response
    } else {
        response.on_hover_text(hover)
    }
}

/// Choices side by side, of which one is on; the one that was clicked.
pub fn segmented<T: Copy + PartialEq>(
    ui: &mut Ui,
    current: T,
    choices: &[(T, &str, &str)],
) -> Option<T> {
    segmented_unless(ui, current, choices, |_| None)
}

/// As [`segmented`], without the choices for which there is a reason against: it is said on
/// hover.
pub fn segmented_unless<T: Copy + PartialEq>(
    ui: &mut Ui,
    current: T,
    choices: &[(T, &str, &str)],
    refused: impl Fn(T) -> Option<&'static str>,
) -> Option<T> {
    let colors = palette(ui.ctx());
    let mut clicked = None;
    let backwards = ui.layout().prefer_right_to_left();
    egui::Frame::new()
        .fill(color(colors.plot))
        .stroke(egui::Stroke::new(1.0, color(colors.border)))
        .corner_radius(5)
        .inner_margin(egui::Margin::same(1))
        .show(ui, |ui| {
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = 1.0;
                ui.spacing_mut().button_padding.x = 5.0;
                let mut one = |&(choice, text, hover): &(T, &str, &str)| {
                    let on = choice == current;
                    let ink = if on { colors.text } else { colors.secondary };
                    let text = RichText::new(text).color(color(ink));
                    let button = egui::Button::selectable(on, text);
                    let against = refused(choice);
                    let response = ui
                        .add_enabled(against.is_none(), button)
                        .on_hover_text(hover)
                        .on_disabled_hover_text(against.unwrap_or_default());
                    if response.clicked() {
                        clicked = Some(choice);
                    }
                };
                if backwards {
                    choices.iter().rev().for_each(&mut one);
                } else {
                    choices.iter().for_each(&mut one);
                }
            });
        });
    clicked
}

/// That only a sample of the planes was swept.
pub fn sample_text(planes: &PlaneSet) -> String {
    let planes = count(planes.len() as u64, "plane");
    format!("a sample of {planes} so far")
}

/// Text that can be clicked, without a frame.
pub fn link(ui: &mut Ui, text: &str, hover: &str) -> Response {
    let accent = color(palette(ui.ctx()).accent);
    let button = egui::Button::new(RichText::new(text).color(accent)).frame(false);
    ui.add(button).on_hover_text(hover)
}

/// The action with that name in the table.
pub fn action(name: &str) -> Option<&'static Action> {
    ACTIONS.iter().find(|action| action.name == name)
}

/// What a control says on hover: what it does, and its key.
pub fn hover_of(ui: &Ui, action: &Action) -> String {
    match &action.shortcut {
        None => action.hover.to_owned(),
        Some(shortcut) => {
            format!("{} ({})", action.hover, ui.ctx().format_shortcut(shortcut))
        }
    }
}

/// A button for an action of the table.
pub fn action_button(
    ui: &mut Ui,
    text: &str,
    name: &str,
    enabled: Result<(), &str>,
    commands: &mut Vec<Command>,
) {
    let Some(action) = action(name) else {
        return;
    };
    let hover = hover_of(ui, action);
    let response = ui.add_enabled(enabled.is_ok(), egui::Button::new(text));
    let response = response.on_hover_text(hover);
    if let Err(why) = enabled {
        response.on_disabled_hover_text(why);
    } else if response.clicked() {
        commands.push((action.command)());
    }
}

/// A text in the middle of the free space, over several lines.
pub fn empty(ui: &mut Ui, text: &str) {
    let (rect, response) = ui.allocate_exact_size(ui.available_size(), Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, text));
    let secondary = color(palette(ui.ctx()).secondary);
    let font = FontId::proportional(13.0);
    let galley = ui
        .painter()
        .layout(text.to_owned(), font, secondary, rect.width().min(420.0));
    let corner = Align2::CENTER_CENTER
        .anchor_size(rect.center(), galley.size())
        .min;
    ui.painter().galley(corner, galley, secondary);
}

/// The size of a picture that fills the rest of a view.
pub fn rest(ui: &Ui) -> Vec2 {
    ui.available_size().max(Vec2::splat(40.0))
}

/// `ε` as it is shown: rounded down to three places.
pub fn epsilon_text(epsilon: Epsilon) -> String {
    format!("{:.3}", epsilon.shown()).replace('-', "−")
}

/// A share as percent with three significant digits.
pub fn share_text(share: f64) -> String {
    let percent = share * 100.0;
    if percent == 0.0 {
        return "0%".to_owned();
    }
    if percent < 1e-4 {
        let text = format!("{percent:.1e}%");
        return text.replace("e-", "·10⁻").replace_exponent();
    }
    let digits = (2 - percent.log10().floor() as i32).clamp(0, 6) as usize;
    format!("{percent:.digits$}%")
}

/// A fraction of samples as percent.
pub fn fraction_text(fraction: f64) -> String {
    format!("{:.2}%", fraction * 100.0).replace('-', "−")
}

/// An alignment index with its sign.
pub fn index_text(index: f64) -> String {
    if index.is_nan() {
        "undefined".to_owned()
    } else {
        format!("{index:+.2}").replace('-', "−")
    }
}

/// A plane in the words of the screen.
pub fn plane_text(plane: Plane) -> String {
    plane.to_string()
}

/// A number of things with thousands separators.
pub fn number(n: usize) -> String {
    thousands(n as u64)
}

trait Exponent {
    fn replace_exponent(self) -> String;
}

impl Exponent for String {
    /// Raises the digits after `⁻`.
    fn replace_exponent(self) -> String {
        let Some((head, tail)) = self.split_once('⁻') else {
            return self;
        };
        let raised = tail.chars().map(|c| match c.to_digit(10) {
            Some(digit) => ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'][digit as usize],
            None => c,
        });
        format!("{head}⁻{}", raised.collect::<String>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_have_three_significant_digits() {
        let check = |share: f64, expected: &str| assert_eq!(share_text(share), expected);
        check(0.5, "50.0%");
        check(0.01, "1.00%");
        check(0.000_049, "0.00490%");
        check(0.0, "0%");
        check(3.2e-15, "3.2·10⁻¹³%");
    }

    #[test]
    fn every_named_button_is_in_the_table() {
        for name in [
            "Automatic ε",
            "Next plane",
            "Previous plane",
            "Pin or unpin",
            "Most aligned",
        ] {
            assert!(action(name).is_some(), "{name}");
        }
    }
}
