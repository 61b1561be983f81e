//! A voter who lost the code, as the registrar hears of it: an order by which the voting server vouches, the NUMEN, and a telephone.

use std::collections::BTreeSet;

use ed25519_dalek::SigningKey;
use isoloir_domain::reissue::{Factor, ReissueOrder, ReissuePath};
use isoloir_domain::{Clock as _, SessionId, SystemClock, VoterId, token};
use serde_json::{Value, json};

use crate::ambient;

/// One voter.
pub(crate) struct LostCode {
    /// Who.
    pub(crate) voter: VoterId,
    /// Place on the roll: NUMEN and telephone are made from it.
    pub(crate) number: u32,
}

impl LostCode {
    /// Where the link goes.
    pub(crate) fn phone(&self) -> String {
        format!("+336{:08}", 12_000_000 + self.number)
    }

    /// What is posted to `/reissues`, with an order of now.
    pub(crate) fn request(&self, registrar: &str, server: &SigningKey) -> anyhow::Result<Value> {
        let session = SessionId::generate(&mut ambient::rng());
        let proven = BTreeSet::from([Factor::Session, Factor::Challenge]);
        let who = (session, self.voter);
        let order = ReissueOrder::new(
            session.uuid(),
            registrar,
            who,
            ReissuePath::Challenge,
            proven,
            SystemClock.now(),
        );
        Ok(json!({
            "order": token::sign(&order, server)?,
            "identifier": numen(self.number),
            "destination": "personal_phone",
            "contact": self.phone(),
            "language": "fr",
        }))
    }
}

/// The NUMEN of the voter at this place on the roll.
pub(crate) fn numen(number: u32) -> String {
    format!("{number:013}")
}
