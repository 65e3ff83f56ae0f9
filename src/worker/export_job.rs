//! Figures beside the window: how one will look, its file, its picture for the
//! clipboard. What takes time is gathered once and kept for as long as the options
//! ask for the same.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

use super::companion_job::{Companion, Holds};
use super::jobs::file_name;
use super::message::{Layer, Message, WindowWorker};
use super::session_job::add_hashes;
use super::{Context, Generation, Lane};
use crate::figure::{
    Date, Figure, FigureFailure, FigureLayer, Format, Known, Material, Needs, Watch, gather,
    prepare,
};
use crate::scene::{Fonts, OwnFont, Raster};
use crate::session::{Options, Session};
use crate::srm::{Cancelled, Classes};
use crate::table::{OutFile, TableError};

/// What a figure is to be made of.
#[derive(Clone, Debug)]
pub struct FigureRequest {
    /// What it shows, and how.
    pub session: Session,
    /// The layers of the session, in its order.
    pub layers: Vec<Arc<Layer>>,
    /// Their whole sweeps by the session's options, where there are any.
    pub known: Vec<Option<Known>>,
    /// Whose classes their samples have, where any.
    pub labels: Vec<Option<LayerLabels>>,
    /// The reader's own font.
    pub font: Option<OwnFont>,
    /// What was gathered before.
    pub gathered: Gathered,
}

/// Labels of a layer's samples.
#[derive(Clone, Debug)]
pub struct LayerLabels {
    /// The labels.
    pub labels: Arc<Companion>,
    /// What their classes are called.
    pub names: Option<Arc<Companion>>,
    /// The classes, where they are known.
    pub known: Option<Arc<Classes>>,
}

impl LayerLabels {
    /// The classes of a layer's samples; `None` where the labels are those of others.
    pub(super) fn classes(&self, layer: &Layer) -> Option<Arc<Classes>> {
        if let Some(known) = &self.known {
            return Some(Arc::clone(known));
        }
        let Holds::Labels(labels) = &self.labels.holds else {
            return None;
        };
        let names = self.names.as_ref().and_then(|names| match &names.holds {
            Holds::ClassNames(names) => Some(names),
            _ => None,
        });
        layer.dump.classes(labels, names).map(Arc::new)
    }
}

/// What was gathered last, shared by all requests.
#[derive(Clone, Debug, Default)]
pub struct Gathered(Arc<Mutex<Option<Kept>>>);

#[derive(Clone, Debug)]
struct Kept {
    layers: Vec<u64>,
    needs: Needs,
    material: Arc<Material>,
    sweeps: Vec<KeptSweep>,
}

#[derive(Clone, Debug)]
struct KeptSweep {
    layer: u64,
    epsilon: Option<f64>,
    options: Options,
    known: Known,
}

impl Gathered {
    fn get(&self) -> Option<Kept> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.clone()
    }

    fn set(&self, kept: Kept) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(kept);
    }
}

/// How many pixels a picture has.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pixels {
    /// At most so many in width and height.
    pub within: [u32; 2],
    /// So many a millimetre; as many as fit where `None`.
    pub per_mm: Option<f64>,
}

impl Pixels {
    fn width(self, [width_mm, height_mm]: [f64; 2]) -> u32 {
        let [width, height] = self.within.map(f64::from);
        let most = width.min(height * width_mm / height_mm);
        let width = self
            .per_mm
            .map_or(most, |per_mm| most.min(per_mm * width_mm));
        (width.round() as u32).max(1)
    }
}

/// A figure as it will be, or why it cannot be.
#[derive(Clone, Debug)]
pub struct Preview {
    /// The picture, or the sentence.
    pub result: Result<Picture, String>,
}

/// A figure as it will be.
#[derive(Clone, Debug)]
pub struct Picture {
    /// Its pixels.
    pub raster: Arc<Raster>,
    /// Width and height of the page in millimetres.
    pub size_mm: [f64; 2],
    /// What is seen, in words.
    pub description: String,
    /// The session, with what the figure has to say of each layer.
    pub session: Box<Session>,
}

/// What is seen, after what is wrong with it.
fn described(figure: &Figure) -> String {
    let description = &figure.stamp().description;
    match figure.missing_letters() {
        "" => description.clone(),
        letters => format!("No font has {letters}: boxes stand for them. {description}"),
    }
}

/// Why there is no file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExportFailure {
    /// A file of that name is there.
    Exists,
    /// It was called off.
    Cancelled,
    /// A sentence.
    Said(String),
}

impl From<FigureFailure> for ExportFailure {
    fn from(failure: FigureFailure) -> Self {
        match failure {
            FigureFailure::Cancelled(Cancelled) => Self::Cancelled,
            FigureFailure::Table(error) => error.into(),
            other => Self::Said(other.to_string()),
        }
    }
}

impl From<TableError> for ExportFailure {
    fn from(error: TableError) -> Self {
        match error {
            TableError::Exists { .. } => Self::Exists,
            TableError::Cancelled(Cancelled) => Self::Cancelled,
            other => Self::Said(other.to_string()),
        }
    }
}

/// How an export ended.
#[derive(Clone, Debug)]
pub struct ExportEnded {
    /// The file.
    pub path: PathBuf,
    /// Why it was not written.
    pub result: Result<(), ExportFailure>,
}

/// A picture for the clipboard, or why there is none.
#[derive(Clone, Debug)]
pub struct CopyEnded {
    /// The picture.
    pub result: Result<Raster, ExportFailure>,
}

/// Asks for a picture of the figure as it will be; the newest request wins.
pub fn preview(worker: &WindowWorker, request: FigureRequest, pixels: Pixels) -> Generation {
    worker.submit(Lane::Preview, "Drawing the figure", move |context| {
        let picture = draw(&request, context).and_then(|figure| {
            let size_mm = figure.size_mm();
            Ok(Picture {
                raster: Arc::new(figure.picture(pixels.width(size_mm))?),
                size_mm,
                description: described(&figure),
                session: Box::new(figure.session().clone()),
            })
        });
        let result = match picture {
            Err(FigureFailure::Cancelled(Cancelled)) => return,
            other => other.map_err(|failure| failure.to_string()),
        };
        context.say(Message::Preview(Box::new(Preview { result })));
    })
}

/// Writes a figure whole or not at all. What is there is replaced only with `force`.
pub fn export(
    worker: &WindowWorker,
    request: FigureRequest,
    path: PathBuf,
    force: bool,
) -> Generation {
    let label = format!("Exporting {}", file_name(&path));
    worker.submit(Lane::Export, label, move |context| {
        let result = write_figure(request, &path, force, context).map_err(ExportFailure::from);
        context.say(Message::Exported(ExportEnded { path, result }));
    })
}

/// Makes a picture of a figure for the clipboard.
pub fn copy(worker: &WindowWorker, request: FigureRequest, pixels: Pixels) -> Generation {
    worker.submit(Lane::Export, "Copying the figure", move |context| {
        let picture = draw(&request, context)
            .and_then(|figure| figure.picture(pixels.width(figure.size_mm())));
        let result = picture.map_err(ExportFailure::from);
        context.say(Message::Copied(CopyEnded { result }));
    })
}

fn write_figure(
    mut request: FigureRequest,
    path: &Path,
    force: bool,
    context: &Context<Message>,
) -> Result<(), FigureFailure> {
    let format = Format::of_path(path)?;
    // Refused early, before anything is computed.
    drop(OutFile::create(path, force)?);
    add_hashes(&mut request.session, &request.layers, context.cancel());
    let figure = draw(&request, context)?;
    let bytes = figure.encode(format)?;
    let mut out = OutFile::create(path, force)?;
    out.write_all(&bytes).map_err(|source| TableError::Io {
        file: out.name().to_owned(),
        source,
    })?;
    check(context.cancel())?;
    Ok(out.finish()?)
}

/// Ends what was called off.
pub(super) fn check(cancel: &AtomicBool) -> Result<(), Cancelled> {
    if cancel.load(Relaxed) {
        return Err(Cancelled);
    }
    Ok(())
}

/// Draws a figure, gathering what the last one did not have already.
fn draw(request: &FigureRequest, context: &Context<Message>) -> Result<Figure, FigureFailure> {
    let cancel = context.cancel();
    let mut session = request.session.clone();
    let ids: Vec<u64> = request.layers.iter().map(|layer| layer.id).collect();
    let before = request.gathered.get();
    let mut layers = figure_layers(request, before.as_ref());
    let mut watch = Watching(context);
    prepare(&mut session, &mut layers, &mut watch, cancel)?;
    let needs = Needs::of(&session);
    let same = |kept: &Kept| kept.layers == ids && kept.needs == needs;
    let material = if let Some(kept) = before.filter(same) {
        kept.material
    } else {
        let material = Arc::new(gather(&session, &mut layers, &mut watch, cancel)?);
        let sweeps = sweeps(&session, &ids, &layers);
        request.gathered.set(Kept {
            layers: ids,
            needs,
            material: Arc::clone(&material),
            sweeps,
        });
        material
    };
    check(cancel)?;
    let date = if session.figure.date {
        Some(Date::now().map_err(FigureFailure::Date)?)
    } else {
        None
    };
    let fonts = Fonts {
        own: request.font.clone(),
    };
    let figure = Figure::draw(&session, &material, &fonts, date)?;
    check(cancel)?;
    Ok(figure)
}

/// The layers with what is known of their sweeps, from the window or from before.
fn figure_layers(request: &FigureRequest, before: Option<&Kept>) -> Vec<FigureLayer> {
    let session = &request.session;
    let known_before = |index: usize, layer: &Layer| {
        let record = session.layers.get(index)?;
        let same = |kept: &&KeptSweep| {
            kept.layer == layer.id
                && kept.epsilon == record.epsilon
                && kept.options == session.options
        };
        let kept = before?.sweeps.iter().find(same)?;
        Some(kept.known.clone())
    };
    let layers = request.layers.iter().zip(&request.known).enumerate();
    layers
        .map(|(index, (layer, known))| FigureLayer {
            coordinates: Arc::clone(&layer.coordinates),
            known: known.clone().or_else(|| known_before(index, layer)),
            classes: request
                .labels
                .get(index)
                .and_then(|labels| labels.as_ref()?.classes(layer)),
        })
        .collect()
}

/// The sweeps that are known now, for the next figure.
fn sweeps(session: &Session, ids: &[u64], layers: &[FigureLayer]) -> Vec<KeptSweep> {
    let all = session.layers.iter().zip(ids).zip(layers);
    all.filter_map(|((record, &layer), figure)| {
        Some(KeptSweep {
            layer,
            epsilon: record.epsilon,
            options: session.options.clone(),
            known: figure.known.clone()?,
        })
    })
    .collect()
}

struct Watching<'a>(&'a Context<Message>);

impl Watch for Watching<'_> {
    fn at(&mut self, _: &'static str, done: usize, total: usize) {
        self.0.progress(done, total);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_fits_into_what_there_is_for_it() {
        let check = |within, per_mm, width: u32| {
            let pixels = Pixels { within, per_mm };
            assert_eq!(pixels.width([100.0, 50.0]), width);
        };
        check([300, 300], None, 300);
        check([300, 100], None, 200);
        check([3000, 3000], Some(4.0), 400);
        check([300, 300], Some(4.0), 300);
        check([0, 0], None, 1);
    }
}
