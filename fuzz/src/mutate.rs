//! How a valid file is made a hostile one.

use crate::archive::{Member, packed};
use crate::corpus::{Format, Inside, Seed, figure_of};
use crate::random::Random;

/// Most bytes of an input.
const LARGEST: usize = 256 << 10;

/// A file that was made.
#[derive(Clone, Debug)]
pub struct Input {
    /// Its name.
    pub name: String,
    /// The file.
    pub bytes: Vec<u8>,
}

/// An input made from the seeds of a format, others lending parts.
///
/// # Panics
/// If there is no seed of that format.
#[must_use]
pub fn input(seeds: &[Seed], format: Format, random: &mut Random) -> Input {
    let own: Vec<&Seed> = seeds.iter().filter(|seed| seed.format == format).collect();
    let seed = *random.pick(&own);
    let other = if random.percent(80) {
        *random.pick(&own)
    } else {
        random.pick(seeds)
    };
    let mut extension = seed.extension.clone();
    let mut bytes = match &seed.inside {
        Inside::Zip(members) if random.percent(75) => {
            let mut members = members.clone();
            let lender = match &other.inside {
                Inside::Zip(members) => members,
                _ => &members.clone(),
            };
            change_members(&mut members, lender, random);
            packed(&members, random)
        }
        Inside::Session => {
            extension.clear();
            extension.push_str(random.pick::<&str>(&["followspot", "svg", "pdf", "png"]));
            let mut text = seed.bytes.clone();
            change(&mut text, &other.bytes, random);
            let mut bytes = figure_of(&text, &extension);
            if random.percent(10) {
                change(&mut bytes, &other.bytes, random);
            }
            bytes
        }
        _ => {
            let mut bytes = seed.bytes.clone();
            change(&mut bytes, &other.bytes, random);
            bytes
        }
    };
    bytes.truncate(LARGEST);
    if random.percent(3) {
        extension.clear();
        extension.push_str(random.pick::<&str>(EXTENSIONS));
    }
    Input {
        name: format!("x.{extension}"),
        bytes,
    }
}

const EXTENSIONS: &[&str] = &[
    "npy",
    "npz",
    "safetensors",
    "pt",
    "bin",
    "csv",
    "tsv",
    "txt",
    "h5",
    "followspot",
    "svg",
    "pdf",
    "png",
    "pkl",
    "parquet",
    "xyz",
    "",
];

/// Changes some files of an archive, or which there are.
fn change_members(members: &mut Vec<Member>, lender: &[Member], random: &mut Random) {
    for _ in 0..=random.below(3) {
        if members.is_empty() {
            return;
        }
        let place = random.below(members.len());
        match random.below(20) {
            0 => {
                members.remove(place);
            }
            1 => {
                let mut twin = members[place].clone();
                twin.name.splice(0..0, *b"z");
                members.push(twin);
            }
            2 => members.push(random.pick(lender).clone()),
            3 => members[place].data.clone_from(&random.pick(lender).data),
            4 => {
                let mut name = std::mem::take(&mut members[place].name);
                change(&mut name, b"../../\x1b[31m\0\xff.npy", random);
                name.truncate(60_000);
                members[place].name = name;
            }
            _ => {
                let lent = random.pick(lender).data.clone();
                let data = &mut members[place].data;
                change(data, &lent, random);
                data.truncate(LARGEST);
            }
        }
    }
}

/// Changes bytes: a header that tells its length by its text, the length told
/// anew, else anything. `lender` lends parts.
pub fn change(bytes: &mut Vec<u8>, lender: &[u8], random: &mut Random) {
    if let Some((from, to)) = header(bytes).filter(|_| random.percent(60)) {
        let mut text = bytes[from..to].to_vec();
        for _ in 0..=random.below(3) {
            change_text(&mut text, random);
        }
        text.truncate(LARGEST);
        set_header(bytes, (from, to), &text);
        return;
    }
    let is_text = bytes
        .iter()
        .take(200)
        .all(|&b| b.is_ascii_graphic() || b.is_ascii_whitespace());
    for _ in 0..=random.below(6) {
        if is_text && random.percent(60) {
            change_text(bytes, random);
        } else {
            change_bytes(bytes, lender, random);
        }
        bytes.truncate(LARGEST);
    }
}

/// From where to where the text of a header goes.
fn header(bytes: &[u8]) -> Option<(usize, usize)> {
    let (from, length) = if bytes.starts_with(b"\x93NUMPY\x01") {
        (
            10,
            u64::from(u16::from_le_bytes(*bytes.get(8..)?.first_chunk()?)),
        )
    } else if bytes.starts_with(b"\x93NUMPY") {
        (
            12,
            u64::from(u32::from_le_bytes(*bytes.get(8..)?.first_chunk()?)),
        )
    } else if bytes.get(8) == Some(&b'{') {
        (8, u64::from_le_bytes(*bytes.first_chunk()?))
    } else {
        return None;
    };
    let to = usize::try_from(length).ok()?.checked_add(from)?;
    (to <= bytes.len()).then_some((from, to))
}

/// Puts a text in the place of a header's and tells its length.
fn set_header(bytes: &mut Vec<u8>, (from, to): (usize, usize), text: &[u8]) {
    let length = text.len() as u64;
    bytes.splice(from..to, text.iter().copied());
    let told = if from == 8 { 0..8 } else { 8..from };
    let wide = told.len();
    bytes[told].copy_from_slice(&length.to_le_bytes()[..wide]);
}

/// Changes a text by what is a word or a number in it.
fn change_text(text: &mut Vec<u8>, random: &mut Random) {
    let place = random.below(text.len() + 1);
    let word = word_at(text, place);
    match random.below(10) {
        0..3 => {
            let digits = number_from(text, place);
            let number = random.pick(NUMBERS).as_bytes();
            text.splice(digits, number.iter().copied());
        }
        3..5 => {
            let token = random.pick(TOKENS).as_bytes();
            text.splice(word, token.iter().copied());
        }
        5 => {
            let token = random.pick(TOKENS).as_bytes();
            text.splice(place..place, token.iter().copied());
        }
        6 => {
            text.drain(word);
        }
        7 => {
            let other = random.below(text.len() + 1);
            let other = word_at(text, other);
            let lent = text[other].to_vec();
            text.splice(word, lent);
        }
        8 => {
            let end = (place + 1 + random.below(40)).min(text.len());
            let times = *random.pick(&[2, 3, 17, 130, 1000, 5000]);
            let piece = text[place.min(end)..end].repeat(times);
            text.splice(place..place, piece);
        }
        _ => change_bytes(text, b"'\"(){}[],:\\ \n\r\t\0\x1b\x80\xff0-", random),
    }
}

/// The word at a place.
fn word_at(text: &[u8], place: usize) -> std::ops::Range<usize> {
    let is_word = |byte: &u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'<' | b'>')
    };
    let place = place.min(text.len());
    let before = text[..place].iter().rev().take_while(|&byte| is_word(byte));
    let from = place - before.count();
    let to = place
        + text[place..]
            .iter()
            .take_while(|&byte| is_word(byte))
            .count();
    from..to.max((place + 1).min(text.len())).max(from)
}

/// The first number from a place on.
fn number_from(text: &[u8], place: usize) -> std::ops::Range<usize> {
    let place = place.min(text.len());
    let skipped = text[place..]
        .iter()
        .take_while(|byte| !byte.is_ascii_digit());
    let from = place + skipped.count();
    let digits = text[from..].iter().take_while(|byte| byte.is_ascii_digit());
    from..from + digits.count()
}

/// Changes bytes by what is likely to be a length, an offset or a flag.
fn change_bytes(bytes: &mut Vec<u8>, lender: &[u8], random: &mut Random) {
    let place = random.below(bytes.len() + 1);
    match random.below(12) {
        0..2 => {
            if let Some(byte) = bytes.get_mut(place) {
                *byte ^= 1 << random.below(8);
            }
        }
        2 => {
            if let Some(byte) = bytes.get_mut(place) {
                *byte = *random.pick(&[0, 1, 0x7f, 0x80, 0xff, b'\n', b'(', b'}', b'.']);
            }
        }
        3 => {
            if let Some(byte) = bytes.get_mut(place) {
                *byte = random.next() as u8;
            }
        }
        4..7 => set_number(bytes, place, random),
        7 => bytes.truncate(place),
        8 => {
            let end = (place + random.below(64)).min(bytes.len());
            bytes.drain(place..end);
        }
        9 => {
            let from = random.below(lender.len());
            let to = (from + random.below(64) + 1).min(lender.len());
            bytes.splice(place..place, lender[from.min(to)..to].iter().copied());
        }
        10 => {
            // The head of one and the tail of the other.
            bytes.truncate(place);
            bytes.extend(&lender[random.below(lender.len() + 1)..]);
        }
        _ => {
            let piece = random.pick(PIECES);
            let end = if random.percent(50) {
                place + piece.len()
            } else {
                place
            };
            bytes.splice(place..end.min(bytes.len()), piece.iter().copied());
        }
    }
}

/// Writes a number that a length or an offset should not be over what stands there.
fn set_number(bytes: &mut [u8], place: usize, random: &mut Random) {
    let length = bytes.len() as u64;
    let any = random.next();
    let number = *random.pick(&[
        0,
        1,
        2,
        3,
        4,
        7,
        8,
        16,
        64,
        255,
        256,
        65_535,
        65_536,
        1 << 20,
        1 << 31,
        (1 << 31) - 1,
        u64::from(u32::MAX),
        1 << 32,
        1 << 40,
        1 << 62,
        1 << 63,
        (1 << 63) - 1,
        u64::MAX,
        u64::MAX - 1,
        u64::MAX - 7,
        length,
        length - length.min(1),
        length + 1,
        length / 2,
        length * 2,
        any,
        any >> 32,
        any >> 48,
    ]);
    let number = number.to_le_bytes();
    let wide = *random.pick(&[2, 4, 8]);
    let end = (place + wide).min(bytes.len());
    let there = &mut bytes[place..end];
    let count = there.len();
    there.copy_from_slice(&number[..count]);
    if random.percent(30) {
        there.reverse();
    }
}

const NUMBERS: &[&str] = &[
    "0",
    "1",
    "2",
    "3",
    "7",
    "-1",
    "-0",
    "64",
    "255",
    "1000",
    "65536",
    "1000000",
    "2147483647",
    "4294967295",
    "4294967296",
    "9007199254740993",
    "4611686018427387904",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "1e3",
    "1e308",
    "1e309",
    "-1e400",
    "1e-400",
    "0.5",
    "nan",
    "inf",
    "1_000",
    "0x10",
    "00",
    "1L",
    "+5",
    "1.",
    ".5",
    "340282366920938463463374607431768211456",
    "٣",
];

const TOKENS: &[&str] = &[
    "'descr'",
    "'fortran_order'",
    "'shape'",
    "True",
    "False",
    "None",
    "'<f4'",
    "'>f8'",
    "'<f2'",
    "'|b1'",
    "'|u1'",
    "'>i8'",
    "'<u8'",
    "'|O'",
    "'<U4'",
    "'<U4294967295'",
    "'|S0'",
    "'<c16'",
    "'<f16'",
    "'<M8[ns]'",
    "'|V3'",
    "[('a', '<f4')]",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    "'",
    "\"",
    "\\",
    " ",
    "\n",
    "\r\n",
    "\0",
    "\u{1b}[31m",
    "é",
    "\u{feff}",
    "\u{2028}",
    "\u{202e}",
    "(20, 6)",
    "(6,)",
    "()",
    "dtype",
    "shape",
    "data_offsets",
    "__metadata__",
    "F32",
    "F16",
    "BF16",
    "F64",
    "I64",
    "U8",
    "BOOL",
    "F8_E4M3",
    "C64",
    "[0,480]",
    "[20,6]",
    "null",
    "true",
    "{}",
    "[]",
    "\\u0000",
    "\\ud800",
    ";",
    "\t",
    "label",
    "class",
    "#",
    "nan",
    "NaN",
    "inf",
    "-Infinity",
    "auto",
    "positions",
    "mean",
    "-9223372036854775808",
    "::0",
    "null:0.01",
    "followspot-session",
    "]]>",
    "<![CDATA[",
    "&lt;",
    "&#0;",
    "&#xD800;",
    "layers",
    "options",
    "format",
    "float32",
];

const PIECES: &[&[u8]] = &[
    b"\x93NUMPY\x01\0",
    b"\x93NUMPY\x03\0",
    b"PK\x03\x04",
    b"PK\x01\x02",
    b"PK\x05\x06",
    b"PK\x06\x06\x2c\0\0\0\0\0\0\0",
    b"PK\x06\x07",
    b"PK\x07\x08",
    b"\x01\0\x10\0",
    // Pickles: a call of a global, memos, marks, tuples, persistent ids, lengths.
    b"cposix\nsystem\n",
    b"cbuiltins\neval\n",
    b"\x8c\x05posix\x8c\x06system\x93",
    b"ctorch._utils\n_rebuild_tensor_v2\n",
    b"ctorch\nFloatStorage\n",
    b"ctorch\nStorage\n",
    b"ccollections\nOrderedDict\n",
    b"R",
    b")R",
    b"Q",
    b"(",
    b"t",
    b"0",
    b"1",
    b".",
    b"}",
    b"]",
    b"u",
    b"s",
    b"e",
    b"a",
    b"b",
    b"\x81",
    b"\x92",
    b"2",
    b"q\0",
    b"h\0",
    b"h\xff",
    b"r\xff\xff\xff\xff",
    b"j\xff\xff\xff\xff",
    b"\x94",
    b"K\xff",
    b"M\xff\xff",
    b"J\xff\xff\xff\xff",
    b"J\xff\xff\xff\x7f",
    b"\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f",
    b"\x8a\xff",
    b"\x8b\xff\xff\xff\x7f",
    b"X\xff\xff\xff\x7f",
    b"\x8c\xff",
    b"\x8d\xff\xff\xff\xff\xff\xff\xff\x7f",
    b"B\xff\xff\xff\x7f",
    b"\x95\xff\xff\xff\xff\xff\xff\xff\xff",
    b"\x85",
    b"\x86",
    b"\x87",
    b"\x80\x02",
    b"\x80\x05",
    b"N",
    b"\x88",
    b"\x89",
    b"I1\n",
    b"L99999999999999999999L\n",
    b"G\x7f\xf0\0\0\0\0\0\0",
    b"cbuiltins\nset\n",
    b"\x96\xff\xff\xff\xff\xff\xff\xff\x7f",
    b"\x97",
    b"\x98",
    // HDF5: signatures of its parts, addresses that are undefined.
    b"\x89HDF\r\n\x1a\n",
    b"TREE",
    b"SNOD",
    b"HEAP",
    b"OHDR",
    b"OCHK",
    b"FRHP",
    b"GCOL",
    b"BTHD",
    b"FADB",
    b"\xff\xff\xff\xff\xff\xff\xff\xff",
    // Text.
    b"\n",
    b"\r",
    b",",
    b"\"",
    b"\"\"",
    b"nan",
    b"1e999",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\xf0\x9f\x98\x80",
    b"\x1b[2J",
    b"\0",
    b"iTXtfollowspot-session\0\x01",
    b"%PDF-",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus;
    use std::path::Path;

    #[test]
    fn a_seed_and_a_number_make_the_same_input() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data/formats");
        let seeds = corpus::corpus(&folder).unwrap();
        let make = |iteration| {
            let made = input(&seeds, Format::Npz, &mut Random::new(3, iteration));
            (made.name, made.bytes)
        };
        for iteration in 0..200 {
            assert_eq!(make(iteration), make(iteration));
        }
        assert_ne!(make(0), make(1));
    }

    #[test]
    fn a_header_is_told_its_new_length() {
        let mut bytes = b"\x93NUMPY\x01\0\x02\0{}rest".to_vec();
        let place = header(&bytes).unwrap();
        set_header(&mut bytes, place, b"{'a'}");
        assert_eq!(bytes, b"\x93NUMPY\x01\0\x05\0{'a'}rest");
        let mut bytes = b"\x02\0\0\0\0\0\0\0{}".to_vec();
        let place = header(&bytes).unwrap();
        set_header(&mut bytes, place, b"{ }");
        assert_eq!(bytes, b"\x03\0\0\0\0\0\0\0{ }");
    }
}
