//! What follows from the document: results on their way and on screen, strips,
//! history. Never saved.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::data::ArrayInfo;
use crate::scene::{ColorMap, ColorScale, PlaneOrder};
use crate::srm::{Curve, Epsilon, Plane, PlaneMode, Sign, Sweep};
use crate::worker::Generation;
use crate::worker::atlas_job::AtlasPicture;
use crate::worker::message::{Heatmap, Highlights, Layer, LoadRequest};

use super::atlas::AtlasKey;
use super::command::Command;
use super::document::Document;

/// A sweep's result with what the worker drew from it.
#[derive(Clone, Debug)]
pub struct SweepView {
    /// The request that it answers.
    pub generation: Generation,
    /// The sweep.
    pub sweep: Arc<Sweep>,
    /// What was swept.
    pub layer: Arc<Layer>,
    /// Curves of all planes, where they fit.
    pub counts: Option<Arc<Vec<i32>>>,
    /// The layer's numbers and planes worth a look.
    pub highlights: Highlights,
    /// How long it took.
    pub took: Duration,
}

/// What a request of curves asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct CurveKey {
    pub layer: u64,
    pub planes: Vec<Plane>,
    pub epsilon: Epsilon,
    pub angles: usize,
    pub sign: Sign,
}

/// What a request of a sweep asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct SweepKey {
    pub layer: u64,
    pub epsilon: Epsilon,
    pub angles: usize,
    pub sign: Sign,
    pub mode: PlaneMode,
}

/// What a request of a heatmap asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct HeatmapKey {
    pub sweep: Generation,
    pub order: PlaneOrder,
    pub pixels: usize,
    pub map: ColorMap,
    pub scale: ColorScale,
}

/// A request on its way and the result that is shown meanwhile.
#[derive(Debug)]
pub struct Pending<K, T> {
    /// The last request and its number.
    pub asked: Option<(K, Generation)>,
    /// A request that was called off or failed: not made again by itself.
    pub refused: Option<K>,
    /// The last result and what it answers.
    pub shown: Option<(K, T)>,
}

impl<K, T> Default for Pending<K, T> {
    fn default() -> Self {
        Self {
            asked: None,
            refused: None,
            shown: None,
        }
    }
}

impl<K: Clone + PartialEq, T> Pending<K, T> {
    /// Whether `key` was neither asked for last nor called off.
    pub fn needs(&self, key: &K) -> bool {
        let asked = self.asked.as_ref().is_some_and(|(asked, _)| asked == key);
        !asked && self.refused.as_ref() != Some(key)
    }

    /// Remembers a request.
    pub fn ask(&mut self, key: K, generation: Generation) {
        self.asked = Some((key, generation));
        self.refused = None;
    }

    /// The last request was called off, or failed.
    pub fn refuse(&mut self) {
        if self.is_stale()
            && let Some((key, _)) = self.asked.take()
        {
            self.refused = Some(key);
        }
    }

    /// Asks again, whatever was called off.
    pub fn retry(&mut self) {
        self.asked = None;
        self.refused = None;
    }

    /// Takes a result if it answers the last request, and gives back what it
    /// replaces; else gives it back itself.
    pub fn accept(&mut self, generation: Generation, result: T) -> Result<Option<T>, T> {
        match &self.asked {
            Some((key, asked)) if *asked == generation => {
                let old = self.shown.replace((key.clone(), result));
                Ok(old.map(|(_, old)| old))
            }
            _ => Err(result),
        }
    }

    /// The shown result.
    pub fn result(&self) -> Option<&T> {
        self.shown.as_ref().map(|(_, result)| result)
    }

    /// Whether what is shown answers another request than the last.
    pub fn is_stale(&self) -> bool {
        let last = self
            .asked
            .as_ref()
            .map(|(key, _)| key)
            .or(self.refused.as_ref());
        match (last, &self.shown) {
            (Some(last), Some((shown, _))) => last != shown,
            (Some(_), None) => true,
            (None, _) => false,
        }
    }

    /// Whether the last request was called off or failed.
    pub fn is_refused(&self) -> bool {
        self.refused.is_some()
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        *self = Self::default();
    }
}

/// How a notice reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Passes by.
    Success,
    /// Stays until dismissed.
    Error,
}

/// A strip over the views.
#[derive(Clone, Debug)]
pub struct Notice {
    /// Tells it from others.
    pub id: u64,
    /// What happened.
    pub text: String,
    /// Success or error.
    pub tone: Tone,
    /// Offers, each a button.
    pub offers: Vec<(String, Command)>,
    /// When it came.
    pub since: Instant,
}

/// A file with several arrays, waiting for a choice.
#[derive(Clone, Debug)]
pub struct Picker {
    /// What asked for it.
    pub request: Box<LoadRequest>,
    /// Its arrays.
    pub arrays: Vec<ArrayInfo>,
}

/// A point in time to go back to.
#[derive(Clone, Debug)]
struct Step {
    document: Document,
    /// Equal kinds in a row are one step while a control is dragged.
    kind: &'static str,
}

/// Undo and redo of the document.
#[derive(Debug, Default)]
pub struct History {
    past: VecDeque<Step>,
    future: Vec<Step>,
    open: bool,
}

impl History {
    const MOST_STEPS: usize = 100;

    /// Closed dumps are kept for undo up to so many bytes; beyond it the oldest
    /// steps are forgotten.
    const MOST_CLOSED_BYTES: usize = 2 << 30;

    /// Bytes of the dumps that only the past still holds.
    fn closed_bytes(&self, document: &Document) -> usize {
        let mut layers: Vec<_> = self.past.iter().flat_map(|s| &s.document.layers).collect();
        layers.sort_by_key(|layer| layer.id);
        layers.dedup_by_key(|layer| layer.id);
        layers
            .into_iter()
            .filter(|closed| document.layers.iter().all(|open| open.id != closed.id))
            .map(|closed| closed.dump.activations.bytes())
            .sum()
    }

    /// Remembers the document as it is before a change of that kind. While a
    /// control is dragged (`merge`), changes of one kind are one step.
    pub fn record(&mut self, document: &Document, kind: &'static str, merge: bool) {
        let same = self.open && merge && self.past.back().is_some_and(|s| s.kind == kind);
        self.open = merge;
        if same {
            return;
        }
        self.future.clear();
        self.past.push_back(Step {
            document: document.clone(),
            kind,
        });
        while self.past.len() > Self::MOST_STEPS
            || (self.past.len() > 1 && self.closed_bytes(document) > Self::MOST_CLOSED_BYTES)
        {
            self.past.pop_front();
        }
    }

    /// Ends the step that a dragged control keeps open.
    pub fn close_step(&mut self) {
        self.open = false;
    }

    /// What undo would take back.
    pub fn undo_kind(&self) -> Option<&'static str> {
        self.past.back().map(|step| step.kind)
    }

    /// What redo would bring back.
    pub fn redo_kind(&self) -> Option<&'static str> {
        self.future.last().map(|step| step.kind)
    }

    /// Swaps the document for the one before the last change.
    pub fn undo(&mut self, document: &mut Document) {
        if let Some(step) = self.past.pop_back() {
            self.open = false;
            let now = std::mem::replace(document, step.document);
            self.future.push(Step {
                document: now,
                kind: step.kind,
            });
        }
    }

    /// Takes the last undo back.
    pub fn redo(&mut self, document: &mut Document) {
        if let Some(step) = self.future.pop() {
            self.open = false;
            let now = std::mem::replace(document, step.document);
            self.past.push_back(Step {
                document: now,
                kind: step.kind,
            });
        }
    }
}

/// A window that lies over the views.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Overlay {
    /// None.
    #[default]
    None,
    /// The keyboard shortcuts.
    Help,
    /// What the program is.
    About,
}

/// What follows from the rest; never saved.
#[derive(Debug, Default)]
pub struct State {
    /// Curves of the selected plane (first) and the pinned ones.
    pub curves: Pending<CurveKey, Vec<Curve>>,
    /// The whole layer.
    pub sweep: Pending<SweepKey, SweepView>,
    /// The heatmap and the curves behind the ensemble.
    pub heatmap: Pending<HeatmapKey, Heatmap>,
    /// The atlas.
    pub atlas: Pending<AtlasKey, Arc<AtlasPicture>>,
    /// Rows of pixels that the heatmap has.
    pub heatmap_pixels: usize,
    /// The layer whose sweep, once done, chooses the plane to show.
    pub first_look: Option<u64>,
    /// Number of the last files asked for at once.
    pub batch: u64,
    /// The batch whose first file is shown.
    pub shown_batch: Option<u64>,
    /// Strips over the views.
    pub notices: Vec<Notice>,
    /// Next notice's number.
    pub next_notice: u64,
    /// A file with several arrays.
    pub picker: Option<Picker>,
    /// The window that lies over the views.
    pub overlay: Overlay,
    /// Text of the path field.
    pub path_text: String,
    /// Whether the path field is to take the keyboard.
    pub focus_path: bool,
    /// Search texts of the two plane pickers.
    pub search: [String; 2],
    /// When the first sweep of another layer than the shown sweep's was asked for.
    pub sweep_asked: Option<Instant>,
    /// The title that the window has.
    pub title: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::srm::Epsilon;

    fn document(epsilon: f64) -> Document {
        let mut document = Document::new().unwrap();
        document.choices.epsilon = Epsilon::clamped(epsilon);
        document
    }

    #[test]
    fn a_drag_is_one_step_and_clicks_are_each_one() {
        let mut history = History::default();
        let mut now = document(0.1);
        for (next, dragging) in [(0.2, true), (0.3, true), (0.4, true)] {
            history.record(&now, "change of ε", dragging);
            now = document(next);
        }
        history.close_step();
        history.record(&now, "change of ε", false);
        now = document(0.5);
        let mut values = Vec::new();
        while history.undo_kind().is_some() {
            history.undo(&mut now);
            values.push(now.choices.epsilon.get());
        }
        assert_eq!(values, [0.4, 0.1]);
        history.redo(&mut now);
        history.redo(&mut now);
        assert_eq!(now.choices.epsilon.get(), 0.5);
        assert!(history.redo_kind().is_none());
    }

    #[test]
    fn a_result_that_answers_no_request_is_dropped() {
        let mut pending: Pending<u8, &str> = Pending::default();
        pending.ask(1, 10);
        pending.ask(2, 11);
        assert_eq!(pending.accept(10, "superseded"), Err("superseded"));
        assert!(pending.result().is_none() && pending.is_stale());
        assert_eq!(pending.accept(11, "new"), Ok(None));
        assert_eq!(pending.result(), Some(&"new"));
        assert!(!pending.is_stale() && !pending.needs(&2) && pending.needs(&3));
    }

    #[test]
    fn what_was_called_off_is_not_asked_again_until_something_changes() {
        let mut pending: Pending<u8, &str> = Pending::default();
        pending.ask(1, 10);
        pending.refuse();
        assert!(!pending.needs(&1) && pending.needs(&2) && pending.is_stale());
        pending.ask(2, 11);
        assert!(pending.needs(&1));
        pending.refuse();
        pending.retry();
        assert!(pending.needs(&2));
    }
}
