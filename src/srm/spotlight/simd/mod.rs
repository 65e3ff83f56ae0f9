//! The engine's inner loops, compiled for the vector units of today's machines
//! and chosen when the program runs, so that a distributed binary is as fast as
//! one built for the machine it runs on.
//!
//! This is the one module of the mathematics that may say `unsafe`, in two ways:
//! a function compiled for a vector unit is called once [`Level::here`] has found
//! that unit, and a register is stored to a slice whose length was just checked.
//! Each loop is written once, as plain Rust over slices; only those that compress
//! are written anew, in [`x86`].
#![allow(unsafe_code)]

#[cfg(target_arch = "x86_64")]
mod x86;

use std::sync::LazyLock;

use super::hits::Hits;
use super::{arcs, dense, gather, lists, row};
use crate::srm::lines::{LANES, Line};

/// Vector units that loops are compiled for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Whatever the target has anyway.
    Plain,
    /// 256 bits, with fused multiply-add.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// 512 bits.
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

impl Level {
    /// All that this machine has, the least first.
    #[cfg(test)]
    pub fn all() -> Vec<Self> {
        #[cfg(target_arch = "x86_64")]
        let all = [Self::Plain, Self::Avx2, Self::Avx512];
        #[cfg(not(target_arch = "x86_64"))]
        let all = [Self::Plain];
        all.into_iter()
            .filter(|&level| level <= Self::found())
            .collect()
    }

    /// The best that this machine has; `FOLLOWSPOT_SIMD=plain` or `avx2` asks for less.
    pub fn here() -> Self {
        static HERE: LazyLock<Level> = LazyLock::new(|| {
            let wanted = std::env::var("FOLLOWSPOT_SIMD").unwrap_or_default();
            Level::found().min(Level::named(&wanted))
        });
        *HERE
    }

    #[cfg(target_arch = "x86_64")]
    fn named(name: &str) -> Self {
        match name {
            "plain" => Self::Plain,
            "avx2" => Self::Avx2,
            _ => Self::Avx512,
        }
    }

    #[cfg(not(target_arch = "x86_64"))]
    fn named(_: &str) -> Self {
        Self::Plain
    }

    #[cfg(target_arch = "x86_64")]
    fn found() -> Self {
        let has_avx2 = is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("fma")
            && is_x86_feature_detected!("bmi1")
            && is_x86_feature_detected!("bmi2")
            && is_x86_feature_detected!("lzcnt")
            && is_x86_feature_detected!("popcnt");
        let has_avx512 = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512vl");
        match (has_avx2, has_avx512) {
            (true, true) => Self::Avx512,
            (true, false) => Self::Avx2,
            _ => Self::Plain,
        }
    }

    #[cfg(not(target_arch = "x86_64"))]
    fn found() -> Self {
        Self::Plain
    }
}

/// Whether plain code may fuse a multiplication and an addition: where the target
/// has no such instruction, asking for it would call a function.
const PLAIN_FUSES: bool = cfg!(any(target_arch = "aarch64", target_feature = "fma"));

/// `fn name(…) = plain, T;` makes a function that calls `plain::<FUSED, T>(…)`
/// compiled for the level at hand.
macro_rules! levels {
    ($($(#[$doc:meta])* fn $name:ident($($arg:ident: $ty:ty),* $(,)?) $(-> $ret:ty)? = $($plain:ident)::+ $(, $t:ty)?;)*) => {$(
        $(#[$doc])*
        pub fn $name(level: Level, $($arg: $ty),*) $(-> $ret)? {
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx2,fma,bmi1,bmi2,lzcnt,popcnt")]
                fn avx2($($arg: $ty),*) $(-> $ret)? {
                    $($plain)::+::<true $(, $t)?>($($arg),*)
                }
                #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,bmi1,bmi2,lzcnt,popcnt")]
                fn avx512($($arg: $ty),*) $(-> $ret)? {
                    $($plain)::+::<true $(, $t)?>($($arg),*)
                }
                // SAFETY: `Level::found` has seen every feature named above.
                match level {
                    Level::Avx512 => return unsafe { avx512($($arg),*) },
                    Level::Avx2 => return unsafe { avx2($($arg),*) },
                    Level::Plain => {}
                }
            }
            let _ = level;
            $($plain)::+::<PLAIN_FUSES $(, $t)?>($($arg),*)
        }
    )*};
}

levels! {
    /// See [`arcs::lay`].
    fn lay_arcs(spec: &arcs::ArcSpec, hits: arcs::Inputs<'_>, out: &mut arcs::Outputs<'_>) -> u32 = arcs::lay;
    /// See [`row::finish`].
    fn finish_row_plain(row: &mut [row::Lanes], offsets: row::Offsets, sums: &mut row::NarrowSums) -> row::Extent = row::finish;
    fn reaching_plain_f32(lines: &[Line<f32>], squares: &[f32], shares: &[f32; LANES], masks: &mut [u16]) = lists::reaching, f32;
    fn reaching_plain_f64(lines: &[Line<f64>], squares: &[f32], shares: &[f32; LANES], masks: &mut [u16]) = lists::reaching, f64;
    fn gather_plain_f32(list: gather::Entries<'_>, lines: &[Line<f32>], hits: &mut Hits) = gather::gather, f32;
    fn gather_plain_f64(list: gather::Entries<'_>, lines: &[Line<f64>], hits: &mut Hits) = gather::gather, f64;
}

/// See [`row::finish`].
pub fn finish_row(
    level: Level,
    row: &mut [row::Lanes],
    offsets: row::Offsets,
    sums: &mut row::NarrowSums,
) -> row::Extent {
    #[cfg(target_arch = "x86_64")]
    if level == Level::Avx512 {
        // SAFETY: `Level::found` has seen every feature that it is compiled for.
        return unsafe { x86::finish_row(row, offsets, sums) };
    }
    finish_row_plain(level, row, offsets, sums)
}

/// See [`lists::reaching`].
pub fn reaching_f32(
    level: Level,
    lines: &[Line<f32>],
    squares: &[f32],
    shares: &[f32; LANES],
    masks: &mut [u16],
) {
    #[cfg(target_arch = "x86_64")]
    if level == Level::Avx512 {
        // SAFETY: `Level::found` has seen every feature that it is compiled for.
        return unsafe { x86::reaching_f32(lines, squares, shares, masks) };
    }
    reaching_plain_f32(level, lines, squares, shares, masks);
}

/// See [`lists::reaching`].
pub fn reaching_f64(
    level: Level,
    lines: &[Line<f64>],
    squares: &[f32],
    shares: &[f32; LANES],
    masks: &mut [u16],
) {
    #[cfg(target_arch = "x86_64")]
    if level == Level::Avx512 {
        // SAFETY: `Level::found` has seen every feature that it is compiled for.
        return unsafe { x86::reaching_f64(lines, squares, shares, masks) };
    }
    reaching_plain_f64(level, lines, squares, shares, masks);
}

/// See [`gather::gather`].
pub fn gather_f32(level: Level, list: gather::Entries<'_>, lines: &[Line<f32>], hits: &mut Hits) {
    assert!(
        hits.room() >= LANES * list.samples.len(),
        "room for every plane"
    );
    #[cfg(target_arch = "x86_64")]
    if level == Level::Avx512 {
        // SAFETY: `Level::found` has seen every feature that it is compiled for.
        return unsafe { x86::gather_f32(list, lines, hits) };
    }
    gather_plain_f32(level, list, lines, hits);
}

/// See [`gather::gather`].
pub fn gather_f64(level: Level, list: gather::Entries<'_>, lines: &[Line<f64>], hits: &mut Hits) {
    assert!(
        hits.room() >= LANES * list.samples.len(),
        "room for every plane"
    );
    #[cfg(target_arch = "x86_64")]
    if level == Level::Avx512 {
        // SAFETY: `Level::found` has seen every feature that it is compiled for.
        return unsafe { x86::gather_f64(list, lines, hits) };
    }
    gather_plain_f64(level, list, lines, hits);
}

/// See [`dense::filter`]: numbers of the samples that may be lit, written to the
/// head of `out`, which has room for all and [`dense::PAD`] more.
pub fn dense_filter(level: Level, plane: &dense::Pair<'_>, out: &mut [u32]) -> usize {
    assert!(
        out.len() >= plane.len() + dense::PAD,
        "room for every sample"
    );
    #[cfg(target_arch = "x86_64")]
    // SAFETY: `Level::found` has seen every feature that these are compiled for.
    match level {
        Level::Avx512 => return unsafe { x86::dense_avx512(plane, out) },
        Level::Avx2 => return unsafe { x86::dense_avx2(plane, out) },
        Level::Plain => {}
    }
    let _ = level;
    dense::filter(plane, out)
}
