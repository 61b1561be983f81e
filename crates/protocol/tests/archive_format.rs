//! The format of archives: what is read and written again gives the same bytes, and nothing else is read.

use std::fs;

use isoloir_protocol::archive::{
    ArchiveError, ArchiveReader, ArchiveWriter, ChainReader, Event, Phase, ReadError, RecordName,
};

use crate::archives;

fn read_entries(bytes: &[u8]) -> Result<(u64, Phase), ArchiveError> {
    let mut chain = ChainReader::open(bytes)?;
    while chain.next_entry()?.is_some() {}
    Ok((chain.height(), chain.phase()))
}

#[test]
fn every_valid_archive_is_complete_and_written_again_to_the_same_bytes() {
    for (name, path) in archives::all("valid") {
        let bytes = fs::read(&path).unwrap();
        let (height, phase) = read_entries(&bytes).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert!(height >= 8, "{name}");
        assert_eq!(phase, Phase::Complete, "{name}");

        let mut reader = ArchiveReader::open(bytes.as_slice()).unwrap();
        let mut writer = ArchiveWriter::new(Vec::new(), reader.timestamp()).unwrap();
        while let Some(record) = reader.next_record().unwrap() {
            match record.name {
                RecordName::Data(hash) => assert_eq!(writer.data(&record.bytes).unwrap(), hash),
                RecordName::Event(hash) => {
                    let event: Event = isoloir_protocol::json::parse(&record.bytes).unwrap();
                    assert_eq!(writer.event(event.kind, event.payload).unwrap(), hash);
                }
            }
        }
        assert!(
            writer.into_inner() == bytes,
            "{name}: written again, the archive differs"
        );
    }
}

#[test]
fn a_bad_parent_breaks_the_chain() {
    let folder = archives::root().join("corrupted/cb33--chain-bad-parent");
    let bytes = fs::read(archives::bel(&folder)).unwrap();
    assert!(matches!(read_entries(&bytes), Err(ArchiveError::Parent { .. })));
}

/// Every byte of a small archive, changed, is noticed by the format alone.
#[test]
fn no_byte_can_be_changed() {
    let bytes = fs::read(archives::bel(&archives::valid("t33-two-ed-s1"))).unwrap();
    let end = bytes.len();
    for at in (0..end).step_by(37).chain(end - 600..end) {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        assert!(read_entries(&changed).is_err(), "a change of byte {at} is not noticed");
    }
}

#[test]
fn truncation_and_trailing_bytes_are_refused() {
    let bytes = fs::read(archives::bel(&archives::valid("t33-two-ed-s1"))).unwrap();
    for cut in [1, 100, 511, 513, 1023] {
        let short = &bytes[..bytes.len() - cut];
        assert!(read_entries(short).is_err(), "{cut} bytes cut off are not noticed");
    }
    // The last data record without its event belongs to nothing.
    let short = &bytes[..bytes.len() - 1024];
    assert!(matches!(read_entries(short), Err(ArchiveError::Unreferenced { .. })));
    for garbage in [1, 511, 512, 1024] {
        let mut long = bytes.clone();
        long.resize(bytes.len() + garbage, 0);
        assert!(read_entries(&long).is_err(), "{garbage} bytes added are not noticed");
    }
}

#[test]
fn records_in_another_order_are_refused() {
    let bytes = fs::read(archives::bel(&archives::valid("t33-two-ed-s1"))).unwrap();
    let mut records = Vec::new();
    let mut reader = ArchiveReader::open(bytes.as_slice()).unwrap();
    let mut from = reader.offset();
    let preamble = from;
    while reader.next_record().unwrap().is_some() {
        records.push((from, reader.offset()));
        from = reader.offset();
    }
    for i in 1..records.len() {
        let mut order = records.clone();
        order.swap(i - 1, i);
        let mut swapped = bytes[..preamble as usize].to_vec();
        for (from, to) in order {
            swapped.extend_from_slice(&bytes[from as usize..to as usize]);
        }
        assert!(
            read_entries(&swapped).is_err(),
            "records {} and {i} can be swapped",
            i - 1
        );
    }
}

#[test]
fn other_files_are_not_archives() {
    for bytes in [&b""[..], b"hello", &[0; 512], &[0; 2048]] {
        assert!(matches!(
            ArchiveReader::open(bytes),
            Err(ReadError::NotAnArchive | ReadError::Truncated(_))
        ));
    }
}
