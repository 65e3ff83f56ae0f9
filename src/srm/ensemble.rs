//! The statistics over planes from the curves themselves, exact until the last
//! division: the same to the bit in whatever order the curves come.

use super::curve::peak;
use super::sweep::Ensemble;

/// Planes × samples up to which every sum is exact: four directions a plane fit
/// in 63 bits, squares times planes in 127.
pub const MOST_SUMMED: u64 = (1 << 61) - 1;

/// Integer sums over curves at each of the `A` angles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CurveSums {
    curves: usize,
    sum: Vec<i64>,
    squares: Vec<i128>,
    min: Vec<i64>,
    max: Vec<i64>,
}

impl CurveSums {
    /// Of no curve yet.
    #[must_use]
    pub fn new(angles: usize) -> Self {
        Self {
            curves: 0,
            sum: vec![0; angles],
            squares: vec![0; angles],
            min: vec![i64::MAX; angles],
            max: vec![i64::MIN; angles],
        }
    }

    /// Takes a curve's `A` counts in, and gives the index of the smallest angle
    /// with the largest count, and that count; `None` for a curve of zeros.
    ///
    /// Curves times the samples behind them stay within [`MOST_SUMMED`].
    pub fn add_curve(&mut self, counts: &[i64]) -> Option<(usize, i64)> {
        self.curves += 1;
        let sums = self.sum.iter_mut().zip(&mut self.squares);
        for ((sum, square), &count) in sums.zip(counts) {
            *sum += count;
            let magnitude = u128::from(count.unsigned_abs());
            *square += (magnitude * magnitude) as i128;
        }
        for ((min, max), &count) in self.min.iter_mut().zip(&mut self.max).zip(counts) {
            *min = count.min(*min);
            *max = count.max(*max);
        }
        peak(counts)
    }

    /// The statistics as fractions of `n_samples`; empty of no curve.
    #[must_use]
    pub fn ensemble(&self, n_samples: usize) -> Ensemble {
        if self.curves == 0 {
            return Ensemble::default();
        }
        let (p, n) = (self.curves as f64, n_samples as f64);
        let fractions = |counts: &[i64]| counts.iter().map(|&c| c as f64 / n).collect();
        let std = |(&sum, &squares): (&i64, &i128)| {
            // P² times the variance of the counts, exact until the root.
            let spread = self.curves as i128 * squares - i128::from(sum) * i128::from(sum);
            (spread as f64).sqrt() / (p * n)
        };
        Ensemble {
            mean: self.sum.iter().map(|&s| s as f64 / (p * n)).collect(),
            std: self.sum.iter().zip(&self.squares).map(std).collect(),
            min: fractions(&self.min),
            max: fractions(&self.max),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;
    use std::sync::Arc;
    use std::sync::atomic::AtomicBool;

    use super::*;
    use crate::srm::{
        Activations, AngleGrid, Block, Coordinates, Epsilon, Observer, PlaneMode, PlaneSet, Sign,
        SweepSpec, sweep,
    };

    struct Summing(CurveSums, Vec<Option<(usize, i64)>>, usize);

    impl Observer for Summing {
        fn wants_curves(&self) -> bool {
            true
        }

        fn block(&mut self, block: &Block<'_>) -> ControlFlow<()> {
            for counts in block.curves.chunks(self.2) {
                let peak = self.0.add_curve(counts);
                self.1.push(peak);
            }
            ControlFlow::Continue(())
        }
    }

    #[test]
    fn the_statistics_are_the_sweeps_to_the_bit() {
        let rows: Vec<Vec<f64>> = (0..40u32)
            .map(|n| {
                let value = |k: u32| f64::from((n * 37 + k * k * 101) % 97) - 48.0;
                (0..7).map(value).collect()
            })
            .collect();
        let activations = Arc::new(Activations::from_rows(&rows).unwrap());
        let coordinates = Coordinates::standard(activations);
        for sign in [Sign::Unsigned, Sign::Signed] {
            let spec = SweepSpec {
                epsilon: Epsilon::new(0.6).unwrap(),
                grid: AngleGrid::new(61).unwrap(),
                sign,
                planes: PlaneSet::new(coordinates.basis(), PlaneMode::Combinations, None),
            };
            let mut sums = Summing(CurveSums::new(61), Vec::new(), 61);
            let never = AtomicBool::new(false);
            let swept = sweep(&coordinates, &spec, &never, &mut sums).unwrap();
            assert_eq!(sums.0.ensemble(40), swept.ensemble);
            assert_eq!(sums.1.len(), 21);
            for (peak, record) in sums.1.iter().zip(swept.records.iter()) {
                assert_eq!(peak.map(|(index, _)| index), record.peak_index());
            }
            assert!(sums.1.iter().any(Option::is_some));
        }
    }

    #[test]
    fn sums_are_exact_up_to_their_bound() {
        let large = 1i64 << 59;
        let mut sums = CurveSums::new(3);
        sums.add_curve(&[large, -large, 0]);
        sums.add_curve(&[large, large, 0]);
        let ensemble = sums.ensemble(1 << 59);
        assert_eq!(ensemble.mean, [1.0, 0.0, 0.0]);
        assert_eq!(ensemble.std, [0.0, 1.0, 0.0]);
        assert_eq!(ensemble.min, [1.0, -1.0, 0.0]);
        assert_eq!(ensemble.max, [1.0, 1.0, 0.0]);
        assert_eq!(CurveSums::new(3).ensemble(5), Ensemble::default());
    }
}
