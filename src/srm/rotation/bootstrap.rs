//! The sampling error of the alignment index: a bootstrap over samples.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::{Binomial, Distribution, StandardNormal};
use rayon::prelude::*;

use super::AlignmentCounts;
use super::samples::SampleCounts;
use super::standing::quantile;

/// Resamples of an interval.
pub const RESAMPLES: usize = 1000;

/// Streams of the generator that rotations leave free begin here.
const STREAMS: u64 = 1 << 32;

/// Distinct counts beyond which a resample's sums are drawn from their normal limit: so
/// many lit samples of all kinds add up that it is the same to the digits shown.
const MOST_DISTINCT: usize = 1 << 14;

/// A 95% percentile interval; NaN at both ends where nothing is lit, or where all that is
/// lit gives one index: then resamples do not tell how sure it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// 2.5% of the resamples are below.
    pub low: f64,
    /// 2.5% of the resamples are above.
    pub high: f64,
}

impl SampleCounts {
    /// The 95% bootstrap interval of the alignment index: its sampling error if other
    /// samples had been drawn from where these come from, and nothing more. It does
    /// not tell whether the layer is aligned with its neurons; rotations do.
    ///
    /// [`RESAMPLES`] multinomial resamples of the samples' counts, seeded, on the current
    /// rayon pool. Resamples in which nothing is lit have no index and are left out.
    #[must_use]
    pub fn index_interval(&self, seed: u64) -> Interval {
        let limit = (self.distinct.len() > MOST_DISTINCT).then(|| Limit::of(self));
        let mut indices: Vec<f64> = (0..RESAMPLES as u64)
            .into_par_iter()
            .map(|resample| {
                let mut rng = ChaCha8Rng::seed_from_u64(seed);
                rng.set_stream(STREAMS + resample);
                match limit {
                    Some(limit) => limit.index(&mut rng),
                    None => self.resampled(&mut rng).index(),
                }
            })
            .filter(|index| !index.is_nan())
            .collect();
        indices.sort_unstable_by(f64::total_cmp);
        if indices.first() == indices.last() {
            let [low, high] = [f64::NAN; 2];
            return Interval { low, high };
        }
        Interval {
            low: quantile(&indices, 0.025),
            high: quantile(&indices, 0.975),
        }
    }

    /// Counts of as many samples, drawn with replacement: of each kind a binomial number
    /// among those that are left.
    fn resampled(&self, rng: &mut ChaCha8Rng) -> AlignmentCounts {
        let mut total = AlignmentCounts::default();
        let mut to_draw = self.n_samples() as u64;
        let mut left = to_draw;
        for &(counts, samples) in &self.distinct {
            if to_draw == 0 {
                break;
            }
            let share = samples as f64 / left as f64;
            let Ok(binomial) = Binomial::new(to_draw, share.min(1.0)) else {
                unreachable!("{share} is a probability");
            };
            let drawn = binomial.sample(rng);
            total.axes += counts.axes * drawn;
            total.bisectors += counts.bisectors * drawn;
            to_draw -= drawn;
            left -= samples;
        }
        total
    }
}

/// The normal limit of the sum of counts.
#[derive(Clone, Copy, Debug)]
struct Limit {
    /// Means of axes and bisectors.
    mean: [f64; 2],
    /// The lower triangle of a square root of their covariance.
    root: [f64; 3],
}

impl Limit {
    fn of(counts: &SampleCounts) -> Self {
        let n = counts.n_samples() as f64;
        let total = counts.total();
        let mean = [total.axes as f64, total.bisectors as f64];
        let each = mean.map(|mean| mean / n);
        let [mut axes, mut both, mut bisectors] = [0.0; 3];
        for &(counts, samples) in &counts.distinct {
            let samples = samples as f64;
            let a = counts.axes as f64 - each[0];
            let b = counts.bisectors as f64 - each[1];
            axes += samples * a * a;
            both += samples * a * b;
            bisectors += samples * b * b;
        }
        let first = axes.sqrt();
        let shared = if first > 0.0 { both / first } else { 0.0 };
        let rest = (bisectors - shared * shared).max(0.0).sqrt();
        Self {
            mean,
            root: [first, shared, rest],
        }
    }

    fn index(&self, rng: &mut ChaCha8Rng) -> f64 {
        let mut normal = || -> f64 { StandardNormal.sample(rng) };
        let (x, y) = (normal(), normal());
        let [first, shared, rest] = self.root;
        let axes = (self.mean[0] + first * x).max(0.0);
        let bisectors = (self.mean[1] + shared * x + rest * y).max(0.0);
        (axes - bisectors) / (axes + bisectors)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn counts(n_samples: usize, kinds: &[(u64, u64, u64)]) -> SampleCounts {
        let kinds = kinds
            .iter()
            .map(|&(axes, bisectors, samples)| (AlignmentCounts { axes, bisectors }, samples));
        SampleCounts::of(n_samples, 1, kinds.collect::<BTreeMap<_, _>>())
    }

    /// The delta method: for `k` of `n` lit samples at an axis and the others at a
    /// bisector, the index is `2 k/n − 1` with a standard error of `2 √(q(1 − q)/n)`.
    #[test]
    fn the_interval_is_that_of_a_proportion() {
        let counts = counts(10_000, &[(0, 0, 9_000), (1, 0, 700), (0, 1, 300)]);
        let Interval { low, high } = counts.index_interval(1);
        let error = 2.0 * (0.7f64 * 0.3 / 1000.0).sqrt();
        assert!((low - (0.4 - 1.96 * error)).abs() < 0.15 * error, "{low}");
        assert!((high - (0.4 + 1.96 * error)).abs() < 0.15 * error, "{high}");
        assert_eq!(counts.index_interval(1), counts.index_interval(1));
        assert_ne!(counts.index_interval(1), counts.index_interval(2));
    }

    #[test]
    fn resamples_keep_the_moments_of_the_multinomial() {
        let counts = counts(50, &[(0, 0, 20), (2, 1, 20), (0, 5, 9), (40, 0, 1)]);
        let (mut axes, mut squares) = (0.0, 0.0);
        for seed in 0..4_000 {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let total = counts.resampled(&mut rng);
            axes += total.axes as f64;
            squares += (total.axes as f64 - 80.0).powi(2);
        }
        // Each draw: 2 with 0.4, 40 with 0.02: mean 1.6, variance 1.6 + 32 − 2.56.
        let (mean, variance) = (axes / 4_000.0, squares / 4_000.0);
        assert!((mean - 80.0).abs() < 3.0, "{mean}");
        assert!((variance / (50.0 * 31.04) - 1.0).abs() < 0.12, "{variance}");
    }

    #[test]
    fn the_normal_limit_and_the_multinomial_agree() {
        let kinds: Vec<_> = (0..400).map(|k| (k % 23, k, 50 + k % 7)).collect();
        let n = kinds.iter().map(|kind| kind.2).sum::<u64>() as usize;
        let counts = counts(n, &kinds);
        let exact = counts.index_interval(3);
        let limit = Limit::of(&counts);
        let mut rng = ChaCha8Rng::seed_from_u64(4);
        let mut indices: Vec<f64> = (0..4_000).map(|_| limit.index(&mut rng)).collect();
        indices.sort_unstable_by(f64::total_cmp);
        let width = exact.high - exact.low;
        for (share, expected) in [(0.025, exact.low), (0.975, exact.high)] {
            let value = quantile(&indices, share);
            assert!(
                (value - expected).abs() < 0.1 * width,
                "{value}, not {expected}"
            );
        }
    }

    #[test]
    fn nothing_lit_has_no_interval_and_few_a_wide_one() {
        let dark = counts(5, &[(0, 0, 5)]).index_interval(0);
        assert!(dark.low.is_nan() && dark.high.is_nan());
        let few = counts(1000, &[(0, 0, 997), (2, 0, 2), (0, 1, 1)]).index_interval(0);
        assert!(few.low < 0.0 && few.high == 1.0, "{few:?}");
        // Whatever is drawn of these, the index is 1.
        let alike = counts(1000, &[(0, 0, 996), (2, 0, 4)]).index_interval(0);
        assert!(alike.low.is_nan() && alike.high.is_nan());
    }
}
