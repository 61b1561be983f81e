//! The server killed at random moments while it casts: no receipt given is ever lost, no mark without its ballot, no ballot without its
//! mark, and a retry gets the very receipt that was given before.

mod stage;

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use stage::{PASSWORD, Stage};

const VOTERS: usize = 150;

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_moment_of_a_cast_sqlite() {
    let (_guard, url) = stage::sqlite();
    crash(&url).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_moment_of_a_cast_postgres() {
    let ((), url) = stage::postgres();
    crash(&url).await;
}

/// The example is built with the tests, two folders up from this one.
fn node() -> Command {
    let mut path = std::env::current_exe().unwrap();
    path.pop();
    path.pop();
    let path = path.join("examples").join("casting_node");
    assert!(
        path.exists(),
        "{} is missing: run cargo test for the whole package",
        path.display()
    );
    Command::new(path)
}

async fn crash(url: &str) {
    let stage = Stage::new(url, VOTERS).await;
    let mut lines = Vec::new();
    for voter in 0..VOTERS {
        let signed = stage
            .server
            .sign_in(&stage.voters[voter].email, PASSWORD)
            .await
            .unwrap();
        let admission = stage.admission(&signed.session, "csa", voter);
        let ballot = URL_SAFE_NO_PAD.encode(stage.ballot("csa", voter, voter % 3, voter as u64).await);
        lines.push(format!("{}\t{}\t{admission}\t{ballot}", signed.token, stage.id("csa")));
    }
    let input = lines.join("\n");
    let mut rng = StdRng::seed_from_u64(2026);
    let mut given: HashMap<String, String> = HashMap::new();
    let mut kills = 0;
    for round in 0..40 {
        let mut child = node()
            .arg(url)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // The child may be dead before it has read everything.
        let text = input.clone();
        let feeding = std::thread::spawn(move || {
            let _ = stdin.write_all(text.as_bytes());
        });
        let output = child.stdout.take().unwrap();
        let reading =
            std::thread::spawn(move || BufReader::new(output).lines().map_while(Result::ok).collect::<Vec<_>>());
        let wait = Duration::from_millis(rng.random_range(20..400));
        let last = round == 39;
        if !last {
            tokio::time::sleep(wait).await;
            // Unix sends SIGKILL.
            child.kill().unwrap();
            kills += 1;
        }
        let status = child.wait().unwrap();
        feeding.join().unwrap();
        for line in reading.join().unwrap() {
            // A line cut short by the kill is no receipt.
            let fields: Vec<&str> = line.split('\t').collect();
            if fields.len() == 3 && fields[2].len() == 128 {
                let receipt = line.clone();
                if let Some(before) = given.insert(fields[0].to_owned(), receipt) {
                    assert_eq!(before, line, "a retry gets the identical receipt");
                }
            }
        }
        for tracker in given.keys() {
            assert!(
                stage.server.find_tracker(stage.id("csa"), tracker).await.unwrap(),
                "a receipted ballot is gone"
            );
        }
        let counts = stage.server.board_counts(stage.id("csa")).await.unwrap();
        assert!(counts.agree(), "{counts:?}");
        assert!(counts.ballots >= given.len() as u64);
        if last {
            assert!(status.success());
        } else if given.len() == VOTERS {
            break;
        }
    }
    assert_eq!(given.len(), VOTERS);
    assert!(kills > 0);
    let counts = stage.server.board_counts(stage.id("csa")).await.unwrap();
    assert_eq!(counts.ballots, VOTERS as u64);
}
