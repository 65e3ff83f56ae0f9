//! Many curves at once, as a picture of where they lie: what hundreds of faint
//! lines would show, at the price of one image.

use std::sync::Arc;

use rayon::prelude::*;

use super::Raster;

/// Many curves over `0 … 2π`, drawn faintly over each other.
#[derive(Clone, Debug, PartialEq)]
pub struct CurveBundle {
    /// White, with the lines in its opacity: to be tinted.
    pub raster: Arc<Raster>,
    /// Value at the lower edge.
    pub low: f64,
    /// Value at the upper edge.
    pub high: f64,
    /// Curves drawn.
    pub drawn: usize,
}

/// Columns that one thread draws at a time.
const STRIP: usize = 32;

/// Draws `curves`, each of values at the angles of the closed grid, into an
/// image of `width × height`; `opacity` is that of a single line.
#[must_use]
pub fn bundle<C: AsRef<[f32]> + Sync>(
    curves: &[C],
    [width, height]: [usize; 2],
    (low, high): (f64, f64),
    opacity: f32,
) -> CurveBundle {
    // Column after column, so that each thread has its own.
    let mut clear = vec![1.0f32; width * height];
    let heights = (low as f32, high as f32);
    clear
        .par_chunks_mut((STRIP * height).max(1))
        .enumerate()
        .for_each(|(strip, clear)| {
            let first = strip * STRIP;
            for curve in curves {
                draw(
                    curve.as_ref(),
                    (first, width),
                    height,
                    heights,
                    opacity,
                    clear,
                );
            }
        });
    let mut rgba = vec![[255, 255, 255, 0]; width * height];
    for (column, clear) in clear.chunks_exact(height.max(1)).enumerate() {
        for (row, clear) in clear.iter().enumerate() {
            rgba[row * width + column][3] = ((1.0 - clear) * 255.0) as u8;
        }
    }
    CurveBundle {
        raster: Arc::new(Raster {
            width,
            height,
            rgba,
        }),
        low,
        high,
        drawn: curves.len(),
    }
}

/// Column by column, from the `first` of `width` on: the line covers the rows
/// between its heights at the column's two sides, and at least one row, softly.
fn draw(
    curve: &[f32],
    (first, width): (usize, usize),
    height: usize,
    (low, high): (f32, f32),
    opacity: f32,
    clear: &mut [f32],
) {
    let Some(intervals) = curve.len().checked_sub(1).filter(|&n| n > 0) else {
        return;
    };
    let row_at = |x: f32| {
        let place = (x / width as f32 * intervals as f32).min(intervals as f32);
        let index = (place as usize).min(intervals - 1);
        let value = curve[index] + (curve[index + 1] - curve[index]) * (place - index as f32);
        (high - value) / (high - low) * (height as f32 - 1.0) + 0.5
    };
    let mut left = row_at(first as f32);
    for (column, clear) in (first..).zip(clear.chunks_exact_mut(height)) {
        let right = row_at(column as f32 + 1.0);
        let (top, bottom) = (left.min(right) - 0.5, left.max(right) + 0.5);
        let first = top.max(0.0) as usize;
        let last = (bottom.max(0.0) as usize).max(first).min(height - 1);
        let rows = last.saturating_sub(first) + usize::from(first <= last);
        for (row, clear) in clear.iter_mut().enumerate().skip(first).take(rows) {
            let covered = (bottom.min(row as f32 + 1.0) - top.max(row as f32)).clamp(0.0, 1.0);
            *clear *= 1.0 - opacity * covered;
        }
        left = right;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flat_line_is_a_row_and_a_step_is_a_column() {
        let flat = [0.5f32; 5];
        let picture = bundle(&[flat], [8, 9], (0.0, 1.0), 1.0);
        let alpha = |row: usize, column: usize| picture.raster.rgba[row * 8 + column][3];
        for column in 0..8 {
            let lit: u32 = (0..9).map(|row| u32::from(alpha(row, column))).sum();
            assert!((250..=256).contains(&lit), "{lit}");
            assert!(alpha(4, column) > 200);
        }
        let step = [0.0f32, 1.0, 1.0];
        let picture = bundle(&[step], [2, 9], (0.0, 1.0), 1.0);
        assert!((0..9).all(|row| picture.raster.rgba[row * 2][3] > 100));
        assert_eq!(picture.drawn, 1);
    }

    #[test]
    fn a_line_runs_on_from_strip_to_strip() {
        let (width, height) = (3 * STRIP + 5, 40);
        let slope = [0.0f32, 1.0];
        let picture = bundle(&[slope], [width, height], (0.0, 1.0), 1.0);
        let rgba = &picture.raster.rgba;
        for column in 0..width {
            let rows = (0..height).filter(|row| rgba[row * width + column][3] > 0);
            let rows: Vec<usize> = rows.collect();
            let expected = (1.0 - (column as f32 + 0.5) / width as f32) * (height as f32 - 1.0);
            assert!((1..=3).contains(&rows.len()), "{column}: {rows:?}");
            assert!(
                (rows[0] as f32 - expected).abs() < 1.5,
                "{column}: {rows:?}"
            );
        }
    }

    #[test]
    fn values_outside_stay_inside_the_picture() {
        let wild = [f32::MAX, -5.0, 7.0];
        let picture = bundle(&[wild], [4, 4], (0.0, 1.0), 0.5);
        assert_eq!(picture.raster.rgba.len(), 16);
    }
}
