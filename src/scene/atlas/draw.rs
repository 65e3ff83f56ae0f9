//! What stands around and on the cells: axes, colour bar, marks, the pointer's
//! cross-hairs.

use std::sync::Arc;

use super::super::heatmap::{apart, bar_name, bar_ticks, draw_bar, frame};
use super::super::{
    Align, Color, ColorMap, ColorScale, Item, Margins, Palette, Point, Raster, Rect, Scene, Stroke,
    Style, Text, percent,
};
use super::codes::diverging;
use super::view::{BAR_WIDTH, digits};
use super::{Atlas, AtlasLayout, AtlasOrder, Quantity};

/// Least height and width that a marked cell is shown with.
const LEAST_MARK: f32 = 7.0;

/// What is drawn around an atlas.
#[derive(Clone, Debug)]
pub struct AtlasView<'a> {
    /// The atlas.
    pub atlas: &'a Atlas,
    /// Where things are.
    pub layout: AtlasLayout,
    /// The colour bar, from [`atlas_bar`]; none where another view has it.
    pub bar: Option<Arc<Raster>>,
    /// What a vector of the basis is called.
    pub noun: &'a str,
    /// What is to be said of the cells, below; empty where nothing is.
    pub note: &'a str,
    /// Row and column of the cell that the pointer reads.
    pub pointer: Option<[usize; 2]>,
}

/// A plane that is marked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AtlasMark {
    /// Row and column of its cell.
    pub cell: [usize; 2],
    /// Its colour.
    pub color: Color,
}

/// The colours of a quantity from high to low.
#[must_use]
pub fn atlas_bar(quantity: Quantity, map: ColorMap, palette: &Palette) -> Raster {
    let rgba: Vec<[u8; 4]> = match quantity {
        Quantity::Alignment => {
            let colors = diverging(palette);
            (0..256)
                .map(|k| colors(1.0 - f64::from(k) / 127.5))
                .collect()
        }
        Quantity::Peak | Quantity::Lit => map.table(false).into_iter().rev().collect(),
    };
    Raster {
        width: 1,
        height: rgba.len(),
        rgba,
    }
}

/// Whether a view has a colour bar of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HasBar {
    /// It has.
    Own,
    /// Its neighbour's stands for both.
    Neighbours,
}

/// Room below the square for its axis.
fn below(style: &Style) -> f32 {
    style.name_below() + style.small * 0.6
}

/// Room around the square for axes and colour bar.
#[must_use]
pub fn atlas_margins(
    atlas: &Atlas,
    has_bar: HasBar,
    note: &str,
    [width, height]: Point,
    style: &Style,
) -> Margins {
    let numbers = style.small_width(&"0".repeat(digits(atlas.places.len()) as usize));
    let marks = bar_marks(atlas, height, style);
    let widths = marks.iter().map(|(_, text)| style.small_width(text));
    let bar = style.font * (1.0 + BAR_WIDTH)
        + style.tick
        + 2.0 * style.gap
        + widths.fold(0.0, f32::max)
        + style.small * 1.2;
    Margins {
        left: style.tick + 2.0 * style.gap + numbers + style.small * 1.2,
        right: match has_bar {
            HasBar::Own => bar,
            HasBar::Neighbours => style.hair,
        },
        top: style.small * 0.4,
        bottom: below(style) + style.note_height(note, width),
    }
}

/// Axes, frame and colour bar.
#[must_use]
pub fn atlas_frame(size: Point, view: &AtlasView<'_>, style: &Style) -> Scene {
    let mut scene = Scene {
        size,
        items: Vec::new(),
    };
    atlas_frame_into(&mut scene, view, style);
    scene
}

/// The same, into a scene that has the cells.
pub fn atlas_frame_into(scene: &mut Scene, view: &AtlasView<'_>, style: &Style) {
    separators(scene, view, style);
    frame(scene, view.layout.plot, style.frame());
    rows_axis(scene, view, style);
    columns_axis(scene, view, style);
    color_bar(scene, view, style);
    let plot = view.layout.plot;
    style.draw_note(scene, view.note, plot, plot.y + plot.height + below(style));
}

/// Thin lines between cells that are large enough to be told apart.
fn separators(scene: &mut Scene, view: &AtlasView<'_>, style: &Style) {
    let points = view.layout.cell_points();
    if points < 6.0 {
        return;
    }
    let strength = ((points - 6.0) / 8.0).min(1.0);
    let ink = style.palette.background.alpha((strength * 150.0) as u8);
    let stroke = style.hairline(ink);
    let Rect {
        x,
        y,
        width,
        height,
    } = view.layout.plot;
    let [rows, columns] = view.layout.seen();
    for row in rows.skip(1) {
        let at = view.layout.block([row, 0], 1).y;
        scene.line(vec![[x, at], [x + width, at]], stroke);
    }
    for column in columns.skip(1) {
        let at = view.layout.block([0, column], 1).x;
        scene.line(vec![[at, y], [at, y + height]], stroke);
    }
}

/// The smallest round number of places (1, 2 or 5 times a power of ten) between
/// ticks that keeps them `room` points apart.
fn tick_step(cell_points: f64, room: f64) -> usize {
    let least = room / cell_points.max(1e-9);
    let mut power = 1usize;
    loop {
        for step in [1, 2, 5].map(|k| k * power) {
            if step as f64 >= least {
                return step;
            }
        }
        power *= 10;
    }
}

/// What a number along the lower side takes.
fn room(view: &AtlasView<'_>, style: &Style) -> f32 {
    style.small * (1.1 + 0.64 * digits(view.atlas.places.len()) as f32)
}

/// Places between ticks, the same along both sides.
fn step(view: &AtlasView<'_>, style: &Style) -> usize {
    let room = room(view, style).max(1.65 * style.small) / style.density;
    tick_step(view.layout.cell_points(), f64::from(room))
}

/// The middle of a cell.
fn middle_of(view: &AtlasView<'_>, cell: [usize; 2]) -> Point {
    let block = view.layout.block(cell, 1);
    [block.x + block.width / 2.0, block.y + block.height / 2.0]
}

fn axis_name(view: &AtlasView<'_>, letter: &str) -> Text {
    let noun = view.noun;
    let order = match (view.atlas.order, view.atlas.quantity) {
        (AtlasOrder::Index, _) => String::new(),
        (AtlasOrder::Sum, Quantity::Alignment) => " (by summed contrast)".to_owned(),
        (AtlasOrder::Sum, quantity) => format!(" (by summed {})", quantity.name()),
    };
    Text::from(format!("{noun} "))
        .then_variable(letter)
        .then(&order)
}

fn rows_axis(scene: &mut Scene, view: &AtlasView<'_>, style: &Style) {
    let Rect { x, y, height, .. } = view.layout.plot;
    let ink = style.palette.secondary;
    let [rows, _] = view.layout.seen();
    let step = tick_step(
        view.layout.cell_points(),
        f64::from(1.65 * style.small / style.density),
    );
    for row in rows.filter(|row| row.is_multiple_of(step)) {
        let at = middle_of(view, [row, 0])[1];
        if !(y..=y + height).contains(&at) {
            continue;
        }
        scene.line(vec![[x - style.tick, at], [x, at]], style.hairline(ink));
        let read = view.pointer.map(|cell| middle_of(view, cell)[1]);
        if read.is_none_or(|read| (read - at).abs() > 14.0) {
            let text = view.atlas.vectors[row].to_string();
            scene.text(
                [x - style.tick - style.gap, at],
                text,
                style.small,
                Align::End,
                ink,
            );
        }
    }
    let numbers = style.small_width(&"0".repeat(digits(view.atlas.places.len()) as usize));
    let left = x - style.tick - 2.0 * style.gap - numbers - style.small * 0.6;
    scene.text_upwards(
        [left, y + height / 2.0],
        axis_name(view, "i"),
        style.small,
        ink,
    );
}

fn columns_axis(scene: &mut Scene, view: &AtlasView<'_>, style: &Style) {
    let Rect {
        x,
        y,
        width,
        height,
    } = view.layout.plot;
    let ink = style.palette.secondary;
    let bottom = y + height;
    let [_, columns] = view.layout.seen();
    let room = room(view, style);
    let step = step(view, style);
    for column in columns.filter(|column| column.is_multiple_of(step)) {
        let at = middle_of(view, [0, column])[0];
        if !(x..=x + width).contains(&at) {
            continue;
        }
        scene.line(
            vec![[at, bottom], [at, bottom + style.tick]],
            style.hairline(ink),
        );
        let read = view.pointer.map(|cell| middle_of(view, cell)[0]);
        if read.is_none_or(|read| (read - at).abs() > room - 6.0) {
            let text = view.atlas.vectors[column].to_string();
            let at = [at, bottom + style.numbers_below()];
            scene.text(at, text, style.small, Align::Middle, ink);
        }
    }
    let at = [x + width / 2.0, bottom + style.name_below()];
    scene.text(at, axis_name(view, "j"), style.small, Align::Middle, ink);
}

fn color_bar(scene: &mut Scene, view: &AtlasView<'_>, style: &Style) {
    let Some(bar) = &view.bar else {
        return;
    };
    let rect = view.layout.bar;
    let marks = bar_marks(view.atlas, rect.height, style);
    let name = match view.atlas.quantity {
        Quantity::Alignment => "alignment index".to_owned(),
        Quantity::Peak => "peak, % of samples".to_owned(),
        Quantity::Lit => "samples lit, %".to_owned(),
    };
    let scale = match view.atlas.scale {
        ColorScale::Linear => String::new(),
        scale => format!(" ({} scale)", scale.name()),
    };
    draw_bar(scene, rect, bar, &marks, style);
    let widths = marks.iter().map(|(_, text)| style.small_width(text));
    let numbers = widths.fold(0.0, f32::max);
    let right = rect.x + rect.width + style.tick + 2.0 * style.gap + numbers;
    bar_name(
        scene,
        rect,
        right + style.small * 0.6,
        format!("{name}{scale}"),
        style,
    );
}

/// Places on the bar between 0 and 1, the most telling first, with their text.
fn bar_marks(atlas: &Atlas, height: f32, style: &Style) -> Vec<(f64, String)> {
    let marks: Vec<(f64, String)> = match atlas.quantity {
        Quantity::Alignment => [
            (0.0, "−1"),
            (1.0, "+1"),
            (0.5, "0"),
            (0.25, "−0.5"),
            (0.75, "+0.5"),
        ]
        .map(|(place, text)| (place, text.to_owned()))
        .into(),
        Quantity::Peak | Quantity::Lit => {
            let (n, most) = (atlas.n_samples.max(1) as f64, atlas.most as f64);
            let marks = bar_ticks(0.0, most / n, atlas.scale, height, style);
            let mark = |(value, step): (f64, f64)| {
                (atlas.scale.place(value * n, most), percent(value, step))
            };
            marks.into_iter().map(mark).collect()
        }
    };
    apart(marks.into_iter(), height, style)
}

/// Outlines of marked planes and of their mirror images, the first on top; to be
/// cut off at the plot's edges.
#[must_use]
pub fn atlas_marks(
    size: Point,
    layout: &AtlasLayout,
    palette: &Palette,
    marks: &[AtlasMark],
) -> Scene {
    let mut scene = Scene {
        size,
        items: Vec::new(),
    };
    for mark in marks.iter().rev() {
        let [row, column] = mark.cell;
        for cell in [[row, column], [column, row]] {
            let rect = grown(layout.block(cell, 1));
            // With a casing, so that it shows on every colour.
            frame(
                &mut scene,
                rect,
                Stroke::solid(4.0, palette.background.alpha(210)),
            );
            frame(&mut scene, rect, Stroke::solid(2.0, mark.color));
        }
    }
    scene
}

fn grown(rect: Rect) -> Rect {
    let [width, height] = [rect.width, rect.height].map(|side| side.max(LEAST_MARK));
    Rect {
        x: rect.x + (rect.width - width) / 2.0,
        y: rect.y + (rect.height - height) / 2.0,
        width,
        height,
    }
}

/// Lines through the cell that the pointer reads, and its vectors' numbers on both
/// axes.
#[must_use]
pub fn atlas_pointer(size: Point, view: &AtlasView<'_>, style: &Style) -> Scene {
    let mut scene = Scene {
        size,
        items: Vec::new(),
    };
    let Some(cell) = view.pointer else {
        return scene;
    };
    let Rect {
        x,
        y,
        width,
        height,
    } = view.layout.plot;
    let block = view.layout.block(cell, 1);
    let clamp = |at: f32, start: f32, length: f32| at.clamp(start, start + length);
    let middle = middle_of(view, cell);
    let (across, down) = (clamp(middle[1], y, height), clamp(middle[0], x, width));
    let casing = Stroke::solid(3.0, style.palette.background.alpha(110));
    let line = Stroke::solid(1.0, style.palette.text.alpha(190));
    let gap = (block.width / 2.0).max(5.0);
    for stroke in [casing, line] {
        for path in [
            [[x, across], [(down - gap).max(x), across]],
            [[(down + gap).min(x + width), across], [x + width, across]],
            [[down, y], [down, (across - gap).max(y)]],
            [[down, (across + gap).min(y + height)], [down, y + height]],
        ] {
            scene.line(path.into(), stroke);
        }
    }
    let left = [x - style.tick - style.gap, across];
    badge(&mut scene, view, style, left, cell[0], Align::End);
    let bottom = [down, y + height + style.numbers_below()];
    badge(&mut scene, view, style, bottom, cell[1], Align::Middle);
    scene
}

/// A vector's number on the axis.
fn badge(
    scene: &mut Scene,
    view: &AtlasView<'_>,
    style: &Style,
    at: Point,
    place: usize,
    align: Align,
) {
    let text = view.atlas.vectors[place].to_string();
    scene.items.push(Item::Text {
        at,
        text: text.into(),
        size: style.small,
        align,
        bold: true,
        upwards: false,
        color: style.palette.text,
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_keep_apart_and_their_steps_are_round() {
        let check = |points: f64, expected: usize| assert_eq!(tick_step(points, 20.0), expected);
        check(24.0, 1);
        check(12.0, 2);
        check(5.0, 5);
        check(1.0, 20);
        check(0.1, 200);
        check(0.04, 500);
    }

    #[test]
    fn a_marked_cell_can_be_seen_however_small_it_is() {
        let small = Rect {
            x: 10.0,
            y: 20.0,
            width: 0.5,
            height: 0.5,
        };
        let rect = grown(small);
        assert_eq!(rect.width, LEAST_MARK);
        assert_eq!(rect.x + rect.width / 2.0, 10.25);
        let large = Rect {
            width: 30.0,
            height: 30.0,
            ..small
        };
        assert_eq!(grown(large), large);
    }
}
