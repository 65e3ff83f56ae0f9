//! Arguments to window or subcommand; the program is the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    followspot::cli::run(std::env::args_os())
}
