//! Pixels as PNG.

use std::collections::HashMap;
use std::io::Write as _;

use png::{BitDepth, ColorType, Compression, Encoder, Filter, PixelDimensions, Unit};
use resvg::tiny_skia::{Color as SkiaColor, Pixmap, Transform};
use resvg::usvg::Tree;

use super::{FigureFailure, Stamp};
use crate::scene::Raster;
use crate::session::SESSION_MARK;

/// Most pixels of an exported picture: 16,384 × 16,384 would take a gigabyte.
const MOST_PIXELS: u64 = 150_000_000;

fn failed(error: impl std::fmt::Display) -> FigureFailure {
    FigureFailure::Internal(format!("a PNG cannot be made: {error}"))
}

/// A raster as PNG, by a palette where it has at most 256 colours.
///
/// # Errors
/// If the encoder refuses.
pub(super) fn raster_png(raster: &Raster) -> Result<Vec<u8>, FigureFailure> {
    let mut out = Vec::new();
    let (width, height) = (raster.width as u32, raster.height as u32);
    let mut encoder = Encoder::new(&mut out, width, height);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_compression(Compression::High);
    let indexed = indexed(raster);
    let data = if let Some((palette, pixels)) = indexed {
        encoder.set_color(ColorType::Indexed);
        encoder.set_palette(palette);
        pixels
    } else {
        encoder.set_color(ColorType::Rgba);
        raster.rgba.as_flattened().to_vec()
    };
    let mut writer = encoder.write_header().map_err(failed)?;
    writer.write_image_data(&data).map_err(failed)?;
    writer.finish().map_err(failed)?;
    Ok(out)
}

/// Palette and places in it, in the order in which the colours come; `None` where
/// there are more than 256 or some let through what is behind.
fn indexed(raster: &Raster) -> Option<(Vec<u8>, Vec<u8>)> {
    let mut places: HashMap<[u8; 4], u8> = HashMap::new();
    let mut palette = Vec::new();
    let mut pixels = Vec::with_capacity(raster.rgba.len());
    for &pixel in &raster.rgba {
        let [r, g, b, alpha] = pixel;
        let known = places.len();
        let place = match places.get(&pixel) {
            Some(&place) => place,
            None if alpha == 255 && known < 256 => {
                palette.extend([r, g, b]);
                places.insert(pixel, known as u8);
                known as u8
            }
            None => return None,
        };
        pixels.push(place);
    }
    Some((palette, pixels))
}

/// Draws a tree so many times larger than its own pixels, 96 an inch.
pub(super) fn pixmap(tree: &Tree, scale: f32) -> Result<Pixmap, FigureFailure> {
    let size = tree.size();
    let side = |length: f32| (length * scale).round().max(1.0) as u32;
    let (width, height) = (side(size.width()), side(size.height()));
    if u64::from(width) * u64::from(height) > MOST_PIXELS {
        return Err(FigureFailure::TooManyPixels([width, height]));
    }
    let mut pixmap = Pixmap::new(width, height).ok_or_else(|| failed("no memory"))?;
    pixmap.fill(SkiaColor::TRANSPARENT);
    // To the very edges of whole pixels.
    let transform =
        Transform::from_scale(width as f32 / size.width(), height as f32 / size.height());
    resvg::render(tree, transform, &mut pixmap.as_mut());
    Ok(pixmap)
}

/// A tree as PNG of so many pixels an inch, with its session.
pub(super) fn png(tree: &Tree, dpi: u32, stamp: &Stamp) -> Result<Vec<u8>, FigureFailure> {
    let pixmap = pixmap(tree, dpi as f32 / 96.0)?;
    let is_opaque = pixmap.pixels().iter().all(|pixel| pixel.alpha() == 255);
    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out, pixmap.width(), pixmap.height());
    encoder.set_depth(BitDepth::Eight);
    encoder.set_color(if is_opaque {
        ColorType::Rgb
    } else {
        ColorType::Rgba
    });
    encoder.set_compression(Compression::Balanced);
    // Pages are flat colours, which repeat best as they are.
    encoder.set_filter(Filter::NoFilter);
    let a_metre = (f64::from(dpi) / 0.0254).round() as u32;
    encoder.set_pixel_dims(Some(PixelDimensions {
        xppu: a_metre,
        yppu: a_metre,
        unit: Unit::Meter,
    }));
    let text = |encoder: &mut Encoder<'_, _>, keyword: &str, text: &str| {
        encoder
            .add_itxt_chunk(keyword.to_owned(), text.to_owned())
            .map_err(failed)
    };
    text(&mut encoder, "Title", &stamp.title)?;
    text(&mut encoder, "Description", &stamp.description)?;
    text(&mut encoder, "Software", &stamp.software)?;
    text(&mut encoder, SESSION_MARK, &stamp.session)?;
    if let Some(date) = &stamp.date {
        text(&mut encoder, "Creation Time", &date.iso())?;
    }
    let mut writer = encoder.write_header().map_err(failed)?;
    let mut stream = writer.stream_writer().map_err(failed)?;
    let mut row = Vec::new();
    for pixels in pixmap.pixels().chunks_exact(pixmap.width() as usize) {
        row.clear();
        for pixel in pixels {
            let pixel = pixel.demultiply();
            row.extend([pixel.red(), pixel.green(), pixel.blue()]);
            if !is_opaque {
                row.push(pixel.alpha());
            }
        }
        stream.write_all(&row).map_err(failed)?;
    }
    stream.finish().map_err(failed)?;
    writer.finish().map_err(failed)?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_opaque_colours_are_a_palette_and_others_are_not() {
        let raster = |rgba: Vec<[u8; 4]>| Raster {
            width: rgba.len(),
            height: 1,
            rgba,
        };
        let few = raster(vec![[1, 2, 3, 255], [4, 5, 6, 255], [1, 2, 3, 255]]);
        let (palette, pixels) = indexed(&few).unwrap();
        assert_eq!((palette, pixels), (vec![1, 2, 3, 4, 5, 6], vec![0, 1, 0]));
        assert!(indexed(&raster(vec![[1, 2, 3, 254]])).is_none());
        let many = (0..=256u16).map(|k| [(k % 256) as u8, (k / 256) as u8, 0, 255]);
        assert!(indexed(&raster(many.collect())).is_none());
        // Both kinds are read back as they were.
        for raster in [few, raster(vec![[9, 8, 7, 100], [1, 1, 1, 255]])] {
            let bytes = raster_png(&raster).unwrap();
            let mut decoder = png::Decoder::new(std::io::Cursor::new(bytes));
            decoder.set_transformations(png::Transformations::EXPAND | png::Transformations::ALPHA);
            let mut reader = decoder.read_info().unwrap();
            let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
            reader.next_frame(&mut pixels).unwrap();
            assert_eq!(pixels, raster.rgba.as_flattened());
        }
    }
}
