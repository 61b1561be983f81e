//! Ballots into the box, marks into the poll book, an entry into the journal, mails into the outbox: one transaction, all or nothing,
//! for as many casts as arrived together.
//!
//! The head of each box concerned is locked first, in order of elections: so two nodes never wait for each other in a circle, and what is read
//! after the lock is true until the commit.

use std::collections::{BTreeMap, HashMap, HashSet};

use isoloir_domain::journal::{Entry, Event, Subject};
use isoloir_domain::{Calendar, ElectionId, Phase, VoterId};
use isoloir_protocol::archive::{EventHash, EventKind, PayloadHash, event};
use isoloir_protocol::ballot::VerifiedBallot;
use jiff::Timestamp;
use sqlx::QueryBuilder;

use crate::consultation::calendar;
use crate::copy::{BallotCopy, Mark};
use crate::outbox::NewMessage;
use crate::value::{hash, minute, signed, unsigned};
use crate::{Store, StoreError};

statements! {
    LOCK_BOX = "UPDATE box_head SET height = height WHERE election = $1 RETURNING height, event, ended";
    CALENDAR = "SELECT c.opens, COALESCE(x.closes, c.closes), COALESCE(x.grace, c.grace), COALESCE(x.suspended, FALSE)
        FROM election e JOIN consultation c ON c.id = e.consultation LEFT JOIN election_course x ON x.election = e.id WHERE e.id = $1";
    MOVE_HEAD = "UPDATE box_head SET height = $2, event = $3 WHERE election = $1";
    FIND = "SELECT event FROM ballot WHERE election = $1 AND tracker = $2";
}

/// A ballot that is in the box for good. Only a commit, or a read of what a commit left, makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    election: ElectionId,
    tracker: String,
    event: [u8; 32],
}

impl Recorded {
    /// The election.
    #[must_use]
    pub fn election(&self) -> &ElectionId {
        &self.election
    }

    /// The ballot's tracker.
    #[must_use]
    pub fn tracker(&self) -> &str {
        &self.tracker
    }

    /// Hash of the ballot's event.
    #[must_use]
    pub fn event(&self) -> &[u8; 32] {
        &self.event
    }
}

/// A cast that waits for its commit.
pub struct NewCast {
    /// The election; the ballot was verified against it.
    pub election: ElectionId,
    /// The ballot.
    pub ballot: VerifiedBallot,
    /// Who casts it. Stands beside the ballot here for the last time.
    pub voter: VoterId,
    /// When this voter had shown both factors: decides within the grace.
    pub authenticated: Timestamp,
    /// The message that tells the voter.
    pub mail: Option<NewMessage>,
}

/// What became of a cast.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Committed now.
    Recorded(Recorded),
    /// The identical ballot of this voter was in the box already.
    Again(Recorded),
    /// Another ballot of this voter is in the box.
    AlreadyVoted,
    /// This ballot or its credential is in the box, and the poll book is not marked for this voter.
    Replayed,
    /// The voter is not on the roll.
    NotOnRoll,
    /// Before opening.
    NotOpen,
    /// After closing, or frozen.
    Closed,
    /// Suspended by the board.
    Suspended,
    /// The box is not set up.
    NoBox,
}

/// What was decided inside the transaction; becomes an [`Outcome`] only when the commit has succeeded.
enum Decision {
    Append {
        tracker: String,
        event: EventHash,
    },
    Again {
        tracker: String,
        event: [u8; 32],
    },
    /// Same voter or credential as the cast at this place, earlier in the same batch.
    Like {
        first: usize,
        tracker: String,
    },
    Refused(Outcome),
}

/// What the transaction reads about one box under its lock.
struct BoxState {
    height: u64,
    head: EventHash,
    ended: bool,
    suspended: bool,
    calendar: Calendar,
    /// Voters on the roll among those of the batch, and whether each is marked.
    roll: HashMap<String, bool>,
    /// Trackers in the box among those of the batch.
    trackers: HashMap<String, [u8; 32]>,
    /// Credentials in the box among those of the batch.
    credentials: HashSet<String>,
}

/// What will be inserted for one box.
#[derive(Default)]
struct Additions<'a> {
    ballots: Vec<NewRow<'a>>,
    marks: Vec<VoterId>,
    mails: Vec<&'a NewMessage>,
}

struct NewRow<'a> {
    height: i64,
    tracker: String,
    credential: String,
    bytes: &'a [u8],
    event: Vec<u8>,
}

impl Store {
    /// Records what may be recorded of `casts`, and says for each what became of it. Where a synchronous copy is kept, it has them too when this returns.
    ///
    /// # Errors
    /// [`StoreError`]: nothing was stored, or (when the commit itself failed, or the copy did at this very moment) it is unknown; asking again with the same
    /// ballot tells.
    pub async fn record_ballots(&self, casts: &[NewCast], now: Timestamp) -> Result<Vec<Outcome>, StoreError> {
        let Some(copy) = &self.copy else {
            return self.commit_ballots(casts, now).await.map(|(outcomes, _)| outcomes);
        };
        let mut turn = self.copy_turn(copy, now).await?;
        let (outcomes, marks) = self.commit_ballots(casts, now).await?;
        if marks.is_empty() {
            BallotCopy::nothing_new(&mut turn);
        } else {
            copy.follow(&mut turn, &marks).await?;
        }
        Ok(outcomes)
    }

    /// The transaction in the server's own database: what became of each cast, and the marks that were made.
    async fn commit_ballots(&self, casts: &[NewCast], now: Timestamp) -> Result<(Vec<Outcome>, Vec<Mark>), StoreError> {
        let mut groups: BTreeMap<&ElectionId, Vec<usize>> = BTreeMap::new();
        for (place, cast) in casts.iter().enumerate() {
            groups.entry(&cast.election).or_default().push(place);
        }
        let mut marks: Vec<Mark> = Vec::new();
        let decisions = on!(tx &self.db, tx => {
            let mut states = Vec::with_capacity(groups.len());
            for (election, places) in &groups {
                let locked: Option<(i64, Vec<u8>, bool)> =
                    sqlx::query_as(LOCK_BOX).bind(election.as_str()).fetch_optional(&mut *tx).await?;
                states.push((*election, places, locked));
            }
            let mut decisions: HashMap<usize, Decision> = HashMap::with_capacity(casts.len());
            let mut entries = Vec::new();
            let mut mails = Vec::new();
            for (election, places, locked) in states {
                let members: Vec<(usize, &NewCast)> =
                    places.iter().filter_map(|place| casts.get(*place).map(|cast| (*place, cast))).collect();
                let Some((height, head, ended)) = locked else {
                    decisions.extend(places.iter().map(|place| (*place, Decision::Refused(Outcome::NoBox))));
                    continue;
                };
                let (opens, closes, grace, suspended): (i64, i64, i64, bool) =
                    sqlx::query_as(CALENDAR).bind(election.as_str()).fetch_one(&mut *tx).await?;
                let roll: Vec<(String, Option<String>)> = {
                    let mut select = QueryBuilder::new(
                        "SELECT r.voter, p.voter FROM roll_entry r
                         LEFT JOIN poll_book p ON p.election = r.election AND p.voter = r.voter WHERE r.election = ",
                    );
                    select.push_bind(election.as_str()).push(" AND r.voter IN (");
                    let mut list = select.separated(", ");
                    for (_, cast) in &members {
                        list.push_bind(cast.voter.to_string());
                    }
                    select.push(")");
                    select.build_query_as().persistent(false).fetch_all(&mut *tx).await?
                };
                let present: Vec<(String, String, Vec<u8>)> = {
                    let mut select =
                        QueryBuilder::new("SELECT tracker, credential, event FROM ballot WHERE election = ");
                    select.push_bind(election.as_str()).push(" AND tracker IN (");
                    let mut list = select.separated(", ");
                    for (_, cast) in &members {
                        list.push_bind(cast.ballot.tracker().to_string());
                    }
                    select.push(") UNION SELECT tracker, credential, event FROM ballot WHERE election = ");
                    select.push_bind(election.as_str()).push(" AND credential IN (");
                    let mut list = select.separated(", ");
                    for (_, cast) in &members {
                        list.push_bind(cast.ballot.credential().to_string());
                    }
                    select.push(")");
                    select.build_query_as().persistent(false).fetch_all(&mut *tx).await?
                };
                let mut state = BoxState {
                    height: unsigned(height, "a height")?,
                    head: EventHash::from_bytes(hash(&head, "a head")?),
                    ended,
                    suspended,
                    calendar: calendar(opens, closes, grace)?,
                    roll: roll.into_iter().map(|(voter, mark)| (voter, mark.is_some())).collect(),
                    trackers: HashMap::with_capacity(present.len()),
                    credentials: HashSet::with_capacity(present.len()),
                };
                for (tracker, credential, event) in present {
                    state.trackers.insert(tracker, hash(&event, "an event")?);
                    state.credentials.insert(credential);
                }
                let mut additions = Additions::default();
                decide(&mut state, &members, now, &mut decisions, &mut additions)?;
                if additions.ballots.is_empty() {
                    continue;
                }
                let mut insert =
                    QueryBuilder::new("INSERT INTO ballot (election, height, tracker, credential, bytes, event) ");
                insert.push_values(&additions.ballots, |mut row, ballot| {
                    row.push_bind(election.as_str())
                        .push_bind(ballot.height)
                        .push_bind(&ballot.tracker)
                        .push_bind(&ballot.credential)
                        .push_bind(ballot.bytes)
                        .push_bind(&ballot.event);
                });
                insert.build().persistent(false).execute(&mut *tx).await?;
                let mut insert = QueryBuilder::new("INSERT INTO poll_book (election, voter, marked_minute) ");
                insert.push_values(&additions.marks, |mut row, voter| {
                    row.push_bind(election.as_str()).push_bind(voter.to_string()).push_bind(minute(now));
                });
                insert.build().persistent(false).execute(&mut *tx).await?;
                sqlx::query(MOVE_HEAD)
                    .bind(election.as_str())
                    .bind(signed(state.height, "a height")?)
                    .bind(state.head.as_bytes().as_slice())
                    .execute(&mut *tx)
                    .await?;
                marks.extend(additions.marks.iter().map(|voter| ((*election).clone(), *voter, minute(now))));
                entries.push(recorded_entry(election, additions.ballots.len(), &state.head, now)?);
                mails.extend(additions.mails);
            }
            queue_messages!(tx, &mails);
            for entry in &entries {
                append_journal!(tx, entry);
            }
            decisions
        });
        // The commit has succeeded: only now may anything be called recorded.
        let outcomes: Result<_, StoreError> = (0..casts.len())
            .map(|place| outcome(casts, &decisions, place))
            .collect();
        Ok((outcomes?, marks))
    }

    /// The ballot with this tracker, if it is in the box.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn recorded(&self, election: &ElectionId, tracker: &str) -> Result<Option<Recorded>, StoreError> {
        let event: Option<Vec<u8>> = on!(read &self.db, pool =>
            sqlx::query_scalar(FIND).bind(election.as_str()).bind(tracker).fetch_optional(pool).await?);
        event
            .map(|event| {
                let event = hash(&event, "an event")?;
                Ok(Recorded {
                    election: election.clone(),
                    tracker: tracker.to_owned(),
                    event,
                })
            })
            .transpose()
    }
}

/// Decides for each cast of one box, in order of arrival, and grows the chain.
fn decide<'a>(
    state: &mut BoxState,
    members: &[(usize, &'a NewCast)],
    now: Timestamp,
    decisions: &mut HashMap<usize, Decision>,
    additions: &mut Additions<'a>,
) -> Result<(), StoreError> {
    let mut voters: HashMap<VoterId, usize> = HashMap::with_capacity(members.len());
    let mut credentials: HashMap<String, usize> = HashMap::with_capacity(members.len());
    for (place, cast) in members {
        let tracker = cast.ballot.tracker().to_string();
        let credential = cast.ballot.credential().to_string();
        if let Some(first) = voters.get(&cast.voter) {
            decisions.insert(*place, Decision::Like { first: *first, tracker });
            continue;
        }
        if let Some(refusal) = refusal(state, cast, &tracker, &credential, now) {
            decisions.insert(*place, refusal);
            continue;
        }
        if credentials.contains_key(&credential) {
            decisions.insert(*place, Decision::Refused(Outcome::Replayed));
            continue;
        }
        let payload = PayloadHash::of(cast.ballot.bytes());
        state.height = state.height.saturating_add(1);
        let (_, head) = event(Some(state.head), state.height, EventKind::Ballot, Some(payload));
        state.head = head;
        voters.insert(cast.voter, *place);
        credentials.insert(credential.clone(), *place);
        additions.ballots.push(NewRow {
            height: signed(state.height, "a height")?,
            tracker: tracker.clone(),
            credential,
            bytes: cast.ballot.bytes(),
            event: head.as_bytes().to_vec(),
        });
        additions.marks.push(cast.voter);
        additions.mails.extend(cast.mail.as_ref());
        decisions.insert(*place, Decision::Append { tracker, event: head });
    }
    // Marks and mails are written in an order that says nothing of the order of the ballots.
    additions.marks.sort_unstable();
    additions.mails.sort_unstable_by(|a, b| a.id.cmp(&b.id));
    Ok(())
}

/// Why this cast adds nothing, `None` when it does.
fn refusal(state: &BoxState, cast: &NewCast, tracker: &str, credential: &str, now: Timestamp) -> Option<Decision> {
    let refused = |outcome| Some(Decision::Refused(outcome));
    let Some(marked) = state.roll.get(&cast.voter.to_string()) else {
        return refused(Outcome::NotOnRoll);
    };
    match (marked, state.trackers.get(tracker)) {
        // The truth about what is stored comes before the calendar: a retry after closing gets its receipt.
        (true, Some(event)) => {
            return Some(Decision::Again {
                tracker: tracker.to_owned(),
                event: *event,
            });
        }
        (true, None) => return refused(Outcome::AlreadyVoted),
        (false, Some(_)) => return refused(Outcome::Replayed),
        (false, None) if state.credentials.contains(credential) => return refused(Outcome::Replayed),
        (false, None) => {}
    }
    if state.ended {
        return refused(Outcome::Closed);
    }
    if state.suspended {
        return refused(Outcome::Suspended);
    }
    if state.calendar.may_cast(now, cast.authenticated) {
        return None;
    }
    match state.calendar.phase(now) {
        Phase::Preparation => refused(Outcome::NotOpen),
        _ => refused(Outcome::Closed),
    }
}

/// What a cast's decision is worth after the commit.
fn outcome(casts: &[NewCast], decisions: &HashMap<usize, Decision>, place: usize) -> Result<Outcome, StoreError> {
    let missing = StoreError::Damaged("a batch");
    let (Some(decision), Some(cast)) = (decisions.get(&place), casts.get(place)) else {
        return Err(missing);
    };
    let recorded = |tracker: &str, event: [u8; 32]| Recorded {
        election: cast.election.clone(),
        tracker: tracker.to_owned(),
        event,
    };
    Ok(match decision {
        Decision::Append { tracker, event } => Outcome::Recorded(recorded(tracker, *event.as_bytes())),
        Decision::Again { tracker, event } => Outcome::Again(recorded(tracker, *event)),
        Decision::Like { first, tracker } => match decisions.get(first) {
            Some(Decision::Append { tracker: stored, event }) if stored == tracker => {
                Outcome::Again(recorded(tracker, *event.as_bytes()))
            }
            _ => Outcome::AlreadyVoted,
        },
        Decision::Refused(outcome) => outcome.clone(),
    })
}

fn recorded_entry(election: &ElectionId, count: usize, head: &EventHash, now: Timestamp) -> Result<Entry, StoreError> {
    let at = crate::value::instant(minute(now))?;
    let count = u64::try_from(count).map_err(|_| StoreError::Damaged("a count"))?;
    let what = Event::BallotsRecorded {
        count,
        head: head.to_string(),
    };
    Ok(Entry {
        at,
        actor: None,
        subject: Subject::Election(election.clone()),
        what,
    })
}
