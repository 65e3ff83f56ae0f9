//! The classes of the shown layer's samples: worked out beside the window, and how their
//! curves are shown.

use std::sync::Arc;

use crate::scene::{ClassPart, Color, PolarCurve, class_color, overlaid, stacked};
use crate::session::{ClassCurves as Split, ClassLook, ClassShare};
use crate::srm::{ClassCurves, Classes, Curve, Sign};
use crate::worker::jobs;

use super::App;
use super::state::SplitKey;

/// Most classes that have a curve of their own: more are a tangle, and their light is in
/// the legend.
pub(super) const MOST_CURVES: usize = 24;

/// What the samples of the other classes are called.
pub(super) const OTHERS: &str = "other samples";

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
    fn classes_key(&self) -> Option<ClassesKey> {
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
        let labels = self.document.labels(layer).map(|(companion, _)| companion);
        let names = self.document.labels(layer);
        let names = names.and_then(|(_, labels)| self.document.class_names(labels));
        let names = names.map(|(companion, _)| Arc::clone(companion));
        let Some(labels) = labels.cloned() else {
            return;
        };
        let generation = jobs::classes(&self.worker, Arc::clone(layer), labels, names);
        self.state.classes.ask(key, generation);
    }

    /// How the selected plane's curve is to be split, if it is.
    pub(super) fn split_key(&self) -> Option<SplitKey> {
        let look = &self.document.choices.classes;
        if look.curves == Split::Off {
            return None;
        }
        let classes = self.classes()?;
        let hidden = classes.names().iter().enumerate();
        let hidden = hidden.filter(|(_, name)| look.hidden.contains(*name));
        Some(SplitKey {
            classes: self.classes_key()?,
            hidden: hidden.map(|(class, _)| class as u32).collect(),
        })
    }

    /// The colour of a class.
    pub(super) fn color_of_class(&self, classes: &Classes, class: u32) -> Color {
        let name = &classes.names()[class as usize];
        let chosen = self.document.choices.classes.colors.get(name);
        chosen.copied().unwrap_or_else(|| class_color(class))
    }

    /// How the classes are shown in the end: a signed curve cannot be stacked.
    pub(super) fn split_shown(&self) -> Split {
        let choices = &self.document.choices;
        match choices.classes.curves {
            Split::Stacked if choices.sign == Sign::Signed => Split::Overlaid,
            split => split,
        }
    }

    /// What the fractions of class curves are of: those of a stack are of all samples.
    pub(super) fn share_shown(&self) -> ClassShare {
        match self.split_shown() {
            Split::Stacked => ClassShare::OfAll,
            _ => self.document.choices.classes.share,
        }
    }

    /// The curve of the selected plane, split.
    pub(super) fn split_curves(
        &self,
        whole: &Curve,
        split: &ClassCurves,
        others: Color,
    ) -> Option<Vec<PolarCurve>> {
        let classes = self.classes()?;
        let share = self.share_shown();
        let mut parts: Vec<ClassPart> = split
            .classes
            .iter()
            .enumerate()
            .map(|(place, &class)| ClassPart {
                name: classes.names()[class as usize].as_str().into(),
                color: self.color_of_class(classes, class),
                counts: split.counts(place).to_vec(),
                of: match share {
                    ClassShare::OfAll => whole.n_samples as u64,
                    ClassShare::OfClass => classes.sizes()[class as usize],
                },
            })
            .collect();
        let shows_others = !self.document.choices.classes.hidden.contains(OTHERS);
        let are_others = split.others().iter().any(|&count| count != 0);
        if share == ClassShare::OfAll && shows_others && are_others {
            parts.push(ClassPart {
                name: OTHERS.into(),
                color: others,
                counts: split.others().to_vec(),
                of: whole.n_samples as u64,
            });
        }
        Some(match self.split_shown() {
            Split::Stacked => stacked(&parts),
            _ => overlaid(&parts),
        })
    }
}
