//! What is our own fault: logged, told as one opaque answer.

use isoloir_domain::message::{Class, Message, Refusal};
use isoloir_store::StoreError;

/// The voting server could not do its part. Nothing was stored, or it is unknown whether it was; asking again tells.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The database.
    #[error("the store failed")]
    Store(#[from] StoreError),
    /// What the database holds does not read back as what was written.
    #[error("stored data is damaged: {0}")]
    Damaged(&'static str),
    /// More passwords wait to be hashed than may.
    #[error("too many passwords wait to be hashed")]
    Crowded,
    /// This machine's clock is not the database's.
    #[error("the clock of this machine is not the database's")]
    Adrift,
    /// The server is stopping, or a background task ended.
    #[error("the server is stopping")]
    Stopping,
}

impl Refusal for Fault {
    fn code(&self) -> &'static str {
        match self {
            Self::Store(_) | Self::Stopping | Self::Adrift => "store_unavailable",
            Self::Crowded => "crowded",
            Self::Damaged(_) => "internal_error",
        }
    }

    fn message(&self) -> Message {
        match self {
            Self::Store(_) | Self::Stopping | Self::Adrift => Message::new(
                "Le service est momentanément indisponible. Rien n’est perdu\u{a0}: réessayez dans un instant.",
                "The service is unavailable for the moment. Nothing is lost: try again shortly.",
            ),
            Self::Crowded => Message::new(
                "Beaucoup de personnes se connectent en ce moment. Réessayez dans un instant.",
                "Many people are signing in right now. Try again shortly.",
            ),
            Self::Damaged(_) => Message::new(
                "Une erreur interne est survenue. Elle a été consignée.",
                "An internal error occurred. It has been logged.",
            ),
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::Store(_) | Self::Stopping | Self::Adrift | Self::Crowded => Class::Unavailable,
            Self::Damaged(_) => Class::Fault,
        }
    }
}
