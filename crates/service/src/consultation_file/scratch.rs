//! A server without data, on which a folder is tried, thrown away afterwards.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use ed25519_dalek::SigningKey;
use isoloir_carriers::MailMode;

use super::Files;
use super::apply::ApplyError;
use super::plan::{Plan, PlanError};
use crate::{Fault, Settings, VotingServer};

/// Removed with everything in it when it is dropped.
struct Scratch {
    server: VotingServer,
    _folder: tempfile::TempDir,
}

impl VotingServer {
    /// Plans a folder ([`VotingServer::plan_folder`]) with a scratch server of its own.
    ///
    /// # Errors
    /// [`PlanError`].
    pub async fn plan_folder_apart(&self, files: &Files) -> Result<Plan, PlanError> {
        let scratch = self.scratch().await?;
        let planned = self.plan_folder(&scratch.server, files).await;
        scratch.server.close().await;
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
        scratch.server.close().await;
        applied
    }

    async fn scratch(&self) -> Result<Scratch, Fault> {
        let failed = |error: &dyn std::error::Error| {
            tracing::error!(%error, "no scratch server");
            Fault::Stopping
        };
        let folder = tempfile::tempdir().map_err(|error| failed(&error))?;
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
        let server = Self::open(&url, settings, Arc::clone(&self.inner.clock), self.rng()).await;
        Ok(Scratch {
            server: server.map_err(|error| failed(&error))?,
            _folder: folder,
        })
    }
}
