//! Tables as separated lines: a comment, the columns' names, a line a row.
//!
//! ```text
//! # followspot {"format":1,"table":"curves",…,"provenance":{…}}
//! plane_i,plane_j,angle_rad,count,fraction
//! 0,1,0.0,17,0.085
//! ```
//! What is undefined is an empty field. Lines end with a line feed.

use std::io::{self, Write};
use std::sync::atomic::AtomicBool;

use super::cell::{Cell, Fractions};
use super::format::{About, TableKind};
use super::rows::{CURVES, Table};
use super::text::{Gather, opening};
use crate::srm::{AngleGrid, Plane};

/// Writes a whole table over so many planes.
pub(super) fn write<const N: usize, T: Table<N>>(
    out: &mut impl Write,
    separator: char,
    table: &T,
    about: &About<'_>,
    planes: usize,
    cancel: &AtomicBool,
) -> io::Result<()> {
    let mut gather = Gather::new(out, cancel);
    gather.text = opening(separator, T::KIND.name(), &T::COLUMNS, about, planes);
    for row in table.rows() {
        for (place, cell) in row.into_iter().enumerate() {
            if place > 0 {
                gather.text.push(separator);
            }
            cell.write_to(&mut gather.text, "");
        }
        gather.text.push('\n');
        gather.if_enough()?;
    }
    gather.all()
}

/// The table of curves, written curve by curve.
#[derive(Debug)]
pub(super) struct CurveLines {
    separator: char,
    /// Each angle between its separators.
    angles: Vec<String>,
    fractions: Fractions,
    text: String,
}

impl CurveLines {
    /// The table of `planes` curves, its opening written.
    pub fn begin(
        out: &mut impl Write,
        separator: char,
        grid: &AngleGrid,
        planes: usize,
        about: &About<'_>,
    ) -> io::Result<Self> {
        let opening = opening(separator, TableKind::Curves.name(), &CURVES, about, planes);
        out.write_all(opening.as_bytes())?;
        let between = |theta| {
            let mut text = separator.to_string();
            Cell::Real(theta).write_to(&mut text, "");
            text.push(separator);
            text
        };
        Ok(Self {
            separator,
            angles: grid.angles_rad().into_iter().map(between).collect(),
            fractions: Fractions::new(about.facts.n_samples),
            text: String::new(),
        })
    }

    /// Writes the `A` counts of a plane.
    pub fn curve(
        &mut self,
        out: &mut impl Write,
        plane: Plane,
        counts: impl Iterator<Item = i64>,
    ) -> io::Result<()> {
        let whose = format!("{}{}{}", plane.i, self.separator, plane.j);
        self.text.clear();
        for (angle, count) in self.angles.iter().zip(counts) {
            self.text.push_str(&whose);
            self.text.push_str(angle);
            Cell::Whole(count).write_to(&mut self.text, "");
            self.text.push(self.separator);
            self.fractions.write_to(&mut self.text, count);
            self.text.push('\n');
        }
        out.write_all(self.text.as_bytes())
    }
}
