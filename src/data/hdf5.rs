//! HDF5 (`.h5`, `.hdf5`), as `h5py` writes it and MATLAB since 7.3: each dataset of
//! numbers is an array, called by its path.
//!
//! The format is read by the crate `hdf5-reader`, which is pure Rust, reads from any
//! storage that gives ranges of bytes and checks what a file says of itself against
//! the storage's length. It is held to that here once more: what a dataset declares
//! must be justified by the file's size before memory is taken for it, files named
//! in the file are never opened, and should the crate panic, the file is reported as
//! damaged. A dataset is read in one go, which cannot be called off.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use hdf5_reader::group::Group;
use hdf5_reader::{ByteOrder, Dataset, Datatype, Hdf5File, OpenOptions, RangeRequestStorage};

use super::dtype::{Descr, Dtype};
use super::error::{ArrayProblem, DataError, printable};
use super::head::{Head, Order};
use super::npz::MOST_DEFLATE;
use super::origin::Origin;
use super::source::{Listed, Member, MemberBody};
use crate::words::{count, thousands};

/// Most datasets of a file.
const MOST_DATASETS: usize = 65_535;
/// Deepest nesting of groups.
const DEPTH: usize = 32;
/// Most bytes of a chunk once it is unpacked, which the crate holds on its own.
const MOST_CHUNK: u64 = 256 << 20;
/// Bytes that a file of any size may declare.
const SLACK: u64 = 1 << 20;

const KIND: &str = "an HDF5 file";

/// Opens a file, whose datasets are in the order of its groups.
///
/// # Errors
/// [`DataError::Format`] where its groups are not understood. What is wrong with one
/// dataset stands with it.
pub(super) fn open(origin: Origin) -> Result<Listed, DataError> {
    let bad = |what: String| DataError::Format {
        file: origin.name.clone(),
        kind: KIND,
        what,
    };
    let most = justified(origin.length);
    let members = guarded(|| list(&origin, most)).map_err(bad)?;
    if members.is_empty() {
        return Err(bad(
            "it holds no datasets: save some, f['layer1'] = x".to_owned()
        ));
    }
    Ok(Listed {
        origin,
        members,
        labels: None,
        neuron_names: None,
    })
}

/// Bytes that a file of so many may unpack to.
fn justified(length: u64) -> u64 {
    length.saturating_mul(MOST_DEFLATE).saturating_add(SLACK)
}

/// Runs the crate so that a panic is an error.
fn guarded<T>(run: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(run))
        .unwrap_or_else(|_| Err("it is damaged: copy or save it again".to_owned()))
}

fn said(error: &hdf5_reader::error::Error) -> String {
    use hdf5_reader::error::Error;
    let cause = match error {
        Error::Context { source, .. } => source,
        other => other,
    };
    let what = printable(&cause.to_string());
    match cause {
        Error::UnsupportedFilter(_) => {
            format!("is packed in a way that is not read ({what}): save it with compression='gzip'")
        }
        _ => format!("cannot be read ({what}): the file is damaged or of a kind that is not read"),
    }
}

fn list(origin: &Origin, most: u64) -> Result<Vec<Member>, String> {
    let file = origin.clone();
    let storage = RangeRequestStorage::new(origin.length, move |offset, length| {
        Ok(file.bytes(offset, length)?)
    });
    let whole = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
    let options = OpenOptions::default()
        .with_chunk_cache_bytes(0)
        .with_max_chunk_bytes(whole(most.min(MOST_CHUNK)))
        .with_max_read_bytes(whole(most));
    let broken = |error: hdf5_reader::error::Error| {
        format!(
            "its structure is not understood ({}): it is damaged, copy or save it again",
            printable(&error.to_string())
        )
    };
    let file = Hdf5File::from_storage_with_options(Arc::new(storage), options).map_err(broken)?;
    let mut walk = Walk {
        length: origin.length,
        most,
        seen: HashSet::new(),
        members: Vec::new(),
    };
    walk.group(&file.root_group().map_err(broken)?, "", 0)?;
    Ok(walk.members)
}

struct Walk {
    /// Bytes of the file.
    length: u64,
    /// Bytes that a dataset may have.
    most: u64,
    /// Groups by their places: one may hold itself.
    seen: HashSet<u64>,
    members: Vec<Member>,
}

impl Walk {
    fn group(&mut self, group: &Group, path: &str, depth: usize) -> Result<(), String> {
        if !self.seen.insert(group.address()) {
            return Ok(());
        }
        if depth > DEPTH {
            return Err(format!(
                "it nests groups more than {DEPTH} deep: save fewer levels"
            ));
        }
        let (groups, datasets) = match group.members() {
            Ok(members) => members,
            // One that is broken hides its neighbours: they are asked one by one.
            Err(error) => {
                let named = group.member_names();
                let (groups, datasets) = named.map_err(|_| {
                    format!(
                        "its group `/{path}` is not understood ({}): copy or save it again",
                        printable(&error.to_string())
                    )
                })?;
                let groups = groups
                    .iter()
                    .filter_map(|name| group.group(name).ok())
                    .collect();
                let mut whole = Vec::new();
                for name in datasets {
                    match group.dataset(&name) {
                        Ok(dataset) => whole.push(dataset),
                        Err(error) => self.broken(format!("{path}{name}"), &error),
                    }
                }
                (groups, whole)
            }
        };
        for dataset in datasets {
            let key = format!("{path}{}", last(dataset.name()));
            self.dataset(key, dataset)?;
        }
        for group in groups {
            let path = format!("{path}{}/", last(group.name()));
            self.group(&group, &path, depth + 1)?;
        }
        Ok(())
    }

    fn broken(&mut self, key: String, error: &hdf5_reader::error::Error) {
        self.members.push(Member {
            key: Some(key),
            head: Err(said(error)),
            body: MemberBody::At(0),
        });
    }

    fn dataset(&mut self, key: String, dataset: Dataset) -> Result<(), String> {
        if self.members.len() == MOST_DATASETS {
            return Err(format!(
                "it holds more than {} datasets: save fewer of them",
                thousands(MOST_DATASETS as u64)
            ));
        }
        let head = self.head(&dataset);
        self.members.push(Member {
            key: Some(key),
            head,
            body: packed(dataset),
        });
        Ok(())
    }

    fn head(&self, dataset: &Dataset) -> Result<Head, String> {
        let descr = descr(dataset);
        let mut head = Head {
            shape: dataset.shape().to_vec(),
            order: Order::C,
            follow: 0,
            descr,
        };
        if matches!(head.descr, Descr::Refused(_)) {
            return Ok(head);
        }
        let bytes = dataset.raw_byte_len().map_err(|error| said(&error))? as u64;
        // What is not in chunks lies in the file as it is.
        let most = match dataset.chunks() {
            Some(_) => self.most,
            None => self.length,
        };
        if bytes > most {
            return Err(format!(
                "declares {}, but a file of {} cannot hold more than {}: it is damaged or nearly \
                 all fill values, save what is there",
                count(bytes, "byte"),
                count(self.length, "byte"),
                thousands(most)
            ));
        }
        head.follow = bytes;
        Ok(head)
    }
}

/// The end of a path.
fn last(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or_default()
}

/// A dataset that is read once it is wanted.
fn packed(dataset: Dataset) -> MemberBody {
    MemberBody::Packed(Box::new(move |limit, _| {
        let read = guarded(|| {
            let bytes = dataset.raw_byte_len().map_err(|error| said(&error))? as u64;
            if bytes > limit {
                return Ok(Err(bytes));
            }
            dataset
                .read_raw_bytes()
                .map(Ok)
                .map_err(|error| said(&error))
        });
        match read {
            Ok(Ok(bytes)) => Ok(bytes),
            Ok(Err(unpacked)) => Err(ArrayProblem::OverLimit { unpacked, limit }),
            Err(said) => Err(ArrayProblem::Said(said)),
        }
    }))
}

/// What a dataset's values are.
fn descr(dataset: &Dataset) -> Descr {
    let raw = dataset.raw_datatype().unwrap_or_default();
    number(dataset.dtype(), &raw).unwrap_or_else(|| match dataset.dtype() {
        Datatype::String { .. } | Datatype::VarLen { .. } => Descr::text(),
        Datatype::Compound { fields, .. } if is_complex(fields.len(), &raw) => {
            Descr::complex("complex")
        }
        Datatype::Compound { .. } => Descr::other("records"),
        Datatype::Reference { .. } => Descr::other("references"),
        Datatype::FloatingPoint { size, .. } => Descr::other(&format!("float of {size} bytes")),
        Datatype::FixedPoint { size, .. } => Descr::other(&format!("integer of {size} bytes")),
        _ => Descr::other("opaque"),
    })
}

/// Whether a compound of so many fields is what h5py makes of complex numbers.
fn is_complex(fields: usize, raw: &[u8]) -> bool {
    let has = |name: &[u8]| raw.windows(name.len()).any(|window| window == name);
    fields == 2 && has(b"r\0") && has(b"i\0")
}

/// The numbers that a datatype stands for, if they fill its bytes as NumPy's do;
/// `raw` is the datatype as stored.
fn number(datatype: &Datatype, raw: &[u8]) -> Option<Descr> {
    let (dtype, order) = match datatype {
        Datatype::FixedPoint {
            size,
            signed,
            byte_order,
        } => (integer(*size, *signed)?, *byte_order),
        Datatype::FloatingPoint { size, byte_order } => {
            // Bits of the exponent and of the fraction, behind the head (8 bytes) and
            // the places of the bits.
            let bits = (*raw.get(13)?, *raw.get(15)?);
            let dtype = match (size, bits) {
                (2, (5, 10)) => Dtype::F16,
                (2, (8, 7)) => Dtype::BF16,
                (4, (8, 23)) => Dtype::F32,
                (8, (11, 52)) => Dtype::F64,
                _ => return None,
            };
            (dtype, *byte_order)
        }
        Datatype::Enum { base, members } => {
            let Datatype::FixedPoint {
                size,
                signed,
                byte_order,
            } = **base
            else {
                return None;
            };
            let truth = ["FALSE", "TRUE"];
            let names = members.iter().map(|member| member.name.as_str());
            let dtype = if size == 1 && names.eq(truth) {
                Dtype::Bool
            } else {
                integer(size, signed)?
            };
            (dtype, byte_order)
        }
        _ => return None,
    };
    Some(Descr::Numbers {
        dtype,
        big_endian: order == ByteOrder::BigEndian,
    })
}

fn integer(size: u8, signed: bool) -> Option<Dtype> {
    Some(match (size, signed) {
        (1, true) => Dtype::I8,
        (2, true) => Dtype::I16,
        (4, true) => Dtype::I32,
        (8, true) => Dtype::I64,
        (1, false) => Dtype::U8,
        (2, false) => Dtype::U16,
        (4, false) => Dtype::U32,
        (8, false) => Dtype::U64,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;

    use super::super::foreign;
    use super::*;

    fn bytes(name: &str) -> Vec<u8> {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        std::fs::read(folder.join("tests/data/formats/hdf5").join(name)).unwrap()
    }

    fn opened(bytes: Vec<u8>) -> Result<Listed, DataError> {
        open(Origin::of_bytes("x.h5", bytes))
    }

    fn read(member: &Member, limit: u64) -> Result<Vec<u8>, ArrayProblem> {
        let MemberBody::Packed(unpack) = &member.body else {
            panic!("{:?}", member.key)
        };
        unpack(limit, &AtomicBool::new(false))
    }

    /// The values of a dataset, and whether they are `x` of the fixtures (in eighths,
    /// or whole for the dtypes of whole numbers).
    fn is_x(member: &Member) -> bool {
        let head = member.head.as_ref().unwrap();
        let Descr::Numbers { dtype, big_endian } = head.descr else {
            return false;
        };
        let bytes = read(member, 1 << 20).unwrap();
        assert_eq!(bytes.len() as u64, head.follow);
        let values = bytes.chunks_exact(dtype.bytes() as usize).map(|value| {
            let mut value = value.to_vec();
            if big_endian {
                value.reverse();
            }
            match (dtype, &value[..]) {
                (Dtype::F16, &[a, b]) => half::f16::from_le_bytes([a, b]).to_f64() * 8.0,
                (Dtype::F32, &[a, b, c, d]) => f64::from(f32::from_le_bytes([a, b, c, d])) * 8.0,
                (Dtype::F64, bytes) => f64::from_le_bytes(bytes.try_into().unwrap()) * 8.0,
                (_, bytes) => {
                    let mut wide = [0; 8];
                    wide[..bytes.len()].copy_from_slice(bytes);
                    u64::from_le_bytes(wide) as f64
                }
            }
        });
        values
            .enumerate()
            .all(|(place, value)| value == place as f64)
    }

    #[test]
    fn datasets_of_every_layout_and_type_are_read() {
        for file in ["earliest.h5", "latest.h5"] {
            let listed = opened(bytes(file)).unwrap();
            let mut right: Vec<&str> = Vec::new();
            for member in &listed.members {
                let key = member.key.as_deref().unwrap();
                if is_x(member) {
                    right.push(key);
                }
            }
            right.sort_unstable();
            let expected = [
                "layouts/contiguous",
                "layouts/growing",
                "layouts/gzip",
                "layouts/shuffled",
                "three",
                "types/>f4",
                "types/>i2",
                "types/f2",
                "types/f8",
                "types/i1",
                "types/i8",
                "types/u1",
                "types/u4",
            ];
            assert_eq!(right, expected, "{file}");
            let of = |key: &str| {
                let mut members = listed.members.iter();
                let member = members.find(|member| member.key.as_deref() == Some(key));
                member.unwrap().head.clone().unwrap()
            };
            assert_eq!(of("three").shape, [4, 5, 6]);
            assert_eq!(of("layouts/gzip").shape, [20, 6]);
            assert_eq!(of("bool").descr, Descr::little(Dtype::Bool));
            assert_eq!(of("words").descr, Descr::text());
            assert_eq!(of("complex").descr, Descr::complex("complex"));
            assert_eq!(of("number").shape, [0; 0]);
        }
    }

    #[test]
    fn a_file_behind_a_block_for_the_user_is_found() {
        let bytes = bytes("matlab.mat");
        assert!(foreign::is_hdf5(&bytes[..foreign::START]));
        let listed = opened(bytes).unwrap();
        assert!(is_x(&listed.members[0]));
    }

    #[test]
    fn what_a_dataset_declares_is_held_against_the_file() {
        let listed = opened(bytes("sparse.h5")).unwrap();
        let said = listed.members[0].head.as_ref().unwrap_err();
        assert!(said.contains("declares 24,000,000,000,000 bytes"), "{said}");
        assert!(is_x(&listed.members[1]));
        let limited = read(&listed.members[1], 959);
        assert!(matches!(
            limited,
            Err(ArrayProblem::OverLimit {
                unpacked: 960,
                limit: 959
            })
        ));
    }

    /// Cut anywhere and with bytes changed, a file is read or refused, and nothing else.
    #[test]
    fn a_broken_file_is_a_sentence() {
        let mut broken = 0;
        for file in ["earliest.h5", "latest.h5"] {
            let whole = bytes(file);
            for step in 0..150usize {
                let mut bytes = whole.clone();
                let place = step * 7919 % bytes.len();
                match step % 3 {
                    0 => bytes.truncate(place),
                    1 => bytes[place] ^= 0xff,
                    _ => {
                        let end = bytes.len().min(place + 8);
                        bytes[place..end].fill(0xff);
                    }
                }
                match opened(bytes) {
                    Ok(listed) => {
                        let bad = |member: &Member| {
                            member.head.is_err() || read(member, 1 << 20).is_err()
                        };
                        broken += usize::from(listed.members.iter().any(bad));
                    }
                    Err(error) => {
                        let said = error.to_string();
                        assert!(!said.contains(char::is_control), "{said}");
                        broken += 1;
                    }
                }
            }
        }
        assert!(broken > 100, "{broken}");
    }
}
