//! What one pass over the samples tells before any plane is swept: a starting
//! `ε` and a first plane to look at.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;

use super::coordinates::{BLOCK, Coordinates};
use super::curve::Cancelled;
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
    let n = coordinates.n_samples();
    let blocks: Result<Vec<Vec<Option<Widest>>>, Cancelled> = (0..n.div_ceil(BLOCK))
        .into_par_iter()
        .map(|block| {
            let samples = block * BLOCK..n.min((block + 1) * BLOCK);
            if coordinates.basis().is_standard() {
                two_largest(coordinates, samples, cancel)
            } else {
                widest_of_largest(coordinates, samples, cancel)
            }
        })
        .collect();
    let widest: Vec<Widest> = blocks?.into_iter().flatten().flatten().collect();
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

fn check(cancel: &AtomicBool) -> Result<(), Cancelled> {
    if cancel.load(Ordering::Relaxed) {
        Err(Cancelled)
    } else {
        Ok(())
    }
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

fn widest_of_largest(
    coordinates: &Coordinates,
    samples: Range<usize>,
    cancel: &AtomicBool,
) -> Result<Vec<Option<Widest>>, Cancelled> {
    let basis = coordinates.basis();
    let m = basis.len() as u32;
    let zero = |sample: usize| coordinates.activations().inverse_norms()[sample] == 0.0;
    // The largest coordinate of each sample among the vectors that span a plane.
    let mut largest: Vec<Option<(f64, u32)>> = vec![None; samples.len()];
    let mut c = vec![0.0; samples.len()];
    for k in (0..m).filter(|&k| (0..m).any(|l| basis.spans(Plane { i: k, j: l }))) {
        check(cancel)?;
        coordinates.fill(k as usize, samples.start, &mut c);
        for (largest, c) in largest.iter_mut().zip(&c) {
            if largest.is_none_or(|(best, _)| c.abs() > best) {
                *largest = Some((c.abs(), k));
            }
        }
    }
    let mut by_vector: HashMap<u32, Vec<usize>> = HashMap::new();
    for (offset, largest) in largest.iter().enumerate() {
        if let Some((_, k)) = largest
            && !zero(samples.start + offset)
        {
            by_vector.entry(*k).or_default().push(offset);
        }
    }
    let mut widest: Vec<Option<Widest>> = vec![None; samples.len()];
    for (k, offsets) in by_vector {
        for l in 0..m {
            let plane = Plane { i: k, j: l };
            if !basis.spans(plane) {
                continue;
            }
            check(cancel)?;
            let frame = basis.frame(plane);
            for &offset in &offsets {
                let sample = samples.start + offset;
                let c1 = coordinates.coordinate(k as usize, sample);
                let cl = coordinates.coordinate(l as usize, sample);
                let c2 = (cl - frame.overlap * c1) / frame.height;
                let radius = (c1 * c1 + c2 * c2).sqrt();
                if widest[offset].is_none_or(|(best, _)| radius > best) {
                    widest[offset] = Some((radius, pair(k, l)));
                }
            }
        }
    }
    Ok(widest)
}
