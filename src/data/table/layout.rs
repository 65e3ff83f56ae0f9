//! How a table's cells are kept apart, found by looking at its beginning.

/// Most lines that are looked at.
const LINES: usize = 50;

/// What stands between cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Delimiter {
    /// This byte.
    Byte(u8),
    /// One blank or more.
    Blanks,
    /// Nothing: every line is a cell.
    None,
}

/// How a table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    pub delimiter: Delimiter,
    /// Bytes before the first line: a byte order mark.
    pub mark: u64,
}

impl Layout {
    /// Of a file that begins so.
    pub fn of(sample: &[u8]) -> Self {
        const MARK: &[u8] = b"\xef\xbb\xbf";
        let text = sample.strip_prefix(MARK).unwrap_or(sample);
        Self {
            delimiter: delimiter(text),
            mark: (sample.len() - text.len()) as u64,
        }
    }
}

fn delimiter(text: &[u8]) -> Delimiter {
    let lines: Vec<&[u8]> = text
        .split(|&byte| byte == b'\n')
        .map(<[u8]>::trim_ascii)
        .filter(|line| !line.is_empty() && !line.starts_with(b"#"))
        .take(LINES)
        .collect();
    let most = |delimiter: u8| {
        let with = lines.iter().filter(|line| has(line, delimiter)).count();
        2 * with > lines.len()
    };
    let delimiters = [b'\t', b';', b','];
    let found = delimiters.into_iter().find(|&delimiter| most(delimiter));
    if let Some(delimiter) = found
        && !(delimiter == b',' && lines.iter().all(|line| is_decimal(line)))
    {
        return Delimiter::Byte(delimiter);
    }
    // Blanks keep numbers apart, and words only where a header is.
    let behind_header = lines
        .get(1..)
        .filter(|rest| !rest.is_empty())
        .unwrap_or(&lines);
    let fields = behind_header.iter().flat_map(|line| words(line));
    let (mut numbers, mut all) = (0, 0);
    for field in fields {
        all += 1;
        numbers += usize::from(is_number(field));
    }
    let apart = behind_header.iter().any(|line| words(line).count() > 1);
    if apart && 2 * numbers >= all {
        return Delimiter::Blanks;
    }
    Delimiter::None
}

/// Whether a line has the delimiter outside of quotes.
fn has(line: &[u8], delimiter: u8) -> bool {
    let mut quoted = false;
    line.iter().any(|&byte| {
        quoted ^= byte == b'"';
        byte == delimiter && !quoted
    })
}

/// Whether a line is numbers between blanks, commas being in them and not behind.
fn is_decimal(line: &[u8]) -> bool {
    words(line).count() > 1 && words(line).all(|word| !word.ends_with(b",") && is_number(word))
}

/// The cells of a line that blanks keep apart.
pub(super) fn words(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(u8::is_ascii_whitespace)
        .filter(|word| !word.is_empty())
}

fn is_number(field: &[u8]) -> bool {
    std::str::from_utf8(field).is_ok_and(|field| field.replace(',', ".").parse::<f64>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delimiters_are_found() {
        for (text, expected) in [
            ("1,2,3\n4,5\n6,7\n", Delimiter::Byte(b',')),
            ("1;2\n3;4\n", Delimiter::Byte(b';')),
            ("1,5;2,5\n3,5;4,5\n", Delimiter::Byte(b';')),
            ("1\t2,5\n3\t4\n", Delimiter::Byte(b'\t')),
            ("\"a;b\",c\n\"d;e\",f\n", Delimiter::Byte(b',')),
            ("# a, b\n1 2\n  3   4\n", Delimiter::Blanks),
            ("a b\n1.5 2e3\n3 nan\n", Delimiter::Blanks),
            ("1,5 2,5\n3 4\n1 1\n", Delimiter::Blanks),
            ("1,5 2,5\n3,0 4,0\n", Delimiter::Blanks),
            ("1, 5, 2\n3, 0, 4\n", Delimiter::Byte(b',')),
            ("1,2,3\n4\n5,6,7\n", Delimiter::Byte(b',')),
            ("1 2", Delimiter::Blanks),
            ("great white shark\ntench\nstingray\n", Delimiter::None),
            ("1\n2\n3\n", Delimiter::None),
            ("", Delimiter::None),
        ] {
            assert_eq!(Layout::of(text.as_bytes()).delimiter, expected, "{text}");
        }
        let marked = Layout::of(b"\xef\xbb\xbf1,2\n");
        assert_eq!((marked.mark, marked.delimiter), (3, Delimiter::Byte(b',')));
    }
}
