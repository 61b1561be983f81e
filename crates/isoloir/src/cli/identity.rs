//! FranceConnect, or the provider in its place, from the configuration.

use std::path::Path;

use anyhow::{Context, bail};
use isoloir_identity::{Algorithm, ProviderSettings, RelyingParty};
use isoloir_service::franceconnect::{Button, IdentityProvider, Picture};
use zeroize::Zeroizing;

use crate::config::{FranceConnectConfig, ServerConfig};

/// The provider of identities, if the configuration names one.
pub(super) fn provider(config: &ServerConfig) -> anyhow::Result<Option<IdentityProvider>> {
    match &config.franceconnect {
        Some(section) => read(section, &config.origin).context("[franceconnect]").map(Some),
        None => Ok(None),
    }
}

fn read(section: &FranceConnectConfig, origin: &str) -> anyhow::Result<IdentityProvider> {
    let secret = secret(section)?;
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let settings = ProviderSettings {
        issuer: section.issuer.parse()?,
        client_id: section.client_id.clone(),
        client_secret: secret,
        redirect_uri: format!("{origin}/franceconnect/retour"),
        signed_out_uri: format!("{origin}/franceconnect/fin"),
        scopes: words(&section.scopes),
        acr_values: words(&section.acr_values),
        algorithms: words(&section.algorithms)
            .iter()
            .map(|name| algorithm(name))
            .collect::<anyhow::Result<_>>()?,
        signed_userinfo: section.signed_userinfo,
        claims: section.claims.clone(),
        authority: section.authority.as_deref().map(file).transpose()?,
    };
    let button = match (&section.button, &section.button_hover) {
        (Some(plain), hover) => Some(Button {
            plain: picture(plain)?,
            hover: hover.as_deref().map(picture).transpose()?,
        }),
        (None, Some(_)) => bail!("`button_hover` needs `button`"),
        (None, None) => None,
    };
    let party = RelyingParty::new(settings)?;
    Ok(IdentityProvider::new(
        party,
        section.name.clone(),
        section.help_url.clone(),
        button,
    ))
}

fn secret(section: &FranceConnectConfig) -> anyhow::Result<Zeroizing<String>> {
    match (&section.client_secret, &section.client_secret_file) {
        (Some(_), Some(_)) => bail!("the secret stands in the configuration and in a file: keep one"),
        (Some(secret), None) => Ok(Zeroizing::new(secret.clone())),
        (None, Some(path)) => {
            let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
            Ok(Zeroizing::new(Zeroizing::new(text).trim_end().to_owned()))
        }
        (None, None) => bail!("`client_secret_file` is missing"),
    }
}

fn algorithm(name: &str) -> anyhow::Result<Algorithm> {
    [Algorithm::Es256, Algorithm::Rs256]
        .into_iter()
        .find(|algorithm| algorithm.name() == name)
        .with_context(|| format!("`algorithms`: {name} is neither ES256 nor RS256"))
}

fn picture(path: &Path) -> anyhow::Result<Picture> {
    let media_type = match path.extension().and_then(|extension| extension.to_str()) {
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        _ => bail!("{}: the button is an .svg or a .png file", path.display()),
    };
    Ok(Picture {
        media_type,
        bytes: file(path)?,
    })
}

fn file(path: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(path).with_context(|| path.display().to_string())
}
