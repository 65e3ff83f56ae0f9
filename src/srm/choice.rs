//! Which vectors planes are made among, as it is typed: `0:64,223`.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::basis::UnitBasis;
use super::plane::Plane;
use super::subset::Subset;
use crate::words::{count, thousands};

/// Most numbers that slices with a step name one by one.
const MOST_STEPPED: u64 = 1 << 20;

/// Numbers of neurons as Python would slice them: single ones (`223`), slices that
/// leave their end out (`0:64`), with a step (`0:64:2`), with open ends (`:64`,
/// `700:`), commas between them.
///
/// Overlaps are brought together, so that the same numbers print the same, however
/// they were typed; only of slices with a step and without an end the step stays.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Ranges {
    /// Ascending, apart from one another; one that ends with [`OPEN`] has no end.
    runs: Vec<Range<u32>>,
    /// First number and step of slices without an end.
    strides: Vec<(u32, u32)>,
}

/// The end of a slice that has none.
const OPEN: u32 = u32::MAX;

/// Why a text names no neurons.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RangesError {
    /// Nothing between two commas.
    #[error(
        "`{0}` has an empty piece: give numbers and slices with commas between them, such as \
         0:64,223"
    )]
    Empty(String),
    /// Not a number.
    #[error(
        "`{0}` is neither a number from 0 on nor a slice of such numbers: write 223, 0:64, 0:64:2, \
         :64 or 700:"
    )]
    NotUnderstood(String),
    /// A slice without a number.
    #[error("the slice `{0}` holds no number: its end is left out, so 3:5 is 3 and 4")]
    Nothing(String),
    /// A step of zero.
    #[error("the slice `{0}` has a step of 0: it must be at least 1")]
    NoStep(String),
    /// A slice of too many single numbers.
    #[error(
        "the slice `{piece}` names {}, more than the {} that a step may pick", count(*numbers, "number"),
        thousands(MOST_STEPPED)
    )]
    TooMany {
        /// The slice.
        piece: String,
        /// How many numbers it names.
        numbers: u64,
    },
}

/// Most vectors of which those chosen are counted for a record.
const MOST_COUNTED: u32 = 1 << 26;

/// One piece between commas.
struct Slice {
    start: u32,
    /// [`OPEN`] where it has none.
    end: u32,
    step: u32,
}

impl Slice {
    fn parse(piece: &str) -> Result<Self, RangesError> {
        let number = |text: &str| {
            let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
            let value = text.parse::<u32>().ok().filter(|&n| digits && n < OPEN);
            value.ok_or_else(|| RangesError::NotUnderstood(piece.to_owned()))
        };
        let parts: Vec<&str> = piece.split(':').map(str::trim).collect();
        let part = |place: usize, default: u32| match parts.get(place) {
            None | Some(&"") => Ok(default),
            Some(text) => number(text),
        };
        let slice = match parts.len() {
            1 => {
                let start = number(parts[0])?;
                Self {
                    start,
                    end: start + 1,
                    step: 1,
                }
            }
            2 | 3 => Self {
                start: part(0, 0)?,
                end: part(1, OPEN)?,
                step: part(2, 1)?,
            },
            _ => return Err(RangesError::NotUnderstood(piece.to_owned())),
        };
        if slice.step == 0 {
            return Err(RangesError::NoStep(piece.to_owned()));
        }
        if slice.start >= slice.end {
            return Err(RangesError::Nothing(piece.to_owned()));
        }
        Ok(slice)
    }
}

impl FromStr for Ranges {
    type Err = RangesError;

    fn from_str(text: &str) -> Result<Self, RangesError> {
        let (mut runs, mut strides) = (Vec::new(), Vec::new());
        for piece in text.split(',').map(str::trim) {
            if piece.is_empty() {
                return Err(RangesError::Empty(text.to_owned()));
            }
            let Slice { start, end, step } = Slice::parse(piece)?;
            if step == 1 {
                runs.push(start..end);
            } else if end == OPEN {
                strides.push((start, step));
            } else {
                let numbers = u64::from((end - start).div_ceil(step));
                if numbers > MOST_STEPPED {
                    let piece = piece.to_owned();
                    return Err(RangesError::TooMany { piece, numbers });
                }
                runs.extend((start..end).step_by(step as usize).map(|n| n..n + 1));
            }
        }
        strides.sort_unstable();
        strides.dedup();
        Ok(Self {
            runs: joined(runs),
            strides,
        })
    }
}

/// Runs in order, those that touch brought together.
fn joined(mut runs: Vec<Range<u32>>) -> Vec<Range<u32>> {
    runs.sort_unstable_by_key(|run| run.start);
    let mut joined: Vec<Range<u32>> = Vec::with_capacity(runs.len());
    for run in runs {
        match joined.last_mut() {
            Some(last) if run.start <= last.end => last.end = last.end.max(run.end),
            _ => joined.push(run),
        }
    }
    joined
}

impl Ranges {
    /// Of single numbers.
    ///
    /// `None` without any, or where one is not below `2^32 − 1`.
    #[must_use]
    pub fn of(numbers: impl IntoIterator<Item = u32>) -> Option<Self> {
        let numbers: Vec<u32> = numbers.into_iter().collect();
        if numbers.is_empty() || numbers.contains(&OPEN) {
            return None;
        }
        Some(Self {
            runs: joined(numbers.into_iter().map(|n| n..n + 1).collect()),
            strides: Vec::new(),
        })
    }

    /// Whether `k` is among them.
    #[must_use]
    pub fn contains(&self, k: u32) -> bool {
        let runs = self.runs.partition_point(|run| run.start <= k);
        let within = runs.checked_sub(1).is_some_and(|last| {
            let run = &self.runs[last];
            run.end == OPEN || k < run.end
        });
        let strides = |&(start, step): &(u32, u32)| k >= start && (k - start).is_multiple_of(step);
        within || self.strides.iter().any(strides)
    }

    /// The first number that they name beyond the last of `m` vectors.
    fn beyond(&self, m: u32) -> Option<u32> {
        let runs = self.runs.iter().filter_map(|run| match run.end {
            OPEN => (run.start >= m).then_some(run.start),
            end => (end > m).then_some(run.start.max(m)),
        });
        let strides = self.strides.iter();
        let strides = strides.filter_map(|&(start, _)| (start >= m).then_some(start));
        runs.chain(strides).min()
    }
}

impl fmt::Display for Ranges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut pieces = Vec::new();
        let mut rest = &self.runs[..];
        while let [first, ..] = rest {
            let taken = stepped(rest);
            let Range { start, end } = *first;
            pieces.push(if taken > 1 {
                let step = rest[1].start - start;
                format!("{start}:{}:{step}", rest[taken - 1].end)
            } else if end == OPEN {
                format!("{start}:")
            } else if end - start == 1 {
                start.to_string()
            } else {
                format!("{start}:{end}")
            });
            rest = &rest[taken..];
        }
        let strides = self.strides.iter();
        pieces.extend(strides.map(|(start, step)| format!("{start}::{step}")));
        f.write_str(&pieces.join(","))
    }
}

/// How many single numbers at the head of `runs` lie a step apart: 1 where it is
/// shorter to write them as they are.
fn stepped(runs: &[Range<u32>]) -> usize {
    let single = |run: &Range<u32>| run.end - run.start == 1;
    let [first, second, ..] = runs else {
        return 1;
    };
    let step = second.start - first.start;
    let along = runs.windows(2).take_while(|pair| {
        single(&pair[0]) && single(&pair[1]) && pair[1].start - pair[0].start == step
    });
    match along.count() + 1 {
        few if few < 3 => 1,
        several => several,
    }
}

/// In JSON as it is printed.
impl Serialize for Ranges {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Ranges {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Which vectors planes are made among: all, unless it says otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct NeuronChoice {
    /// These only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only: Option<Ranges>,
    /// Without these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub without: Option<Ranges>,
}

/// Why a choice of vectors cannot be swept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChoiceError {
    /// A number that no vector has.
    #[error(
        "`{ranges}` names {vector} {number}, but there {are} {}, numbered 0 to {}",
        count(u64::from(*m), vector), thousands(u64::from(m.saturating_sub(1))),
        are = if *m == 1 { "is" } else { "are" }
    )]
    Beyond {
        /// What was asked for.
        ranges: String,
        /// `neuron` or `basis vector`.
        vector: &'static str,
        /// The first number that is not there.
        number: u32,
        /// How many vectors there are.
        m: u32,
    },
    /// No plane is left.
    #[error(
        "{} left of {}: a plane needs two, so choose more",
        match left { 0 => format!("no {vector} is"), _ => format!("only one {vector} is") },
        thousands(u64::from(*m))
    )]
    TooFew {
        /// `neuron` or `basis vector`.
        vector: &'static str,
        /// How many are left, 0 or 1.
        left: usize,
        /// How many vectors there are.
        m: u32,
    },
}

impl NeuronChoice {
    /// Whether it leaves all vectors as they are.
    #[must_use]
    pub fn is_all(&self) -> bool {
        self.only.is_none() && self.without.is_none()
    }

    /// Whether vector `k` is chosen.
    #[must_use]
    pub fn contains(&self, k: u32) -> bool {
        let within = self.only.as_ref().is_none_or(|only| only.contains(k));
        let without = self.without.as_ref();
        within && !without.is_some_and(|without| without.contains(k))
    }

    /// How many numbers below `m` are chosen; `None` of more vectors than a record of a
    /// basis can truly tell of.
    #[must_use]
    pub fn count(&self, m: usize) -> Option<usize> {
        match u32::try_from(m) {
            Ok(m) if m <= MOST_COUNTED => Some(self.numbers(m).count()),
            _ => None,
        }
    }

    /// The chosen numbers below `m`, ascending.
    pub fn numbers(&self, m: u32) -> impl Iterator<Item = u32> + '_ {
        (0..m).filter(|&k| self.contains(k))
    }

    /// Why a plane is not among those of a subset that this choice came to; `None`
    /// where it is.
    #[must_use]
    pub fn leaves_out(&self, plane: Plane, subset: &Subset) -> Option<String> {
        let mut vectors = [plane.i, plane.j].into_iter();
        let left_out = vectors.find(|&k| !subset.contains(k))?;
        Some(format!(
            "{left_out} is not among the {} of {} that are chosen ({self})",
            thousands(subset.len() as u64),
            thousands(subset.of_how_many() as u64),
        ))
    }

    /// The vectors of a basis that are chosen.
    ///
    /// # Errors
    /// [`ChoiceError`] where a number is named that no vector has, or fewer than two
    /// vectors are left.
    pub fn resolve(&self, basis: &UnitBasis) -> Result<Subset, ChoiceError> {
        if self.is_all() {
            return Ok(Subset::whole(basis.len()));
        }
        let m = basis.len() as u32;
        let vector = if basis.is_standard() {
            "neuron"
        } else {
            "basis vector"
        };
        for ranges in self.only.iter().chain(&self.without) {
            if let Some(number) = ranges.beyond(m) {
                return Err(ChoiceError::Beyond {
                    ranges: ranges.to_string(),
                    vector,
                    number,
                    m,
                });
            }
        }
        let chosen: Vec<u32> = self.numbers(m).collect();
        let left = chosen.len();
        let subset = Subset::of(basis.len(), chosen);
        subset.ok_or(ChoiceError::TooFew { vector, left, m })
    }
}

/// What is chosen, after a count of them: `0:64`, `all but 223`, `0:64 but 3`.
impl fmt::Display for NeuronChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.only, &self.without) {
            (None, None) => f.write_str("all"),
            (Some(only), None) => write!(f, "{only}"),
            (None, Some(without)) => write!(f, "all but {without}"),
            (Some(only), Some(without)) => write!(f, "{only} but {without}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranges(text: &str) -> Ranges {
        text.parse().unwrap_or_else(|e| panic!("{text}: {e}"))
    }

    fn choice(only: &str, without: &str) -> NeuronChoice {
        let some = |text: &str| (!text.is_empty()).then(|| ranges(text));
        NeuronChoice {
            only: some(only),
            without: some(without),
        }
    }

    #[test]
    fn equal_numbers_print_equally() {
        for (typed, expected) in [
            ("0:64,223", "0:64,223"),
            (" 223 , :64", "0:64,223"),
            ("10:20,0:10,5,64:", "0:20,64:"),
            ("5,3,4", "3:6"),
            ("3:9:1", "3:9"),
            ("0:10:2", "0:9:2"),
            ("0,2,4,6,8", "0:9:2"),
            ("1,3", "1,3"),
            ("1,3,5,9,10", "1:6:2,9:11"),
            (":", "0:"),
            ("5::2,0:3,5::2", "0:3,5::2"),
            ("700:,3", "3,700:"),
            ("7:8", "7"),
        ] {
            assert_eq!(ranges(typed).to_string(), expected, "{typed}");
            assert_eq!(ranges(expected), ranges(typed));
        }
    }

    #[test]
    fn numbers_are_those_that_python_would_slice() {
        for text in [
            "0:64,223",
            ":7",
            "700:",
            "3:40:7",
            "5::3",
            "2,4,6,11:20,19:30",
        ] {
            let ranges = ranges(text);
            let slices: Vec<Vec<Option<u32>>> = text
                .split(',')
                .map(|piece| piece.split(':').map(|n| n.parse().ok()).collect())
                .collect();
            for k in 0..800 {
                let plain = slices.iter().any(|slice| match slice[..] {
                    [only] => only == Some(k),
                    [start, end] | [start, end, None] => {
                        k >= start.unwrap_or(0) && end.is_none_or(|end| k < end)
                    }
                    [start, end, Some(step)] => {
                        let start = start.unwrap_or(0);
                        k >= start && end.is_none_or(|end| k < end) && (k - start) % step == 0
                    }
                    _ => unreachable!(),
                });
                assert_eq!(ranges.contains(k), plain, "{text} {k}");
            }
        }
    }

    #[test]
    fn what_is_no_choice_is_said() {
        let check = |text: &str, expected: &str| {
            let error = text.parse::<Ranges>().unwrap_err().to_string();
            assert!(error.contains(expected), "{text}: {error}");
        };
        check("", "empty piece");
        check("3,,4", "`3,,4` has an empty piece");
        check("3,", "empty piece");
        check("-1", "`-1` is neither");
        check("0:-3", "`0:-3` is neither");
        check("+3", "`+3` is neither");
        check("a:b", "neither");
        check("1:2:3:4", "neither");
        check("4294967295", "neither");
        check("99999999999999", "neither");
        check("5:5", "`5:5` holds no number");
        check("9:3", "holds no number");
        check("0:9:0", "step of 0");
        check("0:4000000000:2", "names 2,000,000,000 numbers");
    }

    #[test]
    fn a_choice_comes_to_the_vectors_of_a_basis() {
        let basis = UnitBasis::standard(384).unwrap();
        let check = |only: &str, without: &str, expected: &[u32]| {
            let subset = choice(only, without).resolve(&basis).unwrap();
            assert!(
                subset.iter().eq(expected.iter().copied()),
                "{only} {without}"
            );
        };
        check("0:3,223", "", &[0, 1, 2, 223]);
        check("380:", "382", &[380, 381, 383]);
        check("", "2:384", &[0, 1]);
        assert!(choice("", "").resolve(&basis).unwrap().is_whole());
        assert!(choice(":384", "").resolve(&basis).unwrap().is_whole());
        let refused = |only: &str, without: &str, expected: &str| {
            let error = choice(only, without).resolve(&basis).unwrap_err();
            assert_eq!(error.to_string(), expected);
        };
        refused(
            "0:64,400",
            "",
            "`0:64,400` names neuron 400, but there are 384 neurons, numbered 0 to 383",
        );
        refused(
            "0:1000",
            "",
            "`0:1000` names neuron 384, but there are 384 neurons, numbered 0 to 383",
        );
        refused(
            "",
            "384:",
            "`384:` names neuron 384, but there are 384 neurons, numbered 0 to 383",
        );
        refused(
            "7",
            "",
            "only one neuron is left of 384: a plane needs two, so choose more",
        );
        refused(
            "0:9",
            ":9",
            "no neuron is left of 384: a plane needs two, so choose more",
        );
        let dense = UnitBasis::dense(vec![1.0, 0.0, 0.0, 1.0, 1.0, 1.0], 3, 2).unwrap();
        let error = choice("3", "").resolve(&dense).unwrap_err().to_string();
        assert!(error.contains("basis vector 3, but there are 3 basis vectors"));
    }

    #[test]
    fn it_comes_back_from_json_as_it_was() {
        for (choice, json) in [
            (choice("223,:64", ""), r#"{"only":"0:64,223"}"#),
            (choice("", "3"), r#"{"without":"3"}"#),
            (choice("", ""), "{}"),
        ] {
            assert_eq!(serde_json::to_string(&choice).unwrap(), json);
            assert_eq!(serde_json::from_str::<NeuronChoice>(json).unwrap(), choice);
        }
        let error = serde_json::from_str::<NeuronChoice>(r#"{"only":"9:3"}"#).unwrap_err();
        assert!(error.to_string().contains("holds no number"), "{error}");
    }

    #[test]
    fn it_is_said_in_words() {
        assert_eq!(choice("0:64", "").to_string(), "0:64");
        assert_eq!(choice("", "223").to_string(), "all but 223");
        assert_eq!(choice("0:64", "3,5").to_string(), "0:64 but 3,5");
    }
}
