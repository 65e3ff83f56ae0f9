//! The planes of some vectors of one block with those of another: what is swept
//! together.

use std::ops::Range;

use crate::srm::basis::{Frame, UnitBasis};
use crate::srm::lines::LANES;
use crate::srm::plane::{Plane, PlaneSet};

use super::arcs::ArcSpec;
use super::gather::Shape;
use super::lists::{List, SLACK};

/// Rows that the planes of a tile have: one for each pair of its lanes.
pub const ROWS: usize = LANES * LANES;

/// Height of a frame below which coordinates are worked out anew in double
/// precision: what single precision would lose of them, the exact arcs would have to
/// settle one by one.
const NARROW: f64 = 0.5;

/// Planes with these first vectors, all of one block, and second vectors of one
/// block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// First vectors.
    pub first: Range<u32>,
    /// The block of the second vectors.
    pub block: u32,
    /// Planes of the set among them.
    pub planes: usize,
}

impl Unit {
    /// The block of the first vectors.
    pub fn first_block(&self) -> usize {
        self.first.start as usize / LANES
    }

    /// Second vectors, also those that the basis has not.
    pub fn second(&self) -> Range<u32> {
        let start = self.block * LANES as u32;
        start..start + LANES as u32
    }
}

/// A unit with what its planes share. Row `16 i + j` is that of the `i`-th vector
/// of the first block and the `j`-th of the second.
#[derive(Debug)]
pub struct Tile {
    first_block: u32,
    second_block: u32,
    /// The first place in the set of each first vector's planes.
    starts: [usize; LANES],
    /// The second vectors with which each first one spans a plane of the set.
    lanes: [u16; LANES],
    /// How the planes lie, a row each; one for all where all are at right angles.
    lies: Vec<Lie>,
}

/// How a plane lies, and what its arcs are laid on.
#[derive(Clone, Copy, Debug)]
struct Lie {
    frame: Frame,
    arcs: ArcSpec,
}

impl Lie {
    fn new(frame: Frame, n: usize) -> Self {
        // Coordinates have lost what the height takes, or have all their digits.
        let loss = if frame.height < NARROW {
            1.0
        } else {
            (1.0 / frame.height) as f32
        };
        Self {
            frame,
            arcs: ArcSpec::new(n, frame, loss),
        }
    }
}

impl Tile {
    /// For `n` distinct directions.
    pub fn new(unit: &Unit, set: &PlaneSet, basis: &UnitBasis, n: usize) -> Self {
        let second = unit.second();
        let mut tile = Self {
            first_block: unit.first_block() as u32,
            second_block: unit.block,
            starts: [0; LANES],
            lanes: [0; LANES],
            lies: vec![Lie::new(Frame::ORTHOGONAL, n)],
        };
        for i in unit.first.clone() {
            let lane = i as usize % LANES;
            tile.starts[lane] = set.between(i, second.clone()).start;
            let seconds = set.towards(i, second.clone()).map(|(_, j)| j);
            tile.lanes[lane] = seconds.fold(0, |lanes, j| lanes | 1 << (j - second.start));
        }
        if !basis.is_standard() {
            tile.lies = vec![tile.lies[0]; ROWS];
            for row in tile.rows().collect::<Vec<_>>() {
                tile.lies[row] = Lie::new(basis.frame(tile.plane(row)), n);
            }
        }
        tile
    }

    /// The rows of its planes.
    pub fn rows(&self) -> impl Iterator<Item = usize> + '_ {
        (0..ROWS).filter(|row| self.lanes[row / LANES] & 1 << (row % LANES) != 0)
    }

    /// The second vectors, a bit each, with which the `i`-th first one is swept.
    pub fn lanes_of_first(&self, i: usize) -> u16 {
        self.lanes[i]
    }

    /// The first vectors, a bit each, with which the `j`-th second one is swept.
    pub fn lanes_of_second(&self, j: usize) -> u16 {
        (0..LANES).fold(0, |lanes, i| lanes | (self.lanes[i] >> j & 1) << i)
    }

    pub fn plane(&self, row: usize) -> Plane {
        Plane {
            i: self.first_block * LANES as u32 + (row / LANES) as u32,
            j: self.second_block * LANES as u32 + (row % LANES) as u32,
        }
    }

    /// Where the plane stands in the set.
    pub fn place(&self, row: usize) -> usize {
        let (i, j) = (row / LANES, row % LANES);
        let before = self.lanes[i] & ((1u32 << j) - 1) as u16;
        self.starts[i] + before.count_ones() as usize
    }

    fn lie(&self, row: usize) -> &Lie {
        &self.lies[if self.is_upright() { 0 } else { row }]
    }

    pub fn frame(&self, row: usize) -> Frame {
        self.lie(row).frame
    }

    /// What the plane's arcs are laid on.
    pub fn arcs(&self, row: usize) -> &ArcSpec {
        &self.lie(row).arcs
    }

    /// Whether the plane's coordinates are worked out anew.
    pub fn is_narrow(&self, row: usize) -> bool {
        self.frame(row).height < NARROW
    }

    /// Whether all planes are at right angles.
    pub fn is_upright(&self) -> bool {
        self.lies.len() == 1
    }

    /// How planes of one vector lie, whose rows are `first`, `first + step` and so on.
    pub fn shape(&self, rows: (usize, usize), lanes: u16, lists: &[List]) -> Shape {
        let mut shape = Shape {
            overlap: [0.0; LANES],
            inverse_height: [1.0; LANES],
            share: [1.0 - SLACK; LANES],
            list_share: [f32::INFINITY; LANES],
            lanes,
            rows: (rows.0 as u32, rows.1 as u32),
        };
        for (share, list) in shape.list_share.iter_mut().zip(lists) {
            *share = list.share;
        }
        if self.is_upright() {
            return shape;
        }
        for k in 0..LANES {
            let flat = flat(self.frame(rows.0 + k * rows.1));
            (shape.overlap[k], shape.inverse_height[k], shape.share[k]) = flat;
        }
        shape
    }
}

/// `g`, `1 / s` and how loose a filter is to be, in single precision.
pub fn flat(frame: Frame) -> (f32, f32, f32) {
    let loss = (1.0 / frame.height) as f32;
    let share = 1.0 - SLACK * loss.min(1.0 / SLACK);
    (frame.overlap as f32, loss, share)
}
