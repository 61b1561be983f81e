//! Whoever chose the generators opens a commitment to a permutation as another one (Lewis, Pereira, Teague 2019).
//!
//! Proofs of a shuffle commit to the permutation under generators whose logarithms nobody may know. In the system of 2019 the authority
//! drew them in a way that left it the logarithms: a shuffle that replaced ballots could be proven.

use isoloir_protocol::elgamal::Ciphertext;
use isoloir_protocol::group::Group;
use isoloir_protocol::proof::shuffle::{Statement, shuffle};

use crate::scene::{Element, G, Scalar, rng};

/// Column of a permutation matrix, committed to: `g^r · h_place`.
fn commit(generators: &[Element], place: usize, r: &Scalar) -> Element {
    G::mul(&G::pow_g(r), &generators[place])
}

#[test]
fn with_known_logarithms_a_commitment_to_one_place_is_one_to_another() {
    let mut rng = rng(1);
    let logarithms: Vec<_> = (0..3).map(|_| G::random_scalar(&mut rng)).collect();
    let generators: Vec<_> = logarithms.iter().map(G::pow_g).collect();
    let r = G::random_scalar(&mut rng);
    let committed = commit(&generators, 0, &r);
    let other = G::add(&r, &G::sub(&logarithms[0], &logarithms[2]));
    assert_eq!(committed, commit(&generators, 2, &other), "opened as another place");
}

#[test]
fn here_generators_come_from_a_hash_and_a_replaced_ballot_is_not_proven() {
    // No party is asked for them: the same for everyone, all different, none of them the base.
    let ours: Vec<Element> = (0..50).map(G::independent_generator).collect();
    assert_eq!(ours, (0..50).map(G::independent_generator).collect::<Vec<_>>());
    assert!(
        ours.iter()
            .enumerate()
            .all(|(i, h)| *h != G::generator() && !ours[..i].contains(h))
    );

    let mut rng = rng(2);
    let key = G::pow_g(&G::random_scalar(&mut rng));
    let mut encrypt = || Ciphertext::<G>::encrypt(&G::table(&key), 1.into(), &mut rng).0;
    let before: Vec<_> = (0..4).map(|_| encrypt()).collect();
    let another = encrypt();
    let fingerprint = "an election";
    let shuffled = shuffle(&before, &key, fingerprint, &mut rng);
    let holds = |after: &[Ciphertext<G>]| {
        let key = &key;
        let statement = Statement {
            before: &before,
            after,
            key,
            fingerprint,
        };
        shuffled.proof.vartime_verify(&statement)
    };
    assert!(holds(&shuffled.after));
    let mut replaced = shuffled.after.clone();
    replaced[1] = another;
    assert!(!holds(&replaced));
}
