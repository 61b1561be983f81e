//! The audit, on every reference archive and on archives changed in one place.

use std::{
    fs,
    io::{Cursor, Write as _},
};

use isoloir_protocol::{
    archive::{
        ArchiveWriter, ChainReader, EventKind, PayloadHash, Phase, Record, RecordName, TallyRecord, chain::Content,
    },
    audit::{CheckId, Culprit, Options, Outcome, Report, audit},
    certificate::CredentialsCertificate,
    credential::ElectionUuid,
    election::ElectionParams,
    group::{Ed25519, Group as _},
    json,
    tally::Weight,
    trustee::{Keys, Seed},
};

use crate::archives;
use crate::common;

fn report(bytes: &[u8], options: Options) -> Report {
    audit(Cursor::new(bytes), &options, &mut |_| {}).unwrap()
}

fn failed(bytes: &[u8]) -> Option<CheckId> {
    report(bytes, Options::default()).finding.map(|f| f.check())
}

#[test]
fn every_valid_archive_is_accepted_with_its_result() {
    for (name, path) in archives::all("valid") {
        let report = report(
            &fs::read(&path).unwrap(),
            Options {
                require_result: true,
                ..Options::default()
            },
        );
        assert!(report.is_valid(), "{name}: {:?}", report.finding);
        let stored = fs::read_to_string(path.with_file_name("result.json")).unwrap();
        let result = String::from_utf8(report.result.unwrap().to_bytes()).unwrap();
        assert_eq!(result, stored.trim(), "{name}");
        let shuffled = name.contains("-nh-");
        let skipped = |id: CheckId| {
            id == CheckId::ArchiveHead || id.id().starts_with("seats.") || !shuffled && id.id().starts_with("shuffle.")
        };
        for check in report.checks {
            let expected = if skipped(check.id) {
                Outcome::NotApplicable
            } else {
                Outcome::Passed
            };
            assert_eq!(check.outcome, expected, "{name}: {:?}", check.id);
        }
    }
}

#[test]
fn every_corrupted_archive_is_refused_by_the_right_check() {
    for (name, path) in archives::all("corrupted") {
        let report = report(&fs::read(&path).unwrap(), Options::default());
        let (_, fault) = name.split_once("--").unwrap();
        let expected = match fault {
            "control" => None,
            "ballot-small-order" => Some(CheckId::BallotForm),
            "ballot-duplicate" => Some(CheckId::BallotDuplicate),
            "ballot-iproof-response-flip" => Some(CheckId::BallotProof),
            "ballot-swap-credentials" => Some(CheckId::BallotSignature),
            "chain-bad-parent" => Some(CheckId::ArchiveChain),
            "result-plus-one" => Some(CheckId::ResultConsistent),
            "setup-credential-missing" => Some(CheckId::BallotCredential),
            "tally-ballot-dropped" => Some(CheckId::TallySum),
            other => panic!("unknown fault {other}"),
        };
        assert_eq!(
            report.finding.as_ref().map(|f| f.check()),
            expected,
            "{name}: {:?}",
            report.finding
        );
        if let Some(finding) = report.finding
            && fault.starts_with("ballot-")
        {
            assert!(
                matches!(finding.culprit, Culprit::Ballot { .. }),
                "{name} names {:?}",
                finding.culprit
            );
        }
    }
}

#[test]
fn figures_count_each_voter_once() {
    let bytes = fs::read(archives::bel(&archives::valid("t33-revote-ed-s1"))).unwrap();
    let report = report(&bytes, Options::default());
    assert_eq!((report.voters, report.ballots, report.figures.num_tallied), (6, 6, 3));
    let bytes = fs::read(archives::bel(&archives::valid("t33-weights-ed-s1"))).unwrap();
    let report = self::report(&bytes, Options::default());
    assert_eq!(
        (report.figures.num_tallied, report.figures.total_weight),
        (5, Weight::new(2_000_001_006))
    );
}

#[test]
fn an_open_archive_is_a_valid_beginning() {
    let bytes = fs::read(archives::bel(&archives::valid("t33-two-ed-s1"))).unwrap();
    let mut chain = ChainReader::open(bytes.as_slice()).unwrap();
    let mut phases = Vec::new();
    while chain.next_entry().unwrap().is_some() {
        let cut = &bytes[..chain.offset() as usize];
        let open = report(cut, Options::default());
        assert!(open.is_valid(), "{:?}", open.finding);
        assert_eq!((open.phase, open.head), (chain.phase(), chain.head()));
        assert_eq!(open.result.is_some(), chain.phase() == Phase::Complete);
        let complete = report(
            cut,
            Options {
                require_result: true,
                ..Options::default()
            },
        );
        assert_eq!(complete.is_valid(), chain.phase() == Phase::Complete);
        phases.push(chain.phase());
    }
    assert!(phases.contains(&Phase::Open) && phases.contains(&Phase::Closed));
    let head = chain.head();
    assert!(
        report(
            &bytes,
            Options {
                expected_head: head,
                require_result: true
            }
        )
        .is_valid()
    );
    let cut = &bytes[..bytes.len() - 2048];
    let expecting = report(
        cut,
        Options {
            expected_head: head,
            require_result: false,
        },
    );
    assert_eq!(expecting.finding.unwrap().check(), CheckId::ArchiveHead);
}

/// An archive written anew with one part changed, every hash right: only the cryptography can notice.
fn rewritten(name: &str, change: &dyn Fn(&mut Content)) -> Vec<u8> {
    let bytes = fs::read(archives::bel(&archives::valid(name))).unwrap();
    let mut chain = ChainReader::open(bytes.as_slice()).unwrap();
    let mut writer = ArchiveWriter::new(Vec::new(), 1_795_469_600).unwrap();
    while let Some(mut entry) = chain.next_entry().unwrap() {
        change(&mut entry.content);
        writer.entry(&entry.content).unwrap();
    }
    writer.into_inner()
}

#[test]
fn a_part_changed_with_all_hashes_right_is_refused_by_its_check() {
    type Change = Box<dyn Fn(&mut Content)>;
    let replace = |from: &'static str, to: &'static str| {
        move |bytes: &mut Vec<u8>| {
            let text = String::from_utf8(bytes.clone()).unwrap();
            assert!(text.contains(from), "nothing to replace");
            *bytes = text.replacen(from, to, 1).into_bytes();
        }
    };
    let figures = |f: fn(&mut TallyRecord)| {
        Box::new(move |content: &mut Content| {
            if let Content::EncryptedTally { figures, .. } = content {
                f(figures);
            }
        }) as Change
    };
    let cases: Vec<(CheckId, Change)> = vec![
        (CheckId::TallyFigures, figures(|f| f.num_tallied += 1)),
        (CheckId::TallyFigures, figures(|f| f.total_weight = Weight::new(1))),
        (
            CheckId::DecryptionOwner,
            Box::new(|content| {
                if let Content::PartialDecryption { owner, .. } = content {
                    *owner = 9;
                }
            }),
        ),
        (
            CheckId::DecryptionProof,
            Box::new(|content| {
                if let Content::PartialDecryption { owner, .. } = content {
                    *owner = 7 - *owner;
                }
            }),
        ),
        (
            CheckId::SetupTrustees,
            Box::new(move |content| {
                if let Content::Setup { trustees, .. } = content {
                    replace("\"threshold\":1", "\"threshold\":2")(&mut trustees.bytes);
                }
            }),
        ),
        (
            CheckId::ResultConsistent,
            Box::new(move |content| {
                if let Content::Result(result) = content {
                    replace("[[1,2", "[[2,1")(&mut result.bytes);
                }
            }),
        ),
        (
            CheckId::BallotElection,
            Box::new(move |content| {
                if let Content::Setup { election, .. } = content {
                    replace("\"description\":\"d\"", "\"description\":\"e\"")(&mut election.bytes);
                }
            }),
        ),
        (
            CheckId::SetupCredentials,
            Box::new(move |content| {
                if let Content::Setup { credentials, .. } = content {
                    replace("\"]", ",x\"]")(&mut credentials.bytes);
                }
            }),
        ),
    ];
    assert_eq!(failed(&rewritten("t33-quorum-ed-1of2-and-2of3", &|_| {})), None);
    for (expected, change) in cases {
        let changed = rewritten("t33-quorum-ed-1of2-and-2of3", &*change);
        let report = report(&changed, Options::default());
        assert_eq!(
            report.finding.as_ref().map(|f| f.check()),
            Some(expected),
            "{:?}",
            report.finding
        );
    }
}

#[test]
fn a_missing_or_repeated_decryption_is_refused() {
    let without = |skip: u32, twice: bool| {
        let bytes = fs::read(archives::bel(&archives::valid("t33-quorum-ed-1of2-and-2of3"))).unwrap();
        let mut chain = ChainReader::open(bytes.as_slice()).unwrap();
        let mut writer = ArchiveWriter::new(Vec::new(), 1_795_472_958).unwrap();
        while let Some(entry) = chain.next_entry().unwrap() {
            let times = match &entry.content {
                Content::PartialDecryption { owner, .. } if *owner == skip => {
                    if twice {
                        2
                    } else {
                        0
                    }
                }
                _ => 1,
            };
            for _ in 0..times {
                writer.entry(&entry.content).unwrap();
            }
        }
        writer.into_inner()
    };
    assert_eq!(failed(&without(5, false)), Some(CheckId::DecryptionQuorum));
    assert_eq!(failed(&without(2, false)), Some(CheckId::DecryptionQuorum));
    assert_eq!(failed(&without(3, true)), Some(CheckId::DecryptionOwner));
}

#[test]
fn shuffles_have_no_place_in_a_homomorphic_tally() {
    let mut writer = ArchiveWriter::new(Vec::new(), 1).unwrap();
    let bytes = fs::read(archives::bel(&archives::valid("t33-two-ed-s1"))).unwrap();
    let mut chain = ChainReader::open(bytes.as_slice()).unwrap();
    while let Some(entry) = chain.next_entry().unwrap() {
        writer.entry(&entry.content).unwrap();
        if entry.event.kind == EventKind::EncryptedTally {
            writer.event(EventKind::EndShuffles, None).unwrap();
        }
    }
    assert_eq!(failed(&writer.into_inner()), Some(CheckId::ArchiveGrammar));
}

#[test]
fn progress_is_told() {
    let bytes = fs::read(archives::bel(&archives::valid("t33-two-ed-s1"))).unwrap();
    let mut last = 0;
    let mut out = Vec::new();
    let report = audit(Cursor::new(&bytes), &Options::default(), &mut |p| {
        assert!(p.bytes >= last);
        last = p.bytes;
        writeln!(out, "{}", p.ballots).unwrap();
    });
    assert!(report.unwrap().is_valid());
    assert_eq!(last, bytes.len() as u64);
}

/// A certificate of the credential authority beside the credentials of an archive, changed before or after it is signed.
fn certified(seed: &Seed, change: &dyn Fn(&mut String, bool)) -> Vec<u8> {
    rewritten("t33-two-ed-s1", &|content| {
        let Content::Setup {
            election,
            credentials,
            certificate,
            ..
        } = content
        else {
            return;
        };
        let params: ElectionParams = json::parse(&election.bytes).unwrap();
        let lines: Vec<String> = json::parse(&credentials.bytes).unwrap();
        let keys: Keys<Ed25519> = seed.keys();
        let rng = &mut common::rng(7);
        let of = |uuid: &ElectionUuid, credentials: &[u8], count: usize, rng: &mut common::SeededRng| {
            CredentialsCertificate::sign(&keys, uuid, credentials, count as u64, rng).to_bytes()
        };
        let mut wrong = String::new();
        change(&mut wrong, true);
        let signed = match wrong.as_str() {
            "election" => of(&ElectionUuid::generate(rng), &credentials.bytes, lines.len(), rng),
            "count" => of(&params.uuid, &credentials.bytes, lines.len() + 1, rng),
            "list" => of(&params.uuid, b"[]", lines.len(), rng),
            _ => of(&params.uuid, &credentials.bytes, lines.len(), rng),
        };
        let mut text = String::from_utf8(signed).unwrap();
        change(&mut text, false);
        *certificate = Some(Record {
            offset: 0,
            name: RecordName::Data(PayloadHash::of(text.as_bytes())),
            bytes: text.into_bytes(),
        });
    })
}

fn key_of(seed: &Seed) -> String {
    let keys: Keys<Ed25519> = seed.keys();
    let mut key = String::new();
    Ed25519::write(&keys.verification(), &mut key);
    key
}

#[test]
fn a_certificate_of_the_credential_authority_is_checked() {
    let seed = Seed::generate(&mut common::rng(6));
    let right = report(&certified(&seed, &|_, _| {}), Options::default());
    assert!(right.is_valid(), "{:?}", right.finding);
    assert_eq!(right.certifier, Some(key_of(&seed)));
    for wrong in ["election", "count", "list"] {
        let bytes = certified(&seed, &|text, is_before| {
            if is_before {
                wrong.clone_into(text);
            }
        });
        assert_eq!(failed(&bytes), Some(CheckId::SetupCredentials), "{wrong}");
    }
    type Edit = fn(&str) -> String;
    let edits: [(&str, Edit); 4] = [
        ("not signed", |text| {
            text.split_once(r#","signature""#).unwrap().0.to_owned() + "}"
        }),
        ("another encryption key", |text| {
            let (before, after) = text.split_once(r#""encryption_key":""#).unwrap();
            let other = key_of(&Seed::generate(&mut common::rng(8)));
            format!(r#"{before}"encryption_key":"{other}{}"#, &after[64..])
        }),
        ("another response", |text| {
            let (before, after) = text.rsplit_once(r#""response":""#).unwrap();
            let other = if after.starts_with('1') { '2' } else { '1' };
            format!(r#"{before}"response":"{other}{}"#, &after[1..])
        }),
        ("a space", |text| text.replacen(':', ": ", 1)),
    ];
    for (name, edit) in edits {
        let bytes = certified(&seed, &|text, is_before| {
            if !is_before {
                *text = edit(text);
            }
        });
        assert_eq!(failed(&bytes), Some(CheckId::SetupCredentials), "{name}");
    }
}
