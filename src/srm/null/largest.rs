//! How surprising the largest count of a plane is, if activations are isotropic.
//!
//! At each of the `n = A − 1` distinct angles the count over the `N′` non-zero rows is
//! binomial, `C ~ Bin(N′, p0)`, and counts at neighbouring angles share most of their
//! rows. So the chance that the largest of them reaches `k` is far from `n` times that
//! of one. Going around the circle from angle 0, either the first count reaches `k` or
//! some count is the first to:
//!
//! `P(max C ≥ k) ≤ P(C_0 ≥ k) + (n − 1) P(C_0 < k, C_1 ≥ k)`,
//!
//! which holds exactly, and tightly where it matters (for Gaussian processes see R. B.
//! Davies, Biometrika 64, 247, 1977; for sequences D. Hunter, J. Appl. Prob. 13, 597,
//! 1976). The second probability follows from the arcs' law: the squared in-plane radius
//! of an isotropic row is `Beta(1, (d − 2)/2)`, its arc has half-width `arccos(ε/r)` and
//! a uniform centre, so a row is lit at one angle and not at the next, `δ` away, with
//!
//! `p10 = (1/π) ∫₀^{δ/2} (1 − ε²/cos²w)₊^{(d−2)/2} dw`.
//!
//! Two more bounds hold, and the least of the three is taken: on all angles at once,
//! each lit row's arc begins somewhere, uniformly, and there the count rises to `k` if
//! just `k − 1` others are lit, `P ≤ P(C_0 ≥ k) + N′ q P(Bin(N′ − 1, p0) = k − 1)` with
//! `q = (1 − ε²)^{(d−2)/2}`; and Bonferroni's, `n P(C_0 ≥ k)`.

use std::f64::consts::{FRAC_PI_2, PI, TAU};

use super::binomial::{Binomial, Probability};
use crate::srm::{Activations, AngleGrid, Epsilon};

/// From that expected number of rows on that change between neighbouring angles, their
/// sum is taken as normal.
const NORMAL: f64 = 40.0;

/// Terms below that share of a sum are not added.
const NEGLIGIBLE: f64 = 1e-12;

/// A chance that falls short of 1 by no more is one of 1 within the rounding of an integral.
const ALL_BUT_CERTAIN: f64 = 1e-6;

/// The law of a plane's largest count over the distinct angles of its grid.
#[derive(Clone, Debug, PartialEq)]
pub struct LargestCount {
    one: Binomial,
    /// All but one row.
    others: Binomial,
    cone: Probability,
    /// `N′`.
    rows: u64,
    zero_rows: u64,
    /// Those of them that are counted at every angle: all or none.
    always: u64,
    /// `n = A − 1`.
    angles: u64,
    /// `ln p10`.
    ln_changed: f64,
    /// `ln q`.
    ln_arcs: f64,
}

/// What a largest count comes to against chance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Chance {
    /// The count over that expected at one angle; infinite where nothing is expected,
    /// NaN where nothing is counted either.
    pub excess: f64,
    /// How far the count is above that expected at one angle, in standard deviations of
    /// the count there.
    pub z: f64,
    /// `ln p`: of an upper bound of the chance that an isotropic plane has a count as
    /// large anywhere on the grid, at most 0.
    pub ln_p: f64,
    /// `p` over the chance of such a count at one angle given beforehand: how many angles
    /// were tested in effect, from 1 to `A − 1`.
    pub effective_angles: f64,
}

impl Chance {
    /// `p`, 0 where it is below the smallest double.
    #[must_use]
    pub fn p(&self) -> f64 {
        self.ln_p.exp()
    }
}

impl LargestCount {
    /// Of `n_samples` rows in `d ≥ 2` dimensions, `zero_rows` of them zero, at `epsilon`
    /// on `grid`.
    ///
    /// The cone is that which is counted in, [`EDGE`](crate::srm::EDGE) wider than `ε`.
    #[must_use]
    pub fn new(
        epsilon: Epsilon,
        grid: &AngleGrid,
        d: usize,
        n_samples: usize,
        zero_rows: usize,
    ) -> Self {
        let cosine = epsilon.threshold().max(-1.0);
        let cone = Probability::of_cone(cosine, d);
        let rows = n_samples.saturating_sub(zero_rows) as u64;
        let angles = grid.distinct() as u64;
        let ln_arcs = ln_arcs(cosine, d);
        Self {
            one: Binomial::new(rows, cone),
            others: Binomial::new(rows.saturating_sub(1), cone),
            cone,
            rows,
            zero_rows: zero_rows as u64,
            always: if cosine <= 0.0 { zero_rows as u64 } else { 0 },
            angles,
            ln_changed: ln_arcs + ln_share_changed(cosine, d, TAU / angles as f64),
            ln_arcs,
        }
    }

    /// Of a layer, at `epsilon` on `grid`.
    #[must_use]
    pub fn of(activations: &Activations, epsilon: Epsilon, grid: &AngleGrid) -> Self {
        let (d, n_samples) = (activations.n_neurons(), activations.n_samples());
        Self::new(epsilon, grid, d, n_samples, activations.zero_rows())
    }

    /// The count at one angle, of the non-zero rows.
    #[must_use]
    pub fn at_one_angle(&self) -> &Binomial {
        &self.one
    }

    /// Zero rows that are counted at every angle: all of them where `ε ≤ 0`.
    #[must_use]
    pub fn always_lit(&self) -> u64 {
        self.always
    }

    /// Between which fractions of all rows that central share of isotropic planes lies at
    /// one angle: the binomial's interval, both ends in.
    #[must_use]
    pub fn fractions(&self, central: f64) -> [f64; 2] {
        let all = (self.rows + self.zero_rows).max(1) as f64;
        let counts = self.one.interval(central);
        counts.map(|count| (count + self.always) as f64 / all)
    }

    /// What that count comes to as the largest of a plane.
    #[must_use]
    pub fn chance(&self, count: u64) -> Chance {
        let lit = count.saturating_sub(self.always);
        let (mean, always) = (self.one.mean(), self.always as f64);
        let ln_one = self.one.ln_at_least(lit);
        let ln_p = self.ln_p(lit, ln_one);
        let effective = (ln_p - ln_one).exp();
        Chance {
            excess: count as f64 / (mean + always),
            z: (lit as f64 - mean) / self.one.std(),
            ln_p,
            // Where a count is impossible one number of angles is as good as another.
            effective_angles: if effective.is_nan() { 1.0 } else { effective },
        }
    }

    /// `ln P(max C ≥ k)`, or a bound of it from above.
    fn ln_p(&self, k: u64, ln_one: f64) -> f64 {
        // So low a count is no surprise: not worth the sums.
        if self.angles == 1 || k as f64 <= self.one.mean() {
            return if self.angles == 1 { ln_one } else { 0.0 };
        }
        let bonferroni = (self.angles as f64).ln() + ln_one;
        let arcs = (self.rows as f64).ln() + self.ln_arcs + self.others.ln_point(k - 1);
        let steps = (self.angles as f64 - 1.0).ln() + self.ln_upcrossing(k);
        let crossings = ln_sum(ln_one, arcs.min(steps));
        crossings.min(bonferroni).min(0.0)
    }

    /// `ln P(C_0 < k, C_1 ≥ k)` for `k` above the mean: with `C_1 = c ≥ k`, of which
    /// `V ~ Bin(c, p10/p0)` were dark at angle 0 and of the rest `U ~ Bin(N′ − c,
    /// p10/(1 − p0))` were lit there, it is the chance that `V − U > c − k`.
    fn ln_upcrossing(&self, k: u64) -> f64 {
        let ln_k = self.one.ln_point(k);
        if ln_k == f64::NEG_INFINITY {
            return ln_k;
        }
        let gone = Probability::new((self.ln_changed - self.cone.ln_p).exp().min(1.0));
        let come = Probability::new((self.ln_changed - self.cone.ln_q).exp().min(1.0));
        let odds = (self.cone.ln_p - self.cone.ln_q).exp();
        let (mut weight, mut sum) = (1.0, 0.0);
        for c in k..=self.rows {
            let more = Difference {
                v: Binomial::new(c, gone),
                u: Binomial::new(self.rows - c, come),
            };
            let term = weight * more.beyond(c - k);
            sum += term;
            if term <= sum * NEGLIGIBLE {
                break;
            }
            weight *= (self.rows - c) as f64 / (c as f64 + 1.0) * odds;
        }
        ln_k + sum.ln()
    }
}

/// `V − U`, of two independent binomials.
struct Difference {
    v: Binomial,
    u: Binomial,
}

impl Difference {
    /// `P(V − U > excess)`.
    ///
    /// Where the next cone does not meet this one, all of `V` is certain but for the
    /// rounding of `p10`: then it is taken as all, which is never too small.
    fn beyond(&self, excess: u64) -> f64 {
        if self.v.misses() <= ALL_BUT_CERTAIN {
            let most = self.v.draws().saturating_sub(excess).checked_sub(1);
            return most.map_or(0.0, |most| self.u.ln_at_most(most).exp());
        }
        if self.u.misses() == 0.0 {
            return self.v.ln_at_least(excess + 1 + self.u.draws()).exp();
        }
        if self.v.mean() > NORMAL && self.u.mean() > NORMAL {
            let mean = self.v.mean() - self.u.mean();
            let spread = self.v.std().hypot(self.u.std());
            return normal_tail((excess as f64 + 0.5 - mean) / spread);
        }
        // Σ_u P(U = u) P(V > excess + u), each factor by its recurrence; U is summed
        // from where it is not negligible.
        let low = (self.u.mean() - 9.0 * self.u.std() - 9.0).max(0.0) as u64;
        let mut u = Walk::new(&self.u, low);
        let mut v = Walk::new(&self.v, excess + 1 + low);
        let mut tail = self.v.ln_at_least(excess + 1 + low).exp();
        let mut sum = 0.0;
        loop {
            let term = u.point * tail;
            sum += term;
            let past = u.at as f64 > self.u.mean();
            if tail <= 0.0 || u.at >= u.n || (past && term <= sum * NEGLIGIBLE) {
                return sum;
            }
            tail -= v.point;
            u.on();
            v.on();
        }
    }
}

/// Point probabilities one after another.
struct Walk {
    at: u64,
    n: u64,
    odds: f64,
    point: f64,
}

impl Walk {
    fn new(binomial: &Binomial, at: u64) -> Self {
        let (n, odds) = binomial.draws_and_odds();
        let point = binomial.ln_point(at).exp();
        Self { at, n, odds, point }
    }

    fn on(&mut self) {
        self.point *= self.n.saturating_sub(self.at) as f64 / (self.at as f64 + 1.0) * self.odds;
        self.at += 1;
    }
}

/// `ln q`, `q = (1 − ε²)₊^{(d−2)/2}`: that a row has an arc with two ends.
fn ln_arcs(cosine: f64, d: usize) -> f64 {
    if d == 2 {
        return 0.0;
    }
    (d as f64 - 2.0) / 2.0 * (-cosine * cosine).ln_1p()
}

/// `ln (p10 / q)` for angles `step` apart: `(1/π) ∫ (1 − tan²w / T²)₊^{(d−2)/2} dw` with
/// `T² = (1 − ε²)/ε²`, by Simpson's rule up to twelve of the integrand's widths. For narrow cones,
/// where it may end within the step, `tan w = T sin φ` makes it smooth to the end:
/// `cos^{d−1} φ · T / (1 + T² sin² φ) dφ`.
fn ln_share_changed(cosine: f64, d: usize, step: f64) -> f64 {
    let half = (step / 2.0).min(FRAC_PI_2);
    let slope = ((1.0 - cosine) * (1.0 + cosine)).max(0.0).sqrt() / cosine.abs();
    if !slope.is_finite() {
        return (half / PI).ln();
    }
    let widest = (12.0 / (d as f64).sqrt()).min(FRAC_PI_2);
    let integral = if slope > 10.0 {
        let end = half.min((slope * widest.sin()).atan());
        let exponent = (d as f64 - 2.0) / 2.0;
        simpson(end, |w| {
            let left = 1.0 - (w.tan() / slope).powi(2);
            left.max(0.0).powf(exponent)
        })
    } else {
        let end = (half.tan() / slope).min(1.0).asin().min(widest);
        simpson(end, |phi| {
            let (sin, cos) = phi.sin_cos();
            cos.powf(d as f64 - 1.0) * slope / (1.0 + (slope * sin).powi(2))
        })
    };
    (integral / PI).ln()
}

/// `∫₀^end f`.
fn simpson(end: f64, f: impl Fn(f64) -> f64) -> f64 {
    const PANELS: u32 = 512;
    let width = end / f64::from(PANELS);
    let inner: f64 = (1..PANELS)
        .map(|panel| {
            let weight = if panel % 2 == 1 { 4.0 } else { 2.0 };
            weight * f(f64::from(panel) * width)
        })
        .sum();
    (f(0.0) + inner + f(end)) * width / 3.0
}

/// `P(Z > z)` of a standard normal variable.
fn normal_tail(z: f64) -> f64 {
    puruspe::erfc(z / std::f64::consts::SQRT_2) / 2.0
}

/// `ln(eᵃ + eᵇ)`.
fn ln_sum(a: f64, b: f64) -> f64 {
    let (low, high) = if a < b { (a, b) } else { (b, a) };
    if low == f64::NEG_INFINITY {
        return high;
    }
    high + (low - high).exp().ln_1p()
}

#[cfg(test)]
mod tests;
