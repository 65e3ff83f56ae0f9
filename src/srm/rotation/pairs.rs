//! What one sample lights at the axes and the bisectors of all planes of an
//! orthonormal set of vectors, without drawing a curve.
//!
//! In the plane of two orthogonal vectors the axes see the coordinates `±c_i`, `±c_j`,
//! the bisectors `±(c_i + c_j)/√2` and `±(c_i − c_j)/√2`. So the axes of all planes are
//! one look at each coordinate; the bisectors are a matter of the sizes `|c|` alone:
//! how many pairs have a sum, and how many a difference, of at least `√2 ε′`. Few
//! sizes are as large as that asks of the larger of two, unless `ε` is near 0; then
//! the sizes are put in order and two ends walked towards each other, `O(m log m)`.
//! Pairs within rounding of the edge are settled by the definition's own inequality.

use super::AlignmentCounts;
use crate::srm::basis::Frame;
use crate::srm::curve::Directions;
use crate::srm::epsilon::Epsilon;
use crate::srm::plane::PlaneMode;

/// Far above what rounding can do to a sum of two coordinates.
const DOUBT: f64 = 1e-14;

/// Sizes that are compared with all others one by one; with more, they are ordered.
const FEW: usize = 24;

/// Counts what samples light, one after another.
#[derive(Clone, Debug)]
pub(super) struct PairCounter {
    threshold: f64,
    mode: PlaneMode,
    directions: Directions,
    /// Sums and differences of at least `sure` are beyond `|ε′|`, those below
    /// `possible` are not.
    possible: f64,
    sure: f64,
    sizes: Vec<f64>,
    large: Vec<usize>,
    ordered: Vec<(f64, u32)>,
}

/// A sum or a difference of two sizes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Of {
    Sum,
    Difference,
}

/// Sums and differences of two sizes that are beyond `|ε′|`.
#[derive(Clone, Copy, Debug, Default)]
struct Beyond {
    sure: u64,
    /// Not known to be or not to be: lights counted for each.
    doubtful: u64,
    settled: u64,
}

impl PairCounter {
    pub fn new(epsilon: Epsilon, mode: PlaneMode) -> Self {
        let threshold = epsilon.threshold();
        let edge = threshold.abs() * std::f64::consts::SQRT_2;
        Self {
            threshold,
            mode,
            directions: Directions::new(Frame::ORTHOGONAL),
            possible: edge - DOUBT,
            sure: edge + DOUBT,
            sizes: Vec::new(),
            large: Vec::new(),
            ordered: Vec::new(),
        }
    }

    /// What the sample with those coordinates, `m ≥ 2` of them, lights in all planes.
    pub fn count(&mut self, coordinates: &[f64]) -> AlignmentCounts {
        let m = coordinates.len() as u64;
        let orders = match self.mode {
            PlaneMode::Combinations => 1,
            PlaneMode::Permutations => 2,
        };
        let both = |&c: &f64| u64::from(c >= self.threshold) + u64::from(-c >= self.threshold);
        let axes: u64 = coordinates.iter().map(both).sum();
        self.sizes.clear();
        self.sizes.extend(coordinates.iter().map(|c| c.abs()));
        let least = self.possible / 2.0;
        self.large.clear();
        let large = self
            .sizes
            .iter()
            .enumerate()
            .filter(|&(_, &size)| size >= least);
        self.large.extend(large.map(|(k, _)| k));
        let beyond = if self.large.len() <= FEW {
            self.of_large(coordinates)
        } else {
            self.of_all(coordinates)
        };
        // Of the two opposite directions of a bisector one lights a sample beyond ε′ > 0
        // and none another; where ε′ ≤ 0, one lights a sample beyond |ε′| and both another.
        let of_pairs = if self.threshold > 0.0 {
            beyond.sure
        } else {
            2 * (m * (m - 1) - beyond.doubtful) - beyond.sure
        };
        AlignmentCounts {
            axes: orders * (m - 1) * axes,
            bisectors: orders * of_pairs + beyond.settled,
        }
    }

    /// The larger of two sizes with a sum beyond the edge is large: each is compared with
    /// all others.
    fn of_large(&self, coordinates: &[f64]) -> Beyond {
        let mut beyond = Beyond::default();
        for (place, &k) in self.large.iter().enumerate() {
            let this = self.sizes[k];
            let mut counts = [0u64; 4];
            for &other in &self.sizes {
                add(&mut counts, self.compare(this, other));
            }
            // Itself, and pairs that were seen from the other side.
            for &seen in &self.large[..=place] {
                let compared = self.compare(this, self.sizes[seen]);
                for (count, compared) in counts.iter_mut().zip(compared) {
                    *count -= u64::from(compared);
                }
            }
            let [sums, differences, all_sums, all_differences] = counts;
            beyond.sure += sums + differences;
            if (sums, differences) == (all_sums, all_differences) {
                continue;
            }
            let others = (0..self.sizes.len()).filter(|l| !self.large[..=place].contains(l));
            for l in others {
                let [sum, difference, maybe_sum, maybe_difference] =
                    self.compare(this, self.sizes[l]);
                if maybe_sum != sum {
                    self.settle(coordinates, (k, l), Of::Sum, &mut beyond);
                }
                if maybe_difference != difference {
                    self.settle(coordinates, (k, l), Of::Difference, &mut beyond);
                }
            }
        }
        beyond
    }

    /// Whether the sum and the difference are surely beyond the edge, and whether they
    /// may be.
    fn compare(&self, a: f64, b: f64) -> [bool; 4] {
        let (sum, difference) = (a + b, (a - b).abs());
        [
            sum >= self.sure,
            difference >= self.sure,
            sum >= self.possible,
            difference >= self.possible,
        ]
    }

    /// All sizes in order: for each, those with which it is beyond the edge follow one
    /// another.
    fn of_all(&mut self, coordinates: &[f64]) -> Beyond {
        let mut ordered = std::mem::take(&mut self.ordered);
        ordered.clear();
        ordered.extend((0..).zip(&self.sizes).map(|(k, &size)| (size, k)));
        ordered.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        let mut beyond = Beyond::default();
        let pair = |a: usize, b: usize| (ordered[a].1 as usize, ordered[b].1 as usize);
        // With a larger partner a smaller one does.
        let (mut surely, mut maybe) = (0, 0);
        for place in (1..ordered.len()).rev() {
            let this = ordered[place].0;
            while surely < place && ordered[surely].0 + this < self.sure {
                surely += 1;
            }
            while maybe < place && ordered[maybe].0 + this < self.possible {
                maybe += 1;
            }
            beyond.sure += place.saturating_sub(surely) as u64;
            for other in maybe..surely.min(place) {
                self.settle(coordinates, pair(other, place), Of::Sum, &mut beyond);
            }
        }
        // The larger one is, the more are smaller by as much.
        let (mut surely, mut maybe) = (0, 0);
        for place in 1..ordered.len() {
            let this = ordered[place].0;
            while surely < place && this - ordered[surely].0 >= self.sure {
                surely += 1;
            }
            while maybe < place && this - ordered[maybe].0 >= self.possible {
                maybe += 1;
            }
            beyond.sure += surely as u64;
            for other in surely..maybe {
                self.settle(coordinates, pair(other, place), Of::Difference, &mut beyond);
            }
        }
        self.ordered = ordered;
        beyond
    }

    /// Within rounding of the edge the definition decides, for each order of the plane.
    fn settle(&self, coordinates: &[f64], (k, l): (usize, usize), of: Of, beyond: &mut Beyond) {
        let (c1, c2) = (coordinates[k.min(l)], coordinates[k.max(l)]);
        // The bisector between the axes adds what has one sign; the other, at right
        // angles to it, adds what has two.
        let same = (c1 < 0.0) == (c2 < 0.0);
        let between = same == (of == Of::Sum);
        let lit = |c1: f64, c2: f64| {
            let [first, second] = self.directions.bisectors(c1, c2, self.threshold);
            if between { first } else { second }
        };
        beyond.doubtful += 1;
        beyond.settled += match self.mode {
            PlaneMode::Combinations => lit(c1, c2),
            PlaneMode::Permutations => lit(c1, c2) + lit(c2, c1),
        };
    }
}

fn add(counts: &mut [u64; 4], compared: [bool; 4]) {
    for (count, compared) in counts.iter_mut().zip(compared) {
        *count += u64::from(compared);
    }
}
