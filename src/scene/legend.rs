//! Legends: which line is which.

use super::{Align, Color, Item, Point, Rect, Scene, Stroke, Style, Text};
use crate::words::shortened;

/// How an entry's key looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Key {
    /// A line.
    Line,
    /// A line of dashes and gaps, in its widths.
    Dashed([f32; 2]),
    /// A thin line.
    Faint,
    /// A dashed line.
    Dashes,
    /// A filled area.
    Area,
    /// A band among others, its outer edge of dashes and gaps where it is.
    Band(Option<[f32; 2]>),
    /// A dot.
    Dot,
}

/// An entry of a legend.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// What it is.
    pub name: Text,
    /// How it looks.
    pub key: Key,
    /// Its colour.
    pub color: Color,
}

/// Where a legend stands within a view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LegendPlace {
    /// In the corner where it hides least.
    Freest,
    /// In that corner.
    Corner(Corner),
}

/// A corner of a view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Corner {
    /// Upper left.
    UpperLeft,
    /// Upper right.
    UpperRight,
    /// Lower left.
    LowerLeft,
    /// Lower right.
    LowerRight,
}

impl Corner {
    /// All four.
    pub const ALL: [Self; 4] = [
        Self::UpperRight,
        Self::UpperLeft,
        Self::LowerRight,
        Self::LowerLeft,
    ];

    /// Where something of that size has its upper left point in this corner.
    #[must_use]
    pub fn within(self, room: Rect, [width, height]: Point) -> Point {
        let left = matches!(self, Self::UpperLeft | Self::LowerLeft);
        let top = matches!(self, Self::UpperLeft | Self::UpperRight);
        [
            if left {
                room.x
            } else {
                room.x + room.width - width
            },
            if top {
                room.y
            } else {
                room.y + room.height - height
            },
        ]
    }
}

const KEY: f32 = 1.5;
const KEY_GAP: f32 = 0.5;
const LINE: f32 = 1.35;

fn padding(style: &Style) -> f32 {
    style.font * 0.3
}

/// Width and height of a legend with an entry a line.
#[must_use]
pub fn legend_size(entries: &[Entry], style: &Style) -> Point {
    let width = |entry: &Entry| style.fonts.width(&entry.name, small(style), false);
    let widest = entries.iter().map(width).fold(0.0, f32::max);
    let pad = 2.0 * padding(style);
    [
        widest + style.font * (KEY + KEY_GAP) + pad,
        style.font * LINE * entries.len() as f32 + pad,
    ]
}

/// The entries, names that would make one wider than `most` shortened so that one can
/// still tell them apart.
#[must_use]
pub fn within_width(mut entries: Vec<Entry>, most: f32, style: &Style) -> Vec<Entry> {
    let room = most - style.font * (KEY + KEY_GAP);
    let width = |text: &Text| style.fonts.width(text, small(style), false);
    // Names of planes are short, and would lose their subscripts.
    let is_plain = |entry: &Entry| entry.name.runs().len() <= 1;
    if entries.iter().all(|entry| width(&entry.name) <= room) {
        return entries;
    }
    let names = entries.iter().filter(|entry| is_plain(entry));
    let names: Vec<String> = names.map(|entry| entry.name.plain()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let short = shortened(&names, &|name| width(&name.into()) <= room);
    let plain = entries.iter_mut().filter(|entry| is_plain(entry));
    for (entry, name) in plain.zip(short) {
        entry.name = name.into();
    }
    entries
}

/// The same for a legend with an entry a line, which has a border of its own.
#[must_use]
pub fn within_lines(entries: Vec<Entry>, most: f32, style: &Style) -> Vec<Entry> {
    within_width(entries, most - 2.0 * padding(style), style)
}

/// Letters of a legend: between those of names and of ticks.
fn small(style: &Style) -> f32 {
    f32::midpoint(style.font, style.small)
}

/// Draws a legend with an entry a line, its upper left point at `at`, on a veil
/// that lets it be read over curves.
pub fn draw_legend(scene: &mut Scene, [x, y]: Point, entries: &[Entry], style: &Style) {
    if entries.is_empty() {
        return;
    }
    let [width, height] = legend_size(entries, style);
    if !style.transparent {
        scene.items.push(Item::Fill {
            rect: Rect {
                x,
                y,
                width,
                height,
            },
            color: style.palette.background.alpha(205),
        });
    }
    let pad = padding(style);
    for (row, entry) in entries.iter().enumerate() {
        let line = y + pad + style.font * LINE * (row as f32 + 0.5);
        draw_entry(scene, [x + pad, line], entry, style);
    }
}

/// Width of an entry.
fn entry_width(entry: &Entry, style: &Style) -> f32 {
    style.fonts.width(&entry.name, small(style), false) + style.font * (KEY + KEY_GAP)
}

/// Draws an entry, `at` being the left end of its key.
fn draw_entry(scene: &mut Scene, [x, y]: Point, entry: &Entry, style: &Style) {
    let key = style.font * KEY;
    let path = vec![[x, y], [x + key, y]];
    match entry.key {
        Key::Line => scene.line(path, Stroke::solid(style.line, entry.color)),
        Key::Dashed(dash) => {
            let stroke = Stroke {
                width: style.line,
                color: entry.color,
                dash: Some(dash.map(|length| length * style.line)),
            };
            scene.line(path, stroke);
        }
        Key::Faint => scene.line(path, Stroke::solid(style.hair, entry.color)),
        Key::Dashes => {
            let dash = 2.0 * style.line;
            let stroke = Stroke {
                width: style.line * 0.6,
                color: entry.color,
                dash: Some([dash, dash]),
            };
            scene.line(path, stroke);
        }
        Key::Area => scene.items.push(Item::Fill {
            rect: Rect {
                x,
                y: y - style.font * 0.35,
                width: key,
                height: style.font * 0.7,
            },
            color: entry.color.alpha(style.fill.max(60)),
        }),
        Key::Band(dash) => {
            let (top, width) = (y - style.font * 0.35, style.line * 0.5);
            scene.items.push(Item::Fill {
                rect: Rect {
                    x,
                    y: top,
                    width: key,
                    height: style.font * 0.7,
                },
                color: entry.color.alpha(style.band_fill()),
            });
            let stroke = Stroke {
                width,
                color: entry.color,
                dash: dash.map(|dash| dash.map(|length| length * width)),
            };
            scene.line(vec![[x, top], [x + key, top]], stroke);
        }
        Key::Dot => {
            scene.items.push(Item::Disc {
                centre: [x + key / 2.0, y],
                radius: style.font * 0.26,
                color: entry.color,
            });
        }
    }
    scene.text(
        [x + key + style.font * KEY_GAP, y],
        entry.name.clone(),
        small(style),
        Align::Start,
        style.palette.text,
    );
}

/// The entries in rows of at most that width.
fn rows<'a>(entries: &'a [Entry], most: f32, style: &Style) -> Vec<Vec<&'a Entry>> {
    let mut rows: Vec<Vec<&Entry>> = Vec::new();
    let mut used = 0.0;
    for entry in entries {
        let width = entry_width(entry, style) + style.font;
        match rows.last_mut() {
            Some(row) if used + width <= most + style.font => {
                row.push(entry);
                used += width;
            }
            _ => {
                rows.push(vec![entry]);
                used = width;
            }
        }
    }
    rows
}

/// Height of a legend of rows of at most that width.
#[must_use]
pub fn legend_row_height(entries: &[Entry], most: f32, style: &Style) -> f32 {
    rows(entries, most, style).len() as f32 * style.font * LINE
}

/// Width of the widest of those rows.
#[must_use]
pub fn legend_row_width(entries: &[Entry], most: f32, style: &Style) -> f32 {
    let rows = rows(entries, most, style);
    rows.iter()
        .map(|row| row_width(row, style))
        .fold(0.0, f32::max)
}

fn row_width(row: &[&Entry], style: &Style) -> f32 {
    let widths = row.iter().map(|entry| entry_width(entry, style));
    widths.sum::<f32>() + style.font * row.len().saturating_sub(1) as f32
}

/// Draws a legend of rows in the middle of `room`.
pub fn draw_legend_rows(scene: &mut Scene, room: Rect, entries: &[Entry], style: &Style) {
    for (number, row) in rows(entries, room.width, style).into_iter().enumerate() {
        let mut x = room.x + (room.width - row_width(&row, style)) / 2.0;
        let y = room.y + style.font * LINE * (number as f32 + 0.5);
        for entry in row {
            draw_entry(scene, [x, y], entry, style);
            x += entry_width(entry, style) + style.font;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::{AngleUnit, Palette};

    fn entries(names: &[&str]) -> Vec<Entry> {
        let entry = |&name: &&str| Entry {
            name: name.into(),
            key: Key::Line,
            color: Palette::PAPER.accent,
        };
        names.iter().map(entry).collect()
    }

    #[test]
    fn entries_that_do_not_fit_beside_each_other_stand_below() {
        let style = Style::screen(Palette::PAPER, AngleUnit::Pi);
        let entries = entries(&["mean", "± std", "each of 276 planes"]);
        let one = legend_row_height(&entries, 1000.0, &style);
        assert_eq!(legend_row_height(&entries, 150.0, &style), 2.0 * one);
        assert_eq!(legend_row_height(&entries, 1.0, &style), 3.0 * one);
        let room = Rect {
            x: 10.0,
            y: 0.0,
            width: 300.0,
            height: one,
        };
        let mut scene = Scene::default();
        draw_legend_rows(&mut scene, room, &entries, &style);
        assert_eq!(scene.items.len(), 6);
    }

    #[test]
    fn long_names_are_shortened_to_the_room_and_stay_apart() {
        let style = Style::screen(Palette::PAPER, AngleUnit::Pi);
        let long = |end: &str| format!("{}{end}", "mammal ".repeat(12));
        let [cat, dog] = ["cat", "dog"].map(long);
        let names = entries(&[&cat, "six", &dog]);
        let short = within_width(names, 120.0, &style);
        let widths = short.iter().map(|entry| entry_width(entry, &style));
        assert!(widths.clone().all(|width| width <= 120.0));
        assert!(widths.fold(0.0, f32::max) > 100.0);
        assert_eq!(short[1].name, "six".into());
        assert_ne!(short[0].name, short[2].name);
        let size = legend_size(&within_lines(short, 90.0, &style), &style);
        assert!(size[0] <= 90.0 && size[0] > 70.0);
    }

    #[test]
    fn corners_are_where_they_are_called() {
        let room = Rect {
            x: 10.0,
            y: 20.0,
            width: 100.0,
            height: 50.0,
        };
        let at = |corner: Corner| corner.within(room, [30.0, 10.0]);
        assert_eq!(at(Corner::UpperLeft), [10.0, 20.0]);
        assert_eq!(at(Corner::LowerRight), [80.0, 60.0]);
    }
}
