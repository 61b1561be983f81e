//! Replays the reference archives with the secrets stored beside them: trustees verify, decryption gives the
//! stored factors, combination gives the stored result.

use std::{
    fs,
    path::{Path, PathBuf},
};

use isoloir_protocol::{
    archive::{ChainReader, chain::Content},
    election::Election,
    group::{Belenios2048, Ed25519, Group},
    hash::sha256_base64,
    json,
    tally::{CombineError, Decrypted, ElectionResult, EncryptedTally, PartialDecryption, Shuffle, Weight},
    trustee::{Item, PrivateKey, Seed, Trustees, VerifiedTrustees, pedersen},
};

use crate::archives;
use crate::common;
use common::rng;

/// What an archive holds, apart from ballots.
#[derive(Default)]
struct Stored {
    election: Vec<u8>,
    trustees: Vec<u8>,
    tally: Vec<u8>,
    total_weight: Weight,
    shuffles: Vec<Vec<u8>>,
    decryptions: Vec<(u32, Vec<u8>)>,
    result: Vec<u8>,
}

fn stored(bel: &Path) -> Stored {
    let bytes = fs::read(bel).unwrap();
    let mut chain = ChainReader::open(bytes.as_slice()).unwrap();
    let mut stored = Stored::default();
    while let Some(entry) = chain.next_entry().unwrap() {
        match entry.content {
            Content::Setup { election, trustees, .. } => {
                stored.election = election.bytes;
                stored.trustees = trustees.bytes;
            }
            Content::EncryptedTally { figures, tally } => {
                stored.total_weight = figures.total_weight;
                stored.tally = tally.bytes;
            }
            Content::Shuffle { shuffle, .. } => stored.shuffles.push(shuffle.bytes),
            Content::PartialDecryption { owner, decryption } => stored.decryptions.push((owner, decryption.bytes)),
            Content::Result(result) => stored.result = result.bytes,
            _ => {}
        }
    }
    stored
}

/// Private keys beside an archive: files `single*.privkey`, and `th*.dkey` opened with `th*.key`, in all folders.
fn private_keys<G: Group>(trustees: &VerifiedTrustees<G>, folder: &Path) -> Vec<(u32, PrivateKey<G>)> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    let mut keys = Vec::new();
    for file in files {
        let extension = file.extension().unwrap_or_default().to_string_lossy().into_owned();
        match extension.as_str() {
            "privkey" => {
                let text = fs::read_to_string(&file).unwrap();
                let key = PrivateKey::parse(text.trim().as_bytes()).unwrap();
                keys.push((trustees.owner_of_key(&key).unwrap(), key));
            }
            "dkey" => {
                let seed = fs::read_to_string(file.with_extension("key")).unwrap();
                let sealed = fs::read_to_string(&file).unwrap();
                let seed = Seed::parse(seed.trim()).unwrap();
                let key = pedersen::decryption_key(&seed, sealed.trim()).unwrap();
                keys.push((trustees.owner_of_seed(&seed).unwrap(), key));
            }
            _ if file.is_dir() => keys.extend(private_keys(trustees, &file)),
            _ => {}
        }
    }
    keys
}

fn replay<G: Group>(name: &str, bel: &Path) {
    let stored = stored(bel);
    let mut rng = rng(7);
    let fingerprint = sha256_base64(&stored.election);
    let parsed = Trustees::<G>::parse(&stored.trustees).unwrap_or_else(|e| panic!("{name}: {e}"));
    assert_eq!(parsed.to_bytes(), stored.trustees);
    let trustees = parsed.verify().unwrap_or_else(|e| panic!("{name}: {e}"));
    let election = Election::<G>::parse(&stored.election).unwrap();
    assert!(election.public_key() == trustees.public_key(), "{name}");
    let questions = election.questions();
    let mut tally = EncryptedTally::<G>::parse(&stored.tally).unwrap();
    // What is decrypted after shuffles is what the last of them left.
    for shuffle in &stored.shuffles {
        let before = tally.to_shuffle(questions);
        let after = Shuffle::parse(shuffle).unwrap().verify(&election, &before).unwrap();
        tally = tally.with_shuffled(questions, after);
    }
    assert_eq!(stored.shuffles.len(), if name.contains("-nh-") { 2 } else { 0 });
    let decryptions: Vec<_> = stored
        .decryptions
        .iter()
        .map(|(o, bytes)| (*o, PartialDecryption::<G>::parse(bytes).unwrap()))
        .collect();
    for (owner, decryption) in &decryptions {
        let key = trustees.member(*owner).unwrap();
        decryption
            .verify(key, &fingerprint, &tally)
            .unwrap_or_else(|e| panic!("{name}, trustee {owner}: {e}"));
        assert!(decryption.verify(key, "another election", &tally).is_err());
    }
    let keys = private_keys(&trustees, bel.parent().unwrap());
    assert!(keys.len() >= decryptions.len(), "{name}: keys are missing");
    for (owner, key) in keys {
        let ours = PartialDecryption::create(&key, &fingerprint, &tally, &mut rng);
        ours.verify(trustees.member(owner).unwrap(), &fingerprint, &tally)
            .unwrap();
        if let Some((_, theirs)) = decryptions.iter().find(|(o, _)| *o == owner) {
            assert_eq!(
                ours.factors(),
                theirs.factors(),
                "{name}: trustee {owner} decrypts otherwise"
            );
        }
    }

    let decrypted = Decrypted::combine(&trustees, &tally, &decryptions).unwrap();
    let result = decrypted.result_of(questions, stored.total_weight).unwrap();
    assert_eq!(result.to_bytes(), stored.result, "{name}");
    decrypted.check(questions, &result).unwrap();
    let too_few = Decrypted::combine(&trustees, &tally, &decryptions[1..]);
    assert!(
        matches!(too_few, Err(CombineError::Quorum { .. })),
        "{name}: one decryption less suffices"
    );
}

#[test]
fn stored_secrets_reproduce_the_stored_decryptions_and_results() {
    for (name, bel) in archives::all("valid") {
        if name.contains("-ff-") {
            replay::<Belenios2048>(&name, &bel)
        } else {
            replay::<Ed25519>(&name, &bel)
        }
    }
}

#[test]
fn a_wrong_count_is_noticed() {
    let stored = stored(&archives::bel(&archives::valid("t33-two-ed-s1")));
    let trustees = Trustees::<Ed25519>::parse(&stored.trustees).unwrap().verify().unwrap();
    let election = Election::<Ed25519>::parse(&stored.election).unwrap();
    let tally = EncryptedTally::parse(&stored.tally).unwrap();
    let (owner, bytes) = &stored.decryptions[0];
    let decryption = PartialDecryption::parse(bytes).unwrap();
    let decrypted = Decrypted::combine(&trustees, &tally, &[(*owner, decryption.clone())]).unwrap();
    let text = String::from_utf8(stored.result).unwrap();
    let wrong = ElectionResult::parse(b"{\"result\":[[9,9,9]]}").unwrap();
    assert!(decrypted.check(election.questions(), &wrong).is_err(), "{text}");
    let twice = [(*owner, decryption.clone()), (*owner, decryption.clone())];
    assert_eq!(
        Decrypted::combine(&trustees, &tally, &twice).unwrap_err(),
        CombineError::OwnerTwice(*owner)
    );
    let unknown = Decrypted::combine(&trustees, &tally, &[(7, decryption)]);
    assert_eq!(unknown.unwrap_err(), CombineError::UnknownOwner(7));
}

/// The six steps, our commitments included, among `size` members.
fn exchange<G: Group>(size: u32, threshold: u32) -> (pedersen::ThresholdParameters<G>, Vec<(Seed, String)>) {
    let mut rng = rng(u64::from(size));
    let seeds: Vec<Seed> = (0..size).map(|_| Seed::generate(&mut rng)).collect();
    let certs = seeds
        .iter()
        .zip(1..)
        .map(|(s, i)| pedersen::certificate::<G, _>(s, size, threshold, i, &mut rng));
    let certificates = pedersen::Certificates::check(certs.collect()).unwrap();
    let (polynomials, commitments): (Vec<_>, Vec<_>) = seeds
        .iter()
        .map(|s| pedersen::polynomial(s, &certificates, &mut rng).unwrap())
        .unzip();
    let commitments = pedersen::Commitments::check(&certificates, commitments).unwrap();
    for (polynomial, index) in polynomials.iter().zip(1..) {
        commitments.allow(&certificates, index, polynomial).unwrap();
    }
    let inputs = pedersen::vinputs(&certificates, &commitments, &polynomials).unwrap();
    let outputs: Vec<_> = seeds
        .iter()
        .zip(&inputs)
        .map(|(seed, input)| pedersen::voutput(seed, &certificates, &commitments, input, &mut rng).unwrap())
        .collect();
    let parameters = pedersen::parameters(&certificates, &polynomials, &outputs).unwrap();
    (
        parameters,
        seeds
            .into_iter()
            .zip(outputs.into_iter().map(|o| o.private_key))
            .collect(),
    )
}

#[test]
fn the_french_quorum_decrypts_with_two_delegates_and_not_with_one() {
    let mut rng = rng(7);
    let (administration, administration_keys) = exchange::<Ed25519>(2, 1);
    let (delegates, delegate_keys) = exchange::<Ed25519>(3, 2);
    let trustees = Trustees::of(vec![Item::Pedersen(administration), Item::Pedersen(delegates)]);
    let again = Trustees::<Ed25519>::parse(&trustees.to_bytes()).unwrap();
    let trustees = again.verify().unwrap();
    // Any tally will do: that of a reference archive, decrypted with other keys, is consistent with itself.
    let stored = stored(&archives::bel(&archives::valid("t33-two-ed-s1")));
    let tally = EncryptedTally::<Ed25519>::parse(&stored.tally).unwrap();
    let mut decrypt = |(seed, sealed): &(Seed, String)| {
        let key = pedersen::decryption_key::<Ed25519>(seed, sealed).unwrap();
        let owner = trustees.owner_of_seed(seed).unwrap();
        let decryption = PartialDecryption::create(&key, "phi", &tally, &mut rng);
        decryption
            .verify(trustees.member(owner).unwrap(), "phi", &tally)
            .unwrap();
        (owner, decryption)
    };
    let secretary = decrypt(&administration_keys[1]);
    let all: Vec<_> = delegate_keys.iter().map(&mut decrypt).collect();
    assert_eq!([secretary.0, all[0].0, all[1].0, all[2].0], [2, 3, 4, 5]);
    let one = Decrypted::combine(&trustees, &tally, &[secretary.clone(), all[0].clone()]);
    let quorum = CombineError::Quorum {
        first: 3,
        last: 5,
        needed: 2,
        present: 1,
    };
    assert_eq!(one.unwrap_err(), quorum);
    let two = |a: usize, b: usize| {
        let parts = [secretary.clone(), all[a].clone(), all[b].clone()];
        Decrypted::combine(&trustees, &tally, &parts).unwrap()
    };
    // Every two delegates open the same thing.
    assert!(two(0, 1) == two(1, 2));
    assert!(two(0, 1) == two(0, 2));
}

#[test]
fn a_polynomial_changed_after_the_commitment_is_refused() {
    use isoloir_protocol::trustee::TrusteeError;
    let mut rng = rng(7);
    let seeds: Vec<Seed> = (0..3).map(|_| Seed::generate(&mut rng)).collect();
    let certs = seeds
        .iter()
        .zip(1..)
        .map(|(s, i)| pedersen::certificate::<Ed25519, _>(s, 3, 2, i, &mut rng));
    let certificates = pedersen::Certificates::check(certs.collect()).unwrap();
    let (mut polynomials, commitments): (Vec<_>, Vec<_>) = seeds
        .iter()
        .map(|s| pedersen::polynomial(s, &certificates, &mut rng).unwrap())
        .unzip();
    let missing = pedersen::Commitments::check(&certificates, commitments[..2].to_vec());
    assert_eq!(missing.unwrap_err(), TrusteeError::Commitment(3));
    let commitments = pedersen::Commitments::check(&certificates, commitments).unwrap();
    polynomials[1] = pedersen::polynomial(&seeds[1], &certificates, &mut rng).unwrap().0;
    let inputs = pedersen::vinputs(&certificates, &commitments, &polynomials);
    assert_eq!(inputs.unwrap_err(), TrusteeError::Commitment(2));
}

#[test]
fn every_part_of_threshold_parameters_is_checked() {
    let (parameters, _) = exchange::<Ed25519>(3, 2);
    let text = String::from_utf8(json::to_bytes(&parameters)).unwrap();
    let verifies = |text: &str| {
        let trustees = format!("[[\"Pedersen\",{text}]]");
        Trustees::<Ed25519>::parse(trustees.as_bytes()).is_ok_and(|t| t.verify().is_ok())
    };
    assert!(verifies(&text));
    assert!(!verifies(&text.replacen("\"threshold\":2", "\"threshold\":1", 1)));
    assert!(!verifies(&text.replacen("\\\"index\\\":1", "\\\"index\\\":2", 1)));
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    for list in ["certs", "coefexps", "signatures", "verification_keys"] {
        let mut swapped = parameters.clone();
        match list {
            "certs" => swapped.certs.swap(0, 1),
            "coefexps" => swapped.coefexps.swap(0, 1),
            "signatures" => swapped.signatures.swap(0, 1),
            _ => swapped.verification_keys.swap(0, 1),
        }
        let swapped = String::from_utf8(json::to_bytes(&swapped)).unwrap();
        assert!(!verifies(&swapped), "{list} can be swapped");
        assert_eq!(value[list].as_array().unwrap().len(), 3);
    }
}
