//! Alignment with the neurons, tested by rotation (METHOD, "Alignment of a plane").
//!
//! An alignment index says whether light lies at the privileged directions or between
//! them. Whether that has to do with the *neurons* is another question: data that lie in
//! a few clumps light some directions more than others in any basis. So the contrast
//! of the layer, and that of one plane, are compared with the contrasts of the same
//! rows under Haar-random rotations: with those of as many random orthonormal vectors
//! in the neurons' place. Under the hypothesis that the neurons are nothing special
//! every rotation is as likely, so the rank among them is an exact p-value.
//!
//! Alignment is a statement about a scale. A sample whose mass is spread evenly over `k`
//! of the `m` neurons has the cosine `1/√k` with the axis of each, `√(2/k)` with the
//! bisector between two of them, and `1/√(2k)` with the two bisectors between one of them
//! and any other neuron. Over all planes that is `k(m − 1)` times an axis where
//! `ε ≤ 1/√k`, `k(k − 1)/2` times a bisector where `ε ≤ √(2/k)`, and `2k(m − k)` times
//! more where `ε ≤ 1/√(2k)`. So it counts for alignment between `1/√(2k)` and `1/√k`,
//! against it between `1/√k` and `√(2/k)`, and, where `k < 2m/3` or so, below `1/√(2k)`:
//! on a single neuron the index is `−1/3` for every `ε ≤ 1/√2`. The same layer may be
//! aligned at one scale and anti-aligned at another, both significantly.

mod bootstrap;
mod curves;
mod frames;
mod kurtosis;
mod pairs;
mod pass;
mod samples;
mod standing;

use std::ops::AddAssign;
use std::sync::atomic::AtomicBool;

use ndarray::{Array2, ArrayView2};

use super::alignment::Alignment;
use super::angles::AngleGrid;
use super::cancel::Cancelled;
use super::coordinates::Coordinates;
use super::curve::{Scanner, Sign, Tally, curve};
use super::plane::{Plane, PlaneSet};
use super::subset::Subset;
use super::sweep::{SweepSpec, sweep};

pub use bootstrap::{Interval, RESAMPLES};
pub use curves::{CurveBand, LEAST_FOR_BAND, RotatedCurves, range_coverage, rotated_curves};
pub use kurtosis::excess_kurtosis;
pub use samples::SampleCounts;
pub use standing::{Standing, least_rotations};

use frames::random_frame;
use kurtosis::{Lengths, mean};
use pairs::PairCounter;
use pass::Quest;

/// Rotations of a small layer unless others are asked for: enough for a test at the 1%
/// level.
pub const USUAL_ROTATIONS: u32 = 200;

/// `N·d²` up to which a layer is small.
pub const SMALL_LAYER: u64 = 1_000_000_000;

/// Unsigned counts summed over the four privileged directions, and over the four
/// bisectors, of a plane or of several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AlignmentCounts {
    /// At the privileged directions.
    pub axes: u64,
    /// At their bisectors.
    pub bisectors: u64,
}

impl AlignmentCounts {
    /// The alignment of `planes` planes of `n_samples` samples.
    #[must_use]
    pub fn alignment(self, n_samples: usize, planes: usize) -> Alignment {
        Alignment::from_counts(self.axes, self.bisectors, n_samples, planes)
    }

    /// The alignment index; NaN where nothing is lit.
    #[must_use]
    pub fn index(self) -> f64 {
        self.alignment(1, 1).index()
    }
}

impl AddAssign for AlignmentCounts {
    fn add_assign(&mut self, other: Self) {
        self.axes += other.axes;
        self.bisectors += other.bisectors;
    }
}

impl From<Tally> for AlignmentCounts {
    fn from(tally: Tally) -> Self {
        Self {
            axes: tally.axes,
            bisectors: tally.bisectors,
        }
    }
}

/// What to test.
#[derive(Clone, Debug, PartialEq)]
pub struct RotationSpec {
    /// The planes whose mean contrast is tested, with the scale, and with the grid and
    /// the sign of the selected plane's curves.
    pub sweep: SweepSpec,
    /// The selected plane, which need not be one of them, but of the same vectors.
    pub plane: Option<Plane>,
    /// Seed of the rotations, and of the resamples.
    pub seed: u64,
}

/// Rotations with fewer counts than these at axes and bisectors on average light next to
/// nothing.
pub const FEW_COUNTS: f64 = 10.0;

/// Counts of the layer or of a plane, and those under each rotation.
#[derive(Clone, Debug, PartialEq)]
pub struct RotatedCounts {
    /// As it is.
    pub observed: AlignmentCounts,
    /// Under the rotations, in their order.
    pub rotated: Vec<AlignmentCounts>,
    /// `N`.
    pub n_samples: usize,
    /// Planes of which the counts are sums.
    pub planes: usize,
}

impl RotatedCounts {
    fn new(observed: AlignmentCounts, n_samples: usize, planes: usize) -> Self {
        Self {
            observed,
            rotated: Vec::new(),
            n_samples,
            planes,
        }
    }

    /// The alignment as it is.
    #[must_use]
    pub fn alignment(&self) -> Alignment {
        self.observed.alignment(self.n_samples, self.planes)
    }

    /// The alignment under each rotation.
    #[must_use]
    pub fn alignments(&self) -> impl ExactSizeIterator<Item = Alignment> + '_ {
        let counts = self.rotated.iter();
        counts.map(|counts| counts.alignment(self.n_samples, self.planes))
    }

    /// Where the contrast stands among those of the rotations. Their `z` is undefined
    /// where they light next to nothing, fewer than [`FEW_COUNTS`] on average: what there
    /// is scatters by single counts then. The rank stands.
    #[must_use]
    pub fn contrast(&self) -> Standing {
        let rotated: Vec<f64> = self.alignments().map(|a| a.contrast()).collect();
        let standing = Standing::among(self.alignment().contrast(), &rotated);
        if self.rotated_counts() < FEW_COUNTS {
            let z = f64::NAN;
            return Standing { z, ..standing };
        }
        standing
    }

    /// Counts at axes and bisectors under a rotation, on average; NaN without any.
    #[must_use]
    pub fn rotated_counts(&self) -> f64 {
        let counts = self.rotated.iter().map(|one| one.axes + one.bisectors);
        counts.sum::<u64>() as f64 / self.rotated.len() as f64
    }
}

/// Excess kurtosis along the vectors, and its mean along those of each rotation.
#[derive(Clone, Debug, PartialEq)]
pub struct KurtosisTest {
    /// Along each vector among which the planes are made; NaN where all samples are
    /// alike.
    pub each: Vec<f64>,
    /// The mean along the vectors of each rotation.
    pub rotated: Vec<f64>,
}

impl KurtosisTest {
    /// Vectors along which all samples are alike, which have no kurtosis.
    #[must_use]
    pub fn constant(&self) -> usize {
        self.each.iter().filter(|value| value.is_nan()).count()
    }

    /// Where the mean over the other vectors stands among those of the rotations.
    #[must_use]
    pub fn mean(&self) -> Standing {
        Standing::among(mean(self.each.iter().copied()), &self.rotated)
    }
}

/// The selected plane under rotations.
#[derive(Clone, Debug, PartialEq)]
pub struct PlaneRotations {
    /// The plane.
    pub plane: Plane,
    /// Its counts.
    pub counts: RotatedCounts,
    /// How its samples light it.
    pub samples: SampleCounts,
    /// Its curves under the rotations.
    pub curves: RotatedCurves,
}

/// A test under way: begun with what is observed, then turned as often as anybody
/// likes; what is known so far is always whole.
#[derive(Clone, Debug)]
pub struct RotationTest {
    coordinates: Coordinates,
    spec: RotationSpec,
    lengths: Lengths,
    /// The layer.
    pub layer: RotatedCounts,
    /// How its samples light it; `None` where that takes too long to tell
    /// ([`SampleCounts::of_planes`]).
    pub samples: Option<SampleCounts>,
    /// The selected plane.
    pub plane: Option<PlaneRotations>,
    /// The second opinion.
    pub kurtosis: KurtosisTest,
}

/// Whether the planes are all those of some of the neurons: their rotations are then
/// looked at without drawing a curve.
fn is_orthonormal(coordinates: &Coordinates, planes: &PlaneSet) -> bool {
    coordinates.basis().is_standard() && !coordinates.has_product() && !planes.is_sampled()
}

/// Where a vector stands among those chosen.
fn rank(subset: &Subset, k: u32) -> usize {
    match subset.rank(k) {
        Some(rank) => rank,
        None => panic!("vector {k} is not among those chosen"),
    }
}

impl RotationTest {
    /// Looks at the samples as they are, on the current rayon pool.
    ///
    /// # Errors
    /// [`Cancelled`] soon after `cancel` is set.
    ///
    /// # Panics
    /// If the planes are not of the coordinates' basis, or the selected plane is not of
    /// the vectors among which they are made.
    pub fn begin(
        coordinates: &Coordinates,
        spec: RotationSpec,
        cancel: &AtomicBool,
    ) -> Result<Self, Cancelled> {
        let SweepSpec {
            epsilon, planes, ..
        } = &spec.sweep;
        let n_samples = coordinates.n_samples();
        let samples = SampleCounts::of_planes(coordinates, planes, *epsilon, cancel)?;
        let observed = match &samples {
            Some(samples) => samples.total(),
            None => swept(coordinates, &spec.sweep, cancel)?,
        };
        let plane = match spec.plane {
            None => None,
            Some(plane) => {
                let samples = SampleCounts::of_plane(coordinates, plane, *epsilon, cancel)?;
                Some(PlaneRotations {
                    plane,
                    counts: RotatedCounts::new(samples.total(), n_samples, 1),
                    samples,
                    curves: RotatedCurves {
                        counts: Vec::new(),
                        n_samples,
                    },
                })
            }
        };
        let each = excess_kurtosis(coordinates, planes.subset(), cancel)?;
        Ok(Self {
            coordinates: coordinates.clone(),
            lengths: Lengths::new(coordinates.activations(), cancel)?,
            layer: RotatedCounts::new(observed, n_samples, planes.len()),
            samples,
            plane,
            kurtosis: KurtosisTest {
                each,
                rotated: Vec::new(),
            },
            spec,
        })
    }

    /// What is tested.
    #[must_use]
    pub fn spec(&self) -> &RotationSpec {
        &self.spec
    }

    /// Rotations so far.
    #[must_use]
    pub fn rotations(&self) -> usize {
        self.layer.rotated.len()
    }

    /// One rotation more, on the current rayon pool: `O(N·m·d)`. The `k`-th is the same
    /// however many there are, on however many threads. If it is called off, what was
    /// known before stays.
    ///
    /// # Errors
    /// [`Cancelled`] soon after `cancel` is set.
    pub fn rotate(&mut self, cancel: &AtomicBool) -> Result<(), Cancelled> {
        let k = self.rotations() as u64;
        let found = if is_orthonormal(&self.coordinates, &self.spec.sweep.planes) {
            self.of_frame(k, cancel)
        } else {
            self.of_turned(k, cancel)
        }?;
        self.layer.rotated.push(found.layer);
        if let (Some(plane), Some((counts, curve))) = (&mut self.plane, found.plane) {
            plane.counts.rotated.push(counts);
            plane.curves.counts.push(curve);
        }
        self.kurtosis.rotated.push(found.kurtosis);
        Ok(())
    }

    /// All planes of a random frame, without their curves.
    fn of_frame(&self, k: u64, cancel: &AtomicBool) -> Result<pass::Rotation, Cancelled> {
        let SweepSpec {
            epsilon,
            grid,
            sign,
            planes,
        } = &self.spec.sweep;
        let subset = planes.subset();
        let rank = |k: u32| rank(subset, k);
        let d = self.coordinates.basis().dimensions();
        let frame = random_frame((subset.len(), d), self.spec.seed, k, cancel)?;
        let quest = Quest {
            coordinates: &self.coordinates,
            counter: PairCounter::new(*epsilon, planes.mode()),
            scanner: Scanner::new(&self.coordinates, *epsilon, grid, *sign),
            plane: self.spec.plane.map(|plane| [rank(plane.i), rank(plane.j)]),
            lengths: &self.lengths,
        };
        quest.follow(&frame, cancel)
    }

    /// Any planes: those of the basis, turned by a random rotation, are swept.
    fn of_turned(&self, k: u64, cancel: &AtomicBool) -> Result<pass::Rotation, Cancelled> {
        let basis = self.coordinates.basis();
        let (m, d) = (basis.len(), basis.dimensions());
        let subset = self.spec.sweep.planes.subset();
        let turned = match basis.values() {
            None => {
                // The same rotation as without a draw: of the chosen vectors alone.
                let frame = random_frame((subset.len(), d), self.spec.seed, k, cancel)?;
                let mut turned = Array2::zeros((m, d));
                for (row, number) in frame.rows().into_iter().zip(subset.iter()) {
                    turned.row_mut(number as usize).assign(&row);
                }
                turned
            }
            Some(values) => {
                let rotation = random_frame((d, d), self.spec.seed, k, cancel)?;
                let Ok(basis) = ArrayView2::from_shape((m, d), values) else {
                    unreachable!("a UnitBasis holds m × d values");
                };
                basis.dot(&rotation)
            }
        };
        let Some(turned) = turned.as_slice() else {
            unreachable!("a product is in memory row by row");
        };
        let coordinates = self.coordinates.turned(turned, cancel)?;
        let SweepSpec {
            epsilon,
            grid,
            sign,
            ..
        } = &self.spec.sweep;
        let plane = match self.spec.plane {
            None => None,
            Some(plane) => {
                let curve = curve(&coordinates, plane, *epsilon, grid, *sign, cancel)?;
                Some((curve.tally.into(), curve.counts))
            }
        };
        let kurtosis = excess_kurtosis(&coordinates, subset, cancel)?;
        Ok(pass::Rotation {
            layer: swept(&coordinates, &self.spec.sweep, cancel)?,
            plane,
            kurtosis: mean(kurtosis.into_iter()),
        })
    }
}

/// What a sweep finds at axes and bisectors; its grid does not bear on that.
fn swept(
    coordinates: &Coordinates,
    spec: &SweepSpec,
    cancel: &AtomicBool,
) -> Result<AlignmentCounts, Cancelled> {
    let Ok(grid) = AngleGrid::new(2) else {
        unreachable!("two angles are a grid");
    };
    let spec = SweepSpec {
        grid,
        sign: Sign::Unsigned,
        ..spec.clone()
    };
    let swept = sweep(coordinates, &spec, cancel, &mut ())?;
    let mut all = AlignmentCounts::default();
    for record in 0..swept.records.len() {
        let (axes, bisectors) = swept.records.axes_and_bisectors(record);
        all += AlignmentCounts { axes, bisectors };
    }
    Ok(all)
}

#[cfg(test)]
mod tests;
