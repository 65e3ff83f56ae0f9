//! The samples in the spotlight, those about each neuron, and their pictures.

use std::cmp::Ordering;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rayon::prelude::*;

use super::companion_job::{Companion, Holds, small};
use super::message::{Layer, Message, WindowWorker};
use super::{Context, Generation, Lane};
use crate::scene::Raster;
use crate::srm::{
    Aim, Cancelled, Classes, Direction, Enrichment, Epsilon, LitSample, NO_CLASS, Subset,
    directions, lit_at,
};

/// How long pictures are gathered before they are said.
const GATHERED: Duration = Duration::from_millis(30);

/// By what samples are sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SortBy {
    /// Their rows.
    Row,
    /// Their cosines with the probe.
    Cosine,
    /// Their norms.
    Norm,
    /// Their classes.
    Label,
}

/// How samples are sorted; ties by row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sort {
    /// By what.
    pub by: SortBy,
    /// The largest first.
    pub falling: bool,
}

impl Default for Sort {
    /// The nearest first.
    fn default() -> Self {
        Self {
            by: SortBy::Cosine,
            falling: true,
        }
    }
}

/// Samples that are asked for.
#[derive(Clone, Debug)]
pub struct SamplesRequest {
    /// Of which layer.
    pub layer: Arc<Layer>,
    /// Where the spotlight points.
    pub aim: Aim,
    /// How wide it is.
    pub epsilon: Epsilon,
    /// The classes of all samples, if they have some.
    pub classes: Option<Arc<Classes>>,
    /// Their order.
    pub sort: Sort,
    /// Only those whose row begins so, or whose label contains it.
    pub search: String,
}

/// The samples in the spotlight.
#[derive(Debug)]
pub struct SampleList {
    /// Of which layer.
    pub layer: Arc<Layer>,
    /// All of them, in their order.
    pub lit: Vec<LitSample>,
    /// Which of them are shown, as they are sorted.
    pub order: Vec<u32>,
    /// The classes of all samples of the layer.
    pub classes: Option<Arc<Classes>>,
    /// Those inside against those outside.
    pub enrichment: Option<Enrichment>,
}

impl SampleList {
    /// The sample that is shown at a place.
    #[must_use]
    pub fn shown(&self, place: usize) -> Option<LitSample> {
        let index = *self.order.get(place)?;
        self.lit.get(index as usize).copied()
    }

    /// The row of the array that a sample is.
    #[must_use]
    pub fn row(&self, sample: u32) -> usize {
        let sample = sample as usize;
        self.layer.dump.row_of_sample(sample).unwrap_or(sample)
    }

    /// The class of a sample.
    #[must_use]
    pub fn class(&self, sample: u32) -> Option<u32> {
        self.classes.as_ref()?.of(sample as usize)
    }

    /// What a sample's class is called; empty where it has none.
    #[must_use]
    pub fn label(&self, sample: u32) -> &str {
        let class = self.class(sample).zip(self.classes.as_ref());
        class.map_or("", |(class, classes)| {
            classes.names()[class as usize].as_str()
        })
    }
}

/// Asks for the samples in the spotlight.
pub fn samples(worker: &WindowWorker, request: SamplesRequest) -> Generation {
    worker.submit(Lane::Samples, "", move |context| {
        // What is called off has nothing to say.
        if let Ok(list) = list(request, context) {
            context.say(Message::Samples(Arc::new(list)));
        }
    })
}

fn list(request: SamplesRequest, context: &Context<Message>) -> Result<SampleList, Cancelled> {
    let SamplesRequest {
        layer,
        aim,
        epsilon,
        classes,
        sort,
        search,
    } = request;
    let lit = lit_at(&layer.coordinates, aim, epsilon, context.cancel())?;
    let inside = lit.iter().map(|lit| lit.sample);
    let enrichment = classes
        .as_deref()
        .map(|classes| Enrichment::new(classes, inside));
    let mut list = SampleList {
        layer,
        lit,
        order: Vec::new(),
        classes,
        enrichment,
    };
    let mut order = found(&list, search.trim());
    by(&list, sort, &mut order);
    list.order = order;
    Ok(list)
}

/// Those that a search finds, in their order.
fn found(list: &SampleList, search: &str) -> Vec<u32> {
    let all = 0..list.lit.len() as u32;
    if search.is_empty() {
        return all.collect();
    }
    let wanted = search.to_lowercase();
    let names = list
        .classes
        .as_ref()
        .map_or(&[][..], |classes| classes.names());
    let named: Vec<bool> = names
        .iter()
        .map(|name| name.to_lowercase().contains(&wanted))
        .collect();
    let digits = search.chars().all(|c| c.is_ascii_digit());
    let is_found = |&index: &u32| {
        let sample = list.lit[index as usize].sample;
        let by_label = list
            .class(sample)
            .is_some_and(|class| named[class as usize]);
        by_label || (digits && list.row(sample).to_string().starts_with(search))
    };
    all.filter(is_found).collect()
}

fn by(list: &SampleList, sort: Sort, order: &mut [u32]) {
    let lit = |index: u32| list.lit[index as usize];
    let norm = |index: u32| list.layer.dump.activations.norm(lit(index).sample as usize);
    let class = |index: u32| list.class(lit(index).sample).unwrap_or(NO_CLASS);
    let compare = |&a: &u32, &b: &u32| -> Ordering {
        let (a, b, turned) = if sort.falling {
            (b, a, true)
        } else {
            (a, b, false)
        };
        let first = match sort.by {
            SortBy::Row => a.cmp(&b),
            SortBy::Cosine => lit(a).cosine.total_cmp(&lit(b).cosine),
            SortBy::Norm => norm(a).total_cmp(&norm(b)),
            SortBy::Label => class(a).cmp(&class(b)),
        };
        first.then(if turned { b.cmp(&a) } else { a.cmp(&b) })
    };
    order.par_sort_unstable_by(compare);
}

/// Asks for the pictures of these entries.
pub fn pictures(
    worker: &WindowWorker,
    companion: Arc<Companion>,
    entries: Vec<usize>,
) -> Generation {
    worker.submit(Lane::Thumbnails, "", move |context| {
        let Holds::Images { images, .. } = &companion.holds else {
            return;
        };
        let mut read = Vec::new();
        let mut since = Instant::now();
        for entry in entries {
            if super::jobs::is_off(context) {
                break;
            }
            read.push((entry, small(images, entry).ok()));
            if since.elapsed() > GATHERED {
                let read = std::mem::take(&mut read);
                context.say(Message::Pictures(companion.id, read));
                since = Instant::now();
            }
        }
        if !read.is_empty() {
            context.say(Message::Pictures(companion.id, read));
        }
    })
}

/// Pictures of entries; none where one cannot be read.
pub type ReadPictures = Vec<(usize, Option<Arc<Raster>>)>;

/// What is counted about each direction.
#[derive(Debug)]
pub struct DirectionList {
    /// Most lit first.
    pub directions: Vec<Direction>,
    /// The classes of the samples.
    pub classes: Option<Arc<Classes>>,
}

/// Asks for the samples about each direction.
pub fn about_directions(
    worker: &WindowWorker,
    layer: Arc<Layer>,
    subset: Subset,
    epsilon: Epsilon,
    classes: Option<Arc<Classes>>,
) -> Generation {
    worker.submit(
        Lane::Directions,
        "Counting about the neurons",
        move |context| {
            let (coordinates, cancel) = (&layer.coordinates, context.cancel());
            let found = directions(coordinates, &subset, epsilon, classes.as_deref(), cancel);
            if let Ok(directions) = found {
                let list = DirectionList {
                    directions,
                    classes,
                };
                context.say(Message::Directions(Arc::new(list)));
            }
        },
    )
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;

    use super::*;
    use crate::srm::{Pole, Side};
    use crate::worker::jobs::{sample_companions, sample_layer};

    fn example() -> SampleList {
        let layer = sample_layer(&AtomicBool::new(false)).unwrap();
        let aim = Aim::Pole(Pole {
            vector: 16,
            side: Side::Plus,
        });
        let epsilon = Epsilon::new(0.7).unwrap();
        let lit = lit_at(&layer.coordinates, aim, epsilon, &AtomicBool::new(false)).unwrap();
        let labels = sample_companions();
        let Holds::Labels(labels) = &labels[0].holds else {
            panic!("no labels");
        };
        let classes = layer.dump.classes(labels, None).map(Arc::new);
        SampleList {
            order: (0..lit.len() as u32).collect(),
            layer,
            lit,
            classes,
            enrichment: None,
        }
    }

    #[test]
    fn samples_are_found_by_row_and_label_and_sorted_by_any_column() {
        let list = example();
        assert_eq!(list.lit.len(), 120);
        assert_eq!(found(&list, "6").len(), 120);
        let rows = found(&list, "10");
        assert!(!rows.is_empty() && rows.len() < 120);
        for &index in &rows {
            let row = list.row(list.lit[index as usize].sample);
            assert!(row.to_string().starts_with("10"));
        }
        assert!(found(&list, "seven").is_empty());
        for by_what in [SortBy::Row, SortBy::Cosine, SortBy::Norm, SortBy::Label] {
            let mut order = list.order.clone();
            let key = |index: u32| {
                let lit = list.lit[index as usize];
                match by_what {
                    SortBy::Row => f64::from(lit.sample),
                    SortBy::Cosine => lit.cosine,
                    SortBy::Norm => list.layer.dump.activations.norm(lit.sample as usize),
                    SortBy::Label => 0.0,
                }
            };
            for falling in [false, true] {
                by(
                    &list,
                    Sort {
                        by: by_what,
                        falling,
                    },
                    &mut order,
                );
                let sorted = order.is_sorted_by(|&a, &b| {
                    let (x, y) = (key(a), key(b));
                    if x == y { a < b } else { (x < y) != falling }
                });
                assert!(sorted, "{by_what:?} {falling}");
            }
        }
    }
}
