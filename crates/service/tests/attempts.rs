//! Attempts to sign in of which nothing came, since the database was away: they cost the voter nothing once it is there again.

use crate::stage;
use std::process::Command;
use std::time::Duration;

use isoloir_service::sign_in::SignInError;
use stage::{PASSWORD, Stage};

/// What the database is told by its own command line.
fn tell(url: &str, statement: &str) {
    let file = url.trim_start_matches("sqlite://").trim_start_matches("sqlite:");
    let status = Command::new("sqlite3").args([file, statement]).status().unwrap();
    assert!(status.success(), "{statement}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_is_no_failed_attempt() {
    let (_guard, url) = stage::sqlite();
    let stage = Stage::new(&url, 2).await;
    let identifier = stage.voters[0].identifier().to_owned();
    tell(
        &url,
        "CREATE TRIGGER away BEFORE INSERT ON session BEGIN SELECT RAISE(ABORT, 'away'); END",
    );
    // More often than anybody may be wrong.
    for _ in 0..8 {
        let refused = stage.server.sign_in(&identifier, PASSWORD).await.err().unwrap();
        assert!(matches!(refused, SignInError::Fault(_)), "{refused}");
        counted(&stage, &identifier, 0).await;
    }
    tell(&url, "DROP TRIGGER away");
    stage.server.sign_in(&identifier, PASSWORD).await.unwrap();

    // A wrong password is one, whatever the database does.
    assert!(stage.server.sign_in(&identifier, "Autre-chose-12").await.is_err());
    counted(&stage, &identifier, 1).await;
}

/// Waits until so many failures are counted: they are taken back beside the answer.
async fn counted(stage: &Stage, identifier: &str, failures: u64) {
    for _ in 0..200 {
        if stage.server.sign_in_failures(identifier).await.unwrap() == failures {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("not {failures} failures in ten seconds");
}
