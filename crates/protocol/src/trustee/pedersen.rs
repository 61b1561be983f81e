//! Threshold trustees (clé partagée): the exchange in which `n` members make a key of which any
//! `t` of them can decrypt, while nobody ever holds it whole.
//!
//! The steps, each member acting on its own device and a server carrying the messages:
//! 1. each makes a seed and a [`certificate`];
//! 2. the server gathers them into [`Certificates`], which everybody checks;
//! 3. each picks a [`polynomial`], keeps it back, and publishes only its [`Commitment`];
//! 4. when all commitments are there ([`Commitments`]), each reveals its polynomial
//!    ([`Commitments::allow`]), and the server routes the shares ([`vinputs`]);
//! 5. each checks its shares and derives its decryption key ([`voutput`]);
//! 6. the server publishes the [`parameters`].
//!
//! Step 3's commitment is ours, outside of the archive: without it, a member who waits for the
//! others' polynomials could choose its own so as to bias the key (the rushing trustee).

use rand_core::CryptoRng;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use zeroize::{Zeroize as _, Zeroizing};

use super::{
    TrusteeError,
    channel::{receive, send, text_of},
    pki::{Keys, Seed, Signed},
    single::{PrivateKey, TrusteePublicKey},
};
use crate::{
    group::{Group, GroupName},
    hash::sha256_hex,
    json,
    proof::Proof,
};

/// The place for which a certificate is made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Context {
    /// Name of the group.
    pub group: GroupName,
    /// How many members.
    pub size: u32,
    /// How many of them must decrypt.
    pub threshold: u32,
    /// This member, from 1.
    pub index: u32,
}

/// What a certificate says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound = "", deny_unknown_fields)]
pub struct CertificateKeys<G: Group> {
    context: Context,
    verification: G::Element,
    encryption: G::Element,
}

impl<G: Group> CertificateKeys<G> {
    /// Reads the certificate of one member, before those of the others are there.
    ///
    /// # Errors
    /// [`TrusteeError::Certificate`].
    pub fn read(cert: &Signed<G>, size: u32, threshold: u32, index: u32) -> Result<Self, TrusteeError> {
        let wrong = TrusteeError::Certificate(index);
        let keys: Self = parse(&cert.message).ok_or(wrong)?;
        let place = Context {
            group: G::NAME,
            size,
            threshold,
            index,
        };
        if keys.context == place && cert.is_by(&keys.verification) {
            Ok(keys)
        } else {
            Err(wrong)
        }
    }

    /// Key under which the member's signatures verify.
    #[must_use]
    pub const fn verification(&self) -> &G::Element {
        &self.verification
    }

    /// Whether one of the two keys is also one of the other certificate's.
    #[must_use]
    pub fn shares_a_key_with(&self, other: &Self) -> bool {
        self.verification == other.verification || self.encryption == other.encryption
    }
}

/// Step 1: the public keys of a member, for its place, signed by themselves.
pub fn certificate<G: Group, R: CryptoRng + ?Sized>(
    seed: &Seed,
    size: u32,
    threshold: u32,
    index: u32,
    rng: &mut R,
) -> Signed<G> {
    let keys: Keys<G> = seed.keys();
    let context = Context {
        group: G::NAME,
        size,
        threshold,
        index,
    };
    let certificate = CertificateKeys::<G> {
        context,
        verification: keys.verification(),
        encryption: keys.encryption(),
    };
    keys.sign(text_of(&certificate), rng)
}

/// Step 2: the certificates of all members, in order, every one checked.
#[derive(Debug, Clone)]
pub struct Certificates<G: Group> {
    certs: Vec<Signed<G>>,
    members: Vec<CertificateKeys<G>>,
    threshold: u32,
}

impl<G: Group> Certificates<G> {
    /// Checks them.
    ///
    /// # Errors
    /// [`TrusteeError::Certificate`] or [`TrusteeError::Threshold`].
    pub fn check(certs: Vec<Signed<G>>) -> Result<Self, TrusteeError> {
        let size = u32::try_from(certs.len()).map_err(|_| TrusteeError::Threshold(1))?;
        let mut members: Vec<CertificateKeys<G>> = Vec::new();
        for (cert, index) in certs.iter().zip(1..) {
            let wrong = TrusteeError::Certificate(index);
            let said: CertificateKeys<G> = parse(&cert.message).ok_or(wrong)?;
            let threshold = members.first().map_or(said.context.threshold, |m| m.context.threshold);
            let keys = CertificateKeys::read(cert, size, threshold, index)?;
            if members.iter().any(|m| m.shares_a_key_with(&keys)) {
                return Err(wrong);
            }
            members.push(keys);
        }
        match members.first().map(|m| m.context.threshold) {
            Some(threshold) if (1..=size).contains(&threshold) => Ok(Self {
                certs,
                members,
                threshold,
            }),
            _ => Err(TrusteeError::Threshold(1)),
        }
    }

    /// The certificates as they were given.
    #[must_use]
    pub fn as_slice(&self) -> &[Signed<G>] {
        &self.certs
    }

    /// How many members must decrypt.
    #[must_use]
    pub const fn threshold(&self) -> u32 {
        self.threshold
    }

    /// The member, from 1, whose seed this is.
    ///
    /// # Errors
    /// [`TrusteeError::Stranger`].
    pub fn index_of(&self, seed: &Seed) -> Result<u32, TrusteeError> {
        self.index_of_keys(&seed.keys())
    }

    fn index_of_keys(&self, keys: &Keys<G>) -> Result<u32, TrusteeError> {
        let (verification, encryption) = (keys.verification(), keys.encryption());
        self.indexed()
            .find(|(_, m)| m.verification == verification && m.encryption == encryption)
            .map(|(index, _)| index)
            .ok_or(TrusteeError::Stranger)
    }

    fn indexed(&self) -> impl Iterator<Item = (u32, &CertificateKeys<G>)> {
        (1..).zip(&self.members)
    }

    fn member(&self, index: u32) -> Option<&CertificateKeys<G>> {
        let place = usize::try_from(index).ok()?.checked_sub(1)?;
        self.members.get(place)
    }

    fn size(&self) -> usize {
        self.members.len()
    }

    /// SHA-256 of the list, to which later messages refer.
    fn digest(&self) -> String {
        sha256_hex(&json::to_bytes(&self.certs))
    }

    /// Reads a member's committed polynomial: signed, and of the right degree.
    fn coefexps(
        &self,
        index: u32,
        member: &CertificateKeys<G>,
        signed: &Signed<G>,
    ) -> Result<Vec<G::Element>, TrusteeError> {
        let wrong = TrusteeError::Polynomial(index);
        let raw: RawCoefexps<G> = parse(&signed.message).ok_or(wrong)?;
        let degree_fits = raw.coefexps.len() == self.threshold as usize;
        if degree_fits && signed.is_by(&member.verification) {
            Ok(raw.coefexps)
        } else {
            Err(wrong)
        }
    }

    /// The same, of a member who also signed all certificates with it.
    fn signed_coefexps(
        &self,
        index: u32,
        member: &CertificateKeys<G>,
        signed: &Signed<G>,
        signature: &Proof<G>,
    ) -> Result<Vec<G::Element>, TrusteeError> {
        let committed = self.coefexps(index, member, signed)?;
        let text = self.signed_text(&committed);
        if super::schnorr::is_signed::<G>(&member.verification, &text, signature) {
            Ok(committed)
        } else {
            Err(TrusteeError::CertificatesSignature(index))
        }
    }

    /// What each member signs: the certificates that it saw, and its own polynomial.
    fn signed_text(&self, coefexps: &[G::Element]) -> String {
        let signed = CertificatesAndPolynomial::<G> {
            certs: &self.certs,
            coefexps,
        };
        format!("certs_sig|{}", text_of(&signed))
    }
}

#[derive(Serialize)]
#[serde(bound = "")]
struct CertificatesAndPolynomial<'a, G: Group> {
    certs: &'a [Signed<G>],
    coefexps: &'a [G::Element],
}

#[derive(Serialize, Deserialize)]
#[serde(bound = "", deny_unknown_fields)]
struct RawCoefexps<G: Group> {
    coefexps: Vec<G::Element>,
}

#[derive(Serialize, Deserialize)]
#[serde(bound = "", deny_unknown_fields)]
struct RawPolynomial<G: Group> {
    polynomial: Vec<G::Scalar>,
}

impl<G: Group> Drop for RawPolynomial<G> {
    fn drop(&mut self) {
        self.polynomial.iter_mut().for_each(zeroize::Zeroize::zeroize);
    }
}

#[derive(Serialize, Deserialize)]
#[serde(bound = "", deny_unknown_fields)]
struct RawShare<G: Group> {
    secret: G::Scalar,
}

#[derive(Serialize, Deserialize)]
#[serde(bound = "", deny_unknown_fields)]
struct RawDecryptionKey<G: Group> {
    decryption_key: G::Scalar,
}

impl<G: Group> Drop for RawShare<G> {
    fn drop(&mut self) {
        self.secret.zeroize();
    }
}

/// Step 3: what a member reveals of its polynomial. Secrets are encrypted to their recipients.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound = "", deny_unknown_fields)]
pub struct Polynomial<G: Group> {
    polynomial: String,
    secrets: Vec<String>,
    coefexps: Signed<G>,
    signature: Proof<G>,
}

/// Step 3, our addition: the hash of a member's committed polynomial, signed.
pub type Commitment<G> = Signed<G>;

/// Step 3: picks a polynomial of degree `threshold - 1` and commits to it. Publish the commitment;
/// keep the polynomial until [`Commitments::allow`] gives it free.
///
/// # Errors
/// [`TrusteeError::Stranger`] when the seed belongs to no certificate.
pub fn polynomial<G: Group, R: CryptoRng + ?Sized>(
    seed: &Seed,
    certificates: &Certificates<G>,
    rng: &mut R,
) -> Result<(Polynomial<G>, Commitment<G>), TrusteeError> {
    let keys: Keys<G> = seed.keys();
    let index = certificates.index_of_keys(&keys)?;
    let channel = |error| TrusteeError::Channel(index, error);
    let raw = RawPolynomial::<G> {
        polynomial: (0..certificates.threshold).map(|_| G::random_scalar(rng)).collect(),
    };
    let own = Zeroizing::new(text_of(&raw));
    let polynomial = send(&keys, &keys.encryption(), &own, rng).map_err(channel)?;
    let mut secrets = Vec::with_capacity(certificates.size());
    for (j, member) in certificates.indexed() {
        let share = RawShare::<G> {
            secret: evaluate::<G>(&raw.polynomial, j),
        };
        let text = Zeroizing::new(text_of(&share));
        secrets.push(send(&keys, &member.encryption, &text, rng).map_err(channel)?);
    }
    let coefexps: Vec<_> = raw.polynomial.iter().map(G::pow_g).collect();
    let signature = keys.signature(&certificates.signed_text(&coefexps), rng);
    let coefexps = keys.sign(text_of(&RawCoefexps::<G> { coefexps }), rng);
    let commitment = keys.sign(commitment_text(certificates, index, &coefexps), rng);
    Ok((
        Polynomial {
            polynomial,
            secrets,
            coefexps,
            signature,
        },
        commitment,
    ))
}

fn commitment_text<G: Group>(certificates: &Certificates<G>, index: u32, coefexps: &Signed<G>) -> String {
    let digest = sha256_hex(&json::to_bytes(coefexps));
    format!("isoloir/polynomial/v1|{index}|{}|{digest}", certificates.digest())
}

/// The commitments of all members, in order, every signature checked.
#[derive(Debug, Clone)]
pub struct Commitments<G: Group>(Vec<Commitment<G>>);

impl<G: Group> Commitments<G> {
    /// Checks that every member committed, once.
    ///
    /// # Errors
    /// [`TrusteeError::Commitment`].
    pub fn check(certificates: &Certificates<G>, commitments: Vec<Commitment<G>>) -> Result<Self, TrusteeError> {
        for (index, _) in certificates.indexed() {
            let place = usize::try_from(index - 1).ok();
            let commitment = place
                .and_then(|i| commitments.get(i))
                .ok_or(TrusteeError::Commitment(index))?;
            Self::check_one(certificates, index, commitment)?;
        }
        if commitments.len() == certificates.size() {
            Ok(Self(commitments))
        } else {
            Err(TrusteeError::Commitment(1))
        }
    }

    /// Checks the commitment of one member, before those of the others are there.
    ///
    /// # Errors
    /// [`TrusteeError::Commitment`].
    pub fn check_one(
        certificates: &Certificates<G>,
        index: u32,
        commitment: &Commitment<G>,
    ) -> Result<(), TrusteeError> {
        let member = certificates.member(index).ok_or(TrusteeError::Commitment(index))?;
        let prefix = format!("isoloir/polynomial/v1|{index}|{}|", certificates.digest());
        if commitment.message.starts_with(&prefix) && commitment.is_by(&member.verification) {
            Ok(())
        } else {
            Err(TrusteeError::Commitment(index))
        }
    }

    /// Checks the polynomial that one member reveals, before those of the others are there: the one committed to, signed, of the right
    /// degree, with a secret for each member.
    ///
    /// # Errors
    /// [`TrusteeError`], naming the member.
    pub fn check_polynomial(
        &self,
        certificates: &Certificates<G>,
        index: u32,
        polynomial: &Polynomial<G>,
    ) -> Result<(), TrusteeError> {
        let member = certificates.member(index).ok_or(TrusteeError::Polynomial(index))?;
        self.holds(certificates, index, &polynomial.coefexps)?;
        certificates.signed_coefexps(index, member, &polynomial.coefexps, &polynomial.signature)?;
        if polynomial.secrets.len() == certificates.size() {
            Ok(())
        } else {
            Err(TrusteeError::Polynomial(index))
        }
    }

    /// The commitments as they were given.
    #[must_use]
    pub fn as_slice(&self) -> &[Commitment<G>] {
        &self.0
    }

    /// Gives a member's polynomial free to be revealed: everybody's choice is fixed by now.
    ///
    /// # Errors
    /// [`TrusteeError::Commitment`] when the member's own commitment is not among them.
    pub fn allow<'a>(
        &self,
        certificates: &Certificates<G>,
        index: u32,
        polynomial: &'a Polynomial<G>,
    ) -> Result<&'a Polynomial<G>, TrusteeError> {
        self.holds(certificates, index, &polynomial.coefexps)
            .map(|()| polynomial)
    }

    fn holds(&self, certificates: &Certificates<G>, index: u32, coefexps: &Signed<G>) -> Result<(), TrusteeError> {
        let text = commitment_text(certificates, index, coefexps);
        let place = usize::try_from(index).ok().and_then(|i| i.checked_sub(1));
        match place.and_then(|i| self.0.get(i)) {
            Some(commitment) if commitment.message == text => Ok(()),
            _ => Err(TrusteeError::Commitment(index)),
        }
    }
}

/// Step 4: what one member receives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound = "", deny_unknown_fields)]
pub struct Vinput<G: Group> {
    polynomial: String,
    secrets: Vec<String>,
    coefexps: Vec<Signed<G>>,
    signatures: Vec<Proof<G>>,
}

/// Step 4: checks the revealed polynomials and routes the shares, one message for each member.
///
/// # Errors
/// [`TrusteeError`], naming the member whose polynomial is wrong.
pub fn vinputs<G: Group>(
    certificates: &Certificates<G>,
    commitments: &Commitments<G>,
    polynomials: &[Polynomial<G>],
) -> Result<Vec<Vinput<G>>, TrusteeError> {
    let coefexps: Vec<_> = polynomials.iter().map(|p| p.coefexps.clone()).collect();
    let signatures: Vec<_> = polynomials.iter().map(|p| p.signature.clone()).collect();
    read_polynomials(certificates, &coefexps, &signatures)?;
    for (p, index) in polynomials.iter().zip(1..) {
        commitments.holds(certificates, index, &p.coefexps)?;
        if p.secrets.len() != certificates.size() {
            return Err(TrusteeError::Polynomial(index));
        }
    }
    let inputs = polynomials.iter().enumerate().map(|(j, p)| Vinput {
        polynomial: p.polynomial.clone(),
        secrets: polynomials.iter().filter_map(|q| q.secrets.get(j).cloned()).collect(),
        coefexps: coefexps.clone(),
        signatures: signatures.clone(),
    });
    Ok(inputs.collect())
}

/// Checks signatures and degrees of all polynomials; returns their committed coefficients.
fn read_polynomials<G: Group>(
    certificates: &Certificates<G>,
    coefexps: &[Signed<G>],
    signatures: &[Proof<G>],
) -> Result<Vec<Vec<G::Element>>, TrusteeError> {
    if coefexps.len() != certificates.size() || signatures.len() != certificates.size() {
        return Err(TrusteeError::Threshold(1));
    }
    let members = certificates.indexed().zip(coefexps).zip(signatures);
    members
        .map(|(((index, member), signed), signature)| certificates.signed_coefexps(index, member, signed, signature))
        .collect()
}

/// Step 5: what a member gives back: its decryption key, encrypted to itself, and the public part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound = "", deny_unknown_fields)]
pub struct Voutput<G: Group> {
    /// The decryption key, readable with the member's seed only.
    pub private_key: String,
    /// Its public key, proven and signed.
    pub public_key: TrusteePublicKey<G>,
}

/// Step 5: checks every share received and derives the member's decryption key.
///
/// # Errors
/// [`TrusteeError`], naming the member who cheated.
pub fn voutput<G: Group, R: CryptoRng + ?Sized>(
    seed: &Seed,
    certificates: &Certificates<G>,
    commitments: &Commitments<G>,
    vinput: &Vinput<G>,
    rng: &mut R,
) -> Result<Voutput<G>, TrusteeError> {
    let keys: Keys<G> = seed.keys();
    let own = certificates.index_of_keys(&keys)?;
    let polynomials = read_polynomials(certificates, &vinput.coefexps, &vinput.signatures)?;
    for (signed, index) in vinput.coefexps.iter().zip(1..) {
        commitments.holds(certificates, index, signed)?;
    }
    own_polynomial_is_there(&keys, own, &vinput.polynomial, &polynomials)?;
    if vinput.secrets.len() != certificates.size() {
        return Err(TrusteeError::Threshold(1));
    }
    let mut decryption_key = Zeroizing::new(G::scalar(0));
    for (((index, member), text), committed) in certificates.indexed().zip(&vinput.secrets).zip(&polynomials) {
        let message = receive(&keys, &member.verification, text).map_err(|e| TrusteeError::Channel(index, e))?;
        let share: RawShare<G> = parse(&message).ok_or(TrusteeError::Share(index))?;
        if G::pow_g(&share.secret) != evaluate_committed::<G>(committed, own) {
            return Err(TrusteeError::Share(index));
        }
        *decryption_key = G::add(&decryption_key, &share.secret);
    }
    let raw = Zeroizing::new(text_of(&RawDecryptionKey::<G> {
        decryption_key: (*decryption_key).clone(),
    }));
    let private_key = send(&keys, &keys.encryption(), &raw, rng).map_err(|e| TrusteeError::Channel(own, e))?;
    let mut public_key = PrivateKey::<G>::from_scalar((*decryption_key).clone()).public_key(None, rng);
    public_key.signature = Some(keys.signature(&key_text::<G>(&public_key.public_key), rng));
    Ok(Voutput {
        private_key,
        public_key,
    })
}

/// The server must have routed this member's own polynomial to the others.
fn own_polynomial_is_there<G: Group>(
    keys: &Keys<G>,
    own: u32,
    sealed: &str,
    polynomials: &[Vec<G::Element>],
) -> Result<(), TrusteeError> {
    let text = receive(keys, &keys.verification(), sealed).map_err(|e| TrusteeError::Channel(own, e))?;
    let raw: RawPolynomial<G> = parse(&text).ok_or(TrusteeError::Polynomial(own))?;
    let committed: Vec<_> = raw.polynomial.iter().map(G::pow_g).collect();
    let place = usize::try_from(own - 1).ok().and_then(|i| polynomials.get(i));
    if place == Some(&committed) {
        Ok(())
    } else {
        Err(TrusteeError::Polynomial(own))
    }
}

/// What is published of a threshold item (threshold parameters of the specification).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound = "", deny_unknown_fields)]
pub struct ThresholdParameters<G: Group> {
    /// How many members must decrypt.
    pub threshold: u32,
    /// Certificates of the members.
    pub certs: Vec<Signed<G>>,
    /// Their committed polynomials.
    pub coefexps: Vec<Signed<G>>,
    /// Their signatures of all certificates and of their own polynomial.
    pub signatures: Vec<Proof<G>>,
    /// Public keys under which their partial decryptions are checked.
    pub verification_keys: Vec<TrusteePublicKey<G>>,
}

/// Step 6: puts the public parts together and checks them.
///
/// # Errors
/// [`TrusteeError`], naming the member whose output is wrong.
pub fn parameters<G: Group>(
    certificates: &Certificates<G>,
    polynomials: &[Polynomial<G>],
    outputs: &[Voutput<G>],
) -> Result<ThresholdParameters<G>, TrusteeError> {
    let parameters = ThresholdParameters {
        threshold: certificates.threshold,
        certs: certificates.certs.clone(),
        coefexps: polynomials.iter().map(|p| p.coefexps.clone()).collect(),
        signatures: polynomials.iter().map(|p| p.signature.clone()).collect(),
        verification_keys: outputs.iter().map(|o| o.public_key.clone()).collect(),
    };
    parameters.verify(1)?;
    Ok(parameters)
}

impl<G: Group> ThresholdParameters<G> {
    /// Checks everything that is published. `first` is the number of the first member, for errors.
    pub(super) fn verify(&self, first: u32) -> Result<VerifiedThreshold<G>, TrusteeError> {
        self.verify_from_one().map_err(|error| error.shifted(first - 1))
    }

    fn verify_from_one(&self) -> Result<VerifiedThreshold<G>, TrusteeError> {
        let certificates = Certificates::check(self.certs.clone())?;
        if certificates.threshold != self.threshold || self.verification_keys.len() != certificates.size() {
            return Err(TrusteeError::Threshold(1));
        }
        let polynomials = read_polynomials(&certificates, &self.coefexps, &self.signatures)?;
        for ((index, member), key) in certificates.indexed().zip(&self.verification_keys) {
            check_key(&polynomials, index, member, key)?;
        }
        let key = product::<G>(polynomials.iter().filter_map(|p| p.first().cloned()));
        let seats = certificates.members.into_iter().map(|m| m.verification).collect();
        Ok(VerifiedThreshold { key, seats })
    }
}

/// Checks the public key of one member: possession proven, signed by the member, and the one that all polynomials give.
fn check_key<G: Group>(
    polynomials: &[Vec<G::Element>],
    index: u32,
    member: &CertificateKeys<G>,
    key: &TrusteePublicKey<G>,
) -> Result<(), TrusteeError> {
    if !key.possession_is_proven() {
        return Err(TrusteeError::Possession(index));
    }
    let signature = key.signature.as_ref().ok_or(TrusteeError::VerificationKey(index))?;
    let text = key_text::<G>(&key.public_key);
    let signed = super::schnorr::is_signed::<G>(&member.verification, &text, signature);
    let expected = product::<G>(polynomials.iter().map(|p| evaluate_committed::<G>(p, index)));
    if signed && key.public_key == expected {
        Ok(())
    } else {
        Err(TrusteeError::VerificationKey(index))
    }
}

/// Step 5, before the others have done it: checks what one member gives back.
///
/// # Errors
/// [`TrusteeError`], naming the member whose message is wrong.
pub fn check_output<G: Group>(
    certificates: &Certificates<G>,
    polynomials: &[Polynomial<G>],
    index: u32,
    output: &Voutput<G>,
) -> Result<(), TrusteeError> {
    let coefexps: Vec<_> = polynomials.iter().map(|p| p.coefexps.clone()).collect();
    let signatures: Vec<_> = polynomials.iter().map(|p| p.signature.clone()).collect();
    let polynomials = read_polynomials(certificates, &coefexps, &signatures)?;
    let member = certificates.member(index).ok_or(TrusteeError::VerificationKey(index))?;
    check_key(&polynomials, index, member, &output.public_key)
}

/// What verification of a threshold item tells.
pub(super) struct VerifiedThreshold<G: Group> {
    /// The item's public key.
    pub(super) key: G::Element,
    /// The members' keys for signatures, in order.
    pub(super) seats: Vec<G::Element>,
}

impl TrusteeError {
    /// Number of the culprit, from 1; `None` when there is no single one.
    #[must_use]
    pub const fn owner(&self) -> Option<u32> {
        match self {
            Self::Threshold(i)
            | Self::Possession(i)
            | Self::Certificate(i)
            | Self::Polynomial(i)
            | Self::CertificatesSignature(i)
            | Self::VerificationKey(i)
            | Self::Commitment(i)
            | Self::Share(i)
            | Self::Channel(i, _) => Some(*i),
            Self::Nobody | Self::Stranger => None,
        }
    }

    /// The same error with members numbered through all items.
    fn shifted(self, by: u32) -> Self {
        match self {
            Self::Threshold(i) => Self::Threshold(i + by),
            Self::Possession(i) => Self::Possession(i + by),
            Self::Certificate(i) => Self::Certificate(i + by),
            Self::Polynomial(i) => Self::Polynomial(i + by),
            Self::CertificatesSignature(i) => Self::CertificatesSignature(i + by),
            Self::VerificationKey(i) => Self::VerificationKey(i + by),
            Self::Commitment(i) => Self::Commitment(i + by),
            Self::Share(i) => Self::Share(i + by),
            Self::Channel(i, error) => Self::Channel(i + by, error),
            Self::Nobody | Self::Stranger => self,
        }
    }
}

/// Opens the decryption key of a member, from the server's copy and the member's seed.
///
/// # Errors
/// [`TrusteeError::Channel`] when the seed is not the one for which the key was made.
pub fn decryption_key<G: Group>(seed: &Seed, sealed: &str) -> Result<PrivateKey<G>, TrusteeError> {
    let keys: Keys<G> = seed.keys();
    let text = receive(&keys, &keys.verification(), sealed).map_err(|e| TrusteeError::Channel(1, e))?;
    let raw: RawDecryptionKey<G> = parse(&text).ok_or(TrusteeError::Channel(1, super::ChannelError::Form))?;
    Ok(PrivateKey::from_scalar(raw.decryption_key))
}

fn parse<T: Serialize + DeserializeOwned>(text: &str) -> Option<T> {
    json::parse(text.as_bytes()).ok()
}

/// What a member signs of its public key: the key's text.
fn key_text<G: Group>(key: &G::Element) -> String {
    super::schnorr::written::<G>(String::new(), key)
}

fn product<G: Group>(factors: impl Iterator<Item = G::Element>) -> G::Element {
    factors.fold(G::identity(), |product, factor| G::mul(&product, &factor))
}

/// `f(j)`.
fn evaluate<G: Group>(coefficients: &[G::Scalar], j: u32) -> G::Scalar {
    let x = G::scalar(u64::from(j));
    coefficients
        .iter()
        .rev()
        .fold(G::scalar(0), |value, a| G::add(&G::scalar_mul(&value, &x), a))
}

/// `g^f(j)`, from `g^a_0, g^a_1, …`.
fn evaluate_committed<G: Group>(committed: &[G::Element], j: u32) -> G::Element {
    let x = G::scalar(u64::from(j));
    let mut power = G::scalar(1);
    let mut terms = Vec::with_capacity(committed.len());
    for coefficient in committed {
        terms.push((coefficient.clone(), power.clone()));
        power = G::scalar_mul(&power, &x);
    }
    G::vartime_product(&terms)
}

/// What a delegate hands to the substitute, so that both hold one place: the seed, from which the decryption key opens.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct HandedOver {
    seed: String,
}

impl Drop for HandedOver {
    fn drop(&mut self) {
        self.seed.zeroize();
    }
}

/// Seals a member's seed to the substitute who enrolled with `substitute`, a certificate of size, threshold and index 1.
///
/// # Errors
/// [`TrusteeError::Certificate`] when that certificate is wrong.
pub fn hand_over<G: Group, R: CryptoRng + ?Sized>(
    seed: &Seed,
    substitute: &Signed<G>,
    rng: &mut R,
) -> Result<String, TrusteeError> {
    let substitute = CertificateKeys::read(substitute, 1, 1, 1)?;
    let handed = HandedOver {
        seed: seed.expose().to_owned(),
    };
    let text = Zeroizing::new(text_of(&handed));
    send::<G, R>(&seed.keys(), &substitute.encryption, &text, rng).map_err(|e| TrusteeError::Channel(1, e))
}

/// Opens, as the substitute with seed `own`, what the member `index` of `certificates` handed over: that member's seed.
///
/// # Errors
/// [`TrusteeError`], naming the member, also when the seed is not that of the member's certificate.
pub fn take_over<G: Group>(
    own: &Seed,
    certificates: &Certificates<G>,
    index: u32,
    sealed: &str,
) -> Result<Seed, TrusteeError> {
    let member = certificates.member(index).ok_or(TrusteeError::Stranger)?;
    let text = receive::<G>(&own.keys(), &member.verification, sealed).map_err(|e| TrusteeError::Channel(index, e))?;
    let handed: HandedOver = parse(&text).ok_or(TrusteeError::Share(index))?;
    let seed = Seed::parse(&handed.seed).map_err(|_| TrusteeError::Share(index))?;
    match certificates.index_of(&seed) {
        Ok(found) if found == index => Ok(seed),
        _ => Err(TrusteeError::Share(index)),
    }
}

/// What shows that a saved key opens again: a text signed with the seed, and the public key proven anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound = "", deny_unknown_fields)]
pub struct KeyTest<G: Group> {
    /// The text, signed.
    pub signed: Signed<G>,
    /// The public key, without name and signature.
    pub public_key: TrusteePublicKey<G>,
}

impl<G: Group> KeyTest<G> {
    /// Makes the test with what was read from the file.
    pub fn create<R: CryptoRng + ?Sized>(seed: &Seed, key: &PrivateKey<G>, text: String, rng: &mut R) -> Self {
        Self {
            signed: seed.keys().sign(text, rng),
            public_key: key.public_key(None, rng),
        }
    }

    /// Whether it was made with the seed of this certificate and the private key of `output`, over `text`.
    #[must_use]
    pub fn holds(&self, certificate: &CertificateKeys<G>, output: &Voutput<G>, text: &str) -> bool {
        self.signed.message == text
            && self.signed.is_by(&certificate.verification)
            && self.public_key.public_key == output.public_key.public_key
            && self.public_key.possession_is_proven()
    }
}
