//! Where a result goes: checked before any work is done.

use std::fs;
use std::path::Path;

use super::args::{InputArgs, RunArgs};
use super::failure::Failure;
use crate::table::OutFile;

/// Endings that promise another format than the one that is written.
const OTHERS: [&str; 10] = [
    "csv", "tsv", "txt", "json", "npy", "pdf", "png", "svg", "h5", "parquet",
];

/// Refuses a target that could not be written in the end, or must not be.
pub(super) fn check(run: &RunArgs, input: &InputArgs) -> Result<(), Failure> {
    let Some(path) = &run.output else {
        return Ok(());
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
    Ok(OutFile::check(path, run.force)?)
}

fn same_file(a: &Path, b: &Path) -> bool {
    match (fs::canonicalize(a), fs::canonicalize(b)) {
        (Ok(a), Ok(b)) => a == b,
        _ => false,
    }
}
