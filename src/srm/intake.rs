//! What every sample passes on its way in: is it finite, how long is it, must
//! it be brought nearer to length one?
//!
//! The values are worked through in slabs of consecutive samples, side by side
//! on the current rayon pool, each while it is still in the cache of the thread
//! that filled it. A sample's norm is summed in `f64`, lane by lane over its lines
//! and then over the lanes, so it is the same whatever the slabs and however many
//! threads.

use std::ops::RangeInclusive;
use std::sync::atomic::AtomicBool;

use ndarray::{ArrayView2, ArrayViewMut2, Axis};
use rayon::prelude::*;

use super::activations::ActivationsError;
use super::cancel::{Cancelled, check};
use super::lines::{LANES, Lines, Real};

/// Squared norms of the samples that are stored as they come: `2^±40`. Their
/// squares and the squares of their coordinates are far from over- and
/// underflow even in single precision.
const USUAL: RangeInclusive<f64> = 1.0 / (1u64 << 40) as f64..=(1u64 << 40) as f64;

/// Values a slab of an array that is filled already: small enough to be
/// cancelled, large enough to be worth a task.
const SLAB: usize = 1 << 18;

/// Samples whose norms are summed together; their sums stay in the first cache.
const TOGETHER: usize = 128;

/// Sums a sample: of every lane and the one half a line behind.
const SUMS: usize = LANES / 2;

/// Some consecutive samples of an array, for one thread to fill.
#[derive(Debug)]
pub struct Slab<'a, T> {
    first: usize,
    lines: ArrayViewMut2<'a, [T; LANES]>,
}

impl<T> Slab<'_, T> {
    /// The number of its first sample.
    #[must_use]
    pub fn first(&self) -> usize {
        self.first
    }

    /// How many samples it holds.
    #[must_use]
    pub fn samples(&self) -> usize {
        self.lines.ncols()
    }

    /// Its lines, `⌈d / 16⌉` rows of sixteen neurons' values over these samples,
    /// each contiguous. Lanes behind the last neuron are zero and stay so.
    #[must_use]
    pub fn lines_mut(&mut self) -> ArrayViewMut2<'_, [T; LANES]> {
        self.lines.view_mut()
    }
}

/// Why samples were not taken in.
pub(super) enum Stop<E> {
    /// They cannot be activations.
    Unfit(ActivationsError),
    /// Filling them failed, or they were called off.
    Broken(E),
}

impl<E> From<ActivationsError> for Stop<E> {
    fn from(error: ActivationsError) -> Self {
        Self::Unfit(error)
    }
}

/// What was found of an array's samples; numbers ascend.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Samples with a NaN or an infinity.
    pub excluded: Vec<usize>,
    /// Samples stored as `value · 2^−e`, with that `e`.
    pub rescaled: Vec<(usize, i32)>,
    /// Whether a sample was left as it is, since scaling it would cost bits.
    pub inexact: bool,
}

/// Samples a slab of an array that is filled already.
fn slab_samples(neurons: usize) -> usize {
    (SLAB / neurons.max(1)).max(TOGETHER)
}

/// Looks at the samples of lines that are filled.
pub(super) fn look_over<T: Real>(
    lines: &mut Lines<T>,
    cancel: &AtomicBool,
) -> Result<(Vec<f64>, Found), Cancelled> {
    let samples = slab_samples(lines.vectors());
    take_in(lines, samples, || (), |(), _| check(cancel))
}

/// Has `lines` filled slab by slab, in the order of the samples, and looks at each
/// sample. Returns the squared norms beside.
pub(super) fn take_in<T: Real, B, E: Send>(
    lines: &mut Lines<T>,
    samples_a_slab: usize,
    buffer: impl Fn() -> B + Send + Sync,
    fill: impl Fn(&mut B, &mut Slab<'_, T>) -> Result<(), E> + Send + Sync,
) -> Result<(Vec<f64>, Found), E> {
    let mut squares = vec![0.0; lines.samples()];
    let mut all = lines.view_mut();
    let slabs = all
        .axis_chunks_iter_mut(Axis(1), samples_a_slab)
        .zip(squares.chunks_mut(samples_a_slab));
    // Handed out in order, so that a file is read from its front to its end.
    let found: Result<Vec<(usize, Found)>, E> = slabs
        .enumerate()
        .par_bridge()
        .map_init(buffer, |buffer, (place, (lines, squares))| {
            let first = place * samples_a_slab;
            let mut slab = Slab { first, lines };
            fill(buffer, &mut slab)?;
            Ok((place, look_at(&mut slab, squares)))
        })
        .collect();
    let mut found = found?;
    found.sort_unstable_by_key(|&(place, _)| place);
    let mut all = Found::default();
    for (_, mut slab) in found {
        all.excluded.append(&mut slab.excluded);
        all.rescaled.append(&mut slab.rescaled);
        all.inexact |= slab.inexact;
    }
    Ok((squares, all))
}

/// Works out the squared norms of a filled slab and looks at the samples whose
/// norm is out of the ordinary.
fn look_at<T: Real>(slab: &mut Slab<'_, T>, squares: &mut [f64]) -> Found {
    let mut found = Found::default();
    for (piece, squares) in squares.chunks_mut(TOGETHER).enumerate() {
        let first = piece * TOGETHER;
        sum_squares(&slab.lines.view(), |place| first + place, squares);
    }
    let outside: Vec<usize> = (0..squares.len())
        .filter(|&place| !USUAL.contains(&squares[place]))
        .collect();
    if outside.is_empty() {
        return found;
    }
    let largest = largest(&slab.lines.view(), &outside);
    let mut scales = Vec::new();
    for (place, largest) in outside.into_iter().zip(largest) {
        if !largest.is_finite() {
            found.excluded.push(slab.first + place);
        } else if largest > 0.0 {
            scales.push(Scale::to_one(place, largest));
        }
    }
    let scaled = scales.len();
    keep_exact(&slab.lines.view(), &mut scales);
    found.inexact = scales.len() < scaled;
    for block in slab.lines.rows_mut() {
        let lines = block.into_slice().unwrap_or_else(|| contiguous());
        for scale in &scales {
            for value in &mut lines[scale.place] {
                if let Some(scaled) = T::stored(scale.apply(*value)) {
                    *value = scaled;
                }
            }
        }
    }
    for scales in scales.chunks(TOGETHER) {
        let mut sums = [0.0; TOGETHER];
        let sums = &mut sums[..scales.len()];
        sum_squares(&slab.lines.view(), |which| scales[which].place, sums);
        for (scale, sum) in scales.iter().zip(sums) {
            squares[scale.place] = *sum;
        }
    }
    let rescaled = scales.iter().map(|s| (slab.first + s.place, s.exponent));
    found.rescaled.extend(rescaled);
    found
}

/// The squared norms of at most [`TOGETHER`] samples; `place` tells where each is.
fn sum_squares<T: Real>(
    view: &ArrayView2<'_, [T; LANES]>,
    place: impl Fn(usize) -> usize,
    squares: &mut [f64],
) {
    let mut sums = [[0.0; SUMS]; TOGETHER];
    let sums = &mut sums[..squares.len()];
    for lines in blocks(view) {
        for (which, sums) in sums.iter_mut().enumerate() {
            let line = lines[place(which)].map(|value| {
                let value: f64 = value.into();
                value * value
            });
            for lane in 0..SUMS {
                sums[lane] += line[lane] + line[lane + SUMS];
            }
        }
    }
    for (square, [a, b, c, d, e, f, g, h]) in squares.iter_mut().zip(sums) {
        *square = ((*a + *e) + (*b + *f)) + ((*c + *g) + (*d + *h));
    }
}

/// The largest magnitude of some samples; NaN or infinite where any entry is.
fn largest<T: Real>(view: &ArrayView2<'_, [T; LANES]>, places: &[usize]) -> Vec<f64> {
    // As bits, since those of a NaN are larger than those of all else.
    let mut largest = vec![0u64; places.len()];
    for lines in blocks(view) {
        for (largest, &place) in largest.iter_mut().zip(places) {
            for value in lines[place] {
                let value: f64 = value.into();
                *largest = (*largest).max(value.abs().to_bits());
            }
        }
    }
    largest.into_iter().map(f64::from_bits).collect()
}

/// Keeps the scales that cost their samples no bit.
fn keep_exact<T: Real>(view: &ArrayView2<'_, [T; LANES]>, scales: &mut Vec<Scale>) {
    let mut exact = vec![true; scales.len()];
    for lines in blocks(view) {
        for (exact, scale) in exact.iter_mut().zip(&*scales) {
            for value in lines[scale.place] {
                *exact &= T::stored(scale.apply(value)).is_some();
            }
        }
    }
    let mut exact = exact.into_iter();
    scales.retain(|_| exact.next() == Some(true));
}

/// A power of two that brings a sample's largest entry to `[1, 2)`.
struct Scale {
    place: usize,
    exponent: i32,
    /// Its square root or nearly so, twice: a double cannot hold `2^1074`.
    factors: [f64; 2],
}

impl Scale {
    fn to_one(place: usize, largest: f64) -> Self {
        let exponent = exponent(largest);
        let half = exponent / 2;
        Self {
            place,
            exponent,
            factors: [two_to(-half), two_to(half - exponent)],
        }
    }

    fn apply<T: Real>(&self, value: T) -> f64 {
        let value: f64 = value.into();
        value * self.factors[0] * self.factors[1]
    }
}

/// `⌊log₂ x⌋` of a positive finite number.
fn exponent(x: f64) -> i32 {
    let biased = |x: f64| (x.to_bits() >> 52) as i32;
    match biased(x) {
        0 => biased(x * two_to(54)) - 54 - 1023,
        normal => normal - 1023,
    }
}

/// `2^exponent` for an exponent of a normal number.
pub(super) fn two_to(exponent: i32) -> f64 {
    f64::from_bits(((1023 + exponent) as u64) << 52)
}

/// The lines of a slab, block by block.
fn blocks<'a, T>(
    view: &ArrayView2<'a, [T; LANES]>,
) -> impl Iterator<Item = &'a [[T; LANES]]> + use<'a, T> {
    let view = *view;
    (0..view.nrows()).map(move |block| {
        let lines = view.index_axis_move(Axis(0), block).to_slice();
        lines.unwrap_or_else(|| contiguous())
    })
}

fn contiguous() -> ! {
    unreachable!("the lines of a block lie together")
}

/// The same values in double precision.
pub(super) fn widened<E: From<Cancelled> + Send>(
    lines: &Lines<f32>,
    cancel: &AtomicBool,
) -> Result<Lines<f64>, Stop<E>> {
    let (samples, neurons) = (lines.samples(), lines.vectors());
    let mut wide = zeros(samples, neurons)?;
    let together = SLAB / LANES;
    let wide_lines = wide.all_mut().par_chunks_mut(together);
    wide_lines
        .zip(lines.all().par_chunks(together))
        .try_for_each(|(wide, lines)| {
            check(cancel)?;
            for (wide, line) in wide.iter_mut().zip(lines) {
                *wide = line.map(f64::from);
            }
            Ok(())
        })
        .map_err(|Cancelled| Stop::Broken(Cancelled.into()))?;
    Ok(wide)
}

/// Lines of neuron-major values, `d × N`.
pub(super) fn turned<T: Real>(
    values: &[T],
    (rows, neurons): (usize, usize),
    cancel: &AtomicBool,
) -> Result<Lines<T>, Stop<Cancelled>> {
    let mut lines = zeros(rows, neurons)?;
    let blocks = lines.all_mut().par_chunks_mut(rows);
    blocks
        .zip(values.par_chunks(LANES * rows))
        .try_for_each(|(lines, neurons)| {
            for (lane, neuron) in neurons.chunks_exact(rows).enumerate() {
                check(cancel)?;
                for (line, &value) in lines.iter_mut().zip(neuron) {
                    line[lane % LANES] = value;
                }
            }
            Ok(())
        })
        .map_err(Stop::Broken)?;
    Ok(lines)
}

/// Room for so many values.
pub(super) fn zeros<T: Real>(rows: usize, neurons: usize) -> Result<Lines<T>, ActivationsError> {
    Lines::zeros(rows, neurons).ok_or(ActivationsError::Memory {
        bytes: Lines::<T>::bytes(rows, neurons),
    })
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;

    use super::super::{Activations, Values};
    use super::*;

    /// Rows of all magnitudes that single precision has, some not finite or
    /// zero; row `n` has the entries `size · (1 + k / 2)`, with a sign.
    fn row(n: usize) -> [f32; 5] {
        let mut row = [1.0f32, -1.5, 0.0, 2.0, 3.0];
        let size = 2f32.powi((n as i32 * 7) % 270 - 145);
        for x in &mut row {
            *x *= size;
        }
        match n % 11 {
            3 => row[n % 5] = f32::NAN,
            5 => row[n % 5] = f32::NEG_INFINITY,
            7 => row = [0.0, -0.0, 0.0, 0.0, 0.0],
            _ => {}
        }
        row
    }

    fn neuron_major(rows: &[[f32; 5]]) -> Vec<f32> {
        (0..5)
            .flat_map(|k| rows.iter().map(move |row| row[k]))
            .collect()
    }

    /// The rows as they were in the source.
    fn unscaled(activations: &Activations) -> Vec<Vec<f64>> {
        let mut exponents = vec![0; activations.n_samples()];
        for &(sample, exponent) in activations.rescaled_rows() {
            exponents[sample] = exponent;
        }
        let value = |k, n, e: i32| activations.neuron(k).get(n) * two_to(e / 2) * two_to(e - e / 2);
        exponents
            .iter()
            .enumerate()
            .map(|(n, &e)| {
                (0..activations.n_neurons())
                    .map(|k| value(k, n, e))
                    .collect()
            })
            .collect()
    }

    #[track_caller]
    fn check_norms(activations: &Activations) {
        for (n, &inverse) in activations.inverse_norms().iter().enumerate() {
            let entries = (0..activations.n_neurons()).map(|k| activations.neuron(k).get(n));
            let norm = entries.map(|x| x * x).sum::<f64>().sqrt();
            if norm == 0.0 {
                assert_eq!(inverse, 0.0);
            } else {
                assert!((norm * inverse - 1.0).abs() < 1e-15, "{norm}");
                assert!((-20.0..=20.0).contains(&norm.log2()), "{norm}");
            }
        }
    }

    #[test]
    fn rows_of_all_magnitudes_come_to_ordinary_length_and_keep_their_values() {
        let rows: Vec<[f32; 5]> = (0..3000).map(row).collect();
        let finite = |row: &[f32; 5]| row.iter().all(|x| x.is_finite());
        let kept: Vec<Vec<f64>> = rows
            .iter()
            .filter(|row| finite(row))
            .map(|row| row.iter().map(|&x| f64::from(x)).collect())
            .collect();
        let single = neuron_major(&rows);
        let double = Values::F64(single.iter().map(|&x| f64::from(x)).collect());
        for values in [Values::F32(single), double] {
            let is_single = matches!(values, Values::F32(_));
            let activations = Activations::new(values, 3000, 5).unwrap();
            // Each row's values are of nearly one size: nothing is lost.
            assert_eq!(activations.is_double(), !is_single);
            check_norms(&activations);
            assert!(unscaled(&activations) == kept);
            let excluded: Vec<usize> = (0..3000).filter(|&n| !finite(&rows[n])).collect();
            assert_eq!(activations.excluded_rows(), excluded);
            let zero = kept.iter().filter(|row| row.iter().all(|&x| x == 0.0));
            assert_eq!(activations.zero_rows(), zero.count());
            assert!(activations.rescaled_rows().len() > 1000);
            assert!(activations.rescaled_rows().is_sorted());
        }
    }

    #[test]
    fn the_whole_range_of_doubles_comes_to_ordinary_length() {
        let largest: Vec<f64> = (-1074..1024)
            .map(|e: i32| 2f64.powi(e / 2) * 2f64.powi(e - e / 2))
            .collect();
        let n = largest.len();
        let values = [&largest[..], &largest[..], &vec![0.0; n]].concat();
        let activations = Activations::new(Values::F64(values), n, 3).unwrap();
        check_norms(&activations);
        for (row, x) in unscaled(&activations).iter().zip(largest) {
            assert_eq!(row, &[x, x, 0.0]);
        }
    }

    #[test]
    fn values_that_scaling_would_lose_are_widened() {
        // Row 1 is scaled without loss, row 2 not: 1e-20 over 1e30 is below all
        // of single precision.
        let rows = [
            [1.0f32, 2.0],
            [4e9, 8e9],
            [1e30, 1e-20],
            [1e-30, 3e-30],
            [f32::NAN, 0.0],
        ];
        let values = |rows: &[[f32; 2]]| {
            let column = |k: usize| rows.iter().map(move |row| row[k]);
            Values::F32(column(0).chain(column(1)).collect())
        };
        let exact = Activations::new(values(&rows[..2]), 2, 2).unwrap();
        assert!(!exact.is_double());
        let activations = Activations::new(values(&rows), 5, 2).unwrap();
        assert!(activations.is_double());
        check_norms(&activations);
        let source = |row: &[f32; 2]| row.map(f64::from).to_vec();
        let expected: Vec<Vec<f64>> = rows[..4].iter().map(source).collect();
        assert_eq!(unscaled(&activations), expected);
        let places: Vec<usize> = activations.rescaled_rows().iter().map(|r| r.0).collect();
        assert_eq!(places, [1, 2, 3]);
        assert_eq!(activations.excluded_rows(), [4]);
    }

    #[test]
    fn slabs_and_threads_change_nothing() {
        let rows: Vec<[f32; 5]> = (0..3000).map(row).collect();
        let whole = Activations::new(Values::F32(neuron_major(&rows)), 3000, 5).unwrap();
        for (slab, threads) in [(1, 3), (64, 1), (1000, 4), (4000, 2)] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
            let filled = pool.build().unwrap().install(|| {
                Activations::filled(
                    (3000, 5),
                    NonZeroUsize::new(slab).unwrap(),
                    &AtomicBool::new(false),
                    || (),
                    |(), slab: &mut Slab<'_, f32>| {
                        let first = slab.first();
                        for ((_, n), line) in slab.lines_mut().indexed_iter_mut() {
                            line[..5].copy_from_slice(&rows[first + n]);
                        }
                        Ok::<(), Cancelled>(())
                    },
                )
            });
            let filled = filled.unwrap().unwrap();
            assert_eq!(filled.inverse_norms(), whole.inverse_norms());
            assert_eq!(filled.rescaled_rows(), whole.rescaled_rows());
            assert_eq!(filled.excluded_rows(), whole.excluded_rows());
            assert!(unscaled(&filled) == unscaled(&whole));
        }
    }

    #[test]
    fn more_rows_than_32_bits_count_are_refused_before_memory_is_reserved() {
        let filled = |rows| {
            Activations::filled(
                (rows, 2),
                NonZeroUsize::MIN,
                &AtomicBool::new(true),
                || (),
                |(), _: &mut Slab<'_, f32>| Ok::<(), Cancelled>(()),
            )
        };
        let error = filled(1 << 30).unwrap_err();
        assert_eq!(error, ActivationsError::TooManyRows { rows: 1 << 30 });
        let said = error.to_string();
        assert!(said.contains("1,073,741,824 rows"), "{said}");
        assert!(said.contains("merge"), "{said}");
        assert_eq!(
            filled(usize::MAX).unwrap_err(),
            ActivationsError::TooManyRows { rows: usize::MAX }
        );
        assert_eq!(filled(3).unwrap().unwrap_err(), Cancelled);
    }
}
