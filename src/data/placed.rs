//! The values of an array whose bytes can be read from any place: stored, not
//! compressed. Every thread of the current rayon pool reads, converts and puts
//! in place a piece at a time, from the front of the file to its end.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, Ordering};

use ndarray::{ArrayViewMut2, Axis, Slice};
use rayon::prelude::*;

use super::at::{BUFFER, Extent};
use super::error::ArrayProblem;
use super::turn::{HEIGHT, Tile, WIDTH, tile, turn};
use crate::srm::{Activations, ActivationsError, Real, zeroed};

/// The body of an array: `outer` lines of `inner` values, both at least one.
#[derive(Clone, Copy)]
pub(super) struct Placed<'a> {
    pub extent: &'a Extent<'a>,
    /// Byte of the first value.
    pub start: u64,
    pub big_endian: bool,
    pub outer: usize,
    pub inner: usize,
    pub cancel: &'a AtomicBool,
}

/// What a thread reads into and turns in.
struct Desk<T> {
    bytes: Vec<u8>,
    tile: Tile<T>,
}

impl<T: Real> Desk<T> {
    fn new() -> Self {
        Self {
            bytes: vec![0; BUFFER],
            tile: tile(),
        }
    }
}

impl Placed<'_> {
    /// The values in the order of the file.
    pub fn copied<const S: usize, T: Real>(
        &self,
        convert: &(impl Fn([u8; S]) -> T + Sync),
    ) -> Result<Vec<T>, ArrayProblem> {
        let mut values = self.room::<S, T>()?;
        let pieces = values.chunks_mut(BUFFER / S).enumerate().par_bridge();
        pieces.try_for_each_init(
            || vec![0; BUFFER],
            |bytes, (piece, values)| -> Result<(), ArrayProblem> {
                let items = self.read::<S>(bytes, piece * (BUFFER / S), values.len())?;
                for (value, item) in values.iter_mut().zip(items) {
                    *value = convert(*item);
                }
                Ok(())
            },
        )?;
        Ok(values)
    }

    /// The values in the other order: lines become columns.
    pub fn turned<const S: usize, T: Real>(
        &self,
        convert: &(impl Fn([u8; S]) -> T + Sync),
    ) -> Result<Vec<T>, ArrayProblem> {
        let mut values = self.room::<S, T>()?;
        let Ok(mut view) = ArrayViewMut2::from_shape((self.inner, self.outer), &mut values) else {
            unreachable!("the values are inner × outer");
        };
        let lines = self.lines::<S>().get();
        let pieces = view.axis_chunks_iter_mut(Axis(1), lines).enumerate();
        pieces
            .par_bridge()
            .try_for_each_init(Desk::new, |desk, (piece, view)| {
                self.put(desk, piece * lines, view, convert)
            })?;
        Ok(values)
    }

    /// The lines as samples, each prepared while it is in the cache.
    pub fn samples<const S: usize, T: Real>(
        &self,
        convert: &(impl Fn([u8; S]) -> T + Sync),
    ) -> Result<Result<Activations, ActivationsError>, ArrayProblem> {
        let filled = Activations::filled(
            (self.outer, self.inner),
            self.lines::<S>(),
            self.cancel,
            Desk::new,
            |desk, slab| self.put(desk, slab.first(), slab.view_mut(), convert),
        );
        match filled {
            Ok(Ok(activations)) => Ok(Ok(activations)),
            Ok(Err(problem)) => Err(problem),
            Err(unfit) => Ok(Err(unfit)),
        }
    }

    /// Lines a piece: what a buffer holds, in whole tiles if it can be.
    fn lines<const S: usize>(&self) -> NonZeroUsize {
        let lines = BUFFER / S / self.inner;
        let whole = [HEIGHT, WIDTH, 1].into_iter().find(|&tile| lines >= tile);
        let lines = whole.map_or(1, |tile| lines / tile * tile);
        NonZeroUsize::new(lines).unwrap_or(NonZeroUsize::MIN)
    }

    /// Room for all values.
    fn room<const S: usize, T: Real>(&self) -> Result<Vec<T>, ArrayProblem> {
        let total = self.outer.checked_mul(self.inner);
        let needed = total.map_or(u64::MAX, |total| (total * size_of::<T>()) as u64);
        total.and_then(zeroed).ok_or(ArrayProblem::Memory(needed))
    }

    /// Reads lines from `first` on and puts them into `columns`.
    fn put<const S: usize, T: Real>(
        &self,
        desk: &mut Desk<T>,
        first: usize,
        mut columns: ArrayViewMut2<'_, T>,
        convert: &impl Fn([u8; S]) -> T,
    ) -> Result<(), ArrayProblem> {
        let Desk { bytes, tile } = desk;
        let (inner, lines) = columns.dim();
        if lines * inner <= bytes.len() / S {
            let items = self.read(bytes, first * inner, lines * inner)?;
            turn(columns, items, tile, convert);
            return Ok(());
        }
        // A single line, longer than the buffer.
        for from in (0..inner).step_by(bytes.len() / S) {
            let to = inner.min(from + bytes.len() / S);
            let items = self.read(bytes, first * inner + from, to - from)?;
            let part = columns.slice_axis_mut(Axis(0), Slice::from(from..to));
            turn(part, items, tile, convert);
        }
        Ok(())
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
