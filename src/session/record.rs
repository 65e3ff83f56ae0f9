//! What a window shows and what a figure was made from: the body of session files
//! and of what is embedded in every figure.
//!
//! A figure names files only, never folders; a session file also says where they
//! are, relative to itself.

use serde::{Deserialize, Serialize};

use super::figure::{FigureSpec, FigureView};
use super::look::{ChanceLook, ClassLook, PlaneAs, ProjectionLook, ScaleLook};
use super::options::Options;
use super::provenance::{BasisSource, Provenance, Source};
use crate::scene::{AngleUnit, AtlasOrder, ColorMap, ColorScale, PlaneOrder, Quantity};
use crate::srm::Epsilon;
use crate::words;

/// Version of the format of [`Session`]. An older one is read with what it lacks
/// taken as the default; a newer one is refused.
pub const SESSION_FORMAT: u32 = 1;

/// Most bytes of a session that are read: far beyond any that was written.
pub const MOST_SESSION_BYTES: u64 = 16 << 20;

/// What was left out or brought together where a figure shows a layer: its caption
/// says so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    /// Whether the dashed ring of isotropic data can be seen.
    pub ring: bool,
    /// The most planes that a row of the heatmap stands for.
    pub planes_a_row: u64,
    /// Dark planes that the heatmap leaves out.
    pub dark_left_out: u64,
    /// Planes that the heatmap leaves out since they are not significant.
    #[serde(skip_serializing_if = "is_none_left_out")]
    pub not_significant: u64,
    /// Whether the band of isotropic planes can be seen.
    #[serde(skip_serializing_if = "is_unseen")]
    pub null_band: bool,
    /// Pairs of parallel vectors, which span no plane.
    pub parallel_pairs: u64,
    /// Directions that are shown, that are lit, and in all.
    pub directions: [u64; 3],
    /// Classes that have curves of their own, and classes that are lit and not left out.
    #[serde(skip_serializing_if = "is_nothing")]
    pub class_curves: [u64; 2],
    /// Of a projection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub points: Option<PointFacts>,
}

fn is_nothing(pair: &[u64; 2]) -> bool {
    *pair == [0; 2]
}

/// What a projection shows of its points.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PointFacts {
    /// Points that are drawn one by one, or that a density is of.
    pub drawn: u64,
    /// Points that there are.
    pub total: u64,
    /// Samples that they are of.
    pub samples: u64,
    /// Samples left out since their norm is beyond the largest double.
    pub beyond: u64,
    /// Quantiles that stand for the norms in the isotropic density; 0 where it is made of
    /// all.
    pub quantiles: u64,
    /// Whether the density is divided by that of isotropic data.
    pub normalised: bool,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // as serde hands them over
fn is_none_left_out(planes: &u64) -> bool {
    *planes == 0
}

#[allow(clippy::trivially_copy_pass_by_ref)] // likewise
fn is_unseen(band: &bool) -> bool {
    !band
}

impl Facts {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// What a layer is one of, where the window steps through a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Listing {
    /// The files of its folder.
    Folder,
    /// The arrays of its file.
    Arrays,
}

/// A layer: where its samples and its basis came from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LayerRecord {
    /// The activations.
    pub source: Source,
    /// The privileged basis; the standard one where `None`.
    #[serde(default)]
    pub basis: Option<BasisSource>,
    /// The resolution scale that the options come to for this layer, in full.
    #[serde(default)]
    pub epsilon: Option<f64>,
    /// Planes that the options come to, and planes of the basis, drawn or not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planes: Option<[u64; 2]>,
    /// What a figure of it has to say.
    #[serde(default, skip_serializing_if = "Facts::is_default")]
    pub facts: Facts,
    /// What it is one of, where it was shown in a list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listing: Option<Listing>,
    /// In a session file: where the activations are, relative to it, parts
    /// separated by `/`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// In a session file: where the basis is, likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis_path: Option<String>,
}

impl LayerRecord {
    /// Of a layer of which nothing is worked out yet, and which has no place.
    #[must_use]
    pub fn new(source: Source, basis: Option<BasisSource>) -> Self {
        Self {
            source,
            basis,
            epsilon: None,
            planes: None,
            facts: Facts::default(),
            listing: None,
            path: None,
            basis_path: None,
        }
    }

    /// Whether labels or images of that number are those of its samples: of the entries
    /// of its array, or of the rows that were read of it.
    fn has_entries(&self, entries: u64) -> bool {
        let source = &self.source;
        let first = source.array_shape.as_ref().and_then(|shape| shape.first());
        first == Some(&entries) || source.shape[0] as u64 == entries
    }
}

/// How all planes are shown at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PlanesAs {
    /// A row a plane, a column an angle.
    #[default]
    Heatmap,
    /// A cell a plane, neurons along both sides.
    Atlas,
    /// No planes, but their directions: a row each, with the samples about it.
    Directions,
}

/// What of the result is looked at, and how.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct View {
    /// The selected plane `[i, j]`.
    pub plane: Option<[u32; 2]>,
    /// Planes laid over it.
    pub pins: Vec<[u32; 2]>,
    /// How all planes are shown.
    pub planes_as: PlanesAs,
    /// Order of the heatmap's rows.
    pub order: PlaneOrder,
    /// Colours.
    pub map: ColorMap,
    /// Scale of the colours.
    pub scale: ColorScale,
    /// What colours the atlas.
    pub quantity: Quantity,
    /// Order of the atlas.
    pub atlas_order: AtlasOrder,
    /// How angles are written.
    pub unit: AngleUnit,
    /// Where the spotlight points in the selected plane: radians from `b_i` towards
    /// `b_j`; it follows the peak where `None`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub angle_rad: Option<f64>,
    /// How the selected plane is shown.
    pub plane_as: PlaneAs,
    /// How classes are.
    #[serde(skip_serializing_if = "ClassLook::is_default")]
    pub classes: ClassLook,
    /// How the plane is shown at every `ε`.
    pub scales: ScaleLook,
    /// How projections are shown.
    pub projection: ProjectionLook,
    /// What of chance is drawn.
    pub chance: ChanceLook,
}

/// What belongs to the samples beside their activations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CompanionRole {
    /// A class for each sample.
    Labels,
    /// What the classes are called.
    ClassNames,
    /// A picture for each sample.
    Images,
}

/// A file of labels, class names or images.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompanionRecord {
    /// What it is.
    pub role: CompanionRole,
    /// The file's or the folder's name, no folder.
    pub file_name: String,
    /// SHA-256 of the whole file in hexadecimal, if it was worked out; none of a folder.
    #[serde(default)]
    pub sha256: Option<String>,
    /// The array's key in a file of several.
    #[serde(default)]
    pub key: Option<String>,
    /// How many labels, names or pictures.
    pub entries: u64,
    /// In a session file: where it is, relative to it, parts separated by `/`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
}

/// See the module's page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Session {
    /// [`SESSION_FORMAT`].
    pub format: u32,
    /// `followspot`.
    pub program: String,
    /// Version of the program.
    pub version: String,
    /// The layers, at least one in a figure.
    pub layers: Vec<LayerRecord>,
    /// Labels, class names and images of their samples.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub companions: Vec<CompanionRecord>,
    /// Which of them is shown.
    #[serde(default)]
    pub shown: usize,
    /// What is counted.
    pub options: Options,
    /// What is looked at.
    #[serde(default)]
    pub view: View,
    /// How a figure of it looks, or is to look.
    #[serde(default)]
    pub figure: FigureSpec,
}

/// Why a text is no session that this version opens.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// Not understood.
    #[error("the session is not understood: {}", words::printable(&.0.to_string(), 300))]
    NotUnderstood(#[from] serde_json::Error),
    /// Written by a later version.
    #[error(
        "the session has format {0}, but this version of followspot reads only up to \
         {SESSION_FORMAT}: update it"
    )]
    Newer(u32),
    /// It holds something that cannot be.
    #[error("the session is damaged: {0}")]
    Damaged(String),
}

impl Session {
    /// The session of this version of the program.
    #[must_use]
    pub fn new(layers: Vec<LayerRecord>, shown: usize, options: Options, view: View) -> Self {
        Self {
            format: SESSION_FORMAT,
            program: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            layers,
            companions: Vec::new(),
            shown,
            options,
            view,
            figure: FigureSpec::default(),
        }
    }

    /// The same with a figure that looks so.
    #[must_use]
    pub fn with_figure(self, figure: FigureSpec) -> Self {
        Self { figure, ..self }
    }

    /// The record of a result of one of the layers by the session's options.
    #[must_use]
    pub fn provenance(&self, layer: &LayerRecord) -> Provenance {
        let epsilon = Epsilon::clamped(layer.epsilon.unwrap_or(f64::NAN));
        let (source, basis) = (layer.source.clone(), layer.basis.clone());
        Provenance::new(source, basis, self.options.clone(), epsilon)
    }

    /// The shown layer.
    #[must_use]
    pub fn layer(&self) -> Option<&LayerRecord> {
        self.layers.get(self.shown)
    }

    /// The layers that the figure shows: the shown one, or all where its panels count
    /// them.
    #[must_use]
    pub fn figure_layers(&self) -> &[LayerRecord] {
        let counts = self.figure.view == FigureView::Panel
            && self
                .figure
                .panels
                .rows()
                .iter()
                .flatten()
                .any(|panel| panel.layer.is_some());
        if counts {
            &self.layers
        } else {
            self.layers.get(self.shown..=self.shown).unwrap_or_default()
        }
    }

    /// The session of a figure: without the layers that it does not show, without
    /// their folders. Where there are several, every panel says which is its.
    #[must_use]
    pub fn for_figure(&self) -> Self {
        let layers = self.figure_layers().to_vec();
        let shown = if layers.len() == self.layers.len() {
            self.shown
        } else {
            0
        };
        let mut session = Self {
            layers,
            shown,
            ..self.clone()
        };
        if session.layers.len() > 1 {
            session.figure.panels = session.figure.panels.of_layer(shown);
        }
        for layer in &mut session.layers {
            layer.path = None;
            layer.basis_path = None;
        }
        let layers = &session.layers;
        let has = |entries: u64| layers.iter().any(|layer| layer.has_entries(entries));
        let (labels, other) = (CompanionRole::Labels, CompanionRole::ClassNames);
        session
            .companions
            .retain(|one| one.role == other || has(one.entries));
        let labelled = session.companions.iter().any(|one| one.role == labels);
        session
            .companions
            .retain(|one| one.role != other || labelled);
        for companion in &mut session.companions {
            companion.path = None;
        }
        session
    }

    /// As one line of JSON, as it is embedded in figures.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Strings and numbers under fixed names: nothing that could fail.
        serde_json::to_string(self).unwrap_or_else(|e| unreachable!("{e}"))
    }

    /// As indented JSON with a line break at the end, as it is written to a file.
    #[must_use]
    pub fn to_json_file(&self) -> String {
        let json = serde_json::to_string_pretty(self).unwrap_or_else(|e| unreachable!("{e}"));
        json + "\n"
    }

    /// Reads a session back, whatever an older version left out.
    ///
    /// # Errors
    /// [`SessionError`]
    pub fn from_json(text: &str) -> Result<Self, SessionError> {
        #[derive(Deserialize)]
        struct Versioned {
            format: u32,
        }
        let Versioned { format } = serde_json::from_str(text)?;
        if format > SESSION_FORMAT {
            return Err(SessionError::Newer(format));
        }
        let mut session: Self = serde_json::from_str(text)?;
        session.format = SESSION_FORMAT;
        session
            .figure
            .check()
            .map_err(|e| SessionError::Damaged(e.to_string()))?;
        if session.shown >= session.layers.len().max(1) {
            return Err(SessionError::Damaged(format!(
                "it shows layer {} of {}",
                words::thousands((session.shown as u64).saturating_add(1)),
                session.layers.len()
            )));
        }
        Ok(session)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::ReadAs;

    fn example() -> Session {
        let source = Source {
            file_name: "schicht_é.npz".to_owned(),
            sha256: Some("00ff".to_owned()),
            key: Some("layer \"1\"".to_owned()),
            shape: [20, 6],
            array_shape: None,
            read_as: ReadAs::default(),
            dtype: "float32".to_owned(),
            excluded_rows: 3,
            zero_rows: 1,
        };
        let layer = LayerRecord {
            epsilon: Some(0.1 + 0.2),
            ..LayerRecord::new(source, None)
        };
        let view = View {
            plane: Some([5, 2]),
            pins: vec![[0, 1]],
            quantity: Quantity::Lit,
            ..View::default()
        };
        Session::new(vec![layer], 0, Options::default(), view)
    }

    #[test]
    fn it_comes_back_as_it_was() {
        let session = example();
        let json = session.to_json();
        assert!(!json.contains('\n') && !json.contains("path"));
        assert_eq!(Session::from_json(&json).unwrap(), session);
        assert_eq!(
            Session::from_json(&session.to_json_file()).unwrap(),
            session
        );
    }

    #[test]
    fn a_figure_keeps_the_layers_that_it_shows_and_no_folder() {
        let mut session = example();
        let mut other = session.layers[0].clone();
        other.source.file_name = "other.npy".to_owned();
        other.path = Some("../private/other.npy".to_owned());
        session.layers.push(other);
        session.shown = 1;
        let figure = session.for_figure();
        assert_eq!((figure.layers.len(), figure.shown), (1, 0));
        assert_eq!(figure.layers[0].source.file_name, "other.npy");
        assert!(!figure.to_json().contains("private"));
        session.figure.view = FigureView::Panel;
        assert_eq!(session.for_figure().layers.len(), 1);
        session.figure.panels = "heatmap#1,heatmap#2".parse().unwrap();
        let figure = session.for_figure();
        assert_eq!((figure.layers.len(), figure.shown), (2, 1));
        session.figure.panels = "heatmap#1,polar@1:2".parse().unwrap();
        let panels = session.for_figure().figure.panels;
        assert_eq!(panels.to_string(), "heatmap#1,polar@1:2#2");
    }

    #[test]
    fn companions_are_written_only_where_there_are_some_and_go_with_their_samples() {
        let mut session = example();
        assert!(!session.to_json().contains("companions"));
        let record = |role, entries| CompanionRecord {
            role,
            file_name: "x.npy".to_owned(),
            sha256: None,
            key: None,
            entries,
            path: Some("../private/x.npy".to_owned()),
        };
        let (labels, names) = (CompanionRole::Labels, CompanionRole::ClassNames);
        session.companions = vec![
            record(labels, 20),
            record(names, 3),
            record(CompanionRole::Images, 19),
        ];
        assert_eq!(Session::from_json(&session.to_json()).unwrap(), session);
        let figure = session.for_figure();
        let roles: Vec<_> = figure.companions.iter().map(|one| one.role).collect();
        assert_eq!(roles, [labels, names]);
        assert!(!figure.to_json().contains("private"));
        session.companions.remove(0);
        assert!(session.for_figure().companions.is_empty());
    }

    #[test]
    fn an_older_version_opens_with_what_it_did_not_know_by_default() {
        let old = r#"{"format": 1, "program": "followspot", "version": "0.0.1",
            "layers": [{"source": {"file_name": "a.npy", "sha256": null, "key": null,
                "shape": [3, 2], "dtype": "float32", "excluded_rows": 0, "zero_rows": 0}}],
            "options": {"epsilon": "auto", "angles": 361, "planes": "combinations",
                "signed": false}}"#;
        let session = Session::from_json(old).unwrap();
        assert_eq!(session.view, View::default());
        assert_eq!(session.figure, FigureSpec::default());
        assert_eq!(session.layer().unwrap().source.shape, [3, 2]);
    }

    #[test]
    fn a_newer_version_is_refused_in_a_sentence() {
        let check = |json: &str, expected: &str| {
            let error = Session::from_json(json).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        };
        check(r#"{"format": 2, "new": []}"#, "only up to 1: update it");
        check(r#"{"no": "format"}"#, "not understood");
        let shown = Session {
            shown: 1,
            ..example()
        };
        check(&shown.to_json(), "it shows layer 2 of 1");
        let mut tiny = example();
        tiny.figure.font_pt = Some(0.0);
        check(&tiny.to_json(), "damaged: a font size");
    }
}
