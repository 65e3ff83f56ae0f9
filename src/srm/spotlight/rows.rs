//! Candidates become arcs, arcs become rows, rows become records and sums.

use std::sync::atomic::AtomicBool;

use super::Spotlight;
use super::arcs::{ArcSpec, Flags, Inputs, Outputs};
use super::hits::{Hits, ROOM, room};
use super::row::{LANES, Lanes, NarrowSums, Offsets};
use super::simd;
use super::tile::{ROWS, Tile};
use crate::srm::cancel::{Cancelled, check};
use crate::srm::curve::{Sign, peak_of_distinct};
use crate::srm::ensemble::Sums;
use crate::srm::records::Packed;

/// Of which samples arcs are laid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The candidates.
    Near,
    /// Those opposite to them: what a signed count takes off.
    Opposite,
}

/// Arcs of all candidates.
#[derive(Debug)]
struct Arcs {
    ends: Box<[u32; ROOM]>,
    flags: Box<[u32; ROOM]>,
}

/// What is summed beside a row.
#[derive(Clone, Copy, Debug, Default)]
struct Beside {
    lit: u64,
    axes: u64,
    bisectors: u64,
    /// Arcs of samples that are not lit, but for their rounding.
    odd: u64,
    /// Arcs that pass the end of the grid, less the opposite ones that do.
    wraps: i32,
}

/// A tile's curves, a row of `A` counts for each of its [`ROWS`]; those of no plane
/// of the tile stay empty.
pub type Curves<'a> = Vec<&'a mut [i32]>;

/// One thread's rows, and its share of the results.
pub struct Rows {
    /// On each [`Side`].
    arcs: [Arcs; 2],
    entries: usize,
    lanes: Vec<Lanes>,
    /// Sums of [`Flags::spread`] since the arcs were last laid.
    tally: Box<[u64; ROWS]>,
    beside: Box<[Beside; ROWS]>,
    counts: Vec<i64>,
    narrow: NarrowSums,
    sums: Sums,
    found: Vec<(usize, Packed)>,
    /// A bit a sample: lit in some plane.
    lit: Vec<u64>,
    /// Samples that may yet be found lit.
    unlit: usize,
}

impl Arcs {
    fn new() -> Self {
        Self {
            ends: room(),
            flags: room(),
        }
    }
}

impl Rows {
    pub fn new(spotlight: &Spotlight) -> Self {
        let n = spotlight.grid.distinct();
        let entries = spotlight.slots.entries();
        let samples = spotlight.coordinates.n_samples();
        let zero_rows = spotlight.coordinates.activations().zero_rows();
        let is_cone = spotlight.epsilon.threshold() > 0.0;
        Self {
            arcs: [Arcs::new(), Arcs::new()],
            entries,
            lanes: vec![[0; LANES]; ROWS * entries],
            tally: Box::new([0; ROWS]),
            beside: Box::new([Beside::default(); ROWS]),
            counts: vec![0; n],
            narrow: NarrowSums::new(spotlight.slots),
            sums: Sums::new(n),
            found: Vec::new(),
            lit: vec![0; samples.div_ceil(64)],
            unlit: samples - if is_cone { zero_rows } else { 0 },
        }
    }

    /// The planes in which arcs lay, with their places, since the last call.
    pub fn take_found(&mut self) -> std::vec::Drain<'_, (usize, Packed)> {
        self.found.drain(..)
    }

    /// The sums over the planes that were found, and the samples found lit, a bit
    /// each.
    pub fn into_sums(mut self) -> (Sums, Vec<u64>) {
        self.narrow.empty_into(&mut self.sums);
        (self.sums, self.lit)
    }

    /// Drops what a sweep that was called off has left.
    pub fn clear(&mut self) {
        self.lanes.fill([0; LANES]);
        self.beside.fill(Beside::default());
    }

    /// Lays the arcs of all candidates into their rows, and empties `hits`.
    pub fn lay(&mut self, spotlight: &Spotlight, tile: &Tile, hits: &mut Hits) {
        let len = hits.len();
        if len == 0 {
            return;
        }
        refine(spotlight, tile, hits);
        self.find_arcs(spotlight, tile, hits, Side::Near);
        self.add(hits, len);
        if self.unlit > 0 && !spotlight.is_wide() {
            self.mark(hits, len);
        }
        if spotlight.lays_opposites() {
            self.find_arcs(spotlight, tile, hits, Side::Opposite);
            self.take_off(hits, len);
        }
        hits.set_len(0);
    }

    /// Finds the arcs of all candidates, or of the opposite samples.
    fn find_arcs(&mut self, spotlight: &Spotlight, tile: &Tile, hits: &mut Hits, side: Side) {
        let padded = hits.pad();
        let len = hits.len();
        // The arcs of a wide cone are those of the samples opposite to it.
        if side == Side::Opposite || spotlight.is_wide() {
            for k in 0..padded {
                (hits.c1[k], hits.c2[k]) = (-hits.c1[k], -hits.c2[k]);
            }
        }
        let Arcs { ends, flags } = &mut self.arcs[side as usize];
        let mut lay = |spec: &ArcSpec, from: usize, to: usize| {
            let inputs = Inputs {
                c1: &hits.c1[from..to],
                c2: &hits.c2[from..to],
                edge: &hits.edge[from..to],
            };
            let mut outputs = Outputs {
                ends: &mut ends[from..to],
                flags: &mut flags[from..to],
            };
            simd::lay_arcs(spotlight.level, spec, inputs, &mut outputs)
        };
        let all = if spotlight.is_coarse() {
            flags[..len].fill(Flags::DOUBT);
            Flags::DOUBT
        } else if tile.is_upright() {
            lay(tile.arcs(0), 0, padded)
        } else {
            let mut all = 0;
            let mut from = 0;
            for run in hits.row[..len].chunk_by(|a, b| a == b) {
                let spec = tile.arcs(run[0] as usize);
                all |= lay(spec, from, from + run.len());
                from += run.len();
            }
            all
        };
        if all & Flags::DOUBT != 0 {
            self.settle(spotlight, tile, hits, side);
        }
    }

    /// Settles what is in doubt by the exact arc and the inequality.
    fn settle(&mut self, spotlight: &Spotlight, tile: &Tile, hits: &Hits, side: Side) {
        let Arcs { ends, flags } = &mut self.arcs[side as usize];
        for k in 0..hits.len() {
            if flags[k] & Flags::DOUBT == 0 {
                continue;
            }
            let (row, sample) = (hits.row[k] as usize, hits.sample[k] as usize);
            let settled = spotlight.settle(tile.plane(row), tile.frame(row), sample, side);
            ends[k] = settled.ends;
            flags[k] = settled.flags.packed();
            if settled.is_odd && side == Side::Near {
                self.beside[row].odd += 1;
            }
        }
    }

    /// Adds the arcs of the first `len` candidates to their rows.
    fn add(&mut self, hits: &Hits, len: usize) {
        let Arcs { ends, flags } = &self.arcs[Side::Near as usize];
        let stride = self.entries * LANES;
        let rows = self.lanes.as_flattened_mut();
        let arcs = ends[..len].iter().zip(&flags[..len]);
        for ((&ends, &flags), &row) in arcs.zip(&hits.row[..len]) {
            let start = row as usize * stride;
            rows[start + (ends & 0xffff) as usize] += 1;
            rows[start + (ends >> 16) as usize] -= 1;
            self.tally[row as usize % ROWS] += Flags::spread(flags);
        }
        for (tally, beside) in self.tally.iter_mut().zip(self.beside.iter_mut()) {
            let [lit, wraps, axes, bisectors] = Flags::gathered(std::mem::take(tally));
            beside.lit += lit;
            beside.axes += axes;
            beside.bisectors += bisectors;
            beside.wraps += wraps as i32;
        }
    }

    /// Takes the opposite arcs of the first `len` candidates off their rows.
    fn take_off(&mut self, hits: &Hits, len: usize) {
        let Arcs { ends, flags } = &self.arcs[Side::Opposite as usize];
        let stride = self.entries * LANES;
        let rows = self.lanes.as_flattened_mut();
        let arcs = ends[..len].iter().zip(&flags[..len]);
        for ((&ends, &flags), &row) in arcs.zip(&hits.row[..len]) {
            let start = row as usize * stride;
            rows[start + (ends & 0xffff) as usize] -= 1;
            rows[start + (ends >> 16) as usize] += 1;
            let [_, wraps, ..] = Flags::gathered(Flags::spread(flags));
            self.beside[row as usize].wraps -= wraps as i32;
        }
    }

    /// Marks the samples that are lit.
    fn mark(&mut self, hits: &Hits, len: usize) {
        let Arcs { flags, .. } = &self.arcs[Side::Near as usize];
        for (&sample, &flags) in hits.sample[..len].iter().zip(&flags[..len]) {
            let word = &mut self.lit[sample as usize / 64];
            let bit = u64::from(flags & 1) << (sample % 64);
            self.unlit -= usize::from(bit & !*word != 0);
            *word |= bit;
        }
    }

    /// Takes the rows of a complete tile: to records, the sums and curves.
    pub fn finish(
        &mut self,
        spotlight: &Spotlight,
        tile: &Tile,
        mut curves: Option<Curves<'_>>,
        cancel: &AtomicBool,
    ) -> Result<(), Cancelled> {
        for row in tile.rows() {
            check(cancel)?;
            let beside = std::mem::take(&mut self.beside[row]);
            if beside.lit + beside.odd > 0 {
                let curve = curves.as_mut().map(|curves| &mut *curves[row]);
                let record = self.finish_row(spotlight, row, beside, curve);
                self.found.push((tile.place(row), record));
            }
        }
        Ok(())
    }

    fn finish_row(
        &mut self,
        spotlight: &Spotlight,
        row: usize,
        beside: Beside,
        curve: Option<&mut [i32]>,
    ) -> Packed {
        let row = &mut self.lanes[row * self.entries..][..self.entries];
        let n_samples = spotlight.coordinates.n_samples() as u64;
        let (record, most) = if spotlight.is_wide() {
            let all = 4 * n_samples;
            let record = Packed::new(all - beside.axes, all - beside.bisectors, n_samples);
            (record, n_samples as i64)
        } else {
            let record = Packed::new(beside.axes, beside.bisectors, beside.lit);
            (record, (beside.lit + beside.odd) as i64)
        };
        if spotlight.sign == Sign::Signed || !self.narrow.takes(most) {
            spotlight.count(row, beside.wraps, &mut self.counts);
            row.fill([0; LANES]);
            self.sums.add_curve(&self.counts);
            if let Some(curve) = curve {
                write(curve, self.counts.iter().map(|&count| count as i32));
            }
            let total = self.counts.iter().sum();
            let peak = peak_of_distinct(&self.counts);
            let peak = peak.map(|(direction, count)| (direction, count as i32));
            return record.with_peak(peak).with_total(total);
        }
        self.narrow.make_room(most, &mut self.sums);
        let offsets = Offsets {
            wraps: beside.wraps,
            dark_of: spotlight.is_wide().then_some(n_samples as i32),
            keep: curve.is_some(),
        };
        let extent = simd::finish_row(spotlight.level, row, offsets, &mut self.narrow);
        if let Some(curve) = curve {
            write(curve, spotlight.slots.unfold(row));
            row.fill([0; LANES]);
        }
        // Counts that are not signed and have no largest above zero are all zero.
        let peak = (extent.peak.1 > 0).then_some(extent.peak);
        record.with_peak(peak).with_total(extent.total)
    }
}

/// Gives candidates of planes of nearly parallel vectors all their digits.
fn refine(spotlight: &Spotlight, tile: &Tile, hits: &mut Hits) {
    if tile.is_upright() {
        return;
    }
    for k in 0..hits.len() {
        let row = hits.row[k] as usize;
        if tile.is_narrow(row) {
            let sample = hits.sample[k] as usize;
            // In another basis samples are of unit length, as these are.
            let (c1, c2) = spotlight
                .coordinates
                .in_plane(tile.plane(row), tile.frame(row), sample);
            (hits.c1[k], hits.c2[k]) = (c1 as f32, c2 as f32);
        }
    }
}

/// Writes the counts of the distinct directions, and the first again.
fn write(curve: &mut [i32], counts: impl Iterator<Item = i32>) {
    for (out, count) in curve.iter_mut().zip(counts) {
        *out = count;
    }
    if let [first, .., last] = curve {
        *last = *first;
    }
}
