//! Where a number stands among those of random rotations.

/// A number beside what it would be if the neurons were nothing special.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Standing {
    /// The number itself.
    pub observed: f64,
    /// Random rotations that it is compared with.
    pub rotations: usize,
    /// Their mean; NaN without any.
    pub mean: f64,
    /// Their standard deviation (over `R − 1`); NaN for fewer than two.
    pub std: f64,
    /// `(observed − mean) / std`; NaN where they are all alike.
    pub z: f64,
    /// Two-sided, by rank: `2 min(1 + #≥, 1 + #≤) / (R + 1)`, at most 1. An exact
    /// p-value under the hypothesis that every rotation of the data is as likely;
    /// never below `2 / (R + 1)`. NaN where there is nothing to compare.
    pub p: f64,
}

impl Standing {
    /// Of a number among those of the rotations.
    #[must_use]
    pub fn among(observed: f64, rotated: &[f64]) -> Self {
        let rotations = rotated.len();
        let mean = rotated.iter().sum::<f64>() / rotations as f64;
        let squares: f64 = rotated.iter().map(|r| (r - mean).powi(2)).sum();
        let std = match rotations {
            0 | 1 => f64::NAN,
            _ => (squares / (rotations - 1) as f64).sqrt(),
        };
        let z = if std > 0.0 {
            (observed - mean) / std
        } else {
            f64::NAN
        };
        let above = rotated.iter().filter(|&&r| r >= observed).count();
        let below = rotated.iter().filter(|&&r| r <= observed).count();
        let p = if rotations == 0 || observed.is_nan() || mean.is_nan() {
            f64::NAN
        } else {
            (2.0 * (1 + above.min(below)) as f64 / (rotations + 1) as f64).min(1.0)
        };
        Self {
            observed,
            rotations,
            mean,
            std,
            z,
            p,
        }
    }
}

/// Rotations from which on a test at that two-sided level can succeed at all.
#[must_use]
pub fn least_rotations(level: f64) -> u32 {
    ((2.0 / level).ceil() as u32).saturating_sub(1).max(1)
}

/// The value below which a share of the sorted values lies, interpolated between
/// neighbours; NaN of none.
pub(super) fn quantile(sorted: &[f64], share: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else {
        return f64::NAN;
    };
    let place = share * last as f64;
    let (low, high) = (
        sorted[place.floor() as usize],
        sorted[place.ceil() as usize],
    );
    low + (high - low) * place.fract()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_count_both_ways_and_ties_against_it() {
        let rotated: Vec<f64> = (0..199).map(f64::from).collect();
        let p = |observed: f64| Standing::among(observed, &rotated).p;
        assert_eq!(p(1000.0), 2.0 / 200.0);
        assert_eq!(p(-1.0), 2.0 / 200.0);
        assert_eq!(p(0.0), 4.0 / 200.0);
        assert_eq!(p(197.5), 4.0 / 200.0);
        assert_eq!(p(99.0), 1.0);
        let standing = Standing::among(199.0, &rotated);
        assert_eq!(standing.mean, 99.0);
        assert!(
            (standing.std - 57.590_508_477_236_91).abs() < 1e-9,
            "{standing:?}"
        );
        assert!((standing.z - 100.0 / standing.std).abs() < 1e-12);
    }

    #[test]
    fn all_alike_or_none_have_no_z() {
        let alike = Standing::among(1.0, &[1.0; 5]);
        assert!(alike.z.is_nan() && alike.p == 1.0, "{alike:?}");
        let none = Standing::among(1.0, &[]);
        assert!(none.z.is_nan() && none.p.is_nan() && none.mean.is_nan());
        assert!(Standing::among(f64::NAN, &[1.0, 2.0]).p.is_nan());
    }

    #[test]
    fn one_per_cent_asks_for_two_hundred_rotations() {
        assert_eq!(least_rotations(0.01), 199);
        assert_eq!(least_rotations(0.05), 39);
        assert!(Standing::among(9.0, &[0.0; 199]).p <= 0.01);
        assert!(Standing::among(9.0, &[0.0; 198]).p > 0.01);
    }

    #[test]
    fn quantiles_lie_between_neighbours() {
        let values: Vec<f64> = (0..=40).map(f64::from).collect();
        assert_eq!(quantile(&values, 0.025), 1.0);
        assert_eq!(quantile(&values, 0.975), 39.0);
        assert_eq!(quantile(&[1.0, 2.0], 0.25), 1.25);
        assert_eq!(quantile(&[3.0], 0.9), 3.0);
        assert!(quantile(&[], 0.5).is_nan());
    }
}
