//! A plane's curve split by the classes of its samples.

use std::sync::atomic::AtomicBool;

use rayon::prelude::*;

use super::angles::AngleGrid;
use super::cancel::{Cancelled, check};
use super::classes::{Classes, NO_CLASS};
use super::coordinates::{BLOCK, Coordinates};
use super::curve::{Scanner, Sign};
use super::epsilon::Epsilon;
use super::plane::Plane;

/// Most counts that curves of classes may have: 64 MB of them.
pub const MOST_CLASS_COUNTS: usize = 8 << 20;

/// Samples that one task looks at.
const TASK: usize = 16 * BLOCK;

/// Curves of some classes of a plane's samples, and of all the others together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassCurves {
    /// Samples lit in the plane of each of the classes, whatever the grid.
    pub lit: Vec<u64>,
    /// Samples without a class that are.
    pub lit_without: u64,
    /// The classes that have a curve of their own.
    pub classes: Vec<u32>,
    /// Classes whose samples are in no curve.
    pub left_out: Vec<u32>,
    /// Their counts at the `A` angles, one after another, then those of all other samples:
    /// of other classes and of none. They add up to the plane's curve without the samples
    /// of classes that are left out, to the integer.
    counts: Vec<i64>,
    angles: usize,
}

impl ClassCurves {
    /// Counts at the `A` angles of the class at that place of [`ClassCurves::classes`].
    ///
    /// # Panics
    /// If there are fewer.
    #[must_use]
    pub fn counts(&self, place: usize) -> &[i64] {
        assert!(place < self.classes.len(), "curve {place}");
        &self.counts[place * self.angles..(place + 1) * self.angles]
    }

    /// Counts of all samples of other classes, and of those without one.
    #[must_use]
    pub fn others(&self) -> &[i64] {
        &self.counts[self.classes.len() * self.angles..]
    }

    /// How many classes that are lit have no curve of their own and are not left out.
    #[must_use]
    pub fn other_classes(&self) -> usize {
        let lit = self.lit.iter().filter(|&&lit| lit > 0).count();
        let not_dark = |class: &&u32| self.lit[**class as usize] > 0;
        let own = self.classes.iter().filter(not_dark).count();
        lit - own - self.left_out.iter().filter(not_dark).count()
    }

    /// Samples that are lit and in none of the curves of single classes, nor left out.
    #[must_use]
    pub fn others_lit(&self) -> u64 {
        let known = self.classes.iter().chain(&self.left_out);
        let known: u64 = known.map(|&class| self.lit[class as usize]).sum();
        self.lit.iter().sum::<u64>() + self.lit_without - known
    }
}

/// How many samples of each class are lit in a plane, and how many without a class, on
/// the current rayon pool: `O(N)`.
///
/// # Errors
/// [`Cancelled`] soon after `cancel` is set.
///
/// # Panics
/// If the plane's vectors are not in the basis, or the classes are not of its samples.
pub fn class_light(
    coordinates: &Coordinates,
    plane: Plane,
    epsilon: Epsilon,
    classes: &Classes,
    cancel: &AtomicBool,
) -> Result<(Vec<u64>, u64), Cancelled> {
    let n = coordinates.n_samples();
    let of_samples = classes.of_samples();
    assert_eq!(of_samples.len(), n, "a class for each sample");
    let frame = coordinates.basis().frame(plane);
    let threshold = epsilon.threshold();
    let lit: Result<Vec<Vec<u32>>, Cancelled> = (0..n.div_ceil(TASK))
        .into_par_iter()
        .map(|task| {
            check(cancel)?;
            let samples = task * TASK..n.min((task + 1) * TASK);
            let (mut c1, mut c2) = (vec![0.0; samples.len()], vec![0.0; samples.len()]);
            coordinates.fill_plane(plane, frame, samples.start, &mut c1, &mut c2);
            let radius = |(c1, c2): (&f64, &f64)| (c1 * c1 + c2 * c2).sqrt();
            let radii = c1.iter().zip(&c2).map(radius);
            let lit = radii.zip(&of_samples[samples.clone()]);
            let lit = lit.filter(|&(radius, _)| radius >= threshold);
            Ok(lit.map(|(_, &class)| class).collect())
        })
        .collect();
    let mut of_classes = vec![0; classes.len()];
    let mut without = 0;
    for class in lit?.into_iter().flatten() {
        match of_classes.get_mut(class as usize) {
            Some(lit) => *lit += 1,
            None => without += 1,
        }
    }
    Ok((of_classes, without))
}

/// The classes that most samples of are lit, at most so many, by falling number of
/// these, equals in their own order; none that is dark.
#[must_use]
pub fn most_lit_classes(lit: &[u64], most: usize) -> Vec<u32> {
    let mut classes: Vec<u32> = (0..lit.len() as u32)
        .filter(|&class| lit[class as usize] > 0)
        .collect();
    classes.sort_by_key(|&class| (std::cmp::Reverse(lit[class as usize]), class));
    classes.truncate(most);
    classes
}

/// The curve of a plane split by class, on the current rayon pool, in `O(N + C·A)`:
/// one curve for each of `chosen`, in that order, and one of all other samples but those of
/// the classes `left_out`.
///
/// # Errors
/// [`Cancelled`] soon after `cancel` is set.
///
/// # Panics
/// If the plane's vectors are not in the basis, the classes are not of its samples, a
/// chosen one is not there or comes twice, be it among those left out, or the curves have more than
/// [`MOST_CLASS_COUNTS`] counts.
#[allow(clippy::too_many_arguments)] // as `curve`, and whose curves
pub fn class_curves(
    coordinates: &Coordinates,
    plane: Plane,
    epsilon: Epsilon,
    grid: &AngleGrid,
    sign: Sign,
    classes: &Classes,
    (chosen, left_out): (&[u32], &[u32]),
    cancel: &AtomicBool,
) -> Result<ClassCurves, Cancelled> {
    let angles = grid.count();
    // Those left out are counted, too, and then forgotten.
    let groups = chosen.len() + 1 + usize::from(!left_out.is_empty());
    assert!(groups * angles <= MOST_CLASS_COUNTS, "too many curves");
    let (lit, lit_without) = class_light(coordinates, plane, epsilon, classes, cancel)?;
    let mut places = vec![chosen.len() as u32; classes.len()];
    for (place, &class) in chosen.iter().enumerate() {
        let free = std::mem::replace(&mut places[class as usize], place as u32);
        assert_eq!(free as usize, chosen.len(), "class {class} twice");
    }
    for &class in left_out {
        let free = std::mem::replace(&mut places[class as usize], chosen.len() as u32 + 1);
        assert_eq!(free as usize, chosen.len(), "class {class} twice");
    }
    let of_samples = classes.of_samples();
    let group = |sample: usize| match of_samples[sample] {
        NO_CLASS => chosen.len(),
        class => places[class as usize] as usize,
    };
    let frame = coordinates.basis().frame(plane);
    let scanner = Scanner::new(coordinates, epsilon, grid, sign);
    let (mut counts, _) = scanner.grouped(plane, frame, groups, group, cancel)?;
    counts.truncate((chosen.len() + 1) * angles);
    for curve in counts.chunks_exact_mut(angles) {
        scanner.finish(curve);
    }
    Ok(ClassCurves {
        lit,
        lit_without,
        classes: chosen.to_vec(),
        left_out: left_out.to_vec(),
        counts,
        angles,
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::{Activations, UnitBasis, curve};
    use super::*;

    fn layer(n: usize, d: usize, skew: bool) -> Coordinates {
        let value = |n: usize, k: usize| {
            let noise = ((n * 7919 + k * 104_729 + n * k) % 2003) as f64 / 1000.0 - 1.0;
            if n.is_multiple_of(5) && k == n % d {
                4.0
            } else {
                noise
            }
        };
        let mut rows: Vec<Vec<f64>> = (0..n)
            .map(|n| (0..d).map(|k| value(n, k)).collect())
            .collect();
        rows[3] = vec![0.0; d];
        rows[4] = (0..d).map(|k| f64::from(u8::from(k == 1))).collect();
        let activations = Arc::new(Activations::from_rows(&rows).unwrap());
        if !skew {
            return Coordinates::standard(activations);
        }
        let values: Vec<f64> = (0..d * d)
            .map(|at| f64::from(u8::from(at % (d + 1) == 0)) + 0.2)
            .collect();
        Coordinates::new(
            activations,
            Arc::new(UnitBasis::dense(values, d, d).unwrap()),
        )
        .unwrap()
    }

    fn classes(n: usize, of: u32) -> Classes {
        let names = (0..of).map(|class| class.to_string()).collect();
        let class = |n: usize| {
            if n.is_multiple_of(7) {
                NO_CLASS
            } else {
                (n + n / 11) as u32 % of
            }
        };
        Classes::new((0..n).map(class).collect(), names)
    }

    /// Whatever is split, the parts make the whole, to the integer.
    #[test]
    fn class_curves_add_up_to_the_curve() {
        let never = AtomicBool::new(false);
        let n = 2 * TASK + 77;
        for (skew, of) in [(false, 3), (true, 40)] {
            let (layer, classes) = (layer(n, 5, skew), classes(n, of));
            for epsilon in [0.6, 0.95, 0.0, -0.3] {
                let epsilon = Epsilon::new(epsilon).unwrap();
                for (angles, sign) in [
                    (361, Sign::Unsigned),
                    (361, Sign::Signed),
                    (98, Sign::Signed),
                ] {
                    let grid = AngleGrid::new(angles).unwrap();
                    let plane = Plane { i: 1, j: 3 };
                    let whole = curve(&layer, plane, epsilon, &grid, sign, &never).unwrap();
                    let (lit, without) =
                        class_light(&layer, plane, epsilon, &classes, &never).unwrap();
                    assert_eq!(lit.iter().sum::<u64>() + without, whole.tally.lit);
                    let chosen = most_lit_classes(&lit, 10);
                    let split = class_curves(
                        &layer,
                        plane,
                        epsilon,
                        &grid,
                        sign,
                        &classes,
                        (&chosen, &[]),
                        &never,
                    );
                    let split = split.unwrap();
                    assert_eq!((&split.lit, split.lit_without), (&lit, without));
                    for angle in 0..angles {
                        let sum: i64 = (0..chosen.len()).map(|c| split.counts(c)[angle]).sum();
                        assert_eq!(sum + split.others()[angle], whole.counts[angle]);
                    }
                }
            }
        }
    }

    /// A class's curve is the curve of its samples alone.
    #[test]
    fn the_curve_of_a_class_is_that_of_its_samples() {
        let never = AtomicBool::new(false);
        let rows: Vec<Vec<f64>> = (0..600)
            .map(|n| {
                (0..4)
                    .map(|k| f64::from((n * 31 + k * 17 + n * k) % 101) - 50.0)
                    .collect()
            })
            .collect();
        let classes = classes(600, 4);
        let of = |rows: &[Vec<f64>]| {
            Coordinates::standard(Arc::new(Activations::from_rows(rows).unwrap()))
        };
        let (grid, plane) = (AngleGrid::new(73).unwrap(), Plane { i: 2, j: 0 });
        let epsilon = Epsilon::new(0.55).unwrap();
        let chosen = [2, 0];
        let split = class_curves(
            &of(&rows),
            plane,
            epsilon,
            &grid,
            Sign::Unsigned,
            &classes,
            (&chosen, &[1]),
            &never,
        );
        let split = split.unwrap();
        for (place, &class) in chosen.iter().enumerate() {
            let own: Vec<Vec<f64>> = (0..600)
                .filter(|&n| classes.of(n) == Some(class))
                .map(|n| rows[n].clone())
                .collect();
            let alone = curve(&of(&own), plane, epsilon, &grid, Sign::Unsigned, &never).unwrap();
            assert_eq!(split.counts(place), alone.counts);
            assert_eq!(split.lit[class as usize], alone.tally.lit);
        }
        // Nor are samples of a class that is left out among the others.
        let known = |n: &usize| classes.of(*n).is_none_or(|class| class == 3);
        let others: Vec<Vec<f64>> = (0..600).filter(known).map(|n| rows[n].clone()).collect();
        let others = curve(&of(&others), plane, epsilon, &grid, Sign::Unsigned, &never).unwrap();
        assert_eq!(split.others(), others.counts);
        assert_eq!(split.others_lit(), others.tally.lit);
        assert_eq!(split.other_classes(), 1);
    }

    #[test]
    fn the_most_lit_come_first_and_dark_ones_not_at_all() {
        assert_eq!(most_lit_classes(&[3, 0, 9, 3, 1], 3), [2, 0, 3]);
        assert_eq!(most_lit_classes(&[0, 0], 5), Vec::<u32>::new());
    }
}
