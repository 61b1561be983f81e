//! What a voter types to obtain a new code, parsed before anything is asked of anybody: the identifier's form, the contact's form.
//!
//! Neither is kept: they pass through memory to the registrar, and are wiped.

use isoloir_carriers::phone::Phone;
use isoloir_domain::contact::Mailbox;
use isoloir_domain::message::Message;
use isoloir_domain::reissue::{Destination, Factor, PathRule};
use zeroize::Zeroizing;

use crate::ask_reissue::ReissueAsk;

/// Characters of a NUMEN.
pub const NUMEN_LENGTH: usize = 13;
/// Digits of the social-security number that are asked for.
pub const NIR_DIGITS: usize = 10;

/// What is wrong with an identifier as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdentifierProblem {
    /// Nothing was typed.
    #[error("no identifier was typed")]
    Empty,
    /// So many characters, where a NUMEN has thirteen.
    #[error("{0} characters are no NUMEN")]
    NumenLength(usize),
    /// So many digits, where ten are asked for.
    #[error("{0} digits instead of ten")]
    DigitsLength(usize),
    /// Something other than letters and digits.
    #[error("neither letters nor digits")]
    Symbols,
}

impl IdentifierProblem {
    /// The words under the field.
    #[must_use]
    pub fn message(self) -> Message {
        let count = |n: usize, one: &str, many: &str| format!("{n}\u{a0}{}", if n > 1 { many } else { one });
        match self {
            Self::Empty => Message::new("Saisissez cet identifiant.", "Type this identifier."),
            Self::NumenLength(typed) => Message::new(
                format!(
                    "Un NUMEN compte 13\u{a0}caractères\u{a0}: vous en avez saisi {}.",
                    count(typed, "caractère", "caractères")
                ),
                format!(
                    "A NUMEN has 13 characters: you typed {}.",
                    count(typed, "character", "characters")
                ),
            ),
            Self::DigitsLength(typed) if typed < NIR_DIGITS => {
                let missing = NIR_DIGITS.saturating_sub(typed);
                Message::new(
                    format!(
                        "Il manque {}\u{a0}: vous en avez saisi {typed}, il en faut 10.",
                        count(missing, "chiffre", "chiffres")
                    ),
                    format!(
                        "{} missing: you typed {typed}, ten are needed.",
                        count(missing, "digit", "digits")
                    ),
                )
            }
            Self::DigitsLength(typed) => Message::new(
                format!("Ne saisissez que les 10\u{a0}premiers chiffres\u{a0}: vous en avez saisi {typed}."),
                format!("Type the first 10 digits only: you typed {typed}."),
            ),
            Self::Symbols => Message::new(
                "Cet identifiant ne contient que des lettres et des chiffres.",
                "This identifier has letters and digits only.",
            ),
        }
    }
}

/// The identifier that a path asks for, if any, as the page labels it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdentifierAsked {
    /// The NUMEN.
    Numen,
    /// The first ten digits of the social-security number.
    NirDigits,
    /// Either.
    Either,
}

impl IdentifierAsked {
    /// What a path asks for.
    #[must_use]
    pub fn by(rule: &PathRule) -> Option<Self> {
        let asks = |factor| rule.factors.iter().flatten().any(|one| *one == factor);
        match (asks(Factor::Numen), asks(Factor::NirDigits)) {
            (true, true) => Some(Self::Either),
            (true, false) => Some(Self::Numen),
            (false, true) => Some(Self::NirDigits),
            (false, false) => None,
        }
    }

    /// Which of the two was typed, by its form alone; whose it is, the registrar knows.
    pub(crate) fn read(self, typed: &str) -> Result<Factor, IdentifierProblem> {
        let separates = |c: &char| c.is_whitespace() || matches!(c, '.' | '-' | '\u{2011}');
        let plain: Zeroizing<String> = Zeroizing::new(typed.chars().filter(|c| !separates(c)).collect());
        let length = plain.chars().count();
        if length == 0 {
            return Err(IdentifierProblem::Empty);
        }
        if !plain.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return Err(IdentifierProblem::Symbols);
        }
        let digits = plain.bytes().all(|b| b.is_ascii_digit());
        match self {
            Self::NirDigits | Self::Either if digits && length == NIR_DIGITS => Ok(Factor::NirDigits),
            Self::Numen | Self::Either if length == NUMEN_LENGTH && !(digits && self == Self::Either) => {
                Ok(Factor::Numen)
            }
            Self::NirDigits => Err(IdentifierProblem::DigitsLength(length)),
            Self::Either if digits => Err(IdentifierProblem::DigitsLength(length)),
            Self::Numen | Self::Either => Err(IdentifierProblem::NumenLength(length)),
        }
    }
}

/// What is wrong with a telephone number or an address as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ContactProblem {
    /// No channel of those that are open was chosen.
    #[error("no channel was chosen")]
    NoChannel,
    /// No number.
    #[error("no telephone number was typed")]
    NoPhone,
    /// No address.
    #[error("no address was typed")]
    NoMail,
    /// No mobile number of France and its territories.
    #[error("this is no mobile number")]
    Phone,
    /// No address.
    #[error("this is no address")]
    Mail,
    /// The address that identifies the account, or one that leads to the same mailbox.
    #[error("this is the portal's address")]
    IsPortal,
}

impl ContactProblem {
    /// The words under the field.
    #[must_use]
    pub fn message(self) -> Message {
        let (fr, en) = match self {
            Self::NoChannel => (
                "Choisissez comment recevoir le lien.",
                "Choose how to receive the link.",
            ),
            Self::NoPhone => (
                "Saisissez le numéro de votre téléphone portable personnel.",
                "Type the number of your personal mobile telephone.",
            ),
            Self::NoMail => (
                "Saisissez l’adresse de votre messagerie personnelle.",
                "Type the address of your personal mailbox.",
            ),
            Self::Phone => (
                "Ce n’est pas un numéro de portable de métropole ou d’outre-mer, par exemple 06 12 34 56 78 ou +262 692 12 34 56.",
                "This is no mobile number of metropolitan or overseas France, such as 06 12 34 56 78 or +262 692 12 34 56.",
            ),
            Self::Mail => (
                "Cette adresse est incomplète ou contient un caractère de trop, par exemple prenom.nom@exemple.fr.",
                "This address is incomplete or has a character too many; an example: first.last@example.org.",
            ),
            Self::IsPortal => (
                "Cette adresse mène à la messagerie qui vous identifie sur le portail. Choisissez-en une autre, ou un SMS.",
                "This address leads to the mailbox that identifies you on the portal. Choose another, or an SMS.",
            ),
        };
        Message::new(fr, en)
    }
}

/// All that can be seen to be wrong with what was typed, before anything is compared: with the identifier, and with the contact. `ask` is absent
/// when no channel was chosen.
#[must_use]
pub fn problems(
    asked: Option<IdentifierAsked>,
    identifier: &str,
    ask: Option<&ReissueAsk>,
    portal: Option<&str>,
) -> (Option<IdentifierProblem>, Option<ContactProblem>) {
    let contact = match ask {
        None => Some(ContactProblem::NoChannel),
        Some(ask) => check_contact(ask.destination, &ask.contact, portal).err(),
    };
    (asked.and_then(|asked| asked.read(identifier).err()), contact)
}

/// Checks a contact against its channel and against the address that identifies the account.
pub(crate) fn check_contact(to: Destination, typed: &str, portal: Option<&str>) -> Result<(), ContactProblem> {
    let typed = typed.trim();
    if to == Destination::PersonalPhone {
        return match typed {
            "" => Err(ContactProblem::NoPhone),
            number => number.parse::<Phone>().map(|_| ()).map_err(|_| ContactProblem::Phone),
        };
    }
    if typed.is_empty() {
        return Err(ContactProblem::NoMail);
    }
    let mailbox: Mailbox = typed.parse().map_err(|_| ContactProblem::Mail)?;
    if portal.is_some_and(|portal| mailbox.reaches(portal)) {
        return Err(ContactProblem::IsPortal);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_by_their_form() {
        use IdentifierAsked::{Either, NirDigits, Numen};
        let numen = "19e 98.12345-ABC";
        assert_eq!(Numen.read(numen), Ok(Factor::Numen));
        assert_eq!(Either.read(numen), Ok(Factor::Numen));
        assert_eq!(Either.read("2 84 05 75\u{202f}119"), Ok(Factor::NirDigits));
        assert_eq!(NirDigits.read("2840575119"), Ok(Factor::NirDigits));
        assert_eq!(Numen.read("2840575119"), Err(IdentifierProblem::NumenLength(10)));
        assert_eq!(NirDigits.read(numen), Err(IdentifierProblem::DigitsLength(13)));
        assert_eq!(Either.read("28405751"), Err(IdentifierProblem::DigitsLength(8)));
        assert_eq!(Either.read("2840575119042"), Err(IdentifierProblem::DigitsLength(13)));
        assert_eq!(Either.read("19E98"), Err(IdentifierProblem::NumenLength(5)));
        assert_eq!(Either.read(" - "), Err(IdentifierProblem::Empty));
        assert_eq!(Numen.read("19E9812345AB'"), Err(IdentifierProblem::Symbols));
        let eight = IdentifierProblem::DigitsLength(8).message();
        assert_eq!(
            eight.fr,
            "Il manque 2\u{a0}chiffres\u{a0}: vous en avez saisi 8, il en faut 10."
        );
    }

    #[test]
    fn a_contact_is_a_mobile_or_another_mailbox() {
        use Destination::{PersonalMail, PersonalPhone};
        const PORTAL: Option<&str> = Some("camille.durand@valbrune.example");
        let check = |to, typed| check_contact(to, typed, PORTAL).err();
        assert_eq!(check(PersonalPhone, "+262 692 00 00 42"), None);
        assert_eq!(check(PersonalPhone, "01 23 45 67 89"), Some(ContactProblem::Phone));
        assert_eq!(check(PersonalPhone, " "), Some(ContactProblem::NoPhone));
        assert_eq!(check(PersonalMail, "camille@maison.example"), None);
        assert_eq!(check(PersonalMail, ""), Some(ContactProblem::NoMail));
        for wrong in [
            "camille",
            "camille@maison",
            "a b@maison.example",
            "é@maison.example",
            "a@b.example\r\nBcc: c@d.example",
        ] {
            assert_eq!(check(PersonalMail, wrong), Some(ContactProblem::Mail), "{wrong:?}");
        }
        for portal in [
            "Camille.Durand+x@VALBRUNE.example",
            "ｃamille.durand＠valbrune.example.",
        ] {
            assert_eq!(check(PersonalMail, portal), Some(ContactProblem::IsPortal), "{portal}");
        }
        assert_eq!(check_contact(PersonalMail, "a@b.example", None), Ok(()));
    }
}
