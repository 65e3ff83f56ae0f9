//! How a view is drawn: the same view looks one way on screen and another in a
//! paper, and all that differs between the two is here.

use super::{Align, AngleUnit, Color, Fonts, Palette, Rect, Scene, Stroke, Text};

/// Sizes, in points, and colours of a view.
#[derive(Clone, Debug, PartialEq)]
pub struct Style {
    /// Colours.
    pub palette: Palette,
    /// Unit of angular axes.
    pub unit: AngleUnit,
    /// Text of names, titles and legends.
    pub font: f32,
    /// Text of ticks.
    pub small: f32,
    /// Curves.
    pub line: f32,
    /// Frames and ticks.
    pub hair: f32,
    /// Grid lines; none where `None`.
    pub grid: Option<f32>,
    /// Length of ticks.
    pub tick: f32,
    /// Space between a tick and its number, and the like.
    pub gap: f32,
    /// How many ticks: 1 for as many as have room, less for fewer.
    pub density: f32,
    /// Opacity of filled areas.
    pub fill: u8,
    /// What text is measured with.
    pub fonts: Fonts,
    /// What it is drawn on.
    pub medium: Medium,
    /// Whether what lies behind is not known, so that nothing can be veiled by it.
    pub transparent: bool,
}

/// What a view is drawn on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Medium {
    /// A screen: names in bold, quiet frames.
    Screen,
    /// A page: regular names, frames in ink.
    Page,
}

impl Style {
    /// On screen.
    #[must_use]
    pub fn screen(palette: Palette, unit: AngleUnit) -> Self {
        Self {
            palette,
            unit,
            font: 13.0,
            small: 11.0,
            line: 2.0,
            hair: 1.0,
            grid: Some(1.0),
            tick: 4.0,
            gap: 3.0,
            density: 1.0,
            fill: 62,
            fonts: Fonts::default(),
            medium: Medium::Screen,
            transparent: false,
        }
    }

    /// Whether the four directions of a plane stand out in bold.
    #[must_use]
    pub fn bold_names(&self) -> bool {
        self.medium == Medium::Screen
    }

    /// What is laid over curves where text stands on them: the ground, where it is
    /// known.
    #[must_use]
    pub fn veil(&self) -> Option<Color> {
        let ground = self.palette.background.alpha(185);
        (self.medium == Medium::Page && !self.transparent).then_some(ground)
    }

    /// The line around a plot.
    #[must_use]
    pub fn frame(&self) -> Stroke {
        self.hairline(match self.medium {
            Medium::Screen => self.palette.grid,
            Medium::Page => self.palette.border,
        })
    }

    /// A tick's line.
    #[must_use]
    pub fn hairline(&self, color: Color) -> Stroke {
        Stroke::solid(self.hair, color)
    }

    /// A grid line, if there are any.
    #[must_use]
    pub fn grid_line(&self) -> Option<Stroke> {
        self.grid
            .map(|width| Stroke::solid(width, self.palette.grid))
    }

    /// Opacity of bands that lie beside each other, not over each other.
    #[must_use]
    pub fn band_fill(&self) -> u8 {
        self.fill.saturating_mul(2)
    }

    /// Width of a tick's number.
    #[must_use]
    pub fn small_width(&self, text: &str) -> f32 {
        self.fonts.width(&Text::from(text), self.small, false)
    }

    /// Width of a name.
    #[must_use]
    pub fn width(&self, text: &Text, bold: bool) -> f32 {
        self.fonts.width(text, self.font, bold)
    }

    /// How many of something on a length of which each takes `room` lines of small
    /// text.
    #[must_use]
    pub fn wanted(&self, length: f32, room: f32, range: std::ops::RangeInclusive<usize>) -> usize {
        let calm = match self.medium {
            Medium::Screen => 1.45,
            Medium::Page => 1.0,
        };
        let many = length / (room * calm * self.small) * self.density;
        (many as usize).clamp(*range.start(), *range.end())
    }

    /// From the edge of a plot to the middle of its ticks' numbers below.
    #[must_use]
    pub fn numbers_below(&self) -> f32 {
        self.tick + self.gap + self.small * 0.5
    }

    /// From the edge of a plot to the middle of its axis' name below.
    #[must_use]
    pub fn name_below(&self) -> f32 {
        self.numbers_below() + self.small * 0.5 + self.gap + self.small * 0.5
    }
}

/// Height of a note's line, as a share of the small letters'.
const NOTE_LINE: f32 = 1.25;

impl Style {
    /// Lines of a note below a plot.
    fn note_lines(&self, note: &str, plot_width: f32) -> Vec<String> {
        self.fonts.wrapped(note, plot_width * 1.1, self.small)
    }

    /// Room that a note below a plot needs.
    #[must_use]
    pub fn note_height(&self, note: &str, plot_width: f32) -> f32 {
        let lines = self.note_lines(note, plot_width).len();
        if lines == 0 {
            return 0.0;
        }
        self.small * NOTE_LINE * lines as f32 + self.gap
    }

    /// Writes a note in the middle below a plot, `top` being its upper edge.
    pub(super) fn draw_note(&self, scene: &mut Scene, note: &str, plot: Rect, top: f32) {
        let x = plot.x + plot.width / 2.0;
        for (number, line) in self.note_lines(note, plot.width).into_iter().enumerate() {
            let y = top + self.gap + self.small * NOTE_LINE * (number as f32 + 0.5);
            scene.text(
                [x, y],
                line,
                self.small,
                Align::Middle,
                self.palette.secondary,
            );
        }
    }
}

/// Room around a plot for what belongs to it, in points.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Margins {
    /// To the left.
    pub left: f32,
    /// To the right.
    pub right: f32,
    /// Above.
    pub top: f32,
    /// Below.
    pub bottom: f32,
}

impl Margins {
    /// Wide enough for both.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            left: self.left.max(other.left),
            right: self.right.max(other.right),
            top: self.top.max(other.top),
            bottom: self.bottom.max(other.bottom),
        }
    }
}
