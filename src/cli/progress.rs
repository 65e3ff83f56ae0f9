//! A bar on stderr for sweeps that take their time.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// Sweeps shorter than this show no bar.
const PATIENCE: Duration = Duration::from_millis(300);

/// A bar that appears only on a terminal and only if there is something to wait
/// for. It has no colours, so there is nothing that `NO_COLOR` could turn off.
#[derive(Debug)]
pub(super) struct Progress {
    started: Instant,
    bar: Option<ProgressBar>,
}

impl Progress {
    pub fn start() -> Self {
        Self {
            started: Instant::now(),
            bar: None,
        }
    }

    /// `done` planes of `total` are swept.
    pub fn at(&mut self, done: usize, total: usize) {
        if self.bar.is_none() && self.started.elapsed() >= PATIENCE {
            self.bar = Some(bar(total));
        }
        if let Some(bar) = &self.bar {
            bar.set_position(done as u64);
        }
    }
}

impl Drop for Progress {
    /// Wipes the bar, so that what is said next stands on a line of its own.
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn bar(total: usize) -> ProgressBar {
    // `ProgressBar::new` draws on stderr, and on nothing that is no terminal.
    let bar = ProgressBar::new(total as u64);
    let template = "sweeping {bar:32} {human_pos}/{human_len} planes, {eta} left";
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
