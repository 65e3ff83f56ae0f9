//! The same data and options give the same bytes, wherever and whenever; and a
//! figure gives itself again.
#![allow(clippy::unwrap_used)]

use crate::pages;
use crate::program;

use followspot::scene::font_files;
use pages::{VIEWS, png, svg};
use program::{Place, case, finished};

const KINDS: [&str; 3] = ["svg", "pdf", "png"];

fn place() -> Place {
    Place::of(&case("digits_relu_eps050_comb"))
}

/// Writes `f.KIND` by options and gives its bytes.
#[track_caller]
fn figure(place: &Place, options: &str, kind: &str) -> Vec<u8> {
    let output = format!("f.{kind}");
    let args = ["figure", "acts.npy", "--force", "-o", &output];
    let args: Vec<&str> = args.into_iter().chain(options.split(' ')).collect();
    place.run(&args).good();
    place.bytes(&output)
}

#[test]
fn neither_folder_nor_name_nor_threads_nor_time_enter_the_bytes() {
    let (here, there) = (place(), place());
    let folder = here.path("").to_str().unwrap().trim_matches('/').to_owned();
    let folder = folder.rsplit('/').next().unwrap().to_owned();
    std::fs::create_dir(there.path("deeper")).unwrap();
    std::fs::copy(here.path("acts.npy"), there.path("deeper/acts.npy")).unwrap();
    let there_acts = there.path("deeper/acts.npy");
    for (number, view) in VIEWS.iter().enumerate() {
        let kind = KINDS[number % 3];
        let options = format!("--epsilon 0.5 --dpi 90 {view}");
        let first = figure(&here, &options, kind);
        assert_eq!(first, figure(&here, &options, kind), "{view}: twice");

        // From elsewhere, by another path, under another name, on one thread, in
        // another year.
        let output = format!("quite-another-name.{kind}");
        let acts = there_acts.to_str().unwrap();
        let args = ["figure", acts, "--threads", "1", "--force", "-o", &output];
        let args: Vec<&str> = args.into_iter().chain(options.split(' ')).collect();
        let mut command = there.command(&args);
        command
            .env("SOURCE_DATE_EPOCH", "0")
            .env("TZ", "Asia/Tokyo");
        finished(&mut command).good();
        assert_eq!(first, there.bytes(&output), "{view}: elsewhere");

        let said = String::from_utf8_lossy(&first);
        for word in [folder.as_str(), "f.svg", "f.pdf", "f.png", "/tmp"] {
            assert!(!said.contains(word), "{view}: {word} in {kind}");
        }
    }
}

#[test]
fn a_date_is_there_if_asked_for_and_is_the_one_that_builds_give() {
    let place = place();
    let dated = |output: &str, options: &[&str], epoch: &str| {
        let args = ["figure", "acts.npy", "--epsilon", "0.5", "--plane", "0,3"];
        let args = [
            &args[..],
            &["--dpi", "60", "--force", "-o", output],
            options,
        ]
        .concat();
        let mut command = place.command(&args);
        finished(command.env("SOURCE_DATE_EPOCH", epoch))
    };
    // The last day of February 2000, at one second before midnight.
    let epoch = "951868799";
    for output in ["f.svg", "f.pdf", "f.png"] {
        dated(output, &[], epoch).good();
        let without = place.bytes(output);
        let text = String::from_utf8_lossy(&without);
        for word in [
            "CreationDate",
            "ModDate",
            "CreateDate",
            "ModifyDate",
            "MetadataDate",
        ] {
            assert!(!text.contains(word), "{output}: {word}");
        }
        assert!(!text.contains("2000-02-29") && !text.contains("20000229"));
        // Where no date is asked for, none is looked at.
        dated(output, &[], "yesterday").good();
        assert_eq!(place.bytes(output), without);

        dated(output, &["--date"], epoch).good();
        let with = place.bytes(output);
        let text = String::from_utf8_lossy(&with);
        let wanted = match output {
            "f.pdf" => "D:20000229235959",
            _ => "2000-02-29T23:59:59Z",
        };
        assert!(text.contains(wanted), "{output}");
        let sentence = dated(output, &["--date"], "yesterday").refused(2);
        assert!(
            sentence.contains("SOURCE_DATE_EPOCH is `yesterday`"),
            "{sentence}"
        );
        assert_eq!(place.bytes(output), with, "a refusal touches nothing");
    }
    let date = svg(&place.bytes("f.svg")).date;
    assert_eq!(date.as_deref(), Some("2000-02-29T23:59:59Z"));
    let texts = png(&place.bytes("f.png")).texts;
    assert!(texts.contains(&(
        "Creation Time".to_owned(),
        "2000-02-29T23:59:59Z".to_owned()
    )));
    // Asked for once, it is asked for again by whoever takes the figure's options.
    let args = ["figure", "acts.npy", "--like", "f.svg", "-o", "again.svg"];
    finished(place.command(&args).env("SOURCE_DATE_EPOCH", epoch)).good();
    assert_eq!(place.bytes("again.svg"), place.bytes("f.svg"));
}

/// Options that change something each.
const CHOICES: [&str; 31] = [
    "--epsilon 0.5 --plane 0,3",
    "--epsilon 0.5 --plane 3,0 --plane 1,2 --plane 16,23 --legend below",
    "--plane 5,7 --no-grid --width 89mm --height 80mm",
    "--epsilon 0.33333333333333331 --angle-unit degrees --ticks many",
    "--epsilon null:0.05 --angles 90 --plane 0,3 --class-colors #0072b2,#d55e00",
    "--epsilon 0.3 --signed --plane 0,3 --background dark",
    "--view ensemble --epsilon 0.5",
    "--view ensemble --epsilon 0.5 --no-every-plane --legend none --line-width 0.75",
    "--view ensemble --epsilon 0.5 --axes polar --class-colors tol-muted",
    "--view ensemble --epsilon 0.3 --signed --axes polar --ticks few",
    "--view ensemble --max-planes 40 --seed 7 --epsilon 0.4 --width 3.25in",
    "--view ensemble --background transparent-dark --font-size 9 --legend lower-right",
    "--view heatmap --epsilon 0.5",
    "--view heatmap --epsilon 0.4 --order alignment --color-map cividis --color-scale log",
    "--view heatmap --order plane --planes permutations --color-map inferno --aspect 1:1",
    "--view heatmap --epsilon 0.3 --signed --color-scale sqrt --caption",
    "--view heatmap --angles 2501 --max-planes 12 --epsilon 0.4",
    "--view heatmap --epsilon 0.99999",
    "--view heatmap --epsilon 0.5 --significant 0.05 --caption",
    "--view atlas --epsilon 0.5",
    "--view atlas --epsilon 0.5 --quantity peak --atlas-order sum --color-map inferno",
    "--view atlas --epsilon 0.4 --quantity lit --background transparent --width icml-column",
    "--view atlas --planes permutations --epsilon 0.5 --caption --width nature-column",
    "--view panel --epsilon 0.5",
    "--view panel --epsilon 0.5 --width icml-column --background dark --caption",
    "--view panel --panels polar@3:7,polar@1:2/heatmap,ensemble --share none --epsilon 0.5",
    "--view panel --panels heatmap#1,atlas#1/ensemble --epsilon 0.4 --width slide",
    "--view panel --panels atlas,atlas --epsilon auto --quantity peak --width poster",
    "--view polar --epsilon 0.5 --plane 0,3 --width slide --title *ε*=0.5,b_{16}&<x^{2}>\"",
    "--view polar --plane 0,3 --epsilon -0.2 --width 400pt --aspect 16:9",
    "--view polar --plane 0,3 --epsilon 1 --width iclr-text --title )(\\{}`'é漢",
];

#[test]
fn a_figure_gives_itself_again() {
    let (here, there) = (place(), place());
    for (number, options) in CHOICES.iter().enumerate() {
        let options = format!("{options} --dpi 72");
        // Each option by one kind of file to another, in turn.
        let (from, to) = (KINDS[number % 3], KINDS[(number + number / 3) % 3]);
        figure(&here, &options, from);
        let wanted = figure(&here, &options, to);
        let like = here.path(&format!("f.{from}"));
        let again = figure(&there, &format!("--like {}", like.display()), to);
        assert!(again == wanted, "{options}: {from} to {to}");
    }
}

#[test]
fn what_is_typed_goes_before_what_the_figure_has() {
    let place = place();
    let like = "--view heatmap --epsilon 0.5 --dpi 72 --width icml-column --title A";
    figure(&place, like, "svg");
    std::fs::rename(place.path("f.svg"), place.path("like.svg")).unwrap();
    let typed = "--like like.svg --view ensemble --epsilon 0.4 --title B";
    let wanted = "--view ensemble --epsilon 0.4 --dpi 72 --width icml-column --title B";
    assert_eq!(figure(&place, typed, "png"), figure(&place, wanted, "png"));
}

#[test]
fn a_figure_in_a_font_of_ones_own_asks_for_it_and_gives_itself_again() {
    let place = place();
    std::fs::write(place.path("mine.ttf"), font_files::FALLBACK).unwrap();
    let wanted = figure(&place, "--plane 0,3 --epsilon 0.5 --font mine.ttf", "svg");
    std::fs::rename(place.path("f.svg"), place.path("like.svg")).unwrap();
    std::fs::rename(place.path("mine.ttf"), place.path("moved.ttf")).unwrap();
    let again = figure(&place, "--like like.svg --font moved.ttf", "svg");
    assert!(again == wanted);
    let args = [
        "figure",
        "acts.npy",
        "--like",
        "like.svg",
        "-o",
        "bundled.svg",
    ];
    let run = place.run(&args).good();
    assert!(
        run.stderr.contains("the figure was set in DejaVu Sans"),
        "{}",
        run.stderr
    );
    let plain = figure(&place, "--plane 0,3 --epsilon 0.5", "svg");
    assert!(place.bytes("bundled.svg") == plain);
}

#[test]
fn two_layers_and_a_basis_come_back_too() {
    let case = case("overcomplete_9in8");
    let (here, there) = (Place::of(&case), Place::of(&case));
    here.npy("more.npy", &case.rows[..100]);
    there.npy("more.npy", &case.rows[..100]);
    let inputs = ["figure", "acts.npy", "more.npy", "--basis", "basis.npy"];
    let panels =
        "--view panel --panels heatmap#1,heatmap#2/ensemble#1,polar@8:0#2 --epsilon null:0.1";
    let args: Vec<&str> = inputs.into_iter().chain(panels.split(' ')).collect();
    here.run(&[&args[..], &["-o", "f.pdf"]].concat()).good();
    let like = here.path("f.pdf");
    let args = [
        &inputs[..],
        &["--like", like.to_str().unwrap(), "-o", "g.pdf"],
    ]
    .concat();
    there.run(&args).good();
    assert!(there.bytes("g.pdf") == here.bytes("f.pdf"));
}
