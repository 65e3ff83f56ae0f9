//! One plane at every `ε`, as a table: an npz of `epsilons`, `angles`, `counts`
//! (`ε × A`), `isotropic` (the fraction of isotropic data at each `ε`, 0 of signed counts), `plane`,
//! `n_samples`, `excluded_rows`, `zero_rows` and `provenance`; or a row an angle at an
//! `ε`: `epsilon`, `half_angle_deg`, `angle_rad`, `count`, `fraction`,
//! `isotropic_fraction`.

use std::io::{self, Write};
use std::sync::atomic::AtomicBool;

use ndarray::{Array2, arr1};

use super::TableError;
use super::arrays::ArrayFile;
use super::cell::{Cell, Fractions};
use super::format::{About, Format};
use super::out::Out;
use super::text::{Gather, opening};
use crate::srm::{AngleGrid, ScaleCounts, Sign, null};

const COLUMNS: [&str; 6] = [
    "epsilon",
    "half_angle_deg",
    "angle_rad",
    "count",
    "fraction",
    "isotropic_fraction",
];

/// What a table of one plane at every `ε` holds.
#[derive(Clone, Copy, Debug)]
pub struct ScaleTable<'a> {
    /// The counts.
    pub counts: &'a ScaleCounts,
    /// Their angles.
    pub grid: &'a AngleGrid,
    /// Whether samples opposite the probe were taken off.
    pub sign: Sign,
    /// `d`, for the fraction of isotropic data.
    pub n_neurons: usize,
}

/// Writes the counts of one plane at every `ε`, ascending, and angle, as npz, CSV or TSV.
///
/// # Errors
/// If it cannot be written, and soon after `cancel` is set; nothing of a file is kept
/// then. [`TableError::NoJson`] of JSON.
pub fn write_scale(
    out: impl Into<Out>,
    format: Format,
    table: &ScaleTable<'_>,
    about: &About<'_>,
    cancel: &AtomicBool,
) -> Result<(), TableError> {
    out.into().arrays_or_lines(
        format,
        |arrays| write_arrays(arrays, table, about),
        |out, separator| write_lines(out, separator, table, about, cancel),
    )
}

/// The share of the samples that isotropic data would have within the cone, at each `ε`;
/// less those opposite it is none.
fn isotropic(table: &ScaleTable<'_>, about: &About<'_>) -> Vec<f64> {
    if table.sign == Sign::Signed {
        return vec![0.0; table.counts.scales.len()];
    }
    let facts = about.facts;
    let scales = table.counts.scales.get().iter();
    let expected = scales.map(|epsilon| {
        null::expected_fraction(
            epsilon.get(),
            table.n_neurons,
            facts.n_samples,
            facts.zero_rows,
        )
    });
    expected.collect()
}

fn write_arrays(
    arrays: &mut ArrayFile,
    table: &ScaleTable<'_>,
    about: &About<'_>,
) -> io::Result<()> {
    let ScaleTable { counts, grid, .. } = table;
    let epsilons = counts.scales.get().iter().map(|epsilon| epsilon.get());
    arrays.vector("epsilons", epsilons.collect())?;
    arrays.vector("angles", grid.angles_rad())?;
    let shape = (counts.scales.len(), counts.angles);
    let all = Array2::from_shape_vec(shape, counts.counts().to_vec()).map_err(io::Error::other)?;
    arrays.array("counts", all.len() as u64 * 4, &all)?;
    arrays.vector("isotropic", isotropic(table, about))?;
    let plane = [counts.plane.i, counts.plane.j].map(i64::from);
    arrays.array("plane", 16, &arr1(&plane))?;
    arrays.samples(about.facts)?;
    arrays.text("provenance", about.provenance)
}

fn write_lines(
    out: &mut impl Write,
    separator: char,
    table: &ScaleTable<'_>,
    about: &About<'_>,
    cancel: &AtomicBool,
) -> io::Result<()> {
    let ScaleTable { counts, grid, .. } = table;
    let mut gather = Gather::new(out, cancel);
    gather.text = opening(separator, "scale", &COLUMNS, about, 1);
    let angles = grid.angles_rad();
    let mut fractions = Fractions::new(counts.n_samples);
    let scales = counts.scales.get().iter().zip(isotropic(table, about));
    for (place, (epsilon, expected)) in scales.enumerate() {
        for (&count, &angle) in counts.at(place).iter().zip(&angles) {
            let text = &mut gather.text;
            for value in [epsilon.get(), epsilon.half_angle_deg(), angle] {
                Cell::Real(value).write_to(text, "");
                text.push(separator);
            }
            Cell::Whole(count.into()).write_to(text, "");
            text.push(separator);
            fractions.write_to(text, count.into());
            text.push(separator);
            Cell::Real(expected).write_to(text, "");
            text.push('\n');
        }
        gather.if_enough()?;
    }
    gather.all()
}
