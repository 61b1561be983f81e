//! Why a visit to the provider fails. Nothing in these errors comes from the person, nor from a token.

/// Why a visit fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// No answer in time, or an answer that says that the provider is not well (5xx).
    #[error("the provider does not answer")]
    Unreachable,
    /// It answers, but not what its specification promises.
    #[error("the provider's answer makes no sense: {0}")]
    Nonsense(&'static str),
    /// The provider does not take the code: used already, too old (30 seconds at FranceConnect), or not made for us.
    #[error("the provider refuses the code")]
    CodeRefused,
    /// The user info is not signed, though it must be.
    #[error("the user info is not signed")]
    Unsigned,
    /// Signed with an algorithm that is not expected.
    #[error("signed with an algorithm that is not expected")]
    Algorithm,
    /// Signed with a key that the provider does not publish, even now.
    #[error("signed with an unknown key")]
    UnknownKey,
    /// The signature is not that of the key.
    #[error("the signature is wrong")]
    Signature,
    /// A token of another provider.
    #[error("the token comes from another issuer")]
    Issuer,
    /// A token made for another service.
    #[error("the token is for another audience")]
    Audience,
    /// A token of the past, or of the future.
    #[error("the token is not of this time")]
    Expired,
    /// A token made for another visit.
    #[error("the nonce is another one")]
    Nonce,
    /// The person was identified less surely than asked.
    #[error("the level of assurance is not enough")]
    Level,
    /// The user info is somebody else's than the ID token.
    #[error("the user info is about another subject")]
    Subject,
}

impl IdentityError {
    /// Stable name, for the journal.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unreachable => "provider_unreachable",
            Self::Nonsense(_) => "provider_nonsense",
            Self::CodeRefused => "code_refused",
            Self::Unsigned => "userinfo_unsigned",
            Self::Algorithm => "algorithm_refused",
            Self::UnknownKey => "key_unknown",
            Self::Signature => "signature_wrong",
            Self::Issuer => "issuer_wrong",
            Self::Audience => "audience_wrong",
            Self::Expired => "token_expired",
            Self::Nonce => "nonce_wrong",
            Self::Level => "level_insufficient",
            Self::Subject => "subject_differs",
        }
    }
}
