//! The rows of `N × d` where they do not lie one after another in the file: arrays
//! of more axes, strided views, and rows that were chosen from many.

use std::num::NonZeroUsize;
use std::sync::atomic::AtomicBool;

use rayon::prelude::*;

use super::at::Extent;
use super::body::Bytes;
use super::error::ArrayProblem;
use super::npy::fill;
use super::plan::{Reduce, RowMap, View};
use crate::srm::{Activations, ActivationsError, LANES, Real, zeroed};

/// Bytes read at once where consecutive rows lie close together.
const WINDOW: usize = if cfg!(test) { 64 } else { 256 << 10 };

/// Values a slab of samples.
const SLAB: usize = 1 << 16;

/// Rows about to be gathered.
pub(super) struct Gather<'b, 'a> {
    bytes: Source<'b>,
    view: &'a View,
    rows: &'a RowMap,
    big_endian: bool,
    /// Bytes from the array's first value to behind its last.
    length: u64,
    cancel: &'a AtomicBool,
}

/// Where the bytes are.
enum Source<'a> {
    /// In the file, the first value at that byte of the extent.
    Placed(&'a Extent<'a>, u64),
    /// In memory.
    Whole(Vec<u8>),
}

impl<'b, 'a> Gather<'b, 'a> {
    /// Prepares to gather from an array of `length` bytes. What comes one byte after
    /// another, or lies across the whole array, is brought into memory first.
    pub fn new(
        bytes: Bytes<'b>,
        view: &'a View,
        rows: &'a RowMap,
        (big_endian, length): (bool, u64),
        cancel: &'a AtomicBool,
    ) -> Result<Self, ArrayProblem> {
        let across = view.span > 4 * view.positions.len() * view.channels.len();
        let bytes = match bytes {
            Bytes::Placed(extent, start) if !across => Source::Placed(extent, start),
            Bytes::Placed(extent, start) => {
                let mut whole = room(length)?;
                let pieces = whole.chunks_mut(WINDOW).enumerate().par_bridge();
                pieces.try_for_each(|(place, piece)| {
                    called_off(cancel)?;
                    extent.read(start + (place * WINDOW) as u64, piece)
                })?;
                Source::Whole(whole)
            }
            Bytes::Stream(source) => {
                let mut whole = room(length)?;
                for piece in whole.chunks_mut(1 << 20) {
                    called_off(cancel)?;
                    fill(source, piece)?;
                }
                Source::Whole(whole)
            }
        };
        Ok(Self {
            bytes,
            view,
            rows,
            big_endian,
            length,
            cancel,
        })
    }

    /// The rows as samples.
    pub fn samples<const S: usize, T: Real>(
        &self,
        convert: &(impl Fn([u8; S]) -> T + Sync),
    ) -> Result<Result<Activations, ActivationsError>, ArrayProblem> {
        let shape = (self.rows.len(), self.view.channels.len());
        let slab = NonZeroUsize::new(SLAB / shape.1.max(1)).unwrap_or(NonZeroUsize::MIN);
        let filled = Activations::filled(
            shape,
            slab,
            self.cancel,
            || (Window::default(), vec![T::default(); shape.1]),
            |(window, row), slab| {
                let first = slab.first();
                let mut lines = slab.lines_mut();
                for sample in 0..lines.ncols() {
                    self.row(window, first + sample, row, convert)?;
                    for (block, values) in row.chunks(LANES).enumerate() {
                        lines[[block, sample]][..values.len()].copy_from_slice(values);
                    }
                }
                Ok(())
            },
        );
        match filled {
            Ok(Ok(activations)) => Ok(Ok(activations)),
            Ok(Err(problem)) => Err(problem),
            Err(unfit) => Ok(Err(unfit)),
        }
    }

    /// The rows one after another.
    pub fn row_major<const S: usize, T: Real>(
        &self,
        convert: &(impl Fn([u8; S]) -> T + Sync),
    ) -> Result<Vec<T>, ArrayProblem> {
        let columns = self.view.channels.len();
        let total = self.rows.len().checked_mul(columns);
        let too_much = || ArrayProblem::Memory(total.map_or(u64::MAX, |n| n as u64 * 8));
        let mut values: Vec<T> = total.and_then(zeroed).ok_or_else(too_much)?;
        let mut window = Window::default();
        for (place, row) in values.chunks_exact_mut(columns.max(1)).enumerate() {
            self.row(&mut window, place, row, convert)?;
        }
        Ok(values)
    }

    /// Puts the row at `place` together.
    fn row<const S: usize, T: Real>(
        &self,
        window: &mut Window,
        place: usize,
        out: &mut [T],
        convert: &impl Fn([u8; S]) -> T,
    ) -> Result<(), ArrayProblem> {
        let view = self.view;
        let row = self.rows.row(place);
        let each = view.reduce == Reduce::Each;
        let (sample, position) = if each {
            (row / view.positions.len(), row % view.positions.len())
        } else {
            (row, 0)
        };
        let block = self.block::<S>(window, sample * view.sample_stride)?;
        let value = |at: usize| {
            let mut item = [0; S];
            item.copy_from_slice(&block[at * S..][..S]);
            if self.big_endian {
                item.reverse();
            }
            convert(item)
        };
        if each {
            let position = view.positions[position];
            for (out, &channel) in out.iter_mut().zip(&view.channels) {
                *out = value(position + channel);
            }
            return Ok(());
        }
        for (out, &channel) in out.iter_mut().zip(&view.channels) {
            let values = view.positions.iter().map(|&p| value(p + channel));
            *out = match view.reduce {
                Reduce::Max => largest(values),
                _ => mean(values.map(Into::into), view.positions.len()),
            };
        }
        Ok(())
    }

    /// The bytes of a sample, whose first value is so many behind the array's first.
    fn block<'w, const S: usize>(
        &'w self,
        window: &'w mut Window,
        first: usize,
    ) -> Result<&'w [u8], ArrayProblem> {
        let (from, length) = (first * S, self.view.span * S);
        let (extent, start) = match &self.bytes {
            Source::Whole(whole) => return Ok(&whole[from..from + length]),
            Source::Placed(extent, start) => (extent, *start),
        };
        if from < window.from || from + length > window.from + window.bytes.len() {
            called_off(self.cancel)?;
            let left = usize::try_from(self.length).unwrap_or(usize::MAX) - from;
            let ahead = if self.is_close::<S>() { WINDOW } else { 0 };
            window.bytes.resize(length.max(ahead).min(left), 0);
            window.from = from;
            extent.read(start + from as u64, &mut window.bytes)?;
        }
        let at = from - window.from;
        Ok(&window.bytes[at..at + length])
    }

    /// Whether several chosen rows lie in a window.
    fn is_close<const S: usize>(&self) -> bool {
        let rows = self.rows.len().max(1);
        let samples = self.length as usize / (self.view.sample_stride * S).max(1);
        samples / rows * self.view.sample_stride * S < WINDOW / 4
    }
}

/// Some bytes of the array.
#[derive(Default)]
struct Window {
    from: usize,
    bytes: Vec<u8>,
}

/// The largest of some values; NaN if one is.
fn largest<T: Real>(values: impl Iterator<Item = T>) -> T {
    let mut largest: Option<T> = None;
    for value in values {
        // A NaN is neither smaller nor equal to anything, itself included.
        let is_nan = value.partial_cmp(&value).is_none();
        if is_nan {
            return value;
        }
        if largest.is_none_or(|known| value > known) {
            largest = Some(value);
        }
    }
    largest.unwrap_or_default()
}

/// The mean of so many values, in double precision; values whose sum overflows are
/// brought nearer first.
fn mean<T: Real>(values: impl Iterator<Item = f64> + Clone, count: usize) -> T {
    let sum: f64 = values.clone().sum();
    let mean = if sum.is_finite() {
        sum / count as f64
    } else {
        values.map(|value| value / count as f64).sum()
    };
    // Means are read in double precision, where nothing is lost.
    T::stored(mean).unwrap_or_default()
}

/// Room for so many bytes.
fn room(bytes: u64) -> Result<Vec<u8>, ArrayProblem> {
    let room = usize::try_from(bytes).ok().and_then(zeroed::<u8>);
    room.ok_or(ArrayProblem::Memory(bytes))
}

fn called_off(cancel: &AtomicBool) -> Result<(), ArrayProblem> {
    if cancel.load(std::sync::atomic::Ordering::Relaxed) {
        return Err(ArrayProblem::Cancelled);
    }
    Ok(())
}
