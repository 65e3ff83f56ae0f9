//! The one place where commands are carried out.

use std::collections::VecDeque;
use std::f64::consts::TAU;
use std::path::PathBuf;
use std::sync::Arc;

use egui::{Context, ViewportCommand};

use crate::data::Pick;
use crate::scene::{PlaneOrder, RowSpan};
use crate::session::{plane_command, sweep_command};
use crate::srm::{AngleGrid, EpsilonChoice, Plane, PlaneMode, Pole};
use crate::worker::Lane;
use crate::worker::jobs;
use crate::worker::message::{Heatmap, Layer, LoadAs, LoadRequest};

use super::command::{Command, Zoom};
use super::document::{Document, PlanesAs, auto_epsilon};
use super::reading::ReadingCommand;
use super::state::{Aside, History, Overlay, Tone};
use super::{App, theme};

impl App {
    /// Carries out commands in order.
    pub(super) fn apply_all(&mut self, ctx: &Context, commands: &mut VecDeque<Command>) {
        while let Some(command) = commands.pop_front() {
            self.apply(ctx, command);
        }
    }

    fn apply(&mut self, ctx: &Context, command: Command) {
        match command {
            Command::OpenDialog => self.dialog(ctx, false),
            Command::OpenBasisDialog => self.dialog(ctx, true),
            Command::OpenPath(path) => self.open_all(vec![path], false),
            Command::Pick(command) => self.apply_pick(command),
            Command::Companion(command) => self.apply_companion(ctx, command),
            Command::UseStandardBasis => self.use_standard_basis(),
            Command::Reading(command) => self.apply_reading(command),
            Command::Neurons(command) => self.apply_neurons(command),
            Command::List(command) => self.apply_list(ctx, &command),
            Command::ReadAgain(request) => self.load(*request),
            Command::FocusPath => self.state.focus_path = true,
            Command::OpenSample => self.open_sample(),
            Command::CloseLayer(index) => self.close(index),
            Command::CloseShown => self.close(self.document.shown),
            Command::ClearRecent => self.preferences.recent.clear(),
            Command::Quit => ctx.send_viewport_cmd(ViewportCommand::Close),
            Command::Undo => self.travel(History::undo),
            Command::Redo => self.travel(History::redo),
            Command::CopyText(text) => ctx.copy_text(text),
            Command::CopySweepCommand => self.copy_command(ctx, sweep_command),
            Command::CopyPlaneCommand => self.copy_command(ctx, plane_command),
            Command::SaveSession => self.save_session(),
            Command::SaveSessionAs => self.ask_where_to_save(),
            Command::SaveTo { path, replace } => self.save_to(path, replace),
            Command::BrowseSave => self.browse_save(ctx),
            Command::Figure(command) => self.apply_figure(ctx, command),
            Command::Table(command) => self.apply_table(ctx, command),
            Command::Locate { missing, path } => self.locate(missing, &path),
            Command::BrowseMissing(missing) => self.browse_missing(ctx, missing),
            Command::LeaveMissing => self.end_restoring(),
            Command::Recover => self.recover(),
            Command::DiscardRecovery => self.discard_recovery(),
            Command::SetTheme(choice) => {
                self.preferences.theme = choice;
                theme::apply(ctx, choice);
            }
            Command::SetUnit(unit) => self.preferences.unit = unit,
            Command::SetOrder(order) => {
                self.preferences.order = order;
                self.show_rows(RowSpan::WHOLE);
            }
            Command::ShowRows(span) => self.show_rows(span),
            Command::Zoom(zoom) => self.zoom(zoom),
            Command::SetMap(map) => self.preferences.map = map,
            Command::SetScale(scale) => self.preferences.scale = scale,
            Command::ShowPlanesAs(choice) => self.preferences.planes_as = choice,
            Command::SwitchPlanes => {
                let shown = &mut self.preferences.planes_as;
                *shown = match shown {
                    PlanesAs::Heatmap => PlanesAs::Atlas,
                    PlanesAs::Atlas => PlanesAs::Directions,
                    PlanesAs::Directions => PlanesAs::Heatmap,
                };
            }
            Command::Picture(command) => self.apply_picture(command),
            Command::SetQuantity(quantity) => self.preferences.quantity = quantity,
            Command::SetAtlasOrder(order) => self.preferences.atlas_order = order,
            Command::ToggleHelp => self.toggle(Overlay::Help),
            Command::ToggleAbout => self.toggle(Overlay::About),
            Command::Cancel => self.cancel(),
            Command::SweepAgain => {
                self.state.sweep.retry();
                self.state.heatmap.retry();
                self.state.atlas.retry();
                self.state.picture.retry();
            }
            Command::Dismiss(id) => self.state.notices.retain(|notice| notice.id != id),
            Command::DismissAll => self.state.notices.clear(),
            Command::SetFit(fit) => self.preferences.fit = fit,
            Command::ToggleSignificant => self.toggle_significant(),
            Command::TestAlignment => self.test_by_rotation(),
            Command::StopTest => self.stop_test(),
            Command::ToggleRotated => self.toggle_rotated(),
            Command::ToggleResolution => self.preferences.chance.resolution ^= true,
            choice => self.choose(choice),
        }
    }

    /// Commands that change the choices: each can be undone.
    pub(super) fn choose(&mut self, command: Command) {
        let before = self.document.clone();
        let spotlight = self.spotlight_rad();
        let choices = &mut self.document.choices;
        let mut merge = false;
        let kind = match command {
            Command::SetEpsilon { epsilon, dragging } => {
                choices.epsilon = epsilon;
                choices.epsilon_choice = EpsilonChoice::Value(epsilon);
                merge = dragging;
                "change of ε"
            }
            Command::AutoEpsilon => {
                let Some(layer) = before.layer() else { return };
                choices.epsilon = auto_epsilon(choices, layer);
                choices.epsilon_choice = EpsilonChoice::Auto;
                "change of ε"
            }
            Command::SetAngles { count, dragging } => {
                let Ok(grid) = AngleGrid::new(count) else {
                    return;
                };
                choices.grid = grid;
                merge = dragging;
                "change of the angles"
            }
            Command::SetMode(mode) => {
                choices.mode = mode;
                if let Some(layer) = before.layer() {
                    self.document.fit_planes(layer);
                }
                "change of planes"
            }
            Command::SetSign(sign) => {
                choices.sign = sign;
                "change of sign"
            }
            Command::ShowLayer(index) => {
                self.document.show(index);
                "change of layer"
            }
            Command::TogglePin => {
                let Some(plane) = choices.plane else { return };
                match choices.pins.iter().position(|&pin| pin == plane) {
                    Some(place) => drop(choices.pins.remove(place)),
                    None => choices.pins.push(plane),
                }
                "change of pins"
            }
            Command::Unpin(plane) => {
                choices.pins.retain(|&pin| pin != plane);
                "change of pins"
            }
            Command::ClearPins => {
                choices.pins.clear();
                "change of pins"
            }
            Command::Classes(command) => {
                merge = command.is_dragged();
                command.change(&mut choices.classes);
                "change of classes"
            }
            Command::Turn {
                angle_rad,
                dragging,
            } => {
                choices.angle_rad = angle_rad.map(|angle| angle.rem_euclid(TAU));
                merge = dragging;
                "turn of the spotlight"
            }
            Command::TurnBy(steps) => {
                let Some(angle) = spotlight else { return };
                choices.angle_rad = Some(turned(&choices.grid, angle, steps));
                "turn of the spotlight"
            }
            Command::LookAlong(pole) => {
                self.look_along(pole);
                "turn of the spotlight"
            }
            Command::SelectPlane { plane, dragging } => {
                merge = dragging;
                self.select(plane);
                "change of plane"
            }
            other => {
                let Some(plane) = self.plane_of(&other) else {
                    return;
                };
                self.select(plane);
                self.follow_plane();
                "change of plane"
            }
        };
        let changed =
            before.choices != self.document.choices || before.shown != self.document.shown;
        if changed {
            self.history.record(&before, kind, merge);
            // The choices are the user's own now: the sweep's end leaves them.
            self.state.first_look = None;
        }
    }

    /// Turns the spotlight along a direction, in the plane that shows it best.
    fn look_along(&mut self, pole: Pole) {
        if let Some((plane, angle)) = self.plane_along(pole) {
            self.select(plane);
            self.document.choices.angle_rad = Some(angle.rem_euclid(TAU));
        }
    }

    /// Looks at a plane; the user has chosen, so the sweep no longer does.
    fn select(&mut self, plane: Plane) {
        let Some(layer) = self.document.layer().cloned() else {
            return;
        };
        let ordered = match self.document.choices.mode {
            PlaneMode::Combinations => Plane {
                i: plane.i.min(plane.j),
                j: plane.i.max(plane.j),
            },
            PlaneMode::Permutations => plane,
        };
        let choices = &self.document.choices;
        if let Some(why) = choices.neurons.leaves_out(ordered, &choices.subset(&layer)) {
            let Plane { i, j } = plane;
            let why = format!("b{i} ∧ b{j} is left out: {why}.");
            self.notify(Tone::Error, why, Vec::new());
        } else if layer.coordinates.basis().spans(ordered) {
            self.document.choices.plane = Some(ordered);
            self.state.first_look = None;
        } else {
            let Plane { i, j } = plane;
            let why = if i == j {
                format!("b{i} alone spans no plane: choose two different numbers.")
            } else {
                format!("b{i} and b{j} are parallel, so they span no plane: choose another pair.")
            };
            self.notify(Tone::Error, why, Vec::new());
        }
    }

    /// The plane that a command leads to.
    fn plane_of(&self, command: &Command) -> Option<Plane> {
        let highlights = self.own_sweep().map(|view| &view.highlights);
        match command {
            Command::NextPlane => self.neighbour(1),
            Command::PreviousPlane => self.neighbour(-1),
            Command::MostAligned => highlights?.most_aligned,
            Command::HighestPeak => highlights?.highest_peak,
            Command::MostLit => highlights?.most_lit,
            Command::SwapPlane => {
                let Plane { i, j } = self.document.choices.plane?;
                (self.document.choices.mode == PlaneMode::Permutations)
                    .then_some(Plane { i: j, j: i })
            }
            _ => None,
        }
    }

    /// The plane so many rows further in the heatmap.
    fn neighbour(&self, step: isize) -> Option<Plane> {
        let rows = self.ordered()?.order.drawn;
        // A plane that is not in the sample stands where it last stood.
        let last = || (self.state.place_share.min(1.0) * rows as f64) as usize;
        let place = self.place().map_or_else(last, |(place, _)| place);
        let next = place.checked_add_signed(step)?;
        // From a dark plane, which has no row, the way back is open.
        let within = next < rows || step < 0;
        within.then(|| self.plane_at(next.min(rows.saturating_sub(1))))?
    }

    /// Brings the row of the selected plane into view.
    fn follow_plane(&mut self) {
        if let Some((place, rows)) = self.place()
            && place < rows
        {
            self.show_rows(self.rows().showing(place, rows));
        }
    }

    pub(super) fn show_rows(&mut self, span: RowSpan) {
        if let Some(layer) = self.document.layer() {
            self.state.rows = (layer.id, span);
        }
    }

    fn zoom(&mut self, zoom: Zoom) {
        if self.preferences.planes_as == PlanesAs::Atlas {
            return self.zoom_atlas(zoom);
        }
        let planes = self.ordered().map_or(0, |heatmap| heatmap.order.drawn);
        let span = self.rows();
        self.show_rows(match zoom {
            Zoom::In => span.zoomed(2.0, 0.5, planes),
            Zoom::Out => span.zoomed(0.5, 0.5, planes),
            Zoom::Fit => RowSpan::WHOLE,
        });
    }

    /// Place of the selected plane in the heatmap's order, and rows in it.
    pub(super) fn place(&self) -> Option<(usize, usize)> {
        let heatmap = self.ordered()?;
        let place = heatmap.place_of(self.document.choices.plane?)?;
        Some((place, heatmap.order.drawn))
    }

    /// The plane at a place of the heatmap's order.
    pub(super) fn plane_at(&self, place: usize) -> Option<Plane> {
        self.ordered()?.plane_at(place)
    }

    /// The heatmap of the shown layer; its order may be that of the `ε` before, or
    /// of a sample of the planes, until it is renewed.
    pub(super) fn ordered(&self) -> Option<&Heatmap> {
        let view = self.own_sweep()?;
        let heatmap = self.state.heatmap.result()?;
        (heatmap.layer == view.layer.id).then_some(heatmap)
    }

    fn cancel(&mut self) {
        if self.state.overlay != Overlay::None {
            self.state.overlay = Overlay::None;
            return;
        }
        if self.cancel_exports() {
            return;
        }
        if self.state.reading.is_some() {
            return self.apply_reading(ReadingCommand::Close);
        }
        if self.state.picker.take().is_some() || self.state.saving.take().is_some() {
            self.state.listed.asked = None;
            return;
        }
        if self.worker.is_busy(Lane::Load) {
            self.worker.cancel(Lane::Load);
            self.state.restoring = None;
            self.state.listed.asked = None;
            let text = "Opening was cancelled; what is open is unchanged.";
            self.notify(Tone::Success, text.to_owned(), Vec::new());
        } else if self.worker.is_busy(Lane::Export) {
            self.call_export_off();
        } else if [Lane::Sweep, Lane::Heatmap, Lane::Atlas]
            .map(|lane| self.worker.is_busy(lane))
            .contains(&true)
        {
            self.worker.cancel(Lane::Sweep);
            self.worker.cancel(Lane::Heatmap);
            self.worker.cancel(Lane::Atlas);
            self.refuse_sweep();
            self.refuse_heatmap();
            self.state.atlas.refuse();
            self.state.first_look = None;
            let offer = ("Sweep again".to_owned(), Command::SweepAgain);
            let text = "The sweep was cancelled.";
            self.notify(Tone::Success, text.to_owned(), vec![offer]);
        } else if self.worker.is_busy(Lane::Directions) {
            self.worker.cancel(Lane::Directions);
            self.state.directions.list.refuse();
        } else if self.worker.is_busy(Lane::Picture) {
            self.worker.cancel(Lane::Picture);
            self.state.picture.refuse();
        } else if self.worker.is_busy(Lane::Test) {
            self.stop_test();
        }
    }

    fn toggle(&mut self, overlay: Overlay) {
        let shown = &mut self.state.overlay;
        *shown = if *shown == overlay {
            Overlay::None
        } else {
            overlay
        };
    }

    /// Goes back or forth in the history.
    fn travel(&mut self, go: fn(&mut History, &mut Document, &mut Aside)) {
        let mut aside = self.aside();
        go(&mut self.history, &mut self.document, &mut aside);
        self.preferences.show_as(&aside.view);
        self.state.figure = aside.figure;
        self.state.open = aside.open;
        self.state.first_look = None;
        self.state.neurons.draft = None;
    }

    // Files

    /// Opens files, whatever they hold.
    pub(super) fn open_all(&mut self, paths: Vec<PathBuf>, as_basis: bool) {
        let paths = paths.into_iter();
        let paths = paths.map(|path| std::path::absolute(&path).unwrap_or(path));
        if as_basis {
            self.open_dumps(paths.collect(), as_basis);
        } else {
            let paths = self.take_sessions(paths.collect());
            self.sort_out(paths);
        }
    }

    /// Opens dumps: the first is shown, the others join the list.
    pub(super) fn open_dumps(&mut self, mut paths: Vec<PathBuf>, as_basis: bool) {
        let shown = self.document.layer().cloned();
        // Dumps and a basis dropped at once: the basis is that of the first dump.
        let mut then_basis = None;
        let basis = paths.iter().position(|path| jobs::is_named_basis(path));
        if let Some(place) = basis
            && !as_basis
            && !paths.iter().all(|path| jobs::is_named_basis(path))
        {
            then_basis = Some(paths.remove(place));
        }
        let batch = self.next_batch();
        for path in paths {
            let purpose = match (as_basis, &shown) {
                (true, Some(layer)) => LoadAs::Basis(Arc::clone(layer)),
                (true, None) => LoadAs::Activations,
                (false, shown) => LoadAs::Whichever(shown.clone()),
            };
            let request = LoadRequest {
                path,
                pick: Pick {
                    memory_limit: self.memory_limit,
                    ..Pick::default()
                },
                purpose,
                batch,
                epsilon: None,
                then_basis: then_basis.take(),
                instead: None,
            };
            jobs::load(&self.worker, request);
        }
    }

    /// A number for files that are asked for at once.
    pub(super) fn next_batch(&mut self) -> u64 {
        self.state.batch += 1;
        self.state.batch
    }

    fn use_standard_basis(&mut self) {
        if let Some(layer) = self.document.layer()
            && layer.basis_name().is_some()
        {
            let request = LoadRequest {
                path: layer.dump.path.clone(),
                pick: Pick::default(),
                purpose: LoadAs::StandardBasis(Arc::clone(layer)),
                batch: self.state.batch,
                epsilon: None,
                then_basis: None,
                instead: None,
            };
            jobs::load(&self.worker, request);
        }
    }

    fn open_sample(&mut self) {
        match self
            .document
            .layers
            .iter()
            .position(|layer| layer.is_sample)
        {
            Some(index) => self.choose(Command::ShowLayer(index)),
            None => jobs::load_sample(&self.worker),
        }
    }

    fn close(&mut self, index: usize) {
        if index >= self.document.layers.len() {
            return;
        }
        self.history
            .record(&self.document, "closing of a dump", false);
        let closed = self.document.layers.remove(index);
        let shown = self.document.shown;
        let next = if index < shown { shown - 1 } else { shown };
        let last = self.document.layers.len().saturating_sub(1);
        self.document.show(next.min(last));
        let offer = ("Undo".to_owned(), Command::Undo);
        self.notify(
            Tone::Success,
            format!("{} was closed.", closed.name()),
            vec![offer],
        );
    }

    /// Keeps the window's title on the session and the shown dump.
    pub(super) fn update_title(&mut self, ctx: &Context) {
        let session = self.session_name();
        let name = |layer: &Arc<Layer>| {
            if layer.is_sample {
                "Sample data".to_owned()
            } else {
                layer.name()
            }
        };
        let layer = self.document.layer().map(name);
        let parts = session.into_iter().chain(layer);
        let parts: Vec<String> = parts.chain(["Followspot".to_owned()]).collect();
        let title = parts.join(" - ");
        if title != self.state.title {
            ctx.send_viewport_cmd(ViewportCommand::Title(title.clone()));
            self.state.title = title;
        }
    }
}

/// Orders offered by the heatmap, with what they mean.
pub(super) fn order_hover(order: PlaneOrder) -> &'static str {
    match order {
        PlaneOrder::Peak => "Rows by the plane's largest fraction, highest first",
        PlaneOrder::Plane => "Rows as planes are numbered: (0, 1), (0, 2), …",
        PlaneOrder::Alignment => {
            "Rows by alignment index, most aligned first; those lit by under 1% of the samples after"
        }
    }
}

/// So many steps of the grid on, from the grid's angle that is nearest.
fn turned(grid: &AngleGrid, angle_rad: f64, steps: i32) -> f64 {
    let distinct = grid.distinct() as i64;
    let place = grid.nearest(angle_rad) as i64 + i64::from(steps);
    grid.angle_rad(place.rem_euclid(distinct) as usize)
}
