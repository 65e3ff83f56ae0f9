//! What must hold of any bytes that are given to the readers.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use followspot::data::{
    ArrayInfo, Channels, ClassNames, DataError, Dump, Flatten, Images, Labels, Pick, ReadAs,
    RowRange, list_bytes, load_bytes, load_matrix_bytes,
};
use followspot::session::{
    Session, figure_command, plane_command, read_session_bytes, sweep_command,
};

/// Most bytes that compressed arrays may unpack to here.
pub const LIMIT: u64 = 1 << 20;

/// Characters that a sentence about a file has fewer of.
const LONGEST: usize = 2000;

/// Arrays of a file that are read by their keys.
const KEYS: usize = 4;

/// How far the readers came with a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reached {
    /// It was refused as a whole.
    #[default]
    Nothing,
    /// Its arrays were listed.
    Listed,
    /// One of them was read, or the session.
    Read,
}

/// Something that must not be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong(pub String);

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Gives a file of that name to every reader, as arrays or as a session.
///
/// # Errors
/// [`Wrong`] where an answer is none. A reader that panics, hangs or takes too much
/// memory is for the caller to notice.
pub fn check(name: &str, bytes: &Arc<[u8]>) -> Result<Reached, Wrong> {
    let reached = arrays(name, bytes)?.max(companions(name, bytes)?);
    Ok(reached.max(session(name, bytes)?))
}

/// Most memory that reading such a file may take.
#[must_use]
pub fn most_memory(bytes: &[u8]) -> usize {
    let packed = bytes.starts_with(b"PK") || bytes.starts_with(b"\x89HDF");
    let unpacked = if packed { LIMIT as usize } else { 0 };
    40 * (bytes.len() + unpacked) + (64 << 20)
}

fn arrays(name: &str, bytes: &Arc<[u8]>) -> Result<Reached, Wrong> {
    let never = AtomicBool::new(false);
    let mut reached = Reached::Nothing;
    let listed = match list_bytes(name, Arc::clone(bytes), &never) {
        Ok(listed) => listed,
        Err(error) => {
            said(name, &error)?;
            Vec::new()
        }
    };
    for array in &listed {
        info(array)?;
        reached = Reached::Listed;
    }
    for pick in picks(&listed, bytes) {
        match load_bytes(name, Arc::clone(bytes), &pick, &never) {
            Ok(dump) => {
                whole(&dump).map_err(|wrong| Wrong(format!("{wrong} by {pick:?}")))?;
                reached = Reached::Read;
            }
            Err(error) => said(name, &error)?,
        }
        match load_matrix_bytes(name, Arc::clone(bytes), &pick, &never) {
            Ok(matrix) if matrix.values.len() == matrix.rows * matrix.columns => {
                reached = Reached::Read;
            }
            Ok(matrix) => {
                return Err(Wrong(format!(
                    "{} values make no {} × {} matrix by {pick:?}",
                    matrix.values.len(),
                    matrix.rows,
                    matrix.columns
                )));
            }
            Err(error) => said(name, &error)?,
        }
    }
    Ok(reached)
}

/// How a file is asked for: its only array, some by their keys, and three ways of
/// reading that its bytes choose, so that the same file is always asked the same.
fn picks(listed: &[ArrayInfo], bytes: &[u8]) -> Vec<Pick> {
    let pick = |key: Option<&str>, read_as: ReadAs| Pick {
        memory_limit: LIMIT,
        ..Pick::key(key).read_as(read_as)
    };
    let mut picks = vec![pick(None, ReadAs::default())];
    let keys: Vec<&str> = listed
        .iter()
        .filter_map(|array| array.key.as_deref())
        .collect();
    for key in keys.iter().take(KEYS) {
        picks.push(pick(Some(key), ReadAs::default()));
    }
    let ways = ways();
    let mut choice = crc32fast::hash(bytes) as usize;
    for _ in 0..3 {
        let way = ways[choice % ways.len()].clone();
        choice /= ways.len();
        let key = (!way.stack && !keys.is_empty()).then(|| keys[choice % keys.len()]);
        picks.push(pick(key, way));
    }
    picks
}

/// Ways of reading.
fn ways() -> Vec<ReadAs> {
    let flat = |flatten, channels| ReadAs {
        flatten: Some(flatten),
        channels,
        ..ReadAs::default()
    };
    let rows = |start, stop, step| {
        let range = RowRange { start, stop, step };
        ReadAs {
            rows: Some(range),
            ..ReadAs::default()
        }
    };
    let (first, last) = (Some(Channels::First), Some(Channels::Last));
    let mut ways = vec![
        flat(Flatten::Positions, None),
        flat(Flatten::Positions, first),
        flat(Flatten::Positions, last),
        flat(Flatten::Mean, None),
        flat(Flatten::Mean, first),
        flat(Flatten::Max, None),
        flat(Flatten::Max, last),
        flat(Flatten::Position(-1), None),
        flat(Flatten::Position(i64::MIN), first),
        rows(Some(1), None, Some(2)),
        rows(Some(usize::MAX), Some(usize::MAX), Some(usize::MAX)),
    ];
    ways.extend([3, 0, usize::MAX].map(|most| ReadAs {
        sample_rows: Some(most),
        seed: Some(7),
        ..ReadAs::default()
    }));
    ways.extend([None, Some(Flatten::Positions)].map(|flatten| ReadAs {
        stack: true,
        flatten,
        ..ReadAs::default()
    }));
    ways.push(ReadAs {
        sample_rows: Some(2),
        ..flat(Flatten::Max, None)
    });
    ways
}

/// An error is one sentence that names the file.
fn said(file: &str, error: &DataError) -> Result<(), Wrong> {
    let text = error.to_string();
    sentence(&text)?;
    if text.contains(file) {
        Ok(())
    } else {
        Err(Wrong(format!("a sentence does not name {file}: {text}")))
    }
}

fn sentence(text: &str) -> Result<(), Wrong> {
    let wrong = |what: &str| Err(Wrong(format!("{what}: {text:?}")));
    if text.trim().is_empty() {
        return wrong("a sentence says nothing");
    }
    if text.contains(|c: char| c.is_control()) {
        return wrong("a sentence holds a control character");
    }
    if text.chars().count() >= LONGEST {
        return wrong("a sentence is too long");
    }
    Ok(())
}

fn info(array: &ArrayInfo) -> Result<(), Wrong> {
    sentence(&array.dtype)?;
    array.problem.as_deref().map_or(Ok(()), sentence)
}

/// What was read is what is said of it.
fn whole(dump: &Dump) -> Result<(), Wrong> {
    for note in &dump.notes {
        sentence(note)?;
    }
    let [rows, neurons] = dump.shape;
    let activations = &dump.activations;
    let left_out = activations.excluded_rows().len();
    let is_whole = activations.n_samples() + left_out == rows
        && activations.n_neurons() == neurons
        && dump.rows.len() == rows
        && rows <= dump.of_rows
        && dump.entry_of(rows - 1) < dump.entries().max(1);
    if is_whole {
        return Ok(());
    }
    Err(Wrong(format!(
        "a dump contradicts itself: shape {:?}, {} samples, {left_out} left out, {} rows of {}",
        dump.shape,
        activations.n_samples(),
        dump.rows.len(),
        dump.of_rows
    )))
}

/// What comes beside activations.
fn companions(name: &str, bytes: &Arc<[u8]>) -> Result<Reached, Wrong> {
    let never = AtomicBool::new(false);
    let pick = Pick {
        memory_limit: LIMIT,
        ..Pick::default()
    };
    let mut reached = Reached::Nothing;
    match Labels::of_bytes(name, Arc::clone(bytes), &pick, &never) {
        Ok(labels) => {
            let classes = labels.counts.len();
            let last = labels.class_of(labels.entries() - 1);
            let counted: u64 = labels.counts.iter().sum();
            let is_whole = counted == labels.entries() as u64
                && classes == labels.classes.len()
                && last.is_some_and(|class| (class as usize) < classes);
            if !is_whole {
                return Err(Wrong("labels contradict themselves".to_owned()));
            }
            reached = Reached::Read;
        }
        Err(error) => said(name, &error)?,
    }
    match ClassNames::of_bytes(name, Arc::clone(bytes), &pick, &never) {
        Ok(_) => reached = Reached::Read,
        Err(error) => said(name, &error)?,
    }
    match Images::of_bytes(name, Arc::clone(bytes), &pick, &never) {
        Ok(images) => {
            let entries = images.entries();
            for entry in [0, entries.saturating_sub(1), entries] {
                if let Err(error) = images.picture(entry) {
                    said(name, &error)?;
                }
            }
            reached = Reached::Read;
        }
        Err(error) => said(name, &error)?,
    }
    Ok(reached)
}

fn session(name: &str, bytes: &[u8]) -> Result<Reached, Wrong> {
    let session = match read_session_bytes(name, bytes) {
        Ok((session, _)) => session,
        Err(error) => {
            sentence(&error.to_string())?;
            return Ok(Reached::Nothing);
        }
    };
    let again = Session::from_json(&session.to_json());
    if !again.is_ok_and(|again| again == session) {
        return Err(Wrong(
            "a session that was read is not what is written of it".to_owned(),
        ));
    }
    let _ = (sweep_command(&session), plane_command(&session));
    let _ = figure_command(&session, "svg");
    let _ = (session.figure.check(), session.for_figure());
    Ok(Reached::Read)
}
