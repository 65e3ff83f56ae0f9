//! Captions of every view, of every kind of input, in every format.

use super::*;
use crate::data::{Center, ReadAs};
use crate::session::{BasisSource, Options, Samples, Source};
use crate::srm::{Epsilon, PlaneMode};
use crate::words::letter;

const ALL: Planes = Planes {
    swept: 276,
    in_all: 276,
};

fn source(file_name: &str) -> Source {
    Source {
        file_name: file_name.to_owned(),
        sha256: None,
        key: None,
        shape: [1797, 24],
        array_shape: None,
        read_as: ReadAs::default(),
        dtype: "float32".to_owned(),
        excluded_rows: 0,
        zero_rows: 0,
    }
}

fn record(choice: &str, epsilon: f64) -> Provenance {
    let options = Options {
        epsilon: choice.parse().unwrap(),
        ..Options::default()
    };
    let epsilon = Epsilon::new(epsilon).unwrap();
    Provenance {
        version: "1.2.3".to_owned(),
        ..Provenance::new(source("layer_3.npy"), None, options, epsilon)
    }
}

#[track_caller]
fn check(shown: Shown<'_>, record: &Provenance, format: CaptionFormat, expected: &str) {
    assert_eq!(Caption::new(shown, record).text(format), expected);
}

#[track_caller]
fn says(shown: Shown<'_>, record: &Provenance, parts: &[&str]) {
    let text = Caption::new(shown, record).text(CaptionFormat::Text);
    for part in parts {
        assert!(text.contains(part), "`{part}` is not in: {text}");
    }
}

#[test]
fn one_plane_in_every_format() {
    let record = record("0.7", 0.7);
    let plane = [Plane { i: 3, j: 17 }];
    let shown = Shown::Curves(&plane);
    check(
        shown,
        &record,
        CaptionFormat::Text,
        "Spotlight resonance (Bird, 2025, arXiv:2505.13471) of layer_3.npy (N = 1,797 samples, \
         d = 24 neurons): the plane b₃ ∧ b₁₇. The curve is the fraction of samples within a cone \
         of half-angle 45.6° (ε = 0.7; it would light 4.9 × 10⁻³% of isotropic data) around a \
         probe that turns from b₃ towards b₁₇ in 361 angles from 0 to 2π. bᵢ is neuron i, counted \
         from 0. Made with Followspot 1.2.3.",
    );
    check(
        shown,
        &record,
        CaptionFormat::Markdown,
        "Spotlight resonance ([Bird, 2025](https://arxiv.org/abs/2505.13471)) of `layer_3.npy` \
         (*N* = 1,797 samples, *d* = 24 neurons): the plane *b*₃ ∧ *b*₁₇. The curve is the \
         fraction of samples within a cone of half-angle 45.6° (*ε* = 0.7; it would light \
         4.9 × 10⁻³% of isotropic data) around a probe that turns from *b*₃ towards *b*₁₇ in 361 \
         angles from 0 to 2π. *b*ᵢ is neuron *i*, counted from 0. Made with Followspot 1.2.3.",
    );
    check(
        shown,
        &record,
        CaptionFormat::Latex,
        r"Spotlight resonance~\cite{bird2025spotlight} of \texttt{layer\_3.npy} ($N = 1{,}797$ samples, $d = 24$ neurons): the plane $b_{3} \wedge b_{17}$. The curve is the fraction of samples within a cone of half-angle $45.6^\circ$ ($\varepsilon = 0.7$; it would light $4.9 \times 10^{-3}$\% of isotropic data) around a probe that turns from $b_{3}$ towards $b_{17}$ in 361 angles from 0 to $2\pi$. $b_i$ is neuron $i$, counted from 0. Made with Followspot 1.2.3.",
    );
}

#[test]
fn every_view_says_what_it_shows() {
    let record = record("auto", 0.5);
    let planes: Vec<Plane> = (1..7).map(|j| Plane { i: 0, j }).collect();
    let several = Shown::Curves(&planes[..3]);
    let atlas = Shown::Atlas {
        planes: ALL,
        quantity: "alignment index",
    };
    let heatmap = Shown::Heatmap {
        planes: ALL,
        order: "peak",
    };
    says(
        several,
        &record,
        &[
            "the planes b₀ ∧ b₁, b₀ ∧ b₂ and b₀ ∧ b₃. A plane's curve is",
            "bᵢ is neuron i",
        ],
    );
    says(Shown::Curves(&planes), &record, &["): 6 planes. A plane's"]);
    says(
        Shown::Ensemble(ALL),
        &record,
        &[
            "): mean ± standard deviation over all 276 planes (i < j). A plane's curve",
            "(ε = 0.5, set automatically; it would light ",
            "turns from its first vector towards its second in 361 angles",
        ],
    );
    says(
        heatmap,
        &record,
        &["all 276 planes (i < j) over the angle, ordered by peak."],
    );
    says(
        atlas,
        &record,
        &["alignment index of all 276 planes (i < j), one cell each."],
    );
    says(
        Shown::Panels(&[several, Shown::Ensemble(ALL), atlas]),
        &record,
        &[
            "): (a) the planes ",
            "; (b) mean ± ",
            "; (c) alignment index of ",
            "bᵢ is neuron i",
        ],
    );
    let text = Caption::new(heatmap, &record).text(CaptionFormat::Text);
    assert!(!text.contains("counted from 0"), "{text}");
    assert!(!text.contains("Dashed"), "{text}");
    let ringed = Caption::new(heatmap, &record).with_ring();
    let text = ringed.text(CaptionFormat::Text);
    assert!(
        text.contains(". Dashed: what isotropic data would give. "),
        "{text}"
    );
    assert_eq!(
        [0, 25, 26, 701, 702].map(letter),
        ["a", "z", "aa", "zz", "aaa"]
    );
}

#[test]
fn options_that_bear_on_the_result_are_said() {
    let mut signed = record("null:0.01", 0.3);
    signed.options.signed = true;
    signed.options.planes = PlaneMode::Permutations;
    signed.options.max_planes = Some(4096);
    signed.options.seed = Some(7);
    signed.options.angles = 3601;
    let some = Planes {
        swept: 4096,
        in_all: 294_528,
    };
    says(
        Shown::Ensemble(some),
        &signed,
        &[
            "Signed spotlight resonance (Bird",
            "4,096 of 294,528 planes ((i, j) and (j, i), drawn at random with seed 7)",
            "in 3,601 angles from 0 to 2π, less the fraction within the opposite cone.",
            "(ε = 0.3, set to light ",
        ],
    );
    signed.options.max_planes = None;
    says(
        Shown::Ensemble(some),
        &signed,
        &["4,096 of 294,528 planes ((i, j) and (j, i))."],
    );
}

#[test]
fn rows_that_are_left_out_or_zero_are_said() {
    let mut holes = record("0.5", 0.5);
    let mut source = source("a.npz");
    source.key = Some("layer3".to_owned());
    source.excluded_rows = 3;
    source.zero_rows = 1200;
    holes.samples = Samples::Source(source);
    says(
        Shown::Ensemble(ALL),
        &holes,
        &[
            "a.npz (array layer3) (N = 1,794 samples",
            "3 rows that hold a NaN or an infinity are left out of N. 1,200 rows are zero and \
             never within the cone.",
        ],
    );
    holes.epsilon = -0.5;
    says(
        Shown::Ensemble(ALL),
        &holes,
        &["zero and always within", "ε = −0.5;"],
    );
    let Samples::Source(source) = &mut holes.samples else {
        unreachable!();
    };
    (source.excluded_rows, source.zero_rows) = (1, 1);
    says(
        Shown::Ensemble(ALL),
        &holes,
        &[
            "1 row that holds a NaN or an infinity is left out",
            "1 row is zero",
        ],
    );
}

#[test]
fn other_bases_and_merged_parts_are_said() {
    let mut other = record("0.5", 0.5);
    other.basis = Some(BasisSource {
        file_name: "basis.npy".to_owned(),
        sha256: None,
        key: None,
        shape: [1024, 24],
    });
    let plane = [Plane { i: 900, j: 1 }];
    says(
        Shown::Curves(&plane),
        &other,
        &[
            "d = 24 neurons, basis of 1,024 vectors basis.npy): the plane b₉₀₀ ∧ b₁",
            "bᵢ is row i of basis.npy, counted from 0",
        ],
    );
    other.samples = Samples::Shards(vec![source("a.npy"), source("b.npy")]);
    says(
        Shown::Ensemble(ALL),
        &other,
        &["of 2 merged parts, a.npy and b.npy (N = 3,594 samples"],
    );
    other.samples = Samples::Shards(vec![source("a.npy"); 5]);
    says(
        Shown::Ensemble(ALL),
        &other,
        &["of 5 merged parts, a.npy and 4 more (N = 8,985 samples"],
    );
}

#[test]
fn hostile_names_are_tamed() {
    let name = |format: CaptionFormat, name: &str| format.quoted(name);
    let latex = |text: &str, expected: &str| {
        let expected = format!(r"\texttt{{{expected}}}");
        assert_eq!(name(CaptionFormat::Latex, text), expected, "{text}");
    };
    latex("a_b%c&d#e$f{g}", r"a\_b\%c\&d\#e\$f\{g\}");
    latex(r"a\input{x}", r"a\textbackslash{}input\{x\}");
    latex("^~", r"\textasciicircum{}\textasciitilde{}");
    latex(
        "?`'\"<|>",
        r"?\textasciigrave{}\textquotesingle{}{\char34}\textless{}\textbar{}\textgreater{}",
    );
    latex("a---b-c", "a-{}-{}-b-c");
    latex("a\n\nb", r"a\textbackslash{}n\textbackslash{}nb");
    latex("schicht_é", r"schicht\_é");
    let markdown = |text: &str, expected: &str| {
        assert_eq!(name(CaptionFormat::Markdown, text), expected, "{text}");
    };
    markdown("a_b*c\\", "`a_b*c\\`");
    markdown("a`b", "``a`b``");
    markdown("`a``", "``` `a`` ```");
    markdown(" a ", "`  a  `");
    markdown("a\r\nb\u{2028}c", "`a\\r\\nb\\u{2028}c`");
    assert_eq!(name(CaptionFormat::Text, "a\tb`"), "a\\tb`");
    let words = CaptionFormat::Markdown.words("*a* [b](c) <d> 1.2");
    assert_eq!(words, r"\*a\* \[b\](c) \<d\> 1.2");
    for format in CaptionFormat::ALL {
        let mut record = record("0.5", 0.5);
        record.samples = Samples::Source(source("a\n\nb\u{0}%_`.npy"));
        let text = Caption::new(Shown::Ensemble(ALL), &record).text(format);
        assert!(!text.contains(char::is_control), "{text}");
    }
}

#[test]
fn latex_is_ascii_and_its_groups_close() {
    let plane = [Plane { i: 3, j: 7 }];
    let panels = [
        Shown::Curves(&plane),
        Shown::Ensemble(ALL),
        Shown::Heatmap {
            planes: ALL,
            order: "signal_&_noise",
        },
    ];
    for (choice, epsilon) in [
        ("auto", 1e-9),
        ("null:0.5", -1e-9),
        ("0.9", 0.9),
        ("-1", -1.0),
    ] {
        let mut record = record(choice, epsilon);
        record.samples = Samples::Source(source(r"\}{%$#&_^~.npy"));
        record.options.signed = true;
        let caption = Caption::new(Shown::Panels(&panels), &record).with_ring();
        let text = caption.text(CaptionFormat::Latex);
        assert!(text.is_ascii(), "{text}");
        let plain = text
            .replace(r"\{", "")
            .replace(r"\}", "")
            .replace(r"\$", "");
        let number = |c: char| plain.matches(c).count();
        assert_eq!(number('{'), number('}'), "{text}");
        assert_eq!(number('$') % 2, 0, "{text}");
        let bare = plain
            .replace(r"\%", "")
            .replace(r"\&", "")
            .replace(r"\#", "");
        assert!(!bare.contains(['%', '&', '#']), "{text}");
    }
}

#[test]
fn the_readme_has_the_same_entry() {
    let readme = include_str!("../../../README.md");
    assert!(readme.contains(BIBTEX));
}

#[test]
fn centring_is_said_in_every_format() {
    let mut record = record("0.7", 0.7);
    let Samples::Source(source) = &mut record.samples else {
        unreachable!()
    };
    source.read_as.center = Some(Center::Mean);
    for format in CaptionFormat::ALL {
        let plane = [Plane { i: 3, j: 7 }];
        for shown in [Shown::Curves(&plane), Shown::Ensemble(ALL)] {
            let text = Caption::new(shown, &record).text(format);
            let said = ". From each neuron its mean over the samples is subtracted first. Made";
            assert!(text.contains(said), "{text}");
        }
    }
}

#[test]
fn planes_among_some_neurons_are_said_in_every_format() {
    let mut some = record("auto", 0.7);
    some.options.neurons.only = Some("0:8,17".parse().unwrap());
    let planes = Planes {
        swept: 36,
        in_all: 36,
    };
    says(
        Shown::Ensemble(planes),
        &some,
        &[
            "over all 36 planes among 9 neurons (i < j).",
            "from 0 to 2π. The planes are those among 9 of 24 neurons (0:8,17); norms are over all \
             24. Made",
        ],
    );
    let latex = Caption::new(Shown::Ensemble(planes), &some).text(CaptionFormat::Latex);
    assert!(
        latex.contains(
            "The planes are those among 9 of 24 neurons (0:8,17); norms are over all 24."
        ),
        "{latex}"
    );
    assert!(
        latex.contains("36 planes among 9 neurons ($i < j$)"),
        "{latex}"
    );
    let two = [Plane { i: 3, j: 7 }];
    let automatic = "The automatic half-angle goes by the planes among 9 of 24 neurons (0:8,17)";
    says(Shown::Curves(&two), &some, &[automatic]);
    // At a number the curve of a plane is the same whatever is chosen.
    let mut fixed = record("0.7", 0.7);
    fixed.options.neurons = some.options.neurons.clone();
    let text = Caption::new(Shown::Curves(&two), &fixed).text(CaptionFormat::Text);
    assert!(!text.contains("among"), "{text}");
    // Panels say it once.
    let panels = [Shown::Curves(&two), Shown::Ensemble(planes)];
    let text = Caption::new(Shown::Panels(&panels), &fixed).text(CaptionFormat::Text);
    assert_eq!(text.matches("9 of 24 neurons").count(), 1, "{text}");
    some.options.neurons.only = None;
    some.options.neurons.without = Some("5".parse().unwrap());
    some.basis = Some(BasisSource {
        file_name: "b.npy".to_owned(),
        sha256: None,
        key: None,
        shape: [30, 24],
    });
    says(
        Shown::Ensemble(planes),
        &some,
        &["among 29 of 30 basis vectors (all but 5); norms are over all 24 neurons."],
    );
    // All of them are no choice.
    some.options.neurons.without = None;
    some.options.neurons.only = Some(":30".parse().unwrap());
    let text = Caption::new(Shown::Ensemble(planes), &some).text(CaptionFormat::Text);
    assert!(!text.contains("among"), "{text}");
}

#[test]
fn how_samples_were_read_is_said() {
    let read = |read_as: ReadAs, parts: &[&str]| {
        let mut record = record("0.7", 0.7);
        record.samples = Samples::Source(Source {
            read_as,
            ..source("tokens.npy")
        });
        says(Shown::Ensemble(ALL), &record, parts);
    };
    for (flatten, said) in [
        ("positions", "Every position of the array is a sample."),
        ("mean", "A sample is the mean over its positions."),
        ("-1", "A sample is its position -1, counted from 0."),
    ] {
        let read_as = ReadAs {
            flatten: Some(flatten.parse().unwrap()),
            ..ReadAs::default()
        };
        read(read_as, &[said]);
    }
    let rows = ReadAs {
        rows: Some("::10".parse().unwrap()),
        ..ReadAs::default()
    };
    read(rows.clone(), &["Only the rows ::10 are read."]);
    let drawn = ReadAs {
        sample_rows: Some(5000),
        seed: Some(7),
        ..rows
    };
    let said = "At most 5,000 rows of the rows ::10 are read, drawn at random (seed 7).";
    read(drawn, &[said]);
}
