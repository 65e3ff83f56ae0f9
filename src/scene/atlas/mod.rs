//! The planes as a square of neurons × neurons: each cell a plane, coloured by
//! one of its numbers, in levels of detail so that a layer of any width can be
//! drawn.
//!
//! A cell is one byte, its *code*. Codes are made so that the larger of two is
//! the more extreme: the coarser levels are plain maxima, and no plane that
//! stands out is lost when many share a pixel.

mod codes;
mod draw;
mod levels;
mod view;

use rayon::prelude::*;

use super::{ColorScale, Raster};
use crate::srm::{Plane, PlaneRecord, PlaneSet, Records, Sweep};

pub use codes::atlas_table;
pub use draw::{
    AtlasMark, AtlasView, HasBar, atlas_bar, atlas_frame, atlas_frame_into, atlas_margins,
    atlas_marks, atlas_pointer,
};
pub use levels::Level;
pub use view::{AtlasCamera, AtlasLayout};

use codes::Coder;

/// Which of a plane's numbers colours its cell.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Quantity {
    /// Alignment index, −1 to 1.
    #[default]
    Alignment,
    /// Largest fraction at any angle.
    Peak,
    /// Fraction of the samples that are lit in the plane.
    Lit,
}

impl Quantity {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Alignment, Self::Peak, Self::Lit];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Alignment => "alignment",
            Self::Peak => "peak",
            Self::Lit => "lit fraction",
        }
    }

    /// Its name as it is typed.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Alignment => "alignment",
            Self::Peak => "peak",
            Self::Lit => "lit",
        }
    }

    /// What it is, for those who read it alone.
    #[must_use]
    pub fn long_name(self) -> &'static str {
        match self {
            Self::Alignment => "alignment index",
            Self::Peak => "peak fraction of samples lit",
            Self::Lit => "fraction of samples lit",
        }
    }

    /// What a vector's planes add to its sum.
    fn summand(self, records: &Records, index: usize) -> i64 {
        match self {
            Self::Alignment => {
                let (axes, bisectors) = records.axes_and_bisectors(index);
                axes as i64 - bisectors as i64
            }
            Self::Peak => records.peak_and_total(index).0,
            Self::Lit => records.lit(index) as i64,
        }
    }

    /// By what the more extreme of two planes is told: enough light first, then
    /// the size.
    fn extremity(self, record: &PlaneRecord, n_samples: usize) -> (bool, f64) {
        match self {
            Self::Alignment => {
                let index = record.alignment(n_samples).index();
                let enough = record.lit >= super::enough_light(n_samples);
                let size = if index.is_nan() { -1.0 } else { index.abs() };
                (enough, size)
            }
            Self::Peak => (true, record.peak as f64),
            Self::Lit => (true, record.lit as f64),
        }
    }
}

/// In which order the vectors stand along both sides.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum AtlasOrder {
    /// As they are numbered.
    #[default]
    Index,
    /// By the quantity, summed over each vector's planes, largest first; for the
    /// alignment index it is the contrast that is summed. Where only a draw of
    /// the planes is swept, by their mean.
    Sum,
}

impl AtlasOrder {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Index, Self::Sum];

    /// Its name as it is typed.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Index => "index",
            Self::Sum => "sum",
        }
    }
}

/// What an atlas is made from.
#[derive(Clone, Copy, Debug)]
pub struct AtlasSource<'a> {
    /// The sweep.
    pub sweep: &'a Sweep,
    /// Pairs of vectors that span no plane.
    pub degenerate: &'a [(u32, u32)],
    /// What colours the cells.
    pub quantity: Quantity,
    /// Order of the vectors.
    pub order: AtlasOrder,
    /// How fractions become colours; the alignment index is always linear.
    pub scale: ColorScale,
    /// The count at the upper end of the colours; the largest where `None`.
    pub most: Option<i64>,
}

/// The square of planes, coded.
#[derive(Clone, Debug, PartialEq)]
pub struct Atlas {
    /// Vectors along a side: those among which planes are made.
    pub side: usize,
    /// The vector at each place of a side.
    pub vectors: Vec<u32>,
    /// The place of each of the basis's vectors; `u32::MAX` of those left out.
    pub places: Vec<u32>,
    /// Levels of detail, the finest first.
    pub levels: Vec<Level>,
    /// What colours the cells.
    pub quantity: Quantity,
    /// Order of the vectors.
    pub order: AtlasOrder,
    /// Scale of the colours.
    pub scale: ColorScale,
    /// The count at the upper end of the colours; means nothing for the
    /// alignment index.
    pub most: i64,
    /// `N`.
    pub n_samples: usize,
    /// Planes swept.
    pub planes: usize,
    /// Planes of these vectors that were not drawn.
    pub not_swept: usize,
    /// Pairs `i < j` that span no plane.
    pub degenerate: usize,
    /// Planes that light no sample.
    pub dark: usize,
}

/// The place of a vector that has no cell, being left out.
pub const NOWHERE: u32 = u32::MAX;

/// Cells worked on between two looks at whether to go on: a few milliseconds.
const BATCH_CELLS: usize = 1 << 20;

/// Makes the atlas of a sweep on the current rayon pool. `go_on` is asked every
/// few milliseconds; `None` once it says no.
#[must_use]
pub fn atlas(source: &AtlasSource<'_>, go_on: &mut dyn FnMut() -> bool) -> Option<Atlas> {
    let AtlasSource { sweep, .. } = *source;
    let coder = Coder::new(source);
    let subset = sweep.spec.planes.subset();
    // By their rank among the vectors that have planes.
    let ranks: Vec<u32> = match source.order {
        AtlasOrder::Index => (0..subset.len() as u32).collect(),
        AtlasOrder::Sum => by_sum(source, go_on)?,
    };
    let vectors: Vec<u32> = ranks
        .iter()
        .map(|&rank| subset.get(rank as usize))
        .collect();
    let mut places = vec![NOWHERE; subset.of_how_many()];
    for (place, &vector) in (0..).zip(&vectors) {
        places[vector as usize] = place;
    }
    let triangle = codes::triangle(source, &coder, go_on)?;
    let levels = levels::levels(&triangle, &ranks, go_on)?;
    let planes = sweep.records.len();
    Some(Atlas {
        side: vectors.len(),
        vectors,
        places,
        levels,
        quantity: source.quantity,
        order: source.order,
        scale: coder.scale,
        most: coder.most,
        n_samples: sweep.n_samples,
        planes,
        not_swept: sweep.spec.planes.in_all() as usize - planes,
        degenerate: source.pairs().count(),
        dark: planes - sweep.lit_planes(),
    })
}

impl AtlasSource<'_> {
    /// The pairs that span no plane, by their ranks among the vectors that have cells.
    fn pairs(&self) -> impl Iterator<Item = (u32, u32)> {
        let subset = self.sweep.spec.planes.subset();
        let rank = |k: u32| subset.rank(k).map(|rank| rank as u32);
        let pairs = self.degenerate.iter();
        pairs.filter_map(move |&(i, j)| Some((rank(i)?, rank(j)?)))
    }
}

impl Atlas {
    /// The plane of the cell at that row and column; `None` on the diagonal.
    #[must_use]
    pub fn plane(&self, [row, column]: [usize; 2]) -> Option<Plane> {
        let (i, j) = (*self.vectors.get(row)?, *self.vectors.get(column)?);
        (i != j).then_some(Plane { i, j })
    }

    /// Row and column of a plane's cell; `None` where one of its vectors is left out.
    #[must_use]
    pub fn cell(&self, plane: Plane) -> Option<[usize; 2]> {
        let place = |k: u32| {
            self.places
                .get(k as usize)
                .filter(|&&place| place != NOWHERE)
        };
        let (row, column) = (*place(plane.i)?, *place(plane.j)?);
        Some([row as usize, column as usize])
    }

    /// The most extreme of the planes that share the block of `level` around a
    /// cell, as its row and column, the first of equals; the cell itself where
    /// the block has no swept plane.
    #[must_use]
    pub fn most_extreme(&self, sweep: &Sweep, level: usize, cell: [usize; 2]) -> [usize; 2] {
        let Some(block) = self.levels.get(level) else {
            return cell;
        };
        let first = cell.map(|place| place >> block.shift << block.shift);
        let ends = first.map(|place| (place + (1 << block.shift)).min(self.side));
        let base = &self.levels[0];
        let wanted = block.at(cell.map(|place| place >> block.shift));
        let cells = (first[0]..ends[0]).flat_map(|r| (first[1]..ends[1]).map(move |c| [r, c]));
        cells
            .filter(|cell| base.at(cell.map(|place| place >> base.shift)) == wanted)
            .filter_map(|cell| {
                let index = position(&sweep.spec.planes, self.plane(cell)?)?;
                let record = sweep.records.get(index)?;
                Some((cell, self.quantity.extremity(&record, self.n_samples)))
            })
            .reduce(|a, b| {
                let better = b.1.0.cmp(&a.1.0).then(b.1.1.total_cmp(&a.1.1));
                if better.is_gt() { b } else { a }
            })
            .map_or(cell, |(cell, _)| cell)
    }

    /// A level as a picture of a block a pixel, coloured by a table of [`atlas_table`].
    #[must_use]
    pub fn picture(&self, level: usize, table: &[[u8; 4]; 256]) -> Option<Raster> {
        let level = self.levels.get(level)?;
        Some(Raster {
            width: level.side,
            height: level.side,
            rgba: level
                .codes
                .iter()
                .map(|&code| table[code as usize])
                .collect(),
        })
    }

    /// The finest level whose blocks take at least one pixel each where a cell
    /// takes `pixels`: nothing is lost between pixels.
    #[must_use]
    pub fn level_for(&self, pixels: f64) -> usize {
        let wide_enough = |level: &Level| (1u64 << level.shift) as f64 * pixels >= 0.999;
        let found = self.levels.iter().position(wide_enough);
        found.unwrap_or(self.levels.len().saturating_sub(1))
    }
}

/// The place in the set of the plane that a cell and its mirror image show: the
/// one with `i < j`, or the other where only that was drawn. They have the same
/// index and light, and the same peak but for where the angles of the grid fall.
fn position(planes: &PlaneSet, Plane { i, j }: Plane) -> Option<usize> {
    let (i, j) = (i.min(j), i.max(j));
    let mirrored = || planes.position(Plane { i: j, j: i });
    planes.position(Plane { i, j }).or_else(mirrored)
}

/// Ranks of the vectors by the mean of the quantity over their planes, largest first;
/// those without a plane last.
fn by_sum(source: &AtlasSource<'_>, go_on: &mut dyn FnMut() -> bool) -> Option<Vec<u32>> {
    type Sums = Vec<(i64, u32)>;
    let sweep = source.sweep;
    let subset = sweep.spec.planes.subset();
    let vectors = subset.len();
    let nothing = || -> Sums { vec![(0, 0); vectors] };
    let add = |mut a: Sums, b: Sums| {
        for (a, b) in a.iter_mut().zip(b) {
            *a = (a.0 + b.0, a.1 + b.1);
        }
        a
    };
    let rows = (BATCH_CELLS / vectors.max(1)).max(1);
    let mut sums = nothing();
    for first in (0..vectors).step_by(rows) {
        if !go_on() {
            return None;
        }
        let batch = (first..(first + rows).min(vectors))
            .into_par_iter()
            .with_min_len(rows.div_ceil(4 * rayon::current_num_threads()))
            .fold(nothing, |mut sums, i| {
                let mut own = (0, 0);
                for (index, j) in sweep.spec.planes.towards(subset.get(i), 0..u32::MAX) {
                    let value = source.quantity.summand(&sweep.records, index);
                    for (sum, planes) in [&mut own, &mut sums[subset.below(j)]] {
                        *sum += value;
                        *planes += 1;
                    }
                }
                sums[i] = (sums[i].0 + own.0, sums[i].1 + own.1);
                sums
            })
            .reduce(nothing, add);
        sums = add(sums, batch);
    }
    let mean = |vector: u32| {
        let (sum, planes) = sums[vector as usize];
        if planes == 0 {
            f64::NEG_INFINITY
        } else {
            sum as f64 / f64::from(planes)
        }
    };
    let mut order: Vec<u32> = (0..vectors as u32).collect();
    order.sort_by(|&a, &b| mean(b).total_cmp(&mean(a)));
    Some(order)
}

#[cfg(test)]
mod tests;
