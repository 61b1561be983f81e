//! Serving on an address until asked to end: in the clear behind a proxy, or by TLS 1.3 of our own, with the hybrid key exchange (X25519MLKEM768) for browsers that
//! have it, so that what is recorded today is not read by a quantum computer of tomorrow.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use axum::middleware::from_fn;
use axum_server::Handle;
use axum_server::accept::NoDelayAcceptor;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::config::TlsConfig;
use crate::observe::observed;

/// How long requests may take to finish once the server was asked to end.
const LAST_REQUESTS: Duration = Duration::from_secs(20);
/// Statements under way end within this time, or are cut off.
const LETTING_GO: Duration = Duration::from_secs(5);
/// How often it is looked whether the certificate was renewed.
const RENEWAL_PERIOD: Duration = Duration::from_secs(5);

/// An address, taken: whoever connects waits until it is served.
pub(crate) struct Listening {
    listener: TcpListener,
    certificate: Option<Certificate>,
}

/// A certificate with its key, read again when its files change.
pub(super) struct Certificate {
    files: TlsConfig,
    /// What the files held when they were last read.
    read: [Vec<u8>; 2],
    served: RustlsConfig,
}

/// Takes an address, to be served by TLS when there is a certificate.
pub(crate) async fn listen(at: SocketAddr, tls: Option<&TlsConfig>) -> anyhow::Result<Listening> {
    let certificate = tls.map(Certificate::open).transpose()?;
    let listener = TcpListener::bind(at)
        .await
        .with_context(|| format!("cannot listen on {at}"))?;
    Ok(Listening { listener, certificate })
}

impl Listening {
    /// `https` or `http`.
    pub(crate) const fn scheme(&self) -> &'static str {
        if self.certificate.is_some() { "https" } else { "http" }
    }

    /// The port that was taken.
    pub(crate) fn port(&self) -> std::io::Result<u16> {
        self.listener.local_addr().map(|address| address.port())
    }
}

/// Serves until SIGTERM or Ctrl-C; then finishes the requests under way.
pub(crate) async fn serve(listening: Listening, router: Router) -> anyhow::Result<()> {
    let service = router
        .layer(from_fn(observed))
        .into_make_service_with_connect_info::<SocketAddr>();
    let handle = Handle::new();
    let server = axum_server::from_tcp(listening.listener.into_std()?)?.handle(handle.clone());
    // Small answers must not wait for the acknowledgement of earlier ones.
    let at_once = NoDelayAcceptor::new();
    let ending = async {
        asked_to_end().await?;
        handle.graceful_shutdown(Some(LAST_REQUESTS));
        anyhow::Ok(())
    };
    let Some(certificate) = listening.certificate else {
        return until_ended(ending, server.acceptor(at_once).serve(service)).await;
    };
    let by_tls = RustlsAcceptor::new(certificate.served.clone()).acceptor(at_once);
    let renewing = tokio::spawn(certificate.follow());
    let served = until_ended(ending, server.acceptor(by_tls).serve(service)).await;
    renewing.abort();
    served
}

/// Closes a database, of which SQLite then leaves one file without a log beside it; not for ever, should the database not answer: what was committed is safe.
pub(super) async fn let_go(closing: impl Future<Output = ()>) {
    if tokio::time::timeout(LETTING_GO, closing).await.is_err() {
        tracing::warn!("the database did not let go in time");
    }
}

async fn until_ended(
    ending: impl Future<Output = anyhow::Result<()>>,
    serving: impl Future<Output = std::io::Result<()>>,
) -> anyhow::Result<()> {
    tokio::pin!(serving);
    tokio::select! {
        ended = ending => ended?,
        served = &mut serving => return Ok(served?),
    }
    Ok(serving.await?)
}

/// Waits for SIGTERM or Ctrl-C.
async fn asked_to_end() -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = terminate.recv() => Ok(()),
        interrupted = tokio::signal::ctrl_c() => Ok(interrupted?),
    }
}

impl Certificate {
    pub(super) fn open(files: &TlsConfig) -> anyhow::Result<Self> {
        let read = files.read()?;
        let served = RustlsConfig::from_config(Arc::new(configuration(&read)?));
        Ok(Self {
            files: files.clone(),
            read,
            served,
        })
    }

    /// Serves a renewed certificate from the next connection on; one that cannot be used leaves the old one in its place.
    async fn follow(mut self) {
        loop {
            tokio::time::sleep(RENEWAL_PERIOD).await;
            match self.renew() {
                Ok(false) => {}
                Ok(true) => tracing::info!("a renewed certificate is served"),
                Err(error) => tracing::error!(error = format!("{error:#}"), "the certificate is not renewed"),
            }
        }
    }

    fn renew(&mut self) -> anyhow::Result<bool> {
        let found = self.files.read()?;
        if found == self.read {
            return Ok(false);
        }
        // Certificate and key are two files: between the two renewals they do not fit, which the next look mends.
        self.served.reload_from_config(Arc::new(configuration(&found)?));
        self.read = found;
        Ok(true)
    }
}

/// TLS 1.3 alone, the hybrid key exchange preferred.
fn configuration([certificate, key]: &[Vec<u8>; 2]) -> anyhow::Result<rustls::ServerConfig> {
    let chain = CertificateDer::pem_slice_iter(certificate)
        .collect::<Result<Vec<_>, _>>()
        .context("tls.certificate")?;
    let key = PrivateKeyDer::from_pem_slice(key).context("tls.key")?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut configuration = rustls::ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .context("tls.certificate and tls.key")?;
    configuration.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(configuration)
}
