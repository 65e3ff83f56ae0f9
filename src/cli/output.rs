//! Where a result goes: opened before any work is done.

use std::collections::HashSet;
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::{fs, iter};

use super::args::{InputArgs, RunArgs, TableOutArgs};
use super::failure::Failure;
use super::interrupt::Interrupt;
use super::report;
use crate::srm::{AngleGrid, Plane};
use crate::table::{Format, Out, OutFile, SweepFile, TableError, TableKind};
use crate::words::{self, count, thousands};

/// Endings that promise what is no table that is written here.
const OTHERS: &[&str] = &[
    "txt", "npy", "pdf", "png", "svg", "h5", "parquet", "xlsx", "xls", "ods", "gz", "zip", "bz2",
    "xz", "zst", "mat", "pkl", "pickle", "feather", "arrow", "hdf5", "jpg", "jpeg", "html", "md",
    "tex",
];

/// The name of stdout.
const STDOUT: &str = "-";

/// A file to be written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Target<'a> {
    pub path: &'a Path,
    /// Whether a file of that name is replaced.
    pub force: bool,
}

/// What a result is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// All of it, with its counts.
    Npz,
    /// All of it but the counts.
    NpzSummary,
    /// One table as text.
    Text(Format, TableKind),
}

/// A result that is to be written.
#[derive(Debug)]
pub(super) struct Wanted {
    pub shape: Shape,
    pub out: Out,
    /// The target as it was named.
    pub name: String,
}

/// Opens what `-o` names, if it does; a text format holds the table `usual` unless
/// another is asked for.
pub(super) fn open_if_asked(
    run: &RunArgs,
    input: &InputArgs,
    usual: TableKind,
    interrupt: &Interrupt,
) -> Result<Option<Wanted>, Failure> {
    let Some(path) = &run.output else {
        return Ok(None);
    };
    let shape = shape(run, path, usual)?;
    let (out, name) = open_target(path, run.force, input, interrupt)?;
    Ok(Some(Wanted { shape, out, name }))
}

/// The target with its name as it was typed: a file that is not among what is read, or
/// stdout.
fn open_target(
    path: &Path,
    force: bool,
    input: &InputArgs,
    interrupt: &Interrupt,
) -> Result<(Out, String), Failure> {
    if path == Path::new(STDOUT) {
        let stream = BufWriter::new(io::stdout());
        return Ok((Out::Stream(Box::new(stream)), "stdout".to_owned()));
    }
    let file = open(Target { path, force }, &read_for(input), interrupt)?;
    Ok((file.into(), path.display().to_string()))
}

/// One table that is to be written.
#[derive(Debug)]
pub(super) struct WantedTable {
    pub format: Format,
    pub out: Out,
    /// The target as it was named.
    pub name: String,
}

/// Opens what `-o` names for one table.
pub(super) fn open_table(
    args: &TableOutArgs,
    input: &InputArgs,
    interrupt: &Interrupt,
) -> Result<WantedTable, Failure> {
    let path = args.output.as_path();
    let stdout = path == Path::new(STDOUT);
    let format = match args.format {
        None if stdout => {
            return Err(Failure::Usage(
                "nothing says in which format the table goes to stdout: add --format csv or tsv, \
                 or give -o a file name"
                    .to_owned(),
            ));
        }
        asked if stdout => asked.unwrap_or(Format::Tsv),
        asked => {
            is_known(path, asked, &[Format::Npz, Format::Csv, Format::Tsv])?;
            format_of(path, asked)?
        }
    };
    match format {
        Format::Json => return Err(Failure::Usage(TableError::NoJson.to_string())),
        Format::Npz if stdout => return Err(Failure::Usage(TableError::NotStreamed.to_string())),
        _ => {}
    }
    let (out, name) = open_target(path, args.force, input, interrupt)?;
    Ok(WantedTable { format, out, name })
}

/// The files that are read, which none that is written may be.
fn read_for(input: &InputArgs) -> Vec<&Path> {
    let reads = iter::once(&input.acts).chain(&input.basis);
    reads.map(AsRef::as_ref).collect()
}

fn shape(run: &RunArgs, path: &Path, usual: TableKind) -> Result<Shape, Failure> {
    let refused = |sentence: &str| Err(Failure::Usage(sentence.to_owned()));
    let stdout = path == Path::new(STDOUT);
    let format = match run.format {
        None if stdout => {
            return refused(
                "nothing says in which format the result goes to stdout: add --format csv, tsv or \
                 json, or give -o a file name",
            );
        }
        Some(Format::Npz) if stdout => {
            return refused("an npz cannot go to stdout: give -o a file name, or another --format");
        }
        asked => {
            is_known(path, asked, &Format::ALL)?;
            format_of(path, asked)?
        }
    };
    if stdout && run.json {
        return refused("--json prints its summary to stdout as well: give -o a file name");
    }
    match (format, run.table.unwrap_or(usual)) {
        (Format::Npz, _) if run.table.is_some() => refused(
            "an npz holds all tables at once: leave --table out, or name the file .csv, .tsv or \
             .json",
        ),
        (Format::Npz, _) if run.summary => Ok(Shape::NpzSummary),
        (Format::Npz, _) => Ok(Shape::Npz),
        (_, TableKind::Curves) if run.summary => {
            refused("--summary leaves the counts out, and a table of curves is made of them")
        }
        (text, kind) => Ok(Shape::Text(text, kind)),
    }
}

/// Refuses an ending that says no format, where none is asked for.
fn is_known(path: &Path, asked: Option<Format>, formats: &[Format]) -> Result<(), Failure> {
    let Some(ending) = path.extension().filter(|_| asked.is_none()) else {
        return Ok(());
    };
    let others = || {
        OTHERS
            .iter()
            .any(|other| ending.eq_ignore_ascii_case(other))
    };
    if Format::of(path).is_some() || others() {
        return Ok(());
    }
    let known: Vec<String> = formats
        .iter()
        .map(|one| format!(".{}", one.extension()))
        .collect();
    let or_say = if known.len() > 1 {
        ", or say --format"
    } else {
        ""
    };
    Err(Failure::Usage(format!(
        "{} does not say in which format it is to be: name it {}{or_say}",
        path.display(),
        words::alternatives(&known),
    )))
}

/// The format that is asked for or that the name promises, npz where neither says
/// anything.
fn format_of(path: &Path, asked: Option<Format>) -> Result<Format, Failure> {
    let ending = path.extension().and_then(|e| e.to_str()).unwrap_or("");
    let promised = Format::of(path);
    let format = asked.or(promised).unwrap_or(Format::Npz);
    let other = OTHERS.iter().any(|o| ending.eq_ignore_ascii_case(o));
    if other || promised.is_some_and(|promised| promised != format) {
        return Err(Failure::Usage(format!(
            "{} would not be what its name says: it would be {}, so name it {}",
            path.display(),
            format.extension(),
            path.with_extension(format.extension()).display(),
        )));
    }
    Ok(format)
}

/// Refuses a name that cannot be an npz's.
pub(super) fn npz_only(path: &Path) -> Result<(), Failure> {
    if path == Path::new(STDOUT) {
        return Err(Failure::Usage(
            "an npz cannot go to stdout: give -o a file name, or use --json".to_owned(),
        ));
    }
    is_known(path, None, &[Format::Npz])?;
    format_of(path, Some(Format::Npz)).map(|_| ())
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

/// Opens a table that is written as tsv only.
pub(super) fn open_tsv(
    path: &Path,
    force: bool,
    input: &InputArgs,
    interrupt: &Interrupt,
) -> Result<OutFile, Failure> {
    let promises = path.extension().and_then(|ending| ending.to_str());
    if promises.is_some_and(|ending| !ending.eq_ignore_ascii_case("tsv")) {
        return Err(Failure::Usage(format!(
            "{} would not be what its name says: it would be tsv, so name it {}",
            path.display(),
            path.with_extension("tsv").display(),
        )));
    }
    open(Target { path, force }, &read_for(input), interrupt)
}

/// Writes such a table behind one line on what it was made from.
pub(super) fn write_tsv(
    mut file: OutFile,
    head: &str,
    table: impl FnOnce(&mut OutFile) -> io::Result<()>,
) -> Result<(), Failure> {
    let written = writeln!(file, "{head}").and_then(|()| table(&mut file));
    written.map_err(|source| TableError::Io {
        file: file.name().to_owned(),
        source,
    })?;
    Ok(file.finish()?)
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
    name: &str,
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
        "writing {} × {} angles: {size} to {name}",
        count(how_many as u64, "plane"),
        thousands(grid.count() as u64),
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
