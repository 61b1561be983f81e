//! A server without data, on which a folder is tried, thrown away afterwards.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use ed25519_dalek::SigningKey;
use isoloir_carriers::MailMode;
use isoloir_domain::Clock;
use rand::rngs::StdRng;

use super::Files;
use super::apply::ApplyError;
use super::plan::{Plan, PlanError};
use crate::{Fault, OpenError, Settings, VotingServer};

/// A server without data. Its folder is removed with everything in it when it is dropped.
pub struct Scratch {
    /// The server on which a folder is tried.
    pub server: VotingServer,
    _folder: tempfile::TempDir,
}

/// Why there is no scratch server.
#[derive(Debug, thiserror::Error)]
pub enum ScratchError {
    /// No temporary folder could be made.
    #[error("no temporary folder")]
    Folder(#[from] std::io::Error),
    /// The server did not start.
    #[error("no scratch server")]
    Server(#[from] OpenError),
}

impl Scratch {
    /// In a temporary folder of its own, with a key that protects nothing.
    ///
    /// # Errors
    /// [`ScratchError`].
    pub async fn open(clock: Arc<dyn Clock>, rng: StdRng) -> Result<Self, ScratchError> {
        let folder = tempfile::tempdir()?;
        let key = SigningKey::from_bytes(&[0; 32]);
        let settings = Settings {
            registrar_key: key.verifying_key(),
            server_key: key,
            public_url: "http://127.0.0.1".to_owned(),
            mail: MailMode::Demonstration,
            verifiers: Some(1),
            hashers: Some(1),
        };
        let url = format!("sqlite:{}", folder.path().join("scratch.db").display());
        Ok(Self {
            server: VotingServer::open(&url, settings, clock, rng).await?,
            _folder: folder,
        })
    }

    /// Ends its work before its folder goes.
    pub async fn close(self) {
        self.server.close().await;
    }
}

impl VotingServer {
    /// Plans a folder ([`VotingServer::plan_folder`]) with a scratch server of its own.
    ///
    /// # Errors
    /// [`PlanError`].
    pub async fn plan_folder_apart(&self, files: &Files) -> Result<Plan, PlanError> {
        let scratch = self.scratch().await?;
        let planned = self.plan_folder(&scratch.server, files).await;
        scratch.close().await;
        planned
    }

    /// Applies a folder ([`VotingServer::apply_folder`]) that a program sent, with a scratch server of its own.
    ///
    /// # Errors
    /// [`ApplyError`]; [`ApplyError::Unsigned`] where folders come signed.
    pub async fn apply_folder_apart(&self, files: &Files, read: &str) -> Result<Plan, ApplyError> {
        if self.inner.signed_folders.load(Ordering::Relaxed) {
            return Err(ApplyError::Unsigned);
        }
        let scratch = self.scratch().await?;
        let applied = self.apply_folder(&scratch.server, files, Some(read)).await;
        scratch.close().await;
        applied
    }

    async fn scratch(&self) -> Result<Scratch, Fault> {
        let scratch = Scratch::open(Arc::clone(&self.inner.clock), self.rng()).await;
        scratch.map_err(|error| {
            tracing::error!(error = &error as &dyn std::error::Error, "no scratch server");
            Fault::Stopping
        })
    }
}
