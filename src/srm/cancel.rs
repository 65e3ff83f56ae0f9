//! Calling off long work: an atomic flag that is read every few milliseconds.

use std::sync::atomic::{AtomicBool, Ordering};

/// Multiplications between two looks at the flag: some ten milliseconds.
pub(super) const PRODUCTS: usize = 50_000_000;

/// The work was called off before it was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cancelled")]
pub struct Cancelled;

/// Ends the work if it was called off.
pub(super) fn check(cancel: &AtomicBool) -> Result<(), Cancelled> {
    if cancel.load(Ordering::Relaxed) {
        Err(Cancelled)
    } else {
        Ok(())
    }
}
