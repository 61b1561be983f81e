//! Trustees (détenteurs de clé): who can decrypt the tally, and only together.
//!
//! The trustees of an election are a list of items whose keys multiply, so that every item is
//! needed: [`Item::Single`] is one person; [`Item::Pedersen`] is a group of which some threshold
//! suffices. The French quorum "(president or secretary) and two delegates" is two Pedersen items.
//!
//! Members are numbered from 1 through all items in order: that number, the `owner` of the archive,
//! is how errors name the culprit.

pub(crate) mod schnorr;

mod channel;
pub mod pedersen;
pub mod pki;
pub mod single;

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, SeqAccess},
};

pub use channel::ChannelError;
use pedersen::VerifiedThreshold;

pub use pedersen::ThresholdParameters;
pub use pki::{Keys, Seed, SeedError, Signed};
pub use single::{PrivateKey, TrusteePublicKey};

use crate::{
    group::Group,
    json::{self, JsonError},
};

/// Why trustees are not accepted; `u32` is the number of the culprit, from 1, through all items.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TrusteeError {
    /// There is nobody.
    #[error("an election needs at least one trustee")]
    Nobody,
    /// The threshold is not between 1 and the number of members, or some list has the wrong length.
    #[error("the threshold item that begins with trustee {0} is not well formed")]
    Threshold(u32),
    /// The proof of possession of the public key is wrong.
    #[error("trustee {0} does not prove that it holds its private key")]
    Possession(u32),
    /// The certificate is malformed, not signed by its own key, for another place, or somebody else's.
    #[error("the certificate of trustee {0} is wrong")]
    Certificate(u32),
    /// The committed polynomial is malformed, of the wrong degree, or not signed.
    #[error("the committed polynomial of trustee {0} is wrong")]
    Polynomial(u32),
    /// The trustee did not sign the certificates of all members.
    #[error("trustee {0} did not sign the certificates of all members")]
    CertificatesSignature(u32),
    /// The public key is not the one that the committed polynomials give, or is not signed.
    #[error("the verification key of trustee {0} is wrong")]
    VerificationKey(u32),
    /// The polynomial is not the one that was committed to before the others were known.
    #[error("trustee {0} did not reveal the polynomial that it had committed to")]
    Commitment(u32),
    /// The secret share sent to this trustee does not lie on the sender's polynomial.
    #[error("trustee {0} sent a share that does not fit its polynomial")]
    Share(u32),
    /// The message of this trustee cannot be accepted.
    #[error("the message of trustee {0} is not accepted: {1}")]
    Channel(u32, ChannelError),
    /// The seed belongs to no certificate.
    #[error("this seed belongs to none of the trustees")]
    Stranger,
}

/// One part of the election's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item<G: Group> {
    /// One person.
    Single(TrusteePublicKey<G>),
    /// A group with a threshold.
    Pedersen(ThresholdParameters<G>),
}

/// The trustees of an election, as published; not yet verified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound = "", transparent)]
pub struct Trustees<G: Group> {
    items: Vec<Item<G>>,
}

impl<G: Group> Trustees<G> {
    /// Puts items together.
    #[must_use]
    pub const fn of(items: Vec<Item<G>>) -> Self {
        Self { items }
    }

    /// Reads the published JSON.
    ///
    /// # Errors
    /// [`JsonError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, JsonError> {
        json::parse(bytes)
    }

    /// The JSON to publish.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        json::to_bytes(self)
    }

    /// Checks every proof and signature.
    ///
    /// # Errors
    /// [`TrusteeError`], naming the culprit.
    pub fn verify(self) -> Result<VerifiedTrustees<G>, TrusteeError> {
        if self.items.is_empty() {
            return Err(TrusteeError::Nobody);
        }
        let mut items = Vec::new();
        let mut public_key = G::identity();
        let mut first = 1;
        for item in self.items {
            let verified = match item {
                Item::Single(key) if key.possession_is_proven() => {
                    let seats = Vec::new();
                    VerifiedItem {
                        first,
                        threshold: 1,
                        key: key.public_key.clone(),
                        members: vec![key],
                        seats,
                    }
                }
                Item::Single(_) => return Err(TrusteeError::Possession(first)),
                Item::Pedersen(parameters) => {
                    let VerifiedThreshold { key, seats } = parameters.verify(first)?;
                    let threshold = parameters.threshold as usize;
                    VerifiedItem {
                        first,
                        threshold,
                        key,
                        members: parameters.verification_keys,
                        seats,
                    }
                }
            };
            public_key = G::mul(&public_key, &verified.key);
            first += u32::try_from(verified.members.len()).map_err(|_| TrusteeError::Threshold(first))?;
            items.push(verified);
        }
        Ok(VerifiedTrustees { items, public_key })
    }
}

/// A part of the key whose proofs hold.
#[derive(Debug, Clone)]
pub struct VerifiedItem<G: Group> {
    first: u32,
    threshold: usize,
    key: G::Element,
    members: Vec<TrusteePublicKey<G>>,
    /// Keys for signatures of threshold members; empty for a single trustee.
    seats: Vec<G::Element>,
}

impl<G: Group> VerifiedItem<G> {
    /// How many members must decrypt.
    #[must_use]
    pub const fn threshold(&self) -> usize {
        self.threshold
    }

    /// Numbers of the members.
    #[must_use]
    pub fn owners(&self) -> std::ops::Range<u32> {
        let count = u32::try_from(self.members.len()).unwrap_or(u32::MAX);
        self.first..self.first.saturating_add(count)
    }

    /// Public names of the members.
    pub fn names(&self) -> impl Iterator<Item = Option<&str>> {
        self.members.iter().map(|key| key.name.as_deref())
    }
}

/// Trustees whose proofs and signatures all hold.
#[derive(Debug, Clone)]
pub struct VerifiedTrustees<G: Group> {
    items: Vec<VerifiedItem<G>>,
    public_key: G::Element,
}

impl<G: Group> VerifiedTrustees<G> {
    /// The election's public key: the product of the items' keys.
    #[must_use]
    pub const fn public_key(&self) -> &G::Element {
        &self.public_key
    }

    /// The items, all of which are needed to decrypt.
    #[must_use]
    pub fn items(&self) -> &[VerifiedItem<G>] {
        &self.items
    }

    /// Public key under which the partial decryption of this trustee is checked.
    #[must_use]
    pub fn member(&self, owner: u32) -> Option<&G::Element> {
        let item = self.items.iter().find(|item| item.owners().contains(&owner))?;
        let index = usize::try_from(owner - item.first).ok()?;
        item.members.get(index).map(|key| &key.public_key)
    }

    /// Key under which the signatures of this threshold trustee verify.
    #[must_use]
    pub fn signing_key(&self, owner: u32) -> Option<&G::Element> {
        let item = self.items.iter().find(|item| item.owners().contains(&owner))?;
        let index = usize::try_from(owner - item.first).ok()?;
        item.seats.get(index)
    }

    /// Number of the single trustee with this private key.
    #[must_use]
    pub fn owner_of_key(&self, key: &PrivateKey<G>) -> Option<u32> {
        let public_key = key.public_element();
        let singles = self.items.iter().filter(|item| item.seats.is_empty());
        singles
            .flat_map(VerifiedItem::owners)
            .find(|owner| self.member(*owner) == Some(&public_key))
    }

    /// Number of the threshold trustee with this seed. (Not found by its decryption key: where the
    /// threshold is 1, all members hold the same.)
    #[must_use]
    pub fn owner_of_seed(&self, seed: &Seed) -> Option<u32> {
        let key = seed.keys::<G>().verification();
        let seats = self.items.iter().flat_map(|item| item.owners().zip(&item.seats));
        seats.filter(|(_, seat)| **seat == key).map(|(owner, _)| owner).next()
    }
}

// Items are written as `["Single",{…}]` and `["Pedersen",{…}]`.

impl<G: Group> Serialize for Item<G> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Single(key) => ("Single", key).serialize(s),
            Self::Pedersen(parameters) => ("Pedersen", parameters).serialize(s),
        }
    }
}

impl<'de, G: Group> Deserialize<'de> for Item<G> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        d.deserialize_tuple(2, ItemVisitor(std::marker::PhantomData))
    }
}

struct ItemVisitor<G>(std::marker::PhantomData<G>);

impl<'de, G: Group> de::Visitor<'de> for ItemVisitor<G> {
    type Value = Item<G>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[\"Single\",{…}] or [\"Pedersen\",{…}]")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Item<G>, A::Error> {
        let missing = || de::Error::invalid_length(1, &"two elements");
        let kind: String = seq.next_element()?.ok_or_else(missing)?;
        match kind.as_str() {
            "Single" => seq.next_element()?.map(Item::Single).ok_or_else(missing),
            "Pedersen" => seq.next_element()?.map(Item::Pedersen).ok_or_else(missing),
            other => Err(de::Error::unknown_variant(other, &["Single", "Pedersen"])),
        }
    }
}
