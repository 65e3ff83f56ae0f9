//! One plane, or several laid over each other: samples lit, by angle.

use std::f64::consts::{FRAC_PI_4, PI, TAU};

use super::legend::{Entry, Key, draw_legend};
use super::{
    Align, Color, Corner, Item, Margins, Point, Rect, Scene, Stroke, Style, Text, legend_size,
    percent, ticks,
};

/// The ring is left off where it would press the curves into less than this
/// share of the radius; the view says so instead.
const SMALLEST_CURVE: f64 = 0.3;

/// A ring of a smaller share of the radius is a dot.
pub(super) const SMALLEST_RING: f64 = 0.012;

/// Curves of fewer directions show each as a dot.
const FEW_ANGLES: usize = 13;

/// A curve of the view.
#[derive(Clone, Debug, PartialEq)]
pub struct PolarCurve {
    /// Legend entry.
    pub name: Text,
    /// Values at the angles of the closed grid, as fractions.
    pub fractions: Vec<f64>,
    /// Colour of the outline.
    pub color: Color,
    /// Lengths of dashes and gaps, in widths of the line; solid where `None`.
    pub dash: Option<[f32; 2]>,
    /// What is filled.
    pub fill: PolarFill,
}

/// What a curve of a polar view fills.
#[derive(Clone, Debug, PartialEq)]
pub enum PolarFill {
    /// Nothing.
    None,
    /// The area within.
    Within,
    /// The area outwards from that curve, under the curve's own name.
    From(Vec<f64>),
    /// The band between two other curves, under that name.
    Band {
        /// Legend entry.
        name: Text,
        /// The inner curve.
        low: Vec<f64>,
        /// The outer curve.
        high: Vec<f64>,
    },
}

/// A band behind the curves, such as what chance would give.
#[derive(Clone, Debug, PartialEq)]
pub struct PolarBand {
    /// Legend entry.
    pub name: Text,
    /// The inner edge, at the angles of the closed grid.
    pub low: Vec<f64>,
    /// The outer edge.
    pub high: Vec<f64>,
    /// Colour of the area.
    pub color: Color,
}

/// What a polar view shows.
#[derive(Clone, Debug, PartialEq)]
pub struct PolarView {
    /// What lies behind everything else.
    pub behind: Option<PolarBand>,
    /// Curves that are only hinted at, behind the others.
    pub faint: Vec<Vec<f64>>,
    /// What those are called in the legend.
    pub faint_name: Text,
    /// Curves, the selected one last, on top.
    pub curves: Vec<PolarCurve>,
    /// Names of `b_i` and `b_j`.
    pub names: [Text; 2],
    /// Angle of `b_j` in radians; `None` where planes differ in it.
    pub alpha_rad: Option<f64>,
    /// Expected fraction for isotropic data; drawn as a faint ring.
    pub ring: Option<f64>,
    /// Whether values may be negative: zero is then a circle halfway out.
    pub signed: bool,
    /// The lobe of an infinitely narrow cluster, by its middle and half its width in
    /// radians: the expected resolution, drawn along the rim.
    pub resolution: Option<[f64; 2]>,
    /// The value at the outer circle; what suits the curves where `None`.
    pub most: Option<f64>,
    /// Where the legend stands, if within the view.
    pub legend: Option<Corner>,
}

impl PolarView {
    /// The largest value, in size, that has to be shown.
    #[must_use]
    pub fn largest(&self) -> f64 {
        let of = |values: &Vec<f64>| values.iter().fold(0.0f64, |m, f| m.max(f.abs()));
        let curves = self.curves.iter().flat_map(|curve| {
            let band = match &curve.fill {
                PolarFill::Band { high, .. } => Some(high),
                _ => None,
            };
            [Some(&curve.fractions), band].into_iter().flatten()
        });
        let behind = self.behind.iter().flat_map(|band| [&band.low, &band.high]);
        let all = curves.chain(&self.faint).chain(behind);
        let largest = all.map(of).fold(0.0, f64::max);
        match self.ring {
            Some(ring) if largest >= SMALLEST_CURVE * ring => largest.max(ring),
            _ => largest,
        }
    }

    /// The isotropic ring, if it can be seen.
    #[must_use]
    pub fn visible_ring(&self) -> Option<f64> {
        let most = self.most.unwrap_or_else(|| outermost(self.largest()));
        self.ring
            .filter(|ring| *ring > most * SMALLEST_RING && *ring <= most)
    }

    /// Entries of the legend, the selected curve first.
    #[must_use]
    pub fn entries(&self, style: &Style) -> Vec<Entry> {
        let mut entries = Vec::new();
        for curve in self.curves.iter().rev() {
            let key = match curve.fill {
                PolarFill::From(_) => Key::Area,
                _ => curve.dash.map_or(Key::Line, Key::Dashed),
            };
            entries.push(Entry {
                name: curve.name.clone(),
                key,
                color: curve.color,
            });
            if let PolarFill::Band { name, .. } = &curve.fill {
                entries.push(Entry {
                    name: name.clone(),
                    key: Key::Area,
                    color: curve.color,
                });
            }
        }
        if let Some(band) = &self.behind {
            entries.push(Entry {
                name: band.name.clone(),
                key: Key::Area,
                color: band.color,
            });
        }
        if !self.faint.is_empty() {
            entries.push(Entry {
                name: self.faint_name.clone(),
                key: Key::Faint,
                color: style.palette.faint.alpha(200),
            });
        }
        if self.visible_ring().is_some() {
            entries.push(Entry {
                name: "isotropic".into(),
                key: Key::Dashes,
                color: style.palette.secondary,
            });
        }
        if self.resolution.is_some() {
            entries.push(Entry {
                name: "expected resolution".into(),
                key: Key::Line,
                color: style.palette.text,
            });
        }
        entries
    }
}

/// Where things are in a polar view, to find what is under the pointer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PolarLayout {
    /// Centre of the circle.
    pub centre: Point,
    /// Radius of the outer circle in points.
    pub radius: f32,
    /// Value at the outer circle.
    pub most: f64,
    /// Value at the centre.
    pub least: f64,
}

impl PolarLayout {
    fn new(plot: Rect, view: &PolarView) -> Self {
        let largest = view.largest();
        let most = view.most.unwrap_or(if largest > 0.0 {
            outermost(largest)
        } else {
            1.0
        });
        Self {
            centre: [plot.x + plot.width / 2.0, plot.y + plot.height / 2.0],
            radius: (plot.width.min(plot.height) / 2.0).max(10.0),
            most,
            least: if view.signed { -most } else { 0.0 },
        }
    }

    /// Distance from the centre, in points, of a value.
    #[must_use]
    pub fn distance(&self, value: f64) -> f32 {
        let place = (value - self.least) / (self.most - self.least);
        place.clamp(0.0, 1.0) as f32 * self.radius
    }

    /// Where a value at an angle lies.
    #[must_use]
    pub fn at(&self, angle_rad: f64, value: f64) -> Point {
        self.ray(angle_rad, self.distance(value))
    }

    /// The point at a distance in points.
    #[must_use]
    pub fn ray(&self, angle_rad: f64, distance: f32) -> Point {
        let (sin, cos) = angle_rad.sin_cos();
        [
            self.centre[0] + cos as f32 * distance,
            self.centre[1] - sin as f32 * distance,
        ]
    }

    /// The angle in radians under a point, in `[0, 2π)`; `None` outside the
    /// circle and at its very centre.
    #[must_use]
    pub fn angle_at(&self, [x, y]: Point) -> Option<f64> {
        let (dx, dy) = (x - self.centre[0], self.centre[1] - y);
        let inside = dx.hypot(dy) <= self.radius + 2.0;
        inside.then(|| self.direction_of([x, y]))?
    }

    /// The same wherever the point is but at the very centre.
    #[must_use]
    pub fn direction_of(&self, [x, y]: Point) -> Option<f64> {
        let (dx, dy) = (x - self.centre[0], self.centre[1] - y);
        let far = dx.hypot(dy) >= 2.0;
        far.then(|| f64::from(dy).atan2(f64::from(dx)).rem_euclid(TAU))
    }

    /// Where a closed curve of values runs.
    fn path(&self, values: &[f64]) -> Vec<Point> {
        let intervals = values.len().saturating_sub(1).max(1);
        let angle = |k: usize| k as f64 * TAU / intervals as f64;
        let at = |(k, &value): (usize, &f64)| self.at(angle(k), value);
        values.iter().enumerate().map(at).collect()
    }
}

/// Room around the circle for its directions' names and angles.
#[must_use]
pub fn polar_margins(view: &PolarView, style: &Style) -> Margins {
    let names = directions(view);
    let name = |(_, name): &(f64, Text)| style.width(name, style.bold_names());
    let widest = names.iter().map(name).fold(0.0, f32::max);
    let side = widest + style.tick + 2.0 * style.gap;
    let end = style.tick * 1.25 + style.gap * 1.6 + style.font * 1.2;
    Margins {
        left: side,
        right: side,
        top: end,
        bottom: end,
    }
}

/// Draws the view on its own.
#[must_use]
pub fn polar(size: Point, view: &PolarView, style: &Style) -> (Scene, PolarLayout) {
    let mut scene = Scene {
        size,
        items: Vec::new(),
    };
    let Margins {
        left,
        right,
        top,
        bottom,
    } = polar_margins(view, style);
    let plot = Rect {
        x: left,
        y: top,
        width: (size[0] - left - right).max(20.0),
        height: (size[1] - top - bottom).max(20.0),
    };
    let layout = polar_into(&mut scene, plot, view, style);
    if let Some(corner) = view.legend {
        let entries = view.entries(style);
        let [width, height] = legend_size(&entries, style);
        let at = corner.within(
            Rect {
                x: 0.0,
                y: 0.0,
                width: size[0],
                height: size[1],
            },
            [width, height],
        );
        draw_legend(&mut scene, at, &entries, style);
    }
    (scene, layout)
}

/// Draws the view with its circle in the middle of `plot`; its names stand around.
pub fn polar_into(scene: &mut Scene, plot: Rect, view: &PolarView, style: &Style) -> PolarLayout {
    let layout = PolarLayout::new(plot, view);
    let radial = radial_ticks(&layout, view.signed, style);
    grid(scene, &layout, view, style, &radial);
    if let Some(band) = &view.behind {
        scene.items.push(Item::Area {
            lower: layout.path(&band.low),
            upper: layout.path(&band.high),
            color: band.color.alpha(style.fill),
        });
    }
    faint_curves(scene, &layout, view, style);
    for curve in &view.curves {
        draw_curve(scene, &layout, curve, style);
    }
    ring(scene, &layout, plot, view, style);
    resolution(scene, &layout, view, style);
    radial_labels(scene, &layout, view, style, &radial);
    around(scene, &layout, view, style);
    layout
}

/// The value at the outer circle: the round one just above the largest, if
/// there is one, else a little more than the largest.
#[must_use]
pub fn outermost(largest: f64) -> f64 {
    let most = largest * 1.08;
    let top = ticks(0.0, most, 4).last().copied().unwrap_or(most);
    if top >= largest { top } else { most }
}

fn radial_ticks(layout: &PolarLayout, signed: bool, style: &Style) -> Vec<f64> {
    let wanted = |most: f32| ((most * style.density).round() as usize).max(1);
    if signed {
        ticks(layout.least, layout.most, wanted(5.0))
    } else {
        ticks(0.0, layout.most, wanted(4.0))
    }
}

fn grid(scene: &mut Scene, layout: &PolarLayout, view: &PolarView, style: &Style, radial: &[f64]) {
    let centre = layout.centre;
    for &tick in radial {
        let radius = layout.distance(tick);
        let is_zero = view.signed && tick == 0.0;
        if radius <= 1.0 || radius >= layout.radius - 1.0 {
            continue;
        }
        let stroke = if is_zero {
            Some(Stroke::solid(style.hair * 1.5, style.palette.secondary))
        } else {
            style.grid_line()
        };
        if let Some(stroke) = stroke {
            scene.items.push(Item::Circle {
                centre,
                radius,
                stroke,
            });
        }
    }
    if let Some(stroke) = style.grid_line() {
        for eighths in 0..8 {
            let angle = f64::from(eighths) * FRAC_PI_4;
            scene.line(vec![centre, layout.ray(angle, layout.radius)], stroke);
        }
    }
    let rim = if style.bold_names() {
        Stroke::solid(style.hair * 1.2, style.palette.grid)
    } else {
        style.hairline(style.palette.border)
    };
    scene.items.push(Item::Circle {
        centre,
        radius: layout.radius,
        stroke: rim,
    });
}

fn faint_curves(scene: &mut Scene, layout: &PolarLayout, view: &PolarView, style: &Style) {
    let stroke = faint_stroke(view.faint.len(), style);
    for values in &view.faint {
        let mut points = layout.path(values);
        points.pop();
        scene.items.push(Item::Line {
            points,
            closed: true,
            stroke,
        });
    }
}

/// The line of curves that are only hinted at, the fainter the more there are.
pub(super) fn faint_stroke(curves: usize, style: &Style) -> Stroke {
    let opacity = (3.2 / (curves.max(1) as f32).sqrt()).clamp(0.16, 0.8);
    let ink = style.palette.faint.alpha((opacity * 255.0) as u8);
    Stroke::solid(style.grid.unwrap_or(style.hair).min(style.hair), ink)
}

fn draw_curve(scene: &mut Scene, layout: &PolarLayout, curve: &PolarCurve, style: &Style) {
    let Some(intervals) = curve.fractions.len().checked_sub(1).filter(|&n| n > 0) else {
        return;
    };
    let outline = layout.path(&curve.fractions);
    let (inner, outer) = match &curve.fill {
        PolarFill::None => (None, None),
        PolarFill::Within => {
            let zeros = vec![0.0; outline.len()];
            (Some(layout.path(&zeros)), Some(outline.clone()))
        }
        PolarFill::From(low) => (Some(layout.path(low)), Some(outline.clone())),
        PolarFill::Band { low, high, .. } => (Some(layout.path(low)), Some(layout.path(high))),
    };
    if let (Some(lower), Some(upper)) = (inner, outer) {
        let opacity = match curve.fill {
            // Bands lie beside each other, not over each other.
            PolarFill::From(_) => style.fill.saturating_mul(2),
            _ => style.fill,
        };
        scene.items.push(Item::Area {
            lower,
            upper,
            color: curve.color.alpha(opacity),
        });
    }
    if intervals < FEW_ANGLES {
        // So few directions make no outline: each is a dot.
        for &centre in &outline[..intervals] {
            scene.items.push(Item::Circle {
                centre,
                radius: style.line * 1.25,
                stroke: Stroke::solid(style.line * 1.25, curve.color),
            });
        }
    }
    let width = match curve.fill {
        PolarFill::None => style.line * 0.8,
        PolarFill::From(_) => style.line * 0.5,
        _ => style.line,
    };
    scene.items.push(Item::Line {
        points: outline[..intervals].to_vec(),
        closed: true,
        stroke: Stroke {
            width,
            color: curve.color,
            dash: curve.dash.map(|dash| dash.map(|length| length * width)),
        },
    });
}

fn ring(scene: &mut Scene, layout: &PolarLayout, plot: Rect, view: &PolarView, style: &Style) {
    let Some(ring) = view.ring.filter(|&ring| ring > 0.0) else {
        return;
    };
    let ink = style.palette.secondary;
    if ring > layout.most {
        let text = "isotropic ring off the scale";
        let below = if style.bold_names() {
            plot.y + plot.height + 2.0 * style.small
        } else {
            layout.centre[1] + layout.radius + style.small
        };
        let at = [layout.centre[0] + layout.radius, below];
        scene.text(at, text, style.small, Align::End, ink);
        return;
    }
    let radius = layout.distance(ring);
    if radius < 2.0 {
        return;
    }
    let points = (0..=180)
        .map(|k| layout.ray(f64::from(k) * TAU / 180.0, radius))
        .collect();
    let dash = 2.0 * style.line;
    let stroke = Stroke {
        width: style.line * 0.6,
        color: ink.alpha(190),
        dash: Some([dash, dash]),
    };
    scene.line(points, stroke);
}

/// An arc as wide as the lobe of a cluster without a width, with its ends marked.
fn resolution(scene: &mut Scene, layout: &PolarLayout, view: &PolarView, style: &Style) {
    let Some([middle, half]) = view.resolution else {
        return;
    };
    let half = half.min(PI);
    let distance = layout.radius - style.line * 2.5;
    let stroke = Stroke::solid(style.line * 0.8, style.palette.text);
    let steps = 90;
    let turn = |k: i32| middle + half * f64::from(k) / f64::from(steps);
    let points = (-steps..=steps).map(|k| layout.ray(turn(k), distance));
    scene.line(points.collect(), stroke);
    if half >= PI {
        return;
    }
    let tick = style.line * 2.0;
    for end in [middle - half, middle + half] {
        let points = [distance - tick, distance + tick].map(|d| layout.ray(end, d));
        scene.line(points.to_vec(), stroke);
    }
}

/// Values along the ray, of those between the axes, that the curves leave free,
/// each just within its circle.
fn radial_labels(
    scene: &mut Scene,
    layout: &PolarLayout,
    view: &PolarView,
    style: &Style,
    radial: &[f64],
) {
    let step = radial.get(1).map_or(0.0, |second| second - radial[0]);
    let ray = freest_ray(view);
    let is_dark = view.largest() == 0.0;
    let mut last = f32::INFINITY;
    // From the outside in, as long as they keep apart.
    for &tick in radial.iter().rev() {
        let distance = layout.distance(tick);
        if distance < style.small * 1.3 || last - distance < style.small * 1.9 || is_dark {
            continue;
        }
        last = distance;
        let text = format!("{}%", percent(tick, step));
        let at = layout.ray(ray, distance - style.small * 0.62);
        scene.text(
            at,
            text,
            style.small,
            Align::Middle,
            style.palette.secondary,
        );
    }
}

fn freest_ray(view: &PolarView) -> f64 {
    let height = |angle: f64| -> f64 {
        let near = view.curves.iter().map(|curve| {
            let n = curve.fractions.len().saturating_sub(1).max(1);
            let at = |turn: f64| {
                let k = ((angle + turn).rem_euclid(TAU) / TAU * n as f64).round() as usize % n;
                curve.fractions.get(k).map_or(0.0, |f| f.abs())
            };
            [-0.2, -0.1, 0.0, 0.1, 0.2]
                .into_iter()
                .map(at)
                .fold(0.0, f64::max)
        });
        near.fold(0.0, f64::max)
    };
    // Beside the diagonals, where the angles are written.
    let rays = [3.5, 0.5, 1.5, 2.5, 4.5, 5.5, 6.5, 7.5].map(|e| e * FRAC_PI_4);
    let mut best = (rays[0], height(rays[0]));
    for ray in rays {
        let height = height(ray);
        if height < best.1 {
            best = (ray, height);
        }
    }
    best.0
}

/// The privileged directions by name, at their true angles: those of `b_j` only
/// where all curves have it at the same.
fn directions(view: &PolarView) -> Vec<(f64, Text)> {
    let [b_i, b_j] = &view.names;
    let named = |sign: &str, name: &Text| Text::from(sign).joined(name);
    let mut directions = vec![(0.0, named("+", b_i)), (PI, named("−", b_i))];
    if let Some(alpha) = view.alpha_rad {
        directions.push((alpha, named("+", b_j)));
        directions.push((PI + alpha, named("−", b_j)));
    }
    directions
}

/// The directions, and the angular axis where they leave room.
fn around(scene: &mut Scene, layout: &PolarLayout, view: &PolarView, style: &Style) {
    let named = directions(view);
    let on_grid = |angle: f64| {
        let eighths = angle / FRAC_PI_4;
        (eighths - eighths.round()).abs() < 1e-6
    };
    let half_tick = style.tick * 1.25;
    for (angle, name) in &named {
        if !on_grid(*angle) {
            let stroke = Stroke {
                width: style.hair,
                color: style.palette.secondary,
                dash: Some([5.0, 3.0]),
            };
            scene.line(
                vec![layout.centre, layout.ray(*angle, layout.radius)],
                stroke,
            );
        }
        let tip = [
            layout.ray(*angle, layout.radius - half_tick),
            layout.ray(*angle, layout.radius + half_tick),
        ];
        scene.line(
            tip.to_vec(),
            Stroke::solid(style.hair * 2.0, style.palette.text),
        );
        let (at, align) = outside(layout, *angle, half_tick + style.gap * 1.6, style.font);
        scene.items.push(Item::Text {
            at,
            text: name.clone(),
            size: style.font,
            align,
            bold: style.bold_names(),
            upwards: false,
            color: style.palette.text,
        });
    }
    for eighths in 0..8u32 {
        let angle = f64::from(eighths) * FRAC_PI_4;
        let distance = |other: f64| {
            let turn = (angle - other).rem_euclid(TAU);
            turn.min(TAU - turn)
        };
        let few = style.density < 1.0;
        let beside = |other: f64| distance(other) as f32 * layout.radius < 1.9 * style.font;
        if few || named.iter().any(|(other, _)| beside(*other)) {
            continue;
        }
        let (at, align) = outside(layout, angle, style.gap * 2.0, style.small);
        scene.text(
            at,
            style.unit.tick(eighths),
            style.small,
            align,
            style.palette.secondary,
        );
    }
}

/// Where a label beyond the circle stands.
fn outside(layout: &PolarLayout, angle_rad: f64, gap: f32, size: f32) -> (Point, Align) {
    let [x, y] = layout.ray(angle_rad, layout.radius + gap);
    let (sin, cos) = angle_rad.sin_cos();
    let align = if cos > 0.3 {
        Align::Start
    } else if cos < -0.3 {
        Align::End
    } else {
        Align::Middle
    };
    ([x, y - 0.46 * size * sin as f32], align)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::{AngleUnit, Palette};

    fn drawn(view: &PolarView) -> (Scene, PolarLayout) {
        let style = Style::screen(Palette::DARK, AngleUnit::Degrees);
        polar([400.0, 400.0], view, &style)
    }

    fn view(fractions: Vec<f64>, ring: Option<f64>, signed: bool) -> PolarView {
        PolarView {
            behind: None,
            faint: Vec::new(),
            faint_name: Text::default(),
            curves: vec![PolarCurve {
                name: "b0 ∧ b1".into(),
                fractions,
                color: Palette::DARK.accent,
                dash: None,
                fill: PolarFill::Within,
            }],
            names: ["0", "1"].map(|k| Text::default().then_vector(k)),
            alpha_rad: Some(PI / 2.0),
            ring,
            signed,
            resolution: None,
            most: None,
            legend: None,
        }
    }

    fn texts(scene: &Scene) -> Vec<String> {
        scene
            .items
            .iter()
            .filter_map(|item| match item {
                Item::Text { text, .. } => Some(text.plain()),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn the_axes_are_named_and_the_scale_is_in_percent() {
        let (scene, _) = drawn(&view(vec![0.08, 0.02, 0.0, 0.02, 0.08], None, false));
        let texts = texts(&scene);
        for expected in ["+b0", "+b1", "−b0", "−b1", "45°", "2%", "8%"] {
            assert!(
                texts.iter().any(|text| text == expected),
                "{expected} is not in {texts:?}"
            );
        }
        assert!(
            !texts.contains(&"90°".to_owned()),
            "an angle is written over a direction"
        );
    }

    #[test]
    fn angles_are_read_counter_clockwise_from_the_right() {
        let (_, layout) = drawn(&view(vec![0.5; 5], None, false));
        for degrees in [1.0f64, 90.0, 181.0, 300.0] {
            let angle = layout.angle_at(layout.ray(degrees.to_radians(), 50.0));
            assert!((angle.unwrap_or(0.0).to_degrees() - degrees).abs() < 0.01);
        }
        assert!(layout.at(PI / 2.0, 0.5)[1] < layout.centre[1]);
        assert_eq!(layout.angle_at([0.0, 0.0]), None);
    }

    #[test]
    fn a_ring_far_outside_is_said_not_drawn() {
        let (scene, layout) = drawn(&view(vec![0.001; 5], Some(0.2), false));
        assert!(layout.most < 0.01);
        assert!(texts(&scene).contains(&"isotropic ring off the scale".to_owned()));
        let (_, layout) = drawn(&view(vec![0.001; 5], Some(0.002), false));
        assert!(layout.most >= 0.002);
    }

    #[test]
    fn signed_curves_have_zero_halfway() {
        let (_, layout) = drawn(&view(vec![0.2, -0.2, 0.2], None, true));
        assert!((layout.distance(0.0) - layout.radius / 2.0).abs() < 1e-3);
    }

    #[test]
    fn the_outer_circle_is_round_where_it_can_be() {
        assert!((outermost(0.148_3) - 0.15).abs() < 1e-12);
        assert!((outermost(0.1) - 0.1).abs() < 1e-12);
        assert!((outermost(0.082_9) - 0.082_9 * 1.08).abs() < 1e-12);
    }
}
