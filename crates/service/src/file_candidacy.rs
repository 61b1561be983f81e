//! A delegate files a list (*dépôt*), or withdraws it. Filing gives a number and an acknowledgement, and the mail that says so leaves with it.
//!
//! Filing twice is filing once; a list filed one second after the deadline is not filed.

use isoloir_domain::candidacy::{CandidacyNumber, State, Weight};
use isoloir_domain::journal::{Event, Subject};
use isoloir_domain::{CandidacyId, StaffMember};
use isoloir_store::candidacy::{CandidacyChange, Consequences};
use isoloir_store::outbox::NewMessage;

use crate::candidacies::{Candidacy, WholeCandidacy, files_for};
use crate::edit_candidacy::{CandidacyError, made};
use crate::free_text::year_in_paris;
use crate::letters::Letter;
use crate::outbox::Recipient;
use crate::{Fault, VotingServer};

impl VotingServer {
    /// Files a list, for the first time or corrected.
    ///
    /// # Errors
    /// [`CandidacyError`].
    pub async fn file_candidacy(
        &self,
        member: &StaffMember,
        id: CandidacyId,
        revision: i64,
    ) -> Result<(), CandidacyError> {
        let known = self.own_candidacy(member, id).await?.ok_or(CandidacyError::Unknown)?;
        if known.candidacy.state == State::Filed {
            return Ok(());
        }
        let whole = self.changeable(member, id, revision).await?;
        let stopping = whole.stopping(Weight::Filing);
        if !stopping.is_empty() {
            return Err(CandidacyError::Findings(stopping));
        }
        let (now, digest) = (self.inner.clock.now(), whole.digest());
        let to = Candidacy {
            state: State::Filed,
            filed: Some(now),
            asked: std::collections::BTreeSet::new(),
            reasons: String::new(),
            ..whole.candidacy.clone()
        };
        let by = member.id.to_string();
        let change = CandidacyChange {
            from: &whole.candidacy,
            to: &to,
            step: Some((&by, now, &digest)),
            year: year_in_paris(self.clock())?,
        };
        let to_whom = self.delegates_of(&whole).await?;
        let follows = |number: Option<CandidacyNumber>| {
            let Some(number) = number else {
                return Consequences::default();
            };
            let letter = Letter::CandidacyFiled {
                number: number.to_string(),
                list: whole.candidacy.list.acronym.clone(),
                election: whole.election.title.clone(),
                digest: digest.clone(),
                link: format!("{}/depot/{id}/accuse", self.inner.public_url),
            };
            let what = Event::CandidacyFiled {
                number,
                digest: digest.clone(),
            };
            Consequences {
                entry: Some(self.entry_by(member.id, Subject::Election(whole.election.id.clone()), what)),
                mails: self.letters_to(&to_whom, &letter, &whole.consultation.organiser),
            }
        };
        let changed = self.inner.store.change_candidacy(&change, follows).await;
        made(changed.map_err(Fault::from)?)
    }

    /// Withdraws a list, or gives a draft up.
    ///
    /// # Errors
    /// [`CandidacyError`].
    pub async fn withdraw_candidacy(
        &self,
        member: &StaffMember,
        id: CandidacyId,
        revision: i64,
    ) -> Result<(), CandidacyError> {
        let whole = self.own_candidacy(member, id).await?.ok_or(CandidacyError::Unknown)?;
        let (state, now) = (whole.candidacy.state, self.inner.clock.now());
        if whole.sealed {
            return Err(CandidacyError::Sealed);
        }
        if !state.is_live() {
            return Err(CandidacyError::Fixed(state));
        }
        if !whole.dates.may_withdraw(state, now) {
            return Err(CandidacyError::WithdrawnLate);
        }
        if whole.candidacy.revision != revision {
            return Err(CandidacyError::Moved);
        }
        let to = Candidacy {
            state: State::Withdrawn,
            ..whole.candidacy.clone()
        };
        let (by, digest) = (member.id.to_string(), whole.digest());
        let change = CandidacyChange {
            from: &whole.candidacy,
            to: &to,
            step: (state != State::Draft).then_some((&by, now, &digest)),
            year: year_in_paris(self.clock())?,
        };
        let follows = |number: Option<CandidacyNumber>| Consequences {
            entry: number.map(|number| {
                let what = Event::CandidacyWithdrawn { number };
                self.entry_by(member.id, Subject::Election(whole.election.id.clone()), what)
            }),
            mails: Vec::new(),
        };
        let changed = self.inner.store.change_candidacy(&change, follows).await;
        made(changed.map_err(Fault::from)?)
    }

    /// Address and name of the delegates who file this list and may sign in.
    pub(crate) async fn delegates_of(&self, whole: &WholeCandidacy) -> Result<Vec<Recipient>, Fault> {
        let mut found = Vec::new();
        for delegate in self.inner.store.delegates(&whole.consultation.id).await? {
            if delegate.union_key != whole.candidacy.union_key || !files_for(&delegate, &whole.election) {
                continue;
            }
            let record = self.staff_member(delegate.staff).await?;
            if let Some(record) = record.filter(|record| !record.member.disabled) {
                found.push(Recipient::address(record.member.email).named(record.member.name));
            }
        }
        Ok(found)
    }

    /// The letter to each. A mail that cannot be made, of gigabytes, undoes no filing.
    pub(crate) fn letters_to(&self, to: &[Recipient], letter: &Letter, organiser: &str) -> Vec<NewMessage> {
        to.iter()
            .filter_map(|to| self.letter_signed(organiser, to, letter, None).ok())
            .collect()
    }
}
