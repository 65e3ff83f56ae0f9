//! What the user chose: the open layers and the choices, undone and redone as
//! one, and the preferences that are kept between starts.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::scene::{AngleUnit, AtlasOrder, ColorMap, ColorScale, PlaneOrder, Quantity};
use crate::session::{ChanceLook, ClassLook, FigureSpec, PlaneAs, ProjectionLook, ScaleLook, View};
use crate::srm::{
    AngleGrid, ChoiceError, Epsilon, EpsilonChoice, NeuronChoice, Overview, PAPER_EPSILON, Plane,
    PlaneMode, PlaneSet, Sign, Subset, SweepSpec, UnitBasis,
};
use crate::worker::message::Layer;

use super::companions::Companions;
use super::listing::FileList;

pub use crate::session::PlanesAs;

/// Angles of a new window: steps of 1°.
pub const DEFAULT_ANGLES: usize = 361;

/// The bundled sample is opened at this `ε`, the one exception to *auto*.
pub const SAMPLE_EPSILON: f64 = 0.7;

/// Most recent files that the menu lists.
const MOST_RECENT: usize = 10;

/// What the user chose that bears on results: undone and redone as one.
#[derive(Clone, Debug, PartialEq)]
pub struct Choices {
    /// Resolution scale, for the shown layer.
    pub epsilon: Epsilon,
    /// How it was chosen: *auto* and the share of isotropic data follow the shown
    /// layer.
    pub epsilon_choice: EpsilonChoice,
    /// Probe angles.
    pub grid: AngleGrid,
    /// Combinations or permutations.
    pub mode: PlaneMode,
    /// Signed or not.
    pub sign: Sign,
    /// Among which neurons, or vectors of another basis, planes are made.
    pub neurons: NeuronChoice,
    /// The plane that is looked at.
    pub plane: Option<Plane>,
    /// Planes laid over it.
    pub pins: Vec<Plane>,
    /// Where the spotlight points in the plane, in radians; at the peak where `None`.
    pub angle_rad: Option<f64>,
    /// How classes are shown.
    pub classes: ClassLook,
}

/// The open layers and the choices.
#[derive(Clone, Debug)]
pub struct Document {
    /// Open dumps, in the order they were opened.
    pub layers: Vec<Arc<Layer>>,
    /// The one that is shown.
    pub shown: usize,
    /// The choices.
    pub choices: Choices,
    /// The files or arrays of which one at a time is among the layers.
    pub list: Option<Arc<FileList>>,
    /// The entry of the list that is, and the number of its layer.
    pub entry: Option<(usize, u64)>,
    /// Labels, class names and images of the layers' samples.
    pub companions: Companions,
    /// The plane last looked at in each layer, by the layer's number.
    planes: BTreeMap<u64, Plane>,
}

impl Document {
    /// Nothing open.
    #[must_use]
    pub fn new() -> Option<Self> {
        Some(Self {
            layers: Vec::new(),
            shown: 0,
            planes: BTreeMap::new(),
            list: None,
            entry: None,
            companions: Companions::default(),
            choices: Choices {
                epsilon: Epsilon::clamped(PAPER_EPSILON),
                epsilon_choice: EpsilonChoice::Auto,
                grid: AngleGrid::new(DEFAULT_ANGLES).ok()?,
                mode: PlaneMode::default(),
                sign: Sign::default(),
                neurons: NeuronChoice::default(),
                plane: None,
                pins: Vec::new(),
                angle_rad: None,
                classes: ClassLook::default(),
            },
        })
    }

    /// The shown layer.
    #[must_use]
    pub fn layer(&self) -> Option<&Arc<Layer>> {
        self.layers.get(self.shown)
    }

    /// Shows the layer at `index` and fits the choices to it. An `ε` that follows
    /// the layer becomes that layer's. Between layers of one width the plane stays, so that
    /// epochs can be compared; another width brings its own plane back.
    pub fn show(&mut self, index: usize) {
        let before = self
            .layer()
            .map(|layer| (layer.id, layer.coordinates.basis().len()));
        if let (Some((id, _)), Some(plane)) = (before, self.choices.plane) {
            self.planes.insert(id, plane);
        }
        self.shown = index;
        let Some(layer) = self.layers.get(index).cloned() else {
            return;
        };
        if before.is_some_and(|(_, width)| width != layer.coordinates.basis().len()) {
            self.choices.plane = self.planes.get(&layer.id).copied();
            self.choices.pins.clear();
        }
        self.choices.epsilon = resolved_epsilon(self.choices.epsilon_choice, &self.choices, &layer);
        self.fit_planes(&layer);
    }

    /// Drops planes that the shown layer lacks; a plane `(j, i)` becomes
    /// `(i, j)` among combinations.
    pub fn fit_planes(&mut self, layer: &Layer) {
        let basis = layer.coordinates.basis();
        let mode = self.choices.mode;
        let subset = self.choices.subset(layer);
        let fit = |plane: Plane| {
            let ordered = match mode {
                PlaneMode::Combinations => Plane {
                    i: plane.i.min(plane.j),
                    j: plane.i.max(plane.j),
                },
                PlaneMode::Permutations => plane,
            };
            is_among(&subset, basis, ordered).then_some(ordered)
        };
        self.choices.plane = self
            .choices
            .plane
            .and_then(fit)
            .or_else(|| first_plane(&self.choices, layer));
        self.choices.pins = self.choices.pins.iter().copied().filter_map(fit).collect();
        self.choices.pins.dedup();
    }

    /// The sweep that the choices ask for.
    #[must_use]
    pub fn spec(&self) -> Option<SweepSpec> {
        let layer = self.layer()?;
        let (basis, subset) = (layer.coordinates.basis(), self.choices.subset(layer));
        Some(SweepSpec {
            epsilon: self.choices.epsilon,
            grid: self.choices.grid.clone(),
            sign: self.choices.sign,
            planes: PlaneSet::among(&subset, basis, self.choices.mode, None),
        })
    }
}

/// The plane to look at until the sweep ends: the pair that is most often a
/// sample's two largest, else the first that there is.
pub fn first_plane(choices: &Choices, layer: &Layer) -> Option<Plane> {
    let basis = layer.coordinates.basis();
    let subset = choices.subset(layer);
    let first = || {
        let planes = PlaneSet::among(&subset, basis, PlaneMode::Combinations, None);
        (!planes.is_empty()).then(|| planes.get(0))
    };
    let commonest = overview_of(layer, &subset).commonest;
    let commonest = commonest.filter(|&plane| is_among(&subset, basis, plane));
    commonest.or_else(first)
}

/// Whether two vectors are among those chosen, and span a plane.
fn is_among(subset: &Subset, basis: &UnitBasis, plane: Plane) -> bool {
    subset.contains(plane.i) && subset.contains(plane.j) && basis.spans(plane)
}

impl Choices {
    /// The vectors of a layer among which planes are made: all where the choice does not
    /// fit the layer.
    #[must_use]
    pub fn subset(&self, layer: &Layer) -> Subset {
        let basis = layer.coordinates.basis();
        let subset = self.neurons.resolve(basis);
        subset.unwrap_or_else(|_| Subset::whole(basis.len()))
    }

    /// Why the choice of vectors does not fit a layer, so that all are taken.
    #[must_use]
    pub fn misfit(&self, layer: &Layer) -> Option<ChoiceError> {
        self.neurons.resolve(layer.coordinates.basis()).err()
    }

    /// Whether `ε` was set by *auto*.
    #[must_use]
    pub fn epsilon_is_auto(&self) -> bool {
        self.epsilon_choice == EpsilonChoice::Auto
    }
}

/// What a choice of `ε` comes to for a layer.
pub fn resolved_epsilon(choice: EpsilonChoice, choices: &Choices, layer: &Layer) -> Epsilon {
    match choice {
        EpsilonChoice::Value(epsilon) => epsilon,
        EpsilonChoice::NullShare(share) => Epsilon::from_null_share(share, layer.n_neurons())
            .unwrap_or_else(|_| auto_epsilon(choices, layer)),
        EpsilonChoice::Auto => auto_epsilon(choices, layer),
    }
}

/// *Auto* for a layer; the paper's 0.9 where it is undefined.
pub fn auto_epsilon(choices: &Choices, layer: &Layer) -> Epsilon {
    let paper = Epsilon::clamped(PAPER_EPSILON);
    let overview = overview_of(layer, &choices.subset(layer));
    overview.auto_epsilon.unwrap_or(paper)
}

/// What is known of the planes among some of a layer's vectors; of all planes until the
/// worker has told of those.
fn overview_of(layer: &Layer, subset: &Subset) -> Overview {
    let known = layer.overview_among(subset);
    known.unwrap_or_else(|| layer.overview.clone())
}

/// Dark, light, or as the desktop has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ThemeChoice {
    /// As the desktop has it.
    #[default]
    System,
    /// Light on dark.
    Dark,
    /// Dark on light.
    Light,
}

/// What the ensemble's vertical axis reaches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Fit {
    /// The largest value of any plane.
    #[default]
    Planes,
    /// The largest mean + standard deviation.
    Band,
}

/// How the window is divided, in shares of what there is to divide.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Division {
    /// Width of the left panel in points.
    pub panel: f32,
    /// Share of the views' width that the heatmap has.
    pub heatmap: f32,
    /// Share of the views' height that the ensemble has.
    pub ensemble: f32,
    /// Share of the views' width that the samples have.
    pub samples: f32,
}

impl Default for Division {
    fn default() -> Self {
        Self {
            panel: 268.0,
            heatmap: 0.48,
            ensemble: 0.36,
            samples: 0.54,
        }
    }
}

/// Kept between starts, never part of a result.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Preferences {
    /// Theme.
    pub theme: ThemeChoice,
    /// Degrees or multiples of π.
    pub unit: AngleUnit,
    /// Order of the heatmap's rows.
    pub order: PlaneOrder,
    /// Colour map.
    pub map: ColorMap,
    /// Colour scale.
    pub scale: ColorScale,
    /// How all planes are shown at once.
    pub planes_as: PlanesAs,
    /// What colours the atlas.
    pub quantity: Quantity,
    /// Order of the atlas.
    pub atlas_order: AtlasOrder,
    /// What the ensemble's axis reaches.
    pub fit: Fit,
    /// How the selected plane is shown.
    pub plane_as: PlaneAs,
    /// How it is shown at every `ε`.
    pub scales: ScaleLook,
    /// How projections are shown.
    pub projection: ProjectionLook,
    /// What of chance is drawn.
    pub chance: ChanceLook,
    /// How the window is divided.
    pub division: Division,
    /// Files opened, the newest first.
    pub recent: Vec<PathBuf>,
    /// How the last figure looked.
    pub figure: FigureSpec,
    /// Where the last figure or table went.
    pub export_folder: Option<PathBuf>,
}

impl Preferences {
    /// The part that a session records: how things are shown, without what is chosen of
    /// them.
    #[must_use]
    pub fn view(&self) -> View {
        View {
            plane: None,
            pins: Vec::new(),
            planes_as: self.planes_as,
            order: self.order,
            map: self.map,
            scale: self.scale,
            quantity: self.quantity,
            atlas_order: self.atlas_order,
            unit: self.unit,
            angle_rad: None,
            plane_as: self.plane_as,
            classes: ClassLook::default(),
            scales: self.scales,
            projection: self.projection,
            chance: self.chance,
        }
    }

    /// Shows things as they were shown in a session.
    pub fn show_as(&mut self, view: &View) {
        self.planes_as = view.planes_as;
        self.order = view.order;
        self.map = view.map;
        self.scale = view.scale;
        self.quantity = view.quantity;
        self.atlas_order = view.atlas_order;
        self.unit = view.unit;
        self.plane_as = view.plane_as;
        self.scales = view.scales;
        self.projection = view.projection;
        self.chance = view.chance;
    }

    /// Puts a file at the head of the recent ones.
    pub fn remember(&mut self, path: PathBuf) {
        if path.as_os_str().is_empty() {
            return;
        }
        self.recent.retain(|known| *known != path);
        self.recent.insert(0, path);
        self.recent.truncate(MOST_RECENT);
    }
}
