//! The values of an array: read in blocks, converted and put in place.
//!
//! A block of a few megabytes goes straight to where its values belong, so that
//! the bytes of the file and the values are never held together. Where the order
//! has to change, tiles of 16 × 16 values are turned through a buffer that stays
//! in the first-level cache, 16 columns a thread.

use std::io::Read;
use std::sync::atomic::{AtomicBool, Ordering};

use half::f16;
use rayon::prelude::*;

use super::dtype::Dtype;
use super::error::ArrayProblem;
use super::npy::{Matrix, fill};
use crate::srm::Values;

/// Bytes read at a time; few under test, so that small arrays take many blocks.
const BLOCK: usize = if cfg!(test) { 4 << 10 } else { 4 << 20 };
/// Side of a tile: 16 single-precision values fill a cache line.
const TILE: usize = 16;
/// Largest whole number up to which every one is a double.
const EXACT: u64 = 1 << 53;

/// Order of the values in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Layout {
    /// A row's values lie together.
    RowMajor,
    /// A column's values lie together.
    ColumnMajor,
}

/// A body about to be read.
pub(super) struct Body<'a> {
    source: &'a mut dyn Read,
    matrix: Matrix,
    cancel: &'a AtomicBool,
}

/// What was read.
pub(super) struct Decoded<T> {
    pub values: T,
    /// Whether whole numbers beyond 2^53 were among them.
    pub rounded: bool,
}

impl<'a> Body<'a> {
    /// `source` stands at the first value of `matrix`.
    pub fn new(source: &'a mut dyn Read, matrix: Matrix, cancel: &'a AtomicBool) -> Self {
        Self {
            source,
            matrix,
            cancel,
        }
    }

    /// All values, neuron-major (columns are neurons), in the least precision
    /// that holds the dtype.
    pub fn neuron_major(mut self) -> Result<Decoded<Values>, ArrayProblem> {
        let rounded = AtomicBool::new(false);
        let layout = Layout::ColumnMajor;
        let values = if self.matrix.dtype.fits_f32() {
            Values::F32(self.narrow(layout)?)
        } else {
            Values::F64(self.wide(layout, &rounded)?)
        };
        Ok(Decoded {
            values,
            rounded: rounded.into_inner(),
        })
    }

    /// All values, row-major, in double precision.
    pub fn row_major(mut self) -> Result<Decoded<Vec<f64>>, ArrayProblem> {
        let rounded = AtomicBool::new(false);
        let layout = Layout::RowMajor;
        let values = if self.matrix.dtype.fits_f32() {
            self.narrow(layout)?
        } else {
            self.wide(layout, &rounded)?
        };
        Ok(Decoded {
            values,
            rounded: rounded.into_inner(),
        })
    }

    /// The dtypes that single precision holds.
    fn narrow<T: Value + From<f32>>(&mut self, layout: Layout) -> Result<Vec<T>, ArrayProblem> {
        match self.matrix.dtype {
            Dtype::Bool => self.decode(layout, |[b]: [u8; 1]| T::from(f32::from(u8::from(b != 0)))),
            Dtype::I8 => self.decode(layout, |b| T::from(f32::from(i8::from_le_bytes(b)))),
            Dtype::U8 => self.decode(layout, |[b]: [u8; 1]| T::from(f32::from(b))),
            Dtype::I16 => self.decode(layout, |b| T::from(f32::from(i16::from_le_bytes(b)))),
            Dtype::U16 => self.decode(layout, |b| T::from(f32::from(u16::from_le_bytes(b)))),
            Dtype::F16 => self.decode(layout, |b| T::from(f16::from_le_bytes(b).to_f32())),
            _ => self.decode(layout, |b| T::from(f32::from_le_bytes(b))),
        }
    }

    /// The dtypes that need double precision.
    #[allow(clippy::cast_precision_loss)] // told by `rounded`
    fn wide(&mut self, layout: Layout, rounded: &AtomicBool) -> Result<Vec<f64>, ArrayProblem> {
        let note = |magnitude: u64| {
            if magnitude > EXACT {
                rounded.store(true, Ordering::Relaxed);
            }
        };
        match self.matrix.dtype {
            Dtype::I32 => self.decode(layout, |b| f64::from(i32::from_le_bytes(b))),
            Dtype::U32 => self.decode(layout, |b| f64::from(u32::from_le_bytes(b))),
            Dtype::I64 => self.decode(layout, |b| {
                let value = i64::from_le_bytes(b);
                note(value.unsigned_abs());
                value as f64
            }),
            Dtype::U64 => self.decode(layout, |b| {
                let value = u64::from_le_bytes(b);
                note(value);
                value as f64
            }),
            _ => self.decode(layout, f64::from_le_bytes),
        }
    }

    /// Reads everything, `S` little-endian bytes a value, into `layout`.
    fn decode<const S: usize, T: Value>(
        &mut self,
        layout: Layout,
        convert: impl Fn([u8; S]) -> T + Sync,
    ) -> Result<Vec<T>, ArrayProblem> {
        let Matrix { rows, columns, .. } = self.matrix;
        // The file holds `outer` lines of `inner` values.
        let (outer, inner, in_file) = if self.matrix.fortran {
            (columns, rows, Layout::ColumnMajor)
        } else {
            (rows, columns, Layout::RowMajor)
        };
        if outer == 0 || inner == 0 {
            return Ok(Vec::new());
        }
        let needed = || ArrayProblem::Memory(self.matrix.bytes);
        let total = outer.checked_mul(inner).ok_or_else(needed)?;
        let mut values: Vec<T> = zeroed(total).ok_or_else(needed)?;
        let block_values = BLOCK / S;
        let mut block = vec![0u8; total.min(block_values) * S];
        let mut done = 0;
        while done < total {
            if self.cancel.load(Ordering::Relaxed) {
                return Err(ArrayProblem::Cancelled);
            }
            let straight = in_file == layout;
            let take = if straight {
                block_values.min(total - done)
            } else if inner <= block_values {
                (block_values / inner * inner).min(total - done)
            } else {
                block_values.min(inner - done % inner)
            };
            let bytes = &mut block[..take * S];
            fill(self.source, bytes).map_err(|problem| self.missing(problem, done * S))?;
            let items = bytes.as_chunks_mut::<S>().0;
            if self.matrix.big_endian {
                for item in items.iter_mut() {
                    item.reverse();
                }
            }
            let items = &*items;
            if straight {
                copy(&mut values[done..done + take], items, &convert);
            } else if inner <= block_values {
                transpose(&mut values, outer, done / inner, items, &convert);
            } else {
                let (line, first) = (done / inner, done % inner);
                let targets = values[first * outer + line..].iter_mut().step_by(outer);
                for (value, item) in targets.zip(items) {
                    *value = convert(*item);
                }
            }
            done += take;
        }
        Ok(values)
    }

    /// `EndsEarly` counts from the block; here from what is still to come.
    fn missing(&self, problem: ArrayProblem, read: usize) -> ArrayProblem {
        match problem {
            ArrayProblem::EndsEarly { .. } => ArrayProblem::EndsEarly {
                missing: self.matrix.bytes - read as u64,
            },
            other => other,
        }
    }
}

/// A number as it is stored.
trait Value: Copy + Default + Send + Sync {}
impl Value for f32 {}
impl Value for f64 {}

/// `n` zeros, or `None` if there is no memory for them.
fn zeroed<T: Value>(n: usize) -> Option<Vec<T>> {
    // Asked for first, since `vec!` would end the program; it is what gets
    // pages that are zero already.
    let mut probe: Vec<T> = Vec::new();
    probe.try_reserve_exact(n).ok()?;
    drop(probe);
    Some(vec![T::default(); n])
}

/// Values in the file's order.
fn copy<const S: usize, T: Value>(
    values: &mut [T],
    items: &[[u8; S]],
    convert: &(impl Fn([u8; S]) -> T + Sync),
) {
    const SHARE: usize = 1 << 16;
    values
        .par_chunks_mut(SHARE)
        .zip(items.par_chunks(SHARE))
        .for_each(|(values, items)| {
            for (value, item) in values.iter_mut().zip(items) {
                *value = convert(*item);
            }
        });
}

/// Whole lines of the file, from line `first` of `outer` on, become columns:
/// value `i` of line `l` goes to `i · outer + l`.
fn transpose<const S: usize, T: Value>(
    values: &mut [T],
    outer: usize,
    first: usize,
    items: &[[u8; S]],
    convert: &(impl Fn([u8; S]) -> T + Sync),
) {
    let inner = values.len() / outer;
    let lines = items.len() / inner;
    values
        .par_chunks_mut(outer * TILE)
        .enumerate()
        .for_each(|(group, columns)| {
            let from = group * TILE;
            let width = columns.len() / outer;
            let mut tile = [T::default(); TILE * TILE];
            for top in (0..lines).step_by(TILE) {
                let height = TILE.min(lines - top);
                for row in 0..height {
                    let line = &items[(top + row) * inner + from..][..width];
                    for (column, item) in line.iter().enumerate() {
                        tile[column * TILE + row] = convert(*item);
                    }
                }
                for (column, turned) in columns.chunks_exact_mut(outer).zip(tile.chunks(TILE)) {
                    column[first + top..][..height].copy_from_slice(&turned[..height]);
                }
            }
        });
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counts up from 0 over the file; compares with the plain formula.
    fn check(rows: usize, columns: usize, fortran: bool) {
        let total = rows * columns;
        let bytes: Vec<u8> = (0..total)
            .flat_map(|n| u32::try_from(n).unwrap().to_le_bytes())
            .collect();
        let matrix = Matrix {
            dtype: Dtype::U32,
            big_endian: false,
            fortran,
            rows,
            columns,
            bytes: bytes.len() as u64,
        };
        let cancel = AtomicBool::new(false);
        let in_file = |row: usize, column: usize| {
            let place = if fortran {
                column * rows + row
            } else {
                row * columns + column
            };
            f64::from(u32::try_from(place).unwrap())
        };
        let mut source = &bytes[..];
        let decoded = Body::new(&mut source, matrix, &cancel)
            .neuron_major()
            .unwrap();
        let Values::F64(values) = decoded.values else {
            panic!("u32 needs f64");
        };
        let expected: Vec<f64> = (0..columns)
            .flat_map(|c| (0..rows).map(move |r| in_file(r, c)))
            .collect();
        assert!(values == expected, "{rows} × {columns}, {fortran}");
        let mut source = &bytes[..];
        let decoded = Body::new(&mut source, matrix, &cancel).row_major().unwrap();
        let expected: Vec<f64> = (0..rows)
            .flat_map(|r| (0..columns).map(move |c| in_file(r, c)))
            .collect();
        assert!(decoded.values == expected, "{rows} × {columns}, {fortran}");
    }

    #[test]
    fn every_shape_lands_in_place() {
        let block = BLOCK / 4;
        for (rows, columns) in [
            (1, 1),
            (0, 5),
            (5, 0),
            (1, 40),
            (40, 1),
            (16, 16),
            (17, 33),
            (1000, 37),
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
        for (value, expected) in [
            (1i64 << 53, false),
            (-(1 << 53), false),
            ((1 << 53) + 1, true),
            (i64::MIN, true),
        ] {
            let bytes = value.to_le_bytes();
            let matrix = Matrix {
                dtype: Dtype::I64,
                big_endian: false,
                fortran: false,
                rows: 1,
                columns: 1,
                bytes: 8,
            };
            let cancel = AtomicBool::new(false);
            let mut source = &bytes[..];
            let body = Body::new(&mut source, matrix, &cancel);
            assert_eq!(body.row_major().unwrap().rounded, expected, "{value}");
        }
    }

    #[test]
    fn a_short_body_and_a_cancelled_one_end_at_once() {
        let matrix = Matrix {
            dtype: Dtype::F32,
            big_endian: false,
            fortran: false,
            rows: 2,
            columns: 2,
            bytes: 16,
        };
        let mut source: &[u8] = &[0; 15];
        let cancel = AtomicBool::new(false);
        let short = Body::new(&mut source, matrix, &cancel).neuron_major();
        assert!(matches!(
            short.err(),
            Some(ArrayProblem::EndsEarly { missing: 16 })
        ));
        let mut source: &[u8] = &[0; 16];
        let cancel = AtomicBool::new(true);
        let cancelled = Body::new(&mut source, matrix, &cancel).neuron_major();
        assert!(matches!(cancelled.err(), Some(ArrayProblem::Cancelled)));
        assert_eq!(source.len(), 16);
    }
}
