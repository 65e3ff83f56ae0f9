//! What the window asks of the worker: each a plain function of its request.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::companion_job::{Companion, CompanionMessage};
use super::export_job::LayerLabels;
use super::heatmap_job::{HeatmapRequest, Look, Source, draw};
use super::message::{
    Heatmap, Highlights, Layer, LoadAs, LoadRequest, Message, Swept, WindowWorker,
};
use super::source_file::{BasisFile, SourceFile};
use super::{Context, Generation, Lane, companion_job, session_job};
use crate::data::{self, ArrayProblem, DataError, Dtype, Matrix};
use crate::session::{HashError, Listing, is_session_like};
use crate::srm::{
    AngleGrid, Block, Cancelled, ClassCurves, Classes, Coordinates, Curve, Draw, Epsilon,
    MOST_CLASS_COUNTS, Observer, Plane, PlaneSet, Sign, Significance, Spotlight, Subset, SweepSpec,
    UnitBasis, class_curves, class_light, curve, light_shares, most_lit_classes,
};
use crate::words::count;

/// Curves of all planes are kept while they fit under this; beyond it they are
/// made anew when the heatmap asks.
pub const CURVES_CAP_BYTES: usize = 128 << 20;

/// A layer of at most so many planes is swept at once,
const MOST_AT_ONCE: usize = 10_000;

/// if that is at most so many looks of a sample at a plane.
const MOST_LOOKS: usize = 500_000_000;

/// Planes of the first sample,
const FIRST_SAMPLE: usize = 4000;

/// fewer where that is more than so many looks,
const FIRST_LOOKS: usize = 200_000_000;

/// but so many at least.
const LEAST_SAMPLE: usize = 200;

/// What a second sample may take,
const SECOND_SAMPLE: Duration = Duration::from_millis(500);

/// after a first one that took so long: what is quicker says nothing of how long a
/// plane takes, since looking for so few planes takes as long.
const SLOW_SAMPLE: Duration = Duration::from_millis(60);

/// One seed, so that the planes stay the same while `ε` moves.
const SAMPLE_SEED: u64 = 0;

/// Asks for a file.
pub fn load(worker: &WindowWorker, request: LoadRequest) -> Generation {
    let name = file_name(&request.path);
    worker.submit(
        Lane::Load,
        format!("Opening {name}"),
        move |context| match run_load(&request, context) {
            Ok(None) | Err(DataError::Cancelled) => {}
            Ok(Some(message)) => {
                let labels = companion_job::of_table(&message);
                context.say(message);
                if let Some(labels) = labels {
                    context.say(labels);
                }
            }
            Err(error) => context.say(not_read(request, &error, context.cancel())),
        },
    )
}

/// What is said where a file was not read: what has to be known first, or why it
/// cannot be.
fn not_read(request: LoadRequest, error: &DataError, cancel: &AtomicBool) -> Message {
    let is_basis = matches!(request.purpose, LoadAs::Basis(_));
    let unpacked = match error {
        DataError::SeveralArrays { keys, .. } => {
            return Message::Several {
                arrays: data::list(&request.path, cancel).unwrap_or_else(|_| keys.clone()),
                request: Box::new(request),
            };
        }
        DataError::NoneFits { arrays, .. } if !is_basis && data::stacked(arrays).is_some() => {
            return Message::Several {
                arrays: arrays.clone(),
                request: Box::new(request),
            };
        }
        DataError::Array {
            key,
            problem: ArrayProblem::Rank(shape),
            ..
        } if !is_basis && shape.len() > 2 => {
            let arrays = data::list(&request.path, cancel).unwrap_or_default();
            let mut arrays = arrays.into_iter();
            let array = arrays.find(|array| array.key == *key);
            let mut request = Box::new(request);
            if !request.pick.read_as.stack {
                request.pick.key.clone_from(key);
            }
            return Message::Asks {
                request,
                shape: shape.clone(),
                dtype: array.and_then(|array| Dtype::named(&array.dtype)),
            };
        }
        DataError::Array {
            problem: ArrayProblem::OverLimit { unpacked, .. },
            ..
        } => Some(*unpacked),
        _ => None,
    };
    Message::LoadFailed {
        error: error.to_string(),
        path: request.path.clone(),
        request: Some(Box::new(request)),
        unpacked,
    }
}

/// Asks what a layer of a session is one of. Where that cannot be told any more, nothing
/// is said: the layer itself is there.
pub fn list_again(worker: &WindowWorker, layer: &Layer, listing: Listing) {
    let (id, file) = (layer.id, layer.file.path().to_owned());
    worker.submit(Lane::Load, "Listing files", move |context| {
        let found = match listing {
            Listing::Folder => file.parent().map(|folder| {
                let files = data::folder(folder).unwrap_or_default();
                let entries = files.into_iter().map(|file| (file, None)).collect();
                (folder.to_owned(), entries)
            }),
            Listing::Arrays => {
                let arrays = data::list(&file, context.cancel()).unwrap_or_default();
                let fitting = arrays.into_iter().filter(|array| array.problem.is_none());
                let entries = fitting.map(|array| (file.clone(), array.key)).collect();
                Some((file, entries))
            }
        };
        if let Some((path, entries)) = found {
            context.say(Message::Listed {
                layer: id,
                path,
                listing,
                entries,
            });
        }
    });
}

/// Opens the bundled sample.
pub fn load_sample(worker: &WindowWorker) {
    worker.submit(Lane::Load, "Opening the sample", move |context| {
        match sample_layer(context.cancel()) {
            Ok(layer) => {
                // First, so that what is shown at first is labelled.
                say_sample_companions(context);
                context.say(Message::Opened {
                    layer,
                    request: None,
                    note: None,
                });
            }
            Err(error) => context.say(Message::LoadFailed {
                error: error.to_string(),
                path: PathBuf::new(),
                request: None,
                unpacked: None,
            }),
        }
    });
}

/// Says what comes with the bundled sample.
pub(super) fn say_sample_companions(context: &Context<Message>) {
    let companions = sample_companions();
    context.say(Message::Companion(CompanionMessage::OfSample(companions)));
}

/// The labels and the pictures of the bundled sample.
pub(super) fn sample_companions() -> Vec<Arc<Companion>> {
    // Bundled files, tested as they are: without them there is still the layer.
    let both = Companion::of_sample(&AtomicBool::new(false));
    both.map_or_else(|_| Vec::new(), |both| both.map(Arc::new).into())
}

/// Whether a job was called off.
pub(super) fn is_off(context: &Context<Message>) -> bool {
    context.cancel().load(Ordering::Relaxed)
}

/// The bundled sample as a layer.
pub(super) fn sample_layer(cancel: &AtomicBool) -> Result<Arc<Layer>, DataError> {
    let dump = data::sample()?;
    let file = SourceFile::of_dump(&dump);
    Layer::new(dump, file, None, cancel).map(Arc::new)
}

/// Whether a file's name says that it holds a basis.
#[must_use]
pub fn is_named_basis(path: &Path) -> bool {
    file_name(path).to_lowercase().contains("basis")
}

pub(super) fn file_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    name.to_string_lossy().into_owned()
}

/// Reads a file as it is asked for. A session, which only its content may tell,
/// says itself what it finds.
fn run_load(
    request: &LoadRequest,
    context: &Context<Message>,
) -> Result<Option<Message>, DataError> {
    let pick = &request.pick;
    let cancel = context.cancel();
    let message = match &request.purpose {
        LoadAs::Basis(layer) => {
            let matrix = data::load_matrix(&request.path, pick, cancel)?;
            set_basis(layer, Some(matrix), request, cancel)
        }
        LoadAs::StandardBasis(layer) => set_basis(layer, None, request, cancel),
        LoadAs::Again(layer) => read_again(layer, request, cancel),
        LoadAs::Activations | LoadAs::Whichever(_) if request.path.is_dir() => {
            data::folder(&request.path).map(|files| Message::Folder {
                request: Box::new(request.clone()),
                files,
            })
        }
        LoadAs::Activations | LoadAs::Whichever(_) if is_session_like(&request.path) => {
            session_job::run(&request.path, &[], context);
            return Ok(None);
        }
        LoadAs::Whichever(Some(layer)) if is_named_basis(&request.path) => {
            match data::load_matrix(&request.path, pick, cancel) {
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
        LoadAs::Activations | LoadAs::Whichever(_) | LoadAs::Entry { .. } => {
            open_layer(request, None, cancel)
        }
    };
    message.map(Some)
}

fn open_layer(
    request: &LoadRequest,
    note: Option<String>,
    cancel: &AtomicBool,
) -> Result<Message, DataError> {
    let dump = data::load(&request.path, &request.pick, cancel)?;
    let file = SourceFile::of_dump(&dump);
    let layer = Arc::new(Layer::new(dump, file, None, cancel)?);
    let request = Some(Box::new(request.clone()));
    Ok(Message::Opened {
        layer,
        request,
        note,
    })
}

fn read_again(
    old: &Arc<Layer>,
    request: &LoadRequest,
    cancel: &AtomicBool,
) -> Result<Message, DataError> {
    let dump = data::load(&request.path, &request.pick, cancel)?;
    let file = SourceFile::of_dump(&dump);
    let basis = old.basis.as_ref().filter(|_| {
        let width = old.coordinates.basis().dimensions();
        width == dump.activations.n_neurons()
    });
    let basis = basis.map(|basis| (basis.clone(), (**old.coordinates.basis()).clone()));
    let new = Arc::new(Layer::new(dump, file, basis, cancel)?);
    Ok(Message::ReadAgain {
        old: Arc::clone(old),
        new,
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
            request.pick.key.clone_from(&matrix.key);
            Some(unit_basis(matrix, cancel)?)
        }
    };
    let new = Layer::new(old.dump.clone(), old.file.clone(), basis, cancel)?;
    let new = Arc::new(new);
    Ok(Message::BasisSet {
        old: Arc::clone(old),
        new,
        request,
    })
}

/// A matrix as a basis, with the file that it came from.
pub(super) fn unit_basis(
    matrix: Matrix,
    cancel: &AtomicBool,
) -> Result<(BasisFile, UnitBasis), DataError> {
    let file = BasisFile::of(&matrix);
    let (rows, columns) = (matrix.rows, matrix.columns);
    let unit = UnitBasis::dense_cancellable(matrix.values, rows, columns, cancel)
        .map_err(|e| DataError::not_a_basis(&matrix.file_name, e))?
        .map_err(|Cancelled| DataError::Cancelled)?;
    Ok((file, unit))
}

/// Asks for the hashes of the files of a layer.
pub fn hash(worker: &WindowWorker, layer: &Layer) {
    // Not the layer: it may be closed meanwhile.
    hash_files(worker, layer.id, layer.files().cloned().collect());
}

/// Asks for the hashes of the files of the layer or companion of that number.
pub(super) fn hash_files(worker: &WindowWorker, id: u64, files: Vec<SourceFile>) {
    worker.submit(Lane::Hash, "", move |context| {
        let cancel = context.cancel();
        let hashed = files
            .iter()
            .try_for_each(|file| file.hash(cancel).map(|_| ()));
        let error = match hashed {
            Err(HashError::Cancelled) => return,
            hashed => hashed.err().map(|error| error.to_string()),
        };
        context.say(Message::Hashed { layer: id, error });
    });
}

/// Curves that are asked for.
#[derive(Clone, Debug)]
pub struct CurvesRequest {
    /// Of these planes, the most urgent first.
    pub planes: Vec<Plane>,
    /// At that resolution scale.
    pub epsilon: Epsilon,
    /// At these angles.
    pub grid: AngleGrid,
    /// Signed or not.
    pub sign: Sign,
    /// How the first plane's is split by class, if it is.
    pub split: Option<Split>,
}

/// How a curve is split by class.
#[derive(Clone, Debug)]
pub struct Split {
    /// The classes.
    pub classes: Arc<Classes>,
    /// Those that have no curve of their own, ascending.
    pub hidden: Vec<u32>,
    /// How many of the others have, those that are lit most.
    pub most: usize,
}

/// Asks for curves.
pub fn curves(worker: &WindowWorker, layer: &Arc<Layer>, request: CurvesRequest) -> Generation {
    let layer = Arc::clone(layer);
    let asked = Instant::now();
    worker.submit(Lane::Curve, "Curve", move |context| {
        // What is called off has nothing to say.
        if let Ok((curves, split)) = run_curves(&layer.coordinates, &request, context.cancel()) {
            context.say(Message::Curves(curves, split, asked.elapsed()));
        }
    })
}

fn run_curves(
    coordinates: &Coordinates,
    request: &CurvesRequest,
    cancel: &AtomicBool,
) -> Result<(Vec<Curve>, Option<Arc<ClassCurves>>), Cancelled> {
    let (epsilon, grid, sign) = (request.epsilon, &request.grid, request.sign);
    let one = |&plane: &Plane| curve(coordinates, plane, epsilon, grid, sign, cancel);
    let curves: Result<Vec<Curve>, Cancelled> = request.planes.iter().map(one).collect();
    let (Some(split), Some(&plane)) = (&request.split, request.planes.first()) else {
        return Ok((curves?, None));
    };
    let classes = &split.classes;
    let (mut lit, _) = class_light(coordinates, plane, epsilon, classes, cancel)?;
    for &class in &split.hidden {
        lit[class as usize] = 0;
    }
    let most = split
        .most
        .min((MOST_CLASS_COUNTS / grid.count()).saturating_sub(2));
    let chosen = most_lit_classes(&lit, most);
    let parts = class_curves(
        coordinates,
        plane,
        epsilon,
        grid,
        sign,
        classes,
        (&chosen, &split.hidden),
        cancel,
    )?;
    Ok((curves?, Some(Arc::new(parts))))
}

/// Asks for the class of each of a layer's samples.
pub fn classes(worker: &WindowWorker, layer: Arc<Layer>, labels: LayerLabels) -> Generation {
    worker.submit(Lane::Classes, "", move |context| {
        context.say(Message::Classes(labels.classes(&layer)));
    })
}

/// Asks what the planes among some of a layer's vectors are like, of which the layer
/// itself tells then.
pub fn learn_among(worker: &WindowWorker, layer: &Arc<Layer>, subset: Subset) {
    let layer = Arc::clone(layer);
    worker.submit(Lane::Overview, "", move |context| {
        // What is called off is not known.
        let _ = layer.learn_among(&subset, context.cancel());
    });
}

/// Asks for a sweep: where it takes longer than a blink, of a sample of the planes
/// first. What it finds comes with a heatmap of that look, where curves are kept.
pub fn sweep_layer(
    worker: &WindowWorker,
    layer: &Arc<Layer>,
    spec: SweepSpec,
    look: Option<Look>,
) -> Generation {
    let layer = Arc::clone(layer);
    worker.submit(Lane::Sweep, "Sweeping", move |context| {
        // A sweep that is called off has nothing to say.
        let _ = run_sweep(&layer, &spec, look, context);
    })
}

fn run_sweep(
    layer: &Arc<Layer>,
    spec: &SweepSpec,
    look: Option<Look>,
    context: &Context<Message>,
) -> Result<(), Cancelled> {
    let started = Instant::now();
    let (coordinates, cancel) = (&layer.coordinates, context.cancel());
    let subset = spec.planes.subset();
    let spotlight = Spotlight::watched(
        subset,
        coordinates,
        spec.epsilon,
        &spec.grid,
        spec.sign,
        cancel,
        &mut || context.yield_now(),
    )?;
    let stages = Stages {
        context,
        layer,
        look,
        spotlight: Arc::new(spotlight),
        prepared: started.elapsed(),
    };
    let draw = |max_planes| {
        let seed = SAMPLE_SEED;
        let draw = Draw { max_planes, seed };
        PlaneSet::among(subset, coordinates.basis(), spec.planes.mode(), Some(draw))
    };
    let planes = spec.planes.len();
    if let Some(first) = first_sample(planes, coordinates.n_samples()) {
        let took = stages.sweep(&draw(first))?;
        if let Some(second) = second_sample(first, planes, took) {
            stages.sweep(&draw(second))?;
        }
        context.after_first_results();
    }
    stages.sweep(&spec.planes)?;
    Ok(())
}

/// How many planes are swept before all of them are; `None` where all take no
/// longer than a blink.
fn first_sample(planes: usize, n_samples: usize) -> Option<usize> {
    let quick = MOST_AT_ONCE.min(MOST_LOOKS / n_samples.max(1));
    let sample = FIRST_SAMPLE.min(FIRST_LOOKS / n_samples.max(1));
    (planes > quick.max(2 * LEAST_SAMPLE)).then_some(sample.max(LEAST_SAMPLE))
}

/// How many planes are swept after a first sample that took so long; `None` where
/// all of them take not much longer.
fn second_sample(first: usize, planes: usize, took: Duration) -> Option<usize> {
    let a_plane = took.as_secs_f64() / first.max(1) as f64;
    let sample = (SECOND_SAMPLE.as_secs_f64() / a_plane).round() as usize;
    let is_worth_it = took > SLOW_SAMPLE && sample > 2 * first && planes > 4 * sample;
    is_worth_it.then_some(sample)
}

/// The stages of one sweep: samples of the planes, then all of them.
struct Stages<'a> {
    context: &'a Context<Message>,
    layer: &'a Arc<Layer>,
    look: Option<Look>,
    spotlight: Arc<Spotlight>,
    /// How long the spotlight took.
    prepared: Duration,
}

impl Stages<'_> {
    /// Sweeps some planes and says what it found; how long the sweep took.
    fn sweep(&self, planes: &PlaneSet) -> Result<Duration, Cancelled> {
        let started = Instant::now();
        let context = self.context;
        let bytes = planes
            .len()
            .saturating_mul(self.spotlight.grid().count() * 4);
        let fits = bytes <= CURVES_CAP_BYTES;
        let mut keeper = Keeper {
            context,
            counts: fits.then(|| Vec::with_capacity(bytes / 4)),
        };
        let sweep = self
            .spotlight
            .sweep(planes, context.cancel(), &mut keeper)?;
        let took = started.elapsed();
        let source = Source {
            layer: self.layer.id,
            sweep: Arc::new(sweep),
            spotlight: Arc::clone(&self.spotlight),
            counts: keeper.counts.take().map(Arc::new),
            significance: None,
        };
        context.yield_now();
        let activations = self.layer.coordinates.activations();
        let (d, zero_rows) = (activations.n_neurons(), activations.zero_rows());
        let significance = Significance::of(&source.sweep, d, zero_rows).map(Arc::new);
        let highlights = Highlights::new(&source.sweep, significance.as_deref());
        let source = Source {
            significance,
            ..source
        };
        let shares = light_shares(&source.sweep).into();
        context.yield_now();
        let heatmap = self.heatmap(&source, &highlights)?;
        context.say(Message::Swept(Box::new(Swept {
            source,
            layer: Arc::clone(self.layer),
            highlights,
            shares,
            took: self.prepared + took,
            heatmap,
        })));
        Ok(took)
    }

    /// The heatmap that goes with a sweep: the two are shown together.
    fn heatmap(
        &self,
        source: &Source,
        highlights: &Highlights,
    ) -> Result<Option<Heatmap>, Cancelled> {
        let suits = |look: &Look| look.suits(&source.sweep, highlights.lit_planes);
        let Some(look) = self.look.filter(suits) else {
            return Ok(None);
        };
        if source.counts.is_none() {
            return Ok(None);
        }
        let request = HeatmapRequest {
            source: source.clone(),
            look,
            known: None,
        };
        draw(&request, self.context, drop)
            .ok_or(Cancelled)
            .map(Some)
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_layers_are_sampled_first_and_small_ones_are_not() {
        assert_eq!(first_sample(2016, 10_000), None);
        assert_eq!(first_sample(276, 1797), None);
        assert_eq!(first_sample(294_528, 50_000), Some(4000));
        assert_eq!(first_sample(19_900, 400), Some(4000));
        // Long rows make a plane slow, however few planes there are.
        assert_eq!(first_sample(8128, 1_000_000), Some(200));
        assert_eq!(first_sample(1, 1_000_000_000), None);
    }

    #[test]
    fn a_second_sample_is_for_sweeps_that_take_long() {
        let ms = Duration::from_millis;
        assert_eq!(second_sample(4000, 294_528, ms(25)), None);
        assert_eq!(second_sample(4000, 294_528, ms(100)), Some(20_000));
        assert_eq!(second_sample(4000, 30_000, ms(100)), None);
        assert_eq!(second_sample(4000, 294_528, ms(300)), None);
    }
}
