//! Curves as tab-separated text without a head, for a terminal and the clipboard.

use std::io::{self, Write};

use crate::srm::{AngleGrid, Curve, Plane};

/// Writes the columns `theta_rad`, `count` and `fraction`, a line an angle, every
/// digit kept; of several planes with `plane_i` and `plane_j` before them.
///
/// # Errors
/// If `out` cannot be written.
pub fn curves_tsv(out: &mut impl Write, curves: &[Curve], grid: &AngleGrid) -> io::Result<()> {
    let several = curves.len() > 1;
    if several {
        write!(out, "plane_i\tplane_j\t")?;
    }
    writeln!(out, "theta_rad\tcount\tfraction")?;
    for curve in curves {
        let whose = if several {
            format!("{}\t{}\t", curve.plane.i, curve.plane.j)
        } else {
            String::new()
        };
        for ((k, count), fraction) in curve.counts.iter().enumerate().zip(curve.fractions()) {
            writeln!(out, "{whose}{}\t{count}\t{fraction}", grid.angle_rad(k))?;
        }
    }
    Ok(())
}

/// Writes the head of curves split by class.
///
/// # Errors
/// If `out` cannot be written.
pub fn class_curves_head(out: &mut impl Write) -> io::Result<()> {
    writeln!(
        out,
        "plane_i\tplane_j\tclass\ttheta_rad\tcount\tfraction\tclass_fraction"
    )
}

/// Writes the part of a plane's curve that a class makes, a line an angle: its count, as
/// fractions of all samples and of those of the class.
///
/// # Errors
/// If `out` cannot be written.
pub fn class_curve_tsv(
    out: &mut impl Write,
    plane: Plane,
    (class, size): (&str, u64),
    counts: &[i64],
    (grid, n_samples): (&AngleGrid, usize),
) -> io::Result<()> {
    for (k, &count) in counts.iter().enumerate() {
        let of = |n: f64| count as f64 / n;
        writeln!(
            out,
            "{}\t{}\t{class}\t{}\t{count}\t{}\t{}",
            plane.i,
            plane.j,
            grid.angle_rad(k),
            of(n_samples as f64),
            of(size as f64)
        )?;
    }
    Ok(())
}

/// The text of [`curves_tsv`].
#[must_use]
pub fn curves_text(curves: &[Curve], grid: &AngleGrid) -> String {
    let mut text = Vec::new();
    // Memory takes whatever is written to it.
    let _ = curves_tsv(&mut text, curves, grid);
    String::from_utf8(text).unwrap_or_default()
}
