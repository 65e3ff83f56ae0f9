//! Projections on a plane: dots or a density on square axes, the privileged directions
//! marked.

use std::sync::Arc;

use super::heatmap::frame;
use super::tint::{TintBar, marks, widest};
use super::{
    Align, Color, Entry, Item, Key, Margins, Medium, Point, Raster, Rect, Scene, Stroke, Style,
    Text,
};

/// What a projection shows.
#[derive(Clone, Debug)]
pub struct ProjectionView {
    /// The square picture, `radius` to each side of the middle.
    pub raster: Arc<Raster>,
    /// Half its width, in units of the activations.
    pub radius: f64,
    /// Names of the two vectors.
    pub names: [Text; 2],
    /// Angle from the first to the second; not marked where `None`.
    pub alpha_rad: Option<f64>,
    /// The colour bar of a density; none of dots, and where another view has it.
    pub bar: Option<TintBar>,
    /// Colour and name of each class of dots.
    pub classes: Vec<(Color, String)>,
    /// What is to be said of the picture, below; empty where nothing is.
    pub note: String,
}

impl ProjectionView {
    /// What its legend says: the classes of its dots.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry> {
        let entry = |(color, name): &(Color, String)| Entry {
            name: name.as_str().into(),
            key: Key::Dot,
            color: *color,
        };
        self.classes.iter().map(entry).collect()
    }

    /// The coordinates, in units of the activations, at a point of the plot.
    #[must_use]
    pub fn at(&self, plot: Rect, [x, y]: Point) -> Option<[f64; 2]> {
        plot.contains([x, y]).then(|| {
            let share =
                |at: f32, from: f32, length: f32| f64::from((at - from) / length) * 2.0 - 1.0;
            [
                share(x, plot.x, plot.width) * self.radius,
                -share(y, plot.y, plot.height) * self.radius,
            ]
        })
    }

    fn marks(&self, length: f32, style: &Style) -> Vec<(f32, String)> {
        let wanted = style.wanted(length, 4.5, 2..=6);
        // In shares of the radius: the radius may be as large as numbers get.
        marks(-self.radius, self.radius, wanted)
            .into_iter()
            .map(|(value, text)| (f64::midpoint(value / self.radius, 1.0) as f32, text))
            .collect()
    }
}

/// Room around the square for axes and colour bar.
#[must_use]
pub fn projection_margins(view: &ProjectionView, [width, height]: Point, style: &Style) -> Margins {
    let side = width.min(height);
    let marks = view.marks(side, style);
    let numbers = widest(marks.iter().map(|(_, text)| text.as_str()), style);
    Margins {
        left: style.tick + 2.0 * style.gap + numbers + style.small * 1.2,
        right: match &view.bar {
            Some(bar) => bar.width(side, style),
            None => numbers / 2.0,
        },
        top: style.small * 0.6,
        bottom: style.name_below() + style.small * 0.6 + style.note_height(&view.note, side),
    }
}

/// The square plot of a view of that size, in its middle.
#[must_use]
pub fn projection_plot(size: Point, view: &ProjectionView, style: &Style) -> Rect {
    let mut about = size;
    let mut plot = Rect {
        x: 0.0,
        y: 0.0,
        width: size[0],
        height: size[1],
    };
    // The note has more lines below a smaller square, which makes it smaller again.
    for _ in 0..3 {
        let margins = projection_margins(view, about, style);
        let width = (size[0] - margins.left - margins.right).max(20.0);
        let height = (size[1] - margins.top - margins.bottom).max(20.0);
        plot = square_within(Rect {
            x: margins.left,
            y: margins.top,
            width,
            height,
        });
        about = [plot.width, plot.height];
    }
    plot
}

/// The largest square in the middle of a rectangle.
#[must_use]
pub fn square_within(rect: Rect) -> Rect {
    let side = rect.width.min(rect.height);
    Rect {
        x: rect.x + (rect.width - side) / 2.0,
        y: rect.y + (rect.height - side) / 2.0,
        width: side,
        height: side,
    }
}

/// Draws the view with its picture in the square `plot`.
pub fn projection_into(scene: &mut Scene, plot: Rect, view: &ProjectionView, style: &Style) {
    if view.bar.is_some() {
        // Where nothing is known the ground is seen.
        scene.items.push(Item::Fill {
            rect: plot,
            color: style.palette.plot,
        });
    }
    scene.items.push(Item::Image {
        rect: plot,
        raster: Arc::clone(&view.raster),
    });
    frame(scene, plot, style.frame());
    axes(scene, plot, view, style);
    directions(scene, plot, view, style);
    if let Some(bar) = &view.bar {
        bar.draw(scene, plot, style);
    }
    let bottom = plot.y + plot.height + style.name_below() + style.small * 0.6;
    style.draw_note(scene, &view.note, plot, bottom);
}

fn axes(scene: &mut Scene, plot: Rect, view: &ProjectionView, style: &Style) {
    let ink = style.palette.secondary;
    let bottom = plot.y + plot.height;
    let marks = view.marks(plot.width, style);
    let numbers = widest(marks.iter().map(|(_, text)| text.as_str()), style);
    for (share, text) in marks {
        let (x, y) = (plot.x + plot.width * share, bottom - plot.height * share);
        scene.line(
            vec![[x, bottom], [x, bottom + style.tick]],
            style.hairline(ink),
        );
        scene.line(
            vec![[plot.x - style.tick, y], [plot.x, y]],
            style.hairline(ink),
        );
        let below = [x, bottom + style.numbers_below()];
        scene.text(below, text.as_str(), style.small, Align::Middle, ink);
        let left = [plot.x - style.tick - style.gap, y];
        scene.text(left, text, style.small, Align::End, ink);
    }
    let [first, second] = &view.names;
    let right_angle = view
        .alpha_rad
        .is_none_or(|alpha| (alpha - std::f64::consts::FRAC_PI_2).abs() < 1e-9);
    let across = if right_angle {
        second.clone()
    } else {
        // The second vector is slanted; the axis is square to the first.
        Text::from("square to ").joined(first)
    };
    let along = Text::from("activation along ").joined(first);
    let at = [plot.x + plot.width / 2.0, bottom + style.name_below()];
    scene.text(at, along, style.small, Align::Middle, ink);
    let left = style.tick + 2.0 * style.gap + numbers + style.small * 0.6;
    scene.text_upwards(
        [plot.x - left, plot.y + plot.height / 2.0],
        Text::from("activation along ").joined(&across),
        style.small,
        ink,
    );
}

/// Lines along the privileged directions, named at their ends.
fn directions(scene: &mut Scene, plot: Rect, view: &ProjectionView, style: &Style) {
    let middle = [plot.x + plot.width / 2.0, plot.y + plot.height / 2.0];
    let Some(alpha) = view.alpha_rad else {
        return;
    };
    let ink = style.palette.secondary;
    for (name, angle) in view.names.iter().zip([0.0, alpha]) {
        for (sign, turn) in [("+", 0.0), ("−", std::f64::consts::PI)] {
            let (sin, cos) = (angle + turn).sin_cos();
            let (sin, cos) = (sin as f32, cos as f32);
            // To the edge of the square.
            let reach = plot.width / 2.0 / cos.abs().max(sin.abs());
            let to = |share: f32| {
                let far = reach * share;
                [middle[0] + cos * far, middle[1] - sin * far]
            };
            scene.line(
                vec![middle, to(1.0)],
                Stroke::solid(style.hair, ink.alpha(110)),
            );
            let text = Text::from(sign).joined(name);
            let bold = style.bold_names();
            let (wide, high) = (style.width(&text, bold), style.font * 1.25);
            let in_by =
                (wide * 0.5 + style.gap * 2.0) * cos.abs() + (high * 0.5 + style.gap) * sin.abs();
            let [x, y] = to(1.0 - in_by / reach);
            let half = wide / 2.0 + style.gap;
            // A veil, so that it can be read on every colour.
            scene.items.push(Item::Fill {
                rect: Rect {
                    x: x - half,
                    y: y - high / 2.0,
                    width: 2.0 * half,
                    height: high,
                },
                color: style.palette.background.alpha(200),
            });
            scene.items.push(Item::Text {
                at: [x, y],
                text,
                size: style.font,
                align: Align::Middle,
                bold,
                upwards: false,
                color: match style.medium {
                    Medium::Screen => style.palette.text,
                    Medium::Page => ink,
                },
            });
        }
    }
}

/// A dot of a scatter plot: where it is, in shares of the radius to the right and
/// upwards, and its colour.
pub type Dot = ([f32; 2], Color);

/// Radius in points and opacity that suit so many dots.
#[must_use]
pub fn dot_look(count: usize) -> (f32, f32) {
    let hundreds = (count as f32 / 100.0).max(1.0);
    let radius = (2.2 - 0.42 * hundreds.log10()).max(0.6);
    (radius, (0.9 * hundreds.powf(-0.22)).clamp(0.1, 0.9))
}

/// Draws dots into a square picture of `side × side` pixels, on nothing. They are drawn
/// in an order of no pattern, so that no class hides the others by coming last.
#[must_use]
pub fn dots(dots: &[Dot], side: usize, radius: f32, opacity: f32) -> Raster {
    let mut pixels = vec![[0.0f32; 4]; side * side];
    let radius = radius.max(0.5);
    let stride = stride(dots.len());
    let mut place = 0;
    for _ in 0..dots.len() {
        let ([right, up], color) = dots[place];
        place = (place + stride) % dots.len();
        let x = f32::midpoint(right, 1.0) * side as f32;
        let y = f32::midpoint(1.0, -up) * side as f32;
        blot(&mut pixels, side, [x, y], radius, color, opacity);
    }
    let rgba = pixels.into_iter().map(|[r, g, b, a]| {
        if a <= 0.0 {
            return [0; 4];
        }
        let channel = |c: f32| (c / a * 255.0).round() as u8;
        [
            channel(r),
            channel(g),
            channel(b),
            (a * 255.0).round() as u8,
        ]
    });
    Raster {
        width: side,
        height: side,
        rgba: rgba.collect(),
    }
}

/// A step that visits each of so many places once.
fn stride(count: usize) -> usize {
    let mut stride = (count as f64 * 0.618_034) as usize | 1;
    while count > 1 && common(stride, count) != 1 {
        stride += 2;
    }
    stride
}

/// The greatest common divisor.
fn common(a: usize, b: usize) -> usize {
    if b == 0 { a } else { common(b, a % b) }
}

/// One dot, its edge smoothed, over what is there; colours times their opacity.
fn blot(
    pixels: &mut [[f32; 4]],
    side: usize,
    [x, y]: [f32; 2],
    radius: f32,
    color: Color,
    opacity: f32,
) {
    let span = |at: f32| {
        let first = (at - radius - 0.5).floor().max(0.0) as usize;
        let last = ((at + radius + 0.5).ceil().max(0.0) as usize).min(side);
        first..last
    };
    let Color([r, g, b, _]) = color;
    let rgb = [r, g, b].map(|channel| f32::from(channel) / 255.0);
    for row in span(y) {
        for column in span(x) {
            let far = (column as f32 + 0.5 - x).hypot(row as f32 + 0.5 - y);
            let cover = (radius + 0.5 - far).clamp(0.0, 1.0) * opacity;
            if cover <= 0.0 {
                continue;
            }
            let pixel = &mut pixels[row * side + column];
            for (below, above) in pixel.iter_mut().zip(rgb) {
                *below = above * cover + *below * (1.0 - cover);
            }
            pixel[3] = cover + pixel[3] * (1.0 - cover);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::{AngleUnit, Palette};

    #[test]
    fn a_dot_is_where_it_belongs() {
        let red = Color::rgb(255, 0, 0);
        let picture = dots(&[([0.5, -0.5], red)], 100, 3.0, 0.5);
        let at = |x: usize, y: usize| picture.rgba[y * 100 + x];
        assert_eq!(at(75, 75), [255, 0, 0, 128]);
        assert_eq!(at(72, 75)[0..3], [255, 0, 0]);
        assert_eq!(at(25, 75), [0; 4]);
        assert_eq!(at(75, 25), [0; 4]);
        // Its area is that of the circle.
        let covered: f32 = picture.rgba.iter().map(|p| f32::from(p[3]) / 127.5).sum();
        assert!((covered - 28.3).abs() < 1.5, "{covered}");
        // Over the edge there is nothing to draw on.
        let corners = dots(&[([1.0, 1.0], red), ([-1.0, -1.0], red)], 10, 4.0, 1.0);
        assert_eq!(corners.rgba[9], [255, 0, 0, 255]);
        assert!(dots(&[], 4, 1.0, 1.0).rgba.iter().all(|p| *p == [0; 4]));
    }

    #[test]
    fn a_note_has_the_room_that_its_lines_below_the_square_take() {
        let view = ProjectionView {
            raster: Arc::new(dots(&[], 1, 1.0, 1.0)),
            radius: 1.0,
            names: ["a", "b"].map(Text::from),
            alpha_rad: None,
            bar: None,
            classes: Vec::new(),
            note: "a sentence of many words that stands below a picture ".repeat(3),
        };
        let style = Style::screen(Palette::LIGHT, AngleUnit::Pi);
        for size in [[900.0, 260.0], [300.0, 320.0], [260.0, 900.0]] {
            let plot = projection_plot(size, &view, &style);
            let mut scene = Scene::default();
            projection_into(&mut scene, plot, &view, &style);
            let lowest = scene.items.iter().filter_map(|item| match item {
                Item::Text { at: [_, y], .. } => Some(y + style.small * 0.5),
                _ => None,
            });
            assert!(lowest.fold(0.0, f32::max) <= size[1], "{size:?}");
        }
    }

    #[test]
    fn the_order_of_dots_leaves_none_out() {
        for count in [1, 2, 3, 10, 99, 1000, 1024] {
            let stride = stride(count);
            let mut seen = vec![false; count];
            (0..count).for_each(|k| seen[k * stride % count] = true);
            assert!(seen.iter().all(|&seen| seen), "{count}");
        }
    }

    #[test]
    fn many_dots_are_small_and_faint() {
        let looks: Vec<(f32, f32)> = [10, 1000, 100_000, 1_000_000].map(dot_look).into();
        assert!(
            looks.is_sorted_by(|a, b| a.0 >= b.0 && a.1 >= b.1),
            "{looks:?}"
        );
    }
}
