//! The record that goes with every result, enough to make it again.
//!
//! A line of JSON. Of a sweep (format 1):
//! ```json
//! {"format": 1, "program": "followspot", "version": "0.1.0",
//!  "source": {"file_name": "layer3.npy", "sha256": "9f2c…", "key": null, "shape": [50000, 768],
//!             "dtype": "float32", "excluded_rows": 0, "zero_rows": 12},
//!  "basis": null,
//!  "options": {"epsilon": "null:0.01", "angles": 361, "planes": "combinations", "signed": false,
//!              "max_planes": null, "seed": null},
//!  "epsilon": 0.08394}
//! ```
//! Of a merged one (format 2) there is `"shards": [{…}, …]` in the place of `source`: a source a
//! shard, in the order in which they were merged. A result of one plane has
//! `"plane": [i, j]` as well, one of several planes `"planes": [[i, j], …]`. `basis` is `null` for the neurons' own axes, else an object of
//! `file_name`, `sha256`, `key` and `shape`. A source that was not read whole and as it is has
//! `array_shape` and `read_as` as well, as [`ReadAs`] writes it. Options of planes among some
//! neurons only have `"neurons": {"only": "0:64,223", "without": "3"}`, either or both. A plane at
//! every `ε` has `"scales": {"from": 0.0, "to": 0.5, "steps": 200, "axis": "epsilon"}`, points of
//! projections have `"points": {"most": 1000000, "seed": 0}`.

use serde::{Deserialize, Serialize};

use super::look::ScaleAxis;
use super::options::Options;
use crate::data::{Dump, Matrix, Pick, ReadAs};
use crate::srm::{Epsilon, EpsilonChoice};
use crate::words;

/// The latest version of the record's format. A record has the first that can
/// say what it says: 1 for one source, 2 for shards.
pub const FORMAT: u32 = 2;

/// Where activations came from: an array of a file, without the folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The file's name, no folder.
    pub file_name: String,
    /// SHA-256 of the whole file in hexadecimal, if it was worked out.
    pub sha256: Option<String>,
    /// The array's key in a file of several.
    pub key: Option<String>,
    /// Rows and columns that were read, left-out rows counted.
    pub shape: [usize; 2],
    /// Lengths of the array's dimensions in the file, where it is no `N × d` that was
    /// read whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub array_shape: Option<Vec<u64>>,
    /// How it was read, where not as it is.
    #[serde(default, skip_serializing_if = "ReadAs::is_default")]
    pub read_as: ReadAs,
    /// `NumPy`'s name of the dtype in the file.
    pub dtype: String,
    /// Rows left out because they hold a NaN or an infinity.
    pub excluded_rows: usize,
    /// Zero rows among the others.
    pub zero_rows: usize,
}

impl Source {
    /// What is known of a loaded dump; its hash is not.
    #[must_use]
    pub fn of(dump: &Dump) -> Self {
        Self {
            file_name: dump.file_name.clone(),
            sha256: None,
            key: dump.key.clone(),
            shape: dump.shape,
            array_shape: {
                let read = dump.shape.map(|length| length as u64);
                (dump.array_shape != read).then(|| dump.array_shape.clone())
            },
            read_as: dump.read_as.clone(),
            dtype: dump.dtype.to_string(),
            excluded_rows: dump.activations.excluded_rows().len(),
            zero_rows: dump.activations.zero_rows(),
        }
    }
}

impl Source {
    /// What to ask its file for.
    #[must_use]
    pub fn pick(&self) -> Pick {
        Pick::key(self.key.as_deref()).read_as(self.read_as.clone())
    }
}

/// Where all samples came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(clippy::large_enum_variant)] // there is one a result
pub enum Samples {
    /// One array.
    Source(Source),
    /// Arrays swept one by one and merged, in that order.
    Shards(Vec<Source>),
}

impl Samples {
    /// The arrays, one or several.
    #[must_use]
    pub fn sources(&self) -> &[Source] {
        match self {
            Self::Source(source) => std::slice::from_ref(source),
            Self::Shards(sources) => sources,
        }
    }
}

/// Where a privileged basis came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BasisSource {
    /// The file's name, no folder.
    pub file_name: String,
    /// SHA-256 of the whole file in hexadecimal, if it was worked out.
    pub sha256: Option<String>,
    /// The array's key in a file of several.
    pub key: Option<String>,
    /// `m × d`.
    pub shape: [usize; 2],
}

impl BasisSource {
    /// What is known of a loaded matrix; its hash is not.
    #[must_use]
    pub fn of(matrix: &Matrix) -> Self {
        Self {
            file_name: matrix.file_name.clone(),
            sha256: None,
            key: matrix.key.clone(),
            shape: [matrix.rows, matrix.columns],
        }
    }
}

/// See the module's page. Holds no date, no machine and no folder, so the same
/// command on the same file gives the same record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Provenance {
    /// 1, or 2 for shards; at most [`FORMAT`].
    pub format: u32,
    /// `followspot`.
    pub program: String,
    /// Version of the program.
    pub version: String,
    /// The activations; in JSON `source` or `shards`.
    #[serde(flatten)]
    pub samples: Samples,
    /// The privileged basis; the standard one where `None`.
    pub basis: Option<BasisSource>,
    /// What was chosen.
    pub options: Options,
    /// The resolution scale that the choice came to, in full.
    pub epsilon: f64,
    /// The one plane `[i, j]` that was asked for instead of an ensemble.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plane: Option<[u32; 2]>,
    /// The planes that were asked for, where there are several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub planes: Vec<[u32; 2]>,
    /// The resolution scales of a plane at every `ε`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scales: Option<ScalesRecord>,
    /// How many points of a projection were kept, and the seed of their draw.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<PointsRecord>,
}

/// Resolution scales of a plane at every `ε`, both ends counted.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScalesRecord {
    /// The lowest.
    pub from: f64,
    /// The highest.
    pub to: f64,
    /// How many.
    pub steps: usize,
    /// What they are even in.
    pub axis: ScaleAxis,
}

/// Points of a projection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PointsRecord {
    /// At most so many were kept.
    pub most: u64,
    /// Seed of their draw.
    pub seed: u64,
}

/// Why a text is no provenance that this version reads.
#[derive(Debug, thiserror::Error)]
pub enum ProvenanceError {
    /// Not understood.
    #[error("the provenance is not understood: {}", words::printable(&.0.to_string(), 300))]
    NotUnderstood(#[from] serde_json::Error),
    /// Written by a later version.
    #[error(
        "the provenance has format {0}, but this version of followspot reads only up to {FORMAT}: \
         update it"
    )]
    Newer(u32),
}

impl Provenance {
    /// The record of a result of this version of the program.
    #[must_use]
    pub fn new(
        source: Source,
        basis: Option<BasisSource>,
        options: Options,
        epsilon: Epsilon,
    ) -> Self {
        Self {
            format: 1,
            program: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            samples: Samples::Source(source),
            basis,
            options,
            epsilon: epsilon.get(),
            plane: None,
            planes: Vec::new(),
            scales: None,
            points: None,
        }
    }

    /// The record of the merged results of `parts`, which have their basis and
    /// all options but the choice of `ε` in common: where that choice is not one
    /// and the same number or share, it becomes the number that it came to (*auto* of
    /// the whole may be another than that of its parts). `None` of no parts.
    #[must_use]
    pub fn merged(parts: &[&Self]) -> Option<Self> {
        let first = *parts.first()?;
        let choice = first.options.epsilon;
        let common = parts.iter().all(|part| part.options.epsilon == choice);
        let epsilon = match choice {
            EpsilonChoice::Value(_) | EpsilonChoice::NullShare(_) if common => choice,
            _ => EpsilonChoice::Value(Epsilon::clamped(first.epsilon)),
        };
        let sources = parts.iter().flat_map(|part| part.samples.sources());
        Some(Self {
            format: 2,
            program: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            samples: Samples::Shards(sources.cloned().collect()),
            basis: first.basis.clone(),
            options: Options {
                epsilon,
                ..first.options.clone()
            },
            epsilon: first.epsilon,
            plane: first.plane,
            planes: first.planes.clone(),
            scales: None,
            points: None,
        })
    }

    /// As one line of JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Strings and numbers under fixed names: nothing that could fail.
        serde_json::to_string(self).unwrap_or_else(|e| unreachable!("{e}"))
    }

    /// Reads a record back.
    ///
    /// # Errors
    /// [`ProvenanceError`]
    pub fn from_json(text: &str) -> Result<Self, ProvenanceError> {
        #[derive(Deserialize)]
        struct Versioned {
            format: u32,
        }
        let Versioned { format } = serde_json::from_str(text)?;
        if format > FORMAT {
            return Err(ProvenanceError::Newer(format));
        }
        Ok(serde_json::from_str(text)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::ReadAs;

    fn example() -> Provenance {
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
        let epsilon = Epsilon::new(0.1 + 0.2).unwrap();
        Provenance::new(source, None, Options::default(), epsilon)
    }

    #[test]
    fn it_comes_back_as_it_was() {
        let record = example();
        assert_eq!(Provenance::from_json(&record.to_json()).unwrap(), record);
        let one = Provenance {
            plane: Some([5, 2]),
            ..record
        };
        assert_eq!(Provenance::from_json(&one.to_json()).unwrap(), one);
        let several = Provenance {
            plane: None,
            planes: vec![[0, 1], [2, 3]],
            ..one.clone()
        };
        assert_eq!(Provenance::from_json(&several.to_json()).unwrap(), several);
        let merged = Provenance::merged(&[&one, &one]).unwrap();
        assert_eq!(Provenance::from_json(&merged.to_json()).unwrap(), merged);
        assert_eq!(merged.samples.sources().len(), 2);
        let neither = one.to_json().replace("\"source\":", "\"sauce\":");
        assert!(Provenance::from_json(&neither).is_err());
    }

    #[test]
    fn a_choice_of_epsilon_stays_only_where_it_is_everybodys() {
        let part = |choice: &str| {
            let mut part = example();
            part.options.epsilon = choice.parse().unwrap();
            part.epsilon = 0.9;
            part
        };
        let check = |choices: &[&str], expected: &str| {
            let parts: Vec<Provenance> = choices.iter().map(|choice| part(choice)).collect();
            let merged = Provenance::merged(&parts.iter().collect::<Vec<_>>()).unwrap();
            assert_eq!(merged.options.epsilon.to_string(), expected, "{choices:?}");
            assert_eq!(merged.epsilon, 0.9);
        };
        check(&["0.9", "0.9"], "0.9");
        check(&["null:0.01", "null:0.01", "null:0.01"], "null:0.01");
        check(&["null:0.01", "0.9"], "0.9");
        check(&["0.9", "auto"], "0.9");
        check(&["auto", "auto"], "0.9");
        assert!(Provenance::merged(&[]).is_none());
    }

    #[test]
    fn a_later_format_is_refused_in_a_sentence() {
        let mut record = example();
        record.format = FORMAT + 1;
        let error = Provenance::from_json(&record.to_json()).unwrap_err();
        assert!(matches!(error, ProvenanceError::Newer(3)), "{error}");
        // Even where nothing but the number is as it was.
        let error = Provenance::from_json(r#"{"format": 9, "new": []}"#).unwrap_err();
        assert!(matches!(error, ProvenanceError::Newer(9)), "{error}");
    }
}
