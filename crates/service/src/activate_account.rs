//! Activates an account (*activation du compte*): a one-use link, kept as a hash, then a password.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use isoloir_domain::journal::{Event, Subject};
use isoloir_domain::message::{Class, Message, Refusal};
use isoloir_domain::{Consultation, ConsultationId, Profile, Voter, VoterId};
use isoloir_store::account::NewLink;
use jiff::{SignedDuration, Timestamp};
use rand_core::CryptoRng;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::letters::Letter;
use crate::outbox::Recipient;
pub use crate::password::{PasswordRule, broken_rules};
use crate::{Fault, VotingServer};

/// Why the account was not activated.
#[derive(Debug, thiserror::Error)]
pub enum ActivateError {
    /// The link is unknown, used or too old; one answer for the three.
    #[error("the activation link is not valid")]
    Link,
    /// The confirmation differs.
    #[error("password and confirmation differ")]
    Confirmation,
    /// Rules not met.
    #[error("the password breaks {} rules", .0.len())]
    Password(Vec<PasswordRule>),
    /// Our own fault.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for ActivateError {
    fn code(&self) -> &'static str {
        match self {
            Self::Link => "activation_link_invalid",
            Self::Confirmation => "password_confirmation_differs",
            Self::Password(_) => "password_too_weak",
            Self::Fault(fault) => fault.code(),
        }
    }

    fn message(&self) -> Message {
        match self {
            Self::Link => Message::new(
                "Ce lien d’activation n’est pas valable : il a déjà servi, ou il est trop ancien.",
                "This activation link is not valid: it has been used, or it is too old.",
            ),
            Self::Confirmation => Message::new(
                "Le mot de passe et sa confirmation sont différents.",
                "The password and its confirmation differ.",
            ),
            Self::Password(broken) => {
                let list = |text: fn(Message) -> String| {
                    broken
                        .iter()
                        .map(|rule| text(rule.message()))
                        .collect::<Vec<_>>()
                        .join(", ")
                };
                Message::new(
                    format!("Le mot de passe ne respecte pas ces règles : {}.", list(|m| m.fr)),
                    format!("The password does not meet these rules: {}.", list(|m| m.en)),
                )
            }
            Self::Fault(fault) => fault.message(),
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::Link => Class::NotFound,
            Self::Confirmation | Self::Password(_) => Class::Unprocessable,
            Self::Fault(fault) => fault.class(),
        }
    }
}

/// How long an activation link is good: hours, not seconds.
const LIFETIME: SignedDuration = SignedDuration::from_hours(14 * 24);

/// Secret tokens are 32 random bytes, written in base64url.
pub(crate) fn new_token(rng: &mut impl CryptoRng) -> (String, [u8; 32]) {
    let mut random = Zeroizing::new([0; 32]);
    rng.fill_bytes(random.as_mut_slice());
    let token = URL_SAFE_NO_PAD.encode(random.as_slice());
    let hash = token_hash(&token);
    (token, hash)
}

/// What is kept of a token.
pub(crate) fn token_hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

impl VotingServer {
    /// Sends every voter of the consultation without an account an activation link; returns how many. A link sent
    /// earlier is void.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn send_invitations(&self, consultation: &ConsultationId) -> Result<u64, Fault> {
        let Some(known) = self.consultation(consultation).await? else {
            return Ok(0);
        };
        let voters = self.inner.store.voters_without_account(consultation).await?;
        let links = voters
            .iter()
            .map(|voter| self.invitation(voter, &known))
            .collect::<Result<Vec<NewLink>, Fault>>()?;
        let count = u64::try_from(links.len()).map_err(|_| Fault::Damaged("a count"))?;
        let entry = self.entry(
            Subject::Consultation(consultation.clone()),
            Event::InvitationsSent { count },
        );
        self.inner.store.insert_links(&links, Some(&entry)).await?;
        Ok(count)
    }

    fn invitation(&self, voter: &Voter, consultation: &Consultation) -> Result<NewLink, Fault> {
        let (token, hash) = new_token(&mut self.rng());
        let letter = Letter::Activation {
            consultation: consultation.title.clone(),
            link: format!("{}/activation/{token}", self.inner.public_url),
            valid: LIFETIME,
        };
        let mail = Recipient::voter(voter)
            .map(|to| self.letter_signed(&consultation.organiser, &to, &letter, None))
            .transpose()?;
        Ok(NewLink {
            hash,
            voter: voter.id,
            expires: self.after(LIFETIME),
            mail,
        })
    }

    /// Makes an activation link for one voter without sending it; returns its token (the path is `/activation/{token}`).
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn activation_token(&self, voter: VoterId) -> Result<String, Fault> {
        let (token, hash) = new_token(&mut self.rng());
        let link = NewLink {
            hash,
            voter,
            expires: self.after(LIFETIME),
            mail: None,
        };
        self.inner.store.insert_links(&[link], None).await?;
        Ok(token)
    }

    /// Whom the link would activate, without using it up (mail scanners open links).
    ///
    /// # Errors
    /// [`ActivateError::Link`], [`ActivateError::Fault`].
    pub async fn activation(&self, token: &str) -> Result<Voter, ActivateError> {
        let voter = self
            .inner
            .store
            .link(&token_hash(token), self.inner.clock.now())
            .await
            .map_err(Fault::from)?;
        voter.ok_or(ActivateError::Link)
    }

    /// Uses the link up and sets the password. Ends all sessions of the voter.
    ///
    /// # Errors
    /// [`ActivateError`].
    pub async fn activate_account(
        &self,
        token: &str,
        password: &str,
        confirmation: &str,
    ) -> Result<VoterId, ActivateError> {
        let voter = self.activation(token).await?;
        let broken = broken_rules(password, &voter);
        if !broken.is_empty() {
            return Err(ActivateError::Password(broken));
        }
        if password != confirmation {
            return Err(ActivateError::Confirmation);
        }
        let hash = self.hash_password(password).await?;
        let entry = self.entry(Subject::Voter(voter.id), Event::AccountActivated);
        let now = self.inner.clock.now();
        let used = self
            .inner
            .store
            .use_link(&token_hash(token), &hash, now, &entry)
            .await
            .map_err(Fault::from)?;
        if used { Ok(voter.id) } else { Err(ActivateError::Link) }
    }

    /// Profile `test` only, for rehearsals and the demonstration: one password for every voter of the consultation who has no account,
    /// hashed once. Returns how many accounts it activated, 0 under another profile.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn activate_all_for_rehearsal(
        &self,
        consultation: &ConsultationId,
        password: &str,
    ) -> Result<u64, Fault> {
        let known = self.consultation(consultation).await?;
        if known.is_none_or(|known| known.profile != Profile::Test) {
            return Ok(0);
        }
        let voters = self.inner.store.voters_without_account(consultation).await?;
        let ids: Vec<VoterId> = voters.iter().map(|voter| voter.id).collect();
        let hash = self.hash_password(password).await?;
        self.inner
            .store
            .set_passwords(&ids, &hash, self.inner.clock.now())
            .await?;
        u64::try_from(ids.len()).map_err(|_| Fault::Damaged("a count"))
    }

    pub(crate) fn after(&self, lifetime: SignedDuration) -> Timestamp {
        self.inner
            .clock
            .now()
            .saturating_add(lifetime)
            .unwrap_or(Timestamp::MAX)
    }
}
