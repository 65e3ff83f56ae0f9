//! `--significant`: planes that stand out against isotropic data, picked out of a sweep's
//! tables.

use std::time::{Duration, Instant};

use super::args::SweepArgs;
use super::failure::Failure;
use super::input::Layer;
use super::interrupt::Interrupt;
use super::output::{Shape, Wanted};
use super::report;
use super::sink::{self, Cap, Sink};
use crate::srm::{self, Sweep, SweepSpec};
use crate::table::{About, Judged, TableKind};
use crate::words;

/// Why signed sweeps are not judged.
pub(super) const NOT_OF_SIGNED: &str = "--significant goes by the largest count of a plane, and --signed counts differences: leave \
     one of them out";

/// Refuses the choice where nothing is tested.
pub(super) fn check(args: &SweepArgs) -> Result<(), Failure> {
    if args.significant.is_some() && args.spotlight.probes.signed {
        return Err(Failure::Usage(NOT_OF_SIGNED.to_owned()));
    }
    Ok(())
}

/// Refuses the choice for what is no table of planes.
pub(super) fn check_shape(args: &SweepArgs, shape: Option<Shape>) -> Result<(), Failure> {
    match shape {
        _ if args.significant.is_none() => Ok(()),
        Some(Shape::Text(_, TableKind::Planes | TableKind::Curves)) => Ok(()),
        _ => Err(Failure::Usage(
            "--significant picks rows of a table of planes or curves: name the file .csv, .tsv or \
             .json, or leave it out (an npz has q for every plane)"
                .to_owned(),
        )),
    }
}

/// What waits until the planes are known, and what does not.
pub(super) fn postponed(
    args: &SweepArgs,
    wanted: Option<Wanted>,
) -> (Option<Wanted>, Option<Wanted>) {
    match wanted {
        Some(wanted)
            if args.significant.is_some()
                && matches!(wanted.shape, Shape::Text(_, TableKind::Curves)) =>
        {
            (Some(wanted), None)
        }
        wanted => (None, wanted),
    }
}

/// How many planes a table leaves out.
pub(super) fn say_left_out(judged: &Judged<'_>) {
    if let Some(rate) = judged.only {
        let (shown, planes) = (judged.shown(), judged.significance.planes());
        report::note(&format!(
            "{} left out of the table: not significant at a false discovery rate of {}",
            words::part(
                (planes - shown) as u64,
                planes as u64,
                "plane",
                ["is", "are"]
            ),
            words::rate(rate),
        ));
    }
}

/// Sweeps the planes that were picked out of `sweep` once more, with their curves to where
/// they go. Gives the wall time spent writing.
pub(super) fn curves(
    wanted: Wanted,
    layer: &Layer,
    sweep: &Sweep,
    cap: Cap,
    about: &About<'_>,
    interrupt: &Interrupt,
) -> Result<Duration, Failure> {
    let started = Instant::now();
    let spec = picked(sweep, about);
    let bytes = sink::size(wanted.shape, &spec, sweep.n_samples, cap)?;
    let mut sink = Sink::begin(wanted, &spec, bytes, about, interrupt.flag())?;
    if !spec.planes.is_empty() {
        match srm::sweep(&layer.coordinates, &spec, interrupt.flag(), &mut sink) {
            Ok(_) => {}
            Err(cancelled) => return Err(sink.failure().unwrap_or(cancelled.into())),
        }
    }
    interrupt.finishing()?;
    sink.finish(sweep, about, interrupt.flag())?;
    Ok(started.elapsed())
}

/// The planes that the table shows.
fn picked(sweep: &Sweep, about: &About<'_>) -> SweepSpec {
    let least = about.judged.and_then(|judged| judged.least_peak());
    let places: Vec<u32> = (0..sweep.records.len())
        .filter(|&place| least.is_some_and(|least| sweep.records.peak_and_total(place).0 >= least))
        .map(|place| place as u32)
        .collect();
    SweepSpec {
        planes: sweep.spec.planes.part(&places),
        ..sweep.spec.clone()
    }
}
