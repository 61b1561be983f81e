//! Mail relay and SMS gateway, from the configuration.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail};
use isoloir_service::deliver::Pace;
use isoloir_service::mail::{Carriers, DkimSettings, MailMode, SmtpSettings};
use isoloir_service::sms::SmsSettings;
use zeroize::Zeroizing;

use crate::config::{MailConfig, PaceConfig, ServerConfig, SmsConfig};

/// Wait after the first failure of a message.
const FIRST_RETRY: Duration = Duration::from_secs(30);

/// Where messages go.
pub(super) fn mail_mode(config: &ServerConfig) -> anyhow::Result<MailMode> {
    let mail = &config.mail;
    match (&mail.smtp, &mail.from, config.demonstration) {
        (None, _, true) if config.sms.is_none() => Ok(MailMode::Demonstration),
        (Some(url), Some(from), false) => Ok(MailMode::Carriers(Box::new(Carriers {
            mail: smtp(mail, url, from)?,
            sms: config.sms.as_ref().map(sms).transpose()?,
            pace: mail.pace.map_or_else(Pace::default, pace),
            paces: mail
                .operators
                .iter()
                .map(|(name, limits)| (name.clone(), pace(*limits)))
                .collect(),
            retry: FIRST_RETRY,
        }))),
        (.., true) => bail!("a demonstration sends nothing: remove `smtp` from [mail], and [sms]"),
        _ => bail!("[mail] needs `smtp` and `from`"),
    }
}

fn smtp(mail: &MailConfig, url: &str, from: &str) -> anyhow::Result<SmtpSettings> {
    let mut settings = SmtpSettings::new(url, from);
    let password = secret(mail.password.as_deref(), mail.password_file.as_deref())?;
    settings.credentials = match (&mail.user, password) {
        (Some(user), Some(password)) => Some((user.clone(), password)),
        (None, None) => None,
        _ => bail!("[mail] needs both `user` and `password_file`, or neither"),
    };
    settings.authority = mail
        .authority
        .as_deref()
        .map(|path| std::fs::read(path).with_context(|| path.display().to_string()))
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

fn sms(sms: &SmsConfig) -> anyhow::Result<SmsSettings> {
    let password = secret(sms.password.as_deref(), sms.password_file.as_deref())?;
    Ok(SmsSettings {
        url: sms.kannel.parse().context("`kannel` in [sms]")?,
        user: sms.user.clone(),
        password: password.context("[sms] needs `password_file`")?,
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

fn secret(value: Option<&str>, file: Option<&Path>) -> anyhow::Result<Option<Zeroizing<String>>> {
    match (value, file) {
        (Some(_), Some(_)) => bail!("a password stands in the configuration and in a file: keep one"),
        (Some(value), None) => Ok(Some(Zeroizing::new(value.to_owned()))),
        (None, Some(path)) => Ok(Some(Zeroizing::new(read(path)?.trim_end().to_owned()))),
        (None, None) => Ok(None),
    }
}

fn read(path: &Path) -> anyhow::Result<Zeroizing<String>> {
    let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    Ok(Zeroizing::new(text))
}
