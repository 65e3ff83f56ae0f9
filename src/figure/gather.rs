//! From samples to what a figure shows: everything that takes time.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::FigureFailure;
use super::directions::Directions;
use super::needs::{LayerNeeds, Needs};
use super::pictures::{ProjectionMaterial, ScaleMaterial, projection_material, scale_material};
use super::rows::{self, Heat, Sweeping};
use super::split::{SplitCurve, hidden_classes};
use crate::scene::{self, Atlas, AtlasOrder, AtlasSource, ColorScale, Quantity};
use crate::session::{ClassLook, LayerRecord, Options, OptionsError, Rotations, Session};
use crate::srm::null::LargestCount;
use crate::srm::{
    Activations, AngleGrid, Classes, Coordinates, Curve, CurveBand, Epsilon, MOST_CLASS_COUNTS,
    Plane, RotationSpec, Sign, Significance, Spotlight, Sweep, SweepSpec, class_curves,
    class_light, curve, most_lit_classes, null, rotated_curves,
};

/// What a figure waits for while planes are rotated.
pub const ROTATING: &str = "Rotating";

/// Most classes that have a curve of their own in a figure.
pub const MOST_CLASS_CURVES: usize = 12;

/// Most curves that lie faintly behind an ensemble.
pub const MOST_FAINT: usize = 300;

/// Counts of all planes are kept while they fit under this; beyond it those of a
/// heatmap are made by a second sweep.
pub const CURVES_CAP_BYTES: usize = 512 << 20;

/// A sweep that was made already.
#[derive(Clone, Debug)]
pub struct Known {
    /// The sweep, of all the planes that the options ask for.
    pub sweep: Arc<Sweep>,
    /// What it was swept with.
    pub spotlight: Arc<Spotlight>,
    /// Counts of all planes, where they were kept.
    pub counts: Option<Arc<Vec<i32>>>,
}

/// A layer of a session with its samples.
#[derive(Clone, Debug)]
pub struct FigureLayer {
    /// The samples in the basis.
    pub coordinates: Arc<Coordinates>,
    /// A sweep by the session's options, if there is one.
    pub known: Option<Known>,
    /// The classes of the samples, if they have some.
    pub classes: Option<Arc<Classes>>,
}

/// Who waits for a figure.
pub trait Watch {
    /// So many planes of so many are done.
    fn at(&mut self, what: &'static str, done: usize, total: usize);
}

/// For figures that nobody looks on.
impl Watch for () {
    fn at(&mut self, _: &'static str, _: usize, _: usize) {}
}

/// The sweep of a layer, made if it is not known yet; with the counts of all planes
/// where they are wanted and fit.
pub(super) fn swept(
    layer: &mut FigureLayer,
    options: &Options,
    epsilon: Option<f64>,
    with_counts: bool,
    watch: &mut dyn Watch,
    cancel: &AtomicBool,
) -> Result<Known, FigureFailure> {
    if let Some(known) = &layer.known {
        return Ok(known.clone());
    }
    let grid = AngleGrid::new(options.angles).map_err(OptionsError::from)?;
    let planes = options.plane_set(&layer.coordinates)?;
    let epsilon = Epsilon::clamped(epsilon.unwrap_or(f64::NAN));
    let (subset, sign) = (planes.subset(), options.sign());
    let coordinates = &layer.coordinates;
    let spotlight = Spotlight::among(subset, coordinates, epsilon, &grid, sign, cancel)?;
    let bytes = planes.len().saturating_mul(grid.count() * 4);
    let keeps = with_counts && bytes <= CURVES_CAP_BYTES;
    let mut sweeping = Sweeping {
        watch,
        counts: keeps.then(|| Vec::with_capacity(bytes / 4)),
    };
    let sweep = spotlight.sweep(&planes, cancel, &mut sweeping)?;
    let known = Known {
        sweep: Arc::new(sweep),
        spotlight: Arc::new(spotlight),
        counts: sweeping.into_counts(),
    };
    layer.known = Some(known.clone());
    Ok(known)
}

/// What a figure shows, before it is drawn.
#[derive(Clone, Debug)]
pub struct Material {
    pub(super) layers: Vec<LayerMaterial>,
}

/// What a figure shows of one layer.
#[derive(Clone, Debug)]
pub(super) struct LayerMaterial {
    pub n_samples: usize,
    pub is_standard: bool,
    /// Pairs of vectors that span no plane.
    pub parallel_pairs: usize,
    /// Expected fraction for isotropic data.
    pub ring: Option<f64>,
    /// Half the width of the spotlight.
    pub half_angle_rad: f64,
    /// Between which fractions 95% of isotropic planes lie at an angle.
    pub null_band: Option<[f64; 2]>,
    pub curves: Vec<Curve>,
    /// Bands of rotated curves.
    pub rotated: Vec<(Plane, CurveBand)>,
    /// Those that are split by class.
    pub split: Vec<(Plane, SplitCurve)>,
    pub sweep: Option<Arc<Sweep>>,
    pub faint: Vec<Vec<f64>>,
    pub lit_planes: usize,
    pub heat: Option<Heat>,
    pub atlas: Option<Atlas>,
    pub directions: Option<Directions>,
    pub scales: Vec<ScaleMaterial>,
    pub projections: Vec<ProjectionMaterial>,
    pub classes: Option<Arc<Classes>>,
    pub epsilon: Epsilon,
}

impl LayerMaterial {
    /// The most classes that have curves of their own, and classes that are lit there and
    /// not left out.
    pub fn class_curves(&self) -> [u64; 2] {
        let of = |(_, split): &(Plane, SplitCurve)| {
            let own = split.curves.classes.len();
            [own, own + split.curves.other_classes()].map(|count| count as u64)
        };
        self.split.iter().map(of).max().unwrap_or_default()
    }
}

/// Computes what the session's figure shows.
///
/// # Errors
/// If the options cannot be swept or the work is called off.
pub fn gather(
    session: &Session,
    layers: &mut [FigureLayer],
    watch: &mut dyn Watch,
    cancel: &AtomicBool,
) -> Result<Material, FigureFailure> {
    let needs = Needs::of(session);
    let options = &session.options;
    let mut gathered = Vec::with_capacity(layers.len());
    let wanted = needs.layers.iter().zip(&session.layers);
    for ((needs, record), layer) in wanted.zip(layers.iter_mut()) {
        let of = (needs, record);
        let mut material = layer_material(of, layer, options, watch, cancel)?;
        material.split = split(needs, layer, &session.view.classes, options, cancel)?;
        gathered.push(material);
    }
    // Atlases come last: where they share their colours, all peaks must be known.
    let most = needs.shared.then(|| {
        let wanted = needs.layers.iter().zip(&gathered);
        wanted
            .filter_map(|(needs, material)| {
                let (quantity, ..) = needs.atlas?;
                largest(material.sweep.as_ref()?, quantity)
            })
            .fold(0.0, f64::max)
    });
    for ((needs, layer), material) in needs.layers.iter().zip(layers).zip(&mut gathered) {
        if let (Some(wanted), Some(sweep)) = (needs.atlas, &material.sweep) {
            material.atlas = Some(atlas(sweep, &layer.coordinates, wanted, most, cancel)?);
        }
    }
    Ok(Material { layers: gathered })
}

/// The largest fraction that an atlas of that quantity shows.
fn largest(sweep: &Sweep, quantity: Quantity) -> Option<f64> {
    let records = &sweep.records;
    let count = |index: usize| match quantity {
        Quantity::Alignment => None,
        Quantity::Peak => Some(records.peak_and_total(index).0),
        Quantity::Lit => Some(records.lit(index) as i64),
    };
    let most = (0..records.len()).filter_map(count).max()?;
    Some(most as f64 / sweep.n_samples as f64)
}

fn atlas(
    sweep: &Sweep,
    coordinates: &Coordinates,
    (quantity, order, scale): (Quantity, AtlasOrder, ColorScale),
    most: Option<f64>,
    cancel: &AtomicBool,
) -> Result<Atlas, FigureFailure> {
    let basis = coordinates.basis();
    let source = AtlasSource {
        sweep,
        degenerate: basis.degenerate_pairs(),
        quantity,
        order,
        scale,
        most: most.map(|most| (most * sweep.n_samples as f64).round() as i64),
    };
    let mut go_on = || !cancel.load(std::sync::atomic::Ordering::Relaxed);
    let atlas = scene::atlas(&source, &mut go_on);
    Ok(atlas.ok_or(crate::srm::Cancelled)?)
}

/// What the curves would be if the neurons were nothing special.
fn rotated(
    needs: &LayerNeeds,
    coordinates: &Coordinates,
    options: &Options,
    watch: &mut dyn Watch,
    cancel: &AtomicBool,
) -> Result<Vec<(Plane, CurveBand)>, FigureFailure> {
    let Some(Rotations { count, seed }) = needs.rotations else {
        return Ok(Vec::new());
    };
    let sweep = SweepSpec {
        epsilon: Epsilon::clamped(needs.epsilon.unwrap_or(f64::NAN)),
        grid: AngleGrid::new(options.angles).map_err(OptionsError::from)?,
        sign: options.sign(),
        planes: options.plane_set(coordinates)?,
    };
    let mut bands = Vec::with_capacity(needs.rotated.len());
    for &plane in &needs.rotated {
        let spec = RotationSpec {
            sweep: sweep.clone(),
            plane: Some(plane),
            seed,
        };
        let mut told = |done| watch.at(ROTATING, done, count as usize);
        let curves = rotated_curves(coordinates, &spec, count, &mut told, cancel)?;
        bands.push((plane, curves.band()));
    }
    Ok(bands)
}

fn layer_material(
    (needs, record): (&LayerNeeds, &LayerRecord),
    layer: &mut FigureLayer,
    options: &Options,
    watch: &mut dyn Watch,
    cancel: &AtomicBool,
) -> Result<LayerMaterial, FigureFailure> {
    let epsilon = Epsilon::clamped(needs.epsilon.unwrap_or(f64::NAN));
    let grid = AngleGrid::new(options.angles).map_err(OptionsError::from)?;
    let sign = options.sign();
    let curves: Result<Vec<Curve>, _> = needs
        .planes
        .iter()
        .map(|&plane| curve(&layer.coordinates, plane, epsilon, &grid, sign, cancel))
        .collect();
    let coordinates = Arc::clone(&layer.coordinates);
    let activations = coordinates.activations();
    let (n_samples, n_neurons) = (activations.n_samples(), activations.n_neurons());
    let expected =
        null::expected_fraction(epsilon.get(), n_neurons, n_samples, activations.zero_rows());
    let basis = coordinates.basis();
    let subset = options.neurons.resolve(basis).map_err(OptionsError::from)?;
    let both = |&&(i, j): &&(u32, u32)| subset.contains(i) && subset.contains(j);
    let mut material = LayerMaterial {
        n_samples,
        is_standard: basis.is_standard(),
        parallel_pairs: basis.degenerate_pairs().iter().filter(both).count(),
        ring: (sign == Sign::Unsigned).then_some(expected),
        half_angle_rad: epsilon.half_angle_deg().to_radians(),
        null_band: (sign == Sign::Unsigned)
            .then(|| LargestCount::of(activations, epsilon, &grid).fractions(0.95)),
        curves: curves?,
        split: Vec::new(),
        sweep: None,
        faint: Vec::new(),
        lit_planes: 0,
        heat: None,
        atlas: None,
        directions: None,
        scales: Vec::new(),
        projections: Vec::new(),
        rotated: rotated(needs, &coordinates, options, watch, cancel)?,
        classes: layer.classes.clone(),
        epsilon,
    };
    if needs.directions {
        material.directions = Some(Directions::of(layer, &subset, epsilon, cancel)?);
    }
    for &plane in &needs.scales {
        let at = (needs.axis, epsilon);
        let scale = scale_material(&coordinates, plane, at, &grid, sign, cancel)?;
        material.scales.push(scale);
    }
    if !needs.projections.is_empty() {
        let planes = options.plane_set(&coordinates)?;
        for &plane in &needs.projections {
            let onto = (plane, &planes);
            let found = projection_material(
                &coordinates,
                onto,
                epsilon,
                needs.density,
                &|_, _| (),
                cancel,
            )?;
            material.projections.push(found);
        }
    }
    if !needs.sweep() {
        return Ok(material);
    }
    let known = swept(
        layer,
        options,
        needs.epsilon,
        needs.heat.is_some(),
        watch,
        cancel,
    )?;
    if needs.faint {
        (material.faint, material.lit_planes) = rows::faint(&known, MOST_FAINT, cancel)?;
    }
    if let Some(heat) = needs.heat {
        let least = least_peak(heat.significant, &known.sweep, activations, record)?;
        let rows = rows::Asked {
            kind: heat.order,
            most_rows: heat.most_rows,
            least_peak: least,
        };
        material.heat = Some(rows::heat(&known, rows, watch, cancel)?);
    }
    material.sweep = Some(known.sweep);
    Ok(material)
}

/// The curves that are split by class, of a layer whose samples have classes.
fn split(
    needs: &LayerNeeds,
    layer: &FigureLayer,
    look: &ClassLook,
    options: &Options,
    cancel: &AtomicBool,
) -> Result<Vec<(Plane, SplitCurve)>, FigureFailure> {
    let Some(classes) = &layer.classes else {
        return Ok(Vec::new());
    };
    let epsilon = Epsilon::clamped(needs.epsilon.unwrap_or(f64::NAN));
    let grid = AngleGrid::new(options.angles).map_err(OptionsError::from)?;
    let (coordinates, sign) = (&layer.coordinates, options.sign());
    let one = |&plane: &Plane| {
        let (mut lit, _) = class_light(coordinates, plane, epsilon, classes, cancel)?;
        let hidden = hidden_classes(look, classes);
        for &class in &hidden {
            lit[class as usize] = 0;
        }
        let most = MOST_CLASS_CURVES.min((MOST_CLASS_COUNTS / grid.count()).saturating_sub(2));
        let chosen = most_lit_classes(&lit, most);
        let curves = class_curves(
            coordinates,
            plane,
            epsilon,
            &grid,
            sign,
            classes,
            (&chosen, &hidden),
            cancel,
        )?;
        let split = SplitCurve {
            classes: Arc::clone(classes),
            curves: Arc::new(curves),
            n_samples: coordinates.n_samples(),
            sign,
        };
        Ok((plane, split))
    };
    needs.split.iter().map(one).collect()
}

/// From which peak on planes are significant at that rate, if they are to be and are
/// judged at all.
fn least_peak(
    rate: Option<f64>,
    sweep: &Sweep,
    activations: &Activations,
    record: &LayerRecord,
) -> Result<Option<i64>, FigureFailure> {
    let Some(rate) = rate else {
        return Ok(None);
    };
    let (d, zero_rows) = (activations.n_neurons(), activations.zero_rows());
    let Some(significance) = Significance::of(sweep, d, zero_rows) else {
        return Ok(None);
    };
    let least = significance.least_peak(rate);
    let none = || FigureFailure::NoneSignificant {
        file: record.source.file_name.clone(),
        rate,
    };
    least.ok_or_else(none).map(Some)
}
