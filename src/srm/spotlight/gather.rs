//! From the lists of one vector to the candidates of its planes with the sixteen
//! vectors of a block, a sample's line at a time.

use super::hits::Hits;
use super::lists::{Narrow, narrowed};
use crate::srm::lines::{LANES, Line};

/// Which of a plane's vectors the list is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// `b_i`.
    First,
    /// `b_j`: samples on the first's list are passed over, having been found there.
    Second,
}

/// How the planes of one vector with those of a block lie, a lane each.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// `g`.
    pub overlap: [f32; LANES],
    /// `1 / s`.
    pub inverse_height: [f32; LANES],
    /// A little under one: filters are as loose as their rounding.
    pub share: [f32; LANES],
    /// What reaches a list of each vector of the block.
    pub list_share: [f32; LANES],
    /// The lanes whose planes are to be looked at.
    pub lanes: u16,
    /// The row of the first lane's plane, and from one lane's to the next's.
    pub rows: (u32, u32),
}

/// Samples on a vector's list, and the planes to look at.
#[derive(Clone, Copy, Debug)]
pub struct Entries<'a> {
    /// Numbers of the samples.
    pub samples: &'a [u32],
    /// Their coordinates with the vector, times their norms.
    pub values: &'a [f32],
    /// `ε′ ‖x‖`.
    pub edges: &'a [f32],
    /// The planes.
    pub shape: &'a Shape,
    /// Which vector it is in them.
    pub role: Role,
}

/// The coordinates in each plane, in the unit of the sample's norm.
#[inline(always)]
fn in_planes(
    line: &[f32; LANES],
    value: f32,
    shape: &Shape,
    role: Role,
) -> ([f32; LANES], [f32; LANES]) {
    let mut c2 = [0.0; LANES];
    match role {
        Role::First => {
            for k in 0..LANES {
                c2[k] = (line[k] - shape.overlap[k] * value) * shape.inverse_height[k];
            }
            ([value; LANES], c2)
        }
        Role::Second => {
            for k in 0..LANES {
                c2[k] = (value - shape.overlap[k] * line[k]) * shape.inverse_height[k];
            }
            (*line, c2)
        }
    }
}

/// Adds the entries that may be lit in one of the planes to `hits`, which has room
/// for sixteen of each.
#[inline(always)]
pub fn gather<const FUSED: bool, T: Narrow>(list: Entries<'_>, lines: &[Line<T>], hits: &mut Hits) {
    let shape = list.shape;
    let (first_row, row_step) = shape.rows;
    let entries = list.samples.iter().zip(list.values).zip(list.edges);
    for ((&sample, &value), &edge) in entries {
        let line = narrowed(&lines[sample as usize]);
        let (c1, c2) = in_planes(&line, value, shape, list.role);
        let square = edge * edge;
        let mut mask = 0u32;
        for k in 0..LANES {
            let lit = c1[k] * c1[k] + c2[k] * c2[k] >= square * shape.share[k];
            mask |= u32::from(lit) << k;
        }
        if list.role == Role::Second {
            let mut listed = 0u32;
            for k in 0..LANES {
                listed |= u32::from(line[k] * line[k] >= square * shape.list_share[k]) << k;
            }
            mask &= !listed;
        }
        mask &= u32::from(shape.lanes);
        while mask != 0 {
            let k = mask.trailing_zeros();
            let row = first_row + k * row_step;
            hits.push(sample, row, c1[k as usize], c2[k as usize], edge);
            mask &= mask - 1;
        }
    }
}
