//! The real binary as a person meets it: arguments, sentences, exit codes, files
//! that appear whole or not at all.

use crate::program;

use std::io::Write as _;

use program::{Place, case, finished, format_file};
use serde_json::json;

/// A folder with `acts.npy` (200 × 6).
fn place() -> Place {
    Place::of(&case("normal_200x6_eps060"))
}

#[test]
fn bad_arguments_are_one_sentence_and_exit_2() {
    let place = place();
    let several = format_file("stored_keys.npz");
    let check = |args: &[&str], said: &str| {
        let sentence = place.run(args).refused(2);
        assert!(sentence.contains(said), "{args:?}: {sentence}");
    };
    check(&["sweep"], "<ACTS>");
    check(&["sweep", "acts.npy"], "-o OUT.npz, --json");
    check(&["sweep", "acts.npy", "--bogus"], "--bogus");
    check(&["plane", "acts.npy"], "--plane");
    check(&["info"], "<FILE>");
    let sweep = |more: &[&str], said: &str| {
        check(&[&["sweep", "acts.npy", "--json"], more].concat(), said);
    };
    sweep(&["--epsilon", "1.5"], "1.5");
    sweep(&["--epsilon", "nan"], "NaN");
    sweep(&["--epsilon", "wide"], "`wide`");
    sweep(&["--epsilon", "null:0"], "strictly between 0 and 1");
    sweep(&["--angles", "1"], "at least 2");
    sweep(&["--angles", "-3"], "-3");
    sweep(&["--angles", "1000000"], "36001");
    sweep(&["--planes", "some"], "combinations, permutations");
    sweep(&["--max-planes", "0"], "at least 1");
    sweep(&["--seed", "3"], "--max-planes");
    sweep(&["--threads", "0"], "at least 1");
    sweep(&["--basis-key", "b"], "--basis");
    sweep(&["--summary", "--counts"], "--counts");
    sweep(&["--key", "x"], "`x`");
    sweep(&["-o", "out.pdf"], "out.npz");
    sweep(&["-o", "-"], "stdout");
    sweep(&["-o", "acts.npy", "--force"], "acts.npy");
    check(&["sweep", &several, "--json"], "layer1 (20 × 6, float32)");
    check(&["sweep", &several, "--json", "--key", "no"], "`no`");
    check(
        &["sweep", "acts.npy", "--json", "--basis", &several],
        "--basis-key",
    );
    let plane = |text: &str, said: &str| check(&["plane", "acts.npy", "--plane", text], said);
    plane("3", "3,7");
    plane("2,2", "different");
    plane("0,6", "numbered 0 to 5");
    plane("-1,2", "3,7");
    assert_eq!(place.names(), ["acts.npy", "basis.npy"]);
}

#[test]
fn bad_data_are_one_sentence_and_exit_1() {
    let place = place();
    place.npy("narrow.npy", &[vec![1.0, 2.0], vec![3.0, 4.0]]);
    place.npy("zero_row.npy", &[vec![1.0; 6], vec![0.0; 6]]);
    place.npy("parallel.npy", &[vec![1.0; 6], vec![-2.0; 6]]);
    let check = |args: &[&str], said: &str| {
        let args = [args, &["-o", "out.npz"]].concat();
        let sentence = place.run(&args).refused(1);
        assert!(sentence.contains(said), "{args:?}: {sentence}");
    };
    check(&["sweep", "none.npy"], "none.npy");
    check(&["sweep", "."], "directory");
    check(
        &["sweep", &format_file("bad/truncated_body.npy")],
        "truncated_body.npy",
    );
    check(&["sweep", &format_file("one_d.npy")], "one_d.npy");
    check(&["sweep", &format_file("all_nan.npy")], "NaN");
    let basis = |file: &str, said: &str| check(&["sweep", "acts.npy", "--basis", file], said);
    basis("none.npy", "none.npy");
    basis("narrow.npy", "2 entries");
    basis("zero_row.npy", "row 1 is zero");
    basis("parallel.npy", "all parallel");
    assert!(!place.names().contains(&"out.npz".to_owned()));
}

#[test]
fn an_existing_file_is_replaced_only_with_force() {
    let place = place();
    let sweep = ["sweep", "acts.npy", "-o", "out.npz"];
    std::fs::write(place.path("out.npz"), "mine").unwrap();
    for args in [
        &sweep[..],
        &["plane", "acts.npy", "--plane", "0,1", "-o", "out.npz"],
    ] {
        let sentence = place.run(args).refused(1);
        assert!(sentence.contains("--force"), "{sentence}");
        assert_eq!(place.bytes("out.npz"), b"mine");
    }
    place.run(&[&sweep[..], &["--force"]].concat()).good();
    assert_eq!(place.npz("out.npz").planes().len(), 15);
    assert_eq!(place.names(), ["acts.npy", "basis.npy", "out.npz"]);
}

#[test]
fn a_folder_is_no_target_and_a_missing_one_is_said_first() {
    let place = place();
    std::fs::create_dir(place.path("there.npz")).unwrap();
    let sweep = |target: &str| {
        place
            .run(&["sweep", "none.npy", "-o", target, "--force"])
            .refused(1)
    };
    assert!(sweep("there.npz").contains("no regular file"));
    assert!(sweep("nowhere/out.npz").contains("does not exist"));
}

#[cfg(unix)]
#[test]
fn a_full_disk_is_one_sentence_and_leaves_no_part() {
    use std::process::Command;
    let place = Place::of(&case("digits_relu_eps050_comb"));
    // A file may not pass so many blocks of 512 bytes: the write fails as on a
    // full disk, at its start, among the counts and near its end.
    for blocks in ["1", "100", "830"] {
        let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\"");
        let mut command = Command::new("sh");
        command
            .args(["-c", &script, "sh", env!("CARGO_BIN_EXE_followspot")])
            .args(["sweep", "acts.npy", "-o", "out.npz"])
            .current_dir(place.path(""));
        let run = finished(&mut command);
        assert_eq!(run.code, Some(1), "{blocks}: {}", run.stderr);
        let lines: Vec<&str> = run.stderr.lines().collect();
        assert_eq!(lines.len(), 2, "{}", run.stderr);
        assert!(lines[0].starts_with("writing 276 planes × 361 angles: 0.4 MB"));
        assert!(lines[1].starts_with("followspot: cannot write out.npz: "));
        assert_eq!(place.names(), ["acts.npy", "basis.npy"], "{blocks}");
    }
}

#[cfg(unix)]
#[test]
fn an_interrupt_stops_soon_and_leaves_no_part() {
    use std::io::{BufRead, BufReader};
    use std::process::{Command, Stdio};
    let place = Place::new();
    let rows: Vec<Vec<f64>> = (0..2000u32)
        .map(|n| {
            let value = |k: u32| f64::from((n * 37 + k * k * 101) % 97) - 48.0;
            (0..250).map(value).collect()
        })
        .collect();
    place.npy("acts.npy", &rows);
    // 31,125 planes at 3,601 angles: seconds of work, stopped at its beginning.
    for signal in ["-INT", "-TERM"] {
        let mut child = place
            .command(&["sweep", "acts.npy", "--angles", "3601", "-o", "out.npz"])
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        assert!(lines.next().unwrap().unwrap().starts_with("writing 31,125"));
        let kill = Command::new("kill")
            .args([signal, &child.id().to_string()])
            .status();
        assert!(kill.unwrap().success());
        let rest: Vec<String> = lines.map(Result::unwrap).collect();
        assert_eq!(rest, ["followspot: interrupted, nothing was written"]);
        assert_eq!(child.wait().unwrap().code(), Some(130));
        assert_eq!(place.names(), ["acts.npy"]);
    }
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    use std::process::Stdio;
    let place = place();
    let args = [
        "plane",
        "acts.npy",
        "--plane",
        "0,1",
        "--angles",
        "36001",
        "--epsilon",
        "0.5",
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
    assert!(!stderr.contains("panic"), "{stderr}");
}

#[test]
fn a_bad_file_fails_whether_anybody_reads_about_it_or_not() {
    use std::process::Stdio;
    let place = place();
    for (file, code) in [("none.npy", 1), ("acts.npy", 0)] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = place.command(&["info", file]);
        let mut child = command
            .stdout(writer)
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(code), "{file}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_takes_no_file_is_said_before_anything_is_read() {
    let place = place();
    for args in [
        &["sweep", "none.npy"][..],
        &["plane", "none.npy", "--plane", "0,1"],
    ] {
        // Nobody may make a file there.
        let args = [args, &["-o", "/proc/out.npz"]].concat();
        let sentence = place.run(&args).refused(1);
        assert!(sentence.starts_with("cannot write out.npz: "), "{sentence}");
    }
}

#[cfg(unix)]
#[test]
fn a_second_interrupt_ends_the_program_and_leaves_no_part() {
    use std::io::{BufRead, BufReader};
    use std::process::{Command, Stdio};
    let place = Place::new();
    place.npy("acts.npy", &[(0..1500).map(f64::from).collect()]);
    // Over a million planes at 36,001 angles: far from done at the second.
    let args = [
        "sweep", "acts.npy", "--angles", "36001", "--counts", "-o", "out.npz",
    ];
    let mut child = place.command(&args).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    assert!(lines.next().unwrap().unwrap().starts_with("writing"));
    for _ in 0..2 {
        let _ = Command::new("kill")
            .args(["-INT", &child.id().to_string()])
            .status();
    }
    let rest: Vec<String> = lines.map(Result::unwrap).collect();
    assert_eq!(rest, ["followspot: interrupted, nothing was written"]);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(place.names(), ["acts.npy"]);
}

#[test]
fn more_than_4_gb_of_counts_are_not_written_unasked() {
    let place = Place::new();
    // 124,750 planes × 10,001 angles × 4 bytes.
    place.npy("wide.npy", &[(0..500).map(f64::from).collect()]);
    let args = ["sweep", "wide.npy", "--angles", "10001", "-o", "out.npz"];
    let sentence = place.run(&args).refused(2);
    for said in ["5.0 GB", "--summary", "--counts"] {
        assert!(sentence.contains(said), "{sentence}");
    }
    assert_eq!(place.names(), ["wide.npy"]);
}

#[test]
fn a_dark_sweep_says_how_near_it_was_and_what_auto_would_be() {
    // Of four equal entries two hold half of the squared length.
    let place = Place::new();
    place.npy("even.npy", &[vec![1.0; 4], vec![0.0; 4]]);
    let run = place
        .run(&["sweep", "even.npy", "--epsilon", "0.9", "--json"])
        .good();
    assert_eq!(run.json()["lit_samples"], 0);
    let dark = "nothing is lit in any plane at epsilon 0.9: the largest in-plane cosine is 0.707, \
                --epsilon auto would be 0.707";
    assert!(run.stderr.contains(dark), "{}", run.stderr);
    let zero = "1 of 2 rows is zero";
    assert!(run.stderr.contains(zero), "{}", run.stderr);
    let plane = ["plane", "even.npy", "--plane", "0,3", "--epsilon", "0.9"];
    let run = place.run(&plane).good();
    assert!(
        run.stderr.contains("nothing is lit in b0 ∧ b3"),
        "{}",
        run.stderr
    );
    place.npy("zero.npy", &[vec![0.0; 4]]);
    let run = place.run(&["sweep", "zero.npy", "--json"]).good();
    assert!(run.stderr.contains("auto is undefined"), "{}", run.stderr);
    assert_eq!(run.json()["epsilon"], 0.9);
}

#[test]
fn an_epsilon_below_zero_works_as_written() {
    let place = place();
    let written = [
        &["--epsilon", "-0.4"][..],
        &["--epsilon=-0.4"],
        &["--epsilon", "-.4"],
        &["--epsilon", "-4e-1"],
    ];
    for epsilon in written {
        let args = [&["sweep", "acts.npy", "--json"], epsilon].concat();
        let json = place.run(&args).good().json();
        assert_eq!(json["epsilon"], -0.4, "{epsilon:?}");
    }
}

#[test]
fn info_lists_every_array_and_fails_at_the_end() {
    let place = place();
    let good = format_file("stored_keys.npz");
    let holes = format_file("nan_inf_rows.npy");
    let zero = format_file("zero_rows.npy");
    let run = place.run(&["info", "--json", &good, &holes, &zero]).good();
    assert_eq!(run.stderr, "");
    let list = run.json();
    let expected = [
        (
            &good,
            json!("layer1"),
            json!([20, 6]),
            "float32",
            json!([20, 0, 0]),
        ),
        (
            &good,
            json!("layer2"),
            json!([20, 6]),
            "float64",
            json!([20, 0, 0]),
        ),
        (
            &good,
            json!("labels"),
            json!([20]),
            "int64",
            json!([20, null, null]),
        ),
        (
            &holes,
            json!(null),
            json!([20, 6]),
            "float32",
            json!([20, 3, 0]),
        ),
        (
            &zero,
            json!(null),
            json!([20, 6]),
            "float32",
            json!([20, 0, 2]),
        ),
    ];
    assert_eq!(list.as_array().unwrap().len(), expected.len());
    for (entry, (file, key, shape, dtype, rows)) in list.as_array().unwrap().iter().zip(expected) {
        assert_eq!(entry.as_object().unwrap().len(), 10);
        assert_eq!(entry["file"], **file);
        assert_eq!(entry["key"], key);
        assert_eq!(entry["shape"], shape);
        assert_eq!(entry["dtype"], dtype);
        assert_eq!(
            json!([entry["rows"], entry["excluded_rows"], entry["zero_rows"]]),
            rows
        );
        assert_eq!(entry["error"], json!(null), "{entry}");
        let is_labels = key == "labels";
        let role = if is_labels { "labels" } else { "activations" };
        assert_eq!(entry["role"], role);
        assert_eq!(entry["note"].is_string(), is_labels, "{entry}");
    }

    let bad = format_file("bad/truncated_body.npy");
    let run = place.run(&["info", "--json", &bad, "none.npy", &good]);
    assert_eq!(run.code, Some(1));
    assert_eq!(run.stderr, "followspot: 2 of 3 files cannot be used\n");
    let list = run.json();
    assert_eq!(list.as_array().unwrap().len(), 5);
    for place in 0..2 {
        assert!(list[place]["error"].is_string());
        assert_eq!(list[place]["rows"], json!(null));
    }

    let table = place.run(&["info", "acts.npy", &bad]);
    assert_eq!(table.code, Some(1));
    let lines: Vec<&str> = table.stdout.lines().collect();
    assert_eq!(lines.len(), 3, "{}", table.stdout);
    assert!(lines[1].contains("200 × 6"));
    let column = |line: &str, word: &str| line[..line.find(word).unwrap()].chars().count();
    assert_eq!(column(lines[0], "dtype"), column(lines[1], "float64"));
    assert!(lines[2].contains("promises"), "{}", lines[2]);
}

#[test]
fn help_and_version_go_to_stdout() {
    let place = Place::new();
    for args in [&["--help"][..], &["sweep", "--help"], &["help", "plane"]] {
        let run = place.run(args).good();
        assert!(run.stdout.contains("Examples:"), "{args:?}: {}", run.stdout);
        assert!(!run.stdout.contains('\x1b'), "{args:?}");
        assert_eq!(run.stderr, "");
    }
    let version = place.run(&["--version"]).good().stdout;
    assert_eq!(
        version,
        format!("followspot {}\n", env!("CARGO_PKG_VERSION"))
    );
}

#[cfg(not(feature = "gui"))]
#[test]
fn without_the_window_the_subcommands_are_named() {
    let place = place();
    std::fs::write(place.path("sweep"), "").unwrap();
    for args in [
        &[][..],
        &["acts.npy"],
        &[
            "./sweep",
            "--theme",
            "dark",
            "--size",
            "1280x800",
            "--epsilon",
            "-0.4",
        ],
    ] {
        let sentence = place.run(args).refused(2);
        for name in ["info", "sweep", "plane"] {
            assert!(
                sentence.contains(&format!("followspot {name}")),
                "{sentence}"
            );
        }
    }
    for bad in [&["--size", "0x800"][..], &["--theme", "blue"]] {
        place.run(bad).refused(2);
    }
}

#[test]
fn an_archive_of_many_arrays_is_told_whole() {
    const ARRAYS: usize = 2000;
    let place = place();
    let file = std::fs::File::create(place.path("many.npz")).unwrap();
    let mut zip = zip::ZipWriter::new(file);
    let array = place.bytes("acts.npy");
    for n in 0..ARRAYS {
        let options = zip::write::SimpleFileOptions::default()
            .compression_method(zip::CompressionMethod::Stored);
        zip.start_file(format!("a{n}.npy"), options).unwrap();
        zip.write_all(&array[..]).unwrap();
    }
    zip.finish().unwrap();
    let run = place.run(&["info", "many.npz"]).good();
    assert_eq!(run.stdout.lines().count(), 1 + ARRAYS);
}
