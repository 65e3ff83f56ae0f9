//! How an array becomes `N × d`: what the dialog asks, what is made of its answers, and
//! what is said of a layer that was not read whole and as it is.

use std::sync::Arc;

use crate::data::{Channels, Dtype, Dump, Flatten, Pick, Preview, ReadAs, preview};
use crate::words::{thousands, times};
use crate::worker::message::{Layer, LoadAs, LoadRequest};

use super::App;
use super::command::Command;
use super::hear::sentence;
use super::state::Tone;

/// About how an array is read.
#[derive(Clone, Copy, Debug)]
pub enum ReadingCommand {
    /// Ask how the shown layer is to be read.
    Again,
    /// Read the array as the dialog has it.
    Accept,
    /// Read nothing.
    Close,
}

impl From<ReadingCommand> for Command {
    fn from(command: ReadingCommand) -> Self {
        Self::Reading(command)
    }
}

/// What becomes of an array's positions, without the number of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Positions {
    /// Each is a sample.
    Samples,
    /// Their mean.
    Mean,
    /// Their largest values.
    Max,
    /// One of them.
    One,
}

/// An array that waits for an answer.
#[derive(Clone, Debug)]
pub struct ReadingDialog {
    /// What asked for it.
    pub request: Box<LoadRequest>,
    /// Lengths of its axes; of all arrays together where they are stacked.
    pub shape: Vec<u64>,
    /// Its dtype, where it is known.
    pub dtype: Option<Dtype>,
    /// What becomes of its positions.
    pub positions: Positions,
    /// The position that is taken, if one is.
    pub position: i64,
    /// Which axis holds the neurons.
    pub channels: Channels,
    /// The rows that are read, as typed; all where empty.
    pub rows: String,
    /// Whether only some of these are read, drawn at random,
    pub draws: bool,
    /// so many,
    pub most: usize,
    /// with that seed.
    pub seed: u64,
    /// Whether each neuron's mean is taken off.
    pub centres: bool,
}

impl ReadingDialog {
    /// The question for an array of that shape, answered as its request has it or else
    /// as is most likely.
    pub fn new(request: Box<LoadRequest>, shape: Vec<u64>, dtype: Option<Dtype>) -> Self {
        let known = &request.pick.read_as;
        let (positions, position) = match known.flatten {
            None | Some(Flatten::Positions) => (Positions::Samples, 0),
            Some(Flatten::Mean) => (Positions::Mean, 0),
            Some(Flatten::Max) => (Positions::Max, 0),
            Some(Flatten::Position(place)) => (Positions::One, place),
        };
        Self {
            positions,
            position,
            channels: known.channels.unwrap_or(Channels::usual(shape.len())),
            rows: known.rows.map_or_else(String::new, |rows| rows.to_string()),
            draws: known.sample_rows.is_some(),
            most: known.sample_rows.unwrap_or(10_000),
            seed: known.seed.unwrap_or(0),
            centres: known.center.is_some(),
            request,
            shape,
            dtype,
        }
    }

    /// Whether there are axes to choose from.
    pub fn has_positions(&self) -> bool {
        self.shape.len() > 2
    }

    /// Whether it is about a layer that is open already.
    pub fn is_again(&self) -> bool {
        matches!(self.request.purpose, LoadAs::Again(_))
    }

    /// What its request reads, with these positions.
    pub fn flatten(&self, positions: Positions) -> Flatten {
        match positions {
            Positions::Samples => Flatten::Positions,
            Positions::Mean => Flatten::Mean,
            Positions::Max => Flatten::Max,
            Positions::One => Flatten::Position(self.position),
        }
    }

    /// What is chosen, with these positions; why it cannot be read so.
    pub fn read_as(&self, positions: Positions) -> Result<ReadAs, String> {
        let rows = match self.rows.trim() {
            "" => None,
            text => Some(text.parse()?),
        };
        let usual = Channels::usual(self.shape.len());
        Ok(ReadAs {
            stack: self.request.pick.read_as.stack,
            flatten: self.has_positions().then(|| self.flatten(positions)),
            channels: (self.has_positions() && self.channels != usual).then_some(self.channels),
            rows,
            sample_rows: self.draws.then_some(self.most),
            seed: self.draws.then_some(self.seed),
            center: self.centres.then_some(crate::data::Center::Mean),
        })
    }

    /// What it comes to, with these positions, and bytes in memory where the dtype is
    /// known.
    pub fn preview(&self, positions: Positions) -> Result<(Preview, Option<u64>), String> {
        let read_as = self.read_as(positions)?;
        let of = preview(&self.shape, &read_as).map_err(|problem| problem.to_string())?;
        let bytes = self.dtype.map(|dtype| of.bytes(dtype, &read_as));
        Ok((of, bytes))
    }

    /// What is read, if anything would be.
    pub fn answer(&self) -> Result<ReadAs, String> {
        let (of, _) = self.preview(self.positions)?;
        match (of.rows, of.neurons) {
            (0, _) => Err("no row is left: choose more of them".to_owned()),
            (_, 0 | 1) => Err(format!(
                "{} a row: a plane needs two",
                crate::words::count(of.neurons, "neuron")
            )),
            _ => self.read_as(self.positions),
        }
    }

    /// What the axis at `place` is.
    pub fn caption(&self, place: usize) -> &'static str {
        let neurons = match self.channels {
            Channels::First => 1,
            Channels::Last => self.shape.len() - 1,
        };
        match place {
            0 => "samples",
            place if place == neurons => "neurons",
            _ => "positions",
        }
    }
}

/// How a layer was read where it is no whole `N × d` as it is: a line a choice.
pub fn reading_lines(dump: &Dump) -> Vec<String> {
    let read_as = &dump.read_as;
    let mut lines = Vec::new();
    if read_as.stack {
        lines.push("all arrays of the file on top of one another".to_owned());
    }
    if let Some(flatten) = read_as.flatten {
        let how = match flatten {
            Flatten::Positions => "every position a sample".to_owned(),
            Flatten::Mean => "mean over the positions".to_owned(),
            Flatten::Max => "largest over the positions".to_owned(),
            Flatten::Position(place) => format!("position {place}"),
        };
        let becomes = times(&[dump.of_rows as u64, dump.shape[1] as u64]);
        lines.push(format!("{} → {becomes}, {how}", times(&dump.array_shape)));
    }
    lines.extend(rows_line(dump));
    if read_as.center.is_some() {
        lines.push("centred by each neuron's mean".to_owned());
    }
    lines
}

/// Which of the rows were read, where not all.
fn rows_line(dump: &Dump) -> Option<String> {
    let read_as = &dump.read_as;
    if read_as.is_of_all_rows() {
        return None;
    }
    let range = read_as.rows.map(|rows| rows.to_string());
    let drawn = read_as
        .sample_rows
        .map(|_| format!("drawn with seed {}", read_as.seed.unwrap_or(0)));
    let how: Vec<String> = range.into_iter().chain(drawn).collect();
    Some(format!(
        "{} of {} rows ({})",
        thousands(dump.rows.len() as u64),
        thousands(dump.of_rows as u64),
        how.join(", ")
    ))
}

impl App {
    /// Whether a dialog asks how an array is to be read.
    #[must_use]
    pub fn is_asking(&self) -> bool {
        self.state.reading.is_some()
    }

    pub(super) fn apply_reading(&mut self, command: ReadingCommand) {
        match command {
            ReadingCommand::Again => self.ask_again(),
            ReadingCommand::Accept => self.accept_reading(),
            ReadingCommand::Close => {
                self.state.reading = None;
                self.state.listed.asked = None;
            }
        }
    }

    /// An array has to be told how it is read: as its siblings were, or as the dialog
    /// will say.
    pub(super) fn reading_asked(
        &mut self,
        mut request: Box<LoadRequest>,
        shape: Vec<u64>,
        dtype: Option<Dtype>,
    ) {
        if let LoadAs::Entry { list, .. } = request.purpose {
            if !self.awaits(&request) {
                return;
            }
            if let Some(known) = self.state.listed.reading(list, shape.len()) {
                request.pick.read_as = known.clone();
                return self.load(*request);
            }
        }
        let name = request.path.file_name().unwrap_or_default();
        let name = name.to_string_lossy().into_owned();
        self.fail_screenshot(&format!(
            "{name} is {}: say with --flatten how it becomes samples × neurons",
            times(&shape)
        ));
        self.state.reading = Some(ReadingDialog::new(request, shape, dtype));
    }

    /// Asks how the shown layer is to be read.
    fn ask_again(&mut self) {
        let Some(layer) = self.document.layer().filter(|layer| !layer.is_sample) else {
            return;
        };
        let dump = &layer.dump;
        let pick = Pick {
            memory_limit: self.memory_limit.max(dump.activations.bytes() as u64),
            ..Pick::key(dump.key.as_deref()).read_as(dump.read_as.clone())
        };
        let request = LoadRequest {
            path: dump.path.clone(),
            pick,
            purpose: LoadAs::Again(Arc::clone(layer)),
            batch: self.state.batch,
            epsilon: None,
            then_basis: None,
            instead: None,
        };
        let shape = dump.array_shape.clone();
        let dialog = ReadingDialog::new(Box::new(request), shape, Some(dump.dtype));
        self.state.reading = Some(dialog);
    }

    fn accept_reading(&mut self) {
        let Some(dialog) = self.state.reading.take() else {
            return;
        };
        match dialog.answer() {
            Err(_) => self.state.reading = Some(dialog),
            Ok(read_as) => {
                let rank = dialog.shape.len();
                let mut request = *dialog.request;
                if self.is_listed(&request.purpose) {
                    self.state.listed.remember(rank, read_as.clone());
                }
                request.pick.read_as = read_as;
                self.load(request);
            }
        }
    }

    /// Whether what is asked for belongs to the list that is open.
    fn is_listed(&self, purpose: &LoadAs) -> bool {
        match purpose {
            LoadAs::Entry { .. } => true,
            LoadAs::Again(layer) => self.document.entry.is_some_and(|(_, id)| id == layer.id),
            _ => false,
        }
    }

    /// A layer was read another way.
    pub(super) fn read_again(&mut self, old: &Arc<Layer>, new: &Arc<Layer>) {
        let layers = &self.document.layers;
        let Some(place) = layers.iter().position(|open| open.id == old.id) else {
            return;
        };
        self.history
            .record(&self.document, "another reading", false);
        self.replace_layer(place, new);
        let lines = reading_lines(&new.dump);
        let how = if lines.is_empty() {
            "whole".to_owned()
        } else {
            lines.join("; ")
        };
        let offer = ("Undo".to_owned(), Command::Undo);
        let text = sentence(&format!("{} was read again: {how}", new.name()));
        self.notify(Tone::Success, text, vec![offer]);
    }

    /// Puts a layer in the place of another; `ε`, plane and view stay where they fit.
    pub(super) fn replace_layer(&mut self, place: usize, new: &Arc<Layer>) {
        let Some(old) = self.document.layers.get(place).cloned() else {
            return;
        };
        self.document.layers.insert(place + 1, Arc::clone(new));
        if self.document.shown == place {
            self.show_kept(place + 1);
        }
        self.document.layers.remove(place);
        if self.document.shown > place {
            self.document.shown -= 1;
        }
        if let Some((entry, id)) = self.document.entry
            && id == old.id
        {
            self.document.entry = Some((entry, new.id));
            self.state.listed.replace(entry, new);
        }
    }

    /// Shows the layer at `place` with the rows of the heatmap that were looked at;
    /// where no plane fits, the sweep's end chooses one.
    pub(super) fn show_kept(&mut self, place: usize) {
        let width = |layer: &Arc<Layer>| layer.coordinates.basis().len();
        let before = self.document.layer().cloned();
        self.document.show(place);
        let Some(new) = self.document.layer().cloned() else {
            return;
        };
        // The first of all stands where the shown one would.
        let before = before.filter(|before| before.id != new.id);
        let same = before.as_ref().is_some_and(|b| width(b) == width(&new));
        self.state.first_look = (!same).then_some(new.id);
        if before.is_some_and(|before| same && before.id == self.state.rows.0) {
            self.state.rows.0 = new.id;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn dialog(shape: &[u64]) -> ReadingDialog {
        let request = LoadRequest {
            path: PathBuf::from("a.npy"),
            pick: Pick::default(),
            purpose: LoadAs::Activations,
            batch: 0,
            epsilon: None,
            then_basis: None,
            instead: None,
        };
        ReadingDialog::new(Box::new(request), shape.to_vec(), Some(Dtype::F32))
    }

    fn comes_to(dialog: &ReadingDialog, positions: Positions) -> (u64, u64) {
        let (of, _) = dialog.preview(positions).unwrap();
        (of.rows, of.neurons)
    }

    #[test]
    fn every_answer_has_its_own_preview() {
        let mut dialog = dialog(&[4, 5, 6]);
        assert_eq!(comes_to(&dialog, Positions::Samples), (20, 6));
        assert_eq!(comes_to(&dialog, Positions::Mean), (4, 6));
        let captions: Vec<_> = (0..3).map(|place| dialog.caption(place)).collect();
        assert_eq!(captions, ["samples", "positions", "neurons"]);
        dialog.channels = Channels::First;
        assert_eq!(comes_to(&dialog, Positions::Samples), (24, 5));
        assert_eq!(dialog.caption(1), "neurons");
        dialog.position = -7;
        assert!(dialog.preview(Positions::One).is_err());
        dialog.position = -6;
        assert_eq!(comes_to(&dialog, Positions::One), (4, 5));
    }

    #[test]
    fn what_reads_nothing_is_no_answer() {
        let mut dialog = dialog(&[4, 5, 6]);
        let answer = dialog.answer().unwrap();
        assert_eq!(answer.flatten, Some(Flatten::Positions));
        assert_eq!(answer.channels, None, "the usual is not written down");
        for bad in ["9:3", "x", "::0"] {
            dialog.rows = bad.to_owned();
            assert!(dialog.answer().is_err(), "{bad}");
        }
        dialog.rows = " ::10 ".to_owned();
        assert_eq!(comes_to(&dialog, Positions::Samples), (2, 6));
        assert!(dialog.answer().is_ok());
    }

    #[test]
    fn an_array_of_two_axes_has_no_positions() {
        let mut dialog = dialog(&[100, 6]);
        dialog.draws = true;
        dialog.most = 7;
        let answer = dialog.answer().unwrap();
        assert_eq!((answer.flatten, answer.sample_rows), (None, Some(7)));
        let (of, bytes) = dialog.preview(Positions::Samples).unwrap();
        assert_eq!((of.rows, bytes), (7, Some(7 * (6 * 4 + 8))));
    }
}
