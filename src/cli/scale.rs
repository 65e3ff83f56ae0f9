//! `followspot scale`: one plane at every epsilon.

use std::time::Instant;

use super::args::ScaleArgs;
use super::failure::Failure;
use super::input::{Hashes, Layer};
use super::interrupt::Interrupt;
use super::{output, plane, report, sweep};
use crate::session::{Provenance, ScaleAxis, ScalesRecord};
use crate::srm::{
    Epsilon, EpsilonChoice, Scales, ScalesError, SweepSpec, nearest_in_plane, scale_counts,
    scale_range,
};
use crate::table::{About, ScaleTable, write_scale};
use crate::words::thousands;

pub(super) fn run(args: &ScaleArgs, interrupt: &Interrupt) -> Result<(), Failure> {
    args.input.reading.check(None)?;
    let wanted = output::open_table(&args.out, &args.input, interrupt)?;
    let mut layer = Layer::read(&args.input, interrupt)?;
    plane::exists(args.plane, &layer)?;
    let hashes = Hashes::start(&args.input, &layer, interrupt);
    let options = args.options();
    let resolved = layer.resolve(&options, interrupt)?;
    layer.say_notes(&options, &resolved)?;
    let spec = &resolved.spec;
    let scales = scales(args, &layer, spec, interrupt)?;
    scales.check(&spec.grid)?;
    let started = Instant::now();
    let (coordinates, cancel) = (&layer.coordinates, interrupt.flag());
    let counts = scale_counts(
        coordinates,
        args.plane,
        &scales,
        &spec.grid,
        spec.sign,
        cancel,
    )?;
    layer.seconds.sweep = started.elapsed().as_secs_f64();
    sweep::join(Some(hashes), &mut layer)?;
    interrupt.finishing()?;
    let (first, last) = (scales.get()[0], scales.get()[scales.len() - 1]);
    let provenance = Provenance {
        plane: Some([args.plane.i, args.plane.j]),
        scales: Some(ScalesRecord {
            from: first.get(),
            to: last.get(),
            steps: scales.len(),
            axis: args.axis,
        }),
        ..sweep::provenance(&layer, &options, spec)
    };
    let about = About {
        facts: &sweep::facts(&layer, spec),
        provenance: &provenance.to_json(),
        judged: None,
    };
    let table = ScaleTable {
        counts: &counts,
        grid: &spec.grid,
        sign: spec.sign,
        n_neurons: layer.coordinates.activations().n_neurons(),
    };
    write_scale(wanted.out, wanted.format, &table, &about, interrupt.flag())?;
    report::say(&format!(
        "{} at {} epsilons from {} to {} × {} angles: {}",
        args.plane,
        thousands(scales.len() as u64),
        end(first, args.from),
        end(last, args.to),
        thousands(spec.grid.count() as u64),
        wanted.name,
    ));
    Ok(())
}

/// An end of the epsilons, as it was given if it was.
fn end(epsilon: Epsilon, given: Option<Epsilon>) -> String {
    given
        .map_or(EpsilonChoice::Auto, EpsilonChoice::Value)
        .tells(epsilon)
}

/// The epsilons that are asked for, the ends that are left open filled in.
fn scales(
    args: &ScaleArgs,
    layer: &Layer,
    spec: &SweepSpec,
    interrupt: &Interrupt,
) -> Result<Scales, Failure> {
    let (low, high) = if let (Some(from), Some(to)) = (args.from, args.to) {
        (from, to)
    } else {
        let cancel = interrupt.flag();
        let nearest = nearest_in_plane(&layer.coordinates, args.plane, cancel)?;
        let (low, high) = scale_range(nearest, spec.epsilon);
        (args.from.unwrap_or(low), args.to.unwrap_or(high))
    };
    if low >= high {
        return Err(Failure::Usage(format!(
            "the epsilons would run from {} to {}: give a larger --to or a smaller --from",
            end(low, args.from),
            end(high, args.to),
        )));
    }
    let scales = match args.axis {
        ScaleAxis::Epsilon => Scales::even(low, high, args.steps),
        ScaleAxis::HalfAngle => Scales::even_in_half_angle(low, high, args.steps),
    };
    Ok(scales?)
}

impl From<ScalesError> for Failure {
    fn from(error: ScalesError) -> Self {
        Self::Usage(error.to_string())
    }
}
