//! How a figure is to look: what leaves the program for a paper, a slide or a
//! poster, as it is chosen in the export dialog or typed on the command line.
//!
//! Everything here has a text form, the one that is typed and the one that stands
//! in JSON: `icml-column`, `89mm`, `16:9`, `polar@3:7,heatmap/ensemble`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::scene::{Color, okabe_ito};
use crate::words::thousands;

mod length;
mod panels;
mod preset;

pub use length::{Height, Length, Unit, Width};
pub use panels::{MOST_PANELS, Panel, Panels};
pub use preset::{PRESETS, Preset};

/// A choice that cannot be understood or kept: one sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct FigureError(pub(crate) String);

/// An enum whose values have names: the ones that are typed and stand in JSON.
macro_rules! named {
    ($(#[$doc:meta])* $name:ident, $what:literal, { $($(#[$value_doc:meta])* $value:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(into = "String", try_from = "String")]
        pub enum $name { $($(#[$value_doc])* $value),+ }

        impl $name {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$value),+];

            /// Its name, as it is typed.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$value => $text),+ }
            }
        }

        impl FromStr for $name {
            type Err = FigureError;

            fn from_str(text: &str) -> Result<Self, FigureError> {
                Self::ALL.iter().copied().find(|value| value.name() == text).ok_or_else(|| {
                    let names: Vec<&str> = Self::ALL.iter().map(|value| value.name()).collect();
                    FigureError(format!("`{text}` is no {}: choose {}", $what, names.join(", ")))
                })
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.name())
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.name().to_owned()
            }
        }

        impl TryFrom<String> for $name {
            type Error = FigureError;

            fn try_from(text: String) -> Result<Self, FigureError> {
                text.parse()
            }
        }
    };
}
pub(crate) use named;

/// Text in JSON for a type with `Display` and `FromStr`.
macro_rules! as_text {
    ($name:ident) => {
        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.to_string()
            }
        }

        impl TryFrom<String> for $name {
            type Error = FigureError;

            fn try_from(text: String) -> Result<Self, FigureError> {
                text.parse()
            }
        }
    };
}
pub(crate) use as_text;

named!(
    /// What a figure shows.
    FigureView, "view", {
        /// The curve of the selected plane, and of those pinned beside it.
        #[default]
        Polar = "polar",
        /// Mean ± standard deviation over all planes.
        Ensemble = "ensemble",
        /// Planes × angles.
        Heatmap = "heatmap",
        /// Neurons × neurons.
        Atlas = "atlas",
        /// The selected plane at every resolution scale.
        Scale = "scale",
        /// The samples' projections.
        Pppm = "pppm",
        /// Privileged directions, a bar each.
        Directions = "directions",
        /// Several of these.
        Panel = "panel",
    }
);

impl FigureView {
    /// Whether a panel of it can have a plane of its own: `polar@3:7`.
    #[must_use]
    pub fn has_plane(self) -> bool {
        matches!(self, Self::Polar | Self::Scale | Self::Pppm)
    }
}

named!(
    /// How an ensemble is drawn.
    Axes, "kind of axes", {
        /// Over the angle from 0 to 2π, as in the paper.
        #[default]
        Cartesian = "cartesian",
        /// Around a circle.
        Polar = "polar",
    }
);

named!(
    /// What lies behind a figure, and the colours that go with it.
    Background, "background", {
        /// White.
        #[default]
        Light = "light",
        /// Dark.
        Dark = "dark",
        /// None, for a light page.
        Transparent = "transparent",
        /// None, for a dark page.
        TransparentDark = "transparent-dark",
    }
);

impl Background {
    /// Whether the page that it is made for is dark.
    #[must_use]
    pub fn is_dark(self) -> bool {
        matches!(self, Self::Dark | Self::TransparentDark)
    }

    /// Whether nothing is painted behind the figure.
    #[must_use]
    pub fn is_transparent(self) -> bool {
        matches!(self, Self::Transparent | Self::TransparentDark)
    }
}

named!(
    /// How many ticks an axis has.
    TickDensity, "density of ticks", {
        /// About half as many.
        Few = "few",
        /// As many as have room beside each other.
        #[default]
        Normal = "normal",
        /// About twice as many.
        Many = "many",
    }
);

named!(
    /// Where the legend stands.
    LegendPlace, "place of the legend", {
        /// Where it hides least, if there is more than one curve.
        #[default]
        Auto = "auto",
        /// Nowhere.
        None = "none",
        /// In that corner.
        UpperLeft = "upper-left",
        /// In that corner.
        UpperRight = "upper-right",
        /// In that corner.
        LowerLeft = "lower-left",
        /// In that corner.
        LowerRight = "lower-right",
        /// Below the view.
        Below = "below",
    }
);

named!(
    /// What panels of a figure have in common.
    Share, "way to share", {
        /// Axes of the same kind have the same range, and colours the same scale.
        #[default]
        Axes = "axes",
        /// Nothing: every panel has its own.
        None = "none",
    }
);

/// Colours of several curves: of planes laid over each other, and of classes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum SeriesColors {
    /// Okabe and Ito's, safe for colour-vision deficiencies.
    #[default]
    OkabeIto,
    /// Paul Tol's bright scheme, likewise.
    TolBright,
    /// Paul Tol's muted scheme, likewise.
    TolMuted,
    /// Those, in turn.
    Own(Vec<Color>),
}

const TOL_BRIGHT: [Color; 7] = [
    Color::rgb(0x44, 0x77, 0xaa),
    Color::rgb(0xee, 0x66, 0x77),
    Color::rgb(0x22, 0x88, 0x33),
    Color::rgb(0xcc, 0xbb, 0x44),
    Color::rgb(0x66, 0xcc, 0xee),
    Color::rgb(0xaa, 0x33, 0x77),
    Color::rgb(0xbb, 0xbb, 0xbb),
];

const TOL_MUTED: [Color; 9] = [
    Color::rgb(0x33, 0x22, 0x88),
    Color::rgb(0xcc, 0x66, 0x77),
    Color::rgb(0x11, 0x77, 0x33),
    Color::rgb(0xdd, 0xcc, 0x77),
    Color::rgb(0x88, 0xcc, 0xee),
    Color::rgb(0x88, 0x22, 0x55),
    Color::rgb(0x44, 0xaa, 0x99),
    Color::rgb(0x99, 0x99, 0x33),
    Color::rgb(0xaa, 0x44, 0x99),
];

/// Okabe–Ito with the blue of light backgrounds first.
const OKABE_ITO: [Color; 7] = [
    okabe_ito::BLUE,
    okabe_ito::VERMILLION,
    okabe_ito::GREEN,
    okabe_ito::PURPLE,
    okabe_ito::ORANGE,
    okabe_ito::SKY_BLUE,
    okabe_ito::YELLOW,
];

/// Okabe–Ito with what is bright first, for dark backgrounds.
const OKABE_ITO_DARK: [Color; 7] = [
    okabe_ito::SKY_BLUE,
    okabe_ito::ORANGE,
    okabe_ito::GREEN,
    okabe_ito::PURPLE,
    okabe_ito::YELLOW,
    okabe_ito::VERMILLION,
    okabe_ito::BLUE,
];

impl SeriesColors {
    /// The schemes that have a name.
    pub const NAMED: [Self; 3] = [Self::OkabeIto, Self::TolBright, Self::TolMuted];

    /// The colours in the order in which curves take them.
    #[must_use]
    pub fn colors(&self, on_dark: bool) -> &[Color] {
        match self {
            Self::OkabeIto if on_dark => &OKABE_ITO_DARK,
            Self::OkabeIto => &OKABE_ITO,
            Self::TolBright => &TOL_BRIGHT,
            Self::TolMuted => &TOL_MUTED,
            Self::Own(colors) => colors,
        }
    }
}

impl fmt::Display for SeriesColors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OkabeIto => f.write_str("okabe-ito"),
            Self::TolBright => f.write_str("tol-bright"),
            Self::TolMuted => f.write_str("tol-muted"),
            Self::Own(colors) => {
                let colors: Vec<String> = colors.iter().map(|color| color.hex()).collect();
                f.write_str(&colors.join(","))
            }
        }
    }
}

impl FromStr for SeriesColors {
    type Err = FigureError;

    fn from_str(text: &str) -> Result<Self, FigureError> {
        if let Some(named) = Self::NAMED.iter().find(|named| named.to_string() == text) {
            return Ok(named.clone());
        }
        let colors: Option<Vec<Color>> = text
            .split(',')
            .map(|text| Color::from_hex(text.trim()))
            .collect();
        colors.map(Self::Own).ok_or_else(|| {
            FigureError(format!(
                "`{text}` are no colours: give okabe-ito, tol-bright, tol-muted, or your own \
                 separated by commas (#0072b2,#d55e00)"
            ))
        })
    }
}

as_text!(SeriesColors);

/// A font of the reader's own: known by its bytes, whatever its file is called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FontRecord {
    /// Name of the family, as the font says it.
    pub family: String,
    /// SHA-256 of its file in hexadecimal.
    pub sha256: String,
}

/// How a figure is to look.
#[allow(clippy::struct_excessive_bools)] // each is a switch of its own
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct FigureSpec {
    /// What it shows.
    pub view: FigureView,
    /// How an ensemble is drawn.
    pub axes: Axes,
    /// Whether every plane's curve lies faintly behind the ensemble's mean.
    pub every_plane: bool,
    /// The panels of a figure of several.
    pub panels: Panels,
    /// What they have in common.
    pub share: Share,
    /// Width of the page.
    pub width: Width,
    /// Height of the page.
    pub height: Height,
    /// Size of the text in points; the preset's where `None`.
    pub font_pt: Option<f32>,
    /// Width of curves in points; the preset's where `None`.
    pub line_pt: Option<f32>,
    /// Colours of several curves.
    pub colors: SeriesColors,
    /// What lies behind.
    pub background: Background,
    /// The title above; none where empty.
    pub title: String,
    /// Whether a sentence below says what was counted.
    pub caption: bool,
    /// Whether there are grid lines.
    pub grid: bool,
    /// How many ticks there are.
    pub ticks: TickDensity,
    /// Where the legend stands.
    pub legend: LegendPlace,
    /// Pixels an inch of PNG, and of images within SVG and PDF at most.
    pub dpi: u32,
    /// The reader's own font; the bundled one where `None`.
    pub font: Option<FontRecord>,
    /// Whether the file says when it was made.
    pub date: bool,
}

impl Default for FigureSpec {
    fn default() -> Self {
        Self {
            view: FigureView::default(),
            axes: Axes::default(),
            every_plane: true,
            panels: Panels::default(),
            share: Share::default(),
            width: Width::default(),
            height: Height::default(),
            font_pt: None,
            line_pt: None,
            colors: SeriesColors::default(),
            background: Background::default(),
            title: String::new(),
            caption: false,
            grid: true,
            ticks: TickDensity::default(),
            legend: LegendPlace::default(),
            dpi: DEFAULT_DPI,
            font: None,
            date: false,
        }
    }
}

/// Pixels an inch, if nothing else is asked for.
pub const DEFAULT_DPI: u32 = 600;

/// What can be asked for: pixels an inch, points of text, points of lines.
pub const DPI_RANGE: std::ops::RangeInclusive<u32> = 30..=2400;
/// Most letters of a title.
pub const MOST_TITLE: usize = 500;
/// Sizes of text in points.
pub const FONT_RANGE: std::ops::RangeInclusive<f32> = 3.0..=72.0;
/// Widths of curves in points.
pub const LINE_RANGE: std::ops::RangeInclusive<f32> = 0.1..=10.0;

impl FigureSpec {
    /// Size of the text in points.
    #[must_use]
    pub fn font(&self) -> f32 {
        self.font_pt.unwrap_or_else(|| self.width.preset().font_pt)
    }

    /// Width of curves in points.
    #[must_use]
    pub fn line(&self) -> f32 {
        self.line_pt.unwrap_or_else(|| self.width.preset().line_pt)
    }

    /// Height of the page in millimetres, where it does not follow from the views.
    #[must_use]
    pub fn height_mm(&self) -> Option<f64> {
        match self.height {
            Height::Own(length) => Some(length.mm()),
            Height::Aspect { width, height } => Some(self.width.mm() * height / width),
            Height::Auto => self.width.preset().height_mm,
        }
    }

    /// Says what no figure can be made of: a file that was read may hold anything.
    ///
    /// # Errors
    /// The first number that is out of its range, with the range.
    pub fn check(&self) -> Result<(), FigureError> {
        let out_of = |what: &str, value: String, least: String, most: String| {
            Err(FigureError(format!(
                "{what} of {value} is out of range: from {least} to {most}"
            )))
        };
        if !FONT_RANGE.contains(&self.font()) {
            let (least, most) = (FONT_RANGE.start(), FONT_RANGE.end());
            let value = format!("{} pt", self.font());
            return out_of(
                "a font size",
                value,
                least.to_string(),
                format!("{most} pt"),
            );
        }
        if !LINE_RANGE.contains(&self.line()) {
            let (least, most) = (LINE_RANGE.start(), LINE_RANGE.end());
            let value = format!("{} pt", self.line());
            return out_of(
                "a line width",
                value,
                least.to_string(),
                format!("{most} pt"),
            );
        }
        let letters = self.title.chars().count();
        if letters > MOST_TITLE {
            return Err(FigureError(format!(
                "a title of {} letters is too long: at most {MOST_TITLE}",
                thousands(letters as u64)
            )));
        }
        if !DPI_RANGE.contains(&self.dpi) {
            let (least, most) = (DPI_RANGE.start(), DPI_RANGE.end());
            let value = format!("{} dpi", self.dpi);
            return out_of(
                "a resolution",
                value,
                least.to_string(),
                format!("{most} dpi"),
            );
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
