//! Runs the real binary in a folder of its own and reads what it wrote.
#![allow(dead_code)] // each test file uses its part
#![allow(clippy::unwrap_used)] // helpers of tests fail as tests do

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use ndarray::{Array0, Array1, Array2, ArrayD, IxDyn};
use ndarray_npy::{ReadNpyExt, ReadableElement};
use tempfile::TempDir;

use crate::common::{self, Golden};

/// What a run of the program came to.
pub struct Run {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Run {
    /// It worked.
    #[track_caller]
    pub fn good(self) -> Self {
        assert_eq!(self.code, Some(0), "{}", self.stderr);
        self
    }

    /// It failed with `code`, nothing on stdout and one sentence on stderr, which
    /// is given back.
    #[track_caller]
    pub fn refused(self, code: i32) -> String {
        assert_eq!(self.code, Some(code), "{}", self.stderr);
        assert_eq!(self.stdout, "");
        let lines: Vec<&str> = self.stderr.lines().collect();
        let [line] = lines[..] else {
            panic!("not one sentence: {}", self.stderr);
        };
        let sentence = line.strip_prefix("followspot: ");
        sentence.unwrap_or_else(|| panic!("{line}")).to_owned()
    }

    /// It failed with `code` and nothing on stdout; the sentence that it ended with,
    /// whatever notes came before.
    #[track_caller]
    pub fn refused_at_last(self, code: i32) -> String {
        assert_eq!(self.code, Some(code), "{}", self.stderr);
        assert_eq!(self.stdout, "");
        let last = self.stderr.lines().last().unwrap_or_default();
        let sentence = last.strip_prefix("followspot: ");
        sentence.unwrap_or_else(|| panic!("{last}")).to_owned()
    }

    /// The JSON it printed.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|e| panic!("{e}: {}", self.stdout))
    }
}

/// A folder to run in.
pub struct Place(TempDir);

impl Place {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// With `acts.npy` and `basis.npy` of a golden case.
    pub fn of(case: &Golden) -> Self {
        let place = Self::new();
        place.npy("acts.npy", &case.rows);
        place.npy("basis.npy", &case.basis);
        place
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes rows as `<f8`.
    pub fn npy(&self, name: &str, rows: &[Vec<f64>]) {
        let columns = rows.first().map_or(0, Vec::len);
        let array = Array2::from_shape_vec((rows.len(), columns), rows.concat()).unwrap();
        ndarray_npy::write_npy(self.path(name), &array).unwrap();
    }

    pub fn bytes(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap()
    }

    /// Every name in the folder, hidden ones too.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(self.0.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    /// The program, to be run in this folder.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_followspot"));
        command
            .args(args)
            .current_dir(self.0.path())
            .stdin(Stdio::null());
        command
    }

    pub fn run(&self, args: &[&str]) -> Run {
        finished(&mut self.command(args))
    }

    /// Reads an npz.
    pub fn npz(&self, name: &str) -> Npz {
        Npz(self.path(name))
    }
}

/// Runs a command to its end.
pub fn finished(command: &mut Command) -> Run {
    let output = command.output().unwrap();
    Run {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// An npz on disk.
pub struct Npz(PathBuf);

impl Npz {
    pub fn keys(&self) -> Vec<String> {
        let mut zip = zip::ZipArchive::new(fs::File::open(&self.0).unwrap()).unwrap();
        (0..zip.len())
            .map(|index| {
                let member = zip.by_index(index).unwrap();
                assert_eq!(member.compression(), zip::CompressionMethod::Stored);
                let name = member.name().strip_suffix(".npy");
                name.unwrap_or_else(|| panic!("{}", member.name()))
                    .to_owned()
            })
            .collect()
    }

    pub fn array<T: ReadNpyExt>(&self, key: &str) -> T {
        common::member(&self.0, key)
    }

    pub fn ints(&self, key: &str) -> Vec<i64> {
        self.array::<Array1<i64>>(key).to_vec()
    }

    pub fn floats(&self, key: &str) -> Vec<f64> {
        self.array::<Array1<f64>>(key).to_vec()
    }

    pub fn scalar<T: ReadableElement + Clone>(&self, key: &str) -> T {
        self.array::<Array0<T>>(key).into_scalar()
    }

    pub fn planes(&self) -> Vec<(usize, usize)> {
        let number = |n: i64| usize::try_from(n).unwrap();
        self.array::<Array2<i64>>("planes")
            .rows()
            .into_iter()
            .map(|row| (number(row[0]), number(row[1])))
            .collect()
    }

    pub fn counts(&self) -> Vec<Vec<i64>> {
        self.array::<Array2<i32>>("counts")
            .rows()
            .into_iter()
            .map(|row| row.iter().copied().map(i64::from).collect())
            .collect()
    }

    /// Text of no dimensions, as `str(numpy.load(f)[key])` gives it.
    pub fn text(&self, key: &str) -> String {
        use std::io::Read;
        let mut zip = zip::ZipArchive::new(fs::File::open(&self.0).unwrap()).unwrap();
        let mut bytes = Vec::new();
        let mut member = zip.by_name(&format!("{key}.npy")).unwrap();
        member.read_to_end(&mut bytes).unwrap();
        assert_eq!(&bytes[..8], b"\x93NUMPY\x01\x00");
        let header = 10 + usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
        assert_eq!(header % 64, 0);
        let points: Vec<u32> = bytes[header..]
            .chunks_exact(4)
            .map(|c| u32::from_le_bytes([c[0], c[1], c[2], c[3]]))
            .collect();
        let dict = std::str::from_utf8(&bytes[10..header]).unwrap();
        let expected = format!(
            "{{'descr': '<U{}', 'fortran_order': False, 'shape': (), }}",
            points.len()
        );
        assert_eq!(dict.trim_end(), expected);
        points
            .iter()
            .map(|&point| char::from_u32(point).unwrap())
            .collect()
    }

    /// The shape of any array of doubles.
    pub fn shape(&self, key: &str) -> Vec<usize> {
        self.array::<ArrayD<f64>>(key)
            .into_dimensionality::<IxDyn>()
            .unwrap()
            .shape()
            .to_vec()
    }
}

/// The golden case of that name.
pub fn case(name: &str) -> Golden {
    common::golden()
        .into_iter()
        .find(|case| case.name == name)
        .unwrap_or_else(|| panic!("no golden case {name}"))
}

/// A file of the collection of formats.
pub fn format_file(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/formats")
        .join(name);
    path.to_str().unwrap().to_owned()
}

/// All keys, in the order of the file.
pub const KEYS: [&str; 26] = [
    "angles",
    "planes",
    "counts",
    "n_samples",
    "excluded_rows",
    "zero_rows",
    "planes_in_all",
    "epsilon",
    "mean",
    "std",
    "min",
    "max",
    "axes",
    "bisectors",
    "lit",
    "peak",
    "peak_angle",
    "alignment",
    "contrast",
    "excess",
    "z",
    "p",
    "q",
    "lit_samples",
    "significance",
    "provenance",
];

#[track_caller]
pub fn close(a: f64, b: f64, what: &str) {
    let same = a == b || (a.is_nan() && b.is_nan());
    assert!(same || (a - b).abs() <= 1e-12, "{what}: {a} is not {b}");
}

#[track_caller]
pub fn all_close(a: &[f64], b: &[f64], what: &str) {
    assert_eq!(a.len(), b.len(), "{what}");
    for (a, b) in a.iter().zip(b) {
        close(*a, *b, what);
    }
}

/// The options that make a golden case.
pub fn options(case: &Golden) -> Vec<String> {
    let mode = if case.permutations {
        "permutations"
    } else {
        "combinations"
    };
    let mut options: Vec<String> = ["acts.npy", "--planes", mode].map(str::to_owned).into();
    options.extend(["--epsilon".to_owned(), case.epsilon.to_string()]);
    options.extend(["--angles".to_owned(), case.angles.to_string()]);
    options.extend(case.signed.then(|| "--signed".to_owned()));
    options
}
