//! The values of an array whose bytes can be read from any place: stored, not
//! compressed. Every thread of the current rayon pool reads, converts and puts
//! in place a piece at a time, from the front of the file to its end.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, Ordering};

use ndarray::{ArrayViewMut2, Axis, Slice};
use rayon::prelude::*;

use super::at::{BUFFER, Extent};
use super::error::ArrayProblem;
use super::lay;
use crate::srm::{Activations, ActivationsError, LANES, Line, Lines, Real, zeroed};

/// The body of an array: `outer` lines of `inner` values, both at least one.
#[derive(Clone, Copy)]
pub(super) struct Placed<'a, 'c> {
    pub extent: &'a Extent<'a>,
    /// Byte of the first value.
    pub start: u64,
    pub big_endian: bool,
    pub outer: usize,
    pub inner: usize,
    pub cancel: &'c AtomicBool,
}

/// What a thread reads into.
fn buffer() -> Vec<u8> {
    vec![0; BUFFER]
}

impl Placed<'_, '_> {
    /// The values in the order of the file.
    pub fn copied<const S: usize, T: Real>(
        &self,
        convert: &(impl Fn([u8; S]) -> T + Sync),
    ) -> Result<Vec<T>, ArrayProblem> {
        let mut values = self.room()?;
        let pieces = values.chunks_mut(BUFFER / S).enumerate().par_bridge();
        pieces.try_for_each_init(buffer, |bytes, (piece, values)| {
            let items = self.read::<S>(bytes, piece * (BUFFER / S), values.len())?;
            for (value, item) in values.iter_mut().zip(items) {
                *value = convert(*item);
            }
            Ok::<(), ArrayProblem>(())
        })?;
        Ok(values)
    }

    /// The values in the other order: the file's lines are columns.
    pub fn turned<const S: usize, T: Real>(
        &self,
        convert: &(impl Fn([u8; S]) -> T + Sync),
    ) -> Result<Vec<T>, ArrayProblem> {
        /// Pieces, for as many threads.
        const PIECES: usize = 8;
        let mut values = self.room()?;
        let run = (BUFFER / S / LANES).min(self.inner.div_ceil(PIECES));
        let pieces = values.chunks_mut(run * self.outer).enumerate();
        pieces
            .par_bridge()
            .try_for_each_init(buffer, |bytes, (piece, values)| {
                for from in (0..self.outer).step_by(LANES) {
                    let to = self.outer.min(from + LANES);
                    let length = values.len() / self.outer;
                    let items = self.read_columns(bytes, (from, to), (piece * run, length))?;
                    let rows = values.chunks_exact_mut(self.outer);
                    let rows = rows.map(|row| &mut row[from..to]);
                    lay::columns::<S, T>(rows, items, length, convert);
                }
                Ok::<(), ArrayProblem>(())
            })?;
        Ok(values)
    }

    /// The file's lines as samples, each prepared while it is in the cache.
    pub fn samples<const S: usize, T: Real>(
        &self,
        convert: &(impl Fn([u8; S]) -> T + Sync),
    ) -> Result<Result<Activations, ActivationsError>, ArrayProblem> {
        let filled = Activations::filled(
            (self.outer, self.inner),
            self.together::<S, T>(),
            self.cancel,
            buffer,
            |bytes, slab| self.put(bytes, slab.first(), slab.lines_mut(), convert),
        );
        match filled {
            Ok(Ok(activations)) => Ok(Ok(activations)),
            Ok(Err(problem)) => Err(problem),
            Err(unfit) => Ok(Err(unfit)),
        }
    }

    /// The lines of samples whose columns are the file's lines.
    pub fn columns<const S: usize, T: Real>(
        &self,
        convert: &(impl Fn([u8; S]) -> T + Sync),
    ) -> Result<Lines<T>, ArrayProblem> {
        let mut lines = self.lines()?;
        let samples = self.inner;
        // Where samples are few, a piece is some blocks, else a run of one block.
        let run = BUFFER / S / LANES;
        let blocks = (run / samples).max(1);
        let piece = blocks * samples;
        let run = if samples <= run { piece } else { run };
        let pieces = lines.all_mut().chunks_mut(piece).enumerate();
        let pieces = pieces.flat_map(|(piece, lines)| {
            let runs = lines.chunks_mut(run).enumerate();
            runs.map(move |(place, lines)| (piece * blocks, place * run, lines))
        });
        pieces
            .par_bridge()
            .try_for_each_init(buffer, |bytes, (block, first, lines)| {
                let length = lines.len().min(samples);
                let from = block * LANES;
                let to = self.outer.min(from + lines.len() / length * LANES);
                let items = self.read_columns(bytes, (from, to), (first, length))?;
                let items = items.chunks(LANES * length);
                for (lines, items) in lines.chunks_exact_mut(length).zip(items) {
                    let lanes = items.len() / length;
                    let rows = lines.iter_mut().map(|line| &mut line[..lanes]);
                    lay::columns::<S, T>(rows, items, length, convert);
                }
                Ok::<(), ArrayProblem>(())
            })?;
        Ok(lines)
    }

    /// Samples whose bytes a buffer holds and whose lines stay in the cache with
    /// them.
    fn together<const S: usize, T: Real>(&self) -> NonZeroUsize {
        let blocks = self.inner.div_ceil(LANES);
        let bytes = (self.inner * S).max(blocks * size_of::<Line<T>>());
        NonZeroUsize::new(BUFFER / bytes).unwrap_or(NonZeroUsize::MIN)
    }

    /// Room for all values.
    fn room<T: Real>(&self) -> Result<Vec<T>, ArrayProblem> {
        let total = self.outer.checked_mul(self.inner);
        let needed = total.map_or(u64::MAX, |total| (total * size_of::<T>()) as u64);
        total.and_then(zeroed).ok_or(ArrayProblem::Memory(needed))
    }

    /// Room for samples whose columns are the file's lines.
    fn lines<T: Real>(&self) -> Result<Lines<T>, ArrayProblem> {
        let bytes = Lines::<T>::bytes(self.inner, self.outer);
        Lines::zeros(self.inner, self.outer).ok_or(ArrayProblem::Memory(bytes))
    }

    /// Reads the file's lines from `first` on and puts them into samples.
    fn put<const S: usize, T: Real>(
        &self,
        bytes: &mut [u8],
        first: usize,
        mut blocks: ArrayViewMut2<'_, [T; LANES]>,
        convert: &impl Fn([u8; S]) -> T,
    ) -> Result<(), ArrayProblem> {
        let (inner, samples) = (self.inner, blocks.ncols());
        // One piece, unless a single line is longer than the buffer.
        let piece = inner
            .next_multiple_of(LANES)
            .min(BUFFER / S / LANES * LANES);
        for from in (0..inner).step_by(piece) {
            let length = piece.min(inner - from);
            let items = self.read(bytes, first * inner + from, samples * length)?;
            let part = Slice::from(from / LANES..(from + length).div_ceil(LANES));
            let mut part = blocks.slice_axis_mut(Axis(0), part);
            for (block, lines) in part.rows_mut().into_iter().enumerate() {
                let Some(lines) = lines.into_slice() else {
                    unreachable!("the lines of a block lie together");
                };
                lay::rows(lines, items, length, block * LANES, convert);
            }
        }
        Ok(())
    }

    /// Reads a run of each of some of the file's lines, one after another.
    fn read_columns<'b, const S: usize>(
        &self,
        bytes: &'b mut [u8],
        (from, to): (usize, usize),
        (first, length): (usize, usize),
    ) -> Result<&'b [[u8; S]], ArrayProblem> {
        if length == self.inner {
            return self.read(bytes, from * length, (to - from) * length);
        }
        let columns = bytes.chunks_mut(length * S);
        for (column, bytes) in (from..to).zip(columns) {
            self.read::<S>(bytes, column * self.inner + first, length)?;
        }
        Ok(bytes[..(to - from) * length * S].as_chunks().0)
    }

    /// Reads `count` values from value `first` on, each little-endian after.
    fn read<'b, const S: usize>(
        &self,
        bytes: &'b mut [u8],
        first: usize,
        count: usize,
    ) -> Result<&'b [[u8; S]], ArrayProblem> {
        if self.cancel.load(Ordering::Relaxed) {
            return Err(ArrayProblem::Cancelled);
        }
        let bytes = &mut bytes[..count * S];
        self.extent.read(self.start + (first * S) as u64, bytes)?;
        let items = bytes.as_chunks_mut::<S>().0;
        if self.big_endian {
            for item in &mut *items {
                item.reverse();
            }
        }
        Ok(items)
    }
}
