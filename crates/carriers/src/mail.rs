//! Mail by SMTP (*courriel*): submitted to the operator's relay, over connections that stay open, signed by DKIM when a key is given.
//!
//! Message-ID and Date are those of the message in the outbox and stay the same at every attempt: a mail whose acceptance was not recorded in
//! time goes out twice, and a receiver can tell that it is the same.

use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use lettre::address::Envelope;
use lettre::message::Mailbox;
use lettre::message::dkim::{
    DkimCanonicalization, DkimCanonicalizationType, DkimConfig, DkimSigningAlgorithm, DkimSigningKey,
};
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::transport::smtp::{Error as SmtpError, PoolConfig};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use zeroize::Zeroizing;

use crate::depot::{Content, Handed};
use crate::tls::TlsError;

/// The mail relay, as the operator describes it.
pub struct SmtpSettings {
    /// `smtp://host:port`, `smtp://host:port?tls=required` (STARTTLS) or `smtps://host:port`.
    pub url: String,
    /// Name and password, when the URL does not hold them.
    pub credentials: Option<(String, Zeroizing<String>)>,
    /// A certificate authority of the operator's own, in PEM.
    pub authority: Option<Vec<u8>>,
    /// Sender, for instance `elections@example.fr` (the organiser's name is put before it) or `Élections <elections@example.fr>`.
    pub from: String,
    /// Where answers go.
    pub reply_to: Option<String>,
    /// Where bounces go: `retours@example.fr` becomes `retours+IDENTIFIER@example.fr`, so that a bounce names its message.
    pub return_path: Option<String>,
    /// Signs every mail.
    pub dkim: Option<DkimSettings>,
    /// Connections, and mails under way, at most.
    pub connections: u32,
}

impl SmtpSettings {
    /// Without password, DKIM or VERP, over 16 connections.
    #[must_use]
    pub fn new(url: impl Into<String>, from: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            credentials: None,
            authority: None,
            from: from.into(),
            reply_to: None,
            return_path: None,
            dkim: None,
            connections: 16,
        }
    }
}

/// The key that signs mails.
pub struct DkimSettings {
    /// Domain, that of the sender's address.
    pub domain: String,
    /// Selector: the public key is at `SELECTOR._domainkey.DOMAIN`.
    pub selector: String,
    /// RSA key in PKCS#1 PEM (`openssl genrsa -traditional 2048`).
    pub key: Zeroizing<String>,
}

/// What is wrong with the mail or SMS settings.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The relay's URL.
    #[error("the SMTP URL is wrong")]
    Url(#[source] SmtpError),
    /// The certificate authority.
    #[error("the certificate authority of the SMTP relay cannot be read")]
    Authority(#[source] SmtpError),
    /// An address.
    #[error("{0} is not a mail address")]
    Address(&'static str, #[source] lettre::address::AddressError),
    /// The DKIM key. Its text is not repeated.
    #[error("the DKIM key is not an RSA key in PKCS#1 PEM: `openssl genrsa -traditional 2048` makes one")]
    Dkim,
    /// The SMS gateway's client.
    #[error("the SMS gateway's settings are wrong")]
    Gateway(#[source] reqwest::Error),
    /// The gateway's address is neither `http` nor `https`.
    #[error("the SMS gateway is reached by http or https")]
    GatewayScheme,
    /// TLS to the SMS gateway.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// A sender's name that telephones do not show.
    #[error("the SMS sender is at most 11 letters, digits or spaces, or a number of at most 15 digits")]
    SmsSender,
}

/// The relay, ready to be sent to.
pub(crate) struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    reply_to: Option<Mailbox>,
    return_path: Option<Address>,
    dkim: Option<DkimConfig>,
}

/// How long the relay may take for one answer; well under the lease.
const PATIENCE: Duration = Duration::from_secs(60);

impl Smtp {
    pub(crate) fn new(settings: &SmtpSettings) -> Result<Self, MailError> {
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(&settings.url)
            .map_err(MailError::Url)?
            .timeout(Some(PATIENCE))
            .pool_config(PoolConfig::new().max_size(settings.connections.max(1)));
        if let Some((user, password)) = &settings.credentials {
            builder = builder.credentials(Credentials::new(user.clone(), password.as_str().to_owned()));
        }
        if let Some(pem) = &settings.authority {
            builder = builder.tls(tls_of(&settings.url, pem).map_err(MailError::Authority)?);
        }
        let address = |text: &Option<String>, what| -> Result<Option<Mailbox>, MailError> {
            text.as_deref()
                .map(|text| text.parse().map_err(|error| MailError::Address(what, error)))
                .transpose()
        };
        Ok(Self {
            transport: builder.build(),
            from: settings
                .from
                .parse()
                .map_err(|error| MailError::Address("from", error))?,
            reply_to: address(&settings.reply_to, "reply_to")?,
            return_path: address(&settings.return_path, "return_path")?.map(|mailbox| mailbox.email),
            dkim: settings.dkim.as_ref().map(dkim).transpose()?,
        })
    }

    /// Hands one mail to the relay. Neither address nor text goes to the log.
    pub(crate) async fn send(&self, id: &str, queued: Timestamp, content: &Content) -> Handed {
        let message = match self.written(id, queued, content) {
            Ok(message) => message,
            Err(class) => return Handed::Refused(class.to_owned()),
        };
        match self.transport.send(message).await {
            Ok(_) => Handed::Sent { gateway: None },
            Err(error) => {
                tracing::warn!(message = id, code = ?error.status().map(u16::from), "a mail did not leave");
                judged(&error)
            }
        }
    }

    fn written(&self, id: &str, queued: Timestamp, content: &Content) -> Result<Message, &'static str> {
        let to: Address = content.to.parse().map_err(|_| "address")?;
        let name = self.from.name.clone().or_else(|| Some(content.from.clone()));
        let domain = self.from.email.domain();
        let mut builder = Message::builder()
            .from(Mailbox::new(
                name.filter(|name| !name.is_empty()),
                self.from.email.clone(),
            ))
            .to(Mailbox::new(None, to.clone()))
            .subject(content.subject.clone())
            .message_id(Some(format!("<{id}@{domain}>")))
            .date(system_time(queued))
            .header(ContentType::TEXT_PLAIN)
            // RFC 3834: no out-of-office answers, please.
            .raw_header(HeaderValue::new(
                HeaderName::new_from_ascii_str("Auto-Submitted"),
                "auto-generated".to_owned(),
            ));
        if let Some(reply_to) = &self.reply_to {
            builder = builder.reply_to(reply_to.clone());
        }
        if let Some(bounces) = &self.return_path {
            let path = Address::new(format!("{}+{id}", bounces.user()), bounces.domain()).map_err(|_| "return_path")?;
            builder = builder.envelope(Envelope::new(Some(path), vec![to]).map_err(|_| "address")?);
        }
        let mut message = builder.body(content.body.clone()).map_err(|_| "message")?;
        if let Some(dkim) = &self.dkim {
            message.sign(dkim);
        }
        Ok(message)
    }
}

/// Whether a mail can be written to this address: what the library takes, with a dot in the domain.
#[must_use]
pub fn is_writable(address: &str) -> bool {
    address
        .parse::<Address>()
        .is_ok_and(|address| address.domain().contains('.'))
}

fn system_time(at: Timestamp) -> SystemTime {
    let seconds = u64::try_from(at.as_second()).unwrap_or(0);
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

/// The TLS mode that the URL asks for, trusting `pem` besides the public authorities.
fn tls_of(url: &str, pem: &[u8]) -> Result<Tls, SmtpError> {
    let place = url.split_once("://").map_or(url, |(_, rest)| rest);
    let place = place.rsplit_once('@').map_or(place, |(_, place)| place);
    let host = place.split([':', '/', '?']).next().unwrap_or_default();
    let parameters = TlsParameters::builder(host.to_owned())
        .add_root_certificate(Certificate::from_pem(pem)?)
        .build()?;
    Ok(if url.starts_with("smtps:") {
        Tls::Wrapper(parameters)
    } else {
        Tls::Required(parameters)
    })
}

fn dkim(settings: &DkimSettings) -> Result<DkimConfig, MailError> {
    let key = DkimSigningKey::new(&settings.key, DkimSigningAlgorithm::Rsa).map_err(|_| MailError::Dkim)?;
    let headers = [
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "MIME-Version",
        "Content-Type",
        "Content-Transfer-Encoding",
        "Auto-Submitted",
    ];
    let relaxed = DkimCanonicalization {
        header: DkimCanonicalizationType::Relaxed,
        body: DkimCanonicalizationType::Relaxed,
    };
    Ok(DkimConfig::new(
        settings.selector.clone(),
        settings.domain.clone(),
        key,
        headers.into_iter().map(HeaderName::new_from_ascii_str).collect(),
        relaxed,
    ))
}

/// What an error of the relay means for the mail. A relay that does not like *us* (credentials, commands) says nothing about the recipient: the
/// mail waits until the operator has mended the settings.
fn judged(error: &SmtpError) -> Handed {
    if let Some(code) = error.status().map(u16::from) {
        return match code {
            454 | 500..=504 | 530..=538 => Handed::Later(format!("settings-{code}")),
            500.. => Handed::Refused(format!("smtp-{code}")),
            _ => Handed::Later(format!("smtp-{code}")),
        };
    }
    let class = if error.is_timeout() {
        "timeout"
    } else if error.is_tls() {
        "tls"
    } else if error.is_client() {
        "settings-client"
    } else {
        "connection"
    };
    Handed::Later(class.to_owned())
}
