//! The left panel's second part: `ε` with its ground, angles, planes, sign.

use egui::{DragValue, RichText, Slider, SliderClamping, Ui};

use crate::srm::{AngleGrid, Epsilon, MOST_ANGLES, PAPER_EPSILON, PlaneMode, Sign};

use super::App;
use super::command::Command;
use super::theme::{color, palette};
use super::widgets::{accented, action_button, epsilon_text, gap, row, section, share_text};

impl App {
    pub(super) fn spotlight_panel(&mut self, ui: &mut Ui, commands: &mut Vec<Command>) {
        section(ui, "Spotlight");
        self.epsilon_controls(ui, commands);
        ui.add_space(4.0);
        let choices = &self.document.choices;
        let hover = "A: probe angles from 0 to 2π, both ends counted; 361 steps by 1°";
        row(ui, "angles", hover, |ui| {
            let mut count = choices.grid.count();
            let field = DragValue::new(&mut count).range(2..=MOST_ANGLES).speed(1.0);
            let response = ui.add(field).on_hover_text(hover);
            response
                .widget_info(|| egui::WidgetInfo::labeled(egui::Role::SpinButton, true, "angles"));
            if count != choices.grid.count() && AngleGrid::new(count).is_ok() {
                let dragging = response.dragged();
                commands.push(Command::SetAngles { count, dragging });
            }
        });
        let hover = "Combinations: planes (i, j) with i < j. Permutations: both (i, j) and (j, i)";
        row(ui, "planes", hover, |ui| {
            let current = choices.mode;
            ui.menu_button(format!("{} ▾", current.name()), |ui| {
                for mode in [PlaneMode::Combinations, PlaneMode::Permutations] {
                    let entry = ui.selectable_label(current == mode, mode.name());
                    if entry.on_hover_text(hover).clicked() {
                        if current != mode {
                            commands.push(Command::SetMode(mode));
                        }
                        ui.close();
                    }
                }
            })
            .response
            .on_hover_text(hover);
        });
        self.neurons_row(ui, commands);
        self.angle_row(ui, commands);
        let hover = "Signed: samples within the cone minus samples within the opposite cone";
        row(ui, "signed", hover, |ui| {
            let mut on = choices.sign == Sign::Signed;
            let response = ui.checkbox(&mut on, "").on_hover_text(hover);
            response.widget_info(|| {
                egui::WidgetInfo::selected(egui::Role::CheckBox, true, on, "signed")
            });
            if response.changed() {
                let sign = if on { Sign::Signed } else { Sign::Unsigned };
                commands.push(Command::SetSign(sign));
            }
        });
        gap(ui);
    }

    /// Where the spotlight points, to be typed.
    fn angle_row(&self, ui: &mut Ui, commands: &mut Vec<Command>) {
        let hover = "θ: where the spotlight points, from b_i towards b_j; drag it in the polar \
                     plot (with Alt to any angle) or type it";
        row(ui, "spotlight at θ", hover, |ui| {
            let Some(angle) = self.spotlight_rad() else {
                ui.label("–")
                    .on_hover_text("Nothing is lit in this plane: type an angle once it is");
                return;
            };
            let unit = self.preferences.unit;
            let mut degrees = angle.to_degrees();
            let before = degrees;
            let field = DragValue::new(&mut degrees)
                .speed(0.5)
                .custom_formatter(move |degrees, _| unit.write(degrees.to_radians()))
                .custom_parser(|text| angle_of(text).map(f64::to_degrees));
            let response = ui.add(field).on_hover_text(hover);
            response.widget_info(|| {
                egui::WidgetInfo::labeled(egui::Role::SpinButton, true, "spotlight angle")
            });
            if degrees != before && degrees.is_finite() {
                commands.push(Command::Turn {
                    angle_rad: Some(on_grid(&self.document.choices.grid, degrees.to_radians())),
                    dragging: response.dragged(),
                });
            }
            if self.document.choices.angle_rad.is_none() {
                let text = RichText::new("peak").color(color(palette(ui.ctx()).note));
                let hover =
                    "It points at the curve's peak and follows it; turning it makes it yours";
                ui.label(text.size(11.0)).on_hover_text(hover);
            } else {
                action_button(ui, "to the peak", "Spotlight to the peak", Ok(()), commands);
            }
        });
    }

    fn epsilon_controls(&mut self, ui: &mut Ui, commands: &mut Vec<Command>) {
        let choices = &self.document.choices;
        let epsilon = choices.epsilon;
        let dimensions = self.document.layer().map_or(2, |layer| layer.n_neurons());
        let hover = "Resolution scale ε: cosine of the spotlight's half-angle, −1 to 1";
        let mut wanted: Option<(Epsilon, bool)> = None;
        row(ui, "Resolution scale ε", hover, |ui| {
            let mut value = epsilon.get();
            let field = DragValue::new(&mut value)
                .speed(0.002)
                .range(-1.0..=1.0)
                .custom_formatter(|value, _| epsilon_text(Epsilon::clamped(value)))
                .custom_parser(|text| text.replace('−', "-").parse().ok());
            let response = ui
                .add(field)
                .on_hover_text(format!("{hover}. In full: {epsilon}"));
            response.widget_info(|| {
                egui::WidgetInfo::labeled(egui::Role::SpinButton, true, "epsilon value")
            });
            if value != epsilon.get() {
                wanted = Some((Epsilon::clamped(value), response.dragged()));
            }
            if choices.epsilon_is_auto() {
                let text = RichText::new("auto").color(color(palette(ui.ctx()).note));
                let hover = "Set automatically: half of the samples are lit in some plane. \
                             Moving ε makes it yours";
                ui.label(text.size(11.0)).on_hover_text(hover);
            }
        });
        ui.spacing_mut().slider_width = ui.available_width();
        let mut value = epsilon.get();
        let slider = Slider::new(&mut value, 0.0..=1.0)
            .show_value(false)
            .clamping(SliderClamping::Never)
            .smart_aim(false);
        let response = accented(
            ui,
            slider,
            "Drag for a wider or a tighter spotlight; negative values can be typed above",
        );
        response.widget_info(|| egui::WidgetInfo::slider(true, epsilon.get(), "epsilon"));
        if response.changed() {
            // The slider's own places are thousandths.
            let value = (value * 1000.0).round() / 1000.0;
            wanted = Some((Epsilon::clamped(value), response.dragged()));
        }
        wanted = self.half_angle(ui).or(wanted);
        wanted = self.isotropic_share(ui, dimensions).or(wanted);
        ui.horizontal(|ui| {
            action_button(ui, "Auto", "Automatic ε", Ok(()), commands);
            let hover = "The ε that lights 1% of isotropic data of this layer's width";
            if ui.button("1% null").on_hover_text(hover).clicked()
                && let Ok(epsilon) = Epsilon::from_null_share(0.01, dimensions)
            {
                wanted = Some((epsilon, false));
            }
            let hover = "The paper's default; wide layers are dark at it";
            if ui.button("Paper 0.9").on_hover_text(hover).clicked() {
                wanted = Some((Epsilon::clamped(PAPER_EPSILON), false));
            }
        });
        if let Some((epsilon, dragging)) = wanted {
            commands.push(Command::SetEpsilon { epsilon, dragging });
        }
    }

    /// The half-angle; what the user wants it to be as `ε`.
    fn half_angle(&self, ui: &mut Ui) -> Option<(Epsilon, bool)> {
        let epsilon = self.document.choices.epsilon;
        let mut wanted = None;
        let hover = "φ = arccos ε, in degrees: how wide the cone is, from its axis to its edge";
        row(ui, "half-angle", hover, |ui| {
            let mut degrees = epsilon.half_angle_deg();
            let before = degrees;
            let field = DragValue::new(&mut degrees)
                .speed(0.1)
                .range(0.0..=180.0)
                .max_decimals(2)
                .min_decimals(1)
                .suffix("°");
            let response = ui.add(field).on_hover_text(hover);
            response.widget_info(|| {
                egui::WidgetInfo::labeled(egui::Role::SpinButton, true, "half-angle")
            });
            if degrees != before
                && let Ok(epsilon) = Epsilon::from_half_angle_deg(degrees)
            {
                wanted = Some((epsilon, response.dragged()));
            }
        });
        wanted
    }

    /// The share of isotropic data; what the user wants it to be as `ε`.
    fn isotropic_share(&self, ui: &mut Ui, dimensions: usize) -> Option<(Epsilon, bool)> {
        let epsilon = self.document.choices.epsilon;
        let mut wanted = None;
        let hover = "The share of directionless data of this layer's width that such a cone \
                     would light: the dashed ring in the polar plot";
        row(ui, "isotropic share", hover, |ui| {
            if self.document.layer().is_none() {
                ui.label("–")
                    .on_hover_text("It depends on the layer's width: open a dump first");
                return;
            }
            let before = epsilon.null_share(dimensions);
            let mut share = before;
            let field = DragValue::new(&mut share)
                .speed(before.max(1e-9) * 0.02)
                .range(0.0..=1.0)
                .custom_formatter(|share, _| share_text(share))
                .custom_parser(parse_share);
            let response = ui.add(field).on_hover_text(hover);
            response.widget_info(|| {
                egui::WidgetInfo::labeled(egui::Role::SpinButton, true, "isotropic share")
            });
            if share != before
                && let Ok(epsilon) = Epsilon::from_null_share(share, dimensions)
            {
                wanted = Some((epsilon, response.dragged()));
            }
        });
        wanted
    }
}

/// A share typed as percent, with or without its sign.
fn parse_share(text: &str) -> Option<f64> {
    let percent: f64 = text.trim().trim_end_matches('%').trim().parse().ok()?;
    Some(percent / 100.0)
}

/// An angle typed in degrees, or in radians or multiples of π where it says so; radians.
fn angle_of(text: &str) -> Option<f64> {
    let text = text.trim().replace('−', "-");
    if let Some(radians) = text.strip_suffix("rad") {
        return radians.trim().parse().ok();
    }
    if let Some((before, after)) = text.split_once('π') {
        let times = match before.trim() {
            "" => 1.0,
            "-" => -1.0,
            number => number.parse().ok()?,
        };
        let over: f64 = match after.trim().strip_prefix('/') {
            Some(number) => number.trim().parse().ok()?,
            None if after.trim().is_empty() => 1.0,
            None => return None,
        };
        return Some(times * std::f64::consts::PI / over);
    }
    let degrees: f64 = text.trim_end_matches('°').trim().parse().ok()?;
    Some(degrees.to_radians())
}

/// The angle of the grid that a typed one means, where it is one to within rounding.
fn on_grid(grid: &AngleGrid, angle_rad: f64) -> f64 {
    let angle = angle_rad.rem_euclid(std::f64::consts::TAU);
    let near = grid.angle_rad(grid.nearest(angle));
    if (near - angle).abs() < 1e-9 {
        near
    } else {
        angle
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::{FRAC_PI_4, PI};

    #[test]
    fn angles_are_understood_as_they_are_written() {
        let check = |text: &str, expected: f64| {
            let angle = angle_of(text).unwrap();
            assert!((angle - expected).abs() < 1e-12, "{text}: {angle}");
        };
        check("45", FRAC_PI_4);
        check(" 45° ", FRAC_PI_4);
        check("−90", -PI / 2.0);
        check("0.5 rad", 0.5);
        check("π", PI);
        check("3π/4", 3.0 * FRAC_PI_4);
        check("-π/4", -FRAC_PI_4);
        for bad in ["", "x", "π/x", "ππ", "12 rads"] {
            assert!(angle_of(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn typed_angles_of_the_grid_are_its_own_to_the_bit() {
        let grid = AngleGrid::new(361).unwrap();
        for k in 0..360 {
            let typed = angle_of(&k.to_string()).unwrap();
            assert_eq!(on_grid(&grid, typed), grid.angle_rad(k));
        }
        assert_eq!(on_grid(&grid, 0.123), 0.123);
    }
}
