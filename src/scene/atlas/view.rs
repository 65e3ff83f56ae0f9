//! Which part of the square is on screen, and where.

use super::super::{Point, Rect, Style};

/// Points that a cell takes at the closest zoom, if it does not take more anyway.
const CLOSEST: f64 = 48.0;

/// Room at the left for the axis' name and ticks, and for each digit of its numbers.
const LEFT: f32 = 29.0;
/// Width of a digit at the size of the axes' numbers.
const DIGIT: f32 = 7.0;
/// Room at the right for the colour bar.
const RIGHT: f32 = 80.0;

/// Width of a page's colour bar, as a share of the height of letters.
pub(super) const BAR_WIDTH: f32 = 0.9;

/// Digits of the numbers along a side, two at least.
pub(super) fn digits(side: usize) -> u32 {
    (side.max(2) - 1).ilog10().max(1) + 1
}

/// What of the square is looked at; in shares of its side, so that it stays when
/// the window or the layer changes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AtlasCamera {
    /// 1 where the whole square is seen.
    pub zoom: f64,
    /// Column and row in the middle, each from 0 to 1.
    pub centre: [f64; 2],
}

impl Default for AtlasCamera {
    /// The whole square.
    fn default() -> Self {
        Self {
            zoom: 1.0,
            centre: [0.5, 0.5],
        }
    }
}

/// Where things are in an atlas.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AtlasLayout {
    /// What the square may fill.
    pub room: Rect,
    /// The part of it that the square does fill.
    pub plot: Rect,
    /// The colour bar.
    pub bar: Rect,
    /// The camera, with its limits kept.
    pub camera: AtlasCamera,
    /// Vectors along a side.
    pub side: usize,
    /// Points that the whole side takes.
    extent: f64,
    /// Left and top of the square, maybe far outside the plot.
    corner: [f64; 2],
}

impl AtlasLayout {
    /// The layout of an atlas of `side` vectors in a view of that size.
    #[must_use]
    pub fn new(size: Point, camera: AtlasCamera, side: usize) -> Self {
        let left = LEFT + DIGIT * digits(side) as f32;
        let room = Rect {
            x: left,
            y: 8.0,
            width: (size[0] - left - RIGHT).max(40.0),
            height: (size[1] - 8.0 - 40.0).max(40.0),
        };
        let fit = f64::from(room.width.min(room.height));
        let most = (CLOSEST * side as f64 / fit).max(1.0);
        let zoom = camera.zoom.clamp(1.0, most);
        let extent = fit * zoom;
        // Where it is smaller than the room it stands in the middle, and at the top.
        let place = |centre: f64, start: f32, length: f32, slack: f64| {
            let (start, length) = (f64::from(start), f64::from(length));
            if extent <= length {
                return start + (length - extent) * slack;
            }
            let middle = start + length / 2.0;
            (middle - centre * extent).clamp(start + length - extent, start)
        };
        let corner = [
            place(camera.centre[0], room.x, room.width, 0.5),
            place(camera.centre[1], room.y, room.height, 0.0),
        ];
        let seen = |corner: f64, start: f32, length: f32| {
            let first = (corner as f32).max(start);
            (
                first,
                ((corner + extent) as f32).min(start + length) - first,
            )
        };
        let (x, width) = seen(corner[0], room.x, room.width);
        let (y, height) = seen(corner[1], room.y, room.height);
        let middle = |corner: f64, start: f32, length: f32| {
            if extent <= f64::from(length) {
                return 0.5;
            }
            (f64::from(start) + f64::from(length) / 2.0 - corner) / extent
        };
        Self {
            room,
            plot: Rect {
                x,
                y,
                width,
                height,
            },
            bar: Rect {
                x: x + width + 14.0,
                y,
                width: 10.0,
                height,
            },
            camera: AtlasCamera {
                zoom,
                centre: [
                    middle(corner[0], room.x, room.width),
                    middle(corner[1], room.y, room.height),
                ],
            },
            side,
            extent,
            corner,
        }
    }

    /// The layout of the whole square in a plot of a page.
    #[must_use]
    pub fn around(plot: Rect, side: usize, style: &Style) -> Self {
        let length = plot.width.min(plot.height);
        let plot = Rect {
            x: plot.x + (plot.width - length) / 2.0,
            y: plot.y + (plot.height - length) / 2.0,
            width: length,
            height: length,
        };
        Self {
            room: plot,
            plot,
            bar: Rect {
                x: plot.x + plot.width + style.font,
                width: style.font * BAR_WIDTH,
                ..plot
            },
            camera: AtlasCamera::default(),
            side,
            extent: f64::from(length),
            corner: [f64::from(plot.x), f64::from(plot.y)],
        }
    }

    /// Points that a cell takes.
    #[must_use]
    pub fn cell_points(&self) -> f64 {
        self.extent / self.side.max(1) as f64
    }

    /// Row and column of the cell under a point.
    #[must_use]
    pub fn cell_at(&self, point: Point) -> Option<[usize; 2]> {
        if !self.plot.contains(point) || self.side == 0 {
            return None;
        }
        let place = |x: f32, corner: f64| {
            let share = (f64::from(x) - corner) / self.extent;
            ((share * self.side as f64).max(0.0) as usize).min(self.side - 1)
        };
        Some([
            place(point[1], self.corner[1]),
            place(point[0], self.corner[0]),
        ])
    }

    /// Where a square block lies: its first row and column, and its vectors a
    /// side. It may reach over the plot's edge.
    #[must_use]
    pub fn block(&self, [row, column]: [usize; 2], vectors: usize) -> Rect {
        let points = self.cell_points();
        let start = |place: usize, corner: f64| (corner + place as f64 * points) as f32;
        let (x, y) = (start(column, self.corner[0]), start(row, self.corner[1]));
        // Both edges are placed alike, so that neighbours meet.
        Rect {
            x,
            y,
            width: start(column + vectors, self.corner[0]) - x,
            height: start(row + vectors, self.corner[1]) - y,
        }
    }

    /// The rows and the columns of which something is in the plot.
    #[must_use]
    pub fn seen(&self) -> [std::ops::Range<usize>; 2] {
        let range = |start: f32, length: f32, corner: f64| {
            let share = |x: f32| (f64::from(x) - corner) / self.cell_points();
            let first = share(start).floor().max(0.0) as usize;
            let last = share(start + length).ceil().max(0.0) as usize;
            first.min(self.side)..last.min(self.side)
        };
        [
            range(self.plot.y, self.plot.height, self.corner[1]),
            range(self.plot.x, self.plot.width, self.corner[0]),
        ]
    }

    /// The camera closer by a factor, with what lies under `around` kept there;
    /// the middle where `None`.
    #[must_use]
    pub fn zoomed(&self, factor: f64, around: Option<Point>) -> AtlasCamera {
        let zoom = self.camera.zoom * factor;
        let Some(point) = around.filter(|&point| self.plot.contains(point)) else {
            return AtlasCamera {
                zoom,
                ..self.camera
            };
        };
        // The limits come first: else the point would slip at the closest zoom.
        let fit = self.extent / self.camera.zoom;
        let most = (CLOSEST * self.side as f64 / fit).max(1.0);
        let zoom = zoom.clamp(1.0, most);
        let extent = fit * zoom;
        let centre = |x: f32, corner: f64, start: f32, length: f32| {
            let x = f64::from(x);
            let share = (x - corner) / self.extent;
            let middle = f64::from(start) + f64::from(length) / 2.0;
            share + (middle - x) / extent
        };
        let Rect {
            x,
            y,
            width,
            height,
        } = self.room;
        AtlasCamera {
            zoom,
            centre: [
                centre(point[0], self.corner[0], x, width),
                centre(point[1], self.corner[1], y, height),
            ],
        }
    }

    /// The camera after the square was dragged by so many points.
    #[must_use]
    pub fn panned(&self, [dx, dy]: Point) -> AtlasCamera {
        let [x, y] = self.camera.centre;
        AtlasCamera {
            zoom: self.camera.zoom,
            centre: [
                x - f64::from(dx) / self.extent,
                y - f64::from(dy) / self.extent,
            ],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn middle(rect: Rect) -> Point {
        [rect.x + rect.width / 2.0, rect.y + rect.height / 2.0]
    }

    #[test]
    fn the_cell_under_the_pointer_is_where_the_cell_is_drawn() {
        for side in [1, 2, 24, 300, 4096] {
            for (zoom, centre) in [(1.0, [0.5, 0.5]), (7.3, [0.1, 0.8]), (1e9, [0.33, 0.66])] {
                let camera = AtlasCamera { zoom, centre };
                let layout = AtlasLayout::new([480.0, 400.0], camera, side);
                let [rows, columns] = layout.seen();
                for cell in [
                    [rows.start, columns.start],
                    [rows.end - 1, columns.end - 1],
                    [
                        rows.start.midpoint(rows.end),
                        columns.start.midpoint(columns.end),
                    ],
                ] {
                    let at = middle(layout.block(cell, 1));
                    if layout.plot.contains(at) {
                        assert_eq!(layout.cell_at(at), Some(cell), "{side} {zoom}");
                    }
                }
                let outside = [layout.plot.x - 1.0, layout.plot.y];
                assert_eq!(layout.cell_at(outside), None);
            }
        }
    }

    #[test]
    fn zooming_keeps_what_is_under_the_pointer_there() {
        let side = 1000;
        let mut layout = AtlasLayout::new([500.0, 460.0], AtlasCamera::default(), side);
        let at = [250.0, 150.0];
        // Not in the middle of the square, and where it fills the view's width.
        layout = AtlasLayout::new([500.0, 460.0], layout.zoomed(3.0, Some(at)), side);
        let cell = layout.cell_at(at);
        for factor in [1.7, 1.3, 0.8, 5.0, 100.0] {
            layout = AtlasLayout::new([500.0, 460.0], layout.zoomed(factor, Some(at)), side);
            assert_eq!(layout.cell_at(at), cell, "by {factor}");
        }
        assert!((layout.cell_points() - CLOSEST).abs() < 1e-9);
    }

    #[test]
    fn dragging_moves_the_square_and_stops_at_its_edges() {
        let side = 100;
        let camera = AtlasCamera {
            zoom: 4.0,
            centre: [0.5, 0.5],
        };
        let layout = AtlasLayout::new([500.0, 460.0], camera, side);
        let before = layout.block([50, 50], 1);
        let moved = AtlasLayout::new([500.0, 460.0], layout.panned([30.0, -20.0]), side);
        let after = moved.block([50, 50], 1);
        assert!((after.x - before.x - 30.0).abs() < 0.01);
        assert!((after.y - before.y + 20.0).abs() < 0.01);
        let far = AtlasLayout::new([500.0, 460.0], layout.panned([1e6, 1e6]), side);
        assert_eq!(far.seen().map(|range| range.start), [0, 0]);
        // The limits are part of the camera: the way back begins at the edge.
        let back = AtlasLayout::new([500.0, 460.0], far.panned([-30.0, 0.0]), side);
        let first = back.block([0, 0], 1);
        assert!((first.x - back.room.x + 30.0).abs() < 0.01);
    }

    #[test]
    fn the_whole_square_is_seen_at_first() {
        let layout = AtlasLayout::new([900.0, 400.0], AtlasCamera::default(), 24);
        assert_eq!(layout.plot.width, layout.plot.height);
        assert_eq!(layout.seen(), [0..24, 0..24]);
        // Further out is no use.
        assert_eq!(layout.zoomed(0.1, None).zoom.max(1.0), 1.0);
    }
}
