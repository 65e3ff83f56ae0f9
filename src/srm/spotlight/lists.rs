//! Which samples can light a plane at all, vector by vector.
//!
//! A sample that lights the plane of `k` and `l` has `c_k² ≥ τ_k` or `c_l² ≥ τ_l`
//! with `τ_k = ε² (1 − max |b_k·b_l|) / 2` (METHOD, fact 3). So all planes together
//! need only the samples on the vectors' lists, which for a tight spotlight are few.

use std::sync::atomic::AtomicBool;

use rayon::prelude::*;

use super::gather::Entries;
use super::hits::Hits;
use super::simd::{self, Level};
use super::{Means, Spotlight};
use crate::srm::cancel::{Cancelled, check};
use crate::srm::coordinates::{Blocks, Coordinates};
use crate::srm::lines::{LANES, Line};
use crate::srm::subset::Subset;

/// Samples looked at together.
const RUN: usize = 1024;

/// A filter in single precision is looser than the inequality by this share.
pub const SLACK: f32 = 1e-5;

/// The samples that can light a plane of a vector by their coordinate with it.
#[derive(Debug, Default)]
pub struct List {
    /// They, ascending; `None` where there are too many to list.
    pub listed: Option<Listed>,
    /// The share of `(ε′ ‖x‖)²` that the square of their coordinate reaches.
    pub share: f32,
}

/// Samples with what their planes need of them, as many of each.
#[derive(Debug, Default)]
pub struct Listed {
    /// Their numbers.
    pub samples: Vec<u32>,
    /// Their coordinates with the vector, times their norms.
    pub values: Vec<f32>,
    /// `ε′ ‖x‖`.
    pub edges: Vec<f32>,
}

impl List {
    /// How many samples are listed; `None` where there are too many.
    pub fn len(&self) -> Option<usize> {
        self.listed.as_ref().map(|listed| listed.samples.len())
    }
}

/// Values that are looked at between two calls of `between`: a few milliseconds.
const GRAIN: usize = 16 << 20;

/// The lists of all vectors, on the current rayon pool; `between` is called on this
/// thread every few milliseconds. Those that are not in the subset list nobody: no
/// plane is theirs.
pub(super) fn lists(
    means: Means,
    (coordinates, subset): (&Coordinates, &Subset),
    edges: &[f32],
    squares: &[f32],
    cancel: &AtomicBool,
    between: &mut dyn FnMut(),
) -> Result<Vec<List>, Cancelled> {
    let m = coordinates.basis().len();
    let blocks: Vec<usize> = (0..m.div_ceil(LANES)).collect();
    let threads = rayon::current_num_threads();
    let together = (GRAIN / (LANES * edges.len()))
        .max(threads)
        .next_multiple_of(threads);
    let closest = closest(coordinates, subset, cancel)?;
    let mut lists = Vec::with_capacity(m);
    for blocks in blocks.chunks(together) {
        let of_blocks: Result<Vec<Vec<List>>, Cancelled> = blocks
            .par_iter()
            .map(|&block| {
                lists_of(
                    means,
                    (coordinates, &closest),
                    block,
                    edges,
                    squares,
                    cancel,
                )
            })
            .collect();
        lists.extend(of_blocks?.into_iter().flatten());
        between();
    }
    Ok(lists)
}

/// Of each vector the largest overlap with a partner, or more; `None` of those that
/// have none, not being in the subset.
///
/// The partners are those in the subset where that is no dearer to look up than the
/// lists are to make; elsewhere all vectors of the basis.
fn closest(
    coordinates: &Coordinates,
    subset: &Subset,
    cancel: &AtomicBool,
) -> Result<Vec<Option<f64>>, Cancelled> {
    let basis = coordinates.basis();
    let dear = subset.len().saturating_mul(basis.dimensions()) > coordinates.n_samples();
    if !subset.is_whole() && !dear {
        return basis.closest_among(subset, cancel);
    }
    let m = basis.len() as u32;
    let of = |k: u32| subset.contains(k).then(|| basis.closest(k as usize));
    Ok((0..m).map(of).collect())
}

/// The lists of a block's vectors.
fn lists_of(
    means: Means,
    (coordinates, closest): (&Coordinates, &[Option<f64>]),
    block: usize,
    edges: &[f32],
    squares: &[f32],
    cancel: &AtomicBool,
) -> Result<Vec<List>, Cancelled> {
    let basis = coordinates.basis();
    let vectors = block * LANES..basis.len().min((block + 1) * LANES);
    // A lane behind the last vector reaches nothing, nor does one without planes.
    let mut shares = [f32::INFINITY; LANES];
    for (share, closest) in shares.iter_mut().zip(&closest[vectors.clone()]) {
        if let Some(closest) = closest {
            *share = (1.0 - closest) as f32 / 2.0 * (1.0 - SLACK);
        }
    }
    if shares.iter().all(|share| share.is_infinite()) {
        let nobody = |share| List {
            listed: Some(Listed::default()),
            share,
        };
        return Ok(shares[..vectors.len()]
            .iter()
            .copied()
            .map(nobody)
            .collect());
    }
    let mut lists = match coordinates.blocks() {
        Blocks::F32(lines) => of_block(means, lines.block(block), edges, squares, &shares, cancel)?,
        Blocks::F64(lines) => of_block(means, lines.block(block), edges, squares, &shares, cancel)?,
    };
    lists.truncate(vectors.len());
    Ok(lists)
}

fn of_block<T: Narrow>(
    means: Means,
    lines: &[Line<T>],
    edges: &[f32],
    squares: &[f32],
    shares: &[f32; LANES],
    cancel: &AtomicBool,
) -> Result<Vec<List>, Cancelled> {
    let mut found: [Listed; LANES] = Default::default();
    let mut masks = vec![0u16; RUN];
    // Lanes whose lists are not too long.
    let mut open = u16::MAX;
    let runs = lines.chunks(RUN).zip(squares.chunks(RUN));
    for (run, (lines, squares)) in runs.enumerate() {
        check(cancel)?;
        let masks = &mut masks[..lines.len()];
        T::reaching(means.level, lines, squares, shares, masks);
        for (number, &mask) in masks.iter().enumerate() {
            let mut mask = mask & open;
            while mask != 0 {
                let lane = mask.trailing_zeros() as usize;
                let (found, sample) = (&mut found[lane], run * RUN + number);
                found.samples.push(sample as u32);
                found.values.push(lines[number].0[lane].narrow());
                found.edges.push(edges[sample]);
                mask &= mask - 1;
            }
        }
        for (lane, found) in found.iter_mut().enumerate() {
            if found.samples.len() > means.longest {
                open &= !(1 << lane);
                *found = Listed::default();
            }
        }
        if open == 0 {
            break;
        }
    }
    let lists = found.into_iter().zip(shares).enumerate();
    Ok(lists
        .map(|(lane, (found, &share))| List {
            listed: (open & 1 << lane != 0).then_some(found),
            share,
        })
        .collect())
}

/// A coordinate as filters see it.
pub trait Narrow: Copy + Default + Sync + 'static {
    /// In single precision.
    fn narrow(self) -> f32;

    /// The lines that coordinates of this kind are kept in; none if they are of
    /// the other kind.
    fn block(spotlight: &Spotlight, block: usize) -> &[Line<Self>];

    /// See [`reaching`].
    fn reaching(
        level: Level,
        lines: &[Line<Self>],
        squares: &[f32],
        shares: &[f32; LANES],
        masks: &mut [u16],
    );

    /// See [`super::gather::gather`].
    fn gather(level: Level, list: Entries<'_>, lines: &[Line<Self>], hits: &mut Hits);
}

macro_rules! narrow {
    ($t:ty, $kind:ident, $reaching:path, $gather:path) => {
        impl Narrow for $t {
            #[allow(clippy::unnecessary_cast)] // of single precision
            fn narrow(self) -> f32 {
                self as f32
            }

            fn block(spotlight: &Spotlight, block: usize) -> &[Line<Self>] {
                match spotlight.coordinates.blocks() {
                    Blocks::$kind(lines) => lines.block(block),
                    _ => &[],
                }
            }

            fn reaching(
                level: Level,
                lines: &[Line<Self>],
                squares: &[f32],
                shares: &[f32; LANES],
                masks: &mut [u16],
            ) {
                $reaching(level, lines, squares, shares, masks);
            }

            fn gather(level: Level, list: Entries<'_>, lines: &[Line<Self>], hits: &mut Hits) {
                $gather(level, list, lines, hits);
            }
        }
    };
}
narrow!(f32, F32, simd::reaching_f32, simd::gather_f32);
narrow!(f64, F64, simd::reaching_f64, simd::gather_f64);

/// One line as filters see it.
#[inline(always)]
pub fn narrowed<T: Narrow>(line: &Line<T>) -> [f32; LANES] {
    line.0.map(T::narrow)
}

/// Writes a bit a lane for each line: whether the square of its value reaches the
/// lane's share of the sample's square. Exactly this decides who is on a list, and
/// [`super::gather`] asks it again of a sample that may be on two.
#[inline(always)]
pub fn reaching<const FUSED: bool, T: Narrow>(
    lines: &[Line<T>],
    squares: &[f32],
    shares: &[f32; LANES],
    masks: &mut [u16],
) {
    for ((line, &square), mask) in lines.iter().zip(squares).zip(masks) {
        let values = narrowed(line);
        let mut found = 0u32;
        for k in 0..LANES {
            found |= u32::from(values[k] * values[k] >= square * shares[k]) << k;
        }
        *mask = found as u16;
    }
}
