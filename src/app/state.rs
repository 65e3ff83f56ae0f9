//! What follows from the document: results on their way and on screen, strips,
//! history. Never saved.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::scene::{Color, RowSpan};
use crate::session::{FigureSpec, View};
use crate::srm::{
    ClassCurves, Classes, Curve, Epsilon, Plane, PlaneMode, Sign, Significance, Spotlight, Subset,
    Sweep,
};
use crate::worker::atlas_job::AtlasPicture;
use crate::worker::heatmap_job::{Look, Source};
use crate::worker::message::{Heatmap, Highlights, Layer, Swept};
use crate::worker::picture_job::PlanePicture;
use crate::worker::rotation_job::RotationView;
use crate::worker::session_job::Origin;

use super::atlas::AtlasKey;
use super::chance_panel::TestKey;
use super::classes::ClassesKey;
use super::command::Command;
use super::companion_opening::CompanionState;
use super::directions::DirectionState;
use super::document::Document;
use super::export::Exports;
use super::listing::Listed;
use super::neurons::NeuronList;
use super::pending::Pending;
use super::picker::Picker;
use super::pictures::PictureKey;
use super::reading::ReadingDialog;
use super::samples::SampleState;
use super::session::{Expected, Restoring};
use super::session_save::SaveDialog;

/// A sweep's result with what the worker drew from it.
#[derive(Clone, Debug)]
pub struct SweepView {
    /// Tells it from every other result, those of the same request included.
    pub generation: u64,
    /// The sweep.
    pub sweep: Arc<Sweep>,
    /// What it was swept with: it makes curves anew.
    pub spotlight: Arc<Spotlight>,
    /// What was swept.
    pub layer: Arc<Layer>,
    /// Curves of all planes, where they fit.
    pub counts: Option<Arc<Vec<i32>>>,
    /// The layer's numbers and planes worth a look.
    pub highlights: Highlights,
    /// Each vector's share of the light.
    pub shares: Arc<[f64]>,
    /// Its planes against chance; `None` where they are not judged.
    pub significance: Option<Arc<Significance>>,
    /// How long it took.
    pub took: Duration,
}

impl SweepView {
    /// A result of that number.
    pub fn new(generation: u64, swept: Swept) -> Self {
        let Source {
            sweep,
            spotlight,
            counts,
            significance,
            ..
        } = swept.source;
        Self {
            generation,
            sweep,
            spotlight,
            counts,
            layer: swept.layer,
            highlights: swept.highlights,
            shares: swept.shares,
            significance,
            took: swept.took,
        }
    }

    /// What it answers.
    pub fn key(&self) -> SweepKey {
        let spec = &self.sweep.spec;
        SweepKey {
            layer: self.layer.id,
            epsilon: spec.epsilon,
            angles: spec.grid.count(),
            sign: spec.sign,
            mode: spec.planes.mode(),
            subset: spec.planes.subset().clone(),
        }
    }

    /// Whether only a sample of the planes was swept so far.
    pub fn is_sample(&self) -> bool {
        self.sweep.spec.planes.is_sampled()
    }

    /// What a heatmap is made from.
    pub fn source(&self) -> Source {
        Source {
            layer: self.layer.id,
            sweep: Arc::clone(&self.sweep),
            spotlight: Arc::clone(&self.spotlight),
            counts: self.counts.clone(),
            significance: self.significance.clone(),
        }
    }
}

/// What a request of curves asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct CurveKey {
    pub layer: u64,
    pub planes: Vec<Plane>,
    pub epsilon: Epsilon,
    pub angles: usize,
    pub sign: Sign,
    /// How the first plane's is split by class, if it is.
    pub split: Option<SplitKey>,
}

/// How a curve is split by class.
#[derive(Clone, Debug, PartialEq)]
pub struct SplitKey {
    /// Whose classes.
    pub classes: ClassesKey,
    /// Classes that have no curve of their own, ascending.
    pub hidden: Vec<u32>,
}

/// The curves that are shown.
#[derive(Debug, Clone)]
pub struct ShownCurves {
    /// That of the selected plane first, then the pinned ones.
    pub curves: Vec<Curve>,
    /// The first of them split by class.
    pub split: Option<Arc<ClassCurves>>,
}

/// What a request of a sweep asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct SweepKey {
    pub layer: u64,
    pub epsilon: Epsilon,
    pub angles: usize,
    pub sign: Sign,
    pub mode: PlaneMode,
    /// Among which vectors.
    pub subset: Subset,
}

/// What a request of a heatmap asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct HeatmapKey {
    /// Number of the sweep's result.
    pub sweep: u64,
    pub look: Look,
}

impl HeatmapKey {
    /// Whether another differs in nothing but the rows that are looked at.
    pub fn differs_in_rows_only(&self, other: &Self) -> bool {
        let span = other.look.span;
        let look = Look { span, ..self.look };
        self.sweep == other.sweep && look == other.look
    }
}

/// How a notice reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Passes by.
    Success,
    /// Stays until dismissed.
    Error,
    /// Stays until answered or dismissed.
    Question,
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

/// A point in time to go back to.
#[derive(Clone, Debug)]
struct Step {
    document: Document,
    /// What else the change changed.
    aside: Option<Aside>,
    /// Equal kinds in a row are one step while a control is dragged.
    kind: &'static str,
}

/// What a session changes beside the document: undone with it.
#[derive(Clone, Debug)]
pub struct Aside {
    /// How things are shown.
    pub view: View,
    /// How a figure is to look.
    pub figure: FigureSpec,
    /// The session that is open.
    pub open: Option<OpenSession>,
}

/// The session that the document belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenSession {
    /// Tells it from every other; 0 where it was never opened, only saved.
    pub number: u64,
    /// Where it came from, or was saved to last.
    pub origin: Origin,
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
        self.push(document, None, kind, merge);
    }

    /// As [`History::record`], of a change that goes beyond the document.
    pub fn record_aside(&mut self, document: &Document, aside: Aside, kind: &'static str) {
        self.push(document, Some(aside), kind, false);
    }

    fn push(&mut self, document: &Document, aside: Option<Aside>, kind: &'static str, merge: bool) {
        let same = self.open && merge && self.past.back().is_some_and(|s| s.kind == kind);
        self.open = merge;
        if same {
            return;
        }
        self.future.clear();
        self.past.push_back(Step {
            document: document.clone(),
            aside,
            kind,
        });
        while self.past.len() > Self::MOST_STEPS
            || (self.past.len() > 1 && self.closed_bytes(document) > Self::MOST_CLOSED_BYTES)
        {
            self.past.pop_front();
        }
    }

    /// Forgets the steps that hold a layer, and those behind them: it is to go.
    pub fn let_go(&mut self, layer: u64) {
        let holds = |step: &Step| step.document.layers.iter().any(|open| open.id == layer);
        if let Some(last) = self.past.iter().rposition(holds) {
            self.past.drain(..=last);
        }
        if let Some(last) = self.future.iter().rposition(holds) {
            self.future.drain(..=last);
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

    /// Swaps the document for the one before the last change, and `aside` where
    /// that change went beyond the document.
    pub fn undo(&mut self, document: &mut Document, aside: &mut Aside) {
        if let Some(step) = self.past.pop_back() {
            self.open = false;
            self.future.push(step.swapped(document, aside));
        }
    }

    /// Takes the last undo back.
    pub fn redo(&mut self, document: &mut Document, aside: &mut Aside) {
        if let Some(step) = self.future.pop() {
            self.open = false;
            self.past.push_back(step.swapped(document, aside));
        }
    }
}

impl Step {
    /// Goes to this step; the way back.
    fn swapped(self, document: &mut Document, aside: &mut Aside) -> Self {
        Self {
            document: std::mem::replace(document, self.document),
            aside: self.aside.map(|other| std::mem::replace(aside, other)),
            kind: self.kind,
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
    pub curves: Pending<CurveKey, ShownCurves>,
    /// The class of each of the shown layer's samples; `None` where it cannot be told.
    pub classes: Pending<ClassesKey, Option<Arc<Classes>>>,
    /// The samples in the spotlight.
    pub samples: SampleState,
    /// The samples about each direction.
    pub directions: DirectionState,
    /// Search text of the legend of classes.
    pub class_search: String,
    /// The whole layer.
    pub sweep: Pending<SweepKey, SweepView>,
    /// The heatmap and the curves behind the ensemble.
    pub heatmap: Pending<HeatmapKey, Heatmap>,
    /// The atlas.
    pub atlas: Pending<AtlasKey, Arc<AtlasPicture>>,
    /// The selected plane at every scale, or projections.
    pub picture: Pending<PictureKey, Arc<PlanePicture>>,
    /// The test by rotation.
    pub test: Pending<TestKey, RotationView>,
    /// Rotations of the next one, where they were chosen.
    pub rotations: Option<u32>,
    /// Pixels of the side of a projection's view; 0 until it is measured.
    pub projection_pixels: usize,
    /// Pixels of a point of the screen.
    pub pixels_per_point: f32,
    /// Colour of dots without a class, in the theme that is on.
    pub accent: Option<Color>,
    /// Rows of pixels that the heatmap has.
    pub heatmap_pixels: usize,
    /// Rows that are looked at, and the number of the layer they are of.
    pub rows: (u64, RowSpan),
    /// Where the selected plane last stood in the heatmap's order, 0 to 1.
    pub place_share: f64,
    /// Number of the last result of a sweep.
    pub results: u64,
    /// The layer and the vectors of which it was asked what *auto* comes to.
    pub overview: Option<(u64, Subset)>,
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
    /// An array that has to be told how it is read.
    pub reading: Option<ReadingDialog>,
    /// The list of neurons.
    pub neurons: NeuronList,
    /// What is known of the entries of the list.
    pub listed: Listed,
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
    /// How a figure of what is open is to look.
    pub figure: FigureSpec,
    /// Figures and tables on their way out.
    pub exports: Exports,
    /// A picture for the clipboard.
    pub copied: Option<crate::scene::Raster>,
    /// The session that the document belongs to.
    pub open: Option<OpenSession>,
    /// A session whose layers are on their way or asked for.
    pub restoring: Option<Restoring>,
    /// The window that asks where to save the session.
    pub saving: Option<SaveDialog>,
    /// What is known of the files that sessions were made from, until it is compared.
    pub expected: Vec<Expected>,
    /// What is known of companions beside the document.
    pub companions: CompanionState,
    /// Layers whose files' hashes were asked for.
    pub hashed: BTreeSet<u64>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::PlanesAs::{Atlas, Heatmap};
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
        let mut aside = Aside {
            view: View::default(),
            figure: FigureSpec::default(),
            open: None,
        };
        let mut values = Vec::new();
        while history.undo_kind().is_some() {
            history.undo(&mut now, &mut aside);
            values.push(now.choices.epsilon.get());
        }
        assert_eq!(values, [0.4, 0.1]);
        history.redo(&mut now, &mut aside);
        history.redo(&mut now, &mut aside);
        assert_eq!(now.choices.epsilon.get(), 0.5);
        assert!(history.redo_kind().is_none());
    }

    #[test]
    fn what_lies_beside_the_document_goes_back_with_the_step_that_changed_it() {
        let aside = |planes_as| Aside {
            view: View {
                planes_as,
                ..View::default()
            },
            figure: FigureSpec::default(),
            open: None,
        };
        let mut history = History::default();
        let mut now = document(0.1);
        history.record_aside(&now, aside(Heatmap), "opening of a session");
        now = document(0.2);
        let mut beside = aside(Atlas);
        history.record(&now, "change of ε", false);
        now = document(0.3);
        history.undo(&mut now, &mut beside);
        assert_eq!(beside.view.planes_as, Atlas);
        history.undo(&mut now, &mut beside);
        assert_eq!(
            (now.choices.epsilon.get(), beside.view.planes_as),
            (0.1, Heatmap)
        );
        history.redo(&mut now, &mut beside);
        assert_eq!(
            (now.choices.epsilon.get(), beside.view.planes_as),
            (0.2, Atlas)
        );
    }
}
