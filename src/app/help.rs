//! The shortcuts window, from the same table as the menus, and the about window.

use egui::{Grid, RichText, Ui, Window};

use crate::table::{BIBTEX, BIBTEX_PROJECTIONS};

use super::App;
use super::actions::{ACTIONS, Menu};
use super::command::Command;
use super::state::Overlay;
use super::theme::{bold, color, palette};

impl App {
    pub(super) fn help(&mut self, ui: &mut Ui, commands: &mut Vec<Command>) {
        let tall = ui.ctx().content_rect().height() - 160.0;
        let mut open = true;
        let window = |title| {
            Window::new(title)
                .collapsible(false)
                .resizable(false)
                .default_size([440.0, tall])
                .anchor(egui::Align2::CENTER_CENTER, [0.0, 0.0])
        };
        match self.state.overlay {
            Overlay::None => {}
            Overlay::Help => {
                window("Keyboard shortcuts")
                    .open(&mut open)
                    .show(ui.ctx(), |ui| {
                        egui::ScrollArea::vertical()
                            .max_height(tall)
                            .show(ui, table);
                    });
            }
            Overlay::About => {
                window("About Followspot")
                    .open(&mut open)
                    .show(ui.ctx(), |ui| about(ui, commands));
            }
        }
        if !open {
            self.state.overlay = Overlay::None;
        }
    }
}

fn table(ui: &mut Ui) {
    let secondary = color(palette(ui.ctx()).secondary);
    Grid::new("shortcuts")
        .num_columns(3)
        .spacing([24.0, 5.0])
        .show(ui, |ui| {
            for menu in Menu::ALL {
                ui.label(RichText::new(menu.name()).family(bold()));
                ui.end_row();
                for action in ACTIONS.iter().filter(|action| action.menu == menu) {
                    let Some(shortcut) = &action.shortcut else {
                        continue;
                    };
                    ui.label(action.name);
                    ui.label(RichText::new(ui.ctx().format_shortcut(shortcut)).monospace());
                    ui.label(RichText::new(action.hover).color(secondary));
                    ui.end_row();
                }
            }
        });
}

fn about(ui: &mut Ui, commands: &mut Vec<Command>) {
    let version = env!("CARGO_PKG_VERSION");
    ui.label(format!("Followspot {version}"));
    ui.label(
        "Shows whether a neural layer's activations line up with its neurons, by the Spotlight \
         Resonance Method of George Bird (arXiv 2505.13471), and how its samples project on \
         privileged planes (arXiv 2507.12070).",
    );
    ui.add_space(6.0);
    let entries = format!("{BIBTEX}\n\n{BIBTEX_PROJECTIONS}");
    ui.label(RichText::new(&entries).monospace().size(11.0));
    ui.add_space(6.0);
    let hover = "The BibTeX entries, to paste";
    if ui.button("Copy citation").on_hover_text(hover).clicked() {
        commands.push(Command::CopyText(entries));
    }
    ui.hyperlink_to("The paper on arXiv", "https://arxiv.org/abs/2505.13471");
}
