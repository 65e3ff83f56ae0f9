//! How much each sample has to say about the alignment: the ground of the bootstrap.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::AtomicBool;

use rayon::prelude::*;

use super::AlignmentCounts;
use super::pairs::PairCounter;
use super::pass::{Vectors, in_memory, look};
use crate::srm::alignment::Alignment;
use crate::srm::cancel::{Cancelled, check};
use crate::srm::coordinates::{BLOCK, Coordinates};
use crate::srm::curve::Directions;
use crate::srm::epsilon::Epsilon;
use crate::srm::plane::{Plane, PlaneSet};

/// Looks at a sample in a plane beyond which those of a basis whose vectors are not
/// orthogonal, or of drawn planes, are not taken: some seconds.
const MOST_LOOKS: u64 = 2_000_000_000;

/// How many samples light how many of the axes and of the bisectors, of one plane or of
/// all planes of a layer together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SampleCounts {
    n_samples: usize,
    planes: usize,
    /// Distinct counts, ascending, with how many samples have them.
    pub(super) distinct: Vec<(AlignmentCounts, u64)>,
}

impl SampleCounts {
    /// Of one plane.
    ///
    /// # Errors
    /// [`Cancelled`] soon after `cancel` is set.
    ///
    /// # Panics
    /// If the plane's vectors are not in the basis.
    pub fn of_plane(
        coordinates: &Coordinates,
        plane: Plane,
        epsilon: Epsilon,
        cancel: &AtomicBool,
    ) -> Result<Self, Cancelled> {
        let n = coordinates.n_samples();
        let frame = coordinates.basis().frame(plane);
        let directions = Directions::new(frame);
        // At most four of each.
        let tables: Result<Vec<[u64; 25]>, Cancelled> = (0..n.div_ceil(BLOCK))
            .into_par_iter()
            .map(|block| {
                check(cancel)?;
                let samples = block * BLOCK..n.min((block + 1) * BLOCK);
                let mut c1 = vec![0.0; samples.len()];
                let mut c2 = vec![0.0; samples.len()];
                coordinates.fill_plane(plane, frame, samples.start, &mut c1, &mut c2);
                let mut table = [0; 25];
                for (&c1, &c2) in c1.iter().zip(&c2) {
                    let (axes, bisectors) = directions.count(c1, c2, epsilon.threshold());
                    table[(5 * axes + bisectors) as usize] += 1;
                }
                Ok(table)
            })
            .collect();
        let mut all = BTreeMap::new();
        for table in tables? {
            for (place, samples) in (0..).zip(table) {
                let counts = AlignmentCounts {
                    axes: place / 5,
                    bisectors: place % 5,
                };
                *all.entry(counts).or_default() += samples;
            }
        }
        all.retain(|_, samples| *samples > 0);
        Ok(Self::of(n, 1, all))
    }

    /// Of a set of planes together; `None` where that would take long: in a basis whose
    /// vectors are not orthogonal, and of drawn planes, each sample is looked at in each
    /// plane.
    ///
    /// # Errors
    /// [`Cancelled`] soon after `cancel` is set.
    ///
    /// # Panics
    /// If the planes are not of the coordinates' basis.
    pub fn of_planes(
        coordinates: &Coordinates,
        planes: &PlaneSet,
        epsilon: Epsilon,
        cancel: &AtomicBool,
    ) -> Result<Option<Self>, Cancelled> {
        if super::is_orthonormal(coordinates, planes) {
            return Self::of_neurons(coordinates, planes, epsilon, cancel).map(Some);
        }
        let (n, d) = (coordinates.n_samples(), coordinates.basis().dimensions());
        // A plane's frame is worked out once a block, in the time of d looks.
        let looks = n + d * n.div_ceil(BLOCK);
        if (planes.len() as u64).saturating_mul(looks as u64) > MOST_LOOKS {
            return Ok(None);
        }
        Self::of_each_plane(coordinates, planes, epsilon, cancel).map(Some)
    }

    /// Of all planes among some of the neurons.
    fn of_neurons(
        coordinates: &Coordinates,
        planes: &PlaneSet,
        epsilon: Epsilon,
        cancel: &AtomicBool,
    ) -> Result<Self, Cancelled> {
        let counter = PairCounter::new(epsilon, planes.mode());
        let vectors = Vectors::Neurons(planes.subset());
        let maps = look(coordinates, vectors, cancel, |pieces| {
            let mut counter = counter.clone();
            let mut map = HashMap::new();
            pieces.each(&mut |_, rows| {
                for row in rows.rows() {
                    let counts = counter.count(in_memory(&row));
                    *map.entry(counts).or_default() += 1;
                }
            })?;
            Ok(map)
        })?;
        Ok(Self::of(
            coordinates.n_samples(),
            planes.len(),
            merged(maps),
        ))
    }

    /// Of planes one by one.
    fn of_each_plane(
        coordinates: &Coordinates,
        planes: &PlaneSet,
        epsilon: Epsilon,
        cancel: &AtomicBool,
    ) -> Result<Self, Cancelled> {
        let n = coordinates.n_samples();
        let threshold = epsilon.threshold();
        // No direction sees more of a sample than its radius in the plane.
        let loose = threshold.max(0.0).powi(2) * (1.0 - 1e-12);
        let maps: Result<Vec<HashMap<_, _>>, Cancelled> = (0..n.div_ceil(BLOCK))
            .into_par_iter()
            .map(|block| {
                let samples = block * BLOCK..n.min((block + 1) * BLOCK);
                let mut c1 = vec![0.0; samples.len()];
                let mut c2 = vec![0.0; samples.len()];
                let mut counts = vec![AlignmentCounts::default(); samples.len()];
                for plane in planes.iter() {
                    check(cancel)?;
                    let frame = coordinates.basis().frame(plane);
                    let directions = Directions::new(frame);
                    coordinates.fill_plane(plane, frame, samples.start, &mut c1, &mut c2);
                    for ((counts, &c1), &c2) in counts.iter_mut().zip(&c1).zip(&c2) {
                        if c1 * c1 + c2 * c2 >= loose {
                            let (axes, bisectors) = directions.count(c1, c2, threshold);
                            *counts += AlignmentCounts { axes, bisectors };
                        }
                    }
                }
                let mut map = HashMap::new();
                for counts in counts {
                    *map.entry(counts).or_default() += 1;
                }
                Ok(map)
            })
            .collect();
        Ok(Self::of(n, planes.len(), merged(maps?)))
    }

    pub(super) fn of(
        n_samples: usize,
        planes: usize,
        distinct: BTreeMap<AlignmentCounts, u64>,
    ) -> Self {
        Self {
            n_samples,
            planes,
            distinct: distinct.into_iter().collect(),
        }
    }

    /// `N`.
    #[must_use]
    pub fn n_samples(&self) -> usize {
        self.n_samples
    }

    /// Over how many planes.
    #[must_use]
    pub fn planes(&self) -> usize {
        self.planes
    }

    /// Counts summed over the samples.
    #[must_use]
    pub fn total(&self) -> AlignmentCounts {
        let mut total = AlignmentCounts::default();
        for &(counts, samples) in &self.distinct {
            total.axes += counts.axes * samples;
            total.bisectors += counts.bisectors * samples;
        }
        total
    }

    /// The alignment that comes of them.
    #[must_use]
    pub fn alignment(&self) -> Alignment {
        self.total().alignment(self.n_samples, self.planes)
    }

    /// Samples that light an axis or a bisector: those behind the index.
    #[must_use]
    pub fn lit(&self) -> u64 {
        let lit = |counts: &AlignmentCounts| *counts != AlignmentCounts::default();
        let lit = self.distinct.iter().filter(|(counts, _)| lit(counts));
        lit.map(|(_, samples)| samples).sum()
    }
}

fn merged(maps: Vec<HashMap<AlignmentCounts, u64>>) -> BTreeMap<AlignmentCounts, u64> {
    let mut all = BTreeMap::new();
    for (counts, samples) in maps.into_iter().flatten() {
        *all.entry(counts).or_default() += samples;
    }
    all
}
