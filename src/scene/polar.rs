//! One plane, or several laid over each other: samples lit, by angle.

use std::f64::consts::{FRAC_PI_4, PI, TAU};

use super::{Align, AngleUnit, Color, Item, Palette, Point, Scene, Stroke, percent, ticks};

/// Room around the circle for labels, in points.
const MARGIN: f32 = 46.0;

/// The ring is left off where it would press the curves into less than this
/// share of the radius; the view says so instead.
const SMALLEST_CURVE: f64 = 0.3;

/// Curves of fewer directions show each as a dot.
const FEW_ANGLES: usize = 13;

/// A curve of the view.
#[derive(Clone, Debug, PartialEq)]
pub struct PolarCurve {
    /// Legend entry.
    pub name: String,
    /// Values at the angles of the closed grid, as fractions.
    pub fractions: Vec<f64>,
    /// Colour of the outline.
    pub color: Color,
    /// Whether the area within is filled.
    pub filled: bool,
}

/// What a polar view shows.
#[derive(Clone, Debug, PartialEq)]
pub struct PolarView {
    /// Curves, the selected one last, on top.
    pub curves: Vec<PolarCurve>,
    /// Names of `b_i` and `b_j`.
    pub names: [String; 2],
    /// Angle of `b_j` in radians.
    pub alpha_rad: f64,
    /// Expected fraction for isotropic data; drawn as a faint ring.
    pub ring: Option<f64>,
    /// Whether values may be negative: zero is then a circle halfway out.
    pub signed: bool,
    /// Unit of the angular axis.
    pub unit: AngleUnit,
    /// Colours.
    pub palette: Palette,
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
    fn new(size: Point, view: &PolarView) -> Self {
        let largest = view
            .curves
            .iter()
            .flat_map(|curve| &curve.fractions)
            .fold(0.0f64, |m, f| m.max(f.abs()));
        let largest = match view.ring {
            Some(ring) if largest >= SMALLEST_CURVE * ring => largest.max(ring),
            _ => largest,
        };
        let most = if largest > 0.0 {
            outermost(largest)
        } else {
            1.0
        };
        Self {
            centre: [size[0] / 2.0, size[1] / 2.0],
            radius: (size[0].min(size[1]) / 2.0 - MARGIN).max(10.0),
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
        let distance = dx.hypot(dy);
        if distance > self.radius + 2.0 || distance < 2.0 {
            return None;
        }
        Some(f64::from(dy).atan2(f64::from(dx)).rem_euclid(TAU))
    }
}

/// Draws the view.
#[must_use]
pub fn polar(size: Point, view: &PolarView) -> (Scene, PolarLayout) {
    let layout = PolarLayout::new(size, view);
    let mut scene = Scene {
        size,
        items: Vec::new(),
    };
    let radial = radial_ticks(&layout, view.signed);
    grid(&mut scene, &layout, view, &radial);
    for curve in &view.curves {
        draw_curve(&mut scene, &layout, curve);
    }
    ring(&mut scene, &layout, view);
    radial_labels(&mut scene, &layout, view, &radial);
    directions(&mut scene, &layout, view);
    if view.curves.len() > 1 {
        legend(&mut scene, view);
    }
    (scene, layout)
}

/// The value at the outer circle: the round one just above the largest, if
/// there is one, else a little more than the largest.
fn outermost(largest: f64) -> f64 {
    let most = largest * 1.08;
    let top = ticks(0.0, most, 4).last().copied().unwrap_or(most);
    if top >= largest { top } else { most }
}

fn radial_ticks(layout: &PolarLayout, signed: bool) -> Vec<f64> {
    if signed {
        ticks(layout.least, layout.most, 5)
    } else {
        ticks(0.0, layout.most, 4)
    }
}

fn grid(scene: &mut Scene, layout: &PolarLayout, view: &PolarView, radial: &[f64]) {
    let stroke = Stroke::solid(1.0, view.palette.grid);
    let centre = layout.centre;
    for &tick in radial {
        let radius = layout.distance(tick);
        if radius > 1.0 && radius < layout.radius - 1.0 {
            let stroke = if view.signed && tick == 0.0 {
                Stroke::solid(1.5, view.palette.secondary)
            } else {
                stroke
            };
            scene.items.push(Item::Circle {
                centre,
                radius,
                stroke,
            });
        }
    }
    scene.items.push(Item::Circle {
        centre,
        radius: layout.radius,
        stroke: Stroke::solid(1.2, view.palette.grid),
    });
    for eighths in 0..8 {
        let angle = f64::from(eighths) * FRAC_PI_4;
        scene.line(vec![centre, layout.ray(angle, layout.radius)], stroke);
    }
}

fn draw_curve(scene: &mut Scene, layout: &PolarLayout, curve: &PolarCurve) {
    let Some(intervals) = curve.fractions.len().checked_sub(1).filter(|&n| n > 0) else {
        return;
    };
    let angle = |k: usize| k as f64 * TAU / intervals as f64;
    let outline: Vec<Point> = curve
        .fractions
        .iter()
        .enumerate()
        .map(|(k, &value)| layout.at(angle(k), value))
        .collect();
    if curve.filled {
        let zero = (0..outline.len()).map(|k| layout.at(angle(k), 0.0));
        scene.items.push(Item::Area {
            lower: zero.collect(),
            upper: outline.clone(),
            color: curve.color.alpha(62),
        });
    }
    if intervals < FEW_ANGLES {
        // So few directions make no outline: each is a dot.
        for &centre in &outline[..intervals] {
            scene.items.push(Item::Circle {
                centre,
                radius: 2.5,
                stroke: Stroke::solid(2.5, curve.color),
            });
        }
    }
    scene.items.push(Item::Line {
        points: outline[..intervals].to_vec(),
        closed: true,
        stroke: Stroke::solid(if curve.filled { 2.0 } else { 1.6 }, curve.color),
    });
}

fn ring(scene: &mut Scene, layout: &PolarLayout, view: &PolarView) {
    let Some(ring) = view.ring.filter(|&ring| ring > 0.0) else {
        return;
    };
    if ring > layout.most {
        let text = "isotropic ring off the scale";
        let at = [layout.centre[0] + layout.radius, scene.size[1] - 10.0];
        scene.text(at, text, 11.0, Align::End, view.palette.secondary);
        return;
    }
    let radius = layout.distance(ring);
    if radius < 2.0 {
        return;
    }
    let points = (0..=180)
        .map(|k| layout.ray(f64::from(k) * TAU / 180.0, radius))
        .collect();
    let stroke = Stroke {
        width: 1.2,
        color: view.palette.secondary.alpha(190),
        dash: Some([4.0, 4.0]),
    };
    scene.line(points, stroke);
}

/// Values along the ray, of those between the axes, that the curves leave free.
fn radial_labels(scene: &mut Scene, layout: &PolarLayout, view: &PolarView, radial: &[f64]) {
    let step = radial.get(1).map_or(0.0, |second| second - radial[0]);
    let ray = freest_ray(view);
    let is_dark = view
        .curves
        .iter()
        .all(|curve| curve.fractions.iter().all(|&f| f == 0.0));
    let mut last = f32::INFINITY;
    // From the outside in, as long as they keep apart.
    for &tick in radial.iter().rev() {
        let distance = layout.distance(tick);
        if distance < 14.0 || last - distance < 24.0 || is_dark {
            continue;
        }
        last = distance;
        let text = format!("{}%", percent(tick, step));
        scene.text(
            layout.ray(ray, distance),
            text,
            11.0,
            Align::Middle,
            view.palette.secondary,
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

/// The four privileged directions by name, at their true angles, and the
/// angular axis where they leave room.
fn directions(scene: &mut Scene, layout: &PolarLayout, view: &PolarView) {
    let [b_i, b_j] = &view.names;
    let named = [
        (0.0, format!("+{b_i}")),
        (view.alpha_rad, format!("+{b_j}")),
        (PI, format!("−{b_i}")),
        (PI + view.alpha_rad, format!("−{b_j}")),
    ];
    let on_grid = |angle: f64| {
        let eighths = angle / FRAC_PI_4;
        (eighths - eighths.round()).abs() < 1e-6
    };
    for (angle, name) in &named {
        if !on_grid(*angle) {
            let stroke = Stroke {
                width: 1.0,
                color: view.palette.secondary,
                dash: Some([5.0, 3.0]),
            };
            scene.line(
                vec![layout.centre, layout.ray(*angle, layout.radius)],
                stroke,
            );
        }
        let tip = [
            layout.ray(*angle, layout.radius - 5.0),
            layout.ray(*angle, layout.radius + 5.0),
        ];
        scene.line(tip.to_vec(), Stroke::solid(2.0, view.palette.text));
        let (at, align) = outside(layout, *angle, 10.0);
        scene.items.push(Item::Text {
            at,
            text: name.clone(),
            size: 13.0,
            align,
            bold: true,
            upwards: false,
            color: view.palette.text,
        });
    }
    for eighths in 0..8u32 {
        let angle = f64::from(eighths) * FRAC_PI_4;
        let distance = |other: f64| {
            let turn = (angle - other).rem_euclid(TAU);
            turn.min(TAU - turn)
        };
        if named.iter().any(|(other, _)| distance(*other) < 0.22) {
            continue;
        }
        let (at, align) = outside(layout, angle, 9.0);
        scene.text(
            at,
            view.unit.tick(eighths),
            11.0,
            align,
            view.palette.secondary,
        );
    }
}

/// Where a label beyond the circle stands.
fn outside(layout: &PolarLayout, angle_rad: f64, gap: f32) -> (Point, Align) {
    let [x, y] = layout.ray(angle_rad, layout.radius + gap);
    let (sin, cos) = angle_rad.sin_cos();
    let align = if cos > 0.3 {
        Align::Start
    } else if cos < -0.3 {
        Align::End
    } else {
        Align::Middle
    };
    ([x, y - 6.0 * sin as f32], align)
}

fn legend(scene: &mut Scene, view: &PolarView) {
    let longest = view
        .curves
        .iter()
        .map(|curve| curve.name.chars().count())
        .max();
    scene.items.push(Item::Fill {
        rect: super::Rect {
            x: 0.0,
            y: 2.0,
            width: 34.0 + 7.5 * longest.unwrap_or(0) as f32,
            height: 18.0 * view.curves.len() as f32 + 2.0,
        },
        color: view.palette.background.alpha(215),
    });
    for (row, curve) in view.curves.iter().rev().enumerate() {
        let y = 12.0 + 18.0 * row as f32;
        let key = vec![[4.0, y], [22.0, y]];
        scene.line(key, Stroke::solid(2.5, curve.color));
        let at = [28.0, y];
        scene.text(at, &*curve.name, 12.0, Align::Start, view.palette.text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(fractions: Vec<f64>, ring: Option<f64>, signed: bool) -> PolarView {
        PolarView {
            curves: vec![PolarCurve {
                name: "b0 ∧ b1".to_owned(),
                fractions,
                color: Palette::DARK.accent,
                filled: true,
            }],
            names: ["b0".to_owned(), "b1".to_owned()],
            alpha_rad: PI / 2.0,
            ring,
            signed,
            unit: AngleUnit::Degrees,
            palette: Palette::DARK,
        }
    }

    fn texts(scene: &Scene) -> Vec<&str> {
        scene
            .items
            .iter()
            .filter_map(|item| match item {
                Item::Text { text, .. } => Some(text.as_str()),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn the_axes_are_named_and_the_scale_is_in_percent() {
        let (scene, _) = polar(
            [400.0, 400.0],
            &view(vec![0.08, 0.02, 0.0, 0.02, 0.08], None, false),
        );
        let texts = texts(&scene);
        for expected in ["+b0", "+b1", "−b0", "−b1", "45°", "2%", "8%"] {
            assert!(texts.contains(&expected), "{expected} is not in {texts:?}");
        }
        assert!(
            !texts.contains(&"90°"),
            "an angle is written over a direction"
        );
    }

    #[test]
    fn angles_are_read_counter_clockwise_from_the_right() {
        let (_, layout) = polar([400.0, 400.0], &view(vec![0.5; 5], None, false));
        for degrees in [1.0f64, 90.0, 181.0, 300.0] {
            let angle = layout.angle_at(layout.ray(degrees.to_radians(), 50.0));
            assert!((angle.unwrap_or(0.0).to_degrees() - degrees).abs() < 0.01);
        }
        assert!(layout.at(PI / 2.0, 0.5)[1] < layout.centre[1]);
        assert_eq!(layout.angle_at([0.0, 0.0]), None);
    }

    #[test]
    fn a_ring_far_outside_is_said_not_drawn() {
        let (scene, layout) = polar([400.0, 400.0], &view(vec![0.001; 5], Some(0.2), false));
        assert!(layout.most < 0.01);
        assert!(texts(&scene).contains(&"isotropic ring off the scale"));
        let (_, layout) = polar([400.0, 400.0], &view(vec![0.001; 5], Some(0.002), false));
        assert!(layout.most >= 0.002);
    }

    #[test]
    fn signed_curves_have_zero_halfway() {
        let (_, layout) = polar([400.0, 400.0], &view(vec![0.2, -0.2, 0.2], None, true));
        assert!((layout.distance(0.0) - layout.radius / 2.0).abs() < 1e-3);
    }

    #[test]
    fn the_outer_circle_is_round_where_it_can_be() {
        assert!((outermost(0.148_3) - 0.15).abs() < 1e-12);
        assert!((outermost(0.1) - 0.1).abs() < 1e-12);
        assert!((outermost(0.082_9) - 0.082_9 * 1.08).abs() < 1e-12);
    }
}
