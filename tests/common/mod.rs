//! The plain, obviously right evaluation of the definition, and cases to hold
//! the program against.
#![allow(dead_code)] // each test file uses its part
#![allow(clippy::unwrap_used)]

use std::f64::consts::TAU;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use followspot::srm::{
    Activations, AngleGrid, Coordinates, Epsilon, PlaneMode, PlaneSet, Sign, SweepSpec, UnitBasis,
};
use ndarray::{Array0, Array2};
use ndarray_npy::ReadNpyExt;

/// The edge belongs to the cone.
pub const EDGE: f64 = 1e-12;

/// `f_ij(θ_k; ε)` as counts, straight from the definition: normalise, build the
/// frame, turn the probe, compare.
pub fn oracle(
    rows: &[Vec<f64>],
    basis: &[Vec<f64>],
    (i, j): (usize, usize),
    angles: usize,
    epsilon: f64,
    signed: bool,
) -> Vec<i64> {
    let (e1, e2) = frame(basis, i, j);
    let unit: Vec<Vec<f64>> = rows.iter().map(|row| normalised(row)).collect();
    (0..angles)
        .map(|k| {
            let theta = k as f64 * TAU / (angles - 1) as f64;
            let probe: Vec<f64> = e1
                .iter()
                .zip(&e2)
                .map(|(a, b)| theta.cos() * a + theta.sin() * b)
                .collect();
            count(&unit, &probe, epsilon, signed)
        })
        .collect()
}

/// Counts at the angles `theta`, unsigned, summed.
pub fn oracle_at(
    rows: &[Vec<f64>],
    basis: &[Vec<f64>],
    (i, j): (usize, usize),
    thetas: &[f64],
    epsilon: f64,
) -> i64 {
    let (e1, e2) = frame(basis, i, j);
    let unit: Vec<Vec<f64>> = rows.iter().map(|row| normalised(row)).collect();
    thetas
        .iter()
        .map(|theta| {
            let probe: Vec<f64> = e1
                .iter()
                .zip(&e2)
                .map(|(a, b)| theta.cos() * a + theta.sin() * b)
                .collect();
            count(&unit, &probe, epsilon, false)
        })
        .sum()
}

/// The angle of `b_j` in the plane `(i, j)`.
pub fn alpha(basis: &[Vec<f64>], i: usize, j: usize) -> f64 {
    dot(&normalised(&basis[i]), &normalised(&basis[j]))
        .clamp(-1.0, 1.0)
        .acos()
}

/// Largest in-plane radius of each row.
pub fn radius(row: &[f64], basis: &[Vec<f64>], i: usize, j: usize) -> f64 {
    let (e1, e2) = frame(basis, i, j);
    let unit = normalised(row);
    dot(&unit, &e1).hypot(dot(&unit, &e2))
}

fn frame(basis: &[Vec<f64>], i: usize, j: usize) -> (Vec<f64>, Vec<f64>) {
    let e1 = normalised(&basis[i]);
    let b = normalised(&basis[j]);
    let g = dot(&e1, &b);
    let rest: Vec<f64> = b.iter().zip(&e1).map(|(b, e)| b - g * e).collect();
    (e1, normalised(&rest))
}

fn count(unit: &[Vec<f64>], probe: &[f64], epsilon: f64, signed: bool) -> i64 {
    unit.iter()
        .map(|x| {
            let cosine = dot(x, probe);
            let lit = i64::from(cosine >= epsilon - EDGE);
            let off = i64::from(signed && cosine <= -(epsilon - EDGE));
            lit - off
        })
        .sum()
}

fn normalised(v: &[f64]) -> Vec<f64> {
    let largest = v.iter().fold(0.0f64, |m, x| m.max(x.abs()));
    if largest == 0.0 {
        return v.to_vec();
    }
    let v: Vec<f64> = v.iter().map(|x| x / largest).collect();
    let norm = dot(&v, &v).sqrt();
    v.iter().map(|x| x / norm).collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The rows of the identity.
pub fn identity(d: usize) -> Vec<Vec<f64>> {
    (0..d)
        .map(|i| (0..d).map(|j| f64::from(u8::from(i == j))).collect())
        .collect()
}

/// Coordinates of `rows` in `basis`; the standard one where it is `None`.
pub fn coordinates(rows: &[Vec<f64>], basis: Option<&[Vec<f64>]>) -> Coordinates {
    let activations = Arc::new(Activations::from_rows(rows).unwrap());
    match basis {
        None => Coordinates::standard(activations),
        Some(basis) => {
            let d = basis[0].len();
            let basis = UnitBasis::dense(basis.concat(), basis.len(), d).unwrap();
            Coordinates::new(activations, Arc::new(basis)).unwrap()
        }
    }
}

/// A sweep of all planes.
pub fn spec(
    coordinates: &Coordinates,
    epsilon: f64,
    angles: usize,
    mode: PlaneMode,
    sign: Sign,
) -> SweepSpec {
    SweepSpec {
        epsilon: Epsilon::new(epsilon).unwrap(),
        grid: AngleGrid::new(angles).unwrap(),
        sign,
        planes: PlaneSet::new(coordinates.basis(), mode, None),
    }
}

/// One case made by the paper's own code.
pub struct Golden {
    pub name: String,
    pub path: PathBuf,
    pub rows: Vec<Vec<f64>>,
    pub basis: Vec<Vec<f64>>,
    pub epsilon: f64,
    pub angles: usize,
    pub signed: bool,
    pub permutations: bool,
    pub planes: Vec<(usize, usize)>,
    pub counts: Vec<Vec<i64>>,
}

/// Every case under `tests/data/golden`.
pub fn golden() -> Vec<Golden> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/golden");
    let mut paths: Vec<PathBuf> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "npz"))
        .collect();
    paths.sort();
    assert!(
        paths.len() >= 30,
        "golden cases are missing: {}",
        paths.len()
    );
    paths.iter().map(|path| read_golden(path)).collect()
}

fn read_golden(path: &Path) -> Golden {
    let rows = |key| -> Vec<Vec<f64>> {
        let array: Array2<f64> = member(path, key);
        array.rows().into_iter().map(|r| r.to_vec()).collect()
    };
    let planes: Array2<i64> = member(path, "planes");
    let counts: Array2<i64> = member(path, "counts");
    let planes: Vec<(usize, usize)> = planes
        .rows()
        .into_iter()
        .map(|r| (r[0] as usize, r[1] as usize))
        .collect();
    let scalar = |key| member::<Array0<f64>>(path, key).into_scalar();
    let angles: Array0<i64> = member(path, "n_angles");
    let signed: Array0<bool> = member(path, "signed");
    Golden {
        name: path.file_stem().unwrap().to_string_lossy().into_owned(),
        path: path.to_owned(),
        rows: rows("activations"),
        basis: rows("basis"),
        epsilon: scalar("epsilon"),
        angles: angles.into_scalar() as usize,
        signed: signed.into_scalar(),
        permutations: planes.iter().any(|(i, j)| i > j),
        planes,
        counts: counts.rows().into_iter().map(|r| r.to_vec()).collect(),
    }
}

/// One array of an npz.
pub fn member<T: ReadNpyExt>(path: &Path, key: &str) -> T {
    let mut zip = zip::ZipArchive::new(std::fs::File::open(path).unwrap()).unwrap();
    let file = zip
        .by_name(&format!("{key}.npy"))
        .unwrap_or_else(|e| panic!("{key} of {}: {e}", path.display()));
    T::read_npy(file).unwrap_or_else(|e| panic!("{key} of {}: {e}", path.display()))
}
