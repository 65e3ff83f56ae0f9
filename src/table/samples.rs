//! Some of a layer's samples: as a table, as row numbers and as activations.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use half::f16;

use super::TableError;
use super::arrays::npy_header;
use super::out::Out;
use super::out_file::OutFile;
use crate::data::{Dtype, Dump, Flatten};
use crate::srm::Cancelled;

/// A sample inside the spotlight.
#[derive(Clone, Debug, PartialEq)]
pub struct SampleRow<'a> {
    /// The array's row that it is.
    pub row: usize,
    /// Its cosine with the probe.
    pub cosine: f64,
    /// `‖x‖`; infinite beyond the largest double.
    pub norm: f64,
    /// Its class, where there are any.
    pub label: Option<&'a str>,
}

/// Writes the columns `row`, `cosine` and `norm`, with `label` behind them if `labelled`;
/// every digit is kept, and a sample without a class has an empty label.
///
/// # Errors
/// If `out` cannot be written.
pub fn samples_tsv<'a>(
    out: &mut (impl Write + ?Sized),
    rows: impl Iterator<Item = SampleRow<'a>>,
    labelled: Labelled,
) -> io::Result<()> {
    match labelled {
        Labelled::No => writeln!(out, "row\tcosine\tnorm")?,
        Labelled::Yes => writeln!(out, "row\tcosine\tnorm\tlabel")?,
    }
    for SampleRow {
        row,
        cosine,
        norm,
        label,
    } in rows
    {
        write!(out, "{row}\t{cosine}\t{norm}")?;
        match labelled {
            Labelled::No => writeln!(out)?,
            Labelled::Yes => writeln!(out, "\t{}", field(label.unwrap_or_default()))?,
        }
    }
    Ok(())
}

/// Whether a table has a column of labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Labelled {
    /// It has none.
    No,
    /// It has one.
    Yes,
}

/// A text as it stands in a tab-separated table: on one line and in one column.
#[must_use]
pub fn field(text: &str) -> String {
    let tame = |c: char| if c.is_control() { ' ' } else { c };
    text.chars().map(tame).collect()
}

/// As what row numbers are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdFormat {
    /// One-dimensional, `int64`.
    Npy,
    /// A column with the head `row`.
    Csv,
}

impl IdFormat {
    /// The format that a file's name promises.
    #[must_use]
    pub fn of(path: &std::path::Path) -> Option<Self> {
        let ending = path.extension()?.to_str()?;
        if ending.eq_ignore_ascii_case("npy") {
            Some(Self::Npy)
        } else if ending.eq_ignore_ascii_case("csv") {
            Some(Self::Csv)
        } else {
            None
        }
    }
}

/// Writes the numbers of rows of an array, in the order that they are given in.
///
/// # Errors
/// [`TableError`]; nothing is left then.
pub fn write_ids(
    out: OutFile,
    format: IdFormat,
    rows: impl ExactSizeIterator<Item = usize>,
    cancel: &AtomicBool,
) -> Result<(), TableError> {
    written(out, |out| {
        match format {
            IdFormat::Npy => out.write_all(&npy_header("<i8", &format!("({},)", rows.len())))?,
            IdFormat::Csv => out.write_all(b"row\n")?,
        }
        for row in rows {
            match format {
                IdFormat::Npy => out.write_all(&(row as i64).to_le_bytes())?,
                IdFormat::Csv => writeln!(out, "{row}")?,
            }
            going_on(cancel)?;
        }
        Ok(())
    })
}

/// Writes the activations of some samples, `n × d`, as a `.npy` in the order that they
/// are given in: in the dtype of the array that they come from, where NumPy has it and
/// the values are still the array's, else in single or double precision, as they are
/// held.
///
/// # Errors
/// [`TableError`]; nothing is left then.
///
/// # Panics
/// If a sample is not among the dump's.
pub fn write_activations(
    out: OutFile,
    dump: &Dump,
    samples: &[u32],
    cancel: &AtomicBool,
) -> Result<(), TableError> {
    let dtype = dtype_of(dump);
    let d = dump.activations.n_neurons();
    written(out, |out| {
        let shape = format!("({}, {d})", samples.len());
        out.write_all(&npy_header(descr(dtype), &shape))?;
        let mut values = vec![0.0; d];
        let mut bytes = Vec::with_capacity(d * 8);
        for &sample in samples {
            dump.activations.fill_row(sample as usize, &mut values);
            bytes.clear();
            for &value in &values {
                encode(dtype, value, &mut bytes);
            }
            out.write_all(&bytes)?;
            going_on(cancel)?;
        }
        Ok(())
    })
}

/// The dtype that a dump's rows are written in.
fn dtype_of(dump: &Dump) -> Dtype {
    let held = if dump.activations.is_double() {
        Dtype::F64
    } else {
        Dtype::F32
    };
    let changed = dump.read_as.center.is_some() || dump.read_as.flatten == Some(Flatten::Mean);
    match dump.dtype {
        _ if changed => held,
        // NumPy has none of that name.
        Dtype::BF16 => Dtype::F32,
        dtype => dtype,
    }
}

fn descr(dtype: Dtype) -> &'static str {
    match dtype {
        Dtype::Bool => "|b1",
        Dtype::I8 => "|i1",
        Dtype::U8 => "|u1",
        Dtype::I16 => "<i2",
        Dtype::U16 => "<u2",
        Dtype::I32 => "<i4",
        Dtype::U32 => "<u4",
        Dtype::I64 => "<i8",
        Dtype::U64 => "<u8",
        Dtype::F16 => "<f2",
        Dtype::BF16 | Dtype::F32 => "<f4",
        Dtype::F64 => "<f8",
    }
}

/// Appends a value that came in that dtype.
fn encode(dtype: Dtype, value: f64, bytes: &mut Vec<u8>) {
    match dtype {
        Dtype::Bool => bytes.push(u8::from(value != 0.0)),
        Dtype::I8 => bytes.extend((value as i8).to_le_bytes()),
        Dtype::U8 => bytes.push(value as u8),
        Dtype::I16 => bytes.extend((value as i16).to_le_bytes()),
        Dtype::U16 => bytes.extend((value as u16).to_le_bytes()),
        Dtype::I32 => bytes.extend((value as i32).to_le_bytes()),
        Dtype::U32 => bytes.extend((value as u32).to_le_bytes()),
        Dtype::I64 => bytes.extend((value as i64).to_le_bytes()),
        Dtype::U64 => bytes.extend((value as u64).to_le_bytes()),
        Dtype::F16 => bytes.extend(f16::from_f64(value).to_le_bytes()),
        Dtype::BF16 | Dtype::F32 => bytes.extend((value as f32).to_le_bytes()),
        Dtype::F64 => bytes.extend(value.to_le_bytes()),
    }
}

fn going_on(cancel: &AtomicBool) -> io::Result<()> {
    if cancel.load(Ordering::Relaxed) {
        return Err(io::Error::other(Cancelled));
    }
    Ok(())
}

/// Writes a file, and gives it its name if that went well.
fn written(out: OutFile, write: impl FnOnce(&mut Out) -> io::Result<()>) -> Result<(), TableError> {
    let mut out = Out::from(out);
    let written = write(&mut out);
    out.end(written)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use ndarray::{Array1, Array2};
    use ndarray_npy::{ReadableElement, WritableElement, read_npy, write_npy};

    use super::*;
    use crate::data::{self, Pick, ReadAs};

    static NEVER: AtomicBool = AtomicBool::new(false);

    fn exported<T: ReadableElement>(dump: &Dump, samples: &[u32]) -> Array2<T> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("subset.npy");
        let out = OutFile::create(&path, false).unwrap();
        write_activations(out, dump, samples, &NEVER).unwrap();
        read_npy(path).unwrap()
    }

    fn dump_of<T: WritableElement>(array: &Array2<T>, read_as: ReadAs) -> Dump {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.npy");
        write_npy(&path, array).unwrap();
        let pick = Pick::default().read_as(read_as);
        data::load(&path, &pick, &NEVER).unwrap()
    }

    #[test]
    fn rows_come_back_as_they_were_in_their_own_dtype() {
        let value = |(n, k)| (n * 37 + k * 5) as f32 / 7.0 - 20.0;
        let array = Array2::from_shape_fn((50, 19), value);
        let dump = dump_of(&array, ReadAs::default());
        let found = exported::<f32>(&dump, &[49, 3, 3, 0]);
        for (row, &n) in found.rows().into_iter().zip(&[49, 3, 3, 0]) {
            assert_eq!(row, array.row(n));
        }
        let whole = Array2::from_shape_fn((9, 3), |(n, k)| (n * 3 + k) as i16 - 13);
        assert_eq!(
            exported::<i16>(&dump_of(&whole, ReadAs::default()), &[8])[[0, 2]],
            13
        );
        let centred = ReadAs {
            center: Some(data::Center::Mean),
            ..ReadAs::default()
        };
        // The values are not the array's any more.
        assert!(exported::<f64>(&dump_of(&whole, centred), &[4])[[0, 1]].abs() < 1e-6);
    }

    #[test]
    fn rows_that_are_held_at_another_length_come_back_at_their_own() {
        let rows = [
            [3e300, -4e300],
            [5e-324, 1e-310],
            [0.0, 1.0],
            [1e-200, f64::MAX],
        ];
        let array = Array2::from_shape_fn((4, 2), |(n, k)| rows[n][k]);
        let dump = dump_of(&array, ReadAs::default());
        assert!(!dump.activations.rescaled_rows().is_empty());
        let found = exported::<f64>(&dump, &[0, 1, 2, 3]);
        assert_eq!(found.row(0), array.row(0));
        assert_eq!(found.row(1), array.row(1));
        assert_eq!(found.row(2), array.row(2));
        assert_eq!(found[[3, 1]], f64::MAX);
    }

    #[test]
    fn row_numbers_are_int64_or_a_column() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name| folder.path().join(name);
        for (name, format) in [("a.npy", IdFormat::Npy), ("a.csv", IdFormat::Csv)] {
            assert_eq!(IdFormat::of(&path(name)), Some(format));
            let out = OutFile::create(&path(name), false).unwrap();
            write_ids(out, format, [7, 5, 1_000].into_iter(), &NEVER).unwrap();
        }
        let ids: Array1<i64> = read_npy(path("a.npy")).unwrap();
        assert_eq!(ids.to_vec(), [7, 5, 1000]);
        let text = std::fs::read_to_string(path("a.csv")).unwrap();
        assert_eq!(text, "row\n7\n5\n1000\n");
        assert_eq!(IdFormat::of(&path("a.txt")), None);
    }

    #[test]
    fn what_is_called_off_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.npy");
        let out = OutFile::create(&path, false).unwrap();
        let cancel = AtomicBool::new(true);
        let done = write_ids(out, IdFormat::Npy, [1].into_iter(), &cancel);
        assert!(matches!(done, Err(TableError::Cancelled(_))));
        assert!(!path.exists());
    }

    #[test]
    fn a_label_stays_in_its_column() {
        let name: Arc<str> = "a\tb\nc".into();
        let rows = [(3, Some(&*name)), (4, None)];
        let rows = rows.map(|(row, label)| SampleRow {
            row,
            cosine: 0.5,
            norm: 2.0,
            label,
        });
        let mut text = Vec::new();
        samples_tsv(&mut text, rows.clone().into_iter(), Labelled::Yes).unwrap();
        let expected = "row\tcosine\tnorm\tlabel\n3\t0.5\t2\ta b c\n4\t0.5\t2\t\n";
        assert_eq!(String::from_utf8(text).unwrap(), expected);
        let mut text = Vec::new();
        samples_tsv(&mut text, rows.into_iter(), Labelled::No).unwrap();
        assert_eq!(text, b"row\tcosine\tnorm\n3\t0.5\t2\n4\t0.5\t2\n");
    }
}
