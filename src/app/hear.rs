//! What the worker says becomes state.

use crate::worker::message::{Layer, LoadAs, Message};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use crate::srm::{Epsilon, EpsilonChoice};
use crate::worker::jobs;
use crate::worker::{Event, Lane};

use super::App;
use super::command::{Command, OtherReading};
use super::document::{SAMPLE_EPSILON, auto_epsilon};
use super::state::{Notice, Picker, SweepView, Tone};

impl App {
    /// Turns what the worker says into state.
    pub(super) fn hear(&mut self, event: Event<Message>) {
        match event {
            Event::Panicked { lane, message, .. } => {
                let what = match lane {
                    Lane::Curve => "drawing the curve",
                    Lane::Load => "opening a file",
                    Lane::Heatmap => "drawing the heatmap",
                    Lane::Sweep => "the sweep",
                    Lane::Export => "writing a file",
                };
                self.notify(
                    Tone::Error,
                    format!(
                        "Something went wrong in {what} ({message}); what is open is unchanged. \
                         Please report this as a bug."
                    ),
                    Vec::new(),
                );
            }
            Event::Said {
                generation,
                message,
                ..
            } => match message {
                Message::Curves(curves) => {
                    self.state.curves.accept(generation, curves);
                }
                Message::Swept {
                    sweep,
                    layer,
                    counts,
                    highlights,
                    took,
                } => {
                    let view = SweepView {
                        generation,
                        sweep,
                        layer,
                        counts,
                        highlights,
                        took,
                    };
                    self.swept(view);
                }
                Message::Heatmap(heatmap) => {
                    self.state.heatmap.accept(generation, heatmap);
                }
                Message::Opened { layer, show, path } => self.opened(&layer, show, path),
                Message::BasisSet { old, new, path } => self.basis_set(&old, &new, path),
                Message::Several {
                    path,
                    arrays,
                    purpose,
                } => {
                    self.state.picker = Some(Picker {
                        path,
                        arrays,
                        purpose,
                    });
                }
                Message::LoadFailed { error, path } => {
                    self.preferences.recent.retain(|known| *known != path);
                    self.fail_screenshot(&error);
                    self.notify(Tone::Error, sentence(&error), Vec::new());
                }
            },
        }
    }

    fn swept(&mut self, view: SweepView) {
        let (generation, layer) = (view.generation, view.layer.id);
        let most_lit = view.highlights.most_lit;
        let dark = view.highlights.lit_planes == 0;
        if self.state.sweep.accept(generation, view) && self.state.first_look == Some(layer) {
            self.state.first_look = None;
            if !dark {
                self.document.choices.plane = most_lit;
            }
        }
    }

    fn opened(&mut self, layer: &Arc<Layer>, show: bool, path: PathBuf) {
        let before = self.document.clone();
        let previous = self.document.layer().cloned();
        let was_empty = previous.as_ref().is_none_or(|shown| shown.is_sample);
        self.history.record(&before, "opening of a dump", false);
        if !layer.is_sample {
            // The sample gives way to the first dump of the user's own.
            self.document.layers.retain(|open| !open.is_sample);
        }
        self.document.layers.push(Arc::clone(layer));
        self.preferences.remember(path.clone());
        if show || was_empty {
            let choices = &mut self.document.choices;
            choices.pins.clear();
            choices.plane = layer.overview.commonest;
            self.open_epsilon(layer);
            self.document.show(self.document.layers.len() - 1);
            self.state.first_look = Some(layer.id);
            self.state.sweep_cancelled = false;
        } else if let Some(shown) = &previous {
            let place = self
                .document
                .layers
                .iter()
                .position(|open| open.id == shown.id);
            self.document.shown = place.unwrap_or(0);
        }
        if let Some(basis) = self.first_basis.take() {
            jobs::load(
                &self.worker,
                basis,
                None,
                LoadAs::Basis(Arc::clone(layer)),
                true,
            );
        }
        if layer.is_sample {
            return;
        }
        let mut text = format!("Opened {}", layer.name());
        for note in &layer.dump.notes {
            text = format!("{text}; {note}");
        }
        let id = self.state.next_notice;
        let fits =
            previous.filter(|p| p.n_neurons() == layer.n_neurons() && layer.dump.shape[0] > 1);
        let offers = fits
            .map(|layer_before| {
                let reading = OtherReading {
                    before,
                    path,
                    key: layer.dump.key.clone(),
                    basis_of: Some(Arc::clone(&layer_before)),
                    notice: id,
                };
                let label = format!("Use it as the basis of {} instead", layer_before.name());
                (label, Command::ReadAgain(Box::new(reading)))
            })
            .into_iter()
            .collect();
        self.notify(Tone::Success, format!("{text}."), offers);
    }

    /// The resolution scale at which a dump is opened.
    fn open_epsilon(&mut self, layer: &Layer) {
        let choices = &mut self.document.choices;
        choices.epsilon_is_auto = false;
        choices.epsilon = match self.first_epsilon.take() {
            Some(EpsilonChoice::Value(epsilon)) => epsilon,
            Some(EpsilonChoice::NullShare(share)) => {
                Epsilon::from_null_share(share, layer.n_neurons())
                    .unwrap_or_else(|_| auto_epsilon(layer))
            }
            None if layer.is_sample => Epsilon::clamped(SAMPLE_EPSILON),
            Some(EpsilonChoice::Auto) | None => {
                choices.epsilon_is_auto = true;
                auto_epsilon(layer)
            }
        };
    }

    fn basis_set(&mut self, old: &Layer, new: &Arc<Layer>, path: Option<PathBuf>) {
        let Some(place) = self
            .document
            .layers
            .iter()
            .position(|open| open.id == old.id)
        else {
            // The layer was closed meanwhile.
            return;
        };
        let before = self.document.clone();
        self.history.record(&before, "change of basis", false);
        self.document.layers[place] = Arc::clone(new);
        self.document.show(place);
        self.state.first_look = Some(new.id);
        self.state.sweep_cancelled = false;
        let id = self.state.next_notice;
        let (text, offers) = match path {
            None => (
                format!("{} is in the standard basis.", new.name()),
                Vec::new(),
            ),
            Some(path) => {
                let name = new.basis_name.clone().unwrap_or_default();
                let reading = OtherReading {
                    before,
                    path,
                    key: None,
                    basis_of: None,
                    notice: id,
                };
                let offer = (
                    "Open it as activations instead".to_owned(),
                    Command::ReadAgain(Box::new(reading)),
                );
                let vectors = new.coordinates.basis().len();
                let text = format!("{name} is the basis of {}: {vectors} vectors.", new.name());
                (text, vec![offer])
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
            Tone::Error => notice.text != text,
            Tone::Success => notice.tone == Tone::Error,
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

/// A message with a capital letter and a full stop.
fn sentence(message: &str) -> String {
    let stop = if message.ends_with(['.', '?', '!']) {
        ""
    } else {
        "."
    };
    format!("{message}{stop}")
}
