//! Round numbers for axes.

use std::f64::consts::PI;

/// Multiples of a round step (1, 2, 2.5 or 5 times a power of ten) from the
/// first at or above `low` to the last at or below `high`, about `wanted` of them.
#[must_use]
pub fn ticks(low: f64, high: f64, wanted: usize) -> Vec<f64> {
    let span = high - low;
    if !(span > 0.0 && span.is_finite()) || wanted == 0 {
        return vec![low];
    }
    let step = round_step(span / wanted as f64);
    let first = (low / step - 1e-9).ceil() as i64;
    let last = (high / step + 1e-9).floor() as i64;
    (first..=last).map(|k| k as f64 * step).collect()
}

/// The smallest round number (1, 2, 2.5 or 5 times a power of ten) at or above
/// `least`, up to a slack of a fifth.
fn round_step(least: f64) -> f64 {
    let power = 10.0f64.powf(least.log10().floor());
    [1.0, 2.0, 2.5, 5.0, 10.0]
        .into_iter()
        .map(|m| m * power)
        .find(|&step| step >= least * 0.8)
        .unwrap_or(10.0 * power)
}

/// A fraction as percent, with just the digits that tell ticks `step` apart
/// from each other.
#[must_use]
pub fn percent(fraction: f64, step: f64) -> String {
    let step = (step * 100.0).abs();
    let digits = if step > 0.0 {
        // Enough digits that the step itself is written in full.
        (0..9)
            .find(|&digits| {
                let scaled = step * 10f64.powi(digits);
                (scaled - scaled.round()).abs() < 1e-6 * scaled
            })
            .unwrap_or(9)
    } else {
        0
    };
    let text = format!("{:.*}", digits as usize, fraction * 100.0);
    text.replace('-', "−")
}

/// How angles are written.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum AngleUnit {
    /// 45°.
    #[default]
    Degrees,
    /// π/4.
    Pi,
}

impl AngleUnit {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Pi, Self::Degrees];

    /// Its name as it is typed.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Pi => "pi",
            Self::Degrees => "degrees",
        }
    }

    /// An angle of `eighths` times 45°, as an axis writes it.
    #[must_use]
    pub fn tick(self, eighths: u32) -> String {
        match self {
            Self::Degrees => format!("{}°", eighths * 45),
            Self::Pi => match eighths {
                0 => "0".to_owned(),
                4 => "π".to_owned(),
                k if k % 4 == 0 => format!("{}π", k / 4),
                k if k % 2 == 0 => match k / 2 {
                    1 => "π/2".to_owned(),
                    n => format!("{n}π/2"),
                },
                1 => "π/4".to_owned(),
                k => format!("{k}π/4"),
            },
        }
    }

    /// Any angle, to a tenth of a degree or a thousandth of π.
    #[must_use]
    pub fn write(self, angle_rad: f64) -> String {
        match self {
            Self::Degrees => {
                let text = format!("{:.1}", angle_rad.to_degrees());
                format!("{}°", text.strip_suffix(".0").unwrap_or(&text))
            }
            Self::Pi => {
                let text = format!("{:.3}", angle_rad / PI);
                let text = text.trim_end_matches('0').trim_end_matches('.');
                match text {
                    "0" => "0".to_owned(),
                    "1" => "π".to_owned(),
                    _ => format!("{text}π"),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_within() {
        let check = |high: f64, expected: &[f64]| {
            let ticks = ticks(0.0, high, 4);
            assert_eq!(ticks.len(), expected.len(), "{high}: {ticks:?}");
            for (tick, expected) in ticks.iter().zip(expected) {
                assert!((tick - expected).abs() < 1e-12, "{high}: {ticks:?}");
            }
        };
        check(1.0, &[0.0, 0.2, 0.4, 0.6, 0.8, 1.0]);
        check(1.3, &[0.0, 0.5, 1.0]);
        check(0.093, &[0.0, 0.02, 0.04, 0.06, 0.08]);
        check(8.0, &[0.0, 2.0, 4.0, 6.0, 8.0]);
        assert_eq!(ticks(0.0, 0.0, 4), [0.0]);
    }

    #[test]
    fn percents_have_the_digits_of_their_step() {
        let check = |fraction: f64, step: f64, expected: &str| {
            assert_eq!(percent(fraction, step), expected);
        };
        check(0.04, 0.02, "4");
        check(0.025, 0.025, "2.5");
        check(0.0005, 0.0005, "0.05");
        check(-0.02, 0.02, "−2");
        check(0.0, 0.0, "0");
    }

    #[test]
    fn angles_in_both_units() {
        assert_eq!(AngleUnit::Degrees.tick(3), "135°");
        let pi: Vec<String> = (0..9).map(|k| AngleUnit::Pi.tick(k)).collect();
        assert_eq!(
            pi,
            ["0", "π/4", "π/2", "3π/4", "π", "5π/4", "3π/2", "7π/4", "2π"]
        );
        assert_eq!(AngleUnit::Degrees.write(PI / 3.0), "60°");
        assert_eq!(AngleUnit::Pi.write(PI / 3.0), "0.333π");
        assert_eq!(AngleUnit::Pi.write(PI), "π");
    }
}
