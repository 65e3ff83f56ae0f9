//! Whole tables of what is in memory, in every format.

use std::sync::atomic::AtomicBool;

use super::curves::{CurvesFile, Rows};
use super::format::{About, Format};
use super::npz::SweepFile;
use super::out::Out;
use super::rows::{Angles, Planes, Table};
use super::statistics::{Curves, Statistics};
use super::{TableError, csv, json};

/// Writes the curves of chosen planes, a row an angle of a plane: `plane_i`,
/// `plane_j`, `angle_rad`, `count`, `fraction`. As npz they come with the statistics of
/// each plane and of them all.
///
/// # Errors
/// If it cannot be written, and soon after `cancel` is set; nothing of a file is
/// kept then.
pub fn write_curves(
    out: impl Into<Out>,
    format: Format,
    curves: &Curves<'_>,
    about: &About<'_>,
    cancel: &AtomicBool,
) -> Result<(), TableError> {
    let out = out.into();
    if format == Format::Npz {
        return write_curves_npz(out, curves, about);
    }
    let planes: Vec<_> = curves.curves.iter().map(|curve| curve.plane).collect();
    let mut file = CurvesFile::begin(out, format, curves.grid, Rows::Each(&planes), about, cancel)?;
    for curve in curves.curves {
        file.curve(&curve.counts)?;
    }
    file.finish()
}

/// Writes the statistics of every plane, a row a plane: `plane_i`, `plane_j`, `axes`,
/// `bisectors`, `lit`, `lit_fraction`, `peak`, `peak_angle_rad`, `mean`, `alignment`,
/// `contrast`, and of the peak against isotropic data `excess`, `z`, `p` and `q`, which are
/// undefined where the planes are not judged. As npz they come with the ensemble.
///
/// # Errors
/// If it cannot be written, and soon after `cancel` is set; nothing of a file is
/// kept then.
pub fn write_planes(
    out: impl Into<Out>,
    format: Format,
    statistics: &Statistics<'_>,
    about: &About<'_>,
    cancel: &AtomicBool,
) -> Result<(), TableError> {
    write(
        out.into(),
        format,
        &Planes(statistics, about.judged),
        statistics,
        about,
        cancel,
    )
}

/// Writes the statistics over the planes, a row an angle: `angle_rad`, `mean`, `std`,
/// `min`, `max`. As npz they come with the statistics of every plane.
///
/// # Errors
/// If it cannot be written, and soon after `cancel` is set; nothing of a file is
/// kept then.
pub fn write_ensemble(
    out: impl Into<Out>,
    format: Format,
    statistics: &Statistics<'_>,
    about: &About<'_>,
    cancel: &AtomicBool,
) -> Result<(), TableError> {
    write(
        out.into(),
        format,
        &Angles(statistics),
        statistics,
        about,
        cancel,
    )
}

fn write<const N: usize>(
    mut out: Out,
    format: Format,
    table: &impl Table<N>,
    statistics: &Statistics<'_>,
    about: &About<'_>,
    cancel: &AtomicBool,
) -> Result<(), TableError> {
    let planes = table.planes();
    let written = match format {
        Format::Npz => return write_npz(out, statistics, about),
        Format::Csv => csv::write(&mut out, ',', table, about, planes, cancel),
        Format::Tsv => csv::write(&mut out, '\t', table, about, planes, cancel),
        Format::Json => json::write(&mut out, table, about, planes, cancel),
    };
    out.end(written)
}

/// Everything that is in memory but the counts.
fn write_npz(out: Out, statistics: &Statistics<'_>, about: &About<'_>) -> Result<(), TableError> {
    let out = out.into_file()?;
    let grid = statistics.grid();
    let file = match statistics {
        Statistics::Sweep(sweep) => SweepFile::begin(out, grid, sweep.spec.planes.iter()),
        Statistics::Merged(merged) => {
            SweepFile::begin(out, grid, merged.whole().planes().iter().copied())
        }
        Statistics::Curves(Curves { curves, .. }) => {
            SweepFile::begin(out, grid, curves.iter().map(|curve| curve.plane))
        }
    }?;
    file.finish(about, statistics)
}

/// The same of chosen planes, with their counts.
fn write_curves_npz(out: Out, chosen: &Curves<'_>, about: &About<'_>) -> Result<(), TableError> {
    let Curves { curves, grid, .. } = *chosen;
    let planes = curves.iter().map(|curve| curve.plane);
    let mut file = SweepFile::begin(out.into_file()?, grid, planes)?;
    file.begin_counts(curves.len(), grid, about.facts.n_samples)?;
    for curve in curves {
        file.curve(&curve.counts)?;
    }
    file.finish(about, &Statistics::Curves(*chosen))
}
