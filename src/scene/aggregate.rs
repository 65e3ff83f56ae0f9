//! Many planes on few rows: blocks of them, and their colours.

use std::ops::Range;

use rayon::prelude::*;

use super::{ColorMap, ColorScale, Raster};

/// Most rows and columns of the picture: every renderer takes such a texture.
pub const MOST_PIXELS: usize = 2048;

/// Rows of the heatmap: each the extreme of a block of planes, angle by angle.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Aggregate {
    /// Rows.
    pub rows: usize,
    /// Columns: one an angle, or a block of angles where there are too many.
    pub columns: usize,
    /// Angles of the grid, `A`.
    pub angles: usize,
    /// Place in the order of the first plane.
    pub start: usize,
    /// Planes in all, one after another in the order.
    pub planes: usize,
    /// The largest (signed: largest in size) count of the block at the angle.
    pub counts: Vec<i32>,
    /// Place in the order of the plane that has it, the first of equals.
    pub places: Vec<u32>,
}

impl Aggregate {
    /// Room for the planes at those places of the order, of `angles` values each,
    /// on at most `pixels` rows.
    #[must_use]
    pub fn new(range: Range<usize>, pixels: usize, angles: usize) -> Self {
        let planes = range.len();
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
            start: range.start,
            planes,
            counts: vec![0; rows * columns],
            places: vec![u32::MAX; rows * columns],
        }
    }

    /// Places in the order that the rows stand for.
    #[must_use]
    pub fn range(&self) -> Range<usize> {
        self.start..self.start + self.planes
    }

    /// Places in the order that a row stands for.
    #[must_use]
    pub fn block(&self, row: usize) -> Range<usize> {
        let bound = |row: usize| self.start + row * self.planes / self.rows;
        bound(row)..bound(row + 1)
    }

    /// The row that shows the plane at `place`, one of [`Aggregate::range`].
    #[must_use]
    pub fn row_of(&self, place: usize) -> usize {
        // The last row whose block starts at or before the place.
        ((place - self.start + 1) * self.rows - 1) / self.planes.max(1)
    }

    /// Lays the curve of the plane at `place` into its row.
    pub fn add(&mut self, place: usize, curve: &[i32]) {
        let cells = self.row_of(place) * self.columns..;
        lay(
            place as u32,
            curve,
            &mut self.counts[cells.clone()][..self.columns],
            &mut self.places[cells][..self.columns],
        );
    }

    /// Lays the curves of all the planes, from `A` counts of each record and the
    /// records in their order.
    pub fn add_kept(&mut self, order: &[u32], counts: &[i32]) {
        let angles = self.angles;
        let shape = self.shape();
        let cells = self.counts.par_chunks_mut(self.columns.max(1));
        let holders = self.places.par_chunks_mut(self.columns.max(1));
        cells
            .zip(holders)
            .enumerate()
            .for_each(|(row, (cells, holders))| {
                for place in shape.block(row) {
                    let curve = &counts[order[place] as usize * angles..][..angles];
                    lay(place as u32, curve, cells, holders);
                }
            });
    }

    /// Which rows there are, without what they hold.
    fn shape(&self) -> Self {
        Self {
            counts: Vec::new(),
            places: Vec::new(),
            ..*self
        }
    }

    /// Lays many curves, `A` counts each, of the planes at those places; what
    /// stands elsewhere is passed over. Rows are shared out among the threads.
    pub fn add_all(&mut self, places: &[u32], curves: &[i32]) {
        let (range, angles, columns) = (self.range(), self.angles, self.columns);
        if self.rows == 0 {
            return;
        }
        let share = self.rows.div_ceil(rayon::current_num_threads());
        let shape = self.shape();
        let counts = self.counts.par_chunks_mut(share * columns);
        let holders = self.places.par_chunks_mut(share * columns);
        counts
            .zip(holders)
            .enumerate()
            .for_each(|(number, (counts, holders))| {
                let first = number * share;
                for (&place, curve) in places.iter().zip(curves.chunks_exact(angles)) {
                    if !range.contains(&(place as usize)) {
                        continue;
                    }
                    let row = shape.row_of(place as usize);
                    if row < first || row >= first + share {
                        continue;
                    }
                    let cells = (row - first) * columns..(row - first + 1) * columns;
                    lay(
                        place,
                        curve,
                        &mut counts[cells.clone()],
                        &mut holders[cells],
                    );
                }
            });
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

/// Lays a curve into the cells of a row.
fn lay(place: u32, curve: &[i32], counts: &mut [i32], places: &mut [u32]) {
    let columns = counts.len();
    if curve.len() == columns {
        for ((&value, count), holder) in curve.iter().zip(counts).zip(places) {
            lay_cell(place, value, count, holder);
        }
        return;
    }
    for (angle, &value) in curve.iter().enumerate() {
        let column = angle * columns / curve.len();
        lay_cell(place, value, &mut counts[column], &mut places[column]);
    }
}

/// An empty cell holds zero and no place, which any plane comes before. Without
/// branches, so that many cells are laid at once.
#[allow(clippy::needless_bitwise_bool)]
fn lay_cell(place: u32, value: i32, count: &mut i32, holder: &mut u32) {
    let (new, old) = (value.abs(), count.abs());
    let wins = (new > old) | ((new == old) & (place < *holder));
    *count = if wins { value } else { *count };
    *holder = if wins { place } else { *holder };
}

/// Colours an aggregate; `signed` puts zero in the middle of the map. Where each
/// column is an angle, the picture has two halves of a column for each but the
/// first and the last, so that every angle's cell lies around its own place
/// between 0 and 2π.
#[must_use]
pub fn raster(aggregate: &Aggregate, map: ColorMap, scale: ColorScale, signed: bool) -> Raster {
    let most = f64::from(aggregate.most());
    let cells = cells(aggregate, map, scale, signed, most);
    let width = aggregate.halves();
    let rgba = cells
        .rgba
        .chunks_exact(aggregate.columns.max(1))
        .flat_map(|row| (0..width).map(|half| row[aggregate.column_of(half)]))
        .collect();
    Raster {
        width,
        height: aggregate.rows,
        rgba,
    }
}

/// Colours an aggregate, a cell a pixel, with the count `most` at the upper end of
/// the map.
#[must_use]
pub fn cells(
    aggregate: &Aggregate,
    map: ColorMap,
    scale: ColorScale,
    signed: bool,
    most: f64,
) -> Raster {
    let table = map.table(signed);
    let counts = aggregate.counts.iter();
    Raster {
        width: aggregate.columns,
        height: aggregate.rows,
        rgba: counts
            .map(|&count| table[shade(f64::from(count), most, scale, signed)])
            .collect(),
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
                for start in [0, 40] {
                    let aggregate = Aggregate::new(start..start + planes, pixels, 5);
                    for place in aggregate.range() {
                        let row = aggregate.row_of(place);
                        assert!(
                            aggregate.block(row).contains(&place),
                            "{place} of {planes}, {pixels}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn a_row_shows_the_largest_of_its_block_and_who_has_it() {
        let places = [11, 10, 12, 13];
        let curves = [[1, 5, 0], [1, 2, 0], [0, -7, 3], [0, 6, 3]];
        let mut aggregate = Aggregate::new(10..14, 2, 3);
        for (&place, curve) in places.iter().zip(&curves) {
            aggregate.add(place as usize, curve);
        }
        assert_eq!(aggregate.counts, [1, 5, 0, 0, -7, 3]);
        assert_eq!(aggregate.places, [10, 11, 10, 12, 12, 12]);
        assert_eq!(aggregate.most(), 7);
        let mut at_once = Aggregate::new(10..14, 2, 3);
        let elsewhere = [&places[..], &[9, 14, u32::MAX]].concat();
        let more = [curves.as_flattened(), &[99; 9]].concat();
        at_once.add_all(&elsewhere, &more);
        assert_eq!(at_once, aggregate);
        let mut kept = Aggregate::new(10..14, 2, 3);
        let order = [&[9; 10][..], &[1, 0, 2, 3]].concat();
        kept.add_kept(&order, curves.as_flattened());
        assert_eq!(kept, aggregate);
    }

    #[test]
    fn zero_is_the_bottom_or_the_middle_of_the_map() {
        let mut aggregate = Aggregate::new(0..1, 1, 2);
        aggregate.add(0, &[0, 9]);
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
            let aggregate = Aggregate::new(0..1, 1, angles);
            assert!(aggregate.halves() <= MOST_PIXELS);
            let last = (0..aggregate.halves())
                .map(|half| aggregate.column_of(half))
                .max();
            assert_eq!(last, Some(aggregate.columns - 1));
        }
    }
}
