use super::super::read_as::{Channels, Flatten};
use super::*;

/// A `.npy` file of the numbers from 0 on in the order of their indices, whichever
/// way they lie in the file.
fn npy(shape: &[usize], fortran: bool) -> Arc<[u8]> {
    let lengths: Vec<String> = shape.iter().map(usize::to_string).collect();
    let lengths = lengths.join(", ");
    let order = if fortran { "True" } else { "False" };
    let header = format!("{{'descr': '<f4', 'fortran_order': {order}, 'shape': ({lengths})}}\n");
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    let count: usize = shape.iter().product();
    for place in 0..count {
        let mut index = vec![0; shape.len()];
        let mut rest = place;
        let mut axes: Vec<usize> = (0..shape.len()).collect();
        if !fortran {
            axes.reverse();
        }
        for axis in axes {
            index[axis] = rest % shape[axis];
            rest /= shape[axis];
        }
        let value = index
            .iter()
            .zip(shape)
            .fold(0, |all, (n, length)| all * length + n);
        bytes.extend((value as f32).to_le_bytes());
    }
    bytes.into()
}

/// The rows that numbers from 0 on come to, by the plain definition.
fn plainly(shape: &[usize], read_as: &ReadAs) -> Vec<Vec<f64>> {
    let axis = match read_as.channels.unwrap_or(Channels::usual(shape.len())) {
        Channels::First => 1,
        Channels::Last => shape.len() - 1,
    };
    let (before, behind): (usize, usize) = (
        shape[1..axis].iter().product(),
        shape[axis + 1..].iter().product(),
    );
    let places = before * behind;
    let value = |n: usize, place: usize, c: usize| {
        let (b, h) = (place / behind, place % behind);
        (((n * before + b) * shape[axis] + c) * behind + h) as f64
    };
    let mut rows = Vec::new();
    for n in 0..shape[0] {
        let one = |place| {
            (0..shape[axis])
                .map(|c| value(n, place, c))
                .collect::<Vec<_>>()
        };
        let all = |c| (0..places).map(move |place| value(n, place, c));
        match read_as.flatten {
            None => rows.push(one(0)),
            Some(Flatten::Positions) => rows.extend((0..places).map(one)),
            Some(Flatten::Position(k)) if k < 0 => {
                rows.push(one(places - k.unsigned_abs() as usize));
            }
            Some(Flatten::Position(k)) => rows.push(one(k as usize)),
            Some(Flatten::Mean) => rows.push(
                (0..shape[axis])
                    .map(|c| all(c).sum::<f64>() / places as f64)
                    .collect(),
            ),
            Some(Flatten::Max) => {
                rows.push(
                    (0..shape[axis])
                        .map(|c| all(c).fold(0.0, f64::max))
                        .collect(),
                );
            }
        }
    }
    if let Some(range) = read_as.rows {
        let (start, step, length) = range.of(rows.len());
        rows = (0..length)
            .map(|n| rows[start + n * step].clone())
            .collect();
    }
    rows
}

fn rows_of(dump: &Dump) -> Vec<Vec<f64>> {
    let acts = &dump.activations;
    let mut scales = vec![1.0; acts.n_samples()];
    for &(sample, exponent) in acts.rescaled_rows() {
        scales[sample] = 2f64.powi(exponent);
    }
    let value = |n, k| acts.neuron(k).get(n) * scales[n];
    (0..acts.n_samples())
        .map(|n| (0..acts.n_neurons()).map(|k| value(n, k)).collect())
        .collect()
}

#[test]
fn arrays_of_any_axes_are_read_as_was_said() {
    let ways = ["positions", "mean", "max", "0", "-1", "1"];
    for shape in [
        &[7usize, 3][..],
        &[5, 4, 3],
        &[3, 2, 4, 5],
        &[2, 3, 2, 2, 3],
        &[40, 2, 17],
    ] {
        let ways: Vec<Option<Flatten>> = match shape.len() {
            2 => vec![None],
            _ => ways.iter().map(|way| way.parse().ok()).collect(),
        };
        for (flatten, channels, rows, fortran) in ways.iter().flat_map(|&flatten| {
            [None, Some(Channels::First), Some(Channels::Last)]
                .into_iter()
                .flat_map(move |c| {
                    [None, Some("1:9:2"), Some("2:")]
                        .into_iter()
                        .flat_map(move |rows| {
                            [false, true].map(|fortran| (flatten, c, rows, fortran))
                        })
                })
        }) {
            if shape.len() == 2 && channels.is_some() {
                continue;
            }
            let read_as = ReadAs {
                flatten,
                channels,
                rows: rows.map(|rows| rows.parse().unwrap()),
                ..ReadAs::default()
            };
            let expected = plainly(shape, &read_as);
            let what = format!("{shape:?} {read_as:?} {fortran}");
            let pick = Pick::default().read_as(read_as);
            let never = AtomicBool::new(false);
            let loaded = load_bytes("x.npy", npy(shape, fortran), &pick, &never);
            match loaded {
                Ok(dump) => {
                    assert_eq!(rows_of(&dump), expected, "{what}");
                    assert_eq!(dump.shape[0], expected.len());
                }
                Err(error) => assert!(
                    expected.is_empty() && error.to_string().contains("no rows"),
                    "{what}: {error}"
                ),
            }
        }
    }
}

#[test]
fn drawn_rows_are_rows_of_the_array() {
    let read_as = ReadAs {
        sample_rows: Some(5),
        rows: Some("10::2".parse().unwrap()),
        seed: Some(3),
        ..ReadAs::default()
    };
    let pick = Pick::default().read_as(read_as);
    let never = AtomicBool::new(false);
    let dump = load_bytes("x.npy", npy(&[100, 4], false), &pick, &never).unwrap();
    let rows = rows_of(&dump);
    assert_eq!(rows.len(), 5);
    for (place, row) in rows.iter().enumerate() {
        let number = dump.rows.row(place);
        assert!(number >= 10 && number.is_multiple_of(2));
        assert_eq!(row[0], (number * 4) as f64);
        assert_eq!(dump.entry_of(place), number);
    }
    assert_eq!(
        dump.notes,
        ["read 5 of 100 rows (rows 10::2, drawn at random with seed 3)"]
    );
}
