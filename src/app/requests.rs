//! What the choices ask of the worker: compared each frame with what was asked
//! last, so that no view need know what depends on what.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::worker::Lane;
use crate::worker::heatmap_job::{HeatmapRequest, heatmap};
use crate::worker::jobs;
use crate::worker::message::Heatmap;

use super::App;
use super::state::{CurveKey, HeatmapKey, SweepKey, SweepView};

/// How long another layer's picture may stay: it bridges a fast sweep without
/// flicker.
pub(super) const BLINK: Duration = Duration::from_millis(250);

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

    /// Asks for whatever is neither shown nor on its way.
    pub(super) fn request(&mut self) {
        if self.document.layer().is_none() {
            for lane in [Lane::Curve, Lane::Sweep, Lane::Heatmap, Lane::Atlas] {
                self.worker.cancel(lane);
            }
            self.state.curves.clear();
            self.state.sweep.clear();
            self.state.heatmap.clear();
            self.state.atlas.clear();
            return;
        }
        self.request_curves();
        self.request_sweep();
        self.request_heatmap();
        self.request_atlas();
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
        };
        if self.state.curves.needs(&key) {
            let generation = jobs::curves(
                &self.worker,
                layer,
                key.planes.clone(),
                key.epsilon,
                choices.grid.clone(),
                key.sign,
            );
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
        };
        if !self.state.sweep.needs(&key) {
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
            let generation = jobs::sweep_layer(&self.worker, layer, spec);
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
        if self.state.heatmap_pixels == 0 {
            return;
        }
        let key = HeatmapKey {
            sweep: view.generation,
            order: self.preferences.order,
            pixels: self.state.heatmap_pixels,
            map: self.preferences.map,
            scale: self.preferences.scale,
        };
        if !self.state.heatmap.needs(&key) {
            return;
        }
        let recolour = self
            .state
            .heatmap
            .shown
            .as_ref()
            .and_then(|(shown, heatmap)| {
                let same = HeatmapKey {
                    map: key.map,
                    scale: key.scale,
                    ..shown.clone()
                };
                (same == key).then(|| heatmap.clone())
            });
        let request = HeatmapRequest {
            layer: Arc::clone(&view.layer),
            sweep: Arc::clone(&view.sweep),
            counts: view.counts.clone(),
            kind: key.order,
            pixels: key.pixels,
            map: key.map,
            scale: key.scale,
            recolour,
        };
        let generation = heatmap(&self.worker, request);
        self.state.heatmap.ask(key, generation);
    }
}
