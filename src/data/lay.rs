//! Values of a file are put where they belong: into the lines of samples, or into
//! the rows of a matrix.

use crate::srm::{LANES, Real};

/// Puts columns of the file's rows, from column `from` on, into lines: as many as
/// there are lanes, or the last ones. The rows are of `inner` values.
pub(super) fn rows<const S: usize, T: Real>(
    lines: &mut [[T; LANES]],
    items: &[[u8; S]],
    inner: usize,
    from: usize,
    convert: &impl Fn([u8; S]) -> T,
) {
    let lanes = LANES.min(inner - from);
    for (line, row) in lines.iter_mut().zip(items.chunks_exact(inner)) {
        let row = &row[from..][..lanes];
        if let Some(row) = row.as_array::<LANES>() {
            *line = row.map(convert);
        } else {
            for (value, item) in line.iter_mut().zip(row) {
                *value = convert(*item);
            }
        }
    }
}

/// Puts columns of the file, which lie `apart` values from one another, into rows:
/// as many columns as each row is long.
pub(super) fn columns<'a, const S: usize, T: Real>(
    rows: impl ExactSizeIterator<Item = &'a mut [T]>,
    items: &[[u8; S]],
    apart: usize,
    convert: &impl Fn([u8; S]) -> T,
) {
    let length = rows.len();
    // So that the ends of all columns are known to lie within the file's part.
    let columns: [&[[u8; S]]; LANES] = std::array::from_fn(|column| {
        let rest = items.get(column * apart..).unwrap_or_default();
        &rest[..rest.len().min(length)]
    });
    for (place, row) in rows.enumerate() {
        for (value, column) in row.iter_mut().zip(&columns) {
            *value = convert(column[place]);
        }
    }
}
