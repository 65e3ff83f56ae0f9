//! Hostile input for Followspot's readers.
//!
//! Valid files ([`corpus`]) are changed ([`mutate`]), also inside what checksums
//! guard ([`archive`]), and given to every reader, of whose answer some things must
//! hold ([`check`]). An input is made from a seed and its number alone ([`random`]).
//! The program beside this library runs them by the million; see its `--help`.

pub mod archive;
pub mod check;
pub mod corpus;
pub mod memory;
pub mod mutate;
pub mod random;
