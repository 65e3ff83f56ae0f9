//! Followspot.
pub mod cli;
pub mod data;
pub mod session;
pub mod srm;
pub mod table;
pub mod words;
