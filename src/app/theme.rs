//! Fonts, spacing and the two themes.

use egui::epaint::Shadow;
use egui::{
    Color32, Context, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Margin, Stroke,
    Style, TextStyle, Theme, Vec2, Visuals,
};
use std::sync::Arc;

use crate::scene::{Color, Palette};

use super::document::ThemeChoice;

/// The bold face, as a family of its own.
pub fn bold() -> FontFamily {
    FontFamily::Name("bold".into())
}

/// A colour of a scene on the screen.
pub fn color(Color([r, g, b, a]): Color) -> Color32 {
    Color32::from_rgba_unmultiplied(r, g, b, a)
}

/// The palette of the theme that is on.
pub fn palette(ctx: &Context) -> Palette {
    match ctx.theme() {
        Theme::Dark => Palette::DARK,
        Theme::Light => Palette::LIGHT,
    }
}

/// Loads the fonts and both themes.
pub fn install(ctx: &Context) {
    let mut fonts = FontDefinitions::default();
    let regular = include_bytes!("../../assets/fonts/DejaVuSans.ttf");
    let heavy = include_bytes!("../../assets/fonts/DejaVuSans-Bold.ttf");
    let data = |bytes: &'static [u8]| Arc::new(FontData::from_static(bytes));
    fonts.font_data.insert("regular".to_owned(), data(regular));
    fonts.font_data.insert("bold".to_owned(), data(heavy));
    let proportional = fonts.families.entry(FontFamily::Proportional).or_default();
    proportional.insert(0, "regular".to_owned());
    let fallback = proportional.clone();
    let bold_fonts = std::iter::once("bold".to_owned()).chain(fallback);
    fonts.families.insert(bold(), bold_fonts.collect());
    ctx.set_fonts(fonts);
    for (theme, palette) in [(Theme::Dark, Palette::DARK), (Theme::Light, Palette::LIGHT)] {
        ctx.style_mut_of(theme, |style| dress(style, &palette, theme == Theme::Dark));
    }
}

/// Turns the theme on.
pub fn apply(ctx: &Context, choice: ThemeChoice) {
    ctx.set_theme(match choice {
        ThemeChoice::System => egui::ThemePreference::System,
        ThemeChoice::Dark => egui::ThemePreference::Dark,
        ThemeChoice::Light => egui::ThemePreference::Light,
    });
}

fn dress(style: &mut Style, palette: &Palette, dark: bool) {
    style.text_styles = [
        (TextStyle::Heading, FontId::new(16.0, bold())),
        (TextStyle::Body, FontId::new(12.5, FontFamily::Proportional)),
        (
            TextStyle::Button,
            FontId::new(12.5, FontFamily::Proportional),
        ),
        (
            TextStyle::Small,
            FontId::new(11.0, FontFamily::Proportional),
        ),
        (
            TextStyle::Monospace,
            FontId::new(12.0, FontFamily::Monospace),
        ),
    ]
    .into();
    style.spacing.item_spacing = Vec2::new(8.0, 4.0);
    style.spacing.button_padding = Vec2::new(8.0, 2.0);
    style.spacing.interact_size = Vec2::new(36.0, 20.0);
    style.spacing.slider_rail_height = 4.0;
    style.spacing.window_margin = Margin::same(14);
    style.spacing.menu_margin = Margin::same(6);
    style.spacing.tooltip_width = 380.0;
    style.interaction.tooltip_delay = 0.35;
    style.visuals = visuals(palette, dark);
}

fn visuals(palette: &Palette, dark: bool) -> Visuals {
    let mut visuals = if dark {
        Visuals::dark()
    } else {
        Visuals::light()
    };
    let [background, plot, border, grid] = [
        palette.background,
        palette.plot,
        palette.border,
        palette.grid,
    ]
    .map(color);
    let [text, secondary, accent] = [palette.text, palette.secondary, palette.accent].map(color);
    let (button, hovered) = if dark {
        (Color32::from_rgb(41, 45, 52), Color32::from_rgb(52, 57, 66))
    } else {
        (
            Color32::from_rgb(245, 246, 248),
            Color32::from_rgb(233, 236, 240),
        )
    };
    visuals.panel_fill = background;
    visuals.window_fill = background;
    visuals.window_stroke = Stroke::new(1.0, border);
    visuals.window_corner_radius = CornerRadius::same(6);
    visuals.menu_corner_radius = CornerRadius::same(5);
    visuals.window_shadow = Shadow {
        offset: [0, 6],
        blur: 22,
        spread: 0,
        color: Color32::from_black_alpha(if dark { 110 } else { 40 }),
    };
    visuals.popup_shadow = visuals.window_shadow;
    visuals.extreme_bg_color = plot;
    visuals.faint_bg_color = plot;
    visuals.hyperlink_color = accent;
    visuals.error_fg_color = color(palette.error);
    visuals.warn_fg_color = color(palette.spotlight);
    visuals.weak_text_color = Some(secondary);
    visuals.selection.bg_fill = if dark {
        Color32::from_rgb(44, 110, 150)
    } else {
        Color32::from_rgb(150, 200, 236)
    };
    visuals.selection.stroke = Stroke::new(1.0, text);
    visuals.handle_shape = egui::style::HandleShape::Circle;
    visuals.slider_trailing_fill = true;
    let radius = CornerRadius::same(4);
    let widgets = &mut visuals.widgets;
    for (widget, fill, edge, ink) in [
        (&mut widgets.noninteractive, background, border, text),
        (&mut widgets.inactive, button, border, text),
        (&mut widgets.hovered, hovered, grid, text),
        (&mut widgets.active, hovered, accent, text),
        (&mut widgets.open, hovered, grid, text),
    ] {
        widget.bg_fill = fill;
        widget.weak_bg_fill = fill;
        widget.bg_stroke = Stroke::new(1.0, edge);
        widget.fg_stroke = Stroke::new(1.0, ink);
        widget.corner_radius = radius;
        widget.expansion = 0.0;
    }
    visuals
}
