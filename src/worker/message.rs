//! What the window and its worker tell each other: layers, results, outcomes.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rayon::prelude::*;

use super::Worker;
use super::atlas_job::AtlasPicture;
use super::companion_job::CompanionMessage;
use super::export_job::{CopyEnded, ExportEnded, Preview};
use super::heatmap_job::{Look, Source};
use super::picture_job::PlanePicture;
use super::rotation_job::RotationView;
use super::samples_job::{DirectionList, ReadPictures, SampleList};
use super::session_job::{Ended, OpenedSession, RestoredLayer};
use super::source_file::{BasisFile, SourceFile};
use crate::data::{self, DataError, Dtype, Dump, Pick};
use crate::scene::{Aggregate, CurveBundle, Order, Raster, enough_light};
use crate::session::{BasisSource, LayerRecord, Listing};
use crate::srm::{
    Alignment, Cancelled, ClassCurves, Classes, Coordinates, Curve, EpsilonChoice, Overview, Plane,
    PlaneSet, Significance, Subset, Sweep, UnitBasis, overview, overview_among,
};

static NEXT_ID: AtomicU64 = AtomicU64::new(0);

/// A number that no other layer or companion of this process has.
pub(super) fn next_id() -> u64 {
    NEXT_ID.fetch_add(1, Relaxed)
}

/// An open dump, prepared for its basis.
#[derive(Debug)]
pub struct Layer {
    /// Tells it from every other layer of this process.
    pub id: u64,
    /// What was read.
    pub dump: Dump,
    /// The file of the activations.
    pub file: SourceFile,
    /// The file of the basis; `None` for the standard one.
    pub basis: Option<BasisFile>,
    /// The samples in the basis.
    pub coordinates: Arc<Coordinates>,
    /// What one pass told of all planes.
    pub overview: Overview,
    /// What it told of the planes among some of the vectors, the last that were asked for.
    among: Mutex<Option<Overview>>,
    /// Whether it is the bundled sample.
    pub is_sample: bool,
}

impl Layer {
    /// Prepares a dump, read from that file: `C` and the overview.
    pub(super) fn new(
        dump: Dump,
        file: SourceFile,
        basis: Option<(BasisFile, UnitBasis)>,
        cancel: &AtomicBool,
    ) -> Result<Self, DataError> {
        let activations = Arc::clone(&dump.activations);
        let (basis, coordinates) = match basis {
            None => (None, Coordinates::standard(activations)),
            Some((basis, unit)) => {
                let coordinates = Coordinates::prepare(activations, Arc::new(unit), cancel)
                    .map_err(|e| DataError::not_a_basis(&basis.source.file_name, e))?
                    .map_err(|Cancelled| DataError::Cancelled)?;
                (Some(basis), coordinates)
            }
        };
        let overview = overview(&coordinates, cancel).map_err(|_| DataError::Cancelled)?;
        let is_sample = dump.stamp.is_none();
        Ok(Self {
            id: next_id(),
            dump,
            file,
            basis,
            coordinates: Arc::new(coordinates),
            overview,
            among: Mutex::new(None),
            is_sample,
        })
    }

    /// What one pass tells of the planes among some of the vectors, where it is known
    /// by now: see [`Layer::learn_among`].
    #[must_use]
    pub fn overview_among(&self, subset: &Subset) -> Option<Overview> {
        if self.overview.subset == *subset {
            return Some(self.overview.clone());
        }
        let among = self.among.lock().unwrap_or_else(PoisonError::into_inner);
        among
            .as_ref()
            .filter(|known| known.subset == *subset)
            .cloned()
    }

    /// Whether it is known by now.
    #[must_use]
    pub fn knows_among(&self, subset: &Subset) -> bool {
        let among = || self.among.lock().unwrap_or_else(PoisonError::into_inner);
        self.overview.subset == *subset
            || among()
                .as_ref()
                .is_some_and(|known| known.subset == *subset)
    }

    /// Makes that pass, `O(N)` a vector, unless it is known.
    ///
    /// # Errors
    /// [`Cancelled`] soon after `cancel` is set.
    pub fn learn_among(&self, subset: &Subset, cancel: &AtomicBool) -> Result<(), Cancelled> {
        if !self.knows_among(subset) {
            let found = overview_among(subset, &self.coordinates, cancel)?;
            let mut among = self.among.lock().unwrap_or_else(PoisonError::into_inner);
            *among = Some(found);
        }
        Ok(())
    }

    /// The name of the basis's file; `None` for the standard one.
    #[must_use]
    pub fn basis_name(&self) -> Option<&str> {
        let basis = self.basis.as_ref()?;
        Some(&basis.source.file_name)
    }

    /// The files that it was read from.
    pub fn files(&self) -> impl Iterator<Item = &SourceFile> {
        std::iter::once(&self.file).chain(self.basis.as_ref().map(|basis| &basis.file))
    }

    /// What is recorded of it, with the hashes that are known.
    #[must_use]
    pub fn record(&self) -> LayerRecord {
        let source = crate::session::Source {
            sha256: self.file.sha256().map(str::to_owned),
            ..crate::session::Source::of(&self.dump)
        };
        let basis = self.basis.as_ref().map(|basis| BasisSource {
            sha256: basis.file.sha256().map(str::to_owned),
            ..basis.source.clone()
        });
        LayerRecord::new(source, basis)
    }

    /// The name to show: the file's, and the array's in it.
    #[must_use]
    pub fn name(&self) -> String {
        match &self.dump.key {
            None => self.dump.file_name.clone(),
            Some(key) => format!("{} : {key}", self.dump.file_name),
        }
    }

    /// `d`.
    #[must_use]
    pub fn n_neurons(&self) -> usize {
        self.dump.activations.n_neurons()
    }

    /// `N`.
    #[must_use]
    pub fn n_samples(&self) -> usize {
        self.dump.activations.n_samples()
    }

    /// Whether companions of so many entries are those of its samples: one an entry
    /// along the array's first axis, or one a row that these make.
    #[must_use]
    pub fn has_entries(&self, entries: usize) -> bool {
        self.dump.has_entries(entries)
    }

    /// Which of so many entries of a companion a sample's is; `None` where that many are
    /// not those of its samples.
    #[must_use]
    pub fn entry_of(&self, sample: usize, entries: usize) -> Option<usize> {
        self.dump.entry_of_sample(sample, entries)
    }
}

/// What is to become of a file.
#[derive(Clone, Debug)]
pub enum LoadAs {
    /// The samples of a new layer.
    Activations,
    /// The privileged basis of that layer.
    Basis(Arc<Layer>),
    /// A basis for that layer if it fits one and its name says so, else samples.
    Whichever(Option<Arc<Layer>>),
    /// The same layer in the standard basis again; no file is read.
    StandardBasis(Arc<Layer>),
    /// The same layer, its array read another way; its basis stays where it fits.
    Again(Arc<Layer>),
    /// An entry of a list of files or arrays.
    Entry {
        /// The list's number.
        list: u64,
        /// The entry's place in it.
        entry: usize,
    },
}

/// A file that is asked for.
#[derive(Clone, Debug)]
pub struct LoadRequest {
    /// The file.
    pub path: PathBuf,
    /// Its array, and how that is read.
    pub pick: Pick,
    /// What it is to become.
    pub purpose: LoadAs,
    /// Files asked for at once share a number: the first that opens is shown.
    pub batch: u64,
    /// The resolution scale to open it at; *auto* where `None`.
    pub epsilon: Option<EpsilonChoice>,
    /// A basis to read for it once it is open.
    pub then_basis: Option<PathBuf>,
    /// How the same file was read before; that reading goes if this one succeeds.
    pub instead: Option<Reading>,
}

/// How a file was read.
#[derive(Clone, Debug)]
pub enum Reading {
    /// As the samples of the layer of that number.
    Activations(u64),
    /// As the basis of the layer that now has the number `new`.
    Basis {
        /// The layer with the basis.
        new: u64,
        /// The layer without.
        old: Arc<Layer>,
    },
}

/// What the worker tells the window.
#[derive(Debug)]
pub enum Message {
    /// A layer was opened.
    Opened {
        /// The layer.
        layer: Arc<Layer>,
        /// What asked for it; `None` for the sample.
        request: Option<Box<LoadRequest>>,
        /// Why it was read as it was, where its name says otherwise.
        note: Option<String>,
    },
    /// A layer got another basis.
    BasisSet {
        /// The layer as it was.
        old: Arc<Layer>,
        /// The layer as it is.
        new: Arc<Layer>,
        /// What asked for it, with the key that was taken.
        request: Box<LoadRequest>,
    },
    /// A file holds several arrays that could be meant.
    Several {
        /// What asked for it.
        request: Box<LoadRequest>,
        /// All its arrays.
        arrays: Vec<data::ArrayInfo>,
    },
    /// An array has more than two axes: it has to be said how it becomes `N × d`.
    Asks {
        /// What asked for it, with the key that was taken.
        request: Box<LoadRequest>,
        /// Lengths of its axes.
        shape: Vec<u64>,
        /// Its dtype, where it is known.
        dtype: Option<Dtype>,
    },
    /// A layer was read another way.
    ReadAgain {
        /// The layer as it was.
        old: Arc<Layer>,
        /// The layer as it is.
        new: Arc<Layer>,
    },
    /// A folder was asked for: its files in the order in which a person counts.
    Folder {
        /// What asked for it.
        request: Box<LoadRequest>,
        /// Its files.
        files: Vec<PathBuf>,
    },
    /// What a layer of a session is one of.
    Listed {
        /// The layer's number.
        layer: u64,
        /// Its folder or its file.
        path: PathBuf,
        /// What they are.
        listing: Listing,
        /// Files, each with the array in it where they are arrays of one file.
        entries: Vec<(PathBuf, Option<String>)>,
    },
    /// A file could not be read; what is open is untouched.
    LoadFailed {
        /// The file.
        path: PathBuf,
        /// The sentence.
        error: String,
        /// What asked for it, if anything did.
        request: Option<Box<LoadRequest>>,
        /// Bytes that its compressed data unpack to, where that is more than is allowed.
        unpacked: Option<u64>,
    },
    /// A session was read; its layers follow one by one.
    Session(Box<OpenedSession>),
    /// A layer of a session was opened, or not.
    Restored(Box<RestoredLayer>),
    /// Whether a file is one of those that a session asks for.
    Identified {
        /// The file.
        path: PathBuf,
        /// The session and which of its files, if it is one.
        is: Option<(u64, usize)>,
    },
    /// The hashes of a layer's files are known, or why not.
    Hashed {
        /// The layer.
        layer: u64,
        /// The sentence, where one could not be worked out.
        error: Option<String>,
    },
    /// About labels, class names and images.
    Companion(CompanionMessage),
    /// A session was written, or not.
    Saved(Ended),
    /// The asked-for curves, in the order of the request, the first of them split by
    /// class where that was wanted, and how long after it.
    Curves(Vec<Curve>, Option<Arc<ClassCurves>>, Duration),
    /// The class of each sample; `None` where the labels are not those of the samples.
    Classes(Option<Arc<Classes>>),
    /// The samples in the spotlight.
    Samples(Arc<SampleList>),
    /// Pictures of entries of the images of that number.
    Pictures(u64, ReadPictures),
    /// The samples about each direction.
    Directions(Arc<DirectionList>),
    /// A finished sweep, of all planes or of a sample of them.
    Swept(Box<Swept>),
    /// The heatmap and the curves behind the ensemble.
    Heatmap(Heatmap),
    /// A test by rotation, as far as it has come.
    Tested(Box<RotationView>),
    /// The square of planes.
    Atlas(Arc<AtlasPicture>),
    /// The selected plane at every scale, or projections.
    Picture(Arc<PlanePicture>),
    /// A figure as it will be.
    Preview(Box<Preview>),
    /// A figure or a table was written, or not.
    Exported(ExportEnded),
    /// The picture of a figure for the clipboard.
    Copied(CopyEnded),
}

/// A finished sweep with what was drawn from it.
#[derive(Debug)]
pub struct Swept {
    /// The result.
    pub source: Source,
    /// The layer that was swept.
    pub layer: Arc<Layer>,
    /// The layer's numbers and planes worth a look.
    pub highlights: Highlights,
    /// Each vector's share of the light.
    pub shares: Arc<[f64]>,
    /// How long the sweep took.
    pub took: Duration,
    /// Its heatmap, if one was wanted and could be drawn at once.
    pub heatmap: Option<Heatmap>,
}

/// A sweep's numbers and the planes worth a look, worked out beside the window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Highlights {
    /// The layer's alignment.
    pub alignment: Alignment,
    /// Planes that light at least one sample.
    pub lit_planes: usize,
    /// The plane that the most samples light.
    pub most_lit: Option<Plane>,
    /// The plane with the largest count.
    pub highest_peak: Option<Plane>,
    /// The plane with the highest alignment index among those lit by at least
    /// 1% of the samples.
    pub most_aligned: Option<Plane>,
    /// Between which fractions 95% of isotropic planes lie at an angle; `None` of signed
    /// sweeps.
    pub null_band: Option<[f64; 2]>,
}

impl Highlights {
    pub(super) fn new(sweep: &Sweep, significance: Option<&Significance>) -> Self {
        let records = &sweep.records;
        let most = (0..records.len())
            .into_par_iter()
            .with_min_len(1 << 14)
            .fold(Most::default, |most, index| most.and(sweep, index))
            .reduce(Most::default, Most::or);
        let plane = |best: Option<usize>| best.map(|index| sweep.spec.planes.get(index));
        let (axes, bisectors) = (most.axes, most.bisectors);
        Self {
            alignment: Alignment::from_counts(axes, bisectors, sweep.n_samples, records.len()),
            lit_planes: most.lit_planes,
            most_lit: plane(most.lit.map(|(_, index)| index)),
            highest_peak: plane(most.peak.map(|(_, index)| index)),
            most_aligned: plane(most.aligned.map(|(_, index)| index)),
            null_band: significance.map(|significance| significance.law().fractions(0.95)),
        }
    }
}

/// The largest of some planes' numbers, each with the first plane that has it, and
/// their sums.
#[derive(Clone, Copy, Debug, Default)]
struct Most {
    axes: u64,
    bisectors: u64,
    lit_planes: usize,
    lit: Option<(u64, usize)>,
    peak: Option<(i64, usize)>,
    /// Index as a number that sorts alike, then samples lit.
    aligned: Option<((i64, u64), usize)>,
}

impl Most {
    /// With the plane at `index`, which is behind the others.
    fn and(mut self, sweep: &Sweep, index: usize) -> Self {
        let records = &sweep.records;
        let (axes, bisectors) = records.axes_and_bisectors(index);
        let lit = records.lit(index);
        let (peak, _) = records.peak_and_total(index);
        self.axes += axes;
        self.bisectors += bisectors;
        self.lit_planes += usize::from(lit > 0);
        self.lit = first_largest(self.lit, Some((lit, index)));
        self.peak = first_largest(self.peak, Some((peak, index)));
        if lit >= enough_light(sweep.n_samples) {
            let aligned = Alignment::from_counts(axes, bisectors, sweep.n_samples, 1).index();
            if !aligned.is_nan() {
                let key = (sortable(aligned), lit);
                self.aligned = first_largest(self.aligned, Some((key, index)));
            }
        }
        self
    }

    /// With those of planes behind these.
    fn or(self, behind: Self) -> Self {
        Self {
            axes: self.axes + behind.axes,
            bisectors: self.bisectors + behind.bisectors,
            lit_planes: self.lit_planes + behind.lit_planes,
            lit: first_largest(self.lit, behind.lit),
            peak: first_largest(self.peak, behind.peak),
            aligned: first_largest(self.aligned, behind.aligned),
        }
    }
}

/// The larger of the two, the first where they are equal.
fn first_largest<K: Ord>(
    before: Option<(K, usize)>,
    behind: Option<(K, usize)>,
) -> Option<(K, usize)> {
    match (before, behind) {
        (Some(before), Some(behind)) if behind.0 > before.0 => Some(behind),
        (Some(before), _) => Some(before),
        (None, behind) => behind,
    }
}

/// A number that sorts as [`f64::total_cmp`] does.
fn sortable(value: f64) -> i64 {
    let bits = value.to_bits() as i64;
    bits ^ (((bits >> 63) as u64) >> 1) as i64
}

/// The window's worker.
pub type WindowWorker = Worker<Message>;

/// A finished heatmap.
#[derive(Clone, Debug)]
pub struct Heatmap {
    /// The rows of all planes.
    pub order: Arc<Order>,
    /// Place in that order of each record.
    pub places: Arc<Vec<u32>>,
    /// The planes that were swept, in the order of the records.
    pub planes: PlaneSet,
    /// How it was to look.
    pub look: Look,
    /// The counts of the rows that are looked at.
    pub aggregate: Arc<Aggregate>,
    /// Coloured.
    pub raster: Arc<Raster>,
    /// The largest count shown.
    pub most: i32,
    /// The layer that was swept.
    pub layer: u64,
    /// `N`.
    pub n_samples: usize,
    /// Signed counts.
    pub signed: bool,
    /// Whether a row is that of its first plane only, until all are done.
    pub is_coarse: bool,
    /// Every plane's curve, faintly, up to
    /// [`MOST_FAINT_CURVES`](super::heatmap_job::MOST_FAINT_CURVES).
    pub bundle: Arc<CurveBundle>,
}

impl Heatmap {
    /// The plane at a place of the order.
    #[must_use]
    pub fn plane_at(&self, place: usize) -> Option<Plane> {
        let index = *self.order.records.get(place)?;
        Some(self.planes.get(index as usize))
    }

    /// The place of a plane in the order; `None` if it was not swept.
    #[must_use]
    pub fn place_of(&self, plane: Plane) -> Option<usize> {
        let index = self.planes.position(plane)?;
        self.places.get(index).map(|&place| place as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_sort_as_their_keys() {
        let mut values = [0.3, -0.0, 0.0, -1.0, 1.0, -0.25, f64::INFINITY, -1e-300];
        values.sort_by(f64::total_cmp);
        assert!(values.map(sortable).is_sorted());
    }

    #[test]
    fn the_first_of_equals_wins() {
        assert_eq!(first_largest(Some((3, 1)), Some((3, 2))), Some((3, 1)));
        assert_eq!(first_largest(Some((3, 1)), Some((4, 2))), Some((4, 2)));
        assert_eq!(first_largest(None, Some((4, 2))), Some((4, 2)));
        assert_eq!(first_largest(Some((3, 1)), None), Some((3, 1)));
    }
}
