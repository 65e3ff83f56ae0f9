//! Drops files on a window under X11 as a file manager would (XDND, version 5),
//! so that tests drive the real window without one.
//!
//! ```text
//! drop_files [--title TEXT] [--at X,Y] [--hover MS] [--wait-title TEXT] [--timeout SECONDS] PATH…
//! ```
//!
//! Waits for a visible window whose title holds TEXT or whose `WM_CLASS` is TEXT
//! (`Followspot` unless said), moves over X,Y of it (its middle unless said),
//! hovers (400 ms unless said), drops and waits for `XdndFinished`; then, with
//! `--wait-title`, until the window's title holds that text. Exits with 1 and a
//! sentence where any of this fails within the time-out (30 s unless said).

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use x11rb::connection::Connection;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    Atom, AtomEnum, ClientMessageEvent, ConnectionExt as _, CreateWindowAux, EventMask, MapState,
    PropMode, SELECTION_NOTIFY_EVENT, SelectionNotifyEvent, SelectionRequestEvent, Window,
    WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;
use x11rb::{CURRENT_TIME, NONE};

const USAGE: &str = "usage: drop_files [--title TEXT] [--at X,Y] [--hover MS] [--wait-title TEXT] \
                     [--timeout SECONDS] PATH…";

/// The version of the protocol that is spoken.
const VERSION: u32 = 5;

/// Between two looks at the server.
const TICK: Duration = Duration::from_millis(10);

/// A target that has not asked for the files by then asks after the drop, if ever.
const PATIENCE: Duration = Duration::from_secs(2);

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    match Arguments::parse(std::env::args().skip(1)).and_then(|arguments| run(&arguments)) {
        Ok(said) => {
            println!("{said}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("drop_files: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<String> {
    let deadline = Instant::now() + arguments.timeout;
    let client = Client::connect()?;
    let target = client.find(&arguments.title, deadline)?;
    let uris: String = arguments
        .paths
        .iter()
        .map(|path| file_uri(path) + "\r\n")
        .collect();
    client.drop_on(&target, arguments, uris.as_bytes(), deadline)?;
    if let Some(text) = &arguments.wait_title {
        client.wait_for_title(target.window, text, deadline)?;
    }
    Ok(format!(
        "dropped {} on window {:#x}, now titled {:?}",
        arguments
            .paths
            .iter()
            .map(|path| path.display().to_string())
            .collect::<Vec<_>>()
            .join(", "),
        target.window,
        client.title(target.window).unwrap_or_default()
    ))
}

/// What was asked for.
struct Arguments {
    title: String,
    /// Pixels from the window's upper left corner.
    at: Option<(i16, i16)>,
    hover: Duration,
    wait_title: Option<String>,
    timeout: Duration,
    paths: Vec<PathBuf>,
}

impl Arguments {
    fn parse(mut words: impl Iterator<Item = String>) -> Result<Self> {
        let mut arguments = Self {
            title: "Followspot".to_owned(),
            at: None,
            hover: Duration::from_millis(400),
            wait_title: None,
            timeout: Duration::from_secs(30),
            paths: Vec::new(),
        };
        while let Some(word) = words.next() {
            let mut value = || {
                words
                    .next()
                    .ok_or_else(|| format!("{word} needs a value ({USAGE})"))
            };
            match word.as_str() {
                "--title" => arguments.title = value()?,
                "--at" => arguments.at = Some(point(&value()?)?),
                "--hover" => arguments.hover = Duration::from_millis(number(&value()?)?),
                "--wait-title" => arguments.wait_title = Some(value()?),
                "--timeout" => arguments.timeout = Duration::from_secs(number(&value()?)?),
                option if option.starts_with("--") => {
                    return Err(format!("{option} is no option ({USAGE})").into());
                }
                path => {
                    let found = std::path::absolute(path)?;
                    if !found.exists() {
                        return Err(format!("there is no file {}", found.display()).into());
                    }
                    arguments.paths.push(found);
                }
            }
        }
        if arguments.paths.is_empty() {
            return Err(format!("no file to drop ({USAGE})").into());
        }
        Ok(arguments)
    }
}

fn number(text: &str) -> Result<u64> {
    text.parse()
        .map_err(|_| format!("`{text}` is no whole number").into())
}

fn point(text: &str) -> Result<(i16, i16)> {
    text.split_once(',')
        .and_then(|(x, y)| Some((x.trim().parse().ok()?, y.trim().parse().ok()?)))
        .ok_or_else(|| format!("`{text}` is no position: two numbers of pixels, X,Y").into())
}

/// `file://` and the path, every byte but the unreserved ones and `/` escaped.
fn file_uri(path: &Path) -> String {
    use std::fmt::Write as _;
    use std::os::unix::ffi::OsStrExt as _;

    let mut uri = "file://".to_owned();
    for &byte in path.as_os_str().as_bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}

x11rb::atom_manager! {
    /// The names that the protocol speaks of.
    Atoms: AtomsCookie {
        XdndAware,
        XdndEnter,
        XdndPosition,
        XdndStatus,
        XdndLeave,
        XdndDrop,
        XdndFinished,
        XdndSelection,
        XdndActionCopy,
        URI_LIST: b"text/uri-list",
        TARGETS,
        UTF8_STRING,
        _NET_WM_NAME,
    }
}

/// Where to drop.
struct Target {
    window: Window,
    width: u16,
    height: u16,
    /// The version that both sides speak.
    version: u32,
}

/// The side that drags.
struct Client {
    connection: RustConnection,
    root: Window,
    atoms: Atoms,
    /// Owns the selection; the target answers to it.
    source: Window,
}

impl Client {
    fn connect() -> Result<Self> {
        let (connection, screen) = x11rb::connect(None)
            .map_err(|error| format!("there is no X server to talk to: {error}"))?;
        let root = connection.setup().roots[screen].root;
        let atoms = Atoms::new(&connection)?.reply()?;
        let source = connection.generate_id()?;
        connection.create_window(
            x11rb::COPY_DEPTH_FROM_PARENT,
            source,
            root,
            0,
            0,
            1,
            1,
            0,
            WindowClass::INPUT_OUTPUT,
            x11rb::COPY_FROM_PARENT,
            &CreateWindowAux::new(),
        )?;
        connection.set_selection_owner(source, atoms.XdndSelection, CURRENT_TIME)?;
        connection.flush()?;
        Ok(Self {
            connection,
            root,
            atoms,
            source,
        })
    }

    /// Waits for the window and for its consent to drops in general.
    fn find(&self, title: &str, deadline: Instant) -> Result<Target> {
        loop {
            let mut deaf = false;
            for window in self.tree()? {
                if !self.is_called(window, title) {
                    continue;
                }
                match self.target(window) {
                    Some(target) => return Ok(target),
                    None => deaf = true,
                }
            }
            if Instant::now() > deadline {
                let why = if deaf {
                    format!("the window called {title:?} takes no drops or does not show")
                } else {
                    format!("there is no window called {title:?}")
                };
                return Err(why.into());
            }
            std::thread::sleep(TICK);
        }
    }

    /// All windows below the root, parents first. Windows come and go while one
    /// walks: what is gone is skipped, here and wherever one is asked.
    fn tree(&self) -> Result<Vec<Window>> {
        let mut found = vec![self.root];
        let mut next = 0;
        while next < found.len() {
            if let Ok(tree) = self.connection.query_tree(found[next])?.reply() {
                found.extend(tree.children);
            }
            next += 1;
        }
        Ok(found)
    }

    fn is_called(&self, window: Window, name: &str) -> bool {
        let class = self.text(window, AtomEnum::WM_CLASS.into());
        let by_class = class.is_some_and(|class| {
            class
                .split('\0')
                .any(|part| part.eq_ignore_ascii_case(name))
        });
        by_class || self.title(window).is_some_and(|t| t.contains(name))
    }

    fn title(&self, window: Window) -> Option<String> {
        self.text(window, self.atoms._NET_WM_NAME)
            .or_else(|| self.text(window, AtomEnum::WM_NAME.into()))
    }

    fn text(&self, window: Window, property: Atom) -> Option<String> {
        let reply = self
            .connection
            .get_property(false, window, property, AtomEnum::ANY, 0, 1024)
            .ok()?
            .reply()
            .ok()?;
        (reply.type_ != NONE).then(|| String::from_utf8_lossy(&reply.value).into_owned())
    }

    fn target(&self, window: Window) -> Option<Target> {
        let aware = self
            .connection
            .get_property(false, window, self.atoms.XdndAware, AtomEnum::ANY, 0, 1)
            .ok()?
            .reply()
            .ok()?;
        let version = aware.value32()?.next()?.min(VERSION);
        let attributes = self.connection.get_window_attributes(window).ok()?;
        if attributes.reply().ok()?.map_state != MapState::VIEWABLE {
            return None;
        }
        let geometry = self.connection.get_geometry(window).ok()?.reply().ok()?;
        Some(Target {
            window,
            width: geometry.width,
            height: geometry.height,
            version,
        })
    }

    /// Enters, hovers, drops; answers what the target asks meanwhile.
    fn drop_on(
        &self,
        target: &Target,
        arguments: &Arguments,
        uris: &[u8],
        deadline: Instant,
    ) -> Result<()> {
        let atoms = &self.atoms;
        let middle = || {
            let half = |size: u16| i16::try_from(size / 2).unwrap_or(i16::MAX);
            (half(target.width), half(target.height))
        };
        let (x, y) = arguments.at.unwrap_or_else(middle);
        let place = self
            .connection
            .translate_coordinates(target.window, self.root, x, y)?
            .reply()?;
        let place =
            u32::from(place.dst_x.cast_unsigned()) << 16 | u32::from(place.dst_y.cast_unsigned());
        let position = [self.source, 0, place, CURRENT_TIME, atoms.XdndActionCopy];

        let enter = [
            self.source,
            target.version << 24,
            atoms.URI_LIST,
            NONE,
            NONE,
        ];
        self.send(target, atoms.XdndEnter, enter)?;
        self.send(target, atoms.XdndPosition, position)?;
        let mut stage = Stage::Asking;
        let mut fetched = false;
        loop {
            while let Some(event) = self.connection.poll_for_event()? {
                match event {
                    Event::SelectionRequest(request) => {
                        fetched |= request.target == atoms.URI_LIST;
                        self.answer(&request, uris)?;
                    }
                    Event::ClientMessage(message) if message.type_ == atoms.XdndStatus => {
                        let accepted = message.data.as_data32()[1] & 1 == 1;
                        if !accepted {
                            let leave = [self.source, 0, 0, 0, 0];
                            self.send(target, atoms.XdndLeave, leave)?;
                            return Err("the window refuses the drop".into());
                        }
                        if matches!(stage, Stage::Asking) {
                            stage = Stage::Hovering(Instant::now());
                        }
                    }
                    Event::ClientMessage(message) if message.type_ == atoms.XdndFinished => {
                        // Before version 5 the message says nothing of success.
                        if target.version >= 5 && message.data.as_data32()[1] & 1 == 0 {
                            return Err("the window took the drop but not the files".into());
                        }
                        return Ok(());
                    }
                    _ => {}
                }
            }
            if let Stage::Hovering(since) = stage
                && since.elapsed() >= arguments.hover
                && (fetched || since.elapsed() >= arguments.hover + PATIENCE)
            {
                let drop = [self.source, 0, CURRENT_TIME, 0, 0];
                self.send(target, atoms.XdndDrop, drop)?;
                stage = Stage::Dropped;
            }
            if Instant::now() > deadline {
                return Err(stage.missing().into());
            }
            std::thread::sleep(TICK);
        }
    }

    fn send(&self, target: &Target, message: Atom, data: [u32; 5]) -> Result<()> {
        let event = ClientMessageEvent::new(32, target.window, message, data);
        self.connection
            .send_event(false, target.window, EventMask::NO_EVENT, event)?
            .check()
            .map_err(|_| "the window is gone")?;
        Ok(())
    }

    /// Hands over the list of files, or the kinds it can be had as.
    fn answer(&self, request: &SelectionRequestEvent, uris: &[u8]) -> Result<()> {
        let atoms = &self.atoms;
        let (window, property) = (request.requestor, request.property);
        let mut given = property;
        if request.target == atoms.URI_LIST {
            self.connection.change_property8(
                PropMode::REPLACE,
                window,
                property,
                atoms.URI_LIST,
                uris,
            )?;
        } else if request.target == atoms.TARGETS {
            self.connection.change_property32(
                PropMode::REPLACE,
                window,
                property,
                AtomEnum::ATOM,
                &[atoms.TARGETS, atoms.URI_LIST],
            )?;
        } else {
            given = NONE;
        }
        let notify = SelectionNotifyEvent {
            response_type: SELECTION_NOTIFY_EVENT,
            sequence: 0,
            time: request.time,
            requestor: window,
            selection: request.selection,
            target: request.target,
            property: given,
        };
        self.connection
            .send_event(false, window, EventMask::NO_EVENT, notify)?;
        self.connection.flush()?;
        Ok(())
    }

    fn wait_for_title(&self, window: Window, text: &str, deadline: Instant) -> Result<()> {
        loop {
            let Some(title) = self.title(window) else {
                return Err("the window closed after the drop".into());
            };
            if title.contains(text) {
                return Ok(());
            }
            if Instant::now() > deadline {
                return Err(format!("the title is still {title:?}, without {text:?}").into());
            }
            std::thread::sleep(TICK);
        }
    }
}

/// How far the drag has come.
enum Stage {
    Asking,
    Hovering(Instant),
    Dropped,
}

impl Stage {
    /// What did not happen in time.
    fn missing(&self) -> &'static str {
        match self {
            Self::Asking => "the window does not answer whether it takes the drop",
            Self::Hovering(_) => "the time is up before the drop",
            Self::Dropped => "the window does not say that the drop is finished",
        }
    }
}
