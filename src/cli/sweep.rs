//! `followspot sweep`: every privileged plane of a layer.

use std::ops::ControlFlow;
use std::time::Instant;

use super::args::SweepArgs;
use super::failure::Failure;
use super::input::{Hashes, Layer};
use super::interrupt::Interrupt;
use super::progress::Progress;
use super::{output, report};
use crate::session::Provenance;
use crate::srm::{self, Block, Epsilon, Observer, Sweep, SweepSpec};
use crate::table::{Facts, Ground, Lit, Statistics, Summary, SweepFile, counts_bytes};
use crate::words::{count, thousands};

/// Counts above this are written only when asked for by name.
const COUNTS_CAP_BYTES: u64 = 4_000_000_000;

pub(super) fn run(args: &SweepArgs, interrupt: &Interrupt) -> Result<(), Failure> {
    let run = &args.run;
    if run.output.is_none() && !run.json {
        return Err(Failure::Usage(
            "a sweep needs somewhere to go: give -o OUT.npz, --json, or both".to_owned(),
        ));
    }
    let out = output::open_if_asked(run, &args.input, interrupt)?;
    let mut layer = Layer::read(&args.input, interrupt)?;
    let hashes = run
        .output
        .is_some()
        .then(|| Hashes::start(&args.input, &layer, interrupt));
    let options = args.options();
    let resolved = layer.resolve(&options, interrupt)?;
    let spec = &resolved.spec;
    let size = counts_size(args, &layer, spec)?;
    layer.say_notes(&resolved);

    // From here on there is a bar to be wiped.
    interrupt.tidy_up_first();
    interrupt.check()?;
    let mut watch = Watch {
        file: None,
        progress: Progress::start("sweeping", spec.planes.len()),
    };
    if let (Some(path), Some(out)) = (&run.output, out) {
        let planes = spec.planes.iter();
        let n_samples = layer.coordinates.n_samples();
        let file = output::begin(out, path, &spec.grid, planes, n_samples, size)?;
        watch.file = Some(file);
    }
    let swept = swept(&mut layer, spec, watch, interrupt)?;
    let (sweep, file) = (&swept.0, swept.1);
    let auto = match sweep.lit_samples {
        0 => layer.auto(&resolved, interrupt)?,
        _ => None,
    };
    if let (Some(file), Some(hashes)) = (file, hashes) {
        layer.seconds.hash = Some(hashes.join(&mut layer)?.as_secs_f64());
        interrupt.finishing()?;
        let provenance = Provenance::new(
            layer.source.clone(),
            layer.basis.clone(),
            options.clone(),
            spec.epsilon,
        );
        let started = Instant::now();
        let before = file.took();
        file.finish(
            &facts(&layer, spec),
            &Statistics::Sweep(sweep),
            &provenance.to_json(),
        )?;
        layer.seconds.write = Some((before + started.elapsed()).as_secs_f64());
    }
    tell(args, &layer, spec, sweep, auto)
}

/// Bytes of counts that will be written, if any are.
fn counts_size(args: &SweepArgs, layer: &Layer, spec: &SweepSpec) -> Result<Option<u64>, Failure> {
    if args.run.output.is_none() || args.run.summary {
        return Ok(None);
    }
    let planes = spec.planes.len() as u64;
    let angles = spec.grid.count();
    let bytes = counts_bytes(planes, angles, layer.coordinates.n_samples());
    if bytes > COUNTS_CAP_BYTES && !args.counts {
        return Err(Failure::Usage(format!(
            "the counts of {} × {} angles would take {}: add --summary to leave them out, or \
             --counts to write them all the same",
            count(planes, "plane"),
            thousands(angles as u64),
            report::bytes(bytes),
        )));
    }
    Ok(Some(bytes))
}

/// Sweeps, with the counts going to the file as they come.
fn swept(
    layer: &mut Layer,
    spec: &SweepSpec,
    mut watch: Watch,
    interrupt: &Interrupt,
) -> Result<(Sweep, Option<SweepFile>), Failure> {
    let writing = |watch: &Watch| watch.file.as_ref().map_or(0.0, |f| f.took().as_secs_f64());
    let before = writing(&watch);
    let started = Instant::now();
    let swept = srm::sweep(&layer.coordinates, spec, interrupt.flag(), &mut watch);
    layer.seconds.sweep = started.elapsed().as_secs_f64() - (writing(&watch) - before);
    let Watch { file, progress } = watch;
    drop(progress);
    match swept {
        Ok(sweep) => Ok((sweep, file)),
        Err(cancelled) => Err(file
            .and_then(SweepFile::failure)
            .map_or_else(|| cancelled.into(), Failure::from)),
    }
}

fn tell(
    args: &SweepArgs,
    layer: &Layer,
    spec: &SweepSpec,
    sweep: &Sweep,
    auto: Option<Epsilon>,
) -> Result<(), Failure> {
    let neurons = layer.coordinates.activations().n_neurons();
    if sweep.lit_samples == 0 {
        report::dark("in any plane", spec.epsilon, sweep.nearest, auto);
    } else {
        report::result(
            &format!("{} swept", count(sweep.records.len() as u64, "plane")),
            args.spotlight.epsilon,
            spec.epsilon,
            neurons,
            &format!(
                "{} of {} lit in {} of them",
                thousands(sweep.lit_samples as u64),
                count(sweep.n_samples as u64, "sample"),
                thousands(sweep.lit_planes() as u64),
            ),
            &sweep.alignment(),
        );
    }
    if !args.run.json {
        return Ok(());
    }
    print_summary(layer, spec, &Lit::of_sweep(sweep))
}

/// What `--json` prints.
pub(super) fn print_summary(layer: &Layer, spec: &SweepSpec, lit: &Lit) -> Result<(), Failure> {
    let (coordinates, seconds) = (&layer.coordinates, layer.seconds);
    let ground = Ground::of(coordinates, &spec.planes);
    let summary = Summary::new(ground, spec.epsilon, lit, seconds);
    report::to_stdout(|out| writeln!(out, "{}", summary.to_json()))
}

/// What stands beside the statistics in the file.
pub(super) fn facts(layer: &Layer, spec: &SweepSpec) -> Facts {
    let activations = layer.coordinates.activations();
    Facts {
        n_samples: activations.n_samples(),
        excluded_rows: activations.excluded_rows().len(),
        zero_rows: activations.zero_rows(),
        planes_in_all: spec.planes.in_all(),
        epsilon: spec.epsilon.get(),
    }
}

/// Looks on at the sweep: counts to the file, progress to the bar.
struct Watch {
    file: Option<SweepFile>,
    progress: Progress,
}

impl Observer for Watch {
    fn wants_curves(&self) -> bool {
        self.file.as_ref().is_some_and(Observer::wants_curves)
    }

    fn block(&mut self, block: &Block<'_>) -> ControlFlow<()> {
        self.progress.at(block.done);
        match &mut self.file {
            Some(file) if file.wants_curves() => file.block(block),
            _ => ControlFlow::Continue(()),
        }
    }
}
