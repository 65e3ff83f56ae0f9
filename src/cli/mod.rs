//! The command line: one file a subcommand, on the same rooms as the window.
//!
//! Data go to stdout, everything said to a person to stderr. Exit codes: 0 done,
//! 1 bad data or a file that cannot be written, 2 bad arguments, 130 interrupted.
//! Whatever fails says so in one sentence that begins with `followspot: `.

mod args;
mod failure;
mod info;
mod input;
mod interrupt;
mod merge;
mod output;
mod plane;
mod progress;
mod report;
mod sweep;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;

use args::{Cli, Command};
pub use args::{EpsilonDrag, Theme, WindowArgs};
use failure::Failure;
use interrupt::Interrupt;

/// What the arguments ask for.
#[derive(Debug)]
pub enum Outcome {
    /// A subcommand, which has run.
    Done(ExitCode),
    /// The window.
    Window(WindowArgs),
}

/// Runs the subcommand that the arguments `args`, the first being the program's
/// own name, ask for.
#[must_use]
pub fn run(args: impl IntoIterator<Item = OsString>) -> Outcome {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => return Outcome::Done(not_parsed(&error)),
    };
    match cli.command {
        None => Outcome::Window(cli.window),
        Some(command) => Outcome::Done(run_command(command)),
    }
}

fn run_command(command: Command) -> ExitCode {
    let interrupt = match Interrupt::install() {
        Ok(interrupt) => interrupt,
        Err(failure) => return failure.tell(),
    };
    let done = match command {
        Command::Info(args) => info::run(&args, &interrupt),
        Command::Sweep(args) => {
            input::on_threads(args.run.threads, || sweep::run(&args, &interrupt))
        }
        Command::Merge(args) => merge::run(&args, &interrupt),
        Command::Plane(args) => {
            input::on_threads(args.run.threads, || plane::run(&args, &interrupt))
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
    Failure::Usage(
        "this build has no window: use `followspot info`, `followspot sweep`, `followspot merge` \
         or `followspot plane` (--help tells how)"
            .to_owned(),
    )
    .tell()
}

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

    use super::*;

    #[test]
    fn the_definitions_hold_together() {
        Cli::command().debug_assert();
    }
}
