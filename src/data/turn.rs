//! Lines of a file become columns: the order of most files is turned into that
//! of the activations, tile by tile.

use ndarray::{ArrayViewMut2, Axis};

/// Columns of a tile: 16 single-precision values fill a cache line, so that a
/// line of the file is read once, whatever its length.
pub(super) const WIDTH: usize = 16;
/// Lines of a tile: whole cache lines are written.
pub(super) const HEIGHT: usize = 64;

/// Room in which a tile is turned; it stays in the first cache.
pub(super) type Tile<T> = [[T; HEIGHT]; WIDTH];

/// An empty tile.
pub(super) fn tile<T: Copy + Default>() -> Tile<T> {
    [[T::default(); HEIGHT]; WIDTH]
}

/// Puts lines of as many values as `columns` has rows where they belong: value
/// `i` of line `l` goes to row `i`, place `l`. The rows are contiguous.
pub(super) fn turn<const S: usize, T: Copy>(
    mut columns: ArrayViewMut2<'_, T>,
    items: &[[u8; S]],
    tile: &mut Tile<T>,
    convert: &impl Fn([u8; S]) -> T,
) {
    let inner = columns.nrows();
    for (group, columns) in columns.axis_chunks_iter_mut(Axis(0), WIDTH).enumerate() {
        turn_group(columns, items, inner, group * WIDTH, tile, convert);
    }
}

/// Turns at most [`WIDTH`] columns, from column `from` of lines of `inner`
/// values on.
pub(super) fn turn_group<const S: usize, T: Copy>(
    mut columns: ArrayViewMut2<'_, T>,
    items: &[[u8; S]],
    inner: usize,
    from: usize,
    tile: &mut Tile<T>,
    convert: &impl Fn([u8; S]) -> T,
) {
    let (width, lines) = columns.dim();
    for top in (0..lines).step_by(HEIGHT) {
        let height = HEIGHT.min(lines - top);
        for row in 0..height {
            let line = &items[(top + row) * inner + from..][..width];
            if let Some(line) = line.as_array::<WIDTH>() {
                for (column, item) in tile.iter_mut().zip(line) {
                    column[row] = convert(*item);
                }
            } else {
                for (column, item) in tile.iter_mut().zip(line) {
                    column[row] = convert(*item);
                }
            }
        }
        for (column, turned) in columns.rows_mut().into_iter().zip(tile.iter()) {
            let Some(column) = column.into_slice() else {
                unreachable!("a column's values lie together");
            };
            column[top..][..height].copy_from_slice(&turned[..height]);
        }
    }
}
