//! What can be typed. Doc comments here are the text of `--help`.

// Backticks would be printed.
#![allow(clippy::doc_markdown)]

mod alignment;
mod classes;
mod figure;
mod inside;
mod reading;
mod scale;
mod spotlight;

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::data::{Pick, ReadAs};
use crate::session::Options;
use crate::srm::{Epsilon, EpsilonChoice, Plane, PlaneMode};
use crate::table::{CaptionFormat, Format, TableKind};

pub(super) use alignment::AlignmentArgs;
pub(super) use classes::ClassArgs;
pub(super) use figure::FigureArgs;
pub(super) use inside::{DirectionsArgs, SamplesArgs};
pub use reading::ReadingArgs;
pub(super) use scale::{ProjectArgs, ScaleArgs, TableOutArgs};
use spotlight::{AmongArgs, ConeArgs, ProbeArgs, SpotlightArgs, angles, mode};

const EXAMPLES: &str = "\
Examples:
  followspot                                     open the window on the bundled sample
  followspot layer1.npy layer2.npy               open it on two dumps
  followspot acts.npy --labels y.npy --images x.npy   with the samples' classes and pictures
  followspot open fig.pdf                        open what an exported figure was made from
  followspot sweep layer1.npy -o layer1.npz      sweep every plane without a window
  followspot ./sweep                             a file named like a subcommand

Activations are N × d, one sample a row, one neuron a column: .npy, .npz, .safetensors, PyTorch \
.pt, HDF5, CSV, or a folder of such files. Of more axes, --flatten says how they become N × d.";

const OPEN_EXAMPLES: &str = "\
Examples:
  followspot open fig.pdf                        the window as it was when the figure was exported
  followspot open paper.followspot
  followspot open fig.svg ../dumps/layer3.npy    if the data are no longer where they were

A session file or a figure (SVG, PDF, PNG) names the data it was made from. They are looked for \
where they were and beside it; what isn't found can be given after it, or is asked for.";

const INFO_EXAMPLES: &str = "\
Examples:
  followspot info acts.npz
  followspot info --json epoch*.npy | jq '.[] | select(.error)'";

const SWEEP_EXAMPLES: &str = "\
Examples:
  followspot sweep acts.npy -o acts-srm.npz
  followspot sweep acts.npy -o planes.csv                      a row a plane: its statistics
  followspot sweep acts.npy --table curves -o curves.csv       a row an angle of a plane
  followspot sweep acts.npy --table ensemble -o ensemble.json  a row an angle: mean, std, min, max
  followspot sweep acts.npy --significant 0.05 -o found.csv    planes that isotropic data don't make
  followspot sweep acts.npz --key layer3 --epsilon 0.75 --json
  followspot sweep acts.npy --epsilon null:0.01 --planes permutations --signed -o signed.npz
  followspot sweep wide.npy --max-planes 10000 --seed 7 --summary -o drawn.npz
  followspot sweep wide.npy --neurons 0:64,223 -o some.npz     planes among 65 neurons only
  followspot sweep wide.npy --without-neurons 63,223 -o rest.npz
  followspot sweep acts.npy --center mean -o centred.npz       each neuron's mean subtracted first
Read in Python:
  z = numpy.load('acts-srm.npz'); f = z['counts'] / z['n_samples']
  t = pandas.read_csv('planes.csv', comment='#')";

const MERGE_EXAMPLES: &str = "\
Examples:
  followspot sweep acts-0.npy --epsilon 0.5 -o srm-0.npz
  followspot sweep acts-1.npy --epsilon 0.5 -o srm-1.npz
  followspot merge srm-*.npz -o srm.npz

The result is that of a sweep over all samples, to the last count. Everything else must be the \
same: epsilon, angles, planes, basis. auto gives each part an epsilon of its own, so give the \
sweeps a number or null:SHARE. Counts are added, so they must be there: no --summary.";

const PLANE_EXAMPLES: &str = "\
Examples:
  followspot plane acts.npy --plane 3,7 > plane.tsv
  followspot plane acts.npy --plane 3,7 --plane 1,2 -o planes.csv
  followspot plane acts.npy --plane 7,3 --epsilon -0.4 --signed -o plane.npz
  followspot plane acts.npy --plane 3,7 --labels y.npy -o by-class.tsv   a curve a class
  followspot plane acts.npy --plane 3,7 --neurons 0:64   auto goes by the planes among these";

const CAPTION_EXAMPLES: &str = "\
Examples:
  followspot caption fig.pdf
  followspot caption fig.svg --format latex --bibtex >> paper.tex";

/// The whole command line.
#[derive(Debug, Parser)]
#[command(
    name = "followspot",
    version,
    about = "See whether a neural layer's activations line up with its neurons: the Spotlight \
             Resonance Method, live",
    after_help = EXAMPLES,
    args_conflicts_with_subcommands = true
)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    pub window: WindowArgs,
}

// The arguments of the window.
#[allow(missing_docs)] // a comment here would become the program's description
#[derive(Clone, Debug, PartialEq, Args)]
pub struct WindowArgs {
    /// Activations to open; several open as a list, the first is shown
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Privileged basis, m × d, one vector a row; the neurons' own axes if left out
    #[arg(long, value_name = "B.npy")]
    pub basis: Option<PathBuf>,
    #[command(flatten)]
    pub companions: CompanionArgs,
    /// Resolution scale to start with: auto, a cosine (0.9, -0.4), or null:SHARE
    #[arg(long, value_name = "EPSILON", allow_hyphen_values = true)]
    pub epsilon: Option<EpsilonChoice>,
    #[command(flatten)]
    pub reading: ReadingArgs,
    /// Theme of the window; the last one used if left out
    #[arg(long, value_enum)]
    pub theme: Option<Theme>,
    /// Size of the window in points
    #[arg(long, value_name = "WIDTHxHEIGHT", value_parser = size)]
    pub size: Option<(u32, u32)>,
    /// Wait for the sweep, save the window's picture as PNG and quit
    #[arg(long, value_name = "OUT.png")]
    pub screenshot: Option<PathBuf>,
    /// Replace the screenshot's file if it exists
    #[arg(long)]
    pub force: bool,
    /// Write how long each frame of the window took, as TSV
    #[arg(long, value_name = "OUT.tsv", hide = true)]
    pub frame_times: Option<PathBuf>,
    /// Once the sweep is done, move epsilon by as much each frame; then quit
    #[arg(long, value_name = "FROM:TO:FRAMES", hide = true, requires = "frame_times",
          allow_hyphen_values = true, value_parser = epsilon_drag)]
    pub drag_epsilon: Option<EpsilonDrag>,
}

// What belongs to the samples beside their activations.
#[allow(missing_docs)] // likewise
#[derive(Clone, Debug, Default, PartialEq, Args)]
pub struct CompanionArgs {
    /// A class for each sample: whole numbers or words (.npy, .npz, .txt, .csv); for every open
    /// dump of as many samples
    #[arg(long, value_name = "FILE")]
    pub labels: Vec<PathBuf>,
    /// What the classes are called: one a line (.txt), .csv, a JSON list, or text of a .npy; the
    /// class's number is put behind a name that several have
    #[arg(long, value_name = "FILE")]
    pub class_names: Vec<PathBuf>,
    /// A picture for each sample: N × H × W or N × H × W × 3 (.npy, .npz), or a folder of PNGs
    #[arg(long, value_name = "FILE")]
    pub images: Vec<PathBuf>,
}

/// A drag of the epsilon slider, as a test makes it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EpsilonDrag {
    /// Where it starts.
    pub from: Epsilon,
    /// Where it ends.
    pub to: Epsilon,
    /// In how many frames.
    pub frames: u32,
}

/// The theme of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Theme {
    /// Light on dark.
    Dark,
    /// Dark on light.
    Light,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Open the window as it was when a session was saved or a figure exported
    #[command(after_help = OPEN_EXAMPLES)]
    Open(OpenArgs),
    /// Say what files hold: arrays and what they are, shapes, dtypes, rows left out, zero rows
    #[command(after_help = INFO_EXAMPLES)]
    Info(InfoArgs),
    /// Sweep every privileged plane of a layer
    #[command(after_help = SWEEP_EXAMPLES)]
    Sweep(SweepArgs),
    /// Add up sweeps over parts of the samples to that of the whole
    #[command(after_help = MERGE_EXAMPLES)]
    Merge(MergeArgs),
    /// Draw a figure for a paper: SVG, PDF or PNG, at the venue's width
    #[command(after_help = figure::EXAMPLES)]
    Figure(Box<FigureArgs>),
    /// Print a caption for an exported figure, ready to paste
    #[command(after_help = CAPTION_EXAMPLES)]
    Caption(CaptionArgs),
    /// Print the curves of chosen planes as TSV: theta_rad, count, fraction
    #[command(after_help = PLANE_EXAMPLES)]
    Plane(PlaneArgs),
    /// List the samples inside the spotlight as TSV: row, cosine, norm, label
    #[command(after_help = inside::SAMPLES_EXAMPLES)]
    Samples(Box<SamplesArgs>),
    /// Rank the neurons' directions by the samples about them, with their most common class
    #[command(after_help = inside::DIRECTIONS_EXAMPLES)]
    Directions(Box<DirectionsArgs>),
    /// Count a plane at every epsilon at once
    #[command(after_help = scale::SCALE_EXAMPLES)]
    Scale(ScaleArgs),
    /// Project the samples on a plane, or on all (PPPM)
    #[command(after_help = scale::PROJECT_EXAMPLES)]
    Project(ProjectArgs),
    /// Test whether a layer is aligned with its neurons, against random rotations
    #[command(after_help = alignment::EXAMPLES)]
    Alignment(Box<AlignmentArgs>),
}

#[derive(Debug, Args)]
pub(super) struct OpenArgs {
    /// A session file or an exported figure, and data that it may ask for
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    #[command(flatten)]
    pub companions: CompanionArgs,
    /// Theme of the window; the last one used if left out
    #[arg(long, value_enum)]
    pub theme: Option<Theme>,
    /// Size of the window in points
    #[arg(long, value_name = "WIDTHxHEIGHT", value_parser = size)]
    pub size: Option<(u32, u32)>,
    /// Wait for the sweep, save the window's picture as PNG and quit
    #[arg(long, value_name = "OUT.png")]
    pub screenshot: Option<PathBuf>,
    /// Replace the screenshot's file if it exists
    #[arg(long)]
    pub force: bool,
}

#[derive(Debug, Args)]
pub(super) struct InfoArgs {
    /// Files to look into, or folders of them
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// Print a JSON list of {file, key, role, shape, dtype, rows, excluded_rows, zero_rows, note,
    /// error}
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub reading: ReadingArgs,
}

#[derive(Debug, Args)]
pub(super) struct SweepArgs {
    #[command(flatten)]
    pub input: InputArgs,
    #[command(flatten)]
    pub spotlight: SpotlightArgs,
    /// Sweep at most K planes, drawn at random without replacement
    #[arg(long, value_name = "K", value_parser = at_least_one)]
    pub max_planes: Option<usize>,
    #[command(flatten)]
    pub run: RunArgs,
    /// With a table of planes or curves: only planes whose largest excess over isotropic data is
    /// significant at that rate of false discoveries (Benjamini-Hochberg over all planes), such as
    /// 0.05
    #[arg(long, value_name = "RATE", requires = "output", value_parser = rate)]
    pub significant: Option<f64>,
    /// Write the counts, or a table of curves, even above 4 GB
    #[arg(long, conflicts_with = "summary")]
    pub counts: bool,
}

#[derive(Debug, Args)]
pub(super) struct MergeArgs {
    /// Results of sweeps over different samples with the same options
    #[arg(value_name = "SHARD.npz", required = true)]
    pub files: Vec<PathBuf>,
    /// Write the result as npz, readable by numpy.load
    #[arg(short, long, value_name = "ALL.npz")]
    pub output: PathBuf,
    /// Replace ALL.npz if it exists
    #[arg(long)]
    pub force: bool,
    /// Print a summary as JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub(super) struct CaptionArgs {
    /// An exported figure (SVG, PDF or PNG) or a session file
    #[arg(value_name = "FIG")]
    pub file: PathBuf,
    /// How the caption is written
    #[arg(long, default_value = "text", value_parser = caption_format())]
    pub format: CaptionFormat,
    /// With --format latex: the paper's BibTeX entry, too
    #[arg(long)]
    pub bibtex: bool,
}

#[derive(Debug, Args)]
pub(super) struct PlaneArgs {
    #[command(flatten)]
    pub input: InputArgs,
    /// Zero-based numbers of the plane's two vectors; the probe turns from I towards J. May be
    /// given several times; the planes then come in ascending order
    #[arg(long, value_name = "I,J", required = true, value_parser = plane,
          allow_hyphen_values = true)]
    pub plane: Vec<Plane>,
    #[command(flatten)]
    pub spotlight: SpotlightArgs,
    #[command(flatten)]
    pub classes: ClassArgs,
    #[command(flatten)]
    pub run: RunArgs,
}

/// What is read.
#[derive(Clone, Debug, Args)]
pub(super) struct InputArgs {
    /// Activations, N × d: .npy, .npz, .safetensors, .pt, .h5 or text
    #[arg(value_name = "ACTS")]
    pub acts: PathBuf,
    /// The array to take from a .npz that holds several
    #[arg(long, value_name = "K")]
    pub key: Option<String>,
    /// Privileged basis, m × d, one vector a row; the neurons' own axes if left out
    #[arg(long, value_name = "B.npy")]
    pub basis: Option<PathBuf>,
    /// The array to take from a basis .npz that holds several
    #[arg(long, value_name = "K", requires = "basis")]
    pub basis_key: Option<String>,
    #[command(flatten)]
    pub reading: ReadingArgs,
    /// How they were read for the figure that another is to be like.
    #[arg(skip)]
    pub known: ReadAs,
}

/// What is made of it, and how.
#[derive(Debug, Args)]
pub(super) struct RunArgs {
    /// Write the result: all of it as npz, readable by numpy.load, or one table as csv, tsv or
    /// json, as the name ends; - is stdout
    #[arg(short, long, value_name = "OUT.npz")]
    pub output: Option<PathBuf>,
    /// With -o: the table that csv, tsv or json holds [default: planes of a sweep, curves of
    /// chosen planes]
    #[arg(long, requires = "output", value_parser = table())]
    pub table: Option<TableKind>,
    /// With -o: the format, where the name does not say it
    #[arg(long, requires = "output", value_parser = format_of(&Format::ALL))]
    pub format: Option<Format>,
    /// With -o: replace the file if it exists
    #[arg(long)]
    pub force: bool,
    /// With -o: leave the counts out of OUT.npz
    #[arg(long)]
    pub summary: bool,
    /// Print a summary as JSON
    #[arg(long)]
    pub json: bool,
    /// Threads to compute on [default: all cores]
    #[arg(long, value_name = "T", value_parser = threads)]
    pub threads: Option<usize>,
}

impl InputArgs {
    /// The array of the activations.
    pub fn pick(&self) -> Pick {
        self.reading.pick(self.key.as_deref(), &self.known)
    }

    /// The array of the basis.
    pub fn basis_pick(&self) -> Pick {
        Pick {
            memory_limit: self.reading.memory_limit(),
            ..Pick::key(self.basis_key.as_deref())
        }
    }
}

impl SweepArgs {
    /// The choices that bear on the result.
    pub fn options(&self) -> Options {
        Options {
            max_planes: self.max_planes,
            seed: self
                .max_planes
                .map(|_| self.input.reading.seed.unwrap_or(0)),
            ..self.spotlight.options()
        }
    }
}

impl PlaneArgs {
    /// The choices that bear on the result: a plane that turns downwards is one
    /// of the permutations, whatever is asked for.
    pub fn options(&self) -> Options {
        let mut options = self.spotlight.options();
        if self.plane.iter().any(|plane| plane.i > plane.j) {
            options.planes = PlaneMode::Permutations;
        }
        options
    }
}

fn caption_format() -> impl TypedValueParser<Value = CaptionFormat> {
    PossibleValuesParser::new(CaptionFormat::ALL.map(CaptionFormat::name)).map(|name| {
        let named = |format: &CaptionFormat| format.name() == name;
        let found = CaptionFormat::ALL.into_iter().find(named);
        found.unwrap_or(CaptionFormat::Text)
    })
}

fn table() -> impl TypedValueParser<Value = TableKind> {
    PossibleValuesParser::new(TableKind::ALL.map(TableKind::name)).map(|name| {
        let named = |kind: &TableKind| kind.name() == name;
        TableKind::ALL
            .into_iter()
            .find(named)
            .unwrap_or(TableKind::Planes)
    })
}

fn format_of(formats: &[Format]) -> impl TypedValueParser<Value = Format> {
    let names = formats.iter().map(|format| format.extension());
    PossibleValuesParser::new(names).map(|name| {
        let named = |format: &Format| format.extension() == name;
        Format::ALL.into_iter().find(named).unwrap_or(Format::Npz)
    })
}

fn at_least_one(text: &str) -> Result<usize, String> {
    match whole(text)? {
        0 => Err("at least 1 is needed".to_owned()),
        n => Ok(n),
    }
}

fn rate(text: &str) -> Result<f64, String> {
    let rate = text.parse().ok().filter(|rate| *rate > 0.0 && *rate < 1.0);
    rate.ok_or_else(|| format!("`{text}` is no rate of false discoveries: give one such as 0.05"))
}

fn threads(text: &str) -> Result<usize, String> {
    const MOST: usize = 1024;
    match at_least_one(text)? {
        n if n > MOST => Err(format!("at most {MOST} can be asked for")),
        n => Ok(n),
    }
}

fn whole(text: &str) -> Result<usize, String> {
    text.parse()
        .map_err(|_| format!("`{text}` is no whole number that fits"))
}

fn plane(text: &str) -> Result<Plane, String> {
    let numbers = text.split_once(',').and_then(|(i, j)| {
        let number = |text: &str| text.trim().parse().ok();
        Some(Plane {
            i: number(i)?,
            j: number(j)?,
        })
    });
    match numbers {
        None => Err("give two zero-based neuron numbers, such as 3,7".to_owned()),
        Some(plane) if plane.i == plane.j => Err("a plane needs two different vectors".to_owned()),
        Some(plane) => Ok(plane),
    }
}

fn epsilon_drag(text: &str) -> Result<EpsilonDrag, String> {
    let parts: Vec<&str> = text.split(':').collect();
    let epsilon = |text: &str| Epsilon::new(text.parse().ok()?).ok();
    let drag = match parts[..] {
        [from, to, frames] => epsilon(from).zip(epsilon(to)).zip(frames.parse().ok()),
        _ => None,
    };
    drag.filter(|&(_, frames)| frames > 0)
        .map(|((from, to), frames)| EpsilonDrag { from, to, frames })
        .ok_or_else(|| "give FROM:TO:FRAMES, such as 0.9:0.3:120".to_owned())
}

fn size(text: &str) -> Result<(u32, u32), String> {
    const MOST: u32 = 16_384;
    let lengths = text.split_once('x').and_then(|(width, height)| {
        let length = |text: &str| text.parse().ok().filter(|n| (1..=MOST).contains(n));
        Some((length(width)?, length(height)?))
    });
    lengths.ok_or_else(|| format!("give width x height, such as 1280x800, each from 1 to {MOST}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drag_has_two_ends_and_a_number_of_frames() {
        let drag = epsilon_drag("0.9:-0.25:120").unwrap();
        assert_eq!((drag.from.get(), drag.to.get()), (0.9, -0.25));
        assert_eq!(drag.frames, 120);
        for bad in [
            "0.9:0.3",
            "0.9:0.3:0",
            "0.9:1.5:10",
            "a:b:c",
            "0.9:0.3:10:1",
            "",
        ] {
            assert!(epsilon_drag(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_drag_of_a_test_is_not_in_the_help() {
        let help = <Cli as clap::CommandFactory>::command().render_long_help();
        assert!(!help.to_string().contains("drag"));
    }

    #[test]
    fn paragraphs_of_the_help_are_broken_by_the_terminal_alone() {
        let all = <Cli as clap::CommandFactory>::command();
        for command in all.get_subcommands().chain([&all]) {
            let text = command.get_after_help().map(ToString::to_string);
            let text = text.unwrap_or_default();
            let prose = |line: &str| !line.is_empty() && !line.starts_with("  ");
            let lines: Vec<&str> = text.lines().collect();
            for pair in lines.windows(2) {
                let is_broken = prose(pair[0]) && prose(pair[1]);
                assert!(!is_broken, "{}: {}", command.get_name(), pair[0]);
            }
            let example = |line: &&&str| line.starts_with("  ");
            for line in lines.iter().filter(example) {
                assert!(line.chars().count() <= 100, "{line}");
            }
        }
    }
}
