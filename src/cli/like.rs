//! What a figure takes over from the figure that it is to be like: the labels and class names
//! of its samples; and what is another than it was there.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use super::args::{ClassArgs, FigureArgs};
use super::failure::Failure;
use super::report;
use crate::data::Dump;
use crate::figure::{OTHER_SAMPLES, shows_classes};
use crate::session::{CompanionRecord, CompanionRole, Paths, Session, sha256};

/// The labels and class names to read: those that are given, and for the others those of
/// the figure to be like. They are looked for beside the dumps, beside that figure and in
/// the working directory, and are taken if their SHA-256 is what it was.
///
/// # Errors
/// A sentence that names the file, where `session` shows classes and it is not found.
pub(super) fn classes(
    args: &FigureArgs,
    like: Option<&Session>,
    dumps: &[&Dump],
    session: &Session,
    cancel: &AtomicBool,
) -> Result<ClassArgs, Failure> {
    let mut classes = args.classes.clone();
    let Some((like, figure)) = like.zip(args.like.as_deref()) else {
        return Ok(classes);
    };
    let (labels, names) = (
        record(like, CompanionRole::Labels),
        record(like, CompanionRole::ClassNames),
    );
    let search = Search {
        figure,
        folders: folders(args, figure),
        shows_classes: shows_classes(session),
        cancel,
    };
    let own = classes.labels.is_some();
    if let Some(labels) = labels
        && !own
        && !came_along(labels, like, dumps)
    {
        classes.labels = search.find(labels, "labels")?;
        if classes.labels.is_none() {
            return Ok(classes);
        }
    }
    if let Some(names) = names
        && classes.class_names.is_none()
    {
        let others = match (&classes.labels, labels) {
            (Some(path), Some(labels)) if own => !is_of(path, labels, cancel)?,
            _ => own,
        };
        if others {
            report::note(&format!(
                "the labels are others than those of {}, so its class names ({}) are not taken: \
                 give names with --class-names",
                figure.display(),
                names.file_name
            ));
        } else {
            classes.class_names = search.find(names, "class-names")?;
        }
    }
    Ok(classes)
}

fn record(session: &Session, role: CompanionRole) -> Option<&CompanionRecord> {
    session.companions.iter().find(|one| one.role == role)
}

/// Whether labels are a column of the table that holds the activations, as they were.
fn came_along(labels: &CompanionRecord, like: &Session, dumps: &[&Dump]) -> bool {
    let of_layer = |name: &str| like.layers.iter().any(|one| one.source.file_name == name);
    of_layer(&labels.file_name) && dumps.iter().any(|dump| dump.labels.is_some())
}

/// Whether a file is the one of the record, as far as is known.
fn is_of(path: &Path, record: &CompanionRecord, cancel: &AtomicBool) -> Result<bool, Failure> {
    match &record.sha256 {
        Some(known) => Ok(sha256(path, cancel)? == *known),
        None => Ok(true),
    }
}

/// Where files are looked for.
fn folders(args: &FigureArgs, figure: &Path) -> Vec<PathBuf> {
    let files = args.acts.iter().map(PathBuf::as_path).chain([figure]);
    let mut folders: Vec<PathBuf> = Vec::new();
    for folder in files.filter_map(Path::parent).chain([Path::new("")]) {
        if !folders.iter().any(|known| known == folder) {
            folders.push(folder.to_owned());
        }
    }
    folders
}

struct Search<'a> {
    figure: &'a Path,
    folders: Vec<PathBuf>,
    shows_classes: bool,
    cancel: &'a AtomicBool,
}

impl Search<'_> {
    /// The file of a record, `None` where it is not found and nothing of it would be seen.
    fn find(&self, record: &CompanionRecord, option: &str) -> Result<Option<PathBuf>, Failure> {
        let mut another = None;
        for folder in &self.folders {
            let Some(path) = record.find(folder, Paths::Relative) else {
                continue;
            };
            if is_of(&path, record, self.cancel)? {
                report::note(&format!(
                    "{} is taken from {}, as in {}",
                    record.file_name,
                    path.display(),
                    self.figure.display()
                ));
                return Ok(Some(path));
            }
            another.get_or_insert(path);
        }
        if !self.shows_classes {
            return Ok(None);
        }
        let why = match another {
            Some(path) => format!("{} is another file: its SHA-256 differs", path.display()),
            None => {
                "it is neither beside the activations, nor beside that figure, nor here".to_owned()
            }
        };
        Err(Failure::Usage(format!(
            "{} was made with {}, and {why}; give it with --{option}",
            self.figure.display(),
            record.file_name,
        )))
    }
}

/// Says what may make the figure another than was meant.
pub(super) fn say_what_differs(like: &Session, figure: &Path, session: &Session) {
    let differs = |then: Option<&String>, now: Option<&String>, name: &str| {
        if then.is_some() && then != now {
            report::note(&format!(
                "{name} is not the file that {} was made from: its SHA-256 differs",
                figure.display()
            ));
        }
    };
    for (then, now) in like.layers.iter().zip(&session.layers) {
        let (then, now) = (&then.source, &now.source);
        differs(then.sha256.as_ref(), now.sha256.as_ref(), &now.file_name);
    }
    for now in &session.companions {
        if let Some(then) = record(like, now.role) {
            differs(then.sha256.as_ref(), now.sha256.as_ref(), &now.file_name);
        }
    }
}

/// Says which classes the figure's session colours or hides that no sample can have.
pub(super) fn say_classes_not_there(figure: &Path, session: &Session, names: &[String]) {
    let look = &session.view.classes;
    let mut unknown: Vec<&str> = look
        .hidden
        .iter()
        .chain(look.colors.keys())
        .map(String::as_str)
        .filter(|name| *name != OTHER_SAMPLES && !names.iter().any(|known| known == name))
        .collect();
    unknown.sort_unstable();
    unknown.dedup();
    if !unknown.is_empty() {
        let classes = if unknown.len() == 1 {
            "a class"
        } else {
            "classes"
        };
        report::note(&format!(
            "{} colours or hides {classes} that the labels don't have: {}",
            figure.display(),
            report::first_few(unknown.into_iter().map(str::to_owned))
        ));
    }
}
