//! Ctrl-C, and a scheduler's request to end: stop soon and leave no part of a file.

use std::process::exit;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::failure::Failure;
use super::report;

/// Whether the work was called off.
#[derive(Clone, Debug)]
pub(super) struct Interrupt {
    cancel: Arc<AtomicBool>,
    tidy: Arc<AtomicBool>,
}

impl Interrupt {
    /// Listens from now on. As long as nothing needs tidying up, an interrupt
    /// ends the program on the spot; later it sets the flag.
    pub fn install() -> Result<Self, Failure> {
        let interrupt = Self {
            cancel: Arc::default(),
            tidy: Arc::default(),
        };
        let Self { cancel, tidy } = interrupt.clone();
        ctrlc::set_handler(move || {
            cancel.store(true, Ordering::SeqCst);
            if !tidy.load(Ordering::SeqCst) {
                report::say(&format!("followspot: {}", Failure::INTERRUPTED));
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
