//! What a scale view and a projection are made of, and the views themselves: the same for
//! a page and for the window.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::scene::{
    Color, ColorMap, ColorScale, ProjectionView, Raster, ScaleRows, ScaleView, Text, Tint, TintBar,
    dot_look, dots,
};
use crate::session::{
    KernelWidth, Normaliser, PointFacts, ProjectionAs, ProjectionLook, ScaleAxis, ScaleLook,
    ScaleQuantity,
};
use crate::srm::{
    AngleGrid, Bins, Cancelled, Classes, Coordinates, Density, Epsilon, MOST_SCALE_COUNTS, Norms,
    Onto, Plane, PlaneSet, PointLimit, Projection, SCALES, ScaleCounts, Scales, ScalesError, Sign,
    bin_all, cells_for, nearest_in_plane, null, project, scale_counts, scale_range, view_radius,
};
use crate::words::{count, thousands};

/// Most columns of a scale view: a texture of any screen takes them.
const MOST_COLUMNS: usize = 2000;

/// One plane at every `ε`.
#[derive(Clone, Debug, PartialEq)]
pub struct ScaleMaterial {
    /// The counts.
    pub counts: ScaleCounts,
    /// What the `ε` are even in.
    pub axis: ScaleAxis,
    /// The fraction that isotropic data would have, at each `ε`.
    pub isotropic: Vec<f64>,
}

/// Counts a plane at [`SCALES`] values of `ε`, or at as many as can be held, from 0 or
/// `epsilon` up to where nothing is lit.
///
/// # Errors
/// [`Cancelled`] soon after `cancel` is set.
///
/// # Panics
/// If the plane's vectors are not in the basis.
pub fn scale_material(
    coordinates: &Coordinates,
    plane: Plane,
    (axis, epsilon): (ScaleAxis, Epsilon),
    grid: &AngleGrid,
    sign: Sign,
    cancel: &AtomicBool,
) -> Result<ScaleMaterial, Cancelled> {
    let nearest = nearest_in_plane(coordinates, plane, cancel)?;
    let scales = scales(scale_range(nearest, epsilon), axis, grid)
        .unwrap_or_else(|e| unreachable!("a range has two ends: {e}"));
    let counts = scale_counts(coordinates, plane, &scales, grid, sign, cancel)?;
    let activations = coordinates.activations();
    let isotropic = scales.get().iter().map(|epsilon| {
        let (n, d) = (activations.n_samples(), activations.n_neurons());
        null::expected_fraction(epsilon.get(), d, n, activations.zero_rows())
    });
    Ok(ScaleMaterial {
        isotropic: isotropic.collect(),
        counts,
        axis,
    })
}

fn scales(
    (low, high): (Epsilon, Epsilon),
    axis: ScaleAxis,
    grid: &AngleGrid,
) -> Result<Scales, ScalesError> {
    let steps = SCALES.min(MOST_SCALE_COUNTS / grid.count());
    match axis {
        ScaleAxis::Epsilon => Scales::even(low, high, steps),
        ScaleAxis::HalfAngle => Scales::even_in_half_angle(low, high, steps),
    }
}

impl ScaleMaterial {
    /// The value shown of a count at the `ε` at `place`: a fraction, or the excess; NaN
    /// where isotropic data would light nothing.
    #[must_use]
    pub fn value(&self, quantity: ScaleQuantity, place: usize, count: i32) -> f64 {
        let fraction = f64::from(count) / self.counts.n_samples as f64;
        match quantity {
            ScaleQuantity::Fraction => fraction,
            ScaleQuantity::Excess if self.isotropic[place] < f64::MIN_POSITIVE => f64::NAN,
            ScaleQuantity::Excess => fraction / self.isotropic[place],
        }
    }

    /// Columns of the picture: the angles, or as many as a picture can have.
    fn columns(&self) -> usize {
        self.counts.angles.min(MOST_COLUMNS)
    }

    /// All values shown, those of the highest `ε` first; of several angles in a column the
    /// largest in size.
    fn values(&self, quantity: ScaleQuantity) -> impl Iterator<Item = f64> + Clone + '_ {
        let (columns, angles) = (self.columns(), self.counts.angles);
        (0..self.counts.scales.len()).rev().flat_map(move |place| {
            let counts = self.counts.at(place);
            (0..columns).map(move |column| {
                let part = column * angles / columns..(column + 1) * angles / columns;
                let largest = counts[part].iter().max_by_key(|count| count.abs());
                self.value(quantity, place, largest.copied().unwrap_or(0))
            })
        })
    }

    /// What is to be said of the columns.
    fn note(&self) -> String {
        let (columns, angles) = (self.columns(), self.counts.angles);
        if columns == angles {
            return String::new();
        }
        let [angles, columns] = [angles, columns].map(|n| thousands(n as u64));
        format!("{angles} angles in {columns} columns: the largest of each")
    }

    /// The place of the `ε` nearest to one.
    #[must_use]
    pub fn nearest(&self, epsilon: Epsilon) -> usize {
        let axis = |epsilon: Epsilon| match self.axis {
            ScaleAxis::Epsilon => epsilon.get(),
            ScaleAxis::HalfAngle => -epsilon.get().acos(),
        };
        let far = |place: usize| (axis(self.counts.scales.get()[place]) - axis(epsilon)).abs();
        let places = 0..self.counts.scales.len();
        places
            .min_by(|&a, &b| far(a).total_cmp(&far(b)))
            .unwrap_or(0)
    }

    /// The view, with a line at `epsilon`; of signed counts that of their fraction.
    #[must_use]
    pub fn view(&self, look: ScaleLook, map: ColorMap, epsilon: Epsilon, sign: Sign) -> ScaleView {
        let look = look.shown(sign);
        let values = self.values(look.quantity);
        let signed = sign == Sign::Signed;
        let ends = ends(values.clone());
        let tint = Tint::new(map, look.color_scale(), signed, ends).with_all_decades(ends[0]);
        let (name, unit) = match (look.quantity, signed) {
            (ScaleQuantity::Fraction, false) => ("samples lit, %", 0.01),
            (ScaleQuantity::Fraction, true) => ("samples lit − opposite, %", 0.01),
            (ScaleQuantity::Excess, _) => ("samples lit / isotropic", 1.0),
        };
        let all = self.counts.scales.get();
        let range = [all[0], all[all.len() - 1]];
        let within = range[0] <= epsilon && epsilon <= range[1];
        let Plane { i, j } = self.counts.plane;
        ScaleView {
            names: [i, j].map(|k| Text::default().then_vector(&k.to_string())),
            raster: Arc::new(tint.raster(self.columns(), values)),
            range,
            rows: match self.axis {
                ScaleAxis::Epsilon => ScaleRows::Epsilon,
                ScaleAxis::HalfAngle => ScaleRows::HalfAngle,
            },
            bar: Some(TintBar {
                tint,
                unit,
                name: name.to_owned(),
            }),
            line: within.then_some(epsilon),
            note: self.note(),
            named_below: true,
        }
    }
}

/// The smallest size above 0 and the largest.
fn ends(values: impl Iterator<Item = f64>) -> [f64; 2] {
    let sizes = values
        .map(f64::abs)
        .filter(|size| *size > 0.0 && size.is_finite());
    let [least, most] = sizes.fold([f64::INFINITY, 0.0], |[least, most], size| {
        [f64::min(least, size), f64::max(most, size)]
    });
    [least.min(most), most]
}

/// The projections of the samples on a plane or on all.
#[derive(Clone, Debug)]
pub struct ProjectionMaterial {
    /// The plane; all of them where `None`.
    pub plane: Option<Plane>,
    /// Angle from the first vector to the second, where all planes have the same.
    pub alpha_rad: Option<f64>,
    /// The points.
    pub projection: Projection,
    /// Half the width of the square.
    pub radius: f64,
    /// The density, where one was asked for.
    pub density: Option<Density>,
    /// What it was divided by; nothing in two dimensions.
    pub normaliser: Normaliser,
    /// Quantiles that stand for the norms of so many rows in the normaliser.
    pub quantiles: Option<(usize, usize)>,
    /// `d`.
    pub n_neurons: usize,
}

/// Which density is asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DensityWanted {
    /// Its kernel.
    pub kernel: KernelWidth,
    /// What it is divided by.
    pub normaliser: Normaliser,
}

impl DensityWanted {
    /// What a look asks for, where it is a density.
    #[must_use]
    pub fn of(look: &ProjectionLook) -> Option<Self> {
        (look.drawn == ProjectionAs::Density).then_some(Self {
            kernel: look.kernel,
            normaliser: look.normaliser,
        })
    }
}

/// Projects the samples on a plane, or on all of `planes` where `plane` is `None`; `at`
/// is told how many samples of how many are done.
///
/// # Errors
/// [`Cancelled`] soon after `cancel` is set.
///
/// # Panics
/// If a plane's vectors are not in the basis.
pub fn projection_material(
    coordinates: &Coordinates,
    (plane, planes): (Option<Plane>, &PlaneSet),
    epsilon: Epsilon,
    density: Option<DensityWanted>,
    at: &(dyn Fn(usize, usize) + Sync),
    cancel: &AtomicBool,
) -> Result<ProjectionMaterial, Cancelled> {
    let onto = plane.map_or(Onto::All(planes), Onto::Plane);
    let n = coordinates.n_samples();
    let done = AtomicUsize::new(0);
    let told = |samples: usize| at(done.fetch_add(samples, Ordering::Relaxed) + samples, n);
    let limit = PointLimit::default();
    let projection = project(coordinates, onto, epsilon, limit, &told, cancel)?;
    let basis = coordinates.basis();
    let alpha_rad = match plane {
        Some(plane) => Some(basis.frame(plane).alpha_rad()),
        None => basis.is_standard().then_some(std::f64::consts::FRAC_PI_2),
    };
    let mut material = ProjectionMaterial {
        plane,
        alpha_rad,
        radius: view_radius(projection.radius),
        projection,
        density: None,
        normaliser: Normaliser::None,
        quantiles: None,
        n_neurons: coordinates.activations().n_neurons(),
    };
    if let Some(wanted) = density {
        done.store(0, Ordering::Relaxed);
        material.add_density(coordinates, onto, epsilon, wanted, &told, cancel)?;
    }
    Ok(material)
}

impl ProjectionMaterial {
    fn add_density(
        &mut self,
        coordinates: &Coordinates,
        onto: Onto<'_>,
        epsilon: Epsilon,
        DensityWanted { kernel, normaliser }: DensityWanted,
        told: &(dyn Fn(usize) + Sync),
        cancel: &AtomicBool,
    ) -> Result<(), Cancelled> {
        let kernel = kernel.get();
        let square = (self.radius, cells_for(kernel));
        let bins = if self.projection.is_drawn() {
            bin_all(coordinates, onto, epsilon, square, told, cancel)?
        } else {
            Bins::of(&self.projection.points, square.0, square.1)
        };
        let density = bins.density(kernel);
        let isotropic = (normaliser == Normaliser::Isotropic)
            .then(|| Norms::of(coordinates.activations()))
            .and_then(|norms| {
                let planes = onto.planes();
                let expected = norms.density(epsilon, planes, square, kernel)?;
                Some((expected, norms.quantiles()))
            });
        if cancel.load(Ordering::Relaxed) {
            return Err(Cancelled);
        }
        self.density = Some(match isotropic {
            Some((expected, quantiles)) => {
                self.normaliser = Normaliser::Isotropic;
                self.quantiles = quantiles;
                density.over(&expected)
            }
            None => density,
        });
        Ok(())
    }

    /// The picture of the dots, of so many pixels a side and a point.
    #[must_use]
    pub fn scatter(&self, side: usize, pixels_a_point: f32, colors: &ClassColors<'_>) -> Raster {
        let points = &self.projection.points;
        let (radius, opacity) = dot_look(points.len());
        let place = |at: f64| (at / self.radius) as f32;
        let all: Vec<_> = points
            .iter()
            .map(|point| (point.at.map(place), colors.of(point.sample as usize)))
            .collect();
        dots(&all, side, radius * pixels_a_point, opacity)
    }

    /// The picture of the density in those colours, with its bar; `None` where it is not
    /// known.
    #[must_use]
    pub fn density_picture(
        &self,
        (map, scale): (ColorMap, ColorScale),
    ) -> Option<(Raster, TintBar)> {
        let density = self.density.as_ref()?;
        let ratio = self.normaliser == Normaliser::Isotropic;
        let (factor, name) = match density.per_area() {
            _ if ratio => (1.0, "density / isotropic".to_owned()),
            Some(factor) => (factor, "points per unit area".to_owned()),
            None => (1.0, format!("points per ({:e})²", density.radius)),
        };
        let cells = density.cells;
        let rows = density.values.chunks_exact(cells).rev().flatten();
        let values = rows.map(|&value| f64::from(value) * factor);
        let tint = Tint::new(map, scale, false, ends(values.clone()));
        let bar = TintBar {
            tint,
            unit: 1.0,
            name,
        };
        Some((tint.raster(cells, values), bar))
    }

    /// The view around a picture.
    #[must_use]
    pub fn view(
        &self,
        raster: Arc<Raster>,
        bar: Option<TintBar>,
        colors: &ClassColors<'_>,
    ) -> ProjectionView {
        let vector = |index: &str| Text::default().then_vector(index);
        let shown = bar.is_none();
        ProjectionView {
            raster,
            radius: self.radius,
            names: match self.plane {
                Some(plane) => [plane.i, plane.j].map(|k| vector(&k.to_string())),
                None => ["i", "j"].map(vector),
            },
            alpha_rad: self.alpha_rad,
            bar,
            classes: if shown { colors.legend() } else { Vec::new() },
            note: self.note(),
        }
    }

    /// What a caption has to say of the points.
    #[must_use]
    pub fn facts(&self) -> PointFacts {
        let found = &self.projection;
        PointFacts {
            drawn: match self.density {
                Some(_) => found.total,
                None => found.points.len() as u64,
            },
            total: found.total,
            samples: found.samples,
            beyond: found.beyond,
            quantiles: self.quantiles.map_or(0, |(quantiles, _)| quantiles as u64),
            normalised: self.normaliser == Normaliser::Isotropic,
        }
    }

    /// What is shown and what was left out, below the picture.
    #[must_use]
    pub fn note(&self) -> String {
        let found = &self.projection;
        let mut notes = Vec::new();
        let drawn = self.density.is_none() && found.is_drawn();
        let points = if drawn {
            format!(
                "{} of {} points, drawn at random",
                thousands(found.points.len() as u64),
                thousands(found.total)
            )
        } else {
            count(found.total, "point")
        };
        let of = format!(
            "{} of {}",
            thousands(found.samples),
            count(found.n_samples as u64, "sample")
        );
        notes.push(match self.plane {
            Some(_) if found.total == found.samples => of,
            _ => format!(
                "{points} of {of} in {}",
                count(found.planes as u64, "plane")
            ),
        });
        if found.beyond > 0 {
            let rows = count(found.beyond, "sample");
            notes.push(format!("{rows} of a norm beyond all numbers left out"));
        }
        if let Some((quantiles, rows)) = self.quantiles {
            notes.push(format!(
                "{} quantiles for the norms of {} rows",
                thousands(quantiles as u64),
                thousands(rows as u64)
            ));
        }
        if self.density.is_some() && self.n_neurons == 2 {
            notes.push("two neurons: every row lies in the plane, no normaliser".to_owned());
        }
        notes.join("; ")
    }
}

/// Colours of dots.
#[derive(Clone, Debug)]
pub struct ClassColors<'a> {
    classes: Option<&'a Classes>,
    /// A colour a class.
    colors: Vec<Color>,
    /// Of samples without a class, and of all where there are none.
    other: Color,
}

/// Most classes that stand in a legend.
const MOST_NAMED: usize = 12;

impl<'a> ClassColors<'a> {
    /// A colour for each of the classes; `other` where there is none.
    #[must_use]
    pub fn new(
        classes: Option<&'a Classes>,
        color: impl Fn(&Classes, u32) -> Color,
        other: Color,
    ) -> Self {
        let classes = classes.filter(|classes| !classes.is_empty());
        let all = classes.iter().flat_map(|classes| {
            let color = &color;
            (0..classes.len() as u32).map(move |class| color(classes, class))
        });
        Self {
            classes,
            colors: all.collect(),
            other,
        }
    }

    fn of(&self, sample: usize) -> Color {
        let class = self.classes.and_then(|classes| classes.of(sample));
        class.map_or(self.other, |class| self.colors[class as usize])
    }

    /// Colour and name of each class that has samples, the largest first where there are
    /// many.
    fn legend(&self) -> Vec<(Color, String)> {
        let Some(classes) = self.classes else {
            return Vec::new();
        };
        let sizes = classes.sizes();
        let mut named: Vec<usize> = (0..classes.len())
            .filter(|&class| sizes[class] > 0)
            .collect();
        let all = named.len();
        if all > MOST_NAMED {
            named.sort_by_key(|&class| std::cmp::Reverse(sizes[class]));
            named.truncate(MOST_NAMED - 1);
            named.sort_unstable();
        }
        let entry = |&class: &usize| (self.colors[class], classes.names()[class].clone());
        let mut legend: Vec<(Color, String)> = named.iter().map(entry).collect();
        if named.len() < all {
            let more = format!("and {} more", thousands((all - named.len()) as u64));
            legend.push((self.other.alpha(0), more));
        }
        legend
    }
}
