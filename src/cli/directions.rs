//! `followspot directions`: which neurons the samples gather about.

use std::f64::consts::LN_10;
use std::io::{self, Write};

use serde::Serialize;

use super::args::DirectionsArgs;
use super::classes::{Label, Labelling};
use super::failure::Failure;
use super::input::Layer;
use super::interrupt::Interrupt;
use super::{classes, report};
use crate::srm::{
    Aim, Classes, Direction, Epsilon, EpsilonChoice, Pole, Side, Subset, directions, lit_at,
};
use crate::table::field;
use crate::words::{self, count, percent, thousands};

pub(super) fn run(args: &DirectionsArgs, interrupt: &Interrupt) -> Result<(), Failure> {
    args.input.reading.check(None)?;
    let mut layer = Layer::read(&args.input, interrupt)?;
    let limit = args.input.reading.memory_limit();
    let (labelling, classes) = classes::of_dump(&args.classes, &layer.dump, limit, interrupt)?;
    let options = args.cone.options();
    let resolved = layer.resolve(&options, interrupt)?;
    layer.say_notes(&options, &resolved)?;
    let (epsilon, subset) = (resolved.spec.epsilon, resolved.spec.planes.subset());
    let (coordinates, cancel) = (&layer.coordinates, interrupt.flag());
    let found = directions(coordinates, subset, epsilon, classes.as_ref(), cancel)?;
    summarise(&found, &layer, (options.epsilon, epsilon), classes.as_ref());
    if found.first().is_none_or(|first| first.lit == 0) {
        say_how_dark(&layer, subset, (options.epsilon, epsilon), interrupt)?;
    }
    let shown = &found[..args.top.unwrap_or(found.len()).min(found.len())];
    let whose = labelling.as_ref().zip(classes.as_ref());
    if args.json {
        return report::json_list(shown.iter().map(|direction| Entry::of(direction, whose)));
    }
    report::to_stdout(|out| tsv(out, shown, classes.as_ref()))
}

/// Says from which epsilon on a direction would be lit, and half of the samples would be
/// about one.
fn say_how_dark(
    layer: &Layer,
    subset: &Subset,
    asked: (EpsilonChoice, Epsilon),
    interrupt: &Interrupt,
) -> Result<(), Failure> {
    let activations = layer.coordinates.activations();
    let mut nearest = vec![0.0f64; activations.n_samples()];
    let all = Epsilon::clamped(-1.0);
    for vector in subset.iter() {
        let side = Side::Plus;
        let aim = Aim::Pole(Pole { vector, side });
        for lit in lit_at(&layer.coordinates, aim, all, interrupt.flag())? {
            let nearest = &mut nearest[lit.sample as usize];
            *nearest = nearest.max(lit.cosine.abs());
        }
    }
    nearest.sort_by(|a, b| b.total_cmp(a));
    // Zero rows are about no direction, and stand last.
    let others = nearest.len() - activations.zero_rows();
    match nearest.first().filter(|_| others > 0) {
        Some(&largest) => {
            let half = nearest[others.div_ceil(2) - 1];
            report::dark_towards("about any direction", asked, largest, Some(half));
        }
        None => report::say("nothing is lit about any direction: every row is zero"),
    }
    Ok(())
}

/// Says how many directions are lit, and how `p` came about.
fn summarise(
    found: &[Direction],
    layer: &Layer,
    (choice, epsilon): (EpsilonChoice, Epsilon),
    classes: Option<&Classes>,
) {
    let lit = found.iter().filter(|one| one.lit > 0).count();
    let d = layer.coordinates.activations().n_neurons();
    let most = match found.first() {
        Some(first) if first.lit > 0 => {
            let inside = count(first.lit, "sample");
            format!(
                ", most about {}: {inside} ({})",
                first.pole,
                percent(first.share)
            )
        }
        _ => String::new(),
    };
    report::say(&format!(
        "{} of {} lit at {}{most}",
        thousands(lit as u64),
        count(found.len() as u64, "direction"),
        report::cone(choice, epsilon, d),
    ));
    let Some(classes) = classes else {
        return;
    };
    let with_samples = classes.sizes().iter().filter(|&&size| size > 0).count();
    report::say(&format!(
        "p that so many of the most common class are about a direction by chance: \
         hypergeometric, one-sided, Bonferroni over {}, Benjamini-Hochberg over {}",
        crate::data::classes(with_samples),
        count(lit as u64, "direction"),
    ));
}

/// A direction as `--json` prints it.
#[derive(Serialize)]
struct Entry<'a> {
    neuron: u32,
    sign: i8,
    lit: u64,
    share: f64,
    null_share: f64,
    /// Of so many or more of isotropic data; 0 where it is smaller than doubles are.
    p_null: f64,
    log10_p_null: f64,
    class: Option<Label<'a>>,
    class_lit: Option<u64>,
    precision: Option<f64>,
    recall: Option<f64>,
    /// 0 where it is smaller than doubles are.
    p: Option<f64>,
    log10_p: Option<f64>,
}

impl<'a> Entry<'a> {
    fn of(direction: &Direction, whose: Option<(&'a Labelling, &'a Classes)>) -> Self {
        let class = direction.class;
        Self {
            neuron: direction.pole.vector,
            sign: direction.pole.side.sign(),
            lit: direction.lit,
            share: direction.share,
            null_share: direction.null_share,
            p_null: direction.ln_p_null.exp(),
            log10_p_null: direction.ln_p_null / LN_10,
            class: class
                .zip(whose)
                .and_then(|(class, (labelling, classes))| labelling.label(class.class, classes)),
            class_lit: class.map(|class| class.lit),
            precision: class.map(|class| class.precision),
            recall: class.map(|class| class.recall),
            p: class.map(|class| class.ln_p_adjusted.exp()),
            log10_p: class.map(|class| class.ln_p_adjusted / LN_10),
        }
    }
}

fn tsv(out: &mut dyn Write, directions: &[Direction], classes: Option<&Classes>) -> io::Result<()> {
    write!(out, "neuron\tsign\tlit\tshare\tnull_share\tp_null")?;
    if classes.is_some() {
        write!(out, "\tclass\tclass_lit\tprecision\trecall\tp")?;
    }
    writeln!(out)?;
    for one in directions {
        let (pole, sign) = (one.pole, one.pole.side.sign());
        let p_null = words::probability_in_full(one.ln_p_null);
        let shares = format!("{}\t{:?}\t{p_null}", one.share, one.null_share);
        write!(out, "{}\t{sign}\t{}\t{shares}", pole.vector, one.lit)?;
        match (classes, one.class) {
            (None, _) => {}
            (Some(_), None) => write!(out, "\t\t\t\t\t")?,
            (Some(classes), Some(class)) => write!(
                out,
                "\t{}\t{}\t{}\t{}\t{}",
                field(&classes.names()[class.class as usize]),
                class.lit,
                class.precision,
                class.recall,
                words::probability_in_full(class.ln_p_adjusted),
            )?,
        }
        writeln!(out)?;
    }
    Ok(())
}
