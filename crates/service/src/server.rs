//! What all use cases share: store, keys, clock, randomness, pools.

use std::sync::Arc;

use ed25519_dalek::{SigningKey, VerifyingKey};
use isoloir_domain::Clock;
use isoloir_store::StoreError;
use rand::rngs::StdRng;

use crate::mail::MailMode;

/// What the operator decides.
pub struct Settings {
    /// Signs receipts, heads and tickets.
    pub server_key: SigningKey,
    /// Verifies admissions: the registrar's public key.
    pub registrar_key: VerifyingKey,
    /// Origin of the pages, for links in mails, for instance `https://vote.example.fr`. No final slash.
    pub public_url: String,
    /// Where mails go.
    pub mail: MailMode,
    /// Threads that verify proofs; as many as there are cores when `None`.
    pub verifiers: Option<usize>,
    /// Passwords hashed at the same time at most; one core less than there are, and at least one, when `None`.
    pub hashers: Option<usize>,
}

/// Why the server did not start.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The database could not be opened or migrated.
    #[error("the database could not be opened")]
    Store(#[from] StoreError),
    /// Threads could not be started.
    #[error("the verification threads could not be started")]
    Threads(#[source] rayon::ThreadPoolBuildError),
}

/// The voting server (*serveur de vote*). Cheap to clone.
#[derive(Clone)]
pub struct VotingServer {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) settings: Settings,
    pub(crate) clock: Arc<dyn Clock>,
}

impl VotingServer {
    /// Opens the database at `url` (`sqlite:///path/file.db` or `postgres://...`), creating or migrating it, and starts
    /// the writer. Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// [`OpenError`].
    pub async fn open(url: &str, settings: Settings, clock: Arc<dyn Clock>, rng: StdRng) -> Result<Self, OpenError> {
        todo!()
    }

    /// Public half of the key that signs receipts, heads and tickets.
    #[must_use]
    pub fn server_key(&self) -> VerifyingKey {
        self.inner.settings.server_key.verifying_key()
    }

    /// The registrar's public key.
    #[must_use]
    pub fn registrar_key(&self) -> VerifyingKey {
        self.inner.settings.registrar_key
    }

    /// The clock.
    #[must_use]
    pub fn clock(&self) -> &dyn Clock {
        self.inner.clock.as_ref()
    }

    /// Whether the database answers (for `/healthz`).
    ///
    /// # Errors
    /// [`crate::Fault`].
    pub async fn health(&self) -> Result<(), crate::Fault> {
        todo!()
    }
}
