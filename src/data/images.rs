//! Images: a picture for each entry of a dump, read one by one when it is looked at.
//!
//! However many there are, only what is looked at is read: by positioned reads of the
//! array, or from one file of a folder of PNGs. Where an archive has packed the array,
//! its bytes are unpacked once and kept.

mod folder;
mod pixels;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::at::{Extent, ReadAt};
use super::body::Bytes;
use super::error::{ArrayProblem, DataError};
use super::labels::place_of;
use super::origin::Origin;
use super::role::Role;
use super::source::Source;
use super::{FileStamp, Pick, npy};
use crate::words::{count, thousands, times};

use folder::Folder;
pub(super) use folder::is_png;
use pixels::{Layout, Range};

/// Most pixels of a picture: 4,096 × 4,096.
pub const MOST_PIXELS: u64 = 1 << 24;

/// Most values of a picture that do not lie together in the file, each of which is read
/// by itself.
const MOST_SCATTERED: usize = 1 << 16;

/// A picture, 8 bits a channel.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    /// Pixels across.
    pub width: usize,
    /// Pixels down.
    pub height: usize,
    /// Red, green and blue of each pixel, row by row.
    pub rgb: Vec<u8>,
}

impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Picture {} × {}", self.width, self.height)
    }
}

impl Picture {
    /// The same at most `most` pixels wide and high: the mean of the pixels that each
    /// stands for. One that is small enough stays as it is.
    ///
    /// # Panics
    /// If `most` is 0.
    #[must_use]
    pub fn at_most(self, most: usize) -> Self {
        let longer = self.width.max(self.height);
        if longer <= most {
            return self;
        }
        let size = |length: usize| (length * most / longer).max(1);
        let (width, height) = (size(self.width), size(self.height));
        let mut rgb = Vec::with_capacity(width * height * 3);
        for row in 0..height {
            let rows = row * self.height / height..((row + 1) * self.height / height);
            for column in 0..width {
                let columns = column * self.width / width..((column + 1) * self.width / width);
                let pixels = (rows.len() * columns.len()) as u64;
                for channel in 0..3 {
                    let all = rows
                        .clone()
                        .flat_map(|y| columns.clone().map(move |x| (x, y)));
                    let sum: u64 = all
                        .map(|(x, y)| u64::from(self.rgb[(y * self.width + x) * 3 + channel]))
                        .sum();
                    rgb.push((sum / pixels.max(1)) as u8);
                }
            }
        }
        Self { width, height, rgb }
    }
}

/// A picture for each entry of a dump.
pub struct Images {
    /// The file's or the folder's name.
    pub file_name: String,
    /// The file or folder as it was asked for.
    pub path: PathBuf,
    /// The array's name in a file of several.
    pub key: Option<String>,
    /// The file as it was when it was opened; `None` of a folder.
    pub stamp: Option<FileStamp>,
    /// What they are in the file: `NumPy`'s dtype, or `PNG`.
    pub dtype: String,
    /// Width and height of a picture; of the first in a folder.
    pub size: [usize; 2],
    /// What the reader should know: that values were stretched, files ignored. Phrases
    /// without a full stop.
    pub notes: Vec<String>,
    pixels: Pixels,
}

enum Pixels {
    Array {
        file: Arc<dyn ReadAt>,
        start: u64,
        layout: Layout,
        range: Range,
    },
    Folder(Folder),
}

impl fmt::Debug for Images {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Images")
            .field("path", &self.path)
            .field("key", &self.key)
            .field("entries", &self.entries())
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}

impl Images {
    /// Opens images: an array of `N × H × W`, `N × H × W × C` or `N × C × H × W` with 1, 3 or
    /// 4 channels, or a folder of PNGs in natural order. Numbers from 0 to 255 and floats in
    /// [0, 1] are taken as they are, all others stretched from black to white, which
    /// [`Images::notes`] says. A few pictures are read to tell.
    ///
    /// Without a key a file of several arrays must hold one that could be images, or one
    /// whose name says so.
    ///
    /// # Errors
    /// [`DataError`]
    pub fn open(path: &Path, pick: &Pick, cancel: &AtomicBool) -> Result<Self, DataError> {
        if path.is_dir() {
            return Self::open_folder(path);
        }
        Self::open_array(Origin::open(path)?, path, pick, cancel)
    }

    /// As [`Images::open`], of bytes in memory as a file of that name.
    ///
    /// # Errors
    /// As [`Images::open`].
    pub fn of_bytes(
        name: &str,
        bytes: Arc<[u8]>,
        pick: &Pick,
        cancel: &AtomicBool,
    ) -> Result<Self, DataError> {
        Self::open_array(Origin::of_bytes(name, bytes), Path::new(name), pick, cancel)
    }

    fn open_folder(path: &Path) -> Result<Self, DataError> {
        let folder = Folder::open(path)?;
        let size = folder.size_of(0)?;
        let ignored = folder.ignored as u64;
        let note = (ignored > 0).then(|| format!("{} ignored, no PNG", count(ignored, "file")));
        let name = path.file_name().unwrap_or(path.as_os_str());
        Ok(Self {
            file_name: name.to_string_lossy().into_owned(),
            path: path.to_owned(),
            key: None,
            stamp: None,
            dtype: "PNG".to_owned(),
            size,
            notes: note.into_iter().collect(),
            pixels: Pixels::Folder(folder),
        })
    }

    fn open_array(
        origin: Origin,
        path: &Path,
        pick: &Pick,
        cancel: &AtomicBool,
    ) -> Result<Self, DataError> {
        let (name, stamp) = (origin.name.clone(), origin.stamp);
        let mut source = Source::open(origin, cancel)?;
        let place = place_of(&mut source, pick.key.as_deref(), Role::Images, cancel)?;
        let key = source.key(place).map(str::to_owned);
        let at = |problem: ArrayProblem| problem.at(&name, key.as_deref());
        let head = source.head(place).map_err(at)?;
        let numbers = head.numbers().map_err(at)?;
        let layout = Layout::of(&numbers).map_err(at)?;
        let lies = source.lies(place).map_err(at)?;
        let (file, start) = if let Some(lies) = lies {
            lies
        } else {
            let read = source.read(place, pick.memory_limit, cancel, |head, bytes| {
                unpacked(head.numbers()?.bytes, bytes, cancel)
            });
            (Arc::new(read.map_err(at)?) as Arc<dyn ReadAt>, 0)
        };
        let range = layout.range(&*file, start, cancel).map_err(at)?;
        let notes = range.stretched.then(|| {
            format!(
                "values from {} to {} are stretched from black to white",
                range.low, range.high
            )
        });
        Ok(Self {
            file_name: name.clone(),
            path: path.to_owned(),
            dtype: head.descr.name(),
            size: [layout.width, layout.height],
            notes: notes.into_iter().collect(),
            pixels: Pixels::Array {
                file,
                start,
                layout,
                range,
            },
            key,
            stamp,
        })
    }

    /// Entries that have a picture: all.
    #[must_use]
    pub fn entries(&self) -> usize {
        match &self.pixels {
            Pixels::Array { layout, .. } => layout.pictures,
            Pixels::Folder(folder) => folder.len(),
        }
    }

    /// Whether they are a folder of files.
    #[must_use]
    pub fn is_folder(&self) -> bool {
        matches!(self.pixels, Pixels::Folder(_))
    }

    /// Reads the picture of an entry. It may take as long as a slow disk does.
    ///
    /// # Errors
    /// [`DataError`] if there is none of that number, or if it cannot be read.
    pub fn picture(&self, entry: usize) -> Result<Picture, DataError> {
        let at = |problem: ArrayProblem| problem.at(&self.file_name, self.key.as_deref());
        if entry >= self.entries() {
            return Err(at(ArrayProblem::Said(format!(
                "holds {}, none of number {}",
                count(self.entries() as u64, "picture"),
                thousands(entry as u64)
            ))));
        }
        match &self.pixels {
            Pixels::Folder(folder) => folder.picture(entry),
            Pixels::Array {
                file,
                start,
                layout,
                range,
            } => {
                let extent = Extent::new(&**file, *start);
                layout.picture(&extent, entry, *range).map_err(at)
            }
        }
    }
}

/// The bytes of an array, in memory.
fn unpacked(length: u64, bytes: Bytes<'_>, cancel: &AtomicBool) -> Result<Arc<[u8]>, ArrayProblem> {
    let room = usize::try_from(length).map_err(|_| ArrayProblem::Memory(length))?;
    let mut all = Vec::new();
    all.try_reserve_exact(room)
        .map_err(|_| ArrayProblem::Memory(length))?;
    all.resize(room, 0);
    match bytes {
        Bytes::Placed(extent, start) => extent.read(start, &mut all)?,
        Bytes::Stream(stream) => {
            for block in all.chunks_mut(super::at::BUFFER) {
                if cancel.load(Ordering::Relaxed) {
                    return Err(ArrayProblem::Cancelled);
                }
                npy::fill(stream, block)?;
            }
        }
    }
    Ok(all.into())
}

/// What is said of an array that holds no pictures.
fn no_images(shape: &[usize]) -> ArrayProblem {
    let shape: Vec<u64> = shape.iter().map(|&n| n as u64).collect();
    ArrayProblem::Said(format!(
        "is {}, but images are N × H × W, or N × H × W × C with 1, 3 or 4 channels",
        times(&shape)
    ))
}

#[cfg(test)]
mod tests;
