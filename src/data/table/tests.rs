//! Small tables, written out.

use super::*;

fn read(text: impl AsRef<[u8]>) -> Result<Listed, DataError> {
    let origin = Origin::of_bytes("x.csv", text.as_ref().to_vec());
    open(&origin, &AtomicBool::new(false))
}

/// The shape and the values of a table.
#[track_caller]
fn table(text: &str) -> (Vec<u64>, Vec<f64>, Listed) {
    let listed = read(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    let head = listed.members[0].head.clone().unwrap();
    let MemberBody::Memory(bytes) = &listed.members[0].body else {
        panic!("{text}");
    };
    let whole = head.descr == Descr::little(Dtype::I64);
    let values = bytes.as_chunks().0.iter();
    let values = values.map(|&value| {
        if whole {
            i64::from_le_bytes(value) as f64
        } else {
            f64::from_le_bytes(value)
        }
    });
    (head.shape, values.collect(), listed)
}

#[track_caller]
fn check(text: &str, shape: &[u64], values: &[f64]) -> Listed {
    let (found, numbers, listed) = table(text);
    assert_eq!(found, shape, "{text}");
    assert_eq!(numbers, values, "{text}");
    listed
}

#[track_caller]
fn check_error(text: impl AsRef<[u8]>, fragments: &[&str]) {
    let error = read(text).err().expect(fragments[0]).to_string();
    for fragment in fragments {
        assert!(error.contains(fragment), "{error}\nlacks: {fragment}");
    }
    assert!(!error.contains(char::is_control), "{error}");
}

fn words(list: &[&str]) -> Vec<String> {
    list.iter().map(|&word| word.to_owned()).collect()
}

const FOUR: &[f64] = &[1.0, 2.5, -3.0, 4e-3];

#[test]
fn delimiters_ends_marks_and_comments() {
    for text in [
        "1,2.5\n-3,4e-3\n",
        "1,2.5\r\n-3,4e-3",
        "\u{feff}1, 2.5\n\n -3 ,4e-3\n\n",
        "\"1\",\"2.5\"\n\"-3\",\"4e-3\"\n",
        "# made by savetxt\n1 2.5\n  -3\t 4e-3 \n",
        "#a,b\n1;2.5\n# between\n-3;.4e-2\n",
        "1\t2.5\n-3\t4e-3\n",
        "\"1\";\"2,5\"\n-3;4e-3\n",
        "1 2,5\n-3 0,004\n",
    ] {
        let listed = check(text, &[2, 2], FOUR);
        assert_eq!((listed.labels, listed.neuron_names), (None, None), "{text}");
    }
    let (_, values, _) = table("nan,INF\n-inf,+1.\n");
    assert!(values[0].is_nan());
    assert_eq!(values[1..], [f64::INFINITY, f64::NEG_INFINITY, 1.0]);
}

#[test]
fn headers_name_neurons_and_labels() {
    let listed = check("a,\"b, c\"\n1,2.5\n-3,4e-3\n", &[2, 2], FOUR);
    assert_eq!(listed.neuron_names, Some(words(&["a", "b, c"])));
    let listed = check("a,Label,b\n1,cat,2.5\n-3,7,4e-3\n", &[2, 2], FOUR);
    assert_eq!(listed.neuron_names, Some(words(&["a", "b"])));
    assert_eq!(listed.labels, Some(words(&["cat", "7"])));
    let listed = check("y n0 n1\n0 1 2.5\n1 -3 4e-3\n", &[2, 2], FOUR);
    assert_eq!(listed.labels, Some(words(&["0", "1"])));
    // As pandas counts columns.
    let listed = check("0,1\n1,2.5\n-3,4e-3\n", &[2, 2], FOUR);
    assert_eq!(listed.neuron_names, Some(words(&["0", "1"])));
    check("0,1\n1,2\n", &[2, 2], &[0.0, 1.0, 1.0, 2.0]);
}

#[test]
fn the_only_column_of_words_is_the_labels() {
    let listed = check("1,cat,2.5\n-3,\"dog, small\",4e-3\n", &[2, 2], FOUR);
    assert_eq!(listed.labels, Some(words(&["cat", "dog, small"])));
    let listed = check("a,kind,b\n1,cat,2.5\n-3,dog,4e-3\n", &[2, 2], FOUR);
    assert_eq!(listed.neuron_names, Some(words(&["a", "b"])));
    assert_eq!(listed.labels, Some(words(&["cat", "dog"])));
}

#[test]
fn one_column_is_labels_or_names() {
    let listed = check("3\n1\n2\n", &[3], &[3.0, 1.0, 2.0]);
    assert_eq!(listed.labels, Some(words(&["3", "1", "2"])));
    let listed = check("label\n3\n1\n", &[2], &[3.0, 1.0]);
    assert_eq!(listed.labels, Some(words(&["3", "1"])));
    check("1.5\n2\n", &[2], &[1.5, 2.0]);
    check("first\n1.5\n2\n", &[2], &[1.5, 2.0]);
    let listed = check("great white shark\n\"tench\"\n", &[2], &[]);
    assert_eq!(listed.labels, Some(words(&["great white shark", "tench"])));
    let head = listed.members[0].head.clone().unwrap();
    let Descr::Refused(refused) = head.descr else {
        panic!()
    };
    assert!(refused.is_text());
    let listed = check("class_name\ncat\n", &[1], &[]);
    assert_eq!(listed.labels, Some(words(&["cat"])));
}

#[test]
fn a_bad_cell_is_shown_with_its_place() {
    check_error("1,2,3\n4,x,6\n7,8,9\n", &["`x` on line 2, column 2"]);
    check_error("1,x,3\n4,5,6\n", &["`x` on line 1, column 2", "no number"]);
    check_error("# c\n\n1,2\n3,0x10\n", &["`0x10` on line 4, column 2"]);
    check_error(
        "\u{feff}1,2\r\n# c\r\n\r\n3,0x10\r\n",
        &["`0x10` on line 4, column 2"],
    );
    check_error("1,2\n3,1_000\n", &["`1_000` on line 2"]);
    check_error("1,2\n3,\u{1b}[31m\n", &["is not text (byte 6 is 0x1b)"]);
    let mut late = "1,2\n".repeat(20_000).into_bytes();
    late.extend(b"1,\x1b[31m\n");
    check_error(late, &["`\u{fffd}[31m` on line 20,001, column 2"]);
    check_error("1,2\n3,\n", &["line 2, column 2 is empty"]);
    check_error("the,quick\nbrown,fox\n", &["`brown` on line 2, column 1"]);
    check_error(
        "1,a,b\n",
        &["`a` on line 1, column 2", "`b` on line 1, column 3"],
    );
}

#[test]
fn rows_have_as_many_fields_as_the_first() {
    check_error(
        "1,2,3\n4,5\n6,7,8,9\n",
        &["line 2 has 2 fields, 3 expected"],
    );
    check_error(
        "a b c\n1 2 3\n4 5 6 7\n",
        &["line 3 has 4 fields, 3 expected"],
    );
    check_error("1,2\n\"3,4\n5,6\n", &["line 2 has 1 field, 2 expected"]);
}

#[test]
fn a_decimal_comma_is_kept_to() {
    check("1;2,5\n-3;0,004\n", &[2, 2], FOUR);
    check_error(
        "1;2,5\n-3;0.004\n",
        &["`0.004` on line 2, column 2", "with a point"],
    );
    check_error(
        "1;2.5\n-3;0,004\n",
        &["`0,004` on line 2, column 2", "with a point"],
    );
    check_error("1;2\n3;1.234,5\n", &["`1.234,5` on line 2, column 2"]);
    check_error("1;2\n3;1,234,5\n", &["`1,234,5` on line 2, column 2"]);
}

#[test]
fn what_is_no_table_is_told() {
    check_error(b"\x00\x01", &["is not text (byte 0 is 0x00)", "np.save"]);
    check_error(b"\xff\xfe1\x00,\x00", &["UTF-16"]);
    check_error("\n# nothing\n", &["no rows"]);
    check_error("a,b\n", &["line 1 is a header", "no row"]);
    check_error(",0,1\n0,1.5,2.5\n", &["pandas", "index=False"]);
    check_error(",a,b\n0,1.5,2.5\n", &["pandas", "index=False"]);
    check_error("label,class,a\n1,2,3\n", &["`label` and `class`"]);
    assert!(matches!(
        open(
            &Origin::of_bytes("x.csv", b"1,2\n".repeat(5_000)),
            &AtomicBool::new(true)
        ),
        Err(DataError::Cancelled)
    ));
}

#[test]
fn text_is_told_from_other_bytes() {
    for text in [
        &b"1,2\n"[..],
        "é".as_bytes(),
        b"a\t\r\n",
        &"é".as_bytes()[..1],
    ] {
        assert_eq!(looks_so(text), text.len() > 1, "{text:?}");
    }
    assert!(looks_so(&[b"12345", &"é".as_bytes()[..1]].concat()));
    for other in [&b"\x00"[..], b"\x80\x02", b"a\x1b", b"", b"\xff\xfe1"] {
        assert!(!looks_so(other), "{other:?}");
    }
}
