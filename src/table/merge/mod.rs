//! Results of sweeps over parts of a corpus, added up to that of the whole.
//!
//! Counts are integers and samples are disjoint, so counts, lit samples and
//! counts at the privileged directions of the parts add up to those of the
//! whole; whatever is a fraction is made anew from the sums, as a sweep makes
//! it. The result equals the sweep of the whole in every array but the
//! provenance, and merging is associative in all of them.
//!
//! [`Shard::open`] reads a file's facts, [`Merge::new`] holds shards against
//! each other, [`Merge::add`] streams the counts of all of them, some planes at
//! a time, into a [`SweepFile`]. In memory are 44 bytes a plane and no counts.
//! The files may hold anything: what does not fit is refused in a sentence.

mod agree;
mod array;
mod error;
mod shard;

use std::sync::atomic::AtomicBool;

pub use error::{MOST_SHARDS, MergeError};
pub use shard::Shard;

use super::columns::PlaneRow;
use super::json::{Ground, Lit};
use super::npz::{Facts, SweepFile};
use crate::session::Provenance;
use crate::srm::{Alignment, AngleGrid, CurveSums, Ensemble, Epsilon, MOST_SUMMED, Plane};
use shard::{Column, Counts};

/// Counts of all planes of a block, 8 bytes each.
const BLOCK: usize = 1 << 17;

/// Shards that fit together.
pub struct Merge {
    shards: Vec<Shard>,
    planes: Vec<Plane>,
    facts: Facts,
    lit_samples: u64,
    provenance: Provenance,
}

/// What the counts of all shards came to.
#[derive(Clone, Debug)]
pub struct Merged {
    grid: AngleGrid,
    n_samples: usize,
    lit_samples: u64,
    ensemble: Ensemble,
    planes: Vec<Plane>,
    axes: Vec<i64>,
    bisectors: Vec<i64>,
    lit: Vec<i64>,
    peak: Vec<i64>,
    /// Place of the smallest angle with the peak; `u32::MAX` of a curve of zeros.
    peak_index: Vec<u32>,
}

impl Merge {
    /// Whether so many files can be merged at once.
    ///
    /// # Errors
    /// If they are fewer than two or more than [`MOST_SHARDS`].
    pub fn takes(files: usize) -> Result<(), MergeError> {
        match files {
            0 | 1 => Err(MergeError::TooFew(files)),
            2..=MOST_SHARDS => Ok(()),
            _ => Err(MergeError::TooMany(files)),
        }
    }

    /// Holds the shards against the first of them.
    ///
    /// # Errors
    /// [`MergeError`]: fewer than two or too many, anything that differs but the
    /// samples, samples that come twice.
    pub fn new(mut shards: Vec<Shard>, cancel: &AtomicBool) -> Result<Self, MergeError> {
        Self::takes(shards.len())?;
        let parts: Vec<&Provenance> = shards.iter().map(|shard| &shard.provenance).collect();
        let (Some(provenance), Some(first)) = (Provenance::merged(&parts), shards.first()) else {
            return Err(MergeError::TooFew(0));
        };
        for other in &shards[1..] {
            agree::agree(first, other)?;
        }
        agree::no_repeats(&shards)?;
        let planes = first.planes;
        let sum = |of: fn(&Shard) -> u64| shards.iter().map(of).fold(0, u64::saturating_add);
        let samples = sum(|shard| shard.facts.n_samples as u64);
        let excluded = sum(|shard| shard.facts.excluded_rows as u64);
        // Zero rows and lit samples are no more than samples.
        if samples.saturating_mul(planes as u64).max(excluded) > MOST_SUMMED {
            return Err(MergeError::TooLarge { planes, samples });
        }
        let facts = Facts {
            n_samples: samples as usize,
            excluded_rows: excluded as usize,
            zero_rows: sum(|shard| shard.facts.zero_rows as u64) as usize,
            ..first.facts.clone()
        };
        let lit_samples = sum(|shard| shard.lit_samples);
        let planes = planes_of(&mut shards, cancel)?;
        Ok(Self {
            shards,
            planes,
            facts,
            lit_samples,
            provenance,
        })
    }

    /// The planes, in lexicographic order.
    #[must_use]
    pub fn planes(&self) -> &[Plane] {
        &self.planes
    }

    /// The angles.
    #[must_use]
    pub fn grid(&self) -> &AngleGrid {
        match self.shards.first() {
            Some(shard) => &shard.grid,
            None => unreachable!("there are two shards at least"),
        }
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
        let pairs = self.shards.first().map_or(0, Shard::pairs);
        let degenerate = pairs.saturating_sub(self.facts.planes_in_all);
        Ground {
            n_samples: self.facts.n_samples,
            n_neurons: self.shards.first().map_or(0, Shard::neurons),
            excluded_rows: self.facts.excluded_rows,
            zero_rows: self.facts.zero_rows,
            planes_in_all: self.facts.planes_in_all,
            degenerate_planes: degenerate as usize,
            degenerate_pairs: (degenerate == 0).then(Vec::new),
        }
    }

    /// Adds up the counts of all shards, some planes at a time, and writes them to
    /// `file`, which expects them; `progress` is told how many planes are done.
    ///
    /// # Errors
    /// [`MergeError`]; [`MergeError::Cancelled`] soon after `cancel` is set.
    pub fn add(
        &mut self,
        file: &mut SweepFile,
        cancel: &AtomicBool,
        progress: &mut dyn FnMut(usize),
    ) -> Result<Merged, MergeError> {
        let planes = self.planes.len();
        let grid = self.grid().clone();
        let mut column = |column| -> Result<Vec<i64>, MergeError> {
            let mut sums = room(planes)?;
            sums.resize(planes, 0);
            for shard in &mut self.shards {
                shard.add_column(column, &mut sums, cancel)?;
            }
            Ok(sums)
        };
        let mut merged = Merged {
            n_samples: self.facts.n_samples,
            lit_samples: self.lit_samples,
            ensemble: Ensemble::default(),
            axes: column(Column::Axes)?,
            bisectors: column(Column::Bisectors)?,
            lit: column(Column::Lit)?,
            planes: std::mem::take(&mut self.planes),
            peak: room(planes)?,
            peak_index: room(planes)?,
            grid,
        };
        let angles = merged.grid.count();
        let mut sums = CurveSums::new(angles);
        let mut counts = Vec::with_capacity(self.shards.len());
        for shard in &mut self.shards {
            counts.push(shard.counts()?);
        }
        let most = (BLOCK / angles).max(1);
        let mut block = vec![0; most * angles];
        for first in (0..planes).step_by(most) {
            array::check(cancel)?;
            let block = &mut block[..most.min(planes - first) * angles];
            block.fill(0);
            for shard in &mut counts {
                shard.add_to(block)?;
            }
            for curve in block.chunks_exact(angles) {
                let peak = sums.add_curve(curve);
                let (index, peak) =
                    peak.map_or((u32::MAX, 0), |(index, peak)| (index as u32, peak));
                merged.peak.push(peak);
                merged.peak_index.push(index);
            }
            file.curve(block)?;
            progress(merged.peak.len());
        }
        for shard in counts {
            Counts::finish(shard, cancel)?;
        }
        merged.ensemble = sums.ensemble(merged.n_samples);
        Ok(merged)
    }
}

impl Merged {
    /// The statistics over all planes.
    #[must_use]
    pub fn ensemble(&self) -> &Ensemble {
        &self.ensemble
    }

    /// Samples lit in at least one plane.
    #[must_use]
    pub fn lit_samples(&self) -> u64 {
        self.lit_samples
    }

    /// What is told of each plane, in their order.
    pub fn rows(&self) -> impl Iterator<Item = PlaneRow> + '_ {
        (0..self.planes.len()).map(|index| {
            let [axes, bisectors, lit] =
                [&self.axes, &self.bisectors, &self.lit].map(|column| column[index].unsigned_abs());
            let place = self.peak_index[index];
            let peak = (place != u32::MAX).then_some((place as usize, self.peak[index]));
            let plane = self.planes[index];
            PlaneRow::of_counts(
                plane,
                [axes, bisectors, lit],
                peak,
                &self.grid,
                self.n_samples,
            )
        })
    }

    /// What is lit in all planes together.
    #[must_use]
    pub fn lit(&self) -> Lit {
        let sum = |column: &[i64]| column.iter().sum::<i64>().unsigned_abs();
        let (axes, bisectors) = (sum(&self.axes), sum(&self.bisectors));
        let planes = self.planes.len();
        Lit {
            planes,
            lit_planes: self.lit.iter().filter(|&&lit| lit > 0).count(),
            lit_samples: self.lit_samples as usize,
            alignment: Alignment::from_counts(axes, bisectors, self.n_samples, planes),
        }
    }
}

/// The planes of the first shard, which are those of all others.
fn planes_of(shards: &mut [Shard], cancel: &AtomicBool) -> Result<Vec<Plane>, MergeError> {
    let Some((first, others)) = shards.split_first_mut() else {
        return Ok(Vec::new());
    };
    let mut planes = room(first.planes)?;
    first.each_plane(cancel, |_, plane| {
        planes.push(plane);
        Ok(())
    })?;
    for other in others {
        let name = other.name.clone();
        let names = [name.as_str(), &first.name];
        other.each_plane(cancel, |place, plane| {
            agree::agree_on_plane(names, plane, planes[place])
        })?;
    }
    Ok(planes)
}

/// An empty vector with room for an entry a plane.
fn room<T>(planes: usize) -> Result<Vec<T>, MergeError> {
    let mut entries = Vec::new();
    match entries.try_reserve_exact(planes) {
        Ok(()) => Ok(entries),
        Err(_) => Err(MergeError::Memory(planes)),
    }
}
