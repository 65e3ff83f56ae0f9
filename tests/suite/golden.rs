//! The paper's own code is the judge: every curve of every golden case equals
//! ours as integers, plane by plane and in whole sweeps.

use crate::common;

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::atomic::AtomicBool;

use common::{Golden, coordinates, golden, oracle, spec};
use followspot::srm::{Block, Coordinates, Observer, Plane, PlaneMode, Sign, curve, sweep};

struct Collect(Vec<i64>);

impl Observer for Collect {
    fn wants_curves(&self) -> bool {
        true
    }
    fn block(&mut self, block: &Block<'_>) -> ControlFlow<()> {
        self.0.extend(block.curves.iter().map(|&c| i64::from(c)));
        ControlFlow::Continue(())
    }
}

fn views(case: &Golden) -> Vec<Coordinates> {
    let mut views = vec![coordinates(&case.rows, Some(&case.basis))];
    if case.basis == common::identity(case.rows[0].len()) {
        views.push(coordinates(&case.rows, None));
    }
    views
}

fn sign(case: &Golden) -> Sign {
    if case.signed {
        Sign::Signed
    } else {
        Sign::Unsigned
    }
}

#[test]
fn the_oracle_of_these_tests_agrees_with_the_paper() {
    for case in golden() {
        for (plane, expected) in case.planes.iter().zip(&case.counts) {
            let counts = oracle(
                &case.rows,
                &case.basis,
                *plane,
                case.angles,
                case.epsilon,
                case.signed,
            );
            assert_eq!(&counts, expected, "{} {plane:?}", case.name);
        }
    }
}

#[test]
fn curves_equal_the_paper() {
    let cancel = AtomicBool::new(false);
    for case in golden() {
        for view in views(&case) {
            let spec = spec(
                &view,
                case.epsilon,
                case.angles,
                PlaneMode::Permutations,
                sign(&case),
            );
            for (&(i, j), expected) in case.planes.iter().zip(&case.counts) {
                let plane = Plane {
                    i: i as u32,
                    j: j as u32,
                };
                let curve =
                    curve(&view, plane, spec.epsilon, &spec.grid, spec.sign, &cancel).unwrap();
                assert_eq!(&curve.counts, expected, "{} {plane}", case.name);
            }
        }
    }
}

#[test]
fn sweeps_equal_the_paper() {
    let cancel = AtomicBool::new(false);
    for case in golden() {
        let mode = if case.permutations {
            PlaneMode::Permutations
        } else {
            PlaneMode::Combinations
        };
        let expected: HashMap<(usize, usize), &Vec<i64>> =
            case.planes.iter().copied().zip(&case.counts).collect();
        for view in views(&case) {
            let spec = spec(&view, case.epsilon, case.angles, mode, sign(&case));
            let mut collected = Collect(Vec::new());
            let swept = sweep(&view, &spec, &cancel, &mut collected).unwrap();
            assert_eq!(swept.records.len(), spec.planes.len());
            let mut compared = 0;
            for (record, counts) in swept.records.iter().zip(collected.0.chunks(case.angles)) {
                let plane = (record.plane.i as usize, record.plane.j as usize);
                if let Some(expected) = expected.get(&plane) {
                    assert_eq!(&counts, expected, "{} {plane:?}", case.name);
                    compared += 1;
                }
            }
            assert_eq!(compared, case.planes.len(), "{}", case.name);
        }
    }
}
