//! A sweep's file, read back: its facts held against each other, its planes,
//! columns and counts streamed.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use super::array::{self, Integers, check};
use super::error::{At, MergeError};
use crate::data::{Archive, open_archive};
use crate::session::{Provenance, Source};
use crate::srm::{AngleGrid, Epsilon, MOST_ANGLES, Plane, PlaneMode};
use crate::table::Facts;
use crate::words::{count, thousands};

/// Planes read at a time.
const CHUNK: usize = 1 << 14;

/// The result of a sweep over a part of the samples, with its counts.
pub struct Shard {
    pub(super) name: String,
    archive: Archive,
    pub(super) provenance: Provenance,
    pub(super) facts: Facts,
    pub(super) lit_samples: u64,
    pub(super) grid: AngleGrid,
    /// Planes swept.
    pub(super) planes: usize,
}

/// A column of whole numbers, one a plane.
#[derive(Clone, Copy, Debug)]
pub(super) enum Column {
    Axes,
    Bisectors,
    Lit,
}

impl Column {
    fn key(self) -> &'static str {
        match self {
            Self::Axes => "axes",
            Self::Bisectors => "bisectors",
            Self::Lit => "lit",
        }
    }

    /// How often a sample can be counted in one entry.
    fn times(self) -> u64 {
        match self {
            Self::Axes | Self::Bisectors => 4,
            Self::Lit => 1,
        }
    }
}

impl Shard {
    /// Opens a result of `followspot sweep` and checks all that is told once a
    /// file; what is told of each plane is checked as it is read.
    ///
    /// # Errors
    /// [`MergeError`]
    pub fn open(path: &Path, cancel: &AtomicBool) -> Result<Self, MergeError> {
        let name = path.display().to_string();
        let Some(mut archive) = open_archive(path, &name)? else {
            return Err(MergeError::NotASweep {
                file: name,
                why: "it is a single array".to_owned(),
            });
        };
        let at = |key| At { file: &name, key };
        let provenance = array::text(&mut archive, at("provenance"), cancel)?;
        let provenance = Provenance::from_json(&provenance).map_err(|source| {
            let file = name.clone();
            MergeError::Provenance { file, source }
        })?;
        if archive.find("counts").is_none() {
            return Err(MergeError::NoCounts { file: name });
        }
        let grid = grid(&mut archive, at("angles"), cancel)?;
        let planes = match *Integers::open(&mut archive, at("planes"))?.shape() {
            [planes, 2] if planes > 0 => planes,
            _ => return Err(at("planes").wrong("is not planes × 2")),
        };
        let shape = [planes, grid.count() as u64];
        Integers::shaped(&mut archive, at("counts"), &shape)?;
        let mut scalar = |key| array::scalar(&mut archive, at(key), cancel);
        let [
            n_samples,
            excluded_rows,
            zero_rows,
            planes_in_all,
            lit_samples,
        ] = [
            scalar("n_samples")?,
            scalar("excluded_rows")?,
            scalar("zero_rows")?,
            scalar("planes_in_all")?,
            scalar("lit_samples")?,
        ];
        let epsilon = match array::doubles(&mut archive, at("epsilon"), 1, cancel)? {
            (value, shape) if shape.is_empty() => value.first().copied().unwrap_or(f64::NAN),
            _ => return Err(at("epsilon").wrong("is not a single number")),
        };
        let size = |n: u64| usize::try_from(n).map_err(|_| MergeError::Memory(usize::MAX));
        let shard = Self {
            facts: Facts {
                n_samples: size(n_samples)?,
                excluded_rows: size(excluded_rows)?,
                zero_rows: size(zero_rows)?,
                planes_in_all,
                epsilon,
            },
            planes: size(planes)?,
            name,
            archive,
            provenance,
            lit_samples,
            grid,
        };
        shard.hold_together()?;
        Ok(shard)
    }

    /// `d`.
    pub(super) fn neurons(&self) -> usize {
        let sources = self.provenance.samples.sources();
        sources.first().map_or(0, |source| source.shape[1])
    }

    /// Vectors among which planes are made; `None` where they are too many to be true.
    pub(super) fn chosen(&self) -> Option<usize> {
        let neurons = &self.provenance.options.neurons;
        if neurons.is_all() {
            return Some(self.vectors());
        }
        neurons.count(self.vectors())
    }

    /// `m`: vectors of the basis.
    pub(super) fn vectors(&self) -> usize {
        let basis = self.provenance.basis.as_ref();
        basis.map_or_else(|| self.neurons(), |basis| basis.shape[0])
    }

    /// Ordered pairs of chosen vectors that could be planes in this mode.
    pub(super) fn pairs(&self) -> u64 {
        let m = self.chosen().unwrap_or(self.vectors()) as u64;
        let all = m.saturating_mul(m.saturating_sub(1));
        match self.provenance.options.planes {
            PlaneMode::Combinations => all / 2,
            PlaneMode::Permutations => all,
        }
    }

    /// What is told twice is the same, and what is counted is no more than there is.
    fn hold_together(&self) -> Result<(), MergeError> {
        let wrong = |what: String| {
            Err(MergeError::Contradiction {
                file: self.name.clone(),
                what,
            })
        };
        let (facts, provenance) = (&self.facts, &self.provenance);
        let sources = provenance.samples.sources();
        let sum = |of: fn(&Source) -> usize| {
            let mut all = sources.iter().map(of);
            all.try_fold(0usize, usize::checked_add)
        };
        let [rows, excluded, zero] = [
            sum(|source| source.shape[0]),
            sum(|source| source.excluded_rows),
            sum(|source| source.zero_rows),
        ];
        let told = facts.n_samples.checked_add(facts.excluded_rows);
        if rows.is_none() || told != rows || excluded != Some(facts.excluded_rows) {
            return wrong(format!(
                "it counts {} and {} left out, but its provenance tells of {} and {}",
                count(facts.n_samples as u64, "sample"),
                thousands(facts.excluded_rows as u64),
                rows.map_or("too many rows".to_owned(), |n| count(n as u64, "row")),
                excluded.map_or("too many".to_owned(), |n| thousands(n as u64)),
            ));
        }
        let n_samples = facts.n_samples as u64;
        let zero_rows = facts.zero_rows as u64;
        if zero != Some(facts.zero_rows) || zero_rows > n_samples || self.lit_samples > n_samples {
            return wrong(format!(
                "{} of its {} are zero rows and {} lit, and its provenance tells of {} zero rows",
                thousands(zero_rows),
                count(n_samples, "sample"),
                thousands(self.lit_samples),
                zero.map_or("too many".to_owned(), |n| thousands(n as u64)),
            ));
        }
        if n_samples == 0 {
            return wrong("it counts no samples".to_owned());
        }
        let resolved = Epsilon::new(facts.epsilon).ok();
        if resolved.is_none() || facts.epsilon.to_bits() != provenance.epsilon.to_bits() {
            return wrong(format!(
                "its epsilon is {}, but {} in its provenance",
                facts.epsilon, provenance.epsilon
            ));
        }
        if provenance.options.angles != self.grid.count() {
            return wrong(format!(
                "it has {}, but {} in its provenance",
                count(self.grid.count() as u64, "angle"),
                thousands(provenance.options.angles as u64)
            ));
        }
        let neurons = self.neurons();
        let widths = sources.iter().map(|source| source.shape[1]);
        let basis = provenance.basis.iter().map(|basis| basis.shape[1]);
        if let Some(other) = widths.chain(basis).find(|&width| width != neurons) {
            return wrong(format!(
                "its provenance tells of {} and of {}",
                count(neurons as u64, "neuron"),
                thousands(other as u64)
            ));
        }
        if self.chosen().is_none() {
            return wrong(format!(
                "its provenance tells of {}, more than there can be",
                count(self.vectors() as u64, "vector")
            ));
        }
        if self.planes as u64 > facts.planes_in_all || facts.planes_in_all > self.pairs() {
            return wrong(format!(
                "it holds {} of {}, but its {} make {} pairs",
                thousands(self.planes as u64),
                count(facts.planes_in_all, "plane"),
                count(self.chosen().unwrap_or_default() as u64, "vector"),
                thousands(self.pairs())
            ));
        }
        match sources.iter().find(|source| source.sha256.is_none()) {
            None => Ok(()),
            Some(source) => Err(MergeError::Unknown {
                file: self.name.clone(),
                source_file: source.file_name.clone(),
            }),
        }
    }

    /// Gives each plane with its place, in lexicographic order.
    pub(super) fn each_plane(
        &mut self,
        cancel: &AtomicBool,
        mut each: impl FnMut(usize, Plane) -> Result<(), MergeError>,
    ) -> Result<(), MergeError> {
        let last = self.vectors() as i64 - 1;
        let mode = self.provenance.options.planes;
        let neurons = &self.provenance.options.neurons;
        let at = At {
            file: &self.name,
            key: "planes",
        };
        let mut array = Integers::shaped(&mut self.archive, at, &[self.planes as u64, 2])?;
        let mut numbers = Vec::new();
        let mut before = None;
        for first in (0..self.planes).step_by(CHUNK) {
            check(cancel)?;
            numbers.clear();
            numbers.resize(CHUNK.min(self.planes - first) * 2, 0);
            let range = array.add_to(&mut numbers)?;
            array.within(range, 0, last.min(i64::from(u32::MAX)))?;
            for (place, &[i, j]) in (first..).zip(numbers.as_chunks().0) {
                let plane = Plane {
                    i: i as u32,
                    j: j as u32,
                };
                if i == j || (i > j && mode == PlaneMode::Combinations) {
                    return Err(
                        at.wrong(format!("holds {plane}, which is none of {}", mode.name()))
                    );
                }
                if !neurons.contains(plane.i) || !neurons.contains(plane.j) {
                    return Err(at.wrong(format!("holds {plane}, but was made among {neurons}")));
                }
                if before.is_some_and(|before| before >= plane) {
                    return Err(at.wrong(format!("is out of order at {plane}")));
                }
                before = Some(plane);
                each(place, plane)?;
            }
        }
        array.finish(cancel)
    }

    /// Adds a column to `sums`, one a plane.
    pub(super) fn add_column(
        &mut self,
        column: Column,
        sums: &mut [i64],
        cancel: &AtomicBool,
    ) -> Result<(), MergeError> {
        let key = column.key();
        let file = &self.name;
        let most = column.times().saturating_mul(self.facts.n_samples as u64);
        array::add_column(&mut self.archive, At { file, key }, most, sums, cancel)
    }

    /// The counts, to be read plane by plane.
    pub(super) fn counts(&mut self) -> Result<Counts<'_>, MergeError> {
        let at = At {
            file: &self.name,
            key: "counts",
        };
        let angles = self.grid.count();
        let most = self.facts.n_samples as i64;
        let low = if self.provenance.options.signed {
            -most
        } else {
            0
        };
        let shape = [self.planes as u64, angles as u64];
        Ok(Counts {
            at,
            angles,
            low,
            most,
            array: Integers::shaped(&mut self.archive, at, &shape)?,
        })
    }
}

/// The counts of a shard.
pub(super) struct Counts<'a> {
    array: Integers<'a>,
    at: At<'a>,
    angles: usize,
    low: i64,
    most: i64,
}

impl Counts<'_> {
    /// Adds the counts of the next planes to `sums`, `A` a plane, each curve of
    /// which ends as it begins.
    pub fn add_to(&mut self, sums: &mut [i64]) -> Result<(), MergeError> {
        let range = self.array.add_to(sums)?;
        self.array.within(range, self.low, self.most)?;
        let open = |curve: &[i64]| curve.first() != curve.last();
        if sums.chunks_exact(self.angles).any(open) {
            let what = "holds a curve that is not at 2π what it is at 0";
            return Err(self.at.wrong(what));
        }
        Ok(())
    }

    /// Compares the checksum, once all is read.
    pub fn finish(self, cancel: &AtomicBool) -> Result<(), MergeError> {
        self.array.finish(cancel)
    }
}

/// The closed grid that the angles are.
fn grid(archive: &mut Archive, at: At, cancel: &AtomicBool) -> Result<AngleGrid, MergeError> {
    let (angles, shape) = array::doubles(archive, at, MOST_ANGLES, cancel)?;
    let grid = AngleGrid::new(angles.len()).ok();
    grid.filter(|grid| shape.len() == 1 && grid.angles_rad() == angles)
        .ok_or_else(|| at.wrong("is not equal steps from 0 to 2π"))
}
