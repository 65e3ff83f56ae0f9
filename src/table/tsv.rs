//! One plane's curve as tab-separated text.

use std::io::{self, Write};

use crate::srm::{AngleGrid, Curve};

/// Writes the columns `theta_rad`, `count` and `fraction`, a line an angle, every
/// digit kept.
///
/// # Errors
/// If `out` cannot be written.
pub fn plane_tsv(out: &mut impl Write, curve: &Curve, grid: &AngleGrid) -> io::Result<()> {
    writeln!(out, "theta_rad\tcount\tfraction")?;
    for ((k, count), fraction) in curve.counts.iter().enumerate().zip(curve.fractions()) {
        writeln!(out, "{}\t{count}\t{fraction}", grid.angle_rad(k))?;
    }
    Ok(())
}
