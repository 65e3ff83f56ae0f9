//! What one pass over the samples tells before any plane is swept: a starting
//! `ε` and a first plane to look at.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::atomic::AtomicBool;

use rayon::prelude::*;

use super::basis::{NEARLY_PARALLEL, UnitBasis};
use super::cancel::{Cancelled, check};
use super::coordinates::{BLOCK, Coordinates};
use super::epsilon::{Epsilon, PAPER_EPSILON};
use super::plane::Plane;

/// See the module's page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Overview {
    /// The tightest spotlight at which half of the non-zero samples are each
    /// lit in at least one plane, never above 0.9; `None` if all rows are zero
    /// or no two vectors span a plane.
    pub auto_epsilon: Option<Epsilon>,
    /// The pair `i < j` that is most often a sample's widest plane (for an
    /// orthonormal basis: its two largest coordinates).
    pub commonest: Option<Plane>,
}

/// Vectors of another basis that are tried as partners at once: a few megabytes
/// of [`Pair`]s, however many vectors there are.
const PARTNERS: usize = 128;

/// One sample's widest plane and the radius in it.
type Widest = (f64, Plane);

/// Works out the overview on the current rayon pool, `O(N·m)`.
///
/// In an orthonormal basis the radius is that of the two largest coordinates.
/// In another it is the largest over the planes that contain the largest
/// `|C_k|`: a lower bound, so half of the samples are lit for certain.
///
/// # Errors
/// [`Cancelled`] soon after `cancel` is set.
pub fn overview(coordinates: &Coordinates, cancel: &AtomicBool) -> Result<Overview, Cancelled> {
    let widest = if coordinates.basis().is_standard() {
        let n = coordinates.n_samples();
        let blocks: Result<Vec<Vec<Option<Widest>>>, Cancelled> = (0..n.div_ceil(BLOCK))
            .into_par_iter()
            .map(|block| {
                let samples = block * BLOCK..n.min((block + 1) * BLOCK);
                two_largest(coordinates, samples, cancel)
            })
            .collect();
        blocks?.into_iter().flatten().flatten().collect()
    } else {
        widest_of_largest(coordinates, cancel)?
    };
    Ok(Overview {
        auto_epsilon: auto_epsilon(widest.iter().map(|w| w.0).collect()),
        commonest: commonest(&widest),
    })
}

/// Of the radii sorted downwards, the one at place `⌈N′/2⌉`.
fn auto_epsilon(mut radii: Vec<f64>) -> Option<Epsilon> {
    let place = radii.len().div_ceil(2).checked_sub(1)?;
    let (_, &mut radius, _) = radii.select_nth_unstable_by(place, |a, b| b.total_cmp(a));
    Some(Epsilon::clamped(radius.min(PAPER_EPSILON)))
}

fn commonest(widest: &[Widest]) -> Option<Plane> {
    let mut times: HashMap<Plane, usize> = HashMap::new();
    for (_, plane) in widest {
        *times.entry(*plane).or_default() += 1;
    }
    times
        .into_iter()
        .max_by(|a, b| a.1.cmp(&b.1).then_with(|| b.0.cmp(&a.0)))
        .map(|(plane, _)| plane)
}

fn pair(a: u32, b: u32) -> Plane {
    Plane {
        i: a.min(b),
        j: a.max(b),
    }
}

fn two_largest(
    coordinates: &Coordinates,
    samples: Range<usize>,
    cancel: &AtomicBool,
) -> Result<Vec<Option<Widest>>, Cancelled> {
    #[derive(Clone, Copy, Default)]
    struct Top {
        first: (f64, u32),
        second: (f64, u32),
    }
    let mut tops = vec![Top::default(); samples.len()];
    let mut c = vec![0.0; samples.len()];
    for k in 0..coordinates.basis().len() {
        check(cancel)?;
        coordinates.fill(k, samples.start, &mut c);
        for (top, c) in tops.iter_mut().zip(&c) {
            let candidate = (c * c, k as u32);
            if candidate.0 > top.second.0 {
                if candidate.0 > top.first.0 {
                    top.second = top.first;
                    top.first = candidate;
                } else {
                    top.second = candidate;
                }
            }
        }
    }
    Ok(tops
        .into_iter()
        .map(|Top { first, mut second }| {
            if second.0 == 0.0 {
                // A one-hot row lights every plane of its neuron alike.
                second.1 = u32::from(first.1 == 0);
            }
            (first.0 > 0.0).then(|| ((first.0 + second.0).sqrt(), pair(first.1, second.1)))
        })
        .collect())
}

/// How a vector lies to another.
#[derive(Clone, Copy)]
struct Pair {
    /// `g`.
    overlap: f64,
    /// `1 / s²`; NaN where the two span no plane, so that nothing is wider.
    inverse_square: f64,
}

/// A sample's largest coordinate and its widest plane with that vector so far.
#[derive(Clone, Copy)]
struct Best {
    coordinate: f64,
    vector: u32,
    partner: u32,
    square: f64,
}

/// Works through the samples twice, vector by vector: first for the largest
/// coordinate, then for the best partner of its vector.
fn widest_of_largest(
    coordinates: &Coordinates,
    cancel: &AtomicBool,
) -> Result<Vec<Widest>, Cancelled> {
    let basis = coordinates.basis();
    let m = basis.len() as u32;
    let mut spanning: Vec<u32> = Vec::new();
    for k in 0..m {
        check(cancel)?;
        if (0..m).any(|l| basis.spans(Plane { i: k, j: l })) {
            spanning.push(k);
        }
    }
    let Some(&any) = spanning.first() else {
        return Ok(Vec::new());
    };
    let unseen = Best {
        coordinate: 0.0,
        vector: any,
        partner: any,
        square: -1.0,
    };
    let mut bests = vec![unseen; coordinates.n_samples()];
    // Calls `with` with each block of samples and room for a coordinate of each.
    let mut for_blocks = |with: &(dyn Fn(usize, &mut [Best], &mut [f64]) -> _ + Sync)| {
        bests
            .par_chunks_mut(BLOCK)
            .enumerate()
            .try_for_each(|(block, bests)| with(block * BLOCK, bests, &mut vec![0.0; bests.len()]))
    };
    for_blocks(&|first, bests, c| {
        for &k in &spanning {
            check(cancel)?;
            coordinates.fill(k as usize, first, c);
            for (best, &c) in bests.iter_mut().zip(&*c) {
                if c.abs() > best.coordinate.abs() {
                    best.coordinate = c;
                    best.vector = k;
                }
            }
        }
        Ok(())
    })?;
    for from in (0..basis.len()).step_by(PARTNERS) {
        let to = basis.len().min(from + PARTNERS);
        let pairs = pairs(basis, from..to, cancel)?;
        for_blocks(&|first, bests, c| {
            for (l, pairs) in (from..to).zip(pairs.chunks_exact(basis.len())) {
                check(cancel)?;
                coordinates.fill(l, first, c);
                for (best, &c) in bests.iter_mut().zip(&*c) {
                    let pair = pairs[best.vector as usize];
                    let rest = c - pair.overlap * best.coordinate;
                    let square = best.coordinate.powi(2) + rest.powi(2) * pair.inverse_square;
                    if square > best.square {
                        best.square = square;
                        best.partner = l as u32;
                    }
                }
            }
            Ok(())
        })?;
    }
    let inverse_norms = coordinates.activations().inverse_norms();
    Ok(bests
        .iter()
        .zip(inverse_norms)
        .filter(|&(_, &inverse)| inverse != 0.0)
        .map(|(best, _)| (best.square.sqrt(), pair(best.vector, best.partner)))
        .collect())
}

/// How the vectors `partners` lie to each of the basis, one after another.
fn pairs(
    basis: &UnitBasis,
    partners: Range<usize>,
    cancel: &AtomicBool,
) -> Result<Vec<Pair>, Cancelled> {
    let step = basis.overlap_rows();
    let pieces: Vec<usize> = partners.clone().step_by(step).collect();
    let pairs: Result<Vec<Vec<Pair>>, Cancelled> = pieces
        .into_par_iter()
        .map(|first| {
            check(cancel)?;
            let rows = first..partners.end.min(first + step);
            let overlaps = basis.overlaps(rows, 0..basis.len());
            let mut pairs = Vec::with_capacity(step * basis.len());
            for (row, overlaps) in overlaps.iter().flat_map(|o| o.rows()).enumerate() {
                check(cancel)?;
                for (column, &overlap) in overlaps.iter().enumerate() {
                    let plane = pair((first + row) as u32, column as u32);
                    pairs.push(how_they_lie(basis, plane, overlap));
                }
            }
            Ok(pairs)
        })
        .collect();
    Ok(pairs?.concat())
}

fn how_they_lie(basis: &UnitBasis, plane: Plane, overlap: f64) -> Pair {
    if overlap.abs() < NEARLY_PARALLEL {
        return Pair {
            overlap,
            inverse_square: 1.0 / ((1.0 - overlap) * (1.0 + overlap)),
        };
    }
    let frame = basis.frame(plane);
    Pair {
        overlap: frame.overlap,
        inverse_square: if basis.spans(plane) {
            frame.height.powi(-2)
        } else {
            f64::NAN
        },
    }
}
