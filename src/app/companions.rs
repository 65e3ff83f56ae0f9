//! What belongs to the samples beside their activations: labels, class names and
//! images. Each is matched by its number of entries, for every layer that has as many;
//! a later one takes the place of an earlier one of that number.

use std::sync::Arc;

use crate::data::{ClassNames, Images, Labels, Open, OpenLayer};
use crate::worker::companion_job::{Companion, Holds};
use crate::worker::message::Layer;

use super::document::Document;

/// The companions that are open: at most one of a role and a number of entries.
#[derive(Clone, Debug, Default)]
pub struct Companions(Vec<Arc<Companion>>);

impl Companions {
    /// Adds one, in the place of another of its role and number of entries. Of class
    /// names, which any labels may have, those of another number stay.
    pub(super) fn add(&mut self, companion: Arc<Companion>) {
        let (role, entries) = (companion.role(), companion.entries());
        let is_other = |one: &Arc<Companion>| {
            one.role() != role || one.entries() != entries || one.is_sample != companion.is_sample
        };
        self.0.retain(is_other);
        self.0.push(companion);
    }

    pub(super) fn remove(&mut self, id: u64) -> Option<Arc<Companion>> {
        let place = self.0.iter().position(|one| one.id == id)?;
        Some(self.0.remove(place))
    }

    /// All of them, in the order in which they were opened.
    #[must_use]
    pub fn all(&self) -> impl DoubleEndedIterator<Item = &Arc<Companion>> {
        self.0.iter()
    }
}

impl Document {
    /// The labels of a layer's samples, with the companion that they are.
    #[must_use]
    pub fn labels(&self, layer: &Layer) -> Option<(&Arc<Companion>, &Labels)> {
        self.companions
            .all()
            .rev()
            .find_map(|one| match &one.holds {
                Holds::Labels(labels) if belongs(one, layer) => Some((one, labels)),
                _ => None,
            })
    }

    /// What the classes of labels are called: the names that were opened last and fit.
    #[must_use]
    pub fn class_names(&self, labels: &Labels) -> Option<(&Arc<Companion>, &ClassNames)> {
        self.companions
            .all()
            .rev()
            .find_map(|one| match &one.holds {
                Holds::ClassNames(names) if names.fit(labels) => Some((one, names)),
                _ => None,
            })
    }

    /// The pictures of a layer's samples, with the companion that they are.
    #[must_use]
    pub fn images(&self, layer: &Layer) -> Option<(&Arc<Companion>, &Images)> {
        self.companions
            .all()
            .rev()
            .find_map(|one| match &one.holds {
                Holds::Images { images, .. } if belongs(one, layer) => Some((one, images)),
                _ => None,
            })
    }

    /// The class of a layer's sample: its place among the classes of the labels.
    #[must_use]
    pub fn class_of(&self, layer: &Layer, sample: usize) -> Option<u32> {
        let (_, labels) = self.labels(layer)?;
        labels.class_of(layer.entry_of(sample, labels.entries())?)
    }

    /// What a class of labels is called: by the class names that fit, else as it stands
    /// in the labels.
    #[must_use]
    pub fn class_name<'a>(&'a self, labels: &'a Labels, class: u32) -> Option<&'a str> {
        let known = labels.classes.get(class as usize).map(String::as_str);
        let named = self.class_names(labels);
        named
            .and_then(|(_, names)| names.name_of(labels, class))
            .or(known)
    }

    /// The companions of the open layers: what a session records.
    pub(super) fn kept_companions(&self) -> Vec<Arc<Companion>> {
        let is_kept = |one: &&Arc<Companion>| match &one.holds {
            // They come with the sample again.
            _ if one.is_sample => false,
            Holds::ClassNames(_) => true,
            _ => self.layers.iter().any(|layer| belongs(one, layer)),
        };
        self.companions.all().filter(is_kept).cloned().collect()
    }

    /// What files are compared with to tell what they are.
    pub(super) fn open_facts(&self) -> Open {
        let fact = |layer: &Arc<Layer>| OpenLayer {
            name: layer.name(),
            entries: layer.dump.entries() as u64,
            rows: layer.dump.of_rows as u64,
            gives_way: layer.is_sample,
        };
        let shown = self.layer().into_iter();
        let others = self.layers.iter().enumerate();
        let others = others
            .filter(|&(place, _)| place != self.shown)
            .map(|(_, layer)| layer);
        let classes = self.companions.all().filter_map(|one| match &one.holds {
            Holds::Labels(_) if one.is_sample => None,
            Holds::Labels(labels) => Some(labels.classes.len() as u64),
            _ => None,
        });
        Open {
            layers: shown.chain(others).map(fact).collect(),
            classes: classes.collect(),
        }
    }
}

/// Whether a companion's entries are those of a layer's samples: what comes with the
/// bundled sample belongs to nothing else, however many samples that has.
fn belongs(companion: &Companion, layer: &Layer) -> bool {
    layer.has_entries(companion.entries()) && (!companion.is_sample || layer.is_sample)
}

/// What to call a companion: its file, and the array in it.
pub(super) fn name(companion: &Companion) -> String {
    match companion.key() {
        None => companion.file_name().to_owned(),
        Some(key) => format!("{} : {key}", companion.file_name()),
    }
}
