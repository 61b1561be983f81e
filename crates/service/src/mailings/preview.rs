//! The mail as a voter of the audience receives it, and a trial to the person who writes it.

use std::sync::Arc;

use isoloir_domain::ids::MailingId;
use isoloir_domain::mailing::{MailingAct, MailingKind, MailingWords};
use isoloir_domain::{Consultation, Language, StaffMember};

use super::{Mailing, MailingError};
use crate::activate_account::lifetime;
use crate::letters::{Letter, MailingPlaces, Words};
use crate::outbox::Recipient;
use crate::review_roll::Decider;
use crate::{Fault, VotingServer};

/// Stands where the voter's own link stands: it opens nothing.
const EXAMPLE: &str = "exemple";

/// How a mail looks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// The voter of the audience to whom it is addressed; nobody when there is none.
    pub name: Option<String>,
    /// In French, to those who chose French.
    pub fr: Words,
    /// In English, to those who chose English.
    pub en: Words,
    /// In both, to those who have chosen nothing yet.
    pub both: Words,
}

impl VotingServer {
    /// The mail of the first voter of the audience, with a link that opens nothing.
    ///
    /// # Errors
    /// [`MailingError`].
    pub async fn preview_mailing(&self, mailing: &Mailing) -> Result<Preview, MailingError> {
        let consultation = self.consultation_of(mailing).await?;
        let store = &self.inner.store;
        let sample = store.mailing_sample(mailing.id, mailing.kind.activates()).await;
        let name = sample.map_err(Fault::from)?.map(|voter| voter.full_name());
        let letter = self.mailing_letter(mailing.kind, words_of(mailing)?, &consultation, EXAMPLE);
        let words = |language| letter.words(language, name.as_deref(), &consultation.organiser);
        Ok(Preview {
            fr: words(Some(Language::French)),
            en: words(Some(Language::English)),
            both: words(None),
            name,
        })
    }

    /// Sends the mail to a member of the staff who looks at it, in both languages, with a link that opens nothing. It is no part of the mailing.
    ///
    /// # Errors
    /// [`MailingError`].
    pub async fn try_mailing(&self, id: MailingId, member: &StaffMember) -> Result<(), MailingError> {
        let mailing = self.mailing(id).await?;
        let consultation = self.consultation_of(&mailing).await?;
        let letter = self.mailing_letter(mailing.kind, words_of(&mailing)?, &consultation, EXAMPLE);
        let to = Recipient::address(member.email.clone()).named(member.name.clone());
        let letter = Letter::MailingTrial(Box::new(letter));
        let mail = self.letter_signed(&consultation.organiser, &to, &letter, None)?;
        let did = (MailingAct::Tried, None);
        let entry = self.mailing_entry(Decider::Staff(member), &mailing.consultation, (id, mailing.kind), did)?;
        Ok(self
            .inner
            .store
            .queue_with_entry(&mail, &entry)
            .await
            .map_err(Fault::from)?)
    }

    /// The letter of a mailing, with the link whose token is `token` when it carries one.
    pub(super) fn mailing_letter(
        &self,
        kind: MailingKind,
        words: Arc<MailingWords>,
        consultation: &Consultation,
        token: &str,
    ) -> Letter {
        let origin = &self.inner.public_url;
        Letter::Mailing {
            kind,
            words,
            places: MailingPlaces {
                consultation: consultation.title.clone(),
                organiser: consultation.organiser.clone(),
                opens: consultation.calendar.opens(),
                closes: consultation.calendar.closes(),
                portal: format!("{origin}/"),
                link: format!("{origin}/activation/{token}"),
            },
            valid: self.worth(kind, consultation),
        }
    }

    /// How long a message is worth sending: no longer than what it says is true, nor than its link is good.
    fn worth(&self, kind: MailingKind, consultation: &Consultation) -> jiff::SignedDuration {
        let most = if kind.activates() {
            lifetime(Some(consultation))
        } else {
            crate::letters::NEWS
        };
        let now = self.inner.clock.now();
        let left = kind
            .until(&consultation.calendar)
            .map(|until| until.duration_since(now));
        left.map_or(most, |left| left.min(most))
    }
}

/// The texts of a mailing, read again.
pub(super) fn words_of(mailing: &Mailing) -> Result<Arc<MailingWords>, Fault> {
    let words = MailingWords::parse(mailing.kind, mailing.content.words.clone());
    words.map(Arc::new).map_err(|_| Fault::Damaged("a mailing"))
}
