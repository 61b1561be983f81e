//! Ballots with one thing wrong, each with the name of the refusal it must meet.

use curve25519_dalek::{constants::EIGHT_TORSION, edwards::CompressedEdwardsY};
use isoloir_protocol::{
    any::AnyElection,
    credential::SecretCredential,
    group::{Belenios2048, Ed25519, Group, GroupName, Rfc3526},
    hash::{challenge_of, sha256_base64},
    json,
    proof::Proof,
};

use super::SeededRng;

/// A ballot that must be refused.
pub struct Tampered {
    /// What is wrong with it.
    pub name: &'static str,
    /// The ballot.
    pub ballot: String,
    /// `BallotError::name` of the refusal.
    pub refusal: &'static str,
}

/// A valid ballot, and what is needed to make wrong ones of it.
pub struct Source<'a> {
    /// The election.
    pub election: &'a AnyElection,
    /// The voter's credential.
    pub secret: &'a SecretCredential,
    /// His ballot.
    pub ballot: &'a str,
    /// The valid ballot of another voter in the same election.
    pub foreign: &'a str,
}

impl Source<'_> {
    /// Every wrong ballot that can be made of this one.
    pub fn tampered(&self, rng: &mut SeededRng) -> Vec<Tampered> {
        let mut all = self.texts();
        all.extend(self.values());
        all.extend(self.signed_again(rng));
        all.retain(|tampered| !tampered.ballot.is_empty());
        for tampered in &all {
            assert_ne!(tampered.ballot, self.ballot, "{}", tampered.name);
        }
        all
    }

    /// Other texts of the same ballot, and texts of no ballot.
    fn texts(&self) -> Vec<Tampered> {
        let ballot = self.ballot;
        let replace = |from: &str, to: &str| ballot.replacen(from, to, 1);
        [
            ("a space", replace(":", ": "), "not_canonical"),
            ("a newline at the end", format!("{ballot}\n"), "not_canonical"),
            (
                "an escaped letter",
                replace("answers", "\\u0061nswers"),
                "not_canonical",
            ),
            (
                "an escaped letter in a point",
                replace("\"alpha\":\"", "\"alpha\":\"\\u0030"),
                "malformed",
            ),
            ("another order of fields", reordered(ballot), "not_canonical"),
            ("a byte order mark", format!("\u{feff}{ballot}"), "malformed"),
            ("text after the end", format!("{ballot}{{}}"), "malformed"),
            (
                "a doubled field",
                replace("{", &format!("{{{},", field(ballot, "election_uuid"))),
                "malformed",
            ),
            ("an unknown field", replace("{", "{\"more\":1,"), "malformed"),
            (
                "an unknown field in an answer",
                replace("\"choices\"", "\"more\":1,\"choices\""),
                "malformed",
            ),
            ("cut short", ballot[..ballot.len() - 1].to_owned(), "malformed"),
            ("the signature left out", format!("{}}}", body(ballot)), "malformed"),
            ("nothing", " ".to_owned(), "malformed"),
        ]
        .map(|(name, ballot, refusal)| Tampered { name, ballot, refusal })
        .into()
    }

    /// Values that no ballot may have, and values that fit another ballot.
    fn values(&self) -> Vec<Tampered> {
        let ballot = self.ballot;
        let response = string_after(ballot, "\"response\":\"");
        let alpha = string_after(ballot, "\"alpha\":\"");
        let credential = string_after(ballot, "\"credential\":\"");
        let foreign_credential = string_after(self.foreign, "\"credential\":\"");
        let replace = |from: &str, to: &str| ballot.replacen(&format!("\"{from}\""), to, 1);
        let is_curve = self.election.group() == GroupName::Ed25519;
        // 2 is the y of no point; 0 is in no field.
        let no_element = if is_curve {
            format!("\"{}2\"", "0".repeat(63))
        } else {
            "\"0\"".to_owned()
        };
        let noisy = if is_curve {
            alpha.to_uppercase()
        } else {
            format!("0{alpha}")
        };
        [
            (
                "a response with a leading zero",
                replace(&response, &format!("\"0{response}\"")),
                "malformed",
            ),
            (
                "a negative response",
                replace(&response, &format!("\"-{response}\"")),
                "malformed",
            ),
            (
                "a response above the order",
                replace(&response, &format!("\"9{response}9999\"")),
                "malformed",
            ),
            ("a response as a number", replace(&response, &response), "malformed"),
            (
                "another text of a group element",
                replace(&alpha, &format!("\"{noisy}\"")),
                "malformed",
            ),
            ("not a group element", replace(&alpha, &no_element), "malformed"),
            (
                "a response changed",
                replace(&response, &format!("\"{}\"", changed(&response))),
                "signature",
            ),
            (
                "another voter's credential",
                replace(&credential, &format!("\"{foreign_credential}\"")),
                "signature",
            ),
            (
                "another voter's signature",
                with_signature_of(ballot, self.foreign),
                "signature",
            ),
        ]
        .map(|(name, ballot, refusal)| Tampered { name, ballot, refusal })
        .into()
    }

    /// Wrong answers, correctly signed.
    fn signed_again(&self, rng: &mut SeededRng) -> Vec<Tampered> {
        let ballot = self.ballot;
        let proof_changed = |field: &str| -> String {
            let Some(at) = ballot.find(field) else {
                return String::new();
            };
            let (before, after) = ballot.split_at(at);
            let response = string_after(after, "\"response\":\"");
            format!("{before}{}", after.replacen(&response, &changed(&response), 1))
        };
        let emptied = |field: &str, to: &str| -> String {
            let Some(at) = ballot.find(&format!("\"{field}\":")) else {
                return String::new();
            };
            let value_at = at + field.len() + 3;
            let end = value_at + value_length(&ballot[value_at..]);
            format!("{}{to}{}", &ballot[..value_at], &ballot[end..])
        };
        let alpha = string_after(ballot, "\"alpha\":\"");
        let with_alpha = |other: &str| ballot.replacen(&alpha, other, 1);
        let uuid = self.election.uuid().as_str();
        let hash = self.election.fingerprint();
        // On lists it is one proof, not an array.
        let is_array = ballot
            .find("\"overall_proof\":")
            .is_some_and(|at| ballot[at..].starts_with("\"overall_proof\":["));
        let overall_emptied = if is_array { "overall_proof" } else { "malformed" };
        let is_curve = self.election.group() == GroupName::Ed25519;
        let (small, mixed, identity) = if is_curve {
            (
                hex(&EIGHT_TORSION[1].compress()),
                mixed_order(&alpha),
                format!("{}1", "0".repeat(63)),
            )
        } else {
            ("2".to_owned(), String::new(), "1".to_owned())
        };
        let mixed = if mixed.is_empty() {
            String::new()
        } else {
            with_alpha(&mixed)
        };
        [
            (
                "another election",
                ballot.replacen(uuid, "BENr7M9KtWBUgX", 1),
                "wrong_election",
            ),
            (
                "another text of the election",
                ballot.replacen(hash, &sha256_base64(b""), 1),
                "wrong_election",
            ),
            (
                "an individual proof changed",
                proof_changed("\"individual_proofs\""),
                "individual_proof",
            ),
            (
                "an overall proof changed",
                proof_changed("\"overall_proof\""),
                "overall_proof",
            ),
            ("a blank proof changed", proof_changed("\"blank_proof\""), "blank_proof"),
            ("a list proof changed", proof_changed("\"list_proofs\""), "list_proof"),
            ("a nonzero proof changed", nonzero_changed(ballot), "nonzero_proof"),
            (
                "the neutral element as nonzero commitment",
                nonzero_trivial(ballot, &identity),
                "nonzero_proof",
            ),
            ("a point of small order", with_alpha(&small), "not_in_subgroup"),
            ("a point of mixed order", mixed, "not_in_subgroup"),
            (
                "the neutral element as a ciphertext",
                with_alpha(&identity),
                "individual_proof",
            ),
            ("alpha and beta exchanged", exchanged(ballot), "individual_proof"),
            ("no overall proof", emptied("overall_proof", "[]"), overall_emptied),
            ("no individual proofs", emptied("individual_proofs", "[]"), "shape"),
            ("no choices", emptied("choices", "[]"), "shape"),
            ("blank proof of no branch", emptied("blank_proof", "[]"), "blank_proof"),
            ("list proofs of no list", emptied("list_proofs", "[]"), "shape"),
            ("no answer", emptied("answers", "[]"), "answers"),
            (
                "the answers of another voter",
                with_answers_of(ballot, self.foreign),
                "individual_proof",
            ),
        ]
        .map(|(name, ballot, refusal)| {
            let ballot = if ballot.is_empty() {
                ballot
            } else {
                sign_again(self.election, self.secret, &ballot, rng)
            };
            Tampered { name, ballot, refusal }
        })
        .into()
    }
}

/// Signs a ballot's text with a credential, whatever the text says.
pub fn sign_again(election: &AnyElection, secret: &SecretCredential, ballot: &str, rng: &mut SeededRng) -> String {
    match election.group() {
        GroupName::Ed25519 => signed::<Ed25519>(election, secret, ballot, rng),
        GroupName::Belenios2048 => signed::<Belenios2048>(election, secret, ballot, rng),
        GroupName::Rfc3526 => signed::<Rfc3526>(election, secret, ballot, rng),
    }
}

fn signed<G: Group>(election: &AnyElection, secret: &SecretCredential, ballot: &str, rng: &mut SeededRng) -> String {
    let body = body(ballot);
    let hash = sha256_base64(format!("{body}}}").as_bytes());
    let exponent = secret.exponent::<G>(election.uuid());
    let proof = Proof::<G>::prove_g(
        &exponent,
        |commitment| challenge_of::<G>("sig", &hash, std::slice::from_ref(commitment)),
        rng,
    );
    let proof = String::from_utf8(json::to_bytes(&proof)).unwrap();
    format!("{body},\"signature\":{{\"hash\":\"{hash}\",\"proof\":{proof}}}}}")
}

/// Everything before the signature.
fn body(ballot: &str) -> &str {
    &ballot[..ballot.rfind(",\"signature\":").unwrap()]
}

fn with_signature_of(ballot: &str, other: &str) -> String {
    format!("{}{}", body(ballot), &other[body(other).len()..])
}

fn with_answers_of(ballot: &str, other: &str) -> String {
    let split = |ballot: &str| ballot.find(",\"answers\":").unwrap();
    format!("{}{}", &ballot[..split(ballot)], &other[split(other)..])
}

fn reordered(ballot: &str) -> String {
    let (uuid, hash) = (field(ballot, "election_uuid"), field(ballot, "election_hash"));
    ballot.replacen(&format!("{uuid},{hash}"), &format!("{hash},{uuid}"), 1)
}

/// `"name":"value"`.
fn field(ballot: &str, name: &str) -> String {
    let name = format!("\"{name}\":\"");
    format!("{name}{}\"", string_after(ballot, &name))
}

fn string_after(text: &str, prefix: &str) -> String {
    let start = text.find(prefix).unwrap() + prefix.len();
    text[start..].split('"').next().unwrap().to_owned()
}

/// Another number with as many digits, never too large.
fn changed(number: &str) -> String {
    let (digits, last) = number.split_at(number.len() - 1);
    format!("{digits}{}", if last == "1" { "2" } else { "1" })
}

fn exchanged(ballot: &str) -> String {
    let (alpha, beta) = (
        string_after(ballot, "\"alpha\":\""),
        string_after(ballot, "\"beta\":\""),
    );
    let pair = |a: &str, b: &str| format!("\"alpha\":\"{a}\",\"beta\":\"{b}\"");
    ballot.replacen(&pair(&alpha, &beta), &pair(&beta, &alpha), 1)
}

fn nonzero_changed(ballot: &str) -> String {
    let Some(at) = ballot.find("\"nonzero_proof\"") else {
        return String::new();
    };
    let (before, after) = ballot.split_at(at);
    let response = string_after(after, "\"response\":[\"");
    format!("{before}{}", after.replacen(&response, &changed(&response), 1))
}

fn nonzero_trivial(ballot: &str, identity: &str) -> String {
    if !ballot.contains("\"commitment\"") {
        return String::new();
    }
    ballot.replacen(&string_after(ballot, "\"commitment\":\""), identity, 1)
}

/// Length of the array or object at the start of a text without brackets in strings.
fn value_length(text: &str) -> usize {
    let mut depth = 0;
    for (at, symbol) in text.char_indices() {
        match symbol {
            '[' | '{' => depth += 1,
            ']' | '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at + 1;
        }
    }
    panic!("unbalanced");
}

fn hex(point: &CompressedEdwardsY) -> String {
    point
        .as_bytes()
        .iter()
        .rev()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn mixed_order(point: &str) -> String {
    let mut bytes: [u8; 32] = std::array::from_fn(|i| u8::from_str_radix(&point[2 * i..2 * i + 2], 16).unwrap());
    bytes.reverse();
    hex(&(CompressedEdwardsY(bytes).decompress().unwrap() + EIGHT_TORSION[4]).compress())
}
