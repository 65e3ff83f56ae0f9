//! The arguments of `followspot figure`: the options of the export dialog, typed.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::alignment::rotations;
use super::{AmongArgs, ClassArgs, ReadingArgs, angles, at_least_one, mode, plane, threads};
use crate::scene::{AngleUnit, AtlasOrder, Color, ColorMap, ColorScale, PlaneOrder, Quantity};
use crate::session::figure::{
    Axes, Background, DPI_RANGE, FigureView, Height, LegendPlace, Length, Panels, SeriesColors,
    Share, TickDensity, Width,
};
use crate::session::{
    ClassCurves, ClassShare, KernelWidth, Normaliser, ProjectionAs, ProjectionOf, ScaleAxis,
    ScaleQuantity,
};
use crate::srm::{EpsilonChoice, Plane, PlaneMode};

pub(super) const EXAMPLES: &str = "\
Examples:
  followspot figure acts.npy --view polar --plane 3,7 --epsilon 0.9 --width icml-column -o fig.pdf
  followspot figure acts.npy --view ensemble --no-every-plane --title 'relu, *ε* = 0.7' -o fig.svg
  followspot figure acts.npy --view panel --panels 'polar@3:7,heatmap/ensemble,atlas' -o fig.pdf
  followspot figure a.npy b.npy --view panel --panels 'heatmap#1,heatmap#2' --epsilon 0.5 -o ab.pdf
  followspot figure acts.npy --plane 3,7 --labels y.npy --classes stacked -o by-class.pdf
  followspot figure acts.npy --view scale --plane 3,7 --scale-quantity excess -o scale.pdf
  followspot figure acts.npy --view pppm --project all --draw density -o pppm.pdf
  followspot figure acts.npy --view atlas --neurons 0:64,223 -o some.pdf
  followspot figure acts.npy --like fig.pdf -o again.pdf      the same figure once more
  followspot figure acts.npy --view atlas --background dark --dpi 300 -o -      SVG to stdout

Widths: neurips-text, iclr-text (5.5 in), icml-column (3.25 in), icml-text (6.75 in), \
nature-column (89 mm), nature-text (183 mm), slide (16:9), poster (300 mm), or a length in mm, \
in or pt. Titles may hold b_{16}, x^{2} and *italics*. An option that a view has no use for is \
accepted. The file holds what it takes to make it again: followspot open fig.pdf, or drop it on \
the window.";

/// A figure that is asked for. What is left out is as `--like` has it, or as the
/// help says.
#[derive(Debug, Args)]
pub(in crate::cli) struct FigureArgs {
    /// Activations, N × d (.npy, .npz, .safetensors, .pt, .h5, text); several for panels of several
    #[arg(value_name = "ACTS", required = true)]
    pub acts: Vec<PathBuf>,
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
    /// Write the figure there: .svg, .pdf or .png; - writes SVG to stdout
    #[arg(short, long, value_name = "FIG")]
    pub output: PathBuf,
    /// Replace FIG if it exists
    #[arg(long)]
    pub force: bool,
    /// Take every option from an exported figure or a session file
    #[arg(long, value_name = "FIG")]
    pub like: Option<PathBuf>,
    #[command(flatten)]
    pub classes: ClassArgs,
    #[command(flatten)]
    pub class_look: ClassLookArgs,
    #[command(flatten)]
    pub shown: ShownArgs,
    #[command(flatten)]
    pub counted: CountedArgs,
    #[command(flatten)]
    pub look: LookArgs,
    /// Threads to compute on [default: all cores]
    #[arg(long, value_name = "T", value_parser = threads)]
    pub threads: Option<usize>,
}

/// What is shown.
#[derive(Debug, Args)]
#[command(next_help_heading = "What is shown")]
pub(in crate::cli) struct ShownArgs {
    /// What the figure shows [default: polar]
    #[arg(long, value_parser = named(FigureView::ALL, FigureView::name))]
    pub view: Option<FigureView>,
    /// The lobe of an infinitely narrow cluster at a polar plot's peak: nothing finer shows
    #[arg(long)]
    pub expected_resolution: bool,
    /// Behind a polar plot's first curve, where 95% of its curves under K random rotations lie: the
    /// picture if the neurons were nothing special
    #[arg(long, value_name = "K", value_parser = rotations)]
    pub rotations: Option<u32>,
    /// Plane of a polar plot, a scale view or a projection; may be given several times
    /// [default: the most lit one]
    #[arg(long = "plane", value_name = "I,J", value_parser = plane, allow_hyphen_values = true)]
    pub planes: Vec<Plane>,
    /// Panels, row after row: a comma between panels, a slash between rows
    #[arg(long, value_name = "PANELS", value_parser = panels)]
    pub panels: Option<Panels>,
    /// What panels have in common [default: axes]
    #[arg(long, value_parser = named(Share::ALL, Share::name))]
    pub share: Option<Share>,
    /// Axes of an ensemble [default: cartesian]
    #[arg(long, value_parser = named(Axes::ALL, Axes::name))]
    pub axes: Option<Axes>,
    /// Every plane's curve faintly behind an ensemble (the default)
    #[arg(long, overrides_with = "no_every_plane")]
    pub every_plane: bool,
    /// An ensemble of mean and deviation alone
    #[arg(long)]
    pub no_every_plane: bool,
    /// Order of a heatmap's planes [default: peak]
    #[arg(long, value_parser = named(&PlaneOrder::ALL, PlaneOrder::name))]
    pub order: Option<PlaneOrder>,
    /// In a heatmap: only planes whose largest excess over isotropic data is significant at that
    /// rate of false discoveries, such as 0.05
    #[arg(long, value_name = "RATE", value_parser = super::rate)]
    pub significant: Option<f64>,
    /// What colours an atlas [default: alignment]
    #[arg(long, value_parser = named(&Quantity::ALL, Quantity::word))]
    pub quantity: Option<Quantity>,
    /// Order of an atlas [default: index]
    #[arg(long, value_parser = named(&AtlasOrder::ALL, AtlasOrder::word))]
    pub atlas_order: Option<AtlasOrder>,
    /// What a scale view shows [default: fraction]
    #[arg(long, value_parser = named(ScaleQuantity::ALL, ScaleQuantity::name))]
    pub scale_quantity: Option<ScaleQuantity>,
    /// What the vertical axis of a scale view is even in [default: epsilon]
    #[arg(long, value_parser = named(ScaleAxis::ALL, ScaleAxis::name))]
    pub scale_axis: Option<ScaleAxis>,
    /// Scale of a scale view's colours [default: sqrt of a fraction, log of an excess]
    #[arg(long, value_parser = named(&ColorScale::ALL, ColorScale::word))]
    pub scale_colors: Option<ColorScale>,
    /// On which planes samples are projected [default: plane]
    #[arg(long, value_parser = named(ProjectionOf::ALL, ProjectionOf::name))]
    pub project: Option<ProjectionOf>,
    /// How projections are drawn [default: scatter]
    #[arg(long, value_parser = named(ProjectionAs::ALL, ProjectionAs::name))]
    pub draw: Option<ProjectionAs>,
    /// Standard deviation of a density's kernel over the view's radius [default: 0.015]
    #[arg(long, value_name = "WIDTH", value_parser = typed::<KernelWidth>)]
    pub kernel: Option<KernelWidth>,
    /// What a density is divided by [default: isotropic]
    #[arg(long, value_parser = named(Normaliser::ALL, Normaliser::name))]
    pub normaliser: Option<Normaliser>,
    /// Colours of a density [default: magenta]
    #[arg(long, value_parser = named(&ColorMap::ALL, ColorMap::word))]
    pub density_map: Option<ColorMap>,
    /// Scale of a density's colours [default: log]
    #[arg(long, value_parser = named(&ColorScale::ALL, ColorScale::word))]
    pub density_scale: Option<ColorScale>,
}

/// How classes are shown.
#[derive(Debug, Args)]
#[command(next_help_heading = "Classes")]
pub(in crate::cli) struct ClassLookArgs {
    /// Split a polar plot's curve by class [default: overlaid with labels, else off]
    #[arg(long, value_parser = named(ClassCurves::ALL, ClassCurves::name))]
    pub classes: Option<ClassCurves>,
    /// What a class's curve is the fraction of: all samples, or those of the class [default: all]
    #[arg(long, value_parser = named(ClassShare::ALL, ClassShare::name))]
    pub class_share: Option<ClassShare>,
    /// Leave a class out, by name; may be given several times
    #[arg(long, value_name = "CLASS")]
    pub without_class: Vec<String>,
    /// The colour of a class; may be given several times
    #[arg(long, value_name = "CLASS=#rrggbb", value_parser = class_color)]
    pub class_color: Vec<(String, Color)>,
}

/// What is counted.
#[derive(Debug, Args)]
#[command(next_help_heading = "What is counted")]
pub(in crate::cli) struct CountedArgs {
    /// Resolution scale: a cosine, null:SHARE or auto [default: auto]
    #[arg(long, value_name = "EPSILON", allow_hyphen_values = true)]
    pub epsilon: Option<EpsilonChoice>,
    /// Probe angles from 0 to 2π, both ends counted [default: 361]
    #[arg(long, value_name = "A", value_parser = angles)]
    pub angles: Option<usize>,
    /// Planes i < j, or both (i, j) and (j, i) [default: combinations]
    #[arg(long = "planes", value_parser = mode())]
    pub plane_mode: Option<PlaneMode>,
    /// Count the samples in the opposite cone off
    #[arg(long)]
    pub signed: bool,
    #[command(flatten)]
    pub among: AmongArgs,
    /// Sweep at most K planes, drawn at random without replacement
    #[arg(long, value_name = "K", value_parser = at_least_one)]
    pub max_planes: Option<usize>,
}

/// How it looks.
#[allow(clippy::struct_excessive_bools)] // each is a switch of its own
#[derive(Debug, Args)]
#[command(next_help_heading = "How it looks")]
pub(in crate::cli) struct LookArgs {
    /// Width of the page: a venue's or a length [default: neurips-text]
    #[arg(long, value_name = "WIDTH", value_parser = typed::<Width>)]
    pub width: Option<Width>,
    /// Height of the page: a length [default: what suits the view]
    #[arg(long, value_name = "LENGTH", value_parser = typed::<Length>)]
    pub height: Option<Length>,
    /// Height of the page by its width, such as 4:3
    #[arg(long, value_name = "W:H", value_parser = aspect, conflicts_with = "height")]
    pub aspect: Option<Height>,
    /// Text in points [default: 8, or as the width's venue asks]
    #[arg(long, value_name = "PT")]
    pub font_size: Option<f32>,
    /// Curves in points [default: 1]
    #[arg(long, value_name = "PT")]
    pub line_width: Option<f32>,
    /// A font of your own, TrueType or OpenType
    #[arg(long, value_name = "FONT.ttf")]
    pub font: Option<PathBuf>,
    /// Colour map [default: viridis]
    #[arg(long, value_parser = named(&ColorMap::ALL, ColorMap::word))]
    pub color_map: Option<ColorMap>,
    /// Scale of the colours [default: linear]
    #[arg(long, value_parser = named(&ColorScale::ALL, ColorScale::word))]
    pub color_scale: Option<ColorScale>,
    /// Colours of curves and classes: okabe-ito, tol-bright, tol-muted, or your own (#0072b2,#d55e00)
    #[arg(long, value_name = "COLORS", value_parser = typed::<SeriesColors>)]
    pub class_colors: Option<SeriesColors>,
    /// What lies behind [default: light]
    #[arg(long, value_parser = named(Background::ALL, Background::name))]
    pub background: Option<Background>,
    /// A title above
    #[arg(long, value_name = "TEXT")]
    pub title: Option<String>,
    /// A sentence below that says what was counted
    #[arg(long)]
    pub caption: bool,
    /// No grid lines
    #[arg(long)]
    pub no_grid: bool,
    /// Unit of angles [default: pi]
    #[arg(long, value_parser = named(&AngleUnit::ALL, AngleUnit::word))]
    pub angle_unit: Option<AngleUnit>,
    /// How many ticks [default: normal]
    #[arg(long, value_parser = named(TickDensity::ALL, TickDensity::name))]
    pub ticks: Option<TickDensity>,
    /// Where the legend stands [default: auto]
    #[arg(long, value_parser = named(LegendPlace::ALL, LegendPlace::name))]
    pub legend: Option<LegendPlace>,
    /// Pixels an inch of PNG, and at most so many of images within SVG and PDF [default: 600]
    #[arg(long, value_name = "DPI",
          value_parser = clap::value_parser!(u32).range(i64::from(*DPI_RANGE.start())..=i64::from(*DPI_RANGE.end())))]
    pub dpi: Option<u32>,
    /// Let the file say when it was made; SOURCE_DATE_EPOCH is honoured
    #[arg(long)]
    pub date: bool,
}

/// At least one panel.
fn panels(text: &str) -> Result<Panels, String> {
    if text.trim().is_empty() {
        return Err("give at least one panel, such as polar@3:7".to_owned());
    }
    typed(text)
}

/// A value with a text form.
fn typed<T: FromStr<Err: fmt::Display>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|e: T::Err| e.to_string())
}

fn class_color(text: &str) -> Result<(String, Color), String> {
    let parts = text.rsplit_once('=');
    let color = parts.and_then(|(class, hex)| Some((class.to_owned(), Color::from_hex(hex)?)));
    color.ok_or_else(|| format!("`{text}` is no class with its colour: write 7=#d55e00"))
}

fn aspect(text: &str) -> Result<Height, String> {
    match typed(text)? {
        ratio @ Height::Aspect { .. } => Ok(ratio),
        _ => Err(format!("`{text}` is no ratio: give one such as 4:3")),
    }
}

/// A value that has a name.
pub(super) fn named<T: Copy + Send + Sync>(
    all: &'static [T],
    name: fn(T) -> &'static str,
) -> impl TypedValueParser<Value = T> {
    let names: Vec<&'static str> = all.iter().map(|&value| name(value)).collect();
    PossibleValuesParser::new(names).try_map(move |typed| {
        let found = all.iter().find(|&&value| name(value) == typed);
        found
            .copied()
            .ok_or_else(|| format!("`{typed}` is not one of them"))
    })
}
