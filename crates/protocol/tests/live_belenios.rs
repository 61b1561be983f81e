//! Archives made entirely by us, judged by the reference tool (`belenios-tool` 2.0, Debian's) as it is installed.
//!
//! The tool knows BELENIOS-2048 and homomorphic questions. Where it is missing, the tests say that they are skipped;
//! continuous integration installs it.

use std::{fs, io::Cursor, path::Path, process::Command};

use isoloir_protocol::{
    archive::{ArchiveWriter, EventKind, Owned, Setup, TallyRecord},
    audit::{CheckId, Options, audit},
    ballot::{Ballot, Choice, Vote, create},
    credential::{ElectionUuid, SecretCredential},
    election::{Election, ElectionParams},
    group::{Belenios2048, Group},
    json,
    question::Homomorphic,
    tally::{Accumulator, Decrypted, ElectionResult, PartialDecryption, Shape},
    trustee::{Item, PrivateKey, Seed, Trustees, pedersen},
};

use crate::common;
use common::rng;

const TOOL: &str = "/usr/bin/belenios-tool";

/// Whether the tool accepts an archive; `None` when it is not installed.
fn accepted_by_the_tool(name: &str, archive: &[u8], uuid: &ElectionUuid) -> Option<bool> {
    if !Path::new(TOOL).exists() {
        println!("SKIPPED: {TOOL} is not installed, the reference tool's verdict on {name} is not known");
        return None;
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(format!("{uuid}.bel")), archive).unwrap();
    let output = Command::new(TOOL)
        .args(["election", "verify", "--dir"])
        .arg(&folder)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    println!("{name}: {said}");
    assert_eq!(output.status.success(), said.contains("all checks passed"));
    Some(output.status.success())
}

fn our_verdict(archive: &[u8]) -> Option<CheckId> {
    let report = audit(Cursor::new(archive), &Options::default(), &mut |_| {}).unwrap();
    report.finding.map(|finding| finding.check())
}

/// Trustees and, of each who will decrypt, number and private key.
struct Board<G: Group> {
    trustees: Trustees<G>,
    keys: Vec<(u32, PrivateKey<G>)>,
}

fn single_board<G: Group>() -> Board<G> {
    let mut rng = rng(1);
    let keys: Vec<PrivateKey<G>> = (0..2).map(|_| PrivateKey::generate(&mut rng)).collect();
    let public = keys
        .iter()
        .map(|key| Item::Single(key.public_key(None, &mut rng)))
        .collect();
    Board {
        trustees: Trustees::of(public),
        keys: (1..).zip(keys).collect(),
    }
}

/// One single trustee, and two of three.
fn mixed_board<G: Group>() -> Board<G> {
    let mut rng = rng(2);
    let single: PrivateKey<G> = PrivateKey::generate(&mut rng);
    let seeds: Vec<Seed> = (0..3).map(|_| Seed::generate(&mut rng)).collect();
    let certs = (1..)
        .zip(&seeds)
        .map(|(i, seed)| pedersen::certificate::<G, _>(seed, 3, 2, i, &mut rng))
        .collect();
    let certificates = pedersen::Certificates::check(certs).unwrap();
    let (polynomials, commitments): (Vec<_>, Vec<_>) = seeds
        .iter()
        .map(|seed| pedersen::polynomial(seed, &certificates, &mut rng).unwrap())
        .unzip();
    let commitments = pedersen::Commitments::check(&certificates, commitments).unwrap();
    let inputs = pedersen::vinputs(&certificates, &commitments, &polynomials).unwrap();
    let outputs: Vec<_> = seeds
        .iter()
        .zip(&inputs)
        .map(|(seed, input)| pedersen::voutput(seed, &certificates, &commitments, input, &mut rng).unwrap())
        .collect();
    let parameters = pedersen::parameters(&certificates, &polynomials, &outputs).unwrap();
    let open = |i: usize| pedersen::decryption_key::<G>(&seeds[i], &outputs[i].private_key).unwrap();
    let items = vec![
        Item::Single(single.public_key(None, &mut rng)),
        Item::Pedersen(parameters),
    ];
    Board {
        trustees: Trustees::of(items),
        keys: vec![(2, open(0)), (1, single), (4, open(2))],
    }
}

/// A whole election: five voters, four of whom vote, one of them twice. `flip` falsifies the result.
fn election<G: Group>(board: &Board<G>, flip: bool) -> (Vec<u8>, ElectionUuid) {
    let mut rng = rng(3);
    let trustees = board.trustees.clone().verify().unwrap();
    let mut key = String::new();
    G::write(trustees.public_key(), &mut key);
    let uuid = ElectionUuid::generate(&mut rng);
    let answers = ["Liste A", "Liste B", "Liste « Été »"].map(str::to_owned).to_vec();
    let question = Homomorphic::new("Quelle liste ?", answers, 1, 1, true).unwrap();
    let mut params = ElectionParams::new(uuid.clone(), G::NAME, key, vec![question.into()]);
    params.name = "Essai d’interopérabilité".to_owned();
    params.description = "Faite par Isoloir".to_owned();
    params.administrator = Some("Isoloir".to_owned());
    params.credential_authority = Some("Isoloir".to_owned());
    let election_bytes = params.to_bytes();
    let election = Election::<G>::parse(&election_bytes).unwrap();

    let secrets: Vec<SecretCredential> = (0..5).map(|_| SecretCredential::generate(&mut rng)).collect();
    let mut credentials: Vec<String> = secrets
        .iter()
        .map(|secret| secret.public(&uuid, G::NAME).as_str().to_owned())
        .collect();
    credentials.sort();
    let credentials_bytes = json::to_bytes(&credentials);
    let trustees_bytes = board.trustees.to_bytes();

    let mut archive = ArchiveWriter::new(Vec::new(), 1_795_469_588).unwrap();
    for document in [&election_bytes, &trustees_bytes, &credentials_bytes] {
        archive.data(document).unwrap();
    }
    let setup = Setup::of(&election_bytes, &trustees_bytes, &credentials_bytes);
    let payload = archive.data(&setup.to_bytes()).unwrap();
    archive.event(EventKind::Setup, Some(payload)).unwrap();

    let shapes: Vec<_> = election
        .questions()
        .iter()
        .map(|q| Shape::of_question(q).unwrap())
        .collect();
    let mut sum = Accumulator::<G>::new(&shapes);
    let blank = || Choice::Blank;
    let one = |i: usize| Choice::Answers(vec![i]);
    let votes = [(0, one(2)), (1, one(0)), (2, blank()), (3, one(1)), (1, one(1))];
    for (number, (voter, choice)) in votes.into_iter().enumerate() {
        let bytes = create(&election, &secrets[voter], &Vote::new(vec![choice]), &mut rng).unwrap();
        let payload = archive.data(&bytes).unwrap();
        archive.event(EventKind::Ballot, Some(payload)).unwrap();
        let (_, ciphertexts) = Ballot::parse(bytes, &election)
            .unwrap()
            .verify_with_ciphertexts(&election)
            .unwrap();
        // The second ballot is replaced by the fifth.
        if number != 1 {
            sum.add(&ciphertexts, isoloir_protocol::tally::Weight::ONE).unwrap();
        }
    }
    archive.event(EventKind::EndBallots, None).unwrap();

    let (tally, figures) = sum.into_tally();
    let encrypted_tally = archive.data(&tally.to_bytes()).unwrap();
    let record = TallyRecord {
        num_tallied: figures.num_tallied,
        total_weight: figures.total_weight,
        encrypted_tally,
    };
    let payload = archive.data(&record.to_bytes()).unwrap();
    archive.event(EventKind::EncryptedTally, Some(payload)).unwrap();

    let mut decryptions = Vec::new();
    for (owner, key) in &board.keys {
        let decryption = PartialDecryption::create(key, election.fingerprint(), &tally, &mut rng);
        let payload = archive.data(&decryption.to_bytes()).unwrap();
        let payload = archive.data(&Owned { owner: *owner, payload }.to_bytes()).unwrap();
        archive.event(EventKind::PartialDecryption, Some(payload)).unwrap();
        decryptions.push((*owner, decryption));
    }
    let decrypted = Decrypted::combine(&trustees, &tally, &decryptions).unwrap();
    let result = decrypted.result(figures.total_weight).unwrap();
    assert_eq!(result.to_bytes(), br#"{"result":[[1,0,2,1]]}"#);
    let flipped = ElectionResult::parse(br#"{"result":[[1,1,1,1]]}"#).unwrap();
    let payload = archive.data(&if flip { flipped } else { result }.to_bytes()).unwrap();
    archive.event(EventKind::Result, Some(payload)).unwrap();
    (archive.into_inner(), uuid)
}

fn judge<G: Group>(name: &str, board: &Board<G>) {
    let (archive, uuid) = election(board, false);
    assert_eq!(our_verdict(&archive), None, "{name}");
    assert_ne!(
        accepted_by_the_tool(name, &archive, &uuid),
        Some(false),
        "{name}: the tool refuses our archive"
    );
    let (archive, uuid) = election(board, true);
    assert_eq!(our_verdict(&archive), Some(CheckId::ResultConsistent), "{name}");
    let name = format!("{name}-flipped");
    assert_ne!(
        accepted_by_the_tool(&name, &archive, &uuid),
        Some(true),
        "{name}: the tool accepts a false result"
    );
}

#[test]
fn the_reference_tool_accepts_our_archive_with_single_trustees() {
    judge::<Belenios2048>("single", &single_board());
}

#[test]
fn the_reference_tool_accepts_our_archive_with_threshold_trustees() {
    judge::<Belenios2048>("threshold", &mixed_board());
}
