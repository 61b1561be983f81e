//! A relying party (*fournisseur de service*) of OpenID Connect: what FranceConnect v2 asks of one, and any provider configured like it.
//!
//! - [`settings`]: what the operator decides about the provider
//! - [`relying_party`]: the three moments of a visit: departure, return, sign-out
//! - `discovery`: what the provider publishes about itself, kept for a while; `wire`: the requests, with their limits
//! - `jws`: signatures of tokens, ES256 or RS256 and nothing else; `keys`: the provider's keys
//! - [`claims`]: what an ID token and a user info must say before anybody believes them
//! - [`error`]: why a visit fails
//!
//! Nothing is stored here, clock and chance are arguments. Specifications: OpenID Connect Core 1.0, Discovery 1.0, RP-Initiated Logout 1.0;
//! RFC 7515 (JWS), RFC 7636 (PKCE), RFC 9207 (`iss` in the answer).
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation
)]

pub mod claims;
mod discovery;
pub mod error;
mod jws;
mod keys;
pub mod relying_party;
pub mod settings;
mod wire;

pub use claims::Claims;
pub use error::IdentityError;
pub use relying_party::{Departure, Identified, RelyingParty, Secrets};
pub use settings::{Algorithm, ClaimNames, ProviderSettings, SettingsError};
