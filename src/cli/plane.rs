//! `followspot plane`: the curve of one privileged plane.

use std::time::Instant;

use super::args::PlaneArgs;
use super::failure::Failure;
use super::input::{Hashes, Layer};
use super::interrupt::Interrupt;
use super::{output, report, sweep};
use crate::session::{Options, Provenance};
use crate::srm::{Curve, Epsilon, Plane, SweepSpec, curve};
use crate::table::{Lit, Statistics, SweepFile, counts_bytes, plane_tsv};
use crate::words::{count, thousands};

pub(super) fn run(args: &PlaneArgs, interrupt: &Interrupt) -> Result<(), Failure> {
    let run = &args.run;
    let out = output::open_if_asked(run, &args.input, interrupt)?;
    let mut layer = Layer::read(&args.input, interrupt)?;
    exists(args.plane, &layer)?;
    let hashes = run
        .output
        .is_some()
        .then(|| Hashes::start(&args.input, &layer, interrupt));
    let options = args.options();
    let resolved = layer.resolve(&options, interrupt)?;
    layer.say_notes(&resolved);
    let spec = &resolved.spec;
    let n_samples = layer.coordinates.n_samples();
    let mut file = None;
    if let (Some(path), Some(out)) = (&run.output, out) {
        let size = (!run.summary).then(|| counts_bytes(1, spec.grid.count(), n_samples));
        let plane = std::iter::once(args.plane);
        file = Some(output::begin(
            out, path, &spec.grid, plane, n_samples, size,
        )?);
    }
    let started = Instant::now();
    let curve = curve(
        &layer.coordinates,
        args.plane,
        spec.epsilon,
        &spec.grid,
        spec.sign,
        interrupt.flag(),
    )?;
    layer.seconds.sweep = started.elapsed().as_secs_f64();
    let auto = match curve.tally.lit {
        0 => layer.auto(&resolved, interrupt)?,
        _ => None,
    };
    if let (Some(file), Some(hashes)) = (file, hashes) {
        layer.seconds.hash = Some(hashes.join(&mut layer)?.as_secs_f64());
        interrupt.finishing()?;
        write(args, &mut layer, &options, spec, &curve, file)?;
    }
    tell(args, &layer, spec, &curve, auto)
}

/// Refuses a pair that is no plane of the basis.
fn exists(plane: Plane, layer: &Layer) -> Result<(), Failure> {
    let basis = layer.coordinates.basis();
    let asked = format!("--plane {},{}", plane.i, plane.j);
    let last = basis.len() - 1;
    if plane.i.max(plane.j) as usize > last {
        let whose = if basis.is_standard() {
            count(basis.len() as u64, "neuron")
        } else {
            count(basis.len() as u64, "basis vector")
        };
        return Err(Failure::Usage(format!(
            "{asked} is not there: the layer has {whose}, numbered 0 to {last}"
        )));
    }
    if !basis.spans(plane) {
        return Err(Failure::Usage(format!(
            "{asked} is no plane: the two basis vectors are parallel"
        )));
    }
    Ok(())
}

fn write(
    args: &PlaneArgs,
    layer: &mut Layer,
    options: &Options,
    spec: &SweepSpec,
    curve: &Curve,
    mut file: SweepFile,
) -> Result<(), Failure> {
    let started = Instant::now();
    let before = file.took();
    if !args.run.summary {
        file.curve(&curve.counts)?;
    }
    let provenance = Provenance {
        plane: Some([curve.plane.i, curve.plane.j]),
        ..Provenance::new(
            layer.source.clone(),
            layer.basis.clone(),
            options.clone(),
            spec.epsilon,
        )
    };
    file.finish(
        &sweep::facts(layer, spec),
        &Statistics::Curve(curve, &spec.grid),
        &provenance.to_json(),
    )?;
    layer.seconds.write = Some((before + started.elapsed()).as_secs_f64());
    Ok(())
}

fn tell(
    args: &PlaneArgs,
    layer: &Layer,
    spec: &SweepSpec,
    curve: &Curve,
    auto: Option<Epsilon>,
) -> Result<(), Failure> {
    if curve.tally.lit == 0 {
        let what = format!("in {}", curve.plane);
        report::dark(&what, spec.epsilon, Some(curve.tally.nearest), auto);
    } else {
        report::result(
            &curve.plane.to_string(),
            args.spotlight.epsilon,
            spec.epsilon,
            layer.coordinates.activations().n_neurons(),
            &format!(
                "{} of {} lit",
                thousands(curve.tally.lit),
                count(curve.n_samples as u64, "sample"),
            ),
            &curve.alignment(),
        );
    }
    if args.run.json {
        sweep::print_summary(layer, spec, &Lit::of_curve(curve))
    } else if args.run.output.is_none() {
        report::to_stdout(|mut out| plane_tsv(&mut out, curve, &spec.grid))
    } else {
        Ok(())
    }
}
