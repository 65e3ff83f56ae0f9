//! The command line that makes a result again, for a POSIX shell: what differs from
//! the defaults, file names as they are found from the folder of the activations.

use std::path::Path;

use super::figure::{FigureSpec, Height};
use super::look::{
    ClassCurves, ClassShare, Normaliser, ProjectionLook, Rotations, ScaleLook, ScaleQuantity,
};
use super::options::Options;
use super::record::{CompanionRole, LayerRecord, Session, View};
use crate::data::ReadAs;
use crate::scene::{AngleUnit, AtlasOrder, ColorMap, ColorScale, PlaneOrder, Quantity};
use crate::srm::{EpsilonChoice, PlaneMode};

/// Counts above this are left out of the file, as the command line asks for.
const MOST_COUNTS_BYTES: u64 = 4_000_000_000;

/// Bytes that a count takes in the file, at most.
const COUNT_BYTES: u64 = 8;

/// `text` as one word of a POSIX shell: as it is where nothing in it means
/// anything to the shell, else in single quotes.
#[must_use]
pub fn quote(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_@%+=:,./-".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// A file as an argument: one whose name begins like an option is named from its
/// folder.
#[must_use]
pub fn file_argument(name: &str) -> String {
    let dash = if name.starts_with('-') { "./" } else { "" };
    quote(&format!("{dash}{name}"))
}

/// The command that sweeps the shown layer of a session as it was swept, to be run
/// in the folder of its activations. `None` where no layer is open.
#[must_use]
pub fn sweep_command(session: &Session) -> Option<String> {
    let layer = session.layer()?;
    let options = &session.options;
    let mut words = words("sweep", layer);
    words.extend(option_words(options));
    words.extend(draw_words(session, layer));
    if counts_bytes(layer, options) > MOST_COUNTS_BYTES {
        words.push("--summary".to_owned());
    }
    let out = format!("{}-srm.npz", stem(&layer.source.file_name));
    words.push(format!("-o {}", file_argument(&out)));
    Some(words.join(" "))
}

/// The command that prints the curve of the selected plane, likewise. `None` where
/// no layer is open or no plane selected.
#[must_use]
pub fn plane_command(session: &Session) -> Option<String> {
    let layer = session.layer()?;
    let [i, j] = session.view.plane?;
    let mut words = words("plane", layer);
    words.push(format!("--plane {i},{j}"));
    words.extend(option_words(&session.options));
    let seed = layer.source.read_as.seed.filter(|&seed| seed != 0);
    words.extend(seed.map(|seed| format!("--seed {seed}")));
    Some(words.join(" "))
}

/// The command that draws the session's figure, likewise, as a file of that kind
/// (`pdf`, `svg`, `png`). `None` where no layer is open.
#[must_use]
pub fn figure_command(session: &Session, extension: &str) -> Option<String> {
    let layer = session.layer()?;
    let mut words = words("figure", layer);
    let used = session.figure_layers();
    if used.len() > 1 {
        // Every file, in the order in which the panels count them.
        let files = used
            .iter()
            .map(|layer| file_argument(&layer.source.file_name));
        words.splice(2..3, files);
    }
    words.push(format!("--view {}", session.figure.view));
    for [i, j] in session.view.plane.iter().chain(&session.view.pins) {
        words.push(format!("--plane {i},{j}"));
    }
    words.extend(option_words(&session.options));
    words.extend(draw_words(session, layer));
    words.extend(view_words(&session.view));
    words.extend(class_words(session));
    words.extend(figure_words(&session.figure));
    let out = format!(
        "{}-{}.{extension}",
        stem(&layer.source.file_name),
        session.figure.view
    );
    words.push(format!("-o {}", file_argument(&out)));
    Some(words.join(" "))
}

/// What is looked at, where it is not the command line's default.
fn view_words(view: &View) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = |name: &str, value: &str, default: &str| {
        if value != default {
            words.push(option(name, value));
        }
    };
    word("--order", view.order.name(), PlaneOrder::default().name());
    word("--color-map", view.map.word(), ColorMap::default().word());
    word(
        "--color-scale",
        view.scale.word(),
        ColorScale::default().word(),
    );
    word(
        "--quantity",
        view.quantity.word(),
        Quantity::default().word(),
    );
    word(
        "--atlas-order",
        view.atlas_order.word(),
        AtlasOrder::default().word(),
    );
    word("--angle-unit", view.unit.word(), AngleUnit::Pi.word());
    let (look, default) = (&view.scales, ScaleLook::default());
    let [quantity, usual] = [look.quantity, default.quantity].map(ScaleQuantity::name);
    word("--scale-quantity", quantity, usual);
    word("--scale-axis", look.axis.name(), default.axis.name());
    if let Some(scale) = look.color_scale {
        word("--scale-colors", scale.word(), "");
    }
    let (look, default) = (&view.projection, ProjectionLook::default());
    word("--project", look.of.name(), default.of.name());
    word("--draw", look.drawn.name(), default.drawn.name());
    let [width, usual] = [look.kernel, default.kernel].map(|width| width.to_string());
    word("--kernel", &width, &usual);
    let [by, usual] = [look.normaliser, default.normaliser].map(Normaliser::name);
    word("--normaliser", by, usual);
    word("--density-map", look.map.word(), default.map.word());
    word("--density-scale", look.scale.word(), default.scale.word());
    words
}

/// The labels, and how classes are shown.
fn class_words(session: &Session) -> Vec<String> {
    let look = &session.view.classes;
    let file = |role: CompanionRole| {
        let mut all = session.companions.iter();
        all.find(|one| one.role == role)
            .map(|one| file_argument(&one.file_name))
    };
    let mut words = Vec::new();
    if let Some(labels) = file(CompanionRole::Labels) {
        // A label column of the activations comes along by itself.
        let layers = session.layers.iter();
        let mut own = layers.map(|layer| file_argument(&layer.source.file_name));
        if !own.any(|own| own == labels) {
            words.push(format!("--labels {labels}"));
        }
        let names = file(CompanionRole::ClassNames);
        words.extend(names.map(|names| format!("--class-names {names}")));
        words.push(format!("--classes {}", look.curves));
    }
    // What is stacked is of all samples, whatever was chosen for overlaid curves.
    let stacked = look.curves == ClassCurves::Stacked && !session.options.signed;
    if look.share != ClassShare::default() && !stacked {
        words.push(format!("--class-share {}", look.share));
    }
    let hidden = look.hidden.iter();
    words.extend(hidden.map(|class| option("--without-class", class)));
    let colors = look.colors.iter();
    words.extend(
        colors.map(|(class, color)| option("--class-color", &format!("{class}={}", color.hex()))),
    );
    if session.view.chance.resolution {
        words.push("--expected-resolution".to_owned());
    }
    if let Some(Rotations { count, seed }) = session.view.chance.rotations {
        words.push(format!("--rotations {count}"));
        // Where anything else is drawn, its seed is there already.
        let draws = |layer: &LayerRecord| layer.source.read_as.seed.is_some();
        let drawn = session.options.max_planes.is_some() || session.layer().is_some_and(draws);
        if !drawn && seed != 0 {
            words.push(format!("--seed {seed}"));
        }
    }
    words
}

/// How a figure looks, where it is not the default.
fn figure_words(figure: &FigureSpec) -> Vec<String> {
    let default = FigureSpec::default();
    let mut words = Vec::new();
    let mut word = |name: &str, value: String, default: String| {
        if value != default {
            words.push(option(name, &value));
        }
    };
    word(
        "--panels",
        figure.panels.to_string(),
        default.panels.to_string(),
    );
    word(
        "--share",
        figure.share.to_string(),
        default.share.to_string(),
    );
    word("--axes", figure.axes.to_string(), default.axes.to_string());
    word(
        "--width",
        figure.width.to_string(),
        default.width.to_string(),
    );
    match figure.height {
        Height::Auto => {}
        height @ Height::Own(_) => word("--height", height.to_string(), String::new()),
        height @ Height::Aspect { .. } => word("--aspect", height.to_string(), String::new()),
    }
    let points = |size: Option<f32>| size.map_or_else(String::new, |size| size.to_string());
    word("--font-size", points(figure.font_pt), String::new());
    word("--line-width", points(figure.line_pt), String::new());
    word(
        "--class-colors",
        figure.colors.to_string(),
        default.colors.to_string(),
    );
    let background = figure.background.to_string();
    word("--background", background, default.background.to_string());
    word("--title", figure.title.clone(), String::new());
    word(
        "--ticks",
        figure.ticks.to_string(),
        default.ticks.to_string(),
    );
    word(
        "--legend",
        figure.legend.to_string(),
        default.legend.to_string(),
    );
    word("--dpi", figure.dpi.to_string(), default.dpi.to_string());
    if let Some(font) = &figure.font {
        word("--font", format!("{}.ttf", font.family), String::new());
    }
    let switches = [
        (!figure.every_plane, "--no-every-plane"),
        (figure.caption, "--caption"),
        (!figure.grid, "--no-grid"),
        (figure.date, "--date"),
    ];
    let on = switches.into_iter().filter(|(on, _)| *on);
    words.extend(on.map(|(_, word)| word.to_owned()));
    words
}

/// The subcommand and what it reads.
fn words(subcommand: &str, layer: &LayerRecord) -> Vec<String> {
    let mut words = vec!["followspot".to_owned(), subcommand.to_owned()];
    words.extend(input_words(layer));
    words
}

/// What is read: the activations, and the basis where there is one.
#[must_use]
pub fn input_words(layer: &LayerRecord) -> Vec<String> {
    let mut words = vec![file_argument(&layer.source.file_name)];
    words.extend(layer.source.key.as_ref().map(|key| option("--key", key)));
    words.extend(reading_words(&layer.source.read_as));
    if let Some(basis) = &layer.basis {
        let name = layer.basis_path.as_deref().unwrap_or(&basis.file_name);
        words.push(format!("--basis {}", file_argument(name)));
        words.extend(basis.key.as_ref().map(|key| option("--basis-key", key)));
    }
    words
}

/// How the activations are read, where not as they are.
fn reading_words(read_as: &ReadAs) -> Vec<String> {
    let mut words = Vec::from_iter(read_as.stack.then(|| "--stack".to_owned()));
    let mut word = |name, value: Option<String>| {
        words.extend(value.map(|value| option(name, &value)));
    };
    word("--flatten", read_as.flatten.map(|f| f.to_string()));
    word("--channels", read_as.channels.map(|c| c.to_string()));
    word("--rows", read_as.rows.map(|rows| rows.to_string()));
    word("--sample-rows", read_as.sample_rows.map(|n| n.to_string()));
    word("--center", read_as.center.map(|center| center.to_string()));
    words
}

/// What is drawn at random beside the rows, and the seed of both.
fn draw_words(session: &Session, layer: &LayerRecord) -> Vec<String> {
    let options = &session.options;
    let planes = options
        .max_planes
        .map(|most| format!("--max-planes {most}"));
    let of_planes = options.seed.filter(|_| planes.is_some());
    let seed = of_planes.or(layer.source.read_as.seed);
    let seed = seed.filter(|&seed| seed != 0);
    let seed = seed.map(|seed| format!("--seed {seed}"));
    planes.into_iter().chain(seed).collect()
}

/// What is counted, where it is not the default.
#[must_use]
pub fn option_words(options: &Options) -> Vec<String> {
    let default = Options::default();
    let mut words = Vec::new();
    if options.epsilon != EpsilonChoice::Auto {
        words.push(format!("--epsilon {}", options.epsilon));
    }
    if options.angles != default.angles {
        words.push(format!("--angles {}", options.angles));
    }
    if options.planes != default.planes {
        words.push(format!("--planes {}", options.planes.name()));
    }
    if options.signed {
        words.push("--signed".to_owned());
    }
    let neurons = &options.neurons;
    let only = neurons
        .only
        .as_ref()
        .map(|only| format!("--neurons {only}"));
    let without = neurons.without.as_ref();
    let without = without.map(|without| format!("--without-neurons {without}"));
    words.extend(only.into_iter().chain(without));
    words
}

/// An option with a value that may begin like an option itself.
fn option(name: &str, value: &str) -> String {
    if value.starts_with('-') {
        quote(&format!("{name}={value}"))
    } else {
        format!("{name} {}", quote(value))
    }
}

/// Bytes of counts that a sweep would write, at most.
fn counts_bytes(layer: &LayerRecord, options: &Options) -> u64 {
    let vectors = layer
        .basis
        .as_ref()
        .map_or(layer.source.shape[1], |basis| basis.shape[0]);
    let vectors = options.neurons.count(vectors).unwrap_or(vectors) as u64;
    let pairs = vectors.saturating_mul(vectors.saturating_sub(1));
    let planes = match options.planes {
        PlaneMode::Combinations => pairs / 2,
        PlaneMode::Permutations => pairs,
    };
    let planes = options
        .max_planes
        .map_or(planes, |most| planes.min(most as u64));
    planes
        .saturating_mul(options.angles as u64)
        .saturating_mul(COUNT_BYTES)
}

fn stem(file_name: &str) -> String {
    let stem = Path::new(file_name).file_stem();
    stem.map_or_else(|| file_name.to_owned(), |stem| stem.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::super::{BasisSource, Source, View};
    use super::*;
    use crate::data::ReadAs;
    use crate::srm::NeuronChoice;

    fn session() -> Session {
        let source = Source {
            file_name: "layer3.npy".to_owned(),
            sha256: None,
            key: None,
            shape: [20, 6],
            array_shape: None,
            read_as: ReadAs::default(),
            dtype: "float32".to_owned(),
            excluded_rows: 0,
            zero_rows: 0,
        };
        let layer = LayerRecord::new(source, None);
        let view = View {
            plane: Some([3, 5]),
            ..View::default()
        };
        Session::new(vec![layer], 0, Options::default(), view)
    }

    #[test]
    fn only_what_is_not_the_default_is_said() {
        let check = |session: &Session, sweep: &str, plane: &str| {
            assert_eq!(sweep_command(session).as_deref(), Some(sweep));
            assert_eq!(plane_command(session).as_deref(), Some(plane));
        };
        let mut session = session();
        check(
            &session,
            "followspot sweep layer3.npy -o layer3-srm.npz",
            "followspot plane layer3.npy --plane 3,5",
        );
        session.options.epsilon = "-0.4".parse().unwrap();
        session.options.angles = 100;
        session.options.planes = PlaneMode::Permutations;
        session.options.signed = true;
        session.options.max_planes = Some(7);
        session.options.seed = Some(2);
        session.options.neurons = NeuronChoice {
            only: Some("4,0:3".parse().unwrap()),
            without: Some("1".parse().unwrap()),
        };
        session.layers[0].source.file_name = "it's 3.npz".to_owned();
        session.layers[0].source.key = Some("-x".to_owned());
        session.layers[0].basis = Some(BasisSource {
            file_name: "b.npz".to_owned(),
            sha256: None,
            key: Some("a b".to_owned()),
            shape: [9, 6],
        });
        let options = "--epsilon -0.4 --angles 100 --planes permutations --signed \
                       --neurons 0:3,4 --without-neurons 1";
        let input = r"'it'\''s 3.npz' --key=-x --basis b.npz --basis-key 'a b'";
        check(
            &session,
            &format!(
                "followspot sweep {input} {options} --max-planes 7 --seed 2 -o 'it'\\''s 3-srm.npz'"
            ),
            &format!("followspot plane {input} --plane 3,5 {options}"),
        );
        assert_eq!(
            sweep_command(&Session::new(
                Vec::new(),
                0,
                Options::default(),
                View::default()
            )),
            None
        );
    }

    #[test]
    fn counts_that_would_be_refused_are_left_out() {
        let mut session = session();
        session.layers[0].source.shape[1] = 4096;
        let command = sweep_command(&session).unwrap();
        assert!(command.contains(" --summary -o"), "{command}");
        // Among few neurons there are few of them.
        session.options.neurons.only = Some("0:64".parse().unwrap());
        let command = sweep_command(&session).unwrap();
        assert!(command.contains(" --neurons 0:64 -o"), "{command}");
    }

    #[test]
    fn a_name_is_one_word_and_no_option() {
        for (name, expected) in [
            ("a.npy", "a.npy"),
            ("a b.npy", "'a b.npy'"),
            ("$(x);&é~.npy", "'$(x);&é~.npy'"),
            ("-o.npy", "./-o.npy"),
            ("", "''"),
        ] {
            assert_eq!(file_argument(name), expected);
        }
    }
}
