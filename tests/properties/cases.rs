//! Random layers, bases and settings.

use std::f64::consts::TAU;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::common;
use crate::plain::degenerate;

/// A layer, a basis (the standard one where it is `None`) and the settings.
#[derive(Clone, Debug)]
pub struct Case {
    pub rows: Vec<Vec<f64>>,
    pub basis: Option<Vec<Vec<f64>>>,
    pub epsilon: f64,
    pub angles: usize,
    pub signed: bool,
}

impl Case {
    /// The basis written out.
    pub fn vectors(&self) -> Vec<Vec<f64>> {
        self.basis
            .clone()
            .unwrap_or_else(|| common::identity(self.rows[0].len()))
    }
}

/// `N` 1 to 40 or so, `d` 2 to 7, any basis, any resolution, with or without sign.
pub fn case() -> impl Strategy<Value = Case> {
    (2usize..=7)
        .prop_flat_map(|d| (rows(d), basis(d), epsilon(), 2usize..130, any::<bool>()))
        .prop_map(|(rows, basis, epsilon, angles, signed)| Case {
            rows,
            basis,
            epsilon,
            angles,
            signed,
        })
}

/// Resolutions: any, and those at which exact ties are common.
pub fn epsilon() -> impl Strategy<Value = f64> {
    let round = [
        -1.0,
        -0.75,
        -0.5,
        0.0,
        0.5,
        0.5f64.sqrt(),
        0.75,
        0.75f64.sqrt(),
        0.9,
        1.0,
    ];
    prop_oneof![2 => -1.0f64..=1.0, 1 => 0.2f64..0.95, 2 => select(round.to_vec())]
}

/// Rows as layers have them: dense, rectified, of small integers, one-hot,
/// zero, and copies of each other.
pub fn rows(d: usize) -> impl Strategy<Value = Vec<Vec<f64>>> {
    (vec(row(d), 1..=36), vec(any::<Index>(), 0..=4)).prop_map(|(mut rows, copies)| {
        for copy in copies {
            rows.push(copy.get(&rows).clone());
        }
        rows
    })
}

/// Rows without exact ties, of which none is zero.
pub fn dense_rows(d: usize) -> impl Strategy<Value = Vec<Vec<f64>>> {
    vec(dense_row(d), 1..=40)
}

fn dense_row(d: usize) -> impl Strategy<Value = Vec<f64>> {
    vec(-3.0f64..3.0, d).prop_filter("a direction", |row| row.iter().any(|x| x.abs() > 1e-3))
}

fn row(d: usize) -> impl Strategy<Value = Vec<f64>> {
    let one_hot = (0..d, 0.01f64..100.0, any::<bool>()).prop_map(move |(k, size, negative)| {
        let mut row = vec![0.0; d];
        row[k] = if negative { -size } else { size };
        row
    });
    prop_oneof![
        5 => dense_row(d),
        2 => vec((-3.0f64..3.0).prop_map(|x| x.max(0.0)), d),
        3 => vec((-2i32..=2).prop_map(f64::from), d),
        2 => one_hot,
        1 => Just(vec![0.0; d]),
    ]
}

/// Standard, written out, turned, oblique with fewer, as many and more vectors
/// than dimensions; vectors of any length, pairs parallel or 3° apart at least.
pub fn basis(d: usize) -> impl Strategy<Value = Option<Vec<Vec<f64>>>> {
    prop_oneof![
        3 => Just(None),
        1 => Just(Some(common::identity(d))),
        2 => any::<u64>().prop_map(move |seed| Some(orthonormal(d, seed))),
        2 => oblique(d, 2..=d).prop_map(Some),
        2 => oblique(d, d + 1..=d + 3).prop_map(Some),
    ]
}

/// Vectors in no particular arrangement.
pub fn oblique(
    d: usize,
    m: std::ops::RangeInclusive<usize>,
) -> impl Strategy<Value = Vec<Vec<f64>>> {
    let vector = (vec(-1.0f64..1.0, d), 0.1f64..10.0)
        .prop_filter("a direction", |(v, _)| v.iter().any(|x| x.abs() > 0.1))
        .prop_map(|(v, length)| v.iter().map(|x| x * length).collect::<Vec<f64>>());
    vec(vector, m).prop_filter("well apart", |basis| {
        (0..basis.len()).all(|j| {
            (0..j).all(|i| degenerate(basis, i, j) || common::alpha(basis, i, j).sin() > 0.05)
        })
    })
}

/// A seeded source of standard normal values (Box and Muller).
pub struct Normal(ChaCha8Rng);

impl Normal {
    pub fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    pub fn draw(&mut self) -> f64 {
        let mut unit = || ((self.0.next_u64() >> 11) as f64 + 0.5) / (1u64 << 53) as f64;
        let (u, v) = (unit(), unit());
        (-2.0 * u.ln()).sqrt() * (TAU * v).cos()
    }

    pub fn rows(&mut self, n: usize, d: usize) -> Vec<Vec<f64>> {
        (0..n)
            .map(|_| (0..d).map(|_| self.draw()).collect())
            .collect()
    }
}

/// A seeded random orthonormal basis (Gram and Schmidt, twice for the digits).
pub fn orthonormal(d: usize, seed: u64) -> Vec<Vec<f64>> {
    let mut normal = Normal::new(seed);
    let mut basis: Vec<Vec<f64>> = Vec::new();
    while basis.len() < d {
        let mut v = normal.rows(1, d).remove(0);
        for _ in 0..2 {
            for b in &basis {
                let along: f64 = v.iter().zip(b).map(|(x, y)| x * y).sum();
                v.iter_mut().zip(b).for_each(|(x, y)| *x -= along * y);
            }
            let norm = v.iter().map(|x| x * x).sum::<f64>().sqrt();
            v = v.iter().map(|x| x / norm).collect();
        }
        basis.push(v);
    }
    basis
}

/// `X Q`: each row turned.
pub fn turned(rows: &[Vec<f64>], q: &[Vec<f64>]) -> Vec<Vec<f64>> {
    rows.iter()
        .map(|row| {
            (0..q.len())
                .map(|k| row.iter().zip(q).map(|(x, q)| x * q[k]).sum())
                .collect()
        })
        .collect()
}
