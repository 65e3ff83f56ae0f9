//! Which array of a file is meant, by what its head says.

use std::sync::atomic::{AtomicBool, Ordering};

use super::dtype::Dtype;
use super::error::{ArrayProblem, DataError, printable};
use super::head::Head;
use super::plan::preview;
use super::read_as::{Flatten, ReadAs};
use super::role::{Role, role};
use super::source::Source;
use crate::srm::Activations;
use crate::words::thousands;

/// One array of a file, as a list shows it. No values are read for this.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArrayInfo {
    /// Its name in a file of several; `None` for the array of a `.npy`.
    pub key: Option<String>,
    /// Lengths of its dimensions; empty for a single number and where the
    /// header is not understood.
    pub shape: Vec<u64>,
    /// `NumPy`'s name of its dtype, such as `float32`, `complex64`, `<U4`;
    /// `unknown` where the header is not understood.
    pub dtype: String,
    /// What it most likely is.
    pub role: Role,
    /// Why it cannot be activations, as a sentence that lacks its subject
    /// (`holds text …`); `None` if it can, as far as its header tells. One of more than
    /// two axes can, if it is said how.
    pub problem: Option<String>,
}

impl ArrayInfo {
    /// Whether it has to be said how it becomes `N × d`.
    #[must_use]
    pub fn asks(&self) -> bool {
        self.problem.is_none() && self.shape.len() > 2
    }
}

/// Lengths of the axes of all arrays of a file on top of one another, as
/// [`ReadAs::stack`] reads them; `None` of a single one or where they cannot be stacked,
/// as far as their headers tell.
#[must_use]
pub fn stacked(arrays: &[ArrayInfo]) -> Option<Vec<u64>> {
    let [first, others @ ..] = arrays else {
        return None;
    };
    let is_number = |array: &ArrayInfo| Dtype::named(&array.dtype).is_some();
    if others.is_empty() || !arrays.iter().all(is_number) {
        return None;
    }
    let rest = |array: &ArrayInfo| match &array.shape[..] {
        [] => None,
        row @ [_] => Some((1, row.to_vec())),
        [rows, rest @ ..] => Some((*rows, rest.to_vec())),
    };
    let (mut rows, lengths) = rest(first)?;
    for array in others {
        let (more, others) = rest(array)?;
        rows = u64::checked_add(rows, more)?;
        if others != lengths {
            return None;
        }
    }
    Some(std::iter::once(rows).chain(lengths).collect())
}

/// What all arrays of a file are. There may be very many of them, each with a head
/// to be unpacked.
pub(super) fn all_infos(
    source: &mut Source,
    cancel: &AtomicBool,
) -> Result<Vec<ArrayInfo>, DataError> {
    (0..source.len())
        .map(|place| {
            if cancel.load(Ordering::Relaxed) {
                return Err(DataError::Cancelled);
            }
            let key = source.key(place).map(str::to_owned);
            let head = source.head(place);
            Ok(info(source.file_name(), key, head))
        })
        .collect()
}

/// Describes an array of that file by its head.
pub(super) fn info(file: &str, key: Option<String>, head: Result<Head, ArrayProblem>) -> ArrayInfo {
    match head {
        Ok(head) => ArrayInfo {
            role: role(key.as_deref().unwrap_or(file), &head),
            key,
            problem: could_be(&head).err().map(|problem| problem.to_string()),
            dtype: head.descr.name(),
            shape: head.shape,
        },
        Err(problem) => ArrayInfo {
            key,
            shape: Vec::new(),
            dtype: "unknown".to_owned(),
            role: Role::Other,
            problem: Some(problem.to_string()),
        },
    }
}

/// Whether an array could be activations, at least if it is said how.
fn could_be(head: &Head) -> Result<(), ArrayProblem> {
    head.numbers()?;
    let read_as = ReadAs {
        flatten: (head.shape.len() > 2).then_some(Flatten::Positions),
        ..ReadAs::default()
    };
    let of = preview(&head.shape, &read_as)?;
    let length = |n: u64| usize::try_from(n).map_err(|_| ArrayProblem::Memory(n));
    fits(length(of.rows)?, length(of.neurons)?)
}

/// What [`Activations::new`] would say of such a shape, before anything is read.
pub(super) fn fits(rows: usize, neurons: usize) -> Result<(), ArrayProblem> {
    Activations::check_shape(rows, neurons).map_err(ArrayProblem::Unfit)
}

/// The place of the array to take from a file, and a note if it was chosen.
pub(super) fn choose(
    source: &mut Source,
    key: Option<&str>,
    cancel: &AtomicBool,
) -> Result<(usize, Option<String>), DataError> {
    let file = source.file_name().to_owned();
    if let Some(key) = key {
        if source.len() == 1 && source.key(0).is_none() {
            let key = key.to_owned();
            return Err(DataError::KeyForSingleArray { file, key });
        }
        return match source.find(key) {
            Some(place) => Ok((place, None)),
            None => Err(DataError::NoSuchKey {
                file,
                key: key.to_owned(),
                arrays: all_infos(source, cancel)?,
            }),
        };
    }
    // Whatever is wrong with the only array is the best thing to say.
    if source.len() == 1 {
        return Ok((0, None));
    }
    let mut arrays = all_infos(source, cancel)?;
    let fitting = |array: &ArrayInfo| array.problem.is_none();
    match arrays.iter().filter(|&array| fitting(array)).count() {
        0 => Err(DataError::NoneFits { file, arrays }),
        1 => {
            let place = arrays.iter().position(fitting).unwrap_or_default();
            let note = format!(
                "took `{}`, the only one of {} arrays that could be activations",
                printable(arrays[place].key.as_deref().unwrap_or_default()),
                thousands(arrays.len() as u64)
            );
            Ok((place, Some(note)))
        }
        _ => {
            arrays.retain(fitting);
            Err(DataError::SeveralArrays { file, keys: arrays })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arrays(of: &[(&[u64], &str)]) -> Vec<ArrayInfo> {
        let info = |&(shape, dtype): &(&[u64], &str)| ArrayInfo {
            key: Some("a".to_owned()),
            shape: shape.to_vec(),
            dtype: dtype.to_owned(),
            role: Role::Other,
            problem: None,
        };
        of.iter().map(info).collect()
    }

    #[test]
    fn what_can_be_stacked_is_told_from_the_headers() {
        let check = |of: &[(&[u64], &str)], expected: Option<&[u64]>| {
            assert_eq!(stacked(&arrays(of)).as_deref(), expected, "{of:?}");
        };
        check(&[(&[6], "float32"), (&[6], "float64")], Some(&[2, 6]));
        check(&[(&[4, 6], "float32"), (&[0, 6], "int8")], Some(&[4, 6]));
        let deep: (&[u64], &str) = (&[4, 5, 6], "float32");
        check(&[deep; 3], Some(&[12, 5, 6]));
        check(&[(&[4, 6], "float32")], None);
        check(&[(&[6], "float32"), (&[7], "float32")], None);
        check(&[(&[6], "float32"), (&[1, 6], "float32")], Some(&[2, 6]));
        check(&[(&[6], "float32"), (&[6], "<U4")], None);
        check(&[(&[], "float32"), (&[], "float32")], None);
        check(&[(&[u64::MAX, 6], "int8"), (&[1, 6], "int8")], None);
    }
}
