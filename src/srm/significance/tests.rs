use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::{Distribution, StandardNormal};

use super::*;
use crate::srm::{
    Activations, AngleGrid, Coordinates, Epsilon, PlaneMode, PlaneSet, SweepSpec, Values, sweep,
};

/// What is drawn and how it is swept.
#[derive(Clone, Copy)]
struct Layers {
    samples: usize,
    neurons: usize,
    epsilon: f64,
    angles: usize,
    sign: Sign,
}

impl Layers {
    /// A sweep of normal samples, the first `clump` of them drawn to the first neuron.
    fn swept(self, clump: usize, seed: u64) -> Sweep {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut values: Vec<f64> = (0..self.samples * self.neurons)
            .map(|_| StandardNormal.sample(&mut rng))
            .collect();
        values
            .iter_mut()
            .step_by(self.neurons)
            .take(clump)
            .for_each(|v| *v += 20.0);
        let values = Values::F64(values);
        let activations = Activations::new(values, self.samples, self.neurons).unwrap();
        let coordinates = Coordinates::standard(Arc::new(activations));
        let planes = PlaneSet::new(coordinates.basis(), PlaneMode::Combinations, None);
        let cancel = AtomicBool::new(false);
        let spec = SweepSpec {
            epsilon: Epsilon::new(self.epsilon).unwrap(),
            grid: AngleGrid::new(self.angles).unwrap(),
            sign: self.sign,
            planes,
        };
        sweep(&coordinates, &spec, &cancel, &mut ()).unwrap()
    }
}

const SMALL: Layers = Layers {
    samples: 300,
    neurons: 8,
    epsilon: 0.6,
    angles: 73,
    sign: Sign::Unsigned,
};

#[test]
fn isotropic_layers_have_false_discoveries_at_most_at_the_stated_rate() {
    // All that is found in such a layer is false: the rate is that of layers with any.
    const DRAWN: u64 = 200;
    let rates = [0.05, 0.2];
    let mut found = [0u32; 2];
    for seed in 0..DRAWN {
        let sweep = SMALL.swept(0, seed);
        let significance = Significance::of(&sweep, SMALL.neurons, 0).unwrap();
        for (found, rate) in found.iter_mut().zip(rates) {
            *found += u32::from(significance.significant(rate) > 0);
        }
    }
    for (found, rate) in found.into_iter().zip(rates) {
        let (expected, spread) = (
            DRAWN as f64 * rate,
            (DRAWN as f64 * rate * (1.0 - rate)).sqrt(),
        );
        assert!(
            f64::from(found) < expected + 2.0 * spread,
            "{found} at {rate}"
        );
    }
    // A method that finds nothing would pass, too.
    assert!(found[1] > 5, "{found:?}");
}

#[test]
fn planes_of_a_clump_are_found_and_others_are_not() {
    let sweep = SMALL.swept(40, 3);
    let significance = Significance::of(&sweep, SMALL.neurons, 0).unwrap();
    let least = significance.least_peak(USUAL_RATE).unwrap();
    for record in sweep.records.iter() {
        let (_, q) = significance.at(record.peak).unwrap();
        assert_eq!(record.plane.i == 0, q <= USUAL_RATE, "{} {q}", record.plane);
        assert_eq!(q <= USUAL_RATE, record.peak >= least);
    }
    assert_eq!(significance.significant(USUAL_RATE), 7);
    assert_eq!(significance.planes(), 28);
}

#[test]
fn q_is_the_procedure_of_benjamini_and_hochberg() {
    let grid = AngleGrid::new(73).unwrap();
    let law = LargestCount::new(Epsilon::new(0.6).unwrap(), &grid, 8, 300, 0);
    let peaks = [30i64, 27, 0, 24, 33, 30, 24, 22];
    let significance = Significance::of_peaks(law.clone(), peaks.into_iter()).unwrap();
    let p = |peak: i64| law.chance(peak as u64).p();
    for rate in [0.9, 0.5, 0.1, 0.05, 0.02, 0.01, 1e-3, 1e-6] {
        // The largest rank whose p is at most rate · rank / planes, and all before it.
        let mut sorted = peaks.map(p);
        sorted.sort_unstable_by(f64::total_cmp);
        let passes = |rank: &usize| sorted[rank - 1] <= rate * *rank as f64 / 8.0;
        let expected = (1..=8).rev().find(passes).unwrap_or(0);
        assert_eq!(significance.significant(rate), expected, "{rate}");
    }
    assert!(significance.at(31).is_none());
    assert_eq!(significance.strongest(), significance.at(33));
}

#[test]
fn signed_sweeps_are_not_judged() {
    let signed = Layers {
        sign: Sign::Signed,
        ..SMALL
    };
    assert_eq!(Significance::of(&signed.swept(0, 1), 8, 0), None);
}

/// The figures of the module's head:
/// `cargo test --release --no-default-features --lib layers_keep -- --ignored --nocapture`.
#[test]
#[ignore = "long; a shorter one of the kind runs always"]
fn isotropic_layers_keep_their_rate() {
    const DRAWN: u64 = 2000;
    for epsilon in [0.35, 0.5, 0.7] {
        let layers = Layers {
            samples: 2000,
            neurons: 24,
            epsilon,
            angles: 361,
            sign: Sign::Unsigned,
        };
        let mut found = [0u32; 3];
        for seed in 0..DRAWN {
            let sweep = layers.swept(0, 1000 + seed);
            let significance = Significance::of(&sweep, layers.neurons, 0).unwrap();
            for (found, rate) in found.iter_mut().zip([0.2, 0.05, 0.01]) {
                *found += u32::from(significance.significant(rate) > 0);
            }
        }
        eprintln!("ε = {epsilon}: {found:?} of {DRAWN} layers at rates of 20%, 5% and 1%");
        for (found, rate) in found.into_iter().zip([0.2, 0.05, 0.01]) {
            let expected = DRAWN as f64 * rate;
            assert!(f64::from(found) < expected + 3.0 * expected.sqrt());
        }
    }
}
