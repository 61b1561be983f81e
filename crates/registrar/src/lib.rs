//! The registrar (*autorité des codes*): voting codes and voters' credentials, apart from the voting server.
//!
//! It holds what the voting server must never see. The code that a voter types unlocks the voter's credentials: the browser derives
//! an authenticator, which it sends, and a wrapping key, which it keeps; the registrar answers with the credentials wrapped under that
//! key. A code is printed once and stored nowhere.
//!
//! - [`voting_code`]: the 16 symbols; [`derivation`]: authenticator and wrapping key; [`keys`]: the registrar's own keys
//! - [`create_credentials`], [`issue_codes`], [`unlock`]: the use cases, one per file
//! - [`make_notices`], [`follow_notices`]: letters with codes, in files that are whole or void, and what becomes of them; [`reference`]: their numbers
//! - [`store`]: its own database; [`http`]: its own routes, on its own origin
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation
)]

use std::sync::Arc;

use ed25519_dalek::VerifyingKey;
use isoloir_domain::Clock;

pub mod create_credentials;
pub mod derivation;
pub mod follow_notices;
pub mod http;
pub mod issue_codes;
pub mod keys;
pub mod make_notices;
pub mod reference;
pub mod store;
pub mod unlock;
pub mod voting_code;

pub use http::router;
pub use issue_codes::IssuedCode;
pub use keys::Keys;
pub use reference::Reference;
pub use store::Store;
pub use voting_code::VotingCode;

/// The registrar at work: its database, its keys, and the one key of others that it trusts.
pub struct Registrar {
    store: Store,
    keys: Arc<Keys>,
    tickets: VerifyingKey,
    clock: Arc<dyn Clock>,
}

impl Registrar {
    /// `tickets` is the voting server's public key, by which sessions are vouched for.
    #[must_use]
    pub fn new(store: Store, keys: Keys, tickets: VerifyingKey, clock: Arc<dyn Clock>) -> Registrar {
        Registrar {
            store,
            keys: Arc::new(keys),
            tickets,
            clock,
        }
    }

    /// The database, for what is no use case: health, counters of attempts.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }
}

/// Where a sealed credential stands in the database: nothing sealed for one voter and election opens at another.
fn sealed_place(voter: isoloir_domain::VoterId, election: &isoloir_domain::ElectionId) -> String {
    format!("credential|sealed|{voter}|{election}")
}
