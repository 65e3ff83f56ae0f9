//! All planes at once as a square: zoomed, dragged, read and clicked.

use std::sync::Arc;

use egui::{Sense, Ui};

use crate::scene::{
    AtlasLayout, AtlasMark, AtlasView, Palette, Point, Quantity, SERIES, Style, atlas_frame,
    atlas_marks, atlas_pointer, enough_light,
};
use crate::srm::{Plane, PlaneRecord};
use crate::words::count as count_of;
use crate::worker::Lane;
use crate::worker::atlas_job::AtlasPicture;

use super::App;
use super::command::{Command, Zoom};
use super::document::PlanesAs;
use super::paint::{paint, place_rect};
use super::theme::{color, palette};
use super::widgets::{
    empty, fraction_text, headline, index_text, number, plane_text, rest, segmented, subtitle_line,
};

/// A scroll of so many points makes a cell e times as large.
const SCROLL_POINTS: f32 = 240.0;

impl App {
    /// All planes, as they are to be seen.
    pub(super) fn planes_view(&mut self, ui: &mut Ui, commands: &mut Vec<Command>) {
        match self.preferences.planes_as {
            PlanesAs::Heatmap => self.heatmap_view(ui, commands),
            PlanesAs::Atlas => self.atlas_view(ui, commands),
            PlanesAs::Directions => self.directions_view(ui, commands),
        }
    }

    /// The title of both views, with the switch between them.
    pub(super) fn planes_headline(&self, ui: &mut Ui, commands: &mut Vec<Command>) {
        let planes = self
            .shown_sweep()
            .map(|view| view.sweep.spec.planes.in_all());
        let among = self.among_numbers();
        let heading = match planes {
            // The status bar has their number too.
            _ if ui.available_width() < 260.0 => "Planes".to_owned(),
            Some(planes) => match among {
                Some((chosen, all)) => format!(
                    "{} among {} of {}",
                    count_of(planes, "plane"),
                    number(chosen),
                    number(all)
                ),
                None => format!("All {}", count_of(planes, "plane")),
            },
            None => "All planes".to_owned(),
        };
        headline(ui, &heading, |ui| {
            let choices = [
                (
                    PlanesAs::Heatmap,
                    "Heatmap",
                    "One row a plane, one column an angle (T)",
                ),
                (
                    PlanesAs::Atlas,
                    "Atlas",
                    "One cell a plane, neurons along both sides (T)",
                ),
                (
                    PlanesAs::Directions,
                    "Neurons",
                    "One row a privileged direction, with the samples about it (T)",
                ),
            ];
            if let Some(choice) = segmented(ui, self.preferences.planes_as, &choices) {
                commands.push(Command::ShowPlanesAs(choice));
            }
        });
    }

    fn atlas_view(&mut self, ui: &mut Ui, commands: &mut Vec<Command>) {
        self.planes_headline(ui, commands);
        let stale = self.atlas_is_renewed();
        let veiled = self.atlas.is_long_stale(stale, ui.ctx());
        subtitle_line(ui, &self.atlas_subtitle(veiled));
        self.atlas_controls(ui, commands);
        let size = rest(ui);
        // The curves behind the ensemble and the order of the planes come with it.
        self.see_heatmap_pixels(ui, size);
        let colors = palette(ui.ctx());
        let Some(picture) = self.shown_atlas().cloned() else {
            self.atlas.clear();
            empty(ui, self.no_atlas());
            return;
        };
        self.atlas.want(&picture, self.preferences.map, colors);
        let (rect, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
        let announced = self.announced(&picture);
        response.widget_info(|| {
            let mut info = egui::WidgetInfo::labeled(egui::Role::Image, true, "plane atlas");
            info.current_text_value.clone_from(&announced);
            info
        });
        if picture.atlas.dark == picture.atlas.planes && picture.atlas.not_swept == 0 {
            self.atlas.is_complete = true;
            let text = if picture.atlas.planes == 0 {
                "This basis has no plane: all its vectors are parallel."
            } else {
                "Every plane is dark at this ε. Auto (A) finds one that shows something."
            };
            ui.put(rect, egui::Label::new(egui::RichText::new(text).weak()));
            return;
        }
        let size = [size.x, size.y];
        let layout = self.move_atlas(ui, &response, size, picture.atlas.side);
        let plot = place_rect(rect.min, layout.plot);
        let painter = ui.painter().with_clip_rect(plot.intersect(ui.clip_rect()));
        painter.rect_filled(plot, 0.0, color(colors.plot));
        self.atlas.paint(&painter, rect.min, &layout);
        if veiled {
            painter.rect_filled(plot, 0.0, color(colors.background.alpha(70)));
        }
        // What is read is of the picture that is seen, which may be the one before.
        let Some((picture, bar)) = self.atlas.picture() else {
            return;
        };
        let (picture, bar) = (Arc::clone(picture), Arc::clone(bar));
        let level = self.atlas.level;
        let pointer = response
            .hover_pos()
            .filter(|_| !response.dragged())
            .and_then(|at| layout.cell_at([at.x - rect.min.x, at.y - rect.min.y]))
            .map(|cell| picture.atlas.most_extreme(&picture.sweep, level, cell));
        let view = AtlasView {
            atlas: &picture.atlas,
            layout,
            bar: Some(bar),
            noun: noun(&picture),
            note: "",
            pointer,
        };
        let style = Style::screen(colors, self.preferences.unit);
        let frame = atlas_frame(size, &view, &style);
        paint(ui.painter(), rect.min, &frame, &mut self.textures);
        let marks = atlas_marks(size, &layout, &colors, &self.marks(&picture, &colors));
        paint(&painter, rect.min, &marks, &mut self.textures);
        self.atlas_menu(&response, &layout, &picture, commands);
        let Some(cell) = pointer else {
            return;
        };
        let cross = atlas_pointer(size, &view, &style);
        paint(ui.painter(), rect.min, &cross, &mut self.textures);
        if response.clicked()
            && let Some(plane) = picture.atlas.plane(cell)
            && !is_degenerate(&picture, plane)
        {
            let dragging = false;
            commands.push(Command::SelectPlane { plane, dragging });
        }
        response.on_hover_text_at_pointer(self.cell_text(&picture, cell, level));
    }

    /// Lets wheel, pinch, drag and double click move the camera.
    fn move_atlas(
        &mut self,
        ui: &Ui,
        response: &egui::Response,
        size: Point,
        side: usize,
    ) -> AtlasLayout {
        let corner = response.rect.min;
        let mut layout = AtlasLayout::new(size, self.atlas.camera, side);
        let pointer = response
            .hover_pos()
            .map(|at| [at.x - corner.x, at.y - corner.y])
            .filter(|&at| layout.plot.contains(at));
        let mut camera = layout.camera;
        if let Some(at) = pointer {
            let (scroll, pinch) = ui.input(|i| (i.smooth_scroll_delta().y, i.zoom_delta()));
            let twice = if response.double_clicked() { 2.0 } else { 1.0 };
            let factor = (scroll / SCROLL_POINTS).exp() * pinch * twice;
            if factor != 1.0 {
                camera = layout.zoomed(f64::from(factor), Some(at));
            }
        }
        if response.dragged() {
            ui.ctx().set_cursor_icon(egui::CursorIcon::Grabbing);
            let by = response.drag_delta();
            camera = layout.panned([by.x, by.y]);
        }
        layout = AtlasLayout::new(size, camera, side);
        self.atlas.camera = layout.camera;
        layout
    }

    /// The selected plane first, then the pinned ones, each in its curve's colour.
    fn marks(&self, picture: &AtlasPicture, colors: &Palette) -> Vec<AtlasMark> {
        let choices = &self.document.choices;
        let pins = choices
            .pins
            .iter()
            .filter(|&&pin| Some(pin) != choices.plane);
        let pins = pins.zip(SERIES.into_iter().cycle());
        let selected = choices.plane.map(|plane| (plane, colors.accent));
        selected
            .into_iter()
            .chain(pins.map(|(&plane, color)| (plane, color)))
            .filter_map(|(plane, color)| {
                let cell = picture.atlas.cell(plane)?;
                Some(AtlasMark { cell, color })
            })
            .collect()
    }

    fn atlas_is_renewed(&self) -> bool {
        self.state.sweep.is_stale() || self.state.atlas.is_stale()
    }

    fn no_atlas(&self) -> &'static str {
        if self.document.layer().is_none() {
            "The whole layer at a glance: one cell a plane, neurons along both sides."
        } else if self.state.sweep.is_refused() || self.state.atlas.is_refused() {
            "The sweep was cancelled. Edit ▸ Sweep again starts it anew (F5)."
        } else if self.own_sweep().is_some() {
            "Drawing the atlas…"
        } else {
            "Sweeping all planes…"
        }
    }

    fn atlas_subtitle(&self, renewed: bool) -> String {
        let Some(picture) = self.shown_atlas() else {
            return "one cell a plane".to_owned();
        };
        let atlas = &picture.atlas;
        let mut parts = Vec::new();
        if self.state.sweep.is_refused() || self.state.atlas.is_refused() {
            parts.push("not renewed: cancelled (F5 starts again)".to_owned());
        } else if renewed || self.worker.is_busy(Lane::Atlas) && self.atlas.is_clear() {
            parts.push("being renewed".to_owned());
        }
        if atlas.not_swept > 0 {
            let (planes, all) = (number(atlas.planes), atlas.planes + atlas.not_swept);
            parts.push(format!("a sample of {planes} of {} planes", number(all)));
        }
        parts.push(self.what_a_pixel_is(picture));
        if atlas.dark > 0 {
            parts.push(format!("{} dark", number(atlas.dark)));
        }
        if atlas.degenerate > 0 {
            let pairs = count_of(atlas.degenerate as u64, "parallel pair");
            parts.push(format!("{pairs} without a plane"));
        }
        if atlas.quantity == Quantity::Alignment {
            parts.push("faded: under 1% lit".to_owned());
        }
        parts.join(" · ")
    }

    fn what_a_pixel_is(&self, picture: &AtlasPicture) -> String {
        match picture.atlas.levels.get(self.atlas.level) {
            Some(blocks) if blocks.shift > 0 => {
                let side = number(1 << blocks.shift);
                let finest = if self.atlas.level == 0 {
                    " (none finer is kept of so wide a layer)"
                } else {
                    ""
                };
                format!("each pixel: the most extreme of {side} × {side} planes{finest}")
            }
            _ => "one cell a plane".to_owned(),
        }
    }

    /// What a screen reader is told: the selected plane's numbers.
    fn announced(&self, picture: &AtlasPicture) -> Option<String> {
        let plane = self.document.choices.plane?;
        let record = record(picture, plane)?;
        Some(format!(
            "{} · {}",
            plane_text(plane),
            self.numbers(picture, &record).join(" · ")
        ))
    }

    /// A record's numbers as the pointer reads them.
    fn numbers(&self, picture: &AtlasPicture, record: &PlaneRecord) -> Vec<String> {
        let n = picture.sweep.n_samples;
        let peak = match record.peak_index {
            None => "no peak".to_owned(),
            Some(index) => {
                let angle = picture.sweep.spec.grid.angle_rad(index);
                format!(
                    "peak {} at {}",
                    fraction_text(record.peak as f64 / n as f64),
                    self.preferences.unit.write(angle)
                )
            }
        };
        vec![
            format!("alignment {}", index_text(record.alignment(n).index())),
            peak,
            format!("lit {} of {}", number(record.lit as usize), number(n)),
        ]
    }

    fn cell_text(&self, picture: &AtlasPicture, cell: [usize; 2], level: usize) -> String {
        let atlas = &picture.atlas;
        let Some(plane) = atlas.plane(cell) else {
            return format!("b{} alone spans no plane", atlas.vectors[cell[0]]);
        };
        if is_degenerate(picture, plane) {
            let Plane { i, j } = plane;
            return format!("b{i} and b{j} are parallel: they span no plane");
        }
        let Some(record) = record(picture, plane) else {
            let name = plane_text(plane);
            return format!("{name}\nnot among the planes drawn so far\nclick: its own curve");
        };
        let blocks = atlas.levels.get(level).filter(|blocks| blocks.shift > 0);
        let side = blocks.map(|blocks| number(1 << blocks.shift));
        if record.lit == 0 {
            return match side {
                Some(side) => format!("all of the {side} × {side} planes here are dark"),
                None => format!("{}\ndark: no sample is lit", plane_text(record.plane)),
            };
        }
        let mut lines = vec![plane_text(record.plane)];
        lines.extend(self.numbers(picture, &record));
        if atlas.quantity == Quantity::Alignment
            && record.lit > 0
            && record.lit < enough_light(atlas.n_samples)
        {
            lines.push("faded: from so few samples an index is noise".to_owned());
        }
        if let Some(side) = side {
            lines.push(format!(
                "the most extreme of the {side} × {side} planes here"
            ));
        }
        lines.join("\n")
    }

    /// Moves the camera as a key or a button asks.
    pub(super) fn zoom_atlas(&mut self, zoom: Zoom) {
        let camera = &mut self.atlas.camera;
        match zoom {
            // The layout keeps the limits.
            Zoom::In => camera.zoom *= 1.5,
            Zoom::Out => camera.zoom = (camera.zoom / 1.5).max(1.0),
            Zoom::Fit => *camera = crate::scene::AtlasCamera::default(),
        }
    }
}

/// The record of a plane, or of its mirror image.
fn record(picture: &AtlasPicture, plane: Plane) -> Option<PlaneRecord> {
    let planes = &picture.sweep.spec.planes;
    let Plane { i, j } = plane;
    let mirrored = || planes.position(Plane { i: j, j: i });
    let index = planes.position(plane).or_else(mirrored)?;
    picture.sweep.records.get(index)
}

fn is_degenerate(picture: &AtlasPicture, plane: Plane) -> bool {
    !picture.layer.coordinates.basis().spans(plane)
}

fn noun(picture: &AtlasPicture) -> &'static str {
    if picture.layer.basis_name().is_some() {
        "vector"
    } else {
        "neuron"
    }
}
