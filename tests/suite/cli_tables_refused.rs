//! Tables that are not written: one sentence, and no part of a file.
#![allow(clippy::unwrap_used)]

use crate::program;

use program::{Place, case, finished};

/// A folder with `acts.npy` (200 × 6).
fn place() -> Place {
    Place::of(&case("normal_200x6_eps060"))
}

#[test]
fn what_cannot_be_asked_for_is_one_sentence_and_exit_2() {
    let place = place();
    let check = |args: &[&str], said: &[&str]| {
        let sentence = place.run(args).refused(2);
        for said in said {
            assert!(sentence.contains(said), "{args:?}: {sentence}");
        }
    };
    let sweep =
        |more: &[&str], said: &[&str]| check(&[&["sweep", "acts.npy"], more].concat(), said);
    let plane = ["plane", "acts.npy", "--plane", "0,1"];
    sweep(
        &["-o", "out.npz", "--table", "planes"],
        &["npz", "--table", ".csv"],
    );
    sweep(&["-o", "out", "--table", "curves"], &["npz", ".csv"]);
    sweep(
        &["-o", "out.csv", "--table", "rows"],
        &["planes, curves, ensemble"],
    );
    sweep(&["-o", "out", "--format", "xlsx"], &["npz, csv, tsv, json"]);
    sweep(
        &["-o", "out.csv", "--format", "json"],
        &["out.csv", "out.json"],
    );
    sweep(
        &["-o", "out.npz", "--format", "csv"],
        &["out.npz", "out.csv"],
    );
    sweep(
        &["-o", "out.pdf", "--format", "csv"],
        &["out.pdf", "out.csv"],
    );
    sweep(&["-o", "out.txt"], &["out.txt", "out.npz"]);
    sweep(
        &["-o", "out.foo"],
        &[
            "out.foo",
            "name it .npz, .csv, .tsv or .json, or say --format",
        ],
    );
    check(
        &["scale", "acts.npy", "--plane", "0,1", "-o", "out.foo"],
        &["out.foo", "name it .npz, .csv or .tsv, or say --format"],
    );
    check(
        &[
            "project", "acts.npy", "--all", "-o", "o.csv", "--format", "json",
        ],
        &["possible values: npz, csv, tsv]"],
    );
    sweep(&["-o", "-"], &["stdout", "--format"]);
    sweep(&["-o", "-", "--format", "npz"], &["npz", "stdout"]);
    sweep(&["-o", "-", "--format", "csv", "--json"], &["--json", "-o"]);
    sweep(
        &["-o", "out.csv", "--table", "curves", "--summary"],
        &["--summary"],
    );
    sweep(&["--json", "--table", "planes"], &["--output"]);
    sweep(&["--json", "--format", "csv"], &["--output"]);
    check(
        &[&plane[..], &["-o", "out.csv", "--summary"]].concat(),
        &["--summary"],
    );
    check(
        &[&plane[..], &["--plane", "0,1"]].concat(),
        &["--plane 0,1", "twice"],
    );
    check(
        &[&plane[..], &["--plane", "0,6"]].concat(),
        &["--plane 0,6", "0 to 5"],
    );
    check(
        &["merge", "a.npz", "b.npz", "-o", "all.csv"],
        &["all.csv", "all.npz"],
    );
    check(
        &["merge", "a.npz", "b.npz", "-o", "all.foo"],
        &["all.foo", "name it .npz"],
    );
    check(&["merge", "a.npz", "b.npz", "-o", "-"], &["stdout"]);
    assert_eq!(place.names(), ["acts.npy", "basis.npy"]);
}

#[test]
fn an_existing_table_is_replaced_only_with_force() {
    let place = place();
    for kind in ["planes", "curves", "ensemble"] {
        for file in ["out.csv", "out.tsv", "out.json"] {
            std::fs::write(place.path(file), "mine").unwrap();
            let sweep = ["sweep", "acts.npy", "--table", kind, "-o", file];
            assert!(place.run(&sweep).refused(1).contains("--force"));
            assert_eq!(place.bytes(file), b"mine");
            place.run(&[&sweep[..], &["--force"]].concat()).good();
            assert!(place.bytes(file).len() > 1000);
        }
    }
    let names = ["acts.npy", "basis.npy", "out.csv", "out.json", "out.tsv"];
    assert_eq!(place.names(), names);
}

#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_takes_no_file_is_said_before_anything_is_read() {
    let place = place();
    for file in ["/proc/out.csv", "/proc/out.json"] {
        // Nobody may make a file there.
        for args in [
            &["sweep", "none.npy", "--table", "curves", "-o", file][..],
            &["sweep", "none.npy", "-o", file],
            &["plane", "none.npy", "--plane", "0,1", "-o", file],
        ] {
            let sentence = place.run(args).refused(1);
            assert!(sentence.starts_with("cannot write out."), "{sentence}");
        }
    }
}

#[cfg(unix)]
#[test]
fn a_full_disk_is_one_sentence_and_leaves_no_part() {
    use std::process::Command;
    let place = Place::of(&case("digits_relu_eps050_comb"));
    for (kind, file) in [
        ("planes", "out.csv"),
        ("planes", "out.json"),
        ("ensemble", "out.csv"),
        ("curves", "out.csv"),
        ("curves", "out.json"),
    ] {
        let sweep = ["sweep", "acts.npy", "--table", kind, "-o", file];
        place.run(&sweep).good();
        let whole = place.bytes(file).len() / 512;
        std::fs::remove_file(place.path(file)).unwrap();
        // A file may not pass so many blocks of 512 bytes: the write fails as on a full
        // disk, at its start, among the rows and near its end.
        for blocks in [0, whole / 8, whole / 2, whole - 1] {
            let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\"");
            let mut command = Command::new("sh");
            command
                .args(["-c", &script, "sh", env!("CARGO_BIN_EXE_followspot")])
                .args(sweep)
                .current_dir(place.path(""));
            let run = finished(&mut command);
            let what = format!("{kind} {file} {blocks}: {}", run.stderr);
            assert_eq!(run.code, Some(1), "{what}");
            let lines: Vec<&str> = run.stderr.lines().collect();
            assert_eq!(lines.len(), 2, "{what}");
            assert!(lines[0].starts_with("writing "), "{what}");
            let sentence = format!("followspot: cannot write {file}: ");
            assert!(lines[1].starts_with(&sentence), "{what}");
            assert_eq!(place.names(), ["acts.npy", "basis.npy"], "{what}");
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_stdout_is_one_sentence() {
    let place = place();
    for kind in ["planes", "curves", "ensemble"] {
        for format in ["csv", "json"] {
            let full = std::fs::OpenOptions::new().write(true).open("/dev/full");
            let args = [
                "sweep", "acts.npy", "--table", kind, "-o", "-", "--format", format,
            ];
            let mut child = place
                .command(&args)
                .stdout(full.unwrap())
                .stderr(std::process::Stdio::piped())
                .spawn()
                .unwrap();
            let said = std::io::read_to_string(child.stderr.take().unwrap()).unwrap();
            assert_eq!(child.wait().unwrap().code(), Some(1), "{said}");
            let last = said.lines().last().unwrap();
            assert!(
                last.starts_with("followspot: cannot write to stdout: "),
                "{said}"
            );
        }
    }
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    use std::process::Stdio;
    let place = Place::of(&case("digits_relu_eps050_comb"));
    for kind in ["planes", "curves", "ensemble"] {
        let args = [
            "sweep", "acts.npy", "--table", kind, "-o", "-", "--format", "csv",
        ];
        let mut child = place
            .command(&args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{stderr}");
        assert!(
            !stderr.contains("panic") && !stderr.contains("followspot: "),
            "{stderr}"
        );
    }
}

#[cfg(unix)]
#[test]
fn an_interrupt_stops_soon_and_leaves_no_part() {
    use std::io::{BufRead, BufReader};
    use std::process::{Command, Stdio};
    let place = Place::new();
    place.npy("acts.npy", &[(0..1500).map(f64::from).collect()]);
    // Over a million planes at 36,001 angles: far from done.
    for file in ["out.csv", "out.json"] {
        let args = [
            "sweep", "acts.npy", "--angles", "36001", "--counts", "--table", "curves", "-o", file,
        ];
        let mut child = place.command(&args).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        assert!(
            lines
                .next()
                .unwrap()
                .unwrap()
                .starts_with("writing 1,124,250 planes")
        );
        let kill = Command::new("kill")
            .args(["-INT", &child.id().to_string()])
            .status();
        assert!(kill.unwrap().success());
        let rest: Vec<String> = lines.map(Result::unwrap).collect();
        assert_eq!(rest, ["followspot: interrupted, nothing was written"]);
        assert_eq!(child.wait().unwrap().code(), Some(130));
        assert_eq!(place.names(), ["acts.npy"]);
    }
}

#[test]
fn more_than_4_gb_of_text_are_not_written_unasked() {
    let place = Place::new();
    // 124,750 planes × 1,001 angles: half a gigabyte as npz, several as text.
    place.npy("wide.npy", &[(0..500).map(f64::from).collect()]);
    let sweep = ["sweep", "wide.npy", "--angles", "1001", "-o"];
    for file in ["out.csv", "out.json"] {
        let args = [&sweep[..], &[file, "--table", "curves"]].concat();
        let sentence = place.run(&args).refused(2);
        for said in [" GB", "--table planes", ".npz", "--counts"] {
            assert!(sentence.contains(said), "{sentence}");
        }
    }
    let args = [&sweep[..], &["out.csv", "--epsilon", "0.9"]].concat();
    place.run(&args).good();
    assert_eq!(place.names(), ["out.csv", "wide.npy"]);
}
