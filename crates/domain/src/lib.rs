//! The law's nouns and states, shared by the voting server and the registrar.
//!
//! - [`ids`]: identifiers of consultations, elections, voters and sessions
//! - [`cell`]: cells of tables that a spreadsheet opens
//! - [`clock`]: where the time comes from
//! - [`consultation`]: consultation, legal profile, calendar and its phases
//! - [`local_time`]: times as an organiser writes them; [`moment`]: times in words; [`timetable`]: the dates that the law lays around a vote; [`holidays`]: days off
//! - [`delivery`]: messages on their way to voters; [`contact`]: mailboxes that people type; [`mailing`]: what is written to many
//! - [`election`]: election, candidate lists, candidates; [`count_rules`]: how it is counted, within the law
//! - [`candidacy`]: the list that a union files, until when, and what is wrong with it; [`display_order`]: the lot that orders the lists
//! - [`policy`]: what the organiser decides about the portal
//! - [`roll`]: voters, electoral roll, poll book; [`reissue`]: how a lost voting code is replaced
//! - [`policy_lint`]: what a judge would say of it; [`policy_presets`]: rules ready to be taken
//! - [`board`]: the election board and its seats; [`board_deed`]: what it does, record by record; [`fingerprint`]: a digest in twelve words
//! - [`ballot_box`]: head of the box, and the texts that receipts and heads sign
//! - [`journal`]: entries of the journal, which name a voter or a tracker, never both; [`journal_file`]: the journal as a file, signed daily, checked without a server
//! - [`names`]: names compared without accents and case; [`pivot`]: identities of FranceConnect compared; [`texts`]: what the organiser writes for voters
//! - [`origin`]: where a server is reached
//! - [`roll_gates`]: what the roll should be before anything is sealed; [`roll_keys`]: what its identifiers must look like
//! - [`publication`]: windows of publication and of complaints; [`complaint`]: complaints about the roll
//! - [`ticket`]: requests to the help desk; [`number`]: numbers that people read out
//! - [`message`]: refusals with a stable code and a message in French and English
//! - [`staff`]: who works for the organiser, and in which roles; [`critical`]: acts that take two of them
//! - [`api_token`]: what a program may do on the API
//! - [`token`]: the signed tokens that pass between voting server, browser and registrar
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation
)]

#[macro_use]
pub mod number;
pub mod api_token;
pub mod ballot_box;
pub mod board;
pub mod board_deed;
pub mod candidacy;
pub mod capacity;
pub mod cell;
pub mod clock;
pub mod complaint;
pub mod consultation;
pub mod contact;
pub mod count_rules;
pub mod critical;
pub mod delivery;
pub mod display_order;
pub mod election;
pub mod fingerprint;
pub mod holidays;
pub mod ids;
pub mod journal;
pub mod journal_file;
pub mod local_time;
pub mod mailing;
pub mod message;
pub mod moment;
pub mod names;
pub mod origin;
pub mod pivot;
pub mod policy;
pub mod policy_lint;
pub mod policy_presets;
pub mod publication;
pub mod reissue;
pub mod roll;
pub mod roll_gates;
pub mod roll_keys;
pub mod staff;
pub mod texts;
pub mod ticket;
pub mod timetable;
pub mod token;

pub use board::{Board, Seat};
pub use clock::{Clock, SystemClock};
pub use consultation::{Calendar, Consultation, Phase, Profile};
pub use count_rules::CountRules;
pub use election::{Candidate, CandidateList, Election, Sex};
pub use ids::{CandidacyId, ChangeId, ConsultationId, ElectionId, SessionId, StaffId, TokenId, VoterId};
pub use message::{Language, Message, Refusal};
pub use origin::Origin;
pub use policy::Policy;
pub use roll::{Delivery, ElectoralRoll, Identifier, Place, PollBook, Voter};
pub use staff::{Role, Roles, StaffMember};
