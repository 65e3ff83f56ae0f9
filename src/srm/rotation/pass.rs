//! One pass over the samples in orthonormal vectors: the neurons, or random ones.

use std::ops::Range;
use std::sync::atomic::AtomicBool;

use ndarray::linalg::general_mat_mul;
use ndarray::{Array2, ArrayView1, ArrayView2, Axis, s};
use rayon::prelude::*;

use super::AlignmentCounts;
use super::kurtosis::{Lengths, Powers};
use super::pairs::PairCounter;
use crate::srm::basis::Frame;
use crate::srm::cancel::{Cancelled, PRODUCTS, check};
use crate::srm::coordinates::{Coordinates, unit_rows};
use crate::srm::curve::{Directions, Scanner};
use crate::srm::subset::Subset;

/// Samples whose coordinates are held at once.
const PIECE: usize = 256;

/// Tasks of a pass. However many threads there are, so that sums of reals come out the
/// same.
const TASKS: usize = 128;

/// The vectors that samples are seen from.
#[derive(Clone, Copy, Debug)]
pub(super) enum Vectors<'a> {
    /// Some of the neurons.
    Neurons(&'a Subset),
    /// The rows of a frame.
    Frame(&'a Array2<f64>),
}

/// Some of the samples, a piece after another.
pub(super) struct Pieces<'a> {
    coordinates: &'a Coordinates,
    vectors: Vectors<'a>,
    samples: Range<usize>,
    cancel: &'a AtomicBool,
}

impl Pieces<'_> {
    /// Calls `look` with the number of the first sample of each piece and with its unit
    /// coordinates, one sample a row, row after row in memory.
    pub fn each(self, look: &mut dyn FnMut(usize, ArrayView2<'_, f64>)) -> Result<(), Cancelled> {
        let chosen: Vec<usize> = match self.vectors {
            Vectors::Neurons(subset) if !subset.is_whole() => {
                subset.iter().map(|k| k as usize).collect()
            }
            Vectors::Neurons(_) | Vectors::Frame(_) => Vec::new(),
        };
        let mut room = match self.vectors {
            Vectors::Frame(frame) => Array2::zeros((PIECE, frame.nrows())),
            Vectors::Neurons(_) => Array2::zeros((0, 0)),
        };
        for first in self.samples.clone().step_by(PIECE) {
            check(self.cancel)?;
            let samples = first..self.samples.end.min(first + PIECE);
            let unit = unit_rows(self.coordinates.activations(), samples);
            match self.vectors {
                Vectors::Neurons(subset) if subset.is_whole() => look(first, unit.view()),
                Vectors::Neurons(_) => {
                    let shape = (unit.nrows(), chosen.len());
                    look(
                        first,
                        Array2::from_shape_fn(shape, |(n, k)| unit[[n, chosen[k]]]).view(),
                    );
                }
                Vectors::Frame(frame) => {
                    let mut product = room.slice_mut(s![..unit.nrows(), ..]);
                    let step = (PRODUCTS / unit.len().max(1)).max(1);
                    let rows = frame.axis_chunks_iter(Axis(0), step);
                    let columns = product.axis_chunks_iter_mut(Axis(1), step);
                    for (rows, mut columns) in rows.zip(columns) {
                        check(self.cancel)?;
                        general_mat_mul(1.0, &unit, &rows.t(), 0.0, &mut columns);
                    }
                    look(first, product.view());
                }
            }
        }
        Ok(())
    }
}

/// A row of a piece.
pub(super) fn in_memory<'a>(row: &'a ArrayView1<'_, f64>) -> &'a [f64] {
    match row.as_slice() {
        Some(row) => row,
        None => unreachable!("rows lie one after another"),
    }
}

/// What `task` makes of the samples, some of them after others, on the current rayon
/// pool.
pub(super) fn look<R: Send>(
    coordinates: &Coordinates,
    vectors: Vectors<'_>,
    cancel: &AtomicBool,
    task: impl Fn(Pieces<'_>) -> Result<R, Cancelled> + Send + Sync,
) -> Result<Vec<R>, Cancelled> {
    let n = coordinates.n_samples();
    let size = n.div_ceil(TASKS).next_multiple_of(PIECE);
    (0..n.div_ceil(size))
        .into_par_iter()
        .map(|place| {
            task(Pieces {
                coordinates,
                vectors,
                samples: place * size..n.min((place + 1) * size),
                cancel,
            })
        })
        .collect()
}

/// What is looked for in every rotation.
pub(super) struct Quest<'a> {
    pub coordinates: &'a Coordinates,
    pub counter: PairCounter,
    pub scanner: Scanner<'a>,
    /// The rows of the frame that span the selected plane.
    pub plane: Option<[usize; 2]>,
    pub lengths: &'a Lengths,
}

/// What one rotation comes to.
pub(super) struct Rotation {
    pub layer: AlignmentCounts,
    /// Of the selected plane, with its curve.
    pub plane: Option<(AlignmentCounts, Vec<i64>)>,
    /// Mean excess kurtosis along the frame's vectors.
    pub kurtosis: f64,
}

impl Quest<'_> {
    /// Looks at all samples from the vectors of a frame.
    pub fn follow(&self, frame: &Array2<f64>, cancel: &AtomicBool) -> Result<Rotation, Cancelled> {
        let means = self.lengths.means_along(frame);
        let vectors = Vectors::Frame(frame);
        let found = look(self.coordinates, vectors, cancel, |pieces| {
            let mut counter = self.counter.clone();
            let mut layer = AlignmentCounts::default();
            let mut of_plane = AlignmentCounts::default();
            let mut arcs = self.scanner.arcs(1);
            let directions = Directions::new(Frame::ORTHOGONAL);
            let mut powers = Powers::new(means.len());
            pieces.each(&mut |first, rows| {
                for (sample, row) in (first..).zip(rows.rows()) {
                    let row = in_memory(&row);
                    layer += counter.count(row);
                    powers.add(row, self.lengths.of_sample(sample), &means);
                }
                if let Some([i, j]) = self.plane {
                    let (c1, c2) = (rows.column(i).to_vec(), rows.column(j).to_vec());
                    let tally = self.scanner.lay(&directions, &c1, &c2, &mut arcs, |_, _| 0);
                    of_plane += tally.into();
                }
            })?;
            self.scanner.join(&mut arcs);
            Ok((layer, of_plane, arcs.difference, powers))
        })?;
        let mut layer = AlignmentCounts::default();
        let mut of_plane = AlignmentCounts::default();
        let mut curve: Vec<i64> = self.scanner.arcs(1).difference;
        let mut powers = Powers::new(means.len());
        for (of_layer, more, difference, further) in found {
            layer += of_layer;
            of_plane += more;
            for (sum, value) in curve.iter_mut().zip(difference) {
                *sum += value;
            }
            powers.join(&further);
        }
        self.scanner.finish(&mut curve);
        Ok(Rotation {
            layer,
            plane: self.plane.map(|_| (of_plane, curve)),
            kurtosis: powers.mean_kurtosis(self.coordinates.n_samples()),
        })
    }
}
