//! The selected plane at every scale, and projections: what is asked of the worker while
//! they are looked at, and how they are shown.

use std::sync::Arc;
use std::time::Duration;

use egui::{Slider, Ui};

use crate::figure::{DensityWanted, ProjectionMaterial, ScaleMaterial};
use crate::scene::{Color, ColorMap, ColorScale, Palette};
use crate::session::{
    ClassLook, FigureView, KernelWidth, Normaliser, PlaneAs, ProjectionAs, ProjectionLook,
    ProjectionOf, ScaleAxis, ScaleLook, ScaleQuantity,
};
use crate::srm::{Epsilon, Plane, PlaneMode, Sign, Subset};
use crate::worker::Lane;
use crate::worker::picture_job::{
    Drawn, PlanePicture, ProjectionRequest, ScaleRequest, draw_projection, draw_scale,
};

use super::App;
use super::atlas_controls::color_entries;
use super::classes::ClassesKey;
use super::command::Command;
use super::theme::palette;
use super::widgets::{accented, segmented, segmented_unless};

/// How long a request is given to show something before the next supersedes it.
const PATIENCE: Duration = Duration::from_secs(1);

/// Pictures of dots have sides of so many pixels more or less, so that not every pixel of
/// a window that is dragged wider asks for another.
const SIDES: usize = 64;

/// Largest side of a picture of dots.
const MOST_SIDE: usize = 2048;

/// A change of how the plane is shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PictureCommand {
    /// In that way.
    ShowAs(PlaneAs),
    /// In the next of the ways.
    Next,
    /// At every scale so.
    Scales(ScaleLook),
    /// Its projections so.
    Projection(ProjectionLook),
}

impl From<PictureCommand> for Command {
    fn from(command: PictureCommand) -> Self {
        Self::Picture(command)
    }
}

/// What a picture of the plane is asked for by.
#[derive(Clone, Debug, PartialEq)]
pub enum PictureKey {
    /// At every scale.
    Scale(ScaleKey),
    /// Projections.
    Projection(Box<ProjectionKey>),
}

/// See [`PictureKey`].
#[derive(Clone, Debug, PartialEq)]
pub struct ScaleKey {
    layer: u64,
    plane: Plane,
    /// Which is within.
    epsilon: Epsilon,
    angles: usize,
    sign: Sign,
    look: ScaleLook,
    map: ColorMap,
}

impl ScaleKey {
    /// Whether the counts of the other are those of this, but for their range.
    fn counts_like(&self, other: &Self) -> bool {
        let of = |key: &Self| (key.layer, key.plane, key.angles, key.sign, key.look.axis);
        of(self) == of(other)
    }
}

/// See [`PictureKey`].
#[derive(Clone, Debug, PartialEq)]
pub struct ProjectionKey {
    layer: u64,
    plane: Option<Plane>,
    among: Option<(PlaneMode, Subset)>,
    epsilon: Epsilon,
    look: ProjectionLook,
    /// Classes and how they are shown, where dots are.
    classes: Option<(ClassesKey, ClassLook)>,
    /// Of dots.
    side: usize,
    /// Colour of samples without a class, of dots.
    other: Option<Color>,
}

impl ProjectionKey {
    /// Whether the points and the density of the other are those of this.
    fn points_like(&self, other: &Self) -> bool {
        let of = |key: &Self| {
            let density = DensityWanted::of(&key.look);
            (
                key.layer,
                key.plane,
                key.among.clone(),
                key.epsilon,
                density,
            )
        };
        of(self) == of(other)
    }
}

impl App {
    /// The kind of figure that shows the selected plane as the window does.
    pub(super) fn plane_figure(&self) -> FigureView {
        match self.preferences.plane_as {
            PlaneAs::Curve => FigureView::Polar,
            PlaneAs::Scale => FigureView::Scale,
            PlaneAs::Projection => FigureView::Pppm,
        }
    }

    pub(super) fn apply_picture(&mut self, command: PictureCommand) {
        match command {
            PictureCommand::ShowAs(choice) => self.preferences.plane_as = choice,
            PictureCommand::Next => {
                let shown = &mut self.preferences.plane_as;
                *shown = match shown {
                    PlaneAs::Curve => PlaneAs::Scale,
                    PlaneAs::Scale => PlaneAs::Projection,
                    PlaneAs::Projection => PlaneAs::Curve,
                };
            }
            PictureCommand::Scales(look) => self.preferences.scales = look,
            PictureCommand::Projection(look) => self.preferences.projection = look,
        }
    }

    /// The picture to show, of the shown layer and of the kind that is looked at.
    pub(super) fn shown_picture(&self) -> Option<&Arc<PlanePicture>> {
        let layer = self.document.layer()?;
        let picture = self.state.picture.result()?;
        let kind = match picture.drawn {
            Drawn::Scale { .. } => PlaneAs::Scale,
            Drawn::Projection { .. } => PlaneAs::Projection,
        };
        (picture.layer == layer.id && kind == self.preferences.plane_as).then_some(picture)
    }

    /// Whether what is looked at is on screen.
    pub(super) fn picture_is_settled(&self) -> bool {
        let state = &self.state.picture;
        self.preferences.plane_as == PlaneAs::Curve
            || self.document.layer().is_none()
            || state.is_refused()
            || (!state.is_stale() && self.shown_picture().is_some())
    }

    /// Asks for the picture that the choices ask for, while it is looked at.
    pub(super) fn request_picture(&mut self) {
        let key = match self.preferences.plane_as {
            PlaneAs::Curve => None,
            PlaneAs::Scale => self.scale_key().map(PictureKey::Scale),
            PlaneAs::Projection => {
                let key = self.projection_key();
                key.map(|key| PictureKey::Projection(Box::new(key)))
            }
        };
        let Some(key) = key else {
            return;
        };
        if !self.state.picture.needs(&key) {
            return;
        }
        let alike = |asked: &PictureKey| match (asked, &key) {
            (PictureKey::Scale(asked), PictureKey::Scale(key)) => asked.layer == key.layer,
            (PictureKey::Projection(asked), PictureKey::Projection(key)) => {
                asked.layer == key.layer && asked.plane.is_some() == key.plane.is_some()
            }
            _ => false,
        };
        let asked = self.state.picture.asked.as_ref();
        let held = asked.is_some_and(|(asked, _)| alike(asked));
        if held && self.state.picture.is_fresh(PATIENCE) && self.worker.is_busy(Lane::Picture) {
            self.state.picture.hold(key);
            return;
        }
        let Some(layer) = self.document.layer() else {
            return;
        };
        let generation = match &key {
            PictureKey::Scale(key) => draw_scale(&self.worker, layer, self.scale_request(key)),
            PictureKey::Projection(key) => {
                draw_projection(&self.worker, layer, self.projection_request(key))
            }
        };
        self.state.picture.ask(key, generation);
    }

    fn scale_key(&self) -> Option<ScaleKey> {
        let (layer, choices) = (self.document.layer()?, &self.document.choices);
        let mut key = ScaleKey {
            layer: layer.id,
            plane: choices.plane?,
            epsilon: choices.epsilon,
            angles: choices.grid.count(),
            sign: choices.sign,
            look: self.preferences.scales,
            map: self.preferences.map,
        };
        // What is shown stays while it has the epsilon in its range.
        if let Some((PictureKey::Scale(shown), picture)) = &self.state.picture.shown
            && let Drawn::Scale { view, .. } = &picture.drawn
            && shown.counts_like(&key)
            && (view.range[0]..=view.range[1]).contains(&key.epsilon)
        {
            key.epsilon = shown.epsilon;
        }
        Some(key)
    }

    fn scale_request(&self, key: &ScaleKey) -> ScaleRequest {
        let known: Option<Arc<ScaleMaterial>> = match &self.state.picture.shown {
            Some((PictureKey::Scale(shown), picture)) => match &picture.drawn {
                Drawn::Scale { material, .. }
                    if shown.counts_like(key) && shown.epsilon == key.epsilon =>
                {
                    Some(Arc::clone(material))
                }
                _ => None,
            },
            _ => None,
        };
        ScaleRequest {
            plane: key.plane,
            epsilon: key.epsilon,
            grid: self.document.choices.grid.clone(),
            sign: key.sign,
            look: key.look,
            map: key.map,
            known,
        }
    }

    fn projection_key(&self) -> Option<ProjectionKey> {
        let (layer, choices) = (self.document.layer()?, &self.document.choices);
        let look = self.preferences.projection;
        let side = self.state.projection_pixels;
        if side == 0 {
            // It was not measured yet.
            return None;
        }
        let dots = look.drawn == ProjectionAs::Scatter;
        let (plane, among) = match look.of {
            ProjectionOf::Plane => (Some(choices.plane?), None),
            ProjectionOf::AllPlanes => (None, Some((choices.mode, choices.subset(layer)))),
        };
        let classes = self
            .classes_key()
            .filter(|_| dots && self.classes().is_some());
        Some(ProjectionKey {
            layer: layer.id,
            plane,
            among,
            epsilon: choices.epsilon,
            look,
            classes: classes.map(|key| (key, choices.classes.clone())),
            side: if dots {
                side.next_multiple_of(SIDES).min(MOST_SIDE)
            } else {
                0
            },
            other: self.state.accent.filter(|_| dots),
        })
    }

    fn projection_request(&self, key: &ProjectionKey) -> ProjectionRequest {
        let known: Option<Arc<ProjectionMaterial>> = match &self.state.picture.shown {
            Some((PictureKey::Projection(shown), picture)) => match &picture.drawn {
                Drawn::Projection { material, .. } if shown.points_like(key) => {
                    Some(Arc::clone(material))
                }
                _ => None,
            },
            _ => None,
        };
        let choices = &self.document.choices;
        let (mode, subset) = key.among.clone().unwrap_or_else(|| {
            let layer = self.document.layer();
            let subset = layer.map_or_else(|| Subset::whole(2), |layer| choices.subset(layer));
            (choices.mode, subset)
        });
        let classes = key.classes.as_ref().zip(self.classes());
        ProjectionRequest {
            plane: key.plane,
            mode,
            subset,
            epsilon: key.epsilon,
            look: key.look,
            classes: classes.map(|((_, look), classes)| (Arc::clone(classes), look.clone())),
            other: key.other.unwrap_or(Palette::DARK.accent),
            side: (key.side, self.state.pixels_per_point),
            known,
        }
    }

    /// The ways to show the selected plane.
    pub(super) fn plane_tabs(&self, ui: &mut Ui, commands: &mut Vec<Command>) {
        let ways = [
            (PlaneAs::Curve, "curve", "Samples lit, around the circle"),
            (
                PlaneAs::Scale,
                "scale",
                "At every ε at once: angle × resolution scale",
            ),
            (
                PlaneAs::Projection,
                "projection",
                "The samples near the plane, at their coordinates in it (PPPM)",
            ),
        ];
        if let Some(choice) = segmented(ui, self.preferences.plane_as, &ways) {
            commands.push(PictureCommand::ShowAs(choice).into());
        }
    }

    pub(super) fn scale_controls(&self, ui: &mut Ui, commands: &mut Vec<Command>) {
        let mut look = self.preferences.scales;
        ui.horizontal_wrapped(|ui| {
            let quantities = [
                (
                    ScaleQuantity::Fraction,
                    "fraction",
                    "The fraction of samples lit",
                ),
                (
                    ScaleQuantity::Excess,
                    "excess",
                    "The fraction over that of isotropic data; transparent where these light \
                     nothing",
                ),
            ];
            let sign = self.document.choices.sign;
            let refused = |quantity| {
                let signed = sign == Sign::Signed && quantity == ScaleQuantity::Excess;
                signed.then_some(
                    "Signed counts have none: isotropic data light as much towards a probe as \
                     opposite it",
                )
            };
            let shown = look.shown(sign).quantity;
            if let Some(quantity) = segmented_unless(ui, shown, &quantities, refused) {
                // With the scale of colours that shows it best, until another is chosen.
                (look.quantity, look.color_scale) = (quantity, None);
            }
            let axes = [
                (ScaleAxis::Epsilon, "ε", "Rows even in ε"),
                (
                    ScaleAxis::HalfAngle,
                    "∠",
                    "Rows even in the half-angle, arccos ε",
                ),
            ];
            look.axis = segmented(ui, look.axis, &axes).unwrap_or(look.axis);
            let shown = look.shown(sign).color_scale();
            let (mut map, mut scale) = (self.preferences.map, shown);
            color_menu(ui, &mut map, &mut scale);
            if map != self.preferences.map {
                commands.push(Command::SetMap(map));
            }
            if scale != shown {
                look.color_scale = Some(scale);
            }
        });
        if look != self.preferences.scales {
            commands.push(PictureCommand::Scales(look).into());
        }
    }

    pub(super) fn projection_controls(&self, ui: &mut Ui, commands: &mut Vec<Command>) {
        let mut look = self.preferences.projection;
        ui.horizontal_wrapped(|ui| {
            let planes = [
                (ProjectionOf::Plane, "plane", "On the selected plane"),
                (
                    ProjectionOf::AllPlanes,
                    "all",
                    "On all planes, laid over each other: first vectors along x",
                ),
            ];
            look.of = segmented(ui, look.of, &planes).unwrap_or(look.of);
            let ways = [
                (
                    ProjectionAs::Scatter,
                    "dots",
                    "A dot a sample, coloured by class",
                ),
                (
                    ProjectionAs::Density,
                    "density",
                    "Points per area, smoothed",
                ),
            ];
            look.drawn = segmented(ui, look.drawn, &ways).unwrap_or(look.drawn);
            if look.drawn == ProjectionAs::Density {
                density_controls(ui, &mut look);
            }
        });
        if look != self.preferences.projection {
            commands.push(PictureCommand::Projection(look).into());
        }
    }
}

fn density_controls(ui: &mut Ui, look: &mut ProjectionLook) {
    let normalisers = [
        (
            Normaliser::Isotropic,
            "/ isotropic",
            "Divided by the density that isotropic samples of the same norms would have, \
             which depends on the radius alone: what is left is structure in angle. Where they \
             would have fewer than one point under the kernel it is divided by one",
        ),
        (Normaliser::None, "per area", "Points per unit of area"),
    ];
    look.normaliser = segmented(ui, look.normaliser, &normalisers).unwrap_or(look.normaliser);
    ui.spacing_mut().slider_width = 70.0;
    let mut width = look.kernel.get();
    let slider = Slider::new(&mut width, 0.003..=KernelWidth::MOST)
        .logarithmic(true)
        .show_value(false);
    let hover = format!(
        "Width of the Gaussian kernel: its standard deviation is {:.3} of the view's radius",
        look.kernel.get()
    );
    let response = accented(ui, slider, &hover);
    response.widget_info(|| egui::WidgetInfo::slider(true, width, "kernel width"));
    if response.changed()
        && let Ok(kernel) = KernelWidth::new((width * 1e4).round() / 1e4)
    {
        look.kernel = kernel;
    }
    color_menu(ui, &mut look.map, &mut look.scale);
}

fn color_menu(ui: &mut Ui, map: &mut ColorMap, scale: &mut ColorScale) {
    let menu = ui.menu_button("colours ▾", |ui| {
        let (chosen_map, chosen_scale) = color_entries(ui, *map, *scale, "");
        *map = chosen_map.unwrap_or(*map);
        *scale = chosen_scale.unwrap_or(*scale);
    });
    let hover = "Colour map and scale; √ and log bring out what is faint";
    menu.response.on_hover_text(hover);
}

/// Remembers what pictures depend on that only the window knows.
pub(super) fn see_window(app: &mut App, ui: &Ui) {
    app.state.pixels_per_point = ui.ctx().pixels_per_point();
    app.state.accent = Some(palette(ui.ctx()).accent);
}
