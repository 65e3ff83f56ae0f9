//! Statistics over planes, angle by angle: exact until the last division, and the
//! same to the bit in whatever order the curves come.

use super::curve::peak;

/// Planes × samples up to which every sum is exact: four directions a plane fit
/// in 63 bits, squares times planes in 127.
pub const MOST_SUMMED: u64 = (1 << 61) - 1;

/// Statistics over the planes at each of the `A` angles, as fractions.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ensemble {
    /// Mean over planes.
    pub mean: Vec<f64>,
    /// Standard deviation of the population of planes.
    pub std: Vec<f64>,
    /// Smallest value.
    pub min: Vec<f64>,
    /// Largest value.
    pub max: Vec<f64>,
}

/// Integer sums over planes at each distinct direction: exact, and the same
/// however the planes were shared out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sums {
    sum: Vec<i64>,
    squares: Vec<i128>,
    min: Vec<i64>,
    max: Vec<i64>,
}

impl Sums {
    /// For `n` distinct directions.
    pub fn new(n: usize) -> Self {
        Self {
            sum: vec![0; n],
            squares: vec![0; n],
            min: vec![i64::MAX; n],
            max: vec![i64::MIN; n],
        }
    }

    /// Adds a curve.
    pub fn add_curve(&mut self, counts: &[i64]) {
        for (k, &count) in counts.iter().enumerate() {
            self.sum[k] += count;
            let magnitude = u128::from(count.unsigned_abs());
            self.squares[k] += (magnitude * magnitude) as i128;
            self.min[k] = self.min[k].min(count);
            self.max[k] = self.max[k].max(count);
        }
    }

    /// Adds `planes` curves that are `count` everywhere.
    pub fn add_constant(&mut self, count: i64, planes: usize) {
        if planes == 0 {
            return;
        }
        let planes = planes as i64;
        for k in 0..self.sum.len() {
            self.sum[k] += count * planes;
            self.squares[k] += i128::from(count) * i128::from(count) * i128::from(planes);
            self.min[k] = self.min[k].min(count);
            self.max[k] = self.max[k].max(count);
        }
    }

    /// Adds the sums, sums of squares, least and largest counts of several curves.
    pub fn add_many(
        &mut self,
        sum: impl Iterator<Item = i32>,
        squares: impl Iterator<Item = u32>,
        min: impl Iterator<Item = i32>,
        max: impl Iterator<Item = i32>,
    ) {
        for (k, (((sum, squares), min), max)) in sum.zip(squares).zip(min).zip(max).enumerate() {
            self.sum[k] += i64::from(sum);
            self.squares[k] += i128::from(squares);
            self.min[k] = self.min[k].min(i64::from(min));
            self.max[k] = self.max[k].max(i64::from(max));
        }
    }

    /// Adds the sums of other planes.
    pub fn add(&mut self, other: &Self) {
        for k in 0..self.sum.len() {
            self.sum[k] += other.sum[k];
            self.squares[k] += other.squares[k];
            self.min[k] = self.min[k].min(other.min[k]);
            self.max[k] = self.max[k].max(other.max[k]);
        }
    }

    /// The statistics of `planes` planes at the `A` angles, the last of which is
    /// the first again.
    pub fn ensemble(&self, planes: usize, n_samples: usize) -> Ensemble {
        if planes == 0 {
            return Ensemble::default();
        }
        let (p, n) = (planes as f64, n_samples as f64);
        let closed = |mut values: Vec<f64>| {
            values.extend(values.first().copied());
            values
        };
        let fractions = |counts: &[i64]| closed(counts.iter().map(|&c| c as f64 / n).collect());
        Ensemble {
            mean: closed(self.sum.iter().map(|&s| s as f64 / (p * n)).collect()),
            std: closed(
                self.sum
                    .iter()
                    .zip(&self.squares)
                    .map(|(&sum, &squares)| {
                        // P² times the variance of the counts, exact until the root.
                        let spread = planes as i128 * squares - i128::from(sum) * i128::from(sum);
                        (spread as f64).sqrt() / (p * n)
                    })
                    .collect(),
            ),
            min: fractions(&self.min),
            max: fractions(&self.max),
        }
    }
}

/// Sums over curves that are taken one after another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CurveSums {
    curves: usize,
    sums: Sums,
}

impl CurveSums {
    /// Of no curve yet, on a grid of `angles ≥ 2` angles.
    #[must_use]
    pub fn new(angles: usize) -> Self {
        Self {
            curves: 0,
            sums: Sums::new(angles - 1),
        }
    }

    /// Takes a curve's `A` counts in, and gives the index of the smallest angle
    /// with the largest count, and that count; `None` for a curve of zeros.
    ///
    /// Curves times the samples behind them stay within [`MOST_SUMMED`].
    pub fn add_curve(&mut self, counts: &[i64]) -> Option<(usize, i64)> {
        self.curves += 1;
        self.sums.add_curve(&counts[..counts.len() - 1]);
        peak(counts)
    }

    /// The statistics as fractions of `n_samples`; empty of no curve.
    #[must_use]
    pub fn ensemble(&self, n_samples: usize) -> Ensemble {
        self.sums.ensemble(self.curves, n_samples)
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
                let counts: Vec<i64> = counts.iter().map(|&c| i64::from(c)).collect();
                let peak = self.0.add_curve(&counts);
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
                assert_eq!(peak.map(|(index, _)| index), record.peak_index);
            }
            assert!(sums.1.iter().any(Option::is_some));
        }
    }

    #[test]
    fn sums_are_exact_up_to_their_bound() {
        let large = 1i64 << 59;
        let mut sums = CurveSums::new(3);
        sums.add_curve(&[large, -large, large]);
        sums.add_curve(&[large, large, large]);
        let ensemble = sums.ensemble(1 << 59);
        assert_eq!(ensemble.mean, [1.0, 0.0, 1.0]);
        assert_eq!(ensemble.std, [0.0, 1.0, 0.0]);
        assert_eq!(ensemble.min, [1.0, -1.0, 1.0]);
        assert_eq!(ensemble.max, [1.0, 1.0, 1.0]);
        assert_eq!(CurveSums::new(3).ensemble(5), Ensemble::default());
    }
}
