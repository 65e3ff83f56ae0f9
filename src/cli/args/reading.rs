//! The arguments that say how a file becomes samples × neurons.

use clap::Args;

use super::at_least_one;
use crate::cli::failure::Failure;
use crate::data::{Center, Channels, Flatten, MEMORY_LIMIT, Pick, ReadAs, RowRange};

/// How activations are read, where not as they are.
#[derive(Clone, Debug, Default, PartialEq, Args)]
#[command(next_help_heading = "How activations are read")]
pub struct ReadingArgs {
    /// Put all arrays of the file on top of one another: a key a sample, or a key a batch
    #[arg(long)]
    pub stack: bool,
    /// Of more than two axes: make every position a sample (positions), take the mean or max over
    /// the positions, or take the one of that number (0; -1 is the last)
    #[arg(long, value_name = "HOW", allow_hyphen_values = true, value_parser = typed::<Flatten>)]
    pub flatten: Option<Flatten>,
    /// Of more than two axes: which holds the neurons, the first behind the samples or the last
    /// [default: last of three axes (N × T × d), first of more (N × C × H × W)]
    #[arg(long, value_name = "first|last", value_parser = typed::<Channels>)]
    pub channels: Option<Channels>,
    /// Read some rows only, as Python slices them: 0:1000, ::10
    #[arg(long, value_name = "START:STOP:STEP", value_parser = typed::<RowRange>)]
    pub rows: Option<RowRange>,
    /// Read at most K rows, drawn at random without replacement
    #[arg(long, value_name = "K", value_parser = at_least_one)]
    pub sample_rows: Option<usize>,
    /// Subtract from each neuron its mean over the samples, before norms are taken
    #[arg(long, value_name = "mean", value_parser = typed::<Center>)]
    pub center: Option<Center>,
    /// Seed of what is drawn at random: rows, planes, rotations [default: 0]
    #[arg(long, value_name = "S")]
    pub seed: Option<u64>,
    /// Most memory that compressed data may unpack to, such as 4GB [default: 2GB]
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub memory_limit: Option<u64>,
}

impl ReadingArgs {
    /// How the samples come about.
    #[must_use]
    pub fn read_as(&self) -> ReadAs {
        ReadAs {
            stack: self.stack,
            flatten: self.flatten,
            channels: self.channels,
            rows: self.rows,
            sample_rows: self.sample_rows,
            seed: self.sample_rows.map(|_| self.seed.unwrap_or(0)),
            center: self.center,
        }
    }

    /// The array of that key, read so; what is not said is as `known` has it.
    #[must_use]
    pub fn pick(&self, key: Option<&str>, known: &ReadAs) -> Pick {
        let given = self.read_as();
        let read_as = ReadAs {
            stack: given.stack || known.stack,
            flatten: given.flatten.or(known.flatten),
            channels: given.channels.or(known.channels),
            rows: given.rows.or(known.rows),
            sample_rows: given.sample_rows.or(known.sample_rows),
            seed: given.seed.or(known.seed),
            center: given.center.or(known.center),
        };
        Pick {
            memory_limit: self.memory_limit(),
            ..Pick::key(key).read_as(read_as)
        }
    }

    /// Most bytes that compressed data may unpack to.
    #[must_use]
    pub fn memory_limit(&self) -> u64 {
        self.memory_limit.unwrap_or(MEMORY_LIMIT)
    }

    /// Refuses a seed of nothing.
    pub(in crate::cli) fn check(&self, max_planes: Option<usize>) -> Result<(), Failure> {
        if self.seed.is_some() && self.sample_rows.is_none() && max_planes.is_none() {
            return Err(Failure::Usage(
                "--seed is for what is drawn at random: give --sample-rows or --max-planes, or \
                 leave it out"
                    .to_owned(),
            ));
        }
        Ok(())
    }
}

fn typed<T: std::str::FromStr<Err = String>>(text: &str) -> Result<T, String> {
    text.parse()
}

/// A number of bytes as people type it: `4GB`, `500 MB`, `2GiB`, `1000000`.
fn size(text: &str) -> Result<u64, String> {
    let bad = || format!("`{text}` is no size such as 4GB or 500MB");
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let number: f64 = number.parse().map_err(|_| bad())?;
    let factor = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1.0,
        "k" | "kb" => 1e3,
        "m" | "mb" => 1e6,
        "g" | "gb" => 1e9,
        "t" | "tb" => 1e12,
        "kib" => 1024.0,
        "mib" => 1024.0 * 1024.0,
        "gib" => 1024.0 * 1024.0 * 1024.0,
        _ => return Err(bad()),
    };
    Ok((number * factor) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_as_people_type_them() {
        for (text, bytes) in [
            ("4GB", 4_000_000_000),
            ("500 MB", 500_000_000),
            ("1.5g", 1_500_000_000),
            ("2GiB", 1 << 31),
            ("12", 12),
        ] {
            assert_eq!(size(text), Ok(bytes));
        }
        for bad in ["", "GB", "-3GB", "3 apples", "1e9", "1.2.3GB"] {
            assert!(size(bad).is_err(), "{bad}");
        }
    }
}
