//! Activates an account (*activation du compte*): a one-use link, kept as a hash, then a password, then a challenge question. Nothing is
//! active until all three are there.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use isoloir_domain::journal::{Event, Subject};
use isoloir_domain::message::{Class, Message, Refusal};
use isoloir_domain::policy::ActivationPolicy;
use isoloir_domain::{Consultation, ConsultationId, Language, Profile, Voter, VoterId};
use isoloir_store::account::{Activated, NewLink};
use jiff::{SignedDuration, Timestamp};
use rand_core::CryptoRng;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

pub use crate::challenge::AnswerProblem;
use crate::challenge::choose;
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
    /// No password was chosen yet, or another one in another tab: back to the first step.
    #[error("the password is to be chosen first")]
    NoPassword,
    /// Question or answer cannot be kept.
    #[error(transparent)]
    Answer(#[from] AnswerProblem),
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
            Self::NoPassword => "password_not_chosen",
            Self::Answer(_) => "challenge_refused",
            Self::Password(_) => "password_too_weak",
            Self::Fault(fault) => fault.code(),
        }
    }

    fn message(&self) -> Message {
        match self {
            Self::Link => Message::new(
                "Ce lien d’activation n’est pas valable\u{a0}: il a déjà servi, ou il est trop ancien.",
                "This activation link is not valid: it has been used, or it is too old.",
            ),
            Self::Confirmation => Message::new(
                "Le mot de passe et sa confirmation sont différents.",
                "The password and its confirmation differ.",
            ),
            Self::NoPassword => Message::new("Choisissez d’abord votre mot de passe.", "Choose your password first."),
            Self::Answer(problem) => problem.message(),
            Self::Password(broken) => {
                let list = |text: fn(Message) -> String| {
                    broken
                        .iter()
                        .map(|rule| text(rule.message()))
                        .collect::<Vec<_>>()
                        .join(", ")
                };
                Message::new(
                    format!("Le mot de passe ne respecte pas ces règles\u{a0}: {}.", list(|m| m.fr)),
                    format!("The password does not meet these rules: {}.", list(|m| m.en)),
                )
            }
            Self::Fault(fault) => fault.message(),
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::Link => Class::NotFound,
            Self::NoPassword => Class::Conflict,
            Self::Confirmation | Self::Password(_) | Self::Answer(_) => Class::Unprocessable,
            Self::Fault(fault) => fault.class(),
        }
    }
}

/// An activation under way.
pub struct Activating {
    /// Whom the link activates.
    pub voter: Voter,
    /// Names the password that was chosen, once one was. Tells nothing of it.
    pub step: Option<String>,
}

/// A short name for a password's salted hash, which may stand in a page.
fn step(hash: &str) -> String {
    hex::encode(Sha256::digest(hash.as_bytes())).chars().take(16).collect()
}

/// How long an activation link is good: days, not seconds.
pub(crate) fn lifetime(consultation: Option<&Consultation>) -> SignedDuration {
    let days = consultation.map_or_else(
        || ActivationPolicy::default().link_days,
        |known| known.policy.activation.link_days,
    );
    SignedDuration::from_hours(i64::from(days).saturating_mul(24))
}

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
    /// Sends every voter of the consultation who has an address and no account an activation link; returns how many. A link sent
    /// earlier is void.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn send_invitations(&self, consultation: &ConsultationId) -> Result<u64, Fault> {
        let Some(known) = self.consultation(consultation).await? else {
            return Ok(0);
        };
        let link = |voter: &Voter| self.invitation(voter, &known);
        let sent = |count| {
            self.entry(
                Subject::Consultation(consultation.clone()),
                Event::InvitationsSent { count },
            )
        };
        self.inner.store.invite(consultation, link, sent).await
    }

    /// `None` for a voter without an address, who receives a letter on paper.
    pub(crate) fn invitation(&self, voter: &Voter, consultation: &Consultation) -> Result<Option<NewLink>, Fault> {
        let Some(to) = Recipient::voter(voter) else {
            return Ok(None);
        };
        let valid = lifetime(Some(consultation));
        let (token, hash) = new_token(&mut self.rng());
        let letter = Letter::Activation {
            consultation: consultation.title.clone(),
            link: format!("{}/activation/{token}", self.inner.public_url),
            valid,
        };
        let mail = Some(self.letter_signed(&consultation.organiser, &to, &letter, None)?);
        Ok(Some(NewLink {
            hash,
            voter: voter.id,
            expires: self.after(valid),
            mail,
        }))
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
            expires: self.after(lifetime(None)),
            mail: None,
        };
        self.inner.store.insert_link(&link).await?;
        Ok(token)
    }

    /// How far the activation by this link is, without using it up (mail scanners open links).
    ///
    /// # Errors
    /// [`ActivateError::Link`], [`ActivateError::Fault`].
    pub async fn activation(&self, token: &str) -> Result<Activating, ActivateError> {
        let now = self.inner.clock.now();
        let found = self.inner.store.activation(&token_hash(token), now).await;
        let found = found.map_err(Fault::from)?.ok_or(ActivateError::Link)?;
        Ok(Activating {
            voter: found.voter,
            step: found.password.as_deref().map(step),
        })
    }

    /// First step: keeps the password chosen beside the link. Nothing is activated yet, and the link stays good.
    ///
    /// # Errors
    /// [`ActivateError`].
    pub async fn choose_password(
        &self,
        token: &str,
        password: &str,
        confirmation: &str,
    ) -> Result<String, ActivateError> {
        let voter = self.activation(token).await?.voter;
        let rules = self.portal_rules().await?;
        let broken = broken_rules(password, &voter, &rules.words);
        if !broken.is_empty() {
            return Err(ActivateError::Password(broken));
        }
        if password != confirmation {
            return Err(ActivateError::Confirmation);
        }
        let hash = self.hash_password(password).await?;
        let now = self.inner.clock.now();
        let kept = self.inner.store.choose_password(&token_hash(token), &hash, now).await;
        if kept.map_err(Fault::from)? {
            Ok(step(&hash))
        } else {
            Err(ActivateError::Link)
        }
    }

    /// Last step: uses the link up, with the password of the first step and a challenge. Ends all sessions of the voter.
    ///
    /// `seen` names the password that the page was drawn for: when another tab has chosen another since, the voter chooses again rather
    /// than being locked out by the tab left behind.
    ///
    /// # Errors
    /// [`ActivateError`].
    pub async fn activate_account(
        &self,
        token: &str,
        seen: &str,
        question: Option<usize>,
        answer: &str,
        language: Language,
    ) -> Result<VoterId, ActivateError> {
        let now = self.inner.clock.now();
        let hash = token_hash(token);
        let found = self.inner.store.activation(&hash, now).await.map_err(Fault::from)?;
        let found = found.ok_or(ActivateError::Link)?;
        let password = found.password.ok_or(ActivateError::NoPassword)?;
        if step(&password) != seen {
            return Err(ActivateError::NoPassword);
        }
        let rules = self.portal_rules().await?;
        let chosen = choose(&rules.policy.challenge.questions, question, answer, &found.voter)?;
        let challenge = self.hash_challenge(chosen).await?;
        let voter = Voter {
            language: Some(language),
            ..found.voter
        };
        let mail = self.letter_to(&voter, &Letter::AccountActivated).await?;
        let end = Activated {
            hash: &hash,
            password: &password,
            challenge: &challenge,
            language,
            mail,
        };
        let entry = self.entry(Subject::Voter(voter.id), Event::AccountActivated);
        let used = self
            .inner
            .store
            .use_link(&end, now, &entry)
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
        let ids = self.inner.store.voters_without_account(consultation).await?;
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
