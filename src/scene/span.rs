//! Which rows of the heatmap are looked at.

use std::ops::Range;

/// Fewer planes than these are not zoomed to.
const FEWEST: f64 = 4.0;

/// A span of the heatmap's order, from 0 before its first plane to 1 behind its
/// last: so it stays where it is when another `ε` leaves more or fewer planes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RowSpan {
    from: f64,
    to: f64,
}

impl Default for RowSpan {
    fn default() -> Self {
        Self::WHOLE
    }
}

impl RowSpan {
    /// All rows.
    pub const WHOLE: Self = Self { from: 0.0, to: 1.0 };

    /// Whether all rows are looked at.
    #[must_use]
    pub fn is_whole(self) -> bool {
        self == Self::WHOLE
    }

    /// The same place, `factor` times closer; `around`, from 0 at the upper edge
    /// to 1 at the lower, stays where it is. Of `planes`, a few stay in view.
    #[must_use]
    pub fn zoomed(self, factor: f64, around: f64, planes: usize) -> Self {
        let length = self.to - self.from;
        let least = (FEWEST / planes.max(1) as f64).min(1.0);
        let closer = (length / factor).clamp(least, 1.0);
        Self::at(self.from + around * (length - closer), closer)
    }

    /// Moved down by so many heights of the view.
    #[must_use]
    pub fn moved(self, by: f64) -> Self {
        let length = self.to - self.from;
        Self::at(self.from + by * length, length)
    }

    /// Moved by as little as brings the plane at `place` into view.
    #[must_use]
    pub fn showing(self, place: usize, planes: usize) -> Self {
        let row = 1.0 / planes.max(1) as f64;
        let (top, length) = (place as f64 * row, self.to - self.from);
        if top < self.from {
            Self::at(top, length)
        } else if top + row > self.to {
            Self::at(top + row - length, length)
        } else {
            self
        }
    }

    fn at(from: f64, length: f64) -> Self {
        if length >= 1.0 {
            return Self::WHOLE;
        }
        let from = from.clamp(0.0, 1.0 - length);
        Self {
            from,
            to: from + length,
        }
    }

    /// The places at the upper and the lower edge, of `planes` drawn.
    #[must_use]
    pub fn edges(self, planes: usize) -> (f64, f64) {
        (self.from * planes as f64, self.to * planes as f64)
    }

    /// The places in view, of `planes` drawn: those partly in view counted.
    #[must_use]
    pub fn places(self, planes: usize) -> Range<usize> {
        let (first, last) = self.edges(planes);
        // Rounding leaves no sliver of a plane.
        let first = (first + 1e-6).floor() as usize;
        let last = ((last - 1e-6).ceil().max(0.0) as usize).min(planes);
        first.min(last)..last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zooming_keeps_what_is_under_the_pointer_where_it_is() {
        let planes = 294_528;
        let mut span = RowSpan::WHOLE;
        let at = |span: RowSpan, y: f64| {
            let (first, last) = span.edges(planes);
            first + y * (last - first)
        };
        let place = at(span, 0.3);
        for _ in 0..10 {
            span = span.zoomed(1.7, 0.3, planes);
            assert!((at(span, 0.3) - place).abs() < 1e-6);
        }
        let closest = span.zoomed(1e9, 0.3, planes);
        assert!((4..=5).contains(&closest.places(planes).len()));
        assert!(closest.zoomed(1e-9, 0.9, planes).is_whole());
    }

    #[test]
    fn a_span_stays_within_the_order() {
        let span = RowSpan::WHOLE.zoomed(10.0, 0.5, 1000);
        assert_eq!(span.places(1000), 450..550);
        assert_eq!(span.moved(0.5).places(1000), 500..600);
        assert_eq!(span.moved(-100.0).places(1000), 0..100);
        assert_eq!(span.moved(100.0).places(1000), 900..1000);
        assert!(RowSpan::WHOLE.moved(3.0).is_whole());
        assert_eq!(RowSpan::WHOLE.places(0), 0..0);
        assert_eq!(RowSpan::WHOLE.zoomed(5.0, 0.5, 3).places(3), 0..3);
    }

    #[test]
    fn a_plane_is_brought_into_view_by_the_shortest_way() {
        let span = RowSpan::WHOLE.zoomed(10.0, 0.5, 1000);
        assert_eq!(span.showing(500, 1000), span);
        assert_eq!(span.showing(449, 1000).places(1000), 449..549);
        assert_eq!(span.showing(550, 1000).places(1000), 451..551);
    }
}
