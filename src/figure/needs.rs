//! What a figure shows, read from its session: panels, their planes, and what has to be
//! computed for them.

use super::pictures::DensityWanted;
use super::split::share_shown;
use crate::scene::{AtlasOrder, ColorScale, MOST_PIXELS, PlaneOrder, Quantity};
use crate::session::figure::{Axes, FigureSpec, FigureView, Panel, Panels, Share};
use crate::session::{
    ClassCurves as Way, ClassLook, ClassShare, CompanionRecord, CompanionRole, Options,
    ProjectionAs, ProjectionOf, Rotations, ScaleAxis, Session,
};
use crate::srm::Plane;

/// What a figure is made of: two sessions with equal needs share their material.
#[derive(Clone, Debug, PartialEq)]
pub struct Needs {
    options: Options,
    pub(super) layers: Vec<LayerNeeds>,
    /// Whether panels of a kind share their axes and colours.
    pub(super) shared: bool,
    /// Where classes bear on it: how they are shown, and which they are.
    classes: Option<(ClassLook, Vec<CompanionRecord>)>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct LayerNeeds {
    pub epsilon: Option<f64>,
    pub planes: Vec<Plane>,
    /// Planes whose curves are split by class.
    pub split: Vec<Plane>,
    /// Planes with the band of rotated curves behind them.
    pub rotated: Vec<Plane>,
    pub rotations: Option<Rotations>,
    pub ensemble: bool,
    pub faint: bool,
    pub heat: Option<HeatNeeds>,
    pub atlas: Option<(Quantity, AtlasOrder, ColorScale)>,
    pub directions: bool,
    pub scales: Vec<Plane>,
    pub axis: ScaleAxis,
    /// Planes of projections; all of them where `None`.
    pub projections: Vec<Option<Plane>>,
    pub density: Option<DensityWanted>,
}

/// What the rows of a heatmap are made of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct HeatNeeds {
    pub order: PlaneOrder,
    pub most_rows: usize,
    /// Only planes that are significant at that rate of false discoveries.
    pub significant: Option<f64>,
}

impl LayerNeeds {
    /// Whether all planes are swept.
    pub fn sweep(&self) -> bool {
        self.ensemble || self.faint || self.heat.is_some() || self.atlas.is_some()
    }
}

/// The panels that a session's figure has: one, or several in rows.
pub(super) fn panels(spec: &FigureSpec) -> Vec<Vec<Panel>> {
    match spec.view {
        FigureView::Panel if spec.panels.is_empty() => {
            Panels::for_width_mm(spec.width.mm()).rows().to_vec()
        }
        FigureView::Panel => spec.panels.rows().to_vec(),
        view => vec![vec![Panel::of(view)]],
    }
}

/// The planes of a polar panel: the selected one first, then those pinned.
pub(super) fn planes_of(session: &Session, panel: &Panel) -> Vec<Plane> {
    let plane = |[i, j]: [u32; 2]| Plane { i, j };
    if let Some(own) = panel.plane {
        return vec![plane(own)];
    }
    let mut planes: Vec<Plane> = session.view.plane.map(plane).into_iter().collect();
    for pin in session.view.pins.iter().copied().map(plane) {
        if !planes.contains(&pin) {
            planes.push(pin);
        }
    }
    planes
}

/// The plane of a projection; all of them where `None`.
pub(super) fn projected_on(session: &Session, panel: &Panel) -> Option<Plane> {
    let own = panel.plane.map(|[i, j]| Plane { i, j });
    match session.view.projection.of {
        ProjectionOf::Plane => planes_of(session, panel).first().copied(),
        ProjectionOf::AllPlanes => own,
    }
}

/// The labels, where there are some.
pub(super) fn labels(session: &Session) -> Option<&CompanionRecord> {
    let mut companions = session.companions.iter();
    companions.find(|one| one.role == CompanionRole::Labels)
}

/// The same, where a curve is split by the classes they give.
pub(super) fn split_by(session: &Session) -> Option<&CompanionRecord> {
    labels(session).filter(|_| session.view.classes.curves != Way::Off)
}

/// The rotations whose band lies behind a polar plot: it is of all samples, and nothing to
/// hold against curves that are fractions of each class.
pub(super) fn rotations_drawn(session: &Session) -> Option<Rotations> {
    let share = share_shown(&session.view.classes, session.options.sign());
    let of_class = split_by(session).is_some() && share == ClassShare::OfClass;
    session.view.chance.rotations.filter(|_| !of_class)
}

/// Whether the band of rotations is drawn in polar plots of a session.
#[must_use]
pub fn draws_rotations(session: &Session) -> bool {
    let mut panels = panels(&session.figure).into_iter().flatten();
    rotations_drawn(session).is_some() && panels.any(|panel| panel.view == FigureView::Polar)
}

/// Whether a panel shows a plane that has to be chosen where none is selected.
pub(super) fn wants_plane(session: &Session, panel: &Panel) -> bool {
    let all = session.view.projection.of == ProjectionOf::AllPlanes;
    panel.view.has_plane() && panel.plane.is_none() && !(panel.view == FigureView::Pppm && all)
}

/// Whether a session's figure splits a curve by class.
#[must_use]
pub fn splits_curves(session: &Session) -> bool {
    session.view.classes.curves != Way::Off && shows_view(session, FigureView::Polar)
}

/// Whether a panel of a session's figure is such a view.
#[must_use]
pub fn shows_view(session: &Session, view: FigureView) -> bool {
    let rows = panels(&session.figure);
    rows.iter().flatten().any(|panel| panel.view == view)
}

/// Whether the classes of the samples bear on what a session's figure shows.
#[must_use]
pub fn shows_classes(session: &Session) -> bool {
    let dots = session.view.projection.drawn == ProjectionAs::Scatter;
    splits_curves(session)
        || shows_view(session, FigureView::Directions)
        || (dots && shows_view(session, FigureView::Pppm))
}

impl Needs {
    /// Whether they hold a sweep of the layer at `index`.
    #[must_use]
    pub fn sweeps(&self, index: usize) -> bool {
        self.layers.get(index).is_some_and(LayerNeeds::sweep)
    }

    /// Of a session that was prepared.
    #[must_use]
    pub fn of(session: &Session) -> Self {
        let spec = &session.figure;
        let view = &session.view;
        let mut layers: Vec<LayerNeeds> = session
            .layers
            .iter()
            .map(|layer| LayerNeeds {
                epsilon: layer.epsilon,
                ..LayerNeeds::default()
            })
            .collect();
        let splits = view.classes.curves != Way::Off;
        let rows = panels(spec);
        let most_rows = most_rows(spec, rows.len());
        for panel in rows.iter().flatten() {
            let Some(needs) = layers.get_mut(panel.layer.unwrap_or(session.shown)) else {
                continue;
            };
            match panel.view {
                FigureView::Polar => {
                    let planes = planes_of(session, panel);
                    needs.rotations = rotations_drawn(session);
                    if let Some(&first) = planes.first().filter(|_| needs.rotations.is_some())
                        && !needs.rotated.contains(&first)
                    {
                        needs.rotated.push(first);
                    }
                    if let Some(&first) = planes.first().filter(|_| splits)
                        && !needs.split.contains(&first)
                    {
                        needs.split.push(first);
                    }
                    for plane in planes {
                        if !needs.planes.contains(&plane) {
                            needs.planes.push(plane);
                        }
                    }
                }
                FigureView::Ensemble => {
                    needs.ensemble = true;
                    needs.faint |= spec.every_plane;
                }
                FigureView::Heatmap => {
                    needs.heat = Some(HeatNeeds {
                        order: view.order,
                        most_rows,
                        significant: view.chance.significant,
                    });
                }
                FigureView::Atlas => {
                    needs.atlas = Some((view.quantity, view.atlas_order, view.scale));
                }
                FigureView::Scale => {
                    needs.axis = view.scales.axis;
                    for plane in planes_of(session, panel).into_iter().take(1) {
                        if !needs.scales.contains(&plane) {
                            needs.scales.push(plane);
                        }
                    }
                }
                FigureView::Pppm => {
                    needs.density = DensityWanted::of(&view.projection);
                    let plane = projected_on(session, panel);
                    if !needs.projections.contains(&plane) {
                        needs.projections.push(plane);
                    }
                }
                FigureView::Directions => needs.directions = true,
                FigureView::Panel => {}
            }
        }
        let colours = |needs: &LayerNeeds| needs.directions || !needs.projections.is_empty();
        let classed = splits || layers.iter().any(colours);
        let classes = classed.then(|| (view.classes.clone(), session.companions.clone()));
        Self {
            options: session.options.clone(),
            layers,
            shared: spec.share == Share::Axes && spec.view == FigureView::Panel,
            classes,
        }
    }
}

/// Rows of pixels that a heatmap can have on the page: as many as the resolution
/// allows on its height.
fn most_rows(spec: &FigureSpec, rows_of_panels: usize) -> usize {
    let height_mm = spec
        .height_mm()
        .unwrap_or(spec.width.mm() * 0.62 * rows_of_panels as f64);
    let pixels = height_mm / 25.4 * f64::from(spec.dpi) / rows_of_panels.max(1) as f64;
    (pixels as usize).clamp(1, MOST_PIXELS)
}

/// Whether an ensemble is drawn around a circle.
#[must_use]
pub(super) fn is_polar(spec: &FigureSpec) -> bool {
    spec.axes == Axes::Polar
}
