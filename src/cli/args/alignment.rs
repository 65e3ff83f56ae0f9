//! What `followspot alignment` can be told.

use std::path::PathBuf;

use clap::Args;

use super::{ConeArgs, InputArgs, at_least_one, plane, threads};
use crate::session::Options;
use crate::srm::Plane;

pub(super) const EXAMPLES: &str = "\
Examples:
  followspot alignment acts.npy --epsilon 0.5
  followspot alignment acts.npy --epsilon 0.5 --plane 3,7 -o rotations.tsv
  followspot alignment wide.npy --epsilon null:0.01 --rotations 199 --seed 7 --json
  for e in 0.35 0.5 0.7; do followspot alignment acts.npy --epsilon $e --json; done

What is tested: whether light lies at the neurons' axes rather than at the bisectors between \
them, or the other way round, more than it would if the neurons were nothing special. The \
contrast (mean fraction lit at the axes minus that at the bisectors) is compared with the \
contrasts of the same rows under random rotations. z is its distance from their mean in their \
standard deviations; p is two-sided, by rank, and never below 2 / (rotations + 1), so a test at \
the 1% level takes 199 rotations or more. It presumes nothing about the rows. The interval of \
the alignment index is its sampling error alone, by a bootstrap over samples; an index from a \
handful of lit samples is noise, so the samples behind it are said beside it.

Alignment is a statement about a scale. A sample spread evenly over k neurons has the cosine \
1/√k with the axis of each, √(2/k) with the bisector between two of them, and 1/√(2k) with the \
bisectors between one of them and any other neuron. It counts for alignment where epsilon is \
between 1/√(2k) and 1/√k. It counts against it between 1/√k and √(2/k), and, unless it is spread \
over most of the neurons, below 1/√(2k), where the two bisectors beside each axis gather it too. \
A sample on a single neuron thus counts for alignment above 0.71 only: below, a layer of nothing \
else has an index of -1/3. So layers whose samples sit on one neuron or a few (ReLU often) are \
aligned at a large epsilon and significantly anti-aligned at a small one, and layers that lie \
along diagonals (tanh often), anti-aligned, are aligned where the cone is wider still. Below \
0.71 the sign alone does not tell the one from the other. \
Look at several scales, and say at which a layer is aligned.";

#[derive(Debug, Args)]
pub(in crate::cli) struct AlignmentArgs {
    #[command(flatten)]
    pub input: InputArgs,
    /// Zero-based numbers of a plane's two vectors: it is tested beside the layer
    #[arg(long, value_name = "I,J", value_parser = plane, allow_hyphen_values = true)]
    pub plane: Option<Plane>,
    #[command(flatten)]
    pub cone: ConeArgs,
    /// Random rotations to compare with [default: 200 for a small layer, N·d² up to 10⁹]
    #[arg(long, value_name = "K", value_parser = rotations)]
    pub rotations: Option<u32>,
    /// Look at no more than K planes of the layer, drawn at random without replacement
    #[arg(long, value_name = "K", value_parser = at_least_one)]
    pub max_planes: Option<usize>,
    /// Write the table of rotations, as TSV, with what it was made from; - is stdout
    #[arg(short, long, value_name = "OUT.tsv")]
    pub output: Option<PathBuf>,
    /// With -o: replace the file if it exists
    #[arg(long)]
    pub force: bool,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
    /// With --json: the excess kurtosis along each neuron, too
    #[arg(long, requires = "json")]
    pub kurtosis: bool,
    /// Threads to compute on [default: all cores]
    #[arg(long, value_name = "T", value_parser = threads)]
    pub threads: Option<usize>,
}

impl AlignmentArgs {
    /// The choices that bear on the result.
    pub fn options(&self) -> Options {
        Options {
            max_planes: self.max_planes,
            seed: self.max_planes.map(|_| self.seed()),
            ..self.cone.options()
        }
    }

    /// Of the rotations and of whatever else is drawn.
    pub fn seed(&self) -> u64 {
        self.input.reading.seed.unwrap_or(0)
    }
}

/// So many rotations, at least one.
pub(super) fn rotations(text: &str) -> Result<u32, String> {
    let many = at_least_one(text)?;
    u32::try_from(many)
        .map_err(|_| format!("`{text}` rotations are more than anybody can wait for"))
}
