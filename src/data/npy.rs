//! The head of a `.npy` array: magic, version, header, and what they promise.
//!
//! Format: <https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>,
//! versions 1.0, 2.0 and 3.0. Nothing is reserved here but the header's own
//! text; whatever reserves memory for values asks [`Head::numbers`] first.

use std::io::{self, Read};

use super::dtype::Descr;
use super::error::ArrayProblem;
use super::head::{Head, Order};
use super::literal::{Literal, parse_dict, shortened};

/// The first bytes of every `.npy` array.
pub(super) const MAGIC: &[u8; 6] = b"\x93NUMPY";

/// Longest header that is read. NumPy itself stops at 10,000 bytes unless told.
const LONGEST_HEADER: u64 = 1 << 20;

/// Most dimensions that NumPy gives an array.
const MOST_DIMENSIONS: usize = 64;

/// What a `.npy` header says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    /// Kind of the values.
    pub descr: Descr,
    /// Whether the first index varies fastest.
    pub fortran: bool,
    /// Lengths of the dimensions.
    pub shape: Vec<u64>,
    /// Bytes up to the first value.
    pub bytes: u64,
}

impl Header {
    /// Reads the head of an array that lies in `available` bytes.
    pub fn read(source: &mut dyn Read, available: u64) -> Result<Self, ArrayProblem> {
        let mut start = [0u8; 12];
        let cut = || ArrayProblem::CutBeforeHeader(available);
        if available < 8 {
            return Err(cut());
        }
        fill(source, &mut start[..8])?;
        if start[..6] != MAGIC[..] {
            return Err(ArrayProblem::Magic(quoted(&start[..8])));
        }
        let (major, minor) = (start[6], start[7]);
        let length_bytes = match (major, minor) {
            (1, 0) => 2,
            (2 | 3, 0) => 4,
            _ => return Err(ArrayProblem::Version(major, minor)),
        };
        let prefix = 8 + length_bytes;
        if available < prefix as u64 {
            return Err(cut());
        }
        fill(source, &mut start[8..prefix])?;
        // The two bytes behind a version 1.0 length are zero.
        let declared = u32::from_le_bytes([start[8], start[9], start[10], start[11]]);
        let declared = u64::from(declared);
        let follow = available - prefix as u64;
        if declared > follow {
            return Err(ArrayProblem::CutInHeader { declared, follow });
        }
        if declared > LONGEST_HEADER {
            return Err(ArrayProblem::LongHeader {
                declared,
                limit: LONGEST_HEADER,
            });
        }
        // At most 2^20, so the cast keeps the number.
        #[allow(clippy::cast_possible_truncation)]
        let mut text = vec![0u8; declared as usize];
        fill(source, &mut text)?;
        let text = if major == 3 {
            String::from_utf8(text).map_err(|error| {
                let at = error.utf8_error().valid_up_to();
                ArrayProblem::Header(format!("byte {at} of its text is not UTF-8"))
            })?
        } else {
            text.into_iter().map(char::from).collect()
        };
        let mut header = Self::parse(&text).map_err(ArrayProblem::Header)?;
        header.bytes = prefix as u64 + declared;
        Ok(header)
    }

    /// Understands the header's dict; `bytes` stays 0.
    fn parse(text: &str) -> Result<Self, String> {
        let (mut descr, mut fortran, mut shape) = (None, None, None);
        for (name, value) in parse_dict(text)? {
            let in_field = |what: String| format!("field `{name}` {what}");
            match name.as_str() {
                "descr" => descr = Some(Descr::from_literal(&value).map_err(in_field)?),
                "fortran_order" => match value {
                    Literal::Bool(order) => fortran = Some(order),
                    other => {
                        return Err(in_field(format!("is {other}, but True or False is needed")));
                    }
                },
                "shape" => shape = Some(lengths(value).map_err(in_field)?),
                other => {
                    return Err(format!(
                        "field `{}` is unknown (descr, fortran_order and shape are known)",
                        shortened(other)
                    ));
                }
            }
        }
        let missing = |name| format!("the field `{name}` is missing");
        Ok(Self {
            descr: descr.ok_or_else(|| missing("descr"))?,
            fortran: fortran.ok_or_else(|| missing("fortran_order"))?,
            shape: shape.ok_or_else(|| missing("shape"))?,
            bytes: 0,
        })
    }

    /// The same in the terms of every format, of an array that lies in `available`
    /// bytes, which count from its first.
    pub(super) fn head(self, available: u64) -> Head {
        Head {
            follow: available.saturating_sub(self.bytes),
            descr: self.descr,
            shape: self.shape,
            order: if self.fortran {
                Order::Fortran
            } else {
                Order::C
            },
        }
    }
}

/// The value of the field `shape`; the error lacks its subject, the field.
fn lengths(value: Literal) -> Result<Vec<u64>, String> {
    let Literal::Tuple(items) = value else {
        return Err(format!("is {value}, but a tuple such as (20, 6) is needed"));
    };
    if items.len() > MOST_DIMENSIONS {
        return Err(format!(
            "has {} dimensions, more than the {MOST_DIMENSIONS} that NumPy knows",
            items.len()
        ));
    }
    items
        .into_iter()
        .map(|item| match item {
            Literal::Whole(length) => Ok(length),
            other => Err(format!(
                "has the length {other}, but each must be a whole number from 0 to 2^64 − 1"
            )),
        })
        .collect()
}

/// Fills `buffer` from a source that should have enough.
pub(super) fn fill(source: &mut dyn Read, buffer: &mut [u8]) -> Result<(), ArrayProblem> {
    source.read_exact(buffer).map_err(|error| {
        if error.kind() == io::ErrorKind::UnexpectedEof {
            ArrayProblem::EndsEarly {
                missing: buffer.len() as u64,
            }
        } else {
            ArrayProblem::Io(error)
        }
    })
}

/// First bytes of a file for a message, at most twelve.
pub(super) fn quoted(bytes: &[u8]) -> String {
    let first = bytes.get(..12).unwrap_or(bytes);
    format!("`{}`", first.escape_ascii())
}

#[cfg(test)]
mod tests {
    use super::super::dtype::Dtype;
    use super::super::head::Matrix;
    use super::super::plan::{Plan, Way};
    use super::super::read_as::ReadAs;
    use super::*;

    fn npy(version: u8, header: &[u8], body: usize) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend([version, 0]);
        let length = u32::try_from(header.len()).unwrap().to_le_bytes();
        bytes.extend(&length[..if version == 1 { 2 } else { 4 }]);
        bytes.extend(header);
        bytes.resize(bytes.len() + body, 0);
        bytes
    }

    fn matrix(bytes: &[u8]) -> Result<Matrix, ArrayProblem> {
        let available = bytes.len() as u64;
        let head = Header::read(&mut &bytes[..], available)?.head(available);
        let plan = Plan::new(head.numbers()?, &ReadAs::default())?;
        match plan.way {
            Way::Plain(matrix) => Ok(matrix),
            Way::Gathered(_) => panic!("it lies in order"),
        }
    }

    fn check_error(header: &str, fragments: &[&str]) {
        let error = matrix(&npy(1, header.as_bytes(), 64))
            .expect_err(header)
            .to_string();
        for fragment in fragments {
            assert!(error.contains(fragment), "{header}: {error}: no {fragment}");
        }
    }

    #[test]
    fn a_header_is_understood() {
        for version in 1..=3 {
            let header = b"{'descr': '>i2', 'fortran_order': True, 'shape': (3, 4), } \n";
            let expected = Matrix {
                dtype: Dtype::I16,
                big_endian: true,
                fortran: true,
                rows: 3,
                columns: 4,
                bytes: 24,
            };
            assert_eq!(matrix(&npy(version, header, 24)).unwrap(), expected);
        }
    }

    #[test]
    fn every_field_is_checked() {
        check_error(
            "{'descr': '<f4', 'fortran_order': False}",
            &["`shape`", "missing"],
        );
        check_error(
            "{'descr': '<f4', 'shape': (1, 2)}",
            &["`fortran_order`", "missing"],
        );
        check_error(
            "{'fortran_order': False, 'shape': (1, 2)}",
            &["`descr`", "missing"],
        );
        check_error("{'descr': 4}", &["`descr`", "is 4"]);
        check_error("{'descr': '<f3'}", &["`descr`", "'<f3'"]);
        check_error(
            "{'fortran_order': 0}",
            &["`fortran_order`", "is 0", "True or False"],
        );
        check_error("{'shape': 3}", &["`shape`", "is 3", "tuple"]);
        check_error("{'shape': [3, 4]}", &["`shape`", "a list", "tuple"]);
        check_error("{'shape': (3, None)}", &["`shape`", "None"]);
        check_error("{'shape': (-3, 4)}", &["`shape`", "-3"]);
        check_error("{'extra': 3}", &["`extra`", "unknown"]);
        check_error(
            &format!("{{'shape': ({})}}", "1,".repeat(65)),
            &["`shape`", "65"],
        );
    }

    #[test]
    fn what_is_promised_must_be_there() {
        let promise =
            |shape: &str| format!("{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}}}");
        check_error(
            &promise("(3, 7)"),
            &["3 × 7 float32 = 84 bytes, but only 64 follow"],
        );
        check_error(
            &promise("(4611686018427387904, 1)"),
            &["more bytes than any file"],
        );
        check_error(&promise("(2, 2, 2)"), &["3-D (2 × 2 × 2)"]);
        check_error(&promise("(5,)"), &["5 numbers in one dimension"]);
        let empty = matrix(&npy(1, promise("(0, 18446744073709551615)").as_bytes(), 0));
        assert_eq!(empty.unwrap().bytes, 0);
    }
}
