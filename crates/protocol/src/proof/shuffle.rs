//! Proofs that a list of ciphertexts is another one, encrypted again and in another order (specification, "Shuffles" and
//! "Shuffle algorithms": the proof of Terelius and Wikström in the form of the CHVote system).
//!
//! Names are those of the specification. In short: `permutation` commits to the permutation, column by column; hashing
//! gives exponents `u`; `chain` shows that the exponents used on the other side are the same ones in another order, by
//! their product; the equations `t3` and `t4` tie permutation and ciphertexts to these exponents.

use rand_core::CryptoRng;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::{
    elgamal::Ciphertext,
    group::Group,
    hash::{challenge, sha256, sha256_hex},
};

/// The proof, as it stands in a shuffle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct ShuffleProof<G: Group>(Commitments<G>, Responses<G>, Vec<G::Element>, Vec<G::Element>);

/// `t1, t2, t3, (t4_1, t4_2), t̂`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound = "")]
struct Commitments<G: Group>(
    G::Element,
    G::Element,
    G::Element,
    (G::Element, G::Element),
    Vec<G::Element>,
);

/// `s1, s2, s3, s4, ŝ, s'`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound = "")]
struct Responses<G: Group>(
    G::Scalar,
    G::Scalar,
    G::Scalar,
    G::Scalar,
    Vec<G::Scalar>,
    Vec<G::Scalar>,
);

/// What is proven: `after` is `before`, encrypted again under `key` and in another order, in the election that
/// `fingerprint` names.
#[derive(Debug, Clone, Copy)]
pub struct Statement<'a, G: Group> {
    /// The ciphertexts that were shuffled.
    pub before: &'a [Ciphertext<G>],
    /// What they became.
    pub after: &'a [Ciphertext<G>],
    /// The election's public key.
    pub key: &'a G::Element,
    /// The election's fingerprint.
    pub fingerprint: &'a str,
}

impl<G: Group> ShuffleProof<G> {
    /// Whether the proof shows the statement ("CheckShuffleProof"). Variable time.
    #[must_use]
    pub fn vartime_verify(&self, statement: &Statement<'_, G>) -> bool {
        let Self(t, s, permutation, chain) = self;
        let count = statement.before.len();
        let lengths = [t.4.len(), s.4.len(), s.5.len(), permutation.len(), chain.len()];
        if statement.after.len() != count || lengths.iter().any(|length| *length != count) {
            return false;
        }
        let generators = Generators::<G>::new(count);
        let text = statement.text(permutation);
        let u = statement.exponents(&text);
        let c = statement.challenge(t, &text, chain);
        let minus_c = G::sub(&G::scalar(0), &c);
        let g = G::generator();
        let verifier = Verifier {
            statement,
            generators: &generators,
            u: &u,
            minus_c: &minus_c,
        };

        let permuted = G::div(&product_of::<G>(permutation), &product_of::<G>(&generators.all));
        let t1 = G::vartime_product(&[(permuted, minus_c.clone()), (g.clone(), s.0.clone())]);

        let all_u = u.iter().fold(G::scalar(1), |all, u| G::scalar_mul(&all, u));
        let last = chain.last().unwrap_or(&generators.secondary);
        let power = G::vartime_product(&[(generators.secondary.clone(), all_u)]);
        let t2 = G::vartime_product(&[(G::div(last, &power), minus_c.clone()), (g, s.1.clone())]);

        t.0 == t1
            && t.1 == t2
            && t.2 == verifier.third(permutation, s)
            && t.3 == verifier.fourth(s)
            && verifier.chain_holds(t, s, chain)
    }
}

struct Verifier<'a, G: Group> {
    statement: &'a Statement<'a, G>,
    generators: &'a Generators<G>,
    u: &'a [G::Scalar],
    minus_c: &'a G::Scalar,
}

impl<G: Group> Verifier<'_, G> {
    /// `t3' = c̃^-c · g^s3 · ∏ h_i^s'_i` with `c̃ = ∏ c_i^u_i`.
    fn third(&self, permutation: &[G::Element], s: &Responses<G>) -> G::Element {
        let mut terms = vec![(G::generator(), s.2.clone())];
        terms.extend(self.generators.all.iter().cloned().zip(s.5.iter().cloned()));
        terms.extend(permutation.iter().cloned().zip(self.negated_u()));
        product::<G>(&terms)
    }

    /// `t4_1' = β'^-c · y^-s4 · ∏ β'_i^s'_i`, and the same with `α` and `g`.
    fn fourth(&self, s: &Responses<G>) -> (G::Element, G::Element) {
        let minus_s4 = G::sub(&G::scalar(0), &s.3);
        let half = |base: &G::Element, of: fn(&Ciphertext<G>) -> &G::Element| {
            let mut terms = vec![(base.clone(), minus_s4.clone())];
            let after = self.statement.after.iter().map(|c| of(c).clone());
            terms.extend(after.zip(s.5.iter().cloned()));
            let before = self.statement.before.iter().map(|c| of(c).clone());
            terms.extend(before.zip(self.negated_u()));
            product::<G>(&terms)
        };
        (
            half(self.statement.key, |c| &c.beta),
            half(&G::generator(), |c| &c.alpha),
        )
    }

    /// `t̂'_i = ĉ_i^-c · g^ŝ_i · ĉ_(i-1)^s'_i`, from `ĉ_0 = h` on.
    fn chain_holds(&self, t: &Commitments<G>, s: &Responses<G>, chain: &[G::Element]) -> bool {
        let before = std::iter::once(&self.generators.secondary).chain(chain);
        let links: Vec<_> = chain.iter().zip(before).zip(&t.4).zip(s.4.iter().zip(&s.5)).collect();
        links.par_iter().all(|(((own, previous), t), (s_hat, s_prime))| {
            let terms = [
                ((*own).clone(), self.minus_c.clone()),
                (G::generator(), (*s_hat).clone()),
                ((*previous).clone(), (*s_prime).clone()),
            ];
            **t == G::vartime_product(&terms)
        })
    }

    /// `-c·u_i`.
    fn negated_u(&self) -> impl Iterator<Item = G::Scalar> {
        self.u.iter().map(|u| G::scalar_mul(self.minus_c, u))
    }
}

/// A list of ciphertexts in another order and encrypted again, with the proof.
pub struct Shuffled<G: Group> {
    /// The ciphertexts.
    pub after: Vec<Ciphertext<G>>,
    /// The proof.
    pub proof: ShuffleProof<G>,
}

/// Shuffles ciphertexts and proves it ("GenShuffle", "GenShuffleProof").
pub fn shuffle<G: Group, R: CryptoRng + ?Sized>(
    before: &[Ciphertext<G>],
    key: &G::Element,
    fingerprint: &str,
    rng: &mut R,
) -> Shuffled<G> {
    let order = permutation(before.len(), rng);
    let mut scalars = |count: usize| Zeroizing::new((0..count).map(|_| G::random_scalar(rng)).collect::<Vec<_>>());
    let count = before.len();
    // By the place in `before`: randomness of the new encryption, and of the commitment to the permutation.
    let (renewal, blinding) = (scalars(count), scalars(count));
    let after: Vec<_> = chosen(before, &order)
        .zip(chosen(&renewal, &order))
        .map(|(ciphertext, r)| Ciphertext {
            alpha: G::mul(&ciphertext.alpha, &G::pow_g(r)),
            beta: G::mul(&ciphertext.beta, &G::pow(key, r)),
        })
        .collect();
    let statement = Statement {
        before,
        after: &after,
        key,
        fingerprint,
    };
    let generators = Generators::<G>::new(count);
    let mut columns = vec![G::identity(); count];
    for (place, generator) in order.iter().zip(&generators.all) {
        if let (Some(column), Some(r)) = (columns.get_mut(*place), blinding.get(*place)) {
            *column = G::mul(&G::pow_g(r), generator);
        }
    }
    let text = statement.text(&columns);
    let u = statement.exponents(&text);
    let u_prime: Zeroizing<Vec<_>> = Zeroizing::new(chosen(&u, &order).cloned().collect());
    let link_blinding = scalars(count);
    let chain = links::<G>(&generators.secondary, &u_prime, &link_blinding);

    let (w, w_hat, w_prime) = (scalars(4), scalars(count), scalars(count));
    let secrets = Secrets {
        w: &w,
        w_hat: &w_hat,
        w_prime: &w_prime,
    };
    let t = secrets.commitments(&statement, &generators, &chain);
    let c = statement.challenge(&t, &text, &chain);
    let sums = [
        sum::<G>(blinding.iter().cloned()),
        link_sum::<G>(&link_blinding, &u_prime),
        sum::<G>(blinding.iter().zip(&u).map(|(r, u)| G::scalar_mul(r, u))),
        sum::<G>(renewal.iter().zip(&u).map(|(r, u)| G::scalar_mul(r, u))),
    ];
    let answer = |w: &G::Scalar, secret: &G::Scalar| G::add(w, &G::scalar_mul(&c, secret));
    let mut answers = w.iter().zip(&sums).map(|(w, secret)| answer(w, secret));
    let mut next = || answers.next().unwrap_or_else(|| G::scalar(0));
    let many = |w: &[G::Scalar], secrets: &[G::Scalar]| w.iter().zip(secrets).map(|(w, x)| answer(w, x)).collect();
    let s = Responses(
        next(),
        next(),
        next(),
        next(),
        many(&w_hat, &link_blinding),
        many(&w_prime, &u_prime),
    );
    Shuffled {
        proof: ShuffleProof(t, s, columns, chain),
        after,
    }
}

/// The prover's random numbers.
struct Secrets<'a, G: Group> {
    w: &'a [G::Scalar],
    w_hat: &'a [G::Scalar],
    w_prime: &'a [G::Scalar],
}

impl<G: Group> Secrets<'_, G> {
    fn commitments(
        &self,
        statement: &Statement<'_, G>,
        generators: &Generators<G>,
        chain: &[G::Element],
    ) -> Commitments<G> {
        let w = |at: usize| self.w.get(at).cloned().unwrap_or_else(|| G::scalar(0));
        let minus_w4 = Zeroizing::new(G::sub(&G::scalar(0), &w(3)));
        let powers = |bases: &mut dyn Iterator<Item = &G::Element>| {
            bases
                .zip(self.w_prime)
                .fold(G::identity(), |all, (base, w)| G::mul(&all, &G::pow(base, w)))
        };
        let after = statement.after;
        let fourth = (
            G::mul(
                &G::pow(statement.key, &minus_w4),
                &powers(&mut after.iter().map(|c| &c.beta)),
            ),
            G::mul(&G::pow_g(&minus_w4), &powers(&mut after.iter().map(|c| &c.alpha))),
        );
        let before = std::iter::once(&generators.secondary).chain(chain);
        let links = before.zip(self.w_hat.iter().zip(self.w_prime));
        let links = links.map(|(previous, (w_hat, w_prime))| G::mul(&G::pow_g(w_hat), &G::pow(previous, w_prime)));
        Commitments(
            G::pow_g(&w(0)),
            G::pow_g(&w(1)),
            G::mul(&G::pow_g(&w(2)), &powers(&mut generators.all.iter())),
            fourth,
            links.collect(),
        )
    }
}

/// `ĉ_i = g^r̂_i · ĉ_(i-1)^u'_i`, from `ĉ_0` on ("GenCommitmentChain").
fn links<G: Group>(first: &G::Element, u_prime: &[G::Scalar], blinding: &[G::Scalar]) -> Vec<G::Element> {
    let mut previous = first.clone();
    let pairs = u_prime.iter().zip(blinding);
    pairs
        .map(|(u, r)| {
            previous = G::mul(&G::pow_g(r), &G::pow(&previous, u));
            previous.clone()
        })
        .collect()
}

/// `Σ r̂_i·v_i`, where `v_i` is the product of the exponents after `i`.
fn link_sum<G: Group>(blinding: &[G::Scalar], u_prime: &[G::Scalar]) -> G::Scalar {
    let mut v = G::scalar(1);
    let mut total = G::scalar(0);
    for (r, u) in blinding.iter().zip(u_prime).rev() {
        total = G::add(&total, &G::scalar_mul(r, &v));
        v = G::scalar_mul(&v, u);
    }
    total
}

fn sum<G: Group>(scalars: impl Iterator<Item = G::Scalar>) -> G::Scalar {
    scalars.fold(G::scalar(0), |sum, x| G::add(&sum, &x))
}

/// The items at these places.
fn chosen<'a, T>(items: &'a [T], places: &'a [usize]) -> impl Iterator<Item = &'a T> {
    places.iter().filter_map(|place| items.get(*place))
}

/// Uniform among all orders of `0..count` ("GenPermutation").
fn permutation<R: CryptoRng + ?Sized>(count: usize, rng: &mut R) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    for at in (1..count).rev() {
        order.swap(at, below(at + 1, rng));
    }
    order
}

/// Uniform below `limit`, which is not zero.
fn below<R: CryptoRng + ?Sized>(limit: usize, rng: &mut R) -> usize {
    let limit = limit as u64;
    // The largest multiple of the limit: what lies above would favour small numbers.
    let fair = u64::MAX - u64::MAX % limit;
    loop {
        let number = rng.next_u64();
        if number < fair {
            return usize::try_from(number % limit).unwrap_or_default();
        }
    }
}

/// The generators that commitments use: `h` and `h_0, h_1, ...`.
struct Generators<G: Group> {
    secondary: G::Element,
    all: Vec<G::Element>,
}

impl<G: Group> Generators<G> {
    fn new(count: usize) -> Self {
        let all = (0..count).into_par_iter();
        Self {
            secondary: G::independent_generator(-1),
            all: all
                .map(|at| G::independent_generator(i64::try_from(at).unwrap_or(i64::MAX)))
                .collect(),
        }
    }
}

impl<G: Group> Statement<'_, G> {
    /// `⟦e⟧⟦e'⟧⟦c⟧`: every element followed by a comma.
    fn text(&self, permutation: &[G::Element]) -> String {
        let both = self.before.iter().chain(self.after);
        let elements: Vec<_> = both.flat_map(|c| [&c.alpha, &c.beta]).chain(permutation).collect();
        listed::<G>(elements)
    }

    /// `u_0, u_1, ...` ("GetNIZKPChallenges").
    fn exponents(&self, text: &str) -> Vec<G::Scalar> {
        let seed = sha256_hex(format!("shuffle-challenges|{}|{text}", self.fingerprint).as_bytes());
        let exponent = |at: usize| {
            let place = sha256_hex(at.to_string().as_bytes());
            G::scalar_from_hash(&sha256(format!("{seed}{place}").as_bytes()))
        };
        (0..self.before.len()).map(exponent).collect()
    }

    /// `shuffle-challenge|φ|⟦t⟧⟦e⟧⟦e'⟧⟦c⟧⟦ĉ⟧y` ("GetNIZKPChallenge").
    fn challenge(&self, t: &Commitments<G>, text: &str, chain: &[G::Element]) -> G::Scalar {
        let t = listed::<G>([&t.0, &t.1, &t.2, &t.3.0, &t.3.1].into_iter().chain(&t.4).collect());
        let chain = listed::<G>(chain.iter().collect());
        let mut whole = format!("shuffle-challenge|{}|{t}{text}{chain}", self.fingerprint);
        G::write(self.key, &mut whole);
        challenge::<G>(&whole)
    }
}

/// Each element followed by a comma.
fn listed<G: Group>(elements: Vec<&G::Element>) -> String {
    let elements: Vec<_> = elements.into_iter().cloned().collect();
    let mut text = String::new();
    G::write_list(&elements, &mut text);
    if !elements.is_empty() {
        text.push(',');
    }
    text
}

fn product_of<G: Group>(elements: &[G::Element]) -> G::Element {
    elements.iter().fold(G::identity(), |all, one| G::mul(&all, one))
}

/// A product of many powers, on all cores.
fn product<G: Group>(terms: &[(G::Element, G::Scalar)]) -> G::Element {
    let parts = terms.par_chunks(256).map(G::vartime_product);
    parts.reduce(G::identity, |a, b| G::mul(&a, &b))
}
