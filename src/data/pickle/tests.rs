//! Pickles of every kind, written byte by byte.

use super::*;

fn read(bytes: &[u8]) -> Result<Pickle<'_>, Problem> {
    Pickle::read(bytes, bytes.len() as u64)
}

#[track_caller]
fn check_error(bytes: &[u8], fragment: &str) {
    let error = read(bytes).err().expect(fragment).to_string();
    assert!(error.contains(fragment), "{error}");
}

#[test]
fn numbers_texts_and_containers_are_read() {
    let bytes = b"\x80\x02(K\x07M\x01\x02J\xfe\xff\xff\xff\x8a\x02\xff\x00\x8a\x01\xff\x8a\x00\
        X\x02\0\0\0abNl.";
    let pickle = read(bytes).unwrap();
    let Value::List(list) = pickle.root else {
        panic!("{:?}", pickle.root)
    };
    let shown: Vec<String> = pickle.lists[list as usize]
        .iter()
        .map(|value| match *value {
            Value::Int(n) => n.to_string(),
            Value::Text(span) => pickle.text(span).into_owned(),
            _ => "other".to_owned(),
        })
        .collect();
    assert_eq!(shown, ["7", "513", "-2", "255", "-1", "0", "ab", "other"]);
}

#[test]
fn names_are_refused_however_they_are_written() {
    for pickle in [
        &b"cposix\nsystem\n."[..],
        b"\x80\x04\x8c\x05posix\x8c\x06system\x93.",
        b"(iposix\nsystem\n.",
        b"\x80\x02cposix\nsystem\nX\x02\0\0\0ls\x85R.",
    ] {
        check_error(pickle, "calls `posix.system`");
    }
    // Even a name that is known, where it is called in one.
    check_error(b"(icollections\nOrderedDict\n.", "collections.OrderedDict");
    check_error(b"c\x1b[31m\nx\n.", "\u{fffd}[31m.x");
    check_error(b"Px\n.", "the opcode `P`");
    check_error(b"\x82\x01.", "the opcode 0x82");
    check_error(b"(o.", "the opcode `o`");
}

#[test]
fn a_broken_pickle_is_a_sentence() {
    check_error(b"", "breaks off at byte 0");
    check_error(b"K", "breaks off at byte 1");
    check_error(b"cposix", "breaks off");
    check_error(b"X\xff\xff\xff\xffab.", "breaks off");
    check_error(b"\x8d\xff\xff\xff\xff\xff\xff\xff\xffab.", "breaks off");
    check_error(b".", "stack is empty");
    check_error(b"0.", "stack is empty");
    check_error(b"K\x01(0.", "stack is empty");
    check_error(b"q\0.", "stack is empty");
    check_error(b"t.", "mark is missing");
    check_error(b"(10t.", "stack is empty");
    check_error(b"h\x05.", "entry 5 of its memo");
    check_error(b"}(K\x01u.", "a key has no value");
    check_error(b"K\x01K\x02a.", "no list");
    check_error(b"K\x01K\x02K\x03s.", "no dict");
    check_error(b"K\x01)R.", "no name");
    check_error(b"ctorch._utils\n_rebuild_tensor_v2\n)R.", "no storage");
    check_error(b"(K\x01K\x02tQ.", "not understood");
}

/// `[0, [0, …]]` so deep that freeing it by recursion would end the program.
#[test]
fn depth_costs_no_stack() {
    let mut bytes = vec![b']'; 200_000];
    bytes.extend(vec![b'a'; 199_999]);
    bytes.push(b'.');
    assert_eq!(read(&bytes).unwrap().lists.len(), 200_000);
}

#[test]
fn what_is_made_is_bounded_by_the_pickle() {
    // Each list is one byte; memo entries are five.
    let mut lists = vec![b']'; 4 << 20];
    lists.push(b'.');
    check_error(&lists, "more memory than its 4,194,305 bytes can justify");
    let mut honest = vec![b'('];
    honest.extend(b"K\x01".repeat(1 << 20));
    honest.extend(b"t.");
    assert!(read(&honest).is_ok());
    // Unpacked from almost nothing, less is allowed.
    let mut few = vec![b'N'; 8 << 20];
    few.push(b'.');
    assert!(read(&few).is_ok());
    assert_eq!(
        Pickle::read(&few, 1_000).err(),
        Some(Problem::TooLarge(few.len()))
    );
}
