//! The values of an array whose bytes come one after another: unpacked from an
//! archive. Each block is put in place before the next is read.

use std::io::Read;
use std::sync::atomic::{AtomicBool, Ordering};

use ndarray::{ArrayViewMut2, Axis, s};
use rayon::prelude::*;

use super::error::ArrayProblem;
use super::npy::fill;
use super::turn::{WIDTH, tile, turn_group};
use crate::srm::{Real, zeroed};

/// Bytes read at a time; few under test, so that small arrays take many blocks.
pub(super) const BLOCK: usize = if cfg!(test) { 4 << 10 } else { 4 << 20 };

/// The body of an array: `outer` lines of `inner` values, both at least one.
pub(super) struct Stream<'a> {
    pub source: &'a mut dyn Read,
    pub big_endian: bool,
    pub outer: usize,
    pub inner: usize,
    /// Bytes of all values.
    pub bytes: u64,
    pub cancel: &'a AtomicBool,
}

impl Stream<'_> {
    /// The values in the order of the file.
    pub fn copied<const S: usize, T: Real>(
        mut self,
        convert: &(impl Fn([u8; S]) -> T + Sync),
    ) -> Result<Vec<T>, ArrayProblem> {
        let mut values = self.room()?;
        let mut block = vec![0; BLOCK];
        let mut done = 0;
        for values in values.chunks_mut(BLOCK / S) {
            let items = self.read(&mut block, done, values.len())?;
            copy(values, items, convert);
            done += values.len();
        }
        Ok(values)
    }

    /// The values in the other order: lines become columns.
    pub fn turned<const S: usize, T: Real>(
        mut self,
        convert: &(impl Fn([u8; S]) -> T + Sync),
    ) -> Result<Vec<T>, ArrayProblem> {
        let mut values = self.room()?;
        let (outer, inner) = (self.outer, self.inner);
        let Ok(mut view) = ArrayViewMut2::from_shape((inner, outer), &mut values) else {
            unreachable!("the values are inner × outer");
        };
        let mut block = vec![0; BLOCK];
        let lines = (BLOCK / S / inner).max(1);
        for first in (0..outer).step_by(lines) {
            let last = outer.min(first + lines);
            let mut columns = view.slice_mut(s![.., first..last]);
            // One piece, unless a line is longer than a block.
            let piece = inner.min(BLOCK / S);
            for from in (0..inner).step_by(piece) {
                let to = inner.min(from + piece);
                let count = (last - first) * (to - from);
                let items = self.read(&mut block, first * inner + from, count)?;
                turn(columns.slice_mut(s![from..to, ..]), items, convert);
            }
        }
        Ok(values)
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

/// Lines become columns, a group of columns a thread.
fn turn<const S: usize, T: Real>(
    mut columns: ArrayViewMut2<'_, T>,
    items: &[[u8; S]],
    convert: &(impl Fn([u8; S]) -> T + Sync),
) {
    let inner = columns.nrows();
    let groups = columns.axis_chunks_iter_mut(Axis(0), WIDTH).enumerate();
    groups
        .par_bridge()
        .for_each_init(tile, |tile, (group, columns)| {
            turn_group(columns, items, inner, group * WIDTH, tile, convert);
        });
}
