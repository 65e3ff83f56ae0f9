//! The upper tail of the hypergeometric distribution, as a logarithm.
//!
//! A probability is that of three binomial ones (C. Loader, "Fast and Accurate
//! Computation of Binomial Probabilities", 2000), whose terms are small where those of
//! gamma functions would be large and cancel; tails are sums of their ratios.

use super::null::{Binomial, Probability};

/// `ln P(X ≥ hits)` of the number `X` of special ones among `drawn` of `all`, of which
/// `special` are; what there is of each may be a thousand million. 0 where it is certain,
/// negative infinity where it cannot be.
#[must_use]
pub fn ln_upper_tail(hits: u64, all: u64, special: u64, drawn: u64) -> f64 {
    let (special, drawn) = (special.min(all), drawn.min(all));
    let least = (special + drawn).saturating_sub(all);
    let most = special.min(drawn);
    if hits <= least {
        return 0.0;
    }
    if hits > most {
        return f64::NEG_INFINITY;
    }
    // Exact in doubles up to 2^53.
    let mean = special as f64 * drawn as f64 / all as f64;
    if hits as f64 > mean {
        return ln_probability(hits, all, special, drawn) + upward(hits, all, special, drawn).ln();
    }
    let below = ln_probability(hits - 1, all, special, drawn)
        + downward(hits - 1, all, special, drawn).ln();
    (-below.exp()).ln_1p().min(0.0)
}

/// `Σ_{x ≥ hits} P(x) / P(hits)`.
fn upward(hits: u64, all: u64, special: u64, drawn: u64) -> f64 {
    let (mut sum, mut term) = (1.0, 1.0);
    for x in hits..special.min(drawn) {
        let more = (special - x) as f64 * (drawn - x) as f64;
        let fewer = (x + 1) as f64 * ((all - special) + (x + 1) - drawn) as f64;
        term *= more / fewer;
        sum += term;
        if term < sum * 1e-17 {
            break;
        }
    }
    sum
}

/// `Σ_{x ≤ hits} P(x) / P(hits)`.
fn downward(hits: u64, all: u64, special: u64, drawn: u64) -> f64 {
    let (mut sum, mut term) = (1.0, 1.0);
    let least = (special + drawn).saturating_sub(all);
    for x in (least + 1..=hits).rev() {
        let fewer = x as f64 * ((all - special) + x - drawn) as f64;
        let more = (special - x + 1) as f64 * (drawn - x + 1) as f64;
        term *= fewer / more;
        sum += term;
        if term < sum * 1e-17 {
            break;
        }
    }
    sum
}

/// `ln P(X = hits)`, for what can be.
fn ln_probability(hits: u64, all: u64, special: u64, drawn: u64) -> f64 {
    if drawn == 0 || drawn == all {
        return 0.0;
    }
    let p = Probability::new(drawn as f64 / all as f64);
    let ln_binomial = |hits, n| Binomial::new(n, p).ln_point(hits);
    ln_binomial(hits, special) + ln_binomial(drawn - hits, all - special) - ln_binomial(drawn, all)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `hits`, `all`, `special`, `drawn` and `ln P(X ≥ hits)`: sums of the exact ratios of
    /// probabilities with mpmath 1.3 at 60 digits. scipy 1.17's `hypergeom.logsf` agrees with
    /// them to its own 3e-9.
    const KNOWN: [(u64, u64, u64, u64, f64); 17] = [
        (7, 20, 7, 12, -4.583_729_854_750_222),
        (3, 20, 7, 12, -0.053_522_707_235_585_89),
        (1, 11, 1, 1, -2.397_895_272_798_370_5),
        (90, 1797, 178, 100, -203.520_790_605_668_97),
        (12, 1797, 178, 100, -1.266_775_687_136_998_5),
        (40, 50_000, 500, 400, -61.730_145_625_836_03),
        (150, 50_000, 500, 400, -455.856_000_832_885_3),
        (30, 1797, 182, 31, -67.636_389_866_973_5),
        (1000, 1_000_000, 10_000, 50_000, -212.888_674_052_056_6),
        (501, 1_000_000, 10_000, 50_000, -0.717_234_528_689_676_2),
        (600, 1_000_000, 10_000, 50_000, -12.419_240_366_682_758),
        (
            5000,
            1_000_000_000,
            1_000_000,
            4_000_000,
            -119.919_493_433_375_7,
        ),
        (
            4100,
            1_000_000_000,
            1_000_000,
            4_000_000,
            -2.850_425_999_408_02,
        ),
        (
            250_500_000,
            1_000_000_000,
            500_000_000,
            500_000_000,
            -2_005.063_545_529_580_5,
        ),
        (2, 1_000_000_000, 1000, 1000, -14.511_322_713_798_63),
        (178, 1797, 178, 178, -576.971_712_989_357_6),
        (2000, 50_000, 2000, 2000, -8_392.508_366_206_821),
    ];

    #[test]
    fn tails_are_known_ones_up_to_a_thousand_million() {
        for (hits, all, special, drawn, expected) in KNOWN {
            let found = ln_upper_tail(hits, all, special, drawn);
            let error = (found - expected).abs();
            assert!(
                error <= 1e-11 * expected.abs().max(1.0),
                "{hits} of {special} among {drawn} of {all}: {found}, not {expected}"
            );
            // Which is drawn and which is special does not matter.
            let turned = ln_upper_tail(hits, all, drawn, special);
            assert!((turned - found).abs() <= 1e-10 * found.abs().max(1.0));
        }
    }

    /// `n` over `k`, exactly.
    fn choose(n: u64, k: u64) -> f64 {
        if k > n {
            return 0.0;
        }
        let steps = 1..=u128::from(k);
        let ways = steps.fold(1, |ways, j| ways * (u128::from(n) + 1 - j) / j);
        ways as f64
    }

    #[test]
    fn small_ones_are_as_they_are_counted() {
        for all in 1..=14_u64 {
            for (special, drawn) in (0..=all).flat_map(|s| (0..=all).map(move |d| (s, d))) {
                let ways = |x| match drawn.checked_sub(x) {
                    None => 0.0,
                    Some(rest) => choose(special, x) * choose(all - special, rest),
                };
                for hits in 0..=all + 1 {
                    let more: f64 = (hits..=all).map(ways).sum();
                    let expected = more / choose(all, drawn);
                    let found = ln_upper_tail(hits, all, special, drawn).exp();
                    assert!(
                        (found - expected).abs() <= 1e-13 * expected.max(1e-3),
                        "{hits} of {special} among {drawn} of {all}: {found}, not {expected}"
                    );
                }
            }
        }
    }
}
