//! The command line: one file a subcommand, on the same rooms as the window.
//!
//! Data go to stdout, everything said to a person to stderr. Exit codes: 0 done,
//! 1 bad data or a file that cannot be written, 2 bad arguments, 130 interrupted.
//! Whatever fails says so in one sentence that begins with `followspot: `.

mod alignment;
mod args;
mod caption;
mod classes;
mod directions;
mod failure;
mod figure;
mod info;
mod input;
mod interrupt;
mod like;
mod merge;
mod open;
mod output;
mod plane;
mod plane_classes;
mod progress;
mod project;
mod report;
mod samples;
mod scale;
mod significant;
mod sink;
mod sweep;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;

use args::{Cli, Command};
pub use args::{CompanionArgs, EpsilonDrag, ReadingArgs, Theme, WindowArgs};
use failure::Failure;
use interrupt::Interrupt;

use crate::words;

/// What the arguments ask for.
#[derive(Debug)]
pub enum Outcome {
    /// A subcommand, which has run.
    Done(ExitCode),
    /// The window.
    Window(Box<WindowArgs>),
}

/// Runs the subcommand that the arguments `args`, the first being the program's
/// own name, ask for.
#[must_use]
pub fn run(args: impl IntoIterator<Item = OsString>) -> Outcome {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => return Outcome::Done(not_parsed(&error)),
    };
    let window = match cli.command {
        None => open::check(&cli.window).map(|()| cli.window),
        Some(Command::Open(args)) => open::window(args),
        Some(command) => return Outcome::Done(run_command(command)),
    };
    match window {
        Ok(args) => Outcome::Window(Box::new(args)),
        Err(failure) => Outcome::Done(failure.tell()),
    }
}

fn run_command(command: Command) -> ExitCode {
    let interrupt = match Interrupt::install() {
        Ok(interrupt) => interrupt,
        Err(failure) => return failure.tell(),
    };
    let done = match command {
        // Led to the window before.
        Command::Open(_) => Ok(()),
        Command::Info(args) => info::run(&args, &interrupt),
        Command::Sweep(args) => {
            input::on_threads(args.run.threads, || sweep::run(&args, &interrupt))
        }
        Command::Merge(args) => merge::run(&args, &interrupt),
        Command::Caption(args) => caption::run(&args),
        Command::Figure(args) => input::on_threads(args.threads, || figure::run(&args, &interrupt)),
        Command::Scale(args) => {
            input::on_threads(args.out.threads, || scale::run(&args, &interrupt))
        }
        Command::Project(args) => {
            input::on_threads(args.out.threads, || project::run(&args, &interrupt))
        }
        Command::Plane(args) => {
            input::on_threads(args.run.threads, || plane::run(&args, &interrupt))
        }
        Command::Samples(args) => {
            input::on_threads(args.threads, || samples::run(&args, &interrupt))
        }
        Command::Directions(args) => {
            input::on_threads(args.threads, || directions::run(&args, &interrupt))
        }
        Command::Alignment(args) => {
            input::on_threads(args.threads, || alignment::run(&args, &interrupt))
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) if interrupt.last_word() => failure.tell(),
        Err(_) => Failure::Interrupted.code(),
    }
}

/// What a build without the window says when it is asked for it.
#[must_use]
pub fn no_window() -> ExitCode {
    let all = <Cli as clap::CommandFactory>::command();
    let others = all.get_subcommands().map(clap::Command::get_name);
    let others = others.filter(|name| *name != OPEN);
    let others: Vec<String> = others.map(|name| format!("`followspot {name}`")).collect();
    Failure::Usage(format!(
        "this build has no window: use {} (--help tells how)",
        words::alternatives(&others)
    ))
    .tell()
}

/// The subcommand that opens the window.
const OPEN: &str = "open";

/// Help and version are printed; of an error the first paragraph is the sentence.
fn not_parsed(error: &clap::Error) -> ExitCode {
    if matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
    ) {
        // Bold only on a terminal; whoever stops reading has read enough.
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    let text = error.render().to_string();
    let words: Vec<&str> = text
        .lines()
        .take_while(|line| !line.trim().is_empty())
        .map(str::trim)
        .collect();
    let sentence = words.join(" ");
    let sentence = sentence.strip_prefix("error: ").unwrap_or(&sentence);
    Failure::Usage(sentence.to_owned()).tell()
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;
    use proptest::prelude::*;

    use super::*;
    use crate::data::ReadAs;
    use crate::session::{
        BasisSource, LayerRecord, Options, Session, Source, View, plane_command, sweep_command,
    };
    use crate::srm::{NeuronChoice, PlaneMode, Ranges};

    #[test]
    fn the_definitions_hold_together() {
        Cli::command().debug_assert();
    }

    fn ranges() -> impl Strategy<Value = Ranges> {
        let piece = prop_oneof![
            (0u32..400).prop_map(|k| k.to_string()),
            (0u32..200, 1u32..200, 1u32..5)
                .prop_map(|(a, n, step)| { format!("{a}:{}:{step}", a + n) }),
            (0u32..400, 1u32..5).prop_map(|(a, step)| format!("{a}::{step}")),
        ];
        let pieces = proptest::collection::vec(piece, 1..5);
        pieces.prop_map(|pieces| pieces.join(",").parse().unwrap())
    }

    /// The words of a line as a POSIX shell takes it apart.
    #[cfg(unix)]
    fn words(line: &str) -> Vec<String> {
        use std::process::Command;
        let script = format!("set -- {line}\nprintf '%s\\0' \"$@\"");
        let out = Command::new("sh").args(["-c", &script]).output().unwrap();
        let text = String::from_utf8(out.stdout).unwrap();
        let words = text.split_terminator('\0').map(str::to_owned);
        words.collect()
    }

    fn session(name: String, key: Option<String>, basis: bool, options: Options) -> Session {
        let source = Source {
            file_name: name.clone(),
            sha256: None,
            key: key.clone(),
            shape: [20, 6],
            array_shape: None,
            read_as: ReadAs::default(),
            dtype: "float32".to_owned(),
            excluded_rows: 0,
            zero_rows: 0,
        };
        let basis = basis.then_some(BasisSource {
            file_name: name,
            sha256: None,
            key,
            shape: [9, 6],
        });
        let layer = LayerRecord::new(source, basis);
        let view = View {
            plane: Some([1, 5]),
            ..View::default()
        };
        Session::new(vec![layer], 0, options, view)
    }

    #[cfg(unix)]
    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn a_copied_command_asks_for_what_was_shown(
            name in "[ -~é\n]{1,12}",
            key in proptest::option::of("[ -~]{1,8}"),
            basis in any::<bool>(),
            epsilon in prop_oneof![
                Just("auto".to_owned()),
                (-1.0..=1.0_f64).prop_map(|epsilon| epsilon.to_string()),
                (1e-9..1.0_f64).prop_map(|share| format!("null:{share}")),
            ],
            angles in 2..2000_usize,
            permutations in any::<bool>(),
            signed in any::<bool>(),
            drawn in proptest::option::of((1..1000_usize, any::<u64>())),
            only in proptest::option::of(ranges()),
            without in proptest::option::of(ranges()),
        ) {
            prop_assume!(!name.contains('/') && name != "-" && name != "." && name != "..");
            let planes = if permutations { PlaneMode::Permutations } else { PlaneMode::Combinations };
            let options = Options {
                epsilon: epsilon.parse().unwrap(),
                angles,
                planes,
                signed,
                neurons: NeuronChoice {
                    only: only.clone(),
                    without: without.clone(),
                },
                max_planes: drawn.map(|(most, _)| most),
                seed: drawn.map(|(_, seed)| seed),
            };
            let session = session(name.clone(), key.clone(), basis, options.clone());
            let file = std::path::Path::new(".").join(&name);
            let inputs = |input: &args::InputArgs| {
                assert_eq!(std::path::Path::new(".").join(&input.acts), file);
                assert_eq!(&input.key, &key);
                assert_eq!(input.basis.is_some(), basis);
                assert_eq!(input.basis_key.as_ref(), key.as_ref().filter(|_| basis));
            };
            let line = sweep_command(&session).unwrap();
            match Cli::try_parse_from(words(&line)).unwrap().command {
                Some(Command::Sweep(args)) => {
                    prop_assert_eq!(args.options(), options.clone());
                    prop_assert!(args.run.output.is_some());
                    inputs(&args.input);
                }
                other => prop_assert!(false, "{other:?}"),
            }
            let line = plane_command(&session).unwrap();
            match Cli::try_parse_from(words(&line)).unwrap().command {
                Some(Command::Plane(args)) => {
                    let expected = Options { max_planes: None, seed: None, ..options };
                    prop_assert_eq!(args.options(), expected);
                    prop_assert_eq!(args.plane, vec![crate::srm::Plane { i: 1, j: 5 }]);
                    inputs(&args.input);
                }
                other => prop_assert!(false, "{other:?}"),
            }
        }
    }

    #[test]
    fn a_session_brings_its_own_epsilon() {
        let parse = |args: &[&str]| {
            let name = std::iter::once(&"followspot").chain(args);
            let cli = Cli::try_parse_from(name).unwrap();
            open::check(&cli.window)
        };
        assert!(parse(&["fig.pdf"]).is_ok() && parse(&["a.npy", "--epsilon", "0.5"]).is_ok());
        for bad in [
            ["fig.pdf", "--epsilon", "0.5"],
            ["x.followspot", "--basis", "b.npy"],
        ] {
            let failure = parse(&bad).unwrap_err();
            assert!(matches!(failure, Failure::Usage(_)));
        }
    }
}
