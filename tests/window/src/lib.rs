//! What the tests of the window share: the real app under `egui_kittest`, files
//! to drop on it, and waiting for its worker.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use followspot::app::{App, Command};
use followspot::cli::{CompanionArgs, ReadingArgs, WindowArgs};
use ndarray::Array2;
use ndarray_npy::WriteNpyExt as _;

/// How long a test waits for the worker before it fails.
const PATIENCE: Duration = Duration::from_secs(60);

/// Carries a command out, as a menu entry does, and draws a frame.
pub fn carry_out(window: &mut Harness<'_, App>, command: impl Into<Command>) {
    let ctx = window.ctx.clone();
    window.state_mut().carry_out(&ctx, command.into());
    window.step();
}

/// Whether something on screen says that.
#[must_use]
pub fn says(window: &Harness<'_, App>, text: &str) -> bool {
    window.query_all_by_label_contains(text).next().is_some()
}

/// Draws frames until something on screen says that.
///
/// # Panics
/// If nothing does in ten seconds or so.
pub fn until_said(window: &mut Harness<'_, App>, text: &str) {
    for _ in 0..5000 {
        window.step();
        if says(window, text) {
            return;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    panic!("never said: {text}");
}

/// The window without a file: it opens on the sample.
#[must_use]
pub fn open() -> Harness<'static, App> {
    open_with(Vec::new())
}

/// The window on files.
#[must_use]
pub fn open_with(files: Vec<PathBuf>) -> Harness<'static, App> {
    open_args(args(files))
}

/// The window on files that keeps what is open in `folder` for after a crash.
#[must_use]
pub fn recovering(files: Vec<PathBuf>, folder: &Path) -> Harness<'static, App> {
    let (args, folder) = (args(files), folder.to_owned());
    build(args, move |app| app.keep_recovery_in(&folder))
}

/// The window on files, whose sweeps stay at a sample of the planes where they
/// begin with one, until [`App::hold_at_sample`] says otherwise.
#[must_use]
pub fn held_at_sample(files: Vec<PathBuf>) -> Harness<'static, App> {
    build(args(files), |app| app.hold_at_sample(true))
}

/// The arguments that open files.
#[must_use]
pub fn args(files: Vec<PathBuf>) -> WindowArgs {
    WindowArgs {
        files,
        basis: None,
        companions: CompanionArgs::default(),
        epsilon: None,
        reading: ReadingArgs::default(),
        theme: None,
        size: None,
        screenshot: None,
        force: false,
        frame_times: None,
        drag_epsilon: None,
    }
}

/// The window as arguments ask for it.
#[must_use]
pub fn open_args(args: WindowArgs) -> Harness<'static, App> {
    build(args, |_| ())
}

fn build(args: WindowArgs, then: impl FnOnce(&mut App)) -> Harness<'static, App> {
    Harness::builder()
        .with_size([1280.0, 800.0])
        .with_max_steps(40)
        .build_eframe(|cc| {
            let mut app = App::new(cc, args).unwrap();
            then(&mut app);
            app
        })
}

/// Draws frames until `done`.
///
/// # Panics
/// If that takes longer than a minute.
pub fn until(harness: &mut Harness<'_, App>, what: &str, done: impl Fn(&App) -> bool) {
    let started = Instant::now();
    loop {
        harness.step();
        if done(harness.state()) {
            return;
        }
        assert!(started.elapsed() < PATIENCE, "waited in vain until {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Draws frames until all that was asked for is on screen, and a few more: what
/// was said last is heard in the next, and a new window shows in the one after.
pub fn settle(harness: &mut Harness<'_, App>) {
    harness.step();
    until(harness, "everything is on screen", App::is_settled);
    harness.run_steps(3);
    until(harness, "everything is on screen", App::is_settled);
    harness.step();
}

/// A file as the window system hands it over.
#[derive(Debug)]
struct Dropped(PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|e| e.to_string())
    }
}

/// Hovers files over the window, then drops them.
pub fn drop_files(harness: &mut Harness<'_, App>, paths: &[&Path]) {
    for path in paths {
        let hovered = egui::HoveredFile {
            path: Some(path.to_path_buf()),
            ..Default::default()
        };
        harness.input_mut().hovered_files.push(hovered);
    }
    harness.step();
    harness.input_mut().hovered_files.clear();
    for path in paths {
        let file = Arc::new(Dropped(path.to_path_buf()));
        harness.input_mut().dropped_files.push(file);
    }
    harness.step();
    harness.input_mut().dropped_files.clear();
}

/// Seeded values between −1 and 1, without a pattern that matters.
#[must_use]
pub fn noise(rows: usize, columns: usize) -> Array2<f32> {
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    Array2::from_shape_simple_fn((rows, columns), || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1u64 << 23) as f32 - 1.0
    })
}

/// Writes an array as `.npy`.
pub fn write_npy(path: &Path, array: &Array2<f32>) {
    array
        .write_npy(std::fs::File::create(path).unwrap())
        .unwrap();
}
