//! A whole sweep straight from the definition, plane by plane, and short names
//! for the calls under test.

use std::f64::consts::{FRAC_PI_2, PI};
use std::ops::ControlFlow;
use std::sync::atomic::AtomicBool;

use followspot::srm::{
    AngleGrid, Block, Coordinates, Curve, Epsilon, Observer, Plane, PlaneMode, Sign, Sweep,
    SweepSpec, curve, sweep,
};

use crate::cases::Case;
use crate::common::{self, EDGE, alpha, oracle, oracle_at, radius};

/// Whether `b_i` and `b_j` point the same way, or opposite ways, but for 0.0006°,
/// and so span no plane.
pub fn degenerate(basis: &[Vec<f64>], i: usize, j: usize) -> bool {
    alpha(basis, i, j).sin() < 1e-5
}

/// The planes of a basis in lexicographic order.
pub fn planes(basis: &[Vec<f64>], mode: PlaneMode) -> Vec<(usize, usize)> {
    let m = basis.len();
    (0..m)
        .flat_map(|i| (0..m).map(move |j| (i, j)))
        .filter(|&(i, j)| match mode {
            PlaneMode::Combinations => i < j,
            PlaneMode::Permutations => i != j,
        })
        .filter(|&(i, j)| !degenerate(basis, i, j))
        .collect()
}

/// One plane, evaluated plainly.
#[derive(Debug, PartialEq)]
pub struct PlainPlane {
    pub counts: Vec<i64>,
    pub axes: u64,
    pub bisectors: u64,
    /// Which samples are lit.
    pub lit: Vec<bool>,
    pub nearest: f64,
}

impl PlainPlane {
    pub fn new(case: &Case, (i, j): (usize, usize)) -> Self {
        let basis = case.vectors();
        let turn = alpha(&basis, i, j);
        let at =
            |thetas: &[f64]| oracle_at(&case.rows, &basis, (i, j), thetas, case.epsilon) as u64;
        let between = turn / 2.0;
        let radii: Vec<f64> = case
            .rows
            .iter()
            .map(|row| radius(row, &basis, i, j))
            .collect();
        Self {
            counts: oracle(
                &case.rows,
                &basis,
                (i, j),
                case.angles,
                case.epsilon,
                case.signed,
            ),
            axes: at(&[0.0, turn, PI, PI + turn]),
            bisectors: at(&[
                between,
                between + FRAC_PI_2,
                between + PI,
                between + PI + FRAC_PI_2,
            ]),
            lit: radii.iter().map(|&r| r >= case.epsilon - EDGE).collect(),
            nearest: radii.into_iter().fold(0.0, f64::max),
        }
    }

    pub fn lit_count(&self) -> u64 {
        self.lit.iter().filter(|&&lit| lit).count() as u64
    }

    /// The smallest place of the largest of the distinct directions; `None`
    /// for a curve of zeros.
    pub fn peak(&self) -> Option<(usize, i64)> {
        let distinct = &self.counts[..self.counts.len() - 1];
        let best = *distinct.iter().max().unwrap();
        let dark = distinct.iter().all(|&count| count == 0);
        (!dark).then(|| (distinct.iter().position(|&c| c == best).unwrap(), best))
    }
}

/// `(i, j)` as the program writes it.
pub fn plane((i, j): (usize, usize)) -> Plane {
    Plane {
        i: i as u32,
        j: j as u32,
    }
}

pub fn sign(signed: bool) -> Sign {
    if signed { Sign::Signed } else { Sign::Unsigned }
}

/// The program's coordinates of a case.
pub fn view(case: &Case) -> Coordinates {
    common::coordinates(&case.rows, case.basis.as_deref())
}

/// The program's curve of one plane of a case.
pub fn curve_of(case: &Case, coordinates: &Coordinates, at: (usize, usize)) -> Curve {
    curve(
        coordinates,
        plane(at),
        Epsilon::new(case.epsilon).unwrap(),
        &AngleGrid::new(case.angles).unwrap(),
        sign(case.signed),
        &AtomicBool::new(false),
    )
    .unwrap()
}

/// The program's counts of every plane `(i, j)`, `i ≠ j`, one curve after another.
pub fn all_counts(case: &Case) -> Vec<Vec<i64>> {
    let coordinates = view(case);
    planes(&case.vectors(), PlaneMode::Permutations)
        .into_iter()
        .map(|at| curve_of(case, &coordinates, at).counts)
        .collect()
}

/// Keeps the curves of a sweep and checks that its blocks follow each other.
#[derive(Default)]
pub struct Collect {
    pub counts: Vec<i64>,
    pub done: usize,
    pub total: Option<usize>,
}

impl Observer for Collect {
    fn wants_curves(&self) -> bool {
        true
    }

    fn block(&mut self, block: &Block<'_>) -> ControlFlow<()> {
        assert_eq!(block.first, self.done, "blocks follow each other");
        assert_eq!(*self.total.get_or_insert(block.total), block.total);
        self.counts
            .extend(block.curves.iter().map(|&c| i64::from(c)));
        self.done = block.done;
        ControlFlow::Continue(())
    }
}

/// A sweep and all its curves.
pub fn swept(coordinates: &Coordinates, spec: &SweepSpec) -> (Sweep, Vec<Vec<i64>>) {
    let mut collect = Collect::default();
    let swept = sweep(coordinates, spec, &AtomicBool::new(false), &mut collect).unwrap();
    assert_eq!(collect.done, spec.planes.len(), "every plane is reported");
    let counts = collect
        .counts
        .chunks(spec.grid.count())
        .map(<[i64]>::to_vec)
        .collect();
    (swept, counts)
}

/// `a` is `b` but for rounding.
pub fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-12 * b.abs().max(1.0)
}
