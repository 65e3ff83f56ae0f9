//! Projections (PPPM) as a table: an npz of `rows` (row of the array that each point is),
//! `planes` (`K × 2`), `points` (`K × 2`, in units of the activations), `total`,
//! `n_samples`, `excluded_rows`, `zero_rows`, `epsilon` and `provenance`; or a row a point:
//! `row`, `plane_i`, `plane_j`, `x`, `y`.

use std::io::{self, Write};
use std::sync::atomic::AtomicBool;

use ndarray::Array2;

use super::TableError;
use super::arrays::{ArrayFile, integer};
use super::cell::Cell;
use super::format::{About, Format};
use super::out::Out;
use super::text::{Gather, opening};
use crate::srm::Projection;

const COLUMNS: [&str; 5] = ["row", "plane_i", "plane_j", "x", "y"];

/// Writes the points of a projection in the order of the planes and of the samples, as
/// npz, CSV or TSV; `row` gives the row of the array that a sample is.
///
/// # Errors
/// If it cannot be written, and soon after `cancel` is set; nothing of a file is kept
/// then. [`TableError::NoJson`] of JSON.
pub fn write_points(
    out: impl Into<Out>,
    format: Format,
    projection: &Projection,
    row: &dyn Fn(usize) -> usize,
    about: &About<'_>,
    cancel: &AtomicBool,
) -> Result<(), TableError> {
    out.into().arrays_or_lines(
        format,
        |arrays| write_arrays(arrays, projection, row, about),
        |out, separator| write_lines(out, separator, projection, row, about, cancel),
    )
}

fn write_arrays(
    arrays: &mut ArrayFile,
    projection: &Projection,
    row: &dyn Fn(usize) -> usize,
    about: &About<'_>,
) -> io::Result<()> {
    let points = &projection.points;
    let rows = points.iter().map(|point| row(point.sample as usize));
    arrays.vector("rows", rows.map(|row| integer(row as u64)).collect())?;
    let pairs = points
        .iter()
        .flat_map(|point| [point.plane.i, point.plane.j]);
    let pairs = pairs.map(i64::from).collect();
    let shape = (points.len(), 2);
    let pairs = Array2::from_shape_vec(shape, pairs).map_err(io::Error::other)?;
    arrays.array("planes", points.len() as u64 * 16, &pairs)?;
    let at = points.iter().flat_map(|point| point.at).collect();
    let at = Array2::from_shape_vec(shape, at).map_err(io::Error::other)?;
    arrays.array("points", points.len() as u64 * 16, &at)?;
    arrays.scalar("total", integer(projection.total))?;
    arrays.samples(about.facts)?;
    arrays.scalar("epsilon", about.facts.epsilon)?;
    arrays.text("provenance", about.provenance)
}

fn write_lines(
    out: &mut impl Write,
    separator: char,
    projection: &Projection,
    row: &dyn Fn(usize) -> usize,
    about: &About<'_>,
    cancel: &AtomicBool,
) -> io::Result<()> {
    let mut gather = Gather::new(out, cancel);
    gather.text = opening(separator, "points", &COLUMNS, about, projection.planes);
    for point in &projection.points {
        let text = &mut gather.text;
        let row = row(point.sample as usize) as u64;
        for cell in [row.into(), point.plane.i.into(), point.plane.j.into()] {
            Cell::write_to(cell, text, "");
            text.push(separator);
        }
        let [x, y] = point.at;
        Cell::Real(x).write_to(text, "");
        text.push(separator);
        Cell::Real(y).write_to(text, "");
        text.push('\n');
        gather.if_enough()?;
    }
    gather.all()
}
