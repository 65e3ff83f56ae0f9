//! Lines of text with the few things that figures need: italics for variables,
//! subscripts and superscripts.

use std::sync::Arc;

use ttf_parser::Face;

/// Height of sub- and superscripts, as a share of the line's.
pub const SCRIPT_SIZE: f32 = 0.72;
/// How far subscripts are lowered, as a share of the line's height.
pub const SUB_DROP: f32 = 0.17;
/// How far superscripts are raised, likewise.
pub const SUPER_RISE: f32 = 0.36;
/// Height of capitals, as a share of the line's: text is centred by half of it.
pub const CAPITALS: f32 = 0.69;

/// Where a run of text stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Level {
    /// On the line.
    #[default]
    Line,
    /// Below it, smaller.
    Sub,
    /// Above it, smaller.
    Super,
}

/// How letters stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Slant {
    /// Upright.
    #[default]
    Upright,
    /// Italic, as variables are set.
    Italic,
}

/// Letters of one kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Run {
    /// The letters.
    pub text: String,
    /// How they stand.
    pub slant: Slant,
    /// Where.
    pub level: Level,
}

/// A line of text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text {
    runs: Vec<Run>,
}

impl Text {
    /// The runs, from left to right.
    #[must_use]
    pub fn runs(&self) -> &[Run] {
        &self.runs
    }

    /// Whether there is nothing to read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.runs.iter().all(|run| run.text.is_empty())
    }

    /// The letters alone.
    #[must_use]
    pub fn plain(&self) -> String {
        self.runs.iter().map(|run| run.text.as_str()).collect()
    }

    /// With more upright letters.
    #[must_use]
    pub fn then(self, text: &str) -> Self {
        self.with(text, Slant::Upright, Level::Line)
    }

    /// With another line behind.
    #[must_use]
    pub fn joined(self, other: &Self) -> Self {
        other
            .runs
            .iter()
            .fold(self, |line, run| line.with(&run.text, run.slant, run.level))
    }

    /// With a variable.
    #[must_use]
    pub fn then_variable(self, text: &str) -> Self {
        self.with(text, Slant::Italic, Level::Line)
    }

    /// With a subscript.
    #[must_use]
    pub fn then_sub(self, text: &str) -> Self {
        self.with(text, Slant::Upright, Level::Sub)
    }

    /// With a vector of the basis: an italic b with its number, or its letter,
    /// below.
    #[must_use]
    pub fn then_vector(self, index: &str) -> Self {
        let is_letter = index.chars().all(|c| c.is_ascii_alphabetic());
        let slant = if is_letter {
            Slant::Italic
        } else {
            Slant::Upright
        };
        self.then_variable("b").with(index, slant, Level::Sub)
    }

    fn with(mut self, text: &str, slant: Slant, level: Level) -> Self {
        if text.is_empty() {
            return self;
        }
        match self.runs.last_mut() {
            Some(run) if run.slant == slant && run.level == level => run.text.push_str(text),
            _ => self.runs.push(Run {
                text: text.to_owned(),
                slant,
                level,
            }),
        }
        self
    }

    /// Reads what a person typed: `b_{16}` has a subscript, `x^{2}` a superscript,
    /// `*b*` is italic, and a backslash takes what follows as it is. What is not
    /// closed stands as it was typed.
    #[must_use]
    pub fn typed(text: &str) -> Self {
        let mut line = Self::default();
        let mut rest = text;
        while let Some(at) = rest.find(['_', '^', '*', '\\']) {
            line = line.then(&rest[..at]);
            let (mark, after) = rest[at..].split_at(1);
            let within = |end: char| {
                let inner = after.strip_prefix('{').filter(|_| end == '}');
                let inner = if end == '*' { Some(after) } else { inner }?;
                let close = inner.find(end).filter(|&close| close > 0)?;
                Some((&inner[..close], &inner[close + 1..]))
            };
            let taken = match mark {
                "_" => within('}').map(|(s, rest)| (s, Slant::Upright, Level::Sub, rest)),
                "^" => within('}').map(|(s, rest)| (s, Slant::Upright, Level::Super, rest)),
                "*" => within('*').map(|(s, rest)| (s, Slant::Italic, Level::Line, rest)),
                _ => after.chars().next().map(|c| {
                    let (s, rest) = after.split_at(c.len_utf8());
                    (s, Slant::Upright, Level::Line, rest)
                }),
            };
            (line, rest) = match taken {
                Some((inner, slant, level, rest)) => (line.with(inner, slant, level), rest),
                None => (line.then(mark), after),
            };
        }
        line.then(rest)
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::default().then(text)
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

/// The bundled fonts, each a whole file.
pub mod files {
    /// Text of figures: metric-compatible with Arial.
    pub const SANS: &[u8] = include_bytes!("../../assets/fonts/LiberationSans-Regular.ttf");
    /// Bold text of figures.
    pub const SANS_BOLD: &[u8] = include_bytes!("../../assets/fonts/LiberationSans-Bold.ttf");
    /// Variables of figures.
    pub const SANS_ITALIC: &[u8] = include_bytes!("../../assets/fonts/LiberationSans-Italic.ttf");
    /// For letters that the others lack.
    pub const FALLBACK: &[u8] = include_bytes!("../../assets/fonts/DejaVuSans.ttf");
    /// The same in bold.
    pub const FALLBACK_BOLD: &[u8] = include_bytes!("../../assets/fonts/DejaVuSans-Bold.ttf");
}

/// The family of the bundled text font.
pub const FAMILY: &str = "Liberation Sans";

/// The family of the bundled font for letters that it lacks.
pub const FALLBACK_FAMILY: &str = "DejaVu Sans";

/// The reader's own font.
#[derive(Clone, PartialEq, Eq)]
pub struct OwnFont {
    /// Its family.
    pub family: String,
    /// Its file.
    pub bytes: Arc<Vec<u8>>,
}

impl std::fmt::Debug for OwnFont {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "OwnFont({})", self.family)
    }
}

/// What text is measured with: the bundled font, or the reader's own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fonts {
    /// The reader's own.
    pub own: Option<OwnFont>,
}

impl Fonts {
    /// Width in points of a line of letters `size` points high.
    #[must_use]
    pub fn width(&self, text: &Text, size: f32, bold: bool) -> f32 {
        let run = |run: &Run| {
            let size = match run.level {
                Level::Line => size,
                Level::Sub | Level::Super => size * SCRIPT_SIZE,
            };
            let faces = self.faces(run.slant, bold);
            run.text.chars().map(|c| advance(&faces, c)).sum::<f32>() * size
        };
        text.runs().iter().map(run).sum()
    }

    /// Whether some font has a letter.
    #[must_use]
    pub fn has(&self, letter: char, slant: Slant, bold: bool) -> bool {
        let faces = self.faces(slant, bold);
        let main = faces[0].as_ref().and_then(|face| face.glyph_index(letter));
        main.is_some() || self.other_family(letter, slant, bold).is_some()
    }

    /// The family in which a letter has to be set because the one of the text
    /// lacks it; `None` where it does not, or none has it.
    #[must_use]
    pub fn other_family(&self, letter: char, slant: Slant, bold: bool) -> Option<&'static str> {
        let [main, fallback] = self.faces(slant, bold);
        let has = |face: &Option<Face<'_>>| {
            face.as_ref()
                .is_some_and(|face| face.glyph_index(letter).is_some())
        };
        if has(&main) {
            return None;
        }
        // The reader's own font may lack what the bundled ones have.
        let bundled = Self::default();
        let bundled = bundled.faces(slant, bold);
        if self.own.is_some() && has(&bundled[0]) {
            Some(FAMILY)
        } else {
            has(&fallback).then_some(FALLBACK_FAMILY)
        }
    }

    /// Lines of at most that width, broken between words.
    #[must_use]
    pub fn wrapped(&self, text: &str, width: f32, size: f32) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        for word in text.split_whitespace() {
            let longer = lines.last().map(|line| format!("{line} {word}"));
            match (lines.last_mut(), longer) {
                (Some(line), Some(longer))
                    if self.width(&longer.as_str().into(), size, false) <= width =>
                {
                    *line = longer;
                }
                _ => lines.push(word.to_owned()),
            }
        }
        lines
    }

    fn faces(&self, slant: Slant, bold: bool) -> [Option<Face<'_>>; 2] {
        let face = |bytes| Face::parse(bytes, 0).ok();
        let main = match (&self.own, bold, slant) {
            (Some(own), _, _) => face(own.bytes.as_slice()),
            (None, true, _) => face(files::SANS_BOLD),
            (None, false, Slant::Italic) => face(files::SANS_ITALIC),
            (None, false, Slant::Upright) => face(files::SANS),
        };
        let fallback = if bold {
            files::FALLBACK_BOLD
        } else {
            files::FALLBACK
        };
        [main, face(fallback)]
    }
}

/// Share of the letters' height by which a letter moves on.
fn advance(faces: &[Option<Face<'_>>], letter: char) -> f32 {
    for face in faces.iter().flatten() {
        if let Some(glyph) = face.glyph_index(letter)
            && let Some(advance) = face.glyph_hor_advance(glyph)
        {
            return f32::from(advance) / f32::from(face.units_per_em());
        }
    }
    0.6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_read() {
        let check = |typed: &str, expected: &[(&str, Slant, Level)]| {
            let text = Text::typed(typed);
            let runs: Vec<_> = text
                .runs()
                .iter()
                .map(|run| (run.text.as_str(), run.slant, run.level))
                .collect();
            assert_eq!(runs, expected, "{typed}");
        };
        let (upright, line) = (Slant::Upright, Level::Line);
        check(
            "*b*_{16} at 2^{10}",
            &[
                ("b", Slant::Italic, line),
                ("16", upright, Level::Sub),
                (" at 2", upright, line),
                ("10", upright, Level::Super),
            ],
        );
        check("layer_3.npy", &[("layer_3.npy", upright, line)]);
        check("2 * 3 ^ _{", &[("2 * 3 ^ _{", upright, line)]);
        check("\\*b\\*", &[("*b*", upright, line)]);
        check("ends in \\", &[("ends in \\", upright, line)]);
        check("", &[]);
    }

    #[test]
    fn letters_that_the_font_lacks_are_of_another_family() {
        let fonts = Fonts::default();
        let family = |letter| fonts.other_family(letter, Slant::Upright, false);
        assert_eq!(family('b'), None);
        assert_eq!(family('θ'), None);
        assert_eq!(family('∧'), Some(FALLBACK_FAMILY));
        assert_eq!(family('\u{10ffff}'), None);
    }

    #[test]
    fn lines_break_between_words() {
        let fonts = Fonts::default();
        let lines = fonts.wrapped("one two  three", 30.0, 10.0);
        assert_eq!(lines, ["one", "two", "three"]);
        assert_eq!(
            fonts.wrapped("one two  three", 500.0, 10.0),
            ["one two three"]
        );
        assert!(fonts.wrapped("", 10.0, 10.0).is_empty());
    }

    #[test]
    fn widths_add_up_and_scripts_are_narrower() {
        let fonts = Fonts::default();
        let width = |text: &Text| fonts.width(text, 10.0, false);
        let (digits, below) = (Text::from("16"), Text::default().then_sub("16"));
        // Digits of Arial are 0.556 em.
        assert!((width(&digits) - 11.12).abs() < 0.01, "{}", width(&digits));
        assert!((width(&below) - width(&digits) * SCRIPT_SIZE).abs() < 1e-3);
        let vector = Text::default().then_vector("16");
        assert!(width(&vector) > width(&below));
        assert!(fonts.width(&digits, 10.0, true) > 11.0);
        // Nothing has no width, and what no font has is not lost.
        assert_eq!(width(&Text::default()), 0.0);
        assert!(width(&Text::from("\u{10ffff}")) > 0.0);
    }
}
