//! The voting server's use cases, one per file. Pages, commands and rehearsals all go through [`VotingServer`].
//!
//! Preparing
//! - [`consultation_file`]: the folder that describes a whole consultation: read, checked
//! - [`import_consultation`]: a consultation and its elections, from their file
//! - [`stage_roll`]: roll files staged, approved, applied; `roll_draft`: a file checked against itself, `roll_compare`: against the rolls in force;
//!   [`hr_file`]: CSV and xlsx; [`anomaly`]: what can be wrong, line by line
//! - [`import_roll`]: the first roll, with its consultation: all or nothing, with an anomaly report
//! - [`correct_roll`]: one entry by a decision; [`record_judgment`]: judgments about a roll
//! - [`import_lists`]: candidate lists from CSV, likewise
//! - [`set_up_election`]: trustees' keys and public credentials become the setup of an empty box
//! - [`import_list_files`]: logos and manifestos; [`publish_text`]: the organiser's texts, version by version
//! - [`change_calendar`]: opening and closing, while that is still allowed
//!
//! Voters
//! - [`activate_account`]: a one-use link or an [`activation_letter`], then a [`password`], then a [`challenge`] question
//! - [`sign_in`], [`session`]: sign-in, sessions, sign-out; `attempts`: the delay after failures; [`waiting_room`]: who comes first in a rush
//! - [`change_password`], [`reset_password`]: known, or forgotten; [`suspend_account`]
//! - [`ask_reissue`]: a new voting code, asked of the registrar over `registrar_link`; [`reissue_form`]: what is typed for it;
//!   [`reissue_counts`]: how often, for the board
//! - [`issue_ticket`]: the word of the voting server for the registrar
//! - [`captcha`]: digits to copy before a form, who gives them, and the help desk's way past them
//! - [`franceconnect`]: identities that a provider vouches for, compared with the roll
//! - [`consult_roll`]: published rolls
//! - [`voter_elections`]: what the booth shows
//! - [`cast_ballot`]: the walk of one ballot; [`receipt`]: what only a commit can yield; `writer`: many casts, one commit
//!
//! Complaints about the roll
//! - [`file_complaint`]: by a voter, or by a person on no roll; [`voter_complaints`]: what they follow
//! - [`decide_complaint`]: what the organiser reads and decides; [`examine_file`]: files that people send
//!
//! Candidacies
//! - [`name_delegate`]: who files the lists of a union; [`candidacies`]: to read; [`edit_candidacy`], [`file_candidacy`]: what a delegate does
//! - [`decide_candidacy`], [`draw_order`], [`publish_candidacies`]: what the organiser decides, the lot of the display order, the election's lists
//!
//! Staff
//! - [`invite_staff`]: a one-use link, once more for whoever lost an authenticator, disabling; [`enrol_staff`]: what the link leads to
//! - [`staff_sign_in`]: sign-in with a [`second_factor`], sessions; `staff_password`: dearer hashes
//! - [`api_tokens`]: what a program may do in place of a person; [`two_people`]: acts that one proposes and another confirms
//!
//! Help desk
//! - [`voter_journey`]: what agents see of a voter; [`support_actions`]: what they may do; [`read_journal`]: the journal, to read;
//!   [`sign_journal`]: signed once a day, written as a file
//! - [`open_ticket`]: a request, by a voter or by a person who is not signed in; [`ticket_conversation`]: what they read and reply
//! - [`answer_ticket`]: what the help desk reads, answers and closes
//!
//! The election board
//! - [`board`]: seats, key ceremony, acts, count: what a member does on the board's pages
//!
//! Box and count
//! - [`ballot_box`]: tracker look-up, signed head, public list of trackers, archive
//! - [`close_polls`]: freeze, then encrypted tally
//! - [`review_preparation`]: what is ready, what is missing, who must act; [`capacity`]: what the deployment was measured to hold
//! - [`closing_seal`]: what was frozen, under one digest
//! - [`record_partial_decryption`], [`finish_tally`]: what the board brings, and the result; [`verify_archive`]: audited before it is known
//! - [`review_roll`]: the rolls against what they should be, before anything is set up
//! - [`results`]: counts, turnout, seats, elected; [`record_draw`]: the drawing of lots between equal lists; [`publish_results`]: open data
//! - [`board_counts`]: poll book against box, chain against itself
//! - `copying`: the synchronous copy is followed; [`takeover`]: the vote taken over from it after the loss of the database
//!
//! Around
//! - [`consult`]: consultations, elections, lists, rolls, phases, to read
//! - [`letters`]: every mail and SMS, in both languages; [`mailings`]: what the organiser writes to all the voters of some rolls
//! - [`outbox`]: queued by the transaction that causes it; [`deliver`]: the worker that carries it, by `isoloir-carriers`; [`ledger`]: what has
//!   become of it; `sealed`: data at rest
//! - [`file_digest`]: size and digest of a large file; `boxes`: boxes parsed once; `count`: the protocol's count in any group; `table`: CSV files; `free_text`: what people write in forms
//! - `hashing`: threads that hash passwords in the pauses of the casts; `known_passwords`: what guessers try first; `activation_code`: the code of a letter
//! - [`server`]: what all use cases share; [`clocks`]: machines that do not agree on the time; [`fault`]: what is our own fault; [`measured`]: what is
//!   counted and timed, for who watches the server
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation
)]

pub mod activate_account;
mod activation_code;
pub mod activation_letter;
pub mod anomaly;
pub mod answer_ticket;
pub mod api_tokens;
pub mod ask_reissue;
mod attempts;
pub mod ballot_box;
pub mod board;
pub mod board_counts;
mod boxes;
pub mod candidacies;
pub mod capacity;
pub mod captcha;
pub mod cast_ballot;
pub mod challenge;
pub mod change_calendar;
pub mod change_password;
pub mod clocks;
pub mod close_polls;
pub mod closing_seal;
pub mod consult;
pub mod consult_roll;
pub mod consultation_file;
mod copying;
pub mod correct_roll;
mod count;
pub mod decide_candidacy;
pub mod decide_complaint;
pub mod deliver;
pub mod draw_order;
pub mod edit_candidacy;
pub mod enrol_staff;
pub mod examine_file;
pub mod fault;
pub mod file_candidacy;
pub mod file_complaint;
pub mod file_digest;
pub mod finish_tally;
pub mod franceconnect;
mod free_text;
mod hashing;
pub mod hr_file;
pub mod import_consultation;
pub mod import_list_files;
pub mod import_lists;
pub mod import_roll;
pub mod invite_staff;
pub mod issue_ticket;
mod known_passwords;
pub mod ledger;
pub mod letters;
pub mod mailings;
pub mod measured;
pub mod name_delegate;
pub mod open_ticket;
pub mod outbox;
pub mod password;
pub mod publish_candidacies;
pub mod publish_results;
pub mod publish_text;
pub mod read_journal;
pub mod receipt;
pub mod record_draw;
pub mod record_judgment;
pub mod record_partial_decryption;
pub mod registrar_link;
pub mod reissue_counts;
pub mod reissue_form;
pub mod reset_password;
pub mod results;
pub mod review_preparation;
pub mod review_roll;
mod roll_compare;
pub mod roll_decisions;
pub mod roll_draft;
mod sealed;
pub mod second_factor;
pub mod server;
pub mod session;
pub mod set_up_election;
pub mod sign_in;
pub mod sign_journal;
mod staff_password;
pub mod staff_sign_in;
pub mod stage_roll;
pub mod support_actions;
pub mod suspend_account;
mod table;
pub mod takeover;
pub mod ticket_conversation;
pub mod two_people;
pub mod verify_archive;
pub mod voter_complaints;
pub mod voter_elections;
pub mod voter_journey;
pub mod waiting_room;
pub mod warn_of_deadlines;
mod writer;

pub use fault::Fault;
pub use isoloir_store::roll::EntitledVoter;
pub use receipt::Receipt;
pub use server::{OpenError, Settings, VotingServer};
pub use session::Session;
pub use staff_sign_in::StaffSession;
