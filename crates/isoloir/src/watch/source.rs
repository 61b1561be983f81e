//! What a portal answers to anyone: its keys, its elections, their signed heads, their boxes, the files that its pages load.

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use ed25519_dalek::{Signature, VerifyingKey};
use isoloir_carriers::tls::{self, TlsError};
use isoloir_domain::ElectionId;
use isoloir_domain::ballot_box::{SignedHead, head_text};
use reqwest::{Client, Response, StatusCode};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

const PATIENCE: Duration = Duration::from_secs(20);
/// A box of 1.4 million ballots is about 11 GB: hours on a slow line are better than a partial copy.
const PATIENCE_FOR_A_BOX: Duration = Duration::from_secs(4 * 3600);

/// Why a look did not succeed. Says nothing of the box.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// No answer, or a broken one.
    #[error("no answer: {0}")]
    Transport(#[from] reqwest::Error),
    /// No connection could be prepared.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// An answer that no portal gives.
    #[error("unexpected answer {0}")]
    Status(u16),
    /// An answer that does not parse.
    #[error("the answer is not what a portal says")]
    Malformed,
    /// The copy cannot be written.
    #[error("the copy cannot be written: {0}")]
    Copy(#[from] std::io::Error),
}

/// One election, as the portal lists it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Listed {
    /// Identifier.
    pub id: ElectionId,
    /// Title.
    pub title: String,
    /// Whether votes are being cast.
    pub open: bool,
    /// Whether the whole box may be read.
    pub public: bool,
}

/// One file that the portal's pages load.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Asset {
    /// Name, without the hash in its path.
    pub name: String,
    /// Path.
    pub path: String,
}

#[derive(Deserialize)]
struct Keys {
    receipt: String,
}

/// A portal, from outside.
pub struct Source {
    http: Client,
    origin: String,
}

impl Source {
    /// The portal at this origin. `authority`: certificates in PEM that are trusted besides the public authorities.
    ///
    /// # Errors
    /// When the authority is none, or the HTTP client cannot start.
    pub fn at(origin: &str, authority: Option<&[u8]>) -> Result<Self, SourceError> {
        Ok(Self {
            http: tls::http(authority)?.build()?,
            origin: origin.trim_end_matches('/').to_owned(),
        })
    }

    /// The origin.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    async fn ask(&self, path: &str, patience: Duration) -> Result<Response, SourceError> {
        Ok(self
            .http
            .get(format!("{}{path}", self.origin))
            .timeout(patience)
            .send()
            .await?)
    }

    async fn json<T: serde::de::DeserializeOwned>(&self, path: &str) -> Result<T, SourceError> {
        let answer = self.ask(path, PATIENCE).await?;
        if answer.status() != StatusCode::OK {
            return Err(SourceError::Status(answer.status().as_u16()));
        }
        serde_json::from_slice(&answer.bytes().await?).map_err(|_| SourceError::Malformed)
    }

    /// The key that signs heads and receipts.
    ///
    /// # Errors
    /// [`SourceError`].
    pub async fn key(&self) -> Result<VerifyingKey, SourceError> {
        let Keys { receipt } = self.json("/api/keys").await?;
        let bytes: [u8; 32] = hex::decode(receipt)
            .ok()
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or(SourceError::Malformed)?;
        VerifyingKey::from_bytes(&bytes).map_err(|_| SourceError::Malformed)
    }

    /// The elections whose boxes are in service.
    ///
    /// # Errors
    /// [`SourceError`].
    pub async fn elections(&self) -> Result<Vec<Listed>, SourceError> {
        self.json("/api/elections").await
    }

    /// The signed head of a box.
    ///
    /// # Errors
    /// [`SourceError`].
    pub async fn head(&self, election: &ElectionId) -> Result<SignedHead, SourceError> {
        self.json(&format!("/api/elections/{election}/head")).await
    }

    /// The files that pages load.
    ///
    /// # Errors
    /// [`SourceError`].
    pub async fn assets(&self) -> Result<Vec<Asset>, SourceError> {
        self.json("/api/assets").await
    }

    /// SHA-256 of a file as it is served now, in hexadecimal.
    ///
    /// # Errors
    /// [`SourceError`].
    pub async fn digest(&self, asset: &Asset) -> Result<String, SourceError> {
        let answer = self.ask(&asset.path, PATIENCE).await?;
        if answer.status() != StatusCode::OK {
            return Err(SourceError::Status(answer.status().as_u16()));
        }
        Ok(hex::encode(Sha256::digest(answer.bytes().await?)))
    }

    /// Copies a box to `file`; false when the portal says that it is not public.
    ///
    /// # Errors
    /// [`SourceError`]; a copy that broke off is not kept.
    pub async fn copy_box(&self, election: &ElectionId, file: &Path) -> Result<bool, SourceError> {
        let mut answer = self
            .ask(&format!("/urne/{election}/archive.bel"), PATIENCE_FOR_A_BOX)
            .await?;
        match answer.status() {
            StatusCode::OK => {}
            StatusCode::FORBIDDEN | StatusCode::CONFLICT | StatusCode::NOT_FOUND => return Ok(false),
            other => return Err(SourceError::Status(other.as_u16())),
        }
        let partial = file.with_extension("partial");
        let mut out = std::fs::File::create(&partial)?;
        while let Some(chunk) = answer.chunk().await? {
            out.write_all(&chunk)?;
        }
        out.sync_all()?;
        std::fs::rename(&partial, file)?;
        Ok(true)
    }
}

/// Whether the server that owns `key` signed this head of this election.
#[must_use]
pub fn is_signed(head: &SignedHead, election: &ElectionId, key: &VerifyingKey) -> bool {
    let event: Option<[u8; 32]> = hex::decode(&head.event).ok().and_then(|bytes| bytes.try_into().ok());
    let signature = hex::decode(&head.signature)
        .ok()
        .and_then(|bytes| Signature::from_slice(&bytes).ok());
    match (event, signature) {
        (Some(event), Some(signature)) if head.election == *election => {
            key.verify_strict(&head_text(election, &event), &signature).is_ok()
        }
        _ => false,
    }
}
