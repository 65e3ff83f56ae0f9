//! Files that are recognised and not read: what they are, and the one line that
//! turns them into one that is.
//!
//! Their content tells, and their names only where it does not.

use std::path::Path;

use super::error::{DataError, printable};
use super::origin::Origin;

/// The first bytes of HDF5, and where they may be: behind a block for the user, as
/// MATLAB has one.
const HDF5_MAGIC: &[u8] = b"\x89HDF\r\n\x1a\n";
const HDF5_PLACES: [usize; 4] = [0, 512, 1024, 2048];

/// First bytes of a file that are looked at.
pub(super) const START: usize = 2048 + HDF5_MAGIC.len();

/// A kind of file that is not read.
struct Kind {
    /// With its article.
    what: &'static str,
    /// What to do; `FILE` stands for the quoted name, `NPY` for that of a `.npy` beside
    /// it.
    advice: &'static str,
}

/// Names the kinds once, by content and by name.
macro_rules! kinds {
    ($($(#[$meta:meta])* $name:ident = $what:literal, $advice:literal;)*) => {
        $($(#[$meta])* const $name: Kind = Kind { what: $what, advice: $advice };)*
    };
}

kinds! {
    PARQUET = "a Parquet table", "np.save(NPY, pd.read_parquet(FILE).to_numpy())";
    FEATHER = "an Arrow (Feather) table", "np.save(NPY, pd.read_feather(FILE).to_numpy())";
    ZARR = "a Zarr store", "np.save(NPY, zarr.open(FILE)['name'][...])";
    PICKLE = "a Python pickle, which could run anything",
        "if you trust it, np.save(NPY, np.asarray(pickle.load(open(FILE, 'rb'))))";
    JOBLIB = "a joblib dump, which could run anything",
        "if you trust it, np.save(NPY, np.asarray(joblib.load(FILE)))";
    SAVED_MODEL = "a TensorFlow model",
        "np.save(NPY, tf.saved_model.load('folder').variables[0].numpy())";
    CHECKPOINT = "a TensorFlow checkpoint",
        "np.save(NPY, tf.train.load_checkpoint('prefix').get_tensor('name'))";
    TF_RECORD = "a TFRecord file",
        "np.save(NPY, np.stack([parse(r) for r in tf.data.TFRecordDataset(FILE)])) with your parse";
    KERAS = "a Keras model, not activations",
        "np.save(NPY, keras.models.load_model(FILE).get_weights()[0])";
    ONNX = "an ONNX model, not activations",
        "np.save(NPY, onnx.numpy_helper.to_array(onnx.load(FILE).graph.initializer[0]))";
    GGUF = "a GGUF model, not activations",
        "np.save(NPY, gguf.GGUFReader(FILE).tensors[0].data)";
    MATLAB = "a MATLAB file", "np.save(NPY, scipy.io.loadmat(FILE)['name'])";
    EXCEL = "an Excel sheet", "np.save(NPY, pd.read_excel(FILE).to_numpy())";
    OPEN_SHEET = "an OpenDocument sheet", "np.save(NPY, pd.read_excel(FILE).to_numpy())";
    R_DATA = "an R file", "in R, write.csv(readRDS(FILE), 'x.csv', row.names = FALSE)";
    NETCDF = "a netCDF file", "np.save(NPY, xarray.open_dataset(FILE)['name'].to_numpy())";
    SQLITE = "an SQLite database",
        "np.save(NPY, pd.read_sql('select …', sqlite3.connect(FILE)).to_numpy())";
    JSON = "JSON", "np.save(NPY, np.array(json.load(open(FILE))))";
    JSON_LINES = "JSON, a value a line", "np.save(NPY, pd.read_json(FILE, lines=True).to_numpy())";
    GZIP = "compressed with gzip", "gunzip -k FILE";
    ZSTD = "compressed with Zstandard", "zstd -d FILE";
    XZ = "compressed with xz", "xz -dk FILE";
    BZIP2 = "compressed with bzip2", "bunzip2 -k FILE";
    SEVEN_ZIP = "a 7-Zip archive", "7z x FILE";
    RAR = "a RAR archive", "unrar x FILE";
    TAR = "a tar archive", "tar -xf FILE";
    PICTURE = "a picture, not an array", "np.save(NPY, np.asarray(PIL.Image.open(FILE)))";
    HTML = "a web page, most likely in place of a download that failed",
        "open it in a browser and fetch the file itself";
    XML = "XML, maybe in place of a download that failed", "open it in an editor";
    LFS = "a Git LFS pointer, not the file itself", "run git lfs pull";
    PDF = "a PDF document", "open the data it was made from";
    #[cfg(not(feature = "hdf5"))]
    HDF5 = "an HDF5 file and this build has no reader for it",
        "np.save(NPY, h5py.File(FILE)['name'][...])";
    RAW = "no file of a known kind, maybe bare numbers",
        "np.save(NPY, np.fromfile(FILE, dtype=np.float32).reshape(-1, d))";
}

/// Kinds by bytes at a place.
const CONTENT: &[(usize, &[u8], Kind)] = &[
    (0, b"PAR1", PARQUET),
    (0, b"ARROW1", FEATHER),
    (0, b"FEA1", FEATHER),
    (0, b"MATLAB 5.0 MAT-file", MATLAB),
    (0, b"GGUF", GGUF),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", EXCEL),
    (0, b"RDX2\n", R_DATA),
    (0, b"RDX3\n", R_DATA),
    (0, b"X\n\0\0\0\x02", R_DATA),
    (0, b"X\n\0\0\0\x03", R_DATA),
    (0, b"CDF\x01", NETCDF),
    (0, b"CDF\x02", NETCDF),
    (0, b"CDF\x05", NETCDF),
    (0, b"SQLite format 3\0", SQLITE),
    (0, b"\x1f\x8b", GZIP),
    (0, b"\x28\xb5\x2f\xfd", ZSTD),
    (0, b"\xfd7zXZ\0", XZ),
    (0, b"BZh", BZIP2),
    (0, b"7z\xbc\xaf\x27\x1c", SEVEN_ZIP),
    (0, b"Rar!\x1a\x07", RAR),
    (257, b"ustar", TAR),
    (0, b"\x89PNG\r\n\x1a\n", PICTURE),
    (0, b"\xff\xd8\xff", PICTURE),
    (0, b"GIF87a", PICTURE),
    (0, b"GIF89a", PICTURE),
    (0, b"II*\0", PICTURE),
    (0, b"MM\0*", PICTURE),
    (8, b"WEBP", PICTURE),
    (0, b"%PDF-", PDF),
    (0, b"version https://git-lfs.github.com/spec/", LFS),
];

/// Kinds by how their text begins, in small letters and behind blanks.
const TEXT: &[(&str, Kind)] = &[
    ("<!doctype html", HTML),
    ("<html", HTML),
    ("<?xml", XML),
    ("<error", XML),
];

/// Kinds by the end of the name.
const NAMES: &[(&[&str], Kind)] = &[
    (&["parquet", "pq"], PARQUET),
    (&["feather", "arrow", "ipc"], FEATHER),
    (&["zarr"], ZARR),
    (&["pkl", "pickle"], PICKLE),
    (&["joblib"], JOBLIB),
    (&["pb"], SAVED_MODEL),
    (&["index"], CHECKPOINT),
    (&["tfrecord", "tfrecords"], TF_RECORD),
    (&["keras"], KERAS),
    (&["onnx"], ONNX),
    (&["gguf"], GGUF),
    (&["mat"], MATLAB),
    (&["xls", "xlsx", "xlsm"], EXCEL),
    (&["ods"], OPEN_SHEET),
    (&["rds"], R_DATA),
    (&["nc"], NETCDF),
    (&["json"], JSON),
    (&["jsonl", "ndjson"], JSON_LINES),
    (&["bmp"], PICTURE),
    (&["html", "htm"], HTML),
];

/// Bytes of a name that are no text: maybe numbers without a header.
const RAW_NAMES: &[&str] = &["raw", "bin", "dat", "f32", "f64", "data"];

/// Members by which a zip is known for another kind.
const MEMBERS: &[(&str, Kind)] = &[
    (".zarray", ZARR),
    (".zgroup", ZARR),
    ("zarr.json", ZARR),
    ("xl/workbook.xml", EXCEL),
    ("content.xml", OPEN_SHEET),
    ("model.weights.h5", KERAS),
];

impl Kind {
    fn error(&self, file: &str) -> DataError {
        let stem = file.split('.').next().filter(|stem| !stem.is_empty());
        let npy = format!("{}.npy", stem.unwrap_or("x"));
        DataError::Foreign {
            file: file.to_owned(),
            what: self.what,
            advice: self
                .advice
                .replace("NPY", &quoted(&npy))
                .replace("FILE", &quoted(file)),
        }
    }
}

/// A name as Python and a shell read it.
fn quoted(name: &str) -> String {
    let name = printable(name).replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{name}\"")
}

/// What is said of a file that begins so, if its content tells that it is of a kind
/// that is not read; `start` has up to [`START`] bytes.
pub(super) fn by_content(origin: &Origin, start: &[u8]) -> Option<DataError> {
    let of = |kind: &Kind| Some(kind.error(&origin.name));
    // What R saves is compressed.
    if origin.extension == "rds" && start.starts_with(b"\x1f\x8b") {
        return of(&R_DATA);
    }
    let is = |(at, magic, _): &&(usize, &[u8], Kind)| {
        start.get(*at..).is_some_and(|rest| rest.starts_with(magic))
    };
    if let Some((_, _, kind)) = CONTENT.iter().find(is) {
        return of(kind);
    }
    let text = start.trim_ascii_start();
    let begins = |with: &str| {
        let begin = text.get(..with.len());
        begin.is_some_and(|begin| begin.eq_ignore_ascii_case(with.as_bytes()))
    };
    // A `.npy` that is none is told so, with its first bytes.
    if matches!(origin.extension.as_str(), "npy" | "npz") {
        return None;
    }
    if let Some((_, kind)) = TEXT.iter().find(|(with, _)| begins(with)) {
        return of(kind);
    }
    // No table begins so; its other marks are too common to be told by.
    let is_object = begins("{\"") || begins("{\n") || begins("[[") || begins("[{");
    (is_object && super::table::looks_so(start)).then(|| JSON.error(&origin.name))
}

/// What is said of a file by the end of its name.
pub(super) fn by_name(origin: &Origin) -> Option<DataError> {
    let extension = origin.extension.as_str();
    // `x.data-00000-of-00001`.
    if extension.starts_with("data-0") {
        return Some(CHECKPOINT.error(&origin.name));
    }
    let known = NAMES.iter().find(|(names, _)| names.contains(&extension));
    let raw = || RAW_NAMES.contains(&extension).then_some(&RAW);
    let kind = known.map(|(_, kind)| kind).or_else(raw)?;
    Some(kind.error(&origin.name))
}

/// What is said of a zip file by the names of its members.
pub(super) fn by_members<'a>(
    origin: &Origin,
    members: impl Iterator<Item = &'a str>,
) -> Option<DataError> {
    let named = |member: &str, name: &str| {
        let before = member.strip_suffix(name);
        before.is_some_and(|before| before.is_empty() || before.ends_with('/'))
    };
    let kind = |member: &str| MEMBERS.iter().find(|(name, _)| named(member, name));
    let mut kinds = members.filter_map(kind);
    kinds.next().map(|(_, kind)| kind.error(&origin.name))
}

/// What is said of a folder that is one thing: a store or a model.
pub(super) fn folder(path: &Path, name: &str) -> Option<DataError> {
    let has = |member: &str| path.join(member).is_file();
    if [".zarray", ".zgroup", "zarr.json"].into_iter().any(has) {
        return Some(ZARR.error(name));
    }
    has("saved_model.pb").then(|| SAVED_MODEL.error(name))
}

/// Whether a file that begins so is HDF5.
pub(super) fn is_hdf5(start: &[u8]) -> bool {
    let is = |place: usize| {
        start
            .get(place..)
            .is_some_and(|rest| rest.starts_with(HDF5_MAGIC))
    };
    HDF5_PLACES.into_iter().any(is)
}

/// What is said of an HDF5 file where it is not read.
#[cfg(not(feature = "hdf5"))]
pub(super) fn hdf5(origin: &Origin) -> DataError {
    HDF5.error(&origin.name)
}

/// What is said of a pickle that is not torch's.
pub(super) fn pickle(origin: &Origin) -> DataError {
    let kind = if origin.extension == "joblib" {
        &JOBLIB
    } else {
        &PICKLE
    };
    kind.error(&origin.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(name: &str, bytes: &[u8]) -> Option<String> {
        let origin = Origin::of_bytes(name, bytes.to_vec());
        by_content(&origin, bytes)
            .or_else(|| by_name(&origin))
            .map(|error| error.to_string())
    }

    #[track_caller]
    fn check(name: &str, bytes: &[u8], what: &str, advice: &str) {
        let said = said(name, bytes).unwrap_or_else(|| panic!("{name} is not known"));
        let expected = format!("{name} is {what}");
        assert!(said.starts_with(&expected), "{said}\nlacks: {expected}");
        assert!(said.ends_with(advice), "{said}\nlacks: {advice}");
        assert!(!said.contains("NPY") && !said.contains("FILE"), "{said}");
    }

    #[test]
    fn kinds_are_known_by_their_content() {
        let parquet = "np.save(\"x.npy\", pd.read_parquet(\"x.bin\").to_numpy())";
        check("x.bin", b"PAR1\x15\x04", "a Parquet table", parquet);
        check(
            "x.npy",
            b"ARROW1\0\0",
            "an Arrow (Feather) table",
            "to_numpy())",
        );
        check(
            "m.mat",
            b"MATLAB 5.0 MAT-file, Platform",
            "a MATLAB file",
            "['name'])",
        );
        check(
            "x.npy.gz",
            b"\x1f\x8b\x08",
            "compressed with gzip",
            "gunzip -k \"x.npy.gz\"",
        );
        check("x.rds", b"\x1f\x8b\x08", "an R file", "row.names = FALSE)");
        check(
            "x.npy",
            b"\x89PNG\r\n\x1a\n\0",
            "a picture",
            "PIL.Image.open(\"x.npy\")))",
        );
        check("x.npy", b"RIFF\0\0\0\0WEBPVP8", "a picture", ")");
        assert_eq!(said("x.npy", b"<html>"), None);
        check(
            "x.csv",
            b"\n <!DOCTYPE HTML>\n",
            "a web page",
            "fetch the file itself",
        );
        let lfs = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\n";
        check(
            "x.safetensors",
            lfs,
            "a Git LFS pointer",
            "run git lfs pull",
        );
        check("x", b"{\"a\": [1, 2]}", "JSON", "json.load(open(\"x\"))))");
        let mut tar = vec![0; 257];
        tar.extend(b"ustar\0");
        check("x.pt", &tar, "a tar archive", "tar -xf \"x.pt\"");
    }

    #[test]
    fn kinds_are_known_by_their_names() {
        check("x.onnx", b"\x08\x07", "an ONNX model", "initializer[0]))");
        check("x.tfrecord", b"\x01", "a TFRecord file", "with your parse");
        check("x.index", b"\0", "a TensorFlow checkpoint", ")");
        check(
            "x.data-00000-of-00001",
            b"\0",
            "a TensorFlow checkpoint",
            ")",
        );
        check(
            "saved_model.pb",
            b"\x08\x01",
            "a TensorFlow model",
            ".numpy())",
        );
        check(
            "x.joblib",
            b"\x78\x9c",
            "a joblib dump",
            "joblib.load(\"x.joblib\")))",
        );
        check(
            "x.f32",
            b"\0\0\x80\x3f",
            "no file of a known kind",
            ".reshape(-1, d))",
        );
        assert_eq!(said("x.xyz", b"\0\0\x80\x3f"), None);
        assert_eq!(said("x.csv", b"1,2\n"), None);
        let behind = |place: usize| [vec![0; place], HDF5_MAGIC.to_vec()].concat();
        assert!(is_hdf5(&behind(0)) && is_hdf5(&behind(2048)));
        assert!(!is_hdf5(&behind(100)) && !is_hdf5(&[]));
    }

    #[test]
    fn names_are_quoted_for_the_line_they_stand_in() {
        check(
            "a\"b.parquet",
            b"",
            "a Parquet table",
            "read_parquet(\"a\\\"b.parquet\").to_numpy())",
        );
    }

    #[test]
    fn zips_and_folders_are_known_by_what_is_in_them() {
        let of = |members: &[&str]| {
            let origin = Origin::of_bytes("x.zip", vec![0]);
            by_members(&origin, members.iter().copied()).map(|error| error.to_string())
        };
        assert!(
            of(&["a/.zarray", "a/0.0"])
                .unwrap()
                .contains("a Zarr store")
        );
        assert!(
            of(&["[Content_Types].xml", "xl/workbook.xml"])
                .unwrap()
                .contains("an Excel sheet")
        );
        assert_eq!(of(&["notes.txt", "axl/workbook.xml"]), None);
        let temporary = tempfile::tempdir().unwrap();
        assert!(folder(temporary.path(), "x").is_none());
        std::fs::write(temporary.path().join("zarr.json"), "{}").unwrap();
        let said = folder(temporary.path(), "x.zarr").unwrap().to_string();
        assert!(said.contains("zarr.open(\"x.zarr\")"), "{said}");
    }
}
