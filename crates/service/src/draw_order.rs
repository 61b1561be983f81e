//! The lot of the display order: the digest of a secret is published, something is drawn in public, the order follows, recorded once.

use isoloir_domain::candidacy::{FilingPhase, State, filing_dates};
use isoloir_domain::display_order::{OrderRecord, commitment, order};
use isoloir_domain::journal::{Event, Subject};
use isoloir_domain::message::{Class, Message, Refusal};
use isoloir_domain::{ElectionId, StaffMember};
use isoloir_store::candidacy::{Changed, OrderSecret};
use jiff::Timestamp;
use rand_core::Rng as _;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::free_text::line;
use crate::{Fault, VotingServer};

/// Longest field of the record, in characters.
pub const MAX_FIELD: usize = 300;

/// What is written down of a draw in public.
#[derive(Debug, Clone)]
pub struct DrawnInPublic {
    /// What was drawn, as it was read out.
    pub words: String,
    /// Where, and how.
    pub place: String,
    /// Who was there.
    pub present: String,
}

/// How far the lot of an election is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrderState {
    /// Nothing is published.
    None,
    /// The digest of the secret is published, since then.
    Committed(String, Timestamp),
    /// The order is drawn.
    Drawn(Box<OrderRecord>),
}

/// Why nothing was drawn.
#[derive(Debug, thiserror::Error)]
pub enum DrawOrderError {
    /// No such election.
    #[error("there is no such election")]
    Unknown,
    /// The digest is published already.
    #[error("the digest of the secret is published already")]
    Committed,
    /// The digest is not published yet.
    #[error("the digest of the secret is not published yet")]
    NotCommitted,
    /// Lists may still be filed.
    #[error("lists may still be filed")]
    Early,
    /// A list waits for a decision, or a draw is recorded.
    #[error("a list waits for a decision, or the order is drawn already")]
    NotReady,
    /// No list is accepted.
    #[error("no list is accepted")]
    NoList,
    /// A field is empty or too long.
    #[error("{0} is empty or too long")]
    Field(&'static str),
    /// The election is sealed.
    #[error("the election is sealed")]
    Sealed,
    /// Our own fault.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for DrawOrderError {
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "election_unknown",
            Self::Committed => "order_committed",
            Self::NotCommitted => "order_not_committed",
            Self::Early => "order_early",
            Self::NotReady => "order_not_ready",
            Self::NoList => "order_without_list",
            Self::Field(_) => "field_bad",
            Self::Sealed => "election_sealed",
            Self::Fault(fault) => fault.code(),
        }
    }

    fn message(&self) -> Message {
        let (fr, en) = match self {
            Self::Unknown => ("Ce scrutin n’existe pas.", "There is no such election."),
            Self::Committed => (
                "L’empreinte du secret est déjà publiée\u{a0}: elle ne change plus.",
                "The digest of the secret is published already: it no longer changes.",
            ),
            Self::NotCommitted => (
                "Publiez d’abord l’empreinte du secret.",
                "Publish the digest of the secret first.",
            ),
            Self::Early => (
                "Des listes peuvent encore être déposées\u{a0}: l’ordre se tire ensuite.",
                "Lists may still be filed: the order is drawn afterwards.",
            ),
            Self::NotReady => (
                "Une liste attend une décision, ou l’ordre est déjà tiré.",
                "A list waits for a decision, or the order is drawn already.",
            ),
            Self::NoList => ("Aucune liste n’est acceptée.", "No list is accepted."),
            Self::Field(_) => (
                "Ce champ est à remplir, en 300\u{a0}caractères au plus.",
                "This field is required, in 300 characters at most.",
            ),
            Self::Sealed => (
                "Le scrutin est scellé\u{a0}: les listes ne changent plus.",
                "The election is sealed: lists change no more.",
            ),
            Self::Fault(fault) => return fault.message(),
        };
        Message::new(fr, en)
    }

    fn class(&self) -> Class {
        match self {
            Self::Unknown => Class::NotFound,
            Self::Field(_) => Class::Unprocessable,
            Self::Committed | Self::NotCommitted | Self::Early | Self::NotReady | Self::NoList | Self::Sealed => {
                Class::Conflict
            }
            Self::Fault(fault) => fault.class(),
        }
    }
}

fn secret_place(election: &ElectionId) -> String {
    format!("order_secret|secret|{election}")
}

impl VotingServer {
    /// How far the lot of an election is.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn order_state(&self, election: &ElectionId) -> Result<OrderState, Fault> {
        if let Some(record) = self.inner.store.order_record(election).await? {
            let record = serde_json::from_str(&record).map_err(|_| Fault::Damaged("the record of an order"))?;
            return Ok(OrderState::Drawn(Box::new(record)));
        }
        let secret = self.inner.store.order_secret(election).await?;
        Ok(secret.map_or(OrderState::None, |known| {
            OrderState::Committed(known.commitment, known.committed)
        }))
    }

    /// Draws the secret of an election's order and publishes its digest, once.
    ///
    /// # Errors
    /// [`DrawOrderError`].
    pub async fn commit_order(&self, by: &StaffMember, election: &ElectionId) -> Result<(), DrawOrderError> {
        if self
            .inner
            .store
            .election(election)
            .await
            .map_err(Fault::from)?
            .is_none()
        {
            return Err(DrawOrderError::Unknown);
        }
        if self.inner.store.is_sealed(election).await.map_err(Fault::from)? {
            return Err(DrawOrderError::Sealed);
        }
        let mut rng = self.rng();
        let mut secret = Zeroizing::new([0; 32]);
        rng.fill_bytes(secret.as_mut_slice());
        let digest = commitment(election, &secret);
        let sealed = self
            .inner
            .vault
            .seal(&secret_place(election), secret.as_slice(), &mut rng);
        let kept = OrderSecret {
            commitment: digest.clone(),
            secret: sealed.ok_or(Fault::Damaged("a secret"))?,
            committed: self.inner.clock.now(),
        };
        let what = Event::OrderCommitted { commitment: digest };
        let entry = self.entry_by(by.id, Subject::Election(election.clone()), what);
        let stored = self.inner.store.commit_order(election, &kept, &entry).await;
        if stored.map_err(Fault::from)? {
            Ok(())
        } else {
            Err(DrawOrderError::Committed)
        }
    }

    /// Draws the order of the accepted lists from the secret and from what was drawn in public, and records it for good.
    ///
    /// # Errors
    /// [`DrawOrderError`].
    pub async fn draw_order(
        &self,
        by: &StaffMember,
        election: &ElectionId,
        drawn: &DrawnInPublic,
    ) -> Result<OrderRecord, DrawOrderError> {
        let known = self.election(election).await?.ok_or(DrawOrderError::Unknown)?;
        let (_, consultation) = known;
        let field = |name, text: &str| line(text, MAX_FIELD, true).map_err(|_| DrawOrderError::Field(name));
        let words = field("tire", &drawn.words)?;
        let place = field("lieu", &drawn.place)?;
        let present = field("presents", &drawn.present)?;
        let secret = self.inner.store.order_secret(election).await.map_err(Fault::from)?;
        let secret = secret.ok_or(DrawOrderError::NotCommitted)?;
        let dates = filing_dates(consultation.profile, &consultation.calendar, &consultation.policy);
        let now = self.inner.clock.now();
        if dates.phase(now) == FilingPhase::Filing {
            return Err(DrawOrderError::Early);
        }
        let filed = self.inner.store.candidacies(election).await.map_err(Fault::from)?;
        let accepted = filed.into_iter().filter(|one| one.state == State::Accepted);
        let mut lists: Vec<String> = accepted.map(|one| one.list.acronym).collect();
        lists.sort();
        if lists.is_empty() {
            return Err(DrawOrderError::NoList);
        }
        let bytes = self.inner.vault.open(&secret_place(election), &secret.secret);
        let bytes = bytes.ok_or(Fault::Damaged("a secret"))?;
        let bytes: Zeroizing<[u8; 32]> =
            Zeroizing::new(bytes.as_slice().try_into().map_err(|_| Fault::Damaged("a secret"))?);
        let record = OrderRecord {
            order: order(election, &bytes, &words, &lists),
            election: election.clone(),
            commitment: secret.commitment,
            committed: secret.committed,
            secret: hex::encode(bytes.as_slice()),
            words,
            place,
            present,
            lists,
            drawn: now,
        };
        self.keep_order(by, election, record).await
    }

    async fn keep_order(
        &self,
        by: &StaffMember,
        election: &ElectionId,
        record: OrderRecord,
    ) -> Result<OrderRecord, DrawOrderError> {
        let text = serde_json::to_string(&record).map_err(|_| Fault::Damaged("the record of an order"))?;
        let what = Event::OrderDrawn {
            order: record.order.clone(),
            record: hex::encode(Sha256::digest(text.as_bytes())),
        };
        let entry = self.entry_by(by.id, Subject::Election(election.clone()), what);
        let stored = self.inner.store.record_order(election, &text, &entry).await;
        match stored.map_err(Fault::from)? {
            Changed::Made => Ok(record),
            Changed::Moved => Err(DrawOrderError::NotReady),
            Changed::Sealed => Err(DrawOrderError::Sealed),
        }
    }
}
