//! The registrar's journal (R. 211-571): who, what, when, by which factors; never a code, a link, an identifier or a contact.
//!
//! Entries are chained by hashes as the voting server's are, in the registrar's own database, which refuses to change one.

use std::collections::BTreeSet;

use isoloir_domain::delivery::Channel;
use isoloir_domain::reissue::{Factor, ReissuePath};
use isoloir_domain::{ElectionId, VoterId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The voting server's file of voters and rules was read.
    EntitlementsRead {
        /// How many voters.
        voters: u64,
    },
    /// A file of identifiers was read.
    IdentifiersRead {
        /// How many identifiers.
        count: u64,
    },
    /// Everybody on an election's roll has a credential.
    CredentialsDrawn {
        /// The election.
        election: ElectionId,
        /// How many.
        count: u64,
    },
    /// Codes were made by command, for a file; earlier ones are void. About one voter when there is one code.
    CodesIssued {
        /// How many.
        count: u64,
    },
    /// Codes were made with the notices that carry them; earlier ones are void.
    NoticesMade {
        /// Code of their place, empty when they are posted.
        place: String,
        /// How many.
        count: u64,
    },
    /// A link to a new code was made and queued.
    ReissueAsked {
        /// By which path.
        path: ReissuePath,
        /// On these factors.
        factors: BTreeSet<Factor>,
        /// By which channel the link goes.
        channel: Channel,
    },
    /// The same link was queued once more.
    LinkSentAgain {
        /// By which channel.
        channel: Channel,
    },
    /// A wrong identifier was given.
    IdentifierWrong {
        /// By which path.
        path: ReissuePath,
    },
    /// A code was made by a link; the earlier one is void.
    CodeReissued {
        /// By which path.
        path: ReissuePath,
        /// On these factors.
        factors: BTreeSet<Factor>,
        /// Rank of the code among those of this voter.
        generation: i64,
    },
    /// The voter says that somebody else had this code made: the path is closed for this voter.
    CodeContested {
        /// By which path it was made.
        path: ReissuePath,
        /// Rank of the code.
        generation: i64,
        /// Whether it was still valid, and is void since.
        voided: bool,
    },
    /// Everything was sealed again under another master key.
    MasterKeyChanged {
        /// How many values.
        sealed: u64,
    },
}

/// An entry of the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// About which voter, if about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voter: Option<VoterId>,
    /// What.
    pub what: Event,
}
