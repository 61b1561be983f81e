//! What proves a voter's identity here alone: the NUMEN, the first ten digits of the social-security number. Kept as keyed hashes.

use isoloir_domain::VoterId;
use isoloir_domain::reissue::Factor;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::keys::Keys;

/// Characters of a NUMEN.
const NUMEN: usize = 13;
/// Characters asked of a social-security number (*NIR*), of the fifteen that it has with its key.
const NIR: usize = 10;
const WHOLE_NIR: usize = 15;

/// A kind of identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The NUMEN.
    Numen,
    /// The first ten digits of the social-security number.
    NirDigits,
}

impl Kind {
    pub(crate) const ALL: [Kind; 2] = [Kind::Numen, Kind::NirDigits];

    /// The factor that it is.
    #[must_use]
    pub fn factor(self) -> Factor {
        match self {
            Kind::Numen => Factor::Numen,
            Kind::NirDigits => Factor::NirDigits,
        }
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Kind::Numen => "numen",
            Kind::NirDigits => "nir_digits",
        }
    }

    /// The one way to write it: capitals and digits, the right number of them. `None` for what is no such identifier.
    pub(crate) fn normal(self, typed: &str) -> Option<Zeroizing<String>> {
        let separates = |c: &char| c.is_whitespace() || matches!(c, '.' | '-' | '\u{2011}');
        let mut plain = Zeroizing::new(String::with_capacity(typed.len()));
        plain.extend(typed.chars().filter(|c| !separates(c)).map(|c| c.to_ascii_uppercase()));
        if !plain.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return None;
        }
        match self {
            Kind::Numen => (plain.len() == NUMEN).then_some(plain),
            Kind::NirDigits if (NIR..=WHOLE_NIR).contains(&plain.len()) => {
                plain.truncate(NIR);
                Some(plain)
            }
            Kind::NirDigits => None,
        }
    }

    /// The keyed hash that is stored.
    pub(crate) fn mark(self, keys: &Keys, voter: VoterId, normal: &str) -> [u8; 32] {
        let text = Zeroizing::new(format!("{voter}|{normal}"));
        keys.mark(self.as_str(), &text)
    }

    /// Whether `typed` is the voter's, of whose hashes `marks` are those on record. What is missing is compared all the same.
    pub(crate) fn is_right(self, keys: &Keys, voter: VoterId, typed: &str, marks: &[(String, Vec<u8>)]) -> bool {
        let normal = self.normal(typed);
        let mark = self.mark(keys, voter, normal.as_ref().map_or("", |text| text.as_str()));
        let nothing = vec![0; 32];
        let kept = marks.iter().find(|(kind, _)| kind == self.as_str());
        let same: bool = mark.ct_eq(kept.map_or(&nothing, |(_, mark)| mark)).into();
        same && normal.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn normal(kind: Kind, typed: &str) -> Option<String> {
        kind.normal(typed).map(|text| text.to_string())
    }

    #[test]
    fn identifiers_are_read_as_people_write_them() {
        assert_eq!(
            normal(Kind::Numen, " 12e 3456-789 abc "),
            Some("12E3456789ABC".to_owned())
        );
        assert_eq!(
            normal(Kind::NirDigits, "2 85 05 78 006 084 36"),
            Some("2850578006".to_owned())
        );
        assert_eq!(normal(Kind::NirDigits, "1 90 03 2a 004"), Some("190032A004".to_owned()));
        for (kind, wrong) in [
            (Kind::Numen, "12E3456789AB"),
            (Kind::Numen, "12É3456789ABC"),
            (Kind::NirDigits, "285057800"),
            (Kind::NirDigits, "2850578006084369"),
            (Kind::NirDigits, ""),
        ] {
            assert_eq!(normal(kind, wrong), None, "{wrong}");
        }
    }
}
