//! What tables tell of planes against chance.

use serde::Serialize;

use super::columns::PlaneRow;
use crate::srm::{Significance, USUAL_RATE};

/// The procedure that keeps the rate of false discoveries, as tables name it.
const METHOD: &str = "Benjamini–Hochberg";

/// Planes against isotropic data, and which of them a table shows.
#[derive(Clone, Copy, Debug)]
pub struct Judged<'a> {
    /// What the planes come to.
    pub significance: &'a Significance,
    /// Only planes that are significant at that rate of false discoveries.
    pub only: Option<f64>,
}

impl<'a> Judged<'a> {
    /// All planes.
    #[must_use]
    pub fn all(significance: &'a Significance) -> Self {
        let only = None;
        Self { significance, only }
    }

    /// What a plane comes to: the columns `excess`, `z`, `p` and `q`. What is not
    /// finite, since nothing is expected, is undefined.
    pub(super) fn columns(&self, row: &PlaneRow) -> [f64; 4] {
        let undefined = [f64::NAN; 4];
        let Some((chance, q)) = self.significance.at(row.peak_count) else {
            return undefined;
        };
        [chance.excess, chance.z, chance.p(), q].map(|x| if x.is_finite() { x } else { f64::NAN })
    }

    /// Whether the table shows a plane.
    pub(super) fn shows(&self, row: &PlaneRow) -> bool {
        self.only.is_none()
            || self
                .least_peak()
                .is_some_and(|least| row.peak_count >= least)
    }

    /// Where only some planes are shown, their least peak; `None` where none is.
    #[must_use]
    pub fn least_peak(&self) -> Option<i64> {
        self.only
            .and_then(|rate| self.significance.least_peak(rate))
    }

    /// Planes that the table shows.
    #[must_use]
    pub fn shown(&self) -> usize {
        self.only.map_or(self.significance.planes(), |rate| {
            self.significance.significant(rate)
        })
    }
}

/// What a script wants to know of all planes against chance.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Found {
    /// How the rate of false discoveries is kept.
    pub method: &'static str,
    /// That rate.
    pub rate: f64,
    /// Planes that are significant at it.
    pub planes: usize,
    /// The smallest peak among them, as a count; `None` where there is none.
    pub least_peak_count: Option<i64>,
    /// Angles tested in effect at that peak, or at the largest of all.
    pub effective_angles: f64,
}

impl Found {
    /// At the rate that is used where none is chosen.
    #[must_use]
    pub fn of(significance: &Significance) -> Self {
        Self {
            method: METHOD,
            rate: USUAL_RATE,
            planes: significance.significant(USUAL_RATE),
            least_peak_count: significance.least_peak(USUAL_RATE),
            effective_angles: significance.effective_angles(USUAL_RATE),
        }
    }

    /// As JSON; `null` where planes are not judged.
    pub(super) fn json(judged: Option<&Judged<'_>>) -> String {
        let found = judged.map(|judged| Self::of(judged.significance));
        // Numbers under fixed names: nothing that could fail.
        serde_json::to_string(&found).unwrap_or_else(|e| unreachable!("{e}"))
    }
}
