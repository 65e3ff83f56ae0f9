//! The arguments of `followspot scale` and `followspot project`.

use std::path::PathBuf;

use clap::Args;

use super::figure::named;
use super::{AmongArgs, InputArgs, ProbeArgs, at_least_one, format_of, mode, plane, threads};
use crate::session::{Options, ScaleAxis};
use crate::srm::{Epsilon, EpsilonChoice, MOST_POINTS, Plane, PlaneMode, SCALES};
use crate::table::Format;

pub(super) const SCALE_EXAMPLES: &str = "\
Examples:
  followspot scale acts.npy --plane 3,7 -o scale.npz
  followspot scale acts.npy --plane 3,7 --steps 50 --axis half-angle -o scale.tsv
  followspot scale acts.npy --plane 3,7 --from -0.2 --to 0.6 --signed -o scale.csv
Read in Python:
  z = numpy.load('scale.npz'); f = z['counts'] / z['n_samples']
  excess = f / z['isotropic'][:, None]

Every epsilon's counts are those of `followspot plane` there, to the integer. isotropic is the \
fraction that isotropic data would have. With --signed it is 0: they light as much towards a probe \
as opposite it, so signed counts have no excess.";

pub(super) const PROJECT_EXAMPLES: &str = "\
Examples:
  followspot project acts.npy --plane 3,7 --epsilon 0.8 -o points.npz
  followspot project acts.npy --all --most-points 100000 -o points.tsv
Read in Python:
  z = numpy.load('points.npz'); x, y = z['points'].T; matplotlib.pyplot.scatter(x, y)

A sample is kept in a plane if its projection on it has at least epsilon of its norm, and drawn \
at its coordinates there, in the units of the activations. Of more points than --most-points as \
many are drawn at random: how many there are is said, and stands in the file.";

/// One plane at every epsilon.
#[derive(Debug, Args)]
pub(in crate::cli) struct ScaleArgs {
    #[command(flatten)]
    pub input: InputArgs,
    /// Zero-based numbers of the plane's two vectors; the probe turns from I towards J
    #[arg(long, value_name = "I,J", value_parser = plane, allow_hyphen_values = true)]
    pub plane: Plane,
    /// How many epsilons
    #[arg(long, value_name = "K", default_value_t = SCALES, value_parser = at_least_one)]
    pub steps: usize,
    /// The lowest [default: 0, or --epsilon if that is below]
    #[arg(long, value_name = "EPSILON", value_parser = cosine, allow_hyphen_values = true)]
    pub from: Option<Epsilon>,
    /// The highest [default: the largest in-plane radius or --epsilon, rounded up]
    #[arg(long, value_name = "EPSILON", value_parser = cosine, allow_hyphen_values = true)]
    pub to: Option<Epsilon>,
    /// What they are even in
    #[arg(long, default_value = "epsilon", value_parser = named(ScaleAxis::ALL, ScaleAxis::name))]
    pub axis: ScaleAxis,
    /// The epsilon that is to be within
    #[arg(
        long,
        value_name = "EPSILON",
        default_value = "auto",
        allow_hyphen_values = true
    )]
    pub epsilon: EpsilonChoice,
    #[command(flatten)]
    pub probes: ProbeArgs,
    #[command(flatten)]
    pub out: TableOutArgs,
}

/// Samples projected on planes.
#[derive(Debug, Args)]
pub(in crate::cli) struct ProjectArgs {
    #[command(flatten)]
    pub input: InputArgs,
    /// Zero-based numbers of the plane's two vectors: I along x
    #[arg(long, value_name = "I,J", value_parser = plane, allow_hyphen_values = true,
          required_unless_present = "all", conflicts_with = "all")]
    pub plane: Option<Plane>,
    /// All planes, laid over each other
    #[arg(long)]
    pub all: bool,
    /// Smallest share of its norm with which a sample is kept: a cosine, null:SHARE or auto
    #[arg(
        long,
        value_name = "EPSILON",
        default_value = "auto",
        allow_hyphen_values = true
    )]
    pub epsilon: EpsilonChoice,
    /// With --all: planes i < j, or both (i, j) and (j, i)
    #[arg(long, default_value = "combinations", value_parser = mode())]
    pub planes: PlaneMode,
    #[command(flatten)]
    pub among: AmongArgs,
    /// With --all: at most K planes, drawn at random without replacement
    #[arg(long, value_name = "K", value_parser = at_least_one)]
    pub max_planes: Option<usize>,
    /// Write at most K points, drawn at random of more
    #[arg(long, value_name = "K", default_value_t = MOST_POINTS, value_parser = at_least_one)]
    pub most_points: usize,
    #[command(flatten)]
    pub out: TableOutArgs,
}

/// Where a table goes.
#[derive(Debug, Args)]
pub(in crate::cli) struct TableOutArgs {
    /// Write the table: npz, csv or tsv, as the name ends; - is stdout
    #[arg(short, long, value_name = "OUT.npz")]
    pub output: PathBuf,
    /// The format, where the name does not say it
    #[arg(long, value_parser = format_of(&[Format::Npz, Format::Csv, Format::Tsv]))]
    pub format: Option<Format>,
    /// Replace the file if it exists
    #[arg(long)]
    pub force: bool,
    /// Threads to compute on [default: all cores]
    #[arg(long, value_name = "T", value_parser = threads)]
    pub threads: Option<usize>,
}

impl ScaleArgs {
    /// The choices that bear on the result.
    pub fn options(&self) -> Options {
        let mut options = Options {
            epsilon: self.epsilon,
            angles: self.probes.angles,
            signed: self.probes.signed,
            ..Options::default()
        };
        if self.plane.i > self.plane.j {
            options.planes = PlaneMode::Permutations;
        }
        options
    }
}

impl ProjectArgs {
    /// The choices that bear on the result.
    pub fn options(&self) -> Options {
        let turned = self.plane.is_some_and(|plane| plane.i > plane.j);
        let seed = self.input.reading.seed.unwrap_or(0);
        Options {
            epsilon: self.epsilon,
            planes: if turned {
                PlaneMode::Permutations
            } else {
                self.planes
            },
            neurons: self.among.choice(),
            max_planes: self.max_planes,
            seed: self.max_planes.map(|_| seed),
            ..Options::default()
        }
    }
}

fn cosine(text: &str) -> Result<Epsilon, String> {
    let value: f64 = text
        .parse()
        .map_err(|_| format!("`{text}` is no number: give a cosine from -1 to 1"))?;
    Epsilon::new(value).map_err(|e| e.to_string())
}
