//! Reading dumps: files become [`Activations`] or a matrix.
//!
//! What a file is, its first bytes say; its name is asked only when they say
//! nothing. [`list`] reads headers, [`load`] reads one array for the samples and
//! [`load_matrix`] one for a basis. An array of more axes, some of its rows, or all
//! arrays of a file on top of one another are read as [`ReadAs`] says.
//!
//! # The way of an array
//! ```text
//! path ─▶ Origin ─▶ Source (a file a format) ─▶ Head ─▶ Numbers ─▶ Plan ─┬─▶ body, placed, stream
//!                      bytes of any place    what it says  what is true  └─▶ gather
//! ```
//!
//! Beside the samples there may be [`Labels`], [`ClassNames`] and [`Images`], numbered
//! by the entries along the first axis of the samples' array. What a file most likely
//! is, [`Glance`] and [`recognise`] tell by headers alone.
//!
//! Whatever the file, a loader here
//! - runs nothing from it: the header is a literal that is parsed, and pickles
//!   are refused by name;
//! - reserves no memory that the file's size cannot justify: what a header
//!   promises is compared with the bytes that are there, what a zip member
//!   declares with the most that its stored bytes can open to, and what is
//!   unpacked, and what all arrays of a file come to on top of one another, with
//!   [`Pick::memory_limit`]; narrow layers take up to 32 times their
//!   file, as [`Activations`] says, and what has to be brought into memory before it
//!   is put in order, once more its own size;
//! - writes nothing: names inside an archive are keys;
//! - opens regular files only, so that a pipe or device never makes it wait;
//! - answers with a [`DataError`] that says what, where and what to do.

mod at;
mod body;
mod choose;
mod class_names;
mod dtype;
mod error;
mod folder;
mod foreign;
mod gather;
mod glance;
#[cfg(feature = "hdf5")]
mod hdf5;
mod head;
mod images;
mod labels;
mod lay;
mod literal;
mod npy;
mod npz;
mod origin;
mod pickle;
mod placed;
mod plan;
mod read_as;
mod recognise;
mod role;
mod safetensors;
mod source;
mod stack;
mod stamp;
mod stream;
mod table;
mod table_column;
mod text;
mod torch;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};

use sha2::{Digest, Sha256};

pub use choose::{ArrayInfo, stacked};
pub use class_names::{ClassNames, classes};
pub(crate) use dtype::Descr;
pub use dtype::Dtype;
pub use error::{ArrayProblem, DataError};
pub use folder::{MOST_FILES, folder, natural_order};
pub use glance::{Glance, Is};
pub use images::{Images, MOST_PIXELS, Picture};
pub use labels::{Labels, MOST_CLASSES};
pub(crate) use npz::{Archive, Stream};
pub use plan::{Preview, RowMap, preview};
pub use read_as::{Center, Channels, Flatten, MEMORY_LIMIT, Pick, ReadAs, RowRange};
pub use recognise::{Open, OpenLayer, Recognised, recognise};
pub use role::Role;
pub use source::EXTENSIONS;
pub use stamp::FileStamp;

use crate::srm::{Activations, Cancelled, Classes, NO_CLASS};
use body::{Bytes, Decoded, Samples};
use head::Head;
use origin::Origin;
use plan::Plan;
use source::Source;

/// An array read as a layer's activations.
#[derive(Clone, Debug)]
pub struct Dump {
    /// The file's name without its folder.
    pub file_name: String,
    /// The file as it was asked for.
    pub path: PathBuf,
    /// The array's name in a file of several.
    pub key: Option<String>,
    /// The dtype in the file.
    pub dtype: Dtype,
    /// Lengths of the array's dimensions in the file; of all together where they are
    /// stacked.
    pub array_shape: Vec<u64>,
    /// How it was read.
    pub read_as: ReadAs,
    /// Rows and columns that were read, with the rows that were left out.
    pub shape: [usize; 2],
    /// Which of the array's rows these are.
    pub rows: RowMap,
    /// Rows that there were to choose from.
    pub of_rows: usize,
    /// Rows that each entry along the array's first axis makes: its positions, or 1.
    pub rows_a_sample: usize,
    /// A label for each entry along the first axis, of a table with a column of them.
    pub labels: Option<Arc<[String]>>,
    /// What the neurons are called, of a table with a header.
    pub neuron_names: Option<Arc<[String]>>,
    /// The file as it was when it was opened; `None` for the bundled sample.
    pub stamp: Option<FileStamp>,
    /// The samples.
    pub activations: Arc<Activations>,
    /// What the reader should know: which array was taken, what was ignored or
    /// rounded. Each a phrase without a full stop.
    pub notes: Vec<String>,
}

impl Dump {
    /// The entry along the array's first axis that the row at `place` of those read
    /// belongs to: what labels and pictures are numbered by.
    ///
    /// # Panics
    /// If fewer rows were read.
    #[must_use]
    pub fn entry_of(&self, place: usize) -> usize {
        self.rows.row(place) / self.rows_a_sample.max(1)
    }

    /// Entries along the array's first axis.
    #[must_use]
    pub fn entries(&self) -> usize {
        self.of_rows / self.rows_a_sample.max(1)
    }

    /// The array's row that a sample is: rows that were left out or not chosen count.
    /// `None` beyond the last.
    #[must_use]
    pub fn row_of_sample(&self, sample: usize) -> Option<usize> {
        let place = self.place_of_sample(sample)?;
        Some(self.rows.row(place))
    }

    /// Whether companions of so many entries are those of its samples: one an entry
    /// along the array's first axis, or one a row that these make.
    #[must_use]
    pub fn has_entries(&self, entries: usize) -> bool {
        entries == self.entries() || entries == self.of_rows
    }

    /// Which of so many entries of a companion a sample's is; `None` where that many are
    /// not those of its samples.
    #[must_use]
    pub fn entry_of_sample(&self, sample: usize, entries: usize) -> Option<usize> {
        let place = self.place_of_sample(sample)?;
        if entries == self.entries() {
            return Some(self.entry_of(place));
        }
        (entries == self.of_rows).then(|| self.rows.row(place))
    }

    /// The classes of its samples by labels, called as the names say where they fit, else
    /// as they stand in the labels; `None` where the labels are not those of its samples.
    #[must_use]
    pub fn classes(&self, labels: &Labels, names: Option<&ClassNames>) -> Option<Classes> {
        if !self.has_entries(labels.entries()) {
            return None;
        }
        let of_sample = |sample| {
            let entry = self.entry_of_sample(sample, labels.entries())?;
            labels.class_of(entry)
        };
        let of_samples = (0..self.activations.n_samples())
            .map(|sample| of_sample(sample).unwrap_or(NO_CLASS))
            .collect();
        let name = |(class, known): (usize, &String)| {
            let named = names.and_then(|names| names.name_of(labels, class as u32));
            named.map_or_else(|| known.clone(), str::to_owned)
        };
        let names = labels.classes.iter().enumerate().map(name).collect();
        Some(Classes::new(of_samples, names))
    }

    /// The place of a sample among the rows that were read.
    fn place_of_sample(&self, sample: usize) -> Option<usize> {
        let place = place_of(self.activations.excluded_rows(), sample);
        (place < self.rows.len()).then_some(place)
    }
}

/// The row that a sample is, of rows of which some are left out, ascending.
fn place_of(left_out: &[usize], sample: usize) -> usize {
    let (mut from, mut to) = (0, left_out.len());
    while from < to {
        let middle = usize::midpoint(from, to);
        if left_out[middle] - middle <= sample {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    sample + from
}

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
/// The values are held once, in whole lines (see [`Activations`]), and no copy of
/// the file beside them where its rows lie in order: what is not compressed is read
/// by positioned reads, a piece a thread of the current rayon pool, what is
/// compressed is unpacked block by block. A file that becomes shorter meanwhile is a
/// [`DataError`] like any other.
///
/// # Errors
/// [`DataError`], also where [`Activations::new`] refuses the array.
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

/// The bundled sample: the latent layer of a `ReLU` autoencoder of handwritten
/// digits, 1,797 × 24 (see `assets/sample/README.md`).
///
/// # Errors
/// None, as long as the bundled file is what it was when it was tested.
pub fn sample() -> Result<Dump, DataError> {
    let never = AtomicBool::new(false);
    load_bytes(SAMPLE_NAME, SAMPLE_BYTES.into(), &Pick::default(), &never)
}

/// The digit on each image of the bundled sample.
///
/// # Errors
/// [`DataError::Cancelled`]; none else, as long as the file is what it was when it was
/// tested.
pub fn sample_labels(cancel: &AtomicBool) -> Result<Labels, DataError> {
    let bytes = include_bytes!("../../assets/sample/labels.npy").as_slice();
    Labels::of_bytes("labels.npy", bytes.into(), &Pick::default(), cancel)
}

/// The images of the bundled sample, 8 × 8 pixels each.
///
/// # Errors
/// As [`sample_labels`].
pub fn sample_images(cancel: &AtomicBool) -> Result<Images, DataError> {
    let bytes = include_bytes!("../../assets/sample/images.npy").as_slice();
    Images::of_bytes("images.npy", bytes.into(), &Pick::default(), cancel)
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

/// Reads a plan's rows as activations.
fn samples(
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
/// [`DataError`], as [`load`] but for the checks of [`Activations::new`].
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

/// Opens a `.npz` whose arrays are read one by one; messages call it `name`.
/// `None` for any other file.
pub(crate) fn open_archive(path: &Path, name: &str) -> Result<Option<Archive>, DataError> {
    let origin = Origin::open_as(path, name.to_owned())?;
    match Source::open(origin, &AtomicBool::new(false))? {
        Source::Npz(archive) => Ok(Some(archive)),
        Source::Npy(_) | Source::Listed(_) => Ok(None),
    }
}

/// An array as read, before anything is made of it.
struct Taken<T> {
    key: Option<String>,
    plan: Plan,
    values: T,
    notes: Vec<String>,
}

/// What makes values of a plan.
trait ReadPlan<T>: FnOnce(Bytes<'_>, &Plan, &AtomicBool) -> Result<Decoded<T>, ArrayProblem> {}

impl<T, F> ReadPlan<T> for F where
    F: FnOnce(Bytes<'_>, &Plan, &AtomicBool) -> Result<Decoded<T>, ArrayProblem>
{
}

/// Reads the array at `place` of a file, its values by `read`.
fn take<T>(
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
fn taken<T>(
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
mod tests {
    use super::*;

    /// A `.npy` file of the numbers from 0 on in the order of their indices, whichever
    /// way they lie in the file.
    fn npy(shape: &[usize], fortran: bool) -> Arc<[u8]> {
        let lengths: Vec<String> = shape.iter().map(usize::to_string).collect();
        let lengths = lengths.join(", ");
        let order = if fortran { "True" } else { "False" };
        let header =
            format!("{{'descr': '<f4', 'fortran_order': {order}, 'shape': ({lengths})}}\n");
        let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
        bytes.extend((header.len() as u16).to_le_bytes());
        bytes.extend(header.as_bytes());
        let count: usize = shape.iter().product();
        for place in 0..count {
            let mut index = vec![0; shape.len()];
            let mut rest = place;
            let mut axes: Vec<usize> = (0..shape.len()).collect();
            if !fortran {
                axes.reverse();
            }
            for axis in axes {
                index[axis] = rest % shape[axis];
                rest /= shape[axis];
            }
            let value = index
                .iter()
                .zip(shape)
                .fold(0, |all, (n, length)| all * length + n);
            bytes.extend((value as f32).to_le_bytes());
        }
        bytes.into()
    }

    /// The rows that numbers from 0 on come to, by the plain definition.
    fn plainly(shape: &[usize], read_as: &ReadAs) -> Vec<Vec<f64>> {
        let axis = match read_as.channels.unwrap_or(Channels::usual(shape.len())) {
            Channels::First => 1,
            Channels::Last => shape.len() - 1,
        };
        let (before, behind): (usize, usize) = (
            shape[1..axis].iter().product(),
            shape[axis + 1..].iter().product(),
        );
        let places = before * behind;
        let value = |n: usize, place: usize, c: usize| {
            let (b, h) = (place / behind, place % behind);
            (((n * before + b) * shape[axis] + c) * behind + h) as f64
        };
        let mut rows = Vec::new();
        for n in 0..shape[0] {
            let one = |place| {
                (0..shape[axis])
                    .map(|c| value(n, place, c))
                    .collect::<Vec<_>>()
            };
            let all = |c| (0..places).map(move |place| value(n, place, c));
            match read_as.flatten {
                None => rows.push(one(0)),
                Some(Flatten::Positions) => rows.extend((0..places).map(one)),
                Some(Flatten::Position(k)) if k < 0 => {
                    rows.push(one(places - k.unsigned_abs() as usize));
                }
                Some(Flatten::Position(k)) => rows.push(one(k as usize)),
                Some(Flatten::Mean) => rows.push(
                    (0..shape[axis])
                        .map(|c| all(c).sum::<f64>() / places as f64)
                        .collect(),
                ),
                Some(Flatten::Max) => {
                    rows.push(
                        (0..shape[axis])
                            .map(|c| all(c).fold(0.0, f64::max))
                            .collect(),
                    );
                }
            }
        }
        if let Some(range) = read_as.rows {
            let (start, step, length) = range.of(rows.len());
            rows = (0..length)
                .map(|n| rows[start + n * step].clone())
                .collect();
        }
        rows
    }

    fn rows_of(dump: &Dump) -> Vec<Vec<f64>> {
        let acts = &dump.activations;
        let mut scales = vec![1.0; acts.n_samples()];
        for &(sample, exponent) in acts.rescaled_rows() {
            scales[sample] = 2f64.powi(exponent);
        }
        let value = |n, k| acts.neuron(k).get(n) * scales[n];
        (0..acts.n_samples())
            .map(|n| (0..acts.n_neurons()).map(|k| value(n, k)).collect())
            .collect()
    }

    #[test]
    fn samples_are_the_rows_that_are_not_left_out() {
        let left_out = [0, 3, 4, 9];
        let rows: Vec<usize> = (0..6).map(|sample| place_of(&left_out, sample)).collect();
        assert_eq!(rows, [1, 2, 5, 6, 7, 8]);
        assert_eq!(place_of(&[], 5), 5);
    }

    #[test]
    fn arrays_of_any_axes_are_read_as_was_said() {
        let ways = ["positions", "mean", "max", "0", "-1", "1"];
        for shape in [
            &[7usize, 3][..],
            &[5, 4, 3],
            &[3, 2, 4, 5],
            &[2, 3, 2, 2, 3],
            &[40, 2, 17],
        ] {
            let ways: Vec<Option<Flatten>> = match shape.len() {
                2 => vec![None],
                _ => ways.iter().map(|way| way.parse().ok()).collect(),
            };
            for (flatten, channels, rows, fortran) in ways.iter().flat_map(|&flatten| {
                [None, Some(Channels::First), Some(Channels::Last)]
                    .into_iter()
                    .flat_map(move |c| {
                        [None, Some("1:9:2"), Some("2:")]
                            .into_iter()
                            .flat_map(move |rows| {
                                [false, true].map(|fortran| (flatten, c, rows, fortran))
                            })
                    })
            }) {
                if shape.len() == 2 && channels.is_some() {
                    continue;
                }
                let read_as = ReadAs {
                    flatten,
                    channels,
                    rows: rows.map(|rows| rows.parse().unwrap()),
                    ..ReadAs::default()
                };
                let expected = plainly(shape, &read_as);
                let what = format!("{shape:?} {read_as:?} {fortran}");
                let pick = Pick::default().read_as(read_as);
                let never = AtomicBool::new(false);
                let loaded = load_bytes("x.npy", npy(shape, fortran), &pick, &never);
                match loaded {
                    Ok(dump) => {
                        assert_eq!(rows_of(&dump), expected, "{what}");
                        assert_eq!(dump.shape[0], expected.len());
                    }
                    Err(error) => assert!(
                        expected.is_empty() && error.to_string().contains("no rows"),
                        "{what}: {error}"
                    ),
                }
            }
        }
    }

    #[test]
    fn drawn_rows_are_rows_of_the_array() {
        let read_as = ReadAs {
            sample_rows: Some(5),
            rows: Some("10::2".parse().unwrap()),
            seed: Some(3),
            ..ReadAs::default()
        };
        let pick = Pick::default().read_as(read_as);
        let never = AtomicBool::new(false);
        let dump = load_bytes("x.npy", npy(&[100, 4], false), &pick, &never).unwrap();
        let rows = rows_of(&dump);
        assert_eq!(rows.len(), 5);
        for (place, row) in rows.iter().enumerate() {
            let number = dump.rows.row(place);
            assert!(number >= 10 && number.is_multiple_of(2));
            assert_eq!(row[0], (number * 4) as f64);
            assert_eq!(dump.entry_of(place), number);
        }
        assert_eq!(
            dump.notes,
            ["read 5 of 100 rows (rows 10::2, drawn at random with seed 3)"]
        );
    }
}
