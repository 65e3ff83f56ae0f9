//! The isotropic null: what a spotlight would light if activations had no
//! preferred direction in `R^d`.
//!
//! `p0(ε, d) = ½ I_{1−ε²}((d − 1)/2, ½)` for `ε ≥ 0` and `1 − p0(−ε, d)` for
//! `ε < 0`, with the regularised incomplete beta function: the area of a
//! spherical cap over that of the sphere.

mod binomial;
mod gamma;
mod largest;

pub use binomial::{Binomial, Probability};
pub use largest::{Chance, LargestCount};

/// `p0(ε, d)`: the share of isotropic data in `d ≥ 2` dimensions within the cone.
#[must_use]
pub fn share(epsilon: f64, d: usize) -> f64 {
    if epsilon < 0.0 {
        return 1.0 - share(-epsilon, d);
    }
    if epsilon >= 1.0 {
        return 0.0;
    }
    if d == 2 {
        // The same in closed form, to the last digit.
        return epsilon.acos() / std::f64::consts::PI;
    }
    let cap = Cap::new(epsilon, d);
    if cap.is_wide() {
        0.5 - cap.belt()
    } else {
        cap.ln_tail().exp()
    }
}

/// `ln p0(ε, d)`, finite far below the smallest double; `−∞` at `ε = 1`.
#[must_use]
pub fn ln_share(epsilon: f64, d: usize) -> f64 {
    if epsilon < 0.0 {
        return (-share(-epsilon, d)).ln_1p();
    }
    if epsilon >= 1.0 || d == 2 {
        return share(epsilon, d).ln();
    }
    let cap = Cap::new(epsilon, d);
    if cap.is_wide() {
        (0.5 - cap.belt()).ln()
    } else {
        cap.ln_tail()
    }
}

/// A cone with `0 ≤ ε < 1` in `d ≥ 3` dimensions, and `a = (d − 1)/2`.
struct Cap {
    epsilon: f64,
    a: f64,
    /// `ln (1 − ε²)`, by the form that keeps its digits.
    ln_sine_squared: f64,
}

impl Cap {
    fn new(epsilon: f64, d: usize) -> Self {
        let ln_sine_squared = if epsilon < 0.7 {
            (-epsilon * epsilon).ln_1p()
        } else {
            ((1.0 - epsilon) * (1.0 + epsilon)).ln()
        };
        Self {
            epsilon,
            a: (d as f64 - 1.0) / 2.0,
            ln_sine_squared,
        }
    }

    /// Whether it reaches so far towards the equator that the belt between them is
    /// the quicker to sum up, and large enough that the difference keeps its digits.
    fn is_wide(&self) -> bool {
        self.epsilon * self.epsilon < 1.5 / (self.a + 2.5)
    }

    /// `ln (ε (1 − ε²)^a / B(a, ½))`.
    fn ln_prefix(&self) -> f64 {
        let ln_beta = std::f64::consts::PI.ln() / 2.0 - gamma::ln_half_step(self.a);
        self.epsilon.ln() + self.a * self.ln_sine_squared - ln_beta
    }

    /// `½ I_{ε²}(½, a)`, the share between the cone and the equator:
    /// `ε (1 − ε²)^a / B(a, ½) · ₂F₁(a + ½, 1; 3/2; ε²)`, all terms positive.
    fn belt(&self) -> f64 {
        if self.epsilon == 0.0 {
            return 0.0;
        }
        let x = self.epsilon * self.epsilon;
        let (mut term, mut sum, mut place) = (1.0, 0.0, 0.0);
        while term > sum * f64::EPSILON / 4.0 {
            sum += term;
            term *= x * (self.a + 0.5 + place) / (1.5 + place);
            place += 1.0;
        }
        self.ln_prefix().exp() * sum
    }

    /// `ln ½ I_{1−ε²}(a, ½)` by the continued fraction of the incomplete beta function
    /// (DLMF 8.17.22), evaluated by Lentz's method: it converges fast where the cone
    /// is not wide.
    fn ln_tail(&self) -> f64 {
        let fraction = beta_fraction(self.a, 0.5, self.ln_sine_squared.exp());
        self.ln_prefix() + (fraction / (2.0 * self.a)).ln()
    }
}

/// `h` with `I_x(a, b) = x^a (1 − x)^b / (a B(a, b)) · h`.
fn beta_fraction(a: f64, b: f64, x: f64) -> f64 {
    /// Far more than any cone needs: a hundred do in 10⁵ dimensions.
    const MOST_STEPS: u32 = 10_000;
    let mut d = 1.0 / (1.0 - (a + b) * x / (a + 1.0));
    let (mut c, mut h) = (1.0, d);
    let mut step = |coefficient: f64| {
        d = 1.0 / (1.0 + coefficient * d);
        c = 1.0 + coefficient / c;
        h *= d * c;
        (h, d * c)
    };
    let mut value = 1.0;
    for m in 1..=MOST_STEPS {
        let m = f64::from(m);
        let a2m = a + 2.0 * m;
        step(m * (b - m) * x / ((a2m - 1.0) * a2m));
        let (now, change) = step(-(a + m) * (a + b + m) * x / (a2m * (a2m + 1.0)));
        value = now;
        if (change - 1.0).abs() < 2.0 * f64::EPSILON {
            break;
        }
    }
    value
}

/// The `ε` with `p0(ε, d) = share`, by bisection to the last bit
/// (`p0` falls strictly from 1 at `ε = −1` to 0 at `ε = 1`).
#[must_use]
pub fn epsilon_of_share(wanted: f64, d: usize) -> f64 {
    if wanted > 0.5 {
        // Exact: no digit is lost from a half upwards.
        return -epsilon_of_share(1.0 - wanted, d);
    }
    if wanted == 0.5 {
        return 0.0;
    }
    let (mut low, mut high) = (0.0f64, 1.0f64);
    loop {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            return middle;
        }
        if share(middle, d) > wanted {
            low = middle;
        } else {
            high = middle;
        }
    }
}

/// The expected fraction of `n_samples` rows, `zero_rows` of them zero, that a
/// probe lights if the others are isotropic: zero rows are never lit for
/// `ε > 0` and always for `ε ≤ 0`.
#[must_use]
pub fn expected_fraction(epsilon: f64, d: usize, n_samples: usize, zero_rows: usize) -> f64 {
    let n = n_samples as f64;
    let zero = zero_rows as f64;
    let always = if epsilon <= 0.0 { zero / n } else { 0.0 };
    share(epsilon, d) * (n - zero) / n + always
}

#[cfg(test)]
#[allow(clippy::excessive_precision, clippy::unreadable_literal)] // as mpmath prints them
mod table;
#[cfg(test)]
mod tests;
