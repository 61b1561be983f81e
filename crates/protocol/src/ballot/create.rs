//! Making a ballot. Runs in constant time with respect to the credential and the randomness.

use rand_core::CryptoRng;
use serde::Serialize;
use subtle::Choice;
use zeroize::Zeroizing;

use super::{
    Signature, Vote, VoteError,
    answer::{
        Answer, HomomorphicAnswer, ListsAnswer, NonHomomorphicAnswer, knowledge_statement, pair_statement,
        whole_statement,
    },
    vote::{Plaintext, Weights},
};
use crate::{
    credential::{ElectionUuid, PublicCredential, SecretCredential},
    election::Election,
    elgamal::{CandidateCiphertext, Ciphertext, Opening},
    group::{Group, embedding},
    hash::{self, challenge_of, challenges_of},
    json,
    proof::{
        Proof,
        disjunction::{self, Claim},
        nonzero::NonzeroProof,
    },
    question::{Homomorphic, Question},
};

/// Makes the ballot that casts `vote` in `election` with `secret`: its canonical JSON.
///
/// # Errors
/// [`VoteError`] when the election does not allow the vote.
pub fn create<G: Group, R: CryptoRng + ?Sized>(
    election: &Election<G>,
    secret: &SecretCredential,
    vote: &Vote,
    rng: &mut R,
) -> Result<Vec<u8>, VoteError> {
    let plaintexts = vote.plaintexts(election.questions())?;
    let exponent = secret.exponent::<G>(election.uuid());
    let credential = PublicCredential::of_exponent::<G>(&exponent);
    let statement = format!("{}|{credential}", election.fingerprint());
    let mut prover = Prover {
        election,
        statement: &statement,
        rng,
    };
    let answers = election.questions().iter().zip(&plaintexts).enumerate();
    let answers = answers
        .map(|(at, (question, plaintext))| {
            let answer = match (question, plaintext) {
                (Question::Homomorphic(question), Plaintext::Weights(weights)) => prover.homomorphic(question, weights),
                (Question::Lists(_), Plaintext::Weights(weights)) => prover.lists(weights),
                (Question::NonHomomorphic(_), Plaintext::Numbers(numbers)) => prover.non_homomorphic(numbers),
                _ => None,
            };
            answer.ok_or(VoteError::NotAllowed { question: at })
        })
        .collect::<Result<Vec<_>, _>>()?;

    let body = Body {
        election_uuid: election.uuid(),
        election_hash: election.fingerprint(),
        credential: &credential,
        answers: &answers,
    };
    let mut ballot = json::to_bytes(&body);
    let signed = hash::sha256_base64(&ballot);
    let sign = |commitment: &G::Element| challenge_of::<G>("sig", &signed, std::slice::from_ref(commitment));
    let proof = Proof::<G>::prove_g(&exponent, sign, rng);
    // The signature is one more field at the end.
    ballot.pop();
    ballot.extend_from_slice(b",\"signature\":");
    ballot.extend(json::to_bytes(&Signature { hash: signed, proof }));
    ballot.push(b'}');
    Ok(ballot)
}

/// A ballot without its signature: what is signed.
#[derive(Serialize)]
#[serde(bound = "")]
struct Body<'a, G: Group> {
    election_uuid: &'a ElectionUuid,
    election_hash: &'a str,
    credential: &'a PublicCredential,
    answers: &'a [Answer<G>],
}

struct Prover<'a, G: Group, R: CryptoRng + ?Sized> {
    election: &'a Election<G>,
    /// Fingerprint and credential.
    statement: &'a str,
    rng: &'a mut R,
}

/// A ciphertext, its text, and what opens it.
struct Encrypted<G: Group> {
    ciphertext: Ciphertext<G>,
    text: CandidateCiphertext<G>,
    opening: Opening<G>,
}

impl<G: Group, R: CryptoRng + ?Sized> Prover<'_, G, R> {
    fn homomorphic(&mut self, question: &Homomorphic, weights: &Weights) -> Option<Answer<G>> {
        let choices: Vec<_> = weights.0.iter().flat_map(|weights| self.encrypt(weights)).collect();
        let individual_proofs = self.individual(&choices);
        let whole = whole_statement(self.statement, choices.iter().map(|choice| &choice.text));
        let allowed = question.min()..=question.max();
        let (overall_proof, blank_proof) = match choices.as_slice() {
            [blank, others @ ..] if question.blank() => {
                let sum = Opening::sum(others.iter().map(|choice| &choice.opening));
                let exclusive = [Claim::equals(&blank.opening, 0), Claim::equals(&sum, 0)];
                let blank_proof = self.prove("bproof0", &whole, &exclusive)?;
                let counted = [
                    Claim::equals(&blank.opening, 1),
                    Claim {
                        about: &sum,
                        values: allowed,
                    },
                ];
                (self.prove("bproof1", &whole, &counted)?, Some(blank_proof))
            }
            all => {
                let sum = Opening::sum(all.iter().map(|choice| &choice.opening));
                let statement = self.sum_statement(&whole, all);
                (
                    self.prove(
                        "prove",
                        &statement,
                        &[Claim {
                            about: &sum,
                            values: allowed,
                        }],
                    )?,
                    None,
                )
            }
        };
        let choices = choices.into_iter().map(|choice| choice.text).collect();
        Some(Answer::Homomorphic(HomomorphicAnswer {
            choices,
            individual_proofs,
            overall_proof,
            blank_proof,
        }))
    }

    fn lists(&mut self, weights: &Weights) -> Option<Answer<G>> {
        let lists: Vec<_> = weights.0.iter().map(|weights| self.encrypt(weights)).collect();
        let individual_proofs = lists.iter().map(|list| self.individual(list)).collect();
        let whole = whole_statement(self.statement, lists.iter().flatten().map(|choice| &choice.text));

        let heads = || lists.iter().filter_map(|list| list.first());
        let sum = Opening::sum(heads().map(|choice| &choice.opening));
        let statement = self.sum_statement(&whole, heads());
        let overall_proof = self
            .prove("prove", &statement, &[Claim::equals(&sum, 1)])?
            .into_iter()
            .next()?;

        let mut list_proofs = Vec::with_capacity(lists.len());
        for list in &lists {
            let (chosen, own) = list.split_first()?;
            let sum = Opening::sum(own.iter().map(|choice| &choice.opening));
            let either = [Claim::equals(&chosen.opening, 1), Claim::equals(&sum, 0)];
            list_proofs.push(self.prove("lproof", &whole, &either)?);
        }

        let candidates = || lists.iter().flat_map(|list| list.iter().skip(1));
        let ciphertext = Ciphertext::sum(candidates().map(|choice| &choice.ciphertext));
        let opening = Opening::sum(candidates().map(|choice| &choice.opening));
        let hash = |commitments: &[G::Element; 3]| challenge_of::<G>("nonzero", &whole, commitments);
        let nonzero_proof = NonzeroProof::prove(&ciphertext, &opening, self.election.key_table(), hash, self.rng);

        let texts = |list: Vec<Encrypted<G>>| list.into_iter().map(|choice| choice.text).collect();
        let choices = lists.into_iter().map(texts).collect();
        Some(Answer::Lists(ListsAnswer {
            choices,
            individual_proofs,
            overall_proof,
            list_proofs,
            nonzero_proof,
        }))
    }

    /// "Non-homomorphic answers". The plaintext's encoding takes variable time: our voting booth has no such question.
    fn non_homomorphic(&mut self, numbers: &[u8]) -> Option<Answer<G>> {
        let plaintext = embedding::embed::<G>(numbers)?;
        let randomness = Zeroizing::new(G::random_scalar(self.rng));
        let choices = CandidateCiphertext {
            alpha: G::candidate(&G::pow_g(&randomness)),
            beta: G::candidate(&G::mul(
                &G::pow_table(self.election.key_table(), &randomness),
                &plaintext,
            )),
        };
        let statement = knowledge_statement::<G>(self.statement, self.election.public_key(), &choices);
        let hash = |commitment: &G::Element| challenge_of::<G>("raweg", &statement, std::slice::from_ref(commitment));
        let proof = Proof::<G>::prove_g(&randomness, hash, self.rng);
        Some(Answer::NonHomomorphic(NonHomomorphicAnswer { choices, proof }))
    }

    fn encrypt(&mut self, weights: &[bool]) -> Vec<Encrypted<G>> {
        let bits = weights.iter().map(|weight| Choice::from(u8::from(*weight)));
        let pairs: Vec<_> = bits
            .map(|bit| Ciphertext::encrypt(self.election.key_table(), bit, self.rng))
            .collect();
        let ciphertexts: Vec<_> = pairs.iter().map(|(ciphertext, _)| ciphertext).collect();
        let texts = CandidateCiphertext::of_all(&ciphertexts);
        let texts = texts.into_iter().zip(pairs);
        texts
            .map(|(text, (ciphertext, opening))| Encrypted {
                ciphertext,
                text,
                opening,
            })
            .collect()
    }

    fn individual(&mut self, choices: &[Encrypted<G>]) -> Vec<Vec<Proof<G>>> {
        let statements = choices
            .iter()
            .map(|choice| pair_statement(self.statement, &choice.text));
        let hash = |commitments: Vec<_>| challenges_of::<G>("prove", &statements.zip(commitments).collect::<Vec<_>>());
        let openings = choices.iter().map(|choice| &choice.opening);
        let proofs = disjunction::prove_bits(openings, self.election.key_table(), hash, self.rng);
        proofs.into_iter().map(Vec::from).collect()
    }

    fn prove(&mut self, name: &str, statement: &str, claims: &[Claim<&Opening<G>>]) -> Option<Vec<Proof<G>>> {
        let hash = |commitments: &[G::Element]| challenge_of::<G>(name, statement, commitments);
        disjunction::prove(claims, self.election.key_table(), hash, self.rng)
    }

    /// What a proof about the sum of some choices is bound to.
    fn sum_statement<'a>(&self, whole: &str, choices: impl IntoIterator<Item = &'a Encrypted<G>>) -> String {
        let sum = Ciphertext::sum(choices.into_iter().map(|choice| &choice.ciphertext));
        pair_statement(whole, &CandidateCiphertext::from(&sum))
    }
}
