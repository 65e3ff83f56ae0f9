//! All arrays of a file on top of one another: a key a sample, or a key a batch.

use std::sync::atomic::AtomicBool;

use super::at::Extent;
use super::body::{self, Bytes};
use super::dtype::{Descr, Dtype};
use super::error::{ArrayProblem, DataError};
use super::head::{Head, Order};
use super::load::{ReadPlan, Taken, taken};
use super::npz;
use super::plan::Plan;
use super::read_as::Pick;
use super::source::Source;
use crate::words::times;

/// Reads all arrays of a file in its order, each behind the one before along the
/// first axis; those of one axis are a row each.
pub(super) fn take<T>(
    source: &mut Source,
    pick: &Pick,
    cancel: &AtomicBool,
    read: impl ReadPlan<T>,
) -> Result<Taken<T>, DataError> {
    let file = source.file_name().to_owned();
    if let Some(key) = &pick.key {
        let key = key.clone();
        return Err(DataError::KeyForStack { file, key });
    }
    let dtype = common_dtype(source).map_err(|(place, problem)| {
        let key = source.key(place).map(str::to_owned);
        problem.at(&file, key.as_deref())
    })?;
    // Arrays may share bytes of the file, and an archive's directory says so as often
    // as it likes. Bytes widen to eight at most.
    let most = pick.memory_limit.max(source.bytes().saturating_mul(8));
    let mut pile = Pile::new(dtype, most);
    let mut notes = Vec::new();
    for place in 0..source.len() {
        let key = source.key(place).map(str::to_owned);
        let added = source.read(place, pick.memory_limit, cancel, |head, bytes| {
            let left = pile.add(head, bytes, cancel)?;
            notes.extend(npz::left_over(left));
            Ok(())
        });
        added.map_err(|problem| problem.at(&file, key.as_deref()))?;
    }
    notes.dedup();
    let head = pile.head();
    let bytes = &pile.bytes[..];
    let extent = Extent::new(&bytes, 0);
    let bytes = Bytes::Placed(&extent, 0);
    let mut taken = taken(&head, bytes, &pick.read_as, cancel, read)
        .map_err(|problem| problem.at(&file, None))?;
    taken.plan.numbers.dtype = dtype;
    taken.notes.splice(0..0, notes);
    Ok(taken)
}

/// The dtype of all arrays, or the one that holds the values of each.
fn common_dtype(source: &mut Source) -> Result<Dtype, (usize, ArrayProblem)> {
    let mut common = None;
    for place in 0..source.len() {
        let numbers = source.head(place).and_then(|head| head.numbers());
        let dtype = numbers.map_err(|problem| (place, problem))?.dtype;
        common = Some(match common {
            Some(known) if known == dtype => dtype,
            Some(known) if dtype.fits_f32() && Dtype::fits_f32(known) => Dtype::F32,
            Some(_) => Dtype::F64,
            None => dtype,
        });
    }
    Ok(common.unwrap_or(Dtype::F64))
}

/// Arrays that were read so far.
struct Pile {
    rows: u64,
    /// Lengths of the other axes.
    rest: Option<Vec<u64>>,
    /// Whether the values are kept in single precision.
    single: bool,
    bytes: Vec<u8>,
    /// Most bytes that they may be.
    most: u64,
}

impl Pile {
    fn new(dtype: Dtype, most: u64) -> Self {
        Self {
            rows: 0,
            rest: None,
            single: dtype.fits_f32(),
            bytes: Vec::new(),
            most,
        }
    }

    /// Adds an array; bytes that come after it.
    fn add(
        &mut self,
        head: &Head,
        bytes: Bytes<'_>,
        cancel: &AtomicBool,
    ) -> Result<u64, ArrayProblem> {
        let mut numbers = head.numbers()?;
        let left = head.follow - numbers.bytes;
        // A row of its own.
        if numbers.shape.len() == 1 {
            numbers.shape.insert(0, 1);
            numbers.strides.insert(0, 0);
        }
        let rest: Vec<u64> = numbers.shape.iter().skip(1).map(|&n| n as u64).collect();
        let known = self.rest.get_or_insert_with(|| rest.clone());
        if *known != rest || rest.is_empty() {
            return Err(ArrayProblem::Said(format!(
                "does not fit on the others: an entry of it is {}, one of the first is {}; choose \
                 one array with --key",
                times(&rest),
                times(known)
            )));
        }
        let width = if self.single { 4 } else { 8 };
        let values = numbers.values();
        let unpacked = self.bytes.len() as u64 + values as u64 * width;
        if unpacked > self.most {
            let limit = self.most;
            return Err(ArrayProblem::OverLimit { unpacked, limit });
        }
        // Rows of no columns take no bytes.
        let rows = self.rows.checked_add(numbers.shape[0] as u64);
        self.rows = rows.ok_or(ArrayProblem::Memory(u64::MAX))?;
        let values = body::row_major(bytes, &Plan::whole(numbers), cancel)?.values;
        let bytes = values.len() * width as usize;
        let room = self.bytes.try_reserve(bytes);
        room.map_err(|_| ArrayProblem::Memory(bytes as u64))?;
        for value in values {
            if self.single {
                self.bytes.extend((value as f32).to_le_bytes());
            } else {
                self.bytes.extend(value.to_le_bytes());
            }
        }
        Ok(left)
    }

    /// The array that they make.
    fn head(&self) -> Head {
        let dtype = if self.single { Dtype::F32 } else { Dtype::F64 };
        let rest = self.rest.iter().flatten().copied();
        Head {
            descr: Descr::Numbers {
                dtype,
                big_endian: false,
            },
            shape: std::iter::once(self.rows).chain(rest).collect(),
            order: Order::C,
            follow: self.bytes.len() as u64,
        }
    }
}
