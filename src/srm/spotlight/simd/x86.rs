//! The loops that compress, by hand: sixteen values are looked at and those that
//! are wanted are written behind one another.

use std::arch::x86_64::{
    __m512, __m512i, _CMP_GE_OQ, _MM_HINT_T0, _mm_prefetch, _mm256_cmp_ps, _mm256_fmadd_ps,
    _mm256_fnmadd_ps, _mm256_loadu_ps, _mm256_movemask_ps, _mm256_mul_ps, _mm256_set1_ps,
    _mm512_add_epi32, _mm512_and_si512, _mm512_castps256_ps512, _mm512_cmp_ps_mask,
    _mm512_cvtpd_ps, _mm512_fmadd_ps, _mm512_fnmadd_ps, _mm512_insertf32x8, _mm512_loadu_pd,
    _mm512_loadu_ps, _mm512_loadu_si512, _mm512_mask_cmp_ps_mask, _mm512_maskz_compress_epi32,
    _mm512_maskz_compress_ps, _mm512_max_epi32, _mm512_min_epi32, _mm512_mul_ps,
    _mm512_mullo_epi32, _mm512_or_si512, _mm512_set1_epi32, _mm512_set1_ps, _mm512_setr_epi32,
    _mm512_setzero_si512, _mm512_slli_epi32, _mm512_storeu_ps, _mm512_storeu_si512,
    _mm512_sub_epi32, _mm512_xor_si512,
};

use super::dense::{PAD, Pair, filter_from};
use super::gather::{Entries, Role};
use super::row::{Extent, LAST_PLACE, Lanes, NarrowSums, Offsets, PLACE_BITS};
use super::{Hits, LANES, Line};

const _: () = assert!(LANES == 16);

/// Entries ahead of the one at hand whose lines are asked for.
const AHEAD: usize = 12;

/// A sample's line.
#[target_feature(enable = "avx512f,avx512dq")]
#[inline]
fn load_f32(line: &Line<f32>) -> __m512 {
    // SAFETY: it is an array of 16 values.
    unsafe { _mm512_loadu_ps(line.0.as_ptr()) }
}

/// A sample's line, in single precision.
#[target_feature(enable = "avx512f,avx512dq")]
#[inline]
fn load_f64(line: &Line<f64>) -> __m512 {
    // SAFETY: it is an array of 16 values, of which these are the halves.
    let (low, high) = unsafe {
        (
            _mm512_loadu_pd(line.0.as_ptr()),
            _mm512_loadu_pd(line.0.as_ptr().add(8)),
        )
    };
    let low = _mm512_castps256_ps512(_mm512_cvtpd_ps(low));
    _mm512_insertf32x8::<1>(low, _mm512_cvtpd_ps(high))
}

/// The loop of [`super::lists::reaching`], a mask a line.
macro_rules! reachings {
    ($name:ident, $load:ident, $t:ty) => {
        #[target_feature(
            enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,bmi1,bmi2,lzcnt,popcnt"
        )]
        pub fn $name(
            lines: &[Line<$t>],
            squares: &[f32],
            shares: &[f32; LANES],
            masks: &mut [u16],
        ) {
            // SAFETY: it is an array of 16 values.
            let shares = unsafe { _mm512_loadu_ps(shares.as_ptr()) };
            for ((line, &square), mask) in lines.iter().zip(squares).zip(masks) {
                let line = $load(line);
                let reach = _mm512_mul_ps(_mm512_set1_ps(square), shares);
                *mask = _mm512_cmp_ps_mask::<_CMP_GE_OQ>(_mm512_mul_ps(line, line), reach);
            }
        }
    };
}
reachings!(reaching_f32, load_f32, f32);
reachings!(reaching_f64, load_f64, f64);

/// The loop of [`super::gather::gather`], its candidates compressed.
macro_rules! gathers {
    ($name:ident, $load:ident, $t:ty) => {
        #[target_feature(
            enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,bmi1,bmi2,lzcnt,popcnt"
        )]
        pub fn $name(list: Entries<'_>, lines: &[Line<$t>], hits: &mut Hits) {
            assert!(hits.room() >= LANES * list.samples.len());
            let shape = list.shape;
            // SAFETY: each is an array of 16 values.
            let (overlap, inverse, share, list_share) = unsafe {
                (
                    _mm512_loadu_ps(shape.overlap.as_ptr()),
                    _mm512_loadu_ps(shape.inverse_height.as_ptr()),
                    _mm512_loadu_ps(shape.share.as_ptr()),
                    _mm512_loadu_ps(shape.list_share.as_ptr()),
                )
            };
            let lanes = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
            let step = _mm512_set1_epi32(shape.rows.1 as i32);
            let first = _mm512_set1_epi32(shape.rows.0 as i32);
            let rows = _mm512_add_epi32(first, _mm512_mullo_epi32(lanes, step));
            let mut len = hits.len();
            let entries = list.samples.iter().zip(list.values).zip(list.edges);
            let ahead = list.samples.iter().skip(AHEAD).chain(list.samples.last());
            let mut ahead = ahead.copied();
            for ((&sample, &value), &edge) in entries {
                if let Some(sample) = ahead.next() {
                    let line: *const Line<$t> = &lines[sample as usize];
                    _mm_prefetch::<_MM_HINT_T0>(line.cast());
                }
                let line = $load(&lines[sample as usize]);
                let own = _mm512_set1_ps(value);
                let square = _mm512_set1_ps(edge * edge);
                let (c1, other) = match list.role {
                    Role::First => (own, line),
                    Role::Second => (line, own),
                };
                let c2 = _mm512_mul_ps(_mm512_fnmadd_ps(overlap, c1, other), inverse);
                let radius = _mm512_fmadd_ps(c2, c2, _mm512_mul_ps(c1, c1));
                let reach = _mm512_mul_ps(square, share);
                let mut mask = _mm512_mask_cmp_ps_mask::<_CMP_GE_OQ>(shape.lanes, radius, reach);
                if list.role == Role::Second {
                    let reach = _mm512_mul_ps(square, list_share);
                    let squares = _mm512_mul_ps(line, line);
                    mask &= !_mm512_cmp_ps_mask::<_CMP_GE_OQ>(squares, reach);
                }
                if mask == 0 {
                    continue;
                }
                // SAFETY: room for 16 candidates an entry was asserted, so 16 values
                // fit behind `len` in each of the arrays.
                unsafe {
                    let c1 = _mm512_maskz_compress_ps(mask, c1);
                    _mm512_storeu_ps(hits.c1.as_mut_ptr().add(len), c1);
                    let c2 = _mm512_maskz_compress_ps(mask, c2);
                    _mm512_storeu_ps(hits.c2.as_mut_ptr().add(len), c2);
                    let edge = _mm512_set1_ps(edge);
                    _mm512_storeu_ps(hits.edge.as_mut_ptr().add(len), edge);
                    let sample = _mm512_set1_epi32(sample as i32);
                    _mm512_storeu_si512(hits.sample.as_mut_ptr().add(len).cast(), sample);
                    let row = _mm512_maskz_compress_epi32(mask, rows);
                    _mm512_storeu_si512(hits.row.as_mut_ptr().add(len).cast(), row);
                }
                len += mask.count_ones() as usize;
            }
            hits.set_len(len);
        }
    };
}
gathers!(gather_f32, load_f32, f32);
gathers!(gather_f64, load_f64, f64);

#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,bmi1,bmi2,lzcnt,popcnt")]
pub fn dense_avx512(plane: &Pair<'_>, out: &mut [u32]) -> usize {
    const { assert!(PAD >= LANES) };
    assert!(out.len() >= plane.len() + PAD);
    let overlap = _mm512_set1_ps(plane.overlap);
    let inverse = _mm512_set1_ps(plane.inverse_height);
    let share = _mm512_set1_ps(plane.share);
    let step = _mm512_set1_epi32(LANES as i32);
    let mut numbers = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    let mut len = 0;
    let (first, _) = plane.first.as_chunks::<LANES>();
    let (second, _) = plane.second.as_chunks::<LANES>();
    let (squares, _) = plane.squares.as_chunks::<LANES>();
    for ((a, b), square) in first.iter().zip(second).zip(squares) {
        // SAFETY: each is an array of 16 values.
        let (a, b, square) = unsafe {
            (
                _mm512_loadu_ps(a.as_ptr()),
                _mm512_loadu_ps(b.as_ptr()),
                _mm512_loadu_ps(square.as_ptr()),
            )
        };
        let c2 = _mm512_mul_ps(_mm512_fnmadd_ps(overlap, a, b), inverse);
        let radius = _mm512_fmadd_ps(c2, c2, _mm512_mul_ps(a, a));
        let mask = _mm512_cmp_ps_mask::<_CMP_GE_OQ>(radius, _mm512_mul_ps(square, share));
        let kept = _mm512_maskz_compress_epi32(mask, numbers);
        // SAFETY: at most as many were kept as have been looked at, so 16 fit behind
        // `len`: `out` was asserted to have room for 16 more than all.
        unsafe { _mm512_storeu_si512(out.as_mut_ptr().add(len).cast(), kept) };
        len += mask.count_ones() as usize;
        numbers = _mm512_add_epi32(numbers, step);
    }
    filter_from(plane, first.len() * LANES, out, len)
}

#[target_feature(enable = "avx2,fma,bmi1,bmi2,lzcnt,popcnt")]
pub fn dense_avx2(plane: &Pair<'_>, out: &mut [u32]) -> usize {
    const HALF: usize = LANES / 2;
    let overlap = _mm256_set1_ps(plane.overlap);
    let inverse = _mm256_set1_ps(plane.inverse_height);
    let share = _mm256_set1_ps(plane.share);
    let mut len = 0;
    let (first, _) = plane.first.as_chunks::<HALF>();
    let (second, _) = plane.second.as_chunks::<HALF>();
    let (squares, _) = plane.squares.as_chunks::<HALF>();
    for (number, ((a, b), square)) in first.iter().zip(second).zip(squares).enumerate() {
        // SAFETY: each is an array of 8 values.
        let (a, b, square) = unsafe {
            (
                _mm256_loadu_ps(a.as_ptr()),
                _mm256_loadu_ps(b.as_ptr()),
                _mm256_loadu_ps(square.as_ptr()),
            )
        };
        let c2 = _mm256_mul_ps(_mm256_fnmadd_ps(overlap, a, b), inverse);
        let radius = _mm256_fmadd_ps(c2, c2, _mm256_mul_ps(a, a));
        let reaches = _mm256_cmp_ps::<_CMP_GE_OQ>(radius, _mm256_mul_ps(square, share));
        let mut mask = _mm256_movemask_ps(reaches) as u32;
        while mask != 0 {
            out[len] = (number * HALF) as u32 + mask.trailing_zeros();
            len += 1;
            mask &= mask - 1;
        }
    }
    filter_from(plane, first.len() * HALF, out, len)
}

/// The loop of [`super::row::finish`], a register an entry.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,bmi1,bmi2,lzcnt,popcnt")]
pub fn finish_row(row: &mut [Lanes], offsets: Offsets, sums: &mut NarrowSums) -> Extent {
    let mut run = _mm512_setzero_si512();
    for lanes in row.iter_mut() {
        run = _mm512_add_epi32(run, load(lanes));
        store(lanes, run);
    }
    let mut before = [0; LANES];
    store(&mut before, run);
    let mut arcs = offsets.wraps;
    for before in &mut before {
        arcs += std::mem::replace(before, arcs);
    }
    let before = load(&before);
    let (from, turn) = offsets.dark_of.map_or((0, 0), |n| (n, -1));
    let (from, turn) = (_mm512_set1_epi32(from), _mm512_set1_epi32(turn));
    let keep = _mm512_set1_epi32(if offsets.keep { -1 } else { 0 });
    let mut best = _mm512_setzero_si512();
    let mut total = _mm512_setzero_si512();
    let mut place = _mm512_set1_epi32(LAST_PLACE);
    let one = _mm512_set1_epi32(1);
    let mut count = _mm512_setzero_si512();
    for (lanes, (sum, squares, max, min)) in row.iter_mut().zip(sums.entries()) {
        let arcs = _mm512_add_epi32(before, load(lanes));
        let turned = _mm512_sub_epi32(_mm512_xor_si512(arcs, turn), turn);
        count = _mm512_add_epi32(from, turned);
        store(lanes, _mm512_and_si512(count, keep));
        store(sum, _mm512_add_epi32(load(sum), count));
        let square = _mm512_mullo_epi32(count, count);
        store(squares, _mm512_add_epi32(load(squares), square));
        store(max, _mm512_max_epi32(load(max), count));
        store(min, _mm512_min_epi32(load(min), count));
        let placed = _mm512_or_si512(_mm512_slli_epi32::<PLACE_BITS>(count), place);
        best = _mm512_max_epi32(best, placed);
        total = _mm512_add_epi32(total, count);
        place = _mm512_sub_epi32(place, one);
    }
    let [mut largest, mut totals, mut last] = [[0; LANES]; 3];
    store(&mut largest, best);
    store(&mut totals, total);
    store(&mut last, count);
    sums.extent(largest, totals, last[LANES - 1])
}

/// Sixteen numbers of 32 bits.
#[target_feature(enable = "avx512f")]
#[inline]
fn load<T: Whole>(lanes: &[T; LANES]) -> __m512i {
    // SAFETY: it is an array of 16 values of 32 bits.
    unsafe { _mm512_loadu_si512(lanes.as_ptr().cast()) }
}

#[target_feature(enable = "avx512f")]
#[inline]
fn store<T: Whole>(lanes: &mut [T; LANES], values: __m512i) {
    // SAFETY: it is an array of 16 values of 32 bits, any of which are numbers.
    unsafe { _mm512_storeu_si512(lanes.as_mut_ptr().cast(), values) }
}

/// A number of 32 bits.
trait Whole {}
impl Whole for i32 {}
impl Whole for u32 {}
