//! `followspot open`: a session or a figure, in the window.

use super::args::{OpenArgs, ReadingArgs, WindowArgs};
use super::failure::Failure;
use crate::session::{Session, is_named_session, is_session_like};

/// The window on these files. What holds no session is said here, before a window
/// opens; whether its data are there, in the window, where they can be looked for.
pub(super) fn window(args: OpenArgs) -> Result<WindowArgs, Failure> {
    let mut sessions = args.files.iter().filter(|path| is_session_like(path));
    if let Some(first) = sessions.next() {
        let session = Session::read(first).map_err(|error| Failure::Data(error.to_string()))?;
        if session.layers.is_empty() {
            return Err(Failure::Data(format!(
                "{} holds no layer: there is nothing to show",
                first.display()
            )));
        }
    }
    if let Some(second) = sessions.next() {
        return Err(Failure::Usage(format!(
            "one session is open at a time, but {} is a second one: open it by itself",
            second.display()
        )));
    }
    Ok(WindowArgs {
        files: args.files,
        basis: None,
        companions: args.companions,
        epsilon: None,
        reading: ReadingArgs::default(),
        theme: args.theme,
        size: args.size,
        screenshot: args.screenshot,
        force: args.force,
        frame_times: None,
        drag_epsilon: None,
    })
}

/// Refuses choices that a session makes itself.
pub(super) fn check(args: &WindowArgs) -> Result<(), Failure> {
    let Some(session) = args.files.iter().find(|path| is_named_session(path)) else {
        return Ok(());
    };
    let option = match (&args.epsilon, &args.basis) {
        (Some(_), _) => "--epsilon",
        (_, Some(_)) => "--basis",
        _ => return Ok(()),
    };
    Err(Failure::Usage(format!(
        "{} brings its own epsilon and basis: leave {option} out, and change it in the window",
        session.display()
    )))
}
