//! A first look at a file or folder: what its headers say, and no more of a text than
//! is needed to count its lines.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use super::error::DataError;
use super::images::is_png;
use super::labels::is_text;
use super::origin::Origin;
use super::{ArrayInfo, folder, list, table_column, text};

/// Most bytes of a text file whose lines are counted.
const MOST_COUNTED: u64 = 64 << 20;

/// What is known of a file without reading it through.
#[derive(Clone, Debug, PartialEq)]
pub struct Glance {
    /// The file or folder.
    pub path: PathBuf,
    /// What it is.
    pub is: Is,
}

/// What a file or folder is at first sight.
#[derive(Clone, Debug, PartialEq)]
pub enum Is {
    /// Arrays, in the file's order.
    Arrays(Vec<ArrayInfo>),
    /// Text of one word or number a line.
    Words {
        /// How many; `None` where they are too many to count.
        words: Option<u64>,
        /// Whether all are whole numbers.
        numbers: bool,
    },
    /// A folder of so many pictures.
    Pictures(u64),
    /// A folder of so many files of other kinds.
    Folder(u64),
    /// What cannot be told; whoever opens it will say why.
    Unknown,
}

impl Glance {
    /// Looks at a file or folder.
    ///
    /// # Errors
    /// [`DataError::Cancelled`] alone: whatever else is wrong makes it [`Is::Unknown`].
    pub fn at(path: &Path, cancel: &AtomicBool) -> Result<Self, DataError> {
        let is = match look(path, cancel) {
            Err(DataError::Cancelled) => return Err(DataError::Cancelled),
            Err(_) => Is::Unknown,
            Ok(is) => is,
        };
        Ok(Self {
            path: path.to_owned(),
            is,
        })
    }

    /// The name without its folder.
    #[must_use]
    pub fn file_name(&self) -> String {
        let name = self.path.file_name().unwrap_or(self.path.as_os_str());
        name.to_string_lossy().into_owned()
    }
}

fn look(path: &Path, cancel: &AtomicBool) -> Result<Is, DataError> {
    if path.is_dir() {
        let files = folder(path)?;
        let pictures = files.iter().filter(|file| is_png(file)).count();
        // A few notes beside the pictures are no dumps.
        return Ok(if pictures * 2 > files.len() {
            Is::Pictures(pictures as u64)
        } else {
            Is::Folder(files.len() as u64)
        });
    }
    let origin = Origin::open(path)?;
    if is_text(&origin)?
        && let Some(words) = words(&origin, cancel)?
    {
        return Ok(words);
    }
    list(path, cancel).map(Is::Arrays)
}

/// The words of a text that has one a line; `None` of any other text.
fn words(origin: &Origin, cancel: &AtomicBool) -> Result<Option<Is>, DataError> {
    if origin.extension == "json" {
        return Ok(Some(Is::Words {
            words: None,
            numbers: false,
        }));
    }
    let (mut words, mut numbers, mut table) = (0u64, true, false);
    let is_table = table_column::is_table(origin);
    let small = origin.length <= MOST_COUNTED;
    let start;
    let seen = if small {
        origin
    } else {
        start = Origin::of_bytes(&origin.name, origin.start(4096)?);
        &start
    };
    let counted = text::lines(seen, cancel, |_, line| {
        let is_number = |word: &str| word.parse::<f64>().is_ok();
        let mut parts = line.split_whitespace();
        let rows = parts.clone().count() > 1 && parts.all(is_number);
        table |= rows || (is_table && line.contains([',', ';', '\t'])) || line.contains('\t');
        // A header is no number.
        numbers &= line.parse::<i64>().is_ok() || (is_table && words == 0);
        words += 1;
        Ok(())
    });
    match counted {
        Err(DataError::Cancelled) => return Err(DataError::Cancelled),
        Err(_) if small => return Ok(None),
        _ => {}
    }
    Ok((!table).then_some(Is::Words {
        words: small.then_some(words),
        numbers,
    }))
}
