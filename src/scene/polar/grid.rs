//! Circles of equal value with their numbers, and rays.

use std::f64::consts::{FRAC_PI_4, TAU};

use super::super::{Align, Item, Scene, Stroke, Style, percent, ticks};
use super::{PolarLayout, PolarView};

pub(super) fn radial_ticks(layout: &PolarLayout, signed: bool, style: &Style) -> Vec<f64> {
    let wanted = |most: f32| ((most * style.density).round() as usize).max(1);
    if signed {
        ticks(layout.least, layout.most, wanted(5.0))
    } else {
        ticks(0.0, layout.most, wanted(4.0))
    }
}

pub(super) fn grid(
    scene: &mut Scene,
    layout: &PolarLayout,
    view: &PolarView,
    style: &Style,
    radial: &[f64],
) {
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

/// Values along the ray, of those between the axes, that the curves leave free,
/// each just within its circle.
pub(super) fn radial_labels(
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
