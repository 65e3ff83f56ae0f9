//! An open file of any known format, as arrays that are described and read one by
//! one.

use std::io::BufReader;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::at::{Extent, Lies};
use super::body::Bytes;
use super::error::{ArrayProblem, DataError};
use super::foreign;
#[cfg(feature = "hdf5")]
use super::hdf5;
use super::head::Head;
use super::npy::{self, Header};
use super::npz::{self, Archive};
use super::origin::Origin;
use super::{pickle, safetensors, table, torch};

/// Bytes of a bare pickle that are searched for what it would call.
const PICKLE_START: usize = 1 << 20;

/// How names of files end that can be read, in the order in which they are told. The
/// content has the first word.
pub const EXTENSIONS: [&str; 13] = [
    "npy",
    "npz",
    "safetensors",
    "pt",
    "pth",
    "bin",
    "h5",
    "hdf5",
    "csv",
    "tsv",
    "txt",
    "dat",
    "mat",
];

/// An open file of a known format.
pub(super) enum Source {
    /// A single array.
    Npy(Origin),
    /// A zip archive of arrays.
    Npz(Archive),
    /// Arrays that were listed when it was opened.
    Listed(Listed),
}

/// A file whose arrays are all known once it is open.
pub(super) struct Listed {
    pub origin: Origin,
    pub members: Vec<Member>,
    /// A label for each row, of a table with a column of them.
    pub labels: Option<Vec<String>>,
    /// What the columns are called, of a table with a header.
    pub neuron_names: Option<Vec<String>>,
}

/// An array of a file.
pub(super) struct Member {
    /// Its name; `None` of the only array of a file.
    pub key: Option<String>,
    /// What is said of it, or what is wrong with it as a sentence that lacks its
    /// subject.
    pub head: Result<Head, String>,
    pub body: MemberBody,
}

/// Unpacks an array into bytes, at most so many.
pub(super) type Unpack = dyn Fn(u64, &AtomicBool) -> Result<Vec<u8>, ArrayProblem> + Send + Sync;

/// Where an array's bytes are.
pub(super) enum MemberBody {
    /// In the file as they are, the first value at that byte.
    At(u64),
    /// In memory.
    Memory(Arc<[u8]>),
    /// To be unpacked.
    Packed(Box<Unpack>),
}

impl Source {
    /// Recognises a file by its content, else by its name.
    pub fn open(origin: Origin, cancel: &AtomicBool) -> Result<Self, DataError> {
        let start = origin.start(foreign::START)?;
        let is_zip = [b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"]
            .iter()
            .any(|magic| start.starts_with(*magic));
        if start.starts_with(npy::MAGIC) {
            return Ok(Self::Npy(origin));
        }
        if is_zip {
            let mut zip = npz::directory(&origin)?;
            if torch::is_torch(&zip) {
                return torch::open(origin, &mut zip).map(Self::Listed);
            }
            let has_arrays = zip
                .file_names()
                .any(|name| name.strip_suffix(".npy").is_some());
            if !has_arrays && let Some(error) = foreign::by_members(&origin, zip.file_names()) {
                return Err(error);
            }
            return Archive::open(&origin, zip).map(Self::Npz);
        }
        if foreign::is_hdf5(&start) {
            return hdf5(origin);
        }
        if let Some(error) = foreign::by_content(&origin, &start) {
            return Err(error);
        }
        let extension = origin.extension.as_str();
        if safetensors::looks_so(&start) || (extension == "safetensors" && !start.is_empty()) {
            return safetensors::open(origin).map(Self::Listed);
        }
        if pickle::looks_so(&start) {
            return Err(torch::refused_pickle(&origin, &origin.start(PICKLE_START)?));
        }
        if start.is_empty() {
            return Err(unknown(&origin, &start));
        }
        // What should be an array is not taken for anything else.
        if matches!(extension, "npy" | "npz") {
            return Err(unknown(&origin, &start));
        }
        let is_text = table::looks_so(&origin.start(table::SAMPLE)?);
        let by_name = foreign::by_name(&origin);
        if table::is_named_so(extension) && (is_text || by_name.is_none()) {
            return table::open(&origin, cancel).map(Self::Listed);
        }
        match by_name {
            Some(error) => Err(error),
            None if is_text => table::open(&origin, cancel).map(Self::Listed),
            None => Err(unknown(&origin, &start)),
        }
    }

    /// The file's name.
    pub fn file_name(&self) -> &str {
        match self {
            Self::Npy(origin) => &origin.name,
            Self::Npz(archive) => archive.file_name(),
            Self::Listed(listed) => &listed.origin.name,
        }
    }

    /// Bytes of the file.
    pub fn bytes(&self) -> u64 {
        match self {
            Self::Npy(origin) => origin.length,
            Self::Npz(archive) => archive.length(),
            Self::Listed(listed) => listed.origin.length,
        }
    }

    /// How many arrays it holds.
    pub fn len(&self) -> usize {
        match self {
            Self::Npy(_) => 1,
            Self::Npz(archive) => archive.keys().len(),
            Self::Listed(listed) => listed.members.len(),
        }
    }

    /// The name of the array at `place`; `None` for the only one of a file that names
    /// none.
    pub fn key(&self, place: usize) -> Option<&str> {
        match self {
            Self::Npy(_) => None,
            Self::Npz(archive) => Some(archive.key(place)),
            Self::Listed(listed) => listed.members.get(place)?.key.as_deref(),
        }
    }

    /// The place of the array of that name.
    pub fn find(&self, key: &str) -> Option<usize> {
        match self {
            Self::Npy(_) => None,
            Self::Npz(archive) => archive.find(key),
            Self::Listed(listed) => {
                let named = |member: &Member| member.key.as_deref() == Some(key);
                listed.members.iter().position(named)
            }
        }
    }

    /// What the file says of the array at `place`.
    pub fn head(&mut self, place: usize) -> Result<Head, ArrayProblem> {
        match self {
            Self::Npy(origin) => {
                let extent = Extent::new(&*origin.file, 0);
                let header = Header::read(&mut BufReader::new(extent.head()), origin.length)?;
                Ok(header.head(origin.length))
            }
            Self::Npz(archive) => {
                let (header, available) = archive.header(place)?;
                Ok(header.head(available))
            }
            Self::Listed(listed) => match listed.members.get(place).map(|member| &member.head) {
                Some(Ok(head)) => Ok(head.clone()),
                Some(Err(said)) => Err(ArrayProblem::Said(said.clone())),
                None => Err(ArrayProblem::Said("is not there".to_owned())),
            },
        }
    }

    /// Reads the array at `place`: `read` is given what the file says of it and its
    /// values. Compressed data unpack to at most `limit` bytes.
    pub fn read<T>(
        &mut self,
        place: usize,
        limit: u64,
        cancel: &AtomicBool,
        read: impl FnOnce(&Head, Bytes<'_>) -> Result<T, ArrayProblem>,
    ) -> Result<T, ArrayProblem> {
        match self {
            Self::Npy(origin) => {
                let extent = Extent::new(&*origin.file, 0);
                let header = Header::read(&mut BufReader::new(extent.head()), origin.length)?;
                let start = header.bytes;
                read(&header.head(origin.length), Bytes::Placed(&extent, start))
            }
            Self::Npz(archive) => archive.read(place, limit, cancel, read),
            Self::Listed(listed) => listed.read(place, limit, cancel, read),
        }
    }

    /// The file, and the byte at which the values of the array at `place` begin in it,
    /// where they lie there as they are.
    pub fn lies(&mut self, place: usize) -> Result<Option<Lies>, ArrayProblem> {
        match self {
            Self::Npy(origin) => {
                let extent = Extent::new(&*origin.file, 0);
                let header = Header::read(&mut BufReader::new(extent.head()), origin.length)?;
                Ok(Some((Arc::clone(&origin.file), header.bytes)))
            }
            Self::Npz(archive) => archive.lies(place),
            Self::Listed(listed) => Ok(match listed.members.get(place).map(|m| &m.body) {
                Some(MemberBody::At(start)) => Some((Arc::clone(&listed.origin.file), *start)),
                Some(MemberBody::Memory(bytes)) => Some((Arc::new(Arc::clone(bytes)), 0)),
                Some(MemberBody::Packed(_)) | None => None,
            }),
        }
    }

    /// A label for each row and a name for each column, where the file is a table
    /// that has them.
    pub fn names(&self) -> (Option<&[String]>, Option<&[String]>) {
        match self {
            Self::Npy(_) | Self::Npz(_) => (None, None),
            Self::Listed(listed) => (listed.labels.as_deref(), listed.neuron_names.as_deref()),
        }
    }
}

impl Listed {
    fn read<T>(
        &self,
        place: usize,
        limit: u64,
        cancel: &AtomicBool,
        read: impl FnOnce(&Head, Bytes<'_>) -> Result<T, ArrayProblem>,
    ) -> Result<T, ArrayProblem> {
        let Some(member) = self.members.get(place) else {
            return Err(ArrayProblem::Said("is not there".to_owned()));
        };
        let head = match &member.head {
            Ok(head) => head,
            Err(said) => return Err(ArrayProblem::Said(said.clone())),
        };
        let unpacked;
        let (bytes, start) = match &member.body {
            MemberBody::At(start) => {
                let extent = Extent::new(&*self.origin.file, 0);
                return read(head, Bytes::Placed(&extent, *start));
            }
            MemberBody::Memory(bytes) => (&**bytes, 0),
            MemberBody::Packed(unpack) => {
                unpacked = unpack(limit, cancel)?;
                (&unpacked[..], 0)
            }
        };
        // What was unpacked may be less than was promised.
        let follow = head.follow.min(bytes.len() as u64);
        let head = Head {
            follow,
            ..head.clone()
        };
        let extent = Extent::new(&bytes, 0);
        read(&head, Bytes::Placed(&extent, start))
    }
}

#[cfg(feature = "hdf5")]
fn hdf5(origin: Origin) -> Result<Source, DataError> {
    hdf5::open(origin).map(Source::Listed)
}

#[cfg(not(feature = "hdf5"))]
#[allow(clippy::needless_pass_by_value)] // as the reader takes it
fn hdf5(origin: Origin) -> Result<Source, DataError> {
    Err(foreign::hdf5(&origin))
}

/// The error for a file whose first bytes are no magic.
fn unknown(origin: &Origin, start: &[u8]) -> DataError {
    let file = origin.name.clone();
    if start.is_empty() {
        return DataError::Empty { file };
    }
    let begins = npy::quoted(start);
    let (kind, function) = match origin.extension.as_str() {
        "npy" => ("a .npy", "np.save"),
        "npz" => ("a .npz (zip)", "np.savez"),
        _ => return DataError::UnknownKind { file, begins },
    };
    DataError::NotWhatItSays {
        file,
        kind,
        begins,
        function,
    }
}
