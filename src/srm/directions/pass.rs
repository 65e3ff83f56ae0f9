//! The pass over the samples: a block of sixteen vectors at a time, both ways along each.
//!
//! Which of a sample's 32 directions are lit is a word of 32 bits. Where there are few
//! classes, each task keeps a table of directions by classes; where there are many, the
//! words are kept and each direction counts its classes by itself, so that no table is
//! larger than the classes.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;

use rayon::prelude::*;

use super::super::aim::{Pole, Side};
use super::super::cancel::{Cancelled, check};
use super::super::classes::{Classes, NO_CLASS};
use super::super::coordinates::{Blocks, Coordinates};
use super::super::lines::{LANES, Line, Lines, Real};
use super::super::subset::Subset;

/// Samples that a task takes.
const TASK: usize = 1 << 16;

/// Directions of a block: `+` of its sixteen vectors, then `−`.
const WAYS: usize = 2 * LANES;

/// Most classes of a table of directions by classes, half a megabyte.
const MOST_TABLED: usize = 1 << 12;

/// What is lit about a direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counted {
    /// Samples.
    pub lit: u64,
    /// The most common class among them, with how many they are.
    pub most: Option<(u32, u64)>,
}

/// Counts about the directions of the vectors in `subset`.
pub(super) fn count(
    coordinates: &Coordinates,
    subset: &Subset,
    threshold: f64,
    classes: Option<&Classes>,
    cancel: &AtomicBool,
) -> Result<BTreeMap<Pole, Counted>, Cancelled> {
    let classes = classes
        .map(Classes::of_samples)
        .zip(classes.map(Classes::len));
    if let Some((of_samples, _)) = classes {
        assert_eq!(of_samples.len(), coordinates.n_samples());
    }
    let m = subset.of_how_many();
    let blocks: Vec<[Counted; WAYS]> = (0..m.div_ceil(LANES))
        .into_par_iter()
        .map(|block| {
            let wanted = wanted(subset, block);
            if wanted == 0 {
                return Ok([Counted::default(); WAYS]);
            }
            let pass = Pass {
                threshold,
                wanted,
                classes,
                cancel,
            };
            match coordinates.blocks() {
                Blocks::F32(lines) => pass.block(coordinates, lines, block),
                Blocks::F64(lines) => pass.block(coordinates, lines, block),
            }
        })
        .collect::<Result<_, _>>()?;
    let poles = subset
        .iter()
        .flat_map(|vector| Side::BOTH.map(|side| Pole { vector, side }));
    Ok(poles
        .map(|pole| {
            let (block, lane) = (pole.vector as usize / LANES, pole.vector as usize % LANES);
            let way = match pole.side {
                Side::Plus => lane,
                Side::Minus => lane + LANES,
            };
            (pole, blocks[block][way])
        })
        .collect())
}

/// The directions of a block that are asked for.
fn wanted(subset: &Subset, block: usize) -> u32 {
    (0..LANES).fold(0, |wanted, lane| {
        let vector = (block * LANES + lane) as u32;
        if subset.contains(vector) {
            wanted | (1 << lane) | (1 << (lane + LANES))
        } else {
            wanted
        }
    })
}

#[derive(Clone, Copy)]
struct Pass<'a> {
    threshold: f64,
    wanted: u32,
    /// The class of each sample, and how many there are.
    classes: Option<(&'a [u32], usize)>,
    cancel: &'a AtomicBool,
}

impl Pass<'_> {
    fn block<T: Real>(
        self,
        coordinates: &Coordinates,
        lines: &Lines<T>,
        block: usize,
    ) -> Result<[Counted; WAYS], Cancelled> {
        let lines = lines.block(block);
        let inverse = coordinates.inverse_lengths();
        match self.classes {
            Some((of_samples, classes)) if classes > MOST_TABLED => {
                let words = self.words(lines, inverse)?;
                self.many(&words, of_samples, classes)
            }
            classes => {
                let width = classes.map_or(0, |(_, classes)| classes);
                let tally = self.tally(lines, inverse, width)?;
                Ok(tally.counted(width))
            }
        }
    }

    /// Goes through the samples with a table of directions by classes.
    fn tally<T: Real>(
        self,
        lines: &[Line<T>],
        inverse: Option<&[f64]>,
        width: usize,
    ) -> Result<Tally, Cancelled> {
        let tasks = 0..lines.len().div_ceil(TASK);
        tasks
            .into_par_iter()
            .map(|task| {
                check(self.cancel)?;
                let mut tally = Tally::new(width);
                self.each(lines, inverse, task, |sample, word| {
                    let class = self.classes.map_or(NO_CLASS, |(of, _)| of[sample]);
                    tally.add(word, class, width);
                });
                Ok(tally)
            })
            .try_reduce_with(|a, b| Ok(a.plus(&b)))
            .unwrap_or_else(|| Ok(Tally::new(width)))
    }

    /// The word of each sample.
    fn words<T: Real>(
        self,
        lines: &[Line<T>],
        inverse: Option<&[f64]>,
    ) -> Result<Vec<u32>, Cancelled> {
        let mut words = vec![0; lines.len()];
        words
            .par_chunks_mut(TASK)
            .enumerate()
            .try_for_each(|(task, words)| {
                check(self.cancel)?;
                let first = task * TASK;
                self.each(lines, inverse, task, |sample, word| {
                    words[sample - first] = word;
                });
                Ok(())
            })?;
        Ok(words)
    }

    /// Calls `lit` with the samples of a task that are lit in some direction.
    fn each<T: Real>(
        self,
        lines: &[Line<T>],
        inverse: Option<&[f64]>,
        task: usize,
        mut lit: impl FnMut(usize, u32),
    ) {
        let samples = task * TASK..lines.len().min((task + 1) * TASK);
        let always = self.threshold <= 0.0;
        for sample in samples {
            // Loop over the samples, not over their directions: a line of the cache is
            // one sample's values.
            let inverse = inverse.map_or(1.0, |inverse| inverse[sample]);
            let values = lines[sample].0.map(|value| -> f64 { value.into() });
            // Products are rounded alike for all, so the largest has the largest.
            if !always && largest(&values) * inverse < self.threshold {
                continue;
            }
            let word = word(&values, inverse, self.threshold) & self.wanted;
            if word != 0 {
                lit(sample, word);
            }
        }
    }

    /// Counts the classes of each direction by itself.
    fn many(
        self,
        words: &[u32],
        of_samples: &[u32],
        classes: usize,
    ) -> Result<[Counted; WAYS], Cancelled> {
        let each: Vec<Counted> = (0..WAYS)
            .into_par_iter()
            .map_init(
                || vec![0u32; classes],
                |table, way| {
                    check(self.cancel)?;
                    let lit = words.iter().zip(of_samples);
                    let lit = lit.filter(|&(word, _)| word >> way & 1 == 1);
                    let mut counted = Counted::default();
                    for (_, &class) in lit.clone() {
                        counted.lit += 1;
                        if let Some(count) = table.get_mut(class as usize) {
                            *count += 1;
                        }
                    }
                    counted.most = most(table);
                    for (_, &class) in lit {
                        if let Some(count) = table.get_mut(class as usize) {
                            *count = 0;
                        }
                    }
                    Ok(counted)
                },
            )
            .collect::<Result<_, _>>()?;
        let mut counted = [Counted::default(); WAYS];
        counted.copy_from_slice(&each);
        Ok(counted)
    }
}

/// The largest absolute value, in steps that a vector unit takes four at a time.
fn largest(values: &[f64; LANES]) -> f64 {
    let mut most = [0.0f64; 4];
    for four in values.as_chunks::<4>().0 {
        for (most, value) in most.iter_mut().zip(four) {
            let value = value.abs();
            *most = if value > *most { value } else { *most };
        }
    }
    most[0].max(most[1]).max(most[2]).max(most[3])
}

/// Which directions light a sample of those values.
fn word(values: &[f64; LANES], inverse: f64, threshold: f64) -> u32 {
    let mut word = 0;
    for (lane, value) in values.iter().enumerate() {
        let cosine = value * inverse;
        word |= u32::from(cosine >= threshold) << lane;
        word |= u32::from(-cosine >= threshold) << (lane + LANES);
    }
    word
}

/// Counts of a block's directions, and of their classes.
struct Tally {
    lit: [u64; WAYS],
    /// A row of classes a direction.
    classes: Vec<u32>,
}

impl Tally {
    fn new(classes: usize) -> Self {
        Self {
            lit: [0; WAYS],
            classes: vec![0; WAYS * classes],
        }
    }

    fn add(&mut self, mut word: u32, class: u32, classes: usize) {
        let class = class as usize;
        while word != 0 {
            let way = word.trailing_zeros() as usize;
            self.lit[way] += 1;
            if class < classes {
                self.classes[way * classes + class] += 1;
            }
            word &= word - 1;
        }
    }

    fn plus(mut self, other: &Self) -> Self {
        for (sum, more) in self.lit.iter_mut().zip(other.lit) {
            *sum += more;
        }
        for (sum, &more) in self.classes.iter_mut().zip(&other.classes) {
            *sum += more;
        }
        self
    }

    fn counted(&self, classes: usize) -> [Counted; WAYS] {
        std::array::from_fn(|way| Counted {
            lit: self.lit[way],
            most: most(&self.classes[way * classes..(way + 1) * classes]),
        })
    }
}

/// The most common class, the first of several.
fn most(counts: &[u32]) -> Option<(u32, u64)> {
    let mut most = None;
    for (class, &count) in (0..).zip(counts) {
        if count > most.map_or(0, |(_, most)| most) {
            most = Some((class, count));
        }
    }
    most.map(|(class, count)| (class, u64::from(count)))
}
