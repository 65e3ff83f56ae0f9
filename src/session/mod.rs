//! What a result was made from: file names with their SHA-256, the choices that
//! bear on the result, and the version of the program. Versioned, in JSON: the
//! body of all provenance ([`Provenance`] of tables, [`Session`] of figures) and
//! of session files.
//!
//! Nothing here names a folder of the machine: a result can be published with
//! its provenance as it stands.
//!
//! [`Options`] are what a person chose (`auto`, 361 angles, …); with the samples
//! at hand [`Options::resolve`] turns them into a valid
//! [`SweepSpec`](crate::srm::SweepSpec). The window and the command line both
//! go this way.

pub mod figure;
mod hash;
mod options;
mod provenance;
mod record;

pub use figure::{FigureError, FigureSpec, FigureView};
pub use hash::{Hash, HashError, HashJob, sha256};
pub use options::{Options, OptionsError, Resolved};
pub use provenance::{BasisSource, FORMAT, Provenance, ProvenanceError, Samples, Source};
pub use record::{
    LayerRecord, MOST_SESSION_BYTES, PlanesAs, SESSION_FORMAT, Session, SessionError, View,
};
