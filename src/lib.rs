//! Followspot.
pub mod data;
pub mod srm;
pub mod words;
