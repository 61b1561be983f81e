//! The results: counts, blanks, turnout, seats.

use isoloir_domain::{CandidateList, Consultation, Election, ElectionId, Profile};
use isoloir_protocol::archive::EventKind;
use isoloir_protocol::tally::ElectionResult;
pub use isoloir_seats as seats;
use isoloir_seats::{Allocation, Candidate, Contest, List, Rule, TieBreak, allocate};

use crate::{Fault, VotingServer};

/// Results (*résultats*) of one election.
#[derive(Debug, Clone)]
pub struct Results {
    /// The election.
    pub election: Election,
    /// Its consultation.
    pub consultation: Consultation,
    /// On the roll (*inscrits*).
    pub registered: u64,
    /// Ballots in the box (*votants*); equal to the marks in the poll book.
    pub voters: u64,
    /// Blank ballots (*votes blancs*).
    pub blank: u64,
    /// Votes for lists (*suffrages exprimés*).
    pub expressed: u64,
    /// Each list with its votes (*voix*) and seats (*sièges*), in display order.
    pub lists: Vec<ListResult>,
    /// How the seats were allocated, step by step with its article; `None` when the lists make no contest.
    pub allocation: Option<Allocation>,
}

/// Result of one list.
#[derive(Debug, Clone)]
pub struct ListResult {
    /// The list.
    pub list: CandidateList,
    /// Votes.
    pub votes: u64,
    /// Seats so far; [`Results::allocation`] tells whether a tie must be decided first.
    pub seats: Option<u32>,
}

impl Results {
    /// Turnout (*taux de participation*) in hundredths of a percent, rounded half up: 6941 for 69.41 %.
    #[must_use]
    pub fn turnout_hundredths(&self) -> u64 {
        if self.registered == 0 {
            return 0;
        }
        (self.voters.saturating_mul(20_000) / self.registered).saturating_add(1) / 2
    }
}

impl VotingServer {
    /// The results, `None` until the count is finished.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn results(&self, election: &ElectionId) -> Result<Option<Results>, Fault> {
        let Some((known, consultation)) = self.election(election).await? else {
            return Ok(None);
        };
        let records = self.inner.store.records(election).await?;
        let result = records.into_iter().find(|record| record.kind == EventKind::Result);
        let Some(result) = result.and_then(|record| record.payload) else {
            return Ok(None);
        };
        let damaged = Fault::Damaged("a result");
        let result = ElectionResult::parse(&result).map_err(|_| Fault::Damaged("a result"))?;
        let counts: Vec<u64> = result.counts().atoms().into_iter().map(|count| count.get()).collect();
        let (blank, votes) = counts.split_first().ok_or(damaged)?;
        let lists = self.lists(election).await?;
        if lists.len() != votes.len() {
            return Err(Fault::Damaged("a result"));
        }
        let allocation = allocation(&known, &consultation, &lists, votes);
        let lists = lists
            .into_iter()
            .zip(votes)
            .map(|(list, votes)| ListResult {
                seats: allocation.as_ref().and_then(|a| a.seats_of(&list.name)).map(u32::from),
                votes: *votes,
                list,
            })
            .collect();
        let figures = self.inner.store.roll_counts(election).await?;
        Ok(Some(Results {
            registered: figures.registered,
            voters: self.inner.store.ballot_count(election).await?,
            blank: *blank,
            expressed: votes.iter().fold(0, |sum, votes| sum.saturating_add(*votes)),
            lists,
            allocation,
            election: known,
            consultation,
        }))
    }
}

/// Seats by quotient and highest average. Ties go to more votes, then to more candidates, then to the lot, which the board draws.
fn allocation(
    election: &Election,
    consultation: &Consultation,
    lists: &[CandidateList],
    votes: &[u64],
) -> Option<Allocation> {
    let rule = match consultation.profile {
        Profile::Cgfp2024 | Profile::Test => Rule::PublicService,
        Profile::Cse => Rule::Cse,
    };
    let contenders = lists
        .iter()
        .zip(votes)
        .map(|(list, votes)| {
            let names = list
                .candidates
                .iter()
                .map(|c| Candidate::new(&format!("{} {}", c.first_name, c.last_name)));
            List::new(&list.name, *votes).with_candidates(names.collect())
        })
        .collect();
    let ties = vec![TieBreak::Votes, TieBreak::Candidates, TieBreak::Lot];
    let seats = u16::try_from(election.seats).ok()?;
    Some(allocate(&Contest::new(rule, seats, ties, contenders).ok()?))
}
