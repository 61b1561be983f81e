//! A visit to the provider ends: whoever left comes back with a code, or with a refusal.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use isoloir_carriers::mail::is_writable;
use isoloir_domain::journal::{Entry, Event, Subject};
use isoloir_domain::message::Refusal as _;
use isoloir_domain::pivot::{GivenNames, Pivot, Said};
use isoloir_domain::reissue::{Destination, Factor, ReissuePath};
use isoloir_domain::{Language, Sex, Voter};
use isoloir_identity::{Claims, Identified, IdentityError, Secrets};
use isoloir_store::account::NewReset;
use isoloir_store::identity::Visit;
use jiff::SignedDuration;
use zeroize::Zeroizing;

use super::depart::{cookie_place, place, read_cookie};
use super::{IdentityProvider, Outcome, Purpose};
use crate::activate_account::{new_token, token_hash};
use crate::ask_reissue::{AskReissueError, ReissueAsk};
use crate::letters::Letter;
use crate::outbox::Recipient;
use crate::{Fault, Session, VotingServer};

/// How long the outcome can be read again.
const READABLE: SignedDuration = SignedDuration::from_mins(10);

/// What the provider's redirection brings.
#[derive(Debug, Clone, Copy)]
pub struct Answer<'a> {
    /// Which visit.
    pub state: Option<&'a str>,
    /// The code, when the person was identified.
    pub code: Option<&'a str>,
    /// Why not, otherwise: `access_denied` and others of OAuth 2.0.
    pub error: Option<&'a str>,
    /// Who answers (RFC 9207), where the provider says it.
    pub iss: Option<&'a str>,
}

/// Where to go from here.
pub struct CameBack {
    /// The provider's sign-out, from which one comes back once more; `None` where nobody is signed in there as far as we know.
    pub sign_out: Option<String>,
}

/// A visit of this browser that has not ended before.
struct Open {
    purpose: Purpose,
    session: Option<Session>,
    secrets: Secrets,
    /// What the registrar will check, as typed before the departure.
    identifier: Option<Zeroizing<String>>,
    language: Language,
}

/// What becomes of it.
struct Conclusion {
    outcome: Outcome,
    entry: Option<Entry>,
    sign_out: Option<String>,
}

/// Why nobody is recognised. The page says the same for all; the journal tells them apart.
#[derive(Clone, Copy)]
enum Unrecognised {
    Incomplete,
    Unknown,
    Ambiguous,
    Other,
    NoAccount,
}

impl Unrecognised {
    const fn code(self) -> &'static str {
        match self {
            Self::Incomplete => "identity_incomplete",
            Self::Unknown => "identity_unknown",
            Self::Ambiguous => "identity_ambiguous",
            Self::Other => "identity_of_another",
            Self::NoAccount => "account_none",
        }
    }
}

impl VotingServer {
    /// Ends the visit that `answer` belongs to, in the browser with this `cookie`. A visit ends once, whatever comes of it; how it did is told by
    /// [`VotingServer::visit_ended`].
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn come_back(&self, answer: &Answer<'_>, cookie: Option<&str>) -> Result<CameBack, Fault> {
        let Some(provider) = self.identity_provider() else {
            return Ok(CameBack { sign_out: None });
        };
        let (token, sealed) = cookie.map_or(("", None), read_cookie);
        let browser = token_hash(token);
        let open = match answer.state {
            Some(state) => self.open_visit(&browser, state).await?,
            None => None,
        };
        let Some(mut open) = open else {
            // A forged or replayed state, or one that came too late. Anybody can send one at any rate: it is logged, since what enters the
            // journal never leaves it.
            tracing::info!("a return from the provider of identities belongs to no visit of this browser");
            return Ok(CameBack { sign_out: None });
        };
        open.identifier = sealed.and_then(|sealed| self.identifier_of(&browser, sealed));
        let conclusion = self.conclude(provider, &open, answer).await?;
        let outcome =
            serde_json::to_string(&conclusion.outcome).map_err(|_| Fault::Damaged("the outcome of a visit"))?;
        self.inner
            .store
            .record_outcome(
                &browser,
                (open.purpose.code(), &outcome),
                self.after(READABLE),
                conclusion.entry.as_ref(),
            )
            .await?;
        Ok(CameBack {
            sign_out: conclusion.sign_out,
        })
    }

    /// The visit of this state, used up; `None` when there is none, it is too old, or it began in another browser.
    async fn open_visit(&self, browser: &[u8; 32], state: &str) -> Result<Option<Open>, Fault> {
        let state = token_hash(state);
        let Some(visit) = self.inner.store.take_visit(&state).await? else {
            return Ok(None);
        };
        if visit.browser != browser || visit.expires <= self.inner.clock.now() {
            return Ok(None);
        }
        self.read_visit(&state, visit).await.map(Some)
    }

    async fn read_visit(&self, state: &[u8; 32], visit: Visit) -> Result<Open, Fault> {
        let damaged = || Fault::Damaged("a visit");
        let secrets = self
            .inner
            .vault
            .open(&place(state), &visit.secrets)
            .ok_or_else(damaged)?;
        let secrets = std::str::from_utf8(&secrets).ok().and_then(Secrets::from_text);
        let now = self.inner.clock.now();
        let session = match visit.session {
            Some(id) => self.inner.store.session_named(&id, now).await?.map(Session::from),
            None => None,
        };
        Ok(Open {
            purpose: Purpose::from_code(&visit.purpose).ok_or_else(damaged)?,
            session,
            secrets: secrets.ok_or_else(damaged)?,
            identifier: None,
            language: Language::from_code(&visit.language).unwrap_or_default(),
        })
    }

    /// The identifier that the cookie of this browser carries, sealed.
    fn identifier_of(&self, browser: &[u8; 32], sealed: &str) -> Option<Zeroizing<String>> {
        let sealed = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let plain = self.inner.vault.open(&cookie_place(browser), &sealed)?;
        Some(Zeroizing::new(std::str::from_utf8(&plain).ok()?.to_owned()))
    }

    async fn conclude(
        &self,
        provider: &IdentityProvider,
        open: &Open,
        answer: &Answer<'_>,
    ) -> Result<Conclusion, Fault> {
        if !provider.party.is_issuer(answer.iss) {
            return self.not_identified(open, IdentityError::Issuer).await;
        }
        let Some(code) = answer.code else {
            let (outcome, why) = match answer.error {
                Some("access_denied") => (Outcome::Declined, "declined"),
                Some("temporarily_unavailable" | "server_error") => (Outcome::ProviderSilent, "provider_unwell"),
                _ => (Outcome::NotBelieved, "provider_refuses"),
            };
            return self.refused(open, outcome, why, None).await;
        };
        let now = self.inner.clock.now();
        let identified = match provider.party.identify(code, &open.secrets, now).await {
            Ok(identified) => identified,
            Err(error) => return self.not_identified(open, error).await,
        };
        // The visit at the provider ends at once: the next person at this machine must not find it open.
        let sign_out = match provider.party.sign_out(&identified, &mut self.rng(), now).await {
            Ok(address) => address,
            Err(error) => {
                tracing::warn!(code = error.code(), "no sign-out at the provider of identities");
                None
            }
        };
        match open.purpose {
            Purpose::Reissue => self.conclude_reissue(open, &identified, sign_out).await,
            Purpose::Password => self.conclude_password(provider, open, &identified, sign_out).await,
        }
    }

    /// A link to a new voting code, asked of the registrar for the voter of the session.
    async fn conclude_reissue(
        &self,
        open: &Open,
        identified: &Identified,
        sign_out: Option<String>,
    ) -> Result<Conclusion, Fault> {
        let Some(session) = &open.session else {
            return self
                .refused(open, Outcome::SessionEnded, "session_ended", sign_out)
                .await;
        };
        match self.recognised(&identified.claims).await? {
            Ok(voter) if voter.id == session.voter.id => {}
            Ok(_) => return self.unrecognised(open, Unrecognised::Other, sign_out).await,
            Err(why) => return self.unrecognised(open, why, sign_out).await,
        }
        if !is_writable(&identified.claims.email) {
            return self.refused(open, Outcome::NoMailbox, "mailbox_none", sign_out).await;
        }
        let ask = ReissueAsk {
            identifier: open.identifier.clone(),
            destination: Destination::FranceConnectMail,
            contact: Zeroizing::new(identified.claims.email.clone()),
            language: session.voter.language.unwrap_or(open.language),
        };
        let proven = [Factor::Session, Factor::FranceConnect].into();
        let asked = self.ask_reissue(session, ReissuePath::FranceConnect, proven, ask).await;
        let outcome = match asked {
            Ok(link) => {
                let left = link.expires.saturating_sub(self.inner.clock.now().as_second());
                Outcome::Sent {
                    minutes: left / 60,
                    signed_out: sign_out.is_some(),
                }
            }
            Err(AskReissueError::Fault(fault)) => return Err(fault),
            // Journaled with its reason where it was refused.
            Err(refusal) => Outcome::Refused(refusal.message()),
        };
        Ok(Conclusion {
            outcome,
            entry: Some(self.confirmed(&session.voter, open.purpose, identified)),
            sign_out,
        })
    }

    /// A link to a new password, mailed to the provider's address; the account's own mailbox is told.
    async fn conclude_password(
        &self,
        provider: &IdentityProvider,
        open: &Open,
        identified: &Identified,
        sign_out: Option<String>,
    ) -> Result<Conclusion, Fault> {
        let voter = match self.recognised(&identified.claims).await? {
            Ok(voter) => voter,
            Err(why) => return self.unrecognised(open, why, sign_out).await,
        };
        if self.inner.store.account(voter.id).await?.is_none() {
            return self.unrecognised(open, Unrecognised::NoAccount, sign_out).await;
        }
        if !is_writable(&identified.claims.email) {
            return self.refused(open, Outcome::NoMailbox, "mailbox_none", sign_out).await;
        }
        let minutes = self
            .mail_password_link(provider, &voter, &identified.claims.email, open.language)
            .await?;
        Ok(Conclusion {
            outcome: Outcome::Sent {
                minutes,
                signed_out: sign_out.is_some(),
            },
            entry: Some(self.confirmed(&voter, open.purpose, identified)),
            sign_out,
        })
    }

    /// Queues the link of S10 and the notice to the account's mailbox; returns for how many minutes the link is good.
    async fn mail_password_link(
        &self,
        provider: &IdentityProvider,
        voter: &Voter,
        address: &str,
        language: Language,
    ) -> Result<i64, Fault> {
        let rules = self.portal_rules().await?;
        let minutes = i64::from(rules.policy.password_reset.link_minutes);
        let valid = SignedDuration::from_mins(minutes);
        let (token, hash) = new_token(&mut self.rng());
        let to = Recipient::address(address)
            .named(voter.full_name())
            .in_language(voter.language.unwrap_or(language));
        let link = Letter::IdentityPasswordReset {
            provider: provider.name.clone(),
            link: format!("{}/mot-de-passe/{token}", self.inner.public_url),
            valid,
        };
        let notice = Letter::IdentityPasswordResetAsked {
            provider: provider.name.clone(),
            link: format!("{}/assistance", self.inner.public_url),
        };
        let mut mails = vec![self.letter(&to, &link).await?];
        mails.extend(self.letter_to(voter, &notice).await?);
        let now = self.inner.clock.now();
        let reset = NewReset {
            voter: voter.id,
            hash,
            asked: now,
            expires: self.after(valid),
            // Each visit proves an identity, and so is always answered.
            not_since: now,
            most: usize::MAX,
            mails,
        };
        let entry = self.entry(Subject::Voter(voter.id), Event::PasswordResetAsked);
        self.inner.store.insert_reset(&reset, &entry).await?;
        Ok(minutes)
    }

    /// The one voter whom the claims mean.
    async fn recognised(&self, claims: &Claims) -> Result<Result<Voter, Unrecognised>, Fault> {
        let Some(pivot) = pivot(claims) else {
            return Ok(Err(Unrecognised::Incomplete));
        };
        let marks: Vec<[u8; 32]> = pivot
            .texts()
            .map(|text| self.inner.vault.mark("pivot", &text))
            .collect();
        Ok(match *self.inner.store.voters_marked(&marks).await?.as_slice() {
            [] => Err(Unrecognised::Unknown),
            [one] => self.inner.store.voter(one).await?.ok_or(Unrecognised::Unknown),
            _ => Err(Unrecognised::Ambiguous),
        })
    }

    /// The entry that tells that the provider vouched for a voter, with a keyed digest of what it calls them.
    fn confirmed(&self, voter: &Voter, purpose: Purpose, identified: &Identified) -> Entry {
        let what = Event::IdentityConfirmed {
            purpose: purpose.code().to_owned(),
            subject: hex::encode(self.inner.vault.mark("identity-subject", &identified.subject)),
        };
        self.entry(Subject::Voter(voter.id), what)
    }

    async fn not_identified(&self, open: &Open, error: IdentityError) -> Result<Conclusion, Fault> {
        tracing::warn!(code = error.code(), %error, "a visit to the provider of identities failed");
        self.refused(open, error.into(), error.code(), None).await
    }

    async fn unrecognised(
        &self,
        open: &Open,
        why: Unrecognised,
        sign_out: Option<String>,
    ) -> Result<Conclusion, Fault> {
        self.refused(open, Outcome::NotRecognised, why.code(), sign_out).await
    }

    async fn refused(
        &self,
        open: &Open,
        outcome: Outcome,
        why: &str,
        sign_out: Option<String>,
    ) -> Result<Conclusion, Fault> {
        let session = open.session.as_ref().map(|session| session.voter.id);
        let subject = match session {
            Some(voter) => Some(Subject::Voter(voter)),
            None => self.whole_consultation().await?,
        };
        let what = Event::IdentityRefused {
            purpose: open.purpose.code().to_owned(),
            why: why.to_owned(),
        };
        Ok(Conclusion {
            outcome,
            entry: subject.map(|subject| self.entry(subject, what)),
            sign_out,
        })
    }

    async fn whole_consultation(&self) -> Result<Option<Subject>, Fault> {
        let consultation = self.portal_consultation().await?;
        Ok(consultation.map(|consultation| Subject::Consultation(consultation.id)))
    }
}

/// The claims as an identity; `None` when one of its parts is missing or malformed.
fn pivot(claims: &Claims) -> Option<Pivot> {
    let given_names = match claims.given_name_list.as_slice() {
        [] => GivenNames::Text(&claims.given_names),
        list => GivenNames::List(list),
    };
    let sex = match claims.sex.as_str() {
        "female" => Some(Sex::Female),
        "male" => Some(Sex::Male),
        _ => None,
    };
    Pivot::read(&Said {
        birth_name: &claims.birth_name,
        given_names,
        sex,
        birth_date: &claims.birth_date,
        birthplace: &claims.birthplace,
        birth_country: &claims.birth_country,
    })
    .ok()
}
