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
    /// Whether the file may have its name by now.
    finishing: Arc<AtomicBool>,
    /// Whether somebody has the last word already.
    said: Arc<AtomicBool>,
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
            finishing: Arc::default(),
            said: Arc::default(),
        };
        let here = interrupt.clone();
        ctrlc::set_handler(move || {
            let again = here.cancel.swap(true, Ordering::SeqCst);
            if again || !here.tidy.load(Ordering::SeqCst) {
                if here.last_word() {
                    report::say(&format!("followspot: {}", here.remove_part()));
                }
                exit(130);
            }
        })
        .map_err(|e| Failure::Data(format!("interrupts cannot be listened for: {e}")))?;
        Ok(interrupt)
    }

    /// Whether the caller is the first to say how the program ends: the thread
    /// that works and the one that listens may come to it at once.
    pub fn last_word(&self) -> bool {
        !self.said.swap(true, Ordering::SeqCst)
    }

    /// Removes the part of a file, if there is one, and says what is left.
    fn remove_part(&self) -> &'static str {
        let mut part = self.part.lock().unwrap_or_else(PoisonError::into_inner);
        let removed = part
            .take()
            .is_some_and(|part| fs::remove_file(part).is_ok());
        if removed || !self.finishing.load(Ordering::SeqCst) {
            Failure::INTERRUPTED
        } else {
            // It may just have been given its name.
            "interrupted"
        }
    }

    /// From now on there is something to be wiped before the program ends.
    pub fn tidy_up_first(&self) {
        self.tidy.store(true, Ordering::SeqCst);
    }

    /// That file, if it has a name yet, is not to be left behind.
    pub fn not_to_be_left(&self, part: Option<&Path>) {
        *self.part.lock().unwrap_or_else(PoisonError::into_inner) = part.map(Path::to_owned);
    }

    /// Ends the work if it was called off; from now on the file may get its name.
    pub fn finishing(&self) -> Result<(), Failure> {
        self.check()?;
        self.finishing.store(true, Ordering::SeqCst);
        Ok(())
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
