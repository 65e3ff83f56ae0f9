//! The privileged-plane projective method (PPPM; Bird, arXiv 2507.12070): the samples
//! that lie near a privileged plane, by their coordinates in it.
//!
//! A sample is kept in a plane if `‖proj(x)‖ / ‖x‖ = √(c1² + c2²) ≥ ε′`, a zero row
//! never; it is drawn at `(x·e1, x·e2) = ‖x‖ · (c1, c2)`. The ensemble lays all planes
//! over each other; permutations hold each point twice, its axes exchanged. In the
//! standard basis only pairs that can reach `ε` are looked at: `c_b² ≥ ε² − max c²`.

mod kept;
mod reservoir;

use std::ops::Range;
use std::sync::atomic::AtomicBool;

use rayon::prelude::*;

use super::cancel::Cancelled;
use super::coordinates::{BLOCK, Coordinates};
use super::density::Bins;
use super::epsilon::Epsilon;
use super::plane::{Plane, PlaneSet};

use kept::Keeper;
use reservoir::Reservoir;

/// Most points that are kept one by one where nothing else is asked for.
pub const MOST_POINTS: usize = 1_000_000;

/// On which planes samples are projected.
#[derive(Clone, Copy, Debug)]
pub enum Onto<'a> {
    /// One.
    Plane(Plane),
    /// All of a set, laid over each other.
    All(&'a PlaneSet),
}

impl Onto<'_> {
    /// How many planes they are.
    #[must_use]
    pub fn planes(&self) -> usize {
        match self {
            Self::Plane(_) => 1,
            Self::All(planes) => planes.len(),
        }
    }
}

/// A kept sample in a plane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Projected {
    /// The plane.
    pub plane: Plane,
    /// Number of the sample.
    pub sample: u32,
    /// `(x·e1, x·e2)`, in units of the activations.
    pub at: [f64; 2],
}

impl Projected {
    /// `‖proj(x)‖`.
    #[must_use]
    pub fn radius(&self) -> f64 {
        self.at[0].hypot(self.at[1])
    }
}

/// How many points are kept one by one; of more of them as many are drawn at random.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PointLimit {
    /// At most so many.
    pub most: usize,
    /// Seed of the draw.
    pub seed: u64,
}

impl Default for PointLimit {
    fn default() -> Self {
        Self {
            most: MOST_POINTS,
            seed: 0,
        }
    }
}

/// The points of a plane, or of all planes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Projection {
    /// The points in the order of the planes and of the samples: all of them, or as many
    /// as the limit allows, each as likely as any other.
    pub points: Vec<Projected>,
    /// How many there are.
    pub total: u64,
    /// Samples with a point in at least one plane.
    pub samples: u64,
    /// Planes that were looked at.
    pub planes: usize,
    /// `N`.
    pub n_samples: usize,
    /// The largest `‖proj(x)‖` among all points; 0 where there is none.
    pub radius: f64,
    /// Kept samples without a point, since their norm is beyond the largest double.
    pub beyond: u64,
}

impl Projection {
    /// Whether points were left out.
    #[must_use]
    pub fn is_drawn(&self) -> bool {
        (self.points.len() as u64) < self.total
    }
}

/// Who waits for a projection: is told, from any thread, of so many samples more.
pub type Told<'a> = &'a (dyn Fn(usize) + Sync);

/// Projects the samples onto a plane or all planes, on the current rayon pool. The same
/// points for any number of threads.
///
/// # Errors
/// [`Cancelled`] soon after `cancel` is set.
///
/// # Panics
/// If a plane's vectors are not in the basis.
pub fn project(
    coordinates: &Coordinates,
    onto: Onto<'_>,
    epsilon: Epsilon,
    limit: PointLimit,
    told: Told<'_>,
    cancel: &AtomicBool,
) -> Result<Projection, Cancelled> {
    let keeper = Keeper::new(coordinates, onto, epsilon);
    let one = |samples: Range<usize>| {
        let mut found = Found {
            reservoir: Reservoir::new(limit),
            ..Found::default()
        };
        let mut seen = vec![Seen::Not; samples.len()];
        let first = samples.start;
        keeper.scan(samples, told, cancel, |plane, sample, at| {
            let seen = &mut seen[sample - first];
            found.take(plane, sample, at, seen);
        })?;
        for seen in seen {
            match seen {
                Seen::Not => {}
                Seen::Kept => found.samples += 1,
                Seen::Beyond => found.beyond += 1,
            }
        }
        Ok(found)
    };
    let found = pieces(coordinates.n_samples())
        .into_par_iter()
        .map(one)
        .try_reduce(
            || Found {
                reservoir: Reservoir::new(limit),
                ..Found::default()
            },
            |a, b| Ok(a.and(b)),
        )?;
    Ok(Projection {
        points: found.reservoir.into_points(),
        total: found.total,
        samples: found.samples,
        planes: onto.planes(),
        n_samples: coordinates.n_samples(),
        radius: found.radius,
        beyond: found.beyond,
    })
}

/// Counts the points of a plane or of all planes in the cells of a square of half-width
/// `radius`, none of them kept, on the current rayon pool.
///
/// # Errors
/// [`Cancelled`] soon after `cancel` is set.
///
/// # Panics
/// If a plane's vectors are not in the basis.
pub fn bin_all(
    coordinates: &Coordinates,
    onto: Onto<'_>,
    epsilon: Epsilon,
    (radius, cells): (f64, usize),
    told: Told<'_>,
    cancel: &AtomicBool,
) -> Result<Bins, Cancelled> {
    let keeper = Keeper::new(coordinates, onto, epsilon);
    let one = |samples: Range<usize>| {
        let mut bins = Bins::new(radius, cells);
        keeper.scan(samples, told, cancel, |_, _, at| bins.add(at))?;
        Ok(bins)
    };
    pieces(coordinates.n_samples())
        .into_par_iter()
        .map(one)
        .try_reduce_with(|a, b| Ok(a.and(&b)))
        .unwrap_or_else(|| unreachable!("there is at least one piece"))
}

/// The samples, in a piece for each thread.
fn pieces(n: usize) -> Vec<Range<usize>> {
    let pieces = rayon::current_num_threads().clamp(1, n.div_ceil(BLOCK / 4));
    let piece = n.div_ceil(pieces);
    (0..pieces)
        .map(|index| n.min(index * piece)..n.min((index + 1) * piece))
        .collect()
}

/// What became of a sample.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Seen {
    Not,
    Kept,
    Beyond,
}

/// What a thread has found.
#[derive(Default)]
struct Found {
    reservoir: Reservoir,
    total: u64,
    samples: u64,
    beyond: u64,
    radius: f64,
}

impl Found {
    fn take(&mut self, plane: Plane, sample: usize, at: [f64; 2], seen: &mut Seen) {
        let radius = at[0].hypot(at[1]);
        if !radius.is_finite() {
            if *seen == Seen::Not {
                *seen = Seen::Beyond;
            }
            return;
        }
        *seen = Seen::Kept;
        self.total += 1;
        self.radius = self.radius.max(radius);
        self.reservoir.add(Projected {
            plane,
            sample: sample as u32,
            at,
        });
    }

    fn and(self, other: Self) -> Self {
        Self {
            reservoir: self.reservoir.and(other.reservoir),
            total: self.total + other.total,
            samples: self.samples + other.samples,
            beyond: self.beyond + other.beyond,
            radius: self.radius.max(other.radius),
        }
    }
}

#[cfg(test)]
mod tests;
