//! The trustee who speaks last chooses the key (Gennaro, Jarecki, Krawczyk, Rabin 1999).
//!
//! Whoever sees the others' polynomials before choosing can try one after the other until the common key is as wished: here, with a first
//! hexadecimal digit of 7.

use isoloir_protocol::group::Group;
use isoloir_protocol::trustee::pedersen::{Certificates, Commitments, certificate, polynomial};
use isoloir_protocol::trustee::{Seed, TrusteeError};

use crate::scene::{Element, G, rng, text};

fn is_as_wished(key: &Element) -> bool {
    text(key).starts_with('7')
}

#[test]
fn the_last_to_reveal_steers_a_key_without_commitments() {
    let mut rng = rng(1);
    let others = G::mul(
        &G::pow_g(&G::random_scalar(&mut rng)),
        &G::pow_g(&G::random_scalar(&mut rng)),
    );
    let steered = (0..1000).find_map(|_| {
        let key = G::mul(&others, &G::pow_g(&G::random_scalar(&mut rng)));
        is_as_wished(&key).then_some(key)
    });
    assert!(
        steered.is_some(),
        "one in sixteen keys is as wished, and nobody stops the search"
    );
}

#[test]
fn here_a_polynomial_chosen_after_the_commitments_is_refused_with_its_author() {
    let mut rng = rng(2);
    let seeds: Vec<_> = (0..3).map(|_| Seed::generate(&mut rng)).collect();
    let certs = seeds
        .iter()
        .zip(1..)
        .map(|(seed, index)| certificate::<G, _>(seed, 3, 2, index, &mut rng))
        .collect();
    let certificates = Certificates::check(certs).unwrap();
    let chosen: Vec<_> = seeds
        .iter()
        .map(|seed| polynomial(seed, &certificates, &mut rng).unwrap())
        .collect();
    let commitments = chosen.iter().map(|(_, commitment)| commitment.clone()).collect();
    let commitments = Commitments::check(&certificates, commitments).unwrap();
    for ((polynomial, _), index) in chosen.iter().zip(1..) {
        commitments.check_polynomial(&certificates, index, polynomial).unwrap();
    }
    // The third has now seen the others' and takes another one.
    let (another, _) = polynomial(&seeds[2], &certificates, &mut rng).unwrap();
    let refused = commitments.check_polynomial(&certificates, 3, &another);
    assert!(matches!(refused, Err(TrusteeError::Commitment(3))), "{refused:?}");
}
