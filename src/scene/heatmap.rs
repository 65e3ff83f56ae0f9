//! All planes at once: planes × angles, ordered, aggregated honestly where there
//! are more planes than pixels, with a colour bar.

use std::sync::Arc;

use super::{
    Align, AngleUnit, ColorMap, ColorScale, Item, Palette, Point, Raster, Rect, Scene, Stroke,
    percent, ticks,
};
use crate::srm::Sweep;
use crate::words::thousands;

/// Most rows and columns of the picture: every renderer takes such a texture.
pub const MOST_PIXELS: usize = 2048;

/// In which order planes stand in the heatmap.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum PlaneOrder {
    /// Highest peak first.
    #[default]
    Peak,
    /// As they are numbered.
    Plane,
    /// Most aligned first, planes without an index last.
    Alignment,
}

impl PlaneOrder {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Peak, Self::Plane, Self::Alignment];

    /// Its name, after "by".
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Peak => "peak",
            Self::Plane => "plane",
            Self::Alignment => "alignment",
        }
    }
}

/// The rows of a heatmap.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Order {
    /// Indices of the sweep's records, in order; equals stay as numbered.
    pub records: Vec<u32>,
    /// How many of them are drawn: all, or only the lit ones, which then come
    /// first, where there are more planes than rows of pixels or most are dark.
    pub drawn: usize,
}

/// Lit samples from which on an alignment index counts as more than noise: 1%.
#[must_use]
pub fn enough_light(n_samples: usize) -> u64 {
    (n_samples as u64).div_ceil(100)
}

/// Orders the planes of a sweep for a heatmap of `pixels` rows.
#[must_use]
pub fn order(sweep: &Sweep, order: PlaneOrder, pixels: usize) -> Order {
    let planes = sweep.records.len();
    let mut records: Vec<u32> = (0..planes as u32).collect();
    let record = |place: u32| &sweep.records[place as usize];
    match order {
        PlaneOrder::Plane => {}
        PlaneOrder::Peak => records.sort_by_key(|&p| {
            let record = record(p);
            std::cmp::Reverse((record.peak, record.total))
        }),
        PlaneOrder::Alignment => {
            // An index from a handful of samples is noise: planes lit by fewer
            // than 1% come after the others, planes without an index last.
            let enough = enough_light(sweep.n_samples);
            let key = |p: u32| {
                let index = record(p).alignment(sweep.n_samples).index();
                let index = if index.is_nan() {
                    f64::NEG_INFINITY
                } else {
                    index
                };
                (record(p).lit >= enough, index, record(p).lit)
            };
            records.sort_by(|&a, &b| {
                let (a, b) = (key(a), key(b));
                b.0.cmp(&a.0).then(b.1.total_cmp(&a.1)).then(b.2.cmp(&a.2))
            });
        }
    }
    let mut drawn = planes;
    let lit = sweep.lit_planes();
    if lit > 0 && (planes > pixels || lit * 2 < planes) {
        let is_dark = |&p: &u32| record(p).lit == 0;
        records.sort_by_key(is_dark);
        drawn = lit;
    }
    Order { records, drawn }
}

/// Rows of the heatmap: each the extreme of a block of planes, angle by angle.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Aggregate {
    /// Rows.
    pub rows: usize,
    /// Columns: one an angle, or a block of angles where there are too many.
    pub columns: usize,
    /// Angles of the grid, `A`.
    pub angles: usize,
    /// Planes in all.
    pub planes: usize,
    /// The largest (signed: largest in size) count of the block at the angle.
    pub counts: Vec<i32>,
    /// Place in the order of the plane that has it, the first of equals.
    pub places: Vec<u32>,
}

impl Aggregate {
    /// Room for `planes` planes of `angles` values on at most `pixels` rows.
    #[must_use]
    pub fn new(planes: usize, pixels: usize, angles: usize) -> Self {
        let rows = planes.min(pixels.clamp(1, MOST_PIXELS));
        let columns = if angles <= MOST_PIXELS / 2 {
            angles
        } else {
            MOST_PIXELS
        };
        let columns = columns.min(angles);
        Self {
            rows,
            columns,
            angles,
            planes,
            counts: vec![0; rows * columns],
            places: vec![u32::MAX; rows * columns],
        }
    }

    /// Places in the order that a row stands for.
    #[must_use]
    pub fn block(&self, row: usize) -> std::ops::Range<usize> {
        row * self.planes / self.rows..(row + 1) * self.planes / self.rows
    }

    /// The row that shows the plane at `place`.
    #[must_use]
    pub fn row_of(&self, place: usize) -> usize {
        // The last row whose block starts at or before the place.
        ((place + 1) * self.rows - 1) / self.planes.max(1)
    }

    /// Lays the curve of the plane at `place` into its row.
    pub fn add(&mut self, place: usize, curve: impl Iterator<Item = i64>) {
        let start = self.row_of(place) * self.columns;
        let counts = &mut self.counts[start..start + self.columns];
        let places = &mut self.places[start..start + self.columns];
        for (angle, value) in curve.enumerate() {
            let column = angle * self.columns / self.angles;
            let (count, holder) = (&mut counts[column], &mut places[column]);
            let value = i32::try_from(value).unwrap_or(i32::MAX);
            let taken = *holder != u32::MAX;
            if !taken
                || value.abs() > count.abs()
                || (value.abs() == count.abs() && (place as u32) < *holder)
            {
                *count = value;
                *holder = place as u32;
            }
        }
    }

    /// Columns of the picture: see [`raster`].
    #[must_use]
    pub fn halves(&self) -> usize {
        if self.columns == self.angles && self.angles > 1 {
            2 * (self.angles - 1)
        } else {
            self.columns
        }
    }

    /// The column that a half shows.
    #[must_use]
    pub fn column_of(&self, half: usize) -> usize {
        if self.columns == self.angles && self.angles > 1 {
            half.div_ceil(2)
        } else {
            half
        }
    }

    /// The first angle of a column, in radians.
    #[must_use]
    pub fn angle_rad(&self, column: usize) -> f64 {
        let angle = (column * self.angles).div_ceil(self.columns.max(1));
        angle as f64 * std::f64::consts::TAU / (self.angles.max(2) - 1) as f64
    }

    /// The largest count shown, in size.
    #[must_use]
    pub fn most(&self) -> i32 {
        self.counts
            .iter()
            .map(|c| c.saturating_abs())
            .max()
            .unwrap_or(0)
    }

    /// The most planes that a row stands for.
    #[must_use]
    pub fn planes_a_row(&self) -> usize {
        self.planes.div_ceil(self.rows.max(1))
    }
}

/// Colours an aggregate; `signed` puts zero in the middle of the map. Where each
/// column is an angle, the picture has two halves of a column for each but the
/// first and the last, so that every angle's cell lies around its own place
/// between 0 and 2π.
#[must_use]
pub fn raster(aggregate: &Aggregate, map: ColorMap, scale: ColorScale, signed: bool) -> Raster {
    let table = map.table(signed);
    let most = f64::from(aggregate.most());
    let shades: Vec<[u8; 4]> = aggregate
        .counts
        .iter()
        .map(|&count| table[shade(f64::from(count), most, scale, signed)])
        .collect();
    let width = aggregate.halves();
    let rgba = shades
        .chunks_exact(aggregate.columns.max(1))
        .flat_map(|row| (0..width).map(|half| row[aggregate.column_of(half)]))
        .collect();
    Raster {
        width,
        height: aggregate.rows,
        rgba,
    }
}

fn shade(count: f64, most: f64, scale: ColorScale, signed: bool) -> usize {
    let place = scale.place(count, most);
    let place = if signed {
        f64::midpoint(place, 1.0)
    } else {
        place
    };
    (place.clamp(0.0, 1.0) * 255.0).round() as usize
}

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
    /// Planes in all.
    pub planes: usize,
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

    /// Row and column of the cell under a point.
    #[must_use]
    pub fn cell_at(&self, point: Point, aggregate: &Aggregate) -> Option<(usize, usize)> {
        let (rows, halves) = (aggregate.rows, aggregate.halves());
        if !self.plot.contains(point) || rows == 0 || halves == 0 {
            return None;
        }
        let place = |x: f32, start: f32, length: f32, n: usize| {
            (((x - start) / length * n as f32) as usize).min(n - 1)
        };
        let half = place(point[0], self.plot.x, self.plot.width, halves);
        Some((
            place(point[1], self.plot.y, self.plot.height, rows),
            aggregate.column_of(half),
        ))
    }
}

/// Draws the view.
#[must_use]
pub fn heatmap(size: Point, view: &HeatmapView) -> (Scene, HeatmapLayout) {
    let layout = HeatmapLayout::new(size);
    let mut scene = Scene {
        size,
        items: vec![Item::Image {
            rect: layout.plot,
            raster: Arc::clone(&view.raster),
        }],
    };
    angle_axis(&mut scene, &layout, view);
    plane_axis(&mut scene, &layout, view);
    color_bar(&mut scene, &layout, view);
    if let Some(place) = view.selected {
        let Rect {
            x,
            y,
            width,
            height,
        } = layout.plot;
        let row = y + (place as f32 + 0.5) / view.planes.max(1) as f32 * height;
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

fn frame(scene: &mut Scene, rect: Rect, stroke: Stroke) {
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
    for tick in ticks(0.0, view.planes.saturating_sub(1) as f64, wanted) {
        if tick.fract() != 0.0 {
            continue;
        }
        let at = y + (tick as f32 + 0.5) / view.planes.max(1) as f32 * height;
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
fn bar_ticks(low: f64, high: f64, scale: ColorScale, height: f32) -> Vec<(f64, f64)> {
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
    fn every_plane_falls_into_the_block_of_its_row() {
        for planes in [1, 2, 7, 276, 1000] {
            for pixels in [1, 3, 100, 276, 2000] {
                let aggregate = Aggregate::new(planes, pixels, 5);
                for place in 0..planes {
                    let row = aggregate.row_of(place);
                    assert!(
                        aggregate.block(row).contains(&place),
                        "{place} of {planes}, {pixels}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_row_shows_the_largest_of_its_block_and_who_has_it() {
        let mut aggregate = Aggregate::new(4, 2, 3);
        aggregate.add(1, [1, 5, 0].into_iter());
        aggregate.add(0, [1, 2, 0].into_iter());
        aggregate.add(2, [0, -7, 3].into_iter());
        aggregate.add(3, [0, 6, 3].into_iter());
        assert_eq!(aggregate.counts, [1, 5, 0, 0, -7, 3]);
        assert_eq!(aggregate.places, [0, 1, 0, 2, 2, 2]);
        assert_eq!(aggregate.most(), 7);
    }

    #[test]
    fn zero_is_the_bottom_or_the_middle_of_the_map() {
        let mut aggregate = Aggregate::new(1, 1, 2);
        aggregate.add(0, [0, 9].into_iter());
        let table = ColorMap::Viridis.table(false);
        let picture = raster(&aggregate, ColorMap::Viridis, ColorScale::Log, false);
        assert_eq!(picture.rgba, [table[0], table[255]]);
        assert_eq!(aggregate.angle_rad(1), std::f64::consts::TAU);
        let table = ColorMap::Viridis.table(true);
        let picture = raster(&aggregate, ColorMap::Viridis, ColorScale::Linear, true);
        assert_eq!(picture.rgba, [table[128], table[255]]);
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
        let aggregate = Aggregate::new(10, 10, 4);
        let at = |fx: f32, fy: f32| layout.cell_at([x + fx * width, y + fy * height], &aggregate);
        assert_eq!(at(0.001, 0.001), Some((0, 0)));
        assert_eq!(at(0.999, 0.999), Some((9, 3)));
        // A third of the way is the place of the second of four angles.
        assert_eq!(at(0.32, 0.5), Some((5, 1)));
        assert_eq!(at(0.34, 0.5), Some((5, 1)));
        assert_eq!(at(0.51, 0.5), Some((5, 2)));
        assert_eq!(layout.cell_at([x - 1.0, y], &aggregate), None);
    }

    #[test]
    fn every_column_of_a_wide_grid_is_drawn_once() {
        for angles in [2, 3, 361, 1024, 1025, 5000] {
            let aggregate = Aggregate::new(1, 1, angles);
            assert!(aggregate.halves() <= MOST_PIXELS);
            let last = (0..aggregate.halves())
                .map(|half| aggregate.column_of(half))
                .max();
            assert_eq!(last, Some(aggregate.columns - 1));
        }
    }
}
