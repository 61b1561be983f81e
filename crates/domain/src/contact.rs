//! Mailboxes that people type (*adresse électronique personnelle*), read strictly, and compared as the mailbox that they reach.
//!
//! A reissued code must not go to the mailbox that identifies the account. That mailbox has many spellings: other case, full-width letters, a
//! tag after `+`, dots that its provider ignores, a second domain of the same provider. Two spellings of one mailbox are the same here.

use std::fmt;
use std::str::FromStr;

use unicode_normalization::UnicodeNormalization as _;

/// A mailbox as messages are sent to it: compatibility characters folded, the domain in its ASCII form. Shown in logs as its domain only.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Mailbox {
    local: String,
    domain: String,
}

/// The text is no mailbox that we write to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not an e-mail address")]
pub struct NotAMailbox;

/// Longest address, before and after `@` (RFC 5321).
const LONGEST: usize = 254;
const LONGEST_LOCAL: usize = 64;

/// Providers under several domains, and the signs of the local part that they do not look at.
const PROVIDERS: [(&[&str], &[char]); 4] = [
    (&["gmail.com", "googlemail.com"], &['.']),
    (
        &["proton.me", "protonmail.com", "protonmail.ch", "pm.me"],
        &['.', '-', '_'],
    ),
    (&["icloud.com", "me.com", "mac.com"], &[]),
    (&["yandex.com", "yandex.ru", "ya.ru"], &['.', '-']),
];

impl Mailbox {
    /// What stands after `@`, in ASCII.
    #[must_use]
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// Whether mail to this address reaches the mailbox of `account`, an address of the roll. One that does not read is compared as text.
    #[must_use]
    pub fn reaches(&self, account: &str) -> bool {
        account.parse::<Mailbox>().map_or_else(
            |_| folded(account) == folded(&self.to_string()),
            |account| account.identity() == self.identity(),
        )
    }

    /// One text for all spellings of one mailbox.
    fn identity(&self) -> String {
        let local = self.local.to_lowercase();
        // A tag is dropped whoever the provider is: an address that is refused wrongly is replaced by another in a moment.
        let local = local.split('+').next().unwrap_or_default();
        let provider = PROVIDERS
            .iter()
            .find(|(domains, _)| domains.contains(&self.domain.as_str()));
        match provider {
            Some((domains, ignored)) => {
                let local: String = local.chars().filter(|c| !ignored.contains(c)).collect();
                format!("{local}@{}", domains.first().unwrap_or(&""))
            }
            None => format!("{local}@{}", self.domain),
        }
    }
}

impl FromStr for Mailbox {
    type Err = NotAMailbox;

    fn from_str(text: &str) -> Result<Mailbox, NotAMailbox> {
        let text: String = text.trim().chars().take(LONGEST + 1).nfkc().collect();
        let (local, domain) = text.rsplit_once('@').ok_or(NotAMailbox)?;
        // The root's dot may be written and means nothing; the ideographic full stop is a dot in domains.
        let domain = domain.trim_end_matches(['.', '\u{3002}']);
        let domain = idna::domain_to_ascii_strict(domain).map_err(|_| NotAMailbox)?;
        if !is_local(local) || !is_domain(&domain) || local.len() + 1 + domain.len() > LONGEST {
            return Err(NotAMailbox);
        }
        Ok(Mailbox {
            local: local.to_owned(),
            domain,
        })
    }
}

/// No quotes, no comments, no routes (`%`, `!`): what is compared is what is sent to.
fn is_local(local: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-+'=~&#".contains(c);
    (1..=LONGEST_LOCAL).contains(&local.len())
        && local.chars().all(plain)
        && !local.starts_with(['.', '+'])
        && !local.ends_with('.')
        && !local.contains("..")
}

fn is_domain(domain: &str) -> bool {
    let last = domain.rsplit('.').next().unwrap_or_default();
    domain.contains('.') && !last.is_empty() && !last.bytes().all(|b| b.is_ascii_digit())
}

fn folded(text: &str) -> String {
    text.trim().nfkc().flat_map(char::to_lowercase).collect()
}

impl fmt::Display for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.local, self.domain)
    }
}

impl fmt::Debug for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mailbox({})", self.domain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reaches(typed: &str, account: &str) -> bool {
        typed.parse::<Mailbox>().unwrap().reaches(account)
    }

    #[test]
    fn a_disguise_of_the_account_s_mailbox_is_seen_through() {
        for disguise in [
            "camille.martin@ac-exemple.fr",
            "  Camille.MARTIN@AC-Exemple.FR ",
            "camille.martin+vote@ac-exemple.fr",
            "ｃａｍｉｌｌｅ．martin＠ac-exemple.fr",
            "camille.martin@ac-exemple。fr",
            "camille.martin@ac-exemple.fr.",
            "camille.martin@ac\u{ad}-exemple.fr",
        ] {
            assert!(reaches(disguise, "camille.martin@ac-exemple.fr"), "{disguise}");
        }
        assert!(reaches("cam.ille@googlemail.com", "Camille+x@gmail.com"));
        assert!(reaches("c-a_m.ille@pm.me", "camille@proton.me"));
        assert!(reaches(
            "élève@école.fr".replace("élève", "eleve").as_str(),
            "eleve@xn--cole-9oa.fr"
        ));
    }

    #[test]
    fn another_mailbox_is_another() {
        for other in [
            "camille.martin@example.org",
            "camille-martin@ac-exemple.fr",
            "camillemartin@ac-exemple.fr",
            // A Cyrillic letter in the domain is another domain, whatever it looks like.
            "camille.martin@аc-exemple.fr",
        ] {
            assert!(!reaches(other, "camille.martin@ac-exemple.fr"), "{other}");
        }
        assert!(!reaches("camille@example.org", "not an address"));
    }

    #[test]
    fn what_is_no_mailbox_is_refused() {
        for text in [
            "",
            "camille",
            "@ac-exemple.fr",
            "camille@",
            "camille@localhost",
            "camille@192.168.0.1",
            "camille@[192.168.0.1]",
            "\"camille martin\"@ac-exemple.fr",
            "camille%ac-exemple.fr@relay.fr",
            "ac-exemple.fr!camille@relay.fr",
            "a@b@ac-exemple.fr",
            "camille(x)@ac-exemple.fr",
            "camille..martin@ac-exemple.fr",
            "camille\n@ac-exemple.fr",
            "camille@ac-exemple.fr\nBcc: x@y.fr",
            "camille@ac_exemple.fr",
            "камилла@ac-exemple.fr",
        ] {
            assert_eq!(text.parse::<Mailbox>(), Err(NotAMailbox), "{text:?}");
        }
        assert!(format!("{}@ac-exemple.fr", "x".repeat(65)).parse::<Mailbox>().is_err());
        assert!(format!("x@{}.fr", "x".repeat(300)).parse::<Mailbox>().is_err());
    }

    #[test]
    fn logs_see_the_domain_alone() {
        let mailbox: Mailbox = "Camille@École.fr".parse().unwrap();
        assert_eq!(format!("{mailbox:?}"), "Mailbox(xn--cole-9oa.fr)");
        assert_eq!(mailbox.to_string(), "Camille@xn--cole-9oa.fr");
    }
}
