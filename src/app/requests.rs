//! What the choices ask of the worker: compared each frame with what was asked
//! last, so that no view need know what depends on what.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::scene::RowSpan;
use crate::worker::Lane;
use crate::worker::heatmap_job::{HeatmapRequest, Look, heatmap};
use crate::worker::jobs;
use crate::worker::message::Heatmap;

use super::App;
use super::classes::MOST_CURVES;
use super::document::{auto_epsilon, first_plane};
use super::state::{CurveKey, HeatmapKey, SweepKey, SweepView};

/// How long another layer's picture may stay: it bridges a fast sweep without
/// flicker.
pub(super) const BLINK: Duration = Duration::from_millis(250);

/// How long a request is given to show something before the next of its kind, a
/// frame later, supersedes it: else nothing would ever be shown while `ε` is
/// dragged or rows are scrolled. What is shown first is little work, so that this
/// is reached on a machine that is busy with something else.
pub(super) const PATIENCE: Duration = Duration::from_secs(1);

impl App {
    /// The last sweep of the shown layer.
    pub(super) fn own_sweep(&self) -> Option<&SweepView> {
        let layer = self.document.layer()?;
        let view = self.state.sweep.result()?;
        (view.layer.id == layer.id).then_some(view)
    }

    /// The sweep to draw: the last, though it be of the layer before for as long
    /// as nobody would take it for the new one's.
    pub(super) fn shown_sweep(&self) -> Option<&SweepView> {
        let view = self.state.sweep.result()?;
        let just_asked = self
            .state
            .sweep_asked
            .is_some_and(|at| at.elapsed() < BLINK);
        (just_asked || self.own_sweep().is_some()).then_some(view)
    }

    /// The heatmap that goes with [`App::shown_sweep`].
    pub(super) fn shown_heatmap(&self) -> Option<&Heatmap> {
        let view = self.shown_sweep()?;
        let heatmap = self.state.heatmap.result()?;
        (heatmap.layer == view.layer.id).then_some(heatmap)
    }

    /// The rows of the heatmap that are looked at.
    pub(super) fn rows(&self) -> RowSpan {
        let (of, span) = self.state.rows;
        let shown = self.document.layer().map(|layer| layer.id);
        if shown == Some(of) {
            span
        } else {
            RowSpan::WHOLE
        }
    }

    /// How the heatmap is to look, once its view was measured.
    fn look(&self) -> Option<Look> {
        let pixels = self.state.heatmap_pixels;
        (pixels > 0).then(|| Look {
            kind: self.preferences.order,
            pixels,
            span: self.rows(),
            map: self.preferences.map,
            scale: self.preferences.scale,
            significant: self.preferences.chance.significant,
        })
    }

    /// Asks for whatever is neither shown nor on its way.
    pub(super) fn request(&mut self) {
        if self.document.layer().is_none() {
            for lane in [
                Lane::Curve,
                Lane::Classes,
                Lane::Samples,
                Lane::Thumbnails,
                Lane::Directions,
                Lane::Sweep,
                Lane::Heatmap,
                Lane::Atlas,
                Lane::Picture,
            ] {
                self.worker.cancel(lane);
            }
            let curves = (self.state.curves.clear(), self.state.classes.clear());
            let gone = (self.state.sweep.clear(), self.state.heatmap.clear());
            let atlas = self.state.atlas.clear();
            let picture = self.state.picture.clear();
            let samples = self.state.samples.list.clear();
            let directions = self.state.directions.list.clear();
            if samples.is_some() || directions.is_some() {
                self.worker.discard((samples, directions));
            }
            if curves.0.is_some()
                || curves.1.is_some()
                || gone.0.is_some()
                || gone.1.is_some()
                || atlas.is_some()
                || picture.is_some()
            {
                self.worker.discard((curves, gone, atlas, picture));
            }
            return;
        }
        self.drop_stale_test();
        if !self.auto_is_known() {
            return;
        }
        self.request_classes();
        self.request_curves();
        self.request_sweep();
        self.request_heatmap();
        self.request_atlas();
        self.request_picture();
        self.request_samples();
        self.request_pictures();
        self.request_directions();
    }

    /// Whether *auto*, where `ε` follows it, is that of the planes among the chosen
    /// vectors; else asks for it. What depends on it is asked for once it is known.
    fn auto_is_known(&mut self) -> bool {
        let Some(layer) = self.document.layer().cloned() else {
            return true;
        };
        if !self.document.choices.epsilon_is_auto() {
            self.state.overview = None;
            return true;
        }
        let subset = self.document.choices.subset(&layer);
        let is_asked = self.state.overview == Some((layer.id, subset.clone()));
        let waits = is_asked && self.worker.is_busy(Lane::Overview);
        if !layer.knows_among(&subset) {
            if !is_asked {
                jobs::learn_among(&self.worker, &layer, subset.clone());
                self.state.overview = Some((layer.id, subset));
            }
            // Where it failed, that has been said, and *auto* is that of all planes.
            return is_asked && !waits;
        }
        if self.state.overview.take().is_some() {
            let choices = &mut self.document.choices;
            choices.epsilon = auto_epsilon(choices, &layer);
            if self.state.first_look == Some(layer.id) {
                choices.plane = first_plane(choices, &layer);
            }
        }
        true
    }

    /// The sweep is called off, or failed. What is shown of an unfinished one stays,
    /// but is not the whole.
    pub(super) fn refuse_sweep(&mut self) {
        self.state.sweep.refuse();
        if self.own_sweep().is_some_and(SweepView::is_sample) {
            self.state.sweep.call_off();
        }
    }

    /// The same of the heatmap.
    pub(super) fn refuse_heatmap(&mut self) {
        self.state.heatmap.refuse();
        if self.ordered().is_some_and(|heatmap| heatmap.is_coarse) {
            self.state.heatmap.call_off();
        }
    }

    fn request_curves(&mut self) {
        let (Some(layer), choices) = (self.document.layer(), &self.document.choices) else {
            return;
        };
        let Some(plane) = choices.plane else {
            self.state.curves.clear();
            return;
        };
        let pins = choices.pins.iter().copied().filter(|&pin| pin != plane);
        let key = CurveKey {
            layer: layer.id,
            planes: std::iter::once(plane).chain(pins).collect(),
            epsilon: choices.epsilon,
            angles: choices.grid.count(),
            sign: choices.sign,
            split: self.split_key(),
        };
        if self.state.curves.needs(&key) {
            let held = self.state.curves.asked.as_ref().is_some_and(|(asked, _)| {
                asked.layer == key.layer && self.state.curves.is_fresh(PATIENCE)
            });
            if held && self.worker.is_busy(Lane::Curve) {
                self.state.curves.hold(key);
                return;
            }
            let split = key.split.as_ref().zip(self.classes());
            let split = split.map(|(key, classes)| jobs::Split {
                classes: Arc::clone(classes),
                hidden: key.hidden.clone(),
                most: MOST_CURVES,
            });
            let request = jobs::CurvesRequest {
                planes: key.planes.clone(),
                epsilon: key.epsilon,
                grid: choices.grid.clone(),
                sign: key.sign,
                split,
            };
            let generation = jobs::curves(&self.worker, layer, request);
            self.state.curves.ask(key, generation);
        }
    }

    fn request_sweep(&mut self) {
        let (Some(layer), choices) = (self.document.layer(), &self.document.choices) else {
            return;
        };
        let key = SweepKey {
            layer: layer.id,
            epsilon: choices.epsilon,
            angles: choices.grid.count(),
            sign: choices.sign,
            mode: choices.mode,
            subset: choices.subset(layer),
        };
        if !self.state.sweep.needs(&key) {
            return;
        }
        let held = self.state.sweep.asked.as_ref().is_some_and(|(asked, _)| {
            asked.layer == key.layer && self.state.sweep.is_fresh(PATIENCE)
        });
        if held && self.worker.is_busy(Lane::Sweep) {
            self.state.sweep.hold(key);
            return;
        }
        // A heatmap of another layer is of no use, and one that has to make all
        // curves anew would hold up this sweep.
        let slow = self
            .state
            .sweep
            .result()
            .is_none_or(|view| view.layer.id != layer.id || view.counts.is_none());
        if slow && self.worker.is_busy(Lane::Heatmap) {
            self.worker.cancel(Lane::Heatmap);
            self.state.heatmap.retry();
        }
        if let Some(spec) = self.document.spec() {
            let generation = jobs::sweep_layer(&self.worker, layer, spec, self.look());
            let of_other = self
                .state
                .sweep
                .result()
                .is_some_and(|v| v.layer.id != layer.id);
            self.state.sweep_asked = of_other.then(Instant::now);
            self.state.sweep.ask(key, generation);
        }
    }

    fn request_heatmap(&mut self) {
        let Some(view) = self.own_sweep() else {
            return;
        };
        let Some(look) = self.look() else {
            return;
        };
        if !look.suits(&view.sweep, view.highlights.lit_planes) {
            return;
        }
        let (sweep, source) = (view.generation, view.source());
        // All curves would be made anew for a sweep that is on its way out.
        let in_vain = self.state.sweep.is_stale() && source.counts.is_none();
        let key = HeatmapKey { sweep, look };
        if !self.state.heatmap.needs(&key) || (in_vain && self.worker.is_busy(Lane::Sweep)) {
            return;
        }
        let held = self.state.heatmap.asked.as_ref().is_some_and(|(asked, _)| {
            asked.differs_in_rows_only(&key) && self.state.heatmap.is_fresh(PATIENCE)
        });
        if held && self.worker.is_busy(Lane::Heatmap) {
            self.state.heatmap.hold(key);
            return;
        }
        let known = match &self.state.heatmap.shown {
            Some((shown, heatmap)) if shown.sweep == key.sweep => Some(heatmap.clone()),
            _ => None,
        };
        let request = HeatmapRequest {
            source,
            look,
            known,
        };
        let generation = heatmap(&self.worker, request);
        self.state.heatmap.ask(key, generation);
    }
}
