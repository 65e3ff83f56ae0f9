//! `followspot plane`: the curves of chosen privileged planes.

use std::path::Path;
use std::time::Instant;

use super::args::PlaneArgs;
use super::classes::Labelling;
use super::failure::Failure;
use super::input::{Hashes, Layer};
use super::interrupt::Interrupt;
use super::output::{Shape, Wanted};
use super::{output, plane_classes, report, sweep};
use crate::session::{Options, Provenance, Resolved};
use crate::srm::{Curve, Epsilon, Plane, Significance, SweepSpec, curve, lit_samples};
use crate::table::{
    self, About, Curves, Format, Judged, Lit, OutFile, Rows, Statistics, TableKind, counts_bytes,
    curves_text_bytes, curves_tsv,
};
use crate::words::{count, thousands};

pub(super) fn run(args: &PlaneArgs, interrupt: &Interrupt) -> Result<(), Failure> {
    args.input.reading.check(None)?;
    let planes = ascending(&args.plane)?;
    let (wanted, split_file) = open(args, interrupt)?;
    let mut layer = Layer::read(&args.input, interrupt)?;
    for plane in &planes {
        exists(*plane, &layer)?;
    }
    let limit = args.input.reading.memory_limit();
    let labelling = match &args.classes.labels {
        None if args.classes.class_names.is_none() => None,
        _ => Labelling::read(&args.classes, &[&layer.dump], limit, interrupt.flag())?,
    };
    let classes = labelling.map(|labelling| labelling.of(&layer.dump));
    let classes = classes.transpose()?;
    let writes = wanted.is_some() || split_file.is_some();
    let hashes = writes.then(|| Hashes::start(&args.input, &layer, interrupt));
    let options = args.options();
    let resolved = layer.resolve(&options, interrupt)?;
    for plane in &planes {
        chosen(*plane, &resolved.spec, &options)?;
    }
    layer.say_notes(&options, &resolved)?;
    if let Some(wanted) = &wanted {
        announce(wanted, &planes, &layer, &resolved.spec);
    }
    let chosen = Chosen::look(&planes, &mut layer, &resolved.spec, interrupt)?;
    let auto = match chosen.lit_samples {
        0 => layer.auto(&resolved, interrupt)?,
        _ => None,
    };
    let spec = &resolved.spec;
    let split = classes
        .map(|classes| plane_classes::table(&layer, &chosen.curves, &classes, spec, interrupt));
    let split = split.transpose()?;
    if writes {
        sweep::join(hashes, &mut layer)?;
        interrupt.finishing()?;
    }
    if let Some(wanted) = wanted {
        write(args, &mut layer, &resolved, &chosen, wanted, interrupt)?;
    }
    if let (Some(file), Some(split)) = (split_file, &split) {
        let provenance = sweep::provenance(&layer, &args.options(), spec);
        let provenance = record(provenance, &chosen.curves);
        plane_classes::write(file, split, &args.classes, &provenance)?;
    }
    tell(args, &layer, spec, &chosen, auto)?;
    match split {
        Some(split) if !writes => report::to_stdout(|out| out.write_all(&split)),
        _ => Ok(()),
    }
}

/// What is to be written: the curves, or, with labels, those by class, which are a table
/// of their own.
fn open(
    args: &PlaneArgs,
    interrupt: &Interrupt,
) -> Result<(Option<Wanted>, Option<OutFile>), Failure> {
    let run = &args.run;
    if args.classes.labels.is_none() {
        let wanted = output::open_if_asked(run, &args.input, TableKind::Curves, interrupt)?;
        return Ok((wanted, None));
    }
    let other_format = run.format.is_some_and(|format| format != Format::Tsv);
    if other_format || run.table.is_some() || run.summary {
        return Err(Failure::Usage(
            "curves by class are one table, written as tsv: leave --table, --format and --summary \
             out"
            .to_owned(),
        ));
    }
    let path = run.output.as_deref().filter(|path| *path != Path::new("-"));
    if run.json && path.is_none() {
        return Err(Failure::Usage(
            "--json prints its summary to stdout as the curves by class are: give these a file with \
             -o"
            .to_owned(),
        ));
    }
    let file = path.map(|path| output::open_tsv(path, run.force, &args.input, interrupt));
    Ok((None, file.transpose()?))
}

/// The planes in the order of a sweep.
fn ascending(planes: &[Plane]) -> Result<Vec<Plane>, Failure> {
    let mut planes = planes.to_vec();
    planes.sort_unstable();
    match planes.windows(2).find(|pair| pair[0] == pair[1]) {
        None => Ok(planes),
        Some(twice) => Err(Failure::Usage(format!(
            "--plane {},{} is given twice: leave one out",
            twice[0].i, twice[0].j
        ))),
    }
}

/// The curves that were asked for.
struct Chosen {
    curves: Vec<Curve>,
    /// Samples lit in at least one of the planes.
    lit_samples: u64,
}

impl Chosen {
    fn look(
        planes: &[Plane],
        layer: &mut Layer,
        spec: &SweepSpec,
        interrupt: &Interrupt,
    ) -> Result<Self, Failure> {
        let started = Instant::now();
        let SweepSpec {
            epsilon,
            grid,
            sign,
            ..
        } = spec;
        let one = |&plane: &Plane| {
            let cancel = interrupt.flag();
            curve(&layer.coordinates, plane, *epsilon, grid, *sign, cancel)
        };
        let curves = planes.iter().map(one).collect::<Result<Vec<_>, _>>()?;
        let lit_samples = match &curves[..] {
            [only] => only.tally.lit,
            _ => lit_samples(&layer.coordinates, planes, *epsilon, grid, interrupt.flag())?,
        };
        layer.seconds.sweep = started.elapsed().as_secs_f64();
        Ok(Self {
            curves,
            lit_samples,
        })
    }

    fn lit(&self) -> Lit {
        Lit::of_curves(&self.curves, self.lit_samples)
    }

    /// In words: `b3 ∧ b7`, `3 planes`.
    fn name(&self) -> String {
        match &self.curves[..] {
            [only] => only.plane.to_string(),
            several => count(several.len() as u64, "plane"),
        }
    }
}

/// Refuses a pair that is no plane of the basis.
pub(super) fn exists(plane: Plane, layer: &Layer) -> Result<(), Failure> {
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

/// Refuses a plane of a vector that is not among those chosen.
pub(super) fn chosen(plane: Plane, spec: &SweepSpec, options: &Options) -> Result<(), Failure> {
    match options.neurons.leaves_out(plane, spec.planes.subset()) {
        None => Ok(()),
        Some(why) => Err(Failure::Usage(format!(
            "--plane {},{} is left out: {why}",
            plane.i, plane.j
        ))),
    }
}

/// Says what will be written.
fn announce(wanted: &Wanted, planes: &[Plane], layer: &Layer, spec: &SweepSpec) {
    let (grid, n_samples) = (&spec.grid, layer.coordinates.n_samples());
    let size = match wanted.shape {
        Shape::Npz => {
            let bytes = counts_bytes(planes.len() as u64, grid.count(), n_samples);
            format!("{} of counts", report::bytes(bytes))
        }
        Shape::NpzSummary => "without counts".to_owned(),
        Shape::Text(format, TableKind::Curves) => {
            let bytes = curves_text_bytes(format, &Rows::Each(planes), grid, n_samples);
            format!("at most {} of text", report::bytes(bytes))
        }
        Shape::Text(_, kind) => format!("a table of {}", kind.name()),
    };
    report::say(&format!(
        "writing {} × {} angles: {size} to {}",
        count(planes.len() as u64, "plane"),
        thousands(grid.count() as u64),
        wanted.name,
    ));
}

/// The record as one line of JSON.
fn record(provenance: Provenance, curves: &[Curve]) -> String {
    let mut planes: Vec<[u32; 2]> = curves.iter().map(|c| [c.plane.i, c.plane.j]).collect();
    let plane = (planes.len() == 1).then(|| planes.remove(0));
    Provenance {
        plane,
        planes,
        ..provenance
    }
    .to_json()
}

fn write(
    args: &PlaneArgs,
    layer: &mut Layer,
    resolved: &Resolved,
    chosen: &Chosen,
    wanted: Wanted,
    interrupt: &Interrupt,
) -> Result<(), Failure> {
    let started = Instant::now();
    let spec = &resolved.spec;
    let curves = Curves {
        curves: &chosen.curves,
        grid: &spec.grid,
        lit_samples: Some(chosen.lit_samples),
    };
    let statistics = Statistics::Curves(curves);
    let provenance = sweep::provenance(layer, &args.options(), spec);
    let activations = layer.coordinates.activations();
    let significance = Significance::of_curves(&chosen.curves, activations, spec);
    let about = About {
        facts: &sweep::facts(layer, spec),
        provenance: &record(provenance, &chosen.curves),
        judged: significance.as_ref().map(Judged::all),
    };
    let (format, kind) = match wanted.shape {
        Shape::Npz => (Format::Npz, TableKind::Curves),
        Shape::NpzSummary => (Format::Npz, TableKind::Planes),
        Shape::Text(format, kind) => (format, kind),
    };
    let cancel = interrupt.flag();
    match kind {
        TableKind::Curves => table::write_curves(wanted.out, format, &curves, &about, cancel),
        TableKind::Planes => table::write_planes(wanted.out, format, &statistics, &about, cancel),
        TableKind::Ensemble => {
            table::write_ensemble(wanted.out, format, &statistics, &about, cancel)
        }
    }?;
    layer.seconds.write = Some(started.elapsed().as_secs_f64());
    Ok(())
}

fn tell(
    args: &PlaneArgs,
    layer: &Layer,
    spec: &SweepSpec,
    chosen: &Chosen,
    auto: Option<Epsilon>,
) -> Result<(), Failure> {
    let (curves, lit) = (&chosen.curves, chosen.lit());
    if chosen.lit_samples == 0 {
        let nearest = curves.iter().map(|curve| curve.tally.nearest);
        let what = match curves.len() {
            1 => format!("in {}", chosen.name()),
            _ => "in any of the planes".to_owned(),
        };
        let asked = args.spotlight.cone.epsilon;
        report::dark(&what, (asked, spec.epsilon), nearest.reduce(f64::max), auto);
    } else {
        let of = count(layer.coordinates.n_samples() as u64, "sample");
        let in_how_many = match curves.len() {
            1 => String::new(),
            _ => format!(" in {} of them", thousands(lit.lit_planes as u64)),
        };
        let told = format!("{} of {of} lit{in_how_many}", thousands(chosen.lit_samples));
        report::result(
            &chosen.name(),
            args.spotlight.cone.epsilon,
            spec.epsilon,
            layer.coordinates.activations().n_neurons(),
            &told,
            &lit.alignment,
        );
    }
    let activations = layer.coordinates.activations();
    let significance = Significance::of_curves(curves, activations, spec);
    if let Some(significance) = &significance
        && chosen.lit_samples > 0
    {
        for curve in curves {
            let peak = curve.peak().map_or(0, |(_, peak)| peak);
            if let Some((chance, _)) = significance.at(peak) {
                report::chance(&curve.plane.to_string(), &chance);
            }
        }
    }
    if args.run.json {
        sweep::print_summary(layer, spec, &lit, significance.as_ref())
    } else if args.run.output.is_none() && args.classes.labels.is_none() {
        report::to_stdout(|mut out| curves_tsv(&mut out, curves, &spec.grid))
    } else {
        Ok(())
    }
}
