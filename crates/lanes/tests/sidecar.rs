//! Engine 3: valid ballots pass with a good sidecar; with a bad one, or a forged ballot, engine 2 decides.
#![cfg(target_arch = "x86_64")]

use crate::common;
use crate::protocol;

use std::{
    io::{self, Cursor, Write},
    sync::{Arc, Mutex},
};

use common::{casts, direct, exact_or_skip};
use curve25519_dalek::{EdwardsPoint, Scalar as DalekScalar, constants::EIGHT_TORSION, edwards::CompressedEdwardsY};
use isoloir_lanes::{
    cpu::Lanes,
    engine::Combined,
    lend::SharedRng,
    sidecar::{Reader, Recorder, SidecarError},
};
use isoloir_protocol::{
    any::AnyElection,
    audit::engine::{Accelerator as _, Engine as _},
    ballot::{Choice, Vote},
    credential::SecretCredential,
    group::{Ed25519, Group as _, GroupName},
    hash::{challenge_of, sha256, sha256_base64},
    question::Homomorphic,
};
use protocol::{SeededRng, election, rng};

const HEADER: usize = 64;

/// Forty ballots of an election, and their sidecar.
struct Setting {
    election: AnyElection,
    ballots: Vec<String>,
    sidecar: Vec<u8>,
}

/// Bytes that a recorder and a test share.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Setting {
    fn new(rng: &mut SeededRng) -> Option<Self> {
        let lanes = exact_or_skip()?;
        let names = |count: usize| (0..count).map(|n| n.to_string()).collect::<Vec<_>>();
        let questions = vec![
            Homomorphic::new("?", names(2), 1, 1, false).unwrap().into(),
            Homomorphic::new("?", names(2), 1, 2, true).unwrap().into(),
        ];
        let election = election(questions, GroupName::Ed25519, rng);
        let ballots: Vec<String> = (0..40)
            .map(|at| {
                let second = if at % 3 == 0 {
                    Choice::Blank
                } else {
                    Choice::Answers(vec![at % 2])
                };
                let vote = Vote::new(vec![Choice::Answers(vec![at % 2]), second]);
                String::from_utf8(
                    election
                        .create_ballot(&SecretCredential::generate(rng), &vote, rng)
                        .unwrap(),
                )
                .unwrap()
            })
            .collect();
        let sink = Shared::default();
        let recorder = Arc::new(Recorder::new(Box::new(sink.clone())));
        let engine = lanes
            .recording(recorder.clone())
            .engine(election.params(), election.fingerprint())
            .unwrap();
        let texts: Vec<&str> = ballots.iter().map(String::as_str).collect();
        let accepted = engine.accept(&casts(&texts));
        assert!(accepted.iter().all(Option::is_some));
        // What was recorded is not recorded twice.
        engine.accept(&casts(&texts[..1]));
        assert_eq!(recorder.finish().unwrap(), 40);
        let sidecar = sink.0.lock().unwrap().clone();
        Some(Self {
            election,
            ballots,
            sidecar,
        })
    }

    fn entry(&self) -> usize {
        (self.sidecar.len() - HEADER) / 40
    }

    fn engine(&self) -> Combined {
        let reader = Reader::open(Box::new(Cursor::new(self.sidecar.clone()))).unwrap();
        let rng: SharedRng = Arc::new(Mutex::new(rng(99)));
        let (params, fingerprint) = (self.election.params(), self.election.fingerprint());
        Combined::new(Lanes::detect().unwrap(), params, fingerprint, Arc::new(reader), rng).unwrap()
    }

    /// How many ballots engine 3 accepts alone, and with the help of engine 2; the latter agrees with engine 1.
    fn accepted(&self) -> (usize, usize) {
        let engine = self.engine();
        let texts: Vec<&str> = self.ballots.iter().map(String::as_str).collect();
        let casts = casts(&texts);
        let alone = engine.accept_together(&casts).iter().filter(|a| a.is_some()).count();
        let accepted = engine.accept(&casts);
        for (text, accepted) in texts.iter().zip(&accepted) {
            assert_eq!(
                accepted.as_ref().map(|a| a.credential.clone()),
                direct(&self.election, text),
                "{text}"
            );
        }
        (alone, accepted.iter().filter(|a| a.is_some()).count())
    }

    /// Changes a point of the sidecar, counted through the entry.
    fn change(&mut self, ballot: usize, point: usize, f: impl Fn(EdwardsPoint) -> EdwardsPoint) {
        let start = HEADER + ballot * self.entry() + 32 + 64 * point;
        let bytes = &mut self.sidecar[start..start + 64];
        let mut encoding: [u8; 32] = bytes[32..].try_into().unwrap();
        encoding[31] |= (bytes[0] & 1) << 7;
        let changed = f(CompressedEdwardsY(encoding).decompress().unwrap());
        bytes.copy_from_slice(&coordinates(&changed));
    }

    /// Writes the hash of a ballot into its entry again.
    fn hash_again(&mut self, ballot: usize) {
        let start = HEADER + ballot * self.entry();
        let hash = sha256(self.ballots[ballot].as_bytes());
        self.sidecar[start..start + 32].copy_from_slice(&hash);
    }
}

/// `x` and `y`, which the library does not show: `x` is found from the encodings of the point and of its double.
fn coordinates(point: &EdwardsPoint) -> [u8; 64] {
    let affine = isoloir_lanes::members::coordinates(Lanes::detect().unwrap(), &text(point)).unwrap();
    let mut bytes = [0; 64];
    for (chunk, word) in bytes.chunks_mut(8).zip(affine) {
        chunk.copy_from_slice(&word.to_le_bytes());
    }
    bytes
}

fn text(point: &EdwardsPoint) -> String {
    point
        .compress()
        .as_bytes()
        .iter()
        .rev()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn eighth(point: EdwardsPoint) -> EdwardsPoint {
    point * DalekScalar::from(8_u8).invert()
}

#[test]
fn valid_ballots_pass_together() {
    let Some(setting) = Setting::new(&mut rng(20)) else {
        return;
    };
    assert_eq!(setting.accepted(), (40, 40));
}

#[test]
fn torsion_in_the_sidecar_does_no_harm() {
    let Some(mut setting) = Setting::new(&mut rng(21)) else {
        return;
    };
    for (at, torsion) in EIGHT_TORSION.iter().enumerate() {
        setting.change(at, 3 * at, |eighth| eighth + torsion);
    }
    assert_eq!(setting.accepted(), (40, 40));
}

#[test]
fn a_bad_entry_costs_its_own_ballot_only() {
    let Some(mut setting) = Setting::new(&mut rng(22)) else {
        return;
    };
    let entry = setting.entry();
    // Another point in every place of the entry; no point; another ballot's entry; the end of the file.
    let points = (entry - 32) / 64;
    for point in 0..points {
        let mut changed = Setting {
            election: setting.election.clone(),
            ballots: setting.ballots.clone(),
            sidecar: setting.sidecar.clone(),
        };
        changed.change(7, point, |eighth| eighth + eighth);
        let engine = changed.engine();
        let texts: Vec<&str> = changed.ballots.iter().map(String::as_str).collect();
        let alone = engine.accept_together(&casts(&texts));
        assert_eq!(alone.iter().filter(|a| a.is_some()).count(), 39, "point {point}");
        assert!(alone[7].is_none());
    }
    setting.sidecar[HEADER + 3 * entry + 32 + 40] ^= 1;
    setting
        .sidecar
        .copy_within(HEADER + 5 * entry..HEADER + 6 * entry, HEADER + 4 * entry);
    setting.sidecar.truncate(HEADER + 38 * entry + 100);
    assert_eq!(setting.accepted(), (36, 40));
}

#[test]
fn a_forged_signature_that_its_sidecar_supports_fails_the_sum() {
    let rng = &mut rng(23);
    let Some(mut setting) = Setting::new(rng) else { return };
    // Any commitment, its hash as the challenge: only the equation is wrong.
    let commitment = EdwardsPoint::mul_base(&DalekScalar::from(12_345_u64));
    let ballot = setting.ballots[11].clone();
    let start = ballot.find(",\"signature\":").unwrap();
    let signed = sha256_base64(format!("{}}}", &ballot[..start]).as_bytes());
    let challenge = challenge_of::<Ed25519>("sig", &signed, &[Ed25519::parse(&text(&commitment)).unwrap()]);
    let (challenge, response) = (serde_json::to_string(&challenge).unwrap(), "\"1\"");
    setting.ballots[11] = format!(
        "{},\"signature\":{{\"hash\":\"{signed}\",\"proof\":{{\"challenge\":{challenge},\"response\":{response}}}}}}}",
        &ballot[..start]
    );
    setting.hash_again(11);
    let last = (setting.entry() - 32) / 64 - 1;
    setting.change(11, last, |_| eighth(commitment));
    assert_eq!(setting.accepted(), (0, 39));
}

#[test]
fn forged_proofs_that_their_sidecar_supports_fail_the_sum() {
    let rng = &mut rng(24);
    let Some(valid) = Setting::new(rng) else { return };
    // A voter who makes a proof of other branches than those of the text knows the commitments that its hash was made of: here
    // he is given them by taking the responses of two proofs apart, r+1 and the commitments as they were.
    let numbers = valid.ballots[5].match_indices("\"response\":\"").count();
    for at in 0..numbers - 1 {
        let mut setting = Setting {
            election: valid.election.clone(),
            ballots: valid.ballots.clone(),
            sidecar: valid.sidecar.clone(),
        };
        let ballot = &setting.ballots[5];
        let (start, found) = ballot.match_indices("\"response\":\"").nth(at).unwrap();
        let (before, after) = ballot.split_at(start + found.len());
        let digit = if after.starts_with('1') { "2" } else { "1" };
        let body = format!("{before}{digit}{}", &after[1..]);
        let body = &body[..body.find(",\"signature\":").unwrap()];
        let signed = sha256_base64(format!("{body}}}").as_bytes());
        // The signature is forged as above, the sidecar supports it, and all other hashes hold.
        let commitment = EdwardsPoint::mul_base(&DalekScalar::from(at as u64 + 2));
        let challenge = challenge_of::<Ed25519>("sig", &signed, &[Ed25519::parse(&text(&commitment)).unwrap()]);
        let challenge = serde_json::to_string(&challenge).unwrap();
        setting.ballots[5] = format!(
            "{body},\"signature\":{{\"hash\":\"{signed}\",\"proof\":{{\"challenge\":{challenge},\"response\":\"1\"}}}}}}"
        );
        setting.hash_again(5);
        let last = (setting.entry() - 32) / 64 - 1;
        setting.change(5, last, |_| eighth(commitment));
        let engine = setting.engine();
        let texts: Vec<&str> = setting.ballots.iter().map(String::as_str).collect();
        let alone = engine.accept_together(&casts(&texts));
        assert!(alone.iter().all(Option::is_none), "response {at}");
        assert!(engine.accept(&casts(&texts))[5].is_none(), "response {at}");
    }
}

#[test]
fn other_files_are_no_sidecars() {
    let Some(setting) = Setting::new(&mut rng(25)) else {
        return;
    };
    let open = |bytes: &[u8]| Reader::open(Box::new(Cursor::new(bytes.to_vec()))).err();
    assert!(open(&setting.sidecar).is_none());
    for wrong in [
        &b""[..],
        &setting.sidecar[..63],
        &[b"X", &setting.sidecar[1..]].concat(),
        &[0; 64],
    ] {
        assert!(matches!(open(wrong), Some(SidecarError::NotASidecar)));
    }
    // That of another election is not used.
    let other = Setting::new(&mut rng(26)).unwrap();
    let reader = Arc::new(Reader::open(Box::new(Cursor::new(other.sidecar))).unwrap());
    let (params, fingerprint) = (setting.election.params(), setting.election.fingerprint());
    let rng: SharedRng = Arc::new(Mutex::new(rng(1)));
    assert!(Combined::new(Lanes::detect().unwrap(), params, fingerprint, reader, rng).is_none());
}
