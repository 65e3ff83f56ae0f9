//! Text on its way out.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use super::format::About;
use crate::srm::Cancelled;

/// Text gathered before it is written.
const ENOUGH: usize = 1 << 16;

/// Gathers text and writes it in large pieces, until it is called off.
pub(super) struct Gather<'a, W: Write> {
    out: &'a mut W,
    /// What is still to be written.
    pub text: String,
    cancel: &'a AtomicBool,
}

impl<'a, W: Write> Gather<'a, W> {
    pub fn new(out: &'a mut W, cancel: &'a AtomicBool) -> Self {
        Self {
            out,
            text: String::new(),
            cancel,
        }
    }

    /// Writes what has been gathered, if it is worth it.
    pub fn if_enough(&mut self) -> io::Result<()> {
        if self.text.len() < ENOUGH {
            return Ok(());
        }
        self.all()
    }

    /// Writes what has been gathered. Once called off it fails with [`Cancelled`].
    pub fn all(&mut self) -> io::Result<()> {
        if self.cancel.load(Ordering::Relaxed) {
            return Err(io::Error::other(Cancelled));
        }
        self.out.write_all(self.text.as_bytes())?;
        self.text.clear();
        Ok(())
    }
}

/// The head of a table of that name over so many planes, and the names of its columns.
pub(super) fn opening(
    separator: char,
    table: &str,
    columns: &[&str],
    about: &About<'_>,
    planes: usize,
) -> String {
    let names = columns.join(separator.encode_utf8(&mut [0; 4]));
    let head = about.head_of(table, planes);
    format!("# followspot {{{head}}}\n{names}\n")
}
