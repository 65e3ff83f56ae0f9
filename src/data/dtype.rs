//! NumPy's dtypes: which are read, and what the others are called.

use super::error::{ADVICE, ArrayProblem};
use super::literal::Literal;

/// A dtype whose values can be coordinates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dtype {
    /// One byte, zero or not: 0 or 1.
    Bool,
    /// Signed, 1 byte.
    I8,
    /// Signed, 2 bytes.
    I16,
    /// Signed, 4 bytes.
    I32,
    /// Signed, 8 bytes; rounded to double precision beyond ±2^53.
    I64,
    /// Unsigned, 1 byte.
    U8,
    /// Unsigned, 2 bytes.
    U16,
    /// Unsigned, 4 bytes.
    U32,
    /// Unsigned, 8 bytes; rounded to double precision beyond 2^53.
    U64,
    /// Half precision.
    F16,
    /// Half precision with the exponents of single precision.
    BF16,
    /// Single precision.
    F32,
    /// Double precision.
    F64,
}

impl Dtype {
    /// All of them.
    pub(super) const ALL: [Self; 13] = [
        Self::Bool,
        Self::I8,
        Self::I16,
        Self::I32,
        Self::I64,
        Self::U8,
        Self::U16,
        Self::U32,
        Self::U64,
        Self::F16,
        Self::BF16,
        Self::F32,
        Self::F64,
    ];

    /// NumPy's name, `float32`; PyTorch's where NumPy has none, `bfloat16`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::I8 => "int8",
            Self::I16 => "int16",
            Self::I32 => "int32",
            Self::I64 => "int64",
            Self::U8 => "uint8",
            Self::U16 => "uint16",
            Self::U32 => "uint32",
            Self::U64 => "uint64",
            Self::F16 => "float16",
            Self::BF16 => "bfloat16",
            Self::F32 => "float32",
            Self::F64 => "float64",
        }
    }

    /// The dtype of that [name](Self::name).
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|dtype| dtype.name() == name)
    }

    /// Bytes a value takes in the file.
    #[must_use]
    pub fn bytes(self) -> u64 {
        match self {
            Self::Bool | Self::I8 | Self::U8 => 1,
            Self::I16 | Self::U16 | Self::F16 | Self::BF16 => 2,
            Self::I32 | Self::U32 | Self::F32 => 4,
            Self::I64 | Self::U64 | Self::F64 => 8,
        }
    }

    /// Whether single precision holds every value exactly.
    #[must_use]
    pub fn fits_f32(self) -> bool {
        !matches!(
            self,
            Self::I32 | Self::U32 | Self::I64 | Self::U64 | Self::F64
        )
    }
}

impl std::fmt::Display for Dtype {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// What a header's `descr` stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Descr {
    /// Numbers that can be read.
    Numbers { dtype: Dtype, big_endian: bool },
    /// A dtype that NumPy has and that makes no coordinates.
    Refused(Refused),
}

/// A dtype that is not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    /// NumPy's name.
    pub name: String,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Objects,
    LongDouble,
    Complex,
    Text,
    Bytes,
    Times,
    Records,
    Raw,
    Other,
}

/// How the items of a text array lie in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TextLayout {
    /// Bytes that each item takes.
    pub item_bytes: u64,
    pub letters: Letters,
}

/// What the letters of a text array are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Letters {
    /// UTF-32, the lowest byte first.
    LittleEndian,
    /// UTF-32, the highest byte first.
    BigEndian,
    /// Bytes, read as UTF-8.
    Bytes,
}

impl Refused {
    /// Whether it is text.
    pub(super) fn is_text(&self) -> bool {
        matches!(self.kind, Kind::Text | Kind::Bytes)
    }

    /// How the items of a text array lie: bytes an item and what they are. `None` of
    /// anything else.
    pub(super) fn text(&self) -> Option<TextLayout> {
        let name = self.name.trim_start_matches(['<', '>', '|', '=']);
        let size: u64 = name.get(1..)?.parse().ok()?;
        match self.kind {
            Kind::Text => Some(TextLayout {
                item_bytes: size.checked_mul(4)?,
                letters: if self.name.starts_with('>') {
                    Letters::BigEndian
                } else {
                    Letters::LittleEndian
                },
            }),
            Kind::Bytes => Some(TextLayout {
                item_bytes: size,
                letters: Letters::Bytes,
            }),
            _ => None,
        }
    }

    /// Why it is not read and what to do.
    pub fn problem(&self) -> ArrayProblem {
        let (what, advice) = match self.kind {
            Kind::Objects => return ArrayProblem::Objects,
            Kind::LongDouble => ("long doubles", "save a.astype(np.float64)"),
            Kind::Complex => (
                "complex numbers",
                "save the real and imaginary parts side by side, np.hstack([a.real, a.imag]), or \
                 np.abs(a)",
            ),
            Kind::Text => ("text", ADVICE),
            Kind::Bytes => ("byte strings", ADVICE),
            Kind::Times => ("dates or times", ADVICE),
            Kind::Records => (
                "records with named fields",
                "save the fields as columns, \
                 e.g. numpy.lib.recfunctions.structured_to_unstructured(a)",
            ),
            Kind::Other => ("numbers of a kind that is not read", ADVICE),
            Kind::Raw => (
                "raw bytes, as bfloat16 is saved",
                "convert before saving, e.g. a.astype(np.float32)",
            ),
        };
        ArrayProblem::Dtype {
            what,
            dtype: self.name.clone(),
            advice,
        }
    }
}

impl Descr {
    /// NumPy's name of the dtype.
    pub fn name(&self) -> String {
        match self {
            Self::Numbers { dtype, .. } => dtype.name().to_owned(),
            Self::Refused(refused) => refused.name.clone(),
        }
    }

    /// Numbers whose least significant byte comes first in the file.
    pub fn little(dtype: Dtype) -> Self {
        Self::Numbers {
            dtype,
            big_endian: false,
        }
    }

    /// Words.
    pub fn text() -> Self {
        refused("text".to_owned(), Kind::Text)
    }

    /// Complex numbers, as their format calls them.
    pub fn complex(name: &str) -> Self {
        refused(name.to_owned(), Kind::Complex)
    }

    /// Values of a kind that is not read, as their format calls them.
    pub fn other(name: &str) -> Self {
        refused(name.to_owned(), Kind::Other)
    }

    /// Understands the value of the field `descr`; the error is a sentence
    /// without its subject, the field.
    pub(super) fn from_literal(literal: &Literal) -> Result<Self, String> {
        match literal {
            Literal::Text(text) => {
                Self::parse(text).ok_or_else(|| format!("is {literal}, no dtype that NumPy has"))
            }
            // A list of fields, or a pair of base and shape.
            Literal::List(_) | Literal::Tuple(_) => {
                Ok(refused("structured".to_owned(), Kind::Records))
            }
            other => Err(format!("is {other}, but a dtype such as '<f4' is needed")),
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let (big_endian, rest) = match text.as_bytes().first()? {
            b'<' | b'|' | b'=' => (false, &text[1..]),
            b'>' => (true, &text[1..]),
            _ => (false, text),
        };
        let kind = rest.chars().next()?;
        let size = &rest[kind.len_utf8()..];
        if matches!(kind, 'M' | 'm') {
            let name = if kind == 'M' { "datetime" } else { "timedelta" };
            let unit = size.strip_prefix('8')?;
            if !unit.bytes().all(|b| b.is_ascii_graphic()) {
                return None;
            }
            return Some(refused(format!("{name}64{unit}"), Kind::Times));
        }
        if kind == 'O' && (size.is_empty() || size == "8" || size == "4") {
            return Some(refused("object".to_owned(), Kind::Objects));
        }
        if kind == '?' && size.is_empty() {
            return Some(Self::Numbers {
                dtype: Dtype::Bool,
                big_endian,
            });
        }
        if !size.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let size: u32 = size.parse().ok()?;
        let dtype = match (kind, size) {
            ('b', 1) => Dtype::Bool,
            ('i', 1) => Dtype::I8,
            ('i', 2) => Dtype::I16,
            ('i', 4) => Dtype::I32,
            ('i', 8) => Dtype::I64,
            ('u', 1) => Dtype::U8,
            ('u', 2) => Dtype::U16,
            ('u', 4) => Dtype::U32,
            ('u', 8) => Dtype::U64,
            ('f', 2) => Dtype::F16,
            ('f', 4) => Dtype::F32,
            ('f', 8) => Dtype::F64,
            ('f', 12 | 16) => return Some(refused(format!("float{}", size * 8), Kind::LongDouble)),
            ('c', 8 | 16 | 24 | 32) => {
                return Some(refused(format!("complex{}", size * 8), Kind::Complex));
            }
            ('U', _) => return Some(refused(text.to_owned(), Kind::Text)),
            ('S' | 'a', _) => return Some(refused(text.to_owned(), Kind::Bytes)),
            ('V', _) => return Some(refused(text.to_owned(), Kind::Raw)),
            _ => return None,
        };
        Some(Self::Numbers { dtype, big_endian })
    }
}

fn refused(name: String, kind: Kind) -> Descr {
    Descr::Refused(Refused { name, kind })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name_of(descr: &str) -> Option<String> {
        Descr::parse(descr).map(|descr| descr.name())
    }

    #[test]
    fn names_are_numpys() {
        for (descr, expected) in [
            ("<f4", "float32"),
            (">f8", "float64"),
            ("=i2", "int16"),
            ("|b1", "bool"),
            ("|u1", "uint8"),
            ("<f16", "float128"),
            ("<c8", "complex64"),
            ("<c16", "complex128"),
            ("<U4", "<U4"),
            ("|S3", "|S3"),
            ("|V2", "|V2"),
            ("|O", "object"),
            ("<M8[ns]", "datetime64[ns]"),
            ("<m8[D]", "timedelta64[D]"),
        ] {
            assert_eq!(name_of(descr).as_deref(), Some(expected), "{descr}");
        }
    }

    #[test]
    fn no_dtype_is_guessed() {
        for descr in [
            "", "<", "<q9", "<f3", "<f", "<f+4", "f４", "<f4 ", "é4", "<i16", "<M4",
        ] {
            assert_eq!(name_of(descr), None, "{descr}");
        }
    }

    #[test]
    fn byte_order_is_told() {
        let big = |text| match Descr::parse(text) {
            Some(Descr::Numbers { big_endian, .. }) => Some(big_endian),
            _ => None,
        };
        assert_eq!(big("<f4"), Some(false));
        assert_eq!(big(">f4"), Some(true));
    }
}
