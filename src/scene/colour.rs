//! Colours: two themes, colour maps that keep their order for every eye, and
//! the Okabe–Ito series.

use super::okabe_ito;

/// Red, green, blue, alpha (not premultiplied).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Color(pub [u8; 4]);

impl Color {
    /// An opaque colour.
    #[must_use]
    pub const fn rgb(r: u8, g: u8, b: u8) -> Self {
        Self([r, g, b, 255])
    }

    /// The same with that opacity.
    #[must_use]
    pub const fn alpha(self, alpha: u8) -> Self {
        let Self([r, g, b, _]) = self;
        Self([r, g, b, alpha])
    }

    /// As `#rrggbb`, without its opacity.
    #[must_use]
    pub fn hex(self) -> String {
        let Self([r, g, b, _]) = self;
        format!("#{r:02x}{g:02x}{b:02x}")
    }

    /// An opaque colour from `#rrggbb`; `None` of anything else.
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#')?;
        if digits.len() != 6 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        let [_, r, g, b] = u32::from_str_radix(digits, 16).ok()?.to_be_bytes();
        Some(Self::rgb(r, g, b))
    }
}

/// Okabe–Ito, in the order in which pinned curves take them; the accent of the
/// palettes belongs to the selected one.
pub const SERIES: [Color; 7] = [
    okabe_ito::ORANGE,
    okabe_ito::GREEN,
    okabe_ito::PURPLE,
    okabe_ito::VERMILLION,
    okabe_ito::SKY_BLUE,
    okabe_ito::YELLOW,
    okabe_ito::BLUE,
];

/// The colours of a view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Palette {
    /// Behind everything.
    pub background: Color,
    /// Behind a plot with axes.
    pub plot: Color,
    /// Panel edges.
    pub border: Color,
    /// Grid lines and frames of plots.
    pub grid: Color,
    /// Curves that are only hinted at.
    pub faint: Color,
    /// What is read first.
    pub text: Color,
    /// What is read second.
    pub secondary: Color,
    /// The data that is looked at, and what can be clicked.
    pub accent: Color,
    /// Where the user is: the cone, the selected row.
    pub spotlight: Color,
    /// Text in the spotlight's colour, dark enough to read.
    pub note: Color,
    /// Something went wrong.
    pub error: Color,
}

impl Palette {
    /// On a dark ground.
    pub const DARK: Self = Self {
        background: Color::rgb(30, 33, 38),
        plot: Color::rgb(24, 26, 31),
        border: Color::rgb(54, 58, 65),
        grid: Color::rgb(62, 67, 75),
        faint: Color::rgb(150, 156, 166),
        text: Color::rgb(224, 227, 232),
        secondary: Color::rgb(150, 156, 166),
        accent: Color::rgb(77, 190, 255),
        spotlight: Color::rgb(255, 213, 107),
        note: Color::rgb(255, 213, 107),
        error: Color::rgb(255, 138, 128),
    };

    /// On white.
    pub const LIGHT: Self = Self {
        background: Color::rgb(255, 255, 255),
        plot: Color::rgb(247, 248, 250),
        border: Color::rgb(218, 222, 228),
        grid: Color::rgb(212, 216, 222),
        faint: Color::rgb(98, 106, 117),
        text: Color::rgb(31, 35, 41),
        secondary: Color::rgb(98, 106, 117),
        accent: Color::rgb(0, 112, 188),
        spotlight: Color::rgb(232, 164, 0),
        note: Color::rgb(140, 92, 0),
        error: Color::rgb(190, 40, 30),
    };

    /// On the white page of a paper.
    pub const PAPER: Self = Self {
        plot: Color::rgb(238, 239, 242),
        grid: Color::rgb(205, 208, 212),
        faint: Color::rgb(120, 126, 134),
        border: Color::rgb(30, 30, 30),
        text: Color::rgb(15, 15, 15),
        secondary: Color::rgb(30, 30, 30),
        accent: okabe_ito::BLUE,
        ..Self::LIGHT
    };

    /// On a dark slide.
    pub const PAPER_DARK: Self = Self {
        plot: Color::rgb(44, 48, 55),
        grid: Color::rgb(74, 79, 88),
        faint: Color::rgb(160, 166, 176),
        border: Color::rgb(200, 203, 208),
        text: Color::rgb(240, 242, 245),
        secondary: Color::rgb(205, 209, 215),
        accent: okabe_ito::SKY_BLUE,
        ..Self::DARK
    };
}

/// Colour maps, perceptually uniform and safe for colour-vision deficiencies.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum ColorMap {
    /// Matplotlib's default.
    #[default]
    Viridis,
    /// Made for colour-vision deficiencies.
    Cividis,
    /// Dark to bright by way of red.
    Inferno,
    /// Magenta on black, as in the figures of the method's author.
    Magenta,
}

impl ColorMap {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Viridis, Self::Cividis, Self::Inferno, Self::Magenta];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Viridis => "Viridis",
            Self::Cividis => "Cividis",
            Self::Inferno => "Inferno",
            Self::Magenta => "Magenta",
        }
    }

    /// Its name as it is typed.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Viridis => "viridis",
            Self::Cividis => "cividis",
            Self::Inferno => "inferno",
            Self::Magenta => "magenta",
        }
    }

    /// 256 colours from low to high; for signed values a diverging map (purple
    /// below zero, orange above), whatever the choice.
    #[must_use]
    pub fn table(self, signed: bool) -> Vec<[u8; 4]> {
        let gradient = match (signed, self) {
            (true, _) => colorous::PURPLE_ORANGE,
            (false, Self::Viridis) => colorous::VIRIDIS,
            (false, Self::Cividis) => colorous::CIVIDIS,
            (false, Self::Inferno) => colorous::INFERNO,
            (false, Self::Magenta) => return (0..=255).map(|k| [k, 0, k, 255]).collect(),
        };
        (0..256)
            .map(|k| {
                let c = gradient.eval_rational(k, 256);
                [c.r, c.g, c.b, 255]
            })
            .collect()
    }
}

/// How a value becomes a place on the colour map.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum ColorScale {
    /// In proportion.
    #[default]
    Linear,
    /// By the square root.
    Sqrt,
    /// By the logarithm, from one sample on; zero is at the bottom.
    Log,
}

impl ColorScale {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Linear, Self::Sqrt, Self::Log];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Linear => "linear",
            Self::Sqrt => "√",
            Self::Log => "log",
        }
    }

    /// Its name as it is typed.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Linear => "linear",
            Self::Sqrt => "sqrt",
            Self::Log => "log",
        }
    }

    /// Place of `count` between 0 and 1, where `most` is the largest shown; for
    /// negative counts the same below zero.
    #[must_use]
    pub fn place(self, count: f64, most: f64) -> f64 {
        if most <= 0.0 {
            return 0.0;
        }
        let size = (count.abs() / most).min(1.0);
        let place = match self {
            Self::Linear => size,
            Self::Sqrt => size.sqrt(),
            Self::Log => (1.0 + count.abs()).ln() / (1.0 + most).ln(),
        };
        place.copysign(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scale_runs_from_nothing_to_all() {
        for scale in ColorScale::ALL {
            assert_eq!(scale.place(0.0, 120.0), 0.0);
            assert!((scale.place(120.0, 120.0) - 1.0).abs() < 1e-12);
            assert!((scale.place(-120.0, 120.0) + 1.0).abs() < 1e-12);
            let places: Vec<f64> = (0..=120)
                .map(|c| scale.place(f64::from(c), 120.0))
                .collect();
            assert!(places.is_sorted());
            assert_eq!(scale.place(0.0, 0.0), 0.0);
        }
    }

    #[test]
    fn maps_have_256_colours_and_signed_ones_are_pale_in_the_middle() {
        for map in ColorMap::ALL {
            assert_eq!(map.table(false).len(), 256);
        }
        let signed = ColorMap::Viridis.table(true);
        let light = |k: usize| signed[k][..3].iter().map(|&c| u32::from(c)).sum::<u32>();
        assert!(light(128) > light(0) && light(128) > light(255));
        // Purple below zero, orange above.
        let ([low_red, _, low_blue, _], [high_red, _, high_blue, _]) = (signed[20], signed[235]);
        assert!(low_blue > low_red && high_red > high_blue);
    }
}
