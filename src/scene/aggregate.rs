//! Many planes on few rows: their order, blocks of them, and the colours of both.

use super::{ColorMap, ColorScale, Raster};
use crate::srm::{Alignment, Sweep};

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
    let records_of = &sweep.records;
    let lit_in = |place: u32| records_of.lit(place as usize);
    match order {
        PlaneOrder::Plane => {}
        PlaneOrder::Peak => {
            records.sort_by_key(|&p| std::cmp::Reverse(records_of.peak_and_total(p as usize)));
        }
        PlaneOrder::Alignment => {
            // An index from a handful of samples is noise: planes lit by fewer
            // than 1% come after the others, planes without an index last.
            let enough = enough_light(sweep.n_samples);
            let key = |p: u32| {
                let (axes, bisectors) = records_of.axes_and_bisectors(p as usize);
                let index = Alignment::from_counts(axes, bisectors, sweep.n_samples, 1).index();
                let index = if index.is_nan() {
                    f64::NEG_INFINITY
                } else {
                    index
                };
                (lit_in(p) >= enough, index, lit_in(p))
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
        let is_dark = |&p: &u32| lit_in(p) == 0;
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
    pub fn add(&mut self, place: usize, curve: impl Iterator<Item = i32>) {
        let start = self.row_of(place) * self.columns;
        let counts = &mut self.counts[start..start + self.columns];
        let places = &mut self.places[start..start + self.columns];
        for (angle, value) in curve.enumerate() {
            let column = angle * self.columns / self.angles;
            let (count, holder) = (&mut counts[column], &mut places[column]);
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
