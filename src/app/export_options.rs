//! The options of a figure, as the export dialog shows them: only those that the
//! view has a use for.

use egui::{DragValue, Ui};

use crate::scene::{AngleUnit, AtlasOrder, ColorMap, ColorScale, PlaneOrder, Quantity};
use crate::session::FigureSpec;
use crate::session::figure::{
    Axes, Background, DPI_RANGE, FONT_RANGE, FigureView, LINE_RANGE, LegendPlace, SeriesColors,
    Share, TickDensity,
};

use super::App;
use super::command::Command;
use super::data_panel::expand;
use super::export::{ExportDialog, FigureCommand, reset};
use super::export_page::{choice, field, number_field, page, points};
use super::theme::{color, palette};
use super::widgets::{fact, gap, link, plane_text, row, section, segmented};

/// Panels to begin with.
const EXAMPLES: [(&str, &str); 4] = [
    ("polar,heatmap,ensemble", "Three views beside each other"),
    (
        "polar,atlas/ensemble",
        "Two views above, the ensemble below",
    ),
    (
        "heatmap#1,heatmap#2",
        "The same view of the first and the second dump",
    ),
    (
        "polar@0:1,polar@2:3",
        "Two planes, by the numbers of their neurons",
    ),
];

impl App {
    pub(super) fn export_options(&mut self, ui: &mut Ui, commands: &mut Vec<Command>) {
        let mut spec = self.state.figure.clone();
        section(ui, "What");
        self.what(ui, &mut spec, commands);
        gap(ui);
        section(ui, "Page");
        page(ui, &mut spec);
        gap(ui);
        section(ui, "Text");
        self.text(ui, &mut spec, commands);
        gap(ui);
        section(ui, "Lines and colours");
        self.lines(ui, &mut spec, commands);
        gap(ui);
        let hover = "Let everything but what is shown, its title and the width be as the preset \
                     has it";
        if ui
            .button("Reset to the preset's defaults")
            .on_hover_text(hover)
            .clicked()
        {
            spec = reset(&spec, spec.width);
        }
        ui.add_space(8.0);
        if spec != self.state.figure {
            commands.push(FigureCommand::Look(Box::new(spec)).into());
        }
    }

    fn what(&mut self, ui: &mut Ui, spec: &mut FigureSpec, commands: &mut Vec<Command>) {
        let views = FigureView::ALL
            .iter()
            .map(|&view| (view, view_label(view), view_hover(view)));
        let hover = "What the figure shows, as it is in the window now";
        choice(ui, "view", hover, &mut spec.view, views);
        let view = spec.view;
        let shows = |one| view == one || view == FigureView::Panel;
        if spec.view == FigureView::Panel {
            if let Some(dialog) = &mut self.state.exports.dialog {
                panels(ui, dialog, spec);
            }
            let mut shared = spec.share == Share::Axes;
            let hover = "Panels of a kind have the same range, and colours the same scale. \
                         Default: on";
            ui.checkbox(&mut shared, "same ranges in all panels")
                .on_hover_text(hover);
            spec.share = if shared { Share::Axes } else { Share::None };
        }
        if shows(FigureView::Polar) || shows(FigureView::Scale) || shows(FigureView::Pppm) {
            let choices = &self.document.choices;
            let plane = choices.plane.map_or_else(|| "none".to_owned(), plane_text);
            let others = choices
                .pins
                .iter()
                .filter(|&&pin| Some(pin) != choices.plane);
            let text = match others.count() {
                0 => plane,
                n => format!("{plane} and {n} pinned"),
            };
            let hover = "The plane that is selected in the window, with those pinned";
            fact(ui, "plane", &text, hover);
        }
        if shows(FigureView::Ensemble) {
            let hover = "Over the angle from 0 to 2π as in the paper, or around a circle. Default: \
                         Cartesian";
            let axes = row(ui, "axes", hover, |ui| {
                let choices = [
                    (Axes::Cartesian, "Cartesian", "Over the angle from 0 to 2π"),
                    (Axes::Polar, "polar", "Around a circle"),
                ];
                segmented(ui, spec.axes, &choices)
            });
            spec.axes = axes.unwrap_or(spec.axes);
            let hover = "Every plane's curve faintly behind the mean (300 of them where there are \
                         more). Default: on";
            ui.checkbox(&mut spec.every_plane, "every plane's curve")
                .on_hover_text(hover);
        }
        if shows(FigureView::Heatmap) {
            let mut order = self.preferences.order;
            let orders = PlaneOrder::ALL.map(|order| (order, order.name(), ""));
            let hover = "Order of the heatmap's rows, as in the window";
            if choice(ui, "rows by", hover, &mut order, orders) {
                commands.push(Command::SetOrder(order));
            }
        }
        if shows(FigureView::Atlas) {
            self.atlas_of_figure(ui, commands);
        }
        if shows(FigureView::Scale) {
            self.scale_controls(ui, commands);
        }
        if shows(FigureView::Pppm) {
            self.projection_controls(ui, commands);
        }
    }

    fn atlas_of_figure(&self, ui: &mut Ui, commands: &mut Vec<Command>) {
        let mut quantity = self.preferences.quantity;
        let all = Quantity::ALL.map(|quantity| (quantity, quantity.name(), ""));
        let hover = "What colours the atlas, as in the window";
        if choice(ui, "atlas of", hover, &mut quantity, all) {
            commands.push(Command::SetQuantity(quantity));
        }
        let mut order = self.preferences.atlas_order;
        let all = [
            (AtlasOrder::Index, "index", "As the neurons are numbered"),
            (AtlasOrder::Sum, "row sum", "By the sum over each neuron"),
        ];
        let hover = "Order of the atlas, as in the window";
        if choice(ui, "neurons by", hover, &mut order, all) {
            commands.push(Command::SetAtlasOrder(order));
        }
    }

    fn text(&mut self, ui: &mut Ui, spec: &mut FigureSpec, commands: &mut Vec<Command>) {
        let default = spec.width.preset().font_pt;
        let hover = format!("Size of the text on the page. Default of this width: {default} pt");
        points(
            ui,
            "font size",
            &hover,
            &mut spec.font_pt,
            default,
            FONT_RANGE,
        );
        let hover = "Above the figure; b_{16}, x^{2} and *italics* are understood. Default: none";
        row(ui, "title", hover, |ui| {
            field(ui, "title", &mut spec.title, "none", hover);
        });
        let hover = "A sentence below that says what was counted. Default: off";
        ui.checkbox(&mut spec.caption, "caption below")
            .on_hover_text(hover);
        let hover = "How angles are written, as in the window";
        let unit = row(ui, "angles in", hover, |ui| {
            let units = [
                (AngleUnit::Degrees, "degrees", "45°"),
                (AngleUnit::Pi, "π", "π/4"),
            ];
            segmented(ui, self.preferences.unit, &units)
        });
        commands.extend(unit.map(Command::SetUnit));
        self.font(ui, spec, commands);
    }

    fn font(&mut self, ui: &mut Ui, spec: &FigureSpec, commands: &mut Vec<Command>) {
        let own = self.state.exports.font.as_ref();
        let missing = spec
            .font
            .as_ref()
            .filter(|record| own.is_none_or(|own| own.record != **record));
        let missing = missing.map(|record| record.family.clone());
        let family = own.map(|own| own.record.family.clone());
        let Some(dialog) = &mut self.state.exports.dialog else {
            return;
        };
        let hover = "A TrueType or OpenType file of your own; Enter reads it. Default: the bundled \
                     Liberation Sans";
        row(ui, "font", hover, |ui| {
            let hover = "Choose with the system's dialog";
            if ui.button("Choose…").on_hover_text(hover).clicked() {
                commands.push(FigureCommand::BrowseFont.into());
            }
            let response = field(ui, "font file", &mut dialog.font, "bundled", hover);
            if response.lost_focus() {
                let text = dialog.font.trim();
                let path = (!text.is_empty()).then(|| expand(text));
                let known = self.state.exports.font.as_ref().map(|font| &font.path);
                if path.as_ref() != known {
                    commands.push(FigureCommand::Font(path).into());
                }
            }
        });
        let colors = palette(ui.ctx());
        if let Some(problem) = &dialog.font_problem {
            ui.label(egui::RichText::new(problem).color(color(colors.error)));
        } else if let Some(missing) = missing {
            let text = format!("It was set in {missing}: choose that font's file.");
            ui.label(egui::RichText::new(text).color(color(colors.note)));
        } else if let Some(family) = family {
            row(ui, "set in", "The family of that file", |ui| {
                if link(ui, "use the bundled font", "Liberation Sans").clicked() {
                    dialog.font.clear();
                    commands.push(FigureCommand::Font(None).into());
                }
                ui.add(egui::Label::new(family).truncate());
            });
        }
    }

    fn lines(&mut self, ui: &mut Ui, spec: &mut FigureSpec, commands: &mut Vec<Command>) {
        let shows_curves = !matches!(
            spec.view,
            FigureView::Heatmap
                | FigureView::Atlas
                | FigureView::Directions
                | FigureView::Scale
                | FigureView::Pppm
        );
        if shows_curves {
            self.curves_of_figure(ui, spec);
        }
        let shows_colors = matches!(
            spec.view,
            FigureView::Heatmap | FigureView::Atlas | FigureView::Scale | FigureView::Panel
        );
        if shows_colors {
            self.colors_of_figure(ui, commands);
        }
        let backgrounds = Background::ALL
            .iter()
            .map(|&one| (one, background_label(one), ""));
        let hover = "What lies behind the figure. Default: light";
        choice(ui, "background", hover, &mut spec.background, backgrounds);
        axes(ui, spec);
    }

    fn curves_of_figure(&mut self, ui: &mut Ui, spec: &mut FigureSpec) {
        let default = spec.width.preset().line_pt;
        let hover = format!("Width of curves on the page. Default of this width: {default} pt");
        points(
            ui,
            "line width",
            &hover,
            &mut spec.line_pt,
            default,
            LINE_RANGE,
        );
        if let Some(dialog) = &mut self.state.exports.dialog {
            series_colors(ui, dialog, spec);
        }
    }

    fn colors_of_figure(&self, ui: &mut Ui, commands: &mut Vec<Command>) {
        let mut map = self.preferences.map;
        let maps = ColorMap::ALL.map(|map| (map, map.name(), ""));
        let hover = "Colours of heatmap and atlas, as in the window";
        if choice(ui, "colour map", hover, &mut map, maps) {
            commands.push(Command::SetMap(map));
        }
        let mut scale = self.preferences.scale;
        let scales = ColorScale::ALL.map(|scale| (scale, scale.name(), ""));
        let hover = "How a fraction becomes a colour, as in the window";
        if choice(ui, "colour scale", hover, &mut scale, scales) {
            commands.push(Command::SetScale(scale));
        }
    }
}

/// What stands around the picture, and how finely it is drawn.
fn axes(ui: &mut Ui, spec: &mut FigureSpec) {
    let hover = "How many ticks an axis has. Default: normal";
    let ticks = row(ui, "ticks", hover, |ui| {
        let choices = [
            (TickDensity::Few, "few", "About half as many"),
            (TickDensity::Normal, "normal", "As many as have room"),
            (TickDensity::Many, "many", "About twice as many"),
        ];
        segmented(ui, spec.ticks, &choices)
    });
    spec.ticks = ticks.unwrap_or(spec.ticks);
    let has_legend = !matches!(
        spec.view,
        FigureView::Heatmap | FigureView::Atlas | FigureView::Directions | FigureView::Scale
    );
    if has_legend {
        let places = LegendPlace::ALL
            .iter()
            .map(|&place| (place, legend_label(place), ""));
        let hover = "Where the legend stands, if there is more than one curve. Default: automatic";
        choice(ui, "legend", hover, &mut spec.legend, places);
        ui.checkbox(&mut spec.grid, "grid lines")
            .on_hover_text("Default: on");
    }
    let hover = "Pixels an inch of PNG, and at most so many of images within SVG and PDF. \
                 Default: 600";
    row(ui, "resolution", hover, |ui| {
        ui.label("dpi");
        let value = DragValue::new(&mut spec.dpi).range(DPI_RANGE).speed(2.0);
        number_field(ui, "resolution", value, hover);
    });
    let hover = "The file says when it was made; without, the same figure is the same bytes. \
                 Default: off";
    ui.checkbox(&mut spec.date, "date in the file")
        .on_hover_text(hover);
}

fn panels(ui: &mut Ui, dialog: &mut ExportDialog, spec: &mut FigureSpec) {
    let hover = "Views, row after row: a comma between panels, a slash between rows; polar@3:7 is \
                 a plane, heatmap#2 the second dump. Empty: what suits the width";
    row(ui, "panels", hover, |ui| {
        ui.menu_button("Examples ▾", |ui| {
            for (text, what) in EXAMPLES {
                if ui.button(text).on_hover_text(what).clicked() {
                    text.clone_into(&mut dialog.panels);
                    ui.close();
                }
            }
        })
        .response
        .on_hover_text("Panels to begin with");
        field(ui, "panels", &mut dialog.panels, "automatic", hover);
    });
    match dialog.panels.parse() {
        Ok(panels) => spec.panels = panels,
        Err(error) => problem(ui, &format!("{error}")),
    }
}

fn series_colors(ui: &mut Ui, dialog: &mut ExportDialog, spec: &mut FigureSpec) {
    let is_own = matches!(spec.colors, SeriesColors::Own(_)) || !dialog.colors.is_empty();
    let named = SeriesColors::NAMED.iter().position(|c| *c == spec.colors);
    let mut which = named.filter(|_| !is_own).unwrap_or(3);
    let schemes = [
        (0, "Okabe–Ito", "Safe for colour-vision deficiencies"),
        (1, "Tol bright", "Paul Tol's; safe likewise"),
        (2, "Tol muted", "Paul Tol's, nine of them; safe likewise"),
        (3, "own…", "Those you type, in turn"),
    ];
    let hover = "Colours of several curves and of classes. Default: Okabe–Ito";
    if choice(ui, "curve colours", hover, &mut which, schemes) {
        if let Some(named) = SeriesColors::NAMED.get(which) {
            spec.colors = named.clone();
            dialog.colors.clear();
        } else {
            "#0072b2,#d55e00".clone_into(&mut dialog.colors);
        }
    }
    if dialog.colors.is_empty() {
        return;
    }
    let hover = "Separated by commas: #0072b2,#d55e00";
    row(ui, "", hover, |ui| {
        field(ui, "own colours", &mut dialog.colors, "#0072b2", hover);
    });
    match dialog.colors.parse() {
        Ok(colors) => spec.colors = colors,
        Err(error) => problem(ui, &format!("{error}")),
    }
}

fn problem(ui: &mut Ui, text: &str) {
    let error = color(palette(ui.ctx()).error);
    ui.label(egui::RichText::new(text).color(error));
}

fn view_label(view: FigureView) -> &'static str {
    match view {
        FigureView::Pppm => "projection",
        FigureView::Panel => "several panels",
        other => other.name(),
    }
}

fn view_hover(view: FigureView) -> &'static str {
    match view {
        FigureView::Polar => "The curve of the selected plane, and of those pinned",
        FigureView::Ensemble => "Mean ± standard deviation over all planes",
        FigureView::Heatmap => "Planes × angles",
        FigureView::Atlas => "Neurons × neurons",
        FigureView::Directions => "The most lit privileged directions, a bar each",
        FigureView::Scale => "The selected plane at every ε: angle × resolution scale",
        FigureView::Pppm => "Projections of the samples, on the plane or on all (PPPM)",
        FigureView::Panel => "Several of these, with letters",
    }
}

fn background_label(background: Background) -> &'static str {
    match background {
        Background::Light => "light",
        Background::Dark => "dark",
        Background::Transparent => "none, for light pages",
        Background::TransparentDark => "none, for dark pages",
    }
}

fn legend_label(place: LegendPlace) -> &'static str {
    match place {
        LegendPlace::Auto => "automatic",
        LegendPlace::None => "none",
        LegendPlace::UpperLeft => "upper left",
        LegendPlace::UpperRight => "upper right",
        LegendPlace::LowerLeft => "lower left",
        LegendPlace::LowerRight => "lower right",
        LegendPlace::Below => "below",
    }
}
