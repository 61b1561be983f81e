//! Checks of what the election was set up with: its description, its trustees, its voters.

use std::collections::HashMap;

use rayon::prelude::*;

use super::{
    engine::Engine,
    finding::{Culprit, Finding, Reason, trustee_culprit},
};
use crate::{
    certificate::{CertificateError, CredentialsCertificate},
    credential::PublicCredential,
    election::Election,
    group::Group,
    hash::sha256,
    json,
    question::Question,
    tally::Weight,
    trustee::{Trustees, VerifiedTrustees},
};

/// Refuses questions whose answers the group cannot encrypt.
pub(super) fn check_questions<G: Group>(questions: &[Question]) -> Result<(), Finding> {
    let refused = questions
        .iter()
        .position(|question| question.is_shuffled() && G::PADDING.is_none());
    match refused {
        Some(place) => Err(Finding::new(Culprit::Election, Reason::NoEmbedding(place + 1))),
        None => Ok(()),
    }
}

/// Checks proofs and signatures of trustees.
pub(super) fn check_trustees<G: Group>(bytes: &[u8]) -> Result<VerifiedTrustees<G>, Finding> {
    let trustees = Trustees::parse(bytes).map_err(|e| Finding::new(Culprit::Trustees, Reason::TrusteesForm(e)))?;
    trustees
        .verify()
        .map_err(|error| Finding::new(trustee_culprit(&error), error))
}

/// Checks that the election's key is that of the trustees.
pub(super) fn check_key<G: Group>(election: &Election<G>, trustees: &VerifiedTrustees<G>) -> Result<(), Finding> {
    if election.public_key() == trustees.public_key() {
        Ok(())
    } else {
        Err(Finding::new(Culprit::Election, Reason::Key))
    }
}

/// The public credentials, by the hash of their text (which is long in a finite field).
pub(super) struct Voters {
    voters: HashMap<[u8; 32], Voter>,
}

/// One credential: its weight, and where its last ballot stands.
pub(super) struct Voter {
    pub(super) weight: Weight,
    pub(super) last: Option<Place>,
}

/// Where a ballot's content stands in the file.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) offset: u64,
    pub(super) size: u64,
    /// How many ballots stand before it.
    pub(super) ordinal: u64,
}

impl Voters {
    pub(super) fn len(&self) -> u64 {
        self.voters.len() as u64
    }

    /// Finds a voter by the text of his credential.
    pub(super) fn find(&mut self, credential: &str) -> Option<&mut Voter> {
        self.voters.get_mut(&sha256(credential.as_bytes()))
    }
}

/// Checks the list of public credentials: elements of the group, all distinct, with sound weights.
pub(super) fn check_credentials<G: Group>(bytes: &[u8], engine: Option<&dyn Engine>) -> Result<Voters, Finding> {
    let lines: Vec<String> =
        json::parse(bytes).map_err(|e| Finding::new(Culprit::Archive, Reason::CredentialsForm(e)))?;
    let at = |index: usize| Culprit::Credential(index + 1);
    let read: Vec<Result<([u8; 32], Weight), Reason>> = lines
        .par_chunks(CREDENTIALS)
        .flat_map_iter(|lines| read_credentials::<G>(lines, engine))
        .collect();
    let mut voters = HashMap::with_capacity(lines.len());
    for (index, entry) in read.into_iter().enumerate() {
        let (key, weight) = entry.map_err(|reason| Finding::new(at(index), reason))?;
        if voters.insert(key, Voter { weight, last: None }).is_some() {
            return Err(Finding::new(at(index), Reason::CredentialTwice));
        }
    }
    Ok(Voters { voters })
}

/// Checks that the certificate of the credential authority is about this election and its list of so many credentials; with which
/// key it is signed.
pub(super) fn check_certificate<G: Group>(
    election: &Election<G>,
    certificate: &[u8],
    credentials: &[u8],
    count: u64,
) -> Result<String, Finding> {
    let finding = |error: CertificateError| Finding::new(Culprit::Archive, error);
    let certificate = CredentialsCertificate::<G>::parse(certificate).map_err(|error| finding(error.into()))?;
    certificate
        .verify(&election.params().uuid, credentials, count)
        .map_err(finding)?;
    let mut key = String::new();
    G::write(certificate.verification_key(), &mut key);
    Ok(key)
}

/// How many credentials are read at once.
const CREDENTIALS: usize = 1024;

/// Lines of the form `point` or `point,weight`. What the engine does not admit is read directly.
fn read_credentials<G: Group>(
    lines: &[String],
    engine: Option<&dyn Engine>,
) -> Vec<Result<([u8; 32], Weight), Reason>> {
    let split: Vec<(&str, Option<&str>)> = lines
        .iter()
        .map(|line| {
            line.split_once(',')
                .map_or((line.as_str(), None), |(point, weight)| (point, Some(weight)))
        })
        .collect();
    let points: Vec<&str> = split.iter().map(|(point, _)| *point).collect();
    let admitted = engine.map(|engine| engine.admits(&points)).unwrap_or_default();
    let admitted = admitted.into_iter().chain(std::iter::repeat(false));
    let read = |((point, weight), is_admitted): ((&str, Option<&str>), bool)| {
        let weight = match weight {
            Some(weight) => Weight::parse(weight).ok_or(Reason::Weight)?,
            None => Weight::ONE,
        };
        if !is_admitted {
            PublicCredential::parse(point, G::NAME)?;
        }
        Ok((sha256(point.as_bytes()), weight))
    };
    split.into_iter().zip(admitted).map(read).collect()
}
