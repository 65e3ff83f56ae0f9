//! The privileged basis `B`, `m × d`, and the frames of its planes.

use std::ops::Range;
use std::sync::atomic::AtomicBool;

use ndarray::{Array2, ArrayView1, ArrayView2, s};
use rayon::prelude::*;

use super::cancel::{Cancelled, PRODUCTS, check};
use super::plane::Plane;
use super::subset::Subset;

/// `s = ‖b_j − (b_i·b_j) b_i‖` below this makes no plane (0.0006°).
pub const DEGENERATE: f64 = 1e-5;

/// `|g|` above which a plane's height is worked out from the vectors: below,
/// `√(1 − g²)` has lost less than a digit. No degenerate pair is below.
pub(super) const NEARLY_PARALLEL: f64 = 0.9;

/// Most vectors whose overlaps with the others are worked out in one product.
const OVERLAP_ROWS: usize = 16;

/// Why a matrix is no privileged basis.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BasisError {
    /// `m < 2`.
    #[error("it has {0} row{s}: a plane needs at least two basis vectors", s = if *.0 == 1 { "" } else { "s" })]
    TooFew(usize),
    /// The basis lives in another space than the samples.
    #[error(
        "its vectors have {columns} entries but the samples have {neurons} neurons: \
         one entry a neuron is needed"
    )]
    WidthDiffers {
        /// Columns of the basis.
        columns: usize,
        /// Neurons of the layer.
        neurons: usize,
    },
    /// A row without a direction.
    #[error("its row {0} is zero, which is no direction")]
    ZeroRow(usize),
    /// A row that is no vector.
    #[error("its row {0} holds a NaN or an infinity")]
    NotFinite(usize),
    /// The values do not fill `m × d`.
    #[error("{values} values do not make {rows} × {columns}")]
    Ragged {
        /// Number of values given.
        values: usize,
        /// Rows claimed.
        rows: usize,
        /// Columns claimed.
        columns: usize,
    },
}

/// Privileged directions of unit length, `m ≥ 2` of them in `R^d`; they need be
/// neither orthogonal nor as many as `d`.
#[derive(Clone, Debug, PartialEq)]
pub struct UnitBasis {
    d: usize,
    rows: Rows,
    /// Parallel or antiparallel pairs `i < j`: no planes. Ascending.
    degenerate: Vec<(u32, u32)>,
    /// The largest `|b_k·b_l|` over the `l` with which `k` spans a plane; empty for
    /// the standard basis.
    closest: Vec<f64>,
}

#[derive(Clone, Debug, PartialEq)]
enum Rows {
    /// `B = I`, never stored.
    Standard,
    /// `m × d`, row after row.
    Dense { m: usize, values: Vec<f64> },
}

/// How the two vectors of a plane lie: `e1 = b_i`, `e2 = (b_j − g b_i) / s`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Frame {
    /// `g = b_i·b_j`.
    pub overlap: f64,
    /// `s = ‖b_j − g b_i‖ > 0`.
    pub height: f64,
}

impl Frame {
    /// The frame of an orthogonal pair.
    pub const ORTHOGONAL: Self = Self {
        overlap: 0.0,
        height: 1.0,
    };

    /// `α`: radians from `b_i` to `b_j`.
    #[must_use]
    pub fn alpha_rad(&self) -> f64 {
        self.height.atan2(self.overlap)
    }
}

impl UnitBasis {
    /// The standard basis of `R^d`: one direction a neuron.
    ///
    /// # Errors
    /// If `d < 2`.
    pub fn standard(d: usize) -> Result<Self, BasisError> {
        if d < 2 {
            return Err(BasisError::TooFew(d));
        }
        Ok(Self {
            d,
            rows: Rows::Standard,
            degenerate: Vec::new(),
            closest: Vec::new(),
        })
    }

    /// `m × d` values, row after row; each row is normalised (with scaling, so
    /// that no finite row over- or underflows).
    ///
    /// # Errors
    /// Fewer than two rows, a zero row, a row that is not finite.
    pub fn dense(values: Vec<f64>, m: usize, d: usize) -> Result<Self, BasisError> {
        Self::dense_cancellable(values, m, d, &AtomicBool::new(false))
            .map(|basis| basis.unwrap_or_else(|_| unreachable!("nobody cancels")))
    }

    /// As [`UnitBasis::dense`], which takes `O(m²·d)` to find the parallel pairs;
    /// called off soon after `cancel` is set.
    ///
    /// # Errors
    /// As [`UnitBasis::dense`]; within, [`Cancelled`].
    pub fn dense_cancellable(
        mut values: Vec<f64>,
        m: usize,
        d: usize,
        cancel: &AtomicBool,
    ) -> Result<Result<Self, Cancelled>, BasisError> {
        if m.checked_mul(d) != Some(values.len()) {
            return Err(BasisError::Ragged {
                values: values.len(),
                rows: m,
                columns: d,
            });
        }
        if m < 2 {
            return Err(BasisError::TooFew(m));
        }
        if d == 0 {
            return Err(BasisError::ZeroRow(0));
        }
        for (index, row) in values.chunks_exact_mut(d).enumerate() {
            if check(cancel).is_err() {
                return Ok(Err(Cancelled));
            }
            if !row.iter().all(|v| v.is_finite()) {
                return Err(BasisError::NotFinite(index));
            }
            let largest = row.iter().fold(0.0f64, |m, v| m.max(v.abs()));
            if largest == 0.0 {
                return Err(BasisError::ZeroRow(index));
            }
            for v in row.iter_mut() {
                *v /= largest;
            }
            let norm = row.iter().map(|v| v * v).sum::<f64>().sqrt();
            for v in row.iter_mut() {
                *v /= norm;
            }
        }
        let mut basis = Self {
            d,
            rows: Rows::Dense { m, values },
            degenerate: Vec::new(),
            closest: Vec::new(),
        };
        Ok(basis.compare(cancel).map(|(degenerate, closest)| {
            basis.degenerate = degenerate;
            basis.closest = closest;
            basis
        }))
    }

    /// `m`: number of vectors.
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.rows {
            Rows::Standard => self.d,
            Rows::Dense { m, .. } => *m,
        }
    }

    /// Never: a basis has at least two vectors.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        false
    }

    /// `d`: entries of a vector.
    #[must_use]
    pub fn dimensions(&self) -> usize {
        self.d
    }

    /// Whether this is `B = I`.
    #[must_use]
    pub fn is_standard(&self) -> bool {
        matches!(self.rows, Rows::Standard)
    }

    /// The unit vectors, `m × d` row after row; `None` for the standard basis.
    #[must_use]
    pub fn values(&self) -> Option<&[f64]> {
        match &self.rows {
            Rows::Standard => None,
            Rows::Dense { values, .. } => Some(values),
        }
    }

    /// The pairs `i < j` that are parallel or antiparallel (`s < 1e-5`).
    #[must_use]
    pub fn degenerate_pairs(&self) -> &[(u32, u32)] {
        &self.degenerate
    }

    /// The largest `|b_k·b_l|` over the vectors `l` with which `k` spans a plane, up
    /// to rounding.
    pub(super) fn closest(&self, k: usize) -> f64 {
        self.closest.get(k).copied().unwrap_or(0.0)
    }

    /// As [`UnitBasis::closest`] of all vectors, among those of a subset; `None` of the
    /// others.
    pub(super) fn closest_among(
        &self,
        subset: &Subset,
        cancel: &AtomicBool,
    ) -> Result<Vec<Option<f64>>, Cancelled> {
        let mut closest = vec![None; self.len()];
        let Some(values) = self.values() else {
            for k in subset.iter() {
                closest[k as usize] = Some(0.0);
            }
            return Ok(closest);
        };
        let row = |k: u32| &values[k as usize * self.d..(k as usize + 1) * self.d];
        let chosen: Vec<f64> = subset.iter().flat_map(|k| row(k).iter().copied()).collect();
        let chosen = ArrayView2::from_shape((subset.len(), self.d), &chosen)
            .unwrap_or_else(|_| unreachable!("a row a chosen vector"));
        let step = (PRODUCTS / chosen.len().max(1)).clamp(1, OVERLAP_ROWS);
        let pieces: Result<Vec<Vec<f64>>, Cancelled> = (0..subset.len().div_ceil(step))
            .into_par_iter()
            .map(|piece| {
                check(cancel)?;
                let first = piece * step;
                let rows = first..subset.len().min(first + step);
                let overlaps = chosen.slice(s![rows, ..]).dot(&chosen.t());
                let of_row = |(row, overlaps): (usize, ArrayView1<'_, f64>)| {
                    let i = subset.get(first + row);
                    let partners = subset.iter().zip(overlaps.iter().map(|g| g.abs()));
                    partners
                        .filter(|&(j, g)| {
                            i != j && (g <= NEARLY_PARALLEL || self.spans(Plane { i, j }))
                        })
                        .fold(0.0, |most: f64, (_, g)| most.max(g.min(1.0)))
                };
                Ok(overlaps
                    .rows()
                    .into_iter()
                    .enumerate()
                    .map(of_row)
                    .collect())
            })
            .collect();
        for (k, most) in subset.iter().zip(pieces?.into_iter().flatten()) {
            closest[k as usize] = Some(most);
        }
        Ok(closest)
    }

    /// Whether `i ≠ j` span a plane.
    #[must_use]
    pub fn spans(&self, plane: Plane) -> bool {
        let (i, j) = (plane.i as usize, plane.j as usize);
        let pair = (plane.i.min(plane.j), plane.i.max(plane.j));
        i != j && i < self.len() && j < self.len() && self.degenerate.binary_search(&pair).is_err()
    }

    /// The frame of the plane `(i, j)`; `g` and `s` are worked out from the
    /// vectors, since `√(1 − g²)` cancels for nearly parallel ones.
    ///
    /// # Panics
    /// If `i` or `j` is not below `m`.
    #[must_use]
    pub fn frame(&self, plane: Plane) -> Frame {
        let Rows::Dense { values, .. } = &self.rows else {
            return Frame::ORTHOGONAL;
        };
        let row = |k: u32| &values[k as usize * self.d..(k as usize + 1) * self.d];
        let (a, b) = (row(plane.i), row(plane.j));
        let overlap: f64 = a.iter().zip(b).map(|(x, y)| x * y).sum();
        let height = a
            .iter()
            .zip(b)
            .map(|(x, y)| (y - overlap * x).powi(2))
            .sum::<f64>()
            .sqrt();
        Frame { overlap, height }
    }

    /// `b_i·b_j` of the vectors `i` in `rows` with the `j` in `columns`; `None`
    /// for the standard basis.
    ///
    /// # Panics
    /// If a range leaves the basis.
    pub(super) fn overlaps(
        &self,
        rows: Range<usize>,
        columns: Range<usize>,
    ) -> Option<Array2<f64>> {
        let Rows::Dense { m, values } = &self.rows else {
            return None;
        };
        let all = ArrayView2::from_shape((*m, self.d), values).ok()?;
        Some(all.slice(s![rows, ..]).dot(&all.slice(s![columns, ..]).t()))
    }

    /// Vectors whose overlaps with the others are worked out between two looks
    /// at the flag.
    pub(super) fn overlap_rows(&self) -> usize {
        let a_row = self.len().saturating_mul(self.d);
        (PRODUCTS / a_row.max(1)).clamp(1, OVERLAP_ROWS)
    }

    /// The pairs that span no plane, and of each vector its largest overlap with
    /// those that it spans one with.
    fn compare(&self, cancel: &AtomicBool) -> Result<Compared, Cancelled> {
        let m = self.len();
        let step = self.overlap_rows();
        (0..m.div_ceil(step))
            .into_par_iter()
            .map(|piece| {
                check(cancel)?;
                let first = piece * step;
                let overlaps = self.overlaps(first..m.min(first + step), first..m);
                let (mut found, mut closest) = (Vec::new(), vec![0.0; m]);
                for (row, overlaps) in overlaps.iter().flat_map(|o| o.rows()).enumerate() {
                    check(cancel)?;
                    for (column, overlap) in overlaps.iter().enumerate().skip(row + 1) {
                        let (i, j) = (first + row, first + column);
                        let overlap = overlap.abs();
                        let (low, high) = (i as u32, j as u32);
                        if overlap > NEARLY_PARALLEL
                            && self.frame(Plane { i: low, j: high }).height < DEGENERATE
                        {
                            found.push((low, high));
                            continue;
                        }
                        closest[i] = overlap.min(1.0).max(closest[i]);
                        closest[j] = overlap.min(1.0).max(closest[j]);
                    }
                }
                Ok((found, closest))
            })
            .try_reduce(
                || (Vec::new(), vec![0.0; m]),
                |(mut found, mut closest), (more, closer)| {
                    found.extend(more);
                    for (closest, closer) in closest.iter_mut().zip(closer) {
                        *closest = closer.max(*closest);
                    }
                    Ok((found, closest))
                },
            )
    }
}

/// Parallel pairs, ascending, and of each vector its largest overlap with another.
type Compared = (Vec<(u32, u32)>, Vec<f64>);

#[cfg(test)]
mod tests {
    use super::*;

    fn dense(rows: &[&[f64]]) -> Result<UnitBasis, BasisError> {
        let d = rows.first().map_or(0, |r| r.len());
        UnitBasis::dense(rows.concat(), rows.len(), d)
    }

    #[test]
    fn rows_are_normalised_whatever_their_length() {
        let basis = dense(&[&[3e200, 4e200], &[0.0, 1e-200]]).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(basis.values(), Some(&[0.6, 0.8, 0.0, 1.0][..]));
    }

    #[test]
    fn parallel_and_antiparallel_rows_span_no_plane() {
        let basis = dense(&[&[1.0, 0.0], &[2.0, 1e-7], &[-1.0, 0.0], &[0.0, 1.0]])
            .unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(basis.degenerate_pairs(), [(0, 1), (0, 2), (1, 2)]);
        assert!(!basis.spans(Plane { i: 2, j: 0 }));
        assert!(basis.spans(Plane { i: 0, j: 3 }));
    }

    #[test]
    fn bad_rows_are_named() {
        assert_eq!(
            dense(&[&[1.0, 0.0], &[0.0, 0.0]]),
            Err(BasisError::ZeroRow(1))
        );
        assert_eq!(
            dense(&[&[f64::NAN, 0.0], &[0.0, 1.0]]),
            Err(BasisError::NotFinite(0))
        );
        assert_eq!(dense(&[&[1.0, 0.0]]), Err(BasisError::TooFew(1)));
    }

    #[test]
    fn the_frame_of_nearly_parallel_rows_keeps_its_digits() {
        let tilt = 1e-4f64;
        let basis =
            dense(&[&[1.0, 0.0], &[tilt.cos(), tilt.sin()]]).unwrap_or_else(|e| panic!("{e}"));
        let frame = basis.frame(Plane { i: 0, j: 1 });
        assert!((frame.height - tilt.sin()).abs() < 1e-15);
        assert!((frame.alpha_rad() - tilt).abs() < 1e-15);
    }
}
