//! The selected plane at every scale, and projections, with what only a screen has: the
//! line that drags ε, and what is under the pointer.

use egui::{Align2, CursorIcon, FontId, Pos2, Rect, Response, Sense, Ui, pos2};

use crate::figure::{ProjectionMaterial, ScaleMaterial};
use crate::scene::{
    Corner, ProjectionView, ScaleView, Scene, Style, draw_legend, legend_size, projection_into,
    projection_plot, scale_into, scale_plot, within_lines,
};
use crate::session::{Normaliser, ProjectionOf, ScaleQuantity};
use crate::srm::{Epsilon, Sign};
use crate::words::thousands;

use super::App;
use super::command::Command;
use super::paint::{paint, place_rect};
use super::pictures::see_window;
use super::theme::{color, palette};
use super::widgets::{empty, epsilon_text, fraction_text, number, rest, subtitle_line};
use crate::worker::picture_job::Drawn;

/// How near to the line the pointer takes hold of it, in points.
const GRASP: f32 = 6.0;

impl App {
    pub(super) fn scale_view(&mut self, ui: &mut Ui, commands: &mut Vec<Command>) {
        see_window(self, ui);
        let heading = self.plane_headline(ui, commands);
        let subtitle = match self.document.choices.sign {
            Sign::Unsigned => "samples lit at every ε; drag the line to set ε",
            Sign::Signed => "samples lit − opposite at every ε; drag the line to set ε",
        };
        subtitle_line(ui, subtitle);
        self.scale_controls(ui, commands);
        let size = rest(ui);
        let shown = self.shown_picture().map(|picture| picture.drawn.clone());
        let Some(Drawn::Scale { material, view }) = shown else {
            empty(ui, self.no_picture());
            return;
        };
        let (rect, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
        let label = format!("scale view of {heading}");
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &label));
        let epsilon = self.document.choices.epsilon;
        let [low, high] = view.range;
        let view = ScaleView {
            line: (low <= epsilon && epsilon <= high).then_some(epsilon),
            ..view
        };
        let style = Style::screen(palette(ui.ctx()), self.preferences.unit);
        let plot = scale_plot([size.x, size.y], &view, &style);
        let mut scene = Scene {
            size: [size.x, size.y],
            items: Vec::new(),
        };
        scale_into(&mut scene, plot, &view, &style);
        paint(ui.painter(), rect.min, &scene, &mut self.textures);
        self.veil_if_renewed(ui, place_rect(rect.min, plot));
        drag_line(&response, rect, plot, &view, epsilon, commands);
        let pointed = response.hover_pos().filter(|_| !response.dragged());
        let at = pointed.map(|at| [at.x - rect.min.x, at.y - rect.min.y]);
        if let Some((angle, epsilon)) = at.and_then(|at| view.at(plot, at)) {
            let text = self.scale_reading(&material, angle, epsilon);
            response.on_hover_text_at_pointer(text);
        }
    }

    /// What the picture shows at a place.
    fn scale_reading(&self, material: &ScaleMaterial, angle: f64, epsilon: Epsilon) -> String {
        let counts = &material.counts;
        let place = material.nearest(epsilon);
        let epsilon = counts.scales.get()[place];
        let last = counts.angles - 1;
        let step = std::f64::consts::TAU / last as f64;
        let index = ((angle / step).round() as usize).min(last);
        let count = counts.at(place)[index];
        let fraction = f64::from(count) / counts.n_samples as f64;
        let excess = material.value(ScaleQuantity::Excess, place, count);
        let excess = if self.document.choices.sign == Sign::Signed {
            "isotropic: 0".to_owned()
        } else if excess.is_nan() {
            "isotropic data would light nothing".to_owned()
        } else {
            format!("{excess:.3} × isotropic")
        };
        format!(
            "θ = {}\nε = {}  ({:.1}°)\nf = {}  ({} of {})\n{excess}",
            self.preferences.unit.write(index as f64 * step),
            epsilon_text(epsilon),
            epsilon.half_angle_deg(),
            fraction_text(fraction),
            number(count.unsigned_abs() as usize),
            number(counts.n_samples),
        )
    }

    pub(super) fn projection_view(&mut self, ui: &mut Ui, commands: &mut Vec<Command>) {
        see_window(self, ui);
        let heading = self.plane_headline(ui, commands);
        let shown = self.shown_picture().map(|picture| picture.drawn.clone());
        subtitle_line(ui, &self.projection_subtitle(shown.as_ref()));
        self.projection_controls(ui, commands);
        let size = rest(ui);
        let side = size.min_elem().max(1.0) * ui.ctx().pixels_per_point();
        self.state.projection_pixels = side as usize + 1;
        let Some(Drawn::Projection { material, view }) = shown else {
            empty(ui, self.no_picture());
            return;
        };
        let (rect, response) = ui.allocate_exact_size(size, Sense::click());
        let label = format!("projection of {heading}");
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &label));
        let style = Style::screen(palette(ui.ctx()), self.preferences.unit);
        let plot = projection_plot([size.x, size.y], &view, &style);
        let mut scene = Scene {
            size: [size.x, size.y],
            items: Vec::new(),
        };
        projection_into(&mut scene, plot, &view, &style);
        legend(&mut scene, plot, &view, &style);
        paint(ui.painter(), rect.min, &scene, &mut self.textures);
        self.veil_if_renewed(ui, place_rect(rect.min, plot));
        if material.projection.total == 0 {
            let text = "No sample comes so near: a smaller ε keeps more";
            message(ui, place_rect(rect.min, plot), text);
            return;
        }
        let at = response.hover_pos();
        let at = at.map(|at| [at.x - rect.min.x, at.y - rect.min.y]);
        if let Some(at) = at.and_then(|at| view.at(plot, at)) {
            response.on_hover_text_at_pointer(projection_reading(&material, at));
        }
    }

    fn projection_subtitle(&self, shown: Option<&Drawn>) -> String {
        let epsilon = epsilon_text(self.document.choices.epsilon);
        match shown {
            Some(Drawn::Projection { material, .. }) => {
                format!("{}; at least ε = {epsilon} of the norm", material.note())
            }
            _ => match self.preferences.projection.of {
                ProjectionOf::Plane => format!("samples with ε = {epsilon} of their norm in it"),
                ProjectionOf::AllPlanes => "samples on all planes, laid over each other".to_owned(),
            },
        }
    }

    fn no_picture(&self) -> &'static str {
        if self.document.layer().is_none() {
            "Open a dump to look at its planes"
        } else if self.state.picture.is_refused() {
            "Called off: look at another view and back to draw it again"
        } else {
            "…"
        }
    }

    /// The old picture stays, a little faded, until the new one is there.
    fn veil_if_renewed(&self, ui: &Ui, plot: Rect) {
        if self.state.picture.is_stale() {
            let veil = palette(ui.ctx()).background.alpha(70);
            ui.painter().rect_filled(plot, 0.0, color(veil));
        }
    }
}

/// Sets ε to where the pointer drags the line, or clicks.
fn drag_line(
    response: &Response,
    rect: Rect,
    plot: crate::scene::Rect,
    view: &ScaleView,
    epsilon: Epsilon,
    commands: &mut Vec<Command>,
) {
    let line = rect.min.y + view.height_of(plot, epsilon);
    let near = |at: Pos2| (at.y - line).abs() <= GRASP;
    if response.dragged() || response.hover_pos().is_some_and(near) {
        response.ctx.set_cursor_icon(CursorIcon::ResizeVertical);
    }
    let held = response.dragged() || response.clicked();
    let Some(pointer) = response.interact_pointer_pos().filter(|_| held) else {
        return;
    };
    let place = place_rect(rect.min, plot);
    if response.clicked() && !place.contains(pointer) {
        return;
    }
    let up = f64::from((place.bottom() - pointer.y) / place.height());
    let wanted = view.epsilon(up).get();
    // To the digits that are shown.
    let wanted = Epsilon::clamped((wanted * 1000.0).round() / 1000.0);
    let [low, high] = view.range;
    let wanted = if wanted < low {
        low
    } else if wanted > high {
        high
    } else {
        wanted
    };
    if wanted != epsilon {
        commands.push(Command::SetEpsilon {
            epsilon: wanted,
            dragging: response.dragged(),
        });
    }
}

/// What is under the pointer.
fn projection_reading(material: &ProjectionMaterial, [x, y]: [f64; 2]) -> String {
    let place = format!("({}, {})\nradius {}", short(x), short(y), short(x.hypot(y)));
    let Some(density) = &material.density else {
        return place;
    };
    let Some(value) = density.at([x, y]).map(f64::from) else {
        return place;
    };
    let value = match (material.normaliser, density.per_area()) {
        _ if value.is_nan() => "no isotropic point would come here".to_owned(),
        (Normaliser::Isotropic, _) => format!("{} × isotropic", short(value)),
        (Normaliser::None, Some(factor)) => {
            format!("{} points per unit area", short(value * factor))
        }
        (Normaliser::None, None) => format!("{} points per R²", short(value)),
    };
    format!("{place}\n{value}")
}

/// Three digits.
fn short(value: f64) -> String {
    let size = value.abs();
    let text = if value == 0.0 {
        "0".to_owned()
    } else if !(1e-3..1e6).contains(&size) {
        format!("{value:.2e}")
    } else if size >= 1000.0 {
        let sign = if value < 0.0 { "-" } else { "" };
        format!("{sign}{}", thousands(size.round() as u64))
    } else {
        let digits = (2 - size.log10().floor() as i32).max(0);
        format!("{value:.*}", digits as usize)
    };
    text.replace('-', "−")
}

/// The classes of dots, in the corner where the fewest are: the lower left one, as
/// activations are rarely below zero.
fn legend(scene: &mut Scene, plot: crate::scene::Rect, view: &ProjectionView, style: &Style) {
    let entries = within_lines(view.entries(), plot.width * 0.6, style);
    let size = legend_size(&entries, style);
    if entries.is_empty() || size[1] > plot.height * 0.6 {
        return;
    }
    let room = plot.shrunk(style.hair);
    draw_legend(scene, Corner::LowerLeft.within(room, size), &entries, style);
}

fn message(ui: &Ui, plot: Rect, text: &str) {
    let at = pos2(plot.center().x, plot.center().y + plot.height() * 0.25);
    let ink = color(palette(ui.ctx()).secondary);
    ui.painter().text(
        at,
        Align2::CENTER_CENTER,
        text,
        FontId::proportional(13.0),
        ink,
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_three_digits() {
        for (value, text) in [
            (0.0, "0"),
            (1.2345, "1.23"),
            (-12.345, "−12.3"),
            (123.4, "123"),
            (-12_345.6, "−12,346"),
            (4.2e9, "4.20e9"),
            (0.000_12, "1.20e−4"),
        ] {
            assert_eq!(short(value), text);
        }
    }
}
