//! One plane, or several laid over each other: samples lit, by angle.

mod around;
mod curves;
mod grid;
mod layout;

use super::ensemble::NULL_BAND;
use super::legend::{Entry, Key, draw_legend};
use super::{
    Align, Color, Corner, Item, Margins, Medium, Point, Rect, Scene, Style, Text, legend_size,
    ticks,
};
use around::{around, directions};
pub(super) use curves::faint_stroke;
use curves::{draw_curve, faint_curves, resolution, ring};
use grid::{grid, radial_labels, radial_ticks};
pub use layout::PolarLayout;

use crate::srm::LEAST_FOR_BAND;
use crate::words::count;

/// The ring is left off where it would press the curves into less than this
/// share of the radius; the view says so instead.
const SMALLEST_CURVE: f64 = 0.3;

/// A ring of a smaller share of the radius is a dot.
pub(super) const SMALLEST_RING: f64 = 0.012;

/// What is said of a ring that is left off.
const RING_OFF: &str = "isotropic ring off the scale";

/// Height of a line below the circle, as a share of the small letters'.
const NOTE_LINE: f32 = 1.25;

/// A curve of the view.
#[derive(Clone, Debug, PartialEq)]
pub struct PolarCurve {
    /// Legend entry.
    pub name: Text,
    /// Values at the angles of the closed grid, as fractions.
    pub fractions: Vec<f64>,
    /// Colour of the outline.
    pub color: Color,
    /// Lengths of dashes and gaps, in widths of the line; solid where `None`.
    pub dash: Option<[f32; 2]>,
    /// What is filled.
    pub fill: PolarFill,
}

/// What a curve of a polar view fills.
#[derive(Clone, Debug, PartialEq)]
pub enum PolarFill {
    /// Nothing.
    None,
    /// The area within.
    Within,
    /// The area outwards from that curve, under the curve's own name.
    From(Vec<f64>),
    /// The band between two other curves, under that name.
    Band {
        /// Legend entry.
        name: Text,
        /// The inner curve.
        low: Vec<f64>,
        /// The outer curve.
        high: Vec<f64>,
    },
}

/// A band behind the curves, such as what chance would give.
#[derive(Clone, Debug, PartialEq)]
pub struct PolarBand {
    /// What it is of.
    pub of: BandOf,
    /// The inner edge, at the angles of the closed grid.
    pub low: Vec<f64>,
    /// The outer edge.
    pub high: Vec<f64>,
    /// Colour of the area.
    pub color: Color,
}

/// What a band behind curves is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BandOf {
    /// 95% of the planes of isotropic data.
    Isotropic,
    /// The plane's curve under so many random rotations: the middle 95%, or all
    /// of few.
    Rotations(usize),
}

impl BandOf {
    /// Legend entry.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Isotropic => NULL_BAND.to_owned(),
            Self::Rotations(few) if few < LEAST_FOR_BAND => {
                format!("{}, min–max", count(few as u64, "rotation"))
            }
            Self::Rotations(_) => "rotated, 95%".to_owned(),
        }
    }
}

/// What a polar view shows.
#[derive(Clone, Debug, PartialEq)]
pub struct PolarView {
    /// What lies behind everything else.
    pub behind: Option<PolarBand>,
    /// Curves that are only hinted at, behind the others.
    pub faint: Vec<Vec<f64>>,
    /// What those are called in the legend.
    pub faint_name: Text,
    /// Curves, the selected one last, on top.
    pub curves: Vec<PolarCurve>,
    /// Names of `b_i` and `b_j`.
    pub names: [Text; 2],
    /// Angle of `b_j` in radians; `None` where planes differ in it.
    pub alpha_rad: Option<f64>,
    /// Expected fraction for isotropic data; drawn as a faint ring.
    pub ring: Option<f64>,
    /// Whether values may be negative: zero is then a circle halfway out.
    pub signed: bool,
    /// The lobe of an infinitely narrow cluster, by its middle and half its width in
    /// radians: the expected resolution, drawn along the rim.
    pub resolution: Option<[f64; 2]>,
    /// The value at the outer circle; what suits the curves where `None`.
    pub most: Option<f64>,
    /// Where the legend stands, if within the view.
    pub legend: Option<Corner>,
    /// What the values are fractions of, on a page; empty where nothing has to be said.
    pub note: String,
}

impl PolarView {
    /// The largest value, in size, that has to be shown.
    #[must_use]
    pub fn largest(&self) -> f64 {
        let of = |values: &Vec<f64>| values.iter().fold(0.0f64, |m, f| m.max(f.abs()));
        let curves = self.curves.iter().flat_map(|curve| {
            let band = match &curve.fill {
                PolarFill::Band { high, .. } => Some(high),
                _ => None,
            };
            [Some(&curve.fractions), band].into_iter().flatten()
        });
        let behind = self.behind.iter().flat_map(|band| [&band.low, &band.high]);
        let all = curves.chain(&self.faint).chain(behind);
        let largest = all.map(of).fold(0.0, f64::max);
        match self.ring {
            Some(ring) if largest >= SMALLEST_CURVE * ring => largest.max(ring),
            _ => largest,
        }
    }

    /// The isotropic ring, if it can be seen.
    #[must_use]
    pub fn visible_ring(&self) -> Option<f64> {
        let most = self.most.unwrap_or_else(|| outermost(self.largest()));
        self.ring
            .filter(|ring| *ring > most * SMALLEST_RING && *ring <= most)
    }

    /// Whether the isotropic ring lies beyond the outer circle.
    fn is_ring_off(&self) -> bool {
        self.ring.is_some_and(|ring| ring > self.outer())
    }

    /// The value at the outer circle.
    fn outer(&self) -> f64 {
        let largest = self.largest();
        self.most.unwrap_or(if largest > 0.0 {
            outermost(largest)
        } else {
            1.0
        })
    }

    /// Entries of the legend, the selected curve first.
    #[must_use]
    pub fn entries(&self, style: &Style) -> Vec<Entry> {
        let mut entries = Vec::new();
        for curve in self.curves.iter().rev() {
            let key = match curve.fill {
                PolarFill::From(_) => Key::Band(curve.dash),
                _ => curve.dash.map_or(Key::Line, Key::Dashed),
            };
            entries.push(Entry {
                name: curve.name.clone(),
                key,
                color: curve.color,
            });
            if let PolarFill::Band { name, .. } = &curve.fill {
                entries.push(Entry {
                    name: name.clone(),
                    key: Key::Area,
                    color: curve.color,
                });
            }
        }
        if let Some(band) = &self.behind {
            entries.push(Entry {
                name: band.of.name().into(),
                key: Key::Area,
                color: band.color,
            });
        }
        if !self.faint.is_empty() {
            entries.push(Entry {
                name: self.faint_name.clone(),
                key: Key::Faint,
                color: style.palette.faint.alpha(200),
            });
        }
        if self.visible_ring().is_some() {
            entries.push(Entry {
                name: "isotropic".into(),
                key: Key::Dashes,
                color: style.palette.secondary,
            });
        }
        if self.resolution.is_some() {
            entries.push(Entry {
                name: "expected resolution".into(),
                key: Key::Line,
                color: style.palette.text,
            });
        }
        entries
    }
}

/// Room around the circle for its directions' names and angles.
#[must_use]
pub fn polar_margins(view: &PolarView, style: &Style) -> Margins {
    let names = directions(view);
    let name = |(_, name): &(f64, Text)| style.width(name, style.bold_names());
    let widest = names.iter().map(name).fold(0.0, f32::max);
    let side = widest + style.tick + 2.0 * style.gap;
    let end = end(style);
    let notes = notes(view, style).len() as f32;
    Margins {
        left: side,
        right: side,
        top: end,
        bottom: end + notes * style.small * NOTE_LINE,
    }
}

/// From the circle to what lies beyond the names above and below it.
fn end(style: &Style) -> f32 {
    style.tick * 1.25 + style.gap * 1.6 + style.font * 1.2
}

/// What is said below the circle of a page, line by line.
fn notes<'a>(view: &'a PolarView, style: &Style) -> Vec<&'a str> {
    let own = Some(view.note.as_str()).filter(|note| !note.is_empty());
    let off = view.is_ring_off() && style.medium == Medium::Page;
    own.into_iter().chain(off.then_some(RING_OFF)).collect()
}

/// Draws the view on its own.
#[must_use]
pub fn polar(size: Point, view: &PolarView, style: &Style) -> (Scene, PolarLayout) {
    let mut scene = Scene {
        size,
        items: Vec::new(),
    };
    let Margins {
        left,
        right,
        top,
        bottom,
    } = polar_margins(view, style);
    let plot = Rect {
        x: left,
        y: top,
        width: (size[0] - left - right).max(20.0),
        height: (size[1] - top - bottom).max(20.0),
    };
    let layout = polar_into(&mut scene, plot, view, style);
    if let Some(corner) = view.legend {
        let entries = view.entries(style);
        let [width, height] = legend_size(&entries, style);
        let at = corner.within(
            Rect {
                x: 0.0,
                y: 0.0,
                width: size[0],
                height: size[1],
            },
            [width, height],
        );
        draw_legend(&mut scene, at, &entries, style);
    }
    (scene, layout)
}

/// Draws the view with its circle in the middle of `plot`; its names stand around.
pub fn polar_into(scene: &mut Scene, plot: Rect, view: &PolarView, style: &Style) -> PolarLayout {
    let layout = PolarLayout::new(plot, view);
    let radial = radial_ticks(&layout, view.signed, style);
    grid(scene, &layout, view, style, &radial);
    if let Some(band) = &view.behind {
        scene.items.push(Item::Area {
            lower: layout.path(&band.low),
            upper: layout.path(&band.high),
            color: band.color.alpha(style.fill),
        });
    }
    faint_curves(scene, &layout, view, style);
    for curve in &view.curves {
        draw_curve(scene, &layout, curve, style);
    }
    ring(scene, &layout, plot, view, style);
    resolution(scene, &layout, view, style);
    radial_labels(scene, &layout, view, style, &radial);
    around(scene, &layout, view, style);
    let below = layout.centre[1] + layout.radius + end(style);
    for (line, note) in notes(view, style).into_iter().enumerate() {
        let y = below + style.small * NOTE_LINE * (line as f32 + 0.5);
        let (at, ink) = ([layout.centre[0], y], style.palette.secondary);
        scene.text(at, note, style.small, Align::Middle, ink);
    }
    layout
}

/// The value at the outer circle: the round one just above the largest, if
/// there is one, else a little more than the largest.
#[must_use]
pub fn outermost(largest: f64) -> f64 {
    let most = largest * 1.08;
    let top = ticks(0.0, most, 4).last().copied().unwrap_or(most);
    if top >= largest { top } else { most }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::PI;

    use super::*;
    use crate::scene::{AngleUnit, Palette};

    fn drawn(view: &PolarView) -> (Scene, PolarLayout) {
        let style = Style::screen(Palette::DARK, AngleUnit::Degrees);
        polar([400.0, 400.0], view, &style)
    }

    fn view(fractions: Vec<f64>, ring: Option<f64>, signed: bool) -> PolarView {
        PolarView {
            behind: None,
            faint: Vec::new(),
            faint_name: Text::default(),
            curves: vec![PolarCurve {
                name: "b0 ∧ b1".into(),
                fractions,
                color: Palette::DARK.accent,
                dash: None,
                fill: PolarFill::Within,
            }],
            names: ["0", "1"].map(|k| Text::default().then_vector(k)),
            alpha_rad: Some(PI / 2.0),
            ring,
            signed,
            resolution: None,
            most: None,
            legend: None,
            note: String::new(),
        }
    }

    fn texts(scene: &Scene) -> Vec<String> {
        scene
            .items
            .iter()
            .filter_map(|item| match item {
                Item::Text { text, .. } => Some(text.plain()),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn the_axes_are_named_and_the_scale_is_in_percent() {
        let (scene, _) = drawn(&view(vec![0.08, 0.02, 0.0, 0.02, 0.08], None, false));
        let texts = texts(&scene);
        for expected in ["+b0", "+b1", "−b0", "−b1", "45°", "2%", "8%"] {
            assert!(
                texts.iter().any(|text| text == expected),
                "{expected} is not in {texts:?}"
            );
        }
        assert!(
            !texts.contains(&"90°".to_owned()),
            "an angle is written over a direction"
        );
    }

    #[test]
    fn angles_are_read_counter_clockwise_from_the_right() {
        let (_, layout) = drawn(&view(vec![0.5; 5], None, false));
        for degrees in [1.0f64, 90.0, 181.0, 300.0] {
            let angle = layout.angle_at(layout.ray(degrees.to_radians(), 50.0));
            assert!((angle.unwrap_or(0.0).to_degrees() - degrees).abs() < 0.01);
        }
        assert!(layout.at(PI / 2.0, 0.5)[1] < layout.centre[1]);
        assert_eq!(layout.angle_at([0.0, 0.0]), None);
    }

    #[test]
    fn a_ring_far_outside_is_said_not_drawn() {
        let (scene, layout) = drawn(&view(vec![0.001; 5], Some(0.2), false));
        assert!(layout.most < 0.01);
        assert!(texts(&scene).contains(&"isotropic ring off the scale".to_owned()));
        let (_, layout) = drawn(&view(vec![0.001; 5], Some(0.002), false));
        assert!(layout.most >= 0.002);
    }

    #[test]
    fn on_a_page_what_is_said_stands_below_the_names() {
        let style = Style {
            medium: Medium::Page,
            ..Style::screen(Palette::PAPER, AngleUnit::Degrees)
        };
        let view = PolarView {
            note: "fraction of the class".to_owned(),
            ..view(vec![0.001; 5], Some(0.2), false)
        };
        let (scene, _) = polar([400.0, 400.0], &view, &style);
        let height = |wanted: &str| {
            let mut items = scene.items.iter();
            items.find_map(|item| match item {
                Item::Text {
                    at: [_, y], text, ..
                } if text.plain() == wanted => Some(*y),
                _ => None,
            })
        };
        let [name, note, ring] = ["−b1", "fraction of the class", RING_OFF].map(height);
        let (name, note, ring) = (name.unwrap(), note.unwrap(), ring.unwrap());
        assert!(name + style.font < note + style.small / 2.0 && note + style.small < ring);
        assert!(ring + style.small / 2.0 <= 400.0);
    }

    /// A band's edge is drawn where the band is.
    #[test]
    fn an_empty_part_of_a_band_has_no_edge() {
        let mut view = view(
            vec![0.1, 0.1, 0.2, 0.2, 0.1, 0.1, 0.3, 0.1, 0.1],
            None,
            false,
        );
        view.curves[0].fill = PolarFill::From(vec![0.1; 9]);
        let lines = |view: &PolarView| -> Vec<(usize, bool)> {
            let (scene, _) = drawn(view);
            let own = scene.items.iter().filter_map(|item| match item {
                Item::Line {
                    points,
                    closed,
                    stroke,
                } if stroke.color == Palette::DARK.accent => Some((points.len(), *closed)),
                _ => None,
            });
            own.collect()
        };
        assert_eq!(lines(&view), [(4, false), (3, false)]);
        view.curves[0].fill = PolarFill::From(vec![0.0; 9]);
        assert_eq!(lines(&view), [(8, true)]);
        view.curves[0].fill = PolarFill::From(view.curves[0].fractions.clone());
        assert_eq!(lines(&view), []);
    }

    #[test]
    fn signed_curves_have_zero_halfway() {
        let (_, layout) = drawn(&view(vec![0.2, -0.2, 0.2], None, true));
        assert!((layout.distance(0.0) - layout.radius / 2.0).abs() < 1e-3);
    }

    #[test]
    fn the_outer_circle_is_round_where_it_can_be() {
        assert!((outermost(0.148_3) - 0.15).abs() < 1e-12);
        assert!((outermost(0.1) - 0.1).abs() < 1e-12);
        assert!((outermost(0.082_9) - 0.082_9 * 1.08).abs() < 1e-12);
    }
}
