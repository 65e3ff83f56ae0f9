//! Activations less each neuron's mean over the samples, before any norm is taken:
//! `x_nk − (1/N) Σ_n x_nk`.
//!
//! The means are summed in `f64` with Neumaier's compensation, in pieces of a fixed number
//! of samples that are brought together in their order: they are the same to the last
//! bit on any number of threads.

use std::sync::atomic::AtomicBool;

use rayon::prelude::*;

use super::activations::{Activations, ActivationsError, Stored};
use super::cancel::{Cancelled, check};
use super::intake::two_to;
use super::lines::{LANES, Lines, Real};

/// Samples that are summed one after another.
const PIECE: usize = 1 << 14;

/// Brings sums of less than `2^30` doubles of any size below the largest double.
const SMALL: f64 = 1.0 / (1u64 << 40) as f64;

/// A sum, and what rounding took from it.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    sum: f64,
    rest: f64,
}

impl Sum {
    fn add(&mut self, value: f64) {
        let sum = self.sum + value;
        self.rest += if self.sum.abs() >= value.abs() {
            (self.sum - sum) + value
        } else {
            (value - sum) + self.sum
        };
        self.sum = sum;
    }

    fn join(&mut self, other: Self) {
        self.add(other.sum);
        self.rest += other.rest;
    }

    /// The mean, rounded once, so that the mean of equal numbers is that number.
    fn over(self, n: f64) -> f64 {
        let mean = self.sum / n;
        let left = mean.mul_add(-n, self.sum) + self.rest;
        mean + left / n
    }

    fn is_finite(self) -> bool {
        (self.sum + self.rest).is_finite()
    }
}

/// Values as they were in the source: those of rescaled rows are scaled back.
struct Source<'a, T> {
    lines: &'a Lines<T>,
    rescaled: &'a [(usize, i32)],
}

impl<T: Real> Source<'_, T> {
    /// A line as it was.
    fn line(&self, block: usize, sample: usize, exponent: i32) -> [f64; LANES] {
        let line = self.lines.block(block)[sample].0.map(Into::into);
        if exponent == 0 {
            return line;
        }
        // In two steps: a double cannot hold `2^−1074` with all its bits, nor `2^1024`.
        let half = exponent / 2;
        let factors = [two_to(half), two_to(exponent - half)];
        line.map(|value| value * factors[0] * factors[1])
    }

    /// Gives the lines of some samples of a block, with their numbers.
    fn each(
        &self,
        block: usize,
        samples: std::ops::Range<usize>,
        mut with: impl FnMut(usize, [f64; LANES]),
    ) {
        let first = self.rescaled.partition_point(|&(n, _)| n < samples.start);
        let mut rescaled = self.rescaled[first..].iter().peekable();
        for sample in samples {
            let exponent = rescaled.next_if(|&&(n, _)| n == sample);
            with(
                sample,
                self.line(block, sample, exponent.map_or(0, |&(_, e)| e)),
            );
        }
    }

    fn blocks(&self) -> usize {
        self.lines.vectors().div_ceil(LANES)
    }

    /// The mean of each lane of each block.
    fn means(&self, cancel: &AtomicBool) -> Result<Vec<[f64; LANES]>, Cancelled> {
        let n = self.lines.samples() as f64;
        (0..self.blocks())
            .into_par_iter()
            .map(|block| {
                let sums = self.sums(block, 1.0, cancel)?;
                let mut means = sums.map(|sum| sum.over(n));
                if sums.iter().all(|sum| sum.is_finite()) {
                    return Ok(means);
                }
                let small = self.sums(block, SMALL, cancel)?;
                for (lane, sum) in sums.into_iter().enumerate() {
                    if !sum.is_finite() {
                        let mean = small[lane].over(n) / SMALL;
                        means[lane] = mean.clamp(-f64::MAX, f64::MAX);
                    }
                }
                Ok(means)
            })
            .collect()
    }

    /// The sums of a block's lanes, of values times `scale`.
    fn sums(
        &self,
        block: usize,
        scale: f64,
        cancel: &AtomicBool,
    ) -> Result<[Sum; LANES], Cancelled> {
        let samples = self.lines.samples();
        let pieces: Result<Vec<[Sum; LANES]>, Cancelled> = (0..samples.div_ceil(PIECE))
            .into_par_iter()
            .map(|piece| {
                check(cancel)?;
                let mut sums = [Sum::default(); LANES];
                let first = piece * PIECE;
                self.each(block, first..samples.min(first + PIECE), |_, line| {
                    for (sum, value) in sums.iter_mut().zip(line) {
                        sum.add(value * scale);
                    }
                });
                Ok(sums)
            })
            .collect();
        let mut sums = [Sum::default(); LANES];
        for piece in pieces? {
            for (sum, more) in sums.iter_mut().zip(piece) {
                sum.join(more);
            }
        }
        Ok(sums)
    }

    /// The values less the means, in double precision, and the samples that are stored
    /// at half their size, ascending: their differences would overflow.
    fn less_means(&self, cancel: &AtomicBool) -> Result<Taken, Cancelled> {
        let (samples, neurons) = (self.lines.samples(), self.lines.vectors());
        let Some(mut lines) = Lines::<f64>::zeros(samples, neurons) else {
            return Ok(None);
        };
        let means = self.means(cancel)?;
        let blocks = lines.all_mut().par_chunks_mut(samples).zip(&means);
        let overflown: Result<Vec<Vec<usize>>, Cancelled> = blocks
            .enumerate()
            .map(|(block, (lines, means))| {
                let pieces = lines.par_chunks_mut(PIECE).enumerate();
                let overflown: Result<Vec<Vec<usize>>, Cancelled> = pieces
                    .map(|(piece, lines)| {
                        check(cancel)?;
                        let first = piece * PIECE;
                        let mut overflown = Vec::new();
                        self.each(block, first..first + lines.len(), |sample, line| {
                            let less = less(line, means, 1.0);
                            if !less.iter().all(|value| value.is_finite()) {
                                overflown.push(sample);
                            }
                            lines[sample - first] = less;
                        });
                        Ok(overflown)
                    })
                    .collect();
                Ok(overflown?.concat())
            })
            .collect();
        let mut halved = overflown?.concat();
        halved.sort_unstable();
        halved.dedup();
        for &sample in &halved {
            check(cancel)?;
            let place = self.rescaled.binary_search_by_key(&sample, |&(n, _)| n);
            let exponent = place.map_or(0, |place| self.rescaled[place].1);
            for (block, means) in means.iter().enumerate() {
                let line = self.line(block, sample, exponent);
                lines.all_mut()[block * samples + sample] = less(line, means, 0.5);
            }
        }
        Ok(Some((lines, halved)))
    }
}

/// See [`Source::less_means`]; `None` where there is no memory.
type Taken = Option<(Lines<f64>, Vec<usize>)>;

fn less(line: [f64; LANES], means: &[f64; LANES], scale: f64) -> [f64; LANES] {
    std::array::from_fn(|lane| line[lane] * scale - means[lane] * scale)
}

impl Activations {
    /// The same samples with each neuron's mean over them taken off, before norms are
    /// taken: `N` and `d` stay, rows that were left out stay recorded, and rows that
    /// equal the mean become zero rows. The values are then held in double precision, on
    /// the current rayon pool.
    ///
    /// Means are those of the values in the source, the same to the last bit on any
    /// number of threads.
    ///
    /// # Errors
    /// [`ActivationsError::Memory`] where there is no room for them; within,
    /// [`Cancelled`] soon after `cancel` is set.
    pub fn centred(
        &self,
        cancel: &AtomicBool,
    ) -> Result<Result<Self, Cancelled>, ActivationsError> {
        let rescaled = self.rescaled_rows();
        let taken = match self.stored() {
            Stored::F32(lines) => Source { lines, rescaled }.less_means(cancel),
            Stored::F64(lines) => Source { lines, rescaled }.less_means(cancel),
        };
        let (lines, halved) = match taken {
            Ok(Some(taken)) => taken,
            Ok(None) => {
                let bytes = Lines::<f64>::bytes(self.n_samples(), self.n_neurons());
                return Err(ActivationsError::Memory { bytes });
            }
            Err(cancelled) => return Ok(Err(cancelled)),
        };
        let centred = Self::from_lines(lines, cancel)?;
        Ok(centred.map(|centred| centred.of_rows(self.excluded_rows(), &halved)))
    }
}

#[cfg(test)]
mod tests {
    use super::super::Values;
    use super::*;

    fn centred(activations: &Activations) -> Activations {
        activations
            .centred(&AtomicBool::new(false))
            .unwrap()
            .unwrap()
    }

    /// The rows of an array, scaled back.
    fn rows(activations: &Activations) -> Vec<Vec<f64>> {
        let mut exponents = vec![0; activations.n_samples()];
        for &(sample, exponent) in activations.rescaled_rows() {
            exponents[sample] = exponent;
        }
        let value = |k, n: usize| {
            let (value, e) = (activations.neuron(k).get(n), exponents[n]);
            value * two_to(e / 2) * two_to(e - e / 2)
        };
        let neurons = activations.n_neurons();
        (0..activations.n_samples())
            .map(|n| (0..neurons).map(|k| value(k, n)).collect())
            .collect()
    }

    #[test]
    fn it_is_each_value_less_the_mean_of_its_neuron() {
        // Whole numbers: every sum is exact, and so is the plain formula.
        let (n, d) = (PIECE + 300, 19);
        let value = |n: usize, k: usize| ((n * 7919 + k * 104_729 + n * k) % 4099) as f64 - 2000.0;
        let plain: Vec<Vec<f64>> = (0..n)
            .map(|n| (0..d).map(|k| value(n, k)).collect())
            .collect();
        let means: Vec<f64> = (0..d)
            .map(|k| plain.iter().map(|row| row[k]).sum::<f64>() / n as f64)
            .collect();
        let major = (0..d).flat_map(|k| plain.iter().map(move |row| row[k]));
        let single = Values::F32(major.clone().map(|x| x as f32).collect());
        for values in [single, Values::F64(major.collect())] {
            let layer = centred(&Activations::new(values, n, d).unwrap());
            assert!(layer.is_double());
            assert_eq!((layer.n_samples(), layer.n_neurons()), (n, d));
            for (row, plain) in rows(&layer).iter().zip(&plain) {
                let expected = plain.iter().zip(&means).map(|(x, mean)| x - mean);
                assert!(row.iter().copied().eq(expected));
            }
        }
    }

    #[test]
    fn rows_that_were_left_out_stay_so_and_rows_of_the_mean_are_zero() {
        let nan = f64::NAN;
        let source = [
            vec![1.0, 5.0, 0.1],
            vec![nan, 0.0, 0.0],
            vec![2.0, 4.0, 0.1],
            vec![3.0, 3.0, 0.1],
            vec![0.0, f64::INFINITY, 1.0],
        ];
        let layer = centred(&Activations::from_rows(&source).unwrap());
        assert_eq!(layer.excluded_rows(), [1, 4]);
        assert_eq!((layer.n_samples(), layer.zero_rows()), (3, 1));
        let expected = [[-1.0, 1.0, 0.0], [0.0; 3], [1.0, -1.0, 0.0]];
        assert_eq!(rows(&layer), expected.map(|row| row.to_vec()));
        assert_eq!(layer.inverse_norms()[1], 0.0);
    }

    /// However often a number comes, its mean is that number.
    #[test]
    fn equal_rows_are_all_zero_rows() {
        for n in [1, 3, 7, 49, 1000, 12_345] {
            let row = vec![0.1, 1.0 / 3.0, -1.999_999_999_999_999_8, 7e-300, f64::MAX];
            let layer = Activations::from_rows(&vec![row; n]).unwrap();
            assert_eq!(centred(&layer).zero_rows(), n, "{n}");
        }
    }

    #[test]
    fn small_values_are_not_lost_beside_large_ones() {
        let source = [[1e16, 0.0], [1.0, 1.0], [-1e16, 2.0], [3.0, 5.0]].map(Vec::from);
        let layer = centred(&Activations::from_rows(&source).unwrap());
        // The mean of the first is 1, that of the second 2.
        let rows = rows(&layer);
        assert_eq!(rows[1], [0.0, -1.0]);
        assert_eq!(rows[3], [2.0, 3.0]);
    }

    #[test]
    fn rows_of_all_magnitudes_are_centred_as_they_were() {
        for size in [1e300, 1e308, 1e-300, 1e-320, 1e30] {
            let source = [[size, -size], [0.75 * size, 0.0], [-size, size]].map(Vec::from);
            let layer = Activations::from_rows(&source).unwrap();
            assert_eq!(layer.rescaled_rows().len(), 3);
            let layer = centred(&layer);
            let norms = layer.inverse_norms();
            // The first mean is a quarter of `size`, the second 0.
            let expected: [[f64; 2]; 3] = [[0.75, -1.0], [0.5, 0.0], [-1.25, 1.0]];
            for (n, expected) in expected.iter().enumerate() {
                let norm = expected[0].hypot(expected[1]);
                for (k, x) in expected.iter().enumerate() {
                    let got = layer.neuron(k).get(n) * norms[n];
                    let error = (got - x / norm).abs();
                    let digits = if size < 1e-310 { 1e-3 } else { 1e-15 };
                    assert!(error < digits, "{size} {n} {k}: {got}");
                }
            }
        }
    }

    /// A difference of two numbers of the largest size is larger than any.
    #[test]
    fn differences_beyond_the_largest_number_keep_their_direction() {
        let max = f64::MAX;
        let source = [
            vec![max, max / 2.0],
            vec![-max, 0.0],
            vec![-max, 0.0],
            vec![-max, 0.0],
        ];
        let layer = centred(&Activations::from_rows(&source).unwrap());
        assert_eq!((layer.n_samples(), layer.excluded_rows().len()), (4, 0));
        // The means are −MAX/2 and MAX/8: the first row is 3/2 and 3/8 of MAX.
        let direction =
            |n: usize| [0, 1].map(|k| layer.neuron(k).get(n) * layer.inverse_norms()[n]);
        let norm = 1.5f64.hypot(0.375);
        for (got, expected) in direction(0).iter().zip([1.5 / norm, 0.375 / norm]) {
            assert!((got - expected).abs() < 1e-15, "{got} {expected}");
        }
        // `value · 2^−e` is what is stored: 1.5 · MAX is nearly 1.5 · 2^1024.
        assert_eq!(layer.rescaled_rows()[0], (0, 1024));
    }

    #[test]
    fn threads_change_no_bit() {
        let (n, d) = (3 * PIECE + 17, 21);
        let value = |at: usize| ((at * 2_654_435_761) % 1_000_003) as f32 / 7.0 - 3e4;
        let single: Vec<f32> = (0..n * d).map(value).collect();
        let layer = Activations::new(Values::F32(single), n, d).unwrap();
        let on = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
            pool.unwrap().install(|| centred(&layer))
        };
        let one = on(1);
        for threads in [2, 5] {
            let several = on(threads);
            assert_eq!(one.inverse_norms(), several.inverse_norms());
            assert!((0..d).all(|k| one.neuron(k).iter().eq(several.neuron(k).iter())));
        }
    }

    #[test]
    fn it_can_be_called_off() {
        let layer = Activations::from_rows(&[vec![1.0, 2.0], vec![0.0, 1.0]]).unwrap();
        let cancelled = layer.centred(&AtomicBool::new(true)).unwrap();
        assert_eq!(cancelled.unwrap_err(), Cancelled);
    }
}
