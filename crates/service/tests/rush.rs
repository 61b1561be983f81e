//! A crowd that signs in at once: it has the program for itself, as the other scenarios would take its places in the queue.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "in a test, a failure is a failed test"
)]

#[macro_use]
mod stage;

use isoloir_service::sign_in::SignInError;
use stage::{PASSWORD, Stage};

on_both_engines!(a_rush_that_fills_the_queue_makes_nobody_wait_for_failures,);

async fn a_rush_that_fills_the_queue_makes_nobody_wait_for_failures(url: &str) {
    let stage = Stage::new(url, 1).await;
    let mut told_to_come_back = 0;
    while told_to_come_back < 6 {
        let mut crowd = tokio::task::JoinSet::new();
        for stranger in 0..200 {
            let server = stage.server.clone();
            crowd.spawn(async move {
                let email = format!("{stranger}@ailleurs.example");
                server.sign_in(&email, PASSWORD).await.is_ok()
            });
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        while told_to_come_back < 6 {
            match stage.server.sign_in(stage.voters[0].identifier(), PASSWORD).await {
                Err(SignInError::Busy) => told_to_come_back += 1,
                other => {
                    other.expect("known and right");
                    break;
                }
            }
        }
        // Nobody of the crowd is cut off in the middle, as on the portal (`end_what_was_begun`).
        while crowd.join_next().await.is_some() {}
    }
    let failures = stage
        .server
        .sign_in_failures(stage.voters[0].identifier())
        .await
        .unwrap();
    assert_eq!(failures, 0);
}
