//! `followspot project`: the samples' projections on a plane, or on all.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::args::ProjectArgs;
use super::failure::Failure;
use super::input::{Hashes, Layer};
use super::interrupt::Interrupt;
use super::progress::Progress;
use super::{output, plane, report, sweep};
use crate::session::{PointsRecord, Provenance};
use crate::srm::{Cancelled, Onto, PointLimit, Projection, SweepSpec, project};
use crate::table::{About, write_points};
use crate::words::{count, percent, thousands};

pub(super) fn run(args: &ProjectArgs, interrupt: &Interrupt) -> Result<(), Failure> {
    // The seed draws points as well: it is never for nothing.
    let wanted = output::open_table(&args.out, &args.input, interrupt)?;
    let mut layer = Layer::read(&args.input, interrupt)?;
    if let Some(one) = args.plane {
        plane::exists(one, &layer)?;
    }
    let hashes = Hashes::start(&args.input, &layer, interrupt);
    let options = args.options();
    let resolved = layer.resolve(&options, interrupt)?;
    if let Some(one) = args.plane {
        plane::chosen(one, &resolved.spec, &options)?;
    }
    layer.say_notes(&options, &resolved)?;
    // From here on there is a bar to be wiped.
    interrupt.tidy_up_first();
    interrupt.check()?;
    let limit = PointLimit {
        most: args.most_points,
        seed: args.input.reading.seed.unwrap_or(0),
    };
    let started = Instant::now();
    let spec = &resolved.spec;
    let found = projected(args, &layer, spec, limit, interrupt)?;
    layer.seconds.sweep = started.elapsed().as_secs_f64();
    sweep::join(Some(hashes), &mut layer)?;
    interrupt.finishing()?;
    let provenance = Provenance {
        plane: args.plane.map(|plane| [plane.i, plane.j]),
        points: Some(PointsRecord {
            most: limit.most as u64,
            seed: limit.seed,
        }),
        ..sweep::provenance(&layer, &options, spec)
    };
    let about = About {
        facts: &sweep::facts(&layer, spec),
        provenance: &provenance.to_json(),
        judged: None,
    };
    let row = |sample: usize| layer.dump.row_of_sample(sample).unwrap_or(sample);
    let cancel = interrupt.flag();
    write_points(wanted.out, wanted.format, &found, &row, &about, cancel)?;
    tell(args, spec, &layer, &found, &wanted.name);
    Ok(())
}

fn projected(
    args: &ProjectArgs,
    layer: &Layer,
    spec: &SweepSpec,
    limit: PointLimit,
    interrupt: &Interrupt,
) -> Result<Projection, Cancelled> {
    let onto = match args.plane {
        Some(plane) => Onto::Plane(plane),
        None => Onto::All(&spec.planes),
    };
    let coordinates = &layer.coordinates;
    let done = AtomicUsize::new(0);
    let over = AtomicUsize::new(0);
    let told = |samples: usize| {
        done.fetch_add(samples, Ordering::Relaxed);
    };
    std::thread::scope(|scope| {
        // The bar has a thread of its own: points come from all others.
        let bar = std::thread::Builder::new().name("progress".to_owned());
        let watching = bar.spawn_scoped(scope, || {
            let mut progress = Progress::of("projecting", "samples", coordinates.n_samples());
            while over.load(Ordering::Acquire) == 0 {
                progress.at(done.load(Ordering::Relaxed));
                std::thread::park_timeout(Duration::from_millis(50));
            }
        });
        let found = project(
            coordinates,
            onto,
            spec.epsilon,
            limit,
            &told,
            interrupt.flag(),
        );
        over.store(1, Ordering::Release);
        if let Ok(watching) = watching {
            watching.thread().unpark();
            // It only counts: were it to fail, the points are still there.
            let _ = watching.join();
        }
        found
    })
}

fn tell(args: &ProjectArgs, spec: &SweepSpec, layer: &Layer, found: &Projection, name: &str) {
    let onto = match args.plane {
        Some(plane) => plane.to_string(),
        None => count(found.planes as u64, "plane"),
    };
    let points = if found.is_drawn() {
        format!(
            "{} of {} points, drawn at random,",
            thousands(found.points.len() as u64),
            thousands(found.total)
        )
    } else {
        count(found.total, "point")
    };
    report::say(&format!(
        "{onto} at epsilon {} ({} of isotropic data in a cone): {points} of {} of {}: {name}",
        args.options().epsilon.tells(spec.epsilon),
        percent(
            spec.epsilon
                .null_share(layer.coordinates.activations().n_neurons())
        ),
        thousands(found.samples),
        count(found.n_samples as u64, "sample"),
    ));
    if found.beyond > 0 {
        report::note(&format!(
            "{} beyond the largest number there is and left out",
            match found.beyond {
                1 => "1 kept sample has a norm".to_owned(),
                n => format!("{} kept samples have norms", thousands(n)),
            }
        ));
    }
}
