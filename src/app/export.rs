//! The figure that is exported: its dialog's state, its commands, and what the
//! worker says of it. Nothing leaves the window that it could not make again.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use egui::Context;

use crate::figure::{Format, Known, Needs};
use crate::scene::OwnFont;
use crate::session::figure::{FigureView, Panels, Width};
use crate::session::{FigureSpec, Session, figure_command};
use crate::worker::Lane;
use crate::worker::export_job::{
    self, ExportEnded, ExportFailure, FigureRequest, Gathered, Pixels, Preview,
};

use super::App;
use super::command::{Command, Replace};
use super::export_files::read;
use super::hear::sentence;
use super::pending::Pending;
use super::state::{SweepKey, Tone};
use super::table_export::TableDialog;

/// How long a preview is given to be shown before the next supersedes it.
const PATIENCE: Duration = Duration::from_secs(2);

/// Pixels a millimetre of a screen.
pub const SCREEN_PER_MM: f64 = 96.0 / 25.4;

/// What can be done about figures.
#[derive(Clone, Debug)]
pub enum FigureCommand {
    /// Open the dialog.
    Open,
    /// Close it.
    Close,
    /// Let the figure look so.
    Look(Box<FigureSpec>),
    /// Set it in the font of that file; in the bundled one where `None`.
    Font(Option<PathBuf>),
    /// Ask for a font with the system's dialog.
    BrowseFont,
    /// Write it to that file.
    Export {
        /// The file.
        path: PathBuf,
        /// Whether a file of that name gives way.
        replace: Replace,
    },
    /// Ask where to write it with the system's dialog.
    Browse,
    /// Call the writing off.
    CallOff,
    /// Put its picture on the clipboard.
    CopyImage,
    /// Put the command that makes it on the clipboard.
    CopyCommand(Format),
    /// Put its caption on the clipboard.
    CopyCaption(crate::table::CaptionFormat),
    /// Put the view that was last clicked on the clipboard, as a picture.
    CopyView,
    /// Put the selected and pinned planes' curves on the clipboard, as text.
    CopyCurve,
}

impl From<FigureCommand> for Command {
    fn from(command: FigureCommand) -> Self {
        Self::Figure(command)
    }
}

/// How large the preview is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zoom {
    /// As large as there is room.
    Fit,
    /// As on the page.
    Page,
}

/// What a preview answers.
#[derive(Clone, Debug, PartialEq)]
pub struct PreviewKey {
    session: Session,
    layers: Vec<u64>,
    pixels: Pixels,
}

/// A font of the reader's own that was read.
#[derive(Clone, Debug)]
pub struct ReadFont {
    /// Its file.
    pub path: PathBuf,
    /// The font.
    pub font: OwnFont,
    /// How it is recorded.
    pub record: crate::session::figure::FontRecord,
}

/// The dialog.
#[derive(Debug)]
pub struct ExportDialog {
    /// Text of the file field.
    pub path: String,
    /// Whether the user named the file: else its name follows the view.
    pub named: bool,
    /// A file that is there already.
    pub exists: Option<PathBuf>,
    /// Why nothing was written.
    pub problem: Option<String>,
    /// The file that was written.
    pub done: Option<PathBuf>,
    /// The command that makes it, while it is shown.
    pub command: Option<String>,
    /// The file that is being written.
    pub writing: Option<PathBuf>,
    /// Text of the panels field, while it is not understood too.
    pub panels: String,
    /// Text of the colours field, likewise.
    pub colors: String,
    /// Text of the font field.
    pub font: String,
    /// What is wrong with the font.
    pub font_problem: Option<String>,
    /// How large the preview is.
    pub zoom: Zoom,
    /// Whether the field is to take the keyboard.
    pub focus: bool,
}

/// Everything about exports; never saved.
#[derive(Debug, Default)]
pub struct Exports {
    /// The dialog of figures.
    pub dialog: Option<ExportDialog>,
    /// The dialog of tables.
    pub table: Option<TableDialog>,
    /// The figure as it will be.
    pub preview: Pending<PreviewKey, Preview>,
    /// What previews and figures are made of.
    pub gathered: Gathered,
    /// The reader's own font.
    pub font: Option<ReadFont>,
    /// The view that was last clicked.
    pub clicked: FigureView,
}

impl App {
    pub(super) fn apply_figure(&mut self, ctx: &Context, command: FigureCommand) {
        match command {
            FigureCommand::Open => self.open_export(),
            FigureCommand::Close => self.close_export(),
            FigureCommand::Look(spec) => self.look_so(*spec),
            FigureCommand::Font(Some(path)) => self.ask(ctx, move || Some(read(path))),
            FigureCommand::Font(None) => {
                self.state.exports.font = None;
                self.state.figure.font = None;
            }
            FigureCommand::BrowseFont => self.browse_font(ctx),
            FigureCommand::Export { path, replace } => self.export_to(path, replace),
            FigureCommand::Browse => self.browse_export(ctx),
            FigureCommand::CallOff => self.call_export_off(),
            FigureCommand::CopyImage => self.copy_image(),
            FigureCommand::CopyCommand(format) => {
                self.copy_command(ctx, |session| figure_command(session, format.extension()));
            }
            FigureCommand::CopyCaption(format) => self.copy_caption(ctx, format),
            FigureCommand::CopyView => self.copy_view(),
            FigureCommand::CopyCurve => self.copy_curve(ctx),
        }
    }

    /// What was done, in a strip.
    pub(super) fn exported(&mut self, text: &str) {
        self.notify(Tone::Success, text.to_owned(), Vec::new());
    }

    fn open_export(&mut self) {
        if self.document.layer().is_none() || self.state.exports.dialog.is_some() {
            return;
        }
        self.state.exports.table = None;
        let figure = &self.state.figure;
        let path = self.suggested_export(&view_name(figure.view), Format::Pdf.extension());
        let font = self.state.exports.font.as_ref();
        let dialog = ExportDialog {
            path: path.display().to_string(),
            named: false,
            exists: None,
            problem: None,
            done: None,
            command: None,
            writing: None,
            panels: figure.panels.to_string(),
            colors: match &figure.colors {
                crate::session::figure::SeriesColors::Own(_) => figure.colors.to_string(),
                _ => String::new(),
            },
            font: font.map_or_else(String::new, |font| font.path.display().to_string()),
            font_problem: None,
            zoom: Zoom::Fit,
            focus: true,
        };
        self.state.exports.dialog = Some(dialog);
    }

    /// Closes the dialog; what is being written is.
    fn close_export(&mut self) {
        self.state.exports.dialog = None;
        self.worker.cancel(Lane::Preview);
        let preview = self.state.exports.preview.clear();
        let gathered = std::mem::take(&mut self.state.exports.gathered);
        self.worker.discard((preview, gathered));
    }

    fn look_so(&mut self, spec: FigureSpec) {
        if let Some(dialog) = &mut self.state.exports.dialog {
            dialog.done = None;
            dialog.command = None;
            if !dialog.named && spec.view != self.state.figure.view {
                let path = PathBuf::from(&dialog.path);
                let (old, new) = (view_name(self.state.figure.view), view_name(spec.view));
                let stem = path.file_stem().unwrap_or_default().to_string_lossy();
                let stem = stem.strip_suffix(&old).unwrap_or(&stem).to_owned() + &new;
                let ending = path.extension().unwrap_or_default().to_owned();
                let path = path.with_file_name(stem + "." + &ending.to_string_lossy());
                dialog.path = path.display().to_string();
            }
        }
        self.preferences.figure = remembered(&spec);
        self.state.figure = spec;
    }

    /// Where an export goes by default: where the last one went, else beside the
    /// shown dump.
    pub(super) fn suggested_export(&self, what: &str, ending: &str) -> PathBuf {
        let beside = match self.document.layer() {
            Some(layer) if !layer.is_sample => layer.file.path(),
            _ => Path::new("sample"),
        };
        let stem = beside.file_stem().unwrap_or_default().to_string_lossy();
        let name = format!("{stem}-{what}.{ending}");
        let path = match &self.preferences.export_folder {
            Some(folder) if folder.is_dir() => folder.join(name),
            _ => beside.with_file_name(name),
        };
        std::path::absolute(&path).unwrap_or(path)
    }

    // What is made

    /// The whole sweep of the shown layer that the choices ask for, if it is done.
    pub(super) fn whole_sweep(&self) -> Option<Known> {
        let choices = &self.document.choices;
        let view = self.own_sweep()?;
        let wanted = SweepKey {
            layer: view.layer.id,
            epsilon: choices.epsilon,
            angles: choices.grid.count(),
            sign: choices.sign,
            mode: choices.mode,
            subset: choices.subset(&view.layer),
        };
        (view.key() == wanted && !view.is_sample()).then(|| Known {
            sweep: Arc::clone(&view.sweep),
            spotlight: Arc::clone(&view.spotlight),
            counts: view.counts.clone(),
        })
    }

    /// What a figure that looks so is made of: the shown layer alone, unless it
    /// names others. `None` where nothing is open.
    pub(super) fn figure_request(&self, spec: &FigureSpec) -> Option<FigureRequest> {
        self.document.layer()?;
        let mut session = self.session();
        session.figure = spec.clone();
        let shown = session.shown;
        let mut layers = self.document.layers.clone();
        let mut known: Vec<Option<Known>> = vec![None; layers.len()];
        *known.get_mut(shown)? = self.whole_sweep();
        if session.figure_layers().len() < layers.len() {
            layers = vec![layers.swap_remove(shown)];
            known = vec![known.swap_remove(shown)];
        }
        session = session.for_figure();
        let labels = layers.iter().map(|layer| self.labels_of(layer)).collect();
        let font = self.state.exports.font.as_ref();
        let font = font.filter(|font| session.figure.font.as_ref() == Some(&font.record));
        if font.is_none() {
            session.figure.font = None;
        }
        Some(FigureRequest {
            session,
            layers,
            known,
            labels,
            font: font.map(|font| font.font.clone()),
            gathered: self.state.exports.gathered.clone(),
        })
    }

    /// Whether the figure needs a sweep that is still running.
    pub(super) fn waits_for_sweep(&self, request: &FigureRequest) -> bool {
        let shown = request.session.shown;
        let is_known = request.known.get(shown).is_some_and(Option::is_some);
        !is_known && self.worker.is_busy(Lane::Sweep) && Needs::of(&request.session).sweeps(shown)
    }

    /// Asks for the figure as it will be, unless that is shown or on its way.
    pub(super) fn request_preview(&mut self, pixels: Pixels) {
        let Some(request) = self.figure_request(&self.state.figure) else {
            return;
        };
        if self.waits_for_sweep(&request) {
            return;
        }
        let mut session = request.session.clone();
        for layer in &mut session.layers {
            // A hash changes nothing that is seen.
            layer.source.sha256 = None;
        }
        for companion in &mut session.companions {
            companion.sha256 = None;
        }
        let key = PreviewKey {
            session,
            layers: request.layers.iter().map(|layer| layer.id).collect(),
            pixels,
        };
        let preview = &mut self.state.exports.preview;
        if !preview.needs(&key) {
            return;
        }
        if preview.is_fresh(PATIENCE) && self.worker.is_busy(Lane::Preview) {
            preview.hold(key);
            return;
        }
        let generation = export_job::preview(&self.worker, request, pixels);
        self.state.exports.preview.ask(key, generation);
    }

    // Out of the window

    fn export_to(&mut self, path: PathBuf, replace: Replace) {
        let Some(request) = self.figure_request(&self.state.figure) else {
            return;
        };
        if let Some(dialog) = &mut self.state.exports.dialog {
            dialog.exists = None;
            dialog.problem = None;
            dialog.done = None;
            dialog.command = None;
            dialog.writing = Some(path.clone());
        }
        let force = replace == Replace::Allowed;
        export_job::export(&self.worker, request, path, force);
    }

    pub(super) fn call_export_off(&mut self) {
        self.worker.cancel(Lane::Export);
        let text = "Exporting was called off; nothing of it was kept.".to_owned();
        self.export_broke_off();
        self.notify(Tone::Success, text, Vec::new());
    }

    /// Calls the export of an open dialog off, or closes the dialog; whether there
    /// was one.
    pub(super) fn cancel_exports(&mut self) -> bool {
        let exports = &self.state.exports;
        let figure = exports.dialog.as_ref().map(|dialog| &dialog.writing);
        let table = exports.table.as_ref().map(|dialog| &dialog.writing);
        match figure.or(table) {
            None => return false,
            Some(Some(_)) => self.call_export_off(),
            Some(None) => {
                self.close_export();
                self.state.exports.table = None;
            }
        }
        true
    }

    /// An export broke off: nothing is being written any more.
    pub(super) fn export_broke_off(&mut self) {
        if let Some(dialog) = &mut self.state.exports.dialog {
            dialog.writing = None;
        }
        if let Some(dialog) = &mut self.state.exports.table {
            dialog.writing = None;
        }
    }

    /// A figure or a table was written, or not.
    pub(super) fn export_ended(&mut self, ended: ExportEnded) {
        if self.table_ended(&ended) {
            return;
        }
        let ExportEnded { path, result } = ended;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if result.is_ok() {
            self.preferences.export_folder = path.parent().map(Path::to_owned);
        }
        let dialog = self.state.exports.dialog.as_mut();
        let Some(dialog) = dialog.filter(|dialog| dialog.writing.as_ref() == Some(&path)) else {
            return self.export_ended_unseen(&name, result);
        };
        dialog.writing = None;
        match result {
            Ok(()) => dialog.done = Some(path),
            Err(ExportFailure::Exists) => dialog.exists = Some(path),
            Err(ExportFailure::Cancelled) => {}
            Err(ExportFailure::Said(why)) => dialog.problem = Some(sentence(&why)),
        }
    }

    /// The same where nobody looks at a dialog any more.
    pub(super) fn export_ended_unseen(&mut self, name: &str, result: Result<(), ExportFailure>) {
        match result {
            Ok(()) => self.exported(&format!("Wrote {name}.")),
            Err(ExportFailure::Cancelled) => {}
            Err(ExportFailure::Exists) => {
                let text = format!("{name} exists, so nothing was written.");
                self.notify(Tone::Error, text, Vec::new());
            }
            Err(ExportFailure::Said(why)) => {
                self.notify(Tone::Error, sentence(&why), Vec::new());
            }
        }
    }

    // For tests

    /// Width and height in millimetres of the figure that the dialog shows, once it
    /// is the one that was asked for.
    #[must_use]
    pub fn previewed_mm(&self) -> Option<[f64; 2]> {
        let preview = &self.state.exports.preview;
        let shown = preview.result().filter(|_| !preview.is_stale())?;
        Some(shown.result.as_ref().ok()?.size_mm)
    }

    /// Planes of the running export that are done, once it is at them.
    #[must_use]
    pub fn exported_planes(&self) -> Option<usize> {
        let progress = self.worker.progress(Lane::Export)?;
        (progress.total > 0).then_some(progress.done)
    }

    /// Whether something is being exported.
    #[must_use]
    pub fn is_exporting(&self) -> bool {
        self.worker.is_busy(Lane::Export)
    }
}

fn view_name(view: FigureView) -> String {
    match view {
        FigureView::Panel => "panels".to_owned(),
        other => other.name().to_owned(),
    }
}

/// What of a figure's look is kept between starts: the page and its style, not what
/// one figure shows.
fn remembered(spec: &FigureSpec) -> FigureSpec {
    FigureSpec {
        view: FigureView::default(),
        panels: Panels::default(),
        title: String::new(),
        font: None,
        ..spec.clone()
    }
}

/// The look that a preset gives: everything but what is shown and said.
pub(super) fn reset(spec: &FigureSpec, width: Width) -> FigureSpec {
    FigureSpec {
        view: spec.view,
        axes: spec.axes,
        every_plane: spec.every_plane,
        panels: spec.panels.clone(),
        share: spec.share,
        title: spec.title.clone(),
        width,
        ..FigureSpec::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_figure_says_is_not_kept_for_the_next() {
        let spec = FigureSpec {
            view: FigureView::Atlas,
            title: "epoch 3".to_owned(),
            dpi: 300,
            ..FigureSpec::default()
        };
        let kept = remembered(&spec);
        assert_eq!((kept.dpi, kept.title.as_str()), (300, ""));
        assert_eq!(kept.view, FigureView::Polar);
        let again = reset(&spec, spec.width);
        assert_eq!(again.dpi, FigureSpec::default().dpi);
        assert_eq!((again.view, again.title.as_str()), (spec.view, "epoch 3"));
    }
}
