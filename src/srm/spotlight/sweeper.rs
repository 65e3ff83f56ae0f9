//! One thread's part of a sweep: a unit's planes, from lists or lines to candidates.

use std::ops::Range;
use std::sync::atomic::AtomicBool;

use super::Spotlight;
use super::dense::Pair;
use super::gather::{Entries, Role, Shape};
use super::hits::{AT_ONCE, Hits};
use super::lists::{List, Narrow};
use super::rows::{Curves, Rows};
use super::tile::{Tile, Unit, flat};
use crate::srm::cancel::{Cancelled, check};
use crate::srm::coordinates::Blocks;
use crate::srm::ensemble::Sums;
use crate::srm::lines::{LANES, Line};
use crate::srm::plane::PlaneSet;
use crate::srm::records::Packed;

/// One thread's scratch and its share of the results.
pub struct Sweeper {
    hits: Hits,
    rows: Rows,
    /// A run of samples of both blocks, vector after vector.
    columns: [Vec<f32>; 2],
}

impl Sweeper {
    pub fn new(spotlight: &Spotlight) -> Self {
        Self {
            hits: Hits::new(),
            rows: Rows::new(spotlight),
            columns: [vec![0.0; LANES * AT_ONCE], vec![0.0; LANES * AT_ONCE]],
        }
    }

    /// The planes in which arcs lay, with their places, since the last call.
    pub fn take_found(&mut self) -> std::vec::Drain<'_, (usize, Packed)> {
        self.rows.take_found()
    }

    /// The sums over the planes that were found, and the samples found lit, a bit
    /// each.
    pub fn into_sums(self) -> (Sums, Vec<u64>) {
        self.rows.into_sums()
    }

    /// Sweeps the planes of a unit. Where curves are wanted, each holds the count of
    /// an idle plane everywhere.
    pub fn sweep(
        &mut self,
        spotlight: &Spotlight,
        set: &PlaneSet,
        unit: &Unit,
        cancel: &AtomicBool,
        curves: Option<Curves<'_>>,
    ) -> Result<(), Cancelled> {
        check(cancel)?;
        let done = match spotlight.coordinates.blocks() {
            Blocks::F32(_) => self.sweep_as::<f32>(spotlight, set, unit, cancel, curves),
            Blocks::F64(_) => self.sweep_as::<f64>(spotlight, set, unit, cancel, curves),
        };
        if done.is_err() {
            self.hits.set_len(0);
            self.rows.clear();
        }
        done
    }

    fn sweep_as<T: Narrow>(
        &mut self,
        spotlight: &Spotlight,
        set: &PlaneSet,
        unit: &Unit,
        cancel: &AtomicBool,
        curves: Option<Curves<'_>>,
    ) -> Result<(), Cancelled> {
        let lists = |vectors: Range<u32>| {
            let lists = &spotlight.lists;
            &lists[vectors.start as usize..lists.len().min(vectors.end as usize)]
        };
        let nobody = |list: &List| list.len() == Some(0);
        if lists(unit.first.clone())
            .iter()
            .chain(lists(unit.second()))
            .all(nobody)
        {
            return Ok(());
        }
        let basis = spotlight.coordinates.basis();
        let tile = Tile::new(unit, set, basis, spotlight.grid.distinct());
        let start = (unit.first_block() * LANES) as u32;
        let first = lists(start..start + LANES as u32);
        let second = lists(unit.second());
        let work = Work {
            spotlight,
            tile: &tile,
            first,
            second,
            cancel,
        };
        self.sweep_listed::<T>(&work, unit)?;
        self.sweep_dense::<T>(&work, unit)?;
        self.rows.lay(spotlight, &tile, &mut self.hits);
        self.rows.finish(spotlight, &tile, curves, cancel)
    }

    /// Candidates of the planes whose vectors both have lists.
    fn sweep_listed<T: Narrow>(&mut self, work: &Work<'_>, unit: &Unit) -> Result<(), Cancelled> {
        let tile = work.tile;
        let listed = |lists: &[List]| {
            let bits = lists.iter().map(|list| list.listed.is_some());
            bits.enumerate()
                .fold(0u16, |lanes, (k, is)| lanes | u16::from(is) << k)
        };
        let (of_first, of_second) = (listed(work.first), listed(work.second));
        for (i, list) in work.first.iter().enumerate() {
            let lanes = tile.lanes_of_first(i) & of_second;
            let shape = tile.shape((i * LANES, 1), lanes, work.second);
            let block = unit.block as usize;
            self.gather::<T>(work, list, Role::First, &shape, block)?;
        }
        for (j, list) in work.second.iter().enumerate() {
            let lanes = tile.lanes_of_second(j) & of_first;
            let shape = tile.shape((j, LANES), lanes, work.first);
            let block = unit.first_block();
            self.gather::<T>(work, list, Role::Second, &shape, block)?;
        }
        Ok(())
    }

    /// Candidates of one vector's list among its planes with the vectors of a block.
    fn gather<T: Narrow>(
        &mut self,
        work: &Work<'_>,
        list: &List,
        role: Role,
        shape: &Shape,
        block: usize,
    ) -> Result<(), Cancelled> {
        let Some(listed) = list.listed.as_ref().filter(|_| shape.lanes != 0) else {
            return Ok(());
        };
        let lines = T::block(work.spotlight, block);
        let len = listed.samples.len();
        let mut from = 0;
        while from < len {
            if self.hits.room() < LANES * (len - from).min(AT_ONCE / LANES) {
                self.rows.lay(work.spotlight, work.tile, &mut self.hits);
                check(work.cancel)?;
            }
            let to = len.min(from + self.hits.room() / LANES);
            let entries = Entries {
                samples: &listed.samples[from..to],
                values: &listed.values[from..to],
                edges: &listed.edges[from..to],
                shape,
                role,
            };
            T::gather(work.spotlight.level, entries, lines, &mut self.hits);
            from = to;
        }
        Ok(())
    }

    /// Candidates of the other planes: all samples are looked at.
    fn sweep_dense<T: Narrow>(&mut self, work: &Work<'_>, unit: &Unit) -> Result<(), Cancelled> {
        let dense = |lists: &[List], k: usize| lists.get(k).is_some_and(|l| l.listed.is_none());
        let rows: Vec<usize> = work
            .tile
            .rows()
            .filter(|row| dense(work.first, row / LANES) || dense(work.second, row % LANES))
            .collect();
        if rows.is_empty() {
            return Ok(());
        }
        let spotlight = work.spotlight;
        let n = spotlight.coordinates.n_samples();
        let first = T::block(spotlight, unit.first_block());
        let second = T::block(spotlight, unit.block as usize);
        for from in (0..n).step_by(AT_ONCE) {
            check(work.cancel)?;
            let samples = from..n.min(from + AT_ONCE);
            turn(&first[samples.clone()], &mut self.columns[0]);
            turn(&second[samples.clone()], &mut self.columns[1]);
            for &row in &rows {
                if self.hits.room() < AT_ONCE {
                    self.rows.lay(spotlight, work.tile, &mut self.hits);
                }
                let (overlap, inverse_height, share) = flat(work.tile.frame(row));
                let plane = Pair {
                    first: &self.columns[0][row / LANES * AT_ONCE..][..samples.len()],
                    second: &self.columns[1][row % LANES * AT_ONCE..][..samples.len()],
                    squares: &spotlight.squares[samples.clone()],
                    overlap,
                    inverse_height,
                    share,
                };
                let edges = &spotlight.edges[samples.clone()];
                self.hits
                    .of_all(spotlight.level, &plane, edges, from as u32, row as u32);
            }
        }
        Ok(())
    }
}

/// What is swept.
struct Work<'a> {
    spotlight: &'a Spotlight,
    tile: &'a Tile,
    /// Lists of all vectors of the first block.
    first: &'a [List],
    /// Lists of all vectors of the second block.
    second: &'a [List],
    cancel: &'a AtomicBool,
}

/// Turns a run of lines into columns, [`AT_ONCE`] apart.
fn turn<T: Narrow>(lines: &[Line<T>], columns: &mut [f32]) {
    let (whole, rest) = lines.as_chunks::<LANES>();
    for (part, lines) in whole.iter().enumerate() {
        let mut square = [[0.0; LANES]; LANES];
        for (n, line) in lines.iter().enumerate() {
            for (k, column) in square.iter_mut().enumerate() {
                column[n] = line.0[k].narrow();
            }
        }
        for (column, values) in columns.chunks_exact_mut(AT_ONCE).zip(&square) {
            column[part * LANES..][..LANES].copy_from_slice(values);
        }
    }
    for (n, line) in (whole.len() * LANES..).zip(rest) {
        for (column, value) in columns.chunks_exact_mut(AT_ONCE).zip(&line.0) {
            column[n] = value.narrow();
        }
    }
}
