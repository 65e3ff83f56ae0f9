//! What one pass over the samples tells before any plane is swept: a starting
//! `ε` and a first plane to look at.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use rayon::prelude::*;

use super::activations::Stored;
use super::basis::{NEARLY_PARALLEL, UnitBasis};
use super::cancel::{Cancelled, check};
use super::coordinates::{BLOCK, Coordinates};
use super::epsilon::{Epsilon, PAPER_EPSILON};
use super::lines::{LANES, Lines, Real};
use super::plane::Plane;
use super::subset::Subset;

/// See the module's page.
#[derive(Clone, Debug, PartialEq)]
pub struct Overview {
    /// The vectors among which the planes are made.
    pub subset: Subset,
    /// The tightest spotlight at which half of the non-zero samples are each
    /// lit in at least one plane, never above 0.9; `None` if all rows are zero
    /// or no two vectors span a plane.
    pub auto_epsilon: Option<Epsilon>,
    /// The pair `i < j` that is most often a sample's widest plane (for an
    /// orthonormal basis: its two largest coordinates among the chosen vectors).
    pub commonest: Option<Plane>,
    /// In the standard basis each of the `N` samples' largest in-plane radius over
    /// the planes, 0 for a zero row; elsewhere it is known of no sample.
    pub radii: Option<Arc<[f64]>>,
}

impl Overview {
    /// How many samples are lit in at least one plane at `epsilon`, zero rows
    /// counted, where the radii are known.
    #[must_use]
    pub fn lit_samples(&self, epsilon: Epsilon) -> Option<usize> {
        let threshold = epsilon.threshold();
        let radii = self.radii.as_ref()?;
        Some(radii.par_iter().filter(|&&r| r >= threshold).count())
    }
}

/// Vectors of another basis that are tried as partners at once: a few megabytes
/// of [`Pair`]s, however many vectors there are.
const PARTNERS: usize = 128;

/// Works out the overview of all planes of the basis on the current rayon pool,
/// `O(N·m)`.
///
/// In an orthonormal basis the radius is that of the two largest coordinates.
/// In another it is the largest over the planes that contain the largest
/// `|C_k|`: a lower bound, so half of the samples are lit for certain.
///
/// # Errors
/// [`Cancelled`] soon after `cancel` is set.
pub fn overview(coordinates: &Coordinates, cancel: &AtomicBool) -> Result<Overview, Cancelled> {
    let whole = Subset::whole(coordinates.basis().len());
    overview_among(&whole, coordinates, cancel)
}

/// As [`overview`], of the planes among some of the vectors; norms are over all
/// neurons.
///
/// # Errors
/// [`Cancelled`] soon after `cancel` is set.
///
/// # Panics
/// If the subset is not one of as many vectors as the basis has.
pub fn overview_among(
    subset: &Subset,
    coordinates: &Coordinates,
    cancel: &AtomicBool,
) -> Result<Overview, Cancelled> {
    let m = coordinates.basis().len();
    assert_eq!(subset.of_how_many(), m, "vectors of the basis");
    if !coordinates.basis().is_standard() {
        let (radii, planes) = widest_of_largest(coordinates, subset, cancel)?;
        return Ok(Overview {
            subset: subset.clone(),
            auto_epsilon: auto_epsilon(radii),
            commonest: commonest(planes),
            radii: None,
        });
    }
    let (radii, mut planes) = two_largest(coordinates, subset, cancel)?;
    let inverse_norms = coordinates.activations().inverse_norms();
    let mut of_rows = inverse_norms.iter().map(|&inverse| inverse != 0.0);
    planes.retain(|_| of_rows.next() == Some(true));
    let of_rows = radii.iter().zip(inverse_norms);
    let of_rows = of_rows.filter(|&(_, &inverse)| inverse != 0.0);
    Ok(Overview {
        subset: subset.clone(),
        auto_epsilon: auto_epsilon(of_rows.map(|(&radius, _)| radius).collect()),
        commonest: commonest(planes),
        radii: Some(radii.into()),
    })
}

/// Of the radii sorted downwards, the one at place `⌈N′/2⌉`.
fn auto_epsilon(mut radii: Vec<f64>) -> Option<Epsilon> {
    let place = radii.len().div_ceil(2).checked_sub(1)?;
    let (_, &mut radius, _) = radii.select_nth_unstable_by(place, |a, b| b.total_cmp(a));
    Some(Epsilon::clamped(radius.min(PAPER_EPSILON)))
}

/// The first of the planes that come most often.
fn commonest(mut planes: Vec<Plane>) -> Option<Plane> {
    planes.par_sort_unstable();
    let mut most: Option<&[Plane]> = None;
    for same in planes.chunk_by(|a, b| a == b) {
        if most.is_none_or(|most| same.len() > most.len()) {
            most = Some(same);
        }
    }
    most.map(|same| same[0])
}

fn pair(a: u32, b: u32) -> Plane {
    Plane {
        i: a.min(b),
        j: a.max(b),
    }
}

/// Each sample's widest plane in the standard basis, that of its two largest
/// coordinates among the chosen neurons, and the radius in it.
pub(super) fn two_largest(
    coordinates: &Coordinates,
    subset: &Subset,
    cancel: &AtomicBool,
) -> Result<(Vec<f64>, Vec<Plane>), Cancelled> {
    let activations = coordinates.activations();
    let n = coordinates.n_samples();
    let mut radii = vec![0.0; n];
    let mut planes = vec![pair(subset.get(0), subset.get(1)); n];
    let radii_of = radii.par_chunks_mut(BLOCK).enumerate();
    radii_of
        .zip(planes.par_chunks_mut(BLOCK))
        .try_for_each(|((block, radii), planes)| {
            let samples = block * BLOCK..block * BLOCK + radii.len();
            let inverse = &activations.inverse_norms()[samples.clone()];
            let square = |x: f64| x * x;
            match activations.stored() {
                // Magnitudes in single precision come in the order of the squared
                // coordinates: two that differ do so by far more than the rounding
                // of those.
                Stored::F32(lines) => {
                    let tops = tops(lines, subset, samples, inverse, cancel, |x: f32, _| x.abs())?;
                    let squared = |s, x| square(f64::from(x) * inverse[s]);
                    write(&tops, subset, squared, radii, planes);
                }
                Stored::F64(lines) => {
                    let squared = |x: f64, inverse| square(x * inverse);
                    let tops = tops(lines, subset, samples, inverse, cancel, squared)?;
                    write(&tops, subset, |_, square| square, radii, planes);
                }
            }
            Ok(())
        })?;
    Ok((radii, planes))
}

/// Ranks the chosen neurons of some samples by what `size` makes of a value and
/// `1/‖x‖`.
fn tops<T: Real>(
    lines: &Lines<T>,
    subset: &Subset,
    samples: Range<usize>,
    inverse: &[f64],
    cancel: &AtomicBool,
    size: impl Fn(T, f64) -> T,
) -> Result<Vec<Tops<T>>, Cancelled> {
    let first = Tops {
        first_neuron: subset.get(0),
        second_neuron: subset.get(0),
        ..Tops::default()
    };
    let mut tops = vec![first; samples.len()];
    for block in 0..lines.vectors().div_ceil(LANES) {
        let neurons = (block * LANES) as u32..((block + 1) * LANES) as u32;
        let chosen = subset.below(neurons.end) - subset.below(neurons.start);
        if chosen == 0 {
            continue;
        }
        check(cancel)?;
        let lines = &lines.block(block)[samples.clone()];
        let samples = tops.iter_mut().zip(lines.iter().zip(inverse));
        if subset.is_whole() || chosen == LANES {
            for (tops, (line, &inverse)) in samples {
                tops.add(block, &line.0.map(|value| size(value, inverse)));
            }
            continue;
        }
        let mut mask = [T::default(); LANES];
        let mut is_chosen = [false; LANES];
        for (is_chosen, k) in is_chosen.iter_mut().zip(neurons) {
            *is_chosen = subset.contains(k);
        }
        for (tops, (line, &inverse)) in samples {
            // A neuron that is not chosen is like one that is silent.
            for (lane, masked) in mask.iter_mut().enumerate() {
                if is_chosen[lane] {
                    *masked = size(line.0[lane], inverse);
                }
            }
            tops.add(block, &mask);
        }
    }
    Ok(tops)
}

/// Writes each sample's radius, of coordinates that `square` gives, and its plane.
fn write<T: Copy + Default + PartialOrd>(
    tops: &[Tops<T>],
    subset: &Subset,
    square: impl Fn(usize, T) -> f64,
    radii: &mut [f64],
    planes: &mut [Plane],
) {
    let of_samples = radii.iter_mut().zip(planes).zip(tops);
    for (s, ((radius, plane), tops)) in of_samples.enumerate() {
        let other = if tops.second > T::default() {
            tops.second_neuron
        } else {
            // A one-hot row lights every plane of its neuron alike.
            subset.get(usize::from(tops.first_neuron == subset.get(0)))
        };
        *plane = pair(tops.first_neuron, other);
        *radius = (square(s, tops.first) + square(s, tops.second)).sqrt();
    }
}

/// The two largest of what a sample has, and their neurons: of equals the first.
#[derive(Clone, Copy, Default)]
struct Tops<T> {
    first: T,
    second: T,
    first_neuron: u32,
    second_neuron: u32,
}

impl<T: Copy + PartialOrd> Tops<T> {
    /// After the first few lines hardly any holds one of the largest, so it is
    /// asked of all lanes at once.
    fn add(&mut self, block: usize, sizes: &[T; LANES]) {
        let mut any = false;
        for &size in sizes {
            any |= size > self.second;
        }
        if any {
            self.rank(block, sizes);
        }
    }

    fn rank(&mut self, block: usize, sizes: &[T; LANES]) {
        for (lane, &size) in sizes.iter().enumerate() {
            if size <= self.second {
                continue;
            }
            let neuron = (block * LANES + lane) as u32;
            if size > self.first {
                (self.second, self.second_neuron) = (self.first, self.first_neuron);
                (self.first, self.first_neuron) = (size, neuron);
            } else {
                (self.second, self.second_neuron) = (size, neuron);
            }
        }
    }
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
    subset: &Subset,
    cancel: &AtomicBool,
) -> Result<(Vec<f64>, Vec<Plane>), Cancelled> {
    let basis = coordinates.basis();
    let mut spanning: Vec<u32> = Vec::new();
    for k in subset.iter() {
        check(cancel)?;
        if subset.iter().any(|l| basis.spans(Plane { i: k, j: l })) {
            spanning.push(k);
        }
    }
    let Some(&any) = spanning.first() else {
        return Ok((Vec::new(), Vec::new()));
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
        if subset.below(from as u32) == subset.below(to as u32) {
            continue;
        }
        let pairs = pairs(basis, from..to, cancel)?;
        for_blocks(&|first, bests, c| {
            for (l, pairs) in (from..to).zip(pairs.chunks_exact(basis.len())) {
                if !subset.contains(l as u32) {
                    continue;
                }
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
        .unzip())
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

#[cfg(test)]
mod tests {
    use super::super::Values;
    use super::super::activations::Activations;
    use super::*;

    #[test]
    fn the_two_largest_are_found_in_whichever_lines_they_lie() {
        let (n, d) = (1500, 70);
        // Many equals, so that it matters which of them comes first.
        let value = |n: usize, k: usize| ((n * 7919 + k * 104_729 + n * k) % 41) as f32 - 20.0;
        let single: Vec<f32> = (0..n * d).map(|at| value(at % n, at / n)).collect();
        let double = Values::F64(single.iter().map(|&x| f64::from(x)).collect());
        for values in [Values::F32(single), double] {
            let layer = Arc::new(Activations::new(values, n, d).unwrap());
            let inverse = layer.inverse_norms().to_vec();
            let coordinates = Coordinates::standard(layer);
            let whole = Subset::whole(d);
            let never = AtomicBool::new(false);
            let (radii, planes) = two_largest(&coordinates, &whole, &never).unwrap();
            for s in 0..n {
                let mut sizes: Vec<(f32, usize)> = (0..d).map(|k| (value(s, k).abs(), k)).collect();
                // Stable: of equals the first neuron stays first.
                sizes.sort_by(|a, b| b.0.total_cmp(&a.0));
                assert_eq!(planes[s], pair(sizes[0].1 as u32, sizes[1].1 as u32));
                let square = |at: usize| (f64::from(sizes[at].0) * inverse[s]).powi(2);
                assert_eq!(radii[s], (square(0) + square(1)).sqrt());
            }
        }
    }
}
