//! Views as primitives: drawn once, shown twice.
//!
//! A view turns results into a [`Scene`]: shapes, text and images in points with
//! `y` downwards, nothing of a window or a page in them. The window paints a
//! scene, and a figure for a paper is the same scene on a page in millimetres.

mod aggregate;
mod atlas;
mod class_colours;
mod class_parts;
mod colour;
mod curves;
mod directions;
mod ensemble;
mod heatmap;
mod legend;
pub mod okabe_ito;
mod order;
mod polar;
mod projection;
mod scale;
mod span;
mod style;
mod text;
mod ticks;
mod tint;

use std::sync::Arc;

pub use aggregate::{Aggregate, MOST_PIXELS, cells, raster};
pub use atlas::{
    Atlas, AtlasCamera, AtlasLayout, AtlasMark, AtlasOrder, AtlasSource, AtlasView, HasBar, Level,
    Quantity, atlas, atlas_bar, atlas_frame, atlas_frame_into, atlas_margins, atlas_marks,
    atlas_pointer, atlas_table,
};
pub use class_colours::{CLASS_COLORS, class_color};
pub use class_parts::{ClassPart, overlaid, stacked};
pub use colour::{Color, ColorMap, ColorScale, Palette, SERIES};
pub use curves::{CurveBundle, bundle};
pub use directions::{
    DirectionBar, DirectionClass, DirectionsView, directions_into, directions_margins,
};
pub use ensemble::{EnsembleAxis, EnsembleView, ensemble, ensemble_margins};
pub use heatmap::{HeatmapLayout, HeatmapView, bar, heatmap, heatmap_into, heatmap_margins};
pub use legend::{
    Corner, Entry, Key, LegendPlace, draw_legend, draw_legend_rows, legend_row_height,
    legend_row_width, legend_size, within_lines, within_width,
};
pub use order::{LeftOut, Order, PlaneOrder, enough_light, order, order_of_significant};
pub use polar::{
    BandOf, PolarBand, PolarCurve, PolarFill, PolarLayout, PolarView, outermost, polar, polar_into,
    polar_margins,
};
pub use projection::{
    Dot, ProjectionView, dot_look, dots, projection_into, projection_margins, projection_plot,
    square_within,
};
pub use scale::{ScaleRows, ScaleView, scale_into, scale_margins, scale_plot};
pub use span::RowSpan;
pub use style::{Margins, Medium, Style};
pub use text::{
    CAPITALS, FALLBACK_FAMILY, FAMILY, Fonts, Level as TextLevel, OwnFont, Run, SCRIPT_SIZE,
    SUB_DROP, SUPER_RISE, Slant, Text, files as font_files,
};
pub use ticks::{AngleUnit, percent, ticks};
pub use tint::{Tint, TintBar};

/// A position in points, `x` to the right and `y` downwards.
pub type Point = [f32; 2];

/// A rectangle in points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rect {
    /// Left edge.
    pub x: f32,
    /// Top edge.
    pub y: f32,
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
}

impl Rect {
    /// Whether the point lies within, edges counted.
    #[must_use]
    pub fn contains(&self, [x, y]: Point) -> bool {
        (self.x..=self.x + self.width).contains(&x) && (self.y..=self.y + self.height).contains(&y)
    }

    /// The same with so much less on every side.
    #[must_use]
    pub fn shrunk(&self, by: f32) -> Self {
        Self {
            x: self.x + by,
            y: self.y + by,
            width: self.width - 2.0 * by,
            height: self.height - 2.0 * by,
        }
    }
}

/// A view's picture.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scene {
    /// Width and height in points.
    pub size: Point,
    /// Drawn in order.
    pub items: Vec<Item>,
}

/// A line's look.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stroke {
    /// Width in points.
    pub width: f32,
    /// Colour.
    pub color: Color,
    /// Lengths of dashes and gaps in points; solid where `None`.
    pub dash: Option<[f32; 2]>,
}

impl Stroke {
    /// A solid line.
    #[must_use]
    pub const fn solid(width: f32, color: Color) -> Self {
        Self {
            width,
            color,
            dash: None,
        }
    }
}

/// Where a text's position is, horizontally.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// At its start.
    Start,
    /// In its middle.
    Middle,
    /// At its end.
    End,
}

/// A primitive.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    /// The area between two polylines of equally many points.
    Area {
        /// One side.
        upper: Vec<Point>,
        /// The other side.
        lower: Vec<Point>,
        /// Fill.
        color: Color,
    },
    /// A polyline.
    Line {
        /// Its points.
        points: Vec<Point>,
        /// Whether the last joins the first.
        closed: bool,
        /// Its look.
        stroke: Stroke,
    },
    /// A circle's outline.
    Circle {
        /// Centre.
        centre: Point,
        /// Radius in points.
        radius: f32,
        /// Its look.
        stroke: Stroke,
    },
    /// A filled circle.
    Disc {
        /// Centre.
        centre: Point,
        /// Radius in points.
        radius: f32,
        /// Fill.
        color: Color,
    },
    /// A filled rectangle.
    Fill {
        /// Where.
        rect: Rect,
        /// Fill.
        color: Color,
    },
    /// A line of text, centred vertically on its position.
    Text {
        /// Where.
        at: Point,
        /// What.
        text: Text,
        /// Height of the font in points.
        size: f32,
        /// Horizontal alignment.
        align: Align,
        /// Bold or regular.
        bold: bool,
        /// Whether it reads upwards, turned by 90°.
        upwards: bool,
        /// Colour.
        color: Color,
    },
    /// An image, one data cell a pixel, stretched without smoothing.
    Image {
        /// Where.
        rect: Rect,
        /// The pixels.
        raster: Arc<Raster>,
    },
    /// A part of an image, likewise.
    Part {
        /// Where.
        rect: Rect,
        /// The pixels.
        raster: Arc<Raster>,
        /// From where to where in the image's width and height, 0 to 1.
        part: [[f32; 2]; 2],
    },
}

/// Pixels, row after row, opaque or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raster {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Red, green, blue, alpha (not premultiplied) of each pixel.
    pub rgba: Vec<[u8; 4]>,
}

impl Scene {
    fn line(&mut self, points: Vec<Point>, stroke: Stroke) {
        self.items.push(Item::Line {
            points,
            closed: false,
            stroke,
        });
    }

    fn text(&mut self, at: Point, text: impl Into<Text>, size: f32, align: Align, color: Color) {
        self.items.push(Item::Text {
            at,
            text: text.into(),
            size,
            align,
            bold: false,
            upwards: false,
            color,
        });
    }

    /// Beside an upright axis or bar, its middle there.
    fn text_upwards(&mut self, at: Point, text: impl Into<Text>, size: f32, color: Color) {
        self.items.push(Item::Text {
            at,
            text: text.into(),
            size,
            align: Align::Middle,
            bold: false,
            upwards: true,
            color,
        });
    }
}
