//! The file itself: bytes changed, left out, added; headers that say the same in another way.

use isoloir_protocol::audit::CheckId as C;

use crate::mutation::{Chance, Expected, Mutation};

/// Size of a header, and what contents are padded to.
const BLOCK: usize = 512;
const ANY: &[C] = &[C::ArchiveFormat, C::ArchiveHash, C::ArchiveReferences];

/// Changes the file.
pub fn mutate(bytes: &[u8], chance: &mut Chance) -> Option<Mutation> {
    let mut changed = bytes.to_vec();
    let (family, what) = match chance.below(7) {
        0 | 1 => {
            let at = chance.below(bytes.len());
            let bit = chance.below(8);
            *changed.get_mut(at)? ^= 1 << bit;
            ("a bit", format!("bit {bit} of byte {at}"))
        }
        2 => {
            // Not at the end of a record: that would be a beginning.
            let ends = records(bytes);
            let keep = 1 + chance.below(bytes.len() - 1);
            if ends.contains(&keep) {
                return None;
            }
            changed.truncate(keep);
            ("cut", format!("cut after byte {keep}"))
        }
        3 => {
            let at = chance.below(bytes.len() / BLOCK) * BLOCK;
            let end = at + BLOCK;
            changed.splice(at..at, bytes.get(at..end)?.to_vec());
            ("blocks", format!("the block at byte {at} twice"))
        }
        4 => {
            let blocks = 1 + chance.below(3);
            changed.extend(std::iter::repeat_n(0, blocks * BLOCK));
            ("blocks", format!("{blocks} empty blocks at the end"))
        }
        5 => {
            let all: [&[u8]; 4] = [b"\n", b" ", b"{}", b"\0"];
            let extra = *chance.pick(&all)?;
            changed.extend_from_slice(extra);
            ("bytes", format!("{extra:?} added at the end"))
        }
        _ => ("header", header(&mut changed, chance)?),
    };
    Some(Mutation {
        family,
        what,
        bytes: changed,
        expected: Expected::Refused(ANY),
    })
}

/// Where records begin, and where the file ends.
fn records(bytes: &[u8]) -> Vec<usize> {
    let mut starts = vec![0];
    let mut at = 0;
    while let Some(size) = bytes.get(at + 124..at + 135).and_then(octal) {
        at += BLOCK + size.div_ceil(BLOCK) * BLOCK;
        starts.push(at);
    }
    starts
}

fn octal(field: &[u8]) -> Option<usize> {
    usize::from_str_radix(std::str::from_utf8(field).ok()?, 8).ok()
}

/// A header that other programs would read in the same way, with the right checksum.
fn header(bytes: &mut [u8], chance: &mut Chance) -> Option<String> {
    let starts = records(bytes);
    let start = *chance.pick(starts.split_last()?.1)?;
    let block = bytes.get_mut(start..start + BLOCK)?;
    let variants: &[(&str, usize, &[u8])] = &[
        ("another mode", 100, b"0000755\0"),
        ("an owner", 108, b"0001750\0"),
        ("a group", 116, b"0001750\0"),
        ("a size with spaces", 124, b"         "),
        ("another time", 136, b"00000000001\0"),
        ("an old type", 156, b"\0"),
        ("a directory", 156, b"5"),
        ("a link", 157, b"x"),
        ("the magic of ustar", 257, b"ustar\x0000"),
        ("a name of an owner", 265, b"root"),
        ("a name prefix", 345, b"x"),
        ("a byte in the unused end", 511, b"x"),
    ];
    let (what, at, text) = *chance.pick(variants)?;
    for (place, byte) in block.iter_mut().skip(at).zip(text) {
        *place = *byte;
    }
    let sum: u32 = block
        .iter()
        .enumerate()
        .map(|(at, byte)| if (148..156).contains(&at) { 32 } else { u32::from(*byte) })
        .sum();
    let checksum = format!("{sum:06o}\0 ");
    for (place, byte) in block.iter_mut().skip(148).zip(checksum.bytes()) {
        *place = byte;
    }
    Some(format!("the header at byte {start} has {what}"))
}
