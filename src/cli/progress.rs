//! A bar on stderr for what takes its time.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Work shorter than this shows no bar.
const PATIENCE: Duration = Duration::from_millis(300);

/// A bar that appears only on a terminal and only if there is something to wait
/// for. It has no colours, so there is nothing that `NO_COLOR` could turn off.
#[derive(Debug)]
pub(super) struct Progress {
    bar: ProgressBar,
    /// Until when the bar stays hidden; `None` once it is shown.
    hidden_until: Option<Instant>,
}

impl Progress {
    /// Of `planes` planes; `doing` is the first word, as in "sweeping".
    pub fn start(doing: &str, planes: usize) -> Self {
        Self::of(doing, "planes", planes)
    }

    /// Of `total` of what `noun` says, in the plural.
    pub fn of(doing: &str, noun: &str, total: usize) -> Self {
        let bar = ProgressBar::with_draw_target(Some(total as u64), ProgressDrawTarget::hidden());
        let template =
            format!("{doing} {{bar:32}} {{human_pos}}/{{human_len}} {noun}, {{eta}} left");
        let bar = match ProgressStyle::with_template(&template) {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        };
        Self {
            bar,
            hidden_until: Some(Instant::now() + PATIENCE),
        }
    }

    /// So many planes are done.
    pub fn at(&mut self, done: usize) {
        self.bar.set_position(done as u64);
        if self.hidden_until.is_some_and(|then| then <= Instant::now()) {
            self.hidden_until = None;
            // Draws on nothing that is no terminal.
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
    }
}

impl Drop for Progress {
    /// Wipes the bar, so that what is said next stands on a line of its own.
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
