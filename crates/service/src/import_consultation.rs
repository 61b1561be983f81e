//! Creates a consultation and its elections from what `consultation.toml` says (reading that file is the caller's business).

use std::collections::HashSet;

use isoloir_carriers::phone::Phone;
use isoloir_domain::board::BoardError;
use isoloir_domain::consultation::{CalendarError, Profile};
use isoloir_domain::count_rules::CountRulesError;
use isoloir_domain::journal::{Event, Subject};
use isoloir_domain::policy_lint::{self, Finding, Severity};
use isoloir_domain::{Board, Calendar, Consultation, ConsultationId, CountRules, Election, ElectionId, Policy};
use isoloir_protocol::group::GroupName;
use jiff::{SignedDuration, Timestamp};

use crate::{Fault, VotingServer};

/// What `consultation.toml` says.
#[derive(Debug, Clone)]
pub struct ConsultationPlan {
    /// Identifier.
    pub id: ConsultationId,
    /// Title in French.
    pub title: String,
    /// Organising authority.
    pub organiser: String,
    /// Legal profile.
    pub profile: Profile,
    /// Protocol's name of the group: `Ed25519`, `BELENIOS-2048` or `RFC-3526-2048`.
    pub group: String,
    /// Opening.
    pub opens: Timestamp,
    /// Closing.
    pub closes: Timestamp,
    /// Other than the profile's grace; only the profile `test` may say so.
    pub grace: Option<SignedDuration>,
    /// Other than the profile's choice.
    pub live_box: Option<bool>,
    /// What the organiser decides about the portal.
    pub policy: Policy,
    /// Elections, in display order.
    pub elections: Vec<ElectionPlan>,
    /// Election boards.
    pub boards: Vec<Board>,
}

/// One election of the plan.
#[derive(Debug, Clone)]
pub struct ElectionPlan {
    /// Short key, unique in the consultation.
    pub key: String,
    /// Title in French.
    pub title: String,
    /// Seats to fill.
    pub seats: u32,
    /// How it is counted.
    pub count: CountRules,
}

/// Why the consultation was not created.
#[derive(Debug, thiserror::Error)]
pub enum ImportConsultationError {
    /// One of this name exists.
    #[error("consultation {0}, or a board with a key of its boards, exists already")]
    Exists(ConsultationId),
    /// No election in it.
    #[error("a consultation has at least one election")]
    NoElection,
    /// Two elections have this key.
    #[error("two elections have the key {0:?}")]
    DuplicateKey(String),
    /// A title, key or name is empty.
    #[error("{0} is empty")]
    Empty(&'static str),
    /// No seat to fill.
    #[error("election {0:?} has no seat to fill")]
    NoSeat(String),
    /// More seats than can be counted.
    #[error("election {0:?} has more seats than can be allocated")]
    TooManySeats(String),
    /// The rules of the count do not hold together.
    #[error("election {key:?}, count: {error}")]
    CountRules {
        /// The election's key.
        key: String,
        /// What is wrong.
        error: CountRulesError,
    },
    /// No election of titular members has this key.
    #[error("election {key:?}, count: substitutes_of names {other:?}, which is no other election here")]
    SubstitutesOf {
        /// The election's key.
        key: String,
        /// What it names.
        other: String,
    },
    /// A board cannot sit.
    #[error("board {key:?}: {error}")]
    Board {
        /// Its key.
        key: String,
        /// What is wrong.
        error: BoardError,
    },
    /// A board decrypts an election that is none of this consultation, or one that another board decrypts.
    #[error("board {key:?}: no election {election:?}, or another board decrypts it too")]
    BoardElection {
        /// Its key.
        key: String,
        /// Key of the election.
        election: String,
    },
    /// The protocol knows no such group.
    #[error("unknown group {0:?}")]
    UnknownGroup(String),
    /// The law fixes the grace under this profile.
    #[error("only the profile test may change the grace")]
    GraceFixedByLaw,
    /// The rules of the reissue are refused by the linter: all that it found.
    #[error("the rules of the reissue are refused: {}", codes(.0))]
    Reissue(Vec<Finding>),
    /// Opening, closing and grace do not fit.
    #[error(transparent)]
    Calendar(#[from] CalendarError),
    /// Our own fault.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl VotingServer {
    /// Creates the consultation and draws the identifiers of its elections.
    ///
    /// # Errors
    /// [`ImportConsultationError`]; nothing is stored then.
    pub async fn import_consultation(&self, plan: &ConsultationPlan) -> Result<Vec<Election>, ImportConsultationError> {
        check(plan)?;
        let grace = plan.grace.unwrap_or_else(|| plan.profile.grace());
        let calendar = Calendar::new(plan.opens, plan.closes, grace)?;
        let findings = policy_lint::lint(&plan.policy.reissue, &calendar);
        if !policy_lint::accepted(&findings) {
            return Err(ImportConsultationError::Reissue(findings));
        }
        let consultation = Consultation {
            id: plan.id.clone(),
            title: plan.title.clone(),
            organiser: plan.organiser.clone(),
            profile: plan.profile,
            group: plan.group.clone(),
            calendar,
            live_box: plan.live_box.unwrap_or_else(|| plan.profile.live_box()),
            policy: plan.policy.clone(),
        };
        let mut rng = self.rng();
        let elections: Vec<Election> = (1..)
            .zip(&plan.elections)
            .map(|(position, election)| Election {
                id: ElectionId::generate(&mut rng),
                consultation: plan.id.clone(),
                key: election.key.clone(),
                title: election.title.clone(),
                seats: election.seats,
                position,
                count: election.count.clone(),
            })
            .collect();
        let entry = self.entry(Subject::Consultation(plan.id.clone()), Event::ConsultationImported);
        let stored = self
            .inner
            .store
            .insert_consultation(&consultation, &elections, &plan.boards, &entry)
            .await;
        if stored.map_err(Fault::from)? {
            Ok(elections)
        } else {
            Err(ImportConsultationError::Exists(plan.id.clone()))
        }
    }
}

/// The codes of what is refused, for an error message.
fn codes(findings: &[Finding]) -> String {
    let refused = findings
        .iter()
        .filter(|found| found.rule.severity() == Severity::Refused);
    refused.map(|found| found.rule.code()).collect::<Vec<_>>().join(", ")
}

fn check(plan: &ConsultationPlan) -> Result<(), ImportConsultationError> {
    if plan.title.trim().is_empty() {
        return Err(ImportConsultationError::Empty("the consultation's title"));
    }
    if plan.organiser.trim().is_empty() {
        return Err(ImportConsultationError::Empty("the organiser"));
    }
    if plan.elections.is_empty() {
        return Err(ImportConsultationError::NoElection);
    }
    if plan.group.parse::<GroupName>().is_err() {
        return Err(ImportConsultationError::UnknownGroup(plan.group.clone()));
    }
    if plan.grace.is_some_and(|grace| grace != plan.profile.grace()) && plan.profile != Profile::Test {
        return Err(ImportConsultationError::GraceFixedByLaw);
    }
    let mut keys = HashSet::new();
    for election in &plan.elections {
        if election.key.trim().is_empty() || election.title.trim().is_empty() {
            return Err(ImportConsultationError::Empty("an election's key or title"));
        }
        if election.seats == 0 {
            return Err(ImportConsultationError::NoSeat(election.key.clone()));
        }
        if u16::try_from(election.seats).is_err() {
            return Err(ImportConsultationError::TooManySeats(election.key.clone()));
        }
        if !keys.insert(&election.key) {
            return Err(ImportConsultationError::DuplicateKey(election.key.clone()));
        }
        check_count(plan, election)?;
    }
    check_boards(plan)
}

/// Each board can sit; each election is decrypted by one board at most.
fn check_boards(plan: &ConsultationPlan) -> Result<(), ImportConsultationError> {
    let (mut keys, mut decrypted) = (HashSet::new(), HashSet::new());
    for board in &plan.boards {
        let key = || board.key.clone();
        board
            .check()
            .map_err(|error| ImportConsultationError::Board { key: key(), error })?;
        let mut phones = board.members().into_iter().filter_map(|member| member.phone);
        if let Some(phone) = phones.find(|phone| phone.parse::<Phone>().is_err()) {
            let error = BoardError::Phone(phone.to_owned());
            return Err(ImportConsultationError::Board { key: key(), error });
        }
        if !keys.insert(&board.key) {
            return Err(ImportConsultationError::DuplicateKey(key()));
        }
        for election in &board.elections {
            let known = plan.elections.iter().any(|one| one.key == *election);
            if !known || !decrypted.insert(election) {
                let election = election.clone();
                return Err(ImportConsultationError::BoardElection { key: key(), election });
            }
        }
    }
    Ok(())
}

/// Whether `key` is an election of titular members: one that elects nobody's substitutes.
fn elects_titular(plan: &ConsultationPlan, key: &str) -> bool {
    let mut elections = plan.elections.iter();
    elections.any(|election| election.key == key && election.count.substitutes_of.is_none())
}

fn check_count(plan: &ConsultationPlan, election: &ElectionPlan) -> Result<(), ImportConsultationError> {
    let key = || election.key.clone();
    let rules = election.count.check(plan.profile);
    rules.map_err(|error| ImportConsultationError::CountRules { key: key(), error })?;
    match &election.count.substitutes_of {
        Some(other) if !elects_titular(plan, other) => Err(ImportConsultationError::SubstitutesOf {
            key: key(),
            other: other.clone(),
        }),
        _ => Ok(()),
    }
}
