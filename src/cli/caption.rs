//! `followspot caption`: what a figure shows, in words ready to paste.

use super::args::CaptionArgs;
use super::failure::Failure;
use super::report;
use crate::figure::caption;
use crate::session::Session;
use crate::table::{CaptionFormat, bibtex_of};

pub(super) fn run(args: &CaptionArgs) -> Result<(), Failure> {
    let session = Session::read(&args.file).map_err(|e| Failure::Data(e.to_string()))?;
    if session.layers.is_empty() {
        return Err(Failure::Data(format!(
            "{} shows no layer: there is nothing to tell of it",
            args.file.display()
        )));
    }
    let text = caption(&session.for_figure(), args.format);
    report::to_stdout(|out| {
        writeln!(out, "{text}")?;
        match args.format {
            CaptionFormat::Latex if args.bibtex => writeln!(out, "\n{}", bibtex_of(&text)),
            _ => Ok(()),
        }
    })
}
