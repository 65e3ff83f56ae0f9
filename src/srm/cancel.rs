//! Calling off long work: an atomic flag that is read every few milliseconds.

/// The work was called off before it was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cancelled")]
pub struct Cancelled;
