//! The ensemble: mean ± standard deviation over planes, every plane's curve
//! faintly behind it.

use std::sync::Arc;

use egui::{Align, Layout, Ui, Vec2b};
use egui_plot::{
    FilledArea, GridMark, HoverPosition, Line, Plot, PlotBounds, PlotImage, PlotPoint, PlotPoints,
};

use crate::scene::{AngleUnit, LeftOut, percent, ticks};
use crate::srm::{Epsilon, Sign, Sweep};
use crate::words::count;

use super::App;
use super::command::Command;
use super::document::Fit;
use super::theme::{color, palette};
use super::widgets::{
    empty, epsilon_text, fraction_text, index_text, link, number, rest, sample_text, subtitle_line,
};

impl App {
    pub(super) fn ensemble_view(&mut self, ui: &mut Ui, commands: &mut Vec<Command>) {
        let subtitle = self.ensemble_subtitle();
        let fit = self.preferences.fit;
        let size = egui::vec2(ui.available_width(), 24.0);
        ui.allocate_ui_with_layout(size, Layout::right_to_left(Align::Center), |ui| {
            let (text, other, hover) = match fit {
                Fit::Planes => (
                    "to the band",
                    Fit::Band,
                    "Let the axis reach mean + std only",
                ),
                Fit::Band => (
                    "to all planes",
                    Fit::Planes,
                    "Let the axis reach every plane",
                ),
            };
            if link(ui, text, hover).clicked() {
                commands.push(Command::SetFit(other));
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let heading = egui::RichText::new("Ensemble").heading();
                ui.add(egui::Label::new(heading).selectable(false));
                subtitle_line(ui, &subtitle);
            });
        });
        let Some(view) = self.shown_sweep() else {
            let text = "Mean ± standard deviation over all planes, at each angle.";
            empty(ui, text);
            return;
        };
        let sweep = Arc::clone(&view.sweep);
        if view.highlights.lit_planes == 0 && !sweep.records.is_empty() {
            let epsilon = epsilon_text(sweep.spec.epsilon);
            if view.is_sample() {
                let sample = sample_text(&sweep.spec.planes);
                empty(ui, &format!("No plane is lit at ε = {epsilon} ({sample})."));
                return;
            }
            let nearest = sweep.nearest.map_or_else(String::new, |nearest| {
                let nearest = epsilon_text(Epsilon::clamped(nearest));
                format!(": the largest cosine of a sample with any plane is {nearest}")
            });
            empty(ui, &format!("No plane is lit at ε = {epsilon}{nearest}."));
            return;
        }
        if sweep.records.is_empty() {
            empty(ui, "This basis has no plane: all its vectors are parallel.");
            return;
        }
        let ensemble = &sweep.ensemble;
        if ensemble
            .max
            .iter()
            .chain(&ensemble.min)
            .all(|&value| value == 0.0)
        {
            let text = "What is lit is lit between the angles of this grid only: more angles or a \
                        smaller ε show it.";
            empty(ui, text);
            return;
        }
        let null_band = view.highlights.null_band;
        self.ensemble_plot(ui, &sweep, null_band);
    }

    fn ensemble_plot(&mut self, ui: &mut Ui, sweep: &Arc<Sweep>, null_band: Option<[f64; 2]>) {
        let colors = palette(ui.ctx());
        let unit = self.preferences.unit;
        let band = Band::new(sweep, self.preferences.fit);
        let (lowest, top) = (band.lowest, band.top);
        // A little below zero, so that the two axes' zeros keep apart.
        let bottom = lowest - top * 0.03;
        let image = self.faint_curves(ui);
        let hover = Arc::clone(sweep);
        let size = rest(ui);
        ui.visuals_mut().override_text_color = Some(color(colors.secondary));
        let response = Plot::new("ensemble")
            .width(size.x - 18.0)
            .height(size.y)
            .allow_drag(false)
            .allow_zoom(false)
            .allow_scroll(false)
            .allow_boxed_zoom(false)
            .allow_double_click_reset(false)
            .set_margin_fraction(egui::Vec2::ZERO)
            .grid_color(color(colors.grid))
            .cursor_color(color(colors.spotlight))
            .show_crosshair(false)
            .x_grid_spacer(|_| {
                let mark = |k: u32| GridMark {
                    value: f64::from(k) * 45.0,
                    step_size: 90.0,
                };
                (0..=8).map(mark).collect()
            })
            .x_axis_formatter(move |mark, _| angle_mark(mark.value, unit))
            .y_grid_spacer(move |_| percent_marks(lowest, top))
            .y_axis_formatter(|mark, _| percent(mark.value / 100.0, mark.step_size / 100.0))
            .y_axis_label(match sweep.spec.sign {
                Sign::Unsigned => "samples lit, %",
                Sign::Signed => "lit − opposite, %",
            })
            .y_axis_min_width(44.0)
            .label_formatter(move |position| {
                let (HoverPosition::NearDataPoint { position, .. }
                | HoverPosition::Elsewhere { position }) = position;
                reading(&hover, position.x, unit, null_band)
            })
            .show(ui, |plot| {
                plot.set_auto_bounds(Vec2b::FALSE);
                plot.set_plot_bounds(PlotBounds::from_min_max([0.0, bottom], [360.0, top]));
                if let Some(image) = image {
                    plot.image(image);
                }
                if let Some(band) = null_band {
                    let edge = |at: f64| vec![at * 100.0; 2];
                    let [low, high] = band.map(edge);
                    plot.add(
                        FilledArea::new("isotropic", &[0.0, 360.0], &low, &high)
                            .fill_color(color(colors.secondary.alpha(60)))
                            .allow_hover(false),
                    );
                }
                plot.add(
                    FilledArea::new("± std", &band.degrees, &band.low, &band.high)
                        .fill_color(color(colors.accent.alpha(70)))
                        .allow_hover(false),
                );
                plot.line(
                    Line::new("mean", PlotPoints::from(band.mean))
                        .color(color(colors.accent))
                        .width(2.0),
                );
            });
        response
            .response
            .widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, "ensemble plot"));
    }

    /// Every plane's curve, faintly, once the heatmap's job has drawn them.
    fn faint_curves(&mut self, ui: &Ui) -> Option<PlotImage> {
        let bundle = Arc::clone(&self.ordered()?.bundle);
        let options = egui::TextureOptions::LINEAR;
        let texture = self.textures.get(ui.ctx(), &bundle.raster, options);
        let (low, high) = (bundle.low * 100.0, bundle.high * 100.0);
        let centre = PlotPoint::new(180.0, f64::midpoint(low, high));
        let image = PlotImage::new(
            "every plane",
            texture.id(),
            centre,
            [360.0, (high - low) as f32],
        );
        let tint = color(palette(ui.ctx()).secondary.alpha(150));
        Some(image.tint(tint).allow_hover(false))
    }

    fn ensemble_subtitle(&self) -> String {
        let Some(view) = self.shown_sweep() else {
            return String::new();
        };
        let planes = view.sweep.records.len();
        let alignment = view.highlights.alignment;
        let behind = match self.ordered().map(|heatmap| {
            // Behind lie all planes, whichever have rows.
            let drawn = match heatmap.order.left_out {
                LeftOut::Dark => heatmap.order.drawn,
                LeftOut::NotSignificant => view.highlights.lit_planes,
            };
            (heatmap.bundle.drawn, drawn)
        }) {
            None => String::new(),
            Some((faint, drawn)) if view.is_sample() && faint < drawn => {
                format!(" · {} faintly behind", number(faint))
            }
            Some((faint, drawn)) if faint == planes && drawn == planes => {
                " · each plane faintly behind".to_owned()
            }
            Some((faint, drawn)) if faint == drawn => {
                format!(" · {} faintly behind", count(faint as u64, "lit plane"))
            }
            Some((faint, drawn)) => format!(
                " · {} of {} faintly behind",
                number(faint),
                count(drawn as u64, "lit plane")
            ),
        };
        let renewed = if self.state.sweep.is_refused() {
            "not renewed: cancelled · "
        } else if self.state.sweep.is_stale() {
            "being renewed · "
        } else {
            ""
        };
        let index = index_text(alignment.index());
        let lit = number(view.sweep.lit_samples);
        let samples = count(view.sweep.n_samples as u64, "sample");
        if view.is_sample() {
            let sample = sample_text(&view.sweep.spec.planes);
            return format!(
                "{renewed}{sample}: mean ± std{behind} · alignment {index}, {lit} of {samples} \
                 lit in them"
            );
        }
        format!(
            "{renewed}mean ± std over {}{behind} · layer alignment {index}, {lit} of {samples} lit",
            count(planes as u64, "plane"),
        )
    }
}

/// Mean ± standard deviation in percent over degrees.
struct Band {
    degrees: Vec<f64>,
    low: Vec<f64>,
    high: Vec<f64>,
    mean: Vec<[f64; 2]>,
    /// The smallest and the largest value of any plane, with a little air.
    lowest: f64,
    top: f64,
}

impl Band {
    fn new(sweep: &Sweep, fit: Fit) -> Self {
        let ensemble = &sweep.ensemble;
        let angles = sweep.spec.grid.angles_rad();
        let degrees: Vec<f64> = angles.iter().map(|angle| angle.to_degrees()).collect();
        let side = |sign: f64| -> Vec<f64> {
            let both = ensemble.mean.iter().zip(&ensemble.std);
            both.map(|(mean, std)| (mean + sign * std) * 100.0)
                .collect()
        };
        let mut low = side(-1.0);
        if sweep.spec.sign == Sign::Unsigned {
            // No fraction lies below zero, wherever mean − std does.
            for value in &mut low {
                *value = value.max(0.0);
            }
        }
        let high = side(1.0);
        let largest = |values: &[f64]| values.iter().copied().fold(0.0, f64::max);
        let smallest = |values: &[f64]| values.iter().copied().fold(0.0, f64::min);
        let (lowest, top) = match fit {
            Fit::Planes => (
                smallest(&ensemble.min) * 100.0,
                largest(&ensemble.max) * 100.0,
            ),
            Fit::Band => (smallest(&low), largest(&high)),
        };
        let points = degrees.iter().zip(&ensemble.mean);
        Self {
            mean: points.map(|(&x, &y)| [x, y * 100.0]).collect(),
            high,
            low,
            degrees,
            lowest: lowest * 1.05,
            top: top.max(1e-6) * 1.05,
        }
    }
}

fn percent_marks(lowest: f64, top: f64) -> Vec<GridMark> {
    let marks = ticks(lowest / 100.0, top / 100.0, 4);
    let step = marks.get(1).map_or(1.0, |second| second - marks[0]);
    let mark = |value: &f64| GridMark {
        value: value * 100.0,
        step_size: step * 100.0,
    };
    marks.iter().map(mark).collect()
}

/// What the pointer reads at an angle in degrees.
fn reading(
    sweep: &Sweep,
    degrees: f64,
    unit: AngleUnit,
    null_band: Option<[f64; 2]>,
) -> Option<String> {
    if !(0.0..=360.0).contains(&degrees) {
        return None;
    }
    let k = sweep.spec.grid.nearest(degrees.to_radians());
    let angle = unit.write(sweep.spec.grid.angle_rad(k));
    let at = |values: &[f64]| fraction_text(values.get(k).copied().unwrap_or(0.0));
    let ensemble = &sweep.ensemble;
    let isotropic = null_band.map_or_else(String::new, |[low, high]| {
        let (low, high) = (fraction_text(low), fraction_text(high));
        format!("\n95% of isotropic planes (shaded): {low} to {high}")
    });
    Some(format!(
        "θ = {angle}\nmean {} ± {}\nfrom {} to {}{isotropic}",
        at(&ensemble.mean),
        at(&ensemble.std),
        at(&ensemble.min),
        at(&ensemble.max)
    ))
}

fn angle_mark(degrees: f64, unit: AngleUnit) -> String {
    let eighths = (degrees / 45.0).round() as u32;
    if eighths.is_multiple_of(2) {
        unit.tick(eighths)
    } else {
        String::new()
    }
}
