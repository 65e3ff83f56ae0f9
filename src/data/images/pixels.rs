//! Pictures in an array: where their values lie, and what is black and white.

use std::sync::atomic::{AtomicBool, Ordering};

use half::{bf16, f16};

use super::{MOST_PIXELS, MOST_SCATTERED, Picture, no_images};
use crate::data::at::{Extent, ReadAt};
use crate::data::dtype::Dtype;
use crate::data::error::ArrayProblem;
use crate::data::head::Numbers;
use crate::words::{count, thousands};

/// Most pictures that are read to tell what is black and white,
const MOST_LOOKED_AT: usize = 256;

/// and most values of them, but for the first picture.
const MOST_VALUES: usize = 1 << 24;

/// The largest value below which whole numbers are no shades of 0 to 255.
const DARK: f64 = 63.0;

/// Where the values of pictures lie in an array.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    pub pictures: usize,
    pub width: usize,
    pub height: usize,
    channels: usize,
    dtype: Dtype,
    big_endian: bool,
    /// Values from a picture to the next,
    stride: usize,
    /// from a row, a column and a channel.
    steps: [usize; 3],
    /// Whether a picture's values lie together.
    together: bool,
}

/// What is black and what is white.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Range {
    pub low: f64,
    pub high: f64,
    /// Whether nothing but the values themselves says so.
    pub stretched: bool,
}

impl Layout {
    pub fn of(numbers: &Numbers) -> Result<Self, ArrayProblem> {
        let is_channels = |n: usize| matches!(n, 1 | 3 | 4);
        let shape = &numbers.shape[..];
        let (rows, columns, channels) = match shape {
            [_, _, _] => (1, 2, None),
            [_, _, _, c] if is_channels(*c) => (1, 2, Some(3)),
            [_, c, _, _] if is_channels(*c) => (2, 3, Some(1)),
            _ => return Err(no_images(shape)),
        };
        if shape.contains(&0) {
            return Err(no_images(shape));
        }
        let (height, width) = (shape[rows], shape[columns]);
        let n_channels = channels.map_or(1, |axis| shape[axis]);
        let pixels = (height as u64).checked_mul(width as u64);
        if pixels.is_none_or(|pixels| pixels > MOST_PIXELS) {
            return Err(ArrayProblem::Said(format!(
                "holds pictures of {} × {} pixels, more than the {} that are read: save smaller ones",
                thousands(width as u64),
                thousands(height as u64),
                thousands(MOST_PIXELS)
            )));
        }
        let values = height * width * n_channels;
        let strides = &numbers.strides;
        let steps = [
            strides[rows],
            strides[columns],
            channels.map_or(0, |axis| strides[axis]),
        ];
        let farthest =
            (height - 1) * steps[0] + (width - 1) * steps[1] + (n_channels - 1) * steps[2];
        let together = farthest + 1 == values;
        if !together && values > MOST_SCATTERED {
            return Err(ArrayProblem::Said(format!(
                "holds pictures of {} that do not lie together in the file: save \
                 np.ascontiguousarray(x)",
                count(values as u64, "value")
            )));
        }
        Ok(Self {
            pictures: shape[0],
            width,
            height,
            channels: n_channels,
            dtype: numbers.dtype,
            big_endian: numbers.big_endian,
            stride: strides[0],
            steps,
            together,
        })
    }

    fn values(&self) -> usize {
        self.width * self.height * self.channels
    }

    /// The values of a picture, row by row, the channels of a pixel together.
    fn read(&self, extent: &Extent<'_>, picture: usize) -> Result<Vec<f64>, ArrayProblem> {
        let size = self.dtype.bytes() as usize;
        let first = picture * self.stride;
        let mut block = Vec::new();
        if self.together {
            block.resize(self.values() * size, 0);
            extent.read((first * size) as u64, &mut block)?;
        }
        let mut item = [0; 8];
        let mut values = Vec::with_capacity(self.values());
        for row in 0..self.height {
            for column in 0..self.width {
                for channel in 0..self.channels {
                    let [down, across, deep] = self.steps;
                    let place = row * down + column * across + channel * deep;
                    let item = &mut item[..size];
                    if self.together {
                        item.copy_from_slice(&block[place * size..][..size]);
                    } else {
                        extent.read(((first + place) * size) as u64, item)?;
                    }
                    if self.big_endian {
                        item.reverse();
                    }
                    values.push(number(self.dtype, item));
                }
            }
        }
        Ok(values)
    }

    /// What is black and white, told from some of the pictures, the first and the last
    /// among them.
    pub fn range(
        &self,
        file: &dyn ReadAt,
        start: u64,
        cancel: &AtomicBool,
    ) -> Result<Range, ArrayProblem> {
        let extent = Extent::new(file, start);
        let most = (MOST_VALUES / self.values()).clamp(2, MOST_LOOKED_AT);
        let looks = self.pictures.min(most);
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for look in 0..looks {
            if cancel.load(Ordering::Relaxed) {
                return Err(ArrayProblem::Cancelled);
            }
            let picture = look * (self.pictures - 1) / (looks - 1).max(1);
            for value in self.read(&extent, picture)? {
                if value.is_finite() {
                    low = low.min(value);
                    high = high.max(value);
                }
            }
        }
        Ok(self.shades(low, high))
    }

    fn shades(&self, low: f64, high: f64) -> Range {
        let as_is = |high| Range {
            low: 0.0,
            high,
            stretched: false,
        };
        let is_float = matches!(
            self.dtype,
            Dtype::F16 | Dtype::BF16 | Dtype::F32 | Dtype::F64
        );
        match (low >= 0.0, high) {
            // No finite value at all.
            _ if low > high => as_is(1.0),
            (true, high) if high <= 1.0 && (is_float || self.dtype == Dtype::Bool) => as_is(1.0),
            (true, high) if high > DARK && high <= 255.0 => as_is(255.0),
            (true, 0.0) => as_is(255.0),
            _ => Range {
                low: if is_float { low } else { low.min(0.0) },
                high,
                stretched: true,
            },
        }
    }

    pub fn picture(
        &self,
        extent: &Extent<'_>,
        picture: usize,
        range: Range,
    ) -> Result<Picture, ArrayProblem> {
        let shade = |value: f64| {
            let level = (value - range.low) / (range.high - range.low) * 255.0;
            // What is no number is black.
            level.round().clamp(0.0, 255.0) as u8
        };
        let values = self.read(extent, picture)?;
        let mut rgb = Vec::with_capacity(self.width * self.height * 3);
        for pixel in values.chunks_exact(self.channels) {
            let shades: [u8; 3] = match *pixel {
                [grey] => [shade(grey); 3],
                [r, g, b] => [r, g, b].map(shade),
                [r, g, b, alpha] => on_white([r, g, b].map(shade), shade(alpha)),
                _ => [0; 3],
            };
            rgb.extend(shades);
        }
        Ok(Picture {
            width: self.width,
            height: self.height,
            rgb,
        })
    }
}

/// A colour that covers white so far.
pub(super) fn on_white(colour: [u8; 3], alpha: u8) -> [u8; 3] {
    let alpha = u32::from(alpha);
    colour.map(|shade| ((u32::from(shade) * alpha + 255 * (255 - alpha)) / 255) as u8)
}

/// A value of little-endian bytes.
fn number(dtype: Dtype, item: &[u8]) -> f64 {
    fn of<const S: usize>(item: &[u8]) -> [u8; S] {
        let mut bytes = [0; S];
        bytes.copy_from_slice(&item[..S]);
        bytes
    }
    match dtype {
        Dtype::Bool => f64::from(u8::from(item[0] != 0)),
        Dtype::U8 => f64::from(item[0]),
        Dtype::I8 => f64::from(item[0].cast_signed()),
        Dtype::I16 => f64::from(i16::from_le_bytes(of(item))),
        Dtype::U16 => f64::from(u16::from_le_bytes(of(item))),
        Dtype::I32 => f64::from(i32::from_le_bytes(of(item))),
        Dtype::U32 => f64::from(u32::from_le_bytes(of(item))),
        Dtype::I64 => i64::from_le_bytes(of(item)) as f64,
        Dtype::U64 => u64::from_le_bytes(of(item)) as f64,
        Dtype::F16 => f16::from_le_bytes(of(item)).to_f64(),
        Dtype::BF16 => bf16::from_le_bytes(of(item)).to_f64(),
        Dtype::F32 => f64::from(f32::from_le_bytes(of(item))),
        Dtype::F64 => f64::from_le_bytes(of(item)),
    }
}
