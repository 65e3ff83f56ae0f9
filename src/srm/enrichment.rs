//! Whether a class is more common inside the spotlight than outside.
//!
//! Were the lit samples drawn blindly from all samples, the number of a class among them
//! would be hypergeometric; `p` is the chance of as many or more (Fisher's exact test,
//! one-sided). Over the classes that have samples it is adjusted by Holm's method, which
//! holds the chance of a single false finding at the stated level whatever the classes
//! have to do with each other. It presumes that samples are independent of one another.

use super::classes::Classes;
use super::hypergeometric::ln_upper_tail;

/// How often a class is inside, how often outside, and what that is by chance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClassCount {
    /// The class.
    pub class: u32,
    /// Its samples inside.
    pub inside: u64,
    /// Its samples outside.
    pub outside: u64,
    /// `ln p`.
    pub ln_p: f64,
    /// `ln p`, adjusted over the classes by Holm's method.
    pub ln_p_adjusted: f64,
}

/// The classes of some samples against those of all others.
#[derive(Clone, Debug, PartialEq)]
pub struct Enrichment {
    /// The classes that have samples, in their order.
    pub classes: Vec<ClassCount>,
    /// Samples without a class: inside and outside.
    pub without: [u64; 2],
    /// All samples inside.
    pub inside: u64,
    /// `N`.
    pub n_samples: u64,
}

impl Enrichment {
    /// Compares the samples `inside`, each once, with all others.
    ///
    /// # Panics
    /// If a sample is not among the `N`.
    #[must_use]
    pub fn new(classes: &Classes, inside: impl IntoIterator<Item = u32>) -> Self {
        let mut counts = vec![0u64; classes.len()];
        let (mut all, mut without) = (0, 0);
        for sample in inside {
            all += 1;
            match classes.of(sample as usize) {
                Some(class) => counts[class as usize] += 1,
                None => without += 1,
            }
        }
        let n_samples = classes.of_samples().len() as u64;
        let sizes = classes.sizes().iter();
        let mut found: Vec<ClassCount> = (0..)
            .zip(counts.into_iter().zip(sizes))
            .filter(|(_, (_, size))| **size > 0)
            .map(|(class, (inside, &size))| {
                let ln_p = ln_upper_tail(inside, n_samples, size, all);
                ClassCount {
                    class,
                    inside,
                    outside: size - inside,
                    ln_p,
                    ln_p_adjusted: ln_p,
                }
            })
            .collect();
        holm(&mut found);
        Self {
            classes: found,
            without: [without, classes.without() - without],
            inside: all,
            n_samples,
        }
    }
}

/// Adjusts by Holm's method: the smallest `p` times the number of classes, the next times
/// one less and so on, none smaller than the one before.
fn holm(classes: &mut [ClassCount]) {
    let mut order: Vec<usize> = (0..classes.len()).collect();
    order.sort_by(|&a, &b| classes[a].ln_p.total_cmp(&classes[b].ln_p));
    let mut before = f64::NEG_INFINITY;
    for (rank, place) in order.iter().enumerate() {
        let class = &mut classes[*place];
        let times = ((order.len() - rank) as f64).ln();
        before = (class.ln_p + times).min(0.0).max(before);
        class.ln_p_adjusted = before;
    }
}

/// Adjusts logarithms of `p` by the method of Benjamini and Hochberg, which holds the
/// rate of false findings among all: the largest stays, the one before it is times `n`
/// over its rank and so on, none larger than the one after.
pub(super) fn benjamini_hochberg(ln_p: &mut [f64]) {
    let n = ln_p.len() as f64;
    let mut order: Vec<usize> = (0..ln_p.len()).collect();
    order.sort_by(|&a, &b| ln_p[a].total_cmp(&ln_p[b]));
    let mut after = 0.0f64;
    for (rank, &place) in order.iter().enumerate().rev() {
        after = after.min(ln_p[place] + (n / (rank + 1) as f64).ln());
        ln_p[place] = after;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::srm::NO_CLASS;

    #[test]
    fn classes_are_counted_inside_and_outside() {
        let names: Arc<[String]> = ["a", "b", "none"].map(str::to_owned).into();
        let of_samples = vec![0, 0, 0, 1, 1, NO_CLASS, 1, 1, 0, NO_CLASS];
        let classes = Classes::new(of_samples, names);
        let found = Enrichment::new(&classes, [0, 1, 2, 5]);
        assert_eq!((found.inside, found.n_samples), (4, 10));
        assert_eq!(found.without, [1, 1]);
        let counts = found.classes.iter().map(|c| (c.class, c.inside, c.outside));
        assert_eq!(counts.collect::<Vec<_>>(), [(0, 3, 1), (1, 0, 4)]);
        // 3 or 4 of 4 among 4 of 10: (4·6 + 1)/210.
        let [a, b] = found.classes[..] else { panic!() };
        assert!((a.ln_p.exp() - 25.0 / 210.0).abs() < 1e-14);
        assert!((a.ln_p_adjusted.exp() - 50.0 / 210.0).abs() < 1e-14);
        assert_eq!((b.ln_p, b.ln_p_adjusted), (0.0, 0.0));
    }

    fn adjusted(p: &[f64]) -> Vec<f64> {
        let mut classes: Vec<ClassCount> = p
            .iter()
            .map(|p| ClassCount {
                class: 0,
                inside: 0,
                outside: 0,
                ln_p: p.ln(),
                ln_p_adjusted: 0.0,
            })
            .collect();
        holm(&mut classes);
        classes.iter().map(|c| c.ln_p_adjusted.exp()).collect()
    }

    #[track_caller]
    fn close(found: &[f64], expected: &[f64]) {
        assert_eq!(found.len(), expected.len());
        for (a, b) in found.iter().zip(expected) {
            assert!((a - b).abs() < 1e-14, "{found:?}");
        }
    }

    #[test]
    fn adjusted_as_r_does() {
        // R: p.adjust(c(0.04, 0.01, 0.03, 0.5), "holm") and "BH".
        let p = [0.04, 0.01, 0.03, 0.5];
        close(&adjusted(&p), &[0.09, 0.04, 0.09, 0.5]);
        close(&adjusted(&[0.9, 0.8]), &[1.0, 1.0]);
        let mut ln_p = p.map(f64::ln);
        benjamini_hochberg(&mut ln_p);
        let third = 0.16 / 3.0;
        close(&ln_p.map(f64::exp), &[third, 0.04, third, 0.5]);
        let mut certain = [f64::NEG_INFINITY, 0.0];
        benjamini_hochberg(&mut certain);
        assert_eq!(certain, [f64::NEG_INFINITY, 0.0]);
    }
}
