//! Views on a page: a grid whose plots stand in line, with letters, title, legends
//! and caption.

mod grid;

use std::sync::Arc;

use super::caption::caption;
use super::gather::Material;
use super::needs::{panels, projected_on};
use super::pictures::ProjectionMaterial;
use super::views::{AtlasPart, ProjectionPart, View, shows_null_band, shows_ring, views};
use super::{FigureFailure, palette};
use crate::scene::{
    Align, AtlasLayout, AtlasView, Corner, Entry, Fonts, HasBar, HeatmapLayout, Item, LeftOut,
    LegendPlace, MOST_PIXELS, Margins, Medium, Point, ProjectionView, Rect, Scene, Style, Text,
    atlas_bar, atlas_frame_into, atlas_table, directions_into, draw_legend, draw_legend_rows,
    ensemble, heatmap_into, legend_row_height, legend_row_width, legend_size, polar_into,
    polar_margins, projection_into, scale_into, square_within, within_lines, within_width,
};
use crate::session::figure::{FigureSpec, LegendPlace as Wanted, TickDensity};
use crate::session::{Facts, Session};
use crate::table::CaptionFormat;
use crate::words::letter as letter_of;

/// Points in a millimetre.
const POINTS: f64 = 72.0 / 25.4;

/// Draws the session's figure, in points.
pub(super) fn compose(
    session: &Session,
    material: &Material,
    fonts: &Fonts,
) -> Result<(Scene, Session), FigureFailure> {
    let spec = &session.figure;
    let style = style(session, fonts);
    let width = (spec.width.mm() * POINTS) as f32;
    let rows = views(session, material);
    let session = &with_facts(session, material, &rows);
    let spec = &session.figure;
    let caption = caption(session, CaptionFormat::Text);
    let page = Page {
        spec,
        style: &style,
        width,
        letters: letters(session),
        title: titled(&spec.title, width - 2.0 * style.gap, &style),
        caption: if spec.caption {
            fonts.wrapped(&caption, width - 2.0 * style.gap, style.small)
        } else {
            Vec::new()
        },
    };
    Ok((page.draw(session, &rows)?, session.clone()))
}

/// The session with what its figure has to say of each layer.
fn with_facts(session: &Session, material: &Material, rows: &[Vec<View<'_>>]) -> Session {
    let shown = session;
    let mut session = session.clone();
    for layer in &mut session.layers {
        layer.facts = Facts::default();
    }
    let panels = panels(&session.figure);
    for (views, panels) in rows.iter().zip(&panels) {
        for (view, panel) in views.iter().zip(panels) {
            let place = panel.layer.unwrap_or(session.shown);
            let (Some(record), Some(layer)) =
                (session.layers.get_mut(place), material.layers.get(place))
            else {
                continue;
            };
            let facts = &mut record.facts;
            facts.parallel_pairs = layer.parallel_pairs as u64;
            facts.class_curves = layer.class_curves();
            facts.ring |= shows_ring(view);
            if let Some(directions) = &layer.directions {
                let counts = [directions.shown.len(), directions.lit, directions.in_all];
                facts.directions = counts.map(|count| count as u64);
            }
            if let View::Projection(_) = view {
                let plane = projected_on(shown, panel);
                let mut made = layer.projections.iter();
                let found = made.find(|found| found.plane == plane);
                facts.points = found.map(ProjectionMaterial::facts);
            }
            facts.null_band |= shows_null_band(view);
            if let Some(heat) = layer
                .heat
                .as_ref()
                .filter(|_| matches!(view, View::Heatmap(_)))
            {
                facts.planes_a_row = heat.aggregate.planes_a_row() as u64;
                let left_out = (heat.order.records.len() - heat.order.drawn) as u64;
                match heat.order.left_out {
                    LeftOut::Dark => facts.dark_left_out = left_out,
                    LeftOut::NotSignificant => facts.not_significant = left_out,
                }
            }
        }
    }
    session
}

/// Sizes and colours of a figure.
fn style(session: &Session, fonts: &Fonts) -> Style {
    let spec = &session.figure;
    let (font, line) = (spec.font(), spec.line());
    Style {
        palette: palette(spec),
        unit: session.view.unit,
        font,
        // Numbers are a little smaller, but none below the usual 7 pt.
        small: (font * 0.875).max(font.min(7.0)),
        line,
        hair: line * 0.6,
        grid: spec.grid.then_some(line * 0.5),
        tick: font * 0.35,
        gap: font * 0.25,
        density: match spec.ticks {
            TickDensity::Few => 0.5,
            TickDensity::Normal => 1.0,
            TickDensity::Many => 2.0,
        },
        fill: 52,
        fonts: fonts.clone(),
        medium: Medium::Page,
        transparent: spec.background.is_transparent(),
    }
}

/// What stands over each panel: its letter where there are several, and its file
/// where there are several of those.
fn letters(session: &Session) -> Vec<Vec<(String, String)>> {
    let rows = panels(&session.figure);
    let all = || rows.iter().flatten();
    let several = all().count() > 1;
    let first = all().next().and_then(|panel| panel.layer);
    let of_files = all().any(|panel| panel.layer != first);
    let mut number = 0;
    let mut letter = || {
        let text = letter_of(number);
        number += 1;
        if several { text } else { String::new() }
    };
    rows.iter()
        .map(|row| {
            row.iter()
                .map(|panel| {
                    let place = panel.layer.unwrap_or(session.shown);
                    let file = session.layers.get(place).filter(|_| of_files);
                    let stem = file.map_or_else(String::new, |layer| {
                        let name = &layer.source.file_name;
                        name.rsplit_once('.')
                            .map_or(name.as_str(), |(stem, _)| stem)
                            .to_owned()
                    });
                    (letter(), stem)
                })
                .collect()
        })
        .collect()
}

fn corner(wanted: Wanted) -> Option<Corner> {
    match wanted {
        Wanted::UpperLeft => Some(Corner::UpperLeft),
        Wanted::UpperRight => Some(Corner::UpperRight),
        Wanted::LowerLeft => Some(Corner::LowerLeft),
        Wanted::LowerRight => Some(Corner::LowerRight),
        Wanted::Auto | Wanted::None | Wanted::Below => None,
    }
}

struct Page<'a> {
    spec: &'a FigureSpec,
    style: &'a Style,
    width: f32,
    /// Letter and file of each panel.
    letters: Vec<Vec<(String, String)>>,
    /// Lines of the title.
    title: Vec<Text>,
    /// Lines of the caption.
    caption: Vec<String>,
}

impl Page<'_> {
    fn draw(&self, session: &Session, rows: &[Vec<View<'_>>]) -> Result<Scene, FigureFailure> {
        let grid = self.grid(rows)?;
        let mut scene = Scene {
            size: [self.width, grid.height],
            items: Vec::new(),
        };
        self.head(&mut scene);
        for (row, views) in rows.iter().enumerate() {
            for (column, view) in views.iter().enumerate() {
                let ((x, width), (y, height)) = (grid.columns[row][column], grid.rows[row]);
                let plot = Rect {
                    x,
                    y,
                    width,
                    height,
                };
                self.view(&mut scene, session, view, plot);
                self.legend(&mut scene, view, plot, grid.margins[row][column]);
                let (letter, file) = &self.letters[row][column];
                // In line with those beside it.
                let room = grid.margins[row].iter().map(|margins| margins.top);
                let top = y - room.fold(0.0, f32::max);
                let corner = [x - grid.lefts[row][column], top];
                self.over(&mut scene, corner, letter, file, plot);
            }
        }
        self.foot(&mut scene, grid.height);
        if self.is_cut(&scene) {
            return Err(self.too_small(grid.height));
        }
        Ok(scene)
    }

    /// Whether some text reaches over the page's edge.
    fn is_cut(&self, scene: &Scene) -> bool {
        let [width, height] = scene.size;
        let slack = self.style.font * 0.25;
        scene.items.iter().any(|item| {
            let Item::Text {
                at: [x, y],
                text,
                size,
                align,
                bold,
                upwards,
                ..
            } = item
            else {
                return false;
            };
            let length = self.style.fonts.width(text, *size, *bold);
            let before = match align {
                Align::Start => 0.0,
                Align::Middle => length / 2.0,
                Align::End => length,
            };
            // Along the line: from left to right, or upwards.
            let (from, to, most) = if *upwards {
                (y - (length - before), y + before, height)
            } else {
                (x - before, x + length - before, width)
            };
            from < -slack || to > most + slack
        })
    }

    fn view(&self, scene: &mut Scene, session: &Session, view: &View<'_>, plot: Rect) {
        let style = self.style;
        match view {
            View::Polar(view) => {
                polar_into(scene, plot, view, style);
            }
            View::Ensemble(ensemble_view) => {
                let legend = match self.spec.legend {
                    _ if self.is_below(view, [plot.width, plot.height]) => None,
                    Wanted::Auto => Some(LegendPlace::Freest),
                    wanted => corner(wanted).map(LegendPlace::Corner),
                };
                ensemble(scene, plot, ensemble_view, legend, style);
            }
            View::Heatmap(view) => {
                let layout = HeatmapLayout::around(plot, view, style);
                heatmap_into(scene, &layout, view, style);
            }
            View::Atlas(part) => self.atlas(scene, session, part, plot),
            View::Directions(view) => directions_into(scene, plot, view, style),
            View::Scale(view) => scale_into(scene, plot, view, style),
            View::Projection(part) => self.projection(scene, part, square_within(plot)),
        }
    }

    fn atlas(&self, scene: &mut Scene, session: &Session, part: &AtlasPart<'_>, plot: Rect) {
        let style = self.style;
        let AtlasPart {
            atlas,
            noun,
            has_bar,
            ref note,
        } = *part;
        let layout = AtlasLayout::around(plot, atlas.side, style);
        let pixels = f64::from(self.spec.dpi) / 72.0 * layout.cell_points();
        let map = session.view.map;
        let table = atlas_table(atlas.quantity, map, &style.palette);
        if let Some(raster) = atlas.picture(atlas.level_for(pixels), &table) {
            let level = &atlas.levels[atlas.level_for(pixels)];
            // The last block may reach beyond the last vector.
            let seen = atlas.side as f32 / (level.side << level.shift) as f32;
            scene.items.push(Item::Part {
                rect: layout.plot,
                raster: Arc::new(raster),
                part: [[0.0, seen]; 2],
            });
        }
        let bar = (has_bar == HasBar::Own)
            .then(|| Arc::new(atlas_bar(atlas.quantity, map, &style.palette)));
        let view = AtlasView {
            atlas,
            layout,
            bar,
            noun,
            note,
            pointer: None,
        };
        atlas_frame_into(scene, &view, style);
    }

    fn projection(&self, scene: &mut Scene, part: &ProjectionPart<'_>, plot: Rect) {
        let Some((found, colors)) = &part.dots else {
            projection_into(scene, plot, &part.view, self.style);
            return;
        };
        // Dots are an image: a million of them are no shapes for a paper.
        let pixels_a_point = self.spec.dpi as f32 / 72.0;
        let side = ((plot.width * pixels_a_point).round() as usize).clamp(1, MOST_PIXELS);
        let view = ProjectionView {
            raster: Arc::new(found.scatter(side, side as f32 / plot.width, colors)),
            ..part.view.clone()
        };
        projection_into(scene, plot, &view, self.style);
    }

    fn legend(&self, scene: &mut Scene, view: &View<'_>, plot: Rect, margins: Margins) {
        let style = self.style;
        let about = [plot.width, plot.height];
        let cell = margins.left + plot.width + margins.right;
        if self.is_below(view, about) {
            let most = row_most(plot.width, margins);
            let entries = within_width(entries(view, style), most, style);
            let height = legend_row_height(&entries, most, style);
            let width = legend_row_width(&entries, most, style);
            // In the middle of the plot, but within what is the panel's.
            let left = plot.x - margins.left;
            let middle = plot.x + (plot.width - width) / 2.0;
            let room = Rect {
                x: middle.min(left + cell - width).max(left),
                y: plot.y + plot.height + margins.bottom - height,
                width,
                height,
            };
            draw_legend_rows(scene, room, &entries, style);
            return;
        }
        if let View::Projection(part) = view {
            let place = match self.spec.legend {
                Wanted::Auto if part.view.classes.len() > 1 => Some(Corner::UpperRight),
                wanted => corner(wanted),
            };
            if let Some(place) = place.filter(|_| !part.view.classes.is_empty()) {
                let room = square_within(plot).shrunk(style.hair);
                let entries = within_lines(part.view.entries(), room.width * 0.6, style);
                let size = legend_size(&entries, style);
                draw_legend(scene, place.within(room, size), &entries, style);
            }
            return;
        }
        let View::Polar(view) = view else {
            return;
        };
        let entries = view.entries(style);
        let place = match self.spec.legend {
            Wanted::Auto if entries.len() > 1 => Some(Corner::UpperRight),
            wanted => corner(wanted),
        };
        if let Some(place) = place {
            // Beside the circle, not at the far end of a wide page.
            let names = polar_margins(view, style);
            let entries = within_lines(entries, cell * 0.4, style);
            let size = legend_size(&entries, style);
            let circle = plot.width.min(plot.height);
            let width = (circle + 2.0 * (names.right + size[0] + style.font))
                .min(plot.width + names.left + names.right);
            let room = Rect {
                x: plot.x + (plot.width - width) / 2.0,
                y: plot.y,
                width,
                height: plot.height,
            };
            draw_legend(scene, place.within(room, size), &entries, style);
        }
    }

    /// The panel's letter at its upper left, its file in the middle.
    fn over(&self, scene: &mut Scene, [left, top]: Point, letter: &str, file: &str, plot: Rect) {
        let size = self.style.font;
        let y = top + size * 0.65;
        let ink = self.style.palette.text;
        if !letter.is_empty() {
            scene.items.push(Item::Text {
                at: [left, y],
                text: letter.into(),
                size: size * 1.15,
                align: Align::Start,
                bold: true,
                upwards: false,
                color: ink,
            });
        }
        if !file.is_empty() {
            // Beside the letter, on both sides alike.
            let middle = plot.x + plot.width / 2.0;
            let most = 2.0 * (middle - left - 2.0 * size).min(self.width - middle);
            scene.items.push(Item::Text {
                at: [middle, y],
                text: self.shortened(file, most),
                size,
                align: Align::Middle,
                bold: false,
                upwards: false,
                color: ink,
            });
        }
    }

    /// A name, its middle left out where it is longer than that.
    fn shortened(&self, name: &str, most: f32) -> Text {
        let letters: Vec<char> = name.chars().collect();
        let mut kept = letters.len();
        let mut text = Text::from(name);
        while self.style.width(&text, false) > most && kept > 2 {
            kept -= 1;
            let (head, tail) = (kept.div_ceil(2), kept / 2);
            let short = letters[..head]
                .iter()
                .chain(&['…'])
                .chain(&letters[letters.len() - tail..]);
            text = Text::from(short.collect::<String>());
        }
        text
    }

    fn head_height(&self) -> f32 {
        match self.title.len() {
            0 => 0.0,
            lines => self.style.font * (1.4 * lines as f32 + 0.5),
        }
    }

    fn head(&self, scene: &mut Scene) {
        for (number, line) in self.title.iter().enumerate() {
            let y = self.style.gap + self.style.font * (1.4 * number as f32 + 0.75);
            scene.items.push(Item::Text {
                at: [self.width / 2.0, y],
                text: line.clone(),
                size: self.style.font * TITLE,
                align: Align::Middle,
                bold: true,
                upwards: false,
                color: self.style.palette.text,
            });
        }
    }

    fn foot_height(&self) -> f32 {
        match self.caption.len() {
            0 => 0.0,
            lines => self.style.small * (1.3 * lines as f32 + 0.6),
        }
    }

    fn foot(&self, scene: &mut Scene, height: f32) {
        let small = self.style.small;
        let first = height - self.style.gap - 1.3 * small * self.caption.len() as f32;
        for (number, line) in self.caption.iter().enumerate() {
            let at = [self.style.gap, first + 1.3 * small * (number as f32 + 0.5)];
            let ink = self.style.palette.secondary;
            scene.items.push(Item::Text {
                at,
                text: line.as_str().into(),
                size: small,
                align: Align::Start,
                bold: false,
                upwards: false,
                color: ink,
            });
        }
    }
}

/// Height of a title, as a share of that of names.
const TITLE: f32 = 1.15;

/// A typed title in lines of at most that width.
fn titled(typed: &str, width: f32, style: &Style) -> Vec<Text> {
    let fits = |line: &str| {
        let size = style.font * TITLE;
        style.fonts.width(&Text::typed(line), size, true) <= width
    };
    let mut lines: Vec<String> = Vec::new();
    for word in typed.split_whitespace() {
        let longer = lines.last().map(|line| format!("{line} {word}"));
        match (lines.last_mut(), longer) {
            (Some(line), Some(longer)) if fits(&longer) => *line = longer,
            _ => lines.push(word.to_owned()),
        }
    }
    lines.iter().map(|line| Text::typed(line)).collect()
}

/// How wide a row of a legend below a plot may be: a little wider than the plot, but no
/// wider than what is the panel's.
fn row_most(plot: f32, margins: Margins) -> f32 {
    (plot * 1.2).min(margins.left + plot + margins.right)
}

fn entries(view: &View<'_>, style: &Style) -> Vec<Entry> {
    match view {
        View::Polar(view) => view.entries(style),
        View::Ensemble(view) => view.entries(style),
        View::Projection(part) => part.view.entries(),
        View::Heatmap(_) | View::Atlas(_) | View::Directions(_) | View::Scale(_) => Vec::new(),
    }
}
