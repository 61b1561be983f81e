//! Who may vote, and who has.

use jiff::Timestamp;

use crate::ids::{ElectionId, VoterId};

/// Voter (*électeur, électrice*).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Voter {
    /// Identifier shared with the registrar.
    pub id: VoterId,
    /// Staff number (*matricule*).
    pub number: String,
    /// Family name.
    pub last_name: String,
    /// Given name.
    pub first_name: String,
    /// Professional e-mail address, with which one signs in.
    pub email: String,
}

/// Electoral roll (*liste électorale*) of one election, in order of the voters' identifiers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ElectoralRoll {
    /// The election.
    pub election: ElectionId,
    /// Its voters (*inscrits*).
    pub voters: Vec<Voter>,
}

/// Poll book (*liste d'émargement*) of one election: who has voted, in no order that tells when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PollBook {
    /// The election.
    pub election: ElectionId,
    /// Voters marked, with the minute of the mark.
    pub marks: Vec<(VoterId, Timestamp)>,
}
