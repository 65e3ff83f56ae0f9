//! The samples in the spotlight: asked for whenever it moves, selected, their pictures
//! kept while they are in view.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use egui::Modifiers;

use crate::scene::Raster;
use crate::srm::{Aim, Epsilon, Plane};
use crate::worker::companion_job::Companion;
use crate::worker::samples_job::{
    ReadPictures, SampleList, SamplesRequest, Sort, pictures, samples,
};
use crate::worker::{Generation, Lane};

use super::App;
use super::classes::ClassesKey;
use super::pending::Pending;
use super::requests::PATIENCE;

/// Most pictures that are kept; each has at most 36 kB.
const MOST_PICTURES: usize = 1500;

/// Most pictures that are asked for at once.
const MOST_ASKED: usize = 400;

/// How the samples are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SamplesAs {
    /// A row each.
    #[default]
    Table,
    /// A picture each.
    Pictures,
}

/// What is seen of a sample's picture.
#[derive(Clone, Debug)]
pub enum Sight {
    /// It is on its way.
    Coming,
    /// It cannot be read, or there is none.
    Broken,
    /// It is there.
    There(Arc<Raster>),
}

/// What a list of samples follows from.
#[derive(Clone, Debug, PartialEq)]
pub struct SamplesKey {
    /// The layer's number.
    pub layer: u64,
    /// The plane.
    pub plane: Plane,
    /// Where the spotlight points in it.
    pub angle_rad: f64,
    /// How wide it is.
    pub epsilon: Epsilon,
    /// Whose classes, where they are known.
    pub classes: Option<ClassesKey>,
    /// How they are sorted.
    pub sort: Sort,
    /// What is looked for.
    pub search: String,
}

/// What the panel of samples shows, and how.
#[derive(Debug, Default)]
pub struct SampleState {
    /// The samples.
    pub list: Pending<SamplesKey, Arc<SampleList>>,
    /// How they are sorted.
    pub sort: Sort,
    /// What is looked for.
    pub search: String,
    /// How they are shown, once it was chosen: as pictures where there are some.
    pub shown_as: Option<SamplesAs>,
    /// Those that are selected, and the layer that they are of.
    selected: (u64, BTreeSet<u32>),
    /// The one from which a range is selected.
    anchor: Option<u32>,
    /// Whether the panel was clicked last: the keyboard's selection is its own.
    pub is_active: bool,
    pictures: Pictures,
}

/// Pictures that are in view, and some that were.
#[derive(Debug, Default)]
struct Pictures {
    /// The number of the images.
    of: u64,
    /// Each with the frame that it was last wanted in; none where it cannot be read.
    known: HashMap<usize, (Option<Arc<Raster>>, u64)>,
    /// Those of this frame that are not known.
    missing: Vec<usize>,
    asked: Option<(Vec<usize>, Generation)>,
    frame: u64,
}

impl SampleState {
    /// The samples that are selected.
    pub fn selected(&self) -> &BTreeSet<u32> {
        &self.selected.1
    }

    /// Selects as a click does: one, with Ctrl one more or less, with Shift all from the
    /// last one on.
    pub fn click(&mut self, list: &SampleList, place: usize, modifiers: Modifiers) {
        let Some(clicked) = list.shown(place).map(|lit| lit.sample) else {
            return;
        };
        self.is_active = true;
        let chosen = &mut self.selected.1;
        let place_of = |sample| {
            let is_it = |place: &usize| list.shown(*place).is_some_and(|lit| lit.sample == sample);
            (0..list.order.len()).find(is_it)
        };
        let from = self.anchor.filter(|_| modifiers.shift).and_then(place_of);
        if let Some(from) = from {
            if !modifiers.command {
                chosen.clear();
            }
            let range = from.min(place)..=from.max(place);
            chosen.extend(range.filter_map(|place| Some(list.shown(place)?.sample)));
            return;
        }
        self.anchor = Some(clicked);
        if modifiers.command {
            if !chosen.remove(&clicked) {
                chosen.insert(clicked);
            }
        } else if chosen.len() == 1 && chosen.contains(&clicked) {
            chosen.clear();
        } else {
            *chosen = [clicked].into();
        }
    }

    /// Selects all that are listed.
    pub fn select_all(&mut self, list: &SampleList) {
        let all = 0..list.order.len();
        self.selected.1 = all
            .filter_map(|place| Some(list.shown(place)?.sample))
            .collect();
    }

    /// Selects none.
    pub fn select_none(&mut self) {
        self.selected.1.clear();
        self.anchor = None;
    }

    /// Turns the order around, or sorts by something else.
    pub fn sort_by(&mut self, by: crate::worker::samples_job::SortBy) {
        use crate::worker::samples_job::SortBy;
        self.sort = if self.sort.by == by {
            Sort {
                falling: !self.sort.falling,
                ..self.sort
            }
        } else {
            // Numbers that say something begin with the largest.
            let falling = matches!(by, SortBy::Cosine | SortBy::Norm);
            Sort { by, falling }
        };
    }

    /// The picture of an entry, as far as it is known; else it is wanted.
    pub fn picture(&mut self, entry: usize) -> Sight {
        let pictures = &mut self.pictures;
        if let Some((picture, wanted)) = pictures.known.get_mut(&entry) {
            *wanted = pictures.frame;
            return picture.clone().map_or(Sight::Broken, Sight::There);
        }
        if pictures.missing.len() < MOST_ASKED {
            pictures.missing.push(entry);
        }
        Sight::Coming
    }

    /// Begins another frame, with the images of that number.
    pub fn begin_pictures(&mut self, of: u64) {
        let pictures = &mut self.pictures;
        if pictures.of != of {
            *pictures = Pictures {
                of,
                ..Pictures::default()
            };
        }
        pictures.frame += 1;
        pictures.missing.clear();
    }

    /// Takes pictures that were read.
    pub fn take_pictures(&mut self, of: u64, read: ReadPictures) {
        let pictures = &mut self.pictures;
        if pictures.of != of {
            return;
        }
        let frame = pictures.frame;
        pictures
            .known
            .extend(read.into_iter().map(|(entry, read)| (entry, (read, frame))));
        if pictures.known.len() > MOST_PICTURES {
            // Those that have not been in view for longest.
            let mut frames: Vec<u64> = pictures.known.values().map(|(_, frame)| *frame).collect();
            frames.sort_unstable();
            let oldest = frames[frames.len() / 2];
            pictures
                .known
                .retain(|_, (_, wanted)| *wanted > oldest || *wanted == frame);
        }
    }
}

impl App {
    /// The samples in the spotlight, once they are known.
    pub(super) fn sample_list(&self) -> Option<&Arc<SampleList>> {
        let layer = self.document.layer()?;
        let list = self.state.samples.list.result()?;
        (list.layer.id == layer.id).then_some(list)
    }

    /// Asks for the samples in the spotlight where they are not known.
    pub(super) fn request_samples(&mut self) {
        let (Some(layer), choices) = (self.document.layer().cloned(), &self.document.choices)
        else {
            return;
        };
        if self.state.samples.selected.0 != layer.id {
            self.state.samples.selected = (layer.id, BTreeSet::new());
            self.state.samples.anchor = None;
        }
        let (Some(plane), Some(angle_rad)) = (choices.plane, self.spotlight_rad()) else {
            if let Some(gone) = self.state.samples.list.clear() {
                self.worker.discard(gone);
            }
            return;
        };
        let classes = self.classes().cloned();
        let key = SamplesKey {
            layer: layer.id,
            plane,
            angle_rad,
            epsilon: choices.epsilon,
            classes: classes.as_ref().and_then(|_| self.classes_key()),
            sort: self.state.samples.sort,
            search: self.state.samples.search.clone(),
        };
        let list = &mut self.state.samples.list;
        if !list.needs(&key) {
            return;
        }
        let same = |(asked, _): &(SamplesKey, Generation)| asked.layer == key.layer;
        let held = list.asked.as_ref().is_some_and(same) && list.is_fresh(PATIENCE);
        if held && self.worker.is_busy(Lane::Samples) {
            list.hold(key);
            return;
        }
        let request = SamplesRequest {
            layer,
            aim: Aim::Plane { plane, angle_rad },
            epsilon: key.epsilon,
            classes,
            sort: key.sort,
            search: key.search.clone(),
        };
        let generation = samples(&self.worker, request);
        self.state.samples.list.ask(key, generation);
    }

    /// Asks for the pictures that are in view and not there.
    pub(super) fn request_pictures(&mut self) {
        let pictures_known = &self.state.samples.pictures;
        let (of, missing) = (pictures_known.of, &pictures_known.missing);
        if missing.is_empty() {
            return;
        }
        let asked = pictures_known.asked.as_ref();
        if asked.is_some_and(|(asked, _)| asked == missing) {
            return;
        }
        let images = self.document.companions.all().find(|one| one.id == of);
        let Some(images) = images.cloned() else {
            return;
        };
        let missing = missing.clone();
        let generation = pictures(&self.worker, images, missing.clone());
        self.state.samples.pictures.asked = Some((missing, generation));
    }

    /// The pictures of the shown layer's samples.
    pub(super) fn images_companion(&self) -> Option<Arc<Companion>> {
        let layer = self.document.layer()?;
        let (companion, _) = self.document.images(layer)?;
        Some(Arc::clone(companion))
    }

    /// How the samples are shown.
    pub(super) fn samples_as(&self) -> SamplesAs {
        let has = self.images_companion().is_some();
        match self.state.samples.shown_as {
            _ if !has => SamplesAs::Table,
            None => SamplesAs::Pictures,
            Some(shown_as) => shown_as,
        }
    }

    /// The samples that an export is of, as they are listed: those selected, or all.
    pub(super) fn exported_samples(&self) -> Option<Vec<u32>> {
        let list = self.sample_list()?;
        let selected = self.state.samples.selected();
        let listed = (0..list.order.len()).filter_map(|place| Some(list.shown(place)?.sample));
        let listed: Vec<u32> = listed
            .filter(|sample| selected.is_empty() || selected.contains(sample))
            .collect();
        (!listed.is_empty()).then_some(listed)
    }

    /// How many samples the list shows, and how many of the pictures in view are there.
    #[must_use]
    pub fn listed_samples(&self) -> Option<usize> {
        Some(self.sample_list()?.order.len())
    }
}
