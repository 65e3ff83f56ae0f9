//! The selected plane as a polar plot, with what only a screen has: the cone
//! that follows the pointer, and the way out of a dark plane.

use std::sync::Arc;

use egui::{Align2, FontId, Rect, Sense, Ui, UiBuilder, pos2, vec2};

use crate::scene::{
    Corner, PolarCurve, PolarFill, PolarLayout, PolarView, SERIES, Style, Text, polar,
};
use crate::session::{ClassCurves as Split, ClassShare};
use crate::srm::{ClassCurves, Curve, Epsilon, Sign, null};
use crate::words::count;

use super::App;
use super::class_legend::{LEAST_BESIDE, WIDTH};
use super::command::Command;
use super::document::Choices;
use super::paint::paint;
use super::state::ShownCurves;
use super::theme::{color, palette};
use super::widgets::{empty, epsilon_text, fraction_text, number, plane_text, rest, subtitle_with};

impl App {
    pub(super) fn polar_view(&mut self, ui: &mut Ui, commands: &mut Vec<Command>) {
        let heading = self.plane_headline(ui, commands);
        let shown = self.state.curves.result().cloned();
        let split = shown.as_ref().and_then(|shown| shown.split.clone());
        let split = split.filter(|_| self.classes().is_some() && self.split_shown() != Split::Off);
        let subtitle = match (&split, self.document.choices.sign) {
            (Some(split), _) => self.split_subtitle(split),
            (None, Sign::Unsigned) => "fraction of samples inside the spotlight, by angle".into(),
            (None, Sign::Signed) => {
                "fraction inside the spotlight minus fraction opposite, by angle".into()
            }
        };
        subtitle_with(ui, &subtitle, |ui| self.class_menu(ui, commands));
        let Some(shown) = shown else {
            let text = if self.document.layer().is_some() {
                "No plane is selected."
            } else if self.can_drop {
                "Drop an activation dump here (.npy, .npz, .safetensors, .pt, .h5, .csv), or a folder of them."
            } else {
                "Use File ▸ Open for an activation dump (.npy, .npz, .safetensors, .pt, .h5, .csv)."
            };
            empty(ui, text);
            return;
        };
        let curves = &shown.curves;
        let mut size = rest(ui);
        if let Some(split) = &split
            && size.x >= LEAST_BESIDE + WIDTH
        {
            let whole = ui.available_rect_before_wrap();
            let legend = Rect::from_min_max(pos2(whole.right() - WIDTH, whole.top()), whole.max);
            size.x -= WIDTH + 6.0;
            ui.scope_builder(UiBuilder::new().max_rect(legend), |ui| {
                ui.set_clip_rect(legend.intersect(ui.clip_rect()));
                self.class_legend(ui, split, commands);
            });
            ui.advance_cursor_after_rect(Rect::from_min_size(whole.min, vec2(0.0, 0.0)));
        }
        let view = self.polar_of(ui, &shown, split.as_ref());
        let at = ui.min_rect().left();
        let top = ui.cursor().top();
        let rect = Rect::from_min_size(pos2(at, top), size);
        let response = ui.allocate_rect(rect, Sense::click_and_drag());
        let style = Style::screen(palette(ui.ctx()), self.preferences.unit);
        let (scene, layout) = polar([size.x, size.y], &view, &style);
        let label = format!("polar plot of {heading}");
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &label));
        let pointed = response
            .hover_pos()
            .and_then(|pointer| layout.angle_at([pointer.x - rect.min.x, pointer.y - rect.min.y]));
        self.steer(&response, &layout, rect, commands);
        if let Some(angle) = self.spotlight_rad() {
            self.cone(ui, rect.min, &layout, angle);
        }
        if let Some(angle) = pointed.filter(|_| !response.dragged()) {
            let tip = layout.ray(angle, layout.radius);
            let centre = rect.min + vec2(layout.centre[0], layout.centre[1]);
            let stroke = egui::Stroke::new(1.0, color(palette(ui.ctx()).spotlight.alpha(110)));
            let tip = rect.min + vec2(tip[0], tip[1]);
            ui.painter().line_segment([centre, tip], stroke);
        }
        paint(ui.painter(), rect.min, &scene, &mut self.textures);
        let Some(curve) = curves.first() else {
            return;
        };
        if curve.counts.iter().all(|&count| count == 0) {
            self.dark_plane(ui, rect, curve, commands);
        } else if let Some(angle) = pointed {
            let text = self.reading(curves, angle);
            if !response.dragged() {
                response.on_hover_text_at_pointer(text);
            }
        }
    }

    /// Turns the spotlight to where the pointer drags it, from step to step of the grid;
    /// with Alt held to any angle.
    fn steer(
        &self,
        response: &egui::Response,
        layout: &PolarLayout,
        rect: Rect,
        commands: &mut Vec<Command>,
    ) {
        let held = response.dragged() || response.clicked();
        let Some(pointer) = response.interact_pointer_pos().filter(|_| held) else {
            return;
        };
        let [x, y] = [pointer.x - rect.min.x, pointer.y - rect.min.y];
        // While it is dragged, the pointer may leave the circle.
        let angle = if response.dragged() {
            layout.direction_of([x, y])
        } else {
            layout.angle_at([x, y])
        };
        let Some(angle) = angle else {
            return;
        };
        let grid = &self.document.choices.grid;
        let free = response.ctx.input(|i| i.modifiers.alt);
        let angle = if free {
            angle
        } else {
            grid.angle_rad(grid.nearest(angle))
        };
        if self.document.choices.angle_rad != Some(angle) {
            commands.push(Command::Turn {
                angle_rad: Some(angle),
                dragging: response.dragged(),
            });
        }
    }

    fn polar_of(
        &self,
        ui: &Ui,
        shown: &ShownCurves,
        split: Option<&Arc<ClassCurves>>,
    ) -> PolarView {
        let curves = &shown.curves;
        let colors = palette(ui.ctx());
        let choices = &self.document.choices;
        let mut drawn: Vec<PolarCurve> = curves
            .iter()
            .enumerate()
            .map(|(index, curve)| PolarCurve {
                name: plane_text(curve.plane).into(),
                fractions: curve.fractions().collect(),
                color: match index {
                    0 => colors.accent,
                    pin => SERIES[(pin - 1) % SERIES.len()],
                },
                dash: None,
                fill: if index == 0 {
                    PolarFill::Within
                } else {
                    PolarFill::None
                },
            })
            .collect();
        let behind = curves
            .first()
            .filter(|curve| Some(curve.plane) == choices.plane)
            // It is of all samples.
            .filter(|_| split.is_none() || self.share_shown() == ClassShare::OfAll)
            .and_then(|curve| self.rotated_band(ui, curve.counts.len()));
        if let (Some(split), Some(whole)) = (split, curves.first())
            && let Some(parts) = self.split_curves(whole, split, colors.secondary)
        {
            // In their stead or around them; the pinned curves lie behind.
            let of_all = drawn.splice(0..1, parts.into_iter().rev()).next_back();
            let ends_in_whole =
                self.split_shown() == Split::Stacked && choices.classes.hidden.is_empty();
            if behind.is_some() && !ends_in_whole {
                // The band is of all samples, so that they have to be seen.
                drawn.splice(
                    0..0,
                    of_all.map(|curve| PolarCurve {
                        color: colors.text,
                        fill: PolarFill::None,
                        ..curve
                    }),
                );
            }
        }
        // The selected one on top.
        drawn.reverse();
        let resolution = self.preferences.chance.resolution && !signed_of(choices);
        let resolution = curves.first().filter(|_| resolution).and_then(|curve| {
            let (index, _) = curve.peak()?;
            let step = std::f64::consts::TAU / (curve.counts.len() - 1) as f64;
            let half = choices.epsilon.half_angle_deg().to_radians();
            Some([index as f64 * step, half])
        });
        let signed = signed_of(choices);
        let ring = self.document.layer().filter(|_| !signed).map(|layer| {
            null::expected_fraction(
                choices.epsilon.get(),
                layer.n_neurons(),
                layer.n_samples(),
                layer.dump.activations.zero_rows(),
            )
        });
        let mixed = curves
            .iter()
            .any(|curve| Some(curve.plane) != choices.plane);
        let (names, alpha_rad) = match curves.first() {
            Some(curve) => (
                if mixed {
                    // Every curve has its own i and j; the legend names them.
                    ["i", "j"].map(|k| Text::default().then_vector(k))
                } else {
                    [curve.plane.i, curve.plane.j]
                        .map(|k| Text::default().then_vector(&k.to_string()))
                },
                Some(curve.frame.alpha_rad()).filter(|alpha| {
                    let same = |other: &Curve| (other.frame.alpha_rad() - alpha).abs() < 1e-9;
                    curves.iter().all(same)
                }),
            ),
            None => ([Text::default(), Text::default()], None),
        };
        PolarView {
            behind,
            faint: Vec::new(),
            faint_name: Text::default(),
            note: String::new(),
            legend: (curves.len() > 1 && split.is_none()).then_some(Corner::UpperLeft),
            curves: drawn,
            names,
            alpha_rad,
            ring,
            signed,
            resolution,
            most: None,
        }
    }

    /// The spotlight itself, where the pointer is.
    fn cone(&self, ui: &Ui, origin: egui::Pos2, layout: &PolarLayout, angle: f64) {
        let colors = palette(ui.ctx());
        let half = self.document.choices.epsilon.half_angle_deg().to_radians();
        let at = |angle: f64| {
            let [x, y] = layout.ray(angle, layout.radius);
            origin + egui::vec2(x, y)
        };
        let centre = origin + egui::vec2(layout.centre[0], layout.centre[1]);
        let fill = color(colors.spotlight.alpha(34));
        let mut mesh = egui::Mesh::default();
        mesh.colored_vertex(centre, fill);
        let steps = 96u32;
        for k in 0..=steps {
            let turn = f64::from(k) / f64::from(steps) * 2.0 - 1.0;
            mesh.colored_vertex(at(angle + turn * half), fill);
            if k > 0 {
                mesh.add_triangle(0, k, k + 1);
            }
        }
        ui.painter().add(egui::Shape::mesh(mesh));
        let stroke = egui::Stroke::new(1.5, color(colors.spotlight));
        ui.painter().line_segment([centre, at(angle)], stroke);
    }

    /// What the pointer reads: θ and the curves there.
    fn reading(&self, curves: &[Curve], angle_rad: f64) -> String {
        // By the curves' own grid, which may be the one before a change of A.
        let distinct = curves.first().map_or(1, |curve| curve.counts.len() - 1);
        let step = std::f64::consts::TAU / distinct as f64;
        let index = (angle_rad / step).round() as usize % distinct;
        let angle = self.preferences.unit.write(index as f64 * step);
        let mut text = format!("θ = {angle}");
        for curve in curves {
            let lit = curve.counts.get(index).copied().unwrap_or(0);
            let fraction = fraction_text(lit as f64 / curve.n_samples as f64);
            let samples = number(lit.unsigned_abs() as usize);
            let sign = if lit < 0 { "−" } else { "" };
            let of = number(curve.n_samples);
            let name = if curves.len() > 1 {
                format!("{}: ", plane_text(curve.plane))
            } else {
                String::new()
            };
            text = format!("{text}\n{name}f = {fraction} ({sign}{samples} of {of} samples)");
        }
        text
    }

    /// A plane without light says how close the nearest sample comes.
    fn dark_plane(
        &self,
        ui: &mut Ui,
        rect: egui::Rect,
        curve: &Curve,
        commands: &mut Vec<Command>,
    ) {
        if curve.tally.lit > 0 && self.document.choices.sign == Sign::Signed {
            // A signed curve can vanish where both cones hold equally many.
            return;
        }
        let colors = palette(ui.ctx());
        let nearest = Epsilon::clamped(curve.tally.nearest);
        // Between two angles of the grid the cone has to reach half a step further.
        let half_step = std::f64::consts::PI / (curve.counts.len() - 1) as f64;
        let offered = if curve.tally.lit > 0 {
            Epsilon::clamped(Epsilon::clamped(nearest.get() * half_step.cos()).shown())
        } else {
            Epsilon::clamped(nearest.shown())
        };
        let text = if curve.tally.lit > 0 {
            format!(
                "{} lit between the {} angles of this grid, not at them.",
                count(curve.tally.lit, "sample"),
                number(curve.counts.len())
            )
        } else if nearest.get() > 0.0 {
            format!(
                "No sample is lit at ε = {}: the nearest has a cosine of {} with this plane.",
                epsilon_text(self.document.choices.epsilon),
                epsilon_text(nearest)
            )
        } else {
            "Every sample stands at right angles to this plane: no ε above 0 lights one.".to_owned()
        };
        let width = (rect.width() * 0.62).clamp(180.0, 330.0);
        let font = FontId::proportional(13.0);
        let galley = ui.painter().layout(text, font, color(colors.text), width);
        let button_height = 30.0;
        let size = galley.size() + egui::vec2(28.0, 22.0 + button_height);
        let area = Align2::CENTER_CENTER.anchor_size(rect.center(), size);
        ui.painter().rect(
            area,
            6.0,
            color(colors.background),
            egui::Stroke::new(1.0, color(colors.border)),
            egui::StrokeKind::Inside,
        );
        ui.painter().galley(
            area.min + egui::vec2(14.0, 11.0),
            galley,
            color(colors.text),
        );
        if offered.get() > 0.0 {
            let at = egui::Rect::from_center_size(
                egui::pos2(area.center().x, area.max.y - 8.0 - button_height / 2.0),
                egui::vec2(150.0, 24.0),
            );
            let button = egui::Button::new(format!("Set ε to {}", epsilon_text(offered)));
            let hover = "The tightest spotlight, to three places, that lights something here";
            if ui.put(at, button).on_hover_text(hover).clicked() {
                commands.push(Command::SetEpsilon {
                    epsilon: offered,
                    dragging: false,
                });
            }
        }
    }
}

fn signed_of(choices: &Choices) -> bool {
    choices.sign == Sign::Signed
}
