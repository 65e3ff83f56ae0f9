//! What the worker says becomes state.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use crate::data::Pick;
use crate::srm::{Epsilon, EpsilonChoice};
use crate::words::{count, size};
use crate::worker::jobs;
use crate::worker::message::{Layer, LoadAs, LoadRequest, Message, Reading, Swept};
use crate::worker::{Event, Generation, Lane};

use super::App;
use super::command::Command;
use super::document::{SAMPLE_EPSILON, first_plane, resolved_epsilon};
use super::listing::FileList;
use super::state::ShownCurves;
use super::state::{HeatmapKey, Notice, SweepView, Tone};

impl App {
    /// Turns what the worker says into state.
    pub(super) fn hear(&mut self, event: Event<Message>) {
        match event {
            Event::Panicked { lane, message, .. } => self.panicked(lane, &message),
            Event::Said {
                generation,
                message,
                ..
            } => match message {
                Message::Curves(curves, split, took) => {
                    self.note_curve(took);
                    // What it replaces is small.
                    let shown = ShownCurves { curves, split };
                    drop(self.state.curves.accept(generation, shown));
                }
                Message::Classes(classes) => {
                    let replaced = self.state.classes.accept(generation, classes);
                    self.worker.discard(replaced);
                }
                Message::Samples(list) => {
                    let replaced = self.state.samples.list.accept(generation, list);
                    self.worker.discard(replaced);
                }
                Message::Pictures(of, read) => {
                    self.state.samples.take_pictures(of, read);
                }
                Message::Directions(list) => {
                    let replaced = self.state.directions.list.accept(generation, list);
                    self.worker.discard(replaced);
                }
                Message::Swept(swept) => self.swept(generation, *swept),
                Message::Heatmap(heatmap) => {
                    let replaced = self.state.heatmap.accept(generation, heatmap);
                    self.worker.discard(replaced);
                }
                Message::Atlas(atlas) => {
                    let replaced = self.state.atlas.accept(generation, atlas);
                    self.worker.discard(replaced);
                }
                Message::Picture(picture) => {
                    let replaced = self.state.picture.accept(generation, picture);
                    self.worker.discard(replaced);
                }
                Message::Tested(tested) => {
                    drop(self.state.test.accept(generation, *tested));
                }
                Message::Opened {
                    layer,
                    request,
                    note,
                } => match request {
                    Some(request) if matches!(request.purpose, LoadAs::Entry { .. }) => {
                        self.entry_opened(&layer, &request);
                    }
                    request => self.opened(&layer, request.map(|r| *r), note.as_deref()),
                },
                Message::BasisSet { old, new, request } => self.basis_set(&old, &new, *request),
                Message::Several { request, arrays } => self.several(request, arrays),
                Message::Session(opened) => self.session_opened(*opened),
                Message::Restored(restored) => self.layer_restored(*restored),
                Message::Identified { path, is } => self.identified(path, is),
                Message::Hashed { layer, error } => self.hashed(layer, error),
                Message::Companion(message) => self.hear_companion(message),
                Message::Saved(ended) => self.session_saved(ended),
                Message::Preview(preview) => {
                    let replaced = self.state.exports.preview.accept(generation, *preview);
                    self.worker.discard(replaced);
                }
                Message::Exported(ended) => self.export_ended(ended),
                Message::Copied(ended) => self.image_copied(ended),
                Message::Asks {
                    request,
                    shape,
                    dtype,
                } => self.reading_asked(request, shape, dtype),
                Message::ReadAgain { old, new } => self.read_again(&old, &new),
                Message::Folder { request, files } => self.folder_listed(*request, files),
                Message::Listed {
                    layer,
                    path,
                    listing,
                    entries,
                } => self.listed_again(layer, FileList::again(path, listing, entries)),
                Message::LoadFailed {
                    error,
                    path,
                    request,
                    unpacked,
                } => self.load_failed(&path, &error, request, unpacked),
            },
        }
    }

    /// A file could not be read; where it would take more memory than is allowed, that
    /// can be allowed.
    fn load_failed(
        &mut self,
        path: &Path,
        error: &str,
        request: Option<Box<LoadRequest>>,
        unpacked: Option<u64>,
    ) {
        self.recovery_failed(path);
        self.preferences.recent.retain(|known| known != path);
        if let Some(request) = &request
            && self.entry_failed(request, error)
        {
            return;
        }
        self.fail_screenshot(error);
        let offer = request.zip(unpacked).map(|(mut request, unpacked)| {
            request.pick.memory_limit = unpacked;
            let label = format!("Read it all the same ({})", size(unpacked));
            (label, Command::ReadAgain(request))
        });
        self.notify(Tone::Error, sentence(error), offer.into_iter().collect());
    }

    fn panicked(&mut self, lane: Lane, message: &str) {
        let what = match lane {
            Lane::Overview => "looking for ε",
            Lane::Curve => {
                self.state.curves.refuse();
                "drawing the curve"
            }
            Lane::Classes => {
                self.state.classes.refuse();
                "reading the classes"
            }
            Lane::Picture => {
                self.state.picture.refuse();
                "drawing the plane"
            }
            Lane::Samples => {
                self.state.samples.list.refuse();
                "listing the samples"
            }
            Lane::Thumbnails => "reading pictures",
            Lane::Directions => {
                self.state.directions.list.refuse();
                "counting about the neurons"
            }
            Lane::Test => {
                self.state.test.refuse();
                "the test"
            }
            Lane::Load => "opening a file",
            Lane::Save => "saving the session",
            Lane::Hash => "hashing a file",
            Lane::Preview => {
                self.state.exports.preview.refuse();
                "drawing the figure"
            }
            Lane::Export => {
                self.export_broke_off();
                "the export"
            }
            Lane::Atlas => {
                self.state.atlas.refuse();
                "drawing the atlas"
            }
            Lane::Heatmap => {
                self.refuse_heatmap();
                "drawing the heatmap"
            }
            Lane::Sweep => {
                self.refuse_sweep();
                "the sweep"
            }
        };
        let text = format!(
            "Something went wrong in {what} ({message}); what is open is unchanged. Please report \
             this as a bug."
        );
        self.fail_screenshot(&text);
        self.notify(Tone::Error, text, Vec::new());
    }

    fn swept(&mut self, generation: Generation, mut swept: Swept) {
        let shown = self.document.layer().map(|layer| layer.id);
        if shown != Some(swept.layer.id) {
            self.worker.discard(swept);
            return;
        }
        self.state.results += 1;
        let heatmap = swept.heatmap.take();
        let view = SweepView::new(self.state.results, swept);
        let (result, layer) = (view.generation, view.layer.id);
        let most_lit = view.highlights.most_lit;
        let dark = view.highlights.lit_planes == 0;
        let is_sample = view.is_sample();
        match self.state.sweep.accept_newer(view.key(), generation, view) {
            Err(stale) => self.worker.discard((stale, heatmap)),
            Ok(replaced) => {
                self.worker.discard(replaced);
                if let Some(heatmap) = heatmap {
                    self.worker.cancel(Lane::Heatmap);
                    let key = HeatmapKey {
                        sweep: result,
                        look: heatmap.look,
                    };
                    let replaced = self.state.heatmap.adopt(key, generation, heatmap);
                    self.worker.discard(replaced);
                }
                if self.state.first_look == Some(layer) && !is_sample {
                    self.state.first_look = None;
                    if !dark {
                        self.document.choices.plane = most_lit;
                    }
                }
            }
        }
    }

    fn opened(&mut self, layer: &Arc<Layer>, request: Option<LoadRequest>, note: Option<&str>) {
        let mut previous = self.document.layer().cloned();
        self.history
            .record(&self.document, "opening of a dump", false);
        let layers = &mut self.document.layers;
        if let Some(Reading::Basis { new, old }) = request.as_ref().and_then(|r| r.instead.as_ref())
            && let Some(place) = layers.iter().position(|open| open.id == *new)
        {
            layers[place] = Arc::clone(old);
            previous = Some(Arc::clone(old));
        }
        if !layer.is_sample {
            // The sample gives way to the first dump of the user's own.
            layers.retain(|open| !open.is_sample);
        }
        layers.push(Arc::clone(layer));
        let batch = request.as_ref().map(|request| request.batch);
        let first = batch.is_none() || self.state.shown_batch != batch;
        if first {
            self.state.shown_batch = batch;
            let choices = &mut self.document.choices;
            choices.pins.clear();
            self.document.show(self.document.layers.len() - 1);
            let choices = &mut self.document.choices;
            choices.plane = first_plane(choices, layer);
            self.open_epsilon(layer, request.as_ref().and_then(|request| request.epsilon));
            self.state.first_look = Some(layer.id);
        } else if let Some(shown) = &previous {
            let layers = &self.document.layers;
            let place = layers.iter().position(|open| open.id == shown.id);
            self.document.shown = place.unwrap_or(0);
        }
        let Some(request) = request else {
            if let Some(basis) = self.sample_basis.take() {
                self.load_basis(basis, layer);
            }
            return;
        };
        self.preferences.remember(request.path.clone());
        if let Some(basis) = request.then_basis.clone() {
            self.load_basis(basis, layer);
        }
        self.announce(layer, previous, request, note);
    }

    pub(super) fn load_basis(&self, path: std::path::PathBuf, layer: &Arc<Layer>) {
        let request = LoadRequest {
            path,
            pick: Pick::default(),
            purpose: LoadAs::Basis(Arc::clone(layer)),
            batch: self.state.batch,
            epsilon: None,
            then_basis: None,
            instead: None,
        };
        jobs::load(&self.worker, request);
    }

    /// Says that a dump is open, and offers the other reading.
    fn announce(
        &mut self,
        layer: &Layer,
        previous: Option<Arc<Layer>>,
        request: LoadRequest,
        note: Option<&str>,
    ) {
        let mut text = format!("Opened {}", layer.name());
        for note in note
            .into_iter()
            .chain(layer.dump.notes.iter().map(String::as_str))
        {
            text = format!("{text}; {note}");
        }
        let fits = |of: &Arc<Layer>| of.n_neurons() == layer.n_neurons() && layer.dump.shape[0] > 1;
        let offers = previous.filter(fits).map(|of| {
            let label = format!("Use it as the basis of {} instead", of.name());
            let request = LoadRequest {
                pick: Pick::key(layer.dump.key.as_deref()),
                purpose: LoadAs::Basis(of),
                then_basis: None,
                instead: Some(Reading::Activations(layer.id)),
                ..request
            };
            (label, Command::ReadAgain(Box::new(request)))
        });
        self.notify(
            Tone::Success,
            format!("{text}."),
            offers.into_iter().collect(),
        );
    }

    /// The resolution scale at which a dump is opened.
    pub(super) fn open_epsilon(&mut self, layer: &Layer, wanted: Option<EpsilonChoice>) {
        let wanted = wanted.or_else(|| self.sample_epsilon.take().filter(|_| layer.is_sample));
        let choices = &mut self.document.choices;
        choices.epsilon_choice = match wanted {
            None if layer.is_sample => EpsilonChoice::Value(Epsilon::clamped(SAMPLE_EPSILON)),
            wanted => wanted.unwrap_or(EpsilonChoice::Auto),
        };
        choices.epsilon = resolved_epsilon(choices.epsilon_choice, choices, layer);
    }

    fn basis_set(&mut self, old: &Arc<Layer>, new: &Arc<Layer>, request: LoadRequest) {
        let before = self.document.clone();
        let layers = &mut self.document.layers;
        let read_before = match request.instead {
            Some(Reading::Activations(id)) => layers.iter().position(|open| open.id == id),
            _ => None,
        };
        // The layer itself, or the place of the file that turns out to be its basis.
        let place = match (
            layers.iter().position(|open| open.id == old.id),
            read_before,
        ) {
            (Some(place), None) => place,
            (Some(place), Some(gone)) => {
                layers.remove(gone);
                if gone < place { place - 1 } else { place }
            }
            (None, Some(gone)) => gone,
            // Both were closed meanwhile.
            (None, None) => return,
        };
        layers[place] = Arc::clone(new);
        if let Some((entry, id)) = self.document.entry
            && id == old.id
        {
            self.document.entry = Some((entry, new.id));
            self.state.listed.replace(entry, new);
        }
        self.history.record(&before, "change of basis", false);
        self.document.shown = place;
        self.document.choices.plane = None;
        self.document.choices.pins.clear();
        self.document.show(place);
        self.state.first_look = Some(new.id);
        let (text, offers) = match new.basis_name() {
            None => (
                format!("{} is in the standard basis.", new.name()),
                Vec::new(),
            ),
            Some(name) => {
                let vectors = count(new.coordinates.basis().len() as u64, "vector");
                let text = format!("{name} is the basis of {}: {vectors}.", new.name());
                let request = LoadRequest {
                    purpose: LoadAs::Activations,
                    batch: self.next_batch(),
                    instead: Some(Reading::Basis {
                        new: new.id,
                        old: Arc::clone(old),
                    }),
                    ..request
                };
                let label = "Open it as activations instead".to_owned();
                (text, vec![(label, Command::ReadAgain(Box::new(request)))])
            }
        };
        self.notify(Tone::Success, text, offers);
    }

    /// Shows a strip.
    pub(super) fn notify(&mut self, tone: Tone, text: String, offers: Vec<(String, Command)>) {
        let id = self.state.next_notice;
        self.state.next_notice += 1;
        // The same error twice is one strip; a new success replaces the last.
        self.state.notices.retain(|notice| match tone {
            Tone::Error | Tone::Question => notice.text != text,
            Tone::Success => notice.tone != Tone::Success,
        });
        self.state.notices.push(Notice {
            id,
            text,
            tone,
            offers,
            since: Instant::now(),
        });
    }
}

/// A message with a full stop.
pub(super) fn sentence(message: &str) -> String {
    let stop = if message.ends_with(['.', '?', '!']) {
        ""
    } else {
        "."
    };
    format!("{message}{stop}")
}
