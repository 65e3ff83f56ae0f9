//! Values as colours, and the colour bar that says so.

use std::sync::Arc;

use super::heatmap::{apart, bar_name, bar_ticks, draw_bar};
use super::{ColorMap, ColorScale, Medium, Raster, Rect, Scene, Style, ticks};
use crate::words::thousands;

/// Most decades of a logarithmic bar below its upper end: the tails of a Gaussian kernel,
/// which say nothing, are below them.
const DECADES: f64 = 4.0;

/// How values become colours: from 0, or from as far below it where they are signed, to
/// the largest; logarithmically from the smallest positive value on, at most so many
/// decades, and what is below is at the bottom.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tint {
    /// Colours.
    pub map: ColorMap,
    /// Scale of the colours.
    pub scale: ColorScale,
    /// Whether values are on both sides of 0.
    pub signed: bool,
    /// The value at the upper end.
    pub most: f64,
    /// The smallest value that a logarithm tells from 0.
    pub least: f64,
}

impl Tint {
    /// For values up to `most`, the smallest positive of which is `least`.
    #[must_use]
    pub fn new(map: ColorMap, scale: ColorScale, signed: bool, [least, most]: [f64; 2]) -> Self {
        // A decade where there is one value only.
        let least = least.min(most / 10.0).max(most / 10f64.powf(DECADES));
        Self {
            map,
            scale,
            signed,
            most,
            least,
        }
    }

    /// With every decade down to the smallest value, where each of them means something.
    #[must_use]
    pub fn with_all_decades(self, least: f64) -> Self {
        Self {
            least: least.min(self.most / 10.0),
            ..self
        }
    }

    /// Place of a value on the bar, 0 at its lower end and 1 at its upper.
    #[must_use]
    pub fn place(&self, value: f64) -> f64 {
        if self.most <= 0.0 {
            return if self.signed { 0.5 } else { 0.0 };
        }
        let size = (value.abs() / self.most).min(1.0);
        let place = match self.scale {
            ColorScale::Linear => size,
            ColorScale::Sqrt => size.sqrt(),
            ColorScale::Log => {
                let decades = (self.most / self.least).ln();
                // The smallest is told from nothing.
                let above = 1.0 + (value.abs() / self.least).ln() / decades * 24.0;
                if value.abs() < self.least {
                    0.0
                } else {
                    (above / 25.0).min(1.0)
                }
            }
        };
        let place = place.copysign(value);
        if self.signed {
            f64::midpoint(place, 1.0)
        } else {
            place.max(0.0)
        }
    }

    /// The pixels of values, row after row; transparent where one is NaN.
    #[must_use]
    pub fn raster(&self, width: usize, values: impl Iterator<Item = f64>) -> Raster {
        let table = self.map.table(self.signed);
        let last = (table.len() - 1) as f64;
        let pixel = |value: f64| {
            if value.is_nan() {
                return [0; 4];
            }
            table[(self.place(value) * last).round() as usize]
        };
        let rgba: Vec<[u8; 4]> = values.map(pixel).collect();
        Raster {
            width,
            height: rgba.len() / width.max(1),
            rgba,
        }
    }

    /// The bar's pixels, from high to low.
    #[must_use]
    pub fn bar(&self) -> Raster {
        super::bar(self.map, self.signed)
    }

    /// Round values with their places, those that keep apart; `unit` is what one of the
    /// numbers on the bar is: 0.01 for percent.
    fn marks(&self, unit: f64, height: f32, style: &Style) -> Vec<(f64, String)> {
        let most = self.most / unit;
        let low = if self.signed { -most } else { 0.0 };
        let marks: Vec<(f64, String)> = if self.scale == ColorScale::Log {
            let top = most.log10().floor() as i32;
            let bottom = (self.least / unit).log10().ceil() as i32;
            let powers = (bottom..=top).rev().flat_map(|power| {
                let value = 10f64.powi(power);
                let below = self
                    .signed
                    .then(|| (-value, format!("−{}", power_of_ten(power))));
                std::iter::once((value, power_of_ten(power))).chain(below)
            });
            std::iter::once((0.0, "0".to_owned()))
                .chain(powers)
                .collect()
        } else {
            bar_ticks(low, most, self.scale, height, style)
                .into_iter()
                .map(|(value, step)| (value, number(value, step)))
                .collect()
        };
        let marks = marks
            .into_iter()
            .map(|(value, text)| (self.place(value * unit), text));
        apart(marks, height, style)
    }
}

/// A colour bar beside a plot.
#[derive(Clone, Debug, PartialEq)]
pub struct TintBar {
    /// The colours.
    pub tint: Tint,
    /// What one of the numbers on the bar is: 0.01 for percent.
    pub unit: f64,
    /// Quantity and unit; the scale is added where it is not linear.
    pub name: String,
}

impl TintBar {
    fn full_name(&self) -> String {
        match self.tint.scale {
            ColorScale::Linear => self.name.clone(),
            scale => format!("{} ({} scale)", self.name, scale.name()),
        }
    }

    /// Room that it needs to the right of a plot of that height.
    #[must_use]
    pub fn width(&self, height: f32, style: &Style) -> f32 {
        let marks = self.tint.marks(self.unit, height, style);
        let texts = marks.iter().map(|(_, text)| text.as_str());
        let numbers = widest(texts, style);
        style.font * 1.9 + style.tick + 2.0 * style.gap + numbers + style.small * 1.2
    }

    /// Draws it to the right of a plot.
    pub(super) fn draw(&self, scene: &mut Scene, plot: Rect, style: &Style) {
        let rect = Rect {
            x: plot.x + plot.width + style.font,
            width: style.font * 0.9,
            ..plot
        };
        let marks = self.tint.marks(self.unit, rect.height, style);
        draw_bar(scene, rect, &Arc::new(self.tint.bar()), &marks, style);
        let x = plot.x + plot.width + self.width(plot.height, style) - style.small * 0.6;
        bar_name(scene, rect, x, self.full_name(), style);
    }
}

/// Room for the widest of some numbers. Letters of the screen are wider than those of a
/// page, with which text is measured.
pub(super) fn widest<'a>(texts: impl Iterator<Item = &'a str>, style: &Style) -> f32 {
    let slack = match style.medium {
        Medium::Screen => 1.2,
        Medium::Page => 1.0,
    };
    let widths = texts.map(|text| style.small_width(text) * slack);
    widths.fold(0.0, f32::max)
}

/// A power of ten as it is written on an axis.
fn power_of_ten(power: i32) -> String {
    match power {
        -3..=2 => format!("{}", 10f64.powi(power)),
        3..=4 => thousands(10u64.pow(power as u32)),
        _ => {
            let raised = |c: char| match c {
                '-' => '⁻',
                '1' => '¹',
                '2' => '²',
                '3' => '³',
                digit => char::from_u32(0x2070 + digit.to_digit(10).unwrap_or(0)).unwrap_or(digit),
            };
            let digits: String = power.to_string().chars().map(raised).collect();
            format!("10{digits}")
        }
    }
}

/// A number of an axis whose ticks are `step` apart.
pub(super) fn number(value: f64, step: f64) -> String {
    let size = value.abs().max(step.abs());
    let text = if value == 0.0 {
        "0".to_owned()
    } else if !(1e-4..1e7).contains(&size) {
        let text = format!("{value:.2e}");
        // 1.00e6 is 1e6.
        text.replace(".00e", "e").replace("0e", "e")
    } else {
        let digits = (0..9).find(|&digits| {
            let scaled = step.abs() * 10f64.powi(digits);
            (scaled - scaled.round()).abs() < 1e-6 * scaled
        });
        match digits.unwrap_or(4) {
            0 if value.abs() >= 1000.0 => {
                let sign = if value < 0.0 { "-" } else { "" };
                format!("{sign}{}", thousands(value.abs() as u64))
            }
            digits => format!("{value:.*}", digits as usize),
        }
    };
    text.replace('-', "−")
}

/// Round values of an axis from `low` to `high`, each with its text.
pub(super) fn marks(low: f64, high: f64, wanted: usize) -> Vec<(f64, String)> {
    let marks = ticks(low, high, wanted);
    let step = marks.get(1).map_or(high - low, |second| second - marks[0]);
    marks
        .into_iter()
        .map(|mark| (mark, number(mark, step)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scale_keeps_the_order_of_values() {
        for scale in ColorScale::ALL {
            for signed in [false, true] {
                let tint = Tint::new(ColorMap::Magenta, scale, signed, [0.02, 40.0]);
                let low = if signed { -40.0 } else { 0.0 };
                let values = (0..=400).map(|k| low + (40.0 - low) * f64::from(k) / 400.0);
                let places: Vec<f64> = values.map(|value| tint.place(value)).collect();
                assert!(places.is_sorted(), "{scale:?}");
                assert!(places[0] == 0.0 && (places[400] - 1.0).abs() < 1e-12);
            }
        }
        let log = Tint::new(ColorMap::Magenta, ColorScale::Log, false, [0.02, 40.0]);
        assert!(log.place(0.02) > 0.03 && log.place(0.0199) == 0.0);
        let all = log.with_all_decades(1e-12);
        assert!(log.place(1e-10) == 0.0 && all.place(1e-10) > 0.04);
        let dark = Tint::new(ColorMap::Magenta, ColorScale::Log, false, [0.0, 0.0]);
        assert_eq!(dark.place(0.0), 0.0);
    }

    #[test]
    fn what_is_undefined_is_transparent() {
        let tint = Tint::new(ColorMap::Magenta, ColorScale::Linear, false, [1.0, 2.0]);
        let raster = tint.raster(2, [f64::NAN, 0.0, 1.0, 2.0].into_iter());
        assert_eq!((raster.width, raster.height), (2, 2));
        assert_eq!(raster.rgba[0], [0; 4]);
        assert_eq!(raster.rgba[1], [0, 0, 0, 255]);
        assert_eq!(raster.rgba[3], [255, 0, 255, 255]);
    }

    #[test]
    fn numbers_have_the_digits_of_their_step() {
        assert_eq!(number(0.0, 0.5), "0");
        assert_eq!(number(-1.5, 0.5), "−1.5");
        assert_eq!(number(2.0, 1.0), "2");
        assert_eq!(number(2e300, 1e300), "2e300");
        assert_eq!(number(2.5e-9, 5e-10), "2.5e−9");
        assert_eq!(power_of_ten(-5), "10⁻⁵");
        assert_eq!(power_of_ten(3), "1,000");
        assert_eq!(number(175_000.0, 25_000.0), "175,000");
        assert_eq!(number(-1_000_000.0, 500_000.0), "−1,000,000");
        assert_eq!(power_of_ten(14), "10¹⁴");
    }
}
