//! Widths that venues ask for, each with the sizes that go with it.

/// A page that some venue or occasion asks for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Preset {
    /// Its name, as it is typed.
    pub name: &'static str,
    /// What it is for, and where its width comes from.
    pub what: &'static str,
    /// Width in millimetres.
    pub width_mm: f64,
    /// Height in millimetres, where the page is given as a whole.
    pub height_mm: Option<f64>,
    /// Text in points.
    pub font_pt: f32,
    /// Curves in points.
    pub line_pt: f32,
    /// The smallest text that may stand in it, in points.
    pub least_font_pt: f32,
    /// The thinnest line, in points.
    pub least_line_pt: f32,
}

const INCH_MM: f64 = 25.4;

const fn paper(name: &'static str, what: &'static str, width_mm: f64, font_pt: f32) -> Preset {
    Preset {
        name,
        what,
        width_mm,
        height_mm: None,
        font_pt,
        line_pt: 1.0,
        least_font_pt: 7.0,
        least_line_pt: 0.5,
    }
}

/// All presets; the first is the default.
pub const PRESETS: [Preset; 8] = [
    paper(
        "neurips-text",
        "NeurIPS, text width, 5.5 in",
        5.5 * INCH_MM,
        8.0,
    ),
    paper("iclr-text", "ICLR, text width, 5.5 in", 5.5 * INCH_MM, 8.0),
    paper(
        "icml-column",
        "ICML, one column, 3.25 in",
        3.25 * INCH_MM,
        8.0,
    ),
    paper(
        "icml-text",
        "ICML, both columns, 6.75 in",
        6.75 * INCH_MM,
        8.0,
    ),
    paper("nature-column", "Nature, one column, 89 mm", 89.0, 7.0),
    paper("nature-text", "Nature, both columns, 183 mm", 183.0, 7.0),
    Preset {
        name: "slide",
        what: "a slide, 16:9, 13.33 × 7.5 in",
        width_mm: 40.0 / 3.0 * INCH_MM,
        height_mm: Some(7.5 * INCH_MM),
        font_pt: 20.0,
        line_pt: 2.5,
        least_font_pt: 16.0,
        least_line_pt: 1.0,
    },
    Preset {
        name: "poster",
        what: "a column of a poster, 300 mm",
        width_mm: 300.0,
        height_mm: None,
        font_pt: 24.0,
        line_pt: 3.0,
        least_font_pt: 18.0,
        least_line_pt: 1.2,
    },
];

impl Preset {
    /// The preset of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        PRESETS.iter().find(|preset| preset.name == name)
    }

    /// The rules that hold for a width of one's own: those of a paper.
    #[must_use]
    pub fn of_papers() -> &'static Self {
        &PRESETS[0]
    }
}
