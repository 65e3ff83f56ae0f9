//! `.safetensors`: the length of a JSON header, the header, the tensors' bytes.
//!
//! Format: <https://github.com/huggingface/safetensors#format>. The header is read
//! here and no value: a file of any size is listed by its first bytes.
//!
//! The `safetensors` crate is not used. Its `SafeTensors` wants the whole file in
//! memory; its `Metadata`, which does not, merges tensors of one name, refuses the
//! whole file for one dtype that is not known, and says of wrong offsets neither
//! what they are nor how long the file is.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::dtype::{Descr, Dtype};
use super::error::{DataError, printable};
use super::head::{Head, Order};
use super::origin::Origin;
use super::source::{Listed, Member, MemberBody};
use crate::words::{count, thousands, times};

/// Longest header of the format, in bytes.
const LONGEST_HEADER: u64 = 100_000_000;
/// Bytes of the header's length.
const PREFIX: u64 = 8;
/// Most dimensions of a tensor, as many as NumPy knows.
const MOST_AXES: usize = 64;

const KIND: &str = "a .safetensors file";

/// A tensor of a file.
#[derive(Debug)]
struct Tensor {
    name: String,
    head: Head,
    /// Where in the file its first value is.
    start: u64,
    /// Why it cannot be read, if it is known from the header.
    problem: Option<String>,
}

/// Whether a file that begins so can be one: its header is a JSON object that the
/// format allows to be so long.
pub(super) fn looks_so(start: &[u8]) -> bool {
    start.first_chunk().is_some_and(|&length| {
        let length = u64::from_le_bytes(length);
        (2..=LONGEST_HEADER).contains(&length) && start.get(8) == Some(&b'{')
    })
}

/// Opens a file, whose tensors are in the header's order.
///
/// # Errors
/// [`DataError::Format`] where the header is not understood or forges what the
/// format forbids: tensors that overlap, run backwards, do not fit their shapes,
/// share a name or leave bytes between them. A tensor beyond the end of a file
/// that was cut short stays in the list, with its problem.
pub(super) fn open(origin: Origin) -> Result<Listed, DataError> {
    let tensors = list(&origin)?.into_iter();
    let member = |tensor: Tensor| Member {
        key: Some(tensor.name),
        head: tensor.problem.map_or(Ok(tensor.head), Err),
        body: MemberBody::At(tensor.start),
    };
    Ok(Listed {
        members: tensors.map(member).collect(),
        origin,
        labels: None,
        neuron_names: None,
    })
}

fn list(origin: &Origin) -> Result<Vec<Tensor>, DataError> {
    let bad = |what: String| DataError::Format {
        file: origin.name.clone(),
        kind: KIND,
        what,
    };
    let (header, data) = header(origin, bad)?;
    let Header(infos) = serde_json::from_slice(&header).map_err(|error| {
        bad(format!(
            "its header is not understood ({error}): save it again with \
             safetensors.numpy.save_file"
        ))
    })?;
    drop(header);
    let mut names: Vec<&str> = infos.iter().map(|(name, _)| &**name).collect();
    names.sort_unstable();
    if let Some(twice) = names.windows(2).find(|pair| pair[0] == pair[1]) {
        let name = printable(twice[0]);
        return Err(bad(format!(
            "its header names more than one tensor `{name}`: save it again with distinct names"
        )));
    }
    let body = origin.length - data;
    laid_out(&infos, body).map_err(bad)?;
    Ok(infos
        .into_iter()
        .map(|(name, info)| info.tensor(name, data, body))
        .collect())
}

/// The header's text and the place of the first tensor's bytes.
fn header(origin: &Origin, bad: impl Fn(String) -> DataError) -> Result<(Vec<u8>, u64), DataError> {
    let io = |source| origin.io(source);
    let start = origin.bytes(0, PREFIX as usize).map_err(io)?;
    let Some(&length) = start.first_chunk() else {
        return Err(bad(format!(
            "it ends after {}, before the length of its header: copy or save it again",
            count(origin.length, "byte")
        )));
    };
    let length = u64::from_le_bytes(length);
    if length > LONGEST_HEADER {
        return Err(bad(format!(
            "its header would have {}, more than the {} that the format allows: it is damaged or \
             something else, save it again with safetensors.numpy.save_file",
            count(length, "byte"),
            thousands(LONGEST_HEADER)
        )));
    }
    let follow = origin.length.saturating_sub(PREFIX);
    let cut = |there: u64| {
        bad(format!(
            "its header should have {}, but only {} follow: it is cut short, copy or save it again",
            count(length, "byte"),
            thousands(there)
        ))
    };
    if length > follow {
        return Err(cut(follow));
    }
    let text = origin.bytes(PREFIX, length as usize).map_err(io)?;
    // The file may have become shorter meanwhile.
    if text.len() as u64 != length {
        return Err(cut(text.len() as u64));
    }
    Ok((text, PREFIX + length))
}

/// Whether the tensors fill the `body` bytes behind the header, one after the
/// other, as far as these go.
fn laid_out(infos: &[(String, Info)], body: u64) -> Result<(), String> {
    let mut by_place: Vec<&(String, Info)> = infos.iter().collect();
    by_place.sort_by_key(|(_, info)| info.data_offsets);
    let again = "it is damaged, save it again with safetensors.numpy.save_file";
    let mut reached = 0;
    let mut before: Option<&(String, Info)> = None;
    for &entry in &by_place {
        let (name, info) = (printable(&entry.0), &entry.1);
        let [start, end] = info.data_offsets;
        let claims = || {
            format!(
                "`{name}` claims bytes {} to {} of the {} behind the header",
                thousands(start),
                thousands(end),
                thousands(body)
            )
        };
        if end < start {
            return Err(format!(
                "{}, which end before they begin: {again}",
                claims()
            ));
        }
        let needed = info.needed();
        if needed != Needed::Unknown && needed != Needed::Bytes(end - start) {
            let needed = match needed {
                Needed::Bytes(bytes) => thousands(bytes),
                _ => "more than any file has".to_owned(),
            };
            return Err(format!(
                "{}, but {} values of {} take {needed}: {again}",
                claims(),
                times(&info.shape.0),
                printable(&info.dtype)
            ));
        }
        if let Some((other, of)) = before
            && start < reached
        {
            let [from, to] = of.data_offsets.map(thousands);
            return Err(format!(
                "{}, which overlap those of `{}` ({from} to {to}): {again}",
                claims(),
                printable(other)
            ));
        }
        if reached < start && start <= body {
            return Err(format!(
                "{}, but no tensor claims those from {} to {}, which the format forbids: {again}",
                claims(),
                thousands(reached),
                thousands(start)
            ));
        }
        reached = reached.max(end);
        before = Some(entry);
    }
    if reached < body {
        return Err(format!(
            "no tensor claims its last {}, which the format forbids: {again}",
            count(body - reached, "byte")
        ));
    }
    Ok(())
}

/// The tensors of a header, in its order.
struct Header(Vec<(String, Info)>);

/// What a header says of a tensor.
#[derive(serde::Deserialize)]
struct Info {
    dtype: String,
    shape: Shape,
    /// From the first byte behind the header on.
    data_offsets: [u64; 2],
}

/// Lengths of dimensions, no more of them than are read.
struct Shape(Vec<u64>);

/// What a tensor's values take by its shape and its dtype.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Needed {
    Bytes(u64),
    /// More than 64 bits tell.
    TooMany,
    /// The size of a value is not known.
    Unknown,
}

impl Info {
    fn needed(&self) -> Needed {
        let bytes = match self.descr() {
            Descr::Numbers { dtype, .. } => dtype.bytes(),
            Descr::Refused(_) => return Needed::Unknown,
        };
        if self.shape.0.contains(&0) {
            return Needed::Bytes(0);
        }
        let mut lengths = self.shape.0.iter().copied();
        let bytes = lengths.try_fold(bytes, u64::checked_mul);
        bytes.map_or(Needed::TooMany, Needed::Bytes)
    }

    fn descr(&self) -> Descr {
        let dtype = match &*self.dtype {
            "BOOL" => Dtype::Bool,
            "I8" => Dtype::I8,
            "I16" => Dtype::I16,
            "I32" => Dtype::I32,
            "I64" => Dtype::I64,
            "U8" => Dtype::U8,
            "U16" => Dtype::U16,
            "U32" => Dtype::U32,
            "U64" => Dtype::U64,
            "F16" => Dtype::F16,
            "BF16" => Dtype::BF16,
            "F32" => Dtype::F32,
            "F64" => Dtype::F64,
            "C64" => return Descr::complex("C64"),
            blank if blank.trim().is_empty() => return Descr::other("``"),
            other => return Descr::other(&printable(other)),
        };
        Descr::little(dtype)
    }

    fn tensor(self, name: String, data: u64, body: u64) -> Tensor {
        let [start, end] = self.data_offsets;
        let problem = (end > body).then(|| {
            format!(
                "claims bytes {} to {} behind the header, but the file has only {} there: it is \
                 cut short, copy or save it again",
                thousands(start),
                thousands(end),
                thousands(body)
            )
        });
        Tensor {
            head: Head {
                descr: self.descr(),
                shape: self.shape.0,
                order: Order::C,
                follow: end.min(body).saturating_sub(start),
            },
            name,
            start: data.saturating_add(start),
            problem,
        }
    }
}

impl<'de> Deserialize<'de> for Header {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Tensors;

        impl<'de> Visitor<'de> for Tensors {
            type Value = Header;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("tensors by name")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Header, A::Error> {
                let mut infos = Vec::new();
                while let Some(name) = map.next_key::<String>()? {
                    if name == "__metadata__" {
                        map.next_value::<IgnoredAny>()?;
                        continue;
                    }
                    let info = map.next_value::<Info>().map_err(|error| {
                        let error = error.to_string();
                        // The place is added once more.
                        let what = error.split(" at line ").next().unwrap_or_default();
                        A::Error::custom(format!(
                            "tensor `{}`: {}",
                            printable(&name),
                            printable(what)
                        ))
                    })?;
                    infos.push((name, info));
                }
                Ok(Header(infos))
            }
        }

        deserializer.deserialize_map(Tensors)
    }
}

impl<'de> Deserialize<'de> for Shape {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Lengths;

        impl<'de> Visitor<'de> for Lengths {
            type Value = Shape;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of whole numbers")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Shape, A::Error> {
                let mut lengths = Vec::new();
                while let Some(length) = items.next_element()? {
                    if lengths.len() == MOST_AXES {
                        let most = format!("more than {MOST_AXES} dimensions");
                        return Err(A::Error::custom(most));
                    }
                    lengths.push(length);
                }
                Ok(Shape(lengths))
            }
        }

        deserializer.deserialize_seq(Lengths)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(header: &str, body: usize) -> Origin {
        let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
        bytes.extend(header.bytes());
        bytes.resize(bytes.len() + body, 0);
        Origin::of_bytes("x.safetensors", bytes)
    }

    fn one(dtype: &str, shape: &str, offsets: &str) -> String {
        format!(r#""a":{{"dtype":"{dtype}","shape":{shape},"data_offsets":{offsets}}}"#)
    }

    #[track_caller]
    fn check_error(origin: &Origin, fragments: &[&str]) {
        let error = list(origin).expect_err(fragments[0]).to_string();
        for fragment in fragments {
            assert!(error.contains(fragment), "{error}\nlacks: {fragment}");
        }
        assert!(!error.contains(char::is_control), "{error}");
    }

    #[test]
    fn tensors_are_listed_where_they_lie() {
        let header = format!(
            r#"{{"__metadata__":{{"format":"pt"}},"b":{{"shape":[2],"data_offsets":[24,28],
            "dtype":"BF16","more":[{{}}]}},{}}}   "#,
            one("F32", "[2,3]", "[0,24]")
        );
        let tensors = list(&file(&header, 28)).unwrap();
        let data = 8 + header.len() as u64;
        let [b, a] = &tensors[..] else {
            panic!("{tensors:?}")
        };
        assert_eq!((&*b.name, &*a.name), ("b", "a"));
        assert_eq!((b.start, a.start), (data + 24, data));
        assert_eq!((b.head.follow, a.head.follow), (4, 24));
        assert_eq!(a.head.shape, [2, 3]);
        assert_eq!(b.head.descr, Descr::little(Dtype::BF16));
        assert!(a.problem.is_none() && b.problem.is_none());
    }

    #[test]
    fn what_the_format_forbids_is_refused() {
        let wrap = |inner: String| format!("{{{inner}}}");
        let with_b = |from: u64, to: u64| {
            format!(
                r#"{{{},"b":{{"dtype":"F32","shape":[2,3],"data_offsets":[{from},{to}]}}}}"#,
                one("F32", "[2,3]", "[0,24]")
            )
        };
        let reversed = wrap(one("F32", "[2,3]", "[24,0]"));
        check_error(
            &file(&reversed, 24),
            &["`a`", "24 to 0", "before they begin"],
        );
        let misfit = wrap(one("F32", "[2,3]", "[0,20]"));
        check_error(
            &file(&misfit, 24),
            &["`a`", "0 to 20 of the 24", "2 × 3", "take 24"],
        );
        let wraps = wrap(one("F32", "[4611686018427387904,8]", "[0,0]"));
        check_error(&file(&wraps, 0), &["`a`", "more than any file"]);
        check_error(
            &file(&with_b(12, 36), 36),
            &["`b`", "12 to 36", "`a` (0 to 24)"],
        );
        check_error(&file(&with_b(26, 50), 50), &["`b`", "those from 24 to 26"]);
        check_error(&file(&with_b(24, 48), 50), &["last 2 bytes"]);
        assert_eq!(list(&file(&with_b(24, 48), 48)).unwrap().len(), 2);
        let twice = format!("{{{0},{0}}}", one("F32", "[2,3]", "[0,24]"));
        check_error(&file(&twice, 24), &["more than one tensor `a`"]);
    }

    #[test]
    fn what_is_cut_off_is_one_tensors_problem() {
        let header = format!(
            r#"{{{},"b":{{"dtype":"F32","shape":[2,3],"data_offsets":[24,48]}}}}"#,
            one("F32", "[2,3]", "[0,24]")
        );
        let tensors = list(&file(&header, 30)).unwrap();
        assert!(tensors[0].problem.is_none());
        let problem = tensors[1].problem.as_ref().unwrap();
        assert!(problem.contains("24 to 48"), "{problem}");
        assert!(problem.contains("only 30"), "{problem}");
        assert_eq!(tensors[1].head.follow, 6);
    }

    #[test]
    fn a_header_that_is_none_says_why() {
        let huge = Origin::of_bytes("x.safetensors", [0xff; 97].to_vec());
        check_error(&huge, &["18,446,744,073,709,551,615 bytes", "100,000,000"]);
        let five = Origin::of_bytes("x.safetensors", vec![1, 0, 0, 0, 0]);
        check_error(&five, &["after 5 bytes"]);
        let mut longer = file("{}", 0);
        longer.length -= 1;
        check_error(&longer, &["should have 2 bytes", "only 1"]);
        check_error(&file("{'a': 1", 24), &["not understood", "line 1 column 2"]);
        check_error(&file("[1]", 24), &["not understood", "tensors by name"]);
        check_error(&file(r#"{"a":1}"#, 24), &["tensor `a`"]);
        check_error(
            &file(r#"{"a\u001b":{"dtype":"F32"}}"#, 24),
            &["a\u{fffd}", "`shape`"],
        );
        let float = format!("{{{}}}", one("F32", "[2.5]", "[0,24]"));
        check_error(&file(&float, 24), &["tensor `a`", "2.5"]);
        let axes = format!(
            "{{{}}}",
            one("F32", &format!("[{}1]", "1,".repeat(64)), "[0,4]")
        );
        check_error(&file(&axes, 4), &["tensor `a`", "more than 64 dimensions"]);
        let deep = format!(r#"{{"__metadata__":{}}}"#, "[".repeat(100_000));
        check_error(&file(&deep, 0), &["not understood"]);
    }

    #[test]
    fn dtypes_that_are_not_read_stay_in_the_list() {
        for (dtype, bytes) in [("F8_E4M3", 6), ("Q7", 1), ("C64", 48)] {
            let header = format!("{{{}}}", one(dtype, "[2,3]", &format!("[0,{bytes}]")));
            let tensors = list(&file(&header, bytes)).unwrap();
            let Descr::Refused(refused) = &tensors[0].head.descr else {
                panic!("{dtype}")
            };
            assert_eq!(refused.name, dtype);
        }
    }

    #[test]
    fn the_first_bytes_tell() {
        assert!(looks_so(b"\x02\0\0\0\0\0\0\0{}"));
        for other in [
            &b"\x02\0\0\0\0\0\0\0[]"[..],
            b"\x02\0\0\0",
            b"\xff\xff\xff\xff\xff\0\0\0{",
        ] {
            assert!(!looks_so(other));
        }
    }
}
