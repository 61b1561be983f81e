//! What the help desk sees of a voter (*parcours de l’électeur*): who they are, how far they are with their account, what was sent to them.
//!
//! Never a code, the challenge, a ballot, a tracker, or whether they have voted: nothing here reads the poll book or the box. Every search
//! and every journey read goes to the journal with the agent's name.
//!
//! A member of the staff who works on one consultation finds the voters of that one only.

use std::collections::BTreeMap;

use isoloir_domain::journal::{Event, Subject};
use isoloir_domain::message::{Class, Message, Refusal};
use isoloir_domain::names::{normal, words};
use isoloir_domain::staff::StaffMember;
use isoloir_domain::{Consultation, ConsultationId, Identifier, Voter, VoterId};
use isoloir_store::console::AddressChange;
use jiff::Timestamp;

pub use isoloir_store::console::AccountFacts;

use crate::outbox::Delivery;
use crate::{Fault, VotingServer};

/// Voters shown by one search.
pub const FOUND_AT_MOST: usize = 20;
/// Words of a search that are tried in another order.
const MOST_WORDS: usize = 6;
/// Voters of one family name among whom a given name is looked for.
const MOST_HOMONYMS: u32 = 500;
/// Letters of a search that is longer than any name.
const LONGEST_SEARCH: usize = 120;

/// Why a search is not made.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// Too short to find somebody.
    #[error("the search is too short or too long")]
    Length,
    /// Our own fault.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for SearchError {
    fn code(&self) -> &'static str {
        match self {
            Self::Length => "search_length",
            Self::Fault(fault) => fault.code(),
        }
    }

    fn message(&self) -> Message {
        match self {
            Self::Length => Message::new(
                "Écrivez au moins deux lettres du nom, ou le matricule entier.",
                "Write at least two letters of the name, or the whole staff number.",
            ),
            Self::Fault(fault) => fault.message(),
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::Length => Class::Unprocessable,
            Self::Fault(fault) => fault.class(),
        }
    }
}

/// What a search finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The voters, by name, [`FOUND_AT_MOST`] at most.
    pub voters: Vec<Voter>,
    /// Whether there are more.
    pub more: bool,
}

/// A voter's journey.
#[derive(Debug, Clone)]
pub struct Journey {
    /// Who.
    pub voter: Voter,
    /// The account, once it is active.
    pub account: Option<AccountFacts>,
    /// Until when the activation link is good, if one is.
    pub link_until: Option<Timestamp>,
    /// Titles of their elections.
    pub elections: Vec<String>,
    /// What was sent, the latest first; nothing that tells that they have voted.
    pub messages: Vec<Delivery>,
    /// Changes of address, the latest first.
    pub changes: Vec<AddressChange>,
    /// What agents may still send today.
    pub sendings_left: u64,
    /// The consultation whose rules hold.
    pub consultation: Consultation,
}

impl VotingServer {
    /// Voters by name (in either order, without accents), staff number or address. Goes to the journal without what was typed.
    ///
    /// # Errors
    /// [`SearchError`].
    pub async fn search_voters(&self, by: &StaffMember, typed: &str) -> Result<Found, SearchError> {
        let typed = typed.trim();
        let letters = typed.chars().filter(|c| c.is_alphanumeric()).count();
        if letters < 2 || typed.chars().count() > LONGEST_SEARCH || typed.chars().any(char::is_control) {
            return Err(SearchError::Length);
        }
        let mut found = self.voters_known_as(typed).await?;
        for voter in self.voters_named(typed).await? {
            if !found.iter().any(|one| one.id == voter.id) {
                found.push(voter);
            }
        }
        let mut voters = Vec::new();
        for voter in found {
            if self.works_for(by, voter.id).await? {
                voters.push(voter);
            }
        }
        let more = voters.len() > FOUND_AT_MOST;
        voters.truncate(FOUND_AT_MOST);
        let count = u64::try_from(voters.len()).map_err(|_| Fault::Damaged("a count"))?;
        let subject = self.desk_subject(by).await?;
        if let Some(subject) = subject {
            let entry = self.entry_by(by.id, subject, Event::VoterSearched { found: count });
            self.inner.store.append_journal(&entry).await.map_err(Fault::from)?;
        }
        Ok(Found { voters, more })
    }

    /// The journey of a voter; `None` for a voter who is unknown or of another consultation. Goes to the journal.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn voter_journey(&self, by: &StaffMember, voter: VoterId) -> Result<Option<Journey>, Fault> {
        let Some((voter, consultation)) = self.voter_of_desk(by, voter).await? else {
            return Ok(None);
        };
        let store = &self.inner.store;
        let now = self.inner.clock.now();
        let elections = store.elections_of_voter(voter.id).await?;
        let sent = store.sendings_since(voter.id, self.a_day_ago()).await?;
        let journey = Journey {
            account: store.account_facts(voter.id).await?,
            link_until: store.activation_until(voter.id, now).await?,
            elections: elections.into_iter().map(|(_, title)| title).collect(),
            messages: self.deliveries_to(voter.id).await?,
            changes: store
                .address_changes_of(voter.id)
                .await?
                .into_iter()
                .map(|change| self.as_it_stands(change))
                .collect(),
            sendings_left: u64::from(consultation.policy.support.per_day).saturating_sub(sent),
            voter,
            consultation,
        };
        let entry = self.entry_by(by.id, Subject::Voter(journey.voter.id), Event::VoterViewed);
        store.append_journal(&entry).await?;
        Ok(Some(journey))
    }

    /// Names of the staff by identifier, for pages that say who did something.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn staff_names(&self) -> Result<BTreeMap<String, String>, Fault> {
        let staff = self.inner.store.staff().await?;
        Ok(staff
            .into_iter()
            .map(|record| (record.member.id.to_string(), record.member.name))
            .collect())
    }

    /// A voter with the consultation whose rules hold, if this member of the staff works on it.
    pub(crate) async fn voter_of_desk(
        &self,
        by: &StaffMember,
        voter: VoterId,
    ) -> Result<Option<(Voter, Consultation)>, Fault> {
        let Some(voter) = self.inner.store.voter(voter).await? else {
            return Ok(None);
        };
        let elections = self.inner.store.elections_of_voter(voter.id).await?;
        let mut theirs = elections.into_iter().map(|(consultation, _)| consultation);
        let consultation = match &by.consultation {
            Some(limit) => theirs.find(|one| one == limit),
            None => theirs.next(),
        };
        let Some(consultation) = consultation else {
            return Ok(None);
        };
        let known = self.consultation(&consultation).await?;
        Ok(known.map(|known| (voter, known)))
    }

    /// What an act of the help desk that names no voter is about: its consultation.
    pub(crate) async fn desk_subject(&self, by: &StaffMember) -> Result<Option<Subject>, Fault> {
        let consultation: Option<ConsultationId> = match &by.consultation {
            Some(limit) => Some(limit.clone()),
            None => self.consultations().await?.into_iter().next().map(|known| known.id),
        };
        Ok(consultation.map(Subject::Consultation))
    }

    async fn works_for(&self, by: &StaffMember, voter: VoterId) -> Result<bool, Fault> {
        let Some(limit) = &by.consultation else {
            return Ok(true);
        };
        let elections = self.inner.store.elections_of_voter(voter).await?;
        Ok(elections.iter().any(|(consultation, _)| consultation == limit))
    }

    async fn voters_known_as(&self, typed: &str) -> Result<Vec<Voter>, Fault> {
        let found = match Identifier::read(typed) {
            Identifier::Email(email) => self.inner.store.known_voters(&[], &[email]).await?,
            Identifier::Number(number) => self.inner.store.known_voters(&[number], &[]).await?,
        };
        Ok(found)
    }

    /// Voters whose family name begins with some of what was typed, and whose given name with the rest, in either order.
    async fn voters_named(&self, typed: &str) -> Result<Vec<Voter>, Fault> {
        let words = words(typed);
        if words.is_empty() || words.len() > MOST_WORDS {
            return Ok(Vec::new());
        }
        let mut found: Vec<Voter> = Vec::new();
        for cut in 0..words.len() {
            let (given, family) = words.split_at(cut);
            let (given, from) = (given.join(" "), family.join(" ").into_bytes());
            // No normal form holds this byte: the end of every name that begins so.
            let until = [from.as_slice(), &[0xff]].concat();
            for voter in self.inner.store.voters_by_name(&from, &until, MOST_HOMONYMS).await? {
                let same = normal(&voter.first_name).starts_with(&given);
                if same && !found.iter().any(|one| one.id == voter.id) {
                    found.push(voter);
                }
            }
        }
        Ok(found)
    }
}
