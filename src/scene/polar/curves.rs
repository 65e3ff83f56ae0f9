//! The curves, and what they are held against: the isotropic ring, the expected
//! resolution.

use std::f64::consts::{PI, TAU};

use super::super::{Align, Item, Medium, Point, Rect, Scene, Stroke, Style};
use super::{PolarCurve, PolarFill, PolarLayout, PolarView, RING_OFF};

/// Curves of fewer directions show each as a dot.
const FEW_ANGLES: usize = 13;

pub(super) fn faint_curves(
    scene: &mut Scene,
    layout: &PolarLayout,
    view: &PolarView,
    style: &Style,
) {
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
pub(in crate::scene) fn faint_stroke(curves: usize, style: &Style) -> Stroke {
    let opacity = (3.2 / (curves.max(1) as f32).sqrt()).clamp(0.16, 0.8);
    let ink = style.palette.faint.alpha((opacity * 255.0) as u8);
    Stroke::solid(style.grid.unwrap_or(style.hair).min(style.hair), ink)
}

pub(super) fn draw_curve(
    scene: &mut Scene,
    layout: &PolarLayout,
    curve: &PolarCurve,
    style: &Style,
) {
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
            PolarFill::From(_) => style.band_fill(),
            _ => style.fill,
        };
        scene.items.push(Item::Area {
            lower,
            upper,
            color: curve.color.alpha(opacity),
        });
    }
    let is_there = |k: usize| match &curve.fill {
        // Where a band has no width, what is seen is the one beneath it.
        PolarFill::From(low) => low.get(k) != Some(&curve.fractions[k]),
        _ => true,
    };
    if intervals < FEW_ANGLES {
        // So few directions make no outline: each is a dot.
        for (_, &centre) in (0..intervals).zip(&outline).filter(|(k, _)| is_there(*k)) {
            scene.items.push(Item::Disc {
                centre,
                radius: style.line * 1.875,
                color: curve.color,
            });
        }
    }
    let width = match curve.fill {
        PolarFill::None => style.line * 0.8,
        PolarFill::From(_) => style.line * 0.5,
        _ => style.line,
    };
    let stroke = Stroke {
        width,
        color: curve.color,
        dash: curve.dash.map(|dash| dash.map(|length| length * width)),
    };
    if (0..intervals).all(is_there) {
        scene.items.push(Item::Line {
            points: outline[..intervals].to_vec(),
            closed: true,
            stroke,
        });
        return;
    }
    for points in pieces(&outline[..intervals], is_there) {
        scene.line(points, stroke);
    }
}

/// The pieces of a closed outline that are there, each with the points next to it, so that
/// it begins and ends on the edge beneath.
fn pieces(outline: &[Point], is_there: impl Fn(usize) -> bool) -> Vec<Vec<Point>> {
    let n = outline.len();
    let Some(gap) = (0..n).find(|&k| !is_there(k)) else {
        return Vec::new();
    };
    let mut pieces: Vec<Vec<Point>> = Vec::new();
    let (mut open, mut last) = (false, 0);
    for step in 1..=n {
        let (before, k) = ((gap + step - 1) % n, (gap + step) % n);
        if open {
            pieces[last].push(outline[k]);
        } else if is_there(k) {
            last = pieces.len();
            pieces.push(vec![outline[before], outline[k]]);
        }
        open = is_there(k);
    }
    pieces
}

pub(super) fn ring(
    scene: &mut Scene,
    layout: &PolarLayout,
    plot: Rect,
    view: &PolarView,
    style: &Style,
) {
    let Some(ring) = view.ring.filter(|&ring| ring > 0.0) else {
        return;
    };
    let ink = style.palette.secondary;
    if ring > layout.most {
        // On a page it is said below the circle.
        if style.medium == Medium::Screen {
            let below = plot.y + plot.height + 2.0 * style.small;
            let at = [layout.centre[0] + layout.radius, below];
            scene.text(at, RING_OFF, style.small, Align::End, ink);
        }
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
pub(super) fn resolution(scene: &mut Scene, layout: &PolarLayout, view: &PolarView, style: &Style) {
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
