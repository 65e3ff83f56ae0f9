//! An array read as samples, and which of its rows they are.

use std::path::PathBuf;
use std::sync::Arc;

use super::class_names::ClassNames;
use super::dtype::Dtype;
use super::labels::Labels;
use super::plan::RowMap;
use super::read_as::ReadAs;
use super::stamp::FileStamp;
use crate::srm::{Activations, Classes, NO_CLASS};

/// An array read as a layer's activations.
#[derive(Clone, Debug)]
pub struct Dump {
    /// The file's name without its folder.
    pub file_name: String,
    /// The file as it was asked for.
    pub path: PathBuf,
    /// The array's name in a file of several.
    pub key: Option<String>,
    /// The dtype in the file.
    pub dtype: Dtype,
    /// Lengths of the array's dimensions in the file; of all together where they are
    /// stacked.
    pub array_shape: Vec<u64>,
    /// How it was read.
    pub read_as: ReadAs,
    /// Rows and columns that were read, with the rows that were left out.
    pub shape: [usize; 2],
    /// Which of the array's rows these are.
    pub rows: RowMap,
    /// Rows that there were to choose from.
    pub of_rows: usize,
    /// Rows that each entry along the array's first axis makes: its positions, or 1.
    pub rows_a_sample: usize,
    /// A label for each entry along the first axis, of a table with a column of them.
    pub labels: Option<Arc<[String]>>,
    /// What the neurons are called, of a table with a header.
    pub neuron_names: Option<Arc<[String]>>,
    /// The file as it was when it was opened; `None` for the bundled sample.
    pub stamp: Option<FileStamp>,
    /// The samples.
    pub activations: Arc<Activations>,
    /// What the reader should know: which array was taken, what was ignored or
    /// rounded. Each a phrase without a full stop.
    pub notes: Vec<String>,
}

impl Dump {
    /// The entry along the array's first axis that the row at `place` of those read
    /// belongs to: what labels and pictures are numbered by.
    ///
    /// # Panics
    /// If fewer rows were read.
    #[must_use]
    pub fn entry_of(&self, place: usize) -> usize {
        self.rows.row(place) / self.rows_a_sample.max(1)
    }

    /// Entries along the array's first axis.
    #[must_use]
    pub fn entries(&self) -> usize {
        self.of_rows / self.rows_a_sample.max(1)
    }

    /// The array's row that a sample is: rows that were left out or not chosen count.
    /// `None` beyond the last.
    #[must_use]
    pub fn row_of_sample(&self, sample: usize) -> Option<usize> {
        let place = self.place_of_sample(sample)?;
        Some(self.rows.row(place))
    }

    /// Whether companions of so many entries are those of its samples: one an entry
    /// along the array's first axis, or one a row that these make.
    #[must_use]
    pub fn has_entries(&self, entries: usize) -> bool {
        entries == self.entries() || entries == self.of_rows
    }

    /// Which of so many entries of a companion a sample's is; `None` where that many are
    /// not those of its samples.
    #[must_use]
    pub fn entry_of_sample(&self, sample: usize, entries: usize) -> Option<usize> {
        let place = self.place_of_sample(sample)?;
        if entries == self.entries() {
            return Some(self.entry_of(place));
        }
        (entries == self.of_rows).then(|| self.rows.row(place))
    }

    /// The classes of its samples by labels, called as the names say where they fit, else
    /// as they stand in the labels; `None` where the labels are not those of its samples.
    #[must_use]
    pub fn classes(&self, labels: &Labels, names: Option<&ClassNames>) -> Option<Classes> {
        if !self.has_entries(labels.entries()) {
            return None;
        }
        let of_sample = |sample| {
            let entry = self.entry_of_sample(sample, labels.entries())?;
            labels.class_of(entry)
        };
        let of_samples = (0..self.activations.n_samples())
            .map(|sample| of_sample(sample).unwrap_or(NO_CLASS))
            .collect();
        let name = |(class, known): (usize, &String)| {
            let named = names.and_then(|names| names.name_of(labels, class as u32));
            named.map_or_else(|| known.clone(), str::to_owned)
        };
        let names = labels.classes.iter().enumerate().map(name).collect();
        Some(Classes::new(of_samples, names))
    }

    /// The place of a sample among the rows that were read.
    fn place_of_sample(&self, sample: usize) -> Option<usize> {
        let place = place_of(self.activations.excluded_rows(), sample);
        (place < self.rows.len()).then_some(place)
    }
}

/// The row that a sample is, of rows of which some are left out, ascending.
fn place_of(left_out: &[usize], sample: usize) -> usize {
    let (mut from, mut to) = (0, left_out.len());
    while from < to {
        let middle = usize::midpoint(from, to);
        if left_out[middle] - middle <= sample {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    sample + from
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_the_rows_that_are_not_left_out() {
        let left_out = [0, 3, 4, 9];
        let rows: Vec<usize> = (0..6).map(|sample| place_of(&left_out, sample)).collect();
        assert_eq!(rows, [1, 2, 5, 6, 7, 8]);
        assert_eq!(place_of(&[], 5), 5);
    }
}
