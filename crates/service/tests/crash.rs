//! The server killed at random moments while it casts: no receipt given is ever lost, no mark without its ballot, no ballot without its
//! mark, and a retry gets the very receipt that was given before.

use crate::stage;
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
    let ((), url) = stage::postgres().await;
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

/// Ballots that a node is given beyond those stored: it cannot come further before it is killed, however late that is.
const AHEAD: usize = 20;

/// Prepares one ballot per voter, as lines for the node.
async fn prepare(stage: &Stage) -> Vec<String> {
    let mut lines = Vec::new();
    for voter in 0..VOTERS {
        let signed = stage
            .server
            .sign_in(stage.voters[voter].identifier(), PASSWORD)
            .await
            .unwrap();
        let admission = stage.admission(&signed.session, "csa", voter);
        let ballot = URL_SAFE_NO_PAD.encode(stage.ballot("csa", voter, voter % 3, voter as u64).await);
        lines.push(format!(
            "{}\t{}\t{admission}\t{ballot}\n",
            signed.token,
            stage.id("csa")
        ));
    }
    lines
}

/// Lets a node cast until it has given `receipts` receipts, and `delay` more, then kills it. Returns all that it gave.
fn cast_and_kill(url: &str, input: &[String], receipts: usize, delay: Duration) -> Vec<String> {
    let mut child = node()
        .arg(url)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let text = input.concat();
    // The node may be dead before it has read everything. It is told of no end, so that it never ends by itself.
    let feeding = std::thread::spawn(move || {
        let _ = stdin.write_all(text.as_bytes());
        stdin
    });
    let mut output = BufReader::new(child.stdout.take().unwrap())
        .lines()
        .map_while(Result::ok);
    let mut given: Vec<String> = output.by_ref().take(receipts).collect();
    std::thread::sleep(delay);
    // On Unix this is SIGKILL.
    child.kill().unwrap();
    given.extend(output);
    drop(feeding.join().unwrap());
    // A line cut short by the kill is no receipt.
    given.retain(|line| line.split('\t').nth(2).is_some_and(|signature| signature.len() == 128));
    assert!(!child.wait().unwrap().success(), "the node ended by itself");
    given
}

async fn crash(url: &str) {
    let stage = Stage::new(url, VOTERS).await;
    let input = prepare(&stage).await;
    let mut rng = StdRng::seed_from_u64(2026);
    let mut receipts: HashMap<String, String> = HashMap::new();
    let (mut cut_short, mut stored) = (0, 0);
    while receipts.len() < VOTERS {
        // Receipts come in the order of commits, retries first: the node gets a little further each time.
        let known = &input[..(stored as usize + AHEAD).min(VOTERS)];
        let wanted = (stored as usize + rng.random_range(1..8)).min(VOTERS);
        let delay = Duration::from_micros(rng.random_range(0..8000));
        let given = cast_and_kill(url, known, wanted, delay);
        cut_short += u32::from(given.len() < known.len());
        for line in given {
            let tracker = line.split('\t').next().unwrap().to_owned();
            if let Some(before) = receipts.insert(tracker, line.clone()) {
                assert_eq!(before, line, "a retry gets the identical receipt");
            }
        }
        for tracker in receipts.keys() {
            assert!(
                stage.server.find_tracker(stage.id("csa"), tracker).await.unwrap(),
                "a receipted ballot is gone"
            );
        }
        let counts = stage.server.board_counts(stage.id("csa")).await.unwrap();
        assert!(counts.agree(), "{counts:?}");
        assert!(counts.ballots >= receipts.len() as u64 && counts.ballots >= stored);
        stored = counts.ballots;
    }
    assert!(
        cut_short >= 3,
        "only {cut_short} kills came while ballots were being cast"
    );
    assert_eq!(stored, VOTERS as u64);
}
