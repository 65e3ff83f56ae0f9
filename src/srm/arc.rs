//! One sample is one arc.
//!
//! With `r = √(c1² + c2²)` and `ϑ = atan2(c2, c1)` the cosine with the probe at
//! `θ` is `r cos(θ − ϑ)`, so the sample is lit for `|θ − ϑ| ≤ arccos(ε′ / r)`:
//! never if `r < ε′`, always if `r ≤ −ε′`. A whole curve is then a difference
//! array and a running sum, `O(N + A)` (METHOD, fact 1).

use std::f64::consts::TAU;

use super::angles::AngleGrid;
use super::epsilon::Epsilon;

/// Error of a cosine's argument that the arc's ends are guarded against.
const ROUNDING: f64 = 1e-15;

/// `√(2 · ROUNDING)`, rounded up: the most that rounding turns an end by,
/// where the arc is so short that `arccos` is at its steepest.
const STEEPEST: f64 = 5e-8;

/// Lays arcs on a grid, exactly as the definition's inequality would.
#[derive(Clone, Debug)]
pub(super) struct ArcLayer {
    grid: AngleGrid,
    threshold: f64,
    steps_per_radian: f64,
}

/// Grid points lit by one sample: `count` of them from `first` on, cyclically.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Lit {
    pub first: usize,
    pub count: usize,
}

impl ArcLayer {
    pub fn new(grid: &AngleGrid, epsilon: Epsilon) -> Self {
        Self {
            grid: grid.clone(),
            threshold: epsilon.threshold(),
            steps_per_radian: grid.distinct() as f64 / TAU,
        }
    }

    /// `A`.
    pub fn angles(&self) -> usize {
        self.grid.count()
    }

    /// The grid points at which `c1 cos θ + c2 sin θ ≥ ε′`; `radius = ‖(c1, c2)‖`.
    pub fn lit(&self, c1: f64, c2: f64, radius: f64) -> Lit {
        let n = self.grid.distinct();
        if radius <= -self.threshold {
            return Lit { first: 0, count: n };
        }
        // Radii a rounding below the threshold come here too: at a grid point
        // the inequality decides, elsewhere an empty arc has no grid point.
        let cosine = (self.threshold / radius).min(1.0);
        let half_width = cosine.acos();
        let sine = ((1.0 - cosine) * (1.0 + cosine)).max(0.0).sqrt();
        let doubt = (ROUNDING / sine.max(ROUNDING)).min(STEEPEST);
        let near = 1e-7 + doubt * self.steps_per_radian;

        let centre = c2.atan2(c1);
        let low = (centre - half_width) * self.steps_per_radian;
        let high = (centre + half_width) * self.steps_per_radian;
        let first = self.settle(low, low.ceil(), 1.0, near, c1, c2);
        let last = self.settle(high, high.floor(), -1.0, near, c1, c2);
        let count = (last - first + 1.0).clamp(0.0, n as f64);
        Lit {
            first: first.rem_euclid(n as f64) as usize % n,
            count: count as usize,
        }
    }

    /// Adds the arc to a difference array of `distinct + 1` entries.
    pub fn lay(&self, c1: f64, c2: f64, radius: f64, difference: &mut [i64]) {
        let n = self.grid.distinct();
        let Lit { first, count } = self.lit(c1, c2, radius);
        if count == 0 {
            return;
        }
        difference[first] += 1;
        let end = first + count;
        if end <= n {
            difference[end] -= 1;
        } else {
            difference[0] += 1;
            difference[end - n] -= 1;
        }
    }

    /// An end that lies within rounding of a grid point is settled by the
    /// inequality itself, so no maths library decides a count. `inside` is the
    /// first grid point within the arc, `inward` the way into it.
    fn settle(&self, end: f64, inside: f64, inward: f64, near: f64, c1: f64, c2: f64) -> f64 {
        let closest = end.round();
        if (end - closest).abs() > near {
            return inside;
        }
        let n = self.grid.distinct();
        let (cos, sin) = self.grid.directions()[closest.rem_euclid(n as f64) as usize % n];
        if c1 * cos + c2 * sin >= self.threshold {
            closest
        } else {
            closest + inward
        }
    }
}

/// Turns a difference array of `n + 1` entries into the counts at the `n`
/// distinct directions and the copy of the first that closes the grid.
pub(super) fn accumulate(difference: &mut [i64]) {
    let mut running = 0;
    for value in difference.iter_mut() {
        running += *value;
        *value = running;
    }
    if let [first, .., last] = difference {
        *last = *first;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn layer(angles: usize, epsilon: f64) -> ArcLayer {
        let grid = AngleGrid::new(angles).unwrap_or_else(|e| panic!("{e}"));
        ArcLayer::new(
            &grid,
            Epsilon::new(epsilon).unwrap_or_else(|e| panic!("{e}")),
        )
    }

    fn check(layer: &ArcLayer, c1: f64, c2: f64) {
        let n = layer.grid.distinct();
        let Lit { first, count } = layer.lit(c1, c2, c1.hypot(c2));
        let mut lit = vec![false; n];
        for k in 0..count {
            lit[(first + k) % n] = true;
        }
        let expected: Vec<bool> = layer
            .grid
            .directions()
            .iter()
            .map(|(cos, sin)| c1 * cos + c2 * sin >= layer.threshold)
            .collect();
        assert_eq!(
            lit, expected,
            "c = ({c1}, {c2}), ε′ = {}, n = {n}",
            layer.threshold
        );
    }

    #[test]
    fn samples_on_the_edge_belong_to_the_cone() {
        for angles in [2, 3, 4, 5, 9, 13, 73, 100, 361, 721] {
            for epsilon in [-1.0, -0.5, 0.0, 0.5, 0.5f64.sqrt(), 0.75f64.sqrt(), 1.0] {
                let layer = layer(angles, epsilon);
                for k in 0..72 {
                    let (sin, cos) = (f64::from(k) * TAU / 72.0).sin_cos();
                    for r in [1.0, epsilon.abs(), 0.5, 0.0] {
                        check(&layer, r * cos, r * sin);
                    }
                }
            }
        }
    }

    #[test]
    fn one_hot_rows_light_equally_many_angles() {
        for epsilon in [0.1, 0.5, 0.9, 1.0, -0.5] {
            let layer = layer(361, epsilon);
            let counts = [(1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0)]
                .map(|(c1, c2)| layer.lit(c1, c2, 1.0).count);
            assert!(
                counts.iter().all(|&c| c == counts[0]),
                "{counts:?} at {epsilon}"
            );
        }
        assert_eq!(
            layer(361, 0.5).lit(1.0, 0.0, 1.0),
            Lit {
                first: 300,
                count: 121
            }
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn arcs_are_the_inequality(
            angles in 2usize..400,
            epsilon in -1.0f64..=1.0,
            radius in 0.0f64..=1.0,
            turn in -1.0f64..=1.0,
        ) {
            let (sin, cos) = (turn * std::f64::consts::PI).sin_cos();
            check(&layer(angles, epsilon), radius * cos, radius * sin);
        }

        #[test]
        fn arcs_that_end_on_the_grid_are_the_inequality(
            angles in 2usize..400,
            epsilon in -1.0f64..=1.0,
            at in 0usize..400,
            shrink in 0usize..4,
        ) {
            // A sample whose arc ends within rounding of a grid point.
            let layer = layer(angles, epsilon);
            let end = layer.grid.angle_rad(at % layer.grid.distinct());
            let radius = [1.0, epsilon.abs(), 0.5 + epsilon.abs() / 2.0, epsilon.abs() * (1.0 + 1e-15)][shrink];
            if radius > 0.0 {
                let half_width = (layer.threshold / radius).clamp(-1.0, 1.0).acos();
                let (sin, cos) = (end + half_width).sin_cos();
                check(&layer, radius * cos, radius * sin);
            }
        }
    }
}
