//! How coordinates are kept: sixteen vectors of a sample side by side.
//!
//! A sweep looks at some samples in many planes, and at many samples in some
//! planes. Where the values of sixteen consecutive vectors of one sample fill one
//! line of the cache, both read memory in whole lines.

/// Vectors side by side.
pub const LANES: usize = 16;

/// One sample's values for sixteen consecutive vectors.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(C, align(64))]
pub struct Line<T>(pub [T; LANES]);

/// Values of `m` vectors for `n` samples: block `b` holds vectors `16 b` to
/// `16 b + 15` of all samples, a line each; lanes behind the last vector are zero.
#[derive(Clone, Debug, PartialEq)]
pub struct Lines<T> {
    n: usize,
    lines: Vec<Line<T>>,
}

impl<T: Copy + Default> Lines<T> {
    /// Zeros.
    #[must_use]
    pub fn zeros(n: usize, m: usize) -> Self {
        Self {
            n,
            lines: vec![Line::default(); n * m.div_ceil(LANES)],
        }
    }

    /// Lines of the samples, block after block.
    pub fn blocks_mut(&mut self) -> impl ExactSizeIterator<Item = &mut [Line<T>]> {
        self.lines.chunks_exact_mut(self.n)
    }

    /// The lines of a block.
    ///
    /// # Panics
    /// If there is no such block.
    #[must_use]
    pub fn block(&self, block: usize) -> &[Line<T>] {
        &self.lines[block * self.n..(block + 1) * self.n]
    }
}
