//! Making a ballot: choice, encryption, tracker, before anything leaves.

use isoloir_protocol::any::AnyElection;
use isoloir_protocol::ballot::{Choice, Vote};
use isoloir_protocol::credential::SecretCredential;
use isoloir_protocol::hash::sha256_base64;
use rand_core::CryptoRng;

use super::VoterError;

/// A ballot ready to be sent.
#[derive(Clone)]
pub struct Ballot {
    /// Its exact bytes.
    pub bytes: Vec<u8>,
    /// Its tracker (*numéro de suivi*), computed here.
    pub tracker: String,
}

impl Ballot {
    /// Encrypts a choice for an election of one question: 0 is blank, `n` the n-th list.
    ///
    /// # Errors
    /// When the credential is malformed or the election does not allow the choice.
    pub fn choose(
        election: &AnyElection,
        credential: &str,
        choice: u32,
        rng: &mut impl CryptoRng,
    ) -> Result<Self, VoterError> {
        let credential = SecretCredential::parse(credential).map_err(|error| VoterError::Ballot(error.to_string()))?;
        let choice = match choice.checked_sub(1).map(usize::try_from) {
            None => Choice::Blank,
            Some(Ok(list)) => Choice::Answers(vec![list]),
            Some(Err(_)) => return Err(VoterError::Ballot("no such list".to_owned())),
        };
        let bytes = election
            .create_ballot(&credential, &Vote::new(vec![choice]), rng)
            .map_err(|error| VoterError::Ballot(error.to_string()))?;
        Ok(Self {
            tracker: sha256_base64(&bytes),
            bytes,
        })
    }
}
