//! Requests to the help desk (*demandes d’assistance*): what one may ask about, where a request stands, who wrote in it.

use std::str::FromStr;

pub use crate::number::UnknownName;

yearly_number! {
    /// Number of a request to the help desk (*numéro de demande*): `A-2026-000123`.
    TicketNumber, "A"
}

/// Declares an enumeration with the names that forms, addresses and the database use.
macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($(#[$case_doc:meta])* $case:ident = $text:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$case_doc])* $case),*
        }

        impl $name {
            /// All of them, in the order in which they are shown.
            pub const ALL: &[Self] = &[$(Self::$case),*];

            /// The name in forms, addresses and the database.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$case => $text),*
                }
            }
        }

        impl FromStr for $name {
            type Err = UnknownName;
            fn from_str(text: &str) -> Result<Self, UnknownName> {
                match text {
                    $($text => Ok(Self::$case),)*
                    _ => Err(UnknownName),
                }
            }
        }
    };
}

named! {
    /// What a request is about (*objet de la demande*).
    Topic {
        /// Activating the account.
        Activation = "activation",
        /// Signing in.
        SignIn = "sign_in",
        /// The voting code: never received, lost.
        VotingCode = "voting_code",
        /// The vote itself.
        Vote = "vote",
        /// Something that cannot be read or reached.
        Accessibility = "accessibility",
        /// Anything else.
        Other = "other",
    }
}

named! {
    /// Where a request stands.
    TicketStatus {
        /// Nobody has taken it yet (*nouvelle*).
        New = "new",
        /// The help desk has it (*en cours*).
        Open = "open",
        /// The help desk has answered (*en attente de votre réponse*).
        Waiting = "waiting",
        /// It is over (*close*).
        Closed = "closed",
    }
}

named! {
    /// Who wrote a message of a request.
    Author {
        /// The person who asks.
        Person = "person",
        /// The help desk, to the person.
        Agent = "agent",
        /// The help desk, to itself: never shown to the person (*note interne*).
        Note = "note",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_never_taken_for_a_complaint() {
        assert_eq!(TicketNumber::new(2026, 7).to_string(), "A-2026-000007");
        assert_eq!("R-2026-000007".parse::<TicketNumber>(), Err(UnknownName));
        assert_eq!("A-2026-000007".parse(), Ok(TicketNumber::new(2026, 7)));
    }
}
