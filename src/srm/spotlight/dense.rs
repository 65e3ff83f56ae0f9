//! Which samples may be lit in a plane, looking at each: for planes where so many
//! are that a list saves nothing. Loose, never strict.

/// Room that a filter needs behind its last sample.
pub const PAD: usize = 16;

/// Two columns of the same samples, and what lights them.
#[derive(Debug)]
pub struct Pair<'a> {
    /// Coordinates with the plane's first vector, times the sample's norm.
    pub first: &'a [f32],
    /// Coordinates with its second vector.
    pub second: &'a [f32],
    /// `(ε′ ‖x‖)²`.
    pub squares: &'a [f32],
    /// `g`.
    pub overlap: f32,
    /// `1 / s`.
    pub inverse_height: f32,
    /// A little under one: the filter is as loose as its rounding.
    pub share: f32,
}

impl Pair<'_> {
    /// Samples.
    pub fn len(&self) -> usize {
        self.first.len()
    }
}

/// Writes the numbers of the samples with `c1² + c2² ≥ share · (ε′ ‖x‖)²` to the
/// head of `out` and returns how many there are.
pub fn filter(plane: &Pair<'_>, out: &mut [u32]) -> usize {
    filter_from(plane, 0, out, 0)
}

/// As [`filter`], from sample `from` on, behind the `len` that are there.
#[inline]
pub fn filter_from(plane: &Pair<'_>, from: usize, out: &mut [u32], mut len: usize) -> usize {
    let samples = plane.first.iter().zip(plane.second).zip(plane.squares);
    for (number, ((&a, &b), &square)) in samples.enumerate().skip(from) {
        let c2 = (b - plane.overlap * a) * plane.inverse_height;
        out[len] = number as u32;
        len += usize::from(a * a + c2 * c2 >= square * plane.share);
    }
    len
}
