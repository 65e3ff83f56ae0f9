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
pub use args::{Theme, WindowArgs};
use failure::Failure;
use interrupt::Interrupt;

/// Runs the program with the arguments `args`, the first being its own name.
#[must_use]
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => return not_parsed(&error),
    };
    let Some(command) = cli.command else {
        return window(cli.window);
    };
    let done = Interrupt::install().and_then(|interrupt| match command {
        Command::Info(args) => info::run(&args, &interrupt),
        Command::Sweep(args) => {
            input::on_threads(args.run.threads, || sweep::run(&args, &interrupt))
        }
        Command::Plane(args) => {
            input::on_threads(args.run.threads, || plane::run(&args, &interrupt))
        }
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.tell(),
    }
}

#[cfg(feature = "gui")]
fn window(args: WindowArgs) -> ExitCode {
    crate::app::run(args)
}

#[cfg(not(feature = "gui"))]
fn window(_: WindowArgs) -> ExitCode {
    Failure::Usage(
        "this build has no window: use `followspot info`, `followspot sweep` or \
         `followspot plane` (--help tells how)"
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
