//! The samples under a spotlight of one `ε`: what all planes share, so that the
//! cost of a sweep follows the samples that are really lit.
//!
//! - Each vector has a [list](lists) of the samples that can light one of its planes
//!   (METHOD, fact 3). A plane's candidates come from the lists of its two vectors,
//!   or, where those are long, from all samples in order ([`dense`]).
//! - Candidates of many planes are [gathered](hits) and their [arcs](arcs) are laid
//!   together, in single precision; whatever rounding could decide is settled by the
//!   exact arc and the inequality.
//! - The arcs of a plane are summed in one small [row](row) of its angles, and what
//!   its record keeps is read off.
//!
//! For `ε < 0` nearly all samples are lit nearly everywhere, so it is the arcs
//! *outside* the cone that are laid, of the opposite samples for `|ε|`; counts are
//! `N` less than that. So a wide cone costs what the narrow one opposite costs.

// Loops are inlined into functions compiled for a vector unit, and written the way
// that becomes vector code: by lanes, and without branches.
#![allow(
    clippy::inline_always,
    clippy::needless_range_loop,
    clippy::needless_bitwise_bool,
    clippy::neg_cmp_op_on_partial_ord
)]

mod arcs;
mod dense;
mod gather;
mod hits;
mod lists;
mod row;
mod rows;
mod simd;
mod sweeper;
mod tile;

use std::ops::Range;
use std::sync::atomic::AtomicBool;

use super::angles::AngleGrid;
use super::arc::{ArcLayer, Lit};
use super::basis::Frame;
use super::cancel::Cancelled;
use super::coordinates::Coordinates;
use super::curve::{Directions, Sign};
use super::epsilon::Epsilon;
use super::plane::{Plane, PlaneSet};
use super::records::Packed;
use super::subset::Subset;
use arcs::{FEWEST, Flags};
use lists::List;
use row::{Lanes, Slots};
pub(super) use rows::Curves;
use rows::Side;
use simd::Level;
pub(super) use sweeper::Sweeper;
pub(super) use tile::{ROWS, Unit};

/// Samples seen from a basis, under a spotlight of one `ε`, on one grid.
#[derive(Debug)]
pub struct Spotlight {
    level: Level,
    coordinates: Coordinates,
    /// The vectors that have planes.
    subset: Subset,
    epsilon: Epsilon,
    grid: AngleGrid,
    sign: Sign,
    slots: Slots,
    exact: ArcLayer,
    /// `|ε′| ‖x‖` of each sample; infinite for a zero row that no cone of that side
    /// holds.
    edges: Vec<f32>,
    /// Their squares.
    squares: Vec<f32>,
    /// One a vector.
    lists: Vec<List>,
}

/// A vector whose list would hold more than one sample in so many is looked at
/// sample by sample instead: that reads in order, sixteen at once.
const DENSE: usize = 32;

/// By what means samples are found.
#[derive(Clone, Copy, Debug)]
struct Means {
    /// The vector unit.
    level: Level,
    /// Samples of the longest list.
    longest: usize,
}

/// An arc, settled.
#[derive(Clone, Copy, Debug)]
struct Settled {
    /// As in [`arcs::Outputs::ends`].
    ends: u32,
    flags: Flags,
    /// Whether it lies on the grid though its sample is not lit, but for rounding.
    is_odd: bool,
}

impl Spotlight {
    /// Lists the samples that can be lit, in `O(N·m)` on the current rayon pool.
    ///
    /// # Errors
    /// [`Cancelled`] soon after `cancel` is set.
    pub fn new(
        coordinates: &Coordinates,
        epsilon: Epsilon,
        grid: &AngleGrid,
        sign: Sign,
        cancel: &AtomicBool,
    ) -> Result<Self, Cancelled> {
        let whole = Subset::whole(coordinates.basis().len());
        Self::among(&whole, coordinates, epsilon, grid, sign, cancel)
    }

    /// As [`Spotlight::new`], for planes among some of the vectors only.
    ///
    /// # Errors
    /// [`Cancelled`] soon after `cancel` is set.
    ///
    /// # Panics
    /// If the subset is not one of as many vectors as the basis has.
    pub fn among(
        subset: &Subset,
        coordinates: &Coordinates,
        epsilon: Epsilon,
        grid: &AngleGrid,
        sign: Sign,
        cancel: &AtomicBool,
    ) -> Result<Self, Cancelled> {
        Self::watched(subset, coordinates, epsilon, grid, sign, cancel, &mut || ())
    }

    /// As [`Spotlight::among`], calling `between` on this thread every few
    /// milliseconds.
    ///
    /// # Errors
    /// [`Cancelled`] soon after `cancel` is set.
    ///
    /// # Panics
    /// As [`Spotlight::among`].
    pub fn watched(
        subset: &Subset,
        coordinates: &Coordinates,
        epsilon: Epsilon,
        grid: &AngleGrid,
        sign: Sign,
        cancel: &AtomicBool,
        between: &mut dyn FnMut(),
    ) -> Result<Self, Cancelled> {
        let what = (epsilon, grid, sign);
        let means = Means {
            level: Level::here(),
            longest: coordinates.n_samples() / DENSE,
        };
        Self::by(means, (coordinates, subset), what, cancel, between)
    }

    fn by(
        means: Means,
        (coordinates, subset): (&Coordinates, &Subset),
        (epsilon, grid, sign): (Epsilon, &AngleGrid, Sign),
        cancel: &AtomicBool,
        between: &mut dyn FnMut(),
    ) -> Result<Self, Cancelled> {
        let m = coordinates.basis().len();
        assert_eq!(subset.of_how_many(), m, "vectors of the basis");
        let threshold = epsilon.threshold();
        let edges: Vec<f32> = coordinates
            .lengths()
            .map(|length| match length {
                // The zero row is at the edge of the half-space, and in no other cone.
                0.0 if threshold == 0.0 => 0.0,
                0.0 => f32::INFINITY,
                length => (threshold.abs() * length) as f32,
            })
            .collect();
        let squares: Vec<f32> = edges.iter().map(|edge| edge * edge).collect();
        let lists = lists::lists(
            means,
            (coordinates, subset),
            &edges,
            &squares,
            cancel,
            between,
        )?;
        Ok(Self {
            level: means.level,
            coordinates: coordinates.clone(),
            subset: subset.clone(),
            epsilon,
            grid: grid.clone(),
            sign,
            slots: Slots::new(grid.distinct()),
            exact: ArcLayer::new(grid, epsilon),
            edges,
            squares,
            lists,
        })
    }

    /// The samples in their basis.
    #[must_use]
    pub fn coordinates(&self) -> &Coordinates {
        &self.coordinates
    }

    /// The vectors among which planes can be swept.
    #[must_use]
    pub fn subset(&self) -> &Subset {
        &self.subset
    }

    /// The resolution scale.
    #[must_use]
    pub fn epsilon(&self) -> Epsilon {
        self.epsilon
    }

    /// The probe angles.
    #[must_use]
    pub fn grid(&self) -> &AngleGrid {
        &self.grid
    }

    /// Signed or not.
    #[must_use]
    pub fn sign(&self) -> Sign {
        self.sign
    }

    /// Whether the arcs are those outside the cone.
    pub(super) fn is_wide(&self) -> bool {
        self.epsilon.threshold() < 0.0
    }

    /// The count at every angle of a plane in which no arc lies.
    pub(super) fn idle_count(&self) -> i32 {
        match self.sign {
            Sign::Unsigned if self.is_wide() => self.coordinates.n_samples() as i32,
            _ => 0,
        }
    }

    /// The record of such a plane.
    pub(super) fn idle_record(&self) -> Packed {
        if !self.is_wide() {
            return Packed::default();
        }
        let n = self.coordinates.n_samples() as u64;
        let record = Packed::new(4 * n, 4 * n, n);
        let count = self.idle_count();
        if count == 0 {
            return record;
        }
        let total = i64::from(count) * self.grid.distinct() as i64;
        record.with_peak(Some((0, count))).with_total(total)
    }

    /// Cuts a set of planes into units of some milliseconds of work, at most a tile
    /// each, those of some first vectors after those of the ones before. Where curves
    /// of at most so many planes are held at once, those of as few first vectors.
    pub(super) fn units(&self, set: &PlaneSet, held: Option<usize>) -> Vec<Unit> {
        let m = self.lists.len() as u32;
        let lanes = row::LANES as u32;
        let mut height = self.unit_height(set.subset());
        let vectors = set.subset().len();
        while height > 1 && held.is_some_and(|held| height * vectors > held) {
            height /= 2;
        }
        let mut units = Vec::new();
        let subset = set.subset();
        let is_bare =
            |vectors: &Range<u32>| subset.below(vectors.start) == subset.below(vectors.end);
        for first in (0..m).step_by(height) {
            let first = first..m.min(first + height as u32);
            if is_bare(&first) {
                continue;
            }
            for block in 0..m.div_ceil(lanes) {
                let second = block * lanes..(block + 1) * lanes;
                if is_bare(&second) {
                    continue;
                }
                let planes = first.clone().map(|i| set.between(i, second.clone()).len());
                let planes = planes.sum();
                if planes > 0 {
                    let first = first.clone();
                    units.push(Unit {
                        first,
                        block,
                        planes,
                    });
                }
            }
        }
        units
    }

    /// First vectors of a unit: a power of two, at most a block of them.
    fn unit_height(&self, subset: &Subset) -> usize {
        const UNIT_NS: f64 = 10e6;
        let n = self.coordinates.n_samples() as f64;
        let m = subset.len() as f64;
        let listed: usize = self.lists.iter().filter_map(List::len).sum();
        let dense = self.lists.iter().filter(|l| l.listed.is_none()).count();
        let dense_share = (2.0 * dense as f64 / m).min(1.0);
        let plane_ns = 100.0 + 5.0 * listed as f64 / m + 0.6 * n * dense_share;
        let mut height = row::LANES;
        while height > 1 && (height * row::LANES) as f64 * plane_ns > UNIT_NS {
            height /= 2;
        }
        height
    }

    /// Whether signed counts need the opposite arcs, on a grid that does not hold
    /// `θ + π` for every `θ`; elsewhere they are a shift away (METHOD, fact 4).
    fn lays_opposites(&self) -> bool {
        self.sign == Sign::Signed && !self.grid.distinct().is_multiple_of(2)
    }

    /// The arc of one sample in a plane, or that of the opposite sample, by the
    /// exact arc and the inequality.
    fn settle(&self, plane: Plane, frame: Frame, sample: usize, side: Side) -> Settled {
        let (c1, c2) = self.coordinates.in_plane(plane, frame, sample);
        let radius = (c1 * c1 + c2 * c2).sqrt();
        let threshold = self.epsilon.threshold();
        let directions = Directions::new(frame).count(c1, c2, threshold);
        let arc = match side {
            Side::Near => self.exact.lit(c1, c2, radius),
            Side::Opposite => self.exact.lit(-c1, -c2, radius),
        };
        let n = self.grid.distinct();
        let wide = self.is_wide();
        let (first, count) = if wide {
            ((arc.first + arc.count) % n, n - arc.count)
        } else {
            let Lit { first, count } = arc;
            (first, count)
        };
        let (first, behind, wraps) = match count {
            0 => (0, 0, false),
            _ if count == n => (0, 0, true),
            _ => {
                let behind = (first + count) % n;
                (first, behind, first > behind)
            }
        };
        let (axes, bisectors) = if wide {
            (4 - directions.0, 4 - directions.1)
        } else {
            directions
        };
        // In a wide cone, whether the sample is dark anywhere, on the grid or not.
        let lit = if wide {
            radius > -threshold
        } else {
            radius >= threshold
        };
        let flags = Flags {
            lit: u32::from(lit),
            wraps: u32::from(wraps),
            axes: axes as u32,
            bisectors: bisectors as u32,
        };
        let ends = self.slots.slot(first) | self.slots.slot(behind) << 16;
        Settled {
            ends: ends as u32,
            flags,
            is_odd: count > 0 && !lit,
        }
    }

    /// The counts of a row of arcs at the distinct directions.
    fn count(&self, row: &[Lanes], wraps: i32, counts: &mut [i64]) {
        let mut arcs = i64::from(wraps);
        for (count, change) in counts.iter_mut().zip(self.slots.unfold(row)) {
            arcs += i64::from(change);
            *count = arcs;
        }
        let n = counts.len();
        if self.sign == Sign::Signed && !self.lays_opposites() {
            for k in 0..n / 2 {
                let value = counts[k] - counts[k + n / 2];
                (counts[k], counts[k + n / 2]) = (value, -value);
            }
        }
        if self.is_wide() {
            let all = i64::from(self.idle_count());
            for count in counts {
                *count = all - *count;
            }
        }
    }

    /// Whether every arc is settled exactly.
    fn is_coarse(&self) -> bool {
        self.grid.distinct() < FEWEST
    }
}

#[cfg(test)]
mod tests;
