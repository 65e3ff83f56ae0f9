//! Curves with fewer points that look the same.

use crate::scene::Point;

/// How far a simplified curve may lie from the whole one, in points: a fifth of
/// what a printer at 1,200 dpi can place, and under the promised 0.05 pt.
pub const TOLERANCE_PT: f32 = 0.03;

/// The points of a polyline that are needed to stay within [`TOLERANCE_PT`] of all
/// of them (Ramer, Douglas and Peucker). The first and the last stay.
#[must_use]
pub fn simplified(points: &[Point]) -> Vec<Point> {
    if points.len() < 3 {
        return points.to_vec();
    }
    let mut keep = vec![false; points.len()];
    keep[0] = true;
    keep[points.len() - 1] = true;
    // Spans that are still to be looked at: no recursion on long curves.
    let mut spans = vec![(0, points.len() - 1)];
    while let Some((first, last)) = spans.pop() {
        let farthest = (first + 1..last)
            .map(|k| (distance(points[k], points[first], points[last]), k))
            .max_by(|a, b| a.0.total_cmp(&b.0));
        if let Some((far, k)) = farthest
            && far > TOLERANCE_PT
        {
            keep[k] = true;
            spans.push((first, k));
            spans.push((k, last));
        }
    }
    let kept = points.iter().zip(keep).filter(|(_, keep)| *keep);
    kept.map(|(&point, _)| point).collect()
}

/// From a point to the line between two others, ends included.
fn distance([x, y]: Point, [ax, ay]: Point, [bx, by]: Point) -> f32 {
    let (dx, dy) = (bx - ax, by - ay);
    let length = dx * dx + dy * dy;
    let along = if length > 0.0 {
        (((x - ax) * dx + (y - ay) * dy) / length).clamp(0.0, 1.0)
    } else {
        0.0
    };
    (x - ax - along * dx).hypot(y - ay - along * dy)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn straight_lines_need_two_points_and_corners_stay() {
        let line: Vec<Point> = (0..100u8).map(|k| [f32::from(k), 3.0]).collect();
        assert_eq!(simplified(&line), [[0.0, 3.0], [99.0, 3.0]]);
        let corner = [[0.0, 0.0], [5.0, 0.0], [5.0, 5.0]];
        assert_eq!(simplified(&corner), corner);
        assert_eq!(simplified(&[[1.0, 1.0]; 7]), [[1.0, 1.0]; 2]);
    }

    proptest! {
        #[test]
        fn no_point_lies_further_than_promised_from_the_simplified_curve(
            heights in prop::collection::vec(0.0f32..3.0, 2..200)
        ) {
            let points: Vec<Point> =
                heights.iter().enumerate().map(|(k, &y)| [k as f32 * 0.3, y]).collect();
            let fewer = simplified(&points);
            for &point in &points {
                let near = fewer
                    .windows(2)
                    .map(|ends| distance(point, ends[0], ends[1]))
                    .fold(f32::INFINITY, f32::min);
                prop_assert!(near <= TOLERANCE_PT * 1.001, "{near}");
            }
        }
    }
}
