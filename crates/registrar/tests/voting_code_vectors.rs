//! `vectors/voting-code.json`, shared with the booth's own implementation. `ISOLOIR_WRITE_VECTORS=1` writes the file anew from a
//! fixed seed; otherwise the test reads it and replays every vector.

use std::convert::Infallible;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use isoloir_domain::{ElectionId, VoterId};
use isoloir_protocol::credential::SecretCredential;
use isoloir_registrar::VotingCode;
use isoloir_registrar::derivation::{Authenticator, WrappingKey};
use isoloir_registrar::voting_code::{ALPHABET, CodeError};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use rand_core::{TryCryptoRng, TryRng};
use serde::{Deserialize, Serialize};

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../vectors/voting-code.json");

#[derive(Serialize, Deserialize)]
struct Vectors {
    about: String,
    alphabet: String,
    valid: Vec<Valid>,
    refused: Vec<Refused>,
    derivations: Vec<Derivation>,
}

/// A code, as printed; its 16 symbols; texts that people type for it.
#[derive(Serialize, Deserialize)]
struct Valid {
    code: String,
    symbols: String,
    typed: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct Refused {
    typed: String,
    #[serde(flatten)]
    error: Error,
}

#[derive(Serialize, Deserialize, PartialEq, Debug)]
#[serde(tag = "error", rename_all = "snake_case")]
enum Error {
    Empty,
    Symbol {
        symbol: char,
        position: usize,
        group: usize,
    },
    TooShort {
        symbols: usize,
    },
    TooLong {
        symbols: usize,
    },
    Checksum,
}

impl From<CodeError> for Error {
    fn from(error: CodeError) -> Error {
        match error {
            CodeError::Empty => Error::Empty,
            CodeError::Symbol {
                symbol,
                position,
                group,
            } => Error::Symbol {
                symbol,
                position,
                group,
            },
            CodeError::TooShort { symbols } => Error::TooShort { symbols },
            CodeError::TooLong { symbols } => Error::TooLong { symbols },
            CodeError::Checksum => Error::Checksum,
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Derivation {
    code: String,
    voter: String,
    authenticator: String,
    wrapping: String,
    election: String,
    credential: String,
    nonce: String,
    wrapped: String,
}

/// Gives the nonce that the vector names.
struct Given(Vec<u8>);

impl TryRng for Given {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        panic!("only bytes are asked for")
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        panic!("only bytes are asked for")
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        out.copy_from_slice(&self.0);
        Ok(())
    }
}

impl TryCryptoRng for Given {}

fn read(typed: &str) -> Result<VotingCode, Error> {
    VotingCode::parse(typed).map_err(Error::from)
}

#[test]
fn every_vector_holds() {
    if std::env::var_os("ISOLOIR_WRITE_VECTORS").is_some() {
        let text = serde_json::to_string_pretty(&write()).unwrap();
        std::fs::write(PATH, text + "\n").unwrap();
    }
    let vectors: Vectors = serde_json::from_str(&std::fs::read_to_string(PATH).unwrap()).unwrap();
    assert_eq!(vectors.alphabet.as_bytes(), ALPHABET);
    assert!(vectors.valid.len() >= 40 && vectors.refused.len() >= 40 && vectors.derivations.len() >= 4);
    for valid in &vectors.valid {
        assert_eq!(valid.code.replace('-', ""), valid.symbols);
        for typed in valid.typed.iter().chain([&valid.code, &valid.symbols]) {
            assert_eq!(
                read(typed).unwrap_or_else(|e| panic!("{typed}: {e:?}")).to_string(),
                valid.code
            );
        }
    }
    for refused in &vectors.refused {
        assert_eq!(
            read(&refused.typed).map(|c| c.to_string()).unwrap_err(),
            refused.error,
            "{}",
            refused.typed
        );
    }
    for derivation in &vectors.derivations {
        check(derivation);
    }
}

fn check(d: &Derivation) {
    let (code, voter) = (read(&d.code).ok().unwrap(), d.voter.parse::<VoterId>().unwrap());
    let election: ElectionId = d.election.parse().unwrap();
    let key = WrappingKey::derive(&code, voter);
    assert_eq!(
        hex::encode(Authenticator::derive(&code, voter).expose()),
        d.authenticator
    );
    assert_eq!(hex::encode(key.expose()), d.wrapping);
    let mut nonce = Given(hex::decode(&d.nonce).unwrap());
    let wrapped = key.wrap(voter, &election, d.credential.as_bytes(), &mut nonce).unwrap();
    assert_eq!(URL_SAFE_NO_PAD.encode(&wrapped), d.wrapped);
    assert_eq!(
        key.unwrap(voter, &election, &wrapped).unwrap().as_slice(),
        d.credential.as_bytes()
    );
    let other: ElectionId = "zzzzzzzzzzzzzz".parse().unwrap();
    assert!(key.unwrap(voter, &other, &wrapped).is_err());
    for i in 0..wrapped.len() {
        let mut changed = wrapped.clone();
        changed[i] ^= 1;
        assert!(key.unwrap(voter, &election, &changed).is_err());
    }
    assert!(key.unwrap(voter, &election, &wrapped[..20]).is_err());
}

fn write() -> Vectors {
    let mut rng = StdRng::seed_from_u64(2026);
    let valid: Vec<Valid> = (0..40)
        .map(|_| variants(&VotingCode::generate(&mut rng).to_string()))
        .collect();
    let refused = valid
        .iter()
        .take(24)
        .flat_map(|v| mistyped(&v.symbols, &mut rng))
        .chain(fixed())
        .collect();
    let derivations = valid.iter().take(4).map(|v| derivation(&v.code, &mut rng)).collect();
    Vectors {
        about: "Voting codes: valid ones with texts typed for them, mistyped ones with the expected error (positions and groups from 1; a forbidden symbol is told before the length), and what is derived from a code. code16 = symbols; salt = 'isoloir/code/v1|' + voter; HKDF-SHA256 with info 'authenticator' and 'wrapping', 32 bytes, hexadecimal; wrapped = base64url(nonce || XChaCha20-Poly1305(wrapping, nonce, credential, AAD 'isoloir/credential/v1|voter|election')).".into(),
        alphabet: String::from_utf8(ALPHABET.to_vec()).unwrap(),
        valid,
        refused,
        derivations,
    }
}

fn variants(code: &str) -> Valid {
    let symbols = code.replace('-', "");
    let typed = vec![
        code.to_lowercase(),
        symbols.to_lowercase(),
        code.replace('-', " "),
        format!("  {}\t", code.replace('-', " - ")),
        code.replace('-', "\u{2011}"),
        code.replace('-', "\u{202f}\u{2014}\u{a0}"),
        code.replace('0', "O").replace('1', "I"),
        code.replace('0', "o").replace('1', "l"),
        symbols.chars().map(|c| format!("{c} ")).collect(),
    ];
    Valid {
        code: code.to_owned(),
        symbols,
        typed,
    }
}

fn mistyped(symbols: &str, rng: &mut StdRng) -> Vec<Refused> {
    let mut wrong = symbols.as_bytes().to_vec();
    let place = rng.random_range(0..16);
    while wrong == symbols.as_bytes() {
        wrong[place] = ALPHABET[rng.random_range(0..32)];
    }
    let mut exchanged = symbols.as_bytes().to_vec();
    while exchanged == symbols.as_bytes() {
        let i = rng.random_range(0..15);
        exchanged.swap(i, i + 1);
    }
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    vec![
        Refused {
            typed: text(wrong),
            error: Error::Checksum,
        },
        Refused {
            typed: text(exchanged),
            error: Error::Checksum,
        },
    ]
}

fn fixed() -> Vec<Refused> {
    let cases = [
        ("", Error::Empty),
        (" - -- ", Error::Empty),
        ("K", Error::TooShort { symbols: 1 }),
        ("K7QM-2RTD-9XHF", Error::TooShort { symbols: 12 }),
        ("K7QM-2RTD-9XHF-4CA", Error::TooShort { symbols: 15 }),
        ("K7QM-2RTD-9XHF-4CAD-0", Error::TooLong { symbols: 17 }),
        (
            "K7QM-2RTD-9XHF-4CAD-K7QM-2RTD-9XHF-4CAD",
            Error::TooLong { symbols: 32 },
        ),
        (
            "U7QM-2RTD-9XHF-4CAD",
            Error::Symbol {
                symbol: 'U',
                position: 1,
                group: 1,
            },
        ),
        (
            "k7qm-2rtu",
            Error::Symbol {
                symbol: 'U',
                position: 8,
                group: 2,
            },
        ),
        (
            "K7QM-2RTD-9XHF-4CA!",
            Error::Symbol {
                symbol: '!',
                position: 16,
                group: 4,
            },
        ),
        (
            "k7qm 2rtd 9xéf 4cad",
            Error::Symbol {
                symbol: 'É',
                position: 11,
                group: 3,
            },
        ),
        (
            "K7QM-2RTD-9XHF-4CAD-U",
            Error::Symbol {
                symbol: 'U',
                position: 17,
                group: 5,
            },
        ),
        ("1111-1111-1111-1111", Error::Checksum),
    ];
    cases
        .into_iter()
        .map(|(typed, error)| Refused {
            typed: typed.to_owned(),
            error,
        })
        .collect()
}

fn derivation(code: &str, rng: &mut StdRng) -> Derivation {
    let parsed = read(code).ok().unwrap();
    let voter: VoterId = uuid_text(rng).parse().unwrap();
    let election = ElectionId::generate(rng);
    let credential = SecretCredential::generate(rng);
    let nonce: [u8; 24] = rng.random();
    let key = WrappingKey::derive(&parsed, voter);
    let wrapped = key
        .wrap(
            voter,
            &election,
            credential.expose().as_bytes(),
            &mut Given(nonce.to_vec()),
        )
        .unwrap();
    Derivation {
        code: code.to_owned(),
        voter: voter.to_string(),
        authenticator: hex::encode(Authenticator::derive(&parsed, voter).expose()),
        wrapping: hex::encode(key.expose()),
        election: election.to_string(),
        credential: credential.expose().to_owned(),
        nonce: hex::encode(nonce),
        wrapped: URL_SAFE_NO_PAD.encode(wrapped),
    }
}

fn uuid_text(rng: &mut StdRng) -> String {
    let digits = hex::encode(rng.random::<[u8; 16]>());
    format!(
        "{}-{}-7{}-8{}-{}",
        &digits[..8],
        &digits[8..12],
        &digits[13..16],
        &digits[17..20],
        &digits[20..]
    )
}
