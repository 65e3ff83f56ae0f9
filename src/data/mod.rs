//! Reading dumps: `.npy` and `.npz` files become [`Activations`] or a matrix.
//!
//! What a file is, its first bytes say; its name is asked only for the message
//! when they say nothing. [`list`] reads headers, [`load`] reads one array for
//! the samples and [`load_matrix`] one for a basis.
//!
//! Whatever the file, a loader here
//! - runs nothing from it: the header is a literal that is parsed, and pickles
//!   are refused by name;
//! - reserves no memory that the file's size cannot justify: what a header
//!   promises is compared with the bytes that are there, what a zip member
//!   declares with the most that its stored bytes can open to; narrow layers take
//!   up to 32 times their file, as [`Activations`] says;
//! - writes nothing: names inside an archive are keys;
//! - opens regular files only, so that a pipe or device never makes it wait;
//! - answers with a [`DataError`] that says what, where and what to do.

mod at;
mod body;
mod dtype;
mod error;
mod lay;
mod literal;
mod npy;
mod npz;
mod placed;
mod stamp;
mod stream;

use std::fmt::Write as _;
use std::fs::{File, FileType, Metadata};
use std::io::{BufReader, Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};

use sha2::{Digest, Sha256};

pub(crate) use dtype::Descr;
pub use dtype::Dtype;
pub use error::{ArrayProblem, DataError};
pub(crate) use npz::{Archive, Stream};
pub use stamp::FileStamp;

use crate::srm::{Activations, ActivationsError};
use crate::words::thousands;
use at::{Extent, ReadAt};
use body::{Body, Bytes, Decoded};
use npy::Header;

/// One array of a file, as a list shows it. No values are read for this.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArrayInfo {
    /// Its name in a `.npz`; `None` for a `.npy`.
    pub key: Option<String>,
    /// Lengths of its dimensions; empty for a single number and where the
    /// header is not understood.
    pub shape: Vec<u64>,
    /// NumPy's name of its dtype, such as `float32`, `complex64`, `<U4`;
    /// `unknown` where the header is not understood.
    pub dtype: String,
    /// Why it cannot be activations, as a sentence that lacks its subject
    /// (`holds text …`); `None` if it can, as far as its header tells.
    pub problem: Option<String>,
}

/// An array read as a layer's activations.
#[derive(Clone, Debug)]
pub struct Dump {
    /// The file's name without its folder.
    pub file_name: String,
    /// The file as it was asked for.
    pub path: PathBuf,
    /// The array's name in a `.npz`.
    pub key: Option<String>,
    /// The dtype in the file.
    pub dtype: Dtype,
    /// Rows and columns in the file, with the rows that were left out.
    pub shape: [usize; 2],
    /// The file as it was when it was opened; `None` for the bundled sample.
    pub stamp: Option<FileStamp>,
    /// The samples.
    pub activations: Arc<Activations>,
    /// What the reader should know: which array was taken, what was ignored or
    /// rounded. Each a phrase without a full stop.
    pub notes: Vec<String>,
}

/// An array read as a matrix in double precision, for a basis.
#[derive(Clone, Debug, PartialEq)]
pub struct Matrix {
    /// The file's name without its folder.
    pub file_name: String,
    /// The file as it was asked for.
    pub path: PathBuf,
    /// The array's name in a `.npz`.
    pub key: Option<String>,
    /// The file as it was when it was opened.
    pub stamp: FileStamp,
    /// `m`.
    pub rows: usize,
    /// `d`.
    pub columns: usize,
    /// `m × d` values, row by row, finite or not.
    pub values: Vec<f64>,
}

/// Lists the arrays of a file from their headers, in the file's order. Values
/// and checksums are not looked at.
///
/// # Errors
/// [`DataError`] if the file as a whole cannot be read. What is wrong with one
/// array stands in its [`ArrayInfo::problem`].
pub fn list(path: &Path) -> Result<Vec<ArrayInfo>, DataError> {
    match Source::open(path)?.0 {
        Source::Npy(file) => Ok(vec![info(None, file.header())]),
        Source::Npz(mut archive) => Ok(all_infos(&mut archive)),
    }
}

/// Reads one array as activations, `N × d`, and checks it.
///
/// Without a `key` a `.npz` must hold exactly one array that could be
/// activations (two-dimensional, numeric, `N ≥ 1`, `d ≥ 2`). Setting `cancel`
/// ends the reading at the next block with [`DataError::Cancelled`].
///
/// The values are held once, in whole lines (see [`Activations`]), and no copy of
/// the file beside them: what is not compressed is read by positioned reads, a
/// piece a thread of the current rayon pool, what is compressed is unpacked block
/// by block. A file that becomes shorter meanwhile is a [`DataError`] like any
/// other.
///
/// # Errors
/// [`DataError`], also where [`Activations::new`] refuses the array.
pub fn load(path: &Path, key: Option<&str>, cancel: &AtomicBool) -> Result<Dump, DataError> {
    let (source, stamp) = Source::open(path)?;
    dump(take(source, key, cancel, samples)?, path, Some(stamp))
}

/// Lists the arrays of a file as [`list`] does and reads each that could be
/// activations as [`load`] does, one after the other: `each` is given both. The
/// file is opened once, however many arrays it holds.
///
/// # Errors
/// As [`list`]; [`DataError::Cancelled`] soon after `cancel` is set.
pub fn load_each(
    path: &Path,
    cancel: &AtomicBool,
    mut each: impl FnMut(ArrayInfo, Option<Result<Dump, DataError>>),
) -> Result<(), DataError> {
    let mut give = |array: ArrayInfo, dump: Option<Result<Dump, DataError>>| {
        if matches!(dump, Some(Err(DataError::Cancelled))) {
            return Err(DataError::Cancelled);
        }
        each(array, dump);
        Ok(())
    };
    match Source::open(path)? {
        (Source::Npy(file), _) => {
            let array = info(None, file.header());
            let loaded = array.problem.is_none().then(|| load(path, None, cancel));
            give(array, loaded)
        }
        (Source::Npz(mut archive), stamp) => {
            for (place, array) in all_infos(&mut archive).into_iter().enumerate() {
                let loaded = array.problem.is_none().then(|| {
                    let taken = take_member(&mut archive, place, cancel, samples)?;
                    dump(taken, path, Some(stamp))
                });
                give(array, loaded)?;
            }
            Ok(())
        }
    }
}

/// The bundled sample: the latent layer of a `ReLU` autoencoder of handwritten
/// digits, 1,797 × 24 (see `assets/sample/README.md`).
///
/// # Errors
/// None, as long as the bundled file is what it was when it was tested.
pub fn sample() -> Result<Dump, DataError> {
    let file = NpyFile {
        name: SAMPLE_NAME.to_owned(),
        file: Box::new(SAMPLE_BYTES),
        length: SAMPLE_BYTES.len() as u64,
    };
    let taken = take(Source::Npy(file), None, &AtomicBool::new(false), samples)?;
    dump(taken, Path::new(SAMPLE_NAME), None)
}

const SAMPLE_NAME: &str = "relu_epoch_3000.npy";

const SAMPLE_BYTES: &[u8] = include_bytes!("../../assets/sample/relu_epoch_3000.npy");

/// SHA-256 of the bundled sample's file in hexadecimal, worked out once.
#[must_use]
pub fn sample_sha256() -> &'static str {
    static SHA256: OnceLock<String> = OnceLock::new();
    SHA256.get_or_init(|| hex(&Sha256::digest(SAMPLE_BYTES)))
}

/// Bytes in hexadecimal, as hashes are written.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// An array as activations, or why it cannot be some.
type Samples = Result<Activations, ActivationsError>;

/// Reads a body as activations.
fn samples(body: Body, matrix: &npy::Matrix) -> Result<Decoded<Samples>, ArrayProblem> {
    fits(matrix.rows, matrix.columns)?;
    body.samples()
}

/// The activations that were read, if the array can be some.
fn dump(taken: Taken<Samples>, path: &Path, stamp: Option<FileStamp>) -> Result<Dump, DataError> {
    let activations = taken
        .values
        .map_err(|source| ArrayProblem::Unfit(source).at(&taken.file_name, taken.key.as_deref()))?;
    Ok(Dump {
        file_name: taken.file_name,
        path: path.to_owned(),
        key: taken.key,
        dtype: taken.dtype,
        shape: taken.shape,
        stamp,
        activations: Arc::new(activations),
        notes: taken.notes,
    })
}

/// Reads one two-dimensional array as a matrix, `m × d`, row-major.
///
/// The array is chosen as by [`load`]. Its values and its size are not judged:
/// it may be empty or hold infinities.
///
/// # Errors
/// [`DataError`], as [`load`] but for the checks of [`Activations::new`].
pub fn load_matrix(
    path: &Path,
    key: Option<&str>,
    cancel: &AtomicBool,
) -> Result<Matrix, DataError> {
    let (source, stamp) = Source::open(path)?;
    let taken = take(source, key, cancel, |body, _| body.row_major())?;
    let [rows, columns] = taken.shape;
    Ok(Matrix {
        file_name: taken.file_name,
        path: path.to_owned(),
        key: taken.key,
        stamp,
        rows,
        columns,
        values: taken.values,
    })
}

/// Opens a `.npz` whose arrays are read one by one; messages call it `name`.
/// `None` for a `.npy`.
pub(crate) fn open_archive(path: &Path, name: &str) -> Result<Option<Archive>, DataError> {
    match Source::open_as(path, name.to_owned())?.0 {
        Source::Npz(archive) => Ok(Some(archive)),
        Source::Npy(_) => Ok(None),
    }
}

/// An array as read, before anything is made of it.
struct Taken<T> {
    file_name: String,
    key: Option<String>,
    dtype: Dtype,
    shape: [usize; 2],
    values: T,
    notes: Vec<String>,
}

/// Chooses and reads one array, its values by `read`.
fn take<T>(
    source: Source,
    key: Option<&str>,
    cancel: &AtomicBool,
    read: impl FnOnce(Body, &npy::Matrix) -> Result<Decoded<T>, ArrayProblem>,
) -> Result<Taken<T>, DataError> {
    match source {
        Source::Npy(file) => {
            if let Some(key) = key {
                return Err(DataError::KeyForSingleArray {
                    file: file.name,
                    key: key.to_owned(),
                });
            }
            let array = file
                .read(|header, available, bytes| decode(header, available, bytes, cancel, read))
                .map_err(|problem| problem.at(&file.name, None))?;
            Ok(taken(file.name, None, array))
        }
        Source::Npz(mut archive) => {
            let (place, note) = choose(&mut archive, key)?;
            let mut taken = take_member(&mut archive, place, cancel, read)?;
            taken.notes.splice(0..0, note);
            Ok(taken)
        }
    }
}

/// Reads the array at `place` of an archive, its values by `read`.
fn take_member<T>(
    archive: &mut Archive,
    place: usize,
    cancel: &AtomicBool,
    read: impl FnOnce(Body, &npy::Matrix) -> Result<Decoded<T>, ArrayProblem>,
) -> Result<Taken<T>, DataError> {
    let name = archive.file_name().to_owned();
    let key = archive.key(place).to_owned();
    let array = archive
        .read(place, cancel, |header, available, bytes| {
            decode(header, available, bytes, cancel, read)
        })
        .map_err(|problem| problem.at(&name, Some(&key)))?;
    Ok(taken(name, Some(key), array))
}

/// What came of the bytes of an array.
struct Array<T> {
    matrix: npy::Matrix,
    decoded: Decoded<T>,
    /// Bytes that came after it.
    left: u64,
}

fn decode<T>(
    header: &Header,
    available: u64,
    bytes: Bytes<'_>,
    cancel: &AtomicBool,
    read: impl FnOnce(Body, &npy::Matrix) -> Result<Decoded<T>, ArrayProblem>,
) -> Result<Array<T>, ArrayProblem> {
    let matrix = header.matrix(available)?;
    Ok(Array {
        matrix,
        decoded: read(Body::new(bytes, matrix, cancel), &matrix)?,
        left: available - header.bytes - matrix.bytes,
    })
}

/// An array with the notes on it.
fn taken<T>(file_name: String, key: Option<String>, array: Array<T>) -> Taken<T> {
    let Array {
        matrix,
        decoded,
        left,
    } = array;
    let mut notes = Vec::from_iter(npz::left_over(left));
    if decoded.rounded {
        notes.push("holds integers beyond 2^53: rounded to double precision".to_owned());
    }
    Taken {
        file_name,
        key,
        dtype: matrix.dtype,
        shape: [matrix.rows, matrix.columns],
        values: decoded.values,
        notes,
    }
}

/// The place of the array to take from an archive, and a note if it was chosen.
fn choose(archive: &mut Archive, key: Option<&str>) -> Result<(usize, Option<String>), DataError> {
    if let Some(key) = key {
        return match archive.find(key) {
            Some(place) => Ok((place, None)),
            None => Err(DataError::NoSuchKey {
                file: archive.file_name().to_owned(),
                key: key.to_owned(),
                arrays: all_infos(archive),
            }),
        };
    }
    let mut arrays = all_infos(archive);
    let fitting = |array: &ArrayInfo| array.problem.is_none();
    let file = || archive.file_name().to_owned();
    match arrays.iter().filter(|&array| fitting(array)).count() {
        // Whatever is wrong with the only array is the best thing to say.
        0 if arrays.len() == 1 => Ok((0, None)),
        0 => Err(DataError::NoneFits {
            file: file(),
            arrays,
        }),
        1 => {
            let place = arrays.iter().position(fitting).unwrap_or_default();
            let note = (arrays.len() > 1).then(|| {
                format!(
                    "took `{}`, the only one of {} arrays that could be activations",
                    error::printable(arrays[place].key.as_deref().unwrap_or_default()),
                    thousands(arrays.len() as u64)
                )
            });
            Ok((place, note))
        }
        _ => {
            arrays.retain(fitting);
            Err(DataError::SeveralArrays {
                file: file(),
                keys: arrays,
            })
        }
    }
}

fn all_infos(archive: &mut Archive) -> Vec<ArrayInfo> {
    let keys: Vec<String> = archive.keys().map(str::to_owned).collect();
    keys.into_iter()
        .enumerate()
        .map(|(place, key)| info(Some(key), archive.header(place)))
        .collect()
}

/// Describes an array by its header, which lies in so many bytes.
fn info(key: Option<String>, header: Result<(Header, u64), ArrayProblem>) -> ArrayInfo {
    match header {
        Ok((header, available)) => ArrayInfo {
            key,
            problem: header
                .matrix(available)
                .and_then(|matrix| fits(matrix.rows, matrix.columns))
                .err()
                .map(|problem| problem.to_string()),
            dtype: header.descr.name(),
            shape: header.shape,
        },
        Err(problem) => ArrayInfo {
            key,
            shape: Vec::new(),
            dtype: "unknown".to_owned(),
            problem: Some(problem.to_string()),
        },
    }
}

/// What [`Activations::new`] would say of such a shape, before anything is read.
fn fits(rows: usize, neurons: usize) -> Result<(), ArrayProblem> {
    Activations::check_shape(rows, neurons).map_err(ArrayProblem::Unfit)
}

/// An open file of a known kind.
enum Source {
    Npy(NpyFile),
    Npz(Archive),
}

/// An open `.npy` file.
struct NpyFile {
    name: String,
    file: Box<dyn ReadAt>,
    /// Its bytes when it was opened.
    length: u64,
}

impl NpyFile {
    fn header(&self) -> Result<(Header, u64), ArrayProblem> {
        let extent = Extent::new(&*self.file, 0);
        let header = Header::read(&mut BufReader::new(extent.head()), self.length)?;
        Ok((header, self.length))
    }

    fn read<T>(
        &self,
        read: impl FnOnce(&Header, u64, Bytes<'_>) -> Result<T, ArrayProblem>,
    ) -> Result<T, ArrayProblem> {
        let (header, available) = self.header()?;
        let extent = Extent::new(&*self.file, 0);
        read(&header, available, Bytes::Placed(&extent, header.bytes))
    }
}

impl Source {
    /// Opens `path` and recognises it.
    fn open(path: &Path) -> Result<(Self, FileStamp), DataError> {
        let name = path.file_name().unwrap_or(path.as_os_str());
        Self::open_as(path, name.to_string_lossy().into_owned())
    }

    /// As [`Source::open`]; messages call the file `name`.
    fn open_as(path: &Path, name: String) -> Result<(Self, FileStamp), DataError> {
        let io = |source| DataError::Io {
            file: name.clone(),
            source,
        };
        let regular = |metadata: &Metadata| match special(metadata.file_type()) {
            Some(what) => Err(DataError::NotAFile {
                file: name.clone(),
                what,
            }),
            None => Ok(()),
        };
        // Asked before opening, which may wait for ever on a pipe.
        regular(&std::fs::metadata(path).map_err(io)?)?;
        let mut file = File::open(path).map_err(io)?;
        let metadata = file.metadata().map_err(io)?;
        regular(&metadata)?;
        let length = metadata.len();
        let stamp = FileStamp::of(&metadata);
        let mut start = Vec::new();
        (&mut file).take(12).read_to_end(&mut start).map_err(io)?;
        file.rewind().map_err(io)?;
        let is_zip = [b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"]
            .iter()
            .any(|magic| start.starts_with(*magic));
        if start.starts_with(npy::MAGIC) {
            let file = NpyFile {
                name,
                file: at::placed(file),
                length,
            };
            return Ok((Self::Npy(file), stamp));
        }
        if is_zip {
            let archive = Archive::open(file, length, &name)?;
            return Ok((Self::Npz(archive), stamp));
        }
        Err(unknown(path, name, &start))
    }
}

/// The error for a file whose first bytes are no magic.
fn unknown(path: &Path, file: String, start: &[u8]) -> DataError {
    if start.is_empty() {
        return DataError::Empty { file };
    }
    let begins = npy::quoted(start);
    let extension = path.extension().and_then(|extension| extension.to_str());
    let (kind, function) = match extension {
        Some(extension) if extension.eq_ignore_ascii_case("npy") => ("a .npy", "np.save"),
        Some(extension) if extension.eq_ignore_ascii_case("npz") => ("a .npz (zip)", "np.savez"),
        _ => return DataError::UnknownKind { file, begins },
    };
    DataError::NotWhatItSays {
        file,
        kind,
        begins,
        function,
    }
}

/// What a path is if not a regular file.
fn special(kind: FileType) -> Option<&'static str> {
    if kind.is_file() {
        return None;
    }
    if kind.is_dir() {
        return Some("a directory");
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if kind.is_fifo() {
            return Some("a pipe");
        }
        if kind.is_socket() {
            return Some("a socket");
        }
        if kind.is_char_device() || kind.is_block_device() {
            return Some("a device");
        }
    }
    Some("something else")
}
