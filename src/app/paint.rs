//! Paints scenes: the only place where primitives become shapes of the screen.

use std::sync::{Arc, Weak};

use egui::epaint::{Mesh, PathShape, TextShape};
use egui::text::{LayoutJob, TextFormat};
use egui::{
    Align2, Color32, ColorImage, Context, FontFamily, FontId, Painter, Pos2, Rect, Shape, Stroke,
    TextureHandle, TextureOptions, Vec2, pos2,
};

use crate::scene::{self, Align, Item, Point, Raster, Run, SCRIPT_SIZE, Scene, Slant, TextLevel};

use super::theme::{bold, color};

/// Textures of rasters that are on screen; a raster is uploaded once.
#[derive(Default)]
pub struct Textures {
    known: Vec<(Weak<Raster>, TextureHandle)>,
}

impl Textures {
    /// The texture of a raster, uploaded at its first use.
    pub fn get(
        &mut self,
        ctx: &Context,
        raster: &Arc<Raster>,
        options: TextureOptions,
    ) -> TextureHandle {
        self.known.retain(|(weak, _)| weak.strong_count() > 0);
        let same = |weak: &Weak<Raster>| std::ptr::eq(weak.as_ptr(), Arc::as_ptr(raster));
        if let Some((_, texture)) = self.known.iter().find(|(weak, _)| same(weak)) {
            return texture.clone();
        }
        let pixels = raster
            .rgba
            .iter()
            .map(|&pixel| match pixel {
                // The two kinds that rasters are made of need no arithmetic.
                [r, g, b, 255] => Color32::from_rgb(r, g, b),
                [255, 255, 255, a] => Color32::from_white_alpha(a),
                [r, g, b, a] => Color32::from_rgba_unmultiplied(r, g, b, a),
            })
            .collect();
        let image = ColorImage::new([raster.width, raster.height], pixels);
        let texture = ctx.load_texture("raster", image, options);
        self.known.push((Arc::downgrade(raster), texture.clone()));
        texture
    }
}

/// Where a scene's points are on the screen.
fn place(origin: Pos2, [x, y]: Point) -> Pos2 {
    pos2(origin.x + x, origin.y + y)
}

/// A scene's rectangle on the screen.
pub fn place_rect(origin: Pos2, rect: scene::Rect) -> Rect {
    let corner = place(origin, [rect.x, rect.y]);
    Rect::from_min_size(corner, Vec2::new(rect.width, rect.height))
}

fn stroke(stroke: scene::Stroke) -> Stroke {
    Stroke::new(stroke.width, color(stroke.color))
}

/// Paints a scene with its upper left corner at `origin`.
pub fn paint(painter: &Painter, origin: Pos2, scene: &Scene, textures: &mut Textures) {
    for item in &scene.items {
        paint_item(painter, origin, item, textures);
    }
}

fn paint_item(painter: &Painter, origin: Pos2, item: &Item, textures: &mut Textures) {
    let points = |points: &[Point]| points.iter().map(|&p| place(origin, p)).collect::<Vec<_>>();
    match item {
        Item::Area {
            upper,
            lower,
            color: fill,
        } => {
            painter.add(Shape::mesh(strip(
                &points(upper),
                &points(lower),
                color(*fill),
            )));
        }
        Item::Line {
            points: path,
            closed,
            stroke: look,
        } => {
            let mut path = points(path);
            if *closed && let Some(&first) = path.first() {
                path.push(first);
            }
            match look.dash {
                None => painter.extend(
                    runs(&path)
                        .into_iter()
                        .map(|run| PathShape::line(run, stroke(*look)).into()),
                ),
                Some([dash, gap]) => {
                    painter.extend(Shape::dashed_line(&path, stroke(*look), dash, gap));
                }
            }
        }
        Item::Circle {
            centre,
            radius,
            stroke: look,
        } => {
            painter.circle_stroke(place(origin, *centre), *radius, stroke(*look));
        }
        Item::Disc {
            centre,
            radius,
            color: fill,
        } => {
            painter.circle_filled(place(origin, *centre), *radius, color(*fill));
        }
        Item::Fill { rect, color: fill } => {
            painter.rect_filled(place_rect(origin, *rect), 0.0, color(*fill));
        }
        Item::Text { .. } => paint_text(painter, origin, item),
        Item::Image { rect, raster } => {
            let whole = [[0.0, 1.0]; 2];
            paint_part(painter, place_rect(origin, *rect), raster, whole, textures);
        }
        Item::Part { rect, raster, part } => {
            paint_part(painter, place_rect(origin, *rect), raster, *part, textures);
        }
    }
}

fn paint_part(
    painter: &Painter,
    rect: Rect,
    raster: &Arc<Raster>,
    [[left, right], [top, bottom]]: [[f32; 2]; 2],
    textures: &mut Textures,
) {
    let texture = textures.get(painter.ctx(), raster, TextureOptions::NEAREST);
    let part = Rect::from_min_max(pos2(left, top), pos2(right, bottom));
    painter.image(texture.id(), rect, part, Color32::WHITE);
}

fn paint_text(painter: &Painter, origin: Pos2, item: &Item) {
    let Item::Text {
        at,
        text,
        size,
        align,
        bold: is_bold,
        upwards,
        color: ink,
    } = item
    else {
        return;
    };
    let family = if *is_bold {
        bold()
    } else {
        FontFamily::Proportional
    };
    let mut job = LayoutJob::default();
    for run in text.runs() {
        job.append(&run.text, 0.0, format(run, *size, &family, color(*ink)));
    }
    let galley = painter.layout_job(job);
    let anchor = match align {
        Align::Start => Align2::LEFT_CENTER,
        Align::Middle => Align2::CENTER_CENTER,
        Align::End => Align2::RIGHT_CENTER,
    };
    let at = place(origin, *at);
    let corner = anchor.anchor_size(at, galley.size()).min;
    let shape = TextShape::new(corner, galley, color(*ink));
    painter.add(if *upwards {
        shape.with_angle_and_anchor(-std::f32::consts::FRAC_PI_2, anchor)
    } else {
        shape
    });
}

/// A run of a line of text `size` points high.
fn format(run: &Run, size: f32, family: &FontFamily, ink: Color32) -> TextFormat {
    let (size, valign) = match run.level {
        TextLevel::Line => (size, egui::Align::Center),
        TextLevel::Sub => (size * SCRIPT_SIZE, egui::Align::BOTTOM),
        TextLevel::Super => (size * SCRIPT_SIZE, egui::Align::TOP),
    };
    TextFormat {
        font_id: FontId::new(size, family.clone()),
        color: ink,
        italics: run.slant == Slant::Italic,
        valign,
        ..TextFormat::default()
    }
}

/// A path in pieces, broken where it turns sharply: a pointed corner would be
/// drawn as a spike far beyond the data.
fn runs(path: &[Pos2]) -> Vec<Vec<Pos2>> {
    const CLOSE: f32 = 0.4;
    let mut kept: Vec<Pos2> = Vec::with_capacity(path.len());
    for (index, &point) in path.iter().enumerate() {
        let far = kept.last().is_none_or(|last| last.distance(point) >= CLOSE);
        if far || (index + 1 == path.len() && kept.len() > 1) {
            kept.push(point);
        }
    }
    let mut runs = Vec::new();
    let mut run: Vec<Pos2> = Vec::new();
    for (index, &point) in kept.iter().enumerate() {
        run.push(point);
        if let (Some(&before), Some(&after)) = (
            index.checked_sub(1).and_then(|k| kept.get(k)),
            kept.get(index + 1),
        ) {
            let turn = (point - before)
                .normalized()
                .dot((after - point).normalized());
            if turn < 0.3 {
                runs.push(std::mem::replace(&mut run, vec![point]));
            }
        }
    }
    if run.len() > 1 {
        runs.push(run);
    }
    runs
}

/// The area between two polylines as triangles: any shape, convex or not.
fn strip(upper: &[Pos2], lower: &[Pos2], fill: Color32) -> Mesh {
    let mut mesh = Mesh::default();
    for (&a, &b) in upper.iter().zip(lower) {
        mesh.colored_vertex(a, fill);
        mesh.colored_vertex(b, fill);
    }
    let pairs = upper.len().min(lower.len());
    for k in 1..u32::try_from(pairs).unwrap_or(0) {
        let first = 2 * (k - 1);
        mesh.add_triangle(first, first + 1, first + 2);
        mesh.add_triangle(first + 1, first + 2, first + 3);
    }
    mesh
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_breaks_where_it_turns_back_and_nowhere_else() {
        let path = [
            (0.0, 0.0),
            (10.0, 0.0),
            (20.0, 1.0),
            (0.0, 2.0),
            (-10.0, 2.0),
        ];
        let path: Vec<Pos2> = path.into_iter().map(|(x, y)| pos2(x, y)).collect();
        let runs = runs(&path);
        assert_eq!(runs.len(), 2);
        assert_eq!(runs[0], path[..3]);
        assert_eq!(runs[1], path[2..]);
        assert!(super::runs(&[pos2(1.0, 1.0); 5]).len() <= 1);
    }
}
