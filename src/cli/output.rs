//! Where a result goes: opened before any work is done.

use std::fs;
use std::path::Path;

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

/// Opens the target, if there is one, under a temporary name: refuses what could
/// not be written in the end, or must not be. From here on there is a part of a
/// file to be wiped.
pub(super) fn open(
    run: &RunArgs,
    input: &InputArgs,
    interrupt: &Interrupt,
) -> Result<Option<OutFile>, Failure> {
    let Some(path) = &run.output else {
        return Ok(None);
    };
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
    if [Some(&input.acts), input.basis.as_ref()]
        .into_iter()
        .flatten()
        .any(|read| same_file(read, path))
    {
        return Err(Failure::Usage(format!(
            "{} is what is read: give -o another name",
            path.display()
        )));
    }
    interrupt.tidy_up_first();
    let out = OutFile::create(path, run.force)?;
    interrupt.not_to_be_left(out.part());
    interrupt.check()?;
    Ok(Some(out))
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
