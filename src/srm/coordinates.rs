//! `C = X̂ Bᵀ`: every plane needs only two coordinates of a sample.
//!
//! For the standard basis `C` is the activations over their norms, so nothing
//! is stored beside them; for another basis `C` is worked out once, in `f64`.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use ndarray::linalg::general_mat_mul;
use ndarray::{Array2, ArrayView2, ArrayViewMut2, Axis};
use rayon::prelude::*;

use super::activations::{Activations, Neuron};
use super::basis::{BasisError, Frame, UnitBasis};
use super::cancel::{Cancelled, PRODUCTS, check};
use super::lines::{LANES, Lines};
use super::plane::Plane;

/// Samples a block; two columns of them in `f64` stay in the first cache.
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
    /// `C` for a dense basis, `m × N`: vector `k` of all samples contiguous.
    product: Option<Arc<Vec<f64>>>,
    kept: Arc<Kept>,
}

#[derive(Debug)]
enum Kept {
    F32(Lines<f32>),
    F64(Lines<f64>),
}

fn keep<'a, T: Copy + Default + Send + Sync + 'a>(
    n: usize,
    m: usize,
    column: impl Fn(usize) -> &'a [T] + Sync,
) -> Lines<T> {
    let mut lines = Lines::zeros(n, m);
    let blocks: Vec<_> = lines.blocks_mut().enumerate().collect();
    blocks.into_par_iter().for_each(|(b, out)| {
        for k in b * LANES..m.min((b + 1) * LANES) {
            for (line, &v) in out.iter_mut().zip(column(k)) {
                line.0[k % LANES] = v;
            }
        }
    });
    lines
}

fn kept(activations: &Activations, product: Option<&Vec<f64>>, m: usize) -> Arc<Kept> {
    let n = activations.n_samples();
    Arc::new(match (product, activations.neuron(0)) {
        (Some(p), _) => Kept::F64(keep(n, m, |k| &p[k * n..(k + 1) * n])),
        (None, Neuron::F32(_)) => Kept::F32(keep(n, m, |k| match activations.neuron(k) {
            Neuron::F32(v) => v,
            Neuron::F64(_) => &[],
        })),
        (None, Neuron::F64(_)) => Kept::F64(keep(n, m, |k| match activations.neuron(k) {
            Neuron::F64(v) => v,
            Neuron::F32(_) => &[],
        })),
    })
}

impl Coordinates {
    /// Prepares the samples for a basis: `O(1)` for the standard one, `O(N·m·d)`
    /// on the current rayon pool and `8·N·m` bytes for another.
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
        let kept = kept(&activations, product.as_deref(), basis.len());
        Ok(Ok(Self {
            activations,
            basis,
            product,
            kept,
        }))
    }

    /// The samples in the standard basis of their own neurons.
    #[must_use]
    pub fn standard(activations: Arc<Activations>) -> Self {
        // Activations are at least two neurons wide, so this basis exists.
        let basis = UnitBasis::standard(activations.n_neurons().max(2));
        let basis = Arc::new(basis.unwrap_or_else(|_| unreachable!("d ≥ 2")));
        let kept = kept(&activations, None, basis.len());
        Self {
            activations,
            basis,
            product: None,
            kept,
        }
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
        match &*self.kept {
            Kept::F32(lines) => Blocks::F32(lines),
            Kept::F64(lines) => Blocks::F64(lines),
        }
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

    /// The in-plane coordinates of one sample, as [`Coordinates::fill_plane`] has them.
    pub(super) fn in_plane(&self, plane: Plane, frame: Frame, sample: usize) -> (f64, f64) {
        let (mut c1, mut c2) = ([0.0], [0.0]);
        self.fill_plane(plane, frame, sample, &mut c1, &mut c2);
        (c1[0], c2[0])
    }

    /// Writes `c_k` of the samples from `first` on into `out`.
    pub(super) fn fill(&self, k: usize, first: usize, out: &mut [f64]) {
        let range = first..first + out.len();
        if let Some(product) = &self.product {
            let n = self.n_samples();
            out.copy_from_slice(&product[k * n..(k + 1) * n][range]);
            return;
        }
        let inverse = &self.activations.inverse_norms()[range.clone()];
        match self.activations.neuron(k) {
            Neuron::F32(values) => scale(out, &values[range], inverse),
            Neuron::F64(values) => scale(out, &values[range], inverse),
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

fn scale<T: Copy + Into<f64>>(out: &mut [f64], values: &[T], inverse: &[f64]) {
    for ((out, &value), &inverse) in out.iter_mut().zip(values).zip(inverse) {
        *out = value.into() * inverse;
    }
}

/// `C = B X̂ᵀ`, `m × N`, block of samples by block of samples, each written where
/// it belongs.
fn product(
    activations: &Activations,
    basis: &[f64],
    m: usize,
    cancel: &AtomicBool,
) -> Result<Vec<f64>, Cancelled> {
    let (n, d) = (activations.n_samples(), activations.n_neurons());
    let mut out = vec![0.0; m * n];
    let (Ok(basis), Ok(mut all)) = (
        ArrayView2::from_shape((m, d), basis),
        ArrayViewMut2::from_shape((m, n), &mut out),
    ) else {
        unreachable!("a UnitBasis holds m × d values");
    };
    let blocks: Vec<ArrayViewMut2<f64>> =
        all.axis_chunks_iter_mut(Axis(1), PRODUCT_BLOCK).collect();
    blocks
        .into_par_iter()
        .enumerate()
        .try_for_each(|(block, mut target)| {
            check(cancel)?;
            let width = target.ncols();
            let samples = block * PRODUCT_BLOCK..block * PRODUCT_BLOCK + width;
            let unit = unit_columns(activations, samples);
            let rows = (PRODUCTS / (width * d)).max(1);
            for (basis, mut target) in basis
                .axis_chunks_iter(Axis(0), rows)
                .zip(target.axis_chunks_iter_mut(Axis(0), rows))
            {
                check(cancel)?;
                general_mat_mul(1.0, &basis, &unit, 0.0, &mut target);
            }
            Ok(())
        })?;
    Ok(out)
}

/// Samples over their norms, `d` rows of as many as there are `samples`.
fn unit_columns(activations: &Activations, samples: Range<usize>) -> Array2<f64> {
    let inverse = &activations.inverse_norms()[samples.clone()];
    let mut unit = Array2::<f64>::zeros((activations.n_neurons(), samples.len()));
    for (k, mut row) in unit.rows_mut().into_iter().enumerate() {
        let Some(row) = row.as_slice_mut() else {
            unreachable!("a fresh array is contiguous");
        };
        match activations.neuron(k) {
            Neuron::F32(values) => scale(row, &values[samples.clone()], inverse),
            Neuron::F64(values) => scale(row, &values[samples.clone()], inverse),
        }
    }
    unit
}
