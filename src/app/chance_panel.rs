//! The left panel's last part: the test of alignment with the neurons, by rotation.

use egui::{DragValue, ProgressBar, RichText, Ui};

use crate::scene::{BandOf, PolarBand};
use crate::session::Rotations;
use crate::srm::{
    Epsilon, Plane, PlaneMode, RotationSpec, SMALL_LAYER, Sign, Standing, Subset, USUAL_ROTATIONS,
    least_rotations,
};
use crate::worker::Lane;
use crate::worker::message::Layer;
use crate::worker::rotation_job::{RotationView, Tested, test_alignment};

use super::App;
use super::command::Command;
use super::theme::{color, palette};
use super::widgets::{action_button, fact, gap, index_text, number, row, section};

/// The level at which a result is told apart by its colour.
const LEVEL: f64 = 0.01;

/// Most rotations that can be asked for here.
const MOST: u32 = 100_000;

/// Products of two reals that are taken for a second's work, for an estimate.
const A_SECOND: f64 = 4e9;

/// Below so many lit samples an index is noise, and is faded.
const FEW_SAMPLES: u64 = 30;

const WHAT: &str = "Contrast: the mean fraction lit at the neurons' axes minus that at their bisectors. \
     Is it more, or less, than if the neurons were nothing special? It is compared with the contrasts of the same \
     rows under random rotations: z in their standard deviations, p two-sided by rank, at least \
     2 / (rotations + 1). Alignment is a statement about a scale: a sample spread evenly over k neurons counts \
     for it where ε is between 1/√(2k) and 1/√k, and against it just above, and below, where the bisectors beside \
     an axis gather it too. One on a single neuron counts for it above 0.71 only. So the sign may turn with ε, \
     significantly both times, and below 0.71 it does not tell neurons from diagonals by itself";

/// What a test was made of.
#[derive(Clone, Debug, PartialEq)]
pub struct TestKey {
    layer: u64,
    epsilon: Epsilon,
    angles: usize,
    sign: Sign,
    mode: PlaneMode,
    subset: Subset,
    plane: Option<Plane>,
}

impl App {
    fn test_key(&self) -> Option<TestKey> {
        let layer = self.document.layer()?;
        let choices = &self.document.choices;
        let subset = choices.subset(layer);
        let among = |plane: &Plane| subset.contains(plane.i) && subset.contains(plane.j);
        Some(TestKey {
            layer: layer.id,
            epsilon: choices.epsilon,
            angles: choices.grid.count(),
            sign: choices.sign,
            mode: choices.mode,
            plane: choices.plane.filter(among),
            subset,
        })
    }

    /// The test of what is shown; none of another scale, other neurons or another plane.
    pub(super) fn tested(&self) -> Option<&RotationView> {
        let key = self.test_key()?;
        let (shown, view) = self.state.test.shown.as_ref()?;
        (*shown == key).then_some(view)
    }

    /// Calls off a test of what is no longer shown.
    pub(super) fn drop_stale_test(&mut self) {
        let asked = self.state.test.asked.as_ref().map(|(key, _)| key.clone());
        if asked.is_some() && asked != self.test_key() && self.worker.is_busy(Lane::Test) {
            self.stop_test();
        }
    }

    /// Calls the test off; what it found so far stays.
    pub(super) fn stop_test(&mut self) {
        self.worker.cancel(Lane::Test);
        self.state.test.call_off();
    }

    /// Starts the test.
    pub(super) fn test_by_rotation(&mut self) {
        let (Some(layer), Some(key), Some(sweep)) = (
            self.document.layer().cloned(),
            self.test_key(),
            self.document.spec(),
        ) else {
            return;
        };
        let rotations = self.rotations(&layer);
        // One seed for all that is drawn, as a command line has it.
        let seed = layer.dump.read_as.seed.unwrap_or(0);
        let spec = RotationSpec {
            sweep,
            plane: key.plane,
            seed,
        };
        let count = rotations;
        self.preferences.chance.rotations = Some(Rotations { count, seed });
        let generation = test_alignment(&self.worker, &layer, spec, rotations);
        self.state.test.ask(key, generation);
    }

    /// Draws the band of rotated curves, or doesn't.
    pub(super) fn toggle_rotated(&mut self) {
        let rotations = &mut self.preferences.chance.rotations;
        *rotations = match rotations {
            Some(_) => None,
            None => Some(Rotations {
                count: USUAL_ROTATIONS,
                seed: 0,
            }),
        };
    }

    /// The rotations that a figure of what is shown draws: not those of a wide layer
    /// that nobody has waited for here.
    pub(super) fn drawn_rotations(&self) -> Option<Rotations> {
        let drawn = self.preferences.chance.rotations?;
        let is_small = self.document.layer().is_none_or(|layer| is_small(layer));
        (is_small || self.tested().is_some()).then_some(drawn)
    }

    /// The band behind the selected plane's curve, if it is to be drawn and is known.
    pub(super) fn rotated_band(&self, ui: &Ui, angles: usize) -> Option<PolarBand> {
        self.preferences.chance.rotations?;
        let band = &self.tested()?.band;
        (band.low.len() == angles).then(|| PolarBand {
            of: BandOf::Rotations(band.rotations),
            low: band.low.clone(),
            high: band.high.clone(),
            color: palette(ui.ctx()).secondary,
        })
    }

    fn rotations(&self, layer: &Layer) -> u32 {
        let usual = if is_small(layer) { USUAL_ROTATIONS } else { 20 };
        self.state.rotations.unwrap_or(usual)
    }

    pub(super) fn chance_panel(&mut self, ui: &mut Ui, commands: &mut Vec<Command>) {
        let Some(layer) = self.document.layer().cloned() else {
            return;
        };
        section(ui, "Alignment test");
        let mut rotations = self.rotations(&layer);
        let hover = format!(
            "Random rotations to compare with; a test at the 1% level takes {} or more",
            least_rotations(LEVEL)
        );
        row(ui, "rotations", &hover, |ui| {
            let field = DragValue::new(&mut rotations).range(1..=MOST).speed(1.0);
            let response = ui.add(field).on_hover_text(&hover);
            response.widget_info(|| {
                egui::WidgetInfo::labeled(egui::Role::SpinButton, true, "rotations")
            });
        });
        if rotations != self.rotations(&layer) {
            self.state.rotations = Some(rotations);
        }
        if let Some(progress) = self.worker.progress(Lane::Test) {
            ui.horizontal(|ui| {
                let share = progress.done as f32 / progress.total.max(1) as f32;
                let text = format!("{} of {}", number(progress.done), number(progress.total));
                let width = (ui.available_width() - 56.0).max(60.0);
                ui.add(ProgressBar::new(share).desired_width(width).text(text));
                let stop = ui.small_button("Stop");
                let hover = "Call the test off; what it found so far stays";
                if stop.on_hover_text(hover).clicked() {
                    commands.push(Command::StopTest);
                }
            });
            ui.ctx()
                .request_repaint_after(std::time::Duration::from_millis(50));
        } else {
            ui.horizontal(|ui| {
                action_button(ui, "Test by rotation", "Test by rotation", Ok(()), commands);
                let seconds = f64::from(rotations) * seconds_each(&layer);
                if seconds >= 2.0 {
                    let about = if seconds < 90.0 {
                        format!("about {seconds:.0} s")
                    } else {
                        format!("about {:.0} min", seconds / 60.0)
                    };
                    ui.weak(about);
                }
            });
        }
        match self.tested() {
            Some(view) => result(ui, view, layer.n_samples()),
            None if self.state.test.shown.is_some() => {
                ui.weak("What was tested is not what is shown now");
            }
            None => {}
        }
        if self.tested().is_some() {
            let hover = "Behind the curve: where 95% of the plane's curves lie at an angle under \
                         those rotations, or all of fewer than 39: the picture if the neurons were \
                         nothing special";
            row(ui, "band in the plot", hover, |ui| {
                let mut on = self.preferences.chance.rotations.is_some();
                let response = ui.checkbox(&mut on, "").on_hover_text(hover);
                response.widget_info(|| {
                    egui::WidgetInfo::selected(egui::Role::CheckBox, true, on, "rotated curves")
                });
                if response.changed() {
                    commands.push(Command::ToggleRotated);
                }
            });
        }
        gap(ui);
    }
}

fn is_small(layer: &Layer) -> bool {
    let (n, d) = (layer.n_samples() as u64, layer.n_neurons() as u64);
    n.saturating_mul(d).saturating_mul(d) <= SMALL_LAYER
}

fn seconds_each(layer: &Layer) -> f64 {
    let (n, d) = (layer.n_samples() as f64, layer.n_neurons() as f64);
    let m = layer.coordinates.basis().len() as f64;
    (n * m * d + 2.0 * d * d * d) / A_SECOND
}

fn result(ui: &mut Ui, view: &RotationView, n_samples: usize) {
    let whole = view.whole.contrast;
    tested(ui, ["layer", "layer's index"], &view.whole, n_samples);
    if let Some(plane) = &view.plane {
        tested(ui, ["plane", "plane's index"], plane, n_samples);
    }
    let kurtosis = &view.kurtosis;
    let hover = format!(
        "A second opinion: the mean excess kurtosis of the neurons' activations, {:+.3}, against \
         that along the random directions, {:+.3} ± {:.3}: heavier tails along the neurons speak for a \
         privileged basis. {}",
        kurtosis.observed,
        kurtosis.mean,
        kurtosis.std,
        z_and_p(kurtosis),
    );
    fact(ui, "mean kurtosis", &z_and_p(kurtosis), &hover);
    if whole.rotations < view.wanted as usize {
        let text = format!("after {} rotations", number(whole.rotations));
        ui.weak(text);
    }
}

fn tested(ui: &mut Ui, [name, index]: [&str; 2], tested: &Tested, n_samples: usize) {
    let standing = &tested.contrast;
    let hover = format!(
        "{WHAT}. Here {:+.2e}, rotated {:+.2e} ± {:.1e}",
        standing.observed, standing.mean, standing.std
    );
    let colors = palette(ui.ctx());
    row(ui, name, &hover, |ui| {
        let text = RichText::new(z_and_p(standing));
        let text = if standing.p <= LEVEL {
            text.strong()
        } else {
            text.color(color(colors.secondary))
        };
        ui.label(text).on_hover_text(&hover);
    });
    let few = tested.lit.is_some_and(|lit| lit < FEW_SAMPLES);
    let lit = tested.lit.map_or_else(String::new, |lit| {
        let (lit, all) = (number(lit as usize), number(n_samples));
        format!(" {lit} of {all} samples are lit at an axis or a bisector.")
    });
    let noise = if few {
        " From so few samples it is noise."
    } else {
        ""
    };
    let hover = format!(
        "The alignment index with its 95% bootstrap interval over samples: sampling error only, it does not \
         tell whether the neurons are special.{lit}{noise}"
    );
    let mut text = index_text(tested.index);
    if let Some(interval) = tested.interval.filter(|interval| !interval.low.is_nan()) {
        let (low, high) = (index_text(interval.low), index_text(interval.high));
        text = format!("{text}  ({low} to {high})");
    }
    row(ui, index, &hover, |ui| {
        let text = RichText::new(text);
        let text = if few {
            text.color(color(colors.secondary.alpha(150)))
        } else {
            text
        };
        ui.label(text).on_hover_text(&hover);
    });
}

/// As `z +8.1 · p 0.010`.
fn z_and_p(standing: &Standing) -> String {
    let signed = |value: f64| format!("{value:+.1}").replace('-', "−");
    let z = if standing.z.is_nan() {
        "z –".to_owned()
    } else {
        format!("z {}", signed(standing.z))
    };
    if standing.p.is_nan() {
        return z;
    }
    format!("{z} · p {:.3}", standing.p)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_undefined_is_a_dash() {
        let some = Standing::among(3.0, &[0.0, 1.0, 2.0]);
        assert_eq!(z_and_p(&some), "z +2.0 · p 0.500");
        assert_eq!(z_and_p(&Standing::among(0.0, &[])), "z –");
        assert_eq!(z_and_p(&Standing::among(0.0, &[0.0; 3])), "z – · p 1.000");
    }
}
