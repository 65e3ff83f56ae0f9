//! Among which neurons, or vectors of another basis, planes are made: the list that
//! shows each with its share of the light, and what is done with it.

use std::sync::Arc;

use crate::srm::{NeuronChoice, PlaneSet, Ranges};
use crate::words::count;
use crate::worker::message::Layer;

use super::App;
use super::command::Command;
use super::document::resolved_epsilon;
use super::state::Tone;
use super::widgets::number;

/// About the neurons among which planes are made.
#[derive(Clone, Debug)]
pub enum NeuronCommand {
    /// Show or hide the list.
    Toggle,
    /// Make planes among those only.
    Choose(NeuronChoice),
    /// Make planes among those that are ticked; they wait while they are fewer than two.
    Tick(Vec<bool>),
    /// Make planes among all.
    All,
    /// Make no planes of that one.
    LeaveOut(u32),
    /// Make planes among those of a part of the atlas only.
    Only(Vec<u32>),
    /// Show that one in the list.
    Find(u32),
}

impl From<NeuronCommand> for Command {
    fn from(command: NeuronCommand) -> Self {
        Self::Neurons(command)
    }
}

/// What the list is sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SortBy {
    /// The number, from 0 on.
    #[default]
    Number,
    /// The share of the light, largest first.
    Share,
}

/// The list as it is shown.
#[derive(Debug, Default)]
pub struct NeuronList {
    /// Whether it is open.
    pub open: bool,
    /// What is looked for.
    pub search: String,
    /// What it is sorted by.
    pub by: SortBy,
    /// What is ticked while it is no choice yet, of the layer of that number.
    pub draft: Option<(u64, Vec<bool>)>,
    /// The rows that were found, and what for.
    found: Option<(FoundKey, Arc<[u32]>)>,
    /// What the pointer was on in the atlas when its menu was opened.
    pub menu: Vec<u32>,
}

/// What rows depend on.
#[derive(Clone, Debug, PartialEq)]
struct FoundKey {
    layer: u64,
    /// Number of the sweep's result.
    sweep: Option<u64>,
    search: String,
    by: SortBy,
}

/// The numbers below `m` that a text looks for: all of an empty one, numbers and slices
/// (`0:64,223`), else those whose names hold it.
fn matching(text: &str, m: u32, names: Option<&[String]>) -> Vec<u32> {
    let text = text.trim();
    if text.is_empty() {
        return (0..m).collect();
    }
    if let Ok(ranges) = text.parse::<Ranges>() {
        return (0..m).filter(|&k| ranges.contains(k)).collect();
    }
    let text = text.to_lowercase();
    let named = |k: &u32| {
        let name = names.and_then(|names| names.get(*k as usize));
        name.is_some_and(|name| name.to_lowercase().contains(&text))
    };
    (0..m).filter(named).collect()
}

/// The choice of the ticked ones of all, in the shorter words; `None` where they are
/// fewer than two.
fn choice_of(ticked: &[bool]) -> Option<NeuronChoice> {
    let numbers = |wanted: bool| {
        let all = (0u32..).zip(ticked);
        Ranges::of(all.filter(|&(_, &on)| on == wanted).map(|(k, _)| k))
    };
    let on = ticked.iter().filter(|&&on| on).count();
    if on < 2 {
        return None;
    }
    Some(if 2 * on > ticked.len() {
        NeuronChoice {
            only: None,
            without: numbers(false),
        }
    } else {
        NeuronChoice {
            only: numbers(true),
            without: None,
        }
    })
}

/// What a vector of the layer is called.
pub fn noun(layer: &Layer) -> &'static str {
    if layer.basis_name().is_some() {
        "vector"
    } else {
        "neuron"
    }
}

impl App {
    pub(super) fn apply_neurons(&mut self, command: NeuronCommand) {
        let Some(layer) = self.document.layer().cloned() else {
            self.state.neurons.open = false;
            return;
        };
        let ticked = |app: &Self| app.ticked(&layer);
        match command {
            NeuronCommand::Toggle => self.state.neurons.open ^= true,
            NeuronCommand::Choose(choice) => self.choose_neurons(choice, &layer),
            NeuronCommand::Tick(ticked) => self.tick(ticked, &layer),
            NeuronCommand::All => self.choose_neurons(NeuronChoice::default(), &layer),
            NeuronCommand::LeaveOut(k) => {
                let mut ticked = ticked(self);
                if let Some(on) = ticked.get_mut(k as usize) {
                    *on = false;
                }
                self.tick(ticked, &layer);
            }
            NeuronCommand::Only(numbers) => {
                let before = ticked(self);
                let mut ticked = vec![false; before.len()];
                for k in numbers {
                    ticked[k as usize] = before[k as usize];
                }
                self.tick(ticked, &layer);
            }
            NeuronCommand::Find(k) => {
                self.state.neurons.open = true;
                self.state.neurons.search = k.to_string();
            }
        }
    }

    /// Which vectors of the shown layer are ticked: those that planes are made among,
    /// unless fewer than two are.
    pub(super) fn ticked(&self, layer: &Layer) -> Vec<bool> {
        match &self.state.neurons.draft {
            Some((of, ticked)) if *of == layer.id => ticked.clone(),
            _ => {
                let subset = self.document.choices.subset(layer);
                let m = subset.of_how_many() as u32;
                (0..m).map(|k| subset.contains(k)).collect()
            }
        }
    }

    /// Makes planes among the ticked ones; while these are too few, they wait for more.
    fn tick(&mut self, ticked: Vec<bool>, layer: &Arc<Layer>) {
        match choice_of(&ticked) {
            Some(choice) => self.choose_neurons(choice, layer),
            None => self.state.neurons.draft = Some((layer.id, ticked)),
        }
    }

    fn choose_neurons(&mut self, choice: NeuronChoice, layer: &Arc<Layer>) {
        self.state.neurons.draft = None;
        let basis = layer.coordinates.basis();
        let subset = match choice.resolve(basis) {
            Ok(subset) => subset,
            Err(error) => {
                let text = super::hear::sentence(&error.to_string());
                return self.notify(Tone::Error, text, Vec::new());
            }
        };
        let mode = self.document.choices.mode;
        if PlaneSet::among(&subset, basis, mode, None).is_empty() {
            let text = "These are all parallel, so they span no plane: choose others.";
            return self.notify(Tone::Error, text.to_owned(), Vec::new());
        }
        let before = self.document.clone();
        let choices = &mut self.document.choices;
        choices.neurons = choice;
        choices.epsilon = resolved_epsilon(choices.epsilon_choice, choices, layer);
        self.document.fit_planes(layer);
        if before.choices == self.document.choices {
            return;
        }
        let lost = before.choices.plane != self.document.choices.plane;
        self.history.record(&before, "choice of neurons", false);
        self.state.first_look = lost.then_some(layer.id);
    }

    /// How many of how many vectors planes are made among, where not all: `62 of 384
    /// neurons`.
    pub(super) fn among_text(&self) -> Option<String> {
        let layer = self.document.layer()?;
        let noun = noun(layer);
        if self.document.choices.misfit(layer).is_some() {
            let chosen = &self.document.choices.neurons;
            return Some(format!("all {noun}s, since {chosen} does not fit"));
        }
        let (chosen, all) = self.among_numbers()?;
        Some(format!("{} of {}", number(chosen), count(all as u64, noun)))
    }

    /// How many are chosen and how many there are, where not all are chosen.
    pub(super) fn among_numbers(&self) -> Option<(usize, usize)> {
        let layer = self.document.layer()?;
        let subset = self.document.choices.subset(layer);
        (!subset.is_whole()).then(|| (subset.len(), subset.of_how_many()))
    }

    /// The rows of the list, as they were found or sorted last.
    pub(super) fn found_neurons(&mut self, layer: &Layer) -> Arc<[u32]> {
        let view = self.own_sweep();
        let key = FoundKey {
            layer: layer.id,
            sweep: view.map(|view| view.generation),
            search: self.state.neurons.search.clone(),
            by: self.state.neurons.by,
        };
        if let Some((of, found)) = &self.state.neurons.found
            && *of == key
        {
            return Arc::clone(found);
        }
        let m = layer.coordinates.basis().len() as u32;
        let names = neuron_names(layer);
        let mut found = matching(&key.search, m, names);
        if let (SortBy::Share, Some(view)) = (key.by, view) {
            let share = |k: u32| view.shares.get(k as usize).copied().unwrap_or(0.0);
            found.sort_by(|&a, &b| share(b).total_cmp(&share(a)).then(a.cmp(&b)));
        }
        let found: Arc<[u32]> = found.into();
        self.state.neurons.found = Some((key, Arc::clone(&found)));
        found
    }

    /// The shares of the shown layer's vectors in the light, once it is swept.
    #[must_use]
    pub fn light_shares(&self) -> Option<&[f64]> {
        Some(&self.own_sweep()?.shares)
    }
}

/// What the neurons are called, where the list is of them.
pub fn neuron_names(layer: &Layer) -> Option<&[String]> {
    let names = layer.dump.neuron_names.as_deref();
    names.filter(|_| layer.basis_name().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_slices_and_names_are_found() {
        let names = ["Alpha", "beta", "alphabet"].map(str::to_owned);
        let names = Some(&names[..]);
        for (text, expected) in [
            ("", &[0, 1, 2][..]),
            ("1", &[1]),
            ("0:2, 7", &[0, 1]),
            ("ALPHA", &[0, 2]),
            ("gamma", &[]),
        ] {
            assert_eq!(matching(text, 3, names), expected, "{text}");
        }
        assert!(matching("alpha", 3, None).is_empty());
    }

    #[test]
    fn a_choice_is_written_in_the_shorter_words() {
        let check = |ticked: &[bool], expected: &str| {
            assert_eq!(choice_of(ticked).unwrap().to_string(), expected);
        };
        check(&[true, true, false, true, true], "all but 2");
        check(&[true, true, false, false, false], "0:2");
        check(&[true; 4], "all");
        assert_eq!(choice_of(&[false, true, false]), None);
        assert_eq!(choice_of(&[]), None);
    }
}
