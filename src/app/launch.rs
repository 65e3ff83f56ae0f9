//! Opening the window: which window system, what is said where there is none,
//! and the picture that `--screenshot` asks for.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use egui::{ColorImage, Context, ViewportBuilder, ViewportCommand};

use crate::cli::WindowArgs;
use crate::table::{OutFile, TableError};
use crate::words::panic_text;

use super::App;

/// Frames that a settled window is given before its picture is taken.
const SETTLING_FRAMES: u32 = 6;

/// Whether X11 is there: the window then asks for it, since the window library
/// delivers no dropped files under Wayland.
fn has_x11() -> bool {
    std::env::var_os("DISPLAY").is_some_and(|display| !display.is_empty())
}

/// Whether the window system delivers dropped files.
pub fn can_drop() -> bool {
    !cfg!(target_os = "linux") || has_x11() || std::env::var_os("WAYLAND_DISPLAY").is_none()
}

/// Runs the window until it is closed.
#[must_use]
pub fn run(args: WindowArgs) -> ExitCode {
    if let Some(path) = &args.screenshot
        && let Err(error) = OutFile::check(path, args.force)
    {
        eprintln!("followspot: {error}");
        return ExitCode::FAILURE;
    }
    let outcome = args.screenshot.as_ref().map(|_| Outcome::default());
    let size = args.size;
    let mut viewport = ViewportBuilder::default()
        .with_title("Followspot")
        .with_app_id("followspot")
        .with_inner_size(size.map_or([1280.0, 800.0], |(w, h)| [w as f32, h as f32]))
        .with_min_inner_size([760.0, 520.0])
        .with_icon(Arc::new(icon()))
        .with_drag_and_drop(true);
    if size.is_some() {
        viewport = viewport.with_position([0.0, 0.0]);
    }
    let preferences = preferences_path(args.screenshot.is_some());
    let leftover = preferences.clone().filter(|_| args.screenshot.is_some());
    let options = eframe::NativeOptions {
        viewport,
        persist_window: size.is_none() && args.screenshot.is_none(),
        persistence_path: preferences.clone(),
        event_loop_builder: Some(Box::new(prefer_x11)),
        ..Default::default()
    };
    let for_somebody = args.screenshot.is_none() && args.frame_times.is_none();
    let shared = outcome.clone();
    // winit panics where libxkbcommon-x11 is missing; that must be a sentence.
    silence_loader_panics();
    let ran = std::panic::catch_unwind(std::panic::AssertUnwindSafe(move || {
        eframe::run_native(
            "followspot",
            options,
            Box::new(move |cc| {
                let mut app = App::new(cc, args)?;
                if let Some(folder) = recovery_folder().filter(|_| for_somebody) {
                    app.keep_recovery_in(&folder);
                }
                if let (Some(screenshot), Some(outcome)) = (&mut app.screenshot, shared) {
                    screenshot.outcome = outcome;
                }
                Ok(Box::new(app))
            }),
        )
    }));
    if let Some(leftover) = leftover {
        // Whether or not there is one.
        let _ = std::fs::remove_file(leftover);
    }
    let failure = match ran {
        Ok(Ok(())) => outcome.and_then(|outcome| outcome.problem()),
        Ok(Err(error)) => Some(cannot_open(&error)),
        Err(panic) => Some(missing_library(&panic_text(&*panic))),
    };
    match failure {
        None => ExitCode::SUCCESS,
        Some(sentence) => {
            eprintln!("followspot: {sentence}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(target_os = "linux")]
fn prefer_x11(builder: &mut eframe::EventLoopBuilder<eframe::UserEvent>) {
    use winit::platform::x11::EventLoopBuilderExtX11;
    if has_x11() {
        builder.with_x11();
    }
}

#[cfg(not(target_os = "linux"))]
fn prefer_x11(_: &mut eframe::EventLoopBuilder<eframe::UserEvent>) {}

/// Where preferences are kept (XDG: `~/.config/followspot`). A run for a
/// picture reads none and leaves none, so that the picture is always the same.
fn preferences_path(for_picture: bool) -> Option<PathBuf> {
    if for_picture {
        return Some(std::env::temp_dir().join(format!("followspot-{}.ron", std::process::id())));
    }
    let dirs = directories::ProjectDirs::from("", "", "followspot")?;
    Some(dirs.config_dir().join("preferences.ron"))
}

/// Where it is kept what to restore after a crash (XDG: `~/.local/state/followspot`).
fn recovery_folder() -> Option<PathBuf> {
    let dirs = directories::ProjectDirs::from("", "", "followspot")?;
    let folder = dirs.state_dir().unwrap_or_else(|| dirs.data_local_dir());
    Some(folder.join("recovery"))
}

const SUBCOMMANDS: &str = "without a screen, `followspot sweep`, `followspot plane` and \
                           `followspot info` do the same on the command line";

const PACKAGES: &str = "libx11-6 libx11-xcb1 libxi6 libxcursor1 libxrender1 libxkbcommon0 \
                        libxkbcommon-x11-0 libgl1 libegl1 libgl1-mesa-dri";

/// Why no window opened, in one sentence without source paths.
fn cannot_open(error: &eframe::Error) -> String {
    let display = ["DISPLAY", "WAYLAND_DISPLAY"].map(|name| {
        std::env::var(name)
            .ok()
            .filter(|value| !value.is_empty())
            .map(|value| (name, value))
    });
    match (error, display.into_iter().flatten().next()) {
        (eframe::Error::WinitEventLoop(_) | eframe::Error::Winit(_), None) => {
            format!(
                "there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set): {SUBCOMMANDS}"
            )
        }
        (eframe::Error::WinitEventLoop(_) | eframe::Error::Winit(_), Some((name, value))) => {
            format!(
                "no window can be opened on {name}={value} (is the display running, and are these \
                 installed: {PACKAGES}?): {SUBCOMMANDS}"
            )
        }
        (eframe::Error::AppCreation(why), _) => format!("the window cannot start: {why}"),
        _ => format!(
            "the display has no usable OpenGL (on Debian: apt-get install libgl1 libegl1 \
             libgl1-mesa-dri): {SUBCOMMANDS}"
        ),
    }
}

fn missing_library(panic: &str) -> String {
    let library = panic
        .split_whitespace()
        .find(|word| word.contains(".so"))
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric() && c != '.'));
    match library {
        Some(library) => format!(
            "the window needs the library {library}, which is not installed (on Debian: apt-get \
             install {PACKAGES}): {SUBCOMMANDS}"
        ),
        None => format!("the window stopped on an internal error ({panic}): please report it"),
    }
}

/// A library that cannot be loaded is reported as a sentence, not as a panic;
/// so are panics of the worker, by the window.
fn silence_loader_panics() {
    let default = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        let text = info.to_string();
        let of_pool = std::thread::current()
            .name()
            .is_some_and(|n| n.starts_with("followspot-") && n.contains("pool"));
        if !(text.contains("could not be loaded") || of_pool) {
            default(info);
        }
    }));
}

/// The window's icon: a cone of light on a dark ground.
fn icon() -> egui::IconData {
    const SIDE: usize = 64;
    let middle = SIDE as f32 / 2.0;
    let rgba = (0..SIDE * SIDE)
        .flat_map(|k| {
            let (x, y) = (
                (k % SIDE) as f32 - middle + 0.5,
                middle - 0.5 - (k / SIDE) as f32,
            );
            let (r, angle) = (x.hypot(y), y.atan2(x));
            let lit = (angle - 0.9).abs() < 0.45;
            match (r < middle - 1.0, lit) {
                (false, _) => [0, 0, 0, 0],
                (true, true) => [255, 213, 107, 255],
                (true, false) if r > middle - 5.0 => [77, 190, 255, 255],
                (true, false) => [30, 33, 38, 255],
            }
        })
        .collect();
    egui::IconData {
        rgba,
        width: SIDE as u32,
        height: SIDE as u32,
    }
}

/// How a run for a picture ended; shared with the renderer's callback.
#[derive(Clone, Debug, Default)]
struct Outcome {
    done: Arc<AtomicBool>,
    problem: Arc<Mutex<Option<String>>>,
}

impl Outcome {
    fn end(&self, problem: Option<String>) {
        *self.problem.lock().unwrap_or_else(PoisonError::into_inner) = problem;
        self.done.store(true, Ordering::Release);
    }

    fn problem(&self) -> Option<String> {
        if !self.done.load(Ordering::Acquire) {
            return Some("the window was closed before its picture was taken".to_owned());
        }
        self.problem
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// The picture that `--screenshot` asks for.
#[derive(Debug)]
pub struct Screenshot {
    path: PathBuf,
    force: bool,
    settled_frames: u32,
    outcome: Outcome,
}

impl Screenshot {
    /// To be written to `path`; what is there is replaced only with `force`.
    pub fn new(path: PathBuf, force: bool) -> Self {
        Self {
            path,
            force,
            settled_frames: 0,
            outcome: Outcome::default(),
        }
    }
}

impl App {
    /// Takes the picture once everything is on screen, then closes the window.
    pub(super) fn take_screenshot(&mut self, ctx: &Context) {
        let settled = self.is_settled();
        let Some(screenshot) = &mut self.screenshot else {
            return;
        };
        if screenshot.outcome.done.load(Ordering::Acquire) {
            ctx.send_viewport_cmd(ViewportCommand::Close);
            return;
        }
        ctx.request_repaint();
        screenshot.settled_frames = if settled {
            screenshot.settled_frames + 1
        } else {
            0
        };
        if screenshot.settled_frames == SETTLING_FRAMES {
            let (path, outcome) = (screenshot.path.clone(), screenshot.outcome.clone());
            let force = screenshot.force;
            let ctx_later = ctx.clone();
            ctx.request_screenshot(move |image| {
                let written = write_png(&path, force, &image);
                outcome.end(written.err().map(|error| error.to_string()));
                ctx_later.request_repaint();
            });
        }
    }

    /// A file that cannot be opened ends a run for a picture.
    pub(super) fn fail_screenshot(&mut self, error: &str) {
        if let Some(screenshot) = &self.screenshot {
            screenshot.outcome.end(Some(error.to_owned()));
        }
    }
}

/// Writes the picture whole or not at all.
fn write_png(path: &Path, force: bool, image: &ColorImage) -> Result<(), TableError> {
    let mut file = OutFile::create(path, force)?;
    let [width, height] = image.size.map(|side| side as u32);
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_compression(png::Compression::High);
    let written = encoder
        .write_header()
        .and_then(|mut writer| writer.write_image_data(image.as_raw()));
    if let Err(error) = written {
        return Err(TableError::Io {
            file: file.name().to_owned(),
            source: std::io::Error::other(error),
        });
    }
    file.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_library_is_named_with_its_package_and_the_way_around() {
        let said = missing_library("Library libxkbcommon-x11.so could not be loaded.");
        for expected in [
            "libxkbcommon-x11.so,",
            "libxkbcommon-x11-0",
            "followspot sweep",
        ] {
            assert!(said.contains(expected), "{said}");
        }
        let said = missing_library("index out of bounds");
        assert!(
            said.contains("index out of bounds") && said.contains("report"),
            "{said}"
        );
    }

    #[test]
    fn a_picture_is_written_whole_and_replaced_only_when_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("window.png");
        let image = ColorImage::new([2, 1], vec![egui::Color32::RED, egui::Color32::BLUE]);
        write_png(&path, false, &image).unwrap();
        let first = std::fs::read(&path).unwrap();
        assert!(first.starts_with(b"\x89PNG"));
        assert!(write_png(&path, false, &image).is_err());
        write_png(&path, true, &image).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), first);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
