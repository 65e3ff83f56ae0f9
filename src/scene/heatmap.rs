//! All planes at once: planes × angles, ordered, aggregated honestly where there
//! are more planes than pixels, with a colour bar.

use std::sync::Arc;

use std::ops::Range;

use super::{
    Aggregate, Align, AngleUnit, ColorMap, ColorScale, Item, Palette, PlaneOrder, Point, Raster,
    Rect, RowSpan, Scene, Stroke, percent, ticks,
};
use crate::words::thousands;

/// The colours of a map from high to low.
#[must_use]
pub fn bar(map: ColorMap, signed: bool) -> Raster {
    let table = map.table(signed);
    Raster {
        width: 1,
        height: table.len(),
        rgba: table.into_iter().rev().collect(),
    }
}

/// What the heatmap shows.
#[derive(Clone, Debug)]
pub struct HeatmapView {
    /// The coloured rows.
    pub raster: Arc<Raster>,
    /// The colour bar, from [`bar`].
    pub bar: Arc<Raster>,
    /// Places in the order that they stand for.
    pub rows: Range<usize>,
    /// Planes in the order.
    pub planes: usize,
    /// Planes that there are, drawn or not.
    pub in_all: usize,
    /// Which of them are looked at.
    pub span: RowSpan,
    /// The largest count shown.
    pub most: i32,
    /// `N`.
    pub n_samples: usize,
    /// Order of the rows.
    pub order: PlaneOrder,
    /// Place of the selected plane.
    pub selected: Option<usize>,
    /// Signed counts.
    pub signed: bool,
    /// Colours of the cells.
    pub map: ColorMap,
    /// Scale of the colours.
    pub scale: ColorScale,
    /// Unit of the angular axis.
    pub unit: AngleUnit,
    /// Colours of the rest.
    pub palette: Palette,
}

/// Where things are in a heatmap.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HeatmapLayout {
    /// The cells.
    pub plot: Rect,
    /// The colour bar.
    pub bar: Rect,
}

impl HeatmapLayout {
    /// The layout of a heatmap of that size.
    #[must_use]
    pub fn new(size: Point) -> Self {
        let plot = Rect {
            x: 62.0,
            y: 8.0,
            width: (size[0] - 62.0 - 84.0).max(40.0),
            height: (size[1] - 8.0 - 40.0).max(40.0),
        };
        Self {
            plot,
            bar: Rect {
                x: plot.x + plot.width + 14.0,
                width: 10.0,
                ..plot
            },
        }
    }

    /// The same with room for numbers up to that one beside the rows.
    #[must_use]
    pub fn with_room_for(self, number: usize) -> Self {
        let digits = thousands(number as u64).len() as f32;
        let more = (27.0 + digits * 6.2 - self.plot.x).max(0.0);
        let plot = Rect {
            x: self.plot.x + more,
            width: (self.plot.width - more).max(40.0),
            ..self.plot
        };
        Self { plot, ..self }
    }

    /// Row and column of the cell under a point, of the picture of some of the
    /// `planes` in the order.
    #[must_use]
    pub fn cell_at(
        &self,
        point: Point,
        aggregate: &Aggregate,
        span: RowSpan,
        planes: usize,
    ) -> Option<(usize, usize)> {
        let halves = aggregate.halves();
        if !self.plot.contains(point) || aggregate.rows == 0 || halves == 0 {
            return None;
        }
        let (first, last) = span.edges(planes);
        let down = f64::from((point[1] - self.plot.y) / self.plot.height);
        let place = (first + down * (last - first)).min(last.ceil() - 1.0);
        let place = aggregate
            .range()
            .contains(&(place as usize))
            .then_some(place)?;
        // The picture's rows are equally high, whatever they stand for.
        let row = (place - aggregate.start as f64) / aggregate.planes as f64;
        let row = (row * aggregate.rows as f64) as usize;
        let across = (point[0] - self.plot.x) / self.plot.width;
        let half = ((across * halves as f32) as usize).min(halves - 1);
        Some((row.min(aggregate.rows - 1), aggregate.column_of(half)))
    }
}

/// Draws the view.
#[must_use]
pub fn heatmap(size: Point, view: &HeatmapView) -> (Scene, HeatmapLayout) {
    let layout = HeatmapLayout::new(size).with_room_for(view.in_all);
    let mut scene = Scene {
        size,
        items: rows(&layout, view).into_iter().collect(),
    };
    angle_axis(&mut scene, &layout, view);
    plane_axis(&mut scene, &layout, view);
    color_bar(&mut scene, &layout, view);
    let selected = view
        .selected
        .map(|place| height_of(view, &layout, place as f64 + 0.5))
        .filter(|row| (layout.plot.y..=layout.plot.y + layout.plot.height).contains(row));
    if let Some(row) = selected {
        let Rect { x, width, .. } = layout.plot;
        // With a casing, so that it shows on every colour of the map.
        let line = vec![[x - 6.0, row], [x + width, row]];
        scene.line(
            line.clone(),
            Stroke::solid(3.5, view.palette.background.alpha(190)),
        );
        scene.line(line, Stroke::solid(1.5, view.palette.spotlight));
    }
    (scene, layout)
}

/// The rows of the picture that are looked at. Where it was made of others than
/// those, it covers what it has until the new one is there.
fn rows(layout: &HeatmapLayout, view: &HeatmapView) -> Option<Item> {
    let (first, last) = view.span.edges(view.planes);
    let (start, end) = (view.rows.start as f64, view.rows.end as f64);
    let (top, bottom) = (first.max(start), last.min(end));
    if top >= bottom {
        return None;
    }
    let y = height_of(view, layout, top);
    let rect = Rect {
        y,
        height: height_of(view, layout, bottom) - y,
        ..layout.plot
    };
    let part = |place: f64| ((place - start) / (end - start)) as f32;
    Some(Item::Rows {
        rect,
        raster: Arc::clone(&view.raster),
        part: [part(top), part(bottom)],
    })
}

/// How far down a place of the order is.
fn height_of(view: &HeatmapView, layout: &HeatmapLayout, place: f64) -> f32 {
    let (first, last) = view.span.edges(view.planes.max(1));
    let down = (place - first) / (last - first);
    layout.plot.y + down as f32 * layout.plot.height
}

pub(super) fn frame(scene: &mut Scene, rect: Rect, stroke: Stroke) {
    let Rect {
        x,
        y,
        width,
        height,
    } = rect;
    scene.items.push(Item::Line {
        points: vec![
            [x, y],
            [x + width, y],
            [x + width, y + height],
            [x, y + height],
        ],
        closed: true,
        stroke,
    });
}

fn angle_axis(scene: &mut Scene, layout: &HeatmapLayout, view: &HeatmapView) {
    let Rect {
        x,
        y,
        width,
        height,
    } = layout.plot;
    let bottom = y + height;
    // Labels of four quarters need room.
    let every = if width < 170.0 { 2 } else { 1 };
    for quarter in (0..=4u32).step_by(every) {
        let at = x + width * quarter as f32 / 4.0;
        let stroke = Stroke::solid(1.0, view.palette.secondary);
        scene.line(vec![[at, bottom], [at, bottom + 4.0]], stroke);
        let text = view.unit.tick(quarter * 2);
        scene.text(
            [at, bottom + 13.0],
            text,
            11.0,
            Align::Middle,
            view.palette.secondary,
        );
    }
    let at = [x + width / 2.0, bottom + 29.0];
    scene.text(
        at,
        "angle θ from bᵢ towards bⱼ",
        11.0,
        Align::Middle,
        view.palette.secondary,
    );
}

fn plane_axis(scene: &mut Scene, layout: &HeatmapLayout, view: &HeatmapView) {
    let Rect { x, y, height, .. } = layout.plot;
    let wanted = ((height / 60.0) as usize).clamp(2, 8);
    let places = view.span.places(view.planes);
    let last = places.end.saturating_sub(1) as f64;
    for tick in ticks(places.start as f64, last, wanted) {
        let at = height_of(view, layout, tick + 0.5);
        if tick.fract() != 0.0 || !(y..=y + height).contains(&at) {
            continue;
        }
        let stroke = Stroke::solid(1.0, view.palette.secondary);
        scene.line(vec![[x - 4.0, at], [x, at]], stroke);
        let text = thousands(tick as u64);
        scene.text(
            [x - 7.0, at],
            text,
            11.0,
            Align::End,
            view.palette.secondary,
        );
    }
    scene.items.push(Item::Text {
        at: [9.0, y + height / 2.0],
        text: match view.order {
            PlaneOrder::Plane => "plane (by number)".to_owned(),
            order => format!("plane (by {})", order.name()),
        },
        size: 11.0,
        align: Align::Middle,
        bold: false,
        upwards: true,
        color: view.palette.secondary,
    });
}

fn color_bar(scene: &mut Scene, layout: &HeatmapLayout, view: &HeatmapView) {
    let Rect {
        x,
        y,
        width,
        height,
    } = layout.bar;
    scene.items.push(Item::Image {
        rect: layout.bar,
        raster: Arc::clone(&view.bar),
    });
    frame(scene, layout.bar, Stroke::solid(1.0, view.palette.grid));
    let n = view.n_samples.max(1) as f64;
    let most = f64::from(view.most);
    let low = if view.signed { -most } else { 0.0 };
    let mut used: Vec<f32> = Vec::new();
    for (value, step) in bar_ticks(low / n, most / n, view.scale, height) {
        let place = view.scale.place(value * n, most);
        let place = if view.signed {
            f64::midpoint(place, 1.0)
        } else {
            place
        };
        let at = y + height * (1.0 - place as f32);
        if used.iter().any(|other| (other - at).abs() < 15.0) {
            continue;
        }
        used.push(at);
        let stroke = Stroke::solid(1.0, view.palette.secondary);
        scene.line(vec![[x + width, at], [x + width + 4.0, at]], stroke);
        let text = percent(value, step);
        scene.text(
            [x + width + 7.0, at],
            text,
            11.0,
            Align::Start,
            view.palette.secondary,
        );
    }
    let scale = match view.scale {
        ColorScale::Linear => String::new(),
        scale => format!(" ({} scale)", scale.name()),
    };
    scene.items.push(Item::Text {
        at: [scene.size[0] - 8.0, y + height / 2.0],
        text: if view.signed {
            format!("samples lit − opposite, %{scale}")
        } else {
            format!("samples lit, %{scale}")
        },
        size: 11.0,
        align: Align::Middle,
        bold: false,
        upwards: true,
        color: view.palette.secondary,
    });
}

/// Round values for the bar, the most telling first, each with the step whose
/// digits it needs.
pub(super) fn bar_ticks(low: f64, high: f64, scale: ColorScale, height: f32) -> Vec<(f64, f64)> {
    let wanted = ((height / 50.0) as usize).clamp(2, 6);
    match scale {
        ColorScale::Linear | ColorScale::Sqrt => {
            let marks = ticks(low, high, wanted);
            let step = marks.get(1).map_or(0.0, |second| second - marks[0]);
            marks.into_iter().map(|mark| (mark, step)).collect()
        }
        ColorScale::Log => {
            let top = ticks(0.0, high, 2).last().copied().unwrap_or(high);
            let mut marks = vec![(0.0, 1.0)];
            for decade in 0..8 {
                let value = top / 10f64.powi(decade);
                if value > 0.0 {
                    marks.push((value, value));
                    if low < 0.0 {
                        marks.push((-value, value));
                    }
                }
            }
            marks
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_of_other_rows_covers_those_it_has() {
        let (map, palette) = (ColorMap::Viridis, Palette::DARK);
        let raster = Arc::new(Raster {
            width: 1,
            height: 5,
            rgba: vec![[0; 4]; 5],
        });
        let mut view = HeatmapView {
            raster,
            bar: Arc::new(bar(map, false)),
            rows: 5..10,
            planes: 10,
            in_all: 10,
            span: RowSpan::WHOLE,
            most: 1,
            n_samples: 1,
            order: PlaneOrder::Peak,
            selected: None,
            signed: false,
            map,
            scale: ColorScale::Linear,
            unit: AngleUnit::Degrees,
            palette,
        };
        let layout = HeatmapLayout::new([400.0, 300.0]);
        let Rect { y, height, .. } = layout.plot;
        let covered = |view: &HeatmapView| match rows(&layout, view) {
            Some(Item::Rows { rect, part, .. }) => Some((rect.y - y, rect.height, part)),
            _ => None,
        };
        assert_eq!(
            covered(&view),
            Some((height / 2.0, height / 2.0, [0.0, 1.0]))
        );
        view.span = RowSpan::WHOLE.zoomed(5.0, 1.0, 10).zoomed(0.5, 1.0, 10);
        assert_eq!(covered(&view).unwrap().2[1], 1.0);
        view.span = RowSpan::WHOLE.zoomed(2.5, 0.0, 10);
        assert_eq!(covered(&view), None);
    }

    #[test]
    fn the_cell_under_the_pointer() {
        let layout = HeatmapLayout::new([400.0, 300.0]);
        let Rect {
            x,
            y,
            width,
            height,
        } = layout.plot;
        let aggregate = Aggregate::new(0..10, 10, 4);
        let cell = |fx: f32, fy: f32, aggregate: &Aggregate, span: RowSpan| {
            let point = [x + fx * width, y + fy * height];
            layout.cell_at(point, aggregate, span, 10)
        };
        let at = |fx: f32, fy: f32| cell(fx, fy, &aggregate, RowSpan::WHOLE);
        assert_eq!(at(0.001, 0.001), Some((0, 0)));
        assert_eq!(at(0.999, 0.999), Some((9, 3)));
        // A third of the way is the place of the second of four angles.
        assert_eq!(at(0.32, 0.5), Some((5, 1)));
        assert_eq!(at(0.34, 0.5), Some((5, 1)));
        assert_eq!(at(0.51, 0.5), Some((5, 2)));
        assert_eq!(at(-0.01, 0.0), None);
        // The lower half, of the picture of all and of one of its own.
        let half = RowSpan::WHOLE.zoomed(2.0, 1.0, 10);
        assert_eq!(cell(0.0, 0.01, &aggregate, half), Some((5, 0)));
        assert_eq!(cell(0.0, 0.99, &aggregate, half), Some((9, 0)));
        let lower = Aggregate::new(5..10, 5, 4);
        assert_eq!(cell(0.0, 0.01, &lower, half), Some((0, 0)));
        assert_eq!(cell(0.0, 0.99, &lower, half), Some((4, 0)));
        assert_eq!(cell(0.0, 0.3, &lower, RowSpan::WHOLE), None);
    }
}
