//! Creates a consultation and its elections from what `consultation.toml` says (reading that file is the caller's business).

use std::collections::HashSet;

use isoloir_carriers::phone::Phone;
use isoloir_domain::board::BoardError;
use isoloir_domain::consultation::{CalendarError, Profile};
use isoloir_domain::count_rules::CountRulesError;
use isoloir_domain::journal::{Event, Subject};
use isoloir_domain::message::Message;
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

impl ConsultationPlan {
    /// When one can vote.
    ///
    /// # Errors
    /// [`CalendarError`].
    pub fn calendar(&self) -> Result<Calendar, CalendarError> {
        Calendar::new(
            self.opens,
            self.closes,
            self.grace.unwrap_or_else(|| self.profile.grace()),
        )
    }
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

impl ImportConsultationError {
    /// What the organiser reads.
    #[must_use]
    pub fn message(&self) -> Message {
        let fr = match self {
            Self::Exists(id) => format!("la consultation {id}, ou un bureau de même clé, existe déjà"),
            Self::NoElection => "une consultation a au moins un scrutin".to_owned(),
            Self::DuplicateKey(key) => format!("la clé «\u{a0}{key}\u{a0}» est prise deux fois"),
            Self::Empty(_) => "un titre, une clé ou un nom est vide".to_owned(),
            Self::NoSeat(key) => format!("le scrutin «\u{a0}{key}\u{a0}» n’a aucun siège à pourvoir"),
            Self::TooManySeats(key) => format!("le scrutin «\u{a0}{key}\u{a0}» a trop de sièges"),
            Self::CountRules { key, error } => {
                format!(
                    "scrutin «\u{a0}{key}\u{a0}», règles du dépouillement\u{a0}: {}",
                    error.message().fr
                )
            }
            Self::SubstitutesOf { key, other } => format!(
                "scrutin «\u{a0}{key}\u{a0}»\u{a0}: substitutes_of nomme «\u{a0}{other}\u{a0}», qui n’est aucun autre scrutin de titulaires"
            ),
            Self::Board { key, error } => format!("bureau «\u{a0}{key}\u{a0}»\u{a0}: {}", error.message().fr),
            Self::BoardElection { key, election } => format!(
                "bureau «\u{a0}{key}\u{a0}»\u{a0}: le scrutin «\u{a0}{election}\u{a0}» n’existe pas, ou un autre bureau le dépouille"
            ),
            Self::UnknownGroup(group) => format!("groupe inconnu\u{a0}: «\u{a0}{group}\u{a0}»"),
            Self::GraceFixedByLaw => "seul le profil test peut changer le délai après la clôture".to_owned(),
            Self::Reissue(findings) => format!("règles du réassort refusées\u{a0}: {}", codes(findings)),
            Self::Calendar(CalendarError::ClosesBeforeItOpens) => "le vote doit fermer après son ouverture".to_owned(),
            Self::Calendar(CalendarError::Grace) => "le délai après la clôture dure de 0 à 24\u{a0}heures".to_owned(),
            Self::Fault(_) => return Message::new("erreur interne", "internal error"),
        };
        Message::new(fr, self.to_string())
    }
}

impl VotingServer {
    /// Creates the consultation and draws the identifiers of its elections.
    ///
    /// # Errors
    /// [`ImportConsultationError`]; nothing is stored then.
    pub async fn import_consultation(&self, plan: &ConsultationPlan) -> Result<Vec<Election>, ImportConsultationError> {
        check(plan)?;
        let calendar = plan.calendar()?;
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
    match problems(plan).into_iter().next() {
        Some((_, first)) => Err(first),
        None => Ok(()),
    }
}

/// All that is wrong with a plan, each with where it stands in `consultation.toml`: `elections.0.seats`.
pub(crate) fn problems(plan: &ConsultationPlan) -> Vec<(String, ImportConsultationError)> {
    let mut wrong = Vec::new();
    let mut say = |path: &str, what| wrong.push((path.to_owned(), what));
    if plan.title.trim().is_empty() {
        say("title", ImportConsultationError::Empty("the consultation's title"));
    }
    if plan.organiser.trim().is_empty() {
        say("organiser", ImportConsultationError::Empty("the organiser"));
    }
    if plan.elections.is_empty() {
        say("elections", ImportConsultationError::NoElection);
    }
    if plan.group.parse::<GroupName>().is_err() {
        say("group", ImportConsultationError::UnknownGroup(plan.group.clone()));
    }
    if plan.grace.is_some_and(|grace| grace != plan.profile.grace()) && plan.profile != Profile::Test {
        say("grace_minutes", ImportConsultationError::GraceFixedByLaw);
    }
    let mut keys = HashSet::new();
    for (index, election) in plan.elections.iter().enumerate() {
        let path = |field: &str| format!("elections.{index}{field}");
        if election.key.trim().is_empty() || election.title.trim().is_empty() {
            say(&path(""), ImportConsultationError::Empty("an election's key or title"));
        }
        if election.seats == 0 {
            say(&path(".seats"), ImportConsultationError::NoSeat(election.key.clone()));
        }
        if u16::try_from(election.seats).is_err() {
            say(
                &path(".seats"),
                ImportConsultationError::TooManySeats(election.key.clone()),
            );
        }
        if !keys.insert(&election.key) {
            say(
                &path(".key"),
                ImportConsultationError::DuplicateKey(election.key.clone()),
            );
        }
        if let Err(error) = check_count(plan, election) {
            say(&path(".count"), error);
        }
    }
    board_problems(plan, &mut say);
    match plan.calendar() {
        Err(error) => say("closes", error.into()),
        Ok(calendar) => {
            let findings = policy_lint::lint(&plan.policy.reissue, &calendar);
            if !policy_lint::accepted(&findings) {
                say("policy.reissue", ImportConsultationError::Reissue(findings));
            }
        }
    }
    wrong
}

/// Each board can sit; each election is decrypted by one board at most.
fn board_problems(plan: &ConsultationPlan, say: &mut impl FnMut(&str, ImportConsultationError)) {
    let (mut keys, mut decrypted) = (HashSet::new(), HashSet::new());
    for (index, board) in plan.boards.iter().enumerate() {
        let key = || board.key.clone();
        let path = format!("boards.{index}");
        if let Err(error) = board.check() {
            say(&path, ImportConsultationError::Board { key: key(), error });
        }
        let mut phones = board.members().into_iter().filter_map(|member| member.phone);
        if let Some(phone) = phones.find(|phone| phone.parse::<Phone>().is_err()) {
            let error = BoardError::Phone(phone.to_owned());
            say(&path, ImportConsultationError::Board { key: key(), error });
        }
        if !keys.insert(&board.key) {
            say(&path, ImportConsultationError::DuplicateKey(key()));
        }
        for election in &board.elections {
            let known = plan.elections.iter().any(|one| one.key == *election);
            if !known || !decrypted.insert(election) {
                let election = election.clone();
                let what = ImportConsultationError::BoardElection { key: key(), election };
                say(&format!("{path}.elections"), what);
            }
        }
    }
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
