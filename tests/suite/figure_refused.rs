//! What cannot be drawn or written: one sentence, the right exit code, nothing left;
//! and whatever kills the program leaves a whole figure or none.
#![allow(clippy::unwrap_used)]

use crate::program;

use std::fs;

use followspot::scene::font_files;
use program::{Place, Run, case};

fn place() -> Place {
    Place::of(&case("digits_relu_eps050_comb"))
}

fn figure(place: &Place, options: &[&str]) -> Run {
    let args = ["figure", "acts.npy", "--epsilon", "0.5"];
    place.run(&[&args[..], options].concat())
}

/// Names of temporary files.
fn parts(place: &Place) -> Vec<String> {
    let is_part = |name: &String| name.starts_with(".followspot-");
    place.names().into_iter().filter(is_part).collect()
}

/// Refused with that code and a sentence that contains those words, nothing left.
#[track_caller]
fn refused(options: &[&str], code: i32, words: &str) {
    let place = place();
    let before = place.names();
    let sentence = figure(&place, options).refused(code);
    assert!(sentence.contains(words), "{sentence}");
    assert_eq!(place.names(), before);
}

#[test]
fn what_cannot_be_drawn_is_said_in_a_sentence() {
    let to = ["-o", "f.svg"];
    let with = |options: &[&'static str]| -> Vec<&'static str> {
        options.iter().chain(&to).copied().collect()
    };
    refused(
        &["-o", "f.jpg"],
        2,
        "`f.jpg` is no kind of figure: name it .svg, .pdf or .png",
    );
    refused(&["-o", "figure"], 2, "no kind of figure");
    let wide = with(&["--plane", "0,24"]);
    refused(
        &wide,
        2,
        "acts.npy has no plane 0,24: it has 24 vectors, numbered 0 to 23",
    );
    let small = with(&["--plane", "0,3", "--width", "20mm", "--height", "12mm"]);
    refused(&small, 2, "the figure does not fit: 20 × 12 mm");
    let crowded = with(&["--view", "panel", "--width", "30mm"]);
    refused(&crowded, 2, "the figure does not fit");
    let large = [
        "--plane", "0,3", "--width", "2000mm", "--dpi", "2400", "-o", "f.png",
    ];
    refused(&large, 2, "is too large: lower the resolution");
    refused(
        &with(&["--plane", "0,3", "--font-size", "1"]),
        2,
        "a font size of 1 pt is out of range",
    );
    refused(
        &with(&["--plane", "0,3", "--font-size", "nan"]),
        2,
        "a font size of NaN pt",
    );
    refused(
        &with(&["--plane", "0,3", "--line-width", "99"]),
        2,
        "a line width of 99 pt",
    );
    let panels = with(&["--view", "panel", "--panels", "heatmap#2"]);
    refused(
        &panels,
        2,
        "panel heatmap#2 wants file 2, but there is only 1",
    );
    let panels = with(&["--view", "panel", "--panels", ""]);
    refused(&panels, 2, "give at least one panel");
    let panels = with(&["--view", "panel", "--panels", "polar@0:99"]);
    refused(&panels, 2, "acts.npy has no plane 0,99");
    refused(
        &with(&[
            "--view",
            "scale",
            "--plane",
            "0,3",
            "--signed",
            "--scale-quantity",
            "excess",
        ]),
        2,
        "signed counts have no excess",
    );
    refused(
        &with(&["--like", "acts.npy"]),
        1,
        "neither a session file nor a figure",
    );
    refused(&with(&["--like", "nothing.pdf"]), 1, "nothing.pdf");
}

#[test]
fn options_that_are_none_are_usage_errors() {
    let place = place();
    for options in [
        "--width 5",
        "--width letter",
        "--width 3mm",
        "--height 3mm",
        "--aspect 0:1",
        "--panels polar,,atlas",
        "--panels panel",
        "--class-colors red",
        "--background blue",
        "--dpi 10",
        "--dpi 100000",
        "--legend left",
        "--ticks 7",
        "--significant 5%",
    ] {
        let args: Vec<&str> = options.split(' ').chain(["-o", "f.svg"]).collect();
        let run = figure(&place, &args);
        assert_eq!(run.code, Some(2), "{options}: {}", run.stderr);
        let value = args[1];
        assert!(run.stderr.contains(value), "{options}: {}", run.stderr);
        assert_eq!(place.names(), ["acts.npy", "basis.npy"]);
    }
}

#[test]
fn a_file_that_is_there_is_replaced_only_if_forced() {
    let place = place();
    fs::write(place.path("f.svg"), "mine").unwrap();
    let options = ["--plane", "0,3", "-o", "f.svg"];
    let sentence = figure(&place, &options).refused(1);
    assert_eq!(sentence, "f.svg exists: add --force to replace it");
    assert_eq!(place.bytes("f.svg"), b"mine");
    figure(&place, &[&options[..], &["--force"]].concat()).good();
    assert!(place.bytes("f.svg").starts_with(b"<svg"));
    assert_eq!(place.names(), ["acts.npy", "basis.npy", "f.svg"]);
}

#[test]
fn folders_that_are_not_there_or_take_nothing_are_said() {
    refused(
        &["-o", "nowhere/f.pdf"],
        1,
        "f.pdf cannot be written: its folder does not exist",
    );
    // No new file in there, whoever asks.
    #[cfg(target_os = "linux")]
    refused(&["-o", "/proc/f.pdf"], 1, "cannot write f.pdf: ");
    let place = place();
    fs::create_dir(place.path("folder.svg")).unwrap();
    let sentence = figure(&place, &["-o", "folder.svg", "--force"]).refused(1);
    assert!(sentence.contains("is no regular file"), "{sentence}");
}

#[cfg(unix)]
#[test]
fn a_read_only_folder_is_said_and_keeps_what_it_has() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = place();
    let folder = place.path("closed");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("f.svg"), "mine").unwrap();
    let mode = |mode| fs::set_permissions(&folder, fs::Permissions::from_mode(mode)).unwrap();
    mode(0o555);
    let is_bound = fs::write(folder.join("probe"), "").is_err();
    if is_bound {
        let args = ["--plane", "0,3", "--force", "-o", "closed/f.svg"];
        let sentence = figure(&place, &args).refused(1);
        assert!(sentence.contains("cannot write f.svg"), "{sentence}");
    } else {
        // Root writes anywhere; /proc in the test above binds it too.
        eprintln!("whoever runs this may write to read-only folders");
    }
    mode(0o755);
    assert_eq!(fs::read(folder.join("f.svg")).unwrap(), b"mine");
}

#[test]
fn a_font_that_is_none_is_refused() {
    let place = place();
    let font = font_files::SANS;
    let mut broken = font.to_vec();
    broken.truncate(font.len() / 2);
    let files: [(&str, &[u8]); 4] = [
        ("text.ttf", b"not a font at all"),
        ("empty.ttf", b""),
        ("head.ttf", &font[..64]),
        ("half.ttf", &broken),
    ];
    for (name, bytes) in files {
        fs::write(place.path(name), bytes).unwrap();
        let run = figure(&place, &["--plane", "0,3", "--font", name, "-o", "f.pdf"]);
        let sentence = run.refused(1);
        assert!(sentence.contains(name), "{sentence}");
        assert!(!place.path("f.pdf").exists());
    }
    let run = figure(
        &place,
        &["--plane", "0,3", "--font", "no.ttf", "-o", "f.pdf"],
    );
    let sentence = run.refused(1);
    assert!(
        sentence.starts_with("cannot use the font no.ttf: "),
        "{sentence}"
    );
}

/// Whatever bytes of a font are wrong, the program says so or draws: it never
/// breaks down, and the figure is there or it is not.
#[test]
fn a_damaged_font_never_breaks_the_program() {
    let place = place();
    let mut state = 0x2545_f491_4f6c_dd1du64;
    let mut random = |most: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % most as u64).unwrap()
    };
    for round in 0..24 {
        let mut font = font_files::SANS.to_vec();
        // The tables' directory in every third, their insides in the others.
        let reach = if round % 3 == 0 { 300 } else { font.len() };
        for _ in 0..=round * 4 {
            let at = random(reach);
            font[at] = random(256) as u8;
        }
        fs::write(place.path("bad.ttf"), &font).unwrap();
        let kind = ["f.pdf", "f.png", "f.svg"][round % 3];
        let options = [
            "--plane", "0,3", "--dpi", "60", "--force", "--font", "bad.ttf", "-o", kind,
        ];
        let run = figure(&place, &options);
        if run.code != Some(0) {
            assert_eq!(run.code, Some(1), "round {round}: {}", run.stderr);
            let lines = run.stderr.lines().count();
            assert_eq!(lines, 1, "round {round}: {}", run.stderr);
        }
    }
    assert_eq!(parts(&place), Vec::<String>::new());
}

#[cfg(unix)]
#[test]
fn a_full_disk_is_one_sentence_and_leaves_what_was_there() {
    use std::process::Command;
    for output in ["f.svg", "f.pdf", "f.png"] {
        for old in [None, Some("mine")] {
            let place = place();
            if let Some(old) = old {
                fs::write(place.path(output), old).unwrap();
            }
            let before = place.names();
            // A file may not pass 4 kB: the write fails as on a full disk.
            let script = "trap '' XFSZ; ulimit -f 8; exec \"$@\"";
            let mut command = Command::new("sh");
            command
                .args(["-c", script, "sh", env!("CARGO_BIN_EXE_followspot")])
                .args([
                    "figure",
                    "acts.npy",
                    "--view",
                    "ensemble",
                    "--epsilon",
                    "0.5",
                ])
                .args(["--force", "-o", output])
                .current_dir(place.path(""));
            let sentence = program::finished(&mut command).refused(1);
            let wanted = format!("cannot write {output}: ");
            assert!(sentence.starts_with(&wanted), "{sentence}");
            assert_eq!(place.names(), before);
            if let Some(old) = old {
                assert_eq!(place.bytes(output), old.as_bytes());
            }
        }
    }
}

/// A disk of 64 kB that is full before the figure is, where the system lets one be
/// made by anyone.
#[cfg(target_os = "linux")]
#[test]
fn a_small_disk_is_one_sentence_and_leaves_no_part() {
    use std::process::Command;
    let place = place();
    fs::create_dir(place.path("disk")).unwrap();
    let script = "mount -t tmpfs -o size=64k tmpfs disk || exit 99; \
        \"$@\"; code=$?; ls -A disk; exit $code";
    let mut command = Command::new("unshare");
    command
        .args([
            "--user",
            "--map-root-user",
            "--mount",
            "sh",
            "-c",
            script,
            "sh",
        ])
        .arg(env!("CARGO_BIN_EXE_followspot"))
        .args([
            "figure",
            "acts.npy",
            "--view",
            "ensemble",
            "--epsilon",
            "0.5",
        ])
        .args(["-o", "disk/f.png"])
        .current_dir(place.path(""));
    match command.output() {
        Ok(output) if output.status.code() == Some(1) && output.stderr.starts_with(b"follow") => {
            // Nothing is listed: there is no part of it.
            assert_eq!(String::from_utf8_lossy(&output.stdout), "");
            let said = String::from_utf8_lossy(&output.stderr);
            assert_eq!(said.lines().count(), 1, "{said}");
            assert!(
                said.starts_with("followspot: cannot write f.png: No space left"),
                "{said}"
            );
        }
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(!said.contains("followspot"), "{said}");
            eprintln!("no disk can be made here, so none is filled: {said}");
        }
        Err(error) => eprintln!("unshare cannot be run, so no disk is filled: {error}"),
    }
}

/// A killed export leaves the old file or the new one, whole, whenever it is killed:
/// as soon as its part is seen, and at moments all over its life.
#[cfg(target_os = "linux")]
#[test]
fn a_killed_export_leaves_a_whole_figure_or_none() {
    use std::process::Stdio;
    use std::time::{Duration, Instant};

    let place = place();
    let mut left = 0;
    let mut early = 0;
    for output in ["f.svg", "f.pdf", "f.png"] {
        let args = [
            "figure",
            "acts.npy",
            "--view",
            "ensemble",
            "--epsilon",
            "0.5",
        ];
        let args = [&args[..], &["--dpi", "150", "--force", "-o", output]].concat();
        let begun = Instant::now();
        place.run(&args).good();
        let life = begun.elapsed();
        let whole = place.bytes(output);
        for round in 0..16u32 {
            let old: Option<&[u8]> = (round % 2 == 0).then_some(b"mine");
            match old {
                Some(old) => fs::write(place.path(output), old).unwrap(),
                None => fs::remove_file(place.path(output)).unwrap_or_default(),
            }
            let mut command = place.command(&args);
            let mut child = command
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            let begun = Instant::now();
            let wait = life * (round + 1) / 14;
            let is_there = || {
                let length = |name: &String| fs::metadata(place.path(name)).map_or(0, |m| m.len());
                parts(&place).iter().any(|name| length(name) > 0)
            };
            while child.try_wait().unwrap().is_none() {
                let is_time = if round % 4 < 2 {
                    is_there()
                } else {
                    begun.elapsed() >= wait
                };
                if is_time {
                    break;
                }
                std::thread::sleep(Duration::from_micros(100));
            }
            // SIGKILL.
            child.kill().unwrap();
            let ended = child.wait().unwrap();
            early += u32::from(!ended.success());
            let there = fs::read(place.path(output)).ok();
            let is_whole = there.as_deref() == Some(&whole[..]);
            assert!(
                is_whole || there.as_deref() == old,
                "{output}, round {round}"
            );
            for name in parts(&place) {
                left += 1;
                fs::remove_file(place.path(&name)).unwrap();
            }
        }
        fs::remove_file(place.path(output)).unwrap_or_default();
    }
    eprintln!("{early} of 48 exports were killed before their end; {left} hidden parts were left");
    assert!(early > 6, "hardly any export was killed: {early}");
}
