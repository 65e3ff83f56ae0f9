//! The arguments that say what is counted: how wide the spotlight is, where it points, and
//! in which planes.

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::whole;
use crate::session::Options;
use crate::srm::{AngleGrid, EpsilonChoice, NeuronChoice, PlaneMode, Ranges, RangesError};

/// What a sweep counts.
#[derive(Debug, Args)]
pub(in crate::cli) struct SpotlightArgs {
    #[command(flatten)]
    pub cone: ConeArgs,
    #[command(flatten)]
    pub probes: ProbeArgs,
    /// Planes i < j, or both (i, j) and (j, i)
    #[arg(long, default_value = "combinations", value_parser = mode())]
    pub planes: PlaneMode,
}

/// How wide the spotlight is, and among which vectors planes are made.
#[derive(Debug, Args)]
pub(in crate::cli) struct ConeArgs {
    /// Resolution scale: a cosine from -1 to 1; null:SHARE, which lights that share of isotropic
    /// data; or auto, the tightest that lights half of the samples, but at most 0.9
    #[arg(
        long,
        value_name = "EPSILON",
        default_value = "auto",
        allow_hyphen_values = true
    )]
    pub epsilon: EpsilonChoice,
    #[command(flatten)]
    pub among: AmongArgs,
}

/// Where the spotlight is put in a plane, and what the opposite cone is for.
#[derive(Debug, Args)]
pub(in crate::cli) struct ProbeArgs {
    /// Probe angles from 0 to 2π, both ends counted
    #[arg(long, value_name = "A", default_value_t = Options::default().angles, value_parser = angles)]
    pub angles: usize,
    /// Count the samples in the opposite cone off
    #[arg(long)]
    pub signed: bool,
}

/// Among which vectors planes are made.
#[derive(Debug, Args)]
pub(in crate::cli) struct AmongArgs {
    /// Make planes among these neurons only, numbered from 0: single ones and slices that leave
    /// their end out, as in Python (0:64,223). Norms are still over all neurons. With --basis they
    /// are the numbers of its vectors
    #[arg(long, value_name = "NEURONS", value_parser = ranges, allow_hyphen_values = true)]
    pub neurons: Option<Ranges>,
    /// Make no plane with these neurons, numbered likewise (63,223)
    #[arg(long, value_name = "NEURONS", value_parser = ranges, allow_hyphen_values = true)]
    pub without_neurons: Option<Ranges>,
}

impl SpotlightArgs {
    /// The choices that bear on the result.
    pub fn options(&self) -> Options {
        Options {
            angles: self.probes.angles,
            signed: self.probes.signed,
            planes: self.planes,
            ..self.cone.options()
        }
    }
}

impl ConeArgs {
    /// The choices that bear on the result.
    pub fn options(&self) -> Options {
        Options {
            epsilon: self.epsilon,
            neurons: self.among.choice(),
            ..Options::default()
        }
    }
}

impl AmongArgs {
    /// Which are left.
    pub fn choice(&self) -> NeuronChoice {
        NeuronChoice {
            only: self.neurons.clone(),
            without: self.without_neurons.clone(),
        }
    }
}

fn ranges(text: &str) -> Result<Ranges, String> {
    text.parse().map_err(|e: RangesError| e.to_string())
}

pub(super) fn mode() -> impl TypedValueParser<Value = PlaneMode> {
    let modes = [PlaneMode::Combinations, PlaneMode::Permutations];
    PossibleValuesParser::new(modes.map(PlaneMode::name)).map(move |name| {
        modes
            .into_iter()
            .find(|mode| mode.name() == name)
            .unwrap_or_default()
    })
}

pub(super) fn angles(text: &str) -> Result<usize, String> {
    let count = whole(text)?;
    match AngleGrid::new(count) {
        Ok(_) => Ok(count),
        Err(e) => Err(e.to_string()),
    }
}
