//! Which tables there are, and in which formats.

use std::path::Path;

use super::chance::{Found, Judged};
use super::statistics::Facts;

/// Version of the heads of text tables.
pub const TABLE_FORMAT: u32 = 1;

/// A format of tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Arrays for `numpy.load`: everything that is known, not one table.
    Npz,
    /// Comma-separated lines below a comment that holds the head.
    Csv,
    /// The same, separated by tabs.
    Tsv,
    /// An object of the head and of columns as arrays.
    Json,
}

impl Format {
    /// All of them, as they are offered.
    pub const ALL: [Self; 4] = [Self::Npz, Self::Csv, Self::Tsv, Self::Json];

    /// The format that the ending of a file name promises, in whatever case.
    #[must_use]
    pub fn of(path: &Path) -> Option<Self> {
        let ending = path.extension()?.to_str()?;
        let promised = |format: &Self| ending.eq_ignore_ascii_case(format.extension());
        Self::ALL.into_iter().find(promised)
    }

    /// The ending of its files, without the dot.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Npz => "npz",
            Self::Csv => "csv",
            Self::Tsv => "tsv",
            Self::Json => "json",
        }
    }
}

/// What a row of a table stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TableKind {
    /// A plane: its statistics.
    Planes,
    /// An angle of a plane: count and fraction there.
    Curves,
    /// An angle: statistics over the planes.
    Ensemble,
}

impl TableKind {
    /// All of them, as they are offered.
    pub const ALL: [Self; 3] = [Self::Planes, Self::Curves, Self::Ensemble];

    /// In a word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Planes => "planes",
            Self::Curves => "curves",
            Self::Ensemble => "ensemble",
        }
    }
}

/// What goes with every table.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    /// Counts of the layer, and `ε`.
    pub facts: &'a Facts,
    /// The record that the result can be made again from, one line of JSON
    /// ([`Provenance::to_json`](crate::session::Provenance::to_json)).
    pub provenance: &'a str,
    /// Planes against chance; `None` where they are not judged, as in a signed sweep.
    pub judged: Option<Judged<'a>>,
}

impl About<'_> {
    /// The head of a text table over so many planes: the inside of a JSON
    /// object, without its braces.
    pub(super) fn head(&self, kind: TableKind, planes: usize) -> String {
        self.head_of(kind.name(), planes)
    }

    /// The same of a table of that name, which may be none of [`TableKind`].
    pub(super) fn head_of(&self, table: &str, planes: usize) -> String {
        debug_assert!(!self.provenance.contains('\n'), "a record is one line");
        let facts = self.facts;
        let mut kinds = TableKind::ALL.into_iter();
        let kind = kinds.find(|kind| kind.name() == table);
        let chance = kind.map_or_else(String::new, |kind| self.chance(kind, planes));
        format!(
            "\"format\":{TABLE_FORMAT},\"table\":\"{table}\",\"n_samples\":{},\"excluded_rows\":{},\
             \"zero_rows\":{},\"planes\":{planes},\"planes_in_all\":{},\"epsilon\":{:?},\
             {chance}\"provenance\":{}",
            facts.n_samples,
            facts.excluded_rows,
            facts.zero_rows,
            facts.planes_in_all,
            facts.epsilon,
            self.provenance,
        )
    }

    /// What the head says of planes against chance, if anything, with a comma behind.
    fn chance(&self, kind: TableKind, planes: usize) -> String {
        let judged = self.judged.as_ref();
        let told = match kind {
            TableKind::Planes => format!("\"significance\":{},", Found::json(judged)),
            TableKind::Curves | TableKind::Ensemble => String::new(),
        };
        if let Some(judged) = judged
            && let Some(rate) = judged.only
        {
            let left_out = judged.significance.planes() - planes;
            return format!("{told}\"significant_at\":{rate:?},\"planes_left_out\":{left_out},");
        }
        told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_promises_the_format() {
        for format in Format::ALL {
            let name = format!("a.b/out.{}", format.extension());
            assert_eq!(Format::of(Path::new(&name)), Some(format));
            let name = name.to_uppercase();
            assert_eq!(Format::of(Path::new(&name)), Some(format));
        }
        for none in ["csv", "out.", "out.csv.gz", "out.npy", "-"] {
            assert_eq!(Format::of(Path::new(none)), None, "{none}");
        }
    }
}
