//! `C = X̂ Bᵀ`: every plane needs only two coordinates of a sample.
//!
//! For the standard basis `C` is the activations over their norms, so nothing
//! is stored beside them; for another basis `C` is worked out once, in `f64`, and
//! kept in lines as they are.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use ndarray::linalg::general_mat_mul;
use ndarray::{Array2, ArrayView2, Axis, s};
use rayon::prelude::*;

use super::activations::{Activations, Stored};
use super::basis::{BasisError, Frame, UnitBasis};
use super::cancel::{Cancelled, PRODUCTS, check};
use super::lines::{LANES, Line, Lines, Real};
use super::plane::Plane;

/// Samples a block; two coordinates of each in `f64` stay in the first cache.
pub(super) const BLOCK: usize = 1024;

/// Samples that the product with a dense basis takes at once.
const PRODUCT_BLOCK: usize = 256;

/// Coordinates with all vectors, each times its sample's [length](Coordinates::lengths).
#[derive(Clone, Copy, Debug)]
pub(super) enum Blocks<'a> {
    /// Of a layer in single precision.
    F32(&'a Lines<f32>),
    /// Of a layer in double precision, or in another basis.
    F64(&'a Lines<f64>),
}

/// The samples seen from a privileged basis: what sweeps and curves read.
#[derive(Clone, Debug)]
pub struct Coordinates {
    activations: Arc<Activations>,
    basis: Arc<UnitBasis>,
    /// `C` for a dense basis, `m` vectors.
    product: Option<Arc<Lines<f64>>>,
}

impl Coordinates {
    /// Prepares the samples for a basis: `O(1)` for the standard one, `O(N·m·d)`
    /// on the current rayon pool and `8·N` bytes a vector, in whole lines of
    /// sixteen, for another.
    ///
    /// # Errors
    /// [`BasisError::WidthDiffers`] if the basis lives in another space.
    pub fn new(activations: Arc<Activations>, basis: Arc<UnitBasis>) -> Result<Self, BasisError> {
        Self::prepare(activations, basis, &AtomicBool::new(false))
            .map(|prepared| prepared.unwrap_or_else(|_| unreachable!("nobody cancels")))
    }

    /// As [`Coordinates::new`], called off soon after `cancel` is set.
    ///
    /// # Errors
    /// [`BasisError::WidthDiffers`] if the basis lives in another space; within,
    /// [`Cancelled`].
    pub fn prepare(
        activations: Arc<Activations>,
        basis: Arc<UnitBasis>,
        cancel: &AtomicBool,
    ) -> Result<Result<Self, Cancelled>, BasisError> {
        if basis.dimensions() != activations.n_neurons() {
            return Err(BasisError::WidthDiffers {
                columns: basis.dimensions(),
                neurons: activations.n_neurons(),
            });
        }
        let product = match basis.values() {
            None => None,
            Some(values) => match product(&activations, values, basis.len(), cancel) {
                Ok(product) => Some(Arc::new(product)),
                Err(cancelled) => return Ok(Err(cancelled)),
            },
        };
        Ok(Ok(Self {
            activations,
            basis,
            product,
        }))
    }

    /// The samples in the standard basis of their own neurons.
    #[must_use]
    pub fn standard(activations: Arc<Activations>) -> Self {
        // Activations are at least two neurons wide, so this basis exists.
        let basis = UnitBasis::standard(activations.n_neurons().max(2));
        let basis = Arc::new(basis.unwrap_or_else(|_| unreachable!("d ≥ 2")));
        Self {
            activations,
            basis,
            product: None,
        }
    }

    /// The samples seen from other vectors, `m × d` row after row, whose planes have the
    /// frames of this basis: its vectors turned, all by one rotation.
    ///
    /// # Panics
    /// If there are not as many values.
    pub(super) fn turned(&self, vectors: &[f64], cancel: &AtomicBool) -> Result<Self, Cancelled> {
        let product = product(&self.activations, vectors, self.basis.len(), cancel)?;
        Ok(Self {
            activations: Arc::clone(&self.activations),
            basis: Arc::clone(&self.basis),
            product: Some(Arc::new(product)),
        })
    }

    /// The samples.
    #[must_use]
    pub fn activations(&self) -> &Arc<Activations> {
        &self.activations
    }

    /// The privileged basis.
    #[must_use]
    pub fn basis(&self) -> &Arc<UnitBasis> {
        &self.basis
    }

    /// `N`.
    #[must_use]
    pub fn n_samples(&self) -> usize {
        self.activations.n_samples()
    }

    /// `c_k = x̂·b_k` of one sample.
    ///
    /// # Panics
    /// If `k ≥ m` or `sample ≥ N`.
    #[must_use]
    pub fn coordinate(&self, k: usize, sample: usize) -> f64 {
        let mut out = [0.0];
        self.fill(k, sample, &mut out);
        out[0]
    }

    /// The coordinates as they are kept.
    pub(super) fn blocks(&self) -> Blocks<'_> {
        match (self.product.as_deref(), self.activations.stored()) {
            (Some(lines), _) | (None, Stored::F64(lines)) => Blocks::F64(lines),
            (None, Stored::F32(lines)) => Blocks::F32(lines),
        }
    }

    /// Whether [blocks](Self::blocks) hold coordinates of unit length, not activations.
    pub(super) fn has_product(&self) -> bool {
        self.product.is_some()
    }

    /// How long the samples are in [blocks](Self::blocks); 0 for a zero row.
    pub(super) fn lengths(&self) -> impl Iterator<Item = f64> + '_ {
        let unit = self.product.is_some();
        let inverse = self.activations.inverse_norms().iter();
        inverse.map(move |&inverse| match inverse {
            0.0 => 0.0,
            _ if unit => 1.0,
            inverse => 1.0 / inverse,
        })
    }

    /// What the samples in [blocks](Self::blocks) are multiplied with to be of unit
    /// length; `None` where they are so already.
    pub(super) fn inverse_lengths(&self) -> Option<&[f64]> {
        let unit = self.product.is_some();
        (!unit).then(|| self.activations.inverse_norms())
    }

    /// The in-plane coordinates of one sample, as [`Coordinates::fill_plane`] has them.
    pub(super) fn in_plane(&self, plane: Plane, frame: Frame, sample: usize) -> (f64, f64) {
        let (mut c1, mut c2) = ([0.0], [0.0]);
        self.fill_plane(plane, frame, sample, &mut c1, &mut c2);
        (c1[0], c2[0])
    }

    /// Writes `c_k` of the samples from `first` on into `out`.
    pub(super) fn fill(&self, k: usize, first: usize, out: &mut [f64]) {
        let range = first..first + out.len();
        let (block, lane) = (k / LANES, k % LANES);
        if let Some(product) = &self.product {
            for (out, line) in out.iter_mut().zip(&product.block(block)[range]) {
                *out = line.0[lane];
            }
            return;
        }
        let inverse = &self.activations.inverse_norms()[range.clone()];
        match self.activations.stored() {
            Stored::F32(lines) => scale(out, &lines.block(block)[range], lane, inverse),
            Stored::F64(lines) => scale(out, &lines.block(block)[range], lane, inverse),
        }
    }

    /// Writes the in-plane coordinates `c1 = x̂·e1`, `c2 = x̂·e2` of the samples
    /// from `first` on.
    pub(super) fn fill_plane(
        &self,
        plane: Plane,
        frame: Frame,
        first: usize,
        c1: &mut [f64],
        c2: &mut [f64],
    ) {
        self.fill(plane.i as usize, first, c1);
        self.fill(plane.j as usize, first, c2);
        if frame != Frame::ORTHOGONAL {
            for (c2, c1) in c2.iter_mut().zip(c1) {
                *c2 = (*c2 - frame.overlap * *c1) / frame.height;
            }
        }
    }
}

fn scale<T: Real>(out: &mut [f64], lines: &[Line<T>], lane: usize, inverse: &[f64]) {
    for ((out, line), &inverse) in out.iter_mut().zip(lines).zip(inverse) {
        let value: f64 = line.0[lane].into();
        *out = value * inverse;
    }
}

/// `C = X̂ Bᵀ` in lines, some samples after others.
fn product(
    activations: &Activations,
    basis: &[f64],
    m: usize,
    cancel: &AtomicBool,
) -> Result<Lines<f64>, Cancelled> {
    let (n, d) = (activations.n_samples(), activations.n_neurons());
    let Some(mut lines) = Lines::zeros(n, m) else {
        panic!("there is no memory for {n} × {m} coordinates");
    };
    let Ok(basis) = ArrayView2::from_shape((m, d), basis) else {
        panic!("{} values are not {m} × {d}", basis.len());
    };
    let together = (PRODUCTS / (LANES * d)).clamp(1, PRODUCT_BLOCK);
    let mut all = lines.view_mut();
    let pieces: Vec<_> = all.axis_chunks_iter_mut(Axis(1), together).collect();
    pieces
        .into_par_iter()
        .enumerate()
        .try_for_each(|(piece, mut target)| {
            check(cancel)?;
            let width = target.ncols();
            let unit = unit_rows(activations, piece * together..piece * together + width);
            let blocks = (PRODUCTS / (width * d * LANES)).clamp(1, target.nrows());
            let mut product = Array2::zeros((width, m.min(blocks * LANES)));
            for (basis, mut target) in basis
                .axis_chunks_iter(Axis(0), blocks * LANES)
                .zip(target.axis_chunks_iter_mut(Axis(0), blocks))
            {
                check(cancel)?;
                let mut product = product.slice_mut(s![.., ..basis.nrows()]);
                general_mat_mul(1.0, &unit, &basis.t(), 0.0, &mut product);
                for ((block, sample), line) in target.indexed_iter_mut() {
                    let row = product.row(sample);
                    let row = row.as_slice().unwrap_or_default();
                    let values = &row[block * LANES..row.len().min((block + 1) * LANES)];
                    line[..values.len()].copy_from_slice(values);
                }
            }
            Ok(())
        })?;
    Ok(lines)
}

/// Samples over their norms, a row of `d` each.
pub(super) fn unit_rows(activations: &Activations, samples: Range<usize>) -> Array2<f64> {
    match activations.stored() {
        Stored::F32(lines) => rows_of(lines, activations.inverse_norms(), samples),
        Stored::F64(lines) => rows_of(lines, activations.inverse_norms(), samples),
    }
}

fn rows_of<T: Real>(lines: &Lines<T>, inverse: &[f64], samples: Range<usize>) -> Array2<f64> {
    let mut unit = Array2::zeros((samples.len(), lines.vectors()));
    for (block, mut columns) in unit.axis_chunks_iter_mut(Axis(1), LANES).enumerate() {
        let lines = &lines.block(block)[samples.clone()];
        let lines = lines.iter().zip(&inverse[samples.clone()]);
        for (mut row, (line, &inverse)) in columns.rows_mut().into_iter().zip(lines) {
            for (unit, &value) in row.iter_mut().zip(&line.0) {
                let value: f64 = value.into();
                *unit = value * inverse;
            }
        }
    }
    unit
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A value for each place, of no pattern.
    fn value(a: usize, b: usize) -> f64 {
        ((a * 7919 + b * 104_729 + a * b) % 2003) as f64 / 1000.0 - 1.0
    }

    #[test]
    fn every_coordinate_is_the_product_with_its_vector() {
        for (n, d, m) in [(1, 2, 2), (600, 33, 16), (300, 16, 37), (513, 70, 100)] {
            let rows: Vec<Vec<f64>> = (0..n)
                .map(|n| (0..d).map(|k| value(n, k)).collect())
                .collect();
            let samples = Arc::new(Activations::from_rows(&rows).unwrap());
            let values: Vec<f64> = (0..m * d).map(|at| value(at / d + n, at % d)).collect();
            let basis = Arc::new(UnitBasis::dense(values.clone(), m, d).unwrap());
            let unit = |row: &[f64]| {
                let norm = row.iter().map(|x| x * x).sum::<f64>().sqrt();
                row.iter().map(|x| x / norm).collect::<Vec<f64>>()
            };
            let standard = Coordinates::standard(Arc::clone(&samples));
            let other = Coordinates::new(samples, basis).unwrap();
            let vectors: Vec<Vec<f64>> = values.chunks(d).map(unit).collect();
            for (n, row) in rows.iter().enumerate() {
                let row = unit(row);
                for (k, x) in row.iter().enumerate() {
                    assert!((standard.coordinate(k, n) - x).abs() < 1e-14);
                }
                for (k, vector) in vectors.iter().enumerate() {
                    let dot: f64 = row.iter().zip(vector).map(|(a, b)| a * b).sum();
                    assert!((other.coordinate(k, n) - dot).abs() < 1e-13, "{n} {k}");
                }
            }
        }
    }
}
