//! Passwords: the rules of the portal, and argon2id on the threads of `hashing`.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use isoloir_domain::Voter;
use isoloir_domain::message::Message;
use rand_core::Rng as _;
use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

use crate::hashing::Turn;
use crate::known_passwords::{is_known, letters};
use crate::{Fault, VotingServer};

/// A rule that a password must meet, for the live list of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PasswordRule {
    /// 12 to 256 characters, none of them a control character.
    Length,
    /// A lower-case letter without accent.
    Lower,
    /// An upper-case letter without accent.
    Upper,
    /// A digit.
    Digit,
    /// A character that is neither letter, digit nor space.
    Special,
    /// Not one that everyone tries first, nor made of the voter's name or address.
    NotKnown,
}

impl PasswordRule {
    /// All rules, in display order.
    pub const ALL: [Self; 6] = [
        Self::Length,
        Self::Lower,
        Self::Upper,
        Self::Digit,
        Self::Special,
        Self::NotKnown,
    ];

    /// The rule, as the voter reads it.
    #[must_use]
    pub fn message(self) -> Message {
        let (fr, en) = match self {
            Self::Length => ("de 12 à 256 caractères", "12 to 256 characters"),
            Self::Lower => (
                "au moins une lettre minuscule sans accent",
                "at least one lower-case letter without accent",
            ),
            Self::Upper => (
                "au moins une lettre majuscule sans accent",
                "at least one upper-case letter without accent",
            ),
            Self::Digit => ("au moins un chiffre", "at least one digit"),
            Self::Special => ("au moins un caractère spécial", "at least one special character"),
            Self::NotKnown => (
                "ni un mot de passe courant, ni votre nom, votre adresse ou le nom des élections",
                "neither a common password, nor your name, your address or the name of the elections",
            ),
        };
        Message::new(fr, en)
    }

    fn holds(self, password: &str, own: &[String]) -> bool {
        match self {
            Self::Length => (12..=256).contains(&password.nfc().count()) && !password.chars().any(char::is_control),
            Self::Lower => password.chars().any(|c| c.is_ascii_lowercase()),
            Self::Upper => password.chars().any(|c| c.is_ascii_uppercase()),
            Self::Digit => password.chars().any(|c| c.is_ascii_digit()),
            Self::Special => password.chars().any(|c| !c.is_alphanumeric() && !c.is_whitespace()),
            Self::NotKnown => !is_known(password, own),
        }
    }
}

/// What of a person a guesser would try: names, address, staff number, and the words given (those of the consultation's names).
fn own_words(texts: &[&str], words: &[String]) -> Vec<String> {
    let mut own: Vec<String> = texts
        .iter()
        .flat_map(|text| text.split(|c: char| !c.is_alphanumeric()))
        .chain(texts.iter().copied())
        .map(|text| letters(text, false))
        .chain(words.iter().cloned())
        .filter(|word| word.chars().count() >= 3)
        .collect();
    own.sort();
    own.dedup();
    own
}

/// The words of a text that are long enough to make up a password.
pub(crate) fn words_of(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric())
        .map(|word| letters(word, false))
        .filter(|word| word.chars().count() >= 4)
        .collect()
}

/// The rules that `password` breaks, for this voter; `words` are those of the consultation's names.
#[must_use]
pub fn broken_rules(password: &str, voter: &Voter, words: &[String]) -> Vec<PasswordRule> {
    let texts = [
        voter.last_name.as_str(),
        voter.first_name.as_str(),
        voter.number.as_str(),
        voter.email.as_deref().unwrap_or_default(),
    ];
    broken_rules_of(password, &texts, words)
}

/// The rules that `password` breaks, for a person of whom these texts tell.
pub(crate) fn broken_rules_of(password: &str, texts: &[&str], words: &[String]) -> Vec<PasswordRule> {
    let own = own_words(texts, words);
    PasswordRule::ALL
        .into_iter()
        .filter(|rule| !rule.holds(password, &own))
        .collect()
}

/// The form in which a password is hashed: the same text typed on two systems may reach us composed or decomposed.
pub(crate) fn normal(password: &str) -> Zeroizing<String> {
    Zeroizing::new(password.nfc().collect())
}

/// OWASP's minimum for argon2id: 19 MiB, 2 passes, 1 lane: about 20 ms on a core.
fn argon2() -> Result<Argon2<'static>, Fault> {
    let params = Params::new(19 * 1024, 2, 1, None).map_err(|_| Fault::Damaged("the password parameters"))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// Hash of no password: what an unknown address is checked against, so that it takes as long as a known one.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$aXNvbG9pci9ub2JvZHkvdjE$4Ca8Vj1cGkWqG6q4xVnbqkKJkwBFXGk4wTnJ0Yv5lxs";

impl VotingServer {
    /// Hashes a password with a fresh salt.
    pub(crate) async fn hash_password(&self, password: &str) -> Result<String, Fault> {
        let password = normal(password);
        let mut salt = [0; 16];
        self.rng().fill_bytes(&mut salt);
        let work = move || {
            let hash = argon2()?.hash_password_with_salt(password.as_bytes(), &salt);
            hash.map(|hash| hash.to_string())
                .map_err(|_| Fault::Damaged("a password's hash"))
        };
        self.inner
            .hashing
            .run(self.inner.hashing.turn_soon().await?, work)
            .await
    }

    /// Whether the password is that of `hash`; `None` (nobody) takes as long and is false.
    pub(crate) async fn check_password(&self, turn: Turn, password: &str, hash: Option<String>) -> Result<bool, Fault> {
        let password = normal(password);
        let work = move || {
            let known = hash.is_some();
            let text = hash.unwrap_or_else(|| NOBODY.to_owned());
            let parsed = PasswordHash::new(&text).map_err(|_| Fault::Damaged("a password's hash"))?;
            let right = argon2()?.verify_password(password.as_bytes(), &parsed).is_ok();
            Ok(right && known)
        };
        self.inner.hashing.run(turn, work).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn voter() -> Voter {
        Voter {
            id: "0190a2b4-5c6d-7e8f-9a0b-1c2d3e4f5061".parse().unwrap(),
            number: "A1234".to_owned(),
            last_name: "Lefèvre".to_owned(),
            first_name: "Camille".to_owned(),
            email: Some("camille.lefevre@valbrune.example".to_owned()),
            language: None,
        }
    }

    #[test]
    fn each_rule_is_broken_by_its_own_password() {
        use PasswordRule::{Digit, Length, Lower, NotKnown, Special, Upper};
        let cases = [
            ("Orage-violet-71", vec![]),
            ("Orage-vio71", vec![Length]),
            ("ORAGE-VIOLET-71", vec![Lower]),
            ("orage-violet-71", vec![Upper]),
            ("Orage-violet-xy", vec![Digit]),
            ("OrageViolet0071", vec![Special]),
            ("Motdepasse-2026!", vec![NotKnown]),
            ("Camille.Lefèvre-1", vec![NotKnown]),
            ("ÉTÉ-orageÉ-XÜ7-Q", vec![]),
            ("ORAGÉ-ÉTÉ-ÉTUVE-é7", vec![Lower]),
            ("Orage-violet-71\u{7}", vec![Length]),
            ("Orage violet 712", vec![Special]),
            ("Lefevre-Valbrune-12", vec![NotKnown]),
            ("", vec![Length, Lower, Upper, Digit, Special, NotKnown]),
        ];
        for (password, expected) in cases {
            assert_eq!(
                broken_rules(password, &voter(), &["valbrune".to_owned()]),
                expected,
                "{password}"
            );
        }
        assert_eq!(
            broken_rules(&format!("aB1-{}", "xkz".repeat(84)), &voter(), &[]),
            vec![]
        );
        assert_eq!(
            broken_rules(&format!("aB1-{}", "xkz".repeat(85)), &voter(), &[]),
            vec![Length]
        );
    }

    #[test]
    fn the_hash_of_nobody_costs_as_much_as_any() {
        let parsed = PasswordHash::new(NOBODY).unwrap();
        let real = argon2()
            .unwrap()
            .hash_password_with_salt(b"x", b"0123456789abcdef")
            .unwrap();
        assert_eq!(parsed.params, real.params);
        assert_eq!(parsed.algorithm, real.algorithm);
        assert_eq!(parsed.hash.unwrap().len(), real.hash.unwrap().len());
    }
}
