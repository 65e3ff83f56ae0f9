//! Arrays of every dtype, byte order, memory order, number of axes and version of the
//! header, written by the rules that NumPy's documentation gives and read back: the
//! same values, also where a formula says what becomes of the axes.
#![allow(clippy::unwrap_used)] // a test says what it stumbles over

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use followspot::data::{
    Channels, Dtype, Flatten, Matrix, Pick, ReadAs, RowRange, load_bytes, load_matrix_bytes,
};
use half::f16;
use proptest::prelude::*;

/// Every dtype that NumPy has and that is read: its kind in a header and its bytes.
const DTYPES: &[(&str, usize, Dtype)] = &[
    ("b", 1, Dtype::Bool),
    ("i", 1, Dtype::I8),
    ("i", 2, Dtype::I16),
    ("i", 4, Dtype::I32),
    ("i", 8, Dtype::I64),
    ("u", 1, Dtype::U8),
    ("u", 2, Dtype::U16),
    ("u", 4, Dtype::U32),
    ("u", 8, Dtype::U64),
    ("f", 2, Dtype::F16),
    ("f", 4, Dtype::F32),
    ("f", 8, Dtype::F64),
];

/// An array as it is written.
#[derive(Clone, Debug)]
struct Array {
    dtype: usize,
    big: bool,
    fortran: bool,
    version: u8,
    shape: Vec<usize>,
    seed: u64,
}

impl Array {
    fn count(&self) -> usize {
        self.shape.iter().product()
    }

    /// The little-endian bytes of the value at a place in C order, and the value.
    fn value(&self, place: usize) -> ([u8; 8], f64) {
        let bits = (self.seed ^ place as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let bits = bits ^ (bits >> 29);
        let [a, b, c, d, ..] = bits.to_le_bytes();
        // Values that are not finite belong to other tests.
        let finite = |value: f64| if value.is_finite() { value } else { 0.75 };
        let (bytes, value): (Vec<u8>, f64) = match DTYPES[self.dtype].2 {
            Dtype::Bool => (vec![a & 1], f64::from(a & 1)),
            Dtype::I8 => (vec![a], f64::from(i8::from_le_bytes([a]))),
            Dtype::U8 => (vec![a], f64::from(a)),
            Dtype::I16 => (vec![a, b], f64::from(i16::from_le_bytes([a, b]))),
            Dtype::U16 => (vec![a, b], f64::from(u16::from_le_bytes([a, b]))),
            Dtype::I32 => (
                vec![a, b, c, d],
                f64::from(i32::from_le_bytes([a, b, c, d])),
            ),
            Dtype::U32 => (
                vec![a, b, c, d],
                f64::from(u32::from_le_bytes([a, b, c, d])),
            ),
            Dtype::I64 => (bits.to_le_bytes().into(), bits.cast_signed() as f64),
            Dtype::U64 => (bits.to_le_bytes().into(), bits as f64),
            Dtype::F16 => {
                let value = f16::from_f64(finite(f16::from_le_bytes([a, b]).to_f64()));
                (value.to_le_bytes().into(), value.to_f64())
            }
            Dtype::F32 => {
                let value = finite(f64::from(f32::from_le_bytes([a, b, c, d]))) as f32;
                (value.to_le_bytes().into(), f64::from(value))
            }
            _ => {
                let value = finite(f64::from_bits(bits));
                (value.to_le_bytes().into(), value)
            }
        };
        let mut item = [0; 8];
        item[..bytes.len()].copy_from_slice(&bytes);
        (item, value)
    }

    /// The file: magic, version, length, a header padded to 64 bytes, the values.
    fn npy(&self) -> Vec<u8> {
        let (kind, size, _) = DTYPES[self.dtype];
        let order = match (size, self.big) {
            (1, _) => '|',
            (_, true) => '>',
            (_, false) => '<',
        };
        let lengths: Vec<String> = self.shape.iter().map(usize::to_string).collect();
        let comma = if lengths.len() == 1 { "," } else { "" };
        let mut header = format!(
            "{{'descr': '{order}{kind}{size}', 'fortran_order': {}, 'shape': ({}{comma}), }}",
            if self.fortran { "True" } else { "False" },
            lengths.join(", ")
        );
        let prefix = if self.version == 1 { 10 } else { 12 };
        while (prefix + header.len() + 1) % 64 != 0 {
            header.push(' ');
        }
        header.push('\n');
        let mut file = b"\x93NUMPY".to_vec();
        file.extend([self.version, 0]);
        let length = (header.len() as u32).to_le_bytes();
        file.extend(&length[..prefix - 8]);
        file.extend(header.bytes());
        for place in 0..self.count() {
            let place = if self.fortran {
                self.turned(place)
            } else {
                place
            };
            let mut item = self.value(place).0[..size].to_vec();
            if self.big {
                item.reverse();
            }
            file.extend(item);
        }
        file
    }

    /// The place in C order of the value at a place in Fortran order.
    fn turned(&self, place: usize) -> usize {
        let mut rest = place;
        let index: Vec<usize> = self
            .shape
            .iter()
            .map(|&length| {
                let along = rest % length;
                rest /= length;
                along
            })
            .collect();
        self.place(&index)
    }

    /// The place in C order of an index.
    fn place(&self, index: &[usize]) -> usize {
        let steps = index.iter().zip(&self.shape);
        steps.fold(0, |place, (&along, &length)| place * length + along)
    }

    fn at(&self, index: &[usize]) -> f64 {
        self.value(self.place(index)).1
    }

    /// The rows that are read of it, by the definitions.
    fn rows(&self, read_as: &ReadAs) -> Vec<Vec<f64>> {
        let axes = self.shape.len();
        let Some(flatten) = read_as.flatten else {
            let [rows, columns] = self.shape[..] else {
                panic!("{axes} axes")
            };
            let row = |n| (0..columns).map(|k| self.at(&[n, k])).collect();
            return (0..rows).map(row).collect();
        };
        let usual = if axes == 3 { axes - 1 } else { 1 };
        let channel = match read_as.channels {
            Some(Channels::First) => 1,
            Some(Channels::Last) => axes - 1,
            None => usual,
        };
        let mut positions = vec![vec![0; axes]];
        for axis in (1..axes).filter(|&axis| axis != channel) {
            let along = |index: Vec<usize>| {
                (0..self.shape[axis]).map(move |n| {
                    let mut index = index.clone();
                    index[axis] = n;
                    index
                })
            };
            positions = positions.into_iter().flat_map(along).collect();
        }
        let value = |n: usize, k: usize, position: &[usize]| {
            let mut index = position.to_vec();
            (index[0], index[channel]) = (n, k);
            self.at(&index)
        };
        let neurons = 0..self.shape[channel];
        let row = |n: usize, of: &dyn Fn(usize, usize) -> f64| -> Vec<f64> {
            neurons.clone().map(|k| of(n, k)).collect()
        };
        let samples = 0..self.shape[0];
        match flatten {
            Flatten::Positions => samples
                .flat_map(|n| positions.iter().map(move |p| (n, p)))
                .map(|(n, p)| row(n, &|n, k| value(n, k, p)))
                .collect(),
            Flatten::Mean => {
                let mean = |n, k| {
                    let values = positions.iter().map(|p| value(n, k, p));
                    let sum: f64 = values.clone().sum();
                    let count = positions.len() as f64;
                    if sum.is_finite() {
                        sum / count
                    } else {
                        values.map(|value| value / count).sum()
                    }
                };
                samples.map(|n| row(n, &mean)).collect()
            }
            Flatten::Max => {
                let max = |n, k| {
                    let values = positions.iter().map(|p| value(n, k, p));
                    values.fold(f64::NEG_INFINITY, f64::max)
                };
                samples.map(|n| row(n, &max)).collect()
            }
            Flatten::Position(place) => {
                let place = place.rem_euclid(positions.len() as i64) as usize;
                let one = |n, k| value(n, k, &positions[place]);
                samples.map(|n| row(n, &one)).collect()
            }
        }
    }
}

/// Where the array lies.
#[derive(Clone, Copy, Debug)]
enum Container {
    Npy,
    Stored,
    Deflated,
}

fn file(arrays: &[Array], container: Container) -> (&'static str, Arc<[u8]>) {
    let method = match container {
        Container::Npy => return ("x.npy", arrays[0].npy().into()),
        Container::Stored => zip::CompressionMethod::Stored,
        Container::Deflated => zip::CompressionMethod::Deflated,
    };
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(method);
    for (place, array) in arrays.iter().enumerate() {
        zip.start_file(format!("a{place}.npy"), options).unwrap();
        zip.write_all(&array.npy()).unwrap();
    }
    ("x.npz", zip.finish().unwrap().into_inner().into())
}

fn matrix((name, bytes): &(&str, Arc<[u8]>), read_as: &ReadAs) -> Matrix {
    let pick = Pick::default().read_as(read_as.clone());
    let read = load_matrix_bytes(name, Arc::clone(bytes), &pick, &AtomicBool::new(false));
    read.unwrap_or_else(|error| panic!("{error} {read_as:?}"))
}

fn same(matrix: &Matrix, rows: &[Vec<f64>]) -> Result<(), TestCaseError> {
    prop_assert_eq!(matrix.rows, rows.len());
    let bits = |values: &[f64]| values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
    prop_assert_eq!(bits(&matrix.values), bits(&rows.concat()));
    Ok(())
}

fn array() -> impl Strategy<Value = Array> {
    let shape = (1usize..=5).prop_flat_map(|axes| proptest::collection::vec(1usize..6, axes));
    let flags = (any::<bool>(), any::<bool>(), 1u8..=3);
    (0..DTYPES.len(), flags, shape, any::<u64>()).prop_map(
        |(dtype, (big, fortran, version), shape, seed)| Array {
            dtype,
            big,
            fortran,
            version,
            shape,
            seed,
        },
    )
}

fn container() -> impl Strategy<Value = Container> {
    prop_oneof![
        Just(Container::Npy),
        Just(Container::Stored),
        Just(Container::Deflated)
    ]
}

fn flatten() -> impl Strategy<Value = Flatten> {
    prop_oneof![
        Just(Flatten::Positions),
        Just(Flatten::Mean),
        Just(Flatten::Max),
        Just(Flatten::Position(0)),
        Just(Flatten::Position(-1)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// A row of one axis is stacked; of three and more it is said how they are read.
    #[test]
    fn what_numpy_writes_is_read_back(
        array in array(),
        container in container(),
        flatten in flatten(),
        channels in proptest::option::of(prop_oneof![Just(Channels::First), Just(Channels::Last)]),
        range in (0usize..4, 0usize..200, 1usize..4),
    ) {
        if array.shape.len() == 1 {
            let both = [array.clone(), Array { seed: !array.seed, ..array.clone() }];
            let container = match container {
                Container::Npy => Container::Stored,
                other => other,
            };
            let rows: Vec<Vec<f64>> = both
                .iter()
                .map(|one| (0..one.count()).map(|place| one.value(place).1).collect())
                .collect();
            let stack = ReadAs { stack: true, ..ReadAs::default() };
            let (name, bytes) = file(&both, container);
            let pick = Pick::default().read_as(stack);
            // A stack is read as activations only, of at least two neurons.
            if let Ok(dump) = load_bytes(name, bytes, &pick, &AtomicBool::new(false)) {
                prop_assert_eq!(dump.shape, [2, rows[0].len()]);
            } else {
                prop_assert_eq!(array.count(), 1);
            }
            return Ok(());
        }
        let read_as = if array.shape.len() == 2 {
            ReadAs::default()
        } else {
            ReadAs { flatten: Some(flatten), channels, ..ReadAs::default() }
        };
        let file = file(std::slice::from_ref(&array), container);
        let rows = array.rows(&read_as);
        same(&matrix(&file, &read_as), &rows)?;

        let (start, stop, step) = range;
        let some = ReadAs {
            rows: Some(RowRange { start: Some(start), stop: Some(stop), step: Some(step) }),
            ..read_as.clone()
        };
        let chosen: Vec<Vec<f64>> = (start..stop.min(rows.len()))
            .step_by(step)
            .map(|row| rows[row].clone())
            .collect();
        same(&matrix(&file, &some), &chosen)?;

        let drawn = ReadAs { sample_rows: Some(3), seed: Some(array.seed), ..read_as };
        let drawn = matrix(&file, &drawn);
        prop_assert_eq!(drawn.rows, rows.len().min(3));
        // Ascending and each once.
        let mut left = rows.iter();
        for row in drawn.values.chunks_exact(rows[0].len()) {
            prop_assert!(left.any(|known| known == row));
        }
    }

    #[test]
    fn samples_are_the_rows(array in array(), container in container(), flatten in flatten()) {
        if array.shape.len() == 1 {
            return Ok(());
        }
        let flatten = (array.shape.len() > 2).then_some(flatten);
        let read_as = ReadAs { flatten, ..ReadAs::default() };
        let rows = array.rows(&read_as);
        if rows[0].len() < 2 {
            return Ok(());
        }
        let (name, bytes) = file(std::slice::from_ref(&array), container);
        let pick = Pick::default().read_as(read_as);
        let dump = load_bytes(name, bytes, &pick, &AtomicBool::new(false)).unwrap();
        prop_assert_eq!(dump.shape, [rows.len(), rows[0].len()]);
        prop_assert_eq!(dump.dtype, DTYPES[array.dtype].2);
        let activations = &dump.activations;
        let mut scales = vec![0; rows.len()];
        for &(sample, exponent) in activations.rescaled_rows() {
            scales[sample] = exponent;
        }
        for (n, row) in rows.iter().enumerate() {
            for (k, &value) in row.iter().enumerate() {
                let stored = activations.neuron(k).get(n);
                // Where a row is scaled, its smallest values may go: they weigh nothing.
                let scaled = value * 2f64.powi(-scales[n]);
                let lost = scales[n] != 0 && stored == 0.0;
                prop_assert!(stored == scaled || lost, "{} {} {}", stored, scaled, scales[n]);
            }
        }
    }
}
