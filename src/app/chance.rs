//! The shown planes against chance: what the selected one's peak comes to, and which planes
//! have rows.

use egui::Ui;

use crate::scene::RowSpan;
use crate::srm::null::{Chance, LargestCount};
use crate::srm::{AngleGrid, Epsilon, EpsilonChoice, Sign, USUAL_RATE};
use crate::words;

use super::App;
use super::command::Command;
use super::widgets::{fact, number};

/// What is tested, and what not: said wherever `p` is.
const TESTS: &str = "Tests isotropy, not alignment with the neurons: a clump anywhere in the plane \
                     fails it. It presumes independent rows, which the tokens of one text are not.";

/// Said beside it where `ε` followed from the data.
const EXPLORATORY: &str =
    " ε is automatic, chosen from these very samples: take it as exploratory.";

/// What a plane's chance follows from.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct PlaneKey {
    layer: u64,
    epsilon: Epsilon,
    angles: usize,
    peak: i64,
}

impl App {
    /// Excess, z, p and q of the selected plane's peak.
    pub(super) fn chance_numbers(&mut self, ui: &mut Ui) {
        let Some((chance, ln_q)) = self.plane_chance() else {
            return;
        };
        let angles = self.document.choices.grid.distinct();
        let hover = format!(
            "The peak over the count that isotropic data would have at one angle, and how many of \
             its standard deviations the peak is above it (binomial). {TESTS}"
        );
        let value = if chance.excess.is_finite() {
            let excess = words::three_figures(chance.excess);
            format!("{excess} × · z {}", words::three_figures(chance.z))
        } else {
            "nothing is expected".to_owned()
        };
        fact(ui, "excess over isotropic", &value, &hover);
        let exploratory = match self.document.choices.epsilon_choice {
            EpsilonChoice::Auto => EXPLORATORY,
            _ => "",
        };
        let hover = format!(
            "p: at most the chance that an isotropic plane has a peak as high at any of the {} \
             angles, about {} of them tested in effect since neighbours share most rows. q: the \
             same adjusted over all planes swept (Benjamini–Hochberg). {TESTS}{exploratory}",
            number(angles),
            words::three_figures(chance.effective_angles.round()),
        );
        let p = words::probability(chance.ln_p);
        let value = match ln_q {
            Some(ln_q) => format!("{p} · q {}", words::probability(ln_q)),
            None => p,
        };
        fact(ui, "p", &value, &hover);
    }

    /// The selected plane's, and its q-value where the sweep of all planes is of the same ε
    /// and grid.
    fn plane_chance(&mut self) -> Option<(Chance, Option<f64>)> {
        let layer = self.document.layer()?;
        let (asked, shown) = self.state.curves.shown.as_ref()?;
        if asked.layer != layer.id || asked.sign == Sign::Signed {
            return None;
        }
        let curve = shown.curves.first()?;
        let peak = curve.peak().map_or(0, |(_, count)| count);
        let key = PlaneKey {
            layer: layer.id,
            epsilon: asked.epsilon,
            angles: asked.angles,
            peak,
        };
        let of_all = self.own_sweep().filter(|view| {
            let spec = &view.sweep.spec;
            (spec.epsilon, spec.grid.count()) == (asked.epsilon, asked.angles)
        });
        let ln_q = of_all.and_then(|view| view.significance.as_ref()?.ln_q(peak));
        let known = self.chance.as_ref().filter(|(known, _)| *known == key);
        if let Some((_, chance)) = known {
            return Some((*chance, ln_q));
        }
        let grid = AngleGrid::new(asked.angles).ok()?;
        let law = LargestCount::of(layer.coordinates.activations(), asked.epsilon, &grid);
        let chance = law.chance(u64::try_from(peak).unwrap_or(0));
        self.chance = Some((key, chance));
        Some((chance, ln_q))
    }

    /// Whether the heatmap has rows for significant planes only, and how that is chosen.
    pub(super) fn significant_toggle(&self, ui: &mut Ui, commands: &mut Vec<Command>) {
        let chosen = self.preferences.chance.significant;
        let rate = chosen.unwrap_or(USUAL_RATE);
        let is_signed = self.document.choices.sign == Sign::Signed;
        let text = format!("FDR {}", words::rate(rate));
        let is_on = chosen.is_some() && !is_signed;
        let toggle = egui::Button::selectable(is_on, text).frame_when_inactive(true);
        let response = ui.add_enabled(!is_signed, toggle);
        let hover = format!(
            "Only planes whose largest excess over isotropic data is significant at a false discovery \
             rate of {} over all planes (Benjamini–Hochberg){}. {TESTS}",
            words::rate(rate),
            self.how_many_significant(rate)
        );
        let response = response
            .on_hover_text(hover)
            .on_disabled_hover_text("Peaks of signed curves are differences: they are not tested");
        if response.clicked() {
            commands.push(Command::ToggleSignificant);
        }
    }

    /// `: 45 of 276 are`, where that is known.
    fn how_many_significant(&self, rate: f64) -> String {
        let view = self.own_sweep();
        let significance = view.and_then(|view| view.significance.as_ref());
        significance.map_or_else(String::new, |significance| {
            let (found, all) = (significance.significant(rate), significance.planes());
            format!(": {} of {} are", number(found), number(all))
        })
    }

    /// Rows for significant planes only, or for all.
    pub(super) fn toggle_significant(&mut self) {
        let chosen = &mut self.preferences.chance.significant;
        *chosen = match chosen {
            Some(_) => None,
            None => Some(USUAL_RATE),
        };
        self.show_rows(RowSpan::WHOLE);
    }
}
