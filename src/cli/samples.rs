//! `followspot samples`: the samples inside the spotlight.

use std::path::Path;

use serde::Serialize;

use super::args::SamplesArgs;
use super::classes::{Label, Labelling};
use super::failure::Failure;
use super::input::Layer;
use super::interrupt::Interrupt;
use super::output::{self, Target};
use super::{classes, plane, report};
use crate::srm::{
    Aim, AngleGrid, Classes, Coordinates, Enrichment, Epsilon, EpsilonChoice, LitSample, Pole,
    Sign, SweepSpec, curve, lit_at, nearest_in_plane,
};
use crate::table::{self, IdFormat, Labelled, SampleRow};
use crate::words::{self, count, percent, thousands};

/// Classes that the summary names.
const CLASSES_NAMED: usize = 10;

pub(super) fn run(args: &SamplesArgs, interrupt: &Interrupt) -> Result<(), Failure> {
    args.input.reading.check(None)?;
    let format = ids_format(args.ids.as_deref())?;
    npy_only(args.activations.as_deref())?;
    for path in args.ids.iter().chain(&args.activations) {
        table::OutFile::check(path, args.force)?;
    }
    let mut layer = Layer::read(&args.input, interrupt)?;
    let limit = args.input.reading.memory_limit();
    let (labelling, classes) = classes::of_dump(&args.classes, &layer.dump, limit, interrupt)?;
    let options = args.cone.options();
    if let Some(plane) = args.aim.plane {
        plane::exists(plane, &layer)?;
    }
    if let Some(pole) = args.aim.direction {
        exists(pole, &layer)?;
    }
    let resolved = layer.resolve(&options, interrupt)?;
    if let Some(plane) = args.aim.plane {
        plane::chosen(plane, &resolved.spec, &options)?;
    }
    layer.say_notes(&options, &resolved)?;
    let aim = aim(args, &layer.coordinates, &resolved.spec, interrupt)?;
    let epsilon = resolved.spec.epsilon;
    let mut inside = lit_at(&layer.coordinates, aim, epsilon, interrupt.flag())?;
    // Stable, so that ties stay in the order of their rows.
    inside.sort_by(|a, b| b.cosine.total_cmp(&a.cosine));
    let list = List {
        layer: &layer,
        inside: &inside,
        classes: classes.as_ref(),
    };
    if let Some((path, format)) = args.ids.as_deref().zip(format) {
        let out = open(path, args, interrupt)?;
        let rows: Vec<usize> = list.rows().map(|row| row.row).collect();
        interrupt.finishing()?;
        table::write_ids(out, format, rows.into_iter(), interrupt.flag())?;
        report::say(&wrote(path, "row number", inside.len()));
    }
    if let Some(path) = &args.activations {
        let out = open(path, args, interrupt)?;
        let samples: Vec<u32> = inside.iter().map(|lit| lit.sample).collect();
        interrupt.finishing()?;
        table::write_activations(out, &layer.dump, &samples, interrupt.flag())?;
        report::say(&wrote(path, "row", inside.len()));
    }
    list.summarise(aim, (options.epsilon, epsilon), labelling.as_ref());
    if inside.is_empty() {
        say_how_dark(args, &layer, aim, (options.epsilon, epsilon), interrupt)?;
    }
    if args.json {
        return list.json(labelling.as_ref());
    }
    if args.ids.is_some() || args.activations.is_some() {
        return Ok(());
    }
    let labelled = if classes.is_some() {
        Labelled::Yes
    } else {
        Labelled::No
    };
    report::to_stdout(|out| table::samples_tsv(out, list.rows(), labelled))
}

fn ids_format(path: Option<&Path>) -> Result<Option<IdFormat>, Failure> {
    let Some(path) = path else {
        return Ok(None);
    };
    let refused = || {
        Failure::Usage(format!(
            "--ids writes .npy or .csv: name {} so",
            path.display()
        ))
    };
    IdFormat::of(path).map(Some).ok_or_else(refused)
}

fn npy_only(path: Option<&Path>) -> Result<(), Failure> {
    match path {
        Some(path) if IdFormat::of(path) != Some(IdFormat::Npy) => Err(Failure::Usage(format!(
            "--activations writes .npy: name it {}",
            path.with_extension("npy").display()
        ))),
        _ => Ok(()),
    }
}

fn open(path: &Path, args: &SamplesArgs, interrupt: &Interrupt) -> Result<table::OutFile, Failure> {
    let reads: Vec<&Path> = [Some(&args.input.acts), args.input.basis.as_ref()]
        .into_iter()
        .chain([
            args.classes.labels.as_ref(),
            args.classes.class_names.as_ref(),
        ])
        .flatten()
        .map(AsRef::as_ref)
        .collect();
    let force = args.force;
    output::open(Target { path, force }, &reads, interrupt)
}

fn wrote(path: &Path, noun: &str, how_many: usize) -> String {
    format!("{}: {}", path.display(), count(how_many as u64, noun))
}

/// Refuses a direction of no vector.
fn exists(pole: Pole, layer: &Layer) -> Result<(), Failure> {
    let basis = layer.coordinates.basis();
    if (pole.vector as usize) < basis.len() {
        return Ok(());
    }
    let vectors = if basis.is_standard() {
        "neuron"
    } else {
        "basis vector"
    };
    Err(Failure::Usage(format!(
        "--direction {pole} is not there: the layer has {}, numbered 0 to {}",
        count(basis.len() as u64, vectors),
        basis.len() - 1
    )))
}

/// Where the spotlight points: at the peak of the plane's curve if nothing else is said.
fn aim(
    args: &SamplesArgs,
    coordinates: &Coordinates,
    spec: &SweepSpec,
    interrupt: &Interrupt,
) -> Result<Aim, Failure> {
    let plane = match (args.aim.plane, args.aim.direction) {
        (_, Some(pole)) => return Ok(Aim::Pole(pole)),
        (Some(plane), None) => plane,
        (None, None) => unreachable!("one of them is required"),
    };
    if let Some(angle_rad) = args.angle {
        return Ok(Aim::Plane { plane, angle_rad });
    }
    let (grid, cancel): (&AngleGrid, _) = (&spec.grid, interrupt.flag());
    let curve = curve(
        coordinates,
        plane,
        spec.epsilon,
        grid,
        Sign::Unsigned,
        cancel,
    )?;
    let angle_rad = curve.peak().map_or(0.0, |(index, _)| grid.angle_rad(index));
    Ok(Aim::Plane { plane, angle_rad })
}

/// Says from which epsilon on something would be inside.
fn say_how_dark(
    args: &SamplesArgs,
    layer: &Layer,
    aim: Aim,
    asked: (EpsilonChoice, Epsilon),
    interrupt: &Interrupt,
) -> Result<(), Failure> {
    let (coordinates, cancel) = (&layer.coordinates, interrupt.flag());
    if let Some(plane) = args.aim.plane.filter(|_| args.angle.is_none()) {
        let nearest = nearest_in_plane(coordinates, plane, cancel)?;
        report::dark_towards("at any angle of the plane", asked, nearest, None);
        return Ok(());
    }
    let mut all = lit_at(coordinates, aim, Epsilon::clamped(-1.0), cancel)?;
    all.sort_by(|a, b| b.cosine.total_cmp(&a.cosine));
    if let Some(first) = all.first() {
        let half = all[all.len().div_ceil(2) - 1].cosine;
        let half = Some(half).filter(|&half| half > 0.0);
        report::dark_towards("there", asked, first.cosine, half);
    }
    Ok(())
}

/// A sample as `--json` prints it.
#[derive(Serialize)]
struct Entry<'a> {
    row: usize,
    cosine: f64,
    /// `null` beyond the largest double.
    norm: f64,
    label: Option<Label<'a>>,
}

struct List<'a> {
    layer: &'a Layer,
    inside: &'a [LitSample],
    classes: Option<&'a Classes>,
}

impl List<'_> {
    fn rows(&self) -> impl Iterator<Item = SampleRow<'_>> {
        let dump = &self.layer.dump;
        self.inside.iter().map(|lit| {
            let sample = lit.sample as usize;
            let name = |classes: &'_ Classes| classes.of(sample).map(|class| class as usize);
            SampleRow {
                row: dump.row_of_sample(sample).unwrap_or(sample),
                cosine: lit.cosine,
                norm: dump.activations.norm(sample),
                label: self
                    .classes
                    .and_then(|classes| Some(classes.names()[name(classes)?].as_str())),
            }
        })
    }

    fn json(&self, labelling: Option<&Labelling>) -> Result<(), Failure> {
        let label = |sample: u32| {
            let class = self.classes?.of(sample as usize)?;
            labelling?.label(class, self.classes?)
        };
        let entries = self.rows().zip(self.inside).map(|(row, lit)| Entry {
            row: row.row,
            cosine: row.cosine,
            norm: row.norm,
            label: label(lit.sample),
        });
        report::json_list(entries)
    }

    /// Says how many are inside, and of which classes.
    fn summarise(
        &self,
        aim: Aim,
        (choice, epsilon): (EpsilonChoice, Epsilon),
        labelling: Option<&Labelling>,
    ) {
        let activations = self.layer.coordinates.activations();
        let (n, inside) = (activations.n_samples(), self.inside.len());
        let towards = match aim {
            Aim::Plane { plane, angle_rad } => {
                format!("{plane} at {:.2}°", angle_rad.to_degrees())
            }
            Aim::Pole(pole) => pole.to_string(),
        };
        report::say(&format!(
            "{towards}, {}: {} of {} inside ({})",
            report::cone(choice, epsilon, activations.n_neurons()),
            thousands(inside as u64),
            count(n as u64, "sample"),
            percent(inside as f64 / n as f64),
        ));
        let (Some(classes), Some(labelling)) = (self.classes, labelling) else {
            return;
        };
        if inside == 0 {
            return;
        }
        let lit = self.inside.iter().map(|lit| lit.sample);
        say_classes(&Enrichment::new(classes, lit), classes, labelling);
    }
}

/// Says which classes are inside, the most enriched first.
fn say_classes(enrichment: &Enrichment, classes: &Classes, labelling: &Labelling) {
    let mut inside: Vec<_> = enrichment.classes.iter().filter(|c| c.inside > 0).collect();
    inside.sort_by(|a, b| {
        let by_p = a.ln_p.total_cmp(&b.ln_p);
        by_p.then(b.inside.cmp(&a.inside))
            .then(a.class.cmp(&b.class))
    });
    report::say(&format!(
        "classes inside and outside ({}; p that so many are inside by chance: hypergeometric, \
         one-sided, Holm over {}):",
        labelling.says(),
        crate::data::classes(enrichment.classes.len()),
    ));
    for class in inside.iter().take(CLASSES_NAMED) {
        let size = class.inside + class.outside;
        report::say(&format!(
            "  {}: {} inside, {} outside ({} of those inside, {} of the class), p {}",
            classes.names()[class.class as usize],
            thousands(class.inside),
            thousands(class.outside),
            percent(class.inside as f64 / enrichment.inside as f64),
            percent(class.inside as f64 / size as f64),
            words::probability(class.ln_p_adjusted),
        ));
    }
    let more = inside.len().saturating_sub(CLASSES_NAMED);
    if more > 0 {
        report::say(&format!("  and {more} more"));
    }
    if enrichment.without[0] > 0 {
        let without = thousands(enrichment.without[0]);
        report::say(&format!("  without a class: {without} inside"));
    }
}
