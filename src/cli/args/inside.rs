//! The arguments of `followspot samples` and `followspot directions`.

use std::path::PathBuf;

use clap::Args;

use super::{ClassArgs, ConeArgs, InputArgs, at_least_one, plane, threads};
use crate::srm::{Plane, Pole, Side};

pub(in crate::cli) const SAMPLES_EXAMPLES: &str = "\
Examples:
  followspot samples acts.npy --plane 3,7 --angle 0 --epsilon 0.9 > inside.tsv
  followspot samples acts.npy --plane 3,7 --angle 1.57rad --labels y.npy --json
  followspot samples acts.npy --direction -16 --epsilon 0.7 --ids rows.npy
  followspot samples acts.npy --direction +16 --epsilon 0.7 --activations inside.npy
Read in Python:
  rows = numpy.load('rows.npy'); inside = numpy.load('acts.npy')[rows]";

pub(in crate::cli) const DIRECTIONS_EXAMPLES: &str = "\
Examples:
  followspot directions acts.npy --epsilon 0.7 --top 10
  followspot directions acts.npy --epsilon 0.7 --labels y.npy --class-names names.txt
  followspot directions acts.npy --labels y.npy --json | jq '.[] | select(.p < 0.01)'

p_null is the chance that as many or more of isotropic data are about the direction. With \
labels, class_lit are the samples of the most common class (class) among those lit, precision is \
their share of them, recall their share of the class, and p the chance that so many are there, \
adjusted. Numbers keep every digit; TSV has a p below the smallest double, too (1.2e-456), JSON \
has 0 for it beside its logarithm: log10_p and log10_p_null.";

#[derive(Debug, Args)]
pub(in crate::cli) struct SamplesArgs {
    #[command(flatten)]
    pub input: InputArgs,
    #[command(flatten)]
    pub aim: AimArgs,
    /// Angle of the spotlight in the plane, in degrees unless it ends in rad
    /// [default: where the plane's curve is largest, on steps of 1°]
    #[arg(long, value_name = "ANGLE", value_parser = angle_rad, allow_hyphen_values = true,
          requires = "plane", conflicts_with = "direction")]
    pub angle: Option<f64>,
    #[command(flatten)]
    pub cone: ConeArgs,
    #[command(flatten)]
    pub classes: ClassArgs,
    /// Write the numbers of the array's rows that are inside: .npy (int64) or .csv; no list is
    /// printed then, unless --json asks for it
    #[arg(long, value_name = "OUT.npy|OUT.csv")]
    pub ids: Option<PathBuf>,
    /// Write the activations of those inside, in the order of the list and the array's dtype; no
    /// list is printed then, unless --json asks for it
    #[arg(long, value_name = "OUT.npy")]
    pub activations: Option<PathBuf>,
    /// With --ids or --activations: replace files that exist
    #[arg(long)]
    pub force: bool,
    /// Print a JSON list of {row, cosine, norm, label}
    #[arg(long)]
    pub json: bool,
    /// Threads to compute on [default: all cores]
    #[arg(long, value_name = "T", value_parser = threads)]
    pub threads: Option<usize>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct DirectionsArgs {
    #[command(flatten)]
    pub input: InputArgs,
    #[command(flatten)]
    pub cone: ConeArgs,
    #[command(flatten)]
    pub classes: ClassArgs,
    /// Only the K most lit directions
    #[arg(long, value_name = "K", value_parser = at_least_one)]
    pub top: Option<usize>,
    /// Print a JSON list of {neuron, sign, lit, share, null_share, p_null, log10_p_null, class,
    /// class_lit, precision, recall, p, log10_p}
    #[arg(long)]
    pub json: bool,
    /// Threads to compute on [default: all cores]
    #[arg(long, value_name = "T", value_parser = threads)]
    pub threads: Option<usize>,
}

/// Where the spotlight points.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(in crate::cli) struct AimArgs {
    /// Zero-based numbers of the plane's two vectors; the angle is from I towards J
    #[arg(long, value_name = "I,J", value_parser = plane, allow_hyphen_values = true)]
    pub plane: Option<Plane>,
    /// Instead of a plane: along a neuron or against it, +16 or -16; with --basis along a vector
    #[arg(long, value_name = "±K", value_parser = pole, allow_hyphen_values = true)]
    pub direction: Option<Pole>,
}

/// An angle in radians, as people type it.
fn angle_rad(text: &str) -> Result<f64, String> {
    let bad = || format!("`{text}` is no angle: give degrees (90, -45.5) or radians (1.57rad)");
    let text = text.trim();
    let number = |text: &str| text.trim().parse::<f64>().ok();
    let angle = if let Some(radians) = text.strip_suffix("rad") {
        number(radians)
    } else {
        let degrees = text.strip_suffix("deg").or(text.strip_suffix('°'));
        number(degrees.unwrap_or(text)).map(f64::to_radians)
    };
    angle.filter(|angle| angle.is_finite()).ok_or_else(bad)
}

fn pole(text: &str) -> Result<Pole, String> {
    let text = text.trim();
    let (side, number) = match text.strip_prefix(['-', '−']) {
        Some(number) => (Side::Minus, number),
        None => (Side::Plus, text.strip_prefix('+').unwrap_or(text)),
    };
    let plain = number.chars().all(|c| c.is_ascii_digit());
    match number.parse() {
        Ok(vector) if plain => Ok(Pole { vector, side }),
        _ => Err(format!(
            "`{text}` is no direction: give the neuron's number with its sign, +16 or -16"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn angles_are_degrees_unless_they_say_so() {
        let grid = crate::srm::AngleGrid::new(361).unwrap();
        for k in 0..360 {
            // To the bit, so that a sample on the edge is in the list if it is in the curve.
            assert_eq!(angle_rad(&k.to_string()), Ok(grid.angle_rad(k)));
        }
        assert_eq!(angle_rad("-1.5rad"), Ok(-1.5));
        assert_eq!(angle_rad("2 rad"), Ok(2.0));
        assert_eq!(angle_rad("180°"), Ok(std::f64::consts::PI));
        assert_eq!(angle_rad("180deg"), Ok(std::f64::consts::PI));
        for bad in ["", "rad", "north", "nan", "inf", "1e400", "90degrees"] {
            assert!(angle_rad(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_direction_is_a_number_with_its_sign() {
        let is = |text: &str| pole(text).unwrap().to_string();
        assert_eq!([is("16"), is("+0"), is("-3")], ["+b16", "+b0", "−b3"]);
        for bad in ["", "-", "--3", "+-3", "1.5", "b3", "4294967296"] {
            assert!(pole(bad).is_err(), "{bad}");
        }
    }
}
