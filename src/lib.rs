//! Followspot shows whether a neural layer's activations line up with its
//! neurons, by the Spotlight Resonance Method (George Bird, arXiv 2505.13471).
//!
//! # The way of the data
//! ```text
//! file ─▶ data::load ─▶ Dump ─▶ srm::Coordinates ─▶ srm::sweep ─▶ Sweep ─▶ scene ─┬─▶ app: painted
//!                                    │                             │               └─▶ figure: SVG ─▶ PDF, PNG
//!                                    ├─▶ srm::curve (one plane) ───┴─▶ table: npz, CSV, TSV, JSON
//!                                    └─▶ what the picture means (below) ─▶ scene, table
//! npz of every shard ─▶ table::Merge ─▶ npz of the whole
//! ```
//!
//! # What the picture means
//! Each question about a lobe is one pass over the same coordinates. Its answer is shown by a view,
//! written by a subcommand, and part of figures and sessions.
//!
//! | question | answered by | drawn by | written by |
//! | --- | --- | --- | --- |
//! | more than chance? | [`srm::null`], `srm::Significance` | ring of `scene::polar`, band of `scene::ensemble` | `sweep`, `plane` |
//! | because of the neurons? | `srm::RotationTest` | rotated curves in `scene::polar` | `alignment` |
//! | at which scale? | `srm::scale_counts` | `scene::ScaleView` | `scale` |
//! | which samples? | `srm::lit_at` | `app`: a table, a contact sheet | `samples` |
//! | of which classes? | `srm::class_curves`, `srm::Enrichment` | `scene::ClassPart`, `scene::class_color` | `plane --labels` |
//! | about which neurons? | `srm::directions` | `scene::directions` | `directions` |
//! | lying how in the plane? | `srm::project`, its density | `scene::projection` | `project` |
//!
//! How they are looked at (normalised how, which classes, how many rotations) is `session::look`,
//! for the window and for figures alike.
//!
//! # The rooms
//! Arrows go one way: each room knows those above it and none below.
//!
//! | room | holds | never |
//! | --- | --- | --- |
//! | [`words`] | numbers as people read them | |
//! | [`srm`] | the mathematics: `Epsilon`, `UnitBasis`, `Plane`, arcs, curves, sweeps (the engine is `srm::spotlight`), and what the picture means | files, windows, threads of its own |
//! | [`data`] | reading dumps, bases, labels and images; errors that say what and how to mend it | results |
//! | [`scene`] | a view as primitives, drawn once and shown twice | files, windows |
//! | [`session`] | what a result was made from: files, hashes, options, view, look, version | paths of the machine in anything published |
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
