//! The evidence of an election, by the commands that an operator types: made, counted again without database, refused when anything differs,
//! kept for its time, destroyed with a certificate.

use std::path::Path;

use crate::common::{Polls, fail, succeed};
use isoloir::ambient;
use isoloir::rehearse::Ballots;
use isoloir::voter::Ballot;
use serde_json::Value;

const QUORUM: [&str; 3] = ["president.key", "delegate-1.key", "delegate-2.key"];

/// An election of three voters, two of whom voted: counted, and its evidence made.
async fn packed() -> (Polls, std::path::PathBuf) {
    let polls = Polls::with_voters(3, None).await;
    let site = polls.site.folder.clone();
    let early = fail(
        &site,
        &["archive", "package", "--out", "early", "--config", "server.toml"],
    );
    assert!(early.contains("not counted yet"), "{early}");
    let running = polls.start().await;
    let portal = polls.portal();
    let ballots = Ballots::fetch(&portal, polls.elections.clone()).await.unwrap();
    for (voter, choice) in [(1, 0), (2, 3)] {
        let (session, entitlements) = polls.voter(&portal, voter).await;
        let one = &entitlements[0];
        let election = ballots.election(&one.election).unwrap();
        let ballot = Ballot::choose(&election, &one.credential, choice, &mut ambient::rng()).unwrap();
        session.cast(&one.election, &one.admission, ballot.bytes).await.unwrap();
    }
    running.stop().await.unwrap();
    polls.site.count(&QUORUM).await.unwrap();
    std::fs::write(site.join("sources.tar"), b"not really").unwrap();
    let arguments = [
        "archive",
        "package",
        "--out",
        "evidence",
        "--include",
        "sources.tar",
        "--config",
        "server.toml",
    ];
    let said = succeed(&site, &arguments);
    assert!(said.contains("to be kept until"), "{said}");
    let again = fail(&site, &arguments);
    assert!(again.contains("cannot make"), "a folder is made once: {again}");
    // Nothing of the server is needed from here on.
    for file in ["server.db", "server.toml", "server.key"] {
        std::fs::remove_file(site.join(file)).unwrap();
    }
    (polls, site)
}

fn damaged(site: &Path, file: &str, change: impl Fn(Vec<u8>) -> Vec<u8>) -> String {
    let path = site.join("evidence").join(file);
    let before = std::fs::read(&path).unwrap();
    std::fs::write(&path, change(before.clone())).unwrap();
    let said = fail(site, &["archive", "check", "evidence"]);
    std::fs::write(&path, before).unwrap();
    said
}

#[tokio::test(flavor = "multi_thread")]
async fn evidence_is_counted_again_offline_and_destroyed_in_its_time() {
    let (polls, site) = packed().await;
    let election = polls.election();
    let told = succeed(&site, &["archive", "check", "evidence", "--key", "server.pub"]);
    assert!(told.contains("2 ballots, 2 marks, counted again"), "{told}");
    // Another key, a file that was touched, one too many, one too few: each is named.
    let other = fail(&site, &["archive", "check", "evidence", "--key", "registrar.pub"]);
    assert!(other.contains("another server key"), "{other}");
    let flip = |mut bytes: Vec<u8>| {
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        bytes
    };
    for file in [
        format!("archives/{election}.bel"),
        format!("elections/{election}-emargement.csv"),
        format!("elections/{election}-resultats.json"),
        "journal.jsonl".to_owned(),
        "included/sources.tar".to_owned(),
    ] {
        let said = damaged(&site, &file, flip);
        assert!(said.contains(&file), "{said}");
    }
    let said = damaged(&site, "manifest.json", |bytes| [bytes, b"\n".to_vec()].concat());
    assert!(said.contains("not signed"), "{said}");
    std::fs::write(site.join("evidence/included/extra"), b"x").unwrap();
    let said = fail(&site, &["archive", "check", "evidence"]);
    assert!(said.contains("included/extra is not in the manifest"), "{said}");
    std::fs::remove_file(site.join("evidence/included/extra")).unwrap();
    // Two years, or a court.
    let early = fail(&site, &["archive", "destroy", "evidence", "--by", "Mme Roy"]);
    assert!(early.contains("kept until") && early.contains("--court"), "{early}");
    let nobody = fail(
        &site,
        &["archive", "destroy", "evidence", "--by", " ", "--court", "TA 1"],
    );
    assert!(nobody.contains("--by"), "{nobody}");
    assert!(site.join(format!("evidence/archives/{election}.bel")).exists());
    succeed(
        &site,
        &[
            "archive",
            "destroy",
            "evidence",
            "--by",
            "Mme Roy, DRH",
            "--court",
            "TA de Bastia, 2 mars 2027, n° 12",
            "--also",
            "base et sauvegardes",
        ],
    );
    let certificate = std::fs::read(site.join("evidence/destruction.json")).unwrap();
    let certificate: Value = serde_json::from_slice(&certificate).unwrap();
    assert_eq!(certificate["by"], "Mme Roy, DRH");
    assert_eq!(certificate["declared"][0], "base et sauvegardes");
    let destroyed = certificate["destroyed"].as_array().unwrap();
    let archive = destroyed
        .iter()
        .find(|one| one["path"] == format!("archives/{election}.bel").as_str());
    assert_eq!(archive.unwrap()["sha256"].as_str().unwrap().len(), 64);
    for line in destroyed {
        assert!(
            !site.join("evidence").join(line["path"].as_str().unwrap()).exists(),
            "{line}"
        );
    }
    assert!(site.join(format!("evidence/elections/{election}-listes.json")).exists());
}
