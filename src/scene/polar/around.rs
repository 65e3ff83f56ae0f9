//! What is written around the circle: the privileged directions and the angles.

use std::f64::consts::{FRAC_PI_4, PI, TAU};

use super::super::{Align, Item, Point, Scene, Stroke, Style, Text};
use super::{PolarLayout, PolarView};

/// The privileged directions by name, at their true angles: those of `b_j` only
/// where all curves have it at the same.
pub(super) fn directions(view: &PolarView) -> Vec<(f64, Text)> {
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
pub(super) fn around(scene: &mut Scene, layout: &PolarLayout, view: &PolarView, style: &Style) {
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
