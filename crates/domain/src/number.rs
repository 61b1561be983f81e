//! Numbers that people read out and write down: a letter, the year, the rank in the year.

/// The text names nothing known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("unknown name")]
pub struct UnknownName;

/// A number of the form `R-2026-000123`: one spelling only.
macro_rules! yearly_number {
    ($(#[$doc:meta])* $name:ident, $letter:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name {
            year: u16,
            rank: u32,
        }

        impl $name {
            /// The one of rank `rank` (from 1) of the year `year`.
            #[must_use]
            pub const fn new(year: u16, rank: u32) -> Self {
                Self { year, rank }
            }

            /// Its year, in Paris.
            #[must_use]
            pub const fn year(self) -> u16 {
                self.year
            }

            /// Its rank in the year, from 1.
            #[must_use]
            pub const fn rank(self) -> u32 {
                self.rank
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!($letter, "-{:04}-{:06}"), self.year, self.rank)
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::number::UnknownName;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let (year, rank) = text
                    .strip_prefix(concat!($letter, "-"))
                    .and_then(|rest| rest.split_once('-'))
                    .ok_or($crate::number::UnknownName)?;
                let number = Self {
                    year: year.parse().map_err(|_| $crate::number::UnknownName)?,
                    rank: rank.parse().map_err(|_| $crate::number::UnknownName)?,
                };
                // One spelling only.
                if number.to_string() == text {
                    Ok(number)
                } else {
                    Err($crate::number::UnknownName)
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = $crate::number::UnknownName;
            fn try_from(text: String) -> Result<Self, Self::Error> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(number: $name) -> Self {
                number.to_string()
            }
        }
    };
}
