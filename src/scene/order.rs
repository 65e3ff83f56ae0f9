//! In which order planes stand in the heatmap: millions of them, in pieces, so that
//! what is more urgent can be done in between.

use rayon::prelude::*;

use crate::srm::{Alignment, Records, Sweep};

/// Planes sorted between two pauses.
const PIECE: usize = 1 << 16;

/// Keys looked at for each piece to find where pieces are to be cut.
const LOOKS: usize = 32;

/// In which order planes stand in the heatmap.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum PlaneOrder {
    /// Highest peak first.
    #[default]
    Peak,
    /// As they are numbered.
    Plane,
    /// Most aligned first, planes without an index last.
    Alignment,
}

impl PlaneOrder {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Peak, Self::Plane, Self::Alignment];

    /// Its name, after "by".
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Peak => "peak",
            Self::Plane => "plane",
            Self::Alignment => "alignment",
        }
    }
}

/// The rows of a heatmap.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Order {
    /// Indices of the sweep's records, in order; equals stay as numbered.
    pub records: Vec<u32>,
    /// How many of them are drawn: all, or only the lit ones, which then come
    /// first, where there are more planes than rows of pixels or most are dark; or
    /// only those that were asked for.
    pub drawn: usize,
    /// What the others are.
    pub left_out: LeftOut,
}

/// Planes that have no row in a heatmap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LeftOut {
    /// Those that no sample lights.
    #[default]
    Dark,
    /// Those that do not stand out against isotropic data.
    NotSignificant,
}

/// Lit samples from which on an alignment index counts as more than noise: 1%.
#[must_use]
pub fn enough_light(n_samples: usize) -> u64 {
    (n_samples as u64).div_ceil(100)
}

/// Orders the planes of a sweep for a heatmap of `pixels` rows. `pause` is called
/// every few milliseconds; the order is `None` once it says that nobody waits for
/// it any more.
pub fn order(
    sweep: &Sweep,
    order: PlaneOrder,
    pixels: usize,
    pause: &mut dyn FnMut() -> bool,
) -> Option<Order> {
    let planes = sweep.records.len();
    let is_lit = |&p: &u32| sweep.records.lit(p as usize) > 0;
    let lit: Vec<u32> = (0..planes as u32).filter(is_lit).collect();
    if !pause() {
        return None;
    }
    let few = !lit.is_empty() && (planes > pixels || lit.len() * 2 < planes);
    if !few {
        let records = sorted((0..planes as u32).collect(), sweep, order, pause)?;
        let drawn = planes;
        return Some(Order {
            records,
            drawn,
            left_out: LeftOut::Dark,
        });
    }
    let drawn = lit.len();
    let mut records = sorted(lit, sweep, order, pause)?;
    // Dark planes have no order but that of their numbers.
    records.extend((0..planes as u32).filter(|p| !is_lit(p)));
    Some(Order {
        records,
        drawn,
        left_out: LeftOut::Dark,
    })
}

/// As [`order`], with rows for the planes alone whose peak is at least `least_peak`, which
/// come first: those that [`Significance::least_peak`](crate::srm::Significance::least_peak)
/// names.
pub fn order_of_significant(
    sweep: &Sweep,
    order: PlaneOrder,
    least_peak: i64,
    pause: &mut dyn FnMut() -> bool,
) -> Option<Order> {
    let planes = sweep.records.len() as u32;
    let is_in = |&p: &u32| sweep.records.peak_and_total(p as usize).0 >= least_peak;
    let chosen: Vec<u32> = (0..planes).filter(is_in).collect();
    if !pause() {
        return None;
    }
    let drawn = chosen.len();
    let mut records = sorted(chosen, sweep, order, pause)?;
    records.extend((0..planes).filter(|p| !is_in(p)));
    Some(Order {
        records,
        drawn,
        left_out: LeftOut::NotSignificant,
    })
}

fn sorted(
    records: Vec<u32>,
    sweep: &Sweep,
    order: PlaneOrder,
    pause: &mut dyn FnMut() -> bool,
) -> Option<Vec<u32>> {
    let keys: Vec<u128> = match order {
        PlaneOrder::Plane => return Some(records),
        PlaneOrder::Peak => records
            .par_iter()
            .map(|&p| peak_key(&sweep.records, p))
            .collect(),
        PlaneOrder::Alignment => records
            .par_iter()
            .map(|&p| alignment_key(sweep, p))
            .collect(),
    };
    drop(records);
    pause().then(|| sort(keys, pause))?
}

/// Smaller for a higher peak, then a larger total, then a smaller number.
fn peak_key(records: &Records, index: u32) -> u128 {
    let (peak, total) = records.peak_and_total(index as usize);
    let peak = !(peak as i32 as u32 ^ 1 << 31);
    let total = !(total as u64 ^ 1 << 63);
    u128::from(peak) << 96 | u128::from(total) << 32 | u128::from(index)
}

/// An index from a handful of samples is noise: planes lit by fewer than 1% come
/// after the others, planes without an index last.
fn alignment_key(sweep: &Sweep, index: u32) -> u128 {
    let records = &sweep.records;
    let (axes, bisectors) = records.axes_and_bisectors(index as usize);
    let lit = records.lit(index as usize);
    let aligned = Alignment::from_counts(axes, bisectors, sweep.n_samples, 1).index();
    let aligned = if aligned.is_nan() {
        f64::NEG_INFINITY
    } else {
        aligned
    };
    // Bits that are larger for what is larger: `f64::total_cmp` as a number.
    let bits = aligned.to_bits();
    let aligned = bits ^ if bits >> 63 == 1 { u64::MAX } else { 1 << 63 };
    let few = u128::from(lit < enough_light(sweep.n_samples));
    // Fewer than 2³¹ samples are lit.
    let dark = u128::from(!(lit as u32) & (u32::MAX >> 1));
    few << 127 | u128::from(!aligned) << 63 | dark << 32 | u128::from(index)
}

/// Sorts keys, no two of them equal, and leaves the numbers in their lower 32 bits.
fn sort(mut keys: Vec<u128>, pause: &mut dyn FnMut() -> bool) -> Option<Vec<u32>> {
    let pieces = keys.len().div_ceil(PIECE);
    if pieces < 2 {
        keys.par_sort_unstable();
        return Some(keys.into_iter().map(|key| key as u32).collect());
    }
    let stride = keys.len() / (pieces * LOOKS);
    let mut seen: Vec<u128> = keys.iter().step_by(stride).copied().collect();
    seen.sort_unstable();
    let cuts: Vec<u128> = (1..pieces).map(|k| seen[k * seen.len() / pieces]).collect();
    let mut parts: Vec<Vec<u128>> = vec![Vec::with_capacity(PIECE + PIECE / 2); pieces];
    for keys in keys.chunks(PIECE) {
        for &key in keys {
            parts[cuts.partition_point(|&cut| cut <= key)].push(key);
        }
        if !pause() {
            return None;
        }
    }
    let mut records = Vec::with_capacity(keys.len());
    drop(keys);
    for mut part in parts {
        part.par_sort_unstable();
        records.extend(part.into_iter().map(|key| key as u32));
        if !pause() {
            return None;
        }
    }
    Some(records)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_keys_are_sorted_in_pieces_as_they_are_at_once() {
        let mut state = 0x9e37_79b9_7f4a_7c15u64;
        let keys: Vec<u128> = (0..3 * PIECE as u32 + 17)
            .map(|index| {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                // Many equal but for their numbers.
                u128::from(state % 50) << 64 | u128::from(index)
            })
            .collect();
        let mut expected = keys.clone();
        expected.sort_unstable();
        let mut pauses = 0;
        let mut pause = || {
            pauses += 1;
            true
        };
        let sorted = sort(keys.clone(), &mut pause).unwrap();
        assert!(
            sorted.iter().eq(expected
                .iter()
                .map(|&key| key as u32)
                .collect::<Vec<_>>()
                .iter())
        );
        assert!(pauses > 6, "{pauses}");
        assert!(sort(keys, &mut || false).is_none());
    }
}
