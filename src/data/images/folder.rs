//! A folder of PNGs, each decoded when it is looked at, and none larger than what
//! its head was judged by.

use std::io::BufReader;
use std::path::{Path, PathBuf};

use super::pixels::on_white;
use super::{MOST_PIXELS, Picture};
use crate::data::error::{ArrayProblem, DataError};
use crate::data::folder;
use crate::data::origin::{Origin, Reader};
use crate::words::thousands;

/// Most bytes that the decoder may take beside the picture.
const MOST_DECODER_BYTES: usize = 64 << 20;

/// The PNGs of a folder in natural order.
pub(super) struct Folder {
    files: Vec<PathBuf>,
    /// Files that are none.
    pub ignored: usize,
}

/// Whether a file's name says that it is a PNG.
pub(in crate::data) fn is_png(path: &Path) -> bool {
    path.extension()
        .is_some_and(|end| end.eq_ignore_ascii_case("png"))
}

impl Folder {
    pub fn open(path: &Path) -> Result<Self, DataError> {
        let (files, others): (Vec<_>, Vec<_>) =
            folder(path)?.into_iter().partition(|file| is_png(file));
        if files.is_empty() {
            let name = path
                .file_name()
                .unwrap_or(path.as_os_str())
                .to_string_lossy();
            let said = "holds no PNG: choose the folder that the pictures are in".to_owned();
            return Err(ArrayProblem::Said(said).at(&name, None));
        }
        Ok(Self {
            files,
            ignored: others.len(),
        })
    }

    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Width and height of a picture, by its head.
    pub fn size_of(&self, entry: usize) -> Result<[usize; 2], DataError> {
        let origin = Origin::open(&self.files[entry])?;
        let reader = opened(&origin)?;
        let info = reader.info();
        Ok([info.width as usize, info.height as usize])
    }

    pub fn picture(&self, entry: usize) -> Result<Picture, DataError> {
        picture(&Origin::open(&self.files[entry])?)
    }
}

fn opened(origin: &Origin) -> Result<png::Reader<BufReader<Reader>>, DataError> {
    let limits = png::Limits {
        bytes: MOST_DECODER_BYTES,
    };
    let mut decoder = png::Decoder::new_with_limits(BufReader::new(origin.reader()), limits);
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let reader = decoder
        .read_info()
        .map_err(|error| damaged(origin, &error))?;
    let info = reader.info();
    if u64::from(info.width) * u64::from(info.height) > MOST_PIXELS {
        let said = format!(
            "has {} × {} pixels, more than the {} that are read: save a smaller one",
            thousands(info.width.into()),
            thousands(info.height.into()),
            thousands(MOST_PIXELS)
        );
        return Err(ArrayProblem::Said(said).at(&origin.name, None));
    }
    Ok(reader)
}

pub(super) fn picture(origin: &Origin) -> Result<Picture, DataError> {
    let mut reader = opened(origin)?;
    let [width, height] = [reader.info().width, reader.info().height].map(|n| n as usize);
    let bytes = reader.output_buffer_size().unwrap_or(0);
    // At most eight bytes for each of 2^24 pixels.
    let mut buffer = vec![0; bytes];
    let frame = reader
        .next_frame(&mut buffer)
        .map_err(|error| damaged(origin, &error))?;
    let samples = frame.color_type.samples();
    let mut rgb = Vec::with_capacity(width * height * 3);
    for pixel in buffer.chunks_exact(samples).take(width * height) {
        rgb.extend(match *pixel {
            [grey] => [grey; 3],
            [grey, alpha] => on_white([grey; 3], alpha),
            [r, g, b] => [r, g, b],
            [r, g, b, alpha] => on_white([r, g, b], alpha),
            _ => [0; 3],
        });
    }
    rgb.resize(width * height * 3, 0);
    Ok(Picture { width, height, rgb })
}

fn damaged(origin: &Origin, error: &png::DecodingError) -> DataError {
    let said = match error {
        png::DecodingError::LimitsExceeded => {
            "needs more memory than a picture may take: save a smaller one".to_owned()
        }
        _ => "is no PNG that can be read: it is damaged or something else".to_owned(),
    };
    ArrayProblem::Said(said).at(&origin.name, None)
}
