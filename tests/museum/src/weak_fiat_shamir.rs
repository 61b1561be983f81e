//! A proof whose challenge forgets the statement proves what is false (Bernhard, Pereira, Warinschi 2012).
//!
//! The prover picks the commitments first, learns the challenge, and then computes a statement that fits. Here a trustee gives a decryption
//! factor that is not `alpha^x`, with a proof that it is.

use isoloir_protocol::elgamal::Ciphertext;
use isoloir_protocol::group::Group;
use isoloir_protocol::hash::challenge_of;
use isoloir_protocol::proof::Proof;

use crate::scene::{Element, G, Scalar, count, rng, text};

/// What a trustee says: `factor` is `alpha^x`.
struct Said {
    factor: Element,
    proof: Proof<G>,
}

/// A factor that is false and fits the challenge of commitments chosen before.
fn forged(x: &Scalar, alpha: &Element, hash: impl Fn(&[Element]) -> Scalar, seed: u64) -> Said {
    let mut rng = rng(seed);
    let (r, other) = (G::random_scalar(&mut rng), G::random_scalar(&mut rng));
    let commitments = [G::pow_g(&r), G::pow(alpha, &other)];
    let challenge = hash(&commitments);
    let response = G::sub(&r, &G::scalar_mul(x, &challenge));
    // alpha^other = alpha^response · factor^challenge
    let exponent = G::scalar_mul(&G::sub(&other, &response), &G::scalar_invert(&challenge).unwrap());
    let factor = G::pow(alpha, &exponent);
    let proof = Proof { challenge, response };
    Said { factor, proof }
}

fn is_proven(said: &Said, public: &Element, alpha: &Element, hash: impl Fn(&[Element]) -> Scalar) -> bool {
    let bases = [(&G::generator(), public), (alpha, &said.factor)];
    said.proof.vartime_verify(bases, |commitments| hash(commitments))
}

#[test]
fn a_false_decryption_is_proven_when_the_challenge_forgets_it_and_not_when_it_is_hashed() {
    let mut rng = rng(1);
    let x = G::random_scalar(&mut rng);
    let public = G::pow_g(&x);
    let (sum, _) = Ciphertext::<G>::encrypt(&G::table(&public), 1.into(), &mut rng);
    assert_eq!(count(&sum, &x), Some(1));

    let weak = |commitments: &[Element]| challenge_of::<G>("decrypt", &text(&public), commitments);
    let said = forged(&x, &sum.alpha, weak, 2);
    assert_ne!(said.factor, G::pow(&sum.alpha, &x));
    assert!(is_proven(&said, &public, &sum.alpha, weak), "the lie is proven");

    let strong = |factor: &Element| {
        let statement = format!("{}|{},{}", text(&public), text(&sum.alpha), text(factor));
        move |commitments: &[Element]| challenge_of::<G>("decrypt", &statement, commitments)
    };
    // Whatever factor the challenge is computed for beforehand, the one that fits is another.
    let guess = G::pow(&sum.alpha, &x);
    let said = forged(&x, &sum.alpha, strong(&guess), 3);
    assert!(!is_proven(&said, &public, &sum.alpha, strong(&said.factor)));
}
