//! Opening the voting server's data from its configuration, for the commands that work on it.

use std::sync::Arc;

use anyhow::{Context, bail};
use isoloir_carriers::config::mail_mode;
use isoloir_domain::{Consultation, Election, SystemClock};
use isoloir_service::consultation_file::{Scratch, ScratchError};
use isoloir_service::registrar_link::RegistrarAddress;
use isoloir_service::{Settings, VotingServer};
use rand::SeedableRng as _;
use rand::rngs::StdRng;

use super::{ConfigArg, identity, key};
use crate::ambient;
use crate::config::ServerConfig;

/// Opens the voting server of a configuration file, creating or migrating its database.
pub(crate) async fn open(argument: &ConfigArg) -> anyhow::Result<VotingServer> {
    open_config(&ServerConfig::read(&argument.config)?).await
}

/// Opens the voting server of a configuration.
pub(crate) async fn open_config(config: &ServerConfig) -> anyhow::Result<VotingServer> {
    let settings = Settings {
        server_key: key::read_private(&config.key)?,
        registrar_key: key::read_public(&config.registrar_key)?,
        public_url: config.origin.clone(),
        mail: mail_mode(&config.mail, config.sms.as_ref(), config.demonstration)?,
        verifiers: None,
        hashers: None,
    };
    let rng = StdRng::from_rng(&mut ambient::rng());
    let (url, clock) = (&config.database.url, Arc::new(SystemClock));
    let opened = match &config.database.copy {
        Some(copy) => VotingServer::open_with_copy(url, copy, settings, clock, rng).await,
        None => VotingServer::open(url, settings, clock, rng).await,
    };
    let server = opened.with_context(|| format!("voting server at {}", without_password(url)))?;
    server.reach_registrar(&registrar_address(config))?;
    if !config.organiser_keys.is_empty() {
        server.require_signed_folders();
    }
    if let Some(forms) = config.waiting_room.forms {
        server.fix_sign_in_forms(forms);
    }
    if let Some(provider) = identity::provider(config)? {
        server.use_identity_provider(provider);
    }
    Ok(server)
}

/// Where the registrar is, for browsers and for this server.
pub(super) fn registrar_address(config: &ServerConfig) -> RegistrarAddress {
    let origin = config.registrar_origin.clone();
    RegistrarAddress {
        url: config.registrar_url.clone().unwrap_or_else(|| origin.clone()),
        origin,
    }
}

/// A server that will be thrown away: to try a folder before it is applied.
pub(crate) async fn scratch() -> Result<Scratch, ScratchError> {
    Scratch::open(Arc::new(SystemClock), StdRng::from_rng(&mut ambient::rng())).await
}

/// An address, of a database or of anything else, as it may be shown: without user and password, wherever they stand.
pub(crate) fn without_password(url: &str) -> String {
    let (address, settings) = url.split_once('?').unwrap_or((url, ""));
    let Some((scheme, rest)) = address.split_once("://") else {
        return url.to_owned();
    };
    // A password with a question mark that nobody escaped: where it ends is not known.
    if settings.contains('@') {
        return format!("{scheme}://…");
    }
    let place = rest.rsplit_once('@').map_or(rest, |(_, place)| place);
    let said = |setting: &&str| !setting.to_ascii_lowercase().starts_with("password=");
    let settings: Vec<&str> = settings.split('&').filter(|one| !one.is_empty()).filter(said).collect();
    let mark = if settings.is_empty() { "" } else { "?" };
    format!("{scheme}://{place}{mark}{}", settings.join("&"))
}

/// Every election, each with its consultation.
pub(crate) async fn elections(server: &VotingServer) -> anyhow::Result<Vec<(Consultation, Election)>> {
    let mut all = Vec::new();
    for consultation in server.consultations().await? {
        for election in server.elections(&consultation.id).await? {
            all.push((consultation.clone(), election));
        }
    }
    if all.is_empty() {
        bail!("nothing is imported yet: `isoloir consultation apply DIR`")
    } else {
        Ok(all)
    }
}

/// The elections that a command is about: one by its key or identifier, or all of them.
pub(crate) async fn chosen(
    server: &VotingServer,
    choice: Option<&str>,
) -> anyhow::Result<Vec<(Consultation, Election)>> {
    let all = elections(server).await?;
    let Some(name) = choice else { return Ok(all) };
    let found: Vec<_> = all
        .into_iter()
        .filter(|(_, election)| election.key == name || election.id.as_str() == name)
        .collect();
    match found.len() {
        0 => bail!("there is no election {name}"),
        1 => Ok(found),
        _ => bail!("several consultations have an election {name}: give its identifier"),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_database_address_is_shown_without_its_password() {
        assert_eq!(super::without_password("postgres://u:secret@db/x"), "postgres://db/x");
        assert_eq!(super::without_password("sqlite:/a/b@c.db"), "sqlite:/a/b@c.db");
        assert_eq!(
            super::without_password("postgres://db/x?sslmode=verify-full&password=ab&user=u"),
            "postgres://db/x?sslmode=verify-full&user=u"
        );
        assert_eq!(super::without_password("postgres://db/x?password=a@b"), "postgres://…");
        assert_eq!(super::without_password("postgres://u:a?b@db/x"), "postgres://…");
    }
}
