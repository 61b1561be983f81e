//! What must be true, told without a line of the product: who was answered what, what the law allowed, what the box may hold.

use std::collections::{BTreeMap, BTreeSet};

use crate::scene::{BOXES, BallotName, VOTERS};

/// What can be broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Invariant {
    /// The ballot of a receipt that a voter holds is in the box, at the event that the receipt names.
    ReceiptKept,
    /// A receipt is signed, and for the ballot that was sent.
    ReceiptTrue,
    /// Who was told "stored" is never told anything else, and gets the identical receipt.
    NeverWithdrawn,
    /// One ballot for each voter and box: that of the receipt.
    OneBallot,
    /// The box holds no ballot that was refused, and none that nobody sent.
    RefusedStaysOut,
    /// Poll book and box agree, and the poll book names the voters of the box.
    PollBook,
    /// Nothing is stored before the opening or after the closing, by the clock of the server that stores.
    Law,
    /// Who may vote is not turned away.
    NoWrongRefusal,
    /// With a store that works nobody is told "perhaps".
    NeverMaybe,
    /// What a watcher has copied stays in the box, and the signed head is in it.
    OnlyGrows,
    /// A box is frozen, sealed and summed up once, not before the end of the grace.
    ClosedOnce,
    /// The result is the sum of the ballots.
    Count,
    /// The archive passes the audit.
    Audit,
    /// Every entry of the journal follows from the one before.
    Journal,
}

/// What was found.
#[derive(Debug)]
pub struct Broken {
    pub invariant: Invariant,
    pub how: String,
}

/// Fails with an invariant unless `holds`.
pub fn demand(holds: bool, invariant: Invariant, how: impl FnOnce() -> String) -> Result<(), Broken> {
    if holds {
        Ok(())
    } else {
        Err(Broken { invariant, how: how() })
    }
}

/// What a receipt says, checked with nothing but the server's public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promise {
    pub tracker: String,
    pub event: String,
    pub signature: String,
    pub genuine: bool,
}

/// What a node answers to a cast.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    Stored {
        promise: Promise,
        fresh: bool,
    },
    AlreadyVoted,
    NotOpen,
    Closed,
    /// "Perhaps": send it again.
    Fault,
    /// None of those: no vote of this simulation deserves it.
    Other(String),
    /// The node was killed before it answered.
    Silence,
}

/// The calendar in force, in milliseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dates {
    pub opens: i64,
    pub closes: i64,
    pub freezes: i64,
}

impl Dates {
    /// Whether a ballot may enter at `now` by whoever had shown both factors at `authenticated` (R. 211-563).
    pub fn allow(self, now: i64, authenticated: i64) -> bool {
        let finishing = now < self.freezes && authenticated < self.closes;
        now >= self.opens && (now < self.closes || finishing)
    }
}

/// What is known of one voter in one box.
#[derive(Debug, Clone, Default)]
pub struct Record {
    /// What a node said to be stored, with its first receipt.
    pub stored: Option<(BallotName, Promise)>,
    /// Ballots of which no node has said what became of them.
    pub perhaps: BTreeSet<BallotName>,
}

/// What is known of the end of a box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    Open,
    /// A closing failed on the way.
    Perhaps,
    Frozen,
}

/// The whole of it.
pub struct Oracle {
    pub dates: Dates,
    pub records: BTreeMap<(usize, usize), Record>,
    pub ends: [End; 2],
    /// What reached a voter, receipt by receipt.
    pub held: Vec<(BallotName, Promise)>,
}

impl Oracle {
    pub fn new(dates: Dates) -> Self {
        let pairs = (0..BOXES.len()).flat_map(|urn| (0..VOTERS).map(move |voter| (urn, voter)));
        Self {
            dates,
            records: pairs.map(|pair| (pair, Record::default())).collect(),
            ends: [End::Open; 2],
            held: Vec::new(),
        }
    }

    /// Judges what a node answers to a ballot. `lawful`: whether the law allowed to store it, when it arrived and when it was committed.
    /// `healthy`: whether the store was.
    pub fn judge(
        &mut self,
        ballot: BallotName,
        tracker: &str,
        answer: &Answer,
        lawful: bool,
        healthy: bool,
    ) -> Result<(), Broken> {
        let end = self.ends[ballot.urn];
        let record = self.records.get_mut(&(ballot.urn, ballot.voter)).unwrap();
        match answer {
            Answer::Stored { promise, fresh } => {
                demand(
                    promise.genuine && promise.tracker == tracker,
                    Invariant::ReceiptTrue,
                    || format!("{ballot:?} has the tracker {tracker}, and the receipt {promise:?}"),
                )?;
                return record.is_stored(ballot, promise, *fresh, lawful && end != End::Frozen);
            }
            Answer::AlreadyVoted => {
                record.is_not(ballot)?;
                demand(
                    record.stored.is_some() || !record.perhaps.is_empty(),
                    Invariant::NoWrongRefusal,
                    || format!("{ballot:?}: told that another ballot is stored, and there is none"),
                )?;
            }
            Answer::NotOpen | Answer::Closed => {
                demand(record.stored.is_none(), Invariant::NeverWithdrawn, || {
                    format!("{ballot:?}: told {answer:?}, and the voter has a receipt")
                })?;
                demand(!lawful || end != End::Open, Invariant::NoWrongRefusal, || {
                    format!("{ballot:?}: told {answer:?}, and the vote was open for this voter")
                })?;
                // It is said of a voter without a mark: nothing of this voter is in the box.
                record.perhaps.clear();
            }
            Answer::Fault | Answer::Silence => {
                demand(!healthy || *answer == Answer::Silence, Invariant::NeverMaybe, || {
                    format!("{ballot:?}: a fault of a healthy store")
                })?;
                if record.stored.is_none() {
                    record.perhaps.insert(ballot);
                }
            }
            Answer::Other(what) => {
                demand(false, Invariant::NoWrongRefusal, || format!("{ballot:?}: {what}"))?;
            }
        }
        Ok(())
    }

    /// A closing was tried by a node whose clock shows `now`; `closed` are the boxes that it says it closed, `None` when it failed.
    pub fn closing(&mut self, now: i64, closed: Option<&[usize]>, healthy: bool) -> Result<(), Broken> {
        let due = now >= self.dates.freezes;
        let Some(closed) = closed else {
            demand(!healthy, Invariant::NeverMaybe, || {
                "a closing failed on a healthy store".to_owned()
            })?;
            for end in self.ends.iter_mut().filter(|end| due && **end == End::Open) {
                *end = End::Perhaps;
            }
            return Ok(());
        };
        for urn in closed {
            demand(due, Invariant::ClosedOnce, || {
                format!("box {urn} is closed before the end of the grace")
            })?;
            demand(self.ends[*urn] != End::Frozen, Invariant::ClosedOnce, || {
                format!("box {urn} is closed a second time")
            })?;
            self.ends[*urn] = End::Frozen;
        }
        // What an earlier closing began and this one did not find to do is done.
        for end in self.ends.iter_mut().filter(|end| due && **end == End::Perhaps) {
            *end = End::Frozen;
        }
        demand(!due || self.ends == [End::Frozen; 2], Invariant::ClosedOnce, || {
            format!("the grace is over, and the boxes are {:?}", self.ends)
        })
    }

    /// Judges what a box holds, ballot by ballot; `None` stands for one that nobody made. Gives the ballots.
    pub fn judge_box(&self, urn: usize, held: &[Option<BallotName>]) -> Result<Vec<BallotName>, Broken> {
        let mut voters = BTreeSet::new();
        let mut ballots = Vec::new();
        for ballot in held {
            let may = |name: &BallotName| name.urn == urn && self.records[&(urn, name.voter)].may_be_in(*name);
            let known = ballot.filter(may).ok_or_else(|| Broken {
                invariant: Invariant::RefusedStaysOut,
                how: format!("box {urn} holds {ballot:?}, which no answer explains"),
            })?;
            demand(voters.insert(known.voter), Invariant::OneBallot, || {
                format!("two ballots of voter {} in box {urn}", known.voter)
            })?;
            ballots.push(known);
        }
        for (name, _) in self.records.values().filter_map(|record| record.stored.as_ref()) {
            demand(
                name.urn != urn || ballots.contains(name),
                Invariant::ReceiptKept,
                || format!("{name:?} was stored, and box {urn} does not hold it"),
            )?;
        }
        Ok(ballots)
    }

    /// Votes for each choice of a box, blank first, by what nodes said to have stored.
    pub fn count(&self, urn: usize) -> Vec<u64> {
        let mut votes = vec![0; BOXES[urn].1 + 1];
        for (ballot, _) in self.records.values().filter_map(|record| record.stored.as_ref()) {
            if ballot.urn == urn {
                votes[ballot.choice] += 1;
            }
        }
        votes
    }

    /// Who has voted in a box.
    pub fn voters(&self, urn: usize) -> BTreeSet<usize> {
        let of_box = self
            .records
            .iter()
            .filter(|((of, _), record)| *of == urn && record.stored.is_some());
        of_box.map(|((_, voter), _)| *voter).collect()
    }
}

impl Record {
    /// A node says that this ballot is stored.
    fn is_stored(&mut self, ballot: BallotName, promise: &Promise, fresh: bool, lawful: bool) -> Result<(), Broken> {
        if let Some((name, first)) = &self.stored {
            demand(*name == ballot, Invariant::OneBallot, || {
                format!("{name:?} is stored, and now {ballot:?} too")
            })?;
            return demand(first == promise && !fresh, Invariant::NeverWithdrawn, || {
                format!("{ballot:?} had the receipt {first:?}, and now {promise:?}")
            });
        }
        demand(fresh || self.perhaps.contains(&ballot), Invariant::ReceiptTrue, || {
            format!("{ballot:?} is said to be stored already, and nobody stored it")
        })?;
        demand(!fresh || lawful, Invariant::Law, || {
            format!("{ballot:?} is stored, and the vote was not open for it")
        })?;
        self.stored = Some((ballot, promise.clone()));
        self.perhaps.clear();
        Ok(())
    }

    /// A node says that this ballot is not stored.
    fn is_not(&mut self, ballot: BallotName) -> Result<(), Broken> {
        let withdrawn = self.stored.as_ref().is_some_and(|(name, _)| *name == ballot);
        demand(!withdrawn, Invariant::NeverWithdrawn, || {
            format!("{ballot:?} was stored, and now it is not")
        })?;
        self.perhaps.remove(&ballot);
        Ok(())
    }

    /// Whether a box may hold this ballot, by what nodes said.
    fn may_be_in(&self, ballot: BallotName) -> bool {
        match &self.stored {
            Some((name, _)) => *name == ballot,
            None => self.perhaps.contains(&ballot),
        }
    }
}
