//! Draws the credentials of an election (*matériel cryptographique d'éligibilité*), once: one per voter on its roll.
//!
//! The secrets are sealed at once under the registrar's key; only the public ones leave, sorted, so that their order tells nothing
//! of the voters'. They become part of the election's setup, where everyone can check that no ballot counts without one.
//!
//! A roll may be larger than memory: its size and a digest of it are told first ([`Registrar::begin_credentials`]), then its voters, some at a time and
//! in any order ([`Registrar::draw_credentials`]), then its end. Interrupted, the same roll goes on where it stopped; another is refused.

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

use crate::journal::Event;
use crate::keys::Keys;
use crate::store::StoreError;
use crate::store::credentials::{Begun, CredentialRow};
use crate::{Registrar, sealed_place};

/// Voters whose credentials one thread draws at a stretch.
const STRETCH: usize = 1024;
/// Voters who are stored in one transaction: short enough that whoever waits for it, another block or a registrar that serves, does not give up on a busy
/// machine.
pub const BLOCK: usize = 2 * STRETCH;

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

/// Who an election's credentials are for: how many, and the sum of a keyed hash of each, the same in any order. Each voter is added once.
pub struct Roll {
    keys: Arc<Keys>,
    election: ElectionId,
    size: u64,
    digest: [u8; 32],
}

impl Roll {
    /// One voter more.
    pub fn add(&mut self, entitled: Entitled) {
        let Entitled { voter, weight } = entitled;
        let purpose = format!("roll|{}", self.election);
        let hash = self.keys.mark(&purpose, &format!("{voter}|{weight}"));
        for (sum, byte) in self.digest.iter_mut().zip(hash) {
            *sum ^= byte;
        }
        self.size = self.size.saturating_add(1);
    }

    /// How many voters.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }
}

/// A roll on record whose credentials are being drawn.
#[derive(Clone)]
pub struct Drawing {
    election: ElectionId,
    uuid: ElectionUuid,
    group: GroupName,
}

/// Why no credential was drawn, or not all.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// A voter stands twice on the roll.
    #[error("voter {0} is on the roll twice")]
    Twice(VoterId),
    /// The election has its credentials: they are drawn once, since the voters' codes unlock those.
    #[error("election {0} has its credentials already")]
    Exists(ElectionId),
    /// Credentials were drawn, or began to be, for other voters.
    #[error("credentials of election {0} were drawn for another roll")]
    AnotherRoll(ElectionId),
    /// Fewer voters came than were told.
    #[error("not every voter of election {0} has a credential yet")]
    Incomplete(ElectionId),
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
    /// Draws and seals a credential for each voter of a roll that memory holds; returns the sorted public list, each line as the protocol writes it:
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
        let mut told = self.roll(election);
        roll.iter().for_each(|entitled| told.add(*entitled));
        let begun = self.begin_credentials(&told, group).await?;
        let drawing = begun.ok_or_else(|| CreateError::Exists(election.clone()))?;
        for block in roll.chunks(BLOCK) {
            self.draw_credentials(&drawing, block, rng).await?;
        }
        self.end_credentials(&drawing).await?;
        Ok(self.public_credentials(election).await?)
    }

    /// The roll of an election, to be told voter by voter.
    #[must_use]
    pub fn roll(&self, election: &ElectionId) -> Roll {
        Roll {
            keys: Arc::clone(&self.keys),
            election: election.clone(),
            size: 0,
            digest: [0; 32],
        }
    }

    /// Tells for whom credentials will be drawn. `None`: they were all drawn, for this very roll.
    ///
    /// # Errors
    /// [`CreateError::AnotherRoll`] and the rest of [`CreateError`].
    pub async fn begin_credentials(&self, roll: &Roll, group: GroupName) -> Result<Option<Drawing>, CreateError> {
        let election = roll.election.clone();
        let Ok(uuid) = election.as_str().parse() else {
            return Err(CreateError::Election(election));
        };
        let size = i64::try_from(roll.size).unwrap_or(i64::MAX);
        match self.store.begin_roll(&election, size, &roll.digest).await? {
            Begun::Open => Ok(Some(Drawing { election, uuid, group })),
            Begun::Complete => Ok(None),
            Begun::Another => Err(CreateError::AnotherRoll(election)),
        }
    }

    /// Draws credentials for those of these voters who have none, and stores them: all or none. Gives how many.
    ///
    /// # Errors
    /// See [`CreateError`].
    pub async fn draw_credentials<R: CryptoRng + ?Sized>(
        &self,
        drawing: &Drawing,
        entitled: &[Entitled],
        rng: &mut R,
    ) -> Result<u64, CreateError> {
        let mut seed = Zeroizing::new([0; 32]);
        rng.fill_bytes(&mut *seed);
        let voters: Vec<VoterId> = entitled.iter().map(|one| one.voter).collect();
        let have = self.store.have_credentials(&drawing.election, &voters).await?;
        let lacking = entitled
            .iter()
            .filter(|one| !have.contains(one.voter.uuid().as_bytes().as_slice()));
        let lacking: Vec<Entitled> = lacking.copied().collect();
        if lacking.is_empty() {
            return Ok(0);
        }
        let (keys, what) = (Arc::clone(&self.keys), drawing.clone());
        let drawn = tokio::task::spawn_blocking(move || draw(&keys, &what, &lacking, &seed));
        let rows = drawn.await.map_err(|_| CreateError::Interrupted)??;
        Ok(self.store.add_credentials(&drawing.election, &rows).await?)
    }

    /// Every voter who was told of has come: no credential of this election is drawn any more.
    ///
    /// # Errors
    /// [`CreateError::Incomplete`] while one has none.
    pub async fn end_credentials(&self, drawing: &Drawing) -> Result<(), CreateError> {
        let election = &drawing.election;
        let entry = |count| {
            let what = Event::CredentialsDrawn {
                election: election.clone(),
                count,
            };
            self.entry(None, what)
        };
        if self.store.end_roll(election, entry).await? {
            Ok(())
        } else {
            Err(CreateError::Incomplete(election.clone()))
        }
    }

    /// The sorted public list of an election. Empty when there is none.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn public_credentials(&self, election: &ElectionId) -> Result<Vec<String>, StoreError> {
        let line = |(public, weight)| {
            if weight == 1 {
                public
            } else {
                format!("{public},{weight}")
            }
        };
        let rows = self.store.public_credentials(election).await?;
        let mut lines: Vec<String> = rows.into_iter().map(line).collect();
        lines.sort_unstable();
        Ok(lines)
    }
}

/// Draws on all cores.
fn draw(
    keys: &Keys,
    drawing: &Drawing,
    entitled: &[Entitled],
    seed: &[u8; 32],
) -> Result<Vec<CredentialRow>, CreateError> {
    let mut source = StdRng::from_seed(*seed);
    let stretches: Vec<(&[Entitled], StdRng)> = entitled
        .chunks(STRETCH)
        .map(|entitled| (entitled, StdRng::from_rng(&mut source)))
        .collect();
    let rows = stretches
        .into_par_iter()
        .map(|(entitled, mut rng)| draw_stretch(keys, drawing, entitled, &mut rng));
    let rows: Vec<Vec<CredentialRow>> = rows.collect::<Result<_, CreateError>>()?;
    Ok(rows.into_iter().flatten().collect())
}

fn draw_stretch(
    keys: &Keys,
    drawing: &Drawing,
    entitled: &[Entitled],
    rng: &mut StdRng,
) -> Result<Vec<CredentialRow>, CreateError> {
    let secrets: Vec<SecretCredential> = entitled.iter().map(|_| SecretCredential::generate(rng)).collect();
    let public = SecretCredential::public_of_all(&secrets, &drawing.uuid, drawing.group);
    let row = |((e, secret), public): ((&Entitled, &SecretCredential), PublicCredential)| {
        let place = sealed_place(e.voter, &drawing.election);
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
