//! What was gathered, as views of the scene; and in words.

use std::f64::consts::{FRAC_PI_2, TAU};
use std::sync::Arc;

use super::gather::{LayerMaterial, Material};
use super::needs::{is_polar, panels, planes_of, projected_on};
use super::pictures::{ClassColors, ProjectionMaterial};
use super::split::color_of_class;
use crate::scene::{
    self, Atlas, BandOf, Color, DirectionsView, EnsembleAxis, EnsembleView, HasBar, HeatmapView,
    LeftOut, Order, PolarBand, PolarCurve, PolarFill, PolarView, ProjectionView, Quantity, Raster,
    RowSpan, ScaleView, Text, bar, outermost,
};
use crate::session::Session;
use crate::session::figure::{FigureSpec, FigureView, Panel, Share};
use crate::srm::{Classes, Curve, Plane, Sign};
use crate::words::{self, count, thousands};

/// A view on its way to the page.
#[derive(Clone, Debug)]
pub(super) enum View<'a> {
    Polar(PolarView),
    Ensemble(EnsembleView),
    Heatmap(HeatmapView),
    Atlas(AtlasPart<'a>),
    Directions(DirectionsView),
    Scale(ScaleView),
    Projection(ProjectionPart<'a>),
}

/// A projection whose dots are drawn once their size on the page is known.
#[derive(Clone, Debug)]
pub(super) struct ProjectionPart<'a> {
    pub view: ProjectionView,
    pub dots: Option<(&'a ProjectionMaterial, ClassColors<'a>)>,
}

/// An atlas with what is chosen of it.
#[derive(Clone, Debug)]
pub(super) struct AtlasPart<'a> {
    pub atlas: &'a Atlas,
    pub noun: &'static str,
    pub note: String,
    pub has_bar: HasBar,
}

/// The views of a session's panels, row after row, axes and colours shared where
/// that is asked for.
pub(super) fn views<'a>(session: &Session, material: &'a Material) -> Vec<Vec<View<'a>>> {
    let spec = &session.figure;
    let rows = panels(spec);
    let maker = Maker { session, spec };
    let mut views: Vec<Vec<View<'a>>> = rows
        .iter()
        .map(|row| {
            let view = |panel: &Panel| {
                let layer = material.layers.get(panel.layer.unwrap_or(session.shown))?;
                maker.view(panel, layer)
            };
            row.iter().filter_map(view).collect()
        })
        .collect();
    if spec.view == FigureView::Panel && spec.share == Share::Axes {
        share(&mut views, session, material);
    }
    views
}

/// Dashes of further planes' curves beside one that is split by class.
const FURTHER: [[f32; 2]; 5] = [[5.0, 1.6], [1.2, 1.4], [9.0, 2.0], [3.0, 3.0], [14.0, 3.0]];

struct Maker<'s> {
    session: &'s Session,
    spec: &'s FigureSpec,
}

impl Maker<'_> {
    fn view<'a>(&self, panel: &Panel, layer: &'a LayerMaterial) -> Option<View<'a>> {
        match panel.view {
            FigureView::Polar => {
                let planes = planes_of(self.session, panel);
                Some(View::Polar(self.polar(&planes, layer)))
            }
            FigureView::Ensemble if is_polar(self.spec) => {
                Some(View::Polar(self.polar_ensemble(layer)?))
            }
            FigureView::Ensemble => Some(View::Ensemble(self.ensemble(layer)?)),
            FigureView::Heatmap => Some(View::Heatmap(self.heatmap(layer)?)),
            FigureView::Atlas => Some(View::Atlas(AtlasPart {
                atlas: layer.atlas.as_ref()?,
                noun: noun(layer),
                note: cells_note(layer.atlas.as_ref()?, noun(layer)),
                has_bar: HasBar::Own,
            })),
            FigureView::Scale => Some(View::Scale(self.scale(panel, layer)?)),
            FigureView::Pppm => Some(View::Projection(self.projection(panel, layer)?)),
            FigureView::Directions => {
                let directions = layer.directions.as_ref()?;
                let look = &self.session.view.classes;
                let view = directions.view(look, &self.spec.colors, self.color(0));
                Some(View::Directions(view))
            }
            FigureView::Panel => None,
        }
    }

    fn scale(&self, panel: &Panel, layer: &LayerMaterial) -> Option<ScaleView> {
        let plane = planes_of(self.session, panel).first().copied()?;
        let mut made = layer.scales.iter();
        let scale = made.find(|scale| scale.counts.plane == plane)?;
        let view = &self.session.view;
        let sign = self.session.options.sign();
        Some(scale.view(view.scales, view.map, layer.epsilon, sign))
    }

    fn projection<'a>(
        &self,
        panel: &Panel,
        layer: &'a LayerMaterial,
    ) -> Option<ProjectionPart<'a>> {
        let plane = projected_on(self.session, panel);
        let mut made = layer.projections.iter();
        let found = made.find(|found| found.plane == plane)?;
        let look = &self.session.view.projection;
        let palette = super::palette(self.spec);
        let look_of = &self.session.view.classes;
        let of =
            |classes: &Classes, class| color_of_class(look_of, &self.spec.colors, classes, class);
        let colors = ClassColors::new(layer.classes.as_deref(), of, palette.accent);
        match found.density_picture((look.map, look.scale)) {
            Some((raster, bar)) => Some(ProjectionPart {
                view: found.view(Arc::new(raster), Some(bar), &colors),
                dots: None,
            }),
            None => Some(ProjectionPart {
                view: found.view(Arc::new(empty()), None, &colors),
                dots: Some((found, colors)),
            }),
        }
    }

    fn signed(&self) -> bool {
        self.session.options.sign() == Sign::Signed
    }

    fn color(&self, index: usize) -> Color {
        let colors = self.spec.colors.colors(self.spec.background.is_dark());
        colors[index % colors.len().max(1)]
    }

    /// Curves that take a colour again are dashed, each time in another way.
    fn dash(&self, index: usize) -> Option<[f32; 2]> {
        const DASHES: [Option<[f32; 2]>; 4] =
            [None, Some([4.0, 1.6]), Some([1.4, 1.4]), Some([8.0, 2.0])];
        let colors = self.spec.colors.colors(self.spec.background.is_dark());
        DASHES[index / colors.len().max(1) % DASHES.len()]
    }

    fn polar(&self, planes: &[Plane], layer: &LayerMaterial) -> PolarView {
        let of = |plane: &Plane| layer.curves.iter().find(|curve| curve.plane == *plane);
        let curves: Vec<&Curve> = planes.iter().filter_map(of).collect();
        let mut drawn: Vec<PolarCurve> = curves
            .iter()
            .enumerate()
            .map(|(index, curve)| PolarCurve {
                name: plane_text(curve.plane),
                fractions: curve.fractions().collect(),
                color: self.color(index),
                dash: self.dash(index),
                fill: if index == 0 {
                    PolarFill::Within
                } else {
                    PolarFill::None
                },
            })
            .collect();
        let behind = self.rotated(planes, layer);
        let split = planes.first().and_then(|first| {
            let split = layer.split.iter().find(|(plane, _)| plane == first);
            split.map(|(_, split)| split)
        });
        let look = &self.session.view.classes;
        if let Some(split) = split {
            let colors = &self.spec.colors;
            let palette = super::palette(self.spec);
            let parts = split.drawn(look, colors, palette.secondary);
            for (place, curve) in drawn.iter_mut().skip(1).enumerate() {
                // In no colour of a class.
                curve.color = palette.text;
                curve.dash = Some(FURTHER[place % FURTHER.len()]);
            }
            let first = 0..drawn.len().min(1);
            let whole = drawn.splice(first, parts.into_iter().rev()).next_back();
            if behind.is_some() && !split.ends_in_whole(look) {
                // The band is of all samples, so that they have to be seen.
                drawn.splice(
                    0..0,
                    whole.map(|curve| PolarCurve {
                        name: "all samples".into(),
                        color: palette.text,
                        fill: PolarFill::None,
                        ..curve
                    }),
                );
            }
        }
        // The selected one on top.
        drawn.reverse();
        let resolution = curves
            .first()
            .filter(|_| self.session.view.chance.resolution);
        let resolution = resolution.filter(|_| !self.signed()).and_then(|curve| {
            let (index, _) = curve.peak()?;
            let step = TAU / (curve.counts.len() - 1) as f64;
            Some([index as f64 * step, layer.half_angle_rad])
        });
        let alphas: Vec<f64> = curves.iter().map(|c| c.frame.alpha_rad()).collect();
        let same = alphas.windows(2).all(|two| (two[0] - two[1]).abs() < 1e-9);
        PolarView {
            behind,
            faint: Vec::new(),
            faint_name: Text::default(),
            names: match curves[..] {
                [only] => [only.plane.i, only.plane.j].map(|k| vector(&k.to_string())),
                _ => ["i", "j"].map(vector),
            },
            alpha_rad: alphas.first().copied().filter(|_| same),
            ring: layer.ring,
            signed: self.signed(),
            resolution,
            most: None,
            legend: None,
            note: split.map_or_else(String::new, |split| split.share_text(look).to_owned()),
            curves: drawn,
        }
    }

    /// What the first plane's curve would be if the neurons were nothing special.
    fn rotated(&self, planes: &[Plane], layer: &LayerMaterial) -> Option<PolarBand> {
        let first = planes.first()?;
        let (_, band) = layer.rotated.iter().find(|(plane, _)| plane == first)?;
        Some(PolarBand {
            of: BandOf::Rotations(band.rotations),
            low: band.low.clone(),
            high: band.high.clone(),
            color: super::palette(self.spec).secondary,
        })
    }

    fn polar_ensemble(&self, layer: &LayerMaterial) -> Option<PolarView> {
        let flat = self.ensemble(layer)?;
        let [low, high] = flat.band();
        let around = |value: f64| vec![value; flat.mean.len()];
        let isotropic = flat.visible_null_band().map(|band| {
            let [low, high] = band.map(around);
            PolarBand {
                of: BandOf::Isotropic,
                low,
                high,
                color: super::palette(self.spec).secondary,
            }
        });
        Some(PolarView {
            behind: isotropic,
            faint: flat.faint,
            faint_name: flat.faint_name,
            curves: vec![PolarCurve {
                name: "mean".into(),
                fractions: flat.mean,
                color: flat.color,
                dash: None,
                fill: PolarFill::Band {
                    name: "± std".into(),
                    low,
                    high,
                },
            }],
            names: ["i", "j"].map(vector),
            alpha_rad: layer.is_standard.then_some(FRAC_PI_2),
            ring: layer.ring,
            signed: self.signed(),
            resolution: None,
            most: None,
            legend: None,
            note: String::new(),
        })
    }

    fn ensemble(&self, layer: &LayerMaterial) -> Option<EnsembleView> {
        let ensemble = &layer.sweep.as_ref()?.ensemble;
        let faint = if self.spec.every_plane {
            layer.faint.clone()
        } else {
            Vec::new()
        };
        let faint_name = if faint.len() == layer.lit_planes {
            count(faint.len() as u64, "lit plane")
        } else {
            format!(
                "{} of {} lit planes",
                thousands(faint.len() as u64),
                thousands(layer.lit_planes as u64)
            )
        };
        Some(EnsembleView {
            mean: ensemble.mean.clone(),
            std: ensemble.std.clone(),
            faint,
            faint_name: faint_name.into(),
            ring: layer.ring,
            null_band: layer.null_band,
            signed: self.signed(),
            color: self.color(0),
            axis: None,
            named_below: true,
            named_beside: true,
        })
    }

    fn heatmap(&self, layer: &LayerMaterial) -> Option<HeatmapView> {
        let heat = layer.heat.as_ref()?;
        let view = &self.session.view;
        let (aggregate, signed) = (&heat.aggregate, self.signed());
        let most = f64::from(aggregate.most());
        let columns = aggregate.columns as f32;
        let across = if aggregate.columns == aggregate.angles {
            // Each angle's cell lies around its own place.
            [0.5 / columns, 1.0 - 0.5 / columns]
        } else {
            [0.0, 1.0]
        };
        Some(HeatmapView {
            raster: Arc::new(scene::cells(aggregate, view.map, view.scale, signed, most)),
            across,
            bar: Some(Arc::new(bar(view.map, signed))),
            rows: aggregate.range(),
            planes: heat.order.drawn,
            in_all: heat.order.records.len(),
            span: RowSpan::WHOLE,
            most,
            n_samples: layer.n_samples,
            order: view.order,
            selected: None,
            signed,
            map: view.map,
            scale: view.scale,
            note: rows_note(
                aggregate.planes_a_row(),
                &heat.order,
                view.chance.significant,
            ),
            named_below: true,
        })
    }
}

/// What is to be said of a heatmap's rows below them.
fn rows_note(a_row: usize, order: &Order, rate: Option<f64>) -> String {
    let mut notes = Vec::new();
    if a_row > 1 {
        notes.push(format!(
            "a row: the largest of up to {} planes",
            thousands(a_row as u64)
        ));
    }
    let left_out = thousands((order.records.len() - order.drawn) as u64);
    match (order.left_out, rate) {
        _ if left_out == "0" => {}
        (LeftOut::NotSignificant, Some(rate)) => notes.push(format!(
            "{left_out} planes left out: not significant at FDR {}",
            words::rate(rate)
        )),
        _ => notes.push(format!("{left_out} dark planes left out")),
    }
    notes.join("; ")
}

/// What is to be said of an atlas' cells below them.
fn cells_note(atlas: &Atlas, noun: &str) -> String {
    let mut notes = Vec::new();
    let (chosen, all) = (atlas.side, atlas.places.len());
    if chosen < all {
        let all = count(all as u64, noun);
        notes.push(format!("{} of {all}", thousands(chosen as u64)));
    }
    if atlas.not_swept > 0 {
        let (planes, all) = (atlas.planes, atlas.planes + atlas.not_swept);
        let (planes, all) = (thousands(planes as u64), thousands(all as u64));
        notes.push(format!("a draw of {planes} of {all} planes"));
    }
    if atlas.quantity == Quantity::Alignment {
        notes.push("pale: lit by under 1% of the samples".to_owned());
    }
    if atlas.degenerate > 0 {
        notes.push(format!(
            "{} without a plane",
            count(atlas.degenerate as u64, "parallel pair")
        ));
    }
    notes.join("; ")
}

/// Gives views of one kind the same axes and the same scale of colours, which are
/// then written once.
fn share(views: &mut [Vec<View<'_>>], session: &Session, material: &Material) {
    let mut polar: f64 = 0.0;
    let mut axis: Option<EnsembleAxis> = None;
    let mut most: f64 = 0.0;
    let mut longest: f64 = 0.0;
    for view in views.iter().flatten() {
        match view {
            View::Directions(view) => longest = longest.max(view.own_most()),
            View::Polar(view) => polar = polar.max(view.largest()),
            View::Ensemble(view) => {
                // A dark layer has no say in what the others are drawn by.
                let Some(own) = view.own_axis_if_lit() else {
                    continue;
                };
                axis = Some(axis.map_or(own, |axis| axis.or(own)));
            }
            View::Heatmap(view) => most = most.max(view.most / view.n_samples.max(1) as f64),
            View::Atlas(_) | View::Scale(_) | View::Projection(_) => {}
        }
    }
    let rows = panels(&session.figure);
    for (row, panels) in views.iter_mut().zip(&rows) {
        for (view, panel) in row.iter_mut().zip(panels) {
            match view {
                View::Polar(view) if polar > 0.0 => view.most = Some(outermost(polar)),
                View::Polar(_) | View::Atlas(_) | View::Scale(_) | View::Projection(_) => {}
                View::Directions(view) => view.most = Some(longest),
                View::Ensemble(view) => view.axis = axis,
                View::Heatmap(view) => {
                    view.most = most * view.n_samples as f64;
                    let layer = panel.layer.unwrap_or(session.shown);
                    let heat = material.layers.get(layer).and_then(|l| l.heat.as_ref());
                    if let Some(heat) = heat {
                        let HeatmapView {
                            map, scale, signed, ..
                        } = *view;
                        let cells = scene::cells(&heat.aggregate, map, scale, signed, view.most);
                        view.raster = Arc::new(cells);
                    }
                }
            }
        }
    }
    write_once(views);
}

/// Numbers and names of shared axes stand at the outside only.
fn write_once(views: &mut [Vec<View<'_>>]) {
    for row in 0..views.len() {
        for column in 0..views[row].len() {
            let below = views.get(row + 1).and_then(|row| row.get(column));
            let over_angles = matches!(below, Some(View::Ensemble(_) | View::Heatmap(_)));
            let left = column.checked_sub(1).map(|left| &views[row][left]);
            let beside = matches!(left, Some(View::Ensemble(_)));
            let right = views[row].get(column + 1);
            let bar_follows = match (&views[row][column], right) {
                (View::Heatmap(_), Some(View::Heatmap(_))) => true,
                (View::Atlas(a), Some(View::Atlas(b))) => same_colours(a.atlas, b.atlas),
                _ => false,
            };
            match &mut views[row][column] {
                View::Ensemble(view) => {
                    view.named_below = !over_angles;
                    view.named_beside = !beside;
                }
                View::Heatmap(view) => {
                    view.named_below = !over_angles;
                    if bar_follows {
                        view.bar = None;
                    }
                }
                View::Atlas(view) if bar_follows => view.has_bar = HasBar::Neighbours,
                View::Polar(_)
                | View::Atlas(_)
                | View::Directions(_)
                | View::Scale(_)
                | View::Projection(_) => {}
            }
        }
    }
}

fn same_colours(a: &Atlas, b: &Atlas) -> bool {
    let share = |atlas: &Atlas| atlas.most as f64 / atlas.n_samples.max(1) as f64;
    a.quantity == b.quantity
        && (a.quantity == Quantity::Alignment || (share(a) - share(b)).abs() < 1e-3)
}

/// A picture that is not drawn yet.
fn empty() -> Raster {
    Raster {
        width: 1,
        height: 1,
        rgba: vec![[0; 4]],
    }
}

fn vector(index: &str) -> Text {
    Text::default().then_vector(index)
}

fn plane_text(Plane { i, j }: Plane) -> Text {
    vector(&i.to_string())
        .then(" ∧ ")
        .then_vector(&j.to_string())
}

fn noun(layer: &LayerMaterial) -> &'static str {
    if layer.is_standard {
        "neuron"
    } else {
        "vector"
    }
}

/// A line for lists of documents.
pub(super) fn title(session: &Session) -> String {
    let what = match session.figure.view {
        FigureView::Polar => "Spotlight resonance of a plane",
        FigureView::Ensemble => "Spotlight resonance, ensemble",
        FigureView::Heatmap => "Spotlight resonance of all planes",
        FigureView::Atlas => "Spotlight resonance, atlas of planes",
        FigureView::Directions => "Samples about the privileged directions",
        FigureView::Scale => "Spotlight resonance of a plane at every scale",
        FigureView::Pppm => "Projections on privileged planes",
        FigureView::Panel => "Spotlight resonance",
    };
    match session.layer() {
        Some(layer) => format!("{what}: {}", layer.source.file_name),
        None => what.to_owned(),
    }
}

/// Whether a view shows the band of isotropic planes.
pub(super) fn shows_null_band(view: &View<'_>) -> bool {
    match view {
        View::Ensemble(view) => view.visible_null_band().is_some(),
        View::Polar(view) => {
            let mut behind = view.behind.iter();
            behind.any(|band| band.of == BandOf::Isotropic)
        }
        _ => false,
    }
}

/// Whether a ring or line of isotropic data can be seen in a view.
pub(super) fn shows_ring(view: &View<'_>) -> bool {
    match view {
        View::Polar(view) => view.visible_ring().is_some(),
        View::Ensemble(view) => view.visible_ring().is_some(),
        View::Heatmap(_)
        | View::Atlas(_)
        | View::Directions(_)
        | View::Scale(_)
        | View::Projection(_) => false,
    }
}
