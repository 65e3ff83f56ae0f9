//! Candidates of plane after plane, gathered until there are enough for their arcs
//! to be laid together.

use super::dense::{self, Pair};
use super::simd::{self, Level};

/// Room for candidates: a power of two.
pub const ROOM: usize = 8192;

/// Most samples of a plane that are looked at together.
pub const AT_ONCE: usize = 1024;

/// Candidates whose arcs are laid at once.
const TOGETHER: usize = 16;

/// Candidates, one after another, as many of each.
#[derive(Debug)]
pub struct Hits {
    len: usize,
    /// `c1 ‖x‖`.
    pub c1: Box<[f32; ROOM]>,
    /// `c2 ‖x‖`.
    pub c2: Box<[f32; ROOM]>,
    /// `ε′ ‖x‖`.
    pub edge: Box<[f32; ROOM]>,
    /// Numbers of the samples.
    pub sample: Box<[u32; ROOM]>,
    /// The rows of their planes.
    pub row: Box<[u32; ROOM]>,
    /// What the dense filter lets through.
    numbers: Vec<u32>,
}

impl Hits {
    pub fn new() -> Self {
        Self {
            len: 0,
            c1: room(),
            c2: room(),
            edge: room(),
            sample: room(),
            row: room(),
            numbers: vec![0; AT_ONCE + dense::PAD],
        }
    }

    pub fn len(&self) -> usize {
        self.len
    }

    pub fn set_len(&mut self, len: usize) {
        debug_assert!(len <= ROOM - TOGETHER);
        self.len = len;
    }

    /// How many more fit, with room for the padding behind them.
    pub fn room(&self) -> usize {
        ROOM - TOGETHER - self.len
    }

    /// Fills up to whole vectors with candidates that nothing lights.
    pub fn pad(&mut self) -> usize {
        let padded = self.len.next_multiple_of(TOGETHER);
        for k in self.len..padded {
            (self.c1[k], self.c2[k], self.edge[k]) = (0.0, 0.0, f32::INFINITY);
            self.row[k] = 0;
        }
        padded
    }

    /// Adds one.
    #[inline(always)]
    pub fn push(&mut self, sample: u32, row: u32, c1: f32, c2: f32, edge: f32) {
        let at = self.len & (ROOM - 1);
        self.c1[at] = c1;
        self.c2[at] = c2;
        self.edge[at] = edge;
        self.sample[at] = sample;
        self.row[at] = row;
        self.len += 1;
    }

    /// Adds those of a run of at most [`AT_ONCE`] samples, the first of which is
    /// number `from`, that may be lit in a plane.
    pub fn of_all(&mut self, level: Level, plane: &Pair<'_>, edges: &[f32], from: u32, row: u32) {
        let mut numbers = std::mem::take(&mut self.numbers);
        let found = simd::dense_filter(level, plane, &mut numbers);
        for &number in &numbers[..found] {
            let k = number as usize;
            let c1 = plane.first[k];
            let c2 = (plane.second[k] - plane.overlap * c1) * plane.inverse_height;
            self.push(from + number, row, c1, c2, edges[k]);
        }
        self.numbers = numbers;
    }
}

/// An array on the heap, without a way over the stack.
#[allow(clippy::unnecessary_box_returns)] // that is its point
pub fn room<T: Copy + Default>() -> Box<[T; ROOM]> {
    let room: Box<[T]> = vec![T::default(); ROOM].into();
    room.try_into()
        .unwrap_or_else(|_| unreachable!("it has ROOM entries"))
}
