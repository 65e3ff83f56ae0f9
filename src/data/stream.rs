//! The values of an array whose bytes come one after another: unpacked from an
//! archive. Each block is put in place before the next is read.

use std::io::Read;
use std::sync::atomic::{AtomicBool, Ordering};

use ndarray::{Axis, Slice};
use rayon::prelude::*;

use super::error::ArrayProblem;
use super::lay;
use super::npy::fill;
use crate::srm::{LANES, Lines, Real, zeroed};

/// Bytes read at a time; few under test, so that small arrays take many blocks.
pub(super) const BLOCK: usize = if cfg!(test) { 4 << 10 } else { 4 << 20 };

/// The body of an array: `outer` lines of `inner` values, both at least one.
pub(super) struct Stream<'a, 'c> {
    pub source: &'a mut dyn Read,
    pub big_endian: bool,
    pub outer: usize,
    pub inner: usize,
    /// Bytes of all values.
    pub bytes: u64,
    pub cancel: &'c AtomicBool,
}

impl Stream<'_, '_> {
    /// The values in the order of the file.
    pub fn copied<const S: usize, T: Real>(
        mut self,
        convert: &(impl Fn([u8; S]) -> T + Sync),
    ) -> Result<Vec<T>, ArrayProblem> {
        let mut values = self.room()?;
        let mut block = self.block();
        let mut done = 0;
        for values in values.chunks_mut(BLOCK / S) {
            let items = self.read(&mut block, done, values.len())?;
            copy(values, items, convert);
            done += values.len();
        }
        Ok(values)
    }

    /// The values in the other order: the file's lines are columns.
    pub fn turned<const S: usize, T: Real>(
        self,
        convert: &(impl Fn([u8; S]) -> T + Sync),
    ) -> Result<Vec<T>, ArrayProblem> {
        let mut values = self.room()?;
        let outer = self.outer;
        self.pieces(|items, (from, to), (first, length)| {
            let rows = &mut values[first * outer..][..length * outer];
            put(
                rows.par_chunks_mut(outer * SHARE),
                items,
                length,
                convert,
                |rows| {
                    let rows = rows.chunks_exact_mut(outer);
                    rows.map(move |row| &mut row[from..to])
                },
            );
        })?;
        Ok(values)
    }

    /// The lines of samples that are the file's lines.
    pub fn rows<const S: usize, T: Real>(
        mut self,
        convert: &(impl Fn([u8; S]) -> T + Sync),
    ) -> Result<Lines<T>, ArrayProblem> {
        let (outer, inner) = (self.outer, self.inner);
        let mut lines = lines(outer, inner)?;
        let mut blocks = lines.view_mut();
        let mut block = self.block();
        let together = (BLOCK / S / inner).max(1);
        // One piece, unless a line is longer than a block.
        let piece = inner.next_multiple_of(LANES).min(BLOCK / S / LANES * LANES);
        for first in (0..outer).step_by(together) {
            let samples = together.min(outer - first);
            for from in (0..inner).step_by(piece) {
                let length = piece.min(inner - from);
                let items = self.read(&mut block, first * inner + from, samples * length)?;
                let part = Slice::from(from / LANES..(from + length).div_ceil(LANES));
                let mut part = blocks.slice_axis_mut(Axis(0), part);
                let rows = part.rows_mut().into_iter().enumerate();
                rows.par_bridge().for_each(|(block, lines)| {
                    let Some(lines) = lines.into_slice() else {
                        unreachable!("the lines of a block lie together");
                    };
                    let lines = &mut lines[first..first + samples];
                    lay::rows(lines, items, length, block * LANES, convert);
                });
            }
        }
        Ok(lines)
    }

    /// The lines of samples whose columns are the file's lines.
    pub fn columns<const S: usize, T: Real>(
        self,
        convert: &(impl Fn([u8; S]) -> T + Sync),
    ) -> Result<Lines<T>, ArrayProblem> {
        let samples = self.inner;
        let mut lines = lines(samples, self.outer)?;
        let all = lines.all_mut();
        self.pieces(|items, (from, to), (first, length)| {
            let block = &mut all[from / LANES * samples..][first..first + length];
            let lanes = from % LANES..from % LANES + (to - from);
            put(
                block.par_chunks_mut(SHARE),
                items,
                length,
                convert,
                |lines| {
                    let lanes = lanes.clone();
                    lines.iter_mut().map(move |line| &mut line[lanes.clone()])
                },
            );
        })?;
        Ok(lines)
    }

    /// Gives the values on, some of the file's lines of one block at a time or a
    /// run of one of them: `with` is told which lines, and the first value of each
    /// and how many.
    fn pieces<const S: usize>(
        mut self,
        mut with: impl FnMut(&[[u8; S]], (usize, usize), (usize, usize)),
    ) -> Result<(), ArrayProblem> {
        let (outer, inner) = (self.outer, self.inner);
        let mut block = self.block();
        let together = (BLOCK / S / inner).clamp(1, LANES);
        let run = inner.min(BLOCK / S);
        let mut from = 0;
        while from < outer {
            let end = outer.min((from / LANES + 1) * LANES);
            let to = end.min(from + together);
            for first in (0..inner).step_by(run) {
                let length = run.min(inner - first);
                let items = self.read(&mut block, from * inner + first, (to - from) * length)?;
                with(items, (from, to), (first, length));
            }
            from = to;
        }
        Ok(())
    }

    /// Room for what is read at a time: archives may hold very many small arrays.
    fn block(&self) -> Vec<u8> {
        vec![0; usize::try_from(self.bytes).map_or(BLOCK, |bytes| bytes.min(BLOCK))]
    }

    /// Room for all values.
    fn room<T: Real>(&self) -> Result<Vec<T>, ArrayProblem> {
        let total = self.outer.checked_mul(self.inner);
        total
            .and_then(zeroed)
            .ok_or(ArrayProblem::Memory(self.bytes))
    }

    /// Reads the next `count` values, little-endian after, where `done` were
    /// read before.
    fn read<'b, const S: usize>(
        &mut self,
        block: &'b mut [u8],
        done: usize,
        count: usize,
    ) -> Result<&'b [[u8; S]], ArrayProblem> {
        if self.cancel.load(Ordering::Relaxed) {
            return Err(ArrayProblem::Cancelled);
        }
        let bytes = &mut block[..count * S];
        fill(self.source, bytes).map_err(|problem| match problem {
            // From the block; here from what is still to come.
            ArrayProblem::EndsEarly { .. } => ArrayProblem::EndsEarly {
                missing: self.bytes - (done * S) as u64,
            },
            other => other,
        })?;
        let items = bytes.as_chunks_mut::<S>().0;
        if self.big_endian {
            for item in &mut *items {
                item.reverse();
            }
        }
        Ok(items)
    }
}

/// Samples or rows that a thread fills at a time.
const SHARE: usize = 1 << 12;

/// Room for so many samples and neurons.
fn lines<T: Real>(samples: usize, neurons: usize) -> Result<Lines<T>, ArrayProblem> {
    let bytes = Lines::<T>::bytes(samples, neurons);
    Lines::zeros(samples, neurons).ok_or(ArrayProblem::Memory(bytes))
}

/// Values in the file's order.
fn copy<const S: usize, T: Real>(
    values: &mut [T],
    items: &[[u8; S]],
    convert: &(impl Fn([u8; S]) -> T + Sync),
) {
    const SHARE: usize = 1 << 16;
    values
        .par_chunks_mut(SHARE)
        .zip(items.par_chunks(SHARE))
        .for_each(|(values, items)| {
            for (value, item) in values.iter_mut().zip(items) {
                *value = convert(*item);
            }
        });
}

/// Puts columns of the file, `length` values each, into the rows that `rows` makes
/// of each share.
fn put<'a, const S: usize, T: Real, U: Send + 'a, I>(
    shares: impl IndexedParallelIterator<Item = &'a mut [U]>,
    items: &[[u8; S]],
    length: usize,
    convert: &(impl Fn([u8; S]) -> T + Sync),
    rows: impl Fn(&'a mut [U]) -> I + Sync,
) where
    I: ExactSizeIterator<Item = &'a mut [T]>,
{
    shares.enumerate().for_each(|(share, values)| {
        if let Some(items) = items.get(share * SHARE..) {
            lay::columns(rows(values), items, length, convert);
        }
    });
}
