//! Statistics over the planes of a sweep, angle by angle.

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
#[derive(Clone, Debug)]
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
            self.squares[k] += i128::from(count) * i128::from(count);
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
