//! A sweep as an uncompressed npz that `numpy.load` reads.
//!
//! Counts of all planes need not fit in memory: [`SweepFile`] is the sweep's
//! [`Observer`] and writes them block by block; what follows from the whole
//! sweep comes after them in the file.

use std::io::{self, Write};
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use ndarray::{Array1, Array2, arr0};
use ndarray_npy::{WritableElement, WriteNpyError, WriteNpyExt};
use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::TableError;
use super::out_file::OutFile;
use super::statistics::{Facts, Statistics};
use crate::srm::{AngleGrid, Block, Observer, Plane};

/// Members from this size on get zip64 sizes; a little below 4 GiB, for the header.
const LARGE: u64 = 0xFFFF_0000;

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
    zip: ZipWriter<OutFile>,
    name: String,
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
            name: out.name().to_owned(),
            zip: ZipWriter::new(out),
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
        let begun = self
            .member("counts", bytes)
            .and_then(|()| self.zip.write_all(&npy_header(width.descr(), &shape)));
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
        let Self { failed, name, .. } = self;
        failed.map(|source| TableError::Io { file: name, source })
    }

    /// Writes what follows from the sweep and gives the file its name.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn finish(
        mut self,
        facts: &Facts,
        statistics: &Statistics<'_>,
        provenance: &str,
    ) -> Result<(), TableError> {
        let closing = self.closing(facts, statistics, provenance);
        self.said(closing)?;
        let name = self.name;
        let out = self.zip.finish().map_err(|e| TableError::Io {
            file: name,
            source: zip_error(e),
        })?;
        out.finish()
    }

    fn said<T>(&self, result: io::Result<T>) -> Result<T, TableError> {
        result.map_err(|source| TableError::Io {
            file: self.name.clone(),
            source,
        })
    }

    fn opening(
        &mut self,
        grid: &AngleGrid,
        planes: impl ExactSizeIterator<Item = Plane>,
    ) -> io::Result<()> {
        self.vector("angles", grid.angles_rad())?;
        let rows = planes.len();
        let pairs = planes
            .flat_map(|p| [i64::from(p.i), i64::from(p.j)])
            .collect();
        let pairs = Array2::from_shape_vec((rows, 2), pairs).map_err(io::Error::other)?;
        self.array("planes", pairs.len() as u64 * 8, &pairs)
    }

    fn closing(
        &mut self,
        facts: &Facts,
        statistics: &Statistics<'_>,
        provenance: &str,
    ) -> io::Result<()> {
        let ensemble = statistics.ensemble();
        self.scalar("n_samples", integer(facts.n_samples as u64))?;
        self.scalar("excluded_rows", integer(facts.excluded_rows as u64))?;
        self.scalar("zero_rows", integer(facts.zero_rows as u64))?;
        self.scalar("planes_in_all", integer(facts.planes_in_all))?;
        self.scalar("epsilon", facts.epsilon)?;
        self.vector("mean", ensemble.mean)?;
        self.vector("std", ensemble.std)?;
        self.vector("min", ensemble.min)?;
        self.vector("max", ensemble.max)?;
        self.vector("axes", statistics.column(|r| integer(r.axes)))?;
        self.vector("bisectors", statistics.column(|r| integer(r.bisectors)))?;
        self.vector("lit", statistics.column(|r| integer(r.lit)))?;
        self.vector("peak", statistics.column(|r| r.peak))?;
        self.vector("peak_angle", statistics.column(|r| r.peak_angle))?;
        self.vector("alignment", statistics.column(|r| r.alignment))?;
        self.vector("contrast", statistics.column(|r| r.contrast))?;
        if let Some(lit_samples) = statistics.lit_samples() {
            self.scalar("lit_samples", integer(lit_samples))?;
        }
        self.text("provenance", provenance)
    }

    /// Starts the member `name.npy` of about `bytes`.
    fn member(&mut self, name: &str, bytes: u64) -> io::Result<()> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            // 1980-01-01: the same result, the same bytes.
            .last_modified_time(DateTime::default())
            .unix_permissions(0o644)
            .large_file(bytes >= LARGE);
        self.zip
            .start_file(format!("{name}.npy"), options)
            .map_err(zip_error)
    }

    fn array(&mut self, name: &str, bytes: u64, array: &impl WriteNpyExt) -> io::Result<()> {
        self.member(name, bytes)?;
        array.write_npy(&mut self.zip).map_err(|e| match e {
            WriteNpyError::Io(e) => e,
            other => io::Error::other(other),
        })
    }

    fn vector<T: WritableElement>(&mut self, name: &str, values: Vec<T>) -> io::Result<()> {
        let bytes = size_of_val(values.as_slice()) as u64;
        self.array(name, bytes, &Array1::from_vec(values))
    }

    fn scalar<T: WritableElement>(&mut self, name: &str, value: T) -> io::Result<()> {
        self.array(name, 8, &arr0(value))
    }

    /// Text as `NumPy` keeps it: one array element of code points, four bytes each.
    fn text(&mut self, name: &str, text: &str) -> io::Result<()> {
        let points: Vec<u8> = text
            .chars()
            .flat_map(|c| u32::from(c).to_le_bytes())
            .collect();
        self.member(name, points.len() as u64)?;
        let descr = format!("<U{}", points.len() / 4);
        self.zip.write_all(&npy_header(&descr, "()"))?;
        self.zip.write_all(&points)
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
        let written = self.zip.write_all(&self.buffer);
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

/// Version 1.0 of the npy format: magic, length, a Python literal padded so that
/// the data begin at a multiple of 64 bytes.
pub(super) fn npy_header(descr: &str, shape: &str) -> Vec<u8> {
    const FIXED: usize = 10;
    let mut dict = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}");
    let padded = (FIXED + dict.len() + 1).next_multiple_of(64) - FIXED;
    dict.extend(std::iter::repeat_n(' ', padded - dict.len() - 1));
    dict.push('\n');
    let mut header = b"\x93NUMPY\x01\x00".to_vec();
    // A dict of one dtype and at most two lengths is under 200 bytes.
    #[allow(clippy::cast_possible_truncation)]
    header.extend((padded as u16).to_le_bytes());
    header.extend(dict.as_bytes());
    header
}

/// `NumPy`'s own integer.
fn integer(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn zip_error(error: ZipError) -> io::Error {
    match error {
        ZipError::Io(e) => e,
        other => io::Error::other(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::srm::Curve;
    use crate::table::Curves;

    #[test]
    fn headers_are_padded_to_sixty_four_bytes() {
        let header = npy_header("<i4", "(276, 361)");
        assert_eq!(header.len() % 64, 0);
        assert_eq!(header.last(), Some(&b'\n'));
        assert_eq!(
            usize::from(u16::from_le_bytes([header[8], header[9]])),
            header.len() - 10
        );
    }

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
            file.member("large", bytes).unwrap();
            file.zip.write_all(&npy_header("<i4", "(1,)")).unwrap();
            file.zip.write_all(&7i32.to_le_bytes()).unwrap();
            file.zip.finish().unwrap().finish().unwrap();
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
        file.finish(&facts, &statistics, "{}").unwrap();
        let mut zip = zip::ZipArchive::new(std::fs::File::open(&path).unwrap()).unwrap();
        let counts = Array2::<i64>::read_npy(zip.by_name("counts.npy").unwrap()).unwrap();
        assert_eq!(counts.into_raw_vec_and_offset().0, curve.counts);
    }
}
