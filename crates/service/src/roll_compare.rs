//! A draft compared with the rolls in force: who is known, who joins, who leaves, whose name or mailbox changes.

use std::collections::HashMap;

use isoloir_domain::roll_gates::{ElectionRoll, Moved, RollFigures};
use isoloir_domain::{ElectionId, Voter, VoterId};
use isoloir_store::roll_stage::{Before, Mode, VoterInForce};

use crate::anomaly::{Anomaly, AnomalyKind};
use crate::roll_draft::{Draft, ElectionIndex, Known};
use crate::{Fault, VotingServer};

/// What a difference in names or mailbox of a known number means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Differences {
    /// An anomaly: nobody looks at it before it is stored.
    Refused,
    /// A correction, which somebody approves; unless everything differs: then it is another person.
    Corrections,
}

/// What was found.
pub(crate) struct Comparison {
    /// Known voters whom the file does not name and who leave.
    pub(crate) gone: Vec<Gone>,
    /// Persons who cannot be who the file says, by their first lines.
    pub(crate) late: Vec<Anomaly>,
    /// Of each election, by index.
    pub(crate) moves: Vec<Moves>,
    /// What the rolls would be.
    pub(crate) figures: RollFigures,
    /// Voters who would be on no roll of the consultation any more.
    pub(crate) leaving: u64,
    /// Voters whose names or mailboxes change.
    pub(crate) corrected: u64,
}

/// A voter whom the file does not name.
pub(crate) struct Gone {
    pub(crate) voter: Voter,
    pub(crate) leaves: Vec<ElectionIndex>,
}

/// By how much the roll of an election moves.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Moves {
    pub(crate) before: u64,
    pub(crate) joined: u64,
    pub(crate) gone: u64,
    pub(crate) corrected: u64,
    /// After it.
    without_mailbox: u64,
}

impl VotingServer {
    /// Compares `draft` with every voter known. Nobody who stands in a row that was put aside leaves a roll.
    pub(crate) async fn compare_roll(
        &self,
        draft: &mut Draft,
        mode: Mode,
        differences: Differences,
    ) -> Result<Comparison, Fault> {
        let mut comparing = Comparing::new(draft, mode, differences);
        self.inner.store.each_voter(|known| comparing.meet(known)).await?;
        let (delivers, identifies) = comparing.draft.tells_more();
        if !delivers {
            let known = comparing
                .draft
                .persons
                .iter_mut()
                .filter_map(|person| person.known.as_mut());
            known.for_each(|known| known.delivery_changes = false);
        }
        if identifies {
            let owners = comparing.owners();
            self.inner
                .store
                .each_identity(|voter, marks| comparing.meet_identity(&owners, voter, marks))
                .await?;
        }
        Ok(comparing.conclude())
    }
}

struct Comparing<'a> {
    draft: &'a mut Draft,
    mode: Mode,
    differences: Differences,
    index: HashMap<ElectionId, ElectionIndex>,
    found: Comparison,
}

impl<'a> Comparing<'a> {
    fn new(draft: &'a mut Draft, mode: Mode, differences: Differences) -> Self {
        let index = draft
            .elections
            .iter()
            .zip(0..)
            .map(|(election, index)| (election.id.clone(), index));
        let found = Comparison {
            gone: Vec::new(),
            late: Vec::new(),
            moves: vec![Moves::default(); draft.elections.len()],
            figures: RollFigures {
                elections: Vec::new(),
                voters: 0,
                without_mailbox: 0,
                by_elections: std::collections::BTreeMap::new(),
                orphans: 0,
                duplicates: 0,
            },
            leaving: 0,
            corrected: 0,
        };
        Self {
            index: index.collect(),
            draft,
            mode,
            differences,
            found,
        }
    }

    /// One voter as the rolls in force have it.
    fn meet(&mut self, in_force: VoterInForce) {
        let VoterInForce {
            voter,
            delivery,
            elections,
        } = in_force;
        let elections: Vec<ElectionIndex> = elections.iter().filter_map(|id| self.index.get(id).copied()).collect();
        let person = self.draft.person_of(&voter.number);
        let before = person.and_then(|person| self.meet_person(&voter, person));
        // Afterwards: who turns out to be another person gives no mailbox up.
        self.meet_mailbox(&voter, person);
        let there = self.stay(person, &voter, &elections);
        let leaves: Vec<ElectionIndex> = elections.iter().copied().filter(|one| !there.contains(one)).collect();
        for index in &elections {
            if let Some(moves) = self.found.moves.get_mut(usize::from(*index)) {
                moves.before = moves.before.saturating_add(1);
            }
        }
        let sound = person
            .and_then(|person| self.draft.person_mut(person))
            .filter(|person| !person.doubted);
        if let Some(person) = sound {
            let told = person.more.as_ref().map(|more| &more.delivery);
            let marks = person.more.as_ref().is_some_and(|more| !more.marks.is_empty());
            person.known = Some(Box::new(Known {
                id: voter.id,
                before,
                leaves,
                stays: there,
                delivery_changes: told.cloned().unwrap_or_default() != delivery,
                marks_change: marks,
            }));
            return;
        }
        self.count(&there, &leaves, 0, voter.email.is_some());
        if !leaves.is_empty() {
            self.found.gone.push(Gone { voter, leaves });
        }
    }

    /// A mailbox of the file that is another voter's, unless that voter gives it up in the same file.
    fn meet_mailbox(&mut self, voter: &Voter, person: Option<u32>) {
        let owner = voter.email.as_deref().and_then(|email| self.draft.owner_of(email));
        let Some(owner) = owner.filter(|owner| Some(*owner) != person) else {
            return;
        };
        let gives_up = person
            .and_then(|person| self.draft.person(person))
            .is_some_and(|person| !person.doubted && person.email != voter.email.as_deref().map(Into::into));
        if !gives_up {
            self.put_aside(owner, AnomalyKind::KnownEmail(voter.number.clone()));
        }
    }

    /// Names and mailbox so far, when they change.
    fn meet_person(&mut self, voter: &Voter, index: u32) -> Option<Before> {
        let person = self.draft.person(index)?;
        let email = person.email.as_deref() == voter.email.as_deref();
        let last = *person.last_name == *voter.last_name;
        let first = *person.first_name == *voter.first_name;
        if email && last && first {
            return None;
        }
        let other = !email && !last && !first;
        if self.differences == Differences::Refused || other {
            self.put_aside(index, AnomalyKind::KnownUnderOtherName);
            return None;
        }
        Some(Before {
            last_name: voter.last_name.clone(),
            first_name: voter.first_name.clone(),
            email: voter.email.clone(),
        })
    }

    fn put_aside(&mut self, person: u32, why: AnomalyKind) {
        let line = self.draft.person(person).map_or(0, |person| u64::from(person.line));
        self.found.late.push(Anomaly {
            line,
            what: why.clone(),
        });
        self.draft.doubt(person, why);
    }

    /// Elections, of those of a voter, in which the voter stays. Marks the rows that are there already.
    fn stay(&mut self, person: Option<u32>, voter: &Voter, elections: &[ElectionIndex]) -> Vec<ElectionIndex> {
        let held = self.mode == Mode::Supplement || self.draft.held.contains(&voter.number);
        let mut there = Vec::with_capacity(elections.len());
        for &election in elections {
            let row = person.and_then(|person| self.draft.row_of(person, election));
            let row = row.and_then(|row| usize::try_from(row).ok());
            if let Some(row) = row.and_then(|row| self.draft.entries.get_mut(row)) {
                row.there = true;
                there.push(election);
            } else if held || !self.draft.covered.contains(&election) {
                there.push(election);
            }
        }
        there
    }

    /// Counts a voter: where the voter stays, what is left, how many elections are joined.
    fn count(&mut self, stays: &[ElectionIndex], leaves: &[ElectionIndex], joins: u16, mailbox: bool) {
        for index in leaves {
            if let Some(moves) = self.found.moves.get_mut(usize::from(*index)) {
                moves.gone = moves.gone.saturating_add(1);
            }
        }
        for index in stays {
            if let Some(moves) = self.found.moves.get_mut(usize::from(*index)) {
                moves.without_mailbox = moves.without_mailbox.saturating_add(u64::from(!mailbox));
            }
        }
        let elections = stays.len().saturating_add(usize::from(joins));
        if elections == 0 {
            self.found.leaving = self.found.leaving.saturating_add(u64::from(!leaves.is_empty()));
            return;
        }
        let figures = &mut self.found.figures;
        figures.voters = figures.voters.saturating_add(1);
        figures.without_mailbox = figures.without_mailbox.saturating_add(u64::from(!mailbox));
        let many = u64::try_from(elections).unwrap_or(u64::MAX);
        let voters = figures.by_elections.entry(many).or_default();
        *voters = voters.saturating_add(1);
    }

    /// Known persons of the file, by voter.
    fn owners(&self) -> HashMap<VoterId, u32> {
        let persons = self.draft.persons.iter().zip(0..);
        persons
            .filter_map(|(person, index)| Some((person.known.as_ref()?.id, index)))
            .collect()
    }

    fn meet_identity(&mut self, owners: &HashMap<VoterId, u32>, voter: VoterId, marks: &[[u8; 32]]) {
        let person = owners.get(&voter).and_then(|index| self.draft.person_mut(*index));
        let Some(person) = person else { return };
        let mut told = person.more.as_ref().map(|more| more.marks.clone()).unwrap_or_default();
        told.sort_unstable();
        if let Some(known) = &mut person.known {
            known.marks_change = told != marks;
        }
    }

    /// Counts a person of the file. One who was put aside after all stays where the rolls in force have the person.
    fn count_person(&mut self, index: u32, joins: u16) {
        let Some(person) = self.draft.person_mut(index) else {
            return;
        };
        let (doubted, mailbox) = (person.doubted, person.email.is_some());
        let Some(mut known) = person.known.take() else {
            if !doubted {
                self.count(&[], &[], joins, mailbox);
            }
            return;
        };
        if doubted {
            known.stays.append(&mut known.leaves);
            known.before = None;
        }
        self.count(&known.stays, &known.leaves, joins, mailbox);
        if known.before.is_some() {
            self.found.corrected = self.found.corrected.saturating_add(1);
            for index in &known.stays {
                if let Some(moves) = self.found.moves.get_mut(usize::from(*index)) {
                    moves.corrected = moves.corrected.saturating_add(1);
                }
            }
        }
        if let Some(person) = self.draft.person_mut(index) {
            person.known = Some(known);
        }
    }

    /// Counts what the persons of the file join, once everybody known was met.
    fn conclude(mut self) -> Comparison {
        let mut joins = vec![0_u16; self.draft.persons.len()];
        for row in &self.draft.entries {
            let person = self.draft.person(row.person);
            let Some(person) = person.filter(|person| !person.doubted && !row.there) else {
                continue;
            };
            if let Some(moves) = self.found.moves.get_mut(usize::from(row.election)) {
                moves.joined = moves.joined.saturating_add(1);
                moves.without_mailbox = moves.without_mailbox.saturating_add(u64::from(person.email.is_none()));
            }
            let place = usize::try_from(row.person).ok().and_then(|place| joins.get_mut(place));
            if let Some(joins) = place {
                *joins = joins.saturating_add(1);
            }
        }
        for (joins, index) in joins.into_iter().zip(0..) {
            self.count_person(index, joins);
        }
        let elections = self.draft.elections.iter().zip(&self.found.moves);
        self.found.figures.elections = elections
            .map(|(election, moves)| ElectionRoll {
                key: election.key.clone(),
                title: election.title.clone(),
                registered: moves.before.saturating_add(moves.joined).saturating_sub(moves.gone),
                without_mailbox: moves.without_mailbox,
                moved: (moves.before > 0).then_some(Moved {
                    before: moves.before,
                    joined: moves.joined,
                    gone: moves.gone,
                }),
            })
            .collect();
        self.found
    }
}
