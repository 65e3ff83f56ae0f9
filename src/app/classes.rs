//! The classes of the shown layer's samples: worked out beside the window, and how their
//! curves are shown.

use std::sync::Arc;

use crate::figure::{SplitCurve, color_of_class, hidden_classes, share_shown, way_shown};
use crate::scene::{Color, PolarCurve};
use crate::session::{ClassCurves as Split, ClassLook, ClassShare};
use crate::srm::{ClassCurves, Classes, Curve};
use crate::worker::export_job::LayerLabels;
use crate::worker::jobs;
use crate::worker::message::Layer;

use super::App;
use super::state::SplitKey;

/// Most classes that have a curve of their own: more are a tangle, and their light is in
/// the legend.
pub(super) const MOST_CURVES: usize = 24;

/// A change of how classes are shown.
#[derive(Clone, Debug, PartialEq)]
pub enum ClassCommand {
    /// Split the curve so, or not.
    Split(Split),
    /// Fractions of that.
    Share(ClassShare),
    /// Switch the class of that name on or off.
    Toggle(String),
    /// Switch the classes of these names on.
    Show(Vec<String>),
    /// Switch the classes of these names off.
    Hide(Vec<String>),
    /// Give the class of that name a colour; its own again where `None`.
    Color {
        /// The class.
        class: String,
        /// The colour.
        color: Option<Color>,
        /// Whether the colour is being dragged: its changes are one step.
        dragging: bool,
    },
}

impl ClassCommand {
    /// Whether further changes of the kind follow at once.
    pub(super) fn is_dragged(&self) -> bool {
        matches!(self, Self::Color { dragging: true, .. })
    }

    /// Changes the look.
    pub(super) fn change(self, look: &mut ClassLook) {
        match self {
            Self::Split(split) => look.curves = split,
            Self::Share(share) => look.share = share,
            Self::Toggle(class) => {
                if !look.hidden.remove(&class) {
                    look.hidden.insert(class);
                }
            }
            Self::Show(classes) => {
                for class in classes {
                    look.hidden.remove(&class);
                }
            }
            Self::Hide(classes) => look.hidden.extend(classes),
            Self::Color { class, color, .. } => match color {
                Some(color) => drop(look.colors.insert(class, color)),
                None => drop(look.colors.remove(&class)),
            },
        }
    }
}

/// What the classes of a layer's samples are worked out from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClassesKey {
    /// The layer's number.
    pub layer: u64,
    /// That of the labels.
    pub labels: u64,
    /// That of the class names.
    pub names: Option<u64>,
}

impl App {
    /// What the classes of the shown layer are worked out from, if it has labels.
    pub(super) fn classes_key(&self) -> Option<ClassesKey> {
        let layer = self.document.layer()?;
        let (companion, labels) = self.document.labels(layer)?;
        let names = self.document.class_names(labels);
        Some(ClassesKey {
            layer: layer.id,
            labels: companion.id,
            names: names.map(|(companion, _)| companion.id),
        })
    }

    /// The classes of the shown layer's samples, once they are known.
    pub(super) fn classes(&self) -> Option<&Arc<Classes>> {
        let key = self.classes_key()?;
        let (shown, classes) = self.state.classes.shown.as_ref()?;
        (*shown == key).then_some(classes.as_ref()?)
    }

    /// The labels of a layer's samples, with their classes where these are known.
    pub(super) fn labels_of(&self, layer: &Layer) -> Option<LayerLabels> {
        let (companion, labels) = self.document.labels(layer)?;
        let names = self.document.class_names(labels);
        let shown = self
            .document
            .layer()
            .is_some_and(|shown| shown.id == layer.id);
        Some(LayerLabels {
            labels: Arc::clone(companion),
            names: names.map(|(companion, _)| Arc::clone(companion)),
            known: self.classes().filter(|_| shown).cloned(),
        })
    }

    /// Asks for the classes of the shown layer's samples where they are not known.
    pub(super) fn request_classes(&mut self) {
        let Some(key) = self.classes_key() else {
            if let Some(gone) = self.state.classes.clear() {
                self.worker.discard(gone);
            }
            return;
        };
        if !self.state.classes.needs(&key) {
            return;
        }
        let Some(layer) = self.document.layer() else {
            return;
        };
        let Some(labels) = self.labels_of(layer) else {
            return;
        };
        let generation = jobs::classes(&self.worker, Arc::clone(layer), labels);
        self.state.classes.ask(key, generation);
    }

    /// How the selected plane's curve is to be split, if it is.
    pub(super) fn split_key(&self) -> Option<SplitKey> {
        let look = &self.document.choices.classes;
        if look.curves == Split::Off {
            return None;
        }
        let classes = self.classes()?;
        Some(SplitKey {
            classes: self.classes_key()?,
            hidden: hidden_classes(look, classes),
        })
    }

    /// The colour of a class.
    pub(super) fn color_of_class(&self, classes: &Classes, class: u32) -> Color {
        let look = &self.document.choices.classes;
        color_of_class(look, &self.state.figure.colors, classes, class)
    }

    /// How the classes are shown in the end.
    pub(super) fn split_shown(&self) -> Split {
        let choices = &self.document.choices;
        way_shown(&choices.classes, choices.sign)
    }

    /// What the fractions of class curves are of.
    pub(super) fn share_shown(&self) -> ClassShare {
        let choices = &self.document.choices;
        share_shown(&choices.classes, choices.sign)
    }

    /// The curve of the selected plane, split.
    pub(super) fn split_curves(
        &self,
        whole: &Curve,
        split: &Arc<ClassCurves>,
        others: Color,
    ) -> Option<Vec<PolarCurve>> {
        let classes = Arc::clone(self.classes()?);
        let choices = &self.document.choices;
        let split = SplitCurve {
            classes,
            curves: Arc::clone(split),
            n_samples: whole.n_samples,
            sign: choices.sign,
        };
        Some(split.drawn(&choices.classes, &self.state.figure.colors, others))
    }
}
