//! Reading dumps: files become [`Activations`](crate::srm::Activations) or a matrix.
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
//!   file, as [`Activations`](crate::srm::Activations) says, and what has to be brought into memory before it
//!   is put in order, once more its own size;
//! - writes nothing: names inside an archive are keys;
//! - opens regular files only, so that a pipe or device never makes it wait;
//! - answers with a [`DataError`] that says what, where and what to do.

mod at;
mod body;
mod choose;
mod class_names;
mod dtype;
mod dump;
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
mod load;
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
mod sample;
mod source;
mod stack;
mod stamp;
mod stream;
mod table;
mod table_column;
mod text;
mod torch;

use std::fmt::Write as _;
use std::path::Path;
use std::sync::atomic::AtomicBool;

pub use choose::{ArrayInfo, stacked};
pub use class_names::{ClassNames, classes};
pub(crate) use dtype::Descr;
pub use dtype::Dtype;
pub use dump::Dump;
pub use error::{ArrayProblem, DataError};
pub use folder::{MOST_FILES, folder, natural_order};
pub use glance::{Glance, Is};
pub use images::{Images, MOST_PIXELS, Picture};
pub use labels::{Labels, MOST_CLASSES};
pub use load::{
    Matrix, list, list_bytes, load, load_bytes, load_each, load_matrix, load_matrix_bytes,
};
pub(crate) use npz::{Archive, Stream};
pub use plan::{Preview, RowMap, preview};
pub use read_as::{Center, Channels, Flatten, MEMORY_LIMIT, Pick, ReadAs, RowRange};
pub use recognise::{Open, OpenLayer, Recognised, recognise};
pub use role::Role;
pub use sample::{sample, sample_images, sample_labels, sample_sha256};
pub use source::EXTENSIONS;
pub use stamp::FileStamp;

use origin::Origin;
use source::Source;

/// Bytes in hexadecimal, as hashes are written.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
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
