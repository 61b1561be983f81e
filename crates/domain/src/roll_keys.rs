//! What the identifiers of a roll file must look like (*contrôle des clés*): a number that a spreadsheet or a typist damaged is found before it
//! locks its voter out.

use serde::{Deserialize, Serialize};

/// `[policy.roll.keys]`: forms that the file is checked against. Nothing is checked unless somebody said so.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RollKeys {
    /// Form of `matricule`.
    pub number: NumberForm,
    /// Form of `lieu`, the code of a place that hands notices over.
    pub place: PlaceForm,
    /// Whether a file may have a column `nir`. It is then checked and compared, line by line, and never kept. Social-security numbers are personal
    /// data of their own kind: without a text that allows them, a file that holds them is refused.
    pub nir: bool,
    /// Domains of the mailboxes (`ac-valbrune.example`), with those under them; any when empty.
    pub mail_domains: Vec<String>,
}

/// Form of a staff number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NumberForm {
    /// Anything without `@`.
    #[default]
    Any,
    /// The NUMEN of the Education ministry: two digits, a letter, seven digits, three letters.
    Numen,
    /// So many digits: a spreadsheet takes the zeros in front away.
    Digits(u8),
}

/// Form of a place's code.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlaceForm {
    /// Anything.
    #[default]
    Any,
    /// The code of a school (*UAI*): seven digits and the letter that they yield.
    Uai,
}

/// What is wrong with a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyError {
    /// Not a NUMEN.
    Numen,
    /// Fewer digits than there should be: zeros in front were probably lost.
    ZerosLost {
        /// How many digits there should be.
        digits: u8,
    },
    /// Not so many digits.
    Digits {
        /// How many there should be.
        digits: u8,
    },
    /// Not seven digits and a letter.
    Uai,
    /// The letter is not the one that the digits yield.
    UaiLetter {
        /// The one that they yield.
        expected: char,
    },
    /// Not a social-security number of 15 characters.
    Nir,
    /// The key is not the one that the number yields.
    NirKey,
}

impl NumberForm {
    /// Checks a staff number, in capitals.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn check(self, number: &str) -> Result<(), KeyError> {
        match self {
            Self::Any => Ok(()),
            Self::Numen if is_numen(number) => Ok(()),
            Self::Numen => Err(KeyError::Numen),
            Self::Digits(digits) => {
                let all_digits = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
                match number.len().cmp(&usize::from(digits)) {
                    std::cmp::Ordering::Equal if all_digits => Ok(()),
                    std::cmp::Ordering::Less if all_digits => Err(KeyError::ZerosLost { digits }),
                    _ => Err(KeyError::Digits { digits }),
                }
            }
        }
    }
}

fn is_numen(number: &str) -> bool {
    number.len() == 13
        && number.bytes().enumerate().all(|(place, b)| match place {
            2 | 10..=12 => b.is_ascii_uppercase(),
            _ => b.is_ascii_digit(),
        })
}

impl PlaceForm {
    /// Checks the code of a place.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn check(self, code: &str) -> Result<(), KeyError> {
        match self {
            Self::Any => Ok(()),
            Self::Uai => check_uai(code),
        }
    }
}

/// Letters that end the code of a school, by the remainder of its digits by 23: I, O and Q are not among them.
const UAI: &[u8; 23] = b"ABCDEFGHJKLMNPRSTUVWXYZ";

fn check_uai(code: &str) -> Result<(), KeyError> {
    let (digits, letter) = code.split_at_checked(7).ok_or(KeyError::Uai)?;
    let number: usize = if digits.bytes().all(|b| b.is_ascii_digit()) {
        digits.parse().map_err(|_| KeyError::Uai)?
    } else {
        return Err(KeyError::Uai);
    };
    let [letter] = letter.as_bytes() else {
        return Err(KeyError::Uai);
    };
    let expected = UAI.get(number % UAI.len()).copied().ok_or(KeyError::Uai)?;
    if !letter.is_ascii_alphabetic() {
        Err(KeyError::Uai)
    } else if letter.to_ascii_uppercase() == expected {
        Ok(())
    } else {
        Err(KeyError::UaiLetter {
            expected: char::from(expected),
        })
    }
}

/// Checks a social-security number (*NIR*) of 13 characters and its key of two digits, 97 less the remainder of the number by 97; spaces do not
/// count, and the Corsican departments 2A and 2B count as 19 and 18.
///
/// # Errors
/// [`KeyError`].
pub fn check_nir(nir: &str) -> Result<(), KeyError> {
    let mut plain: String = nir.chars().filter(|c| !c.is_whitespace()).collect();
    if plain.len() != 15 || !plain.is_ascii() {
        return Err(KeyError::Nir);
    }
    for (department, digits) in [("2A", "19"), ("2B", "18")] {
        if plain
            .get(5..7)
            .is_some_and(|found| found.eq_ignore_ascii_case(department))
        {
            plain.replace_range(5..7, digits);
        }
    }
    if !plain.bytes().all(|b| b.is_ascii_digit()) {
        return Err(KeyError::Nir);
    }
    let (number, key) = plain.split_at(13);
    let number: u64 = number.parse().map_err(|_| KeyError::Nir)?;
    let key: u64 = key.parse().map_err(|_| KeyError::Nir)?;
    if key == 97_u64.saturating_sub(number % 97) {
        Ok(())
    } else {
        Err(KeyError::NirKey)
    }
}

impl RollKeys {
    /// Whether a mailbox, in lower case, may be in a roll.
    #[must_use]
    pub fn admits(&self, email: &str) -> bool {
        let domain = email.rsplit_once('@').map_or("", |(_, domain)| domain);
        let under = |allowed: &String| {
            let rest = domain.strip_suffix(allowed.to_lowercase().as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        };
        self.mail_domains.is_empty() || self.mail_domains.iter().any(under)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_numen_has_one_form() {
        assert_eq!(NumberForm::Numen.check("12E3456789ABC"), Ok(()));
        for wrong in [
            "12E3456789AB",
            "1EE3456789ABC",
            "12E3456789AB1",
            "",
            "12e3456789ABC",
            "12E345678éABC",
        ] {
            assert_eq!(NumberForm::Numen.check(wrong), Err(KeyError::Numen), "{wrong}");
        }
        assert_eq!(NumberForm::Any.check("x"), Ok(()));
    }

    #[test]
    fn lost_zeros_are_told_from_other_mistakes() {
        let form = NumberForm::Digits(8);
        assert_eq!(form.check("00012345"), Ok(()));
        assert_eq!(form.check("12345"), Err(KeyError::ZerosLost { digits: 8 }));
        for wrong in ["123456789", "0001234X", "", "1234E"] {
            assert_eq!(form.check(wrong), Err(KeyError::Digits { digits: 8 }), "{wrong}");
        }
    }

    #[test]
    fn the_letter_of_a_school_is_computed() {
        for school in ["0750655E", "0750654D", "0750655e"] {
            assert_eq!(PlaceForm::Uai.check(school), Ok(()), "{school}");
        }
        assert_eq!(
            PlaceForm::Uai.check("0750655F"),
            Err(KeyError::UaiLetter { expected: 'E' })
        );
        for wrong in ["750655E", "075065é", "0750655", "07506551", "0750655EE", ""] {
            assert_eq!(PlaceForm::Uai.check(wrong), Err(KeyError::Uai), "{wrong}");
        }
    }

    #[test]
    fn the_key_of_a_social_security_number_is_computed() {
        // 97 - 1 85 05 78 006 084 mod 97 = 91, the number printed on the specimen card.
        assert_eq!(check_nir("1 85 05 78 006 084 91"), Ok(()));
        assert_eq!(check_nir("185057800608492"), Err(KeyError::NirKey));
        for (corsican, number) in [("2A", 2_710_319_004_001_u64), ("2B", 2_710_318_004_001)] {
            let key = 97 - number % 97;
            assert_eq!(
                check_nir(&format!("27103{corsican}004001{key:02}")),
                Ok(()),
                "{corsican}"
            );
        }
        for wrong in [
            "",
            "18505780060849",
            "1850578006084911",
            "1850578o0608491",
            "18505780060849é",
        ] {
            assert_eq!(check_nir(wrong), Err(KeyError::Nir), "{wrong}");
        }
    }

    #[test]
    fn mailboxes_are_of_the_domains_named_and_of_those_under_them() {
        let keys = RollKeys {
            mail_domains: vec!["Valbrune.example".to_owned()],
            ..RollKeys::default()
        };
        assert!(keys.admits("a@valbrune.example") && keys.admits("a@lycee.valbrune.example"));
        assert!(!keys.admits("a@notvalbrune.example") && !keys.admits("a@valbrune.example.org"));
        assert!(RollKeys::default().admits("a@anything.example"));
    }
}
