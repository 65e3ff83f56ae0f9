//! Files that once made a reader stumble, and others that are made to: each is
//! answered with one short sentence that names the file, and costs no more memory or
//! time than its size.
#![allow(clippy::unwrap_used)] // a test says what it stumbles over

use crate::program;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use followspot::data::{DataError, Pick, ReadAs, list_bytes, load_bytes, load_matrix_bytes};
use followspot::session::read_session_bytes;
use program::Place;

#[track_caller]
fn sentence(name: &str, said: &str) {
    assert!(!said.trim().is_empty(), "{name}");
    assert!(!said.contains(char::is_control), "{name}: {said:?}");
    let length = said.chars().count();
    assert!(length < 2000, "{name}: {length} characters");
}

#[track_caller]
fn error(name: &str, error: &DataError) {
    sentence(name, &error.to_string());
    assert!(error.to_string().contains(name), "{error}");
}

/// Gives a file to every reader.
#[track_caller]
fn survives(name: &str, bytes: &Arc<[u8]>) {
    let never = AtomicBool::new(false);
    let mut keys = vec![None];
    match list_bytes(name, Arc::clone(bytes), &never) {
        Ok(arrays) => {
            for array in arrays {
                sentence(name, &array.dtype);
                if let Some(problem) = &array.problem {
                    sentence(name, problem);
                }
                keys.push(array.key);
            }
        }
        Err(said) => error(name, &said),
    }
    keys.truncate(20);
    let stack = ReadAs {
        stack: true,
        ..ReadAs::default()
    };
    let picks = keys.iter().map(|key| Pick::key(key.as_deref()));
    for pick in picks.chain([Pick::default().read_as(stack)]) {
        if let Err(said) = load_bytes(name, Arc::clone(bytes), &pick, &never) {
            error(name, &said);
        }
        if let Err(said) = load_matrix_bytes(name, Arc::clone(bytes), &pick, &never) {
            error(name, &said);
        }
    }
    if let Err(said) = read_session_bytes(name, bytes) {
        sentence(name, &said.to_string());
    }
}

#[test]
fn what_was_found_stays_mended() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/hostile");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        survives(&name, &std::fs::read(&path).unwrap().into());
        seen += 1;
    }
    assert!(seen > 0, "no file");
}

/// A `.npy` of `<f4` zeros with that text for its shape.
fn npy(shape: &str, body: usize) -> Vec<u8> {
    let header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}}}");
    with_header(&header, body)
}

fn with_header(header: &str, body: usize) -> Vec<u8> {
    let length = (header.len() as u32).to_le_bytes();
    let mut file = [b"\x93NUMPY\x02\0", &length[..], header.as_bytes()].concat();
    file.resize(file.len() + body, 0);
    file
}

/// An archive of one stored file that its directory names `times` times.
fn named_often(data: &[u8], times: u16) -> Vec<u8> {
    let names: Vec<String> = (0..times).map(|time| format!("{time:05}")).collect();
    named(data, &names)
}

/// An archive of one stored file that its directory calls by all these names.
fn named(data: &[u8], names: &[String]) -> Vec<u8> {
    let sum = crc32fast::hash(data).to_le_bytes();
    let size = (data.len() as u32).to_le_bytes();
    let fields = |out: &mut Vec<u8>, name: &str| {
        out.extend([0; 8]);
        out.extend(sum);
        out.extend(size);
        out.extend(size);
        out.extend((name.len() as u16 + 4).to_le_bytes());
    };
    let mut zip = b"PK\x03\x04\x14\0".to_vec();
    fields(&mut zip, &names[0]);
    zip.extend([0; 2]);
    zip.extend(names[0].bytes());
    zip.extend(b".npy");
    zip.extend(data);
    let start = zip.len() as u32;
    for name in names {
        zip.extend(b"PK\x01\x02\x14\0\x14\0");
        fields(&mut zip, name);
        zip.extend([0; 16]);
        zip.extend(name.bytes());
        zip.extend(b".npy");
    }
    let length = zip.len() as u32 - start;
    let count = (names.len() as u16).to_le_bytes();
    zip.extend(b"PK\x05\x06\0\0\0\0");
    zip.extend(count);
    zip.extend(count);
    zip.extend(length.to_le_bytes());
    zip.extend(start.to_le_bytes());
    zip.extend([0; 2]);
    zip
}

#[test]
fn names_of_any_length_and_kind_make_a_sentence() {
    let names = ["ä".repeat(30_000), "\u{1b}[2J\n\u{202e}".repeat(5_000)];
    for times in [1, 5] {
        let all: Vec<String> = (0..times)
            .flat_map(|n| names.iter().map(move |name| format!("{n}{name}")))
            .collect();
        for shape in ["(2, 3)", "(2, 3, 1)", "(7,)", "7"] {
            survives("names.npz", &named(&npy(shape, 24), &all).into());
        }
        survives("names.npz", &named(b"no array", &all).into());
    }
    let asked = Pick::key(Some(&names[1]));
    let never = AtomicBool::new(false);
    let said = load_bytes("one.npy", npy("(2, 3)", 24).into(), &asked, &never).unwrap_err();
    error("one.npy", &said);
}

/// Looking each up among all before it would take five thousand million comparisons.
#[test]
fn a_header_of_very_many_fields_is_refused_at_once() {
    let fields: Vec<String> = (0..100_000).map(|n| format!("'{n}':1,")).collect();
    let fields = fields.concat();
    let bytes: Arc<[u8]> = with_header(&format!("{{{fields}}}"), 0).into();
    let never = AtomicBool::new(false);
    let said = load_bytes("many.npy", bytes, &Pick::default(), &never).unwrap_err();
    assert!(said.to_string().contains("more than 16 fields"), "{said}");
}

/// 160 MB of rows from a file of 80 kB.
#[test]
fn arrays_that_share_their_bytes_are_stacked_up_to_a_limit() {
    let bytes: Arc<[u8]> = named_often(&npy("(1000, 10)", 40_000), 1000).into();
    let never = AtomicBool::new(false);
    let read = |memory_limit| {
        let read_as = ReadAs {
            stack: true,
            ..ReadAs::default()
        };
        let pick = Pick {
            read_as,
            memory_limit,
            ..Pick::default()
        };
        load_bytes("often.npz", Arc::clone(&bytes), &pick, &never)
    };
    let said = read(1_000_000).unwrap_err().to_string();
    assert!(
        said.contains("unpacks to 1 MB, more than the limit of 1 MB"),
        "{said}"
    );
    assert!(said.contains("--memory-limit"), "{said}");
    assert_eq!(read(50_000_000).unwrap().shape, [1_000_000, 10]);
}

#[test]
fn lengths_beside_a_zero_may_be_anything() {
    for shape in [
        "(0, 9223372036854775808, 4)",
        "(9223372036854775808, 4, 0)",
        "(2, 0, 18446744073709551615, 3)",
        "(18446744073709551615, 0)",
        "(0, 18446744073709551615)",
    ] {
        survives("zero.npy", &npy(shape, 0).into());
        survives("zero.npz", &named_often(&npy(shape, 0), 3).into());
    }
}

/// Looking from each of them for the directory's beginning took minutes.
#[test]
fn an_archive_of_very_many_ends_is_refused_at_once() {
    let end = b"PK\x05\x06\0\0\0\0\x01\0\x01\0\x2e\0\0\0\0\0\0\0\0\0";
    let bytes: Arc<[u8]> = [b"PK\x03\x04", &end.repeat(100_000)[..]].concat().into();
    let never = AtomicBool::new(false);
    let said = list_bytes("ends.npz", bytes, &never).unwrap_err();
    error("ends.npz", &said);
    assert!(
        said.to_string().contains("does not hold together"),
        "{said}"
    );
}

#[test]
fn a_long_list_of_arrays_is_called_off() {
    let bytes: Arc<[u8]> = named_often(&npy("(2, 3)", 24), 500).into();
    let listed = list_bytes("a.npz", Arc::clone(&bytes), &AtomicBool::new(false)).unwrap();
    assert_eq!(listed.len(), 500);
    let called_off = list_bytes("a.npz", bytes, &AtomicBool::new(true)).unwrap_err();
    assert!(matches!(called_off, DataError::Cancelled), "{called_off}");
}

#[test]
fn a_bomb_stops_at_the_limit_that_is_set() {
    let place = Place::new();
    let bomb = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/formats/bad/opens_to_16MB_of_zeros.npz");
    std::fs::copy(bomb, place.path("bomb.npz")).unwrap();
    for command in ["sweep", "plane"] {
        let plane: &[&str] = if command == "plane" {
            &["--plane", "0,1"]
        } else {
            &["--json"]
        };
        let args = [&[command, "bomb.npz", "--memory-limit", "10MB"], plane].concat();
        let said = place.run(&args).refused(1);
        assert!(said.contains("bomb.npz"), "{said}");
        assert!(
            said.contains("unpacks to 16 MB, more than the limit of 10 MB"),
            "{said}"
        );
        assert!(said.contains("--memory-limit"), "{said}");
        // Twice as much lets it in: what is said then is said of its values.
        let args = [&[command, "bomb.npz", "--memory-limit", "20MB"], plane].concat();
        assert!(!place.run(&args).stderr.contains("limit"));
    }
}
