//! The selected plane at every scale, and the samples' projections, as pictures.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use super::message::{Layer, Message, WindowWorker};
use super::{Context, Generation, Lane};
use crate::figure::{
    ClassColors, DensityWanted, ProjectionMaterial, ScaleMaterial, color_of_class,
    projection_material, scale_material,
};
use crate::scene::{Color, ColorMap, ProjectionView, ScaleView};
use crate::session::figure::SeriesColors;
use crate::session::{ClassLook, ProjectionLook, ScaleLook};
use crate::srm::{
    AngleGrid, Cancelled, Classes, Epsilon, Plane, PlaneMode, PlaneSet, Sign, Subset,
};

/// A plane at every scale that is asked for.
#[derive(Clone, Debug)]
pub struct ScaleRequest {
    /// The plane.
    pub plane: Plane,
    /// What is to be within.
    pub epsilon: Epsilon,
    /// Its angles.
    pub grid: AngleGrid,
    /// What is counted.
    pub sign: Sign,
    /// How it is shown.
    pub look: ScaleLook,
    /// In which colours.
    pub map: ColorMap,
    /// Its counts, where they are known.
    pub known: Option<Arc<ScaleMaterial>>,
}

/// Projections that are asked for.
#[derive(Clone, Debug)]
pub struct ProjectionRequest {
    /// The plane; all of them where `None`.
    pub plane: Option<Plane>,
    /// Combinations or permutations.
    pub mode: PlaneMode,
    /// Among which vectors.
    pub subset: Subset,
    /// Which samples are kept.
    pub epsilon: Epsilon,
    /// How they are shown.
    pub look: ProjectionLook,
    /// The classes of the samples, with how they are shown.
    pub classes: Option<(Arc<Classes>, ClassLook)>,
    /// Colour of samples without a class.
    pub other: Color,
    /// Pixels of a scatter plot's side, and those of a point.
    pub side: (usize, f32),
    /// Its points, where they are known.
    pub known: Option<Arc<ProjectionMaterial>>,
}

/// A picture of the selected plane, or of all.
#[derive(Clone, Debug)]
pub struct PlanePicture {
    /// Number of the layer.
    pub layer: u64,
    /// What it is.
    pub drawn: Drawn,
}

/// See [`PlanePicture`].
#[derive(Clone, Debug)]
pub enum Drawn {
    /// A plane at every scale, its line not drawn.
    Scale {
        /// Its counts.
        material: Arc<ScaleMaterial>,
        /// The view.
        view: ScaleView,
    },
    /// Projections.
    Projection {
        /// Their points.
        material: Arc<ProjectionMaterial>,
        /// The view.
        view: ProjectionView,
    },
}

/// Asks for a plane at every scale.
pub fn draw_scale(worker: &WindowWorker, layer: &Arc<Layer>, request: ScaleRequest) -> Generation {
    let layer = Arc::clone(layer);
    worker.submit(Lane::Picture, "Counting at every scale", move |context| {
        if let Ok(drawn) = scale(&layer, &request, context.cancel()) {
            say(context, &layer, drawn);
        }
    })
}

/// Asks for projections.
pub fn draw_projection(
    worker: &WindowWorker,
    layer: &Arc<Layer>,
    request: ProjectionRequest,
) -> Generation {
    let layer = Arc::clone(layer);
    worker.submit(Lane::Picture, "Projecting the samples", move |context| {
        if let Ok(drawn) = projection(&layer, &request, context) {
            say(context, &layer, drawn);
        }
    })
}

fn say(context: &Context<Message>, layer: &Layer, drawn: Drawn) {
    if context.cancel().load(Relaxed) {
        return;
    }
    let layer = layer.id;
    context.say(Message::Picture(Arc::new(PlanePicture { layer, drawn })));
}

fn scale(layer: &Layer, request: &ScaleRequest, cancel: &AtomicBool) -> Result<Drawn, Cancelled> {
    let ScaleRequest {
        plane,
        epsilon,
        grid,
        sign,
        look,
        map,
        known,
    } = request;
    let material = if let Some(known) = known {
        Arc::clone(known)
    } else {
        let (coordinates, at) = (&layer.coordinates, (look.axis, *epsilon));
        Arc::new(scale_material(
            coordinates,
            *plane,
            at,
            grid,
            *sign,
            cancel,
        )?)
    };
    let mut view = material.view(*look, *map, *epsilon, *sign);
    view.line = None;
    Ok(Drawn::Scale { material, view })
}

fn projection(
    layer: &Layer,
    request: &ProjectionRequest,
    context: &Context<Message>,
) -> Result<Drawn, Cancelled> {
    let look = &request.look;
    let material = if let Some(known) = &request.known {
        Arc::clone(known)
    } else {
        let basis = layer.coordinates.basis();
        let planes = PlaneSet::among(&request.subset, basis, request.mode, None);
        let density = DensityWanted::of(look);
        let at = |done: usize, total: usize| context.progress(done, total);
        let onto = (request.plane, &planes);
        let (epsilon, cancel) = (request.epsilon, context.cancel());
        let found = projection_material(&layer.coordinates, onto, epsilon, density, &at, cancel)?;
        Arc::new(found)
    };
    let none = ClassLook::default();
    let classes = request.classes.as_ref();
    let (classes, class_look) = classes.map_or((None, &none), |(c, look)| (Some(&**c), look));
    let scheme = SeriesColors::default();
    let of = |classes: &Classes, class| color_of_class(class_look, &scheme, classes, class);
    let colors = ClassColors::new(classes, of, request.other);
    let picture = material.density_picture((look.map, look.scale));
    let (raster, bar) = if let Some((raster, bar)) = picture {
        (raster, Some(bar))
    } else {
        let (side, pixels_a_point) = request.side;
        (material.scatter(side, pixels_a_point, &colors), None)
    };
    let mut view = material.view(Arc::new(raster), bar, &colors);
    // The window says it in its second line.
    view.note.clear();
    Ok(Drawn::Projection { material, view })
}
