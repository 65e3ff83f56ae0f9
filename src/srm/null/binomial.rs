//! Tails of the binomial distribution in log space, for up to `10⁹` draws and chances
//! down to `1e-300` and below: the point probability by Loader's saddle-point
//! expansion ("Fast and Accurate Computation of Binomial Probabilities", 2000), and the
//! tail beyond it by the ratio of neighbouring terms, summed until nothing is added.

use std::f64::consts::{LN_2, TAU};

use super::gamma::stirling_error;
use super::{ln_share, share};

/// A probability with its complement, both with all their digits however close one of
/// them is to 1, and the logarithms, which stay finite far below the smallest double.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Probability {
    pub(super) p: f64,
    pub(super) q: f64,
    pub(super) ln_p: f64,
    pub(super) ln_q: f64,
}

impl Probability {
    /// `p`, from 0 to 1.
    #[must_use]
    pub fn new(p: f64) -> Self {
        Self {
            p,
            q: 1.0 - p,
            ln_p: p.ln(),
            ln_q: (-p).ln_1p(),
        }
    }

    /// That an isotropic row lies within the cone: `p0(ε, d)`.
    #[must_use]
    pub fn of_cone(epsilon: f64, d: usize) -> Self {
        if epsilon < 0.0 {
            return Self::of_cone(-epsilon, d).complement();
        }
        Self {
            ln_p: ln_share(epsilon, d),
            ..Self::new(share(epsilon, d))
        }
    }

    /// `1 − p`.
    #[must_use]
    pub fn complement(self) -> Self {
        Self {
            p: self.q,
            q: self.p,
            ln_p: self.ln_q,
            ln_q: self.ln_p,
        }
    }

    /// The probability itself; 0 where it is below the smallest double.
    #[must_use]
    pub fn get(self) -> f64 {
        self.p
    }

    /// Its logarithm.
    #[must_use]
    pub fn ln(self) -> f64 {
        self.ln_p
    }
}

/// How many of `n` independent draws hit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Binomial {
    n: u64,
    hit: Probability,
}

impl Binomial {
    /// Of `n` draws that hit with that probability each.
    #[must_use]
    pub fn new(n: u64, hit: Probability) -> Self {
        Self { n, hit }
    }

    /// The expected number.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.n as f64 * self.hit.p
    }

    /// The standard deviation.
    #[must_use]
    pub fn std(&self) -> f64 {
        (self.mean() * self.hit.q).sqrt()
    }

    /// `n`.
    pub(super) fn draws(&self) -> u64 {
        self.n
    }

    /// The chance that a draw misses.
    pub(super) fn misses(&self) -> f64 {
        self.hit.q
    }

    /// `n`, and `p / (1 − p)`.
    pub(super) fn draws_and_odds(&self) -> (u64, f64) {
        (self.n, (self.hit.ln_p - self.hit.ln_q).exp())
    }

    /// `ln P(K = k)`.
    #[must_use]
    pub fn ln_point(&self, k: u64) -> f64 {
        let Probability { ln_p, ln_q, .. } = self.hit;
        if k > self.n {
            return f64::NEG_INFINITY;
        }
        let (n, k, rest) = (self.n as f64, k as f64, (self.n - k) as f64);
        if k == 0.0 {
            return if n == 0.0 { 0.0 } else { n * ln_q };
        }
        if rest == 0.0 {
            return n * ln_p;
        }
        if ln_p == f64::NEG_INFINITY || ln_q == f64::NEG_INFINITY {
            return f64::NEG_INFINITY;
        }
        let correction = stirling_error(n) - stirling_error(k) - stirling_error(rest);
        let hits = deviance(k, n * self.hit.p, n.ln() + ln_p);
        let misses = deviance(rest, n * self.hit.q, n.ln() + ln_q);
        correction - hits - misses + 0.5 * (n / (TAU * k * rest)).ln()
    }

    /// `ln P(K ≥ k)`.
    #[must_use]
    pub fn ln_at_least(&self, k: u64) -> f64 {
        if k == 0 {
            return 0.0;
        }
        if k as f64 > self.mean() {
            return self.ln_beyond(k);
        }
        ln_one_minus(self.ln_at_most(k - 1))
    }

    /// `ln P(K ≤ k)`.
    #[must_use]
    pub fn ln_at_most(&self, k: u64) -> f64 {
        if k >= self.n {
            return 0.0;
        }
        let misses = Self::new(self.n, self.hit.complement());
        // k hits or fewer are n − k misses or more.
        if (self.n - k) as f64 > misses.mean() {
            misses.ln_beyond(self.n - k)
        } else {
            ln_one_minus(self.ln_beyond(k + 1))
        }
    }

    /// `ln P(K ≥ k)` for `k` above the mean, where the terms fall.
    fn ln_beyond(&self, k: u64) -> f64 {
        if k > self.n {
            return f64::NEG_INFINITY;
        }
        let (_, odds) = self.draws_and_odds();
        let (mut over, mut rest) = (k as f64, (self.n - k) as f64);
        let (mut term, mut sum) = (1.0, 0.0);
        while term > sum * f64::EPSILON / 4.0 {
            sum += term;
            over += 1.0;
            term *= rest / over * odds;
            rest -= 1.0;
        }
        // A rounding above 1 would be one where p is one.
        (self.ln_point(k) + sum.ln()).min(0.0)
    }

    /// The smallest and the largest count within the central share of the distribution:
    /// the smallest `k` with `P(K ≤ k)` of at least half of what is left out, and the
    /// smallest with at least all but that half. The 95% interval for `central = 0.95`.
    #[must_use]
    pub fn interval(&self, central: f64) -> [u64; 2] {
        let half = (1.0 - central) / 2.0;
        // P(K ≤ k) ≥ 1 − half just where P(K ≥ k + 1) ≤ half: no digit is lost there.
        let low = self.first(|k| self.ln_at_most(k) >= half.ln());
        let high = self.first(|k| self.ln_at_least(k + 1) <= half.ln());
        [low, high]
    }

    /// The first count at which what then stays true is true.
    fn first(&self, holds: impl Fn(u64) -> bool) -> u64 {
        let (mut low, mut high) = (0, self.n);
        while low < high {
            let middle = u64::midpoint(low, high);
            if holds(middle) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        low
    }
}

/// `x ln(x/μ) + μ − x`, with the logarithm of `μ` for where `μ` underflows.
fn deviance(x: f64, mean: f64, ln_mean: f64) -> f64 {
    if (x - mean).abs() >= 0.1 * (x + mean) {
        let ln_ratio = if mean > f64::MIN_POSITIVE {
            (x / mean).ln()
        } else {
            x.ln() - ln_mean
        };
        return x * ln_ratio + mean - x;
    }
    // Close by, where the terms cancel: the series in v = (x − μ)/(x + μ).
    let v = (x - mean) / (x + mean);
    let mut sum = (x - mean) * v;
    let mut power = 2.0 * x * v;
    let mut odd = 1.0;
    loop {
        power *= v * v;
        odd += 2.0;
        let next = sum + power / odd;
        if next == sum {
            return sum;
        }
        sum = next;
    }
}

/// `ln(1 − eˣ)` for `x ≤ 0`.
pub(super) fn ln_one_minus(x: f64) -> f64 {
    if x > -LN_2 {
        (-x.exp_m1()).ln()
    } else {
        (-x.exp()).ln_1p()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::srm::null::table::TAILS;

    fn binomial(n: u64, p: f64) -> Binomial {
        Binomial::new(n, Probability::new(p))
    }

    #[test]
    fn tails_are_those_of_mpmath() {
        for (n, p, k, expected) in TAILS {
            let found = binomial(n, p).ln_at_least(k);
            // As a relative error of the probability; of logarithms in the millions
            // a double holds no more.
            let allowed = 1e-10f64.max(8.0 * f64::EPSILON * expected.abs());
            let error = (found - expected).abs();
            assert!(
                error <= allowed,
                "n = {n}, p = {p}, k = {k}: {found} is not {expected}"
            );
        }
    }

    #[test]
    fn a_small_distribution_is_that_of_the_sums() {
        let (n, p) = (9u64, 0.3f64);
        let chosen = [1.0, 9.0, 36.0, 84.0, 126.0, 126.0, 84.0, 36.0, 9.0, 1.0];
        let point = |k: usize| chosen[k] * p.powi(k as i32) * (1.0 - p).powi(9 - k as i32);
        let close = |found: f64, expected: f64| assert!((found.exp() - expected).abs() < 1e-14);
        for k in 0..=9usize {
            close(binomial(n, p).ln_point(k as u64), point(k));
            close(
                binomial(n, p).ln_at_least(k as u64),
                (k..=9).map(point).sum(),
            );
            close(
                binomial(n, p).ln_at_most(k as u64),
                (0..=k).map(point).sum(),
            );
        }
        assert_eq!(binomial(n, p).ln_at_least(10), f64::NEG_INFINITY);
    }

    #[test]
    fn what_is_certain_and_what_cannot_be() {
        assert_eq!(binomial(5, 0.0).ln_at_least(0), 0.0);
        assert_eq!(binomial(5, 0.0).ln_at_least(1), f64::NEG_INFINITY);
        assert_eq!(binomial(5, 1.0).ln_at_least(5), 0.0);
        assert_eq!(binomial(5, 1.0).ln_at_most(4), f64::NEG_INFINITY);
        assert_eq!(binomial(0, 0.5).ln_at_least(0), 0.0);
        assert_eq!(binomial(0, 0.5).ln_at_least(1), f64::NEG_INFINITY);
        assert_eq!(binomial(0, 0.5).interval(0.95), [0, 0]);
    }

    #[test]
    fn chances_far_below_the_smallest_double_have_logarithms() {
        // p0(0.9, 4096) is about 1e-1479.
        let cone = Probability::of_cone(0.9, 4096);
        assert_eq!(cone.get(), 0.0);
        let once = Binomial::new(50_000, cone).ln_at_least(1);
        assert!((once - (cone.ln() + 50_000f64.ln())).abs() < 1e-9, "{once}");
        let opposite = Binomial::new(50_000, cone.complement());
        assert_eq!(opposite.ln_at_least(50_000), 0.0);
        assert!((opposite.ln_at_most(49_999) - once).abs() < 1e-9);
    }

    #[test]
    fn the_interval_leaves_at_most_a_half_out_on_either_side() {
        // R: qbinom(c(0.025, 0.975), 100, 0.3).
        assert_eq!(binomial(100, 0.3).interval(0.95), [21, 39]);
        for (n, p) in [(1797, 0.01), (1797, 0.7), (50_000, 1e-6), (1_000_000, 0.5)] {
            let one = binomial(n, p);
            let [low, high] = one.interval(0.95);
            let half = 0.025f64.ln();
            assert!(low == 0 || one.ln_at_most(low - 1) < half);
            assert!(one.ln_at_least(high + 1) <= half);
            assert!(one.ln_at_most(low) >= half && one.ln_at_least(high) > half);
        }
    }
}
