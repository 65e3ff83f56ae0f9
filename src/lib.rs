//! Followspot.
pub mod data;
pub mod srm;
