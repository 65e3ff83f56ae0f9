//! The samples: `X`, `N × d`, as they were dumped, ready for directions.
//!
//! Stored in [lines](super::lines): sixteen consecutive neurons of a sample lie
//! side by side, as in the rows of a file. The values keep the precision they came
//! in; every coordinate is worked out from them in `f64`.

use std::num::NonZeroUsize;
use std::sync::atomic::AtomicBool;

use super::cancel::{Cancelled, check};
use super::intake::{self, Found, Slab, Stop};
use super::lines::{LANES, Line, Lines, Real};
use crate::words::{count, thousands};

/// Raw values of a rectangular array as they are handed over, neuron-major: value
/// of sample `n` at neuron `k` stands at `k · N + n`.
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

/// Values as they are kept.
#[derive(Debug)]
pub enum Stored {
    /// Single precision.
    F32(Lines<f32>),
    /// Double precision.
    F64(Lines<f64>),
}

/// One neuron's values over all samples.
#[derive(Clone, Copy, Debug)]
pub struct Neuron<'a> {
    block: Block<'a>,
    lane: usize,
}

/// The lines that a neuron has a lane of.
#[derive(Clone, Copy, Debug)]
enum Block<'a> {
    F32(&'a [Line<f32>]),
    F64(&'a [Line<f64>]),
}

impl<'a> Neuron<'a> {
    /// The value at `sample`, widened without loss.
    ///
    /// # Panics
    /// If `sample ≥ N`.
    #[must_use]
    pub fn get(&self, sample: usize) -> f64 {
        match self.block {
            Block::F32(lines) => f64::from(lines[sample].0[self.lane]),
            Block::F64(lines) => lines[sample].0[self.lane],
        }
    }

    /// Number of samples, at least one.
    #[must_use]
    #[allow(clippy::len_without_is_empty)] // it never is
    pub fn len(&self) -> usize {
        match self.block {
            Block::F32(lines) => lines.len(),
            Block::F64(lines) => lines.len(),
        }
    }

    /// All values, widened without loss.
    #[must_use]
    pub fn iter(self) -> impl ExactSizeIterator<Item = f64> + 'a {
        (0..self.len()).map(move |sample| self.get(sample))
    }
}

/// Most samples of a layer: counts are kept in 32 bits, with room to add and
/// to subtract two of them.
pub const MOST_SAMPLES: usize = (1 << 30) - 1;

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
    /// `N ≥ 2^30`.
    #[error(
        "it has {} rows, more than the {} that are counted at once: sweep it in parts and merge \
         their counts", thousands(*rows as u64), thousands(MOST_SAMPLES as u64)
    )]
    TooManyRows {
        /// Rows of the array.
        rows: usize,
    },
    /// The system has not enough memory.
    #[error(
        "it needs {} of memory, more than there is: save fewer rows or columns",
        count(*bytes, "byte")
    )]
    Memory {
        /// Bytes of the values.
        bytes: u64,
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
///
/// The norm of every other stored row lies within `2^±20` (for `d < 2^38`): a
/// row outside is stored as `value · 2^−e` ([`Activations::rescaled_rows`]),
/// which changes no direction. Where single precision would lose bits by that,
/// all values are held in double precision.
///
/// A sample takes a line of memory, 64 bytes in single precision and 128 in
/// double, for each sixteen neurons or part of sixteen. So a layer narrower than
/// sixteen takes more memory than its file: at most 32 times as much, where two
/// columns of bytes become lines of single precision, and for single precision
/// that is widened up to 24 times while both are held.
#[derive(Debug)]
pub struct Activations {
    values: Stored,
    n_samples: NonZeroUsize,
    n_neurons: usize,
    inverse_norms: Vec<f64>,
    rescaled: Vec<(usize, i32)>,
    excluded: Vec<usize>,
    zero_rows: usize,
}

impl Activations {
    /// Takes neuron-major `values` of an array of `rows × neurons`, leaves out
    /// the rows that are not finite and works out the norms, on the current
    /// rayon pool.
    ///
    /// # Errors
    /// [`ActivationsError`] where no sample is left, `d < 2` or `N ≥ 2^30`.
    pub fn new(values: Values, rows: usize, neurons: usize) -> Result<Self, ActivationsError> {
        Self::prepare(values, rows, neurons, &AtomicBool::new(false))
            .map(|prepared| prepared.unwrap_or_else(|Cancelled| unreachable!("nobody cancels")))
    }

    /// As [`Activations::new`], called off soon after `cancel` is set.
    ///
    /// # Errors
    /// [`ActivationsError`] as there; within, [`Cancelled`].
    pub fn prepare(
        values: Values,
        rows: usize,
        neurons: usize,
        cancel: &AtomicBool,
    ) -> Result<Result<Self, Cancelled>, ActivationsError> {
        Self::check_shape(rows, neurons)?;
        if rows.checked_mul(neurons) != Some(values.len()) {
            return Err(ActivationsError::Ragged {
                values: values.len(),
                rows,
                neurons,
            });
        }
        let shape = (rows, neurons);
        outcome(match values {
            Values::F32(v) => Self::turn(v, shape, cancel),
            Values::F64(v) => Self::turn(v, shape, cancel),
        })
    }

    /// Takes values that are in lines already, called off soon after `cancel` is
    /// set.
    ///
    /// # Errors
    /// [`ActivationsError`] as [`Activations::new`]; within, [`Cancelled`].
    pub fn from_lines<T: Real>(
        lines: Lines<T>,
        cancel: &AtomicBool,
    ) -> Result<Result<Self, Cancelled>, ActivationsError> {
        Self::check_shape(lines.samples(), lines.vectors())?;
        outcome(Self::look_over(lines, cancel))
    }

    /// Has the values of an array of `rows × neurons` filled in, slab by slab of
    /// `samples_a_slab` samples on the current rayon pool, and prepares each
    /// slab while it is in the cache. `fill` is given what `buffer` made for its
    /// thread; slabs are handed out in the order of their samples.
    ///
    /// # Errors
    /// [`ActivationsError`] as [`Activations::new`], or where there is no memory;
    /// within, the first error of `fill`, or [`Cancelled`] soon after `cancel`
    /// is set.
    pub fn filled<T: Real, B, E: From<Cancelled> + Send>(
        (rows, neurons): (usize, usize),
        samples_a_slab: NonZeroUsize,
        cancel: &AtomicBool,
        buffer: impl Fn() -> B + Send + Sync,
        fill: impl Fn(&mut B, &mut Slab<'_, T>) -> Result<(), E> + Send + Sync,
    ) -> Result<Result<Self, E>, ActivationsError> {
        Self::check_shape(rows, neurons)?;
        let mut lines = intake::zeros(rows, neurons)?;
        let fill = |buffer: &mut B, slab: &mut Slab<'_, T>| {
            check(cancel)?;
            fill(buffer, slab)
        };
        let taken = intake::take_in(&mut lines, samples_a_slab.get(), buffer, fill)
            .map_err(Stop::Broken)
            .and_then(|(squares, found)| {
                Self::assemble(T::stored_lines(lines), squares, found, cancel)
            });
        outcome(taken)
    }

    /// What is wrong with an array of that shape, whatever its values.
    ///
    /// # Errors
    /// [`ActivationsError`] where `N = 0`, `d < 2` or `N ≥ 2^30`.
    pub fn check_shape(rows: usize, neurons: usize) -> Result<(), ActivationsError> {
        if neurons < 2 {
            return Err(ActivationsError::TooNarrow { rows, neurons });
        }
        if rows == 0 {
            return Err(ActivationsError::NoRows { neurons });
        }
        if rows > MOST_SAMPLES {
            return Err(ActivationsError::TooManyRows { rows });
        }
        Ok(())
    }

    /// Prepares neuron-major values.
    fn turn<T: Real>(
        values: Vec<T>,
        shape: (usize, usize),
        cancel: &AtomicBool,
    ) -> Result<Self, Stop<Cancelled>> {
        let lines = intake::turned(&values, shape, cancel)?;
        drop(values);
        Self::look_over(lines, cancel)
    }

    /// Prepares values that are there already.
    fn look_over<T: Real>(
        mut lines: Lines<T>,
        cancel: &AtomicBool,
    ) -> Result<Self, Stop<Cancelled>> {
        let (squares, found) = intake::look_over(&mut lines, cancel).map_err(Stop::Broken)?;
        Self::assemble(T::stored_lines(lines), squares, found, cancel)
    }

    /// Makes the samples of what was found of them.
    fn assemble<E: From<Cancelled> + Send>(
        mut values: Stored,
        mut squares: Vec<f64>,
        mut found: Found,
        cancel: &AtomicBool,
    ) -> Result<Self, Stop<E>> {
        let called_off = |Cancelled| Stop::Broken(Cancelled.into());
        let rows = squares.len();
        let n_neurons = match &values {
            Stored::F32(lines) => lines.vectors(),
            Stored::F64(lines) => lines.vectors(),
        };
        if found.inexact
            && let Stored::F32(single) = &values
        {
            let mut wide = intake::widened(single, cancel)?;
            // What was scaled is of ordinary length now and stays as it is.
            let (again, more) = intake::look_over(&mut wide, cancel).map_err(called_off)?;
            values = Stored::F64(wide);
            squares = again;
            found.rescaled.extend(more.rescaled);
            found.rescaled.sort_unstable();
        }
        let Found {
            excluded,
            mut rescaled,
            ..
        } = found;
        let n_samples = NonZeroUsize::new(rows - excluded.len())
            .ok_or(ActivationsError::NothingFinite { rows })?;
        if !excluded.is_empty() {
            let left_out = match &mut values {
                Stored::F32(lines) => lines.leave_out(&excluded, cancel),
                Stored::F64(lines) => lines.leave_out(&excluded, cancel),
            };
            left_out.map_err(called_off)?;
            let mut row = 0..;
            squares.retain(|_| excluded.binary_search(&row.next().unwrap_or(0)).is_err());
            for (sample, _) in &mut rescaled {
                *sample -= excluded.partition_point(|row| row < sample);
            }
        }
        let zero_rows = squares.iter().filter(|&&s| s == 0.0).count();
        for square in &mut squares {
            *square = if *square == 0.0 {
                0.0
            } else {
                1.0 / square.sqrt()
            };
        }
        Ok(Self {
            values,
            n_samples,
            n_neurons,
            inverse_norms: squares,
            rescaled,
            excluded,
            zero_rows,
        })
    }

    /// The same samples of a source that lacks those rows, some of them stored at half
    /// their size before anything else was done with them, ascending.
    pub(super) fn of_rows(mut self, excluded: &[usize], halved: &[usize]) -> Self {
        self.excluded = excluded.to_vec();
        for &sample in halved {
            match self.rescaled.binary_search_by_key(&sample, |&(n, _)| n) {
                Ok(place) => self.rescaled[place].1 += 1,
                Err(place) => self.rescaled.insert(place, (sample, 1)),
            }
        }
        self
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
        assert!(k < self.n_neurons, "neuron {k} of {}", self.n_neurons);
        let block = match &self.values {
            Stored::F32(lines) => Block::F32(lines.block(k / LANES)),
            Stored::F64(lines) => Block::F64(lines.block(k / LANES)),
        };
        let lane = k % LANES;
        Neuron { block, lane }
    }

    /// Writes the values of a sample as they were in the source, `d` of them.
    ///
    /// # Panics
    /// If `sample ≥ N` or `out` is not of length `d`.
    pub fn fill_row(&self, sample: usize, out: &mut [f64]) {
        assert_eq!(out.len(), self.n_neurons, "values of a row");
        for (block, out) in out.chunks_mut(LANES).enumerate() {
            match &self.values {
                Stored::F32(lines) => {
                    for (out, value) in out.iter_mut().zip(lines.block(block)[sample].0) {
                        *out = f64::from(value);
                    }
                }
                Stored::F64(lines) => {
                    let line = &lines.block(block)[sample].0;
                    out.copy_from_slice(&line[..out.len()]);
                }
            }
        }
        let of_sample = |&(n, _): &(usize, i32)| n;
        if let Ok(place) = self.rescaled.binary_search_by_key(&sample, of_sample) {
            let exponent = self.rescaled[place].1;
            let half = exponent / 2;
            for value in out {
                *value = *value * intake::two_to(half) * intake::two_to(exponent - half);
            }
        }
    }

    /// Whether the values are held in double precision.
    #[must_use]
    pub fn is_double(&self) -> bool {
        matches!(self.values, Stored::F64(_))
    }

    /// The values.
    pub(super) fn stored(&self) -> &Stored {
        &self.values
    }

    /// `1 / ‖x‖` of each stored sample; 0 for a zero row.
    #[must_use]
    pub fn inverse_norms(&self) -> &[f64] {
        &self.inverse_norms
    }

    /// `‖x‖` of a sample as it was in the source; infinite where that is beyond the
    /// largest double.
    ///
    /// # Panics
    /// If `sample ≥ N`.
    #[must_use]
    pub fn norm(&self, sample: usize) -> f64 {
        let inverse = self.inverse_norms[sample];
        if inverse == 0.0 {
            return 0.0;
        }
        match self.rescaled.binary_search_by_key(&sample, |&(n, _)| n) {
            Err(_) => 1.0 / inverse,
            Ok(place) => {
                let (_, exponent) = self.rescaled[place];
                // In two steps: `2^1024` is no double, nor has `2^−1074` all its bits.
                let half = exponent / 2;
                intake::two_to(half) / inverse * intake::two_to(exponent - half)
            }
        }
    }

    /// Bytes held by the values, whole lines of them, and the norms.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let (samples, neurons) = (self.n_samples(), self.n_neurons);
        let values = match &self.values {
            Stored::F32(_) => Lines::<f32>::bytes(samples, neurons),
            Stored::F64(_) => Lines::<f64>::bytes(samples, neurons),
        };
        values as usize + self.inverse_norms.len() * 8
    }
}

/// Tells what is wrong with the array from what kept it from being made.
fn outcome<E>(
    taken: Result<Activations, Stop<E>>,
) -> Result<Result<Activations, E>, ActivationsError> {
    match taken {
        Ok(activations) => Ok(Ok(activations)),
        Err(Stop::Broken(error)) => Ok(Err(error)),
        Err(Stop::Unfit(error)) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn norms_are_those_of_the_source() {
        let rows = [
            vec![3.0, 4.0],
            vec![0.0, 0.0],
            vec![3e300, 4e300],
            vec![3e-310, 4e-310],
            vec![f64::MAX, f64::MAX],
        ];
        let layer = Activations::from_rows(&rows).unwrap();
        let close = |sample: usize, expected: f64| {
            let error = (layer.norm(sample) / expected - 1.0).abs();
            assert!(error < 1e-13, "{sample}: {}", layer.norm(sample));
        };
        close(0, 5.0);
        close(2, 5e300);
        assert!((layer.norm(3) - 5e-310).abs() < 1e-322);
        assert_eq!((layer.norm(1), layer.norm(4)), (0.0, f64::INFINITY));
    }
}
