//! Tables beside the window: what is shown, for other programs.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::export_job::{ExportEnded, ExportFailure, check};
use super::jobs::file_name;
use super::message::{Layer, Message, WindowWorker};
use super::session_job::add_hashes;
use super::{Context, Generation, Lane};
use crate::session::{Provenance, Session};
use crate::srm::{
    Block, Cancelled, Curve, Observer, Plane, Significance, Spotlight, Sweep, SweepSpec, curve,
    lit_samples,
};
use crate::table::{
    self, About, Curves, CurvesFile, Facts, Format, IdFormat, Judged, OutFile, Rows, Statistics,
    SweepFile, TableError,
};

/// What a table holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableOf {
    /// The curve of the selected plane.
    Selected,
    /// The curves of the selected and of the pinned planes.
    Pinned,
    /// Mean and standard deviation over all planes.
    Ensemble,
    /// The statistics of each plane.
    Planes,
    /// The curves of all planes.
    Everything,
    /// The rows of the array that samples are.
    SampleRows,
    /// The activations of samples.
    SampleActivations,
}

impl TableOf {
    /// All of them, as they are offered.
    pub const ALL: [Self; 7] = [
        Self::Selected,
        Self::Pinned,
        Self::Ensemble,
        Self::Planes,
        Self::Everything,
        Self::SampleRows,
        Self::SampleActivations,
    ];
}

/// A table that is asked for.
#[derive(Clone, Debug)]
pub struct TableRequest {
    /// What it holds.
    pub of: TableOf,
    /// The selected plane first, then those pinned.
    pub planes: Vec<Plane>,
    /// The window's session, of that layer alone.
    pub session: Session,
    /// The layer.
    pub layer: Arc<Layer>,
    /// The sweep of all planes that the choices ask for.
    pub spec: SweepSpec,
    /// That sweep and what it was swept with, if it is done.
    pub known: Option<(Arc<Sweep>, Arc<Spotlight>)>,
    /// The samples, in the order that they are listed in.
    pub samples: Option<Vec<u32>>,
}

/// Writes a table whole or not at all. What is there is replaced only with `force`.
pub fn export_table(
    worker: &WindowWorker,
    request: TableRequest,
    path: PathBuf,
    force: bool,
) -> Generation {
    let label = format!("Exporting {}", file_name(&path));
    worker.submit(Lane::Export, label, move |context| {
        let result = write(request, &path, force, context);
        context.say(Message::Exported(ExportEnded { path, result }));
    })
}

fn write(
    mut request: TableRequest,
    path: &Path,
    force: bool,
    context: &Context<Message>,
) -> Result<(), ExportFailure> {
    if let TableOf::SampleRows | TableOf::SampleActivations = request.of {
        return write_samples(&request, path, force, context);
    }
    let format = Format::of(path).ok_or_else(|| {
        let name = path.file_name().unwrap_or(path.as_os_str()).display();
        ExportFailure::Said(format!(
            "`{name}` is no kind of table: name it .csv, .tsv, .json or .npz"
        ))
    })?;
    let cancel = context.cancel();
    let out = OutFile::create(path, force)?;
    add_hashes(
        &mut request.session,
        std::slice::from_ref(&request.layer),
        cancel,
    );
    let facts = request.facts();
    let record = request.record();
    let about = About {
        facts: &facts,
        provenance: &record,
        judged: None,
    };
    match request.of {
        TableOf::Selected | TableOf::Pinned => {
            let (curves, lit) = request.curves(context).map_err(cancelled)?;
            let curves = Curves {
                curves: &curves,
                grid: &request.spec.grid,
                lit_samples: Some(lit),
            };
            let activations = request.layer.coordinates.activations();
            let significance = Significance::of_curves(curves.curves, activations, &request.spec);
            let about = About {
                judged: significance.as_ref().map(Judged::all),
                ..about
            };
            table::write_curves(out, format, &curves, &about, cancel)?;
        }
        TableOf::Ensemble | TableOf::Planes => {
            let (sweep, _) = request.swept(context).map_err(cancelled)?;
            let significance = request.significance(&sweep);
            let about = About {
                judged: significance.as_ref().map(Judged::all),
                ..about
            };
            let statistics = Statistics::Sweep(&sweep);
            if request.of == TableOf::Ensemble {
                table::write_ensemble(out, format, &statistics, &about, cancel)?;
            } else {
                table::write_planes(out, format, &statistics, &about, cancel)?;
            }
        }
        TableOf::Everything => request.everything(out, format, &about, context)?,
        // Written above.
        TableOf::SampleRows | TableOf::SampleActivations => {}
    }
    Ok(())
}

/// Writes what samples are, or what they hold.
fn write_samples(
    request: &TableRequest,
    path: &Path,
    force: bool,
    context: &Context<Message>,
) -> Result<(), ExportFailure> {
    let name = path.file_name().unwrap_or(path.as_os_str()).display();
    let said = |what: &str| ExportFailure::Said(format!("`{name}` {what}"));
    let (dump, cancel) = (&request.layer.dump, context.cancel());
    let Some(samples) = &request.samples else {
        return Err(ExportFailure::Said(
            "no sample is in the spotlight".to_owned(),
        ));
    };
    let format = IdFormat::of(path);
    if request.of == TableOf::SampleRows {
        let format = format.ok_or_else(|| said("can hold no row numbers: name it .npy or .csv"))?;
        let row = |&sample: &u32| {
            let sample = sample as usize;
            dump.row_of_sample(sample).unwrap_or(sample)
        };
        let out = OutFile::create(path, force)?;
        table::write_ids(out, format, samples.iter().map(row), cancel)?;
    } else {
        if format != Some(IdFormat::Npy) {
            return Err(said("can hold no activations: name it .npy"));
        }
        let out = OutFile::create(path, force)?;
        table::write_activations(out, dump, samples, cancel)?;
    }
    Ok(())
}

fn cancelled(Cancelled: Cancelled) -> ExportFailure {
    ExportFailure::Cancelled
}

impl TableRequest {
    fn facts(&self) -> Facts {
        let activations = self.layer.coordinates.activations();
        Facts {
            n_samples: activations.n_samples(),
            excluded_rows: activations.excluded_rows().len(),
            zero_rows: activations.zero_rows(),
            planes_in_all: self.spec.planes.in_all(),
            epsilon: self.spec.epsilon.get(),
        }
    }

    fn significance(&self, sweep: &Sweep) -> Option<Significance> {
        let activations = self.layer.coordinates.activations();
        Significance::of(sweep, activations.n_neurons(), activations.zero_rows())
    }

    /// The planes of a table of curves, in the order of a sweep.
    fn chosen(&self) -> Vec<Plane> {
        let mut planes = self.planes.clone();
        if self.of == TableOf::Selected {
            planes.truncate(1);
        }
        planes.sort_unstable();
        planes.dedup();
        planes
    }

    /// What it was made from, as one line of JSON.
    fn record(&self) -> String {
        let layer = self
            .session
            .layer()
            .cloned()
            .unwrap_or_else(|| self.layer.record());
        let options = self.session.options.clone();
        let record = Provenance::new(layer.source, layer.basis, options, self.spec.epsilon);
        let mut planes: Vec<[u32; 2]> = match self.of {
            TableOf::Selected | TableOf::Pinned => {
                self.chosen().iter().map(|p| [p.i, p.j]).collect()
            }
            _ => Vec::new(),
        };
        let plane = (planes.len() == 1).then(|| planes.remove(0));
        Provenance {
            plane,
            planes,
            ..record
        }
        .to_json()
    }

    /// The chosen planes' curves, and the samples that any of them lights.
    fn curves(&self, context: &Context<Message>) -> Result<(Vec<Curve>, u64), Cancelled> {
        let SweepSpec {
            epsilon,
            grid,
            sign,
            ..
        } = &self.spec;
        let (coordinates, cancel) = (&self.layer.coordinates, context.cancel());
        let planes = self.chosen();
        let one = |&plane: &Plane| curve(coordinates, plane, *epsilon, grid, *sign, cancel);
        let curves = planes.iter().map(one).collect::<Result<Vec<_>, _>>()?;
        let lit = match &curves[..] {
            [only] => only.tally.lit,
            _ => lit_samples(coordinates, &planes, *epsilon, grid, cancel)?,
        };
        Ok((curves, lit))
    }

    /// The sweep of all planes.
    fn swept(&self, context: &Context<Message>) -> Result<(Arc<Sweep>, Arc<Spotlight>), Cancelled> {
        if let Some(known) = &self.known {
            return Ok(known.clone());
        }
        let spotlight = self.spotlight(context)?;
        let mut sink = Sink::Nowhere;
        let sweep = sweep(&spotlight, &self.spec, &mut sink, context)?;
        Ok((Arc::new(sweep), spotlight))
    }

    fn spotlight(&self, context: &Context<Message>) -> Result<Arc<Spotlight>, Cancelled> {
        if let Some((_, spotlight)) = &self.known {
            return Ok(Arc::clone(spotlight));
        }
        let spec = &self.spec;
        let spotlight = Spotlight::among(
            spec.planes.subset(),
            &self.layer.coordinates,
            spec.epsilon,
            &spec.grid,
            spec.sign,
            context.cancel(),
        )?;
        Ok(Arc::new(spotlight))
    }

    /// The curves of all planes, written as they are swept.
    fn everything(
        &self,
        out: OutFile,
        format: Format,
        about: &About<'_>,
        context: &Context<Message>,
    ) -> Result<(), ExportFailure> {
        let spec = &self.spec;
        let spotlight = self.spotlight(context).map_err(cancelled)?;
        let mut sink = if format == Format::Npz {
            let mut file = SweepFile::begin(out, &spec.grid, spec.planes.iter())?;
            let (planes, n_samples) = (spec.planes.len(), about.facts.n_samples);
            file.begin_counts(planes, &spec.grid, n_samples)?;
            Sink::Npz(Box::new(file))
        } else {
            let rows = Rows::Swept(&spec.planes);
            let cancel = context.cancel();
            let file = CurvesFile::begin(out, format, &spec.grid, rows, about, cancel)?;
            Sink::Text(Box::new(file))
        };
        let swept = sweep(&spotlight, spec, &mut sink, context);
        match (swept, sink) {
            (Ok(sweep), Sink::Npz(file)) => {
                check(context.cancel()).map_err(cancelled)?;
                let significance = self.significance(&sweep);
                let about = About {
                    judged: significance.as_ref().map(Judged::all),
                    ..*about
                };
                file.finish(&about, &Statistics::Sweep(&sweep))?;
            }
            (Ok(_), Sink::Text(file)) => {
                check(context.cancel()).map_err(cancelled)?;
                file.finish()?;
            }
            (Ok(_), Sink::Nowhere) => {}
            (Err(Cancelled), sink) => {
                return Err(sink
                    .failure()
                    .map_or(ExportFailure::Cancelled, ExportFailure::from));
            }
        }
        Ok(())
    }
}

/// Where the curves of a sweep go.
enum Sink<'a> {
    Nowhere,
    Npz(Box<SweepFile>),
    Text(Box<CurvesFile<'a>>),
}

impl Sink<'_> {
    /// Why writing called the sweep off, if it did.
    fn failure(self) -> Option<TableError> {
        match self {
            Self::Nowhere => None,
            Self::Npz(file) => file.failure(),
            Self::Text(file) => file.failure(),
        }
    }
}

/// Sweeps, with the curves going where they go and the progress to whoever looks.
fn sweep(
    spotlight: &Spotlight,
    spec: &SweepSpec,
    sink: &mut Sink<'_>,
    context: &Context<Message>,
) -> Result<Sweep, Cancelled> {
    spotlight.sweep(
        &spec.planes,
        context.cancel(),
        &mut Watched { sink, context },
    )
}

struct Watched<'a, 'b> {
    sink: &'a mut Sink<'b>,
    context: &'a Context<Message>,
}

impl Observer for Watched<'_, '_> {
    fn wants_curves(&self) -> bool {
        match &self.sink {
            Sink::Nowhere => false,
            Sink::Npz(file) => file.wants_curves(),
            Sink::Text(file) => file.wants_curves(),
        }
    }

    fn block(&mut self, block: &Block<'_>) -> ControlFlow<()> {
        self.context.progress(block.done, block.total);
        match &mut self.sink {
            Sink::Nowhere => ControlFlow::Continue(()),
            Sink::Npz(file) => file.block(block),
            Sink::Text(file) => file.block(block),
        }
    }
}
