//! Paths that lead to no file: pipes, devices, sockets, folders, links in circles.
//! Whoever opened one might wait or read for ever; here a sentence comes at once.
#![allow(clippy::unwrap_used)] // a test says what it stumbles over
#![cfg(unix)]

use crate::program;

use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::AtomicBool;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use followspot::data::{Pick, list, load, load_each, load_matrix};
use program::Place;

/// Far longer than anything here takes: only what waits for ever gets there.
const GUARD: Duration = Duration::from_mins(2);

/// The paths, and what is said of each.
struct Special {
    place: Place,
    paths: Vec<(PathBuf, &'static str)>,
    /// A socket is one as long as somebody listens.
    _socket: UnixListener,
}

impl Special {
    fn new() -> Self {
        let place = Place::new();
        let mut paths = Vec::new();
        let made = Command::new("mkfifo").arg(place.path("pipe.npy")).status();
        assert!(made.unwrap().success());
        paths.push((place.path("pipe.npy"), "is a pipe"));
        symlink(place.path("pipe.npy"), place.path("to_pipe.npz")).unwrap();
        paths.push((place.path("to_pipe.npz"), "is a pipe"));
        let socket = UnixListener::bind(place.path("socket.npy")).unwrap();
        paths.push((place.path("socket.npy"), "is a socket"));
        std::fs::create_dir(place.path("folder.npz")).unwrap();
        paths.push((place.path("folder.npz"), "is a directory"));
        symlink(place.path("nowhere"), place.path("dangling.npy")).unwrap();
        paths.push((place.path("dangling.npy"), "No such file"));
        symlink(place.path("b.npy"), place.path("a.npy")).unwrap();
        symlink(place.path("a.npy"), place.path("b.npy")).unwrap();
        paths.push((place.path("a.npy"), "symbolic links"));
        let never_ends = [
            ("/dev/zero", "is a device"),
            ("/dev/full", "is a device"),
            ("/dev/random", "is a device"),
        ];
        let there = never_ends
            .into_iter()
            .filter(|(path, _)| Path::new(path).exists());
        paths.extend(there.map(|(path, said)| (PathBuf::from(path), said)));
        // A file of no length that yields bytes, or an error at once.
        for path in ["/proc/self/mem", "/proc/self/maps"] {
            if Path::new(path).exists() {
                let name = path.rsplit('/').next().unwrap();
                paths.push((PathBuf::from(path), name));
            }
        }
        Self {
            place,
            paths,
            _socket: socket,
        }
    }
}

/// What `work` comes to, unless it takes for ever.
fn at_once<T: Send + 'static>(what: &str, work: impl FnOnce() -> T + Send + 'static) -> T {
    let (done, result) = mpsc::channel();
    let thread = std::thread::Builder::new();
    let run = move || {
        let _ = done.send(work());
    };
    thread.spawn(run).unwrap();
    let result = result.recv_timeout(GUARD);
    result.unwrap_or_else(|_| panic!("{what} does not come to an end"))
}

#[track_caller]
fn sentence(path: &Path, said: &str, expected: &str) {
    let name = path.file_name().unwrap().to_string_lossy();
    assert!(said.contains(&*name), "{said}: no {name}");
    assert!(said.contains(expected), "{said}: no {expected}");
    assert!(!said.contains(char::is_control), "{said:?}");
}

#[test]
fn readers_neither_wait_nor_read_for_ever() {
    let special = Special::new();
    for (path, expected) in &special.paths {
        let path = path.clone();
        let what = path.display().to_string();
        let named = path.clone();
        let all = at_once(&what, move || {
            let never = AtomicBool::new(false);
            let pick = Pick::default();
            [
                list(&path, &never).map(drop),
                load(&path, &pick, &never).map(drop),
                load_matrix(&path, &pick, &never).map(drop),
                load_each(&path, &pick, &never, |_, _| {}),
                // Sessions are asked for by the same hands.
                followspot::session::read_session(&path)
                    .map(drop)
                    .map_err(|error| followspot::data::DataError::Io {
                        file: path.file_name().unwrap().to_string_lossy().into_owned(),
                        source: std::io::Error::other(error.to_string()),
                    }),
            ]
            .map(|result| result.map_err(|error| error.to_string()))
        });
        let [arrays @ .., session] = &all;
        for result in arrays {
            sentence(&named, result.as_ref().unwrap_err(), expected);
        }
        sentence(&named, session.as_ref().unwrap_err(), "");
    }
}

#[test]
fn the_command_line_neither_waits_nor_reads_for_ever() {
    let special = Special::new();
    let run = |args: &[&str]| {
        let mut child = special
            .place
            .command(args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let begun = Instant::now();
        while child.try_wait().unwrap().is_none() {
            if begun.elapsed() > GUARD {
                child.kill().unwrap();
                panic!("{args:?} does not come to an end");
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        let output = child.wait_with_output().unwrap();
        // What is wrong with a file stands among the results of the others.
        let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert_eq!(output.status.code(), Some(1), "{args:?}: {said}");
        said.lines().collect::<Vec<_>>().join(" ")
    };
    for (path, expected) in &special.paths {
        let shown = path.to_str().unwrap();
        sentence(path, &run(&["sweep", "--json", shown]), expected);
        // `info` of a folder lists it.
        if !path.is_dir() {
            sentence(path, &run(&["info", shown]), expected);
        }
    }
}

#[test]
fn a_link_to_a_file_is_read_as_the_file() {
    let place = Place::new();
    place.npy("real.npy", &[vec![1.0, 2.0], vec![3.0, 4.0]]);
    symlink(place.path("real.npy"), place.path("one.npy")).unwrap();
    symlink(place.path("one.npy"), place.path("two.npy")).unwrap();
    let never = AtomicBool::new(false);
    let matrix = load_matrix(&place.path("two.npy"), &Pick::default(), &never).unwrap();
    assert_eq!(matrix.file_name, "two.npy");
    assert_eq!(matrix.values, [1.0, 2.0, 3.0, 4.0]);
    assert!(
        place
            .run(&["info", "two.npy"])
            .good()
            .stdout
            .contains("2 × 2")
    );
}
