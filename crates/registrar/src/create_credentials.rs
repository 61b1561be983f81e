//! Draws the credentials of an election (*matériel cryptographique d'éligibilité*), once: one per voter on its roll.
//!
//! The secrets are sealed at once under the registrar's key; only the public ones leave, sorted, so that their order tells nothing
//! of the voters'. They become part of the election's setup, where everyone can check that no ballot counts without one.

use std::collections::HashSet;
use std::sync::Arc;

use isoloir_domain::{ElectionId, VoterId};
use isoloir_protocol::credential::{ElectionUuid, PublicCredential, SecretCredential};
use isoloir_protocol::group::GroupName;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use rand_core::CryptoRng;
use rayon::prelude::*;
use zeroize::Zeroizing;

use crate::keys::Keys;
use crate::store::StoreError;
use crate::store::credentials::CredentialRow;
use crate::{Registrar, sealed_place};

/// Voters whose credentials one thread draws at a stretch.
const STRETCH: usize = 1024;

/// A voter on the election's roll.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entitled {
    voter: VoterId,
    weight: u32,
}

impl Entitled {
    /// One voter, one vote.
    #[must_use]
    pub fn new(voter: VoterId) -> Entitled {
        Entitled { voter, weight: 1 }
    }

    /// A voter whose ballot weighs more than one; `None` for a weight of zero or above 2^30 - 1, the protocol's bound.
    #[must_use]
    pub fn weighted(voter: VoterId, weight: u32) -> Option<Entitled> {
        (1..1 << 30).contains(&weight).then_some(Entitled { voter, weight })
    }
}

/// Why no credential was drawn. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// A voter stands twice on the roll.
    #[error("voter {0} is on the roll twice")]
    Twice(VoterId),
    /// The election has its credentials: they are drawn once, since the voters' codes unlock those.
    #[error("election {0} has its credentials already")]
    Exists(ElectionId),
    /// Not an identifier of the protocol.
    #[error("{0} cannot identify an election of the protocol")]
    Election(ElectionId),
    /// The computation was cut short, or the cipher refused.
    #[error("the credentials could not be made")]
    Interrupted,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Registrar {
    /// Draws and seals a credential for each voter; returns the sorted public list, each line as the protocol writes it:
    /// `credential`, or `credential,weight`.
    ///
    /// # Errors
    /// See [`CreateError`].
    pub async fn create_credentials<R: CryptoRng + ?Sized>(
        &self,
        election: &ElectionId,
        group: GroupName,
        roll: &[Entitled],
        rng: &mut R,
    ) -> Result<Vec<String>, CreateError> {
        let mut seen = HashSet::new();
        if let Some(twice) = roll.iter().find(|e| !seen.insert(e.voter)) {
            return Err(CreateError::Twice(twice.voter));
        }
        let uuid: ElectionUuid = election
            .as_str()
            .parse()
            .map_err(|_| CreateError::Election(election.clone()))?;
        let mut seed = Zeroizing::new([0; 32]);
        rng.fill_bytes(&mut *seed);
        let (keys, id, roll) = (Arc::clone(&self.keys), election.clone(), roll.to_vec());
        let made = tokio::task::spawn_blocking(move || draw(&keys, &id, &uuid, group, &roll, &seed));
        let rows = made.await.map_err(|_| CreateError::Interrupted)??;
        if !self.store.add_credentials(election, &rows).await? {
            return Err(CreateError::Exists(election.clone()));
        }
        Ok(sorted(rows.into_iter().map(|row| (row.public, i64::from(row.weight)))))
    }

    /// The public list again, for a setup that was interrupted after the credentials were drawn. Empty when there are none.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn public_credentials(&self, election: &ElectionId) -> Result<Vec<String>, StoreError> {
        Ok(sorted(self.store.public_credentials(election).await?.into_iter()))
    }
}

fn draw(
    keys: &Keys,
    election: &ElectionId,
    uuid: &ElectionUuid,
    group: GroupName,
    roll: &[Entitled],
    seed: &[u8; 32],
) -> Result<Vec<CredentialRow>, CreateError> {
    let mut source = StdRng::from_seed(*seed);
    let stretches: Vec<(&[Entitled], StdRng)> = roll
        .chunks(STRETCH)
        .map(|entitled| (entitled, StdRng::from_rng(&mut source)))
        .collect();
    let rows = stretches.into_par_iter().map(|(entitled, mut rng)| {
        let secrets: Vec<SecretCredential> = entitled.iter().map(|_| SecretCredential::generate(&mut rng)).collect();
        let public = SecretCredential::public_of_all(&secrets, uuid, group);
        let row = |((e, secret), public): ((&Entitled, &SecretCredential), PublicCredential)| {
            let place = sealed_place(e.voter, election);
            let sealed = keys
                .seal(&place, secret.expose().as_bytes(), &mut rng)
                .ok_or(CreateError::Interrupted)?;
            let public = public.to_string();
            Ok(CredentialRow {
                voter: e.voter,
                public,
                weight: e.weight,
                sealed,
            })
        };
        entitled
            .iter()
            .zip(&secrets)
            .zip(public)
            .map(row)
            .collect::<Result<Vec<_>, CreateError>>()
    });
    Ok(rows
        .collect::<Result<Vec<_>, CreateError>>()?
        .into_iter()
        .flatten()
        .collect())
}

fn sorted(credentials: impl Iterator<Item = (String, i64)>) -> Vec<String> {
    let line = |(public, weight)| {
        if weight == 1 {
            public
        } else {
            format!("{public},{weight}")
        }
    };
    let mut lines: Vec<String> = credentials.map(line).collect();
    lines.sort_unstable();
    lines
}
