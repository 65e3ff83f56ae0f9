//! The selected plane, in the way that was chosen.

use egui::Ui;

use crate::session::{PlaneAs, ProjectionOf};

use super::App;
use super::command::Command;
use super::widgets::{headline, plane_text};

impl App {
    pub(super) fn plane_view(&mut self, ui: &mut Ui, commands: &mut Vec<Command>) {
        match self.preferences.plane_as {
            PlaneAs::Curve => self.polar_view(ui, commands),
            PlaneAs::Scale => self.scale_view(ui, commands),
            PlaneAs::Projection => self.projection_view(ui, commands),
        }
    }

    /// The title of every view of the selected plane, with the ways to show it.
    pub(super) fn plane_headline(&self, ui: &mut Ui, commands: &mut Vec<Command>) -> String {
        let shown = self.document.layer().and(self.document.choices.plane);
        let all = self.preferences.plane_as == PlaneAs::Projection
            && self.preferences.projection.of == ProjectionOf::AllPlanes;
        let heading = match shown {
            Some(_) if all => "All planes".to_owned(),
            Some(plane) => format!("Plane  {}", plane_text(plane)),
            None => "Plane".to_owned(),
        };
        headline(ui, &heading, |ui| self.plane_tabs(ui, commands));
        heading
    }
}
