//! A scene as SVG: real text, vector paths, images a data cell a pixel.

use std::fmt::Write as _;

use base64::Engine as _;

use super::png::raster_png;
use super::simplify::simplified;
use super::{FigureFailure, Stamp};
use crate::scene::{
    Align, CAPITALS, Color, FALLBACK_FAMILY, FAMILY, Fonts, Item, Point, Raster, Rect, Run,
    SCRIPT_SIZE, SUB_DROP, SUPER_RISE, Scene, Slant, Stroke, Text, TextLevel,
};
use crate::session::SESSION_MARK;

/// What an SVG is made of.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    /// What is drawn, in points.
    pub scene: &'a Scene,
    /// Width of the page in millimetres; the height follows.
    pub width_mm: f64,
    /// What lies behind; nothing where `None`.
    pub background: Option<Color>,
    /// The fonts that text is set in.
    pub fonts: &'a Fonts,
    /// What it says about itself.
    pub stamp: &'a Stamp,
}

/// Writes a page.
///
/// # Errors
/// If an image cannot be packed.
pub fn svg(page: &Page<'_>) -> Result<String, FigureFailure> {
    let [width, height] = page.scene.size;
    let mut out = String::with_capacity(1 << 16);
    let height_mm = page.width_mm * f64::from(height) / f64::from(width);
    // `preserve`: librsvg drops spaces at the ends of spans otherwise. And `xlink`:
    // Inkscape 1.2 shows no image that is given by a bare `href`.
    let _ = writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" \
         xmlns:xlink=\"http://www.w3.org/1999/xlink\" width=\"{}mm\" height=\"{}mm\" \
         viewBox=\"0 0 {} {}\" xml:space=\"preserve\" font-family=\"{}\" fill=\"none\" \
         stroke-linejoin=\"round\" role=\"img\">",
        decimal(page.width_mm, 4),
        decimal(height_mm, 4),
        number(width),
        number(height),
        families(page.fonts),
    );
    let stamp = page.stamp;
    let _ = writeln!(out, "<title>{}</title>", escaped(&stamp.title));
    let _ = writeln!(out, "<desc>{}</desc>", escaped(&stamp.description));
    let _ = writeln!(
        out,
        "<metadata id=\"{SESSION_MARK}\">{}</metadata>",
        escaped(&stamp.session)
    );
    if let Some(date) = &stamp.date {
        let _ = writeln!(
            out,
            "<metadata id=\"followspot-date\">{}</metadata>",
            date.iso()
        );
    }
    if let Some(color) = page.background {
        let rect = Rect {
            x: 0.0,
            y: 0.0,
            width,
            height,
        };
        fill(&mut out, rect, color);
    }
    let mut clips = 0;
    for item in &page.scene.items {
        draw(&mut out, item, page.fonts, &mut clips)?;
    }
    out.push_str("</svg>\n");
    Ok(out)
}

/// Fonts in the order in which a reader of the file tries them. Those behind the
/// first have its widths.
fn families(fonts: &Fonts) -> String {
    let mut families = vec![FAMILY, "Arial", "Helvetica", FALLBACK_FAMILY];
    families.splice(0..0, fonts.own.as_ref().map(|own| own.family.as_str()));
    let quoted: Vec<String> = families
        .into_iter()
        .map(|family| format!("'{}'", escaped(&family.replace(['\'', '\\'], ""))))
        .collect();
    format!("{}, sans-serif", quoted.join(", "))
}

/// At most so many decimals, no zeros behind.
fn decimal(value: f64, digits: usize) -> String {
    let text = format!("{value:.digits$}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    match text {
        "-0" | "" => "0".to_owned(),
        _ => text.to_owned(),
    }
}

/// A length in points, to a hundredth.
fn number(value: f32) -> String {
    decimal(f64::from(value), 2)
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' | '\r' => out.push(c),
            // Not allowed in XML at all, even escaped.
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

fn draw(
    out: &mut String,
    item: &Item,
    fonts: &Fonts,
    clips: &mut usize,
) -> Result<(), FigureFailure> {
    match item {
        Item::Area {
            upper,
            lower,
            color,
        } => {
            let mut outline = simplified(upper);
            outline.extend(simplified(lower).into_iter().rev());
            out.push_str("<path d=\"");
            path(out, &outline);
            let _ = writeln!(out, "Z\"{}/>", paint("fill", *color));
        }
        Item::Line {
            points,
            closed,
            stroke,
        } => {
            let mut points = points.clone();
            if *closed {
                points.extend(points.first().copied());
            }
            let mut points = simplified(&points);
            if *closed {
                points.pop();
            }
            out.push_str("<path d=\"");
            path(out, &points);
            let end = if *closed { "Z" } else { "" };
            let _ = writeln!(out, "{end}\"{}/>", line(*stroke));
        }
        Item::Circle {
            centre: [x, y],
            radius,
            stroke,
        } => {
            let _ = writeln!(
                out,
                "<circle cx=\"{}\" cy=\"{}\" r=\"{}\"{}/>",
                number(*x),
                number(*y),
                number(*radius),
                line(*stroke)
            );
        }
        Item::Disc {
            centre: [x, y],
            radius,
            color,
        } => {
            let [x, y, radius] = [*x, *y, *radius].map(number);
            let fill = paint("fill", *color);
            let _ = writeln!(out, "<circle cx=\"{x}\" cy=\"{y}\" r=\"{radius}\"{fill}/>");
        }
        Item::Fill { rect, color } => fill(out, *rect, *color),
        Item::Text { .. } => text(out, item, fonts),
        Item::Image { rect, raster } => image(out, *rect, raster, "")?,
        Item::Part { rect, raster, part } => {
            *clips += 1;
            part_of_image(out, *rect, raster, *part, *clips)?;
        }
    }
    Ok(())
}

fn fill(out: &mut String, rect: Rect, color: Color) {
    let _ = writeln!(out, "<rect{}{}/>", place(rect), paint("fill", color));
}

fn place(rect: Rect) -> String {
    format!(
        " x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"",
        number(rect.x),
        number(rect.y),
        number(rect.width),
        number(rect.height)
    )
}

fn paint(what: &str, color: Color) -> String {
    let Color([_, _, _, alpha]) = color;
    let hex = color.hex();
    if alpha == 255 {
        format!(" {what}=\"{hex}\"")
    } else {
        let opacity = decimal(f64::from(alpha) / 255.0, 3);
        format!(" {what}=\"{hex}\" {what}-opacity=\"{opacity}\"")
    }
}

fn line(stroke: Stroke) -> String {
    let dash = stroke.dash.map_or_else(String::new, |[dash, gap]| {
        format!(" stroke-dasharray=\"{} {}\"", number(dash), number(gap))
    });
    format!(
        "{} stroke-width=\"{}\"{dash}",
        paint("stroke", stroke.color),
        number(stroke.width)
    )
}

fn path(out: &mut String, points: &[Point]) {
    for (k, [x, y]) in points.iter().enumerate() {
        let command = match k {
            0 => "M",
            1 => "L",
            _ => " ",
        };
        let _ = write!(out, "{command}{} {}", number(*x), number(*y));
    }
}

fn text(out: &mut String, item: &Item, fonts: &Fonts) {
    let Item::Text {
        at: [x, y],
        text,
        size,
        align,
        bold,
        upwards,
        color,
    } = item
    else {
        return;
    };
    let anchor = match align {
        Align::Start => "",
        Align::Middle => " text-anchor=\"middle\"",
        Align::End => " text-anchor=\"end\"",
    };
    let weight = if *bold { " font-weight=\"bold\"" } else { "" };
    // From the middle of capitals to their feet.
    let drop = size * CAPITALS / 2.0;
    let place = if *upwards {
        format!(
            " transform=\"translate({} {}) rotate(-90)\"",
            number(x + drop),
            number(*y)
        )
    } else {
        format!(" x=\"{}\" y=\"{}\"", number(*x), number(y + drop))
    };
    let _ = writeln!(
        out,
        "<text{place} font-size=\"{}\"{anchor}{weight}{}>{}</text>",
        number(*size),
        paint("fill", *color),
        runs(text, *size, *bold, fonts)
    );
}

/// Runs as spans. A shift is undone by the next span: `baseline-shift` is not
/// understood by every program.
fn runs(text: &Text, size: f32, bold: bool, fonts: &Fonts) -> String {
    let mut out = String::new();
    let mut shifted = 0.0;
    for run in text.runs() {
        let wanted = match run.level {
            TextLevel::Line => 0.0,
            TextLevel::Sub => SUB_DROP * size,
            TextLevel::Super => -SUPER_RISE * size,
        };
        let mut look = String::new();
        if wanted != shifted {
            let _ = write!(look, " dy=\"{}\"", number(wanted - shifted));
            shifted = wanted;
        }
        if run.level != TextLevel::Line {
            let _ = write!(look, " font-size=\"{}\"", number(size * SCRIPT_SIZE));
        }
        if run.slant == Slant::Italic {
            look.push_str(" font-style=\"italic\"");
        }
        let letters = letters(run, bold, fonts);
        if look.is_empty() {
            out.push_str(&letters);
        } else {
            let _ = write!(out, "<tspan{look}>{letters}</tspan>");
        }
    }
    out
}

/// The letters of a run, those that its font lacks in another.
fn letters(run: &Run, bold: bool, fonts: &Fonts) -> String {
    let mut out = String::new();
    let mut rest = run.text.as_str();
    while let Some(first) = rest.chars().next() {
        let family = fonts.other_family(first, run.slant, bold);
        let other = |letter: char| fonts.other_family(letter, run.slant, bold) != family;
        let (alike, after) = rest.split_at(rest.find(other).unwrap_or(rest.len()));
        let letters = escaped(alike);
        match family {
            None => out.push_str(&letters),
            Some(family) => {
                let _ = write!(out, "<tspan font-family=\"'{family}'\">{letters}</tspan>");
            }
        }
        rest = after;
    }
    out
}

fn image(out: &mut String, rect: Rect, raster: &Raster, more: &str) -> Result<(), FigureFailure> {
    let png = raster_png(raster)?;
    let _ = write!(
        out,
        "<image{}{more} preserveAspectRatio=\"none\" image-rendering=\"optimizeSpeed\" \
         style=\"image-rendering:pixelated\" xlink:href=\"data:image/png;base64,",
        place(rect)
    );
    base64::engine::general_purpose::STANDARD.encode_string(png, out);
    out.push_str("\"/>\n");
    Ok(())
}

/// The whole image, so placed that the part fills the rectangle, and the rest cut
/// off.
fn part_of_image(
    out: &mut String,
    rect: Rect,
    raster: &Raster,
    [[left, right], [top, bottom]]: [[f32; 2]; 2],
    clip: usize,
) -> Result<(), FigureFailure> {
    let width = rect.width / (right - left).max(f32::EPSILON);
    let height = rect.height / (bottom - top).max(f32::EPSILON);
    let whole = Rect {
        x: rect.x - left * width,
        y: rect.y - top * height,
        width,
        height,
    };
    let _ = writeln!(
        out,
        "<clipPath id=\"cut{clip}\"><rect{}/></clipPath>",
        place(rect)
    );
    let more = format!(" clip-path=\"url(#cut{clip})\"");
    image(out, whole, raster, &more)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        assert_eq!(number(12.0), "12");
        assert_eq!(number(-0.001), "0");
        assert_eq!(number(0.126), "0.13");
        assert_eq!(decimal(139.7, 4), "139.7");
    }

    #[test]
    fn letters_that_xml_lacks_are_replaced() {
        assert_eq!(escaped("a<b>&\"c\u{1}"), "a&lt;b&gt;&amp;&quot;c\u{fffd}");
    }

    #[test]
    fn letters_that_the_font_lacks_name_another() {
        let text = Text::from("a ∧ b");
        assert_eq!(
            runs(&text, 10.0, false, &Fonts::default()),
            "a <tspan font-family=\"'DejaVu Sans'\">∧</tspan> b"
        );
    }

    #[test]
    fn scripts_are_shifted_and_shifted_back() {
        let text = Text::from("+").then_vector("16").then(" up");
        assert_eq!(
            runs(&text, 10.0, false, &Fonts::default()),
            "+<tspan font-style=\"italic\">b</tspan><tspan dy=\"1.7\" font-size=\"7.2\">16</tspan>\
             <tspan dy=\"-1.7\"> up</tspan>"
        );
    }
}
