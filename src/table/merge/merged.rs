//! What the counts of all shards come to.

use crate::session::Provenance;
use crate::srm::null::LargestCount;
use crate::srm::{Alignment, AngleGrid, Ensemble, Epsilon, Plane, Significance};
use crate::table::columns::PlaneRow;
use crate::table::statistics::Facts;
use crate::table::summary::{Ground, Lit};

/// Place of the peak of a curve of zeros.
pub(super) const NO_PEAK: u32 = u32::MAX;

/// All shards together, before any count is added.
#[derive(Clone, Debug)]
pub struct Whole {
    pub(super) grid: AngleGrid,
    pub(super) facts: Facts,
    pub(super) provenance: Provenance,
    pub(super) neurons: usize,
    /// Vectors among which planes are made, where that is not all of the basis.
    pub(super) chosen: Option<usize>,
    /// Ordered pairs of these that could be planes.
    pub(super) pairs: u64,
    pub(super) lit_samples: u64,
    pub(super) planes: Vec<Plane>,
}

/// What the counts of all shards came to.
#[derive(Clone, Debug)]
pub struct Merged {
    pub(super) whole: Whole,
    pub(super) ensemble: Ensemble,
    pub(super) axes: Vec<i64>,
    pub(super) bisectors: Vec<i64>,
    pub(super) lit: Vec<i64>,
    pub(super) peak: Vec<i64>,
    /// Place of the smallest angle with the peak, or [`NO_PEAK`].
    pub(super) peak_index: Vec<u32>,
}

impl Whole {
    /// The planes, in lexicographic order.
    #[must_use]
    pub fn planes(&self) -> &[Plane] {
        &self.planes
    }

    /// The angles.
    #[must_use]
    pub fn grid(&self) -> &AngleGrid {
        &self.grid
    }

    /// What stands beside the statistics in the file.
    #[must_use]
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// The record of the whole.
    #[must_use]
    pub fn provenance(&self) -> &Provenance {
        &self.provenance
    }

    /// The resolution scale.
    #[must_use]
    pub fn epsilon(&self) -> Epsilon {
        Epsilon::clamped(self.facts.epsilon)
    }

    /// What a summary says beside what is lit. Pairs of parallel vectors are
    /// counted but their names are not known.
    #[must_use]
    pub fn ground(&self) -> Ground {
        let degenerate = self.pairs.saturating_sub(self.facts.planes_in_all);
        Ground {
            n_samples: self.facts.n_samples,
            n_neurons: self.neurons,
            excluded_rows: self.facts.excluded_rows,
            zero_rows: self.facts.zero_rows,
            chosen_vectors: self.chosen,
            planes_in_all: self.facts.planes_in_all,
            degenerate_planes: degenerate as usize,
            degenerate_pairs: (degenerate == 0).then(Vec::new),
        }
    }
}

impl Merged {
    /// The shards together.
    #[must_use]
    pub fn whole(&self) -> &Whole {
        &self.whole
    }

    /// The statistics over all planes.
    #[must_use]
    pub fn ensemble(&self) -> &Ensemble {
        &self.ensemble
    }

    /// Samples lit in at least one plane.
    #[must_use]
    pub fn lit_samples(&self) -> u64 {
        self.whole.lit_samples
    }

    /// What is told of each plane, in their order.
    pub fn rows(&self) -> impl Iterator<Item = PlaneRow> + '_ {
        (0..self.whole.planes.len()).map(|index| {
            let [axes, bisectors, lit] =
                [&self.axes, &self.bisectors, &self.lit].map(|column| column[index].unsigned_abs());
            let place = self.peak_index[index];
            let peak = (place != NO_PEAK).then_some((place as usize, self.peak[index]));
            let plane = self.whole.planes[index];
            PlaneRow::of_counts(
                plane,
                [axes, bisectors, lit],
                peak,
                &self.whole.grid,
                self.whole.facts.n_samples,
            )
        })
    }

    /// What the planes come to against chance; `None` of signed sweeps.
    #[must_use]
    pub fn significance(&self) -> Option<Significance> {
        let whole = &self.whole;
        if whole.provenance.options.signed {
            return None;
        }
        let facts = &whole.facts;
        let law = LargestCount::new(
            whole.epsilon(),
            &whole.grid,
            whole.neurons,
            facts.n_samples,
            facts.zero_rows,
        );
        Significance::of_peaks(law, self.peak.iter().copied())
    }

    /// What is lit in all planes together.
    #[must_use]
    pub fn lit(&self) -> Lit {
        let sum = |column: &[i64]| column.iter().sum::<i64>().unsigned_abs();
        let (axes, bisectors) = (sum(&self.axes), sum(&self.bisectors));
        let planes = self.whole.planes.len();
        Lit {
            planes,
            lit_planes: self.lit.iter().filter(|&&lit| lit > 0).count(),
            lit_samples: self.whole.lit_samples as usize,
            alignment: Alignment::from_counts(axes, bisectors, self.whole.facts.n_samples, planes),
        }
    }
}
