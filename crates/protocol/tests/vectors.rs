//! The ballots shared with the TypeScript implementation, in both directions.

use crate::common;

use std::{fs, path::Path};

use common::vectors::Vectors;
use isoloir_protocol::{any::AnyElection, ballot::VerifiedBallot, credential::SecretCredential};

fn text(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vectors").join(file);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn verify(election: &AnyElection, ballot: &str) -> Result<VerifiedBallot, &'static str> {
    let parsed = election.parse_ballot(ballot.as_bytes().to_vec());
    parsed
        .and_then(|ballot| ballot.verify(election))
        .map_err(|error| error.name())
}

/// Checks a file; `agrees` says whether our refusal is the one that the file names.
fn check(vectors: &Vectors, agrees: fn(&str, &str) -> bool) {
    assert!(!vectors.elections.is_empty());
    for case in &vectors.elections {
        let election = AnyElection::parse(case.election.as_bytes()).unwrap();
        assert_eq!(election.fingerprint(), case.fingerprint);
        let public: Vec<_> = case
            .credentials
            .iter()
            .map(|credential| credential.public.as_str())
            .collect();
        for credential in &case.credentials {
            let secret = SecretCredential::parse(&credential.secret).unwrap();
            assert_eq!(
                secret.public(election.uuid(), election.group()).as_str(),
                credential.public
            );
        }
        assert!(!case.ballots.is_empty() && !case.tampered.is_empty());
        for ballot in &case.ballots {
            let verified = verify(&election, &ballot.ballot);
            let verified = verified.unwrap_or_else(|refusal| panic!("{}: {}: {refusal}", case.name, ballot.name));
            assert_eq!(verified.tracker().as_str(), ballot.tracker);
            assert!(public.contains(&verified.credential().as_str()));
        }
        for tampered in &case.tampered {
            let name = format!("{}: {}", case.name, tampered.name);
            let refusal = verify(&election, &tampered.ballot).expect_err(&name);
            assert!(
                agrees(refusal, &tampered.refusal),
                "{name}: {refusal} is not {}",
                tampered.refusal
            );
        }
    }
}

#[test]
fn our_vectors_are_what_we_make_and_hold() {
    let file = text("ballots.json");
    let made = serde_json::to_string_pretty(&common::vectors::vectors()).unwrap();
    assert!(
        file.trim_end() == made,
        "vectors/ballots.json is not what examples/ballot_vectors.rs writes"
    );
    check(&serde_json::from_str(&file).unwrap(), |ours, expected| ours == expected);
}

#[test]
fn ballots_made_in_typescript_verify_and_tampered_ones_do_not() {
    check(
        &serde_json::from_str(&text("ballots-ts.json")).unwrap(),
        |ours, theirs| match theirs {
            // TypeScript has finer names for what cannot be read at all ...
            "not_json" | "scalar" => ours == "malformed",
            // ... and looks at shapes and points before it looks at proofs and signatures.
            "shape" => ["malformed", "shape", "overall_proof", "blank_proof", "individual_proof"].contains(&ours),
            "point" => ["malformed", "not_in_subgroup", "signature", "credential"].contains(&ours),
            "not_canonical" => ["not_canonical", "malformed"].contains(&ours),
            other => ours == other,
        },
    );
}
