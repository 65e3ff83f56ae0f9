//! From files to a layer that can be swept, for every subcommand alike.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::args::InputArgs;
use super::failure::Failure;
use super::interrupt::Interrupt;
use super::report;
use crate::data::{self, DataError, Dump, FileStamp};
use crate::session::{BasisSource, Hash, HashJob, Options, OptionsError, Resolved, Source};
use crate::srm::{Coordinates, Epsilon, UnitBasis, overview_among};
use crate::table::Seconds;

/// A layer seen from its basis.
#[derive(Debug)]
pub(super) struct Layer {
    /// The activations as they were read.
    pub dump: Dump,
    pub coordinates: Coordinates,
    pub source: Source,
    pub basis: Option<BasisSource>,
    pub seconds: Seconds,
    /// The files of the activations and of the basis as they were when opened.
    stamps: [Option<FileStamp>; 2],
}

impl Layer {
    /// Reads the activations and the basis and brings them together.
    pub fn read(args: &InputArgs, interrupt: &Interrupt) -> Result<Self, Failure> {
        let started = Instant::now();
        let cancel = interrupt.flag();
        let dump = data::load(&args.acts, &args.pick(), cancel)?;
        let mut stamps = [dump.stamp, None];
        let mut basis = None;
        if let Some(path) = &args.basis {
            let matrix = data::load_matrix(path, &args.basis_pick(), cancel)
                .map_err(|e| for_basis(e.into()))?;
            stamps[1] = matrix.stamp;
            let source = BasisSource::of(&matrix);
            let (m, d) = (matrix.rows, matrix.columns);
            let unit = UnitBasis::dense_cancellable(matrix.values, m, d, cancel)
                .map_err(|e| DataError::not_a_basis(&source.file_name, e))??;
            basis = Some((source, unit));
        }
        let read = started.elapsed();
        let started = Instant::now();
        let source = Source::of(&dump);
        let (coordinates, basis) = match basis {
            None => (Coordinates::standard(Arc::clone(&dump.activations)), None),
            Some((source, unit)) => {
                let samples = Arc::clone(&dump.activations);
                let coordinates = Coordinates::prepare(samples, Arc::new(unit), cancel)
                    .map_err(|e| DataError::not_a_basis(&source.file_name, e))??;
                (coordinates, Some(source))
            }
        };
        Ok(Self {
            coordinates,
            source,
            basis,
            seconds: Seconds {
                read: read.as_secs_f64(),
                prepare: started.elapsed().as_secs_f64(),
                ..Seconds::default()
            },
            stamps,
            dump,
        })
    }

    /// Makes the options good for this layer.
    pub fn resolve(
        &mut self,
        options: &Options,
        interrupt: &Interrupt,
    ) -> Result<Resolved, Failure> {
        let started = Instant::now();
        let resolved = options.resolve(&self.coordinates, None, interrupt.flag())?;
        self.seconds.prepare += started.elapsed().as_secs_f64();
        Ok(resolved)
    }

    /// Says how it was read, what was left out and what came of the options.
    pub fn say_notes(&self, options: &Options, resolved: &Resolved) -> Result<(), Failure> {
        self.say_ground(options)?;
        if resolved.auto_undefined {
            report::auto_undefined();
        }
        Ok(())
    }

    /// Says how it was read and which samples and vectors there are, where that is not
    /// all.
    pub fn say_ground(&self, options: &Options) -> Result<(), Failure> {
        let basis = self.coordinates.basis();
        let subset = options.neurons.resolve(basis).map_err(OptionsError::from)?;
        for note in &self.dump.notes {
            report::note(note);
        }
        report::notes(&self.coordinates, &subset, &self.dump.rows);
        if !subset.is_whole() {
            report::among(&options.neurons, &subset, basis.is_standard());
        }
        Ok(())
    }

    /// The epsilon that *auto* comes to, worked out if it is not known.
    pub fn auto(
        &mut self,
        resolved: &Resolved,
        interrupt: &Interrupt,
    ) -> Result<Option<Epsilon>, Failure> {
        let started = Instant::now();
        let auto = if let Some(overview) = &resolved.overview {
            overview.auto_epsilon
        } else {
            let subset = resolved.spec.planes.subset();
            overview_among(subset, &self.coordinates, interrupt.flag())?.auto_epsilon
        };
        self.seconds.prepare += started.elapsed().as_secs_f64();
        Ok(auto)
    }
}

/// The hashes of what was read, being worked out.
#[derive(Debug)]
pub(super) struct Hashes {
    acts: HashJob,
    basis: Option<HashJob>,
}

impl Hashes {
    /// Starts to hash the files that `layer` was read from, each on a thread of
    /// its own.
    pub fn start(args: &InputArgs, layer: &Layer, interrupt: &Interrupt) -> Self {
        let job = |path: &Path, stamp| HashJob::start(path, stamp, Arc::clone(interrupt.flag()));
        let [acts, basis] = layer.stamps;
        Self {
            acts: job(&args.acts, acts),
            basis: args.basis.as_deref().map(|path| job(path, basis)),
        }
    }

    /// Waits for the hashes, puts them where they belong and gives the time of
    /// the slowest.
    pub fn join(self, layer: &mut Layer) -> Result<Duration, Failure> {
        let Hash { sha256, mut took } = self.acts.join()?;
        layer.source.sha256 = Some(sha256);
        if let (Some(job), Some(basis)) = (self.basis, &mut layer.basis) {
            let hash = job.join()?;
            basis.sha256 = Some(hash.sha256);
            took = took.max(hash.took);
        }
        Ok(took)
    }
}

/// Runs `work` on a pool of so many threads; on all cores where none are named.
pub(super) fn on_threads(
    threads: Option<usize>,
    work: impl FnOnce() -> Result<(), Failure> + Send,
) -> Result<(), Failure> {
    let Some(threads) = threads else {
        return work();
    };
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .thread_name(|index| format!("sweep-{index}"))
        .build()
        .map_err(|e| Failure::Data(format!("{threads} threads cannot be started: {e}")))?;
    pool.install(work)
}

/// The reader of dumps speaks of `--key`; for a basis the option is another.
fn for_basis(failure: Failure) -> Failure {
    match failure {
        Failure::Usage(sentence) => Failure::Usage(sentence.replace("--key", "--basis-key")),
        other => other,
    }
}
