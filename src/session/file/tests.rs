use proptest::prelude::*;

use super::super::{LayerRecord, Options, Source, View};
use super::*;
use crate::data::ReadAs;

/// A session whose names need every kind of escape.
fn example() -> Session {
    let source = Source {
        file_name: "a & b <\"ü'>.npz".to_owned(),
        sha256: None,
        key: Some("&amp;".to_owned()),
        shape: [20, 6],
        array_shape: None,
        read_as: ReadAs::default(),
        dtype: "float32".to_owned(),
        excluded_rows: 0,
        zero_rows: 0,
    };
    let layer = LayerRecord {
        epsilon: Some(0.25),
        ..LayerRecord::new(source, None)
    };
    Session::new(vec![layer], 0, Options::default(), View::default())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

fn svg(session: &str) -> Vec<u8> {
    format!(
        "<?xml version=\"1.0\"?>\n<!-- followspot-session -->\n<svg xmlns=\"x\">\n\
         <metadata>others</metadata>\n<metadata\n  id=\"followspot-session\">{}</metadata>\n\
         <text>followspot-session</text></svg>\n",
        escaped(session)
    )
    .into_bytes()
}

fn pdf(session: &str) -> Vec<u8> {
    let mut bytes = b"%PDF-1.7\n%\xff\xfe\n1 0 obj <</Keywords(followspot-session ".to_vec();
    bytes.extend_from_slice(session.as_bytes());
    bytes.extend_from_slice(b")/Creator(followspot)>>\n");
    let xmp = format!(
        "<x:xmpmeta><pdf:Keywords>followspot-session {}</pdf:Keywords></x:xmpmeta>",
        escaped(session)
            .replace("&gt;", "&#62;")
            .replace("&lt;", "&#x3C;")
    );
    bytes.extend_from_slice(xmp.as_bytes());
    bytes.extend_from_slice(b"\n%%EOF");
    bytes
}

fn chunk(kind: &[u8], data: &[u8]) -> Vec<u8> {
    let body = [kind, data].concat();
    let sum = crc32fast::hash(&body).to_be_bytes();
    [&(data.len() as u32).to_be_bytes()[..], &body, &sum].concat()
}

fn png(session: &str) -> Vec<u8> {
    let text = [b"followspot-session\0\0\0\0\0", session.as_bytes()].concat();
    [
        PNG,
        &chunk(b"IHDR", &[0; 13]),
        &chunk(b"iTXt", b"followspot\0\0\0\0\0no session"),
        &chunk(b"iTXt", &text),
        &chunk(b"IDAT", &[7; 99]),
        &chunk(b"IEND", &[]),
    ]
    .concat()
}

/// What is read from a file of these bytes.
fn read(bytes: &[u8]) -> Result<(Session, FileKind), ReadError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("fig");
    fs::write(&path, bytes).unwrap();
    assert_eq!(
        is_session_like(&path),
        FileKind::of(&bytes[..bytes.len().min(1024)]).is_some()
    );
    read_session(&path)
}

fn refusal(bytes: &[u8]) -> String {
    read(bytes).unwrap_err().to_string()
}

#[test]
fn a_session_is_found_in_each_kind_of_file() {
    let session = example();
    let json = session.to_json();
    let cdata = format!(
        "<svg><metadata x=\"1\" id='followspot-session'> <![CDATA[{json}]]></metadata></svg>"
    );
    let attribute = format!(
        "%PDF-2.0 <rdf:Description pdf:Keywords=\"followspot-session {}\"/>",
        escaped(&json)
    );
    for (bytes, kind) in [
        (session.to_json_file().into_bytes(), FileKind::Session),
        (format!("\u{feff}\n {json}").into_bytes(), FileKind::Session),
        (svg(&json), FileKind::Svg),
        (cdata.into_bytes(), FileKind::Svg),
        (pdf(&json), FileKind::Pdf),
        (attribute.into_bytes(), FileKind::Pdf),
        (png(&json), FileKind::Png),
    ] {
        let (found, of) = read(&bytes).unwrap();
        assert_eq!((found, of), (session.clone(), kind));
        assert_eq!(of.is_figure(), kind != FileKind::Session);
    }
}

#[test]
fn what_is_wrong_is_said_in_a_sentence() {
    let check = |bytes: &[u8], expected: &str| {
        let sentence = refusal(bytes);
        assert!(sentence.contains(expected), "{sentence}");
        assert!(
            sentence.contains("fig") && !sentence.contains('/'),
            "{sentence}"
        );
    };
    let json = example().to_json();
    let none = "fig holds no session: it was not exported by Followspot, or a program that \
                edited it dropped it";
    check(b"<svg></svg>", none);
    check(b"<svg><metadata id=\"followspot-session\">{", none);
    check(b"%PDF-1.4", none);
    check(&png("")[..60], none);
    check(PNG, none);
    check(b"", "neither a session file nor a figure");
    check(b"\x93NUMPY\x01\x00", "neither a session file nor a figure");
    check(b"{", "cannot open fig: the session is not understood");
    check(&json.as_bytes()[..json.len() - 9], "not understood");
    check(br#"{"format": 2}"#, "reads only up to 1: update it");
    check(&svg(r#"{"format": 2}"#), "reads only up to 1: update it");
    check(&json.replace("361", "1").into_bytes(), "damaged");
    let mut wrong_sum = png(&json);
    let at = find(&wrong_sum, b"0.25").unwrap();
    wrong_sum[at] = b'1';
    check(&wrong_sum, "its checksum is wrong");
    let compressed = chunk(b"iTXt", b"followspot-session\0\x01\0\0\0x");
    check(&[PNG, &compressed].concat(), "has compressed it");
    check(&svg("{\"\u{0}\u{0}"), "not understood");
    check(
        &[&b"%PDF-1.4 <x>followspot-session {"[..], b"\xff<"].concat(),
        "UTF-8",
    );
    let mut pins = example();
    pins.view.pins = vec![[0, 1]; 5000];
    check(pins.to_json().as_bytes(), "5,000 pinned planes");
    let mut layers = example();
    layers.layers = vec![layers.layers[0].clone(); 1001];
    check(layers.to_json().as_bytes(), "1,001 layers");
}

#[test]
fn what_is_no_file_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let error = Session::read(folder.path()).unwrap_err();
    assert!(matches!(error, ReadError::NotAFile(_)), "{error}");
    let missing = Session::read(&folder.path().join("gone.svg")).unwrap_err();
    assert!(
        missing.to_string().starts_with("cannot read gone.svg: "),
        "{missing}"
    );
    assert!(is_session_like(Path::new("gone.PDF")) && !is_session_like(Path::new("gone")));
    assert!(!is_session_like(Path::new("a.npy")) && !is_session_like(folder.path()));
}

#[test]
fn more_than_a_session_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("huge.followspot");
    let file = File::create(&path).unwrap();
    fs::write(&path, "{").unwrap();
    file.set_len(1 << 40).unwrap();
    let error = Session::read(&path).unwrap_err();
    assert!(matches!(error, ReadError::TooLarge(_)), "{error}");
    let mut spaces = vec![b' '; MOST_SESSION_BYTES as usize + 2];
    spaces[0] = b'{';
    let within = png(&String::from_utf8(spaces).unwrap());
    assert!(matches!(read(&within), Err(ReadError::TooLarge(_))));
}

#[test]
fn references_that_mean_nothing_stay_as_they_are() {
    let check = |text: &str, expected: &str| {
        assert_eq!(unescaped(text.as_bytes()), expected.as_bytes(), "{text}");
    };
    check("&lt;&gt;&quot;&apos;&amp;amp;", "<>\"'&amp;");
    check("&#252;&#xfc;&#x1F600;", "üü😀");
    check("&nbsp;&;&#;&#xd800;&amp", "&nbsp;&;&#;&#xd800;&amp");
    check("a & b;", "a & b;");
}

proptest! {
    #[test]
    fn no_bytes_bring_it_down(
        kind in 0..5_usize,
        bytes in proptest::collection::vec(any::<u8>(), 0..300),
    ) {
        let head: &[u8] = [&b""[..], PNG, b"%PDF-", b"<svg>", b"{"][kind];
        prop_assert!(read(&[head, &bytes].concat()).is_err());
    }

    #[test]
    fn a_file_that_was_tampered_with_is_read_or_refused(
        kind in 0..4_usize,
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        cut in proptest::option::of(any::<prop::sample::Index>()),
    ) {
        let json = example().to_json();
        let mut bytes = match kind {
            0 => json.into_bytes(),
            1 => svg(&json),
            2 => pdf(&json),
            _ => png(&json),
        };
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        if let Err(error) = read(&bytes) {
            prop_assert!(!error.to_string().is_empty());
        }
    }
}
