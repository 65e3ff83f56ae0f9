//! Ctrl-C, and a scheduler's request to end: stop soon and leave no part of a file.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::exit;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::failure::Failure;
use super::report;

/// Whether the work was called off.
#[derive(Clone, Debug)]
pub(super) struct Interrupt {
    cancel: Arc<AtomicBool>,
    tidy: Arc<AtomicBool>,
    /// The part of a file that is there.
    part: Arc<Mutex<Option<PathBuf>>>,
}

impl Interrupt {
    /// Listens from now on. As long as nothing needs tidying up, an interrupt
    /// ends the program on the spot; later the first sets the flag and the
    /// second, should the system take its time, ends the program.
    pub fn install() -> Result<Self, Failure> {
        let interrupt = Self {
            cancel: Arc::default(),
            tidy: Arc::default(),
            part: Arc::default(),
        };
        let Self { cancel, tidy, part } = interrupt.clone();
        ctrlc::set_handler(move || {
            let again = cancel.swap(true, Ordering::SeqCst);
            if again || !tidy.load(Ordering::SeqCst) {
                let part = part.lock().unwrap_or_else(PoisonError::into_inner).take();
                // Where it is gone it has just been given its name.
                let nothing = part.is_none_or(|part| fs::remove_file(part).is_ok());
                let sentence = if nothing {
                    Failure::INTERRUPTED
                } else {
                    "interrupted"
                };
                report::say(&format!("followspot: {sentence}"));
                exit(130);
            }
        })
        .map_err(|e| Failure::Data(format!("interrupts cannot be listened for: {e}")))?;
        Ok(interrupt)
    }

    /// From now on there is something to be wiped before the program ends.
    pub fn tidy_up_first(&self) {
        self.tidy.store(true, Ordering::SeqCst);
    }

    /// That file is not to be left behind.
    pub fn not_to_be_left(&self, part: &Path) {
        *self.part.lock().unwrap_or_else(PoisonError::into_inner) = Some(part.to_owned());
    }

    /// The flag that work looks at.
    pub fn flag(&self) -> &Arc<AtomicBool> {
        &self.cancel
    }

    /// Ends the work if it was called off.
    pub fn check(&self) -> Result<(), Failure> {
        if self.cancel.load(Ordering::SeqCst) {
            Err(Failure::Interrupted)
        } else {
            Ok(())
        }
    }
}
