//! Where a result goes: opened before any work is done.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::{fs, iter};

use super::args::{InputArgs, RunArgs};
use super::failure::Failure;
use super::interrupt::Interrupt;
use super::report;
use crate::srm::{AngleGrid, Plane};
use crate::table::{OutFile, SweepFile};
use crate::words::{count, thousands};

/// Endings that promise another format than the one that is written.
const OTHERS: [&str; 10] = [
    "csv", "tsv", "txt", "json", "npy", "pdf", "png", "svg", "h5", "parquet",
];

/// A file to be written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Target<'a> {
    pub path: &'a Path,
    /// Whether a file of that name is replaced.
    pub force: bool,
}

/// As [`open`], if there is a target.
pub(super) fn open_if_asked(
    run: &RunArgs,
    input: &InputArgs,
    interrupt: &Interrupt,
) -> Result<Option<OutFile>, Failure> {
    let Some(path) = &run.output else {
        return Ok(None);
    };
    let force = run.force;
    let reads: Vec<&Path> = iter::once(&input.acts)
        .chain(&input.basis)
        .map(AsRef::as_ref)
        .collect();
    open(Target { path, force }, &reads, interrupt).map(Some)
}

/// Opens the target under a temporary name: refuses what could not be written in
/// the end, or must not be because it is among what is read. From here on there is
/// a part of a file to be wiped.
pub(super) fn open(
    target: Target,
    reads: &[&Path],
    interrupt: &Interrupt,
) -> Result<OutFile, Failure> {
    let Target { path, force } = target;
    if path == Path::new("-") {
        return Err(Failure::Usage(
            "an npz cannot go to stdout: give -o a file name, or use --json".to_owned(),
        ));
    }
    let ending = path.extension().and_then(|e| e.to_str()).unwrap_or("");
    if OTHERS
        .iter()
        .any(|other| ending.eq_ignore_ascii_case(other))
    {
        return Err(Failure::Usage(format!(
            "{} would not be what its name says: -o writes npz, so name it {}",
            path.display(),
            path.with_extension("npz").display(),
        )));
    }
    if reads.iter().any(|read| same_file(read, path)) {
        return Err(Failure::Usage(format!(
            "{} is what is read: give -o another name",
            path.display()
        )));
    }
    interrupt.tidy_up_first();
    let out = OutFile::create(path, force)?;
    interrupt.not_to_be_left(out.part());
    interrupt.check()?;
    Ok(out)
}

/// Refuses a file that is named twice.
pub(super) fn distinct(files: &[PathBuf]) -> Result<(), Failure> {
    let mut seen = HashSet::new();
    for path in files {
        let place = fs::canonicalize(path).unwrap_or_else(|_| path.clone());
        if !seen.insert(place) {
            return Err(Failure::Usage(format!(
                "{} is given twice: its samples would be counted twice, so leave one out",
                path.display()
            )));
        }
    }
    Ok(())
}

/// Says what will be written and begins with it; `counts` are the bytes of the
/// counts, where they are wanted.
pub(super) fn begin(
    out: OutFile,
    path: &Path,
    grid: &AngleGrid,
    planes: impl ExactSizeIterator<Item = Plane>,
    n_samples: usize,
    counts: Option<u64>,
) -> Result<SweepFile, Failure> {
    let size = counts.map_or_else(
        || "without counts".to_owned(),
        |bytes| format!("{} of counts", report::bytes(bytes)),
    );
    let how_many = planes.len();
    report::say(&format!(
        "writing {} × {} angles: {size} to {}",
        count(how_many as u64, "plane"),
        thousands(grid.count() as u64),
        path.display(),
    ));
    let mut file = SweepFile::begin(out, grid, planes)?;
    if counts.is_some() {
        file.begin_counts(how_many, grid, n_samples)?;
    }
    Ok(file)
}

fn same_file(a: &Path, b: &Path) -> bool {
    match (fs::canonicalize(a), fs::canonicalize(b)) {
        (Ok(a), Ok(b)) => a == b,
        _ => false,
    }
}
