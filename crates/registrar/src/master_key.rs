//! The master key (*clé maîtresse*): it seals everything else, and can be replaced.
//!
//! The keys that must never change — the one that signs admissions, the one under which codes and identifiers are hashed — are derived once from the
//! first master key and kept in the database, sealed. A new master key seals them again, with all credentials, addresses, links and letters, in one
//! transaction: whoever has an old copy of the old key opens nothing that was written since.

use ed25519_dalek::SigningKey;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::journal::{Entry, Event};
use crate::keys::{KeptName, Keys};
use crate::store::keys::Place;
use crate::store::{Store, StoreError};
use crate::{ask_reissue, make_notices, outbox};

/// Why the keys cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum MasterKeyError {
    /// The database is sealed under another key.
    #[error("the registrar's database is sealed under another key than this one")]
    Foreign,
    /// The cipher refused.
    #[error("a key could not be sealed")]
    Interrupted,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Opens the keys of a database under its master key; in a database that has none yet, derives and keeps them.
///
/// # Errors
/// [`MasterKeyError`].
pub async fn open_keys<R: CryptoRng + ?Sized>(
    store: &Store,
    master: &SigningKey,
    rng: &mut R,
) -> Result<Keys, MasterKeyError> {
    let derived = Keys::new(master.clone());
    if store.kept_keys().await?.is_empty() {
        // A database of before: its credentials tell whether this is its key.
        if let Some((voter, election, sealed)) = store.a_credential().await? {
            let place = place_text(&Place::Credential(&voter, &election)).ok_or(MasterKeyError::Foreign)?;
            derived.open(&place, &sealed).ok_or(MasterKeyError::Foreign)?;
        }
        let mut keep = Vec::new();
        for name in KeptName::ALL {
            let place = kept_place(name.as_str());
            let sealed = derived.seal(&place, &derived.kept(name), rng);
            keep.push((name.as_str(), sealed.ok_or(MasterKeyError::Interrupted)?));
        }
        store.keep_keys(&keep).await?;
    }
    let kept = store.kept_keys().await?;
    let open = |name: KeptName| -> Result<Zeroizing<Vec<u8>>, MasterKeyError> {
        let row = kept.iter().find(|(found, _)| found == name.as_str());
        let (_, sealed) = row.ok_or(MasterKeyError::Foreign)?;
        derived
            .open(&kept_place(name.as_str()), sealed)
            .ok_or(MasterKeyError::Foreign)
    };
    let (signing, hashing) = (open(KeptName::Signing)?, open(KeptName::Hashing)?);
    derived.with_kept(&signing, &hashing).ok_or(MasterKeyError::Foreign)
}

/// Seals everything again under `new`, all or nothing; returns how many values. Nothing else may write meanwhile: stop the registrar first.
///
/// # Errors
/// [`MasterKeyError`].
pub async fn change_master_key<R: CryptoRng + ?Sized>(
    store: &Store,
    old: &SigningKey,
    new: &SigningKey,
    now: jiff::Timestamp,
    rng: &mut R,
) -> Result<u64, MasterKeyError> {
    open_keys(store, old, rng).await?;
    let (from, to) = (Keys::new(old.clone()), Keys::new(new.clone()));
    let again = |place: &Place<'_>, sealed: &[u8]| {
        let place = place_text(place)?;
        let plain = from.open(&place, sealed)?;
        to.seal(&place, &plain, rng)
    };
    let entry = |sealed| Entry {
        at: now,
        voter: None,
        what: Event::MasterKeyChanged { sealed },
    };
    Ok(store.seal_again(again, entry).await?)
}

/// What each value is sealed for.
fn place_text(place: &Place<'_>) -> Option<String> {
    let voter = |bytes: &[u8]| uuid::Uuid::from_slice(bytes).ok()?.to_string().parse().ok();
    Some(match place {
        Place::KeptKey(name) => kept_place(name),
        Place::Credential(id, election) => crate::sealed_place(voter(id)?, &election.parse().ok()?),
        Place::Mailbox(id) => ask_reissue::mailbox_place(voter(id)?),
        Place::Token(link) => ask_reissue::token_place(link),
        Place::Letter(id) => outbox::letter_place(id),
        Place::Name(id) => make_notices::name_place(voter(id)?),
    })
}

fn kept_place(name: &str) -> String {
    format!("kept_key|sealed|{name}")
}
