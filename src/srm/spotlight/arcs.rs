//! Arcs of many samples at once, in single precision, each end as close to a grid
//! point as its error or else certain.
//!
//! A sample `c` in the plane is lit between the directions `ε′ c ∓ s c⊥` with
//! `s = √(‖c‖² − ε′²)`, which need neither a norm nor an `arccos`: two arctangents
//! of ratios. What rounding could decide differently (an end near a grid point, a
//! sample near the cone's edge) is only marked here, for the exact arc to settle;
//! so single precision costs no count. All lengths may be in any unit: here it is
//! the sample's norm, so that samples are used as they were dumped.

use std::f32::consts::{FRAC_PI_2, PI};
use std::f64::consts::TAU;

use crate::srm::basis::Frame;

use super::row::LANES;

/// Fewest distinct directions for which an arc's ends say all.
pub const FEWEST: usize = 8;

/// Error of an end in radians, apart from that of `s`; ten times what is known:
/// rounding of the ends' directions, of the ratio and of the arctangent.
const END_ERROR: f32 = 3e-6;

/// Error of an end in radians where `s = ε′`, five times what is known.
const WIDTH_ERROR: f32 = 1e-6;

/// Error of a square, as a share of the radius' square, ten times what is known.
const SQUARE_ERROR: f32 = 4e-6;

/// Radii (in the sample's unit) whose squares are no longer normal numbers.
const TINY: f32 = 1e-30;

/// Adding it to a number below 2^22 rounds that to the nearest whole one.
const ROUNDS: f32 = 12_582_912.0;

/// What the arcs of a plane are laid on.
#[derive(Clone, Copy, Debug)]
pub struct ArcSpec {
    /// `A − 1`.
    n: f32,
    steps_per_radian: f32,
    /// One over the angles of a lane.
    per_lane: f32,
    /// What a lane's first slot is ahead of `16` times its angle.
    lane_shift: f32,
    end_error: f32,
    width_error: f32,
    square_error: f32,
    /// `b_j` in the plane's frame.
    axis: [f32; 2],
    /// The first bisector.
    bisector: [f32; 2],
}

/// Candidates, as many of each.
#[derive(Clone, Copy, Debug)]
pub struct Inputs<'a> {
    /// `c1 ‖x‖`.
    pub c1: &'a [f32],
    /// `c2 ‖x‖`.
    pub c2: &'a [f32],
    /// `ε′ ‖x‖`.
    pub edge: &'a [f32],
}

/// What is found of each.
#[derive(Debug)]
pub struct Outputs<'a> {
    /// The arc's first slot, and 2^16 times the slot behind its last: see
    /// [`super::row::Slots`].
    pub ends: &'a mut [u32],
    /// A [`Flags`].
    pub flags: &'a mut [u32],
}

/// What is known of a candidate beside its ends, in the bits of a number.
#[derive(Clone, Copy, Debug, Default)]
pub struct Flags {
    /// Whether it is lit.
    pub lit: u32,
    /// Whether the arc passes the end of the grid.
    pub wraps: u32,
    /// Privileged directions that light it.
    pub axes: u32,
    /// Bisectors that light it.
    pub bisectors: u32,
}

impl Flags {
    /// The bit of what the exact arc has to settle.
    pub const DOUBT: u32 = 1 << 8;

    /// As a number without doubt.
    pub fn packed(self) -> u32 {
        self.lit | self.wraps << 1 | self.axes << 2 | self.bisectors << 5
    }

    /// Packed flags with sixteen bits for each of their numbers, so that up to
    /// 2^13 of them can be added.
    #[inline(always)]
    pub fn spread(flags: u32) -> u64 {
        const SPREAD: [u64; 256] = {
            let mut spread = [0; 256];
            let mut flags = 0;
            while flags < 256 {
                let f = flags as u64;
                spread[flags] =
                    (f & 1) | (f >> 1 & 1) << 16 | (f >> 2 & 7) << 32 | (f >> 5 & 7) << 48;
                flags += 1;
            }
            spread
        };
        SPREAD[(flags & 0xff) as usize]
    }

    /// The numbers lit, wrapping, on axes and on bisectors of a sum of those.
    #[inline(always)]
    pub fn gathered(sum: u64) -> [u64; 4] {
        [0, 16, 32, 48].map(|shift| sum >> shift & 0xffff)
    }
}

impl ArcSpec {
    /// For `n` distinct directions in a plane of that frame, whose coordinates have
    /// `loss` times the rounding of single precision.
    pub fn new(n: usize, frame: Frame, loss: f32) -> Self {
        let steps_per_radian = n as f64 / TAU;
        let per_lane = n.div_ceil(LANES);
        let (sin, cos) = (frame.alpha_rad() / 2.0).sin_cos();
        Self {
            n: n as f32,
            steps_per_radian: steps_per_radian as f32,
            per_lane: 1.0 / per_lane as f32,
            lane_shift: (LANES * per_lane - 1) as f32,
            end_error: END_ERROR * steps_per_radian as f32 * loss,
            width_error: WIDTH_ERROR * steps_per_radian as f32 * loss,
            square_error: SQUARE_ERROR * loss,
            axis: [frame.overlap as f32, frame.height as f32],
            bisector: [cos as f32, sin as f32],
        }
    }
}

#[inline(always)]
fn fma<const FUSED: bool>(a: f32, b: f32, c: f32) -> f32 {
    if FUSED { a.mul_add(b, c) } else { a * b + c }
}

/// `arctan2(y, x)` to 3e-7, for `(x, y)` not both zero.
#[inline(always)]
fn arctan2<const FUSED: bool>(y: f32, x: f32) -> f32 {
    let (across, up) = (x.abs(), y.abs());
    let (small, large) = if up > across {
        (across, up)
    } else {
        (up, across)
    };
    let ratio = small / large;
    let square = ratio * ratio;
    // The polynomial of SLEEF's atanf.
    let mut sum = 0.002_823_639;
    for term in [
        -0.015_956_903,
        0.042_504_99,
        -0.074_890_09,
        0.106_347_93,
        -0.142_027_36,
        0.199_926_96,
        -0.333_331_02,
    ] {
        sum = fma::<FUSED>(sum, square, term);
    }
    let angle = fma::<FUSED>(sum * square, ratio, ratio);
    let angle = if up > across {
        FRAC_PI_2 - angle
    } else {
        angle
    };
    let angle = if x < 0.0 { PI - angle } else { angle };
    if y < 0.0 { -angle } else { angle }
}

/// The first grid point at or after an end, and how far the end is from the
/// nearest, both in steps.
#[inline(always)]
fn ceiling<const FUSED: bool>(spec: &ArcSpec, angle: f32) -> (f32, f32) {
    let end = angle * spec.steps_per_radian;
    let nearest = (end + ROUNDS) - ROUNDS;
    let beyond = end - nearest;
    let point = if beyond > 0.0 { nearest + 1.0 } else { nearest };
    let point = if point < 0.0 { point + spec.n } else { point };
    (point, beyond.abs())
}

/// The slot of a grid point: see [`super::row::Slots`].
#[inline(always)]
fn slot<const FUSED: bool>(spec: &ArcSpec, point: f32) -> u32 {
    let lane = fma::<FUSED>(point + 0.5, spec.per_lane, -0.5);
    let lane = (lane + ROUNDS) - ROUNDS;
    let slot = fma::<FUSED>(lane, -spec.lane_shift, point * LANES as f32);
    (slot + ROUNDS).to_bits() & 0x3f_ffff
}

/// Whether `value²` reaches `square`, and whether that is in doubt.
#[inline(always)]
fn reaches(value: f32, square: f32, error: f32) -> (u32, bool) {
    let excess = value * value - square;
    (u32::from(excess > 0.0), excess.abs() <= error)
}

/// Lays the arcs of all candidates; the flags of all, or-ed, are returned.
#[inline(always)]
pub fn lay<const FUSED: bool>(spec: &ArcSpec, hits: Inputs<'_>, out: &mut Outputs<'_>) -> u32 {
    let len = hits.c1.len();
    let (c1, c2, edge) = (hits.c1, &hits.c2[..len], &hits.edge[..len]);
    let (ends, flags) = (&mut out.ends[..len], &mut out.flags[..len]);
    let [axis1, axis2] = spec.axis;
    let [cos, sin] = spec.bisector;
    let mut all = 0;
    for k in 0..len {
        let (x, y, edge) = (c1[k], c2[k], edge[k]);
        let square = edge * edge;
        let radius = fma::<FUSED>(x, x, y * y);
        let excess = radius - square;
        let error = spec.square_error * radius;
        // Written so that a NaN is in doubt.
        let mut doubt = !(excess.abs() > error) | !(radius > TINY);
        let lit = u32::from(excess > 0.0);
        let s = excess.max(0.0).sqrt();

        let low = arctan2::<FUSED>(
            fma::<FUSED>(edge, y, -(s * x)),
            fma::<FUSED>(edge, x, s * y),
        );
        let high = arctan2::<FUSED>(
            fma::<FUSED>(edge, y, s * x),
            fma::<FUSED>(edge, x, -(s * y)),
        );
        let (first, low_beyond) = ceiling::<FUSED>(spec, low);
        let (behind, high_beyond) = ceiling::<FUSED>(spec, high);
        let near = fma::<FUSED>(spec.end_error, s, spec.width_error * edge);
        doubt |= !(low_beyond * s > near) | !(high_beyond * s > near);
        let wraps = u32::from(first > behind);

        let (axes_1, doubt_1) = reaches(x, square, error);
        let (axes_2, doubt_2) = reaches(fma::<FUSED>(x, axis1, y * axis2), square, error);
        let (bisectors_1, doubt_3) = reaches(fma::<FUSED>(x, cos, y * sin), square, error);
        let (bisectors_2, doubt_4) = reaches(fma::<FUSED>(y, cos, -(x * sin)), square, error);
        doubt |= doubt_1 | doubt_2 | doubt_3 | doubt_4;

        let found = slot::<FUSED>(spec, first) | slot::<FUSED>(spec, behind) << 16;
        let flag = lit
            | wraps << 1
            | (axes_1 + axes_2) << 2
            | (bisectors_1 + bisectors_2) << 5
            | u32::from(doubt) << 8;
        // A candidate that is certainly dark has no arc; its excess is no error.
        let dark = excess < -error;
        ends[k] = if dark { 0 } else { found };
        flags[k] = if dark { 0 } else { flag };
        all |= flags[k];
    }
    all
}
