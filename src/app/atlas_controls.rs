//! What stands above the atlas: its quantity, order, colours and zoom.

use egui::Ui;

use crate::scene::{AtlasOrder, ColorMap, ColorScale, Quantity};

use super::App;
use super::command::Command;
use super::document::PlanesAs;
use super::widgets::action_button;

/// From this width on the controls have a button each.
const WIDE: f32 = 370.0;

impl App {
    pub(super) fn atlas_controls(&self, ui: &mut Ui, commands: &mut Vec<Command>) {
        let wide = ui.available_width() >= WIDE;
        ui.horizontal(|ui| {
            self.quantity_menu(ui, commands);
            if wide {
                let order = self.preferences.atlas_order;
                ui.menu_button(format!("{} ▾", order_name(order)), |ui| {
                    self.order_entries(ui, commands);
                })
                .response
                .on_hover_text("Order of the neurons along both sides");
                self.color_menu(ui, commands);
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    self.zoom_buttons(ui, commands);
                });
            } else {
                ui.menu_button("view ▾", |ui| {
                    self.order_entries(ui, commands);
                    ui.separator();
                    self.color_entries(ui, commands);
                })
                .response
                .on_hover_text("Order of the neurons, colour map and scale");
            }
        });
    }

    fn zoom_buttons(&self, ui: &mut Ui, commands: &mut Vec<Command>) {
        let shown = if self.atlas.is_clear() {
            Err("No atlas is shown yet")
        } else {
            Ok(())
        };
        let out = shown.and(if self.atlas.camera.zoom > 1.0 {
            Ok(())
        } else {
            Err("The whole square is in view")
        });
        ui.spacing_mut().item_spacing.x = 3.0;
        action_button(ui, "fit", "Show all planes", out, commands);
        action_button(ui, "+", "Zoom in", shown, commands);
        action_button(ui, "−", "Zoom out", out, commands);
    }

    fn quantity_menu(&self, ui: &mut Ui, commands: &mut Vec<Command>) {
        let current = self.preferences.quantity;
        ui.menu_button(format!("{} ▾", current.name()), |ui| {
            for quantity in Quantity::ALL {
                let entry = ui.selectable_label(quantity == current, quantity.name());
                if entry.on_hover_text(quantity_hover(quantity)).clicked() {
                    commands.push(Command::SetQuantity(quantity));
                    ui.close();
                }
            }
        })
        .response
        .on_hover_text("What colours the cells");
    }

    fn order_entries(&self, ui: &mut Ui, commands: &mut Vec<Command>) {
        let current = self.preferences.atlas_order;
        for order in [AtlasOrder::Index, AtlasOrder::Sum] {
            let entry = ui.selectable_label(order == current, order_name(order));
            let hover = order_hover(order, self.preferences.quantity);
            if entry.on_hover_text(hover).clicked() {
                commands.push(Command::SetAtlasOrder(order));
                ui.close();
            }
        }
    }

    pub(super) fn color_entries(&self, ui: &mut Ui, commands: &mut Vec<Command>) {
        let (map, scale) = (self.preferences.map, self.preferences.scale);
        let own = self.preferences.planes_as == PlanesAs::Atlas
            && self.preferences.quantity == Quantity::Alignment;
        let why = "The alignment index has its own colours: purple below 0, orange above, in \
                   proportion";
        ui.add_enabled_ui(!own, |ui| {
            let (map, scale) = color_entries(ui, map, scale, why);
            commands.extend(map.map(Command::SetMap));
            commands.extend(scale.map(Command::SetScale));
        });
    }
}

/// Entries of a menu of colours, and what was chosen there; `why` says what is told where
/// they are disabled.
pub(super) fn color_entries(
    ui: &mut Ui,
    map: ColorMap,
    scale: ColorScale,
    why: &str,
) -> (Option<ColorMap>, Option<ColorScale>) {
    let (mut chosen_map, mut chosen_scale) = (None, None);
    let entry = |ui: &mut Ui, is_chosen: bool, text: &str, hover: &str| {
        let entry = ui.selectable_label(is_chosen, text);
        let entry = entry.on_hover_text(hover).on_disabled_hover_text(why);
        if entry.clicked() {
            ui.close();
        }
        entry.clicked()
    };
    for choice in ColorMap::ALL {
        let hover = "Colours of the cells; safe for colour-vision deficiencies";
        if entry(ui, choice == map, choice.name(), hover) {
            chosen_map = Some(choice);
        }
    }
    ui.separator();
    for choice in ColorScale::ALL {
        let text = format!("{} scale", choice.name());
        let hover = "How a value becomes a colour; √ and log bring out what is faint";
        if entry(ui, choice == scale, &text, hover) {
            chosen_scale = Some(choice);
        }
    }
    (chosen_map, chosen_scale)
}

fn order_name(order: AtlasOrder) -> &'static str {
    match order {
        AtlasOrder::Index => "by index",
        AtlasOrder::Sum => "by row sum",
    }
}

fn order_hover(order: AtlasOrder, quantity: Quantity) -> &'static str {
    match (order, quantity) {
        (AtlasOrder::Index, _) => "Along both sides as the neurons are numbered",
        (AtlasOrder::Sum, Quantity::Alignment) => {
            "Along both sides by the contrast (axes − bisectors) summed over each neuron's planes, \
             most aligned first; the mean where not all planes are swept"
        }
        (AtlasOrder::Sum, Quantity::Peak) => {
            "Along both sides by the peaks summed over each neuron's planes, highest first; the \
             mean where not all planes are swept"
        }
        (AtlasOrder::Sum, Quantity::Lit) => {
            "Along both sides by the lit fractions summed over each neuron's planes, largest \
             first; the mean where not all planes are swept"
        }
    }
}

fn quantity_hover(quantity: Quantity) -> &'static str {
    match quantity {
        Quantity::Alignment => {
            "(axes − bisectors) / (axes + bisectors), −1 to 1: above 0 the light lies on the two \
             neurons, below 0 between them"
        }
        Quantity::Peak => "The largest fraction of samples at any angle of the plane",
        Quantity::Lit => "The fraction of samples that some angle of the plane lights",
    }
}
