//! What a result was made from: file names with their SHA-256, the choices that
//! bear on the result, and the version of the program. Versioned, in JSON: the
//! body of all provenance ([`Provenance`] of tables, [`Session`] of figures) and
//! of session files. [`read_session`] reads it out of files, [`sweep_command`] writes
//! the command line that makes it again.
//!
//! Nothing here names a folder of the machine: a result can be published with
//! its provenance as it stands.
//!
//! [`Options`] are what a person chose (`auto`, 361 angles, …); with the samples
//! at hand [`Options::resolve`] turns them into a valid
//! [`SweepSpec`](crate::srm::SweepSpec). The window and the command line both
//! go this way.

mod command;
pub mod figure;
mod file;
mod hash;
mod look;
mod options;
mod places;
mod provenance;
mod record;

pub use command::{
    figure_command, file_argument, input_words, option_words, plane_command, quote, sweep_command,
};
pub use figure::{FigureError, FigureSpec, FigureView};
pub use file::{
    FileKind, MOST_SCANNED_BYTES, ReadError, SESSION_EXTENSION, SESSION_MARK, is_named_session,
    is_session_like, read_session, read_session_bytes,
};
pub use hash::{Hash, HashError, HashJob, sha256, sha256_of};
pub use look::{
    ChanceLook, ClassCurves, ClassLook, ClassShare, KernelWidth, Normaliser, PlaneAs, ProjectionAs,
    ProjectionLook, ProjectionOf, Rotations, ScaleAxis, ScaleLook, ScaleQuantity,
};
pub use options::{Options, OptionsError, Resolved};
pub use places::{Paths, Place, relative_path};
pub use provenance::{
    BasisSource, FORMAT, PointsRecord, Provenance, ProvenanceError, Samples, ScalesRecord, Source,
};
pub use record::{
    CompanionRecord, CompanionRole, Facts, LayerRecord, Listing, MOST_SESSION_BYTES, PlanesAs,
    PointFacts, SESSION_FORMAT, Session, SessionError, View,
};
