//! The status bar: what is shown, how much of it is swept, what runs.

use egui::{Align, Layout, ProgressBar, RichText, Ui};

use crate::words::count;
use crate::worker::Lane;

use super::App;
use super::command::Command;
use super::reading::reading_lines;
use super::theme::{color, palette};
use super::widgets::number;

impl App {
    pub(super) fn status(&mut self, ui: &mut Ui, commands: &mut Vec<Command>) {
        let secondary = color(palette(ui.ctx()).secondary);
        ui.horizontal(|ui| {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                self.running(ui, commands);
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    let text = RichText::new(self.status_text()).color(secondary);
                    ui.add(egui::Label::new(text).truncate());
                });
            });
        });
    }

    fn status_text(&self) -> String {
        let Some(layer) = self.document.layer() else {
            return "Nothing is open".to_owned();
        };
        let mut text = format!(
            "{} · {}",
            count(layer.n_samples() as u64, "sample"),
            count(layer.n_neurons() as u64, "neuron")
        );
        for line in reading_lines(&layer.dump) {
            text = format!("{text} · {line}");
        }
        let left_out = layer.dump.activations.excluded_rows().len();
        if left_out > 0 {
            let rows = count(left_out as u64, "row");
            text = format!("{text} · {rows} left out (NaN or infinity)");
        }
        if let Some(view) = self.own_sweep().filter(|_| !self.state.sweep.is_stale()) {
            let planes = view.sweep.records.len();
            let set = &view.sweep.spec.planes;
            let all = number(set.in_all() as usize);
            text = if view.is_sample() {
                format!(
                    "{text} · a sample of {} of {all} planes so far",
                    number(planes)
                )
            } else {
                format!("{text} · {} of {all} planes", number(planes))
            };
            if let Some(among) = self.among_text() {
                text = format!("{text} among {among}");
            }
            if set.degenerate() > 0 {
                let pairs = count(set.degenerate() as u64, "parallel pair");
                text = format!("{text} · {pairs} left out");
            }
            if !view.is_sample() {
                text = format!("{text} · swept in {}", duration(view.took));
            }
        }
        text
    }

    fn running(&self, ui: &mut Ui, commands: &mut Vec<Command>) {
        let secondary = color(palette(ui.ctx()).secondary);
        let lanes = [
            Lane::Load,
            Lane::Sweep,
            Lane::Heatmap,
            Lane::Atlas,
            Lane::Save,
            Lane::Export,
            Lane::Directions,
            Lane::Picture,
            Lane::Test,
        ];
        let Some((lane, progress)) = lanes
            .into_iter()
            .filter_map(|lane| Some((lane, self.worker.progress(lane)?)))
            // What is kept for after a crash disturbs nobody.
            .find(|(_, progress)| !progress.label.is_empty())
        else {
            let text = if self.state.sweep.is_refused() {
                "sweep cancelled"
            } else {
                "ready"
            };
            ui.label(RichText::new(text).color(secondary));
            return;
        };
        // What is to be saved is.
        let cancel = lane != Lane::Save
            && ui
                .small_button("Cancel")
                .on_hover_text("Call it off (Esc)")
                .clicked();
        if cancel {
            commands.push(Command::Cancel);
        }
        if progress.total > 0 {
            let share = progress.done as f32 / progress.total as f32;
            let bar = ProgressBar::new(share)
                .desired_width(140.0)
                .desired_height(8.0);
            let unit = match lane {
                Lane::Sweep | Lane::Heatmap | Lane::Atlas => " planes",
                Lane::Picture => " samples",
                Lane::Test => " rotations",
                _ => "",
            };
            let (done, total) = (number(progress.done), number(progress.total));
            ui.add(bar)
                .on_hover_text(format!("{done} of {total}{unit}"));
        } else {
            ui.add(egui::Spinner::new().size(14.0));
        }
        ui.label(RichText::new(progress.label).color(secondary));
        // Progress moves without anybody touching the window.
        ui.ctx()
            .request_repaint_after(std::time::Duration::from_millis(50));
    }
}

fn duration(took: std::time::Duration) -> String {
    let seconds = took.as_secs_f64();
    if seconds < 0.0995 {
        format!("{:.1} ms", seconds * 1e3)
    } else if seconds < 1.0 {
        format!("{:.0} ms", seconds * 1e3)
    } else {
        format!("{seconds:.1} s")
    }
}
