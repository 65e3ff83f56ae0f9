//! An npz being written: arrays one after another, uncompressed.

use std::io::{self, Write};

use ndarray::{Array1, arr0};
use ndarray_npy::{WritableElement, WriteNpyError, WriteNpyExt};
use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::TableError;
use super::out_file::OutFile;
use super::statistics::Facts;

/// Members from this size on get zip64 sizes; a little below 4 GiB, for the header.
pub(super) const LARGE: u64 = 0xFFFF_0000;

/// An npz of a file that appears whole or not at all.
#[derive(Debug)]
pub(super) struct ArrayFile {
    pub zip: ZipWriter<OutFile>,
    name: String,
}

impl ArrayFile {
    pub fn new(out: OutFile) -> Self {
        Self {
            name: out.name().to_owned(),
            zip: ZipWriter::new(out),
        }
    }

    /// What to say of a failure to write.
    pub fn failed(&self, source: io::Error) -> TableError {
        TableError::Io {
            file: self.name.clone(),
            source,
        }
    }

    /// Gives the file its name.
    pub fn finish(self) -> Result<(), TableError> {
        let name = self.name;
        let out = self.zip.finish().map_err(|e| TableError::Io {
            file: name,
            source: zip_error(e),
        })?;
        out.finish()
    }

    /// Starts the member `name.npy` of about `bytes`.
    pub fn member(&mut self, name: &str, bytes: u64) -> io::Result<()> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            // 1980-01-01: the same result, the same bytes.
            .last_modified_time(DateTime::default())
            .unix_permissions(0o644)
            .large_file(bytes >= LARGE);
        self.zip
            .start_file(format!("{name}.npy"), options)
            .map_err(zip_error)
    }

    pub fn array(&mut self, name: &str, bytes: u64, array: &impl WriteNpyExt) -> io::Result<()> {
        self.member(name, bytes)?;
        array.write_npy(&mut self.zip).map_err(|e| match e {
            WriteNpyError::Io(e) => e,
            other => io::Error::other(other),
        })
    }

    pub fn vector<T: WritableElement>(&mut self, name: &str, values: Vec<T>) -> io::Result<()> {
        let bytes = size_of_val(values.as_slice()) as u64;
        self.array(name, bytes, &Array1::from_vec(values))
    }

    pub fn scalar<T: WritableElement>(&mut self, name: &str, value: T) -> io::Result<()> {
        self.array(name, 8, &arr0(value))
    }

    /// How many samples there are, and how many rows are none or zero.
    pub fn samples(&mut self, facts: &Facts) -> io::Result<()> {
        self.scalar("n_samples", integer(facts.n_samples as u64))?;
        self.scalar("excluded_rows", integer(facts.excluded_rows as u64))?;
        self.scalar("zero_rows", integer(facts.zero_rows as u64))
    }

    /// Text as `NumPy` keeps it: one array element of code points, four bytes each.
    pub fn text(&mut self, name: &str, text: &str) -> io::Result<()> {
        let points: Vec<u8> = text
            .chars()
            .flat_map(|c| u32::from(c).to_le_bytes())
            .collect();
        self.member(name, points.len() as u64)?;
        let descr = format!("<U{}", points.len() / 4);
        self.zip.write_all(&npy_header(&descr, "()"))?;
        self.zip.write_all(&points)
    }
}

/// Version 1.0 of the npy format: magic, length, a Python literal padded so that
/// the data begin at a multiple of 64 bytes.
pub(super) fn npy_header(descr: &str, shape: &str) -> Vec<u8> {
    const FIXED: usize = 10;
    let mut dict = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}");
    let padded = (FIXED + dict.len() + 1).next_multiple_of(64) - FIXED;
    dict.extend(std::iter::repeat_n(' ', padded - dict.len() - 1));
    dict.push('\n');
    let mut header = b"\x93NUMPY\x01\x00".to_vec();
    // A dict of one dtype and at most two lengths is under 200 bytes.
    #[allow(clippy::cast_possible_truncation)]
    header.extend((padded as u16).to_le_bytes());
    header.extend(dict.as_bytes());
    header
}

/// `NumPy`'s own integer.
pub(super) fn integer(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn zip_error(error: ZipError) -> io::Error {
    match error {
        ZipError::Io(e) => e,
        other => io::Error::other(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_padded_to_sixty_four_bytes() {
        let header = npy_header("<i4", "(276, 361)");
        assert_eq!(header.len() % 64, 0);
        assert_eq!(header.last(), Some(&b'\n'));
        assert_eq!(
            usize::from(u16::from_le_bytes([header[8], header[9]])),
            header.len() - 10
        );
    }
}
