//! The tables that follow from statistics, row by row.

use super::cell::Cell;
use super::chance::Judged;
use super::format::TableKind;
use super::statistics::Statistics;

/// A table of `N` columns. Rows are made anew each time they are asked for:
/// millions of them are never held at once.
pub(super) trait Table<const N: usize> {
    const KIND: TableKind;
    const COLUMNS: [&'static str; N];

    /// Planes that it is of.
    fn planes(&self) -> usize;

    fn rows(&self) -> impl Iterator<Item = [Cell; N]>;
}

/// A row a plane.
pub(super) struct Planes<'a>(pub &'a Statistics<'a>, pub Option<Judged<'a>>);

impl Table<15> for Planes<'_> {
    const KIND: TableKind = TableKind::Planes;
    const COLUMNS: [&'static str; 15] = [
        "plane_i",
        "plane_j",
        "axes",
        "bisectors",
        "lit",
        "lit_fraction",
        "peak",
        "peak_angle_rad",
        "mean",
        "alignment",
        "contrast",
        "excess",
        "z",
        "p",
        "q",
    ];

    fn planes(&self) -> usize {
        let Self(statistics, judged) = self;
        judged.map_or(statistics.planes(), |judged| judged.shown())
    }

    fn rows(&self) -> impl Iterator<Item = [Cell; 15]> {
        let Self(statistics, judged) = self;
        let shown = statistics
            .rows()
            .filter(|row| judged.is_none_or(|j| j.shows(row)));
        shown.map(|row| {
            let chance = judged.map_or([f64::NAN; 4], |judged| judged.columns(&row));
            let [excess, z, p, q] = chance.map(Cell::Real);
            [
                row.plane.i.into(),
                row.plane.j.into(),
                row.axes.into(),
                row.bisectors.into(),
                row.lit.into(),
                row.lit_fraction.into(),
                row.peak.into(),
                row.peak_angle.into(),
                row.mean.into(),
                row.alignment.into(),
                row.contrast.into(),
                excess,
                z,
                p,
                q,
            ]
        })
    }
}

/// A row an angle.
pub(super) struct Angles<'a>(pub &'a Statistics<'a>);

impl Table<5> for Angles<'_> {
    const KIND: TableKind = TableKind::Ensemble;
    const COLUMNS: [&'static str; 5] = ["angle_rad", "mean", "std", "min", "max"];

    fn planes(&self) -> usize {
        self.0.planes()
    }

    fn rows(&self) -> impl Iterator<Item = [Cell; 5]> {
        let (ensemble, grid) = (self.0.ensemble(), self.0.grid().clone());
        (0..ensemble.mean.len()).map(move |k| {
            let [mean, std, min, max] =
                [&ensemble.mean, &ensemble.std, &ensemble.min, &ensemble.max].map(|v| v[k]);
            [grid.angle_rad(k), mean, std, min, max].map(Cell::Real)
        })
    }
}

/// The columns of the table of curves: a row an angle of a plane.
pub(super) const CURVES: [&str; 5] = ["plane_i", "plane_j", "angle_rad", "count", "fraction"];
