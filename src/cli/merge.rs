//! `followspot merge`: sweeps over parts of a corpus, added up.

use std::time::Instant;

use super::args::MergeArgs;
use super::failure::Failure;
use super::interrupt::Interrupt;
use super::output::{self, Target};
use super::progress::Progress;
use super::report;
use crate::table::{
    About, Judged, Lit, Merge, Seconds, Shard, Statistics, Summary, Whole, counts_bytes,
};
use crate::words::{count, thousands};

pub(super) fn run(args: &MergeArgs, interrupt: &Interrupt) -> Result<(), Failure> {
    Merge::takes(args.files.len())?;
    let mut seconds = Seconds {
        prepare: f64::NAN,
        sweep: f64::NAN,
        ..Seconds::default()
    };
    output::distinct(&args.files)?;
    let reads: Vec<_> = args.files.iter().map(AsRef::as_ref).collect();
    let target = Target {
        path: &args.output,
        force: args.force,
    };
    output::npz_only(target.path)?;
    let out = output::open(target, &reads, interrupt)?;

    let started = Instant::now();
    let cancel = interrupt.flag();
    let mut shards = Vec::with_capacity(args.files.len());
    for path in &args.files {
        interrupt.check()?;
        shards.push(Shard::open(path, cancel)?);
    }
    let merge = Merge::new(shards, cancel)?;
    seconds.read = started.elapsed().as_secs_f64();

    let started = Instant::now();
    let whole = merge.whole();
    let (planes, n_samples) = (whole.planes().len(), whole.facts().n_samples);
    let size = counts_bytes(planes as u64, whole.grid().count(), n_samples);
    let each = whole.planes().iter().copied();
    let name = target.path.display().to_string();
    let mut file = output::begin(out, &name, whole.grid(), each, n_samples, Some(size))?;
    let mut progress = Progress::start("merging", planes);
    let merged = merge.add(&mut file, cancel, &mut |done| progress.at(done));
    drop(progress);
    let merged = merged?;
    interrupt.finishing()?;
    let whole = merged.whole();
    let told = whole.provenance().to_json();
    let significance = merged.significance();
    let about = About {
        facts: whole.facts(),
        provenance: &told,
        judged: significance.as_ref().map(Judged::all),
    };
    file.finish(&about, &Statistics::Merged(&merged))?;
    seconds.write = Some(started.elapsed().as_secs_f64());
    let lit = merged.lit();
    tell(whole, args.files.len(), &lit);
    report::significance(significance.as_ref());
    if !args.json {
        return Ok(());
    }
    let summary = Summary::new(whole.ground(), whole.epsilon(), &lit, seconds)
        .with_significance(significance.as_ref());
    report::to_stdout(|out| writeln!(out, "{}", summary.to_json()))
}

fn tell(whole: &Whole, files: usize, lit: &Lit) {
    let planes = count(lit.planes as u64, "plane");
    let what = format!("{planes} of {} merged", count(files as u64, "file"));
    let told = format!(
        "{} of {} lit in {} of them",
        thousands(lit.lit_samples as u64),
        count(whole.facts().n_samples as u64, "sample"),
        thousands(lit.lit_planes as u64),
    );
    report::result(
        &what,
        whole.provenance().options.epsilon,
        whole.epsilon(),
        whole.ground().n_neurons,
        &told,
        &lit.alignment,
    );
}
