use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::srm::{Activations, NO_CLASS, UnitBasis};

fn named(of_samples: Vec<u32>, classes: u32) -> Classes {
    Classes::new(of_samples, (0..classes).map(|c| c.to_string()).collect())
}

fn find(
    layer: &Coordinates,
    subset: &Subset,
    epsilon: f64,
    classes: Option<&Classes>,
) -> Vec<Direction> {
    let cone = Epsilon::new(epsilon).unwrap();
    directions(layer, subset, cone, classes, &AtomicBool::new(false)).unwrap()
}

/// Holds the pass against the definition, direction by direction.
fn check(layer: &Coordinates, subset: &Subset, epsilon: f64, classes: Option<&Classes>) {
    let found = find(layer, subset, epsilon, classes);
    assert_eq!(found.len(), 2 * subset.len());
    let order = |a: &Direction, b: &Direction| a.lit > b.lit || (a.lit == b.lit && a.pole < b.pole);
    assert!(found.is_sorted_by(order));
    for direction in &found {
        let Pole { vector, side } = direction.pole;
        assert!(subset.contains(vector));
        let n = layer.n_samples();
        let cosine = |n| f64::from(side.sign()) * layer.coordinate(vector as usize, n);
        let lit: Vec<usize> = (0..n).filter(|&n| cosine(n) >= epsilon - 1e-12).collect();
        assert_eq!(
            direction.lit,
            lit.len() as u64,
            "{} at {epsilon}",
            direction.pole
        );
        assert_eq!(direction.share, lit.len() as f64 / n as f64);
        let mut most: Option<(u32, u64)> = None;
        if let Some(classes) = classes {
            for class in 0..classes.len() as u32 {
                let of = |n: &&usize| classes.of(**n) == Some(class);
                let count = lit.iter().filter(of).count() as u64;
                if count > most.map_or(0, |(_, most)| most) {
                    most = Some((class, count));
                }
            }
        }
        assert_eq!(
            direction.class.map(|c| (c.class, c.lit)),
            most,
            "{}",
            direction.pole
        );
        if let Some((classes, class)) = classes.zip(direction.class) {
            assert_eq!(class.precision, class.lit as f64 / direction.lit as f64);
            let size = classes.sizes()[class.class as usize];
            assert_eq!(class.recall, class.lit as f64 / size as f64);
            assert!(class.ln_p <= class.ln_p_adjusted && class.ln_p_adjusted <= 0.0);
        }
    }
}

/// Rows with zeros, axes and others, and classes that have to do with them.
fn samples(n: u32, d: u32, classes: u32) -> (Activations, Classes) {
    let value = |n: u32, k: u32| match n % 7 {
        0 => 0.0,
        1 => f64::from(u8::from(n / 7 % d == k)) * -2.0,
        2 if k != n % d => 0.1,
        _ => f64::from((n * 7919 + k * 104_729 + n * k) % 2003) / 1000.0 - 1.0,
    };
    let rows: Vec<Vec<f64>> = (0..n)
        .map(|n| (0..d).map(|k| value(n, k)).collect())
        .collect();
    let of = |n: u32| match n % 5 {
        0 => NO_CLASS,
        _ => (n % d) * 31 % classes,
    };
    (
        Activations::from_rows(&rows).unwrap(),
        named((0..n).map(of).collect(), classes),
    )
}

#[test]
fn directions_are_the_definition_in_any_basis_and_of_any_number_of_classes() {
    for (n, d, classes) in [(40, 2, 1), (300, 19, 5), (200, 33, 5000), (90, 16, 3)] {
        let (activations, classes) = samples(n, d, classes);
        let samples = Arc::new(activations);
        let vectors: Vec<f64> = (0..17 * d)
            .map(|at| f64::from(at * at % 23) - 9.0)
            .collect();
        let basis = UnitBasis::dense(vectors, 17, d as usize).unwrap();
        for layer in [
            Coordinates::standard(Arc::clone(&samples)),
            Coordinates::new(Arc::clone(&samples), Arc::new(basis)).unwrap(),
        ] {
            let m = layer.basis().len();
            let whole = Subset::whole(m);
            let some = Subset::of(m, [0, m as u32 - 1]).unwrap();
            for epsilon in [-0.5, 0.0, 0.1, 0.5, 0.9, 1.0] {
                check(&layer, &whole, epsilon, None);
                check(&layer, &whole, epsilon, Some(&classes));
                check(&layer, &some, epsilon, Some(&classes));
            }
        }
    }
}

#[test]
fn single_precision_is_counted_alike() {
    let rows = 70_000u32;
    let values: Vec<f32> = (0..3)
        .flat_map(|k| (0..rows).map(move |n| ((n * 31 + k * 7) % 101) as f32 - 50.0))
        .collect();
    let activations = Activations::new(crate::srm::Values::F32(values), rows as usize, 3).unwrap();
    let layer = Coordinates::standard(Arc::new(activations));
    let classes = named((0..rows).map(|n| n % 101 / 10).collect(), 11);
    // More than one task a block, of a table and of words.
    check(&layer, &Subset::whole(3), 0.8, Some(&classes));
    let many = named((0..rows).map(|n| n % 101 * 50).collect(), 5051);
    check(&layer, &Subset::whole(3), 0.8, Some(&many));
}

#[test]
fn a_neuron_of_one_class_is_found_with_what_it_is_by_chance() {
    // Ten of class 1 along −b_2, ninety of class 0 elsewhere.
    let row = |n: u32| {
        if n < 10 {
            vec![0.1, 0.0, -1.0, 0.05]
        } else {
            vec![1.0, f64::from(n) / 50.0 - 1.0, 0.3, 0.5]
        }
    };
    let rows: Vec<Vec<f64>> = (0..100).map(row).collect();
    let layer = Coordinates::standard(Arc::new(Activations::from_rows(&rows).unwrap()));
    let classes = named((0..100).map(|n| u32::from(n < 10)).collect(), 2);
    let found = find(&layer, &Subset::whole(4), 0.9, Some(&classes));
    let place = found.iter().position(|one| one.pole.to_string() == "−b2");
    let direction = found[place.unwrap()];
    let class = direction.class.unwrap();
    assert_eq!(
        (direction.lit, class.class, class.precision, class.recall),
        (10, 1, 1.0, 1.0)
    );
    // 1 / (100 over 10), of two classes.
    let expected = 2.0 / 17_310_309_456_440.0;
    assert!((class.ln_p.exp() / expected - 1.0).abs() < 1e-10);
    let tests = found.iter().filter(|one| one.class.is_some()).count() as f64;
    assert!((class.ln_p_adjusted.exp() / (expected * tests) - 1.0).abs() < 1e-10);
    assert!((direction.null_share - null::share(0.9, 4)).abs() < 1e-15);
    // Ten or more of a hundred, each with that share.
    let share = null::share(0.9, 4);
    let ways = |k: i32| (1..=k).fold(1.0, |ways, j| ways * f64::from(101 - j) / f64::from(j));
    let point = |k: i32| ways(k) * share.powi(k) * (1.0 - share).powi(100 - k);
    let expected: f64 = (10..=60).map(point).sum();
    assert!((direction.ln_p_null - expected.ln()).abs() < 1e-9);
}

#[test]
fn it_is_called_off() {
    let (activations, _) = samples(30, 3, 1);
    let layer = Coordinates::standard(Arc::new(activations));
    let (cone, subset) = (Epsilon::new(0.5).unwrap(), Subset::whole(3));
    let cancel = AtomicBool::new(true);
    assert_eq!(
        directions(&layer, &subset, cone, None, &cancel),
        Err(Cancelled)
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn whatever_the_scale(epsilon in -1.0..=1.0f64, n in 1u32..80, d in 2u32..40) {
        let (activations, classes) = samples(n, d, 4);
        let layer = Coordinates::standard(Arc::new(activations));
        check(&layer, &Subset::whole(d as usize), epsilon, Some(&classes));
    }
}
