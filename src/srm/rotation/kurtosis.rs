//! A second opinion on privileged directions: the excess kurtosis of the activations
//! along each vector, `m₄ / m₂² − 3` with `m_p` the mean `p`-th power of the deviation
//! from the mean. It is 0 for a normal variate and above for heavy tails; in a
//! privileged basis it is higher along the neurons than along random directions.
//!
//! Of the values as they are, not over their norms.

use std::sync::atomic::AtomicBool;

use ndarray::{Array2, ArrayView1};
use rayon::prelude::*;

use crate::srm::activations::Activations;
use crate::srm::cancel::{Cancelled, check};
use crate::srm::coordinates::{Blocks, Coordinates};
use crate::srm::intake::two_to;
use crate::srm::lines::{LANES, Line, Lines, Real};
use crate::srm::subset::Subset;

/// Samples between two looks at the flag.
const STRETCH: usize = 1 << 18;

/// A spread this small beside the longest sample is the rounding of a product.
const ROUNDING: f64 = 1e-13;

/// Rows shorter than the longest by more than this power of two do not show beside it.
const LEAST_POWER: i32 = -1000;

/// How long the samples are, beside one another, and where their mean lies: what turns
/// unit coordinates along any vectors into deviations from the mean.
#[derive(Clone, Debug)]
pub(super) struct Lengths {
    of_samples: Vec<f64>,
    /// Of each neuron.
    means: Vec<f64>,
}

impl Lengths {
    pub fn new(activations: &Activations, cancel: &AtomicBool) -> Result<Self, Cancelled> {
        let scales = scales(activations);
        let of_samples = lengths(activations, &scales);
        let means: Result<Vec<f64>, Cancelled> = (0..activations.n_neurons())
            .into_par_iter()
            .map(|k| {
                check(cancel)?;
                let values = activations.neuron(k).iter().zip(&scales);
                let sum: f64 = values.map(|(value, scale)| value * scale).sum();
                Ok(sum / activations.n_samples() as f64)
            })
            .collect();
        Ok(Self {
            of_samples,
            means: means?,
        })
    }

    /// `‖x‖` of a sample, in units of their own.
    pub fn of_sample(&self, sample: usize) -> f64 {
        self.of_samples[sample]
    }

    /// The mean along each row of a frame.
    pub fn means_along(&self, frame: &Array2<f64>) -> Vec<f64> {
        frame.dot(&ArrayView1::from(&self.means)).to_vec()
    }
}

/// What each stored row is to be multiplied by to have the length that it had beside the
/// others.
fn scales(activations: &Activations) -> Vec<f64> {
    let rescaled = activations.rescaled_rows();
    let zero = activations.zero_rows();
    let others = rescaled.len() + zero < activations.n_samples();
    let most = rescaled.iter().map(|&(_, exponent)| exponent);
    let most = most.chain(others.then_some(0)).max().unwrap_or(0);
    let scale = |exponent: i32| match exponent - most {
        power if power < LEAST_POWER => 0.0,
        power => two_to(power),
    };
    let mut scales = vec![scale(0); activations.n_samples()];
    for &(sample, exponent) in rescaled {
        scales[sample] = scale(exponent);
    }
    scales
}

/// How long each row is beside the others.
fn lengths(activations: &Activations, scales: &[f64]) -> Vec<f64> {
    let inverse = activations.inverse_norms().iter();
    let pairs = inverse.zip(scales);
    pairs
        .map(|(&inverse, scale)| match inverse {
            0.0 => 0.0,
            inverse => scale / inverse,
        })
        .collect()
}

/// Sums of the second and fourth powers of deviations along some vectors.
#[derive(Clone, Debug)]
pub(super) struct Powers {
    second: Vec<f64>,
    fourth: Vec<f64>,
}

impl Powers {
    pub fn new(vectors: usize) -> Self {
        Self {
            second: vec![0.0; vectors],
            fourth: vec![0.0; vectors],
        }
    }

    /// Adds a sample of that length with those unit coordinates.
    pub fn add(&mut self, unit: &[f64], length: f64, means: &[f64]) {
        let sums = self.second.iter_mut().zip(&mut self.fourth);
        for ((unit, mean), (second, fourth)) in unit.iter().zip(means).zip(sums) {
            let square = (length * unit - mean).powi(2);
            *second += square;
            *fourth += square * square;
        }
    }

    pub fn join(&mut self, other: &Self) {
        for (sum, more) in self.second.iter_mut().zip(&other.second) {
            *sum += more;
        }
        for (sum, more) in self.fourth.iter_mut().zip(&other.fourth) {
            *sum += more;
        }
    }

    /// The mean over the vectors along which the samples differ.
    pub fn mean_kurtosis(&self, n_samples: usize) -> f64 {
        let sums = self.second.iter().zip(&self.fourth);
        mean(sums.map(|(&second, &fourth)| excess(second, fourth, n_samples)))
    }
}

/// `m₄ / m₂² − 3`; NaN where nothing deviates.
fn excess(second: f64, fourth: f64, n_samples: usize) -> f64 {
    fourth * n_samples as f64 / (second * second) - 3.0
}

/// The mean of those that are numbers; NaN of none.
pub(super) fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (mut sum, mut numbers) = (0.0, 0u64);
    for value in values.filter(|value| !value.is_nan()) {
        sum += value;
        numbers += 1;
    }
    sum / numbers as f64
}

/// The excess kurtosis of the activations along each of some vectors, in their order;
/// NaN of a vector along which they are all alike. For the standard basis these are the
/// neurons' own.
///
/// # Errors
/// [`Cancelled`] soon after `cancel` is set.
///
/// # Panics
/// If the subset is not one of the basis.
pub fn excess_kurtosis(
    coordinates: &Coordinates,
    subset: &Subset,
    cancel: &AtomicBool,
) -> Result<Vec<f64>, Cancelled> {
    let activations = coordinates.activations();
    let scales = scales(activations);
    let (factors, least) = if coordinates.has_product() {
        // Stored as of unit length.
        let lengths = lengths(activations, &scales);
        let longest = lengths.iter().copied().fold(0.0, f64::max);
        (lengths, longest * ROUNDING)
    } else {
        (scales, 0.0)
    };
    let all = match coordinates.blocks() {
        Blocks::F32(lines) => of_lines(lines, &factors, least, cancel),
        Blocks::F64(lines) => of_lines(lines, &factors, least, cancel),
    }?;
    Ok(subset.iter().map(|k| all[k as usize]).collect())
}

fn of_lines<T: Real>(
    lines: &Lines<T>,
    factors: &[f64],
    least: f64,
    cancel: &AtomicBool,
) -> Result<Vec<f64>, Cancelled> {
    let blocks: Result<Vec<[f64; LANES]>, Cancelled> = (0..lines.vectors().div_ceil(LANES))
        .into_par_iter()
        .map(|block| of_block(lines.block(block), factors, least, cancel))
        .collect();
    Ok(blocks?.into_iter().flatten().collect())
}

/// Of sixteen vectors at once, in two passes.
fn of_block<T: Real>(
    lines: &[Line<T>],
    factors: &[f64],
    least: f64,
    cancel: &AtomicBool,
) -> Result<[f64; LANES], Cancelled> {
    let stretches = || lines.chunks(STRETCH).zip(factors.chunks(STRETCH));
    let values = |line: &Line<T>, factor: f64| {
        line.0.map(|value| {
            let value: f64 = value.into();
            value * factor
        })
    };
    let first = lines.first().zip(factors.first());
    let Some(pivot) = first.map(|(line, &factor)| values(line, factor)) else {
        return Ok([f64::NAN; LANES]);
    };
    // From the first sample on, so that a mean far from zero costs no digits.
    let (mut low, mut high, mut sum) = ([0.0f64; LANES], [0.0f64; LANES], [0.0; LANES]);
    for (lines, factors) in stretches() {
        check(cancel)?;
        for (line, &factor) in lines.iter().zip(factors) {
            let values = values(line, factor);
            for k in 0..LANES {
                let value = values[k] - pivot[k];
                low[k] = low[k].min(value);
                high[k] = high[k].max(value);
                sum[k] += value;
            }
        }
    }
    let n = lines.len() as f64;
    let mean = sum.map(|sum| sum / n);
    // Deviations over the largest, so that powers of tiny ones do not vanish.
    let mut spread = [0.0; LANES];
    for k in 0..LANES {
        spread[k] = (high[k] - mean[k]).max(mean[k] - low[k]);
    }
    let (mut second, mut fourth) = ([0.0; LANES], [0.0; LANES]);
    for (lines, factors) in stretches() {
        check(cancel)?;
        for (line, &factor) in lines.iter().zip(factors) {
            let values = values(line, factor);
            for k in 0..LANES {
                let square = ((values[k] - pivot[k] - mean[k]) / spread[k]).powi(2);
                second[k] += square;
                fourth[k] += square * square;
            }
        }
    }
    let mut all = [f64::NAN; LANES];
    for k in 0..LANES {
        if high[k] - low[k] > least {
            all[k] = excess(second[k], fourth[k], lines.len());
        }
    }
    Ok(all)
}
