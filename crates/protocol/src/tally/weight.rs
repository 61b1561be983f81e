//! Weights of voters, and the counts of a result.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A natural number as v1 writes weights and results: a JSON number up to 2^30-1, else a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Weight(u64);

/// Largest value written as a number (OCaml's smallest native integer).
const MAX_NUMBER: u64 = (1 << 30) - 1;

impl Weight {
    /// The weight of a voter when the list says none.
    pub const ONE: Self = Self(1);

    /// Any natural number.
    #[must_use]
    pub const fn new(value: u64) -> Self {
        Self(value)
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The sum; `None` beyond 64 bits.
    #[must_use]
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        match self.0.checked_add(other.0) {
            Some(sum) => Some(Self(sum)),
            None => None,
        }
    }

    /// Reads a decimal text without leading zero.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let value: u64 = text.parse().ok()?;
        (value.to_string() == text).then_some(Self(value))
    }
}

impl fmt::Display for Weight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Weight {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        if self.0 <= MAX_NUMBER {
            s.serialize_u64(self.0)
        } else {
            s.collect_str(&self.0)
        }
    }
}

impl<'de> Deserialize<'de> for Weight {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Weight;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a natural number, as a string from 2^30 on")
            }

            fn visit_u64<E: de::Error>(self, value: u64) -> Result<Weight, E> {
                if value <= MAX_NUMBER {
                    Ok(Weight(value))
                } else {
                    Err(E::custom("a large number must be a string"))
                }
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Weight, E> {
                match Weight::parse(text) {
                    Some(weight) if weight.0 > MAX_NUMBER => Ok(weight),
                    _ => Err(E::custom("not the canonical text of a large number")),
                }
            }
        }
        d.deserialize_any(Visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::Weight;
    use crate::json;

    #[test]
    fn numbers_are_numbers_up_to_the_limit_and_strings_beyond() {
        let text = br#"[0,1073741823,"1073741824","2000000003"]"#;
        let weights: Vec<Weight> = json::parse(text).unwrap();
        assert_eq!(weights[3].get(), 2_000_000_003);
        for wrong in ["[1073741824]", r#"["5"]"#, r#"["02000000003"]"#, "[-1]", "[1.0]"] {
            assert!(json::parse::<Vec<Weight>>(wrong.as_bytes()).is_err(), "{wrong}");
        }
    }
}
