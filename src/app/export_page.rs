//! The page of a figure, and the fields that its options are chosen with.

use egui::{DragValue, Response, TextEdit, Ui};

use crate::session::FigureSpec;
use crate::session::figure::{Height, Length, PRESETS, Unit, Width};

use super::widgets::{link, row, segmented};

/// The page: its width and its height.
pub(super) fn page(ui: &mut Ui, spec: &mut FigureSpec) {
    let mut width = spec.width;
    let own = match spec.width {
        own @ Width::Own(_) => own,
        Width::Preset(preset) => {
            Length::new(round(preset.width_mm), Unit::Mm).map_or(spec.width, Width::Own)
        }
    };
    let presets = PRESETS
        .iter()
        .map(|preset| (Width::Preset(preset), preset.what, preset.name))
        .chain([(own, "custom width", "Any length from 10 mm to 2 m")]);
    let hover = "The venue that the figure is for: it sets the width, and the sizes of text and \
                 lines that are not chosen below. Default: NeurIPS";
    if choice(ui, "width", hover, &mut width, presets) {
        spec.width = width;
    }
    if let Width::Own(length) = spec.width {
        row(ui, "", "Width of the page", |ui| {
            if let Some(length) = length_fields(ui, "width of the page", length) {
                spec.width = Width::Own(length);
            }
        });
    }
    let own = match spec.height {
        own @ Height::Own(_) => own,
        _ => Length::new(round(spec.width.mm() * 0.62).max(10.0), Unit::Mm)
            .map_or(spec.height, Height::Own),
    };
    let ratio = match spec.height {
        ratio @ Height::Aspect { .. } => ratio,
        _ => Height::Aspect {
            width: 4.0,
            height: 3.0,
        },
    };
    let heights = [
        (Height::Auto, "automatic", "What suits the view"),
        (own, "length", "So high"),
        (ratio, "ratio", "By the ratio of width to height"),
    ];
    let hover = "Height of the page. Default: what suits the view";
    choice(ui, "height", hover, &mut spec.height, heights);
    match spec.height {
        Height::Auto => {}
        Height::Own(length) => row(ui, "", "Height of the page", |ui| {
            if let Some(length) = length_fields(ui, "height of the page", length) {
                spec.height = Height::Own(length);
            }
        }),
        Height::Aspect { width, height } => row(ui, "", "Width to height", |ui| {
            let (mut parts, hover) = ([width, height], "From 1:20 to 20:1");
            let part = |value| DragValue::new(value).range(0.1..=99.0).speed(0.05);
            let [across, down] = &mut parts;
            number_field(ui, "parts of height", part(down), hover);
            ui.label("to");
            number_field(ui, "parts of width", part(across), hover);
            // What the type refuses is not taken.
            if let Ok(ratio) = format!("{}:{}", parts[0], parts[1]).parse() {
                spec.height = ratio;
            }
        }),
    }
}

fn round(mm: f64) -> f64 {
    (mm * 10.0).round() / 10.0
}

/// A length and its unit; the new one where it was changed.
fn length_fields(ui: &mut Ui, name: &str, length: Length) -> Option<Length> {
    let units = Unit::ALL.iter().copied();
    let units: Vec<_> = units.map(|unit| (unit, unit.name(), "")).collect();
    let unit = segmented(ui, length.unit(), &units);
    let mut value = length.value();
    let speed = 0.5 / length.unit().mm();
    let field = DragValue::new(&mut value)
        .speed(speed)
        .max_decimals(3)
        .range(10.0 / length.unit().mm()..=2000.0 / length.unit().mm());
    number_field(ui, name, field, "From 10 mm to 2 m");
    match unit {
        // The same length in another unit.
        Some(unit) => Length::new(round_to(length.mm() / unit.mm()), unit).ok(),
        None => (value != length.value())
            .then(|| Length::new(round_to(value), length.unit()).ok())
            .flatten(),
    }
}

fn round_to(value: f64) -> f64 {
    (value * 1e3).round() / 1e3
}

/// A size in points that is the preset's until it is chosen.
pub(super) fn points(
    ui: &mut Ui,
    name: &str,
    hover: &str,
    chosen: &mut Option<f32>,
    default: f32,
    range: std::ops::RangeInclusive<f32>,
) {
    row(ui, name, hover, |ui| {
        ui.label("pt");
        let mut value = chosen.unwrap_or(default);
        let field = DragValue::new(&mut value)
            .speed(0.05)
            .custom_formatter(|value, _| format!("{}", (value * 100.0).round() / 100.0))
            .range(range);
        number_field(ui, name, field, hover);
        if value != chosen.unwrap_or(default) {
            *chosen = Some(value);
        }
        if chosen.is_some() && link(ui, "default", "As the width asks").clicked() {
            *chosen = None;
        }
    });
}

/// Choices in a menu; whether another was clicked.
pub(super) fn choice<T: Clone + PartialEq>(
    ui: &mut Ui,
    name: &str,
    hover: &str,
    current: &mut T,
    choices: impl IntoIterator<Item = (T, &'static str, &'static str)>,
) -> bool {
    let choices: Vec<_> = choices.into_iter().collect();
    let label = choices.iter().find(|(choice, ..)| choice == current);
    let label = label.map_or("", |&(_, label, _)| label);
    let mut clicked = false;
    row(ui, name, hover, |ui| {
        let menu = ui.menu_button(format!("{label} ▾"), |ui| {
            for (choice, label, hover) in choices {
                let entry = ui.selectable_label(choice == *current, label);
                let entry = if hover.is_empty() {
                    entry
                } else {
                    entry.on_hover_text(hover)
                };
                if entry.clicked() {
                    *current = choice;
                    clicked = true;
                    ui.close();
                }
            }
        });
        let response = menu.response.on_hover_text(hover);
        response.widget_info(|| {
            let text = format!("{name}: {label}");
            egui::WidgetInfo::labeled(egui::Role::ComboBox, true, text)
        });
    });
    clicked
}

/// A number that is dragged or typed.
pub(super) fn number_field(ui: &mut Ui, name: &str, field: DragValue<'_>, hover: &str) {
    let response = ui.add(field).on_hover_text(hover);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::SpinButton, true, name));
}

/// A field for text in the rest of the line.
pub(super) fn field(
    ui: &mut Ui,
    name: &str,
    text: &mut String,
    hint: &str,
    hover: &str,
) -> Response {
    let field = TextEdit::singleline(text)
        .hint_text(hint)
        .desired_width(ui.available_width().min(190.0) - 10.0);
    let response = ui.add(field).on_hover_text(hover);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::TextInput, true, name));
    response
}
