//! Which neurons: the privileged directions `±b_k`, most lit first.
//!
//! For each of the `2m` directions the samples with `±c_k ≥ ε′`, from one pass over the
//! layer's lines, and the class that most of them have: candidates for what the paper calls
//! grandmother neurons. Counts are exact.

mod pass;

use std::sync::atomic::AtomicBool;

use super::aim::Pole;
use super::cancel::Cancelled;
use super::classes::Classes;
use super::coordinates::Coordinates;
use super::enrichment::benjamini_hochberg;
use super::epsilon::Epsilon;
use super::hypergeometric::ln_upper_tail;
use super::null::{self, Binomial, Probability};
use super::subset::Subset;

/// The class that most of the samples about a direction have.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DominantClass {
    /// The class; of several as common the one of the smallest number.
    pub class: u32,
    /// Its samples that are lit.
    pub lit: u64,
    /// They as a fraction of the samples that are lit.
    pub precision: f64,
    /// They as a fraction of the samples of the class.
    pub recall: f64,
    /// `ln p` of so many of the class among so many lit by chance (hypergeometric,
    /// one-sided), times the number of classes that have samples (Bonferroni), since it
    /// is the most common of all; not adjusted over directions.
    pub ln_p: f64,
    /// The same, adjusted over all directions that are lit (Benjamini–Hochberg).
    pub ln_p_adjusted: f64,
}

/// A privileged direction and what is lit about it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Direction {
    /// Which one.
    pub pole: Pole,
    /// Samples with `±c_k ≥ ε′`.
    pub lit: u64,
    /// They as a fraction of all samples.
    pub share: f64,
    /// The fraction that would be, were the non-zero samples isotropic.
    pub null_share: f64,
    /// `ln p` of so many or more, were the non-zero samples isotropic and independent;
    /// 0 where all that are lit are zero rows.
    pub ln_p_null: f64,
    /// Their most common class; none without classes, or where no lit sample has one.
    pub class: Option<DominantClass>,
}

impl Direction {
    /// How many times as much is lit as of isotropic samples; NaN where that is 0 in
    /// doubles and nothing is lit.
    #[must_use]
    pub fn excess(&self) -> f64 {
        self.share / self.null_share
    }
}

/// The directions of the vectors in `subset`, most lit first, of those as much lit the
/// smaller number first and `+` before `−`; on the current rayon pool, in `O(N·m)`.
///
/// # Errors
/// [`Cancelled`] soon after `cancel` is set.
///
/// # Panics
/// If the subset is of another basis, or the classes are of other samples.
pub fn directions(
    coordinates: &Coordinates,
    subset: &Subset,
    epsilon: Epsilon,
    classes: Option<&Classes>,
    cancel: &AtomicBool,
) -> Result<Vec<Direction>, Cancelled> {
    assert_eq!(subset.of_how_many(), coordinates.basis().len());
    let activations = coordinates.activations();
    let (n, zero_rows) = (coordinates.n_samples(), activations.zero_rows());
    let d = activations.n_neurons();
    let null_share = null::expected_fraction(epsilon.get(), d, n, zero_rows);
    let isotropic = Probability::of_cone(epsilon.get(), d);
    let isotropic = Binomial::new((n - zero_rows) as u64, isotropic);
    // Zero rows are always lit, or never.
    let always = if epsilon.threshold() <= 0.0 {
        zero_rows as u64
    } else {
        0
    };
    let counted = pass::count(coordinates, subset, epsilon.threshold(), classes, cancel)?;
    let mut directions: Vec<Direction> = counted
        .into_iter()
        .map(|(pole, counted)| {
            let share = counted.lit as f64 / n as f64;
            let class = classes
                .zip(counted.most)
                .map(|(classes, (class, lit))| dominant(classes, class, lit, counted.lit));
            Direction {
                pole,
                lit: counted.lit,
                share,
                null_share,
                ln_p_null: isotropic.ln_at_least(counted.lit.saturating_sub(always)),
                class,
            }
        })
        .collect();
    adjust(&mut directions);
    directions.sort_by(|a, b| b.lit.cmp(&a.lit).then(a.pole.cmp(&b.pole)));
    Ok(directions)
}

fn dominant(classes: &Classes, class: u32, lit: u64, of: u64) -> DominantClass {
    let size = classes.sizes()[class as usize];
    let with_samples = classes.sizes().iter().filter(|&&size| size > 0).count();
    let ln_p = ln_upper_tail(lit, classes.of_samples().len() as u64, size, of);
    let ln_p = (ln_p + (with_samples as f64).ln()).min(0.0);
    DominantClass {
        class,
        lit,
        precision: lit as f64 / of as f64,
        recall: lit as f64 / size as f64,
        ln_p,
        ln_p_adjusted: ln_p,
    }
}

/// Adjusts over the directions that have a class: of the others nothing was asked.
fn adjust(directions: &mut [Direction]) {
    let mut classes: Vec<&mut DominantClass> = directions
        .iter_mut()
        .filter_map(|direction| direction.class.as_mut())
        .collect();
    let mut ln_p: Vec<f64> = classes.iter().map(|class| class.ln_p).collect();
    benjamini_hochberg(&mut ln_p);
    for (class, ln_p) in classes.iter_mut().zip(ln_p) {
        class.ln_p_adjusted = ln_p;
    }
}

#[cfg(test)]
mod tests;
