//! Arguments to window or subcommand; the program is the library.

use std::process::ExitCode;

use followspot::cli::{self, Outcome};

fn main() -> ExitCode {
    match cli::run(std::env::args_os()) {
        Outcome::Done(code) => code,
        #[cfg(feature = "gui")]
        Outcome::Window(args) => followspot::app::run(*args),
        #[cfg(not(feature = "gui"))]
        Outcome::Window(_) => cli::no_window(),
    }
}
