//! All planes at once: planes × angles, ordered, aggregated honestly where there
//! are more planes than pixels, with a colour bar.

use std::ops::Range;
use std::sync::Arc;

use super::ensemble::{TurnOf, angles_below};
use super::{
    Aggregate, Align, ColorMap, ColorScale, Item, Margins, Medium, PlaneOrder, Point, Raster, Rect,
    RowSpan, Scene, Stroke, Style, percent, ticks,
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
    /// From where to where in the picture's width the angles 0 and 2π lie.
    pub across: [f32; 2],
    /// The colour bar, from [`bar`]; none where another view has it.
    pub bar: Option<Arc<Raster>>,
    /// Places in the order that they stand for.
    pub rows: Range<usize>,
    /// Planes in the order.
    pub planes: usize,
    /// Planes that there are, drawn or not.
    pub in_all: usize,
    /// Which of them are looked at.
    pub span: RowSpan,
    /// The count at the upper end of the colours.
    pub most: f64,
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
    /// What is to be said of the rows, below; empty where nothing is.
    pub note: String,
    /// Whether the angular axis has its numbers and its name.
    pub named_below: bool,
}

/// Where things are in a heatmap.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HeatmapLayout {
    /// The cells.
    pub plot: Rect,
    /// The colour bar.
    pub bar: Rect,
    /// Middle of the rows' name, from the left.
    pub rows_name: f32,
    /// Middle of the colour bar's name, from the left.
    pub bar_name: f32,
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
            rows_name: 9.0,
            bar_name: size[0] - 8.0,
        }
    }

    /// The layout around cells in `plot`.
    #[must_use]
    pub fn around(plot: Rect, view: &HeatmapView, style: &Style) -> Self {
        let margins = heatmap_margins(view, [plot.width, plot.height], style);
        Self {
            plot,
            bar: Rect {
                x: plot.x + plot.width + style.font,
                width: style.font * BAR_WIDTH,
                ..plot
            },
            rows_name: plot.x - margins.left + style.small * 0.6,
            bar_name: plot.x + plot.width + margins.right - style.small * 0.6,
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

/// Width of a colour bar, as a share of the height of letters.
const BAR_WIDTH: f32 = 0.9;

/// Room around the cells for axes and colour bar.
#[must_use]
pub fn heatmap_margins(view: &HeatmapView, [width, height]: Point, style: &Style) -> Margins {
    let rows = row_marks(view, height, style);
    let widest = |texts: &mut dyn Iterator<Item = String>| {
        texts
            .map(|text| style.small_width(&text))
            .fold(0.0, f32::max)
    };
    let numbers = widest(&mut rows.iter().map(|&(_, place)| thousands(place)));
    let end = style.small_width(&style.unit.tick(8)) / 2.0;
    let right = if view.bar.is_some() {
        let marks = bar_marks(view, height, style);
        let numbers = widest(&mut marks.into_iter().map(|(_, text)| text));
        let bar = style.font * (1.0 + BAR_WIDTH);
        bar + style.tick + 2.0 * style.gap + numbers + style.small * 1.2
    } else {
        end
    };
    Margins {
        left: style.tick + 2.0 * style.gap + numbers + style.small * 1.2,
        right,
        top: style.small * 0.4,
        bottom: below(view, style) + style.note_height(&view.note, width),
    }
}

/// Room below the cells for the angular axis.
fn below(view: &HeatmapView, style: &Style) -> f32 {
    if view.named_below {
        style.name_below() + style.small * 0.6
    } else {
        style.tick + style.gap
    }
}

/// Draws the view.
#[must_use]
pub fn heatmap(size: Point, view: &HeatmapView, style: &Style) -> (Scene, HeatmapLayout) {
    let layout = HeatmapLayout::new(size).with_room_for(view.in_all);
    let mut scene = Scene {
        size,
        items: Vec::new(),
    };
    heatmap_into(&mut scene, &layout, view, style);
    (scene, layout)
}

/// Draws the view where the layout has it.
pub fn heatmap_into(scene: &mut Scene, layout: &HeatmapLayout, view: &HeatmapView, style: &Style) {
    scene.items.extend(rows(layout, view));
    if style.medium == Medium::Page {
        frame(scene, layout.plot, style.frame());
    }
    let of = view.named_below.then_some(TurnOf::AnyPlane);
    angles_below(scene, layout.plot, style, of);
    plane_axis(scene, layout, view, style);
    color_bar(scene, layout, view, style);
    let bottom = layout.plot.y + layout.plot.height + below(view, style);
    style.draw_note(scene, &view.note, layout.plot, bottom);
    let selected = view
        .selected
        .map(|place| height_of(view, layout, place as f64 + 0.5))
        .filter(|row| (layout.plot.y..=layout.plot.y + layout.plot.height).contains(row));
    if let Some(row) = selected {
        let Rect { x, width, .. } = layout.plot;
        // With a casing, so that it shows on every colour of the map.
        let line = vec![[x - 6.0, row], [x + width, row]];
        scene.line(
            line.clone(),
            Stroke::solid(3.5, style.palette.background.alpha(190)),
        );
        scene.line(line, Stroke::solid(1.5, style.palette.spotlight));
    }
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
    Some(Item::Part {
        rect,
        raster: Arc::clone(&view.raster),
        part: [view.across, [part(top), part(bottom)]],
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

/// Heights of ticks of the rows' axis, each with its place in the order.
fn row_marks(view: &HeatmapView, height: f32, style: &Style) -> Vec<(f64, u64)> {
    let wanted = style.wanted(height, 2.8, 2..=8);
    let places = view.span.places(view.planes);
    let last = places.end.saturating_sub(1) as f64;
    ticks(places.start as f64, last, wanted)
        .into_iter()
        .filter(|tick| tick.fract() == 0.0)
        .map(|tick| (tick, tick as u64))
        .collect()
}

fn plane_axis(scene: &mut Scene, layout: &HeatmapLayout, view: &HeatmapView, style: &Style) {
    let Rect { x, y, height, .. } = layout.plot;
    let ink = style.palette.secondary;
    for (tick, place) in row_marks(view, height, style) {
        let at = height_of(view, layout, tick + 0.5);
        if !(y..=y + height).contains(&at) {
            continue;
        }
        scene.line(vec![[x - style.tick, at], [x, at]], style.hairline(ink));
        let at = [x - style.tick - style.gap, at];
        scene.text(at, thousands(place), style.small, Align::End, ink);
    }
    let name = match view.order {
        PlaneOrder::Plane => "plane (by number)".to_owned(),
        order => format!("plane (by {})", order.name()),
    };
    scene.text_upwards([layout.rows_name, y + height / 2.0], name, style.small, ink);
}

/// Places on the bar from 0 below to 1 above, with their text, those kept apart.
fn bar_marks(view: &HeatmapView, height: f32, style: &Style) -> Vec<(f64, String)> {
    let n = view.n_samples.max(1) as f64;
    let low = if view.signed { -view.most } else { 0.0 };
    let marks = bar_ticks(low / n, view.most / n, view.scale, height, style);
    let place = |value: f64| {
        let place = view.scale.place(value * n, view.most);
        if view.signed {
            f64::midpoint(place, 1.0)
        } else {
            place
        }
    };
    let marks = marks
        .into_iter()
        .map(|(value, step)| (place(value), percent(value, step)));
    apart(marks, height, style)
}

/// Those of the marks, the first before the later ones, that keep apart.
pub(super) fn apart(
    marks: impl Iterator<Item = (f64, String)>,
    height: f32,
    style: &Style,
) -> Vec<(f64, String)> {
    let least = f64::from(style.small * 1.35 / height.max(1.0));
    let mut kept: Vec<(f64, String)> = Vec::new();
    for (place, text) in marks {
        if kept.iter().all(|(other, _)| (other - place).abs() >= least) {
            kept.push((place, text));
        }
    }
    kept
}

fn color_bar(scene: &mut Scene, layout: &HeatmapLayout, view: &HeatmapView, style: &Style) {
    let Some(bar) = &view.bar else {
        return;
    };
    let marks = bar_marks(view, layout.bar.height, style);
    let scale = match view.scale {
        ColorScale::Linear => String::new(),
        scale => format!(" ({} scale)", scale.name()),
    };
    let name = if view.signed {
        format!("samples lit − opposite, %{scale}")
    } else {
        format!("samples lit, %{scale}")
    };
    draw_bar(scene, layout.bar, bar, &marks, style);
    bar_name(scene, layout.bar, layout.bar_name, name, style);
}

/// The bar with its ticks.
pub(super) fn draw_bar(
    scene: &mut Scene,
    rect: Rect,
    bar: &Arc<Raster>,
    marks: &[(f64, String)],
    style: &Style,
) {
    scene.items.push(Item::Image {
        rect,
        raster: Arc::clone(bar),
    });
    frame(scene, rect, style.frame());
    let ink = style.palette.secondary;
    let right = rect.x + rect.width;
    for (place, text) in marks {
        let at = rect.y + rect.height * (1.0 - *place as f32);
        scene.line(
            vec![[right, at], [right + style.tick, at]],
            style.hairline(ink),
        );
        let at = [right + style.tick + style.gap, at];
        scene.text(at, text.as_str(), style.small, Align::Start, ink);
    }
}

/// The bar's name, reading upwards.
pub(super) fn bar_name(scene: &mut Scene, bar: Rect, x: f32, name: String, style: &Style) {
    scene.text_upwards(
        [x, bar.y + bar.height / 2.0],
        name,
        style.small,
        style.palette.secondary,
    );
}

/// Round values for the bar, the most telling first, each with the step whose
/// digits it needs.
pub(super) fn bar_ticks(
    low: f64,
    high: f64,
    scale: ColorScale,
    height: f32,
    style: &Style,
) -> Vec<(f64, f64)> {
    let wanted = style.wanted(height, 2.8, 2..=8);
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
        let map = ColorMap::Viridis;
        let raster = Arc::new(Raster {
            width: 1,
            height: 5,
            rgba: vec![[0; 4]; 5],
        });
        let mut view = HeatmapView {
            raster,
            across: [0.0, 1.0],
            bar: Some(Arc::new(bar(map, false))),
            rows: 5..10,
            planes: 10,
            in_all: 10,
            span: RowSpan::WHOLE,
            most: 1.0,
            n_samples: 1,
            order: PlaneOrder::Peak,
            selected: None,
            signed: false,
            map,
            scale: ColorScale::Linear,
            note: String::new(),
            named_below: true,
        };
        let layout = HeatmapLayout::new([400.0, 300.0]);
        let Rect { y, height, .. } = layout.plot;
        let covered = |view: &HeatmapView| match rows(&layout, view) {
            Some(Item::Part { rect, part, .. }) => Some((rect.y - y, rect.height, part[1])),
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
