//! Scale views and projections as figures, by the real binary: what they are of is said,
//! panels have planes of their own, and the same figure is made again from its file.
#![allow(clippy::unwrap_used)]

use crate::{pages, program};

use pages::words;
use program::{Place, case};

fn place() -> Place {
    Place::of(&case("normal_200x6_comb"))
}

/// The figure as SVG, and what was said of it.
#[track_caller]
fn drawn(place: &Place, options: &[&str]) -> (String, String) {
    let out = ["-o", "fig.svg", "--force"];
    let run = place.run(&[&["figure", "acts.npy"], options, &out].concat());
    let said = run.good().stderr;
    (String::from_utf8(place.bytes("fig.svg")).unwrap(), said)
}

#[test]
fn a_scale_view_says_what_it_is_of() {
    let place = place();
    let scale = ["--view", "scale", "--plane", "1,4", "--epsilon", "0.5"];
    let (svg, said) = drawn(&place, &scale);
    assert!(
        said.contains("the plane b₁ ∧ b₄ at every half-angle, fraction of samples."),
        "{said}"
    );
    assert!(said.contains("the line is at ε = 0.5"), "{said}");
    for text in ["resolution scale ", "samples lit, %", "angle "] {
        assert!(svg.contains(text), "{text}");
    }
    let page = words(&pages::svg(svg.as_bytes()));
    assert!(page.contains("angle θ from b1 towards b4"), "{page}");
    let narrow = [&scale[..], &["--width", "40mm", "--height", "50mm"]].concat();
    let (svg, _) = drawn(&place, &narrow);
    let page = words(&pages::svg(svg.as_bytes()));
    assert!(page.contains("angle θ, b1 ∧ b4"), "{page}");
    let look = [
        "--scale-quantity",
        "excess",
        "--scale-axis",
        "half-angle",
        "--color-scale",
        "log",
    ];
    let (svg, _) = drawn(&place, &[&scale[..], &look].concat());
    for text in [
        "half-angle arccos ",
        "samples lit / isotropic (log scale)",
        "90°",
    ] {
        assert!(svg.contains(text), "{text}");
    }
    let (svg, _) = drawn(&place, &[&scale[..], &["--signed"]].concat());
    assert!(svg.contains("samples lit − opposite, %"));
}

#[test]
fn a_projection_says_what_it_leaves_out() {
    let place = place();
    let pppm = ["--view", "pppm", "--plane", "1,4", "--epsilon", "0.5"];
    let (svg, said) = drawn(&place, &pppm);
    assert!(
        said.contains("projections of the samples on the plane b₁ ∧ b₄, points"),
        "{said}"
    );
    assert!(said.contains("at least ε = 0.5 of its norm"), "{said}");
    assert!(
        said.contains("Privileged-plane projections (Bird, 2025, arXiv:2507.12070) of acts.npy"),
        "{said}"
    );
    assert!(!said.contains("2505.13471"), "{said}");
    let caption = ["caption", "fig.svg", "--format", "latex", "--bibtex"];
    let latex = place.run(&caption).good().stdout;
    assert!(latex.contains(r"\cite{bird2025emergence}") && latex.contains("2507.12070"));
    assert!(!latex.contains("bird2025spotlight"), "{latex}");
    assert!(svg.contains("of 200 samples") && svg.contains("activation along "));
    let all = ["--project", "all", "--draw", "density"];
    let (svg, said) = drawn(&place, &[&pppm[..], &all].concat());
    assert!(
        said.contains("on all 15 planes (i < j), density over that of isotropic data"),
        "{said}"
    );
    assert!(svg.contains("in 15 planes") && svg.contains("density / isotropic"));
    assert!(said.contains("The ground is left bare where"), "{said}");
    let (svg, said) = drawn(
        &place,
        &[&pppm[..], &all, &["--normaliser", "none"]].concat(),
    );
    assert!(
        svg.contains("points per unit area") && !said.contains("isotropic data."),
        "{said}"
    );
}

#[test]
fn panels_have_planes_of_their_own() {
    let place = place();
    let panels = [
        "--view",
        "panel",
        "--panels",
        "polar@1:4,scale@2:3/pppm@0:5,pppm",
    ];
    let more = ["--project", "all", "--epsilon", "0.4", "--width", "183mm"];
    let (_, said) = drawn(&place, &[&panels[..], &more].concat());
    for part in [
        "(a) the plane b₁ ∧ b₄; ",
        "(b) the plane b₂ ∧ b₃ at every half-angle",
        "(c) projections of the samples on the plane b₀ ∧ b₅, points; ",
        "(d) projections of the samples on all 15 planes (i < j), points",
        "Spotlight resonance (Bird, 2025, arXiv:2505.13471)",
        "drawn at its coordinates there (Bird, 2025, arXiv:2507.12070)",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let args = [
        "figure", "acts.npy", "--view", "scale", "--plane", "1,9", "-o", "a.svg",
    ];
    assert!(place.run(&args).refused(2).contains("has no plane 1,9"));
    let args = [
        "figure",
        "acts.npy",
        "--view",
        "panel",
        "--panels",
        "heatmap@1:2",
        "-o",
        "a.svg",
    ];
    let said = place.run(&args).refused(2);
    assert!(
        said.contains("only polar, scale and pppm have a plane"),
        "{said}"
    );
}

#[test]
fn the_same_picture_is_made_again_from_its_file() {
    let place = place();
    let look = [
        "--view",
        "pppm",
        "--project",
        "all",
        "--draw",
        "density",
        "--kernel",
        "0.04",
    ];
    let colors = [
        "--density-map",
        "inferno",
        "--density-scale",
        "sqrt",
        "--epsilon",
        "0.6",
    ];
    let (first, _) = drawn(&place, &[&look[..], &colors].concat());
    let args = ["figure", "acts.npy", "--like", "fig.svg", "-o", "again.svg"];
    place.run(&args).good();
    assert_eq!(String::from_utf8(place.bytes("again.svg")).unwrap(), first);
}
