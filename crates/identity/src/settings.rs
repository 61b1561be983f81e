//! What the operator decides about the provider.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;
use url::Url;
use zeroize::Zeroizing;

/// Why a provider cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// Not an address, not `https` (`http` is for a provider on this very machine), or with a query.
    #[error("the issuer must be an https address without query, such as https://oidc.example.fr/api/v2")]
    Issuer,
    /// Nothing would be accepted.
    #[error("name at least one algorithm among ES256 and RS256")]
    NoAlgorithm,
    /// Without an identifier or a secret nobody is let in.
    #[error("the client's identifier and secret must not be empty")]
    Client,
    /// A claim without a name.
    #[error("every claim needs a name")]
    ClaimName,
    /// The certificate authority's file holds no certificate.
    #[error("the certificate authority cannot be read")]
    Authority,
    /// No client could be made of these.
    #[error("no TLS client can be made")]
    Tls(#[source] rustls::Error),
}

/// How tokens may be signed: what the service was registered with, and nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Algorithm {
    /// ECDSA on P-256 with SHA-256.
    #[serde(rename = "ES256")]
    Es256,
    /// RSA PKCS#1 v1.5 with SHA-256, keys of 2048 bits at least.
    #[serde(rename = "RS256")]
    Rs256,
}

impl Algorithm {
    /// Its name in a token's header.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::Rs256 => "RS256",
        }
    }
}

/// Which claim says what. The default is FranceConnect's *identité pivot*.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ClaimNames {
    /// Family name at birth.
    pub birth_name: String,
    /// All given names in one text.
    pub given_names: String,
    /// The same as a list, whose first element is the first given name, whole.
    pub given_name_list: String,
    /// `male` or `female`.
    pub sex: String,
    /// `YYYY-MM-DD`.
    pub birth_date: String,
    /// Official code of the municipality of birth; empty abroad.
    pub birthplace: String,
    /// Official code of the country of birth; 99100 is France.
    pub birth_country: String,
    /// Mail address.
    pub email: String,
}

impl Default for ClaimNames {
    fn default() -> Self {
        Self {
            birth_name: "family_name".to_owned(),
            given_names: "given_name".to_owned(),
            given_name_list: "given_name_array".to_owned(),
            sex: "gender".to_owned(),
            birth_date: "birthdate".to_owned(),
            birthplace: "birthplace".to_owned(),
            birth_country: "birthcountry".to_owned(),
            email: "email".to_owned(),
        }
    }
}

/// The provider, and who we are to it.
pub struct ProviderSettings {
    /// Its identifier, exactly as it writes it in tokens.
    pub issuer: Issuer,
    /// Who we are.
    pub client_id: String,
    /// By what it knows us.
    pub client_secret: Zeroizing<String>,
    /// Where it sends people back to, as registered.
    pub redirect_uri: String,
    /// Where it sends people after the sign-out, as registered.
    pub signed_out_uri: String,
    /// What is asked for, besides `openid`.
    pub scopes: Vec<String>,
    /// Levels of assurance that are enough, the preferred one first. Empty: none is asked for, none is looked at.
    pub acr_values: Vec<String>,
    /// How tokens may be signed.
    pub algorithms: Vec<Algorithm>,
    /// Whether the user info must be signed, as FranceConnect's is. Otherwise plain JSON over TLS is taken too.
    pub signed_userinfo: bool,
    /// Which claim says what.
    pub claims: ClaimNames,
    /// Certificate authority of the provider (PEM), beside those that everybody trusts.
    pub authority: Option<Vec<u8>>,
}

impl ProviderSettings {
    pub(crate) fn check(&self) -> Result<(), SettingsError> {
        if self.algorithms.is_empty() {
            return Err(SettingsError::NoAlgorithm);
        }
        if self.client_id.is_empty() || self.client_secret.is_empty() {
            return Err(SettingsError::Client);
        }
        let names = &self.claims;
        let all = [
            &names.birth_name,
            &names.given_names,
            &names.given_name_list,
            &names.sex,
            &names.birth_date,
            &names.birthplace,
            &names.birth_country,
            &names.email,
        ];
        if all.into_iter().any(String::is_empty) {
            return Err(SettingsError::ClaimName);
        }
        Ok(())
    }
}

/// Identifier of a provider: an `https` address, compared letter by letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer {
    text: String,
    url: Url,
}

impl FromStr for Issuer {
    type Err = SettingsError;

    fn from_str(text: &str) -> Result<Self, SettingsError> {
        let url: Url = text.parse().map_err(|_| SettingsError::Issuer)?;
        if !is_confidential(&url) || url.query().is_some() || url.fragment().is_some() {
            return Err(SettingsError::Issuer);
        }
        let text = text.to_owned();
        Ok(Self { text, url })
    }
}

impl fmt::Display for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Issuer {
    /// As the provider writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Scheme, host and port: what the portal's pages may send people to.
    #[must_use]
    pub fn origin(&self) -> String {
        self.url.origin().ascii_serialization()
    }

    /// Where it publishes what it is.
    pub(crate) fn discovery(&self) -> String {
        format!("{}/.well-known/openid-configuration", self.text.trim_end_matches('/'))
    }
}

/// Whether nobody listens on the way: TLS, or this very machine.
pub(crate) fn is_confidential(url: &Url) -> bool {
    let here = matches!(url.host_str(), Some("127.0.0.1" | "[::1]" | "localhost"));
    url.scheme() == "https" || (url.scheme() == "http" && here)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_is_reached_by_tls_or_on_this_machine() {
        let good = |text: &str| text.parse::<Issuer>().is_ok();
        assert!(good("https://oidc.example.fr/api/v2") && good("http://127.0.0.1:3000/api/v2"));
        assert!(!good("http://oidc.example.fr") && !good("https://oidc.example.fr?x=1") && !good("oidc.example.fr"));
        let issuer: Issuer = "https://oidc.example.fr/api/v2".parse().unwrap();
        assert_eq!(issuer.origin(), "https://oidc.example.fr");
        assert_eq!(
            issuer.discovery(),
            "https://oidc.example.fr/api/v2/.well-known/openid-configuration"
        );
    }
}
