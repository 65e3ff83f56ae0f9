//! How values are kept: sixteen vectors of a sample side by side.
//!
//! A sweep looks at some samples in many planes, and at many samples in some
//! planes. Where the values of sixteen consecutive vectors of one sample fill one
//! line of the cache, both read memory in whole lines; and the rows of a file are
//! such lines already.

use std::sync::atomic::AtomicBool;

use ndarray::ArrayViewMut2;
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::cancel::{Cancelled, check};
use super::pages;

/// Vectors side by side.
pub const LANES: usize = 16;

/// One sample's values for sixteen consecutive vectors.
#[derive(Clone, Copy, Debug, Default, PartialEq, FromBytes, Immutable, KnownLayout)]
#[repr(C, align(64))]
pub struct Line<T>(pub [T; LANES]);

/// A number as values are kept: in single or double precision.
pub trait Real:
    Copy
    + Default
    + PartialEq
    + PartialOrd
    + Send
    + Sync
    + Into<f64>
    + FromBytes
    + IntoBytes
    + Immutable
    + sealed::Sealed
    + 'static
{
    /// `value` in this precision if that is exact; in double precision a value
    /// that underflows is taken as it is.
    fn stored(value: f64) -> Option<Self>;
}

impl Real for f32 {
    fn stored(value: f64) -> Option<Self> {
        let single = value as f32;
        (f64::from(single) == value).then_some(single)
    }
}

impl Real for f64 {
    fn stored(value: f64) -> Option<Self> {
        Some(value)
    }
}

pub(super) mod sealed {
    use super::super::activations::Stored;
    use super::Lines;

    pub trait Sealed: Sized {
        /// The lines with their precision.
        fn stored_lines(lines: Lines<Self>) -> Stored;
    }

    impl Sealed for f32 {
        fn stored_lines(lines: Lines<Self>) -> Stored {
            Stored::F32(lines)
        }
    }

    impl Sealed for f64 {
        fn stored_lines(lines: Lines<Self>) -> Stored {
            Stored::F64(lines)
        }
    }
}

/// Values of `m` vectors for `n` samples: block `b` holds vectors `16 b` to
/// `16 b + 15` of all samples, a line each; lanes behind the last vector are zero.
///
/// A line is 64 bytes of single precision or 128 of double, and a sample takes
/// `⌈m / 16⌉` of them, however few of its last line's lanes are in use.
#[derive(Debug)]
pub struct Lines<T> {
    samples: usize,
    vectors: usize,
    /// Where the first line begins: at a multiple of 64 bytes.
    start: usize,
    /// The lines, with [`LANES`] values of room for their start.
    values: Vec<T>,
}

/// `n` zeros, or `None` if there is no memory for them.
pub(crate) fn zeroed<T: Copy + Default>(n: usize) -> Option<Vec<T>> {
    // Asked for first, since `vec!` would end the program; it is what gets
    // pages that are zero already and that each thread touches when it needs to.
    let mut probe: Vec<T> = Vec::new();
    probe.try_reserve_exact(n).ok()?;
    drop(probe);
    Some(vec![T::default(); n])
}

impl<T: Real> Lines<T> {
    /// Zeros for at least one sample and vector; `None` if there is no memory for
    /// so many.
    #[must_use]
    pub fn zeros(samples: usize, vectors: usize) -> Option<Self> {
        let lines = samples.checked_mul(vectors.div_ceil(LANES))?;
        let mut values = zeroed(lines.checked_mul(LANES)?.checked_add(LANES)?)?;
        pages::ask_for_large(&mut values);
        let mut zeros = Self {
            samples,
            vectors,
            start: 0,
            values,
        };
        zeros.start = zeros.aligned();
        Some(zeros)
    }

    /// Bytes that so many values take.
    #[must_use]
    pub fn bytes(samples: usize, vectors: usize) -> u64 {
        let lines = (samples as u64).saturating_mul(vectors.div_ceil(LANES) as u64);
        lines.saturating_mul(size_of::<Line<T>>() as u64)
    }

    /// `n`.
    #[must_use]
    pub fn samples(&self) -> usize {
        self.samples
    }

    /// `m`.
    #[must_use]
    pub fn vectors(&self) -> usize {
        self.vectors
    }

    /// The lines of a block.
    ///
    /// # Panics
    /// If there is no such block.
    #[must_use]
    pub fn block(&self, block: usize) -> &[Line<T>] {
        let length = self.samples * LANES;
        let values = &self.values[self.start + block * length..][..length];
        let lines = <[Line<T>]>::ref_from_bytes(values.as_bytes());
        lines.unwrap_or_else(|_| unreachable!("lines begin at multiples of 64 bytes"))
    }

    /// All lines, block after block.
    #[must_use]
    pub fn all(&self) -> &[[T; LANES]] {
        let length = self.samples * self.vectors.div_ceil(LANES) * LANES;
        self.values[self.start..][..length].as_chunks().0
    }

    /// All lines, block after block, to be written.
    #[must_use]
    pub fn all_mut(&mut self) -> &mut [[T; LANES]] {
        let length = self.samples * self.vectors.div_ceil(LANES) * LANES;
        self.values[self.start..][..length].as_chunks_mut().0
    }

    /// The lines, a row a block, a column a sample; each row is contiguous.
    #[must_use]
    pub fn view_mut(&mut self) -> ArrayViewMut2<'_, [T; LANES]> {
        let shape = (self.vectors.div_ceil(LANES), self.samples);
        ArrayViewMut2::from_shape(shape, self.all_mut())
            .unwrap_or_else(|_| unreachable!("a line a block and sample"))
    }

    /// Leaves out samples, ascending, in place; at least one stays.
    pub(super) fn leave_out(
        &mut self,
        excluded: &[usize],
        cancel: &AtomicBool,
    ) -> Result<(), Cancelled> {
        let starts = std::iter::once(0).chain(excluded.iter().map(|row| row + 1));
        let ends = excluded.iter().copied();
        let ends = ends.chain(std::iter::once(self.samples));
        let kept: Vec<_> = starts
            .zip(ends)
            .filter(|(start, end)| start < end)
            .collect();
        let samples = self.samples;
        let lines = self.all_mut();
        let mut filled = 0;
        for block in (0..lines.len()).step_by(samples) {
            check(cancel)?;
            for (start, end) in &kept {
                lines.copy_within(block + start..block + end, filled);
                filled += end - start;
            }
        }
        self.samples -= excluded.len();
        self.values.truncate(filled * LANES + LANES);
        // The allocator gives the rest back where it lies: nothing is copied.
        self.values.shrink_to_fit();
        let start = self.aligned();
        if start != self.start {
            let lines = self.start..self.start + filled * LANES;
            self.values.copy_within(lines, start);
            self.start = start;
        }
        Ok(())
    }

    /// Values up to the first at a multiple of 64 bytes.
    fn aligned(&self) -> usize {
        self.values.as_ptr().align_offset(align_of::<Line<T>>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_lie_on_lines_and_samples_are_left_out_of_each_block() {
        for samples in [3, 1_000, 50_000] {
            let mut lines: Lines<f32> = Lines::zeros(samples, 37).unwrap();
            assert_eq!(lines.view_mut().dim(), (3, samples));
            for ((block, sample), line) in lines.view_mut().indexed_iter_mut() {
                line.fill((block * samples + sample) as f32);
            }
            let excluded: Vec<usize> = (0..samples).filter(|n| n % 3 == 1).collect();
            let never = AtomicBool::new(false);
            lines.leave_out(&excluded, &never).unwrap();
            assert_eq!(lines.samples(), samples - excluded.len());
            let kept: Vec<usize> = (0..samples).filter(|n| n % 3 != 1).collect();
            for block in 0..3 {
                assert_eq!(lines.block(block).as_ptr().addr() % 64, 0);
                let expected = kept.iter().map(|n| [(block * samples + n) as f32; LANES]);
                assert!(lines.block(block).iter().map(|line| line.0).eq(expected));
            }
        }
    }

    #[test]
    fn more_lines_than_memory_are_refused() {
        assert!(Lines::<f32>::zeros(1 << 30, 1 << 40).is_none());
        assert!(Lines::<f64>::zeros(usize::MAX, usize::MAX).is_none());
        assert_eq!(Lines::<f64>::bytes(usize::MAX, 17), u64::MAX);
        assert_eq!(Lines::<f32>::bytes(3, 17), 3 * 2 * 64);
    }
}
