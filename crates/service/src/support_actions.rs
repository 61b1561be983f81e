//! What the help desk may do for a voter, within the organiser's rules: send an activation link again, let a person past a captcha, have an
//! address changed.
//!
//! Whoever holds a voter's mailbox holds the account: a change of address takes two people. One proposes with a reason, another approves;
//! the database refuses the same person too. An active account takes a supervisor. Both addresses are told, sessions and links end.

use isoloir_domain::journal::{Event, Subject};
use isoloir_domain::message::{Class, Message, Refusal};
use isoloir_domain::policy::AddressChange as AddressRule;
use isoloir_domain::staff::{Role, StaffMember};
use isoloir_domain::{ChangeId, Consultation, Voter, VoterId};
use isoloir_store::console::{Approved, NewSending, Proposed, Sending, Sent};
use jiff::{SignedDuration, Timestamp};

pub use isoloir_store::console::{AddressChange, ChangeStatus};

pub use crate::activation_letter::ActivationLetter;
use crate::free_text::{holds_code, paragraphs};
use crate::letters::Letter;
use crate::outbox::Recipient;
use crate::{Fault, VotingServer};

/// How long a proposal waits for another person.
pub const PROPOSAL_LIFETIME: SignedDuration = SignedDuration::from_hours(48);
/// Fewest characters of a reason.
pub const SHORTEST_REASON: usize = 10;
/// Most characters of a reason.
pub const LONGEST_REASON: usize = 1_000;
const DAY: SignedDuration = SignedDuration::from_hours(24);
/// Proposals shown on one page.
const CHANGES_SHOWN: u32 = 100;

/// Why the help desk may not do something.
#[derive(Debug, thiserror::Error)]
pub enum ActionError {
    /// No such voter or proposal for this member of the staff.
    #[error("there is none of this identifier")]
    Unknown,
    /// The organiser's rules do not allow it.
    #[error("the organiser's rules do not allow it")]
    NotAllowed,
    /// Sent too often today.
    #[error("the daily limit is reached")]
    TooMany,
    /// The account is active: nothing is left to activate.
    #[error("the account is active")]
    Activated,
    /// The voter has no address.
    #[error("the voter has no address")]
    NoMailbox,
    /// The voter has an address: a link goes there.
    #[error("the voter has an address")]
    HasMailbox,
    /// What was typed is no address, or the one that the voter has.
    #[error("not another address")]
    Address,
    /// Another voter has this address.
    #[error("another voter has this address")]
    Taken,
    /// The reason is too short or too long, or holds a code.
    #[error("the reason is too short or too long")]
    Reason,
    /// Another proposal waits already.
    #[error("another proposal waits")]
    Pending,
    /// Decided already, or too old.
    #[error("the proposal is decided or expired")]
    Decided,
    /// Nobody approves what they proposed.
    #[error("the same person may not approve")]
    SamePerson,
    /// The account is active: a supervisor approves.
    #[error("a supervisor approves changes of active accounts")]
    SupervisorOnly,
    /// Our own fault.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for ActionError {
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "desk_unknown",
            Self::NotAllowed => "desk_not_allowed",
            Self::TooMany => "desk_too_many",
            Self::Activated => "desk_activated",
            Self::NoMailbox => "desk_no_mailbox",
            Self::HasMailbox => "desk_has_mailbox",
            Self::Address => "desk_address",
            Self::Taken => "desk_address_taken",
            Self::Reason => "desk_reason",
            Self::Pending => "desk_pending",
            Self::Decided => "desk_decided",
            Self::SamePerson => "desk_same_person",
            Self::SupervisorOnly => "desk_supervisor_only",
            Self::Fault(fault) => fault.code(),
        }
    }

    fn message(&self) -> Message {
        let (french, english) = match self {
            Self::Unknown => (
                "Cet électeur ou cette demande n’existe pas.",
                "There is no such voter or request.",
            ),
            Self::NotAllowed => (
                "Les règles de l’organisateur ne le permettent pas.",
                "The organiser’s rules do not allow this.",
            ),
            Self::TooMany => (
                "Le nombre d’envois permis par jour est atteint pour cet électeur.",
                "The number of messages allowed per day is reached for this voter.",
            ),
            Self::Activated => (
                "Le compte est déjà activé. Orientez l’électeur vers «\u{a0}Mot de passe oublié\u{a0}».",
                "The account is active already. Point the voter to “Forgotten password”.",
            ),
            Self::NoMailbox => (
                "Cet électeur n’a pas d’adresse de courriel. Un courrier d’activation lui est remis.",
                "This voter has no e-mail address. An activation letter is handed over.",
            ),
            Self::HasMailbox => (
                "Cet électeur a une adresse de courriel\u{a0}: envoyez-lui un lien.",
                "This voter has an e-mail address: send a link.",
            ),
            Self::Address => (
                "Écrivez une adresse de courriel entière, différente de l’adresse actuelle.",
                "Write a whole e-mail address that differs from the present one.",
            ),
            Self::Taken => (
                "Cette adresse est celle d’un autre électeur.",
                "This address is another voter’s.",
            ),
            Self::Reason => (
                "Écrivez pourquoi, en 10 à 1\u{202f}000\u{a0}caractères, sans aucun code.",
                "Write why, in 10 to 1,000 characters, without any code.",
            ),
            Self::Pending => (
                "Un changement d’adresse attend déjà pour cet électeur.",
                "A change of address waits already for this voter.",
            ),
            Self::Decided => (
                "Ce changement n’attend plus\u{a0}: il a été décidé, ou il a expiré, ou l’adresse a changé entre-temps.",
                "This change no longer waits: it was decided, or it expired, or the address changed meanwhile.",
            ),
            Self::SamePerson => (
                "Vous avez proposé ce changement\u{a0}: une autre personne l’approuve.",
                "You proposed this change: another person approves it.",
            ),
            Self::SupervisorOnly => (
                "Le compte est activé\u{a0}: seul un responsable de l’assistance approuve ce changement.",
                "The account is active: only a supervisor approves this change.",
            ),
            Self::Fault(fault) => return fault.message(),
        };
        Message::new(french, english)
    }

    fn class(&self) -> Class {
        match self {
            Self::Unknown => Class::NotFound,
            Self::NotAllowed | Self::SamePerson | Self::SupervisorOnly => Class::Forbidden,
            Self::TooMany => Class::TooMany,
            Self::Activated | Self::Pending | Self::Decided | Self::Taken => Class::Conflict,
            Self::NoMailbox | Self::HasMailbox | Self::Address | Self::Reason => Class::Unprocessable,
            Self::Fault(fault) => fault.class(),
        }
    }
}

/// Whether `text` may be an address to which mail is sent.
fn is_address(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else {
        return false;
    };
    let plain = |c: char| c.is_ascii_graphic() && !matches!(c, '<' | '>' | ',' | ';' | '"' | '(' | ')' | '\\' | '@');
    text.len() <= 254
        && !local.is_empty()
        && local.chars().all(plain)
        && domain.contains('.')
        && domain.split('.').all(|label| {
            !label.is_empty()
                && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        })
}

impl VotingServer {
    /// Sends a voter another activation link, if the rules allow it; earlier links are void.
    ///
    /// # Errors
    /// [`ActionError`].
    pub async fn resend_activation(&self, by: &StaffMember, voter: VoterId) -> Result<(), ActionError> {
        let (voter, consultation) = self.voter_of_desk(by, voter).await?.ok_or(ActionError::Unknown)?;
        let rules = &consultation.policy.support;
        if !rules.resend {
            return Err(ActionError::NotAllowed);
        }
        let link = self.invitation(&voter, &consultation)?.ok_or(ActionError::NoMailbox)?;
        self.send_again(by, &voter, &consultation, Sent::Link(&link), Event::ActivationResent)
            .await
    }

    /// Makes a voter without a mailbox another activation letter, to be handed over; earlier ones are void.
    ///
    /// # Errors
    /// [`ActionError`].
    pub async fn new_activation_letter(
        &self,
        by: &StaffMember,
        voter: VoterId,
    ) -> Result<ActivationLetter, ActionError> {
        let (voter, consultation) = self.voter_of_desk(by, voter).await?.ok_or(ActionError::Unknown)?;
        if !consultation.policy.support.resend {
            return Err(ActionError::NotAllowed);
        }
        if voter.email.is_some() {
            return Err(ActionError::HasMailbox);
        }
        let (letter, code) = self.activation_letter(voter, &consultation);
        self.send_again(
            by,
            &letter.voter,
            &consultation,
            Sent::Code(&code),
            Event::ActivationLetterMade,
        )
        .await?;
        Ok(letter)
    }

    async fn send_again(
        &self,
        by: &StaffMember,
        voter: &Voter,
        consultation: &Consultation,
        what: Sent<'_>,
        event: Event,
    ) -> Result<(), ActionError> {
        let sending = NewSending {
            voter: voter.id,
            agent: by.id,
            what,
            limit: u64::from(consultation.policy.support.per_day),
            since: self.a_day_ago(),
            now: self.inner.clock.now(),
        };
        let entry = self.entry_by(by.id, Subject::Voter(voter.id), event);
        let sent = self.inner.store.send_again(&sending, &entry).await;
        match sent.map_err(Fault::from)? {
            Sending::Made => Ok(()),
            Sending::Activated => Err(ActionError::Activated),
            Sending::TooMany => Err(ActionError::TooMany),
        }
    }

    /// A code that lets one person past one captcha, to be told by telephone. Goes to the journal.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn give_captcha_bypass(&self, by: &StaffMember) -> Result<String, Fault> {
        if let Some(subject) = self.desk_subject(by).await? {
            let entry = self.entry_by(by.id, subject, Event::CaptchaBypassed);
            self.inner.store.append_journal(&entry).await?;
        }
        self.captcha_bypass().await
    }

    /// Proposes another address for a voter. Another person approves it.
    ///
    /// # Errors
    /// [`ActionError`].
    pub async fn propose_address(
        &self,
        by: &StaffMember,
        voter: VoterId,
        address: &str,
        reason: &str,
    ) -> Result<ChangeId, ActionError> {
        let (voter, consultation) = self.voter_of_desk(by, voter).await?.ok_or(ActionError::Unknown)?;
        if consultation.policy.support.change_address == AddressRule::Never {
            return Err(ActionError::NotAllowed);
        }
        let address = address.trim().to_lowercase();
        if !is_address(&address) || voter.email.as_deref() == Some(address.as_str()) {
            return Err(ActionError::Address);
        }
        let reason = paragraphs(reason, LONGEST_REASON).map_err(|_| ActionError::Reason)?;
        if reason.chars().count() < SHORTEST_REASON || holds_code(&reason) {
            return Err(ActionError::Reason);
        }
        let id = ChangeId::generate(&mut self.rng());
        let now = self.inner.clock.now();
        let change = AddressChange {
            id,
            voter: voter.id,
            old: voter.email,
            new: address,
            reason,
            proposed: now,
            proposed_by: by.id,
            expires: self.after(PROPOSAL_LIFETIME),
            status: ChangeStatus::Pending,
            decision: None,
        };
        let entry = self.entry_by(
            by.id,
            Subject::Voter(change.voter),
            Event::AddressChangeProposed { change: id },
        );
        match self
            .inner
            .store
            .propose_address(&change, &entry)
            .await
            .map_err(Fault::from)?
        {
            Proposed::Made => Ok(id),
            Proposed::Pending => Err(ActionError::Pending),
            Proposed::Taken => Err(ActionError::Taken),
        }
    }

    /// Approves a proposal of somebody else: the address changes, the voter's sessions and links end, both addresses are told.
    ///
    /// # Errors
    /// [`ActionError`].
    pub async fn approve_address(&self, by: &StaffMember, change: ChangeId) -> Result<(), ActionError> {
        let (change, voter, consultation) = self.change_of_desk(by, change).await?;
        if consultation.policy.support.change_address == AddressRule::Never {
            return Err(ActionError::NotAllowed);
        }
        if change.status != ChangeStatus::Pending {
            return Err(ActionError::Decided);
        }
        if change.proposed_by == by.id {
            return Err(ActionError::SamePerson);
        }
        let to = Recipient::address(&change.new).named(voter.full_name());
        let to = match voter.language {
            Some(language) => to.in_language(language),
            None => to,
        };
        let mut mails = vec![self.letter(&to, &Letter::AddressChanged).await?];
        if let Some(old) = &change.old {
            mails.push(self.letter(&to.at(old), &Letter::AddressChanged).await?);
        }
        let id = change.id;
        let entry = self.entry_by(
            by.id,
            Subject::Voter(change.voter),
            Event::AddressChangeApproved { change: id },
        );
        let decided = (by.id, by.roles.has(Role::Supervisor), self.inner.clock.now());
        let made = self.inner.store.approve_address(&change, decided, &mails, &entry).await;
        match made.map_err(Fault::from)? {
            Approved::Made => Ok(()),
            Approved::Not => Err(ActionError::Decided),
            Approved::Activated => Err(ActionError::SupervisorOnly),
            Approved::Taken => Err(ActionError::Taken),
        }
    }

    /// Refuses a proposal, or withdraws one's own.
    ///
    /// # Errors
    /// [`ActionError`].
    pub async fn refuse_address(&self, by: &StaffMember, change: ChangeId) -> Result<(), ActionError> {
        let (change, ..) = self.change_of_desk(by, change).await?;
        if change.status != ChangeStatus::Pending {
            return Err(ActionError::Decided);
        }
        let entry = self.entry_by(
            by.id,
            Subject::Voter(change.voter),
            Event::AddressChangeRefused { change: change.id },
        );
        let now = self.inner.clock.now();
        let refused = self.inner.store.refuse_address(change.id, by.id, now, &entry).await;
        if refused.map_err(Fault::from)? {
            Ok(())
        } else {
            Err(ActionError::Decided)
        }
    }

    /// Changes of address with their voters, those that wait first.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn address_changes(&self, by: &StaffMember) -> Result<Vec<(AddressChange, Voter)>, Fault> {
        let mut shown = Vec::new();
        for change in self.inner.store.address_changes(CHANGES_SHOWN).await? {
            if let Some((voter, _)) = self.voter_of_desk(by, change.voter).await? {
                shown.push((self.as_it_stands(change), voter));
            }
        }
        Ok(shown)
    }

    async fn change_of_desk(
        &self,
        by: &StaffMember,
        change: ChangeId,
    ) -> Result<(AddressChange, Voter, Consultation), ActionError> {
        let found = self.inner.store.address_change(change).await.map_err(Fault::from)?;
        let found = self.as_it_stands(found.ok_or(ActionError::Unknown)?);
        let (voter, consultation) = self.voter_of_desk(by, found.voter).await?.ok_or(ActionError::Unknown)?;
        Ok((found, voter, consultation))
    }

    /// A proposal that nobody decided in time is over, whether or not the database has been told.
    pub(crate) fn as_it_stands(&self, mut change: AddressChange) -> AddressChange {
        if change.status == ChangeStatus::Pending && change.expires <= self.inner.clock.now() {
            change.status = ChangeStatus::Expired;
        }
        change
    }

    pub(crate) fn a_day_ago(&self) -> Timestamp {
        let now = self.inner.clock.now();
        now.checked_sub(DAY).unwrap_or(Timestamp::MIN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_could_write_elsewhere_are_refused() {
        for good in ["a.b@ac-valbrune.example", "x+y@mail.example.fr"] {
            assert!(is_address(good), "{good}");
        }
        for bad in [
            "",
            "a@b",
            "@b.fr",
            "a@b..fr",
            "a@b.fr, c@d.fr",
            "a@b@c.fr",
            "a\n@b.fr",
            "<a@b.fr>",
            "a@-b.fr",
        ] {
            assert!(!is_address(bad), "{bad}");
        }
    }
}
