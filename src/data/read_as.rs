//! How an array becomes `N × d`: what a person may choose, as it is typed and as it
//! is written down.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Most bytes that compressed data are unpacked to unless more is allowed: 2 GB.
pub const MEMORY_LIMIT: u64 = 2_000_000_000;

/// Which array of a file is wanted, and how it is to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pick {
    /// The array's key; `None` for the only one that could be meant.
    pub key: Option<String>,
    /// How it becomes `N × d`.
    pub read_as: ReadAs,
    /// Most bytes that an array's compressed data may unpack to.
    pub memory_limit: u64,
}

impl Default for Pick {
    /// The only array, as it is, unpacked up to [`MEMORY_LIMIT`].
    fn default() -> Self {
        Self {
            key: None,
            read_as: ReadAs::default(),
            memory_limit: MEMORY_LIMIT,
        }
    }
}

impl Pick {
    /// The array of that key, as it is.
    #[must_use]
    pub fn key(key: Option<&str>) -> Self {
        Self {
            key: key.map(str::to_owned),
            ..Self::default()
        }
    }

    /// The same array, read so.
    #[must_use]
    pub fn read_as(self, read_as: ReadAs) -> Self {
        Self { read_as, ..self }
    }
}

/// How an array becomes `N × d`; by default it is that already.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReadAs {
    /// All arrays of the file, one behind the other along their first axis; arrays of
    /// one axis are a row each.
    #[serde(skip_serializing_if = "is_default")]
    pub stack: bool,
    /// What becomes of the positions of an array of more than two axes.
    #[serde(skip_serializing_if = "is_default", with = "as_text")]
    pub flatten: Option<Flatten>,
    /// Which axis of such an array holds the neurons.
    #[serde(skip_serializing_if = "is_default", with = "as_text")]
    pub channels: Option<Channels>,
    /// Which rows of the resulting `N × d` are read.
    #[serde(skip_serializing_if = "is_default", with = "as_text")]
    pub rows: Option<RowRange>,
    /// At most so many of these, drawn at random without replacement.
    #[serde(skip_serializing_if = "is_default")]
    pub sample_rows: Option<usize>,
    /// Seed of that draw; means nothing without it.
    #[serde(skip_serializing_if = "is_default")]
    pub seed: Option<u64>,
    /// What is subtracted from every row before anything else.
    #[serde(skip_serializing_if = "is_default", with = "as_text")]
    pub center: Option<Center>,
}

impl ReadAs {
    /// Whether the array is read as it is.
    #[must_use]
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// Whether all rows are read.
    #[must_use]
    pub fn is_of_all_rows(&self) -> bool {
        self.rows.is_none() && self.sample_rows.is_none()
    }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// What becomes of the positions of an array, that is, of all axes but the first
/// (the samples) and the one of the channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Flatten {
    /// Every position is a sample.
    Positions,
    /// The mean over the positions.
    Mean,
    /// The largest value over the positions.
    Max,
    /// The position of that number, row-major; from the end if negative.
    Position(i64),
}

impl fmt::Display for Flatten {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Positions => f.write_str("positions"),
            Self::Mean => f.write_str("mean"),
            Self::Max => f.write_str("max"),
            Self::Position(place) => write!(f, "{place}"),
        }
    }
}

impl FromStr for Flatten {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "positions" => Ok(Self::Positions),
            "mean" => Ok(Self::Mean),
            "max" => Ok(Self::Max),
            number => number.parse().map(Self::Position).map_err(|_| {
                format!(
                    "`{text}` is none of positions, mean, max and the number of a position, such \
                     as 0 or -1"
                )
            }),
        }
    }
}

/// Which axis holds the channels: the neurons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Channels {
    /// The one behind the samples, as in PyTorch's `N × C × H × W`.
    First,
    /// The last, as in `N × T × d` and TensorFlow's `N × H × W × C`.
    Last,
}

impl Channels {
    /// What an array of so many axes most often has: three are samples, steps,
    /// neurons; more are samples, channels, places.
    #[must_use]
    pub fn usual(axes: usize) -> Self {
        if axes > 3 { Self::First } else { Self::Last }
    }
}

impl fmt::Display for Channels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::First => "first",
            Self::Last => "last",
        })
    }
}

impl FromStr for Channels {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "first" => Ok(Self::First),
            "last" => Ok(Self::Last),
            _ => Err(format!("`{text}` is neither first nor last")),
        }
    }
}

/// What is subtracted from every row before its norm is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Center {
    /// Each neuron's mean over the samples.
    Mean,
}

impl fmt::Display for Center {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Mean => "mean",
        })
    }
}

impl FromStr for Center {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "mean" => Ok(Self::Mean),
            _ => Err(format!("`{text}` is not mean, the only choice")),
        }
    }
}

/// A range of rows as Python's slices have it, without negative numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RowRange {
    /// The first row; 0 where left out.
    pub start: Option<usize>,
    /// The row behind the last; the end where left out.
    pub stop: Option<usize>,
    /// From one row to the next; at least 1, which it is where left out.
    pub step: Option<usize>,
}

impl RowRange {
    /// The rows of so many, as start, step and how many.
    #[must_use]
    pub fn of(&self, rows: usize) -> (usize, usize, usize) {
        let step = self.step.unwrap_or(1).max(1);
        let stop = self.stop.unwrap_or(rows).min(rows);
        let start = self.start.unwrap_or(0).min(stop);
        (start, step, (stop - start).div_ceil(step))
    }
}

impl fmt::Display for RowRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = |n: Option<usize>| n.map_or_else(String::new, |n| n.to_string());
        write!(f, "{}:{}", number(self.start), number(self.stop))?;
        match self.step {
            Some(step) => write!(f, ":{step}"),
            None => Ok(()),
        }
    }
}

impl FromStr for RowRange {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bad = || {
            format!(
                "`{text}` is no range of rows START:STOP:STEP of whole numbers, such as 0:1000 or \
                 ::10"
            )
        };
        let number = |text: &str| match text.trim() {
            "" => Ok(None),
            digits => digits.parse().map(Some).map_err(|_| bad()),
        };
        let parts: Vec<&str> = text.split(':').collect();
        let range = match parts[..] {
            [start, stop] => Self {
                start: number(start)?,
                stop: number(stop)?,
                step: None,
            },
            [start, stop, step] => Self {
                start: number(start)?,
                stop: number(stop)?,
                step: number(step)?,
            },
            _ => return Err(bad()),
        };
        if range.step == Some(0) {
            return Err("a step of 0 goes nowhere: at least 1 is needed".to_owned());
        }
        Ok(range)
    }
}

/// A choice in JSON as it is typed.
mod as_text {
    use std::fmt::Display;
    use std::str::FromStr;

    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    #[allow(clippy::ref_option)] // serde's signature
    pub fn serialize<T: Display, S: Serializer>(
        choice: &Option<T>,
        out: S,
    ) -> Result<S::Ok, S::Error> {
        match choice {
            Some(choice) => out.collect_str(choice),
            None => out.serialize_none(),
        }
    }

    pub fn deserialize<'de, T: FromStr<Err = String>, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<T>, D::Error> {
        let text = Option::<String>::deserialize(from)?;
        let choice = text.map(|text| text.parse().map_err(D::Error::custom));
        choice.transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_what_is_printed() {
        for text in ["positions", "mean", "max", "0", "-1", "17"] {
            assert_eq!(text.parse::<Flatten>().unwrap().to_string(), text);
        }
        for text in ["first", "last"] {
            assert_eq!(text.parse::<Channels>().unwrap().to_string(), text);
        }
        for text in ["0:1000", "::10", "5:", ":7:2", ":"] {
            assert_eq!(text.parse::<RowRange>().unwrap().to_string(), text);
        }
        for text in ["", "3", "1:2:3:4", "a:b", "-3:", "::0", "1.5:2"] {
            assert!(text.parse::<RowRange>().is_err(), "{text}");
        }
        assert!("some".parse::<Flatten>().is_err());
        assert!("median".parse::<Center>().is_err());
    }

    #[test]
    fn ranges_are_pythons() {
        for (text, rows, expected) in [
            ("0:10", 5, (0, 1, 5)),
            ("2:9:3", 100, (2, 3, 3)),
            ("2:8:3", 100, (2, 3, 2)),
            ("::10", 101, (0, 10, 11)),
            ("200:", 100, (100, 1, 0)),
            ("9:3", 100, (3, 1, 0)),
        ] {
            let (start, step, length) = text.parse::<RowRange>().unwrap().of(rows);
            let (_, by, many) = expected;
            assert_eq!((step, length), (by, many), "{text}");
            assert!(length == 0 || start == expected.0, "{text}");
        }
    }

    #[test]
    fn only_what_was_chosen_is_written_down() {
        assert_eq!(serde_json::to_string(&ReadAs::default()).unwrap(), "{}");
        let read_as = ReadAs {
            flatten: Some(Flatten::Position(-1)),
            channels: Some(Channels::First),
            rows: Some("::2".parse().unwrap()),
            sample_rows: Some(9),
            seed: Some(u64::MAX),
            center: Some(Center::Mean),
            stack: true,
        };
        let json = serde_json::to_string(&read_as).unwrap();
        assert!(
            json.contains(r#""flatten":"-1","channels":"first","rows":"::2""#),
            "{json}"
        );
        assert_eq!(serde_json::from_str::<ReadAs>(&json).unwrap(), read_as);
        assert!(serde_json::from_str::<ReadAs>(r#"{"flatten":"all"}"#).is_err());
    }
}
