//! TLS towards other servers: rustls and ring, trusting the public authorities and, where an operator has one, an authority of its own.

use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

/// Why no connection could be prepared.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The authority is not a certificate in PEM.
    #[error("the authority is not a certificate in PEM")]
    Authority,
    /// The library refuses its own settings.
    #[error("TLS could not be set up")]
    Settings(#[from] rustls::Error),
}

/// TLS 1.2 and 1.3; `authority` holds certificates in PEM.
///
/// # Errors
/// [`TlsError`].
pub fn client_config(authority: Option<&[u8]>) -> Result<ClientConfig, TlsError> {
    let mut roots = RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    };
    if let Some(pem) = authority {
        let public = roots.len();
        for certificate in CertificateDer::pem_slice_iter(pem) {
            let added = certificate.ok().map(|certificate| roots.add(certificate));
            added.and_then(Result::ok).ok_or(TlsError::Authority)?;
        }
        if roots.len() == public {
            return Err(TlsError::Authority);
        }
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

/// A client of HTTP that follows no redirection, over [`client_config`] where the address is `https`.
///
/// # Errors
/// [`TlsError`].
pub fn http(authority: Option<&[u8]>) -> Result<reqwest::ClientBuilder, TlsError> {
    Ok(reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .tls_backend_preconfigured(client_config(authority)?))
}
