//! Common lists (*candidatures communes*): one list in the count; the audience of each organisation behind it is its part
//! of the list's votes, by the key declared when the list was filed, or else in equal parts.

use std::collections::HashSet;
use std::fmt;

use crate::fraction::Fraction;

/// An organisation behind a common list, and its part of the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    name: String,
    part: u32,
}

/// The organisations behind a common list, with the key that shares its votes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommonList {
    members: Vec<Member>,
    declared: bool,
}

/// Why organisations and parts are no key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyError {
    /// A common list is of two organisations at least.
    Alone,
    /// An organisation is named twice.
    Twice(String),
    /// A declared part is zero.
    NoPart(String),
}

/// The audience of one organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audience {
    /// The organisation.
    pub name: String,
    /// Its votes, exact.
    pub votes: Fraction,
}

impl CommonList {
    /// With the parts that were declared: 60 and 40, or 3 and 2, say the same.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn declared(parts: &[(&str, u32)]) -> Result<CommonList, KeyError> {
        if let Some((name, _)) = parts.iter().find(|(_, part)| *part == 0) {
            return Err(KeyError::NoPart((*name).to_owned()));
        }
        CommonList::new(parts, true)
    }

    /// Without a key: in equal parts.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn equal(names: &[&str]) -> Result<CommonList, KeyError> {
        let parts: Vec<(&str, u32)> = names.iter().map(|name| (*name, 1)).collect();
        CommonList::new(&parts, false)
    }

    fn new(parts: &[(&str, u32)], declared: bool) -> Result<CommonList, KeyError> {
        if parts.len() < 2 {
            return Err(KeyError::Alone);
        }
        let mut names = HashSet::new();
        if let Some((twice, _)) = parts.iter().find(|(name, _)| !names.insert(*name)) {
            return Err(KeyError::Twice((*twice).to_owned()));
        }
        let member = |(name, part): &(&str, u32)| Member {
            name: (*name).to_owned(),
            part: *part,
        };
        Ok(CommonList {
            members: parts.iter().map(member).collect(),
            declared,
        })
    }

    /// Whether a key was declared; otherwise the parts are equal.
    #[must_use]
    pub fn has_key(&self) -> bool {
        self.declared
    }

    /// The audience of each organisation when the list has `votes`, in the order of filing. Their sum is `votes`.
    #[must_use]
    pub fn audience(&self, votes: u64) -> Vec<Audience> {
        let total: u128 = self.members.iter().map(|m| u128::from(m.part)).sum();
        let share = |member: &Member| Audience {
            name: member.name.clone(),
            // The total is at least the number of organisations, two.
            votes: Fraction::new(u128::from(votes) * u128::from(member.part), total).unwrap_or(Fraction::whole(0)),
        };
        self.members.iter().map(share).collect()
    }
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            KeyError::Alone => write!(f, "a common list is of two organisations at least"),
            KeyError::Twice(name) => write!(f, "{name} is named twice"),
            KeyError::NoPart(name) => write!(f, "the part of {name} is zero"),
        }
    }
}

impl std::error::Error for KeyError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimals(list: &CommonList, votes: u64) -> Vec<String> {
        list.audience(votes).iter().map(|a| a.votes.decimal(1, '.')).collect()
    }

    /// Vector S10.
    #[test]
    fn votes_follow_the_key_or_are_equal() {
        let key = CommonList::declared(&[("FSU", 60), ("CGT", 40)]).unwrap();
        assert_eq!(decimals(&key, 1001), ["600.6", "400.4"]);
        let equal = CommonList::equal(&["FSU", "CGT"]).unwrap();
        assert_eq!(decimals(&equal, 1001), ["500.5", "500.5"]);
        assert!(key.has_key() && !equal.has_key());
        assert_eq!(
            CommonList::declared(&[("A", 3), ("B", 2)]).unwrap().audience(1001)[0]
                .votes
                .to_string(),
            "3003/5"
        );
    }

    #[test]
    fn a_key_is_of_several_organisations_each_with_a_part() {
        assert_eq!(CommonList::equal(&["FSU"]), Err(KeyError::Alone));
        assert_eq!(CommonList::equal(&["FSU", "FSU"]), Err(KeyError::Twice("FSU".into())));
        assert_eq!(
            CommonList::declared(&[("FSU", 60), ("CGT", 0)]),
            Err(KeyError::NoPart("CGT".into()))
        );
    }
}
