//! Reading a file from any place, by many threads at once.
//!
//! # Why no memory map
//! Values are read by positioned reads into buffers that stay in the second
//! cache, and not through a map of the file. A map needs `unsafe`, and where the
//! file becomes shorter underneath it the system ends the program with `SIGBUS`,
//! at a place that cannot say a word; a positioned read that comes up short is
//! an error like any other ([`ArrayProblem::Shrank`]). Nor is a map faster:
//! from the page cache to their places, norms included, 50,000 × 768
//! single-precision values took 88 ms by reads of half a megabyte and 122 ms
//! through a map (medians of 11, two cores of an AMD EPYC 9004, Linux 6.18; 160
//! and 230 ms of processor time), since the pages of a map are faulted in as they
//! are touched, while a read copies within the caches.

use std::fs::File;
use std::io::{self, Read};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crc32fast::Hasher;

use super::error::ArrayProblem;

/// Bytes read at a time: they stay in the second cache until they are in place.
/// Few under test, so that small arrays take many reads.
pub(super) const BUFFER: usize = if cfg!(test) { 4 << 10 } else { 512 << 10 };

/// Bytes that can be read from any place.
pub(crate) trait ReadAt: Send + Sync {
    /// Reads some bytes from `offset` on; none only at the end.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize>;
}

#[cfg(unix)]
impl ReadAt for File {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        std::os::unix::fs::FileExt::read_at(self, buffer, offset)
    }
}

/// A file whose place is moved for each read, by one thread at a time.
#[cfg(any(not(unix), test))]
struct Moved(Mutex<File>);

#[cfg(any(not(unix), test))]
impl ReadAt for Moved {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        use std::io::{Seek, SeekFrom};
        let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(offset))?;
        file.read(buffer)
    }
}

impl ReadAt for &[u8] {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let start = usize::try_from(offset).map_or(self.len(), |offset| offset.min(self.len()));
        let mut rest = &self[start..];
        rest.read(buffer)
    }
}

impl ReadAt for Arc<[u8]> {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        (&**self).read_at(buffer, offset)
    }
}

/// A file as the system reads it best.
#[cfg(unix)]
pub(super) fn placed(file: File) -> Arc<dyn ReadAt> {
    Arc::new(file)
}

/// A file as the system reads it best.
#[cfg(not(unix))]
pub(super) fn placed(file: File) -> Arc<dyn ReadAt> {
    Arc::new(Moved(Mutex::new(file)))
}

/// A file, and the byte at which something begins in it.
pub(super) type Lies = (Arc<dyn ReadAt>, u64);

/// The bytes of an array, from a place of a file on.
pub(super) struct Extent<'a> {
    source: &'a dyn ReadAt,
    start: u64,
    /// Whether checksums are wanted.
    summing: bool,
    sums: Mutex<Vec<Sum>>,
}

/// The checksum of so many bytes from a place of the array on.
type Sum = (u64, u64, Hasher);

impl<'a> Extent<'a> {
    /// The array that begins at `start`.
    pub fn new(source: &'a dyn ReadAt, start: u64) -> Self {
        Self {
            source,
            start,
            summing: false,
            sums: Mutex::default(),
        }
    }

    /// As [`Extent::new`], with checksums of all that is read.
    pub fn summed(source: &'a dyn ReadAt, start: u64) -> Self {
        Self {
            source,
            start,
            summing: true,
            sums: Mutex::default(),
        }
    }

    /// Fills `buffer` from byte `at` of the array on. The file had these bytes
    /// when it was opened.
    pub fn read(&self, at: u64, buffer: &mut [u8]) -> Result<(), ArrayProblem> {
        let mut filled = 0;
        while filled < buffer.len() {
            let offset = self.start + at + filled as u64;
            match self.source.read_at(&mut buffer[filled..], offset) {
                Ok(0) => return Err(ArrayProblem::Shrank),
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(ArrayProblem::Io(error)),
            }
        }
        if self.summing {
            let mut sum = Hasher::new();
            sum.update(buffer);
            let mut sums = self.sums.lock().unwrap_or_else(PoisonError::into_inner);
            sums.push((at, buffer.len() as u64, sum));
        }
        Ok(())
    }

    /// Reads its first bytes one after another; no checksum is kept of them.
    pub fn head(&self) -> impl Read {
        Sequence {
            source: self.source,
            at: self.start,
        }
    }

    /// The checksum (CRC-32) of its first `length` bytes: those that were not
    /// read yet are read now.
    pub fn checksum(&self, length: u64, cancel: &AtomicBool) -> Result<u32, ArrayProblem> {
        let read: Vec<(u64, u64)> = self.sorted().iter().map(|sum| (sum.0, sum.1)).collect();
        let mut scrap = vec![0; usize::try_from(length).map_or(BUFFER, |bytes| bytes.min(BUFFER))];
        let mut next = 0;
        for (at, read) in read.into_iter().chain([(length, 0)]) {
            while next < at {
                if cancel.load(Ordering::Relaxed) {
                    return Err(ArrayProblem::Cancelled);
                }
                let take = usize::try_from(at - next).map_or(BUFFER, |left| left.min(BUFFER));
                self.read(next, &mut scrap[..take])?;
                next += take as u64;
            }
            next += read;
        }
        let mut whole = Hasher::new();
        for (_, _, sum) in &*self.sorted() {
            whole.combine(sum);
        }
        Ok(whole.finalize())
    }

    /// What was summed so far, by place.
    fn sorted(&self) -> MutexGuard<'_, Vec<Sum>> {
        let mut sums = self.sums.lock().unwrap_or_else(PoisonError::into_inner);
        sums.sort_unstable_by_key(|&(at, ..)| at);
        sums
    }
}

struct Sequence<'a> {
    source: &'a dyn ReadAt,
    at: u64,
}

impl Read for Sequence<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read_at(buffer, self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::path::Path;

    use super::super::load::{samples, take};
    use super::super::origin::Origin;
    use super::super::{Pick, Source};
    use super::*;

    /// The bytes of a `.npy` file of so many rows of two.
    fn npy(rows: usize) -> Vec<u8> {
        let mut file = Vec::new();
        let values = ndarray::Array2::from_shape_fn((rows, 2), |(n, k)| (n * 2 + k + 1) as f32);
        ndarray_npy::WriteNpyExt::write_npy(&values, &mut file).unwrap();
        file
    }

    fn npz(path: &Path, rows: usize) {
        let mut zip = zip::ZipWriter::new(File::create(path).unwrap());
        let options = zip::write::SimpleFileOptions::default()
            .compression_method(zip::CompressionMethod::Stored);
        zip.start_file("a.npy", options).unwrap();
        zip.write_all(&npy(rows)).unwrap();
        zip.finish().unwrap();
    }

    /// What is said of a file that is cut to `length` once it is open.
    fn cut(path: &Path, length: u64) -> String {
        let never = AtomicBool::new(false);
        let mut source = Source::open(Origin::open(path).unwrap(), &never).unwrap();
        let file = File::options().write(true).open(path).unwrap();
        file.set_len(length).unwrap();
        let taken = take(&mut source, 0, &Pick::default(), &never, samples);
        taken
            .map(|taken| taken.plan.of_rows)
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn a_file_that_becomes_shorter_is_one_sentence() {
        let folder = tempfile::tempdir().unwrap();
        let expected = |array: &str| {
            format!(
                "{array} became shorter while it was read: load it again when whatever writes it \
                 is done"
            )
        };
        let path = folder.path().join("x.npy");
        for left in [129, 20_000, 40_127] {
            std::fs::write(&path, npy(5_000)).unwrap();
            assert_eq!(cut(&path, left), expected("x.npy"));
        }
        let path = folder.path().join("x.npz");
        npz(&path, 5_000);
        assert_eq!(cut(&path, 30_000), expected("`a` in x.npz"));
    }

    /// Shrinks after so many reads, as a file does that is written over.
    struct Shrinking(Vec<u8>, std::sync::atomic::AtomicUsize);

    impl ReadAt for Shrinking {
        fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
            let left = self.1.load(Ordering::Relaxed);
            self.1.store(left.saturating_sub(1), Ordering::Relaxed);
            let kept = if left == 0 {
                self.0.len() / 2
            } else {
                self.0.len()
            };
            (&self.0[..kept]).read_at(buffer, offset)
        }
    }

    #[test]
    fn a_file_that_becomes_shorter_in_the_midst_is_no_crash() {
        for reads in 1..20 {
            let bytes = npy(5_000);
            let length = bytes.len() as u64;
            let mut source = Source::Npy(Origin {
                file: Arc::new(Shrinking(bytes, reads.into())),
                length,
                ..Origin::of_bytes("x.npy", [])
            });
            let never = AtomicBool::new(false);
            let taken = take(&mut source, 0, &Pick::default(), &never, samples);
            match taken.map(|taken| taken.plan.rows.len()) {
                Ok(rows) => assert_eq!((rows, reads > 10), (5_000, true)),
                Err(error) => assert!(error.to_string().contains("became shorter"), "{error}"),
            }
        }
    }

    #[test]
    fn checksums_of_pieces_make_that_of_the_whole() {
        let bytes: Vec<u8> = (0..50_000u32).map(|n| ((n * n) >> 7) as u8).collect();
        let source = &bytes[..];
        let never = AtomicBool::new(false);
        for (from, lengths) in [(0, vec![]), (128, vec![4096, 100, 7]), (3, vec![1])] {
            let extent = Extent::summed(&source, 10);
            // Read in whatever order.
            let mut at = from;
            let pieces: Vec<(u64, usize)> = lengths
                .into_iter()
                .map(|length| {
                    at += length as u64;
                    (at - length as u64, length)
                })
                .collect();
            for &(at, length) in pieces.iter().rev() {
                extent.read(at, &mut vec![0; length]).unwrap();
            }
            let sum = extent.checksum(49_000, &never).unwrap();
            assert_eq!(sum, crc32fast::hash(&bytes[10..49_010]));
        }
        let extent = Extent::summed(&source, 0);
        let called_off = extent.checksum(50_000, &AtomicBool::new(true));
        assert!(matches!(called_off, Err(ArrayProblem::Cancelled)));
    }

    #[test]
    fn a_moved_file_reads_as_a_placed_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        std::fs::write(&path, npy(100)).unwrap();
        let file = File::open(&path).unwrap();
        let moved = Moved(Mutex::new(file.try_clone().unwrap()));
        let file = placed(file);
        for (at, length) in [(0, 10), (500, 300), (900, 100), (5_000, 3)] {
            let (mut a, mut b) = (vec![0; length], vec![0; length]);
            let read = moved.read_at(&mut a, at).unwrap();
            assert_eq!(read, file.read_at(&mut b, at).unwrap());
            assert_eq!(a, b);
        }
    }
}
