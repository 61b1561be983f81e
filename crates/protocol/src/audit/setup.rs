//! Checks of what the election was set up with: its description, its trustees, its voters.

use std::collections::HashMap;

use rayon::prelude::*;

use super::finding::{Culprit, Finding, Reason, trustee_culprit};
use crate::{
    credential::PublicCredential,
    election::Election,
    group::Group,
    hash::sha256,
    json,
    question::Question,
    tally::{Shape, Weight},
    trustee::{Trustees, VerifiedTrustees},
};

/// Refuses questions that need shuffles, which are not verified here; gives the others' shapes.
pub(super) fn check_questions(questions: &[Question]) -> Result<Vec<Shape<()>>, Finding> {
    let shapes = questions.iter().zip(1..).map(|(question, number)| {
        Shape::of_question(question).ok_or_else(|| Finding::new(Culprit::Election, Reason::UnsupportedQuestion(number)))
    });
    shapes.collect()
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

/// Where the content of a ballot stands in the file.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) offset: u64,
    pub(super) size: u64,
}

impl Voters {
    pub(super) fn len(&self) -> u64 {
        self.voters.len() as u64
    }

    pub(super) fn find(&mut self, credential: &PublicCredential) -> Option<&mut Voter> {
        self.voters.get_mut(&sha256(credential.as_str().as_bytes()))
    }
}

/// Checks the list of public credentials: elements of the group, all distinct, with sound weights.
pub(super) fn check_credentials<G: Group>(bytes: &[u8]) -> Result<Voters, Finding> {
    let lines: Vec<String> =
        json::parse(bytes).map_err(|e| Finding::new(Culprit::Archive, Reason::CredentialsForm(e)))?;
    let at = |index: usize| Culprit::Credential(index + 1);
    let read: Vec<Result<([u8; 32], Weight), Reason>> =
        lines.par_iter().map(|line| read_credential::<G>(line)).collect();
    let mut voters = HashMap::with_capacity(lines.len());
    for (index, entry) in read.into_iter().enumerate() {
        let (key, weight) = entry.map_err(|reason| Finding::new(at(index), reason))?;
        if voters.insert(key, Voter { weight, last: None }).is_some() {
            return Err(Finding::new(at(index), Reason::CredentialTwice));
        }
    }
    Ok(Voters { voters })
}

/// `point` or `point,weight`.
fn read_credential<G: Group>(line: &str) -> Result<([u8; 32], Weight), Reason> {
    let (point, weight) = match line.split_once(',') {
        Some((point, weight)) => (point, Weight::parse(weight).ok_or(Reason::Weight)?),
        None => (line, Weight::ONE),
    };
    let credential = PublicCredential::parse(point, G::NAME)?;
    Ok((sha256(credential.as_str().as_bytes()), weight))
}
