//! `[mail]` and `[sms]` of a configuration file, and what they make.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;
use zeroize::Zeroizing;

use crate::mail::{DkimSettings, SmtpSettings};
use crate::sms::SmsSettings;
use crate::{Carriers, MailMode, Pace};

/// Wait after the first failure of a message.
const FIRST_RETRY: Duration = Duration::from_secs(30);

/// Why the configuration names no carriers.
#[derive(Debug, thiserror::Error)]
pub enum CarrierConfigError {
    /// Both or neither.
    #[error("[mail] needs `smtp` and `from`")]
    Incomplete,
    /// A demonstration that would write to people.
    #[error("a demonstration sends nothing: remove `smtp` from [mail], and [sms]")]
    Demonstration,
    /// One without the other.
    #[error("[mail] needs both `user` and `password_file`, or neither")]
    Credentials,
    /// No password.
    #[error("[sms] needs `password_file`")]
    GatewayPassword,
    /// Not an address.
    #[error("`kannel` in [sms] is not an address")]
    GatewayUrl,
    /// Two passwords.
    #[error("a password stands in the configuration and in a file: keep one")]
    TwoPasswords,
    /// A file named there.
    #[error("{path}: {source}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// Where mail goes. Every path is relative to the file's folder.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailConfig {
    /// `smtp://host:port`, `smtp://host:port?tls=required` or `smtps://…`; without it mail stays in the outbox, where the demonstration's inbox
    /// shows it.
    pub smtp: Option<String>,
    /// Sender's address; the organiser's name is put before it when it has none.
    pub from: Option<String>,
    /// Name at the relay.
    pub user: Option<String>,
    /// File that holds the password, so that it stands neither here nor in the environment.
    pub password_file: Option<PathBuf>,
    /// Password, when it comes from the environment.
    pub password: Option<String>,
    /// PEM file of a certificate authority of your own.
    pub authority: Option<PathBuf>,
    /// Where answers go.
    pub reply_to: Option<String>,
    /// Where bounces go; the message's identifier is put after a `+`.
    pub return_path: Option<String>,
    /// Connections at the same time (16).
    pub connections: Option<u32>,
    /// Signs every mail.
    pub dkim: Option<DkimConfig>,
    /// Limits of every operator that has none of its own.
    pub pace: Option<PaceConfig>,
    /// Limits by operator: mail domain in lower case, or region such as `+33 6`.
    #[serde(default)]
    pub operators: BTreeMap<String, PaceConfig>,
}

/// The key that signs mails.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DkimConfig {
    /// Domain of the sender's address.
    pub domain: String,
    /// The public key stands at `SELECTOR._domainkey.DOMAIN`.
    pub selector: String,
    /// RSA key in PKCS#1 PEM.
    pub key: PathBuf,
}

/// How fast an operator takes messages.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaceConfig {
    /// Messages at the same time (16).
    pub at_once: Option<u32>,
    /// Messages in a minute, from each server.
    pub per_minute: Option<u32>,
}

/// Where SMS go: a Kannel gateway.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmsConfig {
    /// Kannel's send address, for instance `http://127.0.0.1:13013/cgi-bin/sendsms`.
    pub kannel: String,
    /// Kannel's `username`.
    pub user: String,
    /// File that holds Kannel's `password`.
    pub password_file: Option<PathBuf>,
    /// Password, when it comes from the environment.
    pub password: Option<String>,
    /// What telephones show: at most 11 letters, digits or spaces.
    pub sender: String,
    /// Origin under which the gateway reaches the portal for its reports; the public one by default.
    pub report_origin: Option<String>,
}

impl MailConfig {
    /// Relative paths are relative to the configuration's folder.
    pub fn rebase(&mut self, folder: &Path) {
        let dkim = self.dkim.as_mut().map(|dkim| &mut dkim.key);
        for path in [&mut self.password_file, &mut self.authority]
            .into_iter()
            .flatten()
            .chain(dkim)
        {
            *path = folder.join(&*path);
        }
    }
}

impl SmsConfig {
    /// Relative paths are relative to the configuration's folder.
    pub fn rebase(&mut self, folder: &Path) {
        if let Some(path) = &mut self.password_file {
            *path = folder.join(&*path);
        }
    }
}

/// Where messages go. A demonstration keeps them.
///
/// # Errors
/// [`CarrierConfigError`].
pub fn mail_mode(
    mail: &MailConfig,
    gateway: Option<&SmsConfig>,
    demonstration: bool,
) -> Result<MailMode, CarrierConfigError> {
    match (&mail.smtp, &mail.from, demonstration) {
        (None, _, true) if gateway.is_none() => Ok(MailMode::Demonstration),
        (Some(url), Some(from), false) => Ok(MailMode::Carriers(Box::new(Carriers {
            mail: smtp(mail, url, from)?,
            sms: gateway.map(sms).transpose()?,
            pace: mail.pace.map_or_else(Pace::default, pace),
            paces: mail
                .operators
                .iter()
                .map(|(name, limits)| (name.clone(), pace(*limits)))
                .collect(),
            retry: FIRST_RETRY,
        }))),
        (.., true) => Err(CarrierConfigError::Demonstration),
        _ => Err(CarrierConfigError::Incomplete),
    }
}

fn smtp(mail: &MailConfig, url: &str, from: &str) -> Result<SmtpSettings, CarrierConfigError> {
    let mut settings = SmtpSettings::new(url, from);
    let password = secret(mail.password.as_deref(), mail.password_file.as_deref())?;
    settings.credentials = match (&mail.user, password) {
        (Some(user), Some(password)) => Some((user.clone(), password)),
        (None, None) => None,
        _ => return Err(CarrierConfigError::Credentials),
    };
    settings.authority = mail
        .authority
        .as_deref()
        .map(|path| std::fs::read(path).map_err(|source| unreadable(path, source)))
        .transpose()?;
    settings.reply_to.clone_from(&mail.reply_to);
    settings.return_path.clone_from(&mail.return_path);
    if let Some(connections) = mail.connections {
        settings.connections = connections;
    }
    settings.dkim = match &mail.dkim {
        Some(dkim) => Some(DkimSettings {
            domain: dkim.domain.clone(),
            selector: dkim.selector.clone(),
            key: read(&dkim.key)?,
        }),
        None => None,
    };
    Ok(settings)
}

fn sms(sms: &SmsConfig) -> Result<SmsSettings, CarrierConfigError> {
    let password = secret(sms.password.as_deref(), sms.password_file.as_deref())?;
    Ok(SmsSettings {
        url: sms.kannel.parse().map_err(|_| CarrierConfigError::GatewayUrl)?,
        user: sms.user.clone(),
        password: password.ok_or(CarrierConfigError::GatewayPassword)?,
        sender: sms.sender.clone(),
        report_origin: sms.report_origin.clone(),
    })
}

fn pace(limits: PaceConfig) -> Pace {
    Pace {
        at_once: limits.at_once.unwrap_or(Pace::default().at_once),
        per_minute: limits.per_minute,
    }
}

fn secret(value: Option<&str>, file: Option<&Path>) -> Result<Option<Zeroizing<String>>, CarrierConfigError> {
    match (value, file) {
        (Some(_), Some(_)) => Err(CarrierConfigError::TwoPasswords),
        (Some(value), None) => Ok(Some(Zeroizing::new(value.to_owned()))),
        (None, Some(path)) => Ok(Some(Zeroizing::new(read(path)?.trim_end().to_owned()))),
        (None, None) => Ok(None),
    }
}

fn read(path: &Path) -> Result<Zeroizing<String>, CarrierConfigError> {
    std::fs::read_to_string(path)
        .map(Zeroizing::new)
        .map_err(|source| unreadable(path, source))
}

fn unreadable(path: &Path, source: std::io::Error) -> CarrierConfigError {
    CarrierConfigError::Unreadable {
        path: path.to_path_buf(),
        source,
    }
}
