//! What can go wrong with a file, in sentences: what, where, what to do.

use std::fmt::Write as _;
use std::io;

use super::ArrayInfo;
use super::plan::preview;
use super::read_as::{Channels, Flatten, ReadAs};
use crate::srm::{ActivationsError, BasisError, Cancelled};
use crate::words::{self, count, gigabytes, io_error, size, thousands, times};

/// What a folder is called in a sentence.
pub(super) const FOLDER: &str = "a directory";

/// Advice for every dtype that is refused.
const NUMERIC: &str = "save it with a numeric dtype, e.g. np.save(f, a.astype(np.float32))";

/// Why a file gave no array. Files are named without their folder.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// A matrix that is no privileged basis for the samples.
    #[error("{file} is no privileged basis: {source}")]
    Basis {
        /// The file's name.
        file: String,
        /// What is wrong with it.
        source: BasisError,
    },
    /// The system refused to open or read the file.
    #[error("cannot read {file}: {}", io_error(source))]
    Io {
        /// The file's name.
        file: String,
        /// What the system said.
        source: io::Error,
    },
    /// A directory, a pipe, a socket or a device; it is never opened.
    #[error("{file} is {what}{}", not_a_file(what))]
    NotAFile {
        /// The file's name.
        file: String,
        /// What it is instead, with its article.
        what: &'static str,
    },
    /// A folder without a file.
    #[error("{folder} holds no files: choose the folder that the dumps are in")]
    NoFiles {
        /// The folder's name.
        folder: String,
    },
    /// A folder of more files than are listed.
    #[error(
        "{folder} holds more than {} files: choose some of them instead",
        thousands(super::folder::MOST_FILES as u64)
    )]
    ManyFiles {
        /// The folder's name.
        folder: String,
    },
    /// The file has no bytes.
    #[error("{file} is empty (0 bytes): save the array again")]
    Empty {
        /// The file's name.
        file: String,
    },
    /// The name says `.npy` or `.npz`, the first bytes say otherwise.
    #[error("{file} is not {kind} file (it begins with {begins}): save it again with {function}")]
    NotWhatItSays {
        /// The file's name.
        file: String,
        /// `a .npy` or `a .npz`.
        kind: &'static str,
        /// The first bytes, quoted and escaped.
        begins: String,
        /// The NumPy function that writes such a file.
        function: &'static str,
    },
    /// Neither name nor content is known.
    #[error(
        "{file} is of no known kind (it begins with {begins}): .npy, .npz, .safetensors, .pt, .h5, \
         .csv and text can be read; np.save writes the first"
    )]
    UnknownKind {
        /// The file's name.
        file: String,
        /// The first bytes, quoted and escaped.
        begins: String,
    },
    /// A key was given for a `.npy` file.
    #[error(
        "{file} is a single array, it has no key `{}`: leave out --key",
        printable(key)
    )]
    KeyForSingleArray {
        /// The file's name.
        file: String,
        /// The key asked for.
        key: String,
    },
    /// A key was given though all arrays are to be stacked.
    #[error(
        "all arrays of {file} were to be stacked, so none is chosen by its key `{}`: leave out \
         --key or --stack",
        printable(key)
    )]
    KeyForStack {
        /// The file's name.
        file: String,
        /// The key asked for.
        key: String,
    },
    /// More than one array would do and no key was given.
    #[error(
        "{file} holds {} arrays that could be activations: {}: choose one with --key",
        thousands(keys.len() as u64),
        several(keys)
    )]
    SeveralArrays {
        /// The file's name.
        file: String,
        /// The arrays that would do, in the file's order.
        keys: Vec<ArrayInfo>,
    },
    /// No array would do and no key was given.
    #[error("{file} holds {}{}", thousands(arrays.len() as u64), none_fits(arrays))]
    NoneFits {
        /// The file's name.
        file: String,
        /// Every array of the file and why it would not do.
        arrays: Vec<ArrayInfo>,
    },
    /// The file has no array of that name.
    #[error(
        "{file} has no array `{}`: it holds {}",
        printable(key),
        several(arrays)
    )]
    NoSuchKey {
        /// The file's name.
        file: String,
        /// The key asked for.
        key: String,
        /// Every array of the file.
        arrays: Vec<ArrayInfo>,
    },
    /// A zip archive without a `.npy` member.
    #[error(
        "{file} holds no arrays (no .npy among its {}): save some with np.savez",
        count(*members, "member")
    )]
    NoArrays {
        /// The file's name.
        file: String,
        /// Number of members of any kind.
        members: u64,
    },
    /// Two members of one name.
    #[error("{file} has more than one member named `{name}`: save it again with distinct keys")]
    DuplicateName {
        /// The file's name.
        file: String,
        /// The member's name as stored.
        name: String,
    },
    /// The archive as a whole cannot be read.
    #[error("{file} cannot be read as a .npz (zip) file: {what}")]
    Archive {
        /// The file's name.
        file: String,
        /// What is wrong and what to do.
        what: String,
    },
    /// A file of another kind than `.npz` that cannot be read as a whole.
    #[error("{file} cannot be read as {kind}: {what}")]
    Format {
        /// The file's name.
        file: String,
        /// What it is, with its article: `a .safetensors file`.
        kind: &'static str,
        /// What is wrong and what to do.
        what: String,
    },
    /// A file of a kind that is known and not read.
    #[error("{file} is {what}, so it is not read: {advice}")]
    Foreign {
        /// The file's name.
        file: String,
        /// What it is, with its article.
        what: &'static str,
        /// The line that makes it one that is read.
        advice: String,
    },
    /// One array cannot be read.
    #[error("{} {problem}", place(file, key.as_deref()))]
    Array {
        /// The file's name.
        file: String,
        /// The array's key in a `.npz`.
        key: Option<String>,
        /// What is wrong with it.
        problem: ArrayProblem,
    },
    /// The array was read, or would have been, but cannot be a layer.
    #[error("{}: {source}", place(file, key.as_deref()))]
    Activations {
        /// The file's name.
        file: String,
        /// The array's key in a `.npz`.
        key: Option<String>,
        /// Why not.
        source: ActivationsError,
    },
    /// The caller asked to stop.
    #[error("reading was cancelled")]
    Cancelled,
}

impl DataError {
    /// A matrix of that file is no privileged basis.
    #[must_use]
    pub fn not_a_basis(file: &str, source: BasisError) -> Self {
        Self::Basis {
            file: file.to_owned(),
            source,
        }
    }
}

/// What is wrong with one array: a sentence that lacks its subject, the array.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ArrayProblem {
    /// The header's dict is not what NumPy writes; names the field.
    #[error("has a header that is not understood: {0}; save it again with np.save")]
    Header(String),
    /// A `.npy` member without the magic bytes.
    #[error("is no .npy array (it begins with {0}): save it again with np.savez")]
    Magic(String),
    /// A version of the format other than 1.0, 2.0 and 3.0.
    #[error(
        "is of .npy version {0}.{1}, which is not known (1.0, 2.0 and 3.0 are): save it again with np.save"
    )]
    Version(u8, u8),
    /// The file ends before the header's own length is told.
    #[error("ends inside the header, after {}: save it again", count(*.0, "byte"))]
    CutBeforeHeader(u64),
    /// The header is longer than what is left of the file.
    #[error(
        "ends inside the header: {} are declared for it, but only {} follow: save it again",
        count(*declared, "byte"),
        thousands(*follow)
    )]
    CutInHeader {
        /// Bytes declared.
        declared: u64,
        /// Bytes there.
        follow: u64,
    },
    /// The header is there but absurdly long.
    #[error(
        "has a header of {}, longer than the {} that are read: save it again with np.save",
        count(*declared, "byte"),
        thousands(*limit)
    )]
    LongHeader {
        /// Bytes declared.
        declared: u64,
        /// The longest header that is read.
        limit: u64,
    },
    /// Pickled objects.
    #[error("holds Python objects (pickle), which are never loaded: {NUMERIC}")]
    Objects,
    /// A dtype that makes no coordinates.
    #[error("holds {what} ({dtype}), not real numbers: {advice}")]
    Dtype {
        /// What the dtype is, in words.
        what: &'static str,
        /// Its NumPy name.
        dtype: String,
        /// What to do.
        advice: &'static str,
    },
    /// Fewer bytes than the shape needs.
    #[error("{}", too_short(shape, dtype, *bytes, *follow))]
    TooShort {
        /// The shape promised.
        shape: Vec<u64>,
        /// NumPy name of the dtype.
        dtype: &'static str,
        /// Bytes the shape needs; `None` if they pass 64 bits.
        bytes: Option<u64>,
        /// Bytes there.
        follow: u64,
    },
    /// Not two-dimensional, and nothing said how it becomes so.
    #[error("{}", rank(.0))]
    Rank(Vec<u64>),
    /// Two-dimensional already.
    #[error(
        "is {} already, a row a sample and a column a neuron: leave out --flatten and --channels",
        times(.0)
    )]
    NothingToFlatten(Vec<u64>),
    /// A position that the array does not have.
    #[error(
        "has no position {place} among its {}: the first is 0, the last -1",
        thousands(*positions)
    )]
    NoSuchPosition {
        /// The position asked for.
        place: i64,
        /// How many there are.
        positions: u64,
    },
    /// An axis of no length between samples and neurons.
    #[error("has no positions ({}): there is nothing to take the mean, the largest or one of", times(.0))]
    NoPositions(Vec<u64>),
    /// An expanded view: few values that stand for very many.
    #[error("repeats few values many times (strides of 0): save t.contiguous() instead")]
    Repeats,
    /// Compressed data that unpack to more than is allowed.
    #[error(
        "unpacks to {}, more than the limit of {}: if the file can be trusted, raise it with \
         --memory-limit {}", size(*unpacked), size(*limit), gigabytes(*unpacked)
    )]
    OverLimit {
        /// Bytes it unpacks to.
        unpacked: u64,
        /// Bytes allowed.
        limit: u64,
    },
    /// What the file's own reader says.
    #[error("{0}")]
    Said(String),
    /// The system has not enough memory.
    #[error("needs {} of memory, more than there is: save fewer rows or columns", count(*.0, "byte"))]
    Memory(u64),
    /// The data stop before the declared size.
    #[error("ends early: {} of the array could not be read", count(*missing, "byte"))]
    EndsEarly {
        /// Bytes of the array not read, at most.
        missing: u64,
    },
    /// The file has fewer bytes than when it was opened.
    #[error("became shorter while it was read: load it again when whatever writes it is done")]
    Shrank,
    /// A `.npz` member that declares more than its compressed bytes can hold.
    #[error(
        "declares {}, but its {} of stored data cannot hold more than {}: the file is damaged",
        count(*declared, "byte"),
        count(*stored, "byte"),
        thousands(*most)
    )]
    DeclaresTooMuch {
        /// Size declared once opened.
        declared: u64,
        /// Size in the file.
        stored: u64,
        /// The most that `stored` bytes can open to.
        most: u64,
    },
    /// A `.npz` member that goes on after its declared size.
    #[error("holds more than the {} it declares: the file is damaged", count(*.0, "byte"))]
    MoreThanDeclared(u64),
    /// A `.npz` member that does not match its checksum.
    #[error("fails its checksum (CRC-32): the file is damaged, copy or save it again")]
    Checksum,
    /// A `.npz` member that cannot be opened or decompressed.
    #[error("cannot be unpacked: {0}")]
    Packing(String),
    /// The values cannot be a layer's activations.
    #[error("{}", without_it(.0))]
    Unfit(#[source] ActivationsError),
    /// The system failed while reading.
    #[error("cannot be read: {}", io_error(.0))]
    Io(#[source] io::Error),
    /// The caller asked to stop.
    #[error("was not read: cancelled")]
    Cancelled,
}

impl From<Cancelled> for ArrayProblem {
    fn from(Cancelled: Cancelled) -> Self {
        Self::Cancelled
    }
}

impl ArrayProblem {
    /// Says where it happened.
    pub(crate) fn at(self, file: &str, key: Option<&str>) -> DataError {
        let file = file.to_owned();
        let key = key.map(str::to_owned);
        match self {
            Self::Cancelled => DataError::Cancelled,
            Self::Io(source) => DataError::Io { file, source },
            Self::Unfit(source) => DataError::Activations { file, key, source },
            problem => DataError::Array { file, key, problem },
        }
    }
}

/// The advice of [`ArrayProblem::Dtype`] where nothing special helps.
pub(super) const ADVICE: &str = NUMERIC;

/// What to do with what is no file.
fn not_a_file(what: &str) -> &'static str {
    if what == FOLDER {
        ": name one of the files in it, or open it in the window, which lists them"
    } else {
        ", not a regular file: choose a file"
    }
}

fn place(file: &str, key: Option<&str>) -> String {
    match key {
        Some(key) => format!("`{}` in {file}", printable(key)),
        None => file.to_owned(),
    }
}

/// A name out of a file, with nothing in it that steers a terminal, and of a very
/// long one its ends.
pub(super) fn printable(name: &str) -> String {
    words::printable(name, 80)
}

fn without_it(error: &ActivationsError) -> String {
    let text = error.to_string();
    text.strip_prefix("it ").unwrap_or(&text).to_owned()
}

fn too_short(shape: &[u64], dtype: &str, bytes: Option<u64>, follow: u64) -> String {
    let shape = times(shape);
    let bytes = bytes.map_or_else(
        || ", more bytes than any file has".to_owned(),
        |bytes| format!(" = {}", count(bytes, "byte")),
    );
    let follow = match follow {
        0 => "none follow".to_owned(),
        1 => "only 1 follows".to_owned(),
        n => format!("only {} follow", thousands(n)),
    };
    format!("promises {shape} {dtype}{bytes}, but {follow} the header: save it again")
}

fn rank(shape: &[u64]) -> String {
    match shape {
        [] => "is a single number (0-D): an array of samples × neurons is needed".to_owned(),
        [n] => format!(
            "holds {} in one dimension, which is no N × d matrix of samples × neurons, and one \
             neuron makes no plane: if rows of d lie end to end, save x.reshape(-1, d)",
            count(*n, "number")
        ),
        _ => {
            let becomes = |flatten| {
                let read_as = ReadAs {
                    flatten: Some(flatten),
                    ..ReadAs::default()
                };
                preview(shape, &read_as).map_or_else(
                    |_| "more than fits".to_owned(),
                    |of| times(&[of.rows, of.neurons]),
                )
            };
            let (channels, other) = match Channels::usual(shape.len()) {
                Channels::First => ("the first axis behind the samples", Channels::Last),
                Channels::Last => ("the last axis", Channels::First),
            };
            format!(
                "is {}-D ({}): say how it becomes samples × neurons with --flatten positions \
                 (every position a sample: {}), mean or max (over the positions: {}), or the \
                 number of one position, such as 0 or -1; {channels} is taken for the neurons \
                 unless --channels {other} is given",
                shape.len(),
                times(shape),
                becomes(Flatten::Positions),
                becomes(Flatten::Mean),
            )
        }
    }
}

/// Arrays as `layer1 (20 × 6, float32), layer2 (…)`, the first ten by name.
fn several(arrays: &[ArrayInfo]) -> String {
    listed(arrays, 10, ", ", |array| {
        let key = printable(array.key.as_deref().unwrap_or_default());
        format!("{key} ({}, {})", times(&array.shape), array.dtype)
    })
}

/// The first items, and how many more there are.
fn listed<T>(items: &[T], shown: usize, between: &str, item: impl Fn(&T) -> String) -> String {
    let first: Vec<String> = items.iter().take(shown).map(item).collect();
    let mut text = first.join(between);
    if items.len() > shown {
        let more = (items.len() - shown) as u64;
        let _ = write!(text, " and {} more", thousands(more));
    }
    text
}

fn none_fits(arrays: &[ArrayInfo]) -> String {
    let rows = arrays.len() > 1
        && arrays
            .windows(2)
            .all(|pair| pair[0].shape.len() == 1 && pair[0].shape == pair[1].shape);
    if rows {
        return format!(
            " one-dimensional arrays of {} each, no N × d matrix: if each is a sample, read them \
             as one array with --stack",
            count(arrays[0].shape[0], "number")
        );
    }
    // What is wrong with many is said once.
    let mut reasons: Vec<(&str, Vec<String>)> = Vec::new();
    for array in arrays {
        let key = format!("`{}`", printable(array.key.as_deref().unwrap_or_default()));
        let problem = array.problem.as_deref().unwrap_or("could be taken");
        match reasons.iter_mut().find(|(known, _)| *known == problem) {
            Some((_, keys)) => keys.push(key),
            None => reasons.push((problem, vec![key])),
        }
    }
    let why = listed(&reasons, 3, "; ", |(problem, keys)| match &keys[..] {
        [key] => format!("{key} {problem}"),
        keys => format!("{}: each {problem}", listed(keys, 5, ", ", Clone::clone)),
    });
    let noun = if arrays.len() == 1 { "array" } else { "arrays" };
    format!(" {noun}, none that could be activations: {why}")
}
