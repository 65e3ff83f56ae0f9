//! What the real binary writes, read by numpy and pandas (`read_back.py`): everything
//! equals the program's npz and the paper's counts.
//!
//! `FOLLOWSPOT_PYTHON` names an interpreter that must have both; without it the
//! system's are tried, and where none has them this says so: the tables are read
//! without them in `cli_tables.rs`.
#![allow(clippy::unwrap_used)]

use crate::program;

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use program::{Place, case, finished, options};

/// An interpreter with numpy and pandas.
fn python() -> Option<OsString> {
    if let Some(named) = std::env::var_os("FOLLOWSPOT_PYTHON") {
        return Some(named);
    }
    let has_both = |python: &OsString| {
        let tried = Command::new(python)
            .args(["-c", "import numpy, pandas"])
            .output();
        tried.is_ok_and(|output| output.status.success())
    };
    let usual = ["/usr/bin/python3", "python3"].map(OsString::from);
    usual.into_iter().find(has_both)
}

#[test]
fn pandas_and_numpy_read_what_was_counted() {
    let Some(python) = python() else {
        eprintln!(
            "not read with pandas: no python3 here has numpy and pandas (FOLLOWSPOT_PYTHON names one)"
        );
        return;
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/read_back.py");
    for name in [
        "digits_relu_eps075_perm",
        "normal_200x6_signed",
        "overcomplete_9in8",
        "zero_rows_negative_eps",
        "one_sample",
        "normal_200x6_A2",
    ] {
        let case = case(name);
        let place = Place::of(&case);
        let options = options(&case);
        let sweep = |more: &[&str]| {
            let mut args = [&["sweep", "--basis", "basis.npy"], more].concat();
            args.extend(options.iter().map(String::as_str));
            place.run(&args).good();
        };
        sweep(&["-o", "out.npz"]);
        for table in ["planes", "curves", "ensemble"] {
            for format in ["csv", "tsv", "json"] {
                sweep(&["--table", table, "-o", &format!("{table}.{format}")]);
            }
        }
        let mut read = Command::new(&python);
        read.arg(&script).arg(place.path("")).arg(&case.path);
        let run = finished(&mut read);
        assert_eq!(run.code, Some(0), "{name}: {}", run.stderr);
        assert!(run.stdout.starts_with("equal "), "{name}: {}", run.stdout);
    }
}
