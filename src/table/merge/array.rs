//! Arrays of a file that nobody vouches for, read piece by piece: whole numbers
//! of 32 or 64 bits, doubles and text, of either byte order, stored or deflated.

use std::sync::atomic::{AtomicBool, Ordering};

use super::error::{At, MergeError};
use crate::data::{Archive, Descr, Dtype, Stream};
use crate::words::{count, thousands, times};

/// Values read at a time: their bytes and the sums that they go to stay in cache.
const CHUNK: usize = 1 << 15;

/// Most code points of a text: the provenance of some ten thousand shards.
const LONGEST_TEXT: u64 = 1 << 24;

/// Whole numbers, about to be read in the order of the file.
pub(super) struct Integers<'a> {
    stream: Stream<'a>,
    at: At<'a>,
    dtype: Dtype,
    big_endian: bool,
    buffer: Vec<u8>,
}

/// The smallest and the largest of some numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Range {
    pub low: i64,
    pub high: i64,
}

impl Range {
    const NONE: Self = Self {
        low: i64::MAX,
        high: i64::MIN,
    };

    fn and(self, other: Self) -> Self {
        Self {
            low: self.low.min(other.low),
            high: self.high.max(other.high),
        }
    }
}

impl<'a> Integers<'a> {
    /// Finds the array and holds its header against its bytes.
    pub fn open(archive: &'a mut Archive, at: At<'a>) -> Result<Self, MergeError> {
        let stream = find(archive, at)?;
        let (dtype, big_endian) = match &stream.header().descr {
            Descr::Numbers { dtype, big_endian } if matches!(dtype, Dtype::I32 | Dtype::I64) => {
                (*dtype, *big_endian)
            }
            other => {
                let name = other.name();
                return Err(at.wrong(format!("holds {name} where int32 or int64 is due")));
            }
        };
        fits(&stream, at, dtype.bytes())?;
        Ok(Self {
            stream,
            at,
            dtype,
            big_endian,
            buffer: Vec::new(),
        })
    }

    /// As [`Integers::open`], of an array of that shape.
    pub fn shaped(archive: &'a mut Archive, at: At<'a>, shape: &[u64]) -> Result<Self, MergeError> {
        let array = Self::open(archive, at)?;
        if array.shape() == shape {
            return Ok(array);
        }
        let [is, due] = [array.shape(), shape].map(times);
        Err(at.wrong(format!("is {is} where {due} is due")))
    }

    /// Lengths of its dimensions.
    pub fn shape(&self) -> &[u64] {
        &self.stream.header().shape
    }

    /// Adds the next numbers to `sums`, one to each, wrapping around, and gives
    /// their range, which tells whether they could be trusted.
    pub fn add_to(&mut self, sums: &mut [i64]) -> Result<Range, MergeError> {
        let size = self.dtype.bytes() as usize;
        let mut range = Range::NONE;
        for sums in sums.chunks_mut(CHUNK) {
            self.buffer.resize(sums.len() * size, 0);
            let filled = self.stream.fill(&mut self.buffer);
            filled.map_err(|problem| self.at.problem(problem))?;
            let part = match (self.dtype, self.big_endian) {
                (Dtype::I32, false) => add(sums, &self.buffer, |b| i32::from_le_bytes(b).into()),
                (Dtype::I32, true) => add(sums, &self.buffer, |b| i32::from_be_bytes(b).into()),
                (_, false) => add(sums, &self.buffer, i64::from_le_bytes),
                (_, true) => add(sums, &self.buffer, i64::from_be_bytes),
            };
            range = range.and(part);
        }
        Ok(range)
    }

    /// The numbers were not to lie outside of `low` to `high`.
    pub fn within(&self, range: Range, low: i64, high: i64) -> Result<(), MergeError> {
        let stray = [range.low, range.high]
            .into_iter()
            .find(|&value| range.low <= range.high && !(low..=high).contains(&value));
        stray.map_or(Ok(()), |value| Err(self.at.outside(value, low, high)))
    }

    /// Compares the checksum, once all is read.
    pub fn finish(self, cancel: &AtomicBool) -> Result<(), MergeError> {
        let left = self.stream.finish(cancel);
        left.map(|_| ()).map_err(|p| self.at.problem(p))
    }
}

/// A single whole number that is not below 0.
pub(super) fn scalar(
    archive: &mut Archive,
    at: At,
    cancel: &AtomicBool,
) -> Result<u64, MergeError> {
    let mut value = [0];
    let mut array = Integers::shaped(archive, at, &[])?;
    let range = array.add_to(&mut value)?;
    array.within(range, 0, i64::MAX)?;
    array.finish(cancel)?;
    Ok(value[0].unsigned_abs())
}

/// Adds an array of one number a sum to `sums`, each from 0 to `most`; the sums
/// are to have room for that.
pub(super) fn add_column(
    archive: &mut Archive,
    at: At,
    most: u64,
    sums: &mut [i64],
    cancel: &AtomicBool,
) -> Result<(), MergeError> {
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let mut array = Integers::shaped(archive, at, &[sums.len() as u64])?;
    for sums in sums.chunks_mut(CHUNK) {
        check(cancel)?;
        let range = array.add_to(sums)?;
        array.within(range, 0, most)?;
    }
    array.finish(cancel)
}

/// Doubles, at most `most` of them, and the array's shape.
pub(super) fn doubles(
    archive: &mut Archive,
    at: At,
    most: usize,
    cancel: &AtomicBool,
) -> Result<(Vec<f64>, Vec<u64>), MergeError> {
    let mut stream = find(archive, at)?;
    let Descr::Numbers {
        dtype: Dtype::F64,
        big_endian,
    } = stream.header().descr
    else {
        let name = stream.header().descr.name();
        return Err(at.wrong(format!("holds {name} where float64 is due")));
    };
    fits(&stream, at, 8)?;
    let shape = stream.header().shape.clone();
    let length = stream.body() / 8;
    if length > most as u64 {
        let (length, most) = (count(length, "number"), thousands(most as u64));
        return Err(at.wrong(format!("holds {length}, more than {most}")));
    }
    let mut bytes = vec![0; length as usize * 8];
    stream.fill(&mut bytes).map_err(|p| at.problem(p))?;
    stream.finish(cancel).map_err(|p| at.problem(p))?;
    let convert = if big_endian {
        f64::from_be_bytes
    } else {
        f64::from_le_bytes
    };
    let items = bytes.as_chunks().0;
    Ok((items.iter().map(|&item| convert(item)).collect(), shape))
}

/// A text of no dimensions, as NumPy keeps it: four bytes a code point, zeros at
/// the end.
pub(super) fn text(
    archive: &mut Archive,
    at: At,
    cancel: &AtomicBool,
) -> Result<String, MergeError> {
    let mut stream = find(archive, at)?;
    let name = stream.header().descr.name();
    let declared = name
        .strip_prefix(['<', '>', '='])
        .unwrap_or(&name)
        .strip_prefix('U')
        .and_then(|digits| digits.parse::<u64>().ok())
        .filter(|_| stream.header().shape.is_empty());
    let Some(points) = declared else {
        return Err(at.wrong("is not a single text"));
    };
    if points > LONGEST_TEXT {
        let points = count(points, "character");
        return Err(at.wrong(format!("is a text of {points}")));
    }
    fits(&stream, at, points * 4)?;
    let mut bytes = vec![0; points as usize * 4];
    stream.fill(&mut bytes).map_err(|p| at.problem(p))?;
    stream.finish(cancel).map_err(|p| at.problem(p))?;
    let convert = if name.starts_with('>') {
        u32::from_be_bytes
    } else {
        u32::from_le_bytes
    };
    let points = bytes.as_chunks().0.iter().map(|&item| convert(item));
    let text: Option<String> = points.map(char::from_u32).collect();
    match text {
        Some(text) => Ok(text.trim_end_matches('\0').to_owned()),
        None => Err(at.wrong("is not Unicode")),
    }
}

/// Ends the work if it was called off.
pub(super) fn check(cancel: &AtomicBool) -> Result<(), MergeError> {
    if cancel.load(Ordering::Relaxed) {
        return Err(MergeError::Cancelled);
    }
    Ok(())
}

/// The array of that key, at its first value.
fn find<'a>(archive: &'a mut Archive, at: At<'a>) -> Result<Stream<'a>, MergeError> {
    let Some(place) = archive.find(at.key) else {
        return Err(MergeError::NotASweep {
            file: at.file.to_owned(),
            why: format!("it has no `{}`", at.key),
        });
    };
    archive.stream(place).map_err(|p| at.problem(p))
}

/// The shape, `item` bytes a value, takes exactly the bytes that are there, and
/// in C order.
fn fits(stream: &Stream, at: At, item: u64) -> Result<(), MergeError> {
    let (header, body) = (stream.header(), stream.body());
    if header.fortran && header.shape.iter().filter(|&&length| length > 1).count() > 1 {
        return Err(at.wrong("is in Fortran order"));
    }
    let due = header
        .shape
        .iter()
        .try_fold(item, |bytes, &length| bytes.checked_mul(length));
    if due == Some(body) {
        return Ok(());
    }
    let due = due.map_or("more bytes than any file has".to_owned(), |due| {
        count(due, "byte")
    });
    Err(at.wrong(format!(
        "promises {} values of {} but has {} for them instead of {due}",
        times(&header.shape),
        count(item, "byte"),
        count(body, "byte"),
    )))
}

/// Adds numbers of `S` bytes to sums.
fn add<const S: usize>(sums: &mut [i64], bytes: &[u8], convert: impl Fn([u8; S]) -> i64) -> Range {
    let mut range = Range::NONE;
    for (sum, item) in sums.iter_mut().zip(bytes.as_chunks::<S>().0) {
        let value = convert(*item);
        *sum = sum.wrapping_add(value);
        range.low = range.low.min(value);
        range.high = range.high.max(value);
    }
    range
}
