//! Whole sweeps against a plain evaluation over the planes: records, ensemble,
//! lit samples; draws of planes.

use std::collections::BTreeSet;
use std::sync::atomic::AtomicBool;

use followspot::srm::{Coordinates, Draw, Plane, PlaneMode, PlaneSet, Subset, SweepSpec, sweep};
use proptest::prelude::*;

use crate::cases::{Case, Normal, case};
use crate::common::spec;
use crate::plain::{PlainPlane, close, plane, planes, sign, swept, view};

const MODES: [PlaneMode; 2] = [PlaneMode::Combinations, PlaneMode::Permutations];

fn spec_of(case: &Case, coordinates: &Coordinates, mode: PlaneMode) -> SweepSpec {
    spec(
        coordinates,
        case.epsilon,
        case.angles,
        mode,
        sign(case.signed),
    )
}

/// Everything that a sweep of `case` yields.
fn check(case: &Case, mode: PlaneMode) {
    check_among(case, mode, &Subset::whole(case.vectors().len()));
}

/// The same of the planes among some of its vectors.
fn check_among(case: &Case, mode: PlaneMode, subset: &Subset) {
    let coordinates = view(case);
    let spec = SweepSpec {
        planes: PlaneSet::among(subset, coordinates.basis(), mode, None),
        ..spec_of(case, &coordinates, mode)
    };
    let (swept, counts) = swept(&coordinates, &spec);
    let chosen = |(i, j): &(usize, usize)| [*i, *j].iter().all(|&k| subset.contains(k as u32));
    let mut planes = planes(&case.vectors(), mode);
    planes.retain(chosen);
    let plain: Vec<PlainPlane> = planes.iter().map(|&at| PlainPlane::new(case, at)).collect();

    assert_eq!(swept.records.len(), planes.len());
    assert_eq!(spec.planes.in_all(), planes.len() as u64);
    for (n, record) in swept.records.iter().enumerate() {
        let (at, plain, counts) = (planes[n], &plain[n], &counts[n]);
        assert_eq!(record.plane, plane(at));
        assert_eq!(spec.planes.position(record.plane), Some(n));
        assert_eq!(counts, &plain.counts, "counts of {at:?}");
        assert_eq!(record.axes, plain.axes, "axes of {at:?}");
        assert_eq!(record.bisectors, plain.bisectors, "bisectors of {at:?}");
        assert_eq!(record.lit, plain.lit_count(), "lit in {at:?}");
        let peak = record.peak_index.map(|k| (k, record.peak));
        assert_eq!(peak, plain.peak(), "peak of {at:?}");
        let total: i64 = plain.counts[..case.angles - 1].iter().sum();
        assert_eq!(record.total, total, "total of {at:?}");
    }

    let n = case.rows.len();
    let lit = (0..n).filter(|&k| plain.iter().any(|p| p.lit[k])).count();
    assert_eq!(swept.n_samples, n);
    assert_eq!(swept.lit_samples, lit, "samples lit in some plane");
    let nearest = plain.iter().map(|p| p.nearest).fold(0.0, f64::max);
    assert_eq!(swept.nearest.is_some(), swept.lit_samples == 0);
    if let Some(found) = swept.nearest {
        assert!(close(found, nearest), "{found} {nearest}");
    }

    if !planes.is_empty() {
        for k in 0..case.angles {
            let values: Vec<f64> = plain
                .iter()
                .map(|p| p.counts[k] as f64 / n as f64)
                .collect();
            check_statistics(&swept, k, &values);
        }
    }
    check_summaries(&swept, &plain);
}

/// The ensemble at one angle against the values of all planes.
fn check_statistics(swept: &followspot::srm::Sweep, k: usize, values: &[f64]) {
    let ensemble = &swept.ensemble;
    let p = values.len() as f64;
    let mean = values.iter().sum::<f64>() / p;
    let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / p;
    assert!(close(ensemble.mean[k], mean), "mean at {k}");
    assert!(
        close(ensemble.std[k], variance.sqrt()),
        "std at {k}: {} is not {}",
        ensemble.std[k],
        variance.sqrt()
    );
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    assert_eq!(ensemble.min[k], least, "min at {k}");
    assert_eq!(ensemble.max[k], most, "max at {k}");
}

fn check_summaries(swept: &followspot::srm::Sweep, plain: &[PlainPlane]) {
    let lit_planes = plain.iter().filter(|p| p.lit_count() > 0).count();
    assert_eq!(swept.lit_planes(), lit_planes);
    let best = plain.iter().map(|p| p.peak().map_or(0, |(_, count)| count));
    assert_eq!(swept.highest_peak(), best.max().unwrap_or(0));
    let most = plain.iter().map(PlainPlane::lit_count).max();
    let first = most.and_then(|most| plain.iter().position(|p| p.lit_count() == most));
    assert_eq!(
        swept.most_lit(),
        first.map(|first| swept.records.get(first).unwrap().plane)
    );
}

/// What [`chosen`] makes a subset of.
fn choice() -> impl Strategy<Value = (prop::sample::Index, prop::sample::Index, u16)> {
    any::<(prop::sample::Index, prop::sample::Index, u16)>()
}

/// Two of `m` vectors, if they are not one, and others with them.
fn chosen(
    m: usize,
    first: prop::sample::Index,
    second: prop::sample::Index,
    others: u16,
) -> Option<Subset> {
    let two = [first.index(m) as u32, second.index(m) as u32];
    let others = (0..m as u32).filter(|k| others >> (k % 16) & 1 == 1);
    Subset::of(m, two.into_iter().chain(others))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn sweeps_are_the_plain_evaluation(case in case()) {
        for mode in MODES {
            check(&case, mode);
        }
    }

    #[test]
    fn parallel_and_antiparallel_vectors_make_no_plane(
        case in case(),
        copied in any::<prop::sample::Index>(),
        length in prop::sample::select(vec![1.0, -1.0, 4.0, -0.25]),
    ) {
        let mut vectors = case.vectors();
        let copy = copied.get(&vectors).iter().map(|x| x * length).collect();
        vectors.push(copy);
        let case = Case { basis: Some(vectors), ..case };
        let coordinates = view(&case);
        prop_assert!(!coordinates.basis().degenerate_pairs().is_empty());
        for mode in MODES {
            check(&case, mode);
        }
    }

    #[test]
    fn sweeps_among_some_vectors_are_the_plain_evaluation(
        case in case(),
        copied in any::<Option<prop::sample::Index>>(),
        (first, second, others) in choice(),
    ) {
        // Sometimes two of the vectors are parallel.
        let case = match copied {
            None => case,
            Some(copied) => {
                let mut vectors = case.vectors();
                vectors.push(copied.get(&vectors).iter().map(|x| -2.0 * x).collect());
                Case { basis: Some(vectors), ..case }
            }
        };
        let Some(subset) = chosen(case.vectors().len(), first, second, others) else {
            return Ok(());
        };
        for mode in MODES {
            check_among(&case, mode, &subset);
        }
    }

    #[test]
    fn a_drawn_sweep_is_a_part_of_the_whole(
        case in case(),
        max_planes in 1usize..20,
        seed in any::<u64>(),
        permutations in any::<bool>(),
        (first, second, others) in choice(),
        among in any::<bool>(),
    ) {
        let mode = MODES[usize::from(permutations)];
        let coordinates = view(&case);
        let m = case.vectors().len();
        let subset = chosen(m, first, second, others).filter(|_| among);
        let subset = subset.unwrap_or_else(|| Subset::whole(m));
        let basis = coordinates.basis();
        let whole = SweepSpec {
            planes: PlaneSet::among(&subset, basis, mode, None),
            ..spec_of(&case, &coordinates, mode)
        };
        let draw = Draw { max_planes, seed };
        let part = SweepSpec {
            planes: PlaneSet::among(&subset, basis, mode, Some(draw)),
            ..whole.clone()
        };
        prop_assert_eq!(part.planes.len(), max_planes.min(whole.planes.len()));
        prop_assert_eq!(part.planes.in_all(), whole.planes.len() as u64);
        let (all, all_counts) = swept(&coordinates, &whole);
        let (some, some_counts) = swept(&coordinates, &part);
        prop_assert!(some.records.iter().is_sorted_by_key(|r| r.plane));
        for (n, (record, counts)) in some.records.iter().zip(&some_counts).enumerate() {
            prop_assert_eq!(part.planes.position(record.plane), Some(n));
            let place = whole.planes.position(record.plane).unwrap();
            prop_assert_eq!(Some(record), all.records.get(place));
            prop_assert_eq!(counts, &all_counts[place]);
        }
        let drawn: BTreeSet<Plane> = some.records.iter().map(|r| r.plane).collect();
        prop_assert_eq!(drawn.len(), part.planes.len(), "without replacement");
        prop_assert!(some.lit_samples <= all.lit_samples);
        let plain: Vec<PlainPlane> = some
            .records
            .iter()
            .map(|r| PlainPlane::new(&case, (r.plane.i as usize, r.plane.j as usize)))
            .collect();
        let lit = (0..case.rows.len()).filter(|&k| plain.iter().any(|p| p.lit[k])).count();
        prop_assert_eq!(some.lit_samples, lit, "lit in a drawn plane");
    }

    #[test]
    fn draws_are_the_same_for_a_seed_and_not_for_others(
        case in case(),
        max_planes in 1usize..8,
        seed in any::<u64>(),
    ) {
        let coordinates = view(&case);
        let draw = |seed| {
            let draw = Draw { max_planes, seed };
            PlaneSet::new(coordinates.basis(), PlaneMode::Permutations, Some(draw))
        };
        prop_assert_eq!(draw(seed), draw(seed));
        prop_assert_eq!(draw(seed).is_sampled(), (max_planes as u64) < draw(seed).in_all());
        if draw(seed).is_sampled() {
            prop_assert!((1..=40).any(|k| draw(seed ^ k) != draw(seed)));
        }
    }
}

/// Integer sums make the result the same however the planes are shared out.
#[test]
fn threads_do_not_change_a_sweep() {
    let rows = Normal::new(3).rows(3_000, 24);
    let coordinates = crate::common::coordinates(&rows, None);
    for signed in [false, true] {
        let spec = spec(
            &coordinates,
            0.45,
            100,
            PlaneMode::Permutations,
            sign(signed),
        );
        let run = |threads: usize, curves: bool| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
            pool.unwrap().install(|| {
                if curves {
                    swept(&coordinates, &spec).0
                } else {
                    sweep(&coordinates, &spec, &AtomicBool::new(false), &mut ()).unwrap()
                }
            })
        };
        let one = run(1, true);
        assert!(one.records.iter().any(|r| r.peak > 0));
        assert_eq!(one, run(3, true));
        assert_eq!(one, run(2, false), "curves wanted or not");
    }
}

/// Enough planes for blocks of many sizes.
#[test]
fn many_planes_come_in_order_and_once() {
    let rows = Normal::new(4).rows(20, 130);
    let coordinates = crate::common::coordinates(&rows, None);
    let spec = spec(&coordinates, 0.3, 9, PlaneMode::Combinations, sign(false));
    let (swept, counts) = swept(&coordinates, &spec);
    let expected = planes(&crate::common::identity(130), PlaneMode::Combinations);
    assert_eq!(swept.records.len(), expected.len());
    for (n, (record, &at)) in swept.records.iter().zip(&expected).enumerate() {
        assert_eq!(record.plane, plane(at));
        if n % 97 == 0 {
            let case = Case {
                rows: rows.clone(),
                basis: None,
                epsilon: 0.3,
                angles: 9,
                signed: false,
            };
            assert_eq!(counts[n], PlainPlane::new(&case, at).counts, "{at:?}");
        }
    }
}

/// A sample may be dark nowhere on a coarse grid and yet on an axis.
#[test]
fn axes_are_counted_off_the_grid_in_a_wide_cone_too() {
    let case = Case {
        rows: vec![vec![1.0, 0.0, 0.0]],
        basis: Some(vec![vec![0.0, 0.3, 1.0], vec![-0.6, 0.6, -1.0]]),
        epsilon: -0.44,
        angles: 2,
        signed: false,
    };
    for mode in MODES {
        check(&case, mode);
    }
}
