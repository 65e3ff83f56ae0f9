//! Files that numpy, safetensors, torch, pandas and h5py write here and now
//! (`real_python.py`), read to the last bit.
//!
//! `FOLLOWSPOT_PYTHON` names an interpreter; without it the system's is tried. A
//! library that it does not have is passed over, as is a format that this version does
//! not read; numpy and safetensors must be there where `FOLLOWSPOT_PYTHON` is set.
#![allow(clippy::unwrap_used)] // a test says what it stumbles over

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::AtomicBool;

use followspot::data::{Pick, ReadAs, load_matrix};

/// The interpreter, if it has that library.
fn python(library: &str) -> Option<OsString> {
    let named = std::env::var_os("FOLLOWSPOT_PYTHON");
    let must = named.is_some() && ["numpy", "safetensors"].contains(&library);
    let python = named.unwrap_or_else(|| "python3".into());
    let tried = Command::new(&python)
        .args(["-c", &format!("import numpy, {library}")])
        .output();
    if tried.is_ok_and(|output| output.status.success()) {
        return Some(python);
    }
    // Interpreters named for the tables' sake may lack it.
    assert!(
        !must || std::env::var_os("CI").is_none(),
        "{} has no {library}",
        python.display()
    );
    eprintln!(
        "{} has no {library}: its files are not read",
        python.display()
    );
    None
}

/// What is read of a line's file, or why nothing is.
fn read(folder: &Path, cells: &[&str]) -> Result<followspot::data::Matrix, String> {
    let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let read_as = ReadAs {
        flatten: given(cells[2]).map(|text| text.parse().unwrap()),
        channels: given(cells[3]).map(|text| text.parse().unwrap()),
        rows: given(cells[4]).map(|text| text.parse().unwrap()),
        ..ReadAs::default()
    };
    let pick = Pick::key(given(cells[1]).as_deref()).read_as(read_as);
    let read = load_matrix(&folder.join(cells[0]), &pick, &AtomicBool::new(false));
    read.map_err(|error| error.to_string())
}

fn same(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
}

/// Reads all that a library writes; at least `least` arrays.
fn check(library: &str, least: usize) {
    let Some(python) = python(library) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/real_python.py");
    let output = Command::new(python)
        .arg(script)
        .arg(folder.path())
        .arg(library)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{library}: {said}");
    let lines = std::fs::read_to_string(folder.path().join(format!("{library}.tsv"))).unwrap();
    let mut seen = 0;
    for line in lines.lines() {
        let cells: Vec<&str> = line.split('\t').collect();
        let read = read(folder.path(), &cells);
        if let Err(said) = &read
            && said.contains("of no known kind")
        {
            eprintln!("{} is not read by this version", cells[0]);
            return;
        }
        seen += 1;
        if cells[5] == "refused" {
            let said = read.expect_err(line);
            assert!(said.contains(cells[6]), "{line}: {said}");
            continue;
        }
        let matrix = read.unwrap_or_else(|said| panic!("{line}: {said}"));
        let shape = [cells[5], cells[6]].map(|length| length.parse::<usize>().unwrap());
        assert_eq!([matrix.rows, matrix.columns], shape, "{line}");
        let doubles = std::fs::read(folder.path().join(cells[7])).unwrap();
        let doubles = doubles.as_chunks().0.iter().map(|&b| f64::from_ne_bytes(b));
        for (place, (&read, written)) in matrix.values.iter().zip(doubles).enumerate() {
            assert!(
                same(read, written),
                "{line}: value {place}: {read} for {written}"
            );
        }
    }
    assert!(seen >= least, "{library}: only {seen} arrays");
}

#[test]
fn numpy_files_are_read_to_the_last_bit() {
    check("numpy", 200);
}

#[test]
fn safetensors_files_are_read_to_the_last_bit() {
    check("safetensors", 14);
}

#[test]
fn torch_files_are_read_to_the_last_bit() {
    check("torch", 35);
}

#[test]
fn text_of_pandas_is_read_to_the_last_bit() {
    check("pandas", 5);
}

#[test]
fn hdf5_files_are_read_to_the_last_bit() {
    check("h5py", 12);
}
