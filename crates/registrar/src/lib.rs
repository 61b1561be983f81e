//! The registrar (*autorité des codes*): voting codes and voters' credentials, apart from the voting server.
//!
//! It holds what the voting server must never see. The code that a voter types unlocks the voter's credentials: the browser derives
//! an authenticator, which it sends, and a wrapping key, which it keeps; the registrar answers with the credentials wrapped under that
//! key. A code is printed once and stored nowhere.
//!
//! - [`voting_code`]: the 16 symbols; [`derivation`]: authenticator and wrapping key; [`keys`]: the registrar's own keys
//! - [`create_credentials`], [`issue_codes`], [`unlock`]: the use cases, one per file
//! - [`make_notices`], [`follow_notices`]: letters with codes, in files that are whole or void, and what becomes of them; [`reference`]: their numbers
//! - Reissue: [`know_voters`], what it is told; [`ask_reissue`] to a one-use link, [`reissue_state`], [`open_link`], [`make_code`], [`contest`];
//!   [`identifier`]: what it alone checks; `desk`, [`outbox`], `letters`: what it sends, by its own carriers
//! - [`journal`], [`counters`]: what was done, and how often; [`measured`]: the same since the start, for who watches the server; [`attempts`]: the delay after wrong ones; `link_token`: the secret of a link
//! - [`master_key`]: what seals everything, and can be replaced
//! - [`store`]: its own database; [`http`]: its own routes and [`pages`], on its own origin
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation
)]

use std::sync::Arc;

use ed25519_dalek::VerifyingKey;
use isoloir_carriers::MailMode;
use isoloir_carriers::mail::MailError;
use isoloir_domain::reissue::ReissuePath;
use isoloir_domain::{Clock, Origin};
use rand::rngs::StdRng;

use crate::desk::Desk;

pub mod ask_reissue;
pub mod attempts;
pub mod contest;
pub mod counters;
pub mod create_credentials;
pub mod derivation;
mod desk;
pub mod follow_notices;
pub mod http;
pub mod identifier;
pub mod issue_codes;
pub mod journal;
pub mod keys;
pub mod know_voters;
mod letters;
mod link_token;
pub mod make_code;
pub mod make_notices;
pub mod master_key;
pub mod measured;
pub mod open_link;
pub mod outbox;
pub mod pages;
pub mod reference;
pub mod reissue_state;
pub mod store;
pub mod unlock;
pub mod voting_code;

pub use http::router;
pub use issue_codes::IssuedCode;
pub use keys::Keys;
pub use pages::PagesConfig;
pub use reference::Reference;
pub use store::Store;
pub use voting_code::VotingCode;

/// The registrar at work: its database, its keys, and the one key of others that it trusts.
pub struct Registrar {
    store: Store,
    keys: Arc<Keys>,
    tickets: VerifyingKey,
    clock: Arc<dyn Clock>,
    desk: Option<Desk>,
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
            desk: None,
        }
    }

    /// The same, reissuing codes: at `origin`, which browsers reach it by and orders are made out to, with its own carriers.
    ///
    /// # Errors
    /// [`MailError`].
    pub fn reissuing(mut self, origin: Origin, mail: MailMode, rng: StdRng) -> Result<Registrar, MailError> {
        self.desk = Some(Desk::new(origin, mail, rng)?);
        Ok(self)
    }

    fn desk(&self) -> Option<&Desk> {
        self.desk.as_ref()
    }

    /// The database, for what is no use case: health, counters of attempts.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }
}

/// The stable name of a path, in the database and in what is counted.
fn path_name(path: ReissuePath) -> &'static str {
    match path {
        ReissuePath::Challenge => "challenge",
        ReissuePath::FranceConnect => "france_connect",
    }
}

/// The path of that name.
fn path_named(name: &str) -> Option<ReissuePath> {
    [ReissuePath::Challenge, ReissuePath::FranceConnect]
        .into_iter()
        .find(|path| path_name(*path) == name)
}

/// Where a sealed credential stands in the database: nothing sealed for one voter and election opens at another.
fn sealed_place(voter: isoloir_domain::VoterId, election: &isoloir_domain::ElectionId) -> String {
    format!("credential|sealed|{voter}|{election}")
}
