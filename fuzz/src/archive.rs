//! Zip archives, taken apart and put together again with right checksums or with
//! lies.

use std::io::{Cursor, Read, Write};

use flate2::Compression;
use flate2::write::DeflateEncoder;

use crate::random::Random;

/// A file in an archive.
#[derive(Clone, Debug)]
pub struct Member {
    /// Its name, which need not be text.
    pub name: Vec<u8>,
    /// Its bytes, unpacked.
    pub data: Vec<u8>,
}

/// Most bytes of a member that is taken apart.
const MOST: u64 = 256 << 10;

/// What an archive holds, if it is one and holds nothing large.
#[must_use]
pub fn unpacked(bytes: &[u8]) -> Option<Vec<Member>> {
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
    let mut members = Vec::new();
    for place in 0..zip.len() {
        let mut file = zip.by_index(place).ok()?;
        let mut data = Vec::new();
        file.by_ref().take(MOST + 1).read_to_end(&mut data).ok()?;
        if data.len() as u64 > MOST {
            return None;
        }
        let name = file.name_raw().to_vec();
        members.push(Member { name, data });
    }
    (!members.is_empty()).then_some(members)
}

/// What the directory and the local headers say of a member.
#[derive(Clone, Copy, Debug)]
struct Said {
    method: u16,
    flags: u16,
    checksum: u32,
    packed: u32,
    unpacked: u32,
    at: u32,
}

/// An archive of the members: stored or deflated, mostly with the truth about them.
#[must_use]
pub fn packed(members: &[Member], random: &mut Random) -> Vec<u8> {
    let lies = random.percent(25);
    let deflated = random.percent(50);
    let alignment = if random.percent(30) { 64 } else { 1 };
    let mut out = Vec::new();
    let mut directory = Vec::new();
    let mut first = None;
    for member in members {
        let data = if deflated {
            deflate(&member.data)
        } else {
            member.data.clone()
        };
        let mut said = Said {
            method: if deflated { 8 } else { 0 },
            flags: 0,
            checksum: crc32fast::hash(&member.data),
            packed: data.len() as u32,
            unpacked: member.data.len() as u32,
            at: out.len() as u32,
        };
        let first = *first.get_or_insert(said);
        local(&mut out, &member.name, said, alignment);
        out.extend(&data);
        if lies {
            lie(&mut said, first, random);
        }
        central(&mut directory, &member.name, said);
    }
    let at = out.len() as u32;
    let length = directory.len() as u32;
    out.extend(directory);
    let mut count = members.len() as u16;
    let mut end = (length, at);
    if lies && random.percent(20) {
        count = *random.pick(&[0, 1, count.wrapping_add(1), u16::MAX]);
    }
    if lies && random.percent(10) {
        end = (number(random, end.0), number(random, end.1));
    }
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend(count.to_le_bytes());
    out.extend(count.to_le_bytes());
    out.extend(end.0.to_le_bytes());
    out.extend(end.1.to_le_bytes());
    out.extend([0; 2]);
    out
}

/// Says something untrue of a member.
fn lie(said: &mut Said, first: Said, random: &mut Random) {
    match random.below(9) {
        0 => said.checksum ^= 1 << random.below(32),
        1 => said.packed = number(random, said.packed),
        2 => said.unpacked = number(random, said.unpacked),
        3 => said.at = number(random, said.at),
        // The same bytes once more under another name.
        4 => *said = first,
        5 => said.method = *random.pick(&[0, 1, 8, 9, 12, 14, 93, 99]),
        6 => said.flags = 1 << random.below(16),
        7 => (said.packed, said.unpacked) = (said.packed + 1, said.unpacked + 1),
        _ => {}
    }
}

fn number(random: &mut Random, near: u32) -> u32 {
    *random.pick(&[
        0,
        1,
        near.wrapping_sub(1),
        near.wrapping_add(1),
        near.wrapping_mul(2),
        1 << 20,
        1 << 31,
        u32::MAX - 1,
        u32::MAX,
    ])
}

fn local(out: &mut Vec<u8>, name: &[u8], said: Said, alignment: usize) {
    out.extend(b"PK\x03\x04\x14\0");
    fields(out, said, name);
    // PyTorch pads its members by an extra field.
    let padding = (alignment - (out.len() + 2 + name.len()) % alignment) % alignment;
    out.extend((padding as u16).to_le_bytes());
    out.extend(name);
    out.extend(vec![0; padding]);
}

fn central(out: &mut Vec<u8>, name: &[u8], said: Said) {
    out.extend(b"PK\x01\x02\x14\0\x14\0");
    fields(out, said, name);
    // No extra field, no comment, first disk, no attributes.
    out.extend([0; 12]);
    out.extend(said.at.to_le_bytes());
    out.extend(name);
}

/// What both headers have in common, up to the length of the name.
fn fields(out: &mut Vec<u8>, said: Said, name: &[u8]) {
    out.extend(said.flags.to_le_bytes());
    out.extend(said.method.to_le_bytes());
    out.extend([0; 4]);
    for field in [said.checksum, said.packed, said.unpacked] {
        out.extend(field.to_le_bytes());
    }
    out.extend((name.len() as u16).to_le_bytes());
}

fn deflate(data: &[u8]) -> Vec<u8> {
    let mut packer = DeflateEncoder::new(Vec::new(), Compression::fast());
    let deflated = packer.write_all(data).and_then(|()| packer.finish());
    deflated.unwrap_or_else(|error| unreachable!("nothing fails in memory: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_together_comes_apart_again() {
        let members: Vec<Member> = ["a.npy", "data/b"]
            .map(|name| Member {
                name: name.into(),
                data: name.repeat(50).into_bytes(),
            })
            .into();
        let mut whole = 0;
        for iteration in 0..100 {
            let mut random = Random::new(1, iteration);
            let again = unpacked(&packed(&members, &mut random));
            let same = again.is_some_and(|again| {
                let mut pairs = again.iter().zip(&members);
                pairs.all(|(a, b)| (&a.name, &a.data) == (&b.name, &b.data))
            });
            whole += usize::from(same);
        }
        assert!((60..100).contains(&whole), "{whole}");
    }
}
