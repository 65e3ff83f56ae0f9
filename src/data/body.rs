//! The values of an array: converted and put in place as they are read.
//!
//! The bytes of the file and the values are never held together: what is read
//! goes straight to where its values belong, from a stream in blocks
//! ([`super::stream`]), else by every thread a piece ([`super::placed`]).

use std::io::Read;
use std::sync::atomic::{AtomicBool, Ordering};

use half::{bf16, f16};

use super::at::Extent;
use super::dtype::Dtype;
use super::error::ArrayProblem;
use super::gather::Gather;
use super::head::Matrix;
use super::placed::Placed;
use super::plan::{Plan, Reduce, View, Way as Rows};
use super::stream::Stream;
use crate::srm::{Activations, ActivationsError, Cancelled, Real};

/// Largest whole number up to which every one is a double.
pub(super) const EXACT: u64 = 1 << 53;

/// Where the bytes of a body come from.
pub(super) enum Bytes<'a> {
    /// One after another, from the first value on.
    Stream(&'a mut dyn Read),
    /// From any place of an array, whose first value is at that byte.
    Placed(&'a Extent<'a>, u64),
}

/// A body about to be read.
pub(super) struct Body<'a, 'c> {
    bytes: Bytes<'a>,
    matrix: Matrix,
    cancel: &'c AtomicBool,
}

/// What was read.
pub(super) struct Decoded<T> {
    pub values: T,
    /// Whether whole numbers beyond 2^53 were among them.
    pub rounded: bool,
}

/// All rows of a plan as samples, in the least precision that holds them. There is
/// a row and a column.
pub(super) fn samples(
    bytes: Bytes<'_>,
    plan: &Plan,
    cancel: &AtomicBool,
) -> Result<Decoded<Samples>, ArrayProblem> {
    let view = match &plan.way {
        Rows::Plain(matrix) => return Body::new(bytes, *matrix, cancel).samples(),
        Rows::Gathered(view) => view,
    };
    let reading = GatheredSamples(Gathering {
        bytes,
        plan,
        view,
        cancel,
    });
    let dtype = plan.numbers.dtype;
    if view.reduce == Reduce::Mean {
        // Single precision would round the means.
        in_double(dtype, reading)
    } else {
        in_least(dtype, reading)
    }
}

/// All values of a plan, row-major, in double precision.
pub(super) fn row_major(
    bytes: Bytes<'_>,
    plan: &Plan,
    cancel: &AtomicBool,
) -> Result<Decoded<Vec<f64>>, ArrayProblem> {
    let view = match &plan.way {
        Rows::Plain(matrix) => return Body::new(bytes, *matrix, cancel).row_major(),
        Rows::Gathered(view) => view,
    };
    let reading = GatheredRows(Gathering {
        bytes,
        plan,
        view,
        cancel,
    });
    in_double(plan.numbers.dtype, reading)
}

/// An array as activations, or why it cannot be some.
pub(super) type Samples = Result<Activations, ActivationsError>;

/// Rows that do not lie one after another.
struct Gathering<'b, 'a> {
    bytes: Bytes<'b>,
    plan: &'a Plan,
    view: &'a View,
    cancel: &'a AtomicBool,
}

impl<'b, 'a> Gathering<'b, 'a> {
    fn gather(self) -> Result<Gather<'b, 'a>, ArrayProblem> {
        let numbers = &self.plan.numbers;
        let layout = (numbers.big_endian, numbers.bytes);
        Gather::new(self.bytes, self.view, &self.plan.rows, layout, self.cancel)
    }
}

struct GatheredSamples<'b, 'a>(Gathering<'b, 'a>);

impl<T: Real> Reading<T> for GatheredSamples<'_, '_> {
    type Made = Samples;

    fn with<const S: usize>(
        self,
        convert: impl Fn([u8; S]) -> T + Sync,
    ) -> Result<Samples, ArrayProblem> {
        self.0.gather()?.samples(&convert)
    }
}

struct GatheredRows<'b, 'a>(Gathering<'b, 'a>);

impl<T: Real> Reading<T> for GatheredRows<'_, '_> {
    type Made = Vec<T>;

    fn with<const S: usize>(
        self,
        convert: impl Fn([u8; S]) -> T + Sync,
    ) -> Result<Vec<T>, ArrayProblem> {
        self.0.gather()?.row_major(&convert)
    }
}

impl<'a, 'c> Body<'a, 'c> {
    /// The values of `matrix`.
    pub fn new(bytes: Bytes<'a>, matrix: Matrix, cancel: &'c AtomicBool) -> Self {
        Self {
            bytes,
            matrix,
            cancel,
        }
    }

    /// All rows as samples, in the least precision that holds them. The matrix
    /// has a row and a column.
    pub fn samples(self) -> Result<Decoded<Samples>, ArrayProblem> {
        in_least(self.matrix.dtype, AsSamples(self))
    }

    /// All values, row-major, in double precision.
    pub fn row_major(self) -> Result<Decoded<Vec<f64>>, ArrayProblem> {
        in_double(self.matrix.dtype, RowByRow(self))
    }

    /// The file holds so many lines of so many values.
    fn lines(&self) -> (usize, usize) {
        let Matrix { rows, columns, .. } = self.matrix;
        if self.matrix.fortran {
            (columns, rows)
        } else {
            (rows, columns)
        }
    }

    /// The way in which its bytes are read.
    fn way(self) -> Way<'a, 'c> {
        let (outer, inner) = self.lines();
        let Matrix {
            big_endian, bytes, ..
        } = self.matrix;
        let cancel = self.cancel;
        match self.bytes {
            Bytes::Stream(source) => Way::Stream(Stream {
                source,
                big_endian,
                outer,
                inner,
                bytes,
                cancel,
            }),
            Bytes::Placed(extent, start) => Way::Placed(Placed {
                extent,
                start,
                big_endian,
                outer,
                inner,
                cancel,
            }),
        }
    }
}

enum Way<'a, 'c> {
    Stream(Stream<'a, 'c>),
    Placed(Placed<'a, 'c>),
}

/// What is to become of values, once it is known what they are.
trait Reading<T> {
    type Made;

    /// Reads values of `S` little-endian bytes.
    fn with<const S: usize>(
        self,
        convert: impl Fn([u8; S]) -> T + Sync,
    ) -> Result<Self::Made, ArrayProblem>;
}

struct RowByRow<'a, 'c>(Body<'a, 'c>);

impl<T: Real> Reading<T> for RowByRow<'_, '_> {
    type Made = Vec<T>;

    fn with<const S: usize>(
        self,
        convert: impl Fn([u8; S]) -> T + Sync,
    ) -> Result<Vec<T>, ArrayProblem> {
        let (outer, inner) = self.0.lines();
        if outer == 0 || inner == 0 {
            return Ok(Vec::new());
        }
        let fortran = self.0.matrix.fortran;
        match self.0.way() {
            Way::Placed(placed) if fortran => placed.turned(&convert),
            Way::Placed(placed) => placed.copied(&convert),
            Way::Stream(stream) if fortran => stream.turned(&convert),
            Way::Stream(stream) => stream.copied(&convert),
        }
    }
}

struct AsSamples<'a, 'c>(Body<'a, 'c>);

impl<T: Real> Reading<T> for AsSamples<'_, '_> {
    type Made = Samples;

    fn with<const S: usize>(
        self,
        convert: impl Fn([u8; S]) -> T + Sync,
    ) -> Result<Self::Made, ArrayProblem> {
        let (cancel, fortran) = (self.0.cancel, self.0.matrix.fortran);
        let lines = match self.0.way() {
            Way::Placed(placed) if fortran => placed.columns(&convert)?,
            Way::Placed(placed) => return placed.samples(&convert),
            Way::Stream(stream) if fortran => stream.columns(&convert)?,
            Way::Stream(stream) => stream.rows(&convert)?,
        };
        match Activations::from_lines(lines, cancel) {
            Ok(Ok(activations)) => Ok(Ok(activations)),
            Ok(Err(Cancelled)) => Err(ArrayProblem::Cancelled),
            Err(unfit) => Ok(Err(unfit)),
        }
    }
}

/// Reads in the least precision that holds the dtype.
fn in_least<M, R>(dtype: Dtype, reading: R) -> Result<Decoded<M>, ArrayProblem>
where
    R: Reading<f32, Made = M> + Reading<f64, Made = M>,
{
    if dtype.fits_f32() {
        return Ok(Decoded {
            values: narrow::<f32, _>(dtype, reading)?,
            rounded: false,
        });
    }
    in_double(dtype, reading)
}

/// Reads in double precision.
fn in_double<R: Reading<f64>>(dtype: Dtype, reading: R) -> Result<Decoded<R::Made>, ArrayProblem> {
    let rounded = AtomicBool::new(false);
    let values = if dtype.fits_f32() {
        narrow::<f64, _>(dtype, reading)?
    } else {
        wide(dtype, &rounded, reading)?
    };
    Ok(Decoded {
        values,
        rounded: rounded.into_inner(),
    })
}

/// The dtypes that single precision holds.
fn narrow<T: From<f32>, R: Reading<T>>(dtype: Dtype, reading: R) -> Result<R::Made, ArrayProblem> {
    match dtype {
        Dtype::Bool => reading.with(|[b]: [u8; 1]| T::from(f32::from(u8::from(b != 0)))),
        Dtype::I8 => reading.with(|b| T::from(f32::from(i8::from_le_bytes(b)))),
        Dtype::U8 => reading.with(|[b]: [u8; 1]| T::from(f32::from(b))),
        Dtype::I16 => reading.with(|b| T::from(f32::from(i16::from_le_bytes(b)))),
        Dtype::U16 => reading.with(|b| T::from(f32::from(u16::from_le_bytes(b)))),
        Dtype::F16 => reading.with(|b| T::from(f16::from_le_bytes(b).to_f32())),
        Dtype::BF16 => reading.with(|b| T::from(bf16::from_le_bytes(b).to_f32())),
        _ => reading.with(|b| T::from(f32::from_le_bytes(b))),
    }
}

/// The dtypes that need double precision; `rounded` tells if that is not enough.
fn wide<R: Reading<f64>>(
    dtype: Dtype,
    rounded: &AtomicBool,
    reading: R,
) -> Result<R::Made, ArrayProblem> {
    let note = |magnitude: u64| {
        if magnitude > EXACT {
            rounded.store(true, Ordering::Relaxed);
        }
    };
    match dtype {
        Dtype::I32 => reading.with(|b| f64::from(i32::from_le_bytes(b))),
        Dtype::U32 => reading.with(|b| f64::from(u32::from_le_bytes(b))),
        Dtype::I64 => reading.with(|b| {
            let value = i64::from_le_bytes(b);
            note(value.unsigned_abs());
            value as f64
        }),
        Dtype::U64 => reading.with(|b| {
            let value = u64::from_le_bytes(b);
            note(value);
            value as f64
        }),
        _ => reading.with(f64::from_le_bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::super::at::BUFFER;
    use super::super::stream::BLOCK;
    use super::*;

    fn matrix(dtype: Dtype, rows: usize, columns: usize) -> Matrix {
        Matrix {
            dtype,
            big_endian: false,
            fortran: false,
            rows,
            columns,
            bytes: (rows * columns) as u64 * dtype.bytes(),
        }
    }

    /// Calls `with` with `bytes` as a stream and as what can be read anywhere,
    /// behind a header of three bytes.
    fn both_ways(bytes: &[u8], mut with: impl FnMut(Bytes<'_>)) {
        let mut source = bytes;
        with(Bytes::Stream(&mut source));
        let file = [b"abc", bytes].concat();
        let file = &file[..];
        with(Bytes::Placed(&Extent::new(&file, 0), 3));
        with(Bytes::Placed(&Extent::new(&file, 1), 2));
    }

    /// Counts up from 1 over the file; compares with the plain formula.
    fn check(rows: usize, columns: usize, fortran: bool) {
        let cancel = AtomicBool::new(false);
        let bytes: Vec<u8> = (1..=rows * columns)
            .flat_map(|n| u32::try_from(n).unwrap().to_le_bytes())
            .collect();
        let matrix = Matrix {
            fortran,
            ..matrix(Dtype::U32, rows, columns)
        };
        let in_file = |row: usize, column: usize| {
            let place = if fortran {
                column * rows + row
            } else {
                row * columns + column
            };
            f64::from(u32::try_from(place + 1).unwrap())
        };
        let what = format!("{rows} × {columns}, {fortran}");
        both_ways(&bytes, |bytes| {
            let decoded = Body::new(bytes, matrix, &cancel).row_major().unwrap();
            let expected: Vec<f64> = (0..rows)
                .flat_map(|r| (0..columns).map(move |c| in_file(r, c)))
                .collect();
            assert!(decoded.values == expected, "{what}");
        });
        if rows == 0 || columns < 2 {
            return;
        }
        both_ways(&bytes, |bytes| {
            let decoded = Body::new(bytes, matrix, &cancel).samples().unwrap();
            let activations = decoded.values.unwrap();
            assert!(activations.is_double(), "u32 needs f64");
            let mut scales = vec![1.0; rows];
            for &(sample, exponent) in activations.rescaled_rows() {
                scales[sample] = 2f64.powi(exponent);
            }
            for column in 0..columns {
                let values = activations.neuron(column);
                assert_eq!(values.len(), rows, "{what}");
                let same = (0..rows).all(|r| values.get(r) * scales[r] == in_file(r, column));
                assert!(same, "{what}");
            }
        });
    }

    #[test]
    fn every_shape_lands_in_place() {
        let block = BUFFER / 4;
        assert_eq!(BUFFER, BLOCK);
        for (rows, columns) in [
            (1, 1),
            (0, 5),
            (5, 0),
            (1, 40),
            (40, 1),
            (16, 16),
            (17, 33),
            (1000, 37),
            (3000, 3),
            // More than a block, lines that do not divide it.
            (3 * block / 70, 70),
            // A line of a block and of more than a block.
            (2, block),
            (3, block + 5),
            (block + 5, 3),
        ] {
            check(rows, columns, false);
            check(rows, columns, true);
        }
    }

    #[test]
    fn only_what_is_beyond_two_to_53_is_noted() {
        let cancel = AtomicBool::new(false);
        for (value, expected) in [
            (1i64 << 53, false),
            (-(1 << 53), false),
            ((1 << 53) + 1, true),
            (i64::MIN, true),
        ] {
            let matrix = matrix(Dtype::I64, 1, 2);
            both_ways(&[value, 3].map(i64::to_le_bytes).concat(), |bytes| {
                let body = Body::new(bytes, matrix, &cancel);
                assert_eq!(body.samples().unwrap().rounded, expected, "{value}");
            });
        }
    }

    #[test]
    fn a_short_body_and_a_cancelled_one_end_at_once() {
        let matrix = matrix(Dtype::F32, 2, 2);
        let cancel = AtomicBool::new(false);
        let mut source: &[u8] = &[0; 15];
        let short = Body::new(Bytes::Stream(&mut source), matrix, &cancel).samples();
        assert!(matches!(
            short.err(),
            Some(ArrayProblem::EndsEarly { missing: 16 })
        ));
        let source: &[u8] = &[0; 15];
        let extent = Extent::new(&source, 0);
        for fortran in [true, false] {
            let matrix = Matrix { fortran, ..matrix };
            let body = || Body::new(Bytes::Placed(&extent, 0), matrix, &cancel);
            assert!(matches!(body().samples(), Err(ArrayProblem::Shrank)));
            assert!(matches!(body().row_major(), Err(ArrayProblem::Shrank)));
        }
        let cancel = AtomicBool::new(true);
        both_ways(&[0; 16], |bytes| {
            let cancelled = Body::new(bytes, matrix, &cancel).samples();
            assert!(matches!(cancelled, Err(ArrayProblem::Cancelled)));
        });
    }
}
