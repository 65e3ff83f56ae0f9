//! Privileged directions as bars: the share of the samples about each, against that of
//! isotropic data, with the class that most of them have.

use super::heatmap::frame;
use super::{Align, Color, Item, Margins, Rect, Scene, Stroke, Style, Text, percent, ticks};
use crate::words;

/// Thickness of a bar, as a share of its row.
const BAR: f32 = 0.62;

/// The most common class about a direction.
#[derive(Clone, Debug, PartialEq)]
pub struct DirectionClass {
    /// What it is called.
    pub name: String,
    /// Its colour.
    pub color: Color,
    /// Its share of the samples about the direction.
    pub precision: f64,
}

/// A direction as a bar.
#[derive(Clone, Debug, PartialEq)]
pub struct DirectionBar {
    /// Its name.
    pub name: Text,
    /// Fraction of the samples about it.
    pub share: f64,
    /// The most common class among them.
    pub class: Option<DirectionClass>,
}

/// What a view of directions shows.
#[derive(Clone, Debug, PartialEq)]
pub struct DirectionsView {
    /// From top to bottom.
    pub bars: Vec<DirectionBar>,
    /// The fraction of isotropic data about a direction.
    pub null_share: f64,
    /// Colour of bars without a class.
    pub color: Color,
    /// What is to be said below.
    pub note: String,
    /// Value at the right end of the axis; what suits the bars where `None`.
    pub most: Option<f64>,
}

impl DirectionsView {
    /// The value at the right end of the axis that suits the bars.
    #[must_use]
    pub fn own_most(&self) -> f64 {
        let shares = self.bars.iter().map(|bar| bar.share);
        let longest = shares.fold(0.0, f64::max);
        // Where no bar is to be seen, isotropic data may give next to nothing, too, and no
        // number below would have room.
        let least = if longest > 0.0 { 0.0 } else { 0.01 };
        longest.max(self.null_share.min(1.0)).max(least) * 1.04
    }

    fn most(&self) -> f64 {
        self.most.unwrap_or_else(|| self.own_most())
    }
}

/// Opacity of the part of a bar that is not of its class.
const REST: u8 = 70;

/// Most letters of a class beside a bar.
const LETTERS: usize = 24;

/// The class of each bar and its share of those about the direction, as they stand beside
/// the bar: long names shortened so that one can still tell them apart. The two are texts
/// of their own, as names may be written from right to left.
fn beside(view: &DirectionsView) -> Vec<Option<[String; 2]>> {
    let classes = view.bars.iter().filter_map(|bar| bar.class.as_ref());
    let names: Vec<String> = classes
        .map(|class| words::printable(&class.name, usize::MAX))
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let fits = |name: &str| name.chars().nth(LETTERS).is_none();
    let mut short = words::shortened(&names, &fits).into_iter();
    let text = |bar: &DirectionBar| {
        let class = bar.class.as_ref()?;
        let name = short.next()?;
        Some([name, format!("{:.0}%", class.precision * 100.0)])
    };
    view.bars.iter().map(text).collect()
}

/// Width of the names and of the shares beside the bars.
fn beside_widths(texts: &[Option<[String; 2]>], style: &Style) -> [f32; 2] {
    [0, 1].map(|column| {
        let texts = texts.iter().flatten();
        let widths = texts.map(|both| style.small_width(&both[column]));
        widths.fold(0.0, f32::max)
    })
}

/// Values of the axis below, and the step between them.
fn marks(view: &DirectionsView, width: f32, style: &Style) -> (Vec<f64>, f64) {
    let wanted = style.wanted(width, 5.0, 2..=8);
    let marks = ticks(0.0, view.most(), wanted);
    let step = marks.get(1).map_or(1.0, |second| second - marks[0]);
    (marks, step)
}

/// Room around the plot, which is so wide, for names, classes and the axis.
#[must_use]
pub fn directions_margins(view: &DirectionsView, width: f32, style: &Style) -> Margins {
    let names = view.bars.iter().map(|bar| style.width(&bar.name, false));
    let [class, share] = beside_widths(&beside(view), style);
    let widest = if share > 0.0 {
        class + style.small + share
    } else {
        0.0
    };
    Margins {
        left: names.fold(0.0, f32::max) + 2.0 * style.gap,
        right: if widest > 0.0 {
            widest + 2.0 * style.gap
        } else {
            style.small
        },
        top: style.small * 0.4,
        bottom: style.name_below() + style.small * 0.6 + style.note_height(&view.note, width),
    }
}

/// Draws the view in `plot`; names, classes and the axis stand around.
pub fn directions_into(scene: &mut Scene, plot: Rect, view: &DirectionsView, style: &Style) {
    let most = view.most();
    let x = |share: f64| plot.x + plot.width * (share / most).clamp(0.0, 1.0) as f32;
    let (marks, step) = marks(view, plot.width, style);
    if let Some(stroke) = style.grid_line() {
        for &mark in &marks {
            let line = vec![[x(mark), plot.y], [x(mark), plot.y + plot.height]];
            scene.line(line, stroke);
        }
    }
    let (ink, text) = (style.palette.secondary, style.palette.text);
    let row = plot.height / view.bars.len().max(1) as f32;
    let texts = beside(view);
    let widths = beside_widths(&texts, style);
    for ((place, bar), beside) in view.bars.iter().enumerate().zip(texts) {
        let middle = plot.y + row * (place as f32 + 0.5);
        // Of a bar with a class only the samples of that class have its colour.
        let [own, rest] = match &bar.class {
            Some(class) => [
                (bar.share * class.precision, class.color),
                (bar.share, ink.alpha(REST)),
            ],
            None => [(bar.share, view.color); 2],
        };
        for (from, (to, color)) in [(plot.x, own), (x(own.0), rest)] {
            let width = x(to) - from;
            if width > 0.0 {
                let (y, height) = (middle - row * BAR / 2.0, row * BAR);
                let rect = Rect {
                    x: from,
                    y,
                    width,
                    height,
                };
                scene.items.push(Item::Fill { rect, color });
            }
        }
        let left = [plot.x - style.gap, middle];
        scene.text(left, bar.name.clone(), style.font, Align::End, text);
        if let Some([name, share]) = beside {
            let left = plot.x + plot.width + style.gap;
            let right = left + widths[0] + style.small + widths[1];
            scene.text([left, middle], name, style.small, Align::Start, ink);
            scene.text([right, middle], share, style.small, Align::End, ink);
        }
    }
    // Across the bars, where isotropic data would end them.
    let dash = 2.0 * style.line;
    let stroke = Stroke {
        width: style.line * 0.8,
        color: text,
        dash: Some([dash, dash]),
    };
    let null = x(view.null_share);
    scene.line(vec![[null, plot.y], [null, plot.y + plot.height]], stroke);
    frame(scene, plot, style.hairline(style.palette.border));
    let bottom = plot.y + plot.height;
    for &mark in &marks {
        let tick = vec![[x(mark), bottom], [x(mark), bottom + style.tick]];
        scene.line(tick, style.hairline(ink));
        let at = [x(mark), bottom + style.numbers_below()];
        scene.text(at, percent(mark, step), style.small, Align::Middle, ink);
    }
    let middle = plot.x + plot.width / 2.0;
    let at = [middle, bottom + style.name_below()];
    scene.text(
        at,
        "samples within the cone, % of all samples",
        style.small,
        Align::Middle,
        ink,
    );
    let top = bottom + style.name_below() + style.small * 0.6;
    style.draw_note(scene, &view.note, plot, top);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::{AngleUnit, Palette};

    fn bar(share: f64, class: Option<&str>) -> DirectionBar {
        DirectionBar {
            name: "+".into(),
            share,
            class: class.map(|name| DirectionClass {
                name: name.to_owned(),
                color: Color::rgb(9, 9, 9),
                precision: 0.5,
            }),
        }
    }

    #[test]
    fn bars_are_as_long_as_their_shares() {
        let view = DirectionsView {
            bars: vec![bar(0.2, Some("six")), bar(0.1, None), bar(0.0, None)],
            null_share: 0.05,
            color: Color::rgb(1, 2, 3),
            note: String::new(),
            most: Some(0.4),
        };
        let style = Style::screen(Palette::LIGHT, AngleUnit::Degrees);
        let plot = Rect {
            x: 100.0,
            y: 0.0,
            width: 400.0,
            height: 90.0,
        };
        let mut scene = Scene::default();
        directions_into(&mut scene, plot, &view, &style);
        let fills = scene.items.iter().filter_map(|item| match item {
            Item::Fill { rect, color } => Some((rect.width.round(), *color)),
            _ => None,
        });
        let fills: Vec<_> = fills.collect();
        let own = Color::rgb(1, 2, 3);
        // Half of the first are of its class.
        let rest = Palette::LIGHT.secondary.alpha(REST);
        assert_eq!(
            fills,
            [(100.0, Color::rgb(9, 9, 9)), (100.0, rest), (100.0, own)]
        );
        let has = |wanted: &str| {
            scene
                .items
                .iter()
                .any(|item| matches!(item, Item::Text { text, .. } if *text == Text::from(wanted)))
        };
        assert!(has("six") && has("50%") && has("samples within the cone, % of all samples"));
        let margins = directions_margins(&view, plot.width, &style);
        assert!(margins.right > style.small_width("six 50%"));
        // The axis reaches a little beyond the longest bar where nothing else is said.
        let own = DirectionsView { most: None, ..view };
        assert!((own.own_most() - 0.208).abs() < 1e-12);
    }
}
