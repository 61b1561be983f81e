//! Verification of every proof of a ballot. Each equation is that of the specification's section of the
//! same name; nothing here is secret.

use super::{
    Ballot, BallotError, VerifiedBallot,
    answer::{
        Answer, HomomorphicAnswer, ListsAnswer, NonHomomorphicAnswer, knowledge_statement, pair_statement,
        whole_statement,
    },
};
use crate::{
    election::Election,
    elgamal::{CandidateCiphertext, Ciphertext},
    group::Group,
    hash::{challenge_of, challenges_of},
    proof::{
        Proof,
        disjunction::{self, Claim},
    },
    question::{Homomorphic, Question},
    tally::Shape,
};

/// The ciphertexts of a ballot, question by question.
pub type Ciphertexts<G> = Vec<Shape<Ciphertext<G>>>;

impl<G: Group> Ballot<G> {
    /// Verifies every proof.
    ///
    /// # Errors
    /// [`BallotError`]: the first thing found wrong.
    pub fn verify(self, election: &Election<G>) -> Result<VerifiedBallot, BallotError> {
        self.verify_with_ciphertexts(election).map(|(ballot, _)| ballot)
    }

    /// Verifies every proof and hands out the ciphertexts of each question, to be added up.
    ///
    /// # Errors
    /// [`BallotError`]: the first thing found wrong.
    pub fn verify_with_ciphertexts(
        self,
        election: &Election<G>,
    ) -> Result<(VerifiedBallot, Ciphertexts<G>), BallotError> {
        if self.election_hash != election.fingerprint() {
            return Err(BallotError::WrongElection);
        }
        self.verify_signature()?;
        let credential = self.credential();
        let statement = format!("{}|{credential}", election.fingerprint());
        let answers = election.questions().iter().zip(&self.answers).enumerate();
        let verify = |(at, (question, answer)): (usize, (&Question, &Answer<G>))| {
            let context = Context {
                election,
                statement: &statement,
                question: at,
            };
            match (question, answer) {
                (Question::Homomorphic(question), Answer::Homomorphic(answer)) => context.homomorphic(question, answer),
                (Question::Lists(_), Answer::Lists(answer)) => context.lists(answer),
                (Question::NonHomomorphic(_), Answer::NonHomomorphic(answer)) => context.non_homomorphic(answer),
                _ => Err(BallotError::Shape { question: at }),
            }
        };
        let ciphertexts = answers.map(verify).collect::<Result<_, _>>()?;
        let tracker = self.tracker();
        let verified = VerifiedBallot {
            bytes: self.bytes,
            tracker,
            credential,
            election: election.uuid().clone(),
        };
        Ok((verified, ciphertexts))
    }

    /// "Signatures": `challenge = H(sig|hash|A)` with `A = g^response · credential^challenge`.
    fn verify_signature(&self) -> Result<(), BallotError> {
        if self.signature.hash != self.body_hash() {
            return Err(BallotError::SignatureHash);
        }
        let proof = &self.signature.proof;
        let (credential, commitment) = G::vartime_admit(&self.credential, G::generator_table(), &[proof.branch(0)])
            .map_err(|_| BallotError::CredentialNotInSubgroup)?;
        ensure(credential != G::identity(), BallotError::CredentialNotInSubgroup)?;
        let challenge = challenge_of::<G>("sig", &self.signature.hash, &commitment);
        if challenge == proof.challenge {
            Ok(())
        } else {
            Err(BallotError::Signature)
        }
    }
}

/// What the proofs of one answer are bound to.
struct Context<'a, G: Group> {
    election: &'a Election<G>,
    /// Fingerprint and credential.
    statement: &'a str,
    question: usize,
}

impl<G: Group> Context<'_, G> {
    fn homomorphic(
        &self,
        question: &Homomorphic,
        answer: &HomomorphicAnswer<G>,
    ) -> Result<Shape<Ciphertext<G>>, BallotError> {
        let choices = self.individual(answer.choices.iter().zip(&answer.individual_proofs))?;
        let whole = whole_statement(self.statement, &answer.choices);
        let allowed = question.min()..=question.max();
        if let (Some(blank_proof), [blank, others @ ..]) = (&answer.blank_proof, choices.as_slice()) {
            let sum = Ciphertext::sum(others);
            // "Proofs of possibly-blank votes": blank is 0, or the rest is 0 ...
            let exclusive = [Claim::equals(blank, 0), Claim::equals(&sum, 0)];
            ensure(
                self.proves("bproof0", &whole, &exclusive, blank_proof),
                self.blank_proof(),
            )?;
            // ... and blank is 1, or the rest is allowed.
            let counted = [
                Claim::equals(blank, 1),
                Claim {
                    about: &sum,
                    values: allowed,
                },
            ];
            ensure(
                self.proves("bproof1", &whole, &counted, &answer.overall_proof),
                self.overall_proof(),
            )?;
        } else {
            let sum = Ciphertext::sum(&choices);
            let statement = pair_statement(&whole, &CandidateCiphertext::from(&sum));
            let counted = [Claim {
                about: &sum,
                values: allowed,
            }];
            ensure(
                self.proves("prove", &statement, &counted, &answer.overall_proof),
                self.overall_proof(),
            )?;
        }
        Ok(Shape::Array(choices.into_iter().map(Shape::Atom).collect()))
    }

    fn lists(&self, answer: &ListsAnswer<G>) -> Result<Shape<Ciphertext<G>>, BallotError> {
        let proofs = answer.individual_proofs.iter().flatten();
        let mut choices = self
            .individual(answer.choices.iter().flatten().zip(proofs))?
            .into_iter();
        let lists: Vec<Vec<_>> = answer
            .choices
            .iter()
            .map(|list| choices.by_ref().take(list.len()).collect())
            .collect();
        let whole = whole_statement(self.statement, answer.choices.iter().flatten());

        // Exactly one list is chosen.
        let chosen = Ciphertext::sum(lists.iter().filter_map(|list| list.first()));
        let statement = pair_statement(&whole, &CandidateCiphertext::from(&chosen));
        let one = [Claim::equals(&chosen, 1)];
        let overall = std::slice::from_ref(&answer.overall_proof);
        ensure(self.proves("prove", &statement, &one, overall), self.overall_proof())?;

        // Each list is chosen, or none of its candidates is.
        let mut candidates = Ciphertext::zero();
        for (at, (list, proof)) in lists.iter().zip(&answer.list_proofs).enumerate() {
            let error = BallotError::ListProof {
                question: self.question,
                list: at,
            };
            let [chosen, own @ ..] = list.as_slice() else {
                return Err(error);
            };
            let sum = Ciphertext::sum(own);
            let either = [Claim::equals(chosen, 1), Claim::equals(&sum, 0)];
            ensure(self.proves("lproof", &whole, &either, proof), error)?;
            candidates = candidates.add(&sum);
        }

        // Some candidate is chosen.
        let hash = |commitments: &[G::Element; 3]| challenge_of::<G>("nonzero", &whole, commitments);
        let nonzero = answer
            .nonzero_proof
            .vartime_verify(&candidates, self.election.public_key(), hash);
        ensure(
            nonzero,
            BallotError::NonzeroProof {
                question: self.question,
            },
        )?;
        let shape = |list: Vec<_>| Shape::Array(list.into_iter().map(Shape::Atom).collect());
        Ok(Shape::Array(lists.into_iter().map(shape).collect()))
    }

    /// "Non-homomorphic answers": knowledge of `r` with `alpha = g^r`.
    fn non_homomorphic(&self, answer: &NonHomomorphicAnswer<G>) -> Result<Shape<Ciphertext<G>>, BallotError> {
        let admit = |candidate, branches: &[_]| {
            G::vartime_admit(candidate, G::generator_table(), branches).map_err(|_| BallotError::NotInSubgroup {
                question: self.question,
            })
        };
        let (alpha, commitment) = admit(&answer.choices.alpha, &[answer.proof.branch(0)])?;
        let (beta, _) = admit(&answer.choices.beta, &[])?;
        let statement = knowledge_statement::<G>(self.statement, self.election.public_key(), &answer.choices);
        let challenge = challenge_of::<G>("raweg", &statement, &commitment);
        ensure(
            challenge == answer.proof.challenge,
            BallotError::KnowledgeProof {
                question: self.question,
            },
        )?;
        Ok(Shape::Atom(Ciphertext { alpha, beta }))
    }

    /// "Proofs of interval membership", for 0 and 1.
    fn individual<'a>(
        &self,
        choices: impl Iterator<Item = (&'a CandidateCiphertext<G>, &'a Vec<Proof<G>>)>,
    ) -> Result<Vec<Ciphertext<G>>, BallotError> {
        let mut hashed = Vec::new();
        let mut admitted = Vec::new();
        for (choice, proofs) in choices {
            let claim = Claim {
                about: choice,
                values: 0..=1,
            };
            let one = disjunction::vartime_admit(&claim, proofs, self.election.key_table()).map_err(|_| {
                BallotError::NotInSubgroup {
                    question: self.question,
                }
            })?;
            hashed.push((pair_statement(self.statement, choice), one.commitments));
            admitted.push((one.ciphertext, one.sum));
        }
        let challenges = challenges_of::<G>("prove", &hashed);
        let verify = |(at, ((ciphertext, sum), challenge))| {
            let error = BallotError::IndividualProof {
                question: self.question,
                choice: at,
            };
            ensure(sum == Some(challenge), error).map(|()| ciphertext)
        };
        admitted.into_iter().zip(challenges).enumerate().map(verify).collect()
    }

    fn proves(&self, name: &str, statement: &str, claims: &[Claim<&Ciphertext<G>>], proofs: &[Proof<G>]) -> bool {
        let hash = |commitments: &[G::Element]| challenge_of::<G>(name, statement, commitments);
        disjunction::vartime_verify(claims, proofs, self.election.key_table(), hash)
    }

    const fn overall_proof(&self) -> BallotError {
        BallotError::OverallProof {
            question: self.question,
        }
    }

    const fn blank_proof(&self) -> BallotError {
        BallotError::BlankProof {
            question: self.question,
        }
    }
}

fn ensure(holds: bool, error: BallotError) -> Result<(), BallotError> {
    if holds { Ok(()) } else { Err(error) }
}
