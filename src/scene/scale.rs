//! One plane at every `ε` at once: angle × resolution scale.

use std::f64::consts::TAU;
use std::sync::Arc;

use super::ensemble::{TurnOf, angles_below};
use super::heatmap::frame;
use super::tint::{TintBar, marks, widest};
use super::{Align, Item, Margins, Medium, Point, Raster, Rect, Scene, Stroke, Style, Text};
use crate::srm::Epsilon;

/// What the vertical axis is even in, from the widest spotlight below to the narrowest
/// above.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScaleRows {
    /// `ε`.
    Epsilon,
    /// The half-angle `arccos ε`, in degrees.
    HalfAngle,
}

impl ScaleRows {
    fn value(self, epsilon: f64) -> f64 {
        match self {
            Self::Epsilon => epsilon,
            Self::HalfAngle => epsilon.clamp(-1.0, 1.0).acos().to_degrees(),
        }
    }
}

/// What a scale view shows.
#[derive(Clone, Debug)]
pub struct ScaleView {
    /// A row an `ε`, the highest first, and a column an angle, the last a copy of the
    /// first.
    pub raster: Arc<Raster>,
    /// The lowest and the highest `ε`.
    pub range: [Epsilon; 2],
    /// Names of the plane's two vectors.
    pub names: [Text; 2],
    /// What the rows are even in.
    pub rows: ScaleRows,
    /// The colour bar; none where another view has it.
    pub bar: Option<TintBar>,
    /// Where a line marks the `ε` of the other views; none where it is outside.
    pub line: Option<Epsilon>,
    /// What is to be said of the picture, below; empty where nothing is.
    pub note: String,
    /// Whether the angular axis has its numbers and its name.
    pub named_below: bool,
}

impl ScaleView {
    /// How far up an `ε` is, 0 for the lowest and 1 for the highest.
    #[must_use]
    pub fn up(&self, epsilon: f64) -> f64 {
        let [low, high] = self.range.map(|epsilon| self.rows.value(epsilon.get()));
        (self.rows.value(epsilon) - low) / (high - low)
    }

    /// The `ε` that is so far up.
    #[must_use]
    pub fn epsilon(&self, up: f64) -> Epsilon {
        let [low, high] = self.range.map(|epsilon| self.rows.value(epsilon.get()));
        let value = low + (high - low) * up.clamp(0.0, 1.0);
        Epsilon::clamped(match self.rows {
            ScaleRows::Epsilon => value,
            ScaleRows::HalfAngle => value.to_radians().cos(),
        })
    }

    /// The angle and the `ε` at a point of the plot.
    #[must_use]
    pub fn at(&self, plot: Rect, [x, y]: Point) -> Option<(f64, Epsilon)> {
        if !plot.contains([x, y]) {
            return None;
        }
        let across = f64::from((x - plot.x) / plot.width);
        let up = f64::from(1.0 - (y - plot.y) / plot.height);
        Some((across * TAU, self.epsilon(up)))
    }

    /// The height of a point for an `ε`.
    #[must_use]
    pub fn height_of(&self, plot: Rect, epsilon: Epsilon) -> f32 {
        plot.y + plot.height * (1.0 - self.up(epsilon.get()) as f32)
    }

    /// Ticks of the vertical axis, with how far up they are.
    fn marks(&self, height: f32, style: &Style) -> Vec<(f32, String)> {
        let [a, b] = self.range.map(|epsilon| self.rows.value(epsilon.get()));
        let wanted = style.wanted(height, 2.8, 2..=8);
        let unit = match self.rows {
            ScaleRows::Epsilon => "",
            ScaleRows::HalfAngle => "°",
        };
        marks(a.min(b), a.max(b), wanted)
            .into_iter()
            .map(|(value, text)| (((value - a) / (b - a)) as f32, format!("{text}{unit}")))
            .collect()
    }
}

/// Room around the picture for axes and colour bar.
#[must_use]
pub fn scale_margins(view: &ScaleView, [width, height]: Point, style: &Style) -> Margins {
    let marks = view.marks(height, style);
    let numbers = widest(marks.iter().map(|(_, text)| text.as_str()), style);
    let end = style.small_width(&style.unit.tick(8)) / 2.0;
    let below = if view.named_below {
        style.name_below() + style.small * 0.6
    } else {
        style.tick + style.gap
    };
    Margins {
        left: style.tick + 2.0 * style.gap + numbers + style.small * 1.2,
        right: view
            .bar
            .as_ref()
            .map_or(end, |bar| bar.width(height, style)),
        top: style.small * 0.5,
        bottom: below + style.note_height(&view.note, width),
    }
}

/// The plot of a view of that size.
#[must_use]
pub fn scale_plot(size: Point, view: &ScaleView, style: &Style) -> Rect {
    let margins = scale_margins(view, size, style);
    Rect {
        x: margins.left,
        y: margins.top,
        width: (size[0] - margins.left - margins.right).max(20.0),
        height: (size[1] - margins.top - margins.bottom).max(20.0),
    }
}

/// Draws the view with its picture in `plot`.
pub fn scale_into(scene: &mut Scene, plot: Rect, view: &ScaleView, style: &Style) {
    let Raster { width, height, .. } = *view.raster;
    // Each cell lies around its own place: half of the outermost ones are outside.
    let inner = |cells: usize| {
        let half = 0.5 / cells.max(1) as f32;
        [half, 1.0 - half]
    };
    scene.items.push(Item::Part {
        rect: plot,
        raster: Arc::clone(&view.raster),
        part: [inner(width), inner(height)],
    });
    if style.medium == Medium::Page {
        frame(scene, plot, style.frame());
    }
    let of = view.named_below.then_some(TurnOf::Plane(&view.names));
    angles_below(scene, plot, style, of);
    beside(scene, plot, view, style);
    if let Some(bar) = &view.bar {
        bar.draw(scene, plot, style);
    }
    let margins = scale_margins(view, [plot.width, plot.height], style);
    let note = style.note_height(&view.note, plot.width);
    let bottom = plot.y + plot.height + margins.bottom - note;
    style.draw_note(scene, &view.note, plot, bottom);
    if let Some(epsilon) = view.line {
        let y = view.height_of(plot, epsilon);
        // With a casing, so that it shows on every colour of the map.
        let line = vec![[plot.x - style.tick, y], [plot.x + plot.width, y]];
        let ground = style.palette.background.alpha(190);
        scene.line(line.clone(), Stroke::solid(style.line * 1.75, ground));
        scene.line(
            line,
            Stroke::solid(style.line * 0.75, style.palette.spotlight),
        );
    }
}

fn beside(scene: &mut Scene, plot: Rect, view: &ScaleView, style: &Style) {
    let ink = style.palette.secondary;
    let marks = view.marks(plot.height, style);
    let numbers = widest(marks.iter().map(|(_, text)| text.as_str()), style);
    for (up, text) in marks {
        let y = plot.y + plot.height * (1.0 - up);
        scene.line(
            vec![[plot.x - style.tick, y], [plot.x, y]],
            style.hairline(ink),
        );
        let at = [plot.x - style.tick - style.gap, y];
        scene.text(at, text, style.small, Align::End, ink);
    }
    let name = match view.rows {
        ScaleRows::Epsilon => Text::from("resolution scale ").then_variable("ε"),
        ScaleRows::HalfAngle => Text::from("half-angle arccos ").then_variable("ε"),
    };
    let left = style.tick + 2.0 * style.gap + numbers + style.small * 0.6;
    scene.text_upwards(
        [plot.x - left, plot.y + plot.height / 2.0],
        name,
        style.small,
        ink,
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_height_and_its_epsilon_go_there_and_back() {
        for rows in [ScaleRows::Epsilon, ScaleRows::HalfAngle] {
            let view = ScaleView {
                raster: Arc::new(Raster {
                    width: 1,
                    height: 1,
                    rgba: vec![[0; 4]],
                }),
                range: [-0.2, 0.8].map(Epsilon::clamped),
                names: ["a", "b"].map(Text::from),
                rows,
                bar: None,
                line: None,
                note: String::new(),
                named_below: true,
            };
            assert_eq!((view.up(-0.2), view.up(0.8)), (0.0, 1.0));
            for epsilon in [-0.2, 0.0, 0.31, 0.8] {
                let back = view.epsilon(view.up(epsilon)).get();
                assert!((back - epsilon).abs() < 1e-12, "{back}");
            }
            let plot = Rect {
                x: 10.0,
                y: 20.0,
                width: 100.0,
                height: 50.0,
            };
            let (angle, epsilon) = view.at(plot, [60.0, 20.0]).unwrap();
            assert!((angle - TAU / 2.0).abs() < 1e-6 && (epsilon.get() - 0.8).abs() < 1e-6);
            assert_eq!(view.at(plot, [60.0, 19.0]), None);
            assert!((view.height_of(plot, Epsilon::clamped(-0.2)) - 70.0).abs() < 1e-4);
        }
    }
}
