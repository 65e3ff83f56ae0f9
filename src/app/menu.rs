//! The menu bar, made from the table of actions.

use egui::{Align, Button, Layout, MenuBar, Response, RichText, Ui};

use super::actions::{ACTIONS, Action, Menu};
use super::command::Command;
use super::listing::ListCommand;
use super::neurons::NeuronCommand;
use super::theme::{color, palette};
use super::widgets::hover_of;
use super::{App, ThemeChoice};

impl App {
    pub(super) fn menu(&mut self, ui: &mut Ui, commands: &mut Vec<Command>) {
        MenuBar::new().ui(ui, |ui| {
            for menu in Menu::ALL {
                ui.menu_button(menu.name(), |ui| {
                    ui.set_min_width(220.0);
                    for action in ACTIONS.iter().filter(|action| action.menu == menu) {
                        self.entry(ui, action, commands);
                        if action.name == "Open…" {
                            self.recent_files(ui, commands);
                        }
                    }
                });
            }
            let secondary = color(palette(ui.ctx()).secondary);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if let Some(layer) = self.document.layer() {
                    let name = if layer.is_sample {
                        format!("sample data · {}", layer.name())
                    } else {
                        layer.name()
                    };
                    ui.add(egui::Label::new(RichText::new(name).color(secondary)).truncate());
                }
            });
        });
    }

    fn entry(&self, ui: &mut Ui, action: &Action, commands: &mut Vec<Command>) {
        let mut text = action.name.to_owned();
        let mut enabled = Ok(());
        match (action.command)() {
            Command::Undo => match self.history.undo_kind() {
                Some(kind) => text = format!("Undo {kind}"),
                None => enabled = Err("Nothing to undo"),
            },
            Command::Redo => match self.history.redo_kind() {
                Some(kind) => text = format!("Redo {kind}"),
                None => enabled = Err("Nothing to redo"),
            },
            Command::UseStandardBasis => {
                let other = self
                    .document
                    .layer()
                    .is_some_and(|l| l.basis_name().is_some());
                if !other {
                    enabled = Err("The shown layer is in the standard basis");
                }
            }
            Command::Reading(_) => match self.document.layer() {
                None => enabled = Err("No dump is open"),
                Some(layer) if layer.is_sample => enabled = Err("The sample is read whole"),
                Some(_) => {}
            },
            Command::List(ListCommand::Next | ListCommand::Previous)
                if self.document.list.is_none() && self.document.layers.len() < 2 =>
            {
                enabled = Err("No list is open: open a folder, or several dumps");
            }
            Command::OpenBasisDialog
            | Command::CloseShown
            | Command::Companion(_)
            | Command::Neurons(_)
                if self.document.layer().is_none() =>
            {
                enabled = Err("No dump is open");
            }
            Command::Neurons(NeuronCommand::All) if self.among_text().is_none() => {
                enabled = Err("Planes are among all neurons");
            }
            Command::SaveSession
            | Command::SaveSessionAs
            | Command::CopySweepCommand
            | Command::Figure(_)
            | Command::Table(_)
                if self.document.layer().is_none() =>
            {
                enabled = Err("Nothing is open");
            }
            Command::CopyPlaneCommand if self.document.choices.plane.is_none() => {
                enabled = Err("No plane is selected");
            }
            Command::ClearRecent if self.preferences.recent.is_empty() => {
                enabled = Err("No file was opened yet");
            }
            Command::SwapPlane
                if self.document.choices.mode == crate::srm::PlaneMode::Combinations =>
            {
                enabled = Err("Combinations hold each pair once: choose permutations first");
            }
            Command::ClearPins if self.document.choices.pins.is_empty() => {
                enabled = Err("No plane is pinned");
            }
            Command::SetTheme(theme) => text = marked(text, self.preferences.theme == theme),
            Command::SetUnit(unit) => text = marked(text, self.preferences.unit == unit),
            _ => {}
        }
        if entry_button(ui, &text, action, enabled).clicked() {
            commands.push((action.command)());
            ui.close();
        }
    }

    fn recent_files(&self, ui: &mut Ui, commands: &mut Vec<Command>) {
        let recent = &self.preferences.recent;
        ui.add_enabled_ui(!recent.is_empty(), |ui| {
            ui.menu_button("Open recent", |ui| {
                for path in recent {
                    let name = path.file_name().unwrap_or(path.as_os_str());
                    let entry = ui
                        .button(name.to_string_lossy())
                        .on_hover_text(path.display().to_string());
                    if entry.clicked() {
                        commands.push(Command::OpenPath(path.clone()));
                        ui.close();
                    }
                }
            })
            .response
            .on_disabled_hover_text("No file was opened yet");
        });
    }
}

fn marked(text: String, on: bool) -> String {
    if on { format!("✓ {text}") } else { text }
}

fn entry_button(ui: &mut Ui, text: &str, action: &Action, enabled: Result<(), &str>) -> Response {
    let mut button = Button::new(text);
    if let Some(shortcut) = &action.shortcut {
        button = button.shortcut_text(ui.ctx().format_shortcut(shortcut));
    }
    let response = ui
        .add_enabled(enabled.is_ok(), button)
        .on_hover_text(hover_of(ui, action));
    match enabled {
        Ok(()) => response,
        Err(why) => response.on_disabled_hover_text(why),
    }
}

impl From<crate::cli::Theme> for ThemeChoice {
    fn from(theme: crate::cli::Theme) -> Self {
        match theme {
            crate::cli::Theme::Dark => Self::Dark,
            crate::cli::Theme::Light => Self::Light,
        }
    }
}
