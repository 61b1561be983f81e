//! The minutes (*procès-verbal*) of a board: one record, read by people as a tagged PDF and by programs as JSON, so that neither says more than
//! the other. Always in French, the language of the act.

use isoloir_documents::{Block, Column, Paper};
use isoloir_domain::board_deed::{Act, Occasion};
use isoloir_domain::{Seat, fingerprint};
use isoloir_service::board::{BoardState, SelfCheck};
use isoloir_service::results::Results;
use isoloir_theme::args;
use isoloir_theme::i18n::{Lang, key};
use isoloir_theme::when;
use serde::Serialize;

use crate::pages::board::seat_words;

/// The language of the minutes.
const FR: Lang = Lang::Fr;
/// Room for a signature, in points.
const SIGNATURE: f32 = 42.0;

/// Which minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Of the sealing, with the ceremony that came before.
    Sealing,
    /// Of the vote and its closing.
    Closing,
    /// Of count and proclamation.
    Count,
}

impl Kind {
    /// All, in the order of an election.
    pub const ALL: [Self; 3] = [Self::Sealing, Self::Closing, Self::Count];

    /// Its name in addresses.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Sealing => "scellement",
            Self::Closing => "cloture",
            Self::Count => "depouillement",
        }
    }

    /// Its title.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Sealing => key("minutes-sealing"),
            Self::Closing => key("minutes-closing"),
            Self::Count => key("minutes-count"),
        }
    }

    /// Whether an act belongs to these minutes.
    fn has(self, act: &Act) -> bool {
        match self {
            Self::Sealing => matches!(act, Act::Seal { .. }),
            Self::Closing => !matches!(act, Act::Seal { .. }),
            Self::Count => false,
        }
    }

    const fn occasions(self) -> &'static [Occasion] {
        match self {
            Self::Sealing => &[Occasion::Ceremony, Occasion::Sealing],
            Self::Closing | Self::Count => &[Occasion::Count],
        }
    }
}

/// What the minutes say.
#[derive(Debug, Clone, Serialize)]
pub struct Minutes {
    form: &'static str,
    kind: Kind,
    board: String,
    title: String,
    consultation: String,
    organiser: String,
    members: Vec<MemberLine>,
    present: Vec<PresenceLine>,
    replaced: Vec<ReplacementLine>,
    keys: Option<Digest>,
    seal: Option<Digest>,
    acts: Vec<ActLine>,
    elections: Vec<ElectionLine>,
    observations: Vec<ObservationLine>,
}

#[derive(Debug, Clone, Serialize)]
struct MemberLine {
    seat: Seat,
    name: String,
    list: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
struct PresenceLine {
    occasion: Occasion,
    seat: Seat,
    at: String,
}

#[derive(Debug, Clone, Serialize)]
struct ReplacementLine {
    substitute: Seat,
    at: String,
    reason: String,
}

#[derive(Debug, Clone, Serialize)]
struct Digest {
    sha256: String,
    words: Vec<&'static str>,
    at: String,
}

#[derive(Debug, Clone, Serialize)]
struct ActLine {
    number: u32,
    text: String,
    proposed: String,
    done: Option<String>,
    signatures: Vec<SignatureLine>,
}

#[derive(Debug, Clone, Serialize)]
struct SignatureLine {
    seat: Seat,
    at: String,
    signed: String,
}

/// An election: counters from the check, then the result once it is counted.
#[derive(Debug, Clone, Serialize)]
struct ElectionLine {
    election: String,
    title: String,
    registered: Option<u64>,
    marked: Option<u64>,
    ballots: Option<u64>,
    chains_hold: Option<bool>,
    result: Option<ResultLine>,
}

#[derive(Debug, Clone, Serialize)]
struct ResultLine {
    voters: u64,
    blank: u64,
    expressed: u64,
    /// Hundredths of a percent.
    turnout: u64,
    lists: Vec<ListLine>,
}

#[derive(Debug, Clone, Serialize)]
struct ListLine {
    name: String,
    votes: u64,
    seats: Option<u32>,
    elected: Vec<String>,
}

#[derive(Debug, Clone, Serialize)]
struct ObservationLine {
    seat: Seat,
    at: String,
    text: String,
}

impl Minutes {
    /// Gathers what the minutes say.
    #[must_use]
    pub fn of(kind: Kind, state: &BoardState, check: &SelfCheck, results: &[Results]) -> Self {
        let digest = |bytes: [u8; 32], at: jiff::Timestamp| Digest {
            sha256: hex::encode(bytes),
            words: fingerprint::words(&bytes),
            at: at.to_string(),
        };
        let members = state.board.members().into_iter();
        let present = state
            .present
            .iter()
            .filter(|one| kind.occasions().contains(&one.occasion));
        let acts = state.acts.iter().filter(|act| kind.has(&act.act));
        Self {
            form: "isoloir/minutes/v1",
            kind,
            board: state.board.key.clone(),
            title: state.board.title.clone(),
            consultation: state.consultation.title.clone(),
            organiser: state.consultation.organiser.clone(),
            members: members
                .map(|member| MemberLine {
                    seat: member.seat,
                    name: member.name.to_owned(),
                    list: member.list.map(str::to_owned),
                })
                .collect(),
            present: present
                .map(|one| PresenceLine {
                    occasion: one.occasion,
                    seat: one.seat,
                    at: one.at.to_string(),
                })
                .collect(),
            replaced: state
                .replaced
                .iter()
                .map(|(substitute, (at, reason))| ReplacementLine {
                    substitute: *substitute,
                    at: at.to_string(),
                    reason: reason.clone(),
                })
                .collect(),
            keys: state
                .keys_digest()
                .zip(state.keys.as_ref().map(|(_, at)| *at))
                .map(|(bytes, at)| digest(bytes, at)),
            seal: state.seal().map(|seal| digest(seal.digest, seal.at)),
            acts: acts
                .map(|act| ActLine {
                    number: act.number,
                    text: act.act.text(&state.board.key, act.number),
                    proposed: act.at.to_string(),
                    done: act.done.map(|at| at.to_string()),
                    signatures: act
                        .signed
                        .iter()
                        .map(|(seat, at, signed)| SignatureLine {
                            seat: *seat,
                            at: at.to_string(),
                            signed: signed.clone(),
                        })
                        .collect(),
                })
                .collect(),
            elections: elections(kind, check, results),
            observations: state
                .observations
                .iter()
                .map(|one| ObservationLine {
                    seat: one.seat,
                    at: one.at.to_string(),
                    text: one.text.clone(),
                })
                .collect(),
        }
    }

    /// The paper to sign.
    #[must_use]
    pub fn paper(&self, state: &BoardState) -> Paper {
        let title = FR.with(
            "minutes-title",
            args![what = FR.text(self.kind.title()), board = self.title.clone()],
        );
        let mut blocks = vec![
            Block::Fact(FR.text("proof-consultation"), self.consultation.clone()),
            Block::Fact(FR.text("proof-organiser"), self.organiser.clone()),
        ];
        self.people(state, &mut blocks);
        for (label, digest) in [
            (key("board-keys-fingerprint"), &self.keys),
            (key("board-seal-words"), &self.seal),
        ] {
            let Some(digest) = digest else { continue };
            blocks.push(Block::Heading(FR.text(label)));
            blocks.push(Block::Text(digest.words.join(" ")));
            blocks.push(Block::Fine(digest.sha256.clone()));
        }
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
        self.signatures(state, &mut blocks);
        Paper {
            language: FR.code(),
            title: title.clone(),
            author: self.organiser.clone(),
            blocks,
            foot: Some(title),
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
            for line in act.text.lines() {
                blocks.push(Block::Text(line.to_owned()));
            }
            let stands = match &act.done {
                Some(at) => FR.with("minutes-act-done", args![when = moment(at)]),
                None => FR.text("board-act-is-open"),
            };
            blocks.push(Block::Text(stands));
            for one in &act.signatures {
                blocks.push(Block::Fact(
                    format!("{} – {}", state.name(one.seat), moment(&one.at)),
                    FR.text("minutes-signature"),
                ));
                blocks.push(Block::Fine(one.signed.clone()));
            }
        }
    }

    /// Signed by the secretary, countersigned by everybody present.
    fn signatures(&self, state: &BoardState, blocks: &mut Vec<Block>) {
        blocks.push(Block::Heading(FR.text("minutes-sign")));
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

fn elections(kind: Kind, check: &SelfCheck, results: &[Results]) -> Vec<ElectionLine> {
    let line = |(election, counts): &(
        isoloir_domain::Election,
        Option<isoloir_service::board_counts::BoardCounts>,
    )| {
        let counts = counts.as_ref();
        let counted = results.iter().find(|one| one.election.id == election.id);
        ElectionLine {
            election: election.id.to_string(),
            title: election.title.clone(),
            registered: counts.map(|one| one.registered),
            marked: counts.map(|one| one.marked),
            ballots: counts.map(|one| one.ballots),
            chains_hold: counts.map(|one| one.chain_holds && one.journal_holds),
            result: counted.filter(|_| kind == Kind::Count).map(ResultLine::of),
        }
    };
    check.counts.iter().map(line).collect()
}

impl ResultLine {
    fn of(results: &Results) -> Self {
        Self {
            voters: results.voters,
            blank: results.blank,
            expressed: results.expressed,
            turnout: results.turnout_hundredths(),
            lists: results
                .lists
                .iter()
                .map(|one| ListLine {
                    name: one.list.name.clone(),
                    votes: one.votes,
                    seats: one.seats,
                    elected: one
                        .elected
                        .iter()
                        .map(|candidate| format!("{} {}", candidate.first_name, candidate.last_name))
                        .collect(),
                })
                .collect(),
        }
    }
}

impl ElectionLine {
    fn draw(&self, blocks: &mut Vec<Block>) {
        let mut fact = |label: &'static str, value: String| blocks.push(Block::Fact(FR.text(label), value));
        let number = |value: Option<u64>| value.map_or_else(|| "–".to_owned(), |value| value.to_string());
        fact(key("minutes-election"), self.title.clone());
        fact(key("board-counts-registered"), number(self.registered));
        fact(key("board-counts-marked"), number(self.marked));
        fact(key("board-counts-ballots"), number(self.ballots));
        let Some(result) = &self.result else { return };
        fact(
            key("minutes-turnout"),
            format!("{},{:02} %", result.turnout / 100, result.turnout % 100),
        );
        fact(key("minutes-blank"), result.blank.to_string());
        fact(key("minutes-expressed"), result.expressed.to_string());
        let row = |list: &ListLine| {
            let seats = list.seats.map_or_else(|| "–".to_owned(), |seats| seats.to_string());
            vec![
                list.name.clone(),
                list.votes.to_string(),
                seats,
                list.elected.join(", "),
            ]
        };
        blocks.push(Block::Table {
            columns: vec![
                Column::new(&FR.text("minutes-list"), 4.0),
                Column::new(&FR.text("minutes-votes"), 1.5),
                Column::new(&FR.text("minutes-seats"), 1.5),
                Column::new(&FR.text("minutes-elected"), 4.0),
            ],
            rows: result.lists.iter().map(row).collect(),
            height: 0.0,
        });
    }
}

/// An instant of the record, as people read it.
fn moment(at: &str) -> String {
    at.parse().map_or_else(|_| at.to_owned(), |at| when::date_time(FR, at))
}
