//! `.npz`: a zip archive of `.npy` members, stored or deflated.
//!
//! An archive's directory may claim anything. A member's declared size is
//! believed only as far as its bytes in the file can open to; names are keys and
//! never paths; an array counts as read once its checksum has been met.

use std::collections::HashSet;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use zip::read::{ArchiveOffset, Config};
use zip::result::{ZipError, ZipResult};
use zip::{CompressionMethod, ZipArchive};

use super::at::{Extent, Lies, ReadAt};
use super::body::Bytes;
use super::error::{ArrayProblem, DataError, printable};
use super::head::Head;
use super::npy::{Header, fill};
use super::origin::{Origin, Reader};
use crate::words::{count, thousands};

/// Deflate opens to at most this many times its size (258 bytes from 2 bits).
pub(super) const MOST_DEFLATE: u64 = 1032;
/// Allowed on top, for the smallest members.
pub(super) const SLACK: u64 = 1024;
/// Most members of an archive; each costs some hundred bytes to know.
const MOST_MEMBERS: u64 = 65_535;

/// An open archive.
pub(crate) struct Archive {
    file_name: String,
    zip: Zip,
    /// The same file, for members that are stored as they are.
    placed: Arc<dyn ReadAt>,
    /// Its bytes when it was opened.
    length: u64,
    /// Keys and their places in the zip, in the file's order.
    keys: Vec<(String, usize)>,
}

/// A zip file whose directory was read.
pub(super) type Zip = ZipArchive<BufReader<Reader>>;

/// A member's size, believed as far as the file bears it out.
#[derive(Clone, Copy)]
struct Size {
    declared: u64,
    stored: u64,
    /// Where its bytes begin in the file and what they sum to (CRC-32), if they
    /// are stored as they are.
    placed: Option<(u64, u32)>,
}

/// Opens a zip file, before which nothing may stand: where it might, the reader would
/// look through the file for its beginning for each end of a directory that it finds,
/// and a hostile file has as many as it likes.
pub(super) fn opened(origin: &Origin) -> ZipResult<Zip> {
    let config = Config {
        archive_offset: ArchiveOffset::Known(0),
    };
    ZipArchive::with_config(config, BufReader::new(origin.reader()))
}

/// Reads the directory of a zip file.
pub(super) fn directory(origin: &Origin) -> Result<Zip, DataError> {
    let (file_name, length) = (origin.name.as_str(), origin.length);
    let io = |source| origin.io(source);
    let bad = |what: String| match origin.extension.as_str() {
        "pt" | "pth" | "bin" | "ckpt" => DataError::Format {
            file: file_name.to_owned(),
            kind: "a PyTorch (zip) file",
            what,
        },
        _ => DataError::Archive {
            file: file_name.to_owned(),
            what,
        },
    };
    let mut directory = BufReader::new(origin.reader());
    if let Some(members) = claimed_members(&mut directory, length).map_err(io)?
        && members > MOST_MEMBERS
    {
        return Err(bad(format!(
            "it claims {} members, more than the {} that are read: save fewer, larger arrays",
            thousands(members),
            thousands(MOST_MEMBERS)
        )));
    }
    let zip = opened(origin).map_err(|error| match error {
        ZipError::Io(source) if source.kind() != io::ErrorKind::UnexpectedEof => io(source),
        error => bad(format!(
            "{}, so it is truncated or damaged: copy or save it again",
            archive_words(&error)
        )),
    })?;
    if let Some(name) = repeated_name(&mut directory, zip.central_directory_start()).map_err(io)? {
        return Err(DataError::DuplicateName {
            file: file_name.to_owned(),
            name,
        });
    }
    Ok(zip)
}

impl Archive {
    /// The arrays of a zip file whose directory was read.
    pub fn open(origin: &Origin, zip: Zip) -> Result<Self, DataError> {
        let keys: Vec<(String, usize)> = (0..zip.len())
            .filter_map(|place| {
                let key = zip.name_for_index(place)?.strip_suffix(".npy")?;
                Some((key.to_owned(), place))
            })
            .collect();
        if keys.is_empty() {
            return Err(DataError::NoArrays {
                file: origin.name.clone(),
                members: zip.len() as u64,
            });
        }
        Ok(Self {
            file_name: origin.name.clone(),
            zip,
            placed: Arc::clone(&origin.file),
            length: origin.length,
            keys,
        })
    }

    /// Names of the arrays, without `.npy`.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &str> {
        self.keys.iter().map(|(key, _)| key.as_str())
    }

    /// The name of the array at `place`; empty where there is none.
    pub fn key(&self, place: usize) -> &str {
        self.keys.get(place).map_or("", |(key, _)| key)
    }

    /// The place of `key` among [`Archive::keys`]; `layer1.npy` stands for
    /// `layer1` where no key is named so, as in NumPy.
    pub fn find(&self, key: &str) -> Option<usize> {
        let place = |key: &str| self.keys().position(|known| known == key);
        place(key).or_else(|| place(key.strip_suffix(".npy")?))
    }

    /// The header of the array at `place` and the bytes it lies in.
    pub fn header(&mut self, place: usize) -> Result<(Header, u64), ArrayProblem> {
        let (mut member, size) = self.member(place)?;
        let header = Header::read(&mut member, size.declared).map_err(unpacking)?;
        Ok((header, size.declared))
    }

    /// Reads the array at `place`, of which compressed data may unpack to `limit`
    /// bytes: `read` is given its head and the source behind its header; then the
    /// rest of the member is passed over and its checksum compared.
    pub(super) fn read<T>(
        &mut self,
        place: usize,
        limit: u64,
        cancel: &AtomicBool,
        read: impl FnOnce(&Head, Bytes<'_>) -> Result<T, ArrayProblem>,
    ) -> Result<T, ArrayProblem> {
        let (mut member, size) = self.member(place)?;
        let Some((start, checksum)) = size.placed else {
            let header = Header::read(&mut member, size.declared).map_err(unpacking)?;
            if size.declared > limit {
                return Err(ArrayProblem::OverLimit {
                    unpacked: size.declared,
                    limit,
                });
            }
            let bytes = Bytes::Stream(&mut member);
            let value = read(&header.head(size.declared), bytes).map_err(unpacking)?;
            finish(&mut member, size, cancel)?;
            return Ok(value);
        };
        drop(member);
        let extent = Extent::summed(&*self.placed, start);
        let header = Header::read(&mut BufReader::new(extent.head()), size.declared)?;
        let bytes = Bytes::Placed(&extent, header.bytes);
        let value = read(&header.head(size.declared), bytes)?;
        if extent.checksum(size.declared, cancel)? != checksum {
            return Err(ArrayProblem::Checksum);
        }
        Ok(value)
    }

    /// The file, and the byte at which the values of the array at `place` begin in it,
    /// where they are stored as they are. Its checksum is not compared.
    pub(super) fn lies(&mut self, place: usize) -> Result<Option<Lies>, ArrayProblem> {
        let (member, size) = self.member(place)?;
        drop(member);
        let Some((start, _)) = size.placed else {
            return Ok(None);
        };
        let extent = Extent::new(&*self.placed, start);
        let header = Header::read(&mut BufReader::new(extent.head()), size.declared)?;
        Ok(Some((Arc::clone(&self.placed), start + header.bytes)))
    }

    /// The array at `place`, to be read piece by piece.
    pub fn stream(&mut self, place: usize) -> Result<Stream<'_>, ArrayProblem> {
        let (mut member, size) = self.member(place)?;
        let header = Header::read(&mut member, size.declared).map_err(unpacking)?;
        Ok(Stream {
            member,
            size,
            header,
        })
    }

    /// The member at `place`, cut at its declared size.
    fn member(&mut self, place: usize) -> Result<(Member<'_>, Size), ArrayProblem> {
        let length = self.length;
        let index = self.keys.get(place).map_or(usize::MAX, |(_, index)| *index);
        let file = self.zip.by_index(index).map_err(|error| match error {
            ZipError::Io(source) if source.kind() != io::ErrorKind::UnexpectedEof => {
                ArrayProblem::Io(source)
            }
            error => ArrayProblem::Packing(member_words(&error)),
        })?;
        let (declared, stored) = (file.size(), file.compressed_size());
        let start = file.data_start().unwrap_or(length);
        let missing = stored.saturating_sub(length.saturating_sub(start));
        if missing > 0 {
            return Err(ArrayProblem::EndsEarly { missing });
        }
        let as_it_is = file.compression() == CompressionMethod::Stored && declared == stored;
        let size = Size {
            declared,
            stored,
            placed: as_it_is.then(|| (start, file.crc32())),
        };
        let most = match file.compression() {
            CompressionMethod::Stored => size.stored,
            _ => size.stored.saturating_mul(MOST_DEFLATE) + SLACK,
        };
        if size.declared > most {
            return Err(ArrayProblem::DeclaresTooMuch {
                declared: size.declared,
                stored: size.stored,
                most,
            });
        }
        let member = Member {
            left: size.declared,
            inner: file,
        };
        Ok((member, size))
    }

    /// Bytes of the archive when it was opened.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// The archive's file, without its folder.
    pub fn file_name(&self) -> &str {
        &self.file_name
    }
}

/// An array of an archive, being read. It counts as read once
/// [`Stream::finish`] has met its checksum.
pub(crate) struct Stream<'a> {
    member: Member<'a>,
    size: Size,
    header: Header,
}

impl Stream<'_> {
    /// What its header says; whether the bytes are there, [`Stream::body`] tells.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Bytes behind the header.
    pub fn body(&self) -> u64 {
        self.size.declared.saturating_sub(self.header.bytes)
    }

    /// Fills `buffer` with the next bytes.
    pub fn fill(&mut self, buffer: &mut [u8]) -> Result<(), ArrayProblem> {
        fill(&mut self.member, buffer).map_err(unpacking)
    }

    /// Passes over the rest and compares the checksum. Returns the bytes passed over.
    pub fn finish(mut self, cancel: &AtomicBool) -> Result<u64, ArrayProblem> {
        let left = self.member.left;
        finish(&mut self.member, self.size, cancel)?;
        Ok(left)
    }
}

/// A member's bytes up to its declared size.
struct Member<'a> {
    inner: zip::read::ZipFile<'a, BufReader<Reader>>,
    left: u64,
}

impl Read for Member<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).map_or(buffer.len(), |left| left.min(buffer.len()));
        if most == 0 {
            return Ok(0);
        }
        let read = self.inner.read(&mut buffer[..most])?;
        self.left -= read as u64;
        Ok(read)
    }
}

/// Passes over what is left up to the declared size, then asks for one byte
/// more: there must be none, and asking makes the zip reader compare checksums.
fn finish(member: &mut Member, size: Size, cancel: &AtomicBool) -> Result<(), ArrayProblem> {
    let mut scrap = vec![0u8; member.left.clamp(1, 1 << 16) as usize];
    while member.left > 0 {
        if cancel.load(Ordering::Relaxed) {
            return Err(ArrayProblem::Cancelled);
        }
        let missing = member.left;
        let read = member.read(&mut scrap).map_err(ArrayProblem::Io);
        if read.map_err(unpacking)? == 0 {
            return Err(ArrayProblem::EndsEarly { missing });
        }
    }
    let beyond = member.inner.read(&mut scrap[..1]).map_err(ArrayProblem::Io);
    if beyond.map_err(unpacking)? > 0 {
        return Err(ArrayProblem::MoreThanDeclared(size.declared));
    }
    Ok(())
}

/// Tells a damaged member from a failing system.
fn unpacking(problem: ArrayProblem) -> ArrayProblem {
    match problem {
        ArrayProblem::Io(error) if error.to_string() == "Invalid checksum" => {
            ArrayProblem::Checksum
        }
        ArrayProblem::Io(error)
            if matches!(
                error.kind(),
                io::ErrorKind::InvalidData
                    | io::ErrorKind::InvalidInput
                    | io::ErrorKind::UnexpectedEof
            ) =>
        {
            ArrayProblem::Packing(format!("its compressed data are damaged ({error})"))
        }
        other => other,
    }
}

fn archive_words(error: &ZipError) -> String {
    match error {
        ZipError::InvalidArchive(text) if text.contains("EOCD") => {
            "no end of the zip directory is found".to_owned()
        }
        other => format!(
            "its directory does not hold together ({})",
            inner_words(other)
        ),
    }
}

fn inner_words(error: &ZipError) -> String {
    match error {
        ZipError::InvalidArchive(text) => text.to_string(),
        ZipError::UnsupportedArchive(text) => (*text).to_owned(),
        ZipError::Io(error) => error.to_string(),
        other => other.to_string(),
    }
}

fn member_words(error: &ZipError) -> String {
    match error {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) | ZipError::InvalidPassword => {
            "it is locked with a password: save it without one".to_owned()
        }
        ZipError::CompressionMethodNotSupported(method) => format!(
            "compression method {method} is not read: save it with np.savez or \
             np.savez_compressed"
        ),
        other => format!("the zip file is damaged there ({})", inner_words(other)),
    }
}

/// The number of members that the 64-bit end of directory claims, if the last
/// bytes of the file hold one. Asked before the directory is read, because a
/// reader reserves room for that many.
fn claimed_members(file: &mut (impl Read + Seek), length: u64) -> io::Result<Option<u64>> {
    // End record and its comment, locator, and the 64-bit record itself.
    const TAIL: u64 = 22 + 65_535 + 20 + 56;
    // Signature, and the size of a record without extensions.
    const RECORD: &[u8] = b"PK\x06\x06\x2c\0\0\0\0\0\0\0";
    let start = length.saturating_sub(TAIL);
    file.seek(SeekFrom::Start(start))?;
    let mut tail = Vec::new();
    file.take(TAIL).read_to_end(&mut tail)?;
    let most = tail
        .windows(40)
        .filter(|window| window.starts_with(RECORD))
        .filter_map(|window| window[32..].as_array().copied().map(u64::from_le_bytes))
        .max();
    Ok(most)
}

/// The first name that the directory from `start` on holds twice. The zip
/// reader itself keeps only the last member of a name, and in silence.
fn repeated_name(file: &mut (impl BufRead + Seek), start: u64) -> io::Result<Option<String>> {
    const ENTRY: &[u8] = b"PK\x01\x02";
    file.seek(SeekFrom::Start(start))?;
    let mut names = HashSet::new();
    let mut entry = [0u8; 46];
    let length = |entry: &[u8; 46], at: usize| u16::from_le_bytes([entry[at], entry[at + 1]]);
    for _ in 0..MOST_MEMBERS {
        match file.read_exact(&mut entry) {
            Ok(()) if entry.starts_with(ENTRY) => {}
            Ok(()) => return Ok(None),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            Err(error) => return Err(error),
        }
        let mut name = vec![0u8; usize::from(length(&entry, 28))];
        match file.read_exact(&mut name) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            Err(error) => return Err(error),
        }
        let rest = i64::from(length(&entry, 30)) + i64::from(length(&entry, 32));
        file.seek_relative(rest)?;
        let shown = printable(&String::from_utf8_lossy(&name));
        if !names.insert(name) {
            return Ok(Some(shown));
        }
    }
    Ok(None)
}

/// Note on bytes behind an array.
pub(super) fn left_over(bytes: u64) -> Option<String> {
    let were = if bytes == 1 { "was" } else { "were" };
    (bytes > 0).then(|| format!("{} after the array {were} ignored", count(bytes, "byte")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_64_bit_directory_may_not_claim_more_members_than_are_read() {
        let record = |members: u64| {
            let mut file = vec![0u8; 100];
            file.extend(b"PK\x06\x06\x2c\0\0\0\0\0\0\0");
            file.extend([0; 20]);
            file.extend(members.to_le_bytes());
            file.extend([0; 16]);
            file
        };
        let claimed = |file: Vec<u8>| {
            let length = file.len() as u64;
            claimed_members(&mut io::Cursor::new(file), length).unwrap()
        };
        assert_eq!(claimed(record(1 << 40)), Some(1 << 40));
        assert_eq!(claimed(vec![0; 500]), None);
        let origin = Origin::of_bytes("x.npz", record(1 << 40));
        let error = directory(&origin).err().unwrap();
        assert!(error.to_string().contains("1,099,511,627,776 members"));
    }
}
