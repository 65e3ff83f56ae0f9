//! Sessions in files: session files themselves, and figures that carry the session
//! they were made from.
//!
//! | file | where the session is |
//! | --- | --- |
//! | `.followspot` | the whole file, JSON |
//! | SVG | `<metadata id="followspot-session">`, XML-escaped |
//! | PDF | `<pdf:Keywords>followspot-session {…}</pdf:Keywords>` of the XMP packet, XML-escaped |
//! | PNG | an `iTXt` chunk of the keyword `followspot-session`, not compressed |
//!
//! What a file is, its first bytes say. No more than [`MOST_SCANNED_BYTES`] are read,
//! and no memory is reserved because a header claims to need it.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use super::record::{MOST_SESSION_BYTES, Session, SessionError};
use crate::words::{self, count};

/// How a session is marked in figures.
pub const SESSION_MARK: &str = "followspot-session";

/// What session files are called.
pub const SESSION_EXTENSION: &str = "followspot";

/// Most bytes of a figure that are searched.
pub const MOST_SCANNED_BYTES: u64 = 64 << 20;

/// Bytes that say what a file is.
const HEAD_BYTES: u64 = 1024;

/// Most layers: far more than a list shows.
const MOST_LAYERS: usize = 1000;

/// Most planes that are laid over another: far more than can be told apart.
const MOST_PINS: usize = 4096;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// A kind of file that can hold a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// A session file.
    Session,
    /// A figure as SVG.
    Svg,
    /// A figure as PDF.
    Pdf,
    /// A figure as PNG.
    Png,
}

/// Why no session was read from a file. Files are named without their folder.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The system refused.
    #[error("cannot read {file}: {}", words::io_error(source))]
    Io {
        /// The file's name.
        file: String,
        /// What the system said.
        source: io::Error,
    },
    /// A folder, a pipe or a device.
    #[error("{0} is no regular file: open a session file or an exported figure")]
    NotAFile(String),
    /// Something else altogether.
    #[error(
        "{0} is neither a session file nor a figure: open a .followspot, .svg, .pdf or .png file"
    )]
    Unknown(String),
    /// A figure of another program, or an edited one.
    #[error(
        "{0} holds no session: it was not exported by Followspot, or a program that edited it \
         dropped it"
    )]
    NoSession(String),
    /// Far beyond anything that was written.
    #[error("the session in {0} is larger than the 16 MB that are read: it is damaged")]
    TooLarge(String),
    /// It is not understood, damaged or newer.
    #[error("cannot open {file}: {source}")]
    Session {
        /// The file's name.
        file: String,
        /// What is wrong with the session.
        source: SessionError,
    },
}

impl Session {
    /// Reads a session file, or the session that an exported figure carries.
    ///
    /// # Errors
    /// [`ReadError`]
    pub fn read(path: &Path) -> Result<Self, ReadError> {
        read_session(path).map(|(session, _)| session)
    }
}

/// As [`Session::read`], with what kind of file it is.
///
/// # Errors
/// [`ReadError`]
pub fn read_session(path: &Path) -> Result<(Session, FileKind), ReadError> {
    let name = name_of(path);
    let fail = |source| ReadError::Io {
        file: name.clone(),
        source,
    };
    if !fs::metadata(path).map_err(fail)?.is_file() {
        return Err(ReadError::NotAFile(name));
    }
    let mut bytes = Vec::new();
    let mut file = File::open(path).map_err(fail)?.take(HEAD_BYTES);
    file.read_to_end(&mut bytes).map_err(fail)?;
    let Some(kind) = FileKind::of(&bytes) else {
        return Err(ReadError::Unknown(name));
    };
    let most = match kind {
        FileKind::Session => MOST_SESSION_BYTES + 1,
        _ => MOST_SCANNED_BYTES,
    };
    let mut rest = file.into_inner().take(most - bytes.len() as u64);
    rest.read_to_end(&mut bytes).map_err(fail)?;
    let session = session_in(kind, &bytes, &name)?;
    Ok((session, kind))
}

/// As [`read_session`], of bytes in memory as a file of that name.
///
/// # Errors
/// [`ReadError`]
pub fn read_session_bytes(name: &str, bytes: &[u8]) -> Result<(Session, FileKind), ReadError> {
    let head = &bytes[..bytes.len().min(HEAD_BYTES as usize)];
    let Some(kind) = FileKind::of(head) else {
        return Err(ReadError::Unknown(name.to_owned()));
    };
    let most = bytes.len().min(MOST_SCANNED_BYTES as usize);
    let session = session_in(kind, &bytes[..most], name)?;
    Ok((session, kind))
}

/// Whether a file looks like a session file or a figure: by its extension, and
/// where that says nothing by its first bytes. A look at a file that may be on a
/// slow disk.
#[must_use]
pub fn is_session_like(path: &Path) -> bool {
    if is_named_session(path) {
        return true;
    }
    let is_array = path.extension().is_some_and(|extension| {
        ["npy", "npz"].map(|known| extension.eq_ignore_ascii_case(known)) != [false; 2]
    });
    // A pipe would make whoever opens it wait.
    if is_array || !fs::metadata(path).is_ok_and(|metadata| metadata.is_file()) {
        return false;
    }
    let mut head = Vec::new();
    let read = File::open(path).and_then(|file| file.take(HEAD_BYTES).read_to_end(&mut head));
    read.is_ok() && FileKind::of(&head).is_some()
}

/// Whether a file is named like a session file or a figure; it isn't looked at.
#[must_use]
pub fn is_named_session(path: &Path) -> bool {
    path.extension().is_some_and(|extension| {
        [SESSION_EXTENSION, "svg", "pdf", "png"]
            .into_iter()
            .any(|known| extension.eq_ignore_ascii_case(known))
    })
}

impl FileKind {
    /// What a file is that begins so.
    fn of(head: &[u8]) -> Option<Self> {
        if head.starts_with(PNG) {
            return Some(Self::Png);
        }
        match without_space(head).first() {
            Some(b'{') => Some(Self::Session),
            Some(b'<') => Some(Self::Svg),
            // The mark may stand behind a few other bytes.
            _ => find(head, b"%PDF-").map(|_| Self::Pdf),
        }
    }

    /// Whether it is a figure rather than a session file.
    #[must_use]
    pub fn is_figure(self) -> bool {
        self != Self::Session
    }
}

/// The session in the bytes of a file of that kind.
fn session_in(kind: FileKind, bytes: &[u8], name: &str) -> Result<Session, ReadError> {
    if kind == FileKind::Session && bytes.len() as u64 > MOST_SESSION_BYTES {
        return Err(ReadError::TooLarge(name.to_owned()));
    }
    let wrong = |source| ReadError::Session {
        file: name.to_owned(),
        source,
    };
    let damaged = |why: &str| wrong(SessionError::Damaged(why.to_owned()));
    let text = match kind {
        FileKind::Session => Some(without_space(bytes).to_vec()),
        FileKind::Svg => in_svg(bytes),
        FileKind::Pdf => in_pdf(bytes).map(unescaped),
        FileKind::Png => match in_png(bytes) {
            Some(Ok(text)) => Some(text.to_vec()),
            Some(Err(why)) => return Err(damaged(why)),
            None => None,
        },
    };
    let text = text.ok_or_else(|| ReadError::NoSession(name.to_owned()))?;
    if text.len() as u64 > MOST_SESSION_BYTES {
        return Err(ReadError::TooLarge(name.to_owned()));
    }
    let text = String::from_utf8(text).map_err(|_| damaged("it is no UTF-8 text"))?;
    let session = Session::from_json(&text).map_err(wrong)?;
    match doubt(&session) {
        None => Ok(session),
        Some(why) => Err(damaged(&why)),
    }
}

/// What no window could have been in.
fn doubt(session: &Session) -> Option<String> {
    if let Err(error) = crate::srm::AngleGrid::new(session.options.angles) {
        return Some(error.to_string());
    }
    let layers = session.layers.len();
    if layers > MOST_LAYERS {
        return Some(format!("it has {}", count(layers as u64, "layer")));
    }
    let companions = session.companions.len();
    if companions > MOST_LAYERS {
        return Some(format!("it has {}", count(companions as u64, "companion")));
    }
    let pins = session.view.pins.len();
    (pins > MOST_PINS).then(|| format!("it has {}", count(pins as u64, "pinned plane")))
}

/// The text of the metadata element that is marked.
fn in_svg(bytes: &[u8]) -> Option<Vec<u8>> {
    // Whatever other attributes an editor has put there.
    const LONGEST_TAG: usize = 1024;
    // A page has one or two.
    const MOST_TAGS: usize = 4096;
    let marked = places(bytes, b"<metadata").take(MOST_TAGS).find_map(|at| {
        let tag = &bytes[at..bytes.len().min(at + LONGEST_TAG)];
        let end = tag.iter().position(|&byte| byte == b'>')?;
        find(&tag[..end], SESSION_MARK.as_bytes())?;
        Some(at + end + 1)
    })?;
    let text = without_space(&bytes[marked..]);
    match text.strip_prefix(b"<![CDATA[") {
        Some(data) => Some(data[..find(data, b"]]>")?].to_vec()),
        None => Some(unescaped(
            &text[..text.iter().position(|&byte| byte == b'<')?],
        )),
    }
}

/// What stands behind the mark in the XMP packet, as it stands in the file: the
/// content of an element, or an attribute's value. The document's own dictionary,
/// which says it as well, is no XML and ends it with neither.
fn in_pdf(bytes: &[u8]) -> Option<&[u8]> {
    let (text, end) = places(bytes, SESSION_MARK.as_bytes()).find_map(|at| {
        let end = match bytes[..at].trim_ascii_end().last()? {
            b'>' => b'<',
            quote @ (b'"' | b'\'') => *quote,
            _ => return None,
        };
        let text = bytes[at + SESSION_MARK.len()..].strip_prefix(b" ")?;
        text.starts_with(b"{").then_some((text, end))
    })?;
    // The first decides: looking for every one's end could take for ever.
    let end = text.iter().position(|&byte| byte == end)?;
    Some(&text[..end])
}

/// The text of the marked `iTXt` chunk, or what is wrong with it.
fn in_png(bytes: &[u8]) -> Option<Result<&[u8], &'static str>> {
    let mut rest = bytes.get(PNG.len()..)?;
    loop {
        let (length, after) = rest.split_first_chunk::<4>()?;
        let length = u32::from_be_bytes(*length) as usize;
        let chunk = after.get(..length.checked_add(4)?)?;
        let (sum, after) = after.get(chunk.len()..)?.split_first_chunk::<4>()?;
        rest = after;
        let Some(text) = chunk
            .strip_prefix(b"iTXt")
            .and_then(|data| data.strip_prefix(SESSION_MARK.as_bytes()))
            .and_then(|data| data.strip_prefix(b"\0"))
        else {
            continue;
        };
        if crc32fast::hash(chunk) != u32::from_be_bytes(*sum) {
            return Some(Err("its checksum is wrong"));
        }
        // Two bytes of compression; a language and a translated keyword end with
        // a zero byte each.
        let Some((&[compressed, _], text)) = text.split_first_chunk::<2>() else {
            return Some(Err("its chunk is too short"));
        };
        if compressed != 0 {
            return Some(Err("a program that edited the figure has compressed it"));
        }
        let mut parts = text.splitn(3, |&byte| byte == 0);
        return Some(parts.nth(2).ok_or("its chunk is too short"));
    }
}

/// Without the mark of UTF-8 and white space in front.
fn without_space(bytes: &[u8]) -> &[u8] {
    bytes
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(bytes)
        .trim_ascii_start()
}

/// Where `needle` stands in `bytes`.
fn places<'a>(bytes: &'a [u8], needle: &'a [u8]) -> impl Iterator<Item = usize> + 'a {
    let mut from = 0;
    std::iter::from_fn(move || {
        let at = from + find(&bytes[from..], needle)?;
        from = at + 1;
        Some(at)
    })
}

/// Where `needle` first stands in `bytes`.
fn find(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    let first = needle.first()?;
    let mut from = 0;
    loop {
        let at = from + bytes[from..].iter().position(|byte| byte == first)?;
        if bytes[at..].starts_with(needle) {
            return Some(at);
        }
        from = at + 1;
    }
}

/// With the references of XML replaced by what they stand for; what is none stays
/// as it is.
fn unescaped(text: &[u8]) -> Vec<u8> {
    const LONGEST: usize = 10;
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.iter().position(|&byte| byte == b'&') {
        out.extend_from_slice(&rest[..at]);
        rest = &rest[at..];
        let end = rest.iter().take(LONGEST).position(|&byte| byte == b';');
        let meant = end.and_then(|end| Some((character(&rest[1..end])?, end)));
        if let Some((character, end)) = meant {
            out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            rest = &rest[end + 1..];
        } else {
            out.push(b'&');
            rest = &rest[1..];
        }
    }
    out.extend_from_slice(rest);
    out
}

/// The character that a reference such as `amp`, `#38` or `#x26` stands for.
fn character(reference: &[u8]) -> Option<char> {
    match reference {
        b"amp" => Some('&'),
        b"lt" => Some('<'),
        b"gt" => Some('>'),
        b"quot" => Some('"'),
        b"apos" => Some('\''),
        _ => {
            let number = std::str::from_utf8(reference).ok()?.strip_prefix('#')?;
            let number = match number.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(number)
        }
    }
}

pub(super) fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().display().to_string()
}

#[cfg(test)]
mod tests;
