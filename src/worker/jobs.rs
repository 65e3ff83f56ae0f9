//! What the window asks of the worker: each a plain function of its request.

use std::cmp::Ordering;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use super::heatmap_job::Heatmap;
use super::{Context, Generation, Lane, Worker};
use crate::data::{self, DataError, Dump, Matrix};
use crate::srm::{
    Alignment, AngleGrid, BasisError, Block, Cancelled, Coordinates, Curve, Epsilon, Observer,
    Overview, Plane, PlaneRecord, Sign, Sweep, SweepSpec, UnitBasis, curve, overview, sweep,
};

/// Curves of all planes are kept while they fit under this; beyond it they are
/// made anew when the heatmap asks.
pub const CURVES_CAP_BYTES: usize = 512 << 20;

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
    fn new(
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
                    .map_err(|e| basis_error(&name, e))?
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

/// What the worker tells the window.
#[derive(Debug)]
pub enum Message {
    /// A layer was opened.
    Opened {
        /// The layer.
        layer: Arc<Layer>,
        /// Whether it is to be shown.
        show: bool,
        /// The file as it was asked for.
        path: PathBuf,
    },
    /// A layer got another basis.
    BasisSet {
        /// The layer as it was.
        old: Arc<Layer>,
        /// The layer as it is.
        new: Arc<Layer>,
        /// The basis file; `None` for the standard basis.
        path: Option<PathBuf>,
    },
    /// A file holds several arrays that could be meant.
    Several {
        /// The file.
        path: PathBuf,
        /// Its arrays.
        arrays: Vec<data::ArrayInfo>,
        /// What it was to become.
        purpose: LoadAs,
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
    fn new(sweep: &Sweep) -> Self {
        let enough = (sweep.n_samples as u64).div_ceil(100);
        let index = |record: &PlaneRecord| record.alignment(sweep.n_samples).index();
        let best = |better: &dyn Fn(&PlaneRecord, &PlaneRecord) -> Ordering| {
            let records = sweep.records.iter();
            // The first of equals.
            records.reduce(|a, b| if better(b, a).is_gt() { b } else { a })
        };
        let aligned = sweep
            .records
            .iter()
            .filter(|record| record.lit >= enough && !index(record).is_nan())
            .reduce(|a, b| if index(b) > index(a) { b } else { a });
        Self {
            alignment: sweep.alignment(),
            lit_planes: sweep.lit_planes(),
            most_lit: best(&|a, b| a.lit.cmp(&b.lit)).map(|r| r.plane),
            highest_peak: best(&|a, b| a.peak.cmp(&b.peak)).map(|r| r.plane),
            most_aligned: aligned.map(|r| r.plane),
        }
    }
}

/// The window's worker.
pub type WindowWorker = Worker<Message>;

/// Asks for a file.
pub fn load(
    worker: &WindowWorker,
    path: PathBuf,
    key: Option<String>,
    purpose: LoadAs,
    show: bool,
) {
    let name = file_name(&path);
    worker.submit(Lane::Load, format!("Opening {name}"), move |context| {
        context.progress(0, 0);
        let message = match run_load(&path, key.as_deref(), &purpose, show, context.cancel()) {
            Ok(message) => message,
            Err(DataError::Cancelled) => return,
            Err(DataError::SeveralArrays { keys: arrays, .. }) => Message::Several {
                path,
                arrays,
                purpose,
            },
            Err(error) => Message::LoadFailed {
                error: error.to_string(),
                path,
            },
        };
        context.say(message);
    });
}

/// Opens the bundled sample.
pub fn load_sample(worker: &WindowWorker) {
    worker.submit(Lane::Load, "Opening the sample", move |context| {
        let layer = data::sample()
            .and_then(|dump| Layer::new(dump, None, true, context.cancel()))
            .map(Arc::new);
        let path = PathBuf::new();
        context.say(match layer {
            Ok(layer) => Message::Opened {
                layer,
                show: true,
                path,
            },
            Err(error) => Message::LoadFailed {
                error: error.to_string(),
                path,
            },
        });
    });
}

/// Whether a file's name says that it holds a basis.
#[must_use]
pub fn is_named_basis(path: &std::path::Path) -> bool {
    file_name(path).to_lowercase().contains("basis")
}

fn basis_error(file: &str, source: BasisError) -> DataError {
    DataError::Basis {
        file: file.to_owned(),
        source,
    }
}

fn file_name(path: &std::path::Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    name.to_string_lossy().into_owned()
}

fn run_load(
    path: &std::path::Path,
    key: Option<&str>,
    purpose: &LoadAs,
    show: bool,
    cancel: &AtomicBool,
) -> Result<Message, DataError> {
    match purpose {
        LoadAs::Activations => {
            let dump = data::load(path, key, cancel)?;
            let layer = Arc::new(Layer::new(dump, None, false, cancel)?);
            let path = path.to_owned();
            Ok(Message::Opened { layer, show, path })
        }
        LoadAs::Basis(layer) => {
            let matrix = data::load_matrix(path, key, cancel)?;
            set_basis(layer, Some((path, matrix)), cancel)
        }
        LoadAs::StandardBasis(layer) => set_basis(layer, None, cancel),
        LoadAs::Whichever(layer) => {
            if let Some(layer) = layer
                && is_named_basis(path)
                && let Ok(matrix) = data::load_matrix(path, key, cancel)
                && matrix.columns == layer.n_neurons()
            {
                return set_basis(layer, Some((path, matrix)), cancel);
            }
            run_load(path, key, &LoadAs::Activations, show, cancel)
        }
    }
}

fn set_basis(
    old: &Arc<Layer>,
    matrix: Option<(&std::path::Path, Matrix)>,
    cancel: &AtomicBool,
) -> Result<Message, DataError> {
    let path = matrix.as_ref().map(|(path, _)| (*path).to_owned());
    let basis = match matrix {
        None => None,
        Some((_, matrix)) => {
            let basis = UnitBasis::dense(matrix.values, matrix.rows, matrix.columns)
                .map_err(|e| basis_error(&matrix.file_name, e))?;
            Some((matrix.file_name, basis))
        }
    };
    let new = Arc::new(Layer::new(old.dump.clone(), basis, old.is_sample, cancel)?);
    Ok(Message::BasisSet {
        old: Arc::clone(old),
        new,
        path,
    })
}

/// Asks for the curves of `planes`, the most urgent first.
pub fn curves(
    worker: &WindowWorker,
    layer: &Arc<Layer>,
    planes: Vec<Plane>,
    epsilon: Epsilon,
    grid: AngleGrid,
    sign: Sign,
) -> Generation {
    let layer = Arc::clone(layer);
    worker.submit(Lane::Curve, "Curve", move |context| {
        let curves: Result<Vec<Curve>, _> = planes
            .into_iter()
            .map(|plane| {
                curve(
                    &layer.coordinates,
                    plane,
                    epsilon,
                    &grid,
                    sign,
                    context.cancel(),
                )
            })
            .collect();
        if let Ok(curves) = curves {
            context.say(Message::Curves(curves));
        }
    })
}

/// Asks for a sweep.
pub fn sweep_layer(worker: &WindowWorker, layer: &Arc<Layer>, spec: SweepSpec) -> Generation {
    let layer = Arc::clone(layer);
    worker.submit(Lane::Sweep, "Sweeping", move |context| {
        let started = Instant::now();
        let bytes = spec.planes.len().saturating_mul(spec.grid.count() * 4);
        let fits = bytes <= CURVES_CAP_BYTES && i32::try_from(layer.n_samples()).is_ok();
        let mut keeper = Keeper {
            context,
            counts: fits.then(|| Vec::with_capacity(bytes / 4)),
        };
        let Ok(result) = sweep(&layer.coordinates, &spec, context.cancel(), &mut keeper) else {
            return;
        };
        let counts = keeper.counts.take().map(Arc::new);
        context.say(Message::Swept {
            highlights: Highlights::new(&result),
            sweep: Arc::new(result),
            layer: Arc::clone(&layer),
            counts,
            took: started.elapsed(),
        });
    })
}

/// Keeps the curves of a running sweep where they fit, and serves what is more
/// urgent between two blocks.
struct Keeper<'a> {
    context: &'a Context<Message>,
    counts: Option<Vec<i32>>,
}

impl Observer for Keeper<'_> {
    fn wants_curves(&self) -> bool {
        self.counts.is_some()
    }

    fn block(&mut self, block: &Block<'_>) -> ControlFlow<()> {
        if let Some(counts) = &mut self.counts {
            // N fits an i32, or there would be no counts here.
            counts.extend(
                block
                    .curves
                    .iter()
                    .map(|&c| i32::try_from(c).unwrap_or(i32::MAX)),
            );
        }
        self.context.progress(block.done, block.total);
        self.context.yield_now();
        ControlFlow::Continue(())
    }
}
