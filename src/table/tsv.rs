//! Curves as tab-separated text without a head, for a terminal and the clipboard.

use std::io::{self, Write};

use crate::srm::{AngleGrid, Curve};

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

/// The text of [`curves_tsv`].
#[must_use]
pub fn curves_text(curves: &[Curve], grid: &AngleGrid) -> String {
    let mut text = Vec::new();
    // Memory takes whatever is written to it.
    let _ = curves_tsv(&mut text, curves, grid);
    String::from_utf8(text).unwrap_or_default()
}
