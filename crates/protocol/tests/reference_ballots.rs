//! Every ballot and credential of the reference archives, made by the reference tool 2.0 and 3.3.0.

use crate::archives;

use std::fs;

use isoloir_protocol::{
    any::AnyElection,
    credential::{PublicCredential, SecretCredential, exponent_of_tool_2_0},
    group::{Belenios2048, GroupName},
    json,
};
use serde_json::Value;

/// The records of an archive: election, credentials, ballots in order.
struct Records {
    election: AnyElection,
    credentials: Vec<String>,
    ballots: Vec<Vec<u8>>,
}

/// Reads the tar by hand, so that this test stands apart from the archive reader it could share a fault with.
fn records(path: &std::path::Path) -> Records {
    let tar = fs::read(path).unwrap();
    let mut rest = tar.as_slice();
    let mut data = std::collections::HashMap::new();
    let mut events = Vec::new();
    while rest.len() > 512 {
        let name = String::from_utf8(rest[..100].iter().copied().take_while(|b| *b != 0).collect()).unwrap();
        let size = usize::from_str_radix(std::str::from_utf8(&rest[124..135]).unwrap(), 8).unwrap();
        let content = rest[512..512 + size].to_vec();
        if name.ends_with(".event.json") {
            events.push(serde_json::from_slice::<Value>(&content).unwrap());
        }
        data.insert(name, content);
        rest = &rest[512 + size.next_multiple_of(512)..];
    }
    let record = |hash: &Value| data[&format!("{}.data.json", hash.as_str().unwrap())].clone();
    let setup: Value = serde_json::from_slice(&record(&events[0]["payload"])).unwrap();
    let is_ballot = |event: &&Value| event["type"] == "Ballot";
    Records {
        election: AnyElection::parse(&record(&setup["election"])).unwrap(),
        credentials: json::parse(&record(&setup["credentials"])).unwrap(),
        ballots: events
            .iter()
            .filter(is_ballot)
            .map(|event| record(&event["payload"]))
            .collect(),
    }
}

#[test]
fn every_reference_ballot_verifies() {
    let mut count = 0;
    for (name, path) in archives::all("valid") {
        let Records {
            election,
            credentials,
            ballots,
        } = records(&path);
        assert_eq!(election.params().to_bytes(), election.bytes(), "{name}");
        for bytes in ballots {
            let ballot = election
                .parse_ballot(bytes.clone())
                .unwrap_or_else(|e| panic!("{name}: {e}"));
            let verified = ballot.verify(&election).unwrap_or_else(|e| panic!("{name}: {e}"));
            let listed = credentials
                .iter()
                .any(|line| line.split(',').next() == Some(verified.credential().as_str()));
            assert!(listed, "{name}");
            assert_eq!(verified.bytes(), bytes);
            assert_eq!(verified.election(), election.uuid());
            count += 1;
        }
    }
    assert_eq!(count, 55, "ballots in the reference archives");
}

#[test]
fn reference_credentials_derive() {
    for (name, path) in archives::all("valid") {
        let Records {
            election, credentials, ..
        } = records(&path);
        let secrets = fs::read_to_string(path.with_file_name("private_creds.txt")).unwrap();
        let secrets: Vec<_> = secrets.lines().filter_map(|line| line.split(' ').nth(1)).collect();
        let mut derived: Vec<_> = if name.starts_with("t20") {
            assert_eq!(election.group(), GroupName::Belenios2048);
            let derive = |secret| exponent_of_tool_2_0::<Belenios2048>(secret, election.uuid()).unwrap();
            secrets
                .iter()
                .map(|secret| PublicCredential::of_exponent::<Belenios2048>(&derive(secret)))
                .collect()
        } else {
            let parsed: Vec<_> = secrets
                .iter()
                .map(|text| SecretCredential::parse(text).unwrap())
                .collect();
            let all = SecretCredential::public_of_all(&parsed, election.uuid(), election.group());
            let one_by_one = parsed
                .iter()
                .map(|secret| secret.public(election.uuid(), election.group()));
            assert_eq!(all, one_by_one.collect::<Vec<_>>());
            all
        };
        derived.sort();
        let points = credentials.iter().filter_map(|line| line.split(',').next());
        let mut listed: Vec<_> = points
            .map(|p| PublicCredential::parse(p, election.group()).unwrap())
            .collect();
        listed.sort();
        assert_eq!(derived, listed, "{name}");
        assert!(!derived.is_empty());
    }
}
