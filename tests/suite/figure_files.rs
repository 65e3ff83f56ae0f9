//! The real binary's figures are what they say: kind, size, text, lines, fonts,
//! session; and the three kinds show one picture.
#![allow(clippy::unwrap_used, clippy::cast_precision_loss)]

use crate::pages;
use crate::program;

use followspot::scene::font_files;
use followspot::session::Session;
use followspot::session::figure::{FigureView, PRESETS};
use pages::{POINTS, VIEWS, drawn, look, pdf_page, png, svg, words};
use program::{Place, case};

fn place() -> Place {
    Place::of(&case("digits_relu_eps050_comb"))
}

/// Writes a figure of `acts.npy` and gives its bytes.
#[track_caller]
fn figure(place: &Place, options: &str, output: &str) -> Vec<u8> {
    let args: Vec<&str> = ["figure", "acts.npy", "--epsilon", "0.5", "-o", output]
        .into_iter()
        .chain(options.split_whitespace())
        .collect();
    let run = place.run(&args).good();
    assert!(run.stdout.is_empty());
    place.bytes(output)
}

/// Words that a view must show.
fn expected(view: &str) -> &'static [&'static str] {
    match view.split_whitespace().nth(1).unwrap() {
        "polar" => &["+b0", "−b3", "%", "π/4"],
        "ensemble" if view.contains("axes polar") => &["+bi", "+bj", "mean", "± std"],
        "ensemble" => &["mean", "± std", "samples lit, %", "π/2", "θ"],
        "heatmap" => &["plane (by peak)", "samples lit, %", "3π/2"],
        "atlas" => &["neuron i", "neuron j", "alignment index", "+0.5"],
        _ => &["a", "b", "c", "mean", "samples lit, %", "plane (by peak)"],
    }
}

#[test]
fn every_view_is_a_page_of_its_size_with_its_words_and_its_session() {
    let place = place();
    for view in VIEWS {
        let page = svg(&figure(&place, view, "f.svg"));
        let [width_mm, height_mm] = [page.width_mm, page.height_mm];
        assert!((width_mm - 139.7).abs() < 1e-4, "{view}: {width_mm} mm");
        let shown = words(&page);
        for word in expected(view) {
            assert!(shown.contains(word), "{view}: no {word} in {shown}");
        }

        let pdf = figure(&place, view, "f.pdf");
        let [width, height] = pdf_page(&pdf);
        assert!((width - width_mm * POINTS).abs() < 0.01, "{view}: {width}");
        assert!((height - height_mm * POINTS).abs() < 0.01, "{view}");
        if let Some(text) = look("pdftotext", &["-raw", "f.pdf", "-"], &place.path("")) {
            // Words upwards come one a line.
            let spaced = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
            let text = spaced(&String::from_utf8(text).unwrap());
            for label in page.labels.iter().filter(|label| label.is_plain) {
                let label = label.text.as_str();
                assert!(text.contains(label), "{view}: no {label} in {text}");
            }
        }

        let picture = png(&figure(&place, &format!("{view} --dpi 127"), "f.png"));
        let pixels = |mm: f64| (mm / 25.4 * 127.0).round() as usize;
        let size = (picture.pixels.width, picture.pixels.height);
        assert_eq!(size, (pixels(width_mm), pixels(height_mm)), "{view}");
        assert!(picture.dpi.iter().all(|dpi| (dpi - 127.0).abs() < 0.02));

        for name in ["f.svg", "f.pdf", "f.png"] {
            let session = Session::read(&place.path(name)).unwrap();
            assert!(view.contains(session.figure.view.name()), "{view}");
            assert_eq!(session.layers.len(), 1);
            let layer = &session.layers[0];
            assert_eq!(layer.source.file_name, "acts.npy");
            assert_eq!(layer.source.shape, [300, 24]);
            assert_eq!(layer.source.sha256.as_ref().map_or(0, String::len), 64);
            assert_eq!((layer.epsilon, &layer.path), (Some(0.5), &None));
            std::fs::remove_file(place.path(name)).unwrap();
        }
    }
}

#[test]
fn every_preset_keeps_its_rule() {
    let place = place();
    for preset in PRESETS {
        let [widest, thinnest] = [preset.least_font_pt, preset.least_line_pt].map(f64::from);
        for view in VIEWS {
            let what = format!("{} {view}", preset.name);
            let options = format!("{view} --width {} --force", preset.name);
            let page = svg(&figure(&place, &options, "f.svg"));
            assert!((page.width_mm - preset.width_mm).abs() < 1e-3, "{what}");
            // A unit of the picture is a point: what is read from it are points.
            for (length, mm) in page.size.iter().zip([page.width_mm, page.height_mm]) {
                assert!((length - mm * POINTS).abs() < 0.01, "{what}: {length}");
            }
            if let Some(height_mm) = preset.height_mm {
                assert!((page.height_mm - height_mm).abs() < 1e-3, "{what}");
            }
            // Sub- and superscripts are smaller than their text, as everywhere.
            for label in &page.labels {
                assert!(label.size >= widest, "{what}: {label:?}");
            }
            assert!(page.lines.len() > 3, "{what}");
            let line = page.lines.iter().copied().fold(f64::INFINITY, f64::min);
            assert!(line >= thinnest, "{what}: a line of {line} pt");
        }
        let options = format!("--view polar --width {} --force", preset.name);
        let [width, height] = pdf_page(&figure(&place, &options, "f.pdf"));
        let wanted = preset.width_mm * POINTS;
        assert!((width - wanted).abs() < 0.01, "{}: {width}", preset.name);
        if preset.name == "slide" {
            assert!((width / height - 16.0 / 9.0).abs() < 1e-4);
        }
    }
    // Nothing of one's own is smaller than what was asked for either.
    let options = "--view panel --width 180mm --font-size 9 --line-width 2 --force";
    let page = svg(&figure(&place, options, "f.svg"));
    assert!(page.labels.iter().all(|label| label.size >= 7.0));
    assert!(page.lines.iter().all(|&line| line >= 1.0));
}

#[test]
fn svg_pdf_and_png_are_one_picture() {
    let place = place();
    for view in VIEWS {
        for look_of in ["", "--background dark --title Title --caption"] {
            // Poppler smooths images that are less than four times enlarged: few
            // cells on many pixels stay cells.
            let cells = "--angles 91 --max-planes 50 --seed 1 --width icml-column --dpi 400";
            let options = format!("{view} {look_of} {cells} --force");
            let what = format!("{view} {look_of}");
            let picture = png(&figure(&place, &options, "f.png")).pixels;
            let (width, height) = (picture.width, picture.height);
            let svg = drawn(&figure(&place, &options, "f.svg"), width, height);
            let off = svg.difference(&picture);
            assert!(off < 0.001, "{what}: SVG and PNG differ by {off}");
            figure(&place, &options, "f.pdf");
            // One of poppler's painters moves thin lines to whole pixels, the other
            // smooths images; what either shows is in the file.
            let off = ["pdftoppm", "pdftocairo"].map(|painter| {
                let (x, y) = (width.to_string(), height.to_string());
                let args = ["-png", "-singlefile", "-scale-to-x", &x, "-scale-to-y", &y];
                look(
                    painter,
                    &[&args[..], &["f.pdf", "pdf"]].concat(),
                    &place.path(""),
                )?;
                let pdf = png(&place.bytes("pdf.png")).pixels;
                assert!(pdf.width.abs_diff(width) < 2 && pdf.height.abs_diff(height) < 2);
                let (width, height) = (width.min(pdf.width), height.min(pdf.height));
                let [a, b] = [&pdf, &picture].map(|pixels| pixels.cut(width, height));
                Some(a.difference(&b))
            });
            if let Some(off) = off.into_iter().flatten().reduce(f64::min) {
                assert!(off < 0.01, "{what}: PDF and PNG differ by {off}");
            }
        }
    }
}

/// Names and kinds of a PDF's fonts.
fn fonts(place: &Place, name: &str) -> Option<Vec<(String, String)>> {
    let table = String::from_utf8(look("pdffonts", &[name], &place.path(""))?).unwrap();
    let rows = table.lines().skip(2).map(|line| {
        let (font, rest) = line.split_once(' ').unwrap();
        // Embedded, a subset, and with its letters for whoever copies them.
        let yes: Vec<&str> = rest.split_whitespace().rev().skip(2).take(3).collect();
        assert_eq!(yes, ["yes"; 3], "{line}");
        (font.to_owned(), rest.to_owned())
    });
    Some(rows.collect())
}

#[test]
fn fonts_are_embedded_as_true_type() {
    let place = place();
    for view in VIEWS {
        figure(&place, &format!("{view} --force --title *θ*"), "f.pdf");
        let Some(fonts) = fonts(&place, "f.pdf") else {
            return;
        };
        assert!(!fonts.is_empty(), "{view}");
        for (name, kind) in fonts {
            assert!(
                kind.trim_start().starts_with("CID TrueType"),
                "{name} {kind}"
            );
            let bundled = ["+Liberation", "+DejaVu"].map(|known| name.contains(known));
            assert!(bundled.contains(&true), "{view}: {name}");
        }
    }
}

#[test]
fn a_font_of_ones_own_takes_the_place_of_the_bundled_one() {
    let place = place();
    std::fs::write(place.path("mine.ttf"), font_files::FALLBACK).unwrap();
    let plain = figure(&place, "--view ensemble", "plain.svg");
    let own = figure(&place, "--view ensemble --font mine.ttf", "own.svg");
    assert_ne!(plain, own);
    let text = String::from_utf8(own).unwrap();
    assert!(text.contains("font-family=\"'DejaVu Sans', "));
    assert!(
        !text.contains("mine.ttf"),
        "a name of a file has no place in it"
    );
    let session = Session::read(&place.path("own.svg")).unwrap();
    let font = session.figure.font.unwrap();
    assert_eq!(font.family, "DejaVu Sans");
    assert_eq!(font.sha256.len(), 64);
    figure(&place, "--view ensemble --font mine.ttf", "own.pdf");
    if let Some(fonts) = fonts(&place, "own.pdf") {
        for (name, kind) in fonts {
            assert!(name.contains("+DejaVuSans"), "{name} {kind}");
        }
    }
    // The words are there in whatever font.
    let page = svg(&place.bytes("own.svg"));
    assert!(words(&page).contains("samples lit, %"));
}

#[test]
fn an_option_that_a_view_has_no_use_for_is_accepted() {
    let place = place();
    let all = "--plane 0,3 --plane 1,2 --panels polar/atlas --share none --axes polar \
        --every-plane --order alignment --quantity peak --atlas-order sum --angles 91 \
        --planes permutations --max-planes 100 --seed 3 --aspect 1:1 --color-map cividis \
        --color-scale sqrt --class-colors tol-bright --angle-unit degrees --ticks few \
        --legend lower-left --no-grid --caption --dpi 60 --force";
    for view in ["polar", "ensemble", "heatmap", "atlas", "panel"] {
        for output in ["f.svg", "f.pdf", "f.png"] {
            figure(&place, &format!("--view {view} {all}"), output);
            let session = Session::read(&place.path(output)).unwrap();
            assert_eq!(session.figure.view, view.parse::<FigureView>().unwrap());
            // Kept even where it is of no use here: another view may want it.
            assert_eq!(session.view.pins, [[1, 2]]);
            assert_eq!(session.options.seed, Some(3));
        }
    }
    let page = svg(&figure(
        &place,
        "--view polar --aspect 2:1 --force",
        "f.svg",
    ));
    assert!((page.width_mm / page.height_mm - 2.0).abs() < 1e-4);
}

#[test]
fn stdout_has_the_svg_that_a_file_has() {
    let place = place();
    let file = figure(&place, "--view heatmap --dpi 72", "f.svg");
    let args = "figure acts.npy --epsilon 0.5 --view heatmap --dpi 72 -o -";
    let args: Vec<&str> = args.split(' ').collect();
    let run = place.run(&args).good();
    assert_eq!(run.stdout.as_bytes(), file);
    assert_eq!(place.names(), ["acts.npy", "basis.npy", "f.svg"]);
}

#[test]
fn a_transparent_figure_lets_through_what_is_behind() {
    let place = place();
    let corner = |background: &str| {
        let options = format!("--view polar --dpi 72 --force --background {background}");
        png(&figure(&place, &options, "f.png")).pixels.at(0, 0)
    };
    assert_eq!(corner("light"), [255; 4]);
    assert_eq!(corner("transparent")[3], 0);
    assert_eq!(corner("transparent-dark")[3], 0);
    let [r, g, b, alpha] = corner("dark");
    assert!(r.max(g).max(b) < 60 && alpha == 255);
}
