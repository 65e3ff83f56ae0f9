use super::*;

fn again<T: FromStr + fmt::Display>(text: &str) -> String
where
    T::Err: fmt::Debug,
{
    text.parse::<T>().unwrap().to_string()
}

#[track_caller]
fn refused<T: FromStr>(text: &str, expected: &str)
where
    T::Err: fmt::Display,
{
    match text.parse::<T>() {
        Ok(_) => panic!("{text} was taken"),
        Err(error) => assert!(error.to_string().contains(expected), "{error}"),
    }
}

#[test]
fn what_is_typed_comes_back_as_it_was_typed() {
    for text in ["89mm", "3.25in", "400pt", "icml-column", "slide"] {
        assert_eq!(again::<Width>(text), text);
    }
    for text in ["auto", "60mm", "16:9"] {
        assert_eq!(again::<Height>(text), text);
    }
    for text in ["", "polar", "polar@3:7,heatmap#2/ensemble,atlas"] {
        assert_eq!(again::<Panels>(text), text);
    }
    assert_eq!(again::<Panels>("polar#3@0:2"), "polar@0:2#3");
    for text in ["okabe-ito", "tol-muted", "#0072b2,#d55e00"] {
        assert_eq!(again::<SeriesColors>(text), text);
    }
}

#[test]
fn what_makes_no_figure_is_refused_in_a_sentence() {
    refused::<Width>("icml", "`icml` is no width");
    refused::<Width>("1mm", "from 10mm to 2000mm");
    refused::<Width>("NaNmm", "is no width");
    refused::<Width>("-5mm", "from 10mm to 2000mm");
    refused::<Width>("12", "is no length");
    refused::<Height>("1:0", "no ratio");
    refused::<Height>("1:100", "no ratio");
    refused::<Panels>("polar,,atlas", "no view");
    refused::<Panels>("panel", "cannot be a panel itself");
    refused::<Panels>("heatmap@1:2", "only polar, scale and pppm have a plane");
    refused::<Panels>("polar@2:2", "two different");
    refused::<Panels>("polar#0", "file's number");
    refused::<Panels>("polar#1#2", "one file at most");
    refused::<SeriesColors>("red", "are no colours");
    refused::<FigureView>(
        "pie",
        "choose polar, ensemble, heatmap, atlas, scale, pppm, directions, panel",
    );
}

#[test]
fn widths_are_those_of_the_venues() {
    let mm = |text: &str| text.parse::<Width>().unwrap().mm();
    for (name, expected) in [
        ("iclr-text", 139.7),
        ("neurips-text", 139.7),
        ("icml-column", 82.55),
        ("icml-text", 171.45),
        ("nature-column", 89.0),
        ("nature-text", 183.0),
        ("slide", 338.666_667),
        ("72pt", 25.4),
    ] {
        assert!((mm(name) - expected).abs() < 1e-6, "{name}: {}", mm(name));
    }
    for preset in PRESETS {
        assert!(preset.font_pt >= preset.least_font_pt);
        assert!(preset.line_pt >= preset.least_line_pt);
    }
}

#[test]
fn a_specification_comes_back_from_json_and_lacks_nothing() {
    let spec = FigureSpec {
        view: FigureView::Panel,
        panels: "polar@0:1/atlas".parse().unwrap(),
        width: "89mm".parse().unwrap(),
        height: "4:3".parse().unwrap(),
        font_pt: Some(7.5),
        colors: "#010203".parse().unwrap(),
        title: "ε = 0.9".to_owned(),
        font: Some(FontRecord {
            family: "Inter".to_owned(),
            sha256: "00".to_owned(),
        }),
        ..FigureSpec::default()
    };
    let json = serde_json::to_string(&spec).unwrap();
    assert_eq!(serde_json::from_str::<FigureSpec>(&json).unwrap(), spec);
    // What an older version did not know is as it would be chosen by default.
    let old: FigureSpec = serde_json::from_str(r#"{"view": "atlas"}"#).unwrap();
    assert_eq!(old.view, FigureView::Atlas);
    assert_eq!(old.dpi, DEFAULT_DPI);
    assert!(serde_json::from_str::<FigureSpec>(r#"{"width": "wide"}"#).is_err());
}

#[test]
fn numbers_out_of_range_are_named() {
    let check = |spec: FigureSpec, expected: &str| {
        let error = spec.check().unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    };
    let spec = FigureSpec::default;
    check(
        FigureSpec {
            font_pt: Some(f32::NAN),
            ..spec()
        },
        "font size",
    );
    check(
        FigureSpec {
            line_pt: Some(0.0),
            ..spec()
        },
        "line width",
    );
    check(FigureSpec { dpi: 0, ..spec() }, "resolution");
    check(
        FigureSpec {
            title: "x".repeat(501),
            ..spec()
        },
        "a title of 501 letters",
    );
    assert!(spec().check().is_ok());
}
