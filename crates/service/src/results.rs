//! The results: counts, blanks, turnout, seats, elected and substitutes; computed from the box each time, never stored.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use isoloir_domain::count_rules::{CommonCandidacy, Tie};
use isoloir_domain::names::normal;
use isoloir_domain::{Candidate, CandidateList, Consultation, Election, ElectionId, Profile, Sex};
use isoloir_protocol::archive::EventKind;
use isoloir_protocol::tally::ElectionResult;
pub use isoloir_seats as seats;
use isoloir_seats::json::{ContestFile, Counted, DrawFile, RuleName, TieName};
use isoloir_seats::{Allocation, Outcome, Standing};

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
    /// How the seats were allocated; `None` while the titular members are not known whose substitutes this election elects.
    pub count: Option<Count>,
}

/// Result of one list.
#[derive(Debug, Clone)]
pub struct ListResult {
    /// The list.
    pub list: CandidateList,
    /// Votes.
    pub votes: u64,
    /// Seats so far; [`Results::outcome`] tells whether a tie must be decided first.
    pub seats: Option<u32>,
    /// The elected (*titulaires*), in the order of election.
    pub elected: Vec<Candidate>,
    /// Their substitutes (*suppléants*), in the list's order.
    pub substitutes: Vec<Candidate>,
}

/// A contest, and the allocation of its seats.
#[derive(Debug, Clone)]
pub struct Count {
    /// What was counted, under which rules.
    pub counted: Counted,
    /// Every step, with its rule.
    pub allocation: Allocation,
}

impl Results {
    /// Turnout (*taux de participation*) in hundredths of a percent, rounded half up: 6941 for 69.41 %.
    #[must_use]
    pub fn turnout_hundredths(&self) -> u64 {
        hundredths(self.voters, self.registered)
    }

    /// Whether the seats are all decided, and what they wait for.
    #[must_use]
    pub fn outcome(&self) -> Option<&Outcome> {
        self.count.as_ref().map(|count| &count.allocation.outcome)
    }

    /// The recorded drawing of lots, if one settled the last seats.
    #[must_use]
    pub fn draw(&self) -> Option<&DrawFile> {
        self.count.as_ref().and_then(|count| count.counted.file().draw.as_ref())
    }

    /// Whether so few voted that figures of lists would tell how some voted: the portal then shows none.
    #[must_use]
    pub fn is_withheld(&self) -> bool {
        self.voters < self.consultation.policy.results.threshold(self.consultation.profile)
    }

    /// Women and men among the elected.
    #[must_use]
    pub fn elected_by_sex(&self) -> (u64, u64) {
        let elected = || self.lists.iter().flat_map(|list| &list.elected);
        let count = |sex| elected().filter(|candidate| candidate.sex == sex).count();
        let number = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
        (number(count(Sex::Female)), number(count(Sex::Male)))
    }
}

/// `part` of `whole` in hundredths of a percent, rounded half up; zero of nothing.
#[must_use]
pub fn hundredths(part: u64, whole: u64) -> u64 {
    if whole == 0 {
        return 0;
    }
    (part.saturating_mul(20_000) / whole).saturating_add(1) / 2
}

/// What the box says.
struct Votes {
    voters: u64,
    blank: u64,
    /// By list, in display order.
    lists: Vec<(CandidateList, u64)>,
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
        let Some(votes) = self.votes(election).await? else {
            return Ok(None);
        };
        let registered = self.inner.store.roll_counts(election).await?.registered;
        let count = match &known.count.substitutes_of {
            None => Some(HashSet::new()),
            Some(key) => self.elected_titular(&consultation, key).await?,
        };
        let count = match count {
            Some(titular) => Some(self.count(&known, &consultation, registered, &votes, &titular).await?),
            None => None,
        };
        let allocation = count.as_ref().map(|count| &count.allocation);
        let results = (0..).zip(&votes.lists);
        let results = results.map(|(place, (list, votes))| list_result(allocation, place, list, *votes));
        Ok(Some(Results {
            registered,
            voters: votes.voters,
            blank: votes.blank,
            expressed: votes.lists.iter().fold(0, |sum, (_, votes)| sum.saturating_add(*votes)),
            lists: results.collect(),
            count,
            election: known,
            consultation,
        }))
    }

    /// Votes and blanks, once the result is in the box.
    async fn votes(&self, election: &ElectionId) -> Result<Option<Votes>, Fault> {
        let records = self.inner.store.records(election).await?;
        let result = records.into_iter().find(|record| record.kind == EventKind::Result);
        let Some(result) = result.and_then(|record| record.payload) else {
            return Ok(None);
        };
        let damaged = || Fault::Damaged("a result");
        let result = ElectionResult::parse(&result).map_err(|_| damaged())?;
        let counts: Vec<u64> = result.counts().atoms().into_iter().map(|count| count.get()).collect();
        let (blank, votes) = counts.split_first().ok_or_else(damaged)?;
        let lists = self.lists(election).await?;
        if lists.len() != votes.len() {
            return Err(damaged());
        }
        Ok(Some(Votes {
            voters: self.inner.store.ballot_count(election).await?,
            blank: *blank,
            lists: lists.into_iter().zip(votes.iter().copied()).collect(),
        }))
    }

    /// Allocates the seats, passing over the elected titular members, with the recorded draw if there is one.
    async fn count(
        &self,
        election: &Election,
        consultation: &Consultation,
        registered: u64,
        votes: &Votes,
        titular: &HashSet<(String, String)>,
    ) -> Result<Count, Fault> {
        let mut file = contest(election, consultation, registered, votes, titular)?;
        if let Some(draw) = self.inner.store.draw(&election.id).await? {
            file.draw = Some(serde_json::from_str(&draw).map_err(|_| Fault::Damaged("a draw"))?);
        }
        let counted = file.check().map_err(|_| Fault::Damaged("a contest"))?;
        let allocation = counted.allocate().map_err(|_| Fault::Damaged("a draw"))?;
        Ok(Count { counted, allocation })
    }

    /// Acronym of the list and normal name of every elected titular member; `None` while they are not all known.
    async fn elected_titular(
        &self,
        consultation: &Consultation,
        key: &str,
    ) -> Result<Option<HashSet<(String, String)>>, Fault> {
        let elections = self.elections(&consultation.id).await?;
        let titular = elections.into_iter().find(|election| election.key == key);
        let titular = titular.ok_or(Fault::Damaged("an election of titular members"))?;
        let Some(votes) = self.votes(&titular.id).await? else {
            return Ok(None);
        };
        let registered = self.inner.store.roll_counts(&titular.id).await?.registered;
        let count = self
            .count(&titular, consultation, registered, &votes, &HashSet::new())
            .await?;
        if !matches!(
            count.allocation.outcome,
            Outcome::Complete | Outcome::NoValidVote | Outcome::QuorumNotReached(_)
        ) {
            return Ok(None);
        }
        let lists = (0..).zip(&votes.lists);
        let elected = lists.flat_map(|(place, (list, votes))| {
            let elected = list_result(Some(&count.allocation), place, list, *votes).elected;
            elected
                .into_iter()
                .map(|candidate| (list.acronym.clone(), normal(&candidate.full_name())))
        });
        Ok(Some(elected.collect()))
    }
}

fn list_result(allocation: Option<&Allocation>, place: usize, list: &CandidateList, votes: u64) -> ListResult {
    let won = allocation.and_then(|allocation| Some((allocation, allocation.lists.get(place)?)));
    let people = |standings: Vec<&Standing>| -> Vec<Candidate> {
        let candidate = |standing: &&Standing| list.candidates.get(standing.rank.checked_sub(1)?).cloned();
        standings.iter().filter_map(candidate).collect()
    };
    ListResult {
        votes,
        seats: won.map(|(_, won)| u32::from(won.seats())),
        elected: won.map(|(_, won)| people(won.elected())).unwrap_or_default(),
        substitutes: won
            .map(|(allocation, won)| people(allocation.substitutes(won)))
            .unwrap_or_default(),
        list: list.clone(),
    }
}

/// The contest as the election's text has it.
fn contest(
    election: &Election,
    consultation: &Consultation,
    registered: u64,
    votes: &Votes,
    titular: &HashSet<(String, String)>,
) -> Result<ContestFile, Fault> {
    let profile = consultation.profile;
    let mut file = ContestFile {
        id: election.key.clone(),
        name: election.title.clone(),
        rule: match profile {
            Profile::Cgfp2024 | Profile::Decree2011 | Profile::Test => RuleName::Public,
            Profile::Cse => RuleName::Cse,
        },
        seats: u16::try_from(election.seats).map_err(|_| Fault::Damaged("seats"))?,
        ties: election.count.chain(profile).into_iter().map(tie).collect(),
        registered: Some(registered),
        voters: Some(votes.voters),
        blank: Some(votes.blank),
        first_round: election.count.first_round,
        ..ContestFile::default()
    };
    for (list, votes) in &votes.lists {
        file.lists.push((list.name.clone(), *votes));
        add_candidates(&mut file, list, titular);
        if let Some(common) = election.count.common.iter().find(|common| common.list == list.acronym) {
            file.common.insert(list.name.clone(), key(common));
        }
    }
    Ok(file)
}

fn tie(tie: Tie) -> TieName {
    match tie {
        Tie::Votes => TieName::Votes,
        Tie::Candidates => TieName::Candidates,
        Tie::Elder => TieName::Elder,
        Tie::Lot => TieName::Lot,
    }
}

fn key(common: &CommonCandidacy) -> Vec<(String, Option<u32>)> {
    common
        .unions
        .iter()
        .map(|union| (union.name.clone(), union.part))
        .collect()
}

/// Names, dates of birth, and who is elected as a titular member already. A list without candidates is a union's.
fn add_candidates(file: &mut ContestFile, list: &CandidateList, titular: &HashSet<(String, String)>) {
    if list.candidates.is_empty() {
        return;
    }
    let (mut names, mut born, mut elsewhere) = (Vec::new(), BTreeMap::new(), BTreeSet::new());
    for candidate in &list.candidates {
        let plain = candidate.full_name();
        // Two homonyms on one list are told apart by their rank.
        let name = if names.contains(&plain) {
            format!("{plain} ({})", candidate.rank)
        } else {
            plain.clone()
        };
        if let Some(date) = candidate.born {
            born.insert(name.clone(), date.to_string());
        }
        if titular.contains(&(list.acronym.clone(), normal(&plain))) {
            elsewhere.insert(name.clone());
        }
        names.push(name);
    }
    file.names.insert(list.name.clone(), names);
    if !born.is_empty() {
        file.born.insert(list.name.clone(), born);
    }
    if !elsewhere.is_empty() {
        file.elected_elsewhere.insert(list.name.clone(), elsewhere);
    }
}
