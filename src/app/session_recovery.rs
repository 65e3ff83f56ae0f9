//! What to restore after a crash: every window keeps a file of its own in a private
//! folder, held by a lock for as long as it runs, and removes it when it is closed.
//! A file whose lock is free was left by a window that ended unexpectedly.

use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use egui::Context;

use crate::session::{SESSION_EXTENSION, Session};
use crate::worker::session_job::{self, Kept};

use super::App;
use super::command::Command;
use super::state::Tone;

/// How often it is looked whether something changed.
const INTERVAL: Duration = Duration::from_secs(20);

const LOCK_EXTENSION: &str = "lock";

/// What a window keeps for after a crash, and what others have left.
#[derive(Debug)]
pub struct Recovery {
    own: Claim,
    kept: Kept,
    looked: Instant,
    last: Option<Session>,
    /// The newest last.
    left: Vec<Claim>,
}

/// A file and the lock that holds it.
#[derive(Debug)]
struct Claim {
    session: PathBuf,
    _lock: File,
}

impl Claim {
    /// Claims a file, unless another window holds it.
    fn of(session: PathBuf) -> Option<Self> {
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(session.with_extension(LOCK_EXTENSION))
            .ok()?;
        lock.try_lock().ok()?;
        Some(Self {
            session,
            _lock: lock,
        })
    }

    fn remove(self) {
        // Whether or not they are there.
        let _ = fs::remove_file(&self.session);
        let _ = fs::remove_file(self.session.with_extension(LOCK_EXTENSION));
    }
}

impl Recovery {
    /// In that folder, which is made; `None` where nothing can be written there.
    fn start(folder: &Path) -> Option<Self> {
        private_folder(folder)?;
        let mut left: Vec<(Option<SystemTime>, PathBuf)> = fs::read_dir(folder)
            .ok()?
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| path.extension().is_some_and(|e| e == SESSION_EXTENSION))
            .map(|path| {
                let changed = fs::metadata(&path).and_then(|metadata| metadata.modified());
                (changed.ok(), path)
            })
            .collect();
        left.sort();
        let left = left.into_iter().filter_map(|(_, path)| Claim::of(path));
        let left = left.collect();
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let name = format!("{}-{}", std::process::id(), now.as_nanos());
        let own = Claim::of(folder.join(name).with_extension(SESSION_EXTENSION))?;
        Some(Self {
            own,
            kept: Arc::new(Mutex::new(true)),
            looked: Instant::now(),
            last: None,
            left,
        })
    }
}

/// Makes a folder that nobody else may look into.
fn private_folder(folder: &Path) -> Option<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(folder).ok()
}

impl App {
    /// Keeps what is open in that folder for after a crash, and offers what an
    /// earlier one left there.
    pub fn keep_recovery_in(&mut self, folder: &Path) {
        self.recovery = Recovery::start(folder);
        self.offer_recovery();
    }

    fn offer_recovery(&mut self) {
        let left = self
            .recovery
            .as_ref()
            .map_or(0, |recovery| recovery.left.len());
        if left > 0 {
            let text = "Followspot ended unexpectedly. Restore what was open?".to_owned();
            let offers = vec![
                ("Restore".to_owned(), Command::Recover),
                ("Discard".to_owned(), Command::DiscardRecovery),
            ];
            self.notify(Tone::Question, text, offers);
        }
    }

    /// Keeps what is open if it is time to and something changed.
    pub(super) fn keep_for_recovery(&mut self, ctx: &Context) {
        let Some(recovery) = &mut self.recovery else {
            return;
        };
        // A window that nobody touches changes nothing: one look after the last
        // frame is enough.
        match INTERVAL.checked_sub(recovery.looked.elapsed()) {
            Some(wait) if !wait.is_zero() => ctx.request_repaint_after(wait),
            _ => self.keep_now(),
        }
    }

    /// Keeps what is open for after a crash, if it changed since.
    pub fn keep_now(&mut self) {
        let only_sample = self.document.layers.iter().all(|layer| layer.is_sample);
        let nothing = only_sample && self.document.choices.pins.is_empty();
        let session = self.session();
        let Some(recovery) = &mut self.recovery else {
            return;
        };
        recovery.looked = Instant::now();
        if recovery.last.as_ref() == Some(&session) || (nothing && recovery.last.is_none()) {
            return;
        }
        recovery.last = Some(session.clone());
        let (path, kept) = (recovery.own.session.clone(), Arc::clone(&recovery.kept));
        let companions = self.document.kept_companions();
        session_job::keep(
            &self.worker,
            session,
            &self.document.layers,
            &companions,
            path,
            kept,
        );
    }

    pub(super) fn recover(&mut self) {
        let left = self
            .recovery
            .as_ref()
            .and_then(|recovery| recovery.left.last());
        if let Some(left) = left {
            session_job::recover(&self.worker, left.session.clone());
        }
    }

    pub(super) fn discard_recovery(&mut self) {
        if let Some(left) = self
            .recovery
            .as_mut()
            .and_then(|recovery| recovery.left.pop())
        {
            left.remove();
            self.offer_recovery();
        }
    }

    /// What was left has taken the place of what was open.
    pub(super) fn recovered(&mut self) {
        self.keep_now();
        self.discard_recovery();
    }

    /// What was left cannot be read: it would be offered for ever.
    pub(super) fn recovery_failed(&mut self, path: &Path) {
        let left = self
            .recovery
            .as_ref()
            .and_then(|recovery| recovery.left.last());
        if left.is_some_and(|left| left.session == path) {
            self.discard_recovery();
        }
    }

    /// The window is closed: nothing is to be restored.
    pub(super) fn end_recovery(&mut self) {
        let Some(recovery) = self.recovery.take() else {
            return;
        };
        // A file that is being written is finished first; none follows.
        *recovery.kept.lock().unwrap_or_else(PoisonError::into_inner) = false;
        recovery.own.remove();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_keep_files_of_their_own_and_find_those_of_the_dead_only() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("recovery");
        let first = Recovery::start(&folder).unwrap();
        fs::write(&first.own.session, "first").unwrap();
        let second = Recovery::start(&folder).unwrap();
        assert!(second.left.is_empty(), "the first still runs");
        assert_ne!(first.own.session, second.own.session);
        let kept = first.own.session.clone();
        // It ends without a word.
        drop(first);
        let third = Recovery::start(&folder).unwrap();
        assert_eq!(third.left.len(), 1);
        assert_eq!(third.left[0].session, kept);
        let fourth = Recovery::start(&folder).unwrap();
        assert!(fourth.left.is_empty(), "the third offers it");
        for claim in third.left {
            claim.remove();
        }
        assert!(!kept.exists());
    }
}
