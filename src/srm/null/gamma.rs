//! What of the gamma function the null needs, without the cancellation that
//! differences of its logarithm suffer.

/// `ln Γ(a + ½) − ln Γ(a)` for `a > 0`.
pub(super) fn ln_half_step(a: f64) -> f64 {
    // Stirling's series wants a large argument: Γ(x + 1) = x Γ(x) leads there.
    let mut z = a;
    let mut product = 1.0;
    while z < 16.0 {
        product *= z / (z + 0.5);
        z += 1.0;
    }
    // With ln Γ(z) = (z − ½) ln z − z + ½ ln 2π + s(z).
    let ln_large = z * (0.5 / z).ln_1p() + 0.5 * z.ln() - 0.5 + series(z + 0.5) - series(z);
    product.ln() + ln_large
}

/// `ln n! − ln(√(2πn) (n/e)^n)` for whole `n ≥ 1` (Loader 2000).
pub(super) fn stirling_error(n: f64) -> f64 {
    if n >= 16.0 {
        return series(n);
    }
    let factorial: f64 = (1..=n as u32).map(f64::from).product();
    factorial.ln() - (n + 0.5) * n.ln() + n - 0.5 * std::f64::consts::TAU.ln()
}

/// What Stirling's formula lacks of `ln Γ`, for `z ≥ 16` to the last digit.
fn series(z: f64) -> f64 {
    let w = 1.0 / (z * z);
    let tail = 1.0 / 1260.0 - w * (1.0 / 1680.0 - w / 1188.0);
    (1.0 / 12.0 - w * (1.0 / 360.0 - w * tail)) / z
}
