//! `followspot figure`: a figure for a paper.

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use super::args::{FigureArgs, InputArgs};
use super::classes::Labelling;
use super::failure::Failure;
use super::input::{Hashes, Layer};
use super::interrupt::Interrupt;
use super::progress::Progress;
use super::{like, report, significant};
use crate::data::{Dump, ReadAs};
use crate::figure::{
    self, Date, Figure, FigureFailure, FigureLayer, Format, OTHER_SAMPLES, ROTATING, Watch, gather,
    prepare, share_shown, shows_all, shows_view, splits_curves,
};
use crate::scene::{AngleUnit, Fonts};
use crate::session::figure::{FigureSpec, Height};
use crate::session::{
    ClassCurves, ClassShare, FigureView, LayerRecord, Options, Rotations, ScaleQuantity, Session,
    View,
};
use crate::srm::{Classes, LEAST_FOR_BAND, range_coverage};
use crate::table::OutFile;

/// Why signed counts have no excess.
const SIGNED_EXCESS: &str = "isotropic data light as much towards a probe as opposite it, so signed \
     counts have no excess over them: take --scale-quantity fraction, or leave --signed out";

pub(super) fn run(args: &FigureArgs, interrupt: &Interrupt) -> Result<(), Failure> {
    let format = if is_stdout(args) {
        Format::Svg
    } else {
        let format = Format::of_path(&args.output)?;
        // Refused early, before anything is computed.
        drop(OutFile::create(&args.output, args.force)?);
        format
    };
    let like = match &args.like {
        Some(path) => Some(Session::read(path).map_err(|e| Failure::Data(e.to_string()))?),
        None => None,
    };
    if let Some(basis) = like.as_ref().and_then(|like| like.layer()?.basis.as_ref())
        && args.basis.is_none()
    {
        return Err(Failure::Usage(format!(
            "the figure to be like was made in the basis {}: give it with --basis",
            basis.file_name
        )));
    }
    let draws = args.shown.rotations.map(|rotations| rotations as usize);
    args.reading.check(args.counted.max_planes.or(draws))?;
    let mut session = session(args, like.as_ref());
    if args.shown.significant.is_some() && session.options.signed {
        return Err(Failure::Usage(significant::NOT_OF_SIGNED.to_owned()));
    }
    let excess = session.view.scales.quantity == ScaleQuantity::Excess;
    if excess && session.options.signed && shows_view(&session, FigureView::Scale) {
        return Err(Failure::Usage(SIGNED_EXCESS.to_owned()));
    }
    goes_together(args, &session)?;
    let mut layers = Vec::new();
    let mut hashes = Vec::new();
    for (place, acts) in args.acts.iter().enumerate() {
        let record = like.as_ref().and_then(|like| like.layers.get(place));
        let key = record.and_then(|layer| layer.source.key.clone());
        let basis_key = record.and_then(|layer| layer.basis.as_ref()?.key.clone());
        let input = InputArgs {
            acts: acts.clone(),
            key: args.key.clone().or(key),
            basis: args.basis.clone(),
            basis_key: args.basis_key.clone().or(basis_key),
            reading: args.reading.clone(),
            known: record.map_or_else(ReadAs::default, |layer| layer.source.read_as.clone()),
        };
        let layer = Layer::read(&input, interrupt)?;
        hashes.push(Hashes::start(&input, &layer, interrupt));
        layer.say_ground(&session.options)?;
        layers.push(layer);
    }
    let mut fonts = Fonts::default();
    if let Some(path) = &args.look.font {
        let (own, record) = figure::read_font(path)?;
        session.figure.font = Some(record);
        fonts.own = Some(own);
    } else if let Some(font) = session.figure.font.take() {
        report::note(&format!(
            "the figure was set in {}: give its file with --font; the bundled font takes its place",
            font.family
        ));
    }
    let mut sources = sources(args, &layers, like.as_ref(), &mut session, interrupt)?;
    session.layers = layers.iter().map(record).collect();
    session.shown = session.shown.min(session.layers.len() - 1);
    shows_all(&session)?;
    say_of_rotations(&session);
    // A bar to be wiped, and then a file.
    interrupt.tidy_up_first();
    let mut bar = Bar::default();
    prepare(&mut session, &mut sources, &mut bar, interrupt.flag())?;
    let material = gather(&session, &mut sources, &mut bar, interrupt.flag())?;
    drop(bar);
    for ((layer, hashes), record) in layers.iter_mut().zip(hashes).zip(&mut session.layers) {
        hashes.join(layer)?;
        record.source = layer.source.clone();
        record.basis.clone_from(&layer.basis);
    }
    let date = if session.figure.date {
        Some(Date::now().map_err(FigureFailure::Date)?)
    } else {
        None
    };
    let drawn = Figure::draw(&session, &material, &fonts, date)?;
    if let Some((like, path)) = like.as_ref().zip(args.like.as_deref()) {
        like::say_what_differs(like, path, &session);
    }
    say_missing_letters(drawn.missing_letters());
    let bytes = drawn.encode(format)?;
    if is_stdout(args) {
        return report::to_stdout(|out| out.write_all(&bytes));
    }
    write(&args.output, args.force, &bytes, interrupt)?;
    let [width, height] = drawn.size_mm();
    report::say(&format!(
        "{}: {width:.1} × {height:.1} mm; {}",
        args.output.display(),
        drawn.stamp().description
    ));
    Ok(())
}

/// The layers with the classes of their samples, where they have some.
fn sources(
    args: &FigureArgs,
    layers: &[Layer],
    like: Option<&Session>,
    session: &mut Session,
    interrupt: &Interrupt,
) -> Result<Vec<FigureLayer>, Failure> {
    let dumps: Vec<&Dump> = layers.iter().map(|layer| &layer.dump).collect();
    let limit = args.reading.memory_limit();
    let classes = like::classes(args, like, &dumps, session, interrupt.flag())?;
    let labelling = Labelling::read(&classes, &dumps, limit, interrupt.flag())?;
    let splits = args.class_look.classes.is_some() || splits_curves(session);
    let look = &mut session.view.classes;
    if let Some(labelling) = &labelling {
        report::note(&labelling.says());
        if args.class_look.classes.is_none() && like.is_none() {
            look.curves = ClassCurves::Overlaid;
        }
        session.companions = labelling.records(interrupt.flag())?;
    } else if splits && look.curves != ClassCurves::Off {
        let text = "the curve is to be split by class, but the samples have none: give --labels";
        return Err(Failure::Usage(text.to_owned()));
    }
    let mut sources = Vec::with_capacity(layers.len());
    for layer in layers {
        let classes = labelling
            .as_ref()
            .map(|labelling| labelling.of(&layer.dump));
        let classes = classes.transpose()?.map(Arc::new);
        if let Some(classes) = &classes {
            are_classes(args, classes)?;
            if let Some(figure) = args.like.as_deref().filter(|_| sources.is_empty()) {
                like::say_classes_not_there(figure, session, classes.names());
            }
        }
        sources.push(FigureLayer {
            coordinates: Arc::new(layer.coordinates.clone()),
            known: None,
            classes,
        });
    }
    Ok(sources)
}

/// Refuses what was typed and cannot be drawn together.
fn goes_together(args: &FigureArgs, session: &Session) -> Result<(), Failure> {
    let typed = args.class_look.class_share == Some(ClassShare::OfClass);
    let look = &session.view.classes;
    if typed && share_shown(look, session.options.sign()) != ClassShare::OfClass {
        let text = "fractions of each class cannot be stacked, as they are not parts of the same \
                    whole: leave --class-share class out, or give --classes overlaid";
        return Err(Failure::Usage(text.to_owned()));
    }
    Ok(())
}

/// Says what of a band of rotations is not what one may expect.
fn say_of_rotations(session: &Session) {
    let Some(Rotations { count, .. }) = session.view.chance.rotations else {
        return;
    };
    if !figure::draws_rotations(session) {
        report::note(
            "the band of rotations is of all samples: it is not drawn beside fractions of each class",
        );
    } else if (count as usize) < LEAST_FOR_BAND {
        report::note(&format!(
            "a band of 95% takes {LEAST_FOR_BAND} rotations or more: that of {count} goes from \
             their least to their largest curve, and holds a further one with a probability of \
             {:.0}%",
            range_coverage(count as usize) * 100.0
        ));
    }
}

/// Refuses names of classes that there are not.
fn are_classes(args: &FigureArgs, classes: &Classes) -> Result<(), Failure> {
    let named = args.class_look.without_class.iter();
    let mut named = named.chain(args.class_look.class_color.iter().map(|(class, _)| class));
    let unknown = named.find(|name| *name != OTHER_SAMPLES && !classes.names().contains(name));
    unknown.map_or(Ok(()), |name| {
        let first: Vec<&str> = classes.names().iter().take(5).map(String::as_str).collect();
        let more = if classes.len() > first.len() {
            ", …"
        } else {
            ""
        };
        Err(Failure::Usage(format!(
            "`{name}` is no class of the labels, which are {}{more}",
            first.join(", ")
        )))
    })
}

/// Says which letters the figure lacks.
fn say_missing_letters(missing: &str) {
    if !missing.is_empty() {
        report::note(&format!(
            "no font has {missing}: boxes stand for them; give a font that has them with --font"
        ));
    }
}

fn is_stdout(args: &FigureArgs) -> bool {
    args.output == Path::new("-")
}

fn write(path: &Path, force: bool, bytes: &[u8], interrupt: &Interrupt) -> Result<(), Failure> {
    let mut out = OutFile::create(path, force)?;
    interrupt.not_to_be_left(out.part());
    interrupt.check()?;
    let written = out.write_all(bytes);
    written.map_err(|source| crate::table::TableError::Io {
        file: out.name().to_owned(),
        source,
    })?;
    interrupt.finishing()?;
    Ok(out.finish()?)
}

fn record(layer: &Layer) -> LayerRecord {
    LayerRecord::new(layer.source.clone(), layer.basis.clone())
}

/// The session that the arguments ask for: what they leave out is as another
/// figure has it.
fn session(args: &FigureArgs, like: Option<&Session>) -> Session {
    let mut session = match like {
        Some(like) => Session {
            layers: Vec::new(),
            ..Session::new(
                Vec::new(),
                like.shown,
                like.options.clone(),
                like.view.clone(),
            )
            .with_figure(like.figure.clone())
        },
        None => Session::new(
            Vec::new(),
            0,
            Options::default(),
            View {
                // As the field writes it.
                unit: AngleUnit::Pi,
                ..View::default()
            },
        ),
    };
    counted(args, &mut session.options);
    shown(args, &mut session);
    look(args, &mut session);
    session
}

/// Puts a value in its place if it was given.
fn set<T: Clone>(place: &mut T, given: Option<&T>) {
    if let Some(given) = given {
        place.clone_from(given);
    }
}

fn counted(args: &FigureArgs, options: &mut Options) {
    let given = &args.counted;
    set(&mut options.epsilon, given.epsilon.as_ref());
    set(&mut options.angles, given.angles.as_ref());
    set(&mut options.planes, given.plane_mode.as_ref());
    options.signed |= given.signed;
    let among = &given.among;
    // A choice replaces the whole of the other figure's.
    if among.neurons.is_some() || among.without_neurons.is_some() {
        options.neurons = among.choice();
    }
    if given.max_planes.is_some() {
        options.max_planes = given.max_planes;
        options.seed = Some(args.reading.seed.unwrap_or(0));
    }
}

fn shown(args: &FigureArgs, session: &mut Session) {
    let given = &args.shown;
    let Session { view, figure, .. } = session;
    set(&mut figure.view, given.view.as_ref());
    set(&mut figure.panels, given.panels.as_ref());
    set(&mut figure.share, given.share.as_ref());
    set(&mut figure.axes, given.axes.as_ref());
    if given.every_plane || given.no_every_plane {
        figure.every_plane = !given.no_every_plane;
    }
    view.chance.resolution |= given.expected_resolution;
    if let Some(count) = given.rotations {
        let seed = args.reading.seed.unwrap_or(0);
        view.chance.rotations = Some(Rotations { count, seed });
    }
    let classes = &args.class_look;
    set(&mut view.classes.curves, classes.classes.as_ref());
    set(&mut view.classes.share, classes.class_share.as_ref());
    view.classes
        .hidden
        .extend(classes.without_class.iter().cloned());
    view.classes
        .colors
        .extend(classes.class_color.iter().cloned());
    set(&mut view.order, given.order.as_ref());
    view.chance.significant = given.significant.or(view.chance.significant);
    set(&mut view.quantity, given.quantity.as_ref());
    set(&mut view.atlas_order, given.atlas_order.as_ref());
    set(&mut view.scales.quantity, given.scale_quantity.as_ref());
    set(&mut view.scales.axis, given.scale_axis.as_ref());
    view.scales.color_scale = given.scale_colors.or(view.scales.color_scale);
    let projection = &mut view.projection;
    set(&mut projection.of, given.project.as_ref());
    set(&mut projection.drawn, given.draw.as_ref());
    set(&mut projection.kernel, given.kernel.as_ref());
    set(&mut projection.normaliser, given.normaliser.as_ref());
    set(&mut projection.map, given.density_map.as_ref());
    set(&mut projection.scale, given.density_scale.as_ref());
    let mut planes = given.planes.iter().map(|plane| [plane.i, plane.j]);
    if let Some(first) = planes.next() {
        view.plane = Some(first);
        view.pins = planes.collect();
    }
}

fn look(args: &FigureArgs, session: &mut Session) {
    let given = &args.look;
    let Session { view, figure, .. } = session;
    set(&mut view.map, given.color_map.as_ref());
    set(&mut view.scale, given.color_scale.as_ref());
    set(&mut view.unit, given.angle_unit.as_ref());
    let FigureSpec {
        width,
        height,
        colors,
        background,
        title,
        ticks,
        legend,
        dpi,
        ..
    } = figure;
    set(width, given.width.as_ref());
    set(height, given.height.map(Height::Own).as_ref());
    set(height, given.aspect.as_ref());
    set(colors, given.class_colors.as_ref());
    set(background, given.background.as_ref());
    set(title, given.title.as_ref());
    set(ticks, given.ticks.as_ref());
    set(legend, given.legend.as_ref());
    set(dpi, given.dpi.as_ref());
    figure.font_pt = given.font_size.or(figure.font_pt);
    figure.line_pt = given.line_width.or(figure.line_pt);
    figure.caption |= given.caption;
    figure.grid &= !given.no_grid;
    figure.date |= given.date;
}

/// A bar for each step that takes its time.
#[derive(Default)]
struct Bar {
    step: Option<(&'static str, Progress)>,
}

impl Watch for Bar {
    fn at(&mut self, what: &'static str, done: usize, total: usize) {
        if self.step.as_ref().is_none_or(|(step, _)| *step != what) {
            let noun = if what == ROTATING {
                "rotations"
            } else {
                "planes"
            };
            self.step = Some((what, Progress::of(&what.to_lowercase(), noun, total)));
        }
        if let Some((_, progress)) = &mut self.step {
            progress.at(done);
        }
    }
}

impl From<FigureFailure> for Failure {
    fn from(failure: FigureFailure) -> Self {
        match failure {
            FigureFailure::Options(error) => error.into(),
            FigureFailure::Table(error) => error.into(),
            FigureFailure::Cancelled(error) => error.into(),
            FigureFailure::Font { .. } | FigureFailure::Internal(_) => {
                Self::Data(failure.to_string())
            }
            _ => Self::Usage(failure.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::super::args::{Cli, Command};
    use super::*;
    use crate::data::ReadAs;
    use crate::session::{CompanionRecord, CompanionRole, Source, figure_command};

    /// Words as a POSIX shell takes them apart, of what is quoted as we quote.
    fn words(line: &str) -> Vec<String> {
        let mut words = vec![String::new()];
        let mut quoted = false;
        let mut letters = line.chars();
        while let (Some(letter), Some(word)) = (letters.next(), words.last_mut()) {
            match letter {
                '\'' => quoted = !quoted,
                '\\' if !quoted => word.extend(letters.next()),
                ' ' if !quoted => words.push(String::new()),
                letter => word.push(letter),
            }
        }
        words
    }

    #[track_caller]
    fn check(session: &Session) {
        let line = figure_command(session, "pdf").unwrap();
        let cli = Cli::try_parse_from(words(&line)).unwrap_or_else(|e| panic!("{line}: {e}"));
        let Some(Command::Figure(args)) = cli.command else {
            panic!("{line}");
        };
        let again = super::session(&args, None);
        assert_eq!(again.options, session.options, "{line}");
        assert_eq!(again.view, session.view, "{line}");
        assert_eq!(again.figure, session.figure, "{line}");
    }

    fn example(figure: FigureSpec) -> Session {
        let source = Source {
            file_name: "-it's acts.npy".to_owned(),
            sha256: None,
            key: Some("layer 1".to_owned()),
            shape: [3, 2],
            array_shape: None,
            read_as: ReadAs::default(),
            dtype: "float32".to_owned(),
            excluded_rows: 0,
            zero_rows: 0,
        };
        let layer = LayerRecord {
            epsilon: Some(0.5),
            ..LayerRecord::new(source, None)
        };
        let view = View {
            plane: Some([3, 1]),
            pins: vec![[0, 1]],
            unit: AngleUnit::Pi,
            ..View::default()
        };
        Session::new(vec![layer], 0, Options::default(), view).with_figure(figure)
    }

    #[test]
    fn the_command_of_a_figure_asks_for_that_figure() {
        check(&example(FigureSpec::default()));
        let figure = FigureSpec {
            view: crate::session::FigureView::Panel,
            axes: "polar".parse().unwrap(),
            every_plane: false,
            panels: "polar@3:7,heatmap/atlas".parse().unwrap(),
            share: "none".parse().unwrap(),
            width: "89.5mm".parse().unwrap(),
            height: "4:3".parse().unwrap(),
            font_pt: Some(7.25),
            line_pt: Some(0.8),
            colors: "#0072b2,#d55e00".parse().unwrap(),
            background: "transparent-dark".parse().unwrap(),
            title: "-it's *b*_{16} \\ \"so\"".to_owned(),
            caption: true,
            grid: false,
            ticks: "many".parse().unwrap(),
            legend: "below".parse().unwrap(),
            dpi: 300,
            font: None,
            date: true,
        };
        let mut session = example(figure);
        session.options = Options {
            epsilon: "null:0.01".parse().unwrap(),
            angles: 100,
            planes: crate::srm::PlaneMode::Permutations,
            signed: true,
            neurons: crate::srm::NeuronChoice {
                only: Some("0:64,223".parse().unwrap()),
                without: Some("5::9".parse().unwrap()),
            },
            max_planes: Some(7),
            seed: Some(3),
        };
        session.view = View {
            order: crate::scene::PlaneOrder::Alignment,
            map: crate::scene::ColorMap::Inferno,
            scale: crate::scene::ColorScale::Log,
            quantity: crate::scene::Quantity::Lit,
            atlas_order: crate::scene::AtlasOrder::Sum,
            unit: AngleUnit::Degrees,
            classes: crate::session::ClassLook {
                curves: ClassCurves::Stacked,
                share: crate::session::ClassShare::OfClass,
                hidden: ["-7".to_owned(), "it's".to_owned()].into(),
                colors: [("a=b".to_owned(), crate::scene::Color::rgb(1, 2, 3))].into(),
            },
            scales: crate::session::ScaleLook {
                quantity: "excess".parse().unwrap(),
                axis: "half-angle".parse().unwrap(),
                color_scale: Some(crate::scene::ColorScale::Linear),
            },
            projection: crate::session::ProjectionLook {
                of: "all".parse().unwrap(),
                drawn: "density".parse().unwrap(),
                kernel: "0.05".parse().unwrap(),
                normaliser: "none".parse().unwrap(),
                map: crate::scene::ColorMap::Viridis,
                scale: crate::scene::ColorScale::Sqrt,
            },
            ..session.view
        };
        session.view.chance.resolution = true;
        session.view.chance.rotations = Some(Rotations { count: 50, seed: 3 });
        session.companions = [CompanionRole::Labels, CompanionRole::ClassNames]
            .map(|role| CompanionRecord {
                role,
                file_name: "- y.npy".to_owned(),
                sha256: None,
                key: None,
                entries: 3,
                path: None,
            })
            .to_vec();
        check(&session);
        session.figure.height = "60mm".parse().unwrap();
        check(&session);
    }
}
