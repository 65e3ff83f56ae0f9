//! Words of files: the items of a text array (`<U5`, `|S3`) and the lines of a text
//! file, one after another and never all held at once.

use std::io::{BufRead, BufReader, Read};
use std::sync::atomic::{AtomicBool, Ordering};

use super::at::BUFFER;
use super::body::Bytes;
use super::dtype::{Descr, Letters, TextLayout};
use super::error::{ArrayProblem, DataError};
use super::head::Head;
use super::origin::Origin;
use crate::words::{count, thousands, times};

/// Most bytes of a word: no class is called so.
pub(super) const LONGEST_WORD: u64 = 16 << 10;

/// The text of an array's head, if that is what it holds.
pub(super) fn layout(head: &Head) -> Option<TextLayout> {
    match &head.descr {
        Descr::Refused(refused) => refused.text(),
        Descr::Numbers { .. } => None,
    }
}

/// Reads a text array of one axis, or of a second of length 1: `each` is given its
/// items in order.
pub(super) fn items(
    head: &Head,
    layout: TextLayout,
    bytes: Bytes<'_>,
    cancel: &AtomicBool,
    mut each: impl FnMut(&str) -> Result<(), ArrayProblem>,
) -> Result<(), ArrayProblem> {
    let (&[length] | &[length, 1]) = &head.shape[..] else {
        return Err(ArrayProblem::Said(format!(
            "holds {} words, but one an entry is needed: save one column of it",
            times(&head.shape)
        )));
    };
    let item = layout.item_bytes;
    if item == 0 || item > LONGEST_WORD {
        return Err(ArrayProblem::Said(format!(
            "holds texts of {} each, but words of 1 to {} are read",
            count(item, "byte"),
            thousands(LONGEST_WORD)
        )));
    }
    let needed = length.checked_mul(item);
    let Some(needed) = needed.filter(|&needed| needed <= head.follow) else {
        return Err(ArrayProblem::TooShort {
            shape: head.shape.clone(),
            dtype: "text",
            bytes: needed,
            follow: head.follow,
        });
    };
    // At most 2^14.
    let item = item as usize;
    let mut entry = 0u64;
    let mut word = String::new();
    chunks(bytes, needed, item, cancel, |chunk| {
        for bytes in chunk.chunks_exact(item) {
            decode(bytes, layout.letters, &mut word).ok_or_else(|| {
                ArrayProblem::Said(format!(
                    "holds a text at entry {} that is no Unicode: save it again with np.save",
                    thousands(entry)
                ))
            })?;
            each(&word)?;
            entry += 1;
        }
        Ok(())
    })
}

/// Gives `total` bytes on, whole items of `item` bytes at a time.
fn chunks(
    bytes: Bytes<'_>,
    total: u64,
    item: usize,
    cancel: &AtomicBool,
    mut each: impl FnMut(&[u8]) -> Result<(), ArrayProblem>,
) -> Result<(), ArrayProblem> {
    let together = (BUFFER / item).max(1) * item;
    let mut buffer = vec![0; usize::try_from(total).map_or(together, |all| all.min(together))];
    let mut done = 0;
    let mut source = bytes;
    while done < total {
        if cancel.load(Ordering::Relaxed) {
            return Err(ArrayProblem::Cancelled);
        }
        let take = usize::try_from(total - done).map_or(together, |left| left.min(together));
        let chunk = &mut buffer[..take];
        match &mut source {
            Bytes::Stream(stream) => super::npy::fill(&mut **stream, chunk)?,
            Bytes::Placed(extent, start) => extent.read(*start + done, chunk)?,
        }
        each(chunk)?;
        done += take as u64;
    }
    Ok(())
}

/// The word that an item spells, without the zeros that fill it up; `None` if it is
/// no Unicode.
fn decode(item: &[u8], letters: Letters, word: &mut String) -> Option<()> {
    word.clear();
    let wide = |bytes: &[u8]| -> Option<u32> {
        let bytes: [u8; 4] = bytes.try_into().ok()?;
        Some(match letters {
            Letters::BigEndian => u32::from_be_bytes(bytes),
            _ => u32::from_le_bytes(bytes),
        })
    };
    if letters == Letters::Bytes {
        let end = item
            .iter()
            .rposition(|&byte| byte != 0)
            .map_or(0, |n| n + 1);
        word.push_str(std::str::from_utf8(&item[..end]).ok()?);
    } else {
        for bytes in item.chunks_exact(4) {
            word.push(char::from_u32(wide(bytes)?)?);
        }
        word.truncate(word.trim_end_matches('\0').len());
    }
    Some(())
}

/// Reads a text file line by line, without the line breaks, the mark of UTF-8 and
/// empty lines at its end: `each` is given the line's number, from 1, and the line.
pub(super) fn lines(
    origin: &Origin,
    cancel: &AtomicBool,
    mut each: impl FnMut(u64, &str) -> Result<(), ArrayProblem>,
) -> Result<(), DataError> {
    let at = |problem: ArrayProblem| problem.at(&origin.name, None);
    let mut reader = BufReader::with_capacity(BUFFER, origin.reader());
    let mut line = Vec::new();
    let (mut number, mut empty) = (0u64, 0u64);
    loop {
        line.clear();
        let mut part = (&mut reader).take(LONGEST_WORD + 2);
        let read = part.read_until(b'\n', &mut line);
        if read.map_err(|source| origin.io(source))? == 0 {
            return Ok(());
        }
        number += 1;
        if number.is_multiple_of(1024) && cancel.load(Ordering::Relaxed) {
            return Err(DataError::Cancelled);
        }
        if line.last() != Some(&b'\n') && line.len() as u64 > LONGEST_WORD {
            return Err(at(ArrayProblem::Said(format!(
                "has more than {} in line {}: one short word a line is needed",
                count(LONGEST_WORD, "byte"),
                thousands(number)
            ))));
        }
        let text = std::str::from_utf8(&line).map_err(|_| {
            at(ArrayProblem::Said(format!(
                "is no UTF-8 text in line {}: save it as UTF-8",
                thousands(number)
            )))
        })?;
        let text = text.trim_start_matches('\u{feff}').trim();
        if text.is_empty() {
            empty = if empty == 0 { number } else { empty };
            continue;
        }
        if empty > 0 {
            return Err(at(ArrayProblem::Said(format!(
                "has nothing in line {}: one word a line is needed",
                thousands(empty)
            ))));
        }
        each(number, text).map_err(at)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(item: &[u8], letters: Letters) -> Option<String> {
        let mut word = String::new();
        decode(item, letters, &mut word).map(|()| word)
    }

    #[test]
    fn letters_are_decoded_in_either_order_and_padding_goes() {
        let wide = |order: fn(u32) -> [u8; 4]| -> Vec<u8> {
            let letters = ['é', '🦊', '\0', '\0'];
            letters.into_iter().flat_map(|c| order(c as u32)).collect()
        };
        assert_eq!(
            word(&wide(u32::to_le_bytes), Letters::LittleEndian).as_deref(),
            Some("é🦊")
        );
        assert_eq!(
            word(&wide(u32::to_be_bytes), Letters::BigEndian).as_deref(),
            Some("é🦊")
        );
        assert_eq!(word(b"cat\0\0", Letters::Bytes).as_deref(), Some("cat"));
        // A surrogate, beyond Unicode, and no UTF-8.
        for (item, letters) in [
            (&[0x00, 0xd8, 0, 0][..], Letters::LittleEndian),
            (&[0x7f, 0xff, 0xff, 0xff], Letters::BigEndian),
            (b"\xff", Letters::Bytes),
        ] {
            assert_eq!(word(item, letters), None);
        }
    }

    fn all(bytes: &[u8]) -> Result<Vec<String>, String> {
        let mut lines = Vec::new();
        let origin = Origin::of_bytes("x.txt", bytes);
        super::lines(&origin, &AtomicBool::new(false), |_, line| {
            lines.push(line.to_owned());
            Ok(())
        })
        .map(|()| lines)
        .map_err(|e| e.to_string())
    }

    #[test]
    fn lines_come_without_breaks_marks_and_empty_ends() {
        assert_eq!(
            all(b"\xef\xbb\xbfcat\r\ngreat dane\r\n\n\n").unwrap(),
            ["cat", "great dane"]
        );
        assert_eq!(all(b"").unwrap(), [""; 0]);
        for (bytes, said) in [
            (&b"a\n\nb\n"[..], "x.txt has nothing in line 2"),
            (b"a\n\xff\n", "x.txt is no UTF-8 text in line 2"),
            (
                &vec![b'a'; 100_000],
                "x.txt has more than 16,384 bytes in line 1",
            ),
        ] {
            let error = all(bytes).unwrap_err();
            assert!(error.starts_with(said), "{error}");
        }
    }
}
