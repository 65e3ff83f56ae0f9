//! From an array of any number of axes and what was chosen to the values that make
//! up each row of `N × d`.

use std::sync::Arc;

use super::dtype::Dtype;
use super::error::ArrayProblem;
use super::head::{Matrix, Numbers};
use super::read_as::{Center, Channels, Flatten, ReadAs};
use crate::srm::drawn;
use crate::words::{count, thousands, times};

/// What an array comes to, before anything is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preview {
    /// `N`: rows that are read.
    pub rows: u64,
    /// `d`: neurons.
    pub neurons: u64,
    /// Rows that there are to choose from.
    pub of_rows: u64,
    /// Rows that each entry along the first axis makes: its positions, or 1.
    pub rows_a_sample: u64,
}

impl Preview {
    /// Bytes that the samples of an array of that dtype take in memory, read so: about,
    /// since they are held in whole lines.
    #[must_use]
    pub fn bytes(&self, dtype: Dtype, read_as: &ReadAs) -> u64 {
        let single =
            dtype.fits_f32() && read_as.flatten != Some(Flatten::Mean) && read_as.center.is_none();
        let value = if single { 4 } else { 8 };
        let norm = 8;
        let row = self.neurons.saturating_mul(value).saturating_add(norm);
        self.rows.saturating_mul(row)
    }
}

/// What an array of that shape comes to if it is read so.
///
/// # Errors
/// [`ArrayProblem`] where the shape cannot be read so.
pub fn preview(shape: &[u64], read_as: &ReadAs) -> Result<Preview, ArrayProblem> {
    let axes = Axes::of(shape, read_as)?;
    let beyond = || ArrayProblem::Memory(u64::MAX);
    let of_rows = axes
        .samples
        .checked_mul(axes.rows_a_sample())
        .ok_or_else(beyond)?;
    let all = usize::try_from(of_rows).map_err(|_| beyond())?;
    let chosen = read_as.rows.map_or(all, |range| range.of(all).2);
    let rows = read_as.sample_rows.map_or(chosen, |most| chosen.min(most));
    Ok(Preview {
        rows: rows as u64,
        neurons: axes.channels,
        of_rows,
        rows_a_sample: axes.rows_a_sample(),
    })
}

/// The axes of an array by what they are.
struct Axes {
    samples: u64,
    positions: u64,
    channels: u64,
    /// Which axis holds the channels.
    channel_axis: usize,
    flatten: Option<Flatten>,
}

impl Axes {
    fn of(shape: &[u64], read_as: &ReadAs) -> Result<Self, ArrayProblem> {
        match shape {
            [] | [_] => return Err(ArrayProblem::Rank(shape.to_vec())),
            &[samples, channels] => {
                if read_as.flatten.is_some() || read_as.channels.is_some() {
                    return Err(ArrayProblem::NothingToFlatten(shape.to_vec()));
                }
                return Ok(Self {
                    samples,
                    positions: 1,
                    channels,
                    channel_axis: 1,
                    flatten: None,
                });
            }
            _ => {}
        }
        let channels = read_as.channels;
        let channel_axis = match channels.unwrap_or(Channels::usual(shape.len())) {
            Channels::First => 1,
            Channels::Last => shape.len() - 1,
        };
        let Some(flatten) = read_as.flatten else {
            return Err(ArrayProblem::Rank(shape.to_vec()));
        };
        let others = shape.iter().enumerate().skip(1);
        let mut positions = others.filter(|&(axis, _)| axis != channel_axis);
        let positions = positions
            .try_fold(1u64, |all, (_, &length)| all.checked_mul(length))
            .ok_or(ArrayProblem::Memory(u64::MAX))?;
        if let Flatten::Position(place) = flatten
            && at(place, positions).is_none()
        {
            return Err(ArrayProblem::NoSuchPosition { place, positions });
        }
        if positions == 0 && flatten != Flatten::Positions {
            return Err(ArrayProblem::NoPositions(shape.to_vec()));
        }
        Ok(Self {
            samples: shape[0],
            positions,
            channels: shape[channel_axis],
            channel_axis,
            flatten: Some(flatten),
        })
    }

    fn rows_a_sample(&self) -> u64 {
        match self.flatten {
            Some(Flatten::Positions) => self.positions,
            _ => 1,
        }
    }
}

/// The number of a position, counted from the end if negative.
fn at(place: i64, positions: u64) -> Option<u64> {
    let place = if place < 0 {
        positions.checked_sub(place.unsigned_abs())?
    } else {
        place.unsigned_abs()
    };
    (place < positions).then_some(place)
}

/// The rows of an array that were read, of those it has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowMap {
    /// All of so many.
    All(usize),
    /// Every so many-th from one on.
    Steps {
        /// The first.
        start: usize,
        /// From one to the next.
        step: usize,
        /// How many.
        rows: usize,
    },
    /// These, ascending.
    Chosen(Arc<[usize]>),
}

impl RowMap {
    fn of(all: usize, read_as: &ReadAs) -> Self {
        let (start, step, rows) = match read_as.rows {
            None => (0, 1, all),
            Some(range) => range.of(all),
        };
        match read_as.sample_rows {
            Some(most) if most < rows => {
                let row = |place: u64| start + place as usize * step;
                let places = drawn(rows as u64, most, read_as.seed.unwrap_or(0));
                Self::Chosen(places.into_iter().map(row).collect())
            }
            _ if rows == all => Self::All(all),
            _ => Self::Steps { start, step, rows },
        }
    }

    /// How many rows were read.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::All(rows) | Self::Steps { rows, .. } => *rows,
            Self::Chosen(rows) => rows.len(),
        }
    }

    /// Whether no row was read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number that the row at `place` has in the whole array.
    ///
    /// # Panics
    /// If fewer rows were read.
    #[must_use]
    pub fn row(&self, place: usize) -> usize {
        assert!(place < self.len(), "row {place} of {}", self.len());
        match self {
            Self::All(_) => place,
            Self::Steps { start, step, .. } => start + place * step,
            Self::Chosen(rows) => rows[place],
        }
    }
}

/// How the rows of `N × d` come from the values of an array.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub numbers: Numbers,
    /// Rows before some are chosen.
    pub of_rows: usize,
    /// Rows that each entry along the first axis makes.
    pub rows_a_sample: usize,
    /// The chosen rows.
    pub rows: RowMap,
    /// `d`.
    pub columns: usize,
    pub way: Way,
}

/// Where a row's values lie.
#[derive(Clone, Debug)]
pub(super) enum Way {
    /// One after another, as in the file.
    Plain(Matrix),
    /// Here and there.
    Gathered(View),
}

/// Where the values of each row lie, in values from the array's first.
#[derive(Clone, Debug)]
pub(super) struct View {
    /// From one sample to the next.
    pub sample_stride: usize,
    /// Of each position, from its sample.
    pub positions: Vec<usize>,
    /// Of each channel, from its position.
    pub channels: Vec<usize>,
    /// Values from a sample's first to behind its last.
    pub span: usize,
    pub reduce: Reduce,
}

/// What is made of a sample's positions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reduce {
    /// A row each.
    Each,
    /// Their mean, one row.
    Mean,
    /// Their largest values, one row.
    Max,
}

impl Plan {
    /// The plan for numbers whose bytes are there.
    pub fn new(numbers: Numbers, read_as: &ReadAs) -> Result<Self, ArrayProblem> {
        let shape: Vec<u64> = numbers.shape.iter().map(|&n| n as u64).collect();
        let axes = Axes::of(&shape, read_as)?;
        let of = preview(&shape, read_as)?;
        // Both were lengths or products of lengths of an array that fits.
        let (of_rows, rows_a_sample) = (of.of_rows as usize, of.rows_a_sample as usize);
        let columns = numbers.shape[axes.channel_axis];
        let rows = RowMap::of(of_rows, read_as);
        let as_it_lies = if numbers.shape.contains(&0) {
            Some(nothing(&numbers, of_rows, columns))
        } else {
            numbers.matrix().or_else(|| merged(&numbers, &axes))
        };
        let way = match as_it_lies {
            Some(matrix) if matches!(rows, RowMap::All(_)) || matrix.bytes == 0 => {
                Way::Plain(matrix)
            }
            _ => Way::Gathered(View::new(&numbers, &axes)),
        };
        Ok(Self {
            numbers,
            of_rows,
            rows_a_sample,
            rows,
            columns,
            way,
        })
    }
}

impl Plan {
    /// All values of an array of at least two axes, row-major, an entry along its first
    /// axis a row.
    pub fn whole(numbers: Numbers) -> Self {
        let rows = numbers.shape[0];
        // Beside a length of 0 the others may be anything.
        let lengths = numbers.shape[1..].iter();
        let columns = lengths.fold(1usize, |all, &length| all.saturating_mul(length));
        let as_it_lies = if numbers.shape.contains(&0) {
            Some(nothing(&numbers, rows, columns))
        } else {
            numbers.matrix()
        };
        let way = as_it_lies.map_or_else(
            || {
                let channels = offsets(&numbers, 1..numbers.shape.len());
                Way::Gathered(View {
                    sample_stride: numbers.strides[0],
                    span: farthest(&channels) + 1,
                    positions: vec![0],
                    channels,
                    reduce: Reduce::Each,
                })
            },
            Way::Plain,
        );
        Self {
            of_rows: rows,
            rows_a_sample: 1,
            rows: RowMap::All(rows),
            columns,
            numbers,
            way,
        }
    }
}

/// What a reader should know of how the rows came about.
pub(super) fn notes(plan: &Plan, read_as: &ReadAs) -> Vec<String> {
    let shape: Vec<u64> = plan.numbers.shape.iter().map(|&n| n as u64).collect();
    let mut notes = Vec::new();
    if let Some(flatten) = read_as.flatten {
        let how = match flatten {
            Flatten::Positions => "every position a sample".to_owned(),
            Flatten::Mean => "the mean over the positions".to_owned(),
            Flatten::Max => "the largest over the positions".to_owned(),
            Flatten::Position(place) => format!("position {place}"),
        };
        let becomes = times(&[plan.of_rows as u64, plan.columns as u64]);
        notes.push(format!("read {} as {becomes}: {how}", times(&shape)));
    }
    if !read_as.is_of_all_rows() {
        let range = read_as.rows.map(|range| format!("rows {range}"));
        let drawn = read_as.sample_rows.map(|_| {
            let seed = read_as.seed.unwrap_or(0);
            format!("drawn at random with seed {seed}")
        });
        let how: Vec<String> = range.into_iter().chain(drawn).collect();
        notes.push(format!(
            "read {} of {} ({})",
            thousands(plan.rows.len() as u64),
            count(plan.of_rows as u64, "row"),
            how.join(", ")
        ));
    }
    if let Some(Center::Mean) = read_as.center {
        notes.push("subtracted from each neuron its mean over the samples".to_owned());
    }
    notes
}

/// Where the values along some axes lie, the last axis fastest.
fn offsets(numbers: &Numbers, axes: impl Iterator<Item = usize>) -> Vec<usize> {
    axes.fold(vec![0], |places, axis| {
        let (length, stride) = (numbers.shape[axis], numbers.strides[axis]);
        let along = |place: usize| (0..length).map(move |n| place + n * stride);
        places.into_iter().flat_map(along).collect()
    })
}

fn farthest(offsets: &[usize]) -> usize {
    offsets.iter().copied().max().unwrap_or(0)
}

/// An array without a value.
fn nothing(numbers: &Numbers, rows: usize, columns: usize) -> Matrix {
    Matrix {
        dtype: numbers.dtype,
        big_endian: numbers.big_endian,
        fortran: false,
        rows,
        columns,
        bytes: 0,
    }
}

/// Every position a row, the channels last, all in order: the rows are there already.
fn merged(numbers: &Numbers, axes: &Axes) -> Option<Matrix> {
    let last = numbers.shape.len() - 1;
    if axes.flatten != Some(Flatten::Positions) || axes.channel_axis != last {
        return None;
    }
    let mut step = 1usize;
    for (&length, &stride) in numbers.shape.iter().zip(&numbers.strides).rev() {
        if length > 1 && stride != step {
            return None;
        }
        step = step.checked_mul(length)?;
    }
    Some(Matrix {
        dtype: numbers.dtype,
        big_endian: numbers.big_endian,
        fortran: false,
        rows: numbers.shape[..last].iter().product(),
        columns: numbers.shape[last],
        bytes: numbers.bytes,
    })
}

impl View {
    fn new(numbers: &Numbers, axes: &Axes) -> Self {
        let channels = offsets(numbers, std::iter::once(axes.channel_axis));
        let others = (1..numbers.shape.len()).filter(|&axis| axis != axes.channel_axis);
        let mut positions = offsets(numbers, others);
        let reduce = match axes.flatten {
            Some(Flatten::Mean) => Reduce::Mean,
            Some(Flatten::Max) => Reduce::Max,
            Some(Flatten::Position(place)) => {
                let place = at(place, positions.len() as u64).unwrap_or(0);
                positions = vec![positions[place as usize]];
                Reduce::Each
            }
            Some(Flatten::Positions) | None => Reduce::Each,
        };
        Self {
            sample_stride: numbers.strides[0],
            span: farthest(&positions) + farthest(&channels) + 1,
            positions,
            channels,
            reduce,
        }
    }
}
