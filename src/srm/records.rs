//! What a sweep keeps of every plane, packed: a layer of 4,096 neurons has 8.4
//! million planes, which take 201 MB here.

use super::alignment::Alignment;
use super::plane::{Plane, PlaneSet};

/// What is kept of a plane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlaneRecord {
    /// The plane.
    pub plane: Plane,
    /// Unsigned counts summed over the four privileged directions.
    pub axes: u64,
    /// Unsigned counts summed over their four bisectors.
    pub bisectors: u64,
    /// Samples lit in the plane.
    pub lit: u64,
    /// The largest count over the distinct directions.
    pub peak: i64,
    /// Counts summed over the `A − 1` distinct directions.
    pub total: i64,
    /// Index of the smallest angle that attains the peak; `None` for a curve of zeros.
    pub peak_index: Option<usize>,
}

impl PlaneRecord {
    /// The plane's alignment among `n_samples` samples.
    #[must_use]
    pub fn alignment(&self, n_samples: usize) -> Alignment {
        Alignment::from_counts(self.axes, self.bisectors, n_samples, 1)
    }
}

/// The 24 bytes of a record: axes, bisectors, lit, peak, and the 48 bits of the
/// total with the 16 of the peak's angle. Counts fit since `4N < 2^32`, totals since
/// `N · A < 2^47`; the plane follows from the place. All zeros: nothing is lit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Packed(pub [u32; 6]);

impl Packed {
    pub fn new(axes: u64, bisectors: u64, lit: u64) -> Self {
        Self([axes as u32, bisectors as u32, lit as u32, 0, 0, 0])
    }

    pub fn with_total(mut self, total: i64) -> Self {
        self.0[4] = total as u32;
        self.0[5] = self.0[5] & 0xffff | (((total >> 32) as u32) << 16);
        self
    }

    /// The peak's direction is kept plus one: 0 is a curve of zeros.
    pub fn with_peak(mut self, peak: Option<(usize, i32)>) -> Self {
        let (place, value) = peak.map_or((0, 0), |(index, value)| (index as u32 + 1, value));
        self.0[3] = value as u32;
        self.0[5] = self.0[5] & 0xffff_0000 | place;
        self
    }

    fn peak(self) -> i64 {
        i64::from(self.0[3] as i32)
    }

    fn total(self) -> i64 {
        let high = (self.0[5] as i32) >> 16;
        i64::from(high) << 32 | i64::from(self.0[4])
    }

    fn unpack(self, plane: Plane) -> PlaneRecord {
        PlaneRecord {
            plane,
            axes: u64::from(self.0[0]),
            bisectors: u64::from(self.0[1]),
            lit: u64::from(self.0[2]),
            peak: self.peak(),
            total: self.total(),
            peak_index: (self.0[5] as usize & 0xffff).checked_sub(1),
        }
    }
}

/// One record a plane, in the order of the set.
#[derive(Clone, Debug, PartialEq)]
pub struct Records {
    planes: PlaneSet,
    /// As numbers: so a table of zeros costs nothing until it is written to.
    packed: Vec<[u32; 6]>,
}

impl Records {
    pub(super) fn new(planes: PlaneSet, packed: Vec<[u32; 6]>) -> Self {
        debug_assert_eq!(planes.len(), packed.len());
        Self { planes, packed }
    }

    /// Number of planes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.packed.len()
    }

    /// Whether there is no plane.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.packed.is_empty()
    }

    /// The record at `index < len`.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<PlaneRecord> {
        let packed = self.packed.get(index)?;
        Some(Packed(*packed).unpack(self.planes.get(index)))
    }

    /// Samples lit in the plane at `index`.
    ///
    /// # Panics
    /// If there is no such plane.
    #[must_use]
    pub fn lit(&self, index: usize) -> u64 {
        u64::from(self.packed[index][2])
    }

    /// The peak of the plane at `index` and its total, by which planes are ordered.
    ///
    /// # Panics
    /// If there is no such plane.
    #[must_use]
    pub fn peak_and_total(&self, index: usize) -> (i64, i64) {
        let packed = Packed(self.packed[index]);
        (packed.peak(), packed.total())
    }

    /// Counts at the privileged directions and at the bisectors of the plane at
    /// `index`.
    ///
    /// # Panics
    /// If there is no such plane.
    #[must_use]
    pub fn axes_and_bisectors(&self, index: usize) -> (u64, u64) {
        let [axes, bisectors, ..] = self.packed[index];
        (u64::from(axes), u64::from(bisectors))
    }

    /// The records, one after another.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = PlaneRecord> + '_ {
        self.packed
            .iter()
            .zip(self.planes.iter())
            .map(|(packed, plane)| Packed(*packed).unpack(plane))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_takes_twenty_four_bytes_and_loses_nothing() {
        assert_eq!(size_of::<Packed>(), 24);
        let plane = Plane { i: 3, j: 7 };
        for total in [0, 1, -1, 1 << 40, -(1 << 40), (1 << 32) - 1, -(1 << 32)] {
            for peak in [None, Some((0, 0)), Some((36_000, i32::MAX)), Some((5, -7))] {
                let packed = Packed::new(u64::from(u32::MAX), 2, 1 << 30);
                let record = packed.with_total(total).with_peak(peak).unpack(plane);
                assert_eq!(
                    record,
                    PlaneRecord {
                        plane,
                        axes: u64::from(u32::MAX),
                        bisectors: 2,
                        lit: 1 << 30,
                        peak: peak.map_or(0, |p| i64::from(p.1)),
                        total,
                        peak_index: peak.map(|p| p.0),
                    }
                );
            }
        }
    }
}
