//! One voter's visit: activate, sign in, unlock with the voting code, cast, keep the receipt.

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::header::{CONTENT_TYPE, HeaderValue, LOCATION, REFRESH};
use reqwest::{Method, StatusCode};
use serde::Deserialize;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::http::{Cookies, accepted, form};
use super::{Line, Portal, Receipt, UnlockKeys, VoterError};

const FORM: &str = "application/x-www-form-urlencoded";

const SIGN_IN: &str = "/connexion";
/// How long somebody who signs in stays in the waiting room.
const PATIENCE: Duration = Duration::from_secs(600);

/// A signed-in voter.
pub struct Session {
    portal: Portal,
    cookies: Cookies,
}

/// The voting server's word to the registrar that this session's voter is signed in.
#[derive(Debug, Clone, Deserialize)]
pub struct Ticket {
    /// Signed text, passed on as it is.
    pub ticket: String,
    /// Origin of the registrar.
    pub registrar: String,
}

/// The registrar's word to the voting server that this session's voter unlocked this credential.
#[derive(Debug, Clone, Deserialize)]
pub struct Admission(String);

/// What the code unlocks for one election.
pub struct Entitlement {
    /// Election id.
    pub election: String,
    /// The secret credential, as text.
    pub credential: Zeroizing<String>,
    /// To be sent beside the ballot.
    pub admission: Admission,
}

#[derive(Deserialize)]
struct TicketPayload {
    voter: Uuid,
}

#[derive(Deserialize)]
struct Unlocked {
    credentials: Vec<Wrapped>,
}

#[derive(Deserialize)]
struct Wrapped {
    election: String,
    wrapped: String,
    admission: Admission,
}

impl Ticket {
    /// The voter's id, which the derivation of the keys needs.
    fn voter(&self) -> Option<Uuid> {
        let payload = URL_SAFE_NO_PAD.decode(self.ticket.split('.').next()?).ok()?;
        serde_json::from_slice::<TicketPayload>(&payload)
            .ok()
            .map(|payload| payload.voter)
    }
}

impl Admission {
    /// The signed text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// An admission from any text: tests forge some.
    #[must_use]
    pub fn from_text(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl Session {
    /// A visitor who has not signed in.
    #[must_use]
    pub fn anonymous(portal: &Portal) -> Self {
        Self {
            portal: portal.clone(),
            cookies: Cookies::default(),
        }
    }

    /// Opens the link of the first mail, chooses a password, then a challenge question.
    ///
    /// # Errors
    /// When the link is refused.
    pub async fn activate(portal: &Portal, token: &str, password: &str) -> Result<(), VoterError> {
        let mut visit = Self::anonymous(portal);
        visit.page(&format!("/activation/{token}")).await?;
        let fields = [("token", token), ("password", password), ("confirmation", password)];
        visit.post_form("activation", "/activation", &fields).await?;
        let page = visit.page(&format!("/activation/{token}/question")).await?;
        let step = page
            .split_once("name=\"etape\" value=\"")
            .and_then(|(_, rest)| rest.split('"').next())
            .unwrap_or_default();
        let fields = [
            ("token", token),
            ("etape", step),
            ("question", "0"),
            ("reponse", "Réponse d’essai"),
        ];
        visit.post_form("activation", "/activation/question", &fields).await?;
        Ok(())
    }

    /// Signs in with address and password. Where there is a waiting room, waits in it as a browser does.
    ///
    /// # Errors
    /// When the server refuses, or answers the form again.
    pub async fn sign_in(portal: &Portal, identifier: &str, password: &str) -> Result<Self, VoterError> {
        let mut visit = Self::anonymous(portal);
        visit.send_sign_in(identifier, password, PATIENCE).await?;
        Ok(visit)
    }

    /// Opens the page of the sign-in, and waits in the waiting room until the form is there.
    ///
    /// # Errors
    /// When there is no answer, a refusal, or no form within `patience`.
    pub async fn arrive(&mut self, patience: Duration) -> Result<Line, VoterError> {
        let arrived = Instant::now();
        let (mut stood, mut told_to_wait) = (None, None);
        let mut path = SIGN_IN.to_owned();
        loop {
            let asked = Instant::now();
            let answer = self
                .cookies
                .send(self.portal.request(Method::GET, &path))
                .send()
                .await?;
            self.cookies.remember(&answer);
            let header = |name| {
                answer
                    .headers()
                    .get(name)
                    .and_then(|value: &HeaderValue| value.to_str().ok())
            };
            if answer.status().is_redirection() {
                path = header(LOCATION)
                    .filter(|to| to.starts_with(SIGN_IN))
                    .unwrap_or(SIGN_IN)
                    .to_owned();
            } else if let Some(seconds) = header(REFRESH).and_then(|text| text.parse().ok()) {
                stood.get_or_insert_with(Instant::now);
                told_to_wait = Some(asked);
                let pause = Duration::from_secs(seconds);
                if arrived.elapsed() + pause > patience {
                    return Err(VoterError::Unexpected {
                        step: "waiting room",
                        status: 503,
                    });
                }
                tokio::time::sleep(pause).await;
            } else {
                accepted(answer).await?;
                let called = Instant::now();
                return Ok(Line {
                    arrived,
                    stood,
                    told_to_wait,
                    called,
                });
            }
        }
    }

    /// Sends the form of the sign-in; back in the waiting room, waits there and sends it again.
    ///
    /// # Errors
    /// When the server refuses, or answers the form again.
    pub async fn send_sign_in(
        &mut self,
        identifier: &str,
        password: &str,
        patience: Duration,
    ) -> Result<(), VoterError> {
        let begun = Instant::now();
        let fields = [("identifiant", identifier), ("password", password)];
        while self.post_form("sign-in", SIGN_IN, &fields).await?.starts_with(SIGN_IN) {
            self.arrive(patience.saturating_sub(begun.elapsed())).await?;
        }
        Ok(())
    }

    /// Reads a page, keeping its cookies.
    ///
    /// # Errors
    /// When there is no answer or not the page.
    pub async fn page(&mut self, path: &str) -> Result<String, VoterError> {
        let answer = self.cookies.send(self.portal.request(Method::GET, path)).send().await?;
        self.cookies.remember(&answer);
        Ok(accepted(answer).await?.text().await?)
    }

    /// Sends a form whose success is a redirection, and tells where to.
    async fn post_form(
        &mut self,
        step: &'static str,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Result<String, VoterError> {
        let request = self
            .portal
            .request(Method::POST, path)
            .header(CONTENT_TYPE, FORM)
            .body(form(fields));
        let answer = self.cookies.send(request).send().await?;
        self.cookies.remember(&answer);
        if answer.status().is_redirection() {
            let to = answer.headers().get(LOCATION).and_then(|value| value.to_str().ok());
            return Ok(to.unwrap_or_default().to_owned());
        }
        Err(VoterError::Unexpected {
            step,
            status: answer.status().as_u16(),
        })
    }

    /// Asks for a ticket to the registrar.
    ///
    /// # Errors
    /// When the session is refused.
    pub async fn ticket(&self) -> Result<Ticket, VoterError> {
        let answer = self
            .cookies
            .send(self.portal.request(Method::POST, "/api/ticket"))
            .send()
            .await?;
        accepted(answer)
            .await?
            .json()
            .await
            .map_err(|_| VoterError::Malformed { step: "ticket" })
    }

    /// The keys that a code gives for this session's voter.
    ///
    /// # Errors
    /// When the ticket names no voter or the code has not the shape of one.
    pub fn keys(ticket: &Ticket, code: &str) -> Result<UnlockKeys, VoterError> {
        let voter = ticket.voter().ok_or(VoterError::Malformed { step: "ticket" })?;
        Ok(UnlockKeys::derive(code, voter)?)
    }

    /// Unlocks every credential of the voter with the voting code. Only the authenticator leaves, and only to the registrar.
    ///
    /// # Errors
    /// When the registrar refuses, or its answer does not open under the code.
    pub async fn unlock(&self, code: &str) -> Result<Vec<Entitlement>, VoterError> {
        let ticket = self.ticket().await?;
        let keys = Self::keys(&ticket, code)?;
        let body = serde_json::json!({ "ticket": ticket.ticket, "authenticator": keys.authenticator().as_str() });
        let answer = self
            .portal
            .request_to(&ticket.registrar, "/unlock")
            .json(&body)
            .send()
            .await?;
        let unlocked: Unlocked = accepted(answer)
            .await?
            .json()
            .await
            .map_err(|_| VoterError::Malformed { step: "unlock" })?;
        unlocked
            .credentials
            .into_iter()
            .map(|wrapped| {
                let credential = keys.open(&wrapped.election, &wrapped.wrapped)?;
                Ok(Entitlement {
                    election: wrapped.election,
                    credential,
                    admission: wrapped.admission,
                })
            })
            .collect()
    }

    /// Sends the exact bytes of a ballot. Sending the same bytes again is harmless.
    ///
    /// # Errors
    /// The refusal with its code; a transport error leaves the outcome unknown until the same bytes are sent again.
    pub async fn cast(&self, election: &str, admission: &Admission, ballot: Vec<u8>) -> Result<Receipt, VoterError> {
        Ok(self.cast_telling(election, admission, ballot).await?.1)
    }

    /// The same, also telling whether the ballot is new to the box (201) or was there already (200).
    ///
    /// # Errors
    /// As [`Self::cast`].
    pub async fn cast_telling(
        &self,
        election: &str,
        admission: &Admission,
        ballot: Vec<u8>,
    ) -> Result<(bool, Receipt), VoterError> {
        let request = self
            .portal
            .request(Method::POST, &format!("/api/elections/{election}/ballots"))
            .header(CONTENT_TYPE, "application/json")
            .header("isoloir-admission", admission.as_str())
            .body(ballot);
        let answer = accepted(self.cookies.send(request).send().await?).await?;
        let fresh = answer.status() == StatusCode::CREATED;
        let receipt = answer
            .json()
            .await
            .map_err(|_| VoterError::Malformed { step: "receipt" })?;
        Ok((fresh, receipt))
    }
}
