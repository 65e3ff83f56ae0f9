//! The rows of a table, one after another.

use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};

use csv::{ByteRecord, ReaderBuilder, Trim};

use super::super::origin::{Origin, Reader};
use super::layout::{Delimiter, Layout, words};

/// Bytes read at a time.
const BUFFER: usize = 256 << 10;

/// Rows yet to be read.
pub(super) enum Records {
    /// Of cells that may be quoted.
    Quoted(Box<csv::Reader<Marked>>),
    /// Of lines.
    Lines {
        reader: BufReader<Marked>,
        line: Vec<u8>,
        /// Lines read.
        number: u64,
        split: bool,
    },
}

/// Where a row is.
#[derive(Clone, Copy)]
pub(super) enum Place {
    /// On that line, the first being 1.
    Line(u64),
    /// Behind that byte of that line, blank lines and comments in between: they are
    /// only counted for a message.
    After { line: u64, byte: u64 },
}

impl Place {
    /// The line that the row begins on, in a file whose first line is behind `mark`
    /// bytes.
    pub fn line(self, origin: &Origin, mark: u64) -> u64 {
        let (mut line, byte) = match self {
            Self::Line(line) => return line,
            Self::After { line, byte } => (line, byte),
        };
        let mut reader = BufReader::new(origin.reader());
        if reader.seek(SeekFrom::Start(mark + byte)).is_err() {
            return line;
        }
        let mut comment = false;
        for byte in reader.bytes().map_while(Result::ok) {
            match byte {
                b'\n' => {
                    line += 1;
                    comment = false;
                }
                b'#' => comment = true,
                b'\r' => {}
                _ if comment => {}
                _ => break,
            }
        }
        line
    }
}

/// A file behind its byte order mark.
pub(super) struct Marked {
    reader: Reader,
    mark: Option<u64>,
}

impl Read for Marked {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some(mark) = self.mark.take() {
            self.reader.seek(SeekFrom::Start(mark))?;
        }
        self.reader.read(buffer)
    }
}

impl Records {
    pub fn new(origin: &Origin, layout: &Layout) -> Self {
        let reader = Marked {
            reader: origin.reader(),
            mark: Some(layout.mark),
        };
        match layout.delimiter {
            Delimiter::Byte(delimiter) => {
                let reader = ReaderBuilder::new()
                    .delimiter(delimiter)
                    .has_headers(false)
                    .flexible(true)
                    .trim(Trim::All)
                    .comment(Some(b'#'))
                    .buffer_capacity(BUFFER)
                    .from_reader(reader);
                Self::Quoted(Box::new(reader))
            }
            other => Self::Lines {
                reader: BufReader::with_capacity(BUFFER, reader),
                line: Vec::new(),
                number: 0,
                split: other == Delimiter::Blanks,
            },
        }
    }

    /// Reads the next row into `record`; gives where it is, or `None` behind the last
    /// row.
    pub fn next(&mut self, record: &mut ByteRecord) -> io::Result<Option<Place>> {
        match self {
            Self::Quoted(reader) => {
                // Rows of different lengths are allowed, text is not asked for.
                let more = reader.read_byte_record(record).map_err(io::Error::from)?;
                let place = record
                    .position()
                    .map_or(Place::Line(1), |position| Place::After {
                        line: position.line(),
                        byte: position.byte(),
                    });
                Ok(more.then_some(place))
            }
            Self::Lines {
                reader,
                line,
                number,
                split,
            } => loop {
                line.clear();
                if reader.read_until(b'\n', line)? == 0 {
                    return Ok(None);
                }
                *number += 1;
                let text = line.trim_ascii();
                if text.is_empty() || text.starts_with(b"#") {
                    continue;
                }
                record.clear();
                if *split {
                    words(text).for_each(|word| record.push_field(word));
                } else {
                    record.push_field(unquoted(text));
                }
                return Ok(Some(Place::Line(*number)));
            },
        }
    }
}

/// A line without the quotes around it.
fn unquoted(text: &[u8]) -> &[u8] {
    let inner = text
        .strip_prefix(b"\"")
        .and_then(|rest| rest.strip_suffix(b"\""));
    inner.unwrap_or(text)
}
