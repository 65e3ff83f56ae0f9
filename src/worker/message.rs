//! What the window and its worker tell each other: layers, results, outcomes.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use super::Worker;
use super::atlas_job::AtlasPicture;
use crate::data::{self, DataError, Dump};
use crate::scene::{Aggregate, CurveBundle, Order, PlaneOrder, Raster, enough_light};
use crate::srm::{
    Alignment, Cancelled, Coordinates, Curve, EpsilonChoice, Overview, Plane, PlaneRecord, Sweep,
    UnitBasis, overview,
};

static NEXT_ID: AtomicU64 = AtomicU64::new(0);

/// An open dump, prepared for its basis.
#[derive(Debug)]
pub struct Layer {
    /// Tells it from every other layer of this process.
    pub id: u64,
    /// What was read.
    pub dump: Dump,
    /// The file of the basis; `None` for the standard one.
    pub basis_name: Option<String>,
    /// The samples in the basis.
    pub coordinates: Arc<Coordinates>,
    /// What one pass told.
    pub overview: Overview,
    /// Whether it is the bundled sample.
    pub is_sample: bool,
}

impl Layer {
    /// Prepares a dump: `C` and the overview.
    pub(super) fn new(
        dump: Dump,
        basis: Option<(String, UnitBasis)>,
        is_sample: bool,
        cancel: &AtomicBool,
    ) -> Result<Self, DataError> {
        let activations = Arc::clone(&dump.activations);
        let (basis_name, coordinates) = match basis {
            None => (None, Coordinates::standard(activations)),
            Some((name, basis)) => {
                let coordinates = Coordinates::prepare(activations, Arc::new(basis), cancel)
                    .map_err(|e| DataError::not_a_basis(&name, e))?
                    .map_err(|Cancelled| DataError::Cancelled)?;
                (Some(name), coordinates)
            }
        };
        let overview = overview(&coordinates, cancel).map_err(|_| DataError::Cancelled)?;
        Ok(Self {
            id: NEXT_ID.fetch_add(1, Relaxed),
            dump,
            basis_name,
            coordinates: Arc::new(coordinates),
            overview,
            is_sample,
        })
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
}

/// A file that is asked for.
#[derive(Clone, Debug)]
pub struct LoadRequest {
    /// The file.
    pub path: PathBuf,
    /// Its array, where it holds several.
    pub key: Option<String>,
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
    /// A file could not be read; what is open is untouched.
    LoadFailed {
        /// The file.
        path: PathBuf,
        /// The sentence.
        error: String,
    },
    /// The asked-for curves, in the order of the request.
    Curves(Vec<Curve>),
    /// A finished sweep.
    Swept {
        /// The result.
        sweep: Arc<Sweep>,
        /// The layer that was swept.
        layer: Arc<Layer>,
        /// Counts of all planes, `A` each, where they fit.
        counts: Option<Arc<Vec<i32>>>,
        /// The layer's numbers and planes worth a look.
        highlights: Highlights,
        /// How long it took.
        took: Duration,
    },
    /// The heatmap and the curves behind the ensemble.
    Heatmap(Heatmap),
    /// The square of planes.
    Atlas(Arc<AtlasPicture>),
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
}

impl Highlights {
    pub(super) fn new(sweep: &Sweep) -> Self {
        let enough = enough_light(sweep.n_samples);
        let index = |record: &PlaneRecord| record.alignment(sweep.n_samples).index();
        // The first of equals.
        let records = sweep.records.iter();
        let highest = records.reduce(|a, b| if b.peak > a.peak { b } else { a });
        let aligned = sweep
            .records
            .iter()
            .filter(|record| record.lit >= enough && !index(record).is_nan())
            .reduce(|a, b| {
                let better = index(&b).total_cmp(&index(&a)).then(b.lit.cmp(&a.lit));
                if better.is_gt() { b } else { a }
            });
        Self {
            alignment: sweep.alignment(),
            lit_planes: sweep.lit_planes(),
            most_lit: sweep.most_lit(),
            highest_peak: highest.map(|r| r.plane),
            most_aligned: aligned.map(|r| r.plane),
        }
    }
}

/// The window's worker.
pub type WindowWorker = Worker<Message>;

/// A finished heatmap.
#[derive(Clone, Debug)]
pub struct Heatmap {
    /// The rows.
    pub order: Arc<Order>,
    /// Place in that order of each record.
    pub places: Arc<Vec<u32>>,
    /// What they are ordered by.
    pub kind: PlaneOrder,
    /// The rows' counts.
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
    /// Every plane's curve, faintly, up to
    /// [`MOST_FAINT_CURVES`](super::heatmap_job::MOST_FAINT_CURVES).
    pub bundle: Arc<CurveBundle>,
}
