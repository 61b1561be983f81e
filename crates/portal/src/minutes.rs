//! The minutes (*procès-verbal*) of a board: one record, read by people as a tagged PDF and by programs as JSON, so that neither says more than
//! the other. Always in French, the language of the act. A draft until secretary and delegates have signed it: what was signed is kept as it was.

use isoloir_documents::{Block, Column, Paper};
use isoloir_domain::board_deed::{Act, MinutesKind, Occasion};
use isoloir_domain::{ElectionId, Seat, fingerprint};
use isoloir_service::board::{ActState, BoardState, Ended, Incident, SelfCheck};
use isoloir_service::closing_seal::ClosingSeal;
use isoloir_service::results::Results;
use isoloir_service::roll_decisions::{Authority, RollDecision};
use isoloir_service::takeover::TakenOver;
use isoloir_service::verify_archive::Verification;
use isoloir_theme::args;
use isoloir_theme::i18n::{Lang, key};
use isoloir_theme::when;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::pages::board::seat_words;
use crate::results_view::results_view;

/// The language of the minutes.
const FR: Lang = Lang::Fr;
/// Room for a signature, in points.
const SIGNATURE: f32 = 42.0;

/// Its name in addresses.
#[must_use]
pub const fn slug(kind: MinutesKind) -> &'static str {
    match kind {
        MinutesKind::Rehearsal => "blanche",
        MinutesKind::Sealing => "scellement",
        MinutesKind::Opening => "ouverture",
        MinutesKind::Incidents => "incidents",
        MinutesKind::Closing => "cloture",
        MinutesKind::Count => "depouillement",
    }
}

/// Its title.
#[must_use]
pub const fn title(kind: MinutesKind) -> &'static str {
    match kind {
        MinutesKind::Rehearsal => key("minutes-rehearsal"),
        MinutesKind::Sealing => key("minutes-sealing"),
        MinutesKind::Opening => key("minutes-opening"),
        MinutesKind::Incidents => key("minutes-incidents"),
        MinutesKind::Closing => key("minutes-closing"),
        MinutesKind::Count => key("minutes-count"),
    }
}

/// Whether an act belongs to these minutes.
fn has(kind: MinutesKind, act: &Act) -> bool {
    match kind {
        MinutesKind::Sealing => matches!(act, Act::Seal { .. }),
        MinutesKind::Incidents => matches!(act, Act::Suspend { .. } | Act::Resume { .. } | Act::Extend { .. }),
        MinutesKind::Closing => matches!(act, Act::Extend { .. } | Act::Close { .. }),
        MinutesKind::Rehearsal | MinutesKind::Opening | MinutesKind::Count => false,
    }
}

const fn occasions(kind: MinutesKind) -> &'static [Occasion] {
    match kind {
        MinutesKind::Rehearsal => &[Occasion::Rehearsal],
        MinutesKind::Sealing => &[Occasion::Ceremony, Occasion::Sealing],
        MinutesKind::Opening => &[Occasion::Sealing],
        MinutesKind::Incidents => &[],
        MinutesKind::Closing | MinutesKind::Count => &[Occasion::Count],
    }
}

/// What the minutes are drawn up from, besides the board itself.
pub struct Sources {
    /// The seal checked now.
    pub check: SelfCheck,
    /// Of each election, once frozen: what was.
    pub closings: Vec<(ClosingSeal, [u8; 32], Timestamp)>,
    /// Of each election, once counted: result and audit. The twins' for the minutes of a rehearsal.
    pub results: Vec<(Results, Option<Verification>)>,
    /// Alarms, keys made again.
    pub incidents: Vec<Incident>,
    /// What was decided about the rolls by judges, or late.
    pub decisions: Vec<(ElectionId, Vec<RollDecision>)>,
    /// Boxes rebuilt after the loss of the database.
    pub takeovers: Vec<(ElectionId, Vec<TakenOver>)>,
}

/// What the minutes say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Minutes {
    form: String,
    kind: MinutesKind,
    board: String,
    title: String,
    consultation: String,
    organiser: String,
    opens: String,
    closes: String,
    members: Vec<MemberLine>,
    present: Vec<PresenceLine>,
    replaced: Vec<ReplacementLine>,
    keys: Option<Digest>,
    seal: Option<Digest>,
    rehearsal: Option<RehearsalLine>,
    acts: Vec<ActLine>,
    incidents: Vec<IncidentLine>,
    elections: Vec<ElectionLine>,
    observations: Vec<ObservationLine>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct MemberLine {
    seat: Seat,
    name: String,
    list: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct PresenceLine {
    occasion: Occasion,
    seat: Seat,
    at: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct ReplacementLine {
    substitute: Seat,
    at: String,
    reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Digest {
    sha256: String,
    words: Vec<String>,
    at: String,
}

impl Digest {
    fn of(bytes: [u8; 32], at: Timestamp) -> Self {
        Self {
            sha256: hex::encode(bytes),
            words: fingerprint::words(&bytes).into_iter().map(str::to_owned).collect(),
            at: at.to_string(),
        }
    }
}

/// The last rehearsal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct RehearsalLine {
    number: u32,
    at: String,
    ended: Option<String>,
    passed: bool,
    /// Of the statement that shows it, and that the real boxes are empty.
    statement: Option<Digest>,
    /// What was wrong.
    wrong: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct ActLine {
    number: u32,
    text: String,
    proposed: String,
    done: Option<String>,
    signatures: Vec<SignatureLine>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct SignatureLine {
    seat: Seat,
    at: String,
    signed: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct IncidentLine {
    at: String,
    what: String,
}

/// An election: counters from the check, what was frozen, then the result once it is counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct ElectionLine {
    election: String,
    title: String,
    registered: Option<u64>,
    marked: Option<u64>,
    ballots: Option<u64>,
    chains_hold: Option<bool>,
    frozen: Option<Digest>,
    verified: Option<VerifiedLine>,
    result: Option<ResultLine>,
    /// Decisions about the roll. What was signed before there were any in the minutes has none, and stays as it was signed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    roll_decisions: Vec<DecisionLine>,
    /// Takeovers after the loss of the database; as above, none in what was signed before there were any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    takeovers: Vec<TakeoverLine>,
}

/// The box was rebuilt from a backup and from the synchronous copy, and nothing is missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct TakeoverLine {
    at: String,
    /// Ballots of the backup.
    backup: u64,
    /// Ballots after the takeover, and marks.
    ballots: u64,
    head: String,
    /// Heads signed earlier that were shown, all found.
    witnesses: u64,
    /// SHA-256 of the proof.
    proof: String,
}

/// A decision about the roll: how many persons, never who.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct DecisionLine {
    /// `judgment`, or `complaint` for a late correction.
    authority: String,
    recorded: String,
    /// `join` or `leave`.
    order: String,
    /// `roll`, `paper` or `recorded`.
    effect: String,
    persons: u64,
    court: Option<String>,
    dated: Option<Date>,
    reference: String,
    /// Who signed the record.
    signed: Vec<String>,
}

/// The audit before the proclamation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct VerifiedLine {
    archive: String,
    head: String,
    checks: u64,
    at: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct ResultLine {
    /// *Votants*.
    voters: u64,
    /// Hundredths of a percent of those registered.
    turnout: u64,
    /// So few voted that figures of lists stand here only, and are not to be published (docs/adr/0011).
    withheld: bool,
    blank: u64,
    expressed: u64,
    lists: Vec<ListLine>,
    /// How the seats came about, line by line.
    seats: Vec<String>,
    /// What is still to be decided, if anything.
    undecided: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct ListLine {
    name: String,
    votes: u64,
    seats: Option<u32>,
    elected: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct ObservationLine {
    seat: Seat,
    at: String,
    text: String,
}

impl Minutes {
    /// Draws the minutes up from the records.
    #[must_use]
    pub fn of(kind: MinutesKind, state: &BoardState, sources: &Sources) -> Self {
        let keys = state.keys_digest().zip(state.keys.as_ref().map(|(_, at)| *at));
        let known = &state.consultation;
        let rehearsed = matches!(kind, MinutesKind::Rehearsal | MinutesKind::Sealing);
        let incidents = sources.incidents.iter().filter(|_| kind == MinutesKind::Incidents);
        Self {
            form: "isoloir/minutes/v1".to_owned(),
            kind,
            board: state.board.key.clone(),
            title: state.board.title.clone(),
            consultation: known.title.clone(),
            organiser: known.organiser.clone(),
            opens: known.calendar.opens().to_string(),
            closes: known.calendar.closes().to_string(),
            members: members(state),
            present: presences(kind, state),
            replaced: replacements(state),
            keys: keys.map(|(bytes, at)| Digest::of(bytes, at)),
            seal: state.seal().map(|seal| Digest::of(seal.digest, seal.at)),
            rehearsal: rehearsal(state).filter(|_| rehearsed),
            acts: state
                .acts
                .iter()
                .filter(|act| has(kind, &act.act))
                .map(|act| ActLine::of(act, state))
                .collect(),
            incidents: incidents
                .map(|one| IncidentLine {
                    at: one.at.to_string(),
                    what: one.what.fr.clone(),
                })
                .collect(),
            elections: elections(kind, sources),
            observations: observations(state),
        }
    }

    /// The text that is signed and kept: canonical JSON of this record.
    #[must_use]
    pub fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// What was signed, read again.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// Of one election only.
    #[must_use]
    pub fn only(mut self, election: &str) -> Self {
        self.elections.retain(|one| one.election == election);
        self
    }

    /// The paper to sign, or the one that was signed by this act.
    #[must_use]
    pub fn paper(&self, state: &BoardState, signed: Option<&ActState>) -> Paper {
        let title = FR.with(
            "minutes-title",
            args![what = FR.text(title(self.kind)), board = self.title.clone()],
        );
        let mut blocks = vec![
            Block::Fact(FR.text("proof-consultation"), self.consultation.clone()),
            Block::Fact(FR.text("proof-organiser"), self.organiser.clone()),
            Block::Fact(FR.text("minutes-opens"), moment(&self.opens)),
            Block::Fact(FR.text("minutes-closes"), moment(&self.closes)),
        ];
        if signed.is_none() {
            blocks.push(Block::Text(FR.text("minutes-draft")));
        }
        self.people(state, &mut blocks);
        for (label, digest) in [
            (key("board-keys-fingerprint"), &self.keys),
            (key("board-seal-words"), &self.seal),
        ] {
            if let Some(digest) = digest {
                blocks.push(Block::Heading(FR.text(label)));
                digest.draw(&mut blocks);
            }
        }
        self.rehearsal.iter().for_each(|one| one.draw(&mut blocks));
        self.decisions(state, &mut blocks);
        for election in &self.elections {
            election.draw(&mut blocks);
        }
        if !self.observations.is_empty() {
            blocks.push(Block::Heading(FR.text("board-observations")));
        }
        for one in &self.observations {
            blocks.push(Block::Fact(
                format!("{} – {}", state.name(one.seat), moment(&one.at)),
                one.text.clone(),
            ));
        }
        self.signatures(state, signed, &mut blocks);
        Paper {
            language: FR.code(),
            title: title.clone(),
            author: self.organiser.clone(),
            blocks,
            foot: Some(title),
            recorded: signed.map(|act| act.done.unwrap_or(act.at)),
        }
    }

    fn people(&self, state: &BoardState, blocks: &mut Vec<Block>) {
        blocks.push(Block::Heading(FR.text("board-members")));
        let there = |seat| {
            let times = self
                .present
                .iter()
                .filter(|one| one.seat == seat)
                .map(|one| moment(&one.at));
            let times: Vec<String> = times.collect();
            if times.is_empty() {
                FR.text("board-absent")
            } else {
                times.join(", ")
            }
        };
        let row = |member: &MemberLine| {
            vec![
                member.name.clone(),
                seat_words(FR, &state.board, member.seat),
                there(member.seat),
            ]
        };
        blocks.push(Block::Table {
            columns: vec![
                Column::new(&FR.text("board-member-name"), 3.0),
                Column::new(&FR.text("board-member-seat"), 3.0),
                Column::new(&FR.text("minutes-present"), 4.0),
            ],
            rows: self.members.iter().map(row).collect(),
            height: 0.0,
        });
        for one in &self.replaced {
            let what = FR.with(
                "board-replaces",
                args![when = moment(&one.at), why = one.reason.clone()],
            );
            blocks.push(Block::Fact(state.name(one.substitute), what));
        }
    }

    fn decisions(&self, state: &BoardState, blocks: &mut Vec<Block>) {
        if !self.acts.is_empty() {
            blocks.push(Block::Heading(FR.text("board-acts")));
        }
        for act in &self.acts {
            act.draw(state, blocks);
        }
        if self.kind == MinutesKind::Incidents {
            blocks.push(Block::Heading(FR.text("minutes-incidents")));
            if self.incidents.is_empty() {
                blocks.push(Block::Text(FR.text("minutes-no-incident")));
            }
        }
        for one in &self.incidents {
            blocks.push(Block::Fact(moment(&one.at), one.what.clone()));
        }
    }

    /// Signed by the secretary, countersigned by the others (R. 211-577): with keys, or by hand.
    fn signatures(&self, state: &BoardState, signed: Option<&ActState>, blocks: &mut Vec<Block>) {
        blocks.push(Block::Heading(FR.text("minutes-sign")));
        if let Some(act) = signed {
            blocks.push(Block::Text(FR.text("minutes-signed-text")));
            ActLine::of(act, state).draw(state, blocks);
            return;
        }
        blocks.push(Block::Text(FR.text("minutes-sign-text")));
        let row = |member: &MemberLine| {
            vec![
                member.name.clone(),
                seat_words(FR, &state.board, member.seat),
                String::new(),
            ]
        };
        blocks.push(Block::Table {
            columns: vec![
                Column::new(&FR.text("board-member-name"), 3.0),
                Column::new(&FR.text("board-member-seat"), 3.0),
                Column::new(&FR.text("minutes-sign-here"), 4.0),
            ],
            rows: self.members.iter().map(row).collect(),
            height: SIGNATURE,
        });
    }
}

fn members(state: &BoardState) -> Vec<MemberLine> {
    let line = |member: isoloir_domain::board::Member<'_>| MemberLine {
        seat: member.seat,
        name: member.name.to_owned(),
        list: member.list.map(str::to_owned),
    };
    state.board.members().into_iter().map(line).collect()
}

fn presences(kind: MinutesKind, state: &BoardState) -> Vec<PresenceLine> {
    let there = state
        .present
        .iter()
        .filter(|one| occasions(kind).contains(&one.occasion));
    let line = |one: &isoloir_service::board::Presence| PresenceLine {
        occasion: one.occasion,
        seat: one.seat,
        at: one.at.to_string(),
    };
    there.map(line).collect()
}

fn replacements(state: &BoardState) -> Vec<ReplacementLine> {
    let line = |(substitute, (at, reason)): (&Seat, &(Timestamp, String))| ReplacementLine {
        substitute: *substitute,
        at: at.to_string(),
        reason: reason.clone(),
    };
    state.replaced.iter().map(line).collect()
}

fn observations(state: &BoardState) -> Vec<ObservationLine> {
    let line = |one: &isoloir_service::board::Observation| ObservationLine {
        seat: one.seat,
        at: one.at.to_string(),
        text: one.text.clone(),
    };
    state.observations.iter().map(line).collect()
}

fn rehearsal(state: &BoardState) -> Option<RehearsalLine> {
    let last = state.rehearsal()?;
    let (statement, wrong) = match &last.ended {
        Some((at, Ended::Passed { digest, .. })) => (Some(Digest::of(*digest, *at)), Vec::new()),
        Some((_, Ended::Failed(wrong))) => (None, wrong.clone()),
        None => (None, Vec::new()),
    };
    Some(RehearsalLine {
        number: last.number,
        at: last.at.to_string(),
        ended: last.ended.as_ref().map(|(at, _)| at.to_string()),
        passed: statement.is_some(),
        statement,
        wrong,
    })
}

fn elections(kind: MinutesKind, sources: &Sources) -> Vec<ElectionLine> {
    if kind == MinutesKind::Rehearsal {
        return sources
            .results
            .iter()
            .map(|(counted, verified)| played(counted, verified.as_ref()))
            .collect();
    }
    let counts = kind == MinutesKind::Count;
    let frozen = matches!(kind, MinutesKind::Closing | MinutesKind::Count);
    let mut lines = Vec::new();
    for (election, counters) in &sources.check.counts {
        let counters = counters.as_ref();
        let closing = sources
            .closings
            .iter()
            .find(|(closing, ..)| closing.election() == &election.id);
        let result = sources
            .results
            .iter()
            .find(|(counted, _)| counted.election.id == election.id);
        let result = result.filter(|_| counts);
        lines.push(ElectionLine {
            election: election.id.to_string(),
            title: election.title.clone(),
            registered: counters.map(|one| one.registered),
            marked: counters.map(|one| one.marked),
            ballots: counters.map(|one| one.ballots),
            chains_hold: counters.map(|one| one.chain_holds && one.journal_holds),
            frozen: closing
                .filter(|_| frozen)
                .map(|(_, digest, at)| Digest::of(*digest, *at)),
            verified: result.and_then(|(_, verified)| verified.as_ref()).map(VerifiedLine::of),
            result: result.map(|(counted, _)| ResultLine::of(counted)),
            roll_decisions: decisions_of(&election.id, sources),
            takeovers: takeovers_of(&election.id, sources),
        });
    }
    lines
}

fn decisions_of(election: &ElectionId, sources: &Sources) -> Vec<DecisionLine> {
    let of_election = sources.decisions.iter().filter(|(of, _)| of == election);
    of_election
        .flat_map(|(_, decisions)| decisions)
        .map(DecisionLine::of)
        .collect()
}

fn takeovers_of(election: &ElectionId, sources: &Sources) -> Vec<TakeoverLine> {
    let of_election = sources.takeovers.iter().filter(|(of, _)| of == election);
    of_election.flat_map(|(_, taken)| taken).map(TakeoverLine::of).collect()
}

impl TakeoverLine {
    fn of(taken: &TakenOver) -> Self {
        Self {
            at: taken.at.to_string(),
            backup: taken.backup,
            ballots: taken.ballots,
            head: taken.head.clone(),
            witnesses: taken.witnesses,
            proof: taken.proof.clone(),
        }
    }

    fn draw(&self, blocks: &mut Vec<Block>) {
        let copy = self.ballots.saturating_sub(self.backup);
        let words = FR.with(
            "minutes-takeover",
            args![
                backup = self.backup,
                copy = copy,
                ballots = self.ballots,
                witnesses = self.witnesses
            ],
        );
        blocks.push(Block::Fact(moment(&self.at), words));
        blocks.push(Block::Fine(
            FR.with("minutes-takeover-head", args![head = self.head.as_str()]),
        ));
        blocks.push(Block::Fine(
            FR.with("minutes-takeover-proof", args![proof = self.proof.as_str()]),
        ));
    }
}

impl DecisionLine {
    fn of(decision: &RollDecision) -> Self {
        let (authority, court, dated, signed) = match &decision.authority {
            Authority::Judge { court, dated, signed } => {
                ("judgment", Some(court.clone()), Some(*dated), signed.clone())
            }
            Authority::Late => ("complaint", None, None, Vec::new()),
        };
        Self {
            authority: authority.to_owned(),
            recorded: decision.recorded.to_string(),
            order: decision.order.as_str().to_owned(),
            effect: decision.effect.as_str().to_owned(),
            persons: decision.persons,
            court,
            dated,
            reference: decision.reference.clone(),
            signed,
        }
    }

    fn draw(&self, blocks: &mut Vec<Block>) {
        let what = match (self.order.as_str(), self.effect.as_str()) {
            ("join", "roll") => key("minutes-roll-joined"),
            ("join", "paper") => key("minutes-roll-paper"),
            ("join", _) => key("minutes-roll-join-recorded"),
            (_, "roll") => key("minutes-roll-left"),
            _ => key("minutes-roll-leave-recorded"),
        };
        let what = FR.with(what, args![n = self.persons]);
        let words = match (&self.court, self.dated) {
            (Some(court), Some(dated)) => FR.with(
                "minutes-roll-judgment",
                args![
                    court = court.as_str(),
                    dated = when::day(FR, dated),
                    reference = self.reference.as_str(),
                    what = what
                ],
            ),
            _ => FR.with(
                "minutes-roll-late",
                args![reference = self.reference.as_str(), what = what],
            ),
        };
        blocks.push(Block::Fact(moment(&self.recorded), words));
        if !self.signed.is_empty() {
            let signed = self.signed.join(", ");
            blocks.push(Block::Text(FR.with("minutes-roll-signed", args![names = signed])));
        }
    }
}

/// The twin of an election: its counters are its own.
fn played(counted: &Results, verified: Option<&Verification>) -> ElectionLine {
    ElectionLine {
        election: counted.election.id.to_string(),
        title: counted.election.title.clone(),
        registered: Some(counted.registered),
        marked: None,
        ballots: Some(counted.voters),
        chains_hold: None,
        frozen: None,
        verified: verified.map(VerifiedLine::of),
        result: Some(ResultLine::of(counted)),
        roll_decisions: Vec::new(),
        takeovers: Vec::new(),
    }
}

impl VerifiedLine {
    fn of(verified: &Verification) -> Self {
        Self {
            archive: hex::encode(verified.archive),
            head: verified.head.to_string(),
            checks: verified.checks,
            at: verified.at.to_string(),
        }
    }
}

impl ResultLine {
    fn of(results: &Results) -> Self {
        let view = results_view(FR, results);
        let list = |one: &isoloir_service::results::ListResult| ListLine {
            name: one.list.name.clone(),
            votes: one.votes,
            seats: one.seats,
            elected: one.elected.iter().map(isoloir_domain::Candidate::full_name).collect(),
        };
        Self {
            voters: results.voters,
            turnout: results.turnout_hundredths(),
            withheld: results.is_withheld(),
            blank: results.blank,
            expressed: results.expressed,
            lists: results.lists.iter().map(list).collect(),
            seats: view.explanation.as_ref().map(explained).unwrap_or_default(),
            undecided: view.undecided,
        }
    }
}

/// The calculation of the seats, line by line: quotient, then each seat at the highest average with what settled a tie.
fn explained(explanation: &crate::pages::results::Explanation) -> Vec<String> {
    let mut lines = vec![FR.with("minutes-quotient", args![quotient = explanation.quotient.clone()])];
    lines.extend(explanation.quotient_source.clone());
    for round in &explanation.rounds {
        let average = |row: &crate::pages::results::AverageRow| {
            format!("{} : {} / {} = {}", row.name, row.votes, row.divisor, row.average)
        };
        let averages: Vec<String> = round.rows.iter().map(average).collect();
        let kept = round.rows.iter().find(|row| row.kept).map(|row| row.name.clone());
        lines.push(FR.with(
            "minutes-round",
            args![
                n = round.seat,
                averages = averages.join(" ; "),
                list = kept.unwrap_or_default()
            ],
        ));
        lines.extend(round.settled.clone());
    }
    lines.extend(
        explanation
            .average_source
            .clone()
            .filter(|_| !explanation.rounds.is_empty()),
    );
    lines
}

impl Digest {
    fn draw(&self, blocks: &mut Vec<Block>) {
        blocks.push(Block::Fact(moment(&self.at), self.words.join(" ")));
        blocks.push(Block::Fine(self.sha256.clone()));
    }
}

impl RehearsalLine {
    fn draw(&self, blocks: &mut Vec<Block>) {
        blocks.push(Block::Heading(FR.text("board-rehearsal")));
        blocks.push(Block::Fact(FR.text("minutes-rehearsal-begun"), moment(&self.at)));
        let outcome = match (&self.ended, self.passed) {
            (Some(_), true) => key("board-rehearsal-passed"),
            (Some(_), false) => key("board-rehearsal-failed"),
            (None, _) => key("minutes-rehearsal-open"),
        };
        blocks.push(Block::Text(FR.text(outcome)));
        if let Some(statement) = &self.statement {
            blocks.push(Block::Text(FR.text("minutes-rehearsal-wiped")));
            statement.draw(blocks);
        }
        if !self.wrong.is_empty() {
            blocks.push(Block::Fine(self.wrong.join(", ")));
        }
    }
}

impl ActLine {
    fn of(act: &ActState, state: &BoardState) -> Self {
        let signature = |(seat, at, signed): &(Seat, Timestamp, String)| SignatureLine {
            seat: *seat,
            at: at.to_string(),
            signed: signed.clone(),
        };
        Self {
            number: act.number,
            text: act.act.text(&state.board.key, act.number),
            proposed: act.at.to_string(),
            done: act.done.map(|at| at.to_string()),
            signatures: act.signed.iter().map(signature).collect(),
        }
    }

    fn draw(&self, state: &BoardState, blocks: &mut Vec<Block>) {
        for line in self.text.lines() {
            blocks.push(Block::Text(line.to_owned()));
        }
        let stands = match &self.done {
            Some(at) => FR.with("minutes-act-done", args![when = moment(at)]),
            None => FR.text("board-act-is-open"),
        };
        blocks.push(Block::Text(stands));
        for one in &self.signatures {
            blocks.push(Block::Fact(
                format!("{} – {}", state.name(one.seat), moment(&one.at)),
                FR.text("minutes-signature"),
            ));
            blocks.push(Block::Fine(one.signed.clone()));
        }
    }
}

impl ElectionLine {
    fn draw(&self, blocks: &mut Vec<Block>) {
        blocks.push(Block::Heading(self.title.clone()));
        let mut fact = |label: &'static str, value: Option<String>| {
            blocks.extend(value.map(|value| Block::Fact(FR.text(label), value)));
        };
        let number = |value: Option<u64>| value.map(|value| FR.number(value));
        fact(key("board-counts-registered"), number(self.registered));
        fact(key("board-counts-marked"), number(self.marked));
        fact(key("board-counts-ballots"), number(self.ballots));
        if !self.roll_decisions.is_empty() {
            blocks.push(Block::Text(FR.text("minutes-roll-decisions")));
        }
        self.roll_decisions.iter().for_each(|one| one.draw(blocks));
        if !self.takeovers.is_empty() {
            blocks.push(Block::Text(FR.text("minutes-takeovers")));
        }
        self.takeovers.iter().for_each(|one| one.draw(blocks));
        if let Some(frozen) = &self.frozen {
            blocks.push(Block::Text(FR.text("minutes-frozen")));
            frozen.draw(blocks);
        }
        if let Some(verified) = &self.verified {
            let text = args![n = verified.checks, when = moment(&verified.at)];
            blocks.push(Block::Text(FR.with("minutes-verified", text)));
            blocks.push(Block::Fine(verified.archive.clone()));
        }
        self.result.iter().for_each(|result| result.draw(blocks));
    }
}

impl ResultLine {
    fn draw(&self, blocks: &mut Vec<Block>) {
        let turnout = format!("{},{:02}\u{202f}%", self.turnout / 100, self.turnout % 100);
        blocks.push(Block::Fact(FR.text("minutes-turnout"), turnout));
        blocks.push(Block::Fact(FR.text("minutes-voters"), FR.number(self.voters)));
        blocks.push(Block::Fact(FR.text("minutes-blank"), FR.number(self.blank)));
        blocks.push(Block::Fact(FR.text("minutes-expressed"), FR.number(self.expressed)));
        if self.withheld {
            blocks.push(Block::Text(FR.text("minutes-withheld")));
        }
        let row = |list: &ListLine| {
            let seats = list.seats.map_or_else(|| "–".to_owned(), |seats| seats.to_string());
            vec![list.name.clone(), FR.number(list.votes), seats, list.elected.join(", ")]
        };
        blocks.push(Block::Table {
            columns: vec![
                Column::new(&FR.text("minutes-list"), 4.0),
                Column::new(&FR.text("minutes-votes"), 1.5),
                Column::new(&FR.text("minutes-seats"), 1.5),
                Column::new(&FR.text("minutes-elected"), 4.0),
            ],
            rows: self.lists.iter().map(row).collect(),
            height: 0.0,
        });
        blocks.extend(self.seats.iter().chain(&self.undecided).cloned().map(Block::Text));
    }
}

/// An instant of the record, as people read it.
fn moment(at: &str) -> String {
    at.parse().map_or_else(|_| at.to_owned(), |at| when::date_time(FR, at))
}
