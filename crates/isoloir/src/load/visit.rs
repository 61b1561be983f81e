//! What each voter does, step by step, and what it met.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use isoloir_protocol::any::AnyElection;
use serde::{Deserialize, Serialize};

use super::run::Voter;
use crate::ambient;
use crate::voter::{Ballot, Line, Portal, ServerKeys, Session, VoterError};

/// A step of a visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// The page on which one signs in.
    Page,
    /// The waiting room, for those who met it.
    Room,
    /// Signing in.
    SignIn,
    /// Ticket, registrar, credentials opened.
    Unlock,
    /// The ballot made and proved, on this machine.
    Encrypt,
    /// The ballot sent, the receipt checked.
    Cast,
    /// All of it, from arrival to the last receipt.
    Visit,
}

/// What one visit met.
#[derive(Default)]
pub(super) struct Visit {
    /// How long each step took; a step may be done more than once.
    pub(super) steps: Vec<(Step, Duration)>,
    /// When signed in, from the start of the load.
    pub(super) signed_in: Option<Duration>,
    /// When each receipt came, from the start of the load.
    pub(super) receipts: Vec<Duration>,
    /// The way to the form of the sign-in.
    pub(super) line: Option<Line>,
    /// How often the server asked to come back.
    pub(super) told_to_wait: u32,
    /// What ended the visit before its last receipt, and at which step.
    pub(super) failed: Option<(Step, String)>,
}

/// What all visits share.
pub(super) struct Polls {
    pub(super) portal: Portal,
    pub(super) keys: ServerKeys,
    pub(super) elections: BTreeMap<String, Arc<AnyElection>>,
    pub(super) begun: Instant,
    /// How long a voter comes back when told to.
    pub(super) patience: Duration,
}

impl Polls {
    /// The whole visit of one voter.
    pub(super) async fn visit(&self, voter: &Voter) -> Visit {
        let mut visit = Visit::default();
        let arrived = Instant::now();
        match self.vote(voter, &mut visit).await {
            Ok(()) => visit.steps.push((Step::Visit, arrived.elapsed())),
            Err((step, error)) => visit.failed = Some((step, error.to_string())),
        }
        visit
    }

    async fn vote(&self, voter: &Voter, visit: &mut Visit) -> Result<(), (Step, VoterError)> {
        let mut session = Session::anonymous(&self.portal);
        let line = session
            .arrive(self.patience)
            .await
            .map_err(|error| (Step::Room, error))?;
        let page = line.stood.unwrap_or(line.called);
        visit.steps.push((Step::Page, page.duration_since(line.arrived)));
        if let Some(stood) = line.stood {
            visit.steps.push((Step::Room, line.called.duration_since(stood)));
        }
        visit.line = Some(line);
        let mut pauses = Pauses::new(self.patience);
        let (identifier, password) = (&voter.identifier, &voter.password);
        while let Err(error) = session.send_sign_in(identifier, password, self.patience).await {
            if !(error.is_busy() && pauses.pause(visit).await) {
                return Err((Step::SignIn, error));
            }
        }
        visit.steps.push((Step::SignIn, pauses.begun.elapsed()));
        visit.signed_in = Some(self.begun.elapsed());
        let unlocked = self
            .step(visit, Step::Unlock, || async { session.unlock(&voter.code).await })
            .await?;
        for entitlement in &unlocked {
            let Some(election) = self.elections.get(&entitlement.election) else {
                continue;
            };
            let begun = Instant::now();
            let (one, credential) = (Arc::clone(election), entitlement.credential.clone());
            let made =
                tokio::task::spawn_blocking(move || Ballot::choose(&one, &credential, 0, &mut ambient::rng())).await;
            let ballot = made
                .map_err(|error| VoterError::Ballot(error.to_string()))
                .and_then(|ballot| ballot)
                .map_err(|error| (Step::Encrypt, error))?;
            visit.steps.push((Step::Encrypt, begun.elapsed()));
            let receipt = self
                .step(visit, Step::Cast, || async {
                    let bytes = ballot.bytes.clone();
                    session.cast(&entitlement.election, &entitlement.admission, bytes).await
                })
                .await?;
            receipt
                .check(&self.keys, &entitlement.election, &ballot.tracker)
                .map_err(|error| (Step::Cast, error.into()))?;
            visit.receipts.push(self.begun.elapsed());
        }
        Ok(())
    }

    /// One step, measured; again after a pause when the server says to come back.
    async fn step<T, F>(&self, visit: &mut Visit, step: Step, attempt: impl Fn() -> F) -> Result<T, (Step, VoterError)>
    where
        F: Future<Output = Result<T, VoterError>>,
    {
        let mut pauses = Pauses::new(self.patience);
        loop {
            match attempt().await {
                Ok(done) => {
                    visit.steps.push((step, pauses.begun.elapsed()));
                    return Ok(done);
                }
                Err(error) if error.is_busy() && pauses.pause(visit).await => {}
                Err(error) => return Err((step, error)),
            }
        }
    }
}

/// Longer and longer pauses of a voter who was told to come back, as long as there is patience.
struct Pauses {
    begun: Instant,
    next: Duration,
    patience: Duration,
}

impl Pauses {
    fn new(patience: Duration) -> Self {
        Self {
            begun: Instant::now(),
            next: Duration::from_millis(500),
            patience,
        }
    }

    /// `false` when patience is over.
    async fn pause(&mut self, visit: &mut Visit) -> bool {
        if self.begun.elapsed() + self.next >= self.patience {
            return false;
        }
        visit.told_to_wait += 1;
        tokio::time::sleep(self.next).await;
        self.next = self.next.saturating_mul(2).min(Duration::from_secs(8));
        true
    }
}
