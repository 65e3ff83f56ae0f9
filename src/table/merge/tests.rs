//! What the real binary cannot be shown: counts of billions of samples, a flag
//! set among them, arrays of every width and order.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::array::{Integers, Range, text};
use super::error::At;
use super::*;
use crate::data::ReadAs;
use crate::data::{Archive, open_archive};
use crate::session::{Options, Source};
use crate::srm::{
    Activations, AngleGrid, Coordinates, Curve, Epsilon, Frame, MOST_ANGLES, Tally, sweep,
};
use crate::table::About;
use crate::table::{Curves, OutFile, Statistics};

static NEVER: AtomicBool = AtomicBool::new(false);

/// A result of one plane of three angles, as if swept from so many samples.
fn shard_file(folder: &Path, name: &str, n_samples: usize, counts: [i64; 3]) -> PathBuf {
    let path = folder.join(name);
    let grid = AngleGrid::new(3).unwrap();
    let lit = n_samples as u64;
    let curve = Curve {
        plane: Plane { i: 0, j: 1 },
        frame: Frame::ORTHOGONAL,
        counts: counts.to_vec(),
        n_samples,
        tally: Tally {
            axes: 4 * lit,
            bisectors: lit,
            lit,
            ..Tally::default()
        },
    };
    let source = Source {
        file_name: "acts.npy".to_owned(),
        sha256: Some(name.to_owned()),
        key: None,
        shape: [n_samples, 2],
        array_shape: None,
        read_as: ReadAs::default(),
        dtype: "float32".to_owned(),
        excluded_rows: 0,
        zero_rows: 0,
    };
    let options = Options {
        epsilon: "0.5".parse().unwrap(),
        angles: 3,
        ..Options::default()
    };
    let provenance = Provenance::new(source, None, options, Epsilon::clamped(0.5));
    let facts = Facts {
        n_samples,
        excluded_rows: 0,
        zero_rows: 0,
        planes_in_all: 1,
        epsilon: 0.5,
    };
    let out = OutFile::create(&path, true).unwrap();
    let mut file = SweepFile::begin(out, &grid, std::iter::once(curve.plane)).unwrap();
    file.begin_counts(1, &grid, n_samples).unwrap();
    file.curve(&curve.counts).unwrap();
    let statistics = Statistics::Curves(Curves::new(std::slice::from_ref(&curve), &grid));
    let told = provenance.to_json();
    file.finish(&about(&facts, &told), &statistics).unwrap();
    path
}

fn about<'a>(facts: &'a Facts, provenance: &'a str) -> About<'a> {
    About {
        facts,
        provenance,
        judged: None,
    }
}

fn merge_of(paths: &[PathBuf]) -> Result<Merge, MergeError> {
    let shards: Result<Vec<Shard>, MergeError> =
        paths.iter().map(|path| Shard::open(path, &NEVER)).collect();
    Merge::new(shards?, &NEVER)
}

fn begin(merge: &Merge, path: &Path) -> SweepFile {
    let out = OutFile::create(path, true).unwrap();
    let planes = merge.whole().planes().iter().copied();
    let mut file = SweepFile::begin(out, merge.whole().grid(), planes).unwrap();
    let planes = merge.whole().planes().len();
    file.begin_counts(
        planes,
        merge.whole().grid(),
        merge.whole().facts().n_samples,
    )
    .unwrap();
    file
}

#[test]
fn sums_beyond_32_bits_are_written_as_64_and_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let n = 1_500_000_000;
    let parts = ["a.npz", "b.npz", "c.npz"]
        .map(|name| shard_file(folder.path(), name, n, [1_499_999_999, 3, 1_499_999_999]));
    let all = folder.path().join("all.npz");
    let write = |paths: &[PathBuf]| {
        let merge = merge_of(paths).unwrap();
        let mut file = begin(&merge, &all);
        let merged = merge.add(&mut file, &NEVER, &mut |_| {}).unwrap();
        let told = merged.whole().provenance().to_json();
        let statistics = Statistics::Merged(&merged);
        file.finish(&about(merged.whole().facts(), &told), &statistics)
            .unwrap();
        merged
    };
    // The wide counts of two and the narrow ones of the third.
    write(&parts[..2]);
    let merged = write(&[all.clone(), parts[2].clone()]);
    let row = merged.rows().next().unwrap();
    assert_eq!(row.peak, 4_499_999_997.0 / 4_500_000_000.0);
    assert_eq!([row.axes, row.bisectors], [18_000_000_000, 4_500_000_000]);
    assert_eq!(merged.ensemble().min[1], 9.0 / 4_500_000_000.0);
    let mut archive = open_archive(&all, "all").unwrap().unwrap();
    let at = At {
        file: "all",
        key: "counts",
    };
    let mut counts = [0; 3];
    let mut array = Integers::shaped(&mut archive, at, &[1, 3]).unwrap();
    array.add_to(&mut counts).unwrap();
    assert_eq!(counts, [4_499_999_997, 9, 4_499_999_997]);
}

#[test]
fn what_could_not_be_summed_exactly_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let n = 1 << 60;
    let parts = ["a.npz", "b.npz"].map(|name| shard_file(folder.path(), name, n, [n as i64; 3]));
    let error = merge_of(&parts).err().unwrap();
    assert_eq!(
        error.to_string(),
        "1 plane of 2,305,843,009,213,693,952 samples are too many to be added up exactly"
    );
}

#[test]
fn a_flag_ends_it_among_the_planes() {
    let folder = tempfile::tempdir().unwrap();
    let parts = ["a.npz", "b.npz"].map(|name| {
        let path = folder.path().join(name);
        swept(&path, name, MOST_ANGLES);
        path
    });
    let all = folder.path().join("all.npz");
    let merge = merge_of(&parts).unwrap();
    let mut file = begin(&merge, &all);
    let cancel = AtomicBool::new(false);
    let mut done = Vec::new();
    let set = &mut |planes| {
        done.push(planes);
        cancel.store(planes >= 6, Ordering::Relaxed);
    };
    let cancelled = merge.add(&mut file, &cancel, set);
    assert!(matches!(cancelled, Err(MergeError::Cancelled)));
    // So many planes make a block.
    assert_eq!(done, [3, 6]);
    drop(file);
    assert!(!all.exists());
}

/// A sweep of all 15 planes of six neurons.
fn swept(path: &Path, sha256: &str, angles: usize) {
    let rows: Vec<Vec<f64>> = (0..4)
        .map(|n| vec![f64::from(n), 1.0, 2.0, 3.0, -4.0, 5.0])
        .collect();
    let coordinates = Coordinates::standard(Arc::new(Activations::from_rows(&rows).unwrap()));
    let source = Source {
        file_name: "acts.npy".to_owned(),
        sha256: Some(sha256.to_owned()),
        key: None,
        shape: [4, 6],
        array_shape: None,
        read_as: ReadAs::default(),
        dtype: "float64".to_owned(),
        excluded_rows: 0,
        zero_rows: 0,
    };
    let options = Options {
        epsilon: "0.6".parse().unwrap(),
        angles,
        ..Options::default()
    };
    let spec = options.resolve(&coordinates, None, &NEVER).unwrap().spec;
    let out = OutFile::create(path, true).unwrap();
    let planes: Vec<Plane> = (0..spec.planes.len()).map(|n| spec.planes.get(n)).collect();
    let mut file = SweepFile::begin(out, &spec.grid, planes.iter().copied()).unwrap();
    file.begin_counts(planes.len(), &spec.grid, 4).unwrap();
    let sweep = sweep(&coordinates, &spec, &NEVER, &mut file).unwrap();
    let facts = Facts {
        n_samples: 4,
        excluded_rows: 0,
        zero_rows: 0,
        planes_in_all: 15,
        epsilon: 0.6,
    };
    let told = Provenance::new(source, None, options, spec.epsilon).to_json();
    file.finish(&about(&facts, &told), &Statistics::Sweep(&sweep))
        .unwrap();
}

/// An archive of one array `x`.
fn archive(folder: &Path, descr: &str, shape: &str, body: &[u8]) -> Archive {
    let path = folder.join("x.npz");
    let mut zip = ZipWriter::new(File::create(&path).unwrap());
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    zip.start_file("x.npy", options).unwrap();
    let dict = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n");
    zip.write_all(b"\x93NUMPY\x01\x00").unwrap();
    let length = u16::try_from(dict.len()).unwrap();
    zip.write_all(&length.to_le_bytes()).unwrap();
    zip.write_all(dict.as_bytes()).unwrap();
    zip.write_all(body).unwrap();
    zip.finish().unwrap();
    open_archive(&path, "x.npz").unwrap().unwrap()
}

const X: At = At {
    file: "x.npz",
    key: "x",
};

#[test]
fn whole_numbers_of_either_width_and_order_are_added() {
    let folder = tempfile::tempdir().unwrap();
    // More than are read at a time, negative ones among them.
    let values: Vec<i32> = (0..70_001).map(|n| n * 7 - 1000).collect();
    let wide = |value: &i32| i64::from(*value);
    let check = |descr: &str, body: Vec<u8>| {
        let mut archive = archive(folder.path(), descr, "(70001,)", &body);
        let mut array = Integers::shaped(&mut archive, X, &[70_001]).unwrap();
        let mut sums = vec![5; values.len()];
        let range = array.add_to(&mut sums).unwrap();
        let (low, high) = (-1000, 70_000 * 7 - 1000);
        assert_eq!(range, Range { low, high }, "{descr}");
        array.within(range, low, high).unwrap();
        assert!(array.within(range, low + 1, high).is_err());
        assert!(array.within(range, low, high - 1).is_err());
        array.finish(&NEVER).unwrap();
        assert!(
            sums.iter()
                .eq(&values.iter().map(|v| wide(v) + 5).collect::<Vec<_>>())
        );
    };
    check("<i4", values.iter().flat_map(|v| v.to_le_bytes()).collect());
    check(">i4", values.iter().flat_map(|v| v.to_be_bytes()).collect());
    check(
        "<i8",
        values.iter().flat_map(|v| wide(v).to_le_bytes()).collect(),
    );
    check(
        ">i8",
        values.iter().flat_map(|v| wide(v).to_be_bytes()).collect(),
    );
}

#[test]
fn extreme_numbers_wrap_and_are_out_of_range() {
    let folder = tempfile::tempdir().unwrap();
    let body = [i64::MAX.to_le_bytes(), i64::MIN.to_le_bytes()].concat();
    let mut archive = archive(folder.path(), "<i8", "(2,)", &body);
    let mut array = Integers::open(&mut archive, X).unwrap();
    let range = array.add_to(&mut [1, -1]).unwrap();
    let said = array.within(range, -5, 5).unwrap_err().to_string();
    assert!(said.contains("holds -9,223,372,036,854,775,808, which is not from -5 to 5"));
}

#[test]
fn text_is_read_in_either_order_without_its_padding() {
    let folder = tempfile::tempdir().unwrap();
    let points: Vec<u32> = "é𝛼\n".chars().map(u32::from).chain([0, 0]).collect();
    let little: Vec<u8> = points.iter().flat_map(|p| p.to_le_bytes()).collect();
    let big: Vec<u8> = points.iter().flat_map(|p| p.to_be_bytes()).collect();
    for (descr, body) in [("<U5", &little), (">U5", &big)] {
        let mut archive = archive(folder.path(), descr, "()", body);
        assert_eq!(text(&mut archive, X, &NEVER).unwrap(), "é𝛼\n", "{descr}");
    }
    let mut archive = archive(folder.path(), "<U4", "()", &little);
    let said = text(&mut archive, X, &NEVER).unwrap_err().to_string();
    assert!(
        said.contains("has 20 bytes for them instead of 16 bytes"),
        "{said}"
    );
}
