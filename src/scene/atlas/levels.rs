//! Levels of detail: a square of codes, and ever coarser ones of their maxima.

use rayon::prelude::*;

use super::BATCH_CELLS;
use super::codes::{NO_PLANE, Triangle};

/// Widest finest level: beyond so many vectors a cell of it is already a block.
/// 8,192 × 8,192 take 67 MB.
pub const MOST_SIDE: usize = 8192;

/// The coarsest level has at most so many blocks a side.
const LEAST_SIDE: usize = 32;

/// A square of codes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Level {
    /// A block is `2^shift` vectors a side.
    pub shift: u32,
    /// Blocks a side.
    pub side: usize,
    /// Their codes, row after row.
    pub codes: Vec<u8>,
}

impl Level {
    /// The code of the block at that row and column.
    ///
    /// # Panics
    /// If there is no such block.
    #[must_use]
    pub fn at(&self, [row, column]: [usize; 2]) -> u8 {
        self.codes[row * self.side + column]
    }

    /// Part of a row.
    ///
    /// # Panics
    /// If it reaches over the edge.
    #[must_use]
    pub fn row(&self, row: usize, columns: std::ops::Range<usize>) -> &[u8] {
        &self.codes[row * self.side..][columns]
    }
}

/// The finest level that there is memory for, and all above it.
pub(super) fn levels(
    triangle: &Triangle,
    vectors: &[u32],
    go_on: &mut dyn FnMut() -> bool,
) -> Option<Vec<Level>> {
    levels_within(triangle, vectors, MOST_SIDE, go_on)
}

pub(super) fn levels_within(
    triangle: &Triangle,
    vectors: &[u32],
    most_side: usize,
    go_on: &mut dyn FnMut() -> bool,
) -> Option<Vec<Level>> {
    let shift = (0..32)
        .find(|&shift| vectors.len().div_ceil(1 << shift) <= most_side)
        .unwrap_or(0);
    let mut levels = vec![finest(triangle, vectors, shift, go_on)?];
    while let Some(last) = levels.last()
        && last.side > LEAST_SIDE
    {
        let next = coarser(last, go_on)?;
        levels.push(next);
    }
    Some(levels)
}

fn finest(
    triangle: &Triangle,
    vectors: &[u32],
    shift: u32,
    go_on: &mut dyn FnMut() -> bool,
) -> Option<Level> {
    let side = vectors.len().div_ceil(1 << shift);
    let fill = |(row, out): (usize, &mut [u8])| {
        let last = ((row + 1) << shift).min(vectors.len());
        for &i in &vectors[row << shift..last] {
            for (code, block) in out.iter_mut().zip(vectors.chunks(1 << shift)) {
                for &j in block {
                    *code = triangle.at(i, j).max(*code);
                }
            }
        }
    };
    let codes = by_rows(side, vectors.len() << shift, fill, go_on)?;
    Some(Level { shift, side, codes })
}

fn coarser(level: &Level, go_on: &mut dyn FnMut() -> bool) -> Option<Level> {
    let side = level.side.div_ceil(2);
    let fill = |(row, out): (usize, &mut [u8])| {
        for fine in 2 * row..(2 * row + 2).min(level.side) {
            let pairs = level.row(fine, 0..level.side).chunks(2);
            for (code, pair) in out.iter_mut().zip(pairs) {
                *code = pair.iter().copied().fold(*code, u8::max);
            }
        }
    };
    let codes = by_rows(side, 2 * level.side, fill, go_on)?;
    Some(Level {
        shift: level.shift + 1,
        side,
        codes,
    })
}

/// A square whose rows are filled in parallel, each at the price of `cost` cells.
fn by_rows(
    side: usize,
    cost: usize,
    fill: impl Fn((usize, &mut [u8])) + Sync,
    go_on: &mut dyn FnMut() -> bool,
) -> Option<Vec<u8>> {
    let mut codes = vec![NO_PLANE; side * side];
    let rows = (BATCH_CELLS / cost.max(1)).max(1);
    for (batch, cells) in codes.chunks_mut((rows * side).max(1)).enumerate() {
        if !go_on() {
            return None;
        }
        cells
            .par_chunks_mut(side)
            .enumerate()
            .for_each(|(offset, row)| fill((batch * rows + offset, row)));
    }
    Some(codes)
}
