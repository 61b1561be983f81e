//! The count in whatever group the election is: bytes in, bytes out, around the protocol's typed functions.

use isoloir_protocol::any::AnyElection;
use isoloir_protocol::archive::{PayloadHash, TallyRecord};
use isoloir_protocol::ballot::{Ballot, BallotError};
use isoloir_protocol::election::Election;
use isoloir_protocol::group::{Group, GroupName};
use isoloir_protocol::json::JsonError;
use isoloir_protocol::question::Question;
use isoloir_protocol::tally::{
    AccumulateError, Accumulator, BoundDecryption, CombineError, Decrypted, DecryptionError, EncryptedTally,
    PartialDecryption, Shape, Weight,
};
use isoloir_protocol::trustee::{TrusteeError, Trustees, VerifiedTrustees};
use rayon::prelude::*;

/// Why a step of the count fails.
#[derive(Debug, thiserror::Error)]
pub enum CountError {
    /// A document is not in its canonical form.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// The trustees' proofs do not hold.
    #[error(transparent)]
    Trustees(#[from] TrusteeError),
    /// A stored ballot no longer verifies.
    #[error("the ballot at height {height} does not verify")]
    Ballot {
        /// Its height in the box.
        height: u64,
        /// What is wrong with it.
        #[source]
        error: BallotError,
    },
    /// Ballots do not add up.
    #[error(transparent)]
    Accumulate(#[from] AccumulateError),
    /// The election asks a kind of question that is not counted here.
    #[error("this kind of question is not counted here")]
    Question,
    /// No trustee has this number.
    #[error("there is no trustee {0}")]
    UnknownTrustee(u32),
    /// A partial decryption is wrong.
    #[error(transparent)]
    Decryption(#[from] DecryptionError),
    /// Partial decryptions do not give a result.
    #[error(transparent)]
    Combine(#[from] CombineError),
}

/// Evaluates `$body` with the type `$g` of the group named `$name`.
macro_rules! in_group {
    ($name:expr, $g:ident => $body:expr) => {
        match $name {
            isoloir_protocol::group::GroupName::Ed25519 => {
                type $g = isoloir_protocol::group::Ed25519;
                $body
            }
            isoloir_protocol::group::GroupName::Belenios2048 => {
                type $g = isoloir_protocol::group::Belenios2048;
                $body
            }
            isoloir_protocol::group::GroupName::Rfc3526 => {
                type $g = isoloir_protocol::group::Rfc3526;
                $body
            }
        }
    };
}
pub(crate) use in_group;

/// Evaluates `$body` with `$election` bound to the typed election, of group `$g`.
macro_rules! typed {
    ($any:expr, $election:ident => $body:expr) => {
        match $any {
            AnyElection::Ed25519($election) => $body,
            AnyElection::Belenios2048($election) => $body,
            AnyElection::Rfc3526($election) => $body,
        }
    };
}

/// Verifies trustees and gives the election's public key, as the protocol writes it.
pub(crate) fn public_key(group: GroupName, trustees: &[u8]) -> Result<String, CountError> {
    in_group!(group, G => {
        let verified = Trustees::<G>::parse(trustees)?.verify()?;
        let mut text = String::new();
        <G as Group>::write(verified.public_key(), &mut text);
        Ok(text)
    })
}

/// An encrypted tally and the record that refers to it.
pub(crate) struct TallyBytes {
    pub(crate) record: Vec<u8>,
    pub(crate) tally: Vec<u8>,
}

/// Adds ballots up, page by page.
pub(crate) trait Adder: Send {
    /// Verifies and adds the ballots of a page, each with its height. Runs on the thread pool of the caller.
    fn add(&mut self, page: Vec<(u64, Vec<u8>)>) -> Result<(), CountError>;
    /// The sum.
    fn finish(self: Box<Self>) -> TallyBytes;
}

/// An adder for the election, with nothing added yet.
pub(crate) fn adder(election: &AnyElection) -> Result<Box<dyn Adder>, CountError> {
    let shapes = election.questions().iter().map(shape).collect::<Result<Vec<_>, _>>()?;
    Ok(
        typed!(election, election => Box::new(TypedAdder { election: election.clone(), sum: Accumulator::new(&shapes) })),
    )
}

/// Form of a question's ciphertexts.
fn shape(question: &Question) -> Result<Shape<()>, CountError> {
    match question {
        Question::Homomorphic(question) => Ok(Shape::Array(vec![Shape::Atom(()); question.choices()])),
        _ => Err(CountError::Question),
    }
}

struct TypedAdder<G: Group> {
    election: Election<G>,
    sum: Accumulator<G>,
}

impl<G: Group> Adder for TypedAdder<G> {
    fn add(&mut self, page: Vec<(u64, Vec<u8>)>) -> Result<(), CountError> {
        // What the database holds is not believed: every ballot is verified again before it counts.
        let verified = page.into_par_iter().map(|(height, bytes)| {
            Ballot::parse(bytes, &self.election)
                .and_then(|ballot| ballot.verify_with_ciphertexts(&self.election))
                .map(|(_, ciphertexts)| ciphertexts)
                .map_err(|error| CountError::Ballot { height, error })
        });
        for ciphertexts in verified.collect::<Result<Vec<_>, _>>()? {
            self.sum.add(&ciphertexts, Weight::ONE)?;
        }
        Ok(())
    }

    fn finish(self: Box<Self>) -> TallyBytes {
        let (tally, figures) = self.sum.into_tally();
        let tally = tally.to_bytes();
        let record = TallyRecord {
            num_tallied: figures.num_tallied,
            total_weight: figures.total_weight,
            encrypted_tally: PayloadHash::of(&tally),
        };
        TallyBytes {
            record: record.to_bytes(),
            tally,
        }
    }
}

/// Verifies what trustee `owner` hands over; gives the partial decryption for the box.
pub(crate) fn check_decryption(
    election: &AnyElection,
    trustees: &[u8],
    tally: &[u8],
    owner: u32,
    bytes: &[u8],
) -> Result<Vec<u8>, CountError> {
    typed!(election, election => typed_check(election, trustees, tally, owner, bytes))
}

fn typed_check<G: Group>(
    election: &Election<G>,
    trustees: &[u8],
    tally: &[u8],
    owner: u32,
    bytes: &[u8],
) -> Result<Vec<u8>, CountError> {
    let trustees = Trustees::<G>::parse(trustees)?.verify()?;
    let key = trustees.member(owner).ok_or(CountError::UnknownTrustee(owner))?;
    let tally = EncryptedTally::<G>::parse(tally)?;
    let bound = BoundDecryption::<G>::parse(bytes)?;
    bound.verify(key, election.fingerprint(), &tally)?;
    Ok(bound.decryption().to_bytes())
}

/// Combines verified partial decryptions into the result; none of its counts exceeds `total`.
pub(crate) fn combine(
    group: GroupName,
    trustees: &[u8],
    tally: &[u8],
    decryptions: &[(u32, Vec<u8>)],
    total: Weight,
) -> Result<Vec<u8>, CountError> {
    in_group!(group, G => {
        let trustees: VerifiedTrustees<G> = Trustees::parse(trustees)?.verify()?;
        let tally = EncryptedTally::<G>::parse(tally)?;
        let mut parts = Vec::with_capacity(decryptions.len());
        for (owner, bytes) in decryptions {
            parts.push((*owner, PartialDecryption::<G>::parse(bytes)?));
        }
        let decrypted = Decrypted::combine(&trustees, &tally, &parts)?;
        Ok(decrypted.result(total)?.to_bytes())
    })
}
