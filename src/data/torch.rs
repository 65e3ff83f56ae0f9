//! PyTorch's `.pt`, `.pth` and `.bin`: a zip of one pickle, `NAME/data.pkl`, and a
//! member for each storage, `NAME/data/KEY`.
//!
//! The pickle describes the tensors as views of the storages; it is read by
//! [`Pickle`], which runs nothing. No storage is read to list a file: where a
//! storage lies and how long it is, the zip's directory says, and a view that
//! reaches out of its storage is a problem of its own.
//!
//! No crate does this whole. `pytorch-reader` 0.22 wants a dict at the root (a lone
//! tensor or a list is refused), reads checkpoints by their path alone, leaves out
//! objects of unknown classes in silence where they must be refused by name, and keeps its tensors in no order;
//! `repugnant-pickle` 0.0.1 reads flat state dicts only.

mod names;

use std::collections::HashMap;
use std::fmt::Display;
use std::io::{Read, Seek};

use zip::{CompressionMethod, ZipArchive};

use super::dtype::Descr;
use super::error::{ArrayProblem, DataError, printable};
use super::foreign;
use super::head::{Head, Order};
use super::literal::shortened;
use super::npz::{self, MOST_DEFLATE, SLACK};
use super::origin::Origin;
use super::pickle::{Pickle, Problem, Scalar, Tensor, Value};
use super::source::{Listed, Member, MemberBody};
use crate::words::{count, thousands};

/// Longest pickle that is read; a state dict of 100,000 tensors takes 20 MB.
const LONGEST_PICKLE: u64 = 64 << 20;
/// Times that a pickle may be longer than what is stored of it.
const MOST_PACKED: u64 = 64;
/// Members of this length are always read.
const MOST_SMALL: u64 = 1 << 20;

const KIND: &str = "a PyTorch file";

/// What torch files were before they were zips, from 0.1.10 to 1.5: the pickle of
/// a number comes first.
const LEGACY: &[u8] = b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19\x2e";

/// A tensor of a file.
#[derive(Debug)]
struct Found {
    /// Its place among dicts and lists, as `layers.0[3]`; `None` if it is all there is.
    key: Option<String>,
    head: Head,
    place: Place,
    /// Why it cannot be read, if it is known already.
    problem: Option<String>,
}

/// Where a tensor's first value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// In the file.
    File(u64),
    /// In a member of the zip that is compressed, and has so many bytes unpacked.
    Packed {
        member: usize,
        start: u64,
        bytes: u64,
    },
}

/// Whether a zip is one that torch writes: there is a pickle of that name.
pub(super) fn is_torch<R: Read + Seek>(zip: &ZipArchive<R>) -> bool {
    root(zip).is_some()
}

/// The path of the pickle without its name, with a slash at its end.
fn root<R: Read + Seek>(zip: &ZipArchive<R>) -> Option<String> {
    let pickles = zip.file_names().filter_map(|name| {
        let root = name.strip_suffix("data.pkl")?;
        (root.is_empty() || root.ends_with('/')).then_some(root)
    });
    pickles.min_by_key(|root| root.len()).map(str::to_owned)
}

/// Opens a torch file, whose tensors are in the pickle's order.
///
/// # Errors
/// [`DataError::Format`] where the pickle is not understood or calls what no tensor
/// needs. What is wrong with one tensor is its problem.
pub(super) fn open<R: Read + Seek>(
    origin: Origin,
    zip: &mut ZipArchive<R>,
) -> Result<Listed, DataError> {
    let members = list(&origin, zip)?.into_iter();
    let member = |found: Found| Member {
        key: found.key,
        head: found.problem.map_or(Ok(found.head), Err),
        body: match found.place {
            Place::File(start) => MemberBody::At(start),
            Place::Packed {
                member,
                start,
                bytes,
            } => packed(origin.clone(), member, start, bytes),
        },
    };
    Ok(Listed {
        members: members.map(member).collect(),
        origin,
        labels: None,
        neuron_names: None,
    })
}

/// A storage that is unpacked once it is wanted, from its byte `start` on.
fn packed(origin: Origin, member: usize, start: u64, bytes: u64) -> MemberBody {
    MemberBody::Packed(Box::new(move |limit, _| {
        if bytes > limit {
            return Err(ArrayProblem::OverLimit {
                unpacked: bytes,
                limit,
            });
        }
        let mut zip =
            npz::opened(&origin).map_err(|error| ArrayProblem::Packing(error.to_string()))?;
        let mut unpacked = unpack(&mut zip, member, bytes)?;
        unpacked.drain(..usize::try_from(start).map_or(unpacked.len(), |n| n.min(unpacked.len())));
        Ok(unpacked)
    }))
}

fn list<R: Read + Seek>(origin: &Origin, zip: &mut ZipArchive<R>) -> Result<Vec<Found>, DataError> {
    let bad = |what: String| format(origin, what);
    let root = root(zip).unwrap_or_default();
    if zip
        .index_for_name(&format!("{root}constants.pkl"))
        .is_some()
    {
        return Err(bad(
            "it is a TorchScript program, not tensors: save its state, \
             torch.save(torch.jit.load(f).state_dict(), g)"
                .to_owned(),
        ));
    }
    let (text, stored) = member(zip, &format!("{root}data.pkl"), LONGEST_PICKLE).map_err(bad)?;
    let byte_order = member(zip, &format!("{root}byteorder"), MOST_SMALL);
    let mut storages = Storages {
        zip,
        root,
        length: origin.length,
        big_endian: byte_order.is_ok_and(|(order, _)| order == b"big"),
        known: HashMap::new(),
    };
    let pickle = Pickle::read(&text, stored);
    let pickle = pickle.map_err(|problem| bad(format!("its pickle {problem}")))?;
    let found: Vec<Found> = names::named(&pickle)
        .map_err(bad)?
        .into_iter()
        .map(|(key, value)| match value {
            Value::Tensor(place) => storages.found(key, &pickle, &pickle.tensors[place as usize]),
            Value::Unread(why) => not_read(key, why),
            _ => not_read(key, "is no tensor"),
        })
        .collect();
    if found.is_empty() {
        return Err(bad(
            "it holds no tensors: save some, as torch.save(x, f) or torch.save({'layer1': x}, f)"
                .to_owned(),
        ));
    }
    Ok(found)
}

/// What is said of a pickle that is no zip, as torch wrote before version 1.6 and
/// as `pickle.dump` writes; `start` is its beginning or the whole.
pub(super) fn refused_pickle(origin: &Origin, start: &[u8]) -> DataError {
    let is_torch = matches!(origin.extension.as_str(), "pt" | "pth" | "bin" | "ckpt");
    if !is_torch && !start.starts_with(LEGACY) {
        return foreign::pickle(origin);
    }
    let what = match Pickle::read(start, start.len() as u64) {
        _ if start.starts_with(LEGACY) => "it is of the format from before torch 1.6, which is \
             not read: save it anew, torch.save(torch.load(f, weights_only=True), g)"
            .to_owned(),
        Err(problem @ Problem::Name { .. }) => format!("its pickle {problem}"),
        _ => "it is a bare pickle, which is never loaded: save the array with np.save, or the \
              tensors with torch.save"
            .to_owned(),
    };
    format(origin, what)
}

fn format(origin: &Origin, what: String) -> DataError {
    DataError::Format {
        file: origin.name.clone(),
        kind: KIND,
        what,
    }
}

fn not_read(key: Option<String>, why: &'static str) -> Found {
    Found {
        key,
        head: Head {
            descr: Descr::other("unknown"),
            shape: Vec::new(),
            order: Order::C,
            follow: 0,
        },
        place: Place::File(0),
        problem: Some(why.to_owned()),
    }
}

/// The whole of a small member, and the bytes that it takes in the file.
fn member<R: Read + Seek>(
    zip: &mut ZipArchive<R>,
    name: &str,
    most: u64,
) -> Result<(Vec<u8>, u64), String> {
    let name_shown = printable(name);
    let damaged = |what: &dyn Display| {
        format!("its `{name_shown}` cannot be unpacked ({what}): copy or save it again")
    };
    let file = zip.by_name(name).map_err(|error| damaged(&error))?;
    let (size, stored) = (file.size(), file.compressed_size());
    let most = most.min(stored.saturating_mul(MOST_PACKED) + MOST_SMALL);
    if size > most {
        return Err(format!(
            "its `{name_shown}` has {}, more than the {} that are read of one of its kind",
            count(size, "byte"),
            thousands(most)
        ));
    }
    let mut bytes = Vec::new();
    let read = file.take(size + 1).read_to_end(&mut bytes);
    read.map_err(|error| damaged(&error))?;
    if bytes.len() as u64 != size {
        return Err(damaged(&format_args!(
            "it declares {}",
            count(size, "byte")
        )));
    }
    Ok((bytes, stored))
}

/// The `bytes` bytes of a storage that is compressed.
///
/// # Errors
/// [`ArrayProblem`] where the member does not open to as many, or declares more
/// than what is stored of it can open to.
fn unpack<R: Read + Seek>(
    zip: &mut ZipArchive<R>,
    member: usize,
    bytes: u64,
) -> Result<Vec<u8>, ArrayProblem> {
    let packing = |error: &dyn Display| ArrayProblem::Packing(error.to_string());
    let file = zip.by_index(member).map_err(|error| packing(&error))?;
    let stored = file.compressed_size();
    let most = stored.saturating_mul(MOST_DEFLATE) + SLACK;
    if bytes > most {
        return Err(ArrayProblem::DeclaresTooMuch {
            declared: bytes,
            stored,
            most,
        });
    }
    let mut unpacked = Vec::new();
    let reserved = unpacked.try_reserve_exact(usize::try_from(bytes).unwrap_or(usize::MAX));
    reserved.map_err(|_| ArrayProblem::Memory(bytes))?;
    let read = file
        .take(bytes.saturating_add(1))
        .read_to_end(&mut unpacked);
    read.map_err(|error| packing(&error))?;
    let there = unpacked.len() as u64;
    if there > bytes {
        return Err(ArrayProblem::MoreThanDeclared(bytes));
    }
    if there < bytes {
        return Err(ArrayProblem::EndsEarly {
            missing: bytes - there,
        });
    }
    Ok(unpacked)
}

/// Storages of an open file.
struct Storages<'a, R> {
    zip: &'a mut ZipArchive<R>,
    root: String,
    /// Bytes of the file.
    length: u64,
    big_endian: bool,
    /// What is known of each, or what is wrong with it.
    known: HashMap<String, Result<Lies, String>>,
}

/// Where a storage lies and how long it is.
#[derive(Clone, Copy)]
struct Lies {
    member: usize,
    /// Where its bytes begin in the file, if they are stored as they are.
    start: Option<u64>,
    bytes: u64,
}

impl<R: Read + Seek> Storages<'_, R> {
    fn found(&mut self, key: Option<String>, pickle: &Pickle, tensor: &Tensor) -> Found {
        let mut found = Found {
            key,
            head: Head {
                descr: tensor.scalar.descr(),
                shape: tensor.shape.clone(),
                order: Order::Strides(tensor.strides.clone()),
                follow: 0,
            },
            place: Place::File(0),
            problem: None,
        };
        // Another kind of values is refused for what it is.
        if let Descr::Numbers { dtype, big_endian } = &mut found.head.descr {
            *big_endian = self.big_endian;
            let size = dtype.bytes();
            match self.place(pickle, tensor, size) {
                Ok((place, follow)) => (found.place, found.head.follow) = (place, follow),
                Err(problem) => found.problem = Some(problem),
            }
        }
        found
    }

    /// Where a tensor's first value is, and the bytes from it to the end of its
    /// storage, among which all others are.
    fn place(
        &mut self,
        pickle: &Pickle,
        tensor: &Tensor,
        size: u64,
    ) -> Result<(Place, u64), String> {
        let key = pickle.text(tensor.storage.key);
        let lies = self.lies(&key)?;
        let name = format!("its storage `data/{}`", shortened(&key));
        let declared = tensor.storage.values;
        let (needed, holds) = match tensor.storage.scalar {
            Scalar::Untyped => (Some(declared), declared / size),
            _ => (declared.checked_mul(size), declared),
        };
        if needed.is_none_or(|needed| needed > lies.bytes) {
            return Err(format!(
                "cannot be read: {name} should hold {}, but has only {}: the file is damaged, \
                 copy or save it again",
                count(declared, "value"),
                count(lies.bytes, "byte")
            ));
        }
        let reach = reach(tensor);
        if reach.is_none_or(|reach| reach > holds) {
            let reach = reach.map_or("more than any file has".to_owned(), thousands);
            return Err(format!(
                "cannot be read: it reaches value {reach} of {name}, which holds {}: the file is \
                 damaged, save it again",
                thousands(holds)
            ));
        }
        // Within the storage, as its reach is; an empty tensor may begin anywhere.
        let first = tensor.offset.min(holds) * size;
        let place = match lies.start {
            Some(start) => Place::File(start + first),
            None => Place::Packed {
                member: lies.member,
                start: first,
                bytes: lies.bytes,
            },
        };
        Ok((place, lies.bytes - first))
    }

    /// Where a storage lies; the zip is asked once.
    fn lies(&mut self, key: &str) -> Result<Lies, String> {
        if let Some(known) = self.known.get(key) {
            return known.clone();
        }
        let lies = self.look(key);
        self.known.insert(key.to_owned(), lies.clone());
        lies
    }

    fn look(&mut self, key: &str) -> Result<Lies, String> {
        let shown = shortened(key);
        let name = format!("{}data/{key}", self.root);
        let member = self.zip.index_for_name(&name).ok_or_else(|| {
            format!(
                "cannot be read: its storage `data/{shown}` is missing from the file: copy or \
                 save it again"
            )
        })?;
        let damaged = |what: &dyn Display| {
            format!("cannot be read: its storage `data/{shown}` {what}: copy or save it again")
        };
        let file = self.zip.by_index_raw(member);
        let file = file.map_err(|error| damaged(&format_args!("is damaged ({error})")))?;
        if file.encrypted() {
            return Err(damaged(&"is locked with a password"));
        }
        let (bytes, stored) = (file.size(), file.compressed_size());
        let start = file.data_start().unwrap_or(self.length);
        if stored > self.length.saturating_sub(start) {
            return Err(damaged(&"reaches beyond the end of the file"));
        }
        let packed = file.compression() != CompressionMethod::Stored;
        if !packed && bytes != stored {
            return Err(damaged(&"tells two lengths of itself"));
        }
        Ok(Lies {
            member,
            start: (!packed).then_some(start),
            bytes,
        })
    }
}

/// Values of its storage from the first up to a tensor's farthest.
fn reach(tensor: &Tensor) -> Option<u64> {
    if tensor.shape.contains(&0) {
        return Some(0);
    }
    let mut steps = tensor.shape.iter().zip(&tensor.strides);
    let last = steps.try_fold(tensor.offset, |last, (&length, &stride)| {
        last.checked_add((length - 1).checked_mul(stride)?)
    });
    last?.checked_add(1)
}

#[cfg(test)]
mod tests;
