//! What the window asks of the worker: each a plain function of its request.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use super::message::{Highlights, Layer, LoadAs, LoadRequest, Message, WindowWorker};
use super::{Context, Generation, Lane};
use crate::data::{self, DataError, Matrix};
use crate::srm::{
    AngleGrid, Block, Cancelled, Curve, Epsilon, Observer, Plane, Sign, SweepSpec, UnitBasis,
    curve, sweep,
};
use crate::words::count;

/// Curves of all planes are kept while they fit under this; beyond it they are
/// made anew when the heatmap asks.
pub const CURVES_CAP_BYTES: usize = 512 << 20;

/// Asks for a file.
pub fn load(worker: &WindowWorker, request: LoadRequest) {
    let name = file_name(&request.path);
    worker.submit(
        Lane::Load,
        format!("Opening {name}"),
        move |context| match run_load(&request, context.cancel()) {
            Ok(message) => context.say(message),
            Err(DataError::Cancelled) => {}
            Err(DataError::SeveralArrays { keys, .. }) => context.say(Message::Several {
                arrays: data::list(&request.path).unwrap_or(keys),
                request: Box::new(request),
            }),
            Err(error) => context.say(Message::LoadFailed {
                error: error.to_string(),
                path: request.path,
            }),
        },
    );
}

/// Opens the bundled sample.
pub fn load_sample(worker: &WindowWorker) {
    worker.submit(Lane::Load, "Opening the sample", move |context| {
        let layer = data::sample()
            .and_then(|dump| Layer::new(dump, None, true, context.cancel()))
            .map(Arc::new);
        context.say(match layer {
            Ok(layer) => Message::Opened {
                layer,
                request: None,
                note: None,
            },
            Err(error) => Message::LoadFailed {
                error: error.to_string(),
                path: PathBuf::new(),
            },
        });
    });
}

/// Whether a file's name says that it holds a basis.
#[must_use]
pub fn is_named_basis(path: &Path) -> bool {
    file_name(path).to_lowercase().contains("basis")
}

fn file_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    name.to_string_lossy().into_owned()
}

fn run_load(request: &LoadRequest, cancel: &AtomicBool) -> Result<Message, DataError> {
    let key = request.key.as_deref();
    match &request.purpose {
        LoadAs::Basis(layer) => {
            let matrix = data::load_matrix(&request.path, key, cancel)?;
            set_basis(layer, Some(matrix), request, cancel)
        }
        LoadAs::StandardBasis(layer) => set_basis(layer, None, request, cancel),
        LoadAs::Whichever(Some(layer)) if is_named_basis(&request.path) => {
            match data::load_matrix(&request.path, key, cancel) {
                Ok(matrix) if matrix.columns == layer.n_neurons() => {
                    set_basis(layer, Some(matrix), request, cancel)
                }
                Ok(matrix) => {
                    let note = format!(
                        "named like a basis, but its {} do not fit the {} of {}",
                        count(matrix.columns as u64, "column"),
                        count(layer.n_neurons() as u64, "neuron"),
                        layer.name()
                    );
                    open_layer(request, Some(note), cancel)
                }
                Err(_) => open_layer(request, None, cancel),
            }
        }
        LoadAs::Activations | LoadAs::Whichever(_) => open_layer(request, None, cancel),
    }
}

fn open_layer(
    request: &LoadRequest,
    note: Option<String>,
    cancel: &AtomicBool,
) -> Result<Message, DataError> {
    let dump = data::load(&request.path, request.key.as_deref(), cancel)?;
    let layer = Arc::new(Layer::new(dump, None, false, cancel)?);
    let request = Some(Box::new(request.clone()));
    Ok(Message::Opened {
        layer,
        request,
        note,
    })
}

fn set_basis(
    old: &Arc<Layer>,
    matrix: Option<Matrix>,
    request: &LoadRequest,
    cancel: &AtomicBool,
) -> Result<Message, DataError> {
    let mut request = Box::new(request.clone());
    let basis = match matrix {
        None => None,
        Some(matrix) => {
            request.key = matrix.key;
            let (rows, columns) = (matrix.rows, matrix.columns);
            let basis = UnitBasis::dense_cancellable(matrix.values, rows, columns, cancel)
                .map_err(|e| DataError::not_a_basis(&matrix.file_name, e))?
                .map_err(|Cancelled| DataError::Cancelled)?;
            Some((matrix.file_name, basis))
        }
    };
    let new = Arc::new(Layer::new(old.dump.clone(), basis, old.is_sample, cancel)?);
    Ok(Message::BasisSet {
        old: Arc::clone(old),
        new,
        request,
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
        let fits = bytes <= CURVES_CAP_BYTES;
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
            counts.extend_from_slice(block.curves);
        }
        self.context.progress(block.done, block.total);
        self.context.yield_now();
        ControlFlow::Continue(())
    }
}
