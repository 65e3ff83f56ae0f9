//! A file of several arrays: which of them is wanted, all as a list, or all as one.

use crate::data::{ArrayInfo, Dtype, stacked};
use crate::worker::message::{LoadAs, LoadRequest};

use super::App;
use super::command::Command;
use super::listing::FileList;

/// About the file that waits for a choice.
#[derive(Clone, Debug)]
pub enum PickCommand {
    /// Take the array of that key.
    Take(Option<String>),
    /// Open all that can be layers as a list.
    All,
    /// Read all as one array.
    Stack,
    /// Take none.
    Close,
}

impl From<PickCommand> for Command {
    fn from(command: PickCommand) -> Self {
        Self::Pick(command)
    }
}

/// A file with several arrays, waiting for a choice.
#[derive(Clone, Debug)]
pub struct Picker {
    /// What asked for it.
    pub request: Box<LoadRequest>,
    /// Its arrays.
    pub arrays: Vec<ArrayInfo>,
    /// What is looked for among their names.
    pub search: String,
    /// Places of the arrays whose names have it.
    pub found: Vec<usize>,
    /// The place among these that Enter takes.
    pub chosen: usize,
    /// Whether that is to be brought into view.
    pub reveal: bool,
    /// Lengths of the axes of all arrays on top of one another, where they fit.
    pub stacked: Option<Vec<u64>>,
}

impl Picker {
    /// The arrays of a file that was asked for; the first that can be taken is chosen.
    pub fn new(request: Box<LoadRequest>, arrays: Vec<ArrayInfo>) -> Self {
        let stacked = stacked(&arrays).filter(|_| !is_basis(&request));
        let mut picker = Self {
            request,
            found: Vec::new(),
            arrays,
            search: String::new(),
            chosen: 0,
            reveal: true,
            stacked,
        };
        picker.look();
        picker
    }

    /// Looks for the arrays whose names have what is looked for, in small or capital
    /// letters.
    pub fn look(&mut self) {
        let wanted = self.search.trim().to_lowercase();
        let name = |array: &ArrayInfo| array.key.as_deref().unwrap_or_default().to_lowercase();
        let arrays = self.arrays.iter().enumerate();
        let found = arrays.filter(|(_, array)| name(array).contains(&wanted));
        self.found = found.map(|(place, _)| place).collect();
        self.chosen = 0;
        if self.chosen_array().is_none_or(|array| !can_be(array)) {
            self.step(1);
        }
        self.reveal = true;
    }

    /// The array that Enter takes.
    pub fn chosen_array(&self) -> Option<&ArrayInfo> {
        self.arrays.get(*self.found.get(self.chosen)?)
    }

    /// Chooses the next array that can be taken, or the one before.
    pub fn step(&mut self, step: isize) {
        let mut place = self.chosen;
        while let Some(next) = place.checked_add_signed(step) {
            let Some(&array) = self.found.get(next) else {
                return;
            };
            place = next;
            if can_be(&self.arrays[array]) {
                self.chosen = place;
                self.reveal = true;
                return;
            }
        }
    }

    /// Keys of the arrays that can be layers.
    pub fn layers(&self) -> impl Iterator<Item = Option<String>> + '_ {
        let fitting = self.arrays.iter().filter(|array| can_be(array));
        fitting.map(|array| array.key.clone())
    }

    /// Whether all arrays can be opened as a list.
    pub fn can_list(&self) -> bool {
        let alone = matches!(
            self.request.purpose,
            LoadAs::Activations | LoadAs::Whichever(_)
        );
        alone && self.layers().take(2).count() == 2
    }

    /// Whether nothing but stacking makes a layer of it.
    pub fn stacks_only(&self) -> bool {
        self.stacked.is_some() && self.layers().next().is_none()
    }
}

fn can_be(array: &ArrayInfo) -> bool {
    array.problem.is_none()
}

fn is_basis(request: &LoadRequest) -> bool {
    matches!(request.purpose, LoadAs::Basis(_))
}

impl App {
    /// A file holds several arrays: the one that was picked of its siblings is taken, or
    /// it is asked which.
    pub(super) fn several(&mut self, mut request: Box<LoadRequest>, arrays: Vec<ArrayInfo>) {
        if matches!(request.purpose, LoadAs::Entry { .. }) {
            if !self.awaits(&request) {
                return;
            }
            let known = self.state.listed.key();
            let same = |array: &&ArrayInfo| can_be(array) && array.key.as_deref() == known;
            if known.is_some()
                && let Some(array) = arrays.iter().find(same)
            {
                request.pick.key.clone_from(&array.key);
                return self.load(*request);
            }
        }
        self.state.picker = Some(Picker::new(request, arrays));
    }

    pub(super) fn apply_pick(&mut self, command: PickCommand) {
        let Some(picker) = self.state.picker.take() else {
            return;
        };
        match command {
            PickCommand::Take(key) => self.take(picker, key),
            PickCommand::All => {
                let list = FileList::of_arrays(&picker.request.path, picker.layers());
                self.preferences.remember(picker.request.path.clone());
                self.open_list(list, *picker.request);
            }
            PickCommand::Stack => self.stack(picker),
            PickCommand::Close => self.state.listed.asked = None,
        }
    }

    fn take(&mut self, mut picker: Picker, key: Option<String>) {
        let array = picker.arrays.iter().find(|array| array.key == key).cloned();
        picker.request.pick.key.clone_from(&key);
        if matches!(picker.request.purpose, LoadAs::Entry { .. }) {
            self.state.listed.remember_key(key);
        }
        match array {
            Some(array) if array.asks() && !is_basis(&picker.request) => {
                let dtype = Dtype::named(&array.dtype);
                self.reading_asked(picker.request, array.shape, dtype);
            }
            _ => self.load(*picker.request),
        }
    }

    fn stack(&mut self, mut picker: Picker) {
        let Some(shape) = picker.stacked else {
            return;
        };
        picker.request.pick.read_as.stack = true;
        if shape.len() > 2 {
            let mut arrays = picker.arrays.iter();
            let dtype = arrays.find_map(|array| Dtype::named(&array.dtype));
            self.reading_asked(picker.request, shape, dtype);
        } else {
            self.load(*picker.request);
        }
    }

    /// The names of the arrays that the picker offers, if it is open.
    #[must_use]
    pub fn offered(&self) -> Option<Vec<String>> {
        let picker = self.state.picker.as_ref()?;
        let name = |&place: &usize| picker.arrays[place].key.clone().unwrap_or_default();
        Some(picker.found.iter().map(name).collect())
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::data::{Pick, Role};

    fn picker(arrays: &[(&str, &[u64], Option<&str>)]) -> Picker {
        let info = |&(key, shape, problem): &(&str, &[u64], Option<&str>)| ArrayInfo {
            key: Some(key.to_owned()),
            shape: shape.to_vec(),
            dtype: "float32".to_owned(),
            role: Role::Activations,
            problem: problem.map(str::to_owned),
        };
        let request = LoadRequest {
            path: PathBuf::from("a.npz"),
            pick: Pick::default(),
            purpose: LoadAs::Activations,
            batch: 0,
            epsilon: None,
            then_basis: None,
            instead: None,
        };
        Picker::new(Box::new(request), arrays.iter().map(info).collect())
    }

    fn chosen(picker: &Picker) -> &str {
        let array = picker.chosen_array();
        array
            .and_then(|array| array.key.as_deref())
            .unwrap_or_default()
    }

    #[test]
    fn what_cannot_be_taken_is_stepped_over() {
        let no = Some("holds text");
        let mut picker = picker(&[
            ("names", &[3], no),
            ("conv1", &[4, 6], None),
            ("labels", &[4], no),
            ("conv2", &[4, 6], None),
        ]);
        assert_eq!(chosen(&picker), "conv1");
        picker.step(1);
        assert_eq!(chosen(&picker), "conv2");
        picker.step(1);
        assert_eq!(chosen(&picker), "conv2");
        picker.step(-1);
        picker.step(-1);
        assert_eq!(chosen(&picker), "conv1");
        picker.search = "V2".to_owned();
        picker.look();
        assert_eq!((picker.found.len(), chosen(&picker)), (1, "conv2"));
        assert_eq!(picker.layers().count(), 2);
        assert!(picker.stacked.is_none() && !picker.stacks_only());
    }

    #[test]
    fn rows_of_their_own_are_there_to_be_stacked() {
        let no = Some("holds 6 numbers in one dimension");
        let picker = picker(&[("s0", &[6], no), ("s1", &[6], no)]);
        assert_eq!(picker.stacked.as_deref(), Some(&[2, 6][..]));
        assert!(picker.stacks_only() && !picker.can_list());
    }
}
