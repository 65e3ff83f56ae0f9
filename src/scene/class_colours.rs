//! Colours of classes: Okabe and Ito's for the first eight, then each as far from those
//! before it as the eye can tell.

use std::sync::OnceLock;

use super::{Color, okabe_ito};

/// Classes that have colours of their own; further ones take them again.
pub const CLASS_COLORS: usize = 256;

/// Okabe–Ito, with a brown for black: black would vanish on the dark ground, and greys are
/// of what has no class.
const OKABE_ITO: [Color; 8] = [
    okabe_ito::ORANGE,
    okabe_ito::SKY_BLUE,
    okabe_ito::GREEN,
    okabe_ito::VERMILLION,
    okabe_ito::PURPLE,
    okabe_ito::BLUE,
    okabe_ito::YELLOW,
    Color::rgb(150, 95, 60),
];

/// Lightness, in Oklab, that shows on white and on the dark ground.
const LIGHTNESS: std::ops::RangeInclusive<f32> = 0.42..=0.86;

/// What is further from grey than this, in Oklab, has a hue.
const LEAST_CHROMA: f32 = 0.07;

/// The colour of a class by its number: the same however many classes are shown.
#[must_use]
pub fn class_color(class: u32) -> Color {
    static PALETTE: OnceLock<Vec<Color>> = OnceLock::new();
    PALETTE.get_or_init(palette)[class as usize % CLASS_COLORS]
}

/// Okabe–Ito, then of all colours that show the one furthest from those chosen before,
/// again and again (as Glasbey's palettes are made).
fn palette() -> Vec<Color> {
    let steps = (0..=255u8).step_by(15);
    let candidates = steps.clone().flat_map(|r| {
        let steps = steps.clone();
        steps
            .clone()
            .flat_map(move |g| steps.clone().map(move |b| Color::rgb(r, g, b)))
    });
    let shows =
        |&(_, [l, a, b]): &(Color, [f32; 3])| LIGHTNESS.contains(&l) && a.hypot(b) >= LEAST_CHROMA;
    let mut left: Vec<(Color, [f32; 3], f32)> = candidates
        .map(|color| (color, oklab(color)))
        .filter(shows)
        .map(|(color, lab)| (color, lab, f32::INFINITY))
        .collect();
    let mut chosen = Vec::with_capacity(CLASS_COLORS);
    let mut choose = |color: Color, left: &mut Vec<(Color, [f32; 3], f32)>| {
        let lab = oklab(color);
        for (_, other, nearest) in left {
            *nearest = nearest.min(distance(lab, *other));
        }
        chosen.push(color);
    };
    for color in OKABE_ITO {
        choose(color, &mut left);
    }
    for _ in OKABE_ITO.len()..CLASS_COLORS {
        let furthest = left.iter().copied();
        let furthest = furthest.max_by(|a, b| a.2.total_cmp(&b.2));
        choose(
            furthest.map_or(Color::rgb(128, 128, 128), |(color, ..)| color),
            &mut left,
        );
    }
    chosen
}

fn distance(a: [f32; 3], b: [f32; 3]) -> f32 {
    let [l, x, y] = [0, 1, 2].map(|k| a[k] - b[k]);
    (l * l + x * x + y * y).sqrt()
}

/// Lightness and the two opponent axes of Björn Ottosson's Oklab.
fn oklab(Color([r, g, b, _]): Color) -> [f32; 3] {
    let linear = |c: u8| {
        let c = f32::from(c) / 255.0;
        if c <= 0.04045 {
            c / 12.92
        } else {
            ((c + 0.055) / 1.055).powf(2.4)
        }
    };
    let [r, g, b] = [r, g, b].map(linear);
    let l = (0.412_221_46 * r + 0.536_332_55 * g + 0.051_445_995 * b).cbrt();
    let m = (0.211_903_5 * r + 0.680_699_5 * g + 0.107_396_96 * b).cbrt();
    let s = (0.088_302_46 * r + 0.281_718_85 * g + 0.629_978_7 * b).cbrt();
    [
        0.210_454_26 * l + 0.793_617_8 * m - 0.004_072_047 * s,
        1.977_998_5 * l - 2.428_592_2 * m + 0.450_593_7 * s,
        0.025_904_037 * l + 0.782_771_77 * m - 0.808_675_77 * s,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_eight_are_okabe_and_itos_and_all_differ() {
        let colors: Vec<Color> = (0..CLASS_COLORS as u32).map(class_color).collect();
        assert_eq!(colors[..8], OKABE_ITO);
        for (place, &color) in colors.iter().enumerate() {
            for &other in &colors[..place] {
                let apart = distance(oklab(color), oklab(other));
                // The first few dozen are told apart at a glance, all of them beside each other.
                let least = if place < 32 { 0.07 } else { 0.02 };
                assert!(apart > least, "{place}: {color:?} {other:?} {apart}");
            }
        }
        assert_eq!(class_color(CLASS_COLORS as u32 + 3), colors[3]);
    }

    #[test]
    fn lightness_runs_from_black_to_white() {
        assert!(oklab(Color::rgb(0, 0, 0))[0].abs() < 1e-3);
        let [l, a, b] = oklab(Color::rgb(255, 255, 255));
        assert!((l - 1.0).abs() < 1e-3 && a.abs() < 1e-3 && b.abs() < 1e-3);
    }
}
