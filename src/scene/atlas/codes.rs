//! A plane's cell as a byte: coded so that the larger code is the more extreme,
//! and coloured by a table of 256.

use rayon::prelude::*;

use super::super::{ColorMap, ColorScale, Palette, enough_light};
use super::{AtlasSource, BATCH_CELLS, Quantity};
use crate::srm::{Alignment, Records};

/// The diagonal, and pairs that span no plane.
pub(super) const NO_PLANE: u8 = 0;
/// A plane that the draw left out.
pub(super) const NOT_SWEPT: u8 = 1;
/// Nothing lit: zero, or for the alignment index undefined.
pub(super) const DARK: u8 = 2;

/// Alignment codes: each size from 0 to this, negative and positive in turn.
const SIZES: u8 = 62;
/// The first code of planes lit by too few samples.
const FADED: u8 = 3;
/// The first code of planes with enough light.
const FULL: u8 = FADED + 2 * (SIZES + 1);

/// Steps of a fraction above [`DARK`].
const STEPS: f64 = 253.0;

/// Turns a plane's record into its code.
pub(super) struct Coder {
    quantity: Quantity,
    pub scale: ColorScale,
    pub most: i64,
    enough: u64,
    n_samples: usize,
    /// The codes of the counts from 0 on: a logarithm a plane would take longer
    /// than all the rest.
    codes: Vec<u8>,
}

/// Most counts whose codes are worked out beforehand.
const MOST_CODES: i64 = 1 << 20;

impl Coder {
    pub fn new(source: &AtlasSource<'_>) -> Self {
        let records = &source.sweep.records;
        let indices = (0..records.len()).into_par_iter().with_min_len(1 << 14);
        let most = match source.quantity {
            Quantity::Alignment => None,
            Quantity::Peak => indices.map(|r| records.peak_and_total(r).0).max(),
            Quantity::Lit => indices.map(|r| records.lit(r) as i64).max(),
        };
        let mut coder = Self {
            quantity: source.quantity,
            scale: match source.quantity {
                Quantity::Alignment => ColorScale::Linear,
                Quantity::Peak | Quantity::Lit => source.scale,
            },
            most: source.most.or(most).unwrap_or(0),
            enough: enough_light(source.sweep.n_samples),
            n_samples: source.sweep.n_samples,
            codes: Vec::new(),
        };
        let known = 0..(coder.most + 1).min(MOST_CODES);
        coder.codes = known.map(|count| coder.count_code(count)).collect();
        coder
    }

    fn count_code(&self, count: i64) -> u8 {
        let place = self.scale.place(count as f64, self.most as f64);
        DARK + (place.clamp(0.0, 1.0) * STEPS).round() as u8
    }

    pub fn code(&self, records: &Records, index: usize) -> u8 {
        let count = match self.quantity {
            Quantity::Alignment => {
                let (axes, bisectors) = records.axes_and_bisectors(index);
                let alignment = Alignment::from_counts(axes, bisectors, self.n_samples, 1);
                return alignment_code(alignment.index(), records.lit(index) >= self.enough);
            }
            Quantity::Peak => records.peak_and_total(index).0,
            Quantity::Lit => records.lit(index) as i64,
        };
        let known = usize::try_from(count).ok();
        let known = known.and_then(|count| self.codes.get(count));
        known.map_or_else(|| self.count_code(count), |&code| code)
    }
}

fn alignment_code(index: f64, enough: bool) -> u8 {
    if index.is_nan() {
        return DARK;
    }
    let size = (index.abs() * f64::from(SIZES)).round() as u8;
    let first = if enough { FULL } else { FADED };
    first + 2 * size.min(SIZES) + u8::from(index > 0.0)
}

/// The codes of all pairs `i < j` of vectors that have cells, by rank, row after row.
pub(super) struct Triangle {
    codes: Vec<u8>,
    /// For each `i` where `j` would stand, if it could be 0.
    starts: Vec<usize>,
}

impl Triangle {
    fn new(vectors: usize, code: u8) -> Self {
        let start = |i: usize| (i * (2 * vectors - i - 1) / 2).wrapping_sub(i + 1);
        Self {
            codes: vec![code; vectors * vectors.saturating_sub(1) / 2],
            starts: (0..vectors).map(start).collect(),
        }
    }

    #[cfg(test)]
    pub fn of(vectors: usize, mut code: impl FnMut(u32, u32) -> u8) -> Self {
        let mut triangle = Self::new(vectors, NO_PLANE);
        for i in 0..vectors as u32 {
            for j in i + 1..vectors as u32 {
                let place = triangle.place(i, j);
                triangle.codes[place] = code(i, j);
            }
        }
        triangle
    }

    fn place(&self, i: u32, j: u32) -> usize {
        let (i, j) = (i.min(j), i.max(j));
        self.starts[i as usize].wrapping_add(j as usize)
    }

    /// The code of the cell of two vectors.
    pub fn at(&self, i: u32, j: u32) -> u8 {
        if i == j {
            return NO_PLANE;
        }
        self.codes[self.place(i, j)]
    }
}

/// Codes every plane of the sweep.
pub(super) fn triangle(
    source: &AtlasSource<'_>,
    coder: &Coder,
    go_on: &mut dyn FnMut() -> bool,
) -> Option<Triangle> {
    if source.sweep.spec.planes.is_sampled() {
        return sampled(source, coder, go_on);
    }
    let sweep = source.sweep;
    let subset = sweep.spec.planes.subset();
    let vectors = subset.len();
    let mut triangle = Triangle::new(vectors, NO_PLANE);
    let mut rest = triangle.codes.as_mut_slice();
    let mut batch = Vec::new();
    let mut cells = 0;
    for i in 0..vectors {
        let (row, after) = rest.split_at_mut(vectors - 1 - i);
        rest = after;
        cells += row.len();
        batch.push((i as u32, row));
        if cells < BATCH_CELLS && i + 1 < vectors {
            continue;
        }
        if !go_on() {
            return None;
        }
        batch.par_drain(..).for_each(|(i, row)| {
            let vector = subset.get(i as usize);
            for (index, j) in sweep.spec.planes.towards(vector, vector + 1..u32::MAX) {
                let place = subset.below(j) - i as usize - 1;
                row[place] = coder.code(&sweep.records, index);
            }
        });
        cells = 0;
    }
    Some(triangle)
}

/// The same for a draw, whose planes may stand either way round.
fn sampled(
    source: &AtlasSource<'_>,
    coder: &Coder,
    go_on: &mut dyn FnMut() -> bool,
) -> Option<Triangle> {
    let records = &source.sweep.records;
    let subset = source.sweep.spec.planes.subset();
    let mut triangle = Triangle::new(subset.len(), NOT_SWEPT);
    for (i, j) in source.pairs() {
        let place = triangle.place(i, j);
        triangle.codes[place] = NO_PLANE;
    }
    for (index, plane) in source.sweep.spec.planes.iter().enumerate() {
        if index.is_multiple_of(1 << 14) && !go_on() {
            return None;
        }
        let place = triangle.place(subset.below(plane.i) as u32, subset.below(plane.j) as u32);
        let code = &mut triangle.codes[place];
        // The one with `i < j` comes before its mirror image.
        if *code == NOT_SWEPT {
            *code = coder.code(records, index);
        }
    }
    Some(triangle)
}

/// The colour of each code.
#[must_use]
pub fn atlas_table(quantity: Quantity, map: ColorMap, palette: &Palette) -> [[u8; 4]; 256] {
    // What is no plane, or was not drawn, is the ground.
    let mut table = [palette.background.0; 256];
    match quantity {
        Quantity::Alignment => {
            table[DARK as usize] = palette.plot.0;
            let colors = diverging(palette);
            for size in 0..=SIZES {
                for positive in [0, 1] {
                    let step = f64::from(size) / f64::from(SIZES);
                    let color = colors(if positive == 1 { step } else { -step });
                    let code = usize::from(2 * size + positive);
                    table[FULL as usize + code] = color;
                    table[FADED as usize + code] = mix(color, palette.plot.0, 0.72);
                }
            }
        }
        Quantity::Peak | Quantity::Lit => {
            let colors = map.table(false);
            for (code, color) in table.iter_mut().enumerate().skip(DARK as usize) {
                let place = (code - DARK as usize) as f64 / STEPS;
                *color = colors[(place * 255.0).round() as usize];
            }
        }
    }
    table
}

/// Purple below zero, orange above, as the signed heatmap has it, but with the
/// middle near the ground: a plane that leans neither way does not shine out.
pub(super) fn diverging(palette: &Palette) -> impl Fn(f64) -> [u8; 4] {
    let dark = luminance(palette.background.0) < 128;
    // From the middle outwards.
    let (middle, below, above) = if dark {
        (
            [62, 66, 74, 255],
            [[110, 96, 186, 255], [196, 182, 255, 255]],
            [[186, 108, 30, 255], [255, 202, 120, 255]],
        )
    } else {
        (
            [226, 228, 232, 255],
            [[153, 142, 195, 255], [74, 30, 128, 255]],
            [[244, 168, 84, 255], [186, 82, 0, 255]],
        )
    };
    move |value| {
        let [half, end] = if value < 0.0 { below } else { above };
        let size = value.abs().min(1.0);
        if size < 0.5 {
            mix(middle, half, size * 2.0)
        } else {
            mix(half, end, size * 2.0 - 1.0)
        }
    }
}

fn luminance([r, g, b, _]: [u8; 4]) -> u32 {
    (u32::from(r) * 2 + u32::from(g) * 5 + u32::from(b)) / 8
}

/// `share` of `b` in `a`.
fn mix(a: [u8; 4], b: [u8; 4], share: f64) -> [u8; 4] {
    std::array::from_fn(|k| {
        let (a, b) = (f64::from(a[k]), f64::from(b[k]));
        (a + (b - a) * share).round() as u8
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_more_extreme_index_has_the_larger_code_and_light_goes_before_size() {
        let code = alignment_code;
        assert_eq!(code(f64::NAN, true), DARK);
        assert!(code(0.0, false) > DARK);
        for (less, more) in [(0.1, 0.2), (-0.1, 0.2), (0.1, -0.2), (0.9, -1.0)] {
            assert!(code(less, true) < code(more, true), "{less} {more}");
            assert!(code(less, false) < code(more, false), "{less} {more}");
        }
        assert!(code(-1.0, false).max(code(1.0, false)) < code(0.0, true));
        assert!(code(1.0, true) < u8::MAX);
    }

    #[test]
    fn opposite_indices_have_opposite_colours_and_zero_is_in_the_middle() {
        for palette in [Palette::DARK, Palette::LIGHT] {
            let table = atlas_table(Quantity::Alignment, ColorMap::Viridis, &palette);
            let at = |index, enough| table[alignment_code(index, enough) as usize];
            let [r, _, b, _] = at(0.8, true);
            assert!(r > b, "orange above zero");
            let [r, _, b, _] = at(-0.8, true);
            assert!(b > r, "purple below zero");
            assert_eq!(at(1e-9, true), at(-1e-9, true));
            assert_ne!(at(0.8, true), at(0.8, false));
            assert_ne!(at(0.0, true), table[DARK as usize]);
        }
    }

    #[test]
    fn fractions_run_from_one_end_of_the_map_to_the_other() {
        let table = atlas_table(Quantity::Peak, ColorMap::Inferno, &Palette::DARK);
        let map = ColorMap::Inferno.table(false);
        assert_eq!(
            (table[DARK as usize], table[255]),
            (map[0], map[255]),
            "zero and the largest"
        );
    }

    #[test]
    fn pairs_stand_row_after_row() {
        let triangle = Triangle::new(5, 0);
        let pairs = (0..5).flat_map(|i| (i + 1..5).map(move |j| (i, j)));
        for (place, (i, j)) in pairs.enumerate() {
            assert_eq!(triangle.place(i, j), place);
            assert_eq!(triangle.place(j, i), place);
        }
    }
}
