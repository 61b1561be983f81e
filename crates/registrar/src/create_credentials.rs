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
use tokio::sync::mpsc;
use zeroize::Zeroizing;

use crate::keys::Keys;
use crate::store::StoreError;
use crate::store::credentials::{CredentialRow, Drawn};
use crate::{Registrar, sealed_place};

/// Voters whose credentials one thread draws at a stretch.
const STRETCH: usize = 1024;
/// Voters whose credentials are stored at a stretch.
const BLOCK: usize = 16 * STRETCH;

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
        // Drawing and storing go on together; a million rows are never held at once.
        let (sender, rows) = mpsc::channel(2);
        let drawing = tokio::task::spawn_blocking(move || draw(&keys, &id, &uuid, group, &roll, &seed, &sender));
        let added = self.store.add_credentials(election, rows).await;
        let drawn = drawing.await.map_err(|_| CreateError::Interrupted)?;
        match added {
            Ok(true) => Ok(sorted(drawn?.into_iter())),
            Ok(false) => Err(CreateError::Exists(election.clone())),
            Err(StoreError::Interrupted) => Err(drawn.err().unwrap_or(CreateError::Interrupted)),
            Err(error) => Err(error.into()),
        }
    }

    /// The public list again, for a setup that was interrupted after the credentials were drawn. Empty when there are none.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn public_credentials(&self, election: &ElectionId) -> Result<Vec<String>, StoreError> {
        Ok(sorted(self.store.public_credentials(election).await?.into_iter()))
    }
}

/// Draws block after block, each on all cores, and sends it to be stored. Gives the public credentials with their weights.
fn draw(
    keys: &Keys,
    election: &ElectionId,
    uuid: &ElectionUuid,
    group: GroupName,
    roll: &[Entitled],
    seed: &[u8; 32],
    sender: &mpsc::Sender<Drawn>,
) -> Result<Vec<(String, i64)>, CreateError> {
    let mut source = StdRng::from_seed(*seed);
    let mut public = Vec::with_capacity(roll.len());
    for block in roll.chunks(BLOCK) {
        let stretches: Vec<(&[Entitled], StdRng)> = block
            .chunks(STRETCH)
            .map(|entitled| (entitled, StdRng::from_rng(&mut source)))
            .collect();
        let rows = stretches
            .into_par_iter()
            .map(|(entitled, mut rng)| draw_stretch(keys, election, uuid, group, entitled, &mut rng));
        let rows: Vec<CredentialRow> = rows
            .collect::<Result<Vec<_>, CreateError>>()?
            .into_iter()
            .flatten()
            .collect();
        public.extend(rows.iter().map(|row| (row.public.clone(), i64::from(row.weight))));
        if sender.blocking_send(Drawn::Rows(rows)).is_err() {
            return Err(CreateError::Interrupted);
        }
    }
    sender.blocking_send(Drawn::End).map_err(|_| CreateError::Interrupted)?;
    Ok(public)
}

fn draw_stretch(
    keys: &Keys,
    election: &ElectionId,
    uuid: &ElectionUuid,
    group: GroupName,
    entitled: &[Entitled],
    rng: &mut StdRng,
) -> Result<Vec<CredentialRow>, CreateError> {
    let secrets: Vec<SecretCredential> = entitled.iter().map(|_| SecretCredential::generate(rng)).collect();
    let public = SecretCredential::public_of_all(&secrets, uuid, group);
    let row = |((e, secret), public): ((&Entitled, &SecretCredential), PublicCredential)| {
        let place = sealed_place(e.voter, election);
        let sealed = keys
            .seal(&place, secret.expose().as_bytes(), rng)
            .ok_or(CreateError::Interrupted)?;
        Ok(CredentialRow {
            voter: e.voter,
            public: public.to_string(),
            weight: e.weight,
            sealed,
        })
    };
    entitled.iter().zip(&secrets).zip(public).map(row).collect()
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
