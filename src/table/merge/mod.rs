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
mod merged;
mod shard;
#[cfg(test)]
mod tests;

use std::sync::atomic::AtomicBool;

pub use error::{MOST_SHARDS, MergeError};
pub use merged::{Merged, Whole};
pub use shard::Shard;

use super::npz::SweepFile;
use super::statistics::Facts;
use crate::session::Provenance;
use crate::srm::{CurveSums, Ensemble, MOST_SUMMED, Plane};
use merged::NO_PEAK;
use shard::{Column, Counts};

/// Counts of all planes of a block, 8 bytes each.
const BLOCK: usize = 1 << 17;

/// Shards that fit together.
pub struct Merge {
    shards: Vec<Shard>,
    whole: Whole,
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
        agree::not_centred(&shards)?;
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
        let whole = Whole {
            facts,
            provenance,
            grid: first.grid.clone(),
            neurons: first.neurons(),
            chosen: first.chosen().filter(|&chosen| chosen < first.vectors()),
            pairs: first.pairs(),
            lit_samples: sum(|shard| shard.lit_samples),
            planes: planes_of(&mut shards, cancel)?,
        };
        Ok(Self { shards, whole })
    }

    /// All shards together.
    #[must_use]
    pub fn whole(&self) -> &Whole {
        &self.whole
    }

    /// Adds up the counts of all shards, some planes at a time, and writes them to
    /// `file`, which expects them; `progress` is told how many planes are done.
    ///
    /// # Errors
    /// [`MergeError`]; [`MergeError::Cancelled`] soon after `cancel` is set.
    pub fn add(
        self,
        file: &mut SweepFile,
        cancel: &AtomicBool,
        progress: &mut dyn FnMut(usize),
    ) -> Result<Merged, MergeError> {
        let Self { mut shards, whole } = self;
        let planes = whole.planes.len();
        let mut sum = |column| -> Result<Vec<i64>, MergeError> {
            let mut sums = room(planes)?;
            sums.resize(planes, 0);
            for shard in &mut shards {
                shard.add_column(column, &mut sums, cancel)?;
            }
            Ok(sums)
        };
        let mut merged = Merged {
            axes: sum(Column::Axes)?,
            bisectors: sum(Column::Bisectors)?,
            lit: sum(Column::Lit)?,
            peak: room(planes)?,
            peak_index: room(planes)?,
            ensemble: Ensemble::default(),
            whole,
        };
        add_counts(&mut shards, &mut merged, file, cancel, progress)?;
        Ok(merged)
    }
}

/// Streams the counts of all shards into `file` and what follows from their sums
/// into `merged`.
fn add_counts(
    shards: &mut [Shard],
    merged: &mut Merged,
    file: &mut SweepFile,
    cancel: &AtomicBool,
    progress: &mut dyn FnMut(usize),
) -> Result<(), MergeError> {
    let (planes, angles) = (merged.whole.planes.len(), merged.whole.grid.count());
    let mut sums = CurveSums::new(angles);
    let counts: Result<Vec<Counts<'_>>, MergeError> =
        shards.iter_mut().map(Shard::counts).collect();
    let mut counts = counts?;
    let most = (BLOCK / angles).clamp(1, planes);
    let mut block = vec![0; most * angles];
    for first in (0..planes).step_by(most) {
        array::check(cancel)?;
        let block = &mut block[..most.min(planes - first) * angles];
        block.fill(0);
        for shard in &mut counts {
            shard.add_to(block)?;
        }
        for curve in block.chunks_exact(angles) {
            let (index, peak) = match sums.add_curve(curve) {
                Some((index, peak)) => (index as u32, peak),
                None => (NO_PEAK, 0),
            };
            merged.peak.push(peak);
            merged.peak_index.push(index);
        }
        file.curve(block)?;
        progress(merged.peak.len());
    }
    for shard in counts {
        shard.finish(cancel)?;
    }
    merged.ensemble = sums.ensemble(merged.whole.facts.n_samples);
    Ok(())
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
