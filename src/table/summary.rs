//! What a script wants to know of a sweep, as JSON.

use serde::Serialize;

use super::chance::Found;
use crate::srm::{Alignment, Coordinates, Curve, Epsilon, PlaneSet, Significance, Sweep, Tally};

/// Version of the summary's format.
pub const SUMMARY_FORMAT: u32 = 1;

/// Pairs of parallel vectors that are named; there may be millions.
pub const PAIRS_NAMED: usize = 12;

/// The summary, its fields in the order in which they are printed. A number that
/// is undefined (NaN) becomes `null`; every other keeps all its digits.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Summary {
    /// [`SUMMARY_FORMAT`].
    pub format: u32,
    /// `N`.
    pub n_samples: usize,
    /// `d`.
    pub n_neurons: usize,
    /// Rows left out of `N`.
    pub excluded_rows: usize,
    /// Zero rows among the `N`.
    pub zero_rows: usize,
    /// Planes swept.
    pub planes: usize,
    /// Vectors among which planes are made, where that is not all of the basis.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chosen_vectors: Option<usize>,
    /// Planes of these, drawn or not.
    pub planes_in_all: u64,
    /// Ordered pairs of parallel vectors that would be planes in this mode.
    pub degenerate_planes: usize,
    /// The first [`PAIRS_NAMED`] of those pairs, `i < j`; `null` where they are not known.
    pub degenerate_pairs: Option<Vec<(u32, u32)>>,
    /// The resolution scale, in full.
    pub epsilon: f64,
    /// Its half-angle in degrees.
    pub half_angle_deg: f64,
    /// The share of isotropic data that a probe lights.
    pub null_share: f64,
    /// Planes that light at least one sample.
    pub lit_planes: usize,
    /// Samples lit in at least one plane.
    pub lit_samples: usize,
    /// Alignment index of the layer.
    pub alignment: f64,
    /// Contrast of the layer.
    pub contrast: f64,
    /// Its planes against chance; `null` where they are not judged, as in a signed sweep.
    pub significance: Option<Found>,
    /// Where the time went.
    pub seconds: Seconds,
}

/// Wall times in seconds; NaN or `None`, `null` in JSON, for what was not done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Seconds {
    /// Reading the activations and the basis.
    pub read: f64,
    /// Coordinates in the basis and the starting epsilon.
    pub prepare: f64,
    /// The sweep, less what went into writing its counts.
    pub sweep: f64,
    /// Writing the file.
    pub write: Option<f64>,
    /// SHA-256 of the file, beside the sweep.
    pub hash: Option<f64>,
}

/// What was there to be lit.
#[derive(Clone, Debug, PartialEq)]
pub struct Ground {
    /// `N`.
    pub n_samples: usize,
    /// `d`.
    pub n_neurons: usize,
    /// Rows left out of `N`.
    pub excluded_rows: usize,
    /// Zero rows among the `N`.
    pub zero_rows: usize,
    /// Vectors among which planes are made, where that is not all of the basis.
    pub chosen_vectors: Option<usize>,
    /// Planes of these, drawn or not.
    pub planes_in_all: u64,
    /// Ordered pairs of parallel vectors that would be planes in this mode.
    pub degenerate_planes: usize,
    /// The first [`PAIRS_NAMED`] of those pairs, `i < j`; `None` where they are not known.
    pub degenerate_pairs: Option<Vec<(u32, u32)>>,
}

impl Ground {
    /// Of a layer, with all planes of `set`'s mode.
    #[must_use]
    pub fn of(coordinates: &Coordinates, set: &PlaneSet) -> Self {
        let activations = coordinates.activations();
        let subset = set.subset();
        let both = |&&(i, j): &&(u32, u32)| subset.contains(i) && subset.contains(j);
        let pairs = coordinates.basis().degenerate_pairs().iter().filter(both);
        Self {
            n_samples: activations.n_samples(),
            n_neurons: activations.n_neurons(),
            excluded_rows: activations.excluded_rows().len(),
            zero_rows: activations.zero_rows(),
            chosen_vectors: (!subset.is_whole()).then(|| subset.len()),
            planes_in_all: set.in_all(),
            degenerate_planes: set.degenerate(),
            degenerate_pairs: Some(pairs.take(PAIRS_NAMED).copied().collect()),
        }
    }
}

/// What was lit, in a sweep or in chosen planes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lit {
    /// Planes in all that were looked at.
    pub planes: usize,
    /// Those that light at least one sample.
    pub lit_planes: usize,
    /// Samples lit in at least one of them.
    pub lit_samples: usize,
    /// The alignment over them.
    pub alignment: Alignment,
}

impl Lit {
    /// Of a sweep.
    #[must_use]
    pub fn of_sweep(sweep: &Sweep) -> Self {
        Self {
            planes: sweep.records.len(),
            lit_planes: sweep.lit_planes(),
            lit_samples: sweep.lit_samples,
            alignment: sweep.alignment(),
        }
    }

    /// Of chosen planes of one layer, with the samples that are lit in at least one
    /// of them.
    #[must_use]
    pub fn of_curves(curves: &[Curve], lit_samples: u64) -> Self {
        let sum = |of: fn(&Tally) -> u64| curves.iter().map(|curve| of(&curve.tally)).sum();
        let n_samples = curves.first().map_or(1, |curve| curve.n_samples);
        let (axes, bisectors) = (sum(|tally| tally.axes), sum(|tally| tally.bisectors));
        Self {
            planes: curves.len(),
            lit_planes: curves.iter().filter(|curve| curve.tally.lit > 0).count(),
            lit_samples: lit_samples as usize,
            alignment: Alignment::from_counts(axes, bisectors, n_samples, curves.len()),
        }
    }
}

impl Summary {
    /// The summary of `lit` at `epsilon` on that ground.
    #[must_use]
    pub fn new(ground: Ground, epsilon: Epsilon, lit: &Lit, seconds: Seconds) -> Self {
        Self {
            format: SUMMARY_FORMAT,
            n_samples: ground.n_samples,
            n_neurons: ground.n_neurons,
            excluded_rows: ground.excluded_rows,
            zero_rows: ground.zero_rows,
            planes: lit.planes,
            chosen_vectors: ground.chosen_vectors,
            planes_in_all: ground.planes_in_all,
            degenerate_planes: ground.degenerate_planes,
            degenerate_pairs: ground.degenerate_pairs,
            epsilon: epsilon.get(),
            half_angle_deg: epsilon.half_angle_deg(),
            null_share: epsilon.null_share(ground.n_neurons),
            lit_planes: lit.lit_planes,
            lit_samples: lit.lit_samples,
            alignment: lit.alignment.index(),
            contrast: lit.alignment.contrast(),
            significance: None,
            seconds,
        }
    }

    /// With what the planes come to against chance, where they are judged.
    #[must_use]
    pub fn with_significance(self, significance: Option<&Significance>) -> Self {
        Self {
            significance: significance.map(Found::of),
            ..self
        }
    }

    /// As indented JSON, without a line break at the end.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Numbers under fixed names: nothing that could fail.
        serde_json::to_string_pretty(self).unwrap_or_else(|e| unreachable!("{e}"))
    }
}
