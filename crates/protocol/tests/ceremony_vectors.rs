//! Key ceremonies and decryptions shared with the TypeScript implementation, in both directions: every message of two ceremonies
//! from fixed seeds (the French quorum), the secrets behind them, and what the members decrypted.
//!
//! `ISOLOIR_WRITE_VECTORS=1 cargo test -p isoloir-protocol --test protocol ceremony` writes `vectors/ceremony.json` anew.

use crate::common;

use std::{fs, path::PathBuf};

use common::{SeededRng, rng};
use isoloir_protocol::{
    group::{Ed25519, Group as _},
    json,
    tally::{BoundDecryption, EncryptedTally},
    trustee::{
        Item, PrivateKey, Seed, Trustees,
        pedersen::{self, Certificates, Commitment, Commitments, Polynomial, Voutput},
    },
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// A file of them.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Vectors {
    about: String,
    items: Vec<ItemVector>,
    trustees: String,
    /// Of an election that need not exist.
    fingerprint: String,
    tally: String,
    decryptions: Vec<DecryptionVector>,
}

/// One shared key.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ItemVector {
    threshold: u32,
    members: Vec<MemberVector>,
}

/// A member: what it keeps and what it sends, each message in its exact text.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct MemberVector {
    name: String,
    seed: String,
    certificate: String,
    commitment: String,
    polynomial: String,
    output: String,
    private_key: String,
}

/// A member's part of the tally.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct DecryptionVector {
    owner: u32,
    /// What it hands over: the decryption with the proof that binds it.
    bound: String,
}

fn path(file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../vectors")
        .join(file)
}

fn text<T: Serialize>(value: &T) -> String {
    String::from_utf8(json::to_bytes(value)).unwrap()
}

fn parse<T: Serialize + DeserializeOwned>(text: &str) -> T {
    json::parse(text.as_bytes()).unwrap()
}

fn key_of(text: &str) -> PrivateKey<Ed25519> {
    PrivateKey::parse(format!("\"{text}\"").as_bytes()).unwrap()
}

fn exposed(key: &PrivateKey<Ed25519>) -> String {
    serde_json::from_slice(&key.expose()).unwrap()
}

fn element(element: &<Ed25519 as isoloir_protocol::group::Group>::Element) -> String {
    let mut text = String::new();
    Ed25519::write(element, &mut text);
    text
}

/// Plays a ceremony.
fn item(threshold: u32, names: &[&str], rng: &mut SeededRng) -> ItemVector {
    let size = u32::try_from(names.len()).unwrap();
    let seeds: Vec<_> = names.iter().map(|_| Seed::generate(rng)).collect();
    let certs: Vec<_> = seeds
        .iter()
        .zip(1..)
        .map(|(seed, index)| pedersen::certificate::<Ed25519, _>(seed, size, threshold, index, rng))
        .collect();
    let certificates = Certificates::check(certs.clone()).unwrap();
    let (polynomials, commits): (Vec<_>, Vec<_>) = seeds
        .iter()
        .map(|seed| pedersen::polynomial(seed, &certificates, rng).unwrap())
        .unzip();
    let commitments = Commitments::check(&certificates, commits.clone()).unwrap();
    let inputs = pedersen::vinputs(&certificates, &commitments, &polynomials).unwrap();
    let members = names.iter().enumerate().map(|(i, name)| {
        let output = pedersen::voutput(&seeds[i], &certificates, &commitments, &inputs[i], rng).unwrap();
        let key = pedersen::decryption_key::<Ed25519>(&seeds[i], &output.private_key).unwrap();
        MemberVector {
            name: (*name).to_owned(),
            seed: seeds[i].expose().to_owned(),
            certificate: text(&certs[i]),
            commitment: text(&commits[i]),
            polynomial: text(&polynomials[i]),
            output: text(&output),
            private_key: exposed(&key),
        }
    });
    ItemVector {
        threshold,
        members: members.collect(),
    }
}

/// The messages of one step, of all members.
fn messages<T: Serialize + DeserializeOwned>(item: &ItemVector, of: fn(&MemberVector) -> &str) -> Vec<T> {
    item.members.iter().map(|member| parse(of(member))).collect()
}

/// Checks every message of an item as its members would, and gives the item as published.
fn replay(item: &ItemVector, rng: &mut SeededRng) -> Item<Ed25519> {
    let certificates = Certificates::check(messages(item, |m| &m.certificate)).unwrap();
    assert_eq!(certificates.threshold(), item.threshold);
    let commits: Vec<Commitment<Ed25519>> = messages(item, |m| &m.commitment);
    let commitments = Commitments::check(&certificates, commits).unwrap();
    let polynomials: Vec<Polynomial<Ed25519>> = messages(item, |m| &m.polynomial);
    let inputs = pedersen::vinputs(&certificates, &commitments, &polynomials).unwrap();
    let mut outputs: Vec<Voutput<Ed25519>> = messages(item, |m| &m.output);
    for (i, member) in item.members.iter().enumerate() {
        let seed = Seed::parse(&member.seed).unwrap();
        assert_eq!(usize::try_from(certificates.index_of(&seed).unwrap()).unwrap(), i + 1);
        let own = pedersen::voutput(&seed, &certificates, &commitments, &inputs[i], rng).unwrap();
        assert_eq!(own.public_key.public_key, outputs[i].public_key.public_key);
        let key = pedersen::decryption_key::<Ed25519>(&seed, &outputs[i].private_key).unwrap();
        assert_eq!(exposed(&key), member.private_key);
        outputs[i].public_key.name = Some(member.name.clone());
    }
    Item::Pedersen(pedersen::parameters(&certificates, &polynomials, &outputs).unwrap())
}

fn check(vectors: &Vectors) {
    let rng = &mut rng(7);
    let items = vectors.items.iter().map(|item| replay(item, rng)).collect();
    assert_eq!(
        String::from_utf8(Trustees::of(items).to_bytes()).unwrap(),
        vectors.trustees
    );
    let trustees = Trustees::<Ed25519>::parse(vectors.trustees.as_bytes())
        .unwrap()
        .verify()
        .unwrap();
    let tally = EncryptedTally::<Ed25519>::parse(vectors.tally.as_bytes()).unwrap();
    let members: Vec<_> = vectors.items.iter().flat_map(|item| &item.members).collect();
    assert_eq!(vectors.decryptions.len(), members.len());
    for (vector, member) in vectors.decryptions.iter().zip(members) {
        let seed = Seed::parse(&member.seed).unwrap();
        assert_eq!(trustees.owner_of_seed(&seed), Some(vector.owner));
        let theirs = BoundDecryption::<Ed25519>::parse(vector.bound.as_bytes()).unwrap();
        let key = trustees.member(vector.owner).unwrap();
        assert_eq!(theirs.verify(key, &vectors.fingerprint, &tally), Ok(()));
        let own = BoundDecryption::create(&key_of(&member.private_key), &vectors.fingerprint, &tally, rng);
        assert_eq!(own.decryption().factors(), theirs.decryption().factors());
        assert!(theirs.verify(key, "another election", &tally).is_err());
    }
}

fn made() -> Vectors {
    let rng = &mut rng(20_261_208);
    let items = vec![
        item(1, &["Présidence", "Secrétariat"], rng),
        item(2, &["Awa Diallo, liste A", "Zoé \"Z\" Martin", "Yann Le Goff"], rng),
    ];
    let published = items.iter().map(|one| replay(one, rng)).collect();
    let trustees = String::from_utf8(Trustees::of(published).to_bytes()).unwrap();
    let point = |rng: &mut SeededRng| element(&Ed25519::pow_g(&Ed25519::random_scalar(rng)));
    let pair = |rng: &mut SeededRng| format!(r#"{{"alpha":"{}","beta":"{}"}}"#, point(rng), point(rng));
    let nothing = element(&Ed25519::identity());
    // One question of three answers; one of a list and its candidate, for whom nobody voted.
    let tally = format!(
        r#"[[{},{},{}],[[{},{{"alpha":"{nothing}","beta":"{nothing}"}}]]]"#,
        pair(rng),
        pair(rng),
        pair(rng),
        pair(rng)
    );
    let fingerprint = "S6pTiQtZNyVLtPYRZkqYs4XWXmYqvdzjVNVzcUIrZpE".to_owned();
    let parsed = EncryptedTally::<Ed25519>::parse(tally.as_bytes()).unwrap();
    let members = items.iter().flat_map(|one| &one.members).zip(1..);
    let decryptions = members
        .map(|(member, owner)| {
            let made = BoundDecryption::create(&key_of(&member.private_key), &fingerprint, &parsed, rng);
            let bound = String::from_utf8(made.to_bytes()).unwrap();
            DecryptionVector { owner, bound }
        })
        .collect();
    Vectors {
        about: "A key ceremony and partial decryptions made by crates/protocol from fixed seeds \
                (ISOLOIR_WRITE_VECTORS=1, tests/ceremony_vectors.rs)."
            .to_owned(),
        items,
        trustees,
        fingerprint,
        tally,
        decryptions,
    }
}

#[test]
fn our_ceremony_is_what_we_make_and_holds() {
    let made = serde_json::to_string_pretty(&made()).unwrap() + "\n";
    if std::env::var_os("ISOLOIR_WRITE_VECTORS").is_some() {
        fs::write(path("ceremony.json"), &made).unwrap();
    }
    let file = fs::read_to_string(path("ceremony.json")).unwrap();
    assert!(file == made, "vectors/ceremony.json is not what this test makes");
    check(&serde_json::from_str(&file).unwrap());
}

#[test]
fn a_ceremony_held_in_typescript_holds() {
    check(&serde_json::from_str(&fs::read_to_string(path("ceremony-ts.json")).unwrap()).unwrap());
}
