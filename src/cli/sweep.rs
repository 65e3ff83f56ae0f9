//! `followspot sweep`: every privileged plane of a layer.

use std::ops::ControlFlow;
use std::time::Instant;

use super::args::SweepArgs;
use super::failure::Failure;
use super::input::{Hashes, Layer};
use super::interrupt::Interrupt;
use super::output::Shape;
use super::progress::Progress;
use super::sink::{self, Cap, Sink};
use super::{output, report, significant};
use crate::session::{Options, Provenance};
use crate::srm::{self, Block, Epsilon, Observer, Significance, Sweep, SweepSpec};
use crate::table::{About, Facts, Ground, Judged, Lit, Summary, TableKind};
use crate::words::{count, thousands};

pub(super) fn run(args: &SweepArgs, interrupt: &Interrupt) -> Result<(), Failure> {
    args.input.reading.check(args.max_planes)?;
    let run = &args.run;
    if run.output.is_none() && !run.json {
        return Err(Failure::Usage(
            "a sweep needs somewhere to go: give -o OUT.npz, --json, or both".to_owned(),
        ));
    }
    significant::check(args)?;
    let wanted = output::open_if_asked(run, &args.input, TableKind::Planes, interrupt)?;
    let shape = wanted.as_ref().map(|wanted| wanted.shape);
    significant::check_shape(args, shape)?;
    let mut layer = Layer::read(&args.input, interrupt)?;
    let mut hashes = wanted
        .is_some()
        .then(|| Hashes::start(&args.input, &layer, interrupt));
    let options = args.options();
    let resolved = layer.resolve(&options, interrupt)?;
    let spec = &resolved.spec;
    let cap = if args.counts { Cap::Lifted } else { Cap::Kept };
    let n_samples = layer.coordinates.n_samples();
    // Of curves that are to be picked out, nobody knows yet how many there are.
    let (later, wanted) = significant::postponed(args, wanted);
    let size = match &wanted {
        Some(wanted) => sink::size(wanted.shape, spec, n_samples, cap)?,
        None => None,
    };
    layer.say_notes(&options, &resolved)?;
    // Such a table begins with the hash of what was read.
    if let Some(Shape::Text(_, TableKind::Curves)) = shape {
        join(hashes.take(), &mut layer)?;
    }

    // From here on there is a bar to be wiped.
    interrupt.tidy_up_first();
    interrupt.check()?;
    let facts = facts(&layer, spec);
    let mut watch = Watch {
        progress: Progress::start("sweeping", spec.planes.len()),
        sink: None,
    };
    if let Some(wanted) = wanted {
        let provenance = provenance(&layer, &options, spec).to_json();
        let about = About {
            facts: &facts,
            provenance: &provenance,
            judged: None,
        };
        watch.sink = Some(Sink::begin(wanted, spec, size, &about, interrupt.flag())?);
    }
    let (sweep, sink) = swept(&mut layer, spec, watch, interrupt)?;
    let auto = match sweep.lit_samples {
        0 => layer.auto(&resolved, interrupt)?,
        _ => None,
    };
    let activations = layer.coordinates.activations();
    let (d, zero_rows) = (activations.n_neurons(), activations.zero_rows());
    let significance = Significance::of(&sweep, d, zero_rows);
    let judged = significance.as_ref().map(|significance| Judged {
        significance,
        only: args.significant,
    });
    if let Some(judged) = judged {
        significant::say_left_out(&judged);
    }
    if let Some(wanted) = later {
        let provenance = provenance(&layer, &options, spec).to_json();
        let about = About {
            facts: &facts,
            provenance: &provenance,
            judged,
        };
        let took = significant::curves(wanted, &layer, &sweep, cap, &about, interrupt)?;
        layer.seconds.write = Some(took.as_secs_f64());
    }
    if let Some(sink) = sink {
        join(hashes, &mut layer)?;
        interrupt.finishing()?;
        let provenance = provenance(&layer, &options, spec);
        let about = About {
            facts: &facts,
            provenance: &provenance.to_json(),
            judged,
        };
        let took = sink.finish(&sweep, &about, interrupt.flag())?;
        layer.seconds.write = Some(took.as_secs_f64());
    }
    tell(args, &layer, &sweep, auto, significance.as_ref())
}

/// Waits for the hashes, if they are still awaited.
pub(super) fn join(hashes: Option<Hashes>, layer: &mut Layer) -> Result<(), Failure> {
    if let Some(hashes) = hashes {
        layer.seconds.hash = Some(hashes.join(layer)?.as_secs_f64());
    }
    Ok(())
}

/// The record of what `layer` comes to.
pub(super) fn provenance(layer: &Layer, options: &Options, spec: &SweepSpec) -> Provenance {
    let (source, basis) = (layer.source.clone(), layer.basis.clone());
    Provenance::new(source, basis, options.clone(), spec.epsilon)
}

/// Sweeps, with the counts going to the file as they come.
fn swept<'a>(
    layer: &mut Layer,
    spec: &SweepSpec,
    mut watch: Watch<'a>,
    interrupt: &Interrupt,
) -> Result<(Sweep, Option<Sink<'a>>), Failure> {
    let writing = |watch: &Watch| watch.sink.as_ref().map_or(0.0, |s| s.took().as_secs_f64());
    let before = writing(&watch);
    let started = Instant::now();
    let swept = srm::sweep(&layer.coordinates, spec, interrupt.flag(), &mut watch);
    layer.seconds.sweep = started.elapsed().as_secs_f64() - (writing(&watch) - before);
    let Watch { sink, progress } = watch;
    drop(progress);
    match swept {
        Ok(sweep) => Ok((sweep, sink)),
        Err(cancelled) => Err(sink.and_then(Sink::failure).unwrap_or(cancelled.into())),
    }
}

fn tell(
    args: &SweepArgs,
    layer: &Layer,
    sweep: &Sweep,
    auto: Option<Epsilon>,
    significance: Option<&Significance>,
) -> Result<(), Failure> {
    let spec = &sweep.spec;
    let neurons = layer.coordinates.activations().n_neurons();
    if sweep.lit_samples == 0 {
        let asked = args.spotlight.cone.epsilon;
        report::dark("in any plane", (asked, spec.epsilon), sweep.nearest, auto);
    } else {
        report::result(
            &format!("{} swept", count(sweep.records.len() as u64, "plane")),
            args.spotlight.cone.epsilon,
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
        report::significance(significance);
    }
    if !args.run.json {
        return Ok(());
    }
    print_summary(layer, spec, &Lit::of_sweep(sweep), significance)
}

/// What `--json` prints.
pub(super) fn print_summary(
    layer: &Layer,
    spec: &SweepSpec,
    lit: &Lit,
    significance: Option<&Significance>,
) -> Result<(), Failure> {
    let (coordinates, seconds) = (&layer.coordinates, layer.seconds);
    let ground = Ground::of(coordinates, &spec.planes);
    let summary = Summary::new(ground, spec.epsilon, lit, seconds).with_significance(significance);
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

/// Looks on at the sweep: counts to where they go, progress to the bar.
struct Watch<'a> {
    sink: Option<Sink<'a>>,
    progress: Progress,
}

impl Observer for Watch<'_> {
    fn wants_curves(&self) -> bool {
        self.sink.as_ref().is_some_and(Observer::wants_curves)
    }

    fn block(&mut self, block: &Block<'_>) -> ControlFlow<()> {
        self.progress.at(block.done);
        match &mut self.sink {
            Some(sink) => sink.block(block),
            None => ControlFlow::Continue(()),
        }
    }
}
