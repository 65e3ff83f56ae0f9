//! Figures and curves on the clipboard.

use egui::Context;

use crate::figure::caption;
use crate::session::FigureSpec;
use crate::table::CaptionFormat;
use crate::worker::export_job::{self, CopyEnded, ExportFailure, Pixels};

use super::App;
use super::export::SCREEN_PER_MM;
use super::hear::sentence;
use super::state::Tone;

/// Pixels an inch of a figure on the clipboard, at most.
const CLIPBOARD_DPI: u32 = 300;

/// Most pixels along a side of a picture for the clipboard.
const CLIPBOARD_SIDE: u32 = 8192;

impl App {
    pub(super) fn copy_image(&mut self) {
        if let Some(request) = self.figure_request(&self.state.figure) {
            let dpi = self.state.figure.dpi.min(CLIPBOARD_DPI);
            let per_mm = f64::from(dpi) / 25.4;
            export_job::copy(&self.worker, request, for_clipboard(per_mm));
        }
    }

    pub(super) fn copy_caption(&mut self, ctx: &Context, format: CaptionFormat) {
        let preview = &self.state.exports.preview;
        let shown = preview.result().filter(|_| !preview.is_stale());
        let Some(Ok(picture)) = shown.map(|preview| &preview.result) else {
            return;
        };
        ctx.copy_text(caption(&picture.session, format));
        self.exported("The caption is copied.");
    }

    pub(super) fn copy_view(&mut self) {
        let spec = FigureSpec {
            view: self.state.exports.clicked,
            ..self.state.figure.clone()
        };
        if let Some(request) = self.figure_request(&spec) {
            export_job::copy(&self.worker, request, for_clipboard(2.0 * SCREEN_PER_MM));
        }
    }

    pub(super) fn copy_curve(&mut self, ctx: &Context) {
        let curves = &self.state.curves;
        let Some(shown) = curves.result().filter(|_| !curves.is_stale()) else {
            let text = "No curve is there yet: wait a moment, or select a plane.";
            return self.notify(Tone::Error, text.to_owned(), Vec::new());
        };
        let shown = &shown.curves;
        let text = match &shown[..] {
            [only] => format!("The curve of {} is copied.", only.plane),
            several => format!("{} curves are copied.", several.len()),
        };
        ctx.copy_text(crate::table::curves_text(
            shown,
            &self.document.choices.grid,
        ));
        self.exported(&text);
    }

    /// A picture for the clipboard is there, or not.
    pub(super) fn image_copied(&mut self, ended: CopyEnded) {
        match ended.result {
            Ok(raster) => {
                self.state.copied = Some(raster);
                self.exported("The figure is copied as a picture.");
            }
            Err(ExportFailure::Said(why)) => {
                self.notify(Tone::Error, sentence(&why), Vec::new());
            }
            Err(_) => {}
        }
    }

    /// Puts a picture that came on the clipboard.
    pub(super) fn put_copied(&mut self, ctx: &Context) {
        if let Some(raster) = self.state.copied.take() {
            let size = [raster.width, raster.height];
            ctx.copy_image(egui::ColorImage::from_rgba_unmultiplied(
                size,
                raster.rgba.as_flattened(),
            ));
        }
    }
}

fn for_clipboard(per_mm: f64) -> Pixels {
    Pixels {
        within: [CLIPBOARD_SIDE; 2],
        per_mm: Some(per_mm),
    }
}
