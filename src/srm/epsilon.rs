//! The resolution scale `ε`: the cosine of the spotlight's half-angle.

use std::fmt;
use std::str::FromStr;

use super::null;

/// One tolerance for everyone: the edge belongs to the cone, so a sample is
/// lit where its cosine with the probe is at least `ε − EDGE`.
pub const EDGE: f64 = 1e-12;

/// The paper's default.
pub const PAPER_EPSILON: f64 = 0.9;

/// A resolution scale, `−1 ≤ ε ≤ 1` (paper, section 2).
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Epsilon(f64);

/// Why a number is no resolution scale.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum EpsilonError {
    /// Not a cosine.
    #[error("epsilon is {0}, but a cosine lies between -1 and 1")]
    OutOfRange(f64),
    /// Not the share of a sphere.
    #[error("the isotropic share is {0}, but it must lie strictly between 0 and 1")]
    ShareOutOfRange(f64),
    /// Not an angle between 0 and 180°.
    #[error("the half-angle is {0}°, but it must lie between 0° and 180°")]
    HalfAngleOutOfRange(f64),
    /// Not understood.
    #[error(
        "`{0}` is no epsilon: give a cosine between -1 and 1 (0.9), `auto`, or `null:SHARE` \
         for the epsilon that lights that share of isotropic data (null:0.01)"
    )]
    NotUnderstood(String),
}

impl Epsilon {
    /// # Errors
    /// If `value` is NaN or outside `[−1, 1]`.
    pub fn new(value: f64) -> Result<Self, EpsilonError> {
        if (-1.0..=1.0).contains(&value) {
            Ok(Self(value))
        } else {
            Err(EpsilonError::OutOfRange(value))
        }
    }

    /// The nearest resolution scale to `value`; NaN becomes the paper's 0.9.
    #[must_use]
    pub fn clamped(value: f64) -> Self {
        if value.is_nan() {
            Self(PAPER_EPSILON)
        } else {
            Self(value.clamp(-1.0, 1.0))
        }
    }

    /// The `ε` of a cone of that half-angle.
    ///
    /// # Errors
    /// If the angle is NaN or outside `[0°, 180°]`.
    pub fn from_half_angle_deg(degrees: f64) -> Result<Self, EpsilonError> {
        if (0.0..=180.0).contains(&degrees) {
            Ok(Self(degrees.to_radians().cos().clamp(-1.0, 1.0)))
        } else {
            Err(EpsilonError::HalfAngleOutOfRange(degrees))
        }
    }

    /// The `ε` whose cone lights that share of isotropic data in `d` dimensions.
    ///
    /// # Errors
    /// If the share does not lie strictly between 0 and 1.
    pub fn from_null_share(share: f64, d: usize) -> Result<Self, EpsilonError> {
        if share > 0.0 && share < 1.0 {
            Ok(Self(null::epsilon_of_share(share, d)))
        } else {
            Err(EpsilonError::ShareOutOfRange(share))
        }
    }

    /// The cosine itself.
    #[must_use]
    pub fn get(self) -> f64 {
        self.0
    }

    /// `ε′ = ε − 1e-12`, the cosine from which on a sample is lit.
    #[must_use]
    pub fn threshold(self) -> f64 {
        self.0 - EDGE
    }

    /// `φ = arccos ε` in degrees.
    #[must_use]
    pub fn half_angle_deg(self) -> f64 {
        self.0.acos().to_degrees()
    }

    /// The share of isotropic data in `d` dimensions that a probe lights.
    #[must_use]
    pub fn null_share(self, d: usize) -> f64 {
        null::share(self.0, d)
    }

    /// Rounded down to three places, as it is shown: never tighter than it is.
    #[must_use]
    pub fn shown(self) -> f64 {
        // 0.7 · 1000 is 700 exactly, 0.29 · 1000 is 290 less an ulp.
        ((self.0 * 1000.0 + 1e-9).floor() / 1000.0).max(-1.0)
    }

    /// The same as text; a cosine near zero has three digits of its own, as a
    /// power of ten where it is tiny.
    #[must_use]
    pub fn shown_text(self) -> String {
        let value = self.0;
        if value == 0.0 || value.abs() >= 0.01 {
            return self.shown().to_string();
        }
        let scientific = format!("{value:.2e}");
        let mut near: f64 = scientific.parse().unwrap_or(value);
        if near > value {
            let place = value.abs().log10().floor() as i32 - 2;
            near = format!("{:.2e}", value - 0.5 * 10f64.powi(place))
                .parse()
                .unwrap_or(value);
        }
        if near.abs() < 1e-4 {
            format!("{near:e}")
        } else {
            near.to_string()
        }
    }
}

impl fmt::Display for Epsilon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The shortest decimal that is the same number, if it is one that a person types: a cosine
/// that was worked out, of a half-angle for instance, has more digits.
fn typed(value: f64) -> Option<String> {
    const MOST_DIGITS: usize = 12;
    let scientific = format!("{value:e}");
    let (digits, _) = scientific.split_once('e')?;
    let digits = digits.chars().filter(char::is_ascii_digit).count();
    let tiny = value != 0.0 && value.abs() < 1e-4;
    let text = if tiny { scientific } else { value.to_string() };
    (digits <= MOST_DIGITS).then_some(text)
}

/// How the resolution scale is chosen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum EpsilonChoice {
    /// The tightest spotlight at which half of the non-zero samples are each
    /// lit in at least one plane, but never above 0.9.
    Auto,
    /// That cosine.
    Value(Epsilon),
    /// The one that lights this share of isotropic data of the layer's width.
    NullShare(f64),
}

impl EpsilonChoice {
    /// The `ε` that it came to, as it is told: a number that was typed as it was, what was
    /// worked out rounded down ([`Epsilon::shown_text`]).
    #[must_use]
    pub fn tells(self, epsilon: Epsilon) -> String {
        let typed = match self {
            Self::Value(given) if given == epsilon => typed(epsilon.get()),
            _ => None,
        };
        typed.unwrap_or_else(|| epsilon.shown_text())
    }
}

impl FromStr for EpsilonChoice {
    type Err = EpsilonError;

    fn from_str(text: &str) -> Result<Self, EpsilonError> {
        let text = text.trim();
        let not_understood = || EpsilonError::NotUnderstood(text.to_owned());
        if text.eq_ignore_ascii_case("auto") {
            return Ok(Self::Auto);
        }
        if let Some(share) = text.strip_prefix("null:") {
            let share: f64 = share.trim().parse().map_err(|_| not_understood())?;
            // Validated here, so that a bad share is a bad argument.
            Epsilon::from_null_share(share, 2)?;
            return Ok(Self::NullShare(share));
        }
        let value: f64 = text.parse().map_err(|_| not_understood())?;
        Epsilon::new(value).map(Self::Value)
    }
}

impl fmt::Display for EpsilonChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Value(epsilon) => epsilon.fmt(f),
            Self::NullShare(share) if *share < 1e-4 => write!(f, "null:{share:e}"),
            Self::NullShare(share) => write!(f, "null:{share}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_cosines_are_resolution_scales() {
        for good in [-1.0, -0.4, 0.0, 0.9, 1.0] {
            assert_eq!(Epsilon::new(good).map(Epsilon::get), Ok(good));
        }
        for bad in [f64::NAN, 1.0 + 1e-9, -1.5, f64::INFINITY] {
            assert!(Epsilon::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn choices_are_read_as_written() {
        let check = |text: &str, expected: Option<EpsilonChoice>| {
            assert_eq!(text.parse().ok(), expected, "{text}");
        };
        check("auto", Some(EpsilonChoice::Auto));
        check("-0.4", Some(EpsilonChoice::Value(Epsilon(-0.4))));
        check("null:0.01", Some(EpsilonChoice::NullShare(0.01)));
        check("null:0", None);
        check("null:1", None);
        check("nan", None);
        check("1.5", None);
        check("wide", None);
        for text in ["auto", "-0.4", "null:0.01", "null:1e-300"] {
            let choice: EpsilonChoice = text.parse().unwrap_or(EpsilonChoice::Auto);
            assert_eq!(choice.to_string(), text);
        }
    }

    #[test]
    fn a_cosine_near_zero_keeps_its_digits() {
        let check = |value: f64, expected: &str| {
            assert_eq!(Epsilon(value).shown_text(), expected, "{value}");
        };
        check(0.0, "0");
        check(0.9, "0.9");
        check(0.345_99, "0.345");
        check(1e-4, "0.0001");
        check(-1e-4, "-0.0001");
        check(0.001_239_9, "0.00123");
        check(-0.001_231, "-0.00124");
        check(1.999_9e-12, "1.99e-12");
    }

    #[test]
    fn a_number_is_told_as_it_was_given() {
        let check = |given: &str, expected: &str| {
            let choice: EpsilonChoice = given.parse().unwrap();
            let EpsilonChoice::Value(epsilon) = choice else {
                panic!("{given}");
            };
            assert_eq!(choice.tells(epsilon), expected);
        };
        check("0.99999", "0.99999");
        check("0.8705", "0.8705");
        check("-0.99999", "-0.99999");
        check(".50", "0.5");
        check("0", "0");
        check("-0.00000012345", "-1.2345e-7");
        check("0.345991234567", "0.345991234567");
        // The cosine of 30°, and what a drag comes to.
        check("0.8660254037844387", "0.866");
        assert_eq!(EpsilonChoice::Auto.tells(Epsilon(0.870_5)), "0.87");
    }

    #[test]
    fn shown_is_rounded_down_and_round_numbers_stay() {
        let check = |value: f64, expected: f64| {
            assert_eq!(Epsilon(value).shown(), expected, "{value}");
        };
        check(0.7, 0.7);
        check(0.29, 0.29);
        check(0.345_99, 0.345);
        check(-0.4, -0.4);
        check(-0.400_1, -0.401);
        check(1.0, 1.0);
    }

    #[test]
    fn half_angle_and_back() {
        let epsilon = Epsilon::from_half_angle_deg(60.0).unwrap_or(Epsilon(0.0));
        assert!((epsilon.get() - 0.5).abs() < 1e-15);
        assert!((epsilon.half_angle_deg() - 60.0).abs() < 1e-12);
        assert!(Epsilon::from_half_angle_deg(181.0).is_err());
    }
}
