//! The selected plane, in the way that was chosen.

use egui::Ui;

use super::App;
use super::command::Command;
use super::widgets::{headline, plane_text};

impl App {
    pub(super) fn plane_view(&mut self, ui: &mut Ui, commands: &mut Vec<Command>) {
        self.polar_view(ui, commands);
    }

    /// The title of every view of the selected plane.
    pub(super) fn plane_headline(&self, ui: &mut Ui) -> String {
        let shown = self.document.layer().and(self.document.choices.plane);
        let heading = match shown {
            Some(plane) => format!("Plane  {}", plane_text(plane)),
            None => "Plane".to_owned(),
        };
        headline(ui, &heading, |_| ());
        heading
    }
}
