//! An audit that is interrupted goes on where it was, believes only its own state, and notices another archive.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "helpers of tests fail as tests do"
)]

use std::{
    fs,
    io::{self, Cursor, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

use isoloir_protocol::{
    archive::{ArchiveWriter, ChainReader, chain::Content},
    audit::{CheckId, Options, Report, audit_from, engine::Direct},
};
use isoloir_verify::state::{State, StateError};

/// A file whose disk fails from some byte on.
struct Failing {
    bytes: Cursor<Vec<u8>>,
    from: u64,
}

impl Read for Failing {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.bytes.position() >= self.from {
            return Err(io::Error::other("the disk was pulled out"));
        }
        let most = (self.from - self.bytes.position()).min(out.len() as u64) as usize;
        self.bytes.read(&mut out[..most])
    }
}

impl Seek for Failing {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.bytes.seek(to)
    }
}

struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn state_path(&self) -> PathBuf {
        self.folder.path().join("state.json")
    }

    fn state(&self) -> State {
        self.state_with_key("key")
    }

    fn state_with_key(&self, key: &str) -> State {
        let key = self.folder.path().join(key);
        State::open(&self.state_path(), Some(&key), 1, Box::new(|_| {})).unwrap()
    }

    /// Audits until the disk fails at this byte.
    fn interrupted(&self, bytes: &[u8], at: u64) {
        let source = Failing {
            bytes: Cursor::new(bytes.to_vec()),
            from: at,
        };
        let mut state = self.state();
        let ended = audit_from(source, &complete(), &Direct, None, &mut state);
        assert_eq!(ended.unwrap_err().to_string(), "the disk was pulled out");
        assert!(self.state_path().exists());
    }

    fn resumed(&self, bytes: &[u8]) -> Report {
        let mut state = self.state();
        let checkpoint = state.read().unwrap();
        assert!(checkpoint.is_some());
        let report = audit_from(
            Cursor::new(bytes),
            &complete(),
            &Direct,
            checkpoint.as_ref(),
            &mut state,
        )
        .unwrap();
        state.finish().unwrap();
        assert!(!self.state_path().exists());
        report
    }
}

fn complete() -> Options {
    Options {
        require_result: true,
        ..Options::default()
    }
}

fn archive(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../vectors/archives/valid")
        .join(name);
    let mut files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    fs::read(files.find(|path| path.extension().is_some_and(|e| e == "bel")).unwrap()).unwrap()
}

/// The byte after the `count`-th event.
fn after_events(bytes: &[u8], count: u64) -> u64 {
    let mut chain = ChainReader::open(bytes).unwrap();
    while chain.height() < count {
        chain.next_entry().unwrap().unwrap();
    }
    chain.offset()
}

/// The archive with its first ballot left out, chained again.
fn without_first_ballot(bytes: &[u8]) -> Vec<u8> {
    let mut chain = ChainReader::open(bytes).unwrap();
    let mut writer = ArchiveWriter::new(Vec::new(), chain.timestamp()).unwrap();
    while let Some(entry) = chain.next_entry().unwrap() {
        if entry.event.height != 1 {
            writer.entry(&entry.content).unwrap();
        }
    }
    writer.into_inner()
}

#[test]
fn an_interrupted_audit_goes_on_and_comes_to_the_same_end() {
    // Voters who vote again before and after the interruption; answers that are listed rather than added up; weights.
    for name in ["t33-revote-ed-s1", "t33-nh-ed-s2", "t33-weights-ed-s1"] {
        let bytes = archive(name);
        let whole = audit_from(
            Cursor::new(&bytes),
            &complete(),
            &Direct,
            None,
            &mut Desk::new().state(),
        )
        .unwrap();
        assert!(whole.is_valid(), "{name}");
        for events in 2..=whole.ballots {
            let desk = Desk::new();
            desk.interrupted(&bytes, after_events(&bytes, events));
            let report = desk.resumed(&bytes);
            assert_eq!(report.resumed, events - 1, "{name}");
            assert!(report.is_valid(), "{name}: {:?}", report.finding);
            assert_eq!(report.checks, whole.checks, "{name}");
            assert_eq!(
                (report.head, report.ballots, report.figures),
                (whole.head, whole.ballots, whole.figures)
            );
            assert_eq!(report.result, whole.result, "{name}");
        }
    }
}

#[test]
fn the_state_of_another_archive_is_dropped_and_everything_verified() {
    let bytes = archive("t33-two-ed-s1");
    let desk = Desk::new();
    desk.interrupted(&bytes, after_events(&bytes, 3));
    let report = desk.resumed(&without_first_ballot(&bytes));
    assert_eq!(report.resumed, 0);
    assert_eq!(report.finding.unwrap().check(), CheckId::TallySum);

    desk.interrupted(&bytes, after_events(&bytes, 4));
    let report = desk.resumed(&archive("t33-blank4-ed-s1"));
    assert_eq!(report.resumed, 0);
    assert!(report.is_valid());
}

#[test]
fn what_was_verified_before_is_still_checked_for_all_but_its_proofs() {
    let bytes = archive("t33-two-ed-s1");
    let mut chain = ChainReader::open(bytes.as_slice()).unwrap();
    let mut writer = ArchiveWriter::new(Vec::new(), chain.timestamp()).unwrap();
    while let Some(entry) = chain.next_entry().unwrap() {
        let again = matches!(entry.content, Content::Ballot(_)) && entry.event.height == 2;
        for _ in 0..=u8::from(again) {
            writer.entry(&entry.content).unwrap();
        }
    }
    let doubled = writer.into_inner();
    let desk = Desk::new();
    desk.interrupted(&bytes, after_events(&bytes, 3));
    let report = desk.resumed(&doubled);
    assert_eq!(report.resumed, 2);
    assert_eq!(report.finding.unwrap().check(), CheckId::BallotDuplicate);
}

#[test]
fn a_state_that_is_not_this_auditors_own_is_refused() {
    let bytes = archive("t33-two-ed-s1");
    let desk = Desk::new();
    desk.interrupted(&bytes, after_events(&bytes, 4));
    let other = desk.state_with_key("another key").read();
    assert!(matches!(other, Err(StateError::Seal(_))));

    let text = fs::read_to_string(desk.state_path()).unwrap();
    for (from, to) in [
        ("\"ballots\":3", "\"ballots\":4"),
        ("\"num_tallied\":3", "\"num_tallied\":2"),
    ] {
        assert!(text.contains(from));
        fs::write(desk.state_path(), text.replacen(from, to, 1)).unwrap();
        assert!(matches!(desk.state().read(), Err(StateError::Seal(_))), "{to}");
    }
    fs::write(desk.state_path(), "{}").unwrap();
    assert!(matches!(desk.state().read(), Err(StateError::Seal(_))));
}

#[cfg(unix)]
#[test]
fn the_key_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let desk = Desk::new();
    let _ = desk.state();
    let key = desk.folder.path().join("key");
    assert_eq!(fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    let opened = State::open(&desk.state_path(), Some(&key), 1, Box::new(|_| {}));
    assert!(matches!(opened, Err(StateError::KeyIsPublic(_))));
}
