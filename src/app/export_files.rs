//! What the system's dialogs give for an export: its file, and a font.

use std::path::{Path, PathBuf};

use egui::Context;

use crate::figure::{FigureFailure, Format, read_font};

use super::App;
use super::dialog::DialogAnswer;
use super::export::ReadFont;
use super::hear::sentence;

impl App {
    pub(super) fn browse_font(&self, ctx: &Context) {
        self.ask(ctx, move || {
            let dialog = rfd::FileDialog::new().set_title("Choose a font");
            let dialog = dialog.add_filter("Fonts (.ttf, .otf)", &["ttf", "otf"]);
            dialog.pick_file().map(read)
        });
    }

    pub(super) fn browse_export(&self, ctx: &Context) {
        let Some(dialog) = &self.state.exports.dialog else {
            return;
        };
        let path = PathBuf::from(&dialog.path);
        self.ask(ctx, move || {
            let mut dialog = rfd::FileDialog::new().set_title("Export figure");
            for format in Format::ALL {
                let ending = format.extension();
                dialog = dialog.add_filter(ending.to_uppercase(), &[ending]);
            }
            if let Some(folder) = path.parent() {
                dialog = dialog.set_directory(folder);
            }
            if let Some(name) = path.file_name() {
                dialog = dialog.set_file_name(name.to_string_lossy());
            }
            dialog.save_file().map(DialogAnswer::ExportTo)
        });
    }

    /// The system's dialog gave a file: it stands in the field.
    pub(super) fn export_picked(&mut self, path: &Path) {
        if let Some(dialog) = &mut self.state.exports.dialog {
            dialog.path = path.display().to_string();
            dialog.named = true;
            dialog.exists = None;
            dialog.problem = None;
        } else if let Some(dialog) = &mut self.state.exports.table {
            dialog.take_path(path);
        }
    }

    /// A font was read, or not.
    pub(super) fn font_read(&mut self, read: Result<Box<ReadFont>, String>) {
        let problem = match read {
            Ok(font) => {
                self.state.figure.font = Some(font.record.clone());
                if let Some(dialog) = &mut self.state.exports.dialog {
                    dialog.font = font.path.display().to_string();
                }
                self.state.exports.font = Some(*font);
                None
            }
            Err(why) => Some(sentence(&why)),
        };
        if let Some(dialog) = &mut self.state.exports.dialog {
            dialog.font_problem = problem;
        }
    }
}

/// Reads a font, which may be large.
pub(super) fn read(path: PathBuf) -> DialogAnswer {
    let read = read_font(&path).map(|(font, record)| {
        let font = ReadFont { path, font, record };
        Box::new(font)
    });
    DialogAnswer::Font(read.map_err(|failure: FigureFailure| failure.to_string()))
}
