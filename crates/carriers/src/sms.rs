//! SMS by an HTTP gateway. Kannel is the reference; another gateway is another variant of [`SmsGateway`].
//!
//! Kannel takes a POST whose headers hold the credentials, so that they are in no address and in no log. It answers 202 with `0: Accepted` when the
//! operator's link is up and `3: Queued` when it is not: only the report that follows tells whether a message went any further.

use std::time::Duration;

use jiff::SignedDuration;
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::{Client, StatusCode, Url};
use zeroize::Zeroizing;

use crate::depot::{Content, Handed};
use crate::gsm;
use crate::mail::MailError;
use crate::tls;

/// The SMS gateway, as the operator describes it.
pub struct SmsSettings {
    /// Kannel's send address, for instance `http://127.0.0.1:13013/cgi-bin/sendsms`.
    pub url: Url,
    /// Kannel's `username`.
    pub user: String,
    /// Kannel's `password`.
    pub password: Zeroizing<String>,
    /// What telephones show: at most 11 letters, digits or spaces (France), or a short number.
    pub sender: String,
    /// Origin under which the gateway reaches this server for its reports; the public one when `None`.
    pub report_origin: Option<String>,
}

/// A gateway, ready to be sent to.
pub(crate) enum SmsGateway {
    Kannel(Box<Kannel>),
}

pub(crate) struct Kannel {
    client: Client,
    url: Url,
    user: String,
    password: Zeroizing<String>,
    sender: String,
    report_origin: Option<String>,
}

/// How long the gateway may take to answer; well under the lease.
const PATIENCE: Duration = Duration::from_secs(30);
/// Reports wanted: delivered, undeliverable, buffered, taken by the operator, refused by it.
const DLR_MASK: &str = "31";
/// Longest answer read.
const LONGEST_ANSWER: usize = 200;

impl SmsGateway {
    pub(crate) fn new(settings: SmsSettings) -> Result<Self, MailError> {
        if !is_sender(&settings.sender) {
            return Err(MailError::SmsSender);
        }
        if !matches!(settings.url.scheme(), "http" | "https") {
            return Err(MailError::GatewayScheme);
        }
        let client = tls::http(None)?.timeout(PATIENCE).build().map_err(MailError::Gateway)?;
        Ok(Self::Kannel(Box::new(Kannel {
            client,
            url: settings.url,
            user: settings.user,
            password: settings.password,
            sender: settings.sender,
            report_origin: settings.report_origin,
        })))
    }

    /// Where it reports to, when that is not the public origin.
    pub(crate) fn report_origin(&self) -> Option<&str> {
        let Self::Kannel(kannel) = self;
        kannel.report_origin.as_deref()
    }

    /// Hands one SMS to the gateway, which reports to `report`. Neither number nor text goes to the log.
    pub(crate) async fn send(&self, id: &str, content: &Content, left: SignedDuration, report: &str) -> Handed {
        let Self::Kannel(kannel) = self;
        kannel.send(id, content, left, report).await
    }
}

/// French operators show up to 11 characters of the GSM alphabet, of which only letters, digits and spaces are safe.
fn is_sender(sender: &str) -> bool {
    let number = !sender.is_empty() && sender.len() <= 15 && sender.bytes().all(|b| b.is_ascii_digit());
    let name = (1..=11).contains(&sender.len())
        && sender.bytes().all(|b| b.is_ascii_alphanumeric() || b == b' ')
        && sender.bytes().any(|b| b.is_ascii_alphabetic());
    number || name
}

impl Kannel {
    async fn send(&self, id: &str, content: &Content, left: SignedDuration, report: &str) -> Handed {
        let (coding, content_type, body) = encoded(&content.body);
        let mut secret = match HeaderValue::from_str(&self.password) {
            Ok(value) => value,
            Err(_) => return Handed::Later("settings-password".to_owned()),
        };
        secret.set_sensitive(true);
        let request = self
            .client
            .post(self.url.clone())
            .header("X-Kannel-Username", &self.user)
            .header("X-Kannel-Password", secret)
            .header("X-Kannel-From", &self.sender)
            .header("X-Kannel-To", &content.to)
            .header("X-Kannel-Coding", coding)
            // In minutes: the operator does not deliver it later either.
            .header("X-Kannel-Validity", left.as_mins().max(1).to_string())
            .header("X-Kannel-DLR-Mask", DLR_MASK)
            .header("X-Kannel-DLR-Url", format!("{report}?etat=%d"))
            .header(CONTENT_TYPE, content_type)
            .body(body);
        let response = match request.send().await {
            Ok(response) => response,
            Err(error) if error.is_timeout() => return Handed::Later("timeout".to_owned()),
            Err(_) => return Handed::Later("connection".to_owned()),
        };
        let status = response.status();
        let said = response.text().await.unwrap_or_default();
        let said: String = said.chars().take(LONGEST_ANSWER).collect();
        let handed = judged(status, &said);
        if !matches!(handed, Handed::Sent { .. }) {
            tracing::warn!(message = id, status = status.as_u16(), "an SMS was not accepted");
        }
        handed
    }
}

/// One-byte alphabet when the text fits in it, else UCS-2.
fn encoded(text: &str) -> (&'static str, &'static str, Vec<u8>) {
    if gsm::septets(text).is_some() {
        ("0", "text/plain; charset=UTF-8", text.as_bytes().to_vec())
    } else {
        ("2", "text/plain; charset=UTF-8", text.as_bytes().to_vec())
    }
}

/// What Kannel's answer means for the message. A gateway that does not like *us* (credentials, settings) says nothing about the number: the
/// message waits until the operator has mended them.
fn judged(status: StatusCode, said: &str) -> Handed {
    match (status.as_u16(), said.split(':').next().map(str::trim)) {
        (200..=299, Some("0")) => Handed::Sent { gateway: None },
        (200..=299, Some("3")) => Handed::Held,
        (401 | 403 | 404, _) => Handed::Later(format!("settings-{}", status.as_u16())),
        // 400: the number or the text.
        (400, _) => Handed::Refused("sms-400".to_owned()),
        (code, _) => Handed::Later(format!("sms-{code}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_of_kannel_are_not_mistaken_for_success() {
        let judge = |code: u16, said| judged(StatusCode::from_u16(code).unwrap(), said);
        assert_eq!(judge(202, "0: Accepted for delivery"), Handed::Sent { gateway: None });
        assert_eq!(judge(202, "3: Queued for later delivery"), Handed::Held);
        assert_eq!(
            judge(403, "Authorization failed for sendsms"),
            Handed::Later("settings-403".to_owned())
        );
        assert_eq!(
            judge(503, "Temporal failure, try again later."),
            Handed::Later("sms-503".to_owned())
        );
        assert_eq!(judge(400, "Invalid receiver"), Handed::Refused("sms-400".to_owned()));
        assert_eq!(judge(202, "<html>"), Handed::Later("sms-202".to_owned()));
    }

    #[test]
    fn senders_are_what_telephones_show() {
        for good in ["ELECTIONS", "Vote 2026", "38001"] {
            assert!(is_sender(good), "{good}");
        }
        for bad in ["", "Élections", "ELECTIONS2026", "a\nb", "+33612345678"] {
            assert!(!is_sender(bad), "{bad}");
        }
    }
}
