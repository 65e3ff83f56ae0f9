//! What stands around and on the cells: axes, colour bar, marks, the pointer's
//! cross-hairs.

use std::sync::Arc;

use super::super::heatmap::{bar_ticks, frame};
use super::super::{
    Align, Color, ColorMap, ColorScale, Item, Palette, Point, Raster, Rect, Scene, Stroke, percent,
};
use super::codes::diverging;
use super::view::{DIGIT, digits};
use super::{Atlas, AtlasLayout, AtlasOrder, Quantity};

/// Height of the numbers along the axes.
const FONT: f32 = 11.0;

/// Least height and width that a marked cell is shown with.
const LEAST_MARK: f32 = 7.0;

/// What is drawn around an atlas.
#[derive(Clone, Debug)]
pub struct AtlasView<'a> {
    /// The atlas.
    pub atlas: &'a Atlas,
    /// Where things are.
    pub layout: AtlasLayout,
    /// The colour bar, from [`atlas_bar`].
    pub bar: Arc<Raster>,
    /// What a vector of the basis is called.
    pub noun: &'a str,
    /// Row and column of the cell that the pointer reads.
    pub pointer: Option<[usize; 2]>,
    /// Colours of what is no cell.
    pub palette: Palette,
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

/// Axes, frame and colour bar.
#[must_use]
pub fn atlas_frame(size: Point, view: &AtlasView<'_>) -> Scene {
    let mut scene = Scene {
        size,
        items: Vec::new(),
    };
    separators(&mut scene, view);
    frame(
        &mut scene,
        view.layout.plot,
        Stroke::solid(1.0, view.palette.grid),
    );
    rows_axis(&mut scene, view);
    columns_axis(&mut scene, view);
    color_bar(&mut scene, view);
    scene
}

/// Thin lines between cells that are large enough to be told apart.
fn separators(scene: &mut Scene, view: &AtlasView<'_>) {
    let points = view.layout.cell_points();
    if points < 6.0 {
        return;
    }
    let strength = ((points - 6.0) / 8.0).min(1.0);
    let ink = view.palette.background.alpha((strength * 150.0) as u8);
    let stroke = Stroke::solid(1.0, ink);
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

/// The middle of a cell.
fn middle_of(view: &AtlasView<'_>, cell: [usize; 2]) -> Point {
    let block = view.layout.block(cell, 1);
    [block.x + block.width / 2.0, block.y + block.height / 2.0]
}

fn axis_name(view: &AtlasView<'_>, letter: &str) -> String {
    let noun = view.noun;
    match (view.atlas.order, view.atlas.quantity) {
        (AtlasOrder::Index, _) => format!("{noun} {letter}"),
        (AtlasOrder::Sum, Quantity::Alignment) => {
            format!("{noun} {letter} (by summed contrast)")
        }
        (AtlasOrder::Sum, quantity) => format!("{noun} {letter} (by summed {})", quantity.name()),
    }
}

fn rows_axis(scene: &mut Scene, view: &AtlasView<'_>) {
    let Rect { x, y, height, .. } = view.layout.plot;
    let ink = view.palette.secondary;
    let [rows, _] = view.layout.seen();
    let step = tick_step(view.layout.cell_points(), 18.0);
    for row in rows.filter(|row| row.is_multiple_of(step)) {
        let at = middle_of(view, [row, 0])[1];
        if !(y..=y + height).contains(&at) {
            continue;
        }
        scene.line(vec![[x - 4.0, at], [x, at]], Stroke::solid(1.0, ink));
        let read = view.pointer.map(|cell| middle_of(view, cell)[1]);
        if read.is_none_or(|read| (read - at).abs() > 14.0) {
            let text = view.atlas.vectors[row].to_string();
            scene.text([x - 7.0, at], text, FONT, Align::End, ink);
        }
    }
    let numbers = DIGIT * digits(view.atlas.side) as f32;
    scene.items.push(Item::Text {
        at: [x - 20.0 - numbers, y + height / 2.0],
        text: axis_name(view, "i"),
        size: FONT,
        align: Align::Middle,
        bold: false,
        upwards: true,
        color: ink,
    });
}

fn columns_axis(scene: &mut Scene, view: &AtlasView<'_>) {
    let Rect {
        x,
        y,
        width,
        height,
    } = view.layout.plot;
    let ink = view.palette.secondary;
    let bottom = y + height;
    let [_, columns] = view.layout.seen();
    let room = 12.0 + DIGIT * digits(view.atlas.side) as f32;
    let step = tick_step(view.layout.cell_points(), f64::from(room));
    for column in columns.filter(|column| column.is_multiple_of(step)) {
        let at = middle_of(view, [0, column])[0];
        if !(x..=x + width).contains(&at) {
            continue;
        }
        scene.line(
            vec![[at, bottom], [at, bottom + 4.0]],
            Stroke::solid(1.0, ink),
        );
        let read = view.pointer.map(|cell| middle_of(view, cell)[0]);
        if read.is_none_or(|read| (read - at).abs() > room - 6.0) {
            let text = view.atlas.vectors[column].to_string();
            scene.text([at, bottom + 13.0], text, FONT, Align::Middle, ink);
        }
    }
    let at = [x + width / 2.0, bottom + 29.0];
    scene.text(at, axis_name(view, "j"), FONT, Align::Middle, ink);
}

fn color_bar(scene: &mut Scene, view: &AtlasView<'_>) {
    let Rect {
        x,
        y,
        width,
        height,
    } = view.layout.bar;
    scene.items.push(Item::Image {
        rect: view.layout.bar,
        raster: Arc::clone(&view.bar),
    });
    frame(
        scene,
        view.layout.bar,
        Stroke::solid(1.0, view.palette.grid),
    );
    let ink = view.palette.secondary;
    let mut used: Vec<f32> = Vec::new();
    for (place, text) in bar_marks(view.atlas, height) {
        let at = y + height * (1.0 - place as f32);
        if used.iter().any(|other| (other - at).abs() < 15.0) {
            continue;
        }
        used.push(at);
        let tick = vec![[x + width, at], [x + width + 4.0, at]];
        scene.line(tick, Stroke::solid(1.0, ink));
        scene.text([x + width + 7.0, at], text, FONT, Align::Start, ink);
    }
    let name = match view.atlas.quantity {
        Quantity::Alignment => "alignment index".to_owned(),
        Quantity::Peak => "peak, % of samples".to_owned(),
        Quantity::Lit => "samples lit, %".to_owned(),
    };
    let scale = match view.atlas.scale {
        ColorScale::Linear => String::new(),
        scale => format!(" ({} scale)", scale.name()),
    };
    scene.items.push(Item::Text {
        at: [x + width + 50.0, y + height / 2.0],
        text: format!("{name}{scale}"),
        size: FONT,
        align: Align::Middle,
        bold: false,
        upwards: true,
        color: ink,
    });
}

/// Places on the bar between 0 and 1, the most telling first, with their text.
fn bar_marks(atlas: &Atlas, height: f32) -> Vec<(f64, String)> {
    match atlas.quantity {
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
            let marks = bar_ticks(0.0, most / n, atlas.scale, height);
            let mark = |(value, step): (f64, f64)| {
                (atlas.scale.place(value * n, most), percent(value, step))
            };
            marks.into_iter().map(mark).collect()
        }
    }
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
pub fn atlas_pointer(size: Point, view: &AtlasView<'_>) -> Scene {
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
    let casing = Stroke::solid(3.0, view.palette.background.alpha(110));
    let line = Stroke::solid(1.0, view.palette.text.alpha(190));
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
    badge(&mut scene, view, [x - 7.0, across], cell[0], Align::End);
    let bottom = [down, y + height + 13.0];
    badge(&mut scene, view, bottom, cell[1], Align::Middle);
    scene
}

/// A vector's number on the axis.
fn badge(scene: &mut Scene, view: &AtlasView<'_>, at: Point, place: usize, align: Align) {
    let text = view.atlas.vectors[place].to_string();
    scene.items.push(Item::Text {
        at,
        text,
        size: FONT,
        align,
        bold: true,
        upwards: false,
        color: view.palette.text,
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
