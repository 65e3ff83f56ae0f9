//! Asks the system for large pages.
//!
//! A layer's values are read a line here and a line there. With pages of 4 kB each
//! such line costs a walk through the page tables beside the memory's own delay, and
//! a fresh layer of 150 MB costs 37,000 faults; with pages of 2 MB, 75.
//!
//! This module may say `unsafe` for one call into the system, which changes neither
//! what memory holds nor who owns it.
#![allow(unsafe_code)]

/// Least bytes for which it is worth asking.
#[cfg(target_os = "linux")]
const LARGE: usize = 8 << 20;

/// Asks for large pages under memory that has not been touched yet. Where the
/// system has none, nothing changes.
#[cfg(target_os = "linux")]
pub fn ask_for_large<T>(memory: &mut [T]) {
    const PAGE: usize = 2 << 20;
    let bytes = size_of_val(memory);
    if bytes < LARGE {
        return;
    }
    let start = memory.as_mut_ptr().cast::<u8>();
    // Whole large pages within: what lies around them is others' memory.
    let skip = start.align_offset(PAGE);
    let whole = bytes.saturating_sub(skip) / PAGE * PAGE;
    if whole == 0 {
        return;
    }
    // SAFETY: the range lies within `memory`, which is borrowed for writing; the
    // advice changes how the system backs it, not what it holds. A refusal is no
    // error: the memory stays as it was.
    unsafe {
        libc::madvise(start.add(skip).cast(), whole, libc::MADV_HUGEPAGE);
    }
}

/// Elsewhere the system decides by itself.
#[cfg(not(target_os = "linux"))]
pub fn ask_for_large<T>(_: &mut [T]) {}
