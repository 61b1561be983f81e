//! Voters who cast one after the other. Each asks again until there is an answer, with the same ballot, as the booth does.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use isoloir_protocol::any::AnyElection;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::deployment::PASSWORD;
use crate::ambient;
use crate::rehearse::{Ballots, Site, email, read_codes};
use crate::voter::{Admission, Ballot, Portal, Receipt, ServerKeys, Session, VoterError};

/// Between two casts.
const PACE: Duration = Duration::from_millis(250);
/// One voter in so many comes when the trouble has begun, and signs in and unlocks in the middle of it; the others have made their ballots before.
const LATE: u32 = 8;
/// Voters who make ready at the same time, before.
const READY_AT_ONCE: usize = 4;
/// Whoever waits longer than this for an answer asks again. A node that says nothing is noticed sooner by the proxy, which ends its connections.
const REQUEST: Duration = Duration::from_secs(30);
/// Before asking again: a little, then longer.
const PAUSE: Duration = Duration::from_millis(300);
const LONGEST_PAUSE: Duration = Duration::from_secs(3);
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

/// A voter with a ballot in hand.
pub(super) struct Ready {
    session: Session,
    admission: Admission,
    ballot: Ballot,
}

/// A voter who has the receipt.
pub(super) struct Voted {
    /// Number of the voter.
    pub(super) voter: u32,
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

    /// Most voters sign in, unlock and make their ballots; `None` for those who come late. Nothing is wrong yet.
    pub(super) async fn make_ready(self: &Arc<Self>) -> anyhow::Result<Vec<Option<Ready>>> {
        let gate = Arc::new(Semaphore::new(READY_AT_ONCE));
        let mut tasks = JoinSet::new();
        for number in 1..=self.voters {
            let (crowd, permit) = (Arc::clone(self), Arc::clone(&gate).acquire_owned().await?);
            tasks.spawn(async move {
                let ready = match number % LATE {
                    0 => None,
                    _ => Some(crowd.ready_at_last(number).await?),
                };
                drop(permit);
                Ok::<_, VoterError>((number, ready))
            });
        }
        let mut ready = BTreeMap::new();
        while let Some(one) = tasks.join_next().await {
            ready.extend([one??]);
        }
        Ok(ready.into_values().collect())
    }

    /// A machine with much else to do may leave somebody without an answer on a good day too.
    async fn ready_at_last(&self, number: u32) -> Result<Ready, VoterError> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match self.ready(number, &mut None).await {
                Err(error) if may_pass(&error) && Instant::now() < deadline => tokio::time::sleep(LONGEST_PAUSE).await,
                made => return made,
            }
        }
    }

    /// Voters cast one after the other until `over`, or until all have; each stays until the receipt is there.
    ///
    /// # Errors
    /// When a voter is refused, or has no answer in the end: neither may happen, whatever the fault.
    pub(super) async fn vote(
        self: Arc<Self>,
        voters: Vec<Option<Ready>>,
        over: Arc<AtomicBool>,
    ) -> anyhow::Result<Vec<Voted>> {
        let mut visits = JoinSet::new();
        for (number, ready) in (1..).zip(voters) {
            if over.load(Ordering::Relaxed) {
                break;
            }
            let crowd = Arc::clone(&self);
            visits.spawn(async move {
                let visit = crowd.visit(number, ready).await;
                visit.with_context(|| format!("voter {number}"))
            });
            tokio::time::sleep(PACE).await;
        }
        let mut voted = Vec::new();
        while let Some(one) = visits.join_next().await {
            voted.push(one??);
        }
        Ok(voted)
    }

    /// Casts until there is a receipt, then asks once more: the same ballot has the same receipt. Whoever comes late, or was signed out by a failover, signs in again,
    /// with the ballot that was made at first.
    async fn visit(&self, number: u32, mut ready: Option<Ready>) -> anyhow::Result<Voted> {
        let deadline = Instant::now() + PATIENCE;
        let (mut retries, mut pause) = (0, PAUSE);
        let mut ballot = None;
        let mut promised: Option<(Instant, Receipt)> = None;
        let mut last = String::new();
        loop {
            let patience = PATIENCE.as_secs();
            ensure!(
                Instant::now() < deadline,
                "no receipt after {patience} s; the last answer: {last}"
            );
            match self.attempt(number, &mut ready, &mut ballot).await {
                Ok(receipt) => match promised {
                    None => promised = Some((Instant::now(), receipt)),
                    Some((at, first)) => {
                        ensure!(first == receipt, "the same ballot has two receipts");
                        return Ok(Voted {
                            voter: number,
                            at,
                            receipt,
                            retries,
                        });
                    }
                },
                Err(error) if may_pass(&error) => {
                    retries += 1;
                    last = error.to_string();
                    tokio::time::sleep(pause).await;
                    pause = pause.saturating_mul(2).min(LONGEST_PAUSE);
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    async fn attempt(
        &self,
        number: u32,
        ready: &mut Option<Ready>,
        ballot: &mut Option<Ballot>,
    ) -> Result<Receipt, VoterError> {
        let voter = match ready.take() {
            Some(voter) => ready.insert(voter),
            None => ready.insert(self.ready(number, ballot).await?),
        };
        let sent = voter
            .session
            .cast(&self.id, &voter.admission, voter.ballot.bytes.clone());
        match sent.await {
            Ok(receipt) => {
                receipt.check(&self.keys, &self.id, &voter.ballot.tracker)?;
                Ok(receipt)
            }
            Err(error) => {
                if is_signed_out(&error) {
                    *ballot = ready.take().map(|voter| voter.ballot);
                }
                Err(error)
            }
        }
    }

    /// Signs in, unlocks, and makes a ballot unless there is one.
    async fn ready(&self, number: u32, ballot: &mut Option<Ballot>) -> Result<Ready, VoterError> {
        let code = self
            .codes
            .get(&format!("E{number:06}"))
            .ok_or(VoterError::Malformed { step: "codes" })?;
        let session = Session::sign_in(&self.portal, &email(number), PASSWORD).await?;
        let unlocked = session.unlock(code).await?.into_iter().next();
        let entitlement = unlocked.ok_or(VoterError::Malformed { step: "unlock" })?;
        let ballot = match ballot.take() {
            Some(ballot) => ballot,
            None => Ballot::choose(&self.election, &entitlement.credential, number % 8, &mut ambient::rng())?,
        };
        Ok(Ready {
            session,
            admission: entitlement.admission,
            ballot,
        })
    }
}

/// No answer, or one that says to come back; a session that a failover lost, which did not wait for the disk; a captcha (422 at sign-in), where several attempts
/// have been cut short: a person answers it, here the attempts under way are waited for.
fn may_pass(error: &VoterError) -> bool {
    match error {
        VoterError::Unexpected {
            step: "sign-in",
            status: 422,
        } => true,
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
