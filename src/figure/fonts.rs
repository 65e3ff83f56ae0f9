//! The fonts that text is set in: the bundled ones, and the reader's own.

use std::io::Read as _;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use resvg::usvg::{self, fontdb};
use sha2::{Digest as _, Sha256};

use super::FigureFailure;
use crate::data::hex;
use crate::scene::{FAMILY, OwnFont, font_files};
use crate::session::figure::FontRecord;
use crate::words;

/// Largest font file that is read.
const MOST_FONT_BYTES: u64 = 64 << 20;

/// Reads the reader's own font, TrueType or OpenType.
///
/// # Errors
/// If it cannot be read or is no such font.
pub fn read_font(path: &Path) -> Result<(OwnFont, FontRecord), FigureFailure> {
    let file = path.file_name().unwrap_or_default().display().to_string();
    let bytes = read(path).map_err(|e| FigureFailure::Font {
        file: file.clone(),
        why: words::io_error(&e),
    })?;
    let bytes = Arc::new(bytes);
    let mut fonts = fontdb::Database::new();
    fonts.load_font_source(fontdb::Source::Binary(Arc::<Vec<u8>>::clone(&bytes)));
    let family = fonts
        .faces()
        .next()
        .and_then(|face| face.families.first())
        .map(|(family, _)| family.clone());
    let usable = ttf_parser::Face::parse(&bytes, 0).is_ok();
    let Some(family) = family.filter(|_| usable) else {
        return Err(FigureFailure::Font {
            file,
            why: "it is no TrueType or OpenType font".to_owned(),
        });
    };
    let record = FontRecord {
        family: family.clone(),
        sha256: hex(&Sha256::digest(bytes.as_slice())),
    };
    Ok((OwnFont { family, bytes }, record))
}

fn read(path: &Path) -> std::io::Result<Vec<u8>> {
    let file = std::fs::File::open(path)?;
    if !file.metadata()?.is_file() {
        return Err(std::io::Error::other("it is no regular file"));
    }
    let mut bytes = Vec::new();
    file.take(MOST_FONT_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MOST_FONT_BYTES {
        return Err(std::io::Error::other("it is larger than 64 MB"));
    }
    Ok(bytes)
}

/// The bundled fonts, parsed once.
fn bundled() -> &'static fontdb::Database {
    static BUNDLED: OnceLock<fontdb::Database> = OnceLock::new();
    BUNDLED.get_or_init(|| {
        let mut fonts = fontdb::Database::new();
        for file in [
            font_files::SANS,
            font_files::SANS_BOLD,
            font_files::SANS_ITALIC,
            font_files::FALLBACK,
            font_files::FALLBACK_BOLD,
        ] {
            fonts.load_font_source(fontdb::Source::Binary(Arc::new(file)));
        }
        fonts.set_sans_serif_family(FAMILY);
        fonts
    })
}

/// How SVG is read: with these fonts and no other, the same on every machine.
pub(super) fn options(own: Option<&OwnFont>) -> usvg::Options<'static> {
    let mut fonts = bundled().clone();
    if let Some(own) = own {
        fonts.load_font_source(fontdb::Source::Binary(Arc::<Vec<u8>>::clone(&own.bytes)));
    }
    usvg::Options {
        font_family: FAMILY.to_owned(),
        fontdb: Arc::new(fonts),
        // The SVG says itself which letters stand in another font: a fallback for
        // one of them would change those around it too.
        font_resolver: usvg::FontResolver {
            select_fallback: Box::new(|_, _, _| None),
            ..usvg::FontResolver::default()
        },
        // What an SVG of ours refers to is within it.
        resources_dir: None,
        ..usvg::Options::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_font_is_known_by_its_family_and_what_is_none_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mine.ttf");
        std::fs::write(&path, font_files::FALLBACK).unwrap();
        let (own, record) = read_font(&path).unwrap();
        assert_eq!(own.family, "DejaVu Sans");
        assert!(record.sha256.starts_with("abdc775b"));
        std::fs::write(&path, "not a font").unwrap();
        let error = read_font(&path).unwrap_err().to_string();
        assert!(
            error.contains("mine.ttf") && error.contains("no TrueType"),
            "{error}"
        );
        std::fs::remove_file(&path).unwrap();
        let error = read_font(&path).unwrap_err().to_string();
        assert!(error.contains("No such file"), "{error}");
    }
}
