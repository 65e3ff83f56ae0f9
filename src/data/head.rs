//! What any format says of an array before its values are read.

use super::dtype::{Descr, Dtype};
use super::error::ArrayProblem;

/// An array as its file describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    /// Kind of the values.
    pub descr: Descr,
    /// Lengths of the dimensions.
    pub shape: Vec<u64>,
    /// How its values follow one another.
    pub order: Order,
    /// Bytes there from its first value on.
    pub follow: u64,
}

/// How an array's values lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// The last index varies fastest.
    C,
    /// The first index varies fastest.
    Fortran,
    /// So many values lie between neighbours along each dimension.
    Strides(Vec<u64>),
}

/// A two-dimensional numeric array whose bytes are there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Matrix {
    pub dtype: Dtype,
    pub big_endian: bool,
    pub fortran: bool,
    pub rows: usize,
    pub columns: usize,
    /// Bytes of the body.
    pub bytes: u64,
}

/// A numeric array whose bytes are there: no arithmetic on these numbers overflows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Numbers {
    pub dtype: Dtype,
    pub big_endian: bool,
    pub shape: Vec<usize>,
    /// Values from one to the next along each dimension.
    pub strides: Vec<usize>,
    /// Bytes from its first value to behind its last.
    pub bytes: u64,
}

/// Values that may be repeated by strides without the file's size to justify them.
const MOST_REPEATED_BYTES: u64 = 32 << 20;

impl Head {
    /// The array as numbers, if it holds such and if their bytes are there.
    pub fn numbers(&self) -> Result<Numbers, ArrayProblem> {
        let (dtype, big_endian) = match &self.descr {
            Descr::Numbers { dtype, big_endian } => (*dtype, *big_endian),
            Descr::Refused(refused) => return Err(refused.problem()),
        };
        let promised = product(dtype.bytes(), &self.shape);
        let bytes = match &self.order {
            Order::C | Order::Fortran => promised,
            Order::Strides(strides) => self.reach(strides, dtype),
        };
        let too_short = || ArrayProblem::TooShort {
            shape: self.shape.clone(),
            dtype: dtype.name(),
            bytes,
            follow: self.follow,
        };
        let bytes = bytes
            .filter(|&bytes| bytes <= self.follow)
            .ok_or_else(too_short)?;
        if promised.is_none_or(|promised| promised > bytes.max(MOST_REPEATED_BYTES)) {
            return Err(ArrayProblem::Repeats);
        }
        let length = |n: u64| usize::try_from(n).map_err(|_| ArrayProblem::Memory(n));
        let shape: Vec<usize> = self
            .shape
            .iter()
            .map(|&n| length(n))
            .collect::<Result<_, _>>()?;
        let strides = match &self.order {
            // No value is ever asked for where a length is 0.
            _ if shape.contains(&0) => vec![0; shape.len()],
            Order::C => steps(shape.iter().rev()).into_iter().rev().collect(),
            Order::Fortran => steps(shape.iter()),
            Order::Strides(strides) => strides
                .iter()
                .map(|&n| length(n))
                .collect::<Result<_, _>>()?,
        };
        Ok(Numbers {
            dtype,
            big_endian,
            shape,
            strides,
            bytes,
        })
    }

    /// Bytes up to the end of the value that lies farthest.
    fn reach(&self, strides: &[u64], dtype: Dtype) -> Option<u64> {
        if strides.len() != self.shape.len() {
            return None;
        }
        if self.shape.contains(&0) {
            return Some(0);
        }
        let mut steps = self.shape.iter().zip(strides);
        let last = steps.try_fold(0u64, |last, (&length, &stride)| {
            last.checked_add((length - 1).checked_mul(stride)?)
        });
        last?.checked_add(1)?.checked_mul(dtype.bytes())
    }
}

impl Numbers {
    /// How many values there are.
    pub fn values(&self) -> usize {
        if self.shape.contains(&0) {
            return 0;
        }
        self.shape.iter().product()
    }

    /// The array as a matrix that lies row after row or column after column, if it
    /// is one.
    pub fn matrix(&self) -> Option<Matrix> {
        let (&[rows, columns], &[down, across]) = (&self.shape[..], &self.strides[..]) else {
            return None;
        };
        let empty = rows == 0 || columns == 0;
        // A dimension of one is never stepped along.
        let is = |stride, expected, length| stride == expected || length == 1;
        let by_rows = empty || (is(across, 1, columns) && is(down, columns, rows));
        let by_columns = is(down, 1, rows) && is(across, rows, columns);
        (by_rows || by_columns).then_some(Matrix {
            dtype: self.dtype,
            big_endian: self.big_endian,
            fortran: !by_rows,
            rows,
            columns,
            bytes: self.bytes,
        })
    }
}

/// `first` times every length; `None` beyond 64 bits.
fn product(first: u64, shape: &[u64]) -> Option<u64> {
    if shape.contains(&0) {
        return Some(0);
    }
    shape
        .iter()
        .try_fold(first, |all, &length| all.checked_mul(length))
}

/// Values from one to the next along each dimension, of which the first varies
/// fastest. The product of all lengths is known to fit.
fn steps<'a>(lengths: impl Iterator<Item = &'a usize>) -> Vec<usize> {
    let mut step = 1usize;
    lengths
        .map(|&length| {
            let own = step;
            step = step.saturating_mul(length);
            own
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(shape: &[u64], order: Order, follow: u64) -> Head {
        Head {
            descr: Descr::Numbers {
                dtype: Dtype::F32,
                big_endian: false,
            },
            shape: shape.to_vec(),
            order,
            follow,
        }
    }

    fn strided(shape: &[u64], strides: &[u64], follow: u64) -> Head {
        head(shape, Order::Strides(strides.to_vec()), follow)
    }

    #[test]
    fn strides_are_those_of_numpy() {
        let c = head(&[2, 3, 4], Order::C, 96).numbers().unwrap();
        assert_eq!(c.strides, [12, 4, 1]);
        let fortran = head(&[2, 3, 4], Order::Fortran, 96).numbers().unwrap();
        assert_eq!(fortran.strides, [1, 2, 6]);
        assert_eq!(fortran.bytes, 96);
    }

    #[test]
    fn what_lies_in_order_is_known_by_its_strides() {
        let fortran = |head: Head| head.numbers().unwrap().matrix().map(|m| m.fortran);
        assert_eq!(fortran(head(&[20, 6], Order::C, 480)), Some(false));
        assert_eq!(fortran(head(&[20, 6], Order::Fortran, 480)), Some(true));
        assert_eq!(fortran(strided(&[6, 20], &[1, 6], 480)), Some(true));
        assert_eq!(fortran(strided(&[20, 6], &[6, 1], 480)), Some(false));
        assert_eq!(fortran(strided(&[10, 3], &[12, 1], 480)), None);
        assert_eq!(fortran(strided(&[1, 6], &[77, 1], 480)), Some(false));
        assert_eq!(fortran(head(&[0, 6], Order::C, 0)), Some(false));
    }

    #[test]
    fn nothing_reaches_beyond_the_bytes_that_are_there() {
        let refused = |head: Head| head.numbers().unwrap_err().to_string();
        // The last value ends at 4 × (9 × 12 + 2 + 1) = 444 bytes.
        assert!(strided(&[10, 3], &[12, 1], 444).numbers().is_ok());
        assert!(refused(strided(&[10, 3], &[12, 1], 443)).contains("only 443 follow"));
        assert!(refused(strided(&[2, u64::MAX], &[1, u64::MAX], 443)).contains("promises"));
        assert!(refused(strided(&[2, 2], &[1], 443)).contains("promises"));
        assert!(refused(head(&[1 << 61, 8], Order::C, 64)).contains("promises"));
    }

    #[test]
    fn few_values_may_be_repeated_but_not_without_end() {
        assert!(strided(&[1000, 3], &[0, 1], 12).numbers().is_ok());
        let wide = strided(&[1 << 40, 1 << 10], &[0, 0], 4).numbers();
        assert!(matches!(wide, Err(ArrayProblem::Repeats)));
        let wider = strided(&[1 << 40, 1 << 40], &[0, 0], 4).numbers();
        assert!(matches!(wider, Err(ArrayProblem::Repeats)));
    }
}
