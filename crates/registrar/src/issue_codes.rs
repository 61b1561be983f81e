//! Issues voting codes (*codes de vote*): a new code for each voter, the voter's credentials wrapped under it, the older code void.
//!
//! Codes leave this function once, for the notices; nothing that remains can print them again. Issuing again wraps the same
//! credentials: a voter has one credential per election for ever, so that a reissue can never lead to two counted ballots.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use isoloir_domain::{ElectionId, VoterId};
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use rand_core::CryptoRng;
use rayon::prelude::*;
use zeroize::Zeroizing;

use crate::derivation::{Authenticator, WrappingKey};
use crate::journal::Event;
use crate::keys::Keys;
use crate::store::StoreError;
use crate::store::codes::NewCode;
use crate::voting_code::VotingCode;
use crate::{Registrar, sealed_place};

/// Voters whose codes one thread makes at a stretch.
const STRETCH: usize = 256;

/// A code on its way to the notice.
pub struct IssuedCode {
    /// Whose code it is.
    pub voter: VoterId,
    /// The code; wiped when dropped.
    pub code: VotingCode,
}

/// Why no code was issued. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum IssueError {
    /// A voter stands twice in the request.
    #[error("voter {0} is asked for twice")]
    Twice(VoterId),
    /// A code for this voter would unlock nothing: create the election's credentials first.
    #[error("voter {0} has no credential")]
    NoCredential(VoterId),
    /// A credential does not open under the registrar's key: another key file, or a damaged database.
    #[error("the sealed credential of voter {0} does not open under this registrar's key")]
    Sealed(VoterId),
    /// There are as many notices as there can be references.
    #[error("the references of notices are used up")]
    References,
    /// The computation was cut short.
    #[error("the codes could not be made")]
    Interrupted,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A voter with the sealed credentials to wrap.
pub(crate) struct Order {
    pub(crate) voter: VoterId,
    pub(crate) sealed: Vec<(ElectionId, Vec<u8>)>,
}

impl Registrar {
    /// Issues a code to each of these voters, all or none.
    ///
    /// # Errors
    /// See [`IssueError`].
    pub async fn issue_codes<R: CryptoRng + ?Sized>(
        &self,
        voters: &[VoterId],
        rng: &mut R,
    ) -> Result<Vec<IssuedCode>, IssueError> {
        let mut seed = Zeroizing::new([0; 32]);
        rng.fill_bytes(&mut *seed);
        let orders = self.orders(voters).await?;
        let keys = Arc::clone(&self.keys);
        let made = tokio::task::spawn_blocking(move || make_codes(&keys, &orders, &seed));
        let (codes, rows): (Vec<IssuedCode>, Vec<NewCode>) =
            made.await.map_err(|_| IssueError::Interrupted)??.into_iter().unzip();
        let count = u64::try_from(rows.len()).unwrap_or(u64::MAX);
        let about = match voters {
            [voter] => Some(*voter),
            _ => None,
        };
        let entry = self.entry(about, Event::CodesIssued { count });
        self.store
            .replace_codes(&rows, self.clock.now().as_second(), &entry)
            .await?;
        Ok(codes)
    }

    /// Which of these codes are the valid ones of their voters, in order: what an interrupted run wrote may be void by now.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn are_valid(&self, codes: &[IssuedCode]) -> Result<Vec<bool>, StoreError> {
        let voters: Vec<VoterId> = codes.iter().map(|one| one.voter).collect();
        let on_record = self.store.verifiers(&voters).await?;
        let is_valid = |one: &IssuedCode| {
            let verifier = self
                .keys
                .verifier(one.voter, &Authenticator::derive(&one.code, one.voter));
            let found = on_record.get(one.voter.uuid().as_bytes().as_slice());
            found.is_some_and(|found| found.as_slice() == verifier.bytes().as_slice())
        };
        Ok(codes.par_iter().map(is_valid).collect())
    }

    pub(crate) async fn orders(&self, voters: &[VoterId]) -> Result<Vec<Order>, IssueError> {
        let mut seen = HashSet::new();
        if let Some(twice) = voters.iter().find(|v| !seen.insert(**v)) {
            return Err(IssueError::Twice(*twice));
        }
        let mut sealed: HashMap<Vec<u8>, Vec<(ElectionId, Vec<u8>)>> = HashMap::new();
        for row in self.store.sealed_credentials(voters).await? {
            if let Ok(election) = row.election.parse() {
                sealed.entry(row.voter).or_default().push((election, row.sealed));
            }
        }
        let order = |voter: &VoterId| {
            let sealed = sealed
                .remove(voter.uuid().as_bytes().as_slice())
                .ok_or(IssueError::NoCredential(*voter))?;
            Ok(Order { voter: *voter, sealed })
        };
        voters.iter().map(order).collect()
    }
}

pub(crate) fn make_codes(
    keys: &Keys,
    orders: &[Order],
    seed: &[u8; 32],
) -> Result<Vec<(IssuedCode, NewCode)>, IssueError> {
    let mut source = StdRng::from_seed(*seed);
    let stretches: Vec<(&[Order], StdRng)> = orders
        .chunks(STRETCH)
        .map(|orders| (orders, StdRng::from_rng(&mut source)))
        .collect();
    let made = stretches.into_par_iter().flat_map_iter(|(orders, mut rng)| {
        orders
            .iter()
            .map(|order| make_code(keys, order, &mut rng))
            .collect::<Vec<_>>()
    });
    made.collect()
}

/// A new code, with the voter's credentials wrapped under it.
pub(crate) fn make_code(keys: &Keys, order: &Order, rng: &mut StdRng) -> Result<(IssuedCode, NewCode), IssueError> {
    let voter = order.voter;
    let code = VotingCode::generate(rng);
    let wrapping = WrappingKey::derive(&code, voter);
    let mut wrap = |(election, sealed): &(ElectionId, Vec<u8>)| {
        let credential = keys
            .open(&sealed_place(voter, election), sealed)
            .ok_or(IssueError::Sealed(voter))?;
        let wrapped = wrapping
            .wrap(voter, election, &credential, rng)
            .map_err(|_| IssueError::Sealed(voter))?;
        Ok((election.clone(), wrapped))
    };
    let wrapped: Result<Vec<_>, IssueError> = order.sealed.iter().map(&mut wrap).collect();
    let verifier = *keys.verifier(voter, &Authenticator::derive(&code, voter)).bytes();
    Ok((
        IssuedCode { voter, code },
        NewCode {
            voter,
            verifier,
            wrapped: wrapped?,
        },
    ))
}
