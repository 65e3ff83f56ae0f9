//! A caption, ready to paste: what is shown, of which data, by which method and
//! options.
//!
//! ```
//! use followspot::data::ReadAs;
//! use followspot::session::{Options, Provenance, Source};
//! use followspot::srm::{Epsilon, Plane};
//! use followspot::table::{Caption, CaptionFormat, Shown};
//!
//! let source = Source {
//!     file_name: "layer_3.npy".to_owned(),
//!     sha256: None,
//!     key: None,
//!     shape: [1797, 24],
//!     array_shape: None,
//!     read_as: ReadAs::default(),
//!     dtype: "float32".to_owned(),
//!     excluded_rows: 0,
//!     zero_rows: 0,
//! };
//! let options = Options { epsilon: "0.7".parse()?, ..Options::default() };
//! let record = Provenance::new(source, None, options, Epsilon::new(0.7)?);
//! let caption = Caption::new(Shown::Curves(&[Plane { i: 3, j: 7 }]), &record);
//! let latex = caption.text(CaptionFormat::Latex);
//! assert!(latex.starts_with(r"Spotlight resonance~\cite{bird2025spotlight} of \texttt{layer\_3.npy}"));
//! # Ok::<(), followspot::srm::EpsilonError>(())
//! ```

mod markup;
mod teller;
#[cfg(test)]
mod tests;

pub use markup::CaptionFormat;
use markup::Paper;

use teller::Teller;

use crate::session::Provenance;
use crate::srm::Plane;

/// The paper's entry, to be kept with the caption's citation.
pub const BIBTEX: &str = "@article{bird2025spotlight,
  title   = {The Spotlight Resonance Method: Resolving the Alignment of Embedded Activations},
  author  = {Bird, George},
  journal = {arXiv preprint arXiv:2505.13471},
  year    = {2025}
}";

/// The entry of the paper that projections on privileged planes are from, likewise.
pub const BIBTEX_PROJECTIONS: &str = "@article{bird2025emergence,
  title   = {Emergence of Quantised Representations Isolated to Anisotropic Functions},
  author  = {Bird, George},
  journal = {arXiv preprint arXiv:2507.12070},
  year    = {2025}
}";

const SPOTLIGHT: Paper = Paper {
    key: "bird2025spotlight",
    arxiv: "2505.13471",
};

const PROJECTIONS: Paper = Paper {
    key: "bird2025emergence",
    arxiv: "2507.12070",
};

/// The entries of the papers that a caption in LaTeX cites, with an empty line between them.
#[must_use]
pub fn bibtex_of(caption: &str) -> String {
    let entries = [(SPOTLIGHT, BIBTEX), (PROJECTIONS, BIBTEX_PROJECTIONS)];
    let cited = entries
        .iter()
        .filter(|(paper, _)| caption.contains(paper.key));
    let cited: Vec<&str> = cited.map(|(_, entry)| *entry).collect();
    cited.join("\n\n")
}

/// How many planes went into what is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Planes {
    /// Those that were swept.
    pub swept: u64,
    /// Those that the chosen vectors span in this mode.
    pub in_all: u64,
}

/// What a figure or table shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shown<'a> {
    /// The curves of these planes; at least one.
    Curves(&'a [Plane]),
    /// Mean and standard deviation over the planes.
    Ensemble(Planes),
    /// A row a plane.
    Heatmap {
        /// The planes.
        planes: Planes,
        /// By what the rows are ordered, as after "ordered by".
        order: &'a str,
    },
    /// A cell a plane, basis vectors along both sides.
    Atlas {
        /// The planes.
        planes: Planes,
        /// What the colour stands for: "alignment index".
        quantity: &'a str,
    },
    /// A plane at every `ε`.
    Scale {
        /// The plane.
        plane: Plane,
        /// Whether what is shown is over what isotropic data would give.
        excess: bool,
    },
    /// The samples' projections on a plane, or on all.
    Projection {
        /// The plane; all of them where `None`.
        plane: Option<Plane>,
        /// All planes.
        planes: Planes,
        /// As what they are drawn: "points".
        drawn: &'a str,
    },
    /// A bar a privileged direction.
    Directions {
        /// Those that are shown, that are lit, and in all.
        counts: [u64; 3],
    },
    /// Several of the others side by side, lettered from (a).
    Panels(&'a [Self]),
}

/// What a caption says.
#[derive(Clone, Copy, Debug)]
pub struct Caption<'a> {
    shown: Shown<'a>,
    record: &'a Provenance,
    ring: Ring,
    notes: &'a [String],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ring {
    Absent,
    Dashed,
}

impl<'a> Caption<'a> {
    /// The caption of `shown`, which was made from what `record` tells: samples, rows
    /// left out, basis, `ε`, options and version all follow from it.
    #[must_use]
    pub fn new(shown: Shown<'a>, record: &'a Provenance) -> Self {
        Self {
            shown,
            record,
            ring: Ring::Absent,
            notes: &[],
        }
    }

    /// Says, too, what the dashed ring of isotropic data is.
    #[must_use]
    pub fn with_ring(self) -> Self {
        Self {
            ring: Ring::Dashed,
            ..self
        }
    }

    /// Says these sentences, too, which have no full stop and are written in the
    /// format that is asked for later.
    #[must_use]
    pub fn with_notes(self, notes: &'a [String]) -> Self {
        Self { notes, ..self }
    }

    /// One paragraph in that format, without a line break. It cites the papers; LaTeX
    /// needs the entries of [`bibtex_of`] for that.
    #[must_use]
    pub fn text(&self, format: CaptionFormat) -> String {
        let teller = Teller {
            format,
            record: self.record,
        };
        let mut sentences = vec![format!(
            "{}: {}",
            teller.subject(&self.shown),
            teller.shown(&self.shown)
        )];
        if is_swept(&self.shown) {
            sentences.push(teller.method(&self.shown));
        }
        sentences.extend(is_scaled(&self.shown).then(|| teller.scaled(&self.shown)));
        sentences.extend(is_projected(&self.shown).then(|| teller.projected(&self.shown)));
        sentences.extend(names_vectors(&self.shown).then(|| teller.vectors()));
        sentences.extend(teller.among(&self.shown));
        sentences.extend(teller.positions());
        sentences.extend(teller.part());
        sentences.extend(teller.centred());
        sentences.extend(teller.left_out());
        sentences.extend(teller.zero());
        sentences.extend(self.notes.iter().cloned());
        if self.ring == Ring::Dashed {
            sentences.push("Dashed: what isotropic data would give".to_owned());
        }
        sentences.push(format!(
            "Made with Followspot {}",
            format.words(&self.record.version)
        ));
        sentences.join(". ") + "."
    }
}

/// Whether curves or what follows from them at one `ε` are shown.
fn is_swept(shown: &Shown<'_>) -> bool {
    match shown {
        Shown::Scale { .. } | Shown::Projection { .. } => false,
        Shown::Panels(panels) => panels.iter().any(is_swept),
        _ => true,
    }
}

/// Whether a plane is shown at every `ε`.
fn is_scaled(shown: &Shown<'_>) -> bool {
    match shown {
        Shown::Scale { .. } => true,
        Shown::Panels(panels) => panels.iter().any(is_scaled),
        _ => false,
    }
}

/// Whether projections are shown.
fn is_projected(shown: &Shown<'_>) -> bool {
    match shown {
        Shown::Projection { .. } => true,
        Shown::Panels(panels) => panels.iter().any(is_projected),
        _ => false,
    }
}

/// Whether something is shown that is not a projection.
fn is_resonance(shown: &Shown<'_>) -> bool {
    match shown {
        Shown::Projection { .. } => false,
        Shown::Panels(panels) => panels.iter().any(is_resonance),
        _ => true,
    }
}

/// Whether several planes are brought together.
fn sums_up(shown: &Shown<'_>) -> bool {
    match shown {
        Shown::Curves(_) | Shown::Directions { .. } | Shown::Scale { .. } => false,
        Shown::Projection { plane, .. } => plane.is_none(),
        Shown::Ensemble(_) | Shown::Heatmap { .. } | Shown::Atlas { .. } => true,
        Shown::Panels(panels) => panels.iter().any(sums_up),
    }
}

/// Whether single vectors are named.
fn names_vectors(shown: &Shown<'_>) -> bool {
    match shown {
        Shown::Curves(_) | Shown::Directions { .. } | Shown::Scale { .. } => true,
        Shown::Projection { plane, .. } => plane.is_some(),
        Shown::Ensemble(_) | Shown::Heatmap { .. } | Shown::Atlas { .. } => false,
        Shown::Panels(panels) => panels.iter().any(names_vectors),
    }
}
