//! The samples: `X`, `N × d`, as they were dumped, ready for directions.
//!
//! Stored neuron-major, since a plane reads two neurons of every sample: neuron
//! `k` of all samples lies in one contiguous run. The values keep the precision
//! they came in; every coordinate is worked out from them in `f64`.

use std::num::NonZeroUsize;

use crate::words::{count, thousands};

/// Raw values of a rectangular array, neuron-major: value of sample `n` at
/// neuron `k` stands at `k · N + n`.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// Single precision (also holds half precision and small integers exactly).
    F32(Vec<f32>),
    /// Double precision.
    F64(Vec<f64>),
}

impl Values {
    /// Number of values.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::F32(v) => v.len(),
            Self::F64(v) => v.len(),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// One neuron's values over all samples, in the precision of the source.
#[derive(Clone, Copy, Debug)]
pub enum Neuron<'a> {
    /// Single precision.
    F32(&'a [f32]),
    /// Double precision.
    F64(&'a [f64]),
}

impl Neuron<'_> {
    /// The value at `sample`, widened without loss.
    #[must_use]
    pub fn get(&self, sample: usize) -> f64 {
        match self {
            Self::F32(v) => f64::from(v[sample]),
            Self::F64(v) => v[sample],
        }
    }
}

/// Why an array cannot be a layer's activations.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ActivationsError {
    /// `N = 0`.
    #[error("it has no rows (0 × {}): at least one sample is needed", thousands(*neurons as u64))]
    NoRows {
        /// Columns of the array.
        neurons: usize,
    },
    /// `d < 2`.
    #[error(
        "it has {} ({} × {}): a plane needs at least two neurons",
        count(*neurons as u64, "column"), thousands(*rows as u64), thousands(*neurons as u64)
    )]
    TooNarrow {
        /// Rows of the array.
        rows: usize,
        /// Columns of the array.
        neurons: usize,
    },
    /// No finite row is left.
    #[error(
        "every one of its {} rows holds a NaN or an infinity, so no sample is left: \
         check the dump", thousands(*rows as u64)
    )]
    NothingFinite {
        /// Rows of the array.
        rows: usize,
    },
    /// The values do not fill `rows × neurons`.
    #[error("{values} values do not make {rows} × {neurons}")]
    Ragged {
        /// Number of values given.
        values: usize,
        /// Rows claimed.
        rows: usize,
        /// Columns claimed.
        neurons: usize,
    },
}

/// A layer's activations: `N` samples by `d ≥ 2` neurons, every value finite.
///
/// Rows with a NaN or an infinity are left out of `N` and remembered by number;
/// zero rows stay (lit never for `ε > 0`, always for `ε ≤ 0`) and are counted.
#[derive(Clone, Debug)]
pub struct Activations {
    values: Values,
    n_samples: NonZeroUsize,
    n_neurons: usize,
    inverse_norms: Vec<f64>,
    rescaled: Vec<(usize, i32)>,
    excluded: Vec<usize>,
    zero_rows: usize,
}

impl Activations {
    /// Takes neuron-major `values` of an array of `rows × neurons`, leaves out
    /// the rows that are not finite and works out the norms.
    ///
    /// Double-precision rows whose largest entry lies outside `2^±300` are
    /// brought near one by a power of two ([`Activations::rescaled_rows`]), so
    /// that no finite row's norm over- or underflows.
    ///
    /// # Errors
    /// [`ActivationsError`] where no sample is left or `d < 2`.
    pub fn new(values: Values, rows: usize, neurons: usize) -> Result<Self, ActivationsError> {
        if rows.checked_mul(neurons) != Some(values.len()) {
            return Err(ActivationsError::Ragged {
                values: values.len(),
                rows,
                neurons,
            });
        }
        if neurons < 2 {
            return Err(ActivationsError::TooNarrow { rows, neurons });
        }
        if rows == 0 {
            return Err(ActivationsError::NoRows { neurons });
        }
        let (mut values, excluded) = match values {
            Values::F32(v) => {
                let (v, excluded) = keep_finite(v, rows, f32::is_finite);
                (Values::F32(v), excluded)
            }
            Values::F64(v) => {
                let (v, excluded) = keep_finite(v, rows, f64::is_finite);
                (Values::F64(v), excluded)
            }
        };
        let n_samples = NonZeroUsize::new(rows - excluded.len())
            .ok_or(ActivationsError::NothingFinite { rows })?;
        let n = n_samples.get();
        let rescaled = match &mut values {
            Values::F32(_) => Vec::new(),
            Values::F64(v) => rescale_extremes(v, n),
        };
        let squares = match &values {
            Values::F32(v) => squared_norms(v, n),
            Values::F64(v) => squared_norms(v, n),
        };
        let zero_rows = squares.iter().filter(|&&s| s == 0.0).count();
        let inverse_norms = squares
            .into_iter()
            .map(|s| if s == 0.0 { 0.0 } else { 1.0 / s.sqrt() })
            .collect();
        Ok(Self {
            values,
            n_samples,
            n_neurons: neurons,
            inverse_norms,
            rescaled,
            excluded,
            zero_rows,
        })
    }

    /// From rows of equal length in double precision; for small arrays and tests.
    ///
    /// # Errors
    /// As [`Activations::new`].
    pub fn from_rows(rows: &[Vec<f64>]) -> Result<Self, ActivationsError> {
        let neurons = rows.first().map_or(0, Vec::len);
        let values = (0..neurons)
            .flat_map(|k| rows.iter().filter_map(move |row| row.get(k).copied()))
            .collect();
        Self::new(Values::F64(values), rows.len(), neurons)
    }

    /// `N`: finite rows.
    #[must_use]
    pub fn n_samples(&self) -> usize {
        self.n_samples.get()
    }

    /// `d`: columns.
    #[must_use]
    pub fn n_neurons(&self) -> usize {
        self.n_neurons
    }

    /// Number of zero rows among the `N`.
    #[must_use]
    pub fn zero_rows(&self) -> usize {
        self.zero_rows
    }

    /// Row numbers of the source that hold a NaN or an infinity, ascending.
    #[must_use]
    pub fn excluded_rows(&self) -> &[usize] {
        &self.excluded
    }

    /// Samples stored as `value · 2^−e`, with that `e`, ascending by sample.
    #[must_use]
    pub fn rescaled_rows(&self) -> &[(usize, i32)] {
        &self.rescaled
    }

    /// Neuron `k` over all samples (see [`Activations::rescaled_rows`]).
    ///
    /// # Panics
    /// If `k ≥ d`.
    #[must_use]
    pub fn neuron(&self, k: usize) -> Neuron<'_> {
        let n = self.n_samples();
        match &self.values {
            Values::F32(v) => Neuron::F32(&v[k * n..(k + 1) * n]),
            Values::F64(v) => Neuron::F64(&v[k * n..(k + 1) * n]),
        }
    }

    /// `1 / ‖x‖` of each stored sample; 0 for a zero row.
    #[must_use]
    pub fn inverse_norms(&self) -> &[f64] {
        &self.inverse_norms
    }

    /// Bytes held by the values and norms.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let values = match &self.values {
            Values::F32(v) => v.len() * 4,
            Values::F64(v) => v.len() * 8,
        };
        values + self.inverse_norms.len() * 8
    }
}

/// Drops the samples for which any neuron fails `finite`, in place.
fn keep_finite<T: Copy>(
    mut values: Vec<T>,
    rows: usize,
    finite: impl Fn(T) -> bool,
) -> (Vec<T>, Vec<usize>) {
    let mut good = vec![true; rows];
    for neuron in values.chunks_exact(rows) {
        for (good, &value) in good.iter_mut().zip(neuron) {
            *good &= finite(value);
        }
    }
    let excluded: Vec<usize> = (0..rows).filter(|&row| !good[row]).collect();
    if !excluded.is_empty() {
        let mut index = 0;
        values.retain(|_| {
            let keep = good[index];
            index = if index + 1 == rows { 0 } else { index + 1 };
            keep
        });
        values.shrink_to_fit();
    }
    (values, excluded)
}

fn squared_norms<T: Copy + Into<f64>>(values: &[T], n: usize) -> Vec<f64> {
    let mut squares = vec![0.0f64; n];
    for neuron in values.chunks_exact(n) {
        for (square, &value) in squares.iter_mut().zip(neuron) {
            let value: f64 = value.into();
            *square += value * value;
        }
    }
    squares
}

/// Scales the samples whose largest entry lies outside `2^±300` by a power of
/// two, which costs no precision that a direction could show.
fn rescale_extremes(values: &mut [f64], n: usize) -> Vec<(usize, i32)> {
    const LIMIT: f64 = 1e90; // just under 2^300
    let mut largest = vec![0.0f64; n];
    for neuron in values.chunks_exact(n) {
        for (largest, &value) in largest.iter_mut().zip(neuron) {
            *largest = largest.max(value.abs());
        }
    }
    let rescaled: Vec<(usize, i32)> = largest
        .iter()
        .enumerate()
        .filter(|&(_, &m)| m != 0.0 && !(1.0 / LIMIT..=LIMIT).contains(&m))
        .map(|(sample, &m)| {
            // 2^1000 is the largest step both ways that stays a normal number;
            // it brings the smallest subnormal to 2^-74, far from underflow.
            let exponent = (m.log2().floor() as i32).clamp(-1000, 1000);
            (sample, exponent)
        })
        .collect();
    for &(sample, exponent) in &rescaled {
        let factor = 2.0f64.powi(-exponent);
        for neuron in values.chunks_exact_mut(n) {
            neuron[sample] *= factor;
        }
    }
    rescaled
}
