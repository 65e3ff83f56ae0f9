//! How long each frame of the window took, as the hidden flag `--frame-times`
//! writes it, and the drag of `ε` that the hidden flag `--drag-epsilon` makes.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use egui::{Context, ViewportCommand};

use crate::cli::EpsilonDrag;
use crate::srm::Epsilon;
use crate::table::{OutFile, TableError};
use crate::worker::Lane;

use super::App;
use super::command::Command;

/// Frames before the drag begins and after its last sweep is in.
const QUIET_FRAMES: u32 = 10;

/// A drag whose last sweep takes longer than this is not waited for.
const MOST: Duration = Duration::from_mins(2);

/// The record of frames.
#[derive(Debug)]
pub struct Frames {
    path: PathBuf,
    force: bool,
    drag: Option<EpsilonDrag>,
    /// Steps of the drag that were made.
    steps: u32,
    /// Frames in a row in which everything was on screen.
    quiet: u32,
    since: Instant,
    begun: Instant,
    /// What the thread had waited for a core before.
    waited: Option<Duration>,
    logic: Duration,
    /// How long after it was asked for the curve came that was heard last.
    curve: Option<Duration>,
    rows: Vec<FrameTime>,
    is_written: bool,
}

/// One frame.
#[derive(Clone, Debug)]
struct FrameTime {
    at: Duration,
    logic: Duration,
    ui: Duration,
    /// How long in these two the thread waited for a core, if the system says.
    waited: Option<Duration>,
    epsilon: Epsilon,
    /// How long after its request the curve was ready that came in this frame.
    curve: Option<Duration>,
    /// Whether the lanes of curve, heatmap and sweep are busy.
    busy: [bool; 3],
    /// Planes of the sweep that is shown.
    planes: usize,
    /// Its resolution scale.
    swept: Option<Epsilon>,
    is_stale: bool,
}

impl Frames {
    /// A record to be written to `path`; what is there is replaced only with `force`.
    pub fn new(path: PathBuf, force: bool, drag: Option<EpsilonDrag>) -> Self {
        let now = Instant::now();
        Self {
            path,
            force,
            drag,
            steps: 0,
            quiet: 0,
            since: now,
            begun: now,
            waited: None,
            logic: Duration::ZERO,
            curve: None,
            rows: Vec::new(),
            is_written: false,
        }
    }

    /// Where `ε` is to be next, if it is to move.
    fn next_step(&mut self) -> Option<Epsilon> {
        let drag = self.drag?;
        if self.quiet < QUIET_FRAMES && self.steps == 0 || self.steps > drag.frames {
            return None;
        }
        let share = f64::from(self.steps) / f64::from(drag.frames);
        self.steps += 1;
        let (from, to) = (drag.from.get(), drag.to.get());
        Some(Epsilon::clamped(from + share * (to - from)))
    }

    /// Whether the drag and what it asked for are over.
    fn is_over(&self) -> bool {
        let drag = self.drag.is_some_and(|drag| self.steps > drag.frames);
        drag && (self.quiet >= QUIET_FRAMES || self.since.elapsed() > MOST)
    }

    fn table(&self) -> String {
        let mut text =
            "frame\tat_ms\tlogic_ms\tui_ms\twaited_ms\tepsilon\tcurve_ms\tcurve\theatmap\t\
                        sweep\tplanes\tswept\tstale\n"
                .to_owned();
        let ms = |time: Duration| time.as_secs_f64() * 1e3;
        for (frame, row) in self.rows.iter().enumerate() {
            let known = |time: Option<Duration>| {
                time.map_or_else(String::new, |time| format!("{:.3}", ms(time)))
            };
            let (curve, waited) = (known(row.curve), known(row.waited));
            let busy = row.busy.map(u8::from);
            let swept = row.swept.map_or_else(String::new, |e| e.get().to_string());
            // Writing to a string cannot fail.
            let _ = writeln!(
                text,
                "{frame}\t{:.3}\t{:.3}\t{:.3}\t{waited}\t{}\t{curve}\t{}\t{}\t{}\t{}\t{swept}\t{}",
                ms(row.at),
                ms(row.logic),
                ms(row.ui),
                row.epsilon.get(),
                busy[0],
                busy[1],
                busy[2],
                row.planes,
                u8::from(row.is_stale)
            );
        }
        text
    }
}

/// How long this thread has waited for a core so far: others' work, not its own.
/// Only Linux says.
fn waited() -> Option<Duration> {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds = stat.split_whitespace().nth(1)?.parse().ok()?;
    Some(Duration::from_nanos(nanoseconds))
}

fn write(path: &Path, force: bool, text: &str) -> Result<(), TableError> {
    let mut file = OutFile::create(path, force)?;
    file.write_all(text.as_bytes())
        .map_err(|source| TableError::Io {
            file: file.name().to_owned(),
            source,
        })?;
    file.finish()
}

impl App {
    /// A frame begins: moves `ε` if it is to be dragged.
    pub(super) fn begin_frame(&mut self, ctx: &Context) {
        let Some(frames) = &mut self.frames else {
            return;
        };
        frames.waited = waited();
        frames.begun = Instant::now();
        if let Some(epsilon) = frames.next_step() {
            let dragging = true;
            let command = Command::SetEpsilon { epsilon, dragging };
            self.carry_out(ctx, command);
        }
    }

    /// A curve was heard, ready so long after its request.
    pub(super) fn note_curve(&mut self, took: Duration) {
        if let Some(frames) = &mut self.frames {
            frames.curve = Some(took);
        }
    }

    /// The part of a frame before the drawing is over.
    pub(super) fn end_logic(&mut self) {
        if let Some(frames) = &mut self.frames {
            frames.logic = frames.begun.elapsed();
            frames.begun = Instant::now();
        }
    }

    /// A frame ends: writes the record and closes the window after the last one.
    pub(super) fn end_frame(&mut self, ctx: &Context) {
        let settled = self.is_settled();
        let epsilon = self.document.choices.epsilon;
        let lanes = [Lane::Curve, Lane::Heatmap, Lane::Sweep];
        let busy = lanes.map(|lane| self.worker.is_busy(lane));
        let planes = self.swept_planes().unwrap_or(0);
        let is_stale = self.state.sweep.is_stale();
        let swept = self.swept_epsilon();
        let Some(frames) = &mut self.frames else {
            return;
        };
        frames.rows.push(FrameTime {
            at: frames.since.elapsed(),
            logic: frames.logic,
            ui: frames.begun.elapsed(),
            waited: frames
                .waited
                .zip(waited())
                .map(|(before, now)| now.saturating_sub(before)),
            epsilon,
            curve: frames.curve.take(),
            busy,
            planes,
            swept,
            is_stale,
        });
        frames.quiet = if settled { frames.quiet + 1 } else { 0 };
        let closing = ctx.input(|i| i.viewport().close_requested());
        if (frames.is_over() || closing) && !frames.is_written {
            frames.is_written = true;
            if let Err(error) = write(&frames.path, frames.force, &frames.table()) {
                eprintln!("followspot: {error}");
            }
            ctx.send_viewport_cmd(ViewportCommand::Close);
        }
        if frames.drag.is_some() {
            ctx.request_repaint();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drag_goes_from_one_end_to_the_other_after_some_quiet_frames() {
        let drag = EpsilonDrag {
            from: Epsilon::clamped(0.75),
            to: Epsilon::clamped(0.25),
            frames: 4,
        };
        let mut frames = Frames::new(PathBuf::from("frames.tsv"), false, Some(drag));
        assert_eq!(frames.next_step(), None);
        frames.quiet = QUIET_FRAMES;
        let mut steps = Vec::new();
        while let Some(epsilon) = frames.next_step() {
            frames.quiet = 0;
            assert!(!frames.is_over());
            steps.push(epsilon.get());
        }
        assert_eq!(steps, [0.75, 0.625, 0.5, 0.375, 0.25]);
        assert!(!frames.is_over());
        frames.quiet = QUIET_FRAMES;
        assert!(frames.is_over());
    }

    #[test]
    fn a_frame_is_a_line_of_as_many_columns_as_are_named() {
        let ms = Duration::from_millis;
        let mut frames = Frames::new(PathBuf::from("frames.tsv"), false, None);
        frames.rows.push(FrameTime {
            at: ms(20),
            logic: ms(1),
            ui: ms(2),
            waited: None,
            epsilon: Epsilon::clamped(0.5),
            curve: None,
            busy: [false, true, true],
            planes: 4000,
            swept: None,
            is_stale: true,
        });
        let table = frames.table();
        let lines: Vec<Vec<&str>> = table.lines().map(|l| l.split('\t').collect()).collect();
        assert_eq!(lines[0].len(), 13);
        let expected = "0 20.000 1.000 2.000  0.5  0 1 1 4000  1";
        assert_eq!(lines[1], expected.split(' ').collect::<Vec<_>>());
    }
}
