//! The journal of what was done to the system (R. 211-571): appended to, chained by hashes, never changed.
//!
//! An entry names a voter or a tracker, never both: the type has no place for two. It also says who acted when that is a member of the
//! staff; the chain hashes the entry's text, in which an absent actor leaves no trace, so that entries with and without one share a chain.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::api_token::Scopes;
use crate::board::Seat;
use crate::board_deed::Deed;
use crate::candidacy::CandidacyNumber;
use crate::complaint::ComplaintNumber;
use crate::delivery::Channel;
use crate::ids::{ChangeId, ConsultationId, ElectionId, StaffId, TokenId, VoterId};
use crate::mailing::MailingEntry;
use crate::reissue::{Factor, ReissuePath};
use crate::staff::Roles;
use crate::ticket::TicketNumber;

/// What an entry is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// A whole consultation.
    Consultation(ConsultationId),
    /// A whole election.
    Election(ElectionId),
    /// One voter. Says nothing of a ballot.
    Voter(VoterId),
    /// One ballot. Says nothing of a voter.
    Tracker(String),
    /// One member of the staff.
    Staff(StaffId),
    /// One token of the API.
    Token(TokenId),
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A consultation was created from its file.
    ConsultationImported,
    /// A consultation's folder was applied.
    ConsultationApplied {
        /// SHA-256 of the folder's files, in hexadecimal.
        folder: String,
        /// SHA-256 of the plan, in hexadecimal.
        plan: String,
        /// How many changes it had.
        changes: u64,
    },
    /// The calendar was moved.
    CalendarChanged {
        /// New opening.
        opens: Timestamp,
        /// New closing.
        closes: Timestamp,
    },
    /// A roll was imported.
    RollImported {
        /// Rows accepted.
        rows: u64,
        /// SHA-256 of the file, in hexadecimal.
        file: String,
    },
    /// A roll file was read and checked; nothing is changed.
    RollStaged {
        /// Its identifier.
        stage: String,
        /// SHA-256 of the file, in hexadecimal.
        file: String,
        /// Rows read.
        rows: u64,
        /// Of these, rows put aside.
        refused: u64,
        /// By whom, when no member of the staff was signed in.
        by: String,
    },
    /// Somebody approved a staged roll file.
    RollApproved {
        /// Its identifier.
        stage: String,
        /// By whom, when no member of the staff was signed in.
        by: String,
    },
    /// A staged roll file was given up.
    RollAbandoned {
        /// Its identifier.
        stage: String,
        /// By whom, when no member of the staff was signed in.
        by: String,
    },
    /// An approved roll file changed the rolls.
    RollApplied {
        /// Its identifier.
        stage: String,
        /// SHA-256 of the file, in hexadecimal.
        file: String,
        /// Entries that joined a roll.
        joined: u64,
        /// Entries that left one.
        gone: u64,
        /// Voters whose name or mailbox changed.
        corrected: u64,
        /// By whom, when no member of the staff was signed in.
        by: String,
    },
    /// A roll was corrected for one voter, by a decision.
    RollCorrected {
        /// What changed: `joined`, `left`, `renamed`, `mail`.
        change: String,
        /// The election, when its roll changed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        election: Option<ElectionId>,
        /// The decision: number of a complaint, or reference of a judgment.
        decision: String,
    },
    /// A judgment about a roll was recorded.
    JudgmentRecorded {
        /// Its reference.
        judgment: String,
        /// The election.
        election: ElectionId,
        /// What it orders: `join` or `leave`.
        order: String,
        /// What follows: `roll`, the roll was changed; `paper`, sealed already, the person votes on paper; `recorded`, it is recorded and nothing else.
        effect: String,
        /// SHA-256 of the record, in hexadecimal.
        record: String,
    },
    /// Candidate lists were imported.
    ListsImported {
        /// Rows accepted.
        rows: u64,
        /// SHA-256 of the file, in hexadecimal.
        file: String,
    },
    /// A version of a text was put on line, or the text taken off line.
    TextPublished {
        /// Which text: `edito.fr`, `faq`.
        text: String,
        /// The number of the version.
        version: u32,
        /// SHA-256 of what it says, in hexadecimal; nothing when the text was taken off line.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        digest: Option<String>,
        /// The older version that was put back.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        again: Option<u32>,
        /// By whom.
        by: String,
    },
    /// The organiser's texts were replaced, all at once: entries from before versions were kept.
    TextsReplaced {
        /// How many, questions and answers included.
        count: u64,
        /// SHA-256 of what they say, in hexadecimal.
        digest: String,
    },
    /// A delegate files the lists of a union from now on.
    DelegateNamed {
        /// Sigle of the union.
        union: String,
        /// Keys of the elections; none for all.
        elections: Vec<String>,
    },
    /// A union filed a list, for the first time or corrected.
    CandidacyFiled {
        /// Its number.
        number: CandidacyNumber,
        /// SHA-256 of list and files, in hexadecimal.
        digest: String,
    },
    /// A union withdrew a list that it had filed.
    CandidacyWithdrawn {
        /// Its number.
        number: CandidacyNumber,
    },
    /// The organiser decided about a list.
    CandidacyDecided {
        /// Its number.
        number: CandidacyNumber,
        /// `asked`, `accepted` or `refused`.
        decision: String,
        /// SHA-256 of list and files, in hexadecimal.
        digest: String,
        /// Why.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reasons: String,
    },
    /// The secret of the lot of the display order was drawn, and its digest published.
    OrderCommitted {
        /// The digest, in hexadecimal.
        commitment: String,
    },
    /// The display order was drawn.
    OrderDrawn {
        /// Sigles of the lists, in the order drawn.
        order: Vec<String>,
        /// SHA-256 of the record, in hexadecimal.
        record: String,
    },
    /// Accepted candidacies became the lists of the election.
    CandidaciesPublished {
        /// Numbers of the candidacies, in display order.
        numbers: Vec<CandidacyNumber>,
    },
    /// Logos and manifestos of the lists were replaced.
    ListFilesImported {
        /// How many.
        files: u64,
        /// SHA-256 of the list of their digests, in hexadecimal.
        digest: String,
    },
    /// A complaint about the roll was filed.
    ComplaintFiled {
        /// Its number.
        number: ComplaintNumber,
    },
    /// A complaint was decided.
    ComplaintDecided {
        /// Its number.
        number: ComplaintNumber,
        /// Whether it was accepted.
        accepted: bool,
        /// Who decided: the identifier of a staff account, or `operator`.
        by: String,
    },
    /// A request to the help desk was opened.
    TicketOpened {
        /// Its number.
        number: TicketNumber,
    },
    /// The person wrote again in a request.
    TicketReplied {
        /// Its number.
        number: TicketNumber,
    },
    /// An agent took a request.
    TicketAssigned {
        /// Its number.
        number: TicketNumber,
    },
    /// An agent answered a request.
    TicketAnswered {
        /// Its number.
        number: TicketNumber,
    },
    /// An agent wrote an internal note in a request.
    TicketNoted {
        /// Its number.
        number: TicketNumber,
    },
    /// An agent closed a request.
    TicketClosed {
        /// Its number.
        number: TicketNumber,
    },
    /// An agent reopened a request.
    TicketReopened {
        /// Its number.
        number: TicketNumber,
    },
    /// An agent searched voters by name or number.
    VoterSearched {
        /// How many were found.
        found: u64,
    },
    /// An agent read a voter's journey.
    VoterViewed,
    /// An agent had an activation link sent again.
    ActivationResent,
    /// An agent had an activation letter made.
    ActivationLetterMade,
    /// An agent gave a person a code past one captcha.
    CaptchaBypassed,
    /// An agent proposed another address.
    AddressChangeProposed {
        /// The proposal.
        change: ChangeId,
    },
    /// Another person of the staff approved it: the address is changed.
    AddressChangeApproved {
        /// The proposal.
        change: ChangeId,
    },
    /// The proposal was refused, or withdrawn by its author.
    AddressChangeRefused {
        /// The proposal.
        change: ChangeId,
    },
    /// The box was set up and is empty.
    ElectionSetUp {
        /// SHA-256 of the setup event, in hexadecimal.
        head: String,
    },
    /// Activation links were sent.
    InvitationsSent {
        /// How many.
        count: u64,
    },
    /// Organisers were warned of a deadline for which somebody still has to act.
    DeadlineWarned {
        /// What is due, as the calendar of the law names it.
        step: String,
        /// How many days before, as the organiser's rules say.
        days: u16,
        /// How much is still to be done.
        tasks: u64,
    },
    /// A mailing was written, corrected, tried, started, held, resumed, stopped, or is over.
    Mailing(MailingEntry),
    /// Activation letters were made, for voters without an address.
    LettersMade {
        /// How many.
        count: u64,
    },
    /// A voter typed the activation code of a letter.
    ActivationCodeUsed,
    /// A voter chose a password and a challenge question.
    AccountActivated,
    /// A voter changed the password, knowing the old one.
    PasswordChanged,
    /// A voter asked for a link to choose a new password.
    PasswordResetAsked,
    /// A voter chose a new password by such a link.
    PasswordReset,
    /// FranceConnect, or the provider in its place, vouched for a voter.
    IdentityConfirmed {
        /// What for: `reissue` or `password`.
        purpose: String,
        /// Keyed digest of the identifier that the provider gives the person for this service, in hexadecimal.
        subject: String,
    },
    /// A visit to the provider led nowhere. Names the voter in whose session it began, never the person who came back.
    IdentityRefused {
        /// What for: `reissue` or `password`.
        purpose: String,
        /// Why: a stable code.
        why: String,
    },
    /// A voter chose another challenge question or answer.
    ChallengeChanged,
    /// A voter asked for a new voting code, and the registrar has sent a link, or sent the pending one again.
    ReissueAsked {
        /// By which path.
        path: ReissuePath,
        /// Which factors were shown: those checked here, and the kind of the identifier that the registrar checked.
        factors: BTreeSet<Factor>,
        /// By which channel the link went.
        channel: Channel,
        /// Whether the pending link was sent again.
        again: bool,
    },
    /// A voter asked for a new voting code and was refused.
    ReissueRefused {
        /// By which path.
        path: ReissuePath,
        /// Code of the refusal.
        why: String,
    },
    /// A voter ended all sessions.
    SessionsEnded,
    /// An account was suspended: nobody signs in to it.
    AccountSuspended {
        /// Why.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reason: String,
    },
    /// A suspended account was opened again.
    AccountRestored {
        /// Why.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reason: String,
    },
    /// Ballots entered the box and as many marks the poll book, in one transaction.
    BallotsRecorded {
        /// How many.
        count: u64,
        /// Head of the box after them, in hexadecimal.
        head: String,
    },
    /// The synchronous copy lacked ballots of this box, since it had failed or has just begun, and has them now.
    CopyCompleted {
        /// How many.
        ballots: u64,
    },
    /// After the loss of the database, this box and its poll book were rebuilt from a backup and from the synchronous copy, and no event is missing.
    TakenOver {
        /// Ballots that the backup had.
        backup: u64,
        /// Ballots now, and marks in the poll book.
        ballots: u64,
        /// Head of the box, in hexadecimal.
        head: String,
        /// Heads signed earlier that witnesses showed, all of which lie on the chain.
        witnesses: u64,
        /// SHA-256 of the proof, in hexadecimal.
        proof: String,
    },
    /// Somebody was invited to the staff.
    StaffInvited {
        /// With these roles.
        roles: Roles,
    },
    /// A member of the staff was invited again: password and second factor are void until the link is used.
    StaffInvitedAgain,
    /// A member of the staff chose a password and enrolled a second factor.
    StaffActivated,
    /// A member of the staff signed in.
    StaffSignedIn,
    /// Somebody failed to sign in with the address of this member of the staff: wrong password or code, or no open account. Nothing of what was
    /// typed is kept, and the delays after failures bound how many there are.
    StaffSignInFailed,
    /// A member of the staff asked for what their roles do not open.
    StaffRefused {
        /// Method and path, the latter in the form of the router.
        route: String,
    },
    /// A member of the staff may no longer sign in.
    StaffDisabled,
    /// An act that takes two people was proposed.
    ActProposed {
        /// The proposal.
        proposal: ChangeId,
        /// What kind of act: `waive_gate`, `approve_roll`, `decide_complaint`, `move_calendar`.
        act: String,
        /// What it is about: a gate, a staged file, a complaint.
        about: String,
        /// The name of who proposed it.
        by: String,
    },
    /// Another person confirmed it: it is done, or refused for what the state has become.
    ActConfirmed {
        /// The proposal.
        proposal: ChangeId,
        /// What kind of act.
        act: String,
        /// What it is about.
        about: String,
        /// The name of who proposed it.
        proposed_by: String,
        /// The name of who confirmed it.
        by: String,
    },
    /// It was refused, or withdrawn by who proposed it.
    ActRefused {
        /// The proposal.
        proposal: ChangeId,
        /// What kind of act.
        act: String,
        /// What it is about.
        about: String,
        /// The name of who proposed it.
        proposed_by: String,
        /// The name of who refused it.
        by: String,
    },
    /// A token of the API was made.
    TokenCreated {
        /// Its name.
        name: String,
        /// What it may do.
        scopes: Scopes,
        /// Until when.
        expires: Timestamp,
    },
    /// A token of the API is void.
    TokenRevoked,
    /// A program asked by a token for something that may change the system. What it changed, if anything, has its own entry.
    TokenUsed {
        /// The method and the route, for instance `POST /api/v1/folder/apply`.
        route: String,
    },
    /// A board did something: presence, key ceremony, signatures.
    Board {
        /// Its key.
        board: String,
        /// Who; nobody when the server itself concluded.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seat: Option<Seat>,
        /// What.
        #[serde(rename = "did")]
        deed: Deed,
        /// SHA-256 of what it says at length, in hexadecimal.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        body: Option<String>,
    },
    /// The check of a board's seal found what should not be: parts that changed, counts that differ, a chain that is broken.
    IntegrityAlarm {
        /// The board's key.
        board: String,
        /// What.
        parts: Vec<String>,
    },
    /// The box was frozen.
    PollsClosed {
        /// Head of the box, in hexadecimal.
        head: String,
    },
    /// What was frozen at the end of the grace: box, poll book, counters.
    ClosingSealed {
        /// SHA-256 of the statement, in hexadecimal.
        digest: String,
    },
    /// The archive did not pass its audit with the result: nothing is proclaimed.
    ArchiveRefused {
        /// What was found, in the words of the verifier.
        finding: String,
    },
    /// The encrypted tally entered the box.
    TallyEncrypted {
        /// Head of the box, in hexadecimal.
        head: String,
    },
    /// A trustee's partial decryption was verified and entered the box.
    PartialDecryptionRecorded {
        /// Number of the trustee, from 1.
        trustee: u32,
    },
    /// The archive passed its audit, and the result entered the box.
    TallyFinished {
        /// Head of the box, in hexadecimal.
        head: String,
        /// SHA-256 of the archive that was audited, in hexadecimal.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        archive: Option<String>,
    },
    /// Somebody decided to pass a gate of the roll.
    GateWaived {
        /// Its key, with the figures.
        gate: String,
        /// Who decided, when no member of the staff was signed in.
        by: String,
        /// Why.
        reason: String,
    },
    /// The board drew lots between lists that nothing else separated, and recorded it.
    DrawRecorded {
        /// Lists between which lots were drawn.
        between: Vec<String>,
        /// Lists that receive a seat each.
        winners: Vec<String>,
        /// SHA-256 of the whole record, in hexadecimal.
        record: String,
    },
}

/// An entry of the journal (*journal des événements*).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// Which member of the staff acted, when one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<StaffId>,
    /// About what.
    pub subject: Subject,
    /// What.
    pub what: Event,
}

impl Entry {
    /// The text that the chain hashes.
    ///
    /// # Errors
    /// Never for values of this type; the serializer's signature says otherwise.
    pub fn to_text(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }
}

/// Hash of the entry `text` at rank `seq` (from 1) after `parent` (zeros for the first).
#[must_use]
pub fn chain(parent: &[u8; 32], seq: u64, text: &str) -> [u8; 32] {
    Sha256::new()
        .chain_update(b"isoloir/journal/v1|")
        .chain_update(parent)
        .chain_update(seq.to_be_bytes())
        .chain_update(text.as_bytes())
        .finalize()
        .into()
}
