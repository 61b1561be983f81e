//! A server that speaks TLS itself, as a browser would meet it: 1.3, the hybrid key exchange, a certificate renewed without a restart.
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::common::succeed;
use isoloir::rehearse::free_port;
use isoloir_testkit::make_certificate;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, NamedGroup, ProtocolVersion, RootCertStore, SupportedProtocolVersion};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// Ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A new certificate in the folder `tls`, with its key.
fn certify(folder: &Path) -> CertificateDer<'static> {
    let folder = folder.join("tls");
    std::fs::create_dir_all(&folder).unwrap();
    make_certificate(&folder);
    CertificateDer::from_pem_file(folder.join("server.crt")).unwrap()
}

/// What a client knows and is able to do.
fn client(
    trusted: &CertificateDer<'static>,
    provider: CryptoProvider,
    versions: &[&'static SupportedProtocolVersion],
) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(provider))
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    Arc::new(config)
}

/// A provider that offers one key exchange.
fn only(group: NamedGroup) -> CryptoProvider {
    let mut provider = aws_lc_rs::default_provider();
    provider.kx_groups.retain(|one| one.name() == group);
    assert_eq!(provider.kx_groups.len(), 1, "{group:?}");
    provider
}

async fn connect(port: u16, client: Arc<ClientConfig>) -> std::io::Result<TlsStream<TcpStream>> {
    let socket = TcpStream::connect(("127.0.0.1", port)).await?;
    let name = ServerName::try_from("127.0.0.1").unwrap();
    TlsConnector::from(client).connect(name, socket).await
}

/// One request, the whole answer.
async fn ask(stream: &mut TlsStream<TcpStream>, path: &str) -> String {
    let request = format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn tls_1_3_by_the_server_itself_with_the_hybrid_exchange_and_a_renewed_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for name in ["server", "registrar"] {
        succeed(folder, &["key", "new", name]);
    }
    let first = certify(folder);
    let port = free_port().unwrap();
    let configuration = format!(
        "listen = \"127.0.0.1:{port}\"\norigin = \"https://127.0.0.1:{port}\"\nregistrar_origin = \"https://codes.example\"\nkey = \"server.key\"\n\
         registrar_key = \"registrar.pub\"\n\n[tls]\ncertificate = \"tls/server.crt\"\nkey = \"tls/server.key\"\n\n[database]\nurl = \"sqlite:server.db\"\n\n\
         [mail]\nsmtp = \"smtp://127.0.0.1:9\"\nfrom = \"vote@valbrune.example\"\n"
    );
    std::fs::write(folder.join("server.toml"), configuration).unwrap();
    let _server = Running(
        Command::new(env!("CARGO_BIN_EXE_isoloir"))
            .args(["serve", "--config", "server.toml"])
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap(),
    );
    until(async || TcpStream::connect(("127.0.0.1", port)).await.is_ok()).await;
    let modern: &[&SupportedProtocolVersion] = &[&rustls::version::TLS13];

    let mut hybrid = connect(port, client(&first, only(NamedGroup::X25519MLKEM768), modern))
        .await
        .unwrap();
    let (_, session) = hybrid.get_ref();
    assert_eq!(session.protocol_version(), Some(ProtocolVersion::TLSv1_3));
    let exchange = session.negotiated_key_exchange_group().unwrap().name();
    assert_eq!(exchange, NamedGroup::X25519MLKEM768);
    let answer = ask(&mut hybrid, "/healthz").await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.to_lowercase().contains("strict-transport-security:"), "{answer}");

    // A browser of some years ago has the classic exchange; one that knows TLS 1.2 alone is refused.
    let mut classic = connect(port, client(&first, only(NamedGroup::X25519), modern))
        .await
        .unwrap();
    assert!(ask(&mut classic, "/healthz").await.ends_with("ok\n"));
    let old = client(&first, aws_lc_rs::default_provider(), &[&rustls::version::TLS12]);
    assert!(connect(port, old).await.is_err());

    // Nothing in clear, and whoever says nothing keeps nobody waiting.
    let _silent = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let mut clear = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    clear
        .write_all(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        .await
        .unwrap();
    let mut said = Vec::new();
    let _ = clear.read_to_end(&mut said).await;
    assert!(!said.starts_with(b"HTTP"), "{said:?}");

    // The authority has sent a new certificate: no restart. A file that is none changes nothing.
    let second = certify(folder);
    let renewed = client(&second, aws_lc_rs::default_provider(), modern);
    until(async || connect(port, Arc::clone(&renewed)).await.is_ok()).await;
    assert!(
        connect(port, client(&first, aws_lc_rs::default_provider(), modern))
            .await
            .is_err()
    );
    std::fs::write(folder.join("tls/server.crt"), "nothing of the kind").unwrap();
    tokio::time::sleep(Duration::from_secs(7)).await;
    connect(port, renewed).await.unwrap();
}

/// Waits for it, half a minute at most.
async fn until(it_is_so: impl AsyncFn() -> bool) {
    let patience = Instant::now() + Duration::from_secs(30);
    while !it_is_so().await {
        assert!(Instant::now() < patience, "not within half a minute");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
