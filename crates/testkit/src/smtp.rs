//! A real SMTP server (aiosmtpd) on a free port of 127.0.0.1, whose answers the recipient's address decides: `busy…` is told to come back
//! once, `unknown…` does not exist, `slow…` is accepted after three seconds; all else is accepted at once.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::{fresh_directory, run};

/// Debian's Python, the one that has Debian's packages.
const PYTHON: &str = "/usr/bin/python3";

/// What the server asks of its clients.
#[derive(Debug, Clone, Copy, Default)]
pub struct SmtpOptions<'o> {
    /// Name and password that it requires.
    pub credentials: Option<(&'o str, &'o str)>,
    /// Whether it requires STARTTLS; its certificate is then [`SmtpServer::authority`].
    pub starttls: bool,
    /// A port that must be this one; a free one when `None`.
    pub port: Option<u16>,
}

/// A running server. Dropping it stops it.
pub struct SmtpServer {
    child: Child,
    directory: PathBuf,
    port: u16,
}

/// A message that the server accepted.
#[derive(Debug, Clone)]
pub struct AcceptedMail {
    /// Sender of the envelope.
    pub from: String,
    /// Recipients of the envelope.
    pub to: String,
    /// The message, as it was transmitted.
    pub bytes: Vec<u8>,
}

impl AcceptedMail {
    /// The message as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// A header, unfolded.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<String> {
        let text = self.text();
        let head = text
            .split("\r\n\r\n")
            .next()?
            .replace("\r\n ", " ")
            .replace("\r\n\t", " ");
        let prefix = format!("{}:", name.to_lowercase());
        let line = head.lines().find(|line| line.to_lowercase().starts_with(&prefix))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    }

    /// Subject and text as a reader sees them.
    ///
    /// # Panics
    /// When Python cannot read the message.
    #[must_use]
    pub fn read(&self) -> (String, String) {
        let script = "import sys, email, email.policy\n\
            m = email.message_from_binary_file(sys.stdin.buffer, policy=email.policy.default)\n\
            sys.stdout.buffer.write((m['subject'] + '\\n' + m.get_content()).encode())";
        let out = fed(Command::new(PYTHON).args(["-c", script]), &self.bytes);
        assert!(out.0, "the mail cannot be read: {}", self.text());
        let (subject, body) = out.1.split_once('\n').expect("a subject and a text");
        (subject.to_owned(), body.to_owned())
    }

    /// Whether the DKIM signature holds under a public key (base64 of its DER form).
    #[must_use]
    pub fn is_signed(&self, public_key: &str) -> bool {
        fed(
            Command::new(PYTHON).args(["-c", include_str!("dkim_verify.py"), public_key]),
            &self.bytes,
        )
        .0
    }
}

impl SmtpServer {
    /// Starts one.
    ///
    /// # Panics
    /// When Debian's aiosmtpd is not installed, or the server does not start.
    #[must_use]
    pub fn start(options: SmtpOptions<'_>) -> Self {
        let installed = Command::new(PYTHON)
            .args(["-c", "import aiosmtpd, dkim"])
            .stderr(Stdio::null())
            .status();
        assert!(
            installed.is_ok_and(|status| status.success()),
            "these tests need a real SMTP server: apt-get install python3-aiosmtpd python3-dkim"
        );
        let directory = fresh_directory("smtp");
        if options.starttls {
            make_certificate(&directory);
        }
        let (user, password) = options.credentials.unwrap_or_default();
        let mut child = Command::new(PYTHON)
            .args(["-c", include_str!("smtp_server.py")])
            .arg(&directory)
            .arg(options.port.unwrap_or(0).to_string())
            .args([user, password, if options.starttls { "starttls" } else { "" }])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("python3 starts");
        let mut line = String::new();
        let said = child.stdout.take().expect("its output");
        BufReader::new(said).read_line(&mut line).expect("its port");
        let port = line.trim().parse().expect("the SMTP server says its port");
        Self { child, directory, port }
    }

    /// Its port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The certificate that it shows, in PEM.
    ///
    /// # Panics
    /// When it was not started with STARTTLS.
    #[must_use]
    pub fn authority(&self) -> Vec<u8> {
        fs::read(self.directory.join("server.crt")).expect("a certificate")
    }

    /// What it has accepted so far, in order.
    ///
    /// # Panics
    /// When its directory cannot be read.
    #[must_use]
    pub fn accepted(&self) -> Vec<AcceptedMail> {
        let mut files: Vec<PathBuf> = fs::read_dir(&self.directory)
            .expect("its directory")
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|e| e == "eml"))
            .collect();
        files.sort();
        files
            .iter()
            .map(|path| {
                let bytes = fs::read(path).expect("a mail");
                let mut parts = bytes.splitn(3, |b| *b == b'\n');
                let mut next = || parts.next().expect("an envelope").to_vec();
                let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
                AcceptedMail {
                    from: text(next()),
                    to: text(next()),
                    bytes: next(),
                }
            })
            .collect()
    }

    /// Waits until it has accepted `count` messages.
    ///
    /// # Panics
    /// When that takes longer than `limit`.
    pub fn wait_for(&self, count: usize, limit: Duration) {
        let start = Instant::now();
        while self.accepted().len() < count {
            assert!(start.elapsed() < limit, "{} mails of {count}", self.accepted().len());
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.directory);
    }
}

/// Makes `server.crt` and `server.key` in a folder: a certificate for 127.0.0.1, for two days, that nobody but `openssl` made.
///
/// # Panics
/// When openssl is missing.
pub fn make_certificate(directory: &Path) {
    run(Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=127.0.0.1",
        ])
        .args([
            "-addext",
            "subjectAltName=IP:127.0.0.1",
            "-addext",
            "basicConstraints=critical,CA:FALSE",
        ])
        .args(["-keyout", "server.key", "-out", "server.crt"])
        .current_dir(directory));
}

/// A fresh RSA key for DKIM: private in PKCS#1 PEM, public in base64.
///
/// # Panics
/// When openssl is missing.
#[must_use]
pub fn dkim_key() -> (String, String) {
    let private = run(Command::new("openssl").args(["genrsa", "-traditional", "2048"]));
    let public = fed(Command::new("openssl").args(["rsa", "-pubout"]), private.as_bytes()).1;
    let public = public.lines().filter(|line| !line.starts_with('-')).collect();
    (private, public)
}

/// Runs with this input; whether it succeeded, and what it said.
fn fed(command: &mut Command, input: &[u8]) -> (bool, String) {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("starts");
    child
        .stdin
        .take()
        .expect("its input")
        .write_all(input)
        .expect("its input");
    let end = child.wait_with_output().expect("ends");
    (end.status.success(), String::from_utf8_lossy(&end.stdout).into_owned())
}
