//! Lengths of a page, in the unit in which they were given.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{FigureError, PRESETS, Preset, as_text, named};

named!(
    /// A unit of length.
    Unit, "unit of length", {
        /// Millimetres.
        #[default]
        Mm = "mm",
        /// Inches.
        In = "in",
        /// PostScript points, 72 an inch.
        Pt = "pt",
    }
);

impl Unit {
    /// Its length in millimetres.
    #[must_use]
    pub fn mm(self) -> f64 {
        match self {
            Self::Mm => 1.0,
            Self::In => 25.4,
            Self::Pt => 25.4 / 72.0,
        }
    }
}

/// A length of a page, from 10 mm to 2 m.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Length {
    value: f64,
    unit: Unit,
}

impl Length {
    const LEAST_MM: f64 = 10.0;
    const MOST_MM: f64 = 2000.0;

    /// # Errors
    /// If it is shorter than 10 mm, longer than 2 m, or no number.
    pub fn new(value: f64, unit: Unit) -> Result<Self, FigureError> {
        // Rounding of the unit is no reason to refuse a bound.
        let mm = value * unit.mm();
        if (Self::LEAST_MM - 1e-9..=Self::MOST_MM + 1e-9).contains(&mm) {
            Ok(Self { value, unit })
        } else {
            Err(FigureError(format!(
                "a length of {value}{unit} is out of range: from 10mm to 2000mm"
            )))
        }
    }

    /// The number before the unit.
    #[must_use]
    pub fn value(self) -> f64 {
        self.value
    }

    /// The unit.
    #[must_use]
    pub fn unit(self) -> Unit {
        self.unit
    }

    /// In millimetres.
    #[must_use]
    pub fn mm(self) -> f64 {
        self.value * self.unit.mm()
    }
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.value, self.unit)
    }
}

impl FromStr for Length {
    type Err = FigureError;

    fn from_str(text: &str) -> Result<Self, FigureError> {
        let text = text.trim();
        let split = text.find(|c: char| c.is_ascii_alphabetic());
        let (number, unit) = text.split_at(split.unwrap_or(text.len()));
        let value: Option<f64> = number.trim().parse().ok();
        let unit = unit.parse().ok();
        match (value, unit) {
            (Some(value), Some(unit)) => Self::new(value, unit),
            _ => Err(FigureError(format!(
                "`{text}` is no length: give a number with mm, in or pt (89mm, 3.25in)"
            ))),
        }
    }
}

as_text!(Length);

/// Width of a figure: a venue's, or one's own.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Width {
    /// That of a preset.
    Preset(&'static Preset),
    /// One's own.
    Own(Length),
}

impl Default for Width {
    fn default() -> Self {
        Self::Preset(&PRESETS[0])
    }
}

impl Width {
    /// In millimetres.
    #[must_use]
    pub fn mm(self) -> f64 {
        match self {
            Self::Preset(preset) => preset.width_mm,
            Self::Own(length) => length.mm(),
        }
    }

    /// The preset whose sizes go with it.
    #[must_use]
    pub fn preset(self) -> &'static Preset {
        match self {
            Self::Preset(preset) => preset,
            Self::Own(_) => Preset::of_papers(),
        }
    }
}

impl fmt::Display for Width {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Preset(preset) => f.write_str(preset.name),
            Self::Own(length) => length.fmt(f),
        }
    }
}

impl FromStr for Width {
    type Err = FigureError;

    fn from_str(text: &str) -> Result<Self, FigureError> {
        if let Some(preset) = Preset::named(text.trim()) {
            return Ok(Self::Preset(preset));
        }
        if text.starts_with(|c: char| c.is_ascii_alphabetic()) {
            let names: Vec<&str> = PRESETS.iter().map(|preset| preset.name).collect();
            return Err(FigureError(format!(
                "`{text}` is no width: give a length (89mm, 3.25in) or {}",
                names.join(", ")
            )));
        }
        text.parse().map(Self::Own)
    }
}

as_text!(Width);

/// Height of a figure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Height {
    /// What suits the view, or the preset's.
    #[default]
    Auto,
    /// One's own.
    Own(Length),
    /// By the ratio of width to height.
    Aspect {
        /// Parts of width.
        width: f64,
        /// Parts of height.
        height: f64,
    },
}

impl fmt::Display for Height {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Own(length) => length.fmt(f),
            Self::Aspect { width, height } => write!(f, "{width}:{height}"),
        }
    }
}

impl FromStr for Height {
    type Err = FigureError;

    fn from_str(text: &str) -> Result<Self, FigureError> {
        let text = text.trim();
        if text == "auto" {
            return Ok(Self::Auto);
        }
        let Some((width, height)) = text.split_once(':') else {
            return text.parse().map(Self::Own);
        };
        let part = |text: &str| text.trim().parse().ok().filter(|part: &f64| *part > 0.0);
        match (part(width), part(height)) {
            (Some(width), Some(height)) if (0.05..=20.0).contains(&(width / height)) => {
                Ok(Self::Aspect { width, height })
            }
            _ => Err(FigureError(format!(
                "`{text}` is no ratio of width to height: give one such as 4:3, from 1:20 to 20:1"
            ))),
        }
    }
}

as_text!(Height);
