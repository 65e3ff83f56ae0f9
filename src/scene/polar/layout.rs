//! Where a value at an angle lies, and back.

use std::f64::consts::TAU;

use super::super::{Point, Rect};
use super::PolarView;

/// Where things are in a polar view, to find what is under the pointer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PolarLayout {
    /// Centre of the circle.
    pub centre: Point,
    /// Radius of the outer circle in points.
    pub radius: f32,
    /// Value at the outer circle.
    pub most: f64,
    /// Value at the centre.
    pub least: f64,
}

impl PolarLayout {
    pub(super) fn new(plot: Rect, view: &PolarView) -> Self {
        let most = view.outer();
        Self {
            centre: [plot.x + plot.width / 2.0, plot.y + plot.height / 2.0],
            radius: (plot.width.min(plot.height) / 2.0).max(10.0),
            most,
            least: if view.signed { -most } else { 0.0 },
        }
    }

    /// Distance from the centre, in points, of a value.
    #[must_use]
    pub fn distance(&self, value: f64) -> f32 {
        let place = (value - self.least) / (self.most - self.least);
        place.clamp(0.0, 1.0) as f32 * self.radius
    }

    /// Where a value at an angle lies.
    #[must_use]
    pub fn at(&self, angle_rad: f64, value: f64) -> Point {
        self.ray(angle_rad, self.distance(value))
    }

    /// The point at a distance in points.
    #[must_use]
    pub fn ray(&self, angle_rad: f64, distance: f32) -> Point {
        let (sin, cos) = angle_rad.sin_cos();
        [
            self.centre[0] + cos as f32 * distance,
            self.centre[1] - sin as f32 * distance,
        ]
    }

    /// The angle in radians under a point, in `[0, 2π)`; `None` outside the
    /// circle and at its very centre.
    #[must_use]
    pub fn angle_at(&self, [x, y]: Point) -> Option<f64> {
        let (dx, dy) = (x - self.centre[0], self.centre[1] - y);
        let inside = dx.hypot(dy) <= self.radius + 2.0;
        inside.then(|| self.direction_of([x, y]))?
    }

    /// The same wherever the point is but at the very centre.
    #[must_use]
    pub fn direction_of(&self, [x, y]: Point) -> Option<f64> {
        let (dx, dy) = (x - self.centre[0], self.centre[1] - y);
        let far = dx.hypot(dy) >= 2.0;
        far.then(|| f64::from(dy).atan2(f64::from(dx)).rem_euclid(TAU))
    }

    /// Where a closed curve of values runs.
    pub(super) fn path(&self, values: &[f64]) -> Vec<Point> {
        let intervals = values.len().saturating_sub(1).max(1);
        let angle = |k: usize| k as f64 * TAU / intervals as f64;
        let at = |(k, &value): (usize, &f64)| self.at(angle(k), value);
        values.iter().enumerate().map(at).collect()
    }
}
