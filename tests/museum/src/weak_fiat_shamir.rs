//! A proof whose challenge forgets the statement proves what is false (Bernhard, Pereira, Warinschi 2012).
//!
//! The prover picks the commitments first, learns the challenge, and then computes a statement that fits. Here a trustee gives a decryption
//! factor that is not `alpha^x`, with a proof that it is; the count then gives nothing, and nobody is named.
//!
//! Crypto v1 has this weakness in the proofs of partial decryptions, whose challenge hashes neither ciphertext nor factor: a dishonest trustee can
//! spoil a count (no choice of a result follows from it). The archive cannot be changed, so the product asks every trustee for a second proof, which is bound.

use isoloir_protocol::elgamal::Ciphertext;
use isoloir_protocol::group::Group;
use isoloir_protocol::hash::challenge_of;
use isoloir_protocol::json;
use isoloir_protocol::proof::Proof;
use isoloir_protocol::tally::{BoundDecryption, DecryptionError, EncryptedTally, PartialDecryption};
use isoloir_protocol::trustee::PrivateKey;

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

#[test]
fn here_the_lie_passes_the_proofs_of_the_archive_and_not_the_one_that_binds() {
    let mut rng = rng(4);
    let x = G::random_scalar(&mut rng);
    let public = G::pow_g(&x);
    let key = PrivateKey::<G>::parse(&json::to_bytes(&x)).unwrap();
    let (sum, _) = Ciphertext::<G>::encrypt(&G::table(&public), 1.into(), &mut rng);
    let tally = format!("[[{}]]", String::from_utf8(json::to_bytes(&sum)).unwrap());
    let tally = EncryptedTally::<G>::parse(tally.as_bytes()).unwrap();
    let fingerprint = "an election";

    let statement = format!("{fingerprint}|{}", text(&public));
    let hash = |commitments: &[Element]| challenge_of::<G>("decrypt", &statement, commitments);
    let said = forged(&x, &sum.alpha, hash, 5);
    let proof = String::from_utf8(json::to_bytes(&said.proof)).unwrap();
    let factor = text(&said.factor);
    let lie = format!(r#"{{"decryption_factors":[["{factor}"]],"decryption_proofs":[[{proof}]]}}"#);
    let passed = PartialDecryption::<G>::parse(lie.as_bytes()).unwrap();
    assert_eq!(
        passed.verify(&public, fingerprint, &tally),
        Ok(()),
        "crypto v1 takes it"
    );

    let honest = BoundDecryption::create(&key, fingerprint, &tally, &mut rng);
    assert_eq!(honest.verify(&public, fingerprint, &tally), Ok(()));
    let honest = String::from_utf8(honest.to_bytes()).unwrap();
    let (_, binding) = honest.split_once(",\"binding\":").unwrap();
    let bound = format!("{{\"decryption\":{lie},\"binding\":{binding}");
    let bound = BoundDecryption::<G>::parse(bound.as_bytes()).unwrap();
    assert_eq!(
        bound.verify(&public, fingerprint, &tally),
        Err(DecryptionError::Binding)
    );
}
