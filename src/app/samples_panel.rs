//! The samples in the spotlight.

use egui::Ui;

use crate::srm::Sign;

use super::App;
use super::command::Command;
use super::widgets::{empty, number, title};

impl App {
    pub(super) fn samples_panel(&mut self, ui: &mut Ui, _commands: &mut Vec<Command>) {
        title(ui, "In the spotlight", &self.samples_subtitle());
        if self.document.layer().is_none() {
            empty(ui, "The samples inside the cone.");
        }
    }

    fn samples_subtitle(&self) -> String {
        let (Some(layer), Some(angle)) = (self.document.layer(), self.spotlight_rad()) else {
            return "nothing is lit in this plane".to_owned();
        };
        let angle = self.preferences.unit.write(angle);
        let of = number(layer.n_samples());
        match self.spotlight_count() {
            Some(count) if self.document.choices.sign == Sign::Unsigned => {
                let inside = number(count.unsigned_abs() as usize);
                format!("{inside} of {of} samples at θ = {angle}")
            }
            _ => format!("samples at θ = {angle}"),
        }
    }
}
