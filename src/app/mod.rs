//! The window: what only a screen has. Views draw from what is there and return
//! [`Command`]s; `apply` carries them out; the worker computes. Nothing here
//! parses a file or counts a sample.

mod actions;
mod apply;
mod atlas;
mod atlas_controls;
mod atlas_menu;
mod atlas_view;
mod chance;
mod chance_panel;
mod class_legend;
mod classes;
mod command;
mod companion_opening;
mod companion_panel;
mod companions;
mod data_panel;
mod dialog;
mod directions;
mod directions_view;
mod divide;
mod document;
mod drop;
mod ensemble_view;
mod export;
mod export_copy;
mod export_files;
mod export_options;
mod export_page;
mod export_preview;
mod export_view;
mod frames;
mod hear;
mod heatmap_view;
mod help;
mod launch;
mod list_panel;
mod listing;
mod menu;
mod neurons;
mod neurons_view;
mod notices;
mod paint;
mod pending;
mod picker;
mod picker_view;
mod picture_view;
mod pictures;
mod plane_panel;
mod plane_view;
mod polar_view;
mod reading;
mod reading_view;
mod requests;
mod samples;
mod samples_panel;
mod session;
mod session_missing;
mod session_recovery;
mod session_save;
mod spotlight;
mod spotlight_panel;
mod state;
mod status;
mod table_export;
mod theme;
mod widgets;

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use egui::{CentralPanel, Frame, Margin, Panel, Ui};

use crate::cli::WindowArgs;
use crate::data::ReadAs;
use crate::scene::{Atlas, AtlasCamera, ColorMap, Raster};
use crate::srm::null::Chance;
use crate::srm::{Epsilon, EpsilonChoice, Plane};
use crate::worker::Lane;
use crate::worker::jobs;
use crate::worker::message::{LoadAs, LoadRequest, WindowWorker};

pub use classes::{ClassCommand, ClassesKey};
pub use command::{Command, Replace};
pub use companion_opening::CompanionCommand;
pub use companions::Companions;
pub use document::{Choices, Document, PlanesAs, Preferences, ThemeChoice};
pub use export::FigureCommand;
pub use launch::run;
pub use listing::{Entry, FileList, ListCommand};
pub use neurons::NeuronCommand;
pub use picker::PickCommand;
pub use pictures::PictureCommand;
pub use reading::ReadingCommand;
pub use table_export::TableCommand;

use atlas::AtlasScreen;
use dialog::DialogAnswer;
use paint::Textures;
use session_recovery::Recovery;
use state::{History, State};

/// Where preferences are kept in the storage.
const PREFERENCES: &str = "preferences";

/// The program's window.
pub struct App {
    document: Document,
    history: History,
    preferences: Preferences,
    state: State,
    worker: WindowWorker,
    textures: Textures,
    dialogs: (Sender<DialogAnswer>, Receiver<DialogAnswer>),
    /// Whether the window system delivers dropped files.
    can_drop: bool,
    /// Given on the command line without a file: for the sample.
    sample_epsilon: Option<EpsilonChoice>,
    sample_basis: Option<PathBuf>,
    screenshot: Option<launch::Screenshot>,
    /// The record of frames that `--frame-times` asks for.
    frames: Option<frames::Frames>,
    /// The colour bar of a map, made once.
    bar: Option<((ColorMap, bool), Arc<Raster>)>,
    /// What the selected plane's peak comes to against chance, once it was worked out.
    chance: Option<(chance::PlaneKey, Chance)>,
    atlas: AtlasScreen,
    /// What is kept for after a crash.
    recovery: Option<Recovery>,
    /// Most bytes that compressed data may unpack to.
    memory_limit: u64,
    /// Most bytes of a list's layers that are kept.
    kept_bytes: usize,
}

impl App {
    /// The window as the command line asks for it.
    ///
    /// # Errors
    /// If the system refuses the worker's thread.
    pub fn new(
        cc: &eframe::CreationContext<'_>,
        args: WindowArgs,
    ) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let ctx = &cc.egui_ctx;
        theme::install(ctx);
        let mut preferences: Preferences = cc
            .storage
            .and_then(|storage| eframe::get_value(storage, PREFERENCES))
            .unwrap_or_default();
        if let Some(theme) = args.theme {
            preferences.theme = theme.into();
        }
        theme::apply(ctx, preferences.theme);
        let figure = preferences.figure.clone();
        let repaint = {
            let ctx = ctx.clone();
            move || ctx.request_repaint()
        };
        let mut app = Self {
            document: Document::new().ok_or("no angle grid")?,
            history: History::default(),
            preferences,
            state: State {
                figure,
                ..State::default()
            },
            worker: WindowWorker::new(repaint)?,
            textures: Textures::default(),
            dialogs: channel(),
            can_drop: launch::can_drop(),
            sample_epsilon: None,
            sample_basis: None,
            screenshot: args
                .screenshot
                .map(|path| launch::Screenshot::new(path, args.force)),
            frames: args
                .frame_times
                .map(|path| frames::Frames::new(path, args.force, args.drag_epsilon)),
            bar: None,
            chance: None,
            atlas: AtlasScreen::default(),
            recovery: None,
            memory_limit: args.reading.memory_limit(),
            kept_bytes: listing::KEPT_BYTES,
        };
        let mut then_basis = args.basis;
        if args.files.is_empty() {
            app.sample_epsilon = args.epsilon;
            app.sample_basis = then_basis.take();
            jobs::load_sample(&app.worker);
        }
        let limit = args.reading.memory_limit();
        let files = args.files.into_iter();
        let files = files.map(|path| std::path::absolute(&path).unwrap_or(path));
        let files = app.take_sessions(files.collect());
        let batch = app.next_batch();
        for path in files {
            let request = LoadRequest {
                path,
                pick: args.reading.pick(None, &ReadAs::default()),
                purpose: LoadAs::Activations,
                batch,
                epsilon: args.epsilon,
                then_basis: then_basis.take(),
                instead: None,
            };
            jobs::load(&app.worker, request);
        }
        app.open_companions(args.companions, limit);
        Ok(app)
    }

    /// Carries out a command, as a key or a button does.
    pub fn carry_out(&mut self, ctx: &egui::Context, command: Command) {
        self.apply_all(ctx, &mut [command].into());
    }

    /// What is open and chosen.
    #[must_use]
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// What undo would take back.
    #[must_use]
    pub fn history_kind(&self) -> Option<&'static str> {
        self.history.undo_kind()
    }

    /// What is kept between starts.
    #[must_use]
    pub fn preferences(&self) -> &Preferences {
        &self.preferences
    }

    /// Counts of the selected plane at the `A` angles, once they are there.
    #[must_use]
    pub fn selected_counts(&self) -> Option<&[i64]> {
        let curve = self.state.curves.result()?.curves.first()?;
        Some(&curve.counts)
    }

    /// Planes of the finished sweep that is shown.
    #[must_use]
    pub fn swept_planes(&self) -> Option<usize> {
        Some(self.own_sweep()?.sweep.records.len())
    }

    /// What of the atlas is looked at.
    #[must_use]
    pub fn atlas_camera(&self) -> AtlasCamera {
        self.atlas.camera
    }

    /// The atlas that is on screen.
    #[must_use]
    pub fn atlas_on_screen(&self) -> Option<&Atlas> {
        let (picture, _) = self.atlas.picture()?;
        Some(&picture.atlas)
    }

    /// The resolution scale of the sweep that is shown.
    #[must_use]
    pub fn swept_epsilon(&self) -> Option<Epsilon> {
        Some(self.own_sweep()?.sweep.spec.epsilon)
    }

    /// The plane whose curve is shown.
    #[must_use]
    pub fn selected_plane(&self) -> Option<Plane> {
        Some(self.state.curves.result()?.curves.first()?.plane)
    }

    /// Where a plane stands among the rows of the heatmap.
    #[must_use]
    pub fn place_of(&self, plane: Plane) -> Option<usize> {
        self.ordered()?.place_of(plane)
    }

    /// Whether that sweep is of all planes, not of a sample of them.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        let whole = self.own_sweep().is_some_and(|view| !view.is_sample());
        whole && self.ordered().is_some_and(|heatmap| !heatmap.is_coarse)
    }

    /// Places in the order of the rows that the heatmap was drawn from.
    #[must_use]
    pub fn drawn_rows(&self) -> Option<std::ops::Range<usize>> {
        Some(self.ordered()?.aggregate.range())
    }

    /// Whether a sweep waits or runs.
    #[must_use]
    pub fn is_sweeping(&self) -> bool {
        self.worker.is_busy(Lane::Sweep)
    }

    /// Has a sweep stay at its sample of the planes, until told otherwise: for tests.
    pub fn hold_at_sample(&self, hold: bool) {
        self.worker.hold_first_results(hold);
    }

    /// Number of the last sweep that was asked for.
    #[must_use]
    pub fn sweeps_asked(&self) -> Option<u64> {
        let (_, generation) = self.state.sweep.asked.as_ref()?;
        Some(*generation)
    }

    /// Whether everything that the choices ask for is on screen.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        let mut lanes = Lane::ALL.into_iter().filter(|&lane| lane < Lane::Save);
        let busy = lanes.any(|lane| self.worker.is_busy(lane));
        let state = &self.state;
        !busy
            && self.document.layer().is_some()
            && state.overview.is_none()
            && state.first_look.is_none()
            && !state.curves.is_stale()
            && !state.classes.is_stale()
            && !state.samples.list.is_stale()
            && self.directions_are_settled()
            && !state.sweep.is_stale()
            && !state.heatmap.is_stale()
            && state.heatmap.shown.is_some()
            && self.atlas_is_settled()
            && self.picture_is_settled()
            && (self.is_exact() || state.sweep.is_refused() || state.heatmap.is_refused())
    }

    fn keys(&self) -> Keys {
        let exports = &self.state.exports;
        let asks = self.state.reading.is_some() || self.state.picker.is_some();
        if exports.dialog.is_some() || exports.table.is_some() || asks {
            Keys::OfDialog
        } else {
            Keys::OfViews
        }
    }

    fn views(&mut self, ui: &mut Ui, commands: &mut Vec<Command>) {
        let margin = Frame::new().fill(ui.visuals().panel_fill);
        Panel::top("menu")
            .frame(margin.inner_margin(Margin::symmetric(10, 5)))
            .show(ui, |ui| self.menu(ui, commands));
        Panel::bottom("status")
            .frame(margin.inner_margin(Margin::symmetric(14, 5)))
            .show(ui, |ui| self.status(ui, commands));
        let panel = Panel::left("panel")
            .frame(margin.inner_margin(Margin {
                left: 14,
                right: 6,
                top: 12,
                bottom: 0,
            }))
            .resizable(true)
            .default_size(self.preferences.division.panel)
            .size_range(236.0..=460.0)
            .show(ui, |ui| {
                egui::ScrollArea::vertical()
                    .auto_shrink(false)
                    .show(ui, |ui| {
                        // Room for the scroll bar beside right-aligned numbers.
                        ui.set_max_width(ui.available_width() - 8.0);
                        self.data_panel(ui, commands);
                        self.spotlight_panel(ui, commands);
                        self.plane_panel(ui, commands);
                        self.chance_panel(ui, commands);
                    });
            });
        self.preferences.division.panel = panel.response.rect.width().round();
        CentralPanel::default()
            .frame(margin)
            .show(ui, |ui| self.divided(ui, commands));
        self.neurons_window(ui, commands);
        self.notices(ui, commands);
        self.picker(ui, commands);
        self.reading_dialog(ui, commands);
        self.missing_files(ui, commands);
        self.save_dialog(ui, commands);
        self.export_dialog(ui, commands);
        self.table_dialog(ui, commands);
        self.help(ui, commands);
        self.drop_overlay(ui);
    }
}

impl eframe::App for App {
    fn logic(&mut self, ctx: &egui::Context, _frame: &mut eframe::Frame) {
        self.begin_frame(ctx);
        while let Ok(answer) = self.dialogs.1.try_recv() {
            self.hear_dialog(answer);
        }
        self.look_at_hovered(ctx);
        self.take_dropped(ctx);
        while let Some(event) = self.worker.poll() {
            self.hear(event);
        }
        self.put_copied(ctx);
        let mut commands = command_keys(ctx, self.keys());
        self.apply_all(ctx, &mut commands);
        self.request();
        self.request_hashes();
        self.keep_for_recovery(ctx);
        self.update_title(ctx);
        self.take_screenshot(ctx);
        self.end_logic();
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        let ctx = ui.ctx().clone();
        let mut commands = VecDeque::new();
        let mut drawn = Vec::new();
        self.views(ui, &mut drawn);
        commands.extend(drawn);
        self.apply_all(&ctx, &mut commands);
        self.request();
        if !ctx.input(|i| i.pointer.any_down()) {
            self.history.close_step();
        }
        self.end_frame(&ctx);
    }

    fn raw_input_hook(&mut self, _ctx: &egui::Context, raw_input: &mut egui::RawInput) {
        if self.screenshot.is_some() {
            // A picture shows the window, not where the pointer happens to rest.
            raw_input.events.clear();
        }
    }

    fn save(&mut self, storage: &mut dyn eframe::Storage) {
        eframe::set_value(storage, PREFERENCES, &self.preferences);
    }

    fn on_exit(&mut self, _gl: Option<&eframe::glow::Context>) {
        self.end_recovery();
    }

    fn persist_egui_memory(&self) -> bool {
        // What is to be kept is in the preferences.
        false
    }

    fn auto_save_interval(&self) -> Duration {
        Duration::from_secs(20)
    }
}

/// Whose keys are pressed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Keys {
    /// The views': every key is a command.
    OfViews,
    /// A dialog's that lies over them: plain keys are its own, but for Esc.
    OfDialog,
}

/// Commands of the keys pressed: those with Ctrl or Cmd always, plain ones only
/// while nobody types.
fn command_keys(ctx: &egui::Context, keys: Keys) -> VecDeque<Command> {
    let typing = ctx.text_edit_focused();
    // An open menu takes the plain keys itself: Esc closes it.
    let popup = egui::Popup::is_any_open(ctx);
    let focused = ctx.memory(|memory| memory.focused().is_some());
    let mut commands = VecDeque::new();
    // Longer combinations first: Ctrl+Shift+Z is no Ctrl+Z.
    let mut actions: Vec<_> = actions::ACTIONS
        .iter()
        .filter(|a| a.shortcut.is_some())
        .collect();
    actions.sort_by_key(|a| a.shortcut.is_none_or(|s| !s.modifiers.shift));
    for action in actions {
        let Some(shortcut) = action.shortcut else {
            continue;
        };
        let plain = shortcut.modifiers.is_none();
        let arrow = matches!(
            shortcut.logical_key,
            egui::Key::ArrowUp
                | egui::Key::ArrowDown
                | egui::Key::ArrowLeft
                | egui::Key::ArrowRight
        );
        let esc = shortcut.logical_key == egui::Key::Escape;
        let covered = keys == Keys::OfDialog && !esc;
        if plain && (typing || popup || covered || (focused && arrow)) {
            continue;
        }
        if ctx.input_mut(|input| input.consume_shortcut(&shortcut)) {
            commands.push_back((action.command)());
        }
    }
    commands
}
