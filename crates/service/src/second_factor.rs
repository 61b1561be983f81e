//! Second factor of the staff (*second facteur*): the six digits of an authenticator (RFC 6238), from a secret drawn with the invitation.

use jiff::Timestamp;
use rand_core::CryptoRng;
use totp_rs::{Builder, Secret, Totp};
use zeroize::Zeroizing;

use crate::{Fault, VotingServer};

/// What RFC 4226 recommends for the secret.
const SECRET: usize = 20;

/// The secret of one person's authenticator. Codes change every 30 seconds; those just before and just after are good too.
pub struct SecondFactor(Totp);

impl SecondFactor {
    pub(crate) fn generate(rng: &mut impl CryptoRng) -> Result<Self, Fault> {
        let mut secret = Zeroizing::new([0; SECRET]);
        rng.fill_bytes(secret.as_mut_slice());
        Self::from_bytes(secret.as_slice()).ok_or(Fault::Damaged("a second factor"))
    }

    pub(crate) fn from_bytes(secret: &[u8]) -> Option<Self> {
        let totp = Builder::new().with_secret(Secret::from(secret)).build();
        totp.ok().map(Self)
    }

    /// Reads the secret in base32, as an authenticator is given it.
    #[must_use]
    pub fn from_base32(text: &str) -> Option<Self> {
        let secret = Secret::try_from_base32(text).ok()?;
        Self::from_bytes(secret.as_bytes())
    }

    /// The secret in base32: 32 letters and digits.
    #[must_use]
    pub fn base32(&self) -> String {
        self.0.secret().to_base32()
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        self.0.secret().as_bytes()
    }

    /// The code of an instant.
    #[must_use]
    pub fn code(&self, at: Timestamp) -> String {
        self.0.generate(seconds(at)).to_string()
    }

    /// The step of a right code, which must be greater than every step used before.
    pub(crate) fn step(&self, typed: &str, at: Timestamp) -> Option<i64> {
        let digits: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
        if digits.len() != 6 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        self.0
            .check(&digits, seconds(at))
            .and_then(|step| i64::try_from(step).ok())
    }

    /// The address that an authenticator reads from a QR code.
    #[must_use]
    pub fn address(&self, issuer: &str, account: &str) -> String {
        // The colon separates issuer from account, whatever its encoding.
        let (issuer, account) = (escaped(&issuer.replace(':', " ")), escaped(&account.replace(':', " ")));
        format!(
            "otpauth://totp/{issuer}:{account}?secret={}&issuer={issuer}",
            self.base32()
        )
    }
}

fn seconds(at: Timestamp) -> u64 {
    u64::try_from(at.as_second()).unwrap_or(0)
}

/// Percent-encoding of everything but letters, digits and `-._~`.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

impl VotingServer {
    /// Seals a second factor for `place`, so that the database alone gives nobody a code.
    pub(crate) fn seal_second_factor(&self, place: &str, factor: &SecondFactor) -> Result<Vec<u8>, Fault> {
        let sealed = self.inner.vault.seal(place, factor.bytes(), &mut self.rng());
        sealed.ok_or(Fault::Damaged("a second factor"))
    }

    pub(crate) fn open_second_factor(&self, place: &str, sealed: &[u8]) -> Result<SecondFactor, Fault> {
        let secret = self.inner.vault.open(place, sealed);
        let secret = secret.ok_or(Fault::Damaged("a sealed second factor"))?;
        SecondFactor::from_bytes(&secret).ok_or(Fault::Damaged("a second factor"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn codes_are_those_of_rfc_6238() {
        // Appendix B, SHA-1: the last six of its eight digits.
        let factor = SecondFactor::from_bytes(b"12345678901234567890").unwrap();
        for (second, code) in [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")] {
            assert_eq!(factor.code(at(second)), code);
            assert_eq!(factor.step(code, at(second)), Some(second / 30));
        }
        assert_eq!(factor.step("287 082", at(59)), Some(1));
        assert_eq!(factor.step("287082", at(89)), Some(1));
        for (typed, second) in [
            ("287082", 120),
            ("287083", 59),
            ("", 59),
            ("+87082", 59),
            ("2870820", 59),
        ] {
            assert_eq!(factor.step(typed, at(second)), None, "{typed}");
        }
    }

    #[test]
    fn the_address_of_the_qr_code_holds_nothing_but_itself() {
        let factor = SecondFactor::from_bytes(b"12345678901234567890").unwrap();
        let address = factor.address("Élections : 2026&x=1", "a+b@c.fr");
        assert_eq!(
            address,
            "otpauth://totp/%C3%89lections%20%20%202026%26x%3D1:a%2Bb%40c.fr?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\
             &issuer=%C3%89lections%20%20%202026%26x%3D1"
        );
        let read = SecondFactor::from_base32("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ").unwrap();
        assert_eq!(read.bytes(), factor.bytes());
        assert!(SecondFactor::from_base32("GEZDG").is_none());
    }
}
