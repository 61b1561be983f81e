//! Gates of the roll (*contrôles avant scellement*): what an organiser said that a roll should be, against what it is. An election is not set up
//! while a gate stands, unless somebody decided by name, and with a reason, to pass it.
//!
//! The professional elections of a ministry were cancelled because a third of the electors were missing from, or wrong in, the roll: nobody had
//! compared it with the number of people employed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::message::Message;

/// `[policy.roll.gates]`: what the roll should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RollGates {
    /// Voters expected in each election, by its key: the figure of the employer's own count, not of the roll.
    pub expected: BTreeMap<String, u32>,
    /// By how many hundredths a roll may differ from what is expected: 2 unless said otherwise.
    pub tolerance_percent: u8,
    /// Most elections that one person votes in.
    pub most_elections: Option<u8>,
    /// Least share of voters with a mailbox, in hundredths: those without one need a letter.
    pub least_mailboxes_percent: Option<u8>,
    /// By how many hundredths an approved file may move the roll of an election that had one: who join and who leave, together.
    pub most_change_percent: Option<u8>,
}

impl Default for RollGates {
    fn default() -> Self {
        Self {
            expected: BTreeMap::new(),
            tolerance_percent: 2,
            most_elections: None,
            least_mailboxes_percent: None,
            most_change_percent: None,
        }
    }
}

/// What the roll of an election is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ElectionRoll {
    /// Key of the election.
    pub key: String,
    /// Title of the election, in French.
    pub title: String,
    /// Voters.
    pub registered: u64,
    /// Of these, those without a mailbox.
    pub without_mailbox: u64,
    /// By how much the latest file moved it.
    pub moved: Option<Moved>,
}

/// By how much a file moved the roll of an election that had one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moved {
    /// Voters before.
    pub before: u64,
    /// Who joined.
    pub joined: u64,
    /// Who left.
    pub gone: u64,
}

/// What the rolls of a consultation are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RollFigures {
    /// Each election, in display order.
    pub elections: Vec<ElectionRoll>,
    /// Persons on one roll at least.
    pub voters: u64,
    /// Of these, those without a mailbox.
    pub without_mailbox: u64,
    /// How many vote in how many elections.
    pub by_elections: BTreeMap<u64, u64>,
    /// Persons known from an earlier file and on no roll of any consultation, except those whose departure somebody approved.
    pub orphans: u64,
    /// Persons on a roll who share their identity at birth with another known person: the same person twice, under two numbers.
    pub duplicates: u64,
}

/// A gate that a roll does not pass. Its key ([`Gate::key`]) names it and its figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gate {
    /// Nobody is on the roll of this election.
    Empty {
        /// Key of the election.
        election: String,
    },
    /// The roll differs from what is expected by more than the tolerance.
    HeadCount {
        /// Key of the election.
        election: String,
        /// Voters expected.
        expected: u32,
        /// Voters of the roll.
        found: u64,
    },
    /// The policy expects voters in an election that is not there.
    UnknownElection {
        /// Key that no election has.
        election: String,
    },
    /// Persons vote in more elections than anybody should.
    TooManyElections {
        /// How many do.
        voters: u64,
        /// The most that was said.
        most: u8,
    },
    /// Too few have a mailbox.
    Mailboxes {
        /// How many have none.
        without: u64,
        /// Of how many.
        voters: u64,
        /// The least share that was said, in hundredths.
        least: u8,
    },
    /// Persons who were on a roll are on none, and nobody decided it.
    Orphans {
        /// How many.
        voters: u64,
    },
    /// The latest file moved the roll of this election more than a file should.
    Moved {
        /// Key of the election.
        election: String,
        /// By how much.
        moved: Moved,
        /// The most that was said, in hundredths.
        most: u8,
    },
    /// Persons on a roll share their identity at birth with another.
    Duplicates {
        /// How many.
        voters: u64,
    },
}

impl Gate {
    /// Names the gate and its figures: a decision to pass is about these, and about no others.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::Empty { election } => format!("empty:{election}"),
            Self::HeadCount {
                election,
                expected,
                found,
            } => format!("head-count:{election}:{found}/{expected}"),
            Self::UnknownElection { election } => format!("unknown-election:{election}"),
            Self::TooManyElections { voters, most } => format!("too-many-elections:{voters}>{most}"),
            Self::Mailboxes { without, voters, least } => format!("mailboxes:{without}/{voters}<{least}"),
            Self::Orphans { voters } => format!("orphans:{voters}"),
            Self::Moved { election, moved, most } => {
                format!(
                    "moved:{election}:+{}-{}/{}>{most}",
                    moved.joined, moved.gone, moved.before
                )
            }
            Self::Duplicates { voters } => format!("duplicates:{voters}"),
        }
    }

    /// Whether somebody may decide to pass: an empty roll and an unknown election are mistakes that a reason does not mend.
    #[must_use]
    pub const fn can_be_waived(&self) -> bool {
        !matches!(self, Self::Empty { .. } | Self::UnknownElection { .. })
    }

    /// What is wrong.
    #[must_use]
    pub fn message(&self) -> Message {
        match self {
            Self::Empty { election } => Message::new(
                format!("Scrutin «\u{a0}{election}\u{a0}»\u{a0}: personne n’est inscrit."),
                format!("Election “{election}”: nobody is on the roll."),
            ),
            Self::HeadCount {
                election,
                expected,
                found,
            } => Message::new(
                format!("Scrutin «\u{a0}{election}\u{a0}»\u{a0}: {found} inscrits pour {expected} attendus."),
                format!("Election “{election}”: {found} voters, {expected} expected."),
            ),
            Self::UnknownElection { election } => Message::new(
                format!("Un effectif est attendu pour le scrutin «\u{a0}{election}\u{a0}», qui n’existe pas."),
                format!("A head-count is expected for the election “{election}”, which does not exist."),
            ),
            Self::TooManyElections { voters, most } => Message::new(
                format!("{voters} personnes votent dans plus de {most} scrutins."),
                format!("{voters} persons vote in more than {most} elections."),
            ),
            Self::Mailboxes { without, voters, least } => Message::new(
                format!(
                    "{without} personnes sur {voters} n’ont pas de messagerie\u{a0}: {least}\u{a0}% au moins devaient en avoir une."
                ),
                format!("{without} persons of {voters} have no mailbox: {least}% at least should have one."),
            ),
            Self::Orphans { voters } => Message::new(
                format!(
                    "{voters} personnes connues par un fichier antérieur ne figurent plus sur aucune liste, sans que personne ne l’ait décidé."
                ),
                format!("{voters} persons known from an earlier file are on no roll any more, and nobody decided it."),
            ),
            Self::Moved { election, moved, most } => Message::new(
                format!(
                    "Scrutin «\u{a0}{election}\u{a0}»\u{a0}: le dernier fichier ajoute {} inscrits et en retire {}, sur {}\u{202f}; {most}\u{a0}% au plus étaient admis.",
                    moved.joined, moved.gone, moved.before
                ),
                format!(
                    "Election “{election}”: the latest file adds {} voters and takes {} off, of {}; {most}% at most were admitted.",
                    moved.joined, moved.gone, moved.before
                ),
            ),
            Self::Duplicates { voters } => Message::new(
                format!(
                    "{voters} personnes inscrites ont la même identité à la naissance qu’une autre\u{a0}: la même personne figure peut-être deux fois."
                ),
                format!(
                    "{voters} persons on a roll have the same identity at birth as another: the same person may be there twice."
                ),
            ),
        }
    }
}

impl RollGates {
    /// The gates that these rolls do not pass, election by election, then those of all.
    #[must_use]
    pub fn judge(&self, figures: &RollFigures) -> Vec<Gate> {
        let mut gates = Vec::new();
        for roll in &figures.elections {
            let election = roll.key.clone();
            if roll.registered == 0 {
                gates.push(Gate::Empty { election });
            } else if let Some(&expected) = self.expected.get(&roll.key)
                && !self.tolerates(expected, roll.registered)
            {
                gates.push(Gate::HeadCount {
                    election,
                    expected,
                    found: roll.registered,
                });
            }
            gates.extend(self.judge_move(roll));
        }
        let is_there = |key: &&String| figures.elections.iter().any(|roll| roll.key == **key);
        let unknown = self.expected.keys().filter(|key| !is_there(key));
        gates.extend(unknown.map(|key| Gate::UnknownElection { election: key.clone() }));
        if let Some(most) = self.most_elections {
            let above = figures.by_elections.range(u64::from(most).saturating_add(1)..);
            let voters: u64 = above.map(|(_, voters)| voters).sum();
            if voters > 0 {
                gates.push(Gate::TooManyElections { voters, most });
            }
        }
        if let Some(least) = self.least_mailboxes_percent {
            let with = figures.voters.saturating_sub(figures.without_mailbox);
            if u128::from(with) * 100 < u128::from(figures.voters) * u128::from(least) {
                gates.push(Gate::Mailboxes {
                    without: figures.without_mailbox,
                    voters: figures.voters,
                    least,
                });
            }
        }
        if figures.orphans > 0 {
            gates.push(Gate::Orphans {
                voters: figures.orphans,
            });
        }
        if figures.duplicates > 0 {
            gates.push(Gate::Duplicates {
                voters: figures.duplicates,
            });
        }
        gates
    }

    fn judge_move(&self, roll: &ElectionRoll) -> Option<Gate> {
        let (most, moved) = (self.most_change_percent?, roll.moved?);
        let changes = u128::from(moved.joined).saturating_add(u128::from(moved.gone));
        let over = moved.before > 0 && changes * 100 > u128::from(moved.before) * u128::from(most);
        over.then(|| Gate::Moved {
            election: roll.key.clone(),
            moved,
            most,
        })
    }

    fn tolerates(&self, expected: u32, found: u64) -> bool {
        let gap = u128::from(found.abs_diff(u64::from(expected)));
        gap * 100 <= u128::from(expected) * u128::from(self.tolerance_percent)
    }
}

/// Somebody's decision to pass a gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiver {
    /// Key of the gate, with its figures.
    pub gate: String,
    /// Who decided.
    pub by: String,
    /// Why.
    pub reason: String,
    /// When.
    pub at: jiff::Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(registered: &[(&str, u64)]) -> RollFigures {
        let election = |&(key, registered): &(&str, u64)| ElectionRoll {
            key: key.to_owned(),
            title: key.to_owned(),
            registered,
            without_mailbox: 0,
            moved: None,
        };
        RollFigures {
            elections: registered.iter().map(election).collect(),
            voters: 1_000,
            without_mailbox: 100,
            by_elections: BTreeMap::from([(1, 600), (2, 390), (5, 10)]),
            orphans: 0,
            duplicates: 0,
        }
    }

    fn keys(gates: &RollGates, figures: &RollFigures) -> Vec<String> {
        gates.judge(figures).iter().map(Gate::key).collect()
    }

    #[test]
    fn nothing_is_expected_of_a_roll_unless_somebody_said_so() {
        assert!(keys(&RollGates::default(), &figures(&[("csa", 980)])).is_empty());
    }

    #[test]
    fn a_roll_may_differ_by_the_tolerance_and_no_more() {
        let gates = RollGates {
            expected: BTreeMap::from([("csa".to_owned(), 1_000)]),
            ..RollGates::default()
        };
        for within in [980, 1_000, 1_020] {
            assert!(keys(&gates, &figures(&[("csa", within)])).is_empty(), "{within}");
        }
        for beyond in [979, 1_021, 700] {
            let expected = format!("head-count:csa:{beyond}/1000");
            assert_eq!(keys(&gates, &figures(&[("csa", beyond)])), [expected]);
        }
    }

    #[test]
    fn a_first_roll_moves_nothing_and_a_later_one_as_much_as_was_said() {
        let gates = RollGates {
            most_change_percent: Some(10),
            ..RollGates::default()
        };
        for (before, joined, gone, stands) in [
            (0, 100, 0, false),
            (100, 5, 5, false),
            (100, 5, 6, true),
            (100, 0, 11, true),
        ] {
            let mut figures = figures(&[("csa", 100)]);
            figures.elections[0].moved = Some(Moved { before, joined, gone });
            assert_eq!(!keys(&gates, &figures).is_empty(), stands, "{before} {joined} {gone}");
        }
    }

    #[test]
    fn every_gate_has_its_own_words_and_key() {
        let gates = RollGates {
            expected: BTreeMap::from([("csa".to_owned(), 1_000), ("cap".to_owned(), 5)]),
            tolerance_percent: 0,
            most_elections: Some(4),
            least_mailboxes_percent: Some(91),
            most_change_percent: Some(10),
        };
        let mut known = figures(&[("csa", 700), ("capn", 0)]);
        known.orphans = 3;
        known.duplicates = 2;
        known.elections[0].moved = Some(Moved {
            before: 650,
            joined: 60,
            gone: 10,
        });
        let expected = [
            "head-count:csa:700/1000",
            "moved:csa:+60-10/650>10",
            "empty:capn",
            "unknown-election:cap",
            "too-many-elections:10>4",
            "mailboxes:100/1000<91",
            "orphans:3",
            "duplicates:2",
        ];
        assert_eq!(keys(&gates, &known), expected);
        let judged = gates.judge(&known);
        let waivable: Vec<bool> = judged.iter().map(Gate::can_be_waived).collect();
        assert_eq!(waivable, [true, true, false, false, true, true, true, true]);
        assert!(
            judged
                .iter()
                .all(|gate| gate.message().text(crate::Language::French).ends_with('.'))
        );
    }
}
