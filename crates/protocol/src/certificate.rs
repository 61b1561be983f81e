//! The certificate of the credential authority (autorité des codes; tool 3.2 and later, optional): a record of the setup in which whoever
//! made the credentials signs how many there are and their list.
//!
//! It holds the key that it is signed with, and nothing else in the archive says whose key that is. So the archive can show that the
//! certificate is about this election and this list and was not changed since; that it is the authority's needs
//! [`CredentialsCertificate::verification_key`], learnt from the authority.

use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};

use crate::{
    archive::PayloadHash,
    credential::ElectionUuid,
    group::Group,
    hash::sha256_hex,
    json::{self, JsonError},
    trustee::{Keys, Signed},
};

/// A certificate of the right form; [`CredentialsCertificate::verify`] says whether it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound = "", deny_unknown_fields)]
pub struct CredentialsCertificate<G: Group> {
    uuid: ElectionUuid,
    voter_list_length: u64,
    public_creds_hash: PayloadHash,
    verification_key: G::Element,
    encryption_key: G::Element,
    /// Over the SHA-256, in hexadecimal, of the same JSON without it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    signature: Option<Signed<G>>,
}

/// Why a certificate is wrong.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// Not the JSON of a certificate.
    #[error("the certificate of the credential authority: {0}")]
    Json(#[from] JsonError),
    /// About another election.
    #[error("the certificate of the credential authority is about another election")]
    Election,
    /// About a list of another length, or other credentials.
    #[error("the certificate of the credential authority is about another list of credentials")]
    Credentials,
    /// Not signed, or not with the key that it holds.
    #[error("the certificate of the credential authority is not signed with its key")]
    Signature,
}

impl<G: Group> CredentialsCertificate<G> {
    /// Signs the list of the public credentials: its canonical JSON, which lists so many.
    pub fn sign<R: CryptoRng + ?Sized>(
        keys: &Keys<G>,
        election: &ElectionUuid,
        credentials: &[u8],
        count: u64,
        rng: &mut R,
    ) -> Self {
        let unsigned = Self {
            uuid: election.clone(),
            voter_list_length: count,
            public_creds_hash: PayloadHash::of(credentials),
            verification_key: keys.verification(),
            encryption_key: keys.encryption(),
            signature: None,
        };
        let signature = Some(keys.sign(unsigned.message(), rng));
        Self { signature, ..unsigned }
    }

    /// Reads the canonical JSON.
    ///
    /// # Errors
    /// [`JsonError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, JsonError> {
        json::parse(bytes)
    }

    /// The canonical JSON.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        json::to_bytes(self)
    }

    /// The key that it is signed with: to be compared with what the authority says.
    #[must_use]
    pub const fn verification_key(&self) -> &G::Element {
        &self.verification_key
    }

    /// Checks that it is about this election and this list, and signed with its key.
    ///
    /// # Errors
    /// [`CertificateError`].
    pub fn verify(&self, election: &ElectionUuid, credentials: &[u8], count: u64) -> Result<(), CertificateError> {
        if self.uuid != *election {
            return Err(CertificateError::Election);
        }
        if (self.voter_list_length, self.public_creds_hash) != (count, PayloadHash::of(credentials)) {
            return Err(CertificateError::Credentials);
        }
        match &self.signature {
            Some(signed) if signed.message == self.message() && signed.is_by(&self.verification_key) => Ok(()),
            _ => Err(CertificateError::Signature),
        }
    }

    /// What is signed.
    fn message(&self) -> String {
        let unsigned = Self {
            signature: None,
            ..self.clone()
        };
        sha256_hex(&unsigned.to_bytes())
    }
}
