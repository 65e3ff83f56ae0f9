//! A corpus cut into shards, swept by the real binary, and npz files made or
//! changed member by member.
#![allow(dead_code)] // each test file uses its part
#![allow(clippy::unwrap_used)] // helpers of tests fail as tests do

use std::fs::File;
use std::io::{Read, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::program::{Place, Run, case};

/// Members of an npz: names without `.npy`, and their bytes.
pub type Members = Vec<(String, Vec<u8>)>;

pub fn members(place: &Place, name: &str) -> Members {
    let mut zip = ZipArchive::new(File::open(place.path(name)).unwrap()).unwrap();
    (0..zip.len())
        .map(|index| {
            let mut member = zip.by_index(index).unwrap();
            let mut bytes = Vec::new();
            member.read_to_end(&mut bytes).unwrap();
            let name = member.name().strip_suffix(".npy").unwrap().to_owned();
            (name, bytes)
        })
        .collect()
}

pub fn write(place: &Place, name: &str, members: &Members, method: CompressionMethod) {
    let mut zip = ZipWriter::new(File::create(place.path(name)).unwrap());
    let options = SimpleFileOptions::default().compression_method(method);
    for (name, bytes) in members {
        zip.start_file(format!("{name}.npy"), options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap();
}

/// An array as `numpy.save` writes it.
pub fn npy(descr: &str, shape: &str, body: &[u8]) -> Vec<u8> {
    let dict = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n");
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend(u16::try_from(dict.len()).unwrap().to_le_bytes());
    bytes.extend(dict.as_bytes());
    bytes.extend(body);
    bytes
}

/// A text of no dimensions.
pub fn text(text: &str) -> Vec<u8> {
    let points: Vec<u8> = text
        .chars()
        .flat_map(|c| u32::from(c).to_le_bytes())
        .collect();
    npy(&format!("<U{}", points.len() / 4), "()", &points)
}

/// The bytes behind an array's header.
pub fn body(array: &[u8]) -> &[u8] {
    let header = usize::from(u16::from_le_bytes([array[8], array[9]]));
    &array[10 + header..]
}

/// Copies an npz with one member replaced.
pub fn with_member(place: &Place, from: &str, to: &str, key: &str, bytes: &[u8]) {
    let mut all = members(place, from);
    let member = all.iter_mut().find(|(name, _)| name == key);
    bytes.clone_into(&mut member.unwrap().1);
    write(place, to, &all, CompressionMethod::Stored);
}

/// Copies an npz with its provenance changed.
pub fn with_provenance(place: &Place, from: &str, to: &str, change: impl Fn(String) -> String) {
    let told = place.npz(from).text("provenance");
    let changed = change(told.clone());
    assert_ne!(told, changed);
    with_member(place, from, to, "provenance", &text(&changed));
}

/// 200 × 6, with zero rows, rows with NaN and infinity, and rows on the axes.
pub fn corpus() -> Vec<Vec<f64>> {
    let mut rows = case("normal_200x6_eps060").rows;
    rows[3] = vec![0.0; 6];
    rows[150] = vec![0.0; 6];
    rows[100][2] = f64::NAN;
    rows[10][5] = f64::INFINITY;
    for axis in 0..6 {
        rows[60 + axis] = vec![0.0; 6];
        rows[60 + axis][axis] = 2.5;
    }
    rows
}

/// Three shards of the corpus at ε = 0.6 and 25 angles.
pub fn three() -> Place {
    let place = Place::new();
    let options = ["--epsilon", "0.6", "--angles", "25"];
    sweep_parts(&place, &corpus(), &[50, 70, 80], &options);
    place
}

/// Cuts rows into shards of these lengths, which end with the rows, and sweeps
/// the whole into `whole.npz` and each into `0.npz`, `1.npz`, …
pub fn sweep_parts(place: &Place, rows: &[Vec<f64>], lengths: &[usize], options: &[&str]) {
    let sweep = |name: &str, rows: &[Vec<f64>]| {
        let (acts, out) = (format!("{name}.npy"), format!("{name}.npz"));
        place.npy(&acts, rows);
        let args = [&["sweep", &acts, "-o", &out, "--force"], options].concat();
        place.run(&args).good();
    };
    sweep("whole", rows);
    let mut first = 0;
    for (index, length) in lengths.iter().enumerate() {
        sweep(&index.to_string(), &rows[first..first + length]);
        first += length;
    }
    assert_eq!(first, rows.len());
}

pub fn merge(place: &Place, shards: &[&str], out: &str) -> Run {
    let args = [&["merge"], shards, &["-o", out, "--force"]].concat();
    place.run(&args)
}

/// Both files hold the same arrays, to the byte, but for the provenance.
#[track_caller]
pub fn same_but_provenance(place: &Place, a: &str, b: &str) {
    let (a, b) = (members(place, a), members(place, b));
    for ((key, ours), (other, theirs)) in a.iter().zip(&b) {
        assert_eq!(key, other);
        assert!(key == "provenance" || ours == theirs, "{key}");
    }
    assert_eq!(a.len(), b.len());
}
