//! Labels, class names and images beside the window: looked at while they hover,
//! sorted out when they are dropped, read and opened.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::jobs::{self, file_name};
use super::message::{Message, WindowWorker, next_id};
use super::source_file::SourceFile;
use super::{Context, Lane};
use crate::data::{
    self, ClassNames, DataError, Glance, Images, Labels, Open, Pick, Recognised, Role, recognise,
};
use crate::scene::Raster;
use crate::session::{CompanionRecord, CompanionRole};

/// Pictures that the panel shows of images,
pub const PREVIEWS: usize = 5;

/// and pixels that each has at most.
const PREVIEW_PIXELS: usize = 96;

/// Labels, class names or images that are open.
#[derive(Debug)]
pub struct Companion {
    /// Tells it from every other companion and layer of this process.
    pub id: u64,
    /// Its file, or its folder.
    pub file: SourceFile,
    /// What it holds.
    pub holds: Holds,
    /// Whether it comes with the bundled sample, and belongs to nothing else.
    pub is_sample: bool,
}

/// What a companion holds.
#[derive(Debug)]
pub enum Holds {
    /// A class for each entry.
    Labels(Labels),
    /// A name for each class.
    ClassNames(ClassNames),
    /// A picture for each entry.
    Images {
        /// The pictures.
        images: Images,
        /// The first few, small.
        previews: Vec<Arc<Raster>>,
    },
}

impl Companion {
    fn of(holds: Holds) -> Self {
        let (path, stamp) = match &holds {
            Holds::Labels(labels) => (&labels.path, labels.stamp),
            Holds::ClassNames(names) => (&names.path, names.stamp),
            Holds::Images { images, .. } => (&images.path, images.stamp),
        };
        Self {
            id: next_id(),
            file: SourceFile::new(path, stamp),
            holds,
            is_sample: false,
        }
    }

    /// The labels and the pictures of the bundled sample.
    pub(super) fn of_sample(never: &AtomicBool) -> Result<[Self; 2], DataError> {
        let labels = data::sample_labels(never)?;
        let images = data::sample_images(never)?;
        let previews = previews(&images)?;
        let both = [
            Self::of(Holds::Labels(labels)),
            Self::of(Holds::Images { images, previews }),
        ];
        Ok(both.map(|one| Self {
            is_sample: true,
            ..one
        }))
    }

    fn load(
        path: &std::path::Path,
        role: CompanionRole,
        pick: &Pick,
        cancel: &AtomicBool,
    ) -> Result<Self, DataError> {
        Ok(Self::of(match role {
            CompanionRole::Labels => Holds::Labels(Labels::load(path, pick, cancel)?),
            CompanionRole::ClassNames => Holds::ClassNames(ClassNames::load(path, pick, cancel)?),
            CompanionRole::Images => {
                let images = Images::open(path, pick, cancel)?;
                let previews = previews(&images)?;
                Holds::Images { images, previews }
            }
        }))
    }

    /// What it is.
    #[must_use]
    pub fn role(&self) -> CompanionRole {
        match &self.holds {
            Holds::Labels(_) => CompanionRole::Labels,
            Holds::ClassNames(_) => CompanionRole::ClassNames,
            Holds::Images { .. } => CompanionRole::Images,
        }
    }

    /// The name of its file or folder.
    #[must_use]
    pub fn file_name(&self) -> &str {
        match &self.holds {
            Holds::Labels(labels) => &labels.file_name,
            Holds::ClassNames(names) => &names.file_name,
            Holds::Images { images, .. } => &images.file_name,
        }
    }

    /// The array's key in a file of several.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        match &self.holds {
            Holds::Labels(labels) => labels.key.as_deref(),
            Holds::ClassNames(names) => names.key.as_deref(),
            Holds::Images { images, .. } => images.key.as_deref(),
        }
    }

    /// How many labels, names or pictures.
    #[must_use]
    pub fn entries(&self) -> usize {
        match &self.holds {
            Holds::Labels(labels) => labels.entries(),
            Holds::ClassNames(names) => names.names.len(),
            Holds::Images { images, .. } => images.entries(),
        }
    }

    /// Whether it is a folder of files, which has no hash.
    #[must_use]
    pub fn is_folder(&self) -> bool {
        matches!(&self.holds, Holds::Images { images, .. } if images.is_folder())
    }

    /// What is recorded of it, with its hash if that is known.
    #[must_use]
    pub fn record(&self) -> CompanionRecord {
        CompanionRecord {
            role: self.role(),
            file_name: self.file_name().to_owned(),
            sha256: self.file.sha256().map(str::to_owned),
            key: self.key().map(str::to_owned),
            entries: self.entries() as u64,
            path: None,
        }
    }

    /// Its hash, worked out unless it is known; none of a folder, and of what cannot be
    /// read any more.
    pub(super) fn sha256(&self, cancel: &AtomicBool) -> Option<String> {
        if self.is_folder() || self.is_sample {
            return None;
        }
        self.file.hash(cancel).ok().map(str::to_owned)
    }
}

/// The first few pictures, small.
fn previews(images: &Images) -> Result<Vec<Arc<Raster>>, DataError> {
    let first = 0..images.entries().min(PREVIEWS);
    first.map(|entry| small(images, entry)).collect()
}

/// A picture, small.
pub(super) fn small(images: &Images, entry: usize) -> Result<Arc<Raster>, DataError> {
    let picture = images.picture(entry)?.at_most(PREVIEW_PIXELS);
    let pixels = picture.rgb.chunks_exact(3);
    Ok(Arc::new(Raster {
        width: picture.width,
        height: picture.height,
        rgba: pixels.map(|rgb| [rgb[0], rgb[1], rgb[2], 255]).collect(),
    }))
}

/// A companion that is asked for.
#[derive(Clone, Debug)]
pub struct CompanionRequest {
    /// The file or folder.
    pub path: PathBuf,
    /// Its array.
    pub pick: Pick,
    /// What it is to be.
    pub role: CompanionRole,
    /// What else the file could be.
    pub others: Vec<Role>,
    /// Whether it belongs to something.
    pub belongs: Belongs,
    /// Files that are asked for at once share a number, and a strip.
    pub batch: u64,
}

/// Whether a companion belongs to something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Belongs {
    /// To what is open or comes along, as its header says; what comes may have to ask
    /// first how it is read.
    Surely,
    /// That is found out once it is read.
    Perhaps,
}

/// What the worker says of companions.
#[derive(Debug)]
pub enum CompanionMessage {
    /// What hovering files most likely are.
    Looked {
        /// The files.
        paths: Vec<PathBuf>,
        /// What they are.
        found: Vec<Recognised>,
    },
    /// What dropped files are: to be opened so.
    Sorted(Vec<Recognised>),
    /// A companion was read.
    Opened {
        /// The companion.
        companion: Arc<Companion>,
        /// What asked for it; `None` of the labels of a table.
        request: Option<Box<CompanionRequest>>,
    },
    /// What comes with the bundled sample.
    OfSample(Vec<Arc<Companion>>),
    /// A companion of a session was read, or not.
    Restored {
        /// The session's number.
        number: u64,
        /// What the session says of it.
        record: CompanionRecord,
        /// The companion; `None` where it was not found, else why it cannot be used.
        companion: Result<Arc<Companion>, Option<String>>,
    },
    /// It could not be read; what is open is untouched.
    Failed {
        /// What asked for it.
        request: Box<CompanionRequest>,
        /// The sentence.
        error: String,
    },
}

fn glances(paths: &[PathBuf], cancel: &AtomicBool) -> Result<Vec<Glance>, DataError> {
    paths.iter().map(|path| Glance::at(path, cancel)).collect()
}

/// Asks what hovering files most likely are.
pub fn look(worker: &WindowWorker, paths: Vec<PathBuf>, open: Open) {
    worker.submit(Lane::Load, "", move |context| {
        if let Ok(glances) = glances(&paths, context.cancel()) {
            let found = recognise(&glances, &open);
            context.say(Message::Companion(CompanionMessage::Looked {
                paths,
                found,
            }));
        }
    });
}

/// Asks what dropped files are.
pub fn sort(worker: &WindowWorker, paths: Vec<PathBuf>, open: Open) {
    let label = match &paths[..] {
        [path] => format!("Looking at {}", file_name(path)),
        several => format!("Looking at {} files", several.len()),
    };
    worker.submit(Lane::Load, label, move |context| {
        if let Ok(glances) = glances(&paths, context.cancel()) {
            let found = recognise(&glances, &open);
            context.say(Message::Companion(CompanionMessage::Sorted(found)));
        }
    });
}

/// Asks for a companion.
pub fn load(worker: &WindowWorker, request: CompanionRequest) {
    let label = format!("Opening {}", file_name(&request.path));
    worker.submit(Lane::Load, label, move |context| {
        let read = Companion::load(&request.path, request.role, &request.pick, context.cancel());
        let request = Box::new(request);
        context.say(Message::Companion(match read {
            Err(DataError::Cancelled) => return,
            Ok(companion) => CompanionMessage::Opened {
                companion: Arc::new(companion),
                request: Some(request),
            },
            Err(error) => CompanionMessage::Failed {
                request,
                error: error.to_string(),
            },
        }));
    });
}

/// The labels that a table of activations brings along; an error is no reason not to
/// open it.
pub(super) fn of_table(message: &Message) -> Option<Message> {
    let Message::Opened { layer, .. } = message else {
        return None;
    };
    let labels = Labels::of_dump(&layer.dump)?.ok()?;
    Some(Message::Companion(CompanionMessage::Opened {
        companion: Arc::new(Companion::of(Holds::Labels(labels))),
        request: None,
    }))
}

/// Reads a companion of the session of that number, if it was found.
pub(super) fn restore(
    number: u64,
    record: &CompanionRecord,
    path: Option<PathBuf>,
    context: &Context<Message>,
) {
    let pick = Pick::key(record.key.as_deref());
    let companion = match path {
        None => Err(None),
        Some(path) => match Companion::load(&path, record.role, &pick, context.cancel()) {
            Err(DataError::Cancelled) => return,
            Err(error) => Err(Some(error.to_string())),
            Ok(companion) => Ok(Arc::new(companion)),
        },
    };
    context.say(Message::Companion(CompanionMessage::Restored {
        number,
        record: record.clone(),
        companion,
    }));
}

/// Asks for the hash of a companion's file.
pub fn hash(worker: &WindowWorker, companion: &Companion) {
    jobs::hash_files(worker, companion.id, vec![companion.file.clone()]);
}
