//! Choosing neurons in the atlas: by the labels of its rows and columns, and by the
//! menu of a cell.

use std::collections::BTreeSet;

use egui::Response;

use crate::scene::AtlasLayout;
use crate::worker::atlas_job::AtlasPicture;

use super::App;
use super::command::Command;
use super::neurons::{NeuronCommand, noun};

impl App {
    /// A click on a label finds its neuron in the list; the other button opens a menu
    /// for what the pointer is on.
    pub(super) fn atlas_menu(
        &mut self,
        response: &Response,
        layout: &AtlasLayout,
        picture: &AtlasPicture,
        commands: &mut Vec<Command>,
    ) {
        let corner = response.rect.min;
        let pointed = response.interact_pointer_pos();
        let pointed = pointed.map(|at| under(layout, [at.x - corner.x, at.y - corner.y]));
        let vectors = &picture.atlas.vectors;
        if response.secondary_clicked()
            && let Some(places) = &pointed
        {
            let mut menu: Vec<u32> = places.iter().map(|&place| vectors[place]).collect();
            menu.sort_unstable();
            menu.dedup();
            self.state.neurons.menu = menu;
        }
        if response.clicked()
            && let Some([place]) = pointed.as_deref()
        {
            commands.push(NeuronCommand::Find(vectors[*place]).into());
        }
        if self.state.neurons.menu.is_empty() {
            return;
        }
        let noun = noun(&picture.layer);
        response.context_menu(|ui| {
            ui.set_min_width(200.0);
            for &k in &self.state.neurons.menu {
                let hover = "Make planes among the others; Undo brings it back";
                let text = format!("Leave out {noun} {k}");
                if ui.button(text).on_hover_text(hover).clicked() {
                    commands.push(NeuronCommand::LeaveOut(k).into());
                    ui.close();
                }
            }
            for &k in &self.state.neurons.menu {
                let text = format!("Show {noun} {k} in the list");
                if ui.button(text).clicked() {
                    commands.push(NeuronCommand::Find(k).into());
                    ui.close();
                }
            }
            let part: Vec<u32> = seen(layout).iter().map(|&place| vectors[place]).collect();
            if part.len() > 1 && part.len() < vectors.len() {
                let text = format!("Only planes of the {} {noun}s along here", part.len());
                let hover = "Make planes among the vectors of the rows and columns in view";
                if ui.button(text).on_hover_text(hover).clicked() {
                    commands.push(NeuronCommand::Only(part).into());
                    ui.close();
                }
            }
            if self.among_text().is_some() && ui.button(format!("All {noun}s again")).clicked() {
                commands.push(NeuronCommand::All.into());
                ui.close();
            }
        });
    }
}

/// Places of the vectors that a point is on: row and column of a cell, or the one of
/// a label beside the plot.
fn under(layout: &AtlasLayout, [x, y]: [f32; 2]) -> Vec<usize> {
    let plot = &layout.plot;
    let across = x.clamp(plot.x, plot.x + plot.width);
    let down = y.clamp(plot.y, plot.y + plot.height);
    let Some([row, column]) = layout.cell_at([across, down]) else {
        return Vec::new();
    };
    match (x == across, y == down) {
        (true, true) => vec![row, column],
        (false, true) => vec![row],
        (true, false) => vec![column],
        (false, false) => Vec::new(),
    }
}

/// Places of the vectors whose rows or columns are in view.
fn seen(layout: &AtlasLayout) -> BTreeSet<usize> {
    let plot = &layout.plot;
    let first = layout.cell_at([plot.x, plot.y]);
    let last = layout.cell_at([plot.x + plot.width, plot.y + plot.height]);
    match (first, last) {
        (Some(first), Some(last)) => (first[0]..=last[0]).chain(first[1]..=last[1]).collect(),
        _ => BTreeSet::new(),
    }
}
