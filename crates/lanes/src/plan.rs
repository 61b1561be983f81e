//! What there is to verify in every ballot of an election: which points, which proofs, and what each is about.
//!
//! Everything is numbered, ballot by ballot alike, so that the work on many ballots can be lined up in lanes:
//! - *points*: alpha and beta of each choice of each question, then the credential;
//! - *sums*: of some points of a question;
//! - *proofs*: pairs of challenge and response, in the order of the ballot's text, the signature last;
//! - *commitments*: `A` and `B` of each proof; for the signature `A` only.

use std::ops::Range;

use isoloir_protocol::{
    election::ElectionParams,
    question::{Homomorphic, Question},
};

use crate::fixed::Base;

/// The whole.
#[derive(Debug)]
pub struct Plan {
    /// Questions in order.
    pub questions: Vec<Answer>,
    /// How many points.
    pub points: usize,
    /// Of which points each sum is made.
    pub sums: Vec<Members>,
    /// How many proofs.
    pub proofs: usize,
    /// How many commitments.
    pub commitments: usize,
    /// Points and sums with the commitments that are made of them.
    pub factors: Vec<Factors>,
    /// Hashes and the challenges that they must be the sum of.
    pub hashes: Vec<Hash>,
}

/// The form of an answer.
#[derive(Debug, Clone, Copy)]
pub struct Answer {
    /// How many choices.
    pub choices: usize,
    /// How many branches the overall proof has.
    pub overall: usize,
    /// Whether there is a blank proof, of two branches.
    pub blank: bool,
}

/// Every second point from the first on: the alphas or the betas of some choices.
#[derive(Debug, Clone)]
pub struct Members {
    /// The first.
    pub first: usize,
    /// How many.
    pub count: usize,
}

/// A point or a sum, and the commitments `response·base + challenge·(point - shift·g)`.
#[derive(Debug, Clone)]
pub struct Factors {
    /// The place of the point; sums follow the points.
    pub place: usize,
    /// The base of the responses.
    pub base: Base,
    /// The commitments.
    pub uses: Vec<Use>,
}

/// One commitment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Use {
    /// Times how many `g` is taken off; nothing where the base is `g`.
    pub shift: u32,
    /// The proof.
    pub proof: usize,
    /// The commitment.
    pub commitment: usize,
}

/// `hash(name|statement|commitments)` must be the sum of the challenges of the proofs.
#[derive(Debug)]
pub struct Hash {
    /// `prove`, `bproof0`, `bproof1` or `sig`.
    pub name: &'static str,
    /// What the proof is bound to.
    pub statement: Statement,
    /// Which commitments.
    pub commitments: Range<usize>,
    /// Which proofs.
    pub proofs: Range<usize>,
}

/// What a proof is bound to, after the election's fingerprint and the credential.
#[derive(Debug, Clone)]
pub enum Statement {
    /// The texts of some points.
    Points(Range<usize>),
    /// The texts of some points, then those of two sums.
    PointsAndSums(Range<usize>, [usize; 2]),
    /// The hash of the ballot, and nothing else.
    Signature,
}

impl Plan {
    /// For an election whose questions are all homomorphic; `None` for others.
    #[must_use]
    pub fn of(election: &ElectionParams) -> Option<Self> {
        let mut plan = Self {
            questions: Vec::new(),
            points: 0,
            sums: Vec::new(),
            proofs: 0,
            commitments: 0,
            factors: Vec::new(),
            hashes: Vec::new(),
        };
        let mut sums = Vec::new();
        for question in &election.questions {
            let Question::Homomorphic(question) = question else {
                return None;
            };
            plan.question(question, &mut sums);
        }
        plan.signature();
        // Sums come after the points, whose number is known only now.
        for mut factors in sums {
            factors.place += plan.points;
            plan.factors.push(factors);
        }
        Some(plan)
    }

    fn question(&mut self, question: &Homomorphic, sums: &mut Vec<Factors>) {
        let choices = question.choices();
        let points = self.points..self.points + 2 * choices;
        self.points = points.end;
        let mut own: Vec<Factors> = points
            .clone()
            .map(|place| Factors {
                place,
                base: if (place - points.start) % 2 == 0 {
                    Base::Generator
                } else {
                    Base::Key
                },
                uses: Vec::new(),
            })
            .collect();
        for pair in own.chunks_mut(2) {
            let first = pair.first().map_or(0, |factors| factors.place);
            let claims = self.claims(pair, 0..=1);
            self.hash("prove", Statement::Points(first..first + 2), claims);
        }
        // Of all choices, or of all but the blank one.
        let skipped = if question.blank() { 2 } else { 0 };
        let place = self.sums.len();
        let mut sum: Vec<Factors> = [Base::Generator, Base::Key]
            .into_iter()
            .zip(0..)
            .map(|(base, at)| {
                self.sums.push(Members {
                    first: points.start + skipped + at,
                    count: choices - skipped / 2,
                });
                Factors {
                    place: place + at,
                    base,
                    uses: Vec::new(),
                }
            })
            .collect();
        let allowed = question.min()..=question.max();
        let overall = allowed.clone().count();
        let whole = Statement::Points(points.clone());
        if question.blank() {
            // In the ballot the overall proof comes before the blank proof.
            let blank = own.get_mut(..2).unwrap_or_default();
            let one = self.claims(blank, 1..=1);
            let counted = self.claims(&mut sum, allowed);
            self.hash("bproof1", whole.clone(), joined(one, counted));
            let none = self.claims(blank, 0..=0);
            let others = self.claims(&mut sum, 0..=0);
            self.hash("bproof0", whole, joined(none, others));
        } else {
            let counted = self.claims(&mut sum, allowed);
            self.hash("prove", Statement::PointsAndSums(points, [place, place + 1]), counted);
        }
        self.questions.push(Answer {
            choices,
            overall: overall + usize::from(question.blank()),
            blank: question.blank(),
        });
        self.factors.extend(own);
        sums.extend(sum);
    }

    /// One proof of two commitments for each value that alpha and beta are claimed to encrypt.
    fn claims(&mut self, pair: &mut [Factors], values: std::ops::RangeInclusive<u32>) -> (Range<usize>, Range<usize>) {
        let (proofs, commitments) = (self.proofs, self.commitments);
        for value in values {
            for factors in &mut *pair {
                let shift = if factors.base == Base::Key { value } else { 0 };
                factors.uses.push(Use {
                    shift,
                    proof: self.proofs,
                    commitment: self.commitments,
                });
                self.commitments += 1;
            }
            self.proofs += 1;
        }
        (proofs..self.proofs, commitments..self.commitments)
    }

    fn hash(&mut self, name: &'static str, statement: Statement, (proofs, commitments): (Range<usize>, Range<usize>)) {
        self.hashes.push(Hash {
            name,
            statement,
            commitments,
            proofs,
        });
    }

    fn signature(&mut self) {
        let (proof, commitment) = (self.proofs, self.commitments);
        self.factors.push(Factors {
            place: self.points,
            base: Base::Generator,
            uses: vec![Use {
                shift: 0,
                proof,
                commitment,
            }],
        });
        self.points += 1;
        self.proofs += 1;
        self.commitments += 1;
        self.hash(
            "sig",
            Statement::Signature,
            (proof..proof + 1, commitment..commitment + 1),
        );
    }
}

/// Two ranges of which the second begins where the first ends.
fn joined(a: (Range<usize>, Range<usize>), b: (Range<usize>, Range<usize>)) -> (Range<usize>, Range<usize>) {
    (a.0.start..b.0.end, a.1.start..b.1.end)
}
