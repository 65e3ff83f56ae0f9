//! The mathematics of the Spotlight Resonance Method (George Bird, arXiv
//! 2505.13471): types that cannot be wrong, curves, sweeps, the isotropic null,
//! alignment and its test by rotation. Knows no files, no windows, and brings no threads
//! of its own: parallel work runs on the caller's rayon pool.
//!
//! In the paper's terms: activations `X` are `N × d`, one sample a row; `x̂` is a
//! row over its norm; the privileged basis `B` is `m × d` with unit rows; in the
//! plane `(i, j)` the probe `p(θ) = cos θ · e1 + sin θ · e2` turns from
//! `e1 = b_i` towards `b_j`; and `f_ij(θ; ε)` is the fraction of the samples with
//! `x̂ · p(θ) ≥ ε`.

mod activations;
mod aim;
mod alignment;
mod angles;
mod arc;
mod basis;
mod cancel;
mod centre;
mod choice;
mod class_curves;
mod classes;
mod coordinates;
mod curve;
mod density;
mod directions;
mod enrichment;
mod ensemble;
mod epsilon;
mod hypergeometric;
mod intake;
mod light;
mod lines;
mod lit;
mod nearest;
pub mod null;
mod overview;
mod pages;
mod plane;
mod projection;
mod records;
mod rotation;
mod scale;
mod significance;
mod spotlight;
mod subset;
mod sweep;

pub use activations::{Activations, ActivationsError, MOST_SAMPLES, Neuron, Values};
pub use aim::{Aim, Pole, Side};
pub use alignment::Alignment;
pub use angles::{AngleGrid, AnglesError, MOST_ANGLES};
pub use basis::{BasisError, DEGENERATE, Frame, UnitBasis};
pub use cancel::Cancelled;
pub use choice::{ChoiceError, NeuronChoice, Ranges, RangesError};
pub use class_curves::{
    ClassCurves, MOST_CLASS_COUNTS, class_curves, class_light, most_lit_classes,
};
pub use classes::{Classes, NO_CLASS};
pub use coordinates::Coordinates;
pub use curve::{Curve, Sign, Tally, curve, lit_samples};
pub use density::{Bins, Density, LEAST_EXPECTED, MOST_NORMS, Norms, cells_for, view_radius};
pub use directions::{Direction, DominantClass, directions};
pub use enrichment::{ClassCount, Enrichment};
pub use ensemble::{CurveSums, Ensemble, MOST_SUMMED};
pub use epsilon::{EDGE, Epsilon, EpsilonChoice, EpsilonError, PAPER_EPSILON};
pub use intake::Slab;
pub use light::light_shares;
pub(crate) use lines::zeroed;
pub use lines::{LANES, Line, Lines, Real};
pub use lit::{LitSample, lit_at};
pub use overview::{Overview, overview, overview_among};
pub(crate) use plane::drawn;
pub use plane::{Draw, Plane, PlaneMode, PlaneSet};
pub use projection::{
    MOST_POINTS, Onto, PointLimit, Projected, Projection, Told, bin_all, project,
};
pub use records::{PlaneRecord, Records};
pub use rotation::{
    AlignmentCounts, CurveBand, FEW_COUNTS, Interval, KurtosisTest, LEAST_FOR_BAND, PlaneRotations,
    RESAMPLES, RotatedCounts, RotatedCurves, RotationSpec, RotationTest, SMALL_LAYER, SampleCounts,
    Standing, USUAL_ROTATIONS, excess_kurtosis, least_rotations, range_coverage, rotated_curves,
};
pub use scale::{
    MOST_SCALE_COUNTS, SCALES, ScaleCounts, Scales, ScalesError, nearest_in_plane, scale_counts,
    scale_range,
};
pub use significance::{Significance, USUAL_RATE};
pub use spotlight::Spotlight;
pub use subset::Subset;
pub use sweep::{Block, Observer, Sweep, SweepSpec, sweep};
