//! Followspot shows whether a neural layer's activations line up with its
//! neurons, by the Spotlight Resonance Method (George Bird, arXiv 2505.13471).
//!
//! # The way of the data
//! ```text
//! file ─▶ data::load ─▶ Dump ─▶ srm::Coordinates ─▶ srm::sweep ─▶ Sweep ─▶ scene ─┬─▶ app: painted
//!                                    │                             │               └─▶ figure: SVG ─▶ PDF, PNG
//!                                    └─▶ srm::curve (one plane) ───┴─▶ table: npz, CSV, TSV, JSON
//! npz of every shard ─▶ table::Merge ─▶ npz of the whole
//! ```
//!
//! # The rooms
//! Arrows go one way: each room knows those above it and none below.
//!
//! | room | holds | never |
//! | --- | --- | --- |
//! | [`words`] | numbers as people read them | |
//! | [`srm`] | the mathematics: `Epsilon`, `UnitBasis`, `Plane`, arcs, curves, sweeps (the engine is `srm::spotlight`), the isotropic null, alignment and its test by rotation | files, windows, threads of its own |
//! | [`data`] | reading dumps, bases, labels and images; errors that say what and how to mend it | results |
//! | [`scene`] | a view as primitives, drawn once and shown twice | files, windows |
//! | [`session`] | what a result was made from: files, hashes, options, view, look of a figure, version | paths of the machine in anything published |
//! | [`table`] | results as npz, CSV, TSV, JSON, with their provenance; read back and merged | windows |
//! | [`figure`] | a scene as a page in millimetres: one SVG, turned into PDF and PNG | windows |
//! | `worker` | the background threads and their lanes, and the window's jobs | drawing |
//! | [`cli`] | one file a subcommand | windows |
//! | `app` | the window: one file a view, commands, what is undone | parsing, mathematics |
//! | `main.rs` | hands the arguments to [`cli`], opens the window | logic |
//!
//! # Invariants
//! - [`words`], [`srm`], [`data`], [`scene`], [`session`], [`table`], [`figure`] and [`cli`] compile
//!   without the `gui` feature; `worker` and `app` are the window.
//! - Counts are integers and equal the definition's, whatever trick found them.
//! - Every result can be recomputed from its provenance.
//! - Nothing that can take longer than a millisecond or two runs on the window's thread.
//! - A parsed value is a type that cannot be wrong any more.
//! - Files are written whole or not at all.

pub mod cli;
pub mod data;
pub mod figure;
pub mod scene;
pub mod session;
pub mod srm;
pub mod table;
pub mod words;

#[cfg(feature = "gui")]
pub mod app;
#[cfg(feature = "gui")]
pub mod worker;
