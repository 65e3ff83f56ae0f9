//! The ensemble: mean ± standard deviation over planes, every plane's curve
//! faintly behind it.

use std::sync::Arc;

use egui::{Ui, Vec2b};
use egui_plot::{
    FilledArea, GridMark, HoverPosition, Line, Plot, PlotBounds, PlotImage, PlotPoint, PlotPoints,
};

use crate::scene::{AngleUnit, percent, ticks};
use crate::srm::{Sign, Sweep};

use super::App;
use super::theme::{color, palette};
use super::widgets::{empty, fraction_text, index_text, number, rest, subtitle_line};

impl App {
    pub(super) fn ensemble_view(&mut self, ui: &mut Ui) {
        let subtitle = self.ensemble_subtitle();
        ui.horizontal(|ui| {
            let heading = egui::RichText::new("Ensemble").heading();
            ui.add(egui::Label::new(heading).selectable(false));
            subtitle_line(ui, &subtitle);
        });
        let Some(view) = self.shown_sweep() else {
            empty(
                ui,
                "Mean ± standard deviation over all planes, at each angle.",
            );
            return;
        };
        let sweep = Arc::clone(&view.sweep);
        if sweep.records.is_empty() {
            empty(ui, "This basis has no plane: all its vectors are parallel.");
            return;
        }
        self.ensemble_plot(ui, &sweep);
    }

    fn ensemble_plot(&mut self, ui: &mut Ui, sweep: &Arc<Sweep>) {
        let colors = palette(ui.ctx());
        let unit = self.preferences.unit;
        let band = Band::new(sweep);
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
            .y_axis_label("samples lit, %")
            .y_axis_min_width(44.0)
            .label_formatter(move |position| {
                let (HoverPosition::NearDataPoint { position, .. }
                | HoverPosition::Elsewhere { position }) = position;
                reading(&hover, position.x, unit)
            })
            .show(ui, |plot| {
                plot.set_auto_bounds(Vec2b::FALSE);
                plot.set_plot_bounds(PlotBounds::from_min_max([0.0, bottom], [360.0, top]));
                if let Some(image) = image {
                    plot.image(image);
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
        let behind = match self
            .ordered()
            .map(|heatmap| (heatmap.bundle.drawn, heatmap.order.drawn))
        {
            None => String::new(),
            Some((faint, drawn)) if faint == planes && drawn == planes => {
                " · each plane faintly behind".to_owned()
            }
            Some((faint, drawn)) if faint == drawn => {
                format!(" · the {} lit ones faintly behind", number(faint))
            }
            Some((faint, drawn)) => format!(
                " · {} of {} lit ones faintly behind",
                number(faint),
                number(drawn)
            ),
        };
        format!(
            "mean ± std over {} planes{behind} · layer alignment {}, {} of {} samples lit",
            number(planes),
            index_text(alignment.index()),
            number(view.sweep.lit_samples),
            number(view.sweep.n_samples)
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
    fn new(sweep: &Sweep) -> Self {
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
        let points = degrees.iter().zip(&ensemble.mean);
        Self {
            mean: points.map(|(&x, &y)| [x, y * 100.0]).collect(),
            high: side(1.0),
            low,
            degrees,
            lowest: ensemble.min.iter().copied().fold(0.0, f64::min) * 105.0,
            top: ensemble.max.iter().copied().fold(0.0, f64::max).max(1e-6) * 105.0,
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
fn reading(sweep: &Sweep, degrees: f64, unit: AngleUnit) -> Option<String> {
    if !(0.0..=360.0).contains(&degrees) {
        return None;
    }
    let k = sweep.spec.grid.nearest(degrees.to_radians());
    let angle = unit.write(sweep.spec.grid.angle_rad(k));
    let at = |values: &[f64]| fraction_text(values.get(k).copied().unwrap_or(0.0));
    let ensemble = &sweep.ensemble;
    Some(format!(
        "θ = {angle}\nmean {} ± {}\nfrom {} to {}",
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
