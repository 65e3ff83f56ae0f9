//! The system's file dialogs, each on a thread of its own: where there is none, the
//! path fields still work.

use std::path::PathBuf;

use egui::Context;

use crate::data::{EXTENSIONS, MEMORY_LIMIT};
use crate::session::{CompanionRole, SESSION_EXTENSION};

use super::App;

/// What a file dialog gave.
pub enum DialogAnswer {
    /// Files to open.
    Open {
        /// Which.
        paths: Vec<PathBuf>,
        /// Whether as a basis.
        as_basis: bool,
    },
    /// A file of labels, class names or images.
    Companion {
        /// The file.
        path: PathBuf,
        /// What it is.
        role: CompanionRole,
    },
    /// Where to save the session.
    SaveTo(PathBuf),
    /// Where to export to.
    ExportTo(PathBuf),
    /// A font, read there, or why it cannot be.
    Font(Result<Box<super::export::ReadFont>, String>),
    /// Where a missing file is.
    Locate {
        /// Its place among those that are missing.
        missing: usize,
        /// The file.
        path: PathBuf,
    },
}

impl App {
    pub(super) fn dialog(&self, ctx: &Context, as_basis: bool) {
        self.ask(ctx, move || {
            let dialog = rfd::FileDialog::new();
            let paths = if as_basis {
                let dialog = dialog.set_title("Open a basis");
                let dialog = dialog.add_filter("Arrays", &EXTENSIONS);
                let dialog = dialog.add_filter("All files", &["*"]);
                dialog.pick_file().into_iter().collect()
            } else {
                let dialog = dialog.set_title("Open activation dumps or a session");
                dialog
                    .add_filter(
                        "Dumps, sessions and figures",
                        &[&EXTENSIONS[..], &[SESSION_EXTENSION, "svg", "pdf", "png"]].concat(),
                    )
                    .add_filter("Arrays", &EXTENSIONS)
                    .add_filter("All files", &["*"])
                    .pick_files()
                    .unwrap_or_default()
            };
            Some(DialogAnswer::Open { paths, as_basis })
        });
    }

    /// Asks for a folder, which is opened as a list.
    pub(super) fn folder_dialog(&self, ctx: &Context) {
        self.ask(ctx, || {
            let dialog = rfd::FileDialog::new().set_title("Open a folder of dumps");
            let paths = dialog.pick_folder().into_iter().collect();
            let as_basis = false;
            Some(DialogAnswer::Open { paths, as_basis })
        });
    }

    /// Asks with a dialog of the system, on a thread of its own.
    pub(super) fn ask(
        &self,
        ctx: &Context,
        pick: impl FnOnce() -> Option<DialogAnswer> + Send + 'static,
    ) {
        let answers = self.dialogs.0.clone();
        let ctx = ctx.clone();
        let started = std::thread::Builder::new()
            .name("followspot-dialog".to_owned())
            .spawn(move || {
                if let Some(answer) = pick() {
                    // A window that is gone needs no answer.
                    let _ = answers.send(answer);
                    ctx.request_repaint();
                }
            });
        // Without a thread there is no dialog; the path field still works.
        drop(started);
    }

    pub(super) fn hear_dialog(&mut self, answer: DialogAnswer) {
        match answer {
            DialogAnswer::Open { paths, as_basis } => self.open_all(paths, as_basis),
            DialogAnswer::Companion { path, role } => self.open_companion(path, role, MEMORY_LIMIT),
            DialogAnswer::SaveTo(path) => self.save_as_picked(&path),
            DialogAnswer::ExportTo(path) => self.export_picked(&path),
            DialogAnswer::Font(read) => self.font_read(read),
            DialogAnswer::Locate { missing, path } => self.locate(missing, &path),
        }
    }
}
