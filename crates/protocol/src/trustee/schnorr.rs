//! The two Schnorr proofs of trustees: possession of a private key, and signature of a message.

use rand_core::CryptoRng;

use crate::{group::Group, hash::challenge, proof::Proof};

/// Appends an element's text to a text.
pub(crate) fn written<G: Group>(mut text: String, element: &G::Element) -> String {
    G::write(element, &mut text);
    text
}

/// `pok|G|X|A`
fn possession_text<G: Group>(public_key: &G::Element, commitment: &G::Element) -> String {
    let text = written::<G>(format!("pok|{}|", G::NAME), public_key) + "|";
    written::<G>(text, commitment)
}

/// Proves knowledge of the private key of `public_key`.
pub(crate) fn prove_possession<G: Group, R: CryptoRng + ?Sized>(
    private_key: &G::Scalar,
    public_key: &G::Element,
    rng: &mut R,
) -> Proof<G> {
    Proof::prove_g(
        private_key,
        |a| challenge::<G>(&possession_text::<G>(public_key, a)),
        rng,
    )
}

/// Checks that whoever published the key knew its private key.
pub(crate) fn possession_is_proven<G: Group>(public_key: &G::Element, pok: &Proof<G>) -> bool {
    pok.vartime_verify_g(public_key, |a| challenge::<G>(&possession_text::<G>(public_key, a)))
}

/// `sigmsg|M|A`
fn signature_text<G: Group>(message: &str, commitment: &G::Element) -> String {
    written::<G>(format!("sigmsg|{message}|"), commitment)
}

/// Signs a message.
pub(crate) fn sign<G: Group, R: CryptoRng + ?Sized>(signing_key: &G::Scalar, message: &str, rng: &mut R) -> Proof<G> {
    Proof::prove_g(signing_key, |a| challenge::<G>(&signature_text::<G>(message, a)), rng)
}

/// Checks a signature.
pub(crate) fn is_signed<G: Group>(verification_key: &G::Element, message: &str, signature: &Proof<G>) -> bool {
    signature.vartime_verify_g(verification_key, |a| challenge::<G>(&signature_text::<G>(message, a)))
}
