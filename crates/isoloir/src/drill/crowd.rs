//! Voters who arrive one after the other. Each asks again until there is an answer, with the same ballot, as the booth does.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use isoloir_protocol::any::AnyElection;
use tokio::task::JoinSet;

use super::deployment::PASSWORD;
use crate::ambient;
use crate::rehearse::{Ballots, Site, email, read_codes};
use crate::voter::{Ballot, Portal, Receipt, ServerKeys, Session, VoterError};

/// Between two arrivals.
const PACE: Duration = Duration::from_millis(150);
/// A browser that waits longer than this for an answer asks again.
const REQUEST: Duration = Duration::from_secs(8);
const PAUSE: Duration = Duration::from_millis(300);
/// Nobody waits longer than this for a receipt: well above the longest failover.
const PATIENCE: Duration = Duration::from_secs(150);

/// The crowd of one vote.
pub(super) struct Crowd {
    portal: Portal,
    keys: ServerKeys,
    election: Arc<AnyElection>,
    id: String,
    codes: BTreeMap<String, String>,
    voters: u32,
}

/// A voter who has the receipt.
pub(super) struct Voted {
    /// When it came.
    pub(super) at: Instant,
    /// The receipt, checked, the same on asking again.
    pub(super) receipt: Receipt,
    /// Requests that had no answer or were told to come back.
    pub(super) retries: u32,
}

impl Crowd {
    /// Reads what voters read before they vote.
    pub(super) async fn gather(site: &Site, voters: u32) -> anyhow::Result<Self> {
        let portal = Portal::at(&site.portal())?.with_timeout(REQUEST);
        let server = crate::open_voting_server(&site.folder.join("server.toml")).await?;
        let ids = crate::cli::election_ids(&server).await?;
        let id = ids.first().context("no election")?.to_string();
        let election = Ballots::fetch(&portal, [id.clone()]).await?.election(&id)?;
        Ok(Self {
            keys: portal.fetch_json("/api/keys").await?,
            codes: read_codes(&std::fs::read_to_string(site.folder.join("codes.csv"))?)?,
            portal,
            election,
            id,
            voters,
        })
    }

    /// The election's identifier.
    pub(super) fn election(&self) -> &str {
        &self.id
    }

    /// Voters arrive until `over`, or until everybody has come; each stays until the receipt is there.
    ///
    /// # Errors
    /// When a voter is refused, or has no answer in the end: neither may happen, whatever the fault.
    pub(super) async fn vote(self: Arc<Self>, over: Arc<AtomicBool>) -> anyhow::Result<Vec<Voted>> {
        let mut visits = JoinSet::new();
        let mut number = 0;
        while number < self.voters && !over.load(Ordering::Relaxed) {
            number += 1;
            let crowd = Arc::clone(&self);
            visits.spawn(async move { crowd.visit(number).await.with_context(|| format!("voter {number}")) });
            tokio::time::sleep(PACE).await;
        }
        let mut voted = Vec::new();
        while let Some(one) = visits.join_next().await {
            voted.push(one??);
        }
        Ok(voted)
    }

    async fn visit(&self, number: u32) -> anyhow::Result<Voted> {
        let deadline = Instant::now() + PATIENCE;
        let mut retries = 0;
        let code = self.codes.get(&format!("E{number:06}")).context("no code")?;
        let mut ballot: Option<Ballot> = None;
        let (at, receipt) = loop {
            ensure!(Instant::now() < deadline, "no receipt after {} s", PATIENCE.as_secs());
            match self.try_to_vote(number, code, &mut ballot).await {
                Ok(receipt) => break (Instant::now(), receipt),
                Err(error) if may_pass(&error) => {
                    retries += 1;
                    tokio::time::sleep(PAUSE).await;
                }
                Err(error) => return Err(error.into()),
            }
        };
        Ok(Voted { at, receipt, retries })
    }

    /// Signs in, unlocks, and casts the ballot that was made at the first time, until it is answered; then asks once more.
    async fn try_to_vote(&self, number: u32, code: &str, made: &mut Option<Ballot>) -> Result<Receipt, VoterError> {
        let session = Session::sign_in(&self.portal, &email(number), PASSWORD).await?;
        let unlocked = session.unlock(code).await?;
        let entitlement = unlocked.first().ok_or(VoterError::Malformed { step: "unlock" })?;
        let ballot = match made.take() {
            Some(ballot) => made.insert(ballot),
            None => made.insert(Ballot::choose(
                &self.election,
                &entitlement.credential,
                number % 8,
                &mut ambient::rng(),
            )?),
        };
        let deadline = Instant::now() + PATIENCE;
        let mut promised: Option<Receipt> = None;
        loop {
            match session
                .cast(&self.id, &entitlement.admission, ballot.bytes.clone())
                .await
            {
                Ok(receipt) => {
                    receipt.check(&self.keys, &self.id, &ballot.tracker)?;
                    match promised {
                        Some(first) if first == receipt => return Ok(receipt),
                        Some(_) => {
                            return Err(VoterError::Malformed {
                                step: "the same ballot has two receipts",
                            });
                        }
                        None => promised = Some(receipt),
                    }
                }
                Err(error) if may_pass(&error) && !is_signed_out(&error) && Instant::now() < deadline => {
                    tokio::time::sleep(PAUSE).await
                }
                Err(error) => return Err(error),
            }
        }
    }
}

/// No answer, or one that says to come back; a session that a failover lost, which did not wait for the disk.
fn may_pass(error: &VoterError) -> bool {
    match error {
        VoterError::Transport(_)
        | VoterError::Unexpected {
            status: 401 | 429 | 500..=599,
            ..
        } => true,
        VoterError::Refused { status, .. } => matches!(status, 401 | 429 | 503),
        _ => false,
    }
}

fn is_signed_out(error: &VoterError) -> bool {
    matches!(
        error,
        VoterError::Refused { status: 401, .. } | VoterError::Unexpected { status: 401, .. }
    )
}
