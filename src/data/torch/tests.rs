//! Files that torch wrote, see `tests/data/formats/torch/make.py`.

use super::super::dtype::Dtype;
use super::*;

fn origin(name: &str) -> Origin {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/formats");
    Origin::of_bytes(name, std::fs::read(folder.join(name)).unwrap())
}

fn opened(origin: &Origin) -> Result<Vec<Found>, DataError> {
    let mut zip = ZipArchive::new(origin.reader()).unwrap();
    assert!(is_torch(&zip));
    list(origin, &mut zip)
}

fn refused(name: &str) -> String {
    let error = opened(&origin(name)).expect_err(name).to_string();
    assert!(!error.contains(char::is_control), "{error}");
    error
}

/// The values of a tensor, its last index fastest.
fn values(origin: &Origin, found: &Found) -> Vec<f64> {
    assert!(found.problem.is_none(), "{found:?}");
    let Descr::Numbers { dtype, big_endian } = found.head.descr else {
        panic!("{found:?}")
    };
    let bytes = match found.place {
        Place::File(start) => {
            let bytes = origin.bytes(start, found.head.follow as usize).unwrap();
            assert_eq!(bytes.len() as u64, found.head.follow);
            bytes
        }
        Place::Packed {
            member,
            start,
            bytes,
        } => {
            let mut zip = ZipArchive::new(origin.reader()).unwrap();
            unpack(&mut zip, member, bytes)
                .unwrap()
                .split_off(start as usize)
        }
    };
    let Order::Strides(strides) = &found.head.order else {
        panic!("{found:?}")
    };
    let mut places = vec![0u64];
    for (&length, &stride) in found.head.shape.iter().zip(strides) {
        let step = |place: u64| (0..length).map(move |n| place + n * stride);
        places = places.into_iter().flat_map(step).collect();
    }
    let value = |place: u64| {
        let size = dtype.bytes() as usize;
        let mut value = bytes[place as usize * size..][..size].to_vec();
        if big_endian {
            value.reverse();
        }
        match (dtype, &value[..]) {
            (Dtype::F32, &[a, b, c, d]) => f64::from(f32::from_le_bytes([a, b, c, d])),
            (Dtype::F64, bytes) => f64::from_le_bytes(bytes.try_into().unwrap()),
            (Dtype::F16, &[a, b]) => half::f16::from_le_bytes([a, b]).to_f64(),
            (Dtype::BF16, &[a, b]) => half::bf16::from_le_bytes([a, b]).to_f64(),
            (_, bytes) => {
                let mut wide = [0; 8];
                wide[..bytes.len()].copy_from_slice(bytes);
                u64::from_le_bytes(wide) as f64
            }
        }
    };
    places.into_iter().map(value).collect()
}

/// Every value of the fixtures' `x`, of places that lie so.
fn eighths(places: impl IntoIterator<Item = u32>) -> Vec<f64> {
    places.into_iter().map(|n| f64::from(n) / 8.0).collect()
}

#[track_caller]
fn check(origin: &Origin, found: &Found, key: Option<&str>, shape: &[u64], expected: &[f64]) {
    assert_eq!(found.key.as_deref(), key);
    assert_eq!(found.head.shape, shape, "{key:?}");
    assert_eq!(values(origin, found), expected, "{key:?}");
}

#[test]
fn views_come_out_as_torch_has_them() {
    for name in ["torch/views.pt", "torch/deflated.pt"] {
        let origin = origin(name);
        let found = opened(&origin).unwrap();
        let block = |channel: u32| {
            let places = (0..4).flat_map(move |n| (0..5).map(move |t| n * 30 + t * 6));
            places.map(move |place| place + channel)
        };
        let all: [(&str, &[u64], Vec<f64>); 8] = [
            ("whole", &[20, 6], eighths(0..120)),
            ("steps", &[10, 3], {
                eighths((0..10).flat_map(|n| (1..4).map(move |k| n * 12 + k)))
            }),
            ("turned", &[6, 20], {
                eighths((0..6).flat_map(|k| (0..20).map(move |n| n * 6 + k)))
            }),
            ("row", &[6], eighths(30..36)),
            ("block", &[6, 4, 5], eighths((0..6).flat_map(block))),
            ("none", &[0, 6], vec![]),
            ("number", &[], eighths([20])),
            ("wide", &[4, 6], eighths((0..4).flat_map(|_| 0..6))),
        ];
        assert_eq!(found.len(), all.len());
        for (found, (key, shape, expected)) in found.iter().zip(&all) {
            check(&origin, found, Some(key), shape, expected);
        }
    }
}

#[test]
fn every_dtype_is_read_or_refused_by_name() {
    let origin = origin("torch/dtypes.pt");
    let mut refused = Vec::new();
    for found in opened(&origin).unwrap() {
        let key = found.key.clone().unwrap();
        if let Descr::Refused(descr) = &found.head.descr {
            refused.push(descr.name.clone());
            assert_eq!(descr.name, key);
            continue;
        }
        assert_eq!(found.head.descr.name(), key);
        let bool = |n: u32| if key == "bool" { n.min(1) } else { n };
        let expected: Vec<f64> = (0..6).map(|n| f64::from(bool(n))).collect();
        check(&origin, &found, Some(&key), &[2, 3], &expected);
    }
    assert_eq!(refused, ["complex64", "float8_e4m3fn"]);
}

#[test]
fn nested_tensors_have_names_and_the_rest_is_left_out() {
    let origin = origin("torch/nested.pt");
    let found = opened(&origin).unwrap();
    let names: Vec<&str> = found
        .iter()
        .filter_map(|found| found.key.as_deref())
        .collect();
    let expected = [
        "layers[0]",
        "layers[1].out",
        "layers[1][7]",
        "[key 1]",
        "twice[0][0]",
        "twice[0][1]",
        "twice[1][0]",
        "twice[1][1]",
        "layers.0",
        "a.b",
        "a.b (2)",
    ];
    assert_eq!(names, expected);
    check(
        &origin,
        &found[2],
        Some("layers[1][7]"),
        &[20, 6],
        &eighths(16..136),
    );
    check(
        &origin,
        &found[7],
        Some("twice[1][1]"),
        &[2, 6],
        &eighths(12..24),
    );
    check(
        &origin,
        &found[10],
        Some("a.b (2)"),
        &[20, 6],
        &eighths(48..168),
    );
}

#[test]
fn other_protocols_and_byte_orders_are_read() {
    for name in ["torch/protocol4.pt", "torch/swapped.pt"] {
        let origin = origin(name);
        let found = opened(&origin).unwrap();
        check(&origin, &found[0], Some("a"), &[20, 6], &eighths(0..120));
        check(&origin, &found[1], Some("b[0]"), &[20, 6], &eighths(0..120));
    }
}

#[test]
fn a_checkpoint_lists_its_parameters() {
    let found = opened(&origin("torch/checkpoint.pt")).unwrap();
    let names: Vec<&str> = found
        .iter()
        .filter_map(|found| found.key.as_deref())
        .collect();
    assert!(names.contains(&"model.0.weight"), "{names:?}");
    assert!(names.contains(&"model.1.running_var"), "{names:?}");
    assert!(names.contains(&"optimizer.state[3].exp_avg"), "{names:?}");
    assert!(found.iter().all(|found| found.problem.is_none()));
    let other = opened(&origin("state_dict.pt")).unwrap();
    let names: Vec<&str> = other
        .iter()
        .filter_map(|found| found.key.as_deref())
        .collect();
    assert_eq!(names, ["0.weight", "0.bias", "2.weight", "2.bias"]);
    assert_eq!(other[0].head.shape, [4, 6]);
}

#[test]
fn a_lone_tensor_has_no_name() {
    for (name, shape) in [
        ("tensor.pt", [20, 6]),
        ("tensor_bf16.pt", [20, 6]),
        ("parameter.pt", [20, 6]),
        ("tensor_transposed_view.pt", [6, 20]),
        ("tensor_strided_view.pt", [10, 3]),
    ] {
        let origin = origin(name);
        let found = opened(&origin).unwrap();
        assert_eq!(found.len(), 1);
        let all = values(&origin, &found[0]);
        check(&origin, &found[0], None, &shape, &all);
        let first = if name == "tensor_strided_view.pt" {
            -1.324_359
        } else {
            -0.801_931
        };
        assert!((all[0] - first).abs() < 2e-3, "{name}: {}", all[0]);
    }
}

#[test]
fn what_is_no_tensor_but_like_one_says_why() {
    let problem = |name: &str| {
        let found = opened(&origin(name)).unwrap();
        assert_eq!(found.len(), 2, "{name}");
        assert!(found[0].problem.is_none());
        found[1].problem.clone().unwrap()
    };
    assert!(problem("torch/sparse.pt").contains("to_dense"));
    assert!(problem("torch/numpy.pt").contains("torch.from_numpy"));
}

#[test]
fn any_other_name_is_refused_by_name() {
    let system = refused("bad/pickle_os_system.pt");
    assert!(system.contains("calls `posix.system`"), "{system}");
    assert!(system.contains("nothing was run"), "{system}");
    let model = refused("torch/whole_model.pt");
    assert!(
        model.contains("torch.nn.modules.container.Sequential"),
        "{model}"
    );
    assert!(model.contains("model.state_dict()"), "{model}");
    assert!(refused("torch/options.pt").contains("`argparse.Namespace`"));
    assert!(refused("torch/program.pt").contains("TorchScript"));
    let origin = origin("bad/bare_pickle_os_system.pt");
    let bare = refused_pickle(&origin, &origin.start(100).unwrap()).to_string();
    assert!(bare.contains("calls `posix.system`"), "{bare}");
}

#[test]
fn the_format_before_zips_is_told() {
    let origin = origin("legacy.pt");
    let error = refused_pickle(&origin, &origin.start(1 << 20).unwrap()).to_string();
    assert!(error.contains("before torch 1.6"), "{error}");
    assert!(error.contains("weights_only=True"), "{error}");
}

#[test]
fn no_view_leaves_its_storage() {
    let problem = |name: &str| {
        let found = opened(&origin(name)).unwrap();
        found[0].problem.clone().unwrap()
    };
    let beyond = problem("bad/size_beyond_storage.pt");
    assert!(beyond.contains("reaches value 1,779"), "{beyond}");
    assert!(beyond.contains("`data/0`, which holds 120"), "{beyond}");
    let missing = problem("bad/storage_missing.pt");
    assert!(missing.contains("`data/0` is missing"), "{missing}");
    let short = problem("bad/storage_short.pt");
    assert!(
        short.contains("should hold 120 values, but has only 40 bytes"),
        "{short}"
    );
    assert!(refused("bad/pickle_memo_garbage.pt").contains("entry 255 of its memo"));
}
