//! The ensemble: mean ± standard deviation over planes at each angle, every
//! plane's curve faintly behind (the paper's holistic figures).

use super::heatmap::frame;
use super::legend::{Entry, Key, draw_legend};
use super::polar::{SMALLEST_RING, faint_stroke};
use super::{
    Align, Color, Corner, Item, LegendPlace, Margins, Rect, Scene, Stroke, Style, Text,
    legend_size, percent, ticks,
};

/// What the band behind an ensemble is called.
pub(super) const NULL_BAND: &str = "95% of isotropic planes";

/// What the ensemble's vertical axis reaches.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EnsembleAxis {
    /// Value at the lower edge, as a fraction.
    pub low: f64,
    /// Value at the upper edge.
    pub high: f64,
}

impl EnsembleAxis {
    /// Wide enough for both.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            low: self.low.min(other.low),
            high: self.high.max(other.high),
        }
    }
}

/// What an ensemble shows: values at the angles of the closed grid, as fractions.
#[derive(Clone, Debug, PartialEq)]
pub struct EnsembleView {
    /// Mean over planes.
    pub mean: Vec<f64>,
    /// Standard deviation over planes.
    pub std: Vec<f64>,
    /// Curves of single planes, faintly behind.
    pub faint: Vec<Vec<f64>>,
    /// What those are called in the legend.
    pub faint_name: Text,
    /// Expected fraction for isotropic data; a dashed line.
    pub ring: Option<f64>,
    /// Between which fractions 95% of isotropic planes lie at an angle; an area around the
    /// dashed line.
    pub null_band: Option<[f64; 2]>,
    /// Whether values may be negative.
    pub signed: bool,
    /// Colour of mean and deviation.
    pub color: Color,
    /// The vertical axis; what suits the curves where `None`.
    pub axis: Option<EnsembleAxis>,
    /// Whether the angular axis has its numbers and its name.
    pub named_below: bool,
    /// Whether the vertical axis has them.
    pub named_beside: bool,
}

impl EnsembleView {
    /// Mean − std (never below zero for fractions) and mean + std.
    #[must_use]
    pub fn band(&self) -> [Vec<f64>; 2] {
        let both = || self.mean.iter().zip(&self.std);
        let low = both().map(|(mean, std)| {
            let low = mean - std;
            if self.signed { low } else { low.max(0.0) }
        });
        [
            low.collect(),
            both().map(|(mean, std)| mean + std).collect(),
        ]
    }

    /// The vertical axis that suits the curves: from zero, or from the lowest
    /// value, to a little above the highest.
    #[must_use]
    pub fn own_axis(&self) -> EnsembleAxis {
        let [low, high] = self.band();
        let all = || {
            let curves = self.faint.iter().chain([&low, &high]);
            curves.flatten().copied()
        };
        let highest = all().fold(0.0, f64::max);
        let lowest = all().fold(0.0, f64::min);
        // The dashed line belongs in view only where it does not press the rest flat.
        let ring = self
            .ring
            .filter(|ring| *ring < 1.5 * highest)
            .unwrap_or(0.0);
        let high = highest.max(ring);
        EnsembleAxis {
            low: lowest * 1.06,
            high: if high > 0.0 { high * 1.06 } else { 1.0 },
        }
    }

    /// The same; `None` where no plane is lit.
    #[must_use]
    pub fn own_axis_if_lit(&self) -> Option<EnsembleAxis> {
        let is_lit = |values: &Vec<f64>| values.iter().any(|&value| value != 0.0);
        (is_lit(&self.mean) || is_lit(&self.std)).then(|| self.own_axis())
    }

    /// The isotropic fraction, if it can be told from zero.
    #[must_use]
    pub fn visible_ring(&self) -> Option<f64> {
        let high = self.axis().high;
        self.ring
            .filter(|ring| *ring > high * SMALLEST_RING && *ring < high)
    }

    /// Where isotropic planes lie, if that can be told from zero.
    #[must_use]
    pub fn visible_null_band(&self) -> Option<[f64; 2]> {
        let high = self.axis().high;
        self.null_band
            .filter(|[below, above]| *above > high * SMALLEST_RING && *below < high)
    }

    fn axis(&self) -> EnsembleAxis {
        self.axis.unwrap_or_else(|| self.own_axis())
    }

    /// The largest of all curves at each angle, and the smallest.
    fn envelope(&self) -> [Vec<f64>; 2] {
        let [mut low, mut high] = self.band();
        for curve in &self.faint {
            for ((low, high), &value) in low.iter_mut().zip(&mut high).zip(curve) {
                *low = low.min(value);
                *high = high.max(value);
            }
        }
        [low, high]
    }

    /// Entries of the legend.
    #[must_use]
    pub fn entries(&self, style: &Style) -> Vec<Entry> {
        let entry = |name: Text, key, color| Entry { name, key, color };
        let mut entries = vec![
            entry("mean".into(), Key::Line, self.color),
            entry("± std".into(), Key::Area, self.color),
        ];
        if !self.faint.is_empty() {
            let ink = style.palette.faint.alpha(200);
            entries.push(entry(self.faint_name.clone(), Key::Faint, ink));
        }
        if self.visible_ring().is_some() {
            let ink = style.palette.secondary;
            entries.push(entry("isotropic".into(), Key::Dashes, ink));
        }
        if self.visible_null_band().is_some() {
            let ink = style.palette.secondary;
            entries.push(entry(NULL_BAND.into(), Key::Area, ink));
        }
        entries
    }
}

/// Values of the vertical axis, and the step between them.
fn marks(axis: EnsembleAxis, height: f32, style: &Style) -> (Vec<f64>, f64) {
    let wanted = style.wanted(height, 2.6, 2..=10);
    let marks = ticks(axis.low, axis.high, wanted);
    let step = marks.get(1).map_or(1.0, |second| second - marks[0]);
    (marks, step)
}

/// Room around the plot for its axes.
#[must_use]
pub fn ensemble_margins(view: &EnsembleView, height: f32, style: &Style) -> Margins {
    let (marks, step) = marks(view.axis(), height, style);
    let widths = marks
        .iter()
        .map(|&mark| style.small_width(&percent(mark, step)));
    let widest = widths.fold(0.0, f32::max);
    let end = style.small_width(&style.unit.tick(8)) / 2.0;
    Margins {
        left: if view.named_beside {
            style.tick + 2.0 * style.gap + widest + style.small * 1.2
        } else {
            style.tick + style.gap
        },
        right: if view.named_below { end } else { style.hair },
        top: style.small * 0.4,
        bottom: if view.named_below {
            style.name_below() + style.small * 0.6
        } else {
            style.tick + style.gap
        },
    }
}

/// Draws the view in `plot`, with a legend in it if one is wanted there; its axes
/// stand around.
pub fn ensemble(
    scene: &mut Scene,
    plot: Rect,
    view: &EnsembleView,
    legend: Option<LegendPlace>,
    style: &Style,
) {
    let axis = view.axis();
    let y = |value: f64| {
        let up = (value - axis.low) / (axis.high - axis.low);
        plot.y + plot.height * (1.0 - up.clamp(0.0, 1.0) as f32)
    };
    let path = |values: &[f64]| -> Vec<[f32; 2]> {
        let last = values.len().saturating_sub(1).max(1) as f32;
        let x = |k: usize| plot.x + plot.width * k as f32 / last;
        let points = values.iter().enumerate();
        points.map(|(k, &value)| [x(k), y(value)]).collect()
    };
    let (marks, step) = marks(axis, plot.height, style);
    if let Some(stroke) = style.grid_line() {
        for &mark in &marks {
            scene.line(
                vec![[plot.x, y(mark)], [plot.x + plot.width, y(mark)]],
                stroke,
            );
        }
        for quarter in 1..4u8 {
            let x = plot.x + plot.width * f32::from(quarter) / 4.0;
            scene.line(vec![[x, plot.y], [x, plot.y + plot.height]], stroke);
        }
    }
    if let Some(band) = view.visible_null_band() {
        let across = |value: f64| vec![[plot.x, y(value)], [plot.x + plot.width, y(value)]];
        let [below, above] = band.map(across);
        scene.items.push(Item::Area {
            upper: above,
            lower: below,
            color: style.palette.secondary.alpha(style.fill.max(48)),
        });
    }
    let faint = faint_stroke(view.faint.len(), style);
    for curve in &view.faint {
        scene.line(path(curve), faint);
    }
    let [low, high] = view.band();
    scene.items.push(Item::Area {
        upper: path(&high),
        lower: path(&low),
        color: view.color.alpha(style.fill.max(70)),
    });
    if let Some(ring) = view.visible_ring() {
        let dash = 2.0 * style.line;
        let stroke = Stroke {
            width: style.line * 0.6,
            color: style.palette.secondary,
            dash: Some([dash, dash]),
        };
        scene.line(
            vec![[plot.x, y(ring)], [plot.x + plot.width, y(ring)]],
            stroke,
        );
    }
    if view.signed {
        let zero = vec![[plot.x, y(0.0)], [plot.x + plot.width, y(0.0)]];
        scene.line(zero, style.hairline(style.palette.secondary));
    }
    let mean = path(&view.mean);
    if !view.faint.is_empty() {
        // With a casing, so that it stands out from the curves behind.
        let ground = style.palette.background.alpha(200);
        scene.line(mean.clone(), Stroke::solid(style.line * 2.2, ground));
    }
    scene.line(mean, Stroke::solid(style.line * 1.1, view.color));
    frame(scene, plot, style.hairline(style.palette.border));
    angles_below(
        scene,
        plot,
        style,
        view.named_below.then_some(TurnOf::AnyPlane),
    );
    values_beside(scene, plot, view, style, (&marks, step, &y));
    if let Some(place) = legend {
        let entries = view.entries(style);
        let size = legend_size(&entries, style);
        let corner = match place {
            LegendPlace::Corner(corner) => corner,
            LegendPlace::Freest => freest(&view.envelope(), axis, plot, size),
        };
        let room = plot.shrunk(style.hair);
        draw_legend(scene, corner.within(room, size), &entries, style);
    }
}

/// The corner in which a legend hides least of the curves.
fn freest([low, high]: &[Vec<f64>; 2], axis: EnsembleAxis, plot: Rect, size: [f32; 2]) -> Corner {
    let share = f64::from(size[0] / plot.width).min(1.0);
    let deep = f64::from(size[1] / plot.height).min(1.0);
    // What of the legend's box the curves between their envelopes run through.
    let hidden = |corner: Corner| -> f64 {
        let left = matches!(corner, Corner::UpperLeft | Corner::LowerLeft);
        let top = matches!(corner, Corner::UpperLeft | Corner::UpperRight);
        let last = high.len().saturating_sub(1).max(1) as f64;
        let up = |value: f64| (value - axis.low) / (axis.high - axis.low);
        let (bottom, ceiling) = if top { (1.0 - deep, 1.0) } else { (0.0, deep) };
        let beside = |k: usize| {
            let x = k as f64 / last;
            if left { x <= share } else { x >= 1.0 - share }
        };
        let pairs = low.iter().zip(high).enumerate();
        pairs
            .filter(|&(k, _)| beside(k))
            .map(|(_, (&low, &high))| (up(high).min(ceiling) - up(low).max(bottom)).max(0.0))
            .sum()
    };
    let mut best = Corner::UpperRight;
    for corner in Corner::ALL {
        if hidden(corner) < hidden(best) {
            best = corner;
        }
    }
    best
}

/// The angular axis below a plot from 0 to 2π, with ticks at multiples of π/2.
pub(super) fn angles_below(scene: &mut Scene, plot: Rect, style: &Style, of: Option<TurnOf<'_>>) {
    let named = of.is_some();
    let bottom = plot.y + plot.height;
    let ink = style.palette.secondary;
    // Eighths of the circle between ticks; their numbers need room.
    let label = style.small_width("3π/2") * 1.15;
    let mut every = if style.density > 1.0 {
        1
    } else if style.density < 1.0 {
        4
    } else {
        2
    };
    while every < 8 && plot.width * every as f32 / 8.0 < label {
        every *= 2;
    }
    for eighths in (0..=8u32).step_by(every) {
        let x = plot.x + plot.width * eighths as f32 / 8.0;
        scene.line(
            vec![[x, bottom], [x, bottom + style.tick]],
            style.hairline(ink),
        );
        if named {
            let at = [x, bottom + style.numbers_below()];
            scene.text(
                at,
                style.unit.tick(eighths),
                style.small,
                Align::Middle,
                ink,
            );
        }
    }
    if let Some(of) = of {
        let fits = |name: &Text| style.fonts.width(name, style.small, false) <= plot.width * 1.05;
        let [long, short] = of.names();
        let at = [plot.x + plot.width / 2.0, bottom + style.name_below()];
        let name = if fits(&long) { long } else { short };
        scene.text(at, name, style.small, Align::Middle, ink);
    }
}

/// Whose vectors the angle of an axis turns between.
#[derive(Clone, Copy, Debug)]
pub(super) enum TurnOf<'a> {
    /// Those of every plane.
    AnyPlane,
    /// These two.
    Plane(&'a [Text; 2]),
}

impl TurnOf<'_> {
    /// The name of the axis, and a shorter one.
    fn names(self) -> [Text; 2] {
        let angle = Text::from("angle ").then_variable("θ");
        let ([first, second], short) = match self {
            Self::AnyPlane => (["i", "j"].map(|k| Text::default().then_vector(k)), None),
            Self::Plane(names) => (names.clone(), Some(names)),
        };
        let long = angle.clone().then(" from ").joined(&first);
        let long = long.then(" towards ").joined(&second);
        let short = short.map(|[i, j]| angle.clone().then(", ").joined(i).then(" ∧ ").joined(j));
        [long, short.unwrap_or(angle)]
    }
}

fn values_beside(
    scene: &mut Scene,
    plot: Rect,
    view: &EnsembleView,
    style: &Style,
    (marks, step, y): (&[f64], f64, &dyn Fn(f64) -> f32),
) {
    let ink = style.palette.secondary;
    let mut widest: f32 = 0.0;
    for &mark in marks {
        let at = y(mark);
        scene.line(
            vec![[plot.x - style.tick, at], [plot.x, at]],
            style.hairline(ink),
        );
        if view.named_beside {
            let text = percent(mark, step);
            widest = widest.max(style.small_width(&text));
            let at = [plot.x - style.tick - style.gap, at];
            scene.text(at, text, style.small, Align::End, ink);
        }
    }
    if !view.named_beside {
        return;
    }
    let left = plot.x - style.tick - 2.0 * style.gap - widest - style.small * 0.6;
    scene.text_upwards(
        [left, plot.y + plot.height / 2.0],
        if view.signed {
            "samples lit − opposite, %"
        } else {
            "samples lit, %"
        },
        style.small,
        ink,
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::{AngleUnit, Palette};

    fn view() -> EnsembleView {
        EnsembleView {
            mean: vec![0.1, 0.02, 0.0, 0.02, 0.1],
            std: vec![0.05; 5],
            faint: vec![vec![0.2, 0.0, 0.0, 0.0, 0.2]],
            faint_name: "each plane".into(),
            ring: None,
            null_band: None,
            signed: false,
            color: Palette::PAPER.accent,
            axis: None,
            named_below: true,
            named_beside: true,
        }
    }

    #[test]
    fn the_band_of_isotropic_planes_is_seen_where_it_is_not_all_zero() {
        let style = Style::screen(Palette::PAPER, AngleUnit::Pi);
        let names = |null_band| {
            let view = EnsembleView {
                null_band,
                ..view()
            };
            let entries = view.entries(&style).into_iter();
            entries.map(|entry| entry.name.plain()).collect::<Vec<_>>()
        };
        let told = NULL_BAND.to_owned();
        assert!(names(Some([0.0, 0.05])).contains(&told));
        assert!(names(Some([0.02, 0.5])).contains(&told));
        assert!(!names(Some([0.0, 1e-6])).contains(&told));
        assert!(!names(Some([0.5, 0.6])).contains(&told));
        assert!(!names(None).contains(&told));
    }

    #[test]
    fn the_band_of_fractions_stays_above_zero() {
        let [low, high] = view().band();
        assert_eq!(low, [0.05, 0.0, 0.0, 0.0, 0.05]);
        assert!((high[0] - 0.15).abs() < 1e-12);
        let signed = EnsembleView {
            signed: true,
            ..view()
        };
        assert!(signed.band()[0][2] < 0.0);
    }

    #[test]
    fn the_axis_reaches_every_plane_and_the_legend_stands_where_nothing_is() {
        let view = view();
        let axis = view.own_axis();
        assert!(axis.low == 0.0 && axis.high > 0.2);
        let plot = Rect {
            x: 0.0,
            y: 0.0,
            width: 200.0,
            height: 100.0,
        };
        let zero = || vec![0.0; 5];
        let left = vec![0.2, 0.2, 0.0, 0.0, 0.0];
        let corner = freest(&[zero(), left], axis, plot, [80.0, 50.0]);
        assert_eq!(corner, Corner::UpperRight);
        let right = vec![0.0, 0.0, 0.0, 0.2, 0.2];
        let corner = freest(&[zero(), right], axis, plot, [80.0, 50.0]);
        assert_eq!(corner, Corner::UpperLeft);
    }

    #[test]
    fn axes_are_named_with_what_they_count() {
        let style = Style::screen(Palette::PAPER, AngleUnit::Pi);
        let mut scene = Scene::default();
        let plot = Rect {
            x: 50.0,
            y: 10.0,
            width: 300.0,
            height: 120.0,
        };
        let legend = Some(LegendPlace::Freest);
        ensemble(&mut scene, plot, &view(), legend, &style);
        let texts: Vec<String> = scene
            .items
            .iter()
            .filter_map(|item| match item {
                Item::Text { text, .. } => Some(text.plain()),
                _ => None,
            })
            .collect();
        for expected in [
            "0",
            "π/2",
            "3π/2",
            "2π",
            "samples lit, %",
            "mean",
            "± std",
            "each plane",
        ] {
            assert!(
                texts.iter().any(|text| text == expected),
                "{expected}: {texts:?}"
            );
        }
        assert!(texts.contains(&"angle θ from bi towards bj".to_owned()));
    }
}
