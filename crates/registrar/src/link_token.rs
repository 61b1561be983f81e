//! The secret of a one-use link: 128 random bits in an address, of which the database keeps a hash.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand_core::CryptoRng;
use sha2::{Digest as _, Sha256};
use zeroize::{ZeroizeOnDrop, Zeroizing};

const BYTES: usize = 16;

/// A link's secret. Short, so that the link fits in one SMS.
#[derive(ZeroizeOnDrop)]
pub(crate) struct LinkToken([u8; BYTES]);

impl LinkToken {
    pub(crate) fn generate<R: CryptoRng + ?Sized>(rng: &mut R) -> LinkToken {
        let mut bytes = [0; BYTES];
        rng.fill_bytes(&mut bytes);
        LinkToken(bytes)
    }

    /// As it stands in an address.
    pub(crate) fn parse(text: &str) -> Option<LinkToken> {
        let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(text).ok()?);
        Some(LinkToken(bytes.as_slice().try_into().ok()?))
    }

    /// As kept sealed, so that the same link can be sent again.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<LinkToken> {
        Some(LinkToken(bytes.try_into().ok()?))
    }

    pub(crate) fn bytes(&self) -> &[u8; BYTES] {
        &self.0
    }

    pub(crate) fn text(&self) -> Zeroizing<String> {
        Zeroizing::new(URL_SAFE_NO_PAD.encode(self.0))
    }

    pub(crate) fn hash(&self) -> [u8; 32] {
        Sha256::new()
            .chain_update(b"isoloir/registrar/link/v1|")
            .chain_update(self.0)
            .finalize()
            .into()
    }
}
