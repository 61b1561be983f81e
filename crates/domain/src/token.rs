//! Signed tokens between the two online domains of trust: the voting server and the registrar.
//!
//! A voter who is signed in receives a [`Ticket`] from the voting server; the registrar accepts it as proof of who knocks.
//! When the voting code is right the registrar answers with an [`Admission`], which proves to the voting server that
//! this session unlocked this credential. Neither side ever sees the other's secrets, nor asks the other anything.
//!
//! A token is `<payload>.<signature>`, both in unpadded base64url. The payload is JSON; the signature is Ed25519 over
//! a domain prefix followed by the exact payload bytes, so a ticket can never be mistaken for an admission.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::ids::{ElectionId, SessionId, VoterId};

/// A longer text is refused before any decoding.
const MAX_TOKEN_CHARS: usize = 2048;

/// What can be signed as a token. The prefix separates this kind of statement from all others under the same key.
pub trait Payload: Serialize + DeserializeOwned {
    /// Bytes put before the payload when signing, for instance `isoloir/ticket/v1|`.
    const PREFIX: &'static str;
}

/// Why a token is refused. The three cases deserve one answer to the outside; the difference is for logs and tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Not `<base64url>.<base64url>`, or the payload is not the expected JSON.
    #[error("the token is malformed")]
    Malformed,
    /// The signature is not by the expected key over these bytes for this use.
    #[error("the token's signature is wrong")]
    Forged,
    /// The token was good and is over.
    #[error("the token has expired")]
    Expired,
}

/// Signs a payload: `<b64u payload>.<b64u signature>`.
///
/// # Errors
/// [`TokenError::Malformed`] when the payload has no JSON form (cannot happen with the payloads of this file).
pub fn sign<P: Payload>(payload: &P, key: &SigningKey) -> Result<String, TokenError> {
    let bytes = serde_json::to_vec(payload).map_err(|_| TokenError::Malformed)?;
    let signature = key.sign(&statement::<P>(&bytes));
    Ok(format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(&bytes),
        URL_SAFE_NO_PAD.encode(signature.to_bytes())
    ))
}

/// Checks the signature first, then reads the payload. Expiry is the business of the typed functions below.
///
/// # Errors
/// [`TokenError::Malformed`] or [`TokenError::Forged`].
pub fn verify<P: Payload>(token: &str, key: &VerifyingKey) -> Result<P, TokenError> {
    if token.len() > MAX_TOKEN_CHARS {
        return Err(TokenError::Malformed);
    }
    let (payload, signature) = token.split_once('.').ok_or(TokenError::Malformed)?;
    let payload = URL_SAFE_NO_PAD.decode(payload).map_err(|_| TokenError::Malformed)?;
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| TokenError::Malformed)?;
    let signature = Signature::from_slice(&signature).map_err(|_| TokenError::Malformed)?;
    key.verify_strict(&statement::<P>(&payload), &signature)
        .map_err(|_| TokenError::Forged)?;
    serde_json::from_slice(&payload).map_err(|_| TokenError::Malformed)
}

fn statement<P: Payload>(payload: &[u8]) -> Vec<u8> {
    [P::PREFIX.as_bytes(), payload].concat()
}

/// The only version of the payloads so far, written `1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
struct V1;

impl TryFrom<u8> for V1 {
    type Error = TokenError;

    fn try_from(v: u8) -> Result<V1, TokenError> {
        if v == 1 { Ok(V1) } else { Err(TokenError::Malformed) }
    }
}

impl From<V1> for u8 {
    fn from(_: V1) -> u8 {
        1
    }
}

/// The voting server vouches: this session is this voter's (*jeton de session présenté à l'autorité des codes*).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ticket {
    v: V1,
    session: SessionId,
    voter: VoterId,
    expires: i64,
}

impl Payload for Ticket {
    const PREFIX: &'static str = "isoloir/ticket/v1|";
}

impl Ticket {
    /// A ticket is refused from `expires` on; common practice is five minutes after it was asked for.
    #[must_use]
    pub fn new(session: SessionId, voter: VoterId, expires: Timestamp) -> Ticket {
        Ticket {
            v: V1,
            session,
            voter,
            expires: expires.as_second(),
        }
    }

    /// The signed text, for the browser to carry to the registrar.
    ///
    /// # Errors
    /// As [`sign`].
    pub fn sign(&self, key: &SigningKey) -> Result<String, TokenError> {
        sign(self, key)
    }

    /// Reads a ticket made by the voting server that owns `key`, still good at `now`.
    ///
    /// # Errors
    /// As [`verify`], and [`TokenError::Expired`].
    pub fn verify(token: &str, key: &VerifyingKey, now: Timestamp) -> Result<Ticket, TokenError> {
        let ticket: Ticket = verify(token, key)?;
        if now.as_second() < ticket.expires {
            Ok(ticket)
        } else {
            Err(TokenError::Expired)
        }
    }

    /// The session for which the voting server asked; the admission names it again.
    #[must_use]
    pub fn session(&self) -> SessionId {
        self.session
    }

    /// The voter who is signed in.
    #[must_use]
    pub fn voter(&self) -> VoterId {
        self.voter
    }
}

/// The registrar vouches: in this session the voter of this credential unlocked it with the voting code (*admission*).
///
/// The credential is the protocol's text, to be compared with that of the ballot; nothing else is made of it, so it is
/// not parsed again here. The server must keep neither beside the voter's name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Admission {
    v: V1,
    session: SessionId,
    election: ElectionId,
    credential: String,
    issued: i64,
}

impl Payload for Admission {
    const PREFIX: &'static str = "isoloir/admission/v1|";
}

impl Admission {
    /// `credential`: the public credential as the protocol writes it.
    #[must_use]
    pub fn new(session: SessionId, election: ElectionId, credential: &str, issued: Timestamp) -> Admission {
        Admission {
            v: V1,
            session,
            election,
            credential: credential.to_owned(),
            issued: issued.as_second(),
        }
    }

    /// The signed text, for the browser to carry to the voting server with the ballot.
    ///
    /// # Errors
    /// As [`sign`].
    pub fn sign(&self, key: &SigningKey) -> Result<String, TokenError> {
        sign(self, key)
    }

    /// Reads an admission made by the registrar that owns `key`. It does not expire by itself: the voting server
    /// compares session, election and credential, and `issued` with the closing time.
    ///
    /// # Errors
    /// As [`verify`].
    pub fn verify(token: &str, key: &VerifyingKey) -> Result<Admission, TokenError> {
        verify(token, key)
    }

    /// The session that unlocked the credential.
    #[must_use]
    pub fn session(&self) -> SessionId {
        self.session
    }

    /// The election.
    #[must_use]
    pub fn election(&self) -> &ElectionId {
        &self.election
    }

    /// The public credential, in the protocol's text.
    #[must_use]
    pub fn credential(&self) -> &str {
        &self.credential
    }

    /// When the code was accepted, in seconds since 1970: the proof of having been authenticated before closing.
    #[must_use]
    pub fn issued(&self) -> i64 {
        self.issued
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(seed: u8) -> SigningKey {
        SigningKey::from_bytes(&[seed; 32])
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    const VOTER: &str = "00000000-0000-0000-0000-000000000002";

    fn session() -> SessionId {
        "00000000-0000-0000-0000-000000000001".parse().unwrap()
    }

    fn election() -> ElectionId {
        "NkHrZ7QCf3Nf3h".parse().unwrap()
    }

    fn ticket() -> Ticket {
        Ticket::new(session(), VOTER.parse().unwrap(), at(1000))
    }

    #[test]
    fn a_ticket_is_read_back_until_it_expires() {
        let text = ticket().sign(&key(1)).unwrap();
        assert_eq!(Ticket::verify(&text, &key(1).verifying_key(), at(999)), Ok(ticket()));
        assert_eq!(
            Ticket::verify(&text, &key(1).verifying_key(), at(1000)),
            Err(TokenError::Expired)
        );
    }

    #[test]
    fn the_payload_is_the_documented_json() {
        let text = ticket().sign(&key(1)).unwrap();
        let payload = URL_SAFE_NO_PAD.decode(text.split_once('.').unwrap().0).unwrap();
        let expected = r#"{"v":1,"session":"00000000-0000-0000-0000-000000000001","voter":"00000000-0000-0000-0000-000000000002","expires":1000}"#;
        assert_eq!(String::from_utf8(payload).unwrap(), expected);
    }

    #[test]
    fn another_key_is_refused() {
        let text = ticket().sign(&key(1)).unwrap();
        assert_eq!(
            Ticket::verify(&text, &key(2).verifying_key(), at(0)),
            Err(TokenError::Forged)
        );
    }

    #[test]
    fn every_changed_character_is_refused() {
        let text = ticket().sign(&key(1)).unwrap();
        for (i, c) in text.char_indices() {
            let other = if c == 'A' { 'B' } else { 'A' };
            let mut changed = text.clone();
            changed.replace_range(i..i + 1, &other.to_string());
            assert!(
                Ticket::verify(&changed, &key(1).verifying_key(), at(0)).is_err(),
                "character {i}"
            );
        }
    }

    #[test]
    fn a_ticket_signed_for_another_use_is_refused() {
        let payload = serde_json::to_vec(&ticket()).unwrap();
        let signature = key(1).sign(&[Admission::PREFIX.as_bytes(), &payload].concat());
        let text = format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(&payload),
            URL_SAFE_NO_PAD.encode(signature.to_bytes())
        );
        assert_eq!(
            Ticket::verify(&text, &key(1).verifying_key(), at(0)),
            Err(TokenError::Forged)
        );
        let admission = Admission::new(session(), election(), "ab", at(5))
            .sign(&key(1))
            .unwrap();
        assert_eq!(
            Ticket::verify(&admission, &key(1).verifying_key(), at(0)),
            Err(TokenError::Forged)
        );
    }

    #[test]
    fn unknown_versions_and_fields_are_refused_even_when_signed() {
        for json in [
            r#"{"v":2,"session":"00000000-0000-0000-0000-000000000001","voter":"00000000-0000-0000-0000-000000000002","expires":9}"#,
            r#"{"v":1,"session":"00000000-0000-0000-0000-000000000001","voter":"00000000-0000-0000-0000-000000000002","expires":9,"x":1}"#,
            "{}",
            "",
        ] {
            let signature = key(1).sign(&[Ticket::PREFIX.as_bytes(), json.as_bytes()].concat());
            let text = format!(
                "{}.{}",
                URL_SAFE_NO_PAD.encode(json),
                URL_SAFE_NO_PAD.encode(signature.to_bytes())
            );
            assert_eq!(
                Ticket::verify(&text, &key(1).verifying_key(), at(0)),
                Err(TokenError::Malformed),
                "{json}"
            );
        }
    }

    #[test]
    fn an_admission_is_read_back() {
        let admission = Admission::new(session(), election(), "ab,3", at(5));
        let text = admission.sign(&key(3)).unwrap();
        let read = Admission::verify(&text, &key(3).verifying_key()).unwrap();
        assert_eq!(
            (read.election().as_str(), read.credential(), read.issued()),
            ("NkHrZ7QCf3Nf3h", "ab,3", 5)
        );
        assert_eq!(read.session(), session());
    }

    #[test]
    fn garbage_is_malformed() {
        for text in ["", ".", "a", "a.b", "é.é", &"A".repeat(5000)] {
            assert_eq!(
                Admission::verify(text, &key(1).verifying_key()),
                Err(TokenError::Malformed)
            );
        }
    }
}
