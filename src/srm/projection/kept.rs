//! Which samples are kept in which planes.

use std::ops::Range;
use std::sync::atomic::AtomicBool;

use super::{Onto, Told};
use crate::srm::basis::Frame;
use crate::srm::cancel::{Cancelled, check};
use crate::srm::coordinates::{BLOCK, Coordinates};
use crate::srm::epsilon::Epsilon;
use crate::srm::plane::{Plane, PlaneMode, PlaneSet};

/// Samples whose coordinates with all vectors are looked at together.
const TOGETHER: usize = 64;

/// Planes whose frames are at hand together.
const FRAMES: usize = 1 << 16;

/// Goes through the kept points of samples.
pub(super) struct Keeper<'a> {
    coordinates: &'a Coordinates,
    onto: Onto<'a>,
    threshold: f64,
    /// A square of radii that every kept one reaches, by more than rounding.
    loose: f64,
}

impl<'a> Keeper<'a> {
    pub fn new(coordinates: &'a Coordinates, onto: Onto<'a>, epsilon: Epsilon) -> Self {
        let threshold = epsilon.threshold();
        Self {
            coordinates,
            onto,
            threshold,
            loose: threshold.max(0.0).powi(2) * (1.0 - 1e-14),
        }
    }

    /// Calls `kept` with the plane, the sample and its coordinates for each point; those of
    /// a sample whose norm is beyond the largest double are not finite.
    pub fn scan(
        &self,
        samples: Range<usize>,
        told: Told<'_>,
        cancel: &AtomicBool,
        mut kept: impl FnMut(Plane, usize, [f64; 2]),
    ) -> Result<(), Cancelled> {
        let all_pairs =
            |planes: &&PlaneSet| self.coordinates.basis().is_standard() && !planes.is_sampled();
        match self.onto {
            Onto::Plane(plane) => {
                let frames = [(plane, self.coordinates.basis().frame(plane))];
                self.planes(&frames, samples, told, cancel, &mut kept)
            }
            Onto::All(planes) if all_pairs(&planes) => {
                self.pairs(planes, samples, told, cancel, &mut kept)
            }
            Onto::All(planes) => {
                let mut first = 0;
                while first < planes.len() {
                    let last = planes.len().min(first + FRAMES);
                    let frames: Vec<(Plane, Frame)> = (first..last)
                        .map(|place| planes.get(place))
                        .map(|plane| (plane, self.coordinates.basis().frame(plane)))
                        .collect();
                    let is_last = last == planes.len();
                    let silent: Told<'_> = &|_| ();
                    let told = if is_last { told } else { silent };
                    self.planes(&frames, samples.clone(), told, cancel, &mut kept)?;
                    first = last;
                }
                Ok(())
            }
        }
    }

    /// Plane after plane, some samples after others.
    fn planes(
        &self,
        frames: &[(Plane, Frame)],
        samples: Range<usize>,
        told: Told<'_>,
        cancel: &AtomicBool,
        kept: &mut impl FnMut(Plane, usize, [f64; 2]),
    ) -> Result<(), Cancelled> {
        let (mut c1, mut c2) = ([0.0; BLOCK], [0.0; BLOCK]);
        let mut first = samples.start;
        while first < samples.end {
            let width = BLOCK.min(samples.end - first);
            let (c1, c2) = (&mut c1[..width], &mut c2[..width]);
            for &(plane, frame) in frames {
                check(cancel)?;
                self.coordinates.fill_plane(plane, frame, first, c1, c2);
                for (index, (&c1, &c2)) in c1.iter().zip(&*c2).enumerate() {
                    if c1 * c1 + c2 * c2 >= self.loose {
                        self.point(plane, first + index, (c1, c2), kept);
                    }
                }
            }
            told(width);
            first += width;
        }
        Ok(())
    }

    /// Sample after sample, of an orthonormal basis: the pairs of coordinates that can
    /// reach far enough.
    fn pairs(
        &self,
        planes: &PlaneSet,
        samples: Range<usize>,
        told: Told<'_>,
        cancel: &AtomicBool,
        kept: &mut impl FnMut(Plane, usize, [f64; 2]),
    ) -> Result<(), Cancelled> {
        let numbers: Vec<u32> = planes.subset().iter().collect();
        let both = planes.mode() == PlaneMode::Permutations;
        let mut columns = vec![0.0; numbers.len() * TOGETHER];
        let mut candidates: Vec<Vec<(u32, f64)>> = vec![Vec::new(); TOGETHER];
        let mut first = samples.start;
        while first < samples.end {
            check(cancel)?;
            let width = TOGETHER.min(samples.end - first);
            let mut most = [0.0f64; TOGETHER];
            for (&k, column) in numbers.iter().zip(columns.chunks_exact_mut(TOGETHER)) {
                let column = &mut column[..width];
                self.coordinates.fill(k as usize, first, column);
                for (most, c) in most.iter_mut().zip(column) {
                    *most = most.max(*c * *c);
                }
            }
            // The other coordinate of a pair is no larger than the largest.
            let needed = most.map(|most| self.loose - most * (1.0 + 1e-14));
            for candidates in &mut candidates {
                candidates.clear();
            }
            for (&k, column) in numbers.iter().zip(columns.chunks_exact(TOGETHER)) {
                for (index, &c) in column[..width].iter().enumerate() {
                    if c * c >= needed[index] {
                        candidates[index].push((k, c));
                    }
                }
            }
            for (index, candidates) in candidates[..width].iter().enumerate() {
                let sample = first + index;
                for (place, &(i, c1)) in candidates.iter().enumerate() {
                    for &(j, c2) in &candidates[place + 1..] {
                        if c1 * c1 + c2 * c2 < self.loose {
                            continue;
                        }
                        self.point(Plane { i, j }, sample, (c1, c2), kept);
                        if both {
                            self.point(Plane { i: j, j: i }, sample, (c2, c1), kept);
                        }
                    }
                }
            }
            told(width);
            first += width;
        }
        Ok(())
    }

    fn point(
        &self,
        plane: Plane,
        sample: usize,
        (c1, c2): (f64, f64),
        kept: &mut impl FnMut(Plane, usize, [f64; 2]),
    ) {
        let activations = self.coordinates.activations();
        let is_zero = activations.inverse_norms()[sample] == 0.0;
        if is_zero || (c1 * c1 + c2 * c2).sqrt() < self.threshold {
            return;
        }
        let norm = activations.norm(sample);
        kept(plane, sample, [c1 * norm, c2 * norm]);
    }
}
