use super::super::npy::MAGIC;
use super::*;
use std::fmt::Write as _;

/// A `.npy` file.
fn npy(descr: &str, shape: &str, body: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n");
    let mut bytes = MAGIC.to_vec();
    bytes.extend([1, 0]);
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend(body);
    bytes
}

fn read(file: &str, bytes: &[u8]) -> Result<Labels, String> {
    let never = AtomicBool::new(false);
    let origin = Origin::of_bytes(file, bytes);
    Labels::read(origin, Path::new(file), &Pick::default(), &never).map_err(|e| e.to_string())
}

/// Classes, and the class of each entry by its name.
fn words(labels: &Labels) -> (Vec<&str>, Vec<&str>) {
    let class = |entry| &*labels.classes[labels.class_of(entry).unwrap() as usize];
    (
        labels.classes.iter().map(String::as_str).collect(),
        (0..labels.entries()).map(class).collect(),
    )
}

fn utf32(words: &[&str], letters: usize) -> Vec<u8> {
    let item = |word: &&str| {
        let mut item: Vec<u8> = word
            .chars()
            .flat_map(|c| (c as u32).to_le_bytes())
            .collect();
        item.resize(letters * 4, 0);
        item
    };
    words.iter().flat_map(item).collect()
}

#[test]
fn numbers_are_sorted_by_size_and_words_as_a_person_counts() {
    let shorts: Vec<u8> = [10i16, 9, -1, 10]
        .into_iter()
        .flat_map(i16::to_be_bytes)
        .collect();
    let doubles: Vec<u8> = [3.0, 3.0, 0.0]
        .into_iter()
        .flat_map(f64::to_le_bytes)
        .collect();
    let text = utf32(&["b10", "b9", "b10"], 3);
    for (file, bytes, classes, entries) in [
        (
            "a.npy",
            npy(">i2", "(4,)", &shorts),
            vec!["-1", "9", "10"],
            vec!["10", "9", "-1", "10"],
        ),
        (
            "a.npy",
            npy("<f8", "(3, 1)", &doubles),
            vec!["0", "3"],
            vec!["3", "3", "0"],
        ),
        (
            "a.npy",
            npy("|b1", "(2,)", &[1, 0]),
            vec!["0", "1"],
            vec!["1", "0"],
        ),
        (
            "a.npy",
            npy("<U3", "(3,)", &text),
            vec!["b9", "b10"],
            vec!["b10", "b9", "b10"],
        ),
        (
            "a.npy",
            npy("|S4", "(2, 1)", b"dog\0cat\0"),
            vec!["cat", "dog"],
            vec!["dog", "cat"],
        ),
        (
            "a.npy",
            npy("|u1", "(2, 3)", &[0, 0, 1, 1, 0, 0]),
            vec!["0", "2"],
            vec!["2", "0"],
        ),
        (
            "a.txt",
            b"10\n9\n10\n".to_vec(),
            vec!["9", "10"],
            vec!["10", "9", "10"],
        ),
        (
            "a.txt",
            b"great dane\r\ncat\r\n".to_vec(),
            vec!["cat", "great dane"],
            vec!["great dane", "cat"],
        ),
        ("a.csv", b"3\n1\n".to_vec(), vec!["1", "3"], vec!["3", "1"]),
        (
            "a.csv",
            b"x;Label;y\n1;\"b\";2\n3;a;4\n".to_vec(),
            vec!["a", "b"],
            vec!["b", "a"],
        ),
        (
            "a.tsv",
            b"class\tx\nb c\t2\n".to_vec(),
            vec!["b c"],
            vec!["b c"],
        ),
    ] {
        let labels = read(file, &bytes).unwrap();
        assert_eq!(words(&labels), (classes, entries));
        assert_eq!(labels.counts.iter().sum::<u64>() as usize, labels.entries());
    }
}

#[test]
fn numbers_are_known_as_such_in_text_only_where_all_are() {
    let numbers = |bytes: &[u8]| read("a.txt", bytes).unwrap().numbers.map(|n| n.to_vec());
    assert_eq!(numbers(b"7\n-2\n"), Some(vec![-2, 7]));
    assert_eq!(numbers(b"7\nseven\n"), None);
    // 07 and 7 are two words.
    assert_eq!(numbers(b"07\n7\n"), None);
    assert_eq!(numbers(b"07\n7.0\n"), None);
    // As np.savetxt writes them.
    let floats = b"6.000000000000000000e+00\n0.0\n-2e0\n6\n";
    assert_eq!(numbers(floats), Some(vec![-2, 0, 6]));
    let labels = read("a.csv", b"label,x\n6.0,1\n6,2\n").unwrap();
    assert_eq!(words(&labels), (vec!["6"], vec!["6", "6"]));
    assert_eq!(numbers(b"v1.5\n2.0\n"), None);
}

#[test]
fn what_is_no_labels_is_one_sentence() {
    let half: Vec<u8> = [1.0f32, 0.5]
        .into_iter()
        .flat_map(f32::to_le_bytes)
        .collect();
    let large = ((1i64 << 53) + 1).to_le_bytes();
    let nan = f64::NAN.to_le_bytes();
    for (file, bytes, said) in [
        (
            "a.npy",
            npy("<f4", "(2,)", &half),
            "a.npy holds 0.5 at entry 1, but labels are whole",
        ),
        (
            "a.txt",
            b"1.0\n0.5\n".to_vec(),
            "a.txt holds 0.5 at entry 1, but labels are whole",
        ),
        (
            "a.txt",
            b"1.0\nnan\n".to_vec(),
            "a.txt holds NaN at entry 1, but labels are whole",
        ),
        (
            "a.npy",
            npy("|S1", "(2,)", b"a\0"),
            "a.npy holds an empty label at entry 1: give each",
        ),
        (
            "a.npy",
            npy("<f8", "(1,)", &nan),
            "a.npy holds NaN at entry 0, but labels are whole",
        ),
        (
            "a.npy",
            npy("<i8", "(1,)", &large),
            "a.npy holds whole numbers beyond 2^53",
        ),
        (
            "a.npy",
            npy("|u1", "(2, 2)", &[1, 1, 0, 1]),
            "a.npy is 2 × 2, but labels are one a",
        ),
        (
            "a.npy",
            npy("|u1", "(1, 2, 2)", &[1, 1, 0, 1]),
            "a.npy is 1 × 2 × 2, but labels are",
        ),
        (
            "a.npy",
            npy("|u1", "()", &[1]),
            "a.npy is (), but labels are one a sample",
        ),
        ("a.npy", npy("|u1", "(0,)", &[]), "a.npy holds no label"),
        (
            "a.npy",
            npy("|O", "(2,)", &[1]),
            "a.npy holds Python objects (pickle), which are never",
        ),
        (
            "a.npy",
            npy("<U2", "(2, 2)", &[0; 64]),
            "a.npy holds 2 × 2 words, but one an entry",
        ),
        ("a.txt", b"".to_vec(), "a.txt is empty"),
        (
            "a.csv",
            b"a,b\n1,2\n".to_vec(),
            "a.csv has 2 columns and none that is called label or",
        ),
        (
            "a.csv",
            b"label,x\n,2\n".to_vec(),
            "a.csv has nothing in column 1 of row 2",
        ),
    ] {
        let error = read(file, &bytes).unwrap_err();
        assert!(error.starts_with(said), "{error}");
    }
}

#[test]
fn what_a_text_header_promises_is_compared_with_what_is_there() {
    for (descr, shape, said) in [
        ("<U4", "(9000000000000000000,)", "promises"),
        ("<U4", "(3,)", "promises"),
        (
            "<U0",
            "(18446744073709551615,)",
            "holds texts of 0 bytes each",
        ),
        (
            "<U4000000000",
            "(1,)",
            "holds texts of 16,000,000,000 bytes each",
        ),
        ("|S99999999", "(4,)", "holds texts of 99,999,999 bytes each"),
    ] {
        let error = read("a.npy", &npy(descr, shape, &[0; 32])).unwrap_err();
        assert!(error.contains(said), "{descr} {shape}: {error}");
    }
    let lone = read("a.npy", &npy("<U1", "(1,)", &[0, 0xd8, 0, 0])).unwrap_err();
    assert!(lone.contains("entry 0 that is no Unicode"), "{lone}");
}

#[test]
fn classes_beyond_the_most_are_refused() {
    let mut text = String::new();
    for n in 0..=MOST_CLASSES {
        let _ = writeln!(text, "{n}");
    }
    let error = read("a.txt", text.as_bytes()).unwrap_err();
    assert!(
        error.starts_with("a.txt holds more than 1,048,576 classes"),
        "{error}"
    );
}
