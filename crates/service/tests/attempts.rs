//! Attempts to sign in of which nothing came, since the database was away: they cost the voter nothing once it is there again.

use crate::stage;
use std::process::Command;
use std::time::Duration;

use isoloir_service::change_password::{ChangePasswordError, CurrentError};
use isoloir_service::sign_in::SignInError;
use stage::{PASSWORD, Stage};

/// What the database is told by its own command line, and what it answers.
fn tell(url: &str, statement: &str) -> String {
    let file = url.trim_start_matches("sqlite://");
    let told = Command::new("sqlite3")
        .args(["-cmd", ".timeout 5000", file, statement])
        .output()
        .unwrap();
    assert!(told.status.success(), "{statement}");
    String::from_utf8(told.stdout).unwrap()
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

/// The same holds for all that may be tried so often only: here for the current password, which a change asks for.
#[tokio::test(flavor = "multi_thread")]
async fn an_outage_costs_no_attempt_of_any_kind() {
    const NEW: &str = "Rivage-tranquille-84";
    let (_guard, url) = stage::sqlite();
    let stage = Stage::new(&url, 2).await;
    let session = stage.sign_in(0).await;
    tell(
        &url,
        "CREATE TRIGGER away BEFORE DELETE ON sign_in_failure BEGIN SELECT RAISE(ABORT, 'away'); END",
    );
    for _ in 0..8 {
        let changed = stage.server.change_password(&session, PASSWORD, NEW, NEW).await;
        let refused = changed.unwrap_err();
        assert!(
            matches!(refused, ChangePasswordError::Current(CurrentError::Fault(_))),
            "{refused}"
        );
        none_is_counted(&url).await;
    }
    tell(&url, "DROP TRIGGER away");
    stage
        .server
        .change_password(&session, PASSWORD, NEW, NEW)
        .await
        .unwrap();
}

async fn none_is_counted(url: &str) {
    for _ in 0..200 {
        if tell(url, "SELECT COALESCE(SUM(failures), 0) FROM sign_in_failure").trim() == "0" {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("failures are counted after ten seconds");
}
