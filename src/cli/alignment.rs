//! `followspot alignment`: whether a layer is aligned with its neurons, by rotation.

use std::f64::consts::FRAC_1_SQRT_2;
use std::path::Path;
use std::time::Instant;

use super::args::AlignmentArgs;
use super::failure::Failure;
use super::input::{Hashes, Layer};
use super::interrupt::Interrupt;
use super::progress::Progress;
use super::{output, plane, report, sweep};
use crate::srm::{
    Cancelled, EpsilonChoice, FEW_COUNTS, Plane, RotationSpec, RotationTest, SMALL_LAYER,
    SweepSpec, USUAL_ROTATIONS, least_rotations,
};
use crate::table::{Ground, OutFile, RotationSummary, Tested, TestedKurtosis, rotations_tsv};
use crate::words::{count, thousands, three_figures};

/// The level at which it is said in words what came out.
const LEVEL: f64 = 0.01;

pub(super) fn run(args: &AlignmentArgs, interrupt: &Interrupt) -> Result<(), Failure> {
    let stdout = args.output.as_deref() == Some(Path::new("-"));
    if stdout && args.json {
        return Err(Failure::Usage(
            "--json prints the result to stdout as well: give -o a file name".to_owned(),
        ));
    }
    let file = match &args.output {
        Some(path) if !stdout => Some(output::open_tsv(path, args.force, &args.input, interrupt)?),
        _ => None,
    };
    let mut layer = Layer::read(&args.input, interrupt)?;
    if let Some(chosen) = args.plane {
        plane::exists(chosen, &layer)?;
    }
    let hashes = file
        .is_some()
        .then(|| Hashes::start(&args.input, &layer, interrupt));
    let options = args.options();
    let resolved = layer.resolve(&options, interrupt)?;
    if let Some(asked) = args.plane {
        plane::chosen(asked, &resolved.spec, &options)?;
    }
    let rotations = rotations(args, &layer)?;
    layer.say_notes(&options, &resolved)?;
    interrupt.tidy_up_first();
    interrupt.check()?;
    let test = tested(args, &layer, &resolved.spec, rotations, interrupt)?;
    if let Some(file) = file {
        sweep::join(hashes, &mut layer)?;
        interrupt.finishing()?;
        let provenance = sweep::provenance(&layer, &options, &resolved.spec).to_json();
        write(file, &test, &provenance)?;
    }
    let ground = Ground::of(&layer.coordinates, &resolved.spec.planes);
    let summary = RotationSummary::new(&ground, &test);
    let summary = if args.kurtosis {
        summary.with_each(&test)
    } else {
        summary
    };
    tell(options.epsilon, &test, &summary);
    if is_dark(&summary.layer) {
        let auto = layer.auto(&resolved, interrupt)?;
        let asked = (options.epsilon, resolved.spec.epsilon);
        report::dark("at an axis or a bisector", asked, None, auto);
    }
    if args.json {
        report::to_stdout(|out| writeln!(out, "{}", summary.to_json()))
    } else if stdout || args.output.is_none() {
        report::to_stdout(|mut out| rotations_tsv(&mut out, &test))
    } else {
        Ok(())
    }
}

/// As many as were asked for; of a small layer the usual number.
fn rotations(args: &AlignmentArgs, layer: &Layer) -> Result<u32, Failure> {
    if let Some(asked) = args.rotations {
        return Ok(asked);
    }
    let (n, d) = (
        layer.coordinates.n_samples() as u64,
        layer.coordinates.activations().n_neurons() as u64,
    );
    if n.saturating_mul(d).saturating_mul(d) <= SMALL_LAYER {
        return Ok(USUAL_ROTATIONS);
    }
    Err(Failure::Usage(format!(
        "each rotation of {} × {} takes its time: say how many with --rotations K ({} or more for a \
         test at the 1% level)",
        thousands(n),
        thousands(d),
        least_rotations(LEVEL),
    )))
}

fn tested(
    args: &AlignmentArgs,
    layer: &Layer,
    spec: &SweepSpec,
    rotations: u32,
    interrupt: &Interrupt,
) -> Result<RotationTest, Cancelled> {
    let started = Instant::now();
    let spec = RotationSpec {
        sweep: spec.clone(),
        plane: args.plane,
        seed: args.seed(),
    };
    let cancel = interrupt.flag();
    let mut test = RotationTest::begin(&layer.coordinates, spec, cancel)?;
    let mut progress = Progress::of("rotating", "rotations", rotations as usize);
    for done in 1..=rotations as usize {
        test.rotate(cancel)?;
        progress.at(done);
    }
    drop(progress);
    report::say(&format!(
        "{} in {:.1} s",
        count(u64::from(rotations), "rotation"),
        started.elapsed().as_secs_f64(),
    ));
    Ok(test)
}

/// The table, behind one line on what it was made from.
fn write(file: OutFile, test: &RotationTest, provenance: &str) -> Result<(), Failure> {
    let spec = test.spec();
    let plane = spec.plane.map_or_else(
        || "null".to_owned(),
        |plane| format!("[{},{}]", plane.i, plane.j),
    );
    let head = format!(
        "# {{\"table\":\"rotations\",\"rotations\":{},\"seed\":{},\"plane\":{plane},\
         \"provenance\":{provenance}}}",
        test.rotations(),
        spec.seed,
    );
    output::write_tsv(file, &head, |file| rotations_tsv(file, test))
}

fn tell(choice: EpsilonChoice, test: &RotationTest, summary: &RotationSummary) {
    report::say(&format!(
        "at {}, against {}:",
        report::cone(choice, test.spec().sweep.epsilon, summary.n_neurons),
        count(summary.rotations as u64, "rotation"),
    ));
    let planes = count(summary.layer.planes as u64, "plane");
    say_tested(&planes, &summary.layer, summary);
    if let Some(plane) = &summary.plane {
        let (i, j) = (plane.i, plane.j);
        let name = Plane { i, j }.to_string();
        say_tested(&name, &plane.tested, summary);
    }
    say_kurtosis(&summary.kurtosis);
}

fn say_kurtosis(kurtosis: &TestedKurtosis) {
    if kurtosis.mean.is_nan() {
        let why = if kurtosis.constant > 0 {
            ": along every neuron all samples are alike"
        } else {
            ""
        };
        report::say(&format!("  mean excess kurtosis undefined{why}"));
        return;
    }
    let constant = match kurtosis.constant {
        0 => String::new(),
        n => format!(
            "; {} on which all samples are alike left out",
            count(n as u64, "neuron")
        ),
    };
    report::say(&format!(
        "  mean excess kurtosis {:+.3}, rotated {:+.3}{}, {}{constant}",
        kurtosis.mean,
        kurtosis.rotated_mean,
        spread(kurtosis.rotated_std, |std| format!("{std:.3}")),
        z_and_p(kurtosis.z, kurtosis.p),
    ));
}

/// Whether nothing is lit that could be aligned.
fn is_dark(tested: &Tested) -> bool {
    tested.axes + tested.bisectors == 0
}

/// Rotations under which next to nothing is lit, against which a contrast says little.
fn faint(tested: &Tested, rotations: usize) -> String {
    if tested.rotations_lit == rotations && tested.rotated_counts >= FEW_COUNTS {
        return String::new();
    }
    format!(
        "; {} of {} light anything there ({} counts on average, against {})",
        thousands(tested.rotations_lit as u64),
        count(rotations as u64, "rotation"),
        three_figures(tested.rotated_counts),
        thousands(tested.axes + tested.bisectors),
    )
}

fn say_tested(what: &str, tested: &Tested, summary: &RotationSummary) {
    if is_dark(tested) {
        let rotated = match tested.rotations_lit {
            0 => ", rotated or not".to_owned(),
            lit => format!(
                "; {} of {} light something there",
                thousands(lit as u64),
                count(summary.rotations as u64, "rotation"),
            ),
        };
        report::say(&format!(
            "  {what}: nothing is lit at an axis or a bisector{rotated}: no alignment to test"
        ));
        return;
    }
    let lit = tested.lit.map_or_else(String::new, |lit| {
        let of = count(summary.n_samples as u64, "sample");
        format!(", {} of {of} lit there", thousands(lit))
    });
    let index = match tested.alignment_interval {
        _ if tested.alignment.is_nan() => "alignment undefined".to_owned(),
        Some([low, high]) => format!(
            "alignment {:+.3} ({low:+.3} to {high:+.3})",
            tested.alignment
        ),
        None => format!("alignment {:+.3}", tested.alignment),
    };
    report::say(&format!(
        "  {what}: {index}{lit}; contrast {:+.3e}, rotated {:+.3e}{}, {}: {}{}",
        tested.contrast,
        tested.rotated_mean,
        spread(tested.rotated_std, |std| format!("{std:.1e}")),
        z_and_p(tested.z, tested.p),
        verdict(tested, summary.rotations, summary.epsilon),
        faint(tested, summary.rotations),
    ));
}

/// As ` ± 0.012`; nothing where there is none, of one rotation.
fn spread(std: f64, written: impl Fn(f64) -> String) -> String {
    if std.is_nan() {
        return String::new();
    }
    format!(" ± {}", written(std))
}

fn z_and_p(z: f64, p: f64) -> String {
    let z = if z.is_nan() {
        "z undefined".to_owned()
    } else {
        format!("z {z:+.1}")
    };
    if p.is_nan() {
        z
    } else {
        format!("{z}, p {p:.3}")
    }
}

/// What came out, at the 1% level, at an `ε`.
fn verdict(tested: &Tested, rotations: usize, epsilon: f64) -> &'static str {
    if rotations < least_rotations(LEVEL) as usize {
        "too few rotations for a test at the 1% level"
    } else if tested.p > LEVEL || tested.p.is_nan() {
        "no more than random rotations are"
    } else if tested.contrast > tested.rotated_mean {
        "aligned with the neurons at this scale"
    } else if epsilon <= FRAC_1_SQRT_2 {
        "anti-aligned with the neurons at this scale (as samples on single neurons are, too, at \
         epsilons below 0.71: see --help)"
    } else {
        "anti-aligned with the neurons at this scale"
    }
}
