//! Listing the arrays of a file, and reading one as samples or as a matrix.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::body::{self, Bytes, Decoded, Samples};
use super::choose::{self, ArrayInfo};
use super::dump::Dump;
use super::error::{ArrayProblem, DataError};
use super::head::Head;
use super::origin::Origin;
use super::plan::{self, Plan};
use super::read_as::{Center, Pick, ReadAs};
use super::source::Source;
use super::stamp::FileStamp;
use super::{npz, stack};
use crate::srm::Cancelled;

/// An array read as a matrix in double precision, for a basis.
#[derive(Clone, Debug, PartialEq)]
pub struct Matrix {
    /// The file's name without its folder.
    pub file_name: String,
    /// The file as it was asked for.
    pub path: PathBuf,
    /// The array's name in a file of several.
    pub key: Option<String>,
    /// The file as it was when it was opened; `None` of bytes in memory.
    pub stamp: Option<FileStamp>,
    /// `m`.
    pub rows: usize,
    /// `d`.
    pub columns: usize,
    /// `m × d` values, row by row, finite or not.
    pub values: Vec<f64>,
}

/// Lists the arrays of a file from their headers, in the file's order. Values
/// and checksums are not looked at, but of a table of text, which has no header that
/// would tell.
///
/// # Errors
/// [`DataError`] if the file as a whole cannot be read. What is wrong with one
/// array stands in its [`ArrayInfo::problem`].
pub fn list(path: &Path, cancel: &AtomicBool) -> Result<Vec<ArrayInfo>, DataError> {
    let mut source = Source::open(Origin::open(path)?, cancel)?;
    choose::all_infos(&mut source, cancel)
}

/// As [`list`], of bytes in memory as a file of that name.
///
/// # Errors
/// As [`list`].
pub fn list_bytes(
    name: &str,
    bytes: Arc<[u8]>,
    cancel: &AtomicBool,
) -> Result<Vec<ArrayInfo>, DataError> {
    let mut source = Source::open(Origin::of_bytes(name, bytes), cancel)?;
    choose::all_infos(&mut source, cancel)
}

/// Reads one array as activations, `N × d`, and checks it.
///
/// Without a key a file of several must hold exactly one array that could be
/// activations (numeric, `N ≥ 1`, `d ≥ 2`). An array of more than two axes needs
/// [`ReadAs::flatten`]. Setting `cancel` ends the reading at the next block with
/// [`DataError::Cancelled`].
///
/// The values are held once, in whole lines (see [`Activations`](crate::srm::Activations)), and no copy of
/// the file beside them where its rows lie in order: what is not compressed is read
/// by positioned reads, a piece a thread of the current rayon pool, what is
/// compressed is unpacked block by block. A file that becomes shorter meanwhile is a
/// [`DataError`] like any other.
///
/// # Errors
/// [`DataError`], also where [`Activations::new`](crate::srm::Activations::new) refuses the array.
pub fn load(path: &Path, pick: &Pick, cancel: &AtomicBool) -> Result<Dump, DataError> {
    load_from(Origin::open(path)?, path, pick, cancel)
}

/// As [`load`], of bytes in memory as a file of that name.
///
/// # Errors
/// As [`load`].
pub fn load_bytes(
    name: &str,
    bytes: Arc<[u8]>,
    pick: &Pick,
    cancel: &AtomicBool,
) -> Result<Dump, DataError> {
    load_from(Origin::of_bytes(name, bytes), Path::new(name), pick, cancel)
}

fn load_from(
    origin: Origin,
    path: &Path,
    pick: &Pick,
    cancel: &AtomicBool,
) -> Result<Dump, DataError> {
    let stamp = origin.stamp;
    let mut source = Source::open(origin, cancel)?;
    let taken = if pick.read_as.stack {
        stack::take(&mut source, pick, cancel, samples)?
    } else {
        let (place, note) = choose::choose(&mut source, pick.key.as_deref(), cancel)?;
        let mut taken = take(&mut source, place, pick, cancel, samples)?;
        taken.notes.splice(0..0, note);
        taken
    };
    dump(taken, &source, path, stamp, pick, cancel)
}

/// Lists the arrays of a file as [`list`] does and reads each that could be
/// activations as [`load`] does, one after the other: `each` is given both. The
/// file is opened once, however many arrays it holds.
///
/// # Errors
/// As [`list`]; [`DataError::Cancelled`] soon after `cancel` is set.
pub fn load_each(
    path: &Path,
    pick: &Pick,
    cancel: &AtomicBool,
    mut each: impl FnMut(ArrayInfo, Option<Result<Dump, DataError>>),
) -> Result<(), DataError> {
    let origin = Origin::open(path)?;
    let stamp = origin.stamp;
    let mut source = Source::open(origin, cancel)?;
    for (place, array) in choose::all_infos(&mut source, cancel)?
        .into_iter()
        .enumerate()
    {
        let wanted =
            array.problem.is_none() && (array.shape.len() == 2 || !pick.read_as.is_default());
        let loaded = wanted.then(|| {
            let taken = take(&mut source, place, pick, cancel, samples)?;
            dump(taken, &source, path, stamp, pick, cancel)
        });
        if matches!(loaded, Some(Err(DataError::Cancelled))) {
            return Err(DataError::Cancelled);
        }
        each(array, loaded);
    }
    Ok(())
}

/// Reads a plan's rows as activations.
pub(super) fn samples(
    bytes: Bytes<'_>,
    plan: &Plan,
    cancel: &AtomicBool,
) -> Result<Decoded<Samples>, ArrayProblem> {
    choose::fits(plan.rows.len(), plan.columns)?;
    body::samples(bytes, plan, cancel)
}

/// The activations that were read, if the array can be some.
fn dump(
    taken: Taken<Samples>,
    source: &Source,
    path: &Path,
    stamp: Option<FileStamp>,
    pick: &Pick,
    cancel: &AtomicBool,
) -> Result<Dump, DataError> {
    let file_name = source.file_name().to_owned();
    let unfit = |unfit| ArrayProblem::Unfit(unfit).at(&file_name, taken.key.as_deref());
    let mut activations = taken.values.map_err(unfit)?;
    if let Some(Center::Mean) = pick.read_as.center {
        let centred = activations.centred(cancel).map_err(unfit)?;
        activations = centred.map_err(|Cancelled| DataError::Cancelled)?;
    }
    let (labels, neuron_names) = source.names();
    let mut notes = taken.notes;
    notes.extend(plan::notes(&taken.plan, &pick.read_as));
    Ok(Dump {
        file_name,
        path: path.to_owned(),
        key: taken.key,
        dtype: taken.plan.numbers.dtype,
        array_shape: taken.plan.numbers.shape.iter().map(|&n| n as u64).collect(),
        read_as: pick.read_as.clone(),
        shape: [taken.plan.rows.len(), taken.plan.columns],
        of_rows: taken.plan.of_rows,
        rows_a_sample: taken.plan.rows_a_sample,
        rows: taken.plan.rows,
        labels: labels.map(Arc::from),
        neuron_names: neuron_names.map(Arc::from),
        stamp,
        activations: Arc::new(activations),
        notes,
    })
}

/// Reads one array as a matrix, `m × d`, row-major.
///
/// The array is chosen and read as by [`load`]. Its values and its size are not
/// judged: it may be empty or hold infinities.
///
/// # Errors
/// [`DataError`], as [`load`] but for the checks of [`Activations::new`](crate::srm::Activations::new).
pub fn load_matrix(path: &Path, pick: &Pick, cancel: &AtomicBool) -> Result<Matrix, DataError> {
    load_matrix_from(Origin::open(path)?, path, pick, cancel)
}

/// As [`load_matrix`], of bytes in memory as a file of that name.
///
/// # Errors
/// As [`load_matrix`].
pub fn load_matrix_bytes(
    name: &str,
    bytes: Arc<[u8]>,
    pick: &Pick,
    cancel: &AtomicBool,
) -> Result<Matrix, DataError> {
    load_matrix_from(Origin::of_bytes(name, bytes), Path::new(name), pick, cancel)
}

fn load_matrix_from(
    origin: Origin,
    path: &Path,
    pick: &Pick,
    cancel: &AtomicBool,
) -> Result<Matrix, DataError> {
    let stamp = origin.stamp;
    let mut source = Source::open(origin, cancel)?;
    let (place, _) = choose::choose(&mut source, pick.key.as_deref(), cancel)?;
    let taken = take(&mut source, place, pick, cancel, body::row_major)?;
    Ok(Matrix {
        file_name: source.file_name().to_owned(),
        path: path.to_owned(),
        key: taken.key,
        stamp,
        rows: taken.plan.rows.len(),
        columns: taken.plan.columns,
        values: taken.values,
    })
}

/// An array as read, before anything is made of it.
pub(super) struct Taken<T> {
    pub key: Option<String>,
    pub plan: Plan,
    pub values: T,
    pub notes: Vec<String>,
}

/// What makes values of a plan.
pub(super) trait ReadPlan<T>:
    FnOnce(Bytes<'_>, &Plan, &AtomicBool) -> Result<Decoded<T>, ArrayProblem>
{
}

impl<T, F> ReadPlan<T> for F where
    F: FnOnce(Bytes<'_>, &Plan, &AtomicBool) -> Result<Decoded<T>, ArrayProblem>
{
}

/// Reads the array at `place` of a file, its values by `read`.
pub(super) fn take<T>(
    source: &mut Source,
    place: usize,
    pick: &Pick,
    cancel: &AtomicBool,
    read: impl ReadPlan<T>,
) -> Result<Taken<T>, DataError> {
    let name = source.file_name().to_owned();
    let key = source.key(place).map(str::to_owned);
    let taken = source.read(place, pick.memory_limit, cancel, |head, bytes| {
        taken(head, bytes, &pick.read_as, cancel, read)
    });
    let taken = taken.map_err(|problem| problem.at(&name, key.as_deref()))?;
    Ok(Taken { key, ..taken })
}

/// Reads the array of that head, which is given no key.
pub(super) fn taken<T>(
    head: &Head,
    bytes: Bytes<'_>,
    read_as: &ReadAs,
    cancel: &AtomicBool,
    read: impl ReadPlan<T>,
) -> Result<Taken<T>, ArrayProblem> {
    let plan = Plan::new(head.numbers()?, read_as)?;
    let left = head.follow - plan.numbers.bytes;
    let decoded = read(bytes, &plan, cancel)?;
    let mut notes = Vec::from_iter(npz::left_over(left));
    if decoded.rounded {
        notes.push("holds integers beyond 2^53: rounded to double precision".to_owned());
    }
    Ok(Taken {
        key: None,
        plan,
        values: decoded.values,
        notes,
    })
}

#[cfg(test)]
mod tests;
