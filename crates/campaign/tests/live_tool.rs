//! Elections with shuffled answers, made by the reference tool and audited by us, and the reverse.
//!
//! Where the tool (`belenios-tool` 2.0, Debian's) is missing, the tests say that they are skipped; continuous integration
//! installs it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

use std::{
    fs,
    io::{Cursor, Write as _},
    path::Path,
    process::{Command, Stdio},
};

use isoloir_campaign::{mutation::Chance, sample::plans, tool};
use isoloir_protocol::{
    audit::{Options, Report, audit},
    election::ElectionParams,
    json,
};

fn skipped() -> bool {
    if !tool::is_installed() {
        println!("SKIPPED: belenios-tool is not installed, the reference tool's verdict is not known");
    }
    !tool::is_installed()
}

fn our_report(bytes: &[u8]) -> Report {
    let options = Options {
        require_result: true,
        ..Options::default()
    };
    audit(Cursor::new(bytes), &options, &mut |_| {}).unwrap()
}

#[test]
fn the_reference_tool_judges_our_elections_as_we_do() {
    if skipped() {
        return;
    }
    for plan in plans().unwrap() {
        let sample = plan.make(&mut Chance::new(11, 0)).unwrap();
        let bytes = sample.archive.to_bytes();
        let report = our_report(&bytes);
        assert!(report.is_valid(), "{}: {:?}", plan.name, report.finding);
        let election: ElectionParams = json::parse(&sample.election).unwrap();
        if tool::knows(&election) {
            let accepted = tool::accepts(&bytes, sample.uuid.as_str()).unwrap();
            assert!(accepted, "{}: the tool refuses our archive", plan.name);
            println!("{}: accepted by the tool", plan.name);
        }
    }
}

/// A folder in which the tool works.
struct Work<'a>(&'a Path);

impl Work<'_> {
    /// Runs the tool with this input; its output.
    fn tool(&self, arguments: &[&str], input: &[u8]) -> Vec<u8> {
        let mut child = Command::new("/usr/bin/belenios-tool")
            .args(arguments)
            .current_dir(self.0)
            .env("BELENIOS_USE_URANDOM", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {said}");
        output.stdout
    }

    fn event(&self, kind: &str, payload: &[u8]) {
        self.tool(&["archive", "add-event", &format!("--type={kind}")], payload);
    }

    fn files(&self, extension: &str) -> Vec<std::path::PathBuf> {
        let all = fs::read_dir(self.0).unwrap().map(|file| file.unwrap().path());
        let mut found: Vec<_> = all
            .filter(|path| path.extension().is_some_and(|e| e == extension))
            .collect();
        found.sort();
        found
    }
}

#[test]
fn an_election_with_shuffles_made_by_the_reference_tool_is_audited() {
    if skipped() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let work = Work(folder.path());
    let group = ["--group", "RFC-3526-2048"];
    let uuid = String::from_utf8(work.tool(&["setup", "generate-token"], b""))
        .unwrap()
        .trim()
        .to_owned();
    let with_group = |arguments: &[&str]| {
        let all: Vec<&str> = arguments.iter().copied().chain(group).collect();
        work.tool(&all, b"")
    };
    with_group(&["setup", "generate-credentials", "--uuid", &uuid, "--count", "4"]);
    fs::rename(&work.files("pubcreds")[0], folder.path().join("public_creds.json")).unwrap();
    let secrets = fs::read_to_string(&work.files("privcreds")[0]).unwrap();
    for _ in 0..2 {
        with_group(&["setup", "generate-trustee-key"]);
    }
    let keys: Vec<u8> = work
        .files("pubkey")
        .iter()
        .flat_map(|path| fs::read(path).unwrap())
        .collect();
    fs::write(folder.path().join("public_keys.jsons"), keys).unwrap();
    work.tool(&["setup", "make-trustees"], b"");
    let template = r#"{"description":"d","name":"n","questions":[
        {"answers":["A","B"],"min":0,"max":1,"question":"Qui ?"},
        {"type":"NonHomomorphic","value":{"answers":["A","B","C"],"question":"Classez"}}],
        "administrator":"x","credential_authority":"y"}"#;
    fs::write(folder.path().join("template.json"), template).unwrap();
    with_group(&["setup", "make-election", "--uuid", &uuid, "--template", "template.json"]);
    work.tool(&["archive", "init"], b"");
    for name in [
        "election.json",
        "trustees.json",
        "public_creds.json",
        "public_keys.jsons",
    ] {
        let _ = fs::remove_file(folder.path().join(name));
    }

    let votes = ["[[1,0],[1,2,3]]", "[[0,1],[3,255,0]]", "[[0,0],[2,2,2]]"];
    for (line, vote) in secrets.lines().zip(votes) {
        let credential = line.split_whitespace().last().unwrap();
        fs::write(folder.path().join("credential"), credential).unwrap();
        fs::write(folder.path().join("vote"), vote).unwrap();
        let arguments = [
            "election",
            "generate-ballot",
            "--privcred",
            "credential",
            "--ballot",
            "vote",
        ];
        work.event("Ballot", &work.tool(&arguments, b""));
    }
    work.event("EndBallots", b"");
    work.event(
        "EncryptedTally",
        &work.tool(&["election", "compute-encrypted-tally"], b""),
    );
    for trustee in ["--trustee-id=1", "--trustee-id=2"] {
        work.event("Shuffle", &work.tool(&["election", "shuffle", trustee], b""));
    }
    work.event("EndShuffles", b"");
    for (key, trustee) in work.files("privkey").iter().zip(["1", "2"]) {
        let key = key.to_str().unwrap();
        let arguments = ["election", "decrypt", "--privkey", key, "--trustee-id", trustee];
        work.event("PartialDecryption", &work.tool(&arguments, b""));
    }
    work.event("Result", &work.tool(&["election", "compute-result"], b""));

    let bytes = fs::read(folder.path().join(format!("{uuid}.bel"))).unwrap();
    let report = our_report(&bytes);
    assert!(report.is_valid(), "{:?}", report.finding);
    let result = String::from_utf8(report.result.unwrap().to_bytes()).unwrap();
    assert!(result.starts_with(r#"{"result":[[1,1],["#), "{result}");
    for ballot in ["[1,2,3]", "[3,255,0]", "[2,2,2]"] {
        assert!(result.contains(ballot), "{result}");
    }
}
