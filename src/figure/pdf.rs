//! A figure as a page of PDF, with its fonts.

use krilla::Document;
use krilla::geom::Size;
use krilla::metadata::{DateTime, Metadata};
use krilla::page::PageSettings;
use krilla_svg::{SurfaceExt as _, SvgSettings};
use resvg::usvg::Tree;

use super::{FigureFailure, Stamp};
use crate::session::SESSION_MARK;

/// Points in a pixel of SVG.
const POINTS: f32 = 0.75;

/// A tree as a page of its size.
pub(super) fn pdf(tree: &Tree, stamp: &Stamp) -> Result<Vec<u8>, FigureFailure> {
    let failed = |what: &str| FigureFailure::Internal(format!("a PDF cannot be made: {what}"));
    let size = tree.size();
    let size = Size::from_wh(size.width() * POINTS, size.height() * POINTS)
        .ok_or_else(|| failed("the page has no size"))?;
    let mut document = Document::new();
    let mut page = document.start_page_with(PageSettings::new(size));
    let mut surface = page.surface();
    let settings = SvgSettings {
        embed_text: true,
        ..SvgSettings::default()
    };
    surface
        .draw_svg(tree, size, settings)
        .ok_or_else(|| failed("something in it cannot be drawn"))?;
    surface.finish();
    page.finish();
    let mut metadata = Metadata::new()
        .title(stamp.title.clone())
        .description(stamp.description.clone())
        .creator(stamp.software.clone())
        .keywords(vec![format!("{SESSION_MARK} {}", stamp.session)]);
    if let Some(date) = &stamp.date {
        metadata = metadata.creation_date(
            DateTime::new(date.year)
                .month(date.month)
                .day(date.day)
                .hour(date.hour)
                .minute(date.minute)
                .second(date.second)
                .utc_offset_hour(0)
                .utc_offset_minute(0),
        );
    }
    document.set_metadata(metadata);
    document.finish().map_err(|e| failed(&format!("{e:?}")))
}
