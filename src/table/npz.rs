//! A sweep as an uncompressed npz that `numpy.load` reads.
//!
//! Counts of all planes need not fit in memory: [`SweepFile`] is the sweep's
//! [`Observer`] and writes them block by block; what follows from the whole
//! sweep comes after them in the file.

use std::io::{self, Write};
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use ndarray::Array2;

use super::TableError;
use super::arrays::{ArrayFile, integer, npy_header};
use super::chance::Found;
use super::format::About;
use super::out_file::OutFile;
use super::statistics::Statistics;
use crate::srm::{AngleGrid, Block, Observer, Plane};

/// Bytes that the counts of `planes` curves take in the file.
#[must_use]
pub fn counts_bytes(planes: u64, angles: usize, n_samples: usize) -> u64 {
    planes
        .saturating_mul(angles as u64)
        .saturating_mul(Width::of(n_samples).bytes())
}

/// The integer that holds a count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Width {
    I32,
    I64,
}

impl Width {
    /// Counts run from `−N` to `N`.
    fn of(n_samples: usize) -> Self {
        if i32::try_from(n_samples).is_ok() {
            Self::I32
        } else {
            Self::I64
        }
    }

    fn bytes(self) -> u64 {
        match self {
            Self::I32 => 4,
            Self::I64 => 8,
        }
    }

    fn descr(self) -> &'static str {
        match self {
            Self::I32 => "<i4",
            Self::I64 => "<i8",
        }
    }
}

/// An npz being written.
#[derive(Debug)]
pub struct SweepFile {
    arrays: ArrayFile,
    counts: Option<Width>,
    buffer: Vec<u8>,
    /// Why the sweep was called off.
    failed: Option<io::Error>,
    took: Duration,
}

impl SweepFile {
    /// Writes to `out` what is known before the sweep: the angles and the planes,
    /// in lexicographic order.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn begin(
        out: OutFile,
        grid: &AngleGrid,
        planes: impl ExactSizeIterator<Item = Plane>,
    ) -> Result<Self, TableError> {
        let started = Instant::now();
        let mut file = Self {
            arrays: ArrayFile::new(out),
            counts: None,
            buffer: Vec::new(),
            failed: None,
            took: Duration::ZERO,
        };
        let opening = file.opening(grid, planes);
        file.said(opening)?;
        file.took = started.elapsed();
        Ok(file)
    }

    /// Makes room for the counts of `planes` curves: they are expected next, by
    /// [`Observer::block`] or [`SweepFile::curve`].
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn begin_counts(
        &mut self,
        planes: usize,
        grid: &AngleGrid,
        n_samples: usize,
    ) -> Result<(), TableError> {
        let width = Width::of(n_samples);
        let bytes = counts_bytes(planes as u64, grid.count(), n_samples);
        let shape = format!("({planes}, {})", grid.count());
        let begun = self.arrays.member("counts", bytes).and_then(|()| {
            self.arrays
                .zip
                .write_all(&npy_header(width.descr(), &shape))
        });
        self.said(begun)?;
        self.counts = Some(width);
        Ok(())
    }

    /// Writes the counts of the next curve, or of several.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn curve(&mut self, counts: &[i64]) -> Result<(), TableError> {
        let written = self.write_counts(counts);
        self.said(written)
    }

    /// Wall time spent writing so far.
    #[must_use]
    pub fn took(&self) -> Duration {
        self.took
    }

    /// Why writing the counts called the sweep off, if it did.
    #[must_use]
    pub fn failure(self) -> Option<TableError> {
        let Self { failed, arrays, .. } = self;
        failed.map(|source| arrays.failed(source))
    }

    /// Writes what follows from the sweep and gives the file its name.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn finish(
        mut self,
        about: &About<'_>,
        statistics: &Statistics<'_>,
    ) -> Result<(), TableError> {
        let closing = self.closing(about, statistics);
        self.said(closing)?;
        self.arrays.finish()
    }

    fn said<T>(&self, result: io::Result<T>) -> Result<T, TableError> {
        result.map_err(|source| self.arrays.failed(source))
    }

    fn opening(
        &mut self,
        grid: &AngleGrid,
        planes: impl ExactSizeIterator<Item = Plane>,
    ) -> io::Result<()> {
        self.arrays.vector("angles", grid.angles_rad())?;
        let rows = planes.len();
        let pairs = planes
            .flat_map(|p| [i64::from(p.i), i64::from(p.j)])
            .collect();
        let pairs = Array2::from_shape_vec((rows, 2), pairs).map_err(io::Error::other)?;
        self.arrays.array("planes", pairs.len() as u64 * 8, &pairs)
    }

    fn closing(&mut self, about: &About<'_>, statistics: &Statistics<'_>) -> io::Result<()> {
        let (facts, judged) = (about.facts, about.judged.as_ref());
        let ensemble = statistics.ensemble();
        self.arrays.samples(facts)?;
        self.arrays
            .scalar("planes_in_all", integer(facts.planes_in_all))?;
        self.arrays.scalar("epsilon", facts.epsilon)?;
        self.arrays.vector("mean", ensemble.mean)?;
        self.arrays.vector("std", ensemble.std)?;
        self.arrays.vector("min", ensemble.min)?;
        self.arrays.vector("max", ensemble.max)?;
        self.arrays
            .vector("axes", statistics.column(|r| integer(r.axes)))?;
        self.arrays
            .vector("bisectors", statistics.column(|r| integer(r.bisectors)))?;
        self.arrays
            .vector("lit", statistics.column(|r| integer(r.lit)))?;
        self.arrays.vector("peak", statistics.column(|r| r.peak))?;
        self.arrays
            .vector("peak_angle", statistics.column(|r| r.peak_angle))?;
        self.arrays
            .vector("alignment", statistics.column(|r| r.alignment))?;
        self.arrays
            .vector("contrast", statistics.column(|r| r.contrast))?;
        for (place, name) in ["excess", "z", "p", "q"].into_iter().enumerate() {
            let against = |row| judged.map_or(f64::NAN, |judged| judged.columns(&row)[place]);
            self.arrays.vector(name, statistics.column(against))?;
        }
        if let Some(lit_samples) = statistics.lit_samples() {
            self.arrays.scalar("lit_samples", integer(lit_samples))?;
        }
        self.arrays.text("significance", &Found::json(judged))?;
        self.arrays.text("provenance", about.provenance)
    }

    fn write_counts(&mut self, counts: &[i64]) -> io::Result<()> {
        let started = Instant::now();
        self.buffer.clear();
        match self.counts {
            Some(Width::I32) => self.buffer.extend(counts.iter().flat_map(|&count| {
                #[allow(clippy::cast_possible_truncation)] // |count| ≤ N ≤ i32::MAX
                let count = count as i32;
                count.to_le_bytes()
            })),
            Some(Width::I64) => self
                .buffer
                .extend(counts.iter().flat_map(|&count| count.to_le_bytes())),
            None => {}
        }
        let written = self.arrays.zip.write_all(&self.buffer);
        self.took += started.elapsed();
        written
    }
}

impl Observer for SweepFile {
    fn wants_curves(&self) -> bool {
        self.counts.is_some()
    }

    fn block(&mut self, block: &Block<'_>) -> ControlFlow<()> {
        let counts: Vec<i64> = block.curves.iter().map(|&c| i64::from(c)).collect();
        match self.write_counts(&counts) {
            Ok(()) => ControlFlow::Continue(()),
            Err(e) => {
                self.failed = Some(e);
                ControlFlow::Break(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::arrays::LARGE;
    use super::*;
    use crate::srm::Curve;
    use crate::table::{Curves, Facts};

    #[test]
    fn counts_are_as_wide_as_the_samples_need() {
        assert_eq!(counts_bytes(276, 361, 1797), 276 * 361 * 4);
        assert_eq!(counts_bytes(2, 3, i32::MAX as usize), 24);
        assert_eq!(counts_bytes(2, 3, i32::MAX as usize + 1), 48);
    }

    #[test]
    fn large_members_have_64_bit_sizes_and_are_read_back() {
        let folder = tempfile::tempdir().unwrap();
        for (bytes, needed) in [(LARGE - 1, 10), (LARGE, 45), (1 << 40, 45)] {
            let path = folder.path().join(format!("{bytes}.npz"));
            let grid = AngleGrid::new(3).unwrap();
            let out = OutFile::create(&path, false).unwrap();
            let mut file = SweepFile::begin(out, &grid, std::iter::empty()).unwrap();
            file.arrays.member("large", bytes).unwrap();
            file.arrays
                .zip
                .write_all(&npy_header("<i4", "(1,)"))
                .unwrap();
            file.arrays.zip.write_all(&7i32.to_le_bytes()).unwrap();
            file.arrays.zip.finish().unwrap().finish().unwrap();
            // Version 4.5 of the zip format is the first with such sizes.
            let whole = std::fs::read(&path).unwrap();
            let name = whole.windows(9).position(|part| part == b"large.npy");
            assert_eq!(whole[name.unwrap() - 30..][..5], [b'P', b'K', 3, 4, needed]);
            let mut archive = crate::data::open_archive(&path, "x").unwrap().unwrap();
            let place = archive.find("large").unwrap();
            let mut stream = archive.stream(place).unwrap();
            assert_eq!(stream.body(), 4);
            let mut value = [0; 4];
            stream.fill(&mut value).unwrap();
            assert_eq!(value, 7i32.to_le_bytes());
            assert_eq!(stream.finish(&false.into()).unwrap(), 0);
        }
    }

    #[test]
    fn counts_beyond_32_bits_are_written_as_64() {
        use crate::srm::{Frame, Tally};
        use ndarray_npy::ReadNpyExt;
        let n_samples = 3_000_000_000usize;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.npz");
        let grid = AngleGrid::new(3).unwrap();
        let curve = Curve {
            plane: Plane { i: 0, j: 1 },
            frame: Frame::ORTHOGONAL,
            counts: vec![2_999_999_999, -3, 2_999_999_999],
            n_samples,
            tally: Tally::default(),
        };
        let mut file = SweepFile::begin(
            OutFile::create(&path, false).unwrap(),
            &grid,
            std::iter::once(curve.plane),
        )
        .unwrap();
        file.begin_counts(1, &grid, n_samples).unwrap();
        file.curve(&curve.counts).unwrap();
        let facts = Facts {
            n_samples,
            excluded_rows: 0,
            zero_rows: 0,
            planes_in_all: 1,
            epsilon: 0.5,
        };
        let curves = Curves::new(std::slice::from_ref(&curve), &grid);
        let statistics = Statistics::Curves(curves);
        let about = About {
            facts: &facts,
            provenance: "{}",
            judged: None,
        };
        file.finish(&about, &statistics).unwrap();
        let mut zip = zip::ZipArchive::new(std::fs::File::open(&path).unwrap()).unwrap();
        let counts = Array2::<i64>::read_npy(zip.by_name("counts.npy").unwrap()).unwrap();
        assert_eq!(counts.into_raw_vec_and_offset().0, curve.counts);
    }
}
